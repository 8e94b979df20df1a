//! Token rules: a literal of the rule is met, its pattern is tried there, and a match goes on to the end of its run.
//!
//! Nearly all candidates are tried by the rule's program, which needs neither the line nor any memory. The regular
//! expression takes those that a program gives up, the rules that have none, and those that are searched for around their
//! keyword.

mod around;
mod foresight;

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};

use crate::chunk::LOOK_BEHIND;
use crate::detect::bytes::{ALNUM, ByteSet};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::prefilter::Literal;
use crate::detect::reading::random;
use crate::detect::run::Run;
use crate::detect::secrets::steps::{self, Outcome, Reached};
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::rules::{Check, Decision, Program, Rule, RuleSet, Step, TELLING, Text, dull, syntax};

use around::{begins_name, is_behind_word, is_in_base64_line};
use foresight::{first_run, lead_of, one_word};

/// How many windows are looked at for what a long word lacks.
const AHEAD: usize = 16;

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
    /// The run that the program reads first, if the keyword can stand in it: it ends where it ends for all that begin in it.
    in_run: Option<ByteSet>,
}

struct Compiled {
    rule: Rule,
    /// How sure a match is that no check speaks for.
    unchecked: Confidence,
    /// The run that the pattern ends in, if it could hold all of a match and the rule's own run holds it.
    one_word: Option<ByteSet>,
    /// What decides whether a match begins somewhere, if the pattern is searched for around a keyword.
    decision: Option<Decision>,
    /// How far behind the beginning of every match a keyword stands, if the pattern is searched for around it and that is
    /// the same for all: a match then begins at one place and need not be searched for.
    lead: Option<usize>,
    /// Compiled when it is first needed.
    pattern: OnceLock<Option<Regex>>,
    allow: OnceLock<Vec<Regex>>,
    between: OnceLock<Option<Regex>>,
}

impl Tokens {
    /// The detector for a rule set. No pattern is compiled yet.
    pub fn new(rules: &RuleSet) -> Tokens {
        let mut keywords = Vec::with_capacity(rules.rules().iter().map(|rule| rule.keywords.len().max(1)).sum());
        for (which, rule) in rules.rules().iter().enumerate() {
            let behind = rule.keywords.iter().zip(rule.behind.iter());
            keywords.extend(behind.map(|(keyword, behind)| Keyword::new(which, rule, keyword, behind)));
            if rule.is_slow() {
                keywords.push(Keyword::new(which, rule, "", &[]));
            }
        }
        let compiled = |rule: &Rule| Compiled {
            rule: rule.to_run(),
            unchecked: unchecked(rule),
            one_word: rule.program.as_ref().and_then(|program| one_word(program.steps(), rule.run)),
            decision: rule.program.as_ref().filter(|_| rule.context > 0).and_then(Program::decision),
            lead: lead_of(rule).filter(|&lead| lead <= LOOK_BEHIND),
            pattern: OnceLock::new(),
            allow: OnceLock::new(),
            between: OnceLock::new(),
        };
        Tokens { rules: rules.rules().iter().map(compiled).collect(), keywords }
    }
}

impl Keyword {
    fn new(which: usize, rule: &Rule, keyword: &str, behind: &[ByteSet]) -> Keyword {
        let bytes = keyword.as_bytes();
        let steps = rule.program.as_ref().map_or(&[][..], Program::steps);
        let is_plain = rule.context == 0 && !rule.ignore_case;
        let taken = match steps {
            [Step::Literal(literal), ..] if is_plain && **literal == *bytes => 1,
            _ => 0,
        };
        let in_run = first_run(steps, bytes).filter(|set| is_plain && set.prefix_len(bytes) == bytes.len());
        let may_repeat = rule.context == 0 && !bytes.is_empty() && ALNUM.prefix_len(bytes) == bytes.len();
        Keyword { which, bytes: bytes.to_vec(), after: behind.to_vec(), taken, may_repeat, in_run }
    }

    /// Whether the keyword stands twice before itself, as in `eyJeyJeyJ`: what begins here belongs to what began there.
    fn repeats(&self, at: usize, view: &View<'_>) -> bool {
        let stands =
            |n: usize| at.checked_sub(n * self.bytes.len()).is_some_and(|at| view.starts_with(at, &self.bytes));
        self.may_repeat && stands(1) && stands(2)
    }
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
            // A token may be glued to a word, whatever its rule says of its boundary; a name that says what a value is, is a word.
            let starts_word = !rule.between.is_empty() && bytes.is_ascii();
            Anchor::Literal(Literal { bytes, ignore_case, starts_word, after: keyword.after.clone() })
        };
        self.keywords.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let keyword = &self.keywords[hit.anchor];
        let compiled = &self.rules[keyword.which];
        let rule = &compiled.rule;
        if let (Some(lead), Some(program)) = (compiled.lead, &rule.program) {
            let Some(start) = hit.at.checked_sub(lead).filter(|&start| start >= view.low()) else { return };
            return compiled.run(program.steps(), keyword, start, view, out);
        }
        if !rule.between.is_empty() && !begins_name(hit.at, view) {
            return out.left(keyword.which, hit.at, "within a word");
        }
        if rule.context > 0 {
            return compiled.search_around(keyword, hit.at, view, out);
        }
        if rule.boundary
            && !view.starts_word(hit.at)
            && (!is_behind_word(hit.at, view) || compiled.is_dull_at(hit.at, view))
        {
            return out.left(keyword.which, hit.at, "within a word");
        }
        if keyword.repeats(hit.at, view) {
            return out.left(keyword.which, hit.at, "the same again, decided before");
        }
        match &rule.program {
            Some(program) => compiled.run(program.steps(), keyword, hit.at, view, out),
            None => compiled.search_at(keyword.which, hit.at, view, out),
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
    /// It is not random enough.
    Dull,
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
            return self.search_at(keyword.which, at, view, out);
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
            Outcome::GivenUp => return self.search_at(keyword.which, at, view, out),
        };
        if fate == Fate::Unfit {
            out.left(keyword.which, at, "the shape does not fit");
        }
        let met = (at, run_end.map(|end| first + end), matched, end);
        if let Some(dead) = self.decided(keyword, fate, met, view) {
            out.dead_until(dead);
        } else if self.lead.is_some()
            && matches!(fate, Fate::Found | Fate::Open)
            && self.rule.checks.is_empty()
            && let Some(found) = out.found.last()
        {
            // A match that lies in what was found goes on as that does.
            out.dead_until(found.end.saturating_sub(self.rule.max_length as usize));
        }
    }

    /// Before which index every candidate of the keyword is decided with the one at `at`, whose first run ended at `run_end`
    /// and whose match, if it is one, at `matched`, within a window that ends at `end`.
    fn decided(
        &self,
        keyword: &Keyword,
        fate: Fate,
        (at, run_end, matched, end): (usize, Option<usize>, usize, usize),
        view: &View<'_>,
    ) -> Option<usize> {
        let is_whole = |run: usize| run < end || end == view.high() && !view.is_capped_at(end);
        // A check could make a shorter one the better name, unless it holds for what is whole alone.
        let is_unchecked = self.rule.checks.iter().all(Check::is_of_whole);
        if let Some(word) = self.one_word {
            // Whatever begins within a word that was found ends with it, also where it goes on beyond the view.
            match fate {
                Fate::Found if is_whole(matched) => return Some(matched),
                Fate::Open if is_unchecked && (matched < end || end == view.high()) => return Some(matched),
                Fate::Plain if is_whole(matched) => return Some(matched),
                Fate::Plain if matched == end => return Some(self.plain_until(word, at, end, view)),
                Fate::Dull => return Some(dull_until(word, at, matched, view)),
                _ => {}
            }
        }
        // Whatever begins within the first run has the same end, and is as unfit or lies within what was found.
        let (set, run) = keyword.in_run.zip(run_end)?;
        match fate {
            Fate::Unfit | Fate::Found if is_whole(run) => Some(run),
            // So have those whose whole window lies within the run, if what was found goes on as the run does.
            Fate::Unfit => Some(alike(at, end, end + set.prefix_len(view.beyond(end)))),
            Fate::Open if is_unchecked && run == end && set.and(self.rule.run) == set => {
                Some(alike(at, end, end + set.prefix_len(view.beyond(end))))
            }
            _ => None,
        }
    }

    /// Before which index every candidate lacks what the one at `at` lacks, whose word fills its window up to `end`.
    fn plain_until(&self, word: ByteSet, at: usize, end: usize, view: &View<'_>) -> usize {
        let known = view.beyond(at);
        let known = &known[..known.len().min(AHEAD * (end - at))];
        let (mut plain, mut known_end) = (end - at, end - at + word.prefix_len(&known[end - at..]));
        let lacks =
            |length: usize| self.rule.require.iter().any(|check| check.is_of_sorts() && !check.apply(&known[..length]));
        // The more there is, the less is lacking: the last length that lacks something lies between the two.
        while plain < known_end {
            let middle = known_end - (known_end - plain) / 2;
            if lacks(middle) {
                plain = middle;
            } else {
                known_end = middle - 1;
            }
        }
        alike(at, end, at + plain)
    }

    /// Tries the pattern by its regular expression at a keyword.
    fn search_at(&self, which: usize, hit: usize, view: &View<'_>, out: &mut Candidates<'_>) {
        let Some(pattern) = self.pattern.get_or_init(|| compile(&self.rule.pattern)) else { return };
        // The pattern sees what stands around its window: `\b` and `^` look there.
        let from = hit.saturating_sub(1).max(view.line_start(hit));
        let to = view.line_end(hit, self.rule.max_length as usize);
        let text = view.slice(from, to + usize::from(view.at(to).is_some()));
        let mut captures = pattern.create_captures();
        pattern.search_captures(&Input::new(text).range(hit - from..to - from).anchored(Anchored::Yes), &mut captures);
        let fate = match spans(&captures) {
            Some((whole, secret)) => self.take(which, view, from, whole.start, secret, out),
            None => Fate::Unfit,
        };
        if fate == Fate::Unfit {
            if let Some(dead) = self.unmatched(pattern, hit, to, view) {
                out.dead_until(dead);
            }
            out.left(which, hit, "the shape does not fit");
        }
    }

    /// Before which index no candidate has a match, if none begins anywhere from the one at `hit` on, whose window ends at `to`:
    /// what has no match has none in any part of it. Looked for only where a candidate follows at once.
    fn unmatched(&self, pattern: &Regex, hit: usize, to: usize, view: &View<'_>) -> Option<usize> {
        let known = view.beyond(hit);
        let window = to - hit;
        let follows = |keyword: &Text| memchr::memmem::find(known.get(1..window)?, keyword.as_bytes());
        let is_clear = |length: usize| pattern.search_half(&Input::new(known).range(..length)).is_none();
        if !self.rule.keywords.iter().any(|keyword| follows(keyword).is_some()) || !is_clear(window) {
            return None;
        }
        let most = known.len().min(AHEAD * window);
        let mut clear = window;
        while clear < most && is_clear(most.min(2 * clear)) {
            clear = most.min(2 * clear);
        }
        // One more: assertions see the byte behind a window.
        Some((hit + clear).saturating_sub(self.rule.max_length as usize + 1))
    }

    /// Searches for the pattern around a keyword by its regular expression: for matches whose secrets do not overlap, that begin on
    /// the line within `context` bytes of the keyword.
    fn search_around(&self, keyword: &Keyword, hit: usize, view: &View<'_>, out: &mut Candidates<'_>) {
        let (rule, which) = (&self.rule, keyword.which);
        let Some(pattern) = self.pattern.get_or_init(|| compile(&rule.pattern)) else { return };
        let line = view.line_start(hit);
        // The pattern sees what stands around its window: `\b` and `^` look there. So one byte less may begin a match.
        let context = (rule.context as usize).min(LOOK_BEHIND - 1);
        let reach = keyword.bytes.len() + context;
        let first = hit.saturating_sub(context).max(line);
        let from = first.saturating_sub(1).max(line);
        let to = view.line_end(hit, reach + rule.max_length as usize);
        let text = view.slice(from, to + usize::from(view.at(to).is_some()));
        if self.lacks(text) {
            // A match is a part of this, and lacks the same; so do the windows behind, as long as they hold no more.
            let lacking = self.lacking(from, text.len(), view);
            out.dead_until(lacking.saturating_sub(reach + rule.max_length as usize + 1).max(hit + 1));
            return out.left(which, hit, "the shape does not fit");
        }
        let (mut at, end, last) = (first - from, to - from, (hit + reach).min(to) - from);
        let mut is_found = false;
        // Before this, what begins in the word that was matched is decided with it.
        let mut covered = None;
        // Before this, no match begins but those that were met.
        let mut clear = end;
        // Most windows hold no match, which costs less to know than where one is.
        // (`is_match` falls back to the slowest engine where a literal of the pattern stands all over.)
        if pattern.search_half(&Input::new(text).range(at..end)).is_some() {
            let mut captures = pattern.create_captures();
            while at <= end {
                pattern.search_captures(&Input::new(text).range(at..end), &mut captures);
                let Some((whole, secret)) = spans(&captures) else { break };
                if whole.start > last {
                    clear = clear.min(whole.start);
                    break;
                }
                // What stands behind the secret may be what the next match begins with.
                let next = secret.end.max(at + 1);
                let between = text.get(hit + keyword.bytes.len() - from..secret.start);
                let (is_first, met) = (at == first - from, (from + whole.start, from + whole.end));
                let fate = match self.lets_between(between) {
                    true => self.take(which, view, from, whole.start, secret, out),
                    false => Fate::Unfit,
                };
                is_found |= fate != Fate::Unfit;
                covered = if is_first { self.covered(fate, met, view) } else { None };
                if whole.end <= at && whole.is_empty() {
                    break;
                }
                (at, clear) = (next, 0);
            }
        }
        if let Some(covered) = covered {
            out.dead_until(covered.saturating_sub(reach).max(hit + 1));
        }
        if clear > last {
            out.dead_until(self.clear_until(from, &text[..end], clear, reach, view).max(hit + 1));
        }
        if !is_found {
            out.left(which, hit, "the shape does not fit");
        }
    }

    /// Whether no part of a text can be a secret, for want of a sort of character.
    fn lacks(&self, text: &[u8]) -> bool {
        self.rule.require.iter().any(|check| check.is_of_sorts() && !check.apply(text))
    }

    /// Up to where at least the text from `from` on, the first bytes of which lack something, lacks it.
    fn lacking(&self, from: usize, length: usize, view: &View<'_>) -> usize {
        let known = view.beyond(from);
        let mut lacking = length;
        while lacking < known.len() && lacking < AHEAD * length {
            let more = (2 * lacking).min(known.len());
            if !self.lacks(&known[..more]) {
                break;
            }
            lacking = more;
        }
        from + lacking
    }

    /// Before which index whatever begins in the word that a match ended in needs no look: it ends with the word and is no
    /// better name for it, or it is as little random.
    fn covered(&self, fate: Fate, (start, matched): (usize, usize), view: &View<'_>) -> Option<usize> {
        let word = self.one_word.filter(|_| self.rule.between.is_empty())?;
        match fate {
            Fate::Found => Some(matched),
            Fate::Dull => Some(dull_until(word, start, matched, view)),
            Fate::Open if self.rule.checks.is_empty() => Some(matched + word.prefix_len(view.beyond(matched))),
            _ => None,
        }
    }

    /// Whether the rule lets this stand between a keyword and a secret behind it; `None` if the secret is not.
    fn lets_between(&self, text: Option<&[u8]>) -> bool {
        let rule = &self.rule;
        rule.between.is_empty()
            || self
                .between
                .get_or_init(|| compile(&rule.between))
                .as_ref()
                .zip(text)
                .is_some_and(|(between, text)| between.is_match(text))
    }

    /// Before which index no keyword has a match around it, when none begins in `text` before `clear`. The text begins at
    /// `from`, and matches begin less than `reach` bytes behind their keywords or at it.
    fn clear_until(&self, from: usize, text: &[u8], clear: usize, reach: usize, view: &View<'_>) -> usize {
        let end = from + text.len();
        // The keywords that follow on a line see no more of it.
        let is_line = !view.is_capped_at(end) && view.at(end).is_none_or(|byte| byte == b'\n');
        if is_line && clear == text.len() {
            return end;
        }
        let hidden = if is_line { text.len() } else { self.hidden(text) };
        (from + clear.min(hidden)).saturating_sub(reach)
    }

    /// From where on the end of a text may hide a match.
    fn hidden(&self, text: &[u8]) -> usize {
        let Some(hidden) = self.decision.as_ref().map(|decision| decision.hidden(text)) else { return 0 };
        match self.rule.program.as_ref().map(Program::steps) {
            // None begins without the literal that it begins with.
            Some([Step::Literal(literal), ..]) => memchr::memmem::find(&text[hidden..], literal)
                .map_or(hidden.max((text.len() + 1).saturating_sub(literal.len())), |n| hidden + n),
            _ => hidden,
        }
    }

    /// Whether a match at `at` would be a long word that is not random, which is told without reading all of it.
    fn is_dull_at(&self, at: usize, view: &View<'_>) -> bool {
        let text = view.peek(at, TELLING);
        let is_long = |word: ByteSet| text.len() == TELLING && word.prefix_len(text) == TELLING;
        self.rule.max_length as usize >= TELLING && self.one_word.is_some_and(is_long) && dull(text) > 0
    }

    /// Whether a secret that stands behind letters, as in `keyghp_...`, is told from them by itself: it reads as chance has
    /// it, and has letters of both cases, or letters of another case than what stands before; or its prefix is no syllable,
    /// or it is long. A digest behind a word (`stack_0f1e...`) is none.
    fn clings(&self, secret: &[u8], start: usize, view: &View<'_>) -> bool {
        const PREFIX: usize = 4;
        const LONG: usize = 43;
        /// More letters and digits than a word has before a token that clings to it: a prefix within base64.
        const GLUED: usize = 20;
        let glued = view.slice(view.run_back(start, const { ALNUM.or(ByteSet::of(b"+/")) }, GLUED), start);
        let is_glued = glued.len() == GLUED || glued.len() > 5 && random::is_random(glued);
        let is_plain = |prefix: &Text| {
            secret.starts_with(prefix.as_bytes()) && ALNUM.prefix_len(prefix.as_bytes()) == prefix.len()
        };
        if !Check::Random.apply(secret) || is_glued && self.rule.keywords.iter().any(is_plain) {
            return false;
        }
        let keyword = self.rule.keywords.iter().filter(|keyword| secret.starts_with(keyword.as_bytes()));
        let keyword = keyword.map(|keyword| keyword.len()).max().unwrap_or(0);
        let (prefix, body) = secret.split_at(keyword);
        let has = |text: &[u8], is_sort: fn(&u8) -> bool| text.iter().any(is_sort);
        let rises = |text: &[u8]| {
            !has(text, u8::is_ascii_lowercase)
                && view.before(start).is_some_and(|byte| byte == b'_' || byte.is_ascii_lowercase())
        };
        if body.iter().all(u8::is_ascii_hexdigit) {
            return rises(prefix) && has(prefix, u8::is_ascii_uppercase);
        }
        has(secret, u8::is_ascii_lowercase) && has(secret, u8::is_ascii_uppercase)
            || rises(secret)
            || keyword >= PREFIX
            || secret.len() >= LONG
    }

    /// Whether a match that begins with a few letters stands between characters that only base64 has there.
    fn is_in_base64(&self, start: usize, end: usize, view: &View<'_>) -> bool {
        const LONG: usize = 36;
        const LETTERS: usize = 4;
        let value = view.slice(start, end);
        let is_short = |keyword: &Text| keyword.len() <= LETTERS && value.starts_with(keyword.as_bytes());
        let may_be =
            end - start >= LONG && ALNUM.prefix_len(value) == value.len() && self.rule.keywords.iter().any(is_short);
        let (before, after) = (view.before(start), view.at(end));
        let is_glued = before.is_some_and(|b| ALNUM.contains(b) || matches!(b, b'+' | b'/'));
        may_be && (before == Some(b'+') || after == Some(b'+') || is_glued && matches!(after, Some(b'/' | b'=')))
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
        let value = view.slice(start, matched);
        if value.is_empty() {
            return Fate::Unfit;
        }
        if rule.boundary && rule.context == 0 && !view.starts_word(from + whole) && !self.clings(value, start, view) {
            out.left(which, start, "within a word");
            return Fate::Left;
        }
        if let Some(check) = rule.require.iter().find(|check| !check.apply(value)) {
            out.left(which, start, "a check fails that the shape alone needs");
            return match check {
                _ if check.is_of_sorts() => Fate::Plain,
                _ if check.is_of_chance() => Fate::Dull,
                _ => Fate::Left,
            };
        }
        let end = view.run(matched, rule.run, usize::MAX);
        if is_in_base64_line(start, end, view) || self.is_in_base64(start, end, view) {
            out.left(which, start, "by chance in a line of base64");
            return Fate::Left;
        }
        let allow = self.allow.get_or_init(|| rule.allow.iter().filter_map(|pattern| compile(pattern)).collect());
        if allow.iter().any(|pattern| pattern.is_match(view.slice(start, end))) {
            out.left(which, start, "allowed by the rule");
            return Fate::Left;
        }
        let found = Found::new(start, end, rule.kind, Confidence::Medium).rule(which);
        let found = if rule.run.is_empty() { found } else { found.open(view, Run::Set(rule.run)) };
        // What goes on beyond the view is not whole.
        let holds = |check: &Check| !(found.run.is_some() && check.is_of_whole()) && check.apply(value);
        let is_checked = !rule.checks.is_empty() && rule.checks.iter().all(holds);
        let confidence = if is_checked { Confidence::High } else { self.unchecked };
        let found = Found { confidence, ..found };
        let fate = if found.run.is_some() { Fate::Open } else { Fate::Found };
        out.found(found);
        fate
    }
}

/// How sure a match of a rule is by itself. A long prefix leaves no doubt unless a check was to speak for it, which about half
/// of all published samples fail; a shape without any word is nothing but a shape.
fn unchecked(rule: &Rule) -> Confidence {
    /// Shorter ones stand in words.
    const LONG: usize = 4;
    let is_weak = rule.context > 0 || rule.boundary || !rule.require.is_empty() || !rule.checks.is_empty();
    match rule.keywords.iter().map(|keyword| keyword.len()).min() {
        None => Confidence::Low,
        Some(length) if length >= LONG && !is_weak => Confidence::High,
        Some(_) => Confidence::Medium,
    }
}

/// Before which index every match that begins in the word of one from `at` to `matched`, and ends with the word as it does,
/// is not random: as far as all that is looked at of it lies in the word.
fn dull_until(word: ByteSet, at: usize, matched: usize, view: &View<'_>) -> usize {
    if matched - at < TELLING {
        return at;
    }
    let known = view.beyond(at);
    let end = matched - at + word.prefix_len(&known[matched - at..]);
    at + dull(&known[..end.min(AHEAD * (matched - at))])
}

/// Before which index a window as long as `at..end`, which lies within a run, lies within it as well, with the byte behind
/// it, if the run is known to go on to `run`.
fn alike(at: usize, end: usize, run: usize) -> usize {
    run.saturating_sub(end - at)
}

/// The whole match, and the secret in it.
fn spans(captures: &Captures) -> Option<(Range<usize>, Range<usize>)> {
    let whole = captures.get_match()?.range();
    let secret = captures.get_group(1).map_or(whole.clone(), |group| group.range());
    Some((whole, secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::{Chunk, LEFT_MARGIN, RIGHT_MARGIN};
    use crate::detect::dictionary::Terms;
    use crate::detect::engine::{Engine, Scratch};
    use crate::detect::prefilter::Isa;
    use crate::detect::resolve::Fold;
    use crate::finding::Finding;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;

    /// The tokens, each candidate by itself: nothing that one says of others is heard.
    struct Forgetful(Tokens);

    impl Detector for Forgetful {
        fn rules(&self) -> Vec<RuleInfo> {
            self.0.rules()
        }

        fn anchors(&self) -> Vec<Anchor> {
            self.0.anchors()
        }

        fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
            let (covered, events) = (&mut Default::default(), &mut Vec::new());
            let mut out = Candidates { found: out.found, left: None, base: out.base, dead: &mut 0, covered, events };
            self.0.verify(hit, view, &mut out);
        }
    }

    fn engine(detector: impl Detector + 'static) -> Engine {
        Engine::with(Isa::best(), vec![Box::new(detector)], Terms::new())
    }

    fn findings(engine: &Engine, text: &[u8], cut: usize) -> Vec<Finding> {
        let (mut fold, mut scratch) = (Fold::default(), Scratch::default());
        let (mut findings, mut edits) = (Vec::new(), Vec::new());
        for start in (0..text.len()).step_by(cut) {
            let end = text.len().min(start + cut);
            let (from, to) = (start.saturating_sub(LEFT_MARGIN), text.len().min(end + RIGHT_MARGIN));
            let own = start - from..end - from;
            let chunk = Chunk { bytes: &text[from..to], base: from as u64, own, is_last: to == text.len() };
            let mut scan = engine.scan(&chunk, false, &mut scratch);
            fold.advance(&chunk, &mut scan.found, scan.decided, &mut edits);
            findings.extend(edits.iter().filter_map(|edit| edit.resolved.as_ref().map(|resolved| resolved.finding)));
        }
        findings
    }

    /// A few pieces of rules, each over and over: what candidates say of each other is put to the test.
    fn floods(rules: &[Rule]) -> impl Strategy<Value = Vec<u8>> + use<> {
        let pieces = |rule: &Rule| -> Vec<String> {
            let texts = rule.examples.iter().chain(rule.counter_examples.iter()).map(|example| example.text());
            rule.keywords.iter().map(|keyword| keyword.to_string()).chain(texts).collect()
        };
        let pieces: Vec<Vec<String>> = rules.iter().map(pieces).collect();
        let filler = prop::sample::select(vec!["", "", "a", "A1", "0aB1", "-", " ", "_", ":", ".", "\n"]);
        (prop::sample::select(pieces), prop::collection::vec((any::<prop::sample::Index>(), filler, 0..4_u32), 1..12))
            .prop_map(|(pieces, plan)| {
                let parts = plan.iter().map(|(which, filler, times)| {
                    let piece = format!("{}{filler}", pieces[which.index(pieces.len())]);
                    let times = if piece.len() > 30 { 1 } else { 7_usize.pow(*times) };
                    piece.repeat(times)
                });
                parts.collect::<String>().into_bytes()
            })
    }

    #[test]
    fn what_candidates_say_of_others_changes_nothing() {
        let rules = RuleSet::builtin();
        let (quick, slow) = (engine(Tokens::new(&rules)), engine(Forgetful(Tokens::new(&rules))));
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let floods = floods(rules.rules());
        let mut found = 0;
        for round in 0..2000 {
            let text = floods.new_tree(&mut runner).unwrap().current();
            let expected = findings(&slow, &text, text.len().max(1));
            for cut in [text.len().max(1), 1000 + 37 * round % 5000] {
                assert_eq!(findings(&quick, &text, cut), expected, "by {cut}: {}", text.escape_ascii());
            }
            found += expected.len();
        }
        assert!(found > 400, "{found}");
    }
}
