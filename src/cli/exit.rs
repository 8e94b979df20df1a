//! The exit codes, which scripts may lean on.

use crate::ledger;
use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// An internal error.
    Internal = 1,
    /// The command line does not make sense.
    Usage = 2,
    /// What was asked about is so: something is overdue, something was found.
    Found = 3,
    /// Finished, but something was withheld, failed or not deleted.
    Incomplete = 4,
    /// The records contradict themselves.
    Contradiction = 5,
    /// Refused: held, or against policy.
    Refused = 6,
    /// Try again.
    Again = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl From<&ledger::Error> for Exit {
    fn from(error: &ledger::Error) -> Exit {
        use ledger::Error;
        match error {
            Error::Contradiction(_) | Error::Row(_) => Exit::Contradiction,
            Error::Busy => Exit::Again,
            Error::UnknownIssue(_)
            | Error::UnknownArtifact(_)
            | Error::UnknownLocation(_)
            | Error::NotHeld(_)
            | Error::UnknownCustomer(_)
            | Error::UnknownNote(_)
            | Error::UnknownRequest(_)
            | Error::NotYet(_)
            | Error::IssueName(_)
            | Error::Relative(_)
            | Error::NotRecordable { .. } => Exit::Usage,
            Error::Assigned(_)
            | Error::Settled(_)
            | Error::Answered(_)
            | Error::OtherCustomer(_)
            | Error::NotAdmitted
            | Error::Newer { .. }
            | Error::Home { .. }
            | Error::NotConfirmable { .. }
            | Error::Mass { .. }
            | Error::Clock { .. }
            | Error::NoKeystore
            | Error::KeyElsewhere(_)
            | Error::Sealed(_) => Exit::Refused,
            Error::Io { .. } => Exit::Incomplete,
            Error::Server(_) => Exit::Usage,
            Error::Postgres(_) => Exit::Again,
            Error::System(_) | Error::Database(_) => Exit::Internal,
            #[cfg(test)]
            Error::Stopped(_) => Exit::Internal,
        }
    }
}
