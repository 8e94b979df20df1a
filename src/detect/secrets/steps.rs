//! Runs a rule's program where its keyword was met.
//!
//! The first way through the steps that comes to their end is the match. Where two ways may lead on, the second is noted,
//! and taken up when the first fails; most programs never note any, as the next byte tells which way to go. What takes
//! more notes or more turns than a fair candidate does is given up, and is a matter for the regular expression.

use std::ops::Range;

use crate::detect::bytes::WORD;
use crate::rules::{Look, Step};

/// How many ways are noted at a time.
const NOTES: usize = 8;

/// How often a way is taken up again.
const TURNS: usize = 512;

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A match up to this index, and the secret in it, if the pattern tells them apart.
    Match(usize, Option<Range<usize>>),
    /// No match begins here.
    None,
    /// Too many ways.
    GivenUp,
}

/// What a program came to, and how far it looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// What became of the candidate.
    pub outcome: Outcome,
    /// Where the first run without a bound that was read ended.
    pub run_end: Option<usize>,
    /// Whether the outcome might be another if the text went on.
    pub met_end: bool,
}

/// A way that is not taken yet.
#[derive(Clone, Copy, Default)]
struct Note {
    step: usize,
    /// Where to go on from, and the least such place: a run is given back byte by byte.
    at: usize,
    least: usize,
    secret: Secret,
}

/// The secret as far as it is known.
#[derive(Clone, Copy, Default)]
struct Secret {
    start: usize,
    end: Option<usize>,
}

/// Runs `steps`, those before `step` being done, on `text` from the index `from` on. Takes no byte at `end` or behind it,
/// though it may look at the one at `end`.
///
/// # Panics
/// If `from..end` does not lie within `text`.
#[inline]
pub fn run(steps: &[Step], step: usize, text: &[u8], from: usize, end: usize) -> Reached {
    let mut reached = Reached { outcome: Outcome::None, run_end: None, met_end: false };
    let mut notes = [Note::default(); NOTES];
    let (mut noted, mut turns) = (0, 0);
    let (mut step, mut at, mut secret) = (step, from, Secret::default());
    loop {
        let is_on = match &steps[step] {
            Step::Literal(literal) => {
                let there = &text[at..end.min(at + literal.len())];
                let is_there = *there == **literal;
                if is_there {
                    at += literal.len();
                } else {
                    reached.met_end |= literal.starts_with(there);
                }
                step += 1;
                is_there
            }
            Step::Run { set, min, max, is_final } => {
                let (min, is_bounded, max) = (*min as usize, *max < u32::MAX, *max as usize);
                let run = at + set.prefix_len(&text[at..end.min(at.saturating_add(max))]);
                reached.met_end |= run == end;
                if !is_bounded {
                    reached.run_end = reached.run_end.or(Some(run));
                }
                step += 1;
                let is_enough = run - at >= min;
                if is_enough {
                    let least = at + min;
                    if !is_final && run > least {
                        if noted == NOTES {
                            reached.outcome = Outcome::GivenUp;
                            return reached;
                        }
                        notes[noted] = Note { step, at: run - 1, least, secret };
                        noted += 1;
                    }
                    at = run;
                }
                is_enough
            }
            Step::Split { here, there, other } => {
                let byte = text[..end].get(at);
                reached.met_end |= byte.is_none();
                let (may_go_on, may_go_there) = byte.map_or((true, true), |&b| (here.contains(b), there.contains(b)));
                if may_go_on && may_go_there {
                    if noted == NOTES {
                        reached.outcome = Outcome::GivenUp;
                        return reached;
                    }
                    notes[noted] = Note { step: usize::from(*other), at, least: at, secret };
                    noted += 1;
                }
                step = if may_go_on { step + 1 } else { usize::from(*other) };
                may_go_on || may_go_there
            }
            Step::Jump(to) => {
                step = usize::from(*to);
                true
            }
            Step::Open => {
                secret.start = at;
                step += 1;
                true
            }
            Step::Close => {
                secret.end = Some(at);
                step += 1;
                true
            }
            Step::Look(look) => {
                let before = at.checked_sub(1).map(|before| text[before]);
                let behind = text.get(at).copied();
                reached.met_end |= behind.is_none();
                step += 1;
                match look {
                    Look::WordEdge => is_word(before) != is_word(behind),
                    Look::LineStart => matches!(before, None | Some(b'\n')),
                    Look::LineEnd => matches!(behind, None | Some(b'\n')),
                }
            }
            Step::Match => {
                reached.outcome = Outcome::Match(at, secret.end.map(|end| secret.start..end));
                return reached;
            }
        };
        if is_on {
            continue;
        }
        if noted == 0 {
            return reached;
        }
        turns += 1;
        if turns > TURNS {
            reached.outcome = Outcome::GivenUp;
            return reached;
        }
        let note = &mut notes[noted - 1];
        (step, at, secret) = (note.step, note.at, note.secret);
        if note.at == note.least {
            noted -= 1;
        } else {
            note.at -= 1;
        }
    }
}

fn is_word(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| WORD.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Program, Rule, RuleSet, syntax};
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use regex_automata::meta::{Config, Regex};
    use regex_automata::{Anchored, Input};

    fn compile(pattern: &str) -> Regex {
        Regex::builder().syntax(syntax()).configure(Config::new().utf8_empty(false)).build(pattern).unwrap()
    }

    fn program(pattern: &str) -> Vec<Step> {
        let rule = format!(
            "[[rule]]\nid = 'x'\ndescription = 'x'\nkind = 'token'\nkeywords = ['xx']\ncontext = 9\npattern = '''{pattern}'''\n\
             examples = [['a', 'b'], ['c', 'd']]\ncounter_examples = [['e']]"
        );
        let set = RuleSet::parse("x", &rule).unwrap();
        set.rules()[0].program.clone().unwrap_or_else(|| panic!("{pattern} has no program")).steps().to_vec()
    }

    /// The outcome as the regular expression has it.
    fn expected(regex: &Regex, text: &[u8], from: usize, end: usize) -> Outcome {
        let mut captures = regex.create_captures();
        regex.captures(Input::new(text).range(from..end).anchored(Anchored::Yes), &mut captures);
        match captures.get_match() {
            Some(whole) => Outcome::Match(whole.end(), captures.get_group(1).map(|group| group.range())),
            None => Outcome::None,
        }
    }

    /// Holds the program against the expression at `from`, with the window's end anywhere behind. The answer of a window
    /// that was cut must be the same as of one that was not, unless it says that the end was met.
    fn compare(steps: &[Step], regex: &Regex, text: &[u8], from: usize) -> usize {
        let line = memchr::memchr(b'\n', &text[from..]).map_or(text.len(), |n| from + n);
        let mut given_up = 0;
        for end in [line, from + (line - from) / 2, from + (line - from) * 7 / 8] {
            let text = &text[..text.len().min(end + 1)];
            let reached = run(steps, 0, text, from, end);
            let shown = text.escape_ascii();
            if reached.outcome == Outcome::GivenUp {
                given_up += 1;
            } else {
                assert_eq!(reached.outcome, expected(regex, text, from, end), "{from}..{end} of {shown}");
            }
            if !run(steps, 0, &text[..end], from, end).met_end {
                assert_eq!(
                    run(steps, 0, text, from, line.min(text.len())).outcome,
                    reached.outcome,
                    "{from}..{end} of {shown}"
                );
            }
        }
        given_up
    }

    #[test]
    fn programs_choose_as_expressions_do() {
        for (pattern, texts) in [
            ("ab[0-9]{2,4}", &["ab1", "ab12", "ab12345", "ac12"][..]),
            ("a(?:b|bc|bcd)(?:d|e)?", &["ab", "abc", "abcd", "abcde", "abd"]),
            ("a(?:bcd|bc|b)(?:d|e)?", &["ab", "abc", "abcd", "abcde", "abd"]),
            ("x[a-z]{1,5}zz", &["xzzz", "xzzzzzzz", "xazz", "xazbzz", "xz"]),
            ("(?:x|y)(?:([a-c]+)-)?[a-z]{2,}", &["xab-cd", "xabcd", "xab-", "yab-c", "xxx"]),
            ("x(?:ab|a)*b", &["xabab", "xaab", "xb", "xabb", "xaba"]),
            (r"x[0-9]{2}\b", &["x12", "x123", "x12-", "x1"]),
            ("(?m:^|[^a])(a{2})(?m:[^a]|$)", &["aa", "baa", "aab", "baab", "baaa", "aa\n"]),
            ("x(?:a{1,2}){3,}", &["xaa", "xaaa", "xaaaa", "xaaaaaaaaaa"]),
            (r"x\s+y?(?i:Z)", &["x yz", "x\nz", "x  Z", "xz"]),
        ] {
            let (steps, regex) = (program(pattern), compile(pattern));
            for text in texts {
                for from in 0..text.len() {
                    compare(&steps, &regex, text.as_bytes(), from);
                }
            }
        }
    }

    #[test]
    fn what_has_too_many_ways_is_given_up() {
        let steps = program("x(?:a|ab|b)*c");
        let text = format!("x{}", "ab".repeat(40));
        assert_eq!(run(&steps, 0, text.as_bytes(), 0, text.len()).outcome, Outcome::GivenUp);
    }

    /// Texts near those a rule finds: its examples with bytes changed, doubled, cut out, and runs drawn out.
    fn near(rule: &Rule) -> impl Strategy<Value = Vec<u8>> + use<> {
        let examples: Vec<String> =
            rule.examples.iter().chain(rule.counter_examples.iter()).map(|e| e.text()).collect();
        let alphabet = b"aAfFzZ059_-.=+/%$:~!, \n\"eyJ\xc3";
        let change = (0..4_u8, any::<prop::sample::Index>(), prop::sample::select(&alphabet[..]), 1..60_usize);
        (prop::sample::select(examples), prop::collection::vec(change, 0..5)).prop_map(|(example, changes)| {
            let mut text = example.into_bytes();
            for (how, place, byte, count) in changes {
                let at = place.index(text.len() + 1);
                match how {
                    0 if at < text.len() => text[at] = byte,
                    1 => drop(text.splice(at..at, std::iter::repeat_n(byte, count))),
                    2 => drop(text.drain(at..text.len().min(at + count))),
                    _ => {
                        let copy = text[at..text.len().min(at + count)].to_vec();
                        drop(text.splice(at..at, copy));
                    }
                }
            }
            text
        })
    }

    #[test]
    fn every_built_in_program_finds_what_its_expression_finds() {
        let (mut given_up, mut matched) = (0, 0);
        for rule in RuleSet::builtin().rules() {
            let Some(program) = &rule.program else { continue };
            let regex = compile(&rule.pattern);
            let mut runner = proptest::test_runner::TestRunner::deterministic();
            for _ in 0..120 {
                let text = near(rule).new_tree(&mut runner).unwrap().current();
                for from in 0..text.len() {
                    given_up += compare(program.steps(), &regex, &text, from);
                    matched += usize::from(expected(&regex, &text, from, text.len()) != Outcome::None);
                }
            }
        }
        assert!(matched > 9000 && given_up * 50 < matched, "{matched} matches, {given_up} given up");
    }

    #[test]
    fn what_decides_of_a_match_stands_before_what_is_hidden() {
        let (mut bounded, mut matched) = (0, 0);
        for rule in RuleSet::builtin().rules() {
            let Some(decision) = rule.program.as_ref().and_then(Program::decision) else { continue };
            bounded += 1;
            let regex = compile(&rule.pattern);
            let mut runner = proptest::test_runner::TestRunner::deterministic();
            for _ in 0..30 {
                let mut text = near(rule).new_tree(&mut runner).unwrap().current();
                text.retain(|&byte| byte != b'\n');
                for cut in (0..text.len()).step_by(3) {
                    let known = &text[..cut];
                    for from in 0..decision.hidden(known) {
                        if expected(&regex, &text, from, text.len()) != Outcome::None {
                            matched += 1;
                            let there = expected(&regex, known, from, cut);
                            assert_ne!(there, Outcome::None, "{}: {from}..{cut} of {}", rule.id, text.escape_ascii());
                        }
                    }
                }
            }
        }
        assert!(bounded > 180 && matched > 1000, "{bounded} rules, {matched} matches");
    }
}
