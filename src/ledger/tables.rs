//! Which row stands in which table: its columns in their order, and the way there and back.

use super::Error;
use super::cell::{Cell, Cells, InCell};
use super::rows::{
    ArtifactRow, ContentRow, DeletionRow, EventRow, HoldRow, IssueRow, KeyRow, LocationRow, NoteRow, PolicyRow,
    RequestRow, RunRow, Stood,
};

/// A row that is written and read as a whole.
pub(super) trait Record: Sized {
    const TABLE: &'static str;
    /// The columns, with commas; the first is the key unless `KEY` says otherwise.
    const COLUMNS: &'static str;
    const KEY: &'static str;
    fn cells(&self) -> Vec<Cell>;
    fn read(cells: Vec<Cell>) -> Result<Self, Error>;
}

macro_rules! records {
    ($($row:ident $table:literal ($key:literal) $columns:literal { $($field:ident)+ })+) => {$(
        impl Record for $row {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static str = $columns;
            const KEY: &'static str = $key;

            fn cells(&self) -> Vec<Cell> {
                vec![$(self.$field.to_cell()),+]
            }

            fn read(cells: Vec<Cell>) -> Result<$row, Error> {
                let mut cells = Cells::new($table, cells);
                Ok($row { $($field: cells.take()?),+ })
            }
        }
    )+};
}

records! {
    PolicyRow "retention_policy" ("policy_id, version") "policy_id, version, grace_ms, max_age_ms, backup_ms, \
        answer_ms" {
        policy_id version grace_ms max_age_ms backup_ms answer_ms
    }
    IssueRow "issue" ("issue_id") "issue_id, name_enc, name_hash, policy_id, policy_version, state, opened_at, \
        resolved_at, reopen_count, customer" {
        issue_id name_enc name_hash policy_id policy_version state opened_at resolved_at reopen_count customer
    }
    KeyRow "issue_key" ("key_id") "key_id, issue_id, state, created_at, destroyed_at" {
        key_id issue_id state created_at destroyed_at
    }
    RunRow "run" ("run_id") "run_id, host, boot, pid_space, pid, started, at" {
        run_id host boot pid_space pid started at
    }
    ArtifactRow "artifact" ("artifact_id") "artifact_id, issue_id, run_id, name_enc, customer_enc, registered_at, \
        hard_deadline, due_at, finished_at, deleted_at, state, fail_code, withheld, recipe" {
        artifact_id issue_id run_id name_enc customer_enc registered_at
        hard_deadline due_at finished_at deleted_at state fail_code withheld recipe
    }
    DeletionRow "deletion" ("deletion_id") "deletion_id, location_id, cause, intended_at, verified_at, confirmed_at, \
        outcome, size, sha256_enc, assurance, by_note, evidence_note" {
        deletion_id location_id cause intended_at verified_at confirmed_at outcome size sha256_enc assurance by_note
        evidence_note
    }
    HoldRow "hold" ("hold_id") "hold_id, scope, scope_id, reason_note, placed_by, placed_at, review_at, released_by, \
        released_at" {
        hold_id scope scope_id reason_note placed_by placed_at review_at released_by released_at
    }
    NoteRow "note" ("note_id") "note_id, text_enc, customer" { note_id text_enc customer }
    RequestRow "subject_request" ("request_id") "request_id, kind, customer, about_note, received_at, due_at, state, \
        done_at" {
        request_id kind customer about_note received_at due_at state done_at
    }
    EventRow "audit_event" ("seq") "seq, body, prev_hash, hash" { seq body prev_hash hash }
}

impl Record for LocationRow {
    const TABLE: &'static str = "location";
    const COLUMNS: &'static str = "location_id, artifact_id, role, custody, path_enc, path_hash, fs_id, st_dev, st_ino, \
        st_size, st_mtime, size, digest, state, last_error, settled_at, host";
    const KEY: &'static str = "location_id";

    fn cells(&self) -> Vec<Cell> {
        vec![
            self.location_id.to_cell(),
            self.artifact_id.to_cell(),
            self.role.to_cell(),
            self.custody.to_cell(),
            self.path_enc.to_cell(),
            self.path_hash.to_cell(),
            self.fs_id.to_cell(),
            self.stood.map(|stood| stood.dev).to_cell(),
            self.stood.map(|stood| stood.ino).to_cell(),
            self.stood.map(|stood| stood.size).to_cell(),
            self.stood.map(|stood| stood.mtime).to_cell(),
            self.content.as_ref().map(|content| content.size).to_cell(),
            self.content.as_ref().map(|content| content.digest.clone()).to_cell(),
            self.state.to_cell(),
            self.last_error.to_cell(),
            self.settled_at.to_cell(),
            self.host.to_cell(),
        ]
    }

    fn read(cells: Vec<Cell>) -> Result<LocationRow, Error> {
        let mut cells = Cells::new("location", cells);
        Ok(LocationRow {
            location_id: cells.take()?,
            artifact_id: cells.take()?,
            role: cells.take()?,
            custody: cells.take()?,
            path_enc: cells.take()?,
            path_hash: cells.take()?,
            fs_id: cells.take()?,
            stood: match (cells.take()?, cells.take()?, cells.take()?, cells.take()?) {
                (Some(dev), Some(ino), Some(size), Some(mtime)) => Some(Stood { dev, ino, size, mtime }),
                (None, None, None, None) => None,
                _ => return Err(Error::Row("location")),
            },
            content: match (cells.take()?, cells.take()?) {
                (Some(size), Some(digest)) => Some(ContentRow { size, digest }),
                (None, None) => None,
                _ => return Err(Error::Row("location")),
            },
            state: cells.take()?,
            last_error: cells.take()?,
            settled_at: cells.take()?,
            host: cells.take()?,
            path: None,
        })
    }
}
