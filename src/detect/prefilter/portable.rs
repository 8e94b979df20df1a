//! The bitmaps on any processor: a table look-up for each byte, and the bits of eight bytes turned into one byte for each class.

use super::maps::{Maps, SPAN, class};
use super::plan::Tables;

/// Fills in the maps of the window at the start of `text`.
pub fn fill(tables: &Tables, text: &[u8; SPAN], maps: &mut Maps) {
    for word in 0..Maps::FILLED {
        let at = word * 64;
        // Compilers make vectors of this.
        let mut classes = [0_u8; 64];
        for (class, &byte) in classes.iter_mut().zip(&text[at..at + 64]) {
            *class = class_of(byte);
        }
        // Turned about, byte `c` of a word has a bit of class `c` for each of eight bytes.
        let mut turned = [[0_u8; 8]; 8];
        for n in 0..8 {
            let mut eight = [0; 8];
            eight.copy_from_slice(&classes[8 * n..8 * n + 8]);
            let bytes = transposed(u64::from_le_bytes(eight)).to_le_bytes();
            for (class, map) in turned.iter_mut().enumerate() {
                map[n] = bytes[class];
            }
        }
        let gather = |class: u8| u64::from_le_bytes(turned[class.trailing_zeros() as usize]);
        let to = word + 1;
        maps.digit[to] = gather(class::DIGIT);
        maps.hex[to] = gather(class::HEX);
        maps.dot[to] = gather(class::DOT);
        maps.colon[to] = gather(class::COLON);
        maps.hyphen[to] = gather(class::HYPHEN);
        maps.at[to] = gather(class::AT);
        maps.blank[to] = gather(class::BLANK);
        maps.high[to] = gather(HIGH);
        maps.literal[to] = fingerprints(tables, text, at);
    }
    maps.finish(tables, text);
}

const HIGH: u8 = 128;

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

/// Where three bytes stand with which a fingerprint may begin, in the 64 bytes from `at`.
#[inline(always)]
fn fingerprints(tables: &Tables, text: &[u8; SPAN], at: usize) -> u64 {
    let block = &text[at..at + 66];
    let mut triple = u32::from(block[0] & 31) << 5 | u32::from(block[1] & 31);
    let mut found = 0;
    for i in 0..64 {
        triple = triple << 5 | u32::from(block[i + 2] & 31);
        let word = tables.triples[(triple >> 6) as usize & 511];
        found |= (word >> (triple & 63) & 1) << i;
    }
    found
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
