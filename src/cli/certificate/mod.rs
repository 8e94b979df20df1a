//! `scrubjay certificate`: the proof of deletion of an issue, and its check on another machine.

mod page;

use super::{Context, Error, Exit, show};
use crate::ledger::{self, Answer, PublicKey, verify_certificate};
use page::Page;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Print the proof that everything recorded for an issue is deleted
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    /// The issue's key
    #[arg(required = true)]
    issue: Option<String>,
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Write a page to print
    #[arg(long, conflicts_with = "json")]
    html: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Check a certificate, of any form, against the public key of the ledger that issued it; needs no ledger
    Verify {
        /// The certificate
        file: PathBuf,
        /// The public key, or a file that holds it; the ledger's owner prints it with `scrubjay audit key`
        #[arg(long, value_name = "KEY|FILE")]
        key: String,
        /// Write the certificate that was checked as JSON
        #[arg(long)]
        json: bool,
    },
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    match (args.what, args.issue) {
        (Some(What::Verify { file, key, json }), _) => verify(&file, &public_key(&key)?, json, out),
        (None, Some(issue)) => {
            let Some(ledger) = context.existing_ledger()? else {
                return Err(ledger::Error::UnknownIssue(issue).into());
            };
            issue_certificate(&ledger, &issue, args.json, args.html, out)
        }
        (None, None) => Err(Error::Usage("name an issue".into())),
    }
}

fn issue_certificate(
    ledger: &ledger::Ledger,
    issue: &str,
    json: bool,
    html: bool,
    out: &mut impl Write,
) -> Result<Exit, Error> {
    match ledger.certificate(issue)? {
        Answer::Complete(certificate) => {
            let value = serde_json::to_value(&certificate).map_err(|_| Error::Internal("a certificate is no JSON"))?;
            if json {
                show::json(out, &value)?;
            } else {
                let page = Page::new(&value);
                if html { page.html(out, &value)? } else { page.text(out, Some(&value))? }
            }
            Ok(Exit::Done)
        }
        Answer::NotComplete { artifacts, key } if json => {
            let ids: Vec<&str> = artifacts.iter().map(|artifact| artifact.0.as_str()).collect();
            let answer = serde_json::json!({ "issue": issue, "complete": false, "artifacts": ids, "key": key });
            show::json(out, &answer)?;
            Ok(Exit::Refused)
        }
        Answer::NotComplete { artifacts, key } => {
            let issue = show::text(issue);
            writeln!(out, "NOT COMPLETE: there is no certificate for issue {issue} yet")?;
            for artifact in &artifacts {
                writeln!(out, "  {artifact}  not deleted; `scrubjay why {artifact}` tells what keeps it")?;
            }
            if key {
                writeln!(out, "  the key of the issue is not destroyed")?;
            }
            writeln!(out, "`scrubjay status {issue}` shows why; `scrubjay resolve {issue}` deletes")?;
            Ok(Exit::Refused)
        }
    }
}

fn verify(file: &Path, key: &PublicKey, json: bool, out: &mut impl Write) -> Result<Exit, Error> {
    let read = |source| Error::File { doing: "read", path: file.to_path_buf(), source };
    let text = fs::read_to_string(file).map_err(read)?;
    let Some(value) = page::certificate_in(&text) else {
        writeln!(out, "NOT VERIFIED: {} holds no certificate", show::path(file))?;
        return Ok(Exit::Contradiction);
    };
    match verify_certificate(&value, key) {
        Err(what) => {
            writeln!(out, "NOT VERIFIED: {what}")?;
            Ok(Exit::Contradiction)
        }
        Ok(_) if json => {
            show::json(out, &value)?;
            Ok(Exit::Done)
        }
        Ok(at) => {
            writeln!(out, "VERIFIED: the ledger with this key signed on {} what follows\n", show::time(at))?;
            Page::new(&value).text(out, None)?;
            Ok(Exit::Done)
        }
    }
}

/// A public key, from its text or from a file that holds it.
pub fn public_key(given: &str) -> Result<PublicKey, Error> {
    if let Some(key) = PublicKey::parse(given) {
        return Ok(key);
    }
    let path = PathBuf::from(given);
    let text = fs::read_to_string(&path).map_err(|source| Error::File { doing: "read the key", path, source })?;
    let no_key = || Error::Usage(format!("{} holds no public key", show::text(given)));
    PublicKey::parse(&text).ok_or_else(no_key)
}

/// A string of a certificate, harmless to print.
fn field(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(show::text)
}
