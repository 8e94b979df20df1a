//! The rewrite of a settled chunk: gaps are copied, findings replaced, left to right, once.

use std::ops::Range;

use crate::chunk::Chunk;
use crate::detect::{Edit, Padding, Resolved, Value};
use crate::placeholder;
use crate::redact::{Naming, Redactor, Replaced};
use crate::width;

/// What a worker keeps for rewriting.
#[derive(Default)]
pub struct Rewriter {
    naming: Naming,
    /// Findings that were replaced, by rule.
    pub counts: Vec<u64>,
    /// Findings that were left because they are not sure enough, by rule.
    pub unsure: Vec<u64>,
}

impl Rewriter {
    /// Appends to `out` the bytes `range` of the chunk with what `edits` makes of them.
    pub fn rewrite(
        &mut self,
        redactor: &Redactor,
        chunk: &Chunk<'_>,
        range: Range<usize>,
        edits: &[Edit],
        out: &mut Vec<u8>,
    ) {
        // A replacement may be longer than its value, but not by more than a placeholder.
        out.reserve(range.len() + edits.len() * placeholder::LONGEST + SPARE);
        let mut at = range.start;
        let mut cell: Option<Cell> = None;
        for edit in edits {
            if cell.is_some_and(|cell| Some(cell.room) != edit.room)
                && let Some(cell) = cell.take()
            {
                at = cell.fill(chunk.bytes, at, out);
            }
            debug_assert!(at <= edit.start && edit.end <= range.end.max(edit.end));
            copy(chunk.bytes, at.min(edit.start)..edit.start, out);
            at = edit.end.max(at);
            let Some(resolved) = &edit.resolved else { continue };
            let rule = usize::from(resolved.finding.rule.0);
            if is_left(redactor, resolved) {
                copy(chunk.bytes, edit.start..edit.end, out);
                count(&mut self.unsure, rule);
                continue;
            }
            let value = match &resolved.value {
                Value::Here => Replaced::Here { text: chunk.bytes, start: edit.start, end: edit.end },
                Value::Gone(gone) => Replaced::Digest {
                    digest: &gone.digest,
                    line_feeds: gone.line_feeds,
                    after_return: gone.after_return,
                },
            };
            match edit.room {
                None => redactor.replace(&mut self.naming, &resolved.finding, value, None, out),
                Some(room) => {
                    let Cell { blanks, .. } = *cell.get_or_insert(Cell { room, blanks: room.end - room.padding });
                    let most = width::columns(&chunk.bytes[edit.start..edit.end]) + blanks;
                    let before = out.len();
                    redactor.replace(&mut self.naming, &resolved.finding, value, Some(most), out);
                    let taken = width::columns(&out[before..]);
                    cell = Some(Cell { room, blanks: most.saturating_sub(taken) });
                }
            }
            count(&mut self.counts, rule);
        }
        if let Some(cell) = cell {
            at = cell.fill(chunk.bytes, at, out);
        }
        copy(chunk.bytes, at.min(range.end)..range.end, out);
        redactor.complete(&mut self.naming, out);
    }
}

/// A cell that keeps its width, of which something was replaced.
#[derive(Clone, Copy)]
struct Cell {
    room: Padding,
    /// How many blanks it ends with now.
    blanks: usize,
}

impl Cell {
    /// Appends what is left of the cell from `at` on; gives where it ends.
    fn fill(self, text: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
        copy(text, at..self.room.padding.max(at), out);
        out.resize(out.len() + self.blanks, b' ');
        self.room.end
    }
}

/// What may be appended for a moment.
const SPARE: usize = 64;

/// Appends `text[range]`: short pieces by a copy of fixed length, which needs no call, and what is too much goes again.
#[inline]
fn copy(text: &[u8], range: Range<usize>, out: &mut Vec<u8>) {
    match text[range.start..].first_chunk::<SPARE>() {
        Some(more) if range.len() <= SPARE => {
            let end = out.len() + range.len();
            out.extend_from_slice(more);
            out.truncate(end);
        }
        _ => out.extend_from_slice(&text[range]),
    }
}

/// Whether a finding is not sure enough to go. Of a long value some is gone already, so that it goes whole.
pub(super) fn is_left(redactor: &Redactor, resolved: &Resolved) -> bool {
    resolved.value == Value::Here && redactor.leaves(resolved.finding.rule, resolved.finding.confidence)
}

fn count(counts: &mut Vec<u64>, rule: usize) {
    if counts.len() <= rule {
        counts.resize(rule + 1, 0);
    }
    counts[rule] += 1;
}
