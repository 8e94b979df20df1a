//! One run of `scrub`: what it works with, how it records, and what it tells in the end.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::{Args, SummaryFormat, stats};
use crate::artifact::{ArtifactId, Content};
use crate::cli::{Error, Exit, account, show};
use crate::ledger::{FailCode, Ledger, NewArtifact, Registration};
use crate::pipeline::{self, Gathered, Knowledge, Report, Scrubber};
use crate::report::Summary;
use crate::sink;
use crate::source::file;

/// What every form of the verb works with.
pub struct Job {
    /// The ledger, unless nothing is to be recorded.
    pub ledger: Option<Arc<Ledger>>,
    /// The ledger that keys come from, also if nothing is to be recorded; without one there are no issues.
    pub keys: Option<Arc<Ledger>>,
    pub scrubber: Arc<Scrubber>,
    /// What the outputs are told apart by.
    pub digests: Digests,
    pub threads: usize,
    /// The ids of the rules in the slow lane.
    pub slow: Vec<String>,
    /// Where spools go.
    pub spools: PathBuf,
    /// How much was learned, if a first pass was made.
    pub knowledge: Option<Knowledge>,
    pub args: Args,
    pub kinds: OnceLock<HashMap<String, &'static str>>,
}

/// What says how outputs came about, where somebody asks; empty for a filter, of which nobody does.
#[derive(Default)]
pub struct Digests {
    /// Of what decides the outputs, besides inputs and keys.
    pub recipe: Vec<u8>,
    /// Of the rules, and of the policy.
    pub rules: Vec<u8>,
    pub policy: Vec<u8>,
}

impl Job {
    /// The kinds of the rules by their ids.
    pub fn kinds(&self) -> &HashMap<String, &'static str> {
        let kinds = || self.scrubber.catalogue().iter().map(|rule| (rule.id.to_string(), rule.kind.id())).collect();
        self.kinds.get_or_init(kinds)
    }

    /// Tells of issues that were opened again.
    pub fn tell_reopened(&self, ledger: &Ledger) {
        for reopened in ledger.take_reopened().into_iter().filter(|_| !self.args.quiet) {
            let key = if reopened.has_new_key { " with a new key" } else { "" };
            let issue = show::text(&reopened.issue);
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(io::stderr(), "issue {issue} was resolved; it is open again{key}");
        }
    }

    /// Records artifacts before any of them is read, in one commit. The ids are in the order of the artifacts; there are
    /// none if nothing is recorded.
    pub fn register(&self, artifacts: Vec<NewArtifact>) -> Result<Vec<Option<ArtifactId>>, Error> {
        let Some(ledger) = &self.ledger else { return Ok(vec![None; artifacts.len()]) };
        let registration = Registration {
            issue: self.args.issue.clone(),
            customer: self.args.customer.clone(),
            keep_input: self.args.keep_input,
            source: self.args.source.clone(),
            artifacts,
            ..Registration::default()
        };
        let ids = ledger.register(&registration)?;
        self.tell_reopened(ledger);
        Ok(ids.into_iter().map(Some).collect())
    }

    /// Scans a written output once more, if that was asked for, before it gets its name.
    pub fn verify(&self, written: &Path) -> Result<(), Error> {
        self.verify_with(&self.scrubber, written)
    }

    /// The same with the scrubber that made it.
    pub fn verify_with(&self, scrubber: &Scrubber, written: &Path) -> Result<(), Error> {
        if !self.args.verify {
            return Ok(());
        }
        let left = scrubber.leftovers(&mut file::open(written)?)?;
        if left.count == 0 { Ok(()) } else { Err(Error::Left { count: left.count, first: left.first }) }
    }

    /// Scrubs from now on with what was gathered in a first pass.
    pub fn know(&mut self, gathered: Gathered) {
        let (scrubber, knowledge) = self.scrubber.knowing(gathered);
        // What is known decides the outputs, too.
        let recipe = &mut self.digests.recipe;
        *recipe = blake3::hash(&[recipe, &scrubber.known()[..]].concat()).as_bytes().to_vec();
        self.scrubber = Arc::new(scrubber);
        self.knowledge = Some(knowledge);
    }

    /// Records how an artifact ended well.
    pub fn finish(&self, id: Option<&ArtifactId>, report: &Report, output: Option<Content>) -> Result<(), Error> {
        if let (Some(ledger), Some(id)) = (&self.ledger, id) {
            ledger.finish(id, &account::ended(&report.summary, report.input, output))?;
        }
        Ok(())
    }

    /// Records that an artifact could not be scrubbed. A ledger that fails now has a row that says "registered", which is
    /// as true, so the error that led here goes before.
    pub fn fail(&self, id: Option<&ArtifactId>, error: &Error) {
        if let (Some(ledger), Some(id)) = (&self.ledger, id) {
            let code = fail_code(error);
            let _ = ledger.fail(id, code);
        }
    }

    /// Tells what was done, and what is overdue; gives the exit code.
    pub fn conclude(&self, summary: &mut Summary, start: Instant) -> Result<Exit, Error> {
        summary.elapsed = start.elapsed();
        if let Some(knowledge) = self.knowledge {
            summary.learned = Some(knowledge.values);
            summary.is_learned_cut = knowledge.is_cut;
        }
        if !self.args.quiet {
            let mut text = match self.args.summary {
                SummaryFormat::Text => summary.text(),
                SummaryFormat::Json => summary.json(),
            };
            if let Some(ledger) = &self.ledger
                && self.args.summary == SummaryFormat::Text
            {
                text.push_str(&overdue(ledger)?);
            }
            if self.args.stats && self.args.summary == SummaryFormat::Text {
                text.push_str(&stats::text(summary, &self.slow, &self.scrubber.anchor_names()));
            }
            // A closed standard error leaves nobody to tell.
            let _ = io::stderr().write_all(text.as_bytes());
        }
        Ok(if summary.is_whole() { Exit::Done } else { Exit::Incomplete })
    }

    /// Whether a progress bar may be drawn: to a terminal that nothing else is written to.
    pub fn may_draw(&self, is_output_elsewhere: bool) -> bool {
        !self.args.quiet && io::stderr().is_terminal() && (is_output_elsewhere || !io::stdout().is_terminal())
    }
}

/// Why an artifact failed, as the ledger keeps it.
pub fn fail_code(error: &Error) -> FailCode {
    match error {
        Error::Scrub(pipeline::Error::Read(_)) | Error::Source(_) | Error::Changed { .. } => FailCode::Read,
        Error::Scrub(pipeline::Error::Container { .. }) => FailCode::Decode,
        Error::Scrub(pipeline::Error::Unscannable { .. }) => FailCode::Refused,
        Error::Left { .. } => FailCode::Verify,
        Error::Scrub(pipeline::Error::Write(error)) if sink::reader_is_gone(error) => FailCode::Cancelled,
        Error::Scrub(pipeline::Error::Write(_)) | Error::Sink(_) => FailCode::Write,
        _ => FailCode::Internal,
    }
}

/// What is overdue in the ledger, in a line or none.
fn overdue(ledger: &Ledger) -> Result<String, Error> {
    let overdue = ledger.overdue()?;
    let mut text = String::new();
    if overdue.artifacts > 0 {
        let artifacts = show::plural(overdue.artifacts, "artifact");
        text.push_str(&format!("warning: {artifacts} past the deadline; `scrubjay purge` deletes what is due\n"));
    }
    if overdue.obligations > 0 {
        let copies = show::plural(overdue.obligations, "copy");
        text.push_str(&format!("warning: overdue: {copies} that only a person can delete; see `scrubjay status`\n"));
    }
    if overdue.reviews > 0 {
        let holds = show::plural(overdue.reviews, "hold");
        text.push_str(&format!("warning: {holds} should have been reviewed; see `scrubjay status`\n"));
    }
    if overdue.requests > 0 {
        let requests = show::plural(overdue.requests, "request");
        text.push_str(&format!(
            "warning: {requests} of data subjects should have been answered; see `scrubjay status`\n"
        ));
    }
    Ok(text)
}

/// The path of an existing input as the ledger keeps it: from the root, through every link.
pub fn real_input(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// The path of an output as the ledger keeps it: from the root, its directory through every link.
pub fn real_output(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (parent.canonicalize(), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()),
    }
}
