//! A worker: what it keeps from chunk to chunk, and what it does with one while nobody else is needed.

use super::order::Settled;
use super::{Error, Rewriter, Scrubber};
use crate::chunk::Chunk;
use crate::detect::{Edit, Fates, Scan, Scratch};
use crate::source::{Source, Subtrees};
use crate::text::{Buffer, Cut, Feed, Piece, Stretch, controls};

/// The memory of one worker, used again for each chunk, and what it has counted.
pub(super) struct Worker<'s> {
    scrubber: &'s Scrubber,
    buffer: Buffer,
    scratch: Scratch,
    rewriter: Rewriter,
    edits: Vec<Edit>,
    out: Vec<u8>,
    /// The hashed subtrees of the chunk at hand, if a digest is wanted.
    hashed: Option<Subtrees>,
    /// The control characters in the chunk at hand, and in those before it.
    controls: u64,
    controls_before: u64,
}

/// What a worker has counted.
pub(super) struct Counted {
    /// Findings, by rule.
    pub(super) counts: Vec<u64>,
    /// Findings that were left because they are not sure enough, by rule.
    pub(super) unsure: Vec<u64>,
    /// What became of candidates, if that is counted.
    pub(super) fates: Fates,
    /// Candidates that were verified, by anchor.
    pub(super) candidates: Vec<u64>,
    /// Control characters that no text has.
    pub(super) controls: u64,
}

/// What a worker has taken from the feed.
pub(super) enum Taken {
    /// A chunk, whose bytes are in the worker's buffer.
    Chunk(Held),
    /// One that it has yet to read by place.
    Stretch(Stretch),
}

impl Taken {
    /// The number of the chunk.
    pub(super) fn number(&self) -> u64 {
        match self {
            Taken::Chunk(held) => held.piece.number,
            Taken::Stretch(stretch) => stretch.number(),
        }
    }
}

/// A chunk whose bytes are in the worker's buffer.
pub(super) struct Held {
    pub(super) piece: Piece,
    /// Where the input idled, the scan that said how far the chunk goes.
    scan: Option<Scan>,
    pub(super) is_idle: bool,
}

impl<'s> Worker<'s> {
    /// A worker that hashes what it reads, if that is wanted.
    pub(super) fn new(scrubber: &'s Scrubber, hashes: bool) -> Worker<'s> {
        let hashed = hashes.then(Subtrees::default);
        Worker {
            scrubber,
            buffer: Buffer::default(),
            scratch: if scrubber.counts { Scratch::counting() } else { Scratch::default() },
            rewriter: Rewriter::default(),
            edits: Vec::new(),
            out: Vec::new(),
            hashed,
            controls: 0,
            controls_before: 0,
        }
    }

    /// What it has counted, once it has no more to do.
    pub(super) fn counted(mut self) -> Counted {
        // There are some thousand anchors, which a small file has no use for.
        let candidates = if self.scrubber.counts { self.scratch.candidates() } else { Vec::new() };
        let fates = self.scratch.take_fates();
        let Rewriter { counts, unsure, .. } = self.rewriter;
        Counted { counts, unsure, fates, candidates, controls: self.controls_before }
    }

    /// Takes the next chunk, if there is one.
    pub(super) fn take(&mut self, feed: &mut Feed<impl Source>) -> Result<Option<Taken>, Error> {
        let Worker { scrubber, buffer, scratch, .. } = self;
        let scan = |chunk: &Chunk<'_>| {
            let scan = scrubber.engine.scan_knowing(scrubber.learned(), chunk, scrubber.explain, scratch);
            let decided = scan.decided;
            (scan, decided)
        };
        Ok(match feed.next(buffer, scan).map_err(Error::Read)? {
            Cut::Flowing(piece) => Some(Taken::Chunk(Held { piece, scan: None, is_idle: false })),
            Cut::Idle(piece, scan) => Some(Taken::Chunk(Held { piece, scan: Some(scan), is_idle: true })),
            Cut::Shared(stretch) => Some(Taken::Stretch(stretch)),
            Cut::Over => None,
        })
    }

    /// Holds what was taken in memory; `None` if the file ended before it.
    pub(super) fn hold(&mut self, taken: Taken) -> Result<Option<Held>, Error> {
        Ok(match taken {
            Taken::Chunk(held) => Some(held),
            Taken::Stretch(stretch) => {
                let piece = stretch.read(&mut self.buffer).map_err(Error::Read)?;
                piece.map(|piece| Held { piece, scan: None, is_idle: false })
            }
        })
    }

    /// The chunk that was taken last, and its subtrees.
    pub(super) fn chunk(&self, piece: &Piece) -> (Chunk<'_>, Option<&Subtrees>) {
        (piece.chunk(self.buffer.bytes()), self.hashed.as_ref())
    }

    /// Scans the chunk, and does what else goes through all of its bytes. Gives a buffer for the edits besides.
    pub(super) fn scan(&mut self, held: &mut Held) -> (Scan, Vec<Edit>) {
        let chunk = held.piece.chunk(self.buffer.bytes());
        let own = &chunk.bytes[chunk.own.clone()];
        if let Some(hashed) = &mut self.hashed {
            hashed.hash(chunk.offset(chunk.own.start), own);
        }
        self.controls = controls(own);
        let Worker { scrubber, scratch, .. } = self;
        let scan = held
            .scan
            .take()
            .unwrap_or_else(|| scrubber.engine.scan_knowing(scrubber.learned(), &chunk, scrubber.explain, scratch));
        (scan, std::mem::take(&mut self.edits))
    }

    /// Takes back the memory of a scan that is settled.
    pub(super) fn reuse(&mut self, scan: Scan) {
        self.scratch.reuse(scan);
    }

    /// What comes out for the settled bytes of the chunk: they themselves where nothing in them changes, and nothing where
    /// they are only looked through.
    pub(super) fn rewrite(&mut self, piece: &Piece, settled: Settled) -> &[u8] {
        let Settled { range, edits } = settled;
        self.edits = edits;
        self.controls_before += self.controls;
        if self.scrubber.is_gathering() {
            return &[];
        }
        if self.edits.is_empty() {
            return &self.buffer.bytes()[range];
        }
        self.out.clear();
        let chunk = piece.chunk(self.buffer.bytes());
        self.rewriter.rewrite(&self.scrubber.redactor, &chunk, range, &self.edits, &mut self.out);
        &self.out
    }
}
