//! Terms that the user names: what must go besides (`--hide`) and what must stay (`--keep`).

use std::collections::HashSet;

use crate::detect::bytes::{ALNUM, ByteSet, HIGH, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// A list of terms with their kinds.
///
/// As a detector it finds them on word boundaries in any ASCII case, and key words of some length within words, too; a domain
/// takes the hosts under it along.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    terms: Vec<(Kind, Vec<u8>)>,
    kept: HashSet<Vec<u8>>,
}

/// How long a key word is that is looked for within words.
const LONG: usize = 5;

const KINDS: [Kind; 5] = [Kind::Keyword, Kind::Host, Kind::Domain, Kind::Name, Kind::User];

impl Terms {
    /// No terms.
    pub fn new() -> Terms {
        Terms::default()
    }

    /// One term of each kind that can be hidden, so that their rules have names in a catalogue.
    pub fn named() -> Terms {
        let mut terms = Terms::new();
        for kind in KINDS {
            terms.hide(kind, kind.id());
        }
        terms
    }

    /// Adds a term to hide. Terms of less than two bytes are refused: they would eat the text.
    pub fn hide(&mut self, kind: Kind, value: &str) -> bool {
        let value = value.trim().trim_start_matches(if kind == Kind::Domain { "." } else { "\u{0}" });
        let is_known = KINDS.contains(&kind) && value.len() > 1;
        if is_known {
            let term = value.as_bytes().to_ascii_lowercase();
            // As directories spell it: `dc=acme,dc=example`.
            if kind == Kind::Domain && value.contains('.') {
                self.terms.push((kind, components(&term)));
            }
            self.terms.push((kind, term));
        }
        is_known
    }

    /// Adds a value that must stay wherever it is the whole of a finding.
    pub fn keep(&mut self, value: &str) {
        self.kept.insert(value.trim().as_bytes().to_ascii_lowercase());
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a value must stay.
    pub fn keeps(&self, value: &[u8]) -> bool {
        !self.kept.is_empty() && self.kept.contains(&value.to_ascii_lowercase())
    }

    /// The kinds that may be hidden.
    pub fn kinds() -> &'static [Kind] {
        &KINDS
    }
}

/// A domain as names in a directory spell it (RFC 2247): `dc=acme,dc=example`.
pub(super) fn components(domain: &[u8]) -> Vec<u8> {
    let labels: Vec<Vec<u8>> = domain.split(|b| *b == b'.').map(|label| [&b"dc="[..], label].concat()).collect();
    labels.join(&b',')
}

impl Detector for Terms {
    fn rules(&self) -> Vec<RuleInfo> {
        KINDS
            .iter()
            .map(|&kind| RuleInfo {
                id: format!("hide-{kind}"),
                kind,
                description: format!("a {kind} given by the user"),
            })
            .collect()
    }

    fn anchors(&self) -> Vec<Anchor> {
        self.terms.iter().map(|(_, term)| Anchor::folded(term)).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (kind, term) = &self.terms[hit.anchor];
        let rule = KINDS.iter().position(|k| k == kind).unwrap_or(0);
        let end = hit.at + term.len();
        let starts = !WORD.contains(term[0]) || is_start(view, hit.at);
        let ends = !WORD.contains(term[term.len() - 1]) || !view.is(end, ALNUM.or(HIGH));
        // The name of a project is told by `FalconService` and by `myfalcons`, too: the whole word goes. A short one would
        // stand in other words.
        if *kind == Kind::Keyword && term.len() >= LONG && !(starts && ends) {
            const LETTERS: ByteSet = ALNUM.or(HIGH);
            const LONGEST: usize = 48;
            let from = view.run_back(hit.at, LETTERS, LONGEST);
            let to = view.run(end, LETTERS, LONGEST);
            if hit.at - from == LONGEST || to - end == LONGEST {
                return out.left(rule, hit.at, "within a long word");
            }
            return out.found(Found::new(from, to, *kind, Confidence::High).rule(rule));
        }
        if !starts || !ends {
            return out.left(rule, hit.at, "within a word");
        }
        let start = match kind {
            Kind::Domain => {
                // The hosts under it, up to the longest name that DNS allows.
                const LABELS: ByteSet = ALNUM.or(ByteSet::of(b"-_."));
                let from = view.run_back(hit.at, LABELS, 253);
                if view.at(end) == Some(b'.') && view.is(end + 1, ALNUM.or(HIGH)) {
                    return out.left(rule, hit.at, "the beginning of another domain");
                }
                let is_under = view.before(hit.at) == Some(b'.');
                let is_other = from < hit.at && !is_under;
                if is_other {
                    return out.left(rule, hit.at, "the end of another domain");
                }
                // A run that begins with a dot or hyphen is no label.
                view.run(from, ByteSet::of(b".-"), 253).min(hit.at)
            }
            _ => hit.at,
        };
        out.found(Found::new(start, end, *kind, Confidence::High).rule(rule));
    }
}

/// Whether a term may begin at `at`: an underscore before it separates (`user_jroe`), a letter or digit does not.
fn is_start(view: &View<'_>, at: usize) -> bool {
    view.starts_word(at) || view.before(at) == Some(b'_')
}
