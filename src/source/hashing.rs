//! What was read, by size and digest.

use std::io::{self, Read};

use super::Source;
use crate::artifact::Content;

/// Adds up the [`Content`] of bytes that pass by.
#[derive(Clone, Debug, Default)]
pub struct Hashing {
    hasher: blake3::Hasher,
    size: u64,
}

impl Hashing {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
    }

    /// How many bytes have passed by so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What has passed by so far.
    pub fn content(&self) -> Content {
        Content { size: self.size, blake3: *self.hasher.finalize().as_bytes() }
    }
}

/// A reader that hashes exactly the bytes it hands out.
#[derive(Debug)]
pub struct HashingReader<R> {
    inner: R,
    hashing: Hashing,
}

impl<R> HashingReader<R> {
    /// Wraps a reader whose next byte is the first to be counted.
    pub fn new(inner: R) -> Self {
        HashingReader { inner, hashing: Hashing::default() }
    }

    /// What was read, which is less than what there is when the reader was not read to its end.
    pub fn finish(self) -> Content {
        self.hashing.content()
    }

    /// What there is, after reading what is left of it.
    ///
    /// # Errors
    /// As the reader's.
    pub fn drain(mut self) -> io::Result<Content>
    where
        R: Read,
    {
        io::copy(&mut self, &mut io::sink())?;
        Ok(self.finish())
    }

    /// The reader below, for asking it about itself; reading from it would leave bytes out of the digest.
    pub fn get_ref(&self) -> &R {
        &self.inner
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hashing.update(&buffer[..read]);
        Ok(read)
    }
}

impl<R: Source> Source for HashingReader<R> {
    fn is_idle(&mut self) -> bool {
        self.inner.is_idle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_of_the_bytes_handed_out() {
        let mut reader = HashingReader::new(&b"three bytes too many"[..]);
        let mut buffer = [0; 11];
        reader.read_exact(&mut buffer).unwrap();
        let content = reader.finish();
        assert_eq!(content.size, 11);
        assert_eq!(content.blake3, *blake3::hash(b"three bytes").as_bytes());
    }
}
