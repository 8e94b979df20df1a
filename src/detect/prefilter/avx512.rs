//! The bitmaps with AVX-512: classes and codes of 64 bytes by one look-up of 7-bit indices each, fingerprints by one of 6-bit
//! codes for each place and eight buckets. What passes is listed by compression, without a branch.
#![allow(unsafe_code, reason = "vector instructions")]
#![allow(
    clippy::needless_range_loop,
    reason = "iterators are compiled without these instructions, and not inlined then"
)]

use std::arch::x86_64::*;

use super::maps::{Before, Maps, SPAN, class, code};
use super::plan::{CLASSES, Class, GROUPS, Tables, WIDTH};

/// Whether the processor has what [`fill`] is compiled for.
pub fn is_available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vbmi2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// Fills in the maps of so many words at the start of `text`, behind `before`.
///
/// # Safety
/// [`is_available`] must have said so.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt")]
pub unsafe fn fill(tables: &Tables, text: &[u8; SPAN], words: usize, mut before: Before, maps: &mut Maps) {
    let (classes, codes) = (table(&class::OF), table(&code::OF));
    let bit = |class: u8| _mm512_set1_epi8(class as i8);
    for word in 0..words + 1 {
        let bytes = load(text, word * 64);
        let high = _mm512_movepi8_mask(bytes);
        let of = _mm512_permutex2var_epi8(classes.0, bytes, classes.1);
        let coded = _mm512_permutex2var_epi8(codes.0, bytes, codes.1);
        store(&mut maps.coded, word * 64, coded);
        let to = word + 1;
        // Bytes above 127 would look up what stands 128 below them.
        let is = |class: u8| _mm512_mask_test_epi8_mask(!high, of, bit(class));
        let (digit, alnum) = (is(class::DIGIT), is(class::ALNUM));
        maps.high[to] = high;
        maps.digit[to] = digit;
        maps.hex[to] = is(class::HEX);
        maps.dot[to] = is(class::DOT);
        maps.colon[to] = is(class::COLON);
        maps.hyphen[to] = is(class::HYPHEN);
        maps.at[to] = is(class::AT);
        maps.blank[to] = is(class::BLANK);
        let upper = _mm512_movepi8_mask(coded) & !high;
        let escapes = _mm512_mask_test_epi8_mask(!high, coded, bit(code::ESCAPE));
        let starts = before.starts(alnum, digit, upper, escapes);
        (maps.starts[to], maps.sharp[to]) = (starts.word, starts.sharp);
    }
    let behind = (words + 1) * 64;
    let last = load(text, behind);
    store(&mut maps.coded, behind, _mm512_permutex2var_epi8(codes.0, last, codes.1));
    let mut buckets = [[_mm512_setzero_si512(); WIDTH]; GROUPS];
    for group in 0..GROUPS {
        for place in 0..WIDTH {
            buckets[group][place] = load(&tables.buckets[group][place], 0);
        }
    }
    let numbers = numbers();
    let mut count = 0;
    for word in 0..words {
        let to = word + 1;
        let mut all = [_mm512_set1_epi8(-1); GROUPS];
        for place in 0..WIDTH {
            // A look-up does not see the upper two bits.
            let codes = load(&maps.coded, word * 64 + place);
            for group in 0..GROUPS {
                all[group] = _mm512_and_si512(all[group], _mm512_permutexvar_epi8(codes, buckets[group][place]));
            }
        }
        let mut of = [_mm512_setzero_si512(); Class::ALL.len()];
        for group in 0..GROUPS {
            let of = &mut of[CLASSES[group] as usize];
            *of = _mm512_or_si512(*of, all[group]);
        }
        let [begins, sharp, any] = of;
        let low = !maps.high[to];
        let found = _mm512_mask_test_epi8_mask(low & maps.starts[to], begins, begins)
            | _mm512_mask_test_epi8_mask(low & maps.sharp[to], sharp, sharp)
            | _mm512_mask_test_epi8_mask(low, any, any);
        for (half, first) in [(found as u32, 0), ((found >> 32) as u32, 32)] {
            let places = _mm512_add_epi16(numbers, _mm512_set1_epi16((64 * word + first) as i16));
            store_places(&mut maps.places, count, _mm512_maskz_compress_epi16(half, places));
            count += half.count_ones() as usize;
        }
    }
    maps.finish_listed(tables, text, words, count);
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(text: &[u8], at: usize) -> __m512i {
    assert!(at + 64 <= text.len());
    // SAFETY: 64 bytes from `at` are within the slice, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(text.as_ptr().add(at).cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(bytes: &mut [u8], at: usize, value: __m512i) {
    assert!(at + 64 <= bytes.len());
    // SAFETY: 64 bytes from `at` are within the slice, and the store needs no alignment.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().add(at).cast(), value) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn table(table: &[u8; 128]) -> (__m512i, __m512i) {
    (load(table, 0), load(table, 64))
}

/// The numbers from 0 to 31.
#[inline]
#[target_feature(enable = "avx512f")]
fn numbers() -> __m512i {
    let numbers: [u16; 32] = std::array::from_fn(|n| n as u16);
    // SAFETY: the array has the 64 bytes that are read, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_places(places: &mut [u16], at: usize, value: __m512i) {
    assert!(at + 32 <= places.len());
    // SAFETY: 32 numbers from `at` are within the slice, and the store needs no alignment.
    unsafe { _mm512_storeu_si512(places.as_mut_ptr().add(at).cast(), value) }
}
