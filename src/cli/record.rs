//! `scrubjay record`: a copy that we did not make is taken into the ledger.

use super::{Context, Error, Exit, show};
use std::io::Write;
use std::path::PathBuf;

/// Record a copy that scrubjay did not make: a file, every file below a directory, or an address
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file or directory; or an address, which stays an obligation that only a person can discharge
    #[arg(value_name = "PATH|URL")]
    what: PathBuf,
    /// The issue that it belongs to
    #[arg(long, value_name = "KEY", env = "SCRUBJAY_ISSUE")]
    issue: String,
    /// The customer that it came from: decides how long it is kept
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let is_address = args.what.to_str().is_some_and(|text| text.contains("://"));
    let what = if is_address { args.what } else { std::path::absolute(&args.what)? };
    let recorded = context.ledger_for(args.customer.as_deref())?.record(&what, &args.issue)?;
    let new = (recorded.artifacts.len() - recorded.known) as u64;
    let copies = show::plural(new, "copy");
    let issue = show::text(&args.issue);
    if new == 0 && recorded.known > 0 {
        writeln!(out, "already recorded for {issue}")?;
    } else if is_address {
        writeln!(
            out,
            "recorded {copies} for issue {issue}; scrubjay cannot delete it, and will say so until you have"
        )?;
    } else {
        writeln!(out, "recorded {copies} for issue {issue}: `scrubjay resolve` deletes them")?;
    }
    if new > 0 && recorded.known > 0 {
        writeln!(out, "{} known already", recorded.known)?;
    }
    for path in &recorded.skipped {
        writeln!(out, "skipped {}: not a regular file", show::path(path))?;
    }
    Ok(if recorded.skipped.is_empty() { Exit::Done } else { Exit::Incomplete })
}
