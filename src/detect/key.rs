//! The key around an anchor, and what stands around the key.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, HIGH, LETTER, SPACE, WORD};
use crate::detect::value::Surroundings;
use crate::detect::view::View;

const KEY: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".-$"));

/// The longest key that is read, in bytes to each side of the anchor.
const KEY_LIMIT: usize = 96;

/// How far before a key its string is looked for, in bytes.
const STRING: usize = 256;

/// Quotes and blanks that stand between a key and its neighbours.
const PADDING: ByteSet = ByteSet::of(b"\"'`\\ \t");

/// A key: an identifier with dots and hyphens.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Index of its first byte.
    pub start: usize,
    /// Index behind its last byte.
    pub end: usize,
}

impl Key {
    /// The key that holds the anchor of `length` bytes at `at`.
    pub fn around(view: &View<'_>, at: usize, length: usize) -> Option<Key> {
        let mut start = view.run_back(at, KEY, KEY_LIMIT);
        // `\npassword=`: the letter belongs to the escape.
        if view.before(start) == Some(b'\\') && matches!(view.at(start), Some(b'n' | b'r' | b't')) && start < at {
            start += 1;
        }
        // `%26password%3D`: the key begins behind the last encoded delimiter.
        if let Some(escape) = (start..at).rev().find(|&i| view.before(i) == Some(b'%')) {
            start = (escape + 2).min(at);
        }
        // `ESC[32mpassword`: the digits and the letter belong to the colour.
        if view.before(start) == Some(b'[') && view.back(start, 2) == Some(0x1b) {
            let digits = view.run(start, ByteSet::of(b"0123456789;"), 12);
            start = if view.at(digits) == Some(b'm') { (digits + 1).min(at) } else { start };
        }
        while start < at && matches!(view.at(start), Some(b'.' | b'$')) {
            start += 1;
        }
        let mut end = view.run(at + length, KEY, KEY_LIMIT);
        while end > at + length && matches!(view.before(end), Some(b'.' | b'-' | b'$')) {
            end -= 1;
        }
        view.at(start).is_some().then_some(Key { start, end })
    }

    /// Its bytes.
    pub fn text<'a>(&self, view: &View<'a>) -> &'a [u8] {
        view.slice(self.start, self.end)
    }

    /// Its bytes behind the last dot.
    pub fn name<'a>(&self, view: &View<'a>) -> &'a [u8] {
        let text = self.text(view);
        &text[text.iter().rposition(|&b| b == b'.').map_or(0, |dot| dot + 1)..]
    }

    /// Whether it is itself the value of `name`, `key`, `id` or the like.
    pub fn is_named(&self, view: &View<'_>) -> bool {
        let at = view.run_back(self.start, PADDING, 16);
        if !matches!(view.before(at), Some(b'=' | b':')) {
            return false;
        }
        let at = view.run_back(at - 1, PADDING, 16);
        let word = view.slice(view.run_back(at, LETTER, 16), at);
        [&b"name"[..], b"key", b"id", b"property", b"field", b"param", b"header"]
            .iter()
            .any(|w| word.eq_ignore_ascii_case(w))
    }

    /// Whether it is the name of an element: `<password>`, `<ns:password>`.
    pub fn is_tag(&self, view: &View<'_>) -> bool {
        let start =
            if view.before(self.start) == Some(b':') { view.run_back(self.start - 1, WORD, 32) } else { self.start };
        view.before(start) == Some(b'<')
    }

    /// Whether it is the last attribute of a tag: `<entry key="password">`.
    pub fn is_attribute(&self, view: &View<'_>) -> bool {
        let start = view.run_back(self.start, ByteSet::of(b"<>\n").not(), 200);
        view.before(start) == Some(b'<') && self.is_named(view)
    }

    /// Whether it is an option of a command: `--password`, ` -password`.
    pub fn is_option(&self, view: &View<'_>) -> bool {
        let name = self.text(view).trim_ascii_start();
        let bare = name.strip_prefix(b"--").or(name.strip_prefix(b"-")).unwrap_or(name);
        view.at(self.start) == Some(b'-')
            && !bare.windows(2).any(|w| w == b"--")
            && view.before(self.start).is_none_or(|b| SPACE.contains(b) || matches!(b, b'"' | b'\'' | b'[' | b'('))
    }

    /// Whether it is the first argument of a call or an index: `put("password", ...`, `$x['password', ...`.
    pub fn is_argument(&self, view: &View<'_>) -> bool {
        view.before(view.run_back(self.start, PADDING.or(ByteSet::of(b":@brf")), 16)) == Some(b'(')
    }

    /// `machine h login u password p`, on one line or three.
    pub fn is_netrc(&self, view: &View<'_>) -> bool {
        if view.slice(self.start, self.end) != b"password" {
            return false;
        }
        let line = view.line_start(self.start);
        let before = view.slice(line, self.start);
        let near = &before[before.len().saturating_sub(STRING)..];
        let has_login = memchr::memmem::find(near, b"login ").is_some() || before.starts_with(b"machine ");
        let is_alone = before.iter().all(|b| BLANK.contains(*b)) && line > 0 && {
            let above = view.slice(view.line_start(line - 1), line - 1);
            above.trim_ascii_start().starts_with(b"login ")
        };
        has_login || is_alone
    }

    /// What stands before it on its line.
    pub fn surroundings(&self, view: &View<'_>) -> Surroundings {
        let line = view.line_start(self.start);
        let before = view.slice(line, self.start);
        let lead = before.trim_ascii();
        let is_own_line = matches!(
            lead,
            b"" | b"export"
                | b"-"
                | b"set"
                | b"SET"
                | b"#"
                | b"//"
                | b";"
                | b"env"
                | b"ENV"
                | b"ARG"
                | b"setx"
                | b"\xef\xbb\xbf"
        ) && view.at(self.start) != Some(b'-');
        let (inside, is_query) = inside(&before[before.len().saturating_sub(STRING)..]);
        let delimiter = view.before(self.start).filter(|b| *b == b'|');
        Surroundings { is_own_line, inside, is_query, delimiter, ..Surroundings::default() }
    }
}

/// The quote of the string that is open at the end of `before`, and whether it is in the query of a URL.
fn inside(before: &[u8]) -> (Option<u8>, bool) {
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
    // `/path;jsessionid=`
    let is_parameter = before.ends_with(b";")
        && before.iter().rev().take_while(|b| !SPACE.contains(**b) && **b != b'"').any(|&b| b == b'/');
    (inside, is_query || is_parameter)
}
