//! The search for literals: one pass over the text finds where any of them may stand, in any case, and confirms it.
//!
//! Each literal is known by one window of four of its bytes (three or two, if it has no more), the rarest in logs. At every
//! place of the text five bits of each of three bytes index a bitmap of 4 KiB; where its bit is set, the folded window is
//! hashed into a larger bitmap; where that is set too, a table tells which literals to compare. The cost does not depend on
//! the number of literals until the bitmaps fill: some thousands of them.

use std::ops::Range;

/// Bits of a hashed bitmap, as a power of two.
const BITS: u32 = 17;

/// A set of literals, ready to be searched for.
pub struct Literals {
    texts: Vec<Vec<u8>>,
    /// Three bytes, five bits of each.
    triples: Box<[u64; 1 << 9]>,
    /// By width: of two, three and four bytes.
    windows: [Windows; 3],
    longest: usize,
}

/// The windows of one width.
struct Windows {
    mask: u32,
    bits: Box<[u64; 1 << (BITS - 6)]>,
    /// Folded windows with their owners: a literal, and where in it the window stands. Ordered by the hash of the window.
    owners: Vec<(u32, u32, u32)>,
    /// Where the owners begin whose windows' hashes begin with so many bits: a number more than there are such hashes.
    starts: Vec<u32>,
}

/// Bits of a hash by which owners are looked up, as a power of two.
const SLOTS: u32 = 12;

impl Windows {
    fn new(width: u32) -> Windows {
        Windows {
            mask: u32::MAX >> (32 - 8 * width),
            bits: Box::new([0; 1 << (BITS - 6)]),
            owners: Vec::new(),
            starts: Vec::new(),
        }
    }

    /// Orders the owners, once all are there.
    fn order(&mut self) {
        let slot = |window| hash(window) >> (BITS - SLOTS);
        self.owners.sort_unstable_by_key(|&owner| (slot(owner.0), owner));
        let before = |slots: usize| self.owners.partition_point(|owner| slot(owner.0) < slots) as u32;
        self.starts = (0..=1 << SLOTS).map(before).collect();
    }

    fn add(&mut self, window: u32, literal: usize, offset: usize) {
        let window = fold(window) & self.mask;
        let hash = hash(window);
        self.bits[hash >> 6] |= 1 << (hash & 63);
        self.owners.push((window, literal as u32, offset as u32));
    }

    /// Whether a literal may have this folded window.
    #[inline]
    fn may_have(&self, folded: u32) -> bool {
        let hash = hash(folded & self.mask);
        self.bits[hash >> 6] >> (hash & 63) & 1 == 1
    }

    /// The literals that have it, and where in them.
    fn owners(&self, folded: u32) -> impl Iterator<Item = (usize, usize)> {
        let window = folded & self.mask;
        let slot = hash(window) >> (BITS - SLOTS);
        let owners = &self.owners[self.starts[slot] as usize..self.starts[slot + 1] as usize];
        let owners = owners.iter().filter(move |owner| owner.0 == window);
        owners.map(|&(_, literal, offset)| (literal as usize, offset as usize))
    }
}

/// Sets the bit that tells cases apart; what else it confuses is told apart by the comparison.
#[inline]
fn fold(window: u32) -> u32 {
    window | 0x2020_2020
}

#[inline]
fn hash(window: u32) -> usize {
    (window.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize
}

impl Literals {
    /// The search for `texts`, each of at least two bytes.
    pub fn new(texts: Vec<Vec<u8>>) -> Literals {
        let mut windows = [Windows::new(2), Windows::new(3), Windows::new(4)];
        let mut triples = Box::new([0_u64; 1 << 9]);
        for (literal, text) in texts.iter().enumerate() {
            debug_assert!(text.len() > 1, "a literal has at least two bytes");
            let offset = if text.len() > 4 { rarest(text) } else { 0 };
            let bytes = &text[offset..];
            windows[bytes.len().min(4).saturating_sub(2)].add(window(bytes), literal, offset);
            // Behind a pair any third byte may stand.
            let thirds = if bytes.len() < 3 { 0..32 } else { bytes[2] & 31..(bytes[2] & 31) + 1 };
            for third in thirds {
                let triple = triple(triple(triple(0, bytes[0]), bytes[1]), third);
                let triple = triple & 0x7fff;
                triples[triple as usize >> 6] |= 1 << (triple & 63);
            }
        }
        for windows in &mut windows {
            windows.order();
        }
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        Literals { texts, triples, windows, longest }
    }

    /// The literal's bytes.
    pub fn text(&self, literal: usize) -> &[u8] {
        &self.texts[literal]
    }

    /// Calls `met` with each literal that stands at a place within `own`, in any ASCII case, and the place. `met` gives
    /// the end of the places that still matter.
    pub fn search(&self, bytes: &[u8], own: Range<usize>, mut met: impl FnMut(usize, usize) -> usize) {
        let end = (own.end + self.longest).min(bytes.len());
        if self.texts.is_empty() || own.start >= end {
            return;
        }
        let mut limit = own.end;
        let mut last = 0;
        for (n, &byte) in bytes[own.start..end].iter().enumerate() {
            last = triple(last, byte);
            let bit = (last & 0x7fff) as usize;
            if self.triples[bit >> 6] >> (bit & 63) & 1 == 1 && n >= 2 {
                let at = own.start + n - 2;
                limit = limit.min(self.confirm(bytes, at, own.start..limit, &mut met));
            }
        }
        // The last places have no room for three bytes.
        for at in end.saturating_sub(2).max(own.start)..end {
            limit = limit.min(self.confirm(bytes, at, own.start..limit, &mut met));
        }
    }

    /// Compares the literals that may have their window at `at`.
    #[inline]
    fn confirm(
        &self,
        bytes: &[u8],
        at: usize,
        own: Range<usize>,
        met: &mut impl FnMut(usize, usize) -> usize,
    ) -> usize {
        let folded = fold(window(&bytes[at..]));
        let mut limit = own.end;
        for windows in &self.windows {
            // Most triples that are met belong to no literal, which one look tells.
            if windows.may_have(folded) {
                for (literal, offset) in windows.owners(folded) {
                    let start = at.checked_sub(offset).filter(|&start| own.start <= start && start < limit);
                    let text = &self.texts[literal];
                    let there = start.and_then(|start| bytes.get(start..start + text.len()));
                    if there.is_some_and(|there| there.eq_ignore_ascii_case(text)) {
                        limit = limit.min(met(literal, at - offset));
                    }
                }
            }
        }
        limit
    }
}

/// The three last bytes, five bits of each; what came before them is shifted out of the lowest fifteen.
#[inline]
fn triple(before: u32, byte: u8) -> u32 {
    (before << 5) | u32::from(byte & 31)
}

/// The first bytes as a number, the missing ones as zeros.
#[inline]
fn window(text: &[u8]) -> u32 {
    if let Some(four) = text.first_chunk::<4>() {
        return u32::from_le_bytes(*four);
    }
    let mut window = [0; 4];
    window[..text.len()].copy_from_slice(text);
    u32::from_le_bytes(window)
}

/// The offset of the window of four whose bytes are rarest in logs.
fn rarest(text: &[u8]) -> usize {
    /// How common a byte is in logs, roughly: sixteenths of the most common.
    fn weight(byte: u8) -> u32 {
        match byte.to_ascii_lowercase() {
            b'e' | b'0' | b' ' | b'a' | b't' | b'o' | b'i' | b'1' => 16,
            b'n' | b'r' | b's' | b'-' | b'.' | b'2' | b':' => 13,
            b'c' | b'l' | b'd' | b'3' | b'4' | b'5' | b'6' | b'7' | b'8' | b'9' | b'/' | b'm' | b'p' => 9,
            b'u' | b'g' | b'h' | b'f' | b'b' | b'_' | b'=' | b',' | b'"' => 6,
            b'v' | b'w' | b'y' | b'k' | b'j' | b'x' => 3,
            _ => 1,
        }
    }
    let cost = |four: &[u8]| four.iter().map(|&b| u64::from(weight(b))).product::<u64>();
    let windows = text.windows(4).enumerate();
    windows.min_by_key(|(offset, four)| (cost(four), *offset)).map_or(0, |(offset, _)| offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_literal_is_found_wherever_it_stands() {
        let texts: Vec<Vec<u8>> = ["ab", "key", "eyJ", "ghp_", "password", "swo", "-----BEGIN ", "://", "пароль"]
            .iter()
            .map(|t| t.as_bytes().to_vec())
            .collect();
        let literals = Literals::new(texts.clone());
        let text = "KEY abPassWORD eyJghp_-----BEGIN ://пароль ab".as_bytes();
        let stands = |literal: usize, start: usize| {
            let there = text.get(start..start + texts[literal].len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(&texts[literal]))
        };
        let naive = |own: Range<usize>| -> BTreeSet<(usize, usize)> {
            let all = own.flat_map(|start| (0..texts.len()).map(move |literal| (literal, start)));
            all.filter(|&(literal, start)| stands(literal, start)).collect()
        };
        for start in 0..text.len() {
            for end in start..=text.len() {
                let mut found = BTreeSet::new();
                literals.search(text, start..end, |literal, at| {
                    assert!(found.insert((literal, at)), "each is met once");
                    usize::MAX
                });
                assert_eq!(found, naive(start..end), "{start}..{end}");
            }
        }
    }
}
