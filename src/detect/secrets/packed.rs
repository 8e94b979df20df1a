//! Secrets that are packed as a whole: the data of registry exports (`"Password"=hex:70,00,...`), and commands for PowerShell
//! in base64 (`-EncodedCommand`).
//!
//! Data go if their name says what they are, or if an address stands in them, over all of their lines; a command goes if it
//! names a secret or an address. What stands in their place is packed likewise.

use std::net::IpAddr;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, HEX, LETTER};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::view::View;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::Kind;

/// Finds them.
pub struct Packed;

const REGISTRY: usize = 0;
const COMMAND: usize = 1;
/// Words in names and commands, in lower case.
const TELLING: [&[u8]; 13] = [
    b"passw",
    b"pwd",
    b"secret",
    b"token",
    b"credential",
    b"apikey",
    b"api_key",
    b"accesskey",
    b"securestring",
    b"authorization",
    b"bearer ",
    b"private",
    b"net user",
];
const BASE64: ByteSet = ALNUM.or(ByteSet::of(b"+/="));

impl Detector for Packed {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule = |id: &str, description: &str| RuleInfo {
            id: id.into(),
            kind: Kind::Secret,
            description: description.into(),
        };
        vec![
            rule("registry-data", "data of a registry export whose name says that they are secret"),
            rule("encoded-command", "command for PowerShell in base64 that names a secret"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::exact(b"=hex:"), Anchor::exact(b"=hex("), Anchor::folded(b" -enc"), Anchor::folded(b"/enc")]
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        match hit.anchor {
            0 | 1 => registry(view, hit.at + 1, out),
            _ => command(view, hit.at, out),
        }
    }
}

/// `"Name"=hex:70,00,\` and the lines behind it.
fn registry(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let name = view.slice(view.line_start(at), at - 1);
    if !name.ends_with(b"\"") {
        return out.left(REGISTRY, at, "no value of a registry");
    }
    let colon = view.run(at + 3, const { HEX.or(ByteSet::of(b"()")) }, 12);
    if view.at(colon) != Some(b':') {
        return;
    }
    let mut end = colon + 1;
    loop {
        end = view.run(end, const { HEX.or(ByteSet::of(b",")) }, 4096);
        if view.at(end) != Some(b'\\') {
            break;
        }
        let line = view.run(end + 1, const { ByteSet::of(b" \t\r") }, 8);
        let next = view.run(line + 1, BLANK, 16);
        if view.at(line) != Some(b'\n') || !view.is(next, HEX) {
            break;
        }
        end = next;
    }
    let plain = if view.is_capped_at(end) { None } else { Encoding::Hex.unpack(view.slice(at, end)) };
    let kind = match plain.as_deref().and_then(kind) {
        _ if end <= colon + 3 => None,
        None if tells(name) || plain.is_some_and(|plain| has_pair(&plain)) => Some(Kind::Secret),
        kind => kind,
    };
    let Some(kind) = kind else { return out.left(REGISTRY, at, "a name that tells of no secret") };
    {
        let found = Found::new(at, end, kind, Confidence::High).rule(REGISTRY);
        let goes_on = crate::detect::run::Run::Set(const { HEX.or(ByteSet::of(b",\\ \t\r\n")) });
        out.found(found.form(Form::one(Encoding::Hex)).open(view, goes_on));
    }
}

/// `powershell -EncodedCommand cABh...`
fn command(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    const OPTION: &[u8] = b"encodedcommand";
    let word = at + if view.at(at) == Some(b'/') { 1 } else { 2 };
    let end = view.run(word, LETTER, 16);
    let option = view.slice(word, end).to_ascii_lowercase();
    if !OPTION.starts_with(&option) && option != b"enc" {
        return;
    }
    let from = view.run(end, const { BLANK.or(ByteSet::of(b"\"':")) }, 4);
    let to = view.run(from, BASE64, usize::MAX);
    let text = view.slice(from, to);
    if from == end || text.len() < 12 {
        return;
    }
    let packed = &text[..text.len() / 4 * 4];
    let names_a_secret = Encoding::WideBase64.unpack(packed).is_some_and(|plain| has_pair(&plain) || tells(&plain));
    // What cannot be read to its end, or at all, may be anything.
    if !names_a_secret && !view.is_capped_at(to) {
        return out.left(COMMAND, at, "a command that names no secret");
    }
    let found = Found::new(from, to, Kind::Secret, Confidence::High).rule(COMMAND);
    let run = crate::detect::run::Run::Set(BASE64);
    out.found(found.form(Form::one(Encoding::WideBase64)).open(view, run));
}

/// What a text that was packed as a whole is, if it is an address as a whole.
pub fn kind(plain: &[u8]) -> Option<Kind> {
    const LOCAL: ByteSet = ALNUM.or(ByteSet::of(b"._%+-"));
    let text = std::str::from_utf8(plain).ok()?;
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => return Some(Kind::Ipv4),
        Ok(IpAddr::V6(_)) => return Some(Kind::Ipv6),
        Err(_) => {}
    }
    let (local, domain) = text.split_once('@')?;
    let is_domain =
        domain.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| ALNUM.contains(b) || b == b'-'));
    let is_mail = !local.is_empty() && local.bytes().all(|b| LOCAL.contains(b)) && domain.contains('.') && is_domain;
    is_mail.then_some(Kind::Email)
}

/// Whether an address or a word that tells of a secret stands somewhere in it.
fn has_pair(plain: &[u8]) -> bool {
    let is_text = plain.iter().all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n' | 0));
    let words = plain.split(|b| !matches!(b, b'!'..=b'~') || b"<>\"',;()=".contains(b));
    is_text && (tells(plain) || words.into_iter().any(|word| kind(word).is_some()))
}

fn tells(text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    TELLING.iter().any(|word| memchr::memmem::find(&text, word).is_some())
}
