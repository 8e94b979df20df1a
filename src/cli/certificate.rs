//! `scrubjay certificate`: the proof of deletion of an issue.

use super::{Context, Error, Exit, show};
use crate::ledger::{Answer, Certificate, CertifiedCopy, LocationState};
use std::io::Write;

/// Print the proof that everything recorded for an issue is deleted
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The issue's key
    issue: String,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let Some(ledger) = context.existing_ledger()? else {
        return Err(crate::ledger::Error::UnknownIssue(args.issue).into());
    };
    match ledger.certificate(&args.issue)? {
        Answer::Complete(certificate) if args.json => {
            show::json(out, &certificate)?;
            Ok(Exit::Done)
        }
        Answer::Complete(certificate) => {
            print(out, &certificate)?;
            Ok(Exit::Done)
        }
        Answer::NotComplete { artifacts, key } if args.json => {
            let ids: Vec<&str> = artifacts.iter().map(|artifact| artifact.0.as_str()).collect();
            let answer = serde_json::json!({ "issue": args.issue, "complete": false, "artifacts": ids, "key": key });
            show::json(out, &answer)?;
            Ok(Exit::Refused)
        }
        Answer::NotComplete { artifacts, key } => {
            let issue = show::text(&args.issue);
            writeln!(out, "NOT COMPLETE: there is no certificate for issue {issue} yet")?;
            for artifact in &artifacts {
                writeln!(out, "  {artifact}  not deleted")?;
            }
            if key {
                writeln!(out, "  the key of the issue is not destroyed")?;
            }
            writeln!(out, "`scrubjay status {issue}` shows why; `scrubjay resolve {issue}` deletes")?;
            Ok(Exit::Refused)
        }
    }
}

fn print(out: &mut impl Write, certificate: &Certificate) -> Result<(), Error> {
    writeln!(out, "Certificate of deletion")?;
    let mut head = vec![vec!["issue".into(), show::text(&certificate.issue)]];
    if let Some(at) = certificate.resolved_at {
        head.push(vec!["resolved".into(), show::time(at)]);
    }
    for at in &certificate.keys_destroyed_at {
        head.push(vec!["key destroyed".into(), show::time(*at)]);
    }
    head.push(vec!["issued".into(), format!("{} by {}", show::time(certificate.issued_at), certificate.tool)]);
    let entries = show::plural(certificate.audit_entries, "entry");
    head.push(vec!["audit log".into(), format!("{entries}, head {}", certificate.audit_head)]);
    show::table(out, 0, &head)?;
    for artifact in &certificate.artifacts {
        writeln!(out)?;
        let deleted = artifact.deleted_at.map(|at| format!(", deleted {}", show::time(at))).unwrap_or_default();
        writeln!(out, "artifact {}, recorded {}{deleted}", artifact.id, show::time(artifact.registered_at))?;
        if artifact.copies.is_empty() && !artifact.to_standard_output {
            writeln!(out, "  no copy of it was kept")?;
        }
        for copy in &artifact.copies {
            print_copy(out, copy)?;
        }
        if artifact.to_standard_output {
            writeln!(out, "  {:<10} written to standard output, which is not tracked", "output")?;
        }
    }
    writeln!(out)?;
    writeln!(
        out,
        "unlink-only: the name was removed after the whole content was compared with the record; the storage"
    )?;
    writeln!(out, "medium, snapshots and backups may hold remnants. Names and paths are blanked in the ledger.")?;
    Ok(())
}

fn print_copy(out: &mut impl Write, copy: &CertifiedCopy) -> Result<(), Error> {
    let at = copy.settled_at.map(show::time).unwrap_or_default();
    let how = match copy.state {
        LocationState::Deleted => {
            let cause = copy.cause.map(|cause| cause.to_string()).unwrap_or_default();
            let assurance = copy.assurance.map(|assurance| format!(", {assurance}")).unwrap_or_default();
            format!("deleted {at} by {}{assurance} ({cause})", copy.method.unwrap_or("unlink"))
        }
        LocationState::Attested => format!("deleted, as attested {at}; it was not seen from here"),
        LocationState::Missing => format!("not found {at}, not deleted by us"),
        LocationState::Left => format!("left to its owner {at}: it was only observed"),
        state => state.to_string(),
    };
    writeln!(out, "  {:<10} {how}", copy.role)?;
    if let (Some(size), Some(sha256)) = (copy.size, &copy.sha256) {
        writeln!(out, "             {}, SHA-256 {sha256}", show::plural(size, "byte"))?;
    }
    Ok(())
}
