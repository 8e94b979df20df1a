//! `scrubjay hold` and `scrubjay release`: what must not be deleted yet, and why.

use super::{Context, Error, Exit, show, span};
use crate::ledger;
use std::io::Write;

/// Keep an artifact, an issue or all that is a customer's from every deletion, whatever the deadline
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    what: What,
    /// Why; it is sealed in the ledger
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When to think again: a day (2027-03-01) or a span from now (30d)
    #[arg(long, value_name = "WHEN")]
    review_at: String,
}

/// Release every hold on an artifact, on an issue, or on a customer as a whole
#[derive(Debug, clap::Args)]
pub struct ReleaseArgs {
    #[command(flatten)]
    what: What,
}

/// What is held.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// The issue's key, or the id of an artifact
    #[arg(value_name = "ISSUE|ARTIFACT")]
    what: Option<String>,
    /// Everything of this customer, what comes later too
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
}

impl What {
    /// How it is called.
    fn name(&self) -> String {
        match (&self.what, &self.customer) {
            (Some(what), _) => show::text(what),
            (None, customer) => format!("all of customer {}", show::text(customer.as_deref().unwrap_or_default())),
        }
    }

    /// How it is typed.
    fn typed(&self) -> String {
        match (&self.what, &self.customer) {
            (Some(what), _) => show::text(what),
            (None, customer) => format!("--customer {}", show::text(customer.as_deref().unwrap_or_default())),
        }
    }
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let review_at = span::moment(&args.review_at, context.now()).map_err(Error::Usage)?;
    if review_at <= context.now() {
        return Err(Error::Usage("--review-at must lie in the future".into()));
    }
    if args.reason.trim().is_empty() {
        return Err(Error::Usage("--reason must say why".into()));
    }
    let what = args.what.name();
    let ledger = ledger(context, &what)?;
    let held = match (&args.what.what, &args.what.customer) {
        (None, Some(customer)) => ledger.hold_customer(customer, &args.reason, review_at)?,
        (what, _) => ledger.hold(what.as_deref().unwrap_or_default(), &args.reason, review_at)?,
    };
    let kept = show::plural(held.kept, "artifact");
    writeln!(out, "{what} is on hold: {kept} will not be deleted, resolved or past the deadline")?;
    let typed = args.what.typed();
    writeln!(out, "review it by {}; `scrubjay release {typed}` ends it", show::time(review_at))?;
    for artifact in &held.too_late {
        writeln!(out, "TOO LATE for artifact {artifact}: its deletion is done, or has begun for good")?;
    }
    Ok(if held.too_late.is_empty() { Exit::Done } else { Exit::Incomplete })
}

pub fn release(context: &Context, args: ReleaseArgs, out: &mut impl Write) -> Result<Exit, Error> {
    let what = args.what.name();
    let ledger = ledger(context, &what)?;
    let released = match (&args.what.what, &args.what.customer) {
        (None, Some(customer)) => ledger.release_customer(customer)?,
        (what, _) => ledger.release(what.as_deref().unwrap_or_default())?,
    };
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
