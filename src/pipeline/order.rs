//! What the chunks of a stream must go through in order: the fold, the digest, and the lines of what is explained.

use std::ops::Range;
use std::sync::Arc;

use super::Explanation;
use crate::artifact::Content;
use crate::chunk::Chunk;
use crate::detect::{Ahead, Edit, Engine, Explained, Fold, Found, Harvest, Opened, Scan, Tables, Verdict};
use crate::source::{Digest, Subtrees};
use crate::text::{self, Piece};

/// The state that passes from chunk to chunk. The step is short: it does not go through the bytes of a chunk, unless its
/// candidates are explained.
#[derive(Default)]
pub(super) struct Order {
    tables: Tables,
    fold: Fold,
    digest: Digest,
    /// What the stream tells of people and hosts, if that is gathered.
    harvest: Option<Box<Harvest>>,
    explained: Vec<Explanation>,
    /// What the next chunk must begin with, since the one before it has read that as well.
    seam: Vec<u8>,
    /// Whether the last chunk of all has come.
    is_over: bool,
    /// Line feeds before the chunk that comes next, and the stream offset of its last line start, if candidates are
    /// explained.
    lines: u64,
    line_start: u64,
}

/// Which bytes of a chunk are settled now, and the edits among them.
pub(super) struct Settled {
    pub(super) range: Range<usize>,
    pub(super) edits: Vec<Edit>,
}

/// How a chunk follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// It goes on where that ended.
    On,
    /// That was the last.
    NotAtAll,
    /// What both have read is not the same: the input has changed meanwhile.
    Differently,
}

impl Order {
    /// A state that gathers what a stream tells, if there is something to put it into.
    pub(super) fn gathering(harvest: Option<Harvest>) -> Order {
        Order { harvest: harvest.map(Box::new), ..Order::default() }
    }

    /// Takes in the next chunk: what the scan found in it, and its hashed subtrees, if a digest is wanted.
    pub(super) fn settle(
        &mut self,
        engine: &Engine,
        chunk: &Chunk<'_>,
        scan: &mut Scan,
        hashed: Option<&Subtrees>,
        explains: bool,
        mut edits: Vec<Edit>,
    ) -> Settled {
        if let Some(hashed) = hashed {
            self.digest.push(&chunk.bytes[chunk.own.clone()], hashed);
        }
        self.read_tables(engine, chunk, scan, explains);
        if explains {
            self.explain(chunk, scan);
        }
        let from = chunk.index(self.fold.done());
        self.fold.advance(chunk, &mut scan.found, scan.decided, &mut edits);
        if let Some(harvest) = &mut self.harvest {
            harvest.take(chunk, &edits);
        }
        Settled { range: from..chunk.index(self.fold.done()), edits }
    }

    /// Takes what was read ahead of the tables in the chunk that is settled next.
    pub(super) fn take_ahead(&mut self, ahead: Option<Ahead>) {
        self.tables.take_ahead(ahead);
    }

    /// The table that is open behind the last chunk, for those who read ahead.
    pub(super) fn opened(&self) -> Option<Arc<Opened>> {
        self.tables.opened()
    }

    /// Reads the tables on, and adds what their cells hold to what the scan found.
    fn read_tables(&mut self, engine: &Engine, chunk: &Chunk<'_>, scan: &mut Scan, explains: bool) {
        let Some(reader) = engine.tables() else { return };
        let before = scan.found.len();
        let events = std::mem::take(&mut scan.events);
        let held = self.tables.advance(reader, engine.keep(), chunk, scan.decided, events, &mut scan.found);
        self.fold.hold(held, self.tables.cells());
        if explains && scan.found.len() > before {
            let taken = |found: &Found| {
                let verdict = Verdict::Taken { bytes: (found.end - found.start) as u64, confidence: found.confidence };
                Explained { offset: chunk.offset(found.start), rule: found.rule, verdict }
            };
            scan.explained.extend(scan.found[before..].iter().map(taken));
            scan.explained.sort_by_key(|explained| (explained.offset, explained.rule));
        }
    }

    /// How the next chunk follows the one before it, from which it may have been read apart; to be asked before it is
    /// settled. `None` stands for one that is not there.
    pub(super) fn follows(&mut self, chunk: Option<(&Piece, &[u8])>) -> Follows {
        if self.is_over {
            return Follows::NotAtAll;
        }
        match chunk {
            Some((piece, bytes)) if bytes.starts_with(&self.seam) => {
                self.is_over = piece.is_last;
                self.seam.clear();
                self.seam.extend_from_slice(text::seam(piece, bytes));
                Follows::On
            }
            _ => Follows::Differently,
        }
    }

    /// The content of all chunks, what was explained, and what was gathered.
    pub(super) fn finish(self) -> (Content, Vec<Explanation>, Option<Box<Harvest>>) {
        (self.digest.content(), self.explained, self.harvest)
    }

    /// Gives what the scan explained its lines and columns.
    fn explain(&mut self, chunk: &Chunk<'_>, scan: &Scan) {
        for explained in &scan.explained {
            // A candidate may start in the margin before the chunk's own bytes.
            let (start, at) = (chunk.own.start, chunk.index(explained.offset));
            let line = if at >= start {
                self.lines + memchr::memchr_iter(b'\n', &chunk.bytes[start..at]).count() as u64
            } else {
                self.lines - memchr::memchr_iter(b'\n', &chunk.bytes[at..start]).count() as u64
            };
            let line_start = memchr::memrchr(b'\n', &chunk.bytes[..at]).map(|n| chunk.offset(n + 1));
            let column = explained.offset - line_start.unwrap_or(self.line_start.min(explained.offset)) + 1;
            let Explained { rule, verdict, .. } = *explained;
            self.explained.push(Explanation { entry: String::new(), line: line + 1, column, rule, verdict });
        }
        let own = &chunk.bytes[chunk.own.start..scan.decided];
        self.lines += memchr::memchr_iter(b'\n', own).count() as u64;
        if let Some(newline) = memchr::memrchr(b'\n', own) {
            self.line_start = chunk.offset(chunk.own.start + newline + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::{LEFT_MARGIN, RIGHT_MARGIN};

    const SIZE: usize = 100_000;

    /// The chunk `number` of a file of `text`, as one who reads by place finds it.
    fn chunk(text: &[u8], number: usize) -> Option<(Piece, Vec<u8>)> {
        let offset = number * SIZE;
        let base = offset.saturating_sub(LEFT_MARGIN);
        let full = offset + SIZE + RIGHT_MARGIN;
        let bytes = text.get(base..full.min(text.len()))?.to_vec();
        let is_last = text.len() < full;
        let own = offset - base..if is_last { bytes.len() } else { offset - base + SIZE };
        Some((Piece { number: number as u64, base: base as u64, own, is_last }, bytes))
    }

    fn follow(order: &mut Order, text: &[u8], number: usize) -> Follows {
        let chunk = chunk(text, number);
        order.follows(chunk.as_ref().map(|(piece, bytes)| (piece, &bytes[..])))
    }

    #[test]
    fn what_comes_behind_the_last_chunk_does_not_count() {
        let text = vec![b'x'; 2 * SIZE + 100];
        let mut order = Order::default();
        assert_eq!(follow(&mut order, &text, 0), Follows::On);
        // The second reaches the end with its margin, so the third, which it holds already, is nobody's.
        assert_eq!(follow(&mut order, &text, 1), Follows::On);
        assert_eq!(follow(&mut order, &text, 2), Follows::NotAtAll);
        assert_eq!(follow(&mut order, &text, 3), Follows::NotAtAll);
    }

    #[test]
    fn a_file_that_changes_between_two_readings_is_not_joined() {
        let text = vec![b'x'; 4 * SIZE];
        for (place, is_seen) in [(SIZE - LEFT_MARGIN - 1, false), (SIZE - LEFT_MARGIN, true), (SIZE + 4095, true)] {
            let mut order = Order::default();
            assert_eq!(follow(&mut order, &text, 0), Follows::On);
            let mut changed = text.clone();
            changed[place] = b'y';
            let expected = if is_seen { Follows::Differently } else { Follows::On };
            assert_eq!(follow(&mut order, &changed, 1), expected, "a byte at {place}");
        }
        for shorter in [SIZE + 4095, SIZE, SIZE - LEFT_MARGIN - 1, 0] {
            let mut order = Order::default();
            assert_eq!(follow(&mut order, &text, 0), Follows::On);
            assert_eq!(follow(&mut order, &text[..shorter], 1), Follows::Differently, "cut to {shorter}");
        }
    }

    #[test]
    fn a_file_that_grows_ends_where_its_end_was_seen() {
        let text = vec![b'x'; 4 * SIZE];
        let mut order = Order::default();
        assert_eq!(follow(&mut order, &text[..SIZE + 100], 0), Follows::On);
        assert_eq!(follow(&mut order, &text, 1), Follows::NotAtAll);
    }
}
