//! Chance or language: whether a text was drawn at random, or is made of words.
//!
//! Entropy cannot tell on few bytes: it is capped by the length. So two ways to write the text are compared, in bits. By
//! chance, each byte costs the same, the logarithm of how many the alphabet has that the text keeps to. As language it is words with
//! digits and separators between them, and a letter costs what a table of pairs says. The table has been counted on the
//! words of this project's documents and sources, rare words lifted; it knows the habits of English and of identifiers, and
//! those of its neighbours well enough. Eight random bytes are told from a name in more than nine of ten cases.

/// The cost of a letter behind another, in sixteenths of a bit: `COST[before][letter]`, with 0 for the edge of a word.
#[rustfmt::skip]
const COST: [[u8; 27]; 27] = [
    [237, 61, 73, 57, 67, 72, 71, 86, 84, 78, 101, 99, 73, 71, 79, 82, 60, 115, 66, 50, 69, 84, 98, 79, 107, 128, 119],
    [65, 87, 74, 60, 70, 137, 109, 84, 131, 69, 152, 94, 57, 75, 55, 170, 70, 124, 52, 62, 46, 91, 109, 114, 123, 89, 127],
    [46, 55, 89, 87, 127, 43, 118, 185, 111, 70, 98, 100, 44, 122, 126, 55, 108, 136, 72, 77, 91, 59, 142, 142, 119, 87, 122],
    [59, 49, 138, 96, 118, 52, 116, 147, 52, 83, 206, 62, 72, 119, 113, 37, 116, 164, 68, 99, 55, 86, 162, 143, 150, 121, 206],
    [19, 73, 104, 122, 92, 38, 124, 113, 150, 58, 145, 137, 95, 112, 132, 71, 122, 206, 88, 71, 121, 85, 135, 144, 206, 100, 146],
    [37, 72, 117, 71, 50, 92, 98, 103, 143, 118, 185, 136, 78, 83, 56, 135, 89, 117, 46, 52, 72, 132, 101, 115, 84, 98, 163],
    [46, 55, 139, 111, 119, 61, 59, 117, 129, 35, 122, 138, 59, 120, 109, 51, 116, 144, 74, 83, 78, 77, 185, 127, 142, 98, 185],
    [30, 74, 138, 139, 143, 41, 113, 109, 66, 54, 143, 146, 78, 105, 68, 70, 107, 141, 61, 73, 103, 75, 188, 188, 188, 129, 103],
    [41, 43, 105, 111, 123, 33, 131, 189, 114, 53, 189, 189, 122, 108, 127, 45, 93, 189, 78, 93, 82, 83, 117, 189, 145, 100, 189],
    [75, 90, 98, 63, 69, 73, 80, 74, 213, 128, 122, 113, 68, 83, 34, 60, 79, 145, 81, 64, 52, 144, 84, 168, 97, 171, 98],
    [42, 52, 104, 91, 82, 50, 93, 149, 80, 66, 102, 72, 149, 149, 102, 48, 89, 93, 84, 61, 149, 68, 92, 85, 149, 149, 94],
    [26, 72, 111, 104, 109, 26, 122, 179, 119, 61, 179, 179, 88, 131, 87, 114, 110, 131, 131, 59, 117, 81, 179, 179, 137, 179, 179],
    [44, 51, 122, 123, 73, 38, 110, 145, 206, 47, 206, 122, 61, 128, 125, 50, 112, 150, 141, 77, 81, 79, 114, 124, 145, 83, 139],
    [47, 41, 82, 117, 110, 35, 194, 194, 194, 56, 134, 115, 93, 75, 95, 62, 53, 152, 145, 79, 101, 83, 151, 147, 194, 129, 113],
    [38, 69, 139, 68, 57, 54, 91, 54, 153, 75, 152, 89, 108, 141, 95, 72, 112, 161, 117, 61, 45, 91, 107, 125, 169, 106, 127],
    [67, 103, 95, 81, 73, 113, 101, 88, 169, 99, 130, 86, 68, 64, 40, 74, 72, 171, 46, 73, 71, 61, 94, 70, 104, 121, 171],
    [48, 45, 124, 128, 111, 45, 120, 117, 86, 63, 158, 117, 57, 117, 140, 59, 71, 133, 53, 77, 69, 78, 116, 126, 155, 107, 144],
    [37, 82, 149, 149, 149, 88, 149, 149, 149, 83, 106, 149, 59, 103, 149, 99, 83, 83, 78, 92, 107, 21, 80, 103, 149, 93, 106],
    [40, 54, 136, 92, 78, 34, 127, 94, 173, 60, 157, 97, 112, 90, 89, 57, 108, 215, 91, 67, 72, 84, 112, 122, 215, 78, 168],
    [23, 87, 137, 78, 159, 47, 171, 148, 73, 69, 173, 96, 101, 118, 113, 83, 84, 113, 134, 68, 48, 83, 130, 104, 218, 101, 174],
    [33, 59, 134, 94, 117, 39, 116, 139, 62, 51, 175, 139, 97, 124, 156, 68, 105, 175, 65, 65, 80, 92, 156, 118, 141, 92, 132],
    [73, 81, 66, 77, 85, 69, 98, 97, 142, 77, 196, 149, 66, 67, 40, 102, 68, 196, 50, 53, 51, 135, 142, 196, 147, 196, 138],
    [52, 53, 111, 89, 125, 14, 171, 113, 171, 53, 171, 110, 125, 102, 104, 84, 171, 171, 113, 111, 129, 129, 171, 124, 114, 171, 128],
    [43, 49, 178, 134, 95, 48, 136, 178, 55, 50, 178, 178, 106, 110, 67, 51, 109, 131, 58, 67, 126, 136, 178, 105, 107, 136, 178],
    [29, 59, 96, 74, 81, 54, 83, 166, 166, 71, 166, 106, 105, 100, 120, 65, 56, 166, 124, 124, 46, 124, 166, 120, 100, 103, 113],
    [13, 90, 107, 101, 178, 76, 178, 100, 132, 118, 178, 129, 90, 82, 80, 87, 62, 178, 134, 59, 78, 131, 178, 91, 106, 178, 124],
    [39, 54, 151, 105, 72, 31, 151, 104, 104, 53, 109, 151, 105, 79, 82, 75, 75, 109, 93, 98, 109, 87, 151, 151, 105, 104, 89],
];

/// What a digit costs as language.
const DIGIT: u32 = 53;
/// What a separator of names costs.
const SEPARATOR: u32 = 24;
/// What any other byte costs.
const OTHER: u32 = 64;
/// What it costs that a capital begins the next word.
const CAPITAL: u32 = 16;
/// What it costs that letters follow digits, or digits letters, or small letters more than one capital.
const TURN: u32 = 32;
/// A short word of its own between separators may be an abbreviation: no letter of it costs more on average.
const ABBREVIATED: u32 = 68;

/// How much of a text is looked at, in bytes.
const ENOUGH: usize = 64;

/// What a byte is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Lower,
    Upper,
    Digit,
    Mark,
}

impl Sort {
    fn of(byte: u8) -> Sort {
        match byte {
            b'a'..=b'z' => Sort::Lower,
            b'A'..=b'Z' => Sort::Upper,
            b'0'..=b'9' => Sort::Digit,
            _ => Sort::Mark,
        }
    }

    fn is_letter(self) -> bool {
        matches!(self, Sort::Lower | Sort::Upper)
    }
}

/// Whether a text reads as drawn at random. Of less than six bytes, none does.
pub fn is_random(text: &[u8]) -> bool {
    let text = &text[..text.len().min(ENOUGH)];
    let length = text.len() as u32;
    // Letters alone have no digits that tell; but words of other languages and trades, which must be allowed for.
    let margin = if text.iter().all(u8::is_ascii_alphabetic) { 10 } else { 3 };
    length >= 6 && language(text) > chance(text) + (margin * length).max(32)
}

/// Whether a text is of letters only and reads as a word or several.
pub fn is_word(text: &[u8]) -> bool {
    let is_read = !text.is_empty() && text.len() <= ENOUGH && text.iter().all(u8::is_ascii_alphabetic);
    is_read && (text.len() < 4 || language(text) <= chance(text))
}

/// What the text costs as words, in sixteenths of a bit.
fn language(text: &[u8]) -> u32 {
    let mut words = Words::default();
    text.iter().for_each(|&byte| words.take(byte));
    words.end(true);
    words.bits
}

/// A text as far as it is read.
struct Words {
    bits: u32,
    before: Option<Sort>,
    /// The last letter, or 0.
    letter: usize,
    /// What the word that is being read costs, and how long it is.
    word: (u32, u32),
    /// Whether it stands behind a separator or at the start.
    is_apart: bool,
    /// How many capitals stand before.
    capitals: u32,
}

impl Default for Words {
    fn default() -> Words {
        Words { bits: 0, before: None, letter: 0, word: (0, 0), is_apart: true, capitals: 0 }
    }
}

impl Words {
    fn take(&mut self, byte: u8) {
        let sort = Sort::of(byte);
        let follows_letter = self.before.is_some_and(Sort::is_letter);
        match sort {
            Sort::Lower | Sort::Upper => {
                let letter = usize::from(byte.to_ascii_lowercase() - b'a') + 1;
                if follows_letter && !(self.before == Some(Sort::Lower) && sort == Sort::Upper) {
                    self.word.0 += u32::from(COST[self.letter][letter]);
                } else {
                    if follows_letter {
                        self.end(false);
                        self.bits += CAPITAL;
                    }
                    self.is_apart = !matches!(self.before, Some(Sort::Lower | Sort::Digit));
                    self.bits += if self.before == Some(Sort::Digit) { TURN } else { 0 };
                    self.word.0 += u32::from(COST[0][letter]);
                }
                if sort == Sort::Lower && self.capitals > 1 {
                    self.word.0 += TURN;
                }
                self.capitals = if sort == Sort::Upper { self.capitals + 1 } else { 0 };
                self.letter = letter;
                self.word.1 += 1;
            }
            Sort::Digit => {
                if follows_letter {
                    self.end(false);
                    self.bits += TURN;
                }
                self.bits += DIGIT;
                (self.letter, self.capitals) = (0, 0);
            }
            Sort::Mark => {
                self.end(true);
                self.bits += if matches!(byte, b'_' | b'-' | b'.' | b' ' | b':' | b'/') { SEPARATOR } else { OTHER };
                (self.letter, self.capitals) = (0, 0);
            }
        }
        self.before = Some(sort);
    }

    /// Ends the word that is being read, if one is; a separator stands behind it, or nothing.
    fn end(&mut self, is_apart: bool) {
        let (bits, length) = std::mem::take(&mut self.word);
        if length == 0 {
            return;
        }
        let bits = bits + u32::from(COST[self.letter][0]);
        let is_short = is_apart && self.is_apart && length <= 4;
        self.bits += if is_short { bits.min(length * ABBREVIATED) } else { bits };
    }
}

/// What the text costs by chance: its length times the logarithm of how many bytes its alphabet has.
fn chance(text: &[u8]) -> u32 {
    let sorts = text.iter().fold(0_u32, |sorts, &byte| sorts | 1 << Sort::of(byte) as u32);
    let has = |sort: Sort| sorts >> sort as u32 & 1 == 1;
    let is_hex = text.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        || text.iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    let cases = u32::from(has(Sort::Lower)) + u32::from(has(Sort::Upper));
    // The logarithms of 26 or 52 letters, 10 digits and some six marks, added up as the text has them.
    let each = match (cases, has(Sort::Digit), has(Sort::Mark)) {
        (1, true, false) if is_hex => 64,
        (0, true, false) => 53,
        (0, false, _) => 41,
        (0, true, true) => 64,
        (1, false, false) => 75,
        (1, false, true) => 80,
        (1, true, false) => 83,
        (1, true, true) => 86,
        (_, false, false) => 91,
        (_, false, true) => 94,
        (_, true, false) => 95,
        (_, true, true) => 97,
    };
    text.len() as u32 * each
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of `length` bytes of an alphabet, from a generator of its own.
    fn drawn(alphabet: &'static [u8], length: usize) -> impl Iterator<Item = Vec<u8>> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            alphabet[(state >> 33) as usize % alphabet.len()]
        };
        std::iter::from_fn(move || Some((0..length).map(|_| next()).collect())).take(1000)
    }

    const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    #[test]
    fn what_is_drawn_at_random_is_told() {
        for (alphabet, length, floor) in [
            (BASE62, 8, 900),
            (BASE62, 16, 960),
            (BASE62, 32, 990),
            (&BASE62[36..], 8, 950),
            (&BASE62[..36], 12, 950),
            (b"0123456789abcdef", 16, 930),
            (b"0123456789abcdef", 32, 970),
        ] {
            let told = drawn(alphabet, length).filter(|text| is_random(text)).count();
            assert!(told >= floor, "{told} of 1000 texts of {length} bytes out of {}", alphabet.len());
        }
    }

    #[test]
    fn names_and_words_are_not_random() {
        for name in [
            "password",
            "user_password",
            "getAuthToken",
            "sunshine",
            "correcthorse",
            "HTTPRequest",
            "db-config-name",
            "org.example.security.TokenProvider",
            "MAX_TOKEN_LENGTH",
            "sha256sum",
            "changeme",
            "Sup3rSecret!",
            "kubernetes",
            "authentication.token.header",
            "Benutzername",
            "contrasena",
            "x509_certificate",
        ] {
            assert!(!is_random(name.as_bytes()), "{name}");
        }
        let readme = include_str!("../../../README.md");
        let words: Vec<&str> = readme.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 5).collect();
        let random = words.iter().filter(|word| is_random(word.as_bytes())).count();
        assert!(random * 50 < words.len(), "{random} of {}", words.len());
    }

    #[test]
    fn words_are_told_from_letters() {
        for word in ["sunshine", "Password", "hello", "token", "Benutzer"] {
            assert!(is_word(word.as_bytes()), "{word}");
        }
        for no_word in ["xkqzvbtr", "hunter2", "", "a-b", "qzxjkvwp"] {
            assert!(!is_word(no_word.as_bytes()), "{no_word}");
        }
    }
}
