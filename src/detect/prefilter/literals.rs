//! Literals: what is looked for, and the comparison where a fingerprint was met.

use super::maps::{KINDS, WINDOW, begins_word};
use super::plan::{self, FOUR, FOUR_BITS, THREE, THREE_BITS, Window, four_hash, three_hash};
use super::{Met, bits_of};
use crate::detect::bytes::ByteSet;

/// A literal that may be an anchor.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
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
    pub(in crate::detect) fn hash(&self) -> u64 {
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

    /// Whether it stands at `start`, as far as `bytes` are known; within a word as well, if the search is thorough. Its first
    /// bytes, `known` of them, do.
    #[inline]
    fn stands(&self, text: Text<'_>, start: usize, known: usize) -> bool {
        let Text { bytes, is_thorough, .. } = text;
        let end = start + self.bytes.len();
        bytes.get(start..end).is_some_and(|there| {
            let known = known.min(there.len());
            let (there, own) = (&there[known..], &self.bytes[known..]);
            // Most are known to their end.
            let is_same =
                own.is_empty() || if self.ignore_case { there.eq_ignore_ascii_case(own) } else { there == own };
            let behind = &bytes[end..];
            is_same
                && behind.len() >= self.after.len()
                && self.after.iter().zip(behind).all(|(set, &byte)| set.contains(byte))
                && (!self.starts_word || is_thorough || begins_word(bytes, start))
        })
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
    /// Those with four bytes or more in their windows, by four of them; and the others, by three bytes.
    fours: Slots,
    threes: Slots,
    /// Those with bytes above 127, by two bytes from the first of those.
    high: Hashed,
    reach: usize,
}

/// A literal, and where in it its window stands; with its first eight bytes, to be compared at once.
#[derive(Clone, Copy)]
struct Owner {
    head: u64,
    /// The bytes that are the literal's.
    mask: u64,
    /// The bits that tell the case of its letters, if that is ignored.
    case: u64,
    literal: u32,
    offset: u32,
}

impl Owner {
    fn new(literal: &Literal, number: usize, offset: usize) -> Owner {
        let (mut head, mut mask, mut case) = ([0; 8], [0; 8], [0; 8]);
        for (n, &byte) in literal.bytes.iter().take(8).enumerate() {
            case[n] = if literal.ignore_case && byte.is_ascii_alphabetic() { 0x20 } else { 0 };
            (head[n], mask[n]) = (byte | case[n], 0xff);
        }
        let [head, mask, case] = [head, mask, case].map(u64::from_le_bytes);
        Owner { head, mask, case, literal: number as u32, offset: offset as u32 }
    }
}

/// Owners of windows, by slot.
struct Slots {
    owners: Vec<Owner>,
    /// Where the owners of each slot begin: one more than there are slots.
    starts: Vec<u32>,
}

impl Slots {
    fn new(bits: u32, owners: &[(usize, Owner)]) -> Slots {
        // Sorted by counting: this is a part of every start.
        let mut starts = vec![0; (1 << bits) + 1];
        owners.iter().for_each(|(slot, _)| starts[slot + 1] += 1);
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        let (mut next, mut order) = (starts.clone(), vec![0; owners.len()]);
        for (number, (slot, _)) in owners.iter().enumerate() {
            order[next[*slot] as usize] = number;
            next[*slot] += 1;
        }
        Slots { starts, owners: order.into_iter().map(|number| owners[number].1).collect() }
    }

    #[inline(always)]
    fn owners(&self, slot: usize) -> &[Owner] {
        &self.owners[self.starts[slot] as usize..self.starts[slot + 1] as usize]
    }
}

/// Windows with bytes above 127, by their hash.
#[derive(Default)]
struct Hashed {
    /// Whether a window may have this hash.
    may_be: Vec<u64>,
    /// Folded windows with their owners: a literal, and where in it the window stands. Ordered by window.
    owners: Vec<(u32, u32, u32)>,
}

/// Bits of such a hash, as a power of two.
const HIGH_BITS: u32 = 12;
/// The bytes of such a window.
const HIGH_MASK: u32 = 0xffff;

impl Hashed {
    fn new(mut owners: Vec<(u32, u32, u32)>) -> Hashed {
        let mut may_be = vec![0; 1 << (HIGH_BITS - 6)];
        for (window, ..) in &mut owners {
            *window = fold(*window) & HIGH_MASK;
            let hash = hash(*window, HIGH_BITS);
            may_be[hash >> 6] |= 1 << (hash & 63);
        }
        owners.sort_unstable();
        Hashed { may_be, owners }
    }

    /// Whether a literal may have this folded window.
    #[inline]
    fn may_have(&self, folded: u32) -> bool {
        let hash = hash(folded & HIGH_MASK, HIGH_BITS);
        self.may_be[hash >> 6] >> (hash & 63) & 1 == 1
    }

    /// The literals that have it, and where in them.
    #[inline]
    fn owners(&self, folded: u32) -> impl Iterator<Item = (usize, usize)> {
        let window = folded & HIGH_MASK;
        let from = self.owners.partition_point(|owner| owner.0 < window);
        let owners = self.owners[from..].iter().take_while(move |owner| owner.0 == window);
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
        let (mut fours, mut threes, mut high) = (Vec::with_capacity(literals.len()), Vec::new(), Vec::new());
        for (n, (literal, window)) in literals.iter().zip(windows).enumerate() {
            let bytes = &literal.bytes[window.offset..];
            if literal.is_high() {
                high.push((first_four(bytes), n as u32, window.offset as u32));
                continue;
            }
            let owner = Owner::new(literal, n, window.offset);
            let owners = if bytes.len() < 4 { &mut threes } else { &mut fours };
            owners.extend(plan::Slots::of(literal, window.offset).all().iter().map(|&slot| (slot, owner)));
        }
        let reach = literals.iter().map(|literal| literal.bytes.len()).max().unwrap_or(0);
        let (fours, threes) = (Slots::new(FOUR_BITS, &fours), Slots::new(THREE_BITS, &threes));
        Literals { literals, fours, threes, high: Hashed::new(high), reach }
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

    /// Names the literals whose window stands at `place` behind `from` and that begin before `limit`. Gives the new limit.
    #[inline]
    pub fn confirm(
        &self,
        text: Text<'_>,
        from: usize,
        place: u16,
        limit: usize,
        met: &mut impl FnMut(Met, usize) -> usize,
    ) -> usize {
        let (at, kinds) = (from + usize::from(place) % WINDOW, place >> KINDS);
        let four = first_four(text.bytes.get(at..).unwrap_or_default());
        let mut limit = limit;
        if kinds & THREE != 0 {
            for owner in self.threes.owners(three_hash(four)) {
                limit = self.compare(owner, text, at, limit, met);
            }
        }
        if kinds & FOUR != 0 {
            for owner in self.fours.owners(four_hash(four)) {
                limit = self.compare(owner, text, at, limit, met);
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
        let mut limit = limit;
        if self.high.may_have(folded) {
            for (literal, offset) in self.high.owners(folded) {
                limit = self.name((literal, offset, 0), text, at, limit, met);
            }
        }
        limit
    }

    #[inline(always)]
    fn compare(
        &self,
        owner: &Owner,
        text: Text<'_>,
        at: usize,
        limit: usize,
        met: &mut impl FnMut(Met, usize) -> usize,
    ) -> usize {
        let offset = owner.offset as usize;
        // Where eight bytes are not known, the whole comparison tells.
        let eight = at.checked_sub(offset).and_then(|start| text.bytes.get(start..)?.first_chunk());
        if eight.is_some_and(|eight| (u64::from_le_bytes(*eight) | owner.case) & owner.mask != owner.head) {
            return limit;
        }
        let known = if eight.is_some() { 8 } else { 0 };
        self.name((owner.literal as usize, offset, known), text, at, limit, met)
    }

    /// Names a literal with its window, which is so far behind its beginning, at `at`, if it stands there and begins before
    /// `limit`. So many bytes of it are known to be there.
    fn name(
        &self,
        (literal, offset, known): (usize, usize, usize),
        text: Text<'_>,
        at: usize,
        limit: usize,
        met: &mut impl FnMut(Met, usize) -> usize,
    ) -> usize {
        match at.checked_sub(offset).filter(|&start| text.from <= start && start < limit) {
            Some(start) if self.literals[literal].stands(text, start, known) => {
                limit.min(met(Met::Literal(literal), start))
            }
            _ => limit,
        }
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
