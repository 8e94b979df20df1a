//! Encodings of two and four bytes to a character, told by their mark or by where their zeros stand.

/// How the characters of a wide text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-16, the low byte first: what Windows writes.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// UTF-32, the low byte first.
    Utf32Le,
    /// UTF-32, the high byte first.
    Utf32Be,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Encoding; 4] = [Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Utf32Le, Encoding::Utf32Be];

    /// The bytes of one unit.
    pub const fn width(self) -> usize {
        match self {
            Encoding::Utf16Le | Encoding::Utf16Be => 2,
            Encoding::Utf32Le | Encoding::Utf32Be => 4,
        }
    }

    /// The unit that `bytes`, as many as [`Encoding::width`], spell.
    pub(super) fn unit(self, bytes: &[u8]) -> u32 {
        let shifted = |(place, byte): (usize, &u8)| {
            let from_low = match self {
                Encoding::Utf16Le | Encoding::Utf32Le => place,
                Encoding::Utf16Be | Encoding::Utf32Be => self.width() - 1 - place,
            };
            u32::from(*byte) << (8 * from_low)
        };
        bytes.iter().enumerate().map(shifted).sum()
    }

    /// Appends the bytes of a unit.
    pub(super) fn push_unit(self, unit: u32, out: &mut Vec<u8>) {
        match self {
            Encoding::Utf16Le => out.extend_from_slice(&(unit as u16).to_le_bytes()),
            Encoding::Utf16Be => out.extend_from_slice(&(unit as u16).to_be_bytes()),
            Encoding::Utf32Le => out.extend_from_slice(&unit.to_le_bytes()),
            Encoding::Utf32Be => out.extend_from_slice(&unit.to_be_bytes()),
        }
    }

    /// The encoding of a text that begins with `head`, if it is one of these.
    ///
    /// Without a byte order mark, a text counts as wide if nearly all of its units are characters of a Latin script or line
    /// ends: what nothing else looks like. Other scripts show by the blanks between words, of which there must be some.
    pub fn of(head: &[u8]) -> Option<Encoding> {
        const MARKS: [(&[u8], Encoding); 4] = [
            (b"\xff\xfe\0\0", Encoding::Utf32Le),
            (b"\0\0\xfe\xff", Encoding::Utf32Be),
            (b"\xff\xfe", Encoding::Utf16Le),
            (b"\xfe\xff", Encoding::Utf16Be),
        ];
        if let Some((_, encoding)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
            return Some(*encoding);
        }
        if !head.contains(&0) {
            return None;
        }
        Encoding::ALL.into_iter().rev().find(|encoding| encoding.explains(head))
    }

    /// Whether the units of `head` are what text is made of.
    fn explains(self, head: &[u8]) -> bool {
        const LEAST: usize = 4;
        let units = head.chunks_exact(self.width());
        let (mut count, mut latin) = (0, 0);
        for unit in units {
            let unit = self.unit(unit);
            if unit == 0 || unit > 0x10_ffff || (unit < 32 && !super::sniff::is_layout(unit as u8)) {
                return false;
            }
            count += 1;
            latin += usize::from(unit < 0x250);
        }
        count >= LEAST && latin * 4 >= count * 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(encoding: Encoding, text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for character in text.chars() {
            if encoding.width() == 4 {
                encoding.push_unit(character as u32, &mut bytes);
            } else {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    encoding.push_unit(u32::from(*unit), &mut bytes);
                }
            }
        }
        bytes
    }

    #[test]
    fn an_encoding_is_told_with_and_without_its_mark() {
        for encoding in Encoding::ALL {
            for text in ["\u{feff}x", "Windows Registry Editor Version 5.00\r\n", "größer als\n", "\u{feff}日本語\n"]
            {
                assert_eq!(Encoding::of(&written(encoding, text)), Some(encoding), "{encoding:?} {text}");
            }
        }
    }

    #[test]
    fn other_things_are_none() {
        for head in [
            &b""[..],
            b"plain text\n",
            b"text\0text and more of it\n",
            b"\0\0\0\0\0\0\0\0",
            b"\x01\0\x02\0\x03\0\x04\0",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0",
            b"PATH=/usr/bin\0HOME=/root\0",
        ] {
            assert_eq!(Encoding::of(head), None, "{head:?}");
        }
    }
}
