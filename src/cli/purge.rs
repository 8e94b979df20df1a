//! `scrubjay purge`: every deletion that is due is carried out.

use super::{Context, Error, Exit, delete};
use crate::ledger::PurgeOptions;
use std::io::Write;

/// Carry out every deletion that is due: resolved, past its deadline, or left by a run that died
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Look and report; delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        writeln!(out, "nothing is recorded")?;
        return Ok(Exit::Done);
    };
    if !args.dry_run && !args.yes {
        delete::ask(context, || Ok(ledger.purge(PurgeOptions { dry_run: true })?))?;
    }
    let report = ledger.purge(PurgeOptions { dry_run: args.dry_run })?;
    delete::print(out, &report)
}
