//! What becomes of a batch that the workers are done with: its files get their names, and their ends are kept for the ledger.

use std::collections::HashSet;
use std::path::PathBuf;

use super::batch::before_told;
use super::{Act, Book, Bulk, Done, LISTED, Made, Output, Task, failures};
use crate::cli::scrub::job::fail_code;
use crate::cli::scrub::list::Item;
use crate::cli::scrub::twins;
use crate::cli::{Error, account};
use crate::ledger::End;
use crate::report::Withheld;

impl Bulk<'_> {
    /// What workers have written of a batch; what came of the others is kept.
    pub(super) fn sort(&self, done: Vec<Done>, book: &mut Book) -> Vec<(Task, Box<Output>)> {
        let mut outputs = Vec::with_capacity(done.len());
        for (task, made) in done {
            match made {
                Ok(Made::Written(output)) => outputs.push((task, output)),
                Ok(Made::Same) => {
                    self.progress.add(task.item.size);
                    if let Act::Compare(before) = task.act {
                        before_told(&task.item, before, self.job, book);
                        self.progress.has_done_one(failures(book));
                    }
                }
                Ok(Made::Differs) => book.again.push(Item { differs: true, ..task.item }),
                Ok(Made::Later) => book.later.push(task),
                Err(error) => self.gave_up(task, error, book),
            }
        }
        outputs
    }

    /// Gives files their names, and keeps what is to be recorded of them. Those of which `is_together` says so are on the disk
    /// already.
    pub(super) fn publish(&self, outputs: Vec<(Task, Box<Output>)>, is_together: bool, book: &mut Book) {
        let mut finished = Vec::with_capacity(outputs.len());
        for (task, mut output) in outputs {
            let synced = if is_together && output.is_beside { Ok(()) } else { output.written.sync() };
            match synced.and_then(|()| output.written.name()) {
                Ok(()) => finished.push((task, output)),
                Err(error) => self.not_named(task, &output, error.into(), book),
            }
        }
        let mut confirmed: HashSet<PathBuf> = HashSet::new();
        for (task, output) in finished {
            let is_left_to_sync = is_together && output.is_beside;
            let directory = task.place.target.parent().map(PathBuf::from).unwrap_or_default();
            // All of them have their names by now: one word for each directory is enough.
            if !is_left_to_sync
                && confirmed.insert(directory)
                && let Err(error) = output.written.confirm()
            {
                self.not_named(task, &output, error.into(), book);
                continue;
            }
            self.has_name(task, *output, is_left_to_sync, book);
        }
        book.summary.bound(LISTED);
    }

    fn not_named(&self, task: Task, output: &Output, error: Error, book: &mut Book) {
        if let Some(key) = &output.key {
            self.twins().is_not_made(key);
        }
        self.gave_up(task, error, book);
    }

    /// Keeps what is to be recorded and told of a file that has its name.
    fn has_name(&self, task: Task, output: Output, is_left_to_sync: bool, book: &mut Book) {
        let Output { written, input, summary, key, is_copy, .. } = output;
        let content = written.content();
        if let Some(key) = key {
            let lists = [&summary.withheld, &summary.doubtful, &summary.passed, &summary.masked];
            if lists.iter().all(|list| list.is_empty()) && !is_copy {
                let twin = twins::Twin {
                    path: task.place.target.clone().into(),
                    expected: twins::Expected::Content(content),
                    counts: summary.rules.clone().into(),
                };
                self.twins().is_made(key, twin);
            } else {
                self.twins().is_not_made(&key);
            }
        }
        if let Some(ledger) = &self.job.ledger {
            book.stamp.add(&task.item.out, &ledger.print(content), ledger, &summary.rules);
        } else {
            book.stamp.count(&summary.rules);
        }
        if let Some(begun) = task.begun {
            let finished = account::ended(&summary, input, Some(content));
            let list = if is_left_to_sync { &mut book.named } else { &mut book.ended };
            list.push((begun, End::Finished(finished)));
        }
        book.summary.add(summary);
        self.progress.has_done_one(failures(book));
    }

    /// A file that could not be scrubbed.
    fn gave_up(&self, task: Task, error: Error, book: &mut Book) {
        book.is_left |= matches!(error, Error::Left { .. });
        let code = fail_code(&error);
        if let Some(begun) = task.begun {
            book.ended.push((begun, End::Failed(code)));
        }
        self.failed(&task.item, error, book);
    }

    pub(super) fn failed(&self, item: &Item, error: Error, book: &mut Book) {
        let reason = error.without_content(&item.owner.scrubber).chain();
        book.summary.failed.push(Withheld { name: item.told(), reason });
        self.progress.has_done_one(failures(book));
    }
}
