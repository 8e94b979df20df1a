//! The storage under the ledger: dumb, one method per question, so that another database is one more file.

use super::Error;
use super::rows::{
    ArtifactRow, DeletionRow, EventRow, Head, HoldRow, IssueRow, KeyRow, LocationRow, NoteRow, PolicyRow, RequestRow,
    RunRow,
};

/// How a transaction is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// One consistent view; nothing is written.
    Read,
    /// The only writer until the end; durable when it is committed.
    Write,
    /// Only leases are written: several may do so at once, and a loss of power may undo it.
    Claim,
    /// As `Write`, but a loss of power may undo it, with all that was committed like this since the last durable commit.
    Lazily,
}

/// What a ledger holds, in numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) issues_open: u64,
    pub(super) issues_resolved: u64,
    pub(super) kept: u64,
    pub(super) deleted: u64,
    pub(super) observed: u64,
    pub(super) on_hold: u64,
    pub(super) next_due: Option<i64>,
    pub(super) requests_open: u64,
    pub(super) next_answer: Option<i64>,
}

/// An artifact that is due.
#[derive(Clone, Debug)]
pub(super) struct Due {
    pub(super) artifact_id: String,
    /// Its place in the order: since when, and the number of its row.
    pub(super) place: (i64, i64),
}

/// What the ledger asks of a database.
///
/// `put_*` inserts a row or replaces the one with its id. Between `begin` and `commit` or `rollback` all reads see one
/// state; `commit` returns when the writes are durable, unless they need not be. A store knows nothing of keys, clocks or files.
pub(super) trait Store: Send {
    fn begin(&mut self, access: Access) -> Result<(), Error>;
    fn commit(&mut self) -> Result<(), Error>;
    /// Gives up the transaction, if one is open.
    fn rollback(&mut self);

    /// The random name of the store, repeated by the keystore.
    fn store_id(&self) -> Result<Option<String>, Error>;
    fn put_store_id(&mut self, store_id: &str, at: i64) -> Result<(), Error>;
    fn policy(&self, policy_id: &str, version: i64) -> Result<PolicyRow, Error>;
    /// The newest version of a policy.
    fn latest_policy(&self, policy_id: &str) -> Result<Option<PolicyRow>, Error>;
    fn put_policy(&mut self, row: &PolicyRow) -> Result<(), Error>;

    fn issue(&self, issue_id: &str) -> Result<Option<IssueRow>, Error>;
    fn issue_by_name(&self, name_hash: &[u8]) -> Result<Option<IssueRow>, Error>;
    /// The issues of a customer, oldest first.
    fn issues_of(&self, customer: &str) -> Result<Vec<IssueRow>, Error>;
    /// All issues, oldest first.
    fn issues(&self) -> Result<Vec<IssueRow>, Error>;
    fn put_issue(&mut self, row: &IssueRow) -> Result<(), Error>;

    /// All keys that an issue ever had, oldest first.
    fn keys_of(&self, issue_id: &str) -> Result<Vec<KeyRow>, Error>;
    fn key(&self, key_id: &str) -> Result<Option<KeyRow>, Error>;
    fn put_key(&mut self, row: &KeyRow) -> Result<(), Error>;

    /// Keys that are not destroyed, oldest first.
    fn undestroyed_keys(&self) -> Result<Vec<KeyRow>, Error>;

    fn run(&self, run_id: &str) -> Result<Option<RunRow>, Error>;
    fn put_run(&mut self, row: &RunRow) -> Result<(), Error>;

    fn artifact(&self, artifact_id: &str) -> Result<Option<ArtifactRow>, Error>;
    /// The artifacts of an issue, or of none, oldest first.
    fn artifacts_of(&self, issue_id: Option<&str>) -> Result<Vec<ArtifactRow>, Error>;
    /// Artifacts of an issue that are due and not deleted, the most urgent first: at most `limit` behind the one that has
    /// this moment and number.
    fn due(&self, now: i64, after: (i64, i64), limit: i64) -> Result<Vec<Due>, Error>;
    /// The same, but those that nobody has a lease on, and from now on this lease is on them for so many milliseconds.
    fn claim_due(
        &mut self,
        now: i64,
        after: (i64, i64),
        limit: i64,
        lease: &str,
        lasts: i64,
    ) -> Result<Vec<Due>, Error>;
    /// Puts a lease on an artifact, unless another one is on it.
    fn claim(&mut self, artifact_id: &str, lease: &str, lasts: i64) -> Result<bool, Error>;
    /// How many artifacts a lease is on; it lasts so long from now on if half of that is over.
    fn lease(&mut self, lease: &str, lasts: i64) -> Result<u64, Error>;
    /// Lets a lease last so long from now on; how many artifacts it is on.
    fn renew(&mut self, lease: &str, lasts: i64) -> Result<u64, Error>;
    /// Ends a lease.
    fn release(&mut self, lease: &str) -> Result<(), Error>;
    /// All leases that did not end.
    fn leases(&self) -> Result<Vec<String>, Error>;
    /// How many of those no hold keeps.
    fn count_due(&self, now: i64) -> Result<u64, Error>;
    /// How many artifacts of issues are not deleted.
    fn count_owned(&self) -> Result<u64, Error>;
    /// How many copies of due artifacts, held by nothing, only a person can account for.
    fn count_obligations(&self, now: i64) -> Result<u64, Error>;
    /// All of it in a few numbers, without reading row by row; see [`Summary`](super::Summary).
    fn summary(&self, now: i64) -> Result<Totals, Error>;
    /// Artifacts about which nothing was reported since they were registered, or whose temporary file is not settled.
    fn unfinished(&self) -> Result<Vec<String>, Error>;
    /// A deleted artifact of an issue of which a location is not settled, and that location: a contradiction.
    fn open_location_of_deleted(&self, issue_id: &str) -> Result<Option<(String, String)>, Error>;
    /// Whether an issue has any artifact, deleted or not.
    fn has_artifacts(&self, issue_id: &str) -> Result<bool, Error>;
    /// How many artifacts an issue has, and how many of them are not deleted.
    fn count_held(&self, issue_id: &str) -> Result<(u64, u64), Error>;
    fn put_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error>;
    /// The same for one that is new.
    fn add_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error>;

    fn location(&self, location_id: &str) -> Result<Option<LocationRow>, Error>;
    /// The copies of an artifact, in the order of their registration.
    fn locations_of(&self, artifact_id: &str) -> Result<Vec<LocationRow>, Error>;
    fn locations_at(&self, path_hash: &[u8]) -> Result<Vec<LocationRow>, Error>;
    /// The inputs of this content.
    fn inputs_of_content(&self, digest: &[u8]) -> Result<Vec<LocationRow>, Error>;
    fn put_location(&mut self, row: &LocationRow) -> Result<(), Error>;
    /// The same for one that is new.
    fn add_location(&mut self, row: &LocationRow) -> Result<(), Error>;

    fn counts_of(&self, artifact_id: &str) -> Result<Vec<(String, u64)>, Error>;
    fn put_count(&mut self, artifact_id: &str, rule_id: &str, count: u64) -> Result<(), Error>;

    /// The attempt on a location that is not confirmed.
    fn open_deletion(&self, location_id: &str) -> Result<Option<DeletionRow>, Error>;
    /// All attempts that are not confirmed.
    fn open_deletions(&self) -> Result<Vec<DeletionRow>, Error>;
    fn deletions_of(&self, location_id: &str) -> Result<Vec<DeletionRow>, Error>;
    fn put_deletion(&mut self, row: &DeletionRow) -> Result<(), Error>;

    /// Holds on any of these customers, issues or artifacts that are not released, in the order of the ids.
    fn live_holds(&self, scope_ids: &[&str]) -> Result<Vec<HoldRow>, Error>;
    /// All holds there ever were, oldest first.
    fn holds(&self) -> Result<Vec<HoldRow>, Error>;
    /// How many live holds should have been reviewed.
    fn count_reviews(&self, now: i64) -> Result<u64, Error>;
    fn put_hold(&mut self, row: &HoldRow) -> Result<(), Error>;

    fn note(&self, note_id: &str) -> Result<Option<NoteRow>, Error>;
    fn put_note(&mut self, row: &NoteRow) -> Result<(), Error>;
    /// Notes whose text was not erased, in the order in which they were written.
    fn notes(&self) -> Result<Vec<NoteRow>, Error>;

    fn request(&self, request_id: &str) -> Result<Option<RequestRow>, Error>;
    /// All requests there ever were, in the order in which they are due.
    fn requests(&self) -> Result<Vec<RequestRow>, Error>;
    /// How many open requests should have been answered.
    fn count_requests(&self, now: i64) -> Result<u64, Error>;
    fn put_request(&mut self, row: &RequestRow) -> Result<(), Error>;

    fn head(&self) -> Result<Head, Error>;
    /// The hash of an event.
    fn event_hash(&self, seq: i64) -> Result<Option<Vec<u8>>, Error>;
    /// Events behind `seq`, in order, at most `limit`.
    fn events(&self, after: i64, limit: i64) -> Result<Vec<EventRow>, Error>;
    /// Appends an event; the head is moved when all of a transaction are appended.
    fn append(&mut self, row: &EventRow) -> Result<(), Error>;
    /// Moves the head, with the edge of the tree behind it.
    fn put_head(&mut self, seq: i64, hash: &[u8], frontier: &[u8]) -> Result<(), Error>;
    /// Location ids in state `deleted`.
    fn deleted_locations(&self) -> Result<Vec<String>, Error>;

    /// Writes the end of an artifact that stands: when, in which state, why it failed, what was withheld. Nothing else of the
    /// row has changed.
    fn finish_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error>;
    /// Writes the end of the writing of a copy that stands: its content, what stands there, its state. Nothing else of the
    /// row has changed.
    fn finish_location(&mut self, row: &LocationRow) -> Result<(), Error>;

    /// Whether several programs may delete at once, since rows are locked one by one.
    fn is_shared(&self) -> bool;
    /// Whether rows of some customers are hidden from this session.
    fn is_restricted(&self) -> Result<bool, Error>;
    /// Shows a role of the database the rows of a customer; or, without one, nothing any more.
    fn admit(&mut self, role: &str, customer: Option<&str>) -> Result<(), Error>;
    /// Many rows are about to be written one after the other, or that is over.
    fn expect_many(&mut self, many: bool) -> Result<(), Error>;
    /// Checks the file's own structure; what is wrong, in words without content.
    fn check(&self) -> Result<Vec<String>, Error>;
    /// Empties the write-ahead log, where overwritten values would stay readable; false if a reader prevents it.
    fn empty_log(&mut self) -> Result<bool, Error>;
}
