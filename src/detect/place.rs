//! Where the value of a key stands: the separator behind the key, and the values behind that.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HIGH, LETTER, SPACE, WORD};
use crate::detect::key::{Key, WIDE_COLON};
use crate::detect::lexicon::Lexicon;
use crate::detect::nested;
use crate::detect::prose;
use crate::detect::random;
use crate::detect::run::Run;
use crate::detect::value::{self, Extent, Quote, Surroundings};
use crate::detect::view::View;
use crate::kind::{Family, Kind};

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
        let is_mapping = is_call || inner.iter().any(|b| matches!(b, b'=' | b'{' | b':'));
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

/// What stands between a key and a value of the same sentence that is far from it, and how much of it.
const FAR: ByteSet = LETTER.or(HIGH).or(ByteSet::of(b" ()'.,-@0123456789"));
const FAR_REACH: usize = 40;

/// Whether a sentence may tell a value that is not beside its key: a cheap look for `:`, `=`, ` is ` or ` - `.
pub fn may_be_far(view: &View<'_>, at: usize) -> bool {
    let words = view.run(at, FAR, FAR_REACH);
    matches!(view.at(words), Some(b':' | b'='))
        || memchr::memmem::find(view.slice(at, words), b" is ").is_some()
        || view.starts_with(at, b"- ")
}

/// Where a word for belonging stands at `at`, the end of what tells whose it is.
fn whose(view: &View<'_>, at: usize) -> Option<usize> {
    const WHOM: [&[u8]; 14] = [
        b"for ",
        b"of ",
        "für ".as_bytes(),
        b"fuer ",
        b"vom ",
        b"von ",
        b"pour ",
        b"de ",
        b"para ",
        b"del ",
        b"per ",
        b"di ",
        b"voor ",
        b"van ",
    ];
    let whom = WHOM.iter().find(|whom| view.starts_with(at, whom))?;
    Some(view.run(at + whom.len(), const { WORD.or(HIGH).or(ByteSet::of(b" .'@/~-")) }, 48))
}

/// Whether a sentence may tell whose a value is, and the value: a cheap look for ` is `, ` to ` or a colon.
pub fn may_be_whose(view: &View<'_>, at: usize) -> bool {
    whose(view, at).is_some_and(|end| {
        view.at(end) == Some(b':')
            || [&b" is "[..], b" to "].iter().any(|w| memchr::memmem::find(view.slice(at, end), w).is_some())
    })
}

/// What is known when the separator is looked for.
struct Reader<'r, 'v> {
    view: &'r View<'v>,
    key: &'r Key,
    lexicon: &'r Lexicon,
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
        let Reader { view, key, is_key_quoted, behind, at, .. } = *self;
        match view.at(at)? {
            b'=' => self.paired(at).or_else(|| self.equals(at)),
            // `user, pass := "jroe", "x"` of Go
            b':' if view.at(at + 1) == Some(b'=') => self.paired(at).or_else(|| self.colon(at)),
            // `case "password": break`
            b':' if is_key_quoted
                && view.ends_with_ignoring_case(key.start.saturating_sub(1), b"case ")
                && !view.starts_with(at, b": return ") =>
            {
                None
            }
            b':' => self.colon(at),
            // `args.token ~= "x"` of Lua, `$Token -eq 'x'` of PowerShell, `$pass eq "x"` of Perl
            b'~' | b'-' | b'e' | b'n' if at > behind && self.compared(at).is_some() => self.compared(at),
            // `WS-PASSWORD PIC X(8) VALUE 'x'` of COBOL
            b'P' if at > behind && view.starts_with(at, b"PIC ") => {
                let line = view.slice(at, view.line_end(at, 64));
                let value = at + memchr::memmem::find(line, b" VALUE ")? + 7;
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
            }
            // `user-secrets set "Db:Password" "x"`
            b'"' | b'\'' if at > behind && is_key_quoted && self.is_set_by_command() => {
                self.place(at, Separator::Equals)
            }
            // `get_env(:app, :password, "x")` of Elixir, `set_env(app, secret, <<"x">>)` of Erlang
            b',' if at == behind && !is_key_quoted && self.is_of_environment() => {
                let value = view.run(at + 1, const { ByteSet::of(b" <") }, 8);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Argument))
            }
            // `my ($user, $pass) = ('jroe', 'x')`
            b')' if at == behind && view.starts_with(at, b") = (") => self.paired(at + 2),
            // `PASSWORD, USER = "x", "jroe"`
            b',' if at == behind && !is_key_quoted && self.sign_behind(at).is_some() => {
                self.paired(self.sign_behind(at)?)
            }
            // `**Password**: x`
            b'*' if view.before(key.start) == Some(b'*') => {
                let colon = view.run(at, const { ByteSet::of(b"*") }, 3);
                (view.at(colon) == Some(b':')).then(|| self.colon(colon)).flatten()
            }
            // `Password.....: x`
            b'.' if !is_key_quoted => {
                let colon = view.run(at, const { ByteSet::of(b". ") }, 64);
                (colon > at + 2 && view.at(colon) == Some(b':')).then(|| self.colon(colon)).flatten()
            }
            // `password?: string = 'x'`
            b'?' | b'!' if at == behind && !is_key_quoted && view.at(at + 1) == Some(b':') => self.colon(at + 1),
            // `password <- "x"`, `password -> x`
            b'<' if at > behind && !is_key_quoted && view.starts_with(at, b"<- ") => {
                let value = view.run(at + 3, BLANK, 8);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
            }
            b'-' if at > behind && !is_key_quoted && view.starts_with(at, b"-> ") => {
                self.place(view.run(at + 3, BLANK, 8), Separator::Colon)
            }
            // `ENV["PASSWORD"] ||= "x"`, `password ??= "x"`, `PASSWORD ?= x` of make
            b'|' | b'?' if view.starts_with(at, b"||=") || view.starts_with(at, b"??=") => {
                self.place(view.run(at + 3, BLANK, 64), Separator::Equals)
            }
            // `return password || "x"`
            b'|' | b'?' if view.starts_with(at, b"|| ") || view.starts_with(at, b"?? ") => {
                let value = view.run(at + 3, BLANK, 4);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
            }
            // `auth = (user or "jroe", password or "x")`
            b'o' if at > behind
                && !is_key_quoted
                && view.starts_with(at, b"or ")
                && Quote::at(view, at + 3).is_some() =>
            {
                let quote = Quote::at(view, at + 3)?;
                let extent = quote.extent(view, quote.end(at + 3), false);
                let text = view.slice(extent.start, extent.end);
                let is_telling = text.len() > 5 && text.iter().any(u8::is_ascii_digit) && !text.contains(&b' ');
                is_telling.then(|| self.place(at + 3, Separator::Equals)).flatten()
            }
            b'?' if view.starts_with(at, b"?=") => self.place(view.run(at + 2, BLANK, 64), Separator::Equals),
            b'|' if at > behind && !is_key_quoted => self.cell(at),
            // `char password[] = "x"`
            b'[' if at == behind && !is_key_quoted => {
                let close = view.run(at + 1, WORD, 24);
                self.assigned(close, b']')
            }
            b')' if is_key_quoted => self
                .typed_into(at)
                .or_else(|| self.value_before())
                .or_else(|| self.block(at))
                .or_else(|| self.looked_up(at))
                .or_else(|| self.expected(at))
                .or_else(|| self.asserted(at))
                .or_else(|| self.equalled()),
            // `username\="jroe" password\="x"`, of properties
            b'\\' if at == behind && !is_key_quoted && view.at(at + 1) == Some(b'=') => {
                let quote = view.run(at + 2, const { ByteSet::of(b"\\") }, 1);
                Quote::at(view, quote).and_then(|_| self.place(quote, Separator::Equals))
            }
            // `"db.password" to "x"` of Kotlin
            b't' if is_key_quoted && view.starts_with(at, b"to \"") && view.before(key.start) == Some(b'"') => {
                self.place(at + 3, Separator::Equals)
            }
            b')' if at == behind => self
                .equalled()
                .or_else(|| self.block(at))
                .or_else(|| self.expected(at))
                .or_else(|| self.asserted(at))
                .or_else(|| self.typed_into(at)),
            // `expect(config[:api_token]).to eq "x"`
            b']' if at == behind && view.at(at + 1) == Some(b')') => self.expected(at + 1),
            // `fields["Password"].typeText("x")`
            b'.' if is_key_quoted && view.before(at) == Some(b']') => self.typed_into(at),
            // `assertThat(user.getPassword()).isEqualTo("x")`
            b'(' if at == behind && !is_key_quoted && view.at(at + 1) == Some(b')') => {
                self.expected(at + 1).or_else(|| self.asserted(at))
            }
            // `{name: TOKEN, value: "x"}`
            b',' if at == behind && !is_key_quoted && key.is_named(view) => self.sibling(view.run(at + 1, BLANK, 8)),
            // `password (hunter2)`
            b'(' if at > behind && !is_key_quoted => {
                let end = view.run(at + 1, TOKEN, 64);
                let text = view.slice(at + 1, end);
                let is_telling = text.len() > 5
                    && text.iter().any(u8::is_ascii_digit)
                    && text.iter().filter(|b| b.is_ascii_alphabetic()).count() > 2;
                (is_telling && view.at(end) == Some(b')'))
                    .then(|| self.place(at + 1, Separator::Near))
                    .flatten()
                    .or_else(|| self.far(at))
            }
            // `const std::string kPassword{"x"}`
            b'{' if at == behind && !is_key_quoted => {
                Quote::at(view, at + 1).and_then(|_| self.place(at + 1, Separator::Equals))
            }
            // `read PASSWORD <<< "x"`
            b'<' if at > behind && view.starts_with(at, b"<<<") => {
                let value = view.run(at + 3, BLANK, 4);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
            }
            // `-Name Password -Value "x"`
            b'-' if at > behind
                && view.starts_with_ignoring_case(at, b"-value ")
                && view.ends_with_ignoring_case(key.start, b"-name ") =>
            {
                self.place(view.run(at + 7, BLANK, 4), Separator::Equals)
            }
            // `{password, "x"}`, `{default_pass, <<"x">>}` of Erlang
            b',' if at == behind && !is_key_quoted && view.before(key.start) == Some(b'{') => {
                let value = view.run(at + 1, const { ByteSet::of(b" <") }, 8);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
            }
            // `val apiKey by lazy { "x" }`
            b'b' if at > behind && view.starts_with(at, b"by lazy {") => {
                let value = view.run(at + 9, BLANK, 4);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
            }
            // `set :password, "x"`
            b',' if at == behind && view.ends_with_ignoring_case(key.start, b"set :") => {
                let value = view.run(at + 1, BLANK, 8);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Argument))
            }
            // `[--password, hunter2, --user, jroe]`
            b',' if at == behind && !is_key_quoted && key.is_option(view) && view.is(at + 1, BLANK) => {
                let value = view.run(at + 1, BLANK, 2);
                let is_list = memchr::memrchr(b'[', view.slice(view.line_start(key.start), key.start)).is_some();
                let is_value = view.at(value).is_some_and(|b| b != b'-' && b != b'\n');
                (is_list && is_value).then(|| self.place(value, Separator::Option)).flatten()
            }
            // `"password" -> "x"`
            b'-' if is_key_quoted && view.starts_with(at, b"-> ") => {
                let value = view.run(at + 3, BLANK, 8);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
            }
            // `variable "db_password" { default = "x" }`
            b'{' if is_key_quoted && at > behind => self.default_within(at),
            // `string Password { get; set; } = "x"`
            b'{' if at > behind && view.starts_with(at, b"{ get") => {
                let close = view.run(at, const { ByteSet::of(b"}\n").not() }, 64);
                self.assigned(close, b'}')
            }
            0xef if view.starts_with(at, WIDE_COLON) => {
                self.place(view.run(at + WIDE_COLON.len(), BLANK, 64), Separator::Colon)
            }
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
            b'>' | b'/' if is_key_quoted && self.attribute_before().is_some() => self.attribute_before(),
            b'>' if key.is_tag(view) || (is_key_quoted && key.is_attribute(view)) => {
                self.place(view.run(at + 1, SPACE, 256), Separator::Tag)
            }
            b'<' if !is_key_quoted && view.before(key.start) == Some(b'>') => self.next_element(at),
            b'(' if at == behind && !is_key_quoted && self.is_setter() => {
                let value = view.run(at + 1, SPACE, 64);
                // `b"x"`, `@"x"`
                let quote = value + usize::from(matches!(view.at(value), Some(b'b' | b'@' | b'L')));
                Quote::at(view, quote).and_then(|_| self.place(value, Separator::Argument))
            }
            // `strcmp(password, "x")`, `setopt(handle, PASSWORD, "x")`
            b',' if at == behind && !is_key_quoted && (self.is_compared() || self.is_constant()) => {
                let value = view.run(at + 1, BLANK, 8);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Argument))
            }
            // (`login`, `password`) are columns.
            b',' if is_key_quoted && view.before(key.start) == Some(b'`') => None,
            b',' if is_key_quoted => {
                // `setProperty("password", "x")`, `{"name": "DB_PASSWORD", "value": "x"}`
                let next = view.run(at + 1, SPACE, 64);
                self.sibling(next).or_else(|| self.sibling_before()).or_else(|| {
                    let next = self.keyword_argument(next).unwrap_or(next);
                    // `registry.add("db.password", () -> "x")`
                    let is_lambda = [&b"() -> "[..], b"() => "].iter().any(|lambda| view.starts_with(next, lambda));
                    let next = if is_lambda { next + 6 } else { next };
                    // `fill_in 'Password', with: 'x'`
                    let is_option = view.at(key.start) == Some(b'-') || view.ends_with_ignoring_case(next, b"with: ");
                    Quote::at(view, next)?;
                    let is_argument = is_option || key.is_argument(view) || self.is_of_gradle() || self.is_of_map();
                    let separator = if is_argument { Separator::Argument } else { Separator::Listed };
                    (is_argument || key.is_listed(view) || self.is_pair(next))
                        .then(|| self.place(next, separator))
                        .flatten()
                })
            }
            b'}' | b'/' if is_key_quoted => self.sibling_before(),
            _ if at > behind && is_key_quoted => self
                .sibling(at)
                .or_else(|| self.attribute(at))
                .or_else(|| self.sibling_before())
                .or_else(|| self.pair(at)),
            // `IDENTIFIED BY PASSWORD 'x'`, `password "hunter2"`
            b'\'' | b'"' if at > behind => self.place(at, Separator::Option),
            // Only a key that is named on this line has its value on the next.
            b'\r' | b'\n' if key.is_named(view) => {
                let next = view.run(at, SPACE, 64);
                self.sibling(next)
                    .or_else(|| self.form_field(at))
                    .or_else(|| is_key_quoted.then(|| self.sibling_before()).flatten())
            }
            _ if at > behind && key.is_tag(view) => self.tag_with_attributes(at),
            byte if at > behind && key.is_option(view) => {
                (byte != b'-' && byte != b'\\').then(|| self.place(at, Separator::Option)).flatten()
            }
            // `machine h login jroe password x`, but not `her login is jroe and the password is x`
            _ if at > behind && key.is_netrc(view) => self.is(at).or_else(|| self.place(at, Separator::Option)),
            _ if at > behind && !is_key_quoted => self
                .is(at)
                .or_else(|| self.among(at))
                .or_else(|| self.of_whom(at))
                .or_else(|| self.typed(at))
                .or_else(|| self.statement(at))
                .or_else(|| self.near(at))
                .or_else(|| self.far(at)),
            _ => None,
        }
    }

    /// A string that is assigned to what is closed at `close` by `mark`. What is behind the line is not looked at.
    fn assigned(&self, close: usize, mark: u8) -> Option<Place<'v>> {
        let view = self.view;
        let equals = (view.at(close) == Some(mark)).then(|| view.run(close + 1, BLANK, 8))?;
        let value = (view.at(equals) == Some(b'=')).then(|| view.run(equals + 1, BLANK, 8))?;
        Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
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
            Some(b':') if view.at(at + 2) == Some(b'=') => {
                return self.place(view.run(at + 3, BLANK, 64), Separator::Equals);
            }
            Some(b':') => return None,
            // `**Password:** x`
            Some(b'*') if view.before(self.key.start) == Some(b'*') => view.run(at + 1, const { ByteSet::of(b"*") }, 3),
            Some(b'=') => return self.place(view.run(at + 2, BLANK, 64), Separator::Equals),
            _ => skip_colour(view, at + 1),
        };
        let value = view.run(more, BLANK, 64);
        // `password: str = "x"`, `val password: String = "x"`
        // `password: &'static str = "x"`
        let begin = view.run(value, const { ByteSet::of(b"&*") }, 2);
        let begin = if view.starts_with(begin, b"'static ") { begin + 8 } else { begin };
        let word = view.run(begin, const { WORD.or(ByteSet::of(b"<>[]?|. ")) }, 40);
        let may_be_type = || {
            let text = view.slice(begin, word).trim_ascii_end();
            !text.contains(&b' ') || text.iter().any(|b| matches!(b, b'|' | b'<' | b'['))
        };
        let is_typed = word > value
            && view.at(word) == Some(b'=')
            && view.is(word + 1, BLANK)
            && view.is(begin, const { LETTER.or(ByteSet::of(b"[")) })
            && !self.is_key_quoted;
        if is_typed && may_be_type() {
            return self.place(view.run(word + 1, BLANK, 64), Separator::Equals);
        }
        self.place(value, Separator::Colon)
    }

    /// `setPassword("x")`, `.withPassword("x")`, `builder.password("x")`, `ApiKey("x")`, `std::string password("x")`. What
    /// such calls are given, but for those that look a secret up by its name.
    fn is_setter(&self) -> bool {
        const LOOKS_UP: [&[u8]; 14] = [
            b"get", b"find", b"read", b"load", b"has", b"is", b"fetch", b"lookup", b"resolve", b"ask", b"prompt",
            b"remove", b"delete", b"check",
        ];
        let name = self.key.name(self.view);
        let prefix = |p: &&[u8]| name.get(..p.len()).is_some_and(|n| n.eq_ignore_ascii_case(p));
        // `Credential("user", ...`: which argument is the secret is another detector's.
        let is_pair =
            [&b"credential"[..], b"credentials"].iter().any(|end| self.view.ends_with_ignoring_case(self.key.end, end));
        !is_pair && !LOOKS_UP.iter().any(prefix)
    }

    /// `strcmp(password, `, `compare_digest(password, `.
    fn is_compared(&self) -> bool {
        let open = self.view.run_back(self.key.start, const { BLANK.or(ByteSet::of(b"$&*")) }, 4);
        self.view.before(open) == Some(b'(')
            && [&b"cmp"[..], b"equals", b"equal", b"compare", b"digest", b"verify", b"_eq", b"check", b"cpy", b"copy"]
                .iter()
                .any(|name| self.view.ends_with_ignoring_case(open - 1, name))
    }

    /// `setopt(handle, PASSWORD, `: a constant that tells what the next argument is.
    fn is_constant(&self) -> bool {
        let is_capital = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
        let line = || self.view.slice(self.view.line_start(self.key.start), self.key.start);
        self.key.name(self.view).iter().all(is_capital) && memchr::memrchr(b'(', line()).is_some()
    }

    /// `"HSET" "session:5" "username" "jroe"` of Redis, `"user"  "jroe"` of Valve's format: two strings beside each other.
    fn pair(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let is_pair = view.before(self.key.start) == Some(b'"')
            && view.at(at) == Some(b'"')
            && view.is(at + 1, WORD)
            && self.lexicon.find(self.key.text(view)).is_some_and(|which| self.lexicon.key(which).0 == Kind::User);
        is_pair.then(|| self.place(at, Separator::Listed)).flatten()
    }

    /// `["password", "x"]`: a list of two.
    fn is_pair(&self, value: usize) -> bool {
        let view = self.view;
        let open = view.run_back(self.key.start, const { ByteSet::of(b"\"' ") }, 4);
        let Some(quote) = Quote::at(view, value).filter(|_| view.before(open) == Some(b'[')) else { return false };
        let extent = quote.extent(view, quote.end(value), false);
        view.at(view.run(quote.end(extent.end), BLANK, 4)) == Some(b']')
    }

    /// `buildConfigField "String", "API_KEY", "x"`, `resValue "string", "api_key", "x"`.
    fn is_of_gradle(&self) -> bool {
        let line = self.view.slice(self.view.line_start(self.key.start), self.key.start).trim_ascii_start();
        line.starts_with(b"buildConfigField ") || line.starts_with(b"resValue ")
    }

    /// `expect(user.password).to.equal("x")`, `assertThat(password).isEqualTo("x")`, `expect(x.token).to eq "x"`, and
    /// `when(x.getPassword()).thenReturn("x")`: `at` is at the parenthesis that closes the call.
    fn expected(&self, at: usize) -> Option<Place<'v>> {
        const EQUALS: [&[u8]; 15] = [
            b"isnotequalto",
            b"equal",
            b"equals",
            b"eq",
            b"eql",
            b"tobe",
            b"toequal",
            b"isequalto",
            b"tostrictequal",
            b"thenreturn",
            b"willreturn",
            b"returns",
            b"and_return",
            b"mockreturnvalue",
            b"be",
        ];
        let view = self.view;
        let begin = view.run(at, const { ByteSet::of(b")") }, 2);
        let end = view.run(begin, const { WORD.or(ByteSet::of(b".")) }, 40);
        // `.to eq "x"`, `.to eq("x")`
        let is_ruby = view.slice(begin, end) == b".to" && view.at(end) == Some(b' ');
        let end = if is_ruby { view.run(end + 1, WORD, 8) } else { end };
        let name = view.slice(begin, end);
        let last = &name[name.iter().rposition(|&b| b == b'.' || b == b' ')? + 1..];
        let is_open = view.at(end) == Some(b'(') || is_ruby && view.at(end) == Some(b' ');
        let is_equal = is_open && EQUALS.iter().any(|e| last.eq_ignore_ascii_case(e));
        let value = view.run(end + 1, BLANK, 4);
        Quote::at(view, value).filter(|_| is_equal).and_then(|_| self.place(value, Separator::Compares))
    }

    /// `assertEquals("x", user.getPassword())`, `Assert.Equal("x", dto.Password)`, `EXPECT_EQ("x", url.password())`: the
    /// literal before an expression that ends in the key, if the call compares.
    fn asserted(&self, at: usize) -> Option<Place<'v>> {
        const COMPARES: [&[u8]; 7] = [b"assert", b"equal", b"_eq", b"same", b"matches", b"verify", b"expect"];
        const EXPRESSION: ByteSet = WORD.or(ByteSet::of(b".$->&*@:"));
        const INDEXED: ByteSet = EXPRESSION.or(ByteSet::of(b"[('\""));
        let (view, key) = (self.view, self.key);
        let close = if view.at(at) == Some(b'(') { at + 1 } else { at };
        if view.at(close) != Some(b')') {
            return None;
        }
        let begin = view.run_back(key.start, if self.is_key_quoted { INDEXED } else { EXPRESSION }, 64);
        let comma = view.run_back(begin, BLANK, 2);
        let end = comma.checked_sub(2).filter(|_| view.before(comma) == Some(b','))?;
        let mark = view.at(end).filter(|b| matches!(b, b'"' | b'\''))?;
        let value = view.run_back(end, ByteSet::of(&[mark, b'\n']).not(), 256);
        let before = view.slice(view.line_start(value).max(value.saturating_sub(64)), value.saturating_sub(1));
        // `require.Equal(t, "x", got.Password)`
        let open = before.strip_suffix(b"(t, ").or(before.strip_suffix(b"("))?;
        let name = &open[open.iter().rposition(|b| !(WORD.contains(*b) || *b == b'.')).map_or(0, |n| n + 1)..];
        let name = name.to_ascii_lowercase();
        let is_compared = COMPARES.iter().any(|word| memchr::memmem::find(&name, word).is_some());
        let place = self.place(value, Separator::Compares)?;
        (is_compared && view.before(value) == Some(mark) && value < end)
            .then_some(Place { known_end: Some(end), ..place })
    }

    /// A comparison by a word or by `~=`.
    fn compared(&self, at: usize) -> Option<Place<'v>> {
        const SIGNS: [&[u8]; 7] = [b"~= ", b"-eq ", b"-ne ", b"-ceq ", b"-cne ", b"eq ", b"ne "];
        let sign = SIGNS.iter().find(|sign| self.view.starts_with(at, sign))?;
        let value = at + sign.len();
        Quote::at(self.view, value).and_then(|_| self.place(value, Separator::Compares))
    }

    /// What stands before the key on its line.
    fn line_before(&self) -> &'v [u8] {
        self.view.slice(self.view.line_start(self.key.start), self.key.start)
    }

    fn is_set_by_command(&self) -> bool {
        [&b"secrets set "[..], b"config set ", b"config:set "]
            .iter()
            .any(|words| memchr::memmem::find(self.line_before(), words).is_some())
    }

    fn is_of_environment(&self) -> bool {
        memchr::memmem::find(self.line_before(), b"_env(").is_some()
    }

    /// `Map.of("user", "jroe", "password", "x")`: keys and values by turns.
    fn is_of_map(&self) -> bool {
        memchr::memmem::find(self.line_before(), b"Map.of(").is_some()
    }

    /// `form.get("password") == "x"`, `r.FormValue("password") != "x"`, `assertEqual(cfg.get("db", "password"), "x")`: what the
    /// value of the key is compared with. And what it falls back to: `getenv("API_KEY") ?? "x"`.
    fn looked_up(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let line = || view.slice(view.line_start(self.key.start), self.key.start);
        let is_of_secret = || {
            let which = self.lexicon.find(self.key.text(view));
            which.is_some_and(|which| self.lexicon.key(which).0.family() == Family::Secret)
        };
        let is_asserted = || memchr::memmem::find(line(), b"ssert").is_some() && is_of_secret();
        if view.starts_with(at, b"), ") && Quote::at(view, at + 3).is_some() && is_asserted() {
            return self.place(at + 3, Separator::Compares);
        }
        let sign = view.run(at + 1, BLANK, 2);
        let fallback = [&b"?? "[..], b"|| ", b"or ", b"?: ", b"// "].into_iter().find(|o| view.starts_with(sign, o));
        if let Some(operator) = fallback.filter(|_| sign > at + 1) {
            let value = sign + operator.len();
            return Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals));
        }
        if !matches!(view.slice(sign, sign + 2), b"==" | b"!=") {
            return None;
        }
        let value = view.run(view.run(sign + 2, const { ByteSet::of(b"=") }, 1), BLANK, 4);
        Quote::at(view, value).and_then(|_| self.place(value, Separator::Compares))
    }

    /// The sign behind the names that follow the key: `PASSWORD, USER = `.
    fn sign_behind(&self, at: usize) -> Option<usize> {
        let names = self.view.run(at, const { WORD.or(ByteSet::of(b"$@%, ")) }, 64);
        let sign = names + usize::from(self.view.at(names) == Some(b')'));
        let sign = self.view.run(sign, BLANK, 2);
        let is_sign = self.view.starts_with(sign, b"= ") || self.view.starts_with(sign, b":= ");
        (is_sign && self.view.before(sign) == Some(b' ')).then_some(sign)
    }

    /// `USER, PASSWORD = "jroe", "x"`, `my ($user, $pass) = ('jroe', 'x')`: the literal that stands as far behind the sign as
    /// the key stands before it.
    fn paired(&self, at: usize) -> Option<Place<'v>> {
        const NAMES: ByteSet = WORD.or(ByteSet::of(b"$@%., "));
        let (view, key) = (self.view, self.key);
        let is_listed = || matches!(view.before(view.run_back(key.start, const { ByteSet::of(b" $") }, 3)), Some(b','));
        if view.at(key.end) != Some(b',') && !is_listed() {
            return None;
        }
        let first = view.run_back(key.start, NAMES, 96);
        let passed = view.slice(first, key.start).iter().filter(|b| **b == b',').count();
        let is_begun = view.before(first).is_none_or(|b| matches!(b, b'\n' | b'\t' | b'(' | b'[' | b'{' | b';'));
        let mut value = view.run(at + 1, const { ByteSet::of(b" =") }, 3);
        value += usize::from(matches!(view.at(value), Some(b'(' | b'[')));
        for _ in 0..passed {
            let quote = Quote::at(view, value)?;
            let extent = quote.extent(view, quote.end(value), false);
            let comma = quote.end(extent.end);
            value = (view.at(comma) == Some(b',')).then(|| view.run(comma + 1, BLANK, 4))?;
        }
        let close = Quote::at(view, value)?;
        (is_begun && close.is_plain()).then(|| self.place(value, Separator::Equals)).flatten()
    }

    /// `ENV.fetch("SECRET") { "x" }`, `let(:password) { "x" }`.
    fn block(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let value = view.run(at + 3, BLANK, 4);
        view.starts_with(at, b") {").then(|| Quote::at(view, value)).flatten()?;
        self.place(value, Separator::Equals)
    }

    /// `set("x", forKey: "password")`.
    fn value_before(&self) -> Option<Place<'v>> {
        let (view, key) = (self.view, self.key);
        let name = view.run_back(key.start, const { ByteSet::of(b"\"' :=") }, 4);
        let start = view.run_back(name, LETTER, 8);
        let comma = view.run_back(start, BLANK, 4);
        let is_named = [&b"forKey"[..], b"key", b"named", b"name"].contains(&view.slice(start, name));
        let mark = view.back(comma, 2).filter(|b| matches!(b, b'"' | b'\'') && view.before(comma) == Some(b','))?;
        let end = comma - 2;
        let value = view.run_back(end, ByteSet::of(&[mark, b'\n']).not(), 256);
        let place = self.place(value, Separator::Listed)?;
        (is_named && view.before(value) == Some(mark) && value < end).then_some(Place { known_end: Some(end), ..place })
    }

    /// `"x".equals(password)`, `"x".equals(request.getParameter("password"))`.
    fn equalled(&self) -> Option<Place<'v>> {
        const EXPRESSION: ByteSet = WORD.or(ByteSet::of(b".(\"'"));
        let (view, key) = (self.view, self.key);
        let begin = if self.is_key_quoted { view.run_back(key.start, EXPRESSION, 64) } else { key.start };
        let open = view.run_back(key.start, BLANK, 4);
        let is_equals = |open: &usize| {
            let name = view.run_back(open - 1, LETTER, 24);
            [&b"equals"[..], b"equalsIgnoreCase", b"contentEquals", b"Equals", b"compareTo"]
                .contains(&view.slice(name, open - 1))
        };
        let is_open = |at: &usize| *at > 0 && view.before(*at) == Some(b'(');
        let open = if self.is_key_quoted {
            (begin..=key.start).rev().filter(is_open).find(is_equals)?
        } else {
            Some(open).filter(is_open).filter(is_equals)?
        };
        let name = view.run_back(open - 1, LETTER, 24);
        let end = name.checked_sub(2).filter(|_| view.before(name) == Some(b'.'))?;
        let mark = view.at(end).filter(|b| matches!(b, b'"' | b'\''))?;
        let value = view.run_back(end, ByteSet::of(&[mark, b'\n']).not(), 256);
        let place = self.place(value, Separator::Compares)?;
        (view.before(value) == Some(mark) && value < end).then_some(Place { known_end: Some(end), ..place })
    }

    /// `default='x'` among the arguments behind a key: the index of the literal.
    fn keyword_argument(&self, at: usize) -> Option<usize> {
        let equals = self.view.run(at, WORD, 16);
        let name = self.view.slice(at, equals);
        let is_default = [&b"default"[..], b"fallback", b"def", b"value", b"default_value", b"with"].contains(&name);
        let is_set = matches!(self.view.at(equals), Some(b'=' | b':'));
        (is_default && is_set).then(|| self.view.run(equals + 1, BLANK, 2))
    }

    /// `By.id("password")).sendKeys("x")`, `get('#password').type('x')`, `withId(R.id.password)).perform(typeText("x")`.
    fn typed_into(&self, at: usize) -> Option<Place<'v>> {
        const TYPES: [&[u8]; 10] = [
            b"value",
            b"sendkeys",
            b"send_keys",
            b"type",
            b"fill",
            b"setvalue",
            b"set_value",
            b"val",
            b"fill_in",
            b"typetext",
        ];
        let view = self.view;
        let dot = view.run(at, const { ByteSet::of(b") \r\n\t") }, 32);
        if view.at(dot) != Some(b'.') {
            return None;
        }
        let name = dot + 1 + if view.starts_with(dot + 1, b"perform(") { 8 } else { 0 };
        let end = view.run(name, WORD, 16);
        let name = view.slice(name, end);
        let value = view.run(end + 1, BLANK, 4);
        // `getElementById("password").value = "x"`, `ParamByName('password').AsString := 'x'`
        let sign = view.run(end, const { ByteSet::of(b" :") }, 2);
        if view.at(sign) == Some(b'=')
            && [&b"value"[..], b"text", b"asstring"].iter().any(|t| name.eq_ignore_ascii_case(t))
        {
            let value = view.run(sign + 1, BLANK, 4);
            return Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals));
        }
        let is_typed = view.at(end) == Some(b'(') && TYPES.iter().any(|t| name.eq_ignore_ascii_case(t));
        Quote::at(view, value).filter(|_| is_typed).and_then(|_| self.place(value, Separator::Argument))
    }

    /// `variable "db_password" {`: the literal behind `default =` in the block.
    fn default_within(&self, at: usize) -> Option<Place<'v>> {
        const REACH: usize = 400;
        let view = self.view;
        let block = view.slice(at, view.run(at, const { ByteSet::of(b"}").not() }, REACH));
        let default = memchr::memmem::find(block, b"default")?;
        let is_word = block[..default].last().is_some_and(|b| SPACE.contains(*b));
        let equals = view.run(at + default + 7, BLANK, 32);
        let value = view.run(equals + 1, BLANK, 8);
        let is_set = is_word && view.at(equals) == Some(b'=');
        Quote::at(view, value).filter(|_| is_set).and_then(|_| self.place(value, Separator::Equals))
    }

    /// `| password | x |`, where the key is the first cell of its row.
    fn cell(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let bar = view.run_back(self.key.start, const { ByteSet::of(b" \t`*") }, 16);
        let start = view.run_back(bar.saturating_sub(1), BLANK, 64);
        let is_first = view.before(bar) == Some(b'|') && view.before(start).is_none_or(|b| b == b'\n');
        let value = view.run(at + 1, const { ByteSet::of(b" \t`") }, 64);
        (is_first && view.at(value).is_some_and(|b| !matches!(b, b'|' | b'\r' | b'\n')))
            .then(|| self.place(value, Separator::Cell))
            .flatten()
    }

    /// `password string = "x"`: a declaration whose type follows the name.
    fn typed(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let end = view.run(at, const { WORD.or(ByteSet::of(b".*[]<>")) }, 32);
        // `pwd As String = "x"` of Visual Basic
        let is_as = view.starts_with_ignoring_case(at, b"as ");
        let end = if is_as { view.run(at + 3, WORD, 24) } else { end };
        let equals = view.run(end, BLANK, 8);
        // What is behind the line is not looked at, so that it need not be waited for.
        if end == at || equals == end || view.at(equals) != Some(b'=') || !view.is(equals + 1, BLANK) {
            return None;
        }
        let value = view.run(equals + 1, BLANK, 8);
        Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
    }

    /// `type="password" value="x"`, `name="csrf-token" content="x"`: another attribute of the tag. And what follows the end
    /// of the tag: `<param name="password" type="string">x`.
    fn attribute(&self, at: usize) -> Option<Place<'v>> {
        const REACH: usize = 256;
        let (view, key) = (self.view, self.key);
        let open = view.run_back(key.start, const { ByteSet::of(b"<>\n").not() }, 200);
        if view.before(open) != Some(b'<') {
            return None;
        }
        let end = view.run(at, const { ByteSet::of(b"<>").not() }, REACH);
        let tag = view.slice(at, end);
        let value = [&b"value="[..], b"content=", b"defaultValue="].into_iter().find_map(|name| {
            let found = memchr::memmem::find(tag, name)?;
            let begins = tag[..found].last().is_none_or(|b| SPACE.contains(*b));
            begins.then_some(at + found + name.len())
        });
        if let Some(value) = value {
            return Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals));
        }
        let is_element = view.at(end) == Some(b'>') && view.before(end) != Some(b'/') && key.is_named(view);
        is_element.then(|| self.place(view.run(end + 1, SPACE, 256), Separator::Tag)).flatten()
    }

    /// `<input value="x" type="password">`.
    fn attribute_before(&self) -> Option<Place<'v>> {
        let (view, key) = (self.view, self.key);
        let open = view.run_back(key.start, const { ByteSet::of(b"<>\n").not() }, 200);
        let tag = view.slice(open, key.start);
        if view.before(open) != Some(b'<') || !tag.starts_with(b"input ") {
            return None;
        }
        let found = open + memchr::memmem::rfind(tag, b" value=")? + 7;
        let quote = Quote::at(view, found)?;
        let extent = quote.extent(view, quote.end(found), false);
        let place = self.place(extent.start, Separator::Equals)?;
        (extent.end < key.start && extent.end > extent.start).then_some(Place { known_end: Some(extent.end), ..place })
    }

    /// `<password encrypted="false">x`: behind the attributes.
    fn tag_with_attributes(&self, at: usize) -> Option<Place<'v>> {
        let end = self.view.run(at, const { ByteSet::of(b"<>\n").not() }, 256);
        // `<password value="x"/>`
        if self.view.starts_with(at, b"value=") {
            return Quote::at(self.view, at + 6).and_then(|_| self.place(at + 6, Separator::Equals));
        }
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
        if ![&b"name"[..], b"key", b"property", b"param-name", b"id", b"td", b"th", b"dt"]
            .iter()
            .any(|w| word.eq_ignore_ascii_case(w))
        {
            return None;
        }
        let close = view.run(at + 2, const { WORD.or(ByteSet::of(b"-:")) }, 32);
        let next = view.run(close + 1, SPACE, 64);
        let tag = view.run(next + 1, const { WORD.or(ByteSet::of(b"-:")) }, 32);
        // `<th>Password</th><th>Meaning</th>`: the heads of columns.
        if word.eq_ignore_ascii_case(b"th") && view.slice(next + 1, tag).eq_ignore_ascii_case(b"th") {
            return None;
        }
        let is_element = view.at(close) == Some(b'>') && view.at(next) == Some(b'<') && view.at(tag) == Some(b'>');
        (is_element && tag > next + 1).then(|| self.place(view.run(tag + 1, SPACE, 64), Separator::Tag)).flatten()
    }

    /// `name="password" value="x"`, `{"name": "password", "value": "x"}`, `- name: DB_PASSWORD` and `value: x` below it.
    fn sibling(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        if !(self.key.is_named(view) || self.is_key_quoted && self.key.is_typed(view)) {
            return None;
        }
        let quote = Quote::at(view, at);
        let word = quote.map_or(at, |quote| quote.end(at));
        let is_short = quote.is_some() && view.starts_with(word, b"val") && !view.is(word + 3, LETTER);
        // `password(name: 'DEPLOY_PASSWORD', defaultValue: 'x')` of Jenkins
        let is_default = view.starts_with(word, b"defaultValue");
        if !is_short && !is_default && !view.starts_with_ignoring_case(word, b"value") {
            return None;
        }
        let word = word
            + if is_short {
                3
            } else if is_default {
                12
            } else {
                5
            };
        let end = quote.map_or(word, |quote| quote.end(word));
        let separator = view.run(end, BLANK, 8);
        let value = view.run(separator + 1, BLANK, 16);
        match view.at(separator)? {
            b'=' => self.place(value, Separator::Equals),
            b':' => self.place(value, Separator::Colon),
            _ => None,
        }
    }

    /// `form-data; name="password"`, an empty line, and the value on the next.
    fn form_field(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let end = if view.at(at) == Some(b'\r') { at + 1 } else { at };
        let width = end - at + 1;
        let is_empty = view.at(end) == Some(b'\n') && view.slice(end + 1, end + 1 + width) == view.slice(at, end + 1);
        let line = view.slice(view.line_start(self.key.start), self.key.start);
        let is_form = memchr::memmem::find(line, b"form-data").is_some();
        (is_empty && is_form).then(|| self.place(end + 1 + width, Separator::Statement)).flatten()
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

    /// `your password is: hunter2!x`, `new password set to hunter2`.
    fn is(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let becomes = [&b"set to "[..], b"changed to ", b"reset to "].into_iter().find(|w| view.starts_with(at, w));
        if let Some(becomes) = becomes {
            return self.place(view.run(at + becomes.len(), BLANK, 4), Separator::Is);
        }
        let end = view.run(at, const { LETTER.or(HIGH) }, 16);
        if !self.lexicon.is_verb(view.slice(at, end)) {
            return None;
        }
        let colon = end + usize::from(view.at(end) == Some(b':'));
        let value = view.run(colon, BLANK, 4);
        (value > colon).then(|| self.place(value, Separator::Is)).flatten()
    }

    /// `user_name IN ('jroe', 'mkent')`, `assignee not in (jroe, mkent)`, `display_name LIKE 'Jane%'`.
    fn among(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let word = |at: usize| {
            let end = view.run(at, LETTER, 6);
            (view.slice(at, end).to_ascii_lowercase(), view.run(end, BLANK, 4))
        };
        let (mut first, mut behind) = word(at);
        if first == b"not" {
            (first, behind) = word(behind);
        }
        match &first[..] {
            b"like" | b"ilike" if view.at(behind) == Some(b'\'') => {
                let start = view.run(behind + 1, const { ByteSet::of(b"%") }, 2);
                let end = view.run(start, const { ByteSet::of(b"%'\r\n").not() }, 128);
                let close = view.run(end, const { ByteSet::of(b"%") }, 2);
                let place = self.place(start, Separator::Compares)?;
                let is_string = view.at(close) == Some(b'\'') && end > start;
                is_string.then_some(Place { known_end: Some(end), ..place })
            }
            b"in" if view.at(behind) == Some(b'(') => self.place(behind, Separator::Among),
            _ => None,
        }
    }

    /// `password for jroe: hunter2`, `password for jroe is hunter2`.
    fn of_whom(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let name = whose(view, at).filter(|_| !self.is_key_quoted)?;
        if let Some(is) = memchr::memmem::find(view.slice(at, name), b" is ").filter(|_| view.at(name) != Some(b':')) {
            return self.place(view.run(at + is + 4, BLANK, 4), Separator::Is);
        }
        // `password for jroe changed to hunter2`
        let becomes = [&b" changed to "[..], b" set to ", b" reset to "].into_iter();
        let told = becomes.filter_map(|w| memchr::memmem::find(view.slice(at, name), w).map(|n| n + w.len())).next();
        if let Some(told) = told {
            return self.place(view.run(at + told, BLANK, 4), Separator::Is);
        }
        // Behind `for` anything may stand; other words are those of sentences, too.
        let told = || view.slice(name + 2, view.run(name + 2, const { SPACE.not() }, 64));
        let is_told = view.at(name) == Some(b':')
            && view.is(name + 1, BLANK)
            && (view.starts_with(at, b"for ") || prose::is_odd(told()) || prose::shows(told()));
        is_told.then(|| self.place(view.run(name + 1, BLANK, 4), Separator::Colon)).flatten()
    }

    /// `the API key we use is x`, `personal access token (do not share): x`, `temporary password - x - until Friday`: some words
    /// of the same sentence, and a value that no sentence would use.
    fn far(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let words = view.run(at, FAR, FAR_REACH);
        // `token - x -`
        if view.starts_with(at, b"- ") {
            let end = view.run(at + 2, const { SPACE.not() }, 64);
            let text = view.slice(at + 2, end);
            return (prose::is_odd(text) && prose::shows(text)).then(|| self.place(at + 2, Separator::Is)).flatten();
        }
        let text = view.slice(at, words);
        let told = match view.at(words) {
            Some(b':' | b'=') => words + 1,
            _ => at + memchr::memmem::find(text, b" is ")? + 3,
        };
        let value = view.run(told, BLANK, 4);
        let end = view.run(value, const { SPACE.not() }, 64);
        let text = view.slice(value, end);
        let text = text.trim_ascii_end();
        let bare = text.strip_suffix(b".").or(text.strip_suffix(b",")).unwrap_or(text);
        (value > told && bare.len() > 7 && prose::is_drawn(bare)).then(|| self.place(value, Separator::Is)).flatten()
    }

    /// `logged in with token 0a1b2c3d4e5f6071`.
    fn near(&self, at: usize) -> Option<Place<'v>> {
        const ENOUGH: usize = 16;
        let view = self.view;
        let text = view.slice(at, view.run(at, TOKEN, 64));
        let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
        let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
        let is_word_start = self.key.start == 0 || !view.is(self.key.start - 1, ALNUM);
        // `failed for jroe with password hunter2 from ...`
        let lead = self.key.start.checked_sub(1).filter(|&blank| view.at(blank) == Some(b' '));
        let is_with = lead
            .is_some_and(|end| [&b" with"[..], b" using"].iter().any(|word| view.ends_with_ignoring_case(end, word)));
        let is_secret = || {
            self.lexicon
                .find(self.key.text(view))
                .is_none_or(|which| self.lexicon.key(which).0.family() == Family::Secret)
        };
        if is_with && (prose::shows(text) || prose::is_coded(text)) && is_secret() {
            return self.place(at, Separator::Near);
        }
        let is_long = text.len() >= 24 && digits > 0 && random::is_random(text);
        (text.len() >= ENOUGH
            && (digits > 2 || is_long)
            && letters > 2
            && is_word_start
            && !text.contains(&b'.')
            && !text.contains(&b'=')
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
        // `set $secret x;` of nginx
        let is_variable = view.ends_with_ignoring_case(key.start, b"set $");
        if end == at || !is_last || !(is_typed || is_variable || key.is_own_line(view) || self.is_whose()) {
            return None;
        }
        if key.text(view).windows(2).any(|w| w == b"--") {
            return None;
        }
        let text = view.slice(at, end);
        let is_telling = text.iter().any(u8::is_ascii_digit) && !text.iter().all(u8::is_ascii_digit)
            || text.len() > 7 && random::is_random(text);
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

impl Reader<'_, '_> {
    /// Whether nothing but whose the password is stands before the key on its line: `root password hunter2`.
    fn is_whose(&self) -> bool {
        const WHOSE: [&[u8]; 12] = [
            b"root",
            b"admin",
            b"user",
            b"initial",
            b"default",
            b"temporary",
            b"new",
            b"old",
            b"login",
            b"db",
            b"database",
            b"my",
        ];
        let (view, start) = (self.view, self.key.start);
        let Some(blank) = start.checked_sub(1).filter(|&at| view.at(at) == Some(b' ')) else { return false };
        let word = view.run_back(blank, LETTER, 16);
        if [&b"with"[..], b"using"].contains(&view.slice(word, blank)) {
            return true;
        }
        let begins = view.before(view.run_back(word, BLANK, 16)).is_none_or(|b| b == b'\n');
        begins && WHOSE.iter().any(|whose| view.slice(word, blank).eq_ignore_ascii_case(whose))
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
