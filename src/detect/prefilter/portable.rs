//! The bitmaps on any processor: classes by arithmetic on words or by the vectors that every x86-64 has, fingerprints by a
//! table look-up for each pair of bytes.

use super::maps::{Before, Maps, SPAN};
use super::plan::{Class, Tables, lack};

/// Fills in the maps of so many words at the start of `text`, behind `before`.
pub fn fill(tables: &Tables, text: &[u8; SPAN], words: usize, mut before: Before, maps: &mut Maps) {
    for word in 0..words + 1 {
        let Some(bytes) = text[word * 64..].first_chunk::<64>() else { break };
        let classes = classes(bytes);
        let to = word + 1;
        maps.digit[to] = classes.digit;
        maps.hex[to] = classes.hex;
        maps.dot[to] = classes.dot;
        maps.colon[to] = classes.colon;
        maps.hyphen[to] = classes.hyphen;
        maps.at[to] = classes.at;
        maps.blank[to] = classes.blank;
        maps.high[to] = classes.high;
        if let Some(bytes) = text[word * 64..].first_chunk::<67>() {
            let starts = before.starts(classes.alnum, classes.digit, classes.upper, classes.escapes);
            let [begins, sharp, any] = fingerprints(&tables.lacking, bytes);
            maps.literal[to] = begins & starts.word | sharp & starts.sharp | any;
        }
    }
    maps.finish(tables, text, words);
}

/// Where a fingerprint of each class may stand in the 64 bytes at the start of `bytes`: where some bucket lacks neither its first
/// two nor its last two bytes.
#[inline(always)]
fn fingerprints(lacking: &[[u64; 2]; 1 << 12], bytes: &[u8; 67]) -> [u64; Class::ALL.len()] {
    let of = |at: usize| &lacking[usize::from(bytes[at] & 63) << 6 | usize::from(bytes[at + 1] & 63)];
    let [begins, sharp, any] = lack::SPARE;
    let mut found = [[0_u8; 8]; Class::ALL.len()];
    let mut last = [of(64)[1], of(65)[1]];
    for eight in (0..8).rev() {
        // The three bits of eight places fit into one word side by side.
        let mut lacks = 0_u64;
        for at in (4 * eight..4 * eight + 4).rev() {
            let here = [of(2 * at), of(2 * at + 1)];
            for place in [1, 0] {
                let all = (here[place][0] | last[place]) + lack::FIRST;
                lacks = lacks << 1 | (all & lack::SPARES) >> begins;
            }
            last = [here[0][1], here[1][1]];
        }
        found[0][eight] = !(lacks as u8);
        found[1][eight] = !((lacks >> (sharp - begins)) as u8);
        found[2][eight] = !((lacks >> (any - begins)) as u8);
    }
    found.map(u64::from_le_bytes)
}

/// Which of 64 bytes are of each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    pub digit: u64,
    pub hex: u64,
    pub dot: u64,
    pub colon: u64,
    pub hyphen: u64,
    pub at: u64,
    pub blank: u64,
    pub high: u64,
    pub alnum: u64,
    pub upper: u64,
    /// Signs with which escapes or terminal colours begin.
    pub escapes: u64,
}

/// The classes by the vectors of every x86-64.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
#[inline(always)]
fn classes(bytes: &[u8; 64]) -> Classes {
    super::sse2::classes(bytes)
}

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
use by_words::classes;

/// The classes by arithmetic on words, for every other processor.
#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
mod by_words {
    use super::Classes;
    use crate::detect::prefilter::maps::class;

    const HIGH: u8 = 128;
    /// Of the second byte of classes.
    const UPPER: u8 = 1;
    const ESCAPE: u8 = 2;

    #[inline(always)]
    pub fn classes(bytes: &[u8; 64]) -> Classes {
        // Compilers make vectors of this.
        let (mut of, mut more) = ([0_u8; 64], [0_u8; 64]);
        for ((of, more), &byte) in of.iter_mut().zip(&mut more).zip(bytes) {
            (*of, *more) = (class_of(byte), more_of(byte));
        }
        let (of, more) = (turned(&of), turned(&more));
        let gather = |of: &[u64; 8], class: u8| of[class.trailing_zeros() as usize];
        Classes {
            digit: gather(&of, class::DIGIT),
            hex: gather(&of, class::HEX),
            dot: gather(&of, class::DOT),
            colon: gather(&of, class::COLON),
            hyphen: gather(&of, class::HYPHEN),
            at: gather(&of, class::AT),
            blank: gather(&of, class::BLANK),
            high: gather(&of, HIGH),
            alnum: gather(&more, class::ALNUM),
            upper: gather(&more, UPPER),
            escapes: gather(&more, ESCAPE),
        }
    }

    /// For each class, a bit for each byte.
    #[inline(always)]
    fn turned(of: &[u8; 64]) -> [u64; 8] {
        // Turned about, byte `c` of a word has a bit of class `c` for each of eight bytes.
        let mut turned = [[0_u8; 8]; 8];
        for n in 0..8 {
            let mut eight = [0; 8];
            eight.copy_from_slice(&of[8 * n..8 * n + 8]);
            let bytes = transposed(u64::from_le_bytes(eight)).to_le_bytes();
            for (class, map) in turned.iter_mut().enumerate() {
                map[n] = bytes[class];
            }
        }
        turned.map(u64::from_le_bytes)
    }

    /// The classes of a byte, without branches or tables.
    #[inline(always)]
    fn class_of(byte: u8) -> u8 {
        let is = |is: bool, classes: u8| u8::from(is).wrapping_neg() & classes;
        is(byte.wrapping_sub(b'0') < 10, class::DIGIT | class::HEX)
            | is((byte | 0x20).wrapping_sub(b'a') < 6, class::HEX)
            | is(byte == b'.', class::DOT)
            | is(byte == b':', class::COLON)
            | is(byte == b'-', class::HYPHEN)
            | is(byte == b'@', class::AT)
            | is(byte == b' ', class::BLANK)
            | byte & HIGH
    }

    /// The classes that have no room beside these.
    #[inline(always)]
    fn more_of(byte: u8) -> u8 {
        let is = |is: bool, classes: u8| u8::from(is).wrapping_neg() & classes;
        is(byte.wrapping_sub(b'0') < 10, class::ALNUM)
            | is((byte | 0x20).wrapping_sub(b'a') < 26, class::ALNUM)
            | is(byte.wrapping_sub(b'A') < 26, UPPER)
            | is((byte == b'\\') | (byte == b'%') | (byte == 0x1b), ESCAPE)
    }

    /// A matrix of eight by eight bits, turned about its diagonal: bit `j` of byte `i` becomes bit `i` of byte `j`.
    #[inline(always)]
    fn transposed(mut bits: u64) -> u64 {
        for (shift, mask) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)] {
            let moved = (bits ^ bits >> shift) & mask;
            bits ^= moved ^ moved << shift;
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_telling_classes_agree_on_every_byte() {
        for turn in 0..=255_u8 {
            let bytes: [u8; 64] = std::array::from_fn(|i| (i as u8).wrapping_mul(7).wrapping_add(turn));
            assert_eq!(classes(&bytes), by_words::classes(&bytes));
        }
    }
}
