//! `scrubjay resolve`: the issue is resolved, and what was recorded for it is deleted.

use super::{Context, Error, Exit, delete, show, span};
use crate::ledger::ResolveOptions;
use std::io::Write;

/// Mark an issue as resolved, and delete every copy that is recorded as its own
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The issue's key
    issue: String,
    /// Look and report; delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Wait this long before the deletion, for example `7d` or `12h`, or as long as the issue's `policy` says;
    /// `scrubjay purge` carries it out
    #[arg(long, value_name = "DURATION|policy", value_parser = grace, default_value = "0s", hide_default_value = true)]
    grace: Grace,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        return Err(crate::ledger::Error::UnknownIssue(args.issue).into());
    };
    let is_at_once = args.grace == Grace(Some(0));
    if !args.dry_run && !args.yes && is_at_once {
        delete::ask(context, || Ok(ledger.resolve(&args.issue, ResolveOptions { dry_run: true, grace_ms: Some(0) })?))?;
    }
    let report = ledger.resolve(&args.issue, ResolveOptions { dry_run: args.dry_run, grace_ms: args.grace.0 })?;
    let exit = delete::print(out, &report, delete::Asked::ByName)?;
    if let Some(until) = report.postponed_until {
        let issue = show::text(&args.issue);
        writeln!(out, "issue {issue} is due {}; `scrubjay purge` carries it out then", show::time(until))?;
    } else if exit == Exit::Done && !args.dry_run {
        writeln!(out, "proof: scrubjay certificate {}", show::text(&args.issue))?;
    }
    Ok(exit)
}

/// How long to wait; nothing for what the policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Grace(Option<i64>);

fn grace(text: &str) -> Result<Grace, String> {
    if text == "policy" { Ok(Grace(None)) } else { span::milliseconds(text).map(|span| Grace(Some(span))) }
}
