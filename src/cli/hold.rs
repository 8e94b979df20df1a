//! `scrubjay hold` and `scrubjay release`: what must not be deleted yet, and why.

use super::{Context, Error, Exit, show, span};
use crate::ledger;
use std::io::Write;

/// Keep an issue or an artifact from every deletion, whatever its deadline
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The issue's key, or the id of an artifact
    #[arg(value_name = "ISSUE|ARTIFACT")]
    what: String,
    /// Why; it is sealed in the ledger
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When to think again: a day (2027-03-01) or a span from now (30d)
    #[arg(long, value_name = "WHEN")]
    review_at: String,
}

/// Release every hold on an issue or on an artifact
#[derive(Debug, clap::Args)]
pub struct ReleaseArgs {
    /// The issue's key, or the id of an artifact
    #[arg(value_name = "ISSUE|ARTIFACT")]
    what: String,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let review_at = span::moment(&args.review_at, context.now()).map_err(Error::Usage)?;
    if review_at <= context.now() {
        return Err(Error::Usage("--review-at must lie in the future".into()));
    }
    if args.reason.trim().is_empty() {
        return Err(Error::Usage("--reason must say why".into()));
    }
    let what = show::text(&args.what);
    let held = ledger(context, &args.what)?.hold(&args.what, &args.reason, review_at)?;
    let kept = show::plural(held.kept, "artifact");
    writeln!(out, "{what} is on hold: {kept} will not be deleted, resolved or past the deadline")?;
    writeln!(out, "review it by {}; `scrubjay release {what}` ends it", show::time(review_at))?;
    for artifact in &held.too_late {
        writeln!(out, "TOO LATE for artifact {artifact}: its deletion is done, or has begun for good")?;
    }
    Ok(if held.too_late.is_empty() { Exit::Done } else { Exit::Incomplete })
}

pub fn release(context: &Context, args: ReleaseArgs, out: &mut impl Write) -> Result<Exit, Error> {
    let released = ledger(context, &args.what)?.release(&args.what)?;
    let what = show::text(&args.what);
    writeln!(out, "released {} on {what}", show::plural(released.holds, "hold"))?;
    match released.due {
        0 => writeln!(out, "nothing of it is due now; `scrubjay status` shows until when it is kept")?,
        due => writeln!(out, "due now: {}; `scrubjay purge` deletes what is due", show::plural(due, "artifact"))?,
    }
    Ok(Exit::Done)
}

fn ledger(context: &Context, what: &str) -> Result<ledger::Ledger, Error> {
    context.existing_ledger()?.ok_or_else(|| ledger::Error::UnknownIssue(what.into()).into())
}
