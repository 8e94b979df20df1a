//! The named functions that rules call on what they matched: checksums, encodings and randomness.
//!
//! As a rule's `checks` they raise confidence and never veto: about half of all published samples fail their checksum,
//! and tokens that were truncated or wrapped do too. As its `require` they decide, which is for weak shapes only.

use super::chance::{RANDOM, is_random, randomness};
use super::sums;

/// A named function of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// GitHub, npm, Vercel: behind the first underscore, the last six characters are the CRC-32 of those before, in base
    /// 62 (digits, upper case, lower case), padded with zeros.
    Crc32Base62,
    /// Atlassian: the last eight characters are the CRC-32 of all before, in upper-case hex.
    Crc32HexSuffix,
    /// Zuplo: behind the last underscore, the CRC-32 of what stands between the underscores, in hex of either case.
    Crc32HexField,
    /// GitLab's routable tokens: the last seven characters are the CRC-32 of all before, in base 36, padded with zeros.
    Crc32Base36,
    /// Confluent: behind the four characters of prefix, the last six are the CRC-32 of those before, its four bytes in
    /// little-endian order and base64.
    Crc32Base64,
    /// NATS: base32 whose last two bytes are the CRC-16/XMODEM of those before, in little-endian order.
    NkeyCrc16,
    /// age, and others of BIP 173: a Bech32 checksum over the whole.
    Bech32,
    /// Bitcoin and its likes: base58 whose last four bytes are the first of a double SHA-256 of those before.
    Base58Sum,
    /// JOSE: the part up to the first dot is base64url of something that begins as a JSON object does.
    Base64Json,
    /// The part up to the first dot is base64 of an ASCII number, alone or before a colon: Discord's bots, Atlassian's
    /// Data Center tokens.
    Base64Digits,
    /// Cards: the Luhn sum, over the digits; spaces and hyphens do not count.
    Luhn,
    /// IBAN: the remainder by 97 is 1; spaces do not count.
    Mod97,
    /// The characters vary as much as chance would have it, for their number and their alphabet; see [`randomness`].
    Entropy,
    /// It reads as chance has it and not as words do: letters and digits in disorder, twelve or more; see
    /// `bits_unlike_words`.
    Random,
    /// There are both a letter and a digit.
    Mixed,
    /// There are an upper-case letter, a lower-case letter and a digit.
    MixedCase,
}

impl Check {
    /// All checks.
    pub const ALL: [Check; 16] = [
        Check::Crc32Base62,
        Check::Crc32HexSuffix,
        Check::Crc32HexField,
        Check::Crc32Base36,
        Check::Crc32Base64,
        Check::NkeyCrc16,
        Check::Bech32,
        Check::Base58Sum,
        Check::Base64Json,
        Check::Base64Digits,
        Check::Luhn,
        Check::Mod97,
        Check::Entropy,
        Check::Random,
        Check::Mixed,
        Check::MixedCase,
    ];

    /// The name that rules use.
    pub const fn id(self) -> &'static str {
        match self {
            Check::Crc32Base62 => "crc32-base62",
            Check::Crc32HexSuffix => "crc32-hex-suffix",
            Check::Crc32HexField => "crc32-hex-field",
            Check::Crc32Base36 => "crc32-base36",
            Check::Crc32Base64 => "crc32-base64",
            Check::NkeyCrc16 => "nkey-crc16",
            Check::Bech32 => "bech32",
            Check::Base58Sum => "base58-check",
            Check::Base64Json => "base64-json",
            Check::Base64Digits => "base64-digits",
            Check::Luhn => "luhn",
            Check::Mod97 => "mod97",
            Check::Entropy => "entropy",
            Check::Random => "random",
            Check::Mixed => "mixed",
            Check::MixedCase => "mixed-case",
        }
    }

    /// The check with this name, or `None`.
    pub fn from_id(id: &str) -> Option<Check> {
        Check::ALL.into_iter().find(|check| check.id() == id)
    }

    /// Whether it holds for a secret that is whole, and for a part of one by chance alone.
    pub fn is_of_whole(&self) -> bool {
        match self {
            Check::Crc32Base62
            | Check::Crc32HexSuffix
            | Check::Crc32HexField
            | Check::Crc32Base36
            | Check::Crc32Base64
            | Check::NkeyCrc16
            | Check::Bech32
            | Check::Base58Sum
            | Check::Luhn
            | Check::Mod97 => true,
            Check::Base64Json
            | Check::Base64Digits
            | Check::Entropy
            | Check::Random
            | Check::Mixed
            | Check::MixedCase => false,
        }
    }

    /// Whether it asks for sorts of characters: what fails has no part that passes.
    pub fn is_of_sorts(&self) -> bool {
        matches!(self, Check::Mixed | Check::MixedCase)
    }

    /// Whether it fails what is not random; see [`randomness`].
    pub fn is_of_chance(&self) -> bool {
        matches!(self, Check::Entropy | Check::Random)
    }

    /// Whether the secret passes. Any bytes will do; what does not have the form fails.
    pub fn apply(&self, secret: &[u8]) -> bool {
        match self {
            Check::Crc32Base62 => sums::crc32_base62(secret),
            Check::Crc32HexSuffix => sums::crc32_hex_suffix(secret),
            Check::Crc32HexField => sums::crc32_hex_field(secret),
            Check::Crc32Base36 => sums::crc32_base36(secret),
            Check::Crc32Base64 => sums::crc32_base64(secret),
            Check::NkeyCrc16 => sums::nkey_crc16(secret),
            Check::Bech32 => sums::bech32(secret),
            Check::Base58Sum => sums::base58_check(secret),
            Check::Base64Json => sums::base64_json(secret),
            Check::Base64Digits => sums::base64_digits(secret),
            Check::Luhn => sums::luhn(secret),
            Check::Mod97 => sums::mod97(secret),
            Check::Entropy => randomness(secret) >= RANDOM,
            Check::Random => is_random(secret),
            Check::Mixed => has(secret, u8::is_ascii_alphabetic) && has(secret, u8::is_ascii_digit),
            Check::MixedCase => {
                has(secret, u8::is_ascii_uppercase)
                    && has(secret, u8::is_ascii_lowercase)
                    && has(secret, u8::is_ascii_digit)
            }
        }
    }
}

fn has(secret: &[u8], is_member: impl Fn(&u8) -> bool) -> bool {
    secret.iter().any(is_member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for check in Check::ALL {
            assert_eq!(Check::from_id(check.id()), Some(check));
        }
        assert_eq!(Check::from_id("crc"), None);
    }

    /// A row: check, parts of a secret that passes.
    const PASS: &[(Check, &[&str])] = &[
        (Check::Luhn, &["4111 1111", " 1111 1111"]),
        (Check::Luhn, &["5500-0000", "-0000-0004"]),
        (Check::Mod97, &["GB82 WEST", " 1234 5698 7654 32"]),
        (Check::Mod97, &["DE89370400", "440532013000"]),
        // The shortest valid strings of BIP 173's own test vectors.
        (Check::Bech32, &["A1", "2UEL5L"]),
        (Check::Bech32, &["split1checkupstagehandshakeupstreamerranterredcaperred2", "y9e3w"]),
        (Check::Base58Sum, &["16L5yRNPT", "uciSgXGHqYwn9N6NeoKqopAu"]),
        (Check::Base64Json, &["ey", "JhbGciOiJub25lIn0.whatever"]),
        (Check::Base64Digits, &["MTIzNDU2Nzg5MDEy", "MzQ1Njc4.abc"]),
        (Check::Base64Digits, &["MTIzNDU2", "Ojo6Og"]),
        (Check::Entropy, &["0f3a9c1d7be2", "48650f1a2b3c"]),
        (Check::Random, &["kJ8sPq2L", "mX9vB4nT"]),
        (Check::Mixed, &["abc", "1"]),
        (Check::MixedCase, &["aB", "1"]),
    ];

    #[test]
    fn what_is_right_passes_and_stops_passing_when_one_character_changes() {
        for (check, parts) in PASS {
            assert!(check.apply(parts.concat().as_bytes()), "{}", check.id());
        }
        for (check, parts) in &PASS[..7] {
            let mut wrong = parts.concat().into_bytes();
            let last = wrong.last_mut().unwrap();
            *last = if *last == b'2' { b'3' } else { b'2' };
            assert!(!check.apply(&wrong), "{}", check.id());
        }
    }

    #[test]
    fn any_bytes_are_an_answer() {
        let odd: [&[u8]; 9] = [b"", b"_", b"=", b"==", b"a", b"1", b"\xff\xfe.\x00", b"A1", b"_____________"];
        for check in Check::ALL {
            odd.into_iter().for_each(|bytes| _ = check.apply(bytes));
        }
    }
}
