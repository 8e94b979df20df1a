//! Writing a zip from front to back, with sizes in front of the data.
//!
//! An entry's data are ready, compressed and measured before its header is written, so the output need not be seekable and
//! needs no data descriptors, which some readers refuse.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use rayon::ThreadPool;

use super::super::deflate::Deflater;
use super::super::measured::copy;
use super::directory::{Record, UTF8};
use crate::source::Spool;

const MAX: u64 = u32::MAX as u64;

/// Collects one entry's data, as they will stand in the archive.
pub(super) struct Packer {
    to: Packing,
    /// The first failure to write, which a visitor might not pass on.
    failed: Option<io::Error>,
}

enum Packing {
    Stored { spool: Spool, crc: flate2::Crc },
    Deflated(Deflater<Spool>),
}

/// One entry's data, measured.
pub(super) struct Packed {
    data: Spool,
    crc: u32,
    size: u64,
}

impl Packer {
    pub(super) fn new(deflate: bool, spools: &Path, workers: Option<Arc<ThreadPool>>) -> Packer {
        let spool = Spool::new(spools);
        let to = match deflate {
            true => Packing::Deflated(Deflater::new(spool, workers)),
            false => Packing::Stored { spool, crc: flate2::Crc::new() },
        };
        Packer { to, failed: None }
    }

    /// What could not be written, if anything.
    pub(super) fn failure(&mut self) -> Option<io::Error> {
        self.failed.take()
    }

    pub(super) fn finish(self) -> io::Result<Packed> {
        Ok(match self.to {
            Packing::Stored { spool, crc } => Packed { size: spool.len(), data: spool, crc: crc.sum() },
            Packing::Deflated(encoder) => {
                let (data, crc, size) = encoder.finish()?;
                Packed { data, crc, size }
            }
        })
    }
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.to {
            Packing::Stored { spool, crc } => spool.write(bytes).inspect(|&written| crc.update(&bytes[..written])),
            Packing::Deflated(encoder) => encoder.write(bytes),
        };
        written.map_err(|error| {
            let told = io::Error::from(error.kind());
            self.failed.get_or_insert(error);
            told
        })
    }

    /// Nothing can be passed on before the entry is whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The archive being written.
pub(super) struct Writer<'o> {
    output: &'o mut (dyn Write + Send),
    at: u64,
    directory: Spool,
    entries: u64,
    buffer: Vec<u8>,
}

/// Little-endian bytes, put together.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u16(mut self, values: &[u16]) -> Self {
        values.iter().for_each(|value| self.0.extend(value.to_le_bytes()));
        self
    }

    fn u32(mut self, values: &[u32]) -> Self {
        values.iter().for_each(|value| self.0.extend(value.to_le_bytes()));
        self
    }

    fn u64(mut self, values: &[u64]) -> Self {
        values.iter().for_each(|value| self.0.extend(value.to_le_bytes()));
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl<'o> Writer<'o> {
    pub(super) fn new(output: &'o mut (dyn Write + Send), spools: &Path) -> Writer<'o> {
        Writer { output, at: 0, directory: Spool::new(spools), entries: 0, buffer: vec![0; 64 << 10] }
    }

    /// Writes an entry; of `record`, its times, attributes, method, name and comment are taken.
    pub(super) fn entry(&mut self, record: &Record, packed: Packed) -> io::Result<()> {
        let compressed = packed.data.len();
        let local = self.at;
        let wide = packed.size >= MAX || compressed >= MAX;
        let version = if wide || local >= MAX { 45 } else { 20 };
        let flags = record.flags & UTF8;
        let name = &record.name[..record.name.len().min(u16::MAX.into())];
        let comment = &record.comment[..record.comment.len().min(u16::MAX.into())];
        let extra = match wide {
            true => Bytes::default().u16(&[1, 16]).u64(&[packed.size, compressed]).0,
            false => Vec::new(),
        };
        let sizes = match wide {
            true => [packed.crc, u32::MAX, u32::MAX],
            false => [packed.crc, narrow(compressed), narrow(packed.size)],
        };
        let header = Bytes::default()
            .u32(&[0x0403_4b50])
            .u16(&[version, flags, record.method, record.time, record.date])
            .u32(&sizes)
            .u16(&[name.len() as u16, extra.len() as u16])
            .bytes(name)
            .bytes(&extra);
        self.put(&header.0)?;
        let mut data = packed.data.into_reader()?;
        copy(&mut data, self.output, &mut self.buffer)?;
        self.at += compressed;

        let mut wides = if wide { vec![packed.size, compressed] } else { Vec::new() };
        if local >= MAX {
            wides.push(local);
        }
        let extra = match wides.len() {
            0 => Vec::new(),
            count => Bytes::default().u16(&[1, 8 * count as u16]).u64(&wides).0,
        };
        let made_by = record.made_by & 0xff00 | (record.made_by & 0xff).max(version);
        let central = Bytes::default()
            .u32(&[0x0201_4b50])
            .u16(&[made_by, version, flags, record.method, record.time, record.date])
            .u32(&sizes)
            .u16(&[name.len() as u16, extra.len() as u16, comment.len() as u16, 0, record.internal])
            .u32(&[record.external, narrow(local)])
            .bytes(name)
            .bytes(&extra)
            .bytes(comment);
        self.entries += 1;
        self.directory.write_all(&central.0)
    }

    /// Writes the directory, and the archive is complete.
    pub(super) fn finish(mut self, comment: &[u8]) -> io::Result<()> {
        let (offset, size, entries) = (self.at, self.directory.len(), self.entries);
        let spools = Spool::new(Path::new(""));
        let mut directory = std::mem::replace(&mut self.directory, spools).into_reader()?;
        copy(&mut directory, self.output, &mut self.buffer)?;
        self.at += size;
        if entries >= 0xffff || size >= MAX || offset >= MAX {
            let end = self.at;
            let record = Bytes::default()
                .u32(&[0x0606_4b50])
                .u64(&[44])
                .u16(&[45, 45])
                .u32(&[0, 0])
                .u64(&[entries, entries, size, offset])
                .u32(&[0x0706_4b50, 0])
                .u64(&[end])
                .u32(&[1]);
            self.put(&record.0)?;
        }
        let count = u16::try_from(entries).unwrap_or(u16::MAX);
        let comment = &comment[..comment.len().min(u16::MAX.into())];
        let end = Bytes::default()
            .u32(&[0x0605_4b50])
            .u16(&[0, 0, count, count])
            .u32(&[narrow(size), narrow(offset)])
            .u16(&[comment.len() as u16])
            .bytes(comment);
        self.put(&end.0)?;
        self.output.flush()
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}

/// Packs a short text whole.
pub(super) fn pack(text: &[u8], deflate: bool, spools: &Path) -> io::Result<Packed> {
    let mut packer = Packer::new(deflate, spools, None);
    let mut text = text;
    let mut buffer = vec![0; text.len().clamp(1, 64 << 10)];
    copy(&mut Read::by_ref(&mut text), &mut packer, &mut buffer)?;
    packer.finish()
}

#[cfg(test)]
mod tests {
    use super::super::directory::{fixed, widen};
    use super::*;

    #[test]
    fn an_entry_behind_four_gibibytes_is_found_again() {
        let (mut output, spools) = (Vec::new(), std::env::temp_dir());
        let far = 5 << 30;
        let mut writer = Writer::new(&mut output, &spools);
        writer.at = far;
        let record = Record { name: b"far".to_vec(), ..Record::default() };
        writer.entry(&record, pack(b"text", false, &spools).unwrap()).unwrap();
        let mut central = Vec::new();
        let directory = std::mem::replace(&mut writer.directory, Spool::new(&spools));
        directory.into_reader().unwrap().read_to_end(&mut central).unwrap();
        let (mut record, (name, extra, _)) = fixed(&central[..46]).unwrap();
        assert_eq!(widen(&mut record.clone(), b""), None, "a wide field without its value is damage");
        widen(&mut record, &central[46 + name..46 + name + extra]).unwrap();
        assert_eq!((record.local, record.size), (far, 4));
        writer.finish(b"").unwrap();
        let end64 = memchr::memmem::find(&output, b"PK\x06\x06").unwrap();
        let offset = u64::from_le_bytes(output[end64 + 48..end64 + 56].try_into().unwrap());
        assert_eq!(offset, far + 30 + 3 + 4);
    }

    #[test]
    fn wide_sizes_are_read_in_their_order() {
        let extra = Bytes::default().u16(&[0x5455, 1]).bytes(b"x").u16(&[1, 24]).u64(&[1 << 33, 1 << 32, 1 << 34]);
        let all = u64::from(u32::MAX);
        let mut record = Record { size: all, compressed: all, local: all, ..Record::default() };
        widen(&mut record, &extra.0).unwrap();
        assert_eq!((record.size, record.compressed, record.local), (1 << 33, 1 << 32, 1 << 34));
    }
}
