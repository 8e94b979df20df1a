//! Tar (POSIX `ustar` and PAX, GNU, Version 7): entries one behind the other, each with a header before it.
//!
//! Read and written from front to back, from a pipe as well. Entries keep their order, kind, mode, numeric owner and time;
//! names and the targets of links are scrubbed, owners' names, comments and attributes dropped. What comes out is built
//! from what was parsed, so that two readers that disagree about a header agree about ours. Directories are kept, symbolic
//! links when they point below their own directory, hard links when the file they name came out before; devices, pipes,
//! sparse files and kinds that are not known are replaced by a notice. What follows the mark of the end is dropped, as every
//! reader does; an archive without that mark has been cut, and is an error.

mod extended;
mod header;
mod writer;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;

use self::extended::Extended;
use self::header::{BLOCK, Block, Header, NoHeader};
use self::writer::Writer;
use super::entry::{Entry, Visitor};
use super::measured::{Decode, Faulty, Passed, Raw, show};
use super::members::{self, Archive, Next, SMALL};
use super::names::{self, Names, is_harmless_target};
use super::{Budget, Error, Format, Input, notice};
use crate::source::Spool;

/// The longest name, or set of PAX records, that is looked at.
const EXTENDED_MAX: u64 = 1 << 20;

/// The format `tar`.
#[derive(Debug)]
pub struct Tar;

impl Format for Tar {
    fn id(&self) -> &'static str {
        "tar"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // Version 7 has no magic, but no text has a checksum that holds either.
        head.first_chunk::<BLOCK>()
            .is_some_and(|block| &block[257..262] == b"ustar" || block[0] != 0 && header::has_sum(block))
    }

    fn rebuild(
        &self,
        input: Input<'_>,
        output: &mut (dyn Write + Send),
        visitor: &mut dyn Visitor,
        budget: &Budget,
    ) -> Result<(), Error> {
        let budget = budget.enter()?;
        let spools = input.spools().to_path_buf();
        let raw = Raw::new(BufReader::with_capacity(64 << 10, input), Some(budget.clone()));
        let (names, global) = (Names::default(), Extended::default());
        let writer = Writer::new(output);
        let mut tape = Tape { raw, budget, spools, names, global, pending: None, writer };
        members::pass(&mut tape, visitor)?;
        tape.rest()?;
        Ok(tape.writer.finish()?)
    }
}

/// An archive on its way through.
struct Tape<'a> {
    raw: Raw<BufReader<Input<'a>>>,
    budget: Budget,
    spools: PathBuf,
    names: Names,
    /// What global records say of all entries behind them.
    global: Extended,
    /// A block that was read and is to be read again.
    pending: Option<Block>,
    writer: Writer<'a>,
}

/// An entry on its way out.
struct Done {
    raw: Vec<u8>,
    entry: Entry,
    header: Header,
    fraction: Vec<u8>,
    is_pax: bool,
    what: Result<What, Error>,
}

impl Done {
    /// About how many bytes its names hold: each may be a megabyte.
    fn named(&self) -> u64 {
        (5 * self.raw.len()) as u64
    }
}

/// What takes an entry's place.
enum What {
    /// The content of a regular file, or the visitor's notice.
    Passed(Passed),
    /// A directory or a symbolic link, of which the header says all.
    Bare,
    /// A hard link to the entry of this raw name.
    Linked(Vec<u8>),
}

impl Archive for Tape<'_> {
    type Done = Done;

    fn next(&mut self, visitor: &mut dyn Visitor) -> Result<Next<Done>, Error> {
        let mut local = Extended::default();
        loop {
            let at = self.raw.consumed;
            let Some(header) = self.header()? else {
                let is_whole = local == Extended::default();
                return if is_whole { Ok(Next::Over) } else { Err(damaged("archive ends early", at)) };
            };
            let damage = || damaged("extended header is damaged", at);
            match header.kind {
                b'x' | b'X' => local.read(&self.extended(&header)?).ok_or_else(damage)?,
                b'g' => {
                    let records = self.extended(&header)?;
                    self.global.read(&records).ok_or_else(damage)?;
                }
                b'L' => local.path = Some(until_nul(self.extended(&header)?)),
                b'K' => local.link = Some(until_nul(self.extended(&header)?)),
                // The label of a volume is no entry.
                b'V' => self.skip(header.size)?,
                _ => return self.entry(header, local.over(&self.global), visitor),
            }
        }
    }

    fn put(&mut self, visitor: &mut dyn Visitor, done: Done) -> Result<(), Error> {
        let Done { raw, entry, mut header, fraction, is_pax, what } = done;
        let withheld = match what {
            Ok(What::Passed(Passed::Scrubbed(data))) => {
                self.budget.settle(&entry.budget)?;
                self.names.came_out(&raw, true);
                return Ok(self.writer.entry(&header, &fraction, is_pax, data)?);
            }
            Ok(What::Bare) => {
                self.names.came_out(&raw, false);
                return Ok(self.writer.entry(&header, &fraction, is_pax, Spool::new(&self.spools))?);
            }
            Ok(What::Linked(target)) => match self.names.linked(&target, &visitor.name(&target)) {
                Some(target) => {
                    self.names.came_out(&raw, true);
                    header.link = target;
                    return Ok(self.writer.entry(&header, &fraction, is_pax, Spool::new(&self.spools))?);
                }
                None => Err(Error::Unsupported("a hard link to what is no file before it in the archive".into())),
            },
            Ok(What::Passed(Passed::Withheld(text))) => Ok(text),
            Err(error) => Err(error),
        };
        if self.budget.is_over() {
            return Err(Error::Limit(self.budget.ratio()));
        }
        let text = match withheld {
            Ok(text) => text,
            // The archive itself is damaged, and what stands behind the damage is anybody's guess.
            Err(error @ Error::Damaged { .. }) => return Err(error),
            Err(error) => notice::instead(visitor, &entry, error)?,
        };
        self.names.came_out(&raw, false);
        let name = names::withheld(&header.name);
        let header = Header { name, link: Vec::new(), kind: b'0', mode: 0o600, ..header };
        let mut data = Spool::new(&self.spools);
        data.write_all(&text)?;
        Ok(self.writer.entry(&header, &fraction, is_pax, data)?)
    }
}

impl Tape<'_> {
    /// What the entry behind this header is, and what takes its place.
    fn entry(&mut self, header: Header, extended: Extended, visitor: &mut dyn Visitor) -> Result<Next<Done>, Error> {
        self.budget.entry()?;
        let raw = extended.path.unwrap_or_else(|| header.name.clone());
        let link = extended.link.unwrap_or_else(|| header.link.clone());
        let size = extended.size.unwrap_or(header.size);
        let time = extended.mtime.unwrap_or_default();
        let is_timed = time != extended::Time::default();
        let mut name = self.names.give(&raw, &visitor.name(&raw));
        let is_directory = matches!(header.kind, b'5' | b'D')
            || matches!(header.kind, 0 | b'0' | b'7') && raw.ends_with(b"/") && size == 0;
        let is_sparse = extended.is_sparse || header.kind == b'S';
        if is_directory && !name.ends_with(b"/") {
            name.push(b'/');
        }
        let out = Header {
            name: name.clone(),
            link: Vec::new(),
            kind: if is_directory { b'5' } else { header.kind },
            mode: header.mode & 0o7777,
            uid: extended.uid.unwrap_or(header.uid),
            gid: extended.gid.unwrap_or(header.gid),
            size: 0,
            mtime: if is_timed { time.seconds } else { header.mtime },
            is_gnu: header.is_gnu,
            has_more_map: false,
        };
        let entry = Entry {
            name: raw.clone(),
            display: String::from_utf8_lossy(&name).into_owned(),
            size: Some(size),
            is_text: false,
            budget: self.budget.of_entry(size),
        };
        let mut done =
            Done { raw, entry, header: out, fraction: time.fraction, is_pax: extended.is_pax, what: Ok(What::Bare) };
        let unsupported = |what: &str| Err(Error::Unsupported(what.into()));
        done.what = match header.kind {
            _ if is_sparse => {
                self.skip_map(&header)?;
                self.skip(size)?;
                unsupported("a sparse file")
            }
            _ if is_directory => {
                self.skip_unlikely(size)?;
                Ok(What::Bare)
            }
            0 | b'0' | b'7' => {
                done.header.kind = b'0';
                return self.file(size, done, visitor);
            }
            b'1' => {
                self.skip_unlikely(size)?;
                Ok(What::Linked(link))
            }
            b'2' => {
                self.skip_unlikely(size)?;
                done.header.link = visitor.name(&link);
                match is_harmless_target(&done.header.link) {
                    true => Ok(What::Bare),
                    false => unsupported("a symbolic link that leaves its directory"),
                }
            }
            b'3' | b'4' => {
                self.skip_unlikely(size)?;
                unsupported("a device")
            }
            b'6' => {
                self.skip_unlikely(size)?;
                unsupported("a named pipe")
            }
            kind => {
                self.skip(size)?;
                Err(Error::Unsupported(format!("a tar entry of the type {}", kind.escape_ascii())))
            }
        };
        Ok(Next::Done(done.named(), done))
    }

    /// A regular file: a job if it is small, else it is shown to the visitor as it is read.
    fn file(&mut self, size: u64, mut done: Done, visitor: &mut dyn Visitor) -> Result<Next<Done>, Error> {
        let named = done.named();
        if size <= SMALL {
            let mut data = vec![0; size as usize];
            self.exactly(&mut data)?;
            self.skip_exactly(padding(size))?;
            let spools = self.spools.clone();
            let job = move |visitor: &mut dyn Visitor| {
                let mut reader = Faulty::uncounted(&data[..]);
                done.what = show(visitor, &done.entry, &mut reader, &spools).map(What::Passed);
                done
            };
            return Ok(Next::Job(named + 3 * size, Box::new(job)));
        }
        let mut reader = Faulty::uncounted(Data { raw: &mut self.raw, left: size });
        let passed = show(visitor, &done.entry, &mut reader, &self.spools)?;
        // What was withheld was perhaps not read.
        reader.drain(&mut vec![0; 64 << 10])?;
        self.skip_exactly(padding(size))?;
        done.what = Ok(What::Passed(passed));
        Ok(Next::Done(named + size.min(crate::source::spool::IN_MEMORY as u64), done))
    }

    /// The next header; none at the mark of the end.
    fn header(&mut self) -> Result<Option<Header>, Error> {
        let at = self.raw.consumed;
        let block = self.block()?;
        match Header::parse(&block) {
            Ok(header) => Ok(Some(header)),
            Err(NoHeader::Zeros) => Ok(None),
            Err(NoHeader::Damaged) => Err(damaged("header is damaged", at)),
        }
    }

    /// The data of a header that belongs to the next one.
    fn extended(&mut self, header: &Header) -> Result<Vec<u8>, Error> {
        if header.size > EXTENDED_MAX {
            return Err(Error::Unsupported(format!("a tar header of more than {EXTENDED_MAX} bytes")));
        }
        let mut data = vec![0; header.size as usize];
        self.exactly(&mut data)?;
        self.skip_exactly(padding(header.size))?;
        Ok(data)
    }

    /// The rest of the map of a sparse file in the old GNU format.
    fn skip_map(&mut self, header: &Header) -> Result<(), Error> {
        let mut has_more = header.kind == b'S' && header.has_more_map;
        while has_more {
            has_more = self.block()?[504] != 0;
        }
        Ok(())
    }

    /// Passes over data, and over what fills its last block. Nothing of it comes out.
    fn skip(&mut self, size: u64) -> Result<(), Error> {
        self.skip_exactly(size.saturating_add(padding(size)))
    }

    fn skip_exactly(&mut self, bytes: u64) -> Result<(), Error> {
        let mut left = bytes;
        while left > 0 {
            let available = self.raw.peek()?.len();
            if available == 0 {
                return Err(damaged("archive ends early", self.raw.consumed));
            }
            let taken = left.min(available as u64);
            self.raw.consume(taken as usize);
            left -= taken;
        }
        Ok(())
    }

    /// Passes over the data of an entry that should have none. Some writers state a size and write nothing; then a header
    /// or the end stands where the data would be.
    fn skip_unlikely(&mut self, size: u64) -> Result<(), Error> {
        if size == 0 {
            return Ok(());
        }
        let block = self.block()?;
        if Header::parse(&block) != Err(NoHeader::Damaged) {
            self.pending = Some(block);
            return Ok(());
        }
        self.skip_exactly(size.saturating_add(padding(size)) - BLOCK as u64)
    }

    fn block(&mut self) -> Result<Block, Error> {
        if let Some(block) = self.pending.take() {
            return Ok(block);
        }
        let mut block: Block = [0; BLOCK];
        self.exactly(&mut block)?;
        Ok(block)
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let mut data = Data { raw: &mut self.raw, left: bytes.len() as u64 };
        let mut filled = 0;
        while filled < bytes.len() {
            filled += data.decode(&mut bytes[filled..])?;
        }
        Ok(())
    }

    /// Reads to the end of the input, so that the checks of what it comes out of are made.
    fn rest(&mut self) -> Result<(), Error> {
        loop {
            match self.raw.peek()?.len() {
                0 => return Ok(()),
                len => self.raw.consume(len),
            }
        }
    }
}

/// An entry's data.
struct Data<'r, R> {
    raw: &'r mut Raw<R>,
    left: u64,
}

impl<R: BufRead> Decode for Data<'_, R> {
    fn decode(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let len = self.left.min(buffer.len() as u64) as usize;
        loop {
            return match self.raw.read(&mut buffer[..len]) {
                Ok(0) if len > 0 => Err(damaged("archive ends early", self.raw.consumed)),
                Ok(read) => {
                    self.left -= read as u64;
                    Ok(read)
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => Err(Error::Io(self.raw.failed.take().unwrap_or(error))),
            };
        }
    }
}

/// How many bytes fill the last block of data of this size.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

fn until_nul(mut text: Vec<u8>) -> Vec<u8> {
    text.truncate(memchr::memchr(0, &text).unwrap_or(text.len()));
    text
}

fn damaged(what: &'static str, offset: u64) -> Error {
    Error::Damaged { format: "tar", what, offset }
}

#[cfg(test)]
mod tests;
