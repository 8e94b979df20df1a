//! The bitmaps of one window, and the arithmetic that finds shapes in them.

use super::plan::Tables;

/// Bytes of a window.
pub const WINDOW: usize = 4096;

/// Where in a place behind its number the bits of [`Tables::windows_at`] begin.
pub const KINDS: u32 = WINDOW.trailing_zeros();

/// Words of a window: one for each 64 bytes.
const WORDS: usize = WINDOW / 64;

/// Bytes that must be readable for a window: one word behind it, in which shapes end, and what fingerprints read ahead.
pub const SPAN: usize = WINDOW + 128;

/// The bytes of each class that the shapes are made of; a class is a bit.
pub mod class {
    /// `0-9`
    pub const DIGIT: u8 = 1;
    /// `0-9 A-F a-f`
    pub const HEX: u8 = 2;
    /// `.`
    pub const DOT: u8 = 4;
    /// `:`
    pub const COLON: u8 = 8;
    /// `-`
    pub const HYPHEN: u8 = 16;
    /// `@`
    pub const AT: u8 = 32;
    /// A blank.
    pub const BLANK: u8 = 64;
    /// `0-9 A-Z a-z`
    pub const ALNUM: u8 = 128;

    /// The classes of each ASCII byte.
    pub const OF: [u8; 128] = {
        let mut of = [0; 128];
        let mut i = 0;
        while i < 128 {
            let byte = i as u8;
            of[i] = match byte {
                b'0'..=b'9' => DIGIT | HEX | ALNUM,
                b'a'..=b'f' | b'A'..=b'F' => HEX | ALNUM,
                b'g'..=b'z' | b'G'..=b'Z' => ALNUM,
                b'.' => DOT,
                b':' => COLON,
                b'-' => HYPHEN,
                b'@' => AT,
                b' ' => BLANK,
                _ => 0,
            };
            i += 1;
        }
        of
    };
}

/// What fingerprints are made of: a code of six bits for each byte, so that one register holds a look-up.
pub mod code {
    /// Signs that share a code with each other, or that have one of their own. What is not listed, and not a letter or a
    /// digit, shares the last one.
    const SIGNS: [&[u8]; 27] = [
        b" ", b"\t", b"\n\r", b"\"", b"'`", b"([", b")]", b"{", b"}", b"<>", b"=", b":", b";", b",", b".", b"/", b"\\",
        b"@", b"#", b"$", b"%", b"&", b"*", b"+", b"-", b"_", b"|",
    ];

    /// The bits of a code.
    pub const MASK: u8 = 0x3f;
    /// Besides the code: whether an escape, or a terminal colour, may begin with the byte.
    pub const ESCAPE: u8 = 0x40;
    /// Whether it is a capital.
    pub const UPPER: u8 = 0x80;

    /// A code of six bits that takes only arithmetic, for processors that have no look-up of so many bytes. Letters of both cases
    /// share one, as do control characters and the signs that stand below them in ASCII.
    #[inline(always)]
    pub const fn plain(byte: u8) -> u8 {
        byte & 0x1f | (byte & 0x40) >> 1
    }

    /// The code of each ASCII byte, and what else is told with it. Letters of both cases share one.
    pub const OF: [u8; 128] = {
        let mut of = [63; 128];
        let mut i = 0;
        while i < 26 {
            of[b'a' as usize + i] = i as u8;
            of[b'A' as usize + i] = i as u8 | UPPER;
            i += 1;
        }
        i = 0;
        while i < 10 {
            of[b'0' as usize + i] = 26 + i as u8;
            i += 1;
        }
        i = 0;
        while i < SIGNS.len() {
            let mut n = 0;
            while n < SIGNS[i].len() {
                of[SIGNS[i][n] as usize] = 36 + i as u8;
                n += 1;
            }
            i += 1;
        }
        of[b'\\' as usize] |= ESCAPE;
        of[b'%' as usize] |= ESCAPE;
        of[0x1b] |= ESCAPE;
        of
    };
}

/// A bitmap of a window: word 0 is the last of the window before, word 1 the first of this one, and two words follow.
pub type Bitmap = [u64; WORDS + 3];

/// What stands before a window, as far as it tells where words begin; and, word after word, what stands before that.
#[derive(Clone, Copy)]
pub struct Before {
    /// Whether the last byte is a letter or a digit; and whether it is a small letter or a digit.
    alnum: u64,
    small: u64,
    /// Where signs of escapes stand in the last 64 bytes, the last one in the highest bit.
    escapes: u64,
    /// All bits, if words are to begin everywhere.
    everywhere: u64,
}

impl Before {
    /// What `bytes` tell.
    pub fn of(bytes: &[u8], everywhere: bool) -> Before {
        let last = bytes.last().copied().unwrap_or(0);
        let near = &bytes[bytes.len().saturating_sub(ESCAPE)..];
        let escapes = near.iter().fold(0, |escapes, &byte| escapes >> 1 | u64::from(is_escape(byte)) << 63);
        Before {
            alnum: u64::from(last.is_ascii_alphanumeric()),
            small: u64::from(last.is_ascii_lowercase() || last.is_ascii_digit()),
            escapes,
            everywhere: if everywhere { u64::MAX } else { 0 },
        }
    }

    /// Where words may begin in the next 64 bytes, which have letters and digits, digits, capitals and signs of escapes in
    /// these places. The byte behind them is not known, and taken for a small letter. See [`begins_word`].
    #[inline(always)]
    pub fn starts(&mut self, alnum: u64, digit: u64, upper: u64, escapes: u64) -> Starts {
        let small = alnum & !upper;
        let lower = small & !digit;
        let within = alnum << 1 | self.alnum;
        let capitals = upper & (small << 1 | self.small | lower >> 1 | 1 << 63);
        // Each sign reaches over the sixteen bytes behind it.
        let mut reached = escapes << 1;
        reached |= reached << 1;
        reached |= reached << 2;
        reached |= reached << 4;
        reached |= reached << 8;
        let carried = (1 << (ESCAPE as u32).saturating_sub(self.escapes.leading_zeros())) - 1;
        let starts = !within | capitals | reached | carried | self.everywhere;
        (self.alnum, self.small, self.escapes) = (alnum >> 63, small >> 63, escapes);
        Starts { word: starts, sharp: !lower }
    }
}

/// Where windows may begin, by class.
#[derive(Clone, Copy)]
pub struct Starts {
    pub word: u64,
    pub sharp: u64,
}

/// How far behind its sign an escape, or a terminal colour, may end.
const ESCAPE: usize = 16;

/// Whether an escape, or a terminal colour, may begin with this byte.
#[inline]
fn is_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | 0x1b)
}

/// Whether a word may begin at `at`: no letter or digit stands before it, or it is a capital that begins a part of an
/// identifier (`userId`, `DBPassword`), or what stands before it may be the end of an escape (`\n`, `%20`, `\u003d`) or of a
/// terminal colour.
#[inline]
pub fn begins_word(bytes: &[u8], at: usize) -> bool {
    let Some(last) = at.checked_sub(1).map(|before| bytes[before]) else { return true };
    let is_small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let begins_part =
        || bytes[at].is_ascii_uppercase() && (is_small(last) || bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase));
    !last.is_ascii_alphanumeric()
        || begins_part()
        || bytes[at.saturating_sub(ESCAPE)..at].iter().any(|&byte| is_escape(byte))
}

/// The bitmaps of one window.
pub struct Maps {
    /// Classes, as the instruction sets fill them in: words 1 to 65.
    pub digit: Bitmap,
    pub hex: Bitmap,
    pub dot: Bitmap,
    pub colon: Bitmap,
    pub hyphen: Bitmap,
    pub at: Bitmap,
    pub blank: Bitmap,
    /// Where words may begin, and where no small letter stands.
    pub starts: Bitmap,
    pub sharp: Bitmap,
    /// Where a fingerprint stands.
    pub literal: Bitmap,
    /// Bytes above 127.
    pub high: Bitmap,
    /// The codes of the bytes, where fingerprints are made of those.
    pub coded: [u8; SPAN],
    /// Shapes, made from the classes.
    pub dotted: Bitmap,
    pub colons: Bitmap,
    pub hyphens: Bitmap,
    pub dashes: Bitmap,
    pub quads: Bitmap,
    pub long: Bitmap,
    pub grouped: Bitmap,
    /// Which words have a shape in them, and which have bytes above 127.
    pub shaped: u64,
    pub raised: u64,
    /// The places of fingerprints that some literal may begin with, in order, with what it may be by; so many of them.
    pub places: [u16; WINDOW + Maps::ROOM],
    count: usize,
}

impl Default for Maps {
    fn default() -> Maps {
        const EMPTY: Bitmap = [0; WORDS + 3];
        Maps {
            digit: EMPTY,
            hex: EMPTY,
            dot: EMPTY,
            colon: EMPTY,
            hyphen: EMPTY,
            at: EMPTY,
            blank: EMPTY,
            starts: EMPTY,
            sharp: EMPTY,
            literal: EMPTY,
            high: EMPTY,
            coded: [0; SPAN],
            dotted: EMPTY,
            colons: EMPTY,
            hyphens: EMPTY,
            dashes: EMPTY,
            quads: EMPTY,
            long: EMPTY,
            grouped: EMPTY,
            shaped: 0,
            raised: 0,
            places: [0; WINDOW + Maps::ROOM],
            count: 0,
        }
    }
}

impl Maps {
    /// Places that may be written behind the last one.
    const ROOM: usize = 32;

    /// The words of a window that holds so many bytes. The instruction sets fill these in and one more.
    pub fn words(bytes: usize) -> usize {
        bytes.div_ceil(64).min(WORDS)
    }

    /// What is left to do once the classes and fingerprints of so many words, and of the one behind them, are filled in.
    #[inline(always)]
    pub fn finish(&mut self, tables: &Tables, text: &[u8; SPAN], words: usize) {
        let count = self.list(words);
        self.finish_listed(tables, text, words, count);
    }

    /// The same where the places of fingerprints are listed already: so many.
    #[inline(always)]
    pub fn finish_listed(&mut self, tables: &Tables, text: &[u8; SPAN], words: usize, count: usize) {
        // Nearly all windows are whole, which is compiled for itself.
        if words < WORDS {
            self.shape(words)
        } else {
            self.shape(WORDS)
        }
        self.weed(tables, text, count);
    }

    /// The places of fingerprints that some literal may begin with, in order, each with what it may be by above its number: see
    /// [`KINDS`].
    #[inline]
    pub fn places(&self) -> &[u16] {
        &self.places[..self.count]
    }

    /// Lists the places of fingerprints in so many words. Gives their number.
    #[inline(always)]
    fn list(&mut self, words: usize) -> usize {
        let Maps { literal, places, .. } = self;
        let mut count = 0;
        for word in 0..words {
            let mut bits = literal[word + 1];
            // Two at a time, of which the second may be none.
            while bits != 0 {
                let second = bits & bits.wrapping_sub(1);
                places[count] = (word * 64) as u16 + bits.trailing_zeros() as u16;
                places[count + 1] = (word * 64) as u16 + second.trailing_zeros() as u16;
                count += 1 + usize::from(second != 0);
                bits = second & second.wrapping_sub(1);
            }
        }
        count
    }

    /// Keeps of the listed places those that some literal may begin with. Which these are cannot be foreseen, so there are no
    /// branches.
    #[inline(always)]
    fn weed(&mut self, tables: &Tables, text: &[u8; SPAN], count: usize) {
        let places = &mut self.places;
        let mut kept = 0;
        for n in 0..count {
            let place = places[n];
            let at = usize::from(place) % WINDOW;
            let eight = text[at..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight));
            let kinds = tables.windows_at(eight);
            places[kept] = place | kinds << KINDS;
            kept += usize::from(kinds != 0);
        }
        self.count = kept;
    }

    /// Makes the shapes of so many words from the classes.
    ///
    /// Shapes begin in the window and may end up to 44 bytes behind it. The bytes before the window count as none of any
    /// class but where a shape looks at the byte before: it takes what it cannot see for what it needs.
    #[inline(always)]
    fn shape(&mut self, words: usize) {
        let Maps {
            digit,
            hex,
            dot,
            colon,
            hyphen,
            at,
            blank,
            high,
            dotted,
            colons,
            hyphens,
            dashes,
            quads,
            long,
            grouped,
            ..
        } = self;
        let mut between: Bitmap = [0; WORDS + 3];
        let mut two: Bitmap = [0; WORDS + 3];
        // Dots between digits. What stands before the first byte of the window is not known: it may be a digit.
        for i in 1..words + 2 {
            between[i] = dot[i] & from_left(digit, i, 1) & from_right(digit, i, 1);
        }
        between[1] |= dot[1] & 1 & from_right(digit, 1, 1);
        for i in 1..words + 2 {
            two[i] = between[i] & near(&between, i);
        }
        for i in 1..words + 1 {
            dotted[i] = between[i] & near(&two, i);
        }
        // A colon with four more, each at most five bytes behind the last; or two in a row.
        for i in 1..words + 2 {
            between[i] = colon[i] & soon(colon, i);
        }
        for i in 1..words + 2 {
            two[i] = colon[i] & soon(&between, i);
        }
        for i in 1..words + 2 {
            between[i] = colon[i] & soon(&two, i);
        }
        for i in 1..words + 1 {
            let next = from_right(colon, i, 1);
            let row = soon(&between, i) & (next | from_right(hex, i, 1));
            colons[i] = colon[i] & (row | next);
        }
        // Five hyphens, three bytes apart, between hexadecimal digits.
        for i in 1..words + 1 {
            let row = from_right(hyphen, i, 3) & from_right(hyphen, i, 6) & from_right(hyphen, i, 9);
            hyphens[i] = hyphen[i] & row & from_right(hyphen, i, 12) & from_right(hex, i, 1);
        }
        // Four hyphens before digits, each two to four bytes behind the last.
        for i in 1..words + 2 {
            between[i] = hyphen[i] & from_right(digit, i, 1);
        }
        for i in 1..words + 2 {
            two[i] = between[i] & near(&between, i);
        }
        for i in 1..words + 2 {
            // What is read lies behind what is written.
            two[i] = between[i] & near(&two, i);
        }
        for i in 1..words + 1 {
            dashes[i] = between[i] & near(&two, i);
        }
        // Two dots, five bytes apart, between hexadecimal digits.
        for i in 1..words + 1 {
            let digits = from_right(hex, i, 1) & from_right(hex, i, 2) & from_right(hex, i, 3) & from_right(hex, i, 4);
            quads[i] = dot[i] & from_right(dot, i, 5) & digits & from_right(hex, i, 6) & from_right(hex, i, 9);
        }
        // Two, three and four digits in a row; what may separate groups of them.
        let mut three: Bitmap = [0; WORDS + 3];
        let mut four: Bitmap = [0; WORDS + 3];
        let separator = &mut between;
        for i in 1..words + 2 {
            two[i] = digit[i] & from_right(digit, i, 1);
            separator[i] = dot[i] | hyphen[i] | blank[i];
        }
        for i in 1..words + 2 {
            three[i] = two[i] & from_right(digit, i, 2);
            four[i] = two[i] & from_right(&two, i, 2);
        }
        for i in 1..words + 1 {
            let twelve = four[i] & from_right(&four, i, 4) & from_right(&four, i, 8);
            long[i] = twelve & !from_left(digit, i, 1);
            let threes = from_right(separator, i, 4) & from_right(&three, i, 5);
            let fours = from_right(digit, i, 4) & from_right(separator, i, 5) & from_right(&three, i, 6);
            let six = from_right(&three, i, 4) & from_right(separator, i, 7) & from_right(&four, i, 8);
            let pairs = from_right(&two, i, 1)
                & from_right(separator, i, 3)
                & from_right(&two, i, 4)
                & (from_right(&two, i, 6) & hyphen[i]
                    | from_right(separator, i, 6)
                        & from_right(&two, i, 7)
                        & from_right(separator, i, 9)
                        & from_right(&two, i, 10));
            // Dots stand so in every third address.
            let undotted = |n: u32| from_right(hyphen, i, n) | from_right(blank, i, n);
            let ended = undotted(4) & from_right(&two, i, 5) & undotted(7) & from_right(&two, i, 8);
            // As above, a digit may stand before the window.
            let before = from_left(digit, i, 1) | u64::from(i == 1);
            grouped[i] = before & separator[i] & (from_right(&three, i, 1) & (threes | fours | six | ended) | pairs);
        }
        let (mut shaped, mut raised) = (0, 0);
        for i in 1..words + 1 {
            let any = at[i] | dotted[i] | colons[i] | hyphens[i] | dashes[i] | quads[i] | long[i] | grouped[i];
            shaped |= u64::from(any != 0) << (i - 1);
            raised |= u64::from(high[i] != 0) << (i - 1);
        }
        (self.shaped, self.raised) = (shaped, raised);
    }
}

/// The bits of word `i`, each moved so that it tells of the byte `n` places to the left.
#[inline(always)]
fn from_left(map: &Bitmap, i: usize, n: u32) -> u64 {
    map[i] << n | map[i - 1] >> (64 - n)
}

/// The bits of word `i`, each moved so that it tells of the byte `n` places to the right.
#[inline(always)]
fn from_right(map: &Bitmap, i: usize, n: u32) -> u64 {
    map[i] >> n | map[i + 1] << (64 - n)
}

/// Whether the map has a bit two to four places to the right.
#[inline(always)]
fn near(map: &Bitmap, i: usize) -> u64 {
    from_right(map, i, 2) | from_right(map, i, 3) | from_right(map, i, 4)
}

/// Whether the map has a bit one to five places to the right.
#[inline(always)]
fn soon(map: &Bitmap, i: usize) -> u64 {
    near(map, i) | from_right(map, i, 1) | from_right(map, i, 5)
}
