//! What the chunks of a stream must go through in order: the fold, the digest, and the lines of what is explained.

use std::ops::Range;

use super::Explanation;
use crate::artifact::Content;
use crate::chunk::Chunk;
use crate::detect::{Edit, Explained, Fold, Scan};
use crate::source::{Digest, Subtrees};

/// The state that passes from chunk to chunk. The step is short: it does not go through the bytes of a chunk, unless its
/// candidates are explained.
#[derive(Default)]
pub(super) struct Order {
    fold: Fold,
    digest: Digest,
    explained: Vec<Explanation>,
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

impl Order {
    /// Takes in the next chunk: what the scan found in it, and its hashed subtrees, if a digest is wanted.
    pub(super) fn settle(
        &mut self,
        chunk: &Chunk<'_>,
        scan: Scan,
        hashed: Option<&Subtrees>,
        explains: bool,
    ) -> Settled {
        if let Some(hashed) = hashed {
            self.digest.push(&chunk.bytes[chunk.own.clone()], hashed);
        }
        if explains {
            self.explain(chunk, &scan);
        }
        let from = chunk.index(self.fold.done());
        let edits = self.fold.advance(chunk, scan.found, scan.decided);
        Settled { range: from..chunk.index(self.fold.done()), edits }
    }

    /// The content of all chunks, and what was explained.
    pub(super) fn finish(self) -> (Content, Vec<Explanation>) {
        (self.digest.content(), self.explained)
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
