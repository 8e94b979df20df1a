//! The fields of a message: folded over lines, with words in other encodings (RFC 5322, RFC 2047).

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::entry::{Change, Visitor};
use super::super::mapped::Mapped;
use super::body;
use crate::kind::Kind;

/// Fields that a mail begins with.
const KNOWN: [&[u8]; 19] = [
    b"return-path",
    b"received",
    b"delivered-to",
    b"x-original-to",
    b"message-id",
    b"mime-version",
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"reply-to",
    b"sender",
    b"content-type",
    b"content-transfer-encoding",
    b"dkim-signature",
    b"arc-seal",
    b"authentication-results",
    b"received-spf",
];
/// Fields of addresses, with names beside them.
const ADDRESSES: [&[u8]; 7] = [b"from", b"to", b"cc", b"bcc", b"reply-to", b"sender", b"resent-from"];
/// Fields of identifiers, of which the part behind the `@` is a host.
const IDENTIFIERS: [&[u8]; 4] = [b"message-id", b"in-reply-to", b"references", b"content-id"];
/// Words of a trace field before a host.
const BEFORE_HOSTS: [&[u8]; 3] = [b"from", b"by", b"helo"];

/// What a stream that begins so is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    Mail,
    /// What came so far fits, and is too little.
    Perhaps,
    Other,
}

/// Tells a mail by its first two known fields, with nothing but fields before them.
pub(super) fn begins(head: &[u8]) -> Begins {
    const WANTED: usize = 2;
    let mut known = 0;
    let mut rest = head;
    let mut is_first = true;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let line = &rest[..=end];
        rest = &rest[end + 1..];
        let is_folded = matches!(line[0], b' ' | b'\t') && line.len() > 2;
        if is_first && is_from_line(line) {
            // The envelope of a mailbox says as much as a field.
            known += 1;
        } else if is_first || !is_folded {
            let Some(name) = name(line) else { return Begins::Other };
            known += usize::from(KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)));
            if is_first && known == 0 {
                return Begins::Other;
            }
        }
        if known >= WANTED {
            return Begins::Mail;
        }
        is_first = false;
    }
    if is_first { Begins::Other } else { Begins::Perhaps }
}

/// Whether this is the line before a message in a mailbox: `From jane@example.com Fri May  1 10:14:02 2026`.
pub(super) fn is_from_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let has_time = rest.windows(6).any(|w| {
        matches!(w, [a, b':', b, c, d, e] if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit()
            && (*d == b':' || *d == b' ') && (e.is_ascii_digit() || e.is_ascii_uppercase()))
    });
    has_time && rest.len() < 512
}

/// The name of the field that begins in this line.
fn name(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', line).filter(|&colon| colon > 0 && colon < 77)?;
    let is_name = line[..colon].iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let is_field = matches!(line.get(colon + 1), Some(b' ' | b'\t' | b'\r' | b'\n') | None);
    (is_name && is_field).then(|| &line[..colon])
}

/// How the body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    Plain,
    QuotedPrintable,
    Base64,
    /// In a way that is not known here: `x-uuencode`.
    Other,
}

/// The fields at the beginning of a message.
pub(super) struct Fields {
    /// The fields and other lines, with their line ends.
    lines: Vec<Range<usize>>,
    /// Names in lower case and values without folds.
    values: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the body begins, behind the empty line.
    pub(super) end: usize,
}

impl Fields {
    pub(super) fn read(raw: &[u8]) -> Fields {
        let mut fields = Fields { lines: Vec::new(), values: Vec::new(), end: raw.len() };
        let mut at = 0;
        while at < raw.len() {
            let end = memchr::memchr(b'\n', &raw[at..]).map_or(raw.len(), |n| at + n + 1);
            let line = &raw[at..end];
            if matches!(line, b"\n" | b"\r\n") {
                fields.end = end;
                break;
            }
            match fields.lines.last_mut().filter(|_| matches!(line[0], b' ' | b'\t')) {
                Some(last) => last.end = end,
                None if name(line).is_some() || line.starts_with(b"From ") || line.starts_with(b">From ") => {
                    fields.lines.push(at..end);
                }
                // Without an empty line the body begins at once.
                None => {
                    fields.end = at;
                    break;
                }
            }
            at = end;
        }
        for line in &fields.lines {
            let line = &raw[line.clone()];
            let Some(name) = name(line) else { continue };
            let value = line[name.len() + 1..].iter().filter(|b| !matches!(b, b'\r' | b'\n')).copied().collect();
            fields.values.push((name.to_ascii_lowercase(), value));
        }
        fields
    }

    fn value(&self, name: &[u8]) -> Option<&[u8]> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim_ascii())
    }

    pub(super) fn transfer(&self) -> Transfer {
        let value = self.value(b"content-transfer-encoding").unwrap_or_default();
        // Mailers put quotes round it and comments behind it.
        let end = value.iter().position(|b| matches!(b, b';' | b'(')).unwrap_or(value.len());
        let is_told = |b: &u8| !matches!(b, b'"' | b'\'' | b' ' | b'\t');
        let told: Vec<u8> = value[..end].iter().copied().filter(is_told).collect();
        match &told.to_ascii_lowercase()[..] {
            b"base64" => Transfer::Base64,
            b"quoted-printable" => Transfer::QuotedPrintable,
            b"" | b"7bit" | b"8bit" | b"7-bit" | b"8-bit" | b"binary" => Transfer::Plain,
            _ => Transfer::Other,
        }
    }

    fn is_type(&self, wanted: &[u8]) -> bool {
        let value = self.value(b"content-type").unwrap_or_default();
        value.get(..wanted.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(wanted))
    }

    pub(super) fn is_message(&self) -> bool {
        self.is_type(b"message/rfc822") || self.is_type(b"message/global") || self.is_type(b"text/rfc822-headers")
    }

    pub(super) fn boundary(&self) -> Option<Vec<u8>> {
        let value = self.value(b"content-type").filter(|_| self.is_type(b"multipart/"))?;
        parameter(value, b"boundary").filter(|boundary| !boundary.is_empty()).map(|range| value[range].to_vec())
    }

    /// The name of an attachment.
    pub(super) fn file_name(&self) -> Option<Vec<u8>> {
        let of = |field: &[u8], name: &[u8]| {
            self.value(field).and_then(|value| parameter(value, name).map(|range| value[range].to_vec()))
        };
        of(b"content-disposition", b"filename").or_else(|| of(b"content-type", b"name"))
    }

    /// The fields and the empty line behind them, scrubbed.
    pub(super) fn scrubbed(&self, raw: &[u8], visitor: &mut dyn Visitor) -> Vec<u8> {
        let mut mapped = Mapped::default();
        let mut stated = Vec::new();
        for line in &self.lines {
            let from = mapped.text().len();
            unfold(raw, line.clone(), &mut mapped);
            state(&mapped, from, &mut stated);
            mapped.between(b"\n");
        }
        stated.sort_by_key(|(range, _): &(Range<usize>, Stated)| range.start);
        let changes = joined(mapped.text(), stated, visitor);
        match changes.is_empty() {
            true => raw[..self.end].to_vec(),
            false => mapped.apply(&raw[..self.end], &changes, spell),
        }
    }
}

/// What a place in a field says of what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stated {
    Value(Kind),
    /// The name of a file.
    FileName,
}

/// What changes in the fields: what is found in them, and what is stated where nothing was found. A file's name is scrubbed
/// as the names of entries are, as a whole.
fn joined(text: &[u8], stated: Vec<(Range<usize>, Stated)>, visitor: &mut dyn Visitor) -> Vec<Change> {
    let mut found = visitor.changes(text).into_iter().peekable();
    let mut changes: Vec<Change> = Vec::new();
    for (range, stated) in stated {
        changes.extend(std::iter::from_fn(|| found.next_if(|change| change.range.end <= range.start)));
        let is_within = |change: &Change| range.start <= change.range.start && change.range.end <= range.end;
        let within: Vec<Change> = match stated {
            Stated::Value(_) => Vec::new(),
            Stated::FileName => std::iter::from_fn(|| found.next_if(is_within)).collect(),
        };
        let is_free = changes.last().is_none_or(|change| change.range.end <= range.start)
            && found.peek().is_none_or(|change| range.end <= change.range.start);
        let with = is_free.then(|| match stated {
            Stated::Value(kind) => visitor.value(kind, &text[range.clone()]),
            Stated::FileName => Some(visitor.name(&text[range.clone()])).filter(|name| *name != text[range.clone()]),
        });
        match with.flatten() {
            Some(with) => changes.push(Change { range, with }),
            None => changes.extend(within),
        }
    }
    changes.extend(found);
    changes
}

/// The length of what stands between two parts of one file name (`"; filename*1="`, RFC 2231), if it stands here.
fn continuation(text: &[u8]) -> Option<usize> {
    let behind = |text: &[u8], is_it: fn(&u8) -> bool| text.iter().take_while(|b| is_it(b)).count();
    let mut at = usize::from(text.first() == Some(&b'"'));
    at += behind(&text[at..], |b| matches!(b, b' ' | b'\t'));
    if text.get(at) != Some(&b';') {
        return None;
    }
    at += 1;
    at += behind(&text[at..], |b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
    let name = [&b"filename*"[..], b"name*"];
    let name = name.iter().find(|name| text[at..].get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name)))?;
    at += name.len();
    let digits = behind(&text[at..], u8::is_ascii_digit);
    if digits == 0 || text[at..at + digits] == *b"0" {
        return None;
    }
    at += digits;
    at += usize::from(text.get(at) == Some(&b'*'));
    if text.get(at) != Some(&b'=') {
        return None;
    }
    at += 1;
    Some(at + usize::from(text.get(at) == Some(&b'"')))
}

/// Appends a field: folds are blanks, encoded words what they say, and a file name in parts is one.
fn unfold(raw: &[u8], line: Range<usize>, mapped: &mut Mapped) {
    let mut at = line.start;
    let mut was_word = false;
    let has_names = name(&raw[line.clone()]).is_some_and(|name| {
        [&b"content-type"[..], b"content-disposition"].iter().any(|known| known.eq_ignore_ascii_case(name))
    });
    let goes_on = |text: &[u8]| match text.first() {
        Some(b'"' | b';') if has_names => continuation(text),
        _ => None,
    };
    while at < line.end {
        let rest = &raw[at..line.end];
        if let Some(length) = goes_on(rest) {
            at += length;
            was_word = false;
            continue;
        }
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count();
        if blanks > 0 {
            let next = &rest[blanks..];
            // White space between encoded words is none.
            let is_between = was_word && word(next).is_some();
            let has_fold = rest[..blanks].contains(&b'\n');
            match (is_between, has_fold) {
                (true, _) => {}
                (false, false) => mapped.plain(raw, at..at + blanks),
                (false, true) if next.is_empty() => {}
                (false, true) => mapped.between(b" "),
            }
            at += blanks;
            continue;
        }
        if let Some((length, text)) = word(rest) {
            mapped.spelled(&text, at..at + length);
            at += length;
            was_word = true;
            continue;
        }
        let is_end = |n: &usize| {
            matches!(rest[*n], b' ' | b'\t' | b'\r' | b'\n')
                || rest[*n..].starts_with(b"=?")
                || goes_on(&rest[*n..]).is_some()
        };
        let length = (1..rest.len()).find(is_end).unwrap_or(rest.len());
        mapped.plain(raw, at..at + length);
        at += length;
        was_word = false;
    }
}

/// The encoded word that stands here: its length, and its bytes in its charset, which must agree with ASCII.
fn word(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let (charset, encoding, content) = parts(text)?;
    let length = 2 + charset.len() + 3 + content.len() + 2;
    let is_wide =
        charset.to_ascii_lowercase().starts_with(b"utf-16") || charset.to_ascii_lowercase().starts_with(b"utf-32");
    let decoded = match encoding.to_ascii_lowercase() {
        b'b' => STANDARD.decode(content).ok().or_else(|| body::base64(content))?,
        b'q' => {
            let blanks: Vec<u8> = content.iter().map(|&b| if b == b'_' { b' ' } else { b }).collect();
            body::quoted_printable(&blanks).text().to_vec()
        }
        _ => return None,
    };
    (!is_wide).then_some((length, decoded))
}

/// The charset, the encoding and the content of `=?charset?encoding?content?=`.
fn parts(text: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let rest = text.strip_prefix(b"=?")?;
    let rest = &rest[..rest.len().min(1024)];
    let charset = memchr::memchr(b'?', rest)?;
    let is_marked = rest.get(charset + 2) == Some(&b'?');
    let encoding = *rest.get(charset + 1).filter(|_| is_marked)?;
    let content = rest.get(charset + 3..)?;
    let end = memchr::memmem::find(content, b"?=")?;
    let is_word = !content[..end].iter().any(u8::is_ascii_whitespace);
    is_word.then(|| (&rest[..charset], encoding, &content[..end]))
}

/// Writes a replacement: as it is, or as a word in the charset of the one that it replaces.
fn spell(text: &[u8], word: Option<&[u8]>, out: &mut Vec<u8>) {
    let text: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    match word.and_then(parts) {
        Some((charset, _, _)) if !text.is_empty() => {
            out.extend_from_slice(&[b"=?", charset, b"?B?", STANDARD.encode(&text).as_bytes(), b"?="].concat());
        }
        _ => out.extend_from_slice(&text),
    }
}

/// What a field says by itself: hosts on the way, names beside addresses. `field` begins at `from`.
fn state(mapped: &Mapped, from: usize, stated: &mut Vec<(Range<usize>, Stated)>) {
    let text = mapped.text();
    let Some(name) = name(&text[from..]) else { return };
    let is = |names: &[&[u8]]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let value = from + name.len() + 1..text.len();
    if is(&[b"received", b"x-received"]) {
        let mut is_host = false;
        let mut at = value.start;
        for token in text[value].split(|b| matches!(b, b' ' | b'(' | b')' | b'=' | b';' | b'\t')) {
            let host = token.len() - token.iter().rev().take_while(|b| matches!(b, b'.' | b',')).count();
            if is_host && token[..host].contains(&b'.') && token.iter().any(u8::is_ascii_alphabetic) && token[0] != b'['
            {
                stated.push((at..at + host, Stated::Value(Kind::Host)));
            }
            // A name that the address resolves to stands in brackets behind the name that was said.
            let goes_on = is_host && (token.is_empty() || token[..host].contains(&b'.'));
            is_host = goes_on || BEFORE_HOSTS.iter().any(|word| word.eq_ignore_ascii_case(token));
            at += token.len() + 1;
        }
    } else if is(&IDENTIFIERS) {
        for at in memchr::memchr_iter(b'@', &text[value.clone()]).map(|n| value.start + n + 1) {
            let end = text[at..].iter().position(|b| matches!(b, b'>' | b' ' | b',')).map_or(text.len(), |n| at + n);
            if end > at {
                stated.push((at..end, Stated::Value(Kind::Host)));
            }
        }
    } else if is(&[b"content-type", b"content-disposition"]) {
        for name in [&b"name"[..], b"filename", b"name*0", b"filename*0"] {
            if let Some(range) = parameter(&text[value.clone()], name) {
                stated.push((value.start + range.start..value.start + range.end, Stated::FileName));
            }
        }
    } else if is(&ADDRESSES) {
        let mut start = value.start;
        let mut is_quoted = false;
        for at in value.clone() {
            match text[at] {
                b'"' if !mapped.is_spelled(at) => is_quoted = !is_quoted,
                // What an encoded word says has no meaning for the field (RFC 2047, section 6.2).
                _ if is_quoted || mapped.is_spelled(at) => {}
                b'<' => {
                    let named = &text[start..at];
                    let begin = named.iter().position(|b| !matches!(b, b' ' | b'"' | b'\''));
                    let end = named.iter().rposition(|b| !matches!(b, b' ' | b'"' | b'\''));
                    if let (Some(begin), Some(end)) = (begin, end) {
                        stated.push((start + begin..start + end + 1, Stated::Value(Kind::Name)));
                    }
                }
                b',' | b'>' | b':' => start = at + 1,
                _ => {}
            }
        }
    }
}

/// Where the value of a parameter of a field stands, without its quotes.
fn parameter(value: &[u8], name: &[u8]) -> Option<Range<usize>> {
    let mut rest = value;
    while let Some(at) = memchr::memchr(b';', rest) {
        rest = rest[at + 1..].trim_ascii_start();
        let equals = memchr::memchr(b'=', rest)?;
        let is_it = rest[..equals].trim_ascii().eq_ignore_ascii_case(name);
        let content = rest[equals + 1..].trim_ascii_start();
        if !is_it {
            continue;
        }
        let start = value.len() - content.len();
        return Some(match content.strip_prefix(b"\"") {
            Some(quoted) => {
                // Of a value in parts, the last may have no quotes, though the first has.
                let is_end = |b: &u8| *b == b'"' || *b == b';' && name.ends_with(b"*0");
                start + 1..start + 1 + quoted.iter().position(is_end).unwrap_or(quoted.len())
            }
            None => {
                let is_end = |b: &u8| b.is_ascii_whitespace() || *b == b';';
                start..start + content.iter().position(is_end).unwrap_or(content.len())
            }
        });
    }
    None
}
