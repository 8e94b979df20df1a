//! What stands under a key of a person: which login names, names, dates and addresses are somebody's, and which are a word or code.

use std::borrow::Cow;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HIGH, LETTER, WORD};
use crate::detect::learned::common;
use crate::detect::people::account::{LOGIN, is_nobody, is_system, is_word};
use crate::detect::people::birth;
use crate::detect::people::names;
use crate::detect::reading::code;
use crate::detect::reading::dialect;
use crate::detect::reading::key::Key;
use crate::detect::reading::place::{Place, Separator};
use crate::detect::reading::random;
use crate::detect::reading::value::Extent;
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::kind::Kind;

/// A value under a key as a person's data are read.
pub struct Read {
    /// What it is: a name may stand where login names do.
    pub kind: Kind,
    /// Where it ends: a name, or a date, has blanks in it and ends where the sentence goes on.
    pub extent: Extent,
    /// Whether it shows by itself what it is.
    pub is_sure: bool,
}

/// Reads the value of a key of `kind` again, if that tells of a person.
pub fn read(kind: Kind, view: &View<'_>, key: &Key, place: &Place<'_>, extent: Extent) -> Read {
    if kind == Kind::Name
        && place.separator == Separator::Colon
        && let Some(extent) = in_domain(view, &extent)
    {
        return Read { kind: Kind::User, extent, is_sure: true };
    }
    let length = match kind {
        Kind::Name | Kind::User if place.separator != Separator::Compares => {
            names::full(names::reach(view, extent.start))
        }
        Kind::PostalAddress if !extent.is_quoted && matches!(place.separator, Separator::Colon | Separator::Equals) => {
            postal(view, extent.start)
        }
        Kind::BirthDate if !extent.is_quoted => birth::date(view, extent.start).map(|end| end - extent.start),
        _ => None,
    };
    let Some(end) = length.map(|length| extent.start + length) else { return Read { kind, extent, is_sure: false } };
    // Within quotes or tags a name fills the place, or an address or a login name follows in brackets.
    let rest = view.run(end, BLANK, 4);
    let is_whole = end == extent.end
        || (rest > end && rest < extent.end && matches!(view.at(rest), Some(b'<' | b'(' | b'[' | b'&')));
    let is_code = place.separator == Separator::Argument || (view.is(end, CODE) && !extent.is_quoted);
    if (extent.is_quoted && !is_whole) || is_code || is_caption(key.name(view), view.slice(extent.start, end)) {
        return Read { kind, extent, is_sure: false };
    }
    let kind = if kind == Kind::User { Kind::Name } else { kind };
    Read { kind, extent: Extent { end, run: Run::Line, is_open: false, ..extent }, is_sure: true }
}

/// `Author:   ACME\jroe`: an account of a domain where a name could stand.
fn in_domain(view: &View<'_>, extent: &Extent) -> Option<Extent> {
    let domain = view.run(extent.start, const { ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") }, 24);
    let start = view.run(domain, const { ByteSet::of(b"\\") }, 2);
    let end = view.run(start, const { ALNUM.or(ByteSet::of(b"._-")) }, 65);
    let text = view.slice(start, end);
    let is_whole = end == extent.end || view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n' | b' ' | b'"'));
    let is_name = domain > extent.start && start > domain && text.len() > 2 && LETTER.contains(text[0]);
    (is_name && is_whole && !is_nobody(text) && !is_system(text)).then_some(Extent {
        start,
        end,
        run: Run::Line,
        is_quoted: extent.is_quoted,
        is_open: false,
    })
}

/// Where a login name behind a colon ends, before the bar of a log or where a sentence goes on: `user:jroe|host:x`, `username:
/// jroe from the test system`. The end of the value, if neither does.
pub fn word_end(view: &View<'_>, key: &Key, value: &Extent) -> usize {
    const ON: [&[u8]; 10] = [b"from", b"on", b"in", b"at", b"for", b"with", b"and", b"logged", b"has", b"via"];
    let end = view.run(value.start, LOGIN, value.end - value.start);
    let text = view.slice(value.start, end);
    if end == value.end || text.len() < 3 {
        return value.end;
    }
    // `Username     : jroe               Index        : 4411`
    if view.run(end, const { ByteSet::of(b" ") }, 3) > end + 1 {
        return end;
    }
    let is_header = || key.text(view).contains(&b'-') && view.at(end) == Some(b';');
    if view.at(end) == Some(b'|') || is_header() {
        return end;
    }
    let next = view.run(end, BLANK, 2);
    let word = view.slice(next, view.run(next, LETTER, 8));
    let is_common = || is_word(text) || common::is_common(&text.to_ascii_lowercase());
    if next > end && ON.contains(&word) && !is_common() { end } else { value.end }
}

/// The length of the address at `start` that goes on to the end of its line, its string or its field: `12 Example Street, Springfield`.
fn postal(view: &View<'_>, start: usize) -> Option<usize> {
    const FIELD: ByteSet = ByteSet::of(b"\r\n\"\\;|\t<>=(){}[]").not();
    let text = view.slice(start, view.run(start, FIELD, 129));
    let text = &text[..memchr::memmem::find(text, b"  ").unwrap_or(text.len())];
    let text = text.trim_ascii_end();
    let text = text.strip_suffix(b",").or(text.strip_suffix(b".")).unwrap_or(text);
    is_postal(text).then_some(text.len())
}

/// What follows a name in source code, and nowhere else.
const CODE: ByteSet = WORD.or(ByteSet::of(b"(.[{$"));

/// Whether `text` says what the field of this key is for: `firstName: "First Name"`.
fn is_caption(key: &[u8], text: &[u8]) -> bool {
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect()
    };
    let (key, told) = (letters(key), letters(text));
    !key.is_empty()
        && (key == told
            || (told.len() > 3 && key.starts_with(&told))
            || told.ends_with(b"name")
            || told.starts_with(b"your")
            || told.starts_with(b"enter"))
}

/// Why a value under a key of `kind` is nobody's. `None` if it is somebody's, or the kind is none of a person.
///
/// Under a weak key, which means other things too, the value must show by itself what it is.
pub fn reason(
    kind: Kind,
    view: &View<'_>,
    key: &Key,
    place: &Place<'_>,
    value: &Extent,
    is_weak: bool,
) -> Option<&'static str> {
    let is_person = matches!(kind, Kind::User | Kind::Name | Kind::BirthDate | Kind::PostalAddress);
    if !is_person {
        return None;
    }
    let text = view.slice(value.start, value.end).trim_ascii();
    let text = if value.is_quoted { text } else { text.strip_suffix(b",").unwrap_or(text) };
    let is_parameter = matches!(view.before(key.start), Some(b'?' | b'&'));
    let spelled = match value.is_quoted {
        true => spelled_out(text),
        false if is_parameter && kind == Kind::Name => decoded(text),
        false => Cow::Borrowed(text),
    };
    let text = &spelled[..];
    if text.len() > 128
        || text.iter().any(|b| matches!(b, b'{' | b'}' | b'<' | b'>' | b'|' | b'=' | b'%' | b'\n' | b'`'))
    {
        return Some("more than what tells of a person");
    }
    // `new_nickname: Output parameter that may contain ...`
    if !value.is_quoted && kind == Kind::Name && place.separator == Separator::Colon && !text.contains(&b' ') {
        let rest = view.slice(value.end, view.line_end(value.end, 48));
        let mut words = rest.strip_prefix(b" ").unwrap_or_default().split(|b| *b == b' ').take(3);
        let is_small = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_lowercase);
        if words.clone().count() == 3 && words.all(is_small) && !names::is_known(text) {
            return Some("what the key is for");
        }
    }
    let is_code = || {
        is_code(view, key, place, value, text)
            || code::is_type(view, place, value, text)
            || code::begins_expression(view, value, text)
    };
    if !value.is_quoted && is_code() {
        return Some("source code");
    }
    // `.find(|m| m.name != "help")`
    if kind == Kind::Name && matches!(place.separator, Separator::Compares | Separator::Among) && !text.contains(&b' ')
    {
        return Some("what is compared is no full name");
    }
    match kind {
        Kind::User => login(view, key, text, (place, value)),
        Kind::Name if is_weak => (!is_name_alone(text)).then_some("no name under a key of other things"),
        Kind::Name => name(view, key, value, text),
        Kind::BirthDate => {
            let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
            (digits < 2 || text.len() > 40).then_some("no date")
        }
        _ if is_weak => (!is_postal(text)).then_some("no postal address"),
        _ => address(view, key, text),
    }
}

/// A parameter of a query without what stands for its blanks and letters: `Jane+Roe`, `Nov%C3%A1k`.
fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'%', b'+', text).is_none() {
        return Cow::Borrowed(text);
    }
    let hex = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        match (*first, behind) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, ..]) if hex(high).is_some() && hex(low).is_some() => {
                out.push(hex(high).unwrap_or(0) << 4 | hex(low).unwrap_or(0));
                rest = &behind[2..];
            }
            (byte, _) => out.push(byte),
        }
    }
    Cow::Owned(out)
}

/// A quoted text without the escapes of JSON and the entities of XML in it; what is none stays as it is.
fn spelled_out(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'\\', b'&', text).is_none() {
        return Cow::Borrowed(text);
    }
    let number = |digits: &[u8], radix| u32::from_str_radix(str::from_utf8(digits).ok()?, radix).ok();
    let letter = |number: Option<u32>| number.and_then(char::from_u32);
    let entity = |name: &[u8]| match name {
        b"amp" => Some('&'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        [b'#', b'x' | b'X', digits @ ..] => letter(number(digits, 16)),
        [b'#', digits @ ..] => letter(number(digits, 10)),
        _ => None,
    };
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        let (told, length) = match rest {
            [b'\\', b'u', digits @ ..] if digits.len() >= 4 => (letter(number(&digits[..4], 16)), 6),
            [b'\\', mark @ (b'"' | b'\'' | b'/'), ..] => (Some(char::from(*mark)), 2),
            [b'&', ..] => match memchr::memchr(b';', &behind[..behind.len().min(8)]) {
                Some(end) => (entity(&behind[..end]), end + 2),
                None => (None, 1),
            },
            _ => (None, 1),
        };
        match told {
            Some(letter) => {
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[length..];
            }
            None => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    Cow::Owned(out)
}

/// Whether an unquoted value reads as an expression: a call, a member, a name of a variable beside ` = `, a type.
fn is_code(view: &View<'_>, key: &Key, place: &Place<'_>, value: &Extent, text: &[u8]) -> bool {
    // `?username=jroe;` is the parameter of a query, and no statement.
    // `X-Remote-User: jroe; X-Request-Id: 5` neither.
    let is_parameter = matches!(view.before(key.start), Some(b'?' | b'&'))
        || place.separator == Separator::Colon && key.text(view).contains(&b'-');
    let is_call = text.contains(&b'(') || text.contains(&b'[') || view.at(value.end) == Some(b'(');
    // `User Id=jroe;Password=x`, `Username=jroe; Password=x` go on, as no statement does.
    let next = view.run(value.end + 1, const { ByteSet::of(b" ") }, 2);
    let is_next = || next == value.end + 1 || view.at(view.run(next, WORD, 24)) == Some(b'=');
    let goes_on = view.at(value.end) == Some(b';')
        && view.is(next, LETTER)
        && is_next()
        && !view.starts_with(value.end + 1, b"AccountKey=");
    let ends_statement = (view.at(value.end) == Some(b';') && !goes_on) || text.ends_with(b";");
    let is_spaced = place.separator == Separator::Equals && view.is(key.end, BLANK);
    let is_variable =
        text.contains(&b'_') || text.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    let starts = text.first().is_some_and(|b| LETTER.contains(*b) || *b >= 0x80 || DIGIT.contains(*b) || *b == b'_');
    let is_argument = place.separator == Separator::Equals
        && matches!(view.at(value.end), Some(b')'))
        && matches!(view.before(key.start), Some(b'(' | b' '))
        && text.iter().all(|b| WORD.contains(*b) || *b == b'.')
        && view.slice(view.line_start(key.start), key.start).iter().rev().take_while(|b| **b != b'(').count() < 200
        && view.before(view.run_back(key.start, const { ByteSet::of(b" ") }, 2)).is_some_and(|b| b == b'(')
        && view.slice(view.line_start(key.start), key.start).iter().rev().nth(1).is_some_and(|b| WORD.contains(*b));
    let is_member = place.separator == Separator::Equals && is_spaced && text.contains(&b'.') && !text.contains(&b'@');
    // `pub user: x_t,`, `user: Option<String>`, `user: impl Into<String>`
    let is_field = place.separator == Separator::Colon
        && (view.at(value.end) == Some(b'<')
            || view.ends_with_ignoring_case(key.start, b"pub ")
            || [&b"impl"[..], b"u8", b"u16", b"u32", b"u64", b"i32", b"i64", b"usize", b"str", b"string"]
                .contains(&text));
    let is_type = is_field
        || place.separator == Separator::Colon
            && text.first().is_some_and(u8::is_ascii_uppercase)
            && matches!(view.at(value.end), Some(b',' | b')' | b';'));
    // `proxy_user = jane_roe` by itself on a line of settings
    let is_setting = || {
        place.around.is_own_line
            && key.text(view).iter().all(|b| !b.is_ascii_uppercase())
            && view.at(value.end).is_none_or(|b| matches!(b, b'\r' | b'\n'))
            && !dialect::is_code(view, key.start)
    };
    let is_expression = (is_spaced && is_variable || is_member) && !is_setting();
    is_call || ends_statement && !is_parameter || !starts || is_expression || is_argument || is_type
}

/// Why a value is no login name.
fn login(view: &View<'_>, key: &Key, text: &[u8], (place, value): (&Place<'_>, &Extent)) -> Option<&'static str> {
    let domain = text.iter().position(|&b| b == b'\\').map_or(0, |n| n + 1);
    let bare = text.get(domain..).unwrap_or(text);
    if is_nobody(bare) || is_system(bare) || bare.is_empty() {
        return Some("an account that names no person");
    }
    if is_word(text) {
        return Some("a word of a sentence");
    }
    // `["login","sso"]`, `"user" "host"`: words in a list.
    // `no username "given"`
    let is_told = place.separator == Separator::Option && value.is_quoted && view.at(key.start) != Some(b'-');
    if is_told && common::is_common(&text.to_ascii_lowercase()) && !names::is_known(text) {
        return Some("a word of a sentence");
    }
    if place.separator == Separator::Listed && (text.len() < 4 || common::is_common(&text.to_ascii_lowercase())) {
        return Some("a word in a list");
    }
    // `DW_UT_hi_user = 0xff`
    if text.strip_prefix(b"0x").is_some_and(|n| n.len() < 9 && n.iter().all(u8::is_ascii_hexdigit)) {
        return Some("a number");
    }
    // `class User: pass`; `sts.amazonaws.com`
    if view.ends_with_ignoring_case(key.start, b"class ") || text.ends_with(b".amazonaws.com") {
        return Some("a class, or a service");
    }
    if text.iter().all(|b| DIGIT.contains(*b)) || text.len() > 64 {
        return Some("a number");
    }
    // `User=0.59s Sys=0.02s` of a garbage collector.
    let is_number = |n: &[u8]| n.contains(&b'.') && n.iter().all(|b| DIGIT.contains(*b) || matches!(b, b'.' | b'm'));
    if DIGIT.contains(text[0]) && text.strip_suffix(b"s").is_some_and(is_number) {
        return Some("a time");
    }
    if !text.iter().all(|b| LOGIN.contains(*b)) || !text.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b)) {
        return Some("no login name");
    }
    let (whole, key) = (key, key.name(view));
    if key.get(..7).is_some_and(|head| head.eq_ignore_ascii_case(b"service")) {
        return Some("an account of a program");
    }
    // `userId`: mostly a number of some sort.
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let is_id = key.len() > 2 && key[key.len() - 2..].eq_ignore_ascii_case(b"id");
    if is_id && (text.len() > 24 || digits * 2 > text.len() || random::is_random(text) || !LETTER.contains(text[0])) {
        return Some("an id");
    }
    let lower = text.to_ascii_lowercase();
    let names = [&b"user"[..], b"login", b"name"];
    // `jdbc.user=jirauser`: an account of a program's own, in its settings.
    let is_account = || {
        let is_field = matches!(view.at(value.end), Some(b';' | b'&')) && view.is(value.end + 1, LETTER);
        let is_whole = value.is_quoted || view.at(value.end).is_none_or(|b| matches!(b, b'\r' | b'\n' | b'<'));
        // `"user": "jirauser"`, `User ID=jirauser;Password=x` are settings within a program, too.
        let is_setting = || place.is_key_quoted || is_field || !dialect::is_code(view, whole.start);
        is_account_of_something(text) && (is_field || is_whole) && is_setting()
    };
    let is_named = names.iter().any(|word| memchr::memmem::find(&lower, word).is_some()) && !is_account();
    let many_dots = text.iter().filter(|b| **b == b'.').count() > 2 && !text.contains(&b'@');
    (is_named || lower.eq_ignore_ascii_case(key) || many_dots).then_some("the name of a variable")
}

/// Whether a login name is a word that ends in `user`: `jirauser`, `app_user2`, but no `superuser` and no `DB_USER`.
fn is_account_of_something(text: &[u8]) -> bool {
    const OTHERS: [&[u8]; 18] = [
        b"super", b"current", b"new", b"my", b"your", b"some", b"any", b"no", b"end", b"multi", b"single", b"power",
        b"other", b"the", b"this", b"per", b"remote", b"local",
    ];
    let digits = text.iter().rev().take_while(|b| DIGIT.contains(**b)).count();
    let Some(head) = text[..text.len() - digits].strip_suffix(b"user") else { return false };
    let stem = head.strip_suffix(b"_").or(head.strip_suffix(b"-")).unwrap_or(head);
    stem.len() > 1 && stem.iter().all(|b| b.is_ascii_lowercase() || *b == b'_') && !OTHERS.contains(&stem)
}

/// `Amazon RDS Performance Insights`: a product under the name of its maker.
fn is_product(text: &[u8]) -> bool {
    const MAKERS: [&[u8]; 7] = [b"Amazon ", b"AWS ", b"Azure ", b"Google ", b"Microsoft ", b"Apache ", b"Oracle "];
    MAKERS.iter().any(|maker| text.starts_with(maker))
}

/// Why a value is nobody's name.
fn name(view: &View<'_>, key: &Key, value: &Extent, text: &[u8]) -> Option<&'static str> {
    const NAME: ByteSet = ALNUM.or(HIGH).or(ByteSet::of(b" .,'-_@()&/"));
    let words = text.split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
    if !text.iter().all(|b| NAME.contains(*b)) || !text.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b)) {
        return Some("no name");
    }
    if is_nobody(text) || is_word(text) || text.iter().filter(|b| **b == b'/').count() > 0 || words > 6 {
        return Some("nobody's name");
    }
    if is_caption(key.name(view), text) {
        return Some("the caption of a field");
    }
    // `full_name='google.appengine.v1.Metadata'`
    if !text.contains(&b' ') && text.iter().filter(|b| **b == b'.').count() > 1 {
        return Some("the name of a thing");
    }
    // Services and groups have display names, too.
    let is_display = memchr::memmem::find(&key.text(view).to_ascii_lowercase(), b"display").is_some();
    let is_model = text.iter().any(|b| DIGIT.contains(*b));
    // `"memberName": "VpcPeeringConnectionId"`, but `"surname": "McDonald"`.
    const PARTS: [&[u8]; 16] = [
        b"Mc", b"Mac", b"De", b"Di", b"Da", b"Du", b"La", b"Le", b"Lo", b"Van", b"Von", b"Fitz", b"Del", b"Ben", b"El",
        b"Al",
    ];
    let turns = text.windows(2).filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()).count();
    let is_compound =
        turns > 0 && !text.contains(&b' ') && (turns > 1 || !PARTS.iter().any(|part| text.starts_with(part)));
    let is_service = memchr::memmem::find(&key.text(view).to_ascii_lowercase(), b"service").is_some();
    if is_compound && value.is_quoted && key.text(view).len() > 5
        || is_service && names::has_other_word(text)
        || is_product(text)
    {
        return Some("the name of a thing");
    }
    let is_word_alone = !text.contains(&b' ')
        && (text.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
            || common::is_common(text) && !names::is_known(text));
    if is_display && (is_model || is_word_alone || text.ends_with(b".") || names::has_other_word(text)) {
        return Some("the display name of a thing");
    }
    let has_capital = text.iter().any(|b| b.is_ascii_uppercase() || *b >= 0x80);
    let is_identifier = text.contains(&b'_') && (!value.is_quoted || !has_capital && words < 2);
    // `fname = "zoneinfo.json"`, `mname = 'do_' + x`: files and modules have names, too.
    let is_short = [&b"fname"[..], b"mname"].iter().any(|name| key.name(view).eq_ignore_ascii_case(name));
    if is_short && (text.contains(&b'.') || !has_capital && !names::is_known(text)) {
        return Some("the name of a file or a module");
    }
    ((!has_capital && words > 2) || is_identifier).then_some("no name")
}

/// Whether a name of an alphabet without capitals is the whole value. Full names are read before.
fn is_name_alone(text: &[u8]) -> bool {
    text.first().is_some_and(|b| *b >= 0x80) && names::single(text) == Some(text.len())
}

/// Whether the value is a street with a number, a place with a code, or a box at a post office: words with capitals and a
/// number among them, and nothing that addresses of other sorts have.
pub fn is_postal(text: &[u8]) -> bool {
    let is_odd = text.iter().any(|b| matches!(b, b'@' | b'=' | b'/' | b'\\' | b':' | b'_' | b'*' | b'[' | b'"'));
    let words: Vec<&[u8]> = text.split(|b| matches!(b, b' ' | b',' | b';')).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&&[u8]| word[0].is_ascii_digit() && word.len() <= 10 && !word.contains(&b'.');
    let is_word = |word: &&&[u8]| word[0].is_ascii_uppercase() || word[0] >= 0x80;
    let numbers = words.iter().filter(is_number).count();
    let capitals = words.iter().filter(is_word).count();
    let is_asian = text.first().is_some_and(|b| *b >= 0xe3) && text.len() >= 9;
    (is_asian || (numbers >= 1 && capitals >= 1 && words.len() >= 3)) && !is_odd && text.len() <= 128
}

/// Why a value is no part of an address.
fn address(view: &View<'_>, key: &Key, text: &[u8]) -> Option<&'static str> {
    let has_digit = text.iter().any(u8::is_ascii_digit);
    let name = key.name(view).to_ascii_lowercase();
    let is_code =
        [&b"code"[..], b"plz", b"zip", b"cep", b"postleitzahl", b"postnummer"].iter().any(|end| name.ends_with(end));
    if is_code {
        return (!has_digit || text.len() > 12 || text.len() < 3).then_some("no postal code");
    }
    let is_caption = text
        .iter()
        .filter(|b| b.is_ascii_alphabetic())
        .map(u8::to_ascii_lowercase)
        .eq(name.iter().copied().filter(u8::is_ascii_alphabetic));
    (text.len() < 3 || is_caption || is_word(text) || is_nobody(text)).then_some("no address")
}
