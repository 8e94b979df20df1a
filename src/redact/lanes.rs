//! Keyed BLAKE3 of sixteen short messages at once.
//!
//! A message of up to 64 bytes is one block, and its hash one call of the compression function, which is a long chain of
//! additions and rotations: done for one message, a processor waits most of the time. Here each step is done for the same
//! word of many messages, one in each lane of a vector. The answers are those of [`blake3::keyed_hash`], whose vectors go
//! along the blocks of a long message and do nothing for short ones.

#![allow(unsafe_code, reason = "the compiler is told to use vectors that this processor was asked for")]

use zeroize::Zeroize;

/// Messages that are hashed together.
pub const LANES: usize = 16;

/// Bytes of a block: the longest message.
pub const BLOCK: usize = 64;

const WORDS: usize = BLOCK / 4;

/// Messages of up to a block, in columns: word after word, and of each word one of every message.
pub struct Messages {
    words: [[u32; LANES]; WORDS],
    lengths: [u32; LANES],
}

impl Default for Messages {
    fn default() -> Messages {
        Messages { words: [[0; LANES]; WORDS], lengths: [0; LANES] }
    }
}

impl Messages {
    /// Puts a message of `length` bytes into a lane: those of `block`, which holds zeros behind them, and of `before`, whose lowest
    /// byte is the first. Where one of the two has a byte, the other has a zero.
    #[inline]
    pub fn set(&mut self, lane: usize, before: u64, block: &[u8; BLOCK], length: usize) {
        let (words, _) = block.as_chunks::<4>();
        for (lanes, word) in self.words.iter_mut().zip(words) {
            lanes[lane] = u32::from_le_bytes(*word);
        }
        self.words[0][lane] |= before as u32;
        self.words[1][lane] |= (before >> 32) as u32;
        self.lengths[lane] = length as u32;
    }

    /// Wipes them.
    pub fn wipe(&mut self) {
        self.words.zeroize();
    }

    /// The first eight bytes of each message's hash under `key`, as a number with the first byte highest, as far as the first
    /// `count` messages are concerned.
    pub fn hash(&self, key: &[u8; 32], count: usize) -> [u64; LANES] {
        /// All together take as long as so many one by one.
        const FEW: usize = 4;
        if count <= FEW {
            let key = words_of(key);
            let hash =
                |lane| number(compress(&key, std::array::from_fn(|word| self.words[word][lane]), self.lengths[lane]));
            return std::array::from_fn(|lane| if lane < count { hash(lane) } else { 0 });
        }
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has them.
                return unsafe { self.hash_avx512(key) };
            }
            if is_x86_feature_detected!("avx2") {
                // SAFETY: as above.
                return unsafe { self.hash_avx2(key) };
            }
        }
        self.each(key)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn hash_avx512(&self, key: &[u8; 32]) -> [u64; LANES] {
        self.each(key)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn hash_avx2(&self, key: &[u8; 32]) -> [u64; LANES] {
        self.each(key)
    }

    /// Lane by lane; compilers do as many at once as a vector holds.
    #[inline(always)]
    fn each(&self, key: &[u8; 32]) -> [u64; LANES] {
        let words = words_of(key);
        let (mut high, mut low) = ([0; LANES], [0; LANES]);
        for (lane, (high, low)) in high.iter_mut().zip(&mut low).enumerate() {
            [*high, *low] = compress(&words, std::array::from_fn(|word| self.words[word][lane]), self.lengths[lane]);
        }
        std::array::from_fn(|lane| number([high[lane], low[lane]]))
    }
}

/// A key as words.
#[inline(always)]
fn words_of(key: &[u8; 32]) -> [u32; 8] {
    let (key, _) = key.as_chunks::<4>();
    let mut words = [0; 8];
    for (word, key) in words.iter_mut().zip(key) {
        *word = u32::from_le_bytes(*key);
    }
    words
}

/// The first two words of a hash as a number, with the first byte highest.
#[inline(always)]
fn number([high, low]: [u32; 2]) -> u64 {
    u64::from(high.swap_bytes()) << 32 | u64::from(low.swap_bytes())
}

/// The first words of SHA-256's initial state, which BLAKE3 takes over.
const IV: [u32; 4] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a];

/// A chunk's first block, its last, that of the root, and under a key.
const FLAGS: u32 = 1 | 2 | 8 | 16;

/// The compression function of BLAKE3 (section 2.2 of its paper) over a block that is all of its message: the first two
/// words of what comes out. It is written out, since only what has neither loops nor indices that change becomes vectors.
#[inline(always)]
fn compress(key: &[u32; 8], words: [u32; WORDS], length: u32) -> [u32; 2] {
    let [k0, k1, k2, k3, k4, k5, k6, k7] = *key;
    let [i0, i1, i2, i3] = IV;
    let state = [k0, k1, k2, k3, k4, k5, k6, k7, i0, i1, i2, i3, 0, 0, length, FLAGS];
    let (state, words) = round(state, words);
    let (state, words) = round(state, words);
    let (state, words) = round(state, words);
    let (state, words) = round(state, words);
    let (state, words) = round(state, words);
    let (state, words) = round(state, words);
    let (state, _) = round(state, words);
    [state[0] ^ state[8], state[1] ^ state[9]]
}

/// One round of seven: mixes the columns of the state, then its diagonals, and puts the words in order for the next.
#[inline(always)]
fn round(v: [u32; 16], m: [u32; WORDS]) -> ([u32; 16], [u32; WORDS]) {
    let [a0, b0, c0, d0] = mix(v[0], v[4], v[8], v[12], m[0], m[1]);
    let [a1, b1, c1, d1] = mix(v[1], v[5], v[9], v[13], m[2], m[3]);
    let [a2, b2, c2, d2] = mix(v[2], v[6], v[10], v[14], m[4], m[5]);
    let [a3, b3, c3, d3] = mix(v[3], v[7], v[11], v[15], m[6], m[7]);
    let [a0, b1, c2, d3] = mix(a0, b1, c2, d3, m[8], m[9]);
    let [a1, b2, c3, d0] = mix(a1, b2, c3, d0, m[10], m[11]);
    let [a2, b3, c0, d1] = mix(a2, b3, c0, d1, m[12], m[13]);
    let [a3, b0, c1, d2] = mix(a3, b0, c1, d2, m[14], m[15]);
    let state = [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3];
    let [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = m;
    (state, [m2, m6, m3, m10, m7, m0, m4, m13, m1, m11, m12, m5, m9, m14, m15, m8])
}

#[inline(always)]
fn mix(a: u32, b: u32, c: u32, d: u32, x: u32, y: u32) -> [u32; 4] {
    let a = a.wrapping_add(b).wrapping_add(x);
    let d = (d ^ a).rotate_right(16);
    let c = c.wrapping_add(d);
    let b = (b ^ c).rotate_right(12);
    let a = a.wrapping_add(b).wrapping_add(y);
    let d = (d ^ a).rotate_right(8);
    let c = c.wrapping_add(d);
    let b = (b ^ c).rotate_right(7);
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_lane_gives_what_blake3_gives(
            key in any::<[u8; 32]>(),
            texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=BLOCK), LANES),
        ) {
            let mut messages = Messages::default();
            for (lane, text) in texts.iter().enumerate() {
                let mut block = [0; BLOCK];
                block[..text.len()].copy_from_slice(text);
                messages.set(lane, 0, &block, text.len());
            }
            let expected = |text: &Vec<u8>| {
                let hash = blake3::keyed_hash(&key, text);
                u64::from_be_bytes(*hash.as_bytes().first_chunk().unwrap())
            };
            let expected: Vec<u64> = texts.iter().map(expected).collect();
            for count in 0..=LANES {
                prop_assert_eq!(&messages.hash(&key, count)[..count], &expected[..count]);
            }
            prop_assert_eq!(messages.each(&key).to_vec(), expected.clone());
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has them.
                prop_assert_eq!(unsafe { messages.hash_avx2(&key) }.to_vec(), expected);
            }
        }
    }
}
