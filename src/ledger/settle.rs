//! How a deletion is written down: the ends of attempts on locations, each with its entry in the log.

use super::codes::{Assurance, Cause, LocationState, Op, Outcome, Role};
use super::files::Proof;
use super::rows::{DeletionRow, LocationRow, Stood};
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
        // A person may have attested it meanwhile.
        if location.state.is_settled() {
            return Ok(());
        }
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

    /// Commits that the file in quarantine is the recorded one, with what the certificate needs of it; unless a hold was
    /// placed meanwhile, which is false. From here on a hold comes too late.
    pub(super) fn verified(
        &mut self,
        deletion: &mut DeletionRow,
        proof: Proof,
        artifact_id: &str,
    ) -> Result<bool, Error> {
        if deletion.verified_at.is_none() && self.is_held(artifact_id)? {
            return Ok(false);
        }
        deletion.verified_at = Some(self.now.0);
        deletion.size = Some(proof.size);
        deletion.sha256_enc = Some(self.seals.seal("deletion.sha256", &deletion.deletion_id, &proof.sha256)?);
        self.put_deletion(deletion)?;
        self.log(Op::DeletionVerified, vec![("deletion", deletion.deletion_id.as_str().into())])?;
        Ok(true)
    }

    /// Takes that back: the file changed while a crash had left it in quarantine.
    pub(super) fn unverify(&mut self, deletion: &mut DeletionRow) -> Result<(), Error> {
        (deletion.verified_at, deletion.size, deletion.sha256_enc) = (None, None, None);
        self.put_deletion(deletion)?;
        self.log(Op::DeletionUnverified, vec![("deletion", deletion.deletion_id.as_str().into())])
    }

    /// Ends an attempt: the location is settled or kept, and so are other records of the same path and content. An attempt
    /// that another one has ended meanwhile is over already.
    pub(super) fn confirm(
        &mut self,
        mut deletion: DeletionRow,
        outcome: Outcome,
        proof: Option<Proof>,
    ) -> Result<(), Error> {
        let location = self.store.location(&deletion.location_id)?.ok_or(Error::Row("location"))?;
        let open = self.store.open_deletion(&deletion.location_id)?;
        if open.is_none_or(|open| open.deletion_id != deletion.deletion_id) {
            return Ok(());
        }
        deletion.confirmed_at = Some(self.now.0);
        deletion.outcome = Some(outcome);
        deletion.assurance = Some(Assurance::UnlinkOnly).filter(|_| outcome == Outcome::Deleted);
        self.put_deletion(&deletion)?;
        self.settle(&deletion.location_id, outcome, deletion.cause)?;
        let (Outcome::Deleted, Some(hash), Some(proof)) = (outcome, &location.path_hash, proof) else { return Ok(()) };
        for other in self.store.locations_at(hash)? {
            if other.state.is_settled() || !is_same_copy(&other, &location) {
                continue;
            }
            // Another purge may have intended it, and looks for the file in vain; the file was in one hand only.
            let deletion_id = match self.store.open_deletion(&other.location_id)? {
                Some(open) => open.deletion_id,
                None => id::random()?,
            };
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
}

/// What stood there at registration, as far as that is still known.
fn before(location: &LocationRow) -> Option<Stood> {
    location.stood.filter(|_| location.role != Role::Output || location.content.is_none())
}

/// Whether two locations of one path speak of the same file.
pub(super) fn is_same_copy(one: &LocationRow, other: &LocationRow) -> bool {
    one.location_id != other.location_id
        && match (&one.content, &other.content) {
            (Some(one), Some(other)) => one == other,
            // One of the two runs did not finish; the file that stood there may tell. Of a finished output it is known what
            // was made, no longer what stood there before.
            _ => before(one).is_some() && before(one) == before(other),
        }
}
