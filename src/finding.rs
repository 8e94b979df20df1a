//! A finding: a span of raw bytes with its kind, the rule that took it, and how its value is spelled there.

use crate::kind::Kind;
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
    /// `&#64;`, `&amp;` (HTML and XML character references).
    Entity,
    /// `\u0040` (JSON and Java strings).
    Escape,
    /// `""`, `''` (quotes in cells of CSV and in literals of SQL).
    Doubled,
    /// `\'`, `\t` (literals of MySQL and cells of COPY).
    Backslash,
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
