//! A cell: whether its value goes, and how it is written there.

use std::net::{IpAddr, SocketAddr};

use crate::detect::bytes::{ALNUM, ByteSet};
use crate::detect::detector::Found;
use crate::detect::dictionary::Terms;
use crate::detect::learned::common;
use crate::detect::numbers;
use crate::detect::people::account;
use crate::detect::people::names;
use crate::detect::reading::handle;
use crate::detect::run::Run;
use crate::detect::table::column::Sort;
use crate::detect::table::told::Entries;
use crate::detect::table::{Cell, Reader};
use crate::finding::{Confidence, Encoding, Form, Place, RuleId};
use crate::kind::{Family, Kind};
use crate::placeholder;

/// Where the cells of a table put what they hold.
pub struct Out<'a> {
    pub bytes: &'a [u8],
    /// The stream offset of the first of the bytes.
    pub base: u64,
    pub found: &'a mut Vec<Found>,
    /// What no finding goes on from one to the next of, in order.
    pub cells: &'a mut Vec<Cell>,
    pub reader: &'a Reader,
    pub keep: &'a Terms,
    /// What the keys of entries said whose values stand in other tables.
    pub entries: &'a mut Entries,
}

/// How a value is written in its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As it is.
    Plain,
    /// Quotes in it are doubled.
    Doubled,
    /// With backslashes before what would end it, and for control characters.
    Backslash,
    /// As a string of JSON.
    Escaped,
    /// In markup: characters that it needs are entities.
    Entity,
    /// A number that stands without quotes where a text would need them.
    Number,
}

impl Out<'_> {
    /// Says that `start..end` is a cell.
    pub fn cell(&mut self, start: usize, end: usize) {
        if start < end {
            self.cells.push(Cell { start: self.offset(start), end: self.offset(end), padding: None });
        }
    }

    /// Says that `start..end` is a cell that must keep its width, which is filled up from `padding` on.
    pub fn fixed(&mut self, start: usize, padding: usize, end: usize) {
        if start < end {
            let padding = Some(self.offset(padding));
            self.cells.push(Cell { start: self.offset(start), end: self.offset(end), padding });
        }
    }

    fn offset(&self, index: usize) -> u64 {
        self.base + index as u64
    }

    /// Names the value `start..end` of a column, unless it is none.
    pub fn value(&mut self, start: usize, end: usize, sort: Sort, written: Written) {
        let (start, end) = trimmed(self.bytes, start, end);
        let value = &self.bytes[start..end];
        let Some(kind) = kind(self.reader, sort, value) else { return };
        // A mark of ours is whole where what stands around it is seen.
        let from = start.saturating_sub(placeholder::LONGEST);
        let around = &self.bytes[from..self.bytes.len().min(end + 1)];
        if placeholder::touches(around, start - from, end - from) || is_ours(kind, value) || self.keep.keeps(value) {
            return;
        }
        let form = match written {
            Written::Doubled if has_twins(value, b'"') || has_twins(value, b'\'') => Form::one(Encoding::Doubled),
            Written::Backslash if memchr::memchr(b'\\', value).is_some() => Form::one(Encoding::Backslash),
            Written::Backslash if has_twins(value, b'\'') => Form::one(Encoding::Doubled),
            Written::Escaped if memchr::memchr(b'\\', value).is_some() => Form::one(Encoding::Escape),
            Written::Entity if memchr::memchr(b'&', value).is_some() => Form::one(Encoding::Entity),
            _ => Form::PLAIN,
        };
        let place = if written == Written::Number { Place::Number } else { Place::Text };
        let rule = RuleId(self.reader.base + sort.rule);
        let found = Found::new(start, end, kind, Confidence::High).form(form).place(place);
        self.found.push(Found { rule, ..found });
    }
}

impl Out<'_> {
    /// Names a value that is longer than what is held: it is known up to `to`, and goes on as `run`.
    pub fn open(&mut self, start: usize, to: usize, sort: Sort, run: Run) {
        let rule = RuleId(self.reader.base + sort.rule);
        let found = Found::new(start, to, sort.kind, Confidence::High);
        self.found.push(Found { rule, run: Some(Box::new(run)), ..found });
    }
}

/// Whether a byte stands twice in a row.
fn has_twins(value: &[u8], byte: u8) -> bool {
    memchr::memchr_iter(byte, value).any(|at| value.get(at + 1) == Some(&byte))
}

/// The value without the blanks around it.
pub fn trimmed(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r');
    let value = &bytes[start..end];
    // Hardly any has some.
    if let ([first, ..], [.., last]) = (value, value)
        && !is_blank(first)
        && !is_blank(last)
    {
        return (start, end);
    }
    let skipped = value.iter().take_while(|b| is_blank(b)).count();
    let kept = value.iter().rposition(|b| !is_blank(b)).map_or(skipped, |last| last + 1);
    (start + skipped, start + kept.max(skipped))
}

/// Whether a narrow cell holds the body of a placeholder without its label.
fn is_ours(kind: Kind, value: &[u8]) -> bool {
    if value.len() != placeholder::BODY {
        return false;
    }
    // What a column holds may have been known better than its name tells.
    let may_be = |other: Kind| match kind {
        Kind::User => matches!(other, Kind::User | Kind::AccountId | Kind::Email),
        Kind::Name => matches!(other, Kind::Name | Kind::User | Kind::Email),
        kind => other.family() == kind.family(),
    };
    Kind::ALL.into_iter().any(|other| may_be(other) && placeholder::is_body(other, value))
}

/// What a value in a column of this sort is; `None` if it stays.
fn kind(reader: &Reader, sort: Sort, value: &[u8]) -> Option<Kind> {
    if value.is_empty() || is_nothing(value) || handle::reason(value).is_some() {
        return None;
    }
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let is_number = digits == value.len();
    // A date or a time is not what somebody is called.
    let is_time = digits > 5 && value.iter().all(|b| b.is_ascii_digit() || b" -:./TZ+,".contains(b)) && !is_number;
    let is_setting = || reader.judge.is_setting(value);
    match sort.kind {
        Kind::User if value.starts_with(b"JIRAUSER") && digits == value.len() - 8 && digits > 0 => {
            Some(Kind::AccountId)
        }
        Kind::User | Kind::Name => {
            // `Anonymous users`, `Support Team` in a column that others than persons stand in, too.
            let is_group = || !sort.is_sure && value.contains(&b' ') && names::has_other_word(value);
            let stays =
                is_time || (is_number && !sort.is_sure) || account::is_nobody(value) || is_setting() || is_group();
            (!stays).then_some(sort.kind)
        }
        Kind::Phone => (digits > 2).then_some(Kind::Phone),
        Kind::BirthDate => (digits > 0).then_some(Kind::BirthDate),
        Kind::Email => (memchr::memchr(b'@', value).is_some() || !(is_number || is_setting())).then_some(Kind::Email),
        // What a check speaks against is none, as everywhere else.
        Kind::Card if numbers::is_wrong_card(value) => None,
        Kind::Iban if numbers::is_wrong_iban(value) => None,
        Kind::Card | Kind::Iban | Kind::NationalId => (digits > 3).then_some(sort.kind),
        // An address may be one of the network, which its own detector names as everywhere else.
        Kind::PostalAddress if is_of_the_network(value) => None,
        Kind::PostalAddress if is_mark_or_host(value) => None,
        Kind::PostalAddress if memchr::memchr(b'@', value).is_some() && !value.contains(&b' ') => Some(Kind::Email),
        // `Token`, above the words of a language.
        Kind::Token if is_word(value) => None,
        kind if kind.family() == Family::Secret => {
            let stays = is_setting() || (is_number && !sort.is_sure) || (!sort.is_sure && value.len() < 4);
            (!stays).then_some(kind)
        }
        kind => (!is_setting()).then_some(kind),
    }
}

/// Whether a cell is no token but a word, or a few of them, or marks.
fn is_word(value: &[u8]) -> bool {
    const TOKEN: ByteSet = ALNUM.or(ByteSet::of(b"-._~+/=:|%$!@"));
    // `r#ident`, `b"…"`: in the manual of a language
    if value.iter().any(|b| !TOKEN.contains(*b)) && value.len() < 16 || value.len() < 4 {
        return true;
    }
    let has_digit = value.iter().any(u8::is_ascii_digit);
    !has_digit && (value.len() < 6 || value.contains(&b' ') || common::is_common(&value.to_ascii_lowercase()))
}

/// Whether a value is the address of a host or of a network card, with or without a port or the size of a network.
fn is_of_the_network(value: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(value) else { return false };
    let host = text.split('/').next().unwrap_or(text);
    let pairs = || host.split([':', '-']).all(|pair| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit()));
    host.parse::<IpAddr>().is_ok() || host.parse::<SocketAddr>().is_ok() || (host.len() == 17 && pairs())
}

/// `@`, `mail.acme.example`: neither letters nor digits, or names between dots and nothing else.
fn is_mark_or_host(value: &[u8]) -> bool {
    let is_name = |label: &[u8]| !label.is_empty() && label.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    !value.iter().any(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        || value.iter().filter(|b| **b == b'.').count() > 1 && value.split(|b| *b == b'.').all(is_name)
}

/// Whether a cell says that there is no value, or that it was hidden already.
fn is_nothing(value: &[u8]) -> bool {
    const NOTHING: [&[u8]; 14] = [
        b"null",
        b"\\n",
        b"(null)",
        b"<null>",
        b"[null]",
        b"nil",
        b"none",
        b"n/a",
        b"-",
        b"--",
        b"undefined",
        b"nan",
        b"[redacted]",
        b"sanitized by support utility",
    ];
    const FIRST: ByteSet = ByteSet::of(b"nN\\(<[-uUsS*");
    FIRST.contains(value[0]) && NOTHING.iter().any(|nothing| value.eq_ignore_ascii_case(nothing))
        || value.iter().all(|&b| b == b'*')
}
