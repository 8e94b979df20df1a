//! `scrubjay inspect`: what would be replaced, where and why, never the value.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ValueEnum;

use super::options::{Bounds, Detection, Learning, cores};
use super::scrub::explain;
use super::{Context, Error, Exit, account, learn, show, stamp};
use crate::artifact::ArtifactId;
use crate::detect::Room;
use crate::ledger::{FailCode, Ledger, Registration};
use crate::pipeline::{self, Gathered, Knowledge, Report, Scrubber};
use crate::report::inspection::{Html, Json, JsonLines, Sarif, Text};
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

impl Inspection {
    fn run(&mut self) -> Result<Exit, Error> {
        let start = Instant::now();
        let mut summary = Summary::default();
        let inputs = self.list(&mut summary)?;
        let ids = self.register(&inputs)?;
        // What lies in a directory is learned from even if it is one file.
        let mut alone = match &inputs[..] {
            [input @ (Input::Stdin | Input::File(_))] => Some(self.learn_from_one(input)),
            _ => {
                self.learn_from_many(&inputs)?;
                None
            }
        };
        let mut account = self.account();
        for (input, id) in inputs.iter().zip(ids) {
            let name = match input {
                Input::Stdin => "standard input".to_string(),
                _ => self.told(input.path()),
            };
            match self.inspect(input, alone.take(), &name, &mut *account) {
                Ok(report) => {
                    self.finish(id.as_ref(), &report)?;
                    if let Some(line) = self.args.explain {
                        self.explain(&report, &name, line).map_err(Error::Output)?;
                    }
                    let mut more = report.summary;
                    more.within(&name);
                    summary.add(more);
                }
                Err(error) if error.is_reader_gone() => return Err(error),
                Err(error) => {
                    if let (Some(ledger), Some(id)) = (&self.ledger, &id) {
                        // The row says "registered" if this fails too, which is as true.
                        let _ = ledger.fail(id, FailCode::Read);
                    }
                    let error = error.without_content(&self.scrubber);
                    if inputs.len() == 1 {
                        return Err(error);
                    }
                    summary.failed.push(Withheld { name, reason: error.chain() });
                }
            }
        }
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
    fn register(&self, inputs: &[Input]) -> Result<Vec<Option<ArtifactId>>, Error> {
        let Some(ledger) = &self.ledger else { return Ok(vec![None; inputs.len()]) };
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
        Ok(ledger.register(&registration)?.into_iter().map(Some).collect())
    }

    fn finish(&self, id: Option<&ArtifactId>, report: &Report) -> Result<(), Error> {
        if let (Some(ledger), Some(id)) = (&self.ledger, id) {
            ledger.finish(id, &account::ended(&report.summary, report.input, None))?;
        }
        Ok(())
    }

    fn know(&mut self, gathered: Gathered) {
        let (scrubber, knowledge) = self.scrubber.knowing(gathered);
        (self.scrubber, self.knowledge) = (scrubber, Some(knowledge));
    }

    /// Learns from the only input, if that is wanted.
    fn learn_from_one(&mut self, input: &Input) -> Result<learn::Input, Error> {
        let (input, gathered) =
            learn::from_one(&self.scrubber, self.args.learning, &std::env::temp_dir(), input.open()?)?;
        if let Some(gathered) = gathered {
            self.know(gathered);
        }
        Ok(input)
    }

    /// Learns from all inputs but the standard input, if that is wanted.
    fn learn_from_many(&mut self, inputs: &[Input]) -> Result<(), Error> {
        let files: Vec<&Input> = inputs.iter().filter(|input| !matches!(input, Input::Stdin)).collect();
        let open = |input: &&Input| input.open().map(|file| file.expect("it is no standard input"));
        if let Some((_, gathered)) = learn::from_many(&self.scrubber, cores(), &files, open)? {
            self.know(gathered);
        }
        Ok(())
    }

    fn inspect(
        &self,
        input: &Input,
        learned: Option<Result<learn::Input, Error>>,
        name: &str,
        account: &mut dyn Account,
    ) -> Result<Report, Error> {
        let mut named = Named { name, account };
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
            _ if self.args.quiet || self.args.explain.is_some() => Box::new(Silent),
            Format::Text => {
                Box::new(Text::new(out, context, show::is_coloured(self.args.color, io::stdout().is_terminal())))
            }
            Format::Json => Box::new(Json::new(out)),
            Format::Jsonl => Box::new(JsonLines::new(out)),
            Format::Sarif => Box::new(Sarif::new(out)),
            Format::Html => Box::new(Html::new(out, context)),
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
    account: &'a mut dyn Account,
}

impl Witness for Named<'_> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        match name {
            "" => self.account.begin(self.name),
            name => self.account.begin(&format!("{}!{name}", self.name)),
        }
    }

    fn gap(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.account.gap(bytes)
    }

    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        self.account.finding(sighting)
    }

    fn end(&mut self) -> io::Result<()> {
        self.account.end()
    }
}

/// Writes nothing.
struct Silent;

impl Witness for Silent {
    fn begin(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn gap(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, _: &Sighting<'_>) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Account for Silent {
    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        Ok(())
    }
}
