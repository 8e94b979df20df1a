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
    /// Go ahead with a mass deletion, if no more artifacts than this are due
    #[arg(long, value_name = "N")]
    confirm_count: Option<u64>,
    /// Believe the clock, though it jumped since the computer was started
    #[arg(long)]
    accept_clock: bool,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        writeln!(out, "nothing is recorded")?;
        return Ok(Exit::Done);
    };
    let options = PurgeOptions {
        dry_run: args.dry_run,
        limits: context.config().limits(),
        confirmed: args.confirm_count,
        accept_clock: args.accept_clock,
    };
    if !args.dry_run && !args.yes {
        delete::ask(context, || Ok(ledger.purge(PurgeOptions { dry_run: true, ..options })?))?;
    }
    let report = ledger.purge(options)?;
    delete::print(out, &report, delete::Asked::WhateverIsDue)
}
