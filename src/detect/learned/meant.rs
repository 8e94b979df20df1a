//! Whether a learned value is meant where it stands, or a word that reads like it.

use std::ops::Range;

use super::tokens::{TOKEN, tokens};
use super::{LONGEST, common};
use crate::detect::bytes::{ALNUM, ByteSet, HIGH, LETTER, WORD};
use crate::detect::people::account;
use crate::detect::view::View;
use crate::kind::Kind;

/// Login names that are shorter go in user positions only.
const SHORT: usize = 4;

/// Where a value of a kind that stands at `start..end` begins, or why it is not meant; `is_common` is what [`is_common`] says.
pub(super) fn meant(
    kind: Kind,
    is_common: bool,
    view: &View<'_>,
    start: usize,
    end: usize,
) -> Result<usize, &'static str> {
    if !view.starts_word(start) {
        return Err("within a word");
    }
    match kind {
        Kind::User => user(view, start, end, is_common),
        Kind::Name => name(view, start, end, is_common),
        Kind::Domain => domain(view, start, end),
        _ => host(view, start, end),
    }
}

/// Where a login name that stands at `start..end` begins, or why it is not meant.
fn user(view: &View<'_>, start: usize, end: usize, is_common: bool) -> Result<usize, &'static str> {
    if is_common && !is_user_position(view, start, end) {
        return Err("a word, and not where login names stand");
    }
    if view.before(start) == Some(b'$') || view.starts_with(end, b"::") {
        return Err("a variable, or a class");
    }
    dotted(view, start, end)?;
    Ok(start)
}

/// Refuses what is a part of a dotted name: of a class, a host, a file of an ending that is not known.
fn dotted(view: &View<'_>, start: usize, end: usize) -> Result<(), &'static str> {
    let is_behind = view.before(start) == Some(b'.') && start.checked_sub(2).is_some_and(|at| view.is(at, TOKEN));
    let goes_on = view.at(end) == Some(b'.') && view.is(end + 1, TOKEN) && !is_ending(view, end + 1);
    if is_behind || goes_on { Err("a part of a dotted name") } else { Ok(()) }
}

/// Whether the ending of a file's name stands at `at`.
fn is_ending(view: &View<'_>, at: usize) -> bool {
    #[rustfmt::skip]
    const ENDINGS: [&[u8]; 40] = [
        b"7z", b"avi", b"bak", b"bat", b"cfg", b"conf", b"crt", b"csv", b"doc", b"docx", b"dump", b"eml", b"err", b"gif",
        b"gz", b"har", b"html", b"jpeg", b"jpg", b"json", b"key", b"log", b"md", b"mp4", b"msg", b"ods", b"odt", b"out",
        b"pdf", b"pem", b"png", b"pst", b"rtf", b"sql", b"tar", b"txt", b"xls", b"xlsx", b"xml", b"zip",
    ];
    let end = view.run(at, TOKEN, 8);
    let ending = view.slice(at, end).to_ascii_lowercase();
    ENDINGS.binary_search(&&ending[..]).is_ok()
}

/// Where a name of a person that stands at `start..end` begins, or why it is not meant.
fn name(view: &View<'_>, start: usize, end: usize, is_common: bool) -> Result<usize, &'static str> {
    let text = view.slice(start, end);
    let mut words = tokens(text);
    let first = words.next().unwrap_or(0..text.len());
    let is_one = first.end == text.len();
    let has_capital = |token: Range<usize>| text[token.start].is_ascii_uppercase() || text[token.start] >= 0x80;
    if (is_one || is_common) && !(has_capital(first) && words.all(has_capital)) {
        return Err("a word in small letters");
    }
    if is_one {
        let is_joined = view.before(start) == Some(b'-') || view.at(end) == Some(b'-') || view.at(end) == Some(b'(');
        if is_joined {
            return Err("a part of a longer name");
        }
        dotted(view, start, end)?;
    }
    Ok(start)
}

/// Where a host name that stands at `start..end` begins, or why it is not meant.
fn host(view: &View<'_>, start: usize, end: usize) -> Result<usize, &'static str> {
    const JOINED: ByteSet = ByteSet::of(b".-");
    if view.before(start).is_some_and(|b| JOINED.contains(b))
        && start.checked_sub(2).is_some_and(|at| view.is(at, TOKEN))
    {
        return Err("the end of another host");
    }
    if view.at(end) == Some(b'-') && view.is(end + 1, TOKEN) {
        return Err("the beginning of another host");
    }
    // Of `db7.log` the label goes; what stands behind a whole name makes another of it.
    let is_whole = view.slice(start, end).contains(&b'.');
    if is_whole && view.at(end) == Some(b'.') && view.is(end + 1, TOKEN) {
        return Err("the beginning of another host");
    }
    Ok(start)
}

/// The same for a domain, which takes the host under it along.
fn domain(view: &View<'_>, start: usize, end: usize) -> Result<usize, &'static str> {
    const LABELS: ByteSet = ALNUM.or(ByteSet::of(b"-_."));
    let joined = |at: usize| matches!(view.at(at), Some(b'.' | b'-')) && view.is(at + 1, TOKEN);
    if joined(end) {
        return Err("the beginning of another domain");
    }
    match view.before(start) {
        Some(b'-') => Err("the end of another domain"),
        Some(b'.') => {
            let from = view.run_back(start, LABELS, LONGEST);
            Ok(view.run(from, ByteSet::of(b".-_"), LONGEST).min(start))
        }
        _ => Ok(start),
    }
}

/// Whether login names stand where `start..end` is: `~x`, `[~x]`, `ACME\x`, `x@REALM`, `/home/x`, `CN=x`, `user='x'`.
fn is_user_position(view: &View<'_>, start: usize, end: usize) -> bool {
    const BEFORE: [&[u8]; 9] = [
        b"/home/",
        b"/users/",
        b"\\users\\",
        b"\\users\\\\",
        b"uid=",
        b"cn=",
        b"logname=",
        b"samaccountname=",
        b"ruser=",
    ];
    const DOMAIN: ByteSet = ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    if BEFORE.iter().any(|before| view.ends_with_ignoring_case(start, before)) {
        return true;
    }
    match view.before(start) {
        Some(b'~') => return true,
        Some(b'\\') => {
            let slash = if view.back(start, 2) == Some(b'\\') { start - 2 } else { start - 1 };
            let from = view.run_back(slash, DOMAIN, 16);
            let is_path = view.before(from).is_some_and(|b| WORD.contains(b) || matches!(b, b'\\' | b'/' | b':'));
            return slash - from >= 2 && !is_path;
        }
        _ => {}
    }
    let is_alone = !view.before(start).is_some_and(|b| matches!(b, b'.' | b'-' | b'+'));
    (is_alone && view.at(end) == Some(b'@') && view.is(end + 1, LETTER)) || is_keyed(view, start)
}

/// Whether the word before what stands at `start` says that a login name follows, with a sign between that is no blank.
fn is_keyed(view: &View<'_>, start: usize) -> bool {
    const KEYS: [&[u8]; 14] = [
        b"user",
        b"username",
        b"user_name",
        b"userid",
        b"login",
        b"logname",
        b"principal",
        b"reporter",
        b"assignee",
        b"author",
        b"owner",
        b"creator",
        b"account",
        b"userkey",
    ];
    const SIGNS: ByteSet = ByteSet::of(b" =:'\"[(<>\\`");
    let key_end = view.run_back(start, SIGNS, 8);
    if !view.slice(key_end, start).iter().any(|b| *b != b' ') {
        return false;
    }
    let key = view.run_back(key_end, WORD, 32);
    let key = view.slice(key, key_end).to_ascii_lowercase();
    KEYS.iter().any(|end| key.ends_with(end))
}

/// Whether a value, in small letters, is one that means something else in most places.
pub(super) fn is_common(kind: Kind, value: &[u8]) -> bool {
    match kind {
        Kind::User => {
            value.len() < SHORT
                || common::is_common(value)
                || account::is_nobody(value)
                || account::is_system(value)
                || !value.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b))
        }
        Kind::Name => tokens(value).all(|token| token.len() < SHORT || common::is_common(&value[token])),
        _ => false,
    }
}
