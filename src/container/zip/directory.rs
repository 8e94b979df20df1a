//! Reading a zip's central directory, record by record, as APPNOTE.TXT 6.3 describes it.
//!
//! Read here and not by the `zip` crate, which merges entries of one name and lets a name's bytes be lost.

use std::io::{self, BufRead, BufReader, Read, SeekFrom};

use super::super::{Budget, Error, ReadSeek};
use super::crypt::Scheme;

const END: u32 = 0x0605_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR: u32 = 0x0706_4b50;
const RECORD: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;
/// The end record, and the longest comment behind it.
const END_LEN: u64 = 22;
const COMMENT_MAX: u64 = 0xffff;
/// The longest directory that is read: it is kept in memory, and a million entries take a quarter of this.
const DIRECTORY_MAX: u64 = 512 << 20;

/// Bit 0 of the flags: encrypted. Bit 6: strongly. Bit 13: the directory itself is masked.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// Bit 11 of the flags: name and comment are UTF-8.
pub(super) const UTF8: u16 = 1 << 11;

/// What the central directory says of one entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) made_by: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) time: u16,
    pub(super) date: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) internal: u16,
    pub(super) external: u32,
    pub(super) name: Vec<u8>,
    pub(super) comment: Vec<u8>,
    /// Where its local header is, from the first byte of the input.
    pub(super) local: u64,
    /// How it is encrypted, if with AES.
    pub(super) aes: Option<Scheme>,
}

impl Record {
    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }
}

/// A zip's whole directory.
pub(super) struct Directory {
    pub(super) records: Vec<Record>,
    pub(super) comment: Vec<u8>,
}

pub(super) fn damaged(what: &'static str, offset: u64) -> Error {
    Error::Damaged { format: "zip", what, offset }
}

/// Little-endian fields, taken from the front; what is missing reads as an error.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }
}

/// What the end of a directory says, by either of its records.
struct End {
    /// Where this record stands.
    at: u64,
    entries: u64,
    size: u64,
    offset: u64,
    /// Whether `entries` may have wrapped round at 65536, as writers without zip64 let it.
    narrow: bool,
}

/// Finds and reads the directory of an archive of `len` bytes.
///
/// # Errors
/// When there is none, or it contradicts itself: then two programs could see two different archives.
pub(super) fn read(input: &mut dyn ReadSeek, len: u64, budget: &Budget) -> Result<Directory, Error> {
    let tail_at = len.saturating_sub(END_LEN + COMMENT_MAX);
    let mut tail = Vec::new();
    input.seek(SeekFrom::Start(tail_at))?;
    input.take(END_LEN + COMMENT_MAX).read_to_end(&mut tail)?;

    let mut candidates: Vec<usize> = memchr::memmem::find_iter(&tail, &END.to_le_bytes()).collect();
    candidates.reverse();
    // A comment may hold the signature; the record whose comment ends where the file ends goes first.
    candidates.sort_by_key(|at| comment_end(&tail, *at) != Some(tail.len()));
    let mut first = None;
    for at in candidates.into_iter().take(16) {
        match from_end(input, &tail[at..], tail_at + at as u64, budget) {
            Ok(directory) => {
                lists_the_first(input, &directory)?;
                return Ok(directory);
            }
            Err(error @ Error::Damaged { .. }) => first = first.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    Err(first.unwrap_or_else(|| damaged("archive has no end record", len)))
}

/// Does the directory list what the file begins with? An archive that was cut in the middle of an entry that is an archive
/// itself ends in that one's directory, and would otherwise pass for it.
fn lists_the_first(input: &mut dyn ReadSeek, directory: &Directory) -> Result<(), Error> {
    let listed = directory.records.iter().any(|record| record.local == 0);
    if !listed && read_at::<4>(input, 0)? == LOCAL.to_le_bytes() {
        return Err(damaged("archive begins with an entry that its directory does not list", 0));
    }
    Ok(())
}

fn comment_end(tail: &[u8], at: usize) -> Option<usize> {
    let len = Fields(tail.get(at + 20..)?).u16()?;
    Some(at + END_LEN as usize + len as usize)
}

/// Reads the directory that an end record describes.
fn from_end(input: &mut dyn ReadSeek, tail: &[u8], at: u64, budget: &Budget) -> Result<Directory, Error> {
    let mut fields = Fields(tail.get(4..).unwrap_or_default());
    let parse = |fields: &mut Fields| {
        let disks = (fields.u16()?, fields.u16()?, fields.u16()?);
        let (entries, size, offset) = (fields.u16()?, fields.u32()?, fields.u32()?);
        let len = fields.u16()? as usize;
        Some((disks, entries, size, offset, fields.take(len)?.to_vec()))
    };
    let (disks, entries, size, offset, comment) = parse(&mut fields).ok_or_else(|| damaged("end record is cut", at))?;
    let wide = end64(input, at)?;
    let end = match wide {
        Some(wide) => {
            let agree = (entries == u16::MAX || u64::from(entries) == wide.entries)
                && (size == u32::MAX || u64::from(size) == wide.size)
                && (offset == u32::MAX || u64::from(offset) == wide.offset);
            if !agree {
                return Err(damaged("archive has two end records that disagree", at));
            }
            wide
        }
        None if disks.0 != 0 || disks.1 != 0 || disks.2 != entries => {
            return Err(Error::Unsupported("a zip archive in several volumes".into()));
        }
        None => End { at, entries: entries.into(), size: size.into(), offset: offset.into(), narrow: true },
    };
    Ok(Directory { records: records(input, &end, budget)?, comment })
}

/// The zip64 end record, if a locator stands before the end record at `end`.
fn end64(input: &mut dyn ReadSeek, end: u64) -> Result<Option<End>, Error> {
    let Some(locator_at) = end.checked_sub(20) else { return Ok(None) };
    let locator = read_at::<20>(input, locator_at)?;
    let mut fields = Fields(&locator);
    if fields.u32() != Some(LOCATOR) {
        return Ok(None);
    }
    let Some((_, stated, disks)) = (|| Some((fields.u32()?, fields.u64()?, fields.u32()?)))() else {
        return Ok(None);
    };
    if disks > 1 {
        return Err(Error::Unsupported("a zip archive in several volumes".into()));
    }
    // Behind a prefix (a self-extracting program) the stated place is short by its length; then it is just before.
    for at in [Some(stated), locator_at.checked_sub(56)].into_iter().flatten() {
        if at.checked_add(56).is_none_or(|end| end > locator_at) {
            continue;
        }
        let record = read_at::<56>(input, at)?;
        let mut fields = Fields(&record);
        if fields.u32() != Some(END64) {
            continue;
        }
        fields.take(8 + 2 + 2 + 4 + 4);
        let parse = |fields: &mut Fields| Some((fields.u64()?, fields.u64()?, fields.u64()?, fields.u64()?));
        if let Some((here, entries, size, offset)) = parse(&mut fields)
            && here == entries
        {
            return Ok(Some(End { at, entries, size, offset, narrow: false }));
        }
    }
    Err(damaged("zip64 end record is missing or damaged", locator_at))
}

/// Reads all records, and holds their number against what the end record says.
fn records(input: &mut dyn ReadSeek, end: &End, budget: &Budget) -> Result<Vec<Record>, Error> {
    let Some(adjacent) = end.at.checked_sub(end.size) else {
        return Err(damaged("directory is larger than the archive", end.at));
    };
    if end.size > DIRECTORY_MAX {
        return Err(Error::Unsupported(format!("a zip directory of more than {DIRECTORY_MAX} bytes")));
    }
    let is_record = |input: &mut dyn ReadSeek, at: u64| -> Result<bool, Error> {
        Ok(at <= adjacent && read_at::<4>(input, at)? == RECORD.to_le_bytes())
    };
    let (start, prefix) = if end.entries == 0 && end.size == 0 {
        (adjacent, 0)
    } else if is_record(input, end.offset)? {
        (end.offset, 0)
    } else if adjacent >= end.offset && is_record(input, adjacent)? {
        (adjacent, adjacent - end.offset)
    } else {
        return Err(damaged("directory is not where the end record says", end.offset));
    };

    input.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::with_capacity(64 << 10, input.take(end.size));
    let mut records = Vec::new();
    let mut at = start;
    while !reader.fill_buf()?.is_empty() {
        budget.entry()?;
        let mut head = [0; 46];
        let cut = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged("directory is cut", at),
            _ => Error::Io(error),
        };
        reader.read_exact(&mut head).map_err(cut)?;
        let (mut record, lens) = fixed(&head).ok_or_else(|| damaged("directory record is damaged", at))?;
        let mut extra = vec![0; lens.1];
        record.name.resize(lens.0, 0);
        record.comment.resize(lens.2, 0);
        reader.read_exact(&mut record.name).map_err(cut)?;
        reader.read_exact(&mut extra).map_err(cut)?;
        reader.read_exact(&mut record.comment).map_err(cut)?;
        widen(&mut record, &extra).ok_or_else(|| damaged("zip64 field of a directory record is damaged", at))?;
        record.local = record.local.saturating_add(prefix);
        records.push(record);
        at += (46 + lens.0 + lens.1 + lens.2) as u64;
    }
    let count = records.len() as u64;
    let expected = count == end.entries || end.narrow && count & 0xffff == end.entries;
    if !expected {
        return Err(damaged("directory holds another number of entries than it says", end.at));
    }
    Ok(records)
}

/// The fixed part of a record, and the lengths of name, extra fields and comment.
pub(super) fn fixed(head: &[u8]) -> Option<(Record, (usize, usize, usize))> {
    let mut fields = Fields(head);
    if fields.u32()? != RECORD {
        return None;
    }
    let made_by = fields.u16()?;
    fields.u16()?;
    let (flags, method, time, date) = (fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?);
    let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let lens = (fields.u16()? as usize, fields.u16()? as usize, fields.u16()? as usize);
    fields.u16()?;
    let (internal, external, local) = (fields.u16()?, fields.u32()?, fields.u32()?);
    let (compressed, size, local) = (compressed.into(), size.into(), local.into());
    let (name, comment, aes) = (Vec::new(), Vec::new(), None);
    let record = Record {
        made_by,
        flags,
        method,
        time,
        date,
        crc,
        compressed,
        size,
        internal,
        external,
        name,
        comment,
        local,
        aes,
    };
    Some((record, lens))
}

/// Takes over the wide sizes of zip64 (field 1), how AES is used (field 0x9901), and the UTF-8 name of Info-ZIP and 7-Zip (field 0x7075).
pub(super) fn widen(record: &mut Record, extra: &[u8]) -> Option<()> {
    const ALL: u64 = u32::MAX as u64;
    let mut fields = Fields(extra);
    let mut wide = None;
    // Some writers pad the extra fields; a rest too short for a field is padding.
    while let Some((id, len)) = (|| Some((fields.u16()?, fields.u16()?)))() {
        let Some(content) = fields.take(len.into()) else { break };
        match id {
            1 => wide = Some(Fields(content)),
            0x9901 => record.aes = scheme(Fields(content)),
            0x7075 if content.first() == Some(&1) && record.flags & UTF8 == 0 => {
                let mut crc = flate2::Crc::new();
                crc.update(&record.name);
                let mut content = Fields(&content[1..]);
                if content.u32() == Some(crc.sum())
                    && std::str::from_utf8(content.0).is_ok()
                    && record.comment.is_ascii()
                {
                    record.name = content.0.to_vec();
                    record.flags |= UTF8;
                }
            }
            _ => {}
        }
    }
    for field in [&mut record.size, &mut record.compressed, &mut record.local] {
        if *field == ALL {
            *field = wide.as_mut()?.u64()?;
        }
    }
    Some(())
}

/// How AES is used, by the extra field that says so.
fn scheme(mut fields: Fields<'_>) -> Option<Scheme> {
    let (version, _vendor, strength) = (fields.u16()?, fields.u16()?, fields.take(1)?[0]);
    Some(Scheme { version, strength, method: fields.u16()? })
}

/// Where an entry's data begin, by its local header, and whether that says that they are encrypted.
pub(super) fn data(input: &mut dyn ReadSeek, record: &Record) -> Result<(u64, bool), Error> {
    let wrong = || damaged("entry is not where the directory says", record.local);
    let header = match read_at::<30>(input, record.local) {
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(wrong()),
        header => header?,
    };
    let mut fields = Fields(&header);
    let parse = |fields: &mut Fields| {
        let (signature, _, flags, method) = (fields.u32()?, fields.u16()?, fields.u16()?, fields.u16()?);
        fields.take(16)?;
        Some((signature, flags, method, u64::from(fields.u16()?) + u64::from(fields.u16()?)))
    };
    let (signature, flags, method, lens) = parse(&mut fields).ok_or_else(wrong)?;
    if signature != LOCAL || method != record.method {
        return Err(wrong());
    }
    Ok((record.local + 30 + lens, flags & ENCRYPTED != 0))
}

fn read_at<const N: usize>(input: &mut dyn ReadSeek, at: u64) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    input.seek(SeekFrom::Start(at))?;
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}
