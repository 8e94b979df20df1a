//! The proof of deletion of one issue: what was deleted, when and how, and what was not.
//!
//! It names artifacts by their random ids and copies by their SHA-256: names and paths are blanked by then. It is issued
//! only when nothing is left to be done; this function decides that, so that no caller can forget to.

use super::codes::{Assurance, Cause, KeyState, LocationState, Outcome, Role};
use super::status::as_text;
use super::{Error, Ledger, Time, audit};
use crate::artifact::ArtifactId;
use serde::Serialize;

/// Whether there is a certificate for an issue.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Everything that was owned is deleted or gone, and the key is destroyed.
    Complete(Certificate),
    /// Something remains.
    NotComplete {
        /// Artifacts that are not deleted.
        artifacts: Vec<ArtifactId>,
        /// Whether a key of the issue is not destroyed.
        key: bool,
    },
}

/// The certificate of one issue.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// The issue.
    pub issue: String,
    /// When this text was made.
    pub issued_at: Time,
    /// The program and its version.
    pub tool: String,
    /// When the issue was resolved; `None` if its deadlines came first.
    pub resolved_at: Option<Time>,
    /// Its artifacts.
    pub artifacts: Vec<CertifiedArtifact>,
    /// When the keys of the issue's pseudonyms were destroyed.
    pub keys_destroyed_at: Vec<Time>,
    /// How many entries the audit log had when this text was made.
    pub audit_entries: u64,
    /// The hash of the last one: a log that does not lead there is not the one that this text speaks of.
    pub audit_head: String,
}

/// One artifact of a certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertifiedArtifact {
    /// Its id.
    #[serde(serialize_with = "as_text")]
    pub id: ArtifactId,
    /// When it was recorded.
    pub registered_at: Time,
    /// When nothing of it remained.
    pub deleted_at: Option<Time>,
    /// Whether its output went to the standard output, of which nothing is known any more.
    pub to_standard_output: bool,
    /// Its copies.
    pub copies: Vec<CertifiedCopy>,
}

/// One copy of a certified artifact.
#[derive(Clone, Debug, Serialize)]
pub struct CertifiedCopy {
    /// What it was.
    pub role: Role,
    /// `deleted`; `missing` (not found, not deleted by us); `left` (observed only, left to its owner).
    pub state: LocationState,
    /// When that was settled.
    pub settled_at: Option<Time>,
    /// Why it was deleted.
    pub cause: Option<Cause>,
    /// How: `unlink`, after a comparison of the whole content.
    pub method: Option<&'static str>,
    /// What may be claimed about it.
    pub assurance: Option<Assurance>,
    /// When its content was last read and compared with the record.
    pub verified_at: Option<Time>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// The SHA-256 of its content, read just before it was deleted.
    pub sha256: Option<String>,
}

impl Ledger {
    /// The certificate of an issue, if everything is done. The whole ledger is verified first, as by
    /// [`Ledger::audit_verify`]; one that contradicts itself certifies nothing.
    pub fn certificate(&self, issue: &str) -> Result<Answer, Error> {
        let hash = self.name_hash(issue)?;
        let now = self.clock.now();
        let mark = self.mark.read(&self.seals);
        self.read(|store| {
            // Proof is given only of records that are what the log tells of.
            if let Some(problem) = audit::verify(store, mark, &self.seals)?.problems.into_iter().next() {
                return Err(Error::Contradiction(problem));
            }
            let unknown = || Error::UnknownIssue(issue.into());
            let row = store.issue_by_name(&hash)?.ok_or_else(unknown)?;
            let artifacts = store.artifacts_of(Some(&row.issue_id))?;
            let keys = store.keys_of(&row.issue_id)?;
            let open: Vec<ArtifactId> = artifacts
                .iter()
                .filter(|artifact| artifact.deleted_at.is_none())
                .map(|artifact| ArtifactId(artifact.artifact_id.clone()))
                .collect();
            let key = keys.iter().any(|key| key.state != KeyState::Destroyed);
            if key || !open.is_empty() {
                return Ok(Answer::NotComplete { artifacts: open, key });
            }
            let mut certified = Vec::new();
            for artifact in artifacts {
                let mut copies = Vec::new();
                let locations = store.locations_of(&artifact.artifact_id)?;
                let has_output = locations.iter().any(|location| location.role == Role::Output);
                for location in locations {
                    if location.state == LocationState::Gone {
                        continue;
                    }
                    let deletions = store.deletions_of(&location.location_id)?;
                    let deletion = deletions.into_iter().find(|deletion| {
                        matches!(
                            deletion.outcome,
                            Some(Outcome::Deleted | Outcome::DeletedWithOther | Outcome::Attested)
                        )
                    });
                    let proof = deletion.as_ref().map(|deletion| self.proof_of(deletion)).transpose()?.flatten();
                    copies.push(CertifiedCopy {
                        role: location.role,
                        state: location.state,
                        settled_at: location.settled_at.map(Time),
                        cause: deletion.as_ref().map(|deletion| deletion.cause),
                        method: deletion.as_ref().map(|_| "unlink"),
                        assurance: deletion.as_ref().and_then(|deletion| deletion.assurance),
                        verified_at: deletion.as_ref().and_then(|deletion| deletion.verified_at).map(Time),
                        size: proof.map(|proof| proof.size.max(0) as u64),
                        sha256: proof.map(|proof| audit::hex(&proof.sha256)),
                    });
                }
                certified.push(CertifiedArtifact {
                    // Only what a run registered has an output at all.
                    to_standard_output: artifact.run_id.is_some() && !has_output,
                    id: ArtifactId(artifact.artifact_id),
                    registered_at: Time(artifact.registered_at),
                    deleted_at: artifact.deleted_at.map(Time),
                    copies,
                });
            }
            let head = store.head()?;
            Ok(Answer::Complete(Certificate {
                issue: issue.into(),
                issued_at: now,
                tool: concat!("scrubjay ", env!("CARGO_PKG_VERSION")).into(),
                resolved_at: row.resolved_at.map(Time),
                artifacts: certified,
                keys_destroyed_at: keys.iter().filter_map(|key| key.destroyed_at.map(Time)).collect(),
                audit_entries: head.seq.max(0) as u64,
                audit_head: audit::hex(&head.hash),
            }))
        })
    }
}
