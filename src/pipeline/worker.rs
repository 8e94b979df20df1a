//! A worker: what it keeps from chunk to chunk, and what it does with one while nobody else is needed.

use super::order::Settled;
use super::{Error, Scrubber};
use crate::chunk::Chunk;
use crate::detect::{Scan, Scratch};
use crate::source::{Source, Subtrees};
use crate::text::{Buffer, Cut, Feed, Piece, controls};

/// The memory of one worker, used again for each chunk, and what it has counted.
pub(super) struct Worker<'s> {
    scrubber: &'s Scrubber,
    buffer: Buffer,
    scratch: Scratch,
    out: Vec<u8>,
    /// The hashed subtrees of the chunk at hand, if a digest is wanted.
    hashed: Option<Subtrees>,
    counted: Counted,
}

/// What a worker has counted.
#[derive(Default)]
pub(super) struct Counted {
    /// Findings, by rule.
    pub(super) counts: Vec<u64>,
    /// Control characters that no text has.
    pub(super) controls: u64,
}

/// A chunk that a worker has taken from the feed; its bytes are in the worker's buffer.
pub(super) struct Taken {
    pub(super) piece: Piece,
    /// Where the input idled, the scan that said how far the chunk goes.
    scan: Option<Scan>,
    pub(super) is_idle: bool,
}

impl<'s> Worker<'s> {
    /// A worker that hashes what it reads, if that is wanted.
    pub(super) fn new(scrubber: &'s Scrubber, hashes: bool) -> Worker<'s> {
        let hashed = hashes.then(Subtrees::default);
        let (buffer, scratch, counted) = (Buffer::default(), Scratch::default(), Counted::default());
        Worker { scrubber, buffer, scratch, out: Vec::new(), hashed, counted }
    }

    /// What it has counted, once it has no more to do.
    pub(super) fn counted(self) -> Counted {
        self.counted
    }

    /// Takes the next chunk, if there is one.
    pub(super) fn take(&mut self, feed: &mut Feed<impl Source>) -> Result<Option<Taken>, Error> {
        let Worker { scrubber, buffer, scratch, .. } = self;
        let scan = |chunk: &Chunk<'_>| {
            let scan = scrubber.engine.scan(chunk, scrubber.explain, scratch);
            let decided = scan.decided;
            (scan, decided)
        };
        Ok(match feed.next(buffer, scan).map_err(Error::Read)? {
            Cut::Flowing(piece) => Some(Taken { piece, scan: None, is_idle: false }),
            Cut::Idle(piece, scan) => Some(Taken { piece, scan: Some(scan), is_idle: true }),
            Cut::Over => None,
        })
    }

    /// The chunk that was taken last, and its subtrees.
    pub(super) fn chunk(&self, piece: &Piece) -> (Chunk<'_>, Option<&Subtrees>) {
        (piece.chunk(self.buffer.bytes()), self.hashed.as_ref())
    }

    /// Scans the chunk, and does what else goes through all of its bytes.
    pub(super) fn scan(&mut self, taken: &mut Taken) -> Scan {
        let chunk = taken.piece.chunk(self.buffer.bytes());
        let own = &chunk.bytes[chunk.own.clone()];
        if let Some(hashed) = &mut self.hashed {
            hashed.hash(chunk.offset(chunk.own.start), own);
        }
        self.counted.controls += controls(own);
        let Worker { scrubber, scratch, .. } = self;
        taken.scan.take().unwrap_or_else(|| scrubber.engine.scan(&chunk, scrubber.explain, scratch))
    }

    /// What comes out for the settled bytes of the chunk: they themselves where nothing in them changes.
    pub(super) fn rewrite(&mut self, piece: &Piece, settled: Settled) -> &[u8] {
        let Settled { range, edits } = settled;
        if edits.is_empty() {
            return &self.buffer.bytes()[range];
        }
        self.out.clear();
        let chunk = piece.chunk(self.buffer.bytes());
        self.scrubber.rewrite(&chunk, range, &edits, &mut self.out, &mut self.counted.counts);
        &self.out
    }
}
