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
    /// The run around the colon at `at`, unless it is too long, or a first colon stands before neither a digit nor another
    /// colon: most stand behind words or before blanks.
    pub fn around(view: &View<'_>, at: usize) -> Option<ColonRun> {
        let start = view.run_back(at, RUN, LONGEST);
        let colon = (start..at).find(|&i| view.at(i) == Some(b':')).unwrap_or(at);
        let after = view.at(colon + 1)?;
        if !HEX.contains(after) && after != b':' {
            return None;
        }
        let end = view.run(at, RUN, LONGEST);
        (end - start < LONGEST).then_some(ColonRun { start, colon, end })
    }
}
