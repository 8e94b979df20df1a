//! The deletion of many plain files at once: the steps are those of one, and each is done for all of a page before the next
//! begins, so that intents, proofs and ends are three commits for all of them, and a directory is synced once.
//!
//! Plain is what most files are: finished, recorded by content, on this host, held by nobody, with no attempt before this
//! one. What is not plain, and whatever goes wrong on the way, is left to the deletion of single files, which takes up an
//! intent wherever it stands.

use super::act::Step;
use super::codes::{ArtifactState, Cause, Custody, IssueState, LocationState, Outcome, Role};
use super::deletion::{DeletionItem, DeletionReport};
use super::files::{Claim, Place, Proof, Quarantine};
use super::rows::{ArtifactRow, DeletionRow, LocationRow};
use super::{Error, Ledger, Time, audit, holds};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A file that is to go.
struct Plain {
    artifact: ArtifactRow,
    location: LocationRow,
    cause: Cause,
    path: PathBuf,
    claim: Claim,
    place: Place,
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
            let mut paths = BTreeSet::new();
            for artifact_id in artifact_ids {
                if let Some(files) = self.plain(artifact_id, only, now, &mut paths)? {
                    alone.remove(artifact_id);
                    plain.extend(files);
                }
            }
        }
        let told = report.items.len();
        let left = self.delete_plain(&plain, now, report)?;
        for artifact_id in artifact_ids.iter().filter(|id| alone.contains(id) || left.contains(*id)) {
            self.sweep_artifact(artifact_id, only, now, report)?;
        }
        // Told in the order in which they are due, whichever way they went.
        let place = |item: &DeletionItem| artifact_ids.iter().position(|id| *id == item.artifact.0);
        report.items[told..].sort_by_key(place);
        Ok(())
    }

    /// The files of an artifact, if all of them are plain.
    fn plain(
        &self,
        artifact_id: &str,
        only: Option<&str>,
        now: Time,
        paths: &mut BTreeSet<Vec<u8>>,
    ) -> Result<Option<Vec<Plain>>, Error> {
        let known = self.read(|store| {
            let Some(artifact) = store.artifact(artifact_id)? else { return Ok(None) };
            let issue = artifact.issue_id.as_deref().map(|issue| store.issue(issue)).transpose()?.flatten();
            let is_held = !holds::live_holds(store, &artifact)?.is_empty();
            let Some(issue) = issue.filter(|_| !is_held) else { return Ok(None) };
            let mut locations = store.locations_of(artifact_id)?;
            locations.retain(|location| location.custody == Custody::Owned && !location.state.is_settled());
            for location in &locations {
                if store.open_deletion(&location.location_id)?.is_some() {
                    return Ok(None);
                }
            }
            Ok(Some((artifact, issue, locations)))
        })?;
        let Some((artifact, issue, locations)) = known else { return Ok(None) };
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
                && location.host.as_deref() == Some(self.me.host());
            let (Some(content), Some(path), true) = (&location.content, self.path_of(&location)?, is_plain) else {
                return Ok(None);
            };
            // Of two records of one path the second has nothing left to do once the first is over.
            if !location.path_hash.as_ref().is_some_and(|hash| paths.insert(hash.clone()))
                || self.is_claimed_elsewhere(&location, &artifact, now)?
            {
                return Ok(None);
            }
            let claim = Claim::Content { size: content.size, digest: content.digest.clone() };
            let place = Place::open(&path).and_then(|place| place.look(&claim).map(|()| place));
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
                let is_over = fresh.due_at > now.0 || tx.is_held(&fresh.artifact_id)?;
                intended.push(if is_over { None } else { Some(tx.intend(&file.location, file.cause)?) });
            }
            Ok(intended)
        })?;
        let mut taken: Vec<(&Plain, DeletionRow, Quarantine<'_>, Proof)> = Vec::with_capacity(plain.len());
        for (file, deletion) in plain.iter().zip(intended) {
            let Some(deletion) = deletion else {
                leave(file, &mut left);
                continue;
            };
            self.step(Step::Intended)?;
            match self.take(file, &deletion)? {
                Some((quarantine, proof)) => taken.push((file, deletion, quarantine, proof)),
                None => leave(file, &mut left),
            }
        }
        // The last look for holds is in the transaction that makes the deletions certain.
        let certain: Vec<bool> = self.write_leased(|tx| {
            let certain = taken
                .iter_mut()
                .map(|(file, deletion, _, proof)| tx.verified(deletion, *proof, &file.artifact.artifact_id));
            certain.collect()
        })?;
        let mut gone = Vec::with_capacity(taken.len());
        let mut directories: BTreeMap<PathBuf, &Place> = BTreeMap::new();
        for ((file, deletion, quarantine, proof), is_certain) in taken.into_iter().zip(certain) {
            if !is_certain {
                leave(file, &mut left);
                continue;
            }
            self.step(Step::Verified)?;
            if quarantine.unlink_unsynced().is_err() {
                leave(file, &mut left);
                continue;
            }
            self.step(Step::Unlinked)?;
            if quarantine.close_unsynced().is_err() {
                leave(file, &mut left);
                continue;
            }
            directories.entry(file.path.parent().map(PathBuf::from).unwrap_or_default()).or_insert(&file.place);
            gone.push((file, deletion, proof));
        }
        let unsynced: BTreeSet<PathBuf> =
            directories.into_iter().filter(|(_, place)| place.sync().is_err()).map(|(path, _)| path).collect();
        gone.retain(|(file, ..)| {
            let is_synced = file.path.parent().is_none_or(|parent| !unsynced.contains(parent));
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
    fn take<'a>(&self, file: &'a Plain, deletion: &DeletionRow) -> Result<Option<(Quarantine<'a>, Proof)>, Error> {
        let Ok(quarantine) = file.place.make_quarantine(&deletion.deletion_id) else { return Ok(None) };
        self.step(Step::QuarantineMade)?;
        if quarantine.take().is_err() {
            return Ok(None);
        }
        self.step(Step::Taken)?;
        let proof = quarantine.prove(&file.claim, &self.seals).ok().filter(|proof| !self.is_open_elsewhere(*proof));
        Ok(proof.map(|proof| (quarantine, proof)))
    }
}
