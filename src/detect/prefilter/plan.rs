//! The plan: which four bytes of each literal are its fingerprint, and which bucket it goes to.
//!
//! A bucket holds the union of its members' sets at each of the four places, and lets through what is in all four. So
//! members should resemble each other, and what they let through should be rare in what support reads: the plan is made
//! with the frequencies of pairs of bytes in a sample of it.

use std::collections::BTreeMap;

use super::isa::Isa;
use super::literals::{Literal, fold, hash};
use super::maps::SPAN;
use super::model::{Glance, Model};

/// Look-ups for each place of a fingerprint.
pub const GROUPS: usize = 3;

/// Buckets: eight for each look-up.
pub const BUCKETS: usize = 8 * GROUPS;

/// What of a literal is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where in the literal it begins.
    pub offset: usize,
    /// Which bucket it is in; of no meaning for a literal with bytes above 127.
    pub bucket: usize,
}

/// Sets of 7-bit bytes at the four places of a fingerprint.
pub type Sets = [u128; 4];

/// The look-up tables of a plan, as the instruction sets want them.
pub struct Tables {
    /// By group of eight buckets and place: for each 7-bit byte, the buckets that have it there.
    pub buckets: [[[u8; 128]; 4]; GROUPS],
    /// The same, by the halves of the byte.
    pub nibbles: [[Nibbles; 4]; GROUPS],
    /// By pair of bytes, six bits of each: the buckets, folded to sixteen, that do *not* have a fingerprint which begins with
    /// it (the lower half), or ends with it.
    pub missing: [u32; 1 << 12],
    /// The hashes of the windows, folded; of what may stand behind a literal that is shorter, all.
    pub windows: [u64; 1 << (WINDOW_BITS - 6)],
}

/// Bits of such a hash, as a power of two: a bitmap of 16 KiB.
const WINDOW_BITS: u32 = 17;

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
            buckets: [[[0; 128]; 4]; GROUPS],
            nibbles: [[Nibbles::default(); 4]; GROUPS],
            missing: [u32::MAX; 1 << 12],
            windows: [0; 1 << (WINDOW_BITS - 6)],
        };
        for (literal, window) in literals.iter().zip(windows).filter(|(literal, _)| !literal.is_high()) {
            tables.add(&sets(literal, window.offset), window.bucket, isa);
            let places: [Vec<u8>; 4] = std::array::from_fn(|place| literal.folded(window.offset + place));
            for a in &places[0] {
                for b in &places[1] {
                    for c in &places[2] {
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
        let hash = window_hash([text[at], text[at + 1], text[at + 2], text[at + 3]]);
        self.windows[hash >> 6] >> (hash & 63) & 1 == 1
    }

    fn add(&mut self, sets: &Sets, bucket: usize, isa: Isa) {
        let (group, bit) = (bucket / 8, 1 << (bucket % 8));
        if isa != Isa::Portable {
            for (place, set) in sets.iter().enumerate() {
                for byte in members(*set) {
                    self.buckets[group][place][byte] |= bit;
                    self.nibbles[group][place].lower[byte & 15] |= bit;
                    self.nibbles[group][place].upper[byte >> 4] |= bit;
                }
            }
            return;
        }
        let sixes = |set: u128| members(set).fold(0_u64, |sixes, byte| sixes | 1 << (byte & 63));
        for (half, pair) in sets.chunks_exact(2).enumerate() {
            let has = 1_u32 << (bucket % 16) << (16 * half);
            for first in bits(sixes(pair[0])) {
                for second in bits(sixes(pair[1])) {
                    self.missing[first << 6 | second] &= !has;
                }
            }
        }
    }
}

/// The windows of the built-in literals, found by a long search: hash of the literal, offset, bucket for portable and
/// AVX-512, bucket for AVX2. Ordered by hash.
static PLANNED: &[(u64, u8, u8, u8)] = &include!("plan.in");

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
    let (_, offset, bucket, bucket_of_halves) = PLANNED[at];
    let bucket = if isa == Isa::Avx2 { bucket_of_halves } else { bucket };
    // The hash is of few bits: a stranger may have it.
    (usize::from(offset) + 2 <= literal.bytes.len()).then_some(Window { offset: offset.into(), bucket: bucket.into() })
}

/// Plans ahead: the text of `plan.in` for these literals.
pub fn text(literals: &[Literal]) -> String {
    let literals: Vec<Literal> = literals.iter().filter(|literal| !literal.is_high()).cloned().collect();
    let model = Model::new();
    let windows = model.search(&literals, Isa::Avx512).into_iter().zip(model.search(&literals, Isa::Avx2));
    let line = |(literal, (window, halves)): (&Literal, (Window, Window))| {
        (
            literal.hash(),
            format!("({:#018x}, {}, {}, {}),\n", literal.hash(), window.offset, window.bucket, halves.bucket),
        )
    };
    let lines: BTreeMap<u64, String> = literals.iter().zip(windows).map(line).collect();
    let lines: String = lines.into_values().collect();
    format!("// Made by `cargo run --release --example plan`; see plan.rs.\n[\n{lines}]\n")
}

#[inline(always)]
fn window_hash(window: [u8; 4]) -> usize {
    hash(fold(u32::from_le_bytes(window)), WINDOW_BITS)
}

/// What may stand at the four places of the literal's window.
pub fn sets(literal: &Literal, offset: usize) -> Sets {
    std::array::from_fn(|place| literal.set(offset + place))
}

pub fn union(a: &Sets, b: &Sets) -> Sets {
    std::array::from_fn(|place| a[place] | b[place])
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
