//! What workers do with a file: scrub it, copy the output of an equal one, or compare it with what an earlier run has done.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError, mpsc};

use super::batch::rule_counts;
use super::{Act, Bulk, Done, Made, Output, Task};
use crate::artifact::Content;
use crate::cli::Error;
use crate::cli::scrub::explain;
use crate::cli::scrub::list::Item;
use crate::cli::scrub::twins::{self, Found, Key, Twins};
use crate::pipeline::{self, Report};
use crate::report::Summary;
use crate::sink::{self, FileSink, Place};
use crate::source::file::{self, OpenFile};

/// What a worker keeps from one file to the next.
#[derive(Default)]
struct Hands {
    input: file::Way,
    output: sink::Way,
}

/// A content that this worker is to scrub. Unless it is kept, those that wait for it need not wait any more, whatever became
/// of it.
struct Claim<'a> {
    twins: &'a Mutex<Twins>,
    key: &'a Key,
    is_kept: bool,
}

impl Claim<'_> {
    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.twins.lock().unwrap_or_else(PoisonError::into_inner).is_not_made(self.key);
        }
    }
}

impl Bulk<'_> {
    /// What a worker does until there is no more to do.
    pub(super) fn work(&self, tasks: &Mutex<mpsc::Receiver<(u64, Vec<Task>)>>, done: &mpsc::Sender<(u64, Done)>) {
        let mut hands = Hands::default();
        loop {
            let taken = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((number, slice)) = taken else { return };
            for task in slice {
                let act = AssertUnwindSafe(|| self.deal_with(&task, &mut hands));
                let made = catch_unwind(act).unwrap_or(Err(Error::Scrub(pipeline::Error::Panicked)));
                if done.send((number, (task, made))).is_err() {
                    return;
                }
            }
        }
    }

    fn deal_with(&self, task: &Task, hands: &mut Hands) -> Result<Made, Error> {
        let mut input = task.item.input.open(&mut hands.input)?;
        match &task.act {
            Act::Compare(before) => {
                let Some(ledger) = &self.job.ledger else { return Ok(Made::Differs) };
                let is_input = ledger.is_input_of(before, content_of(&mut input)?);
                let is_output = is_input && {
                    let mut output = file::open(&task.place.target)?;
                    ledger.print(content_of(&mut output)?) == before.output
                };
                if !is_output {
                    return Ok(Made::Differs);
                }
                self.job.verify_with(&task.item.owner.scrubber, &task.place.target)?;
                Ok(Made::Same)
            }
            Act::Scrub { is_named, left } => {
                if let Some(left) = left {
                    // It is recorded as ours, and its run is dead. If it cannot be removed, the new one cannot be made.
                    let _ = std::fs::remove_file(left);
                }
                self.scrub(task, &mut input, *is_named, hands)
            }
        }
    }

    fn scrub(&self, task: &Task, input: &mut OpenFile, is_named: bool, hands: &mut Hands) -> Result<Made, Error> {
        let item = &task.item;
        let Some(key) = self.key_of(item, input)? else {
            let mut output = self.scrub_anew(task, input, is_named, hands)?;
            output.key = Some(Key::new(&item.owner, output.input));
            return Ok(Made::Written(Box::new(output)));
        };
        let found = self.twins().claim(&key);
        if let Found::Later = found {
            return Ok(Made::Later);
        }
        if let Found::Twin(twin) = &found {
            if let Some(made) = self.copied(task, input, &key, twin, is_named, hands)? {
                return Ok(made);
            }
            self.twins().reclaim(&key);
        }
        let claim = Claim { twins: &self.twins, key: &key, is_kept: false };
        if let Found::Nothing = found
            && let Some(twin) = self.earlier(item, &key)?
            && let Some(made) = self.copied(task, input, &key, &twin, is_named, hands)?
        {
            claim.keep();
            self.twins().is_made(key, twin);
            return Ok(made);
        }
        let mut output = self.scrub_anew(task, input, is_named, hands)?;
        claim.keep();
        output.key = Some(key);
        Ok(Made::Written(Box::new(output)))
    }

    /// The content of a file, if there may be an equal one, or if the file is short: it is read twice only where another one
    /// began like it.
    fn key_of(&self, item: &Item, input: &mut OpenFile) -> Result<Option<Key>, Error> {
        // What is told of each candidate is told of the file itself.
        if self.job.args.explain || self.job.args.stats || item.size == 0 {
            return Ok(None);
        }
        // As much as a scrub reads first, so that it is in memory then.
        let mut beginning = [0; 4096];
        let known = match input.is_regular() {
            true => input.beginning(&mut beginning).map_err(|source| Error::Scrub(pipeline::Error::Read(source)))?,
            false => 0,
        };
        if input.is_regular() && known < beginning.len() {
            let content = Content { size: known as u64, blake3: *blake3::hash(&beginning[..known]).as_bytes() };
            return Ok(Some(Key::new(&item.owner, content)));
        }
        let may_be = self.twins().may_have(&item.owner, item.size, &beginning[..known]);
        let is_known = item.owner.has_past && self.job.ledger.is_some();
        if !may_be && !is_known {
            return Ok(None);
        }
        let content = content_of(input)?;
        std::io::Seek::rewind(input).map_err(|source| Error::Scrub(pipeline::Error::Read(source)))?;
        Ok(Some(Key::new(&item.owner, content)))
    }

    /// An equal file of an earlier run.
    fn earlier(&self, item: &Item, key: &Key) -> Result<Option<twins::Twin>, Error> {
        let (Some(ledger), Some(issue), true) = (&self.job.ledger, &item.owner.issue, item.owner.has_past) else {
            return Ok(None);
        };
        if self.job.args.force {
            return Ok(None);
        }
        let Some(twin) = ledger.twin(issue, &self.job.digests.recipe, key.content)? else { return Ok(None) };
        let counts = rule_counts(self.job, twin.counts);
        Ok(Some(twins::Twin {
            path: twin.path.into(),
            expected: twins::Expected::Print(twin.output),
            counts: counts.into(),
        }))
    }

    /// Copies the output of an equal file; none if that is not there any more, or not what it was.
    fn copied(
        &self,
        task: &Task,
        input: &OpenFile,
        key: &Key,
        twin: &twins::Twin,
        is_named: bool,
        hands: &mut Hands,
    ) -> Result<Option<Made>, Error> {
        let Ok(from) = File::open(&*twin.path) else { return Ok(None) };
        let mut sink = self.create(&task.place, is_named, hands)?;
        sink.copy(&from).map_err(|source| Error::Scrub(pipeline::Error::Write(source)))?;
        let written = sink.close();
        let is_it = match &twin.expected {
            twins::Expected::Content(content) => *content == written.content(),
            twins::Expected::Print(print) => {
                self.job.ledger.as_ref().is_some_and(|ledger| ledger.print(written.content()) == *print)
            }
        };
        if !is_it {
            return Ok(None);
        }
        if file::changed_since(input).unwrap_or(true) {
            return Err(Error::Changed { path: task.item.input.path() });
        }
        if let twins::Expected::Print(_) = &twin.expected {
            // What this run has written itself is verified already.
            self.job.verify_with(&task.item.owner.scrubber, &written.path())?;
        }
        self.progress.add(task.item.size);
        let summary = Summary {
            rules: twin.counts.to_vec(),
            artifacts: 1,
            scrubbed: 1,
            copied: 1,
            bytes_in: key.content.size,
            bytes_out: written.content().size,
            ..Summary::default()
        };
        let is_beside = task.place.is_beside_root(&hands.output);
        let output = Output { written, is_beside, input: key.content, summary, key: None, is_copy: true };
        Ok(Some(Made::Written(Box::new(output))))
    }

    fn create(&self, place: &Place, is_named: bool, hands: &mut Hands) -> Result<FileSink, Error> {
        if !is_named && let Some(sink) = place.create_unnamed(&mut hands.output)? {
            return Ok(sink);
        }
        // Only a file system below the root that differs from the root's comes here without a recorded name.
        if !is_named {
            return Err(Error::Sink(sink::Error::Refused {
                path: place.target.clone(),
                why: "its file system has no files without names, unlike that of the output directory",
            }));
        }
        Ok(place.create(&mut hands.output)?)
    }

    fn scrub_anew(
        &self,
        task: &Task,
        input: &mut OpenFile,
        is_named: bool,
        hands: &mut Hands,
    ) -> Result<Output, Error> {
        let (item, place) = (&task.item, &task.place);
        let mut sink = self.create(place, is_named, hands)?;
        let is_beside = place.is_beside_root(&hands.output);
        let scrubber = &item.owner.scrubber;
        let report: Report = scrubber.scrub_file(input, self.progress.watching(), &mut sink)?;
        if file::changed_since(input).unwrap_or(true) || report.input.size != input.seen().size {
            return Err(Error::Changed { path: item.input.path() });
        }
        if item.seen.as_ref().is_some_and(|seen| seen.differs(report.input)) {
            return Err(Error::Changed { path: item.input.path() });
        }
        let written = sink.close();
        self.job.verify_with(scrubber, &written.path())?;
        let name = item.told();
        explain::print_with(scrubber, &report, &name);
        let mut summary = report.summary;
        summary.within(&name);
        Ok(Output { written, is_beside, input: report.input, summary, key: None, is_copy: false })
    }
}

/// The content of a file, read to its end.
fn content_of(file: &mut OpenFile) -> Result<Content, Error> {
    let read = crate::source::HashingReader::new(&mut *file).drain();
    read.map_err(|source| Error::Scrub(pipeline::Error::Read(source)))
}
