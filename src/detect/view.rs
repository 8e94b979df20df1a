//! What a verifier may see of a chunk, around one anchor.

use std::cell::Cell;

use crate::chunk::{Chunk, LOOK_AHEAD, LOOK_BEHIND};
use crate::detect::bytes::{ALNUM, ByteSet, HEX, WORD};

/// The bytes around an anchor: [`LOOK_BEHIND`] before it, [`LOOK_AHEAD`] behind it, the same wherever the stream was cut.
///
/// Positions are indices into the chunk's bytes. Reading behind what is known so far marks the view as starved: the
/// decision is void then, and is made again when more has arrived. So a verifier needs no care for cuts.
pub struct View<'a> {
    bytes: &'a [u8],
    low: usize,
    high: usize,
    /// The known bytes end before the reach does, and more may come.
    is_cut: bool,
    /// The reach ends before the stream does.
    is_capped: bool,
    starved: Cell<bool>,
}

impl<'a> View<'a> {
    /// The view around the anchor at `anchor`.
    #[inline]
    pub fn new(chunk: &Chunk<'a>, anchor: usize) -> View<'a> {
        let reach = anchor + LOOK_AHEAD;
        let len = chunk.bytes.len();
        View {
            bytes: chunk.bytes,
            low: anchor.saturating_sub(LOOK_BEHIND),
            high: reach.min(len),
            is_cut: reach > len && !chunk.is_last,
            is_capped: reach < len || (reach == len && !chunk.is_last),
            starved: Cell::new(false),
        }
    }

    /// The same view, of which nobody sees whether it is starved: for what is asked besides the decision.
    #[inline]
    pub fn unwatched(&self) -> View<'a> {
        View { starved: Cell::new(false), ..*self }
    }

    /// The first index in view.
    #[inline]
    pub fn low(&self) -> usize {
        self.low
    }

    /// The index behind the last byte that is known and in view.
    #[inline]
    pub fn high(&self) -> usize {
        self.high
    }

    /// The byte at `i`, or `None` beyond the reach or the stream.
    #[inline]
    pub fn at(&self, i: usize) -> Option<u8> {
        if i < self.high {
            return (i >= self.low).then(|| self.bytes[i]);
        }
        if self.is_cut {
            self.starved.set(true);
        }
        None
    }

    /// The byte before `i`.
    #[inline]
    pub fn before(&self, i: usize) -> Option<u8> {
        self.at(i.checked_sub(1)?)
    }

    /// The byte `n` places before `i`.
    #[inline]
    pub fn back(&self, i: usize, n: usize) -> Option<u8> {
        self.at(i.checked_sub(n)?)
    }

    /// Whether the byte at `i` is in `set`.
    #[inline]
    pub fn is(&self, i: usize, set: ByteSet) -> bool {
        self.at(i).is_some_and(|b| set.contains(b))
    }

    /// The bytes `from..to`, as far as they are in view.
    #[inline]
    pub fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        let from = from.max(self.low).min(self.high);
        if to > self.high && self.is_cut {
            self.starved.set(true);
        }
        &self.bytes[from..to.min(self.high).max(from)]
    }

    /// Up to `n` bytes from `i` on, as many as are known. Unlike [`View::slice`], it does not say that more are needed: who
    /// cannot decide from these must ask again.
    #[inline]
    pub fn peek(&self, i: usize, n: usize) -> &'a [u8] {
        let from = i.clamp(self.low, self.high);
        &self.bytes[from..(from + n).min(self.high)]
    }

    /// All that is known from `i` on, also beyond the reach. How much that is depends on the cuts of the stream: it may tell
    /// which decisions are alike, and must decide none.
    #[inline]
    pub fn beyond(&self, i: usize) -> &'a [u8] {
        &self.bytes[i.min(self.bytes.len())..]
    }

    /// The known bytes before `i`.
    #[inline]
    pub fn behind(&self, i: usize) -> &'a [u8] {
        &self.bytes[self.low..i.clamp(self.low, self.high)]
    }

    /// Whether `literal` stands at `i`.
    #[inline]
    pub fn starts_with(&self, i: usize, literal: &[u8]) -> bool {
        literal.iter().enumerate().all(|(n, &b)| self.at(i + n) == Some(b))
    }

    /// Whether `literal` (in lower case) stands at `i` in any case.
    #[inline]
    pub fn starts_with_ignoring_case(&self, i: usize, literal: &[u8]) -> bool {
        literal.iter().enumerate().all(|(n, &b)| self.at(i + n).is_some_and(|c| c.to_ascii_lowercase() == b))
    }

    /// Whether `literal` (in lower case) ends before `i`, in any case.
    #[inline]
    pub fn ends_with_ignoring_case(&self, i: usize, literal: &[u8]) -> bool {
        i.checked_sub(literal.len()).is_some_and(|from| self.starts_with_ignoring_case(from, literal))
    }

    /// The end of the run of `set` that starts at `from`, at most `limit` bytes on.
    #[inline]
    pub fn run(&self, from: usize, set: ByteSet, limit: usize) -> usize {
        if from < self.low {
            return from;
        }
        let known = &self.bytes[from.min(self.high)..from.saturating_add(limit).clamp(from.min(self.high), self.high)];
        match known.iter().position(|&b| !set.contains(b)) {
            Some(n) => from + n,
            None if known.len() < limit => {
                // The run reaches the end of what is known: whether it goes on there is asked, so that it can starve.
                let _ = self.at(self.high);
                from + known.len()
            }
            None => from + known.len(),
        }
    }

    /// The start of the run of `set` that ends at `to`, at most `limit` bytes back.
    #[inline]
    pub fn run_back(&self, to: usize, set: ByteSet, limit: usize) -> usize {
        if to > self.high || to < self.low {
            return to;
        }
        let known = &self.bytes[to.saturating_sub(limit).max(self.low)..to];
        known.iter().rposition(|&b| !set.contains(b)).map_or(to - known.len(), |n| to - known.len() + n + 1)
    }

    /// Up to `n` bytes before `i`, also before the view, but never more than a chunk carries before its own bytes: at most
    /// [`LEFT_MARGIN`](crate::chunk::LEFT_MARGIN) before the anchor.
    #[inline]
    pub fn above(&self, i: usize, n: usize) -> &'a [u8] {
        let i = i.min(self.high);
        &self.bytes[i.saturating_sub(n)..i]
    }

    /// The first byte of the line that holds `i`, or the start of the view.
    #[inline]
    pub fn line_start(&self, i: usize) -> usize {
        let i = i.min(self.high);
        memchr::memrchr(b'\n', &self.bytes[self.low.min(i)..i]).map_or(self.low.min(i), |n| self.low + n + 1)
    }

    /// The end of the line that holds `i`: its newline, at most `limit` bytes on.
    #[inline]
    pub fn line_end(&self, i: usize, limit: usize) -> usize {
        let slice = &self.bytes[i.min(self.high)..(i + limit).min(self.high).max(i.min(self.high))];
        if let Some(n) = memchr::memchr(b'\n', slice) {
            return i + n;
        }
        if slice.len() < limit {
            let _ = self.at(self.high);
        }
        i + slice.len()
    }

    /// Whether `i` is where the reach ends although the stream goes on: what has come so far is an open run.
    #[inline]
    pub fn is_capped_at(&self, i: usize) -> bool {
        self.is_capped && i >= self.high
    }

    /// Whether a decision made from this view would need bytes that are not known yet.
    #[inline]
    pub fn is_starved(&self) -> bool {
        self.starved.get()
    }

    /// Whether a word may begin at `i`: what stands before is no letter, digit or underscore, or is the end of an escape
    /// (`\n`, `%20`, `\x22`, `\u003d`) or of a terminal colour.
    #[inline]
    pub fn starts_word(&self, i: usize) -> bool {
        let Some(last) = self.before(i) else { return true };
        if !WORD.contains(last) {
            return true;
        }
        let hex = |n: usize| (1..=n).all(|k| self.back(i, k).is_some_and(|b| HEX.contains(b)));
        (self.back(i, 2) == Some(b'\\') && matches!(last, b'n' | b'r' | b't' | b'b' | b'f'))
            || (self.back(i, 3) == Some(b'%') && hex(2))
            || (self.back(i, 4) == Some(b'\\') && self.back(i, 3) == Some(b'x') && hex(2))
            || (self.back(i, 6) == Some(b'\\') && self.back(i, 5) == Some(b'u') && hex(4))
            || (last == b'm' && self.ends_colour(i))
    }

    /// Whether a word that ends at `i` ends there for good.
    #[inline]
    pub fn ends_word(&self, i: usize) -> bool {
        !self.is(i, WORD)
    }

    /// Whether an ANSI colour sequence (`ESC [ 0;31 m`) ends at `i`, be its first byte spelled as strings do (`\\u001b[1m`).
    pub fn ends_colour(&self, i: usize) -> bool {
        let digits = self.run_back(i - 1, ALNUM.or(ByteSet::of(b";")), 12);
        let Some(bracket) = digits.checked_sub(1).filter(|&at| self.at(at) == Some(b'[')) else { return false };
        // No further back than the search looks for the sign of an escape.
        let is_spelled =
            |spelled: &&[u8]| i <= bracket + 16 - spelled.len() && self.ends_with_ignoring_case(bracket, spelled);
        self.before(bracket) == Some(0x1b) || [&b"\\u001b"[..], b"\\x1b", b"\\033", b"\\e"].iter().any(is_spelled)
    }
}
