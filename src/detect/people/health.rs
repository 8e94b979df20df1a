//! Messages of hospitals (HL7, version 2): who a patient is, in the fields of a segment.
//!
//! A segment has no words for its fields: the three letters that begin it say what stands in each. The parts of a field that
//! stays keep their places, and so do the bars.

use crate::detect::bytes::{ALNUM, ByteSet, DIGIT, HIGH, LETTER};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds what segments of HL7 say of persons.
pub struct Health;

/// What a field holds.
#[derive(Clone, Copy)]
enum Field {
    /// `ROE^JANE^A`
    Name,
    /// `1234^ROE^JOHN^^^DR`: a number and a name, of a doctor.
    Doctor,
    /// `00123456^^^HOSP^MR`: the first part.
    Number,
    /// `19840703`, with a time perhaps.
    Birth,
    /// `12 MAIN ST^^SPRINGFIELD^IL^62701`
    Address,
    /// `(217)555-0123^PRN^PH`: the first part.
    Phone,
    /// `219-09-9999`
    State,
}

use Field::*;

/// A segment: the letters that begin it, and which of its fields tell of a person.
struct Segment {
    name: &'static [u8],
    fields: &'static [(usize, Field)],
}

/// The segments, with the numbers of their fields (HL7 2.5, chapters 3, 4 and 6).
const SEGMENTS: [Segment; 6] = [
    Segment {
        name: b"PID|",
        fields: &[
            (2, Number),
            (3, Number),
            (4, Number),
            (5, Name),
            (6, Name),
            (7, Birth),
            (9, Name),
            (11, Address),
            (13, Phone),
            (14, Phone),
            (18, Number),
            (19, State),
            (20, State),
        ],
    },
    Segment { name: b"NK1|", fields: &[(2, Name), (4, Address), (5, Phone), (6, Phone), (16, Birth)] },
    Segment { name: b"GT1|", fields: &[(3, Name), (5, Address), (6, Phone), (7, Phone), (8, Birth), (12, State)] },
    Segment { name: b"IN1|", fields: &[(16, Name), (18, Birth), (19, Address), (36, Number), (49, Number)] },
    Segment { name: b"PV1|", fields: &[(7, Doctor), (8, Doctor), (9, Doctor), (17, Doctor)] },
    Segment { name: b"OBR|", fields: &[(16, Doctor), (28, Doctor), (32, Doctor)] },
];

/// What follows the name of a segment whose first field is a number, or empty.
const AFTER: ByteSet = DIGIT.or(ByteSet::of(b"|"));

/// The rules, in this order.
const RULES: [(&str, Kind, &str); 5] = [
    ("health-name", Kind::Name, "person in a segment of HL7"),
    ("health-number", Kind::NationalId, "number of a patient in a segment of HL7"),
    ("health-birth", Kind::BirthDate, "date of birth in a segment of HL7"),
    ("health-address", Kind::PostalAddress, "postal address in a segment of HL7"),
    ("health-phone", Kind::Phone, "telephone number in a segment of HL7"),
];

impl Detector for Health {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule = |(id, kind, text): (&str, Kind, &str)| RuleInfo { id: id.into(), kind, description: text.into() };
        RULES.into_iter().map(rule).collect()
    }

    fn anchors(&self) -> Vec<Anchor> {
        SEGMENTS.iter().map(|segment| Anchor::exact(segment.name).before(&[AFTER])).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        const LONGEST: usize = 1500;
        /// Fewer bars are a table of some other sort.
        const FIELDS: usize = 5;
        // Segments end in a carriage return, which logs and strings spell.
        let is_spelled = matches!(view.before(hit.at), Some(b'r' | b'n')) && view.back(hit.at, 2) == Some(b'\\');
        let begins = view.before(hit.at).is_none_or(|b| matches!(b, b'\n' | b'\r' | 0x0b | b'"' | b'\''));
        if !(begins || is_spelled) || !view.is(hit.at + 4, AFTER) {
            return;
        }
        let end = view.run(hit.at, const { ByteSet::of(b"\r\n\"\\").not() }, LONGEST);
        let text = view.slice(hit.at, end);
        if text.iter().filter(|b| **b == b'|').count() < FIELDS || !text.contains(&b'^') {
            return out.left(0, hit.at, "no segment of a message");
        }
        let fields = SEGMENTS[hit.anchor].fields;
        let mut from = hit.at;
        for (number, field) in text.split(|b| *b == b'|').enumerate() {
            let what = fields.iter().find(|(n, _)| *n == number).map(|(_, what)| *what);
            if let Some((rule, start, length)) = what.and_then(|what| part(what, field)) {
                let found = Found::new(from + start, from + start + length, RULES[rule].1, Confidence::Medium);
                out.found(found.rule(rule));
            }
            from += field.len() + 1;
        }
    }
}

/// The part of a field that tells of a person: the rule, where it begins and how long it is.
fn part(what: Field, field: &[u8]) -> Option<(usize, usize, usize)> {
    let first = memchr::memchr2(b'^', b'~', field).unwrap_or(field.len());
    let has = |text: &[u8], set: ByteSet| text.iter().any(|b| set.contains(*b));
    let whole = |text: &[u8]| text.iter().rposition(|b| *b != b'^').map_or(0, |last| last + 1);
    match what {
        Name if has(field, LETTER.or(HIGH)) => Some((0, 0, whole(field))),
        Doctor if has(field, LETTER.or(HIGH)) => Some((0, 0, whole(field))),
        Number if has(&field[..first], ALNUM) => Some((1, 0, first)),
        State if has(&field[..first], DIGIT) => Some((1, 0, first)),
        Birth if field.len() >= 8 && field[..8].iter().all(u8::is_ascii_digit) => Some((2, 0, first)),
        Address if has(field, ALNUM) => Some((3, 0, whole(field))),
        Phone if field[..first].iter().filter(|b| b.is_ascii_digit()).count() > 4 => Some((4, 0, first)),
        Name | Doctor | Number | State | Birth | Address | Phone => None,
    }
}
