//! The format of a placeholder, for the one who writes it and for those who must leave it alone.
//!
//! `KIND_` and eleven characters of lower-case Crockford base32: nine of keyed hash (45 bits) and two check characters over
//! the label and the nine. The check needs no key, so that any run knows a placeholder for what it is; a look-alike passes
//! it once in 1,024.

use crate::finding::Encoding;
use crate::kind::Kind;

/// Characters behind the label and its underscore.
pub const BODY: usize = 11;

/// The longest placeholder, in bytes.
pub const LONGEST: usize = LONGEST_LABEL + 1 + BODY;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What stands behind the label and its underscore: the hash, and the check over label and hash.
type Body = [u8; BODY];

/// Appends the placeholder of `kind` for a hash, of which the lowest 45 bits count.
pub fn write(kind: Kind, hash: u64, out: &mut Vec<u8>) {
    let at = write_open(kind, out);
    fill(kind, hash, at, out);
}

/// Appends a placeholder of `kind` for no hash yet; gives where its body stands.
#[inline]
pub fn write_open(kind: Kind, out: &mut Vec<u8>) -> usize {
    // Copies of fixed length are single moves.
    let Label { text, length, .. } = &LABELS[kind as usize];
    let at = out.len() + usize::from(*length);
    out.extend_from_slice(text);
    out.extend_from_slice(text);
    out.truncate(at + BODY);
    at
}

/// Writes the body for a hash, of which the lowest 45 bits count, to where one stands in `out` behind the label of `kind`.
#[inline]
pub fn fill(kind: Kind, hash: u64, at: usize, out: &mut [u8]) {
    if let Some(body) = out[at..].first_chunk_mut::<BODY>() {
        *body = self::body(kind, hash);
    }
}

/// The body of the placeholder of `kind` for a hash, of which the lowest 45 bits count.
#[inline]
fn body(kind: Kind, hash: u64) -> Body {
    let hash = encode(hash);
    let mut body = [0; BODY];
    body[..9].copy_from_slice(&hash);
    body[9..].copy_from_slice(&check(kind, &hash));
    body
}

/// The nine characters of a hash's lowest 45 bits.
pub fn encode(hash: u64) -> [u8; 9] {
    std::array::from_fn(|i| ALPHABET[(hash >> (40 - 5 * i)) as usize & 31])
}

/// The length of the placeholder at the start of `text`, if one stands there whole and unbroken.
///
/// What follows it must not be a letter or a digit; an underscore may (`IPV4_..._eth0`).
pub fn at_start(text: &[u8]) -> Option<usize> {
    let underscore = text.iter().take(LONGEST - BODY).position(|&b| b == b'_')?;
    let kind = Kind::from_label(&text[..underscore])?;
    let end = underscore + 1 + BODY;
    let body: &Body = text.get(underscore + 1..end)?.try_into().ok()?;
    let (hash, sum) = body.split_at(9);
    let hash: &[u8; 9] = hash.try_into().ok()?;
    let is_whole = text.get(end).is_none_or(|b| !b.is_ascii_alphanumeric());
    (is_whole && hash.iter().all(|b| ALPHABET.contains(b)) && sum == check(kind, hash)).then_some(end)
}

/// Whether `text` is what stands behind the label of a placeholder of `kind`, as it stands alone where there is no room.
pub fn is_body(kind: Kind, text: &[u8]) -> bool {
    let Ok(body) = <&Body>::try_from(text) else { return false };
    let Some((hash, sum)) = body.split_first_chunk::<9>() else { return false };
    hash.iter().all(|b| ALPHABET.contains(b)) && sum == check(kind, hash)
}

/// Whether `text` is a placeholder packed as a whole, in base64 or in hexadecimal digits; or two with a colon between them.
#[inline]
pub fn is_packed(text: &[u8]) -> bool {
    // Placeholders begin with a capital letter.
    (20..512).contains(&text.len()) && (matches!(text[0], b'Q'..=b'W') || text.starts_with(b"hex")) && holds_ours(text)
}

fn holds_ours(text: &[u8]) -> bool {
    let packing = if text.starts_with(b"hex") { Encoding::Hex } else { Encoding::WideBase64 };
    let Some(plain) = packing.unpack(text) else { return false };
    match at_start(&plain) {
        Some(end) if plain.get(end) == Some(&b':') => at_start(&plain[end + 1..]) == Some(plain.len() - end - 1),
        end => end == Some(plain.len()),
    }
}

/// Whether a placeholder shares a byte with `text[start..end]`.
///
/// Every finding is asked about, and hardly any stands near an underscore: that answer must cost next to nothing.
#[inline]
pub fn touches(text: &[u8], start: usize, end: usize) -> bool {
    let from = start.saturating_sub(LONGEST);
    let to = text.len().min(end + LONGEST);
    memchr::memchr_iter(b'_', &text[from..to])
        .any(|at| has_body_behind(text, from + at) && has_label_at(text, from + at, start, end))
}

/// Whether the bytes behind `underscore` could be what stands behind the label of a placeholder.
fn has_body_behind(text: &[u8], underscore: usize) -> bool {
    // A label ends with a capital or a digit: most words with an underscore have neither before it.
    let is_label =
        underscore.checked_sub(1).is_some_and(|at| text[at].is_ascii_uppercase() || text[at].is_ascii_digit());
    // The alphabet is a part of this, and quickly told.
    let may_be = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    is_label && text.get(underscore + 1..underscore + 1 + BODY).is_some_and(|body| body.iter().all(may_be))
}

/// Whether `underscore` stands behind the label of a placeholder that shares a byte with `text[start..end]`.
fn has_label_at(text: &[u8], underscore: usize, start: usize, end: usize) -> bool {
    let label = text[..underscore]
        .iter()
        .rev()
        .take(LONGEST_LABEL)
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        .count();
    // The label may be glued to upper-case text before it, so each of its ends is tried.
    (2..=label).any(|length| {
        let first = underscore - length;
        at_start(&text[first..]).is_some_and(|length| first < end && first + length > start)
    })
}

fn check(kind: Kind, hash: &[u8; 9]) -> [u8; 2] {
    let sum = hash.iter().fold(LABELS[kind as usize].sum, |sum, &byte| fnv(sum, byte));
    let folded = sum ^ (sum >> 32) ^ (sum >> 17);
    [ALPHABET[folded as usize & 31], ALPHABET[(folded >> 5) as usize & 31]]
}

/// One step of FNV-1a, of which the check keeps ten bits.
const fn fnv(sum: u64, byte: u8) -> u64 {
    (sum ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

/// What every placeholder of a kind starts with.
#[derive(Clone, Copy)]
struct Label {
    /// The label and its underscore, padded.
    text: [u8; 16],
    /// How many bytes of `text` count.
    length: u8,
    /// The sum of the check over the label.
    sum: u64,
}

/// By kind.
const LABELS: [Label; Kind::ALL.len()] = {
    let mut labels = [Label { text: [0; 16], length: 0, sum: 0 }; Kind::ALL.len()];
    let mut i = 0;
    while i < labels.len() {
        let label = Kind::ALL[i].label().as_bytes();
        let mut sum = 0xcbf2_9ce4_8422_2325;
        let mut n = 0;
        while n < label.len() {
            labels[i].text[n] = label[n];
            sum = fnv(sum, label[n]);
            n += 1;
        }
        labels[i].text[n] = b'_';
        labels[i].length = n as u8 + 1;
        labels[i].sum = sum;
        i += 1;
    }
    labels
};

const LONGEST_LABEL: usize = longest_label();

const fn longest_label() -> usize {
    let mut longest = 0;
    let mut i = 0;
    while i < Kind::ALL.len() {
        let length = Kind::ALL[i].label().len();
        if length > longest {
            longest = length;
        }
        i += 1;
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholder(kind: Kind, hash: u64) -> Vec<u8> {
        let mut out = Vec::new();
        write(kind, hash, &mut out);
        out
    }

    #[test]
    fn what_is_written_is_recognised() {
        for kind in Kind::ALL {
            let text = placeholder(kind, 0x1234_5678_9abc);
            assert_eq!(at_start(&text), Some(text.len()));
            assert_eq!(text.len(), kind.label().len() + 1 + BODY);
            let mut glued = b"ABC".to_vec();
            glued.extend_from_slice(&text);
            assert!(touches(&glued, 0, 4));
            assert!(touches(&glued, glued.len() - 1, glued.len()));
            assert!(!touches(&glued, 0, 3));
        }
    }

    #[test]
    fn a_changed_character_is_not_ours() {
        let text = placeholder(Kind::Email, 77);
        let mut refused = 0;
        for i in 6..text.len() {
            let mut other = text.clone();
            other[i] = if other[i] == b'0' { b'1' } else { b'0' };
            refused += usize::from(at_start(&other).is_none());
        }
        assert!(refused >= 10, "the check lets through at most a chance hit");
        assert_eq!(at_start(&[&text[..], b"a"].concat()), None);
        assert_eq!(at_start(&[&text[..], b"_eth0"].concat()), Some(text.len()));
    }
}
