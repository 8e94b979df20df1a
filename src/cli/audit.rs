//! `scrubjay audit`: the log of everything that was done, and whether it still is what was written.

use super::{Context, Error, Exit, show};
use std::io::Write;

/// Show or verify the audit log
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
    /// Hash the whole log again, and compare it with what repeats a part of it; exit 5 on a contradiction
    Verify,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        writeln!(out, "there is no ledger in {}: nothing was verified", show::path(context.home()))?;
        return Ok(Exit::Refused);
    };
    match args.what {
        What::Log { mut after } => loop {
            let entries = ledger.audit_log(after, 1000)?;
            let Some(last) = entries.last() else { return Ok(Exit::Done) };
            after = last.seq;
            for entry in &entries {
                writeln!(out, "{}", show::text(&entry.body))?;
            }
        },
        What::Verify => {
            let report = ledger.audit_verify()?;
            if report.problems.is_empty() {
                writeln!(out, "the audit log holds: {}, head {}", show::plural(report.entries, "entry"), report.head)?;
                return Ok(Exit::Done);
            }
            for problem in &report.problems {
                writeln!(out, "CONTRADICTION: {}", show::text(problem))?;
            }
            writeln!(out, "keep a copy of {}, and compare it with a backup", show::path(context.home()))?;
            Ok(Exit::Contradiction)
        }
    }
}
