//! Values in places that say "secret": where they begin and end in the syntaxes of the field.

use std::cell::OnceCell;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, HIGH, LETTER, SPACE, WORD};
use crate::detect::run::Run;
use crate::detect::view::View;

/// A value's place: its bytes, how it goes on if its end is out of reach, and how it is quoted.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Index of the first byte.
    pub start: usize,
    /// Index behind the last byte in reach.
    pub end: usize,
    /// How it goes on if the reach ended first.
    pub run: Run,
    /// Whether it stands between quotes or tags.
    pub is_quoted: bool,
    /// Whether it goes on although the reach does not end here.
    pub is_open: bool,
}

/// A quote as it stands in text that may itself be quoted: `"`, `\"`, `\\\"`, `&quot;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The quote; 0 for an entity.
    mark: u8,
    /// Backslashes before it.
    level: u32,
    /// Bytes it takes.
    width: usize,
    /// Whether it is doubled, as in a quoted field of CSV or SQL.
    is_doubled: bool,
}

impl Quote {
    /// The quote at `at`, if one stands there.
    pub fn at(view: &View<'_>, at: usize) -> Option<Quote> {
        match view.at(at)? {
            mark @ (b'"' | b'\'' | b'`') => {
                let is_doubled = mark != b'`' && opens_doubled(view, at, mark);
                return Some(Quote { mark, level: 0, width: 1 + usize::from(is_doubled), is_doubled });
            }
            b'&' => {
                let entities = [&b"&quot;"[..], b"&#34;", b"&#39;", b"&apos;"];
                let entity = entities.into_iter().find(|entity| view.starts_with(at, entity))?;
                return Some(Quote { mark: 0, level: 0, width: entity.len(), is_doubled: false });
            }
            b'\\' => {}
            _ => return None,
        }
        let backslashes = view.run(at, const { ByteSet::of(b"\\") }, 7) - at;
        let mark = view.at(at + backslashes).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
        matches!(backslashes, 0 | 1 | 3 | 7).then_some(Quote {
            mark,
            level: backslashes as u32,
            width: backslashes + 1,
            is_doubled: false,
        })
    }

    /// The quote at `end` behind what begins at `start`. It is doubled if the one before `start` is.
    pub fn behind(view: &View<'_>, start: usize, end: usize) -> Option<Quote> {
        let mark = view.at(end).filter(|mark| matches!(mark, b'"' | b'\''));
        let is_doubled = mark.is_some()
            && view.at(end + 1) == mark
            && view.before(start) == mark
            && view.back(start, 2) == mark
            && view.back(start, 3) != mark;
        match mark {
            Some(mark) if is_doubled => Some(Quote { mark, level: 0, width: 2, is_doubled }),
            _ => Quote::at(view, end).map(|quote| Quote {
                width: if quote.is_doubled { 1 } else { quote.width },
                is_doubled: false,
                ..quote
            }),
        }
    }

    /// Whether it is one byte: not escaped, no entity.
    pub fn is_plain(self) -> bool {
        self.width == 1
    }

    /// Where it stands behind what it opened: the index behind it.
    pub fn end(self, at: usize) -> usize {
        at + self.width
    }

    /// What it encloses from `start` on. In YAML an apostrophe within apostrophes is doubled (`is_yaml`).
    pub fn extent(self, view: &View<'_>, start: usize, is_yaml: bool) -> Extent {
        if self.mark == 0 {
            let end = (start..).find(|&i| {
                !matches!(view.at(i), Some(b) if b != b'\n' && b != b'<' && b != b'"')
                    || (view.at(i) == Some(b'&') && Quote::at(view, i).is_some())
            });
            let run = Run::Set(const { ByteSet::of(b"\n<\"&").not() });
            return Extent { start, end: end.unwrap_or(start), run, is_quoted: true, is_open: false };
        }
        if self.is_doubled {
            let end = doubled(view, start, self.mark).unwrap_or(start);
            return Extent { start, end, run: Run::Line, is_quoted: true, is_open: false };
        }
        // Three quotes open what three close.
        if self.is_plain() && view.at(start) == Some(self.mark) && view.at(start + 1) == Some(self.mark) {
            let is_end = |i: usize| (0..3).all(|n| view.at(i + n) == Some(self.mark));
            let end = (start + 3..).find(|&i| view.at(i).is_none() || is_end(i)).unwrap_or(start);
            if view.at(end).is_some() {
                return Extent { start: start + 2, end, run: Run::Line, is_quoted: true, is_open: false };
            }
        }
        let mut backslashes = 0;
        let mut i = start;
        let end = loop {
            match view.at(i) {
                None | Some(b'\n') => break i,
                Some(b'\'')
                    if is_yaml
                        && self.is_plain()
                        && self.mark == b'\''
                        && view.at(i + 1) == Some(b'\'')
                        && i > start =>
                {
                    i += 1;
                }
                Some(b) if b == self.mark && backslashes % (2 * (self.level + 1)) == self.level => {
                    break i - (self.level as usize).min(i - start);
                }
                Some(b) => backslashes = if b == b'\\' { backslashes + 1 } else { 0 },
            }
            i += 1;
        };
        // A line that ends inside quotes has a carriage return before its end, which is not the value's.
        let end =
            if view.at(end) == Some(b'\n') && end > start && view.before(end) == Some(b'\r') { end - 1 } else { end };
        let held = if view.is_capped_at(end) { Run::held(view.slice(start, end)) as u32 } else { 0 };
        let run = Run::Quoted { quote: self.mark, level: self.level, backslashes: backslashes.saturating_sub(held) };
        Extent { start, end, run, is_quoted: true, is_open: false }
    }
}

/// How far the end of a value in doubled quotes is looked for, in bytes.
const DOUBLED: usize = 512;

/// Whether a doubled quote opens a value at `at`: `""x""` in a field of CSV, and no empty string.
fn opens_doubled(view: &View<'_>, at: usize, mark: u8) -> bool {
    const AFTER: ByteSet = SPACE.or(ByteSet::of(b",;)]}>:.+|&\"'"));
    view.at(at + 1) == Some(mark)
        && view.at(at + 2).is_some_and(|b| !AFTER.contains(b))
        && view.before(at) != Some(mark)
        && doubled(view, at + 2, mark).is_some()
}

/// Where the doubled quote stands that ends what begins at `start`, on the same line.
fn doubled(view: &View<'_>, start: usize, mark: u8) -> Option<usize> {
    let end = view.run(start, ByteSet::of(&[mark, b'\n']).not(), DOUBLED);
    (end > start && view.at(end) == Some(mark) && view.at(end + 1) == Some(mark)).then_some(end)
}

/// What stands around an unquoted value.
///
/// What is dear to know is read when it is asked for, once.
#[derive(Clone, Debug, Default)]
pub struct Surroundings<'v> {
    /// The end of what stands before the key. Only its last line tells.
    pub before: &'v [u8],
    /// The key begins its line: the value may have blanks in it and goes to the end of the line.
    pub is_own_line: bool,
    /// The separator is percent-encoded, and so are those that follow.
    pub is_encoded: bool,
    /// What separates the fields of the record that the key stands in, if the byte before the key tells. It is one of the
    /// bytes that are looked at anyway.
    pub delimiter: Option<u8>,
    /// The quote of the string that is open before the key, and whether the key stands in the query of a URL.
    pub open: OnceCell<(Option<u8>, bool)>,
}

impl Surroundings<'_> {
    /// The quote of the string that the key stands in, if any.
    pub fn inside(&self) -> Option<u8> {
        self.open.get_or_init(|| open(self.before)).0
    }

    /// Whether the key stands in the query of a URL.
    pub fn is_query(&self) -> bool {
        self.open.get_or_init(|| open(self.before)).1
    }
}

/// The bytes behind the last newline.
pub fn last_line(text: &[u8]) -> &[u8] {
    &text[memchr::memrchr(b'\n', text).map_or(0, |newline| newline + 1)..]
}

/// The quote of the string that is open at the end of `before`, and whether it is in the query of a URL.
fn open(before: &[u8]) -> (Option<u8>, bool) {
    let before = last_line(before);
    // Without quotes and escapes, the last mark tells all there is to know.
    let is_simple = memchr::memchr3(b'"', b'\'', b'`', before).is_none() && memchr::memchr(b'\\', before).is_none();
    let (inside, is_query) = if is_simple { (None, in_query(before)) } else { read(before) };
    // `/path;jsessionid=`
    let is_parameter = before.ends_with(b";")
        && before.iter().rev().take_while(|b| !SPACE.contains(**b) && **b != b'"').any(|&b| b == b'/');
    (inside, is_query || is_parameter)
}

/// Whether the end of a text without quotes is in the query of a URL.
fn in_query(before: &[u8]) -> bool {
    const MARKS: ByteSet = ByteSet::of(b"?& \t<>");
    let last = before.iter().rposition(|&b| MARKS.contains(b));
    last.is_some_and(|last| matches!(before[last], b'?' | b'&'))
}

/// The quote of the string that is open at the end of a line, and whether it is in a query, mark by mark.
fn read(before: &[u8]) -> (Option<u8>, bool) {
    const TOLD: ByteSet = ByteSet::of(b"\\\"'`?&; \t<>");
    let is_alnum = |at: usize| before.get(at).is_some_and(|b| ALNUM.contains(*b));
    let mut inside: Option<u8> = None;
    let mut is_query = false;
    let mut at = 0;
    while let Some(next) = before[at.min(before.len())..].iter().position(|&b| TOLD.contains(b)) {
        at += next;
        match before[at] {
            b'\\' => at += 1,
            quote @ (b'"' | b'\'' | b'`') => match inside {
                // An apostrophe within a word opens nothing.
                None if quote == b'\'' && at > 0 && ALNUM.contains(before[at - 1]) && is_alnum(at + 1) => {}
                None => (inside, is_query) = (Some(quote), false),
                Some(open) if open == quote => inside = None,
                Some(_) => {}
            },
            b'?' | b'&' => is_query = true,
            b';' => {}
            _ => is_query = false,
        }
        at += 1;
    }
    (inside, is_query)
}

/// How far an unquoted value is read before it is followed as a run, in bytes.
const READ: usize = 256;

/// The bytes that may end an unquoted value.
const TOLD: ByteSet = SPACE.or(ByteSet::of(b"\"'`\\&#?%,;|([{)]}<>\x1b"));

/// How many bytes at the beginning of a text are letters, digits and marks that stand in values and end none, counted in whole
/// blocks.
fn plain(text: &[u8]) -> usize {
    const BLOCK: usize = 16;
    let is_plain = |b: u8| {
        ((b | 0x20).wrapping_sub(b'a') < 26) | (b.wrapping_sub(b'-') <= b':' - b'-') | (b == b'=') | (b == b'_')
    };
    let blocks = text.chunks_exact(BLOCK);
    BLOCK * blocks.take_while(|block| block.iter().fold(true, |all, &b| all & is_plain(b))).count()
}

/// The end of the run at `from` of bytes that end no unquoted value, at most `limit` bytes on.
///
/// Values are mostly letters and digits, which are told in blocks: comparisons of a whole block are a few instructions.
fn untold(view: &View<'_>, from: usize, limit: usize) -> usize {
    let plain = plain(view.peek(from, limit));
    view.run(from + plain, const { TOLD.not() }, limit - plain)
}

/// Where the unquoted value that starts at `start` ends.
///
/// It is read for [`READ`] bytes; a longer one goes on to the next blank or quote, or to the end of a line of its own. A
/// delimiter ends it only where what follows shows that it is one (`, user=`, `;` at the end, `)` before a blank):
/// passwords hold all of them. The value of a line of its own may have blanks in it and goes to the end of the line.
pub fn unquoted(view: &View<'_>, start: usize, around: &Surroundings<'_>, is_own_line: bool) -> Extent {
    let mut i = start;
    let mut open: Vec<u8> = Vec::new();
    // A reference goes to its own end, whatever is inside.
    for (opens, closes) in [(&b"<%"[..], &b"%>"[..]), (b"{{", b"}}"), (b"${{", b"}}")] {
        if view.starts_with(start, opens) {
            let line = view.slice(start, view.line_end(start, READ / 2));
            i += memchr::memmem::find(line, closes).map_or(0, |n| n + closes.len());
        }
    }
    let end = loop {
        i = untold(view, i, READ - (i - start));
        let Some(byte) = view.at(i).filter(|_| i - start < READ) else { break i };
        match byte {
            b'\n' => {
                // A backslash at the end of a line of its own carries the value on (.properties).
                let backslashes = i - view.run_back(i, const { ByteSet::of(b"\\") }, i - start);
                if !(is_own_line && backslashes % 2 == 1) {
                    break i;
                }
            }
            b'\r' => break i,
            b' ' | b'\t' if !is_own_line || ends_before_blank(view, i) => break i,
            b'"' | b'\'' | b'`' if around.inside() == Some(byte) || !view.is(i + 1, ALNUM) => {
                break i - (i - view.run_back(i, const { ByteSet::of(b"\\") }, 7)).min(i - start);
            }
            b'\\'
                if matches!(view.at(i + 1), Some(b'n' | b'r' | b't'))
                    && (i == start
                        || around.inside().is_some()
                        || !is_own_line && matches!(view.at(i + 2), Some(b'-' | b' ' | b'\\' | b'"'))) =>
            {
                break i;
            }
            b'&' if around.is_query()
                || ends_field(view, i)
                || view.starts_with(i, b"&amp;")
                || Quote::at(view, i).is_some() =>
            {
                break i;
            }
            b'#' if around.is_query() => break i,
            b'?' if around.is_query() => break i,
            b'%' if around.is_encoded && view.starts_with(i, b"%26") => break i,
            _ if around.delimiter == Some(byte) => break i,
            b',' | b';' | b'|' if ends_field(view, i) => break i,
            b'(' | b'[' | b'{' => open.push(byte),
            b')' | b']' | b'}' => match open.pop() {
                Some(b'(') if byte == b')' => {}
                Some(b'[') if byte == b']' => {}
                Some(b'{') if byte == b'}' => {}
                _ if closes(view, i + 1) => break i,
                _ => {}
            },
            b'<' if view.at(i + 1).is_none_or(|b| b == b'/' || b == b'!' || ALNUM.contains(b)) => break i,
            b'>' if closes(view, i + 1) => break i,
            0x1b => break i,
            _ => {}
        }
        i += 1;
    };
    let is_open = end - start >= READ && view.at(end).is_some();
    let mut end = end;
    while end > start && !is_open && view.is(end - 1, SPACE) {
        end -= 1;
    }
    let run = if is_own_line { Run::Line } else { Run::Set(const { SPACE.or(ByteSet::of(b"\"'`<>&,;\x1b")).not() }) };
    Extent { start, end, run, is_quoted: false, is_open }
}

/// What stands in the cell of a table from `start` on, up to the bar behind it.
pub fn cell(view: &View<'_>, start: usize) -> Extent {
    let mut end = view.run(start, const { ByteSet::of(b"|\r\n").not() }, READ);
    while end > start && view.is(end - 1, const { BLANK.or(ByteSet::of(b"`")) }) {
        end -= 1;
    }
    Extent { start, end, run: Run::Line, is_quoted: false, is_open: false }
}

/// The word at `start`.
pub fn word(view: &View<'_>, start: usize) -> Extent {
    let set = const { SPACE.not() };
    let mut end = view.run(start, set, usize::MAX);
    if !view.is_capped_at(end) {
        end -= usize::from(view.before(end) == Some(b';') && end > start + 1);
    }
    Extent { start, end, run: Run::Set(set), is_quoted: false, is_open: false }
}

/// Whether the blank at `at` ends the value of a line of its own: a comment, or another pair, follows.
fn ends_before_blank(view: &View<'_>, at: usize) -> bool {
    let next = view.run(at, BLANK, 64);
    match view.at(next) {
        None | Some(b'\n' | b'\r') => true,
        Some(b'#') => true,
        Some(b'/') => view.at(next + 1) == Some(b'/'),
        Some(b';' | b'|') => view.is(next + 1, BLANK),
        _ => is_pair(view, next) || is_command(view, next),
    }
}

/// Whether a command and an option stand at `at`: `psql -h db` behind `PGPASSWORD=x`.
fn is_command(view: &View<'_>, at: usize) -> bool {
    let name = view.run(at, const { ALNUM.or(ByteSet::of(b"_./-")) }, 64);
    name > at
        && view.is(name, BLANK)
        && view.at(name + 1) == Some(b'-')
        && view.is(name + 2, const { ALNUM.or(ByteSet::of(b"-")) })
}

/// Whether the comma, semicolon, ampersand or bar at `at` ends a field.
fn ends_field(view: &View<'_>, at: usize) -> bool {
    let next = view.run(at + 1, BLANK, 8);
    match view.at(next) {
        None => true,
        Some(b) if SPACE.contains(b) || matches!(b, b'"' | b'\'' | b'}' | b')' | b']' | b'\\') => true,
        Some(_) => next > at + 1 || is_pair(view, next),
    }
}

/// Whether a key and `=` or `:` stand at `at`: `user=`, `Initial Catalog=`, `"host":`.
fn is_pair(view: &View<'_>, start: usize) -> bool {
    const KEY: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".-"));
    let at = Quote::at(view, start).map_or(start, |quote| quote.end(start));
    let mut end = view.run(at, KEY, 48);
    if end == at {
        return false;
    }
    // Keys of connection strings may have a blank in them.
    if view.at(end) == Some(b' ') && view.before(view.run_back(start, BLANK, 8)) == Some(b';') {
        let second = view.run(end + 1, LETTER, 24);
        if second > end + 1 && view.at(second) == Some(b'=') {
            end = second;
        }
    }
    let end = Quote::at(view, end).map_or(end, |quote| quote.end(end));
    let end = view.run(end, BLANK, 2);
    match view.at(end) {
        Some(b'=') => true,
        Some(b':') => view.is(end + 1, SPACE) || matches!(view.at(end + 1), Some(b'"' | b'\'')),
        _ => false,
    }
}

/// Whether a closing bracket before `at` closes something around the value.
fn closes(view: &View<'_>, at: usize) -> bool {
    view.at(at).is_none_or(|b| {
        SPACE.contains(b)
            || matches!(b, b',' | b';' | b'.' | b')' | b']' | b'}' | b'"' | b'\'' | b'`' | b':' | b'<' | b'\\')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_without_quotes_is_told_by_its_last_mark(line in "[a?&; <>\t]{0,12}") {
            prop_assert_eq!((None, in_query(line.as_bytes())), read(line.as_bytes()));
        }
    }
}
