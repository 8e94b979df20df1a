//! `scrubjay confirm`: a person attests that a copy out of our reach is deleted.

use super::{Context, Error, Exit, show};
use std::io::Write;

/// Attest that a copy which scrubjay cannot reach (an address, another host's file) is deleted
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The location's id, as `scrubjay status` lists it
    location: String,
    /// Who saw to it; the certificate names that person
    #[arg(long, value_name = "NAME")]
    by: String,
    /// How it is known, for example a ticket or a mail; the certificate shows it
    #[arg(long, value_name = "TEXT")]
    evidence: String,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    if args.by.trim().is_empty() || args.evidence.trim().is_empty() {
        return Err(Error::Usage("--by and --evidence must say something".into()));
    }
    let Some(ledger) = context.existing_ledger()? else {
        return Err(crate::ledger::Error::UnknownLocation(args.location).into());
    };
    let confirmed = ledger.confirm(&args.location, &args.by, &args.evidence)?;
    writeln!(out, "recorded: a copy of artifact {} is deleted, as attested", confirmed.artifact)?;
    if confirmed.artifact_deleted {
        writeln!(out, "nothing of the artifact remains")?;
    } else if confirmed.remaining > 0 {
        let copies = show::plural(confirmed.remaining, "other copy");
        writeln!(out, "{copies} of it remain; `scrubjay why {}` shows them", confirmed.artifact)?;
    } else {
        writeln!(out, "the artifact is settled when it is due, {}", show::time(confirmed.due_at))?;
    }
    for issue in &confirmed.keys_destroyed {
        let issue = show::text(issue);
        writeln!(out, "the key of issue {issue} is destroyed; proof: scrubjay certificate {issue}")?;
    }
    Ok(Exit::Done)
}
