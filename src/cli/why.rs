//! `scrubjay why`: everything that keeps an artifact.

use super::{Context, Error, Exit, delete, show};
use crate::artifact::ArtifactId;
use crate::ledger::{Keeps, Progress, Why};
use std::io::Write;

/// Tell everything that keeps an artifact from being deleted
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The artifact's id, as `scrubjay status` lists it
    artifact: String,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        return Err(crate::ledger::Error::UnknownArtifact(args.artifact).into());
    };
    let why = ledger.why(&ArtifactId(args.artifact.to_ascii_lowercase()))?;
    if args.json {
        show::json(out, &why)?;
    } else {
        print(out, &why)?;
    }
    Ok(Exit::Done)
}

fn print(out: &mut impl Write, why: &Why) -> Result<(), Error> {
    let id = &why.artifact.id;
    let issue = why.issue.as_deref().map(show::text);
    let of = issue.as_ref().map(|issue| format!(" of issue {issue}")).unwrap_or_default();
    if why.artifact.progress == Progress::Deleted {
        let at = why.artifact.deleted_at.map(show::time).unwrap_or_default();
        writeln!(out, "artifact {id}{of} is deleted since {at}: nothing of it is kept")?;
        if let Some(issue) = issue {
            writeln!(out, "proof: scrubjay certificate {issue}")?;
        }
        return Ok(());
    }
    writeln!(out, "artifact {id}{of} is kept, because:")?;
    for keeps in &why.keeps {
        let text = match keeps {
            Keeps::Observed => {
                format!("it belongs to no issue, so it is only observed; `scrubjay assign {id} ISSUE` changes that")
            }
            Keeps::IssueOpen { deadline } => format!(
                "its issue is open; `scrubjay resolve {}` deletes it, else the deadline does, {}",
                issue.as_deref().unwrap_or("ISSUE"),
                show::time(*deadline)
            ),
            Keeps::Grace { until } => {
                format!(
                    "its issue is resolved, with a grace until {}; then `scrubjay purge` deletes it",
                    show::time(*until)
                )
            }
            Keeps::Hold(hold) => show::hold(hold),
            Keeps::Running => "a run is at work on it".into(),
            Keeps::Purge => "it is due, and no purge has come by: run `scrubjay purge`".into(),
        };
        writeln!(out, "- {text}")?;
    }
    for copy in why.copies.iter().filter(|copy| copy.outcome.is_kept()) {
        let path = copy.path.as_deref().map(show::path).unwrap_or_default();
        writeln!(out, "- {} {path}", delete::verdict(copy.outcome))?;
        if let Some(advice) = delete::advice(copy) {
            writeln!(out, "  {advice}")?;
        }
    }
    let free = why.copies.iter().filter(|copy| !copy.outcome.is_kept()).count() as u64;
    if free > 0 {
        writeln!(out, "{} ready to go as soon as it may", show::plural(free, "copy"))?;
    }
    Ok(())
}
