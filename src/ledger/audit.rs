//! The audit log: what happened, in ids, codes and counts, each entry chained to the one before it.
//!
//! An entry is appended in the same transaction as the change that it tells of. The hash of entry n is
//! `SHA-256(1 || hash of n-1 || SHA-256(0 || body))`, so that an edit anywhere changes every hash behind it; the inner
//! hash is a leaf as RFC 6962 counts it: over the same leaves stands a Merkle tree ([`merkle`](super::merkle)), whose edge
//! is kept with the head, so that a root costs nothing and an entry can be proven to be in the log. A chain alone does not show that its tail, or all of
//! it, was cut off: for that the last length and hash are repeated in a small file beside the database, the *mark*,
//! which is authenticated with a key of the keystore. The mark is written after each commit, so it never runs ahead of
//! the database; it is compared before anything is appended, so that a cut log is never grown over. Beyond it there are
//! signed checkpoints ([`checkpoint`](super::checkpoint)), which can be kept on another machine.
//!
//! The field `rows` of an entry holds a keyed fingerprint of each row that its transaction wrote, sealed values and all.
//! The last fingerprint of each row is what it must still be: a verification finds every row that was edited, put back to
//! an earlier version, added or taken out behind the ledger's back, and names it. A sealed value that was overwritten is
//! found by this as well, without opening it.

use super::checkpoint::Checkpoint;
use super::codes::Op;
use super::home::Home;
use super::merkle::{self, Frontier};
use super::notes;
use super::rows::{EventRow, Head, Tracked};
use super::seal::Seals;
use super::store::Store;
use super::{Error, Time};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::FileExt;

pub(super) const MARK: &str = "audit.mark";
const SLOT: u64 = 256;

/// The field of an entry that holds fingerprints.
pub(super) const ROWS: &str = "rows";

/// Fingerprints of rows, by what the row is and its id.
pub(super) type Fingerprints = BTreeMap<String, String>;

/// The fields of an entry besides those that every entry has.
pub(super) type Fields = Vec<(&'static str, Value)>;

/// An entry of the audit log, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// Canonical JSON (sorted keys, no spaces): `at` in milliseconds since 1970, `op`, ids, codes and counts.
    pub body: String,
}

/// What a verification of the audit log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// How many entries were re-hashed.
    pub entries: u64,
    /// The hash of the last one, in hexadecimal.
    pub head: String,
    /// How many checkpoints outside the database agree with it. With none, a log that was replaced as a whole, with all
    /// that stands beside it, would not show.
    pub checkpoints: u64,
    /// How many entries stand behind the last checkpoint.
    pub behind: u64,
    /// Every contradiction, in words; empty if the log holds.
    pub problems: Vec<String>,
}

/// The end of the log within a transaction, which moves with each entry, and stands in the database when it is committed.
pub(super) struct Tip {
    seq: i64,
    hash: Vec<u8>,
    frontier: Frontier,
}

impl Tip {
    pub(super) fn read(store: &dyn Store) -> Result<Tip, Error> {
        let head = store.head()?;
        Ok(Tip { frontier: frontier(store, &head)?, seq: head.seq, hash: head.hash })
    }

    /// The number of the last entry.
    pub(super) fn seq(&self) -> i64 {
        self.seq
    }

    pub(super) fn write(&self, store: &mut dyn Store) -> Result<(), Error> {
        store.put_head(self.seq, &self.hash, &self.frontier.bytes())
    }
}

/// Appends an entry to the log, inside the transaction that is open.
pub(super) fn append(store: &mut dyn Store, tip: &mut Tip, at: Time, op: Op, fields: Fields) -> Result<(), Error> {
    let seq = tip.seq + 1;
    let mut body: BTreeMap<&str, Value> = fields.into_iter().collect();
    body.insert("at", at.0.into());
    body.insert("op", op.word().into());
    body.insert("seq", seq.into());
    let body = serde_json::to_string(&body).map_err(|_| Error::Row("audit_event"))?;
    let hash = link(&tip.hash, &body);
    tip.frontier.push(merkle::leaf(&body));
    tip.seq = seq;
    let prev_hash = std::mem::replace(&mut tip.hash, hash.clone());
    store.append(&EventRow { seq, body, prev_hash, hash })
}

/// The edge of the tree over all entries up to the head; it is computed anew for a ledger of an older version.
pub(super) fn frontier(store: &dyn Store, head: &Head) -> Result<Frontier, Error> {
    if let Some(bytes) = &head.frontier {
        return Frontier::parse(head.seq.max(0) as u64, bytes);
    }
    let mut frontier = Frontier::default();
    loop {
        let events = store.events(frontier.size() as i64, 1000)?;
        if events.is_empty() {
            return Ok(frontier);
        }
        events.iter().for_each(|event| frontier.push(merkle::leaf(&event.body)));
    }
}

pub(super) fn link(previous: &[u8], body: &str) -> Vec<u8> {
    Sha256::new().chain_update([1]).chain_update(previous).chain_update(merkle::leaf(body)).finalize().to_vec()
}

/// Re-hashes the whole log and compares it with the head, the mark, the structure of the file and the locations that are
/// said to be deleted, and every row with its last fingerprint.
pub(super) fn verify(
    store: &dyn Store,
    mark: Result<Head, Error>,
    checkpoints: &[Checkpoint],
    seals: &Seals,
) -> Result<AuditReport, Error> {
    let mut problems: Vec<String> = store.check()?.into_iter().map(|what| format!("the database: {what}")).collect();
    let mut last = Head { seq: 0, hash: vec![0; 32], frontier: None };
    let mut tree = Frontier::default();
    let mut agreeing = 0;
    let mut deleted: BTreeMap<String, u64> = BTreeMap::new();
    let mut prints = Fingerprints::new();
    let (mark, has_mark) = match mark {
        Ok(mark) => (mark, true),
        Err(error) => {
            problems.push(error.to_string());
            (Head { seq: 0, hash: Vec::new(), frontier: None }, false)
        }
    };
    loop {
        let events = match store.events(last.seq, 1000) {
            Ok(events) => events,
            Err(error) => {
                problems.push(format!("entries behind {} cannot be read: {error}", last.seq));
                break;
            }
        };
        if events.is_empty() {
            break;
        }
        for event in events {
            let seq = event.seq;
            let body: Option<Value> = serde_json::from_str(&event.body).ok();
            let field = |name: &str| body.as_ref().and_then(|body| body.get(name));
            if seq != last.seq + 1 {
                problems.push(format!("entries {} to {} are missing", last.seq + 1, seq - 1));
            }
            if field("seq").and_then(Value::as_i64) != Some(seq) {
                problems.push(format!("entry {seq} says that it is another one"));
            }
            if event.prev_hash != last.hash {
                problems.push(format!("entry {seq} does not follow the one before it"));
            }
            if link(&event.prev_hash, &event.body) != event.hash {
                problems.push(format!("entry {seq} is not what was written: its hash does not fit"));
            }
            if field("op").and_then(Value::as_str) == Some(Op::LocationDeleted.word()) {
                let location = field("location").and_then(Value::as_str).unwrap_or_default();
                *deleted.entry(location.to_string()).or_default() += 1;
            }
            for (note, committed) in field(notes::NOTES).and_then(Value::as_object).into_iter().flatten() {
                if !notes::holds(store, seals, note, committed.as_str().unwrap_or_default()) {
                    problems.push(format!("note {note} is not what entry {seq} is committed to"));
                }
            }
            for (row, print) in field(ROWS).and_then(Value::as_object).into_iter().flatten() {
                prints.insert(row.clone(), print.as_str().unwrap_or_default().to_string());
            }
            if has_mark && seq == mark.seq && event.hash != mark.hash {
                problems.push(format!("entry {seq} is not the one that the mark beside the database tells of"));
            }
            tree.push(merkle::leaf(&event.body));
            for checkpoint in checkpoints.iter().filter(|checkpoint| checkpoint.size == tree.size()) {
                match checkpoint.root == tree.root() {
                    true => agreeing += 1,
                    false => problems.push(format!("the first {} entries are not those of a checkpoint", tree.size())),
                }
            }
            last = Head { seq, hash: event.hash, frontier: None };
        }
    }
    match store.head() {
        Ok(head) if (head.seq, &head.hash) == (last.seq, &last.hash) => {
            if head.frontier.is_some_and(|edge| edge != tree.bytes()) {
                problems.push("the edge of the log's tree is not that of its entries".into());
            }
        }
        Ok(head) => problems.push(format!("the log ends at entry {}, its head says {}", last.seq, head.seq)),
        Err(error) => problems.push(format!("the head of the log cannot be read: {error}")),
    }
    if has_mark && mark.seq > last.seq {
        problems
            .push(format!("the log ends at entry {}, and had {} according to the mark beside it", last.seq, mark.seq));
    }
    let newest = checkpoints.iter().map(|checkpoint| checkpoint.size).max().unwrap_or(0);
    if newest > tree.size() {
        problems.push(format!("the log ends at entry {}, and had {newest} according to a checkpoint", tree.size()));
    }
    problems.extend(
        deleted
            .iter()
            .filter(|(_, times)| **times > 1)
            .map(|(location, _)| format!("location {location} was deleted twice")),
    );
    match store.deleted_locations() {
        Ok(locations) => {
            let said: BTreeSet<&String> = deleted.keys().collect();
            let stand: BTreeSet<&String> = locations.iter().collect();
            for location in said.symmetric_difference(&stand) {
                problems.push(format!("records and log disagree about the deletion of location {location}"));
            }
        }
        Err(error) => problems.push(format!("the locations cannot be read: {error}")),
    }
    match compare(store, seals, &mut prints) {
        Ok(found) => problems.extend(found),
        Err(error) => problems.push(format!("the records cannot be read: {error}")),
    }
    problems.extend(prints.keys().map(|row| format!("{row} is gone, and the log tells of it")));
    let behind = tree.size().saturating_sub(newest);
    Ok(AuditReport { entries: last.seq.max(0) as u64, head: hex(&last.hash), checkpoints: agreeing, behind, problems })
}

/// Compares every row with its fingerprint, and takes the fingerprint out.
fn compare(store: &dyn Store, seals: &Seals, prints: &mut Fingerprints) -> Result<Vec<String>, Error> {
    fn one(row: &impl Tracked, seals: &Seals, prints: &mut Fingerprints) -> Result<Option<String>, Error> {
        let label = row.label();
        Ok(match prints.remove(&label) {
            Some(print) if row.is_in(&label, &print, seals)? => None,
            Some(_) => Some(format!("{label} is not what the log tells of")),
            None => Some(format!("{label} is there, and the log does not know it")),
        })
    }
    let mut problems = Vec::new();
    for hold in store.holds()? {
        problems.extend(one(&hold, seals, prints)?);
    }
    for request in store.requests()? {
        problems.extend(one(&request, seals, prints)?);
    }
    let issues = store.issues()?;
    for key in issues.iter().map(|issue| store.keys_of(&issue.issue_id)).collect::<Result<Vec<_>, _>>()?.concat() {
        problems.extend(one(&key, seals, prints)?);
    }
    let mut owners: Vec<Option<&str>> = vec![None];
    for issue in &issues {
        problems.extend(one(issue, seals, prints)?);
        owners.push(Some(&issue.issue_id));
    }
    for owner in owners {
        for artifact in store.artifacts_of(owner)? {
            problems.extend(one(&artifact, seals, prints)?);
            for location in store.locations_of(&artifact.artifact_id)? {
                problems.extend(one(&location, seals, prints)?);
                for deletion in store.deletions_of(&location.location_id)? {
                    problems.extend(one(&deletion, seals, prints)?);
                }
            }
        }
    }
    Ok(problems)
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The high-water mark of the log, outside the database: two slots, of which the older one is overwritten.
pub(super) struct Mark {
    home: Home,
}

impl Mark {
    pub(super) fn new(home: &Home) -> Mark {
        Mark { home: home.clone() }
    }

    pub(super) fn exists(&self) -> bool {
        self.home.has(MARK)
    }

    /// The length and last hash of the log, as last written.
    pub(super) fn read(&self, seals: &Seals) -> Result<Head, Error> {
        let gone = || Error::Contradiction("the mark beside the database is gone".into());
        if !self.exists() {
            return Err(gone());
        }
        let [one, other] = self.slots(seals)?;
        let newest = one.into_iter().chain(other).max_by_key(|head| head.seq);
        newest.ok_or_else(|| Error::Contradiction("the mark beside the database is damaged".into()))
    }

    /// Moves the mark to the head of the log; never back. `durable` waits for the disk.
    pub(super) fn advance(&self, seals: &Seals, head: &Head, durable: bool) -> Result<(), Error> {
        let failed = |error| Error::io("write", &self.home.join(MARK), error);
        let file = self.home.file(MARK)?;
        file.lock().map_err(failed)?;
        let slots = self.slots(seals)?;
        let seqs = slots.map(|slot| slot.map_or(-1, |head| head.seq));
        if seqs[0].max(seqs[1]) < head.seq {
            let text = format!("scrubjay mark 1 {} {}", head.seq, hex(&head.hash));
            let line = format!("{:<255}\n", format!("{text} {}", seals.mark(&text)));
            let older = u64::from(seqs[1] < seqs[0]);
            file.write_all_at(line.as_bytes(), older * SLOT).map_err(failed)?;
        }
        if durable {
            file.sync_all().map_err(failed)?;
        }
        Ok(())
    }

    fn slots(&self, seals: &Seals) -> Result<[Option<Head>; 2], Error> {
        let file = self.home.file(MARK)?;
        let mut slots = [None, None];
        for (place, slot) in slots.iter_mut().enumerate() {
            let mut bytes = [0; SLOT as usize];
            if file.read_exact_at(&mut bytes, place as u64 * SLOT).is_ok() {
                *slot = parse_slot(seals, &bytes);
            }
        }
        Ok(slots)
    }
}

fn parse_slot(seals: &Seals, bytes: &[u8]) -> Option<Head> {
    let (text, check) = std::str::from_utf8(bytes).ok()?.trim_end().rsplit_once(' ')?;
    if seals.mark(text) != check {
        return None;
    }
    let (seq, hash) = text.strip_prefix("scrubjay mark 1 ")?.split_once(' ')?;
    let byte = |at: usize| u8::from_str_radix(hash.get(at..at + 2)?, 16).ok();
    Some(Head {
        seq: seq.parse().ok()?,
        hash: (0..hash.len()).step_by(2).map(byte).collect::<Option<_>>()?,
        frontier: None,
    })
}

/// Compares the head of the log with the mark before anything is appended.
pub(super) fn check_mark(store: &dyn Store, mark: &Head) -> Result<(), Error> {
    let agrees = match mark.seq {
        0 => true,
        seq => store.event_hash(seq)?.is_some_and(|hash| hash == mark.hash),
    };
    if agrees {
        return Ok(());
    }
    Err(Error::Contradiction("the audit log is not the one that the mark beside the database tells of".into()))
}
