//! `scrubjay status`: what is held, for whom, until when.

use super::{Context, Error, Exit, show};
use crate::ledger::{
    ArtifactStatus, Custody, IssueState, IssueStatus, KeyState, LocationState, LocationStatus, Progress, RequestStatus,
    Role, Summary,
};
use std::io::Write;

/// List what is held, for whom and until when
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this issue
    issue: Option<String>,
    /// Exit with 3 if something is overdue
    #[arg(long)]
    check: bool,
    /// Only the numbers, which is what more than a thousand artifacts are shown as
    #[arg(long, conflicts_with = "issue")]
    summary: bool,
    /// List every artifact, however many there are
    #[arg(long, conflicts_with_all = ["issue", "summary"])]
    all: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// So many artifacts are listed one by one; more of them nobody reads.
const LISTED: u64 = 1000;

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let ledger = context.existing_ledger()?;
    if let Some(ledger) = ledger.as_ref().filter(|_| args.issue.is_none() && !args.all) {
        let summary = ledger.summary()?;
        let is_long = summary.kept + summary.deleted + summary.observed > LISTED;
        if args.summary || (is_long && !args.json) {
            return summarize(context, &args, &summary, out);
        }
    }
    // They belong to no issue, and are shown with all of them.
    let requests = match &ledger {
        Some(ledger) if args.issue.is_none() => ledger.requests()?,
        _ => Vec::new(),
    };
    let late = requests.iter().filter(|request| request.overdue).count() as u64;
    let issues = match ledger {
        Some(ledger) => ledger.status(args.issue.as_deref())?,
        None => match args.issue {
            Some(issue) => return Err(crate::ledger::Error::UnknownIssue(issue).into()),
            None => Vec::new(),
        },
    };
    let artifacts = || issues.iter().flat_map(|issue| &issue.artifacts);
    let overdue = artifacts().filter(|artifact| artifact.overdue).count() as u64;
    let holds =
        || issues.iter().flat_map(|issue| issue.holds.iter().chain(issue.artifacts.iter().flat_map(|a| &a.holds)));
    let reviews = holds().filter(|hold| hold.review_overdue).count() as u64;
    if args.json {
        show::json(out, &issues)?;
    } else if issues.is_empty() && requests.is_empty() {
        writeln!(out, "nothing is recorded in {}", show::path(context.home()))?;
    } else {
        for issue in &issues {
            print(out, issue)?;
        }
        let next = artifacts()
            .filter(|artifact| !artifact.overdue && !artifact.on_hold)
            .filter_map(|artifact| artifact.due_at)
            .min();
        let purgeable = artifacts().filter(|artifact| artifact.overdue && !is_up_to_a_person(artifact)).count() as u64;
        if purgeable > 0 {
            let count = show::plural(purgeable, "artifact");
            writeln!(out, "OVERDUE: {count}; `scrubjay purge` carries it out")?;
        }
        let owed = artifacts().filter(|artifact| artifact.overdue).flat_map(|artifact| &artifact.locations);
        for location in owed.filter(|location| is_obligation(location)) {
            let path = location.path.as_deref().map(show::path).unwrap_or_default();
            writeln!(out, "OVERDUE: only a person can delete {path}: see to it, then")?;
            writeln!(out, "  scrubjay confirm {} --by NAME --evidence TEXT", location.id)?;
        }
        if reviews > 0 {
            writeln!(out, "OVERDUE: {} to be reviewed; `scrubjay release` ends one", show::plural(reviews, "hold"))?;
        }
        print_requests(context, &requests, out)?;
        if let Some(next) = next {
            let wait = show::span(next.0.saturating_sub(context.now().0));
            writeln!(out, "next due {} (in {wait}); `scrubjay resolve ISSUE` deletes before that", show::time(next))?;
        }
        let mut interrupted = artifacts().filter(|artifact| artifact.progress == Progress::Interrupted).peekable();
        if interrupted.peek().is_some() {
            match interrupted.any(has_leavings) {
                true => writeln!(out, "a run died; `scrubjay purge` deletes what it left unfinished")?,
                false => writeln!(out, "a run was interrupted; its input is still held until its due date")?,
            }
        }
    }
    Ok(if args.check && overdue + reviews + late > 0 { Exit::Found } else { Exit::Done })
}

/// The requests of data subjects that are open.
pub fn print_requests(context: &Context, requests: &[RequestStatus], out: &mut impl Write) -> Result<(), Error> {
    for request in requests {
        let left = request.due_at.0.saturating_sub(context.now().0);
        let due = match request.overdue {
            true => format!("OVERDUE: should have been answered by {}", show::time(request.due_at)),
            false => format!("to be answered by {} (in {})", show::time(request.due_at), show::span(left)),
        };
        let about = request.about.as_deref().map(|about| format!(": {}", show::text(about))).unwrap_or_default();
        writeln!(out, "request {} ({}) of a data subject, {due}{about}", request.id, request.kind)?;
    }
    if !requests.is_empty() {
        writeln!(out, "  `scrubjay subject answer REQUEST` tells that one is answered")?;
    }
    Ok(())
}

/// The numbers, and what to do about them.
fn summarize(context: &Context, args: &Args, summary: &Summary, out: &mut impl Write) -> Result<Exit, Error> {
    let overdue = summary.overdue;
    if args.json {
        show::json(out, summary)?;
    } else {
        let artifacts = |count| show::plural(count, "artifact");
        let rows = [
            ("issues", format!("{} open, {} resolved", summary.issues_open, summary.issues_resolved)),
            ("kept", format!("{}, {} on hold", artifacts(summary.kept), summary.on_hold)),
            ("deleted", artifacts(summary.deleted)),
            ("observed", artifacts(summary.observed)),
        ];
        show::table(out, 0, &rows.map(|(name, text)| vec![name.to_string(), text]))?;
        if overdue.artifacts > 0 {
            writeln!(out, "OVERDUE: {}; `scrubjay purge` carries it out", artifacts(overdue.artifacts))?;
        }
        if overdue.obligations > 0 {
            let copies = show::plural(overdue.obligations, "copy");
            writeln!(out, "OVERDUE: {copies} that only a person can delete; `scrubjay status ISSUE` shows them")?;
        }
        if overdue.reviews > 0 {
            writeln!(out, "OVERDUE: {} to be reviewed", show::plural(overdue.reviews, "hold"))?;
        }
        if overdue.requests > 0 {
            let requests = show::plural(overdue.requests, "request");
            writeln!(
                out,
                "OVERDUE: {requests} of data subjects should have been answered; `scrubjay status --all` shows them"
            )?;
        }
        if let Some(next) = summary.next_answer {
            let requests = show::plural(summary.requests_open, "request");
            writeln!(out, "{requests} of data subjects open, the next to be answered by {}", show::time(next))?;
        }
        if let Some(next) = summary.next_due {
            let wait = show::span(next.0.saturating_sub(context.now().0));
            writeln!(out, "next due {} (in {wait})", show::time(next))?;
        }
        writeln!(out, "`scrubjay status ISSUE` lists one issue, `scrubjay status --all` everything")?;
    }
    Ok(if args.check && overdue.is_any() { Exit::Found } else { Exit::Done })
}

/// Whether nothing but what only a person can delete is left of an artifact that is due.
fn is_up_to_a_person(artifact: &ArtifactStatus) -> bool {
    let is_open = |location: &&LocationStatus| location.custody == Custody::Owned && !location.state.is_settled();
    let mut open = artifact.locations.iter().filter(is_open).peekable();
    open.peek().is_some() && open.all(is_obligation)
}

fn print(out: &mut impl Write, issue: &IssueStatus) -> Result<(), Error> {
    let name = issue.issue.as_deref().map_or("unassigned (observed only, never deleted)".into(), show::text);
    let state = match (issue.state, issue.resolved_at) {
        (Some(IssueState::Resolved), Some(at)) => format!("  resolved {}", show::time(at)),
        (Some(state), _) => format!("  {state}"),
        (None, _) => String::new(),
    };
    let key = match issue.key {
        Some(KeyState::Destroyed) => "  key destroyed",
        Some(KeyState::DestroyIntended) => "  key about to be destroyed",
        Some(KeyState::Live) | None => "",
    };
    writeln!(out, "{name}{state}{key}")?;
    for hold in &issue.holds {
        writeln!(out, "  {}", show::hold(hold))?;
    }
    for artifact in &issue.artifacts {
        writeln!(out, "  {}  {}", artifact.id, describe(artifact))?;
        for hold in &artifact.holds {
            writeln!(out, "      {}", show::hold(hold))?;
        }
        let mut rows = Vec::new();
        for location in &artifact.locations {
            let mut what = location.state.to_string().replace('_', " ");
            let is_over = artifact.progress == Progress::Interrupted && !has_leavings(artifact);
            if is_over && location.state == LocationState::WriteIntended {
                what = "not finished".into();
            }
            if let Some(error) = location.last_error {
                what = format!("kept: {}", error.to_string().replace('_', " "));
            }
            if location.custody == Custody::Observed && location.state != LocationState::Left {
                what.push_str(", observed");
            }
            let size = location.size.map_or(String::new(), |size| show::plural(size, "byte"));
            let path = location.path.as_deref().map(show::path).unwrap_or_default();
            let id = if is_obligation(location) { format!("(id {})", location.id) } else { String::new() };
            rows.push(vec![location.role.to_string(), what, size, path, id]);
        }
        show::table(out, 6, &rows)?;
    }
    Ok(())
}

/// Whether only a person can account for a copy that is owed.
fn is_obligation(location: &LocationStatus) -> bool {
    let is_away = location.elsewhere || location.state == LocationState::Unreachable;
    is_away && location.custody == Custody::Owned && !location.state.is_settled()
}

/// Whether a run that died may have left a file that a purge takes before the due date.
fn has_leavings(artifact: &ArtifactStatus) -> bool {
    artifact.locations.iter().any(|location| location.role == Role::Temporary && !location.state.is_settled())
}

fn describe(artifact: &ArtifactStatus) -> String {
    let mut words = Vec::new();
    words.extend(artifact.name.as_deref().map(show::text));
    words.extend(artifact.customer.as_deref().map(|customer| format!("from {}", show::text(customer))));
    words.push(match (artifact.progress, artifact.fail_code) {
        (Progress::Running, _) => "running".into(),
        (Progress::Interrupted, _) => "interrupted: its run died".into(),
        (Progress::Failed, Some(code)) => format!("failed ({code})"),
        (Progress::Failed, None) => "failed".into(),
        (Progress::Present, _) if artifact.on_hold => "on hold".into(),
        (Progress::Present, _) => "kept".into(),
        (Progress::Deleted, _) => "deleted".into(),
    });
    let findings: u64 = artifact.counts.iter().map(|(_, count)| count).sum();
    if findings > 0 {
        words.push(show::plural(findings, "finding"));
    }
    if artifact.withheld > 0 {
        words.push(format!("{} withheld", artifact.withheld));
    }
    let due = if artifact.overdue { "OVERDUE since" } else { "due" };
    words.extend(artifact.due_at.map(|at| format!("{due} {}", show::time(at))));
    words.extend(artifact.deleted_at.map(|at| format!("on {}", show::time(at))));
    words.join(", ")
}
