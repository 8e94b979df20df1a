//! Checksums and encodings by which tokens, cards and accounts tell that they are whole.

use sha2::{Digest, Sha256};

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

pub(super) fn crc32_base62(secret: &[u8]) -> bool {
    let Some(underscore) = secret.iter().position(|&byte| byte == b'_') else { return false };
    match secret[underscore + 1..].split_last_chunk::<6>() {
        Some((payload, sum)) => !payload.is_empty() && in_base(BASE62, crc32(payload)) == *sum,
        None => false,
    }
}

pub(super) fn crc32_hex_suffix(secret: &[u8]) -> bool {
    match secret.split_last_chunk::<8>() {
        Some((payload, sum)) => !payload.is_empty() && in_base(b"0123456789ABCDEF", crc32(payload)) == *sum,
        None => false,
    }
}

pub(super) fn crc32_hex_field(secret: &[u8]) -> bool {
    let mut fields = secret.rsplitn(3, |&byte| byte == b'_');
    let (Some(sum), Some(payload), Some(_prefix)) = (fields.next(), fields.next(), fields.next()) else {
        return false;
    };
    in_base::<8>(b"0123456789abcdef", crc32(payload)).eq_ignore_ascii_case(sum)
}

pub(super) fn crc32_base36(secret: &[u8]) -> bool {
    match secret.split_last_chunk::<7>() {
        Some((payload, sum)) => !payload.is_empty() && in_base(BASE36, crc32(payload)) == *sum,
        None => false,
    }
}

pub(super) fn crc32_base64(secret: &[u8]) -> bool {
    let Some((payload, sum)) = secret.get(4..).and_then(|body| body.split_last_chunk::<6>()) else { return false };
    !payload.is_empty() && base64(sum).is_some_and(|sum| sum == crc32(payload).to_le_bytes())
}

pub(super) fn nkey_crc16(secret: &[u8]) -> bool {
    match base32(secret).as_deref().and_then(|bytes| bytes.split_last_chunk::<2>()) {
        Some((payload, sum)) => payload.len() >= 33 && crc16(payload) == u16::from_le_bytes(*sum),
        None => false,
    }
}

/// The most characters of base58 that are read: those of extended keys.
const LONGEST_BASE58: usize = 128;

pub(super) fn base58_check(secret: &[u8]) -> bool {
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

pub(super) fn base64_json(secret: &[u8]) -> bool {
    let header = secret.split(|&byte| byte == b'.').next().unwrap_or_default();
    let Some(text) = base64(header) else { return false };
    text.first() == Some(&b'{') && text.trim_ascii_end().last() == Some(&b'}') && std::str::from_utf8(&text).is_ok()
}

pub(super) fn base64_digits(secret: &[u8]) -> bool {
    let id = secret.split(|&byte| byte == b'.').next().unwrap_or_default();
    let Some(bytes) = base64(id) else { return false };
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && matches!(bytes.get(digits), None | Some(b':'))
}

pub(super) fn luhn(secret: &[u8]) -> bool {
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

pub(super) fn mod97(secret: &[u8]) -> bool {
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
pub(super) fn bech32(secret: &[u8]) -> bool {
    const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    if secret.iter().any(u8::is_ascii_uppercase) && secret.iter().any(u8::is_ascii_lowercase) {
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
    use crate::rules::Check;

    #[test]
    fn sums_have_their_published_check_values() {
        // The "check" column of the catalogue of CRC algorithms: the sum of the nine digits.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc16(b"123456789"), 0x31c3);
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
}
