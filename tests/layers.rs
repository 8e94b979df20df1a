//! Who may import whom: the design's layers, checked on the text of `src`.
//!
//! The check reads tokens, not types: comments, strings and character literals are dropped, then every path that starts
//! with `crate`, `super`, `self`, `scrubjay` or `std` is resolved to the module it names. That is enough for imports and
//! for fully qualified uses, it needs no compiler, and it says file and line.
//!
//! The import rules hold for test code too: a unit test that needs a higher layer belongs in `tests/`. The rules about the
//! terminal and the environment leave `#[cfg(test)]` items aside.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a module may import besides itself and the vocabulary.
enum May {
    /// Nothing else.
    Vocabulary,
    /// These modules.
    Also(&'static [&'static str]),
    /// Whatever there is.
    Everything,
}

/// The stages, everything that `pipeline` brings together.
const STAGES: &[&str] =
    &["source", "container", "text", "rules", "detect", "redact", "sink", "ledger", "tracker", "report"];

/// What stands on the pipeline: the stages and the place where they meet.
const ON_PIPELINE: &[&str] =
    &["source", "container", "text", "rules", "detect", "redact", "sink", "ledger", "tracker", "report", "pipeline"];

/// Where the rules' self-test may live; it stands on the pipeline, as `bench` does.
const SELF_TEST: &[&str] = &["src/rules/selftest.rs", "src/rules/self_test.rs", "src/selftest.rs"];

/// The table of the design. `None` is a module without a layer.
fn may_import(module: &str, vocabulary: &BTreeSet<String>) -> Option<May> {
    Some(match module {
        "source" | "rules" | "redact" | "ledger" | "report" => May::Vocabulary,
        // Containers spool, the feed reads sources, and a sink must know its input again.
        "container" | "text" => May::Also(&["source"]),
        "detect" => May::Also(&["rules"]),
        "sink" => May::Also(&["source", "container"]),
        "tracker" => May::Also(&["ledger"]),
        "pipeline" => May::Also(STAGES),
        "bench" | "quality" | "selftest" => May::Also(ON_PIPELINE),
        "cli" | "main" | "lib" => May::Everything,
        word if vocabulary.contains(word) => May::Vocabulary,
        _ => return None,
    })
}

/// A source file: its path from the package's root, with `/`, and its text.
type File = (String, String);

/// Every breach of the layers in `files`, as `path:line: what is wrong`.
fn breaches(files: &[File]) -> Vec<String> {
    let files: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    let vocabulary: BTreeSet<String> = files
        .iter()
        .filter(|file| file.module.len() == 1 && !file.path.ends_with("/mod.rs"))
        .map(|file| file.module[0].clone())
        .filter(|name| !["main", "pipeline", "selftest"].contains(&name.as_str()))
        .collect();
    let known: BTreeSet<&str> = files.iter().filter_map(|file| file.module.first()).map(String::as_str).collect();
    let test_modules: BTreeSet<Vec<String>> = files.iter().flat_map(|file| file.test_modules.clone()).collect();

    let mut found = Vec::new();
    for file in &files {
        let own = file.module.first().map_or("lib", String::as_str);
        let mut say = |line: usize, what: String| found.push(format!("{}:{line}: {what}", file.path));
        let Some(mut may) = may_import(own, &vocabulary) else {
            say(1, format!("module `{own}` is in no layer; give it one in tests/layers.rs"));
            continue;
        };
        if SELF_TEST.contains(&file.path.as_str()) {
            may = May::Also(ON_PIPELINE);
        }
        for import in &file.imports {
            let target = import.target.as_str();
            if target == own || matches!(may, May::Everything) {
                continue;
            }
            if !known.contains(target) {
                say(
                    import.line,
                    format!("`{own}` names `crate::{target}`, which is no module; name the module it is in"),
                );
            } else if !vocabulary.contains(target) && !matches!(&may, May::Also(others) if others.contains(&target)) {
                say(import.line, format!("`{own}` may not import `{target}`"));
            }
        }
        let is_test = (0..=file.module.len()).any(|n| test_modules.contains(&file.module[..n]));
        if !is_test && !["cli", "main"].contains(&own) {
            for (line, what) in &file.worldly {
                say(*line, format!("`{own}` uses {what}, which only `cli` may know"));
            }
        }
    }
    found
}

/// A reference to one of the crate's top-level modules.
#[derive(Debug, PartialEq, Eq)]
struct Import {
    line: usize,
    /// The first segment behind the crate's root: a module, or the name of something re-exported there.
    target: String,
}

/// One file, read.
struct Source {
    path: String,
    /// Its module path: empty for `lib.rs`, `["detect", "engine"]` for `src/detect/engine.rs`.
    module: Vec<String>,
    imports: Vec<Import>,
    /// Uses of the terminal, the environment or the command line's crates, outside tests.
    worldly: Vec<(usize, String)>,
    /// Modules that this file declares under `#[cfg(test)]`, or itself if the whole file is for tests.
    test_modules: Vec<Vec<String>>,
}

impl Source {
    fn new(path: &str, text: &str) -> Source {
        let tokens = tokens(text);
        let module = module_of(path);
        let mut source = Source {
            path: path.to_string(),
            module: module.clone(),
            imports: Vec::new(),
            worldly: Vec::new(),
            test_modules: Vec::new(),
        };
        let test = test_items(&tokens);
        if test.first().is_some_and(|range| *range == (0..tokens.len())) {
            source.test_modules.push(module.clone());
        }
        let at = |n: usize| tokens.get(n).map_or("", |(_, token)| token.as_str());
        // Inline modules that are open, each with the brace depth outside it.
        let (mut inline, mut depth) = (Vec::<(String, usize)>::new(), 0);
        for n in 0..tokens.len() {
            let line = tokens[n].0;
            let in_test = test.iter().any(|range| range.contains(&n));
            let starts_path = at(n + 1) == "::" && (n == 0 || at(n - 1) != "::");
            match at(n) {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    inline.pop_if(|(_, outside)| *outside == depth);
                }
                "mod" if at(n + 2) == "{" => inline.push((at(n + 1).to_string(), depth)),
                "mod" if at(n + 2) == ";" && in_test => {
                    let declared = module.iter().cloned().chain([at(n + 1).to_string()]);
                    source.test_modules.push(declared.collect());
                }
                "crate" | "super" | "self" | "scrubjay" if starts_path => {
                    let here: Vec<String> =
                        module.iter().cloned().chain(inline.iter().map(|(name, _)| name.clone())).collect();
                    let mut ends = Vec::new();
                    path_ends(&tokens, n, &here, &mut ends);
                    source.imports.extend(ends.into_iter().map(|target| Import { line, target }));
                }
                "std" if starts_path && !in_test && first_segments(&tokens, n + 2).contains(&"env") => {
                    source.worldly.push((line, "`std::env`".into()));
                }
                krate @ ("clap" | "indicatif")
                    if !in_test
                        && (starts_path || (n > 0 && ["use", "{", ","].contains(&at(n - 1)) && at(n + 1) == ";")) =>
                {
                    source.worldly.push((line, format!("`{krate}`")));
                }
                name @ ("println" | "eprintln" | "print" | "eprint" | "dbg") if !in_test && at(n + 1) == "!" => {
                    source.worldly.push((line, format!("`{name}!`")));
                }
                _ => {}
            }
        }
        source
    }
}

/// The module path of a file below `src`.
fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_prefix("src/").unwrap_or(path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(String::from).collect() }
}

/// Resolves the path, or the tree of paths, that starts at token `n` inside module `here`, and adds the top-level name of
/// each of its ends to `ends`.
fn path_ends(tokens: &[Token], mut n: usize, here: &[String], ends: &mut Vec<String>) {
    let at = |n: usize| tokens.get(n).map_or("", |(_, token)| token.as_str());
    let mut base = here.to_vec();
    loop {
        match at(n) {
            "crate" | "scrubjay" => base.clear(),
            "super" => _ = base.pop(),
            "self" => {}
            _ => break,
        }
        if at(n + 1) != "::" {
            break;
        }
        n += 2;
    }
    if let Some(top) = base.first() {
        // Still inside one of our modules, whatever follows; a group may climb out of it.
        ends.push(top.clone());
        if at(n) == "{" {
            for start in group(tokens, n) {
                if at(start) == "super" {
                    path_ends(tokens, start, &base, ends);
                }
            }
        }
    } else if at(n) == "{" {
        for start in group(tokens, n) {
            path_ends(tokens, start, &base, ends);
        }
    } else {
        ends.push(at(n).to_string());
    }
}

/// Where each element of the group that opens at token `n` starts.
fn group(tokens: &[Token], n: usize) -> Vec<usize> {
    let (mut starts, mut depth, mut expect) = (Vec::new(), 0, false);
    for (i, (_, token)) in tokens.iter().enumerate().skip(n) {
        match token.as_str() {
            "{" => (depth, expect) = (depth + 1, depth == 0 || expect),
            "}" => depth -= 1,
            "," if depth == 1 => expect = true,
            _ if expect && depth == 1 => {
                starts.push(i);
                expect = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    starts
}

/// The first segments of the path or group at token `n`.
fn first_segments(tokens: &[Token], n: usize) -> Vec<&str> {
    let at = |n: usize| tokens.get(n).map_or("", |(_, token)| token.as_str());
    if at(n) == "{" { group(tokens, n).into_iter().map(at).collect() } else { vec![at(n)] }
}

/// The token ranges of items under `#[cfg(test)]`; all of the file for `#![cfg(test)]`.
fn test_items(tokens: &[Token]) -> Vec<std::ops::Range<usize>> {
    let at = |n: usize| tokens.get(n).map_or("", |(_, token)| token.as_str());
    let closing = |n: usize, open: &str, close: &str| {
        let mut depth = 0;
        (n..tokens.len())
            .find(|&i| {
                depth += i32::from(at(i) == open) - i32::from(at(i) == close);
                depth == 0
            })
            .unwrap_or(tokens.len())
    };
    let mut items = Vec::new();
    let mut n = 0;
    while n < tokens.len() {
        let inner = at(n) == "#" && at(n + 1) == "!";
        let bracket = n + 1 + usize::from(inner);
        if at(n) != "#" || at(bracket) != "[" || at(bracket + 1) != "cfg" {
            n += 1;
            continue;
        }
        let mut end = closing(bracket, "[", "]");
        let words: Vec<&str> = (bracket..end).map(at).collect();
        if !words.contains(&"test") || words.contains(&"not") {
            n = end;
            continue;
        }
        if inner {
            return std::iter::once(0..tokens.len()).collect();
        }
        while at(end + 1) == "#" {
            end = closing(end + 2, "[", "]");
        }
        let mut last = end + 1;
        while last < tokens.len() && ![";", "{"].contains(&at(last)) {
            last += 1;
        }
        if at(last) == "{" {
            last = closing(last, "{", "}");
        }
        items.push(n..last + 1);
        n = last + 1;
    }
    items
}

/// A token and its line, counted from 1. Words, `::`, and single characters of punctuation.
type Token = (usize, String);

/// Splits Rust text, leaving out comments, strings, characters and lifetimes.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |n: usize| chars.get(n).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut found, mut n, mut line) = (Vec::new(), 0, 1);
    while n < chars.len() {
        let start = n;
        match at(n) {
            '/' if at(n + 1) == '/' => {
                while n < chars.len() && at(n) != '\n' {
                    n += 1;
                }
            }
            '/' if at(n + 1) == '*' => {
                let mut depth = 0;
                while n < chars.len() {
                    match (at(n), at(n + 1)) {
                        ('/', '*') => (depth, n) = (depth + 1, n + 2),
                        ('*', '/') => (depth, n) = (depth - 1, n + 2),
                        _ => n += 1,
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            '"' => n = string_end(&chars, n),
            '\'' if at(n + 1) == '\\' => {
                n += 3;
                while n < chars.len() && at(n) != '\'' {
                    n += 1;
                }
                n += 1;
            }
            '\'' if at(n + 2) == '\'' => n += 3,
            '\'' => {
                n += 1;
                while is_word(at(n)) {
                    n += 1;
                }
            }
            c if is_word(c) => {
                while is_word(at(n)) {
                    n += 1;
                }
                let word: String = chars[start..n].iter().collect();
                let hashes = (n..).take_while(|&i| at(i) == '#').count();
                if ["r", "br", "cr"].contains(&word.as_str()) && at(n + hashes) == '"' {
                    n += hashes + 1;
                    while n < chars.len() && !(at(n) == '"' && (1..=hashes).all(|i| at(n + i) == '#')) {
                        n += 1;
                    }
                    n += 1 + hashes;
                } else if ["b", "c"].contains(&word.as_str()) && at(n) == '"' {
                    n = string_end(&chars, n);
                } else if !(word == "b" && at(n) == '\'') {
                    found.push((line, word));
                }
            }
            ':' if at(n + 1) == ':' => {
                found.push((line, "::".into()));
                n += 2;
            }
            c => {
                if !c.is_whitespace() {
                    found.push((line, c.into()));
                }
                n += 1;
            }
        }
        line += (start..n.min(chars.len())).filter(|&i| at(i) == '\n').count();
    }
    found
}

/// Just behind the string that opens at `n`.
fn string_end(chars: &[char], mut n: usize) -> usize {
    n += 1;
    while n < chars.len() && chars[n] != '"' {
        n += 1 + usize::from(chars[n] == '\\');
    }
    n + 1
}

/// Every Rust file below `folder`, sorted, named from `root`.
fn read_tree(root: &Path, folder: &Path, files: &mut Vec<File>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_tree(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_tree_keeps_its_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    read_tree(root, &root.join("src"), &mut files);
    assert!(files.iter().any(|(path, _)| path == "src/kind.rs"), "the walk found the sources");
    let breaches = breaches(&files);
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

/// A made-up tree with one extra file.
fn tree_with(path: &str, text: &str) -> Vec<String> {
    let mut files: Vec<File> = [
        ("src/lib.rs", "pub mod kind; pub use detect::Engine;"),
        ("src/main.rs", "use scrubjay::cli; fn main() { println!(\"{:?}\", std::env::args()) }"),
        ("src/kind.rs", "pub enum Kind {}"),
        ("src/span.rs", "use crate::kind::Kind;"),
        ("src/pipeline.rs", "use crate::{detect, ledger, redact};"),
        ("src/rules/mod.rs", "use crate::kind::Kind; mod spec; pub use self::spec::Rule;"),
        ("src/detect/mod.rs", "use crate::{kind::Kind, rules::{self, Rule}}; mod engine; mod learn;"),
        ("src/ledger/mod.rs", ""),
        ("src/redact/mod.rs", "fn f() { let _ = \"crate::ledger\"; } // crate::ledger\n/* crate::cli /* */ */"),
        ("src/container/mod.rs", ""),
        ("src/sink/mod.rs", "use crate::container;"),
        ("src/cli/mod.rs", "use crate::{pipeline, ledger}; use clap::Parser; use std::{env, fs};"),
    ]
    .map(|(path, text)| (path.to_string(), text.to_string()))
    .into();
    files.retain(|(known, _)| known != path);
    files.push((path.to_string(), text.to_string()));
    breaches(&files)
}

#[test]
fn a_clean_tree_passes() {
    assert_eq!(tree_with("src/redact/policy.rs", "use super::*; use crate::span::Span;"), [""; 0]);
}

#[test]
fn made_up_breaches_are_named_with_file_and_line() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "src/detect/engine.rs",
            "\n\nuse crate::ledger::Store;",
            &["src/detect/engine.rs:3: `detect` may not import `ledger`"],
        ),
        (
            "src/rules/spec.rs",
            "fn f(_: &crate::detect::Engine) {}",
            &["src/rules/spec.rs:1: `rules` may not import `detect`"],
        ),
        ("src/rules/spec.rs", "use super::super::redact;", &["src/rules/spec.rs:1: `rules` may not import `redact`"]),
        (
            "src/rules/spec.rs",
            "mod a { use super::super::X; use super::super::super::sink; }",
            &["src/rules/spec.rs:1: `rules` may not import `sink`"],
        ),
        (
            "src/ledger/mod.rs",
            "use crate::{\n kind::Kind,\n detect::{Engine, x},\n cli};",
            &[
                "src/ledger/mod.rs:1: `ledger` may not import `detect`",
                "src/ledger/mod.rs:1: `ledger` may not import `cli`",
            ],
        ),
        ("src/ledger/mod.rs", "use super::{kind, sink};", &["src/ledger/mod.rs:1: `ledger` may not import `sink`"]),
        ("src/span.rs", "use crate::rules;", &["src/span.rs:1: `span` may not import `rules`"]),
        ("src/container/mod.rs", "use scrubjay::sink;", &["src/container/mod.rs:1: `container` may not import `sink`"]),
        (
            "src/redact/mod.rs",
            "use crate::Engine;",
            &["src/redact/mod.rs:1: `redact` names `crate::Engine`, which is no module; name the module it is in"],
        ),
        (
            "src/redact/mod.rs",
            "#[cfg(test)] mod tests { use crate::detect; }",
            &["src/redact/mod.rs:1: `redact` may not import `detect`"],
        ),
        ("src/pipeline.rs", "use crate::cli;", &["src/pipeline.rs:1: `pipeline` may not import `cli`"]),
        (
            "src/extra/mod.rs",
            "",
            &["src/extra/mod.rs:1: module `extra` is in no layer; give it one in tests/layers.rs"],
        ),
        (
            "src/sink/file.rs",
            "let c = '\"';\nlet d = b'\\'';\nprintln!(\"{c}\");",
            &["src/sink/file.rs:3: `sink` uses `println!`, which only `cli` may know"],
        ),
        (
            "src/sink/file.rs",
            "use std::{fs, env};\nfn f<'a>() { r#\"\"eprintln!\"#; }",
            &["src/sink/file.rs:1: `sink` uses `std::env`, which only `cli` may know"],
        ),
        (
            "src/pipeline.rs",
            "fn f() { std::env::var(\"X\"); }\nuse clap::Parser;\nuse indicatif;",
            &[
                "src/pipeline.rs:1: `pipeline` uses `std::env`, which only `cli` may know",
                "src/pipeline.rs:2: `pipeline` uses `clap`, which only `cli` may know",
                "src/pipeline.rs:3: `pipeline` uses `indicatif`, which only `cli` may know",
            ],
        ),
        (
            "src/sink/file.rs",
            "#[cfg(not(test))] fn f() { print!() }",
            &["src/sink/file.rs:1: `sink` uses `print!`, which only `cli` may know"],
        ),
    ];
    for (path, text, expected) in rows {
        assert_eq!(tree_with(path, text), *expected, "{path}: {text}");
    }
}

#[test]
fn tests_and_the_self_test_have_their_liberties() {
    for (path, text) in [
        ("src/sink/file.rs", "#[cfg(test)]\n#[allow(x)]\nmod tests { fn f() { println!(); std::env::temp_dir(); } }"),
        ("src/sink/file.rs", "#[cfg(test)] use std::env; fn f() {}"),
        ("src/sink/file.rs", "#![cfg(test)]\nfn f() { println!() }"),
        ("src/rules/selftest.rs", "use crate::pipeline;"),
    ] {
        assert_eq!(tree_with(path, text), [""; 0], "{path}: {text}");
    }
    let files = [("src/sink/mod.rs", "#[cfg(test)] mod tests;"), ("src/sink/tests.rs", "fn f() { println!() }")];
    assert_eq!(breaches(&files.map(|(path, text)| (path.into(), text.into()))), [""; 0]);
}
