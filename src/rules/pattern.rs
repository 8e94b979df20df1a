//! Whether a pattern is valid, what it can begin with, and what it must not be.
//!
//! Nearly all patterns are judged by what `regex-syntax` makes of them, and by their program, which takes microseconds:
//! a user's rules are loaded at every start. Only where these cannot tell is an automaton built and asked.

use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson::{NFA, pikevm::PikeVM};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, PatternID};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::compile;
use super::program::Program;
use super::rule::{self, ByteSet};

/// How many states an automaton may take at most, for its pattern to be judged without it. Those of many more do not fit
/// into what an automaton may use, and are refused.
const STATES: usize = 16 * 1024;

/// A pattern that is valid.
pub struct Pattern<'a> {
    text: &'a str,
    hir: Hir,
    /// The automaton's states, where it was needed.
    nfa: Option<NFA>,
    matches_empty: bool,
}

impl<'a> Pattern<'a> {
    /// Parses a pattern, and builds its automaton if it is unusual.
    ///
    /// # Errors
    /// If it is not valid: the compiler's complaint, in one line.
    pub fn new(text: &'a str) -> Result<Pattern<'a>, String> {
        let hir = syntax::parse_with(text, &rule::syntax()).map_err(|error| innermost(&error))?;
        let is_never_empty = hir.properties().minimum_len().is_some_and(|length| length > 0);
        if is_never_empty && states(&hir) <= STATES {
            return Ok(Pattern { text, hir, nfa: None, matches_empty: false });
        }
        let nfa = automaton(text)?;
        let machine = PikeVM::new_from_nfa(nfa.clone()).map_err(|error| innermost(&error))?;
        let matches_empty = machine.is_match(&mut machine.create_cache(), "");
        Ok(Pattern { text, hir, nfa: Some(nfa), matches_empty })
    }

    /// The pattern as parsed.
    pub fn hir(&self) -> &Hir {
        &self.hir
    }

    /// Whether the empty text is a match.
    pub fn matches_empty(&self) -> bool {
        self.matches_empty
    }

    /// How many groups it has.
    pub fn groups(&self) -> usize {
        match &self.nfa {
            Some(nfa) => nfa.group_info().group_len(PatternID::ZERO) - 1,
            None => self.hir.properties().explicit_captures_len(),
        }
    }

    /// The pattern's program, if it has one.
    pub fn program(&self) -> Option<Program> {
        compile::program(&self.hir)
    }

    /// The bytes that match, if the pattern is a class of bytes.
    pub fn bytes(&self) -> Option<ByteSet> {
        match self.hir.kind() {
            HirKind::Literal(literal) => match *literal.0 {
                [byte] => Some(ByteSet::from_iter([byte])),
                _ => None,
            },
            HirKind::Class(Class::Bytes(class)) => {
                Some(class.iter().flat_map(|range| range.start()..=range.end()).collect())
            }
            _ => None,
        }
    }

    /// Whether some match can begin with each of the literals. `program` is the pattern's.
    ///
    /// # Errors
    /// If the automaton that is needed cannot be built.
    pub fn can_begin(&self, program: Option<&Program>, literals: &[String]) -> Result<bool, String> {
        let program = program.filter(|_| self.nfa.is_none());
        if program.is_some_and(|program| literals.iter().all(|literal| program.begins_with(literal.as_bytes()))) {
            return Ok(true);
        }
        let nfa = self.nfa.clone().map_or_else(|| automaton(self.text), Ok)?;
        let automaton = DFA::builder().build_from_nfa(nfa).map_err(|error| innermost(&error))?;
        Ok(literals.iter().all(|literal| can_begin(&automaton, literal.as_bytes())))
    }
}

/// At most how many states a pattern's automaton takes; more than there can be, if that cannot be told.
fn states(hir: &Hir) -> usize {
    let all = |parts: &[Hir]| parts.iter().map(states).fold(1, usize::saturating_add);
    match hir.kind() {
        HirKind::Empty | HirKind::Class(Class::Bytes(_)) => 1,
        HirKind::Look(
            Look::WordAscii | Look::WordAsciiNegate | Look::Start | Look::End | Look::StartLF | Look::EndLF,
        ) => 1,
        HirKind::Class(Class::Unicode(_)) | HirKind::Look(_) => usize::MAX,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1) as usize;
            states(&repetition.sub).saturating_add(1).saturating_mul(times)
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
    }
}

fn automaton(pattern: &str) -> Result<NFA, String> {
    let compiler = &mut NFA::compiler();
    let compiler = compiler.syntax(rule::syntax()).configure(NFA::config().utf8(false));
    compiler.build(pattern).map_err(|error| innermost(&error))
}

/// Whether some match can begin with the literal. An automaton that gives up is not held against the rule.
fn can_begin(automaton: &DFA, literal: &[u8]) -> bool {
    let mut cache = automaton.create_cache();
    let input = Input::new(literal).anchored(Anchored::Yes);
    let Ok(mut state) = automaton.start_state_forward(&mut cache, &input) else { return true };
    for &byte in literal {
        match automaton.next_state(&mut cache, state, byte) {
            Ok(next) if next.is_dead() => return false,
            Ok(next) => state = next,
            Err(_) => return true,
        }
    }
    true
}

/// The last cause of an error, in one line: regex errors draw the pattern, of which we keep the complaint.
pub fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    let text = error.to_string();
    let complaint = text.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or(&text);
    complaint.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::super::rule::Rule;
    use super::super::set::RuleSet;
    use super::*;

    /// What the automaton says.
    fn asked(pattern: &str, literal: &[u8]) -> bool {
        can_begin(&DFA::builder().build_from_nfa(automaton(pattern).unwrap()).unwrap(), literal)
    }

    #[test]
    fn a_program_says_of_keywords_what_the_automaton_says() {
        for (pattern, literal, is_quick) in [
            ("ghp_[0-9]{4}", "ghp_", true),
            ("ghp_[0-9]{4}", "ghq_", false),
            ("ghp_[0-9]{4}", "ghp_12", true),
            ("ghp_[0-9]{4}", "ghp_12345", false),
            (r"\bghp_[0-9]{4}", "ghp_", true),
            (r"ghp\b_[0-9]{4}", "ghp_", false),
            ("(?i)abc[0-9]{4}", "AbC", true),
            ("a(?:bc|cd)x", "acd", true),
            ("a(?:bc|cd)x", "abd", false),
            ("a|abcd", "abcd", false),
            ("x[a-z]+:", "xabc", true),
            ("x[a-z]+:", "xabc:", true),
            ("x[a-z]*abc", "xabc", false),
            ("x(?:ab)?c", "xc", true),
        ] {
            let program = Pattern::new(pattern).unwrap().program().unwrap();
            assert_eq!(program.begins_with(literal.as_bytes()), is_quick, "{pattern} {literal}");
            let judged = Pattern::new(pattern).unwrap().can_begin(Some(&program), &[literal.into()]);
            assert_eq!(judged, Ok(asked(pattern, literal.as_bytes())), "{pattern} {literal}");
        }
        // Whatever stands at a rule's keywords, changed a little.
        for rule in RuleSet::builtin().rules().iter().filter(|rule| rule.context == 0) {
            let Rule { pattern, program: Some(program), .. } = rule else { continue };
            for keyword in rule.keywords.iter() {
                for change in 0..=keyword.len() {
                    let mut literal = keyword.as_bytes().to_vec();
                    if let Some(byte) = literal.get_mut(change) {
                        *byte ^= 0x20;
                    }
                    let says = program.begins_with(&literal);
                    assert!(!says || asked(pattern, &literal), "{}: {}", rule.id, literal.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn unusual_patterns_are_left_to_the_automaton() {
        for pattern in [r"\b[a-z]*", r"(?u:\bx)", "(?u:[à-é])x", "x{3}{9999}", "(?:a|b{900}){99}"] {
            assert!(Pattern::new(pattern).is_ok_and(|pattern| pattern.nfa.is_some()), "{pattern}");
        }
        for pattern in ["[a-z]{20,}", r"\b(x)\b", "(?i:abc|d)[^ ]{1,4000}"] {
            assert!(Pattern::new(pattern).is_ok_and(|pattern| pattern.nfa.is_none()), "{pattern}");
        }
    }
}
