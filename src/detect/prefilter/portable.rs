//! The bitmaps on any processor: classes by arithmetic on words or by the vectors that every x86-64 has, fingerprints by a
//! table look-up for each pair of bytes.

use super::maps::{Maps, SPAN};
use super::plan::Tables;

/// Fills in the maps of so many words at the start of `text`.
pub fn fill(tables: &Tables, text: &[u8; SPAN], words: usize, maps: &mut Maps) {
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
            maps.literal[to] = fingerprints(&tables.missing, bytes);
        }
    }
    maps.finish(tables, text, words);
}

/// Where a fingerprint may stand in the 64 bytes at the start of `bytes`: where some bucket lacks neither its first two nor its
/// last two bytes.
#[inline(always)]
fn fingerprints(missing: &[u64; 1 << 12], bytes: &[u8; 67]) -> u64 {
    let pair = |at: usize| missing[usize::from(bytes[at] & 63) << 6 | usize::from(bytes[at + 1] & 63)];
    let mut last = [pair(64), pair(65)];
    let mut found = 0_u64;
    for at in (0..32).rev() {
        let here = [pair(2 * at), pair(2 * at + 1)];
        for place in [1, 0] {
            let lacking = (last[place] >> 32 | here[place]) as u32;
            found = found << 1 | u64::from(lacking != u32::MAX);
        }
        last = here;
    }
    found
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

    #[inline(always)]
    pub fn classes(bytes: &[u8; 64]) -> Classes {
        // Compilers make vectors of this.
        let mut of = [0_u8; 64];
        for (of, &byte) in of.iter_mut().zip(bytes) {
            *of = class_of(byte);
        }
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
        let gather = |class: u8| u64::from_le_bytes(turned[class.trailing_zeros() as usize]);
        Classes {
            digit: gather(class::DIGIT),
            hex: gather(class::HEX),
            dot: gather(class::DOT),
            colon: gather(class::COLON),
            hyphen: gather(class::HYPHEN),
            at: gather(class::AT),
            blank: gather(class::BLANK),
            high: gather(HIGH),
        }
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
