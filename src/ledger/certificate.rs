//! The proof of deletion of one issue: what was deleted, when and how, and what was not.
//!
//! It names artifacts by their random ids and copies by their SHA-256: names and paths are blanked by then. It is issued
//! only when nothing is left to be done; this function decides that, so that no caller can forget to.

use super::codes::{Assurance, Cause, KeyState, LocationState, Op, Outcome, Role};
use super::merkle::{self, Frontier};
use super::proof::{self, LogProof};
use super::status::as_text;
use super::{Error, Ledger, Time, audit, id, notes};
use crate::artifact::ArtifactId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

/// Whether there is a certificate for an issue.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Everything that was owned is deleted or gone, and the key is destroyed.
    Complete(Box<Certificate>),
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
    /// When the last backup that may hold a copy, or the key, expires, by the issue's policy.
    pub effective_at: Option<Time>,
    /// The issue's policy and its version.
    pub policy: String,
    /// A random number, without which nobody can guess the text from its digest in the audit log.
    pub nonce: String,
    /// The proof that the ledger issued this text: the digest of all above is an entry of its signed log.
    pub proof: Option<LogProof>,
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
    /// Who attests that it is gone, if it could not be reached.
    pub attested_by: Option<String>,
    /// How that person knows.
    pub evidence: Option<String>,
}

impl Ledger {
    /// The certificate of an issue, if everything is done. The whole ledger is verified first, as by
    /// [`Ledger::audit_verify`]; one that contradicts itself certifies nothing.
    pub fn certificate(&self, issue: &str) -> Result<Answer, Error> {
        // Proof is given only of records that are what the log tells of.
        if let Some(problem) = self.audit_verify()?.problems.into_iter().next() {
            return Err(Error::Contradiction(problem));
        }
        let answer = self.collect(issue)?;
        let Answer::Complete(mut certificate) = answer else { return Ok(answer) };
        certificate.proof = Some(self.prove(&certificate)?);
        Ok(Answer::Complete(certificate))
    }

    /// Enters the digest of a certificate into the log, signs the log, and proves that the entry is in it.
    fn prove(&self, certificate: &Certificate) -> Result<LogProof, Error> {
        let digest = proof::digest(certificate).ok_or(Error::Row("audit_event"))?;
        let hash = self.name_hash(&certificate.issue)?;
        let seq = self.write(|tx| {
            let row = tx.store.issue_by_name(&hash)?.ok_or_else(|| Error::UnknownIssue(certificate.issue.clone()))?;
            let fields = vec![("certificate", digest.into()), ("issue", row.issue_id.into())];
            tx.log(Op::CertificateIssued, fields)?;
            tx.seq()
        })?;
        let (mut leaves, mut tree, mut entry) = (Vec::new(), Frontier::default(), String::new());
        self.read(|store| {
            loop {
                let events = store.events(leaves.len() as i64, 1000)?;
                if events.is_empty() {
                    return Ok(());
                }
                for event in events {
                    leaves.push(merkle::leaf(&event.body));
                    tree.push(merkle::leaf(&event.body));
                    if event.seq == seq {
                        entry = event.body;
                    }
                }
            }
        })?;
        let now = self.clock.now();
        self.checkpoints.write(&tree, now)?;
        let index = seq.saturating_sub(1).max(0) as u64;
        Ok(LogProof {
            entry,
            index,
            inclusion: merkle::prove(index as usize, &leaves).iter().map(|hash| BASE64.encode(hash)).collect(),
            checkpoint: self.checkpoints.sign(&tree, now),
            key: self.checkpoints.public().to_string(),
        })
    }

    /// What a certificate says, without its proof.
    fn collect(&self, issue: &str) -> Result<Answer, Error> {
        let hash = self.name_hash(issue)?;
        let now = self.clock.now();
        self.read(|store| {
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
            let note = |note_id: &str| notes::text(store, &self.seals, note_id);
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
                        attested_by: deletion
                            .as_ref()
                            .and_then(|deletion| deletion.by_note.as_deref())
                            .map(note)
                            .transpose()?
                            .flatten(),
                        evidence: deletion
                            .as_ref()
                            .and_then(|deletion| deletion.evidence_note.as_deref())
                            .map(note)
                            .transpose()?
                            .flatten(),
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
            let policy = store.policy(&row.policy_id, row.policy_version)?;
            let ends = keys.iter().filter_map(|key| key.destroyed_at);
            let last = ends.chain(certified.iter().filter_map(|artifact| artifact.deleted_at.map(|at| at.0))).max();
            Ok(Answer::Complete(Box::new(Certificate {
                issue: issue.into(),
                issued_at: now,
                tool: concat!("scrubjay ", env!("CARGO_PKG_VERSION")).into(),
                resolved_at: row.resolved_at.map(Time),
                artifacts: certified,
                keys_destroyed_at: keys.iter().filter_map(|key| key.destroyed_at.map(Time)).collect(),
                effective_at: last.map(|at| Time(at).plus(policy.backup_ms)),
                policy: format!("{} (version {})", policy.policy_id, policy.version),
                nonce: id::random()?,
                proof: None,
            })))
        })
    }
}
