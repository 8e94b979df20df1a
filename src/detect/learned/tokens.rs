//! Tokens: what terms and texts are taken apart into.

use std::ops::Range;

use crate::detect::bytes::{ByteSet, HEX, HIGH, WORD};

/// The bytes of tokens.
pub(super) const TOKEN: ByteSet = WORD.or(HIGH);

/// How many bytes of a token may belong to an escape before it: `u0020jroe` behind a backslash.
pub(super) const ESCAPE: usize = 6;

/// From the first token to the last.
pub(super) fn trimmed(text: &[u8]) -> Range<usize> {
    let start = tokens(text).next().map_or(0, |token| token.start);
    let end = tokens(text).last().map_or(0, |token| token.end);
    start..end
}

/// The tokens of a term.
pub(super) fn tokens(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() && !is_token(text, at) {
            at += 1;
        }
        let start = at;
        while at < text.len() && is_token(text, at) {
            at += 1;
        }
        (start < at).then_some(start..at)
    })
}

/// The end of the token that goes on at `at`.
pub(super) fn token_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    while end < bytes.len() && is_token(bytes, end) {
        end += 1;
    }
    end
}

/// Whether the byte at `at` belongs to a token. Of what is not ASCII, punctuation and blanks do not; which they are is told by
/// two bytes on either side, wherever a text is cut.
#[inline]
pub(super) fn is_token(bytes: &[u8], at: usize) -> bool {
    TOKEN.contains(bytes[at]) && (bytes[at] < 0x80 || !is_mark(bytes, at))
}

/// Whether the byte at `at` is one of `“ ” „ … – — •`, of the punctuation of the East, a guillemet, or a blank that does not break.
fn is_mark(bytes: &[u8], at: usize) -> bool {
    let back = |n: usize| at.checked_sub(n).map_or(0, |i| bytes[i]);
    let next = bytes.get(at + 1).copied().unwrap_or(0);
    let is_lead = |lead: u8, second: u8| matches!(lead, 0xe2 | 0xe3) && second == 0x80;
    let is_latin = |lead: u8, second: u8| lead == 0xc2 && matches!(second, 0xa0 | 0xab | 0xb7 | 0xbb);
    is_lead(bytes[at], next)
        || is_lead(back(1), bytes[at])
        || is_lead(back(2), back(1))
        || is_latin(bytes[at], next)
        || is_latin(back(1), bytes[at])
}

/// Where in the token at `at` a word may begin, behind the end of an escape or of a terminal colour.
pub(super) fn escaped(bytes: &[u8], at: usize) -> Option<usize> {
    let before = bytes[at.checked_sub(1)?];
    let hex = |from: usize, n: usize| bytes.get(from..from + n).is_some_and(|b| b.iter().all(|b| HEX.contains(*b)));
    match (before, bytes[at]) {
        (b'\\', b'x') if hex(at + 1, 2) => Some(at + 3),
        (b'\\', b'u') if hex(at + 1, 4) => Some(at + 5),
        (b'\\', b'n' | b'r' | b't' | b'b' | b'f') => Some(at + 1),
        (b'%', _) if hex(at, 2) => Some(at + 2),
        (b'[' | b';', _) => {
            let digits = bytes[at..].iter().take(3).take_while(|b| b.is_ascii_digit()).count();
            (bytes.get(at + digits) == Some(&b'm')).then_some(at + digits + 1)
        }
        _ => None,
    }
}
