//! Credentials in headers: `Authorization` in every scheme, `Bearer` and `Basic` wherever they stand, and cookies.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::reading::code;
use crate::detect::reading::handle;
use crate::detect::reading::lexicon::{Lexicon, Settings};
use crate::detect::reading::random;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::run::Run;
use crate::detect::secrets::pem::decode;
use crate::detect::view::View;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::Kind;

/// Finds the credentials of headers. The scheme and the names of cookies stay.
pub struct Header {
    settings: Settings,
}

const AUTHORIZATION: usize = 0;
const BEARER: usize = 1;
const BASIC: usize = 2;
const COOKIE: usize = 3;
const CUSTOM: usize = 4;

/// Names of headers that carry a key and do not say so: what else names one is a keyed value.
const NAMES: [&[u8]; 14] = [
    b"x-jfrog-art-api",
    b"x-mashape-key",
    b"x-clickhouse-key",
    b"x-honeycomb-team",
    b"fastly-key",
    b"x-insert-key",
    b"x-query-key",
    b"x-account-key",
    b"x-mbx-apikey",
    b"x-okapi-token",
    b"x-ms-token-aad-access-token",
    b"x-amz-cf-id-token",
    b"x-tableau-auth",
    b"x-cookie",
];

/// Schemes that may stand alone, before what they would be followed by.
const SCHEMES: [&[u8]; 12] = [
    b"bearer",
    b"basic",
    b"digest",
    b"negotiate",
    b"ntlm",
    b"token",
    b"apikey",
    b"hawk",
    b"oauth",
    b"aws4-hmac-sha256",
    b"signature",
    b"kerberos",
];

/// `token68` of RFC 9110, and what tokens in the wild have besides.
const TOKEN68: ByteSet = ALNUM.or(ByteSet::of(b"-._~+/=:|%"));
/// What ends a header's value in a log, a command line or a string.
const END: ByteSet = ByteSet::of(b"\r\n\"'`<>\x1b");

impl Header {
    /// The detector; the lexicon tells which values are settings.
    pub fn new(lexicon: &Lexicon) -> Header {
        Header { settings: lexicon.settings().clone() }
    }
}

impl Detector for Header {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("authorization-header", Kind::Token, "credentials of an Authorization header"),
            rule("bearer-token", Kind::Token, "token behind the word Bearer"),
            rule("basic-credentials", Kind::Password, "user and password of Basic authentication, in base64"),
            rule("cookie-header", Kind::Session, "value of a cookie"),
            rule("key-header", Kind::Token, "value of a header that carries a key"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        // Blanks of command lines and URLs are escaped.
        let words = [&b"authorization"[..], b"bearer ", b"basic ", b"cookie", br"bearer\ ", b"bearer%20", b"basic%20"];
        words.iter().chain(&NAMES).map(|word| Anchor::folded(word)).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        match hit.anchor {
            AUTHORIZATION => self.authorization(view, hit.at, out),
            BEARER => self.bearer(view, hit.at, view.run(hit.at + 6, BLANK, 4), out),
            BASIC => basic(view, hit.at, view.run(hit.at + 5, BLANK, 4), out),
            COOKIE => cookies(view, hit.at, out),
            4 => self.bearer(view, hit.at, hit.at + 8, out),
            5 => self.bearer(view, hit.at, hit.at + 9, out),
            6 => basic(view, hit.at, hit.at + 8, out),
            n => custom(view, hit.at + NAMES[n - 7].len(), out),
        }
    }
}

/// Where the value begins behind a header's name that ends at `at`: behind `:`, `=`, `=>` or `,` with quotes and blanks.
fn value_start(view: &View<'_>, at: usize) -> Option<usize> {
    let at = Quote::at(view, at).map_or(at, |quote| quote.end(at));
    let at = if view.at(at) == Some(b']') { at + 1 } else { at };
    let at = view.run(at, BLANK, 16);
    let after = match view.at(at)? {
        b':' | b',' => at + 1,
        b'=' => view.run(at + 1, const { ByteSet::of(b">=") }, 2),
        _ => return None,
    };
    // `{"name": "Authorization", "value": "Basic ..."}`
    let is_list = view.at(after - 1) == Some(b',');
    let mut at = view.run(after, if is_list { SPACE } else { BLANK }, 64);
    if is_list {
        let quote = Quote::at(view, at)?;
        let word = quote.end(at);
        if view.starts_with(word, b"value") {
            let colon = view.run(quote.end(word + 5), BLANK, 4);
            if view.at(colon) == Some(b':') {
                at = view.run(colon + 1, BLANK, 8);
            }
        }
    }
    let at = if view.at(at) == Some(b'[') { at + 1 } else { at };
    Some(Quote::at(view, at).map_or(at, |quote| quote.end(at)))
}

impl Header {
    fn authorization(&self, view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
        let Some(start) = value_start(view, at + 13) else { return };
        // `Authorization::Deny`, `AUTHORIZATION: i32 = 2i32`, `"AWS::Config::AggregationAuthorization": "..."`, `authorization: {`
        const TYPES: [&[u8]; 7] = [b"u8", b"u16", b"u32", b"u64", b"i32", b"i64", b"usize"];
        let word = view.slice(start, view.run(start, WORD, 8));
        let is_type = code::is_of_aws(view, at);
        let is_object = view.at(start) == Some(b'{') && view.at(start + 1).is_none_or(|b| SPACE.contains(b));
        if view.at(start) == Some(b':') || TYPES.contains(&word) || is_type || is_object {
            return out.left(AUTHORIZATION, at, "source code");
        }
        // `["Win32_Security_Authorization", "Win32_Storage"]`: the last word of a name in a list.
        if view.before(at) == Some(b'_') && view.slice(at + 13, start).contains(&b',') {
            return out.left(AUTHORIZATION, at, "a word in a list");
        }
        let word = view.run(start, const { ALNUM.or(ByteSet::of(b"-")) }, 32);
        let is_scheme = word > start && view.is(word, BLANK) && view.is(start, LETTER);
        let (mut from, mut to) = if is_scheme {
            let scheme = view.slice(start, word);
            let from = view.run(word, BLANK, 8);
            let has_list =
                [&b"digest"[..], b"oauth", b"hawk", b"signature"].iter().any(|s| scheme.eq_ignore_ascii_case(s))
                    || scheme.get(..4).is_some_and(|s| s.eq_ignore_ascii_case(b"aws4"));
            // Schemes with a list of parameters go on to the end of the value, the others to the next blank.
            // Unless the whole header is a string, the parameters have quotes of their own.
            let is_string = matches!(view.before(start), Some(b'"' | b'\'' | b'`'));
            let list = if is_string { END } else { const { ByteSet::of(b"\r\n<>\x1b") } };
            let limit = if has_list { list } else { const { END.or(SPACE).or(ByteSet::of(b",;&)]}\\")) } };
            (from, view.run(from, limit.not(), usize::MAX))
        } else {
            (start, view.run(start, const { END.or(SPACE).or(ByteSet::of(b",;&)]}\\")).not() }, usize::MAX))
        };
        if to == from {
            if let Some(value) = is_scheme.then(|| appended(view, to)).flatten() {
                return take_string(view, &value, AUTHORIZATION, out);
            }
            return out.left(AUTHORIZATION, at, "no credentials behind it");
        }
        // `Token token="x"`, `Snowflake Token="x"`, `key=x`: the name stays.
        let name = view.run(from, LETTER, 24);
        let is_named = name > from && view.at(name) == Some(b'=') && view.at(name + 1) != Some(b'=');
        if is_named && let Some(quote) = Quote::at(view, name + 1).filter(|_| name + 1 == to) {
            let value = quote.extent(view, quote.end(name + 1), false);
            if view.at(quote.end(value.end)) != Some(b',') {
                return take_string(view, &value, AUTHORIZATION, out);
            }
            // `MediaBrowser Client="x", Token="y"`
            to = view.run(from, const { ByteSet::of(b"\r\n<>\x1b").not() }, usize::MAX);
        } else if is_named && to > name + 4 && !view.slice(from, to).contains(&b',') {
            from = name + 1;
        }
        // `new AuthenticationHeaderValue("Bearer", x)`
        if view.slice(from, to).ends_with(b"(") {
            return out.left(AUTHORIZATION, at, "a call");
        }
        let text = view.slice(from, to);
        // `self._authorization(args)`, `= auth_header`: a call, a variable.
        let name = view.run(from, const { ALNUM.or(ByteSet::of(b"_.")) }, 64);
        let is_bare = !is_scheme && !matches!(view.before(start), Some(b'"' | b'\'' | b'`'));
        let is_variable = name == to && text.contains(&b'_') && !text.iter().any(|b| DIGIT.contains(*b));
        if is_bare && name > from && (matches!(view.at(name), Some(b'(' | b'[')) || is_variable) {
            return out.left(AUTHORIZATION, at, "a call or a variable");
        }
        // A reference may have in it what ends a value.
        let whole = match view.slice(from, to) {
            [b'$', b'{', b'{', ..] | [b'{', b'{', ..] => view.slice(from, view.line_end(from, 128)),
            _ => view.slice(from, view.run(to, const { END.or(SPACE).not() }, 256)),
        };
        let whole = memchr::memmem::find(whole, b"}}").map_or(whole, |n| &whole[..n + 2]);
        if let Some(reason) = handle::reason(text).or_else(|| handle::reason(whole)) {
            return out.left(AUTHORIZATION, at, reason);
        }
        // `"Authorization", "CloudFront-Forwarded-Proto",`: names of headers. `Basic ${encode(x)}` is filled in.
        let is_list = view.slice(at + 13, start).contains(&b',');
        let is_header = is_list && !is_scheme && text.iter().all(|b| LETTER.contains(*b) || *b == b'-');
        // `f"Authorization: Bearer {token}"`
        let is_interpolated = text.first() == Some(&b'{') && view.at(to) == Some(b'}') && text.len() > 1;
        let is_filled = text.starts_with(b"${") && !text.contains(&b'}')
            || text.starts_with(b"[")
            || text == b"="
            || is_bare && text.starts_with(b"{") && text.ends_with(b":")
            || is_bare && text.starts_with(b"(")
            || is_interpolated && text[1..].iter().all(|b| WORD.contains(*b) || matches!(b, b'.' | b'(' | b'['));
        if is_header || is_filled {
            return out.left(AUTHORIZATION, at, "the name of a header, or a place to fill in");
        }
        // `["Authorization", "Proxy-Authorization"]`, `dnsAuthorization: A DnsAuthorization resource`
        let is_name = text.len() > 12 && text[text.len() - 13..].eq_ignore_ascii_case(b"authorization");
        // `Authorization: headers on a redirect`
        let is_known = || SCHEMES.iter().any(|scheme| view.slice(start, word).eq_ignore_ascii_case(scheme));
        let is_short = text.len() < 6 && text.iter().all(u8::is_ascii_lowercase);
        if is_name || is_scheme && is_short && !is_known() {
            return out.left(AUTHORIZATION, at, "a word of a sentence");
        }
        // `HttpHeaderProxyAuthorization = 35,`
        if is_bare && text.len() < 4 && text.iter().all(|b| DIGIT.contains(*b)) {
            return out.left(AUTHORIZATION, at, "a number");
        }
        let is_alone = SCHEMES.iter().any(|scheme| text.eq_ignore_ascii_case(scheme));
        if !is_scheme && (is_alone || self.settings.has(text) || text.iter().all(|b| LETTER.contains(*b) || *b == b'.'))
        {
            return out.left(AUTHORIZATION, at, "a setting, not a value");
        }
        let run = Run::Set(const { END.or(SPACE).not() });
        out.found(Found::new(from, to, Kind::Token, Confidence::High).rule(AUTHORIZATION).open(view, run));
    }

    fn bearer(&self, view: &View<'_>, at: usize, from: usize, out: &mut Candidates<'_>) {
        if !view.starts_word(at) {
            return;
        }
        let to = view.run(from, TOKEN68, usize::MAX);
        let to = trim(view, from, to);
        let text = view.slice(from, to);
        let has_digit = text.iter().any(|b| DIGIT.contains(*b));
        // `setValue("Bearer x", forHTTPHeaderField: "Authorization")`
        let is_told = || {
            text.len() > 5
                && !random::is_word(text)
                && !text.contains(&b'=')
                && Quote::at(view, to).is_some()
                && memchr::memmem::find(view.slice(to, view.line_end(to, 96)), b"uthorization").is_some()
        };
        let is_token = text.len() >= 20 || (text.len() >= 8 && has_digit) || is_told();
        if !is_token || handle::reason(text).is_some() {
            // `"Bearer " + "x"`
            if text.is_empty()
                && let Some(value) = appended(view, from)
            {
                return take_string(view, &value, BEARER, out);
            }
            return out.left(BEARER, at, "the word, not a token");
        }
        out.found(Found::new(from, to, Kind::Token, Confidence::High).rule(BEARER).open(view, Run::Set(TOKEN68)));
    }
}

/// The string that is put behind the one that ends at `at`: `"Bearer " + "x"`.
fn appended(view: &View<'_>, at: usize) -> Option<Extent> {
    let quote = Quote::at(view, at)?;
    let sign = view.run(quote.end(at), BLANK, 4);
    if !matches!(view.at(sign), Some(b'+' | b'.')) {
        return None;
    }
    let next = view.run(sign + 1, BLANK, 4);
    Quote::at(view, next).map(|quote| quote.extent(view, quote.end(next), false))
}

/// Takes what stands in quotes, unless it is a handle.
fn take_string(view: &View<'_>, value: &Extent, rule: usize, out: &mut Candidates<'_>) {
    let text = view.slice(value.start, value.end);
    let is_marks = || (!text.iter().any(|b| ALNUM.contains(*b))).then_some("marks, no value");
    match handle::reason(text).or_else(is_marks) {
        Some(reason) => out.left(rule, value.start, reason),
        None => {
            let found = Found::new(value.start, value.end, Kind::Token, Confidence::High).rule(rule);
            out.found(found.open(view, value.run.clone()));
        }
    }
}

/// The value of a header that carries a key.
fn custom(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let Some(from) = value_start(view, at) else { return };
    let set = const { END.or(SPACE).or(ByteSet::of(b",;&)]}\\")).not() };
    let to = view.run(from, set, usize::MAX);
    let text = view.slice(from, to);
    if text.len() > 3 && handle::reason(text).is_none() {
        let found = Found::new(from, to, Kind::Token, Confidence::High).rule(CUSTOM);
        out.found(found.open(view, Run::Set(set)));
    }
}

fn basic(view: &View<'_>, at: usize, from: usize, out: &mut Candidates<'_>) {
    if !view.starts_word(at) {
        return;
    }
    let to = view.run(from, const { ALNUM.or(ByteSet::of(b"+/=_-")) }, usize::MAX);
    let text = view.slice(from, to);
    // `the basic OpenApi requirements`: not all words are of as many letters as base64 is.
    let is_sentence = !text.len().is_multiple_of(4) && view.is(to, BLANK) && view.is(to + 1, LETTER);
    // What was changed to be shown decodes to nothing.
    let is_drawn = || {
        let has = |test: fn(&u8) -> bool| text.iter().any(test);
        text.len() >= 16
            && text.len().is_multiple_of(4)
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
            && random::is_random(text)
    };
    let is_sentence = is_sentence || random::is_word(text) && !text.len().is_multiple_of(4);
    if text.len() < 6 || is_sentence || !decode(text).contains(&b':') && !is_drawn() {
        return out.left(BASIC, at, "the word, not credentials");
    }
    let run = Run::Set(const { ALNUM.or(ByteSet::of(b"+/=_-")) });
    let found = Found::new(from, to, Kind::Password, Confidence::High).rule(BASIC);
    let form = match Encoding::Credentials.unpack(text) {
        Some(_) => Form::one(Encoding::Credentials),
        None => Form::PLAIN,
    };
    out.found(found.form(form).open(view, run));
}

/// `Cookie: a=1; b=2`, `Set-Cookie: a=1; Path=/; HttpOnly`.
fn cookies(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let is_header = view.starts_word(at) || matches!(view.before(at), Some(b'-'));
    let colon = Quote::at(view, at + 6).map_or(at + 6, |quote| quote.end(at + 6));
    let is_told = |at: usize| matches!(view.at(view.run(at, BLANK, 4)), Some(b':' | b','));
    if let Some(from) = value_start(view, at + 6).filter(|_| is_header && is_told(colon)) {
        jar(view, from, COOKIE, out);
    }
}

/// The values of `a=1; b=2`, under the detector's rule number `rule`; the names and the attributes stay.
pub fn jar(view: &View<'_>, mut from: usize, rule: usize, out: &mut Candidates<'_>) {
    const ATTRIBUTES: [&[u8]; 8] =
        [b"path", b"domain", b"expires", b"max-age", b"samesite", b"priority", b"version", b"comment"];
    const MOST: usize = 64;
    let is_string = matches!(view.before(from), Some(b'"'));
    for n in 0..=MOST {
        let name = view.run(from, const { ALNUM.or(ByteSet::of(b"-_.!#$%&'*+^`|~@/[]")) }, 128);
        if n == MOST || view.is_capped_at(name) {
            // More than can be told apart: the rest goes as a whole.
            let end = view.run(from, const { END.not() }, usize::MAX);
            if end > from {
                let found = Found::new(from, end, Kind::Session, Confidence::High).rule(rule);
                out.found(found.open(view, Run::Set(const { END.not() })));
            }
            return;
        }
        // `HttpOnly`
        if name > from && view.at(name) == Some(b';') {
            from = view.run(name + 1, BLANK, 4);
            continue;
        }
        if name == from || view.at(name) != Some(b'=') {
            return;
        }
        let is_attribute = ATTRIBUTES.iter().any(|a| view.slice(from, name).eq_ignore_ascii_case(a));
        // A value may have quotes of its own.
        let quote = Quote::at(view, name + 1).filter(|quote| !is_string && quote.is_plain());
        let (start, end) = match quote {
            Some(_) => {
                let value = name + 2;
                (value, quote.map_or(value, |quote| quote.extent(view, value, false).end))
            }
            None => (name + 1, view.run(name + 1, const { END.or(ByteSet::of(b";, \\")).not() }, usize::MAX)),
        };
        let text = view.slice(start, end);
        if !is_attribute && !text.is_empty() {
            match handle::reason(text) {
                Some(reason) => out.left(rule, start, reason),
                None => {
                    let run = Run::Set(const { END.or(ByteSet::of(b";, \\")).not() });
                    out.found(Found::new(start, end, Kind::Session, Confidence::High).rule(rule).open(view, run));
                }
            }
        }
        let end = end + usize::from(quote.is_some());
        from = match view.at(end) {
            Some(b';') => view.run(end + 1, BLANK, 4),
            // `["a=1; Path=/", "b=2"]`: behind the comma, the next cookie is a string again.
            Some(b'"') if is_string && view.at(end + 1) == Some(b',') => {
                let next = view.run(end + 2, SPACE, 32);
                if view.at(next) != Some(b'"') {
                    return;
                }
                next + 1
            }
            _ => return,
        };
    }
}

/// Without the punctuation of a sentence at its end.
fn trim(view: &View<'_>, start: usize, mut end: usize) -> usize {
    while end > start && !view.is_capped_at(end) && matches!(view.before(end), Some(b'.' | b':' | b'|')) {
        end -= 1;
    }
    end
}
