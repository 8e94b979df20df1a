//! The fold: takes the findings of one chunk after the other, unites those that overlap, follows open runs to their end,
//! and says how far the output is settled. It is the only sequential step.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::chunk::{Chunk, LONG_VALUE, LOOK_BEHIND};
use crate::detect::bytes::{ByteSet, HIGH, WORD};
use crate::detect::detector::Found;
use crate::detect::run::{Run, Step};
use crate::finding::{Confidence, Finding, Form, Place, RuleId};
use crate::kind::Kind;
use crate::span::Span;

/// A finding that nothing can change any more, and where its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The finding; its span may have begun many chunks ago.
    pub finding: Finding,
    /// Where the value is.
    pub value: Value,
}

/// Where the value of a resolved finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// In the chunk's bytes, all of it.
    Here,
    /// Gone: it was longer than [`LONG_VALUE`], and this is the BLAKE3 digest of its bytes, with the line ends in it.
    Digest {
        /// BLAKE3 of the raw bytes.
        digest: [u8; 32],
        /// How many line feeds stood in it.
        line_feeds: u64,
        /// How many of them followed a carriage return.
        after_return: u64,
    },
}

/// One change to a chunk's bytes: `start..end` does not come out; what does is the replacement of `resolved`, if the value
/// ends here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Index of the first byte that does not come out.
    pub start: usize,
    /// Index behind the last.
    pub end: usize,
    /// What is replaced, or `None` in the middle of a long value.
    pub resolved: Option<Resolved>,
}

/// What is glued to the end of a key block.
const GLUED: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".:@%/~+-"));

/// The state that is carried from chunk to chunk.
#[derive(Debug, Default)]
pub struct Fold {
    /// Findings whose group has not begun, by start.
    pending: BinaryHeap<Reverse<Pending>>,
    /// The findings being united.
    group: Option<Group>,
    /// Stream offset up to which the output is settled.
    done: u64,
}

/// A finding in stream offsets, ordered by start, the longest first.
#[derive(Debug, PartialEq, Eq)]
struct Pending {
    finding: Finding,
    run: Option<Run>,
}

impl Pending {
    fn key(&self) -> (u64, Reverse<u64>, Kind, RuleId) {
        (self.finding.span.start, Reverse(self.finding.span.end), self.finding.kind, self.finding.rule)
    }
}

impl Ord for Pending {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Findings that share bytes, united.
#[derive(Debug)]
struct Group {
    start: u64,
    end: u64,
    /// The finding that names the group.
    name: Finding,
    /// Open runs of the members, and how far each was followed.
    runs: Vec<(Run, u64)>,
    /// For each sort of memoryless run, the stretch that the last one of it went along.
    followed: Vec<(Run, u64, u64)>,
    /// A key block is among the members: what is glued to its end goes along, lest it end up on a line of its own behind
    /// the line ends of the block.
    has_block: bool,
    /// Once the value is long: what was hashed and let go so far.
    swallowed: Option<Swallowed>,
}

#[derive(Debug)]
struct Swallowed {
    hasher: Box<blake3::Hasher>,
    to: u64,
    line_feeds: u64,
    after_return: u64,
    last: u8,
}

impl Fold {
    /// Takes what the scan of the next chunk found and decided. Gives the edits of the bytes from where the last call left
    /// off to [`Fold::done`], in order; the bytes between edits come out as they are.
    pub fn advance(&mut self, chunk: &Chunk<'_>, found: Vec<Found>, decided: usize) -> Vec<Edit> {
        self.pending.extend(found.into_iter().map(|f| Reverse(pending(chunk, f))));
        let horizon = horizon(chunk, decided);
        let mut edits = Vec::new();
        loop {
            if self.group.is_none() {
                let starts = self.pending.peek().is_some_and(|Reverse(p)| p.finding.span.start < horizon);
                let Some(Reverse(first)) = starts.then(|| self.pending.pop()).flatten() else {
                    self.done = self.done.max(horizon);
                    break;
                };
                self.group = Some(Group::new(first));
            }
            let Some(group) = self.group.as_mut() else { break };
            group.grow(chunk, &mut self.pending);
            if group.runs.is_empty() && group.end <= horizon {
                edits.push(group.close(chunk));
                self.done = group.end;
                self.group = None;
                continue;
            }
            // The group goes on behind what is decided. While it may turn out short it is kept; a long one is let go.
            let settled = group.end.min(horizon).max(self.done);
            if group.end - group.start > LONG_VALUE {
                edits.push(group.swallow(chunk, settled));
                self.done = settled;
            } else {
                self.done = group.start.max(self.done).min(horizon);
            }
            break;
        }
        edits
    }

    /// The stream offset up to which the output is settled.
    pub fn done(&self) -> u64 {
        self.done
    }
}

/// No finding that is still to come starts before this: none starts before the line of its anchor, nor further than
/// [`LOOK_BEHIND`] before it.
fn horizon(chunk: &Chunk<'_>, decided: usize) -> u64 {
    if chunk.is_last && decided == chunk.bytes.len() {
        return chunk.offset(decided);
    }
    let low = decided.saturating_sub(LOOK_BEHIND);
    let line = memchr::memrchr(b'\n', &chunk.bytes[low..decided]).map_or(low, |n| low + n + 1);
    chunk.offset(line)
}

fn pending(chunk: &Chunk<'_>, found: Found) -> Pending {
    let Found { start, end, run, kind, rule, confidence, form, place } = found;
    let span = Span::new(chunk.offset(start), chunk.offset(end));
    Pending { finding: Finding { span, kind, rule, confidence, form, place }, run }
}

impl Group {
    fn new(first: Pending) -> Group {
        let Span { start, end } = first.finding.span;
        Group {
            start,
            end,
            name: first.finding,
            runs: first.run.clone().into_iter().map(|run| (run, end)).collect(),
            followed: Vec::new(),
            has_block: first.run == Some(Run::Pem),
            swallowed: None,
        }
    }

    /// Follows the open runs and takes in every finding that starts within, with its own run, until none does.
    fn grow(&mut self, chunk: &Chunk<'_>, pending: &mut BinaryHeap<Reverse<Pending>>) {
        let mut open = std::mem::take(&mut self.runs);
        open.dedup_by(|a, b| a == b && a.0.is_memoryless());
        for (run, at) in open {
            self.follow(chunk, run, at);
        }
        let glued = Run::Set(GLUED);
        loop {
            self.take(chunk, pending);
            let before = self.end;
            if self.has_block && self.runs.is_empty() && !self.has_followed(&glued, before) {
                self.follow(chunk, glued.clone(), before);
            }
            if self.end == before {
                return;
            }
        }
    }

    /// Takes in every finding that starts within.
    fn take(&mut self, chunk: &Chunk<'_>, pending: &mut BinaryHeap<Reverse<Pending>>) {
        while pending.peek().is_some_and(|Reverse(p)| p.finding.span.start < self.end) {
            let Some(Reverse(member)) = pending.pop() else { break };
            self.end = self.end.max(member.finding.span.end);
            if names_better(&member.finding, &self.name) {
                self.name = member.finding;
            }
            if let Some(run) = member.run
                && !self.has_followed(&run, member.finding.span.end)
            {
                self.has_block |= run == Run::Pem;
                self.follow(chunk, run, member.finding.span.end);
            }
        }
    }

    /// Whether another run of this sort has come by this place: then both end at one.
    fn has_followed(&self, run: &Run, at: u64) -> bool {
        self.followed.iter().any(|(known, from, to)| known == run && (*from..=*to).contains(&at))
    }

    /// Follows a run from `at` as far as the chunk goes.
    fn follow(&mut self, chunk: &Chunk<'_>, mut run: Run, at: u64) {
        let (to, is_open) = match run.advance(chunk.bytes, chunk.index(at), chunk.is_last) {
            Step::Ended(to) => (chunk.offset(to), false),
            Step::Open(to) => (chunk.offset(to), true),
        };
        self.end = self.end.max(to);
        if run.is_memoryless() {
            match self.followed.iter_mut().find(|(known, ..)| *known == run) {
                Some((_, _, known)) if *known == at => *known = to,
                Some((_, from, known)) => (*from, *known) = (at, to),
                None => self.followed.push((run.clone(), at, to)),
            }
        }
        if is_open {
            self.runs.push((run, to));
        }
    }

    /// The last edit of the group.
    fn close(&mut self, chunk: &Chunk<'_>) -> Edit {
        let span = Span::new(self.start, self.end);
        let is_name_whole = self.name.span == span;
        let finding = Finding {
            span,
            // A union is no longer an address of the form that its name had.
            form: if is_name_whole { self.name.form } else { Form::PLAIN },
            place: if is_name_whole { self.name.place } else { Place::Text },
            ..self.name
        };
        let is_long = span.len() > LONG_VALUE;
        let start = self.swallowed.as_ref().map_or(self.start, |s| s.to);
        let value = if is_long {
            let end = self.end;
            let swallowed = self.swallowed_to(chunk, end);
            Value::Digest {
                digest: *swallowed.hasher.finalize().as_bytes(),
                line_feeds: swallowed.line_feeds,
                after_return: swallowed.after_return,
            }
        } else {
            Value::Here
        };
        Edit { start: chunk.index(start), end: chunk.index(self.end), resolved: Some(Resolved { finding, value }) }
    }

    /// Hashes a long value up to `to` and lets go of it.
    fn swallow(&mut self, chunk: &Chunk<'_>, to: u64) -> Edit {
        let start = self.swallowed.as_ref().map_or(self.start, |s| s.to);
        self.swallowed_to(chunk, to);
        Edit { start: chunk.index(start), end: chunk.index(to), resolved: None }
    }

    fn swallowed_to(&mut self, chunk: &Chunk<'_>, to: u64) -> &Swallowed {
        let start = self.start;
        let swallowed = self.swallowed.get_or_insert_with(|| Swallowed {
            hasher: Box::new(blake3::Hasher::new()),
            to: start,
            line_feeds: 0,
            after_return: 0,
            last: 0,
        });
        let bytes = &chunk.bytes[chunk.index(swallowed.to)..chunk.index(to)];
        swallowed.hasher.update(bytes);
        for at in memchr::memchr_iter(b'\n', bytes) {
            let before = if at == 0 { swallowed.last } else { bytes[at - 1] };
            swallowed.line_feeds += 1;
            swallowed.after_return += u64::from(before == b'\r');
        }
        swallowed.last = bytes.last().copied().unwrap_or(swallowed.last);
        swallowed.to = to;
        swallowed
    }
}

/// Whether `a` names a union better than `b`: by kind, then by length, confidence and rule, so that order never matters.
fn names_better(a: &Finding, b: &Finding) -> bool {
    let rank = |f: &Finding| -> (Kind, u64, Confidence, Reverse<RuleId>, Reverse<u64>) {
        (f.kind, f.span.len(), f.confidence, Reverse(f.rule), Reverse(f.span.start))
    };
    rank(a) > rank(b)
}
