//! The bitmaps with AVX2: classes of 32 bytes, and fingerprints by look-ups of the two ends of each byte's code.
#![allow(unsafe_code, reason = "vector instructions")]
#![allow(
    clippy::needless_range_loop,
    reason = "iterators are compiled without these instructions, and not inlined then"
)]

use std::arch::x86_64::*;

use super::maps::{Before, Maps, SPAN};
use super::plan::{CLASSES, Class, Ends, GROUPS, Tables, WIDTH};

/// Whether the processor has what [`fill`] is compiled for.
pub fn is_available() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// Fills in the maps of so many words at the start of `text`, behind `before`.
///
/// # Safety
/// [`is_available`] must have said so.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub unsafe fn fill(tables: &Tables, text: &[u8; SPAN], words: usize, mut before: Before, maps: &mut Maps) {
    let mut ends = [[(_mm256_setzero_si256(), _mm256_setzero_si256()); WIDTH]; GROUPS];
    for group in 0..GROUPS {
        for place in 0..WIDTH {
            ends[group][place] = table(&tables.ends[group][place]);
        }
    }
    for word in 0..words + 1 {
        let to = word + 1;
        let (mut digit, mut hex, mut dot, mut colon, mut hyphen, mut at, mut blank, mut high) =
            (0, 0, 0, 0, 0, 0, 0, 0);
        let (mut alnum, mut upper, mut escapes, mut found) = (0, 0, 0, [0; Class::ALL.len()]);
        for half in 0..2 {
            let from = word * 64 + half * 32;
            let bytes = load(text, from);
            let put = |mask: __m256i| u64::from(_mm256_movemask_epi8(mask) as u32) << (32 * half);
            let is = |byte: u8| put(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8)));
            // Signed comparisons: bytes above 127 are less than any digit or letter.
            let between = |bytes: __m256i, low: u8, high: u8| {
                let above = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(low as i8 - 1));
                _mm256_and_si256(above, _mm256_cmpgt_epi8(_mm256_set1_epi8(high as i8 + 1), bytes))
            };
            let digits = between(bytes, b'0', b'9');
            let folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
            digit |= put(digits);
            hex |= put(_mm256_or_si256(digits, between(folded, b'a', b'f')));
            dot |= is(b'.');
            colon |= is(b':');
            hyphen |= is(b'-');
            at |= is(b'@');
            blank |= is(b' ');
            high |= put(bytes);
            let letters = between(folded, b'a', b'z');
            alnum |= put(_mm256_or_si256(digits, letters));
            upper |= put(_mm256_and_si256(letters, between(bytes, b'A', b'Z')));
            escapes |= is(b'\\') | is(b'%') | is(0x1b);
            let mut all = [_mm256_set1_epi8(-1); GROUPS];
            for n in 0..WIDTH {
                let bytes = if n == 0 { bytes } else { load(text, from + n) };
                let codes = plain(bytes);
                // The look-up gives zero for a byte above 127, which no fingerprint begins with.
                let first = _mm256_and_si256(bytes, _mm256_set1_epi8(i8::MIN));
                let low = if n == 0 { _mm256_or_si256(codes, first) } else { codes };
                let upper = _mm256_and_si256(_mm256_srli_epi16::<2>(codes), _mm256_set1_epi8(0x0f));
                for group in 0..GROUPS {
                    let (lower_table, upper_table) = ends[group][n];
                    let lower = _mm256_shuffle_epi8(lower_table, low);
                    let member = _mm256_and_si256(lower, _mm256_shuffle_epi8(upper_table, upper));
                    all[group] = _mm256_and_si256(all[group], member);
                }
            }
            let mut any = [_mm256_setzero_si256(); Class::ALL.len()];
            for group in 0..GROUPS {
                let any = &mut any[CLASSES[group] as usize];
                *any = _mm256_or_si256(*any, all[group]);
            }
            for class in 0..Class::ALL.len() {
                let none = _mm256_cmpeq_epi8(any[class], _mm256_setzero_si256());
                found[class] |= u64::from(!_mm256_movemask_epi8(none) as u32) << (32 * half);
            }
        }
        maps.digit[to] = digit;
        maps.hex[to] = hex;
        maps.dot[to] = dot;
        maps.colon[to] = colon;
        maps.hyphen[to] = hyphen;
        maps.at[to] = at;
        maps.blank[to] = blank;
        maps.high[to] = high;
        let starts = before.starts(alnum, digit, upper, escapes);
        let [begins, sharp, any] = found;
        maps.literal[to] = begins & starts.word | sharp & starts.sharp | any;
    }
    maps.finish(tables, text, words);
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(text: &[u8; SPAN], at: usize) -> __m256i {
    assert!(at + 32 <= SPAN);
    // SAFETY: 32 bytes from `at` are within the array, and the load needs no alignment.
    unsafe { _mm256_loadu_si256(text.as_ptr().add(at).cast()) }
}

/// The plain code of each byte, see [`code::plain`](super::maps::code::plain). The look-up of its lower four bits disregards the others.
#[inline]
#[target_feature(enable = "avx2")]
fn plain(bytes: __m256i) -> __m256i {
    let letters = _mm256_srli_epi16::<1>(_mm256_and_si256(bytes, _mm256_set1_epi8(0x40)));
    _mm256_or_si256(_mm256_and_si256(bytes, _mm256_set1_epi8(0x1f)), letters)
}

/// The tables of the lower and of the upper ends, in both lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn table(ends: &Ends) -> (__m256i, __m256i) {
    // SAFETY: each array has the 16 bytes that are read, and the loads need no alignment.
    let halves = unsafe { [_mm_loadu_si128(ends.lower.as_ptr().cast()), _mm_loadu_si128(ends.upper.as_ptr().cast())] };
    (_mm256_broadcastsi128_si256(halves[0]), _mm256_broadcastsi128_si256(halves[1]))
}
