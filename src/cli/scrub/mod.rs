//! `scrubjay scrub`: the main job, as a filter, on a file, or on a tree.

mod bulk;
pub mod explain;
pub mod job;
mod list;
mod manifest;
mod pattern;
mod progress;
mod single;
mod stats;
mod twins;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use clap::ValueEnum;

use super::options::{Bounds, Detection, Learning, cores};
use super::{Context, Error, Exit};
use crate::detect::Room;
use crate::pipeline::{Scrubber, Unscannable};
use crate::redact::Style;
use crate::rules::RuleSet;
use job::{Digests, Job};

/// Find personal data and secrets, and write the input anew with placeholders in their place
///
/// Without INPUT (or with `-`) it is a filter from standard input to standard output. A file goes to -o or to standard
/// output; a directory, or several inputs, to a directory. Archives come out as the same kind of archive.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and directories to scrub; `-` is the standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Where the output goes: a file, `-` for the standard output, or a directory for a directory or several inputs
    #[arg(long, short, value_name = "OUTPUT")]
    output: Option<PathBuf>,
    /// The issue that the artifact belongs to: its key decides the pseudonyms, and `scrubjay resolve` deletes the copies
    #[arg(long, value_name = "KEY", env = "SCRUBJAY_ISSUE", hide_env_values = true)]
    pub issue: Option<String>,
    /// Take the issue, and perhaps the customer, of each file from its path below INPUT, for example `{issue}/**` or
    /// `{customer}/case-{issue}*/**`. A file whose path does not match is withheld, or goes to --issue
    #[arg(long, value_name = "PATTERN", conflicts_with = "manifest", value_parser = pattern::Pattern::parse)]
    pub issue_from_path: Option<pattern::Pattern>,
    /// The files to scrub below INPUT [default: the current directory] in place of all there are: a line of JSON for each, with
    /// `path`, `issue` and `customer`; `-` for a list on the standard input
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Scrub again what an earlier run has done: without this, files of an issue that are as they were stay as they are
    #[arg(long)]
    force: bool,
    /// The customer that the artifact came from
    #[arg(long, value_name = "NAME")]
    pub customer: Option<String>,
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
    /// Threads to use; files of a directory are shared out among them [default: one for each core]
    #[arg(long, visible_alias = "jobs", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// What becomes of files and entries that are no text, such as images and dumps
    #[arg(long, value_enum, default_value = "withhold", value_name = "ACT")]
    unscannable: UnscannableName,
    /// Scan the output again before it gets its name; if anything is left that is not ours, it never does, and the exit
    /// code is 5
    #[arg(long, requires = "output")]
    verify: bool,
    /// Write a stamp beside the output too (FILE.SCRUBBED.json), as every directory gets one (SCRUBBED.json): what it was
    /// scrubbed with, counts and keyed digests; `scrubjay verify-manifest` checks it
    #[arg(long, requires = "output")]
    stamp: bool,
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

pub fn run(context: &Context, mut args: Args) -> Result<Exit, Error> {
    if args.output.as_deref() == Some(Path::new("-")) {
        if args.verify || args.stamp {
            return Err(Error::Usage("--verify and --stamp need a file to go to: pass -o FILE".into()));
        }
        args.output = None;
    }
    let is_by_path = args.issue_from_path.is_some() || args.manifest.is_some();
    let is_tree = is_by_path || args.inputs.len() > 1 || args.inputs.iter().any(|input| input.is_dir());
    let wrong = |why: &str| Err(Error::Usage(why.into()));
    if args.customer.is_some() && args.issue.is_none() && !is_by_path {
        return wrong("--customer says whose issue it is: pass --issue as well, or --issue-from-path or --manifest");
    }
    if is_tree && args.output.is_none() {
        return wrong("a directory, or several inputs, need a directory to go to: pass -o DIR");
    }
    if is_tree && args.inputs.iter().any(|input| input == Path::new("-")) {
        return wrong("the standard input cannot be one of several inputs");
    }
    if args.issue_from_path.is_some() && args.inputs.is_empty() {
        return wrong("--issue-from-path takes issues from the paths below a directory: name one");
    }
    if args.manifest.is_some() && (args.inputs.len() > 1 || args.inputs.iter().any(|input| !input.is_dir())) {
        return wrong("the paths in a manifest are those of files below one directory");
    }
    if args.force && !is_tree {
        return wrong("--force goes with a directory, --issue-from-path or --manifest: only these leave what is done");
    }
    if is_by_path && args.learning.is_from_stream() {
        return wrong("--learn learns from one issue's files: it does not go with --issue-from-path and --manifest");
    }
    // What is learned from a whole directory is known once all of it was read; an archive of many issues has no such whole.
    let learns = args.learning.is_from_whole() && !is_by_path;
    let mut job = job(context, args, is_tree, learns)?;
    // What is told of the run goes through the scrubber itself: paths may hold what the artifact holds.
    let done = match is_tree {
        true => bulk::run(context, &mut job),
        false => single::run(&mut job),
    };
    // What it searches with goes with the process, sooner than it could be freed bit by bit.
    job.scrubber.leave_engine();
    done.map_err(|error| error.without_content(&job.scrubber))
}

/// Reads what the options name, and builds the scrubber.
fn job(context: &Context, args: Args, is_tree: bool, learns: bool) -> Result<Job, Error> {
    let rules = args.detection.rules()?;
    if args.verify && args.detection.policy(&rules)?.uses(Style::Shape) {
        let why = "what stands in place of values in the style `shape` must look real, so that it cannot be verified";
        return Err(Error::Usage(why.into()));
    }
    let slow = rules.rules().iter().filter(|rule| rule.is_slow()).map(|rule| rule.id.to_string()).collect();
    let has_issues = args.issue.is_some() || args.issue_from_path.is_some() || args.manifest.is_some();
    let keys = match args.no_record && !has_issues {
        true => None,
        false => Some(Arc::new(context.ledger_for(args.customer.as_deref())?)),
    };
    let passwords = args.bounds.passwords()?;
    let digests = match is_tree || args.stamp {
        true => digests(&args, &rules, passwords.len())?,
        false => Digests::default(),
    };
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
        .limits(args.bounds.limits())
        .passwords(passwords);
    if learns {
        builder = builder.learns(Room::default());
    }
    builder = args.detection.apply(builder, rules)?;
    // In a run over a tree every file's owner gets its key when it is listed; but what is learned is the issue's as well.
    if let (Some(issue), Some(ledger), true) = (&args.issue, &keys, learns || !is_tree) {
        builder = builder.key(ledger.issue_key(issue)?);
    }
    let scrubber = builder.build().map_err(|_| Error::Internal("the system gave no random bytes"))?;
    let ledger = keys.clone().filter(|_| !args.no_record);
    let (scrubber, kinds, spools) = (Arc::new(scrubber), OnceLock::new(), spools.to_path_buf());
    Ok(Job { ledger, keys, scrubber, digests, threads, slow, spools, knowledge: None, args, kinds })
}

fn digests(args: &Args, rules: &RuleSet, passwords: usize) -> Result<Digests, Error> {
    let digest = |bytes: &[u8]| blake3::hash(bytes).as_bytes().to_vec();
    let policy = digest(format!("{:?}", args.detection.policy(rules)?).as_bytes());
    // How many passwords there are may be known; what they are must not be guessed at from a digest.
    let how = format!("{:?} {:?} {passwords}", args.unscannable, args.bounds.limits());
    let own = rules.digest();
    let recipe = digest(&[args.detection.recipe(rules, own)?.as_slice(), how.as_bytes()].concat());
    Ok(Digests { recipe, rules: own.to_vec(), policy })
}

fn address(text: &str) -> Result<String, String> {
    if text.contains("://") { Ok(text.into()) } else { Err(format!("`{text}` is not an address such as https://...")) }
}
