//! The act: one function deletes, whoever asks for it, and every deletion is written down before and after.
//!
//! For each location: an *intent* is committed; the file is taken into a private directory beside it, read in full and
//! compared; that it was the recorded one is committed (*verified*, with its SHA-256 for the certificate); it is unlinked
//! and the directories are synced; the end is committed (*confirmed*), and the sealed path is blanked in the same
//! transaction. A crash anywhere leaves an intent without an end, which the next sweep takes up: a file that is found in
//! the private directory is decided about again; one that was verified and is not there any more was unlinked by us.
//!
//! The key of an issue goes last, when every artifact of the issue is deleted. While one copy could not be deleted, the
//! key stays: it opens nothing by itself, and the pseudonyms in the copy that remains are still of use to whoever has to
//! find out what it is.

use super::codes::{ArtifactState, Cause, Custody, IssueState, KeyState, LocationState, Op, Outcome, Role};
use super::files::{self, Claim, Fault, Place, Proof};
use super::rows::{ArtifactRow, DeletionRow, LocationRow};
use super::settle::is_same_copy;
use super::{Error, Ledger, Time, audit, id, retention};
use crate::artifact::ArtifactId;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How to resolve an issue.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResolveOptions {
    /// Milliseconds to wait before the deletion; `None` for the policy's grace (by default none).
    pub grace_ms: Option<i64>,
    /// Look and report, change nothing.
    pub dry_run: bool,
}

/// How to purge.
#[derive(Clone, Copy, Debug, Default)]
pub struct PurgeOptions {
    /// Look and report, change nothing.
    pub dry_run: bool,
}

/// What became of one location.
#[derive(Clone, Debug, Serialize)]
pub struct DeletionItem {
    /// The artifact that it is a copy of.
    #[serde(serialize_with = "super::status::as_text")]
    pub artifact: ArtifactId,
    /// What the copy is.
    pub role: Role,
    /// Where it stood, or stands.
    pub path: Option<PathBuf>,
    /// Why it was due.
    pub cause: Cause,
    /// How the attempt ended.
    pub outcome: Outcome,
    /// Its size in bytes, where it was read.
    pub size: Option<u64>,
    /// The SHA-256 of its content in hexadecimal, where it was read.
    pub sha256: Option<String>,
}

/// What a resolve or a purge did, or would do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DeletionReport {
    /// Nothing was changed.
    pub dry_run: bool,
    /// One item for each location that was due.
    pub items: Vec<DeletionItem>,
    /// Artifacts that are due, and are being worked on by a run that lives; a later purge takes them.
    #[serde(serialize_with = "super::status::as_texts")]
    pub running: Vec<ArtifactId>,
    /// Artifacts whose run was found dead.
    #[serde(serialize_with = "super::status::as_texts")]
    pub interrupted: Vec<ArtifactId>,
    /// Artifacts of which nothing remains.
    pub artifacts_deleted: u64,
    /// Issues whose key was destroyed.
    pub keys_destroyed: Vec<String>,
    /// The moment until which a grace postpones the deletion.
    pub postponed_until: Option<Time>,
    /// A reader kept the database's log from being emptied: overwritten values may stand in it until the next purge.
    pub log_not_emptied: bool,
}

impl DeletionReport {
    /// Whether something that is due may remain.
    pub fn is_incomplete(&self) -> bool {
        !self.running.is_empty() || self.items.iter().any(|item| item.outcome.is_kept())
    }
}

/// The points at which a crash leaves something different behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    #[doc(hidden)]
    Intended,
    #[doc(hidden)]
    QuarantineMade,
    #[doc(hidden)]
    Taken,
    #[doc(hidden)]
    Verified,
    #[doc(hidden)]
    Unlinked,
    #[doc(hidden)]
    Closed,
    #[doc(hidden)]
    Confirmed,
    #[doc(hidden)]
    PutBack,
    #[doc(hidden)]
    ArtifactDeleted,
    #[doc(hidden)]
    KeyIntended,
    #[doc(hidden)]
    KeyRemoved,
}

/// How the act on one file ended.
enum Act {
    /// Decided; to be confirmed.
    Done(Outcome, Option<Proof>),
    /// The file could be neither unlinked nor put back; the intent stays open for the next sweep.
    Open(Outcome),
}

impl Ledger {
    /// Marks an issue as resolved and, unless a grace postpones it, deletes every owned copy of its artifacts.
    ///
    /// Resolving again takes up what remained. A dry run reports what would be done at the end of the grace.
    pub fn resolve(&self, issue: &str, options: ResolveOptions) -> Result<DeletionReport, Error> {
        let hash = self.name_hash(issue)?;
        let unknown = || Error::UnknownIssue(issue.into());
        if options.dry_run {
            let row = self.read(|store| store.issue_by_name(&hash))?.ok_or_else(unknown)?;
            return self.sweep(Some(&row.issue_id), true);
        }
        let (issue_id, postponed_until) = self.write(|tx| {
            let mut row = tx.store.issue_by_name(&hash)?.ok_or_else(unknown)?;
            let policy = tx.store.policy(&row.policy_id, row.policy_version)?;
            let grace = options.grace_ms.unwrap_or(policy.grace_ms);
            let mut postponed_until = None;
            let mut changed = row.state != IssueState::Resolved;
            for mut artifact in tx.store.artifacts_of(Some(&row.issue_id))? {
                if artifact.state == ArtifactState::Deleted {
                    continue;
                }
                let due = retention::due_when_resolved(tx.now, grace, Time(artifact.hard_deadline));
                // What is due already stays due: otherwise every retry would be a change.
                if artifact.due_at > tx.now.0 && artifact.due_at != due.0 {
                    artifact.due_at = due.0;
                    tx.put_artifact(&artifact)?;
                    changed = true;
                }
                if artifact.due_at > tx.now.0 {
                    postponed_until = postponed_until.max(Some(Time(artifact.due_at)));
                }
            }
            if changed {
                row.state = IssueState::Resolved;
                row.resolved_at = row.resolved_at.or(Some(tx.now.0));
                tx.put_issue(&row)?;
                let fields = vec![("grace_ms", grace.into()), ("issue", row.issue_id.as_str().into())];
                tx.log(Op::IssueResolved, fields)?;
            }
            Ok((row.issue_id, postponed_until))
        })?;
        Ok(DeletionReport { postponed_until, ..self.sweep(Some(&issue_id), false)? })
    }

    /// Carries out every deletion that is due: of resolved issues, of artifacts past their deadline, of temporary files
    /// that a dead run left, and of everything that a crash interrupted.
    pub fn purge(&self, options: PurgeOptions) -> Result<DeletionReport, Error> {
        self.sweep(None, options.dry_run)
    }

    /// The one way to a deletion. With an issue, only its artifacts are looked at; a dry run for an issue takes all of
    /// them as due.
    fn sweep(&self, issue_id: Option<&str>, dry_run: bool) -> Result<DeletionReport, Error> {
        let file = self.home.file("deletion.lock")?;
        if !dry_run && file.try_lock().is_err() {
            return Err(Error::Busy);
        }
        let mut report = DeletionReport { dry_run, ..DeletionReport::default() };
        let now = self.clock.now();
        for artifact_id in self.read(|store| {
            let mut seen = BTreeSet::new();
            let mut ids = Vec::new();
            for deletion in store.open_deletions()? {
                ids.extend(store.location(&deletion.location_id)?.map(|location| location.artifact_id));
            }
            ids.extend(store.due(now.0)?);
            ids.extend(store.unfinished()?);
            if let Some(issue_id) = issue_id.filter(|_| dry_run) {
                ids.extend(store.artifacts_of(Some(issue_id))?.into_iter().map(|artifact| artifact.artifact_id));
            }
            ids.retain(|artifact_id| seen.insert(artifact_id.clone()));
            Ok(ids)
        })? {
            self.sweep_artifact(&artifact_id, issue_id, now, &mut report)?;
        }
        if !dry_run {
            self.destroy_keys(issue_id, &mut report)?;
            report.log_not_emptied = !self.store().empty_log()?;
            let head = self.read(|store| store.head())?;
            self.mark.advance(&self.seals, &head, true)?;
        }
        Ok(report)
    }

    fn sweep_artifact(
        &self,
        artifact_id: &str,
        only: Option<&str>,
        now: Time,
        report: &mut DeletionReport,
    ) -> Result<(), Error> {
        let dry_run = report.dry_run;
        let id = || ArtifactId(artifact_id.to_string());
        let Some((artifact, issue, run, locations)) = self.read(|store| {
            let Some(artifact) = store.artifact(artifact_id)? else { return Ok(None) };
            let issue = artifact.issue_id.as_deref().map(|issue| store.issue(issue)).transpose()?.flatten();
            let run = artifact.run_id.as_deref().map(|run| store.run(run)).transpose()?.flatten();
            let locations = store.locations_of(artifact_id)?;
            Ok(Some((artifact, issue, run, locations)))
        })?
        else {
            return Ok(());
        };
        if only.is_some() && only != artifact.issue_id.as_deref() {
            return Ok(());
        }
        let as_if_resolved = dry_run && only.is_some();
        let is_due =
            issue.is_some() && artifact.state != ArtifactState::Deleted && (artifact.due_at <= now.0 || as_if_resolved);
        let is_registered = artifact.state == ArtifactState::Registered;
        if is_registered && run.is_some_and(|run| self.me.sees_alive(&run, now)) {
            if is_due {
                report.running.push(id());
            }
            return Ok(());
        }
        if is_registered {
            report.interrupted.push(id());
            if !dry_run {
                self.mark_interrupted(artifact_id)?;
            }
        }
        let is_resolved = as_if_resolved || issue.is_some_and(|issue| issue.state == IssueState::Resolved);
        for location in &locations {
            let cause = match (is_due, is_resolved) {
                (false, _) => Cause::Orphan,
                (true, true) => Cause::Resolved,
                (true, false) => Cause::Deadline,
            };
            let is_wanted = location.custody == Custody::Owned
                && !location.state.is_settled()
                && (is_due || location.role == Role::Temporary);
            let has_intent = self.read(|store| store.open_deletion(&location.location_id))?.is_some();
            if !is_wanted && !has_intent {
                continue;
            }
            // A sibling of the same path and content may have settled it since.
            let Some(location) = self.read(|store| store.location(&location.location_id))? else { continue };
            if location.state.is_settled() && !has_intent {
                continue;
            }
            let item = self.delete_location(&artifact, &location, &locations, cause, is_wanted, now, dry_run)?;
            report.items.push(item);
        }
        if is_due && !dry_run && self.settle_artifact(artifact_id, now)? {
            report.artifacts_deleted += 1;
            self.step(Step::ArtifactDeleted)?;
        }
        Ok(())
    }

    fn mark_interrupted(&self, artifact_id: &str) -> Result<(), Error> {
        self.write(|tx| {
            let Some(mut artifact) = tx.store.artifact(artifact_id)? else { return Ok(()) };
            if artifact.state == ArtifactState::Registered {
                artifact.state = ArtifactState::Interrupted;
                tx.put_artifact(&artifact)?;
                tx.log(Op::RunDied, vec![("artifact", artifact_id.into())])?;
            }
            Ok(())
        })
    }

    #[allow(clippy::too_many_arguments)] // One call site; a struct would only rename them.
    fn delete_location(
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
        let mut item = DeletionItem {
            artifact: ArtifactId(artifact.artifact_id.clone()),
            role: location.role,
            path: self.shown_path(location)?,
            cause,
            outcome: Outcome::Missing,
            size: None,
            sha256: None,
        };
        let claim = match &path {
            _ if location.role == Role::Url => Err(Outcome::Unreachable),
            Some(path) => self.claim(artifact, location, siblings, path)?,
            // Blanked without being settled: never written by this version.
            None => return Err(Error::Row("location")),
        };
        let path = path.unwrap_or_default();
        let intent = self.read(|store| store.open_deletion(&location.location_id))?;
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
                        self.write(|tx| tx.settle(&location.location_id, outcome, cause))?;
                    }
                    return Ok(item);
                }
            }
        }
        let Some(mut deletion) = self.intend(artifact, location, cause, now, is_wanted, intent)? else {
            item.outcome = Outcome::SharedWithIssue;
            self.write(|tx| tx.settle(&location.location_id, item.outcome, cause))?;
            return Ok(item);
        };
        self.step(Step::Intended)?;
        match self.act(&mut deletion, location, &path, claim, is_wanted)? {
            Act::Open(outcome) => item.outcome = outcome,
            Act::Done(outcome, proof) => {
                item.outcome = outcome;
                item.size = proof.map(|proof| proof.size.max(0) as u64);
                item.sha256 = proof.map(|proof| audit::hex(&proof.sha256));
                self.write(|tx| tx.confirm(deletion, outcome, proof))?;
                self.step(Step::Confirmed)?;
            }
        }
        Ok(item)
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
    fn outcome(&self, location: &LocationRow, path: &Path, fault: Fault) -> Outcome {
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
    fn is_claimed_elsewhere(&self, location: &LocationRow, artifact: &ArtifactRow, now: Time) -> Result<bool, Error> {
        let Some(hash) = &location.path_hash else { return Ok(false) };
        self.read(|store| {
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
        })
    }

    /// Commits the intent to delete a location, or takes up the one that is open. `None` if another issue needs the file.
    fn intend(
        &self,
        artifact: &ArtifactRow,
        location: &LocationRow,
        cause: Cause,
        now: Time,
        is_wanted: bool,
        open: Option<DeletionRow>,
    ) -> Result<Option<DeletionRow>, Error> {
        if let Some(deletion) = open {
            return Ok(Some(deletion));
        }
        debug_assert!(is_wanted, "only an open intent is taken up without being wanted");
        if self.is_claimed_elsewhere(location, artifact, now)? {
            return Ok(None);
        }
        self.write(|tx| {
            // The issue may have been opened again since the sweep began.
            let fresh = tx.store.artifact(&artifact.artifact_id)?.ok_or(Error::Row("artifact"))?;
            let cause = if fresh.due_at > now.0 && location.role != Role::Temporary {
                return Err(Error::Busy);
            } else {
                cause
            };
            let deletion = DeletionRow {
                deletion_id: id::random()?,
                location_id: location.location_id.clone(),
                cause,
                intended_at: tx.now.0,
                verified_at: None,
                confirmed_at: None,
                outcome: None,
                size: None,
                sha256_enc: None,
                assurance: None,
            };
            tx.put_deletion(&deletion)?;
            let fields = vec![
                ("cause", cause.word().into()),
                ("deletion", deletion.deletion_id.as_str().into()),
                ("location", location.location_id.as_str().into()),
            ];
            tx.log(Op::DeletionIntended, fields)?;
            Ok(Some(deletion))
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
        let mut quarantine = match place.quarantine(&deletion.deletion_id) {
            Ok(quarantine) => quarantine,
            Err(fault) => return failed(fault),
        };
        let holds = match quarantine.as_ref().map_or(Ok(false), |quarantine| quarantine.holds()) {
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
            let made = match place.make_quarantine(&deletion.deletion_id) {
                Ok(made) => made,
                Err(fault) => return failed(fault),
            };
            self.step(Step::QuarantineMade)?;
            if let Err(fault) = made.take() {
                // An empty directory that cannot be removed is no reason to report another fault.
                let _ = made.close();
                return failed(fault);
            }
            self.step(Step::Taken)?;
            quarantine = Some(made);
        }
        let Some(quarantine) = quarantine else { return Ok(Act::Open(Outcome::Failed)) };
        // An act that had got so far as to be verified is brought to its end, wanted or not.
        let proof = if is_wanted || deletion.verified_at.is_some() {
            quarantine.prove(&claim, &self.seals).map_err(|fault| self.outcome(location, path, fault))
        } else {
            Err(Outcome::Withdrawn)
        };
        match proof {
            Err(outcome) => {
                if deletion.verified_at.is_some() {
                    self.write(|tx| tx.unverify(deletion))?;
                }
                if quarantine.put_back().is_err() {
                    return Ok(Act::Open(outcome));
                }
                self.step(Step::PutBack)?;
                Ok(Act::Done(outcome, None))
            }
            Ok(proof) => {
                self.write(|tx| tx.verified(deletion, proof))?;
                self.step(Step::Verified)?;
                if let Err(fault) = quarantine.unlink() {
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

    /// What was read before a file was unlinked, as it was committed then.
    pub(super) fn proof_of(&self, deletion: &DeletionRow) -> Result<Option<Proof>, Error> {
        let (Some(sealed), Some(size)) = (&deletion.sha256_enc, deletion.size) else { return Ok(None) };
        let bytes = self.seals.open("deletion.sha256", &deletion.deletion_id, sealed)?;
        let sha256 = bytes.try_into().map_err(|_| Error::Row("deletion"))?;
        Ok(Some(Proof { size, sha256 }))
    }

    /// Settles an artifact that is due, if all its owned copies are settled: blanks its names and leaves what was only
    /// observed to its owner.
    fn settle_artifact(&self, artifact_id: &str, now: Time) -> Result<bool, Error> {
        self.write(|tx| {
            let Some(mut artifact) = tx.store.artifact(artifact_id)? else { return Ok(false) };
            let locations = tx.store.locations_of(artifact_id)?;
            let is_open = |location: &LocationRow| location.custody == Custody::Owned && !location.state.is_settled();
            if artifact.state == ArtifactState::Deleted || artifact.due_at > now.0 || locations.iter().any(is_open) {
                return Ok(false);
            }
            for mut location in locations {
                if !location.state.is_settled() {
                    location.settle(LocationState::Left, tx.now);
                    tx.put_location(&location)?;
                }
            }
            artifact.state = ArtifactState::Deleted;
            artifact.deleted_at = Some(tx.now.0);
            (artifact.name_enc, artifact.customer_enc) = (None, None);
            tx.put_artifact(&artifact)?;
            tx.log(Op::ArtifactDeleted, vec![("artifact", artifact_id.into())])?;
            Ok(true)
        })
    }

    /// Destroys the keys of issues of which nothing is held any more, and keys that a crash left without a row.
    fn destroy_keys(&self, only: Option<&str>, report: &mut DeletionReport) -> Result<(), Error> {
        for key in self.read(|store| store.undestroyed_keys())? {
            if only.is_some_and(|issue_id| issue_id != key.issue_id) {
                continue;
            }
            let is_intended = self.write(|tx| tx.intend_key(&key))?;
            if !is_intended {
                continue;
            }
            self.step(Step::KeyIntended)?;
            self.keystore.update(|contents| drop(contents.keys.remove(&key.key_id)))?;
            self.step(Step::KeyRemoved)?;
            let name_enc = self.write(|tx| tx.confirm_key(&key.key_id))?;
            report.keys_destroyed.extend(self.text_of("issue.name", &key.issue_id, name_enc.as_deref())?);
        }
        if only.is_none() {
            let known: BTreeSet<String> = self.keystore.read()?.keys.into_keys().collect();
            // Inside a transaction that writes: a key is put into the keystore before its row is committed.
            self.write(|tx| {
                let mut strays = BTreeSet::new();
                for key_id in known {
                    let row = tx.store.key(&key_id)?;
                    if row.is_none_or(|row| row.state == KeyState::Destroyed) {
                        strays.insert(key_id);
                    }
                }
                match strays.is_empty() {
                    true => Ok(()),
                    false => self.keystore.update(|contents| contents.keys.retain(|id, _| !strays.contains(id))),
                }
            })?;
        }
        Ok(())
    }

    /// Stops here if a test says so, as a crash would: without cleaning up.
    #[cfg(test)]
    fn step(&self, step: Step) -> Result<(), Error> {
        match *self.stop.lock().unwrap() {
            Some(stop) if stop == step => Err(Error::Stopped(step)),
            _ => Ok(()),
        }
    }

    #[cfg(not(test))]
    fn step(&self, _: Step) -> Result<(), Error> {
        Ok(())
    }
}
