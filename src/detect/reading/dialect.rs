//! Source code or not: what a stretch of text is written in, by the shape of its lines.
//!
//! A stream has no name, and a program stands in logs, tickets and documents too. So the lines around a value decide: how
//! many of them begin, end or read as statements do, and how many as settings do.

use crate::detect::bytes::{BLANK, ByteSet, LETTER, WORD};
use crate::detect::view::View;

/// How far the lines around are read, in bytes to each side.
const REACH: usize = 512;

/// What statements and declarations begin with. In order.
const BEGINNINGS: &[&[u8]] = &[
    b"abstract",
    b"assert",
    b"async",
    b"auto",
    b"await",
    b"bool",
    b"boolean",
    b"break",
    b"byte",
    b"case",
    b"catch",
    b"char",
    b"class",
    b"const",
    b"constexpr",
    b"continue",
    b"def",
    b"default",
    b"defer",
    b"defp",
    b"do",
    b"double",
    b"elif",
    b"else",
    b"elsif",
    b"end",
    b"enum",
    b"except",
    b"extends",
    b"extern",
    b"final",
    b"finally",
    b"float",
    b"fn",
    b"for",
    b"foreach",
    b"from",
    b"fun",
    b"func",
    b"function",
    b"go",
    b"goto",
    b"if",
    b"impl",
    b"import",
    b"include",
    b"inline",
    b"int",
    b"interface",
    b"internal",
    b"lambda",
    b"let",
    b"long",
    b"match",
    b"mod",
    b"module",
    b"mut",
    b"my",
    b"namespace",
    b"new",
    b"open",
    b"our",
    b"override",
    b"package",
    b"pass",
    b"print",
    b"private",
    b"protected",
    b"pub",
    b"public",
    b"raise",
    b"require",
    b"rescue",
    b"return",
    b"self",
    b"short",
    b"size_t",
    b"static",
    b"std",
    b"struct",
    b"sub",
    b"super",
    b"switch",
    b"template",
    b"this",
    b"throw",
    b"trait",
    b"try",
    b"type",
    b"typedef",
    b"union",
    b"unless",
    b"unsafe",
    b"unsigned",
    b"use",
    b"using",
    b"val",
    b"var",
    b"virtual",
    b"void",
    b"when",
    b"where",
    b"while",
    b"with",
    b"yield",
];

/// What begins a block and ends with a colon.
const OPENINGS: [&[u8]; 9] =
    [b"else", b"try", b"finally", b"except", b"do", b"lambda", b"public", b"private", b"protected"];

/// Whether the text around `at` is source code.
pub fn is_code(view: &View<'_>, at: usize) -> bool {
    let start = view.line_start(at).max(at.saturating_sub(REACH));
    let end = view.line_end(at, REACH);
    let here = score(view.slice(start, end));
    if here.abs() >= 2 {
        return here > 0;
    }
    let from = start.saturating_sub(REACH);
    let before = view.slice(from, start);
    // Lines that are not whole are left out. Lines behind are not asked: a line must not wait for the next one.
    let whole = if from > 0 { memchr::memchr(b'\n', before).map_or(before.len(), |end| end + 1) } else { 0 };
    let mut rest = &before[whole..];
    let mut all = here;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        all += score(&rest[..end]);
        rest = &rest[end + 1..];
    }
    all + score(rest) >= 2
}

/// Whether the value's line is a comment, or the key stands in one at its end.
pub fn is_comment(view: &View<'_>, at: usize) -> bool {
    let line = view.slice(view.line_start(at), at);
    let text = line.trim_ascii_start();
    [&b"//"[..], b"#", b"*", b"/*", b"--", b";", b"<!--", b"%"].iter().any(|mark| text.starts_with(mark))
        || memchr::memmem::find(line, b" // ").is_some()
        || memchr::memmem::find(line, b" # ").is_some()
}

/// How much a line reads as source code; less than nothing for a setting.
fn score(line: &[u8]) -> i32 {
    const ENDS: ByteSet = ByteSet::of(b"{}()[,:");
    let line = line.trim_ascii();
    let (Some(&first), Some(&last)) = (line.first(), line.last()) else { return 0 };
    match first {
        b'"' | b'\'' | b'<' | b'|' | b'-' => return 0,
        b'[' => return -1,
        b'#' => {
            let directives =
                [&b"#include"[..], b"#define", b"#if", b"#endif", b"#else", b"#undef", b"#pragma", b"#[", b"#!["];
            return if directives.iter().any(|directive| line.starts_with(directive)) { 2 } else { 0 };
        }
        b'/' => return i32::from(line.starts_with(b"// ") || line.starts_with(b"/*") || line.starts_with(b"///")),
        b'*' => return i32::from(line.len() == 1 || line[1] == b' ' || line[1] == b'/'),
        b'}' | b')' => return i32::from(line.len() > 2 || last == b')') + i32::from(last == b'{'),
        _ => {}
    }
    let has = |byte: u8| memchr::memchr(byte, line).is_some();
    let word = line.iter().position(|b| !WORD.contains(*b)).unwrap_or(line.len());
    let is_call = memchr::memchr_iter(b'(', line).any(|open| open > 0 && WORD.contains(line[open - 1]));
    // `add name=x password=y service=z`: pairs behind blanks, as no program has them.
    let is_pair = |blank: &usize| {
        let name = line[blank + 1..].iter().take_while(|b| WORD.contains(**b) || **b == b'-').count();
        let sign = blank + 1 + name;
        name > 1 && line.get(sign) == Some(&b'=') && line.get(sign + 1).is_some_and(|b| WORD.contains(*b))
    };
    let is_bare = memchr::memchr3(b'(', b'{', b';', line).is_none() && memchr::memchr2(b',', b'<', line).is_none();
    if is_bare && has(b'=') && memchr::memchr_iter(b' ', line).filter(is_pair).nth(1).is_some() {
        return -2;
    }
    let is_statement = last == b';' && (is_call || memchr::memmem::find(line, b" = ").is_some() || !has(b'='));
    let ends = last == b';' || ENDS.contains(last);
    let begins = BEGINNINGS.binary_search(&&line[..word]).is_ok()
        && line.get(word).is_none_or(|b| BLANK.contains(*b) || matches!(b, b':' | b'(' | b'{' | b'.' | b';' | b'<'))
        // `type = sftp` is a setting.
        && !line[word..].trim_ascii_start().starts_with(b"=")
        // `pass : autumn9`, too.
        && !(line.get(word) == Some(&b' ') && line[word..].trim_ascii_start().starts_with(b": "))
        // `template:` opens a mapping of YAML, `else:` a block of Python.
        && (line.get(word) != Some(&b':') || word + 1 == line.len() && OPENINGS.contains(&&line[..word]));
    if begins && last != b'.' && (ends || is_call || has(b'=') || line.iter().filter(|b| **b == b' ').count() < 4) {
        return 2;
    }
    if is_statement {
        return 2;
    }
    if is_call && (ends || LETTER.contains(first) && last == b')') {
        return 1;
    }
    if (first == b'@' || first == b'$') && word == 0 && (has(b'=') || is_call) {
        return 1;
    }
    // `key=value`, `key: value`
    let name = line.iter().position(|b| !WORD.contains(*b) && !matches!(b, b'.' | b'-')).unwrap_or(line.len());
    match (name > 0, line.get(name), line.get(name + 1)) {
        (true, Some(b'='), Some(next)) if *next != b'=' && last != b',' => -1,
        (true, Some(b':'), Some(b' ')) if last != b',' => -1,
        _ => i32::from(matches!(last, b'{' | b'(') && line.len() > 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::Chunk;

    fn is_code_at(text: &str, at: &str) -> bool {
        let chunk = Chunk { bytes: text.as_bytes(), base: 0, own: 0..text.len(), is_last: true };
        let at = text.find(at).unwrap();
        is_code(&View::new(&chunk, at), at)
    }

    #[test]
    fn the_words_are_in_order() {
        assert!(BEGINNINGS.is_sorted());
    }

    #[test]
    fn programs_are_code() {
        for text in [
            "def login(user):\n    token = current\n    return token\n",
            "    token = current;\n",
            "fn a() {\n    let token = current;\n}\n",
            "import os\n\nclass A(B):\n    token = current\n",
            "pub struct A {\n    pub token: current,\n}\n",
            "const token = current\n",
        ] {
            assert!(is_code_at(text, "token"), "{text}");
        }
    }

    #[test]
    fn settings_logs_and_prose_are_none() {
        for text in [
            "[db]\nuser=x\ntoken=current\nhost=y\n",
            "db:\n  token: current\n  host: x\n",
            "spec:\n  template:\n    spec:\n      token: current\n",
            "{\n  \"a\": 1,\n  \"token\": current,\n  \"b\": 2\n}\n",
            "2026-01-01 INFO login ok token=current\n2026-01-01 INFO done\n",
            "Please use the token = current one.\nIt is new.\n",
            "Server=a;token=current;Database=b\n",
            "config x\n    set type y;\nend;\nadd name=a token=current service=b profile=c\n",
        ] {
            assert!(!is_code_at(text, "token"), "{text}");
        }
    }
}
