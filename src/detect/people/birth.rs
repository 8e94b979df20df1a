//! Dates of birth: a date behind a word that says that somebody was born on it, with or without a sign between them.
//!
//! `born on 17 May 1984`, `geb. 17.05.1984`, `née le 17 mai 1984`, `DOB 05/17/1984`, `birthday: May 17th, 1984`, `BDAY:19840517`.

use crate::detect::bytes::{BLANK, ByteSet, DIGIT, HIGH, LETTER};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::prefilter::Literal;
use crate::detect::reading::key::WIDE_COLON;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;
use crate::rules::vocabulary;

/// Finds dates of birth.
pub struct Birth {
    /// The spellings of the words.
    labels: Vec<Vec<u8>>,
}

impl Birth {
    /// The detector.
    pub fn new() -> Birth {
        let mut labels: Vec<Vec<u8>> = Vec::new();
        // With other separators it is a key, which has rules of its own.
        labels.extend(LABELS.iter().flat_map(|label| vocabulary::spellings(label)).map(String::into_bytes));
        labels.dedup();
        Birth { labels }
    }
}

/// Words in lower case that a date of birth stands behind.
const LABELS: &[&str] = &[
    "dob",
    "d.o.b",
    "birth date",
    "birthdate",
    "birth_date",
    "birthday",
    "bday",
    "date of birth",
    "date_of_birth",
    "dateofbirth",
    "day of birth",
    "born",
    "geburtsdatum",
    "geburtstag",
    "geboren",
    "geb.",
    "né le",
    "née le",
    "né(e) le",
    "date de naissance",
    "date naissance",
    "fecha de nacimiento",
    "fecha nacimiento",
    "nacido el",
    "nacida el",
    "data de nascimento",
    "data nascimento",
    "nascido em",
    "nascida em",
    "data di nascita",
    "data nascita",
    "nato il",
    "nata il",
    "geboortedatum",
    "födelsedatum",
    "fødselsdato",
    "född",
    "født",
    "syntymäaika",
    "syntynyt",
    "data urodzenia",
    "urodzony",
    "urodzona",
    "ur. ",
    "narozen",
    "doğum tarihi",
    "дата рождения",
    "родился",
    "родилась",
    "生年月日",
    "出生日期",
    "出生年月日",
    "출생일",
    "생년월일",
];

/// What may stand between the word and the date: signs, and words that sentences have there.
const BETWEEN: ByteSet = ByteSet::of(b" \t:=\"'(.>*|`\\,-_[");
const FILLER: &[&str] = &[
    "is", "was", "on", "the", "in", "am", "den", "le", "el", "il", "em", "op", "d", "dag", "ist", "war", "est", "es",
    "date", "of", "birth", "e", "td", "th", "dd", "dt", "br", "value", "string",
];

/// How far behind its word a date is looked for, in bytes.
const REACH: usize = 40;

impl Detector for Birth {
    fn rules(&self) -> Vec<RuleInfo> {
        let description = "date behind a word for a day of birth".into();
        vec![RuleInfo { id: "birth-date".into(), kind: Kind::BirthDate, description }]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |label: &Vec<u8>| {
            let after = if label.is_ascii() { vec![BEHIND] } else { Vec::new() };
            let literal = Literal { bytes: label.clone(), ignore_case: true, starts_word: label.is_ascii(), after };
            Anchor::Literal(literal)
        };
        self.labels.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let label = &self.labels[hit.anchor];
        let end = hit.at + label.len();
        if label.is_ascii() && !(view.starts_word(hit.at) && view.is(end, BEHIND)) {
            return;
        }
        match behind(view, end) {
            Some((start, end)) => out.found(Found::new(start, end, Kind::BirthDate, Confidence::High)),
            None => out.left(0, hit.at, "no date behind it"),
        }
    }
}

/// What may stand right behind a word.
const BEHIND: ByteSet = LETTER.or(HIGH).or(ByteSet::of(b"\r\n")).not();

/// The date behind the word that ends at `from`.
fn behind(view: &View<'_>, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    for _ in 0..6 {
        at = view.run(at, BETWEEN, REACH);
        while view.starts_with(at, WIDE_COLON) || view.starts_with(at, "\u{3000}".as_bytes()) {
            at += WIDE_COLON.len();
        }
        if at > from + REACH {
            return None;
        }
        if let Some(end) = date(view, at) {
            return Some((at, end));
        }
        let end = view.run(at, const { LETTER.or(HIGH) }, 12);
        let word = view.slice(at, end).to_ascii_lowercase();
        if !FILLER.iter().any(|filler| filler.as_bytes() == word) {
            return None;
        }
        at = end;
    }
    None
}

/// The end of the date at `start`, in any way of writing one: `1984-05-17`, `17.05.1984`, `5/17/84`, `17 May 1984`,
/// `May 17th, 1984`, `17. Mai 1984`, `17 de mayo de 1984`, `17MAY1984`, `19840517`, `1984年5月17日`, `昭和59年5月17日`.
pub fn date(view: &View<'_>, start: usize) -> Option<usize> {
    const LETTERS: ByteSet = LETTER.or(HIGH);
    const BETWEEN: ByteSet = ByteSet::of(b" .,/-'");
    if let Some(end) = eastern(view, start) {
        return Some(end);
    }
    let mut at = start;
    let mut numbers = [0_usize; 3];
    let mut values = [0_usize; 3];
    let (mut count, mut words, mut end) = (0, 0, start);
    while count + words < 3 {
        let digits = view.run(at, DIGIT, 9);
        let word = view.run(at, LETTERS, 16);
        let is_of = || [&b"of"[..], b"de", b"del", b"den", b"do", b"di"].contains(&view.slice(at, word));
        if digits > at && count < 3 {
            numbers[count] = digits - at;
            values[count] = view.slice(at, digits).iter().fold(0, |n, b| n * 10 + usize::from(b - b'0'));
            count += 1;
            end = digits;
            // `17th`, `1er`, `3º`
            if let Some(ending) = ENDINGS.iter().find(|ending| view.starts_with_ignoring_case(end, ending)) {
                let behind = end + ending.len();
                end = if view.is(behind, LETTERS) { end } else { behind };
            }
        } else if word > at && words == 0 && is_month(view.slice(at, word)) {
            words += 1;
            end = word;
        } else if word > at && count + words > 0 && view.before(at) == Some(b' ') && is_of() {
            at = view.run(word, BLANK, 2);
            continue;
        } else {
            break;
        }
        if count + words == 3 {
            break;
        }
        at = view.run(end, BETWEEN, 2);
        // `17MAY1984`
        let is_glued = at == end && (view.is(at, LETTER) || words == 1 && view.is(at, DIGIT));
        if at == end && !is_glued {
            break;
        }
    }
    let numbers = &numbers[..count];
    let is_year = |year: usize| (1880..=2100).contains(&year);
    let year = numbers.iter().position(|length| *length == 4).map(|n| values[n]);
    let is_day = numbers.iter().zip(values).all(|(length, value)| *length == 4 || (1..=99).contains(&value));
    let is_short = numbers.iter().all(|length| matches!(length, 1 | 2 | 4)) && is_day;
    let is_compact = count == 1
        && words == 0
        && numbers == [8]
        && (is_year(values[0] / 10_000) && (1..=12).contains(&(values[0] / 100 % 100)) || is_year(values[0] % 10_000));
    let is_whole = count + words == 3
        && is_short
        && match year {
            Some(year) => is_year(year),
            None => words == 1 || numbers.iter().filter(|length| **length == 2).count() >= 2,
        };
    // `May 1984`
    let is_month = count == 1 && words == 1 && year.is_some_and(is_year);
    let ends = view.ends_word(end) || view.at(end) == Some(b'T') && view.is(end + 1, DIGIT);
    ((is_compact || is_whole || is_month) && ends).then_some(end)
}

/// What follows the number of a day.
const ENDINGS: [&[u8]; 8] = [b"st", b"nd", b"rd", b"th", b"er", b"ro", "º".as_bytes(), "ª".as_bytes()];

/// `1984年5月17日`, `昭和59年5月17日`, `1984년 5월 17일`.
fn eastern(view: &View<'_>, start: usize) -> Option<usize> {
    const ERAS: [&str; 4] = ["昭和", "平成", "令和", "大正"];
    let mut at = start;
    if let Some(era) = ERAS.iter().find(|era| view.starts_with(at, era.as_bytes())) {
        at += era.len();
    }
    for (signs, most) in [(["年", "년"], 4), (["月", "월"], 2), (["日", "일"], 2)] {
        let digits = view.run(at, DIGIT, most + 1);
        let sign = signs.iter().find(|sign| view.starts_with(digits, sign.as_bytes()))?;
        if digits == at || digits - at > most {
            return None;
        }
        at = digits + sign.len();
        at = if sign.starts_with(['日', '일']) { at } else { view.run(at, BLANK, 2) };
    }
    Some(at)
}

/// Whether a word is a month's, or begins as one does in the languages of the West and of Russia.
fn is_month(word: &[u8]) -> bool {
    const MONTHS: [&str; 58] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai", "okt", "dez", "ene",
        "abr", "ago", "dic", "fev", "avr", "juin", "juil", "gen", "mag", "giu", "lug", "set", "ott", "out", "mär",
        "fév", "déc", "aoû", "maj", "mei", "mrt", "sty", "lut", "kwi", "cze", "lip", "sie", "wrz", "paź", "lis", "gru",
        "янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя",
    ];
    let Ok(word) = std::str::from_utf8(word) else { return false };
    let lower = word.to_lowercase();
    word.len() >= 3 && (MONTHS.iter().any(|month| lower.starts_with(month)) || lower.starts_with("дек"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_to_its_end_however_it_is_written() {
        for text in [
            "1984-05-17",
            "1984/5/17",
            "17.05.1984",
            "17.5.84",
            "05/17/1984",
            "05/17/84",
            "17 May 1984",
            "17th May 1984",
            "17th of May, 1984",
            "17th of May 1984",
            "May 17, 1984",
            "May 17th, 1984",
            "17. Mai 1984",
            "17 de mayo de 1984",
            "1er mai 1984",
            "17-May-1984",
            "17MAY1984",
            "19840517",
            "1984年5月17日",
            "昭和59年5月17日",
            "1984년 5월 17일",
            "17 мая 1984",
            "May 1984",
            "17 stycznia 1984",
            "Sept. 3, 1984",
        ] {
            assert_eq!(read(text), Some(text.len()), "{text}");
        }
        assert_eq!(read("1984-05-17T00:00:00Z"), Some(10));
        assert_eq!(read("17 May 1984, Springfield"), Some(11));
    }

    #[test]
    fn what_is_no_date() {
        for text in
            ["", "17", "1.2.3", "10.0.0.1", "1984", "12345678901", "17 apples 1984", "99999999", "may be", "3 minutes"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    fn read(text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let chunk = crate::chunk::Chunk { bytes, own: 0..bytes.len(), base: 0, is_last: true };
        date(&View::new(&chunk, 0), 0)
    }
}
