//! Numbers that tell of people: payment cards, bank accounts, telephones, and what states number their citizens by.
//!
//! A number shows by itself if its grouping or its check leaves little doubt ([`card`], [`iban`], [`phone`], [`national`]);
//! else a word before it must say what it is ([`labels`]). What a check speaks against stays, whatever the word says.

mod card;
mod compact;
mod iban;
mod labels;
mod national;
mod phone;

use crate::detect::bytes::{ALNUM, ByteSet, DIGIT, HEX, LETTER};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::numbers::compact::Compact;
use crate::detect::numbers::labels::{LABELS, What};
use crate::detect::prefilter::{Literal, Shape};
use crate::detect::view::View;
use crate::finding::{Confidence, Place};
use crate::kind::Kind;
use crate::rules::vocabulary;

/// Finds numbers of cards, accounts, telephones and persons.
pub struct Numbers {
    anchors: Vec<(Anchor, Sort)>,
}

/// What to look for at an anchor.
#[derive(Clone, Copy)]
enum Sort {
    Long,
    Grouped,
    Plus,
    Parenthesis,
    /// `07700 900123`, `0151/23456789`
    Mobile,
    Swiss,
    Firm,
    Track,
    Iban,
    /// A country behind `IBAN`, without anything between.
    Glued,
    /// A label: its row, its length, whether it may go on and whether it may end a longer word.
    Label(usize, usize, bool, bool),
}

const CARD: usize = 0;
const IBAN: usize = 1;
const BANK: usize = 2;
const PHONE: usize = 3;
const PERSON: usize = 4;
const DEVICE: usize = 5;
const KINDS: [Kind; 6] = [Kind::Card, Kind::Iban, Kind::Iban, Kind::Phone, Kind::NationalId, Kind::AccountId];

impl Numbers {
    /// The detector.
    pub fn new() -> Numbers {
        let mut anchors = vec![
            (Anchor::Shape(Shape::Long), Sort::Long),
            (Anchor::Shape(Shape::Grouped), Sort::Grouped),
            (Anchor::exact(b"756."), Sort::Swiss),
            (Anchor::exact(b"/0001-"), Sort::Firm),
        ];
        let literal = |bytes: &[u8], ignore_case, after: &[ByteSet]| {
            Anchor::Literal(Literal { bytes: bytes.to_vec(), ignore_case, starts_word: false, after: after.to_vec() })
        };
        const GROUP: ByteSet = DIGIT.or(ByteSet::of(b" .-/()"));
        for first in b'1'..=b'9' {
            anchors.push((literal(&[b'+', first], false, &[GROUP, GROUP]), Sort::Plus));
            anchors.push((literal(&[b')', first], false, &[DIGIT, DIGIT]), Sort::Parenthesis));
        }
        anchors.push((literal(b") ", false, &[DIGIT, DIGIT]), Sort::Parenthesis));
        anchors.push((literal(b")-", false, &[DIGIT, DIGIT]), Sort::Parenthesis));
        // The beginnings of mobile numbers, where words begin.
        const BETWEEN: ByteSet = ByteSet::of(b" -/");
        const NEXT: ByteSet = DIGIT.or(BETWEEN);
        let mobile = |bytes: &[u8], after: &[ByteSet]| (literal(bytes, false, after).starting(), Sort::Mobile);
        anchors.push(mobile(b"07", &[DIGIT, DIGIT, DIGIT, BETWEEN]));
        anchors.push(mobile(b"06", &[BETWEEN, DIGIT, DIGIT, DIGIT]));
        anchors.extend([&b"015"[..], b"016", b"017"].map(|bytes| mobile(bytes, &[DIGIT, NEXT, NEXT, DIGIT])));
        anchors.push((literal(b"+(", false, &[DIGIT, GROUP]), Sort::Plus));
        anchors.push((literal(b"%b", true, &[DIGIT, DIGIT]), Sort::Track));
        for (country, _) in iban::COUNTRIES {
            let country = country.to_ascii_lowercase();
            let after = vec![DIGIT, DIGIT];
            let country = Literal { bytes: country.to_vec(), ignore_case: true, starts_word: true, after };
            anchors.push((Anchor::Literal(country), Sort::Iban));
        }
        anchors.push((literal(b"iban", true, &[LETTER, LETTER, DIGIT, DIGIT]), Sort::Glued));
        for (row, (words, _)) in LABELS.iter().enumerate() {
            for word in words.iter() {
                let (inner, goes_on) = word.strip_suffix('*').map_or((*word, false), |inner| (inner, true));
                let (inner, ends) = inner.strip_prefix('*').map_or((inner, false), |inner| (inner, true));
                // Capitals of Greek and Cyrillic are letters of their own to the search.
                let is_other = inner.chars().next().is_some_and(|c| c >= '\u{370}');
                let mut spellings = if is_other { vocabulary::spellings(inner) } else { vec![inner.to_string()] };
                if inner.contains(' ') {
                    let blanks = [" ", "_", "-", ""];
                    spellings =
                        spellings.iter().flat_map(|text| blanks.map(|blank| text.replace(' ', blank))).collect();
                }
                for spelling in spellings {
                    let after = if goes_on || !spelling.is_ascii() { vec![] } else { vec![BEHIND] };
                    let (bytes, starts_word) = (spelling.as_bytes().to_vec(), !ends && spelling.is_ascii());
                    let anchor = Anchor::Literal(Literal { bytes, ignore_case: true, starts_word, after });
                    anchors.push((anchor, Sort::Label(row, spelling.len(), goes_on, ends)));
                }
            }
        }
        anchors.dedup_by(|a, b| a.0 == b.0);
        Numbers { anchors }
    }
}

/// What may stand behind a whole word: a capital may begin the next part of an identifier.
const BEHIND: ByteSet = ByteSet::of(b"abcdefghijklmnopqrstuvwxyz\n\r").not();

impl Detector for Numbers {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |(id, description): (&str, &str), kind| RuleInfo { id: id.into(), kind, description: description.into() };
        [
            ("card", "payment card, by issuer, length and sum"),
            ("iban", "IBAN, by country, length and check"),
            ("bank-account", "bank or account number behind a word for it"),
            ("phone", "telephone number, by calling code, grouping or label"),
            ("national-id", "number of a person or a firm with a state, by check or label"),
            ("device-number", "number of a telephone or of its subscriber behind a word for it: IMEI, IMSI, ICCID"),
        ]
        .into_iter()
        .zip(KINDS)
        .map(|(texts, kind)| rule(texts, kind))
        .collect()
    }

    fn anchors(&self) -> Vec<Anchor> {
        self.anchors.iter().map(|(anchor, _)| anchor.clone()).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (rule, span, confidence) = match self.anchors[hit.anchor].1 {
            Sort::Long => long(view, hit.at),
            Sort::Grouped => grouped(view, hit.at),
            Sort::Plus => (PHONE, phone::international(view, hit.at, false), Confidence::Medium),
            Sort::Parenthesis => (PHONE, phone::parenthesised(view, hit.at), Confidence::Medium),
            Sort::Mobile => (PHONE, phone::mobile(view, hit.at), Confidence::Low),
            Sort::Swiss => (PERSON, swiss(view, hit.at), Confidence::High),
            Sort::Firm => (PERSON, firm(view, hit.at), Confidence::High),
            Sort::Track => (CARD, track(view, hit.at), Confidence::High),
            Sort::Iban => {
                (IBAN, bank(view, hit.at).filter(|&(at, end)| !is_digest(view.slice(at, end))), Confidence::High)
            }
            Sort::Glued => (IBAN, bank(view, hit.at + 4), Confidence::High),
            Sort::Label(row, length, goes_on, ends) => {
                if !is_word(view, hit.at, length, goes_on, ends) {
                    return;
                }
                match labelled(view, hit.at + length, LABELS[row].1) {
                    Some((rule, span)) => (rule, Some(span), Confidence::High),
                    None => return out.left(rule_of(LABELS[row].1), hit.at, "no number of its sort behind the word"),
                }
            }
        };
        let Some((start, end)) = span else {
            if out.explains()
                && let Some((rule, at, reason)) = near_miss(self.anchors[hit.anchor].1, view, hit.at)
            {
                out.left(rule, at, reason);
            }
            return;
        };
        if start >= end || start < view.line_start(hit.at) {
            return;
        }
        let place = if is_json_number(view, start, end) { Place::Number } else { Place::Text };
        out.found(Found::new(start, end, KINDS[rule], confidence).rule(rule).place(place));
    }
}

/// The rule that a label speaks for, if nothing is behind it.
fn rule_of(what: What) -> usize {
    match what {
        What::Phone(_) => PHONE,
        What::Card => CARD,
        What::Iban => IBAN,
        What::Bank(_) => BANK,
        What::Person(_) | What::CardOr(_) => PERSON,
        What::Device(_) => DEVICE,
    }
}

/// Why digits that look like a number of some sort are none. What does not even look like one is passed over: nobody wants to
/// read of each number of a log. Gives the rule, and where the digits begin.
fn near_miss(sort: Sort, view: &View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    const NO_CARD: &str = "no card by its issuer, its length and its sum";
    match sort {
        Sort::Long => {
            let length = view.run(at, DIGIT, 20) - at;
            ((13..=19).contains(&length) && !view.before(at).is_some_and(|b| DIGIT.contains(b)))
                .then_some((CARD, at, NO_CARD))
        }
        Sort::Grouped => {
            let start = view.run_back(at, DIGIT, 7);
            let separator = view.at(at)?;
            let compact = Compact::read(view, start, DIGIT, ByteSet::of(&[separator]), 1);
            let is_first = view.before(start) != Some(separator);
            (at - start == 4 && is_first && (13..=19).contains(&compact.bytes().len()))
                .then_some((CARD, start, NO_CARD))
        }
        Sort::Plus => Some((PHONE, at, "no telephone number by its calling code and its length")),
        Sort::Iban => {
            let compact = Compact::read(view, at, ALNUM, const { ByteSet::of(b" -") }, 1);
            let has_check = compact.bytes().get(2..4).is_some_and(|check| check.iter().all(u8::is_ascii_digit));
            (has_check && compact.bytes().len() >= 15).then_some((IBAN, at, "no IBAN by its length and its check"))
        }
        Sort::Glued => near_miss(Sort::Iban, view, at + 4),
        Sort::Track | Sort::Swiss | Sort::Firm | Sort::Parenthesis | Sort::Mobile | Sort::Label(..) => None,
    }
}

/// Whether a value is spelled as a card's number, and its sum speaks against it.
pub fn is_wrong_card(value: &[u8]) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    value.iter().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-'))
        && (13..=19).contains(&digits.len())
        && !compact::luhn(&digits)
}

/// Whether a value is spelled as an IBAN, and its check speaks against it.
pub fn is_wrong_iban(value: &[u8]) -> bool {
    let text: Vec<u8> = value.iter().filter(|b| !matches!(b, b' ' | b'-')).map(u8::to_ascii_uppercase).collect();
    let is_spelled = text.len() > 14
        && text.iter().all(u8::is_ascii_alphanumeric)
        && text[..2].iter().all(u8::is_ascii_uppercase)
        && text[2..4].iter().all(u8::is_ascii_digit);
    is_spelled && iban::length(&text[..2]) == Some(text.len()) && !iban::is_iban(&text)
}

type Verdict = (usize, Option<(usize, usize)>, Confidence);

/// Twelve digits or more in a row.
fn long(view: &View<'_>, start: usize) -> Verdict {
    let none = (CARD, None, Confidence::Low);
    let end = view.run(start, DIGIT, 20);
    if view.before(start).is_some_and(|b| DIGIT.contains(b)) || !(12..=19).contains(&(end - start)) {
        return none;
    }
    let digits = view.slice(start, end);
    if digits.len() == 17 && matches!(view.at(end), Some(b'X' | b'x')) || digits.len() == 18 {
        let mut text = [0; 18];
        for (to, from) in text.iter_mut().zip(view.slice(start, end + 1)) {
            *to = from.to_ascii_uppercase();
        }
        let is_whole = compact::begins(view, start) && compact::ends(view, start + 18);
        return (PERSON, (is_whole && national::china(&text)).then_some((start, start + 18)), Confidence::Medium);
    }
    let is_line =
        view.before(start).is_none_or(|b| b == b'\n') && view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
    let is_visa =
        digits.len() == 13 && digits[0] == b'4' && view.before(start) == Some(b'"') && view.at(end) == Some(b'"');
    let is_bare = (is_line && !matches!(digits[0], b'1' | b'9') || is_visa) && card::is_card(digits);
    if !(is_bare || card::is_card_by_itself(digits)) || !compact::begins(view, start) || !compact::ends(view, end) {
        return none;
    }
    if is_counter(view, start) {
        return none;
    }
    (CARD, Some((start, end)), Confidence::Medium)
}

/// `id=4539...`, `"offset": 4539...`: the number of something else.
fn is_counter(view: &View<'_>, start: usize) -> bool {
    const WORDS: [&[u8]; 22] = [
        b"id",
        b"ids",
        b"ts",
        b"time",
        b"timestamp",
        b"seq",
        b"offset",
        b"block",
        b"hash",
        b"order",
        b"ref",
        b"key",
        b"size",
        b"version",
        b"count",
        b"blk",
        b"nanos",
        b"micros",
        b"serial",
        b"build",
        b"bytes",
        b"crc",
    ];
    let at = view.run_back(start, const { ByteSet::of(b" \t\"':=#") }, 6);
    let word = view.slice(view.run_back(at, LETTER, 24), at);
    let ends = |w: &&[u8]| {
        word.len() >= w.len()
            && word[word.len() - w.len()..].eq_ignore_ascii_case(w)
            && (word.len() == w.len() || word[word.len() - w.len()].is_ascii_uppercase() || w.len() > 3)
    };
    at < start && WORDS.iter().any(ends)
}

/// Groups of digits with the first separator that tells at `at`.
fn grouped(view: &View<'_>, at: usize) -> Verdict {
    let none = (CARD, None, Confidence::Low);
    let mut start = view.run_back(at, DIGIT, 7);
    // Behind a dot, as within an IPv4 address, no number begins.
    if start == at || view.before(start) == Some(b'.') || !is_grouped(view, at) {
        return none;
    }
    let Some(separator) = view.at(at).filter(|_| start < at && at - start < 7) else { return none };
    if at - start == 3 && view.before(start) == Some(b'-') && view.before(start - 1) == Some(b'1') {
        // `1-800-555-0199` was met at its first hyphen.
        start = at;
    }
    if start == at {
        return none;
    }
    if at - start == 4 {
        let compact = Compact::read(view, start, DIGIT, ByteSet::of(&[separator]), 1);
        let is_card = |n: &usize| {
            compact.bytes().get(..*n).is_some_and(card::is_card)
                && card::is_grouped(&compact, *n)
                && compact.begins_group(*n)
                && (*n == compact.bytes().len() || separator == b' ')
                && compact::ends(view, compact.end(*n))
        };
        if compact::begins(view, start)
            && !is_within_groups(view, start, separator)
            && !is_table(view, start, compact.end(16))
            && !is_rising(&compact)
            && let Some(n) = [19, 16, 15, 14, 13].iter().find(|n| is_card(n))
        {
            return (CARD, Some((start, compact.end(*n))), Confidence::High);
        }
    }
    if at - start == 3 && compact::begins(view, start) {
        let compact = Compact::read(view, start, DIGIT, const { ByteSet::of(b".- ") }, 1);
        let (groups, count) = compact.groups(compact.bytes().len());
        let digits = compact.bytes();
        let between = |n: usize| view.at(compact.end(n));
        let is = |form: &[usize], separators: &[u8]| {
            groups.get(..count) == Some(form)
                && (1..digits.len())
                    .filter(|n| compact.begins_group(*n))
                    .map(between)
                    .eq(separators.iter().map(|b| Some(*b)))
                && compact::ends(view, compact.end(digits.len()))
        };
        let end = |is: bool| is.then(|| (start, compact.end(digits.len())));
        if is(&[3, 2, 4], b"--") && national::ssn(digits) {
            return (PERSON, end(true), Confidence::Medium);
        }
        if is(&[3, 3, 3, 2], b"..-") && national::cpf(digits) {
            return (PERSON, end(true), Confidence::High);
        }
        if is(&[3, 3, 3], b"--") && national::sum(digits) && !matches!(digits[0], b'0' | b'8') {
            return (PERSON, end(true), Confidence::Medium);
        }
    }
    (PHONE, phone::grouped(view, at, start), Confidence::Low)
}

/// `5211 5212 5213 5214`: codes in their order.
fn is_rising(compact: &Compact) -> bool {
    const STEP: u32 = 64;
    let number = |digits: &[u8]| digits.iter().fold(0_u32, |n, b| n * 10 + u32::from(b.wrapping_sub(b'0')));
    let Some(digits) = compact.bytes().get(..16) else { return false };
    let groups = [0, 4, 8, 12].map(|at| number(&digits[at..at + 4]));
    let step = |n: usize| (1..=STEP).contains(&groups[n + 1].wrapping_sub(groups[n]));
    step(1) && (step(0) || step(2))
}

/// Whether words of four hexadecimal digits stand beside `start..end`: a dump or a table of codes.
fn is_table(view: &View<'_>, start: usize, end: usize) -> bool {
    let before = view.run_back(start.saturating_sub(1), HEX, 5);
    let next = view.run(end + 1, HEX, 5);
    let has_letter = |from: usize, to: usize| {
        to == from + 4 && view.slice(from, to).iter().any(u8::is_ascii_alphabetic) && view.ends_word(to)
    };
    let is_word = |from: usize, to: usize| to == from + 4 && view.ends_word(to);
    view.before(start) == Some(b' ')
        && is_word(before, start - 1)
        && view.slice(before, start - 1).iter().any(u8::is_ascii_digit)
        || view.at(end) == Some(b' ') && has_letter(end + 1, next)
}

/// Whether groups of four stand before as well: the digits are part of a longer number.
fn is_within_groups(view: &View<'_>, start: usize, separator: u8) -> bool {
    let before = start.saturating_sub(1);
    let group = before - view.run_back(before, ALNUM, 5);
    view.before(start) == Some(separator) && group == 4 && view.before(before).is_some_and(|b| DIGIT.contains(b))
}

/// Whether [`Shape::Grouped`] begins at `at`.
fn is_grouped(view: &View<'_>, at: usize) -> bool {
    const SEPARATOR: ByteSet = ByteSet::of(b" .-");
    let fits =
        |form: &[u8]| form.iter().zip(at..).all(|(f, at)| view.is(at, if *f == b'd' { DIGIT } else { SEPARATOR }));
    fits(b"sdddsddd")
        || fits(b"sddddsddd")
        || fits(b"sddddddsdddd")
        || fits(b"sddsddsddsdd")
        || fits(b"sdddsddsdd")
        || (view.at(at) == Some(b'-') && fits(b"sddsdddd"))
}

/// `756.1234.5678.97`.
fn swiss(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    let compact = Compact::read(view, start, DIGIT, const { ByteSet::of(b".") }, 1);
    let (groups, count) = compact.groups(compact.bytes().len());
    let fits = compact::begins(view, start) && groups.get(..count) == Some(&[3, 4, 4, 2]) && compact.ends_at(view, 13);
    (fits && national::ahv(compact.bytes())).then(|| (start, compact.end(13)))
}

/// `12.345.678/0001-95`.
fn firm(view: &View<'_>, slash: usize) -> Option<(usize, usize)> {
    let start = view.run_back(slash, const { DIGIT.or(ByteSet::of(b".")) }, 11);
    let compact = Compact::read(view, start, DIGIT, const { ByteSet::of(b"./-") }, 1);
    let fits = compact::begins(view, start) && compact.bytes().len() == 14 && compact.ends_at(view, 14);
    (fits && national::cnpj(compact.bytes())).then(|| (start, compact.end(14)))
}

/// `%B4929...^ROE/JANE^...?`: track 1 of a magnetic stripe, whole.
fn track(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let end = view.run(at + 2, DIGIT, 20);
    if !card::is_card(view.slice(at + 2, end)) || view.at(end) != Some(b'^') {
        return None;
    }
    let last = view.run(end, const { ByteSet::of(b"?\n\r\"").not() }, 128);
    Some((at, last))
}

/// An IBAN that begins with the country at `at`.
fn bank(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let is_glued = || view.ends_with_ignoring_case(at, b"iban");
    let is_within = |b: u8| ALNUM.contains(b) && !view.starts_word(at) || matches!(b, b'+' | b'/' | b'.' | b'-' | b'%');
    let is_behind = || view.ends_with_ignoring_case(at, b"iban-");
    if view.before(at).is_some_and(is_within) && !is_glued() && !is_behind() {
        return None;
    }
    let compact = Compact::read(view, at, ALNUM, const { ByteSet::of(b" -") }, 1);
    let length = iban::length(compact.bytes().get(..2)?)?;
    // `601613 31926819` is how Britain groups the end; with hyphens a UUID looks like one.
    let is_grouped = (1..length)
        .all(|n| !compact.begins_group(n) || (n >= 4 && (n % 4 == 0 || view.at(compact.end(n)) == Some(b' '))));
    if compact.bytes().len() < length || !is_grouped || !iban::is_iban(&compact.bytes()[..length]) {
        return None;
    }
    let end = compact.end(length);
    let text = view.slice(at, end);
    let is_mixed = text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase);
    let is_end = !view.is(end, const { ALNUM.or(ByteSet::of(b"_+/=")) }) || view.at(end) == Some(b'/');
    // `be613287-f4c9-b4b9-9b49-0df3cb2a2d85` holds one by chance.
    let is_uuid = view.at(end) == Some(b'-') && text.contains(&b'-');
    (!is_mixed && is_end && !is_uuid).then_some((at, end))
}

/// Whether an account in small letters may as well be the id of a span or a digest: `be71096123456769`.
fn is_digest(text: &[u8]) -> bool {
    text.len().is_multiple_of(8) && text.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether the label at `at` is a word, or a part of an identifier.
fn is_word(view: &View<'_>, at: usize, length: usize, goes_on: bool, ends: bool) -> bool {
    let is_high = view.at(at).is_some_and(|b| b >= 0x80);
    // `mrN` in the middle of base64 is none.
    let is_of_one_case = {
        let word = view.slice(at, at + length);
        let changes = word.windows(2).filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()).count();
        changes == 0
            || (length > 4
                && changes <= 3
                && word.windows(2).all(|w| !(w[0].is_ascii_uppercase() && w[1].is_ascii_uppercase())))
    };
    if !is_of_one_case {
        return false;
    }
    let begins = ends
        || is_high
        || match view.before(at) {
            Some(b) if b >= 0x80 => false,
            Some(b) if LETTER.contains(b) => {
                (b.is_ascii_lowercase() && view.at(at).is_some_and(|b| b.is_ascii_uppercase())) || view.starts_word(at)
            }
            Some(b) => !DIGIT.contains(b) || view.starts_word(at),
            None => true,
        };
    // `DLL` is not `DL`; in `SSNNumber` the next word begins.
    let capitals = |i: usize| view.at(i).is_some_and(|b| b.is_ascii_uppercase());
    let goes_further = capitals(at + length - 1)
        && capitals(at + length)
        && !view.at(at + length + 1).is_some_and(|b| b.is_ascii_lowercase());
    let is_whole = goes_on || !goes_further;
    let is_whole =
        is_whole && (goes_on || is_high || !view.at(at + length).is_some_and(|b| b.is_ascii_lowercase() || b >= 0x80));
    begins && is_whole
}

/// What stands behind a label.
fn labelled(view: &View<'_>, from: usize, what: What) -> Option<(usize, (usize, usize))> {
    let places = labels::places(view, from);
    places.at[..places.count].iter().rev().find_map(|&start| {
        // `uMrn39DFp1` and `DLNAz/0PlXBv2s` in base64: where nothing parts the number from its label, it is of one case.
        let is_glued = view.slice(from, start).iter().all(|b| LETTER.contains(*b) || matches!(b, b'/' | b'+'));
        let is_mixed = |end| {
            let number = view.slice(start, end);
            number.iter().any(u8::is_ascii_lowercase) && number.iter().any(u8::is_ascii_uppercase)
        };
        let number = |forms| {
            let end = labels::number(view, start, forms, places.is_plain)?;
            (!(is_glued && is_mixed(end))).then_some(end)
        };
        let person = |forms| number(forms).map(|end| (PERSON, (start, end)));
        match what {
            What::Phone(is_strong) => {
                phone::labelled(view, start, is_strong && places.is_plain).map(|span| (PHONE, span))
            }
            What::Card => card_at(view, start),
            What::Iban => bank(view, start).map(|span| (IBAN, span)),
            What::Bank(forms) => number(forms).map(|end| (BANK, (start, end))),
            What::Person(forms) => person(forms),
            What::Device(forms) => number(forms).map(|end| (DEVICE, (start, end))),
            What::CardOr(forms) => card_at(view, start).or_else(|| person(forms)),
        }
    })
}

/// A card's number at `start`, however it is grouped.
fn card_at(view: &View<'_>, start: usize) -> Option<(usize, (usize, usize))> {
    let compact = Compact::read(view, start, DIGIT, const { ByteSet::of(b" -.") }, 1);
    let is_card = |n: &usize| {
        compact.bytes().get(..*n).is_some_and(card::is_card)
            && compact.begins_group(*n)
            && compact::ends(view, compact.end(*n))
    };
    (12..=19).rev().find(is_card).map(|n| (CARD, (start, compact.end(n))))
}

/// Whether the number stands where JSON has a number, and a word would break the document.
fn is_json_number(view: &View<'_>, start: usize, end: usize) -> bool {
    let is_number = view.slice(start, end).iter().all(u8::is_ascii_digit) && view.at(start) != Some(b'0');
    let before = view.run_back(start, const { ByteSet::of(b" \t") }, 8);
    let colon = before.saturating_sub(1);
    let key = view.run_back(colon, const { ByteSet::of(b" \t") }, 8);
    is_number && view.before(before) == Some(b':') && view.before(key) == Some(b'"')
}
