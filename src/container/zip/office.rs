//! Documents that are zips: those of Office Open XML and OpenDocument, which must open afterwards as what they were.
//!
//! Text in them stands in runs, and a value may be cut by them anywhere: `<w:t>jane.</w:t>` ... `<w:t>roe@example.com</w:t>`.
//! So the runs of a paragraph are scanned as one text, and what is found is written back into the first run that it stands
//! in. What the documents say of their authors is a name by its place. The parts are then scanned as the XML that they are.
//! A part that is withheld keeps its name, since others refer to it, and is empty, or a blank picture.

use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::Path;

use super::super::mapped::Mapped;
use super::super::{Error, Visitor};
use super::directory::Record;
use crate::kind::Kind;
use crate::source::Spool;

/// About how much of a part is held at a time; it is cut behind a paragraph.
const WINDOW: usize = 8 << 20;
/// The longest paragraph.
const PARAGRAPH_MAX: usize = 64 << 20;

/// Elements whose text runs are one text.
const PARAGRAPHS: [&[u8]; 5] = [b"p", b"h", b"si", b"is", b"text"];
/// Elements in a paragraph whose text is none of it: what was deleted or moved away, and notes.
const ASIDES: [&[u8]; 4] = [b"del", b"moveFrom", b"annotation", b"note"];
/// Elements that end a stretch of a part.
const ENDS: [&[u8]; 7] = [b"</w:p>", b"</a:p>", b"</si>", b"</row>", b"</text:p>", b"</text:h>", b"</comment>"];
/// Elements that stand for white space.
const BLANKS: [&[u8]; 6] = [b"tab", b"br", b"cr", b"s", b"line-break", b"noBreakHyphen"];
/// Elements whose text is a person's name.
const PERSONS: [&[u8]; 6] = [b"creator", b"lastModifiedBy", b"initial-creator", b"printed-by", b"Manager", b"author"];
/// Attributes whose value is one, or a login name.
const PERSON_ATTRIBUTES: [&[u8]; 4] = [b"author", b"initials", b"displayName", b"userId"];

/// Whether an archive with these entries is such a document.
pub(super) fn is_document(records: &[Record]) -> bool {
    let is_open_document = records.first().is_some_and(|first| first.name == b"mimetype");
    is_open_document || records.iter().any(|record| record.name == b"[Content_Types].xml")
}

/// Whether an entry of a document is a part with text.
pub(super) fn is_part(name: &[u8]) -> bool {
    let is_xml = [&b".xml"[..], b".vml"].iter().any(|ending| name.ends_with(ending));
    is_xml && name != b"[Content_Types].xml" && !name.starts_with(b"META-INF/")
}

/// What takes the place of a part that is withheld.
pub(super) fn blank(name: &[u8]) -> io::Result<Vec<u8>> {
    let ending = name.rsplit(|&b| b == b'.').next().unwrap_or_default().to_ascii_lowercase();
    let is_picture = [&b"png"[..], b"jpg", b"jpeg", b"gif", b"bmp", b"tif", b"tiff"].contains(&&ending[..]);
    if !is_picture {
        return Ok(Vec::new());
    }
    // Readers tell pictures by their content, so that one sort serves for all: one grey pixel (PNG, section 5).
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8], data: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(name);
        crc.update(data);
        png.extend((data.len() as u32).to_be_bytes());
        png.extend_from_slice(name);
        png.extend_from_slice(data);
        png.extend(crc.sum().to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    let mut pixels = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    pixels.write_all(&[0, 0x80])?;
    chunk(b"IDAT", &pixels.finish()?);
    chunk(b"IEND", b"");
    Ok(png)
}

/// Reads a part and gives it with what its runs and properties hold replaced.
pub(super) fn joined(reader: &mut dyn Read, visitor: &mut dyn Visitor, spools: &Path) -> Result<Spool, Error> {
    let mut spool = Spool::new(spools);
    let mut held = Vec::new();
    loop {
        let wanted = WINDOW.max(2 * held.len()) - held.len();
        let read = reader.take(wanted as u64).read_to_end(&mut held)?;
        let is_over = read < wanted;
        let end = match is_over {
            true => held.len(),
            false => {
                ENDS.iter().filter_map(|end| Some(memchr::memmem::rfind(&held, end)? + end.len())).max().unwrap_or(0)
            }
        };
        if end == 0 && held.len() > PARAGRAPH_MAX {
            return Err(Error::Unsupported(format!("a paragraph of more than {PARAGRAPH_MAX} bytes")));
        }
        spool.write_all(&scrubbed(&held[..end], visitor))?;
        held.drain(..end);
        if is_over {
            return Ok(spool);
        }
    }
}

/// A stretch of a part, scrubbed.
fn scrubbed(xml: &[u8], visitor: &mut dyn Visitor) -> Vec<u8> {
    let stated = stated(xml, visitor);
    let mut xml = stated.unwrap_or_else(|| xml.to_vec());
    for asides in [false, true] {
        let mapped = paragraphs(&xml, asides);
        let changes = visitor.changes(mapped.text());
        if !changes.is_empty() {
            xml = mapped.apply(&xml, &changes, |text, _, out| escape(text, out));
        }
    }
    xml
}

/// Replaces what is a name or a number by its place; none if nothing is.
fn stated(xml: &[u8], visitor: &mut dyn Visitor) -> Option<Vec<u8>> {
    let mut edits: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
    // The element that was opened last, the end of its tag, and whether it is a cell with a number in it.
    let mut opened: (&[u8], usize, bool) = (b"", 0, false);
    let mut cell = None;
    for token in Tokens::new(xml) {
        match token {
            Token::Open { name, range, is_empty } => {
                for (attribute, value) in attributes(xml, range.clone()) {
                    let is_person =
                        PERSON_ATTRIBUTES.contains(&attribute) || (name == b"cmAuthor" && attribute == b"name");
                    if is_person && !value.is_empty() {
                        replace(xml, value, Kind::Name, visitor, &mut edits);
                    }
                }
                if name == b"c" {
                    let sort = attributes(xml, range.clone()).find(|(attribute, _)| *attribute == b"t");
                    cell = match sort {
                        None => Some((name_end(xml, &range)..name_end(xml, &range), &b" t=\"str\""[..])),
                        Some((_, value)) if &xml[value.clone()] == b"n" => Some((value, b"str")),
                        Some(_) => None,
                    };
                }
                opened = (name, range.end, !is_empty);
            }
            Token::Close { name } => {
                if name == b"c" {
                    cell = None;
                }
                opened = (b"", 0, false);
            }
            Token::Text(range) if opened.2 && range.start == opened.1 => match (opened.0, &cell) {
                (name, _) if PERSONS.contains(&name) => replace(xml, range, Kind::Name, visitor, &mut edits),
                (b"Company", _) => replace(xml, range, Kind::License, visitor, &mut edits),
                (b"v", Some((sort, text))) => {
                    // What is found in a number is no number any more: the cell becomes one of text.
                    let changes = visitor.changes(&xml[range.clone()]);
                    if !changes.is_empty() {
                        let mut value = xml[range.clone()].to_vec();
                        for change in changes.iter().rev() {
                            value.splice(change.range.clone(), change.with.iter().copied());
                        }
                        edits.push((sort.clone(), text.to_vec()));
                        edits.push((range, value));
                    }
                }
                _ => {}
            },
            Token::Text(_) => {}
        }
    }
    if edits.is_empty() {
        return None;
    }
    let mut out = Vec::with_capacity(xml.len() + 64);
    let mut at = 0;
    for (range, with) in edits {
        out.extend_from_slice(&xml[at..range.start]);
        out.extend_from_slice(&with);
        at = range.end;
    }
    out.extend_from_slice(&xml[at..]);
    Some(out)
}

fn replace(
    xml: &[u8],
    range: Range<usize>,
    kind: Kind,
    visitor: &mut dyn Visitor,
    edits: &mut Vec<(Range<usize>, Vec<u8>)>,
) {
    let mut mapped = Mapped::default();
    text(xml, range.clone(), &mut mapped);
    if let Some(with) = visitor.value(kind, mapped.text()) {
        let mut escaped = Vec::new();
        escape(&with, &mut escaped);
        edits.push((range, escaped));
    }
}

/// The text of all paragraphs, each in a line of its own; or of what stands aside in them.
fn paragraphs(xml: &[u8], asides: bool) -> Mapped {
    let mut mapped = Mapped::default();
    let mut depth = 0_usize;
    let mut aside = 0_usize;
    for token in Tokens::new(xml) {
        match &token {
            Token::Open { name, is_empty: false, .. } if ASIDES.contains(name) => {
                aside += 1;
                if asides {
                    mapped.between(b"\n");
                }
            }
            Token::Close { name } if ASIDES.contains(name) => aside = aside.saturating_sub(1),
            _ => {}
        }
        let is_shown = (aside > 0) == asides;
        let between: &[u8] = match token {
            Token::Open { name, is_empty, .. } if PARAGRAPHS.contains(&name) => {
                depth += usize::from(!is_empty);
                b"\n"
            }
            Token::Close { name } if PARAGRAPHS.contains(&name) => {
                depth = depth.saturating_sub(1);
                b"\n"
            }
            Token::Open { name: b"instrText", .. } | Token::Close { name: b"instrText" } => b"\n",
            Token::Open { name, is_empty: true, .. } if BLANKS.contains(&name) => b" ",
            Token::Open { .. } | Token::Close { .. } => b"",
            // White space with a line end is the layout of the file.
            Token::Text(range) => {
                let is_layout =
                    xml[range.clone()].iter().all(u8::is_ascii_whitespace) && xml[range.clone()].contains(&b'\n');
                if is_shown && depth > 0 && !is_layout {
                    text(xml, range, &mut mapped);
                }
                b""
            }
        };
        if is_shown {
            mapped.between(between);
        }
    }
    mapped
}

/// Appends text with its references resolved.
fn text(xml: &[u8], range: Range<usize>, mapped: &mut Mapped) {
    let mut at = range.start;
    while at < range.end {
        let next = memchr::memchr(b'&', &xml[at..range.end]).map_or(range.end, |n| at + n);
        mapped.plain(xml, at..next);
        at = next;
        if at == range.end {
            break;
        }
        let end = memchr::memchr(b';', &xml[at..range.end.min(at + 12)]).map(|n| at + n + 1);
        match end.and_then(|end| Some((end, reference(&xml[at + 1..end - 1])?))) {
            Some((end, character)) => {
                mapped.spelled(character.encode_utf8(&mut [0; 4]).as_bytes(), at..end);
                at = end;
            }
            None => {
                mapped.plain(xml, at..at + 1);
                at += 1;
            }
        }
    }
}

/// What a reference between `&` and `;` stands for.
fn reference(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

/// Writes text as XML. Line ends go: those between paragraphs are not ours to add.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\n' | b'\r' => {}
            byte => out.push(byte),
        }
    }
}

/// What XML is made of, as far as that matters here. Names come without their prefix.
enum Token<'x> {
    Open { name: &'x [u8], range: Range<usize>, is_empty: bool },
    Close { name: &'x [u8] },
    Text(Range<usize>),
}

struct Tokens<'x> {
    xml: &'x [u8],
    at: usize,
}

impl<'x> Tokens<'x> {
    fn new(xml: &'x [u8]) -> Tokens<'x> {
        Tokens { xml, at: 0 }
    }
}

impl<'x> Iterator for Tokens<'x> {
    type Item = Token<'x>;

    fn next(&mut self) -> Option<Token<'x>> {
        loop {
            let start = self.at;
            let rest = self.xml.get(start..).filter(|rest| !rest.is_empty())?;
            if rest[0] != b'<' {
                self.at = memchr::memchr(b'<', rest).map_or(self.xml.len(), |n| start + n);
                return Some(Token::Text(start..self.at));
            }
            let behind =
                |mark: &[u8]| memchr::memmem::find(rest, mark).map_or(self.xml.len(), |n| start + n + mark.len());
            if rest.starts_with(b"<![CDATA[") {
                self.at = behind(b"]]>");
                // Its text cannot be spelled in references, and is scanned as it stands.
                continue;
            }
            if rest.starts_with(b"<!--") {
                self.at = behind(b"-->");
                continue;
            }
            self.at = tag_end(self.xml, start);
            let range = start..self.at;
            if matches!(rest.get(1), Some(b'?' | b'!')) {
                continue;
            }
            let is_close = rest.get(1) == Some(&b'/');
            let from = start + 1 + usize::from(is_close);
            let name = &self.xml[from.min(self.at)..name_end(self.xml, &range)];
            let name = name.rsplit(|&b| b == b':').next().unwrap_or(name);
            return Some(match is_close {
                true => Token::Close { name },
                false => Token::Open { name, is_empty: self.xml[..self.at].ends_with(b"/>"), range },
            });
        }
    }
}

/// The index behind the tag that begins at `start`; a `>` in an attribute does not end it.
fn tag_end(xml: &[u8], start: usize) -> usize {
    let mut quote = None;
    for (n, &byte) in xml[start..].iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'>') => return start + n + 1,
            _ => {}
        }
    }
    xml.len()
}

/// Where the name of a tag ends.
fn name_end(xml: &[u8], tag: &Range<usize>) -> usize {
    let from = tag.start + 1 + usize::from(xml.get(tag.start + 1) == Some(&b'/'));
    let is_end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'=');
    xml[from.min(tag.end)..tag.end].iter().position(is_end).map_or(tag.end, |n| from + n)
}

/// The attributes of a tag, names without prefix, and where their values stand.
fn attributes(xml: &[u8], tag: Range<usize>) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let mut at = name_end(xml, &tag);
    std::iter::from_fn(move || {
        let equals = memchr::memchr(b'=', &xml[at..tag.end]).map(|n| at + n)?;
        let name = xml[at..equals].trim_ascii();
        let name = name.rsplit(|&b| b == b':').next().unwrap_or(name);
        let open = (equals + 1..tag.end).find(|&n| !xml[n].is_ascii_whitespace())?;
        let quote = xml[open];
        if !matches!(quote, b'"' | b'\'') {
            return None;
        }
        let close = memchr::memchr(quote, &xml[open + 1..tag.end]).map(|n| open + 1 + n)?;
        at = close + 1;
        Some((name, open + 1..close))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::Upper;
    use super::*;

    fn upper(xml: &str) -> String {
        String::from_utf8(scrubbed(xml.as_bytes(), &mut Upper::default())).unwrap()
    }

    #[test]
    fn text_of_paragraphs_changes_and_tags_do_not() {
        let xml = "<?xml version=\"1.0\"?><w:p w:x=\"a>b\"><w:r><w:t xml:space=\"preserve\">a&amp;b </w:t></w:r><w:tab/>\
                   <w:r><w:t>c &#64; d</w:t></w:r></w:p>\n<other>text</other><!-- <w:p>note</w:p> -->";
        let expected = xml.replace(">a&amp;b <", ">A&amp;B <").replace(">c &#64; d<", ">C &#64; D<");
        assert_eq!(upper(xml), expected);
    }

    #[test]
    fn what_stands_aside_cuts_no_value() {
        let xml = "<w:p>ab<w:del><w:delText>x</w:delText></w:del>cd<w:del/></w:p><text:p>ef<office:annotation><dc:date>1</dc:date>\
                   <text:p>y</text:p></office:annotation>gh</text:p>";
        assert_eq!(paragraphs(xml.as_bytes(), false).text(), b"\nabcd\n\nefgh\n");
        assert_eq!(paragraphs(xml.as_bytes(), true).text(), b"\nx\n1\ny\n");
        assert_eq!(
            upper(xml),
            xml.replace(">ab", ">ABCD")
                .replace(">x", ">X")
                .replace(">cd", ">")
                .replace(">ef", ">EFGH")
                .replace(">y", ">Y")
                .replace(">gh", ">")
        );
    }

    #[test]
    fn what_is_stated_of_persons_goes_by_its_place() {
        let xml = "<dc:creator>jane &amp; joe</dc:creator><w:ins w:id=\"1\" w:author='jane' w:date=\"x\"/><Company>acme</Company>";
        let expected = "<dc:creator>name JANE &amp; JOE</dc:creator><w:ins w:id=\"1\" w:author='name JANE' w:date=\"x\"/>\
                        <Company>license ACME</Company>";
        assert_eq!(upper(xml), expected);
    }

    #[test]
    fn a_number_that_changes_becomes_text() {
        let changed = upper(
            "<row><c r=\"A1\" s=\"2\"><v>1e5</v></c><c t=\"s\"><v>4</v></c><c r=\"A2\"><v>17</v></c><c t=\"n\"><v>x</v></c></row>",
        );
        assert_eq!(
            changed,
            "<row><c t=\"str\" r=\"A1\" s=\"2\"><v>1E5</v></c><c t=\"s\"><v>4</v></c><c r=\"A2\"><v>17</v></c><c t=\"str\"><v>X</v></c></row>"
        );
    }

    #[test]
    fn anything_is_read_to_its_end() {
        for xml in [
            "<",
            "<a",
            "<a b",
            "<a b=",
            "<a b=\"",
            "<![CDATA[",
            "<!--",
            "&",
            "<w:p>&#;&#x110000;&;",
            "</",
            "</>",
            "<:>",
        ] {
            let _ = upper(xml);
            let _ = upper(&format!("<w:p>text{xml}"));
        }
    }

    #[test]
    fn a_blank_picture_is_one() {
        assert!(blank(b"word/media/image1.JPEG").unwrap().starts_with(b"\x89PNG"));
        assert!(blank(b"word/embeddings/ole.bin").unwrap().is_empty());
    }
}
