//! Token rules: a literal of the rule is met, its pattern is tried there, and a match goes on to the end of its run.
//!
//! Nearly all candidates are tried by the rule's program, which needs neither the line nor any memory. The regular
//! expression takes those that a program gives up, the rules that have none, and those that are searched for around their
//! keyword.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};

use crate::detect::bytes::{ALNUM, ByteSet};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::prefilter::Literal;
use crate::detect::run::Run;
use crate::detect::steps::{self, Outcome, Reached};
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::rules::{Check, Program, Rule, RuleSet, Step, syntax};

/// Finds the tokens of every `[[rule]]`.
pub struct Tokens {
    rules: Vec<Compiled>,
    /// By anchor.
    keywords: Vec<Keyword>,
}

/// A keyword of a rule, empty in the slow lane, and what can be known of its candidates beforehand.
struct Keyword {
    /// Which rule.
    which: usize,
    bytes: Vec<u8>,
    /// What must stand behind it.
    after: Vec<ByteSet>,
    /// How many steps of the program the keyword itself has taken: the first, if that is the keyword.
    taken: usize,
    /// The keyword stands in letters and digits: it may be a part of its own repetition.
    may_repeat: bool,
    /// The keyword can stand in the run that the program reads first, which ends where it ends for all that begin in it.
    is_in_run: bool,
}

struct Compiled {
    rule: Rule,
    /// The pattern ends in a run that could hold all of it, and the rule's own run holds that.
    is_one_word: bool,
    /// Compiled when it is first needed.
    pattern: OnceLock<Option<Regex>>,
    allow: OnceLock<Vec<Regex>>,
}

impl Tokens {
    /// The detector for a rule set. No pattern is compiled yet.
    pub fn new(rules: &RuleSet) -> Tokens {
        let mut keywords = Vec::new();
        for (which, rule) in rules.rules().iter().enumerate() {
            keywords.extend(rule.keywords.iter().map(|keyword| Keyword::new(which, rule, keyword)));
            if rule.is_slow() {
                keywords.push(Keyword::new(which, rule, ""));
            }
        }
        let compiled = |rule: &Rule| Compiled {
            rule: rule.clone(),
            is_one_word: rule.program.as_ref().is_some_and(|program| is_one_word(program.steps(), rule.run)),
            pattern: OnceLock::new(),
            allow: OnceLock::new(),
        };
        Tokens { rules: rules.rules().iter().map(compiled).collect(), keywords }
    }
}

impl Keyword {
    fn new(which: usize, rule: &Rule, keyword: &str) -> Keyword {
        let bytes = keyword.as_bytes();
        let steps = rule.program.as_ref().map_or(&[][..], Program::steps);
        let (taken, is_in_run) = match steps {
            [Step::Literal(literal), rest @ ..] if rule.context == 0 && !rule.ignore_case => {
                let in_run = match rest {
                    [Step::Run { set, max: u32::MAX, is_final: true, .. }, ..] => {
                        set.prefix_len(literal) == literal.len()
                    }
                    _ => false,
                };
                (usize::from(**literal == *bytes), in_run)
            }
            _ => (0, false),
        };
        let may_repeat = rule.context == 0 && !bytes.is_empty() && ALNUM.prefix_len(bytes) == bytes.len();
        Keyword { which, bytes: bytes.to_vec(), after: behind(rule, keyword), taken, may_repeat, is_in_run }
    }

    /// Whether the keyword stands twice before itself, as in `eyJeyJeyJ`: what begins here belongs to what began there.
    fn repeats(&self, at: usize, view: &View<'_>) -> bool {
        let stands =
            |n: usize| at.checked_sub(n * self.bytes.len()).is_some_and(|at| view.starts_with(at, &self.bytes));
        self.may_repeat && stands(1) && stands(2)
    }
}

/// What must stand behind the keyword, as far as a fingerprint may reach.
fn behind(rule: &Rule, keyword: &str) -> Vec<ByteSet> {
    const REACH: usize = 4;
    let ways = rule.prefixes(keyword);
    let length = ways.iter().map(Vec::len).min().unwrap_or(0).min(keyword.len() + REACH);
    let any = |place: usize| ways.iter().fold(ByteSet::EMPTY, |any, way| any.or(way[place]));
    (keyword.len()..length).map(any).collect()
}

/// Whether every match ends in a run of bytes that could hold all of it, and that is a part of `carried`.
fn is_one_word(steps: &[Step], carried: ByteSet) -> bool {
    let [before @ .., Step::Run { set: word, max: u32::MAX, .. }, Step::Match] = steps else { return false };
    let within = |set: ByteSet, outer: ByteSet| set.and(outer) == set;
    within(*word, carried)
        && before.iter().all(|step| match step {
            Step::Literal(literal) => word.prefix_len(literal) == literal.len(),
            Step::Run { set, .. } => within(*set, *word),
            Step::Split { other: to, .. } | Step::Jump(to) => usize::from(*to) <= before.len(),
            _ => false,
        })
}

fn compile(pattern: &str) -> Option<Regex> {
    // The loader has compiled it once, so it is valid; a failure here is a limit of size, and leaves the rule silent.
    Regex::builder().syntax(syntax()).configure(Regex::config().utf8_empty(false)).build(pattern).ok()
}

impl Detector for Tokens {
    fn rules(&self) -> Vec<RuleInfo> {
        let info = |c: &Compiled| RuleInfo {
            id: c.rule.id.to_string(),
            kind: c.rule.kind,
            description: c.rule.description.to_string(),
        };
        self.rules.iter().map(info).collect()
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |keyword: &Keyword| {
            let rule = &self.rules[keyword.which].rule;
            if rule.is_slow() {
                let [first, second] = rule.first_two();
                return Anchor::Pair(first, second);
            }
            let ignore_case = rule.ignore_case;
            let bytes = if ignore_case { keyword.bytes.to_ascii_lowercase() } else { keyword.bytes.clone() };
            Anchor::Literal(Literal { bytes, ignore_case, after: keyword.after.clone() })
        };
        self.keywords.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let keyword = &self.keywords[hit.anchor];
        let compiled = &self.rules[keyword.which];
        let rule = &compiled.rule;
        if rule.context > 0 {
            return compiled.search(keyword.which, hit.at, view, out);
        }
        if rule.boundary && !view.starts_word(hit.at) {
            return out.left(keyword.which, hit.at, "within a word");
        }
        if keyword.repeats(hit.at, view) {
            return out.left(keyword.which, hit.at, "the same again, decided before");
        }
        match &rule.program {
            Some(program) => compiled.run(program.steps(), keyword, hit.at, view, out),
            None => compiled.search(keyword.which, hit.at, view, out),
        }
    }
}

/// What a match came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is no match for the rule.
    Unfit,
    /// Something speaks against it, which was said.
    Left,
    /// It lacks a sort of character, and so does every part of it.
    Plain,
    /// It is a finding, which ends in view.
    Found,
    /// It is a finding that goes on.
    Open,
}

impl Compiled {
    /// Tries a keyword's candidate by the program.
    fn run(&self, steps: &[Step], keyword: &Keyword, at: usize, view: &View<'_>, out: &mut Candidates<'_>) {
        // No step takes a newline, so that the end of the line need not be known. Assertions see a byte on either side.
        let end = (at + self.rule.max_length as usize).min(view.high());
        let first = at.saturating_sub(1).max(view.low());
        let text = view.slice(first, (end + 1).min(view.high()));
        let taken = if keyword.taken > 0 { keyword.bytes.len() } else { 0 };
        if at + taken > end {
            return self.search(keyword.which, at, view, out);
        }
        let Reached { outcome, run_end, met_end } =
            steps::run(steps, keyword.taken, text, at + taken - first, end - first);
        if met_end {
            let _ = view.at(end);
        }
        let (fate, matched) = match outcome {
            Outcome::Match(matched, secret) => {
                let whole = at - first..matched;
                let fate = self.take(keyword.which, view, first, whole.start, secret.unwrap_or(whole), out);
                (fate, first + matched)
            }
            Outcome::None => (Fate::Unfit, at),
            Outcome::GivenUp => return self.search(keyword.which, at, view, out),
        };
        if fate == Fate::Unfit {
            out.left(keyword.which, at, "the shape does not fit");
        }
        if let Some(dead) = self.decided(keyword, fate, run_end.map(|end| first + end), matched, end, view) {
            out.dead_until(dead);
        }
    }

    /// Before which index every candidate of the keyword is decided with one whose first run ended at `run_end` and whose
    /// match, if it is one, at `matched`, within a window that ends at `end`.
    fn decided(
        &self,
        keyword: &Keyword,
        fate: Fate,
        run_end: Option<usize>,
        matched: usize,
        end: usize,
        view: &View<'_>,
    ) -> Option<usize> {
        // Whatever begins within a word that was found ends with it. Where it goes on beyond the view, so does that, and
        // only a check could make the shorter one the better name.
        let is_word = match fate {
            Fate::Found | Fate::Plain => matched < end,
            Fate::Open => self.rule.checks.is_empty() && (matched < end || end == view.high()),
            Fate::Unfit | Fate::Left => false,
        };
        if self.is_one_word && is_word {
            return Some(matched);
        }
        // Whatever begins within the first run has the same end, and is as unfit or lies within what was found.
        run_end.filter(|&run| keyword.is_in_run && run < end && matches!(fate, Fate::Unfit | Fate::Found))
    }

    /// Searches for the pattern by its regular expression, at a keyword or around it.
    fn search(&self, which: usize, hit: usize, view: &View<'_>, out: &mut Candidates<'_>) {
        let rule = &self.rule;
        let Some(pattern) = self.pattern.get_or_init(|| compile(&rule.pattern)) else { return };
        let reach = rule.max_length as usize;
        let context = rule.context as usize;
        let line = view.line_start(hit);
        // The pattern sees what stands around its window: `\b` and `^` look there.
        let first = hit.saturating_sub(context).max(line);
        let from = first.saturating_sub(1).max(line);
        let to = view.line_end(hit, reach + context);
        let text = view.slice(from, to + usize::from(view.at(to).is_some()));
        let anchored = if context == 0 { Anchored::Yes } else { Anchored::No };
        let mut at = if context == 0 { hit - from } else { first - from };
        let mut is_found = false;
        // Most windows hold no match, which costs less to know than where one is.
        let input = Input::new(text).range(at..to - from).anchored(anchored);
        if pattern.is_match(input) {
            let mut captures = pattern.create_captures();
            while at <= to - from {
                let input = Input::new(text).range(at..to - from).anchored(anchored);
                pattern.search_captures(&input, &mut captures);
                let Some((whole, secret)) = spans(&captures) else { break };
                is_found |= self.take(which, view, from, whole.start, secret, out) != Fate::Unfit;
                if context == 0 || whole.end <= at && whole.is_empty() {
                    break;
                }
                at = whole.end.max(at + 1);
            }
        } else if context > 0 && !view.is_capped_at(to) && view.at(to).is_none_or(|byte| byte == b'\n') {
            // The windows of the keywords that follow on this line hold no more than this one.
            out.dead_until(to);
        }
        if !is_found {
            out.left(which, hit, "the shape does not fit");
        }
    }

    /// Names the finding of a match, unless something speaks against it.
    fn take(
        &self,
        which: usize,
        view: &View<'_>,
        from: usize,
        whole: usize,
        secret: Range<usize>,
        out: &mut Candidates<'_>,
    ) -> Fate {
        let rule = &self.rule;
        if rule.boundary && rule.context > 0 && !view.starts_word(from + whole) {
            return Fate::Unfit;
        }
        let (start, matched) = (from + secret.start, from + secret.end);
        let end = view.run(matched, rule.run, usize::MAX);
        let value = view.slice(start, matched);
        if value.is_empty() {
            return Fate::Unfit;
        }
        if let Some(check) = rule.require.iter().find(|check| !check.apply(value)) {
            out.left(which, start, "a check fails that the shape alone needs");
            return if matches!(check, Check::Mixed | Check::MixedCase) { Fate::Plain } else { Fate::Left };
        }
        let allow = self.allow.get_or_init(|| rule.allow.iter().filter_map(|pattern| compile(pattern)).collect());
        if allow.iter().any(|pattern| pattern.is_match(view.slice(start, end))) {
            out.left(which, start, "allowed by the rule");
            return Fate::Left;
        }
        let is_checked = !rule.checks.is_empty() && rule.checks.iter().all(|check| check.apply(value));
        let confidence = if is_checked { Confidence::High } else { Confidence::Medium };
        let found = Found::new(start, end, rule.kind, confidence).rule(which);
        let found = if rule.run.is_empty() { found } else { found.open(view, Run::Set(rule.run)) };
        let fate = if found.run.is_some() { Fate::Open } else { Fate::Found };
        out.found(found);
        fate
    }
}

/// The whole match, and the secret in it.
fn spans(captures: &Captures) -> Option<(Range<usize>, Range<usize>)> {
    let whole = captures.get_match()?.range();
    let secret = captures.get_group(1).map_or(whole.clone(), |group| group.range());
    Some((whole, secret))
}
