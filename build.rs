//! Turns `rules/*.toml` into constants, so that start-up parses no TOML and no rule that is wrong is ever shipped.
//!
//! The modules that read rules are the library's own, included by path.

use std::fmt::{self, Display, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[allow(dead_code, reason = "the library uses the rest")]
#[path = "src/kind.rs"]
mod kind;

#[allow(dead_code, reason = "the library uses the rest")]
#[path = "src/rules"]
mod rules {
    pub mod chance;
    pub mod checks;
    pub mod compile;
    pub mod endings;
    pub mod keyword;
    pub mod load;
    pub mod pattern;
    pub mod program;
    pub mod rule;
    pub mod set;
    pub mod spec;
    pub mod sums;
    pub mod vocabulary;
    pub mod words;
}

use rules::checks::Check;
use rules::endings::{Endings, Node};
use rules::program::{Program, Step};
use rules::rule::{ByteSet, Examples, Key, Origin, Rule, Text};
use rules::set::RuleSet;
use rules::vocabulary::{Stem, Vocabulary};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=rules");
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let set = RuleSet::load_dir(Path::new("rules"))?;
    let target = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?).join("rules.rs");
    std::fs::write(target, constants(&set)?)?;
    Ok(())
}

/// The source of `RULES`, `KEYS`, `SETTINGS` and `VOCABULARY`.
fn constants(set: &RuleSet) -> Result<String, fmt::Error> {
    let mut out = String::new();
    // A static is there once; each crate of object code that uses a constant has a copy.
    writeln!(out, "static RULES: [Rule; {}] = {};", set.rules().len(), list(set.rules(), rule))?;
    writeln!(out, "static KEYS: [Key; {}] = {};", set.keys().len(), list(set.keys(), key))?;
    let settings = set.settings();
    let (qualifiers, literals) = (texts(&settings.qualifiers), texts(&settings.literals));
    let (names, verbs) = (texts(&settings.names), texts(&settings.verbs));
    writeln!(
        out,
        "const SETTINGS: Settings = Settings {{ qualifiers: {qualifiers}, literals: {literals}, names: {names}, \
         verbs: {verbs} }};"
    )?;
    out.push_str(&vocabulary(&Vocabulary::new(set.keys(), settings)));
    Ok(out)
}

/// The source of `VOCABULARY`, and of the statics that it is made of.
fn vocabulary(vocabulary: &Vocabulary) -> String {
    let Vocabulary { words, qualifiers, literals, names, verbs, stems } = vocabulary;
    let tries =
        [("WORDS", words), ("QUALIFIERS", qualifiers), ("LITERALS", literals), ("NAMES", names), ("VERBS", verbs)];
    let statics: String = tries.iter().map(|(name, endings)| trie(name, endings)).collect();
    let fields = tries.map(|(name, _)| format!("{}: Endings::from_parts(&{name}, &{name}_LAST)", name.to_lowercase()));
    let stems = borrowed(stems, stem);
    format!("{statics}static VOCABULARY: Vocabulary = Vocabulary {{ {}, stems: {stems} }};\n", fields.join(", "))
}

fn trie(name: &str, endings: &Endings) -> String {
    let (nodes, last) = endings.parts();
    let node = |node: &Node| format!("Node::new{:?}", node.fields());
    let count = nodes.len();
    format!("static {name}: [Node; {count}] = {};\nstatic {name}_LAST: [u32; 256] = {last:?};\n", list(nodes, node))
}

fn stem(stem: &Stem) -> String {
    let Stem { literal, before, after, starts_word } = stem;
    format!(
        "Stem {{ literal: Cow::Borrowed(b\"{}\"), before: {}, after: {}, starts_word: {starts_word} }}",
        literal.escape_ascii(),
        set(before),
        set(after),
    )
}

fn rule(rule: &Rule) -> String {
    // Every field is named, so that a new one cannot be forgotten here.
    let Rule {
        id,
        description,
        kind,
        keywords,
        behind,
        ignore_case,
        pattern,
        program,
        context,
        between,
        boundary,
        run,
        max_length,
        checks,
        require,
        allow,
        references,
        examples,
        counter_examples,
        origin,
    } = rule;
    format!(
        "Rule {{ id: {}, description: {}, kind: Kind::{kind:?}, keywords: {}, behind: {}, ignore_case: {ignore_case}, \
         pattern: {}, program: {}, context: {context}, between: {}, boundary: {boundary}, run: {}, max_length: {max_length}, \
         checks: {}, require: {}, allow: {}, references: {}, examples: {}, counter_examples: {}, origin: {} }}\n",
        text(id),
        text(description),
        texts(keywords),
        borrowed(behind, |sets| borrowed(sets, set)),
        text(pattern),
        steps(program.as_ref()),
        text(between),
        set(run),
        borrowed(checks, check),
        borrowed(require, check),
        texts(allow),
        texts(references),
        self::examples(examples),
        self::examples(counter_examples),
        place(origin),
    )
}

fn steps(program: Option<&Program>) -> String {
    program.map_or("None".into(), |program| format!("Some(Program({}))", borrowed(program.steps(), step)))
}

fn step(step: &Step) -> String {
    match step {
        Step::Literal(bytes) => format!("Step::Literal(Cow::Borrowed(b\"{}\"))", bytes.escape_ascii()),
        Step::Run { set: of, min, max, is_final } => {
            format!("Step::Run {{ set: {}, min: {min}, max: {max}, is_final: {is_final} }}", set(of))
        }
        Step::Split { here, there, other } => {
            format!("Step::Split {{ here: {}, there: {}, other: {other} }}", set(here), set(there))
        }
        Step::Look(look) => format!("Step::Look(Look::{look:?})"),
        Step::Jump(_) | Step::Open | Step::Close | Step::Match => format!("Step::{step:?}"),
    }
}

fn set(set: &ByteSet) -> String {
    format!("ByteSet::from_words({:?})", set.words())
}

fn key(key: &Key) -> String {
    let Key { id, description, kind, words, suffixes, weak, random, hexadecimal, examples, counter_examples, origin } =
        key;
    format!(
        "Key {{ id: {}, description: {}, kind: Kind::{kind:?}, words: {}, suffixes: {}, weak: {weak}, random: {random}, hexadecimal: {hexadecimal}, examples: {}, \
         counter_examples: {}, origin: {} }}\n",
        text(id),
        text(description),
        texts(words),
        texts(suffixes),
        self::examples(examples),
        self::examples(counter_examples),
        place(origin),
    )
}

fn text(text: &Text) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn texts(items: &[Text]) -> String {
    borrowed(items, text)
}

fn check(check: &Check) -> String {
    format!("Check::{check:?}")
}

fn examples(examples: &Examples) -> String {
    let (text, ends) = examples.unpacked();
    format!("Examples::packed(Cow::Borrowed({text:?}), Cow::Borrowed(&{ends:?}))")
}

fn place(origin: &Origin) -> String {
    format!("Origin {{ file: {}, line: {} }}", text(&origin.file), origin.line)
}

fn borrowed<T, D: Display>(items: &[T], item: impl Fn(&T) -> D) -> String {
    format!("Cow::Borrowed(&{})", list(items, item))
}

fn list<T, D: Display>(items: &[T], item: impl Fn(&T) -> D) -> String {
    let items: Vec<String> = items.iter().map(|it| item(it).to_string()).collect();
    format!("[{}]", items.join(", "))
}
