//! The rule of dashes below a header, of ASCII or drawn with lines, and what it tells of the header above it.

use std::borrow::Cow;

use crate::detect::table::COLUMNS;
use crate::detect::table::aligned::Bars;

/// The widths of the cells above and below a rule of dashes and blanks: each goes on to where the next begins.
pub(super) fn dashes(rule: &[u8]) -> Option<Vec<usize>> {
    let rule = rule.trim_ascii_end();
    if rule.is_empty() || !rule.iter().all(|&b| matches!(b, b'-' | b' ')) {
        return None;
    }
    let mut widths = Vec::new();
    let mut from = 0;
    for next in 1..rule.len() {
        if rule[next - 1] == b' ' && rule[next] == b'-' && rule[..next].contains(&b'-') && widths.len() < COLUMNS {
            widths.push(next - 1 - from);
            from = next;
        }
    }
    widths.push(rule.len() - from);
    Some(widths)
}

/// A rule that may be drawn with lines, as one of ASCII, and the bars between the cells above and below it.
pub(super) fn drawn(rule: &[u8]) -> Option<(Cow<'_, [u8]>, &'static [u8])> {
    if rule.is_ascii() {
        return Some((Cow::Borrowed(rule), b"|"));
    }
    let plain = |letter: char| match letter {
        '─' | '━' | '═' | '╌' => Some(b'-'),
        '├' | '┼' | '┤' | '╞' | '╪' | '╡' | '┣' | '╋' | '┫' | '┝' | '┿' | '┥' | '╠' | '╬' | '╣' | '╟' | '╫' | '╢' => {
            Some(b'+')
        }
        _ => None,
    };
    let text = str::from_utf8(rule).ok()?;
    let bar = match text {
        text if text.contains(['╋', '┣']) => "┃",
        text if text.contains(['╬', '╠', '╫', '╟']) => "║",
        _ => "│",
    };
    let plain: Option<Vec<u8>> = text.chars().map(plain).collect();
    Some((Cow::Owned(plain?), bar.as_bytes()))
}

/// The names in a header whose cells stand between bars.
pub(super) fn named<'h>(header: &'h [u8], bars: Bars, bar: &[u8]) -> Option<Vec<&'h [u8]>> {
    let inner = match bars {
        Bars::Around => header.trim_ascii_end().strip_prefix(bar)?.strip_suffix(bar)?,
        Bars::Behind => header.trim_ascii_end().strip_suffix(bar)?,
        Bars::Between | Bars::None => header,
    };
    let mut names = Vec::new();
    let mut from = 0;
    for at in memchr::memmem::find_iter(inner, bar) {
        names.push(&inner[from..at]);
        from = at + bar.len();
    }
    names.push(&inner[from..]);
    Some(names)
}

/// The line of a header and the widths below it that stand above the line that `above` ends with, and what ends with that
/// line of the header.
pub(super) fn wrapped(above: &[u8]) -> Option<(&[u8], Vec<usize>, &[u8])> {
    let before = &above[..memchr::memrchr(b'\n', above)?];
    let (from, rule) = last_line(before)?;
    let widths = (rule.first() == Some(&b'-')).then(|| dashes(rule))??;
    let before = &before[..from.checked_sub(1)?];
    let (_, header) = last_line(before).unwrap_or((0, before));
    (!is_blank(header)).then_some((header, widths, before))
}

/// Whether a line has nothing but dashes and blanks, and so is no header.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|&b| matches!(b, b'-' | b' ' | b'\r'))
}

/// Whether the header that `above` ends with is one of several lines.
pub(super) fn is_wrapped(above: &[u8]) -> bool {
    wrapped(above).is_some()
}

/// The line that a text ends with, if it is whole, and where it begins.
pub(super) fn last_line(text: &[u8]) -> Option<(usize, &[u8])> {
    let from = memchr::memrchr(b'\n', text)? + 1;
    let line = &text[from..];
    Some((from, line.strip_suffix(b"\r").unwrap_or(line)))
}

/// Whether a word is written as columns are and headings are not: `USER_NAME`, `userName`, `login`.
pub(super) fn is_name_of_column(name: &[u8]) -> bool {
    let is_plain = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'#' | b'$' | b'.'));
    let is_title = name.first().is_some_and(u8::is_ascii_uppercase) && name[1..].iter().all(u8::is_ascii_lowercase);
    is_plain && !is_title
}
