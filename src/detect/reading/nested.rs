//! Values that a structure holds: the text of an element, the strings of a list, the items and block scalars of YAML.

use crate::detect::bytes::{BLANK, ByteSet, DIGIT, LETTER, SPACE, WORD};
use crate::detect::reading::key::Key;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::run::Run;
use crate::detect::view::View;

/// The most values of one list.
const MOST: usize = 64;

/// The text of an element, of its `<value>`, or of its CDATA section.
pub fn element(view: &View<'_>, mut at: usize) -> Option<Extent> {
    for tag in [&b"<value>"[..], b"<string>", b"<text>"] {
        if view.starts_with_ignoring_case(at, tag) {
            at = view.run(at + tag.len(), SPACE, 64);
        }
    }
    if view.starts_with(at, b"<![CDATA[") {
        let start = at + 9;
        let end = (start..).find(|&i| view.at(i).is_none() || view.starts_with(i, b"]]>"))?;
        return Some(Extent { start, end, run: Run::Element, is_quoted: true, is_open: false });
    }
    let mut end = view.run(at, const { ByteSet::of(b"<").not() }, usize::MAX);
    if !view.is_capped_at(end) {
        // Without a closing tag this is no element.
        if !matches!(view.at(end + 1)?, b'/' | b'!') {
            return None;
        }
        while end > at && view.is(end - 1, SPACE) {
            end -= 1;
        }
    }
    (end > at).then_some(Extent { start: at, end, run: Run::Element, is_quoted: true, is_open: false })
}

/// The text of an element whose tags are escaped, up to `&lt;`.
pub fn escaped_element(view: &View<'_>, start: usize) -> Option<Extent> {
    const OPENS: &[u8] = b"&lt;/";
    let end = (start..).find(|&i| matches!(view.at(i), None | Some(b'\n' | b'<')) || view.starts_with(i, OPENS))?;
    let is_closed = view.starts_with(end, OPENS) || view.is_capped_at(end);
    (end > start && is_closed).then_some(Extent { start, end, run: Run::Element, is_quoted: true, is_open: false })
}

/// The string that a mapping holds as its value: `{"value": "x"}`, `{ S = "x" }`.
pub fn member(view: &View<'_>, at: usize) -> Option<Extent> {
    const NAMES: [&[u8]; 12] = [
        b"example",
        b"$",
        b"#text",
        b"value",
        b"S",
        b"s",
        b"text",
        b"stringvalue",
        b"plaintext",
        b"default",
        b"content",
        b"literal",
    ];
    /// Members that may stand before it: `{"sensitive": true, "type": "string", "value": "x"}`.
    const BEFORE: usize = 4;
    let mut start = view.run(at + 1, SPACE, 64);
    for _ in 0..=BEFORE {
        let quote = Quote::at(view, start);
        let name = quote.map_or(start, |quote| quote.end(start));
        let end = view.run(name, const { LETTER.or(ByteSet::of(b"_$#@")) }, 24);
        let separator = view.run(quote.map_or(end, |quote| quote.end(end)), BLANK, 8);
        let value = view.run(separator + 1, SPACE, 16);
        if end == name || !matches!(view.at(separator), Some(b':' | b'=')) {
            return None;
        }
        let literal = Quote::at(view, value);
        if NAMES.iter().any(|n| view.slice(name, end).eq_ignore_ascii_case(n)) {
            return literal.map(|quote| quote.extent(view, quote.end(value), false));
        }
        let behind = match literal {
            Some(quote) => {
                let extent = quote.extent(view, quote.end(value), false);
                if extent.end > value + 64 {
                    return None;
                }
                quote.end(extent.end)
            }
            None => view.run(value, const { WORD.or(ByteSet::of(b".-")) }, 24),
        };
        let comma = view.run(behind, SPACE, 16);
        if view.at(comma) != Some(b',') {
            return None;
        }
        start = view.run(comma + 1, SPACE, 64);
    }
    None
}

/// The strings of `["a", "b"]`, if it is a list of strings.
pub fn list(view: &View<'_>, mut at: usize) -> Option<Vec<Extent>> {
    let mut values = Vec::new();
    while values.len() < MOST {
        at = view.run(at, const { SPACE.or(ByteSet::of(b",")) }, 64);
        let Some(quote) = Quote::at(view, at) else { break };
        let extent = quote.extent(view, quote.end(at), false);
        at = quote.end(extent.end);
        values.push(extent);
    }
    (!values.is_empty()).then_some(values)
}

/// The plain words of `[a, b]`, a list in the flow style of YAML, where a list may stand; none of an empty list, or of one
/// that holds lists and mappings. `None` if the bracket begins a word.
pub fn flow(view: &View<'_>, at: usize, may_be_list: bool) -> Option<Vec<Extent>> {
    let first = view.run(at, SPACE, 64);
    if matches!(view.at(first), Some(b']' | b'{' | b'[') | None) {
        return Some(Vec::new());
    }
    if !may_be_list {
        return None;
    }
    words(view, at, b']', 1024)
}

/// The plain words of a list from `at` on, with commas between them, which `mark` closes in the same line.
pub fn words(view: &View<'_>, at: usize, mark: u8, limit: usize) -> Option<Vec<Extent>> {
    let close = view.run(at, ByteSet::of(&[mark, b'\r', b'\n']).not(), limit);
    if view.at(close) != Some(mark) {
        return None;
    }
    let mut values = Vec::new();
    let mut start = at;
    while start < close && values.len() < MOST {
        let comma = view.run(start, ByteSet::of(&[b',', mark]).not(), close - start);
        let from = view.run(start, BLANK, comma - start);
        let end = from + view.slice(from, comma).trim_ascii_end().len();
        if end > from {
            values.push(Extent { start: from, end, run: Run::Line, is_quoted: false, is_open: false });
        }
        start = comma + 1;
    }
    Some(values)
}

/// The items of a list below a key: `passwords:` and `- x` on the lines that follow.
pub fn items(view: &View<'_>, key: &Key, at: usize) -> Vec<Extent> {
    let indent = key.start - view.line_start(key.start);
    let mut values = Vec::new();
    let mut line = view.run(at, const { ByteSet::of(b"\r") }, 1) + 1;
    if let Some(at) = described(view, line, indent) {
        let quote = Quote::at(view, at);
        let end = view.run(at, const { ByteSet::of(b"\r\n").not() }, 1024);
        let end = at + view.slice(at, end).trim_ascii_end().len();
        let plain = Extent { start: at, end, run: Run::Line, is_quoted: false, is_open: false };
        return vec![quote.map_or(plain, |quote| quote.extent(view, quote.end(at), true))];
    }
    while values.len() < MOST {
        let dash = view.run(line, BLANK, 64);
        if dash - line < indent.saturating_sub(2) || view.at(dash) != Some(b'-') || !view.is(dash + 1, BLANK) {
            break;
        }
        let start = view.run(dash + 1, BLANK, 16);
        let end = view.run(start, const { ByteSet::of(b"\r\n").not() }, 1024);
        let text = view.slice(start, end);
        let is_mapping = text.windows(2).any(|w| w == b": ") || text.ends_with(b":") || text.starts_with(b"{");
        if end == start || is_mapping {
            break;
        }
        values.push(match Quote::at(view, start) {
            Some(quote) => quote.extent(view, quote.end(start), true),
            None => Extent {
                start,
                end: start + text.trim_ascii_end().len(),
                run: Run::Line,
                is_quoted: false,
                is_open: false,
            },
        });
        line = view.run(end, const { ByteSet::of(b"\r") }, 1) + 1;
    }
    values
}

/// Where the value of a key begins that a schema describes: `password:`, `type: string` and `example: x` on the lines that
/// follow, from `line` on, which are indented deeper than `indent`.
pub fn described(view: &View<'_>, mut line: usize, indent: usize) -> Option<usize> {
    /// Members that may stand before it.
    const BEFORE: usize = 6;
    const MEMBERS: [&[u8]; 18] = [
        b"noecho",
        b"allowedpattern",
        b"constraintdescription",
        b"type",
        b"format",
        b"description",
        b"title",
        b"minLength",
        b"maxLength",
        b"required",
        b"nullable",
        b"in",
        b"readOnly",
        b"writeOnly",
        b"sensitive",
        b"name",
        b"pattern",
        b"schema",
    ];
    for n in 0..=BEFORE {
        let start = view.run(line, const { ByteSet::of(b" ") }, 64);
        let end = view.run(start, LETTER, 24);
        let name = view.slice(start, end);
        if start - line <= indent || view.at(end) != Some(b':') {
            return None;
        }
        let value = view.run(end + 1, BLANK, 8);
        let close = view.run(value, const { ByteSet::of(b"\r\n").not() }, 256);
        if n > 0 && [&b"example"[..], b"default", b"value"].iter().any(|word| name.eq_ignore_ascii_case(word)) {
            return (close > value && value > end + 1).then_some(value);
        }
        if !MEMBERS.iter().any(|member| name.eq_ignore_ascii_case(member)) {
            return None;
        }
        line = view.run(close, const { ByteSet::of(b"\r") }, 1) + 1;
    }
    None
}

/// A block scalar of YAML: `password: |` and the lines below that are indented deeper.
pub fn block(view: &View<'_>, key: &Key, at: usize) -> Option<Extent> {
    let indicator = view.run(at + 1, const { DIGIT.or(ByteSet::of(b"+-")) }, 2);
    let end = view.run(indicator, const { ByteSet::of(b" \t\r") }, 16);
    if view.at(end)? != b'\n' {
        return None;
    }
    let line = view.line_start(key.start);
    let indent = view.run(line, const { ByteSet::of(b" -") }, 128).min(key.start) - line;
    let start = view.run(end + 1, SPACE, 256);
    let column = start - view.line_start(start);
    (column > indent && view.at(start).is_some()).then_some(Extent {
        start,
        end: start + 1,
        run: Run::Block { indent },
        is_quoted: true,
        is_open: false,
    })
}
