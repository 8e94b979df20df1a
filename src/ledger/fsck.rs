//! Whether the records agree with themselves, with the keystore and with the disk.

use super::codes::{ArtifactState, KeyState, LocationState, Outcome, Role};
use super::files::{Claim, Place};
use super::rows::LocationRow;
use super::{Error, Ledger};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a check found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FsckReport {
    /// What cannot be true at once; a ledger that has some is not to be trusted.
    pub contradictions: Vec<String>,
    /// What is on disk and in the keystore but differs from the records, or waits for a purge.
    pub findings: Vec<Finding>,
    /// How many artifacts were looked at.
    pub artifacts: u64,
    /// How many copies on this host were compared with their record.
    pub copies: u64,
}

/// Something that is not as recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// The id of the artifact, location, deletion or key that it is about.
    pub id: String,
    /// Where, if that is still known.
    #[serde(serialize_with = "super::status::as_path")]
    pub path: Option<PathBuf>,
}

impl Ledger {
    /// Checks the audit log, the rules that all records obey, the keystore, and every copy on this host: whether it stands
    /// there with its recorded size, and with `deep` its content. Nothing is changed.
    pub fn fsck(&self, deep: bool) -> Result<FsckReport, Error> {
        let mut report = FsckReport { contradictions: self.audit_verify()?.problems, ..FsckReport::default() };
        self.check_keys(&mut report)?;
        let mut parents: BTreeSet<PathBuf> = BTreeSet::new();
        let mut open = BTreeSet::new();
        let owners = self.read(|store| {
            let mut owners: Vec<Option<String>> = vec![None];
            owners.extend(store.issues()?.into_iter().map(|issue| Some(issue.issue_id)));
            open.extend(store.open_deletions()?.into_iter().map(|deletion| deletion.deletion_id));
            Ok(owners)
        })?;
        for owner in owners {
            for artifact in self.read(|store| store.artifacts_of(owner.as_deref()))? {
                report.artifacts += 1;
                let id = &artifact.artifact_id;
                if artifact.due_at > artifact.hard_deadline || artifact.hard_deadline < artifact.registered_at {
                    report.contradictions.push(format!("artifact {id} is due behind its deadline"));
                }
                let is_deleted = artifact.state == ArtifactState::Deleted;
                if is_deleted && (artifact.name_enc.is_some() || artifact.customer_enc.is_some()) {
                    report.contradictions.push(format!("artifact {id} is deleted, and its name is not blanked"));
                }
                for location in self.read(|store| store.locations_of(id))? {
                    let location_id = &location.location_id;
                    if location.state.is_settled() {
                        if location.path_enc.is_some() {
                            let what = format!("location {location_id} is settled, and its path is not blanked");
                            report.contradictions.push(what);
                        }
                        continue;
                    }
                    if is_deleted {
                        let what = format!("artifact {id} is said to be deleted, its location {location_id} is not");
                        report.contradictions.push(what);
                    }
                    let is_here = location.host.as_deref().is_none_or(|host| host == self.me.host());
                    if let Some(path) = self.path_of(&location)?
                        && location.role != Role::Url
                        && is_here
                    {
                        parents.extend(path.parent().map(Path::to_path_buf));
                        self.check_copy(&location, &path, deep, &mut report);
                    }
                }
            }
        }
        for deletion_id in &open {
            let what = "a deletion was interrupted; `scrubjay purge` brings it to its end";
            report.findings.push(Finding { what, id: deletion_id.clone(), path: None });
        }
        for parent in parents {
            let quarantine = parent.join(self.quarantine_name(&parent.join("x")));
            for entry in std::fs::read_dir(&quarantine).into_iter().flatten().flatten() {
                let deletion_id = entry.file_name().to_string_lossy().into_owned();
                if !open.contains(&deletion_id) {
                    let what = "a file that was taken aside by a deletion that the ledger does not know";
                    report.findings.push(Finding { what, id: deletion_id, path: Some(entry.path()) });
                }
            }
        }
        Ok(report)
    }

    /// Every live key has its bytes in the keystore, and nothing else has.
    fn check_keys(&self, report: &mut FsckReport) -> Result<(), Error> {
        // Read first: a key is put into the keystore before its row is committed.
        let rows: BTreeMap<String, KeyState> = self.read(|store| {
            let mut rows = BTreeMap::new();
            for issue in store.issues()? {
                rows.extend(store.keys_of(&issue.issue_id)?.into_iter().map(|key| (key.key_id, key.state)));
            }
            Ok(rows)
        })?;
        let stored: BTreeSet<String> = self.keystore.read()?.keys.into_keys().collect();
        for (key_id, state) in &rows {
            match (state, stored.contains(key_id)) {
                (KeyState::Live, false) if self.store().is_shared() => {
                    let what = "the key of an issue is not on this host; `scrubjay keystore import` brings it";
                    report.findings.push(Finding { what, id: key_id.clone(), path: None });
                }
                (KeyState::Live, false) => {
                    report.contradictions.push(format!("key {key_id} is live, and not in the keystore"));
                }
                (KeyState::Destroyed, true) => {
                    let what =
                        "a key is said to be destroyed, and stands in the keystore; `scrubjay purge` takes it out";
                    report.findings.push(Finding { what, id: key_id.clone(), path: None });
                }
                (KeyState::DestroyIntended, _) => {
                    let what = "the destruction of a key was interrupted; `scrubjay purge` brings it to its end";
                    report.findings.push(Finding { what, id: key_id.clone(), path: None });
                }
                _ => {}
            }
        }
        for key_id in stored.iter().filter(|key_id| !rows.contains_key(*key_id)) {
            let what = "a key without a record, left by a run that died; `scrubjay purge` takes it out";
            report.findings.push(Finding { what, id: key_id.clone(), path: None });
        }
        Ok(())
    }

    fn check_copy(&self, location: &LocationRow, path: &Path, deep: bool, report: &mut FsckReport) {
        let Some(content) = &location.content else { return };
        // What a later run wrote over is accounted for by that run's record.
        if location.state == LocationState::Superseded {
            return;
        }
        report.copies += 1;
        let claim = Claim::Content { size: content.size, digest: content.digest.clone() };
        let looked = Place::open(path).and_then(|place| match deep {
            true => place.prove(&claim, &self.seals).map(drop),
            false => place.look(&claim),
        });
        let Err(fault) = looked else { return };
        let what = match self.outcome(location, path, fault) {
            Outcome::Missing | Outcome::Gone => "is not there any more",
            Outcome::Mismatch => "is not what was recorded",
            Outcome::Shared => "has further hard links",
            Outcome::Unreachable => "cannot be reached: its disk is not there",
            Outcome::Denied => "may not be read",
            _ => "cannot be read",
        };
        report.findings.push(Finding { what, id: location.location_id.clone(), path: Some(path.to_path_buf()) });
    }
}
