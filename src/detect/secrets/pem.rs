//! Private keys in armour: PEM, OpenSSH, PGP and SSH2 blocks over many lines, in one line, escaped, indented, cut short;
//! PuTTY key files; and base64 of such a block.

use crate::detect::bytes::{BASE64, ByteSet};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds private keys.
pub struct Pem;

const BLOCK: usize = 0;
const ENCODED: usize = 1;

impl Detector for Pem {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule = |id: &str, description: &str| RuleInfo {
            id: id.into(),
            kind: Kind::PrivateKey,
            description: description.into(),
        };
        vec![
            rule("pem-private-key", "private key in PEM, OpenSSH, PGP or SSH2 armour"),
            rule("pem-private-key-base64", "private key in PEM, encoded in base64 once more"),
            rule("putty-private-key", "private lines of a PuTTY key file"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        vec![
            Anchor::exact(b"-----BEGIN "),
            Anchor::exact(b"---- BEGIN "),
            Anchor::exact(b"LS0tLS1CRUdJTi"),
            Anchor::exact(b"Private-Lines: "),
            // In a URL.
            Anchor::exact(b"-----BEGIN%20"),
            Anchor::exact(b"-----BEGIN+"),
        ]
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        match hit.anchor {
            2 => encoded(view, hit.at, out),
            0 | 1 | 4 | 5 => block(view, hit.at, out),
            _ => putty(view, hit.at + 15, out),
        }
    }
}

fn block(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    const LABEL: usize = 64;
    let label = at + 10;
    let end = view.run(label, ByteSet::of(b"-\r\n\"").not(), LABEL);
    if !is_private(view.slice(label, end)) {
        return out.left(BLOCK, at, "armour of something that is not private");
    }
    let end = view.run(end, ByteSet::of(b"-"), 5);
    out.found(Found {
        run: Some(Box::new(Run::Pem)),
        ..Found::new(at, end, Kind::PrivateKey, Confidence::High).rule(BLOCK)
    });
}

fn encoded(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let mut head = [0; 60];
    let length = decode_into(view.slice(at, at + 80), &mut head);
    if !is_private(&head[..length]) {
        return out.left(ENCODED, at, "armour of something that is not private");
    }
    let end = view.run(at, BASE64, usize::MAX);
    out.found(Found::new(at, end, Kind::PrivateKey, Confidence::High).rule(ENCODED).open(view, Run::Set(BASE64)));
}

/// `Private-Lines: 4` and the lines that follow, each up to 64 characters of base64.
fn putty(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    const LIMIT: usize = 3000;
    let count = view.line_end(at, 16);
    let number = view.slice(at, count).trim_ascii();
    let Some(lines) = std::str::from_utf8(number).ok().and_then(|n| n.parse::<usize>().ok()) else { return };
    let start = count + 1;
    let mut end = start;
    for _ in 0..lines.min(64) {
        let line = view.run(end, BASE64, 80);
        if line == end || line - start > LIMIT {
            break;
        }
        end = view.run(line, ByteSet::of(b"\r"), 1) + 1;
    }
    let end = end.saturating_sub(1);
    if end > start {
        out.found(Found::new(start, end, Kind::PrivateKey, Confidence::High).rule(2));
    }
}

/// Whether a label tells of a private key.
fn is_private(label: &[u8]) -> bool {
    // `-----BEGIN OpenVPN Static key V1-----`
    if memchr::memmem::find(label, b" Static key").is_some() {
        return true;
    }
    memchr::memchr_iter(b'P', label).any(|at| {
        let rest = label[at..].strip_prefix(b"PRIVATE");
        rest.is_some_and(|rest| [&b" KEY"[..], b"%20KEY", b"+KEY"].iter().any(|key| rest.starts_with(key)))
    })
}

/// The bytes of standard base64, up to the first character that is none.
pub fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = vec![0; text.len() * 3 / 4];
    let length = decode_into(text, &mut out);
    out.truncate(length);
    out
}

/// Decodes as [`decode`] does, as much as `out` holds, and gives the number of bytes.
fn decode_into(text: &[u8], out: &mut [u8]) -> usize {
    let (mut bits, mut count) = (0_u32, 0);
    let mut length = 0;
    for &byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            let Some(place) = out.get_mut(length) else { break };
            *place = (bits >> count) as u8;
            length += 1;
        }
    }
    length
}
