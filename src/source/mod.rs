//! Where bytes come from: files, directories and the standard input.
//!
//! The nouns are a [`Source`], which is a reader that can tell whether it would make us wait; an [`OpenFile`], which is a
//! file together with what it looked like when it was opened; a [`Walked`] entry of a directory; a [`Spool`], which
//! holds what has to be read a second time; and a [`Digest`] of what was read, also by several workers.
//!
//! Promises: no input is ever written to, no symbolic link met in a walk is followed, no device is opened by accident,
//! and what a spool puts on disk is ciphertext. This module knows nothing of containers, text or findings.

pub mod digest;
pub mod file;
pub mod hashing;
pub mod spool;
pub mod stdin;
pub mod walk;
mod watched;

pub use digest::{Digest, Subtrees};
pub use file::OpenFile;
pub use hashing::HashingReader;
pub use spool::{Spool, SpoolReader};
pub use walk::{FileKind, Walked, walk};
pub use watched::Watched;

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A reader that knows whether the next read would wait for somebody.
///
/// A filter in front of `tail -f` must let a line go as soon as nothing more is coming; a file never idles, so it is read
/// in large pieces.
pub trait Source: Read {
    /// Is no byte available right now, so that a read would wait? The end of the input counts as available.
    fn is_idle(&mut self) -> bool;

    /// The regular file behind it, if there is one, and where in that its next byte stands: for those who read by place.
    ///
    /// # Errors
    /// When the operating system gives no second descriptor.
    fn by_place(&mut self) -> io::Result<Option<(File, u64)>> {
        Ok(None)
    }

    /// Learns that its next `bytes` were read by place; it then stands behind them.
    ///
    /// # Errors
    /// As the operating system's.
    fn took(&mut self, bytes: u64) -> io::Result<()> {
        debug_assert_eq!(bytes, 0, "this source is not read by place");
        Ok(())
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn is_idle(&mut self) -> bool {
        (**self).is_idle()
    }

    fn by_place(&mut self) -> io::Result<Option<(File, u64)>> {
        (**self).by_place()
    }

    fn took(&mut self, bytes: u64) -> io::Result<()> {
        (**self).took(bytes)
    }
}

impl<S: Source + ?Sized> Source for &mut S {
    fn is_idle(&mut self) -> bool {
        (**self).is_idle()
    }

    fn by_place(&mut self) -> io::Result<Option<(File, u64)>> {
        (**self).by_place()
    }

    fn took(&mut self, bytes: u64) -> io::Result<()> {
        (**self).took(bytes)
    }
}

/// Makes a source of any reader: idle after a read that gave less than was asked for.
///
/// This is a guess, which is all that can be said about a reader without a descriptor; guessing "idle" too often costs
/// speed and never changes the output.
#[derive(Debug)]
pub struct Plain<R> {
    inner: R,
    short: bool,
}

impl<R: Read> Plain<R> {
    /// Wraps a reader.
    pub fn new(inner: R) -> Self {
        Plain { inner, short: false }
    }

    /// Gives the reader back.
    pub fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.short = 0 < read && read < buffer.len();
        Ok(read)
    }
}

impl<R: Read> Source for Plain<R> {
    fn is_idle(&mut self) -> bool {
        self.short
    }
}

/// Why an input cannot be opened or listed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done: "open", "list".
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// It is there, but it is not something to read an artifact from.
    #[error("cannot read {}: it is a {kind}", path.display())]
    Refused {
        /// What was asked for.
        path: PathBuf,
        /// What it is: "directory", "character device", "socket" ...
        kind: &'static str,
    },
}

impl Error {
    /// What could not be listed, opened or read.
    pub fn path(&self) -> &std::path::Path {
        match self {
            Error::Io { path, .. } | Error::Refused { path, .. } => path,
        }
    }

    fn io(doing: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { doing, path, source }
    }
}

/// Asks the kernel, without waiting, whether a read would return at once.
fn is_ready(fd: impl AsFd) -> bool {
    let mut fds = [PollFd::new(&fd, PollFlags::IN)];
    // A poll that fails says nothing, and "ready" only means that the next read may wait: the way it was without asking.
    !matches!(poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
}

/// Waits until a read would return at once: for descriptors that somebody else has made non-blocking.
fn wait_until_ready(fd: impl AsFd) -> io::Result<()> {
    loop {
        match poll(&mut [PollFd::new(&fd, PollFlags::IN)], None) {
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0);
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    #[test]
    fn a_plain_reader_idles_after_a_short_read_only() {
        let mut source = Plain::new(Pieces(vec![b"full", b"sho"]));
        let mut buffer = [0; 4];
        assert!(!source.is_idle());
        assert_eq!(source.read(&mut buffer).unwrap(), 4);
        assert!(!source.is_idle());
        assert_eq!(source.read(&mut buffer).unwrap(), 3);
        assert!(source.is_idle());
        assert_eq!(source.read(&mut buffer).unwrap(), 0);
        assert!(!source.is_idle());
    }
}
