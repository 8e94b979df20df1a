//! What a run over a tree goes through: every file with its owner and its place, in windows of bounded size.
//!
//! A walk (or a manifest) is taken in windows of [`WINDOW`] files. Within a window large files come first, the largest of
//! them before all others, so that no worker is left alone with one in the end; small files stay in the order of the walk,
//! where neighbours lie beside each other on the disk. So the memory does not grow with the tree: a window is some dozens of
//! megabytes at most. Names that scrubbing changes are remembered besides, since two of them may become the same.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bulk::Seen;
use super::job::{Job, real_input};
use super::manifest::{self, Manifest};
use super::pattern::Pattern;
use crate::artifact::ArtifactId;
use crate::cli::{Context, Error, stamp};
use crate::ledger::Retention;
use crate::pipeline::Scrubber;
use crate::report::{Summary, Withheld};
use crate::sink::Tree;
use crate::source::file::{self, OpenFile, Way};
use crate::source::{self, FileKind};

/// Files that are listed at once.
pub const WINDOW: usize = 1 << 16;

/// From this size on a file is large: the order of the walk gives way to that of the sizes.
const LARGE: u64 = 1 << 20;

/// Owners that are kept from one window to the next.
const OWNERS: usize = 4096;

/// Whom files belong to, and what scrubs them.
pub struct Owner {
    /// The issue; none if the files are only observed.
    pub issue: Option<String>,
    /// The customer that they came from.
    pub customer: Option<String>,
    /// The policy of the issue, if it is opened by this run.
    pub retention: Option<Retention>,
    /// With the key of the issue.
    pub scrubber: Arc<Scrubber>,
    /// Whether something was recorded for the issue before.
    pub has_past: bool,
}

/// One file.
pub struct Item {
    pub input: Input,
    pub owner: Arc<Owner>,
    /// Its path below the output, under scrubbed names.
    pub out: PathBuf,
    pub size: u64,
    /// What the first pass has seen of it, if there was one.
    pub seen: Option<Seen>,
    /// It was compared with what an earlier run has done, and is something else.
    pub differs: bool,
}

/// Where a file is read.
pub enum Input {
    /// Typed: links on the way are followed.
    Typed(PathBuf),
    /// Met below a directory: no link is followed.
    Below {
        /// What was typed.
        root: Arc<Root>,
        /// The path below it.
        relative: PathBuf,
    },
}

/// A directory that is scrubbed.
pub struct Root {
    /// As it was typed.
    pub typed: PathBuf,
    /// Through every link.
    pub real: PathBuf,
    /// The name under which it stands in the output; empty if it is the only one.
    prefix: PathBuf,
}

impl Item {
    /// The artifact under which the first pass of this run has recorded it.
    pub fn artifact(&self) -> Option<ArtifactId> {
        self.seen.as_ref().and_then(|seen| seen.artifact.clone())
    }

    /// The name that is told.
    pub fn told(&self) -> String {
        String::from_utf8_lossy(self.out.as_os_str().as_bytes()).into_owned()
    }
}

impl Input {
    /// The path, as it was typed or met.
    pub fn path(&self) -> PathBuf {
        match self {
            Input::Typed(path) => path.clone(),
            Input::Below { root, relative } => root.typed.join(relative),
        }
    }

    /// The path as the ledger keeps it.
    pub fn real(&self) -> Option<PathBuf> {
        match self {
            Input::Typed(path) => real_input(path),
            Input::Below { root, relative } => Some(root.real.join(relative)),
        }
    }

    /// Opens it.
    pub fn open(&self, way: &mut Way) -> Result<OpenFile, source::Error> {
        match self {
            Input::Typed(path) => file::open(path),
            Input::Below { root, relative } => way.open_below(&root.typed, relative),
        }
    }
}

/// Something that was met, before it has an owner and a place.
struct Met {
    input: Input,
    /// The path below the output, under its own names.
    relative: PathBuf,
    size: u64,
    issue: Option<String>,
    customer: Option<String>,
}

/// Something that was met and is not scrubbed.
enum Unmet {
    /// It is no file, or nobody's.
    Withheld(Withheld),
    /// It cannot be listed.
    Failed(Withheld),
}

/// An input as a first pass needs it.
pub struct Listed {
    pub input: Input,
    /// The path below the output, under its own names.
    pub relative: PathBuf,
    pub size: u64,
}

/// Goes through the inputs.
pub struct List<'a> {
    job: &'a Job,
    context: &'a Context,
    rest: Box<dyn Iterator<Item = Result<Met, Unmet>> + Send + 'a>,
    owners: HashMap<(Option<String>, Option<String>), Arc<Owner>>,
    roots: Vec<Arc<Root>>,
    /// Whether two files can have the same path in the output though no name was changed.
    may_clash: bool,
    /// Whether something was recorded for the issue before, if the first pass of this run has recorded something.
    had_past: Option<bool>,
    /// The directory that was named last: before and after.
    named: Option<(PathBuf, PathBuf, Arc<Owner>)>,
}

impl<'a> List<'a> {
    /// Prepares to list the inputs.
    pub fn new(job: &'a Job, context: &'a Context, had_past: Option<bool>, manifest: Option<Manifest>) -> List<'a> {
        let mut sorted: Vec<PathBuf> = job.args.inputs.iter().map(|input| name(input)).collect();
        sorted.sort_unstable();
        let may_clash = sorted.windows(2).any(|pair| pair[0] == pair[1]);
        let roots = roots(job);
        let rest = met(job, &roots, manifest);
        List { job, context, rest, owners: HashMap::new(), roots, may_clash, had_past, named: None }
    }

    /// The inputs in the order of the walk, without owners and places. What cannot be scrubbed is left out.
    pub fn inputs(job: &'a Job) -> impl Iterator<Item = Listed> + 'a {
        let listed = met(job, &roots(job), None).filter_map(Result::ok);
        listed.map(|met| Listed { input: met.input, relative: met.relative, size: met.size })
    }

    /// How many bytes and files there are, for a tree that does not fit into one window: a second walk, which keeps nothing.
    pub fn count(job: &Job) -> Option<(u64, u64)> {
        let inputs = job.args.inputs.clone();
        let list = match &job.args.manifest {
            Some(_) => return None,
            None => inputs.into_iter().flat_map(|input| source::walk(&input)),
        };
        let sizes = list.filter_map(Result::ok).filter(|walked| walked.kind == FileKind::Regular);
        Some(sizes.fold((0, 0), |(files, bytes), walked| (files + 1, bytes + walked.size)))
    }

    /// The next window, in the order in which it is to be worked on; empty at the end. What cannot be scrubbed is told.
    pub fn window(&mut self, tree: &mut Tree, summary: &mut Summary) -> Result<Vec<Item>, Error> {
        let mut window = Vec::new();
        for met in self.rest.by_ref() {
            match met {
                Ok(met) => window.push(met),
                Err(Unmet::Withheld(withheld)) => summary.withheld.push(withheld),
                Err(Unmet::Failed(failed)) => summary.failed.push(failed),
            }
            if window.len() == WINDOW {
                break;
            }
        }
        self.find_owners(&window)?;
        let mut items = Vec::with_capacity(window.len());
        for met in window {
            let Some(owner) = self.owners.get(&(met.issue.clone(), met.customer.clone())).cloned() else { continue };
            match self.place(tree, &met, &owner) {
                Ok(Some(out)) => {
                    items.push(Item { input: met.input, owner, out, size: met.size, seen: None, differs: false });
                }
                Ok(None) => {}
                Err(error) => {
                    let name = told(&owner.scrubber, &met.relative);
                    let reason = error.without_content(&owner.scrubber).chain();
                    summary.failed.push(Withheld { name, reason });
                }
            }
        }
        items.sort_by_key(|item| std::cmp::Reverse(if item.size < LARGE { 0 } else { item.size }));
        Ok(items)
    }

    /// Opens the issues that are met for the first time, in one commit.
    fn find_owners(&mut self, window: &[Met]) -> Result<(), Error> {
        if self.owners.len() > OWNERS {
            self.owners.clear();
        }
        let mut new: Vec<(Option<String>, Option<String>)> = Vec::new();
        let mut last = None;
        for met in window {
            let who = (met.issue.clone(), met.customer.clone());
            if last.as_ref() == Some(&who) || self.owners.contains_key(&who) {
                continue;
            }
            self.owners.insert(who.clone(), Arc::new(self.observed()));
            new.push(who.clone());
            last = Some(who);
        }
        let Some(keys) = &self.job.keys else { return Ok(()) };
        let retention = |customer: &Option<String>| self.context.config().retention(customer.as_deref());
        let with_issue: Vec<_> = new.iter().filter(|(issue, _)| issue.is_some()).collect();
        let asked: Vec<(&str, Option<&str>, Option<Retention>)> = with_issue
            .iter()
            .filter_map(|(issue, customer)| Some((issue.as_deref()?, customer.as_deref(), retention(customer))))
            .collect();
        if asked.is_empty() {
            return Ok(());
        }
        let pasts = keys.have_artifacts(&asked.iter().map(|(issue, ..)| *issue).collect::<Vec<_>>())?;
        let found = keys.issue_keys(&asked)?;
        self.job.tell_reopened(keys);
        for (((issue, customer), key), has_past) in with_issue.into_iter().zip(found).zip(pasts) {
            let owner = Owner {
                issue: issue.clone(),
                customer: customer.clone(),
                retention: retention(customer),
                scrubber: Arc::new(self.job.scrubber.with_key(key)),
                has_past: self.had_past.unwrap_or(has_past),
            };
            self.owners.insert((issue.clone(), customer.clone()), Arc::new(owner));
        }
        Ok(())
    }

    /// Nobody's: what has no issue.
    fn observed(&self) -> Owner {
        Owner { issue: None, customer: None, retention: None, scrubber: self.job.scrubber.clone(), has_past: false }
    }

    /// Finds a file its place below the output, under a scrubbed name; none if it is a stamp of ours, which is made anew.
    fn place(&mut self, tree: &mut Tree, met: &Met, owner: &Arc<Owner>) -> Result<Option<PathBuf>, Error> {
        let is_stamp = met.relative == Path::new(stamp::NAME);
        if is_stamp && stamp::is_ours(&met.input.path()) {
            return Ok(None);
        }
        let scrubbed = self.scrubbed(&met.relative, owner);
        if scrubbed == met.relative && !self.may_clash && !is_stamp {
            return Ok(Some(tree.place_as_is(&scrubbed)?.relative));
        }
        let (roots, may_clash) = (&self.roots, self.may_clash);
        let is_taken = |path: &Path| {
            let stands = |root: &Arc<Root>| {
                let below = path.strip_prefix(&root.prefix).ok();
                below.is_some_and(|below| root.typed.join(below).symlink_metadata().is_ok())
            };
            path == Path::new(stamp::NAME) || (!may_clash && roots.iter().any(stands))
        };
        Ok(Some(tree.place_beside(&scrubbed, is_taken)?.relative))
    }

    /// The scrubbed path; the directory's part is the same for all that lie beside each other.
    fn scrubbed(&mut self, relative: &Path, owner: &Arc<Owner>) -> PathBuf {
        let scrub =
            |path: &Path| PathBuf::from(OsStr::from_bytes(&owner.scrubber.scrub_name(path.as_os_str().as_bytes())));
        let (Some(parent), Some(name)) = (relative.parent(), relative.file_name()) else { return scrub(relative) };
        let below = match &self.named {
            Some((before, after, whose)) if before == parent && Arc::ptr_eq(whose, owner) => after.clone(),
            _ => {
                let after = if parent.as_os_str().is_empty() { PathBuf::new() } else { scrub(parent) };
                self.named = Some((parent.to_owned(), after.clone(), owner.clone()));
                after
            }
        };
        below.join(scrub(Path::new(name)))
    }
}

/// What is gone through.
fn roots(job: &Job) -> Vec<Arc<Root>> {
    let inputs = &job.args.inputs;
    let is_one = inputs.len() <= 1;
    let root = |input: &PathBuf, name: PathBuf| {
        let real = input.canonicalize().unwrap_or_else(|_| input.clone());
        let prefix = if is_one { PathBuf::new() } else { name };
        Arc::new(Root { typed: input.clone(), real, prefix })
    };
    let mut roots: Vec<Arc<Root>> = inputs.iter().map(|input| root(input, name(input))).collect();
    if roots.is_empty() {
        roots.push(root(&PathBuf::from("."), PathBuf::new()));
    }
    roots
}

/// The name under which an input lies beside others.
fn name(input: &Path) -> PathBuf {
    let real = input.canonicalize().unwrap_or_else(|_| input.to_owned());
    real.file_name().map(PathBuf::from).unwrap_or_default()
}

/// Everything there is below the inputs, or in the manifest.
#[allow(clippy::type_complexity)] // Two sources of one thing.
fn met<'a>(
    job: &'a Job,
    roots: &[Arc<Root>],
    manifest: Option<Manifest>,
) -> Box<dyn Iterator<Item = Result<Met, Unmet>> + Send + 'a> {
    if let (Some(manifest), Some(root)) = (manifest, roots.first()) {
        let root = root.clone();
        return Box::new(manifest.into_lines().map(move |(number, line)| {
            let line = line.map_err(|reason| Unmet::Failed(Withheld { name: format!("line {number}"), reason }))?;
            let size = root.typed.join(&line.path).symlink_metadata().map_or(0, |metadata| metadata.len());
            let issue = line.issue.or_else(|| job.args.issue.clone());
            let customer = line.customer.or_else(|| job.args.customer.clone());
            let input = Input::Below { root: root.clone(), relative: line.path.clone() };
            Ok(Met { input, relative: line.path, size, issue, customer })
        }));
    }
    let roots = roots.to_vec();
    Box::new(roots.into_iter().flat_map(move |root| below(job, root)))
}

fn below<'a>(job: &'a Job, root: Arc<Root>) -> Box<dyn Iterator<Item = Result<Met, Unmet>> + Send + 'a> {
    if !root.typed.is_dir() {
        let size = root.typed.metadata().map_or(0, |metadata| metadata.len());
        let relative = name(&root.typed);
        let input = Input::Typed(root.typed.clone());
        return Box::new(std::iter::once(owned(job, input, relative.clone(), relative, size)));
    }
    Box::new(source::walk(&root.typed).map(move |walked| match walked {
        Ok(walked) if walked.kind == FileKind::Regular => {
            let relative = root.prefix.join(&walked.relative);
            let input = Input::Below { root: root.clone(), relative: walked.relative.clone() };
            owned(job, input, walked.relative, relative, walked.size)
        }
        Ok(walked) => {
            let what = if walked.kind == FileKind::Symlink { "a symbolic link, not followed" } else { "not a file" };
            let reason = format!("it is {what}");
            Err(Unmet::Withheld(Withheld { name: told(&job.scrubber, &walked.relative), reason }))
        }
        Err(error) => {
            let path = error.path().strip_prefix(&root.typed).ok().filter(|path| !path.as_os_str().is_empty());
            let name = told(&job.scrubber, path.unwrap_or(&root.typed));
            let reason = Error::from(error).without_content(&job.scrubber).chain();
            Err(Unmet::Failed(Withheld { name, reason }))
        }
    }))
}

/// Finds out from its path whom a file belongs to.
fn owned(job: &Job, input: Input, path: PathBuf, relative: PathBuf, size: u64) -> Result<Met, Unmet> {
    let (issue, customer) = match job.args.issue_from_path.as_ref().map(|pattern| captured(pattern, &path)) {
        None => (job.args.issue.clone(), job.args.customer.clone()),
        Some(Ok((issue, customer))) => (Some(issue), customer.or_else(|| job.args.customer.clone())),
        Some(Err(_)) if job.args.issue.is_some() => (job.args.issue.clone(), job.args.customer.clone()),
        Some(Err(reason)) => {
            return Err(Unmet::Withheld(Withheld { name: told(&job.scrubber, &relative), reason: reason.into() }));
        }
    };
    Ok(Met { input, relative, size, issue, customer })
}

fn captured(pattern: &Pattern, path: &Path) -> Result<(String, Option<String>), &'static str> {
    let said = pattern.capture(path.as_os_str().as_bytes());
    let said = said.ok_or("its path does not match --issue-from-path; pass --issue for what does not")?;
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(String::from);
    let issue = text(said.issue).filter(|issue| manifest::is_usable(issue));
    let issue = issue.ok_or("no issue can be called what its path says; pass --issue for such files")?;
    Ok((issue, said.customer.and_then(text)))
}

fn told(scrubber: &Scrubber, path: &Path) -> String {
    String::from_utf8_lossy(&scrubber.scrub_name(path.as_os_str().as_bytes())).into_owned()
}
