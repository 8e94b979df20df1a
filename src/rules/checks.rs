//! The named functions that rules call on what they matched: checksums, encodings and randomness.
//!
//! As a rule's `checks` they raise confidence and never veto: about half of all published samples fail their checksum,
//! and tokens that were truncated or wrapped do too. As its `require` they decide, which is for weak shapes only.

use std::ops::RangeInclusive;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::words::bits_unlike_words;

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
            Check::Crc32Base62 => crc32_base62(secret),
            Check::Crc32HexSuffix => crc32_hex_suffix(secret),
            Check::Crc32HexField => crc32_hex_field(secret),
            Check::Crc32Base36 => crc32_base36(secret),
            Check::Crc32Base64 => crc32_base64(secret),
            Check::NkeyCrc16 => nkey_crc16(secret),
            Check::Bech32 => bech32(secret),
            Check::Base58Sum => base58_check(secret),
            Check::Base64Json => base64_json(secret),
            Check::Base64Digits => base64_digits(secret),
            Check::Luhn => luhn(secret),
            Check::Mod97 => mod97(secret),
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

/// The least [`randomness`] that passes for random. Of 50,000 uniformly random strings each over hex, base32 and base64,
/// none of 32 characters fell below, and of 16 characters five in ten thousand or less; a run of one character, a counter
/// with its zeros, a rule of dashes and DNA do. Sentences pass: letters vary too.
pub const RANDOM: f64 = 0.7;

/// Whether the characters vary as chance would have it and do not read like words.
fn is_random(secret: &[u8]) -> bool {
    const LEAST: usize = 12;
    const BITS: f32 = 3.0;
    if secret.len() < LEAST || randomness(secret) < RANDOM {
        return false;
    }
    // Six letters say little of hexadecimal; that digits stand among them does.
    let is_hex = secret.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    if is_hex { Check::Mixed.apply(secret) } else { bits_unlike_words(secret) >= BITS }
}

/// How many bytes tell how random a text is; of a longer one the first so many are looked at.
pub const TELLING: usize = 256;

/// How much the bytes vary: the Shannon entropy of their frequencies, divided by what chance would give for so many bytes
/// over the alphabet they seem to be drawn from. About 1 for random bytes; 0 for fewer than two.
///
/// The division matters: entropy alone is capped by the length, so that no password of eight characters passes a floor
/// of 3.5 bits, and by the alphabet, so that no hex string passes one of 4.1.
pub fn randomness(secret: &[u8]) -> f64 {
    let secret = &secret[..secret.len().min(TELLING)];
    if secret.len() < 2 {
        return 0.0;
    }
    let mut counts = [0_u16; 256];
    for &byte in secret {
        counts[usize::from(byte)] += 1;
    }
    let length = secret.len() as f64;
    // Nearly all bytes are ASCII, which a few of the others leave to be counted.
    let counts = if secret.is_ascii() { &counts[..128] } else { &counts[..] };
    let entropy: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / length)
        .map(|share| -share * share.log2())
        .sum();
    entropy / known_entropy(secret.len(), alphabet(counts))
}

/// How many places of a text, from the first on, begin [`TELLING`] bytes that are not random.
pub fn dull(text: &[u8]) -> usize {
    /// Sums of many small differences are not exact; what is as near as this may be random.
    const NEAR: f64 = 1e-6;
    static TERMS: OnceLock<Vec<f64>> = OnceLock::new();
    let terms =
        TERMS.get_or_init(|| (0..=TELLING).map(|n| if n > 1 { n as f64 * (n as f64).log2() } else { 0.0 }).collect());
    let Some(first) = text.get(..TELLING) else { return 0 };
    let mut counts = [0_u16; 256];
    first.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let mut sum: f64 = counts.iter().map(|&count| terms[usize::from(count)]).sum();
    let length = TELLING as f64;
    let mut expected = known_entropy(TELLING, alphabet(&counts));
    let mut place = 0;
    loop {
        if (length.log2() - sum / length) / expected >= RANDOM - NEAR {
            return place;
        }
        let Some(&comes) = text.get(place + TELLING) else { return place + 1 };
        let goes = text[place];
        place += 1;
        if goes != comes {
            let [less, more] = [goes, comes].map(usize::from);
            sum -= terms[usize::from(counts[less])] + terms[usize::from(counts[more])];
            (counts[less], counts[more]) = (counts[less] - 1, counts[more] + 1);
            sum += terms[usize::from(counts[less])] + terms[usize::from(counts[more])];
            if counts[less] == 0 || counts[more] == 1 {
                expected = known_entropy(TELLING, alphabet(&counts));
            }
        }
    }
}

/// [`expected_entropy`], which is computed once for each length and alphabet.
fn known_entropy(length: usize, alphabet: u8) -> f64 {
    static KNOWN: [[AtomicU64; TELLING + 1]; ALPHABETS] =
        [const { [const { AtomicU64::new(0) }; TELLING + 1] }; ALPHABETS];
    let known = &KNOWN[usize::from(alphabet)][length];
    // The bits of a number; none of them is zero, as two characters are expected to differ.
    match known.load(Ordering::Relaxed) {
        0 => {
            let expected = expected_entropy(length, f64::from(alphabet));
            known.store(expected.to_bits(), Ordering::Relaxed);
            expected
        }
        bits => f64::from_bits(bits),
    }
}

/// The Shannon entropy that the frequencies of so many random characters have on average: each character of the alphabet
/// occurs a binomially distributed number of times.
fn expected_entropy(length: usize, alphabet: f64) -> f64 {
    let length = length as f64;
    let odds = 1.0 / (alphabet - 1.0);
    let mut probability = (1.0 - 1.0 / alphabet).powf(length);
    let mut deficit = 0.0;
    let mut count = 0.0;
    while count < length {
        probability *= (length - count) / (count + 1.0) * odds;
        count += 1.0;
        deficit += probability * count * count.log2();
    }
    length.log2() - alphabet * deficit / length
}

/// One more than the largest alphabet: letters of both cases, digits, and two for all else.
const ALPHABETS: usize = 65;

/// The size of the alphabet that bytes seem to be drawn from which occur so often.
fn alphabet(counts: &[u16]) -> u8 {
    let occurs = |bytes: RangeInclusive<u8>| {
        counts[usize::from(*bytes.start())..=usize::from(*bytes.end())].iter().any(|&count| count > 0)
    };
    let has_digit = occurs(b'0'..=b'9');
    let (lower, upper) = (occurs(b'a'..=b'f'), occurs(b'A'..=b'F'));
    let (more_lower, more_upper) = (occurs(b'g'..=b'z'), occurs(b'G'..=b'Z'));
    let among = |bytes: &[u16]| bytes.iter().any(|&count| count > 0);
    let has_other = among(&counts[..48]) || among(&counts[58..65]) || among(&counts[91..97]) || among(&counts[123..]);
    if !(more_lower || more_upper || has_other) {
        return if lower || upper { 16 } else { 10 };
    }
    let size = |has: bool, size: u8| if has { size } else { 0 };
    size(has_digit, 10) + size(lower || more_lower, 26) + size(upper || more_upper, 26) + size(has_other, 2)
}

fn has(secret: &[u8], is_member: impl Fn(&u8) -> bool) -> bool {
    secret.iter().any(is_member)
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A number in the base that the digits give, padded on the left.
fn in_base<const N: usize>(digits: &[u8], mut number: u32) -> [u8; N] {
    let base = digits.len() as u32;
    let mut text = [digits[0]; N];
    for place in text.iter_mut().rev() {
        *place = digits[(number % base) as usize];
        number /= base;
    }
    text
}

fn crc32_base62(secret: &[u8]) -> bool {
    let Some(underscore) = secret.iter().position(|&byte| byte == b'_') else { return false };
    match secret[underscore + 1..].split_last_chunk::<6>() {
        Some((payload, sum)) => !payload.is_empty() && in_base(BASE62, crc32(payload)) == *sum,
        None => false,
    }
}

fn crc32_hex_suffix(secret: &[u8]) -> bool {
    match secret.split_last_chunk::<8>() {
        Some((payload, sum)) => !payload.is_empty() && in_base(b"0123456789ABCDEF", crc32(payload)) == *sum,
        None => false,
    }
}

fn crc32_hex_field(secret: &[u8]) -> bool {
    let mut fields = secret.rsplitn(3, |&byte| byte == b'_');
    let (Some(sum), Some(payload), Some(_prefix)) = (fields.next(), fields.next(), fields.next()) else {
        return false;
    };
    in_base::<8>(b"0123456789abcdef", crc32(payload)).eq_ignore_ascii_case(sum)
}

fn crc32_base36(secret: &[u8]) -> bool {
    match secret.split_last_chunk::<7>() {
        Some((payload, sum)) => !payload.is_empty() && in_base(BASE36, crc32(payload)) == *sum,
        None => false,
    }
}

fn crc32_base64(secret: &[u8]) -> bool {
    let Some((payload, sum)) = secret.get(4..).and_then(|body| body.split_last_chunk::<6>()) else { return false };
    !payload.is_empty() && base64(sum).is_some_and(|sum| sum == crc32(payload).to_le_bytes())
}

fn nkey_crc16(secret: &[u8]) -> bool {
    match base32(secret).as_deref().and_then(|bytes| bytes.split_last_chunk::<2>()) {
        Some((payload, sum)) => payload.len() >= 33 && crc16(payload) == u16::from_le_bytes(*sum),
        None => false,
    }
}

/// The most characters of base58 that are read: those of extended keys.
const LONGEST_BASE58: usize = 128;

fn base58_check(secret: &[u8]) -> bool {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    if secret.len() > LONGEST_BASE58 {
        return false;
    }
    let zeros = secret.iter().take_while(|&&b| b == b'1').count();
    // Least byte first.
    let mut bytes: Vec<u8> = Vec::with_capacity(LONGEST_BASE58);
    for &byte in &secret[zeros..] {
        let Some(digit) = ALPHABET.iter().position(|&b| b == byte) else { return false };
        let mut carry = digit as u32;
        for place in &mut bytes {
            carry += u32::from(*place) * 58;
            *place = carry as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(carry as u8);
            carry >>= 8;
        }
    }
    bytes.resize(bytes.len() + zeros, 0);
    bytes.reverse();
    let Some((body, check)) = bytes.len().checked_sub(4).map(|at| bytes.split_at(at)) else { return false };
    let once = Sha256::digest(body);
    !body.is_empty() && Sha256::digest(once)[..4] == *check
}

fn base64_json(secret: &[u8]) -> bool {
    let header = secret.split(|&byte| byte == b'.').next().unwrap_or_default();
    let Some(text) = base64(header) else { return false };
    text.first() == Some(&b'{') && text.trim_ascii_end().last() == Some(&b'}') && std::str::from_utf8(&text).is_ok()
}

fn base64_digits(secret: &[u8]) -> bool {
    let id = secret.split(|&byte| byte == b'.').next().unwrap_or_default();
    let Some(bytes) = base64(id) else { return false };
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && matches!(bytes.get(digits), None | Some(b':'))
}

fn luhn(secret: &[u8]) -> bool {
    let mut sum = 0;
    let mut count = 0;
    for &byte in secret.iter().rev().filter(|byte| !matches!(byte, b' ' | b'-')) {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u32::from(byte - b'0') << (count % 2);
        sum += if digit > 9 { digit - 9 } else { digit };
        count += 1;
    }
    count > 1 && sum % 10 == 0
}

fn mod97(secret: &[u8]) -> bool {
    let compact: Vec<u8> = secret.iter().copied().filter(|&byte| byte != b' ').collect();
    let Some((head, tail)) = compact.split_first_chunk::<4>() else { return false };
    let mut remainder = 0;
    for &byte in tail.iter().chain(head) {
        remainder = match byte {
            b'0'..=b'9' => remainder * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' | b'a'..=b'z' => remainder * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10,
            _ => return false,
        } % 97;
    }
    !tail.is_empty() && remainder == 1
}

/// BIP 173: the checksum that ends a Bech32 string, of one case.
fn bech32(secret: &[u8]) -> bool {
    const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    if has(secret, u8::is_ascii_uppercase) && has(secret, u8::is_ascii_lowercase) {
        return false;
    }
    let text = secret.to_ascii_lowercase();
    let Some(separator) = text.iter().rposition(|&byte| byte == b'1') else { return false };
    let (prefix, data) = (&text[..separator], &text[separator + 1..]);
    if prefix.is_empty() || data.len() < 6 {
        return false;
    }
    let values: Option<Vec<u8>> =
        data.iter().map(|byte| CHARSET.iter().position(|c| c == byte).map(|value| value as u8)).collect();
    let Some(values) = values else { return false };
    let high = prefix.iter().map(|byte| byte >> 5);
    let low = prefix.iter().map(|byte| byte & 31);
    let sum = high.chain([0]).chain(low).chain(values).fold(1_u32, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x1ff_ffff) << 5 ^ u32::from(value);
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(next, |next, bit| next ^ GENERATOR[bit])
    });
    sum == 1
}

/// Base64 in either alphabet, its padding optional; `None` if it is something else.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take(2).take_while(|&&byte| byte == b'=').count();
    let text = &text[..text.len() - padding];
    if text.len() % 4 == 1 {
        return None;
    }
    unpack(text, 6, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    })
}

/// Base32 as in RFC 4648, in upper case and without padding; `None` if it is something else.
fn base32(text: &[u8]) -> Option<Vec<u8>> {
    unpack(text, 5, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    })
}

/// Joins characters of so many bits to bytes; bits that are left over go.
fn unpack(text: &[u8], bits: u32, value: impl Fn(u8) -> Option<u8>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut buffer, mut filled) = (0_u32, 0);
    for &byte in text {
        buffer = buffer << bits | u32::from(value(byte)?);
        filled += bits;
        if filled >= 8 {
            filled -= 8;
            bytes.push((buffer >> filled) as u8);
            buffer &= (1 << filled) - 1;
        }
    }
    Some(bytes)
}

/// CRC-32 as in gzip and zip. Tokens are short: a table of 256 and a byte at a time will do.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| sum >> 8 ^ CRC32[((sum ^ u32::from(*byte)) & 0xff) as usize])
}

const CRC32: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut sum = index as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
};

/// CRC-16/XMODEM: polynomial 0x1021, from zero, high bit first.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    })
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

    #[test]
    fn sums_have_their_published_check_values() {
        // The "check" column of the catalogue of CRC algorithms: the sum of the nine digits.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc16(b"123456789"), 0x31c3);
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
    fn checksummed_tokens_pass_only_with_their_sum() {
        let payload = "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT";
        let base62 = |prefix: &str| {
            let sum: [u8; 6] = in_base(BASE62, crc32(payload.as_bytes()));
            [prefix.as_bytes(), payload.as_bytes(), &sum].concat()
        };
        let suffixed =
            |body: &str| [body.as_bytes(), &in_base::<8>(b"0123456789ABCDEF", crc32(body.as_bytes()))].concat();
        let routable = |body: &str| [body.as_bytes(), &in_base::<7>(BASE36, crc32(body.as_bytes()))].concat();
        let field = format!("zpka_{payload}_{:08x}", crc32(payload.as_bytes()));
        for (check, token) in [
            (Check::Crc32Base62, base62("gh\x70_")),
            (Check::Crc32HexSuffix, suffixed("ATBB0aB1cD2eF3gH4iJ5kL6mN7oP")),
            (Check::Crc32Base36, routable("payload.01.0x")),
            (Check::Crc32HexField, field.into_bytes()),
        ] {
            assert!(check.apply(&token), "{}", check.id());
            for at in [token.len() - 9, token.len() - 1] {
                let mut wrong = token.clone();
                wrong[at] = if wrong[at] == b'3' { b'4' } else { b'3' };
                assert!(!check.apply(&wrong), "{} at {at}", check.id());
            }
        }
    }

    #[test]
    fn sums_of_bytes_stand_in_base64_and_base32() {
        let payload = b"0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0aB1cD2eF3gH4iJ5kL6mN7oP";
        let sum = crc32(payload).to_le_bytes();
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let bits = u64::from(u32::from_be_bytes(sum)) << 4;
        let digits: Vec<u8> = (0..6).rev().map(|at| alphabet[(bits >> (6 * at) & 63) as usize]).collect();
        let token = [b"cflt".as_slice(), payload, &digits].concat();
        assert!(Check::Crc32Base64.apply(&token));
        assert!(!Check::Crc32Base64.apply(&token[1..]));

        assert_eq!(base32(b"MZXW6YTBOI").unwrap(), b"foobar");
        let mut seed = [7_u8; 36];
        let sum = crc16(&seed[..34]).to_le_bytes();
        seed[34..].copy_from_slice(&sum);
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bit = |at: usize| seed.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
        let text: Vec<u8> =
            (0..58).map(|at| alphabet[(0..5).fold(0, |v, n| v << 1 | usize::from(bit(at * 5 + n)))]).collect();
        assert!(Check::NkeyCrc16.apply(&text));
        assert!(!Check::NkeyCrc16.apply(&text[..57]));
    }

    #[test]
    fn any_bytes_are_an_answer() {
        let odd: [&[u8]; 9] = [b"", b"_", b"=", b"==", b"a", b"1", b"\xff\xfe.\x00", b"A1", b"_____________"];
        for check in Check::ALL {
            odd.into_iter().for_each(|bytes| _ = check.apply(bytes));
        }
    }

    #[test]
    fn what_is_dull_is_not_random_anywhere() {
        let word = b"sk-sk-sk-".repeat(60);
        let chance: Vec<u8> =
            (0..600_u32).map(|n| BASE62[(n.wrapping_mul(2_654_435_761) >> 20) as usize % 62]).collect();
        for text in [&word[..], &chance, &[&word[..], &chance, &word].concat(), &word[..TELLING], &word[..TELLING - 1]]
        {
            let random = text.windows(TELLING).position(|window| randomness(window) >= RANDOM);
            let places = random.unwrap_or((text.len() + 1).saturating_sub(TELLING));
            assert_eq!(dull(text), places, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn randomness_is_normalised_by_length_and_alphabet() {
        let token = "sk-3a7f00d1c93be84452f1a6b7d09c8e15";
        for random in ["h8F2kQz1", "9f86d081884c7d659a2feaa0c55ad015", "kJ8sPq2LmX9vB4nT7wR1", token] {
            assert!(randomness(random.as_bytes()) >= RANDOM, "{random}");
        }
        for plain in [
            "",
            "a",
            "aaaaaaaaaaaaaaaa",
            "00000000000000000000000000000001",
            "-----------+-----------",
            "xxxxxxxxXXXXXXXX1",
            "GATTACAGATTACAGATTACA",
        ] {
            assert!(randomness(plain.as_bytes()) < RANDOM, "{plain}");
        }
    }
}
