//! Groups of hexadecimal digits between colons: what IPv6 and hardware addresses share.

use crate::detect::bytes::{ByteSet, HEX};
use crate::detect::view::View;

const RUN: ByteSet = HEX.or(ByteSet::of(b":."));

/// The longest run that is looked at, in bytes; longer ones are no addresses.
const LONGEST: usize = 96;

/// A maximal run of hexadecimal digits, colons and dots with a colon in it.
#[derive(Clone, Copy, Debug)]
pub struct ColonRun {
    /// Index of its first byte.
    pub start: usize,
    /// Index of its first colon.
    pub colon: usize,
    /// Index behind its last byte.
    pub end: usize,
}

impl ColonRun {
    /// The run around the colon at `at`, unless it is too long to be looked at, or what stands behind its first colon is
    /// neither a digit nor another colon. Then none of the colons before the index that is given belongs to a run, and
    /// otherwise they belong to this one.
    pub fn around(view: &View<'_>, at: usize) -> Result<ColonRun, usize> {
        let start = view.run_back(at, RUN, LONGEST);
        let end = view.run(at, RUN, LONGEST);
        // A run that is too long is too long for every colon in it.
        if end - start >= LONGEST {
            return Err(end);
        }
        let colon = start + view.slice(start, at).iter().position(|&b| b == b':').unwrap_or(at - start);
        let is_run = view.at(colon + 1).is_some_and(|b| HEX.contains(b) || b == b':');
        if is_run { Ok(ColonRun { start, colon, end }) } else { Err(end) }
    }
}
