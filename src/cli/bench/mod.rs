//! `scrubjay bench`: how fast this machine redacts, beside what it can do at all.

mod measure;
mod plot;
mod tell;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use self::measure::{Measured, Setup, Subject};
use super::options::{self, Detection, cores};
use super::{Context, Error, Exit, show};
use crate::bench::corpus;

/// The texts that are made if no FILE is given and none is named.
const USUAL: [&str; 6] = ["app", "access", "json", "dense", "sparse", "base64"];

/// Measure redaction speed, beside a copy in memory and `cat`
///
/// Without FILE it makes texts from a seed and counts what is found in them: a wrong count ends with exit code 5. Everything is
/// timed in turns in one run, so that what else the machine does slows all of it; ratios are medians of rounds. Nothing is
/// written but the figures.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file of your own to measure with, which is recorded like any other that is read
    #[arg(value_name = "FILE", conflicts_with_all = ["texts", "seed"])]
    file: Option<PathBuf>,
    /// Which texts are made [default: app, access, json, dense, sparse and base64]
    #[arg(long = "text", value_name = "NAME", value_parser = name_of_text)]
    texts: Vec<&'static str>,
    /// How long each text is, or how much of FILE is read, such as 8M
    #[arg(long, value_name = "SIZE", value_parser = options::size)]
    size: Option<u64>,
    /// The seed of the texts
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many seconds it may take, about
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// How many threads to measure with, in place of one, two and one for each core
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Vec<u16>,
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Draw a chart of it, as .svg or .png
    #[arg(long, value_name = "FILE", value_parser = plot::target)]
    plot: Option<plot::Target>,
    /// Leave no trace of FILE in the ledger
    #[arg(long, requires = "file")]
    no_record: bool,
    #[command(flatten)]
    detection: Detection,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let setup = setup(&args)?;
    let subjects = match &args.file {
        Some(path) => {
            let ledger = if args.no_record { None } else { Some(context.ledger_for(None)?) };
            vec![Subject::file(path, args.size, ledger)?]
        }
        None => {
            let names = if args.texts.is_empty() { &USUAL[..] } else { &args.texts };
            names.iter().map(|name| Subject::made(name, args.seed, args.size)).collect::<Result<_, _>>()?
        }
    };
    let share = Duration::from_secs(args.seconds) / u32::try_from(subjects.len()).unwrap_or(u32::MAX).max(1);
    let bar = progress(subjects.len());
    let mut measured = Vec::new();
    for subject in &subjects {
        bar.set_message(subject.name.clone());
        measured.push(setup.measure(subject, share)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.json {
        show::json(out, &tell::json(&setup, &measured))?;
    } else {
        out.write_all(tell::text(&setup, &measured).as_bytes())?;
    }
    if let Some(target) = &args.plot {
        target.draw(&setup, &measured).map_err(|why| Error::Usage(format!("cannot draw the chart: {why}")))?;
    }
    Ok(if measured.iter().any(Measured::is_wrong) { Exit::Contradiction } else { Exit::Done })
}

/// What is measured with.
fn setup(args: &Args) -> Result<Setup, Error> {
    let threads = match &args.threads[..] {
        [] => [1, 2, cores()].into_iter().filter(|&threads| threads <= cores()).collect(),
        some => some.iter().map(|&threads| usize::from(threads)).collect(),
    };
    Setup::new(&args.detection, threads)
}

/// How far it has come, on a terminal only.
fn progress(texts: usize) -> ProgressBar {
    let bar = ProgressBar::new(texts as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos} of {len} texts  {msg}") {
        bar.set_style(style);
    }
    bar.tick();
    bar
}

/// Parses the name of a text that can be made.
fn name_of_text(name: &str) -> Result<&'static str, String> {
    let names = || corpus::ALL.map(|(name, _)| name).join(", ");
    let known = corpus::ALL.iter().find(|(known, _)| *known == name).map(|(known, _)| *known);
    known.ok_or_else(|| format!("there are {}", names()))
}
