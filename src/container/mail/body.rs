//! The encodings of bodies: quoted-printable and base64 (RFC 2045, section 6).

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::super::mapped::Mapped;

/// The longest line of an encoded body.
const LINE: usize = 76;

/// Reads with and without padding, and whatever the last bits are: writers differ.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What a base64 body holds; none if it is none. Line ends and blanks do not count.
pub(in super::super) fn base64(raw: &[u8]) -> Option<Vec<u8>> {
    let packed: Vec<u8> = raw.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    LENIENT.decode(packed).ok()
}

/// A content as a base64 body like `raw`: lines of the same length with the same ends.
pub(super) fn encoded(content: &[u8], raw: &[u8]) -> Vec<u8> {
    let begin = raw.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let end = raw.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(begin, |last| last + 1);
    let body = &raw[begin..end];
    let length = body.iter().position(u8::is_ascii_whitespace).unwrap_or(0);
    let line_end: &[u8] = match memchr::memchr(b'\n', raw) {
        Some(at) if at > 0 && raw[at - 1] == b'\r' => b"\r\n",
        Some(_) => b"\n",
        None => b"\r\n",
    };
    let packed = base64::engine::general_purpose::STANDARD.encode(content).into_bytes();
    // One line stays one, unless it grew beyond what a line may hold.
    let length = if length == 0 && packed.len() > body.len().max(LINE) { LINE } else { length };
    let length = if length == 0 { packed.len().max(1) } else { length };
    let lines: Vec<&[u8]> = packed.chunks(length).collect();
    [&raw[..begin], &lines.join(line_end), &raw[end..]].concat()
}

/// The text of a quoted-printable body: `=40` is one byte, and `=` at the end of a line is none.
pub(super) fn quoted_printable(raw: &[u8]) -> Mapped {
    let mut mapped = Mapped::default();
    let mut at = 0;
    while at < raw.len() {
        let next = memchr::memchr(b'=', &raw[at..]).map_or(raw.len(), |n| at + n);
        mapped.plain(raw, at..next);
        at = next;
        if at == raw.len() {
            break;
        }
        let blanks = raw[at + 1..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        if raw.get(at + 1 + blanks) == Some(&b'\n') {
            at += blanks + 2;
            continue;
        }
        let digit = |n: usize| raw.get(at + n).and_then(|&b| char::from(b).to_digit(16));
        match (digit(1), digit(2)) {
            (Some(high), Some(low)) => {
                mapped.spelled(&[(high * 16 + low) as u8], at..at + 3);
                at += 3;
            }
            _ => {
                mapped.plain(raw, at..at + 1);
                at += 1;
            }
        }
    }
    mapped
}

/// Whether what was decoded is text of one byte to a character.
pub(super) fn is_text(content: &[u8]) -> bool {
    content.iter().take(4096).all(|&b| b >= b' ' || matches!(b, 7..=13 | 0x1b))
}

/// Writes text as quoted-printable.
pub(super) fn spell(text: &[u8], _: Option<&[u8]>, out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'=' | 0..=8 | 11 | 12 | 14..=31 | 0x7f.. => out.extend_from_slice(format!("={byte:02X}").as_bytes()),
            byte => out.push(byte),
        }
    }
}

/// A content written anew, in the line ends of `raw`.
pub(super) fn spelled(content: &[u8], raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    spell(content, None, &mut out);
    folded(&out, raw)
}

/// Breaks lines that have become too long, with the line ends of `raw`; lines that were too long before stay.
pub(super) fn folded(text: &[u8], raw: &[u8]) -> Vec<u8> {
    let is_long = |line: &&[u8]| line.trim_ascii_end().len() > LINE;
    let before: std::collections::HashSet<&[u8]> = raw.split_inclusive(|&b| b == b'\n').filter(is_long).collect();
    let soft: &[u8] = if memchr::memmem::find(raw, b"\r\n").is_some() { b"=\r\n" } else { b"=\n" };
    let mut out = Vec::with_capacity(text.len() + 16);
    for line in text.split_inclusive(|&b| b == b'\n') {
        let mut line = line;
        if !before.contains(line) {
            while is_long(&line) {
                // An escape is not cut in two.
                let cut = (LINE - 3..LINE).find(|&n| line[n] == b'=').unwrap_or(LINE - 1);
                out.extend_from_slice(&line[..cut]);
                out.extend_from_slice(soft);
                line = &line[cut..];
            }
        }
        out.extend_from_slice(line);
    }
    out
}
