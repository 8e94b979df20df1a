//! What stands behind a key, and which of the ways to write a value it is.

use super::{Place, Separator, TOKEN};
use crate::detect::bytes::{BLANK, ByteSet, LETTER, SPACE, WORD};
use crate::detect::reading::key::{Key, WIDE_COLON};
use crate::detect::reading::lexicon::Lexicon;
use crate::detect::reading::prose;
use crate::detect::reading::value::{Quote, Surroundings};
use crate::detect::view::View;

/// What stands between a field and what an event of the page puts into it.
const EVENT: &[u8] = b", { target: { value: ";

/// What is known when the separator is looked for.
pub(super) struct Reader<'r, 'v> {
    pub(super) view: &'r View<'v>,
    pub(super) key: &'r Key,
    pub(super) lexicon: &'r Lexicon,
    pub(super) is_key_quoted: bool,
    /// Index behind the key and its quote.
    pub(super) behind: usize,
    /// Index behind the blanks that follow.
    pub(super) at: usize,
}

/// What `reg add` has between the name of a value and itself.
const REGISTRY: &[u8] = b"/t REG_SZ /d ";

impl<'v> Reader<'_, 'v> {
    pub(super) fn place(&self, at: usize, separator: Separator) -> Option<Place<'v>> {
        let (is_key_quoted, around) = (self.is_key_quoted, Surroundings::default());
        Some(Place { at, separator, is_key_quoted, around, key_start: self.key.start, known_end: None })
    }

    /// The literal of a constant whose type stands before it.
    fn declared(&self, at: usize) -> Option<usize> {
        const TYPES: [&[u8]; 3] = [b"CONSTANT ", b"TYPE ", b"VARCHAR2("];
        const VALUES: [&[u8]; 2] = [b" := ", b" VALUE "];
        if !TYPES.iter().any(|declares| self.view.starts_with(at, declares)) {
            return None;
        }
        let line = self.view.slice(at, self.view.line_end(at, 64));
        let value = VALUES.iter().find_map(|sign| Some(at + memchr::memmem::find(line, sign)? + sign.len()))?;
        Quote::at(self.view, value).map(|_| value)
    }

    pub(super) fn read(&self) -> Option<Place<'v>> {
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
            // `fireEvent.change(passwordInput, { target: { value: 'x' } })`
            b',' if at == behind && !is_key_quoted && view.starts_with(at, EVENT) => {
                let value = at + EVENT.len();
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Argument))
            }
            // `if got := cfg.Password; got != "x"`
            b';' if at == behind && !is_key_quoted => self.compared_behind(at),
            // `assertEqual(session['token'], 'x')`
            b',' if is_key_quoted && view.before(at) == Some(b']') && self.is_asserted() => {
                let value = view.run(at + 1, BLANK, 4);
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Compares))
            }
            // `PASSWORD, USER = "x", "jroe"`
            b',' if at == behind && !is_key_quoted && self.sign_behind(at).is_some() => {
                self.paired(self.sign_behind(at)?)
            }
            // `reg add KEY /v DefaultPassword /t REG_SZ /d x`
            b'/' if at > behind && view.starts_with(at, REGISTRY) => self.place(at + REGISTRY.len(), Separator::Option),
            // `c_wallet_pwd CONSTANT VARCHAR2(30) := 'x'`, `CONSTANTS c_secret TYPE string VALUE 'x'`
            b'C' | b'T' | b'V' if at > behind && self.declared(at).is_some() => {
                self.place(self.declared(at)?, Separator::Equals)
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
            // `password << ["x", "y"]` of Spock
            b'<' if at > behind && !is_key_quoted && view.starts_with(at, b"<< [") => {
                self.place(at + 3, Separator::Equals)
            }
            // `:basic-auth ["jroe" "x"]` of Clojure
            b'[' if at > behind && !is_key_quoted && self.vector(at).is_some() => self.vector(at),
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
            // `getByLabelText('Password'), { target: { value: 'x' } }`
            b')' if is_key_quoted && view.starts_with(at + 1, EVENT) => {
                let value = at + 1 + EVENT.len();
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Argument))
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
                .peppered()
                .or_else(|| self.equalled())
                .or_else(|| self.block(at))
                .or_else(|| self.expected(at))
                .or_else(|| self.asserted(at))
                .or_else(|| self.typed_into(at)),
            // `expect(config[:api_token]).to eq "x"`
            b']' if at == behind && view.at(at + 1) == Some(b')') => self.expected(at + 1),
            // `session[:token] = "x"`, `env[API_KEY] = "x"`
            b']' if at == behind && !is_key_quoted && matches!(view.before(key.start), Some(b':' | b'[')) => {
                self.assigned(at, b']')
            }
            // `fields["Password"].typeText("x")`
            b'.' if is_key_quoted && view.before(at) == Some(b']') => self.typed_into(at),
            // `assertThat(user.getPassword()).isEqualTo("x")`
            b'(' if at == behind && !is_key_quoted && view.at(at + 1) == Some(b')') => self
                .expected(at + 1)
                .or_else(|| self.asserted(at))
                .or_else(|| self.matched(at + 2))
                .or_else(|| self.returned())
                .or_else(|| self.given_back(at)),
            // `every { provider.token } returns "x"`
            b'}' if at > behind && view.starts_with(at, b"} returns \"") => self.place(at + 10, Separator::Compares),
            // `given(provider.createToken(any())).willReturn("x")`
            b'(' if at == behind && !is_key_quoted && self.stubbed(at).is_some() => self.stubbed(at),
            // `def token(self): return "x"`
            b'(' if at == behind && !is_key_quoted && self.given_back(at).is_some() => self.given_back(at),
            // `Assert.That(user.Password, Is.EqualTo("x"))`
            b',' if at == behind && !is_key_quoted && self.is_asserted() && self.matched(at).is_some() => {
                self.matched(at)
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
                // `the master secret (RFC7627)`
                (is_telling && view.at(end) == Some(b')') && !prose::is_method(text))
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
                let value = self.nested(view.run(at + 1, SPACE, 64));
                // `b"x"`, `@"x"`
                let quote = value + usize::from(matches!(view.at(value), Some(b'b' | b'@' | b'L')));
                Quote::at(view, quote).and_then(|_| self.place(value, Separator::Argument))
            }
            // `strcmp(password, "x")`, `setopt(handle, PASSWORD, "x")`, `assert_eq!(password, Some("x"`
            b',' if at == behind && !is_key_quoted && (self.is_compared() || self.is_constant()) => {
                let value = view.run(at + 1, BLANK, 8);
                let value = if view.starts_with(value, b"Some(") { value + 5 } else { value };
                Quote::at(view, value).and_then(|_| self.place(value, Separator::Argument))
            }
            // (`login`, `password`) are columns.
            b',' if is_key_quoted && view.before(key.start) == Some(b'`') => None,
            b',' if is_key_quoted => {
                // `setProperty("password", "x")`, `{"name": "DB_PASSWORD", "value": "x"}`
                let next = view.run(at + 1, SPACE, 64);
                self.sibling(next).or_else(|| self.sibling_before()).or_else(|| {
                    let named = self.keyword_argument(next);
                    let is_parametrized = view.at(next) == Some(b'[') && self.is_parametrized();
                    if is_parametrized {
                        return self.place(next, Separator::Equals);
                    }
                    let next = named.unwrap_or(next);
                    // `registry.add("db.password", () -> "x")`
                    let is_lambda = [&b"() -> "[..], b"() => "].iter().any(|lambda| view.starts_with(next, lambda));
                    let next = if is_lambda { next + 6 } else { next };
                    // `fill_in 'Password', with: 'x'`
                    let is_option = view.at(key.start) == Some(b'-') || view.ends_with_ignoring_case(next, b"with: ");
                    Quote::at(view, next)?;
                    // `#[arg(env = "API_TOKEN", default_value = "x")]`
                    let is_argument = is_option
                        || named.is_some() && view.ends_with_ignoring_case(key.start, b"env = \"")
                        || key.is_argument(view)
                        || self.is_flag()
                        || self.is_of_gradle()
                        || self.is_of_map();
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
                .or_else(|| self.pair(at))
                .or_else(|| self.called_with(at))
                .or_else(|| self.filled(at)),
            // ``the password is `x` ``, `password **x**`
            b'`' | b'*' | b'<' if at > behind && !is_key_quoted && self.marked(at).is_some() => self.marked(at),
            // `#define kPassword @"x"`
            b'@' if at > behind && view.at(at + 1) == Some(b'"') => self.place(at + 1, Separator::Option),
            // `IDENTIFIED BY PASSWORD 'x'`, `password "hunter2"`
            b'\'' | b'"' if at > behind => self.place(at, Separator::Option),
            // Only a key that is named on this line has its value on the next.
            b'\r' | b'\n' if key.is_named(view) => {
                let next = view.run(at, SPACE, 64);
                self.sibling(next)
                    .or_else(|| self.form_field(at))
                    .or_else(|| self.described(at))
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
                .or_else(|| self.slashed(at))
                .or_else(|| self.entered())
                .or_else(|| self.among(at))
                .or_else(|| self.of_whom(at))
                .or_else(|| self.typed(at))
                .or_else(|| self.behind_user(at))
                .or_else(|| self.statement(at))
                .or_else(|| self.near(at))
                .or_else(|| self.far(at)),
            _ => None,
        }
    }

    pub(super) fn equals(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let more = view.run(at + 1, const { ByteSet::of(b"=>") }, 2);
        if view.at(at + 1) == Some(b'~') {
            return None;
        }
        let compares = view.at(at + 1) == Some(b'=');
        let separator = if compares { Separator::Compares } else { Separator::Equals };
        self.place(view.run(skip_colour(view, more), BLANK, 64), separator)
    }

    pub(super) fn colon(&self, at: usize) -> Option<Place<'v>> {
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
}

/// Behind a terminal's colour at `at`, if one stands there.
pub fn skip_colour(view: &View<'_>, at: usize) -> usize {
    if view.at(at) != Some(0x1b) || view.at(at + 1) != Some(b'[') {
        return at;
    }
    let digits = view.run(at + 2, const { ByteSet::of(b"0123456789;") }, 12);
    if view.at(digits) == Some(b'm') { digits + 1 } else { at }
}
