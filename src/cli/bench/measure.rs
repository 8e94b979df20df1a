//! What is measured, and the rounds of it.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::artifact::ArtifactId;
use crate::bench::race::{Budget, Runner, Times, race};
use crate::bench::{Stages, corpus};
use crate::cli::options::Detection;
use crate::cli::{Error, account, show};
use crate::container;
use crate::detect::{Group, Isa};
use crate::ledger::{FailCode, Finished, Ledger, Registration};
use crate::pipeline::{self, Outcome, Report, Scrubber};
use crate::source::file;
use crate::text::{Head, Nature, sniff};

/// How long a text that is made is, unless something else is asked for.
const MADE: u64 = 32 << 20;
/// How much of a file is read, unless something else is asked for: it is held in memory too.
const READ: u64 = 256 << 20;
/// How much of a text serves to tell the groups of detectors apart.
const PART: usize = 4 << 20;
/// The buffer of the copy: as long as a chunk of the filter.
const BUFFER: usize = 128 << 10;

/// What the cost of all detectors together is called.
pub const ALL: &str = "all";
/// What the cost of the search without any is called.
pub const NONE: &str = "search";

/// What everything is measured with.
pub struct Setup {
    /// The instructions of the search.
    pub isa: Isa,
    /// How many rules there are.
    pub rules: usize,
    /// Numbers of threads, in rising order.
    pub threads: Vec<usize>,
    stages: Stages,
    /// The search without any detector, then each group by itself.
    none: Stages,
    groups: Vec<(Group, Stages)>,
    scrubbers: Vec<Scrubber>,
    /// Whether the texts' own counts hold: not if the user says what is to be found.
    pub is_plain: bool,
}

/// A text to measure with.
pub struct Subject {
    /// Its name for people.
    pub name: String,
    path: PathBuf,
    /// The bytes in memory: all of the file, or its first part.
    bytes: Vec<u8>,
    is_whole: bool,
    /// Whether the bytes are what the filter scans: not if they must be unpacked or decoded first.
    is_plain: bool,
    expected: Option<u64>,
    /// The file, if it was made for this run; it goes with the subject.
    _made: Option<NamedTempFile>,
    record: Option<(Ledger, ArtifactId)>,
}

/// What was measured with one text.
pub struct Measured {
    /// The text's name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// How many findings there were.
    pub findings: u64,
    /// How many there should have been, if that is known.
    pub expected: Option<u64>,
    /// How many rounds.
    pub rounds: usize,
    /// Each contestant, in the order of the table.
    pub speeds: Vec<Speed>,
    /// Microseconds for each megabyte of the scan on one thread, by group of detectors; the search alone comes first. Empty for
    /// a container.
    pub costs: Vec<(&'static str, f64)>,
}

/// A contestant, and how fast it was.
pub struct Speed {
    /// What it does.
    pub what: What,
    /// Bytes in a second of wall time: the median.
    pub rate: f64,
    /// How many times as fast as the copy in memory: the median of the rounds.
    pub to_copy: f64,
    /// How many times as fast as `cat`, if there is one.
    pub to_cat: Option<f64>,
}

/// What contestants do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Copy the text in memory, part by part.
    Copy,
    /// `cat FILE >/dev/null`, as a process.
    Cat,
    /// Find, in memory, on so many threads.
    Scan(usize),
    /// All that `scrubjay scrub FILE --no-record >/dev/null` does behind its start, on so many threads.
    Scrub(usize),
}

impl Measured {
    /// Whether something else was found than there is.
    pub fn is_wrong(&self) -> bool {
        self.expected.is_some_and(|expected| expected != self.findings)
    }
}

impl What {
    /// Its name in tables.
    pub fn name(self) -> String {
        match self {
            What::Copy => "copy".into(),
            What::Cat => "cat".into(),
            What::Scan(threads) => format!("scan {threads}"),
            What::Scrub(threads) => format!("scrub {threads}"),
        }
    }
}

impl Setup {
    /// An engine with all that the options say, and scrubbers for so many threads.
    pub fn new(detection: &Detection, threads: Vec<usize>) -> Result<Setup, Error> {
        let (isa, rules) = (detection.isa(), detection.rules()?);
        let mut threads = threads;
        threads.sort_unstable();
        threads.dedup();
        let scrubber = |&threads: &usize| {
            let builder = detection.apply(Scrubber::builder().unrecorded(), rules.clone())?;
            let builder = builder.threads(threads).spools(&std::env::temp_dir());
            builder.build().map_err(|_| Error::Internal("the system gave no random bytes"))
        };
        Ok(Setup {
            scrubbers: threads.iter().map(scrubber).collect::<Result<_, _>>()?,
            stages: Stages::on(isa, &rules),
            none: Stages::of(isa, &rules, &[]),
            groups: Group::ALL.map(|group| (group, Stages::of(isa, &rules, &[group]))).into(),
            is_plain: detection.is_plain(),
            rules: rules.rules().len(),
            isa,
            threads,
        })
    }

    /// Measures with one text for about so long.
    pub fn measure(&self, subject: &Subject, time: Duration) -> Result<Measured, Error> {
        let measured = self.contest(subject, time);
        subject.close(measured.as_ref().ok().map(|(_, report)| report))?;
        measured.map(|(measured, _)| measured)
    }

    fn contest(&self, subject: &Subject, time: Duration) -> Result<(Measured, Report), Error> {
        let report = subject.scrub(self.scrubbers.last().ok_or(Error::Internal("there are no threads"))?)?;
        if let Outcome::Withheld(_) = report.outcome {
            let why = report.summary.withheld.first().map(|withheld| withheld.reason.clone()).unwrap_or_default();
            return Err(Error::Usage(format!("{}: there is nothing to measure: {why}", subject.name)));
        }
        if report.input.size == 0 {
            return Err(Error::Usage(format!("{}: there is nothing to measure: it is empty", subject.name)));
        }
        let text = &subject.bytes[..];
        let scans = if subject.is_plain { &self.threads[..] } else { &[] };
        let mut whats = vec![What::Copy];
        whats.extend(subject.cat().is_ok().then_some(What::Cat));
        whats.extend(scans.iter().map(|&threads| What::Scan(threads)));
        whats.extend(self.threads.iter().map(|&threads| What::Scrub(threads)));
        let mut runners: Vec<_> = whats.iter().map(|&what| self.runner(what, subject)).collect();
        let times = race(&mut runners, Budget { time: time * 3 / 4, least: 3, most: 101 })?;
        let at = |what| whats.iter().position(|&w| w == what).map(|n| &times[n]);
        let speed = |(&what, own): (&What, &Times)| Speed {
            what,
            rate: text.len() as f64 * 1e9 / own.median(),
            to_copy: at(What::Copy).map_or(0.0, |copy| own.speed_to(copy)),
            to_cat: at(What::Cat).map(|cat| own.speed_to(cat)),
        };
        let measured = Measured {
            name: subject.name.clone(),
            bytes: text.len() as u64,
            findings: report.summary.findings(),
            expected: subject.expected.filter(|_| self.is_plain),
            rounds: times[0].rounds(),
            speeds: whats.iter().zip(&times).map(speed).collect(),
            costs: if subject.is_plain { self.costs(text, time / 4)? } else { Vec::new() },
        };
        Ok((measured, report))
    }

    fn runner<'a>(&'a self, what: What, subject: &'a Subject) -> Runner<'a, Error> {
        let text = &subject.bytes[..];
        match what {
            What::Copy => {
                let mut buffer = vec![0; BUFFER];
                Box::new(move || {
                    for part in text.chunks(BUFFER) {
                        black_box(&mut buffer)[..part.len()].copy_from_slice(part);
                    }
                    black_box(&buffer);
                    Ok(())
                })
            }
            What::Cat => Box::new(|| subject.cat().map_err(Error::Output)),
            What::Scan(threads) => Box::new(move || {
                black_box(self.stages.count_on(threads, text));
                Ok(())
            }),
            What::Scrub(threads) => {
                let at = self.threads.iter().position(|&known| known == threads).unwrap_or(0);
                let scrubber = &self.scrubbers[at];
                Box::new(move || subject.scrub(scrubber).map(drop))
            }
        }
    }

    /// What the scan of a part costs by group of detectors.
    fn costs(&self, text: &[u8], time: Duration) -> Result<Vec<(&'static str, f64)>, Error> {
        let part = &text[..text.len().min(PART)];
        let scan = |stages| -> Runner<'_, Error> {
            Box::new(move || {
                black_box(Stages::count(stages, part));
                Ok(())
            })
        };
        let mut runners = vec![scan(&self.stages), scan(&self.none)];
        runners.extend(self.groups.iter().map(|(_, stages)| scan(stages)));
        let times = race(&mut runners, Budget { time, least: 3, most: 101 })?;
        let by_megabyte = |nanoseconds: f64| nanoseconds * 1e3 / part.len().max(1) as f64;
        let mut costs = vec![(ALL, by_megabyte(times[0].median())), (NONE, by_megabyte(times[1].median()))];
        let groups = self.groups.iter().zip(&times[2..]);
        costs.extend(groups.map(|((group, _), own)| (group.id(), by_megabyte(own.above(&times[1]).max(0.0)))));
        Ok(costs)
    }
}

impl Subject {
    /// A text that is made from a seed, in a temporary file that goes with it.
    ///
    /// # Errors
    /// If there is no text of that name, or the file cannot be written.
    pub fn made(name: &str, seed: u64, size: Option<u64>) -> Result<Subject, Error> {
        let (_, make) =
            corpus::ALL.iter().find(|(known, _)| *known == name).ok_or(Error::Internal("an unknown text"))?;
        let corpus = make(seed, usize::try_from(size.unwrap_or(MADE)).unwrap_or(usize::MAX));
        let mut made = NamedTempFile::new().map_err(Error::Output)?;
        made.write_all(&corpus.text).map_err(Error::Output)?;
        Ok(Subject {
            name: name.to_string(),
            path: made.path().to_path_buf(),
            bytes: corpus.text,
            is_whole: true,
            is_plain: true,
            expected: Some(corpus.planted.values().sum()),
            _made: Some(made),
            record: None,
        })
    }

    /// A file of the user, which is recorded before it is read.
    ///
    /// # Errors
    /// If it is no regular file or cannot be read, or the ledger refuses.
    pub fn file(path: &Path, size: Option<u64>, ledger: Option<Ledger>) -> Result<Subject, Error> {
        let mut input = file::open(path)?;
        if !input.is_regular() {
            let told = show::path(path);
            return Err(Error::Usage(format!(
                "{told} is no regular file, which can be read again and again; save it first"
            )));
        }
        let record = ledger.map(|ledger| record(ledger, path)).transpose()?;
        let length = size.unwrap_or(READ).min(input.seen().size);
        let mut bytes = Vec::new();
        let read = |source| Error::Scrub(pipeline::Error::Read(source));
        (&mut input).take(length).read_to_end(&mut bytes).map_err(read)?;
        let head = Head::read(&mut &bytes[..], |_, _| true).map_err(read)?;
        let is_archive = container::sniff(head.deciding()).is_some();
        Ok(Subject {
            name: show::path(Path::new(path.file_name().unwrap_or_default())),
            path: path.to_path_buf(),
            is_whole: bytes.len() as u64 == input.seen().size,
            is_plain: !is_archive && matches!(sniff(head.deciding()), Nature::Text),
            bytes,
            expected: None,
            _made: None,
            record,
        })
    }

    /// `cat`, as a process, or `head` if not all is measured.
    fn cat(&self) -> io::Result<()> {
        let mut command = Command::new(if self.is_whole { "cat" } else { "head" });
        if !self.is_whole {
            command.arg("-c").arg(self.bytes.len().to_string());
        }
        let status = command.stdin(File::open(&self.path)?).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("cat ended with {status}"))) }
    }

    fn scrub(&self, scrubber: &Scrubber) -> Result<Report, Error> {
        let mut input = file::open(&self.path)?;
        Ok(match self.is_whole {
            true => scrubber.scrub_file(&mut input, |_| (), io::sink())?,
            false => scrubber.scrub(input.take(self.bytes.len() as u64), io::sink())?,
        })
    }

    /// Tells the ledger how it ended.
    fn close(&self, report: Option<&Report>) -> Result<(), Error> {
        let Some((ledger, id)) = &self.record else { return Ok(()) };
        match report {
            Some(report) => {
                let ended = account::ended(&report.summary, report.input, None);
                // Of a longer file only a part was read.
                let input = ended.input.filter(|_| self.is_whole);
                ledger.finish(id, &Finished { input, ..ended })?;
            }
            None => ledger.fail(id, FailCode::Read)?,
        }
        Ok(())
    }
}

/// Records a file that is about to be read.
fn record(ledger: Ledger, path: &Path) -> Result<(Ledger, ArtifactId), Error> {
    let artifact = account::to_read(path, Some(path));
    let registration = Registration { artifacts: vec![artifact], ..Registration::default() };
    let id = ledger.register(&registration)?.pop().ok_or(Error::Internal("the ledger gave no number"))?;
    Ok((ledger, id))
}
