//! Readers and writers that remember what went wrong, whatever the visitor between them makes of it.

use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use super::entry::{Entry, Verdict, Visitor};
use super::{Budget, Error};
use crate::source::Spool;

/// A buffered reader over the raw container that counts what is consumed, and tells its own failures from damage.
pub(super) struct Raw<R> {
    inner: R,
    budget: Option<Budget>,
    pub(super) consumed: u64,
    /// The error of the reader below, if that is what stopped us.
    pub(super) failed: Option<io::Error>,
}

impl<R: BufRead> Raw<R> {
    /// The next bytes without consuming them; none at the end.
    pub(super) fn peek(&mut self) -> Result<&[u8], Error> {
        loop {
            match self.inner.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Io(error)),
            }
        }
        // Asked again because a borrow cannot leave a loop; what is buffered is given without another read.
        Ok(self.inner.fill_buf()?)
    }

    /// Passes over zeros; gives the byte behind them, which is not consumed.
    pub(super) fn skip_zeros(&mut self) -> Result<Option<u8>, Error> {
        loop {
            let buffer = self.peek()?;
            let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
            let next = buffer.get(zeros).copied();
            let is_over = buffer.is_empty();
            self.consume(zeros);
            if is_over || next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Counts from here on. With a budget, what is consumed is entered there too.
    pub(super) fn new(inner: R, budget: Option<Budget>) -> Self {
        Raw { inner, budget, consumed: 0, failed: None }
    }
}

impl<R: BufRead> BufRead for Raw<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.inner.fill_buf() {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let told = io::Error::new(error.kind(), "the container cannot be read");
                self.failed = Some(error);
                Err(told)
            }
            filled => filled,
        }
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.consumed += amount as u64;
        if let Some(budget) = &self.budget {
            budget.consumed(amount as u64);
        }
    }
}

impl<R: BufRead> Read for Raw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let read = available.len().min(buffer.len());
        buffer[..read].copy_from_slice(&available[..read]);
        self.consume(read);
        Ok(read)
    }
}

/// A decoder of one entry, as its visitor sees it. Its first error is kept in `fault` and repeated for ever.
pub(super) struct Faulty<D> {
    pub(super) decoder: D,
    pub(super) fault: Option<Error>,
    budget: Option<Budget>,
}

/// What gives an entry's bytes, or says exactly what is wrong with them.
pub(super) trait Decode {
    /// As [`Read::read`]; 0 means that the entry is complete and its checks hold.
    fn decode(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;
}

impl<D: Decode> Faulty<D> {
    pub(super) fn new(decoder: D, budget: &Budget) -> Self {
        Faulty { decoder, fault: None, budget: Some(budget.clone()) }
    }

    /// A reader of what unfolds nothing: bytes that lie in the container as they are.
    pub(super) fn uncounted(decoder: D) -> Self {
        Faulty { decoder, fault: None, budget: None }
    }

    /// Reads what the visitor left, so that the checks at the entry's end are made.
    pub(super) fn drain(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        loop {
            match self.read(buffer) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(self.fault.take().unwrap_or(Error::Io(error))),
            }
        }
    }
}

impl<D: Decode> Read for Faulty<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.fault.is_none() {
            let read = self.decoder.decode(buffer).and_then(|read| {
                self.budget.as_ref().map_or(Ok(()), |budget| budget.produced(read as u64))?;
                Ok(read)
            });
            match read {
                Ok(read) => return Ok(read),
                Err(fault) => self.fault = Some(fault),
            }
        }
        let message = self.fault.as_ref().map(Error::to_string).unwrap_or_default();
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    }
}

impl Decode for &[u8] {
    fn decode(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        Ok(self.read(buffer)?)
    }
}

/// A writer that remembers its first failure, which a visitor might not pass on. Nothing is passed on before it is whole, so
/// that flushing does nothing.
pub(super) struct Kept<W> {
    pub(super) inner: W,
    pub(super) failed: Option<io::Error>,
}

impl<W> Kept<W> {
    pub(super) fn new(inner: W) -> Kept<W> {
        Kept { inner, failed: None }
    }
}

impl<W: Write> Write for Kept<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes).map_err(|error| {
            let told = io::Error::from(error.kind());
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed.get_or_insert(error);
            }
            told
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a visitor made of an entry.
pub(super) enum Passed {
    Scrubbed(Spool),
    /// Its notice.
    Withheld(Vec<u8>),
}

/// Shows an entry to the visitor and collects what takes its place.
pub(super) fn show<D: Decode + Send>(
    visitor: &mut dyn Visitor,
    entry: &Entry,
    reader: &mut Faulty<D>,
    spools: &Path,
) -> Result<Passed, Error> {
    let mut kept = Kept::new(Spool::new(spools));
    let verdict = visitor.entry(entry, reader, &mut kept);
    if let Some(error) = kept.failed {
        return Err(Error::Io(error));
    }
    if let Some(fault) = reader.fault.take() {
        return Err(fault);
    }
    match verdict? {
        Verdict::Withheld(text) => Ok(Passed::Withheld(text)),
        Verdict::Scrubbed => {
            // A visitor that reads nothing makes no checks either.
            reader.drain(&mut [0; 4096])?;
            Ok(Passed::Scrubbed(kept.inner))
        }
    }
}

/// Copies everything, through a buffer that is the caller's.
pub(super) fn copy(reader: &mut dyn Read, writer: &mut dyn Write, buffer: &mut [u8]) -> io::Result<()> {
    loop {
        match reader.read(buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => writer.write_all(&buffer[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
