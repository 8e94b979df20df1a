//! A reader that gives little at a time, as a pipe does.

use std::io::{self, Read};

use scrubjay::source::Source;

/// A source that gives at most so many bytes at a time, and says that it idles whenever it is asked.
pub struct Dripping<'a> {
    /// What is left to give.
    pub text: &'a [u8],
    /// How many bytes at a time.
    pub piece: usize,
    /// Whether it ever idles.
    pub idles: bool,
}

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.piece.min(buffer.len()).min(self.text.len());
        buffer[..n].copy_from_slice(&self.text[..n]);
        self.text = &self.text[n..];
        Ok(n)
    }
}

impl Source for Dripping<'_> {
    fn is_idle(&mut self) -> bool {
        self.idles && !self.text.is_empty()
    }
}
