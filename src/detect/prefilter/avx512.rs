//! The bitmaps with AVX-512: classes and fingerprints of 64 bytes by one look-up of 7-bit indices each.
#![allow(unsafe_code, reason = "vector instructions")]
#![allow(
    clippy::needless_range_loop,
    reason = "iterators are compiled without these instructions, and not inlined then"
)]

use std::arch::x86_64::*;

use super::maps::{Maps, SPAN, class};
use super::plan::{GROUPS, Tables};

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

/// Fills in the maps of the window at the start of `text`.
///
/// # Safety
/// [`is_available`] must have said so.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt")]
pub unsafe fn fill(tables: &Tables, text: &[u8; SPAN], maps: &mut Maps) {
    let classes = table(&class::OF);
    let mut buckets = [[classes; 4]; GROUPS];
    for group in 0..GROUPS {
        for place in 0..4 {
            buckets[group][place] = table(&tables.buckets[group][place]);
        }
    }
    let bit = |class: u8| _mm512_set1_epi8(class as i8);
    for word in 0..Maps::FILLED {
        let at = word * 64;
        let bytes = load(text, at);
        let high = _mm512_movepi8_mask(bytes);
        let of = _mm512_permutex2var_epi8(classes.0, bytes, classes.1);
        let to = word + 1;
        // Bytes above 127 would look up what stands 128 below them.
        let is = |class: u8| _mm512_mask_test_epi8_mask(!high, of, bit(class));
        maps.high[to] = high;
        maps.digit[to] = is(class::DIGIT);
        maps.hex[to] = is(class::HEX);
        maps.dot[to] = is(class::DOT);
        maps.colon[to] = is(class::COLON);
        maps.hyphen[to] = is(class::HYPHEN);
        maps.at[to] = is(class::AT);
        maps.blank[to] = is(class::BLANK);
        let next = [bytes, load(text, at + 1), load(text, at + 2), load(text, at + 3)];
        let mut any = _mm512_setzero_si512();
        for group in &buckets {
            let member = |n: usize| _mm512_permutex2var_epi8(group[n].0, next[n], group[n].1);
            let all = _mm512_and_si512(_mm512_and_si512(member(0), member(1)), _mm512_and_si512(member(2), member(3)));
            any = _mm512_or_si512(any, all);
        }
        maps.literal[to] = _mm512_mask_test_epi8_mask(!high, any, any);
    }
    maps.finish(tables, text);
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(text: &[u8; SPAN], at: usize) -> __m512i {
    assert!(at + 64 <= SPAN);
    // SAFETY: 64 bytes from `at` are within the array, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(text.as_ptr().add(at).cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn table(table: &[u8; 128]) -> (__m512i, __m512i) {
    // SAFETY: both halves are within the array, and the loads need no alignment.
    unsafe { (_mm512_loadu_si512(table.as_ptr().cast()), _mm512_loadu_si512(table.as_ptr().add(64).cast())) }
}
