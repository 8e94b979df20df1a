//! What stands around a token: words that it is glued to, base64 that it is a part of.

use crate::detect::bytes::{ALNUM, ByteSet, LETTER};
use crate::detect::view::View;

/// Whether `start..end` is a part of a line that is all base64 and as long as mail (76) or PEM (64) breaks it: what looks like
/// a short prefix stands there by chance. A line that is a token from its first to its last byte is none.
pub(super) fn is_in_base64_line(start: usize, end: usize, view: &View<'_>) -> bool {
    const STRICT: ByteSet = ALNUM.or(ByteSet::of(b"+/"));
    const LONGEST: usize = 76;
    let from = view.run_back(start, STRICT, LONGEST);
    if start - from >= LONGEST || !matches!(view.before(from), Some(b'\n') | None) {
        return false;
    }
    // A run to its end, not from `end` on: the token may hold what base64 does not.
    let to = view.run(view.run(start, STRICT, LONGEST + 1), const { ByteSet::of(b"=") }, 2);
    matches!(to - from, 64 | LONGEST) && (from, to) != (start, end) && matches!(view.at(to), Some(b'\r' | b'\n') | None)
}

/// The longest word that a secret may be glued to.
const GLUED: usize = 24;

/// Whether a name may begin at `at`: behind no letter or digit, as a part of an identifier (`myFlickrKey`), or behind an
/// escape (`\\nflickr`).
pub(super) fn begins_name(at: usize, view: &View<'_>) -> bool {
    let is_capital = view.at(at).is_some_and(|byte| byte.is_ascii_uppercase());
    let is_behind_small = view.before(at).is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_before_small = view.at(at + 1).is_some_and(|byte| byte.is_ascii_lowercase());
    let is_part = is_capital && (is_behind_small || is_before_small) || view.before(at) == Some(b'_');
    is_part || view.starts_word(at)
}

/// Whether letters and underscores stand before `at`, as many as a word has, and nothing of a longer run before them.
pub(super) fn is_behind_word(at: usize, view: &View<'_>) -> bool {
    let start = view.run_back(at, const { LETTER.or(ByteSet::of(b"_")) }, GLUED + 1);
    at - start <= GLUED && !view.before(start).is_some_and(|byte| const { ALNUM.or(ByteSet::of(b"+/")) }.contains(byte))
}
