//! `scrubjay audit`: the log of everything that was done, and whether it still is what was written.

use super::{Context, Error, Exit, certificate, show};
use crate::ledger::{Ledger, verify_export};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Show, verify or export the audit log
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print every entry as one line of JSON
    Log {
        /// Only entries behind this number
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        after: u64,
    },
    /// Hash the whole log again, and compare it with what repeats a part of it; exit 5 on a contradiction, 4 if no
    /// checkpoint is there to compare with
    Verify {
        /// A further checkpoint, kept elsewhere
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// Check an export instead; needs no ledger
        #[arg(long, value_name = "DIR", requires = "key", conflicts_with = "checkpoint")]
        export: Option<PathBuf>,
        /// The public key of the ledger that was exported, or a file that holds it
        #[arg(long, value_name = "KEY|FILE", requires = "export")]
        key: Option<String>,
    },
    /// Sign the log as it is now, and print the checkpoint: give it to somebody else to keep
    Checkpoint,
    /// Print the public key that checkpoints and certificates are checked with
    Key,
    /// Write entries, a checkpoint and the public key to a directory, for outsiders to check
    Export {
        /// The directory; it is created
        #[arg(long, short, value_name = "DIR")]
        output: PathBuf,
    },
}

const ENTRIES: &str = "entries.jsonl";
const CHECKPOINT: &str = "checkpoint.note";
const KEY: &str = "key.pub";

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    if let What::Verify { export: Some(export), key: Some(key), .. } = &args.what {
        return check_export(export, key, out);
    }
    let Some(ledger) = context.existing_ledger()? else {
        writeln!(out, "there is no ledger in {}: nothing was verified", show::path(context.home()))?;
        return Ok(Exit::Refused);
    };
    match args.what {
        What::Log { after } => {
            each_entry(&ledger, after, u64::MAX, |body| Ok(writeln!(out, "{}", show::text(body))?))?;
            Ok(Exit::Done)
        }
        What::Verify { checkpoint, .. } => verify(context, &ledger, &checkpoint, out),
        What::Checkpoint => {
            write!(out, "{}", ledger.checkpoint()?.1)?;
            Ok(Exit::Done)
        }
        What::Key => {
            writeln!(out, "{}", ledger.public_key())?;
            Ok(Exit::Done)
        }
        What::Export { output } => export(&ledger, &output, out),
    }
}

fn verify(context: &Context, ledger: &Ledger, further: &[PathBuf], out: &mut impl Write) -> Result<Exit, Error> {
    let report = ledger.audit_verify_with(further)?;
    if !report.problems.is_empty() {
        for problem in &report.problems {
            writeln!(out, "CONTRADICTION: {}", show::text(problem))?;
        }
        writeln!(out, "keep a copy of {}, and compare it with a backup", show::path(context.home()))?;
        return Ok(Exit::Contradiction);
    }
    let entries = show::plural(report.entries, "entry");
    if report.checkpoints == 0 {
        writeln!(out, "the audit log agrees with itself: {entries}, head {}", report.head)?;
        writeln!(out, "NO CHECKPOINT is there to compare it with: a log that was replaced as a whole would not show")?;
        writeln!(out, "`scrubjay purge` writes one; pass --checkpoint FILE if one was kept elsewhere")?;
        return Ok(Exit::Incomplete);
    }
    writeln!(out, "the audit log holds: {entries}, head {}", report.head)?;
    writeln!(
        out,
        "it agrees with {}; {} since the last one",
        show::plural(report.checkpoints, "checkpoint"),
        show::plural(report.behind, "entry")
    )?;
    Ok(Exit::Done)
}

/// Calls with each entry from behind number `after` to number `last`.
fn each_entry(
    ledger: &Ledger,
    mut after: u64,
    last: u64,
    mut with: impl FnMut(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    loop {
        let entries = ledger.audit_log(after, 1000)?;
        let Some(newest) = entries.last() else { return Ok(()) };
        after = newest.seq;
        for entry in entries.iter().take_while(|entry| entry.seq <= last) {
            with(&entry.body)?;
        }
        if after >= last {
            return Ok(());
        }
    }
}

fn export(ledger: &Ledger, directory: &Path, out: &mut impl Write) -> Result<Exit, Error> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| Error::File { doing: "write", path, source }
    };
    fs::create_dir_all(directory).map_err(failed(directory))?;
    let (size, note) = ledger.checkpoint()?;
    let path = directory.join(ENTRIES);
    let mut file = BufWriter::new(File::create(&path).map_err(failed(&path))?);
    each_entry(ledger, 0, size, |body| writeln!(file, "{body}").map_err(failed(&path)))?;
    file.flush().map_err(failed(&path))?;
    for (name, text) in [(CHECKPOINT, note), (KEY, format!("{}\n", ledger.public_key()))] {
        let path = directory.join(name);
        fs::write(&path, text).map_err(failed(&path))?;
    }
    writeln!(out, "exported {}: ids, codes and counts, no names", show::plural(size, "entry"))?;
    writeln!(out, "others check it with: scrubjay audit verify --export DIR --key KEY")?;
    writeln!(out, "give them the key another way: {}", ledger.public_key())?;
    Ok(Exit::Done)
}

fn check_export(directory: &Path, key: &str, out: &mut impl Write) -> Result<Exit, Error> {
    let key = certificate::public_key(key)?;
    let failed = |path: PathBuf| move |source| Error::File { doing: "read", path, source };
    let path = directory.join(ENTRIES);
    let entries = BufReader::new(File::open(&path).map_err(failed(path))?).lines();
    let path = directory.join(CHECKPOINT);
    let note = fs::read_to_string(&path).map_err(failed(path))?;
    match verify_export(entries, &note, &key) {
        Ok((size, at)) => {
            let entries = show::plural(size, "entry");
            writeln!(out, "VERIFIED: these {entries} are the whole log that was signed on {}", show::time(at))?;
            Ok(Exit::Done)
        }
        Err(what) => {
            writeln!(out, "NOT VERIFIED: {}", show::text(&what))?;
            Ok(Exit::Contradiction)
        }
    }
}
