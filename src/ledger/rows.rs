//! The rows of the records, as they stand in a store: sealed columns sealed, times in milliseconds, ids as text.
//!
//! The audit log holds a fingerprint of each row that [`Tracked`] is implemented for, over its columns in their order. A
//! column that is added later comes last, and may be empty, or rows that stand would not fit any more. Versions up to 0.1.0
//! made it of the fields as JSON, where a field that came later was left out while it was empty: what they wrote is still
//! compared so.

use super::Error;
use super::audit::hex;
use super::cell::Cell;
use super::codes::{
    ArtifactState, Assurance, Cause, Custody, FailCode, IssueState, KeyState, LocationState, Outcome, RequestKind,
    RequestState, Role, Scope,
};
use super::seal::Seals;
use super::tables::Record;
use serde::Serialize;
use std::path::PathBuf;

/// What a fingerprint of columns begins with.
const OF_COLUMNS: &str = "2:";

/// A row of which every version is fingerprinted in the audit log.
pub(super) trait Tracked: Serialize + Record {
    /// What the row is, and its id: its name in the log.
    fn label(&self) -> String;

    /// What stands in the log for this version of the row, whose label is given.
    fn fingerprint(&self, label: &str, seals: &Seals) -> String {
        let cells = self.cells();
        let filled = cells.iter().rposition(|cell| *cell != Cell::Null).map_or(0, |last| last + 1);
        let mut bytes = Vec::with_capacity(512);
        bytes.extend_from_slice(label.as_bytes());
        for cell in &cells[..filled] {
            let (sort, content): (u8, &[u8]) = match cell {
                Cell::Null => (0, &[]),
                Cell::Int(number) => (1, &number.to_le_bytes()),
                Cell::Text(text) => (2, text.as_bytes()),
                Cell::Bytes(content) => (3, content),
            };
            bytes.push(sort);
            bytes.extend_from_slice(&(content.len() as u32).to_le_bytes());
            bytes.extend_from_slice(content);
        }
        format!("{OF_COLUMNS}{}", hex(&seals.lookup("row 2", &bytes)[..16]))
    }

    /// Whether a fingerprint in the log, of whichever version of this program, is that of this row.
    fn is_in(&self, label: &str, print: &str, seals: &Seals) -> Result<bool, Error> {
        if print.starts_with(OF_COLUMNS) {
            return Ok(print == self.fingerprint(label, seals));
        }
        let bytes = serde_json::to_vec(self).map_err(|_| Error::Row("audit_event"))?;
        Ok(print == hex(&seals.lookup("row", &[label.as_bytes(), b"\0", &bytes].concat())[..16]))
    }
}

macro_rules! tracked {
    ($($row:ident $what:literal $id:ident,)+) => {$(
        impl Tracked for $row {
            fn label(&self) -> String {
                format!(concat!($what, " {}"), self.$id)
            }
        }
    )+};
}

tracked! {
    IssueRow "issue" issue_id,
    KeyRow "key" key_id,
    ArtifactRow "artifact" artifact_id,
    LocationRow "location" location_id,
    DeletionRow "deletion" deletion_id,
    HoldRow "hold" hold_id,
    RequestRow "request" request_id,
}

/// How long things are kept.
#[derive(Clone, Debug)]
pub(super) struct PolicyRow {
    pub(super) policy_id: String,
    pub(super) version: i64,
    pub(super) grace_ms: i64,
    pub(super) max_age_ms: i64,
    pub(super) backup_ms: i64,
    pub(super) answer_ms: i64,
}

/// An issue.
#[derive(Clone, Debug, Serialize)]
pub(super) struct IssueRow {
    pub(super) issue_id: String,
    pub(super) name_enc: Vec<u8>,
    pub(super) name_hash: Vec<u8>,
    pub(super) policy_id: String,
    pub(super) policy_version: i64,
    pub(super) state: IssueState,
    pub(super) opened_at: i64,
    pub(super) resolved_at: Option<i64>,
    pub(super) reopen_count: i64,
    /// Whose it is: a keyed hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer: Option<String>,
}

/// What is known of a key; its bytes stand in the keystore.
#[derive(Clone, Debug, Serialize)]
pub(super) struct KeyRow {
    pub(super) key_id: String,
    pub(super) issue_id: String,
    pub(super) state: KeyState,
    pub(super) created_at: i64,
    pub(super) destroyed_at: Option<i64>,
}

/// A process that registers artifacts.
#[derive(Clone, Debug)]
pub(super) struct RunRow {
    pub(super) run_id: String,
    pub(super) host: String,
    pub(super) boot: String,
    pub(super) pid_space: String,
    pub(super) pid: i64,
    pub(super) started: i64,
    pub(super) at: i64,
}

/// An artifact.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ArtifactRow {
    pub(super) artifact_id: String,
    pub(super) issue_id: Option<String>,
    pub(super) run_id: Option<String>,
    pub(super) name_enc: Option<Vec<u8>>,
    pub(super) customer_enc: Option<Vec<u8>>,
    pub(super) registered_at: i64,
    pub(super) hard_deadline: i64,
    pub(super) due_at: i64,
    pub(super) finished_at: Option<i64>,
    pub(super) deleted_at: Option<i64>,
    pub(super) state: ArtifactState,
    pub(super) fail_code: Option<FailCode>,
    pub(super) withheld: i64,
    /// What it was scrubbed with: a keyed hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recipe: Option<Vec<u8>>,
}

/// One physical copy.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LocationRow {
    pub(super) location_id: String,
    pub(super) artifact_id: String,
    pub(super) role: Role,
    pub(super) custody: Custody,
    pub(super) path_enc: Option<Vec<u8>>,
    pub(super) path_hash: Option<Vec<u8>>,
    pub(super) fs_id: Option<i64>,
    /// What stood there at registration, `None` if nothing did; of a finished output, the file as it was made.
    pub(super) stood: Option<Stood>,
    pub(super) content: Option<ContentRow>,
    pub(super) state: LocationState,
    pub(super) last_error: Option<Outcome>,
    pub(super) settled_at: Option<i64>,
    /// Whose disk it is on: a keyed hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<String>,
    /// What `path_enc` holds, if that is known without opening it. It stands in no database.
    #[serde(skip)]
    pub(super) path: Option<PathBuf>,
}

/// The identity of a file that stood somewhere at registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Stood {
    pub(super) dev: i64,
    pub(super) ino: i64,
    pub(super) size: i64,
    /// Nanoseconds since 1970.
    pub(super) mtime: i64,
}

/// The recorded content of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ContentRow {
    pub(super) size: i64,
    pub(super) digest: Vec<u8>,
}

/// One attempt at a deletion.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DeletionRow {
    pub(super) deletion_id: String,
    pub(super) location_id: String,
    pub(super) cause: Cause,
    pub(super) intended_at: i64,
    pub(super) verified_at: Option<i64>,
    pub(super) confirmed_at: Option<i64>,
    pub(super) outcome: Option<Outcome>,
    pub(super) size: Option<i64>,
    pub(super) sha256_enc: Option<Vec<u8>>,
    pub(super) assurance: Option<Assurance>,
    /// Who attests it, and how he knows: notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by_note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence_note: Option<String>,
}

/// An order to keep a customer's issues, an issue or an artifact, whatever the deadline.
#[derive(Clone, Debug, Serialize)]
pub(super) struct HoldRow {
    pub(super) hold_id: String,
    pub(super) scope: Scope,
    pub(super) scope_id: String,
    pub(super) reason_note: String,
    pub(super) placed_by: String,
    pub(super) placed_at: i64,
    pub(super) review_at: i64,
    pub(super) released_by: Option<String>,
    pub(super) released_at: Option<i64>,
}

/// Free text that a person gave. The log holds its commitment only, so that it can be erased.
#[derive(Clone, Debug)]
pub(super) struct NoteRow {
    pub(super) note_id: String,
    pub(super) text_enc: Option<Vec<u8>>,
    /// Whose matter it is about: a keyed hash.
    pub(super) customer: Option<String>,
}

/// What a data subject asks for. Who that is stands nowhere.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RequestRow {
    pub(super) request_id: String,
    pub(super) kind: RequestKind,
    /// At which customer: a keyed hash.
    pub(super) customer: Option<String>,
    pub(super) about_note: Option<String>,
    pub(super) received_at: i64,
    pub(super) due_at: i64,
    pub(super) state: RequestState,
    pub(super) done_at: Option<i64>,
}

/// One link of the audit chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventRow {
    pub(super) seq: i64,
    pub(super) body: String,
    pub(super) prev_hash: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

/// The end of the audit chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) seq: i64,
    pub(super) hash: Vec<u8>,
    /// The edge of the Merkle tree over the events, for the next one; `None` in a ledger of an older version.
    pub(super) frontier: Option<Vec<u8>>,
}
