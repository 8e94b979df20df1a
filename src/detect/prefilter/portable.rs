//! The bitmaps on any processor: a table look-up for each byte, and the bits of eight bytes turned into one byte for each class.

use super::maps::{Maps, SPAN, class};
use super::plan::Tables;

/// Fills in the maps of the window at the start of `text`.
pub fn fill(tables: &Tables, text: &[u8; SPAN], maps: &mut Maps) {
    for word in 0..Maps::FILLED {
        let at = word * 64;
        let mut classes = [0_u64; 8];
        let mut literal = 0_u64;
        let mut triple = usize::from(text[at] & 31) << 5 | usize::from(text[at + 1] & 31);
        for n in 0..8 {
            let mut eight = [0; 8];
            for i in 0..8 {
                eight[i] = CLASSES[usize::from(text[at + n * 8 + i])];
                triple = (triple << 5 | usize::from(text[at + n * 8 + i + 2] & 31)) & 0x7fff;
                literal |= (tables.triples[triple >> 6] >> (triple & 63) & 1) << (n * 8 + i);
            }
            // Turned about, byte `c` has a bit of class `c` for each of the eight.
            classes[n] = transposed(u64::from_le_bytes(eight));
        }
        let gather = |class: u8| {
            let mut all = 0;
            for (n, eight) in classes.iter().enumerate() {
                all |= (eight >> (8 * class.trailing_zeros()) & 0xff) << (8 * n);
            }
            all
        };
        let to = word + 1;
        maps.digit[to] = gather(class::DIGIT);
        maps.hex[to] = gather(class::HEX);
        maps.dot[to] = gather(class::DOT);
        maps.colon[to] = gather(class::COLON);
        maps.hyphen[to] = gather(class::HYPHEN);
        maps.at[to] = gather(class::AT);
        maps.high[to] = gather(HIGH);
        maps.literal[to] = literal;
    }
    maps.finish(tables, text);
}

const HIGH: u8 = 128;

/// The classes of each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [HIGH; 256];
    let mut i = 0;
    while i < 128 {
        classes[i] = class::OF[i];
        i += 1;
    }
    classes
};

/// A matrix of eight by eight bits, turned about its diagonal: bit `j` of byte `i` becomes bit `i` of byte `j`.
#[inline(always)]
fn transposed(mut bits: u64) -> u64 {
    for (shift, mask) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)] {
        let moved = (bits ^ bits >> shift) & mask;
        bits ^= moved ^ moved << shift;
    }
    bits
}
