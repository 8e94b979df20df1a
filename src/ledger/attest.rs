//! Copies that we cannot reach: a person deletes them, and attests it.

use super::codes::{Assurance, Cause, Custody, LocationState, Op, Outcome, Role};
use super::deletion::DeletionReport;
use super::holds::customer_of;
use super::rows::DeletionRow;
use super::{Error, Ledger, Time, id, notes};
use crate::artifact::ArtifactId;
use serde::Serialize;

/// What a confirmation did.
#[derive(Clone, Debug, Serialize)]
pub struct Confirmed {
    /// The artifact of which it was a copy.
    #[serde(serialize_with = "super::status::as_text")]
    pub artifact: ArtifactId,
    /// Its owned copies that are not settled yet.
    pub remaining: u64,
    /// When those are due.
    pub due_at: Time,
    /// Whether nothing of the artifact remains now.
    pub artifact_deleted: bool,
    /// Issues whose key went with it.
    pub keys_destroyed: Vec<String>,
}

impl Ledger {
    /// Records that a person saw to the deletion of a copy that cannot be reached from here: an address, a file on
    /// another host, a file system that is not mounted. Name and evidence are sealed; the certificate shows them, and
    /// calls the copy a `remote-claim`.
    pub fn confirm(&self, location: &str, by: &str, evidence: &str) -> Result<Confirmed, Error> {
        let location_id = location.to_ascii_lowercase();
        let refuse = |why| Error::NotConfirmable { location: location.into(), why };
        let artifact = self.write(|tx| {
            let row = tx.store.location(&location_id)?;
            let mut row = row.ok_or_else(|| Error::UnknownLocation(location.into()))?;
            let is_elsewhere = row.host.as_deref().is_some_and(|host| host != tx.me.host());
            let is_out_of_reach = row.role == Role::Url || row.state == LocationState::Unreachable || is_elsewhere;
            if row.state.is_settled() {
                return Err(refuse("it is settled already"));
            }
            if row.custody == Custody::Observed {
                return Err(refuse("it is only observed, so nothing is owed"));
            }
            if !is_out_of_reach {
                return Err(refuse("it can be reached from here: `scrubjay purge` deletes it when it is due"));
            }
            let artifact = tx.store.artifact(&row.artifact_id)?.ok_or(Error::Row("artifact"))?;
            let customer = customer_of(tx.store, &artifact)?;
            let ([by_note, evidence_note], commitments) = tx.notes(customer.as_deref(), [by, evidence])?;
            let open = tx.store.open_deletion(&location_id)?;
            let deletion = DeletionRow {
                deletion_id: open.as_ref().map_or_else(id::random, |open| Ok(open.deletion_id.clone()))?,
                location_id: location_id.clone(),
                cause: Cause::Operator,
                intended_at: open.map_or(tx.now.0, |open| open.intended_at),
                verified_at: None,
                confirmed_at: Some(tx.now.0),
                outcome: Some(Outcome::Attested),
                size: None,
                sha256_enc: None,
                assurance: Some(Assurance::RemoteClaim),
                by_note: Some(by_note),
                evidence_note: Some(evidence_note),
            };
            tx.put_deletion(&deletion)?;
            row.settle(LocationState::Attested, tx.now);
            tx.put_location(&row)?;
            let fields = vec![
                ("artifact", row.artifact_id.as_str().into()),
                ("deletion", deletion.deletion_id.into()),
                ("location", location_id.into()),
                (notes::NOTES, commitments),
            ];
            tx.log(Op::LocationAttested, fields)?;
            Ok(artifact)
        })?;
        let mut report = DeletionReport::default();
        let now = self.clock.now();
        let file = self.home.file("deletion.lock")?;
        // A purge that is at work settles it as well, or the next one does.
        let is_free = self.store().is_shared() || file.try_lock().is_ok();
        let artifact_deleted = is_free && self.settle_artifact(&artifact.artifact_id, now)?;
        if artifact_deleted {
            self.destroy_keys(artifact.issue_id.as_deref(), &mut report)?;
            self.seal_log()?;
        }
        let locations = self.read(|store| store.locations_of(&artifact.artifact_id))?;
        let is_open =
            |location: &&super::LocationRow| location.custody == Custody::Owned && !location.state.is_settled();
        Ok(Confirmed {
            remaining: locations.iter().filter(is_open).count() as u64,
            due_at: Time(artifact.due_at),
            artifact: ArtifactId(artifact.artifact_id),
            artifact_deleted,
            keys_destroyed: report.keys_destroyed,
        })
    }
}
