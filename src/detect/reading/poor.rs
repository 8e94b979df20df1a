//! Poor passwords: values that read as names, and stand all the same where a program writes a password down.
//!
//! `password: "redis-pw"`, `secret = "dev-secret"`, `PASSWORD = "testPass"`: what people write in tests, samples and defaults.
//! What names a field, a label, a page or a header reads much the same: `reset-password`, `login-form`, `x-auth-token`. So
//! the words decide: those of forms and of settings name something, those for what is made up, and names of programs and of
//! people, do not.

use crate::detect::reading::lexicon::Lexicon;
use crate::kind::Kind;

/// Words of what is made up.
const MADE_UP: [&[u8]; 29] = [
    b"any", b"bad", b"bar", b"baz", b"demo", b"dev", b"dummy", b"easy", b"fake", b"foo", b"guest", b"hello",
    b"initial", b"local", b"mock", b"my", b"plain", b"sample", b"secret", b"some", b"stub", b"super", b"temp", b"test",
    b"testing", b"tester", b"top", b"very", b"wrong",
];

/// Passwords of one word that are words of settings, too.
const SOLE: [&[u8]; 12] =
    [b"admin", b"bar", b"demo", b"foo", b"geheim", b"guest", b"pass", b"root", b"secret", b"sekret", b"test", b"wrong"];

/// Words of forms, pages, messages and headers.
const OF_FORMS: [&[u8]; 76] = [
    b"account",
    b"action",
    b"arg",
    b"attr",
    b"auth",
    b"bearer",
    b"box",
    b"btn",
    b"button",
    b"change",
    b"changed",
    b"claim",
    b"col",
    b"column",
    b"confirm",
    b"confirmation",
    b"cookie",
    b"create",
    b"csrf",
    b"current",
    b"dialog",
    b"err",
    b"error",
    b"event",
    b"expired",
    b"extra",
    b"field",
    b"file",
    b"forgot",
    b"forgotten",
    b"form",
    b"get",
    b"grant",
    b"header",
    b"hide",
    b"hint",
    b"icon",
    b"id",
    b"input",
    b"invalid",
    b"label",
    b"link",
    b"login",
    b"lost",
    b"mismatch",
    b"missing",
    b"modal",
    b"msg",
    b"name",
    b"new",
    b"option",
    b"page",
    b"param",
    b"path",
    b"placeholder",
    b"policy",
    b"pref",
    b"prop",
    b"property",
    b"recover",
    b"recovery",
    b"repeat",
    b"required",
    b"reset",
    b"route",
    b"set",
    b"show",
    b"tag",
    b"text",
    b"toggle",
    b"type",
    b"update",
    b"url",
    b"www",
    b"x",
    b"your",
];

/// Words for secrets that values made of words end in.
const ENDS: [&[u8]; 9] = [b"pw", b"pass", b"pwd", b"passwd", b"password", b"secret", b"token", b"key", b"jwt"];

/// Words that phrases have and names have not.
const OF_PHRASES: [&[u8]; 11] = [b"the", b"not", b"this", b"is", b"from", b"me", b"in", b"no", b"it", b"of", b"for"];

/// Whether a text that reads as a name is rather a value, where `key` stands before it.
pub fn is_value(key: &[u8], text: &[u8], kind: Kind, lexicon: &Lexicon) -> bool {
    const LONGEST: usize = 48;
    let is_password = matches!(kind, Kind::Password | Kind::Secret);
    let is_secret = is_password || kind == Kind::Token;
    let is_simple = text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let is_constant = !text.iter().any(u8::is_ascii_lowercase);
    if text.len() > LONGEST || !is_simple || is_constant || text.starts_with(b"-") {
        return false;
    }
    if kind == Kind::Password && is_compound(text) && !is_name_of(key, text) || is_numbered(text, lexicon) {
        return true;
    }
    if is_password && is_made_up_compound(text) && !is_name_of(key, text) {
        return true;
    }
    if is_of_form(key, lexicon) {
        return false;
    }
    let parts: Vec<Vec<u8>> = lexicon.segments(text);
    let [first, .., last] = parts.as_slice() else {
        return kind == Kind::Password && SOLE.contains(&text) && !key.to_ascii_lowercase().ends_with(text);
    };
    // `testPass` is a key, too, and seldom the name of one.
    let may_be_key = !matches!(&first[..], b"test" | b"my");
    if may_be_key && lexicon.is_key(text) || parts.iter().any(|part| OF_FORMS.binary_search(&&part[..]).is_ok()) {
        return false;
    }
    let is_made_up = |part: &[u8]| MADE_UP.contains(&part);
    let is_ended = ENDS.contains(&&last[..]);
    if is_secret && is_ended && is_made_up(first) && (is_password || text.contains(&b'-')) {
        return true;
    }
    let is_strange = || parts[..parts.len() - 1].iter().any(|part| !lexicon.is_word_of_names(part));
    if is_password && matches!(&last[..], b"pw" | b"pwd") && is_strange() {
        return true;
    }
    // From here on, only words with hyphens: names of fields and of variables have others.
    if text.iter().any(|b| b.is_ascii_uppercase() || *b == b'_') || !text.contains(&b'-') {
        return false;
    }
    let is_short = || kind == Kind::Password && [&b"pw"[..], b"pass", b"pwd", b"passwd"].contains(&&last[..]);
    let is_phrase = || is_secret && parts.iter().any(|part| OF_PHRASES.contains(&&part[..]));
    // `pw-swift`, `mail-kt`: no word for a secret need stand at the end.
    let is_odd = || {
        kind == Kind::Password
            && parts.iter().any(|part| part.len() > 1 && !lexicon.is_word_of_names(part))
            && parts.iter().all(|part| part.iter().all(u8::is_ascii_lowercase))
    };
    is_ended && (is_short() || is_strange()) || is_phrase() || is_odd()
}

/// Whether a text that reads as a name is a value where a call takes a password: words with hyphens, one of which is none of
/// those that names are made of.
pub fn is_given(text: &[u8], lexicon: &Lexicon) -> bool {
    let is_plain = text.iter().all(|b| b.is_ascii_lowercase() || *b == b'-') && text.contains(&b'-');
    // Of `auth=("user", "pass")` the words are those of a manual.
    is_value(b"pass", text, Kind::Password, lexicon)
        || is_plain && !text.starts_with(b"-") && {
            let parts = lexicon.segments(text);
            parts.iter().any(|part| !lexicon.is_word_of_names(part))
                && !parts.iter().any(|part| OF_FORMS.binary_search(&&part[..]).is_ok())
        }
}

/// Whether a key names what a form, a header or a store calls its secret: `PREF_API_KEY`, `KEY_PASSWORD`.
fn is_of_form(key: &[u8], lexicon: &Lexicon) -> bool {
    let is_constant = key.iter().any(u8::is_ascii_uppercase) && !key.iter().any(u8::is_ascii_lowercase);
    is_constant && {
        let parts = lexicon.segments(key);
        parts[0] == b"key" || parts.iter().any(|part| OF_FORMS.binary_search(&&part[..]).is_ok() && part != b"auth")
    }
}

/// Whether a text is one word of small letters that is longer than the words for a password are.
fn is_compound(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [
        b"password",
        b"passwords",
        b"passphrase",
        b"passcode",
        b"credential",
        b"credentials",
        b"accesstoken",
        b"apikey",
        b"newpassword",
    ];
    text.len() > 7 && text.iter().all(u8::is_ascii_lowercase) && !WORDS.contains(&text)
}

/// Whether a text is of words with hyphens and a number behind the last, and neither a field of a form nor a key with a number:
/// `till-number-4`, `env-api-1`, but not `new-password-2` or `api-key-1`.
pub fn is_numbered(text: &[u8], lexicon: &Lexicon) -> bool {
    let Some(hyphen) = text.iter().rposition(|b| *b == b'-') else { return false };
    let (words, number) = (&text[..hyphen], &text[hyphen + 1..]);
    let is_plain =
        words.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') && words.iter().any(u8::is_ascii_lowercase);
    let is_number = (1..=4).contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    is_plain && is_number && words.len() > 3 && words.contains(&b'-') && !lexicon.is_key(words) && {
        let parts = lexicon.segments(words);
        !parts.iter().any(|part| OF_FORMS.binary_search(&&part[..]).is_ok() && part != b"auth")
    }
}

/// Whether a text is one word of small letters that begins as what is made up does, and ends in a word for a secret:
/// `mysupersecret`, `testtoken`.
fn is_made_up_compound(text: &[u8]) -> bool {
    const BEGIN: [&[u8]; 10] = [b"my", b"super", b"test", b"dev", b"some", b"top", b"demo", b"dummy", b"fake", b"very"];
    text.len() > 7
        && text.iter().all(u8::is_ascii_lowercase)
        && BEGIN.iter().any(|word| text.starts_with(word))
        && ENDS.iter().any(|word| text.ends_with(word))
}

/// Whether a value of one word is the key once more: `userpassword = "userpassword"`.
fn is_name_of(key: &[u8], value: &[u8]) -> bool {
    let letters = key.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    letters.eq(value.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn words_of_forms_name_and_others_are_values() {
        let lexicon = Lexicon::new(&RuleSet::builtin());
        assert!(OF_FORMS.is_sorted());
        let is_value = |key: &str, text: &str| is_value(key.as_bytes(), text.as_bytes(), Kind::Password, &lexicon);
        for text in [
            "redis-pw",
            "gopher-pw",
            "dev-secret",
            "my-secret-pw",
            "wrong-password",
            "testPass",
            "top_secret",
            "secret",
            "test_password",
            "acme-client-secret",
            "maryPw",
            "not-the-password",
            "sunshinesunshine",
            "till-number-4",
            "read-Only-3",
            "o-api-key-7",
        ] {
            assert!(is_value("password", text), "{text}");
        }
        for text in [
            "login-password",
            "reset-password",
            "password-input",
            "x-auth-token",
            "api-key",
            "user_password",
            "db_pass",
            "accessToken",
            "PASSWORD",
            "password",
            "Password",
            "new-password",
            "forgot-password",
            "newpassword",
            "key",
            "api-key-1",
            "new-password-2",
            "password-1",
        ] {
            assert!(!is_value("password", text), "{text}");
        }
        assert!(!is_value("PREF_PASSWORD", "app-pw") && !is_value("KEY_PASSWORD", "app-pw"));
        assert!(is_value("DB_PASSWORD", "app-pw"));
    }
}
