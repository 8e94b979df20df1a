//! What is held, for whom, until when: the view that people read.

use super::codes::{ArtifactState, Custody, FailCode, IssueState, KeyState, LocationState, Outcome, Role};
use super::holds::{HoldStatus, live_holds};
use super::rows::{ArtifactRow, IssueRow};
use super::store::Store;
use super::{Error, Ledger, Time};
use crate::artifact::ArtifactId;
use serde::{Serialize, Serializer};
use std::path::PathBuf;

/// Where an artifact stands, with what can be seen of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Its run is at work.
    Running,
    /// Its run died before it was done.
    Interrupted,
    /// Its run gave up.
    Failed,
    /// It is there, as recorded.
    Present,
    /// Nothing of it remains.
    Deleted,
}

/// One physical copy.
#[derive(Clone, Debug, Serialize)]
pub struct LocationStatus {
    /// Its id, for `confirm`.
    pub id: String,
    /// Whether it cannot be reached from this host: an address, or another host's file.
    pub elsewhere: bool,
    /// What it is.
    pub role: Role,
    /// Whether it is ours to delete.
    pub custody: Custody,
    /// Where it stands; `None` once it is settled.
    #[serde(serialize_with = "as_path")]
    pub path: Option<PathBuf>,
    /// Its state in the records.
    pub state: LocationState,
    /// Why the last attempt to delete it kept it.
    pub last_error: Option<Outcome>,
    /// Its recorded size in bytes.
    pub size: Option<u64>,
}

/// One artifact.
#[derive(Clone, Debug, Serialize)]
pub struct ArtifactStatus {
    /// Its id.
    #[serde(serialize_with = "as_text")]
    pub id: ArtifactId,
    /// Its name; `None` once it is deleted.
    pub name: Option<String>,
    /// The customer that it came from; `None` if none was given, and once it is deleted.
    pub customer: Option<String>,
    /// Where it stands.
    pub progress: Progress,
    /// Why its run gave up.
    pub fail_code: Option<FailCode>,
    /// When it was recorded.
    pub registered_at: Time,
    /// When its owned copies will be deleted; `None` if it is only observed, or deleted.
    pub due_at: Option<Time>,
    /// When they were.
    pub deleted_at: Option<Time>,
    /// Whether that moment has passed, and no hold says that it should.
    pub overdue: bool,
    /// Whether a hold keeps it, of its own or of its issue.
    pub on_hold: bool,
    /// The holds on it alone.
    pub holds: Vec<HoldStatus>,
    /// How many entries were withheld.
    pub withheld: u64,
    /// Findings by rule id.
    pub counts: Vec<(String, u64)>,
    /// Its copies, without those that never came to be.
    pub locations: Vec<LocationStatus>,
}

/// How much is overdue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// Artifacts that are due and not deleted, and that no hold keeps.
    pub artifacts: u64,
    /// Copies of them that only a person can account for.
    pub obligations: u64,
    /// Holds whose review is overdue.
    pub reviews: u64,
    /// Requests of data subjects that should have been answered.
    pub requests: u64,
}

impl Overdue {
    /// Whether there is any.
    pub fn is_any(self) -> bool {
        self != Overdue::default()
    }
}

/// What the ledger holds, in numbers of artifacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Issues that are open.
    pub issues_open: u64,
    /// Issues that are resolved.
    pub issues_resolved: u64,
    /// Artifacts of issues that are not deleted.
    pub kept: u64,
    /// Those of them that a hold keeps.
    pub on_hold: u64,
    /// Artifacts that are deleted.
    pub deleted: u64,
    /// Artifacts without an issue, which are only observed.
    pub observed: u64,
    /// What is overdue.
    pub overdue: Overdue,
    /// When the next of them is due.
    pub next_due: Option<Time>,
    /// Requests of data subjects that are open.
    pub requests_open: u64,
    /// When the next of them is to be answered.
    pub next_answer: Option<Time>,
}

/// One issue with its artifacts.
#[derive(Clone, Debug, Serialize)]
pub struct IssueStatus {
    /// Its name; `None` for what belongs to no issue and is only observed.
    pub issue: Option<String>,
    /// Its state; `None` if there is no issue.
    pub state: Option<IssueState>,
    /// When it was resolved.
    pub resolved_at: Option<Time>,
    /// Where its newest key stands.
    pub key: Option<KeyState>,
    /// The holds on all of it, and on its customer.
    pub holds: Vec<HoldStatus>,
    /// Its artifacts, oldest first.
    pub artifacts: Vec<ArtifactStatus>,
}

impl Ledger {
    /// What the ledger holds: of one issue, or of all and of none.
    pub fn status(&self, issue: Option<&str>) -> Result<Vec<IssueStatus>, Error> {
        let hash = issue.map(|name| self.name_hash(name)).transpose()?;
        let now = self.clock.now();
        self.read(|store| {
            let issues = match (issue, &hash) {
                (Some(name), Some(hash)) => {
                    vec![store.issue_by_name(hash)?.ok_or_else(|| Error::UnknownIssue(name.into()))?]
                }
                _ => store.issues()?,
            };
            let mut all = Vec::new();
            for row in &issues {
                all.push(self.issue_status(store, row, now)?);
            }
            if issue.is_none() {
                let observed = store.artifacts_of(None)?;
                if !observed.is_empty() {
                    let artifacts = self.artifact_statuses(store, &observed, now)?;
                    all.push(IssueStatus {
                        issue: None,
                        state: None,
                        resolved_at: None,
                        key: None,
                        holds: Vec::new(),
                        artifacts,
                    });
                }
            }
            Ok(all)
        })
    }

    /// What the ledger holds, in a few numbers: below a second for a million artifacts.
    pub fn summary(&self) -> Result<Summary, Error> {
        let now = self.clock.now();
        let totals = self.read(|store| store.summary(now.0))?;
        Ok(Summary {
            issues_open: totals.issues_open,
            issues_resolved: totals.issues_resolved,
            kept: totals.kept,
            on_hold: totals.on_hold,
            deleted: totals.deleted,
            observed: totals.observed,
            overdue: self.overdue()?,
            next_due: totals.next_due.map(Time),
            requests_open: totals.requests_open,
            next_answer: totals.next_answer.map(Time),
        })
    }

    /// What is overdue; cheap enough for every run.
    pub fn overdue(&self) -> Result<Overdue, Error> {
        let now = self.clock.now();
        self.read(|store| {
            Ok(Overdue {
                artifacts: store.count_due(now.0)?,
                obligations: store.count_obligations(now.0)?,
                reviews: store.count_reviews(now.0)?,
                requests: store.count_requests(now.0)?,
            })
        })
    }

    fn issue_status(&self, store: &dyn Store, row: &IssueRow, now: Time) -> Result<IssueStatus, Error> {
        let artifacts = store.artifacts_of(Some(&row.issue_id))?;
        Ok(IssueStatus {
            issue: self.text_of("issue.name", &row.issue_id, Some(&row.name_enc))?,
            state: Some(row.state),
            resolved_at: row.resolved_at.map(Time),
            key: store.keys_of(&row.issue_id)?.last().map(|key| key.state),
            holds: self.hold_statuses(
                store,
                &[&[row.issue_id.as_str()][..], row.customer.as_deref().as_slice()].concat(),
                now,
            )?,
            artifacts: self.artifact_statuses(store, &artifacts, now)?,
        })
    }

    fn artifact_statuses(
        &self,
        store: &dyn Store,
        rows: &[ArtifactRow],
        now: Time,
    ) -> Result<Vec<ArtifactStatus>, Error> {
        rows.iter().map(|row| self.artifact_status(store, row, now)).collect()
    }

    pub(super) fn artifact_status(
        &self,
        store: &dyn Store,
        row: &ArtifactRow,
        now: Time,
    ) -> Result<ArtifactStatus, Error> {
        let id = &row.artifact_id;
        let progress = match row.state {
            ArtifactState::Registered => {
                let run = row.run_id.as_deref().map(|run| store.run(run)).transpose()?.flatten();
                match run.is_some_and(|run| self.me.sees_alive(&run, now)) {
                    true => Progress::Running,
                    false => Progress::Interrupted,
                }
            }
            ArtifactState::Interrupted => Progress::Interrupted,
            ArtifactState::Failed => Progress::Failed,
            ArtifactState::Active => Progress::Present,
            ArtifactState::Deleted => Progress::Deleted,
        };
        let mut locations = Vec::new();
        for location in store.locations_of(id)? {
            if location.state != LocationState::Gone {
                let is_foreign = location.host.as_deref().is_some_and(|host| host != self.me.host());
                locations.push(LocationStatus {
                    id: location.location_id.clone(),
                    elsewhere: is_foreign || location.role == Role::Url,
                    role: location.role,
                    custody: location.custody,
                    path: self.shown_path(&location)?,
                    state: location.state,
                    last_error: location.last_error,
                    size: location.content.map(|content| content.size.max(0) as u64),
                });
            }
        }
        let holds = self.hold_statuses(store, &[id], now)?;
        let on_hold = !holds.is_empty() || !live_holds(store, row)?.is_empty();
        let is_held = row.issue_id.is_some() && row.state != ArtifactState::Deleted;
        Ok(ArtifactStatus {
            id: ArtifactId(id.clone()),
            name: self.text_of("artifact.name", id, row.name_enc.as_deref())?,
            customer: self.text_of("artifact.customer", id, row.customer_enc.as_deref())?,
            progress,
            fail_code: row.fail_code,
            registered_at: Time(row.registered_at),
            due_at: is_held.then_some(Time(row.due_at)),
            deleted_at: row.deleted_at.map(Time),
            overdue: is_held && !on_hold && row.due_at <= now.0,
            on_hold,
            holds,
            withheld: row.withheld.max(0) as u64,
            counts: store.counts_of(id)?,
            locations,
        })
    }
}

/// Writes an id as its text.
pub(super) fn as_text<S: Serializer>(id: &ArtifactId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&id.0)
}

/// Writes a path as text; what is none in it stands as U+FFFD.
pub(super) fn as_path<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.to_string_lossy()).serialize(serializer)
}

/// Writes ids as their texts.
pub(super) fn as_texts<S: Serializer>(ids: &[ArtifactId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(|id| &id.0))
}
