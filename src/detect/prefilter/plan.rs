//! The plan: which four bytes of each literal are its fingerprint, and which bucket it goes to.
//!
//! A bucket holds the union of its members' sets at each of the four places, and lets through what is in all four. So
//! members should resemble each other, and what they let through should be rare in what support reads: the plan is made
//! with the frequencies of pairs of bytes in a sample of it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::isa::Isa;
use super::literals::{Literal, fold, hash};
use super::maps::{SPAN, code};
use super::model::{Glance, Model};

/// Look-ups for each place of a fingerprint.
pub const GROUPS: usize = 4;

/// Buckets: eight for each look-up.
pub const BUCKETS: usize = 8 * GROUPS;

/// How many of the look-ups are for literals that stand at the beginning of words. What these let through counts only there.
pub const BOUND_GROUPS: usize = 2;

/// What of a literal is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where in the literal it begins.
    pub offset: usize,
    /// Which bucket it is in; of no meaning for a literal with bytes above 127.
    pub bucket: usize,
}

/// Places of a fingerprint, where one register holds a look-up; and where it takes two.
pub const WIDTH: usize = 8;
pub const NARROW: usize = 4;

/// Sets of 7-bit bytes at the places of a fingerprint.
pub type Sets = [u128; WIDTH];

/// The look-up tables of a plan, as the instruction sets want them.
pub struct Tables {
    /// By group of eight buckets and place: for each code of a byte, the buckets that have it there.
    pub buckets: [[[u8; 64]; WIDTH]; GROUPS],
    /// The same of a narrow fingerprint, by the halves of the byte.
    pub nibbles: [[Nibbles; NARROW]; GROUPS],
    /// By pair of bytes, six bits of each: the buckets, folded to sixteen, that do *not* have a fingerprint which begins with
    /// it (the lower half), or ends with it.
    pub missing: [u32; 1 << 12],
    /// The hashes of the windows, folded; of what may stand behind a literal that is shorter, all.
    pub windows: [u64; 1 << (WINDOW_BITS - 6)],
    /// The same of their first three bytes. Short literals fill up the other one.
    pub threes: [u64; 1 << (THREE_BITS - 6)],
}

/// Bits of such a hash, as a power of two: a bitmap of 16 KiB.
const WINDOW_BITS: u32 = 17;
/// The same for three bytes: 8 KiB.
const THREE_BITS: u32 = 16;

/// The buckets that have a byte with this lower, and with this upper half. Both together let through more than the byte
/// itself would.
#[derive(Clone, Copy, Default)]
pub struct Nibbles {
    pub lower: [u8; 16],
    pub upper: [u8; 16],
}

impl Tables {
    /// The tables for `literals`, each looked for by its window, as far as `isa` looks at them.
    pub fn new(literals: &[Literal], windows: &[Window], isa: Isa) -> Tables {
        let mut tables = Tables {
            buckets: [[[0; 64]; WIDTH]; GROUPS],
            nibbles: [[Nibbles::default(); NARROW]; GROUPS],
            missing: [u32::MAX; 1 << 12],
            windows: [0; 1 << (WINDOW_BITS - 6)],
            threes: [0; 1 << (THREE_BITS - 6)],
        };
        for (literal, window) in literals.iter().zip(windows).filter(|(literal, _)| !literal.is_high()) {
            tables.add(&sets(literal, window.offset), window.bucket, isa);
            let places: [Vec<u8>; 4] = std::array::from_fn(|place| literal.folded(window.offset + place));
            for a in &places[0] {
                for b in &places[1] {
                    for c in &places[2] {
                        let hash = three_hash([*a, *b, *c, 0]);
                        tables.threes[hash >> 6] |= 1 << (hash & 63);
                        for d in &places[3] {
                            let hash = window_hash([*a, *b, *c, *d]);
                            tables.windows[hash >> 6] |= 1 << (hash & 63);
                        }
                    }
                }
            }
        }
        tables
    }

    /// Whether the four bytes at `at` may be some window.
    #[inline(always)]
    pub fn may_be_window(&self, text: &[u8; SPAN], at: usize) -> bool {
        let window = [text[at], text[at + 1], text[at + 2], text[at + 3]];
        let (hash, three) = (window_hash(window), three_hash(window));
        (self.windows[hash >> 6] >> (hash & 63)) & (self.threes[three >> 6] >> (three & 63)) & 1 == 1
    }

    fn add(&mut self, sets: &Sets, bucket: usize, isa: Isa) {
        let (group, bit) = (bucket / 8, 1 << (bucket % 8));
        if isa != Isa::Portable {
            for (place, set) in sets.iter().enumerate() {
                for byte in members(*set) {
                    self.buckets[group][place][usize::from(code::OF[byte] & code::MASK)] |= bit;
                    if let Some(nibbles) = self.nibbles[group].get_mut(place) {
                        nibbles.lower[byte & 15] |= bit;
                        nibbles.upper[byte >> 4] |= bit;
                    }
                }
            }
            return;
        }
        let sixes = |set: u128| members(set).fold(0_u64, |sixes, byte| sixes | 1 << (byte & 63));
        for (half, pair) in sets[..NARROW].chunks_exact(2).enumerate() {
            let has = 1_u32 << (bucket % 16) << (16 * half);
            for first in bits(sixes(pair[0])) {
                for second in bits(sixes(pair[1])) {
                    self.missing[first << 6 | second] &= !has;
                }
            }
        }
    }
}

/// The windows of the built-in literals, found by a long search: hash of the literal; offset and bucket of the wide
/// fingerprints of AVX-512, of the narrow ones of the others. Ordered by hash.
static PLANNED: &[(u64, u8, u8, u8, u8)] = &include!("plan.in");

/// The window of each literal: for those that are planned ahead, what the plan says; for the others, what looks best at a
/// glance. No plan makes a difference to what is found.
pub fn plan(literals: &[Literal], isa: Isa) -> Vec<Window> {
    let planned: Vec<Option<Window>> = literals.iter().map(|literal| planned(literal, isa)).collect();
    match planned.iter().copied().collect() {
        Some(windows) => windows,
        None => Glance::new().fill_in(literals, &planned),
    }
}

/// Whether the literal's window is planned ahead.
#[cfg(test)]
pub fn is_planned(literal: &Literal) -> bool {
    planned(literal, Isa::Avx512).is_some()
}

fn planned(literal: &Literal, isa: Isa) -> Option<Window> {
    if literal.is_high() {
        return Some(Window { offset: literal.first_high(), bucket: 0 });
    }
    let at = PLANNED.binary_search_by_key(&literal.hash(), |planned| planned.0).ok()?;
    let (_, offset, bucket, narrow_offset, narrow_bucket) = PLANNED[at];
    let (offset, bucket) = if isa == Isa::Avx512 { (offset, bucket) } else { (narrow_offset, narrow_bucket) };
    let window = Window { offset: offset.into(), bucket: bucket.into() };
    // The hash is of few bits: a stranger may have it.
    let fits = buckets(literal).contains(&window.bucket) && (window.offset == 0 || !literal.starts_word);
    (fits && window.offset + 2 <= literal.bytes.len()).then_some(window)
}

/// The buckets that a literal may be in.
pub fn buckets(literal: &Literal) -> Range<usize> {
    const BOUND: usize = 8 * BOUND_GROUPS;
    if literal.starts_word { 0..BOUND } else { BOUND..BUCKETS }
}

/// Plans ahead: the text of `plan.in` for these literals.
pub fn text(literals: &[Literal]) -> String {
    let literals: Vec<Literal> = literals.iter().filter(|literal| !literal.is_high()).cloned().collect();
    let model = Model::new();
    let windows = model.search(&literals, Isa::Avx512).into_iter().zip(model.search(&literals, Isa::Avx2));
    let line = |(literal, (wide, narrow)): (&Literal, (Window, Window))| {
        let [Window { offset, bucket }, Window { offset: narrow_offset, bucket: narrow_bucket }] = [wide, narrow];
        let hash = literal.hash();
        (hash, format!("({hash:#018x}, {offset}, {bucket}, {narrow_offset}, {narrow_bucket}),\n"))
    };
    let lines: BTreeMap<u64, String> = literals.iter().zip(windows).map(line).collect();
    let lines: String = lines.into_values().collect();
    format!("// Made by `cargo run --release --example plan`; see plan.rs.\n[\n{lines}]\n")
}

#[inline(always)]
fn window_hash(window: [u8; 4]) -> usize {
    hash(fold(u32::from_le_bytes(window)), WINDOW_BITS)
}

#[inline(always)]
fn three_hash(window: [u8; 4]) -> usize {
    hash(fold(u32::from_le_bytes(window)) << 8, THREE_BITS)
}

/// What may stand at the places of the literal's window.
pub fn sets(literal: &Literal, offset: usize) -> Sets {
    std::array::from_fn(|place| literal.set(offset + place))
}

pub fn union(a: &Sets, b: &Sets) -> Sets {
    std::array::from_fn(|place| a[place] | b[place])
}

/// The bytes that share their code with a member.
pub fn coded(set: u128) -> u128 {
    let codes = members(set).fold(0_u64, |codes, byte| codes | 1 << (code::OF[byte] & code::MASK));
    (0..128).filter(|&byte| codes >> (code::OF[byte] & code::MASK) & 1 == 1).fold(0, |set, byte| set | 1 << byte)
}

/// The bytes that share their lower half with one member and their upper half with another.
pub fn closure(set: u128) -> u128 {
    let (mut lower, mut upper) = (0_u16, 0_u8);
    for byte in members(set) {
        lower |= 1 << (byte & 15);
        upper |= 1 << (byte >> 4);
    }
    (0..8).filter(|high| upper >> high & 1 == 1).fold(0, |set, high| set | u128::from(lower) << (16 * high))
}

fn bits(set: u64) -> impl Iterator<Item = usize> {
    members(u128::from(set))
}

pub fn members(mut set: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let byte = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        byte
    })
}
