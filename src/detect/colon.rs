//! Groups of hexadecimal digits between colons: what IPv6 and hardware addresses share.

use crate::detect::bytes::{ByteSet, HEX};
use crate::detect::view::View;

const RUN: ByteSet = HEX.or(ByteSet::of(b":."));

/// The longest run that is looked at, in bytes; longer ones are no addresses.
const LONGEST: usize = 96;

/// A maximal run of hexadecimal digits, colons and dots.
#[derive(Clone, Copy, Debug)]
pub struct ColonRun {
    /// Index of its first byte.
    pub start: usize,
    /// Index behind its last byte.
    pub end: usize,
}

impl ColonRun {
    /// The run around the colon at `at`, if it is the run's first, so that a run is decided once.
    pub fn first_colon(view: &View<'_>, at: usize) -> Option<ColonRun> {
        // Most colons stand behind words or before blanks: told by two looks.
        let after = view.at(at + 1)?;
        if !HEX.contains(after) && after != b':' {
            return None;
        }
        let mut start = at;
        while start > 0 && at - start < LONGEST && view.is(start - 1, RUN) {
            start -= 1;
            if view.at(start) == Some(b':') {
                return None;
            }
        }
        let end = view.run(at, RUN, LONGEST);
        (end - start < LONGEST).then_some(ColonRun { start, end })
    }
}
