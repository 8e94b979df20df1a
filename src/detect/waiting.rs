//! Findings that wait for the fold, in the order in which it takes them.

use std::cmp::Reverse;

use crate::chunk::Chunk;
use crate::detect::detector::Found;
use crate::detect::run::Run;
use crate::detect::table::Cell;
use crate::finding::RuleId;
use crate::kind::Kind;

/// What may stand between cells, in bytes: a delimiter, quotes, the mark of a literal.
const GAP: u64 = 12;

/// The findings of one chunk and what was left of the chunks before, by start, the longest first.
///
/// A scan names its findings nearly in this order, so that they are put in order by moving the few that are not in place.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    findings: Vec<Found>,
    /// Those before this index were taken.
    taken: usize,
    /// The stream offset that the findings' indices count from.
    base: u64,
}

impl Waiting {
    /// Takes the findings of the next chunk and leaves `found` empty.
    pub(super) fn join(&mut self, chunk: &Chunk<'_>, found: &mut Vec<Found>) {
        self.findings.drain(..self.taken);
        self.taken = 0;
        let behind = (chunk.base - self.base) as usize;
        for left in &mut self.findings {
            left.start = left.start.saturating_sub(behind);
            left.end = left.end.saturating_sub(behind);
        }
        self.base = chunk.base;
        self.findings.append(found);
        sort(&mut self.findings);
    }

    /// Confines findings to the one of `cells`, which stand in order, that they start in, or at most [`GAP`] bytes before:
    /// what follows is another cell's, and what stands between cells is nobody's. A mail address is confined to the cell of
    /// its sign. Only cells and findings before the stream offset `known` are looked at; gives the offset of the first
    /// address that begins before it and ends behind, which must wait.
    pub(super) fn confine(&mut self, chunk: &Chunk<'_>, cells: &[Cell], known: u64) -> u64 {
        let mut waits = u64::MAX;
        let mut next = 0;
        let mut is_moved = false;
        for found in &mut self.findings[self.taken..] {
            if chunk.offset(found.start) >= known {
                break;
            }
            let end = chunk.offset(found.end);
            let mut start = chunk.offset(found.start);
            next += cells[next..].iter().take_while(|cell| cell.end <= start).count();
            let mut here = next;
            if found.kind == Kind::Email {
                if end > known {
                    waits = waits.min(start);
                    continue;
                }
                let sign = memchr::memchr(b'@', &chunk.bytes[found.start..found.end]);
                start += sign.unwrap_or_default() as u64;
                here += cells[next..].iter().take_while(|cell| cell.end <= start).count();
            }
            let Some(cell) = cells.get(here) else { break };
            if start + GAP < cell.start || end <= cell.start {
                continue;
            }
            if chunk.offset(found.start) < cell.start {
                found.start = chunk.index(cell.start);
                is_moved = true;
            }
            // A key goes on over the rows that its lines stand in.
            let is_block = matches!(found.run.as_deref(), Some(Run::Pem | Run::Block { .. }));
            if (end > cell.end || found.run.is_some()) && !is_block {
                found.end = chunk.index(cell.end);
                found.run = None;
            }
        }
        if is_moved {
            sort(&mut self.findings[self.taken..]);
        }
        waits
    }

    /// Those that nobody took, in order.
    pub(super) fn rest(&self) -> &[Found] {
        &self.findings[self.taken..]
    }

    /// The one that comes next.
    pub(super) fn first(&self) -> Option<&Found> {
        self.rest().first()
    }

    /// Takes the one that comes next.
    pub(super) fn take(&mut self) -> Option<Found> {
        let found = self.findings.get_mut(self.taken)?;
        self.taken += 1;
        Some(Found { run: found.run.take(), ..*found })
    }

    /// Takes the next `count`, which the caller has seen.
    pub(super) fn skip(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.findings.len());
    }
}

/// Puts findings in order that are nearly so: each is moved to its place among those before it. Where that takes more
/// moves than a sort would, it is left to a sort.
fn sort(findings: &mut [Found]) {
    let mut moves = 4 * findings.len();
    for i in 1..findings.len() {
        let ahead = findings[..i].iter().rev().take_while(|before| order(before) > order(&findings[i])).count();
        if ahead == 0 {
            continue;
        }
        if ahead > moves {
            findings.sort_by_key(order);
            return;
        }
        moves -= ahead;
        findings[i - ahead..=i].rotate_right(1);
    }
}

#[inline]
fn order(found: &Found) -> (usize, Reverse<usize>, Kind, RuleId) {
    (found.start, Reverse(found.end), found.kind, found.rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Confidence;
    use proptest::prelude::*;

    fn all(starts: &[usize]) -> Vec<Found> {
        starts.iter().map(|&start| Found::new(start, start + 3, Kind::Email, Confidence::High)).collect()
    }

    proptest! {
        #[test]
        fn whatever_the_order_they_come_in_they_are_taken_by_start(starts in prop::collection::vec(0..99_usize, 0..60)) {
            let mut findings = all(&starts);
            sort(&mut findings);
            prop_assert!(findings.is_sorted_by_key(order));
            prop_assert_eq!(findings.len(), starts.len());
        }
    }

    #[test]
    fn what_was_left_counts_from_the_next_chunk() {
        let chunk = |base| Chunk { bytes: &[0; 40], base, own: 0..40, is_last: false };
        let mut waiting = Waiting::default();
        waiting.join(&chunk(0), &mut all(&[30, 20, 10]));
        waiting.skip(1);
        assert_eq!(waiting.take().map(|f| f.start), Some(20));
        waiting.join(&chunk(25), &mut all(&[3, 6]));
        assert_eq!(waiting.rest().iter().map(|f| f.start).collect::<Vec<_>>(), [3, 5, 6]);
    }
}
