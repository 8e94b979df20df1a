//! How a deletion is written down: the ends of attempts on locations and keys, each with its entry in the log.

use super::codes::{ArtifactState, Assurance, Cause, IssueState, KeyState, LocationState, Op, Outcome};
use super::files::Proof;
use super::rows::{DeletionRow, KeyRow, LocationRow};
use super::{Error, Time, Tx, id};

impl LocationRow {
    /// Ends the life of a location: what tells where it stood is blanked.
    pub(super) fn settle(&mut self, state: LocationState, now: Time) {
        self.state = state;
        self.settled_at = Some(now.0);
        self.last_error = None;
        (self.path_enc, self.path_hash) = (None, None);
    }
}

impl Tx<'_> {
    /// Writes down how an attempt on a location ended; the log tells of it in one entry.
    pub(super) fn settle(&mut self, location_id: &str, outcome: Outcome, cause: Cause) -> Result<(), Error> {
        let Some(mut location) = self.store.location(location_id)? else { return Err(Error::Row("location")) };
        let op = match outcome.state() {
            Some(state) if state.is_settled() => {
                location.settle(state, self.now);
                if state == LocationState::Deleted { Op::LocationDeleted } else { Op::LocationSettled }
            }
            state => {
                location.state = state.unwrap_or(location.state);
                location.last_error = Some(outcome).filter(|outcome| outcome.is_kept());
                Op::LocationKept
            }
        };
        self.put_location(&location)?;
        let fields = vec![
            ("artifact", location.artifact_id.into()),
            ("cause", cause.word().into()),
            ("location", location_id.into()),
            ("outcome", outcome.word().into()),
        ];
        self.log(op, fields)
    }

    /// Commits that the file in quarantine is the recorded one, with what the certificate needs of it.
    pub(super) fn verified(&mut self, deletion: &mut DeletionRow, proof: Proof) -> Result<(), Error> {
        deletion.verified_at = Some(self.now.0);
        deletion.size = Some(proof.size);
        deletion.sha256_enc = Some(self.seals.seal("deletion.sha256", &deletion.deletion_id, &proof.sha256)?);
        self.put_deletion(deletion)?;
        self.log(Op::DeletionVerified, vec![("deletion", deletion.deletion_id.as_str().into())])
    }

    /// Takes that back: the file changed while a crash had left it in quarantine.
    pub(super) fn unverify(&mut self, deletion: &mut DeletionRow) -> Result<(), Error> {
        (deletion.verified_at, deletion.size, deletion.sha256_enc) = (None, None, None);
        self.put_deletion(deletion)?;
        self.log(Op::DeletionUnverified, vec![("deletion", deletion.deletion_id.as_str().into())])
    }

    /// Ends an attempt: the location is settled or kept, and so are other records of the same path and content.
    pub(super) fn confirm(
        &mut self,
        mut deletion: DeletionRow,
        outcome: Outcome,
        proof: Option<Proof>,
    ) -> Result<(), Error> {
        let location = self.store.location(&deletion.location_id)?.ok_or(Error::Row("location"))?;
        deletion.confirmed_at = Some(self.now.0);
        deletion.outcome = Some(outcome);
        deletion.assurance = Some(Assurance::UnlinkOnly).filter(|_| outcome == Outcome::Deleted);
        self.put_deletion(&deletion)?;
        self.settle(&deletion.location_id, outcome, deletion.cause)?;
        let (Outcome::Deleted, Some(hash), Some(proof)) = (outcome, &location.path_hash, proof) else { return Ok(()) };
        for other in self.store.locations_at(hash)? {
            let is_busy = self.store.open_deletion(&other.location_id)?.is_some();
            if other.state.is_settled() || is_busy || !is_same_copy(&other, &location) {
                continue;
            }
            let deletion_id = id::random()?;
            self.put_deletion(&DeletionRow {
                sha256_enc: Some(self.seals.seal("deletion.sha256", &deletion_id, &proof.sha256)?),
                location_id: other.location_id.clone(),
                outcome: Some(Outcome::DeletedWithOther),
                deletion_id,
                ..deletion.clone()
            })?;
            self.settle(&other.location_id, Outcome::DeletedWithOther, deletion.cause)?;
        }
        Ok(())
    }

    /// Marks a key for destruction if nothing of its issue is held any more; true if it is marked.
    pub(super) fn intend_key(&mut self, key: &KeyRow) -> Result<bool, Error> {
        let Some(mut key) = self.store.key(&key.key_id)? else { return Ok(false) };
        match key.state {
            KeyState::DestroyIntended => return Ok(true),
            KeyState::Destroyed => return Ok(false),
            KeyState::Live => {}
        }
        let issue = self.store.issue(&key.issue_id)?.ok_or(Error::Row("issue"))?;
        let (all, held) = self.store.count_held(&key.issue_id)?;
        for artifact in self.store.artifacts_of(Some(&key.issue_id))? {
            // An artifact is said to be deleted when all its copies are settled; a record that says otherwise was edited.
            let locations = self.store.locations_of(&artifact.artifact_id)?;
            let open = locations.iter().find(|location| !location.state.is_settled());
            if let (ArtifactState::Deleted, Some(location)) = (artifact.state, open) {
                let (artifact, location) = (artifact.artifact_id, &location.location_id);
                let what = format!("artifact {artifact} is said to be deleted, its location {location} is not");
                return Err(Error::Contradiction(what));
            }
        }
        let is_over = held == 0 && (all > 0 || issue.state == IssueState::Resolved);
        // A key that was made after everything was deleted belongs to a run that has not registered yet.
        let is_fresh = issue.state == IssueState::Open && self.now.0.saturating_sub(key.created_at) < FRESH_MS;
        if !is_over || is_fresh {
            return Ok(false);
        }
        key.state = KeyState::DestroyIntended;
        let fields = vec![("issue", key.issue_id.as_str().into()), ("key", key.key_id.as_str().into())];
        self.put_key(&key)?;
        self.log(Op::KeyDestroyIntended, fields)?;
        Ok(true)
    }

    /// Writes down that a key is out of the keystore; gives the sealed name of its issue.
    pub(super) fn confirm_key(&mut self, key_id: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(mut key) = self.store.key(key_id)? else { return Ok(None) };
        key.state = KeyState::Destroyed;
        key.destroyed_at = Some(self.now.0);
        let fields = vec![("issue", key.issue_id.as_str().into()), ("key", key_id.into())];
        self.put_key(&key)?;
        self.log(Op::KeyDestroyed, fields)?;
        Ok(self.store.issue(&key.issue_id)?.map(|issue| issue.name_enc))
    }
}

/// How long the key of an open issue without artifacts is left to the run that asked for it: one hour.
const FRESH_MS: i64 = 60 * 60 * 1000;

/// Whether two locations of one path speak of the same file.
pub(super) fn is_same_copy(one: &LocationRow, other: &LocationRow) -> bool {
    one.location_id != other.location_id
        && match (&one.content, &other.content) {
            (Some(one), Some(other)) => one == other,
            // One of the two runs did not finish; the file that stood there may tell.
            _ => one.stood.is_some() && one.stood == other.stood,
        }
}
