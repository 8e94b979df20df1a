//! What `resolve` and `purge` share: the question before, and the report after.

use super::{Context, Error, Exit, show};
use crate::ledger::{Cause, DeletionItem, DeletionReport, Outcome, Role};
use std::io::{self, IsTerminal, Write};

/// Asks before files are deleted, if there is a terminal; the dry run is made only then, since it reads every file.
pub fn ask(context: &Context, dry_run: impl FnOnce() -> Result<DeletionReport, Error>) -> Result<(), Error> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(());
    }
    let report = dry_run()?;
    let count = report.count(|outcome| outcome == Outcome::WouldDelete);
    if count == 0 {
        return Ok(());
    }
    print(&mut io::stderr(), &report, Asked::ByName)?;
    context.confirm(&format!("delete {} for good?", show::plural(count, "file")))
}

/// What was to be deleted: what a hold keeps was not asked for by whoever asks for whatever is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What is named: a hold refuses it.
    ByName,
    /// Whatever is due and may be deleted, by a timer: a hold is as it should be.
    WhateverIsDue,
}

/// Whether something remains that nothing holds.
fn is_short(report: &DeletionReport) -> bool {
    report.left_to_owner
        || !report.running.is_empty()
        || report.count(|outcome| outcome.is_kept() && outcome != Outcome::Held) > 0
}

/// Prints what was, or would be, deleted and what could not be; the exit code says whether something remains.
///
/// A reader that goes away does not change what was done: the exit code is the same.
pub fn print(out: &mut impl Write, report: &DeletionReport, asked: Asked) -> Result<Exit, Error> {
    let exit = match (report.is_incomplete(), report.is_all_held(), asked) {
        (_, true, Asked::ByName) => Exit::Refused,
        (true, _, _) if asked == Asked::ByName || is_short(report) => Exit::Incomplete,
        _ => Exit::Done,
    };
    match write(out, report, asked) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(exit),
    }
}

fn write(out: &mut impl Write, report: &DeletionReport, asked: Asked) -> io::Result<()> {
    let mut rows = Vec::new();
    for item in report.items.iter().filter(|item| item.outcome != Outcome::Gone) {
        rows.push(vec![
            verdict(item.outcome).to_string(),
            item.artifact.to_string(),
            item.role.to_string(),
            item.path.as_deref().map(show::path).unwrap_or_default(),
            match item.cause {
                Cause::Resolved => String::new(),
                Cause::Deadline => "(past its deadline)".into(),
                Cause::Orphan => "(left by a run that died)".into(),
                Cause::Operator => "(attested)".into(),
            },
        ]);
    }
    show::table(out, 0, &rows)?;
    let listed = report.items.len() as u64;
    let all = report.count(|_| true);
    if all > listed {
        writeln!(out, "and {} more", show::plural(all - listed, "copy"))?;
    }
    for artifact in &report.running {
        writeln!(out, "in use       {artifact}  a run is at work on it; `scrubjay purge` takes it later")?;
    }
    if !report.interrupted.is_empty() {
        let count = show::plural(report.interrupted.len() as u64, "run");
        writeln!(out, "{count} died before the end; what they registered stays listed until it is due")?;
    }
    for issue in &report.keys_destroyed {
        writeln!(out, "the key of issue {} is destroyed", show::text(issue))?;
    }
    if report.left_to_owner {
        return writeln!(out, "due now; the next purge of who owns the ledger's tables deletes it");
    }
    let count = |is: fn(Outcome) -> bool| report.count(is);
    let deleted = count(|outcome| matches!(outcome, Outcome::Deleted | Outcome::DeletedWithOther));
    let would = count(|outcome| outcome == Outcome::WouldDelete);
    let missing = count(|outcome| outcome == Outcome::Missing);
    let held = count(|outcome| outcome == Outcome::Held);
    let kept = count(Outcome::is_kept) - held;
    let what = if report.dry_run { format!("would delete {would}") } else { format!("deleted {deleted}") };
    let held = if held > 0 { format!(", on hold {held}") } else { String::new() };
    writeln!(out, "{what}, not found {missing}, could not delete {kept}{held}")?;
    let mut advised = Vec::new();
    for item in &report.items {
        if let Some(advice) = advice(item).filter(|advice| !advised.contains(advice)) {
            writeln!(out, "- {advice}")?;
            advised.push(advice);
        }
    }
    if report.log_not_emptied {
        writeln!(out, "the database's log could not be emptied, since another process reads it; the next purge will")?;
    }
    if report.count(|outcome| outcome == Outcome::Held) > 0 && asked == Asked::WhateverIsDue {
        writeln!(out, "what is on hold is due, and stays until `scrubjay release`; `scrubjay status` shows why")?;
        if is_short(report) {
            writeln!(out, "what else remains stays due: settle it, and run `scrubjay purge`")?;
        }
    } else if report.is_all_held() {
        writeln!(
            out,
            "nothing was deleted: a hold keeps all of it; `scrubjay status` shows until when it is to be reviewed"
        )?;
    } else if report.is_incomplete() {
        writeln!(out, "what remains stays due: settle it, and run `scrubjay purge`")?;
    }
    Ok(())
}

/// What a person can do about a copy that was kept.
pub fn advice(item: &DeletionItem) -> Option<String> {
    Some(match item.outcome {
        Outcome::Mismatch => {
            "a changed file is left to you: delete it, or record it anew with `scrubjay record`".into()
        }
        Outcome::Shared => {
            "a second name keeps the content: find it with `find -samefile`, and delete or record it".into()
        }
        Outcome::InUse => "a process reads the file: end it (`fuser -v` shows which), and purge again".into(),
        Outcome::Unreachable if item.role == Role::Url => {
            let id = &item.location;
            format!("delete it there, then attest it: scrubjay confirm {id} --by NAME --evidence TEXT")
        }
        Outcome::Unreachable => {
            let id = &item.location;
            format!(
                "mount its disk, or purge on the host that recorded it; if that is gone for good: scrubjay confirm {id} --by NAME --evidence TEXT"
            )
        }
        Outcome::Denied => "run the purge as a user who may delete it".into(),
        _ => return None,
    })
}

/// What became of a copy, in words.
pub fn verdict(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Deleted => "deleted",
        Outcome::DeletedWithOther => "deleted (with another record of it)",
        Outcome::WouldDelete => "would delete",
        Outcome::Missing => "not found, not deleted by us",
        Outcome::Gone => "gone",
        Outcome::Withdrawn => "put back (not due any more)",
        Outcome::Attested => "deleted, as attested",
        Outcome::Held => "KEPT: on hold",
        Outcome::InUse => "KEPT: a process has it open",
        Outcome::Mismatch => "KEPT: not what was recorded",
        Outcome::Shared => "KEPT: has further hard links",
        Outcome::SharedWithIssue => "KEPT: recorded for another open issue",
        Outcome::Unreachable => "KEPT: cannot be reached from here",
        Outcome::Denied => "KEPT: not permitted",
        Outcome::Failed => "KEPT: the system failed",
    }
}
