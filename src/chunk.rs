//! A slice of a stream with margins on both sides, and the bounds that make a decision independent of where it was cut.

use std::ops::Range;

/// How far before its anchor a decision may look, and how far before it a finding may start, in bytes. A finding never
/// starts before the line of its anchor either.
pub const LOOK_BEHIND: usize = 1024;

/// How far behind its anchor a decision may look, in bytes. What has not ended by then is an open run.
pub const LOOK_AHEAD: usize = 4096;

/// Values longer than this, in bytes, are known by their digest: they may be gone from memory when they end.
pub const LONG_VALUE: u64 = 1024;

/// The bytes before its own that a chunk carries: the reach of a decision, a finding that waits for its neighbours, and
/// the look-ahead of an open run.
pub const LEFT_MARGIN: usize = 4096;

/// The bytes behind its own that a chunk carries when the input flows.
pub const RIGHT_MARGIN: usize = LOOK_AHEAD;

/// One slice of a stream: the bytes whose anchors it owns, between margins that it may read.
///
/// The left margin holds [`LEFT_MARGIN`] bytes or all that there are. The right margin holds [`RIGHT_MARGIN`] bytes, or
/// reaches the end of the stream, or, for a reader that idles, ends where the input does for now.
#[derive(Clone, Debug)]
pub struct Chunk<'a> {
    /// Left margin, own bytes, right margin.
    pub bytes: &'a [u8],
    /// The stream offset of `bytes[0]`.
    pub base: u64,
    /// Which of `bytes` are its own: it decides the candidates whose anchors lie here.
    pub own: Range<usize>,
    /// Whether `bytes` reaches the end of the stream.
    pub is_last: bool,
}

impl Chunk<'_> {
    /// The stream offset of the byte at `index`.
    pub fn offset(&self, index: usize) -> u64 {
        self.base + index as u64
    }

    /// Where the stream offset stands in `bytes`; offsets before the margin give 0.
    pub fn index(&self, offset: u64) -> usize {
        offset.saturating_sub(self.base) as usize
    }
}
