//! Surrogates of the same shape: addresses that validate, prefixes that stay together, digits for digits.

use std::net::IpAddr;

use crate::finding::Form;
use crate::kind::{Family, Kind};
use crate::placeholder;
use crate::redact::canonical::{address, canonical};
use crate::redact::pseudonym::{Name, Pseudonyms};

/// Appends a surrogate of `raw` that has the shape of its kind.
pub fn write(names: &Pseudonyms, kind: Kind, form: Form, raw: &[u8], out: &mut Vec<u8>) {
    let name = names.of_value(kind, form, raw);
    match kind {
        Kind::Email => mail(names, &name, form, raw, out),
        Kind::Host | Kind::Domain => host(&name, out),
        Kind::User | Kind::Name | Kind::Keyword => word(b'u', &name, out),
        Kind::Mac => mac(&name, raw, out),
        Kind::Ipv4 | Kind::Ipv6 => match address(raw) {
            Some(IpAddr::V4(v4)) => {
                let surrogate = IpAddr::from(prefix_preserving(names, v4.octets(), &KEPT_V4));
                if kind == Kind::Ipv6 {
                    out.extend_from_slice(b"::ffff:");
                }
                out.extend_from_slice(surrogate.to_string().as_bytes());
            }
            Some(IpAddr::V6(v6)) => {
                let surrogate = IpAddr::from(prefix_preserving(names, v6.octets(), &KEPT_V6));
                out.extend_from_slice(surrogate.to_string().as_bytes());
            }
            None => alphabet(&name, raw, out),
        },
        Kind::BirthDate => date(&name, raw, out),
        Kind::Phone | Kind::NationalId | Kind::Iban | Kind::Card => alnum(&name, raw, out),
        Kind::PublicId
        | Kind::PostalAddress
        | Kind::License
        | Kind::AccountId
        | Kind::Session
        | Kind::Secret
        | Kind::Token
        | Kind::Password
        | Kind::PrivateKey => {
            alphabet(&name, raw, out);
        }
    }
}

/// Appends a number of as many digits as `raw` has, by a keyed permutation: no two numbers of a length share a surrogate.
/// Sign, point and exponent stay, and a number without a leading zero gets none.
pub fn write_number(names: &Pseudonyms, raw: &[u8], out: &mut Vec<u8>) {
    let mantissa = raw.iter().position(|b| matches!(b, b'e' | b'E')).unwrap_or(raw.len());
    let mut digits: Vec<u8> = raw[..mantissa].iter().filter(|b| b.is_ascii_digit()).map(|b| b - b'0').collect();
    let leads = digits.first().is_some_and(|&d| d != 0);
    // Cycle walking: a permutation of all numbers of the length, walked until it lands among those that may stand here.
    for _ in 0..64 {
        permute(names, &mut digits);
        if !leads || digits.first().is_none_or(|&d| d != 0) {
            break;
        }
    }
    let mut digits = digits.into_iter();
    for (i, &byte) in raw.iter().enumerate() {
        let digit = if i < mantissa && byte.is_ascii_digit() { digits.next().map(|d| d + b'0') } else { None };
        out.push(digit.unwrap_or(byte));
    }
}

/// A Feistel network over the two halves of a digit string; one digit is rotated.
fn permute(names: &Pseudonyms, digits: &mut [u8]) {
    const ROUNDS: u8 = 8;
    let length = digits.len();
    for round in 0..ROUNDS {
        let (left, right) = digits.split_at_mut(length / 2);
        let (target, source) = if round % 2 == 0 { (right, left) } else { (left, right) };
        let mut message = vec![round, length as u8];
        message.extend_from_slice(source);
        let pad = names.derive(Family::Secret, b"digits", &message);
        for (digit, pad) in target.iter_mut().zip(pad.stream()) {
            *digit = (*digit + pad % 10) % 10;
        }
    }
}

/// `u4kq7zp0c2d@d7w2kx.invalid`: the domain has a surrogate of its own, so that colleagues stay colleagues.
fn mail(names: &Pseudonyms, name: &Name, form: Form, raw: &[u8], out: &mut Vec<u8>) {
    let plain = canonical(Kind::Email, form, raw);
    let at = plain.iter().rposition(|&b| b == b'@').unwrap_or(0);
    let domain = names.of_value(Kind::Domain, Form::PLAIN, &plain[at..]);
    word(b'u', name, out);
    match form.encodings().next() {
        None => out.push(b'@'),
        Some(_) => {
            let sign = spelled_sign(raw);
            out.extend_from_slice(sign);
        }
    }
    host(&domain, out);
}

/// The `@` as `raw` spells it.
fn spelled_sign(raw: &[u8]) -> &[u8] {
    let spellings: [&[u8]; 6] = [b"%40", b"&#64;", b"&#x40;", b"&commat;", br"\u0040", br"\x40"];
    let sign = spellings.iter().find(|s| raw.windows(s.len()).any(|w| w.eq_ignore_ascii_case(s)));
    sign.copied().unwrap_or(b"@")
}

fn word(first: u8, name: &Name, out: &mut Vec<u8>) {
    out.push(first);
    out.extend_from_slice(&placeholder::encode(name.bits()));
}

fn host(name: &Name, out: &mut Vec<u8>) {
    out.push(b'd');
    out.extend_from_slice(&placeholder::encode(name.bits())[..6]);
    out.extend_from_slice(b".invalid");
}

/// A locally administered address in the same spelling.
fn mac(name: &Name, raw: &[u8], out: &mut Vec<u8>) {
    let mut position = 0;
    let mut stream = name.stream();
    for &byte in raw {
        if !byte.is_ascii_hexdigit() {
            out.push(byte);
            continue;
        }
        let mut nibble = stream.next().unwrap_or(0) & 15;
        if position == 1 {
            nibble = nibble & 0b1100 | 0b0010;
        }
        position += 1;
        let digit = b"0123456789abcdef"[usize::from(nibble)];
        out.push(if byte.is_ascii_uppercase() { digit.to_ascii_uppercase() } else { digit });
    }
}

/// A digit for a digit and a letter for a letter of its case; all else stays. A number without a leading zero gets none, and
/// grows no greater than one of its length that begins with the same digit, so that it fits where it stood.
fn alnum(name: &Name, raw: &[u8], out: &mut Vec<u8>) {
    let is_number = raw.iter().all(u8::is_ascii_digit);
    for (at, (&byte, pad)) in raw.iter().zip(name.stream()).enumerate() {
        out.push(match byte {
            b'1'..=b'9' if at == 0 && is_number => b'1' + pad % (byte - b'0'),
            b'0'..=b'9' => b'0' + pad % 10,
            b'a'..=b'z' => b'a' + pad % 26,
            b'A'..=b'Z' => b'A' + pad % 26,
            _ => byte,
        });
    }
}

/// Another date in the same form: a day that every month has, a month that can be read as a day, a year of this century and
/// the last. What is no date in digits keeps its shape only.
fn date(name: &Name, raw: &[u8], out: &mut Vec<u8>) {
    let digits: Vec<usize> = raw.split(|b| !b.is_ascii_digit()).map(<[u8]>::len).collect();
    let order: &[Part] = match digits[..] {
        [4, 2, 2, ..] => &[Part::Year, Part::Month, Part::Day],
        [2, 2, 4, ..] => &[Part::Month, Part::Day, Part::Year],
        [8] if raw.starts_with(b"19") || raw.starts_with(b"20") => &[Part::Year, Part::Month, Part::Day],
        _ => return alnum(name, raw, out),
    };
    let mut pads = name.stream();
    let mut pad = |least: u16, count: u16| {
        let [high, low] = [pads.next(), pads.next()].map(|pad| u16::from(pad.unwrap_or(0)));
        least + (high << 8 | low) % count
    };
    let mut new = Vec::with_capacity(8);
    for part in order {
        let text = match part {
            Part::Year => format!("{:04}", pad(1930, 80)),
            Part::Month | Part::Day => format!("{:02}", pad(1, 12)),
        };
        new.extend_from_slice(text.as_bytes());
    }
    let mut new = new.into_iter();
    for (at, &byte) in raw.iter().enumerate() {
        // The time of the day, behind the date, stays.
        let is_date = byte.is_ascii_digit() && at < 10;
        out.push(if is_date { new.next().unwrap_or(byte) } else { byte });
    }
}

/// A part of a date.
enum Part {
    Year,
    /// It might be the day as well, as some write it first.
    Month,
    Day,
}

/// A digit for a digit, a letter for a letter of its case and for everything that might quote or escape; `-`, `_` and `.` stay.
/// Where all letters are digits of sixteen, as in a UUID, they are so afterwards.
fn alphabet(name: &Name, raw: &[u8], out: &mut Vec<u8>) {
    const LEAST: usize = 16;
    let is_hex = raw.len() >= LEAST && raw.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    for (&byte, pad) in raw.iter().zip(name.stream()) {
        out.push(match byte {
            b'a'..=b'z' if is_hex => b'a' + pad % 6,
            b'A'..=b'Z' if is_hex => b'A' + pad % 6,
            b'0'..=b'9' => b'0' + pad % 10,
            b'a'..=b'z' => b'a' + pad % 26,
            b'A'..=b'Z' => b'A' + pad % 26,
            b'-' | b'_' | b'.' => byte,
            _ => b'a' + pad % 26,
        });
    }
}

/// A block of addresses whose members stay in it: its first bits, and how many of them count.
type Block = (&'static [u8], usize);

/// Private, link-local, loopback, multicast and reserved blocks (RFC 6890).
const KEPT_V4: [Block; 8] = [
    (&[10], 8),
    (&[172, 16], 12),
    (&[192, 168], 16),
    (&[169, 254], 16),
    (&[127], 8),
    (&[100, 64], 10),
    (&[224], 4),
    (&[240], 4),
];
/// Unique local, link-local, multicast and global unicast.
const KEPT_V6: [Block; 4] = [(&[0xfc], 7), (&[0xfe, 0x80], 10), (&[0xff], 8), (&[0x20], 3)];

/// Two addresses that share their first n bits share exactly n bits afterwards, and no two collide: each bit is flipped
/// by a keyed function of the bits before it (Xu, Fan, Ammar and Moon: Prefix-preserving IP address anonymization, 2002).
/// Bits that lead into a kept block are not flipped, so that its members, and no others, stay in it.
fn prefix_preserving<const N: usize>(names: &Pseudonyms, address: [u8; N], kept: &[Block]) -> [u8; N] {
    let bit = |bytes: &[u8], i: usize| bytes.get(i / 8).map_or(0, |b| b >> (7 - i % 8) & 1);
    let mut surrogate = address;
    for i in 0..N * 8 {
        let leads_into = |&(block, length): &Block| i < length && (0..i).all(|k| bit(&address, k) == bit(block, k));
        if kept.iter().any(leads_into) {
            continue;
        }
        let mut message = [0_u8; 18];
        message[0] = N as u8;
        message[1] = i as u8;
        for k in 0..i {
            message[2 + k / 8] |= bit(&address, k) << (7 - k % 8);
        }
        let [flip] = names.derive(Family::Address, b"prefix", &message).bytes();
        surrogate[i / 8] ^= (flip & 1) << (7 - i % 8);
    }
    surrogate
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitive::Sensitive;
    use std::collections::BTreeSet;

    fn names() -> Pseudonyms {
        Pseudonyms::new(Sensitive::new([7; 32]))
    }

    fn shaped(kind: Kind, raw: &str) -> String {
        let mut out = Vec::new();
        write(&names(), kind, Form::PLAIN, raw.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn shared_prefixes_stay_shared_and_private_stays_private() {
        let v4 = |text: &str| shaped(Kind::Ipv4, text).parse::<std::net::Ipv4Addr>().unwrap().to_bits();
        for (a, b) in [
            ("203.0.113.7", "203.0.113.9"),
            ("203.0.113.7", "203.1.0.1"),
            ("8.8.8.8", "203.0.113.7"),
            ("10.1.2.3", "10.1.9.9"),
        ] {
            let bits = |t: &str| t.parse::<std::net::Ipv4Addr>().unwrap().to_bits();
            assert_eq!((bits(a) ^ bits(b)).leading_zeros(), (v4(a) ^ v4(b)).leading_zeros(), "{a} {b}");
        }
        assert_ne!(shaped(Kind::Ipv4, "203.0.113.7"), "203.0.113.7");
        for private in ["10.1.2.3", "172.16.9.1", "172.31.1.1", "192.168.0.66"] {
            assert!(shaped(Kind::Ipv4, private).parse::<std::net::Ipv4Addr>().unwrap().is_private(), "{private}");
        }
        for public in ["203.0.113.7", "8.8.8.8", "172.32.0.1", "11.0.0.1", "192.169.0.1"] {
            assert!(!shaped(Kind::Ipv4, public).parse::<std::net::Ipv4Addr>().unwrap().is_private(), "{public}");
        }
        assert!(shaped(Kind::Ipv6, "2001:db8::1").parse::<std::net::Ipv6Addr>().is_ok());
    }

    #[test]
    fn numbers_are_permuted() {
        for length in 1..5_u32 {
            let low = 10_u32.pow(length - 1);
            let all: BTreeSet<Vec<u8>> = (low..low * 10)
                .map(|n| {
                    let mut out = Vec::new();
                    write_number(&names(), n.to_string().as_bytes(), &mut out);
                    assert_eq!(out.len(), length as usize);
                    out
                })
                .collect();
            assert_eq!(all.len() as u32, low * 9);
        }
        let mut out = Vec::new();
        write_number(&names(), b"-12.5e3", &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with('-') && text.ends_with("e3") && text.as_bytes()[3] == b'.', "{text}");
    }

    #[test]
    fn surrogates_have_their_shape() {
        let mail = shaped(Kind::Email, "jane@acme.example");
        assert!(mail.starts_with('u') && mail.ends_with(".invalid") && mail.contains('@'));
        let domain = |mail: &str| mail.split_once('@').unwrap().1.to_string();
        assert_eq!(domain(&mail), domain(&shaped(Kind::Email, "joe@ACME.example")));
        assert_ne!(domain(&mail), domain(&shaped(Kind::Email, "joe@other.example")));
        for (birth, form) in [("1984-05-17", "%Y-%m-%d"), ("17.05.1984", "%d.%m.%Y"), ("19840517", "%Y%m%d")] {
            let other = shaped(Kind::BirthDate, birth);
            assert!(jiff::civil::Date::strptime(form, &other).is_ok(), "{birth}: {other}");
        }
        let key = shaped(Kind::Token, "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0");
        assert!(key.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'), "{key}");
        assert!(shaped(Kind::NationalId, "1234567891").parse::<u32>().unwrap() >= 1_000_000_000);
        let mac = shaped(Kind::Mac, "00:1A:2b:3c:4d:5e");
        assert_eq!(u8::from_str_radix(&mac[..2], 16).unwrap() & 3, 2);
        assert_eq!(shaped(Kind::Token, "ab-12-XY").len(), 8);
        // What stood for something else in a string must not be half of it afterwards.
        let plain = |c: char| c.is_ascii_alphanumeric();
        assert!(shaped(Kind::Password, r#"a\b\"c&amp;d*"#).chars().all(plain));
    }
}
