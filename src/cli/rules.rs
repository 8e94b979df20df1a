//! `scrubjay rules`: the rule set.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;

use super::{Error, Exit, corpus, quality, show};
use crate::detect::{Engine, Terms};
use crate::rules::RuleSet;
use crate::selftest;

/// Look at the rules, and test them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Every rule: its id, what kind it finds, and what that is
    List {
        /// Only rules of this kind
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        #[command(flatten)]
        own: Own,
    },
    /// One rule with all that is known of it
    Show {
        /// The rule's id
        id: String,
        #[command(flatten)]
        own: Own,
    },
    /// Run every rule's examples and counter-examples through the whole engine
    Test {
        #[command(flatten)]
        own: Own,
        #[command(flatten)]
        quality: quality::Options,
        #[command(flatten)]
        corpus: corpus::Options,
    },
}

#[derive(Debug, clap::Args)]
struct Own {
    /// Rules of your own besides the built-in ones: a directory of .toml files
    #[arg(long = "rules", value_name = "DIR")]
    dirs: Vec<PathBuf>,
}

impl Own {
    fn load(&self) -> Result<RuleSet, Error> {
        let mut rules = RuleSet::builtin();
        for dir in &self.dirs {
            rules = rules.merge(RuleSet::load_dir(dir)?)?;
        }
        Ok(rules)
    }
}

pub fn run(args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    match args.act {
        Act::List { kind, own } => list(&own.load()?, kind.as_deref(), out),
        Act::Show { id, own } => one(&own.load()?, &id, out),
        Act::Test { own, quality, .. } if quality.is_wanted() => quality::run(&own.load()?, &quality, out),
        Act::Test { own, quality, corpus } if corpus.is_wanted() => {
            corpus::run(&own.load()?, &corpus, quality.json, out)
        }
        Act::Test { own, .. } => test(&own.load()?, out),
    }
}

fn list(rules: &RuleSet, kind: Option<&str>, out: &mut impl Write) -> Result<Exit, Error> {
    if let Some(kind) = kind
        && crate::kind::Kind::from_id(kind).is_none()
    {
        let kinds = crate::kind::Kind::ALL.map(crate::kind::Kind::id).join(", ");
        return Err(Error::Usage(format!("unknown kind `{kind}`; the kinds are {kinds}")));
    }
    let engine = Engine::new(rules, &Terms::named(), Terms::new());
    let mut rows: Vec<Vec<String>> = engine
        .catalogue()
        .iter()
        .filter(|rule| kind.is_none_or(|kind| rule.kind.id() == kind))
        .map(|rule| {
            let is_slow = rules.rules().iter().any(|known| known.id == rule.id && known.is_slow());
            let description = format!("{}{}", rule.description, if is_slow { " (slow lane)" } else { "" });
            vec![rule.id.clone(), rule.kind.id().to_string(), description]
        })
        .collect();
    rows.sort();
    show::table(out, 0, &rows)?;
    Ok(Exit::Done)
}

fn one(rules: &RuleSet, id: &str, out: &mut impl Write) -> Result<Exit, Error> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            rows.push(vec![name.to_string(), value]);
        }
    };
    if let Some(rule) = rules.rules().iter().find(|rule| rule.id == id) {
        row("id", rule.id.to_string());
        row("finds", rule.description.to_string());
        row("kind", rule.kind.to_string());
        row("keywords", rule.keywords.join(" "));
        row("any case", yes(rule.ignore_case));
        row("pattern", rule.pattern.to_string());
        row(
            "searched",
            match rule.context {
                0 if rule.is_slow() => "wherever its first two bytes stand: the slow lane".to_string(),
                0 => "from the keyword on".to_string(),
                n => format!("within {n} bytes of the keyword, on its line"),
            },
        );
        row("at a boundary", yes(rule.boundary));
        row("at most", format!("{} bytes", rule.max_length));
        row("checked by", rule.checks.iter().map(|check| check.id()).collect::<Vec<_>>().join(" "));
        row("requires", rule.require.iter().map(|check| check.id()).collect::<Vec<_>>().join(" "));
        row("allows", rule.allow.join(" "));
        row("between keyword and secret", rule.between.to_string());
        row("see", rule.references.join(" "));
        row("examples", format!("{}, and {} counter-examples", rule.examples.len(), rule.counter_examples.len()));
        row("written in", rule.origin.to_string());
    } else if let Some(key) = rules.keys().iter().find(|key| key.id == id) {
        row("id", key.id.to_string());
        row("finds", key.description.to_string());
        row("kind", key.kind.to_string());
        row("keys", key.words.join(" "));
        row("endings", key.suffixes.join(" "));
        row("weak, so that numbers and very short values stay", yes(key.weak));
        row("taken only if it reads as random", yes(key.random));
        row("also in hexadecimal", yes(key.hexadecimal));
        row("examples", format!("{}, and {} counter-examples", key.examples.len(), key.counter_examples.len()));
        row("written in", key.origin.to_string());
    } else {
        let engine = Engine::new(rules, &Terms::named(), Terms::new());
        let Some(rule) = engine.catalogue().iter().find(|rule| rule.id == id) else {
            return Err(Error::Usage(format!("there is no rule `{id}`; `scrubjay rules list` shows them")));
        };
        row("id", rule.id.clone());
        row("finds", rule.description.clone());
        row("kind", rule.kind.to_string());
        row("written in", "the engine".to_string());
    }
    show::table(out, 0, &rows)?;
    Ok(Exit::Done)
}

fn yes(is_so: bool) -> String {
    if is_so { "yes".to_string() } else { String::new() }
}

fn test(rules: &RuleSet, out: &mut impl Write) -> Result<Exit, Error> {
    let outcome = selftest::run(rules).map_err(|_| Error::Internal("the self-test could not be run"))?;
    for failure in &outcome.failures {
        let what = if failure.is_counter { "counter-example" } else { "example" };
        let by = match failure.taken_by.as_slice() {
            [] => "no rule took anything".to_string(),
            ids => format!("taken by {}", ids.join(", ")),
        };
        writeln!(out, "{}: {what} {} {:?}: {by}", failure.rule, failure.example, failure.presentation)?;
    }
    let selftest::Outcome { rules, checks, failures } = outcome;
    writeln!(out, "{rules} rules, {checks} checks, {} failed", failures.len())?;
    Ok(if failures.is_empty() { Exit::Done } else { Exit::Incomplete })
}
