//! `scrubjay rules test --quality`: recall and precision, as tables or as JSON, and single samples.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Error, Exit, show};
use crate::quality::{Case, Failure, Fault, Plan, Quality, Record, Score, Share, Split};
use crate::rules::RuleSet;

/// What of it is asked for.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Options {
    /// Score recall and precision by kind on texts made from a seed, instead of the examples
    #[arg(long, group = "measured")]
    quality: bool,
    /// The seed of the texts
    #[arg(long, value_name = "N", requires = "quality", default_value_t = Plan::default().seed)]
    seed: u64,
    /// How many texts of each sort
    #[arg(long, value_name = "N", requires = "quality", default_value_t = Plan::default().size)]
    size: usize,
    /// One half of the texts: `tune`, or `held`, which is held out [default: both]
    #[arg(long, value_name = "HALF", requires = "quality", value_parser = split)]
    split: Option<Split>,
    /// List failures: up to so many templates and forms of each sort, with samples for --case
    #[arg(long, value_name = "N", requires = "quality", num_args = 0..=1, default_missing_value = "5")]
    failures: Option<usize>,
    /// Show one text and what became of it, for example tune/email/17; it is invented
    #[arg(long, value_name = "ID", requires = "quality", conflicts_with_all = ["split", "failures"])]
    case: Option<String>,
    /// Hold what is measured against a floor, the built-in one or that in FILE: exit code 3 if something is lower
    #[arg(long, value_name = "FILE", requires = "quality", num_args = 0..=1, conflicts_with_all = MEASURES)]
    floor: Option<Option<PathBuf>>,
    /// Raise the floor in FILE to what is measured, where that is higher; without such a file, write it
    #[arg(long, value_name = "FILE", requires = "quality", conflicts_with_all = MEASURES, conflicts_with = "floor")]
    raise: Option<PathBuf>,
    /// Write JSON
    #[arg(long, requires = "measured")]
    pub json: bool,
}

/// What a floor says itself, or does not show.
const MEASURES: [&str; 6] = ["seed", "size", "split", "failures", "case", "json"];

impl Options {
    /// Whether it is asked for.
    pub fn is_wanted(&self) -> bool {
        self.quality
    }
}

fn split(name: &str) -> Result<Split, String> {
    Split::from_id(name).ok_or_else(|| format!("there are {}", Split::ALL.map(Split::id).join(" and ")))
}

pub fn run(rules: &RuleSet, options: &Options, out: &mut impl Write) -> Result<Exit, Error> {
    let quality = Quality::new(rules).map_err(fault)?;
    if let Some(id) = &options.case {
        return match quality.case(id, options.seed).map_err(fault)? {
            Some(case) => one(&case, out),
            None => Err(Error::Usage(format!("there is no case `{id}`; a name is HALF/SORT/NUMBER"))),
        };
    }
    if let Some(path) = &options.floor {
        return floor(&quality, path.as_deref(), out);
    }
    if let Some(path) = &options.raise {
        return raise(&quality, path, out);
    }
    let plan = Plan { seed: options.seed, size: options.size };
    let halves: Vec<Split> = Split::ALL.into_iter().filter(|&s| options.split.is_none_or(|only| only == s)).collect();
    let scores = halves.into_iter().map(|split| quality.run(split, plan)).collect::<Result<Vec<_>, _>>();
    let mut scores = scores.map_err(fault)?;
    if options.json {
        if options.failures.is_none() {
            scores.iter_mut().for_each(|score| score.failures.clear());
        }
        show::json(out, &scores)?;
        return Ok(Exit::Done);
    }
    for score in &scores {
        writeln!(out, "{}: seed {}, {} of each sort", score.split, plan.seed, plan.size)?;
        tables(score, out)?;
        if let Some(most) = options.failures {
            failures(&score.failures, most, out)?;
        }
        writeln!(out)?;
    }
    Ok(Exit::Done)
}

fn floor(quality: &Quality, path: Option<&Path>, out: &mut impl Write) -> Result<Exit, Error> {
    let floor = match path {
        Some(path) => read(path)?.ok_or_else(|| Error::Usage(format!("there is no {}", show::path(path))))?,
        None => Record::floor().map_err(|_| Error::Internal("the floor of the quality test cannot be read"))?,
    };
    let measured = quality.record(floor.plan()).map_err(fault)?;
    let breaches = floor.breaches(&measured);
    breaches.iter().try_for_each(|breach| writeln!(out, "{breach}"))?;
    if breaches.is_empty() {
        writeln!(out, "nothing is lower than the floor")?;
        return Ok(Exit::Done);
    }
    writeln!(out, "lower than the floor: {}", show::plural(breaches.len() as u64, "share"))?;
    Ok(Exit::Found)
}

fn raise(quality: &Quality, path: &Path, out: &mut impl Write) -> Result<Exit, Error> {
    let floor = read(path)?;
    let plan = floor.as_ref().map_or_else(Plan::default, Record::plan);
    let measured = quality.record(plan).map_err(fault)?;
    let raised = match &floor {
        Some(floor) => floor.raised(measured),
        None => measured,
    };
    std::fs::write(path, raised.toml()).map_err(|source| {
        let path = path.to_path_buf();
        Error::File { doing: "write", path, source }
    })?;
    let what = if floor.is_some_and(|floor| floor == raised) { "stays as it was" } else { "is written" };
    writeln!(out, "{} {what}", show::path(path))?;
    Ok(Exit::Done)
}

/// The record in a file, if there is one.
fn read(path: &Path) -> Result<Option<Record>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::File { doing: "read", path: path.to_path_buf(), source }),
    };
    let wrong = |error: toml::de::Error| Error::Usage(format!("{}: {}", show::path(path), error.message()));
    Record::parse(&text).map(Some).map_err(wrong)
}

fn fault(_: crate::quality::CorpusError) -> Error {
    Error::Internal("the corpus of the quality test cannot be read")
}

fn share(share: Share) -> [String; 3] {
    let (low, high) = share.interval();
    let counts = format!("{}/{}", share.good, share.of);
    [format!("{:.1} %", share.percent()), format!("{low:.1}-{high:.1}"), counts]
}

fn row(name: &str, shares: Share, more: &[String]) -> Vec<String> {
    [name.to_string()].into_iter().chain(share(shares)).chain(more.iter().cloned()).collect()
}

fn tables(score: &Score, out: &mut impl Write) -> Result<(), Error> {
    let head = |titles: [&str; 6]| titles.map(str::to_string).to_vec();
    let mut rows = vec![head(["must go", "hidden", "95 %", "", "partly", "called so"])];
    rows.extend(score.recall.iter().map(|r| row(&r.topic, r.hidden, &[r.partly.to_string(), r.named.to_string()])));
    let sum = |of: fn(&crate::quality::Recall) -> u64| score.recall.iter().map(of).sum::<u64>().to_string();
    rows.push(row("all", score.hidden(), &[sum(|r| r.partly), sum(|r| r.named)]));
    rows.push(head(["found", "right", "95 %", "", "too wide", ""]));
    rows.extend(score.precision.iter().map(|p| row(p.kind, p.right, &[p.wide.to_string()])));
    let wide: u64 = score.precision.iter().map(|p| p.wide).sum();
    rows.push(row("all", score.right(), &[wide.to_string()]));
    rows.push(head(["must stay", "kept", "95 %", "", "", ""]));
    rows.extend(score.kept.iter().map(|k| row(&k.sort, k.kept, &[])));
    rows.push(row("all", score.kept(), &[]));
    rows.iter_mut().for_each(|row| row.resize(6, String::new()));
    show::table(out, 2, &rows)?;
    Ok(())
}

/// Failures by sort and fault, summed up by template and form: the worst first.
fn failures(failures: &[Failure], most: usize, out: &mut impl Write) -> Result<(), Error> {
    let mut sorts: BTreeMap<(&str, Fault), Vec<&Failure>> = BTreeMap::new();
    for failure in failures {
        let sort = failure.case.rsplit_once('/').map_or(failure.case.as_str(), |(sort, _)| sort);
        sorts.entry((sort, failure.fault)).or_default().push(failure);
    }
    for ((sort, fault), failures) in sorts {
        writeln!(out, "{sort} {fault:?}: {}", failures.len())?;
        // Of the template, the carrier is told only with the case.
        let template = |f: &&Failure| f.template.split(" in ").next().unwrap_or_default().to_string();
        for (what, name) in [("template", &template as &dyn Fn(&&Failure) -> String), ("form", &|f| f.form.clone())] {
            let mut groups: BTreeMap<String, Vec<&Failure>> = BTreeMap::new();
            failures.iter().for_each(|f| groups.entry(name(f)).or_default().push(f));
            let mut groups: Vec<_> = groups.into_iter().collect();
            groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.len()));
            for (name, group) in groups.iter().take(most) {
                let cases: Vec<&str> = group.iter().take(2).map(|f| f.case.as_str()).collect();
                let rules = group.first().map_or(String::new(), |f| f.rules.join(" "));
                writeln!(out, "  {:>4} {what} {name}: {}  {rules}", group.len(), cases.join(" "))?;
            }
        }
    }
    Ok(())
}

fn one(case: &Case, out: &mut impl Write) -> Result<Exit, Error> {
    writeln!(out, "template: {}\nform: {}\n\n{}\n", case.template, case.form, show_lines(&case.marked))?;
    for (span, kind, rule, confidence) in &case.found {
        let text = case.text.get(span.clone()).unwrap_or_default();
        writeln!(out, "{}..{} {kind} {rule} {confidence:?}: {}", span.start, span.end, show_lines(text))?;
    }
    if case.found.is_empty() {
        writeln!(out, "nothing was found")?;
    }
    Ok(Exit::Done)
}

/// A text of several lines, without anything that a terminal would obey.
fn show_lines(text: &str) -> String {
    text.split('\n').map(show::text).collect::<Vec<_>>().join("\n")
}
