//! Sentences about secrets: `invalid token: expired`, `Password: must be at least 8 characters`.

use crate::detect::bytes::{BLANK, ByteSet, DIGIT, LETTER, SPACE, WORD};
use crate::detect::learned::common;
use crate::detect::reading::key::Key;
use crate::detect::reading::place::{Place, Separator};
use crate::detect::reading::random;
use crate::detect::reading::value::Extent;
use crate::detect::view::View;
use crate::kind::{Family, Kind};

/// What sentences say of secrets.
const STATES: &[&[u8]] = &[
    b"must",
    b"should",
    b"cannot",
    b"can",
    b"is",
    b"was",
    b"has",
    b"have",
    b"will",
    b"does",
    b"did",
    b"too",
    b"not",
    b"no",
    b"required",
    b"expired",
    b"expires",
    b"invalid",
    b"valid",
    b"incorrect",
    b"missing",
    b"wrong",
    b"contains",
    b"failed",
    b"failure",
    b"rejected",
    b"accepted",
    b"changed",
    b"reset",
    b"unknown",
    b"unexpected",
    b"mismatch",
    b"denied",
    b"revoked",
    b"unauthorized",
    b"unable",
    b"could",
    b"bad",
    b"empty",
    b"null",
    b"found",
    b"ok",
    b"success",
    b"error",
    b"successfully",
    b"please",
    b"enter",
    b"does",
    b"malformed",
    b"blank",
    b"locked",
    b"disabled",
];

/// Why an unquoted value is the rest of a sentence. `None` if it may be a secret.
pub fn reason(
    view: &View<'_>,
    key: &Key,
    place: &Place<'_>,
    value: &Extent,
    (kind, is_weak): (Kind, bool),
) -> Option<&'static str> {
    // `my login is jane_roe and`
    if place.separator == Separator::Is && kind == Kind::User {
        let text = view.slice(value.start, value.end);
        let within = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        let is_login = within.iter().any(|b| matches!(b, b'.' | b'_'))
            || is_odd(text) && text.last().is_some_and(u8::is_ascii_digit)
            || is_theirs(view, key) && is_uncommon(text);
        return (!is_login || text.contains(&b'/')).then_some("a sentence about a user");
    }
    if place.separator == Separator::Is {
        let is_number = view.slice(value.start, value.end).iter().all(|b| DIGIT.contains(*b) || *b == b'.');
        let is_key = !is_weak && kind.family() == Family::Secret && is_long_key(view.slice(value.start, value.end));
        return if is_key || is_pin(key.name(view)) && is_number { None } else { told(view, value) };
    }
    // `--password for`, `--passphrase-repeat option`: an option that a sentence speaks of.
    if place.separator == Separator::Option {
        const WORDS: [&[u8]; 24] = [
            b"for",
            b"with",
            b"or",
            b"and",
            b"if",
            b"in",
            b"on",
            b"to",
            b"option",
            b"options",
            b"when",
            b"as",
            b"from",
            b"by",
            b"the",
            b"a",
            b"an",
            b"work",
            b"flag",
            b"argument",
            b"is",
            b"was",
            b"can",
            b"must",
        ];
        let word = view.slice(value.start, value.end);
        let word = word.strip_suffix(b".").unwrap_or(word);
        return WORDS.contains(&word).then_some("a sentence about a secret");
    }
    // `Pin: release a=stable` of apt.
    if key.name(view) == b"Pin"
        && [&b"release"[..], b"version", b"origin"].contains(&view.slice(value.start, view.run(value.start, LETTER, 8)))
    {
        return Some("a pin of packages");
    }
    if place.separator != Separator::Colon || !view.is(value.start.saturating_sub(1), SPACE) {
        return None;
    }
    if is_described(view, key, value) {
        return Some("what the key is for");
    }
    let end = view.run(value.start, LETTER, 32);
    let word = view.slice(value.start, end);
    let whole = view.slice(value.start, view.run(end, const { WORD.or(ByteSet::of(b"-")) }, 8));
    if whole.len() > word.len() && is_method(whole) && view.starts_with(value.start + whole.len(), b" ") {
        return Some("the name of a method");
    }
    if word.is_empty() || view.is(end, const { ByteSet::of(b"0123456789_@#$%^&*+=/\\-") }) {
        return None;
    }
    let rest = view.slice(end, view.line_end(end, 64));
    // `passwd: files sss`, of nsswitch.conf.
    const SOURCES: [&[u8]; 7] = [b"files", b"compat", b"sss", b"db", b"ldap", b"nis", b"systemd"];
    if key.text(view) == b"passwd" && SOURCES.contains(&word) {
        return Some("where names are looked up");
    }
    if word.eq_ignore_ascii_case(b"version") {
        return Some("the word for a version");
    }
    let mut more = rest.iter().take_while(|b| !matches!(b, b'\n' | b'"' | b'\'')).filter(|b| LETTER.contains(**b));
    let is_sentence = matches!(rest.first(), Some(b' ' | b',' | b';' | b'.')) && more.nth(1).is_some();
    let first = word[0].to_ascii_lowercase();
    let is_state = STATES.iter().any(|s| s[0] == first && word.eq_ignore_ascii_case(s));
    let follows_word = view.is(key.start.saturating_sub(1), BLANK)
        && view.is(view.run_back(key.start, BLANK, 4).saturating_sub(1), LETTER);
    if is_state && (is_sentence || follows_word || place.around.inside().is_some()) {
        return Some("a sentence about a secret");
    }
    // `access_token: An access token that ...`, `credentials: The credentials of ...`
    const ARTICLES: [&[u8]; 18] = [
        b"Boolean",
        b"Output",
        b"Input",
        b"Immutable",
        b"Deprecated",
        b"Specify",
        b"The",
        b"A",
        b"An",
        b"This",
        b"Your",
        b"If",
        b"When",
        b"Optional",
        b"Required",
        b"Specifies",
        b"Whether",
        b"See",
    ];
    let next_is_letter = rest.first() == Some(&b' ') && rest.get(1).is_some_and(|b| LETTER.contains(*b));
    let next = rest.get(1..).unwrap_or_default();
    let next = &next[..next.iter().position(|b| SPACE.contains(*b)).unwrap_or(next.len())];
    let is_alone = rest.first().is_none_or(|b| matches!(b, b'\n' | b'\r')) && word.len() > 1;
    if ARTICLES.contains(&word) && is_alone {
        return Some("a sentence about a secret");
    }
    if ARTICLES.contains(&word) && next_is_letter && !next.iter().any(|b| DIGIT.contains(*b)) {
        return Some("a sentence about a secret");
    }
    let next_is_word = rest.first() == Some(&b' ') && rest.get(1).is_some_and(u8::is_ascii_lowercase);
    let is_plain = !random::is_random(word);
    // `GetAccessToken: fetching a fresh one`, `pwd: expected bytes, got %s`
    let is_verb = word.len() > 5 && (word.ends_with(b"ing") || word.ends_with(b"ed"));
    if is_verb && next_is_word && word.iter().all(u8::is_ascii_lowercase) {
        return Some("a sentence about a secret");
    }
    if is_weak && next_is_word && !rest.iter().take(64).any(|b| matches!(b, b'=' | b':')) {
        return Some("a sentence about a secret");
    }
    // `**session_id**: associates the query with`, `@BAG_SECRET: PKCS-12 bag with ...`
    let is_marked = matches!(view.before(key.start), Some(b'*' | b'@')) && word.iter().all(u8::is_ascii_lowercase);
    if is_marked && next_is_word && is_sentence {
        return Some("a sentence about a secret");
    }
    let is_session = kind == Kind::Session && is_plain && !word.iter().any(|b| DIGIT.contains(*b));
    ((follows_word || is_session) && is_plain && next_is_word && is_sentence).then_some("a sentence about a secret")
}

/// `my login`, `her username`: somebody's own.
fn is_theirs(view: &View<'_>, key: &Key) -> bool {
    const WHOSE: [&[u8]; 7] = [b"my ", b"his ", b"her ", b"their ", b"your ", b"our ", b"whose "];
    let is_whose = WHOSE.iter().any(|whose| view.ends_with_ignoring_case(key.start, whose));
    is_whose && !key.name(view).eq_ignore_ascii_case(b"user")
}

/// A word of letters that no sentence has.
fn is_uncommon(text: &[u8]) -> bool {
    text.len() > 3 && text.iter().all(|b| WORD.contains(*b)) && !common::is_common(&text.to_ascii_lowercase())
}

/// Whether what stands behind a key tells what it is for, with the key's own last word: `encryption_key: AES256 encryption key to use`,
/// `billingAddress: Optional. Address that ...`.
fn is_described(view: &View<'_>, key: &Key, value: &Extent) -> bool {
    const LONGEST: usize = 96;
    let name = key.name(view);
    let name = &name[..name.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |last| last + 1)];
    let small = name.iter().rev().take_while(|b| b.is_ascii_lowercase()).count();
    let capital = usize::from(small < name.len() && name[name.len() - small - 1].is_ascii_uppercase());
    let last = &name[name.len() - small - capital..];
    let text = view.slice(value.start, view.line_end(value.start, LONGEST));
    let mut words = text.split(|b| *b == b' ').take(7);
    let is_word = |word: &[u8]| {
        let bare = word.strip_suffix(b".").or(word.strip_suffix(b",")).unwrap_or(word);
        let one = bare.strip_suffix(b"s").unwrap_or(bare);
        bare.eq_ignore_ascii_case(last) || one.eq_ignore_ascii_case(last)
    };
    let told = |word: &[u8]| {
        matches!(word, b"is" | b"was" | b"=" | b":" | b"for") || word.contains(&b'=') || word.ends_with(b":")
    };
    let begins = words.next().is_some_and(|first| first.iter().any(u8::is_ascii_alphabetic) && !told(first));
    let is_long = words.clone().filter(|word| !word.is_empty()).count() > 2;
    last.len() > 2 && begins && is_long && words.take_while(|word| !told(word)).any(is_word)
}

/// Whether a name is that of a personal identification number.
pub fn is_pin(name: &[u8]) -> bool {
    let end = name.len().saturating_sub(3);
    name[end..].eq_ignore_ascii_case(b"pin")
        || [&b"pincode"[..], b"passcode", b"cvv", b"cvc", b"cvv2", b"cvc2"]
            .iter()
            .any(|word| name.eq_ignore_ascii_case(word))
}

/// Behind `password is`: a word that no sentence would use ends the sentence.
fn told(view: &View<'_>, value: &Extent) -> Option<&'static str> {
    let text = view.slice(value.start, value.end);
    let bare = text.strip_suffix(b".").unwrap_or(text);
    let next = view.run(value.end, const { BLANK.or(ByteSet::of(b".,;)!?\"'")) }, 4);
    let ends = view.at(next).is_none_or(|b| SPACE.contains(b) || b == b'<' || b == b'\\');
    let is_told = is_odd(bare) && (ends || shows(bare)) || is_strange(bare);
    (!is_told).then_some("a sentence about a secret")
}

/// Whether a word of small letters is none that a language has.
pub fn is_strange(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_lowercase) && random::is_random(text) && !common::is_common(text)
}

/// Whether a word is as long as keys are, and made of letters and digits, be it a number in hexadecimal or a UUID.
fn is_long_key(text: &[u8]) -> bool {
    let text = text.strip_suffix(b".").or(text.strip_suffix(b",")).unwrap_or(text);
    let count = |test: fn(&u8) -> bool| text.iter().filter(|b| test(b)).count();
    text.len() >= 20
        && text.iter().all(|b| WORD.contains(*b) || matches!(b, b'-' | b'+' | b'/' | b'='))
        && count(u8::is_ascii_digit) > 2
        && count(u8::is_ascii_alphabetic) > 2
}

/// Whether a word has what words have not.
pub fn is_odd(text: &[u8]) -> bool {
    // `0-based`, `32-bit`
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits > 0 && text.get(digits) == Some(&b'-') && text[digits + 1..].iter().all(|b| b.is_ascii_lowercase()) {
        return false;
    }
    let is_mixed = || {
        text.iter().all(u8::is_ascii_alphabetic)
            && text.iter().any(u8::is_ascii_lowercase)
            && text[1..].iter().filter(|b| b.is_ascii_uppercase()).count() > 1
            && random::is_random(text)
    };
    text.len() > 7 && is_mixed()
        || text.iter().any(|b| b.is_ascii_digit() || b"!@#$%^&*+=".contains(b))
            && text.iter().any(|b| LETTER.contains(*b))
            && text.len() > 4
}

/// Whether an odd word reads as a password wherever it stands in a sentence: `Harbor!12`, `falcon77`, `Zx9kQ2vb`, but not
/// `sha256`, `TLSv1.2`, `32-characters`, `JIRA-123` or `10.0.0.1`.
pub fn shows(text: &[u8]) -> bool {
    if is_drawn(text) {
        return true;
    }
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let rest = &text[letters..];
    let digits = rest.strip_prefix(b"-").or(rest.strip_prefix(b"_")).unwrap_or(rest);
    let has_small = text[..letters].iter().any(u8::is_ascii_lowercase);
    let is_numbered = letters > 3 && (1..=6).contains(&digits.len()) && digits.iter().all(|b| DIGIT.contains(*b));
    is_numbered && has_small && !is_technical(&text[..letters])
}

/// Whether a word has letters and a digit, and is neither a number in hexadecimal nor the name of a method: `h4rborwillow`.
pub fn is_coded(text: &[u8]) -> bool {
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    text.len() > 5
        && text.iter().any(|b| DIGIT.contains(*b))
        && text.iter().filter(|b| b.is_ascii_alphabetic()).count() > 2
        && !text.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
        && !text.iter().any(|b| b"/.=:".contains(b))
        && !is_technical(&text[..letters])
}

/// Whether a word was drawn by a machine, or has marks within that sentences put nowhere.
pub fn is_drawn(text: &[u8]) -> bool {
    let has = |test: fn(u8) -> bool| text.iter().any(|&b| test(b));
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    if text.len() < 6 || !has(|b| b.is_ascii_alphabetic()) || is_technical(&text[..letters]) {
        return false;
    }
    let within = &text[1..text.len() - 1];
    let is_marked = within.iter().any(|b| b"!#$%^*+?~".contains(b))
        && has(|b| b.is_ascii_digit())
        && !text.iter().any(|b| b"/\\(){}[]<>\"'=&:,;@|".contains(b));
    let is_hex = text.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    let is_mixed = has(|b| b.is_ascii_uppercase())
        && has(|b| b.is_ascii_lowercase())
        && (has(|b| b.is_ascii_digit()) || text.len() > 9);
    let is_plain = text.iter().all(|b| b.is_ascii_alphanumeric() || b"_-+/=.!#%*?".contains(b));
    is_marked || is_plain && is_mixed && !is_hex && !text.contains(&b'.') && random::is_random(text)
}

/// Whether a word is the name of a method, a version or a format: `utf-16`, `Ed25519`, `RFC2385`.
pub fn is_method(text: &[u8]) -> bool {
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let digits = text[letters..].strip_prefix(b"-").unwrap_or(&text[letters..]);
    is_technical(&text[..letters]) && (1..=5).contains(&digits.len()) && digits.iter().all(|b| DIGIT.contains(*b))
}

/// Whether a number behind this word makes the name of a method, a version or a format.
fn is_technical(word: &[u8]) -> bool {
    const STEMS: [&[u8]; 62] = [
        b"rfc", b"pkcs", b"sha", b"base", b"utf", b"md", b"aes", b"des", b"rsa", b"oauth", b"http", b"https", b"ipv",
        b"tls", b"tlsv", b"ssl", b"sslv", b"saml", b"bcrypt", b"argon", b"scrypt", b"pbkdf", b"chacha", b"curve",
        b"ecdsa", b"ed", b"hmac", b"python", b"java", b"ubuntu", b"debian", b"rhel", b"centos", b"windows", b"win",
        b"jira", b"version", b"step", b"line", b"node", b"server", b"host", b"table", b"figure", b"section",
        b"chapter", b"page", b"level", b"type", b"option", b"user", b"test", b"error", b"code", b"port", b"slot",
        b"index", b"group", b"part", b"round", b"krb", b"phase",
    ];
    STEMS.iter().any(|stem| word.eq_ignore_ascii_case(stem))
}
