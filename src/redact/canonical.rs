//! The canonical form of a value: what different spellings of one value have in common.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use crate::finding::{Encoding, Form};
use crate::kind::Kind;
use crate::redact::lanes::BLOCK;

/// The canonical bytes of a value found as `raw` in `form`.
///
/// Mail addresses, hosts, users and hidden terms are compared without case, addresses by their bits (an IPv4-mapped
/// address is the IPv4 address, which is written out without padding), hardware addresses by their digits; secrets as they are.
pub fn canonical(kind: Kind, form: Form, raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    append(kind, form, raw, &mut bytes);
    bytes
}

/// The [`canonical`] bytes of the value `text[start..end]` at `AT` of a block of zeros, if it is spelled as nearly all are: plain,
/// short, on one line, in ASCII and, if an address, in dotted decimals. `None` leaves it to [`append`].
///
/// All of the block is made at once from what stands around the value, without a branch for a byte: a few vectors.
#[inline]
pub fn block<const AT: usize>(kind: Kind, form: Form, text: &[u8], start: usize, end: usize) -> Option<[u8; BLOCK]> {
    let length = end - start;
    if form != Form::PLAIN || length > BLOCK - AT {
        return None;
    }
    let mut around = [0; BLOCK];
    match start.checked_sub(AT).and_then(|from| text[from..].first_chunk()) {
        Some(text) => around = *text,
        None => around[AT..AT + length].copy_from_slice(&text[start..end]),
    }
    let mut block: [u8; BLOCK] = std::array::from_fn(|i| if is_in(i, AT, length) { around[i] } else { 0 });
    // Whether there is what must be looked at closer, as a byte for each byte.
    let mut is_other = [0; BLOCK];
    match kind {
        Kind::Email | Kind::Host | Kind::Domain | Kind::User | Kind::Name | Kind::Keyword => {
            for (byte, is_other) in block.iter_mut().zip(&mut is_other) {
                *is_other = u8::from(*byte == b'\n') | *byte & 128;
                *byte |= u8::from(byte.wrapping_sub(b'A') < 26) << 5;
            }
        }
        Kind::Ipv4 | Kind::Ipv6 => {
            let is_digit = |byte: u8| u8::from(byte.wrapping_sub(b'0') < 10);
            for i in 1..BLOCK - 1 {
                let (before, byte, after) = (block[i - 1], block[i], block[i + 1]);
                let is_padding = u8::from(byte == b'0') & !is_digit(before) & is_digit(after);
                let is_known = is_digit(byte) | u8::from(byte == b'.') | u8::from(!is_in(i, AT, length));
                is_other[i] = is_padding | is_known ^ 1;
            }
            // The longest has fifteen bytes; the ends of the block were not looked at.
            is_other[0] |= u8::from(length > 15);
        }
        Kind::Mac | Kind::Phone | Kind::NationalId | Kind::Iban | Kind::Card => return None,
        Kind::PublicId
        | Kind::PostalAddress
        | Kind::BirthDate
        | Kind::License
        | Kind::AccountId
        | Kind::Session
        | Kind::Secret
        | Kind::Token
        | Kind::Password
        | Kind::PrivateKey => {
            for (byte, is_other) in block.iter().zip(&mut is_other) {
                *is_other = u8::from(*byte == b'\n');
            }
        }
    }
    (is_other.iter().fold(0, |any, is| any | is) == 0).then_some(block)
}

#[inline(always)]
fn is_in(i: usize, at: usize, length: usize) -> bool {
    // In bytes, of which a vector holds many.
    (i as u8).wrapping_sub(at as u8) < length as u8
}

/// Appends the [`canonical`] bytes of a value.
pub fn append(kind: Kind, form: Form, raw: &[u8], out: &mut Vec<u8>) {
    let plain = form.encodings().fold(Cow::Borrowed(raw), |bytes, encoding| Cow::Owned(decode(encoding, &bytes)));
    match kind {
        Kind::Email | Kind::Host | Kind::Domain | Kind::User | Kind::Name | Kind::Keyword => lower(&plain, out),
        Kind::Ipv4 | Kind::Ipv6 => match address(&plain) {
            Some(IpAddr::V4(v4)) => out.extend_from_slice(v4.to_string().as_bytes()),
            Some(IpAddr::V6(v6)) => out.extend_from_slice(&v6.octets()),
            None => out.extend_from_slice(&plain),
        },
        Kind::Mac => out.extend(plain.iter().filter(|b| b.is_ascii_hexdigit()).map(u8::to_ascii_lowercase)),
        Kind::Phone | Kind::NationalId | Kind::Iban | Kind::Card => {
            out.extend(plain.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase));
        }
        Kind::PublicId
        | Kind::PostalAddress
        | Kind::BirthDate
        | Kind::License
        | Kind::AccountId
        | Kind::Session
        | Kind::Secret
        | Kind::Token
        | Kind::Password
        | Kind::PrivateKey => {
            out.extend_from_slice(&plain);
        }
    }
}

/// The address that `text` spells; an IPv4-mapped one as IPv4. Octets may be padded with zeros.
pub fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    if let Ok(v6) = text.parse::<Ipv6Addr>() {
        return Some(v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4));
    }
    // Host names spell addresses with hyphens and underscores: `ip-10-0-187-218`.
    let octets: Vec<u8> = text.split(['.', '-', '_']).map(|octet| octet.parse().ok()).collect::<Option<_>>()?;
    Some(IpAddr::from(<[u8; 4]>::try_from(octets).ok()?))
}

fn lower(bytes: &[u8], out: &mut Vec<u8>) {
    if !bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return out.extend_from_slice(text.to_lowercase().as_bytes());
    }
    let from = out.len();
    out.extend_from_slice(bytes);
    out[from..].make_ascii_lowercase();
}

/// Undoes one encoding as far as it goes; what is no escape stays.
fn decode(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        let escape = match encoding {
            Encoding::Percent if first == b'%' => after.get(..2).and_then(|d| number(d, 16)).map(|n| (n, 3)),
            Encoding::Entity if first == b'&' => entity(after).map(|(n, used)| (n, used + 1)),
            Encoding::Escape if first == b'\\' => match after.first() {
                Some(b'u') => after.get(1..5).and_then(|d| number(d, 16)).map(|n| (n, 6)),
                Some(b'x') => after.get(1..3).and_then(|d| number(d, 16)).map(|n| (n, 4)),
                Some(&b) if matches!(b, b'"' | b'\\' | b'/') => Some((u32::from(b), 2)),
                _ => None,
            },
            _ => None,
        };
        match escape {
            // Percent escapes are bytes, the others are characters.
            Some((n, used)) if encoding == Encoding::Percent => {
                out.push(n as u8);
                rest = &rest[used..];
            }
            Some((n, used)) => {
                let mut buffer = [0; 4];
                out.extend_from_slice(char::from_u32(n).unwrap_or('\u{fffd}').encode_utf8(&mut buffer).as_bytes());
                rest = &rest[used..];
            }
            None => {
                out.push(first);
                rest = after;
            }
        }
    }
    out
}

/// The character of the entity that follows an ampersand, and the bytes it takes.
fn entity(text: &[u8]) -> Option<(u32, usize)> {
    const NAMED: [(&[u8], char); 6] =
        [(b"amp;", '&'), (b"lt;", '<'), (b"gt;", '>'), (b"quot;", '"'), (b"apos;", '\''), (b"commat;", '@')];
    if let Some((name, character)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((u32::from(*character), name.len()));
    }
    let end = text.iter().take(10).position(|&b| b == b';')?;
    let digits = text[..end].strip_prefix(b"#")?;
    let n = match digits.strip_prefix(b"x").or(digits.strip_prefix(b"X")) {
        Some(hex) => number(hex, 16)?,
        None => number(digits, 10)?,
    };
    Some((n, end + 1))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|t| t.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(text, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_are_one() {
        let mail = |form, raw: &str| canonical(Kind::Email, form, raw.as_bytes());
        let plain = mail(Form::PLAIN, "jane.roe@acme.example");
        assert_eq!(mail(Form::PLAIN, "Jane.Roe@ACME.example"), plain);
        assert_eq!(mail(Form::one(Encoding::Percent), "jane.roe%40acme.example"), plain);
        assert_eq!(mail(Form::one(Encoding::Entity), "jane.roe&#64;acme.example"), plain);
        assert_eq!(mail(Form::one(Encoding::Entity), "jane.roe&#x40;acme.example"), plain);
        assert_eq!(mail(Form::one(Encoding::Escape), r"jane.roe\u0040acme.example"), plain);
        let v4 = canonical(Kind::Ipv4, Form::PLAIN, b"203.0.113.7");
        assert_eq!(canonical(Kind::Ipv6, Form::PLAIN, b"::FFFF:203.0.113.7"), v4);
        assert_eq!(canonical(Kind::Ipv6, Form::PLAIN, b"::ffff:cb00:7107"), v4);
        let v6 = canonical(Kind::Ipv6, Form::PLAIN, b"2001:db8::1");
        assert_eq!(canonical(Kind::Ipv6, Form::PLAIN, b"2001:0DB8:0:0:0:0:0:1"), v6);
        assert_eq!(canonical(Kind::Mac, Form::PLAIN, b"00-AA-bb"), b"00aabb");
    }

    #[test]
    fn the_block_of_a_value_holds_what_is_canonical() {
        let texts = [
            "203.0.113.7",
            "010.001.0.255",
            "0.0.0.0",
            "1.2.3",
            "1.2.3.256",
            "1..2.3",
            ".1.2.3",
            "",
            "10-0-0-1",
            "::1",
        ];
        let others = ["Jane.Roe@ACME.example", "AZ[`az{@", "M\u{dc}LLER", "two\nlines", "\0", "x"];
        let long = ["A".repeat(57), "A".repeat(58)];
        for text in texts.into_iter().chain(others).chain(long.iter().map(String::as_str)) {
            for (before, after) in [("", ""), ("0Before7", "0"), (".", ".1\n"), ("\u{fc}", &*"A".repeat(64))] {
                let whole = [before, text, after].concat();
                for kind in Kind::ALL {
                    let (start, end) = (before.len(), before.len() + text.len());
                    let Some(block) = block::<7>(kind, Form::PLAIN, whole.as_bytes(), start, end) else { continue };
                    let canonical = canonical(kind, Form::PLAIN, text.as_bytes());
                    assert_eq!(block[7..][..text.len()], canonical, "{kind} {text}");
                    assert!(block[..7].iter().chain(&block[7 + text.len()..]).all(|&b| b == 0), "{kind} {text}");
                }
            }
        }
        let is_short = |kind, text: &str| block::<7>(kind, Form::PLAIN, text.as_bytes(), 0, text.len()).is_some();
        assert!(is_short(Kind::Ipv4, "203.0.113.70") && is_short(Kind::Email, "Jane.Roe@ACME.example"));
        assert!(!is_short(Kind::Ipv4, "203.0.113.07") && !is_short(Kind::Ipv4, "ip-203-0-113-7"));
        assert!(is_short(Kind::Token, &long[0]) && !is_short(Kind::Token, &long[1]) && !is_short(Kind::Token, "a\nb"));
    }

    #[test]
    fn decoding_leaves_what_is_no_escape() {
        assert_eq!(decode(Encoding::Percent, b"100%&%zz%4"), b"100%&%zz%4");
        assert_eq!(decode(Encoding::Entity, b"&&#;&nope;&#xzz;"), b"&&#;&nope;&#xzz;");
        assert_eq!(decode(Encoding::Escape, br"\q\u00"), br"\q\u00");
    }
}
