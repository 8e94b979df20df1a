//! Where the value of a key stands: the separator behind the key, and the values behind that.
//!
//! `reader` looks at what is behind the key and asks the others: `code` for what programs write, `markup` for elements,
//! attributes and records, `sentence` for what people say.

mod code;
mod markup;
mod reader;
mod sentence;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, SPACE, WORD};
use crate::detect::reading::key::Key;
use crate::detect::reading::lexicon::Lexicon;
use crate::detect::reading::nested;
use crate::detect::reading::value::{self, Extent, Quote, Surroundings};
use crate::detect::run::Run;
use crate::detect::view::View;

pub use code::is_behind_user;
pub use sentence::{MADE, may_be_far, may_be_whose};

use reader::{Reader, skip_colour};

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
    /// A comma between arguments, or the parenthesis of a call.
    Argument,
    /// A comma in a list of which it is not sure that it pairs keys with values.
    Listed,
    /// The bar between two cells of a table.
    Cell,
    /// `in (`: a list in parentheses.
    Among,
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
    pub fn of(view: &View<'v>, key: &Key, lexicon: &Lexicon) -> Option<Place<'v>> {
        if view.before(key.start) == Some(b'/') && view.back(key.start, 2) == Some(b'<') {
            return None;
        }
        let quote = Quote::behind(view, key.start, key.end);
        let is_key_quoted = quote.is_some();
        let mut behind = quote.map_or(key.end, |quote| quote.end(key.end));
        // `config['password']`, `$db["password"]`
        if is_key_quoted && view.at(behind) == Some(b']') {
            behind += 1;
            // `['password']['postgres'] = 'x'`
            let is_index = view.at(behind) == Some(b'[') && view.is(behind + 1, const { ByteSet::of(b"\"'") });
            let end = if is_index { view.run(behind + 2, WORD, 32) } else { behind };
            if is_index && view.at(end) == view.at(behind + 1) && view.starts_with(end + 1, b"] = ") {
                let word = view.slice(behind + 2, end);
                behind = if word.len() < 4 || lexicon.is_word_of_names(word) { behind } else { end + 2 };
            }
        }
        // `api_tokens[0]=x` of properties and of shells
        if !is_key_quoted && view.at(behind) == Some(b'[') {
            let end = view.run(behind + 1, DIGIT, 3);
            let is_set = || view.at(end + 1) == Some(b'=') || view.starts_with(end + 1, b": ");
            let is_index = end > behind + 1 && view.at(end) == Some(b']') && is_set();
            behind = if is_index { end + 1 } else { behind };
        }
        behind = skip_colour(view, behind);
        let reader = Reader { view, key, lexicon, is_key_quoted, behind, at: view.run(behind, BLANK, 64) };
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
            Separator::Cell => return Values::one(value::cell(view, at)),
            Separator::Among => {
                // One word in parentheses belongs to a sentence.
                let words = || nested::words(view, at + 1, b')', 1024).filter(|words| words.len() > 1);
                return nested::list(view, at + 1).or_else(words).unwrap_or_default().into();
            }
            Separator::Near => {
                let end = view.run(at, TOKEN, usize::MAX);
                let run = Run::Set(TOKEN);
                return Values::one(Extent { start: at, end, run, is_quoted: false, is_open: false });
            }
            _ => {}
        }
        // `password = c("x", "y")` of R
        if self.separator == Separator::Equals
            && view.starts_with(at, b"c(")
            && let Some(items) = nested::list(view, at + 2)
        {
            return items.into();
        }
        // `!!str x`, `!Secret x`: a tag of YAML
        if self.separator == Separator::Colon && view.at(at) == Some(b'!') {
            let tag = view.run(at, const { ALNUM.or(ByteSet::of(b"!")) }, 24);
            let name = view.slice(at, tag);
            if [&b"!Ref"[..], b"!GetAtt", b"!ImportValue", b"!FindInMap", b"!Sub", b"!Select"].contains(&name) {
                return Values::default();
            }
            if view.is(tag, BLANK) && name != b"!vault" {
                at = view.run(tag, BLANK, 8);
            }
        }
        // `password: &anchor x`: an anchor of YAML
        if self.separator == Separator::Colon && self.around.is_own_line && view.at(at) == Some(b'&') {
            let name = view.run(at + 1, const { WORD.or(ByteSet::of(b"-")) }, 32);
            if view.is(name, BLANK) && name > at + 1 {
                at = view.run(name, BLANK, 8);
            }
            if name > at + 1 && matches!(view.at(name), None | Some(b'\r' | b'\n')) {
                return Values::default();
            }
        }
        // `[]byte("x")` of Go
        if view.starts_with(at, b"[]byte(")
            && let Some(quote) = Quote::at(view, at + 7)
        {
            return Values::one(quote.extent(view, quote.end(at + 7), false));
        }
        // `case "password": return "x"`
        if self.separator == Separator::Colon && view.starts_with(at, b"return ") && Quote::at(view, at + 7).is_some() {
            at += 7;
        }
        // `print("password:", "x")`, `printf("password=%s\n", "x")`
        if let Some(literal) = self.printed(view, at) {
            return Values::one(literal);
        }
        // `r#"..."#` of Rust
        if view.starts_with(at, b"r#\"") {
            at += 2;
        }
        // `<<"x">>` of Erlang
        if view.starts_with(at, b"<<\"") {
            at += 2;
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
            let extent = quote.extent(view, quote.end(at), self.separator == Separator::Colon);
            // `password = "old" -> "new"` of Terraform
            let arrow = quote.end(extent.end);
            let changed = if view.starts_with(arrow, b" -> ") { Quote::at(view, arrow + 4) } else { None };
            let mut values = Values::one(extent);
            if let Some(quote) = changed {
                values.push(quote.extent(view, quote.end(arrow + 4), false));
            }
            return values;
        }
        match view.at(at) {
            Some(b'\r' | b'\n') if self.separator == Separator::Colon && self.around.is_own_line => {
                nested::items(view, key, at).into()
            }
            Some(b'\r' | b'\n') | None => Values::default(),
            _ if matches!(self.separator, Separator::Argument | Separator::Listed | Separator::Compares) => {
                Values::default()
            }
            Some(b'[') => nested::list(view, at + 1)
                .or_else(|| nested::flow(view, at + 1, self.separator == Separator::Colon))
                .map_or_else(|| Values::one(self.unquoted(view, at)), Values::from),
            Some(b'|' | b'>') if self.separator == Separator::Colon => {
                Values::one(nested::block(view, key, at).unwrap_or_else(|| self.unquoted(view, at)))
            }
            // `"password": {"x"}` of Go
            Some(b'{')
                if self.separator == Separator::Colon && self.is_key_quoted && only_string(view, at + 1).is_some() =>
            {
                only_string(view, at + 1).into()
            }
            // `string[] Tokens = { "x", "y" }`
            Some(b'{') if self.separator == Separator::Equals && opens_list(view, at) => {
                nested::list(view, at + 1).unwrap_or_default().into()
            }
            Some(b'{') => nested::member(view, at).or_else(|| self.braces(view, at)).into(),
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

    /// The literal behind the string that the key and its separator end, but for a place to fill in.
    fn printed(&self, view: &View<'_>, at: usize) -> Option<Extent> {
        if !matches!(view.at(at), Some(b'"' | b'\'' | b'%' | b'{')) {
            return None;
        }
        let filled = [&b"%s"[..], b"%v", b"%q", b"{}"].into_iter().find(|place| view.starts_with(at, place));
        let end = at + filled.map_or(0, <[u8]>::len);
        let end = if view.starts_with(end, b"\\n") { end + 2 } else { end };
        if view.at(end) != self.around.inside() || !matches!(view.at(end), Some(b'"' | b'\'')) {
            return None;
        }
        let comma = end + 1;
        let value = view.run(comma + 1, BLANK, 4);
        let quote = Quote::at(view, value).filter(|_| view.at(comma) == Some(b','))?;
        let extent = quote.extent(view, quote.end(value), false);
        let text = view.slice(extent.start, extent.end);
        let is_telling = text.len() > 5 && text.iter().any(u8::is_ascii_digit) && !text.contains(&b' ');
        is_telling.then_some(extent)
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
        // The marks of the sentence.
        while self.separator == Separator::Is
            && matches!(view.before(extent.end), Some(b'.' | b',' | b';' | b')'))
            && extent.end > at + 1
        {
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
        let inner = view.slice(at + 1, end);
        // `Signature={signature.decode('utf-8')}`
        let is_call = inner.ends_with(b")") && inner.contains(&b'(');
        // `_API_KEY = {0!r}`
        let is_place = inner.first().is_some_and(u8::is_ascii_digit) && inner.contains(&b'!');
        let is_mapping = is_call || is_place || inner.iter().any(|b| matches!(b, b'=' | b'{' | b':'));
        if view.at(end) != Some(b'}') || end == at + 1 || is_mapping {
            return None;
        }
        Some(Extent { start: at + 1, end, run: Run::Line, is_quoted: true, is_open: false })
    }
}

/// Whether a brace opens a list of strings: the first string, of more than one letter, is followed by a comma or a brace.
fn opens_list(view: &View<'_>, at: usize) -> bool {
    let first = view.run(at + 1, BLANK, 4);
    Quote::at(view, first).filter(|quote| quote.is_plain()).is_some_and(|quote| {
        let extent = quote.extent(view, quote.end(first), false);
        extent.end > extent.start + 1 && matches!(view.at(view.run(quote.end(extent.end), BLANK, 4)), Some(b',' | b'}'))
    })
}

/// The only string between braces, the first of which stands before `at`.
fn only_string(view: &View<'_>, at: usize) -> Option<Extent> {
    let quote = Quote::at(view, at).filter(|quote| quote.is_plain())?;
    let extent = quote.extent(view, quote.end(at), false);
    (view.at(quote.end(extent.end)) == Some(b'}')).then_some(extent)
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
