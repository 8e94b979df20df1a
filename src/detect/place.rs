//! Where the value of a key stands: the separator behind the key, and the values behind that.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, LETTER, SPACE, WORD};
use crate::detect::key::Key;
use crate::detect::nested;
use crate::detect::run::Run;
use crate::detect::value::{self, Extent, Quote, Surroundings};
use crate::detect::view::View;

/// How a key is told from its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `=`, `:=`, `=>`, also encoded.
    Equals,
    /// `==`, `!=`: only a literal can be a secret.
    Compares,
    /// `:`.
    Colon,
    /// The end of a start tag.
    Tag,
    /// The end of a start tag that is itself escaped: `&lt;password&gt;`.
    EscapedTag,
    /// A blank behind an option.
    Option,
    /// A blank in a line of configuration.
    Statement,
    /// The word `is`.
    Is,
    /// A blank in a sentence: the value shows by itself that it is one.
    Near,
    /// A comma between arguments, or the parenthesis of a setter.
    Argument,
}

/// What random values are made of.
const TOKEN: ByteSet = ALNUM.or(ByteSet::of(b"_+/=.-"));

/// Where the value of a key stands.
#[derive(Clone, Debug)]
pub struct Place<'v> {
    /// Index of its first byte, quotes included.
    pub at: usize,
    /// What separates it.
    pub separator: Separator,
    /// Whether the key stands in quotes.
    pub is_key_quoted: bool,
    /// What stands around it.
    pub around: Surroundings<'v>,
    /// Where the key begins.
    key_start: usize,
    /// Where it ends, for a value that stands before its name.
    known_end: Option<usize>,
}

impl<'v> Place<'v> {
    /// Reads the separator behind a key.
    pub fn of(view: &View<'v>, key: &Key) -> Option<Place<'v>> {
        if view.before(key.start) == Some(b'/') && view.back(key.start, 2) == Some(b'<') {
            return None;
        }
        let quote = Quote::at(view, key.end);
        let is_key_quoted = quote.is_some();
        let mut behind = quote.map_or(key.end, |quote| quote.end(key.end));
        // `config['password']`, `$db["password"]`
        if is_key_quoted && view.at(behind) == Some(b']') {
            behind += 1;
        }
        behind = skip_colour(view, behind);
        let reader = Reader { view, key, is_key_quoted, behind, at: view.run(behind, BLANK, 64) };
        let place = reader.read()?;
        let around = key.surroundings(view);
        Some(Place { around: Surroundings { is_encoded: place.around.is_encoded, ..around }, ..place })
    }

    /// The values that stand here: one, or each string of a list.
    pub fn values(&self, view: &View<'_>, key: &Key) -> Values {
        let mut at = self.at;
        if let Some(end) = self.known_end {
            return Values::one(Extent { start: at, end, run: Run::Line, is_quoted: true, is_open: false });
        }
        match self.separator {
            Separator::Tag => return nested::element(view, at).into(),
            Separator::EscapedTag => return nested::escaped_element(view, at).into(),
            Separator::Statement => return Values::one(value::word(view, at)),
            Separator::Near => {
                let end = view.run(at, TOKEN, usize::MAX);
                let run = Run::Set(TOKEN);
                return Values::one(Extent { start: at, end, run, is_quoted: false, is_open: false });
            }
            _ => {}
        }
        // `!!str x`, `!Secret x`: a tag of YAML
        if self.separator == Separator::Colon && view.at(at) == Some(b'!') {
            let tag = view.run(at, const { ALNUM.or(ByteSet::of(b"!")) }, 24);
            if view.is(tag, BLANK) && view.slice(at, tag) != b"!vault" {
                at = view.run(tag, BLANK, 8);
            }
        }
        // `b"..."`, `r'...'`, `@"..."`
        if matches!(view.at(at), Some(b'b' | b'r' | b'u' | b'f' | b'L' | b'N' | b'@'))
            && Quote::at(view, at + 1).is_some_and(|q| q.is_plain())
        {
            at += 1;
        }
        if let Some(quote) = Quote::at(view, at)
            && (self.is_key_quoted || !self.closes_string(view, at, quote))
        {
            return Values::one(quote.extent(view, quote.end(at), self.separator == Separator::Colon));
        }
        match view.at(at) {
            Some(b'\r' | b'\n') if self.separator == Separator::Colon && self.around.is_own_line => {
                nested::items(view, key, at).into()
            }
            Some(b'\r' | b'\n') | None => Values::default(),
            _ if matches!(self.separator, Separator::Argument | Separator::Compares) => Values::default(),
            Some(b'[') => nested::list(view, at + 1)
                .or_else(|| nested::flow(view, at + 1, self.separator == Separator::Colon))
                .map_or_else(|| Values::one(self.unquoted(view, at)), Values::from),
            Some(b'|' | b'>') if self.separator == Separator::Colon => {
                Values::one(nested::block(view, key, at).unwrap_or_else(|| self.unquoted(view, at)))
            }
            Some(b'{') => self.braces(view, at).into(),
            // `auth=("user", "secret")`; else a cast, or a function.
            Some(b'(') if Quote::at(view, at + 1).is_some() => nested::list(view, at + 1).unwrap_or_default().into(),
            Some(b'(') if !(self.around.is_own_line && view.before(at) == Some(b'=')) => Values::default(),
            _ => Values::one(self.unquoted(view, at)),
        }
    }

    /// Whether the quote behind the separator closes the string that the key stands in: `"password=" + x`.
    fn closes_string(&self, view: &View<'_>, at: usize, quote: Quote) -> bool {
        const AFTER: ByteSet = SPACE.or(ByteSet::of(b",;)+.]}>:\\"));
        quote.is_plain() && view.at(at + 1).is_none_or(|b| AFTER.contains(b)) && view.at(at) == self.around.inside()
    }

    fn unquoted(&self, view: &View<'_>, at: usize) -> Extent {
        // A whole string, as in `-e "DB_PASSWORD=x y"`, is as good as a whole line.
        let is_string = self.separator == Separator::Equals
            && matches!(view.before(self.key_start), Some(b'"' | b'\'' | b'`'))
            && view.before(self.key_start) == self.around.inside();
        let is_line = (self.around.is_own_line || is_string)
            && !self.is_key_quoted
            && !matches!(self.separator, Separator::Option | Separator::Is);
        let mut extent = value::unquoted(view, at, &self.around, is_line);
        // The full stop of the sentence.
        if self.separator == Separator::Is && view.before(extent.end) == Some(b'.') && extent.end > at + 1 {
            extent.end -= 1;
        }
        extent
    }

    /// `PWD={secret}` of ODBC, `{SSHA}hash`, `{{ reference }}`; other braces open a mapping.
    fn braces(&self, view: &View<'_>, at: usize) -> Option<Extent> {
        let name = view.run(at + 1, const { WORD.or(ByteSet::of(b"-")) }, 24);
        if view.at(at + 1) == Some(b'{')
            || (name > at + 1
                && view.at(name) == Some(b'}')
                && view.is(name + 1, const { ALNUM.or(ByteSet::of(b"$/+_")) }))
        {
            return Some(self.unquoted(view, at));
        }
        if self.separator != Separator::Equals {
            return None;
        }
        let end = view.run(at + 1, const { ByteSet::of(b"}\r\n\"").not() }, 128);
        let is_mapping = view.slice(at + 1, end).iter().any(|b| matches!(b, b'=' | b'{' | b':'));
        if view.at(end) != Some(b'}') || end == at + 1 || is_mapping {
            return None;
        }
        Some(Extent { start: at + 1, end, run: Run::Line, is_quoted: true, is_open: false })
    }
}

/// The values of one key. There is seldom more than one, and one takes no memory of its own.
#[derive(Default)]
pub struct Values {
    first: Option<Extent>,
    others: Vec<Extent>,
}

impl Values {
    fn one(value: Extent) -> Values {
        Values { first: Some(value), others: Vec::new() }
    }

    /// The value, if it is the only one.
    pub fn only(&self) -> Option<&Extent> {
        self.first.as_ref().filter(|_| self.others.is_empty())
    }

    /// Adds a value.
    pub fn push(&mut self, value: Extent) {
        self.others.push(value);
    }
}

impl From<Option<Extent>> for Values {
    fn from(first: Option<Extent>) -> Values {
        Values { first, others: Vec::new() }
    }
}

impl From<Vec<Extent>> for Values {
    fn from(mut values: Vec<Extent>) -> Values {
        let others = values.split_off(1.min(values.len()));
        Values { first: values.pop(), others }
    }
}

impl IntoIterator for Values {
    type Item = Extent;
    type IntoIter = std::iter::Chain<std::option::IntoIter<Extent>, std::vec::IntoIter<Extent>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.others)
    }
}

/// What is known when the separator is looked for.
struct Reader<'r, 'v> {
    view: &'r View<'v>,
    key: &'r Key,
    is_key_quoted: bool,
    /// Index behind the key and its quote.
    behind: usize,
    /// Index behind the blanks that follow.
    at: usize,
}

impl<'v> Reader<'_, 'v> {
    fn place(&self, at: usize, separator: Separator) -> Option<Place<'v>> {
        let (is_key_quoted, around) = (self.is_key_quoted, Surroundings::default());
        Some(Place { at, separator, is_key_quoted, around, key_start: self.key.start, known_end: None })
    }

    fn read(&self) -> Option<Place<'v>> {
        let Reader { view, key, is_key_quoted, behind, at } = *self;
        match view.at(at)? {
            b'=' => self.equals(at),
            b':' => self.colon(at),
            b'!' if view.at(at + 1) == Some(b'=') => {
                let value = view.run(at + 1, const { ByteSet::of(b"=") }, 2);
                self.place(view.run(value, BLANK, 64), Separator::Compares)
            }
            b'%' if view.starts_with_ignoring_case(at, b"%3d") || view.starts_with_ignoring_case(at, b"%3a") => {
                let mut place = self.place(at + 3, Separator::Equals)?;
                place.around.is_encoded = true;
                Some(place)
            }
            b'&' if view.starts_with(at, b"&#61;") => self.place(at + 5, Separator::Equals),
            b'&' if view.starts_with(at, b"&gt;") && view.ends_with_ignoring_case(key.start, b"&lt;") => {
                self.place(at + 4, Separator::EscapedTag)
            }
            b'>' if key.is_tag(view) || (is_key_quoted && key.is_attribute(view)) => {
                self.place(view.run(at + 1, SPACE, 256), Separator::Tag)
            }
            b'<' if !is_key_quoted && view.before(key.start) == Some(b'>') => self.next_element(at),
            b'(' if at == behind && !is_key_quoted && self.is_setter() => {
                let value = view.run(at + 1, BLANK, 8);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Argument))
            }
            b',' if is_key_quoted => {
                // `setProperty("password", "x")`, `{"name": "DB_PASSWORD", "value": "x"}`
                let next = view.run(at + 1, SPACE, 64);
                self.sibling(next).or_else(|| self.sibling_before()).or_else(|| {
                    Quote::at(view, next).filter(|_| key.is_argument(view))?;
                    self.place(next, Separator::Argument)
                })
            }
            b'}' | b'/' if is_key_quoted => self.sibling_before(),
            _ if at > behind && is_key_quoted => self.sibling(at).or_else(|| self.sibling_before()),
            // `IDENTIFIED BY PASSWORD 'x'`, `password "hunter2"`
            b'\'' | b'"' if at > behind => self.place(at, Separator::Option),
            // Only a key that is named on this line has its value on the next.
            b'\r' | b'\n' if key.is_named(view) => {
                let next = view.run(at, SPACE, 64);
                self.sibling(next).or_else(|| is_key_quoted.then(|| self.sibling_before()).flatten())
            }
            _ if at > behind && key.is_tag(view) => self.tag_with_attributes(at),
            byte if at > behind && key.is_option(view) => {
                (byte != b'-' && byte != b'\\').then(|| self.place(at, Separator::Option)).flatten()
            }
            _ if at > behind && key.is_netrc(view) => self.place(at, Separator::Option),
            _ if at > behind && !is_key_quoted => {
                self.is(at).or_else(|| self.of_whom(at)).or_else(|| self.statement(at)).or_else(|| self.near(at))
            }
            _ => None,
        }
    }

    fn equals(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let more = view.run(at + 1, const { ByteSet::of(b"=>") }, 2);
        if view.at(at + 1) == Some(b'~') {
            return None;
        }
        let compares = view.at(at + 1) == Some(b'=');
        let separator = if compares { Separator::Compares } else { Separator::Equals };
        self.place(view.run(skip_colour(view, more), BLANK, 64), separator)
    }

    fn colon(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let more = match view.at(at + 1) {
            Some(b':') => return None,
            Some(b'=') => return self.place(view.run(at + 2, BLANK, 64), Separator::Equals),
            _ => skip_colour(view, at + 1),
        };
        let value = view.run(more, BLANK, 64);
        // `password: str = "x"`, `val password: String = "x"`
        let word = view.run(value, const { WORD.or(ByteSet::of(b"<>[]?|. ")) }, 40);
        let may_be_type = || {
            let text = view.slice(value, word).trim_ascii_end();
            !text.contains(&b' ') || text.iter().any(|b| matches!(b, b'|' | b'<' | b'['))
        };
        let is_typed = word > value
            && view.at(word) == Some(b'=')
            && view.is(word + 1, BLANK)
            && view.is(value, LETTER)
            && !self.is_key_quoted;
        if is_typed && may_be_type() {
            return self.place(view.run(word + 1, BLANK, 64), Separator::Equals);
        }
        self.place(value, Separator::Colon)
    }

    /// `setPassword("x")`, `.withPassword("x")`, `builder.password("x")`, `PASSWORD('x')` of SQL.
    fn is_setter(&self) -> bool {
        let text = self.key.text(self.view);
        let name = self.key.name(self.view);
        let prefix = |p: &[u8]| name.get(..p.len()).is_some_and(|n| n.eq_ignore_ascii_case(p));
        prefix(b"set")
            || prefix(b"with")
            || name == b"PASSWORD"
            || ((name.len() < text.len() || self.view.before(self.key.start) == Some(b'.')) && !prefix(b"get"))
    }

    /// `<password encrypted="false">x`: behind the attributes.
    fn tag_with_attributes(&self, at: usize) -> Option<Place<'v>> {
        let end = self.view.run(at, const { ByteSet::of(b"<>\n").not() }, 256);
        let is_open = self.view.at(end) == Some(b'>') && self.view.before(end) != Some(b'/');
        is_open.then(|| self.place(self.view.run(end + 1, SPACE, 256), Separator::Tag)).flatten()
    }

    /// `<name>db.password</name> <value>x`, `<key>Password</key> <string>x`.
    fn next_element(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let open = view.run_back(self.key.start - 1, const { WORD.or(ByteSet::of(b"-:")) }, 32);
        if view.before(open) != Some(b'<') || view.at(at + 1) != Some(b'/') {
            return None;
        }
        let word = view.slice(open, self.key.start - 1);
        if ![&b"name"[..], b"key", b"property", b"param-name", b"id"].iter().any(|w| word.eq_ignore_ascii_case(w)) {
            return None;
        }
        let close = view.run(at + 2, const { WORD.or(ByteSet::of(b"-:")) }, 32);
        let next = view.run(close + 1, SPACE, 64);
        let tag = view.run(next + 1, const { WORD.or(ByteSet::of(b"-:")) }, 32);
        let is_element = view.at(close) == Some(b'>') && view.at(next) == Some(b'<') && view.at(tag) == Some(b'>');
        (is_element && tag > next + 1).then(|| self.place(view.run(tag + 1, SPACE, 64), Separator::Tag)).flatten()
    }

    /// `name="password" value="x"`, `{"name": "password", "value": "x"}`, `- name: DB_PASSWORD` and `value: x` below it.
    fn sibling(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        if !self.key.is_named(view) {
            return None;
        }
        let quote = Quote::at(view, at);
        let word = quote.map_or(at, |quote| quote.end(at));
        if !view.starts_with_ignoring_case(word, b"value") {
            return None;
        }
        let end = quote.map_or(word + 5, |quote| quote.end(word + 5));
        let separator = view.run(end, BLANK, 8);
        let value = view.run(separator + 1, BLANK, 16);
        match view.at(separator)? {
            b'=' => self.place(value, Separator::Equals),
            b':' => self.place(value, Separator::Colon),
            _ => None,
        }
    }

    /// `{"value": "x", "name": "password"}`, `value="x" name="password"`, on one line.
    fn sibling_before(&self) -> Option<Place<'v>> {
        const BETWEEN: ByteSet = ByteSet::of(b" \t,");
        let (view, key) = (self.view, self.key);
        if !key.is_named(view) {
            return None;
        }
        let line = view.line_start(key.start);
        let mark = view.before(key.start).filter(|b| matches!(b, b'"' | b'\''))?;
        let padding = const { ByteSet::of(b"\"'`\\ \t:=") };
        let name = view.run_back(view.run_back(key.start, padding, 16), LETTER, 16);
        let close = view.run_back(view.run_back(name, const { ByteSet::of(b"\"'") }, 1), BETWEEN, 8);
        if view.before(close) != Some(mark) || close <= line + 1 {
            return None;
        }
        let start = view.run_back(close - 1, ByteSet::of(&[mark, b'\n']).not(), 512);
        let word_end = view.run_back(start, padding, 16);
        let is_value = view.before(start) == Some(mark) && view.ends_with_ignoring_case(word_end, b"value");
        let place = self.place(start, Separator::Equals)?;
        (is_value && close - 1 > start).then_some(Place { known_end: Some(close - 1), ..place })
    }

    /// `your password is: hunter2!x`.
    fn is(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let word = [&b"is "[..], b"is: ", b"was ", b"was: "].into_iter().find(|w| view.starts_with(at, w))?;
        self.place(view.run(at + word.len(), BLANK, 4), Separator::Is)
    }

    /// `password for jroe: hunter2`.
    fn of_whom(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        if !view.starts_with(at, b"for ") || self.is_key_quoted {
            return None;
        }
        let name = view.run(at, const { WORD.or(ByteSet::of(b" .'@-")) }, 48);
        let is_told = view.at(name) == Some(b':') && view.is(name + 1, BLANK);
        is_told.then(|| self.place(view.run(name + 1, BLANK, 4), Separator::Colon)).flatten()
    }

    /// `logged in with token 0a1b2c3d4e5f6071`.
    fn near(&self, at: usize) -> Option<Place<'v>> {
        const ENOUGH: usize = 16;
        let view = self.view;
        let text = view.slice(at, view.run(at, TOKEN, 64));
        let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
        let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
        let is_word_start = self.key.start == 0 || !view.is(self.key.start - 1, ALNUM);
        (text.len() >= ENOUGH
            && digits > 2
            && letters > 2
            && is_word_start
            && !text.contains(&b'.')
            && !text.starts_with(b"0x"))
        .then(|| self.place(at, Separator::Near))
        .flatten()
    }

    /// `bindpw hunter2`, `password 7 0822455D0A16`, `ENV DB_PASSWORD hunter2`: one word to the end of the line.
    fn statement(&self, at: usize) -> Option<Place<'v>> {
        let (view, key) = (self.view, self.key);
        let mut at = at;
        let number = view.run(at, DIGIT, 2);
        let is_typed = number == at + 1 && view.is(number, BLANK);
        if is_typed {
            at = view.run(number, BLANK, 8);
        }
        // `rootpw --plaintext x`
        if view.starts_with(at, b"--plaintext ") || view.starts_with(at, b"--iscrypted ") {
            at = view.run(at + 12, BLANK, 8);
        }
        let end = view.run(at, const { SPACE.not() }, 256);
        let rest = view.run(end, const { BLANK.or(ByteSet::of(b"\r")) }, 64);
        let is_last = view.at(rest).is_none_or(|b| b == b'\n' || b == b'#');
        if end == at || !is_last || !(is_typed || key.is_own_line(view)) {
            return None;
        }
        if key.text(view).windows(2).any(|w| w == b"--") {
            return None;
        }
        let text = view.slice(at, end);
        let is_telling = text.iter().any(u8::is_ascii_digit) && !text.iter().all(u8::is_ascii_digit);
        // A name that is no word of prose: `requirepass`, `db.password`.
        let name = key.text(view);
        let is_setting = [&b"bindpw"[..], b"rootpw", b"requirepass", b"masterauth", b"rootbindpw"]
            .iter()
            .any(|n| name.eq_ignore_ascii_case(n))
            || name.iter().any(|b| matches!(b, b'.' | b'_' | b'-'));
        let is_word_of_value = view.at(at).is_some_and(|b| ALNUM.contains(b) || b"$!@#%^*+_-".contains(&b));
        ((is_telling || (is_setting && !is_typed)) && is_word_of_value)
            .then(|| self.place(at, Separator::Statement))
            .flatten()
    }
}

/// Behind a terminal's colour at `at`, if one stands there.
fn skip_colour(view: &View<'_>, at: usize) -> usize {
    if view.at(at) != Some(0x1b) || view.at(at + 1) != Some(b'[') {
        return at;
    }
    let digits = view.run(at + 2, const { ByteSet::of(b"0123456789;") }, 12);
    if view.at(digits) == Some(b'm') { digits + 1 } else { at }
}
