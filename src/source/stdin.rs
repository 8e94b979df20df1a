//! The standard input.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::AsFd;

use super::Source;

/// How much a pipe may hold before its writer has to wait; the kernel's default of 64 KiB costs many wake-ups.
const PIPE_SIZE: usize = 1 << 20;

/// A reader over descriptor 0 without a buffer of its own, so that the kernel's answer to "is there more" is the whole
/// answer.
#[derive(Debug)]
pub struct Stdin {
    file: File,
}

/// Takes the standard input. Nobody else in the process may read from it meanwhile.
///
/// # Errors
/// When there is none (the descriptor is closed).
pub fn stdin() -> io::Result<Stdin> {
    Stdin::over(io::stdin().as_fd())
}

impl Stdin {
    fn over(fd: impl AsFd) -> io::Result<Stdin> {
        let fd = fd.as_fd().try_clone_to_owned()?;
        // Not a pipe, or over the user's allowance: then it stays as it is.
        let _ = rustix::pipe::fcntl_setpipe_size(&fd, PIPE_SIZE);
        Ok(Stdin { file: File::from(fd) })
    }

    /// Is no byte available right now?
    pub fn is_idle(&self) -> bool {
        !super::is_ready(&self.file)
    }
}

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.file.read(buffer) {
                // A process that shares the terminal or pipe with us may have made it non-blocking for both.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => super::wait_until_ready(&self.file)?,
                read => return read,
            }
        }
    }
}

impl Source for Stdin {
    fn is_idle(&mut self) -> bool {
        Stdin::is_idle(self)
    }

    fn by_place(&mut self) -> io::Result<Option<(File, u64)>> {
        if !self.file.metadata()?.is_file() {
            return Ok(None);
        }
        Ok(Some((self.file.try_clone()?, self.file.stream_position()?)))
    }

    fn took(&mut self, bytes: u64) -> io::Result<()> {
        // Who shares the descriptor finds it where a reader would have left it.
        self.file.seek_relative(bytes as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn an_empty_pipe_idles_and_a_closed_one_does_not() {
        let (reader, mut writer) = io::pipe().unwrap();
        let mut stdin = Stdin::over(&reader).unwrap();
        assert!(rustix::pipe::fcntl_getpipe_size(&reader).unwrap() >= 1 << 16);
        assert!(stdin.is_idle());
        writer.write_all(b"line\n").unwrap();
        assert!(!stdin.is_idle());
        let mut buffer = [0; 64];
        assert_eq!(stdin.read(&mut buffer).unwrap(), 5);
        assert!(stdin.is_idle());
        drop(writer);
        assert!(!stdin.is_idle());
        assert_eq!(stdin.read(&mut buffer).unwrap(), 0);
    }

    #[test]
    fn a_pipe_that_was_made_non_blocking_is_waited_for() {
        let (reader, mut writer) = io::pipe().unwrap();
        rustix::fs::fcntl_setfl(&reader, rustix::fs::OFlags::NONBLOCK).unwrap();
        let mut stdin = Stdin::over(&reader).unwrap();
        let handle = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(30));
            writer.write_all(b"x").unwrap();
        });
        assert_eq!(stdin.read(&mut [0; 8]).unwrap(), 1);
        handle.join().unwrap();
    }
}
