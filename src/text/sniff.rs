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
    /// Reads up to the first line end, 4 KiB, or the end of the stream, whichever comes first; and then on up to
    /// [`Head::ENOUGH`], as long as `may_go_on` says so: because more is there already, or because what came must be
    /// something that shows further on.
    ///
    /// # Errors
    /// As the reader's.
    pub fn read<R: Read + ?Sized>(
        reader: &mut R,
        mut may_go_on: impl FnMut(&mut R, &[u8]) -> bool,
    ) -> io::Result<Head> {
        let mut bytes = vec![0; LIMIT];
        let mut known = 0;
        let mut decides = None;
        while known < LIMIT {
            decides = decides.or_else(|| memchr::memchr(b'\n', &bytes[..known]).map(|newline| newline + 1));
            if decides.is_some() && (known >= Head::ENOUGH || !may_go_on(reader, &bytes[..known])) {
                break;
            }
            match reader.read(&mut bytes[known..]) {
                Ok(0) => break,
                Ok(n) => known += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let decides = decides.or_else(|| memchr::memchr(b'\n', &bytes[..known]).map(|newline| newline + 1));
        bytes.truncate(known);
        Ok(Head { decides: decides.unwrap_or(known), bytes })
    }

    /// As far as containers show what they are, in bytes.
    pub const ENOUGH: usize = 512;

    /// Everything that was read, by which a container is told.
    pub fn known(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes that decide how text is read.
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
    /// Something else.
    Unscannable(Matter),
}

/// Something that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matter {
    /// What it is, with its article.
    pub what: &'static str,
    /// Whether strings stand in it as they are. Where everything is compressed, encrypted or drawn, nothing can be masked.
    pub shows_strings: bool,
}

impl Matter {
    const fn strings(what: &'static str) -> Matter {
        Matter { what, shows_strings: true }
    }

    const fn opaque(what: &'static str) -> Matter {
        Matter { what, shows_strings: false }
    }
}

/// Where a magic number stands, the number, and what begins so.
const MAGIC: [(usize, &[u8], Matter); 47] = [
    (0, b"\x89PNG", Matter::opaque("a PNG image")),
    (0, b"\xff\xd8\xff", Matter::opaque("a JPEG image")),
    (0, b"GIF8", Matter::opaque("a GIF image")),
    (0, b"II*\0", Matter::opaque("a TIFF image")),
    (0, b"MM\0*", Matter::opaque("a TIFF image")),
    (0, b"\0\0\x01\0", Matter::opaque("an icon")),
    (4, b"ftyp", Matter::opaque("an image or a film")),
    (0, b"RIFF", Matter::opaque("an image, a film or a sound")),
    (0, b"OggS", Matter::opaque("a film or a sound")),
    (0, b"\x1aE\xdf\xa3", Matter::opaque("a film")),
    (0, b"%PDF-", Matter::opaque("a PDF document")),
    (0, b"Rar!", Matter::opaque("a rar archive")),
    (0, b"MSCF", Matter::opaque("a cabinet archive")),
    (0, b"!<arch>\n", Matter::opaque("an archive of ar")),
    (0, b"\x1f\x9d", Matter::opaque("a compress file")),
    (0, b"LZIP", Matter::opaque("an lzip file")),
    (0, b"\x04\x22\x4d\x18", Matter::opaque("an lz4 file")),
    (0, b"PAR1", Matter::opaque("a Parquet file")),
    (0, b"ORC", Matter::opaque("an ORC file")),
    (0, b"\xed\xab\xee\xdb", Matter::opaque("an RPM package")),
    (0, b"\xfe\xed\xfe\xed", Matter::opaque("a Java keystore")),
    (0, b"\xce\xce\xce\xce", Matter::opaque("a Java keystore")),
    (0, b"Salted__", Matter::opaque("an encrypted file")),
    (0, b"age-encryption.org/v1", Matter::opaque("an encrypted file")),
    (0, b"LUKS\xba\xbe", Matter::opaque("an encrypted disk")),
    (0, b"\x03\xd9\xa2\x9a", Matter::opaque("a KeePass database")),
    (0, b"\x7fELF", Matter::strings("an executable or a core dump")),
    (0, b"MZ", Matter::strings("an executable")),
    (0, b"\xca\xfe\xba\xbe", Matter::strings("a Java class")),
    (0, b"\xcf\xfa\xed\xfe", Matter::strings("an executable")),
    (0, b"JAVA PROFILE", Matter::strings("a heap dump")),
    (0, b"FLR\0", Matter::strings("a flight recording")),
    (0, b"\xd0\xcf\x11\xe0", Matter::strings("an OLE2 document (.doc, .xls, .msg)")),
    (0, b"SQLite format 3", Matter::strings("an SQLite database")),
    (0, b"PGDMP", Matter::strings("a PostgreSQL custom dump")),
    (0, b"ElfFile\0", Matter::strings("a Windows event log")),
    (0, b"MDMP", Matter::strings("a Windows memory dump")),
    (0, b"PAGEDU", Matter::strings("a Windows memory dump")),
    (0, b"regf", Matter::strings("a Windows registry hive")),
    (0, b"\xac\xed\0\x05", Matter::strings("a serialized Java object")),
    (0, b"\x0a\x0d\x0d\x0a", Matter::strings("a network capture")),
    (0, b"\xd4\xc3\xb2\xa1", Matter::strings("a network capture")),
    (0, b"\xa1\xb2\xc3\xd4", Matter::strings("a network capture")),
    (0, b"\xfebin", Matter::strings("a MySQL binary log")),
    (0, b"LPKSHHRH", Matter::strings("a journal of systemd")),
    (0, b"Obj\x01", Matter::opaque("an Avro file")),
    (0, b"REDIS0", Matter::strings("a Redis dump")),
];

/// Decides what a stream is that begins with `head`, its first line or 4 KiB.
pub fn sniff(head: &[u8]) -> Nature {
    let has = |(at, magic, _): &&(usize, &[u8], Matter)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    if let Some((_, magic, matter)) = MAGIC.iter().find(has) {
        // Letters may begin a sentence; what is no text has more to show. Who encrypts says so in words.
        let is_plain = magic.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
        if !is_plain || magic.len() > 4 || head.iter().any(|&b| b == 0 || (b < 32 && !is_layout(b)) || b >= 0x80) {
            return Nature::Unscannable(*matter);
        }
    }
    if is_pkcs12(head) {
        return Nature::Unscannable(Matter::opaque("a PKCS #12 keystore"));
    }
    if is_cpio(head) {
        return Nature::Unscannable(Matter::opaque("a cpio archive"));
    }
    if let Some(encoding) = Encoding::of(head) {
        return Nature::Wide(encoding);
    }
    let is_stray = || head.split(|&b| b == 0).all(is_utf8);
    if (head.contains(&0) && !is_stray()) || controls(head) * 20 > head.len() as u64 {
        return Nature::Unscannable(Matter::strings("binary data"));
    }
    Nature::Text
}

/// Whether a keystore begins so: a sequence of two length bytes (RFC 7292, section 4; DER), or of any length (BER).
fn is_pkcs12(head: &[u8]) -> bool {
    match head {
        [0x30, 0x80, 2, 1, 3, ..] | [0x30, 0x82, _, _, 2, 1, 3, ..] => true,
        // The length is a line end: no more of it is needed to know that this is no text.
        [0x30, 0x82, b'\n'] | [0x30, 0x82, _, b'\n'] => true,
        _ => false,
    }
}

/// Whether an archive of cpio begins so, whose headers are numbers in letters (`newc`, `crc` and `odc`, cpio(5)).
fn is_cpio(head: &[u8]) -> bool {
    let numbers = match head.get(..6) {
        Some(b"070701" | b"070702") => 110,
        Some(b"070707") => 76,
        _ => return false,
    };
    head.get(..numbers).is_some_and(|header| header.iter().all(u8::is_ascii_hexdigit))
}

/// Whether this is UTF-8, but for a character that is cut off at the end.
fn is_utf8(text: &[u8]) -> bool {
    std::str::from_utf8(text).map_or_else(|error| error.error_len().is_none(), |_| true)
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
        let head = Head::read(&mut reader, |_, _| false).unwrap();
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
    fn a_head_goes_on_behind_its_first_line_if_it_may() {
        for (length, pieces) in [(100, 40), (3000, 40), (5000, 900)] {
            let text = [b"name\n".to_vec(), vec![b'x'; length]].concat();
            let mut reader = std::io::BufReader::with_capacity(pieces, &text[..]);
            let head = Head::read(&mut reader, |_, _| true).unwrap();
            assert_eq!(head.deciding(), b"name\n");
            assert!(head.known().len() >= Head::ENOUGH.min(text.len()));
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (head, what) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "a PNG image"),
            (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
            (b"age-encryption.org/v1\n", "an encrypted file"),
            (b"\x30\x82\x0a", "a PKCS #12 keystore"),
            (b"\x30\x82\x05\x9c\x02\x01\x03\x30", "a PKCS #12 keystore"),
            (b"JAVA PROFILE 1.0.2\0\0\0\0\x08", "a heap dump"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "an image or a film"),
            (b"\x01\x02\x03\x04binary", "binary data"),
            (b"!<arch>\n", "an archive of ar"),
            (&[b"070701".repeat(18), b"00a.log\0".to_vec()].concat(), "a cpio archive"),
            (b"a\0b\n", "binary data"),
            (b"wide \0 caf\xe9 and more that is no UTF-8\n", "binary data"),
        ] {
            match sniff(head) {
                Nature::Unscannable(matter) => assert_eq!(matter.what, what),
                other => panic!("{head:?}: {other:?}"),
            }
        }
        for text in [
            &b""[..],
            b"MZ is a pair of letters\n",
            b"GIF89 was here\n",
            b"070701 is a date, as 070707 is\n",
            b"RIFF raff\n",
            b"ORC and other beasts\n",
            b"\x1b[31mred\x1b[0m\n",
            b"2026-05-01 10:14:02 a line with one stray zero\0 in it\n",
            b"text\0text and more of it\n",
            "gr\u{fc}n\n".as_bytes(),
            b"gr\xfcn\n",
        ] {
            assert_eq!(sniff(text), Nature::Text, "{text:?}");
        }
    }
}
