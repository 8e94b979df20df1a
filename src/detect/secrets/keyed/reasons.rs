//! Why a value behind the key of a secret is left: what programs, settings, sentences and names of things have there.

use super::program::elsewhere;
use super::{Asked, Keyed, is_parameter};
use crate::detect::bytes::{ALNUM, BASE64, ByteSet, DIGIT, HEX, LETTER};
use crate::detect::learned::common;
use crate::detect::reading::code;
use crate::detect::reading::dialect;
use crate::detect::reading::handle;
use crate::detect::reading::key::Key;
use crate::detect::reading::lexicon::{Lexicon, Strength};
use crate::detect::reading::literal;
use crate::detect::reading::place::{Place, Separator};
use crate::detect::reading::poor;
use crate::detect::reading::prose;
use crate::detect::reading::random;
use crate::detect::reading::value::Extent;
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::kind::{Family, Kind};

impl Keyed {
    pub(super) fn reason_to_leave(
        &self,
        view: &View<'_>,
        asked: &Asked<'_, '_>,
        extent: &Extent,
    ) -> Option<&'static str> {
        let Asked { key, place, kind, strength } = *asked;
        // Of a block scalar, the first line tells.
        let end = match extent.run {
            Run::Block { .. } => view.line_end(extent.start, 256),
            _ => extent.end,
        };
        let text = view.slice(extent.start, end);
        if text.trim_ascii().is_empty() {
            return Some("empty");
        }
        if let Some(reason) = handle::reason(text) {
            return Some(reason);
        }
        // `session-id-32="412"`, `SessionId: 12-`: the number of one, which opens nothing.
        if kind == Kind::Session && text.len() <= 9 && text.iter().all(|b| DIGIT.contains(*b) || *b == b'-') {
            return Some("a number");
        }
        if place.separator == Separator::Statement && code::is_type_of_column(text) {
            return Some("a type");
        }
        let is_long_literal =
            extent.is_quoted && place.separator == Separator::Equals && text.len() > 5 && strength != Strength::Weak;
        let bare = if extent.is_quoted { text } else { without_comma(text) };
        // `"Basic " + x`
        let trimmed = bare.trim_ascii();
        if self.lexicon.is_setting(trimmed) && !(is_long_literal && trimmed.len() == bare.len()) {
            return Some("a setting, not a value");
        }
        if handle::is_path(text) || (is_directory(text) && key.name(view).eq_ignore_ascii_case(b"pwd")) {
            return Some("the path of a file");
        }
        if extent.is_quoted && code::is_interpolated(view, extent, &self.lexicon) {
            return Some("a variable of the same name");
        }
        let is_setter = key.name(view).get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b"set"))
            || view.ends_with_ignoring_case(key.start, b"set :");
        let is_prompt = text.contains(&b' ') && !is_setter && !text.iter().any(|b| DIGIT.contains(*b));
        if let Some(reason) = self.of_program(view, asked, extent, (text, is_setter)) {
            return Some(reason);
        }
        if place.separator == Separator::Argument
            && (is_prompt || self.lexicon.is_name(text) && !self.is_given(view, asked, extent, text))
        {
            return Some("a prompt or a name");
        }
        // `("username", "password1", "password2")`: the names of fields.
        let is_listed = matches!(place.separator, Separator::Argument | Separator::Listed) && place.is_key_quoted;
        let bare_name = text.strip_suffix(b"1").or(text.strip_suffix(b"2")).unwrap_or(text);
        if is_listed && bare_name.len() < text.len() && self.lexicon.is_key(bare_name) {
            return Some("a name");
        }
        let is_secret = kind.family() == Family::Secret;
        if !extent.is_quoted {
            let reason = code::reason(view, key, place, extent, &self.lexicon)
                .or_else(|| prose::reason(view, key, place, extent, (kind, strength != Strength::Strong)));
            if reason.is_some() {
                return reason;
            }
        }
        if !is_secret {
            // `User.create!(username: n)`
            let is_variable = !extent.is_quoted && text.len() == 1 && LETTER.contains(text[0]);
            if is_variable && dialect::is_code(view, key.start) {
                return Some("a variable");
            }
            return match strength {
                Strength::Weak => weak(text, place, extent),
                Strength::Drawn if is_uuid(text) => Some("a UUID"),
                Strength::Drawn => not_drawn(text),
                _ => None,
            };
        }
        self.no_secret(view, asked, extent, bare)
    }

    /// Why what stands in the place of a secret is none, by what it looks like and by what stands around it.
    fn no_secret(&self, view: &View<'_>, asked: &Asked<'_, '_>, extent: &Extent, text: &[u8]) -> Option<&'static str> {
        let Asked { key, place, kind, strength } = *asked;
        // `sessionid 0x16e2...` of ZooKeeper: the number of a session that a password of its own guards.
        let number = text.strip_prefix(b"0x").filter(|_| kind == Kind::Session);
        if number.is_some_and(|n| (1..=16).contains(&n.len()) && n.iter().all(u8::is_ascii_hexdigit)) {
            return Some("the number of a session");
        }
        // `WBEM_E_UNRECOGNIZED_TOKEN = 0x8004400a`, `szOID_USER_PASSWORD = "1.2.840.113549.1.9.7"`
        let short = text.strip_prefix(b"0x").or(text.strip_prefix(b"0X")).filter(|n| (1..=8).contains(&n.len()));
        if short.is_some_and(|n| n.iter().all(u8::is_ascii_hexdigit)) {
            return Some("a number");
        }
        if text.iter().filter(|b| **b == b'.').count() > 2 && text.iter().all(|b| DIGIT.contains(*b) || *b == b'.') {
            return Some("a version or an object identifier");
        }
        // `UNSECURED_CREDENTIALS: T1552.001` of a catalogue of attacks
        let technique = text.strip_prefix(b"T1").unwrap_or_default();
        if matches!(technique.len(), 3 | 7) && technique.iter().all(|b| DIGIT.contains(*b) || *b == b'.') {
            return Some("the number of a technique");
        }
        // `reset_password_within = 6.hours`
        let count = text.iter().take_while(|b| DIGIT.contains(**b)).count();
        let unit = text[count..].strip_prefix(b".").unwrap_or_default();
        let unit = unit.split(|b| *b == b'.').next().unwrap_or_default();
        const UNITS: [&[u8]; 8] = [b"second", b"minute", b"hour", b"day", b"week", b"fortnight", b"month", b"year"];
        if count > 0 && UNITS.contains(&unit.strip_suffix(b"s").unwrap_or(unit)) {
            return Some("a duration");
        }
        // `local jwt = require "resty.jwt"`
        if !extent.is_quoted && text == b"require" {
            return Some("a word of a language");
        }
        // `the password is `&[u8]` and not ...`
        if text.starts_with(b"&[") && text.ends_with(b"]") {
            return Some("a type");
        }
        // A phrase that opens a network reads as words do.
        let is_phrase = extent.is_quoted && [&b"psk"[..], b"wpa_passphrase"].contains(&key.text(view));
        if let Some(reason) = literal::reason(text, &self.lexicon).filter(|_| !is_phrase) {
            return Some(reason);
        }
        if is_caption(key, view, place, text, &self.lexicon) {
            return Some("the word for a secret");
        }
        // `client_secret: "clientSecret"`, `proxy_pass: APP_PROXY_PASSWORD`
        let is_capital = |b: &u8| b.is_ascii_uppercase() || *b == b'_';
        // `TEST_ENCRYPTION_KEY2`
        let numbered = text.strip_suffix(b"1").or(text.strip_suffix(b"2")).unwrap_or(text);
        let is_variable =
            text.contains(&b'_') && numbered.iter().all(is_capital) && self.lexicon.find(numbered).is_some();
        if is_variable || is_name_of(key.text(view), text) {
            return Some("the name of a secret");
        }
        // `secretKey: password` of a Secret that comes from elsewhere: which of its keys.
        if key.name(view).eq_ignore_ascii_case(b"secretkey") && self.lexicon.is_name(text) {
            return Some("the name of a secret");
        }
        // `secrets:` and `- db_password` below it
        let is_item = !extent.is_quoted && place.around.is_own_line && view.line_start(extent.start) > key.start;
        if is_item && kind != Kind::Password && !matches!(extent.run, Run::Block { .. }) && self.lexicon.is_name(text) {
            return Some("a name");
        }
        // `"dependentRequired": {"UserPassword": ["UserName"]}`, `password: "[new_password]"`, `"your-password"`
        let is_listed = place.is_key_quoted && place.separator == Separator::Colon && view.at(place.at) == Some(b'[')
            || place.separator == Separator::Tag
                && view.ends_with_ignoring_case(key.start, b"<string name=\"")
                && text.contains(&b'_');
        let inner = text.strip_prefix(b"[").map_or(text, |rest| rest.strip_suffix(b"]").unwrap_or(rest));
        let is_filled_in =
            || inner.len() < text.len() || text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"your"));
        if (is_listed || is_filled_in()) && self.lexicon.is_name(inner) {
            return Some("a name");
        }
        let is_telling = literal::is_telling(text, &self.lexicon);
        if let Some(reason) = elsewhere(view, key, place, extent, text) {
            return Some(reason);
        }
        // `["Jwt:Key"]`: a path of keys.
        let is_glued = place.separator == Separator::Colon && view.before(extent.start) == Some(b':');
        if is_glued && !extent.is_quoted && self.lexicon.is_name(text) && place.around.inside().is_some() {
            return Some("a name");
        }
        match strength {
            Strength::Strong => {}
            Strength::Within if !is_telling => return Some("the value does not tell"),
            Strength::Within => {}
            // `X-Acme-Key: x`, `"Jwt": { "Key": "x" }`
            Strength::Random if is_telling && (is_own_header(key.text(view)) || is_of_jwt(view, key)) => {}
            // `"Jwt": { "Key": "ThisIsASecretKeyForTokens" }`
            Strength::Random if text.len() > 15 && !text.contains(&b' ') && is_of_jwt(view, key) => return None,
            // `#define AIO_KEY "0f1e..."`: as long as digests are, and no other constant is named so.
            Strength::Random if is_constant_key(key.text(view)) && extent.is_quoted && is_long_hex(text) => {}
            Strength::Random if is_hex_key(key.text(view), place, extent, text) => {}
            Strength::Random if is_public(key.text(view)) => return Some("a key that is shown to everybody"),
            Strength::Random if self.lexicon.is_qualified(key.text(view)) => return Some("a key of something else"),
            Strength::Random => return no_random(text),
            Strength::Drawn => return not_drawn(text),
            Strength::Weak if is_phrase => {}
            Strength::Weak => {
                let reason = self.weak_secret(view, asked, extent, text, is_telling);
                if reason.is_some() {
                    return reason;
                }
            }
        }
        if matches!(place.separator, Separator::Cell | Separator::Listed) && !is_telling && !text.starts_with(b"\\\"") {
            return Some("a word in a list");
        }
        // `Secret "db-tls" created`
        let is_defined = || view.slice(view.line_start(key.start), key.start).trim_ascii().starts_with(b"#define");
        let is_told = place.separator == Separator::Option && extent.is_quoted && !key.is_option(view) && !is_defined();
        let is_poor = || strength == Strength::Strong && poor::is_value(key.text(view), text, kind, &self.lexicon);
        let is_poor_password = || kind == Kind::Password && is_poor();
        // `client_secret "two words"`, a line of its own: a statement, and no sentence.
        let is_statement = || {
            let name = key.text(view);
            let ends = view.run(extent.end + 1, const { ByteSet::of(b" \t;,\r") }, 4);
            strength == Strength::Strong
                && place.around.is_own_line
                && !self.lexicon.is_name(text)
                && (name.contains(&b'_') || name[1..].iter().any(u8::is_ascii_uppercase))
                && matches!(view.at(ends), None | Some(b'\n'))
        };
        if is_told
            && (self.lexicon.is_name(text) || kind != Kind::Password && !is_telling)
            && !is_poor_password()
            && !is_statement()
        {
            return Some("a name in a sentence");
        }
        if extent.is_quoted {
            if place.separator == Separator::Argument && self.is_given(view, asked, extent, text) {
                return None;
            }
            // `password='testpass'`: a poor password rather than a name.
            let is_poor = || poor::is_value(key.text(view), text, kind, &self.lexicon);
            // Of what is drawn at random, a part may read as a word by chance: `...SuiDIdGp`.
            let is_name = self.lexicon.is_name(text) && !is_phrase && !(text.len() >= 16 && not_drawn(text).is_none());
            let may_be_name = || match strength {
                Strength::Strong => dialect::is_code(view, key.start) && !is_poor(),
                Strength::Weak => (kind != Kind::Password || !is_poor()) && !poor::is_numbered(text, &self.lexicon),
                _ => true,
            };
            if is_name && may_be_name() {
                return Some("a name");
            }
            return None;
        }
        // `machine h login u password x`
        let is_of_machine = || {
            let line = view.slice(view.line_start(key.start), key.start);
            [&b"machine "[..], b"default "].iter().any(|word| memchr::memmem::find(line, word).is_some())
                || line.trim_ascii().is_empty()
        };
        // `${db.password:x}`
        if view.ends_with_ignoring_case(key.start, b"${")
            || is_parameter(view, key)
            || random::is_random(text)
            || place.separator == Separator::Option && key.is_netrc(view) && is_of_machine()
            || place.separator == Separator::Tag
            || place.is_key_quoted && !dialect::is_code(view, key.start)
        {
            return None;
        }
        // Within a string nothing is an expression.
        if place.around.inside().is_some() {
            return (self.lexicon.is_name(text) && !is_poor()).then_some("a name");
        }
        let is_comment = || is_telling && dialect::is_comment(view, key.start);
        // `password hunter2` by itself on a line is a statement of no program.
        let is_statement = place.separator == Separator::Statement && is_telling;
        // `Connect-VIServer -User jroe -Password x`
        let is_option = place.separator == Separator::Option
            && key.is_option(view)
            && text.len() > 4
            && text.iter().all(|b| ALNUM.contains(*b))
            && !self.lexicon.is_name(text);
        // `@token = 0aB1cD2e` of a file of requests
        let is_request = is_telling
            && text.len() > 7
            && text.iter().filter(|b| DIGIT.contains(**b)).count() > 1
            && place.separator == Separator::Equals
            && view.before(key.start) == Some(b'@')
            && view.line_start(key.start) + 1 == key.start
            && text.iter().all(|b| ALNUM.contains(*b) || *b == b'-');
        let is_statement = is_statement || is_option || is_request;
        if !is_statement && dialect::is_code(view, key.start) && !is_comment() {
            return Some("source code");
        }
        let is_number = text.iter().all(|b| DIGIT.contains(*b));
        // `ATTR_PASSWORD = 277,`
        let is_constant = view.at(extent.end) == Some(b',') && !key.text(view).iter().any(u8::is_ascii_lowercase);
        (is_number && (kind != Kind::Password || is_constant) && text.len() < 6).then_some("a number")
    }

    /// Why a value is no secret under a key that means other things too.
    fn weak_secret(
        &self,
        view: &View<'_>,
        asked: &Asked<'_, '_>,
        extent: &Extent,
        text: &[u8],
        is_telling: bool,
    ) -> Option<&'static str> {
        let Asked { key, place, kind, .. } = *asked;
        let is_number = text.iter().all(|b| DIGIT.contains(*b));
        if is_number && prose::is_pin(key.name(view)) && matches!(text.len(), 3..=8) {
            return None;
        }
        let is_assigned =
            matches!(place.separator, Separator::Equals | Separator::Colon | Separator::Tag | Separator::Argument);
        let is_alone = extent.is_quoted || (place.around.is_own_line && kind == Kind::Password);
        if is_number && is_assigned && is_alone && text.len() > 5 {
            return None;
        }
        if is_number_like(text) {
            return Some("a number or an identifier of numbers");
        }
        if let Some(reason) = weak(text, place, extent) {
            let is_line = kind == Kind::Password && place.around.is_own_line && text.len() > 5;
            let is_odd = is_line && text.iter().all(|b| LETTER.contains(*b)) && !self.lexicon.is_name(text);
            let is_setting = place.around.is_own_line && !dialect::is_code(view, key.start);
            if !(is_odd || is_telling && (key.is_option(view) || is_setting)) {
                return Some(reason);
            }
        }
        // `utf-16`, `Ed25519`, `RFC2385`: the names of methods. `colon2_token: Colon2` is a type.
        let small = text.to_ascii_lowercase();
        if prose::is_method(text) || key.name(view).to_ascii_lowercase().starts_with(&small) && text.len() > 3 {
            return Some("the name of a method");
        }
        if is_telling {
            return None;
        }
        if self.lexicon.is_name(text) {
            let is_poor = kind == Kind::Password && poor::is_value(key.text(view), text, kind, &self.lexicon);
            let is_numbered = || extent.is_quoted && poor::is_numbered(text, &self.lexicon);
            return (!is_poor && !is_numbered()).then_some("a name");
        }
        // The parameter of a query is a value, whatever it is.
        if is_parameter(view, key) && place.separator == Separator::Equals || key.is_option(view) {
            return None;
        }
        let is_mark = |b: &u8| matches!(b, b'_' | b'-' | b'.' | b'/' | b':');
        // Of four letters each pair reads as a word to those who count pairs: there are not many such words.
        let is_known = |part: &[u8]| match part.len() {
            0..4 => true,
            4 => {
                let small = part.to_ascii_lowercase();
                common::is_common(&small) || self.lexicon.is_word_of_names(&small)
            }
            _ => random::is_word(part),
        };
        let is_quoted_pair = extent.is_quoted
            && !text.starts_with(b"-")
            && text.iter().any(|b| matches!(b, b'_' | b'-'))
            && !text.contains(&b'.');
        let is_plain = |part: &[u8]| {
            part.iter().all(|b| LETTER.contains(*b))
                && (part.len() < 4 || if is_quoted_pair { is_known(part) } else { random::is_word(part) })
        };
        let is_word = text.split(is_mark).all(is_plain);
        if kind != Kind::Password && (is_word || text.contains(&b' ')) {
            return Some("a word under a weak key");
        }
        if place.separator == Separator::Option && extent.is_quoted {
            return Some("a word under a weak key");
        }
        None
    }

    /// Whether the literal that a call is given is a value, though it reads as a name: a poor password, `setPassword("guest")`,
    /// and behind the name of a property one with a number, `put("db.password", "db-pass-1")`.
    pub(super) fn is_given(&self, view: &View<'_>, asked: &Asked<'_, '_>, extent: &Extent, text: &[u8]) -> bool {
        if asked.strength == Strength::Strong
            && extent.is_quoted
            && poor::is_value(asked.key.text(view), text, asked.kind, &self.lexicon)
        {
            return true;
        }
        // `CURLOPT_USERPWD, "api:curlPw-9"`
        let is_login = || asked.key.text(view).to_ascii_lowercase().ends_with(b"userpwd") && text.contains(&b':');
        let is_numbered = || poor::is_numbered(text, &self.lexicon);
        // `env('DB_PASSWORD', 'forgeDefault')`
        let is_default = || {
            let name = asked.key.text(view);
            asked.place.is_key_quoted
                && name.contains(&b'_')
                && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
                && text.len() > 5
                && text.iter().any(u8::is_ascii_lowercase)
                && text[1..].iter().any(|b| b.is_ascii_uppercase() || *b == b'-')
                && text.iter().all(|b| b.is_ascii_alphabetic() || *b == b'-')
                && !self.lexicon.is_key(text)
                && self.lexicon.find(text).is_none()
                && is_of_environment(view, asked.key)
        };
        if extent.is_quoted && (is_login() || is_numbered() || is_default()) {
            return true;
        }
        let is_setter = asked.key.name(view).get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b"set"));
        let is_plain = text.iter().all(|b| ALNUM.contains(*b) || matches!(b, b'-' | b'_'));
        let is_constant = text.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
        let is_password = asked.kind == Kind::Password && asked.strength == Strength::Strong && extent.is_quoted;
        let is_sole = || view.is(extent.end, const { ByteSet::of(b"\"'`") }) && view.at(extent.end + 1) == Some(b')');
        is_password
            && is_plain
            && !is_constant
            && is_sole()
            && (is_setter || asked.place.is_key_quoted && text.last().is_some_and(u8::is_ascii_digit))
    }
}

/// Whether a key is the name of a variable that a call looks up in the environment or sets there: `env('X'`, `setenv("X"`,
/// `getOrDefault("X"`.
fn is_of_environment(view: &View<'_>, key: &Key) -> bool {
    const CALLS: [&[u8]; 8] = [
        b"getorelse",
        b"env",
        b"environmentvariable",
        b"getordefault",
        b"fetch",
        b"set_var",
        b"environ.get",
        b"variable",
    ];
    let open = key.start.saturating_sub(2);
    view.at(open) == Some(b'(') && CALLS.iter().any(|call| view.ends_with_ignoring_case(open, call))
}

/// Whether a value is the word of its key as forms and manuals write it: `label.password=Password`, `[--password PASSWORD]`,
/// `padding_token = "[PAD]"`.
fn is_caption(key: &Key, view: &View<'_>, place: &Place<'_>, text: &[u8], lexicon: &Lexicon) -> bool {
    let name = key.name(view).trim_ascii_start();
    let is_same = name.to_ascii_lowercase().ends_with(&text.to_ascii_lowercase()) && text.len() > 3;
    let is_upper = text.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
    let is_caption = text.first().is_some_and(u8::is_ascii_uppercase) && !is_upper && key.text(view).contains(&b'.');
    // `<string name="password">Password</string>`
    let is_resource = place.separator == Separator::Tag
        && text.first().is_some_and(u8::is_ascii_uppercase)
        && !is_upper
        && key.is_attribute(view);
    let is_metavariable = is_upper && place.separator == Separator::Option && key.is_option(view);
    // `{"password": "Passwort"}` of a translation
    let is_told = place.is_key_quoted && matches!(place.separator, Separator::Colon | Separator::Equals)
        || place.separator == Separator::Tag && key.is_attribute(view);
    // `password: Passwort`, `login.password=Wachtwoord` on a line of their own: the word for what the key is for.
    let is_line = place.around.is_own_line && matches!(place.separator, Separator::Colon | Separator::Equals);
    let kind_of = |word: &[u8]| lexicon.find(word).map(|which| lexicon.key(which).0);
    let is_told = is_told || is_line && (!text.is_ascii() || kind_of(text) == kind_of(key.text(view)));
    let is_word = || lexicon.is_key(text) && (!text.is_ascii() || is_same || !text.eq_ignore_ascii_case(b"password"));
    let is_translated = is_told
        && text.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80)
        && (text.contains(&b'-') || !text[1..].iter().any(u8::is_ascii_uppercase))
        && is_word();
    let inner = text.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    let is_mark = inner.is_some_and(|inner| inner.len() > 2 && inner.iter().all(u8::is_ascii_uppercase));
    is_same && (is_caption || is_metavariable || is_resource) || is_mark || is_translated
}

/// Whether the value is the key once more, of two words or more: `CLIENT_SECRET = 'client_secret'`. One word, such as
/// `password`, may be a password.
fn is_name_of(key: &[u8], value: &[u8]) -> bool {
    let is_mark = |b: &u8| matches!(b, b'_' | b'-' | b'.');
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    let has_words = value.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
        || value.iter().skip(1).rev().skip(1).any(is_mark);
    // `SESSION_TOKEN = "sessiontoken"`
    let is_plain = |value: &[u8]| value.iter().all(|b| b.is_ascii_alphanumeric() || is_mark(b));
    let is_whole = || value.len() > 8 && is_plain(value) && letters(key) == letters(value) && key != value;
    // `SN_aes_128_cbc_hmac_sha1 = "AES-128-CBC-HMAC-SHA1"`
    let is_named_method = || is_plain(value) && value.split(is_mark).any(prose::is_method);
    is_whole()
        || has_words
            && (value.iter().all(|b| b.is_ascii_alphabetic() || is_mark(b)) || is_named_method())
            && letters(key).ends_with(&letters(value))
}

/// Whether a key is a header of somebody's own for a key: `X-Acme-Key`.
fn is_own_header(key: &[u8]) -> bool {
    let starts = key.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(b"x-"));
    starts && key.len() > 6 && key[key.len() - 4..].eq_ignore_ascii_case(b"-key")
}

/// Whether a key is the one that signs tokens: `["Jwt:Key"] = `, `"Jwt": { "Issuer": "x", "Key": `.
fn is_of_jwt(view: &View<'_>, key: &Key) -> bool {
    const BEFORE: usize = 160;
    let is_key = key.text(view).eq_ignore_ascii_case(b"key");
    let before = || view.slice(key.start.saturating_sub(BEFORE), key.start);
    is_key
        && (view.ends_with_ignoring_case(key.start, b"jwt:")
            || [&b"\"Jwt\": {"[..], b"\"JWT\": {", b"\"jwt\": {", b"\"JwtSettings\": {"]
                .iter()
                .filter_map(|open| memchr::memmem::rfind(before(), open).map(|at| &before()[at..]))
                .any(|inside| !inside.contains(&b'}')))
}

/// `1.3.6.1.5.5.7.3.1`, `12-34`, `50%`.
fn is_number_like(text: &[u8]) -> bool {
    let is_parted = text.iter().any(|b| !DIGIT.contains(*b));
    is_parted && text.iter().all(|b| DIGIT.contains(*b) || matches!(b, b'.' | b'-' | b',' | b'%' | b':'))
}

/// Whether a key is a constant for a key of two words: `AIO_KEY`.
fn is_constant_key(key: &[u8]) -> bool {
    const OTHERS: [&[u8]; 12] = [
        b"CACHE",
        b"PRIMARY",
        b"FOREIGN",
        b"SORT",
        b"HASH",
        b"PUBLIC",
        b"PARTITION",
        b"GROUP",
        b"INDEX",
        b"UNIQUE",
        b"OBJECT",
        b"BUILD",
    ];
    let Some(owner) = key.strip_suffix(b"_KEY") else { return false };
    owner.iter().all(|b| b.is_ascii_uppercase() || *b == b'_' || b.is_ascii_digit())
        && !owner.split(|b| *b == b'_').any(|word| OTHERS.contains(&word))
}

/// Whether a key is one that pages show to everybody: `recaptcha_site_key`.
fn is_public(key: &[u8]) -> bool {
    let small: Vec<u8> = key.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    [&b"sitekey"[..], b"publishablekey", b"publickey"].iter().any(|end| small.ends_with(end))
}

/// `key = "0f1e..."` of a program: as long as keys are, assigned to what is called a key and nothing else.
fn is_hex_key(key: &[u8], place: &Place<'_>, extent: &Extent, text: &[u8]) -> bool {
    key.eq_ignore_ascii_case(b"key")
        && extent.is_quoted
        && !place.is_key_quoted
        && place.separator == Separator::Equals
        && matches!(text.len(), 32 | 48 | 64)
        && is_long_hex(text)
}

/// Whether a text is a number in hexadecimal of 16 bytes or 20 or 32, drawn at random.
fn is_long_hex(text: &[u8]) -> bool {
    matches!(text.len(), 32 | 40 | 64) && text.iter().all(|b| HEX.contains(*b)) && random::is_random(text)
}

/// Whether a text is a UUID, as it is printed.
fn is_uuid(text: &[u8]) -> bool {
    let fits =
        |(at, byte): (usize, &u8)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { HEX.contains(*byte) };
    text.len() == 36 && text.iter().enumerate().all(fits)
}

/// Why a value is none where only what is random is one, in any alphabet.
fn not_drawn(text: &[u8]) -> Option<&'static str> {
    const ENOUGH: usize = 12;
    let has = |set: ByteSet| text.iter().any(|b| set.contains(*b));
    let is_token = text.iter().all(|b| (BASE64.or(ByteSet::of(b".~-!@#$%^&*?"))).contains(*b));
    let is_random = text.len() >= ENOUGH && is_token && has(DIGIT) && has(LETTER) && random::is_random(text);
    (!is_random || text.contains(&b'/') && text.len() < 24).then_some("not random")
}

/// Why a value is none where only what is random is one. Digests and UUIDs name things more often than they open them.
fn no_random(text: &[u8]) -> Option<&'static str> {
    const ENOUGH: usize = 16;
    // What is written before the key of Laravel.
    let text = text.strip_prefix(b"base64:").unwrap_or(text);
    let is_hex = text.iter().all(|b| HEX.contains(*b) || *b == b'-');
    let has = |set: ByteSet| text.iter().any(|b| set.contains(*b));
    let is_token = text.iter().all(|b| BASE64.contains(*b) || matches!(b, b'.' | b'~'));
    // `'key' => 'base64:...'` of Laravel is 32 bytes.
    let is_random = text.len() >= ENOUGH && is_token && has(DIGIT) && has(LETTER) && random::is_random(text);
    (!is_random || is_hex || text.contains(&b'/') && text.len() < 24).then_some("not random")
}

/// Why a value is none under a key that means other things too.
fn weak(text: &[u8], place: &Place<'_>, extent: &Extent) -> Option<&'static str> {
    let is_number = text.iter().all(|b| DIGIT.contains(*b) || matches!(b, b'.' | b'-' | b',' | b'%'));
    let is_word = text.iter().all(|b| LETTER.contains(*b)) && text.len() < 16;
    if is_number && text.len() < 9 {
        return Some("a number under a weak key");
    }
    if is_word && !extent.is_quoted && place.separator != Separator::Equals {
        return Some("a word under a weak key");
    }
    (text.len() < 3).then_some("too short under a weak key")
}

/// `PWD=/home/jroe`: the working directory of a shell.
fn is_directory(text: &[u8]) -> bool {
    text == b"/"
        || text.starts_with(b"~/")
        || (text.starts_with(b"/") && text.iter().all(|b| !matches!(b, b';' | b'=')))
}

/// Without the comma or semicolon that ends a statement.
fn without_comma(text: &[u8]) -> &[u8] {
    text.strip_suffix(b",").or(text.strip_suffix(b";")).unwrap_or(text)
}
