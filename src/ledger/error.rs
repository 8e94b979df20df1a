//! What can go wrong with the ledger, named by what was being done; `cli` turns it into advice.

use super::Time;
use std::io;
use std::path::Path;

/// Why a directory or a file in it cannot be trusted with the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HomeFault {
    /// A symbolic link: somebody else may decide where it leads.
    #[error("it is a symbolic link")]
    Symlink,
    /// Not a directory, or (for a file of ours) not a regular file.
    #[error("it is not of the expected type")]
    WrongType,
    /// It belongs to another user.
    #[error("it belongs to another user")]
    Foreign,
    /// Its permission bits admit others; the bits are given.
    #[error("others may enter it (mode {0:03o})")]
    Open(u32),
    /// It lies on a file system of the network, where SQLite's write-ahead log does not work.
    #[error("it lies on a network file system")]
    Network,
}

/// An error of the ledger. Messages name paths of the ledger's own, paths that the caller just gave, issue keys, ids and
/// codes; never a path or a name out of the records.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The home directory, or a file in it, is not safe to use.
    #[error("cannot use {path} for the ledger: {fault}", path = .path.escape_debug())]
    Home {
        /// The directory or file.
        path: String,
        /// What is wrong with it.
        fault: HomeFault,
    },
    /// A file operation failed.
    #[error("cannot {doing} {path}: {source}", path = .path.escape_debug())]
    Io {
        /// What was being done, as a verb.
        doing: &'static str,
        /// To what.
        path: String,
        /// The system's answer.
        source: io::Error,
    },
    /// The database belongs to a ledger whose keys are on another host.
    #[error("the database belongs to a ledger, and its keystore is not on this host")]
    NoKeystore,
    /// The key of an issue is on another host.
    #[error("the key of issue {} is not on this host: the issue was opened on another one", .0.escape_debug())]
    KeyElsewhere(String),
    /// A sealed keystore cannot be taken over.
    #[error("the sealed keystore cannot be used: {0}")]
    Sealed(&'static str),
    /// The operating system gave no random bytes, or no answer about this process.
    #[error("the operating system did not answer: {0}")]
    System(&'static str),
    /// SQLite refused.
    #[error("the ledger's database failed: {0}")]
    Database(rusqlite::Error),
    /// PostgreSQL cannot be used.
    #[error("the ledger's PostgreSQL cannot be used: {0}")]
    Server(&'static str),
    /// PostgreSQL refused; its code is given (its message may quote what was sent).
    #[error("the ledger's PostgreSQL failed: {0}")]
    Postgres(String),
    /// The role of the database was not admitted to this.
    #[error("this role of the database may not do that")]
    NotAdmitted,
    /// Another process holds what is needed.
    #[error("another scrubjay is at work on this ledger")]
    Busy,
    /// The database was written by a later scrubjay.
    #[error("the ledger has version {found}, and this scrubjay knows versions up to {known}")]
    Newer {
        /// The version in the database.
        found: i64,
        /// The last version known here.
        known: i64,
    },
    /// The records contradict each other or their anchors; nothing is done with such a ledger.
    #[error("the ledger contradicts itself: {0}")]
    Contradiction(String),
    /// A row holds something that this version never writes.
    #[error("the ledger's table {0} holds a value that is not understood")]
    Row(&'static str),
    /// There is no such issue in the ledger.
    #[error("nothing is recorded for issue {}", .0.escape_debug())]
    UnknownIssue(String),
    /// There is no such customer in the ledger.
    #[error("nothing is recorded for customer {}", .0.escape_debug())]
    UnknownCustomer(String),
    /// The issue belongs to another customer than the one that was named.
    #[error("issue {} is another customer's", .0.escape_debug())]
    OtherCustomer(String),
    /// There is no such text in the ledger, or it was erased.
    #[error("there is no note {} in the ledger", .0.escape_debug())]
    UnknownNote(String),
    /// There is no such request in the ledger.
    #[error("there is no request {} in the ledger", .0.escape_debug())]
    UnknownRequest(String),
    /// The request was answered before.
    #[error("request {0} was answered already")]
    Answered(String),
    /// The moment lies in the future.
    #[error("{0} is not yet")]
    NotYet(Time),
    /// There is no such artifact in the ledger.
    #[error("there is no artifact {} in the ledger", .0.escape_debug())]
    UnknownArtifact(String),
    /// The name cannot be an issue's.
    #[error("an issue cannot be called \"{}\": it must be 1 to 200 bytes without control characters, and not `unassigned`", .0.escape_debug())]
    IssueName(String),
    /// The artifact belongs to an issue already.
    #[error("artifact {0} belongs to an issue already")]
    Assigned(String),
    /// The artifact is settled, so that nothing can be reported about it any more.
    #[error("artifact {0} is not open any more")]
    Settled(String),
    /// No hold is on it.
    #[error("nothing holds {}", .0.escape_debug())]
    NotHeld(String),
    /// There is no such location in the ledger.
    #[error("there is no location {} in the ledger", .0.escape_debug())]
    UnknownLocation(String),
    /// A location that can be reached from here, or is settled: nobody needs to attest its deletion.
    #[error("location {location} cannot be confirmed: {why}", location = .location.escape_debug())]
    NotConfirmable {
        /// Its id.
        location: String,
        /// Why not.
        why: &'static str,
    },
    /// More is due than may go without a question.
    #[error("{due} of the {all} artifacts that are held are due: too many to delete without a question")]
    Mass {
        /// How many are due.
        due: u64,
        /// How many are held in all.
        all: u64,
    },
    /// The wall clock and the time since the boot do not go together.
    #[error("the clock went {} by {} since the computer was started", if *.forward { "ahead" } else { "back" }, by.days())]
    Clock {
        /// Ahead, not back.
        forward: bool,
        /// By how much.
        by: Time,
    },
    /// A path that must be absolute is not.
    #[error("{} is not an absolute path", .0.escape_debug())]
    Relative(String),
    /// A file of the ledger itself, or one that cannot be a copy.
    #[error("cannot record {path}: {why}", path = .path.escape_debug())]
    NotRecordable {
        /// What was given.
        path: String,
        /// Why not.
        why: &'static str,
    },
    /// A test stopped the act here, as a crash would.
    #[cfg(test)]
    #[error("stopped by a test at {0:?}")]
    Stopped(super::act::Step),
}

impl Error {
    /// An I/O error with what was being done and to what.
    pub(super) fn io(doing: &'static str, path: &Path, source: impl Into<io::Error>) -> Error {
        Error::Io { doing, path: path.display().to_string(), source: source.into() }
    }

    /// A fault of the home directory or a file in it.
    pub(super) fn home(path: &Path, fault: HomeFault) -> Error {
        Error::Home { path: path.display().to_string(), fault }
    }

    /// A path that does not start at the root.
    pub(super) fn relative(path: &Path) -> Error {
        Error::Relative(path.display().to_string())
    }

    /// A path that may not be recorded.
    pub(super) fn not_recordable(path: &Path, why: &'static str) -> Error {
        Error::NotRecordable { path: path.display().to_string(), why }
    }
}

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Error {
        use postgres::error::SqlState;
        let busy = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE];
        match error.code() {
            Some(code) if busy.contains(code) => Error::Busy,
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => Error::NotAdmitted,
            Some(code) => Error::Postgres(format!("SQLSTATE {}", code.code())),
            None if error.is_closed() => Error::Postgres("the connection was lost".into()),
            None => Error::Postgres("there is no connection, or no understanding".into()),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Error::Contradiction("the database file is damaged".into())
            }
            _ => Error::Database(error),
        }
    }
}
