//! The prefilter: one pass over the text that says where any anchor of any detector may stand.
//!
//! A window of 4 KiB is turned into bitmaps, a bit for each byte: the [`Shape`]s (an `@`, the first dot of four numbers,
//! colons in a row ...) and the places where a fingerprint of some [`Literal`] stands. A fingerprint is a set of bytes for
//! each of four places; those of all literals share fifty-six buckets, so that the cost of the pass does not depend on how
//! many there are. Some buckets are for literals that are asked for where a word begins, some for windows that begin with no
//! small letter, and count nowhere else. What passes is looked up by a hash of four bytes with the one behind them, and what
//! passes that is compared with the literals themselves.
//!
//! How the bitmaps are filled is written once for each instruction set ([`Isa`]) and nowhere else; they are the same for
//! all of them but for false fingerprints, which the comparison weeds out. No anchor is ever missed: everything here may
//! only err to the side of more candidates.
//!
//! Reading order: `maps`, `portable`, `plan`, `literals`; then the vector twins of `portable`.

use std::ops::Range;

mod isa;
mod literals;
mod maps;
mod model;
mod plan;

mod portable;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod sse2;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

#[cfg(test)]
mod tests;

pub use isa::Isa;
pub use literals::Literal;

use literals::{Literals, Text};
use maps::{Before, Maps, SPAN, WINDOW};
use plan::Tables;

/// Plans ahead for these literals: the text of `plan.in`.
pub fn planned(literals: &[Literal]) -> String {
    plan::text(literals)
}

/// What several bytes in a row look like, told without a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// An `@`.
    At,
    /// A dot between digits that two more follow, each two to four bytes behind the last.
    Dotted,
    /// A colon that a second one follows at once; or before a hexadecimal digit, with four more, each at most five bytes
    /// behind the last.
    Colons,
    /// A hyphen before a hexadecimal digit, with four more three bytes apart.
    Hyphens,
    /// A hyphen before a digit, and three more of that sort, each two to four bytes behind the last.
    Dashes,
    /// A dot with another five bytes behind it, and hexadecimal digits between and behind.
    Quads,
    /// The first of twelve or more digits in a row.
    Long,
    /// A blank, a dot or a hyphen behind a digit and before groups of digits as cards, telephone numbers and numbers of persons have them:
    /// three or four digits, another such byte, three digits; six, such a byte, four; four pairs; three digits and two pairs without
    /// dots between them; or a hyphen before `dd-dddd`.
    Grouped,
}

impl Shape {
    /// All of them.
    pub const ALL: [Shape; 8] = [
        Shape::At,
        Shape::Dotted,
        Shape::Colons,
        Shape::Hyphens,
        Shape::Dashes,
        Shape::Quads,
        Shape::Long,
        Shape::Grouped,
    ];
}

/// Something that an anchor asks for, as it was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// A shape begins here.
    Shape(Shape),
    /// The literal of this number stands here.
    Literal(usize),
}

/// The memory of one worker, to be used for one chunk after the other.
pub struct Scratch {
    maps: Maps,
    /// The last window of a text, which may end before a window does.
    rest: [u8; SPAN],
}

impl Default for Scratch {
    fn default() -> Scratch {
        Scratch { maps: Maps::default(), rest: [0; SPAN] }
    }
}

/// A set of literals and the shapes, ready to be searched for.
pub struct Prefilter {
    literals: Literals,
    tables: Box<Tables>,
    isa: Isa,
}

impl Prefilter {
    /// The search for the shapes and `literals`, with the instructions of `isa`, or the next best that the processor has.
    pub fn new(literals: Vec<Literal>, isa: Isa) -> Prefilter {
        let isa = if isa.is_available() { isa } else { Isa::best().min(isa) };
        let windows = plan::plan(&literals, isa);
        let tables = Box::new(Tables::new(&literals, &windows, isa));
        Prefilter { literals: Literals::new(literals, &windows), tables, isa }
    }

    /// The literals.
    pub fn literals(&self) -> &[Literal] {
        self.literals.all()
    }

    /// Calls `met` with each thing that stands at a place within `own`, and the place; for each thing in the order of
    /// places. `met` gives the end of the places that still matter. A thorough search also names the literals that stand
    /// within a word and are asked for at the beginning of one.
    pub fn search(
        &self,
        scratch: &mut Scratch,
        bytes: &[u8],
        own: Range<usize>,
        is_thorough: bool,
        mut met: impl FnMut(Met, usize) -> usize,
    ) {
        let Scratch { maps, rest } = scratch;
        let whole = Text { bytes, from: own.start, is_thorough };
        let mut limit = own.end;
        let mut from = own.start;
        loop {
            // The window of a literal may stand behind its beginning.
            let end = (limit + self.literals.reach()).min(bytes.len());
            if from >= end || from >= limit + self.literals.reach() {
                return;
            }
            let text = match bytes[from..].first_chunk::<SPAN>() {
                Some(text) => text,
                None => {
                    let known = &bytes[from..];
                    rest[..known.len()].copy_from_slice(known);
                    // No more is read than the words of the text and two behind them.
                    let read = SPAN.min((Maps::words(known.len()) + 2) * 64);
                    rest[known.len().min(read)..read].fill(0);
                    &*rest
                }
            };
            let words = Maps::words(bytes.len() - from);
            self.fill(text, words, Before::of(&bytes[..from], is_thorough), maps);
            for word in bits_of(maps.shaped) {
                let base = from + word * 64;
                let shapes = [
                    &maps.at,
                    &maps.dotted,
                    &maps.colons,
                    &maps.hyphens,
                    &maps.dashes,
                    &maps.quads,
                    &maps.long,
                    &maps.grouped,
                ];
                for (shape, map) in Shape::ALL.into_iter().zip(shapes) {
                    for at in bits_of(map[word + 1]) {
                        if base + at < limit {
                            limit = limit.min(met(Met::Shape(shape), base + at));
                        }
                    }
                }
            }
            for &place in maps.places() {
                limit = self.literals.confirm(whole, from, place, limit, &mut met);
            }
            if self.literals.has_high() {
                for word in bits_of(maps.raised) {
                    for at in bits_of(maps.high[word + 1]) {
                        let at = from + word * 64 + at;
                        limit = self.literals.confirm_high(whole, at, limit, &mut met);
                    }
                }
            }
            from += WINDOW;
        }
    }

    #[allow(unsafe_code, reason = "the instruction set was asked for when the prefilter was made")]
    #[inline]
    fn fill(&self, text: &[u8; SPAN], words: usize, before: Before, maps: &mut Maps) {
        match self.isa {
            Isa::Portable => portable::fill(&self.tables, text, words, before, maps),
            // SAFETY: `new` takes only instruction sets that are available.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { avx2::fill(&self.tables, text, words, before, maps) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { avx512::fill(&self.tables, text, words, before, maps) },
            #[cfg(not(target_arch = "x86_64"))]
            Isa::Avx2 | Isa::Avx512 => portable::fill(&self.tables, text, words, before, maps),
        }
    }
}

/// The places of the bits that are set, from the lowest.
#[inline]
fn bits_of(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        at
    })
}
