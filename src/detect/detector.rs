//! A detector, and what it says: its anchors, its candidates, its findings.

use crate::detect::bytes::ByteSet;
use crate::detect::prefilter::{Literal, Shape};
use crate::detect::run::Run;
use crate::detect::table::Event;
use crate::detect::view::View;
use crate::finding::{Confidence, Form, Place, RuleId};
use crate::kind::Kind;

/// Something that recognises one sort of value.
pub trait Detector: Send + Sync {
    /// The rules under which it reports, at least one.
    fn rules(&self) -> Vec<RuleInfo>;

    /// Where its candidates may stand.
    fn anchors(&self) -> Vec<Anchor>;

    /// Decides the candidate at `hit`: names what it found, or says why it left it.
    ///
    /// The answer must depend on the bytes that `view` shows and on nothing else, and a finding must start neither before
    /// the line of its anchor nor before the view.
    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>);
}

/// A rule as reports name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its id, unique among all rules.
    pub id: String,
    /// What it finds.
    pub kind: Kind,
    /// One line for people.
    pub description: String,
}

/// Where a candidate may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Where this shape begins.
    Shape(Shape),
    /// Where this literal stands.
    Literal(Literal),
    /// Wherever two such bytes stand side by side: the slow lane, for what no literal tells of. The last byte of a stream is
    /// met by itself.
    Pair(ByteSet, ByteSet),
    /// At the second line of a stream, and of what follows a blank line.
    Paragraph,
}

impl Anchor {
    /// A literal that stands exactly so.
    pub fn exact(bytes: &[u8]) -> Anchor {
        Anchor::Literal(Literal { bytes: bytes.to_vec(), ignore_case: false, starts_word: false, after: Vec::new() })
    }

    /// The same where a word may begin; see [`Literal::starts_word`].
    pub fn starting(self) -> Anchor {
        match self {
            Anchor::Literal(literal) => Anchor::Literal(Literal { starts_word: literal.bytes.is_ascii(), ..literal }),
            other => other,
        }
    }

    /// The same where such bytes follow.
    pub fn before(self, after: &[ByteSet]) -> Anchor {
        match self {
            Anchor::Literal(literal) => Anchor::Literal(Literal { after: after.to_vec(), ..literal }),
            other => other,
        }
    }

    /// A literal in any case.
    pub fn folded(bytes: &[u8]) -> Anchor {
        Anchor::Literal(Literal {
            bytes: bytes.to_ascii_lowercase(),
            ignore_case: true,
            starts_word: false,
            after: Vec::new(),
        })
    }
}

/// An anchor that was met.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Which of the detector's anchors.
    pub anchor: usize,
    /// The index of its first byte.
    pub at: usize,
}

/// A finding as the scan sees it: indices into the chunk, and a run where its end was out of reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Index of the first byte.
    pub start: usize,
    /// Index behind the last byte known to belong.
    pub end: usize,
    /// How it goes on behind `end`, if it does. Hardly any does, so that the run stands apart.
    pub run: Option<Box<Run>>,
    /// What it is.
    pub kind: Kind,
    /// Which rule took it.
    pub rule: RuleId,
    /// How sure that is.
    pub confidence: Confidence,
    /// How it is spelled.
    pub form: Form,
    /// What stands around it.
    pub place: Place,
    /// Whether its value was learned elsewhere.
    pub is_learned: bool,
}

impl Found {
    /// A closed finding, spelled plainly, in text. The rule is the detector's first until it says otherwise.
    #[inline]
    pub fn new(start: usize, end: usize, kind: Kind, confidence: Confidence) -> Found {
        let (run, form, place) = (None, Form::PLAIN, Place::Text);
        Found { start, end, run, kind, rule: RuleId(0), confidence, form, place, is_learned: false }
    }

    /// The same under the detector's rule number `rule`.
    #[inline]
    pub fn rule(self, rule: usize) -> Found {
        Found { rule: RuleId(rule as u16), ..self }
    }

    /// The same, going on as `run` if its end is where the reach of `view` ends.
    #[inline]
    pub fn open(self, view: &View<'_>, run: Run) -> Found {
        let run = view.is_capped_at(self.end).then(|| Box::new(run));
        Found { run, ..self }
    }

    /// The same in another spelling.
    #[inline]
    pub fn form(self, form: Form) -> Found {
        Found { form, ..self }
    }

    /// The same, of a value that was learned elsewhere.
    #[inline]
    pub fn learned(self) -> Found {
        Found { is_learned: true, ..self }
    }

    /// The same in another place.
    #[inline]
    pub fn place(self, place: Place) -> Found {
        Found { place, ..self }
    }
}

/// Why a candidate was taken or left, for `--explain`. It holds no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Stream offset of the anchor, or of the finding.
    pub offset: u64,
    /// The rule.
    pub rule: RuleId,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is a finding.
    Taken {
        /// Its bytes, as far as they were in reach.
        bytes: u64,
        /// How sure it is.
        confidence: Confidence,
    },
    /// It was left, for this reason.
    Left(&'static str),
}

/// Where detectors put what they decide.
pub struct Candidates<'a> {
    pub(super) found: &'a mut Vec<Found>,
    pub(super) left: Option<&'a mut Vec<(usize, RuleId, &'static str)>>,
    pub(super) base: u16,
    pub(super) dead: &'a mut usize,
    pub(super) covered: &'a mut Covered,
    pub(super) events: &'a mut Vec<Event>,
}

/// The value of a key that goes on and on, for the keys that seem to stand in it: theirs would be parts of it. One is known at
/// a time, to all anchors of the detector that named it.
#[derive(Clone, Debug, Default)]
pub(super) struct Covered {
    /// The rule that took it, as the detector numbers its rules.
    pub(super) rule: usize,
    /// How sure that was.
    pub(super) confidence: Option<Confidence>,
    /// Where it begins, and before which index whatever stands in it is a part of it.
    pub(super) within: std::ops::Range<usize>,
    /// Its key, and how far behind the beginning of the key the anchor stands.
    pub(super) key: Vec<u8>,
    pub(super) lead: usize,
}

impl Candidates<'_> {
    /// Names a finding.
    #[inline]
    pub fn found(&mut self, found: Found) {
        let rule = RuleId(self.base + found.rule.0);
        self.found.push(Found { rule, ..found });
    }

    /// Says that a table begins.
    #[inline]
    pub(super) fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Says that every candidate of the same anchor before `index` is decided with this one: none of them would give a
    /// finding that this one did not. What is skipped so may differ with the cuts of the stream, so it must make no
    /// difference to the outcome.
    #[inline]
    pub fn dead_until(&mut self, index: usize) {
        *self.dead = index;
    }

    /// Whether anybody listens to why candidates are left: what takes long to say is said then only.
    #[inline]
    pub fn explains(&self) -> bool {
        self.left.is_some()
    }

    /// Says why the candidate at `at` is none under the detector's rule number `rule`.
    #[inline]
    pub fn left(&mut self, rule: usize, at: usize, reason: &'static str) {
        if let Some(left) = &mut self.left {
            left.push((at, RuleId(self.base + rule as u16), reason));
        }
    }
}
