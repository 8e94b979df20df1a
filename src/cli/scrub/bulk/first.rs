//! The first pass of a run that learns: every input is recorded, and read for what it tells, before any output is begun.
//!
//! The second pass then takes over what was recorded here, and compares what it reads with what was read here. Of each file
//! some hundred bytes are kept from one pass to the other. What an earlier run has recorded is not recorded again: the
//! second pass finds out whether it is done.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;

use crate::artifact::{ArtifactId, Content};
use crate::cli::scrub::job::Job;
use crate::cli::scrub::list::{List, Listed};
use crate::cli::scrub::progress::Progress;
use crate::cli::{Error, stamp};
use crate::ledger::{FailCode, Ledger, NewArtifact, Registration};
use crate::pipeline::Lessons;
use crate::source::file::Way;

/// How many files are recorded in one commit.
const TOGETHER: usize = 4096;

/// What the first pass has found.
#[derive(Default)]
pub struct First {
    /// By a digest of the path.
    seen: Mutex<HashMap<[u8; 16], Seen>>,
    /// Whether something was recorded for the issue before this run.
    pub has_past: bool,
    /// How many files and bytes were met.
    pub files: u64,
    pub bytes: u64,
}

/// What is known of a file.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its artifact, if this run has recorded it.
    pub artifact: Option<ArtifactId>,
    /// The beginning of the digest of what was read; none if it could not be read.
    read: Option<u64>,
}

impl First {
    /// Reads all inputs, and lets the job know what they tell.
    pub fn pass(job: &mut Job) -> Result<First, Error> {
        let Some(lessons) = job.scrubber.lessons() else { return Ok(First::default()) };
        let mut first = First::default();
        if let (Some(ledger), Some(issue)) = (&job.ledger, &job.args.issue) {
            first.has_past = ledger.have_artifacts(&[issue])?.first() == Some(&true);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build();
        let pool = pool.map_err(|_| Error::Internal("cannot start threads"))?;
        let mut gathered = lessons.nothing();
        let mut listed = List::inputs(job);
        let progress = Progress::new(job.may_draw(true), Some(0)).of_many(!job.args.quiet).doing("learning");
        let shared = &*job;
        std::thread::scope(|scope| {
            let mut is_counting = false;
            loop {
                let files: Vec<Listed> = listed.by_ref().take(TOGETHER).collect();
                if files.is_empty() {
                    return Ok::<(), Error>(());
                }
                first.files += files.len() as u64;
                let bytes: u64 = files.iter().map(|file| file.size).sum();
                first.bytes += bytes;
                progress.expect(bytes, files.len() as u64);
                if files.len() == TOGETHER && !is_counting {
                    is_counting = true;
                    progress.is_counting();
                    let progress = progress.clone();
                    scope.spawn(move || {
                        if let Some((files, bytes)) = List::count(shared) {
                            progress.expect_all(bytes, files);
                        }
                    });
                }
                let files: Vec<Listed> = files.into_iter().filter(|file| !is_stamp(file)).collect();
                let paths: Vec<Option<PathBuf>> = files.iter().map(|file| file.input.real()).collect();
                let artifacts = first.record(shared, &files, &paths)?;
                let (told, read) = pool.install(|| learn(&lessons, &files, &progress));
                gathered.join(told);
                let mut seen = first.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                for ((path, artifact), content) in paths.into_iter().zip(artifacts).zip(read) {
                    let Some(path) = path else { continue };
                    seen.insert(digest(&path), Seen { artifact, read: content.map(beginning) });
                }
            }
        })?;
        progress.clear();
        drop(listed);
        job.know(gathered);
        Ok(first)
    }

    /// Records files that are about to be read, in one commit; gives the artifacts of those that were not recorded before.
    fn record(&self, job: &Job, files: &[Listed], paths: &[Option<PathBuf>]) -> Result<Vec<Option<ArtifactId>>, Error> {
        let Some(ledger) = &job.ledger else { return Ok(vec![None; files.len()]) };
        let known = match &job.args.issue {
            Some(issue) if self.has_past && !job.args.force => {
                let inputs: Vec<PathBuf> = paths.iter().map(|path| path.clone().unwrap_or_default()).collect();
                ledger.have_inputs(issue, &inputs)?
            }
            _ => vec![false; files.len()],
        };
        let new: Vec<usize> = (0..files.len()).filter(|&at| !known[at]).collect();
        if new.is_empty() {
            return Ok(vec![None; files.len()]);
        }
        let artifact = |&at: &usize| NewArtifact {
            name: files[at].input.path().file_name().unwrap_or_default().to_string_lossy().into_owned(),
            input: paths[at].clone(),
            is_canonical: true,
            ..NewArtifact::default()
        };
        let registration = Registration {
            issue: job.args.issue.clone(),
            customer: job.args.customer.clone(),
            keep_input: job.args.keep_input,
            artifacts: new.iter().map(artifact).collect(),
            ..Registration::default()
        };
        let ids = ledger.register(&registration)?;
        job.tell_reopened(ledger);
        let mut artifacts = vec![None; files.len()];
        for (at, id) in new.into_iter().zip(ids) {
            artifacts[at] = Some(id);
        }
        Ok(artifacts)
    }

    /// Takes out what is known of a file: its artifact is the taker's from now on.
    pub fn take(&self, path: &Path) -> Option<Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&digest(path))
    }

    /// Gives up on what was recorded and never came to be scrubbed.
    pub fn give_up(&self, ledger: &Ledger) -> Result<(), Error> {
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for artifact in seen.drain().filter_map(|(_, seen)| seen.artifact) {
            ledger.fail(&artifact, FailCode::Refused)?;
        }
        Ok(())
    }
}

impl Seen {
    /// Whether something else was read in the first pass.
    pub fn differs(&self, content: Content) -> bool {
        self.read.is_some_and(|read| read != beginning(content))
    }
}

/// What files tell, and what was read of each; none of what cannot be read, which has nothing to tell.
fn learn(
    lessons: &Lessons,
    files: &[Listed],
    progress: &Progress,
) -> (crate::pipeline::Gathered, Vec<Option<Content>>) {
    let read = files.par_iter().fold(
        || (lessons.nothing(), Vec::new(), Way::default()),
        |(mut told, mut read, mut way), file| {
            let learned = file.input.open(&mut way).ok().filter(|file| file.is_regular());
            let learned = learned.and_then(|mut file| lessons.file(&mut file, progress.watching()).ok());
            progress.has_done_one(0);
            read.push(learned.map(|(gathered, content)| {
                told.join(gathered);
                content
            }));
            (told, read, way)
        },
    );
    read.map(|(told, read, _)| (told, read)).reduce(
        || (lessons.nothing(), Vec::new()),
        |(mut told, mut read), (more, rest)| {
            told.join(more);
            read.extend(rest);
            (told, read)
        },
    )
}

fn is_stamp(file: &Listed) -> bool {
    file.relative == Path::new(stamp::NAME) && stamp::is_ours(&file.input.path())
}

fn digest(path: &Path) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(path.as_os_str().as_bytes()).as_bytes()[..16]);
    short
}

fn beginning(content: Content) -> u64 {
    let mut short = [0; 8];
    short.copy_from_slice(&content.blake3[..8]);
    u64::from_le_bytes(short)
}
