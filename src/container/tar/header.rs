//! A tar header: 512 bytes that say what the next entry is (POSIX.1-1988 `ustar`, GNU and the tar of Version 7 Unix).

/// Everything in a tar is in blocks of this many bytes.
pub(super) const BLOCK: usize = 512;

/// One block.
pub(super) type Block = [u8; BLOCK];

/// What a header says, with nothing interpreted that depends on other headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) kind: u8,
    pub(super) mode: u64,
    pub(super) uid: i64,
    pub(super) gid: i64,
    pub(super) size: u64,
    pub(super) mtime: i64,
    /// Written by GNU tar, or by one that imitates its old format.
    pub(super) is_gnu: bool,
    /// In the old GNU format: more blocks with the map of a sparse file follow.
    pub(super) has_more_map: bool,
}

/// Why a block is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// It is all zeros, which marks the end.
    Zeros,
    /// Its checksum is wrong, or a field cannot be read.
    Damaged,
}

impl Header {
    /// Reads a header.
    pub(super) fn parse(block: &Block) -> Result<Header, NoHeader> {
        if block.iter().all(|byte| *byte == 0) {
            return Err(NoHeader::Zeros);
        }
        if !has_sum(block) {
            return Err(NoHeader::Damaged);
        }
        Header::fields(block).ok_or(NoHeader::Damaged)
    }

    fn fields(block: &Block) -> Option<Header> {
        let is_posix = &block[257..263] == b"ustar\0";
        let is_gnu = &block[257..265] == b"ustar  \0";
        let mut name = text(&block[..100]).to_vec();
        let prefix = text(&block[345..500]);
        // The old GNU format has times and a sparse map where the prefix would be.
        if is_posix && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Some(Header {
            name,
            link: text(&block[157..257]).to_vec(),
            kind: block[156],
            mode: number(&block[100..108])?.try_into().ok()?,
            uid: number(&block[108..116])?,
            gid: number(&block[116..124])?,
            size: number(&block[124..136])?.try_into().ok()?,
            mtime: number(&block[136..148])?,
            is_gnu,
            has_more_map: is_gnu && block[482] != 0,
        })
    }

    /// Does a name that is too long for its field fit into that and the field before it?
    pub(super) fn splits(&self) -> bool {
        self.split().is_some()
    }

    /// The slash that such a name is parted at.
    fn split(&self) -> Option<usize> {
        if self.is_gnu || !(101..=256).contains(&self.name.len()) {
            return None;
        }
        let is_slash = |at: &usize| self.name[*at] == b'/';
        (self.name.len() - 101..self.name.len() - 1).find(is_slash).filter(|at| (1..=155).contains(at))
    }

    /// The block that says this. Owners' names are not written; a name or link that does not fit is cut: what is whole
    /// stands in a block before.
    pub(super) fn block(&self) -> Block {
        let mut block = [0; BLOCK];
        let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
        match self.split() {
            Some(slash) => {
                put(0, &self.name[slash + 1..]);
                put(345, &self.name[..slash]);
            }
            None => put(0, &self.name[..self.name.len().min(100)]),
        }
        put(100, &digits::<8>(self.mode.try_into().unwrap_or(0)));
        put(108, &digits::<8>(self.uid));
        put(116, &digits::<8>(self.gid));
        put(124, &digits::<12>(self.size.try_into().unwrap_or(i64::MAX)));
        put(136, &digits::<12>(self.mtime));
        put(156, &[self.kind]);
        put(157, &self.link[..self.link.len().min(100)]);
        put(257, if self.is_gnu { b"ustar  \0" } else { b"ustar\x0000" });
        put(148, b"        ");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block
    }
}

/// Is the checksum right? Some old writers added the bytes as signed ones.
pub(super) fn has_sum(block: &Block) -> bool {
    let stated = match number(&block[148..156]) {
        Some(stated) if block[148..156].iter().any(u8::is_ascii_digit) => stated,
        _ => return false,
    };
    let (mut unsigned, mut signed) = (0_i64, 0_i64);
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        unsigned += i64::from(byte);
        signed += i64::from(byte as i8);
    }
    stated == unsigned || stated == signed
}

/// A text field ends at its first NUL.
fn text(field: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, field).unwrap_or(field.len());
    &field[..end]
}

/// A number: octal digits between blanks, or, with the first bit set, a big-endian number in two's complement (GNU, star).
fn number(field: &[u8]) -> Option<i64> {
    let first = *field.first()?;
    if first & 0x80 != 0 {
        // 0x80 begins a positive number and 0xff a negative one; what does not fit is damage.
        let mut value: i128 = if first & 0x40 != 0 { -1 } else { 0 };
        for (at, byte) in field.iter().enumerate() {
            let byte = if at == 0 && value == 0 { byte & 0x7f } else { *byte };
            value = value.checked_mul(256)? | i128::from(byte);
        }
        return value.try_into().ok();
    }
    let start = field.iter().take_while(|byte| **byte == b' ').count();
    let mut value = 0_i64;
    let mut rest = field[start..].iter();
    for byte in rest.by_ref() {
        match byte {
            b'0'..=b'7' => value = value.checked_mul(8)? + i64::from(byte - b'0'),
            b' ' | 0 => break,
            _ => return None,
        }
    }
    rest.all(|byte| matches!(byte, b' ' | 0)).then_some(value)
}

/// A number as octal digits and a NUL, or as GNU tar's big-endian one where they do not suffice.
fn digits<const N: usize>(value: i64) -> [u8; N] {
    let mut field = [0; N];
    let most = 1_i64 << (3 * (N - 1));
    if (0..most).contains(&value) {
        field[..N - 1].copy_from_slice(format!("{value:0width$o}", width = N - 1).as_bytes());
        return field;
    }
    let wide = i128::from(value).to_be_bytes();
    field.copy_from_slice(&wide[16 - N..]);
    field[0] |= 0x80;
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let rows = [
            Header {
                name: b"a/b".to_vec(),
                kind: b'0',
                mode: 0o644,
                mtime: 1_700_000_000,
                size: 7,
                ..Header::default()
            },
            Header { name: vec![b'n'; 100], link: vec![b'l'; 100], kind: b'2', is_gnu: true, ..Header::default() },
            Header { name: b"x".to_vec(), kind: b'0', size: 1 << 40, uid: 1 << 30, mtime: -5, ..Header::default() },
            Header { name: [&[b'p'; 150][..], b"/", &[b'n'; 90]].concat(), kind: b'0', ..Header::default() },
            Header { name: b"caf\xe9".to_vec(), kind: b'5', mode: 0o7777, gid: 2_097_152, ..Header::default() },
        ];
        for header in rows {
            assert_eq!(Header::parse(&header.block()), Ok(header));
        }
    }

    #[test]
    fn fields_of_other_writers_are_read() {
        let rows: [(&[u8], Option<i64>); 11] = [
            (b"0000644\0", Some(0o644)),
            (b"   644 \0", Some(0o644)),
            (b"00000644", Some(0o644)),
            (b"\0\0\0\0\0\0\0\0", Some(0)),
            (b"        ", Some(0)),
            (b"644 x\0\0\0", None),
            (b"0x44\0\0\0\0", None),
            (b"\x80\0\0\0\0\0\x01\0", Some(256)),
            (b"\xff\xff\xff\xff\xff\xff\xff\xfe", Some(-2)),
            (b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", Some(i64::MAX)),
            (b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", None),
        ];
        for (field, expected) in rows {
            assert_eq!(number(field), expected, "{field:?}");
        }
    }

    #[test]
    fn a_flipped_bit_is_damage_and_zeros_are_the_end() {
        let block = Header { name: b"a".to_vec(), kind: b'0', ..Header::default() }.block();
        for at in (0..148).chain(156..BLOCK) {
            let mut bad = block;
            bad[at] ^= 1;
            assert_eq!(Header::parse(&bad), Err(NoHeader::Damaged), "byte {at}");
        }
        assert_eq!(Header::parse(&[0; BLOCK]), Err(NoHeader::Zeros));
    }
}
