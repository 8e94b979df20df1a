//! `SCRUBBED.json`: what a scrubbed directory says of itself, and the check of it.
//!
//! A stamp tells with what a directory was scrubbed, how much was found, and by keyed digests what it held when it was made.
//! It holds no value and no name that scrubbing hides, and no time: equal content gives an equal stamp. Up to [`LISTED`]
//! files stand in it one by one; of more, their digests are folded into [`BUCKETS`] sums, so that it stays small and a
//! difference can still be told to a few files.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::scrub::job::{Job, real_output};
use super::{Context, Error, Exit, show};
use crate::ledger::{Finished, Ledger, NewArtifact, Print, Registration};
use crate::report::{RuleCount, plural};
use crate::sink::{FileSink, temporary_for};
use crate::source::{self, FileKind, HashingReader, file};

/// The name of the stamp of a directory, and the end of that of a file.
pub const NAME: &str = "SCRUBBED.json";

/// Up to so many files are listed.
const LISTED: usize = 4096;

/// Into so many sums the digests of more files go.
const BUCKETS: usize = 1024;

/// A stamp is no larger than this; what is was not made by us.
const LARGEST: u64 = 8 << 20;

/// What has been scrubbed so far, as the stamp will tell it.
#[derive(Default)]
pub struct Stamp {
    files: u64,
    kinds: BTreeMap<&'static str, u64>,
    listed: Vec<Entry>,
    buckets: Vec<Bucket>,
    is_keyed: bool,
}

/// The stamp as it stands in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsWritten {
    /// The version of the tool.
    scrubjay: String,
    /// Which ledger holds the key of the digests; none if nothing was recorded.
    ledger: Option<String>,
    rules: String,
    policy: String,
    files: u64,
    findings: u64,
    kinds: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    buckets: Vec<Bucket>,
    /// A keyed digest of all of the above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seal: Option<String>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Entry {
    path: String,
    size: u64,
    digest: String,
}

/// Files whose paths have the same hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    files: u64,
    sum: String,
}

impl Bucket {
    fn add(&mut self, digest: &[u8; 16]) {
        let mut sum = unhex(&self.sum).unwrap_or_default();
        sum.iter_mut().zip(digest).for_each(|(sum, byte)| *sum ^= byte);
        (self.files, self.sum) = (self.files + 1, hex(&sum));
    }
}

impl Stamp {
    /// Takes in an output under its path below the root.
    pub fn add(&mut self, path: &Path, output: &Print, ledger: &Ledger, rules: &[RuleCount]) {
        self.count(rules);
        self.is_keyed = true;
        let digest = ledger.stamp_of(path.as_os_str().as_bytes(), output);
        if self.buckets.is_empty() {
            self.buckets = vec![Bucket::default(); BUCKETS];
        }
        self.buckets[bucket(path)].add(&digest);
        if self.listed.len() <= LISTED {
            self.listed.push(Entry { path: written(path), size: output.size, digest: hex(&digest) });
        }
    }

    /// Takes in an output of which only the counts are told.
    pub fn count(&mut self, rules: &[RuleCount]) {
        self.files += 1;
        for rule in rules {
            *self.kinds.entry(rule.kind).or_default() += rule.count;
        }
    }

    /// The text of the stamp.
    fn text(mut self, job: &Job) -> Result<String, Error> {
        let ledger = job.ledger.as_deref().filter(|_| self.is_keyed);
        self.listed.sort_unstable();
        let is_listed = self.listed.len() <= LISTED;
        let mut stamp = AsWritten {
            scrubjay: env!("CARGO_PKG_VERSION").into(),
            ledger: ledger.map(Ledger::id),
            rules: hex(&job.digests.rules),
            policy: hex(&job.digests.policy),
            files: self.files,
            findings: self.kinds.values().sum(),
            kinds: self.kinds.into_iter().map(|(kind, count)| (kind.into(), count)).collect(),
            outputs: if is_listed { self.listed } else { Vec::new() },
            buckets: if is_listed { Vec::new() } else { self.buckets },
            seal: None,
        };
        stamp.seal = ledger.map(|ledger| stamp.sealed_by(ledger));
        let mut text = Vec::new();
        show::json(&mut text, &stamp).map_err(|_| Error::Internal("a stamp cannot be written"))?;
        String::from_utf8(text).map_err(|_| Error::Internal("a stamp cannot be written"))
    }
}

impl AsWritten {
    fn read(path: &Path) -> Option<AsWritten> {
        let mut text = String::new();
        let file = File::open(path).ok()?;
        if file.metadata().ok()?.len() > LARGEST {
            return None;
        }
        file.take(LARGEST).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// What the seal of this stamp is in a ledger.
    fn sealed_by(&self, ledger: &Ledger) -> String {
        let rest = (&self.scrubjay, &self.ledger, &self.rules, &self.policy, self.files, self.findings, &self.kinds);
        let bytes = serde_json::to_vec(&(rest, &self.outputs, &self.buckets)).unwrap_or_default();
        let digest = blake3::hash(&bytes);
        hex(&ledger.stamp_of(b"\0seal", &Print { size: bytes.len() as u64, digest: digest.as_bytes().to_vec() }))
    }
}

/// Whether a stamp of ours stands there: it is not carried over into what is scrubbed from it.
pub fn is_ours(path: &Path) -> bool {
    AsWritten::read(path).is_some()
}

/// Writes the stamp of a tree.
pub fn write_tree(job: &Job, root: &Path, stamp: Stamp) -> Result<(), Error> {
    write(job, &real_output(&root.join(NAME)), stamp)
}

/// Writes the stamp of a file, beside it.
pub fn write_beside(
    job: &Job,
    output: &Path,
    content: crate::artifact::Content,
    rules: &[RuleCount],
) -> Result<(), Error> {
    let mut stamp = Stamp::default();
    let name = PathBuf::from(output.file_name().unwrap_or_default());
    match &job.ledger {
        Some(ledger) => stamp.add(&name, &ledger.print(content), ledger, rules),
        None => stamp.count(rules),
    }
    write(job, &beside(output), stamp)
}

/// Where the stamp of a file stands.
fn beside(output: &Path) -> PathBuf {
    let mut name = OsString::from(output.file_name().unwrap_or_default());
    name.push(".");
    name.push(NAME);
    output.with_file_name(name)
}

/// Writes a stamp, recorded as every other copy is; one that stands there already is left.
fn write(job: &Job, path: &Path, stamp: Stamp) -> Result<(), Error> {
    let text = stamp.text(job)?;
    if fs::read(path).is_ok_and(|stands| stands == text.as_bytes()) {
        return Ok(());
    }
    let left = job.ledger.as_ref().map(|ledger| ledger.left_at(path)).transpose()?.flatten();
    let (resumes, temporary) = left.unzip();
    let temporary = temporary.flatten();
    if let Some(temporary) = &temporary {
        // Recorded as ours, by a run that died. If it cannot be removed, the new one cannot be made.
        let _ = fs::remove_file(temporary);
    }
    let temporary = temporary.unwrap_or_else(|| temporary_for(path));
    let artifact = NewArtifact {
        name: NAME.into(),
        output: Some(path.to_owned()),
        temporary: Some(temporary.clone()),
        resumes,
        ..NewArtifact::default()
    };
    // A tree of several issues belongs to none of them.
    let is_of_one = job.args.issue_from_path.is_none() && job.args.manifest.is_none();
    let registration = Registration {
        issue: job.args.issue.clone().filter(|_| is_of_one),
        customer: job.args.customer.clone().filter(|_| is_of_one),
        artifacts: vec![artifact],
        ..Registration::default()
    };
    let id = match &job.ledger {
        Some(ledger) => ledger.register(&registration)?.pop(),
        None => None,
    };
    let mut sink = FileSink::create(path, &temporary)?;
    sink.write_all(text.as_bytes()).map_err(|source| Error::Scrub(crate::pipeline::Error::Write(source)))?;
    let content = sink.finish()?;
    if let (Some(ledger), Some(id)) = (&job.ledger, &id) {
        ledger.finish(id, &Finished { output: Some(content), ..Finished::default() })?;
    }
    Ok(())
}

/// Check a scrubbed directory or file against its stamp
///
/// The digests in a stamp are keyed, so that it tells nobody what the files hold: it can be checked where it was made, with
/// the same ledger. What was changed, added or taken away since is told, and the exit code is 5.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The directory, the file, or the stamp itself
    path: PathBuf,
}

/// `scrubjay verify-manifest`.
pub fn run(context: &Context, args: &Args, out: &mut impl Write) -> Result<Exit, Error> {
    let (path, is_tree) = stamp_of(&args.path)?;
    let Some(stamp) = AsWritten::read(&path) else {
        return Err(Error::Refused(format!("{} is no stamp of scrubjay", path.display())));
    };
    writeln!(out, "{}", told(&stamp))?;
    let Some(id) = &stamp.ledger else {
        writeln!(out, "not checked: nothing was recorded when it was made, so it holds no digests")?;
        return Ok(Exit::Incomplete);
    };
    let ledger = context.existing_ledger()?.filter(|ledger| ledger.id() == *id);
    let Some(ledger) = ledger else {
        writeln!(out, "not checked: its digests belong to another ledger ({id}); check it where it was made")?;
        return Ok(Exit::Incomplete);
    };
    let mut problems = Vec::new();
    if stamp.seal.as_ref() != Some(&stamp.sealed_by(&ledger)) {
        problems.push("the stamp itself was changed since it was made".to_string());
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut check = Check { ledger: &ledger, stamp: &stamp, problems, seen: Default::default(), files: 0 };
    match is_tree {
        true => check.tree(directory, &path)?,
        false => check.file(directory)?,
    }
    check.end();
    let Check { mut problems, files, .. } = check;
    problems.sort_unstable();
    const MOST: usize = 100;
    for problem in problems.iter().take(MOST) {
        writeln!(out, "CONTRADICTION: {}", show::text(problem))?;
    }
    if problems.len() > MOST {
        writeln!(out, "and {} more", problems.len() - MOST)?;
    }
    if problems.is_empty() {
        writeln!(out, "{} as stamped", plural(files, "file"))?;
        return Ok(Exit::Done);
    }
    Ok(Exit::Contradiction)
}

/// What `inspect` says of a directory that carries a stamp; nothing of one that carries none.
pub fn notice(directory: &Path) -> Option<String> {
    let stamp = AsWritten::read(&directory.join(NAME))?;
    let name = show::path(directory);
    Some(format!("{name}: {}; `scrubjay verify-manifest {name}` checks that it is so still\n", told(&stamp)))
}

/// The stamp of what was named, and whether it is that of a directory.
fn stamp_of(path: &Path) -> Result<(PathBuf, bool), Error> {
    if path.is_dir() {
        return Ok((path.join(NAME), true));
    }
    let name = path.file_name().unwrap_or_default().as_bytes();
    if name == NAME.as_bytes() {
        return Ok((path.to_owned(), true));
    }
    if name.ends_with(format!(".{NAME}").as_bytes()) {
        return Ok((path.to_owned(), false));
    }
    Ok((beside(path), false))
}

fn told(stamp: &AsWritten) -> String {
    let kinds: Vec<String> = stamp.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", show::text(&kinds.join(", "))) };
    let rules = show::text(stamp.rules.get(..12).unwrap_or(&stamp.rules));
    let (files, findings) = (plural(stamp.files, "file"), plural(stamp.findings, "finding"));
    format!("scrubbed by scrubjay {} with rules {rules}: {files}, {findings}{kinds}", show::text(&stamp.scrubjay))
}

/// What is found on the disk, compared with the stamp.
struct Check<'a> {
    ledger: &'a Ledger,
    stamp: &'a AsWritten,
    problems: Vec<String>,
    /// Sums over what is there, and the paths in them.
    seen: BTreeMap<usize, (Bucket, Vec<String>)>,
    files: u64,
}

impl Check<'_> {
    fn tree(&mut self, directory: &Path, stamp: &Path) -> Result<(), Error> {
        let mut left: BTreeMap<&str, &Entry> =
            self.stamp.outputs.iter().map(|entry| (entry.path.as_str(), entry)).collect();
        for walked in source::walk(directory) {
            let walked = walked?;
            if walked.path == stamp || walked.relative == Path::new(NAME) {
                continue;
            }
            let path = written(&walked.relative);
            if walked.kind != FileKind::Regular {
                self.problems.push(format!("added: {path}, which is not a file"));
                continue;
            }
            let mut open = walked.open()?;
            let digest = self.digest(&walked.relative, &mut open)?;
            if self.stamp.buckets.is_empty() {
                match left.remove(path.as_str()) {
                    Some(entry) if entry.digest == hex(&digest) => {}
                    Some(_) => self.problems.push(format!("changed: {path}")),
                    None => self.problems.push(format!("added: {path}")),
                }
            } else {
                let (bucket, paths) = self.seen.entry(bucket(&walked.relative)).or_default();
                bucket.add(&digest);
                paths.push(path);
            }
        }
        self.problems.extend(left.into_keys().map(|path| format!("missing: {path}")));
        Ok(())
    }

    fn file(&mut self, directory: &Path) -> Result<(), Error> {
        for entry in &self.stamp.outputs {
            let path = directory.join(&entry.path);
            let Ok(mut open) = file::open(&path) else {
                self.problems.push(format!("missing: {}", entry.path));
                continue;
            };
            if hex(&self.digest(Path::new(&entry.path), &mut open)?) != entry.digest {
                self.problems.push(format!("changed: {}", entry.path));
            }
        }
        Ok(())
    }

    fn digest(&mut self, relative: &Path, open: &mut file::OpenFile) -> Result<[u8; 16], Error> {
        self.files += 1;
        let read = HashingReader::new(open).drain();
        let content = read.map_err(|source| Error::Scrub(crate::pipeline::Error::Read(source)))?;
        Ok(self.ledger.stamp_of(relative.as_os_str().as_bytes(), &self.ledger.print(content)))
    }

    /// Compares sums, of which more files have a part each.
    fn end(&mut self) {
        const SHOWN: usize = 8;
        for (number, expected) in self.stamp.buckets.iter().enumerate() {
            let (found, paths) = self.seen.remove(&number).unwrap_or_default();
            if found == *expected {
                continue;
            }
            let what = match found.files.cmp(&expected.files) {
                std::cmp::Ordering::Less => format!("{} missing", plural(expected.files - found.files, "file")),
                std::cmp::Ordering::Equal => "a file changed".into(),
                std::cmp::Ordering::Greater => format!("{} added", plural(found.files - expected.files, "file")),
            };
            let more = if paths.len() > SHOWN { format!(" and {} more", paths.len() - SHOWN) } else { String::new() };
            let among = paths.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
            self.problems.push(format!("{what}, among those beside: {among}{more}"));
        }
        self.problems.extend(
            self.seen
                .values()
                .filter(|_| !self.stamp.buckets.is_empty())
                .map(|(bucket, paths)| format!("{} added, among: {}", plural(bucket.files, "file"), paths.join(", "))),
        );
    }
}

/// A path as it stands in a stamp: what is not plain text stands as `%` and two hexadecimal digits.
fn written(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() || c == '%' {
                let mut bytes = [0; 4];
                c.encode_utf8(&mut bytes).bytes().for_each(|byte| text.push_str(&format!("%{byte:02x}")));
            } else {
                text.push(c);
            }
        }
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("%{byte:02x}")));
    }
    text
}

fn bucket(path: &Path) -> usize {
    let digest = blake3::hash(path.as_os_str().as_bytes());
    let [one, two, ..] = digest.as_bytes();
    usize::from(u16::from_le_bytes([*one, *two])) % BUCKETS
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if text.len() != 32 {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn paths_of_any_bytes_can_be_written() {
        assert_eq!(written(Path::new("a/b.log")), "a/b.log");
        assert_eq!(written(Path::new(OsStr::from_bytes(b"a\xff\n%\xc3\xa9"))), "a%ff%0a%25\u{e9}");
    }

    #[test]
    fn sums_do_not_depend_on_the_order() {
        let (mut one, mut two) = (Bucket::default(), Bucket::default());
        for n in 0..5 {
            one.add(&[n; 16]);
            two.add(&[4 - n; 16]);
        }
        assert_eq!(one, two);
        assert_ne!(one, Bucket::default());
    }
}
