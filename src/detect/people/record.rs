//! Keys that tell of a person only beside other ones: `name`, `city`, `zip` in the record of somebody.
//!
//! The value must look as it should, and then a key that only persons have must stand near it, in the same record: an
//! e-mail address, a telephone, a birth date; or the record must itself be under such a word (`"customer": {"name": ...`).

use std::sync::Arc;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, HIGH, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account;
use crate::detect::people::names;
use crate::detect::prefilter::Literal;
use crate::detect::reading::key::Key;
use crate::detect::reading::lexicon::Lexicon;
use crate::detect::reading::place::{Place, Separator};
use crate::detect::reading::value::Extent;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds names and places in the records of persons.
pub struct Record {
    lexicon: Arc<Lexicon>,
}

impl Record {
    /// The detector; the keys of a rule set tell where a value ends.
    pub fn new(lexicon: Arc<Lexicon>) -> Record {
        Record { lexicon }
    }
}

/// What a key may hold.
#[derive(Clone, Copy)]
enum Sort {
    Name,
    /// A login name under `name`, as Jira and Confluence tell of persons.
    Login,
    Town,
    Code,
    Firm,
}

const KEYS: [(&str, Sort); 22] = [
    ("name", Sort::Name),
    ("\"formatted\"", Sort::Name),
    ("\"locality\"", Sort::Town),
    ("\"name\":\"", Sort::Login),
    ("\"name\": \"", Sort::Login),
    ("nom :", Sort::Name),
    ("nom:", Sort::Name),
    ("city", Sort::Town),
    ("town", Sort::Town),
    ("ville", Sort::Town),
    ("ort:", Sort::Town),
    ("\"ort\"", Sort::Town),
    ("<ort>", Sort::Town),
    ("stadt", Sort::Town),
    ("ciudad", Sort::Town),
    ("cidade", Sort::Town),
    ("miasto", Sort::Town),
    ("zip\"", Sort::Code),
    ("zip:", Sort::Code),
    ("zip=", Sort::Code),
    ("<zip>", Sort::Code),
    ("company", Sort::Firm),
];

/// What stands behind a key.
const BEHIND: ByteSet = ByteSet::of(b"\"'\\:= >&1");

impl Detector for Record {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("record-name", Kind::Name, "name in the record of a person"),
            rule("record-place", Kind::PostalAddress, "town or postal code in the record of a person"),
            rule("record-login", Kind::User, "login name under `name` in the record of a person"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |(key, _): &(&str, Sort)| {
            let is_word = key.ends_with(|c: char| c.is_ascii_alphabetic());
            let after = if is_word { vec![BEHIND] } else { Vec::new() };
            Anchor::Literal(Literal { bytes: key.as_bytes().to_vec(), ignore_case: true, starts_word: false, after })
        };
        KEYS.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (literal, sort) = KEYS[hit.anchor];
        if matches!(sort, Sort::Login) {
            return login(view, hit.at, hit.at + literal.len(), out);
        }
        let word = literal.trim_matches(|c: char| !c.is_ascii_alphabetic());
        let at = hit.at + literal.find(word).unwrap_or(0);
        if literal == "name" && view.starts_with(at + 4, b": ") {
            subject(view, at, at + 6, out);
        }
        if !begins(view, at) || !may_hold(view, at + word.len(), sort) {
            return;
        }
        if matches!(sort, Sort::Name) && is_of_thing(view, at) {
            return out.left(0, at, "the name of a thing");
        }
        let Some(key) = Key::around(view, at, word.len()).filter(|key| key.start == at) else { return };
        let Some(place) = Place::of(view, &key, &self.lexicon) else { return };
        if matches!(place.separator, Separator::Compares | Separator::Argument | Separator::Near | Separator::Is) {
            return;
        }
        for value in place.values(view, &key) {
            let Some(end) = fits(view, &key, &value, sort) else { continue };
            let (rule, kind) = match sort {
                Sort::Name | Sort::Firm | Sort::Login => (0, Kind::Name),
                Sort::Town | Sort::Code => (1, Kind::PostalAddress),
            };
            let text = view.slice(value.start, end);
            let is_full = !matches!(sort, Sort::Name) || names::full(text).is_some();
            let is_known = matches!(sort, Sort::Name) && is_full && names::is_known(text);
            let is_his = || {
                if is_full { is_somebodys(view, key.start, end) } else { is_beside(view, key.start, end, &FIRST) }
            };
            if is_known || is_his() {
                out.found(Found::new(value.start, end, kind, Confidence::Medium).rule(rule));
            } else {
                out.left(rule, value.start, "no record of a person");
            }
        }
    }
}

/// `name: jroe` below `kind: User` of Kubernetes, with `metadata:` between them or not.
fn subject(view: &View<'_>, at: usize, start: usize, out: &mut Candidates<'_>) {
    const REACH: usize = 64;
    let line = view.line_start(at);
    if view.run(line, const { ByteSet::of(b" -") }, 32) != at || line == 0 {
        return;
    }
    let above = view.slice(line.saturating_sub(REACH), line - 1);
    let mut lines = above.rsplit(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let kind = match lines.next() {
        Some(b"metadata:") => lines.next(),
        line => line,
    };
    let is_user = kind.is_some_and(|line| matches!(line, b"kind: User" | b"- kind: User"));
    let end = view.run(start, account::LOGIN, 65);
    let is_whole = view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
    let text = view.slice(start, end);
    if is_user && is_whole && !text.is_empty() && !account::is_nobody(text) && !account::is_system(text) {
        out.found(Found::new(start, end, Kind::User, Confidence::Medium).rule(2));
    }
}

/// Whether the word before `at` says that what has the name is a thing: `"USB Product Name" = "Magic Trackpad"`.
fn is_of_thing(view: &View<'_>, at: usize) -> bool {
    const THINGS: [&[u8]; 24] = [
        b"product",
        b"device",
        b"model",
        b"vendor",
        b"driver",
        b"service",
        b"group",
        b"process",
        b"image",
        b"volume",
        b"node",
        b"job",
        b"rule",
        b"queue",
        b"topic",
        b"cluster",
        b"project",
        b"file",
        b"display",
        b"adapter",
        b"interface",
        b"chip",
        b"processor",
        b"manufacturer",
    ];
    let end = view.run_back(at, const { ByteSet::of(b" ") }, 1);
    let word = view.slice(view.run_back(end, const { WORD.or(ByteSet::of(b"-")) }, 16), end);
    end < at && THINGS.iter().any(|thing| word.eq_ignore_ascii_case(thing))
}

/// Whether the key at `at` is a whole one: a quote, a tag, a blank or a line begins it.
fn begins(view: &View<'_>, at: usize) -> bool {
    const BEFORE: ByteSet = ByteSet::of(b"\"' \t\n<{,;&?(|>-[`*");
    match view.before(at) {
        None => true,
        Some(b'n' | b't' | b'r') => view.back(at, 2) == Some(b'\\'),
        Some(b'-') => view.back(at, 2).is_none_or(|b| SPACE.contains(b) || b == b'-'),
        Some(b) => BEFORE.contains(b),
    }
}

/// Whether the first letter or digit behind the key at `from` is one that such a value begins with. Most are not.
fn may_hold(view: &View<'_>, from: usize, sort: Sort) -> bool {
    const NOTHING: ByteSet = ALNUM.or(HIGH).or(ByteSet::of(b"\n/$%({,;")).not();
    let first = view.run(from, NOTHING, 16);
    match sort {
        Sort::Code => view.is(first, ALNUM),
        _ => view.at(first).is_some_and(|b| b.is_ascii_uppercase() || HIGH.contains(b)),
    }
}

/// Where the value ends, if it looks as it should.
fn fits(view: &View<'_>, key: &Key, value: &Extent, sort: Sort) -> Option<usize> {
    let text = view.slice(value.start, value.end);
    let whole = |is: bool| (is && value.is_quoted && !text.is_empty()).then_some(value.end);
    match sort {
        Sort::Name => {
            let reach = names::reach(view, value.start);
            // One word is a name where its first name stands beside it.
            let end = value.start + names::full(reach).or_else(|| names::single(reach))?;
            let is_whole = if value.is_quoted { end == value.end } else { !view.is(end, WORD) };
            is_whole.then_some(end)
        }
        Sort::Town => {
            let end = value.start + names::single(names::reach(view, value.start))?;
            let is_caption = text.eq_ignore_ascii_case(key.text(view));
            let is_whole = end == value.end || (!value.is_quoted && !view.is(end, WORD));
            (is_whole && !is_caption).then_some(end)
        }
        Sort::Code => {
            let end = view.run(value.start, const { ALNUM.or(ByteSet::of(b"-")) }, 12);
            let digits = view.slice(value.start, end).iter().filter(|b| b.is_ascii_digit()).count();
            ((4..=9).contains(&digits) && !view.is(end, WORD)).then_some(end)
        }
        Sort::Login => None,
        Sort::Firm => whole(text.len() <= 64 && text.iter().all(|b| !matches!(b, b'{' | b'<' | b'$' | b'/'))),
    }
}

/// How far a record is looked at, in bytes.
const NEAR: usize = 384;

/// Keys and marks that the record of a person has.
const TELLING: [&[u8]; 26] = [
    b"email",
    b"e-mail",
    b"mail\"",
    b"phone",
    b"mobile",
    b"telefon",
    b"birth",
    b"dob",
    b"gender",
    b"firstname",
    b"first_name",
    b"lastname",
    b"last_name",
    b"surname",
    b"passport",
    b"street",
    b"address",
    b"zip",
    b"postal",
    b"username",
    b"login",
    b"geburt",
    b"vorname",
    b"ssn",
    b"courriel",
    b"naissance",
];

/// Keys of the first name that a last name under `name` has beside it.
const FIRST: [&[u8]; 12] = [
    b"firstname",
    b"first_name",
    b"first name",
    b"givenname",
    b"given name",
    b"given_name",
    b"vorname",
    b"pr\xc3\xa9nom",
    b"prenom",
    b"voornaam",
    b"imi\xc4\x99",
    b"f\xc3\xb6rnamn",
];

/// Words that a record of a person with a login name is under.
const PERSONS: [&[u8]; 9] =
    [b"reporter", b"assignee", b"creator", b"author", b"requester", b"submitter", b"approver", b"reviewer", b"user"];

/// Keys that only the record of a person with a login name has beside it.
const OF_ACCOUNTS: [&[u8]; 4] = [b"real_name", b"realname", b"displayname", b"display_name"];

/// Words that a record of a person is under.
const OWNERS: [&[u8]; 24] = [
    b"author",
    b"contact",
    b"customer",
    b"patient",
    b"employee",
    b"person",
    b"reporter",
    b"assignee",
    b"creator",
    b"owner",
    b"requester",
    b"requestor",
    b"submitter",
    b"recipient",
    b"attendee",
    b"member",
    b"guest",
    b"passenger",
    b"student",
    b"user",
    b"developer",
    b"maintainer",
    b"client",
    b"sender",
];

/// Whether the record around `start..end` is a person's.
fn is_somebodys(view: &View<'_>, start: usize, end: usize) -> bool {
    let before = view.slice(start.saturating_sub(NEAR), start);
    let before = &before[record_start(before)..];
    if tells(before) || is_owned(view, start) {
        return true;
    }
    let behind = view.slice(end, record_end(view, end));
    tells(behind)
}

/// Whether one of `keys` stands in the record around `start..end`.
fn is_beside(view: &View<'_>, start: usize, end: usize, keys: &[&[u8]]) -> bool {
    let before = view.slice(start.saturating_sub(NEAR), start);
    let before = &before[record_start(before)..];
    has_key(&before.to_ascii_lowercase(), keys)
        || has_key(&view.slice(end, record_end(view, end)).to_ascii_lowercase(), keys)
}

/// The login name at `start`, behind `"name":"` at `at`, if it stands in the record of a person who did something.
fn login(view: &View<'_>, at: usize, start: usize, out: &mut Candidates<'_>) {
    if !view.at(start).is_some_and(|b| b.is_ascii_lowercase()) {
        return;
    }
    let end = view.run(start, account::LOGIN, 65);
    let text = view.slice(start, end);
    let is_login =
        view.at(end) == Some(b'"') && text.len() >= 2 && !account::is_nobody(text) && !account::is_system(text);
    if !is_login {
        return;
    }
    let before = view.slice(at.saturating_sub(NEAR), at);
    let from = at - before.len() + record_start(before);
    let word_end = view.run_back(from.saturating_sub(1), const { ByteSet::of(b"\\\": ") }, 6);
    let word = view.slice(view.run_back(word_end, LETTER, 24), word_end).to_ascii_lowercase();
    let is_owned = from > at - before.len() && PERSONS.iter().any(|owner| word.ends_with(owner));
    if is_owned || is_beside(view, at, end, &OF_ACCOUNTS) {
        out.found(Found::new(start, end, Kind::User, Confidence::Medium).rule(2));
    } else {
        out.left(2, start, "no record of a person");
    }
}

fn tells(text: &[u8]) -> bool {
    // `@` first: it is found at once.
    let has_mail = || {
        memchr::memchr_iter(b'@', text)
            .any(|at| at > 0 && ALNUM.contains(text[at - 1]) && text.get(at + 1).is_some_and(|b| ALNUM.contains(*b)))
    };
    if has_mail() {
        return true;
    }
    has_key(&text.to_ascii_lowercase(), &TELLING)
}

/// Whether one of `keys` stands in a text in lower case as a key does.
fn has_key(lower: &[u8], keys: &[&[u8]]) -> bool {
    keys.iter().any(|word| {
        memchr::memmem::find_iter(lower, word).any(|at| {
            let end = at + word.len();
            let begins = at == 0 || !lower[at - 1].is_ascii_lowercase();
            let rest = &lower[end..lower.len().min(end + 10)];
            let ends = rest.iter().find(|b| !(LETTER.contains(**b) || matches!(b, b'_' | b'1' | b'2')));
            begins && ends.is_some_and(|b| matches!(b, b'"' | b'\'' | b':' | b'=' | b'>' | b'\\' | b' ' | b'&'))
        })
    })
}

/// Where the record that ends with `before` begins: behind a blank line, or the brace or tag that opens it.
fn record_start(before: &[u8]) -> usize {
    let blank = memchr::memmem::rfind(before, b"\n\n").map_or(0, |at| at + 2);
    let mut depth = 0_i32;
    for (at, &byte) in before.iter().enumerate().rev() {
        match byte {
            b'}' => depth += 1,
            b'{' if depth == 0 => return blank.max(at + 1),
            b'{' => depth -= 1,
            _ => {}
        }
    }
    blank
}

/// Where the record that goes on at `from` ends.
fn record_end(view: &View<'_>, from: usize) -> usize {
    let mut depth = 0_i32;
    let mut at = from;
    while at < from + NEAR {
        match view.at(at) {
            None => return at,
            Some(b'\n') if view.at(at + 1) == Some(b'\n') => return at,
            Some(b'{') => depth += 1,
            Some(b'}') if depth == 0 => return at,
            Some(b'}') => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Whether the record is under a word for a person: `"customer": {"name"`, `<contact name=`, `user:` above.
fn is_owned(view: &View<'_>, start: usize) -> bool {
    const AROUND: ByteSet = SPACE.or(ByteSet::of(b"\"'{:=>[\\<-"));
    let is_owner = |end: usize| {
        let from = view.run_back(end, const { LETTER.or(ByteSet::of(b"_")) }, 24);
        let word = view.slice(from, end).to_ascii_lowercase();
        OWNERS.iter().any(|owner| word.strip_suffix(b"s").unwrap_or(&word).ends_with(owner))
    };
    let end = view.run_back(start, AROUND, 24);
    if end < start && is_owner(end) {
        return true;
    }
    // `<customer id="5" name=`, `"customer":{"id":5,"name":`
    let before = view.slice(start.saturating_sub(NEAR), start);
    let low = start - before.len();
    if let Some(open) = memchr::memrchr2(b'<', b'{', before) {
        let open = low + open;
        if view.at(open) == Some(b'<') {
            let end = view.run(open + 1, const { LETTER.or(ByteSet::of(b"_:")) }, 24);
            return is_owner(end) && view.is(end, BLANK);
        }
        let from = low + record_start(before);
        let end = view.run_back(from.saturating_sub(1), AROUND, 8);
        return from > low && is_owner(end);
    }
    false
}
