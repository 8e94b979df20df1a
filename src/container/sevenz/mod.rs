//! 7z: blocks in which entries are packed together, and a directory of all of them at the end.
//!
//! Entries keep their order, time and attributes; directories, empty files and duplicate names are kept; names are scrubbed,
//! and comments, other times and what belongs to no entry are dropped. An entry that is encrypted, of a method that is not
//! known here, or fails its checksum is replaced by a notice, and with it what is packed behind it in its block. Links are
//! kept when they point below their own directory.
//!
//! The format is read and written by `sevenz-rust2`. Its decoder pushes the entries of a block, and ours are pulled, several
//! at a time, so that a block is unpacked into a spool first. What comes out is packed with LZMA2 and never encrypted.

mod writer;

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::PathBuf;

use sevenz_rust2::{Archive as Directory, ArchiveEntry, BlockDecoder, Error as Fault, Password as Key};

use self::writer::Writer;
use super::entry::{Entry, Password, Verdict, Visitor};
use super::limits::Limit;
use super::measured::Kept;
use super::members::{self, Next, SMALL};
use super::names::{self, Names, is_harmless_target};
use super::{Budget, Error, Format, Input, ReadSeek, notice};
use crate::source::Spool;
use crate::source::spool::SpoolReader;

/// The most memory that the directory, or a decoder, may take, in KiB: `7z -mx=9` makes a decoder take 64 MiB.
const MEMORY: usize = 512 << 10;
/// The longest target of a symbolic link that is looked at (`PATH_MAX`).
const TARGET_MAX: u64 = 4096;
/// The attribute that says that the upper half of the attributes is a Unix mode.
const HAS_MODE: u32 = 0x8000;

/// The format `7z`.
#[derive(Debug)]
pub struct SevenZip;

impl Format for SevenZip {
    fn id(&self) -> &'static str {
        "7z"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"7z\xbc\xaf\x27\x1c")
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
        let spools = input.spools().to_path_buf();
        let mut input = Source { inner: input.seekable()?, failed: None };
        budget.consumed(input.seek(SeekFrom::End(0))?);
        let keys: Vec<Key> = visitor.passwords().iter().map(key).collect();
        let (directory, keys) = open(&mut input, keys)?;
        directory.files.iter().try_for_each(|_| budget.entry())?;
        let mut archive = Archive {
            writer: Writer::new(&spools, visitor.workers())?,
            input,
            directory,
            keys,
            at: 0,
            block: None,
            budget,
            spools,
            names: Names::default(),
        };
        members::pass(&mut archive, visitor)?;
        Ok(archive.writer.finish(output)?)
    }
}

fn key(password: &Password) -> Key {
    Key::new(&String::from_utf8_lossy(password.reveal()))
}

/// Reads the directory, with the first password that opens it if it is encrypted; that one is then the first.
fn open(input: &mut Source<'_>, mut keys: Vec<Key>) -> Result<(Directory, Vec<Key>), Error> {
    let first = Directory::read_with_memory_limit(input, &Key::empty(), MEMORY);
    match first {
        Err(Fault::PasswordRequired) => {}
        read => {
            return read
                .map(|directory| (directory, keys))
                .map_err(|fault| input.told(fault, "directory is damaged", 0));
        }
    }
    if keys.is_empty() {
        return Err(Error::Encrypted);
    }
    for n in 0..keys.len() {
        match Directory::read_with_memory_limit(input, &keys[n], MEMORY) {
            Ok(directory) => {
                keys.swap(0, n);
                return Ok((directory, keys));
            }
            // A wrong password shows as damage.
            Err(fault) => {
                if let error @ Error::Io(_) = input.told(fault, "directory is damaged", 0) {
                    return Err(error);
                }
            }
        }
    }
    Err(Error::WrongPassword)
}

/// The archive's bytes, and what went wrong with reading them.
struct Source<'a> {
    inner: Box<dyn ReadSeek + 'a>,
    failed: Option<io::Error>,
}

impl Source<'_> {
    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let told = io::Error::from(error.kind());
            if !matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::InvalidInput) {
                self.failed.get_or_insert(error);
            }
            told
        })
    }

    /// The error behind a fault of the library, whose own words may hold names.
    fn told(&mut self, fault: Fault, what: &'static str, offset: u64) -> Error {
        if let Some(failed) = self.failed.take() {
            return Error::Io(failed);
        }
        match fault {
            Fault::PasswordRequired => Error::Encrypted,
            Fault::MaxMemLimited { .. } => Error::Unsupported("7z that needs so much memory".into()),
            Fault::UnsupportedCompressionMethod(_) | Fault::Unsupported(_) | Fault::ExternalUnsupported => {
                Error::Unsupported("a 7z compression method".into())
            }
            Fault::UnsupportedVersion { .. } => Error::Unsupported("a later version of 7z".into()),
            _ => Error::Damaged { format: "7z", what, offset },
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        self.keep(read)
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let sought = self.inner.seek(to);
        self.keep(sought)
    }
}

/// An archive on its way through.
struct Archive<'a> {
    input: Source<'a>,
    directory: Directory,
    /// What may open encrypted blocks.
    keys: Vec<Key>,
    /// The next file of the directory.
    at: usize,
    block: Option<Block>,
    budget: Budget,
    spools: PathBuf,
    names: Names,
    writer: Writer,
}

/// A block that was unpacked.
struct Block {
    number: usize,
    budget: Budget,
    /// What the block takes of the archive, and what it unfolds to.
    sizes: (u64, u64),
    bytes: SpoolReader,
    /// Where the entries' bytes stand, in their order.
    entries: std::vec::IntoIter<Range<u64>>,
    /// Why there are no more of them.
    fault: Option<Reason>,
}

/// Why entries cannot be read: as an [`Error`], but told of any number of them.
#[derive(Clone, Copy)]
enum Reason {
    Damaged(u64),
    Encrypted,
    WrongPassword,
    Memory,
    Method,
    Ratio(u64),
}

impl Reason {
    fn error(self) -> Error {
        match self {
            Reason::Damaged(offset) => Error::Damaged { format: "7z", what: "entry is damaged", offset },
            Reason::Encrypted => Error::Encrypted,
            Reason::WrongPassword => Error::WrongPassword,
            Reason::Memory => Error::Unsupported("7z that needs so much memory".into()),
            Reason::Method => Error::Unsupported("a 7z compression method".into()),
            Reason::Ratio(ratio) => Error::Limit(Limit::Ratio(ratio)),
        }
    }
}

/// An entry on its way out.
struct Done {
    entry: Entry,
    file: ArchiveEntry,
    outcome: Result<Outcome, Error>,
    /// The budget of its block, to be settled with the archive's behind the block's last entry.
    block: Option<(Budget, bool)>,
}

/// What takes an entry's place.
enum Outcome {
    Content(Spool),
    Directory,
    /// The visitor's notice.
    Notice(Vec<u8>),
}

impl members::Archive for Archive<'_> {
    type Done = Done;

    fn next(&mut self, visitor: &mut dyn Visitor) -> Result<Next<Done>, Error> {
        let Some(file) = self.directory.files.get(self.at) else { return Ok(Next::Over) };
        let number = self.directory.stream_map.file_block_index.get(self.at).copied().flatten();
        let (has_stream, size) = (file.has_stream, if file.has_stream { file.size } else { 0 });
        let raw = file.name.clone().into_bytes();
        let name = self.names.give(&raw, &visitor.name(&raw));
        let display = String::from_utf8_lossy(&name).into_owned();
        let out = ArchiveEntry {
            name: display.clone(),
            is_directory: file.is_directory,
            has_last_modified_date: file.has_last_modified_date,
            last_modified_date: file.last_modified_date,
            has_windows_attributes: file.has_windows_attributes,
            windows_attributes: file.windows_attributes,
            ..ArchiveEntry::default()
        };
        let is_anti_item = file.is_anti_item;
        self.at += 1;
        let entry = |budget: Budget| Entry {
            name: raw.clone(),
            display: display.clone(),
            size: Some(size),
            is_text: false,
            budget,
        };
        let done = |entry, outcome, block| Ok(Next::Done(0, Done { entry, file: out.clone(), outcome, block }));
        if is_anti_item {
            let error = Error::Unsupported("an entry that deletes another one".into());
            return done(entry(self.budget.of_entry(0)), Err(error), None);
        }
        if !has_stream {
            let entry = entry(self.budget.of_entry(0));
            let outcome = match out.is_directory {
                true => Ok(Outcome::Directory),
                false => content(visitor, &entry, &mut io::empty(), &self.spools),
            };
            return done(entry, outcome, None);
        }
        let Some(number) = number else {
            let error = Error::Damaged { format: "7z", what: "entry has no block", offset: 0 };
            return done(entry(self.budget.of_entry(0)), Err(error), None);
        };
        if self.block.as_ref().is_none_or(|block| block.number != number) {
            self.block = Some(self.unpack(number)?);
        }
        let (files, blocks) = (&self.directory.files, &self.directory.stream_map.file_block_index);
        let goes_on = (self.at..files.len()).take_while(|&n| blocks[n].is_none_or(|other| other == number));
        let is_last = !goes_on.into_iter().any(|n| files[n].has_stream);
        let Some(block) = &mut self.block else { return Ok(Next::Over) };
        let (packed, unpacked) = block.sizes;
        let share = (u128::from(packed) * u128::from(size) / u128::from(unpacked.max(1))) as u64;
        let entry = entry(block.budget.of_entry(share.max(1)));
        let settles = Some((block.budget.clone(), is_last));
        let Some(range) = block.entries.next() else {
            let reason = block.fault.unwrap_or(Reason::Damaged(0));
            return done(entry, Err(reason.error()), settles);
        };
        block.bytes.seek(SeekFrom::Start(range.start))?;
        let length = range.end - range.start;
        let is_link = mode(&out).is_some_and(|mode| mode & 0o170_000 == 0o120_000);
        let spools = self.spools.clone();
        if is_link {
            let outcome = link(visitor, &mut (&mut block.bytes).take(length), length, &spools);
            return done(entry, outcome, settles);
        }
        if length > SMALL {
            let outcome = content(visitor, &entry, &mut (&mut block.bytes).take(length), &spools);
            let held = length.min(crate::source::spool::IN_MEMORY as u64);
            return Ok(Next::Done(held, Done { entry, file: out, outcome, block: settles }));
        }
        let mut raw = Vec::with_capacity(length as usize);
        (&mut block.bytes).take(length).read_to_end(&mut raw)?;
        let job = move |visitor: &mut dyn Visitor| {
            let outcome = content(visitor, &entry, &mut &raw[..], &spools);
            Done { entry, file: out, outcome, block: settles }
        };
        Ok(Next::Job(3 * length, Box::new(job)))
    }

    fn put(&mut self, visitor: &mut dyn Visitor, done: Done) -> Result<(), Error> {
        let Done { entry, mut file, outcome, block } = done;
        let is_scrubbed = matches!(outcome, Ok(Outcome::Content(_)));
        if let Some((block, is_last)) = block {
            if is_scrubbed {
                block.settle(&entry.budget)?;
            }
            // What is withheld is not counted.
            if is_last && !block.is_over() {
                self.budget.settle(&block)?;
            }
        }
        let text = match outcome {
            Ok(Outcome::Content(content)) => {
                file.windows_attributes = regular_unless_known(&file);
                return Ok(self.writer.entry(file, content)?);
            }
            Ok(Outcome::Directory) => return Ok(self.writer.entry(file, Spool::new(&self.spools))?),
            _ if self.budget.is_over() => return Err(Error::Limit(self.budget.ratio())),
            Ok(Outcome::Notice(text)) => text,
            Err(error) => notice::instead(visitor, &entry, error)?,
        };
        file.name = String::from_utf8_lossy(&names::withheld(file.name.as_bytes())).into_owned();
        file.is_directory = false;
        // A notice is a regular file that its owner can read.
        if file.has_windows_attributes {
            file.windows_attributes = HAS_MODE | 0o100_600 << 16;
        }
        let mut content = Spool::new(&self.spools);
        content.write_all(&text)?;
        Ok(self.writer.entry(file, content)?)
    }
}

impl Archive<'_> {
    /// Unpacks a block into a spool, as far as that goes.
    ///
    /// # Errors
    /// If the archive cannot be read, or the whole artifact holds too much.
    fn unpack(&mut self, number: usize) -> Result<Block, Error> {
        let sizes = self.sizes(number);
        let first = self.directory.stream_map.block_first_file_index.get(number).copied().unwrap_or(0);
        let is_encrypted = self.directory.is_file_encrypted(first);
        let mut keys = if is_encrypted { self.keys.clone() } else { vec![Key::empty()] };
        let has_keys = !keys.is_empty();
        if !has_keys {
            keys.push(Key::empty());
        }
        let tries = keys.len();
        for (n, key) in keys.into_iter().enumerate() {
            let budget = self.budget.of_entry(sizes.0);
            let mut bytes = Spool::new(&self.spools);
            let (mut entries, mut stopped) = (Vec::new(), None);
            let decoder =
                BlockDecoder::new_with_memory_limit(1, MEMORY, number, &self.directory, &key, &mut self.input);
            let read = decoder.for_each_entries(&mut |file: &ArchiveEntry, reader: &mut dyn Read| {
                if !file.has_stream {
                    return Ok(true);
                }
                let start = bytes.len();
                match take(reader, &mut bytes, &budget) {
                    Ok(()) => entries.push(start..bytes.len()),
                    Err(error) => {
                        stopped = Some(error);
                        return Ok(false);
                    }
                }
                Ok(true)
            });
            let reason = match (stopped, read) {
                (None, Ok(_)) => None,
                // What is wrong behind an entry is wrong with it.
                (None, Err(fault)) => {
                    entries.pop();
                    Some(self.input.told(fault, "entry is damaged", self.place(number)))
                }
                (Some(Stop::Decoder), _) => match self.input.failed.take() {
                    Some(failed) => return Err(Error::Io(failed)),
                    None => Some(Reason::Damaged(self.place(number)).error()),
                },
                (Some(Stop::Whole(error)), _) => Some(error),
            };
            let fault = match reason {
                None => None,
                Some(Error::Limit(Limit::Ratio(ratio))) => Some(Reason::Ratio(ratio)),
                Some(Error::Encrypted) => Some(Reason::Encrypted),
                Some(Error::Unsupported(what)) if what.contains("memory") => Some(Reason::Memory),
                Some(Error::Unsupported(_)) => Some(Reason::Method),
                Some(Error::Damaged { offset, .. }) => match is_encrypted && has_keys && entries.is_empty() {
                    // It looks damaged with a wrong password.
                    true if n + 1 < tries => continue,
                    true => Some(Reason::WrongPassword),
                    false => Some(Reason::Damaged(offset)),
                },
                Some(error) => return Err(error),
            };
            let (bytes, entries) = (bytes.into_reader()?, entries.into_iter());
            return Ok(Block { number, budget, sizes, bytes, entries, fault });
        }
        Err(Error::WrongPassword)
    }

    /// What a block takes of the archive, and what it unfolds to by its own account.
    fn sizes(&self, number: usize) -> (u64, u64) {
        let directory = &self.directory;
        let firsts = directory.stream_map.block_first_pack_stream_index();
        let from = firsts.get(number).copied().unwrap_or(0);
        let to = firsts.get(number + 1).copied().unwrap_or(directory.pack_sizes().len());
        let packed = directory
            .pack_sizes()
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .fold(0, |sum: u64, size| sum.saturating_add(*size));
        (packed, directory.blocks.get(number).map_or(0, |block| block.get_unpack_size()))
    }

    /// Where a block stands in the archive.
    fn place(&self, number: usize) -> u64 {
        let map = &self.directory.stream_map;
        let stream = map.block_first_pack_stream_index().get(number).and_then(|&n| map.pack_stream_offsets().get(n));
        sevenz_rust2::SIGNATURE_HEADER_SIZE
            .saturating_add(self.directory.pack_pos())
            .saturating_add(stream.copied().unwrap_or(0))
    }
}

/// What stops the unpacking of a block.
enum Stop {
    /// The decoder, for whatever reason.
    Decoder,
    /// The limits, or the spool.
    Whole(Error),
}

/// Takes an entry's bytes to its end.
fn take(reader: &mut dyn Read, bytes: &mut Spool, budget: &Budget) -> Result<(), Stop> {
    let mut buffer = [0; 16 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                budget.produced(read as u64).map_err(|limit| Stop::Whole(limit.into()))?;
                bytes.write_all(&buffer[..read]).map_err(|error| Stop::Whole(error.into()))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Stop::Decoder),
        }
    }
}

/// Makes what takes an entry's place.
fn content(
    visitor: &mut dyn Visitor,
    entry: &Entry,
    reader: &mut (dyn Read + Send),
    spools: &std::path::Path,
) -> Result<Outcome, Error> {
    let mut kept = Kept::new(Spool::new(spools));
    let verdict = visitor.entry(entry, reader, &mut kept);
    if let Some(error) = kept.failed {
        return Err(Error::Io(error));
    }
    Ok(match verdict? {
        Verdict::Withheld(text) => Outcome::Notice(text),
        Verdict::Scrubbed => Outcome::Content(kept.inner),
    })
}

/// Makes what takes the place of a symbolic link's target.
fn link(
    visitor: &mut dyn Visitor,
    reader: &mut dyn Read,
    length: u64,
    spools: &std::path::Path,
) -> Result<Outcome, Error> {
    let mut target = Vec::new();
    reader.take(TARGET_MAX).read_to_end(&mut target)?;
    let target = visitor.name(&target);
    if length > TARGET_MAX || !is_harmless_target(&target) {
        return Err(Error::Unsupported("a symbolic link that leaves its directory".into()));
    }
    let mut kept = Spool::new(spools);
    kept.write_all(&target)?;
    Ok(Outcome::Content(kept))
}

/// The Unix mode, if the attributes say that there is one.
fn mode(file: &ArchiveEntry) -> Option<u32> {
    let attributes = file.windows_attributes;
    (file.has_windows_attributes && attributes & HAS_MODE != 0).then_some(attributes >> 16)
}

/// The attributes, with a device, a pipe or a socket made a regular file, and without the mark of a Windows link
/// (`FILE_ATTRIBUTE_REPARSE_POINT`), whose target is not looked at.
fn regular_unless_known(file: &ArchiveEntry) -> u32 {
    const REPARSE_POINT: u32 = 0x400;
    let attributes = file.windows_attributes & !REPARSE_POINT;
    match mode(file).map(|mode| mode & 0o170_000) {
        None | Some(0 | 0o040_000 | 0o100_000 | 0o120_000) => attributes,
        Some(_) => attributes & 0x0fff_ffff | 0o100_000 << 16,
    }
}

#[cfg(test)]
mod tests;
