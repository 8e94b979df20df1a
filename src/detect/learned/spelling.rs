//! How else a learned value may be spelled.

use crate::detect::dictionary;
use crate::kind::Kind;

/// The spellings of a value, in small letters as far as ASCII goes.
pub(super) fn spell(kind: Kind, value: &[u8], spelling: &mut dyn FnMut(Vec<u8>)) {
    let mut cases = vec![value.to_ascii_lowercase()];
    if !value.is_ascii()
        && let Ok(text) = std::str::from_utf8(value)
    {
        // Case is ignored in ASCII only; beyond it, the usual ways are spelled out.
        cases.push(text.to_lowercase().into_bytes());
        cases.push(text.to_uppercase().to_ascii_lowercase().into_bytes());
        cases.push(titled(text).to_ascii_lowercase().into_bytes());
    }
    // As directories spell it: `dc=acme,dc=example`.
    if kind == Kind::Domain && value.contains(&b'.') {
        spelling(dictionary::components(&value.to_ascii_lowercase()));
    }
    for case in cases {
        let is_full = kind == Kind::Name && case.contains(&b' ');
        if is_full {
            for (from, to) in [(&b" "[..], &b"%20"[..]), (b" ", b"+"), (b", ", b"\\, "), (b", ", b"%2c%20")] {
                let turned = replaced(&case, from, to);
                if turned != case {
                    spelling(turned);
                }
            }
        }
        spelling(case);
    }
}

/// Every word with a capital and small letters.
fn titled(text: &str) -> String {
    let mut starts = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match (c.is_alphabetic(), starts) {
            (true, true) => out.extend(c.to_uppercase()),
            (true, false) => out.extend(c.to_lowercase()),
            (false, _) => out.push(c),
        }
        starts = !c.is_alphabetic();
    }
    out
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(3 * text.len());
    let mut at = 0;
    for found in memchr::memmem::find_iter(text, from) {
        out.extend_from_slice(&text[at..found]);
        out.extend_from_slice(to);
        at = found + from.len();
    }
    out.extend_from_slice(&text[at..]);
    out
}
