//! `scrubjay resolve`: the issue is resolved, and what was recorded for it is deleted.

use super::{Context, Error, Exit, delete, show};
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
    /// Wait this long before the deletion, for example `7d` or `12h`; `scrubjay purge` carries it out
    #[arg(long, value_name = "DURATION", value_parser = grace)]
    grace: Option<i64>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        return Err(crate::ledger::Error::UnknownIssue(args.issue).into());
    };
    let is_at_once = args.grace.unwrap_or(0) == 0;
    if !args.dry_run && !args.yes && is_at_once {
        delete::ask(context, || Ok(ledger.resolve(&args.issue, ResolveOptions { dry_run: true, grace_ms: None })?))?;
    }
    let report = ledger.resolve(&args.issue, ResolveOptions { dry_run: args.dry_run, grace_ms: args.grace })?;
    let exit = delete::print(out, &report)?;
    if let Some(until) = report.postponed_until {
        let issue = show::text(&args.issue);
        writeln!(out, "issue {issue} is due {}; `scrubjay purge` carries it out then", show::time(until))?;
    } else if exit == Exit::Done && !args.dry_run {
        writeln!(out, "proof: scrubjay certificate {}", show::text(&args.issue))?;
    }
    Ok(exit)
}

/// Parses a span of time: a number of days, hours or minutes (`7d`, `12h`, `30m`), or what jiff reads (`P7D`, `1w 2d`).
fn grace(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is not a span of time such as 7d or 12h");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    // Days of 24 hours: a grace has no calendar.
    let total =
        span.total((jiff::Unit::Millisecond, jiff::SpanRelativeTo::days_are_24_hours())).map_err(|_| wrong())?;
    if (0.0..=1e14).contains(&total) { Ok(total as i64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::grace;

    #[test]
    fn a_grace_is_a_span_forward() {
        assert_eq!(grace("7d"), Ok(7 * 86_400_000));
        assert_eq!(grace("12h"), Ok(12 * 3_600_000));
        assert_eq!(grace("1w"), Ok(7 * 86_400_000));
        assert_eq!(grace("0s"), Ok(0));
        assert!(grace("-1d").is_err() && grace("soon").is_err() && grace("").is_err());
    }
}
