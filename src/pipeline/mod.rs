//! The pipeline: the one place where the stages meet.
//!
//! A stream takes four steps: chunks are *scanned* in parallel, *folded* in order, *rewritten* in parallel and *written*
//! in order. Workers take turns: each reads the next chunk, of a pipe under a lock and of a file by place, scans and hashes
//! it alone, folds it when its turn comes, rewrites it alone, and writes it when its turn comes. So memory is bounded by
//! workers times chunk, and nothing depends on their number. A container's entries come one after the other and go through the same steps on one thread.

mod builder;
mod changes;
mod filter;
mod inspect;
mod learn;
mod masking;
mod order;
mod rewrite;
mod turn;
mod work;
mod worker;

pub use builder::{BuildError, Builder};
pub use inspect::Leftovers;
pub use learn::{Gathered, Knowledge, Lessons};

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::artifact::Content;
use crate::chunk::Chunk;
use crate::container::{self, Input, Limits, Password};
use crate::detect::{Engine, Learned, RuleInfo, Scratch, Verdict};
use crate::finding::{Confidence, RuleId};
use crate::redact::{IssueKey, Redactor};
use crate::report::Summary;
use crate::source::{HashingReader, OpenFile, Plain, Source, Watched};
use crate::text::Head;
use work::Work;

pub use rewrite::Rewriter;

/// Why an artifact could not be scrubbed. Nothing that was written until then is complete.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input could not be read.
    #[error("cannot read the input")]
    Read(#[source] io::Error),
    /// The output could not be written.
    #[error("cannot write the output")]
    Write(#[source] io::Error),
    /// A container could not be read or rebuilt.
    #[error("cannot rebuild the {format} container")]
    Container {
        /// The format's id.
        format: &'static str,
        /// What is wrong with it.
        source: container::Error,
    },
    /// Something in it cannot be scanned, and [`Unscannable::Fail`] says that it then fails.
    #[error("{}{reason}", if name.is_empty() { String::new() } else { format!("{name}: ") })]
    Unscannable {
        /// The scrubbed name of the entry, with the containers around it; empty for the artifact itself.
        name: String,
        /// Why.
        reason: String,
    },
    /// The caller's recorder refused, before anything was read.
    #[error("cannot record the artifact")]
    Record(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A worker panicked: a fault in scrubjay. Nothing unscanned has passed.
    #[error("a worker failed; this is a fault in scrubjay")]
    Panicked,
}

/// Is told of an artifact before its first byte is read (law 4), and of its end.
pub trait Recorder: Send + Sync {
    /// Records durably that an artifact is about to be read and where its output goes.
    ///
    /// # Errors
    /// Anything: the artifact is then not read.
    fn register(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;

    /// Learns how it ended.
    ///
    /// # Errors
    /// Anything: the caller of the scrubber gets it.
    fn finish(&self, report: &Report) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// What becomes of an entry that cannot be scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Unscannable {
    /// A notice stands in its place.
    #[default]
    Withhold,
    /// What is found in its strings is masked in place, at equal length. What shows no strings (images, keystores, what is
    /// compressed or encrypted) is withheld.
    Mask,
    /// It passes as it is.
    Pass,
    /// The artifact fails before anything of it is written. So it does where an entry cannot be opened.
    Fail,
}

/// What became of an artifact as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was scrubbed; entries of it may be withheld.
    Scrubbed,
    /// It passed as it was, because [`Unscannable::Pass`] says so.
    Passed,
    /// What was found in its strings was masked in place, because [`Unscannable::Mask`] says so.
    Masked,
    /// It was withheld as a whole, and this notice was written in its place.
    Withheld(Vec<u8>),
}

/// What was done to one artifact.
#[derive(Clone, Debug)]
pub struct Report {
    /// What became of it as a whole.
    pub outcome: Outcome,
    /// Size and digest of exactly the bytes that were read.
    pub input: Content,
    /// Counts.
    pub summary: Summary,
    /// Each candidate's fate, if that was asked for.
    pub explained: Vec<Explanation>,
}

/// What became of one candidate, and where it stood. It holds no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The scrubbed names of the containers and entries around it, joined by `!`; empty for the artifact itself.
    pub entry: String,
    /// Its line, from 1.
    pub line: u64,
    /// Its column in bytes, from 1.
    pub column: u64,
    /// The rule.
    pub rule: RuleId,
    /// What became of it.
    pub verdict: Verdict,
}

/// Scrubs streams and files. It is built once and used from any number of threads.
///
/// ```
/// use scrubjay::Scrubber;
///
/// let scrubber = Scrubber::builder().unrecorded().build()?;
/// let mut clean = Vec::new();
/// let report = scrubber.scrub(&b"mail jane.roe@example.com from 203.0.113.7\n"[..], &mut clean)?;
/// assert_eq!(report.summary.findings(), 2);
/// assert!(!String::from_utf8(clean)?.contains("jane"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Scrubber {
    engine: Arc<Engine>,
    redactor: Redactor,
    recorder: Option<Arc<dyn Recorder>>,
    /// What is known of the artifact from elsewhere.
    learned: Option<Arc<Learned>>,
    /// What it takes to gather that, and whether this scrubber does nothing else.
    gathering: learn::Gathering,
    threads: usize,
    chunk: usize,
    limits: Limits,
    spools: PathBuf,
    /// What may open encrypted entries.
    passwords: Arc<[Password]>,
    unscannable: Unscannable,
    explain: bool,
    counts: bool,
    workers: OnceLock<Option<Arc<ThreadPool>>>,
    /// What is at rest of what short texts are scrubbed with: there may be a million names.
    desks: Mutex<Vec<Desk>>,
}

/// What a short text is scrubbed with.
#[derive(Default)]
struct Desk {
    scratch: Scratch,
    rewriter: Rewriter,
}

impl Scrubber {
    /// What a scrubber needs: nothing but a word about recording.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A scrubber for another issue: with its key, and all else shared. It costs next to nothing.
    pub fn with_key(&self, key: IssueKey) -> Scrubber {
        Scrubber { redactor: self.redactor.with_key(key), ..self.like() }
    }

    /// Every rule, by the numbers that [`Explanation`] uses.
    pub fn catalogue(&self) -> &[RuleInfo] {
        self.engine.catalogue()
    }

    /// Whether a finding of this rule that is so sure stays as it is, unless a surer one shares bytes with it.
    pub fn leaves(&self, rule: RuleId, confidence: Confidence) -> bool {
        self.redactor.leaves(rule, confidence)
    }

    /// What [`Summary::candidates`] are counted by.
    pub fn anchor_names(&self) -> Vec<String> {
        self.engine.anchor_names()
    }

    /// Never frees what it searches with, which takes a while: for the end of a process.
    pub fn leave_engine(&self) {
        std::mem::forget(Arc::clone(&self.engine));
    }

    /// Scrubs a reader into a writer.
    ///
    /// # Errors
    /// If the input cannot be read or the output not be written, or a container is damaged as a whole. What was written
    /// until then is scrubbed, but not complete.
    pub fn scrub(&self, reader: impl Read + Send, writer: impl Write + Send) -> Result<Report, Error> {
        self.scrub_source(Plain::new(reader), writer)
    }

    /// Scrubs a source, which can tell when it idles, into a writer. What comes in while it idles goes out at once.
    ///
    /// # Errors
    /// As [`Scrubber::scrub`].
    pub fn scrub_source(&self, source: impl Source + Send, writer: impl Write + Send) -> Result<Report, Error> {
        self.recorded(|| {
            let mut work = Work::new(self);
            let (outcome, content) = self.source(&mut work, source, writer)?;
            Ok(work.report(outcome, content))
        })
    }

    /// Scrubs a file into a writer. Containers that are read by place are read from the file itself. `watch` is told of the
    /// bytes as they are read.
    ///
    /// # Errors
    /// As [`Scrubber::scrub`].
    pub fn scrub_file(
        &self,
        file: &mut OpenFile,
        watch: impl Fn(u64) + Send,
        writer: impl Write + Send,
    ) -> Result<Report, Error> {
        self.recorded(|| {
            let mut work = Work::new(self);
            let (outcome, content) = self.file(&mut work, file, watch, writer)?;
            Ok(work.report(outcome, content))
        })
    }

    /// The work on one file, without recording.
    fn file(
        &self,
        work: &mut Work<'_>,
        file: &mut OpenFile,
        watch: impl Fn(u64) + Send,
        writer: impl Write + Send,
    ) -> Result<(Outcome, Content), Error> {
        if !file.is_regular() {
            return self.source(work, Watched::new(file, watch), writer);
        }
        let head = Head::read(file, |_, _| true).map_err(Error::Read)?;
        let Some(format) = container::sniff(head.known()).filter(|format| format.is_read_by_place()) else {
            watch(head.known().len() as u64);
            return self.behind(work, head, Watched::new(file, watch), writer);
        };
        // The bytes that are parsed are those that were hashed: the file is read whole, then by place.
        file.seek(SeekFrom::Start(0)).map_err(Error::Read)?;
        let hashed = HashingReader::new(Watched::new(&mut *file, watch));
        let content = hashed.drain().map_err(Error::Read)?;
        file.seek(SeekFrom::Start(0)).map_err(Error::Read)?;
        let outcome = work.artifact(format, Input::seekable_from(file, &self.spools), writer)?;
        Ok((outcome, content))
    }

    /// The work on one source, without recording.
    fn source(
        &self,
        work: &mut Work<'_>,
        source: impl Source + Send,
        writer: impl Write + Send,
    ) -> Result<(Outcome, Content), Error> {
        let mut source = source;
        let may_go_on = |source: &mut _, known: &[u8]| !Source::is_idle(source) || container::may_follow(known);
        let head = Head::read(&mut source, may_go_on).map_err(Error::Read)?;
        self.behind(work, head, source, writer)
    }

    /// The work on a source of which the first bytes were read.
    fn behind(
        &self,
        work: &mut Work<'_>,
        head: Head,
        source: impl Source + Send,
        writer: impl Write + Send,
    ) -> Result<(Outcome, Content), Error> {
        Ok(match container::sniff(head.known()) {
            Some(format) => {
                let mut input = HashingReader::new(Cursor::new(head.into_bytes()).chain(source));
                let outcome = work.artifact(format, Input::stream(&mut input, &self.spools), writer)?;
                (outcome, input.drain().map_err(Error::Read)?)
            }
            None => work.stream(head, source, writer)?,
        })
    }

    /// Scrubs a path or file name: directories and known endings stay, what is found in between goes.
    pub fn scrub_name(&self, name: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(name.len());
        for (n, part) in name.split(|&b| b == b'/').enumerate() {
            if n > 0 {
                out.push(b'/');
            }
            let stem = &part[..part.len() - endings(part)];
            out.extend_from_slice(&self.scrub_bytes(stem));
            out.extend_from_slice(&part[stem.len()..]);
        }
        out
    }

    /// Scrubs bytes that are in memory, as text, without recording or counting: names, not contents.
    pub fn scrub_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let chunk = Chunk { bytes, base: 0, own: 0..bytes.len(), is_last: true };
        self.at_desk(|desk| {
            let edits = self.edits(&chunk, &mut desk.scratch);
            let mut out = Vec::new();
            desk.rewriter.rewrite(&self.redactor, &chunk, 0..bytes.len(), &edits, &mut out);
            out
        })
    }

    fn at_desk<T>(&self, act: impl FnOnce(&mut Desk) -> T) -> T {
        let mut desk = turn::lock(&self.desks).pop().unwrap_or_default();
        let done = act(&mut desk);
        turn::lock(&self.desks).push(desk);
        done
    }

    /// The threads for entries of containers and for compressing; none if everything is to be done on one.
    fn workers(&self) -> Option<Arc<ThreadPool>> {
        if self.threads < 2 || self.explain {
            return None;
        }
        let start = || ThreadPoolBuilder::new().num_threads(self.threads).build().ok().map(Arc::new);
        self.workers.get_or_init(start).clone()
    }

    fn recorded(&self, act: impl FnOnce() -> Result<Report, Error>) -> Result<Report, Error> {
        let start = Instant::now();
        if let Some(recorder) = &self.recorder {
            recorder.register().map_err(Error::Record)?;
        }
        let mut report = act()?;
        report.summary.elapsed = start.elapsed();
        if let Some(recorder) = &self.recorder {
            recorder.finish(&report).map_err(Error::Record)?;
        }
        Ok(report)
    }
}

/// The length of the known endings of a file name, dots included: `.log.gz`.
fn endings(name: &[u8]) -> usize {
    const KNOWN: [&str; 40] = [
        "log",
        "txt",
        "csv",
        "tsv",
        "json",
        "jsonl",
        "xml",
        "html",
        "htm",
        "yaml",
        "yml",
        "toml",
        "ini",
        "conf",
        "cfg",
        "properties",
        "env",
        "sql",
        "dump",
        "out",
        "err",
        "gz",
        "zip",
        "tar",
        "tgz",
        "bz2",
        "xz",
        "zst",
        "7z",
        "pem",
        "key",
        "crt",
        "png",
        "jpg",
        "jpeg",
        "pdf",
        "eml",
        "har",
        "md",
        "hprof",
    ];
    let mut end = name.len();
    while let Some(dot) = name[..end].iter().rposition(|&b| b == b'.') {
        let is_known = dot > 0 && KNOWN.iter().any(|known| name[dot + 1..end].eq_ignore_ascii_case(known.as_bytes()));
        if !is_known {
            break;
        }
        end = dot;
    }
    name.len() - end
}
