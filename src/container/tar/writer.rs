//! Writing a tar from front to back.

use std::io::{self, Write};

use super::extended::record;
use super::header::{BLOCK, Header};
use crate::container::measured::copy;
use crate::source::Spool;

/// The archive being written.
pub(super) struct Writer<'o> {
    output: &'o mut (dyn Write + Send),
    buffer: Vec<u8>,
}

impl<'o> Writer<'o> {
    pub(super) fn new(output: &'o mut (dyn Write + Send)) -> Writer<'o> {
        Writer { output, buffer: vec![0; 64 << 10] }
    }

    /// Writes an entry, whose header says nothing of its size yet. `fraction` is of its time, and `is_pax` how what the
    /// header cannot hold is said.
    pub(super) fn entry(&mut self, header: &Header, fraction: &[u8], is_pax: bool, data: Spool) -> io::Result<()> {
        let mut header = Header { size: data.len(), ..header.clone() };
        let mut records = Vec::new();
        for (keyword, text, gnu, fits) in [
            ("path", &header.name, b'L', header.name.len() <= 100 || header.splits()),
            ("linkpath", &header.link, b'K', header.link.len() <= 100),
        ] {
            if fits {
                continue;
            }
            if is_pax && std::str::from_utf8(text).is_ok() {
                record(keyword, text, &mut records);
            } else {
                let text = [text, &b"\0"[..]].concat();
                let name = b"././@LongLink".to_vec();
                let size = text.len() as u64;
                let long = Header { name, kind: gnu, size, mode: 0o644, is_gnu: true, ..Header::default() };
                put(self.output, &long, &text)?;
            }
        }
        if is_pax && !fraction.is_empty() {
            let time = [header.mtime.to_string().as_bytes(), b".", fraction].concat();
            record("mtime", &time, &mut records);
        }
        if !records.is_empty() {
            let name = b"././@PaxHeader".to_vec();
            let size = records.len() as u64;
            put(self.output, &Header { name, kind: b'x', size, mode: 0o644, ..Header::default() }, &records)?;
        }
        if header.kind == 0 {
            header.kind = b'0';
        }
        self.output.write_all(&header.block())?;
        copy(&mut data.into_reader()?, self.output, &mut self.buffer)?;
        pad(self.output, header.size)
    }

    /// Writes the mark of the end.
    pub(super) fn finish(self) -> io::Result<()> {
        self.output.write_all(&[0; 2 * BLOCK])?;
        self.output.flush()
    }
}

fn put(output: &mut dyn Write, header: &Header, data: &[u8]) -> io::Result<()> {
    output.write_all(&header.block())?;
    output.write_all(data)?;
    pad(output, data.len() as u64)
}

fn pad(output: &mut dyn Write, size: u64) -> io::Result<()> {
    output.write_all(&[0; BLOCK][..super::padding(size) as usize])
}
