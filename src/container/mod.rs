//! Files that hold other files: taken apart, each entry shown to a visitor, and built anew.
//!
//! The nouns are a [`Format`], which knows one kind of container; an [`Input`], the bytes of one, to be read from front to
//! back or from any place; an [`Entry`] inside; the [`Visitor`], who turns an entry's bytes into the bytes that take their
//! place; and the [`Budget`], which one artifact's whole tree of containers shares.
//!
//! Promises: what comes out is built from what was parsed, so bytes that belong to no entry do not pass; entries keep their
//! order, names stay harmless to every extractor, no entry is ever written to a path; an entry that is damaged, encrypted or
//! not understood is replaced by a notice and the others go on; a container that is damaged as a whole is an error, and what
//! was written until then is worth nothing. This module knows nothing of text, findings or policies.
//!
//! A new format is one file that implements [`Format`], one line in [`FORMATS`] and a fixture.

pub mod bzip2;
mod deflate;
pub mod entry;
pub mod gzip;
pub mod har;
pub mod input;
pub mod limits;
pub mod mail;
mod mapped;
mod measured;
mod members;
mod names;
pub mod notice;
pub mod sevenz;
mod stream;
pub mod tar;
pub mod xz;
pub mod zip;
pub mod zstd;

pub use entry::{Change, Entry, Password, Tally, Verdict, VisitError, Visitor};
pub use input::{Input, ReadSeek};
pub use limits::{Budget, Limit, Limits};

use std::io::{self, Write};

/// How much of a stream [`sniff`] may look at.
pub const HEAD: usize = 4096;

/// Every format there is. The first that recognises a head has it.
pub static FORMATS: &[&dyn Format] = &[
    &gzip::Gzip,
    &zip::Zip,
    &tar::Tar,
    &bzip2::Bzip2,
    &xz::Xz,
    &zstd::Zstd,
    &sevenz::SevenZip,
    &mail::Mail,
    &har::Har,
];

/// One kind of container.
pub trait Format: Sync {
    /// Its short name, as in rules, reports and on the command line.
    fn id(&self) -> &'static str;

    /// Does a stream that begins like this claim to be one? `head` is its first [`HEAD`] bytes, or all there are.
    fn recognises(&self, head: &[u8]) -> bool;

    /// May a stream that has begun like this, behind whose first line nothing is known yet, still claim to be one?
    ///
    /// Only then does a stream that idles wait for more before it is decided what it is.
    fn may_follow(&self, _head: &[u8]) -> bool {
        false
    }

    /// Must it be read by place, so that a stream has to be spooled first?
    fn is_read_by_place(&self) -> bool {
        false
    }

    /// Reads a container and writes it anew, with what the visitor makes of each entry.
    ///
    /// # Errors
    /// When the container as a whole cannot be read, a limit is reached, the output cannot be written, or the visitor gives
    /// up. The output is then to be thrown away.
    fn rebuild(
        &self,
        input: Input<'_>,
        output: &mut (dyn Write + Send),
        visitor: &mut dyn Visitor,
        budget: &Budget,
    ) -> Result<(), Error>;
}

/// Which format a stream that begins like this claims to be, whatever its name says.
pub fn sniff(head: &[u8]) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.recognises(head))
}

/// Whether a stream that has begun like this, and idles, must be waited for, since what follows may make it a container.
pub fn may_follow(head: &[u8]) -> bool {
    FORMATS.iter().any(|format| format.may_follow(head))
}

/// Why a container, or an entry of one, cannot be passed on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes around the container could not be read or written.
    #[error("cannot read or write the container")]
    Io(#[from] io::Error),
    /// It is not what it claims to be.
    #[error("{format} {what} at byte {offset}")]
    Damaged {
        /// The format's id.
        format: &'static str,
        /// What is wrong: "stream ends early", "entry fails its checksum" ...
        what: &'static str,
        /// Where in the container, counted from its first byte.
        offset: u64,
    },
    /// It needs a password.
    #[error("the entry is encrypted")]
    Encrypted,
    /// It needs another password.
    #[error("no password that was given opens the entry")]
    WrongPassword,
    /// It holds more than the limits allow.
    #[error("{0}")]
    Limit(#[from] Limit),
    /// It is well formed, and uses something that is not understood here.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// The visitor withheld an entry of which a part was already written, in a format that cannot take it back.
    #[error("the content was withheld after a part of it was written")]
    PartlyWritten,
    /// The visitor gave up.
    #[error("cannot scrub an entry")]
    Visit(#[from] VisitError),
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::testing::*;
    use super::*;

    #[test]
    fn contents_decide_what_a_stream_is() {
        let id = |head: &[u8]| sniff(head).map(Format::id);
        assert_eq!(id(&gzipped(b"x", None)), Some("gzip"));
        assert_eq!(id(&zipped(&[("a", b"x")])), Some("zip"));
        assert_eq!(id(&zipped(&[])), Some("zip"));
        assert_eq!(id(b"2026-01-01 PK and so on"), None);
        assert_eq!(id(b""), None);
    }

    #[test]
    fn ids_are_distinct() {
        let mut ids: Vec<_> = FORMATS.iter().map(|format| format.id()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), FORMATS.len());
    }

    #[test]
    fn containers_in_containers_are_opened_to_the_bottom() {
        let inner = zipped(&[("deep/app.log", b"user jane"), ("deep/other.log", b"user joe")]);
        let outer = zipped(&[("logs.zip.gz", &gzipped(&inner, Some("logs.zip"))), ("readme", b"hello")]);
        let mut upper = Upper::default();
        let output = rebuild(&outer, &mut upper, Limits::default()).unwrap();
        let entries = unzipped(&output);
        assert_eq!(entries[1], ("README".into(), b"HELLO".to_vec()));
        assert_eq!(entries[0].0, "LOGS.ZIP.GZ");
        let inner = unzipped(&gunzipped(&entries[0].1));
        assert_eq!(
            inner,
            [("DEEP/APP.LOG".into(), b"USER JANE".to_vec()), ("DEEP/OTHER.LOG".into(), b"USER JOE".to_vec())]
        );
        assert_eq!(upper.depths, [1, 2, 3, 3, 1]);
        assert!(upper.withheld.is_empty());
    }

    #[test]
    fn a_tower_of_containers_is_cut_at_the_depth_limit() {
        let mut tower = b"bottom".to_vec();
        for _ in 0..10 {
            tower = zipped(&[("in.zip", &tower)]);
        }
        let mut upper = Upper::default();
        rebuild(&tower, &mut upper, Limits::default()).unwrap();
        assert_eq!(upper.withheld, ["containers are nested more than 8 deep"]);
        let generous = Limits { depth: 10, ..Limits::default() };
        let mut upper = Upper::default();
        rebuild(&tower, &mut upper, generous).unwrap();
        assert!(upper.withheld.is_empty());
    }

    #[test]
    fn one_budget_serves_the_whole_tree() {
        let inner = zipped(&[("a", b"1"), ("b", b"2")]);
        let outer = zipped(&[("x.zip", &inner), ("y.zip", &inner), ("z.zip", &inner)]);
        let inside = rebuild(&outer, &mut Upper::default(), Limits { entries: 8, ..Limits::default() });
        assert!(matches!(inside, Err(Error::Visit(_))), "what the whole tree shares ends the whole tree");
        let outermost = rebuild(&outer, &mut Upper::default(), Limits { entries: 2, ..Limits::default() });
        assert!(matches!(outermost, Err(Error::Limit(Limit::Entries(2)))));
        let limits = Limits { entries: 9, ..Limits::default() };
        assert!(rebuild(&outer, &mut Upper::default(), limits).is_ok());
    }
}
