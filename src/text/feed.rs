//! The feed: reads a stream into chunks with margins, in bounded memory, without keeping a finished line back.

use std::io;
use std::ops::Range;

use crate::chunk::{Chunk, LEFT_MARGIN, RIGHT_MARGIN};
use crate::source::Source;

/// A source and what must be read again of it.
#[derive(Debug)]
pub struct Feed<S> {
    source: S,
    /// The margin before the next chunk, and the bytes behind it that were read ahead.
    tail: Vec<u8>,
    /// Stream offset of `tail[0]`.
    base: u64,
    /// Where in `tail` the next chunk's own bytes begin.
    own: usize,
    /// Bytes a chunk may own.
    size: usize,
    is_over: bool,
    next: u64,
}

/// Where a chunk stands; its bytes are in the caller's buffer.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its number, from 0.
    pub number: u64,
    /// See [`Chunk::base`].
    pub base: u64,
    /// See [`Chunk::own`].
    pub own: Range<usize>,
    /// See [`Chunk::is_last`].
    pub is_last: bool,
}

impl Piece {
    /// The chunk, with its bytes.
    pub fn chunk<'a>(&self, bytes: &'a [u8]) -> Chunk<'a> {
        Chunk { bytes, base: self.base, own: self.own.clone(), is_last: self.is_last }
    }
}

/// The next chunk of a feed.
#[derive(Debug)]
pub enum Cut<T> {
    /// The input flows: the margins are full, or the stream ends here, and every candidate can be decided.
    Flowing(Piece),
    /// The input idles: complete lines came, and the scan of them says how far they are decided.
    Idle(Piece, T),
    /// There is no more.
    Over,
}

impl<S: Source> Feed<S> {
    /// A feed of chunks that own up to `size` bytes.
    pub fn new(source: S, size: usize) -> Feed<S> {
        Feed { source, tail: Vec::new(), base: 0, own: 0, size: size.max(1), is_over: false, next: 0 }
    }

    /// Reads the next chunk into `buffer`, in place of what it held.
    ///
    /// Where the input idles, `scan` decides the complete lines that have come; it gives its result and the index up to which
    /// it came. If that is nowhere, the feed waits for more.
    ///
    /// # Errors
    /// As the source's.
    pub fn next<T>(
        &mut self,
        buffer: &mut Vec<u8>,
        mut scan: impl FnMut(&Chunk<'_>) -> (T, usize),
    ) -> io::Result<Cut<T>> {
        if self.is_over {
            return Ok(Cut::Over);
        }
        buffer.clear();
        buffer.extend_from_slice(&self.tail);
        let full = self.own + self.size + RIGHT_MARGIN;
        let mut must_wait = buffer.len() == self.own;
        loop {
            let is_idle = !must_wait && buffer.len() < full && self.source.is_idle();
            if !is_idle && buffer.len() < full {
                must_wait = false;
                if self.fill(buffer, full)? == 0 {
                    self.is_over = true;
                    let end = buffer.len();
                    return Ok(Cut::Flowing(self.cut(buffer, end)));
                }
                continue;
            }
            if !is_idle {
                let end = buffer.len() - RIGHT_MARGIN;
                return Ok(Cut::Flowing(self.cut(buffer, end)));
            }
            let own = &buffer[self.own..];
            let line = memchr::memrchr(b'\n', own).map_or(0, |n| n + 1);
            let end = self.own + line.max(own.len().saturating_sub(RIGHT_MARGIN));
            if end > self.own {
                let chunk = Chunk { bytes: buffer, base: self.base, own: self.own..end, is_last: false };
                let (scanned, decided) = scan(&chunk);
                if decided > self.own {
                    return Ok(Cut::Idle(self.cut(buffer, decided), scanned));
                }
            }
            // Nothing can be decided from what came: a line is not complete, or a construct is still open.
            must_wait = true;
        }
    }

    fn fill(&mut self, buffer: &mut Vec<u8>, full: usize) -> io::Result<usize> {
        let known = buffer.len();
        buffer.resize(full, 0);
        let read = loop {
            match self.source.read(&mut buffer[known..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        buffer.truncate(known + *read.as_ref().unwrap_or(&0));
        read
    }

    /// Ends a chunk at `end` and keeps what the next one needs.
    fn cut(&mut self, buffer: &[u8], end: usize) -> Piece {
        let piece = Piece { number: self.next, base: self.base, own: self.own..end, is_last: self.is_over };
        let keep = end.saturating_sub(LEFT_MARGIN);
        self.tail.clear();
        self.tail.extend_from_slice(&buffer[keep..]);
        self.base += keep as u64;
        self.own = end - keep;
        self.next += 1;
        piece
    }
}
