//! Payment cards: which numbers an issuer may have given (ISO/IEC 7812), as the networks publish their ranges.

use crate::detect::numbers::compact::{Compact, is_one_digit, luhn};

/// An issuer's range: prefixes of as many digits as both ends have, and the lengths as a set of bits.
struct Range {
    from: u32,
    to: u32,
    lengths: u32,
}

const fn range(from: u32, to: u32, lengths: &[u32]) -> Range {
    let mut set = 0;
    let mut i = 0;
    while i < lengths.len() {
        set |= 1 << lengths[i];
        i += 1;
    }
    Range { from, to, lengths: set }
}

const RANGES: [Range; 30] = [
    // Visa
    range(4, 4, &[13, 16, 19]),
    // Mastercard
    range(51, 55, &[16]),
    range(2221, 2720, &[16]),
    // American Express
    range(34, 34, &[15]),
    range(37, 37, &[15]),
    // Discover
    range(6011, 6011, &[16, 19]),
    range(644, 649, &[16, 19]),
    range(65, 65, &[16, 19]),
    range(622_126, 622_925, &[16, 19]),
    // Diners Club
    range(300, 305, &[14, 16]),
    range(3095, 3095, &[14, 16]),
    range(36, 36, &[14, 16]),
    range(38, 39, &[14, 16]),
    // JCB
    range(3528, 3589, &[16, 19]),
    range(2131, 2131, &[15]),
    range(1800, 1800, &[15]),
    // UnionPay
    range(62, 62, &[16, 17, 18, 19]),
    range(81, 81, &[16, 17, 18, 19]),
    // Maestro, with Elo, Verve and Dankort among its prefixes
    range(50, 50, &[12, 13, 14, 15, 16, 17, 18, 19]),
    range(56, 59, &[12, 13, 14, 15, 16, 17, 18, 19]),
    range(63, 63, &[12, 13, 14, 15, 16, 17, 18, 19]),
    range(67, 67, &[12, 13, 14, 15, 16, 17, 18, 19]),
    range(60, 61, &[16, 19]),
    range(64, 64, &[16, 19]),
    range(66, 66, &[16, 19]),
    range(68, 69, &[16, 19]),
    // Mir
    range(2200, 2204, &[16, 17, 18, 19]),
    // RuPay
    range(82, 82, &[16]),
    // Troy
    range(9792, 9792, &[16]),
    // UATP
    range(1, 1, &[15]),
];

/// Whether some issuer has numbers of this length that begin so.
fn has_issuer(digits: &[u8]) -> bool {
    RANGES.iter().any(|range| {
        let width = range.from.ilog10() as usize + 1;
        let prefix = digits.iter().take(width).fold(0, |n, b| n * 10 + u32::from(b - b'0'));
        (range.from..=range.to).contains(&prefix) && range.lengths >> digits.len() & 1 == 1
    })
}

/// Whether these digits may be a card's number, from its issuer to its sum.
pub fn is_card(digits: &[u8]) -> bool {
    (12..=19).contains(&digits.len()) && has_issuer(digits) && luhn(digits) && !is_one_digit(digits)
}

/// Whether a card's number without separators is told by itself: the lengths that clocks and counters seldom have.
pub fn is_card_by_itself(digits: &[u8]) -> bool {
    let is_known = match digits.len() {
        16 => !matches!(digits[0], b'1' | b'9') || digits.starts_with(b"9792"),
        15 => digits[0] == b'3' || digits.starts_with(b"2131") || digits.starts_with(b"1800"),
        14 => digits[0] == b'3',
        _ => false,
    };
    is_known && is_card(digits)
}

/// Whether the first `n` digits are grouped as cards print them.
pub fn is_grouped(compact: &Compact, n: usize) -> bool {
    const FORMS: [&[usize]; 9] = [
        &[4, 4, 4, 4],
        &[4, 6, 5],
        &[4, 6, 4],
        &[4, 4, 4, 4, 3],
        &[4, 4, 4, 1],
        &[4, 3, 3, 3],
        &[6, 13],
        &[4, 4, 4, 3],
        &[4, 4, 5],
    ];
    let (groups, count) = compact.groups(n);
    FORMS.iter().any(|form| groups.get(..count) == Some(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits, ended so that their sum is right.
    fn ended(digits: &str) -> String {
        ('0'..='9').map(|last| format!("{digits}{last}")).find(|n| luhn(n.as_bytes())).unwrap()
    }

    #[test]
    fn every_network_has_its_ranges_and_lengths() {
        for (prefix, length) in [
            ("4929", 16),
            ("4929", 13),
            ("5300", 16),
            ("2223", 16),
            ("3712", 15),
            ("6011", 16),
            ("3056", 14),
            ("3601", 14),
            ("3530", 16),
            ("6222", 17),
            ("5018", 12),
            ("6759", 16),
            ("2201", 16),
            ("6521", 16),
            ("9792", 16),
            ("5067", 19),
        ] {
            let card = ended(&format!("{prefix}{}", &"0193847566301928"[..length - 1 - prefix.len()]));
            assert!(is_card(card.as_bytes()), "{card}");
            let wrong = card.replace('0', "1");
            assert!(!luhn(wrong.as_bytes()) || wrong == card || is_card(wrong.as_bytes()), "{wrong}");
        }
        for card in ["4111111111111111", "4222222222222", "378282246310005"] {
            assert!(is_card(card.as_bytes()), "{card}");
        }
        for wrong in ["1700000000000", "9999999999999995", "0000000000000000", "4444444444444444", "49290193847566301"]
        {
            assert!(!is_card(wrong.as_bytes()), "{wrong}");
        }
    }
}
