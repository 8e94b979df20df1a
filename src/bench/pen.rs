//! The pen: writes a text from a seed and counts what it plants.

use super::Corpus;
use crate::kind::Kind;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes a corpus and counts what it plants.
pub(super) struct Pen {
    pub(super) text: Vec<u8>,
    counts: [u64; Kind::ALL.len()],
    /// Lines written so far.
    pub(super) line: u64,
    state: u64,
}

impl Pen {
    pub(super) fn new(seed: u64, bytes: usize) -> Pen {
        Pen { text: Vec::with_capacity(bytes + 1024), counts: [0; Kind::ALL.len()], line: 0, state: seed }
    }

    pub(super) fn is_short_of(&self, bytes: usize) -> bool {
        self.text.len() < bytes
    }

    pub(super) fn finish(self) -> Corpus {
        let planted = Kind::ALL.into_iter().map(|kind| (kind, self.counts[kind as usize])).filter(|(_, n)| *n > 0);
        Corpus { planted: planted.collect(), text: self.text }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): one addition and two multiplications a number.
    pub(super) fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn pick<T: Copy, const N: usize>(&mut self, from: &[T; N]) -> T {
        from[(self.random() % N as u64) as usize]
    }

    pub(super) fn count(&mut self, kind: Kind) {
        self.counts[kind as usize] += 1;
    }

    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    pub(super) fn end(&mut self) {
        self.text.push(b'\n');
        self.line += 1;
    }

    /// A random number of exactly `digits` digits, the first of which is not zero.
    pub(super) fn number(&mut self, digits: u32) {
        let least = 10u64.pow(digits - 1);
        let number = least + self.random() % (9 * least);
        self.decimal(number);
    }

    pub(super) fn decimal(&mut self, mut number: u64) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.put(&digits[start..]);
    }

    pub(super) fn hex(&mut self, digits: usize) {
        for done in (0..digits).step_by(16) {
            let random = self.random();
            self.text
                .extend((0..(digits - done).min(16)).map(|i| b"0123456789abcdef"[(random >> (4 * i)) as usize & 15]));
        }
    }

    /// Random bytes but for `@`, which makes addresses of what stands around it.
    pub(super) fn noise(&mut self, bytes: usize) {
        for done in (0..bytes).step_by(8) {
            let random = self.random().to_le_bytes();
            self.text.extend(random[..(bytes - done).min(8)].iter().map(|&b| if b == b'@' { b'A' } else { b }));
        }
    }

    pub(super) fn base64(&mut self, letters: usize) {
        for done in (0..letters).step_by(8) {
            let random = self.random();
            self.text.extend((0..(letters - done).min(8)).map(|i| BASE64[(random >> (6 * i)) as usize & 63]));
        }
    }

    pub(super) fn base62(&mut self, letters: usize) {
        for done in (0..letters).step_by(8) {
            let random = self.random();
            self.text.extend((0..(letters - done).min(8)).map(|i| BASE62[(random >> (8 * i)) as usize % 256 % 62]));
        }
    }
}
