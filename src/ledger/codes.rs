//! The closed sets of the records: each value has one word, which stands in the database and in the audit log.

use super::cell::{Cell, InCell};

macro_rules! codes {
    ($($(#[$about:meta])* $visibility:vis enum $name:ident { $($(#[$note:meta])* $value:ident = $word:literal,)+ })+) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility enum $name { $($(#[$note])* $value,)+ }

        impl $name {
            /// Its word in the database, the audit log and JSON.
            pub const fn word(self) -> &'static str {
                match self { $($name::$value => $word,)+ }
            }
        }

        impl InCell for $name {
            fn to_cell(&self) -> Cell {
                Cell::Text(self.word().into())
            }

            fn from_cell(cell: Cell) -> Option<Self> {
                let Cell::Text(word) = cell else { return None };
                match word.as_str() { $($word => Some($name::$value),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    )+};
}

codes! {
    /// Where an issue stands.
    pub enum IssueState {
        /// Being worked on.
        Open = "open",
        /// Resolved: everything recorded for it is due, at once or after the grace.
        Resolved = "resolved",
    }

    /// Where the key of an issue stands.
    pub enum KeyState {
        /// In the keystore.
        Live = "live",
        /// To be taken out of the keystore; never used again.
        DestroyIntended = "destroy_intended",
        /// Out of the keystore.
        Destroyed = "destroyed",
    }

    /// Where an artifact stands in the records. Whether its run still lives is not in the records: see
    /// [`Progress`](super::Progress).
    pub enum ArtifactState {
        /// Recorded before its first byte was read; nothing was reported since.
        Registered = "registered",
        /// Finished, or recorded as it was found.
        Active = "active",
        /// The run reported a failure.
        Failed = "failed",
        /// The run died; a purge has noticed.
        Interrupted = "interrupted",
        /// Every owned copy is deleted or gone; names are blanked.
        Deleted = "deleted",
    }

    /// What a copy is to its artifact.
    pub enum Role {
        /// The raw file that was read.
        Input = "input",
        /// The scrubbed file under its final name.
        Output = "output",
        /// The scrubbed file before it had its final name.
        Temporary = "temporary",
        /// A file that we did not make, recorded by hand.
        Copy = "copy",
        /// A copy at an address that we cannot reach, recorded as an obligation.
        Url = "url",
    }

    /// Whether a copy is ours to delete.
    pub enum Custody {
        /// Deleted when it is due.
        Owned = "owned",
        /// Listed, never deleted.
        Observed = "observed",
    }

    /// Where a physical copy stands.
    pub enum LocationState {
        /// About to be written by a run.
        WriteIntended = "write_intended",
        /// There, as recorded.
        Present = "present",
        /// Its path was registered again as an output; what stands there may be the later one.
        Superseded = "superseded",
        /// Deleted by us.
        Deleted = "deleted",
        /// Not found, not deleted by us.
        Missing = "missing",
        /// No copy of this record stands there: never written, renamed into place, or written over.
        Gone = "gone",
        /// Observed only, and left to its owner when the artifact was settled.
        Left = "left",
        /// Gone, as a person attests: we could not reach it.
        Attested = "attested",
        /// What stands there is not what was recorded; kept.
        Mismatch = "mismatch",
        /// Has further hard links, or is recorded for another open issue; kept.
        Shared = "shared",
        /// Cannot be reached from here.
        Unreachable = "unreachable",
        /// The system refused or failed; see the error code.
        Blocked = "blocked",
    }

    /// Why a copy was deleted.
    pub enum Cause {
        /// Its issue was resolved.
        Resolved = "resolved",
        /// Its hard deadline passed.
        Deadline = "deadline",
        /// A run that died left it.
        Orphan = "orphan",
        /// A person did it, and attests it.
        Operator = "operator",
    }

    /// How one attempt at a deletion ended; [`Outcome::is_kept`] tells whether a copy may remain.
    pub enum Outcome {
        /// Deleted by us, after its content was compared with the record.
        Deleted = "deleted",
        /// Deleted by us under another record of the same path and content.
        DeletedWithOther = "deleted_with_other",
        /// Gone, as a person attests: we could not reach it.
        Attested = "attested",
        /// A dry run found it ready to be deleted.
        WouldDelete = "would_delete",
        /// Not found, not deleted by us.
        Missing = "missing",
        /// No copy of this record stands there any more, or ever did.
        Gone = "gone",
        /// Not due any more when the interrupted act was taken up again; put back.
        Withdrawn = "withdrawn",
        /// What stands there is not what was recorded; left alone.
        Mismatch = "mismatch",
        /// A hold keeps it; left alone.
        Held = "held",
        /// Further hard links would keep the content readable; left alone.
        Shared = "shared",
        /// A process has it open, and could go on reading it; left alone.
        InUse = "in_use",
        /// The same file is recorded for another issue, which is open; left alone.
        SharedWithIssue = "shared_with_issue",
        /// Cannot be reached from here: an address, or a file system that is not mounted.
        Unreachable = "unreachable",
        /// The system does not permit it.
        Denied = "denied",
        /// The system failed.
        Failed = "failed",
    }

    /// What a certificate may claim about a deletion.
    pub enum Assurance {
        /// The name was removed; the medium may hold remnants, snapshots and backups may hold copies.
        UnlinkOnly = "unlink-only",
        /// A person attests it; it was not seen from here.
        RemoteClaim = "remote-claim",
    }

    /// What a data subject asks for.
    pub enum RequestKind {
        /// What is held of them.
        Access = "access",
        /// That something be put right.
        Rectification = "rectification",
        /// That it be deleted.
        Erasure = "erasure",
    }

    /// Where such a request stands.
    pub enum RequestState {
        /// To be answered.
        Open = "open",
        /// Answered.
        Answered = "answered",
        /// Refused, which is an answer too.
        Refused = "refused",
    }

    /// What a hold keeps.
    pub enum Scope {
        /// Everything recorded for a customer, now and later.
        Customer = "customer",
        /// Everything recorded for an issue, now and later.
        Issue = "issue",
        /// One artifact.
        Artifact = "artifact",
    }

    /// Why a run gave up on an artifact.
    pub enum FailCode {
        /// The input could not be read.
        Read = "read",
        /// The input could not be decoded or unpacked.
        Decode = "decode",
        /// The output could not be written.
        Write = "write",
        /// What was written did not pass its check.
        Verify = "verify",
        /// The policy forbids it.
        Refused = "refused",
        /// The user stopped it.
        Cancelled = "cancelled",
        /// A fault of our own.
        Internal = "internal",
    }

    /// What happened, in the audit log.
    pub(super) enum Op {
        Created = "ledger_created",
        Registered = "registered",
        Recorded = "recorded",
        Assigned = "assigned",
        Finished = "finished",
        Failed = "failed",
        RunDied = "run_died",
        IssueOpened = "issue_opened",
        IssueResolved = "issue_resolved",
        IssueReopened = "issue_reopened",
        KeyCreated = "key_created",
        KeyDestroyIntended = "key_destroy_intended",
        KeyDestroyed = "key_destroyed",
        DeletionIntended = "deletion_intended",
        DeletionVerified = "deletion_verified",
        LocationDeleted = "location_deleted",
        LocationSettled = "location_settled",
        LocationKept = "location_kept",
        ArtifactDeleted = "artifact_deleted",
        DeletionUnverified = "deletion_unverified",
        PolicyDefined = "policy_defined",
        HoldPlaced = "hold_placed",
        HoldReleased = "hold_released",
        LocationAttested = "location_attested",
        CertificateIssued = "certificate_issued",
        CustomerNamed = "customer_named",
        NoteErased = "note_erased",
        RequestReceived = "request_received",
        RequestAnswered = "request_answered",
        RoleAdmitted = "role_admitted",
        RoleDismissed = "role_dismissed",
        KeysExported = "keys_exported",
    }
}

impl LocationState {
    /// Whether nothing remains to be done about it.
    pub const fn is_settled(self) -> bool {
        match self {
            LocationState::Deleted
            | LocationState::Missing
            | LocationState::Gone
            | LocationState::Left
            | LocationState::Attested => true,
            LocationState::WriteIntended
            | LocationState::Present
            | LocationState::Superseded
            | LocationState::Mismatch
            | LocationState::Shared
            | LocationState::Unreachable
            | LocationState::Blocked => false,
        }
    }
}

impl Outcome {
    /// Whether a copy may remain that should have gone.
    pub const fn is_kept(self) -> bool {
        match self {
            Outcome::Deleted
            | Outcome::DeletedWithOther
            | Outcome::Attested
            | Outcome::WouldDelete
            | Outcome::Missing
            | Outcome::Gone
            | Outcome::Withdrawn => false,
            Outcome::Mismatch
            | Outcome::Held
            | Outcome::Shared
            | Outcome::InUse
            | Outcome::SharedWithIssue
            | Outcome::Unreachable
            | Outcome::Denied
            | Outcome::Failed => true,
        }
    }

    /// The state that this outcome leaves a location in; `None` where it stays as it was.
    pub(super) const fn state(self) -> Option<LocationState> {
        match self {
            Outcome::Deleted | Outcome::DeletedWithOther => Some(LocationState::Deleted),
            Outcome::Attested => Some(LocationState::Attested),
            Outcome::WouldDelete | Outcome::Withdrawn | Outcome::Held => None,
            Outcome::Missing => Some(LocationState::Missing),
            Outcome::Gone => Some(LocationState::Gone),
            Outcome::Mismatch => Some(LocationState::Mismatch),
            Outcome::Shared | Outcome::InUse | Outcome::SharedWithIssue => Some(LocationState::Shared),
            Outcome::Unreachable => Some(LocationState::Unreachable),
            Outcome::Denied | Outcome::Failed => Some(LocationState::Blocked),
        }
    }
}
