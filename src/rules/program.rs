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

/// How many bytes behind its keyword a prefix describes at most.
pub const BEHIND_KEYWORD: usize = 8;

/// How many ways to begin are told apart, before a prefix is the keyword and nothing more.
const WAYS: usize = 64;

impl Program {
    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
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
