//! The words of command lines and statements: where the next one stands, and whether it can be a secret.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, SPACE};
use crate::detect::detector::{Candidates, Found};
use crate::detect::reading::handle;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// What ends a bare word of a command line.
const BARE: ByteSet = SPACE.or(ByteSet::of(b"\"'`;|&<>\\")).not();
/// What ends a bare word of a configuration: it knows neither pipes nor redirections.
const PLAIN: ByteSet = SPACE.or(ByteSet::of(b"\"\\")).not();

/// The word of a command line, or the quoted text, at `at`.
pub fn argument(view: &View<'_>, at: usize) -> Extent {
    read(view, at, BARE)
}

/// The word of a configuration, or the quoted text, at `at`. The semicolon that ends the statement is not part of it.
pub fn setting(view: &View<'_>, at: usize) -> Extent {
    let mut extent = read(view, at, PLAIN);
    while !extent.is_quoted && extent.end > at && matches!(view.before(extent.end), Some(b';' | b',' | b'\'')) {
        extent.end -= 1;
    }
    extent
}

fn read(view: &View<'_>, at: usize, set: ByteSet) -> Extent {
    match Quote::at(view, at) {
        Some(quote) => quote.extent(view, quote.end(at), false),
        None => {
            let end = view.run(at, set, usize::MAX);
            Extent { start: at, end, run: Run::Set(set), is_quoted: false, is_open: false }
        }
    }
}

/// Whether what stands in the place of a secret can be one: no reference, no option, no punctuation.
pub fn is_secret(view: &View<'_>, value: &Extent) -> bool {
    let text = view.slice(value.start, value.end);
    // `$6$salt$hash`
    let is_crypt = value.is_quoted && text.len() > 8 && text[0] == b'$' && text[2..5].contains(&b'$');
    !text.is_empty()
        && handle::reason(text).is_none()
        && (value.is_quoted || text.iter().any(|b| ALNUM.contains(*b)))
        && (is_crypt || !matches!(text[0], b'-' | b'$' | b'('))
}

/// Names a secret under the detector's rule number `rule`.
pub fn take(view: &View<'_>, value: &Extent, kind: Kind, rule: usize, out: &mut Candidates<'_>) {
    let found = Found::new(value.start, value.end, kind, Confidence::High).rule(rule);
    out.found(found.open(view, value.run.clone()));
}

/// Takes the part of `user<separator>secret` behind the separator; says whether there is one.
pub fn take_pair(
    view: &View<'_>,
    value: &Extent,
    separator: u8,
    (secret_rule, user_rule): (usize, usize),
    out: &mut Candidates<'_>,
) -> bool {
    let Some(n) = memchr::memchr(separator, view.slice(value.start, value.end)) else { return false };
    let at = value.start + n;
    let user = Extent { end: at, ..value.clone() };
    let secret = Extent { start: at + 1, ..value.clone() };
    if !is_secret(view, &secret) {
        return false;
    }
    take(view, &secret, Kind::Password, secret_rule, out);
    if is_secret(view, &user) {
        out.found(Found::new(user.start, user.end, Kind::User, Confidence::Medium).rule(user_rule));
    }
    true
}

/// The words of a command line from `at` on, over continued lines, up to what ends the command.
pub struct Words<'r, 'v> {
    view: &'r View<'v>,
    at: usize,
    end: usize,
}

impl<'r, 'v> Words<'r, 'v> {
    /// The words from `at` on, at most `reach` bytes.
    pub fn new(view: &'r View<'v>, at: usize, reach: usize) -> Words<'r, 'v> {
        Words { view, at, end: at + reach }
    }
}

impl Iterator for Words<'_, '_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        const WORD: ByteSet = SPACE.or(ByteSet::of(b"\"'`;|&<>")).not();
        const JOINS: ByteSet = ALNUM.or(ByteSet::of(b"=:-"));
        let view = self.view;
        loop {
            self.at = view.run(self.at, BLANK, 64);
            // A backslash (caret, grave) at the end of a line carries the command on.
            let newline = view.run(self.at + 1, const { ByteSet::of(b"\r") }, 1);
            if !matches!(view.at(self.at), Some(b'\\' | b'^' | b'`')) || view.at(newline) != Some(b'\n') {
                break;
            }
            self.at = newline + 1;
        }
        let start = self.at;
        if start >= self.end || matches!(view.at(start)?, b'\n' | b'\r' | b'|' | b';' | b'&' | b'<' | b'>') {
            return None;
        }
        let mut end = view.run(start, WORD, self.end - start);
        // Quoted text is a word, or the rest of one: `-p'x y'`, `--password="x y"`.
        if let Some(quote) = Quote::at(view, end).filter(|_| end == start || view.is(end - 1, JOINS)) {
            let extent = quote.extent(view, quote.end(end), false);
            match Quote::at(view, extent.end) {
                Some(close) => end = close.end(extent.end),
                None if end == start => return None,
                None => {}
            }
        }
        self.at = end;
        (end > start).then_some((start, end))
    }
}
