//! The key around an anchor, and what stands around the key.

use crate::detect::bytes::{BLANK, ByteSet, DIGIT, HIGH, LETTER, SPACE, WORD};
use crate::detect::reading::value::{self, Surroundings};
use crate::detect::view::View;

const KEY: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".-$"));

/// The longest key that is read whole, in bytes, and how far behind an anchor it may end. Of a longer one its last bytes are
/// read, as many whichever of its words is asked.
const KEY_LIMIT: usize = 96;

/// The colon of Chinese and Japanese texts.
pub const WIDE_COLON: &[u8] = "：".as_bytes();

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
        let mut end = view.run(at + length, KEY, KEY_LIMIT);
        // `姓名：` ends before its colon, which is as wide as a letter.
        if view.at(at).is_some_and(|b| HIGH.contains(b)) {
            end = memchr::memmem::find(view.slice(at, end), WIDE_COLON).map_or(end, |n| at + n);
        } else if view.at(end).is_some_and(|b| WORD.contains(b)) {
            return None;
        }
        while end > at + length && matches!(view.before(end), Some(b'.' | b'-' | b'$')) {
            end -= 1;
        }
        // `address line 1: `
        let is_numbered = view.at(end) == Some(b' ') && view.ends_with_ignoring_case(end, b" line");
        if is_numbered && view.is(end + 1, DIGIT) && matches!(view.at(end + 2), Some(b':' | b'=')) {
            end += 2;
        }
        let mut start = view.run_back(at, KEY, (2 * KEY_LIMIT).saturating_sub(end - at));
        // `\npassword=`: the letter belongs to the escape.
        if view.before(start) == Some(b'\\') && matches!(view.at(start), Some(b'n' | b'r' | b't')) && start < at {
            start += 1;
        }
        // `%26password%3D`: the key begins behind the last encoded delimiter.
        if start < at && view.before(start) == Some(b'%') {
            start = (start + 2).min(at);
        }
        // `ESC[32mpassword`: the digits and the letter belong to the colour.
        if view.before(start) == Some(b'[') {
            let digits = view.run(start, const { ByteSet::of(b"0123456789;") }, 12);
            let is_colour = view.at(digits) == Some(b'm') && view.ends_colour(digits + 1);
            start = if is_colour { (digits + 1).min(at) } else { start };
        }
        // `-Dapi.key=x`: the letter belongs to the option.
        if view.at(start) == Some(b'-')
            && view.at(start + 1) == Some(b'D')
            && view.at(start + 2).is_some_and(|b| b.is_ascii_lowercase())
            && start + 2 <= at
        {
            start += 2;
        }
        while start < at && matches!(view.at(start), Some(b'.' | b'$')) {
            start += 1;
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
        // `"ParameterKey": "password"`, `"optionName": "password"`
        let is_owned = |end: &[u8]| {
            let owner = word.len().checked_sub(end.len());
            owner.is_some_and(|owner| word[owner..].eq_ignore_ascii_case(end) && is_owner(&word[..owner]))
        };
        is_owned(b"name")
            || is_owned(b"key")
            || [&b"id"[..], b"property", b"field", b"param", b"header"].iter().any(|w| word.eq_ignore_ascii_case(w))
    }

    /// Whether it is itself the value of `type`: `{"type": "password", "value": "x"}`.
    pub fn is_typed(&self, view: &View<'_>) -> bool {
        let colon = view.run_back(self.start, PADDING, 16);
        let word = view.run_back(colon.saturating_sub(1), PADDING, 16);
        view.before(colon) == Some(b':') && view.ends_with_ignoring_case(word, b"type")
    }

    /// Whether it is the name of an element: `<password>`, `<ns:password>`.
    pub fn is_tag(&self, view: &View<'_>) -> bool {
        let start =
            if view.before(self.start) == Some(b':') { view.run_back(self.start - 1, WORD, 32) } else { self.start };
        view.before(start) == Some(b'<')
    }

    /// Whether it is the last attribute of a tag: `<entry key="password">`.
    pub fn is_attribute(&self, view: &View<'_>) -> bool {
        let start = view.run_back(self.start, const { ByteSet::of(b"<>\n").not() }, 200);
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
        // `GetValue("Api:Secret", ...`
        let is_path = view.before(self.start) == Some(b':') && self.start > 1 && view.is(self.start - 2, WORD);
        let start =
            if is_path { view.run_back(self.start, const { WORD.or(ByteSet::of(b":")) }, 48) } else { self.start };
        let open = view.run_back(start, const { PADDING.or(ByteSet::of(b":@brf")) }, 16);
        let is_call = || view.back(open, 2).is_some_and(|b| WORD.contains(b) || b == b'>');
        // `in ('authorization_code', 'openid')`
        let is_among = || view.ends_with_ignoring_case(open.saturating_sub(1), b" in ");
        view.before(open) == Some(b'(') && (!is_path || is_call()) && !is_among()
    }

    /// Whether it is a later argument of a call, or the key of a pair in braces: `f(x, "password", `, `{ "password", `.
    pub fn is_listed(&self, view: &View<'_>) -> bool {
        let at = view.run_back(self.start, const { PADDING.or(ByteSet::of(b":@brf")) }, 16);
        let line = || view.slice(view.line_start(at), at);
        match view.before(at) {
            Some(b'{') => true,
            Some(b',') => memchr::memrchr(b'(', line()).is_some(),
            _ => false,
        }
    }

    /// The bytes before it, whatever line they are on.
    fn near<'v>(&self, view: &View<'v>) -> &'v [u8] {
        view.slice(self.start.saturating_sub(STRING), self.start)
    }

    /// `machine h login u password p`, on one line or three.
    pub fn is_netrc(&self, view: &View<'_>) -> bool {
        if view.slice(self.start, self.end) != b"password" {
            return false;
        }
        // The rarest letter of `login ` is looked for.
        let near = value::last_line(self.near(view)).trim_ascii_end();
        let login = &near[..memchr::memrchr(b' ', near).unwrap_or(0)];
        let has_login = login.ends_with(b"login");
        let is_alone = || {
            let line = view.run_back(self.start, BLANK, usize::MAX);
            let above = || view.slice(view.line_start(line - 1), line - 1);
            view.before(line) == Some(b'\n')
                && [&b"login "[..], b"user ", b"username "]
                    .iter()
                    .any(|word| above().trim_ascii_start().starts_with(word))
        };
        has_login || view.starts_with(view.line_start(self.start), b"machine ") || is_alone()
    }

    /// Whether it begins its line, or all that stands before it there are words that introduce a setting.
    pub fn is_own_line(&self, view: &View<'_>) -> bool {
        const AROUND: ByteSet = ByteSet::of(b" \t\r\x0c");
        const WORDS: [&[u8]; 17] = [
            b"",
            b"fastcgi_param",
            b"Define",
            b"setenv",
            b"SetEnv",
            b"export",
            b"-",
            b"set",
            b"SET",
            b"#",
            b"//",
            b";",
            b"env",
            b"ENV",
            b"ARG",
            b"setx",
            b"\xef\xbb\xbf",
        ];
        // More than the longest word is none of them.
        const LONGEST: usize = 13;
        // Most keys have more than one word before them on their line, so that its start need not be looked for.
        let end = view.run_back(self.start, AROUND, usize::MAX);
        let start = view.run_back(end, const { AROUND.or(ByteSet::of(b"\n")).not() }, LONGEST + 1);
        let begins_line = || view.before(view.run_back(start, AROUND, usize::MAX)).is_none_or(|b| b == b'\n');
        WORDS.contains(&view.slice(start, end)) && begins_line() && view.at(self.start) != Some(b'-')
    }

    /// What stands before it.
    pub fn surroundings<'v>(&self, view: &View<'v>) -> Surroundings<'v> {
        Surroundings {
            before: self.near(view),
            is_own_line: self.is_own_line(view),
            delimiter: view.before(self.start).filter(|b| *b == b'|'),
            ..Surroundings::default()
        }
    }
}

/// Whether a word says what has a name and a value: `parameter` of `ParameterKey`. Where none stands, that is said by nothing.
pub fn is_owner(word: &[u8]) -> bool {
    const OWNERS: [&[u8]; 12] = [
        b"",
        b"parameter",
        b"param",
        b"option",
        b"variable",
        b"env",
        b"setting",
        b"attribute",
        b"header",
        b"field",
        b"property",
        b"config",
    ];
    OWNERS.iter().any(|owner| owner.eq_ignore_ascii_case(word))
}
