//! Zip (PKWARE APPNOTE.TXT): many entries and a directory of them at the end.
//!
//! Entries keep their order, time, attributes and method (stored or deflated); directories are kept; names and comments are
//! scrubbed and extra fields dropped. An entry that no password opens, of another method, or fails its checksum is replaced by a
//! notice. Office documents stay documents: see `office`. Symbolic links are kept when they point below their own directory and replaced by a notice otherwise.
//!
//! The directory is read and written here, since the `zip` crate merges entries of one name and cannot write a name that is
//! not UTF-8; its tests hold it against that crate.

mod crypt;
mod directory;
mod office;
mod writer;

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::bufread::DeflateDecoder;

use self::crypt::{Decrypting, Forged, Lock};
use self::directory::{Record, damaged};
use self::writer::{Packed, Packer, Writer, pack};
use super::entry::{Entry, Password, Verdict, Visitor};
use super::measured::{Decode, Faulty, Raw};
use super::members::{self, Next, SMALL};
use super::names::{self, Names, is_harmless_target};
use super::{Budget, Error, Format, Input, ReadSeek, notice};

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Encrypted with AES, and of a method that stands elsewhere.
const AES: u16 = 99;
/// The longest target of a symbolic link that is looked at (`PATH_MAX`).
const TARGET_MAX: u64 = 4096;

/// The format `zip`.
#[derive(Debug)]
pub struct Zip;

impl Format for Zip {
    fn id(&self) -> &'static str {
        "zip"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        [&b"PK\x03\x04"[..], b"PK\x05\x06", b"PK\x07\x08PK\x03\x04", b"PK00PK\x03\x04"]
            .iter()
            .any(|magic| head.starts_with(magic))
    }

    fn is_read_by_place(&self) -> bool {
        true
    }

    fn rebuild(
        &self,
        input: Input<'_>,
        output: &mut (dyn Write + Send),
        visitor: &mut dyn Visitor,
        budget: &Budget,
    ) -> Result<(), Error> {
        let budget = budget.enter()?;
        let spools = input.spools();
        let mut input = input.seekable()?;
        let len = input.seek(SeekFrom::End(0))?;
        budget.consumed(len);
        let directory = directory::read(&mut *input, len, &budget)?;
        let mut archive = Archive {
            input: &mut *input,
            is_document: office::is_document(&directory.records),
            records: directory.records.into_iter(),
            passwords: visitor.passwords().to_vec(),
            budget,
            spools: spools.to_path_buf(),
            names: Names::default(),
            writer: Writer::new(output, spools),
        };
        members::pass(&mut archive, visitor)?;
        let comment = match directory.comment.is_empty() {
            true => Vec::new(),
            false => visitor.name(&directory.comment),
        };
        archive.writer.finish(&comment)?;
        Ok(())
    }
}

/// An archive on its way through.
struct Archive<'a> {
    input: &'a mut dyn ReadSeek,
    records: std::vec::IntoIter<Record>,
    passwords: Vec<Password>,
    is_document: bool,
    budget: Budget,
    spools: PathBuf,
    names: Names,
    writer: Writer<'a>,
}

/// An entry on its way out.
struct Done {
    entry: Entry,
    record: Record,
    outcome: Result<Outcome, Error>,
}

/// What takes an entry's place.
enum Outcome {
    Packed(Packed),
    /// The visitor's notice.
    Notice(Vec<u8>),
}

impl members::Archive for Archive<'_> {
    type Done = Done;

    fn next(&mut self, visitor: &mut dyn Visitor) -> Result<Next<Done>, Error> {
        let Some(record) = self.records.next() else { return Ok(Next::Over) };
        let name = self.names.give(&record.name, &visitor.name(&record.name));
        let comment = match record.comment.is_empty() {
            true => Vec::new(),
            false => visitor.name(&record.comment),
        };
        let entry = Entry {
            name: record.name.clone(),
            display: String::from_utf8_lossy(&name).into_owned(),
            size: Some(record.size),
            is_text: false,
            budget: self.budget.of_entry(record.compressed),
        };
        let Opened { record, data, lock } = match self.open(&record) {
            Ok(opened) => opened,
            Err(error @ Error::Io(_)) => return Err(error),
            Err(error) => {
                let record = Record { name, comment, ..record };
                return Ok(Next::Done(0, Done { entry, record, outcome: Err(error) }));
            }
        };
        let out = Record { name, comment, ..record.clone() };
        if record.compressed > SMALL || record.size > 2 * SMALL {
            let is_document = self.is_document;
            let raw = BufReader::with_capacity(64 << 10, &mut *self.input);
            let raw = decrypted(raw, record.compressed, lock);
            let outcome = content(visitor, &record, &entry, raw, data, (is_document, &self.spools));
            let held = record.size.min(crate::source::spool::IN_MEMORY as u64);
            return Ok(Next::Done(held, Done { entry, record: out, outcome }));
        }
        let behind = if lock.is_some() { crypt::CODE as u64 } else { 0 };
        let mut raw = Vec::with_capacity((record.compressed + behind) as usize);
        (&mut *self.input).take(record.compressed + behind).read_to_end(&mut raw)?;
        let held = 3 * record.compressed + 2 * record.size;
        let spools = self.spools.clone();
        let is_document = self.is_document;
        let job = move |visitor: &mut dyn Visitor| {
            let raw = decrypted(&raw[..], record.compressed, lock);
            let outcome = content(visitor, &record, &entry, raw, data, (is_document, &spools));
            Done { entry, record: out, outcome }
        };
        Ok(Next::Job(held, Box::new(job)))
    }

    fn put(&mut self, visitor: &mut dyn Visitor, done: Done) -> Result<(), Error> {
        let Done { entry, mut record, outcome } = done;
        let text = match outcome {
            Ok(Outcome::Packed(packed)) => {
                self.budget.settle(&entry.budget)?;
                record.external = regular_unless_known(&record);
                return Ok(self.writer.entry(&record, packed)?);
            }
            _ if self.budget.is_over() => return Err(Error::Limit(self.budget.ratio())),
            Ok(Outcome::Notice(text)) => text,
            Err(error) => notice::instead(visitor, &entry, error)?,
        };
        // Parts of a document refer to each other by name.
        let text = if self.is_document { office::blank(&record.name)? } else { text };
        if !self.is_document {
            record.name = names::withheld(&record.name);
        }
        record.method = STORED;
        record.external = plain_attributes(&record);
        self.writer.entry(&record, pack(&text, false, &self.spools)?)?;
        Ok(())
    }
}

/// An entry whose data can be read.
struct Opened {
    /// As the directory has it, but for the method and the size of what is within the encryption.
    record: Record,
    /// Where the data begin.
    data: u64,
    lock: Option<Lock>,
}

impl Archive<'_> {
    /// Goes to where an entry's data begin.
    fn open(&mut self, record: &Record) -> Result<Opened, Error> {
        if record.is_encrypted() && self.passwords.is_empty() {
            return Err(Error::Encrypted);
        }
        let method = record.aes.filter(|_| record.method == AES).map_or(record.method, |scheme| scheme.method);
        if !matches!(method, STORED | DEFLATED) {
            return Err(Error::Unsupported(format!("zip compression method {method}")));
        }
        let (data, is_encrypted) = directory::data(self.input, record)?;
        let mut opened = Opened { record: Record { method, ..record.clone() }, data, lock: None };
        if is_encrypted || record.is_encrypted() {
            let unlocked = crypt::unlock(self.input, record, data, &self.passwords, |input, unlocked| {
                let length = record.compressed.saturating_sub(unlocked.before + unlocked.behind);
                let is_there = input.seek(SeekFrom::Start(data + unlocked.before)).is_ok();
                let raw = decrypted(BufReader::new(input), length, Some(unlocked.lock));
                let inner = Record { method, compressed: length, ..record.clone() };
                let mut checked = Checked::new(Raw::new(raw, None), method == DEFLATED, &inner, data);
                let mut buffer = [0; 4096];
                is_there
                    && std::iter::from_fn(|| Some(checked.decode(&mut buffer)))
                        .find(|read| !matches!(read, Ok(1..)))
                        .is_some_and(|read| read.is_ok())
            })?;
            let around = unlocked.before + unlocked.behind;
            let length = record.compressed.checked_sub(around).ok_or_else(|| damaged("entry ends early", data))?;
            opened.record.compressed = length;
            opened.data += unlocked.before;
            opened.lock = Some(unlocked.lock);
        }
        self.input.seek(SeekFrom::Start(opened.data))?;
        Ok(opened)
    }
}

/// An entry's compressed bytes, as many as there are, from a reader that stands at the first.
fn decrypted<'r>(raw: impl BufRead + Send + 'r, length: u64, lock: Option<Lock>) -> Box<dyn BufRead + Send + 'r> {
    match lock {
        Some(lock) => Box::new(Decrypting::new(raw, lock, length)),
        None => Box::new(raw.take(length)),
    }
}

/// Makes what takes the entry's place, from its bytes in the archive, which begin at `data`. Damage, what is not supported
/// and unfolding to too much are the entry's own affair; every other error ends the archive.
fn content(
    visitor: &mut dyn Visitor,
    record: &Record,
    entry: &Entry,
    raw: impl io::BufRead + Send,
    data: u64,
    (is_document, spools): (bool, &Path),
) -> Result<Outcome, Error> {
    let deflate = record.method == DEFLATED;
    let mut reader = Faulty::new(Checked::new(Raw::new(raw, None), deflate, record, data), &entry.budget);
    let mut buffer = [0; 4096];
    if record.name.ends_with(b"/") && record.size == 0 {
        reader.drain(&mut buffer)?;
        return Ok(Outcome::Packed(pack(b"", deflate, spools)?));
    }
    if is_link(record) {
        let mut target = Vec::new();
        let read = (&mut reader).take(TARGET_MAX).read_to_end(&mut target);
        if let Some(fault) = reader.fault {
            return Err(fault);
        }
        read?;
        reader.drain(&mut buffer)?;
        let target = visitor.name(&target);
        if record.size > TARGET_MAX || !is_harmless_target(&target) {
            return Err(Error::Unsupported("a symbolic link that leaves its directory".into()));
        }
        return Ok(Outcome::Packed(pack(&target, deflate, spools)?));
    }

    let mut packer = Packer::new(deflate, spools, visitor.workers());
    let verdict = if is_document && office::is_part(&record.name) {
        let joined = match office::joined(&mut reader, visitor, spools) {
            Err(Error::Io(error)) => return Err(reader.fault.unwrap_or(Error::Io(error))),
            joined => joined?,
        };
        visitor.entry(entry, &mut joined.into_reader()?, &mut packer)
    } else {
        visitor.entry(entry, &mut reader, &mut packer)
    };
    if let Some(error) = packer.failure() {
        return Err(Error::Io(error));
    }
    if let Some(fault) = reader.fault {
        return Err(fault);
    }
    match verdict? {
        Verdict::Withheld(text) => Ok(Outcome::Notice(text)),
        Verdict::Scrubbed => {
            reader.drain(&mut buffer)?;
            Ok(Outcome::Packed(packer.finish()?))
        }
    }
}

/// The Unix mode, if the entry was made by a system that has one (3 is Unix, 19 is OS X).
fn mode(record: &Record) -> Option<u32> {
    matches!(record.made_by >> 8, 3 | 19).then_some(record.external >> 16)
}

fn is_link(record: &Record) -> bool {
    mode(record).is_some_and(|mode| mode & 0o170_000 == 0o120_000)
}

/// The attributes, with a device, a pipe or a socket made a regular file: it has content, and an extractor must not make
/// one of those.
fn regular_unless_known(record: &Record) -> u32 {
    match mode(record).map(|mode| mode & 0o170_000) {
        None | Some(0 | 0o040_000 | 0o100_000 | 0o120_000) => record.external,
        Some(_) => record.external & 0x0fff_ffff | 0o100_000 << 16,
    }
}

/// A notice is a regular file that its owner can read.
fn plain_attributes(record: &Record) -> u32 {
    match mode(record) {
        Some(_) => 0o100_600 << 16,
        None => 0,
    }
}

/// An entry's bytes, held against the directory's size and checksum.
struct Checked<R: io::BufRead> {
    bytes: Bytes<R>,
    crc: flate2::Crc,
    left: u64,
    /// The checksum; none if the encryption has one of its own.
    expected: Option<u32>,
    /// Where the data begin, for naming a place.
    data: u64,
    compressed: u64,
}

enum Bytes<R: io::BufRead> {
    Stored(Raw<R>),
    Deflated(DeflateDecoder<Raw<R>>),
}

impl<R: io::BufRead> Checked<R> {
    fn new(raw: Raw<R>, deflate: bool, record: &Record, data: u64) -> Self {
        let bytes = match deflate {
            true => Bytes::Deflated(DeflateDecoder::new(raw)),
            false => Bytes::Stored(raw),
        };
        let expected = record.aes.is_none_or(|scheme| scheme.version != 2).then_some(record.crc);
        let (left, compressed) = (record.size, record.compressed);
        Checked { bytes, crc: flate2::Crc::new(), left, expected, data, compressed }
    }
}

impl<R: io::BufRead> Decode for Checked<R> {
    fn decode(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let read = loop {
            let read = match &mut self.bytes {
                Bytes::Stored(raw) => raw.read(buffer),
                Bytes::Deflated(decoder) => decoder.read(buffer),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let raw = match &mut self.bytes {
            Bytes::Stored(raw) => raw,
            Bytes::Deflated(decoder) => decoder.get_mut(),
        };
        let at = self.data.saturating_add(raw.consumed);
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                return Err(match raw.failed.take() {
                    Some(failed) if failed.get_ref().is_some_and(|error| error.is::<Forged>()) => {
                        damaged("entry fails its checksum", at)
                    }
                    Some(failed) => Error::Io(failed),
                    None if error.kind() == io::ErrorKind::UnexpectedEof => damaged("entry ends early", at),
                    None => damaged("entry is damaged", at),
                });
            }
        };
        if read as u64 > self.left {
            return Err(damaged("entry is longer than the directory says", at));
        }
        self.left -= read as u64;
        self.crc.update(&buffer[..read]);
        if read == 0 {
            if self.left > 0 || raw.consumed < self.compressed {
                return Err(damaged("entry is not as long as the directory says", at));
            }
            if self.expected.is_some_and(|expected| self.crc.sum() != expected) {
                return Err(damaged("entry fails its checksum", at));
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
