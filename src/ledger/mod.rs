//! The ledger: what we hold, for whom, until when, and the proof that it is gone.
//!
//! Its nouns are the *issue* (what a customer asked about), the *artifact* (one thing received for it), the *location*
//! (one physical copy of an artifact: the raw file, the scrubbed file, the temporary file of a run), the *deletion* (one
//! attempt at one location) and the *entry* of the audit log. A location is *owned*, and deleted when it is due, or
//! *observed*, and only listed.
//!
//! What it promises:
//!
//! - **Recorded first.** [`Ledger::register`] returns when the artifacts and every copy that is about to be made of them
//!   stand durably in the database, in one commit.
//! - **Intent, act, confirm.** A deletion is written down before it is begun and again when it is proven; whatever a
//!   crash interrupts is completed by the next [`Ledger::purge`], and no location is ever deleted twice.
//! - **Only what was recorded is deleted.** A file is taken aside, read again and compared with the record; if it is not
//!   the one, it is put back and reported.
//! - **Nothing leaks.** Names and paths are sealed under a key that stands beside the database, and blanked when a
//!   deletion is confirmed; digests are keyed; no matched value is stored. Keys of issues stand in the keystore only.
//! - **Nothing is forgotten.** Every change is an entry of a hash chain whose length and head are repeated outside the
//!   database.
//!
//! Facts, policy and act are apart: `records` writes what exists, `retention` says what is due, `deletion` carries it
//! out (`files` being the only place that removes anything). `store` is the dumb storage under all of it.
//!
//! What it refuses to know: detection, rules, pseudonyms, terminals, environments and configuration. It prints nothing.

mod act;
mod admission;
mod attest;
mod audit;
mod batch;
mod cell;
mod certificate;
mod checkpoint;
mod claims;
mod codes;
mod copies;
mod deletion;
mod error;
mod files;
mod fsck;
mod guard;
mod handles;
mod holds;
mod home;
mod id;
mod issues;
mod keys;
mod keystore;
mod lease;
mod merkle;
mod notes;
mod pages;
mod postgres;
mod proof;
mod records;
mod requests;
mod retention;
mod rows;
mod seal;
mod settle;
mod sql;
mod sqlite;
mod status;
mod store;
mod sys;
mod tables;
#[cfg(test)]
mod tests;
mod time;
mod transfer;
mod why;

pub use crate::artifact::Content;
pub use attest::Confirmed;
pub use audit::{AuditEntry, AuditReport};
pub use batch::{Before, Begun, End, Print, Standing, Twin};
pub use certificate::{Answer, Certificate, CertifiedArtifact, CertifiedCopy};
pub use checkpoint::PublicKey;
pub use codes::{
    ArtifactState, Assurance, Cause, Custody, FailCode, IssueState, KeyState, LocationState, Outcome, RequestKind,
    RequestState, Role, Scope,
};
pub use copies::Recorded;
pub use deletion::{DeletionItem, DeletionReport, PurgeOptions, ResolveOptions};
pub use error::{Error, HomeFault};
pub use fsck::FsckReport;
pub use guard::Limits;
pub use holds::{Held, HoldStatus, Released};
pub use issues::{ReopenReport, Reopened, is_issue_name};
pub use notes::Note;
pub use proof::{LogProof, verify_certificate, verify_export};
pub use records::{Finished, NewArtifact, Registration};
pub use requests::RequestStatus;
pub use retention::{ANSWER_MS, Retention};
pub use status::{ArtifactStatus, IssueStatus, LocationStatus, Overdue, Progress, Summary};
pub use time::{Clock, SystemClock, Time};
pub use transfer::Imported;
pub use why::{Keeps, Why};

use crate::failpoint;
use crate::sensitive::Sensitive;
use act::Step;

use audit::{Fields, Fingerprints, Mark, Tip};
use checkpoint::Checkpoints;
use claims::Lease;
use codes::Op;
use handles::Handles;
use home::Home;
use keystore::Keystore;
use lease::Process;
use merkle::Frontier;
use rows::{ArtifactRow, DeletionRow, HoldRow, IssueRow, KeyRow, LocationRow, RequestRow, RunRow, Tracked};
use seal::Seals;
use serde_json::Value;
use sql::Sql;
use sqlite::Sqlite;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Access, Store};

/// An open ledger. It may be used from several threads; other processes may use the same home meanwhile.
pub struct Ledger {
    home: Home,
    clock: Box<dyn Clock>,
    keystore: Keystore,
    seals: Seals,
    mark: Mark,
    me: Process,
    run: Mutex<Option<RunRow>>,
    /// The entries of the audit log that were written here, the last ones without a gap.
    ours: Mutex<RangeInclusive<i64>>,
    reopened: Mutex<Vec<Reopened>>,
    checkpoints: Checkpoints,
    retention: Option<Retention>,
    customer: Option<String>,
    handles: Mutex<Handles>,
    /// What a purge that is at work has claimed.
    lease: Mutex<Option<Lease>>,
    store: Mutex<Box<dyn Store>>,
    #[cfg(test)]
    stop: Mutex<Option<Step>>,
    /// What a test does meanwhile.
    #[cfg(test)]
    #[allow(clippy::type_complexity)]
    at: Mutex<Option<Box<dyn Fn(Step) + Send>>>,
}

impl Ledger {
    /// Opens the ledger in a directory, creating both if nothing stands there.
    ///
    /// The directory must be ours alone (0700) and not on a network file system. A home whose database, keystore or audit
    /// mark is missing while the others stand is refused: making a new one would hide the loss.
    pub fn open(home: &Path, clock: impl Clock + 'static) -> Result<Ledger, Error> {
        Ledger::open_over(home, clock, None)
    }

    /// The same over a PostgreSQL database (`postgres://...`). Keystore, mark and checkpoints stand in the home; a host
    /// that joins brings a copy of the keystore.
    pub fn open_postgres(home: &Path, clock: impl Clock + 'static, url: &str) -> Result<Ledger, Error> {
        Ledger::open_over(home, clock, Some(url))
    }

    fn open_over(home: &Path, clock: impl Clock + 'static, url: Option<&str>) -> Result<Ledger, Error> {
        let home = Home::open(home)?;
        let (keystore, mark) = (Keystore::new(&home), Mark::new(&home));
        if url.is_some() && home.has(sqlite::NAME) {
            return Err(Error::Server("its home holds a ledger of its own already; choose another --home"));
        }
        let is_complete = || (url.is_some() || home.has(sqlite::NAME)) && keystore.exists() && mark.exists();
        // Held until the end of this function by whoever finds that something is missing.
        let creating = if is_complete() { None } else { Some(lock(&home, "create.lock")?) };
        if creating.is_some() && !is_complete() {
            let has_rows = std::fs::metadata(home.join(sqlite::NAME)).is_ok_and(|metadata| metadata.len() > 0);
            if url.is_none() && mark.exists() && !home.has(sqlite::NAME) {
                return Err(Error::Contradiction(
                    "the database is gone, and its keystore or audit mark is there".into(),
                ));
            }
            if !keystore.exists() {
                if mark.exists() || has_rows {
                    return Err(Error::Contradiction("the keystore is gone, so the database cannot be read".into()));
                }
                if let Some(url) = url
                    && Sql::new(postgres::Postgres::open(url)?).store_id()?.is_some()
                {
                    return Err(Error::NoKeystore);
                }
                keystore.create()?;
            }
        }
        let contents = keystore.read()?;
        let seals = Seals::new(&contents.store_key);
        let me = Process::current(&seals)?;
        let mut store: Box<dyn Store> = match url {
            Some(url) => Box::new(Sql::new(postgres::Postgres::open(url)?)),
            None => Box::new(Sql::new(Sqlite::open(&home)?)),
        };
        match store.store_id()? {
            Some(store_id) if store_id == contents.store_id => {}
            Some(_) => return Err(Error::Contradiction("the database and the keystore are not of one ledger".into())),
            None if url.is_some() && mark.exists() => {
                return Err(Error::Contradiction("the database is gone, and its audit mark is there".into()));
            }
            None => {
                store.begin(Access::Write)?;
                if store.store_id()?.is_none() {
                    let now = clock.now();
                    store.put_store_id(&contents.store_id, now.0)?;
                    let mut tx = Tx {
                        store: &mut *store,
                        seals: &seals,
                        me: &me,
                        now,
                        changed: Fingerprints::new(),
                        keys: Vec::new(),
                        tip: None,
                    };
                    tx.log(Op::Created, vec![("store", contents.store_id.as_str().into())])?;
                    tx.close()?;
                }
                store.commit()?;
                // From the log into the file itself, so that the file alone tells whose it is.
                store.empty_log()?;
            }
        }
        if !mark.exists() {
            let head = store.head()?;
            if head.seq > 1 && url.is_none() {
                return Err(Error::Contradiction("the mark beside the database is gone".into()));
            }
            mark.advance(&seals, &head, true)?;
            home.sync()?;
        }
        drop(creating);
        let checkpoints = Checkpoints::new(&home, &contents.store_id, &seals);
        Ok(Ledger {
            checkpoints,
            home,
            clock: Box::new(clock),
            keystore,
            seals,
            mark,
            me,
            run: Mutex::new(None),
            ours: Mutex::new(0..=0),
            reopened: Mutex::new(Vec::new()),
            retention: None,
            customer: None,
            handles: Mutex::new(Handles::default()),
            lease: Mutex::new(None),
            store: Mutex::new(store),
            #[cfg(test)]
            stop: Mutex::new(None),
            #[cfg(test)]
            at: Mutex::new(None),
        })
    }

    /// The policy of issues that are opened from now on. Without one it is `default`: 90 days, no grace.
    pub fn with_retention(self, retention: Retention) -> Ledger {
        Ledger { retention: Some(retention), ..self }
    }

    /// The customer of issues and requests for which none is named.
    pub fn with_customer(self, customer: Option<&str>) -> Ledger {
        Ledger { customer: customer.map(String::from), ..self }
    }

    /// Keeps the checkpoints of the audit log in a further directory, which must exist.
    pub fn with_checkpoints(mut self, directory: &Path) -> Ledger {
        self.checkpoints.also_in(directory);
        self
    }

    /// The public key that proofs of this ledger are checked with.
    pub fn public_key(&self) -> PublicKey {
        self.checkpoints.public()
    }

    /// Signs the audit log as it is now: how many entries it has, and the note.
    pub fn checkpoint(&self) -> Result<(u64, String), Error> {
        let tree = self.tree()?;
        Ok((tree.size(), self.checkpoints.sign(&tree, self.clock.now())))
    }

    fn tree(&self) -> Result<Frontier, Error> {
        self.read(|store| audit::frontier(store, &store.head()?))
    }

    /// Whether a ledger, or a part of one, stands in a directory; looks without creating anything.
    ///
    /// Only a file that is not found counts as absent: a directory that may not be looked into is an error, since what it
    /// holds would otherwise pass for nothing.
    pub fn exists(home: &Path) -> Result<bool, Error> {
        for name in ["keystore", sqlite::NAME, audit::MARK] {
            let path = home.join(name);
            match path.symlink_metadata() {
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::io("look at", &path, error)),
            }
        }
        Ok(false)
    }

    /// Whether a ledger stands in a PostgreSQL database; looks without creating anything.
    pub fn exists_in(url: &str) -> Result<bool, Error> {
        postgres::Postgres::has_ledger(url)
    }

    /// Re-hashes the audit log and compares it with everything that repeats a part of it.
    pub fn audit_verify(&self) -> Result<AuditReport, Error> {
        self.audit_verify_with(&[])
    }

    /// The same, with further checkpoints that were kept elsewhere.
    pub fn audit_verify_with(&self, further: &[PathBuf]) -> Result<AuditReport, Error> {
        if self.store().is_restricted()? {
            return Err(Error::NotAdmitted);
        }
        // Mark and checkpoints are read first: others may add to them while we read the log, but never behind our view.
        let mark = self.mark.read(&self.seals);
        let (checkpoints, unreadable) = self.checkpoints.read(further);
        let mut report = self.read(|store| audit::verify(store, mark, &checkpoints, &self.seals))?;
        report.problems.extend(unreadable);
        Ok(report)
    }

    /// Entries of the audit log behind number `after`, at most `limit`.
    pub fn audit_log(&self, after: u64, limit: u64) -> Result<Vec<AuditEntry>, Error> {
        let bound = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let events = self.read(|store| store.events(bound(after), bound(limit)))?;
        let entry = |event: rows::EventRow| AuditEntry {
            seq: event.seq.max(0) as u64,
            hash: audit::hex(&event.hash),
            body: event.body,
        };
        Ok(events.into_iter().map(entry).collect())
    }

    /// Runs `work` in a transaction that writes; durable when it returns. If it fails, nothing has changed.
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.write_as(Access::Write, work)
    }

    /// The same, without waiting for the disk: if power fails now, it may be as if it had not been. The mark beside the
    /// database, which must never run ahead of it, does not tell of it until the next durable commit.
    fn write_lazily<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.write_as(Access::Lazily, work)
    }

    fn write_as<T>(&self, access: Access, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let mut store = self.store();
        store.begin(access)?;
        let result = self.mark.read(&self.seals).and_then(|mark| audit::check_mark(&**store, &mark)).and_then(|()| {
            let (seals, me, now) = (&self.seals, &self.me, self.clock.now());
            let before = store.head()?.seq;
            let changed = Fingerprints::new();
            let mut tx = Tx { store: &mut **store, seals, me, now, changed, keys: Vec::new(), tip: None };
            let value = work(&mut tx)?;
            tx.close()?;
            if !tx.keys.is_empty() {
                // Before the commit: a row without its key could not be told from a lost key. A key without its row, left
                // by a crash between the two, is taken out by the next purge.
                let keys = std::mem::take(&mut tx.keys);
                self.keystore.update(|contents| contents.keys.extend(keys))?;
            }
            Ok((value, before))
        });
        let done = result.and_then(|(value, before)| {
            let head = store.head()?;
            failpoint::reach("audit-appended");
            store.commit()?;
            failpoint::reach("committed");
            Ok((value, before, head))
        });
        match done {
            Ok((value, before, head)) => {
                batch::extend(&mut self.ours.lock().unwrap_or_else(PoisonError::into_inner), before, head.seq);
                if access == Access::Write {
                    self.mark.advance(&self.seals, &head, false)?;
                }
                guard::anchor(&self.home, &*self.clock)?;
                Ok(value)
            }
            Err(error) => {
                store.rollback();
                Err(error)
            }
        }
    }

    /// Runs `work` on one consistent view.
    fn read<T>(&self, work: impl FnOnce(&dyn Store) -> Result<T, Error>) -> Result<T, Error> {
        let mut store = self.store();
        store.begin(Access::Read)?;
        let result = work(&**store);
        store.rollback();
        result
    }

    fn store(&self) -> MutexGuard<'_, Box<dyn Store>> {
        // A panic in the middle leaves an open transaction at worst, which the next one rolls back.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The path of a location, unless it is blanked.
    fn path_of(&self, location: &LocationRow) -> Result<Option<PathBuf>, Error> {
        match &location.path_enc {
            None => Ok(None),
            Some(_) if location.path.is_some() => Ok(location.path.clone()),
            Some(sealed) => {
                let bytes = self.seals.open("location.path", &location.location_id, sealed)?;
                Ok(Some(PathBuf::from(OsString::from_vec(bytes))))
            }
        }
    }

    /// The path of a location for people to read: of an address only its scheme, host and path, since the rest of it may
    /// be credentials.
    fn shown_path(&self, location: &LocationRow) -> Result<Option<PathBuf>, Error> {
        let path = self.path_of(location)?;
        Ok(match (location.role, &path) {
            (Role::Url, Some(address)) => Some(without_credentials(&address.to_string_lossy()).into()),
            _ => path,
        })
    }

    /// A sealed text, for people to read.
    fn text_of(&self, column: &'static str, row: &str, sealed: Option<&[u8]>) -> Result<Option<String>, Error> {
        let open = |sealed| self.seals.open(column, row, sealed);
        Ok(sealed.map(open).transpose()?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// An address without its user, password, query and fragment.
fn without_credentials(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("://") else { return address.into() };
    let (authority, path) = rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// A transaction that writes.
struct Tx<'a> {
    store: &'a mut dyn Store,
    seals: &'a Seals,
    me: &'a Process,
    now: Time,
    /// The rows that were written since the last entry of the log.
    changed: Fingerprints,
    /// Keys that are put into the keystore before the commit.
    keys: Vec<(String, Sensitive<[u8; 32]>)>,
    /// The end of the audit log, if something was appended.
    tip: Option<Tip>,
}

impl Tx<'_> {
    /// Appends to the audit log what this transaction does.
    fn log(&mut self, op: Op, mut fields: Fields) -> Result<(), Error> {
        fields.push(("host", self.me.host().into()));
        fields.push(("operator", self.operator().into()));
        if !self.changed.is_empty() {
            let rows = std::mem::take(&mut self.changed).into_iter().map(|(row, print)| (row, print.into()));
            fields.push((audit::ROWS, Value::Object(rows.collect())));
        }
        let tip = match &mut self.tip {
            Some(tip) => tip,
            none => none.insert(Tip::read(self.store)?),
        };
        audit::append(self.store, tip, self.now, op, fields)
    }

    /// The number of the last entry.
    fn seq(&self) -> Result<i64, Error> {
        match &self.tip {
            Some(tip) => Ok(tip.seq()),
            None => Ok(self.store.head()?.seq),
        }
    }

    /// What comes before the commit.
    fn close(&mut self) -> Result<(), Error> {
        if !self.changed.is_empty() {
            return Err(Error::System("a change that no entry of the audit log tells of"));
        }
        match &self.tip {
            Some(tip) => tip.write(self.store),
            None => Ok(()),
        }
    }

    /// Who does it, as the log may say it.
    fn operator(&self) -> String {
        format!("uid-{}", rustix::process::getuid().as_raw())
    }

    fn put_issue(&mut self, row: &IssueRow) -> Result<(), Error> {
        self.note(row);
        self.store.put_issue(row)
    }

    fn put_key(&mut self, row: &KeyRow) -> Result<(), Error> {
        self.note(row);
        self.store.put_key(row)
    }

    fn put_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error> {
        self.note(row);
        self.store.put_artifact(row)
    }

    fn add_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error> {
        self.note(row);
        self.store.add_artifact(row)
    }

    fn add_location(&mut self, row: &LocationRow) -> Result<(), Error> {
        self.note(row);
        self.store.add_location(row)
    }

    fn put_location(&mut self, row: &LocationRow) -> Result<(), Error> {
        self.note(row);
        self.store.put_location(row)
    }

    fn finish_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error> {
        self.note(row);
        self.store.finish_artifact(row)
    }

    fn finish_location(&mut self, row: &LocationRow) -> Result<(), Error> {
        self.note(row);
        self.store.finish_location(row)
    }

    fn put_deletion(&mut self, row: &DeletionRow) -> Result<(), Error> {
        self.note(row);
        self.store.put_deletion(row)
    }

    fn put_request(&mut self, row: &RequestRow) -> Result<(), Error> {
        self.note(row);
        self.store.put_request(row)
    }

    fn put_hold(&mut self, row: &HoldRow) -> Result<(), Error> {
        self.note(row);
        self.store.put_hold(row)
    }

    /// Notes for the next entry of the log what a row is from now on.
    fn note(&mut self, row: &impl Tracked) {
        let label = row.label();
        let print = row.fingerprint(&label, self.seals);
        self.changed.insert(label, print);
    }
}

/// Takes a lock of the home that ends with the returned file.
fn lock(home: &Home, name: &str) -> Result<std::fs::File, Error> {
    let file = home.file(name)?;
    file.lock().map_err(|error| Error::io("lock", &home.join(name), error))?;
    Ok(file)
}
