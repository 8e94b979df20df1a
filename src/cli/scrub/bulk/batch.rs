//! The next batch: what earlier runs have left of its files, and their records.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use super::{Act, BYTES, Book, Bulk, Task, failures};
use crate::cli::Error;
use crate::cli::scrub::job::Job;
use crate::cli::scrub::list::{Item, Owner};
use crate::ledger::{Before, Begun, FailCode, NewArtifact, Registration, Standing};
use crate::report::RuleCount;
use crate::sink::Place;

impl Bulk<'_> {
    /// Takes the next batch out of the window, and records it together with what has ended meanwhile.
    pub(super) fn next_batch(&self, window: &mut VecDeque<Item>, book: &mut Book) -> Result<Vec<Task>, Error> {
        let mut tasks: Vec<Task> = std::mem::take(&mut book.later);
        let (mut items, mut bytes) = (Vec::new(), 0);
        while let Some(item) = window.front() {
            let is_full = bytes + item.size > BYTES && items.len() >= self.job.threads;
            if is_full || items.len() >= self.batch_files.saturating_sub(tasks.len()).max(1) {
                break;
            }
            bytes += item.size;
            items.extend(window.pop_front());
        }
        // What the first pass has recorded is this run's to go on with.
        if let Some(first) = &self.first {
            for item in items.iter_mut().filter(|item| item.seen.is_none()) {
                item.seen = item.input.real().and_then(|path| first.take(&path));
            }
        }
        let standings = self.standings(&items)?;
        let mut new: Vec<(Item, Place, Act, NewArtifact)> = Vec::with_capacity(items.len());
        for (item, standing) in items.into_iter().zip(standings) {
            let place = match self.tree.place_as_is(&item.out) {
                Ok(place) => place,
                Err(error) => {
                    if let (Some(ledger), Some(id)) = (&self.job.ledger, item.artifact()) {
                        ledger.fail(&id, FailCode::Refused)?;
                    }
                    self.failed(&item, error.into(), book);
                    continue;
                }
            };
            let (resumes, left) = match standing {
                Standing::New => (None, None),
                Standing::Running => {
                    let why = "another run is at work on it; run this again when that is done";
                    self.failed(&item, Error::Refused(why.into()), book);
                    continue;
                }
                Standing::Abandoned { artifact, temporary } => (Some(artifact), temporary),
                // What is to be verified is read all the same.
                Standing::Done(before) | Standing::Unsure(before) if self.job.args.verify => {
                    tasks.push(Task { item, place, begun: None, act: Act::Compare(before) });
                    continue;
                }
                Standing::Done(before) => {
                    self.progress.add(item.size);
                    before_told(&item, before, self.job, book);
                    self.progress.has_done_one(failures(book));
                    continue;
                }
                Standing::Unsure(before) => {
                    tasks.push(Task { item, place, begun: None, act: Act::Compare(before) });
                    continue;
                }
            };
            let mut place = place;
            if let Some(left) = &left {
                place.temporary = place.target.with_file_name(left.file_name().unwrap_or_default());
            }
            let output = self.root.join(&place.relative);
            let is_named = !self.tree.has_unnamed() || output.symlink_metadata().is_ok();
            let input = item.input.real();
            let name = item.input.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
            let temporary = is_named.then(|| output.with_file_name(place.temporary.file_name().unwrap_or_default()));
            let artifact = NewArtifact { name, input, output: Some(output), temporary, is_canonical: true, resumes };
            let left = left.map(|_| place.temporary.clone());
            new.push((item, place, Act::Scrub { is_named, left }, artifact));
        }
        let begun = self.record(&mut new, book)?;
        for ((item, place, act, _), begun) in new.into_iter().zip(begun) {
            tasks.push(Task { item, place, begun, act });
        }
        Ok(tasks)
    }

    /// Records where the inputs were fetched from: with the only one, or by itself.
    pub(super) fn source(&self, files: usize, book: &mut Book) -> Result<(), Error> {
        if let (Some(ledger), Some(source), false) = (&self.job.ledger, &self.job.args.source, book.has_source) {
            book.has_source = true;
            if files == 1 {
                book.source = Some(source.clone());
                return Ok(());
            }
            ledger.register(&Registration {
                issue: self.job.args.issue.clone(),
                customer: self.job.args.customer.clone(),
                source: Some(source.clone()),
                ..Registration::default()
            })?;
        }
        Ok(())
    }

    /// What the ledger says of each file.
    fn standings(&self, items: &[Item]) -> Result<Vec<Standing>, Error> {
        let mut standings = vec![Standing::New; items.len()];
        let Some(ledger) = &self.job.ledger else { return Ok(standings) };
        let mut at = if self.job.args.force { items.len() } else { 0 };
        while at < items.len() {
            // Files of one issue lie beside each other.
            let owner = &items[at].owner;
            let end = at + items[at..].iter().take_while(|item| Arc::ptr_eq(&item.owner, owner)).count();
            if let Some(issue) = owner.issue.as_ref().filter(|_| owner.has_past) {
                let pair = |item: &Item| (item.input.real().unwrap_or_default(), self.root.join(&item.out));
                let candidates: Vec<(PathBuf, PathBuf)> = items[at..end].iter().map(pair).collect();
                standings.splice(at..end, ledger.standing(issue, &self.job.digests.recipe, &candidates)?);
            }
            at = end;
        }
        for (standing, item) in standings.iter_mut().zip(items) {
            if let Some(artifact) = item.artifact() {
                *standing = Standing::Abandoned { artifact, temporary: None };
            } else if item.differs {
                *standing = Standing::New;
            }
        }
        Ok(standings)
    }

    /// Registers what comes and reports what has ended, in one commit.
    fn record(
        &self,
        new: &mut [(Item, Place, Act, NewArtifact)],
        book: &mut Book,
    ) -> Result<Vec<Option<Begun>>, Error> {
        let Some(ledger) = &self.job.ledger else { return Ok(new.iter().map(|_| None).collect()) };
        if new.is_empty() && book.ended.is_empty() {
            return Ok(Vec::new());
        }
        let mut registrations: Vec<Registration> = Vec::new();
        let mut last: Option<Arc<Owner>> = None;
        for (item, _, _, artifact) in new {
            let artifact = std::mem::take(artifact);
            match registrations.last_mut().filter(|_| last.as_ref().is_some_and(|last| Arc::ptr_eq(last, &item.owner)))
            {
                Some(registration) => registration.artifacts.push(artifact),
                None => {
                    registrations.push(Registration {
                        issue: item.owner.issue.clone(),
                        customer: item.owner.customer.clone(),
                        keep_input: self.job.args.keep_input,
                        artifacts: vec![artifact],
                        source: book.source.take(),
                        retention: item.owner.retention.clone(),
                        recipe: item.owner.issue.as_ref().map(|_| self.job.digests.recipe.to_vec()),
                    });
                }
            }
            last = Some(item.owner.clone());
        }
        let begun = ledger.turn(&registrations, std::mem::take(&mut book.ended))?;
        self.job.tell_reopened(ledger);
        Ok(begun.into_iter().map(Some).collect())
    }
}

/// What is told of a file that an earlier run has done.
pub(super) fn before_told(item: &Item, before: Before, job: &Job, book: &mut Book) {
    let rules = rule_counts(job, before.counts);
    if let Some(ledger) = &job.ledger {
        book.stamp.add(&item.out, &before.output, ledger, &rules);
    }
    book.summary.done_before += 1;
    book.summary.withheld_before += before.withheld;
}

/// Counts from the records, with the kinds of the rules.
pub(super) fn rule_counts(job: &Job, counts: Vec<(String, u64)>) -> Vec<RuleCount> {
    let kinds: &HashMap<String, &'static str> = job.kinds();
    let kind = |rule: &str| kinds.get(rule).copied().unwrap_or("secret");
    counts.into_iter().map(|(rule, count)| RuleCount { kind: kind(&rule), rule, count }).collect()
}
