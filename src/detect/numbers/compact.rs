//! A number as people write it: digits and letters in groups, with separators between them.

use crate::detect::bytes::{ALNUM, ByteSet, DIGIT};
use crate::detect::view::View;

/// The most digits and letters that are read of one number. The longest IBAN has 34.
const LIMIT: usize = 40;

/// A number without its separators, and where each of its bytes stands.
pub struct Compact {
    bytes: [u8; LIMIT],
    at: [usize; LIMIT],
    len: usize,
}

impl Compact {
    /// Reads a number of `members` from `start` on, with up to `width` bytes of `between` from one to the next.
    ///
    /// Letters are taken as capitals. A no-break space, in UTF-8, counts as one separator.
    pub fn read(view: &View<'_>, start: usize, members: ByteSet, between: ByteSet, width: usize) -> Compact {
        let mut compact = Compact { bytes: [0; LIMIT], at: [0; LIMIT], len: 0 };
        let mut i = start;
        let mut separators = 0;
        while compact.len < LIMIT {
            let Some(byte) = view.at(i) else { break };
            if members.contains(byte) {
                compact.bytes[compact.len] = byte.to_ascii_uppercase();
                compact.at[compact.len] = i;
                compact.len += 1;
                separators = 0;
            } else if separators < width && compact.len > 0 && between.contains(byte) {
                separators += 1;
            } else if separators < width && byte == 0xc2 && view.at(i + 1) == Some(0xa0) {
                separators += 1;
                i += 1;
            } else {
                break;
            }
            i += 1;
        }
        compact
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The index behind its first `n` bytes.
    pub fn end(&self, n: usize) -> usize {
        self.at[n.clamp(1, LIMIT) - 1] + 1
    }

    /// Whether a group begins with its byte number `n`: a separator, or the start, stands before it.
    pub fn begins_group(&self, n: usize) -> bool {
        n == 0 || n >= self.len || self.at[n] > self.at[n - 1] + 1
    }

    /// The lengths of the groups of the first `n` bytes, of the first eight at most.
    pub fn groups(&self, n: usize) -> ([usize; 8], usize) {
        let mut lengths = [0; 8];
        let mut count = 0;
        for i in 0..n.min(self.len) {
            if self.begins_group(i) {
                count += 1;
            }
            if let Some(length) = lengths.get_mut(count - 1) {
                *length += 1;
            }
        }
        (lengths, count)
    }

    /// Whether its first `n` bytes end a number for good: neither a letter nor a digit follows, nor a fraction.
    pub fn ends_at(&self, view: &View<'_>, n: usize) -> bool {
        n <= self.len && n > 0 && ends(view, self.end(n))
    }
}

/// Whether a number may end before `at`: no letter or digit follows, nor a dot, a hyphen, a comma or a colon that a digit follows.
pub fn ends(view: &View<'_>, at: usize) -> bool {
    match view.at(at) {
        None => true,
        Some(b) if ALNUM.contains(b) || b == b'_' || b >= 0x80 && b != 0xc2 && b < 0xe2 => false,
        Some(b'.' | b'-' | b':' | b',' | b'/') => !view.is(at + 1, ALNUM) || view.at(at) == Some(b','),
        Some(b'@' | b'%' | b'=') => false,
        Some(_) => true,
    }
}

/// Whether a number may begin at `at`: what stands before is no part of a longer word, path, fraction or option.
pub fn begins(view: &View<'_>, at: usize) -> bool {
    match view.before(at) {
        None => true,
        // A hyphen or a slash only as an item of a list.
        Some(b'-' | b'/') => view.back(at, 2).is_none_or(|b| matches!(b, b' ' | b'\t' | b'\n')),
        Some(b'.' | b'\\' | b'+' | b'@' | b'%' | b'$' | b'&') => false,
        Some(b':') => !view.back(at, 2).is_some_and(|b| DIGIT.contains(b)),
        // `1,234,567`; in rows such as `17,4929123456781234,paid` a cell begins there.
        Some(b',') => {
            let end = view.run(at, DIGIT, 4);
            let is_thousands = end - at == 3 && !view.is(end, const { ByteSet::of(b"- ") });
            !(is_thousands && view.back(at, 2).is_some_and(|b| DIGIT.contains(b)))
        }
        Some(b) => b >= 0x80 || view.starts_word(at),
    }
}

/// The sum of Luhn (ISO/IEC 7812-1, annex B).
pub fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &b)| {
            let digit = u32::from(b.wrapping_sub(b'0')) << (i % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    digits.len() > 1 && sum.is_multiple_of(10)
}

/// The digits weighed and summed.
pub fn weighed(digits: &[u8], weights: &[i32]) -> i32 {
    digits.iter().zip(weights).map(|(b, w)| i32::from(b.wrapping_sub(b'0')) * w).sum()
}

/// Whether all bytes are the same.
pub fn is_one_digit(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair[0] == pair[1])
}
