//! Pseudonyms: keyed names of values, the same for the same value of a family, unlinkable under another key.

use crate::finding::Form;
use crate::kind::{Family, Kind};
use crate::redact::canonical::{self, canonical};
use crate::redact::lanes::{LANES, Messages};
use crate::sensitive::Sensitive;

/// The key of an issue's pseudonyms: 32 random bytes that live in a keystore, or for one run.
pub type IssueKey = Sensitive<[u8; 32]>;

/// Values longer than this are hashed by their digest, so that one rule serves those that are no longer in memory.
const LONG: usize = crate::chunk::LONG_VALUE as usize;

/// The purpose of a name.
const VALUE: &[u8; 5] = b"value";

/// Where in the message that is hashed for a name the canonical value begins.
pub(super) const AT: usize = 2 + VALUE.len();

/// What stands before the canonical value in the message that is hashed for its name, as a number with the first byte lowest.
pub(super) fn before_value(family: Family) -> u64 {
    let [family, length] = prefix(family, VALUE);
    let [v, a, l, u, e] = *VALUE;
    u64::from_le_bytes([family, length, v, a, l, u, e, 0])
}

/// What stands before a purpose and the bytes that are hashed for it.
fn prefix(family: Family, purpose: &[u8]) -> [u8; 2] {
    [family as u8, purpose.len() as u8]
}

/// Gives values their keyed names.
///
/// A name is keyed BLAKE3 of a family and the canonical value. Neither the kind nor the rule enters, so that a value has
/// one name however it was found; the kind is only the label before it.
#[derive(Clone, Debug)]
pub struct Pseudonyms {
    key: IssueKey,
}

impl Pseudonyms {
    /// Names under this key.
    pub fn new(key: IssueKey) -> Pseudonyms {
        Pseudonyms { key }
    }

    /// The keyed hash of a value found as `raw` in `form`.
    pub fn of_value(&self, kind: Kind, form: Form, raw: &[u8]) -> Name {
        if raw.len() > LONG {
            return self.of_digest(kind, blake3::hash(raw).as_bytes());
        }
        self.derive(kind.family(), VALUE, &canonical(kind, form, raw))
    }

    /// The first 64 bits of [`Pseudonyms::of_value`].
    ///
    /// They are made in `scratch`, where the bytes of the value stay for the caller to wipe.
    pub(super) fn bits_of_value(&self, kind: Kind, form: Form, raw: &[u8], scratch: &mut Vec<u8>) -> u64 {
        if raw.len() > LONG {
            return self.of_value(kind, form, raw).bits();
        }
        scratch.clear();
        // Room enough at once: memory that is left for more is not wiped.
        scratch.reserve(2 * LONG);
        scratch.extend_from_slice(&prefix(kind.family(), VALUE));
        scratch.extend_from_slice(VALUE);
        canonical::append(kind, form, raw, scratch);
        let hash = blake3::keyed_hash(self.key.reveal(), scratch);
        u64::from_be_bytes(*hash.as_bytes().first_chunk().unwrap_or(&[0; 8]))
    }

    /// The first 64 bits of the keyed hash of each of the first `count` messages.
    pub(super) fn hash(&self, messages: &Messages, count: usize) -> [u64; LANES] {
        messages.hash(self.key.reveal(), count)
    }

    /// The keyed hash of a long value of which only the BLAKE3 digest is left.
    pub fn of_digest(&self, kind: Kind, digest: &[u8; 32]) -> Name {
        self.derive(kind.family(), b"digest", digest)
    }

    /// A keyed hash for a purpose of its own, apart from names.
    pub fn derive(&self, family: Family, purpose: &[u8], bytes: &[u8]) -> Name {
        let mut hasher = blake3::Hasher::new_keyed(self.key.reveal());
        hasher.update(&prefix(family, purpose)).update(purpose).update(bytes);
        Name(hasher)
    }
}

/// A value's keyed hash, of any length.
pub struct Name(blake3::Hasher);

impl Name {
    /// Its first 64 bits.
    pub fn bits(&self) -> u64 {
        u64::from_be_bytes(self.bytes())
    }

    /// Its first `N` bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.finalize_xof().fill(&mut bytes);
        bytes
    }

    /// As many bytes as are asked for.
    pub fn stream(&self) -> impl Iterator<Item = u8> + use<> {
        let mut reader = self.0.finalize_xof();
        std::iter::from_fn(move || {
            let mut byte = [0];
            reader.fill(&mut byte);
            Some(byte[0])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Encoding;
    use crate::redact::block::block;

    fn under(key: u8) -> Pseudonyms {
        Pseudonyms::new(Sensitive::new([key; 32]))
    }

    #[test]
    fn kinds_of_a_family_share_names_and_keys_do_not() {
        let name = |key, kind| under(key).of_value(kind, Form::PLAIN, b"hunter2").bits();
        assert_eq!(name(1, Kind::Password), name(1, Kind::Token));
        assert_ne!(name(1, Kind::Password), name(2, Kind::Password));
        assert_ne!(name(1, Kind::Password), name(1, Kind::Keyword));
    }

    #[test]
    fn the_short_ways_to_a_name_lead_where_the_long_one_does() {
        let mut scratch = b"left by another".to_vec();
        let plain =
            [(Form::PLAIN, "Jane.Roe@ACME.example"), (Form::PLAIN, "203.0.113.7"), (Form::PLAIN, "M\u{dc}LLER ")];
        let spelled = [(Form::one(Encoding::Percent), "jane%40"), (Form::PLAIN, "00-AA"), (Form::PLAIN, "::1")];
        for (form, text) in plain.into_iter().chain(spelled) {
            let text = text.repeat(LONG);
            for length in [0, 1, 7, 11, 20, 21, 56, 57, 58, 64, 500, LONG, LONG + 1] {
                let raw = &text.as_bytes()[..length];
                for kind in Kind::ALL {
                    let name = under(3).of_value(kind, form, raw).bits();
                    assert_eq!(under(3).bits_of_value(kind, form, raw, &mut scratch), name, "{kind} of {length}");
                    if let Some(block) = block::<AT>(kind, form, raw, 0, length) {
                        let mut messages = Messages::default();
                        messages.set(5, before_value(kind.family()), &block, AT + length);
                        assert_eq!(under(3).hash(&messages, LANES)[5], name, "{kind} of {length}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_long_value_has_the_name_of_its_digest() {
        let value = vec![b'a'; LONG + 1];
        let digest = blake3::hash(&value);
        let names = under(1);
        let by_value = names.of_value(Kind::Token, Form::PLAIN, &value).bits();
        assert_eq!(by_value, names.of_digest(Kind::Token, digest.as_bytes()).bits());
    }
}
