//! `scrubjay scrub`: the main job, as a filter, on a file, or on a tree.

mod explain;
mod job;
mod progress;
mod single;
mod stats;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Context, Error, Exit};
use crate::container::Limits;
use crate::detect::{Isa, Terms};
use crate::kind::Kind;
use crate::pipeline::{Scrubber, Unscannable};
use crate::redact::{Policy, Style};
use crate::rules::RuleSet;
use job::Job;

/// Find personal data and secrets, and write the input anew with placeholders in their place
///
/// Without INPUT (or with `-`) it is a filter from standard input to standard output. A file goes to -o or to standard
/// output; a directory, or several inputs, to a directory. Archives come out as the same kind of archive.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and directories to scrub; `-` is the standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Where the output goes: a file, or a directory for a directory or several inputs
    #[arg(long, short, value_name = "OUTPUT")]
    output: Option<PathBuf>,
    /// The issue that the artifact belongs to: its key decides the pseudonyms, and `scrubjay resolve` deletes the copies
    #[arg(long, value_name = "KEY", env = "SCRUBJAY_ISSUE", hide_env_values = true)]
    issue: Option<String>,
    /// The customer that the artifact came from
    #[arg(long, value_name = "NAME", requires = "issue")]
    customer: Option<String>,
    /// Where the input was fetched from, such as a ticket's attachment: scrubjay cannot delete it there, and reminds you
    /// until `scrubjay confirm` attests that it is gone
    #[arg(long, value_name = "URL", requires = "issue", conflicts_with = "no_record", value_parser = address)]
    source: Option<String>,
    /// Leave the input out of what `scrubjay resolve` deletes
    #[arg(long)]
    keep_input: bool,
    /// Leave no trace in the ledger: nothing will remind you of the copies, and nothing will delete them
    #[arg(long, conflicts_with_all = ["customer", "keep_input"])]
    no_record: bool,
    /// Rules of your own besides the built-in ones: a directory of .toml files
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// How kinds and rules are replaced: a .toml file (see docs/policy.md)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How everything is replaced
    #[arg(long, value_enum, conflicts_with = "policy", value_name = "STYLE")]
    style: Option<StyleName>,
    /// Something that must go besides: username, hostname, domain, keyword or name, for example domain=corp.example
    #[arg(long, value_name = "KIND=VALUE", value_parser = hidden)]
    hide: Vec<(Kind, String)>,
    /// A file of KIND=VALUE lines; lines without a kind are keywords, lines with # are comments
    #[arg(long, value_name = "FILE")]
    hide_file: Vec<PathBuf>,
    /// A value that must stay where it is the whole of a finding
    #[arg(long, value_name = "VALUE")]
    keep: Vec<String>,
    /// A file of values that must stay, one in a line
    #[arg(long, value_name = "FILE")]
    keep_file: Vec<PathBuf>,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// The instruction set to search with, for measuring: avx512, avx2 or portable [default: the best there is]
    #[arg(long, value_name = "SET", env = "SCRUBJAY_ISA", hide = true, value_parser = isa)]
    isa: Option<Isa>,
    /// What becomes of entries that cannot be scanned, such as images
    #[arg(long, value_enum, default_value = "withhold", value_name = "ACT")]
    unscannable: UnscannableName,
    /// How deep archives in archives are opened
    #[arg(long, value_name = "N", default_value_t = Limits::default().depth, help_heading = "Limits of archives")]
    max_depth: u32,
    /// How many entries all archives of one input may hold
    #[arg(long, value_name = "N", default_value_t = Limits::default().entries, help_heading = "Limits of archives")]
    max_entries: u64,
    /// How many bytes they may unfold to, such as 500M or 64G
    #[arg(long, value_name = "SIZE", default_value = "64G", value_parser = size, help_heading = "Limits of archives")]
    max_output: u64,
    /// How many times its own size an entry may unfold to, from 64 MiB on
    #[arg(long, value_name = "N", default_value_t = Limits::default().ratio, help_heading = "Limits of archives")]
    max_ratio: u64,
    /// How the summary on standard error is written
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    summary: SummaryFormat,
    /// Write nothing to standard error but errors
    #[arg(long, short, conflicts_with_all = ["explain", "summary", "stats"])]
    quiet: bool,
    /// Tell, on standard error, which rules run in the slow lane, which anchors had how many candidates, and what each rule
    /// found, in all and per megabyte
    #[arg(long)]
    stats: bool,
    /// Tell of each candidate, on standard error, which rule took it or why it was left; never the value
    #[arg(long)]
    explain: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StyleName {
    /// `EMAIL_4kq7zp0c2dm`
    Placeholder,
    /// A surrogate of the same shape
    Shape,
    /// `*`, as many as there were bytes
    Mask,
    /// Nothing
    Remove,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum UnscannableName {
    /// A notice stands in their place, and the exit code is 4
    Withhold,
    /// They pass as they are
    Pass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SummaryFormat {
    /// Some lines for people
    Text,
    /// One line of JSON
    Json,
}

pub fn run(context: &Context, args: Args) -> Result<Exit, Error> {
    let is_tree = args.inputs.len() > 1 || args.inputs.iter().any(|input| input.is_dir());
    if is_tree && args.output.is_none() {
        return Err(Error::Usage("a directory, or several inputs, need a directory to go to: pass -o DIR".into()));
    }
    if is_tree && args.inputs.iter().any(|input| input == Path::new("-")) {
        return Err(Error::Usage("the standard input cannot be one of several inputs".into()));
    }
    let job = job(context, args, is_tree)?;
    // What is told of the run goes through the scrubber itself: paths may hold what the artifact holds.
    let done = if is_tree { tree::run(&job) } else { single::run(&job) };
    done.map_err(|error| error.without_content(&job.scrubber))
}

/// Reads what the options name, and builds the scrubber.
fn job(context: &Context, args: Args, is_tree: bool) -> Result<Job, Error> {
    let terms = terms(&args)?;
    let mut rules = RuleSet::builtin();
    for dir in &args.rules {
        rules = rules.merge(RuleSet::load_dir(dir)?)?;
    }
    let slow = rules.rules().iter().filter(|rule| rule.is_slow()).map(|rule| rule.id.to_string()).collect();
    let ledger =
        if args.no_record && args.issue.is_none() { None } else { Some(context.ledger_for(args.customer.as_deref())?) };
    let threads = args.threads.map_or_else(cores, usize::from);
    let spools = match &args.output {
        Some(output) if is_tree => output.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")),
        Some(output) => output.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")),
        None => &std::env::temp_dir(),
    };
    let mut builder = Scrubber::builder()
        .unrecorded()
        .terms(terms)
        .threads(if is_tree { 1 } else { threads })
        .spools(spools)
        .isa(args.isa.unwrap_or_else(Isa::best))
        .explain(args.explain)
        .unscannable(match args.unscannable {
            UnscannableName::Withhold => Unscannable::Withhold,
            UnscannableName::Pass => Unscannable::Pass,
        })
        .limits(Limits {
            depth: args.max_depth,
            entries: args.max_entries,
            output: args.max_output,
            ratio: args.max_ratio,
            ..Limits::default()
        })
        .policy(policy(&args, &rules)?)
        .rules(rules);
    if let (Some(issue), Some(ledger)) = (&args.issue, &ledger) {
        builder = builder.key(ledger.issue_key(issue)?);
    }
    let scrubber = builder.build().map_err(|_| Error::Internal("the system gave no random bytes"))?;
    let ledger = ledger.filter(|_| !args.no_record);
    Ok(Job { ledger, scrubber, threads, slow, args })
}

fn address(text: &str) -> Result<String, String> {
    if text.contains("://") { Ok(text.into()) } else { Err(format!("`{text}` is not an address such as https://...")) }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn policy(args: &Args, rules: &RuleSet) -> Result<Policy, Error> {
    if let Some(style) = args.style {
        return Ok(Policy::of(match style {
            StyleName::Placeholder => Style::Placeholder,
            StyleName::Shape => Style::Shape,
            StyleName::Mask => Style::Mask,
            StyleName::Remove => Style::Remove,
        }));
    }
    let Some(path) = &args.policy else { return Ok(Policy::default()) };
    let names = crate::detect::Engine::new(rules, &Terms::named(), Terms::new());
    let is_rule = |id: &str| names.catalogue().iter().any(|rule| rule.id == id);
    Policy::parse(&read(path)?, is_rule).map_err(|source| Error::Policy { path: path.clone(), source })
}

fn terms(args: &Args) -> Result<Terms, Error> {
    let mut terms = Terms::new();
    let mut hide = |kind, value: &str| {
        if terms.hide(kind, value) {
            Ok(())
        } else {
            Err(Error::Usage(format!("--hide: a {kind} needs at least two characters")))
        }
    };
    for (kind, value) in &args.hide {
        hide(*kind, value)?;
    }
    for path in &args.hide_file {
        for (n, line) in lines(&read(path)?) {
            let (kind, value) = if line.contains('=') {
                hidden(line).map_err(|why| Error::Usage(format!("{}:{n}: {why}", path.display())))?
            } else {
                (Kind::Keyword, line.to_string())
            };
            hide(kind, &value)?;
        }
    }
    for value in &args.keep {
        terms.keep(value);
    }
    for path in &args.keep_file {
        for (_, line) in lines(&read(path)?) {
            terms.keep(line);
        }
    }
    Ok(terms)
}

/// Lines that say something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(n, line)| (n + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Parses `KIND=VALUE`.
fn hidden(text: &str) -> Result<(Kind, String), String> {
    let kinds = || Terms::kinds().iter().map(|kind| kind.id()).collect::<Vec<_>>().join(", ");
    let (kind, value) =
        text.split_once('=').ok_or_else(|| format!("expected KIND=VALUE, with one of the kinds {}", kinds()))?;
    let kind = Kind::from_id(kind.trim()).filter(|kind| Terms::kinds().contains(kind));
    let kind = kind.ok_or_else(|| format!("unknown kind; the kinds that can be hidden are {}", kinds()))?;
    if value.trim().len() < 2 {
        return Err(format!("a {kind} to hide needs at least two characters"));
    }
    Ok((kind, value.trim().to_string()))
}

/// Parses a number of bytes, in whole KiB, MiB, GiB or TiB if a letter says so.
fn size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.as_bytes().last().map(u8::to_ascii_uppercase) {
        Some(b'K') => (&text[..text.len() - 1], 10),
        Some(b'M') => (&text[..text.len() - 1], 20),
        Some(b'G') => (&text[..text.len() - 1], 30),
        Some(b'T') => (&text[..text.len() - 1], 40),
        _ => (text, 0),
    };
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    number.ok_or_else(|| "expected a number of bytes, such as 500M or 64G".to_string())
}

/// Parses the name of an instruction set that this processor has.
fn isa(name: &str) -> Result<Isa, String> {
    let names = |isas: &[Isa]| isas.iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", ");
    let isa = Isa::from_name(name).ok_or_else(|| format!("unknown; there are {}", names(&Isa::ALL)))?;
    let has = Isa::ALL.into_iter().filter(|isa| isa.is_available()).collect::<Vec<_>>();
    if isa.is_available() { Ok(isa) } else { Err(format!("this processor has {} only", names(&has))) }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::Usage(format!("cannot read {}: {error}", path.display())))
}
