//! Keyed values: whatever stands where a key names a secret, in every common syntax of configuration, code and logs.
//!
//! The anchor is a word of the lexicon. Around it the whole [`Key`] is read, then its [`Place`] (behind `=`, `:`, `=>`, the
//! end of an XML tag, a `value` beside a `name`, the blank behind an option), then the value. A value that is a setting,
//! a reference, a mask, code or the rest of a sentence stays.

use crate::detect::bytes::{DIGIT, LETTER};
use crate::detect::code;
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::handle;
use crate::detect::key::Key;
use crate::detect::lexicon::{self, Lexicon, Stem};
use crate::detect::person;
use crate::detect::place::{Place, Separator};
use crate::detect::prefilter::Literal;
use crate::detect::prose;
use crate::detect::run::Run;
use crate::detect::value::Extent;
use crate::detect::view::View;
use crate::finding;
use crate::finding::Confidence;
use crate::rules::RuleSet;

/// Finds the values of keys that name a secret.
pub struct Keyed {
    lexicon: Lexicon,
    rules: Vec<RuleInfo>,
    stems: Vec<Stem>,
}

impl Keyed {
    /// The detector for the keys of a rule set.
    pub fn new(rules: &RuleSet) -> Keyed {
        let lexicon = Lexicon::new(rules);
        let stems = lexicon::stems(rules, &lexicon);
        let rules = rules.keys().iter().map(|key| RuleInfo {
            id: key.id.to_string(),
            kind: key.kind,
            description: key.description.to_string(),
        });
        Keyed { rules: rules.collect(), lexicon, stems }
    }
}

impl Detector for Keyed {
    fn rules(&self) -> Vec<RuleInfo> {
        self.rules.clone()
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |stem: &Stem| {
            Anchor::Literal(Literal { bytes: stem.literal.clone(), ignore_case: true, after: stem.after() })
        };
        self.stems.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let stem = &self.stems[hit.anchor];
        if !stem.fits(view, hit.at) {
            return;
        }
        let Some(key) = Key::around(view, hit.at, stem.literal.len()) else { return };
        let Some(which) = self.lexicon.find(key.text(view)) else {
            return out.left(0, hit.at, "no key of a secret");
        };
        let (kind, is_weak) = self.lexicon.key(which);
        let Some(place) = Place::of(view, &key) else {
            return out.left(which, hit.at, "no value behind it");
        };
        if is_header(view, &key, &place) {
            return out.left(which, hit.at, "a header, which has its own rules");
        }
        if place.separator == Separator::Colon && view.ends_with_ignoring_case(key.start, b"://") {
            return out.left(which, hit.at, "the user part of a URL, which has its own rules");
        }
        let mut values = place.values(view, &key);
        let literal = values.only().filter(|value| !value.is_quoted && !is_weak);
        if let Some(literal) = literal.and_then(|value| code::fallback(view, value)) {
            values.push(literal);
        }
        for extent in values {
            let nobody = || person::reason(kind, view, &key, &place, &extent);
            match self.reason_to_leave(view, &key, &place, &extent, is_weak).or_else(nobody) {
                Some(reason) => out.left(which, extent.start, reason),
                None => {
                    let confidence = if is_weak { Confidence::Medium } else { Confidence::High };
                    let found = Found::new(extent.start, extent.end, kind, confidence).rule(which);
                    let is_number = is_json_number(view, &key, &place, &extent);
                    let found = found.place(if is_number { finding::Place::Number } else { finding::Place::Text });
                    out.found(match extent.run {
                        Run::Block { .. } => Found { run: Some(Box::new(extent.run)), ..found },
                        run if extent.is_open => Found { run: Some(Box::new(run)), ..found },
                        run => found.open(view, run),
                    });
                }
            }
        }
    }
}

impl Keyed {
    fn reason_to_leave(
        &self,
        view: &View<'_>,
        key: &Key,
        place: &Place<'_>,
        extent: &Extent,
        is_weak: bool,
    ) -> Option<&'static str> {
        let text = view.slice(extent.start, extent.end);
        if text.trim_ascii().is_empty() {
            return Some("empty");
        }
        if let Some(reason) = handle::reason(text) {
            return Some(reason);
        }
        let is_long_literal = extent.is_quoted && place.separator == Separator::Equals && text.len() > 5;
        let bare = if extent.is_quoted { text } else { without_comma(text) };
        if self.lexicon.is_setting(bare) && !is_long_literal {
            return Some("a setting, not a value");
        }
        if handle::is_path(text) || (is_directory(text) && key.name(view).eq_ignore_ascii_case(b"pwd")) {
            return Some("the path of a file");
        }
        if extent.is_quoted && code::is_interpolated(view, extent, &self.lexicon) {
            return Some("a variable of the same name");
        }
        if place.separator == Separator::Argument && (text.contains(&b' ') || self.lexicon.find(text).is_some()) {
            return Some("a prompt or a name");
        }
        if !extent.is_quoted {
            let reason = code::reason(view, key, place, extent, &self.lexicon)
                .or_else(|| prose::reason(view, key, place, extent, is_weak));
            if reason.is_some() {
                return reason;
            }
        }
        if is_weak { weak(text, place, extent) } else { None }
    }
}

/// Why a value is none under a key that means other things too.
fn weak(text: &[u8], place: &Place<'_>, extent: &Extent) -> Option<&'static str> {
    let is_number = text.iter().all(|b| DIGIT.contains(*b) || matches!(b, b'.' | b'-' | b',' | b'%'));
    let is_word = text.iter().all(|b| LETTER.contains(*b)) && text.len() < 16;
    if is_number && text.len() < 9 {
        return Some("a number under a weak key");
    }
    if is_word && !extent.is_quoted && place.separator != Separator::Equals {
        return Some("a word under a weak key");
    }
    (text.len() < 3).then_some("too short under a weak key")
}

/// `Authorization: Bearer x`, `Cookie: a=1; b=2`: the parts that tell stay.
fn is_header(view: &View<'_>, key: &Key, place: &Place) -> bool {
    let ends = |name: &[u8]| view.ends_with_ignoring_case(key.end, name);
    let is_cookie = ends(b"cookie") && place.separator != Separator::Equals && place.separator != Separator::Option;
    ends(b"authorization") || is_cookie
}

/// `PWD=/home/jroe`: the working directory of a shell.
fn is_directory(text: &[u8]) -> bool {
    text == b"/"
        || text.starts_with(b"~/")
        || (text.starts_with(b"/") && text.iter().all(|b| !matches!(b, b';' | b'=')))
}

/// Whether the value is an unquoted number of JSON, where a word would break the document.
fn is_json_number(view: &View<'_>, key: &Key, place: &Place<'_>, extent: &Extent) -> bool {
    let text = view.slice(extent.start, extent.end);
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let is_number = !digits.is_empty()
        && digits.iter().all(|b| DIGIT.contains(*b) || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let is_key_opened = matches!(view.before(key.start), Some(b'"'));
    is_number
        && !extent.is_quoted
        && place.is_key_quoted
        && is_key_opened
        && place.separator == Separator::Colon
        && DIGIT.contains(digits[0])
}

/// Without the comma or semicolon that ends a statement.
fn without_comma(text: &[u8]) -> &[u8] {
    text.strip_suffix(b",").or(text.strip_suffix(b";")).unwrap_or(text)
}
