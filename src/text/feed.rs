//! The feed: reads a stream into chunks with margins, in bounded memory, without keeping a finished line back.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::chunk::{Chunk, LEFT_MARGIN, RIGHT_MARGIN};
use crate::source::Source;
use crate::text::stretch::Stretch;

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
    /// Bytes a chunk may own; it ends where the stream offset is a multiple of this.
    size: usize,
    is_over: bool,
    next: u64,
    /// Once it is read by place: the file, and where in it the stream begins.
    file: Option<(Arc<File>, u64)>,
    /// The stream offset that the source stands at.
    stands: u64,
}

/// Memory for the bytes of one chunk after the other. It keeps its length from chunk to chunk, so that nothing is cleared
/// that will be read over anyway.
#[derive(Debug, Default)]
pub struct Buffer {
    memory: Vec<u8>,
    used: usize,
}

impl Buffer {
    /// What was read into it.
    pub fn bytes(&self) -> &[u8] {
        &self.memory[..self.used]
    }

    /// Holds `kept` and nothing else, with room for `full` bytes in all.
    pub(super) fn begin(&mut self, kept: &[u8], full: usize) {
        if self.memory.len() < full {
            // Fresh zeros cost nothing until they are touched, which they are not where the input is short.
            self.memory = vec![0; full];
        }
        self.memory[..kept.len()].copy_from_slice(kept);
        self.used = kept.len();
    }

    /// Reads once, until `full` bytes are used at most; gives how many came.
    pub(super) fn read(
        &mut self,
        full: usize,
        mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            match read(&mut self.memory[self.used..full]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => {
                    self.used += *read.as_ref().unwrap_or(&0);
                    return read;
                }
            }
        }
    }
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
    /// The chunk is to be read by place, without the feed.
    Shared(Stretch),
    /// There is no more.
    Over,
}

impl<S: Source> Feed<S> {
    /// A feed of chunks that own up to `size` bytes.
    pub fn new(source: S, size: usize) -> Feed<S> {
        let size = size.max(1);
        Feed { source, tail: Vec::new(), base: 0, own: 0, size, is_over: false, next: 0, file: None, stands: 0 }
    }

    /// Gives out stretches to read by place from now on, if a file is behind the source: that needs no turns.
    ///
    /// # Errors
    /// As the source's.
    pub fn share(&mut self) -> io::Result<()> {
        self.stands = self.base + self.tail.len() as u64;
        if let Some((file, position)) = self.source.by_place()? {
            self.file = position.checked_sub(self.stands).map(|origin| (Arc::new(file), origin));
        }
        Ok(())
    }

    /// Gives the source back.
    pub fn into_source(self) -> S {
        self.source
    }

    /// Learns that the stream was read by place up to `offset`.
    pub fn took(&mut self, offset: u64) -> io::Result<()> {
        if self.file.is_none() || offset <= self.stands {
            return Ok(());
        }
        let bytes = offset - self.stands;
        self.stands = offset;
        self.source.took(bytes)
    }

    /// Reads the next chunk into `buffer`, in place of what it held.
    ///
    /// A chunk ends where the stream offset is a multiple of the size, also when the one before it was cut short, so that
    /// the chunks of a stream that flows can be hashed as whole subtrees of its digest.
    ///
    /// Where the input idles, `scan` decides the complete lines that have come; it gives its result and the index up to which
    /// it came. If that is nowhere, the feed waits for more.
    ///
    /// # Errors
    /// As the source's.
    pub fn next<T>(
        &mut self,
        buffer: &mut Buffer,
        mut scan: impl FnMut(&Chunk<'_>) -> (T, usize),
    ) -> io::Result<Cut<T>> {
        if self.is_over {
            return Ok(Cut::Over);
        }
        let offset = self.base + self.own as u64;
        let size = self.size - (offset % self.size as u64) as usize;
        if let Some((file, origin)) = &self.file {
            let stretch = Stretch { file: file.clone(), origin: *origin, number: self.next, offset, size };
            (self.base, self.own) = (offset + size as u64, 0);
            self.next += 1;
            return Ok(Cut::Shared(stretch));
        }
        // What is known of the stream never reaches further than this: a chunk never ends before the last one's end.
        let full = self.own + size + RIGHT_MARGIN;
        buffer.begin(&self.tail, full);
        let mut must_wait = buffer.used == self.own;
        loop {
            if buffer.used == full {
                return Ok(Cut::Flowing(self.cut(buffer.bytes(), self.own + size)));
            }
            if must_wait || !self.source.is_idle() {
                must_wait = false;
                if buffer.read(full, |room| self.source.read(room))? == 0 {
                    self.is_over = true;
                    return Ok(Cut::Flowing(self.cut(buffer.bytes(), buffer.used)));
                }
                continue;
            }
            let own = &buffer.bytes()[self.own..];
            let line = memchr::memrchr(b'\n', own).map_or(0, |n| n + 1);
            let end = self.own + line.max(own.len().saturating_sub(RIGHT_MARGIN));
            if end > self.own {
                let chunk = Chunk { bytes: buffer.bytes(), base: self.base, own: self.own..end, is_last: false };
                let (scanned, decided) = scan(&chunk);
                if decided > self.own {
                    return Ok(Cut::Idle(self.cut(buffer.bytes(), decided), scanned));
                }
            }
            // Nothing can be decided from what came: a line is not complete, or a construct is still open.
            must_wait = true;
        }
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
