//! `scrubjay scrub`: the main job, as a filter, on a file, or on a tree.

pub mod explain;
pub mod job;
mod progress;
mod single;
mod stats;
mod tree;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::options::{Bounds, Detection, Learning, cores};
use super::{Context, Error, Exit};
use crate::detect::Room;
use crate::pipeline::{Scrubber, Unscannable};
use crate::redact::Style;
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
    #[command(flatten)]
    detection: Detection,
    #[command(flatten)]
    learning: Learning,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// What becomes of files and entries that are no text, such as images and dumps
    #[arg(long, value_enum, default_value = "withhold", value_name = "ACT")]
    unscannable: UnscannableName,
    /// Scan the output again before it gets its name; if anything is left that is not ours, it never does, and the exit
    /// code is 5
    #[arg(long, requires = "output")]
    verify: bool,
    #[command(flatten)]
    bounds: Bounds,
    /// How the summary on standard error is written
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    summary: SummaryFormat,
    /// Write nothing to standard error but errors
    #[arg(long, short, conflicts_with_all = ["explain", "summary", "stats"])]
    quiet: bool,
    /// Tell, on standard error, how many candidates each rule had, in all and per megabyte, how many were confirmed, and why
    /// the others were left; and which rules run in the slow lane
    #[arg(long)]
    stats: bool,
    /// Tell of each candidate, on standard error, which rule took it or why it was left; never the value
    #[arg(long)]
    explain: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum UnscannableName {
    /// A notice stands in their place, and the exit code is 4
    Withhold,
    /// What is found in their strings is masked at equal length; what shows no strings is withheld
    Mask,
    /// They pass as they are, and the summary names them
    Pass,
    /// Nothing is written, and the exit code is 4
    Fail,
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
    let mut job = job(context, args, is_tree)?;
    // What is told of the run goes through the scrubber itself: paths may hold what the artifact holds.
    let done = if is_tree { tree::run(&mut job) } else { single::run(&mut job) };
    done.map_err(|error| error.without_content(&job.scrubber))
}

/// Reads what the options name, and builds the scrubber.
fn job(context: &Context, args: Args, is_tree: bool) -> Result<Job, Error> {
    let rules = args.detection.rules()?;
    if args.verify && args.detection.policy(&rules)?.uses(Style::Shape) {
        let why = "what stands in place of values in the style `shape` must look real, so that it cannot be verified";
        return Err(Error::Usage(why.into()));
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
        .threads(if is_tree { 1 } else { threads })
        .spools(spools)
        .explain(args.explain)
        .count_fates(args.stats)
        .unscannable(match args.unscannable {
            UnscannableName::Withhold => Unscannable::Withhold,
            UnscannableName::Mask => Unscannable::Mask,
            UnscannableName::Pass => Unscannable::Pass,
            UnscannableName::Fail => Unscannable::Fail,
        })
        .limits(args.bounds.limits());
    if args.learning.is_from_whole() {
        builder = builder.learns(Room::default());
    }
    builder = args.detection.apply(builder, rules)?;
    if let (Some(issue), Some(ledger)) = (&args.issue, &ledger) {
        builder = builder.key(ledger.issue_key(issue)?);
    }
    let scrubber = builder.build().map_err(|_| Error::Internal("the system gave no random bytes"))?;
    let ledger = ledger.filter(|_| !args.no_record);
    Ok(Job { ledger, scrubber, threads, slow, spools: spools.to_path_buf(), knowledge: None, args })
}

fn address(text: &str) -> Result<String, String> {
    if text.contains("://") { Ok(text.into()) } else { Err(format!("`{text}` is not an address such as https://...")) }
}
