//! Token rules: a literal of the rule is met, its pattern is tried there, and a match goes on to the end of its run.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};

use crate::detect::bytes::ByteSet;
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::prefilter::Literal;
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::rules::{Rule, RuleSet, syntax};

/// Finds the tokens of every `[[rule]]`.
pub struct Tokens {
    rules: Vec<Compiled>,
    /// By anchor: which rule, and the literal.
    anchors: Vec<(usize, Anchor)>,
}

struct Compiled {
    rule: Rule,
    /// Compiled when the rule's first literal is met.
    pattern: OnceLock<Option<Regex>>,
    allow: OnceLock<Vec<Regex>>,
}

impl Tokens {
    /// The detector for a rule set. No pattern is compiled yet.
    pub fn new(rules: &RuleSet) -> Tokens {
        let mut anchors = Vec::new();
        let mut compiled = Vec::new();
        for (which, rule) in rules.rules().iter().enumerate() {
            for keyword in rule.keywords.iter() {
                let bytes = if rule.ignore_case { keyword.to_ascii_lowercase() } else { keyword.to_string() };
                let (ignore_case, after) = (rule.ignore_case, behind(rule, keyword));
                anchors.push((which, Anchor::Literal(Literal { bytes: bytes.into(), ignore_case, after })));
            }
            compiled.push(Compiled { rule: rule.clone(), pattern: OnceLock::new(), allow: OnceLock::new() });
        }
        Tokens { rules: compiled, anchors }
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
        self.anchors.iter().map(|(_, anchor)| anchor.clone()).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let which = self.anchors[hit.anchor].0;
        let compiled = &self.rules[which];
        let rule = &compiled.rule;
        if rule.boundary && rule.context == 0 && !view.starts_word(hit.at) {
            return out.left(which, hit.at, "within a word");
        }
        if self.repeats(hit, view) {
            return out.left(which, hit.at, "the same again, decided before");
        }
        let Some(pattern) = compiled.pattern.get_or_init(|| compile(&rule.pattern)) else { return };
        let reach = rule.max_length as usize;
        let context = rule.context as usize;
        let line = view.line_start(hit.at);
        // The pattern sees what stands around its window: `\b` and `^` look there.
        let first = hit.at.saturating_sub(context).max(line);
        let from = first.saturating_sub(1).max(line);
        let to = view.line_end(hit.at, reach + context);
        let text = view.slice(from, to + usize::from(view.at(to).is_some()));
        let mut captures = pattern.create_captures();
        let mut at = if context == 0 { hit.at - from } else { first - from };
        let mut is_found = false;
        while at <= to - from {
            let anchored = if context == 0 { Anchored::Yes } else { Anchored::No };
            let input = Input::new(text).range(at..to - from).anchored(anchored);
            pattern.search_captures(&input, &mut captures);
            let Some((whole, secret)) = spans(&captures) else { break };
            is_found |= compiled.take(which, view, from, whole.start, secret, out);
            if context == 0 || whole.end <= at && whole.is_empty() {
                break;
            }
            at = whole.end.max(at + 1);
        }
        if !is_found {
            out.left(which, hit.at, "the shape does not fit");
        }
    }
}

impl Tokens {
    /// Whether the literal of letters and digits stands twice before itself, as in `eyJeyJeyJ`: what begins here belongs to
    /// what began there.
    fn repeats(&self, hit: Hit, view: &View<'_>) -> bool {
        let (which, Anchor::Literal(Literal { bytes, .. })) = &self.anchors[hit.anchor] else { return false };
        let length = bytes.len();
        let stands = |n: usize| hit.at.checked_sub(n * length).is_some_and(|at| view.starts_with(at, bytes));
        self.rules[*which].rule.context == 0 && bytes.iter().all(u8::is_ascii_alphanumeric) && stands(1) && stands(2)
    }
}

/// The whole match, and the secret in it.
fn spans(captures: &Captures) -> Option<(Range<usize>, Range<usize>)> {
    let whole = captures.get_match()?.range();
    let secret = captures.get_group(1).map_or(whole.clone(), |group| group.range());
    Some((whole, secret))
}

impl Compiled {
    /// Names the finding of a match, unless something speaks against it.
    fn take(
        &self,
        which: usize,
        view: &View<'_>,
        from: usize,
        whole: usize,
        secret: Range<usize>,
        out: &mut Candidates<'_>,
    ) -> bool {
        let rule = &self.rule;
        if rule.boundary && rule.context > 0 && !view.starts_word(from + whole) {
            return false;
        }
        let (start, matched) = (from + secret.start, from + secret.end);
        let end = view.run(matched, self.rule.run, usize::MAX);
        let value = view.slice(start, matched);
        if value.is_empty() {
            return false;
        }
        if !rule.require.iter().all(|check| check.apply(value)) {
            out.left(which, start, "a check fails that the shape alone needs");
            return true;
        }
        let allow = self.allow.get_or_init(|| rule.allow.iter().filter_map(|pattern| compile(pattern)).collect());
        if allow.iter().any(|pattern| pattern.is_match(view.slice(start, end))) {
            out.left(which, start, "allowed by the rule");
            return true;
        }
        let is_checked = !rule.checks.is_empty() && rule.checks.iter().all(|check| check.apply(value));
        let confidence = if is_checked { Confidence::High } else { Confidence::Medium };
        let found = Found::new(start, end, rule.kind, confidence).rule(which);
        out.found(if self.rule.run.is_empty() { found } else { found.open(view, Run::Set(self.rule.run)) });
        true
    }
}
