//! A finding: a span of raw bytes with its kind, the rule that took it, and how its value is spelled there.

use crate::kind::Kind;
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use crate::span::Span;

/// The number of a rule in the engine's catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The shape fits, nothing else speaks for it.
    Low,
    /// The shape fits in a place that speaks for it.
    Medium,
    /// A prefix, a checksum or a place that leaves no doubt.
    High,
}

impl Confidence {
    /// All of them, the least first.
    pub const ALL: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

    /// Its name in options, policies and reports.
    pub const fn id(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }

    /// The confidence of this name, or `None`.
    pub fn from_id(id: &str) -> Option<Confidence> {
        Confidence::ALL.into_iter().find(|confidence| confidence.id() == id)
    }
}

/// One way of spelling bytes with other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// `%40` (RFC 3986).
    Percent,
    /// `=40` (quoted-printable, RFC 2045, section 6.7).
    Quoted,
    /// `&#64;`, `&amp;` (HTML and XML character references).
    Entity,
    /// `\u0040` (JSON and Java strings).
    Escape,
    /// `""`, `''` (quotes in cells of CSV and in literals of SQL).
    Doubled,
    /// `\'`, `\t` (literals of MySQL and cells of COPY).
    Backslash,
    /// UTF-16 in base64, as PowerShell has it.
    WideBase64,
    /// `hex:70,00` of a registry export, over several lines or not.
    Hex,
    /// Text in base64, as in the data of a Kubernetes Secret; a line end behind it does not count.
    Base64,
    /// User and password with a colon between them, in base64 (RFC 7617). The value is the password.
    Credentials,
}

/// Base64 with and without padding, and whatever the last bits are.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Encoding {
    /// What bytes hold that are packed as a whole; none if they hold nothing, or this encoding packs nothing as a whole.
    pub fn unpack(self, raw: &[u8]) -> Option<Vec<u8>> {
        match self {
            Encoding::Percent
            | Encoding::Quoted
            | Encoding::Entity
            | Encoding::Escape
            | Encoding::Doubled
            | Encoding::Backslash => None,
            Encoding::WideBase64 => LENIENT.decode(raw).ok().map(narrow),
            Encoding::Base64 => LENIENT.decode(raw).ok().map(|text| text.trim_ascii_end().to_vec()),
            Encoding::Credentials => credentials(raw).map(|(_, password)| password),
            Encoding::Hex => {
                let digits = &raw[memchr::memchr(b':', raw)? + 1..];
                let digits: Vec<u8> = digits.iter().copied().filter(u8::is_ascii_hexdigit).collect();
                let digit = |b: u8| char::from(b).to_digit(16).unwrap_or(0) as u8;
                Some(narrow(digits.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()))
            }
        }
    }

    /// The user that stands before the value in what is packed.
    pub fn user(self, raw: &[u8]) -> Option<Vec<u8>> {
        (self == Encoding::Credentials).then(|| credentials(raw)).flatten().map(|(user, _)| user)
    }

    /// Appends ASCII text packed as `raw` was.
    pub fn pack(self, text: &[u8], raw: &[u8], out: &mut Vec<u8>) {
        let wide = || text.iter().flat_map(|&byte| [byte, 0]);
        match self {
            Encoding::Percent
            | Encoding::Quoted
            | Encoding::Entity
            | Encoding::Escape
            | Encoding::Doubled
            | Encoding::Backslash => out.extend_from_slice(text),
            Encoding::WideBase64 => {
                out.extend_from_slice(STANDARD.encode(wide().collect::<Vec<u8>>()).as_bytes());
            }
            Encoding::Base64 | Encoding::Credentials => out.extend_from_slice(STANDARD.encode(text).as_bytes()),
            Encoding::Hex => {
                let prefix = memchr::memchr(b':', raw).map_or(0, |colon| colon + 1);
                out.extend_from_slice(&raw[..prefix]);
                let pairs: Vec<String> = wide().chain([0, 0]).map(|byte| format!("{byte:02x}")).collect();
                out.extend_from_slice(pairs.join(",").as_bytes());
            }
        }
    }
}

/// User and password of Basic authentication; none if one of them is empty, or it is neither.
fn credentials(raw: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut user = LENIENT.decode(raw).ok()?;
    let password = user.split_off(memchr::memchr(b':', &user)? + 1);
    user.pop();
    (!user.is_empty() && !password.is_empty()).then_some((user, password))
}

/// The ASCII text that UTF-16 spells, without zeros at its end; anything else as it is.
fn narrow(bytes: Vec<u8>) -> Vec<u8> {
    let is_wide = bytes.len() > 1 && bytes.chunks_exact(2).all(|unit| unit[1] == 0);
    let mut text = if is_wide { bytes.into_iter().step_by(2).collect() } else { bytes };
    text.truncate(text.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1));
    text
}

/// The encodings around a value, outermost first: at most four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Form([Option<Encoding>; 4]);

impl Form {
    /// The value stands as it is.
    pub const PLAIN: Form = Form([None; 4]);

    /// The value stands in one encoding.
    pub const fn one(encoding: Encoding) -> Form {
        Form([Some(encoding), None, None, None])
    }

    /// The same within an encoding, several times over: a string in a string in a string. Four in all are kept.
    pub const fn within(self, encoding: Encoding, times: usize) -> Form {
        let mut form = self;
        let mut n = 0;
        while n < times {
            form = Form([Some(encoding), form.0[0], form.0[1], form.0[2]]);
            n += 1;
        }
        form
    }

    /// The encoding that packs the value as a whole, if one does.
    pub fn packing(self) -> Option<Encoding> {
        self.0[0].filter(|encoding| match encoding {
            Encoding::Percent
            | Encoding::Quoted
            | Encoding::Entity
            | Encoding::Escape
            | Encoding::Doubled
            | Encoding::Backslash => false,
            Encoding::WideBase64 | Encoding::Hex | Encoding::Base64 | Encoding::Credentials => true,
        })
    }

    /// The encodings, outermost first.
    pub fn encodings(self) -> impl Iterator<Item = Encoding> {
        self.0.into_iter().flatten()
    }
}

/// What stands around a finding, where that decides the form of its replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Place {
    /// Text, or between quotes: any word may stand here.
    #[default]
    Text,
    /// An unquoted number in JSON: only a number or `null` may stand here.
    Number,
}

/// A verified span. It holds no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The raw bytes.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// Which rule took it.
    pub rule: RuleId,
    /// How sure that is.
    pub confidence: Confidence,
    /// How the value is spelled.
    pub form: Form,
    /// What stands around it.
    pub place: Place,
    /// Its value was learned elsewhere. Such a finding yields to others that it shares bytes with: they name the union.
    pub is_learned: bool,
}
