//! What a stream is, by its first line or 4 KiB.

use std::io::{self, Read};

use super::controls::controls;
use super::encoding::Encoding;

/// The most that a decision looks at, in bytes.
const LIMIT: usize = 4096;

/// The beginning of a stream that was read to decide what it is.
#[derive(Clone, Debug, Default)]
pub struct Head {
    bytes: Vec<u8>,
    decides: usize,
}

impl Head {
    /// Reads up to the first line end, 4 KiB, or the end of the stream, whichever comes first.
    ///
    /// # Errors
    /// As the reader's.
    pub fn read(reader: &mut (impl Read + ?Sized)) -> io::Result<Head> {
        let mut bytes = vec![0; LIMIT];
        let mut known = 0;
        let decides = loop {
            if let Some(newline) = memchr::memchr(b'\n', &bytes[..known]) {
                break newline + 1;
            }
            if known == LIMIT {
                break LIMIT;
            }
            match reader.read(&mut bytes[known..]) {
                Ok(0) => break known,
                Ok(n) => known += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        bytes.truncate(known);
        Ok(Head { bytes, decides })
    }

    /// The bytes that the decision may depend on.
    pub fn deciding(&self) -> &[u8] {
        &self.bytes[..self.decides]
    }

    /// Everything that was read, for the one who reads on.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Whether a stream can be scanned as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// ASCII, UTF-8, or a one-byte encoding that agrees with ASCII below 128.
    Text,
    /// Text of two or four bytes to a character.
    Wide(Encoding),
    /// Something else, and what.
    Unscannable(&'static str),
}

/// Decides what a stream is that begins with `head`.
pub fn sniff(head: &[u8]) -> Nature {
    const MAGIC: [(&[u8], &str); 21] = [
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"%PDF-", "a PDF document"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!", "a rar archive"),
        (b"\x7fELF", "an executable or a core dump"),
        (b"MZ", "an executable"),
        (b"\xca\xfe\xba\xbe", "a Java class"),
        (b"JAVA PROFILE", "a heap dump"),
        (b"FLR\0", "a flight recording"),
        (b"\xd0\xcf\x11\xe0", "an OLE2 document (.doc, .xls, .msg)"),
        (b"SQLite format 3", "an SQLite database"),
        (b"PGDMP", "a PostgreSQL custom dump"),
        (b"ElfFile\0", "a Windows event log"),
        (b"\xfe\xed\xfe\xed", "a Java keystore"),
        (b"MDMP", "a Windows memory dump"),
        (b"PAGEDU", "a Windows memory dump"),
        (b"RIFF", "a media file"),
        (b"\x1f\x9d", "a compress file"),
        (b"LZIP", "an lzip file"),
    ];
    if let Some((magic, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        // Two letters may begin a sentence; an executable has more to show.
        let is_plain = magic.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
        if !is_plain || magic.len() > 4 || head.iter().any(|&b| b == 0 || (b < 32 && !is_layout(b)) || b >= 0x80) {
            return Nature::Unscannable(what);
        }
    }
    if let Some(encoding) = Encoding::of(head) {
        return Nature::Wide(encoding);
    }
    if head.contains(&0) {
        return Nature::Unscannable("binary data");
    }
    if controls(head) * 20 > head.len() as u64 { Nature::Unscannable("binary data") } else { Nature::Text }
}

/// Controls that text has: tab, line ends, form feed, backspace, bell, escape.
#[inline]
pub(super) fn is_layout(byte: u8) -> bool {
    matches!(byte, 7..=13 | 0x1b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_decides() {
        let mut reader = &b"first line\n\0\0\0"[..];
        let head = Head::read(&mut reader).unwrap();
        assert_eq!(head.deciding(), b"first line\n");
        assert_eq!(sniff(head.deciding()), Nature::Text);
        assert_eq!(head.into_bytes(), b"first line\n\0\0\0");
    }

    #[test]
    fn wide_text_is_told_up_to_its_first_line_end() {
        for head in [&b"\xff\xfea\0b\0\n"[..], b"a\0b\0c\0d\0\n"] {
            assert_eq!(sniff(head), Nature::Wide(Encoding::Utf16Le));
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (head, what) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "a PNG image"),
            (b"%PDF-1.7\n", "a PDF document"),
            (b"\x01\x02\x03\x04binary", "binary data"),
            (b"text\0text and more of it\n", "binary data"),
        ] {
            assert_eq!(sniff(head), Nature::Unscannable(what));
        }
        for text in [
            &b""[..],
            b"MZ is a pair of letters\n",
            b"GIF89 was here\n",
            b"\x1b[31mred\x1b[0m\n",
            "gr\u{fc}n\n".as_bytes(),
            b"gr\xfcn\n",
        ] {
            assert_eq!(sniff(text), Nature::Text, "{text:?}");
        }
    }
}
