//! The text that stands where an entry was withheld.

use super::{Entry, Error, Limit, Visitor};

/// What is put behind the name of a withheld entry.
pub const SUFFIX: &[u8] = b".withheld.txt";

/// Says what was withheld, why, and what to do. Neither may hold content; `what` is a scrubbed name.
pub fn text(what: &str, why: &str, advice: &str) -> Vec<u8> {
    format!("scrubjay withheld this entry: {what}\nWhy: {why}.\nWhat to do: {advice}.\n").into_bytes()
}

/// What stands in place of an entry that could not be read, of which the visitor is told.
///
/// # Errors
/// The error itself, if it is not the entry's alone.
pub(super) fn instead(visitor: &mut dyn Visitor, entry: &Entry, error: Error) -> Result<Vec<u8>, Error> {
    match error {
        Error::Damaged { .. }
        | Error::Encrypted
        | Error::WrongPassword
        | Error::Unsupported(_)
        | Error::Limit(Limit::Ratio(_)) => {
            visitor.withheld(entry, &error);
            Ok(for_error(&entry.display, &error))
        }
        Error::Io(_) | Error::Limit(_) | Error::PartlyWritten | Error::Visit(_) => Err(error),
    }
}

/// The notice for an entry that its container could not give.
pub(super) fn for_error(what: &str, error: &Error) -> Vec<u8> {
    let advice = match error {
        Error::Encrypted => "ask for the file without a password, or pass --password-file",
        Error::WrongPassword => "ask for the password, and pass it in --password-file",
        Error::Damaged { .. } | Error::Io(_) => "ask for a fresh upload",
        Error::Unsupported(_) => "unpack the original, pack it with a common method, and scrub it again",
        Error::Limit(Limit::Ratio(_)) => "see whether it is an attack; pass --max-ratio to accept it",
        Error::Limit(Limit::Depth(_)) => "unpack the original and scrub it by itself, or pass --max-depth",
        Error::Limit(Limit::Entries(_) | Limit::Output(_)) | Error::PartlyWritten | Error::Visit(_) => {
            "unpack the original and scrub it by itself"
        }
    };
    text(what, &error.to_string(), advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_what_why_and_what_to_do() {
        let notice = String::from_utf8(for_error("a/b.log", &Error::Encrypted)).unwrap();
        assert!(notice.contains("a/b.log") && notice.contains("is encrypted") && notice.contains("password"));
    }
}
