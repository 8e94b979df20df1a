//! `scrub` of a directory, of several inputs or of a manifest, to a directory of the same shape.
//!
//! Files go in *batches*. While workers scrub one, the batch before it is brought to the disk with one `syncfs`; meanwhile
//! one commit tells the ledger of the files that have their names for good and of those that come next. Then
//! its files get their names. So every file is recorded before it is read, no name stands for bytes that are not on the disk, no record says "present" of a
//! name that a power failure may take back, and a thousand files wait for the disk a few times. Of a batch with few files
//! each waits for itself: `syncfs` would wait for whatever else is being written to the file system.
//!
//! An output that replaces nothing has no name while it is written (`O_TMPFILE`), so that a crash leaves nothing of it.
//! Where a file stands already, or the file system has no such files, it has a temporary name, which is recorded.

mod batch;
mod first;
mod publish;
mod work;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Instant;

use super::job::{Job, real_output};
use super::list::{Item, List};
use super::manifest::Manifest;
use super::progress::Progress;
use super::twins;
use crate::artifact::Content;
use crate::cli::{Context, Error, Exit, stamp};
use crate::ledger::{Before, Begun, End};
use crate::report::{Summary, Withheld};
use crate::sink::{Place, Tree, Written, syncs_are_told};
use first::First;
pub use first::Seen;
use twins::{Key, Twins};

/// The most files and bytes in one batch; one that has begun takes as many files as there are workers.
const FILES: usize = 512;
const BYTES: u64 = 64 << 20;

/// From how many files on a batch is brought to the disk as a whole.
const TOGETHER: usize = 8;

/// Files that one worker takes at once.
const SLICE: usize = 16;

/// How many of each list are kept for the end; the others are counted.
const LISTED: usize = 10_000;

/// One file that workers deal with.
struct Task {
    item: Item,
    place: Place,
    begun: Option<Begun>,
    act: Act,
}

/// What is to be done with it.
enum Act {
    /// It is registered, and to be scrubbed.
    Scrub {
        /// The output has a temporary name, which is recorded.
        is_named: bool,
        /// A file that a run which died may have left under it.
        left: Option<PathBuf>,
    },
    /// It may be as an earlier run has left it.
    Compare(Before),
}

/// What became of it.
enum Made {
    /// Written, not yet on the disk.
    Written(Box<Output>),
    /// As an earlier run has left it.
    Same,
    /// Not so: to be registered and scrubbed.
    Differs,
    /// A file with the same content is being scrubbed: later.
    Later,
}

struct Output {
    written: Written,
    /// On the file system of the root.
    is_beside: bool,
    input: Content,
    summary: Summary,
    /// The content by which equal files find it, if it was scrubbed and not copied.
    key: Option<Key>,
    is_copy: bool,
}

type Done = (Task, Result<Made, Error>);

/// A batch that the workers have.
struct Batch {
    number: u64,
    tasks: usize,
    done: Vec<Done>,
}

/// One run.
struct Bulk<'a> {
    job: &'a Job,
    /// The first pass, if there was one.
    first: Option<First>,
    tree: Tree,
    /// The tree's root, through every link.
    root: PathBuf,
    progress: Progress,
    twins: Mutex<Twins>,
    batch_files: usize,
    syncs_are_told: bool,
}

/// What the coordinating thread keeps.
#[derive(Default)]
struct Book {
    summary: Summary,
    stamp: stamp::Stamp,
    /// Ends that may be recorded: their names are on the disk.
    ended: Vec<(Begun, End)>,
    /// Ends whose names are not on the disk yet.
    named: Vec<(Begun, End)>,
    /// Files that wait for an equal one.
    later: Vec<Task>,
    /// Files that turned out not to be done.
    again: Vec<Item>,
    is_left: bool,
    /// Where the inputs were fetched from, to be recorded with the only one.
    source: Option<String>,
    has_source: bool,
}

pub fn run(context: &Context, job: &mut Job) -> Result<Exit, Error> {
    let start = Instant::now();
    let Some(root) = job.args.output.clone() else { return Err(Error::Internal("a tree without an output")) };
    let root = root.as_path();
    refuse_overlap(job, root)?;
    let mut manifest = job.args.manifest.as_ref().map(|path| Manifest::open(path, &job.spools)).transpose()?;
    if let Some(manifest) = &mut manifest {
        // Read to its end now: what is wrong with it is told before anything is begun.
        manifest.check(job.args.issue.is_some())?;
    }
    let tree = Tree::create(root)?;
    if let Some(ledger) = &job.ledger {
        ledger.expect_many(true)?;
    }
    let first = if job.scrubber.learns() { Some(First::pass(job)?) } else { None };
    let job = &*job;
    let mut list = List::new(job, context, first.as_ref().map(|first| first.has_past), manifest);
    let real = real_output(root);
    let real = real.canonicalize().unwrap_or(real);
    let progress = Progress::new(job.may_draw(true), Some(0)).of_many(!job.args.quiet);
    if let Some(first) = &first {
        progress.expect_all(first.bytes, first.files);
    }
    let mut names = tree.again();
    let bulk = Bulk {
        job,
        first,
        tree,
        root: real,
        progress,
        twins: Mutex::default(),
        batch_files: batch_files(),
        syncs_are_told: syncs_are_told(),
    };
    let mut book = Book::default();
    let outcome = bulk.through(&mut list, &mut names, &mut book);
    bulk.progress.clear();
    outcome?;
    if let Some(ledger) = &job.ledger {
        if let Some(first) = &bulk.first {
            first.give_up(ledger)?;
        }
        ledger.expect_many(false)?;
    }
    let mut summary = std::mem::take(&mut book.summary);
    // Files end in any order; what is told does not depend on it.
    let Summary { withheld, doubtful, passed, masked, failed, .. } = &mut summary;
    for list in [withheld, doubtful, passed, masked, failed] {
        list.sort_by(|a, b| a.name.cmp(&b.name));
    }
    if let Err(error) = stamp::write_tree(job, root, book.stamp) {
        let reason = error.without_content(&job.scrubber).chain();
        summary.failed.push(Withheld { name: stamp::NAME.into(), reason });
    }
    let exit = job.conclude(&mut summary, start)?;
    Ok(if book.is_left { Exit::Contradiction } else { exit })
}

/// An output below an input would be scrubbed itself the next time; an input below the output would be overwritten.
fn refuse_overlap(job: &Job, root: &std::path::Path) -> Result<(), Error> {
    let root = real_output(root);
    let root = root.canonicalize().unwrap_or(root);
    let here = [PathBuf::from(".")];
    let inputs = if job.args.inputs.is_empty() { &here[..] } else { &job.args.inputs[..] };
    // The files of a manifest are named one by one; only what it names can be overwritten, and the output is made anew.
    let may_lie_below = job.args.manifest.is_some();
    for input in inputs {
        let Ok(input) = input.canonicalize() else { continue };
        if (root.starts_with(&input) && !may_lie_below) || input.starts_with(&root) {
            return Err(Error::Refused(format!("the output directory {} overlaps an input", root.display())));
        }
    }
    Ok(())
}

/// How many files a batch may have, so that three of them and their directories may be open at once.
fn batch_files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = (FILES as u64) * 8;
    let most = limit.maximum.unwrap_or(wanted).min(wanted).max(limit.current.unwrap_or(wanted));
    // Raised for this process only, as far as it may be without privilege; if not, batches are smaller.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: limit.maximum });
    let open = getrlimit(Resource::Nofile).current.unwrap_or(most);
    ((open.saturating_sub(100) / 7) as usize).clamp(4, FILES)
}

impl Bulk<'_> {
    /// Goes through all windows.
    fn through(&self, list: &mut List<'_>, names: &mut Tree, book: &mut Book) -> Result<(), Error> {
        let (job, progress) = (self.job, self.progress.clone());
        let mut is_counting = false;
        let mut window = VecDeque::new();
        let (to_workers, from_main) = mpsc::channel::<(u64, Vec<Task>)>();
        let from_main = Mutex::new(from_main);
        std::thread::scope(|scope| {
            // Dropped at the end of the scope, whichever way that comes, and then the workers end.
            let to_workers = to_workers;
            let (to_main, from_workers) = mpsc::channel();
            let mut is_over = false;
            let mut queue: VecDeque<Batch> = VecDeque::new();
            let mut number = 0;
            let from_main = &from_main;
            for _ in 0..job.threads {
                let to_main = to_main.clone();
                scope.spawn(move || self.work(from_main, &to_main));
            }
            drop(to_main);
            // Hands the workers the next batch, if two are not under way yet and there is one.
            let mut fill = |queue: &mut VecDeque<Batch>, book: &mut Book| -> Result<(), Error> {
                while queue.len() < 2 {
                    if window.is_empty() && !is_over {
                        window = list.window(names, &mut book.summary)?.into();
                        is_over = window.is_empty();
                        self.source(window.len(), book)?;
                        progress.expect(window.iter().map(|item: &Item| item.size).sum(), window.len() as u64);
                        if window.len() == super::list::WINDOW && !is_counting && self.first.is_none() {
                            is_counting = true;
                            progress.is_counting();
                            let progress = progress.clone();
                            scope.spawn(move || {
                                if let Some((files, bytes)) = List::count(job) {
                                    progress.expect_all(bytes, files);
                                }
                            });
                        }
                    }
                    book.again.drain(..).for_each(|item| window.push_front(item));
                    if window.is_empty() && book.later.is_empty() {
                        break;
                    }
                    let tasks = self.next_batch(&mut window, book)?;
                    if tasks.is_empty() {
                        continue;
                    }
                    number += 1;
                    queue.push_back(Batch { number, tasks: tasks.len(), done: Vec::with_capacity(tasks.len()) });
                    for slice in slices(tasks) {
                        let gone = |_| Error::Internal("the workers are gone");
                        to_workers.send((number, slice)).map_err(gone)?;
                    }
                }
                Ok(())
            };
            loop {
                fill(&mut queue, book)?;
                let Some(mut batch) = queue.pop_front() else { break };
                while batch.done.len() < batch.tasks {
                    let (of, done) = from_workers.recv().map_err(|_| Error::Internal("the workers are gone"))?;
                    match queue.iter_mut().find(|other| other.number == of) {
                        Some(other) => other.done.push(done),
                        None => batch.done.push(done),
                    }
                }
                let outputs = self.sort(batch.done, book);
                let is_together = outputs.len() >= TOGETHER && self.syncs_are_told;
                if is_together {
                    // Names that were given until now are on the disk as well when this is done.
                    let mut named = std::mem::take(&mut book.named);
                    let syncing = scope.spawn(|| self.tree.sync());
                    let filled = fill(&mut queue, book);
                    syncing.join().map_err(|_| Error::Internal("a thread failed"))??;
                    book.ended.append(&mut named);
                    filled?;
                }
                self.publish(outputs, is_together, book);
            }
            drop(to_workers);
            Ok::<(), Error>(())
        })?;
        if !book.named.is_empty() {
            self.tree.sync()?;
            book.ended.append(&mut book.named);
        }
        if let (Some(ledger), false) = (&self.job.ledger, book.ended.is_empty()) {
            ledger.turn(&[], std::mem::take(&mut book.ended))?;
        }
        Ok(())
    }

    fn twins(&self) -> MutexGuard<'_, Twins> {
        self.twins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many files have failed so far, as far as the lists tell.
fn failures(book: &Book) -> u64 {
    book.summary.failed.len() as u64 + book.summary.unlisted
}

/// Large files alone, small ones several at once.
fn slices(tasks: Vec<Task>) -> Vec<Vec<Task>> {
    const SMALL: u64 = 256 << 10;
    let mut slices: Vec<Vec<Task>> = Vec::new();
    for task in tasks {
        let is_small = task.item.size < SMALL;
        match slices.last_mut() {
            Some(last) if is_small && last.len() < SLICE && last.iter().all(|task| task.item.size < SMALL) => {
                last.push(task);
            }
            _ => slices.push(vec![task]),
        }
    }
    slices
}
