//! The classes of bytes with SSE2, which every x86-64 has.
#![allow(unsafe_code, reason = "vector instructions")]

use std::arch::x86_64::*;

use super::portable::Classes;

/// Which of 64 bytes are of each class.
#[inline(always)]
pub fn classes(bytes: &[u8; 64]) -> Classes {
    // SAFETY: this file is compiled only for targets that have these instructions.
    unsafe { by_vectors(bytes) }
}

#[inline]
#[target_feature(enable = "sse2")]
fn by_vectors(bytes: &[u8; 64]) -> Classes {
    let mut of = Classes::default();
    for quarter in 0..4 {
        // SAFETY: 16 bytes from there are within the array, and the load needs no alignment.
        let vector = unsafe { _mm_loadu_si128(bytes.as_ptr().add(16 * quarter).cast()) };
        let put = |mask: __m128i| u64::from(_mm_movemask_epi8(mask) as u16) << (16 * quarter);
        let is = |byte: u8| put(_mm_cmpeq_epi8(vector, _mm_set1_epi8(byte as i8)));
        // Signed comparisons: bytes above 127 are less than any digit or letter.
        let between = |vector: __m128i, low: u8, high: u8| {
            let above = _mm_cmpgt_epi8(vector, _mm_set1_epi8(low as i8 - 1));
            _mm_and_si128(above, _mm_cmplt_epi8(vector, _mm_set1_epi8(high as i8 + 1)))
        };
        let digits = between(vector, b'0', b'9');
        let folded = _mm_or_si128(vector, _mm_set1_epi8(0x20));
        of.digit |= put(digits);
        of.hex |= put(_mm_or_si128(digits, between(folded, b'a', b'f')));
        of.dot |= is(b'.');
        of.colon |= is(b':');
        of.hyphen |= is(b'-');
        of.at |= is(b'@');
        of.blank |= is(b' ');
        of.high |= put(vector);
        let letters = between(folded, b'a', b'z');
        of.alnum |= put(_mm_or_si128(digits, letters));
        of.upper |= put(between(vector, b'A', b'Z'));
        of.escapes |= is(b'\\') | is(b'%') | is(0x1b);
    }
    of
}
