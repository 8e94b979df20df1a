//! What goes and what stays: the rows of `tests/cases/*.toml`, run through the library.

use std::path::Path;

use scrubjay::Scrubber;
use scrubjay::detect::Terms;
use scrubjay::finding::Encoding;
use scrubjay::kind::Kind;
use scrubjay::placeholder;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    r#in: Text,
    out: Option<String>,
    #[serde(default)]
    kept: bool,
    #[serde(default)]
    args: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Whole(String),
    Parts(Vec<String>),
}

impl Text {
    fn join(&self) -> String {
        match self {
            Text::Whole(text) => text.clone(),
            Text::Parts(parts) => parts.concat(),
        }
    }
}

/// A scrubber as the options of a row ask for it.
fn scrubber(args: &[String]) -> Scrubber {
    let mut terms = Terms::new();
    for option in args.chunks(2) {
        match option {
            [name, value] if name == "--hide" => {
                let (kind, value) = value.split_once('=').expect("--hide KIND=VALUE");
                assert!(terms.hide(Kind::from_id(kind).expect("a kind"), value), "{value} can be hidden");
            }
            [name, value] if name == "--keep" => terms.keep(value),
            _ => panic!("unknown option in {args:?}"),
        }
    }
    Scrubber::builder().unrecorded().threads(1).terms(terms).build().unwrap()
}

fn scrub(scrubber: &Scrubber, text: &str) -> String {
    let mut out = Vec::new();
    scrubber.scrub(text.as_bytes(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The text with `<KIND>` for each placeholder of ours, packed as a whole or not.
fn named(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        match placeholder::at_start(rest.as_bytes()) {
            Some(length) => {
                let label = rest.split('_').next().unwrap_or_default();
                out.push_str(&format!("<{label}>"));
                rest = &rest[length..];
            }
            None if packed(rest) > 0 => {
                let (inside, behind) = rest.split_at(packed(rest));
                let encoding = if inside.starts_with("hex") { Encoding::Hex } else { Encoding::Base64 };
                let plain = encoding.unpack(inside.as_bytes()).unwrap();
                out.push_str(
                    inside.split_inclusive(':').next().filter(|_| encoding == Encoding::Hex).unwrap_or_default(),
                );
                out.push_str(&named(std::str::from_utf8(&plain).unwrap()));
                rest = behind;
            }
            None => {
                out.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    out
}

/// How long what `text` begins with is, if that is placeholders in base64 or in the data of a registry export.
fn packed(text: &str) -> usize {
    let signs: &[u8] = if text.starts_with("hex") { b",:()" } else { b"+/=" };
    let end = text.bytes().position(|b| !b.is_ascii_alphanumeric() && !signs.contains(&b)).unwrap_or(text.len());
    if placeholder::is_packed(&text.as_bytes()[..end]) { end } else { 0 }
}

/// The files of rows, in the order of their names.
fn files() -> Vec<(String, File)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    let parse = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let file = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), file)
    };
    paths.iter().map(parse).collect()
}

/// Every input of every row.
pub(crate) fn inputs() -> Vec<String> {
    files().iter().flat_map(|(_, file)| file.case.iter().map(|case| case.r#in.join())).collect()
}

/// Every row, also within a longer stream and a second time over.
#[test]
fn every_case_comes_out_as_it_says() {
    let plain = scrubber(&[]);
    let (mut cases, mut failures) = (0, Vec::new());
    for (stem, File { case }) in files() {
        for Case { name, r#in, out, kept, args } in case {
            let own = (!args.is_empty()).then(|| scrubber(&args));
            let scrubber = own.as_ref().unwrap_or(&plain);
            let text = r#in.join();
            assert!(kept != out.is_some(), "{name}: either `out` or `kept`");
            let expected = out.unwrap_or_else(|| text.clone());
            let once = scrub(scrubber, &text);
            let mut fails = |what: &str, got: &str, expected: &str| {
                failures.push(format!("{stem}: {name}{what}\n  in   {text:?}\n  want {expected:?}\n  got  {got:?}"));
            };
            if named(&once) != expected {
                fails("", &named(&once), &expected);
            } else {
                let twice = scrub(scrubber, &once);
                if twice != once {
                    fails(" (twice)", &twice, &once);
                }
                let within = named(&scrub(scrubber, &format!("before\n{text}\nafter\n")));
                let expected = format!("before\n{expected}\nafter\n");
                if within != expected {
                    fails(" (within a stream)", &within, &expected);
                }
            }
            cases += 1;
        }
    }
    assert!(cases > 250, "the tables are found");
    assert!(failures.is_empty(), "{} of {cases} cases fail:\n{}", failures.len(), failures.join("\n"));
}
