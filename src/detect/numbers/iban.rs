//! International bank account numbers (ISO 13616): the registry's countries with their lengths and the check modulo 97.

/// Countries and the lengths of their numbers, from SWIFT's registry, and some that use the form without being in it.
pub const COUNTRIES: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
    (b"DZ", 26),
    (b"AO", 25),
    (b"BF", 28),
    (b"BJ", 28),
    (b"CF", 27),
    (b"CG", 27),
    (b"CI", 28),
    (b"CM", 27),
    (b"CV", 25),
    (b"GA", 27),
    (b"GQ", 27),
    (b"GW", 25),
    (b"IR", 26),
    (b"KM", 27),
    (b"MA", 28),
    (b"MG", 27),
    (b"ML", 28),
    (b"MZ", 25),
    (b"NE", 28),
    (b"SN", 28),
    (b"TD", 27),
    (b"TG", 28),
];

/// The length of the numbers of a country, if it has them.
pub fn length(country: &[u8]) -> Option<usize> {
    COUNTRIES.iter().find(|(code, _)| &code[..] == country).map(|(_, length)| *length)
}

/// Whether the number, in capitals and without separators, leaves 1 modulo 97 and has digits where every country has some.
pub fn is_iban(compact: &[u8]) -> bool {
    let Some((head, tail)) = compact.split_first_chunk::<4>() else { return false };
    let has_length = length(&head[..2]) == Some(compact.len());
    // Check digits run from 02 to 98.
    let is_checked =
        head[2].is_ascii_digit() && head[3].is_ascii_digit() && !matches!(&head[2..], b"00" | b"01" | b"99");
    let digits = tail.iter().filter(|b| b.is_ascii_digit()).count();
    if !has_length || !is_checked || digits < 4 {
        return false;
    }
    mod97(tail.iter().chain(head))
}

/// Whether digits and letters (from A, 10, to Z, 35) leave 1 modulo 97.
fn mod97<'a>(bytes: impl Iterator<Item = &'a u8>) -> bool {
    let rest = bytes.fold(0_u32, |rest, &b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        b => (rest * 100 + u32::from(b.wrapping_sub(b'A')) + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_and_the_length_decide() {
        for good in
            ["DE89370400440532013000", "GB29NWBK60161331926819", "NO9386011117947", "FR1420041010050500013M02606"]
        {
            assert!(is_iban(good.as_bytes()), "{good}");
        }
        for bad in ["DE88370400440532013000", "DE8937040044053201300", "ZZ89370400440532013000", "DE", ""] {
            assert!(!is_iban(bad.as_bytes()), "{bad}");
        }
    }
}
