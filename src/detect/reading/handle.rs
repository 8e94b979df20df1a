//! Which values in secret places are no secrets: references, masks, marks of redaction, paths, and source code.

use crate::detect::bytes::WORD;
use crate::detect::reading::random;

/// Why a value in a secret place is no secret: a reference, a mask, a mark of redaction. `None` if it is one.
pub fn reason(value: &[u8]) -> Option<&'static str> {
    const STARTS: [&[u8]; 14] = [
        b"${",
        b"$(",
        b"$[",
        b"#{",
        b"{{",
        b"%{",
        b"<%",
        b"ENC(",
        b"ENC[",
        b"{cipher}",
        b"op://",
        b"!vault",
        b"vault:v",
        b"$ANSIBLE_VAULT",
    ];
    const ENDS: [u8; 3] = [b'}', b')', b']'];
    let value = value.trim_ascii();
    if value.is_empty() {
        return Some("empty");
    }
    // `$(cat file`, where a blank ends what is looked at.
    if value.starts_with(b"$(") && !value.ends_with(b")") {
        return Some("a reference, not a value");
    }
    // `${PASSWORD:-}`
    if value.starts_with(b"${") && (value.ends_with(b":-}") || value.ends_with(b"-}")) {
        return Some("a reference, not a value");
    }
    let may_refer = matches!(value[0], b'$' | b'#' | b'{' | b'%' | b'<' | b'E' | b'o' | b'!' | b'v');
    if let Some(start) = STARTS.iter().find(|start| may_refer && value.starts_with(start)) {
        // A reference ends where it is closed; `${DB_PASSWORD:-hunter2}` carries the secret itself.
        let is_closed =
            value.last().is_some_and(|b| ENDS.contains(b) || *b == b'>') || !ENDS_WITH_BRACKET.contains(start);
        let has_default = value.windows(2).any(|w| w == b":-") || (start == b"${" && default_of(value).is_some());
        if is_closed && !has_default {
            return Some("a reference, not a value");
        }
    }
    if value.len() > 2 && value[0] == b'<' && value[value.len() - 1] == b'>' {
        return Some("a name in angle brackets");
    }
    if value[0] == b'$' && is_variable(&value[1..]) {
        return Some("a variable");
    }
    if value.len() > 2
        && value[0] == b'%'
        && value[value.len() - 1] == b'%'
        && value[1..value.len() - 1].iter().all(|b| WORD.contains(*b))
    {
        return Some("a variable");
    }
    let is_name = |name: &[u8]| !name.is_empty() && name.iter().all(|b| WORD.contains(*b) || *b == b'.');
    if value == b"~"
        || value
            .strip_prefix(b"@")
            .and_then(|v| v.strip_suffix(b"@"))
            .is_some_and(|v| is_name(v) || value.starts_with(b"@@"))
    {
        return Some("a mark to be filled in");
    }
    if is_format(value) {
        return Some("a place in a format");
    }
    if is_mask(value) {
        return Some("already masked");
    }
    None
}

/// What stands behind the dollar of a variable: `DB_PASSWORD`, `token`, `env:TOKEN`, `config['x']`, `this->secret`.
fn is_variable(name: &[u8]) -> bool {
    let end = name.iter().position(|b| !WORD.contains(*b)).unwrap_or(name.len());
    let (root, rest) = name.split_at(end);
    let is_capital = root.len() > 1 && root.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    let is_words =
        root.len() > 1 && root.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_') && !random::is_random(root);
    match rest {
        [] => is_capital || is_words,
        [b':', b':', name @ ..] | [b':' | b'.', name @ ..] => {
            is_words && name.iter().all(|b| WORD.contains(*b)) && !random::is_random(name)
        }
        [b'-', b'>', ..] | [b'[', ..] => is_words,
        _ => false,
    }
}

/// `%s`, `%-8d`, `%(password)s`, `{}`, `{0}`, `{password}`, `?`, `$1`.
fn is_format(value: &[u8]) -> bool {
    match value {
        b"?" => true,
        [b'%', rest @ .., b's' | b'd' | b'v' | b'q' | b'x' | b'i' | b'@'] => {
            let inner = rest.strip_prefix(b"(").and_then(|r| r.strip_suffix(b")"));
            inner.map_or_else(
                || rest.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'*' | b'l' | b'+')),
                |name| name.iter().all(|b| WORD.contains(*b)),
            )
        }
        [b'$', digits @ ..] => !digits.is_empty() && digits.len() < 3 && digits.iter().all(u8::is_ascii_digit),
        [b'{', inner @ .., b'}'] => inner.is_empty() || (inner.len() < 3 && inner.iter().all(u8::is_ascii_digit)),
        _ => false,
    }
}

const ENDS_WITH_BRACKET: [&[u8]; 10] = [b"${", b"$(", b"$[", b"#{", b"{{", b"%{", b"<%", b"ENC(", b"ENC[", b"{cipher}"];

/// The default of a Spring or shell reference, `${NAME:default}`, if it has one that is no reference again.
fn default_of(value: &[u8]) -> Option<&[u8]> {
    let inner = value.strip_prefix(b"${")?.strip_suffix(b"}")?;
    let colon = inner.iter().position(|&b| b == b':')?;
    let is_name = inner[..colon].iter().all(|b| WORD.contains(*b) || *b == b'.' || *b == b'-');
    let default = inner[colon + 1..].strip_prefix(b"-").unwrap_or(&inner[colon + 1..]);
    (is_name && !default.is_empty() && !default.starts_with(b"$") && !default.starts_with(b"?")).then_some(default)
}

/// `********`, `xxxxx`, `[REDACTED]`, `<redacted>`, `Sanitized by Support Utility`.
fn is_mask(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"redacted",
        b"masked",
        b"hidden",
        b"filtered",
        b"protected",
        b"removed",
        b"sanitized",
        b"obfuscated",
        b"not shown",
        b"sanitized by support utility",
        b"secret hidden",
        b"concealed",
    ];
    if value.len() >= 3 && value.iter().all(|b| matches!(b, b'*' | b'.' | b'-' | b'_' | b'#' | b'?' | b'\\')) {
        return true;
    }
    if value.len() >= 3 && value.iter().all(|b| matches!(b, b'x' | b'X')) {
        return true;
    }
    // `…`
    if value.chunks(3).all(|c| c == "…".as_bytes()) {
        return true;
    }
    if value.len() >= 6 && value.chunks(3).all(|c| c == [0xe2, 0x80, 0xa2]) {
        return true;
    }
    let bare = value.strip_prefix(b"***").unwrap_or(value);
    let bare = bare.strip_suffix(b"***").unwrap_or(bare);
    let bare = match (bare.first(), bare.last()) {
        (Some(b'[' | b'<' | b'(' | b'{' | b'*' | b'_'), Some(b']' | b'>' | b')' | b'}' | b'*' | b'_'))
            if bare.len() > 2 =>
        {
            &bare[1..bare.len() - 1]
        }
        _ => bare,
    };
    let may_be = |first: u8| matches!(first | 0x20, b'r' | b'm' | b'h' | b'f' | b'p' | b's' | b'o' | b'n' | b'c');
    const SHORTEST: usize = 6;
    bare.len() >= SHORTEST && may_be(bare[0]) && WORDS.iter().any(|word| bare.eq_ignore_ascii_case(word))
}

/// A path to where the secret is, as in `private_key: /etc/ssl/server.key`.
pub fn is_path(text: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 11] = [
        b".pem",
        b".key",
        b".crt",
        b".cer",
        b".jks",
        b".p12",
        b".pfx",
        b".keystore",
        b".txt",
        b".properties",
        b".json",
    ];
    let is_rooted = text.starts_with(b"/")
        || text.starts_with(b"./")
        || text.starts_with(b"../")
        || text.starts_with(b"~/")
        || text.starts_with(b"file:")
        || text.starts_with(b"classpath:")
        || (text.len() > 3 && text[1] == b':' && text[2] == b'\\');
    is_rooted
        && (ENDINGS.iter().any(|e| text.ends_with(e))
            || text.starts_with(b"/run/secrets/")
            || text.starts_with(b"file:")
            || text.starts_with(b"/var/run/secrets/"))
}
