//! The plan: which four bytes of each literal are its fingerprint, and which bucket it goes to.
//!
//! A bucket holds the union of its members' sets at each of the four places, and lets through what is in all four. So
//! members should resemble each other, and what they let through should be rare in what support reads: the plan is made
//! with the frequencies of pairs of bytes in a sample of it.

use std::collections::BTreeMap;

use super::isa::Isa;
use super::literals::{Literal, fold, hash};
use super::maps::code;
use super::model::{Glance, Model};

/// Look-ups for each place of a fingerprint.
pub const GROUPS: usize = CLASSES.len();

/// Buckets: eight for each look-up.
pub const BUCKETS: usize = 8 * GROUPS;

/// Where the windows of a bucket may stand. What it lets through counts only there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// At the beginning of a word, see [`Literal::starts_word`].
    Word,
    /// Where no small letter stands: the window begins with a capital, a digit or a sign.
    Sharp,
    /// Everywhere.
    Any,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 3] = [Class::Word, Class::Sharp, Class::Any];
}

/// The classes of the look-ups.
pub const CLASSES: [Class; 7] =
    [Class::Word, Class::Sharp, Class::Sharp, Class::Sharp, Class::Any, Class::Any, Class::Any];

/// The class of a bucket.
pub fn class(bucket: usize) -> Class {
    CLASSES[bucket / 8]
}

/// Buckets that lack something, a bit for each. Behind those of a class stands a bit that is always unset: where one is added to
/// the first bit of a class that lacks it in all buckets, and nowhere else, the sum sets that bit.
pub mod lack {
    use super::{BUCKETS, CLASSES, Class, class};

    /// The bit of a bucket. The classes come one after the other.
    pub fn bit(bucket: usize) -> usize {
        bucket + class(bucket) as usize
    }

    /// How many buckets there are up to the end of a class.
    const fn end(of: usize) -> usize {
        let (mut group, mut count) = (0, 0);
        while group < CLASSES.len() {
            if CLASSES[group] as usize <= of {
                count += 8;
            }
            group += 1;
        }
        count
    }

    /// By class: the bit that is always unset.
    pub const SPARE: [usize; Class::ALL.len()] = [end(0), end(1) + 1, end(2) + 2];

    /// The first bit of each class.
    pub const FIRST: u64 = 1 | 2 << SPARE[0] | 2 << SPARE[1];

    /// All of them.
    pub const SPARES: u64 = 1 << SPARE[0] | 1 << SPARE[1] | 1 << SPARE[2];

    /// All buckets lack it.
    pub const ALL: u64 = ((1 << (BUCKETS + Class::ALL.len())) - 1) & !SPARES;
}

/// What of a literal is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where in the literal it begins.
    pub offset: usize,
    /// Which bucket it is in; of no meaning for a literal with bytes above 127.
    pub bucket: usize,
}

/// Places of a fingerprint. More of them let less through, but more buckets do so for less.
pub const WIDTH: usize = 4;

/// Sets of 7-bit bytes at the places of a fingerprint.
pub type Sets = [u128; WIDTH];

/// The look-up tables of a plan, as the instruction sets want them.
pub struct Tables {
    /// By group of eight buckets and place: for each code of a byte, the buckets that have it there.
    pub buckets: [[[u8; 64]; WIDTH]; GROUPS],
    /// The same by the two ends of the byte's plain code.
    pub ends: [[Ends; WIDTH]; GROUPS],
    /// By pair of bytes, six bits of each: the buckets that do *not* have a fingerprint which begins with it, and those that have
    /// none which ends with it. See [`lack`].
    pub lacking: [[u64; 2]; 1 << 12],
    /// By hash of four bytes, folded, that a literal has in its window: what may follow them, by the lower five bits.
    pub fours: [u32; 1 << FOUR_BITS],
    /// The same by three bytes, for literals that have no fourth in their window.
    pub threes: [u32; 1 << THREE_BITS],
}

/// A window with four bytes of its literal or more; one with fewer.
pub const FOUR: u16 = 1;
pub const THREE: u16 = 2;

/// Bits of such a hash, as a power of two: a table of 32 KiB, and one of 64 KiB.
pub const FOUR_BITS: u32 = 13;
pub const THREE_BITS: u32 = 14;

/// The buckets that have a byte whose [plain code](code::plain) has these lower four bits, and these upper four of its six.
/// The two bits in the middle are in both, so that the two together let through little more than the byte itself would.
#[derive(Clone, Copy, Default)]
pub struct Ends {
    pub lower: [u8; 16],
    pub upper: [u8; 16],
}

impl Tables {
    /// The tables for `literals`, each looked for by its window, as far as `isa` looks at them.
    pub fn new(literals: &[Literal], windows: &[Window], isa: Isa) -> Tables {
        let mut tables = Tables {
            buckets: [[[0; 64]; WIDTH]; GROUPS],
            ends: [[Ends::default(); WIDTH]; GROUPS],
            lacking: [[lack::ALL; 2]; 1 << 12],
            fours: [0; 1 << FOUR_BITS],
            threes: [0; 1 << THREE_BITS],
        };
        for (literal, window) in literals.iter().zip(windows).filter(|(literal, _)| !literal.is_high()) {
            tables.add(&sets(literal, window.offset), window.bucket, isa);
            let table =
                if literal.bytes.len() - window.offset < 4 { &mut tables.threes[..] } else { &mut tables.fours[..] };
            let follows = follows(literal, window.offset);
            Slots::of(literal, window.offset).all().iter().for_each(|&slot| table[slot] |= follows);
        }
        tables
    }

    /// Which windows may stand at the beginning of `text`: [`FOUR`], [`THREE`], both or none.
    #[inline(always)]
    pub fn windows_at(&self, text: u64) -> u16 {
        let (four, three) = (four_hash(text as u32), three_hash(text as u32));
        let has_four = self.fours[four] >> sort((text >> 32) as u8) & 1;
        let has_three = self.threes[three] >> sort((text >> 24) as u8) & 1;
        (has_four | has_three << 1) as u16
    }

    fn add(&mut self, sets: &Sets, bucket: usize, isa: Isa) {
        let (group, bit) = (bucket / 8, 1 << (bucket % 8));
        if isa != Isa::Portable {
            for (place, set) in sets.iter().enumerate() {
                for byte in members(*set) {
                    self.buckets[group][place][usize::from(code::OF[byte] & code::MASK)] |= bit;
                    let (ends, plain) = (&mut self.ends[group][place], usize::from(code::plain(byte as u8)));
                    ends.lower[plain & 15] |= bit;
                    ends.upper[plain >> 2] |= bit;
                }
            }
            return;
        }
        let sixes = |set: u128| members(set).fold(0_u64, |sixes, byte| sixes | 1 << (byte & 63));
        for (half, pair) in sets.chunks_exact(2).enumerate() {
            for first in bits(sixes(pair[0])) {
                for second in bits(sixes(pair[1])) {
                    self.lacking[first << 6 | second][half] &= !(1 << lack::bit(bucket));
                }
            }
        }
    }
}

/// The windows of the built-in literals, found by a long search: hash of the literal; offset and bucket; those for AVX2, whose
/// look-ups let other things through. Ordered by hash.
static PLANNED: &[(u64, u8, u8, u8, u8)] = &include!("plan.in");

/// The window of each literal: for those that are planned ahead, what the plan says; for the others, what looks best at a
/// glance. No plan makes a difference to what is found.
pub fn plan(literals: &[Literal], isa: Isa) -> Vec<Window> {
    let mut near = 0;
    let planned: Vec<Option<Window>> = literals.iter().map(|literal| planned(literal, isa, &mut near)).collect();
    match planned.iter().copied().collect() {
        Some(windows) => windows,
        None => Glance::new().fill_in(literals, &planned),
    }
}

/// Whether the literal's window is planned ahead.
#[cfg(test)]
pub fn is_planned(literal: &Literal) -> bool {
    planned(literal, Isa::Avx512, &mut 0).is_some()
}

/// What the plan says of a literal. Literals in the order of their hashes find theirs `near` the last one's.
fn planned(literal: &Literal, isa: Isa, near: &mut usize) -> Option<Window> {
    if literal.is_high() {
        return Some(Window { offset: literal.first_high(), bucket: 0 });
    }
    let hash = literal.hash();
    let ahead = PLANNED.get(*near..*near + 8).unwrap_or_default().iter().position(|planned| planned.0 == hash);
    let at = match ahead {
        Some(steps) => *near + steps,
        None => PLANNED.binary_search_by_key(&hash, |planned| planned.0).ok()?,
    };
    *near = at;
    let (_, offset, bucket, other_offset, other_bucket) = PLANNED[at];
    let (offset, bucket) = if isa == Isa::Avx2 { (other_offset, other_bucket) } else { (offset, bucket) };
    let window = Window { offset: offset.into(), bucket: bucket.into() };
    // The hash is of few bits: a stranger may have it.
    let fits = window.bucket < BUCKETS && window.offset + 2 <= literal.bytes.len();
    (fits && may_stand(literal, window.offset, class(window.bucket))).then_some(window)
}

/// Whether a literal's window at `offset` may be looked for in a bucket of this class.
pub fn may_stand(literal: &Literal, offset: usize, class: Class) -> bool {
    let first = literal.bytes[offset];
    match class {
        Class::Word => literal.starts_word && offset == 0,
        Class::Sharp => !(first.is_ascii_lowercase() || literal.ignore_case && first.is_ascii_alphabetic()),
        Class::Any => true,
    }
}

/// Plans ahead: the text of `plan.in` for these literals.
pub fn text(literals: &[Literal]) -> String {
    let literals: Vec<Literal> = literals.iter().filter(|literal| !literal.is_high()).cloned().collect();
    let model = Model::new();
    let windows = model.search(&literals, Isa::Avx512).into_iter().zip(model.search(&literals, Isa::Avx2));
    let line = |(literal, (wide, other)): (&Literal, (Window, Window))| {
        let [Window { offset, bucket }, Window { offset: other_offset, bucket: other_bucket }] = [wide, other];
        let hash = literal.hash();
        (hash, format!("({hash:#018x}, {offset}, {bucket}, {other_offset}, {other_bucket}),\n"))
    };
    let lines: BTreeMap<u64, String> = literals.iter().zip(windows).map(line).collect();
    let lines: String = lines.into_values().collect();
    format!("// Made by `cargo run --release --example plan`; see plan.rs.\n[\n{lines}]\n")
}

/// The slot of four folded bytes.
#[inline(always)]
pub fn four_hash(text: u32) -> usize {
    hash(fold(text), FOUR_BITS)
}

/// The slot of three folded bytes, the lower ones.
#[inline(always)]
pub fn three_hash(text: u32) -> usize {
    hash(fold(text) << 8, THREE_BITS)
}

/// The slots that a literal's window is looked up in.
pub enum Slots {
    One([usize; 1]),
    More(Vec<usize>),
}

impl Slots {
    /// By four bytes of the window at `offset` or, if it has no more, by three.
    pub fn of(literal: &Literal, offset: usize) -> Slots {
        let three = |a, b, third| three_hash(u32::from_le_bytes([a, b, third, 0]));
        match literal.bytes[offset..] {
            [a, b, c, d, ..] => Slots::One([four_hash(u32::from_le_bytes([a, b, c, d]))]),
            [a, b, third] => Slots::One([three(a, b, third)]),
            [a, b] => {
                let thirds = literal.folded(offset + 2);
                let mut slots: Vec<usize> = thirds.into_iter().map(|third| three(a, b, third)).collect();
                slots.sort_unstable();
                slots.dedup();
                Slots::More(slots)
            }
            _ => Slots::More(Vec::new()),
        }
    }

    pub fn all(&self) -> &[usize] {
        match self {
            Slots::One(one) => one,
            Slots::More(more) => more,
        }
    }
}

/// What may follow the bytes that the window at `offset` is looked up by.
fn follows(literal: &Literal, offset: usize) -> u32 {
    let length = (literal.bytes.len() - offset).clamp(3, 4);
    sorts(literal.set(offset + length))
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

/// The bytes that [`Ends`] let through besides the members: the plain code of one begins like theirs, and ends like another's.
pub fn closure(set: u128) -> u128 {
    let codes = plain_codes(set);
    let lower = (codes | codes >> 16 | codes >> 32 | codes >> 48) & 0xffff;
    let fours = (0..64).step_by(4).filter(|four| codes >> four & 0xf != 0);
    let closed = fours.fold(0_u64, |closed, four| closed | (lower >> (four % 16) & 0xf) << four);
    // Each code is that of two bytes.
    let [signs, letters] = [closed & 0xffff_ffff, closed >> 32].map(|half| u128::from(half | half << 32));
    signs | letters << 64
}

/// The plain codes of the members, see [`code::plain`].
fn plain_codes(set: u128) -> u64 {
    let halves = [set as u64, (set >> 64) as u64].map(|half| (half | half >> 32) & 0xffff_ffff);
    halves[0] | halves[1] << 32
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

/// One of 32 sorts of bytes.
#[inline(always)]
fn sort(byte: u8) -> u32 {
    let byte = u32::from(byte & 127);
    (byte >> 1).wrapping_sub(byte >> 6 << 3) & 31
}

/// The sorts of the bytes in a set.
fn sorts(set: u128) -> u32 {
    // Two bytes each are of a sort: the even bits, closed up.
    let halved = |half: u64| {
        let mut bits = (half | half >> 1) & 0x5555_5555_5555_5555;
        for (by, mask) in [(1, 0x3333_3333_3333_3333), (2, 0x0f0f_0f0f_0f0f_0f0f), (4, 0x00ff_00ff_00ff_00ff)] {
            bits = (bits | bits >> by) & mask;
        }
        bits = (bits | bits >> 8) & 0x0000_ffff_0000_ffff;
        (bits | bits >> 16) as u32
    };
    halved(set as u64) | halved((set >> 64) as u64).rotate_right(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_ends_of_codes_let_through_is_their_closure() {
        for set in
            [0, 1, u128::MAX, 1 << b'a' | 1 << b'q', 1 << b'7' | 1 << b'z' | 1 << b'_', 0x0123 << 40 | 0x8421 << 90]
        {
            let codes = members(set).fold(0_u64, |codes, byte| codes | 1 << code::plain(byte as u8));
            assert_eq!(plain_codes(set), codes, "{set:x}");
            let has = |byte: &usize, end: fn(u8) -> u8| {
                members(set).any(|member| end(code::plain(member as u8)) == end(code::plain(*byte as u8)))
            };
            let through = (0..128).filter(|byte| has(byte, |code| code & 15) && has(byte, |code| code >> 2));
            assert_eq!(closure(set), through.fold(0, |set, byte| set | 1 << byte), "{set:x}");
        }
        assert_eq!(closure(1 << b'b' | 1 << b'v'), 1 << b'b' | 1 << b'B' | 1 << b'v' | 1 << b'V');
    }

    #[test]
    fn the_sorts_of_a_set_are_those_of_its_bytes() {
        let sets = (0..128).map(|byte| 1 << byte).chain([0, u128::MAX, 0x0123_4567_89ab_cdef_1032_5476_98ba_dcfe]);
        for set in sets {
            assert_eq!(sorts(set), members(set).fold(0, |bits, byte| bits | 1 << sort(byte as u8)), "{set:x}");
        }
    }
}
