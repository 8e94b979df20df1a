//! Wide text on its way through an engine of bytes: decoded to UTF-8 before, encoded back behind.
//!
//! The way there and back is the identity on whatever bytes there are, also on those that are no valid text. Half a
//! surrogate pair, or a number beyond Unicode, becomes a sequence of the same scheme that UTF-8 would have for it (RFC 2279,
//! and one form more for 32 bits), which no valid UTF-8 holds and no detector takes for a letter; bytes at the end that make no
//! whole unit are kept aside.

use std::fs::File;
use std::io::{self, Read, Write};

use super::encoding::Encoding;
use crate::source::Source;

/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// Reads wide text as UTF-8.
#[derive(Debug)]
pub struct Decoder<'t, S> {
    source: S,
    encoding: Encoding,
    /// What was read and not decoded: less than two units.
    raw: Vec<u8>,
    /// What was decoded, and how much of it was handed out.
    text: Vec<u8>,
    given: usize,
    is_over: bool,
    /// Where the bytes behind the last whole unit go.
    rest: &'t mut Vec<u8>,
}

impl<'t, S: Read> Decoder<'t, S> {
    /// Decodes `source`, a byte order mark included. What makes no whole unit at its end goes to `rest`.
    pub fn new(source: S, encoding: Encoding, rest: &'t mut Vec<u8>) -> Decoder<'t, S> {
        Decoder { source, encoding, raw: Vec::new(), text: Vec::new(), given: 0, is_over: false, rest }
    }

    /// Reads once, and decodes what is whole.
    fn fill(&mut self) -> io::Result<()> {
        let known = self.raw.len();
        self.raw.resize(known + PIECE, 0);
        let read = match self.source.read(&mut self.raw[known..]) {
            Ok(read) => read,
            Err(error) => {
                self.raw.truncate(known);
                return Err(error);
            }
        };
        self.raw.truncate(known + read);
        self.is_over = read == 0;
        self.text.clear();
        self.given = 0;
        let width = self.encoding.width();
        let mut at = 0;
        while at + width <= self.raw.len() {
            let mut unit = self.encoding.unit(&self.raw[at..at + width]);
            let mut used = width;
            if width == 2 && (0xd800..0xdc00).contains(&unit) {
                match self.raw.get(at + 2..at + 4) {
                    Some(next) => {
                        let low = self.encoding.unit(next);
                        if (0xdc00..0xe000).contains(&low) {
                            (unit, used) = (0x1_0000 + ((unit - 0xd800) << 10 | (low - 0xdc00)), 4);
                        }
                    }
                    // The other half may be still to come.
                    None if !self.is_over => break,
                    None => {}
                }
            }
            push(unit, &mut self.text);
            at += used;
        }
        self.raw.drain(..at);
        if self.is_over {
            self.rest.append(&mut self.raw);
        }
        Ok(())
    }
}

impl<S: Read> Read for Decoder<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.is_over || buffer.is_empty() {
                return Ok(0);
            }
            self.fill()?;
        }
        let read = (self.text.len() - self.given).min(buffer.len());
        buffer[..read].copy_from_slice(&self.text[self.given..self.given + read]);
        self.given += read;
        Ok(read)
    }
}

impl<S: Source> Source for Decoder<'_, S> {
    fn is_idle(&mut self) -> bool {
        self.given == self.text.len() && self.source.is_idle()
    }

    fn by_place(&mut self) -> io::Result<Option<(File, u64)>> {
        Ok(None)
    }
}

/// Writes UTF-8 as wide text.
#[derive(Debug)]
pub struct Encoder<W> {
    writer: W,
    encoding: Encoding,
    /// The beginning of a sequence that is not whole.
    begun: Vec<u8>,
    wide: Vec<u8>,
}

impl<W: Write> Encoder<W> {
    /// Encodes what is written for `writer`.
    pub fn new(writer: W, encoding: Encoding) -> Encoder<W> {
        Encoder { writer, encoding, begun: Vec::new(), wide: Vec::new() }
    }

    /// Writes what is left, and gives the writer back.
    ///
    /// # Errors
    /// As the writer's.
    pub fn finish(mut self) -> io::Result<W> {
        let begun = std::mem::take(&mut self.begun);
        self.wide.clear();
        for _ in begun {
            self.push(REPLACEMENT);
        }
        self.writer.write_all(&self.wide)?;
        Ok(self.writer)
    }

    fn push(&mut self, code: u32) {
        match code {
            0x1_0000..=0x10_ffff if self.encoding.width() == 2 => {
                self.encoding.push_unit(0xd800 + ((code - 0x1_0000) >> 10), &mut self.wide);
                self.encoding.push_unit(0xdc00 + ((code - 0x1_0000) & 0x3ff), &mut self.wide);
            }
            code => self.encoding.push_unit(code, &mut self.wide),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wide.clear();
        for &byte in bytes {
            if self.begun.is_empty() && byte < 0x80 {
                self.push(u32::from(byte));
                continue;
            }
            let goes_on = byte & 0xc0 == 0x80;
            if !self.begun.is_empty() && !goes_on {
                // Nobody cuts a character in two; if somebody did, what is left of it is none.
                self.begun.clear();
                self.push(REPLACEMENT);
            }
            if byte < 0x80 || (self.begun.is_empty() && goes_on) {
                self.push(if byte < 0x80 { u32::from(byte) } else { REPLACEMENT });
                continue;
            }
            self.begun.push(byte);
            if self.begun.len() == length(self.begun[0]) {
                let code = code(&self.begun);
                self.begun.clear();
                self.push(code);
            }
        }
        self.writer.write_all(&self.wide)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// What stands for a part of a character.
const REPLACEMENT: u32 = 0xfffd;

/// Appends the sequence of a number of up to 32 bits.
fn push(code: u32, out: &mut Vec<u8>) {
    let (lead, more) = match code {
        0..=0x7f => return out.push(code as u8),
        0x80..=0x7ff => (0xc0 | code >> 6, 1),
        0x800..=0xffff => (0xe0 | code >> 12, 2),
        0x1_0000..=0x1f_ffff => (0xf0 | code >> 18, 3),
        0x20_0000..=0x3ff_ffff => (0xf8 | code >> 24, 4),
        0x400_0000..=0x7fff_ffff => (0xfc | code >> 30, 5),
        0x8000_0000.. => (0xfe, 6),
    };
    out.push(lead as u8);
    out.extend((0..more).rev().map(|n| 0x80 | (code.checked_shr(6 * n).unwrap_or(0) & 0x3f) as u8));
}

/// The bytes of the sequence that `lead` begins.
fn length(lead: u8) -> usize {
    lead.leading_ones() as usize
}

/// The number that a whole sequence stands for.
fn code(sequence: &[u8]) -> u32 {
    let length = sequence.len() as u32;
    let lead = u32::from(sequence[0]) & (0x7f >> length.min(7));
    sequence[1..].iter().fold(lead, |code, byte| code << 6 | u32::from(byte & 0x3f))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::Plain;

    fn there_and_back(encoding: Encoding, bytes: &[u8], piece: usize) -> Vec<u8> {
        let mut rest = Vec::new();
        let mut decoder = Decoder::new(Plain::new(bytes), encoding, &mut rest);
        let mut encoder = Encoder::new(Vec::new(), encoding);
        let mut buffer = vec![0; piece];
        loop {
            match decoder.read(&mut buffer).unwrap() {
                0 => break,
                read => encoder.write_all(&buffer[..read]).unwrap(),
            }
        }
        let mut out = encoder.finish().unwrap();
        out.extend_from_slice(&rest);
        out
    }

    #[test]
    fn wide_text_is_read_as_utf8() {
        let text = "Grüße, 日本語, 🦜\r\n";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (mut rest, mut read) = (Vec::new(), String::new());
        Decoder::new(Plain::new(&wide[..]), Encoding::Utf16Le, &mut rest).read_to_string(&mut read).unwrap();
        assert_eq!((read.as_str(), rest.len()), (text, 0));
    }

    #[test]
    fn every_number_comes_back() {
        for code_point in [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd800, 0xffff, 0x1_0000, 0x10_ffff, 0x11_0000, 0x1f_ffff]
            .into_iter()
            .chain([0x20_0000, 0x3ff_ffff, 0x400_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX])
        {
            let mut sequence = Vec::new();
            push(code_point, &mut sequence);
            assert_eq!(sequence.len(), if code_point < 0x80 { 1 } else { length(sequence[0]) }, "{code_point:x}");
            assert_eq!(if code_point < 0x80 { u32::from(sequence[0]) } else { code(&sequence) }, code_point);
        }
    }

    proptest! {
        #[test]
        fn whatever_bytes_there_are_come_back(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0), Just(0xd8), Just(0xdc)], 0..200),
            piece in 1_usize..20,
        ) {
            for encoding in Encoding::ALL {
                prop_assert_eq!(&there_and_back(encoding, &bytes, piece), &bytes);
            }
        }
    }
}
