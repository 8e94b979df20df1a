//! `scrubjay fsck`: whether the records agree with themselves and with the disk.

use super::{Context, Error, Exit, show};
use std::io::Write;

/// Check the records against themselves, the keystore and the disk; change nothing
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Read every copy in full and compare its content
    #[arg(long)]
    deep: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        writeln!(out, "nothing is recorded in {}", show::path(context.home()))?;
        return Ok(Exit::Done);
    };
    let report = ledger.fsck(args.deep)?;
    let exit = match (report.contradictions.is_empty(), report.findings.is_empty()) {
        (false, _) => Exit::Contradiction,
        (true, false) => Exit::Incomplete,
        (true, true) => Exit::Done,
    };
    if args.json {
        show::json(out, &report)?;
        return Ok(exit);
    }
    for what in &report.contradictions {
        writeln!(out, "CONTRADICTION: {}", show::text(what))?;
    }
    for finding in &report.findings {
        let path = finding.path.as_deref().map_or(String::new(), |path| format!("  {}", show::path(path)));
        writeln!(out, "{}{path}: {}", finding.id, finding.what)?;
    }
    let (artifacts, copies) = (show::plural(report.artifacts, "artifact"), show::plural(report.copies, "copy"));
    let how = if args.deep { "content" } else { "size" };
    writeln!(out, "checked {artifacts}, {copies} on disk by {how}")?;
    match exit {
        Exit::Contradiction => {
            writeln!(out, "keep a copy of {}, and compare it with a backup", show::path(context.home()))?;
        }
        Exit::Incomplete => writeln!(out, "the records hold, and the disk differs: see above")?,
        _ => writeln!(out, "records, keys and disk agree")?,
    }
    Ok(exit)
}
