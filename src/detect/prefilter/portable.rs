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
        | byte & HIGH
}

/// Where the fingerprints begin in the 64 bytes from `at`.
///
/// A word holds sixteen buckets for each of four places. Each byte moves the places on by one and leaves the buckets that
/// have it there: what arrives at the last place stood in one bucket four times. One step waits for the one before, so four
/// stretches of the block go side by side.
#[inline(always)]
fn fingerprints(tables: &Tables, text: &[u8; SPAN], at: usize) -> u64 {
    const STRETCHES: usize = 4;
    const STRETCH: usize = 64 / STRETCHES;
    const FIRST: u64 = 0xffff;
    let block = &text[at..at + 64 + 3];
    let mut states = [0_u64; STRETCHES];
    let mut found = [0_u64; STRETCHES];
    for n in 0..STRETCH + 3 {
        for stretch in 0..STRETCHES {
            let byte = block[stretch * STRETCH + n];
            states[stretch] = (states[stretch] << 16 | FIRST) & tables.places[usize::from(byte)];
            // In reverse, and the first three, which have not come to the last place yet, move out in the end.
            found[stretch] = found[stretch] + found[stretch] + u64::from(states[stretch] >> 48 != 0);
        }
    }
    let mut all = 0;
    for (stretch, found) in found.into_iter().enumerate() {
        all |= (found & FIRST).reverse_bits() >> (64 - STRETCH) << (stretch * STRETCH);
    }
    all
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
