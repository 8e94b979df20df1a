//! A pattern as a program of few steps, which is what runs where a keyword is met.
//!
//! Most patterns are a literal, a class so many times, and perhaps a tail. As steps they take a few nanoseconds to refuse
//! a false candidate and need no automaton, no cache and no memory of their own. The built-in rules' programs are
//! constants. `compile` makes them from patterns, [`Rule::prefixes`] reads off them what a match begins with, and
//! `detect` runs them.
//!
//! A program says what the regular expression says, leftmost-first: of several ways to match, the first counts, where an
//! earlier alternative comes before a later one and more repetitions before fewer. It is run within one line, so that no
//! set holds the newline.

use super::keyword::first_two;
use super::rule::{ByteSet, List, Rule};

/// One step of a program. Steps follow one another unless they say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These bytes stand here.
    Literal(List<u8>),
    /// From `min` to `max` bytes of the set stand here: as many as there are.
    Run {
        /// The set.
        set: ByteSet,
        /// The least number of bytes.
        min: u32,
        /// The greatest; `u32::MAX` for no bound.
        max: u32,
        /// Whether fewer bytes than there are need never be tried: what follows cannot begin within the run, or asks for
        /// nothing.
        is_final: bool,
    },
    /// Two ways to go on, the next step first.
    Split {
        /// What the next step and those behind it can begin with.
        here: ByteSet,
        /// What the other way can begin with.
        there: ByteSet,
        /// The other way: the index of its first step.
        other: u16,
    },
    /// Goes on at the step with this index.
    Jump(u16),
    /// The secret begins.
    Open,
    /// The secret ends.
    Close,
    /// A condition on the bytes beside this place.
    Look(Look),
    /// All is matched.
    Match,
}

/// What an assertion asks of the bytes beside a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// `\b`: a word byte on one side only.
    WordEdge,
    /// `(?m:^)`: nothing or a newline before.
    LineStart,
    /// `(?m:$)`: nothing or a newline behind.
    LineEnd,
}

/// A pattern as steps, the last of which is a [`Step::Match`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program(pub List<Step>);

/// How much of the text decides whether a match begins somewhere, however the text goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// At most so many bytes from where a match begins tell that one does, the run within at its least.
    length: usize,
    /// The run within, which may be as long as it likes.
    within: Option<Within>,
}

/// A run without a bound that something follows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Within {
    set: ByteSet,
    /// The most bytes of a match before it.
    before: usize,
    /// The most bytes behind it that decide.
    after: usize,
}

impl Decision {
    /// From where on the end of `text` may hide a match: wherever one begins before this index in a longer text, one begins
    /// in `text`.
    pub fn hidden(&self, text: &[u8]) -> usize {
        let all = text.len().saturating_sub(self.length);
        let Some(Within { set, before, after }) = &self.within else { return all };
        let behind = &text[..text.len().saturating_sub(*after)];
        let run = behind.iter().rposition(|&byte| !set.contains(byte)).map_or(0, |at| at + 1);
        all.min(run.saturating_sub(*before))
    }

    /// The same with so many bytes more before all else.
    fn behind(mut self, bytes: usize) -> Decision {
        self.length += bytes;
        if let Some(within) = &mut self.within {
            within.before += bytes;
        }
        self
    }

    /// What decides whether one of two ways leads on.
    fn or(self, other: Decision) -> Option<Decision> {
        if self == Decision::default() || other == Decision::default() {
            return Some(Decision::default());
        }
        let within = match (self.within, other.within) {
            (Some(a), Some(b)) if a.set == b.set => {
                Some(Within { set: a.set, before: a.before.max(b.before), after: a.after.max(b.after) })
            }
            (Some(_), Some(_)) => return None,
            (a, b) => a.or(b),
        };
        Some(Decision { length: self.length.max(other.length), within })
    }
}

/// How many bytes behind its keyword a prefix describes at most.
pub const BEHIND_KEYWORD: usize = 8;

/// How many ways to begin are told apart, before a prefix is the keyword and nothing more.
const WAYS: usize = 64;

impl Program {
    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// How much of a text decides whether a match begins somewhere. `None` if that has no simple bound: where a group is
    /// repeated without one, or runs without one follow each other.
    pub fn decision(&self) -> Option<Decision> {
        // From the last step to the first, each by those it leads to.
        let mut behind: Vec<Option<Decision>> = vec![None; self.0.len()];
        for (at, step) in self.0.iter().enumerate().rev() {
            // A way back is not known yet, and has no bound.
            let next = |at: usize| behind.get(at).cloned().flatten();
            behind[at] = match step {
                Step::Literal(bytes) => next(at + 1).map(|rest| rest.behind(bytes.len())),
                Step::Run { set, min, max, .. } => match next(at + 1) {
                    Some(rest) if rest == Decision::default() => Some(rest.behind(*min as usize)),
                    Some(rest) if *max != u32::MAX => Some(rest.behind(*max as usize)),
                    Some(Decision { length, within: None }) => {
                        let within = Some(Within { set: *set, before: 0, after: length });
                        Some(Decision { length: length + *min as usize, within })
                    }
                    _ => None,
                },
                Step::Split { other, .. } => {
                    next(at + 1).zip(next(usize::from(*other))).and_then(|(here, there)| here.or(there))
                }
                Step::Jump(to) => next(usize::from(*to)),
                Step::Open | Step::Close => next(at + 1),
                // It looks at the byte behind.
                Step::Look(_) => next(at + 1).map(|rest| rest.behind(1)),
                Step::Match => Some(Decision::default()),
            };
        }
        behind.swap_remove(0)
    }

    /// Whether some match begins with the literal, as far as each of its bytes tells which way a match goes. `false` if
    /// there may be none.
    pub(super) fn begins_with(&self, literal: &[u8]) -> bool {
        let (mut step, mut at) = (0, 0);
        while at < literal.len() {
            let (before, next) = (at.checked_sub(1).map(|at| literal[at]), literal[at]);
            step = match &self.0[step] {
                Step::Literal(bytes) => {
                    let length = bytes.len().min(literal.len() - at);
                    if literal[at..at + length] != bytes[..length] {
                        return false;
                    }
                    at += length;
                    step + 1
                }
                Step::Run { set, min, max, is_final: true } => {
                    let (min, max) = (*min as usize, *max as usize);
                    let run = set.prefix_len(&literal[at..]).min(max);
                    at += run;
                    if run < min && at < literal.len() {
                        return false;
                    }
                    step + 1
                }
                Step::Split { here, there, other } => match (here.contains(next), there.contains(next)) {
                    (true, false) => step + 1,
                    (false, true) => usize::from(*other),
                    _ => return false,
                },
                Step::Look(look) => {
                    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                    let holds = match look {
                        Look::WordEdge => before.is_some_and(is_word) != is_word(next),
                        Look::LineStart => before.is_none_or(|byte| byte == b'\n'),
                        Look::LineEnd => next == b'\n',
                    };
                    if !holds {
                        return false;
                    }
                    step + 1
                }
                Step::Jump(to) => usize::from(*to),
                Step::Open | Step::Close => step + 1,
                Step::Run { is_final: false, .. } | Step::Match => return false,
            };
        }
        true
    }

    /// What a match can begin with: for each way to begin, the set of each of its bytes, at most `length` of them. A match
    /// begins with bytes of one of the ways. `None` if there are too many.
    pub(super) fn ways(&self, length: usize) -> Option<Vec<Vec<ByteSet>>> {
        let mut done = Vec::new();
        let mut open: Vec<(usize, Vec<ByteSet>)> = vec![(0, Vec::new())];
        while let Some((at, mut sets)) = open.pop() {
            if done.len() + open.len() >= WAYS {
                return None;
            }
            let next = match &self.0[at] {
                Step::Literal(bytes) => {
                    sets.extend(bytes.iter().map(|&byte| ByteSet::from_iter([byte])));
                    Some(at + 1)
                }
                Step::Run { set, min, max, .. } => {
                    sets.extend(std::iter::repeat_n(*set, length.min(*min as usize)));
                    (min == max).then_some(at + 1)
                }
                Step::Split { other, .. } => {
                    open.push((usize::from(*other), sets.clone()));
                    Some(at + 1)
                }
                Step::Jump(to) => Some(usize::from(*to)),
                Step::Open | Step::Close | Step::Look(_) => Some(at + 1),
                Step::Match => None,
            };
            match next {
                Some(next) if sets.len() < length => open.push((next, sets)),
                _ => {
                    sets.truncate(length);
                    if !done.contains(&sets) {
                        done.push(sets);
                    }
                }
            }
        }
        Some(done)
    }
}

impl Rule {
    /// What must stand behind `keyword`, one of the rule's, where a match is: for each byte a set, as many as a fingerprint
    /// may reach.
    pub fn must_follow(&self, keyword: &str) -> Vec<ByteSet> {
        const REACH: usize = 4;
        let ways = self.prefixes(keyword);
        let length = ways.iter().map(Vec::len).min().unwrap_or(0).min(keyword.len() + REACH);
        let any = |place: usize| ways.iter().fold(ByteSet::EMPTY, |any, way| any.or(way[place]));
        (keyword.len()..length).map(any).collect()
    }

    /// Whether no literal tells where the rule's secrets may stand, so that it is tried wherever its first two bytes are.
    pub fn is_slow(&self) -> bool {
        self.keywords.is_empty()
    }

    /// What the first two bytes of a match can be; any, if the pattern has no program.
    pub fn first_two(&self) -> [ByteSet; 2] {
        self.program.as_ref().map_or([ByteSet::from_words([u64::MAX; 4]); 2], first_two)
    }

    /// What can stand where `keyword`, one of the rule's, is met and a match is there: for each way to match, the set of
    /// each byte from the keyword's first on, the keyword's own and up to [`BEHIND_KEYWORD`] more. The bytes of every
    /// match are of one of the ways; a search may look at any of their places and miss nothing.
    ///
    /// Where the pattern is searched for around its keyword, there is one way: the keyword. No way is shorter than it.
    pub fn prefixes(&self, keyword: &str) -> Vec<Vec<ByteSet>> {
        let own: Vec<ByteSet> = keyword
            .bytes()
            .map(|byte| match self.ignore_case {
                true => ByteSet::from_iter([byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]),
                false => ByteSet::from_iter([byte]),
            })
            .collect();
        let program = self.program.as_ref().filter(|_| self.context == 0);
        let Some(ways) = program.and_then(|program| program.ways(own.len() + BEHIND_KEYWORD)) else {
            return vec![own];
        };
        let mut prefixes: Vec<Vec<ByteSet>> = Vec::new();
        for way in ways {
            let length = way.len().max(own.len());
            let set = |sets: &[ByteSet], at: usize| sets.get(at).copied();
            let both = (0..length).map(|at| match (set(&own, at), set(&way, at)) {
                (Some(a), Some(b)) => a.and(b),
                (a, b) => a.or(b).unwrap_or(ByteSet::EMPTY),
            });
            let both: Vec<ByteSet> = both.collect();
            if !both.iter().any(ByteSet::is_empty) && !prefixes.contains(&both) {
                prefixes.push(both);
            }
        }
        if prefixes.is_empty() { vec![own] } else { prefixes }
    }
}
