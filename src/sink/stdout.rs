//! The standard output.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, poll};

/// How much a pipe may hold before we have to wait for its reader; the kernel's default of 64 KiB costs many wake-ups.
const PIPE_SIZE: usize = 1 << 20;

/// A writer over descriptor 1 that holds nothing back: what was written is in the kernel's hands.
///
/// `std::io::stdout` splits at newlines and would hold an open line; here the pipeline decides when bytes go.
#[derive(Debug)]
pub struct Stdout {
    file: File,
}

/// Takes the standard output. Nothing else in the process may write to it meanwhile.
///
/// # Errors
/// When there is none (the descriptor is closed).
pub fn stdout() -> io::Result<Stdout> {
    Stdout::over(io::stdout().as_fd())
}

impl Stdout {
    fn over(fd: impl AsFd) -> io::Result<Stdout> {
        let fd = fd.as_fd().try_clone_to_owned()?;
        // Not a pipe, or over the user's allowance: then it stays as it is.
        let _ = rustix::pipe::fcntl_setpipe_size(&fd, PIPE_SIZE);
        Ok(Stdout { file: File::from(fd) })
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.file.write(bytes) {
                // A process that shares the pipe with us may have made it non-blocking for both.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match poll(&mut [PollFd::new(&self.file, PollFlags::OUT)], None) {
                        Ok(_) | Err(rustix::io::Errno::INTR) => {}
                        Err(errno) => return Err(errno.into()),
                    }
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Was this error, or one that it stems from, that the reader of our output has gone (`| head`)? That is success.
pub fn reader_is_gone(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        // An io::Error that carries another error names as its source what that one stems from, and skips the one carried.
        next = match io.and_then(io::Error::get_ref) {
            Some(carried) => Some(carried),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_goes_away_is_told_apart() {
        let (reader, writer) = io::pipe().unwrap();
        let mut stdout = Stdout::over(&writer).unwrap();
        stdout.write_all(b"line\n").unwrap();
        drop(reader);
        let error = stdout.write_all(b"line\n").unwrap_err();
        assert!(reader_is_gone(&error));
        assert!(reader_is_gone(&io::Error::other(io::Error::other(error))));
    }

    #[test]
    fn a_full_disk_is_not_a_reader_gone() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let error = Stdout::over(&full).unwrap().write_all(b"x").unwrap_err();
        assert!(!reader_is_gone(&error));
    }

    #[test]
    fn a_pipe_that_was_made_non_blocking_is_waited_for() {
        let (mut reader, writer) = io::pipe().unwrap();
        rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::NONBLOCK).unwrap();
        let handle = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(30));
            io::copy(&mut reader, &mut io::sink()).unwrap()
        });
        Stdout::over(&writer).unwrap().write_all(&vec![b'x'; 4 << 20]).unwrap();
        drop(writer);
        assert_eq!(handle.join().unwrap(), 4 << 20);
    }
}
