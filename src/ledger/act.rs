//! The act on one location: intent, verification, unlinking, confirmation; and the taking up of what a crash left.

use super::codes::{Cause, Custody, LocationState, Op, Outcome, Role};
use super::deletion::DeletionItem;
use super::files::{self, Claim, Fault, Place, Proof};
use super::rows::{ArtifactRow, DeletionRow, LocationRow};
use super::settle::is_same_copy;
use super::store::Store;
use super::{Error, Ledger, Time, Tx, audit, id};
use crate::failpoint;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// How long a purge waits for another one that has the same file in hand, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// What another purge, which had the same file in hand, has made of it.
enum Other {
    /// There is no other one, or it put the file back.
    None,
    /// It is over: the file is gone, and this location is settled with the other's.
    Deleted,
    /// It takes long.
    Busy,
}

/// How the act on one file ended.
enum Act {
    /// Decided; to be confirmed.
    Done(Outcome, Option<Proof>),
    /// The file could be neither unlinked nor put back; the intent stays open for the next sweep.
    Open(Outcome),
}

macro_rules! steps {
    ($($step:ident = $name:literal,)+) => {
        /// The points of a deletion at which a crash leaves something different behind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Step {
            $(#[doc(hidden)] $step,)+
        }

        impl Step {
            /// Its name as a place where a test may kill the program.
            const fn name(self) -> &'static str {
                match self { $(Step::$step => $name,)+ }
            }
        }
    };
}

steps! {
    Intended = "intended",
    QuarantineMade = "quarantine-made",
    Taken = "taken",
    Verified = "verified",
    Unlinked = "unlinked",
    Closed = "closed",
    Confirmed = "confirmed",
    PutBack = "put-back",
    ArtifactDeleted = "artifact-deleted",
    KeyIntended = "key-intended",
    KeyRemoved = "key-removed",
}

impl Tx<'_> {
    /// Writes down the intent to delete a location.
    pub(super) fn intend(&mut self, location: &LocationRow, cause: Cause) -> Result<DeletionRow, Error> {
        let deletion = DeletionRow {
            deletion_id: id::random()?,
            location_id: location.location_id.clone(),
            cause,
            intended_at: self.now.0,
            verified_at: None,
            confirmed_at: None,
            outcome: None,
            size: None,
            sha256_enc: None,
            assurance: None,
            by_note: None,
            evidence_note: None,
        };
        self.put_deletion(&deletion)?;
        let fields = vec![
            ("cause", cause.word().into()),
            ("deletion", deletion.deletion_id.as_str().into()),
            ("location", location.location_id.as_str().into()),
        ];
        self.log(Op::DeletionIntended, fields)?;
        Ok(deletion)
    }
}

impl Ledger {
    #[allow(clippy::too_many_arguments)] // One call site; a struct would only rename them.
    pub(super) fn delete_location(
        &self,
        artifact: &ArtifactRow,
        location: &LocationRow,
        siblings: &[LocationRow],
        cause: Cause,
        is_wanted: bool,
        now: Time,
        dry_run: bool,
    ) -> Result<DeletionItem, Error> {
        let path = self.path_of(location)?;
        let mut item = self.item(artifact, location, cause, Outcome::Missing)?;
        let claim = match &path {
            _ if location.role == Role::Url => Err(Outcome::Unreachable),
            // Each host answers for its own disks: here another file may stand under that name.
            _ if location.host.as_deref().is_some_and(|host| host != self.me.host()) => Err(Outcome::Unreachable),
            Some(path) => self.claim(artifact, location, siblings, path)?,
            // Blanked without being settled: never written by this version.
            None => return Err(Error::Row("location")),
        };
        let path = path.unwrap_or_default();
        let intent = self.read(|store| store.open_deletion(&location.location_id))?;
        if intent.is_some() && location.host.as_deref().is_some_and(|host| host != self.me.host()) {
            // That host is at it, or will be again.
            item.outcome = Outcome::Unreachable;
            return Ok(item);
        }
        // What was kept before is looked at first: as long as nothing has changed, nothing is written.
        let was_kept = location.last_error.filter(|_| intent.is_none());
        if dry_run || was_kept.is_some() || (intent.is_none() && claim.is_err()) {
            let looked = match &claim {
                Err(outcome) => Err(*outcome),
                Ok(_) if self.is_claimed_elsewhere(location, artifact, now)? => Err(Outcome::SharedWithIssue),
                Ok(claim) => {
                    let proof = Place::open(&path).and_then(|place| place.prove(claim, &self.seals));
                    proof.map_err(|fault| self.outcome(location, &path, fault))
                }
            };
            match looked {
                Ok(proof) if dry_run => {
                    item.outcome = Outcome::WouldDelete;
                    item.size = Some(proof.size.max(0) as u64);
                    item.sha256 = Some(audit::hex(&proof.sha256));
                    return Ok(item);
                }
                Ok(_) => {}
                Err(outcome) => {
                    item.outcome = outcome;
                    if !dry_run && was_kept != Some(outcome) {
                        self.write_leased(|tx| tx.settle(&location.location_id, outcome, cause))?;
                    }
                    return Ok(item);
                }
            }
        }
        let mut deletion = match self.intend(artifact, location, cause, now, is_wanted, intent)? {
            Ok(deletion) => deletion,
            Err(outcome) => {
                item.outcome = outcome;
                if outcome != Outcome::Held {
                    self.write_leased(|tx| tx.settle(&location.location_id, outcome, cause))?;
                }
                return Ok(item);
            }
        };
        self.step(Step::Intended)?;
        let mut done = self.act(&mut deletion, location, &path, claim.clone(), is_wanted)?;
        if matches!(done, Act::Done(Outcome::Missing | Outcome::Gone, None)) {
            // Another purge may have taken it aside, on behalf of another record of the same file.
            match self.wait_for_others(location)? {
                (Other::None, false) => {}
                (Other::None, true) => done = self.act(&mut deletion, location, &path, claim, is_wanted)?,
                (Other::Deleted, _) => {
                    item.outcome = Outcome::DeletedWithOther;
                    return Ok(item);
                }
                (Other::Busy, _) => {
                    item.outcome = Outcome::InUse;
                    return Ok(item);
                }
            }
        }
        match done {
            Act::Open(outcome) => item.outcome = outcome,
            Act::Done(outcome, proof) => {
                item.outcome = outcome;
                item.size = proof.map(|proof| proof.size.max(0) as u64);
                item.sha256 = proof.map(|proof| audit::hex(&proof.sha256));
                self.write_leased(|tx| tx.confirm(deletion, outcome, proof))?;
                self.step(Step::Confirmed)?;
            }
        }
        Ok(item)
    }

    /// Waits while another purge deletes the file of a location on behalf of another record of it, which happens only where
    /// several purges work at once; tells besides whether there was anything to wait for.
    fn wait_for_others(&self, location: &LocationRow) -> Result<(Other, bool), Error> {
        let start = Instant::now();
        let mut has_waited = false;
        loop {
            let (is_over, is_in_hand) = self.read(|store| {
                let now = store.location(&location.location_id)?.ok_or(Error::Row("location"))?;
                let mut is_in_hand = false;
                for other in location.path_hash.as_deref().map_or(Ok(Vec::new()), |hash| store.locations_at(hash))? {
                    is_in_hand |= !other.state.is_settled()
                        && is_same_copy(&other, location)
                        && store.open_deletion(&other.location_id)?.is_some();
                }
                Ok((now.state.is_settled(), is_in_hand))
            })?;
            match (is_over, is_in_hand) {
                (true, _) => return Ok((Other::Deleted, has_waited)),
                (false, false) => return Ok((Other::None, has_waited)),
                (false, true) if start.elapsed() > PATIENCE => return Ok((Other::Busy, has_waited)),
                (false, true) => has_waited = true,
            }
            std::thread::sleep(LOOK);
        }
    }

    /// By what the file of a location is known; or how the attempt ends if it cannot be ours.
    fn claim(
        &self,
        artifact: &ArtifactRow,
        location: &LocationRow,
        siblings: &[LocationRow],
        path: &Path,
    ) -> Result<Result<Claim, Outcome>, Error> {
        if let Some(content) = &location.content {
            return Ok(Ok(Claim::Content { size: content.size, digest: content.digest.clone() }));
        }
        // One that a deletion took aside before a crash does not stand under its name.
        let is_taken = self.read(|store| store.open_deletion(&location.location_id))?.is_some();
        if location.state == LocationState::Superseded && !is_taken {
            // The later record of the path answers for what stands there.
            return Ok(Err(Outcome::Gone));
        }
        match location.role {
            Role::Input => Ok(location.stood.map(Claim::Untouched).ok_or(Outcome::Gone)),
            Role::Output | Role::Temporary => {
                let node = |stood: super::rows::Stood| (stood.dev, stood.ino);
                let stands = files::stands(path).map(|(stood, _)| node(stood));
                let mut is_written = stands.is_some() && stands != location.stood.map(node);
                for sibling in siblings.iter().filter(|_| location.role == Role::Output) {
                    // As long as the temporary file has its own name, the output was not given its final one.
                    if sibling.role == Role::Temporary {
                        let temporary = self.path_of(sibling)?;
                        is_written &= sibling.state != LocationState::Deleted
                            && temporary.is_none_or(|path| files::stands(&path).is_none());
                    }
                }
                if is_written || is_taken {
                    Ok(Ok(Claim::Written { not: location.stood, since_ms: artifact.registered_at }))
                } else {
                    Ok(Err(Outcome::Gone))
                }
            }
            Role::Copy | Role::Url => Err(Error::Row("location")),
        }
    }

    /// What a fault means for a location.
    pub(super) fn outcome(&self, location: &LocationRow, path: &Path, fault: Fault) -> Outcome {
        match fault {
            Fault::Absent => match files::absence(location, path) {
                Fault::Absent if location.state == LocationState::Superseded => Outcome::Gone,
                Fault::Absent if location.content.is_none() && location.role != Role::Input => Outcome::Gone,
                fault => fault.outcome(),
            },
            // Written over by the later run that superseded it.
            Fault::Mismatch if location.state == LocationState::Superseded => Outcome::Gone,
            fault => fault.outcome(),
        }
    }

    /// Whether another issue, which is not due, owns the same file.
    pub(super) fn is_claimed_elsewhere(
        &self,
        location: &LocationRow,
        artifact: &ArtifactRow,
        now: Time,
    ) -> Result<bool, Error> {
        self.read(|store| self.is_claimed_by_others(store, location, artifact, now))
    }

    /// See [`Ledger::is_claimed_elsewhere`].
    pub(super) fn is_claimed_by_others(
        &self,
        store: &dyn Store,
        location: &LocationRow,
        artifact: &ArtifactRow,
        now: Time,
    ) -> Result<bool, Error> {
        let Some(hash) = &location.path_hash else { return Ok(false) };
        for other in store.locations_at(hash)? {
            if other.state.is_settled() || other.custody != Custody::Owned || !is_same_copy(&other, location) {
                continue;
            }
            let owner = store.artifact(&other.artifact_id)?;
            if owner.is_some_and(|owner| {
                owner.issue_id.is_some() && owner.issue_id != artifact.issue_id && owner.due_at > now.0
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Commits the intent to delete a location, or takes up the one that is open; or tells what keeps the file: another
    /// issue that needs it, or a hold that was placed meanwhile.
    fn intend(
        &self,
        artifact: &ArtifactRow,
        location: &LocationRow,
        cause: Cause,
        now: Time,
        is_wanted: bool,
        open: Option<DeletionRow>,
    ) -> Result<Result<DeletionRow, Outcome>, Error> {
        if let Some(deletion) = open {
            return Ok(Ok(deletion));
        }
        debug_assert!(is_wanted, "only an open intent is taken up without being wanted");
        if self.is_claimed_elsewhere(location, artifact, now)? {
            return Ok(Err(Outcome::SharedWithIssue));
        }
        self.write_leased(|tx| {
            if tx.is_held(&artifact.artifact_id)? {
                return Ok(Err(Outcome::Held));
            }
            // The issue may have been opened again since the sweep began.
            let fresh = tx.store.artifact(&artifact.artifact_id)?.ok_or(Error::Row("artifact"))?;
            let cause = if fresh.due_at > now.0 && location.role != Role::Temporary {
                return Err(Error::Busy);
            } else {
                cause
            };
            let deletion = tx.intend(location, cause)?;
            Ok(Ok(deletion))
        })
    }

    /// Takes the file aside, compares it and removes it; or takes up where a crash left this deletion.
    fn act(
        &self,
        deletion: &mut DeletionRow,
        location: &LocationRow,
        path: &Path,
        claim: Result<Claim, Outcome>,
        is_wanted: bool,
    ) -> Result<Act, Error> {
        let failed = |fault| Ok(Act::Done(self.outcome(location, path, fault), None));
        let place = match Place::open(path) {
            Ok(place) => place,
            Err(fault) => return failed(fault),
        };
        let (name, id) = (self.quarantine_name(path), deletion.deletion_id.clone());
        let mut quarantine = match place.quarantine(&name) {
            Ok(quarantine) => quarantine,
            Err(fault) => return failed(fault),
        };
        let holds = match quarantine.as_ref().map_or(Ok(false), |quarantine| quarantine.holds(&id)) {
            Ok(holds) => holds,
            Err(fault) => return Ok(Act::Open(fault.outcome())),
        };
        if !holds {
            if let Some(quarantine) = &quarantine
                && let Err(fault) = quarantine.close()
            {
                return Ok(Act::Open(fault.outcome()));
            }
            if deletion.verified_at.is_some() {
                return Ok(Act::Done(Outcome::Deleted, self.proof_of(deletion)?));
            }
            if !is_wanted {
                return Ok(Act::Done(Outcome::Withdrawn, None));
            }
        }
        let claim = match claim {
            Ok(claim) => claim,
            Err(outcome) => return Ok(Act::Done(outcome, None)),
        };
        if !holds {
            if let Err(fault) = place.look(&claim) {
                return failed(fault);
            }
            let made = match place.make_quarantine(&name) {
                Ok(made) => made,
                Err(fault) => return failed(fault),
            };
            self.step(Step::QuarantineMade)?;
            if let Err(fault) = made.take(&place, &id) {
                // As long as the directory stands, or the file may be in it, the attempt is not over.
                let is_over = matches!(made.holds(&id), Ok(false)) && made.close().is_ok();
                return if is_over { failed(fault) } else { Ok(Act::Open(fault.outcome())) };
            }
            self.step(Step::Taken)?;
            quarantine = Some(made);
        }
        let Some(quarantine) = quarantine else { return Ok(Act::Open(Outcome::Failed)) };
        // An act that had got so far as to be verified is brought to its end, wanted or not.
        let proof = if is_wanted || deletion.verified_at.is_some() {
            quarantine.prove(&id, &claim, &self.seals).map_err(|fault| self.outcome(location, path, fault))
        } else {
            Err(Outcome::Withdrawn)
        };
        let proof = match proof {
            // Nobody opens it by its name any more; who has it open would go on reading it.
            Ok(proof) if self.is_open_elsewhere(proof) => Err(Outcome::InUse),
            // The last look for holds is in the transaction that makes the deletion certain.
            Ok(proof) => match self.write_leased(|tx| tx.verified(deletion, proof, &location.artifact_id))? {
                true => Ok(proof),
                false => Err(Outcome::Held),
            },
            Err(outcome) => Err(outcome),
        };
        match proof {
            Err(outcome) => {
                if deletion.verified_at.is_some() {
                    self.write_leased(|tx| tx.unverify(deletion))?;
                }
                if quarantine.put_back(&place, &id).is_err() {
                    return Ok(Act::Open(outcome));
                }
                self.step(Step::PutBack)?;
                Ok(Act::Done(outcome, None))
            }
            Ok(proof) => {
                self.step(Step::Verified)?;
                if let Err(fault) = quarantine.unlink(&id) {
                    return Ok(Act::Open(fault.outcome()));
                }
                self.step(Step::Unlinked)?;
                if let Err(fault) = quarantine.close() {
                    return Ok(Act::Open(fault.outcome()));
                }
                self.step(Step::Closed)?;
                Ok(Act::Done(Outcome::Deleted, Some(proof)))
            }
        }
    }

    /// How the private directory beside a file is called: nobody else can tell before it is there.
    pub(super) fn quarantine_name(&self, path: &Path) -> String {
        let parent = path.parent().unwrap_or(Path::new("/"));
        let hash = self.seals.lookup("quarantine", parent.as_os_str().as_bytes());
        files::quarantine_name(&audit::hex(&hash[..13]))
    }

    pub(super) fn is_open_elsewhere(&self, proof: Proof) -> bool {
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        handles.holds(proof.dev, proof.ino)
    }

    /// What was read before a file was unlinked, as it was committed then.
    pub(super) fn proof_of(&self, deletion: &DeletionRow) -> Result<Option<Proof>, Error> {
        let (Some(sealed), Some(size)) = (&deletion.sha256_enc, deletion.size) else { return Ok(None) };
        let bytes = self.seals.open("deletion.sha256", &deletion.deletion_id, sealed)?;
        let sha256 = bytes.try_into().map_err(|_| Error::Row("deletion"))?;
        Ok(Some(Proof { size, sha256, dev: 0, ino: 0 }))
    }

    /// Stops here if a test says so: by a signal, or within this process as a crash would, without cleaning up.
    pub(super) fn step(&self, step: Step) -> Result<(), Error> {
        failpoint::reach(step.name());
        #[cfg(test)]
        if let Some(at) = &*self.at.lock().unwrap_or_else(PoisonError::into_inner) {
            at(step);
        }
        #[cfg(test)]
        if *self.stop.lock().unwrap_or_else(PoisonError::into_inner) == Some(step) {
            return Err(Error::Stopped(step));
        }
        Ok(())
    }
}
