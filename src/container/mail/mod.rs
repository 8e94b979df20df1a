//! Mail: one message (RFC 5322, `.eml`), or many in a file (`mbox`).
//!
//! A message is taken apart as far as a value may hide in it: folded and encoded headers, parts in parts, bodies in
//! quoted-printable and base64, attachments. What is found is written back where it stood, in the encoding that it stood in;
//! every other byte comes out as it came in. A base64 body is encoded anew, in lines of the same length, only if something
//! in it changed. A part that is withheld holds the notice instead. Boundaries, the order of parts and all other headers
//! stay.

mod body;
mod header;

use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::Path;

pub(super) use self::body::base64;
use self::header::{Fields, Transfer};
use super::entry::{Entry, Verdict, Visitor};
use super::measured::Kept;
use super::{Budget, Error, Format, Input};
use crate::source::Spool;

/// The longest message, which is held in memory.
const MESSAGE_MAX: usize = 256 << 20;
/// How deep parts in parts are followed; what is deeper is scanned as it stands.
const DEPTH_MAX: usize = 20;

/// The format `mail`.
#[derive(Debug)]
pub struct Mail;

impl Format for Mail {
    fn id(&self) -> &'static str {
        "mail"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        header::begins(head) == header::Begins::Mail
    }

    fn may_follow(&self, head: &[u8]) -> bool {
        header::begins(head) == header::Begins::Perhaps
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
        let mut reader = BufReader::with_capacity(64 << 10, input);
        let mut message = Vec::new();
        let (mut is_mbox, mut is_after_blank, mut number) = (false, true, 0);
        loop {
            let start = message.len();
            let read = read_line(&mut reader, &mut message)?;
            let line = &message[start..];
            let begins = is_after_blank && header::is_from_line(line) && (start > 0 || number == 0);
            is_mbox |= begins && start == 0 && number == 0;
            if read == 0 || (is_mbox && begins && start > 0) {
                number += 1;
                budget.entry()?;
                let rest = message.split_off(start);
                let mut scrub = Scrub { visitor, budget: &budget, spools: &spools, number };
                output.write_all(&scrub.message(&message, 0)?)?;
                message = rest;
                if read == 0 {
                    return Ok(output.flush()?);
                }
            }
            let line_start = message.len() - read;
            is_after_blank = matches!(&message[line_start..], b"\n" | b"\r\n");
            if message.len() > MESSAGE_MAX {
                return Err(Error::Unsupported(format!("a message of more than {MESSAGE_MAX} bytes")));
            }
        }
    }
}

/// Appends a line with its end, or a piece of one that is longer than any line of a mail.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    std::io::Read::take(reader, 1 << 20).read_until(b'\n', line)
}

/// The work on one message.
struct Scrub<'m> {
    visitor: &'m mut dyn Visitor,
    budget: &'m Budget,
    spools: &'m Path,
    /// Its number in the file, for what is told.
    number: u64,
}

impl Scrub<'_> {
    /// A message, or a part of one: fields, an empty line, and a body.
    fn message(&mut self, raw: &[u8], depth: usize) -> Result<Vec<u8>, Error> {
        let fields = Fields::read(raw);
        let mut out = fields.scrubbed(raw, self.visitor);
        let body = &raw[fields.end..];
        out.extend(self.body(&fields, body, depth)?);
        Ok(out)
    }

    fn body(&mut self, fields: &Fields, raw: &[u8], depth: usize) -> Result<Vec<u8>, Error> {
        if raw.is_empty() {
            return Ok(Vec::new());
        }
        if depth < DEPTH_MAX {
            if let Some(boundary) = fields.boundary() {
                return self.parts(&boundary, raw, depth);
            }
            if fields.is_message() && fields.transfer() == Transfer::Plain {
                return self.message(raw, depth + 1);
            }
        }
        match fields.transfer() {
            Transfer::Plain => {
                let scrubbed = self.entry(fields, raw)?;
                Ok(scrubbed.unwrap_or_else(|| raw.to_vec()))
            }
            Transfer::QuotedPrintable => {
                let mapped = body::quoted_printable(raw);
                if body::is_text(mapped.text()) {
                    let changes = self.visitor.changes(mapped.text());
                    return Ok(match changes.is_empty() {
                        true => raw.to_vec(),
                        false => body::folded(&mapped.apply(raw, &changes, body::spell), raw),
                    });
                }
                let scrubbed = self.entry(fields, mapped.text())?;
                Ok(scrubbed.map_or_else(|| raw.to_vec(), |content| body::spelled(&content, raw)))
            }
            Transfer::Base64 => match body::base64(raw) {
                Some(content) => {
                    let scrubbed = self.entry(fields, &content)?;
                    Ok(scrubbed.map_or_else(|| raw.to_vec(), |content| body::encoded(&content, raw)))
                }
                None => {
                    let error = Error::Damaged { format: "mail", what: "part is no base64", offset: 0 };
                    Ok(body::encoded(&self.instead(fields, raw, error)?, raw))
                }
            },
            Transfer::Other => self.instead(
                fields,
                raw,
                Error::Unsupported("a part in this encoding (Content-Transfer-Encoding)".into()),
            ),
        }
    }

    /// What stands in place of a body that cannot be read.
    fn instead(&mut self, fields: &Fields, raw: &[u8], error: Error) -> Result<Vec<u8>, Error> {
        let entry = self.told(fields, raw.len());
        super::notice::instead(self.visitor, &entry, error)
    }

    /// The parts of a body, between lines that hold the boundary.
    fn parts(&mut self, boundary: &[u8], raw: &[u8], depth: usize) -> Result<Vec<u8>, Error> {
        let mut out = Vec::with_capacity(raw.len());
        let mut at = 0;
        let mut is_part = false;
        let mut is_over = false;
        while !is_over {
            let (content, delimiter, is_last) = next_delimiter(raw, at, boundary);
            is_over = delimiter.is_empty() || is_last;
            self.budget.entry()?;
            let content = &raw[at..content];
            out.extend(match is_part {
                true => self.message(content, depth + 1)?,
                false => self.text(content),
            });
            out.extend_from_slice(&raw[at + content.len()..delimiter.end.max(at + content.len())]);
            at = delimiter.end.max(at + content.len());
            is_part = true;
        }
        out.extend(self.text(&raw[at..]));
        Ok(out)
    }

    /// Text between parts, which no reader shows.
    fn text(&mut self, raw: &[u8]) -> Vec<u8> {
        if raw.is_empty() {
            return Vec::new();
        }
        let mut mapped = super::mapped::Mapped::default();
        mapped.plain(raw, 0..raw.len());
        let changes = self.visitor.changes(raw);
        mapped.apply(raw, &changes, |text, _, out| out.extend_from_slice(text))
    }

    fn told(&self, fields: &Fields, size: usize) -> Entry {
        let name = fields.file_name().unwrap_or_default();
        let part = match name.is_empty() {
            true => "body".to_string(),
            false => String::from_utf8_lossy(&self.visitor.name(&name)).into_owned(),
        };
        Entry {
            name,
            display: format!("message {}: {part}", self.number),
            size: Some(size as u64),
            is_text: false,
            budget: self.budget.of_entry(size as u64),
        }
    }

    /// What takes the place of a content; none if it stays.
    fn entry(&mut self, fields: &Fields, content: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if content.is_empty() {
            return Ok(None);
        }
        self.budget.entry()?;
        let entry = self.told(fields, content.len());
        let mut kept = Kept::new(Spool::new(self.spools));
        let mut reader = content;
        let verdict = self.visitor.entry(&entry, &mut reader, &mut kept);
        if let Some(error) = kept.failed {
            return Err(Error::Io(error));
        }
        match verdict? {
            Verdict::Withheld(notice) => Ok(Some(notice)),
            Verdict::Scrubbed => {
                self.budget.settle(&entry.budget)?;
                let mut scrubbed = Vec::new();
                std::io::Read::read_to_end(&mut kept.inner.into_reader()?, &mut scrubbed)?;
                Ok((scrubbed != content).then_some(scrubbed))
            }
        }
    }
}

/// The next line with the boundary from `at` on: where the content before it ends, the delimiter with the line end before
/// it, and whether it is the last. An empty range if there is none.
fn next_delimiter(raw: &[u8], at: usize, boundary: &[u8]) -> (usize, Range<usize>, bool) {
    let mut from = at;
    while let Some(found) = memchr::memmem::find(&raw[from..], boundary) {
        let start = from + found;
        let behind = start + boundary.len();
        let line_end = memchr::memchr(b'\n', &raw[behind..]).map_or(raw.len(), |n| behind + n + 1);
        let rest = raw[behind..line_end].trim_ascii_end();
        let dashes = start.checked_sub(2).filter(|&dashes| dashes >= at && &raw[dashes..start] == b"--");
        let begins_line = dashes.filter(|&dashes| dashes == at || raw[dashes - 1] == b'\n');
        if let Some(dashes) = begins_line.filter(|_| matches!(rest, b"" | b"--")) {
            let mut content = dashes;
            if content > at {
                content -= 1;
                content -= usize::from(content > at && raw[content - 1] == b'\r');
            }
            return (content, content..line_end, rest == b"--");
        }
        from = behind;
    }
    (raw.len(), raw.len()..raw.len(), false)
}

#[cfg(test)]
mod tests;
