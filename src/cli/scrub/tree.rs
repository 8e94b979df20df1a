//! `scrub` of a directory or of several inputs, to a directory of the same shape, the files in parallel.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rayon::prelude::*;

use super::explain;
use super::job::{Job, real_input, real_output};
use super::progress::Progress;
use crate::artifact::{ArtifactId, Content};
use crate::cli::{Error, Exit, learn, stamp};
use crate::ledger::NewArtifact;
use crate::report::{Summary, Withheld};
use crate::sink::{Place, Tree, Way};
use crate::source::file::{self, OpenFile};
use crate::source::{self, FileKind, Walked};

/// One file of the tree.
struct Item {
    input: Input,
    place: Place,
    /// The scrubbed name, for what is told.
    name: String,
    size: u64,
    /// What was read of it in the first pass, if there was one.
    learned: Option<Content>,
    id: Option<ArtifactId>,
}

enum Input {
    Typed(PathBuf),
    Met(Walked),
}

impl Input {
    fn path(&self) -> &Path {
        match self {
            Input::Typed(path) => path,
            Input::Met(walked) => &walked.path,
        }
    }

    fn open(&self) -> Result<OpenFile, source::Error> {
        match self {
            Input::Typed(path) => file::open(path),
            Input::Met(walked) => walked.open(),
        }
    }
}

pub fn run(job: &mut Job) -> Result<Exit, Error> {
    let start = Instant::now();
    let Some(root) = job.args.output.clone() else { return Err(Error::Internal("a tree without an output")) };
    refuse_overlap(&job.args.inputs, &root)?;
    let mut summary = Summary::default();
    let inputs = list(job, &mut summary)?;
    let mut tree = Tree::create(&root)?;
    // The name of the stamp is no other file's.
    tree.place(Path::new(stamp::NAME))?;
    let items = record(job, inputs, &mut tree, &mut summary)?;
    let job = &*job;

    let progress = Progress::new(job.may_draw(true), Some(items.iter().map(|item| item.size).sum()));
    let shared = Mutex::new(summary);
    let stamp = Mutex::new(stamp::Stamp::default());
    let is_left = AtomicBool::new(false);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build();
    let pool = pool.map_err(|_| Error::Internal("cannot start threads"))?;
    pool.install(|| {
        items.par_iter().for_each(|item| {
            let done = scrub(job, item, &progress);
            let mut summary = shared.lock().unwrap_or_else(PoisonError::into_inner);
            match done {
                Ok((more, content)) => {
                    let mut stamp = stamp.lock().unwrap_or_else(PoisonError::into_inner);
                    match &job.ledger {
                        Some(ledger) => stamp.add(&item.place.relative, &ledger.print(content), ledger, &more.rules),
                        None => stamp.count(&more.rules),
                    }
                    summary.add(more);
                }
                Err(error) => {
                    job.fail(item.id.as_ref(), &error);
                    is_left.fetch_or(matches!(error, Error::Left { .. }), Ordering::Relaxed);
                    let error = error.without_content(&job.scrubber);
                    summary.failed.push(Withheld { name: item.name.clone(), reason: error.chain() });
                    progress.say(format!("{} failed", summary.failed.len()));
                }
            }
        });
    });
    progress.clear();
    let mut summary = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Files end in any order; what is told does not depend on it.
    summary.withheld.sort_by(|a, b| a.name.cmp(&b.name));
    summary.doubtful.sort_by(|a, b| a.name.cmp(&b.name));
    summary.passed.sort_by(|a, b| a.name.cmp(&b.name));
    summary.masked.sort_by(|a, b| a.name.cmp(&b.name));
    summary.failed.sort_by(|a, b| a.name.cmp(&b.name));
    let stamp = stamp.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Err(error) = stamp::write_tree(job, &root, stamp) {
        let reason = error.without_content(&job.scrubber).chain();
        summary.failed.push(Withheld { name: stamp::NAME.into(), reason });
    }
    let exit = job.conclude(&mut summary, start)?;
    Ok(if is_left.into_inner() { Exit::Contradiction } else { exit })
}

/// Finds each file its place, and records all of them before any is read, and every output before it is written.
///
/// Names are scrubbed with what the files tell. So where that is learned, the inputs are recorded before the first pass, and
/// the outputs, whose names are known then, behind it.
fn record(
    job: &mut Job,
    inputs: Vec<(Input, PathBuf, u64)>,
    tree: &mut Tree,
    summary: &mut Summary,
) -> Result<Vec<Item>, Error> {
    let artifact = |input: &Input| NewArtifact {
        name: input.path().file_name().unwrap_or_default().to_string_lossy().into_owned(),
        input: real_input(input.path()),
        ..NewArtifact::default()
    };
    if !job.args.learning.is_from_whole() {
        let known = std::iter::repeat((None, None));
        let mut items = place(job, inputs, known, tree, summary)?;
        let artifacts = items.iter().map(|item| NewArtifact {
            output: Some(real_output(&item.place.target)),
            temporary: Some(real_output(&item.place.temporary)),
            ..artifact(&item.input)
        });
        let ids = job.register(artifacts.collect())?;
        items.iter_mut().zip(ids).for_each(|(item, id)| item.id = id);
        return Ok(items);
    }
    let ids = job.register(inputs.iter().map(|(input, ..)| artifact(input)).collect())?;
    let learned = match learn::from_many(&job.scrubber, job.threads, &inputs, |(input, ..)| input.open())? {
        Some((contents, gathered)) => {
            job.know(gathered);
            contents
        }
        None => vec![None; inputs.len()],
    };
    let items = place(job, inputs, learned.into_iter().zip(ids), tree, summary)?;
    let copies =
        items.iter().map(|item| (item.id.clone(), real_output(&item.place.target), real_output(&item.place.temporary)));
    job.register_outputs(&copies.collect::<Vec<_>>())?;
    Ok(items)
}

/// An output below an input would be scrubbed itself the next time; an input below the output would be overwritten.
fn refuse_overlap(inputs: &[PathBuf], root: &Path) -> Result<(), Error> {
    let root = real_output(root);
    let root = root.canonicalize().unwrap_or(root);
    for input in inputs {
        let Some(input) = real_input(input) else { continue };
        if root.starts_with(&input) || input.starts_with(&root) {
            return Err(Error::Refused(format!("the output directory {} overlaps an input", root.display())));
        }
    }
    Ok(())
}

/// What is to be scrubbed, with its path below the output; what cannot be is told.
fn list(job: &Job, summary: &mut Summary) -> Result<Vec<(Input, PathBuf, u64)>, Error> {
    let mut list = Vec::new();
    let is_one = job.args.inputs.len() == 1;
    for input in &job.args.inputs {
        // Several inputs lie beside each other under their names; one directory is the output directory.
        let real = input.canonicalize().unwrap_or_else(|_| input.clone());
        let name = real.file_name().map(PathBuf::from).unwrap_or_default();
        let prefix = if is_one { PathBuf::new() } else { name };
        if !input.is_dir() {
            let size = input.metadata().map_or(0, |metadata| metadata.len());
            list.push((Input::Typed(input.clone()), prefix, size));
            continue;
        }
        for walked in source::walk(input) {
            match walked {
                // A stamp of ours is not carried over: the output gets its own.
                Ok(walked) if walked.relative == Path::new(stamp::NAME) && stamp::is_ours(&walked.path) => {}
                Ok(walked) if walked.kind == FileKind::Regular => {
                    let (relative, size) = (prefix.join(&walked.relative), walked.size);
                    list.push((Input::Met(walked), relative, size));
                }
                Ok(walked) => {
                    let what =
                        if walked.kind == FileKind::Symlink { "a symbolic link, not followed" } else { "not a file" };
                    summary
                        .withheld
                        .push(Withheld { name: told(job, &walked.relative), reason: format!("it is {what}") });
                }
                Err(error) => {
                    let error = Error::from(error).without_content(&job.scrubber);
                    summary.failed.push(Withheld { name: told(job, input), reason: error.chain() });
                }
            }
        }
    }
    Ok(list)
}

/// Finds each file its place, under a scrubbed name.
fn place(
    job: &Job,
    inputs: Vec<(Input, PathBuf, u64)>,
    known: impl Iterator<Item = (Option<Content>, Option<ArtifactId>)>,
    tree: &mut Tree,
    summary: &mut Summary,
) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for ((input, relative, size), (learned, id)) in inputs.into_iter().zip(known) {
        let scrubbed = job.scrubber.scrub_name(relative.as_os_str().as_bytes());
        let place = tree.place(Path::new(OsStr::from_bytes(&scrubbed)));
        let name = String::from_utf8_lossy(&scrubbed).into_owned();
        match place {
            Ok(place) => items.push(Item { input, place, name, size, learned, id }),
            Err(error) => {
                let error = Error::from(error);
                job.fail(id.as_ref(), &error);
                let error = error.without_content(&job.scrubber);
                summary.failed.push(Withheld { name, reason: error.chain() });
            }
        }
    }
    Ok(items)
}

fn scrub(job: &Job, item: &Item, progress: &Progress) -> Result<(Summary, Content), Error> {
    let mut input = item.input.open()?;
    let mut sink = item.place.create(&mut Way::default())?;
    let report = job.scrubber.scrub_file(&mut input, progress.watching(), &mut sink)?;
    let is_other = item.learned.is_some_and(|content| content != report.input);
    if is_other || file::changed_since(&input).unwrap_or(true) || report.input.size != input.seen().size {
        return Err(Error::Changed { path: item.input.path().to_path_buf() });
    }
    job.verify(&item.place.temporary)?;
    let content = sink.finish()?;
    job.finish(item.id.as_ref(), &report, Some(content))?;
    explain::print(job, &report, &item.name);
    let mut summary = report.summary;
    summary.within(&item.name);
    Ok((summary, content))
}

fn told(job: &Job, path: &Path) -> String {
    String::from_utf8_lossy(&job.scrubber.scrub_name(path.as_os_str().as_bytes())).into_owned()
}
