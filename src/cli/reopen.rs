//! `scrubjay reopen`: a resolved issue is worked on again.

use super::{Context, Error, Exit, show};
use std::io::Write;

/// Open a resolved issue again: what is not due yet returns to its deadline
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The issue's key
    issue: String,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        return Err(crate::ledger::Error::UnknownIssue(args.issue).into());
    };
    let report = ledger.reopen(&args.issue)?;
    let issue = show::text(&args.issue);
    if !report.was_resolved {
        writeln!(out, "issue {issue} is open already")?;
        return Ok(Exit::Done);
    }
    writeln!(out, "issue {issue} is open again")?;
    let count = |count| show::plural(count, "artifact");
    if report.postponed > 0 {
        writeln!(out, "kept until the deadline: {}; `scrubjay status {issue}` shows it", count(report.postponed))?;
    }
    if report.due > 0 {
        writeln!(out, "due already, and still: {}; `scrubjay hold` keeps what must be kept", count(report.due))?;
    }
    if report.deleted > 0 {
        writeln!(out, "deleted, and gone for good: {}", count(report.deleted))?;
    }
    if report.needs_new_key {
        writeln!(out, "its key is destroyed: what is scrubbed from now on gets other pseudonyms than before")?;
    }
    Ok(Exit::Done)
}
