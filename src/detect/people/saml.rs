//! Persons in assertions of SAML: `<NameID>jroe</NameID>`, `<Attribute Name="givenName"><AttributeValue>Jane</AttributeValue>`.
//!
//! What an attribute holds is told by its name, which is a word, a URL that ends in one, or a number of LDAP's directory
//! (`urn:oid:2.5.4.42`).

use crate::detect::bytes::{ByteSet, HIGH, LETTER, SPACE};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account::{self, LOGIN};
use crate::detect::reading::handle;
use crate::detect::reading::random;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds the persons of assertions.
pub struct Saml;

/// How far before its value the name of an attribute may stand.
const REACH: usize = 400;

/// The ends of names and what they hold, in small letters without what separates words.
const NAMES: [(&str, Kind); 37] = [
    ("givenname", Kind::Name),
    ("firstname", Kind::Name),
    ("surname", Kind::Name),
    ("lastname", Kind::Name),
    ("familyname", Kind::Name),
    ("fullname", Kind::Name),
    ("displayname", Kind::Name),
    ("commonname", Kind::Name),
    ("nickname", Kind::Name),
    ("middlename", Kind::Name),
    ("cn", Kind::Name),
    ("sn", Kind::Name),
    ("2.5.4.3", Kind::Name),
    ("2.5.4.4", Kind::Name),
    ("2.5.4.42", Kind::Name),
    ("2.16.840.1.113730.3.1.241", Kind::Name),
    ("uid", Kind::User),
    ("user", Kind::User),
    ("userid", Kind::User),
    ("username", Kind::User),
    ("login", Kind::User),
    ("loginid", Kind::User),
    ("upn", Kind::User),
    ("userprincipalname", Kind::User),
    ("samaccountname", Kind::User),
    ("windowsaccountname", Kind::User),
    ("edupersonprincipalname", Kind::User),
    ("nameidentifier", Kind::User),
    ("0.9.2342.19200300.100.1.1", Kind::User),
    ("telephonenumber", Kind::Phone),
    ("phonenumber", Kind::Phone),
    ("mobile", Kind::Phone),
    ("mobilephone", Kind::Phone),
    ("2.5.4.20", Kind::Phone),
    ("streetaddress", Kind::PostalAddress),
    ("postalcode", Kind::PostalAddress),
    ("dateofbirth", Kind::BirthDate),
];

impl Detector for Saml {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("saml-subject", Kind::User, "subject of an assertion of SAML"),
            rule("saml-attribute", Kind::Name, "person in an attribute of an assertion of SAML"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        [&b"attributevalue"[..], b"nameid"].iter().map(|word| Anchor::folded(word)).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        const TAG: ByteSet = ByteSet::of(b"<>\r\n").not();
        const TEXT: ByteSet = ByteSet::of(b"<>\r\n&").not();
        let is_subject = hit.anchor == 1;
        let word = hit.at + if is_subject { 6 } else { 14 };
        // `<saml:NameID Format="...">`: a start tag.
        let open = view.run_back(hit.at, const { LETTER.or(ByteSet::of(b"0123456789:_-")) }, 16);
        let close = view.run(word, TAG, 320);
        let is_tag = view.before(open) == Some(b'<')
            && view.at(close) == Some(b'>')
            && view.before(close) != Some(b'/')
            && (close == word || view.is(word, SPACE));
        if !is_tag {
            return;
        }
        let start = close + 1;
        let end = view.run(start, TEXT, 129);
        let text = view.slice(start, end);
        if text.is_empty() || text.len() > 128 || view.at(end) != Some(b'<') {
            return;
        }
        let kind = if is_subject { Some(Kind::User) } else { told(view, open) };
        let Some(kind) = kind else { return };
        let rule = usize::from(!is_subject);
        match reason(kind, text) {
            Some(reason) => out.left(rule, start, reason),
            None => out.found(Found::new(start, end, kind, Confidence::High).rule(rule)),
        }
    }
}

/// What the attribute holds whose value's tag opens at `at`, by `Name` or `FriendlyName` before it.
fn told(view: &View<'_>, at: usize) -> Option<Kind> {
    let before = view.slice(view.line_start(at).max(at.saturating_sub(REACH)), at);
    // Only its own tag: what stands behind the last attribute's beginning.
    let own = &before[memchr::memmem::rfind(before, b"Attribute ")?..];
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(&own[from..], b"Name=").map(|n| from + n) {
        from = found + 5;
        let Some(quote @ (b'"' | b'\'')) = own.get(from).copied() else { continue };
        let Some(length) = memchr::memchr(quote, &own[from + 1..]) else { break };
        let name = &own[from + 1..from + 1 + length];
        let last = name.rsplit(|b| matches!(b, b'/' | b':')).next().unwrap_or_default();
        let word: Vec<u8> =
            last.iter().filter(|b| !matches!(b, b'_' | b'-' | b' ')).map(u8::to_ascii_lowercase).collect();
        if let Some((_, kind)) = NAMES.iter().find(|(known, _)| known.as_bytes() == word) {
            return Some(*kind);
        }
    }
    None
}

/// Why a text is nobody's: a number of a session, a name of a host, an account of a system.
fn reason(kind: Kind, text: &[u8]) -> Option<&'static str> {
    let has_letter = text.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b));
    if kind != Kind::User {
        return handle::reason(text);
    }
    if account::is_nobody(text) || account::is_system(text) {
        return Some("an account that names no person");
    }
    let is_login = has_letter && text.iter().all(|b| LOGIN.contains(*b)) && text.len() <= 64;
    let is_drawn = text.len() > 20 && !text.contains(&b'@') && random::is_random(text);
    if !is_login || is_drawn { Some("no login name") } else { handle::reason(text) }
}
