//! HAR: what a browser saw of the network, as one JSON document (HTTP Archive 1.2).
//!
//! Bodies that are no text stand in it as base64 (`"text": "...", "encoding": "base64"`). They are opened, shown to the
//! visitor, and put back in the same encoding if anything in them changed. All else is the text of one JSON document, which
//! the visitor sees whole, with a mark in place of each body. So nothing is looked for in base64, and nothing is lost in it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Range;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::entry::{Entry, Verdict, Visitor};
use super::measured::{Faulty, Kept};
use super::{Budget, Error, Format, Input, notice};
use crate::source::Spool;

/// The longest body, as it stands there; it is held in memory.
const BODY_MAX: usize = 256 << 20;
/// As deep as objects and lists may stand in each other.
const DEPTH_MAX: usize = 256;
/// What stands in place of a body while the text around it is scrubbed, with its number and another tilde behind it.
const MARK: &[u8] = b"scrubjay~body~";

/// The format `har`.
#[derive(Debug)]
pub struct Har;

impl Format for Har {
    fn id(&self) -> &'static str {
        "har"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        begins(head) == Some(true)
    }

    fn may_follow(&self, head: &[u8]) -> bool {
        begins(head) == Some(false)
    }

    fn rebuild(
        &self,
        input: Input<'_>,
        output: &mut (dyn Write + Send),
        visitor: &mut dyn Visitor,
        budget: &Budget,
    ) -> Result<(), Error> {
        let budget = budget.enter()?;
        budget.entry()?;
        let spools = input.spools().to_path_buf();
        let mut taking = Taking::new(visitor, &budget, spools.clone());
        let mut reader = BufReader::with_capacity(64 << 10, input);
        loop {
            let read = {
                let bytes = reader.fill_buf()?;
                bytes.iter().try_for_each(|&byte| taking.byte(byte))?;
                bytes.len()
            };
            if read == 0 {
                break;
            }
            reader.consume(read);
            taking.flush(false)?;
        }
        taking.flush(true)?;
        let Taking { text, bodies, lengths, .. } = taking;
        let entry = Entry { name: Vec::new(), display: "content".into(), size: None, budget, is_text: true };
        let mut reader = Faulty::uncounted(Spooled(text.into_reader()?));
        let bodies = Box::new(bodies.into_reader()?);
        let putting = Putting { output, bodies, lengths, next: 0, held: Vec::new(), has_begun: false };
        let mut kept = Kept::new(putting);
        let verdict = visitor.entry(&entry, &mut reader, &mut kept);
        if let Some(error) = kept.failed {
            return Err(Error::Io(error));
        }
        match verdict? {
            Verdict::Scrubbed => Ok(kept.inner.finish()?),
            Verdict::Withheld(_) => Err(Error::PartlyWritten),
        }
    }
}

/// Whether a text begins as a HAR does; `Some(false)` if what came so far fits, and is too little.
fn begins(head: &[u8]) -> Option<bool> {
    const KEYS: [&[u8]; 6] =
        [b"\"version\"", b"\"creator\"", b"\"browser\"", b"\"pages\"", b"\"entries\"", b"\"comment\""];
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    for part in [&b"{"[..], b"\"log\"", b":", b"{"] {
        rest = rest.trim_ascii_start();
        match rest.strip_prefix(part) {
            Some(behind) => rest = behind,
            None => return (part.starts_with(rest) && !head.is_empty()).then_some(false),
        }
    }
    rest = rest.trim_ascii_start();
    match KEYS.iter().any(|key| rest.starts_with(key)) {
        true => Some(true),
        false => KEYS.iter().any(|key| key.starts_with(rest)).then_some(false),
    }
}

/// A spool as an entry's decoder.
struct Spooled<R>(R);

impl<R: Read> super::measured::Decode for Spooled<R> {
    fn decode(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        Ok(self.0.read(buffer)?)
    }
}

/// An object that is open.
#[derive(Default)]
struct Object {
    is_list: bool,
    /// The key that was read last.
    key: Vec<u8>,
    /// Whether the next string is a key.
    wants_key: bool,
    /// Where in the held bytes its text stands, and whether that is base64.
    text: Option<Range<usize>>,
    is_base64: bool,
}

/// Takes the bodies out.
struct Taking<'h> {
    visitor: &'h mut dyn Visitor,
    budget: &'h Budget,
    spools: PathBuf,
    open: Vec<Object>,
    /// What was read and may still be a body.
    held: Vec<u8>,
    /// Where in it the string begins that is being read.
    string: Option<usize>,
    is_escaped: bool,
    /// The text with marks in it, the bodies that go in their places, and the lengths of these.
    text: Spool,
    bodies: Spool,
    lengths: Vec<u64>,
}

impl<'h> Taking<'h> {
    fn new(visitor: &'h mut dyn Visitor, budget: &'h Budget, spools: PathBuf) -> Taking<'h> {
        Taking {
            visitor,
            budget,
            text: Spool::new(&spools),
            bodies: Spool::new(&spools),
            spools,
            open: Vec::new(),
            held: Vec::new(),
            string: None,
            is_escaped: false,
            lengths: Vec::new(),
        }
    }

    fn byte(&mut self, byte: u8) -> Result<(), Error> {
        self.held.push(byte);
        let at = self.held.len();
        if let Some(start) = self.string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => {
                    self.string = None;
                    self.ended(start..at - 1);
                }
                _ => {}
            }
            return Ok(());
        }
        match byte {
            b'"' => self.string = Some(at),
            b'{' | b'[' if self.open.len() == DEPTH_MAX => {
                return Err(Error::Unsupported(format!("a HAR of more than {DEPTH_MAX} objects within each other")));
            }
            b'{' | b'[' => {
                let is_list = byte == b'[';
                self.open.push(Object { is_list, wants_key: !is_list, ..Object::default() });
            }
            b'}' | b']' => {
                if let Some(object) = self.open.pop() {
                    self.close(object)?;
                }
            }
            b',' => {
                if let Some(object) = self.open.last_mut() {
                    object.wants_key = !object.is_list;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A string is over.
    fn ended(&mut self, string: Range<usize>) {
        let Some(object) = self.open.last_mut() else { return };
        let content = &self.held[string.clone()];
        if object.wants_key {
            object.wants_key = false;
            object.key = content[..content.len().min(16)].to_vec();
            return;
        }
        match &object.key[..] {
            b"text" => object.text = Some(string),
            b"encoding" => object.is_base64 = content.eq_ignore_ascii_case(b"base64"),
            _ => {}
        }
        object.key.clear();
    }

    /// An object is over: its text may be a body.
    fn close(&mut self, object: Object) -> Result<(), Error> {
        let Some(range) = object.text.filter(|range| object.is_base64 && !range.is_empty()) else { return Ok(()) };
        let raw = self.held[range.clone()].to_vec();
        let put = self.body(&raw)?.unwrap_or(raw);
        self.bodies.write_all(&put)?;
        let mark = [MARK, self.lengths.len().to_string().as_bytes(), b"~"].concat();
        self.lengths.push(put.len() as u64);
        let shorter = range.len() as isize - mark.len() as isize;
        self.held.splice(range.clone(), mark);
        // An object around it may hold a text as well.
        for around in &mut self.open {
            if let Some(text) = around.text.as_mut().filter(|text| text.start > range.start) {
                *text = text.start.wrapping_add_signed(-shorter)..text.end.wrapping_add_signed(-shorter);
            }
        }
        Ok(())
    }

    /// What takes the place of a body; none if it stays.
    fn body(&mut self, raw: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.budget.entry()?;
        let number = self.lengths.len() + 1;
        let entry = Entry {
            name: Vec::new(),
            display: format!("body {number}"),
            size: Some(raw.len() as u64),
            budget: self.budget.of_entry(raw.len() as u64),
            is_text: false,
        };
        let encode = |content: &[u8]| Some(STANDARD.encode(content).into_bytes());
        // Slashes may be escaped.
        let packed: Vec<u8> = raw.iter().copied().filter(|&b| b != b'\\').collect();
        let Some(content) = super::mail::base64(&packed) else {
            let error = Error::Damaged { format: "har", what: "body is no base64", offset: 0 };
            return Ok(encode(&notice::instead(self.visitor, &entry, error)?));
        };
        let mut kept = Kept::new(Spool::new(&self.spools));
        let verdict = self.visitor.entry(&entry, &mut &content[..], &mut kept);
        if let Some(error) = kept.failed {
            return Err(Error::Io(error));
        }
        match verdict? {
            Verdict::Withheld(notice) => Ok(encode(&notice)),
            Verdict::Scrubbed => {
                self.budget.settle(&entry.budget)?;
                let mut scrubbed = Vec::new();
                kept.inner.into_reader()?.read_to_end(&mut scrubbed)?;
                Ok(if scrubbed == content { None } else { encode(&scrubbed) })
            }
        }
    }

    /// Lets go of what is held, if no text in it may be a body.
    fn flush(&mut self, is_over: bool) -> Result<(), Error> {
        let is_text = |object: &Object| object.key == b"text" && !object.is_list;
        let is_awaited = self.open.iter().any(|object| object.text.is_some()) || self.open.last().is_some_and(is_text);
        if self.held.len() > BODY_MAX {
            return Err(Error::Unsupported(format!("a body of more than {BODY_MAX} bytes")));
        }
        if is_over || (!is_awaited && self.string.is_none()) {
            self.text.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(())
    }
}

/// Puts the bodies back where their marks stand.
struct Putting<'h> {
    output: &'h mut (dyn Write + Send),
    bodies: Box<dyn Read + Send>,
    lengths: Vec<u64>,
    next: usize,
    /// What was written and may be the beginning of a mark.
    held: Vec<u8>,
    /// Whether anything was written.
    has_begun: bool,
}

impl Putting<'_> {
    fn put(&mut self, is_over: bool) -> io::Result<()> {
        loop {
            let Some(at) = memchr::memmem::find(&self.held, MARK) else {
                // The end may be the beginning of a mark.
                let keep = if is_over { 0 } else { self.held.len().min(MARK.len() - 1) };
                let end = self.held.len() - keep;
                self.output.write_all(&self.held[..end])?;
                self.held.drain(..end);
                return Ok(());
            };
            let number = at + MARK.len();
            let Some(digits) = memchr::memchr(b'~', &self.held[number..]) else {
                if !is_over && self.held.len() - number < 32 {
                    return Ok(());
                }
                return Err(foreign());
            };
            let is_next = self.held[number..number + digits] == *self.next.to_string().as_bytes();
            let length = *self.lengths.get(self.next).filter(|_| is_next).ok_or_else(foreign)?;
            self.output.write_all(&self.held[..at])?;
            io::copy(&mut Read::take(&mut self.bodies, length), &mut self.output)?;
            self.held.drain(..number + digits + 1);
            self.next += 1;
        }
    }

    fn finish(mut self) -> io::Result<()> {
        self.put(true)?;
        // Of what is only looked through, nothing comes out, and so no mark either.
        if self.has_begun && self.next < self.lengths.len() {
            return Err(foreign());
        }
        self.output.flush()
    }
}

/// A mark that is not ours, or one of ours that is gone: nothing is put anywhere on its word.
fn foreign() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the marks of bodies are not those that were set")
}

impl Write for Putting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        self.has_begun |= !bytes.is_empty();
        self.put(false)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::super::{Limits, sniff};
    use super::*;

    #[test]
    fn a_har_is_told_by_how_it_begins() {
        for (head, expected) in [
            (&b"{\"log\":{\"version\":\"1.2\""[..], Some(true)),
            (b"\xef\xbb\xbf{\n  \"log\": {\n    \"creator\": {", Some(true)),
            (b"{\n", Some(false)),
            (b"{ \"log\": {\n \"ver", Some(false)),
            (b"{\"log\":\"x\"}", None),
            (b"{\"level\":", None),
            (b"", None),
        ] {
            assert_eq!(begins(head), expected, "{}", head.escape_ascii());
        }
        assert_eq!(sniff(b"{\"log\":{\"version\":\"1.2\"").map(Format::id), Some("har"));
    }

    #[test]
    fn a_foreign_mark_is_an_error() {
        let input = b"{\"log\":{\"version\":\"scrubjay~body~0~\",\"x\":[{\"text\":\"QUJD\",\"encoding\":\"base64\"}]}}";
        let result = rebuild(input, &mut silent(), Limits::default());
        assert!(result.is_err(), "{result:?}");
    }

    #[test]
    fn what_is_nested_without_end_is_refused() {
        let input = [&b"{\"log\":{\"entries\":"[..], &b"[".repeat(DEPTH_MAX)].concat();
        let result = rebuild(&input, &mut silent(), Limits::default());
        assert!(matches!(result, Err(Error::Unsupported(_))), "{result:?}");
    }
}
