//! The policy: which style stands for which kind or rule.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Confidence;
use crate::kind::Kind;

/// How a value is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// `EMAIL_4kq7zp0c2dm`: for reading, grep and language models.
    #[default]
    Placeholder,
    /// A surrogate of the same shape: an address that validates, digits for digits.
    Shape,
    /// `*`, as many as there were bytes.
    Mask,
    /// Nothing; `null` where a number stood.
    Remove,
}

/// Which style stands for what, and how sure a finding must be. A rule's own style goes before its kind's, and that before
/// the default; a kind's confidence goes before that of all.
///
/// ```toml
/// default = "placeholder"
/// min-confidence = "low"
/// [kind]
/// email = "shape"
/// [rule]
/// github-pat = "remove"
/// [confidence]
/// phone = "medium"
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    default: Style,
    kinds: BTreeMap<Kind, Style>,
    rules: BTreeMap<String, Style>,
    least: Confidence,
    least_by_kind: BTreeMap<Kind, Confidence>,
}

impl Default for Policy {
    /// Placeholders for every finding, however sure.
    fn default() -> Policy {
        let (default, kinds, rules, least_by_kind) = Default::default();
        Policy { default, kinds, rules, least: Confidence::Low, least_by_kind }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsWritten {
    #[serde(default)]
    default: Style,
    #[serde(default)]
    kind: BTreeMap<String, Style>,
    #[serde(default)]
    rule: BTreeMap<String, Style>,
    #[serde(default, rename = "min-confidence")]
    min_confidence: Option<String>,
    #[serde(default)]
    confidence: BTreeMap<String, String>,
}

/// What is wrong with the text of a policy.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It is no TOML, or has a key that is not known.
    #[error("line {line}: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What the parser says; it quotes nothing but keys of the policy.
        message: String,
    },
    /// It names a kind that does not exist.
    #[error("unknown kind `{0}`; the kinds are {kinds}", kinds = Kind::ALL.map(Kind::id).join(", "))]
    UnknownKind(String),
    /// It names a rule that does not exist.
    #[error("unknown rule `{0}`; `scrubjay rules list` shows them")]
    UnknownRule(String),
    /// It asks for a confidence that does not exist.
    #[error("unknown confidence `{0}`; there are {all}", all = Confidence::ALL.map(Confidence::id).join(", "))]
    UnknownConfidence(String),
}

impl Policy {
    /// Every value in this style.
    pub fn of(style: Style) -> Policy {
        Policy { default: style, ..Policy::default() }
    }

    /// Reads a policy from its TOML text. `is_rule` tells whether a rule of that id exists.
    pub fn parse(text: &str, is_rule: impl Fn(&str) -> bool) -> Result<Policy, PolicyError> {
        let written: AsWritten = toml::from_str(text).map_err(|error| PolicyError::Syntax {
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            message: error.message().to_string(),
        })?;
        let mut kinds = BTreeMap::new();
        for (id, style) in written.kind {
            kinds.insert(Kind::from_id(&id).ok_or(PolicyError::UnknownKind(id))?, style);
        }
        if let Some(id) = written.rule.keys().find(|id| !is_rule(id)) {
            return Err(PolicyError::UnknownRule(id.clone()));
        }
        let confidence = |id: String| Confidence::from_id(&id).ok_or(PolicyError::UnknownConfidence(id));
        let mut least_by_kind = BTreeMap::new();
        for (id, least) in written.confidence {
            least_by_kind.insert(Kind::from_id(&id).ok_or(PolicyError::UnknownKind(id))?, confidence(least)?);
        }
        let least = written.min_confidence.map(confidence).transpose()?.unwrap_or(Confidence::Low);
        Ok(Policy { default: written.default, kinds, rules: written.rule, least, least_by_kind })
    }

    /// The same with another confidence that findings of all kinds must have, but for those that the policy names.
    pub fn at_least(self, least: Confidence) -> Policy {
        Policy { least, ..self }
    }

    /// How sure a finding of this kind must be, lest it stay.
    pub fn least(&self, kind: Kind) -> Confidence {
        self.least_by_kind.get(&kind).copied().unwrap_or(self.least)
    }

    /// Whether any value may be replaced in this style.
    pub fn uses(&self, style: Style) -> bool {
        [self.default].iter().chain(self.kinds.values()).chain(self.rules.values()).any(|&used| used == style)
    }

    /// The style for a finding of this kind by this rule.
    pub fn style(&self, kind: Kind, rule: &str) -> Style {
        self.rules.get(rule).or_else(|| self.kinds.get(&kind)).copied().unwrap_or(self.default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_goes_before_its_kind_and_that_before_the_default() {
        let text = "default = \"mask\"\n[kind]\nemail = \"shape\"\n[rule]\nx = \"remove\"\n";
        let policy = Policy::parse(text, |id| id == "x").unwrap();
        assert_eq!(policy.style(Kind::Email, "x"), Style::Remove);
        assert_eq!(policy.style(Kind::Email, "y"), Style::Shape);
        assert_eq!(policy.style(Kind::Token, "y"), Style::Mask);
    }

    #[test]
    fn a_kinds_confidence_goes_before_that_of_all() {
        let policy = Policy::parse("min-confidence = \"medium\"\n[confidence]\nphone = \"high\"", |_| true).unwrap();
        assert_eq!((policy.least(Kind::Phone), policy.least(Kind::Ipv4)), (Confidence::High, Confidence::Medium));
        assert_eq!(policy.at_least(Confidence::Low).least(Kind::Ipv4), Confidence::Low);
        assert_eq!(Policy::default().least(Kind::Ipv4), Confidence::Low);
        let unknown = Policy::parse("min-confidence = \"sure\"", |_| true);
        assert!(matches!(unknown, Err(PolicyError::UnknownConfidence(c)) if c == "sure"));
    }

    #[test]
    fn what_is_not_known_is_an_error_with_its_line() {
        assert!(
            matches!(Policy::parse("[kind]\nmail = \"mask\"", |_| true), Err(PolicyError::UnknownKind(k)) if k == "mail")
        );
        assert!(matches!(Policy::parse("[rule]\nx = \"mask\"", |_| false), Err(PolicyError::UnknownRule(_))));
        let Err(PolicyError::Syntax { line, .. }) = Policy::parse("[kind]\nemail = \"blur\"", |_| true) else {
            panic!()
        };
        assert_eq!(line, 2);
        assert!(matches!(Policy::parse("stile = 1", |_| true), Err(PolicyError::Syntax { line: 1, .. })));
    }
}
