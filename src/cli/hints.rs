//! The one file that turns errors into advice.

use super::exit::Exit;
use super::show;
use crate::container::{Limit, VisitError};
use crate::ledger::{self, HomeFault};
use crate::pipeline::{self, Scrubber};
use crate::{container, redact, rules, sink, source};
use std::io;
use std::path::PathBuf;

/// What can end a command early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger refused or failed.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The standard output failed; a reader that went away is no error.
    #[error("cannot write to the standard output: {0}")]
    Output(#[from] io::Error),
    /// There is no place for the ledger.
    #[error("there is no directory for the ledger: neither --home, SCRUBJAY_HOME, XDG_DATA_HOME nor HOME is set")]
    NoHome,
    /// A value of the environment or of an option cannot be understood.
    #[error("{0}")]
    Usage(String),
    /// An input cannot be opened.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// An output cannot be written.
    #[error(transparent)]
    Sink(#[from] sink::Error),
    /// An artifact cannot be scrubbed.
    #[error(transparent)]
    Scrub(#[from] pipeline::Error),
    /// An input was written to while it was read.
    #[error("{} changed while it was read", path.display())]
    Changed {
        /// Which one.
        path: PathBuf,
    },
    /// An output holds what should have gone.
    #[error("the output still holds {count} of what should have gone, first at {first}")]
    Left {
        /// How many findings.
        count: u64,
        /// Where the first is, and its rule.
        first: String,
    },
    /// A rule file cannot be loaded.
    #[error(transparent)]
    Rules(#[from] rules::LoadError),
    /// A policy cannot be read.
    #[error("{}: {source}", path.display())]
    Policy {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        source: redact::PolicyError,
    },
    /// A file that an option names cannot be read.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// What was asked for would do harm.
    #[error("{0}")]
    Refused(String),
    /// A fault in scrubjay or in the system.
    #[error("{0}")]
    Internal(&'static str),
    /// An error of which the text was scrubbed.
    #[error("{text}")]
    Told {
        /// The whole chain of causes.
        text: String,
        /// What the error was.
        of: Box<Error>,
    },
    /// The user said no.
    #[error("nothing was deleted")]
    Declined,
}

impl Error {
    /// The exit code that belongs to the error.
    pub fn exit(&self) -> Exit {
        match self {
            Error::Ledger(error) => Exit::from(error),
            Error::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Error::Output(_) => Exit::Incomplete,
            Error::NoHome | Error::Usage(_) | Error::Rules(_) | Error::Policy { .. } => Exit::Usage,
            Error::Left { .. } => Exit::Contradiction,
            Error::Declined | Error::Refused(_) | Error::Sink(sink::Error::Refused { .. }) => Exit::Refused,
            Error::Source(_) | Error::Sink(_) | Error::File { .. } | Error::Changed { .. } => Exit::Incomplete,
            Error::Scrub(pipeline::Error::Panicked) | Error::Internal(_) => Exit::Internal,
            Error::Scrub(_) => Exit::Incomplete,
            Error::Told { of, .. } => of.exit(),
        }
    }

    /// What to do about it, if there is something.
    fn hint(&self) -> Option<&'static str> {
        use ledger::Error as Ledger;
        Some(match self {
            Error::NoHome => "pass --home DIR",
            Error::Usage(_) => "see --help",
            Error::Declined => "run it again with --yes to go ahead without a question, or with --dry-run to look",
            Error::Output(_) | Error::Rules(_) | Error::Policy { .. } | Error::Refused(_) => return None,
            Error::Source(source::Error::Refused { .. }) => "pass a file or a directory, or pipe it in",
            Error::Source(_) | Error::File { .. } => "check the path and its permissions",
            Error::Sink(sink::Error::Refused { .. }) => "choose another output with -o",
            Error::Sink(_) => "check the directory, its permissions and the free space; nothing half-written was left",
            Error::Changed { .. } => "nothing was written; copy the file first, or pipe it in",
            Error::Left { .. } => "the output was withheld; please report the rule and what stands around the place",
            Error::Scrub(error) => match error {
                pipeline::Error::Container {
                    source: container::Error::Encrypted | container::Error::WrongPassword,
                    ..
                } => "nothing was written; pass its password in a file with --password-file",
                pipeline::Error::Container { source, .. } => match limit(source) {
                    Some(Limit::Entries(_)) => {
                        "nothing was written; see whether it is an attack, or pass --max-entries"
                    }
                    Some(Limit::Output(_)) => "nothing was written; see whether it is an attack, or pass --max-output",
                    Some(Limit::Ratio(_)) => "nothing was written; see whether it is an attack, or pass --max-ratio",
                    Some(Limit::Depth(_)) => "nothing was written; see whether it is an attack, or pass --max-depth",
                    None => "nothing was written; ask for a fresh upload",
                },
                pipeline::Error::Read(_) => "nothing complete was written; check the input and run it again",
                pipeline::Error::Write(_) => {
                    "check the free space; nothing half-written was left under the output's name"
                }
                pipeline::Error::Unscannable { .. } => {
                    "nothing was written, as --unscannable fail asks; withhold, mask and pass are the other ways"
                }
                pipeline::Error::Record(_) => "check the ledger's directory, or pass --no-record",
                pipeline::Error::Panicked => "nothing unscanned was written; please report this with the file's kind",
            },
            Error::Internal(_) => "please report this",
            Error::Told { of, .. } => return of.hint(),
            Error::Ledger(error) => match error {
                Ledger::Home { fault: HomeFault::Open(_), .. } => "take the permissions from others: chmod go= on it",
                Ledger::Home { fault: HomeFault::Network, .. } => "pass --home DIR with a directory on a local disk",
                Ledger::Home { .. } => "pass --home DIR with a directory of your own",
                Ledger::Io { .. } => {
                    "check the path and its permissions; --home DIR chooses another place for the ledger"
                }
                Ledger::System(_) => "check that /proc is mounted and that the system has random bytes",
                Ledger::Database(_) => "check the free space of the disk and the permissions of the ledger's directory",
                Ledger::Server(_) => {
                    "pass --ledger postgres://USER@%2Fvar%2Frun%2Fpostgresql/NAME, or one at localhost; an encrypted tunnel may lead there"
                }
                Ledger::Postgres(_) => {
                    "check that the server runs and that this user may use the database, and run this again"
                }
                Ledger::NotAdmitted => {
                    "name a customer that `scrubjay admit` lets it see; purges, certificates and the audit log are for who owns the tables"
                }
                Ledger::NoKeystore | Ledger::KeyElsewhere(_) => {
                    "bring it here: `scrubjay keystore export` on a host that has it, then `scrubjay keystore import`"
                }
                Ledger::Sealed(_) => "check the file and the passphrase; nothing was changed",
                Ledger::Busy => "wait until it is done, and run this again",
                Ledger::Newer { .. } => "use the scrubjay that wrote it, or a later one",
                Ledger::Contradiction(_) | Ledger::Row(_) => {
                    "nothing was deleted on its word; keep a copy of the directory, and compare it with a backup"
                }
                Ledger::UnknownIssue(_) | Ledger::UnknownCustomer(_) => "`scrubjay status` lists what is recorded",
                Ledger::OtherCustomer(_) => {
                    "an issue has one customer, since it has one key; use another issue, or leave --customer out"
                }
                Ledger::UnknownNote(_) => "`scrubjay note list` lists them with their ids",
                Ledger::UnknownRequest(_) | Ledger::Answered(_) => "`scrubjay status` lists those that are open",
                Ledger::NotYet(_) => "pass the moment at which it came in, or leave it out for now",
                Ledger::UnknownArtifact(_) => "`scrubjay status` lists the artifacts with their ids",
                Ledger::IssueName(_) => "use the issue's key as your tracker shows it, for example ZD-1042",
                Ledger::Assigned(_) => "`scrubjay status` shows which one",
                Ledger::Settled(_) => "`scrubjay status` shows where it stands",
                Ledger::NotHeld(_) => {
                    "`scrubjay status` shows what is on hold, and whether the hold is on the issue or on the artifact"
                }
                Ledger::UnknownLocation(_) => {
                    "`scrubjay status` lists the ids of copies that only a person can account for"
                }
                Ledger::NotConfirmable { .. } => "`scrubjay status` shows where it stands",
                Ledger::Mass { .. } => {
                    "nothing was deleted; look with `scrubjay status`, and pass --confirm-count with that number if it is right"
                }
                Ledger::Clock { .. } => {
                    "nothing was deleted; check `date`, set the clock, or pass --accept-clock if it is right now"
                }
                Ledger::Relative(_) => "pass the path from the root",
                Ledger::NotRecordable { .. } => {
                    "record files, directories or addresses outside the ledger's own directory"
                }
                #[cfg(test)]
                Ledger::Stopped(_) => return None,
            },
        })
    }

    /// The same with a text that holds nothing the scrubber would find: paths and causes may carry what files are named after.
    pub fn without_content(self, scrubber: &Scrubber) -> Error {
        let text = scrubber.scrub_bytes(self.chain().as_bytes());
        Error::Told { text: String::from_utf8_lossy(&text).into_owned(), of: Box::new(self) }
    }

    /// The error with its causes, in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = std::error::Error::source(self);
        while let Some(cause) = next {
            let cause_text = cause.to_string();
            // A transparent error says what its cause says.
            if !text.ends_with(&cause_text) {
                text.push_str(": ");
                text.push_str(&cause_text);
            }
            next = cause.source();
        }
        text
    }

    /// Whether it says no more than that the reader of the standard output went away, which is success.
    pub fn is_reader_gone(&self) -> bool {
        sink::reader_is_gone(self)
    }

    /// Tells the user, on the standard error; nothing if the reader merely went away.
    pub fn report(&self) {
        if self.exit() == Exit::Done {
            return;
        }
        let mut text = format!("error: {}\n", self.chain());
        if let Some(hint) = self.hint() {
            text.push_str(&format!("hint: {hint}\n"));
        }
        // What is wrong may be told in several lines; of what stands in them a terminal is to obey nothing.
        let text: String = text
            .split_inclusive('\n')
            .map(|line| match line.strip_suffix('\n') {
                Some(line) => show::text(line) + "\n",
                None => show::text(line),
            })
            .collect();
        // A closed standard error leaves nobody to tell.
        let _ = io::Write::write_all(&mut io::stderr(), text.as_bytes());
    }
}

/// The limit that ended a container, in which container within it it may have been.
fn limit(error: &container::Error) -> Option<Limit> {
    match error {
        container::Error::Limit(limit) => Some(*limit),
        container::Error::Visit(VisitError(error)) => error.downcast_ref().and_then(limit),
        _ => None,
    }
}
