//! Keyed values: whatever stands where a key names a secret, in every common syntax of configuration, code and logs.
//!
//! The anchor is a word of the lexicon. Around it the whole [`Key`] is read, then its [`Place`] (behind `=`, `:`, `=>`, the
//! end of an XML tag, a `value` beside a `name`, the blank behind an option), then the value. A value that is a setting,
//! a reference, a mask, code or the rest of a sentence stays.
//!
//! `reasons` tells why a value is left.

mod program;
mod reasons;

use std::sync::Arc;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HIGH, LETTER, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::learned::common;
use crate::detect::people::account;
use crate::detect::people::names;
use crate::detect::people::person;
use crate::detect::prefilter::Literal;
use crate::detect::reading::code;
use crate::detect::reading::handle;
use crate::detect::reading::key::Key;
use crate::detect::reading::lexicon::{Lexicon, Strength};
use crate::detect::reading::literal;
use crate::detect::reading::place::{MADE, Place, Separator, is_behind_user, may_be_far, may_be_whose};
use crate::detect::reading::poor;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::finding;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::{Family, Kind};
use crate::placeholder;
use crate::rules::RuleSet;
use crate::rules::vocabulary::Stem;

/// Whether a key ends an address that a quotation mark begins.
fn is_in_url(view: &View<'_>, key: &Key) -> bool {
    let start = view.run_back(key.start, const { ByteSet::of(b"\" \n").not() }, 256);
    view.before(start) == Some(b'"') && memchr::memmem::find(view.slice(start, key.start), b"://").is_some()
}

/// Finds the values of keys that name a secret.
pub struct Keyed {
    lexicon: Arc<Lexicon>,
    rules: Vec<RuleInfo>,
}

impl Keyed {
    /// The detector for the keys of a rule set.
    pub fn new(rules: &RuleSet, lexicon: Arc<Lexicon>) -> Keyed {
        let rules = rules.keys().iter().map(|key| RuleInfo {
            id: key.id.to_string(),
            kind: key.kind,
            description: key.description.to_string(),
        });
        Keyed { rules: rules.collect(), lexicon }
    }
}

impl Detector for Keyed {
    fn rules(&self) -> Vec<RuleInfo> {
        self.rules.clone()
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |stem: &Stem| {
            let (bytes, after) = (stem.literal.to_vec(), stem.after());
            Anchor::Literal(Literal { bytes, ignore_case: true, starts_word: stem.starts_word, after })
        };
        self.lexicon.stems().iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let stem = &self.lexicon.stems()[hit.anchor];
        if is_same_key_within(out, hit.at, view) {
            return;
        }
        if !stem.fits(view, hit.at) {
            return;
        }
        let Some(key) = Key::around(view, hit.at, stem.literal.len()) else { return };
        if !out.explains() && !self.may_have_value(view, &key) {
            debug_assert!(self.has_no_value(&view.unwatched(), key));
            return;
        }
        let Some(Named { key, which, strength }) = self.named(view, key) else {
            return out.left(0, hit.at, "no key of a secret");
        };
        let confidence = if strength == Strength::Strong { Confidence::High } else { Confidence::Medium };
        if out.covered.within.contains(&hit.at)
            && (out.covered.rule, out.covered.confidence >= Some(confidence)) == (which, true)
        {
            return;
        }
        let kind = self.lexicon.key(which).0;
        let text = key.text(view);
        // `failed to watch *v1.Secret: Unauthorized`: a type.
        if view.ends_with_ignoring_case(key.start, b"*v1.")
            || (text.starts_with(b"v1.") && view.before(key.start) == Some(b'*'))
        {
            return out.left(which, hit.at, "the name of a type");
        }
        // `check_ntlm_password:  authentication for user [jroe] succeeded`: a function speaks.
        if text.starts_with(b"check_") && view.starts_with(key.end, b": ") {
            return out.left(which, hit.at, "the name of a function");
        }
        // `Get "https://host:6443/api/v1/secrets": dial tcp ...`: the path of an address, and what befell it.
        let is_path = view.before(key.start) == Some(b'/') && view.starts_with(key.end, b"\": ");
        if is_path && view.at(key.end + 3).is_some_and(|b| b.is_ascii_lowercase()) && is_in_url(view, &key) {
            return out.left(which, hit.at, "the path of an address");
        }
        // `pam_unix(gdm-password:auth): authentication failure`: a service and its stage.
        let is_stage = || {
            [&b":auth)"[..], b":session)", b":account)", b":chauthtok)", b":setcred)"]
                .iter()
                .any(|stage| view.starts_with(key.end, stage))
        };
        if view.before(key.start) == Some(b'(') && is_stage() {
            return out.left(which, hit.at, "the name of a service");
        }
        // `DKIM-Signature: v=1; a=rsa-sha256; ...`
        if view.starts_with(key.end, b": v=1;") {
            return out.left(which, hit.at, "a list of parameters");
        }
        // `checksum/secret: 0f1e...`: the digest of one.
        if view.ends_with_ignoring_case(key.start, b"checksum/") {
            return out.left(which, hit.at, "a digest");
        }
        // `"AWS::IAM::AccessKey": "62d91b17309e76c8"`: a type of resources, and the digest of its schema.
        if view.before(key.start) == Some(b':') && code::is_of_aws(view, key.start) {
            return out.left(which, hit.at, "the name of a type");
        }
        // `PASSWORD_4kq7zp0c2dm:` is ours, not a key.
        if placeholder::touches(text, 0, text.len()) {
            return out.left(which, hit.at, "already a placeholder");
        }
        let Some(place) = Place::of(view, &key, &self.lexicon) else {
            return out.left(which, hit.at, "no value behind it");
        };
        // `API key is x`, but no `shifted function key 1`.
        let is_spaced = key.text(view).contains(&b' ');
        if is_spaced && !matches!(place.separator, Separator::Colon | Separator::Equals | Separator::Is) {
            return out.left(which, hit.at, "no value behind it");
        }
        if is_header(view, &key, &place) {
            return out.left(which, hit.at, "a header, which has its own rules");
        }
        if place.separator == Separator::Colon && view.ends_with_ignoring_case(key.start, b"://") {
            return out.left(which, hit.at, "the user part of a URL, which has its own rules");
        }
        let mut values = place.values(view, &key);
        let is_secret = kind.family() == Family::Secret;
        let is_strong = strength == Strength::Strong;
        // Under a weak key the literal must tell.
        let plain = || values.only().filter(|value| !value.is_quoted);
        let tells = |literal: &Extent| {
            is_strong
                || kind == Kind::Password
                || is_secret && literal::is_telling(view.slice(literal.start, literal.end), &self.lexicon)
        };
        let fallback = plain().and_then(|value| code::fallback(view, value)).filter(tells);
        // `salt = Hex.decode("x")`
        let called = || values.only().filter(|value| !value.is_quoted);
        let wrapped = || called().and_then(|value| self.wrapped(view, value, is_secret));
        let more = fallback.or_else(wrapped);
        if let Some(literal) = more {
            values.push(literal);
        }
        let asked = Asked { key: &key, place: &place, kind, strength };
        for mut extent in values {
            // `could not find token: a213f715: not found`
            let is_plain = !extent.is_quoted && !extent.is_open && extent.end > extent.start + 4;
            if is_plain && view.before(extent.end) == Some(b':') && view.is(extent.end, BLANK) {
                extent.end -= 1;
            }
            let person::Read { kind, mut extent, is_sure } = person::read(kind, view, &key, &place, extent);
            // `user=jroe logged in` at the beginning of a line.
            let is_glued = place.separator == Separator::Equals && place.at == key.end + 1;
            if kind == Kind::User && is_glued && !extent.is_quoted {
                // `(samAccountName=jroe)(cn=...` of a filter ends with its bracket.
                // `usrName=jroe^src=x` of LEEF with its delimiter
                const FIELD: ByteSet = BLANK.or(ByteSet::of(b"^|"));
                const FILTER: ByteSet = FIELD.or(ByteSet::of(b")"));
                let is_filter = view.before(key.start) == Some(b'(');
                let set = if is_filter { const { FILTER.not() } } else { const { FIELD.not() } };
                let word = view.run(extent.start, set, extent.end - extent.start);
                if word < extent.end {
                    extent = Extent { end: word, is_open: false, ..extent };
                }
            }
            // `assignee = jroe AND status = Open`
            if kind == Kind::User && place.separator == Separator::Equals && !is_glued && !extent.is_quoted {
                let word = view.run(extent.start, account::LOGIN, 65);
                let next = [&b" AND "[..], b" OR ", b" ORDER ", b" and ", b" or ", b" order "];
                if word < extent.end && next.iter().any(|next| view.starts_with(word, next)) {
                    extent = Extent { end: word, is_open: false, ..extent };
                }
            }
            if kind == Kind::User && place.separator == Separator::Colon && !extent.is_quoted && !extent.is_open {
                extent.end = person::word_end(view, &key, &extent);
            }
            let nobody = || person::reason(kind, view, &key, &place, &extent, !is_strong);
            let reason = if is_sure {
                handle::reason(view.slice(extent.start, extent.end))
            } else {
                self.reason_to_leave(view, &asked, &extent).or_else(nobody)
            };
            match reason {
                Some(reason) => out.left(which, extent.start, reason),
                None => {
                    if is_secret && extent.is_open && !matches!(extent.run, Run::Block { .. }) {
                        covers(out, view, &key, hit.at, &extent);
                        (out.covered.rule, out.covered.confidence) = (which, Some(confidence));
                    }
                    let form = spelled(view, &key, &extent);
                    let found = Found::new(extent.start, extent.end, kind, confidence).rule(which).form(form);
                    let is_number = is_json_number(view, &key, &place, &extent);
                    let found = found.place(if is_number { finding::Place::Number } else { finding::Place::Text });
                    if is_sure && kind == Kind::Name && !extent.is_quoted {
                        more_names(view, extent.end, &found, out);
                    }
                    if kind == Kind::User && !extent.is_quoted {
                        name_behind(view, extent.end, &found, out);
                    }
                    if is_sure && kind == Kind::Name {
                        login_behind(view, extent.end, &found, out);
                    }
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

/// How a value is spelled where it stands: with escapes in a string, with entities in an element or an attribute, with percent
/// signs in a query.
fn spelled(view: &View<'_>, key: &Key, extent: &Extent) -> Form {
    let text = view.slice(extent.start, extent.end);
    if memchr::memchr3(b'\\', b'&', b'%', text).is_none() {
        return Form::PLAIN;
    }
    if matches!(extent.run, Run::Element) {
        return if text.contains(&b'&') { Form::one(Encoding::Entity) } else { Form::PLAIN };
    }
    if is_parameter(view, key) {
        return if text.contains(&b'%') { Form::one(Encoding::Percent) } else { Form::PLAIN };
    }
    match view.before(extent.start) {
        Some(b'"') if text.contains(&b'\\') => {
            let quote = extent.start - 1;
            // `"`, `\"`, `\\\"`: each level doubles the backslashes and adds one.
            let backslashes = quote - view.run_back(quote, const { ByteSet::of(b"\\") }, 8);
            Form::PLAIN.within(Encoding::Escape, (backslashes + 1).ilog2() as usize + 1)
        }
        Some(b'"' | b'\'') if text.contains(&b'&') => Form::one(Encoding::Entity),
        _ => Form::PLAIN,
    }
}

/// What reads as a part of an open value wherever it stands in one: no quote, no blank, no bracket, nothing that ends a value.
const TAME: ByteSet = WORD.or(ByteSet::of(b"-./:="));

/// More than is read of a key and its value before the value counts as open.
const KEY_AND_VALUE: usize = 640;

/// Notes that a value goes on and on, if it is all letters, digits and a few marks. A key in it has a value that ends in it or
/// goes on as it does, as far as there is room for a key and a value.
fn covers(out: &mut Candidates<'_>, view: &View<'_>, key: &Key, at: usize, value: &Extent) {
    /// Longer keys are read anew.
    const LONGEST: usize = 32;
    let end = value.start + TAME.prefix_len(view.beyond(value.start));
    out.covered.within = value.start..end.saturating_sub(KEY_AND_VALUE);
    out.covered.lead = at.saturating_sub(key.start);
    out.covered.key.clear();
    let text = key.text(view);
    if text.len() <= LONGEST && TAME.prefix_len(text) == text.len() {
        out.covered.key.extend_from_slice(text);
    }
}

/// Whether the candidate stands within an open value, in the same key as that value's.
fn is_same_key_within(out: &Candidates<'_>, at: usize, view: &View<'_>) -> bool {
    /// What ends a key and is tame.
    const END: ByteSet = ByteSet::of(b"/:=");
    let (key, start) = (&out.covered.key, at.saturating_sub(out.covered.lead));
    out.covered.within.contains(&at)
        && !key.is_empty()
        && view.before(start).is_some_and(|before| END.contains(before))
        && view.is(start + key.len(), END)
        && view.slice(start, start + key.len()) == key.as_slice()
}

/// What a key that has a value may be followed by: see [`Place::of`].
const FOLLOWS: ByteSet = BLANK.or(ByteSet::of(b"\"'`&\\\x1b=:*.?!<[)\xef%>,(\r\n"));

/// The name behind an account: `user: jroe (Jane Roe)`.
fn name_behind(view: &View<'_>, end: usize, account: &Found, out: &mut Candidates<'_>) {
    let start = end + 2;
    if !view.starts_with(end, b" (") {
        return;
    }
    let Some(length) = names::full(names::reach(view, start)) else { return };
    if view.at(start + length) == Some(b')') && names::is_known(view.slice(start, start + length)) {
        out.found(Found { start, end: start + length, kind: Kind::Name, run: None, ..account.clone() });
    }
}

/// The account behind a name: `user: Jane Roe (jroe)`.
fn login_behind(view: &View<'_>, end: usize, name: &Found, out: &mut Candidates<'_>) {
    let start = end + 2;
    let close = view.run(start, const { ALNUM.or(ByteSet::of(b"._-")) }, 65);
    let text = view.slice(start, close);
    let is_login = view.starts_with(end, b" (") && view.at(close) == Some(b')') && text.len() > 2;
    if is_login
        && text.iter().any(u8::is_ascii_lowercase)
        && !account::is_nobody(text)
        && !account::is_word(text)
        && (!common::is_common(&text.to_ascii_lowercase()) || names::is_known(text))
    {
        out.found(Found { start, end: close, kind: Kind::User, run: None, ..name.clone() });
    }
}

/// The names behind the first of a list: `Attendees: Jane Roe, John Doe; Max Moe and Ann Poe`.
fn more_names(view: &View<'_>, end: usize, first: &Found, out: &mut Candidates<'_>) {
    const MOST: usize = 24;
    let mut at = end;
    for _ in 0..MOST {
        let Some(between) =
            [&b", "[..], b"; ", b" and ", b" & ", b", and "].into_iter().find(|b| view.starts_with(at, b))
        else {
            return;
        };
        let start = at + between.len();
        let Some(length) = names::full(names::reach(view, start)) else { return };
        at = start + length;
        if view.is(at, const { WORD.or(ByteSet::of(b"(.[{$=:")) }) && view.at(at) != Some(b'.') {
            return;
        }
        out.found(Found { start, end: at, ..first.clone() });
    }
}

/// A key that names a secret: where it stands, which of the rule set's it is, and how much it says.
struct Named {
    key: Key,
    which: usize,
    strength: Strength,
}

/// What is known of a value before it is looked at.
struct Asked<'a, 'v> {
    key: &'a Key,
    place: &'a Place<'v>,
    kind: Kind,
    strength: Strength,
}

impl Keyed {
    /// Whether something may follow a key, whatever key it is, that [`Place::of`] takes for its value: `DefaultIndexManager]`
    /// and `cache miss for key 10100, falling back` have none. Most candidates are left here, so that it takes few looks.
    fn may_have_value(&self, view: &View<'_>, key: &Key) -> bool {
        const ENOUGH: usize = 16;
        const BEFORE: usize = 128;
        /// How far before a key a string ends that is entered as it: `enter "x" into the password field`.
        const NEAR: usize = 12;
        match view.at(key.end) {
            Some(b' ') => {}
            Some(b'|') => return view.at(key.end + 1) == Some(b'|'),
            Some(b'{') => return Quote::at(view, key.end + 1).is_some(),
            // `expect(env[PASSWORD]).toBe("x")`, `session[:token] = "x"`, but no `[c.a.DefaultIndexManager] rendering` of each
            // line of a log
            Some(b']') => return view.at(key.end + 1) == Some(b')') || view.starts_with(key.end, b"] = "),
            // `if got := cfg.Password; got != "x"`
            Some(b';') => return view.at(key.end + 1) == Some(b' ') && view.is(key.end + 2, LETTER),
            // `"token_type":"bearer"}`: a value itself, unless it names what stands before it.
            Some(quote @ (b'"' | b'\'')) if view.at(key.end + 1) == Some(b'}') => {
                return view.before(key.start) != Some(quote) || key.is_named(view);
            }
            byte => return byte.is_some_and(|byte| FOLLOWS.contains(byte)),
        }
        // A word behind one blank, within a line: only a few words of those that begin so lead to a value.
        let at = key.end + 1;
        let end = view.run(at, ALNUM, ENOUGH);
        let is_word = end > at && end < at + ENOUGH;
        let behind = match view.at(end) {
            Some(b',' | b')' | b';') => end + 1,
            Some(b' ' | b'\t') => end,
            _ => return true,
        };
        let next = view.run(behind, BLANK, 8);
        let is_within = next > behind && view.is(next, ALNUM);
        let word = view.slice(at, end);
        let is_digit = word.len() == 1 && DIGIT.contains(word[0]);
        let is_special = || {
            is_digit
                || [
                    &b"for"[..],
                    b"set",
                    b"PIC",
                    b"CONSTANT",
                    b"TYPE",
                    b"changed",
                    b"reset",
                    b"As",
                    b"as",
                    b"by",
                    b"not",
                    b"NOT",
                    b"Not",
                ]
                .contains(&word)
                || self.lexicon.is_verb(word)
                || [&b"are"[..], b"from"].contains(&word)
                || view.slice(key.start.saturating_sub(NEAR), key.start).contains(&b'"')
                || key.start > 0 && MADE.iter().any(|made| view.ends_with_ignoring_case(key.start - 1, made))
                || key.text(view).starts_with(b"-")
                || key.text(view) == b"password"
                || view.ends_with_ignoring_case(key.start, b" with ")
                || view.ends_with_ignoring_case(key.start, b" using ")
                || memchr::memchr(b'<', view.slice(key.start.saturating_sub(BEFORE), key.start)).is_some()
        };
        !is_word
            || !is_within
            || is_special()
            || may_be_far(view, at)
            || may_be_whose(view, at)
            || is_behind_user(view, key.start)
    }

    /// Whether a key has no value, by looking for it.
    fn has_no_value(&self, view: &View<'_>, key: Key) -> bool {
        self.named(view, key).is_none_or(|named| Place::of(view, &named.key, &self.lexicon).is_none())
    }

    /// Which key stands here: by its end, with the words before it, by its owner, or by a word within.
    fn named(&self, view: &View<'_>, key: Key) -> Option<Named> {
        let text = key.text(view);
        // `existingSecret: db`: its name.
        if key.name(view).get(..8).is_some_and(|head| head.eq_ignore_ascii_case(b"existing"))
            || view.ends_with_ignoring_case(key.end, b"pullsecrets")
        {
            return None;
        }
        // `fireEvent.change(passwordInput, { target: { value: "x" } })`
        let is_input = view.starts_with(key.end, b", { target: {");
        let word = if is_input { without_widget(text) } else { text };
        let found = self.lexicon.find(word).map(|which| Named { key, which, strength: self.lexicon.key(which).1 });
        if found.as_ref().is_some_and(|named| named.strength == Strength::Weak) && is_position(key.name(view)) {
            return None;
        }
        if found.as_ref().is_some_and(|named| !named.strength.is_of_chance()) {
            return found;
        }
        // What can stand behind a key.
        if !matches!(
            view.at(key.end),
            Some(b':' | b'=' | b' ' | b'"' | b'\'' | b'`' | b'*' | b'\\' | b'(' | b'.' | b'\t' | b'>' | b'&' | b'[')
        ) {
            return None;
        }
        let spaced =
            || self.spaced(view, key).map(|(key, which)| Named { key, which, strength: self.lexicon.key(which).1 });
        let asked = || {
            // `passwordField.text = "x"`
            let is_assigned = view.starts_with(key.end, b" = ") && Quote::at(view, key.end + 3).is_some();
            if view.at(key.end) != Some(b'(') && !is_assigned {
                return None;
            }
            let name = key.name(view);
            let is_method = match is_assigned {
                true => [&b"text"[..], b"value", b"stringvalue"].iter().any(|what| name.eq_ignore_ascii_case(what)),
                false => METHODS.iter().any(|method| name.eq_ignore_ascii_case(method)),
            };
            let owner = Key { start: key.start, end: key.end - name.len().min(key.end - key.start - 1) - 1 };
            is_method.then(|| self.lexicon.find(without_widget(owner.text(view)))).flatten()
        };
        spaced()
            .or(found)
            .or_else(|| asked().map(|which| Named { key, which, strength: self.lexicon.key(which).1 }))
            .or_else(|| {
                let which = self.lexicon.find_within(text)?;
                Some(Named { key, which, strength: Strength::Within })
            })
    }

    /// `API key`, `secret access key`: the words before a key, with a blank between them.
    fn spaced(&self, view: &View<'_>, key: Key) -> Option<(Key, usize)> {
        const MOST: usize = 3;
        const LETTERS: ByteSet = LETTER.or(HIGH);
        let mut start = key.start;
        for _ in 0..MOST {
            let blank = start.checked_sub(1).filter(|&blank| view.at(blank) == Some(b' '))?;
            start = view.run_back(blank, LETTERS, 16);
            if start == blank {
                return None;
            }
            let wider = Key { start, end: key.end };
            let known = self.lexicon.find(wider.text(view));
            if let Some(which) = known.filter(|&which| !self.lexicon.key(which).1.is_of_chance()) {
                return Some((wider, which));
            }
        }
        None
    }

    /// The literal that a call makes a value of, if it tells that it is a secret.
    fn wrapped(&self, view: &View<'_>, value: &Extent, is_secret: bool) -> Option<Extent> {
        let literal = code::wrapped(view, value).filter(|_| is_secret)?;
        if literal::is_encoding(view.slice(literal.start, literal.end)) {
            return None;
        }
        let text = view.slice(literal.start, literal.end);
        let is_value =
            literal::is_telling(text, &self.lexicon) || poor::is_value(b"x", text, Kind::Password, &self.lexicon);
        is_value.then_some(literal)
    }
}

/// Whether a name is that of a token that tells how far something has been read, or that stops it: `nextToken`, `page_token`,
/// `CancellationToken`.
fn is_position(name: &[u8]) -> bool {
    const WHAT: [&[u8]; 15] = [
        b"next",
        b"page",
        b"paging",
        b"pagination",
        b"continuation",
        b"continue",
        b"sync",
        b"resume",
        b"skip",
        b"cancellation",
        b"cancel",
        b"stopping",
        b"idempotency",
        b"clientrequest",
        b"lock",
    ];
    const LONGEST: usize = 32;
    let letters: Vec<u8> =
        name.iter().rev().filter(|b| b.is_ascii_alphanumeric()).take(LONGEST).map(u8::to_ascii_lowercase).collect();
    let Some(before) = letters.strip_prefix(b"nekot") else { return false };
    WHAT.iter().any(|word| before.len() >= word.len() && word.iter().rev().eq(&before[..word.len()]))
}

/// Whether a key stands in the query of a URL: `&sig=`.
fn is_parameter(view: &View<'_>, key: &Key) -> bool {
    matches!(view.before(key.start), Some(b'&' | b'?'))
}

/// Methods of a secret that are given another one, in lower case.
const METHODS: [&[u8]; 13] = [
    b"equals",
    b"equalsignorecase",
    b"compareto",
    b"contentequals",
    b"eq",
    b"sendkeys",
    b"send_keys",
    b"setvalue",
    b"set",
    b"settext",
    b"set_text",
    b"fill",
    b"typetext",
];

/// A key without the word for what a secret is typed into: `passwordEditText`, `password_field`.
fn without_widget(key: &[u8]) -> &[u8] {
    const WIDGETS: [&[u8]; 10] = [
        b"edittext",
        b"textfield",
        b"textbox",
        b"textinput",
        b"textedit",
        b"lineedit",
        b"field",
        b"input",
        b"entry",
        b"box",
    ];
    let is_end =
        |widget: &&&[u8]| key.len() > widget.len() && key[key.len() - widget.len()..].eq_ignore_ascii_case(widget);
    let widget = WIDGETS.iter().find(is_end).map_or(0, |widget| widget.len());
    key[..key.len() - widget].strip_suffix(b"_").unwrap_or(&key[..key.len() - widget])
}

/// `Authorization: Bearer x`, `Cookie: a=1; b=2`: the parts that tell stay.
fn is_header(view: &View<'_>, key: &Key, place: &Place) -> bool {
    let ends = |name: &[u8]| view.ends_with_ignoring_case(key.end, name);
    let is_cookie = ends(b"cookie")
        && !ends(b"erlangcookie")
        && !ends(b"erlang_cookie")
        && place.separator != Separator::Equals
        && place.separator != Separator::Option;
    ends(b"authorization") || is_cookie
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
