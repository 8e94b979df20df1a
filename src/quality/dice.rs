//! The dice: everything random of a sample, from a seed, the same on every machine.

use std::fmt::Write as _;

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(super) struct Dice(u64);

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SYMBOLS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&()*+,-./:;<=>?@[]^_{|}~";

impl Dice {
    /// Dice for one sample: of the seed, and of what the sample is called.
    pub(super) fn new(seed: u64, name: &str) -> Dice {
        // FNV-1a over the name; the generator does the mixing.
        let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Dice(name.bytes().fold(0xcbf2_9ce4_8422_2325, hash) ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(super) fn random(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn range(&mut self, low: u64, high: u64) -> u64 {
        low + self.random() % (high.max(low) - low + 1)
    }

    pub(super) fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        let index = self.random() as usize % from.len().max(1);
        from.get(index)
    }

    /// `letters` random letters of an alphabet of ASCII.
    fn of(&mut self, alphabet: &[u8], letters: u64) -> String {
        (0..letters).map(|_| char::from(alphabet[self.random() as usize % alphabet.len()])).collect()
    }

    /// What `name:argument` of the corpus' language stands for, if the dice make it: letters of an alphabet, numbers, and
    /// values whose parts depend on each other. An argument is a length or a range of lengths unless said otherwise.
    pub(super) fn roll(&mut self, name: &str, argument: &str) -> Option<String> {
        let length = |dice: &mut Dice| {
            let (low, high) = argument.split_once('-').unwrap_or((argument, argument));
            let low = low.parse().unwrap_or(1);
            dice.range(low, high.parse().unwrap_or(low))
        };
        let alphabet: &[u8] = match name {
            "b62" => BASE62,
            "b64u" => BASE64URL,
            "b32" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
            "b36" => b"0123456789abcdefghijklmnopqrstuvwxyz",
            "hex" => b"0123456789abcdef",
            "HEX" => b"0123456789ABCDEF",
            "digits" => b"0123456789",
            "lower" => b"abcdefghijklmnopqrstuvwxyz",
            "upper" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "letters" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            "b58" => b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
            "bech32" => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
            "symbols" => SYMBOLS,
            "b64" => {
                // Of so many bytes, padded.
                let bytes = length(self);
                let text = self.of(BASE64, (bytes * 4).div_ceil(3));
                let padding = text.len().next_multiple_of(4) - text.len();
                return Some(text + &"=".repeat(padding));
            }
            "n" => return Some(length(self).to_string()),
            "n0" => return Some(format!("{:02}", length(self))),
            "uuid" => return Some(self.uuid()),
            "ipv4" => return Some(self.ipv4(argument)),
            "group" => {
                // A group of an IPv6 address, not zero, without leading zeros.
                let group = self.range(1, 0xffff);
                return Some(if argument == "X" { format!("{group:X}") } else { format!("{group:x}") });
            }
            "luhn" => return Some(self.luhn(argument)),
            "iban" => return Some(self.iban(argument)),
            "pem" => return Some(self.pem(argument)),
            "jwt" => return Some(self.jwt(argument)),
            "basic" => {
                let (user, password) = (self.of(b"abcdefghijklmnop", 6), self.of(BASE62, 10));
                return Some(base64(format!("{user}:{password}").as_bytes()));
            }
            _ => return None,
        };
        let letters = length(self);
        Some(self.of(alphabet, letters))
    }

    fn uuid(&mut self) -> String {
        let mut uuid = self.of(b"0123456789abcdef", 32);
        uuid.replace_range(12..13, "4");
        uuid.replace_range(16..17, "a");
        [8, 13, 18, 23].iter().for_each(|&at| uuid.insert(at, '-'));
        uuid
    }

    /// An address; `argument` is its beginning, such as `10.` or `192.168.`.
    fn ipv4(&mut self, argument: &str) -> String {
        let mut text = argument.to_string();
        while text.matches('.').count() < 3 {
            // Writing to a string does not fail.
            let _ = write!(text, "{}.", self.range(0, 255));
        }
        text + &self.range(1, 254).to_string()
    }

    /// A number that begins with `argument` up to its comma, in all as long as said behind it, whose Luhn sum is right:
    /// `4,16`. A third part groups it: `4,16, `.
    fn luhn(&mut self, argument: &str) -> String {
        let mut parts = argument.split(',');
        let mut text = parts.next().unwrap_or("4").to_string();
        let length: usize = parts.next().and_then(|n| n.parse().ok()).unwrap_or(16);
        let random = self.of(b"0123456789", length.saturating_sub(text.len() + 1) as u64);
        text.push_str(&random);
        let sum: u32 =
            text.bytes().rev().enumerate().map(|(n, digit)| doubled(u32::from(digit - b'0'), n % 2 == 0)).sum();
        let _ = write!(text, "{}", (10 - sum % 10) % 10);
        match parts.next() {
            // American Express stands in groups of four, six and five; the others in fours.
            Some(separator) if length == 15 => [&text[..4], &text[4..10], &text[10..]].join(separator),
            Some(separator) => groups(&text, separator),
            None => text,
        }
    }

    /// An IBAN of the form that `argument` describes: the country, then a letter of its account for each of its places (`n` a
    /// digit, `a` a letter, `c` either), and behind a comma what its groups are separated by.
    fn iban(&mut self, argument: &str) -> String {
        let (form, separator) = argument.split_once(',').map_or((argument, None), |(f, s)| (f, Some(s)));
        let (country, account) = form.split_at(form.len().min(2));
        let account: String = account
            .chars()
            .map(|sort| match sort {
                'n' => self.of(b"0123456789", 1),
                'a' => self.of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1),
                _ => self.of(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1),
            })
            .collect();
        // ISO 13616: letters are 10 to 35, the country and 00 go behind, and the check is what is missing to 98.
        let remainder = format!("{account}{country}00").chars().fold(0, |rest, c| {
            let value = c.to_digit(36).unwrap_or(0);
            (if value > 9 { rest * 100 } else { rest * 10 } + value) % 97
        });
        let text = format!("{country}{:02}{account}", 98 - remainder);
        separator.map_or(text.clone(), |separator| groups(&text, separator))
    }

    /// A block of a private key; `argument` is its name and the number of its lines, `RSA PRIVATE KEY,12`.
    fn pem(&mut self, argument: &str) -> String {
        let (name, lines) = argument.split_once(',').unwrap_or((argument, "6"));
        let (name, lines) = (name.trim(), lines.parse().unwrap_or(6));
        let body: Vec<String> = (0..lines).map(|_| self.of(BASE64, 64)).collect();
        let dashes = "-".repeat(5);
        format!("{dashes}BEGIN {name}{dashes}\nMII{}\n{dashes}END {name}{dashes}", body.join("\n"))
    }

    /// A JSON Web Token with a head of this algorithm.
    fn jwt(&mut self, algorithm: &str) -> String {
        let id = self.of(b"0123456789", 10);
        let head = unpadded(format!("{{\"alg\":\"{algorithm}\",\"typ\":\"JWT\"}}").as_bytes());
        let body = unpadded(format!("{{\"sub\":\"{id}\",\"iat\":1516239022}}").as_bytes());
        format!("{head}.{body}.{}", self.of(BASE64URL, 43))
    }
}

fn doubled(digit: u32, is_doubled: bool) -> u32 {
    let value = if is_doubled { digit * 2 } else { digit };
    if value > 9 { value - 9 } else { value }
}

/// In groups of four.
fn groups(text: &str, separator: &str) -> String {
    let mut out = String::new();
    for (n, c) in text.chars().enumerate() {
        if n > 0 && n % 4 == 0 {
            out.push_str(separator);
        }
        out.push(c);
    }
    out
}

fn unpadded(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

pub(super) fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        for n in 0..4 {
            let is_there = n <= three.len();
            out.push(if is_there { char::from(BASE64[(bits >> (18 - 6 * n)) as usize & 63]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Check;

    #[test]
    fn the_numbers_have_their_checks() {
        let mut dice = Dice::new(1, "checks");
        for _ in 0..200 {
            assert!(Check::Luhn.apply(dice.roll("luhn", "4,16,-").unwrap().as_bytes()));
            assert!(Check::Luhn.apply(dice.roll("luhn", "37,15").unwrap().as_bytes()));
            assert!(Check::Mod97.apply(dice.roll("iban", "DEnnnnnnnnnnnnnnnnnn").unwrap().as_bytes()));
            assert!(Check::Mod97.apply(dice.roll("iban", "GBaaaannnnnnnnnnnnnn, ").unwrap().as_bytes()));
            assert!(Check::Base64Json.apply(dice.roll("jwt", "HS256").unwrap().as_bytes()));
        }
    }

    #[test]
    fn base64_is_as_rfc_4648_says() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
