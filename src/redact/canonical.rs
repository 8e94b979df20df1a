//! The canonical form of a value: what different spellings of one value have in common.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use crate::finding::{Encoding, Form};
use crate::kind::Kind;

/// The canonical bytes of a value found as `raw` in `form`.
///
/// Mail addresses, hosts, users, names (in either order) and hidden terms are compared without case, addresses by their bits (an IPv4-mapped
/// address is the IPv4 address, which is written out without padding), hardware addresses by their digits; secrets as they are.
pub fn canonical(kind: Kind, form: Form, raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    append(kind, form, raw, &mut bytes);
    bytes
}

/// Appends the [`canonical`] bytes of a value.
pub fn append(kind: Kind, form: Form, raw: &[u8], out: &mut Vec<u8>) {
    let plain = form.encodings().fold(Cow::Borrowed(raw), |bytes, encoding| Cow::Owned(decode(encoding, &bytes)));
    match kind {
        Kind::Name => lower(&in_order(&plain), out),
        Kind::Email | Kind::Host | Kind::Domain | Kind::User | Kind::Keyword => lower(&plain, out),
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

/// A name as it is spoken: `Roe, Jane`, which distinguished names write as `Roe\, Jane`, is `Jane Roe`.
fn in_order(name: &[u8]) -> Cow<'_, [u8]> {
    let Some(comma) = memchr::memchr(b',', name) else { return Cow::Borrowed(name) };
    let last = name[..comma].strip_suffix(b"\\").unwrap_or(&name[..comma]).trim_ascii();
    let first = name[comma + 1..].trim_ascii();
    if last.is_empty() || first.is_empty() || first.contains(&b',') {
        return Cow::Borrowed(name);
    }
    Cow::Owned([first, b" ", last].concat())
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
    if let Some(plain) = encoding.unpack(bytes) {
        return plain;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        let escape = match encoding {
            Encoding::Quoted if first == b'=' => after.get(..2).and_then(|d| number(d, 16)).map(|n| (n, 3)),
            Encoding::Percent if first == b'%' => after.get(..2).and_then(|d| number(d, 16)).map(|n| (n, 3)),
            Encoding::Doubled if matches!(first, b'"' | b'\'') && after.first() == Some(&first) => {
                Some((u32::from(first), 2))
            }
            Encoding::Backslash if first == b'\\' => after.first().map(|&b| (u32::from(control(b)), 2)),
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
            // Percent escapes and what stands behind a backslash are bytes, the others are characters.
            Some((n, used)) if matches!(encoding, Encoding::Percent | Encoding::Quoted | Encoding::Backslash) => {
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

/// What a backslash and this byte stand for in SQL.
fn control(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'0' => 0,
        b'Z' => 26,
        other => other,
    }
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
        assert_eq!(mail(Form::one(Encoding::Quoted), "jane.roe=40acme.example"), plain);
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
    fn decoding_leaves_what_is_no_escape() {
        assert_eq!(decode(Encoding::Percent, b"100%&%zz%4"), b"100%&%zz%4");
        assert_eq!(decode(Encoding::Entity, b"&&#;&nope;&#xzz;"), b"&&#;&nope;&#xzz;");
        assert_eq!(decode(Encoding::Escape, br"\q\u00"), br"\q\u00");
        assert_eq!(decode(Encoding::Doubled, br#"O''Brien said ""no"" 'x'"#), br#"O'Brien said "no" 'x'"#);
        assert_eq!(decode(Encoding::Backslash, br"O\'Brien\t\\x\"), b"O'Brien\t\\x\\");
    }
}
