//! Control characters, of which text has few: they are counted in every chunk, so that many are noticed.

#![allow(unsafe_code, reason = "the compiler is told to use vectors that this processor was asked for")]

use super::sniff::is_layout;

/// How many bytes are controls that no text has.
pub fn controls(bytes: &[u8]) -> u64 {
    // Text has none, or few: a quick look finds the pieces that are worth a count.
    let pieces = bytes.chunks(4096).filter(|piece| may_hold_controls(piece));
    pieces.flatten().map(|&b| u64::from(b < 32 && !is_layout(b))).sum()
}

/// Whether a byte below 32 that is not one of 7 to 13 is among these.
fn may_hold_controls(piece: &[u8]) -> bool {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has them.
        return unsafe { may_hold_controls_avx2(piece) };
    }
    may_hold_any(piece)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn may_hold_controls_avx2(piece: &[u8]) -> bool {
    may_hold_any(piece)
}

/// The same with any instructions: compilers make vectors of the lanes.
#[inline(always)]
fn may_hold_any(piece: &[u8]) -> bool {
    let (blocks, rest) = piece.as_chunks::<64>();
    let mut least = [u8::MAX; 64];
    for block in blocks {
        for lane in 0..64 {
            least[lane] = least[lane].min(quick(block[lane]));
        }
    }
    least.contains(&0) || rest.iter().any(|&b| quick(b) == 0)
}

/// Zero for a byte below 32 that is not one of 7 to 13.
#[inline(always)]
fn quick(byte: u8) -> u8 {
    byte.saturating_sub(31) | 7_u8.saturating_sub(byte.wrapping_sub(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_counted_wherever_they_stand() {
        for byte in 0..=255_u8 {
            let is_control = matches!(byte, 0..=6 | 14..=26 | 28..=31);
            assert_eq!(controls(&[byte]), u64::from(is_control), "{byte}");
            for at in [0, 31, 32, 4095, 4096, 4999] {
                let mut text = vec![b'\n'; 5000];
                text[at] = byte;
                assert_eq!(controls(&text), u64::from(is_control), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn vectors_see_what_bytes_show() {
        for byte in 0..=255_u8 {
            let mut text = vec![b' '; 200];
            text[77] = byte;
            assert_eq!(may_hold_controls(&text), may_hold_any(&text), "{byte}");
        }
    }
}
