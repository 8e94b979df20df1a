//! Numbers that a state gives persons and firms, with the check digits that it defines. Each function is told the digits and letters
//! without separators, in capitals, and only what its pattern lets through.

use crate::detect::numbers::compact::{luhn, weighed};

/// Whether the digits, or digits and letters, hold together.
pub type Check = fn(&[u8]) -> bool;

fn digit(byte: u8) -> i32 {
    i32::from(byte.wrapping_sub(b'0'))
}

fn number(text: &[u8]) -> u64 {
    text.iter().fold(0_u64, |n, b| n.wrapping_mul(10).wrapping_add(u64::from(b.wrapping_sub(b'0'))))
}

/// Anything of the pattern, but one digit all along.
fn any(text: &[u8]) -> bool {
    !text.windows(2).all(|pair| pair[0] == pair[1])
}

/// A month and a day, in this order.
fn is_day(month: &[u8], day: &[u8]) -> bool {
    (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
}

/// United States: social security numbers, and taxpayers' numbers, whose area is above 899.
pub fn ssn(d: &[u8]) -> bool {
    let (area, group, serial) = (number(&d[..3]), number(&d[3..5]), number(&d[5..]));
    let is_known = matches!(d, b"078051120" | b"219099999");
    let is_area = area != 0 && area != 666 && area < 900;
    let is_itin = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    (is_area || is_itin) && group != 0 && serial != 0 && !is_known && any(d)
}

/// The same behind its own name: areas above 899 are made up or mistyped, and stand for somebody all the same.
pub fn ssn_by_label(d: &[u8]) -> bool {
    let is_known = matches!(d, b"078051120" | b"219099999");
    let is_rising = |pair: &[u8]| pair[1] == pair[0] + 1;
    let is_area = !matches!(&d[..3], b"000" | b"666");
    !is_known && is_area && any(d) && number(&d[3..5]) != 0 && number(&d[5..]) != 0 && !d.windows(2).all(is_rising)
}

/// United States: the routing number of a bank (ABA).
pub fn aba(d: &[u8]) -> bool {
    let is_prefix = matches!(number(&d[..2]), 0..=12 | 21..=32 | 61..=72 | 80);
    is_prefix && any(d) && weighed(d, &[3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0
}

/// Luhn's sum.
pub fn sum(d: &[u8]) -> bool {
    luhn(d) && any(d)
}

/// United Kingdom: national insurance; which letters may begin it.
pub fn nino(t: &[u8]) -> bool {
    let never = [&b"BG"[..], b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"];
    !matches!(t[0], b'D' | b'F' | b'I' | b'Q' | b'U' | b'V')
        && !matches!(t[1], b'D' | b'F' | b'I' | b'O' | b'Q' | b'U' | b'V')
        && !never.contains(&&t[..2])
        && t.get(8).is_none_or(|b| matches!(b, b'A'..=b'D'))
}

/// Ten digits, the last of which makes the weighed sum divisible by 11 (NHS number).
pub fn nhs(d: &[u8]) -> bool {
    let rest = 11 - weighed(d, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    rest != 10 && rest % 11 == digit(d[9]) && any(d)
}

/// ISO 7064, mod 11,10: Germany's tax number, Croatia's OIB.
pub fn mod11_10(d: &[u8]) -> bool {
    let product = d[..d.len() - 1].iter().fold(10, |product, &b| {
        let sum = (digit(b) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == digit(d[d.len() - 1]) && any(d)
}

/// France: 13 digits and their complement modulo 97; Corsica has letters.
pub fn nir(t: &[u8]) -> bool {
    let mut digits = [0; 15];
    digits.copy_from_slice(&t[..15]);
    let less = match t[6] {
        b'A' => 1_000_000,
        b'B' => 2_000_000,
        _ => 0,
    };
    if less > 0 {
        digits[6] = b'0';
    }
    let body = number(&digits[..13]).wrapping_sub(less);
    matches!(t[0], b'1' | b'2' | b'3' | b'4' | b'7' | b'8')
        && matches!(number(&t[3..5]), 1..=12 | 20..=42 | 50..=99)
        && 97 - body % 97 == number(&digits[13..])
}

/// Spain: the letter behind eight digits, or behind seven and one of X, Y, Z.
pub fn dni(t: &[u8]) -> bool {
    let mut digits = [b'0'; 8];
    digits.copy_from_slice(&t[..8]);
    digits[0] = match t[0] {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        other => other,
    };
    digits.iter().all(u8::is_ascii_digit) && t[8] == b"TRWAGMYFPDXBNJZSQVHLCKE"[(number(&digits) % 23) as usize]
}

/// Italy: the control letter of the fiscal code.
pub fn fiscal(t: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b.wrapping_sub(b'A') };
    let odd = |b: u8| ODD.get(usize::from(value(b))).copied().unwrap_or(0);
    let sum: u32 =
        t[..15].iter().enumerate().map(|(i, &b)| if i % 2 == 0 { odd(b) } else { u32::from(value(b)) }).sum();
    t[15] == b'A' + (sum % 26) as u8 && matches!(t[8], b'A'..=b'E' | b'H' | b'L' | b'M' | b'P' | b'R' | b'S' | b'T')
}

/// Portugal's NIF.
pub fn nif(d: &[u8]) -> bool {
    let rest = 11 - weighed(d, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest > 9 { 0 } else { rest }) == digit(d[8]) && any(d)
}

/// The Netherlands: the eleven test.
pub fn bsn(d: &[u8]) -> bool {
    weighed(d, &[9, 8, 7, 6, 5, 4, 3, 2, -1]).rem_euclid(11) == 0 && any(d)
}

/// Belgium: 97 less the rest of the nine digits, with a 2 before them for those born since 2000.
pub fn rrn(d: &[u8]) -> bool {
    let (body, check) = (number(&d[..9]), number(&d[9..]));
    97 - body % 97 == check || 97 - (2_000_000_000 + body) % 97 == check
}

/// Poland's PESEL.
pub fn pesel(d: &[u8]) -> bool {
    weighed(d, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0 && any(d) && (1..=31).contains(&number(&d[4..6]))
}

/// Poland's NIP.
pub fn nip(d: &[u8]) -> bool {
    weighed(d, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digit(d[9]) && any(d)
}

/// Sweden: ten digits with Luhn's sum behind a date; a century may stand before.
pub fn personnummer(d: &[u8]) -> bool {
    let d = &d[d.len() - 10..];
    let day = number(&d[4..6]);
    luhn(d) && (1..=12).contains(&number(&d[2..4])) && matches!(day, 1..=31 | 61..=91)
}

/// Norway: two check digits behind a date and three digits.
pub fn fodselsnummer(d: &[u8]) -> bool {
    weighed(d, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 == 0
        && weighed(d, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
        && any(d)
}

/// Denmark: a day and a month begin it. Its check digit is not used any more.
pub fn cpr(d: &[u8]) -> bool {
    is_day(&d[2..4], &d[..2])
}

/// Finland: a control character behind a day, a sign and three digits; the sign is left out here.
pub fn hetu(t: &[u8]) -> bool {
    let body = [&t[..6], &t[t.len() - 4..t.len() - 1]].concat();
    body.iter().all(u8::is_ascii_digit)
        && is_day(&t[2..4], &t[..2])
        && t[t.len() - 1] == b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(number(&body) % 31) as usize]
}

/// Ireland: a control letter behind seven digits.
pub fn pps(t: &[u8]) -> bool {
    let second = t.get(8).map_or(0, |b| i32::from(b.wrapping_sub(b'A')) + 1);
    let second = if t.get(8) == Some(&b'W') { 0 } else { second };
    let rest = (weighed(&t[..7], &[8, 7, 6, 5, 4, 3, 2]) + second * 9) % 23;
    t[7] == b"WABCDEFGHIJKLMNOPQRSTUV"[rest as usize]
}

/// Switzerland: the sum of EAN-13.
pub fn ahv(d: &[u8]) -> bool {
    weighed(d, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0 && d.starts_with(b"756")
}

/// Austria: the check digit is the fourth.
pub fn svnr(d: &[u8]) -> bool {
    weighed(d, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == digit(d[3]) && any(d)
}

/// Brazil: two digits behind the sum of nine, of persons.
pub fn cpf(d: &[u8]) -> bool {
    let check = |n: usize| {
        let sum: i32 = d[..n].iter().enumerate().map(|(i, &b)| digit(b) * (n as i32 + 1 - i as i32)).sum();
        sum * 10 % 11 % 10 == digit(d[n])
    };
    check(9) && check(10) && any(d)
}

/// Brazil: the same, of firms.
pub fn cnpj(d: &[u8]) -> bool {
    let check = |n: usize, weights: &[i32]| {
        let rest = weighed(&d[..n], weights) % 11;
        (if rest < 2 { 0 } else { 11 - rest }) == digit(d[n])
    };
    check(12, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) && check(13, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) && any(d)
}

/// Argentina's CUIT.
pub fn cuit(d: &[u8]) -> bool {
    let rest = (11 - weighed(d, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    rest == digit(d[10]) && any(d)
}

/// Chile's RUT: its last character may be a K.
pub fn rut(t: &[u8]) -> bool {
    let (body, check) = t.split_at(t.len() - 1);
    let sum: i32 = body.iter().rev().enumerate().map(|(i, &b)| digit(b) * (i as i32 % 6 + 2)).sum();
    b"0K987654321"[(sum % 11) as usize] == check[0] && any(body)
}

/// Mexico's CURP: the last digit.
pub fn curp(t: &[u8]) -> bool {
    is_day(&t[6..8], &t[8..10]) && matches!(t[10], b'H' | b'M' | b'X')
}

/// Mexico's RFC: a date behind three or four letters.
pub fn rfc(t: &[u8]) -> bool {
    let at = t.len() - 9;
    is_day(&t[at + 2..at + 4], &t[at + 4..at + 6])
}

/// India's Aadhaar: Verhoeff's check, over the dihedral group of order ten.
pub fn aadhaar(d: &[u8]) -> bool {
    const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let times = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let turned = |digit: u8, times: usize| (0..times).fold(digit, |d, _| TURN[usize::from(d)]);
    let rest = d.iter().rev().enumerate().fold(0, |rest, (i, &b)| times(rest, turned((b - b'0') % 10, i % 8)));
    rest == 0 && d[0] > b'1' && any(d)
}

/// India's PAN: the fourth letter tells who holds it.
pub fn pan(t: &[u8]) -> bool {
    matches!(t[3], b'A' | b'B' | b'C' | b'F' | b'G' | b'H' | b'L' | b'J' | b'P' | b'T')
}

/// Australia's tax file number.
pub fn tfn(d: &[u8]) -> bool {
    weighed(d, &[1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0 && any(d)
}

/// Australia's business number.
pub fn abn(d: &[u8]) -> bool {
    (weighed(d, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 == 0 && any(d)
}

/// Australia's company number.
pub fn acn(d: &[u8]) -> bool {
    (10 - weighed(d, &[8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10 == digit(d[8]) && any(d)
}

/// Australia's Medicare number.
pub fn medicare(d: &[u8]) -> bool {
    weighed(d, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digit(d[8]) && matches!(d[0], b'2'..=b'6')
}

/// Singapore's NRIC and FIN.
pub fn nric(t: &[u8]) -> bool {
    let plus = match t[0] {
        b'T' | b'G' => 4,
        b'M' => 3,
        _ => 0,
    };
    let rest = ((weighed(&t[1..8], &[2, 7, 6, 5, 4, 3, 2]) + plus) % 11) as usize;
    match t[0] {
        b'S' | b'T' => t[8] == b"JZIHGFEDCBA"[rest],
        b'F' | b'G' => t[8] == b"XWUTRQPNMLK"[rest],
        b'M' => t[8] == b"KLJNPQRTUWX"[10 - rest],
        _ => false,
    }
}

/// Thailand: thirteen digits.
pub fn thai(d: &[u8]) -> bool {
    (11 - weighed(d, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == digit(d[12]) && any(d)
}

/// Korea: a date and a digit for sex and century; the sum is not kept since 2020.
pub fn korea(d: &[u8]) -> bool {
    is_day(&d[2..4], &d[4..6]) && d[6].is_ascii_digit()
}

/// China: mod 11-2 behind a region, a date and three digits.
pub fn china(t: &[u8]) -> bool {
    let rest = weighed(&t[..17], &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    t[17] == b"10X98765432"[rest as usize]
        && matches!(number(&t[..2]), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
        && matches!(number(&t[6..8]), 18..=20)
        && is_day(&t[10..12], &t[12..14])
}

/// Taiwan: a letter and nine digits.
pub fn taiwan(t: &[u8]) -> bool {
    const OF: [i32; 26] =
        [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33];
    let letter = OF[usize::from(t[0] - b'A') % 26];
    (letter / 10 + letter % 10 * 9 + weighed(&t[1..], &[8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 == 0
}

/// South Africa: a date, and Luhn's sum.
pub fn south_africa(d: &[u8]) -> bool {
    is_day(&d[2..4], &d[4..6]) && luhn(d)
}

/// Turkey: eleven digits with two checks.
pub fn turkey(d: &[u8]) -> bool {
    let odd: i32 = d[..9].iter().step_by(2).map(|b| digit(*b)).sum();
    let even: i32 = d[1..8].iter().step_by(2).map(|b| digit(*b)).sum();
    let all: i32 = d[..10].iter().map(|b| digit(*b)).sum();
    d[0] != b'0' && (odd * 7 - even).rem_euclid(10) == digit(d[9]) && all % 10 == digit(d[10])
}

/// Russia: a person's or a firm's tax number.
pub fn inn(d: &[u8]) -> bool {
    let check = |weights: &[i32]| weighed(d, weights) % 11 % 10;
    if d.len() == 10 {
        return check(&[2, 4, 10, 3, 5, 9, 4, 6, 8]) == digit(d[9]) && any(d);
    }
    check(&[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digit(d[10])
        && check(&[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digit(d[11])
}

/// Russia: insurance.
pub fn snils(d: &[u8]) -> bool {
    let rest = weighed(d, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
    (rest % 100) as u64 == number(&d[9..]) && any(d)
}

/// Romania: thirteen digits.
pub fn cnp(d: &[u8]) -> bool {
    let rest = weighed(d, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    (if rest == 10 { 1 } else { rest }) == digit(d[12]) && is_day(&d[3..5], &d[5..7])
}

/// Bulgaria: ten digits.
pub fn egn(d: &[u8]) -> bool {
    weighed(d, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == digit(d[9]) && any(d)
}

/// Czechia and Slovakia: divisible by eleven.
pub fn rodne(d: &[u8]) -> bool {
    d.len() == 9 || number(d).is_multiple_of(11) || (number(&d[..9]) % 11 == 10 && d[9] == b'0')
}

/// New Zealand's IRD.
pub fn ird(d: &[u8]) -> bool {
    let eight = [&b"0"[..], d].concat();
    let d = &eight[eight.len() - 9..];
    let check = |weights: &[i32]| (11 - weighed(d, weights) % 11) % 11;
    let first = check(&[3, 2, 7, 6, 5, 4, 3, 2]);
    let rest = if first == 10 { check(&[7, 4, 3, 2, 5, 2, 7, 6]) } else { first };
    rest == digit(d[8]) && any(d)
}

/// Japan's My Number.
pub fn my_number(d: &[u8]) -> bool {
    let rest = weighed(d, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest < 2 { 0 } else { 11 - rest }) == digit(d[11]) && any(d)
}

/// Estonia and Lithuania: two rounds of weights behind a date.
pub fn baltic(d: &[u8]) -> bool {
    let first = weighed(d, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighed(d, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let rest = if first < 10 { first } else { second % 10 };
    rest == digit(d[10]) && matches!(d[0], b'1'..=b'8') && is_day(&d[3..5], &d[5..7])
}

/// Latvia: a date behind a day and a month, or 32 in front since 2017.
pub fn latvia(d: &[u8]) -> bool {
    any(d) && (d.starts_with(b"32") || is_day(&d[2..4], &d[..2]))
}

/// Greece's tax number: powers of two.
pub fn afm(d: &[u8]) -> bool {
    weighed(d, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == digit(d[8]) && any(d)
}

/// Greece's insurance: Luhn's sum behind a day and a month.
pub fn amka(d: &[u8]) -> bool {
    luhn(d) && is_day(&d[2..4], &d[..2])
}

/// What was Yugoslavia: weights that fall twice, behind a day and a month.
pub fn jmbg(d: &[u8]) -> bool {
    let rest = 11 - weighed(d, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest > 9 { 0 } else { rest }) == digit(d[12]) && is_day(&d[2..4], &d[..2])
}

/// Hong Kong: one letter or two, six digits, and a digit or an A that stands in brackets.
pub fn hkid(t: &[u8]) -> bool {
    let value = |b: u8| if b.is_ascii_digit() { i32::from(b - b'0') } else { i32::from(b.wrapping_sub(b'A')) + 10 };
    let body = &t[..t.len() - 1];
    let blank = if body.len() == 7 { 36 * 9 } else { 0 };
    let sum: i32 = body.iter().rev().zip(2..).map(|(b, weight)| value(*b) * weight).sum();
    (blank + sum + value(t[t.len() - 1])) % 11 == 0 && t[1..].iter().any(u8::is_ascii_digit)
}

/// Iceland: the ninth digit checks a day, a month and a year.
pub fn kennitala(d: &[u8]) -> bool {
    let rest = (11 - weighed(d, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    rest == digit(d[8]) && (is_day(&d[2..4], &d[..2]) || matches!(d[0], b'4'..=b'7'))
}

/// Iran: ten digits.
pub fn iran(d: &[u8]) -> bool {
    let rest = weighed(d, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest < 2 { rest } else { 11 - rest }) == digit(d[9]) && any(d)
}

/// Kazakhstan: twelve digits with two rounds of weights.
pub fn kazakhstan(d: &[u8]) -> bool {
    let first = weighed(d, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    let second = weighed(d, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11;
    (if first == 10 { second } else { first }) == digit(d[11]) && any(d)
}

/// Hungary: insurance (TAJ).
pub fn taj(d: &[u8]) -> bool {
    weighed(d, &[3, 7, 3, 7, 3, 7, 3, 7]) % 10 == digit(d[8]) && any(d)
}

/// Hungary: tax.
pub fn hungary(d: &[u8]) -> bool {
    weighed(d, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == digit(d[9]) && d[0] == b'8'
}

/// Brazil: PIS, PASEP and NIS.
pub fn pis(d: &[u8]) -> bool {
    let rest = 11 - weighed(d, &[3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest > 9 { 0 } else { rest }) == digit(d[10]) && any(d)
}

/// United Arab Emirates: Luhn's sum behind the country's number.
pub fn emirates(d: &[u8]) -> bool {
    d.starts_with(b"784") && luhn(d)
}

/// The same behind its own name: the sum is not published, and not all keep it.
pub fn emirates_by_label(d: &[u8]) -> bool {
    d.starts_with(b"784") && matches!(number(&d[3..7]), 1900..=2100)
}

/// Poland's REGON of nine digits.
pub fn regon(d: &[u8]) -> bool {
    weighed(d, &[8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == digit(d[8]) && any(d)
}

/// Germany: health insurance. The letter counts as two digits.
pub fn kvnr(t: &[u8]) -> bool {
    let letter = t[0].wrapping_sub(b'A') + 1;
    let digits = [&[b'0' + letter / 10 % 10, b'0' + letter % 10], &t[1..9]].concat();
    let sum: i32 = digits
        .iter()
        .enumerate()
        .map(|(i, &b)| {
            let product = digit(b) * if i % 2 == 0 { 1 } else { 2 };
            product / 10 + product % 10
        })
        .sum();
    sum % 10 == digit(t[9])
}

/// The number of a telephone's hardware: Luhn's sum, and a reporting body that has given numbers out.
pub fn imei(d: &[u8]) -> bool {
    luhn(d) && any(d)
}
