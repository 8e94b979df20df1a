//! Literals in places of secrets that are none: names, labels, templates, addresses of files and pages.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, LETTER, WORD};
use crate::detect::reading::lexicon::Lexicon;
use crate::detect::reading::random;

/// Endings of names of files that hold or describe secrets, and are none.
const FILES: [&[u8]; 37] = [
    b".bin",
    b".pem",
    b".key",
    b".crt",
    b".cer",
    b".jks",
    b".p12",
    b".pfx",
    b".der",
    b".pub",
    b".asc",
    b".gpg",
    b".keystore",
    b".txt",
    b".json",
    b".xml",
    b".yml",
    b".yaml",
    b".properties",
    b".conf",
    b".ini",
    b".cfg",
    b".env",
    b".php",
    b".html",
    b".htm",
    b".js",
    b".css",
    b".py",
    b".rb",
    b".java",
    b".png",
    b".svg",
    b".jsp",
    b".aspx",
    b".go",
    b".sh",
];

/// Why a text is no secret wherever it stands: what people read, what programs fill in, where something is.
pub fn reason(text: &[u8], lexicon: &Lexicon) -> Option<&'static str> {
    let text = text.trim_ascii();
    if is_caption(text) {
        return Some("a label or a sentence");
    }
    if is_pattern(text) {
        return Some("a pattern");
    }
    if is_rule(text, lexicon) {
        return Some("what a value must be");
    }
    if is_colour(text) {
        return Some("a colour");
    }
    if is_cmdlet(text) {
        return Some("a call");
    }
    if is_sentence(text, lexicon) {
        return Some("a label or a sentence");
    }
    if is_template(text, lexicon) {
        return Some("a template");
    }
    if is_address(text) {
        return Some("an address, not a secret");
    }
    if is_file(text) {
        return Some("the path of a file");
    }
    if is_class(text) {
        return Some("the name of a class");
    }
    if is_port(text) {
        return Some("a port");
    }
    None
}

/// `key.encode("utf-8")`: what the key is written in.
pub fn is_encoding(text: &[u8]) -> bool {
    const NAMES: [&[u8]; 11] = [
        b"utf-8",
        b"utf8",
        b"utf-16",
        b"utf16",
        b"ascii",
        b"us-ascii",
        b"latin-1",
        b"latin1",
        b"iso-8859-1",
        b"base64",
        b"hex",
    ];
    NAMES.iter().any(|name| text.eq_ignore_ascii_case(name))
}

/// Whether a text shows by itself that it may be a secret: letters and digits that are no name, or letters as chance would
/// have them.
pub fn is_telling(text: &[u8], lexicon: &Lexicon) -> bool {
    let has_digit = text.iter().any(|b| DIGIT.contains(*b));
    let has_letter = text.iter().any(|b| LETTER.contains(*b));
    text.len() >= 6
        && !text.contains(&b' ')
        && (has_digit && has_letter || random::is_random(text))
        && !lexicon.is_name(text)
}

/// `Please enter your password`, `Invalid token.`, `Forgot password?`: words only, one of which settings are made of, or in the
/// order of a sentence.
fn is_sentence(text: &[u8], lexicon: &Lexicon) -> bool {
    const MOST: usize = 256;
    // Of a long text the beginning tells.
    let text = match text.get(..MOST) {
        Some(head) => &head[..memchr::memrchr(b' ', head).unwrap_or(0)],
        None => text,
    };
    if !text.contains(&b' ') {
        return false;
    }
    let mut words = 0;
    let mut known = 0;
    for word in text.split(|&b| b == b' ').filter(|word| !word.is_empty()) {
        let start = word.iter().position(|b| ALNUM.contains(*b) || *b >= 0x80);
        // Marks by themselves: a dash, a colon.
        let Some(start) = start else {
            if word.len() > 2 {
                return false;
            }
            continue;
        };
        let end = word.iter().rposition(|b| ALNUM.contains(*b) || *b >= 0x80).map_or(start, |last| last + 1);
        let (inner, around) = (&word[start..end], word.len() - (end - start));
        let is_word =
            inner.iter().all(|b| LETTER.contains(*b) || *b >= 0x80 || matches!(b, b'\'' | b'-' | b'/' | b'_' | b'.'))
                || inner.len() < 4 && inner.iter().all(|b| DIGIT.contains(*b) || *b == b'.');
        if around > 4 || !is_word || random::is_random(inner) {
            return false;
        }
        words += 1;
        known += usize::from(lexicon.is_word_of_names(inner) || is_function_word(inner));
    }
    let is_cased = text[0].is_ascii_uppercase() && text[1..].iter().all(|b| !b.is_ascii_uppercase());
    let is_ended = matches!(text.last(), Some(b'.' | b'?' | b'!' | b':'));
    // `Das eingegebene Passwort ist nicht korrekt.`: other languages have capitals within.
    let is_long = text[0].is_ascii_uppercase() && is_ended && words > 3;
    words > 1 && (known * 3 >= words || (is_cased && is_ended && words > 2) || is_long)
}

/// `パスワードを入力してください`: what Japanese has between words and at the ends of sentences.
fn is_caption(text: &[u8]) -> bool {
    const TELLS: [&str; 6] = ["を", "して", "ください", "です", "ます", "请输入"];
    let is_wide = text.first().is_some_and(|b| *b >= 0xe3) && !text.iter().any(u8::is_ascii_digit);
    is_wide && TELLS.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}

/// `[A-Za-z0-9/_+=.@-]+`, `^\[([^\]]+)\]$`: what values must look like.
fn is_pattern(text: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
    let ranges = [&b"a-z"[..], b"A-Z", b"0-9", b"\\w", b"\\d", b"[^"].iter().filter(|part| has(part)).count();
    let is_bounded = text.starts_with(b"^") && text.ends_with(b"$");
    ranges > 1 || ranges == 1 && (is_bounded || text.contains(&b'[') && text.contains(&b']')) || is_bounded && has(b"[")
}

/// `required|string|min:8`: the words of a validator.
fn is_rule(text: &[u8], lexicon: &Lexicon) -> bool {
    let parts = || text.split(|&b| b == b'|');
    let is_word = |part: &[u8]| {
        let end = part.iter().position(|&b| b == b':').unwrap_or(part.len());
        lexicon.is_setting(&part[..end]) || lexicon.is_word_of_names(&part[..end])
    };
    text.contains(&b'|') && parts().filter(|part| is_word(part)).count() * 2 > parts().count()
}

/// `464/tcp`, of `/etc/services`.
fn is_port(text: &[u8]) -> bool {
    let Some(slash) = text.iter().position(|&b| b == b'/') else { return false };
    (1..6).contains(&slash)
        && text[..slash].iter().all(|b| DIGIT.contains(*b))
        && [&b"tcp"[..], b"udp", b"sctp", b"dccp"].contains(&&text[slash + 1..])
}

/// `#cccccc`.
fn is_colour(text: &[u8]) -> bool {
    matches!(text.len(), 4 | 7 | 9) && text[0] == b'#' && text[1..].iter().all(u8::is_ascii_hexdigit)
}

/// `Read-Host`, `Get-Credential`: a verb and a noun of PowerShell.
fn is_cmdlet(text: &[u8]) -> bool {
    const VERBS: [&[u8]; 9] =
        [b"Read", b"Get", b"ConvertTo", b"ConvertFrom", b"New", b"Import", b"Invoke", b"Set", b"Unprotect"];
    let Some(hyphen) = text.iter().position(|&b| b == b'-') else { return false };
    let noun = text[hyphen + 1..].iter().take_while(|b| !BLANK.contains(**b));
    VERBS.contains(&&text[..hyphen])
        && text.get(hyphen + 1).is_some_and(u8::is_ascii_uppercase)
        && noun.clone().all(|b| LETTER.contains(*b))
        && noun.count() > 2
}

/// Words that sentences cannot do without, and pass phrases can.
fn is_function_word(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 71] = [
        b"das",
        b"der",
        b"die",
        b"ein",
        b"eine",
        b"ist",
        b"nicht",
        b"und",
        b"sie",
        b"bitte",
        b"muss",
        b"mindestens",
        b"le",
        b"la",
        b"les",
        b"un",
        b"une",
        b"est",
        b"pas",
        b"votre",
        b"vous",
        b"doit",
        b"pour",
        b"el",
        b"su",
        b"es",
        b"con",
        b"debe",
        b"una",
        b"por",
        b"il",
        b"non",
        b"o",
        b"de",
        b"het",
        b"niet",
        b"uw",
        b"a",
        b"an",
        b"and",
        b"are",
        b"as",
        b"be",
        b"been",
        b"by",
        b"can",
        b"cannot",
        b"could",
        b"did",
        b"do",
        b"does",
        b"for",
        b"has",
        b"have",
        b"if",
        b"in",
        b"it",
        b"may",
        b"must",
        b"no",
        b"or",
        b"please",
        b"should",
        b"that",
        b"the",
        b"this",
        b"to",
        b"used",
        b"was",
        b"when",
        b"will",
    ];
    WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
}

/// `Bearer ${token}`, `user-%s`, `#{secret}-x`, `{0}:{1}`: words around what is filled in.
fn is_template(text: &[u8], lexicon: &Lexicon) -> bool {
    // `{noop}x`: how Spring stores the password is told before it.
    if memchr::memchr3(b'{', b'%', b'$', text).is_none() || text.starts_with(b"{noop}") && !text.ends_with(b"}") {
        return false;
    }
    let mut rest = Vec::with_capacity(text.len());
    let mut at = 0;
    let mut filled = 0;
    while at < text.len() {
        match place_to_fill(&text[at..]) {
            Some(length) => {
                filled += 1;
                rest.push(b' ');
                at += length;
            }
            None => {
                rest.push(text[at]);
                at += 1;
            }
        }
    }
    let rest = rest.trim_ascii();
    const MARKS: ByteSet = ByteSet::of(b" :/-_.,=;&?'\"[]()@|\\\n");
    if rest.iter().any(|&b| !ALNUM.or(MARKS).contains(b) && b < 0x80) {
        return false;
    }
    let is_plain = || {
        rest.split(|b| !ALNUM.contains(*b)).filter(|word| !word.is_empty()).all(|word| {
            word.len() < 4
                || (word.iter().all(|b| LETTER.contains(*b)) && !random::is_random(word))
                || lexicon.is_name(word)
        })
    };
    filled > 0 && (rest.is_empty() || is_plain())
}

/// The length of the place that a text begins with, where a value is filled in: `${x}`, `#{x}`, `{x}`, `{0}`, `%s`, `%(x)s`, `$x`.
fn place_to_fill(text: &[u8]) -> Option<usize> {
    let braced = |open: usize| {
        let close = memchr::memchr(b'}', &text[open..])? + open;
        let inner = text[open..close].trim_ascii();
        let is_name = inner.iter().all(|b| {
            WORD.contains(*b)
                || matches!(b, b'.' | b'(' | b')' | b'[' | b']' | b'\'' | b':' | b'!' | b'?' | b' ')
                || *b == b'-' && (inner.contains(&b'(') || inner.iter().all(|b| LETTER.contains(*b) || *b == b'-'))
        }) && !(inner.contains(&b':') && inner.iter().any(|b| DIGIT.contains(*b)) && inner.len() > 8);
        // `{1EPqLa2U}` is a value between braces.
        let is_value =
            inner.len() > 4 && inner.iter().any(|b| DIGIT.contains(*b)) && inner.iter().any(u8::is_ascii_uppercase);
        (is_name && !is_value).then_some(close + 1)
    };
    match text {
        [b'$' | b'#' | b'%' | b'@', b'{', ..] => braced(2),
        [b'{', b'{', ..] => braced(2).map(|end| end + usize::from(text.get(end) == Some(&b'}'))),
        [b'{', ..] => braced(1),
        [b'%', b'(', ..] => {
            let close = memchr::memchr(b')', text)?;
            let is_name = text[2..close].iter().all(|b| WORD.contains(*b));
            (is_name && matches!(text.get(close + 1), Some(b's' | b'd' | b'r'))).then_some(close + 2)
        }
        [b'%', b's' | b'd' | b'v' | b'q' | b'x' | b'@', ..] => Some(2),
        _ => None,
    }
}

/// `https://login.example/oauth`, without a user and without parameters: where something is, not what opens it.
fn is_address(text: &[u8]) -> bool {
    // `arn:aws:iam::aws:policy/x`, `projects/p/secrets/x/versions/1`
    let is_resource = text.starts_with(b"arn:aws")
        || text.starts_with(b"projects/") && memchr::memmem::find(text, b"/secrets/").is_some();
    if is_resource && !text.contains(&b' ') {
        return true;
    }
    let Some(colon) = memchr::memmem::find(&text[..text.len().min(16)], b"://") else { return false };
    let rest = &text[colon + 3..];
    text[..colon].iter().all(|b| ALNUM.contains(*b) || matches!(b, b'+' | b'.' | b'-'))
        && !rest.contains(&b'@')
        && !rest.contains(&b'?')
        && !rest.split(|b| matches!(b, b'/' | b'.' | b'#')).any(|part| part.len() > 15 && random::is_random(part))
}

/// `django.contrib.auth.hashers.Argon2PasswordHasher`: three names or more between dots, of which the last has a capital.
fn is_class(text: &[u8]) -> bool {
    let parts = || text.split(|b| *b == b'.');
    let is_package = |part: &[u8]| !part.is_empty() && part.iter().all(|b| b.is_ascii_lowercase() || *b == b'_');
    let mut packages = parts().rev().skip(1);
    let class = parts().next_back().unwrap_or_default();
    let is_named = class.len() > 3
        && class[0].is_ascii_uppercase()
        && class.iter().all(|b| WORD.contains(*b))
        && !random::is_random(class);
    // `Digest::HMAC_MD5`
    let is_scoped = || {
        let is_name = |part: &[u8]| {
            part.len() > 1
                && part[0].is_ascii_uppercase()
                && part.iter().all(|b| WORD.contains(*b))
                && !random::is_random(part)
        };
        memchr::memmem::find(text, b"::").is_some()
            && text.split(|b| *b == b':').all(|part| part.is_empty() || is_name(part))
    };
    is_named && parts().count() > 2 && packages.all(is_package) || is_scoped()
}

/// `server.pem`, `/etc/ssl/private`, `..\keys\id.key`: words with slashes, or a name that ends as files do.
fn is_file(text: &[u8]) -> bool {
    // The longest ending is that of `.properties`.
    let has_dot = text[text.len().saturating_sub(11)..].contains(&b'.');
    let is_named = has_dot && FILES.iter().any(|ending| text.len() > ending.len() + 1 && text.ends_with(ending));
    // `*.asc`
    if text.starts_with(b"*.") && (3..8).contains(&text.len()) && text[2..].iter().all(|b| ALNUM.contains(*b)) {
        return true;
    }
    let is_rooted =
        text.starts_with(b"/") || text.starts_with(b"./") || text.starts_with(b"../") || text.starts_with(b"~/");
    let is_drive = text.len() > 3 && text[1] == b':' && matches!(text[2], b'\\' | b'/');
    let is_path = |least: usize| {
        let parts = || text.split(|b| matches!(b, b'/' | b'\\'));
        text.iter().all(|b| {
            WORD.contains(*b)
                || matches!(b, b'.' | b'-' | b'/' | b'\\' | b':' | b'~' | b'{' | b'}' | b'*')
                || BLANK.contains(*b)
        }) && parts().count() > least
            && !parts().any(|part| part.len() > 7 && random::is_random(part))
    };
    (is_named && is_path(0)) || ((is_rooted || is_drive) && is_path(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn what_people_read_and_programs_fill_in_is_no_secret() {
        let lexicon = Lexicon::new(&RuleSet::builtin());
        for text in [
            "Please enter your password",
            "Invalid token",
            "Password:  must not be empty",
            "Forgot password?",
            "Secret question",
            "password updated successfully",
            "Your session has expired.",
            "Bearer ${token}",
            "%s:%s",
            "{user}:{password}",
            "https://login.example/oauth/token",
            "server.pem",
            "/etc/ssl/private/server.key",
            "C:\\keys\\server.pfx",
            "../secrets/token.json",
            "#{db_password}",
            "token {0} of {1}",
        ] {
            assert!(reason(text.as_bytes(), &lexicon).is_some(), "{text}");
        }
    }

    #[test]
    fn passwords_are_none_of_these() {
        let lexicon = Lexicon::new(&RuleSet::builtin());
        for text in [
            "hunter2",
            "correct horse battery staple",
            "m[{o)p${e]nob(ody>-_$#x}}",
            "q%{z}o)p${e]nob9",
            "Tr0ub4dor&3",
            "none of your business",
            "https://jroe:hunter2@h.example/",
            "/x9Qz",
            "a{b}c9Zk81xQ",
            "sunshine",
            "{noop}sunshine",
            "put your unique 9x!",
        ] {
            assert_eq!(reason(text.as_bytes(), &lexicon), None, "{text}");
        }
    }
}
