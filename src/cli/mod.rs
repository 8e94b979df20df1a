//! The command line: the only place that prints, reads the environment or asks on a terminal.
//!
//! One file for each verb, each with its arguments and a `run`; `hints` turns errors into advice, `exit` lists the
//! exit codes, `context` is what a verb finds around it, `options` are those that verbs share, and `show` is how things are
//! written for people.

mod account;
mod admit;
mod assign;
mod audit;
mod bench;
mod certificate;
mod config;
mod confirm;
mod context;
mod corpus;
mod delete;
mod diff;
mod exit;
mod fsck;
mod hints;
mod hold;
mod inspect;
mod keystore;
mod learn;
mod note;
mod options;
mod purge;
mod quality;
mod record;
mod reopen;
mod resolve;
mod rules;
mod scrub;
mod show;
mod span;
mod stamp;
mod status;
mod subject;
mod why;

pub use context::Context;
pub use exit::Exit;
pub use hints::Error;

use clap::{Parser, Subcommand};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Finds and redacts personal data and secrets in support artifacts, and keeps a ledger until they are deleted.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// The directory of the ledger and its keys [default: $XDG_DATA_HOME/scrubjay, else ~/.local/share/scrubjay]
    #[arg(long, global = true, value_name = "DIR", env = "SCRUBJAY_HOME", hide_env_values = true)]
    home: Option<PathBuf>,
    /// A PostgreSQL database to keep the ledger in (`postgres://...`), instead of a file in its directory
    #[arg(long, global = true, value_name = "URL", env = "SCRUBJAY_LEDGER", hide_env_values = true)]
    ledger: Option<String>,
    /// The configuration file [default: $XDG_CONFIG_HOME/scrubjay/config.toml, else ~/.config/scrubjay/config.toml]
    #[arg(long, global = true, value_name = "FILE", env = "SCRUBJAY_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs, in the order of the work: a new one is a file, a variant and an arm in [`Cli::run`].
#[derive(Debug, Subcommand)]
enum Verb {
    Scrub(Box<scrub::Args>),
    Inspect(Box<inspect::Args>),
    Diff(diff::Args),
    Bench(Box<bench::Args>),
    VerifyManifest(stamp::Args),
    Rules(rules::Args),
    Status(status::Args),
    Why(why::Args),
    Resolve(resolve::Args),
    Reopen(reopen::Args),
    Hold(hold::Args),
    Release(hold::ReleaseArgs),
    Record(record::Args),
    Assign(assign::Args),
    Confirm(confirm::Args),
    Purge(purge::Args),
    Certificate(certificate::Args),
    Audit(audit::Args),
    Fsck(fsck::Args),
    Subject(subject::Args),
    Note(note::Args),
    Admit(admit::Args),
    Keystore(keystore::Args),
}

impl Cli {
    /// Carries out the command; what it tells goes to `out`.
    pub fn run(self, out: &mut dyn Write) -> Result<Exit, Error> {
        let context = Context::new(self.home, self.ledger, self.config.as_deref())?;
        let mut out = out;
        match self.verb {
            Verb::Scrub(args) => scrub::run(&context, *args),
            Verb::Inspect(args) => inspect::run(&context, *args),
            Verb::Diff(args) => diff::run(&args, &mut out),
            Verb::Bench(args) => bench::run(&context, *args, &mut out),
            Verb::VerifyManifest(args) => stamp::run(&context, &args, &mut out),
            Verb::Rules(args) => rules::run(args, &mut out),
            Verb::Status(args) => status::run(&context, args, &mut out),
            Verb::Why(args) => why::run(&context, args, &mut out),
            Verb::Reopen(args) => reopen::run(&context, args, &mut out),
            Verb::Hold(args) => hold::run(&context, args, &mut out),
            Verb::Release(args) => hold::release(&context, args, &mut out),
            Verb::Confirm(args) => confirm::run(&context, args, &mut out),
            Verb::Subject(args) => subject::run(&context, args, &mut out),
            Verb::Admit(args) => admit::run(&context, args, &mut out),
            Verb::Keystore(args) => keystore::run(&context, args, &mut out),
            Verb::Note(args) => note::run(&context, args, &mut out),
            Verb::Fsck(args) => fsck::run(&context, args, &mut out),
            Verb::Resolve(args) => resolve::run(&context, args, &mut out),
            Verb::Record(args) => record::run(&context, args, &mut out),
            Verb::Assign(args) => assign::run(&context, args, &mut out),
            Verb::Purge(args) => purge::run(&context, args, &mut out),
            Verb::Certificate(args) => certificate::run(&context, args, &mut out),
            Verb::Audit(args) => audit::run(&context, args, &mut out),
        }
    }
}

/// The whole program: parses the command line, runs it and reports an error.
pub fn main() -> Exit {
    // A panic message may quote what was being worked on; the place is enough to find the fault.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let _ = writeln!(io::stderr(), "error: a fault in scrubjay{place}");
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too; a reader that went away is no error.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let mut out = BufWriter::new(io::stdout());
    let done = cli.run(&mut out);
    // What a command did is not undone by a reader that went away: its exit code stands.
    let flushed = out.flush();
    let (exit, error) = match (done, flushed) {
        (Err(error), _) => (error.exit(), Some(error)),
        (Ok(exit), Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => (exit, None),
        (Ok(_), Err(error)) => {
            let error = Error::from(error);
            (error.exit(), Some(error))
        }
        (Ok(exit), Ok(())) => (exit, None),
    };
    if let Some(error) = error {
        error.report();
    }
    exit
}
