//! `scrub` of a directory, of several inputs or of a manifest, to a directory of the same shape.
//!
//! Files go in *batches*. While workers scrub one, the batch before it is brought to the disk with one `syncfs`, its files
//! get their names, and one commit tells the ledger of the files that have theirs for good and of those that come next. So
//! every file is recorded before it is read, no name stands for bytes that are not on the disk, no record says "present" of a
//! name that a power failure may take back, and a thousand files wait for the disk a few times. Of a batch with few files
//! each waits for itself: `syncfs` would wait for whatever else is being written to the file system.
//!
//! An output that replaces nothing has no name while it is written (`O_TMPFILE`), so that a crash leaves nothing of it.
//! Where a file stands already, or the file system has no such files, it has a temporary name, which is recorded.

mod first;

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Instant;

use super::job::{Job, fail_code, real_output};
use super::list::{Item, List, Owner};
use super::progress::Progress;
use super::{explain, manifest, twins};
use crate::artifact::Content;
use crate::cli::{Context, Error, Exit, stamp};
use crate::ledger::{Before, Begun, End, FailCode, Finished, NewArtifact, Registration, Standing};
use crate::pipeline::{self, Report};
use crate::report::{RuleCount, Summary, Withheld};
use crate::sink::{self, FileSink, Place, Tree, Written, syncs_are_told};
use crate::source::file::{self, OpenFile};
use first::First;
pub use first::Seen;
use twins::{Found, Key, Twins};

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
    if let Some(manifest) = &job.args.manifest {
        // Read to its end now: what is wrong with it is told before anything is begun.
        manifest::check(manifest, job.args.issue.is_some())?;
    }
    let tree = Tree::create(root)?;
    if let Some(ledger) = &job.ledger {
        ledger.expect_many(true)?;
    }
    let first = if job.scrubber.learns() { Some(First::pass(job)?) } else { None };
    let job = &*job;
    let mut list = List::new(job, context, first.as_ref().map(|first| first.has_past))?;
    let real = real_output(root);
    let real = real.canonicalize().unwrap_or(real);
    let progress = Progress::new(job.may_draw(true), Some(0)).of_many(!job.args.quiet);
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
            loop {
                while queue.len() < 2 {
                    if window.is_empty() && !is_over {
                        window = list.window(names, &mut book.summary)?.into();
                        is_over = window.is_empty();
                        self.source(window.len(), book)?;
                        progress.expect(window.iter().map(|item: &Item| item.size).sum(), window.len() as u64);
                        if window.len() == super::list::WINDOW && !is_counting {
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
                let Some(mut batch) = queue.pop_front() else { break };
                while batch.done.len() < batch.tasks {
                    let (of, done) = from_workers.recv().map_err(|_| Error::Internal("the workers are gone"))?;
                    match queue.iter_mut().find(|other| other.number == of) {
                        Some(other) => other.done.push(done),
                        None => batch.done.push(done),
                    }
                }
                self.publish(batch.done, book)?;
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

    /// Takes the next batch out of the window, and records it together with what has ended meanwhile.
    fn next_batch(&self, window: &mut VecDeque<Item>, book: &mut Book) -> Result<Vec<Task>, Error> {
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
    fn source(&self, files: usize, book: &mut Book) -> Result<(), Error> {
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
                standings.splice(at..end, ledger.standing(issue, &self.job.recipe, &candidates)?);
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
                        recipe: item.owner.issue.as_ref().map(|_| self.job.recipe.to_vec()),
                    });
                }
            }
            last = Some(item.owner.clone());
        }
        let begun = ledger.turn(&registrations, std::mem::take(&mut book.ended))?;
        self.job.tell_reopened(ledger);
        Ok(begun.into_iter().map(Some).collect())
    }

    /// What a worker does until there is no more to do.
    fn work(&self, tasks: &Mutex<mpsc::Receiver<(u64, Vec<Task>)>>, done: &mpsc::Sender<(u64, Done)>) {
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
                Ok(if is_output { Made::Same } else { Made::Differs })
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
        let (item, place) = (&task.item, &task.place);
        let key = self.key_of(item, input)?;
        if let Some(key) = &key {
            let found = self.twins().claim(key);
            match found {
                Found::Later => return Ok(Made::Later),
                Found::Twin(twin) => {
                    if let Some(made) = self.copied(task, input, key, &twin, is_named, hands)? {
                        return Ok(made);
                    }
                    self.twins().reclaim(key);
                }
                Found::Nothing => {
                    if let Some(twin) = self.earlier(item, key)?
                        && let Some(made) = self.copied(task, input, key, &twin, is_named, hands)?
                    {
                        self.twins().is_made(key.clone(), twin);
                        return Ok(made);
                    }
                }
            }
        }
        let scrubbed = self.scrub_anew(item, place, input, is_named, hands);
        match scrubbed {
            Ok(output) if item.seen.as_ref().is_some_and(|seen| seen.differs(output.input)) => {
                if let Some(key) = &key {
                    self.twins().is_not_made(key);
                }
                Err(Error::Changed { path: item.input.path() })
            }
            Ok(mut output) => {
                output.key = Some(key.unwrap_or_else(|| Key::new(&item.owner, output.input)));
                Ok(Made::Written(Box::new(output)))
            }
            Err(error) => {
                if let Some(key) = &key {
                    self.twins().is_not_made(key);
                }
                Err(error)
            }
        }
    }

    /// The content of a file, if there may be an equal one: it is read twice only then.
    fn key_of(&self, item: &Item, input: &mut OpenFile) -> Result<Option<Key>, Error> {
        // What is told of each candidate is told of the file itself.
        if self.job.args.explain || self.job.args.stats || item.size == 0 {
            return Ok(None);
        }
        let may_be = self.twins().may_have(&item.owner, item.size);
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
        let Some(twin) = ledger.twin(issue, &self.job.recipe, key.content)? else { return Ok(None) };
        let counts = self.rule_counts(twin.counts);
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
        item: &Item,
        place: &Place,
        input: &mut OpenFile,
        is_named: bool,
        hands: &mut Hands,
    ) -> Result<Output, Error> {
        let mut sink = self.create(place, is_named, hands)?;
        let is_beside = place.is_beside_root(&hands.output);
        let scrubber = &item.owner.scrubber;
        let report: Report = scrubber.scrub_file(input, self.progress.watching(), &mut sink)?;
        if file::changed_since(input).unwrap_or(true) || report.input.size != input.seen().size {
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

    /// Brings a batch to the disk, gives its files their names, and keeps what is to be recorded of it.
    fn publish(&self, done: Vec<Done>, book: &mut Book) -> Result<(), Error> {
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
        let is_together = outputs.len() >= TOGETHER && self.syncs_are_told;
        if is_together {
            self.tree.sync()?;
            // That was also the disk's word on the names of the batches before.
            book.ended.append(&mut book.named);
        }
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
        Ok(())
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
            let finished = Finished {
                input: Some(input),
                output: Some(content),
                withheld: summary.withheld.len() as u64,
                counts: summary.rules.iter().map(|rule| (rule.rule.clone(), rule.count)).collect(),
            };
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

    fn failed(&self, item: &Item, error: Error, book: &mut Book) {
        let reason = error.without_content(&item.owner.scrubber).chain();
        book.summary.failed.push(Withheld { name: item.told(), reason });
        self.progress.has_done_one(failures(book));
    }

    fn twins(&self) -> MutexGuard<'_, Twins> {
        self.twins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rule_counts(&self, counts: Vec<(String, u64)>) -> Vec<RuleCount> {
        rule_counts(self.job, counts)
    }
}

/// What a worker keeps from one file to the next.
#[derive(Default)]
struct Hands {
    input: file::Way,
    output: sink::Way,
}

/// How many files have failed so far, as far as the lists tell.
fn failures(book: &Book) -> u64 {
    book.summary.failed.len() as u64 + book.summary.unlisted
}

/// What is told of a file that an earlier run has done.
fn before_told(item: &Item, before: Before, job: &Job, book: &mut Book) {
    let rules = rule_counts(job, before.counts);
    if let Some(ledger) = &job.ledger {
        book.stamp.add(&item.out, &before.output, ledger, &rules);
    }
    book.summary.done_before += 1;
    book.summary.withheld_before += before.withheld;
}

/// Counts from the records, with the kinds of the rules.
fn rule_counts(job: &Job, counts: Vec<(String, u64)>) -> Vec<RuleCount> {
    let kinds: &HashMap<String, &'static str> = job.kinds();
    let kind = |rule: &str| kinds.get(rule).copied().unwrap_or("secret");
    counts.into_iter().map(|(rule, count)| RuleCount { kind: kind(&rule), rule, count }).collect()
}

/// The content of a file, read to its end.
fn content_of(file: &mut OpenFile) -> Result<Content, Error> {
    let read = crate::source::HashingReader::new(&mut *file).drain();
    read.map_err(|source| Error::Scrub(pipeline::Error::Read(source)))
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
