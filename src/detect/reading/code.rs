//! Source code about secrets: what stands behind `password =` there is a call, a variable, a type or a comparison.

use crate::detect::bytes::{BLANK, ByteSet, WORD};
use crate::detect::reading::key::Key;
use crate::detect::reading::lexicon::Lexicon;
use crate::detect::reading::place::{Place, Separator};
use crate::detect::reading::random;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::view::View;

/// Objects whose members are read where a secret is needed.
const ROOTS: [&[u8]; 24] = [
    b"this",
    b"self",
    b"config",
    b"settings",
    b"options",
    b"opts",
    b"props",
    b"env",
    b"process",
    b"args",
    b"params",
    b"request",
    b"req",
    b"os",
    b"System",
    b"cfg",
    b"conf",
    b"ctx",
    b"context",
    b"credentials",
    b"event",
    b"secrets",
    b"var",
    b"local",
];

/// Types of parameters and fields.
const TYPES: [&[u8]; 22] = [
    b"str",
    b"string",
    b"bytes",
    b"char",
    b"int",
    b"bool",
    b"any",
    b"object",
    b"text",
    b"varchar",
    b"void",
    b"unknown",
    b"never",
    b"number",
    b"float",
    b"uuid",
    b"secretstr",
    b"charsequence",
    b"securestring",
    b"nvarchar",
    b"blob",
    b"symbol",
];

/// Why an unquoted value is source code and no secret. `None` if it may be a secret.
pub fn reason(
    view: &View<'_>,
    key: &Key,
    place: &Place<'_>,
    value: &Extent,
    lexicon: &Lexicon,
) -> Option<&'static str> {
    let text = view.slice(value.start, value.end);
    let name = identifier(text);
    let is_identifier = text.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$'));
    let is_whole = is_identifier && name == text.len();
    if place.separator == Separator::Compares {
        return Some("a comparison");
    }
    if matches!(text[0], b'=' | b'!' | b'<' | b'>' | b'{' | b'(' | b'|' | b'&' | b'}' | b')' | b']') && text.len() < 3 {
        return Some("an operator");
    }
    if text[0] == b':' && text.len() > 1 && text[1..].iter().all(|b| WORD.contains(*b)) {
        return Some("a parameter of a statement");
    }
    if text[0] == b'&' && (text.starts_with(b"&str") || text.starts_with(b"&'") || text.starts_with(b"&mut ")) {
        return Some("a type");
    }
    if is_type(view, place, value, text) {
        return Some("a type");
    }
    // `FunctionPass *createPass()`, `PrivateKey *x_Convert(`
    let called = text.strip_prefix(b"*").map_or(0, identifier);
    if called > 3 && text.get(called + 1) == Some(&b'(') {
        return Some("a declaration");
    }
    // `=> \%key_usage`
    if let [b'\\', b'%' | b'@' | b'$' | b'&', name @ ..] = text
        && identifier(name) > 0
    {
        return Some("a reference, not a value");
    }
    // `password: *anchor`
    if let [b'*', name @ ..] = text
        && place.separator == Separator::Colon
        && name.len() > 1
        && name.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-'))
    {
        return Some("an alias");
    }
    if begins_expression(view, value, text) {
        return Some("an expression");
    }
    // `signature=data.signature;if(!check(`
    if is_identifier && text.get(name) == Some(&b';') && text[..name].contains(&b'.') && text[name..].contains(&b'(') {
        return Some("an expression");
    }
    let is_called = is_identifier && name >= 2 && matches!(text.get(name), Some(b'(' | b'['));
    if is_called && !text[..name].contains(&b'-') && !is_parameter(view, key, text) {
        return Some("a call or an index");
    }
    if is_identifier && name >= 3 && text.get(name) == Some(&b'{') && text[0].is_ascii_uppercase() {
        return Some("an object");
    }
    if matches!(text, b"new" | b"await" | b"function" | b"async" | b"lambda" | b"typeof" | b"try" | b"match" | b"if")
        && view.at(value.end) == Some(b' ')
    {
        return Some("a call or an index");
    }
    if is_identifier && (text.starts_with(b"new ") || text.starts_with(b"await ")) {
        return Some("a call or an index");
    }
    if is_identifier && name >= 2 && text.get(name) == Some(&b'<') && text.ends_with(b">") {
        return Some("a type");
    }
    // `config.password || 'x'`, `os.getenv("P") or "x"`: the literal is looked at by itself.
    let operator = text[name..].trim_ascii_start();
    if is_identifier && name < text.len() && (operator == b"|" || DEFAULTS.iter().any(|o| operator.starts_with(o))) {
        return Some("an expression");
    }
    if !is_whole {
        return None;
    }
    if is_named(view, key, place)
        && (is_variable(text) || text.contains(&b'_') && lexicon.find(text).is_some())
        && !random::is_random(text)
    {
        return Some("a variable");
    }
    let root = text.iter().take_while(|b| WORD.contains(**b)).count();
    let is_member = text.get(root) == Some(&b'.') || text[root..].starts_with(b"->");
    if is_member && ROOTS.contains(&&text[..root]) && !text.iter().any(u8::is_ascii_digit) {
        return Some("a member of an object");
    }
    // `data.aws_ssm_parameter.db.value`, `Keyword.Pseudo`
    let dots = text.iter().filter(|b| **b == b'.').count();
    let is_spaced = view.is(value.start.wrapping_sub(1), BLANK);
    if dots > 1
        && is_spaced
        && !text.iter().any(u8::is_ascii_digit)
        && !text.contains(&b'-')
        && !random::is_random(text)
    {
        return Some("a member of an object");
    }
    if is_member && (lexicon.find(text).is_some() || &text[..root] == key.name(view)) {
        return Some("a member of an object");
    }
    let follows = view.at(value.end);
    let is_argument = matches!(follows, Some(b',' | b')' | b';' | b'{'));
    if (same(key.name(view), text) || goes_on(key.name(view), text)) && (is_argument || has_owner(view, key)) {
        return Some("a variable of the same name");
    }
    if place.separator == Separator::Colon
        && matches!(follows, Some(b',' | b')' | b';' | b'|' | b'?'))
        && TYPES.iter().any(|t| text.eq_ignore_ascii_case(t))
    {
        return Some("a type");
    }
    None
}

/// Whether a key is a string that names a member, with a value behind it that is none: `'refresh_token': grant,`,
/// `headers["X-Token"] = token`.
fn is_named(view: &View<'_>, key: &Key, place: &Place<'_>) -> bool {
    let Some(quote @ (b'"' | b'\'')) = view.before(key.start) else { return false };
    match place.separator {
        Separator::Colon => view.at(key.end) == Some(quote) && view.at(key.end + 1) == Some(b':'),
        Separator::Equals => view.at(key.end) == Some(quote) && view.starts_with(key.end + 1, b"] = "),
        _ => false,
    }
}

/// `refresh_grant`, `ApiKey.resource_type`: words of letters with an underscore or a point between.
fn is_variable(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
        && text.first().is_some_and(u8::is_ascii_alphabetic)
        && text.last().is_some_and(u8::is_ascii_alphabetic)
        && text.iter().any(|b| matches!(b, b'_' | b'.'))
}

/// Whether an unquoted value at `value` is a keyword that an expression begins with: `let user = if cfg!(test) {`.
pub fn begins_expression(view: &View<'_>, value: &Extent, text: &[u8]) -> bool {
    const KEYWORDS: [&[u8]; 12] = [
        b"if", b"match", b"unsafe", b"loop", b"move", b"return", b"switch", b"not", b"yield", b"throw", b"when",
        b"case",
    ];
    let word = text.iter().take_while(|b| b.is_ascii_lowercase()).count();
    let is_apart = match text.get(word) {
        None => view.at(value.start + word) == Some(b' '),
        Some(b) => *b == b' ',
    };
    is_apart && KEYWORDS.contains(&&text[..word])
}

/// Whether an unquoted value is a type that source code gives a name: `LPWSTR,`, `Vec<u8>`, `*mut BYTE`, `&ring::Signature`.
pub fn is_type(view: &View<'_>, place: &Place<'_>, value: &Extent, text: &[u8]) -> bool {
    const OF_WINDOWS: [&[u8]; 26] = [
        b"LPWSTR",
        b"LPCWSTR",
        b"LPSTR",
        b"LPCSTR",
        b"PWSTR",
        b"PCWSTR",
        b"PSTR",
        b"PCSTR",
        b"LPTSTR",
        b"LPCTSTR",
        b"BSTR",
        b"DWORD",
        b"HANDLE",
        b"LPBYTE",
        b"PBYTE",
        b"BYTE",
        b"LPVOID",
        b"PVOID",
        b"UNICODE_STRING",
        b"PUNICODE_STRING",
        b"HRESULT",
        b"BOOL",
        b"ULONG",
        b"USHORT",
        b"UINT",
        b"NTSTATUS",
    ];
    const GENERIC: [&[u8]; 20] = [
        b"Option",
        b"Vec",
        b"Box",
        b"Arc",
        b"Rc",
        b"Result",
        b"HashMap",
        b"BTreeMap",
        b"List",
        b"Map",
        b"Set",
        b"Cow",
        b"Mutex",
        b"RefCell",
        b"Optional",
        b"Promise",
        b"Array",
        b"Dictionary",
        b"PhantomData",
        b"Pin",
    ];
    let bare = text.strip_suffix(b",").or(text.strip_suffix(b";")).unwrap_or(text);
    let word = bare.iter().take_while(|b| WORD.contains(**b)).count();
    let follows = bare.get(word).copied().or(view.at(value.start + word));
    let is_generic = follows == Some(b'<') && GENERIC.contains(&&bare[..word]);
    // `S,`: the parameter of a type that is generic.
    let is_parameter = bare.len() == 1 && bare[0].is_ascii_uppercase() && matches!(follows, Some(b',' | b';'));
    let target = bare.strip_prefix(b"*mut").or(bare.strip_prefix(b"*const"));
    let referred = bare.strip_prefix(b"&").is_some_and(|of| of.starts_with(b"[") || is_path(of));
    is_generic
        || OF_WINDOWS.contains(&bare)
        || bare == b"PhantomPinned"
        || place.separator == Separator::Colon
            && (is_parameter || is_path(bare) || referred || target.is_some_and(|of| of.is_empty() || of[0] == b' '))
        || referred
}

/// `super::Foundation::HANDLE`.
fn is_path(text: &[u8]) -> bool {
    let is_name = |name: &[u8]| name.iter().all(|b| WORD.contains(*b)) && !name.first().is_some_and(u8::is_ascii_digit);
    let mut names = text.split(|b| *b == b':');
    memchr::memmem::find(text, b"::").is_some() && names.next().is_some_and(|n| n.len() > 1) && names.all(is_name)
}

/// Whether what stands at `at` is a part of the name of a type of AWS: `AWS::IAM::AccessKey`.
pub fn is_of_aws(view: &View<'_>, at: usize) -> bool {
    const PATH: ByteSet = WORD.or(ByteSet::of(b":"));
    view.starts_with(view.run_back(at, PATH, 64), b"AWS::")
}

/// Whether the word is a type of SQL, as behind the name of a column: `created_by bigint,`.
pub fn is_type_of_column(word: &[u8]) -> bool {
    const NAMES: [&[u8]; 30] = [
        b"bigint",
        b"bigserial",
        b"bit",
        b"blob",
        b"boolean",
        b"bytea",
        b"char",
        b"cidr",
        b"clob",
        b"date",
        b"datetime",
        b"decimal",
        b"double",
        b"inet",
        b"int",
        b"integer",
        b"json",
        b"jsonb",
        b"longtext",
        b"mediumtext",
        b"nvarchar",
        b"number",
        b"numeric",
        b"real",
        b"serial",
        b"smallint",
        b"text",
        b"timestamp",
        b"uuid",
        b"varchar",
    ];
    let end = word.iter().position(|b| matches!(b, b',' | b'(' | b'[')).unwrap_or(word.len());
    NAMES.iter().any(|name| word[..end].eq_ignore_ascii_case(name))
}

/// Functions that make a value of the literal they are given, in lower case.
const WRAPPERS: [&[u8]; 38] = [
    b"_t",
    b"text",
    b"str",
    b"string",
    b"bytes",
    b"byte",
    b"from",
    b"of",
    b"new",
    b"some",
    b"ok",
    b"just",
    b"valueof",
    b"tostring",
    b"to_string",
    b"secretstr",
    b"securestring",
    b"b64decode",
    b"b64encode",
    b"decode",
    b"encode",
    b"fromhex",
    b"unhexlify",
    b"atob",
    b"btoa",
    b"base64",
    b"frombase64string",
    b"getbytes",
    b"text",
    b"literal",
    b"quote",
    b"raw",
    b"buffer",
    b"password",
    b"secret",
    b"token",
    b"unicode",
    b"getbytesutf8",
];

/// The literal that a call makes a value of: `String::from("x")`, `[]byte("x")`, `new String("x")`, `b64decode('x')`.
pub fn wrapped(view: &View<'_>, value: &Extent) -> Option<Extent> {
    let start = if view.starts_with(value.start, b"new ") { value.start + 4 } else { value.start };
    let from = if view.starts_with(start, b"[]") { start + 2 } else { start };
    let open = view.run(from, const { WORD.or(ByteSet::of(b".:")) }, 48);
    if view.at(open) != Some(b'(') {
        return None;
    }
    let name = view.slice(from, open);
    let last = &name[name.iter().rposition(|b| !WORD.contains(*b)).map_or(0, |n| n + 1)..];
    if !WRAPPERS.iter().any(|wrapper| last.eq_ignore_ascii_case(wrapper)) {
        return None;
    }
    let at = view.run(open + 1, BLANK, 4);
    let quote = if matches!(view.at(at), Some(b'b' | b'@' | b'u')) { at + 1 } else { at };
    let mark = Quote::at(view, quote)?;
    Some(mark.extent(view, mark.end(quote), false))
}

/// What stands between an expression and its default.
const DEFAULTS: [&[u8]; 5] = [b"|| ", b"or ", b"?? ", b"?: ", b"if "];

/// The literal that an expression falls back to: `process.env.PASSWORD || 'x'`.
pub fn fallback(view: &View<'_>, value: &Extent) -> Option<Extent> {
    let line = view.slice(value.start, view.line_end(value.start, 160));
    // Few lines have what a quote begins with, and many have blanks.
    if memchr::memchr3(b'"', b'\'', b'`', line).is_none() && memchr::memchr2(b'&', b'\\', line).is_none() {
        return None;
    }
    // `Option(x).getOrElse("x")`, `env::var("X").unwrap_or("x")`
    const METHODS: [&[u8]; 4] = [b".getOrElse(", b".orElse(", b".unwrap_or(", b".unwrap_or_else(|_| "];
    let given = METHODS.iter().find_map(|method| {
        let quote = value.start + memchr::memmem::find(line, method)? + method.len();
        Quote::at(view, quote).map(|mark| mark.extent(view, mark.end(quote), false))
    });
    if given.is_some() {
        return given;
    }
    // Behind the first of each operator, which ends in a blank.
    let mut firsts = [None; 4];
    for blank in memchr::memchr_iter(b' ', line) {
        let which = match line[..blank] {
            [.., b'|', b'|'] => 0,
            [.., b'o', b'r'] => 1,
            [.., b'?', b'?'] => 2,
            [.., b'?', b':'] => 3,
            _ => continue,
        };
        firsts[which].get_or_insert(value.start + blank + 1);
    }
    let literal = |at: usize| {
        let at = view.run(at, BLANK, 4);
        let quote = Quote::at(view, at)?;
        Some(quote.extent(view, quote.end(at), false)).filter(|e| e.start <= value.start + line.len())
    };
    firsts.into_iter().flatten().find_map(literal).or_else(|| {
        // `isProd ? token : 'x'`
        let mark = memchr::memmem::find(line, b" ? ")?;
        let colon = mark + memchr::memmem::find(&line[mark..], b" : ")?;
        literal(value.start + colon + 3).or_else(|| literal(value.start + mark + 3))
    })
}

/// Whether the inside of braces is the name of a secret, as in `f"token={token}"`.
pub fn is_interpolated(view: &View<'_>, value: &Extent, lexicon: &Lexicon) -> bool {
    let text = view.slice(value.start, value.end);
    // `{password!r}`
    let name = &text[..text.iter().position(|b| matches!(b, b'!' | b':')).unwrap_or(text.len())];
    view.before(value.start) == Some(b'{') && identifier(text) == text.len() && lexicon.find(name).is_some()
}

/// How many bytes at the start of `text` an identifier with members takes.
fn identifier(text: &[u8]) -> usize {
    text.iter()
        .take_while(|b| WORD.contains(**b) || matches!(b, b'.' | b'$' | b':' | b'>' | b'-' | b'?' | b'!'))
        .count()
}

/// `self.password`, `this->password`, `@password`.
fn has_owner(view: &View<'_>, key: &Key) -> bool {
    let text = key.text(view);
    // `c.token`: a short name, and a member of it.
    let owner = text.iter().position(|&b| b == b'.').unwrap_or(0);
    let is_member = owner > 0 && owner < 4 && text.iter().filter(|&&b| b == b'.').count() == 1;
    is_member
        || text.starts_with(b"self.")
        || text.starts_with(b"this.")
        || matches!(view.before(key.start), Some(b'@' | b'>'))
}

/// Whether a name is that of the key with a word behind it: `password: password_hash,`.
fn goes_on(key: &[u8], value: &[u8]) -> bool {
    let is_begun = value.get(..key.len()).is_some_and(|head| head.eq_ignore_ascii_case(key));
    let rest = value.get(key.len()..).unwrap_or_default();
    is_begun
        && rest.len() > 2
        && (rest[0] == b'_' || rest[0].is_ascii_uppercase())
        && rest.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
}

/// Whether a key stands in the query of a URL, where nothing is called, with a value whose bracket is never closed.
fn is_parameter(view: &View<'_>, key: &Key, text: &[u8]) -> bool {
    matches!(view.before(key.start), Some(b'&' | b'?')) && !text.iter().any(|b| matches!(b, b')' | b']'))
}

/// Whether two names are one but for case and separators, or one ends in the other.
fn same(key: &[u8], value: &[u8]) -> bool {
    fn from_end(name: &[u8]) -> impl Iterator<Item = u8> + '_ {
        name.iter().rev().filter(|b| b.is_ascii_alphanumeric() || **b >= 0x80).map(u8::to_ascii_lowercase)
    }
    from_end(key).zip(from_end(value)).all(|(a, b)| a == b)
}
