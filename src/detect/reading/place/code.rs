//! Values that programs give: assignments, arguments, comparisons, lookups with defaults, pairs in lists.

use super::reader::Reader;
use super::{Place, Separator};
use crate::detect::bytes::{BLANK, ByteSet, LETTER, SPACE, WORD};
use crate::detect::reading::literal;
use crate::detect::reading::value::Quote;
use crate::detect::view::View;
use crate::kind::{Family, Kind};

impl<'v> Reader<'_, 'v> {
    /// A string that is assigned to what is closed at `close` by `mark`. What is behind the line is not looked at.
    pub(super) fn assigned(&self, close: usize, mark: u8) -> Option<Place<'v>> {
        let view = self.view;
        let equals = (view.at(close) == Some(mark)).then(|| view.run(close + 1, BLANK, 8))?;
        let value = (view.at(equals) == Some(b'=')).then(|| view.run(equals + 1, BLANK, 8))?;
        Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
    }

    /// `setPassword("x")`, `.withPassword("x")`, `builder.password("x")`, `ApiKey("x")`, `std::string password("x")`. What
    /// such calls are given, but for those that look a secret up by its name.
    pub(super) fn is_setter(&self) -> bool {
        const LOOKS_UP: [&[u8]; 16] = [
            b"split", b"parse", b"get", b"find", b"read", b"load", b"has", b"is", b"fetch", b"lookup", b"resolve",
            b"ask", b"prompt", b"remove", b"delete", b"check",
        ];
        let name = self.key.name(self.view);
        let prefix = |p: &&[u8]| name.get(..p.len()).is_some_and(|n| n.eq_ignore_ascii_case(p));
        // `Credential("user", ...`: which argument is the secret is another detector's.
        let is_pair =
            [&b"credential"[..], b"credentials"].iter().any(|end| self.view.ends_with_ignoring_case(self.key.end, end));
        !is_pair && !LOOKS_UP.iter().any(prefix)
    }

    /// `strcmp(password, `, `compare_digest(password, `.
    pub(super) fn is_compared(&self) -> bool {
        let open = self.view.run_back(self.key.start, const { BLANK.or(ByteSet::of(b"$&*")) }, 4);
        self.view.before(open) == Some(b'(')
            && [
                &b"cmp"[..],
                b"equals",
                b"equal",
                b"compare",
                b"digest",
                b"verify",
                b"_eq",
                b"_eq!",
                b"_ne!",
                b"check",
                b"cpy",
                b"copy",
            ]
            .iter()
            .any(|name| self.view.ends_with_ignoring_case(open - 1, name))
    }

    /// Whether an assertion begins before the key on its line.
    pub(super) fn is_asserted(&self) -> bool {
        memchr::memmem::find(self.line_before(), b"ssert").is_some()
    }

    /// `if got := cfg.Password; got != "x"`: the literal that the variable is compared with.
    pub(super) fn compared_behind(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        if view.at(at + 1) != Some(b' ') {
            return None;
        }
        let name = view.run(at + 2, WORD, 24);
        let value = [&b" != "[..], b" == "].iter().find(|sign| view.starts_with(name, sign)).map(|_| name + 4)?;
        let is_assigned = || memchr::memmem::find(self.line_before(), b":= ").is_some();
        let is_named = name > at + 2;
        Quote::at(view, value)
            .filter(|_| is_named && is_assigned())
            .and_then(|_| self.place(value, Separator::Compares))
    }

    /// `assertThat(x.getToken(), is("x"))`: the literal of a matcher behind the comma at `at`.
    pub(super) fn matched(&self, at: usize) -> Option<Place<'v>> {
        const MATCHERS: [&[u8]; 8] =
            [b"is(", b"equalTo(", b"Is.EqualTo(", b"Is.Not.EqualTo(", b"not(", b"eq(", b"Equals(", b"CoreMatchers.is("];
        let view = self.view;
        if view.at(at) != Some(b',') {
            return None;
        }
        let name = view.run(at + 1, BLANK, 4);
        let matcher = MATCHERS.iter().find(|matcher| view.starts_with(name, matcher))?;
        let value = name + matcher.len();
        Quote::at(view, value)
            .filter(|_| view.at(at) == Some(b','))
            .and_then(|_| self.place(value, Separator::Compares))
    }

    /// `given(provider.createToken(any())).willReturn("x")`: what a call is told to return.
    pub(super) fn stubbed(&self, at: usize) -> Option<Place<'v>> {
        const REACH: usize = 64;
        let view = self.view;
        let line = view.slice(at, view.line_end(at, REACH));
        let value = [&b")).thenReturn(\""[..], b")).willReturn(\""]
            .iter()
            .find_map(|call| memchr::memmem::find(line, call).map(|n| at + n + call.len() - 1))?;
        self.place(value, Separator::Compares)
    }

    /// `def token(): return "x"`, `fun token() = "x"`, `token() { return 'x' }`: what a function of a few words gives back.
    pub(super) fn given_back(&self, at: usize) -> Option<Place<'v>> {
        const GIVES: [&[u8]; 5] = [b": return ", b" { return ", b" => ", b" = ", b"{ return "];
        let view = self.view;
        let close = view.run(at + 1, const { WORD.or(ByteSet::of(b" ,")) }, 24);
        let gives = GIVES.iter().find(|gives| view.at(close) == Some(b')') && view.starts_with(close + 1, gives))?;
        let value = close + 1 + gives.len();
        Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
    }

    /// `doReturn("x").when(client).getToken()`: what is returned, before the key.
    pub(super) fn returned(&self) -> Option<Place<'v>> {
        let (view, line) = (self.view, self.line_before());
        let call = memchr::memmem::find(line, b"doReturn(\"")?;
        let value = self.key.start - line.len() + call + 10;
        let end = view.run(value, const { ByteSet::of(b"\"\n").not() }, 128);
        let place = self.place(value, Separator::Compares)?;
        (view.starts_with(end, b"\").when(") && end > value).then_some(Place { known_end: Some(end), ..place })
    }

    /// Where the literal is that a setter is given by way of another call: `setPassword(encoder.encode("x"))`.
    pub(super) fn nested(&self, at: usize) -> usize {
        const MAKES: [&[u8]; 12] = [
            b"encode",
            b"hash",
            b"make",
            b"encrypt",
            b"bcrypt",
            b"sha256",
            b"md5",
            b"hashpassword",
            b"encodepassword",
            b"some",
            b"of",
            b"from",
        ];
        let view = self.view;
        // `setPassword((const char *)"x")`
        let close = view.run(at + 1, const { WORD.or(ByteSet::of(b" *")) }, 24);
        if view.at(at) == Some(b'(') && view.at(close) == Some(b')') && Quote::at(view, close + 1).is_some() {
            return close + 1;
        }
        let open = view.run(at, const { WORD.or(ByteSet::of(b".:")) }, 48);
        if open == at || view.at(open) != Some(b'(') {
            return at;
        }
        let name = view.slice(at, open);
        let last = &name[name.iter().rposition(|b| !WORD.contains(*b)).map_or(0, |n| n + 1)..];
        let makes = MAKES.iter().any(|word| last.eq_ignore_ascii_case(word));
        let literal = Quote::at(view, open + 1).map(|quote| quote.extent(view, quote.end(open + 1), false));
        // `verify(code.encode("utf-8"))`
        let is_literal = literal.is_some_and(|literal| !literal::is_encoding(view.slice(literal.start, literal.end)));
        if makes && is_literal { open + 1 } else { at }
    }

    /// `setopt(handle, PASSWORD, `: a constant that tells what the next argument is.
    pub(super) fn is_constant(&self) -> bool {
        let is_capital = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
        let line = || self.view.slice(self.view.line_start(self.key.start), self.key.start);
        self.key.name(self.view).iter().all(is_capital) && memchr::memrchr(b'(', line()).is_some()
    }

    /// `"HSET" "session:5" "username" "jroe"` of Redis, `"user"  "jroe"` of Valve's format: two strings beside each other.
    pub(super) fn pair(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let is_pair = view.before(self.key.start) == Some(b'"')
            && view.at(at) == Some(b'"')
            && view.is(at + 1, WORD)
            && self.lexicon.find(self.key.text(view)).is_some_and(|which| self.lexicon.key(which).0 == Kind::User);
        is_pair.then(|| self.place(at, Separator::Listed)).flatten()
    }

    /// `:basic-auth ["jroe" "x"]`, `creds ["jroe" "x"]`: the second of two strings between which only a blank stands.
    pub(super) fn vector(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let first = Quote::at(view, at + 1).filter(|quote| quote.is_plain())?;
        let name = first.extent(view, first.end(at + 1), false);
        let second = view.run(first.end(name.end), BLANK, 4);
        let quote = Quote::at(view, second).filter(|quote| quote.is_plain() && second > first.end(name.end))?;
        let value = quote.extent(view, quote.end(second), false);
        (view.at(quote.end(value.end)) == Some(b']')).then(|| self.place(second, Separator::Equals)).flatten()
    }

    /// `(System/setProperty "trustStorePassword" "x")` of Lisp: the last of two strings that a function is given.
    pub(super) fn called_with(&self, at: usize) -> Option<Place<'v>> {
        const NAME: ByteSet = WORD.or(ByteSet::of(b"-/.!?*"));
        let view = self.view;
        let quote = self.key.start.checked_sub(1)?;
        let blank = view.run_back(quote, BLANK, 4);
        let open = view.run_back(blank, NAME, 48);
        let value = Quote::at(view, at).filter(|quote| quote.is_plain())?;
        let extent = value.extent(view, value.end(at), false);
        let is_call =
            view.before(quote + 1) == Some(b'"') && blank < quote && open < blank && view.before(open) == Some(b'(');
        (is_call && view.at(value.end(extent.end)) == Some(b')')).then(|| self.place(at, Separator::Equals)).flatten()
    }

    /// `parametrize("password", ["x", "y"])`: whether each of a list is a value of the key.
    pub(super) fn is_parametrized(&self) -> bool {
        let quote = self.key.start.saturating_sub(1);
        self.view.ends_with_ignoring_case(quote, b"parametrize(")
    }

    /// `["password", "x"]`: a list of two.
    pub(super) fn is_pair(&self, value: usize) -> bool {
        let view = self.view;
        let open = view.run_back(self.key.start, const { ByteSet::of(b"\"' ") }, 4);
        let Some(quote) = Quote::at(view, value).filter(|_| view.before(open) == Some(b'[')) else { return false };
        let extent = quote.extent(view, quote.end(value), false);
        view.at(view.run(quote.end(extent.end), BLANK, 4)) == Some(b']')
    }

    /// `buildConfigField "String", "API_KEY", "x"`, `resValue "string", "api_key", "x"`.
    pub(super) fn is_of_gradle(&self) -> bool {
        let line = self.view.slice(self.view.line_start(self.key.start), self.key.start).trim_ascii_start();
        line.starts_with(b"buildConfigField ") || line.starts_with(b"resValue ")
    }

    /// `expect(user.password).to.equal("x")`, `assertThat(password).isEqualTo("x")`, `expect(x.token).to eq "x"`, and
    /// `when(x.getPassword()).thenReturn("x")`: `at` is at the parenthesis that closes the call.
    pub(super) fn expected(&self, at: usize) -> Option<Place<'v>> {
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
    pub(super) fn asserted(&self, at: usize) -> Option<Place<'v>> {
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
    pub(super) fn compared(&self, at: usize) -> Option<Place<'v>> {
        const SIGNS: [&[u8]; 7] = [b"~= ", b"-eq ", b"-ne ", b"-ceq ", b"-cne ", b"eq ", b"ne "];
        let sign = SIGNS.iter().find(|sign| self.view.starts_with(at, sign))?;
        let value = at + sign.len();
        Quote::at(self.view, value).and_then(|_| self.place(value, Separator::Compares))
    }

    /// What stands before the key on its line.
    pub(super) fn line_before(&self) -> &'v [u8] {
        self.view.slice(self.view.line_start(self.key.start), self.key.start)
    }

    pub(super) fn is_set_by_command(&self) -> bool {
        [&b"secrets set "[..], b"config set ", b"config:set "]
            .iter()
            .any(|words| memchr::memmem::find(self.line_before(), words).is_some())
    }

    pub(super) fn is_of_environment(&self) -> bool {
        memchr::memmem::find(self.line_before(), b"_env(").is_some()
    }

    /// `Map.of("user", "jroe", "password", "x")`: keys and values by turns.
    pub(super) fn is_of_map(&self) -> bool {
        memchr::memmem::find(self.line_before(), b"Map.of(").is_some()
    }

    /// `form.get("password") == "x"`, `r.FormValue("password") != "x"`, `assertEqual(cfg.get("db", "password"), "x")`: what the
    /// value of the key is compared with. And what it falls back to: `getenv("API_KEY") ?? "x"`.
    pub(super) fn looked_up(&self, at: usize) -> Option<Place<'v>> {
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
    pub(super) fn sign_behind(&self, at: usize) -> Option<usize> {
        let names = self.view.run(at, const { WORD.or(ByteSet::of(b"$@%, ")) }, 64);
        let sign = names + usize::from(self.view.at(names) == Some(b')'));
        let sign = self.view.run(sign, BLANK, 2);
        let is_sign = self.view.starts_with(sign, b"= ") || self.view.starts_with(sign, b":= ");
        (is_sign && self.view.before(sign) == Some(b' ')).then_some(sign)
    }

    /// `USER, PASSWORD = "jroe", "x"`, `my ($user, $pass) = ('jroe', 'x')`: the literal that stands as far behind the sign as
    /// the key stands before it.
    pub(super) fn paired(&self, at: usize) -> Option<Place<'v>> {
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
    pub(super) fn block(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let value = view.run(at + 3, BLANK, 4);
        view.starts_with(at, b") {").then(|| Quote::at(view, value)).flatten()?;
        self.place(value, Separator::Equals)
    }

    /// `set("x", forKey: "password")`.
    pub(super) fn value_before(&self) -> Option<Place<'v>> {
        let (view, key) = (self.view, self.key);
        let name = view.run_back(key.start, const { ByteSet::of(b"\"' :=") }, 4);
        let start = view.run_back(name, LETTER, 24);
        let comma = view.run_back(start, BLANK, 4);
        let is_named =
            [&b"forKey"[..], b"key", b"named", b"name", b"forHTTPHeaderField"].contains(&view.slice(start, name));
        let mark = view.back(comma, 2).filter(|b| matches!(b, b'"' | b'\'') && view.before(comma) == Some(b','))?;
        let end = comma - 2;
        let value = view.run_back(end, ByteSet::of(&[mark, b'\n']).not(), 256);
        let place = self.place(value, Separator::Listed)?;
        (is_named && view.before(value) == Some(mark) && value < end).then_some(Place { known_end: Some(end), ..place })
    }

    /// `"x".equals(password)`, `"x".equals(request.getParameter("password"))`.
    pub(super) fn equalled(&self) -> Option<Place<'v>> {
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
    pub(super) fn keyword_argument(&self, at: usize) -> Option<usize> {
        const NAMES: [&[u8]; 7] =
            [b"default", b"fallback", b"def", b"value", b"default_value", b"defaultvalue", b"with"];
        let end = self.view.run(at, WORD, 16);
        let name = self.view.slice(at, end);
        let is_default = NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
        let sign = self.view.run(end, BLANK, 2);
        let is_set = matches!(self.view.at(sign), Some(b'=' | b':'));
        (is_default && is_set).then(|| self.view.run(sign + 1, BLANK, 2))
    }

    /// `StringVar(&password, "password", "x", "usage")`: whether the key names a flag of a program in Go.
    pub(super) fn is_flag(&self) -> bool {
        let line = self.line_before();
        [&b"Var(&"[..], b"VarP(&"].iter().any(|call| memchr::memmem::find(line, call).is_some())
    }

    /// `md5("x" + password)`, `sha1('x' . $pass)`: the string that is put before a secret to be hashed with it.
    pub(super) fn peppered(&self) -> Option<Place<'v>> {
        const HASHES: [&[u8]; 5] = [b"md5", b"sha1", b"sha256", b"sha512", b"hash("];
        let (view, key) = (self.view, self.key);
        let sign = view.run_back(key.start, const { ByteSet::of(b" $") }, 3);
        if !matches!(view.before(sign), Some(b'+' | b'.')) || sign == key.start && view.before(sign) == Some(b'.') {
            return None;
        }
        let quote = view.run_back(sign - 1, BLANK, 2);
        let mark = view.before(quote).filter(|b| matches!(b, b'"' | b'\''))?;
        let end = quote - 1;
        let value = view.run_back(end, ByteSet::of(&[mark, b'\n']).not(), 128);
        let before = view.slice(view.line_start(value), value);
        let is_hashed = HASHES.iter().any(|name| memchr::memmem::find(before, name).is_some());
        let place = self.place(value, Separator::Listed)?;
        (is_hashed && view.before(value) == Some(mark) && value < end)
            .then_some(Place { known_end: Some(end), ..place })
    }

    /// `user jroe pass x`: the value shows by itself that it is one.
    pub(super) fn behind_user(&self, at: usize) -> Option<Place<'v>> {
        let text = self.view.slice(at, self.view.run(at, super::TOKEN, 64));
        let is_telling =
            text.len() > 4 && text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
        (is_telling && is_behind_user(self.view, self.key.start)).then(|| self.place(at, Separator::Near)).flatten()
    }

    /// `By.id("password")).sendKeys("x")`, `get('#password').type('x')`, `withId(R.id.password)).perform(typeText("x")`.
    pub(super) fn typed_into(&self, at: usize) -> Option<Place<'v>> {
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
    pub(super) fn default_within(&self, at: usize) -> Option<Place<'v>> {
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
}

/// `user jroe pass x`: whether the name of somebody stands before the key at `start`, and before that the word for one.
pub fn is_behind_user(view: &View<'_>, start: usize) -> bool {
    const NAMES: ByteSet = WORD.or(ByteSet::of(b"-.@"));
    let end = view.run_back(start, BLANK, 2);
    let name = view.run_back(end, NAMES, 64);
    let blank = view.run_back(name, BLANK, 2);
    let word = view.run_back(blank, LETTER, 12);
    let is_apart = word < blank && blank < name && name < end && end < start;
    is_apart
        && [&b"user"[..], b"login", b"username"].iter().any(|user| view.slice(word, blank).eq_ignore_ascii_case(user))
}
