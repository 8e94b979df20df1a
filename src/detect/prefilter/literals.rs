//! Literals: what is looked for, and the comparison where a fingerprint was met.

use super::maps::begins_word;
use super::plan::Window;
use super::{Met, bits_of};
use crate::detect::bytes::ByteSet;

/// A literal that may be an anchor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literal {
    /// Its bytes, at least two; in lower case if the case is ignored.
    pub bytes: Vec<u8>,
    /// Whether it stands in any mixture of cases (of ASCII letters).
    pub ignore_case: bool,
    /// Whether it need be met only where a word may begin: where no letter or digit stands before it, where a capital begins a
    /// part of an identifier, and behind what may be an escape or a terminal colour.
    pub starts_word: bool,
    /// What must follow, byte for byte, as far as anything must. No set but the last may hold a line feed, so that a reader
    /// that idles behind a whole line knows enough.
    pub after: Vec<ByteSet>,
}

impl Literal {
    /// The 7-bit bytes that may stand `place` bytes behind its beginning.
    pub(super) fn set(&self, place: usize) -> u128 {
        match self.bytes.get(place) {
            Some(&byte) => {
                let other = if self.ignore_case { byte.to_ascii_uppercase() } else { byte };
                1 << (byte & 127) | 1 << (other & 127)
            }
            None => self.after.get(place - self.bytes.len()).map_or(u128::MAX, |set| {
                let [a, b, c, d] = set.words();
                // Bytes above 127 are looked up as what stands 128 below them.
                u128::from(a | c) | u128::from(b | d) << 64
            }),
        }
    }

    /// The bytes that may stand `place` bytes behind its beginning, folded as windows are.
    pub(super) fn folded(&self, place: usize) -> Vec<u8> {
        if let Some(&byte) = self.bytes.get(place) {
            return vec![byte | FOLD as u8];
        }
        let any = self.after.get(place - self.bytes.len()).map_or([u64::MAX; 4], ByteSet::words);
        // The upper half of each word has the bytes with the bit that folding sets.
        let folded = any.map(|word| (word | word << 32) & 0xffff_ffff_0000_0000);
        let bytes = folded.into_iter().enumerate().flat_map(|(n, word)| bits_of(word).map(move |bit| 64 * n + bit));
        bytes.map(|byte| byte as u8).collect()
    }

    /// FNV-1a of its bytes, whether their case counts, and where it stands.
    pub(super) fn hash(&self) -> u64 {
        let bytes = self.bytes.iter().copied().chain([u8::from(self.ignore_case) | u8::from(self.starts_word) << 1]);
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// Whether it has bytes above 127. Such literals are looked for where such bytes are, and nowhere else.
    pub(super) fn is_high(&self) -> bool {
        !self.bytes.is_ascii()
    }

    /// Where its first byte above 127 stands.
    pub(super) fn first_high(&self) -> usize {
        self.bytes.iter().position(|b| *b >= 0x80).unwrap_or(0)
    }

    /// Whether it stands at `start`, as far as `bytes` are known; within a word as well, if the search is thorough.
    #[inline]
    fn stands(&self, text: Text<'_>, start: usize) -> bool {
        let Text { bytes, is_thorough, .. } = text;
        if self.starts_word && !is_thorough && !begins_word(bytes, start) {
            return false;
        }
        let end = start + self.bytes.len();
        bytes.get(start..end).is_some_and(|there| {
            let is_same = if self.ignore_case { there.eq_ignore_ascii_case(&self.bytes) } else { there == self.bytes };
            let behind = &bytes[end..];
            is_same
                && behind.len() >= self.after.len()
                && self.after.iter().zip(behind).all(|(set, &byte)| set.contains(byte))
        })
    }
}

/// The first eight bytes of a literal, to be compared at once.
#[derive(Clone, Copy)]
struct Head {
    bytes: u64,
    /// The bytes that are the literal's.
    mask: u64,
    /// The bits that tell the case of its letters, if that is ignored.
    case: u64,
}

impl Head {
    /// Bytes in a head.
    const SIZE: usize = 8;

    fn new(literal: &Literal) -> Head {
        let (mut bytes, mut mask, mut case) = ([0; Head::SIZE], [0; Head::SIZE], [0; Head::SIZE]);
        for (n, &byte) in literal.bytes.iter().take(Head::SIZE).enumerate() {
            case[n] = if literal.ignore_case && byte.is_ascii_alphabetic() { 0x20 } else { 0 };
            (bytes[n], mask[n]) = (byte | case[n], 0xff);
        }
        let [bytes, mask, case] = [bytes, mask, case].map(u64::from_le_bytes);
        Head { bytes, mask, case }
    }

    /// Whether the literal may stand at the beginning of `text`, as far as eight bytes tell.
    #[inline(always)]
    fn may_stand(&self, text: &[u8]) -> bool {
        match text.first_chunk() {
            Some(eight) => (u64::from_le_bytes(*eight) | self.case) & self.mask == self.bytes,
            None => true,
        }
    }
}

/// The text that literals are looked for in.
#[derive(Clone, Copy)]
pub struct Text<'t> {
    pub bytes: &'t [u8],
    /// The first place that counts.
    pub from: usize,
    /// Whether words may begin everywhere.
    pub is_thorough: bool,
}

/// All literals, by their windows.
pub struct Literals {
    literals: Vec<Literal>,
    /// By literal.
    heads: Vec<Head>,
    /// By how many bytes of the window are the literal's: two, three, four.
    windows: [Hashed; 3],
    /// Those with bytes above 127, by two bytes from the first of those.
    high: Hashed,
    reach: usize,
}

/// Windows of one width, by their hash.
struct Hashed {
    mask: u32,
    /// Bits of the hash, as a power of two.
    bits: u32,
    /// Whether a window may have this hash.
    may_be: Vec<u64>,
    /// Folded windows with their owners: a literal, and where in it the window stands. Ordered by slot.
    owners: Vec<(u32, u32, u32)>,
    /// Where the owners of each slot begin: one more than there are slots.
    starts: Vec<u32>,
}

/// Bits of a hash by which owners are looked up, as a power of two.
const SLOTS: u32 = 10;

impl Hashed {
    fn new(width: usize, bits: u32, mut owners: Vec<(u32, u32, u32)>) -> Hashed {
        let mut hashed = Hashed {
            mask: u32::MAX >> (32 - 8 * width),
            bits,
            may_be: vec![0; 1 << (bits - 6)],
            owners: Vec::new(),
            starts: Vec::new(),
        };
        for (window, ..) in &mut owners {
            *window = fold(*window) & hashed.mask;
            let hash = hash(*window, bits);
            hashed.may_be[hash >> 6] |= 1 << (hash & 63);
        }
        owners.sort_unstable_by_key(|&owner| (hash(owner.0, SLOTS), owner));
        let before = |slots: usize| owners.partition_point(|owner| hash(owner.0, SLOTS) < slots) as u32;
        hashed.starts = (0..=1 << SLOTS).map(before).collect();
        hashed.owners = owners;
        hashed
    }

    /// Whether a literal may have this folded window.
    #[inline]
    fn may_have(&self, folded: u32) -> bool {
        let hash = hash(folded & self.mask, self.bits);
        self.may_be[hash >> 6] >> (hash & 63) & 1 == 1
    }

    /// The literals that have it, and where in them.
    #[inline]
    fn owners(&self, folded: u32) -> impl Iterator<Item = (usize, usize)> {
        let window = folded & self.mask;
        let slot = hash(window, SLOTS);
        let owners = &self.owners[self.starts[slot] as usize..self.starts[slot + 1] as usize];
        let owners = owners.iter().filter(move |owner| owner.0 == window);
        owners.map(|&(_, literal, offset)| (literal as usize, offset as usize))
    }
}

/// The bit that tells cases apart, in each byte of a window.
const FOLD: u32 = 0x2020_2020;

/// Sets the bit that tells cases apart; what else it confuses is told apart by the comparison.
#[inline(always)]
pub fn fold(window: u32) -> u32 {
    window | FOLD
}

#[inline(always)]
pub fn hash(window: u32, bits: u32) -> usize {
    (window.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}

impl Literals {
    /// The comparison for `literals`, each by its window.
    pub fn new(literals: Vec<Literal>, windows: &[Window]) -> Literals {
        let mut by_width: [Vec<(u32, u32, u32)>; 3] = Default::default();
        let mut high = Vec::new();
        for (n, (literal, window)) in literals.iter().zip(windows).enumerate() {
            let bytes = &literal.bytes[window.offset..];
            let owner = (first_four(bytes), n as u32, window.offset as u32);
            if literal.is_high() {
                high.push(owner);
            } else {
                by_width[bytes.len().min(4) - 2].push(owner);
            }
        }
        let reach = literals.iter().map(|literal| literal.bytes.len()).max().unwrap_or(0);
        let [two, three, four] = by_width;
        let windows = [Hashed::new(2, 12, two), Hashed::new(3, 15, three), Hashed::new(4, 16, four)];
        let heads = literals.iter().map(Head::new).collect();
        Literals { literals, heads, windows, high: Hashed::new(2, 12, high), reach }
    }

    /// All of them.
    pub fn all(&self) -> &[Literal] {
        &self.literals
    }

    /// How far behind the beginning of a literal its window may stand.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// Whether a literal has bytes above 127.
    pub fn has_high(&self) -> bool {
        !self.high.owners.is_empty()
    }

    /// Names the literals whose window stands at `at` and that begin before `limit`. Gives the new limit.
    #[inline]
    pub fn confirm(&self, text: Text<'_>, at: usize, limit: usize, met: &mut impl FnMut(Met, usize) -> usize) -> usize {
        let folded = fold(first_four(text.bytes.get(at..).unwrap_or_default()));
        let mut limit = limit;
        // Most fingerprints belong to no literal, which one look at each tells.
        for hashed in &self.windows {
            if hashed.may_have(folded) {
                limit = self.compare(hashed, folded, text, at, limit, met);
            }
        }
        limit
    }

    /// The same for a byte above 127.
    #[inline]
    pub fn confirm_high(
        &self,
        text: Text<'_>,
        at: usize,
        limit: usize,
        met: &mut impl FnMut(Met, usize) -> usize,
    ) -> usize {
        let folded = fold(first_four(text.bytes.get(at..).unwrap_or_default()));
        if self.high.may_have(folded) {
            return self.compare(&self.high, folded, text, at, limit, met);
        }
        limit
    }

    fn compare(
        &self,
        hashed: &Hashed,
        folded: u32,
        text: Text<'_>,
        at: usize,
        limit: usize,
        met: &mut impl FnMut(Met, usize) -> usize,
    ) -> usize {
        let mut limit = limit;
        for (literal, offset) in hashed.owners(folded) {
            let Some(start) = at.checked_sub(offset).filter(|&start| text.from <= start && start < limit) else {
                continue;
            };
            if self.heads[literal].may_stand(&text.bytes[start..]) && self.literals[literal].stands(text, start) {
                limit = limit.min(met(Met::Literal(literal), start));
            }
        }
        limit
    }
}

/// The first bytes as a number, the missing ones as zeros.
#[inline]
fn first_four(text: &[u8]) -> u32 {
    if let Some(four) = text.first_chunk::<4>() {
        return u32::from_le_bytes(*four);
    }
    let mut four = [0; 4];
    four[..text.len()].copy_from_slice(text);
    u32::from_le_bytes(four)
}
