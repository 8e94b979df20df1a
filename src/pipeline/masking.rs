//! Masking in place: what is no text is searched as if it were, and what is found is overwritten at equal length.
//!
//! Three looks, one behind the other: at the bytes as they are, and at every second byte from the first and from the second
//! on, as strings in UTF-16 are written. Strings end
//! where control characters stand. Nothing but printable characters is overwritten, so that lengths, offsets and
//! everything else that programs read of a dump stay what they were.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;

use super::filter;
use super::order::Order;
use super::rewrite::is_left;
use super::worker::Worker;
use super::{Error, Scrubber};
use crate::source::{Plain, Source};
use crate::text::Feed;

/// What is seen of bytes that are no text: strings stand in lines of their own.
const GAP: u8 = b'\n';
/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

impl Scrubber {
    /// Copies what is no text, with what is found in its strings masked. Counts by rule are added to `counts`.
    pub(super) fn mask(
        &self,
        input: &mut dyn Read,
        writer: &mut dyn Write,
        counts: &mut Vec<u64>,
    ) -> Result<(), Error> {
        let bytes = Masking::new(self, input, Look::Bytes);
        let even = Masking::new(self, bytes, Look::Wide { from: 0 });
        let mut odd = Masking::new(self, even, Look::Wide { from: 1 });
        while odd.fill()? {
            writer.write_all(&odd.ready).map_err(Error::Write)?;
        }
        let even = odd.finish(counts);
        even.finish(counts).finish(counts);
        Ok(())
    }
}

/// What a look sees of the bytes.
#[derive(Clone, Copy, Debug)]
enum Look {
    /// All of them.
    Bytes,
    /// Every second one, from the first (0) or the second (1) on, if it is a printable character with a zero beside it.
    Wide { from: u64 },
}

impl Look {
    /// Where the byte that is seen as the one at `seen` stands.
    fn place(self, seen: u64) -> u64 {
        match self {
            Look::Bytes => seen,
            Look::Wide { from } => 2 * seen + from,
        }
    }
}

/// Bytes on their way through one look.
#[derive(Debug, Default)]
struct Held {
    bytes: VecDeque<u8>,
    /// How many went before them.
    before: u64,
}

/// A look at the bytes of `R`, which gives them on, masked.
struct Masking<'s, R: Read> {
    scrubber: &'s Scrubber,
    look: Look,
    held: Rc<RefCell<Held>>,
    feed: Feed<Eye<R>>,
    worker: Worker<'s>,
    order: Order,
    is_over: bool,
    /// What can be given on, and how much of it was.
    ready: Vec<u8>,
    given: usize,
}

impl<'s, R: Read> Masking<'s, R> {
    fn new(scrubber: &'s Scrubber, reader: R, look: Look) -> Masking<'s, R> {
        let held = Rc::new(RefCell::new(Held::default()));
        let eye = Eye {
            reader: Plain::new(reader),
            look,
            held: held.clone(),
            seen: 0,
            buffer: vec![0; PIECE],
            is_over: false,
        };
        Masking {
            scrubber,
            look,
            held,
            feed: Feed::new(eye, scrubber.chunk),
            worker: Worker::new(scrubber, false),
            order: Order::default(),
            is_over: false,
            ready: Vec::new(),
            given: 0,
        }
    }

    /// Makes more bytes ready, in place of those that were; false at the end.
    fn fill(&mut self) -> Result<bool, Error> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() {
            if self.is_over {
                return Ok(false);
            }
            let Some(taken) = self.worker.take(&mut self.feed)? else {
                self.is_over = true;
                let mut held = self.held.borrow_mut();
                self.ready.extend(held.bytes.drain(..));
                return Ok(!self.ready.is_empty());
            };
            let Some(mut chunk) = self.worker.hold(taken)? else { continue };
            let (mut scan, edits) = self.worker.scan(&mut chunk);
            let settled = {
                let (chunk, hashed) = self.worker.chunk(&chunk.piece);
                let settled = self.order.settle(&self.scrubber.engine, &chunk, &mut scan, hashed, false, edits);
                let mut held = self.held.borrow_mut();
                for edit in &settled.edits {
                    let stays =
                        edit.resolved.as_ref().is_some_and(|resolved| is_left(&self.scrubber.redactor, resolved));
                    if !stays {
                        held.mask(self.look, chunk.offset(edit.start), &chunk.bytes[edit.start..edit.end]);
                    }
                }
                let end = self.look.place(chunk.offset(settled.range.end));
                let known = held.bytes.len() as u64;
                let gone = end.saturating_sub(held.before).min(known);
                self.ready.extend(held.bytes.drain(..gone as usize));
                held.before += gone;
                settled
            };
            self.worker.reuse(scan);
            // Counts are kept where bytes are replaced.
            self.worker.rewrite(&chunk.piece, settled);
        }
        Ok(true)
    }

    /// Adds what was counted, and gives the look before this one back.
    fn finish(self, counts: &mut Vec<u64>) -> R {
        filter::add(counts, &self.worker.counted().counts);
        self.feed.into_source().reader.into_inner()
    }
}

impl<R: Read> Read for Masking<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() && !buffer.is_empty() {
            match self.fill() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(Error::Read(error)) => return Err(error),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let read = (self.ready.len() - self.given).min(buffer.len());
        buffer[..read].copy_from_slice(&self.ready[self.given..self.given + read]);
        self.given += read;
        Ok(read)
    }
}

impl Held {
    /// Overwrites what was found at `offset` of what is seen. Bytes beyond ASCII go only with the text that they are part of.
    fn mask(&mut self, look: Look, offset: u64, found: &[u8]) {
        let is_text = std::str::from_utf8(found).is_ok();
        for (n, &byte) in found.iter().enumerate() {
            let goes = matches!(byte, b' '..=b'~') || (is_text && byte >= 0x80);
            let place = look.place(offset + n as u64).checked_sub(self.before);
            if let Some(held) = place.and_then(|place| self.bytes.get_mut(place as usize)).filter(|_| goes) {
                *held = b'*';
            }
        }
    }
}

/// Reads bytes, keeps them for later, and shows what a look sees of them.
struct Eye<R> {
    reader: Plain<R>,
    look: Look,
    held: Rc<RefCell<Held>>,
    /// How many bytes were shown.
    seen: u64,
    buffer: Vec<u8>,
    is_over: bool,
}

impl<R: Read> Eye<R> {
    /// Reads once; false at the end.
    fn more(&mut self) -> io::Result<bool> {
        let read = self.reader.read(&mut self.buffer)?;
        self.held.borrow_mut().bytes.extend(&self.buffer[..read]);
        self.is_over = read == 0;
        Ok(read > 0)
    }
}

impl<R: Read> Read for Eye<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let shown = {
                let held = self.held.borrow();
                let at = |place: u64| held.bytes.get(place.checked_sub(held.before)? as usize).copied();
                let behind = match self.look {
                    Look::Bytes => 0,
                    // Whether a zero follows is not known before the next byte is.
                    Look::Wide { .. } => u64::from(!self.is_over),
                };
                let mut shown = 0;
                for room in buffer.iter_mut() {
                    let place = self.look.place(self.seen + shown);
                    let Some(byte) = at(place).filter(|_| at(place + behind).is_some()) else { break };
                    let is_text = matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
                    *room = match self.look {
                        Look::Bytes if is_text || byte >= 0x80 => byte,
                        Look::Bytes => GAP,
                        Look::Wide { .. } => {
                            let before = place.checked_sub(1).and_then(at);
                            let is_wide = before == Some(0) || at(place + 1) == Some(0);
                            if is_wide && is_text { byte } else { GAP }
                        }
                    };
                    shown += 1;
                }
                shown
            };
            self.seen += shown;
            if shown > 0 || buffer.is_empty() || self.is_over {
                return Ok(shown as usize);
            }
            self.more()?;
        }
    }
}

impl<R: Read> Source for Eye<R> {
    fn is_idle(&mut self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(bytes: &[u8], chunk: usize) -> Vec<u8> {
        let scrubber = Scrubber::builder().unrecorded().chunk_size(chunk).build().unwrap();
        let (mut out, mut counts) = (Vec::new(), Vec::new());
        scrubber.mask(&mut &bytes[..], &mut out, &mut counts).unwrap();
        assert_eq!(out.len(), bytes.len());
        out
    }

    fn wide(text: &str, encode: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(encode).collect()
    }

    #[test]
    fn strings_are_masked_and_nothing_else() {
        let plain = b"user jane.roe@example.com\0".to_vec();
        let rows = [
            (plain.clone(), b"user ********************\0".to_vec()),
            (
                wide("user jane.roe@example.com!", u16::to_le_bytes),
                wide("user ********************!", u16::to_le_bytes),
            ),
            (
                wide("user jane.roe@example.com!", u16::to_be_bytes),
                wide("user ********************!", u16::to_be_bytes),
            ),
        ];
        for (text, expected) in rows {
            for shift in 0..3 {
                let around = |text: &[u8]| [&b"\x7fELF\x02\x01"[..], &vec![1; shift], text, b"\0\x14\xff\xfe"].concat();
                for chunk in [16, 50, 1 << 16] {
                    assert_eq!(masked(&around(&text), chunk), around(&expected), "shift {shift}, chunk {chunk}");
                }
            }
        }
    }

    #[test]
    fn a_length_before_a_string_stays() {
        let mut bytes = b"\xca\xfe\xba\xbe\x01\0\x90".to_vec();
        bytes.extend(b"password=hunter2x\x01\0\x03()V");
        let mut expected = bytes.clone();
        let at = memchr::memmem::find(&bytes, b"hunter2x").unwrap();
        expected[at..at + 8].fill(b'*');
        assert_eq!(masked(&bytes, 64), expected);
    }

    #[test]
    fn a_long_value_keeps_its_length() {
        let long = [&b"\0\x01password=\""[..], &b"hunter2Q".repeat(25_000), b"\"\0\x02"].concat();
        let out = masked(&long, 4096);
        assert!(memchr::memmem::find(&out, b"hunter2Q").is_none());
        assert!(out.starts_with(b"\0\x01password=\"***") && out.ends_with(b"**\"\0\x02"));
    }
}
