//! The deletion of many plain files at once: the steps are those of one, and each is done for all of a page before the next
//! begins, so that intents, proofs and ends are three commits for all of them, and a directory is synced once.
//!
//! Plain is what most files are: finished, recorded by content, on this host, held by nobody, with no attempt before this
//! one. What is not plain, and whatever goes wrong on the way, is left to the deletion of single files, which takes up an
//! intent wherever it stands.

use super::act::Step;
use super::codes::{ArtifactState, Cause, Custody, IssueState, LocationState, Outcome, Role};
use super::deletion::DeletionReport;
use super::files::{Claim, Place, Places, Proof, Quarantine};
use super::rows::{ArtifactRow, DeletionRow, LocationRow};
use super::store::Store;
use super::{Error, Ledger, Time, audit, holds};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file that is to go.
struct Plain {
    artifact: ArtifactRow,
    location: LocationRow,
    cause: Cause,
    path: PathBuf,
    claim: Claim,
    place: Place,
}

impl Plain {
    /// The directory that it is in.
    fn parent(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }
}

/// What was met in a page so far.
#[derive(Default)]
struct Seen {
    paths: BTreeSet<Vec<u8>>,
    places: Places,
}

impl Ledger {
    /// Deletes what is due of these artifacts, which no attempt was made on that is not over.
    pub(super) fn sweep_page(
        &self,
        artifact_ids: &[String],
        only: Option<&str>,
        now: Time,
        report: &mut DeletionReport,
    ) -> Result<(), Error> {
        // One by one what is not plain, and all of a dry run, which reads and writes nothing down.
        let mut alone: BTreeSet<&String> = artifact_ids.iter().collect();
        let mut plain = Vec::new();
        if !report.dry_run && artifact_ids.len() > 1 {
            let mut seen = Seen::default();
            self.read(|store| {
                for artifact_id in artifact_ids {
                    if let Some(files) = self.plain(store, artifact_id, only, now, &mut seen)? {
                        alone.remove(artifact_id);
                        plain.extend(files);
                    }
                }
                Ok(())
            })?;
        }
        let told = report.items.len();
        let left = self.delete_plain(&plain, now, report)?;
        for artifact_id in artifact_ids.iter().filter(|id| alone.contains(id) || left.contains(*id)) {
            self.sweep_artifact(artifact_id, only, now, report)?;
        }
        // Told in the order in which they are due, whichever way they went.
        let places: BTreeMap<&str, usize> = artifact_ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        report.items[told..].sort_by_key(|item| places.get(item.artifact.0.as_str()).copied());
        Ok(())
    }

    /// The files of an artifact, if all of them are plain.
    fn plain(
        &self,
        store: &dyn Store,
        artifact_id: &str,
        only: Option<&str>,
        now: Time,
        seen: &mut Seen,
    ) -> Result<Option<Vec<Plain>>, Error> {
        let Some(artifact) = store.artifact(artifact_id)? else { return Ok(None) };
        let Some(issue) = artifact.issue_id.as_deref().map(|issue| store.issue(issue)).transpose()?.flatten() else {
            return Ok(None);
        };
        if !holds::live_holds(store, &artifact)?.is_empty() {
            return Ok(None);
        }
        let mut locations = store.locations_of(artifact_id)?;
        locations.retain(|location| location.custody == Custody::Owned && !location.state.is_settled());
        let is_wanted = only.is_none_or(|only| artifact.issue_id.as_deref() == Some(only));
        if artifact.state != ArtifactState::Active || artifact.due_at > now.0 || !is_wanted || locations.is_empty() {
            return Ok(None);
        }
        let cause = if issue.state == IssueState::Resolved { Cause::Resolved } else { Cause::Deadline };
        let mut files = Vec::with_capacity(locations.len());
        for location in locations {
            let is_plain = location.state == LocationState::Present
                && location.last_error.is_none()
                && location.role != Role::Url
                && location.host.as_deref() == Some(self.me.host())
                && store.open_deletion(&location.location_id)?.is_none();
            let (Some(content), Some(path), true) = (&location.content, self.path_of(&location)?, is_plain) else {
                return Ok(None);
            };
            // Of two records of one path the second has nothing left to do once the first is over.
            if !location.path_hash.as_ref().is_some_and(|hash| seen.paths.insert(hash.clone()))
                || self.is_claimed_by_others(store, &location, &artifact, now)?
            {
                return Ok(None);
            }
            let claim = Claim::Content { size: content.size, digest: content.digest.clone() };
            let place = seen.places.open(&path).and_then(|place| place.look(&claim).map(|()| place));
            let Ok(place) = place else { return Ok(None) };
            files.push(Plain { artifact: artifact.clone(), location, cause, path, claim, place });
        }
        Ok(Some(files))
    }

    /// Carries out the deletions; gives the artifacts that are not over.
    fn delete_plain(&self, plain: &[Plain], now: Time, report: &mut DeletionReport) -> Result<BTreeSet<String>, Error> {
        let mut left = BTreeSet::new();
        if plain.is_empty() {
            return Ok(left);
        }
        let leave = |file: &Plain, left: &mut BTreeSet<String>| {
            left.insert(file.artifact.artifact_id.clone());
        };
        let intended: Vec<Option<DeletionRow>> = self.write_leased(|tx| {
            let mut intended = Vec::with_capacity(plain.len());
            for file in plain {
                let fresh = tx.store.artifact(&file.artifact.artifact_id)?.ok_or(Error::Row("artifact"))?;
                // Held or opened again since it was looked at.
                let is_over = fresh.due_at > now.0 || !holds::live_holds(tx.store, &fresh)?.is_empty();
                intended.push(if is_over { None } else { Some(tx.intend(&file.location, file.cause)?) });
            }
            Ok(intended)
        })?;
        // What is deleted from one directory shares a private one.
        let mut quarantines: BTreeMap<PathBuf, Option<Quarantine>> = BTreeMap::new();
        let mut taken: Vec<(&Plain, DeletionRow, Proof)> = Vec::with_capacity(plain.len());
        for (file, deletion) in plain.iter().zip(intended) {
            let Some(deletion) = deletion else {
                leave(file, &mut left);
                continue;
            };
            self.step(Step::Intended)?;
            if !quarantines.contains_key(file.parent()) {
                let made = file.place.make_quarantine(&self.quarantine_name(&file.path)).ok();
                self.step(Step::QuarantineMade)?;
                quarantines.insert(file.parent().to_path_buf(), made);
            }
            let quarantine = quarantines.get(file.parent()).and_then(Option::as_ref);
            match quarantine.map_or(Ok(None), |quarantine| self.take(file, &deletion, quarantine))? {
                Some(proof) => taken.push((file, deletion, proof)),
                None => leave(file, &mut left),
            }
        }
        // The last look for holds is in the transaction that makes the deletions certain.
        let certain: Vec<bool> = self.write_leased(|tx| {
            let certain = taken
                .iter_mut()
                .map(|(file, deletion, proof)| tx.verified(deletion, *proof, &file.artifact.artifact_id));
            certain.collect()
        })?;
        let mut gone = Vec::with_capacity(taken.len());
        for ((file, deletion, proof), is_certain) in taken.into_iter().zip(certain) {
            if !is_certain {
                leave(file, &mut left);
                continue;
            }
            self.step(Step::Verified)?;
            let quarantine = quarantines.get(file.parent()).and_then(Option::as_ref);
            if quarantine.is_none_or(|quarantine| quarantine.unlink_unsynced(&deletion.deletion_id).is_err()) {
                leave(file, &mut left);
                continue;
            }
            self.step(Step::Unlinked)?;
            gone.push((file, deletion, proof));
        }
        let closed = |quarantine: &Option<Quarantine>| quarantine.as_ref().is_some_and(|made| made.close().is_ok());
        let unsynced: BTreeSet<PathBuf> =
            quarantines.into_iter().filter(|(_, quarantine)| !closed(quarantine)).map(|(path, _)| path).collect();
        gone.retain(|(file, ..)| {
            let is_synced = !unsynced.contains(file.parent());
            if !is_synced {
                leave(file, &mut left);
            }
            is_synced
        });
        self.step(Step::Closed)?;
        let over = self.write_leased(|tx| {
            let mut artifacts = BTreeSet::new();
            for (file, deletion, proof) in &gone {
                tx.confirm(deletion.clone(), Outcome::Deleted, Some(*proof))?;
                artifacts.insert(file.artifact.artifact_id.as_str());
            }
            let mut over = 0;
            for artifact_id in artifacts.into_iter().filter(|id| !left.contains(*id)) {
                over += u64::from(tx.settle_artifact(artifact_id, now)?);
            }
            Ok(over)
        })?;
        for (file, _, proof) in gone {
            let mut item = self.item(&file.artifact, &file.location, file.cause, Outcome::Deleted)?;
            item.size = Some(proof.size.max(0) as u64);
            item.sha256 = Some(audit::hex(&proof.sha256));
            report.push(item);
            self.step(Step::Confirmed)?;
        }
        report.artifacts_deleted += over;
        if over > 0 {
            self.step(Step::ArtifactDeleted)?;
        }
        Ok(left)
    }

    /// Takes a file aside and proves that it is the recorded one; nothing if that did not go as it should, and then the
    /// intent stands.
    fn take(&self, file: &Plain, deletion: &DeletionRow, quarantine: &Quarantine) -> Result<Option<Proof>, Error> {
        let id = &deletion.deletion_id;
        if quarantine.take(&file.place, id).is_err() {
            return Ok(None);
        }
        self.step(Step::Taken)?;
        let proof = quarantine.prove(id, &file.claim, &self.seals).ok();
        Ok(proof.filter(|proof| !self.is_open_elsewhere(*proof)))
    }
}
