//! The act: one function deletes, whoever asks for it, and every deletion is written down before and after.
//!
//! For each location: an *intent* is committed; the file is taken into a private directory beside it, read in full and
//! compared; that it was the recorded one is committed (*verified*, with its SHA-256 for the certificate); it is unlinked
//! and the directories are synced; the end is committed (*confirmed*), and the sealed path is blanked in the same
//! transaction. A crash anywhere leaves an intent without an end, which the next sweep takes up: a file that is found in
//! the private directory is decided about again; one that was verified and is not there any more was unlinked by us.
//!
//! What is plain goes in pages: each of these steps is done for all files of a page before the next one begins, so that
//! they wait for the disk together (`pages`). Whatever is not plain, or turns out not to be, is dealt with by itself.
//!
//! The key of an issue goes last, when every artifact of the issue is deleted. While one copy could not be deleted, the
//! key stays: it opens nothing by itself, and the pseudonyms in the copy that remains are still of use to whoever has to
//! find out what it is.

use super::codes::{ArtifactState, Cause, Custody, IssueState, LocationState, Op, Outcome, Role};
use super::rows::{ArtifactRow, LocationRow};
use super::{Error, Ledger, Limits, Step, Time, Tx, guard, holds, retention};
use crate::artifact::ArtifactId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How to resolve an issue.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResolveOptions {
    /// Milliseconds to wait before the deletion; `None` for the grace of the issue's policy.
    pub grace_ms: Option<i64>,
    /// Look and report, change nothing.
    pub dry_run: bool,
}

/// How to purge.
#[derive(Clone, Copy, Debug, Default)]
pub struct PurgeOptions {
    /// Look and report, change nothing.
    pub dry_run: bool,
    /// When to ask back.
    pub limits: Limits,
    /// Go ahead, whatever the limits say, if no more artifacts than this are due.
    pub confirmed: Option<u64>,
    /// Believe the wall clock though it jumped.
    pub accept_clock: bool,
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
    #[serde(serialize_with = "super::status::as_path")]
    pub path: Option<PathBuf>,
    /// Why it was due.
    pub cause: Cause,
    /// How the attempt ended.
    pub outcome: Outcome,
    /// Its size in bytes, where it was read.
    pub size: Option<u64>,
    /// The SHA-256 of its content in hexadecimal, where it was read.
    pub sha256: Option<String>,
    /// The id of the location, for `confirm`.
    pub location: String,
}

/// What a resolve or a purge did, or would do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DeletionReport {
    /// Nothing was changed.
    pub dry_run: bool,
    /// One item for each location that was due; of very many, the first ten thousand.
    pub items: Vec<DeletionItem>,
    /// How often each outcome was met, over all of them.
    pub totals: BTreeMap<Outcome, u64>,
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
    /// This role of the database deletes nothing: what is due is left to the next purge of who owns the tables.
    pub left_to_owner: bool,
    /// A reader kept the database's log from being emptied: overwritten values may stand in it until the next purge.
    pub log_not_emptied: bool,
}

impl DeletionReport {
    /// How many locations met one of these outcomes.
    pub fn count(&self, is: impl Fn(Outcome) -> bool) -> u64 {
        self.totals.iter().filter(|(outcome, _)| is(**outcome)).map(|(_, count)| count).sum()
    }

    /// Whether a hold keeps everything that was to be deleted.
    pub fn is_all_held(&self) -> bool {
        let others = self.count(|outcome| !matches!(outcome, Outcome::Gone | Outcome::Held));
        self.running.is_empty() && others == 0 && self.count(|outcome| outcome == Outcome::Held) > 0
    }

    /// Whether something that is due may remain.
    pub fn is_incomplete(&self) -> bool {
        self.left_to_owner || !self.running.is_empty() || self.count(Outcome::is_kept) > 0
    }

    pub(super) fn push(&mut self, item: DeletionItem) {
        *self.totals.entry(item.outcome).or_default() += 1;
        if self.items.len() < ITEMS {
            self.items.push(item);
        }
    }
}

/// How many items a report holds.
const ITEMS: usize = 10_000;

/// How many due artifacts are dealt with at once: what waits for the disk waits for all of them, and what is open is
/// bounded.
const BATCH: i64 = 256;

impl Ledger {
    /// Marks an issue as resolved and, unless a grace postpones it, deletes every owned copy of its artifacts.
    ///
    /// Resolving again takes up what remained. A dry run reports what would be done at the end of the grace.
    pub fn resolve(&self, issue: &str, options: ResolveOptions) -> Result<DeletionReport, Error> {
        let hash = self.name_hash(issue)?;
        let unknown = || Error::UnknownIssue(issue.into());
        if options.dry_run {
            let row = self.read(|store| store.issue_by_name(&hash))?.ok_or_else(unknown)?;
            return self.sweep(Some(&row.issue_id), true, self.clock.now());
        }
        let (issue_id, postponed_until, resolved) = self.write(|tx| {
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
            Ok((row.issue_id, postponed_until, tx.now))
        })?;
        Ok(DeletionReport { postponed_until, ..self.sweep(Some(&issue_id), false, resolved)? })
    }

    /// Carries out every deletion that is due: of resolved issues, of artifacts past their deadline, of temporary files
    /// that a dead run left, and of everything that a crash interrupted.
    ///
    /// It is refused if the wall clock jumped within one boot, and if more is due than the limits allow.
    pub fn purge(&self, options: PurgeOptions) -> Result<DeletionReport, Error> {
        // What is due is decided by the very answer of the clock that was found to be right.
        let now = guard::check_clock(&self.home, &*self.clock, options.accept_clock)?;
        let (due, all) = self.read(|store| Ok((store.count_due(now.0)?, store.count_owned()?)))?;
        options.limits.check(due, all, options.confirmed)?;
        self.sweep(None, options.dry_run, now)
    }

    /// The one way to a deletion. With an issue, only its artifacts are looked at; a dry run for an issue takes all of
    /// them as due.
    fn sweep(&self, issue_id: Option<&str>, dry_run: bool, now: Time) -> Result<DeletionReport, Error> {
        if !dry_run && self.store().is_restricted()? {
            // Who does not see every record cannot know what else needs a file.
            return match issue_id {
                Some(_) => Ok(DeletionReport { left_to_owner: true, ..DeletionReport::default() }),
                None => Err(Error::NotAdmitted),
            };
        }
        let file = self.home.file("deletion.lock")?;
        if !dry_run && !self.store().is_shared() {
            take(&file)?;
        }
        let mut report = DeletionReport { dry_run, ..DeletionReport::default() };
        let claims = if dry_run { None } else { Some(self.claims()?) };
        // Rows of what is due lie everywhere in the database.
        self.store().expect_many(true)?;
        // First what was begun; then what is due, page by page; then what runs that died have left.
        let (begun, mut unfinished, of_issue) = self.read(|store| {
            let mut begun = BTreeSet::new();
            for deletion in store.open_deletions()? {
                begun.extend(store.location(&deletion.location_id)?.map(|location| location.artifact_id));
            }
            let unfinished: BTreeSet<String> = store.unfinished()?.into_iter().collect();
            let mut of_issue = Vec::new();
            if let Some(issue_id) = issue_id {
                let is_meant = |artifact: &ArtifactRow| {
                    artifact.state != ArtifactState::Deleted && (dry_run || artifact.due_at <= now.0)
                };
                let artifacts = store.artifacts_of(Some(issue_id))?.into_iter().filter(is_meant);
                of_issue.extend(artifacts.map(|artifact| artifact.artifact_id));
            }
            Ok((begun, unfinished, of_issue))
        })?;
        // What another purge has is left to it.
        let claim = |ids: &[String], report: &mut DeletionReport| -> Result<Vec<String>, Error> {
            let Some(claims) = &claims else { return Ok(ids.to_vec()) };
            let claimed = claims.these(ids)?;
            if issue_id.is_some() && claimed.len() < ids.len() {
                let others = ids.iter().filter(|id| of_issue.contains(id) && !claimed.contains(id));
                report.running.extend(others.map(|id| ArtifactId(id.clone())));
            }
            Ok(claimed)
        };
        let pages =
            |ids: Vec<String>| -> Vec<Vec<String>> { ids.chunks(BATCH as usize).map(<[String]>::to_vec).collect() };
        for page in pages(begun.iter().cloned().collect()) {
            for artifact_id in claim(&page, &mut report)? {
                self.sweep_artifact(&artifact_id, issue_id, now, &mut report)?;
            }
        }
        if issue_id.is_some() {
            for page in pages(of_issue.iter().filter(|id| !begun.contains(*id)).cloned().collect()) {
                unfinished.retain(|id| !page.contains(id));
                self.sweep_page(&claim(&page, &mut report)?, issue_id, now, &mut report)?;
            }
        } else {
            let mut after = (i64::MIN, i64::MIN);
            loop {
                let page = match &claims {
                    Some(claims) => claims.due(now.0, after, BATCH)?,
                    None => self.read(|store| store.due(now.0, after, BATCH))?,
                };
                let Some(last) = page.last() else { break };
                after = last.place;
                let page: Vec<String> = page.into_iter().map(|due| due.artifact_id).collect();
                for artifact_id in &page {
                    unfinished.remove(artifact_id);
                }
                let fresh: Vec<String> = page.into_iter().filter(|artifact_id| !begun.contains(artifact_id)).collect();
                self.sweep_page(&fresh, issue_id, now, &mut report)?;
            }
        }
        for page in pages(unfinished.into_iter().filter(|id| !begun.contains(id)).collect()) {
            for artifact_id in claim(&page, &mut report)? {
                self.sweep_artifact(&artifact_id, issue_id, now, &mut report)?;
            }
        }
        self.store().expect_many(false)?;
        if let Some(claims) = claims {
            claims.end()?;
            drop(claims);
            self.destroy_keys(issue_id, &mut report)?;
            report.log_not_emptied = !self.seal_log()?;
        }
        Ok(report)
    }

    /// What ends every deletion: the database's log is emptied, the mark outside the database is made durable, and a
    /// checkpoint is signed. False
    /// if a reader kept the log from being emptied.
    pub(super) fn seal_log(&self) -> Result<bool, Error> {
        // Several purges may end at once.
        let _lock = super::lock(&self.home, "checkpoint.lock")?;
        let is_emptied = self.store().empty_log()?;
        let head = self.read(|store| store.head())?;
        self.mark.advance(&self.seals, &head, true)?;
        self.checkpoints.write(&self.tree()?, self.clock.now())?;
        Ok(is_emptied)
    }

    pub(super) fn sweep_artifact(
        &self,
        artifact_id: &str,
        only: Option<&str>,
        now: Time,
        report: &mut DeletionReport,
    ) -> Result<(), Error> {
        let dry_run = report.dry_run;
        let id = || ArtifactId(artifact_id.to_string());
        let Some((artifact, issue, run, locations, is_held)) = self.read(|store| {
            let Some(artifact) = store.artifact(artifact_id)? else { return Ok(None) };
            let issue = artifact.issue_id.as_deref().map(|issue| store.issue(issue)).transpose()?.flatten();
            let run = artifact.run_id.as_deref().map(|run| store.run(run)).transpose()?.flatten();
            let locations = store.locations_of(artifact_id)?;
            let is_held = !holds::live_holds(store, &artifact)?.is_empty();
            Ok(Some((artifact, issue, run, locations, is_held)))
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
            let mut item = if is_held && (!has_intent || dry_run) {
                self.item(&artifact, &location, cause, Outcome::Held)?
            } else {
                // What a crash left under way, and a hold came before it was certain, is put back.
                self.delete_location(&artifact, &location, &locations, cause, is_wanted && !is_held, now, dry_run)?
            };
            if is_held && item.outcome == Outcome::Withdrawn {
                item.outcome = Outcome::Held;
            }
            report.push(item);
        }
        if is_due && !dry_run && self.settle_artifact(artifact_id, now)? {
            report.artifacts_deleted += 1;
            self.step(Step::ArtifactDeleted)?;
        }
        Ok(())
    }

    /// What is told of one location.
    pub(super) fn item(
        &self,
        artifact: &ArtifactRow,
        location: &LocationRow,
        cause: Cause,
        outcome: Outcome,
    ) -> Result<DeletionItem, Error> {
        Ok(DeletionItem {
            artifact: ArtifactId(artifact.artifact_id.clone()),
            role: location.role,
            path: self.shown_path(location)?,
            cause,
            outcome,
            size: None,
            sha256: None,
            location: location.location_id.clone(),
        })
    }

    fn mark_interrupted(&self, artifact_id: &str) -> Result<(), Error> {
        self.write_leased(|tx| {
            let Some(mut artifact) = tx.store.artifact(artifact_id)? else { return Ok(()) };
            if artifact.state == ArtifactState::Registered {
                artifact.state = ArtifactState::Interrupted;
                tx.put_artifact(&artifact)?;
                tx.log(Op::RunDied, vec![("artifact", artifact_id.into())])?;
            }
            Ok(())
        })
    }

    /// Settles an artifact that is due, if all its owned copies are settled: blanks its names and leaves what was only
    /// observed to its owner.
    pub(super) fn settle_artifact(&self, artifact_id: &str, now: Time) -> Result<bool, Error> {
        self.write_leased(|tx| tx.settle_artifact(artifact_id, now))
    }
}

impl Tx<'_> {
    /// See [`Ledger::settle_artifact`].
    pub(super) fn settle_artifact(&mut self, artifact_id: &str, now: Time) -> Result<bool, Error> {
        let Some(mut artifact) = self.store.artifact(artifact_id)? else { return Ok(false) };
        let locations = self.store.locations_of(artifact_id)?;
        let is_open = |location: &LocationRow| location.custody == Custody::Owned && !location.state.is_settled();
        if artifact.state == ArtifactState::Deleted || artifact.due_at > now.0 || locations.iter().any(is_open) {
            return Ok(false);
        }
        if self.is_held(artifact_id)? {
            return Ok(false);
        }
        for mut location in locations {
            if !location.state.is_settled() {
                location.settle(LocationState::Left, self.now);
                self.put_location(&location)?;
            }
        }
        artifact.state = ArtifactState::Deleted;
        artifact.deleted_at = Some(self.now.0);
        (artifact.name_enc, artifact.customer_enc) = (None, None);
        self.put_artifact(&artifact)?;
        self.log(Op::ArtifactDeleted, vec![("artifact", artifact_id.into())])?;
        Ok(true)
    }
}

/// Takes the lock of deletions. Another deletion is not waited for; but a process that is being started from this one holds
/// whatever is open here until it runs, so that a lock that was let go may stay taken for a moment.
fn take(file: &std::fs::File) -> Result<(), Error> {
    const TRIES: u32 = 20;
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(25);
    for _ in 0..TRIES {
        if file.try_lock().is_ok() {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(Error::Busy)
}
