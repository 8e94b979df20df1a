//! Telephone numbers: international ones by their calling code, national ones by their grouping or their label.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT};
use crate::detect::numbers::compact::{self, Compact, is_one_digit};
use crate::detect::view::View;

/// Calling codes (ITU-T E.164 list) with the fewest and the most digits of the numbers behind them, from the national plans;
/// where a plan was not looked up, a wide span.
const CODES: &[(u16, usize, usize)] = &[
    (7, 10, 10),
    (20, 7, 10),
    (27, 9, 9),
    (30, 10, 10),
    (31, 9, 9),
    (32, 8, 9),
    (33, 9, 9),
    (34, 9, 9),
    (36, 8, 9),
    (39, 6, 11),
    (40, 9, 9),
    (41, 9, 9),
    (43, 6, 13),
    (44, 7, 10),
    (45, 8, 8),
    (46, 7, 10),
    (47, 5, 8),
    (48, 9, 9),
    (49, 6, 12),
    (51, 8, 9),
    (52, 10, 11),
    (53, 6, 8),
    (54, 10, 11),
    (55, 10, 11),
    (56, 8, 9),
    (57, 8, 10),
    (58, 10, 10),
    (60, 8, 10),
    (61, 9, 9),
    (62, 8, 12),
    (63, 8, 10),
    (64, 8, 10),
    (65, 8, 8),
    (66, 8, 9),
    (81, 9, 10),
    (82, 8, 10),
    (84, 8, 10),
    (86, 9, 11),
    (90, 10, 10),
    (91, 10, 10),
    (92, 9, 10),
    (93, 9, 9),
    (94, 9, 9),
    (95, 7, 10),
    (98, 10, 10),
    (211, 9, 9),
    (212, 9, 9),
    (213, 8, 9),
    (216, 8, 8),
    (218, 8, 9),
    (220, 7, 7),
    (221, 9, 9),
    (222, 8, 8),
    (223, 8, 8),
    (224, 8, 9),
    (225, 8, 10),
    (226, 8, 8),
    (227, 8, 8),
    (228, 8, 8),
    (229, 8, 10),
    (230, 7, 8),
    (231, 7, 9),
    (232, 8, 8),
    (233, 9, 9),
    (234, 7, 10),
    (235, 8, 8),
    (236, 8, 8),
    (237, 8, 9),
    (238, 7, 7),
    (239, 7, 7),
    (240, 9, 9),
    (241, 7, 8),
    (242, 9, 9),
    (243, 7, 9),
    (244, 9, 9),
    (245, 7, 9),
    (246, 7, 7),
    (248, 7, 7),
    (249, 9, 9),
    (250, 9, 9),
    (251, 9, 9),
    (252, 7, 9),
    (253, 8, 8),
    (254, 9, 10),
    (255, 9, 9),
    (256, 9, 9),
    (257, 8, 8),
    (258, 8, 9),
    (260, 9, 9),
    (261, 9, 9),
    (262, 9, 9),
    (263, 8, 10),
    (264, 8, 10),
    (265, 7, 9),
    (266, 8, 8),
    (267, 7, 8),
    (268, 7, 8),
    (269, 7, 7),
    (290, 4, 5),
    (291, 7, 7),
    (297, 7, 7),
    (298, 6, 6),
    (299, 6, 6),
    (350, 8, 8),
    (351, 9, 9),
    (352, 6, 11),
    (353, 7, 9),
    (354, 7, 9),
    (355, 8, 9),
    (356, 8, 8),
    (357, 8, 8),
    (358, 6, 11),
    (359, 8, 9),
    (370, 8, 8),
    (371, 8, 8),
    (372, 7, 8),
    (373, 8, 8),
    (374, 8, 8),
    (375, 9, 10),
    (376, 6, 9),
    (377, 8, 9),
    (378, 6, 10),
    (380, 9, 9),
    (381, 8, 10),
    (382, 8, 9),
    (383, 8, 9),
    (385, 8, 9),
    (386, 8, 8),
    (387, 8, 9),
    (389, 8, 8),
    (420, 9, 9),
    (421, 9, 9),
    (423, 7, 9),
    (500, 5, 5),
    (501, 7, 7),
    (502, 8, 8),
    (503, 8, 8),
    (504, 8, 8),
    (505, 8, 8),
    (506, 8, 8),
    (507, 7, 8),
    (508, 6, 9),
    (509, 8, 8),
    (590, 9, 9),
    (591, 8, 8),
    (592, 7, 7),
    (593, 8, 9),
    (594, 9, 9),
    (595, 9, 9),
    (596, 9, 9),
    (597, 6, 7),
    (598, 8, 8),
    (599, 7, 8),
    (670, 7, 8),
    (672, 6, 6),
    (673, 7, 7),
    (674, 7, 7),
    (675, 7, 8),
    (676, 5, 7),
    (677, 5, 7),
    (678, 5, 7),
    (679, 7, 7),
    (680, 7, 7),
    (681, 6, 6),
    (682, 5, 5),
    (683, 4, 7),
    (685, 5, 7),
    (686, 5, 8),
    (687, 6, 6),
    (688, 5, 6),
    (689, 8, 8),
    (690, 4, 4),
    (691, 7, 7),
    (692, 7, 7),
    (800, 8, 8),
    (850, 8, 10),
    (852, 8, 8),
    (853, 8, 8),
    (855, 8, 9),
    (856, 8, 10),
    (870, 9, 9),
    (878, 10, 10),
    (880, 8, 10),
    (881, 8, 9),
    (882, 8, 12),
    (883, 9, 12),
    (886, 8, 9),
    (960, 7, 7),
    (961, 7, 8),
    (962, 8, 9),
    (963, 8, 9),
    (964, 8, 10),
    (965, 8, 8),
    (966, 9, 9),
    (967, 7, 9),
    (968, 8, 8),
    (970, 8, 9),
    (971, 8, 9),
    (972, 8, 9),
    (973, 8, 8),
    (974, 7, 8),
    (975, 7, 8),
    (976, 8, 8),
    (977, 8, 10),
    (979, 9, 9),
    (992, 9, 9),
    (993, 8, 8),
    (994, 9, 9),
    (995, 9, 9),
    (996, 9, 9),
    (998, 9, 9),
];

/// What separates the groups of a number.
const BETWEEN: ByteSet = ByteSet::of(b" .-/()");

/// Whether ten digits may be a number of the North American plan: area and exchange begin with 2 to 9, and neither is `N11`. Of
/// the areas that end in two zeros, those are in use that nobody lives in.
fn is_nanp(digits: &[u8]) -> bool {
    if digits.len() == 10 && &digits[1..3] == b"00" && !matches!(digits[0], b'5' | b'7'..=b'9') {
        return false;
    }
    let part = |from: usize| digits[from] >= b'2' && &digits[from + 1..from + 3] != b"11";
    digits.len() == 10 && part(0) && part(3) && digits[1] != b'9' && !is_one_digit(&digits[3..])
}

/// The number behind the plus at `at`: its first and its last index.
pub fn international(view: &View<'_>, at: usize, is_labelled: bool) -> Option<(usize, usize)> {
    const BEFORE: ByteSet = ALNUM.or(ByteSet::of(b"_.-/+)]%\\"));
    let is_within = |b: u8| BEFORE.contains(b) && !(ALNUM.contains(b) && view.starts_word(at));
    if view.before(at).is_some_and(is_within) && !(is_labelled && view.before(at) != Some(b'+')) {
        return None;
    }
    // `+(49) 30 ...`
    let first = view.run(at + 1, const { ByteSet::of(b"( ") }, 1);
    let compact = Compact::read(view, first, DIGIT, BETWEEN, 3);
    let digits = compact.bytes();
    let end = international_end(view, &compact, digits, first)?;
    let start = if view.before(at) == Some(b'(') && is_closed(view, at, end) { at - 1 } else { at };
    Some((start, extension(view, end)))
}

fn international_end(view: &View<'_>, compact: &Compact, digits: &[u8], first: usize) -> Option<usize> {
    let is_end = |n: usize| n <= digits.len() && compact.begins_group(n) && ends(view, compact.end(n));
    if digits.first() == Some(&b'1') {
        let national = digits.get(1..11)?;
        let is_grouped = (1..11).all(|n| !compact.begins_group(n) || matches!(n, 1 | 4 | 7));
        return (is_nanp(national) && is_grouped && is_end(11)).then(|| compact.end(11));
    }
    let code = |width: usize| {
        let number = digits.get(..width)?.iter().fold(0, |n, b| n * 10 + u16::from(b - b'0'));
        let at = CODES.binary_search_by_key(&number, |code| code.0).ok()?;
        Some((width, CODES[at].1, CODES[at].2))
    };
    let (width, least, most) = [1, 2, 3].into_iter().find_map(code)?;
    // `+44 (0)20 ...`: the prefix that is dialled within the country.
    let zero = compact.end(width);
    let has_trunk = view.slice(first, zero + 5).windows(3).any(|w| w == b"(0)");
    let more = usize::from(has_trunk);
    if is_one_digit(digits.get(width + more..)?) {
        return None;
    }
    // `+43 1 58858 0`: the telephone exchange of a firm.
    let is_exchange = |n: usize| digits.starts_with(b"43") || digits.starts_with(b"49") && digits[n - 1] == b'0';
    let is_fit = |n: &usize| *n >= 7 && is_end(*n) && (!compact.begins_group(*n - 1) || is_exchange(*n));
    (width + least.max(6) + more..=width + most + more).rev().find(is_fit).map(|n| compact.end(n))
}

/// Whether a parenthesis before `at` is closed before `end`, and stays in the number with it.
fn is_closed(view: &View<'_>, at: usize, end: usize) -> bool {
    view.slice(at, end).contains(&b')')
}

/// Whether a number may end before `at`.
fn ends(view: &View<'_>, at: usize) -> bool {
    let is_extension = || extension(view, at) > at;
    compact::ends(view, at) || is_extension()
}

/// Behind the extension that follows a number: ` x123`, ` ext. 5`, `;ext=12`.
fn extension(view: &View<'_>, end: usize) -> usize {
    const WORDS: [&[u8]; 6] = [b"extension", b"extn", b"ext.", b"ext", b"x", b"#"];
    let at = view.run(end, const { ByteSet::of(b" ,;") }, 2);
    let Some(word) = WORDS.into_iter().find(|word| view.starts_with_ignoring_case(at, word)) else { return end };
    let digits = view.run(at + word.len(), const { ByteSet::of(b" .:=") }, 2);
    let behind = view.run(digits, DIGIT, 7);
    if behind > digits && behind - digits < 7 && view.ends_word(behind) { behind } else { end }
}

/// The national number whose first group, of digits, ends before the separator at `at`.
pub fn grouped(view: &View<'_>, at: usize, start: usize) -> Option<(usize, usize)> {
    if !compact::begins(view, start) || view.before(start) == Some(b'(') {
        return None;
    }
    let compact = Compact::read(view, start, DIGIT, const { ByteSet::of(b" .-") }, 1);
    let digits = compact.bytes();
    let (groups, count) = compact.groups(digits.len());
    let separator = view.at(at)?;
    let separators = || (start..compact.end(digits.len())).filter_map(|i| view.at(i).filter(|b| !DIGIT.contains(*b)));
    let form = |lengths: &[usize]| count >= lengths.len() && groups.get(..lengths.len()) == Some(lengths);
    let length = |lengths: &[usize]| lengths.iter().sum::<usize>();
    let is_same = |n: usize| separators().take(n - 1).all(|b| b == separator);
    let close = |n: usize| ends(view, compact.end(n)).then(|| (start, extension(view, compact.end(n))));
    // `212-555-0123`, `212.555.0123`, `212 555-0123`, `1-800-555-0199`
    for (form_of, national) in [(&[3, 3, 4][..], 0), (&[1, 3, 3, 4], 1)] {
        if !form(form_of) || national == 1 && digits[0] != b'1' {
            continue;
        }
        let n = length(form_of);
        // Nothing else is written with hyphens so: `555-123-4567`, `123-456-7890` of examples and of forms.
        let is_plan = is_nanp(&digits[national..n]);
        let is_hyphened = || separator == b'-' && is_same(form_of.len()) && digits[national] != b'0';
        if is_plan || is_hyphened() && !is_one_digit(&digits[national..n]) {
            let is_blank = separators().take(form_of.len() - 1).all(|b| b == b' ');
            let is_mixed = separators().nth(form_of.len() - 2) == Some(b'-') && separator == b' ';
            return if (is_same(form_of.len()) && (!is_blank || stands_alone(view, start, compact.end(n)))) || is_mixed {
                close(n)
            } else {
                None
            };
        }
    }
    // `0049 30 1234567`: the international prefix, a calling code, and groups.
    if digits.starts_with(b"00") && matches!(groups[0], 3..=5) && separator != b'.' && digits.get(4) != Some(&b'0') {
        let first = start + 2;
        let abroad = Compact::read(view, first, DIGIT, BETWEEN, 3);
        let end = international_end(view, &abroad, abroad.bytes(), first)?;
        return stands_alone(view, start, end).then(|| (start, extension(view, end)));
    }
    // `0044 20 7946 0958`, `011 44 20 7946 0958`: met at a group behind the first.
    if let Some(span) = abroad(view, start) {
        return Some(span);
    }
    // `8 800 555-35-35`, `8-916-123-45-67`: the trunk prefix of Russia and Kazakhstan.
    if digits.starts_with(b"8")
        && form(&[1, 3, 3, 2, 2])
        && separators().nth(3) == Some(b'-')
        && !is_one_digit(&digits[1..])
    {
        return stands_alone(view, start, compact.end(11)).then(|| close(11)).flatten();
    }
    // `08-123 456 78`
    let is_swedish = count == 4 && form(&[2, 3, 3, 2]) && separator == b'-' && separators().nth(1) == Some(b' ');
    // `02 123 4567`, `03-234 5678`, `011 2345-6789`
    let is_short = count == 3 && form(&[2, 3, 4]) && (separator != b'.' && digits.get(1).is_some_and(|b| *b > b'1'));
    let is_mixed = count == 3 && form(&[3, 4, 4]) && separator == b' ' && separators().nth(1) == Some(b'-');
    if digits.starts_with(b"0") && (is_swedish || is_short || is_mixed) && !is_one_digit(&digits[2..]) {
        let n = digits.len();
        return stands_alone(view, start, compact.end(n)).then(|| close(n)).flatten();
    }
    // National numbers with the trunk prefix 0, as Europe, Asia and Australia group them.
    const FORMS: [&[usize]; 8] =
        [&[3, 4, 4], &[4, 3, 4], &[4, 3, 3], &[2, 4, 4], &[5, 3, 3], &[2, 2, 2, 2, 2], &[3, 3, 4], &[4, 2, 2, 2]];
    if digits.first() != Some(&b'0') || digits.get(1) == Some(&b'0') || separator == b'.' && groups[0] != 2 {
        return None;
    }
    // `044 123 45 67`, `0212 123 45 67`, `070-123 45 67`
    let ends_in_pairs =
        [&[2, 3, 2, 2][..], &[3, 3, 2, 2], &[4, 3, 2, 2]].iter().any(|lengths| count == 4 && form(lengths));
    if ends_in_pairs && !is_one_digit(&digits[2..]) && separators().all(|b| b != b'.') {
        let n = digits.len();
        return stands_alone(view, start, compact.end(n)).then(|| close(n)).flatten();
    }
    let fits = |lengths: &&&[usize]| {
        count == lengths.len() && form(lengths) && is_same(lengths.len()) && !is_one_digit(&digits[2..])
    };
    let lengths = FORMS.iter().find(fits)?;
    // `<Buffer 01 02 03 04 05>`
    if lengths.len() == 5 && view.ends_with_ignoring_case(start, b"buffer ") {
        return None;
    }
    let n = length(lengths);
    stands_alone(view, start, compact.end(n)).then(|| close(n)).flatten()
}

/// A number behind an international prefix, of which the group at `within` is one.
fn abroad(view: &View<'_>, within: usize) -> Option<(usize, usize)> {
    const PREFIXES: [&[u8]; 3] = [b"0011", b"011", b"00"];
    /// As far as the third group behind the prefix may begin.
    const REACH: usize = 14;
    let from = view.run_back(within, const { DIGIT.or(ByteSet::of(b" -()")) }, REACH);
    let start = (from..within).find(|&at| view.at(at) == Some(b'0') && compact::begins(view, at))?;
    PREFIXES.into_iter().filter(|prefix| view.starts_with(start, prefix)).find_map(|prefix| {
        let first = view.run(start + prefix.len(), const { ByteSet::of(b" -") }, 1);
        let compact = Compact::read(view, first, DIGIT, const { ByteSet::of(b" -()") }, 2);
        let end = international_end(view, &compact, compact.bytes(), first)?;
        let (groups, count) = compact.groups(compact.bytes().len());
        // Groups of one length are the columns of a dump.
        let is_even = groups[..count.min(8)].windows(2).all(|pair| pair[0] == pair[1]);
        (!is_even && count > 2 && end > within && stands_alone(view, start, end)).then(|| (start, extension(view, end)))
    })
}

/// `07700 900123`, `06-12345678`, `0151/23456789`, `01512 3456789`: mobile numbers of the United Kingdom, the Netherlands and
/// Germany, in two groups.
pub fn mobile(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    let compact = Compact::read(view, start, DIGIT, const { ByteSet::of(b" -/") }, 1);
    let digits = compact.bytes();
    let (groups, count) = compact.groups(digits.len());
    let n = groups[0] + groups[1];
    if count < 2 || n > digits.len() || !(compact.begins_group(n) && compact::begins(view, start)) {
        return None;
    }
    let separator = view.at(start + groups[0])?;
    let is_form = match (&digits[..2], groups[0], groups[1]) {
        (b"07", 5, 6) => digits[2] > b'2' && separator != b'/',
        (b"06", 2, 8) => separator != b'/',
        (b"01", 4, 7 | 8) | (b"01", 5, 7) => matches!(digits[2], b'5'..=b'7'),
        _ => false,
    };
    let fits = is_form && count == 2 && !is_one_digit(&digits[2..]) && ends(view, compact.end(n));
    (fits && stands_alone(view, start, compact.end(n))).then(|| (start, extension(view, compact.end(n))))
}

/// Whether neither a number nor a piece of a table stands beside `start..end`: numbers in columns are no telephone numbers.
fn stands_alone(view: &View<'_>, start: usize, end: usize) -> bool {
    let before = view.run_back(start, BLANK, 64);
    let behind = view.run(end, BLANK, 64);
    let is_column = |b: u8| DIGIT.contains(b) || matches!(b, b']' | b'%' | b'|');
    (start - before < 2 && behind - end < 2)
        && !view.before(before).is_some_and(is_column)
        && !view.at(behind).is_some_and(is_column)
        && !is_hex_word(view, before, behind)
}

/// Whether a word of two, four or eight hexadecimal digits stands on either side: the number is part of a dump.
fn is_hex_word(view: &View<'_>, before: usize, behind: usize) -> bool {
    const HEX: ByteSet = crate::detect::bytes::HEX;
    let is_dump = |length: usize| matches!(length, 2 | 4 | 8);
    let last = before - view.run_back(before, HEX, 9);
    let next = view.run(behind, HEX, 9) - behind;
    (is_dump(last)
        && view.starts_word(before - last)
        && view.slice(before - last, before).iter().any(u8::is_ascii_digit))
        || (is_dump(next)
            && view.ends_word(behind + next)
            && view.slice(behind, behind + next).iter().any(u8::is_ascii_digit))
}

/// `(212) 555-0123`, `(020) 7946 0958`: the number whose area code ends before the parenthesis at `at`.
pub fn parenthesised(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let area = view.run_back(at, DIGIT, 6);
    let open = area.checked_sub(1)?;
    if view.at(open) != Some(b'(') || !(2..=5).contains(&(at - area)) {
        return None;
    }
    let compact = Compact::read(view, area, DIGIT, BETWEEN, 2);
    let digits = compact.bytes();
    let (groups, count) = compact.groups(digits.len());
    let is_grouped = |lengths: &[usize]| count >= lengths.len() && groups.get(..lengths.len()) == Some(lengths);
    let close = |n: usize| ends(view, compact.end(n)).then(|| extension(view, compact.end(n)));
    let is_hyphened = || is_grouped(&[3, 3, 4]) && view.at(compact.end(6)) == Some(b'-') && &digits[1..3] != b"00";
    let end = if (is_grouped(&[3, 3, 4]) || is_grouped(&[3, 7])) && is_nanp(&digits[..10])
        || is_hyphened() && !is_one_digit(&digits[..10])
    {
        close(10)
    } else if is_grouped(&[2, 5, 4])
        || is_grouped(&[2, 4, 4])
        || digits[0] == b'0' && [[3, 4, 4], [2, 3, 4], [3, 3, 4], [5, 3, 3]].iter().any(|lengths| is_grouped(lengths))
    {
        close(groups[..3].iter().sum())
    } else if digits[0] == b'0' && (is_grouped(&[5, 6]) || is_grouped(&[4, 3, 4])) {
        close(11)
    } else if is_grouped(&[3, 3, 2, 2])
        && view.at(compact.end(6)) == Some(b'-')
        && view.at(compact.end(8)) == Some(b'-')
    {
        close(10)
    } else if digits[0] == b'0' && (is_grouped(&[4, 3, 2, 2]) || is_grouped(&[3, 3, 2, 2])) {
        close(groups[..4].iter().sum())
    } else if digits.len() > 2 && digits[0] == b'0' && digits[1] != b'0' && is_direct(&groups, count) {
        // `(030) 901820`, `(089) 1234567-12`
        let n = groups[0] + groups[1];
        let is_through = count > 2 && groups[2] < 5 && view.at(compact.end(n)) == Some(b'-');
        close(if is_through { n + groups[2] } else { n })
    } else {
        None
    }?;
    // What calls a function or indexes is no number: `f(212)`.
    let mut start = open;
    if view.before(open) == Some(b' ') || view.before(open) == Some(b'-') {
        let one = open - 1;
        let trunk = if is_grouped(&[3, 3, 2, 2]) { b'8' } else { b'1' };
        if view.before(one) == Some(trunk) && view.starts_word(one - 1) && view.back(one, 2) != Some(b'+') {
            start = one - 1;
        }
    }
    let is_word = view.before(open).is_some_and(|b| ALNUM.contains(b) || matches!(b, b'_' | b')' | b']'));
    (!is_word).then_some((start, end))
}

/// Whether the groups are an area code and a number of its own, as Germany and Austria write them.
fn is_direct(groups: &[usize; 8], count: usize) -> bool {
    count > 1
        && (3..=5).contains(&groups[0])
        && (5..=8).contains(&groups[1])
        && (9..=12).contains(&(groups[0] + groups[1]))
}

/// The number at `start`, behind a word for telephones; `is_strong` if the word means nothing else.
pub fn labelled(view: &View<'_>, start: usize, is_strong: bool) -> Option<(usize, usize)> {
    if view.at(start) == Some(b'+') {
        if let Some(span) = international(view, start, true) {
            return Some(span);
        }
        if !is_strong {
            return None;
        }
    }
    let first = if view.at(start) == Some(b'+') { start + 1 } else { start };
    let compact = Compact::read(view, first, DIGIT, BETWEEN, 3);
    let digits = compact.bytes();
    let (groups, count) = compact.groups(digits.len());
    let nothing = digits.len() < 7 || is_one_digit(digits) || is_date(&groups[..count.min(8)], digits);
    if nothing || (count == 1 && !is_strong) {
        return None;
    }
    let is_formatted = count > 1 || digits.len() >= 9;
    let is_end = |n: usize| compact.begins_group(n) && ends(view, compact.end(n));
    let n = (7..=digits.len().min(15)).rev().find(|&n| is_end(n))?;
    let is_address = count >= 4
        && groups[..4].iter().all(|g| *g <= 3)
        && view.slice(start, compact.end(n)).contains(&b'.')
        && !view.slice(start, compact.end(n)).contains(&b' ')
        && groups[0] != 2;
    if (!is_strong && (!is_formatted || n < 9)) || is_address {
        return None;
    }
    let open = view.before(start) == Some(b'(') && is_closed(view, start, compact.end(n));
    Some((start - usize::from(open), extension(view, compact.end(n))))
}

/// `2026-11-23`, `23.11.2026`, `20261123`: a date has the length of a short number.
pub fn is_date(groups: &[usize], digits: &[u8]) -> bool {
    let year = |text: &[u8]| matches!(text, [b'1', b'9', ..] | [b'2', b'0', ..]);
    let number = |text: &[u8]| text.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    match groups {
        [4, 2, 2, ..] => year(digits) && number(&digits[4..6]) <= 12,
        [2, 2, 4, ..] => year(&digits[4..]),
        _ => false,
    }
}
