//! `scrubjay inspect`: what would be replaced, where and why, never the value.

use std::collections::VecDeque;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Instant;

use clap::ValueEnum;

use super::options::{Bounds, Detection, Learning, cores};
use super::scrub::explain;
use super::{Context, Error, Exit, account, learn, show, stamp};
use crate::detect::Room;
use crate::ledger::{Begun, End, FailCode, Ledger, Registration};
use crate::pipeline::{self, Gathered, Knowledge, Report, Scrubber};
use crate::report::inspection::{Html, Joined, Json, JsonLines, Needs, Nothing, Sarif, Shown, Text, apart};
use crate::report::{Account, Sighting, Summary, Withheld, Witness};
use crate::source::file::{self, OpenFile};
use crate::source::{self, FileKind, Plain, stdin};

/// Show what would be replaced, where, and by which rule; the values are never shown
///
/// Without INPUT (or with `-`) it reads the standard input. Archives are opened, directories walked. Nothing is written but
/// the account, on standard output: lines with placeholders in place of values for people, or JSON, SARIF or a page.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and directories to look into; `-` is the standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// How the account is written
    #[arg(long, short, value_enum, default_value = "text", value_name = "FORMAT")]
    format: Format,
    /// How many lines are shown on either side of one with findings
    #[arg(long, short = 'C', default_value_t = 1, value_name = "N")]
    context: usize,
    /// Whether text is coloured
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: clap::ColorChoice,
    /// End with exit code 3 if there is a finding
    #[arg(long)]
    check: bool,
    /// Tell of every candidate in this line which rule took it, or why it was left
    #[arg(long, value_name = "LINE", conflicts_with_all = ["format", "context"], value_parser = clap::value_parser!(u64).range(1..))]
    explain: Option<u64>,
    /// Write no account, only the exit code counts
    #[arg(long, short, requires = "check", conflicts_with = "explain")]
    quiet: bool,
    /// The issue that the inputs belong to: its key decides the pseudonyms, and `scrubjay resolve` deletes them
    #[arg(long, value_name = "KEY", env = "SCRUBJAY_ISSUE", hide_env_values = true)]
    issue: Option<String>,
    /// The customer that they came from
    #[arg(long, value_name = "NAME", requires = "issue")]
    customer: Option<String>,
    /// Leave the inputs out of what `scrubjay resolve` deletes
    #[arg(long)]
    keep_input: bool,
    /// Leave no trace in the ledger
    #[arg(long, conflicts_with_all = ["customer", "keep_input"])]
    no_record: bool,
    #[command(flatten)]
    detection: Detection,
    #[command(flatten)]
    learning: Learning,
    /// Threads to use; several inputs, and the files of a directory, are shared out among them [default: one for each core]
    #[arg(long, visible_alias = "jobs", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    bounds: Bounds,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Lines with their placeholders and reasons, and counts
    Text,
    /// One JSON document
    Json,
    /// One JSON object in a line for each finding, and one for the counts
    Jsonl,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// A page that stands by itself
    Html,
}

pub fn run(context: &Context, args: Args) -> Result<Exit, Error> {
    let rules = args.detection.rules()?;
    let ledger =
        if args.no_record && args.issue.is_none() { None } else { Some(context.ledger_for(args.customer.as_deref())?) };
    let mut builder = Scrubber::builder().unrecorded().explain(args.explain.is_some()).limits(args.bounds.limits());
    builder = builder.passwords(args.bounds.passwords()?);
    if args.learning.is_from_whole() {
        builder = builder.learns(Room::default());
    }
    let mut builder = args.detection.apply(builder, rules)?.spools(&std::env::temp_dir());
    if let (Some(issue), Some(ledger)) = (&args.issue, &ledger) {
        builder = builder.key(ledger.issue_key(issue)?);
    }
    let scrubber = builder.build().map_err(|_| Error::Internal("the system gave no random bytes"))?;
    let ledger = ledger.filter(|_| !args.no_record);
    let mut inspection = Inspection { args, scrubber, knowledge: None, ledger };
    match inspection.run() {
        Err(error) if error.is_reader_gone() => Ok(Exit::Done),
        done => done.map_err(|error| error.without_content(&inspection.scrubber)),
    }
}

/// One run of the verb.
struct Inspection {
    args: Args,
    scrubber: Scrubber,
    knowledge: Option<Knowledge>,
    ledger: Option<Ledger>,
}

/// What is looked into.
enum Input {
    Stdin,
    File(PathBuf),
    Walked(source::Walked),
}

impl Input {
    fn path(&self) -> &Path {
        match self {
            Input::Stdin => Path::new("standard input"),
            Input::File(path) => path,
            Input::Walked(walked) => &walked.path,
        }
    }

    fn open(&self) -> Result<Option<OpenFile>, source::Error> {
        match self {
            Input::Stdin => Ok(None),
            Input::File(path) => file::open(path).map(Some),
            Input::Walked(walked) => walked.open().map(Some),
        }
    }
}

/// What was told of the inputs so far.
struct Told {
    account: Box<dyn Account>,
    summary: Summary,
    /// What the ledger has not been told yet.
    ended: Vec<(Begun, End)>,
}

/// What a worker sends of one input.
enum Word {
    /// What the account needs, in its order.
    Pieces(Vec<Shown>),
    /// There is no more.
    Over(Box<Result<Report, Error>>),
}

/// How many inputs may be under way at once, or wait for their turn to be told of.
const WAITING: usize = 64;

/// So many words of one input, and so many bytes in a word, wait before its worker does.
const WORDS: usize = 16;
const WORD: usize = 64 << 10;

/// How many ends are told to the ledger in one commit.
const TOGETHER: usize = 512;

impl Inspection {
    fn run(&mut self) -> Result<Exit, Error> {
        let start = Instant::now();
        let mut summary = Summary::default();
        let inputs = self.list(&mut summary)?;
        let begun = self.register(&inputs)?;
        // What lies in a directory is learned from even if it is one file.
        let alone = match &inputs[..] {
            [input @ (Input::Stdin | Input::File(_))] => Some(self.learn_from_one(input)),
            _ => {
                self.learn_from_many(&inputs)?;
                None
            }
        };
        let mut told = Told { account: self.account(), summary, ended: Vec::new() };
        let done = match (&inputs[..], alone) {
            ([input], alone) => {
                let name = self.name(input);
                let outcome = self.inspect(input, alone, &name, &mut *told.account);
                let begun = begun.into_iter().next().flatten();
                self.tell(name, begun, outcome, true, &mut told)
            }
            _ => self.many(&inputs, begun, &mut told),
        };
        let recorded = self.record(&mut told.ended);
        done.and(recorded)?;
        let Told { mut account, mut summary, .. } = told;
        summary.elapsed = start.elapsed();
        if let Some(knowledge) = self.knowledge {
            summary.learned = Some(knowledge.values);
            summary.is_learned_cut = knowledge.is_cut;
        }
        account.finish(&summary).map_err(Error::Output)?;
        Ok(match (self.args.check && summary.findings() > 0, summary.is_whole()) {
            (true, _) => Exit::Found,
            (false, true) => Exit::Done,
            (false, false) => Exit::Incomplete,
        })
    }

    /// Looks into several inputs at once, and tells of them in their order. What waits to be told is bounded: a worker that
    /// is far ahead waits.
    fn many(&self, inputs: &[Input], begun: Vec<Option<Begun>>, told: &mut Told) -> Result<(), Error> {
        let gone = || Error::Internal("the workers are gone");
        let is_over = AtomicBool::new(false);
        let (to_workers, tasks) = mpsc::channel::<(&Input, mpsc::SyncSender<Word>)>();
        let (tasks, needs) = (Mutex::new(tasks), told.account.needs());
        std::thread::scope(|scope| {
            // Dropped at the end of the scope, whichever way that comes, and then the workers end.
            let to_workers = to_workers;
            for _ in 0..self.threads().min(inputs.len()) {
                scope.spawn(|| {
                    loop {
                        let taken = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok((input, to)) = taken else { return };
                        if is_over.load(Ordering::Relaxed) {
                            return;
                        }
                        let act = AssertUnwindSafe(|| self.inspect_apart(input, needs, &to));
                        let outcome = catch_unwind(act).unwrap_or(Err(Error::Scrub(pipeline::Error::Panicked)));
                        // Nobody listens any more if the account could not be written.
                        let _ = to.send(Word::Over(Box::new(outcome)));
                    }
                });
            }
            let through = || {
                let (mut inputs, mut waiting) = (inputs.iter().zip(begun), VecDeque::new());
                loop {
                    while waiting.len() < WAITING {
                        let Some((input, begun)) = inputs.next() else { break };
                        let (to, words) = mpsc::sync_channel(WORDS);
                        to_workers.send((input, to)).map_err(|_| gone())?;
                        waiting.push_back((input, begun, words));
                    }
                    let Some((input, begun, words)) = waiting.pop_front() else { return Ok(()) };
                    loop {
                        match words.recv().map_err(|_| gone())? {
                            Word::Pieces(pieces) => {
                                let mut pieces = pieces.iter();
                                pieces.try_for_each(|piece| told.account.show(piece)).map_err(Error::Output)?;
                            }
                            Word::Over(outcome) => break self.tell(self.name(input), begun, *outcome, false, told)?,
                        }
                    }
                }
            };
            let done = through();
            is_over.store(true, Ordering::Relaxed);
            done
        })
    }

    /// Looks into an input on behalf of an account that is shown something else meanwhile.
    fn inspect_apart(&self, input: &Input, needs: Needs, to: &mpsc::SyncSender<Word>) -> Result<Report, Error> {
        let (mut pieces, mut size) = (Vec::new(), 0);
        let send = |pieces: &mut Vec<Shown>| {
            let word = Word::Pieces(std::mem::take(pieces));
            to.send(word).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
        };
        let mut witness = apart(needs, |piece| {
            size += piece.size();
            pieces.push(piece);
            if size < WORD {
                return Ok(());
            }
            size = 0;
            send(&mut pieces)
        });
        let report = self.inspect(input, None, &self.name(input), &mut *witness);
        drop(witness);
        if !pieces.is_empty() {
            send(&mut pieces).map_err(Error::Output)?;
        }
        report
    }

    /// Tells what became of an input, of which the account was shown everything.
    fn tell(
        &self,
        name: String,
        begun: Option<Begun>,
        outcome: Result<Report, Error>,
        is_alone: bool,
        told: &mut Told,
    ) -> Result<(), Error> {
        match outcome {
            Ok(report) => {
                let end = End::Finished(account::ended(&report.summary, report.input, None));
                told.ended.extend(begun.map(|begun| (begun, end)));
                if let Some(line) = self.args.explain {
                    self.explain(&report, &name, line).map_err(Error::Output)?;
                }
                let mut more = report.summary;
                more.within(&name);
                told.summary.add(more);
            }
            Err(error) if error.is_reader_gone() => return Err(error),
            Err(error) => {
                told.ended.extend(begun.map(|begun| (begun, End::Failed(FailCode::Read))));
                let error = error.without_content(&self.scrubber);
                if is_alone {
                    return Err(error);
                }
                told.summary.failed.push(Withheld { name, reason: error.chain() });
            }
        }
        if told.ended.len() >= TOGETHER { self.record(&mut told.ended) } else { Ok(()) }
    }

    /// Tells the ledger what has ended.
    fn record(&self, ended: &mut Vec<(Begun, End)>) -> Result<(), Error> {
        if let (Some(ledger), false) = (&self.ledger, ended.is_empty()) {
            ledger.turn(&[], std::mem::take(ended))?;
        }
        Ok(())
    }

    fn threads(&self) -> usize {
        self.args.threads.map_or_else(cores, usize::from)
    }

    /// The scrubbed name of an input.
    fn name(&self, input: &Input) -> String {
        match input {
            Input::Stdin => "standard input".to_string(),
            _ => self.told(input.path()),
        }
    }

    /// The inputs, directories with all that is in them.
    fn list(&self, summary: &mut Summary) -> Result<Vec<Input>, Error> {
        if self.args.inputs.is_empty() {
            return Ok(vec![Input::Stdin]);
        }
        let mut list = Vec::new();
        for path in &self.args.inputs {
            if path == Path::new("-") {
                list.push(Input::Stdin);
            } else if !path.is_dir() {
                list.push(Input::File(path.clone()));
            } else {
                let notice = stamp::notice(path).filter(|_| !self.args.quiet);
                if let Some(notice) = &notice {
                    // A closed standard error leaves nobody to tell.
                    let _ = io::stderr().write_all(notice.as_bytes());
                }
                for walked in source::walk(path) {
                    match walked {
                        Ok(walked) if notice.is_some() && walked.relative == Path::new(stamp::NAME) => {}
                        Ok(walked) if walked.kind == FileKind::Regular => list.push(Input::Walked(walked)),
                        Ok(walked) => {
                            let link = walked.kind == FileKind::Symlink;
                            let what = if link { "a symbolic link, not followed" } else { "not a file" };
                            let (name, reason) = (self.told(&walked.path), format!("it is {what}"));
                            summary.withheld.push(Withheld { name, reason });
                        }
                        Err(error) => {
                            let error = Error::from(error).without_content(&self.scrubber);
                            summary.failed.push(Withheld { name: self.told(path), reason: error.chain() });
                        }
                    }
                }
            }
        }
        Ok(list)
    }

    /// Records the inputs before any of them is read, in one commit.
    fn register(&self, inputs: &[Input]) -> Result<Vec<Option<Begun>>, Error> {
        let Some(ledger) = &self.ledger else { return Ok(inputs.iter().map(|_| None).collect()) };
        let artifacts = inputs.iter().map(|input| match input {
            Input::Stdin => account::to_read(input.path(), None),
            _ => account::to_read(input.path(), Some(input.path())),
        });
        let registration = Registration {
            issue: self.args.issue.clone(),
            customer: self.args.customer.clone(),
            keep_input: self.args.keep_input,
            artifacts: artifacts.collect(),
            ..Registration::default()
        };
        Ok(ledger.turn(&[registration], Vec::new())?.into_iter().map(Some).collect())
    }

    fn know(&mut self, gathered: Gathered) {
        let (scrubber, knowledge) = self.scrubber.knowing(gathered);
        (self.scrubber, self.knowledge) = (scrubber, Some(knowledge));
    }

    /// Learns from the only input, if that is wanted.
    fn learn_from_one(&mut self, input: &Input) -> Result<learn::Input, Error> {
        let (input, gathered) =
            learn::from_one(&self.scrubber, self.args.learning, &std::env::temp_dir(), input.open()?, &|_| {})?;
        if let Some(gathered) = gathered {
            self.know(gathered);
        }
        Ok(input)
    }

    /// Learns from all inputs but the standard input, if that is wanted.
    fn learn_from_many(&mut self, inputs: &[Input]) -> Result<(), Error> {
        let files: Vec<&Input> = inputs.iter().filter(|input| !matches!(input, Input::Stdin)).collect();
        let open = |input: &&Input| input.open().map(|file| file.expect("it is no standard input"));
        if let Some((_, gathered)) = learn::from_many(&self.scrubber, self.threads(), &files, open)? {
            self.know(gathered);
        }
        Ok(())
    }

    fn inspect(
        &self,
        input: &Input,
        learned: Option<Result<learn::Input, Error>>,
        name: &str,
        witness: &mut dyn Witness,
    ) -> Result<Report, Error> {
        let mut named = Named { name, witness };
        let learned = match learned {
            Some(learned) => learned?,
            None => input.open()?.map_or(learn::Input::Pipe, |file| learn::Input::File(file, None)),
        };
        Ok(match learned {
            learn::Input::Pipe => {
                let stdin = stdin::stdin().map_err(|source| Error::Scrub(pipeline::Error::Read(source)))?;
                self.scrubber.inspect_source(stdin, &mut named)?
            }
            learn::Input::Spooled(spooled) => self.scrubber.inspect_source(Plain::new(spooled), &mut named)?,
            learn::Input::File(mut file, _) => self.scrubber.inspect_file(&mut file, &mut named)?,
        })
    }

    fn explain(&self, report: &Report, name: &str, line: u64) -> io::Result<()> {
        let on_it = report.explained.iter().filter(|explanation| explanation.line == line);
        let told: String = on_it.map(|explanation| explain::told(&self.scrubber, explanation, name)).collect();
        let told = if told.is_empty() { format!("{name}:{line}: no candidate\n") } else { told };
        io::stdout().write_all(told.as_bytes())
    }

    /// What writes the account.
    fn account(&self) -> Box<dyn Account> {
        let (out, context) = (BufWriter::new(io::stdout()), self.args.context);
        match self.args.format {
            _ if self.args.quiet || self.args.explain.is_some() => Box::new(Nothing),
            Format::Text => {
                let is_coloured = show::is_coloured(self.args.color, io::stdout().is_terminal());
                Box::new(Joined::new(Text::new(out, is_coloured), context))
            }
            Format::Json => Box::new(Json::new(out)),
            Format::Jsonl => Box::new(JsonLines::new(out)),
            Format::Sarif => Box::new(Sarif::new(out)),
            Format::Html => Box::new(Joined::new(Html::new(out), context)),
        }
    }

    /// The scrubbed name of a path.
    fn told(&self, path: &Path) -> String {
        String::from_utf8_lossy(&self.scrubber.scrub_name(path.as_os_str().as_bytes())).into_owned()
    }
}

/// Names texts after the artifact that they are in.
struct Named<'a> {
    name: &'a str,
    witness: &'a mut dyn Witness,
}

impl Witness for Named<'_> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        match name {
            "" => self.witness.begin(self.name),
            name => self.witness.begin(&format!("{}!{name}", self.name)),
        }
    }

    fn gap(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.witness.gap(bytes)
    }

    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        self.witness.finding(sighting)
    }

    fn end(&mut self) -> io::Result<()> {
        self.witness.end()
    }
}

impl Account for Nothing {
    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        Ok(())
    }
}
