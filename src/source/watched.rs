//! A source whose bytes are told as they are read.

use std::fs::File;
use std::io::{self, Read};

use super::Source;

/// Tells how many bytes each read gave.
pub struct Watched<S, F> {
    source: S,
    tell: F,
}

impl<S, F: Fn(u64)> Watched<S, F> {
    /// Wraps a source.
    pub fn new(source: S, tell: F) -> Watched<S, F> {
        Watched { source, tell }
    }
}

impl<S: Read, F: Fn(u64)> Read for Watched<S, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        (self.tell)(read as u64);
        Ok(read)
    }
}

impl<S: Source, F: Fn(u64)> Source for Watched<S, F> {
    fn is_idle(&mut self) -> bool {
        self.source.is_idle()
    }

    fn by_place(&mut self) -> io::Result<Option<(File, u64)>> {
        self.source.by_place()
    }

    fn took(&mut self, bytes: u64) -> io::Result<()> {
        (self.tell)(bytes);
        self.source.took(bytes)
    }
}
