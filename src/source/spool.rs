//! Holding bytes that must be read again, without leaving them on a disk.
//!
//! Up to 8 MiB stay in memory. What is longer goes to a file that has no name, in blocks of 64 KiB, each sealed with
//! ChaCha20-Poly1305 under a key that was drawn for this spool and exists in memory only. A crash leaves ciphertext that
//! nobody can open, and a disk that returns other bytes than were written is an error and not a wrong output.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};

use crate::sensitive::Sensitive;

/// How many bytes a spool holds in memory.
pub const IN_MEMORY: usize = 8 << 20;
/// How many bytes of plaintext go into one sealed block.
const BLOCK: usize = 64 << 10;
/// What sealing adds to a block.
const TAG: usize = 16;
/// How many opened blocks a reader keeps.
const CACHED: usize = 4;

/// Takes bytes in by [`Write`] and gives them back through [`Spool::into_reader`].
#[derive(Debug)]
pub struct Spool {
    directory: PathBuf,
    /// All bytes while they fit in memory, then those that do not fill a block yet.
    pending: Vec<u8>,
    sealed: Option<Sealed>,
    len: u64,
}

/// The part of a spool that is on disk.
#[derive(Debug)]
struct Sealed {
    file: File,
    key: Sensitive<[u8; 32]>,
    blocks: u64,
}

/// A spool that was written and is now read, from any place in it.
#[derive(Debug)]
pub struct SpoolReader {
    spool: Spool,
    position: u64,
    /// Opened blocks, the latest used first.
    cache: Vec<(u64, Vec<u8>)>,
}

impl Spool {
    /// A spool that puts what does not fit in memory into an unlinked file in `directory`.
    pub fn new(directory: &Path) -> Spool {
        Spool { directory: directory.to_owned(), pending: Vec::new(), sealed: None, len: 0 }
    }

    /// How many bytes were written.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Was nothing written?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Ends the writing; the reader stands at the first byte.
    ///
    /// # Errors
    /// When the last block cannot be written.
    pub fn into_reader(mut self) -> io::Result<SpoolReader> {
        if let Some(sealed) = &mut self.sealed
            && !self.pending.is_empty()
        {
            sealed.append(&mut self.pending)?;
        }
        Ok(SpoolReader { spool: self, position: 0, cache: Vec::new() })
    }

    /// All that `input` gives, to be read as often as is needed; the reader stands at the first byte.
    ///
    /// # Errors
    /// When the input cannot be read, or the spool cannot be written.
    pub fn holding(directory: &Path, input: &mut dyn Read) -> io::Result<SpoolReader> {
        let mut spool = Spool::new(directory);
        io::copy(input, &mut spool)?;
        spool.into_reader()
    }

    fn spill(&mut self) -> io::Result<&mut Sealed> {
        if self.sealed.is_none() {
            self.sealed = Some(Sealed::create(&self.directory)?);
        }
        Ok(self.sealed.as_mut().expect("it was made just above"))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.sealed.is_none() && self.pending.len() + bytes.len() <= IN_MEMORY {
            self.pending.extend_from_slice(bytes);
            self.len += bytes.len() as u64;
            return Ok(bytes.len());
        }
        if self.sealed.is_none() {
            let mut held = std::mem::take(&mut self.pending);
            let sealed = self.spill()?;
            let mut block = Vec::with_capacity(BLOCK + TAG);
            for piece in held.chunks(BLOCK) {
                block.clear();
                block.extend_from_slice(piece);
                if piece.len() == BLOCK {
                    sealed.append(&mut block)?;
                }
            }
            self.pending = if held.len().is_multiple_of(BLOCK) { Vec::with_capacity(BLOCK + TAG) } else { block };
            zeroize::Zeroize::zeroize(&mut held);
        }
        let taken = bytes.len().min(BLOCK - self.pending.len());
        self.pending.extend_from_slice(&bytes[..taken]);
        if self.pending.len() == BLOCK {
            let mut block = std::mem::take(&mut self.pending);
            self.spill()?.append(&mut block)?;
            self.pending = block;
        }
        self.len += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sealed {
    fn create(directory: &Path) -> io::Result<Sealed> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        let sealed = Sealed { file: tempfile::tempfile_in(directory)?, key: Sensitive::new(key), blocks: 0 };
        zeroize::Zeroize::zeroize(&mut key);
        Ok(sealed)
    }

    /// Seals a block, writes it behind the others and empties the buffer.
    fn append(&mut self, block: &mut Vec<u8>) -> io::Result<()> {
        self.cipher()
            .encrypt_in_place(&nonce(self.blocks), b"", block)
            .map_err(|_| io::Error::other("cannot seal a block of the spool"))?;
        let written = self.file.write_all_at(block, at(self.blocks));
        block.clear();
        written?;
        self.blocks += 1;
        Ok(())
    }

    /// Reads a block of `len` bytes back and opens it.
    fn open(&self, index: u64, len: usize, block: &mut Vec<u8>) -> io::Result<()> {
        block.resize(len + TAG, 0);
        self.file.read_exact_at(block, at(index))?;
        self.cipher().decrypt_in_place(&nonce(index), b"", block).map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidData, "the spool does not read back what was written to it")
        })
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(self.key.reveal().into())
    }
}

/// The key is drawn for one spool and a block is sealed once, so its number is a nonce that never repeats.
fn nonce(block: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&block.to_le_bytes());
    nonce.into()
}

fn at(block: u64) -> u64 {
    block * (BLOCK + TAG) as u64
}

impl SpoolReader {
    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.spool.len
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.spool.len == 0
    }

    /// Brings a block to the front of the cache.
    fn block(&mut self, sealed: &Sealed, index: u64) -> io::Result<()> {
        if let Some(place) = self.cache.iter().position(|(cached, _)| *cached == index) {
            self.cache[..=place].rotate_right(1);
            return Ok(());
        }
        let mut block = match self.cache.len() {
            CACHED => self.cache.pop().map(|(_, block)| block).unwrap_or_default(),
            _ => Vec::with_capacity(BLOCK + TAG),
        };
        let len = (self.spool.len - index * BLOCK as u64).min(BLOCK as u64) as usize;
        sealed.open(index, len, &mut block)?;
        self.cache.insert(0, (index, block));
        Ok(())
    }
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.spool.len || buffer.is_empty() {
            return Ok(0);
        }
        let Some(sealed) = self.spool.sealed.take() else {
            let rest = &self.spool.pending[self.position as usize..];
            let read = rest.len().min(buffer.len());
            buffer[..read].copy_from_slice(&rest[..read]);
            self.position += read as u64;
            return Ok(read);
        };
        let opened = self.block(&sealed, self.position / BLOCK as u64);
        self.spool.sealed = Some(sealed);
        opened?;
        let rest = &self.cache[0].1[(self.position % BLOCK as u64) as usize..];
        let read = rest.len().min(buffer.len());
        buffer[..read].copy_from_slice(&rest[..read]);
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for SpoolReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.spool.len.checked_add_signed(by),
        };
        self.position =
            position.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start of a spool"))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes without a short period, so that a block in the wrong place shows.
    fn bytes(len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        blake3::Hasher::new().finalize_xof().fill(&mut bytes);
        bytes
    }

    fn spooled(bytes: &[u8], piece: usize) -> SpoolReader {
        let mut spool = Spool::new(&std::env::temp_dir());
        for piece in bytes.chunks(piece) {
            spool.write_all(piece).unwrap();
        }
        assert_eq!(spool.len(), bytes.len() as u64);
        spool.into_reader().unwrap()
    }

    #[test]
    fn what_goes_in_comes_out_around_every_boundary() {
        let all = bytes(IN_MEMORY + 2 * BLOCK + 1);
        let sizes = [0, 1, BLOCK, IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, IN_MEMORY + BLOCK, all.len()];
        for size in sizes {
            for piece in [4093, BLOCK, IN_MEMORY + BLOCK] {
                let mut reader = spooled(&all[..size], piece);
                assert_eq!(reader.spool.sealed.is_some(), size > IN_MEMORY, "{size}");
                let mut back = Vec::new();
                reader.read_to_end(&mut back).unwrap();
                assert!(back == all[..size], "{size} bytes in pieces of {piece}");
            }
        }
    }

    #[test]
    fn any_place_can_be_read() {
        let all = bytes(IN_MEMORY + 3 * BLOCK + 77);
        let mut reader = spooled(&all, 1 << 20);
        let mut seed = 7_u64;
        for _ in 0..500 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let start = (seed >> 20) as usize % all.len();
            let len = ((seed >> 3) as usize % 70_000).min(all.len() - start);
            reader.seek(SeekFrom::Start(start as u64)).unwrap();
            let mut back = vec![0; len];
            reader.read_exact(&mut back).unwrap();
            assert!(back == all[start..start + len], "{start}..+{len}");
        }
        assert_eq!(reader.seek(SeekFrom::End(-1)).unwrap(), all.len() as u64 - 1);
        assert_eq!(reader.seek(SeekFrom::Current(10)).unwrap(), all.len() as u64 + 9);
        assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
        assert!(reader.seek(SeekFrom::Current(-(all.len() as i64) - 10)).is_err());
    }

    #[test]
    fn the_file_holds_no_plaintext_and_has_no_name() {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(dir.path());
        let line = b"canary canary canary canary\n";
        for _ in 0..(IN_MEMORY + 5 * BLOCK) / line.len() {
            spool.write_all(line).unwrap();
        }
        let reader = spool.into_reader().unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let sealed = reader.spool.sealed.as_ref().unwrap();
        let mut raw = vec![0; sealed.file.metadata().unwrap().len() as usize];
        sealed.file.read_exact_at(&mut raw, 0).unwrap();
        assert!(raw.len() > IN_MEMORY);
        assert!(memchr::memmem::find(&raw, b"canary").is_none());
        let debug = format!("{:?}", sealed.key);
        assert_eq!(debug, "(not shown)");
    }

    #[test]
    fn a_block_that_was_changed_or_moved_is_an_error() {
        let all = bytes(IN_MEMORY + BLOCK);
        let mut reader = spooled(&all, 1 << 20);
        let sealed = reader.spool.sealed.as_ref().unwrap();
        let mut first = vec![0; BLOCK + TAG];
        sealed.file.read_exact_at(&mut first, 0).unwrap();
        sealed.file.write_all_at(&first, at(1)).unwrap();
        sealed.file.write_all_at(&[first[9] ^ 1], 9).unwrap();
        for block in [0, 1] {
            reader.seek(SeekFrom::Start(block * BLOCK as u64)).unwrap();
            let error = reader.read(&mut [0; 8]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
        reader.seek(SeekFrom::Start(2 * BLOCK as u64)).unwrap();
        assert!(reader.read(&mut [0; 8]).is_ok());
    }
}
