//! Learned values: a dictionary of what an artifact says of its people and hosts, to be found wherever else it stands.
//!
//! The text is taken apart into *tokens*: letters, digits, underscores and what is not ASCII. A term begins and ends where
//! tokens do, so that `jroe` is neither in `jroe2` nor in `my_jroe`. Terms of several tokens (`jane roe`, `db.acme.example`)
//! are a way through the dictionary, one hash for each token. It is searched with one hash for each token of the text, nearly
//! all of which end at a small bitmap; how many terms there are makes hardly a difference, and memory is some bytes a term,
//! where an automaton needs a state for every byte of every term. The values lie in one piece, which is wiped in the end.

pub mod common;
pub mod harvest;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use crate::detect::bytes::{ALNUM, ByteSet, HEX, HIGH, LETTER, WORD};
use crate::detect::detector::{Candidates, Found, Hit, RuleInfo};
use crate::detect::dictionary;
use crate::detect::people::account;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;
use crate::sensitive::Sensitive;

/// The kinds that are learned, in the order of their rules.
pub const KINDS: [Kind; 4] = [Kind::Host, Kind::Domain, Kind::Name, Kind::User];

/// The longest term, in bytes: the longest host name that DNS allows.
pub const LONGEST: usize = 253;

/// Login names that are shorter go in user positions only.
const SHORT: usize = 4;

/// The bytes of tokens.
const TOKEN: ByteSet = WORD.or(HIGH);

/// How many bytes may stand between two tokens of a term.
const BETWEEN: usize = 4;

/// How many bytes of a token may belong to an escape before it: `u0020jroe` behind a backslash.
const ESCAPE: usize = 6;

/// A dictionary of learned values.
#[derive(Debug, Default)]
pub struct Learned {
    /// The terms, one behind the other, in small letters.
    text: Option<Sensitive<Vec<u8>>>,
    terms: Vec<Term>,
    /// By the hash of a term's first tokens, with what is between them.
    nodes: HashMap<u64, Node, BuildHasherDefault<AsIs>>,
    /// A bit for each key of a first token.
    first: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Term {
    at: u32,
    length: u32,
    kind: Kind,
    /// A login name that goes in user positions only; a name that goes with capitals only.
    is_common: bool,
}

/// What tokens lead to.
#[derive(Clone, Copy, Debug)]
struct Node {
    term: Option<u32>,
    goes_on: bool,
}

impl Learned {
    /// A dictionary of these values and their spellings. The order of the values makes no difference. Values of two kinds
    /// are of the more telling one.
    pub fn new<'v>(values: impl IntoIterator<Item = (Kind, &'v [u8])>) -> Learned {
        let mut terms: Vec<(Sensitive<Vec<u8>>, Kind)> = Vec::new();
        for (kind, value) in values {
            spell(kind, value, &mut |spelling| {
                if (2..=LONGEST).contains(&spelling.len()) && tokens(&spelling).next().is_some() {
                    terms.push((Sensitive::new(spelling), kind));
                }
            });
        }
        terms.sort_by(|a, b| (a.0.reveal(), a.1).cmp(&(b.0.reveal(), b.1)));
        // The last of its like has the greatest kind.
        terms.reverse();
        terms.dedup_by(|a, b| a.0 == b.0);
        terms.reverse();

        let bits = (terms.len() * 16).next_power_of_two().clamp(1 << 12, 1 << 26);
        let mut learned = Learned { first: vec![0; bits / 64], ..Learned::default() };
        // Room for all at once: memory that is left for more is not wiped.
        let mut text = Vec::with_capacity(terms.iter().map(|(term, _)| term.reveal().len()).sum());
        for (term, kind) in &terms {
            let term = term.reveal();
            let whole = trimmed(term);
            let number = learned.terms.len() as u32;
            let at = text.len() as u32 + whole.start as u32;
            text.extend_from_slice(term);
            let is_common = is_common(*kind, &term[whole.clone()]);
            learned.terms.push(Term { at, length: whole.len() as u32, kind: *kind, is_common });
            learned.insert(&term[whole], number);
        }
        learned.text = Some(Sensitive::new(text));
        learned
    }

    /// How many terms there are: values in all their spellings.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// A digest of all terms.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let text = self.text.as_ref().map_or(&[][..], |text| text.reveal());
        for term in &self.terms {
            hasher.update(&term.length.to_le_bytes()).update(term.kind.id().as_bytes());
            hasher.update(&text[term.at as usize..][..term.length as usize]);
        }
        *hasher.finalize().as_bytes()
    }

    /// The rules under which learned values are found.
    pub(super) fn rules() -> Vec<RuleInfo> {
        let rule = |kind: Kind| RuleInfo {
            id: format!("learned-{kind}"),
            kind,
            description: format!("a {kind} that the input tells of elsewhere"),
        };
        KINDS.into_iter().map(rule).collect()
    }

    fn insert(&mut self, term: &[u8], number: u32) {
        let mut hash = HASH;
        let mut end = 0;
        let mut is_first = true;
        for token in tokens(term) {
            if is_first {
                let bit = self.bit(&term[token.clone()]);
                self.first[bit / 64] |= 1 << (bit % 64);
                is_first = false;
            }
            hash = hashed(hash, &term[end..token.end]);
            end = token.end;
            let node = self.nodes.entry(hash).or_insert(Node { term: None, goes_on: false });
            if end == term.len() {
                node.term.get_or_insert(number);
            } else {
                node.goes_on = true;
            }
        }
    }

    /// Where in the bitmap of first tokens this one is.
    fn bit(&self, token: &[u8]) -> usize {
        let mut head = [0; 8];
        let length = token.len().min(8);
        head[..length].copy_from_slice(&token[..length]);
        // Letters in small letters; what else this changes, it changes alike in terms and in text.
        let head = u64::from_le_bytes(head) | 0x2020_2020_2020_2020;
        let mixed = (head ^ token.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & (self.first.len() * 64 - 1)
    }

    fn text(&self, term: &Term) -> &[u8] {
        let text = self.text.as_ref().map_or(&[][..], |text| text.reveal());
        text.get(term.at as usize..(term.at + term.length) as usize).unwrap_or_default()
    }

    /// Calls `met` with the number of each term that stands at a place within `own`, and the place, in the order of places.
    /// Gives the end of what is decided: what goes on behind the known bytes may be a term.
    pub(super) fn search(
        &self,
        bytes: &[u8],
        own: Range<usize>,
        is_last: bool,
        mut met: impl FnMut(usize, usize),
    ) -> usize {
        if self.terms.is_empty() {
            return own.end;
        }
        // A term may begin within a token, behind an escape.
        let mut at = own.start.saturating_sub(ESCAPE);
        if at > 0 && is_token(bytes, at - 1) {
            at = token_end(bytes, at);
        }
        loop {
            while at < own.end && !is_token(bytes, at) {
                at += 1;
            }
            if at >= own.end {
                return own.end;
            }
            let end = token_end(bytes, at);
            let mut try_at = |start: usize| {
                if !own.contains(&start) || start >= end {
                    return true;
                }
                let bit = self.bit(&bytes[start..end]);
                let may_be = self.first[bit / 64] >> (bit % 64) & 1 != 0;
                let is_open = end == bytes.len() && !is_last && end - start <= LONGEST;
                !is_open && (!may_be || self.follow(bytes, start, end, is_last, &mut met))
            };
            let is_decided = try_at(at) && escaped(bytes, at).is_none_or(&mut try_at);
            if !is_decided {
                return at.clamp(own.start, own.end);
            }
            at = end;
        }
    }

    /// Follows the tokens from `start` on through the dictionary. `false` if what is not known yet may belong.
    fn follow(
        &self,
        bytes: &[u8],
        start: usize,
        first_end: usize,
        is_last: bool,
        met: &mut impl FnMut(usize, usize),
    ) -> bool {
        let (mut hash, mut from, mut end) = (HASH, start, first_end);
        while end - start <= LONGEST {
            hash = hashed(hash, &bytes[from..end]);
            let Some(node) = self.nodes.get(&hash) else { return true };
            if let Some(number) = node.term
                && let Some(term) = self.terms.get(number as usize)
                && self.text(term).eq_ignore_ascii_case(&bytes[start..end])
            {
                met(number as usize, start);
            }
            if !node.goes_on {
                return true;
            }
            let mut next = end;
            while next < bytes.len() && next - end <= BETWEEN && bytes[next] != b'\n' && !is_token(bytes, next) {
                next += 1;
            }
            if next == bytes.len() {
                return is_last;
            }
            if bytes[next] == b'\n' || !is_token(bytes, next) {
                return true;
            }
            (from, end) = (end, token_end(bytes, next));
            if end == bytes.len() && !is_last && end - start <= LONGEST {
                return false;
            }
        }
        true
    }

    /// Decides whether the term that stands at `hit` is meant there.
    pub(super) fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let Some(term) = self.terms.get(hit.anchor) else { return };
        let rule = KINDS.iter().position(|kind| *kind == term.kind).unwrap_or(0);
        let (start, end) = (hit.at, hit.at + term.length as usize);
        let meant = if !view.starts_word(start) {
            Err("within a word")
        } else {
            match term.kind {
                Kind::User => user(view, start, end, term.is_common),
                Kind::Name => name(view, start, end, term.is_common),
                Kind::Domain => domain(view, start, end),
                _ => host(view, start, end),
            }
        };
        match meant {
            Ok(start) => out.found(Found::new(start, end, term.kind, Confidence::Medium).rule(rule).learned()),
            Err(reason) => out.left(rule, start, reason),
        }
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
fn is_common(kind: Kind, value: &[u8]) -> bool {
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

/// The spellings of a value, in small letters as far as ASCII goes.
fn spell(kind: Kind, value: &[u8], spelling: &mut dyn FnMut(Vec<u8>)) {
    let mut cases = vec![value.to_ascii_lowercase()];
    if !value.is_ascii()
        && let Ok(text) = std::str::from_utf8(value)
    {
        // Case is ignored in ASCII only; beyond it, the usual ways are spelled out.
        cases.push(text.to_lowercase().into_bytes());
        cases.push(text.to_uppercase().to_ascii_lowercase().into_bytes());
        cases.push(titled(text).to_ascii_lowercase().into_bytes());
    }
    // As directories spell it: `dc=acme,dc=example`.
    if kind == Kind::Domain && value.contains(&b'.') {
        spelling(dictionary::components(&value.to_ascii_lowercase()));
    }
    for case in cases {
        let is_full = kind == Kind::Name && case.contains(&b' ');
        if is_full {
            for (from, to) in [(&b" "[..], &b"%20"[..]), (b" ", b"+"), (b", ", b"\\, "), (b", ", b"%2c%20")] {
                let turned = replaced(&case, from, to);
                if turned != case {
                    spelling(turned);
                }
            }
        }
        spelling(case);
    }
}

/// Every word with a capital and small letters.
fn titled(text: &str) -> String {
    let mut starts = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match (c.is_alphabetic(), starts) {
            (true, true) => out.extend(c.to_uppercase()),
            (true, false) => out.extend(c.to_lowercase()),
            (false, _) => out.push(c),
        }
        starts = !c.is_alphabetic();
    }
    out
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(3 * text.len());
    let mut at = 0;
    for found in memchr::memmem::find_iter(text, from) {
        out.extend_from_slice(&text[at..found]);
        out.extend_from_slice(to);
        at = found + from.len();
    }
    out.extend_from_slice(&text[at..]);
    out
}

/// From the first token to the last.
fn trimmed(text: &[u8]) -> Range<usize> {
    let start = tokens(text).next().map_or(0, |token| token.start);
    let end = tokens(text).last().map_or(0, |token| token.end);
    start..end
}

/// The tokens of a term.
fn tokens(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
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
fn token_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    while end < bytes.len() && is_token(bytes, end) {
        end += 1;
    }
    end
}

/// Whether the byte at `at` belongs to a token. Of what is not ASCII, punctuation and blanks do not; which they are is told by
/// two bytes on either side, wherever a text is cut.
#[inline]
fn is_token(bytes: &[u8], at: usize) -> bool {
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
fn escaped(bytes: &[u8], at: usize) -> Option<usize> {
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

/// What a hash begins with.
const HASH: u64 = 0xcbf2_9ce4_8422_2325;

/// A hash that goes on with `bytes`, letters in small letters.
fn hashed(hash: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = bytes.iter().fold(hash, step);
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// A hasher for what is a hash already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::Chunk;
    use crate::detect::{Engine, Isa, Scratch, Terms};
    use proptest::prelude::*;

    const VALUES: [(Kind, &str); 17] = [
        (Kind::User, "jroe"),
        (Kind::User, "alice"),
        (Kind::User, "mark"),
        (Kind::User, "will"),
        (Kind::User, "may"),
        (Kind::User, "admin"),
        (Kind::User, "jane.roe"),
        (Kind::User, "nroe"),
        (Kind::Name, "Jane Roe"),
        (Kind::Name, "Roe, Jane"),
        (Kind::Name, "Will May"),
        (Kind::Name, "J\u{fc}rgen M\u{fc}ller"),
        (Kind::Name, "Zelenka"),
        (Kind::Host, "db7.corp.acme.example"),
        (Kind::Host, "dbx-berlin-3"),
        (Kind::Domain, "acme.example"),
        (Kind::User, "\u{444}\u{451}\u{434}\u{43e}\u{440}"),
    ];

    fn learned() -> Learned {
        Learned::new(VALUES.iter().map(|(kind, value)| (*kind, value.as_bytes())))
    }

    /// What of a text is found, with marks around it.
    fn found(learned: &Learned, text: &str) -> String {
        let engine = Engine::with(Isa::best(), Vec::new(), Terms::new());
        let bytes = text.as_bytes();
        let chunk = Chunk { bytes, base: 0, own: 0..bytes.len(), is_last: true };
        let scan = engine.scan_knowing(Some(learned), &chunk, false, &mut Scratch::default());
        let mut found: Vec<(usize, usize)> = scan.found.iter().map(|found| (found.start, found.end)).collect();
        // The longest of those that share bytes is what a reader sees.
        found.sort_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)));
        let (mut out, mut at) = (String::new(), 0);
        for (start, end) in found {
            if start >= at {
                out += &format!("{}\u{ab}{}\u{bb}", &text[at..start], &text[start..end]);
                at = end;
            }
        }
        out + &text[at..]
    }

    #[test]
    fn learned_values_are_found_where_they_are_meant() {
        let learned = learned();
        for expected in [
            "saw «jroe», «JROE». «jroe» (and «jroe»)",
            "jroe2 my_jroe jroes com.jroe.Main jroe.example x.jroe",
            "«jroe».log «jroe».tar.gz /home/«jroe»/x ~«jroe» [~«jroe»] ACME\\«jroe» «jroe»@REALM uid=«jroe»,ou=x",
            "a\\n«jroe» a%20«jroe»%20b \\u003d«jroe» \\x22«jroe» \u{1b}[0;31m«jroe»\u{1b}[0m",
            "ACME\\«nroe» \u{201c}«jroe»\u{201d} \u{2014}«jroe»\u{2026}",
            "$jroe jroe::x",
            // Words go where login names stand, and nowhere else.
            "alice will mark it, in May; the user will see, by default admin may not",
            "~«will» [~«alice»] ACME\\«mark» ACME\\\\«mark» /home/«alice»/ CN=«mark» user='«will»' <user>«alice»</user>",
            "\"username\" : \"«may»\" «mark»@REALM reporter: «will», \"admin\" login=«admin»",
            "C:\\temp\\will C:\\Users\\«will»\\x \\\\srv\\share\\mark",
            // Names, in both orders, with capitals or without.
            "«Jane Roe», «jane roe», «ROE, JANE», «Roe\\, Jane», «Jane%20Roe», «jane+roe», Jane  Roe; Jane\nRoe; Jane Roedel",
            "«Will May», will may, Will may",
            "«Jürgen Müller» «JÜRGEN MÜLLER» «jürgen müller» Jürgen Müllerson",
            "«Zelenka» and «ZELENKA», not zelenka, Zelenka.java, Zelenka-Test or Zelenka()",
            "«фёдор» «Фёдор» «ФЁДОР»",
            // Hosts end where their labels do.
            "«db7.corp.acme.example»:5432 «DB7.Corp.Acme.Example». «x-db7.corp.acme.example» db7.corp.acme.examples",
            "«dbx-berlin-3» «dbx-berlin-3».log dbx-berlin-30 dbx-berlin-3-a my-dbx-berlin-3",
            "«acme.example» «www.acme.example»/x «a.b.acme.example», myacme.example acme.example.org acme.example-x",
        ] {
            let text = expected.replace(['\u{ab}', '\u{bb}'], "");
            assert_eq!(found(&learned, &text), expected);
        }
    }

    #[test]
    fn nothing_is_found_if_nothing_was_learned() {
        assert_eq!(found(&Learned::new([]), "jroe"), "jroe");
        assert!(Learned::new([(Kind::User, &b"--"[..]), (Kind::User, b"x")]).is_empty());
    }

    #[test]
    fn a_value_of_two_kinds_is_of_the_more_telling_one_whatever_the_order() {
        let values = [(Kind::Host, &b"falcon7"[..]), (Kind::User, b"Falcon7"), (Kind::Host, b"falcon7")];
        for n in 0..3 {
            let mut values = values;
            values.rotate_left(n);
            let learned = Learned::new(values);
            assert_eq!((learned.len(), learned.terms[0].kind), (1, Kind::User));
        }
    }

    proptest! {
        /// Cut anywhere, with the margins that chunks have, each term is met once; without them it is put off.
        #[test]
        fn cuts_do_not_matter(
            pieces in prop::collection::vec(prop::sample::select(&[
                "jroe", "Jane Roe", "Jane", "Roe", " ", "\n", "\\n", "%20", "\\u0020", ".", "-", "_", "acme.example", "db7.corp.",
                "alice", "~", "\u{201c}", "\u{e2}", "\u{fc}", "J\u{fc}rgen M\u{fc}ller", "x", ", ", "\u{1b}[1m", "nroe", "\\",
            ][..]), 0..60),
            cuts in prop::collection::vec(0..400_usize, 0..6),
            broken in any::<bool>(),
        ) {
            let learned = learned();
            let mut text = pieces.concat().into_bytes();
            if broken {
                // What is no UTF-8 is cut like everything else.
                text.iter_mut().step_by(3).filter(|b| **b >= 0x80).for_each(|b| *b = 0x80);
            }
            let mut whole = Vec::new();
            let decided = learned.search(&text, 0..text.len(), true, |term, at| whole.push((at, term)));
            prop_assert_eq!(decided, text.len());

            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let mut parts = Vec::new();
            for pair in cuts.windows(2) {
                // A full right margin.
                learned.search(&text, pair[0]..pair[1], true, |term, at| parts.push((at, term)));
            }
            prop_assert_eq!(&parts, &whole);

            let mut parts = Vec::new();
            let mut from = 0;
            for cut in cuts {
                // No right margin at all, as where an input idles.
                let is_last = cut == text.len();
                let decided = learned.search(&text[..cut], from..cut, is_last, |term, at| parts.push((at, term)));
                prop_assert!(from <= decided && decided <= cut);
                parts.retain(|(at, _)| *at < decided);
                from = decided;
            }
            prop_assert_eq!(parts, whole);
        }
    }
}
