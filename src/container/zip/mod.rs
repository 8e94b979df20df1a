//! Zip (PKWARE APPNOTE.TXT): many entries and a directory of them at the end.
//!
//! Entries keep their order, time, attributes and method (stored or deflated); directories are kept; names and comments are
//! scrubbed and extra fields dropped. An entry that is encrypted, of another method, or fails its checksum is replaced by a
//! notice. Symbolic links are kept when they point below their own directory and replaced by a notice otherwise.
//!
//! The directory is read and written here, since the `zip` crate merges entries of one name and cannot write a name that is
//! not UTF-8; its tests hold it against that crate.

mod directory;
mod names;
mod writer;

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::bufread::DeflateDecoder;

use self::directory::{Record, damaged};
use self::names::{Names, is_harmless_target};
use self::writer::{Packed, Packer, Writer, pack};
use super::entry::{Entry, Verdict, Visitor};
use super::measured::{Decode, Faulty, Raw};
use super::{Budget, Error, Format, Input, ReadSeek, notice};

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
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
        output: &mut dyn Write,
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
            visitor,
            budget,
            spools,
            names: Names::default(),
            writer: Writer::new(output, spools),
            buffer: vec![0; 64 << 10],
        };
        for record in &directory.records {
            archive.pass(record)?;
        }
        let comment = match directory.comment.is_empty() {
            true => Vec::new(),
            false => archive.visitor.name(&directory.comment),
        };
        archive.writer.finish(&comment)?;
        Ok(())
    }
}

/// An archive on its way through.
struct Archive<'a> {
    input: &'a mut dyn ReadSeek,
    visitor: &'a mut dyn Visitor,
    budget: Budget,
    spools: &'a Path,
    names: Names,
    writer: Writer<'a>,
    buffer: Vec<u8>,
}

/// What takes an entry's place.
enum Outcome {
    Packed(Packed),
    /// The visitor's notice.
    Notice(Vec<u8>),
}

impl Archive<'_> {
    /// Brings one entry, or its notice, into the output.
    fn pass(&mut self, record: &Record) -> Result<(), Error> {
        let scrubbed = self.visitor.name(&record.name);
        let name = self.names.give(&record.name, &scrubbed, false);
        let comment = match record.comment.is_empty() {
            true => Vec::new(),
            false => self.visitor.name(&record.comment),
        };
        let entry = Entry {
            name: record.name.clone(),
            display: String::from_utf8_lossy(&name).into_owned(),
            size: Some(record.size),
            budget: self.budget.clone(),
        };
        let mut out = Record { name, comment, ..record.clone() };
        let text = match self.content(record, &entry) {
            Ok(Outcome::Packed(packed)) => {
                out.external = regular_unless_known(&out);
                return Ok(self.writer.entry(&out, packed)?);
            }
            Ok(Outcome::Notice(text)) => text,
            Err(error @ (Error::Damaged { .. } | Error::Encrypted | Error::Unsupported(_))) => {
                self.visitor.withheld(&entry, &error);
                notice::for_error(&entry.display, &error)
            }
            Err(error @ (Error::Io(_) | Error::Limit(_) | Error::PartlyWritten | Error::Visit(_))) => {
                return Err(error);
            }
        };
        out.name = self.names.give(&record.name, &scrubbed, true);
        out.method = STORED;
        out.external = plain_attributes(record);
        self.writer.entry(&out, pack(&text, false, self.spools)?)?;
        Ok(())
    }

    /// Makes what takes the entry's place. Damage, encryption and what is not supported are the entry's own affair; every
    /// other error ends the archive.
    fn content(&mut self, record: &Record, entry: &Entry) -> Result<Outcome, Error> {
        if record.is_encrypted() {
            return Err(Error::Encrypted);
        }
        let deflate = match record.method {
            STORED => false,
            DEFLATED => true,
            method => return Err(Error::Unsupported(format!("zip compression method {method}"))),
        };
        let Some(data) = directory::data(self.input, record)? else { return Err(Error::Encrypted) };
        self.input.seek(SeekFrom::Start(data))?;
        let raw = Raw::new(BufReader::with_capacity(32 << 10, (&mut *self.input).take(record.compressed)), None);
        let mut reader = Faulty::new(Checked::new(raw, deflate, record, data), &self.budget);

        if record.name.ends_with(b"/") && record.size == 0 {
            reader.drain(&mut self.buffer)?;
            return Ok(Outcome::Packed(pack(b"", deflate, self.spools)?));
        }
        if is_link(record) {
            let mut target = Vec::new();
            let read = (&mut reader).take(TARGET_MAX).read_to_end(&mut target);
            if let Some(fault) = reader.fault {
                return Err(fault);
            }
            read?;
            reader.drain(&mut self.buffer)?;
            let target = self.visitor.name(&target);
            if record.size > TARGET_MAX || !is_harmless_target(&target) {
                return Err(Error::Unsupported("a symbolic link that leaves its directory".into()));
            }
            return Ok(Outcome::Packed(pack(&target, deflate, self.spools)?));
        }

        let mut packer = Packer::new(deflate, self.spools);
        let verdict = self.visitor.entry(entry, &mut reader, &mut packer);
        if let Some(error) = packer.failure() {
            return Err(Error::Io(error));
        }
        if let Some(fault) = reader.fault {
            return Err(fault);
        }
        match verdict? {
            Verdict::Withheld(text) => Ok(Outcome::Notice(text)),
            Verdict::Scrubbed => {
                reader.drain(&mut self.buffer)?;
                Ok(Outcome::Packed(packer.finish()?))
            }
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
    expected: u32,
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
        let (left, expected, compressed) = (record.size, record.crc, record.compressed);
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
            if self.crc.sum() != self.expected {
                return Err(damaged("entry fails its checksum", at));
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
