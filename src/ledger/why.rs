//! Why an artifact is still there: everything that keeps it, named.

use super::codes::{ArtifactState, Cause, Custody, IssueState};
use super::deletion::DeletionItem;
use super::holds::HoldStatus;
use super::{ArtifactStatus, Error, Ledger, Progress, Time};
use crate::artifact::ArtifactId;
use serde::Serialize;

/// Something that keeps an artifact from being deleted now.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeps {
    /// It belongs to no issue, so it is only observed.
    Observed,
    /// Its issue is open, and its deadline is not reached.
    IssueOpen {
        /// When it goes at the latest.
        deadline: Time,
    },
    /// Its issue is resolved, and the grace is not over.
    Grace {
        /// When it is.
        until: Time,
    },
    /// A hold.
    Hold(HoldStatus),
    /// A run is at work on it.
    Running,
    /// Nothing but that the next purge has not come yet.
    Purge,
}

/// Where an artifact stands, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// The artifact.
    pub artifact: ArtifactStatus,
    /// Its issue.
    pub issue: Option<String>,
    /// What keeps it; nothing if it is deleted.
    pub keeps: Vec<Keeps>,
    /// What a deletion would find now, for each of its copies that is ours and not settled.
    pub copies: Vec<DeletionItem>,
}

impl Ledger {
    /// Everything that keeps an artifact. Its files are read, as a dry run reads them.
    pub fn why(&self, artifact: &ArtifactId) -> Result<Why, Error> {
        let now = self.clock.now();
        let (row, issue, status, locations, holds) = self.read(|store| {
            let row = store.artifact(&artifact.0)?.ok_or_else(|| Error::UnknownArtifact(artifact.0.clone()))?;
            let issue = row.issue_id.as_deref().map(|issue| store.issue(issue)).transpose()?.flatten();
            let status = self.artifact_status(store, &row, now)?;
            let locations = store.locations_of(&artifact.0)?;
            let customer = issue.as_ref().and_then(|issue| issue.customer.as_deref());
            let ids = [Some(row.artifact_id.as_str()), row.issue_id.as_deref(), customer];
            let holds = self.hold_statuses(store, &ids.into_iter().flatten().collect::<Vec<_>>(), now)?;
            Ok((row, issue, status, locations, holds))
        })?;
        let mut why = Why { artifact: status, issue: None, keeps: Vec::new(), copies: Vec::new() };
        if let Some(issue) = &issue {
            why.issue = self.text_of("issue.name", &issue.issue_id, Some(&issue.name_enc))?;
        }
        if row.state == ArtifactState::Deleted {
            return Ok(why);
        }
        let is_resolved = issue.as_ref().is_some_and(|issue| issue.state == IssueState::Resolved);
        let is_due = row.due_at <= now.0;
        why.keeps.extend(match (&issue, is_resolved) {
            (None, _) => Some(Keeps::Observed),
            (Some(_), _) if is_due => None,
            (Some(_), true) => Some(Keeps::Grace { until: Time(row.due_at) }),
            (Some(_), false) => Some(Keeps::IssueOpen { deadline: Time(row.due_at) }),
        });
        why.keeps.extend(holds.into_iter().map(Keeps::Hold));
        if why.artifact.progress == Progress::Running {
            why.keeps.push(Keeps::Running);
        }
        let cause = if is_resolved { Cause::Resolved } else { Cause::Deadline };
        for location in &locations {
            if location.custody == Custody::Owned && !location.state.is_settled() {
                why.copies.push(self.delete_location(&row, location, &locations, cause, true, now, true)?);
            }
        }
        if why.keeps.is_empty() && why.copies.iter().all(|copy| !copy.outcome.is_kept()) {
            why.keeps.push(Keeps::Purge);
        }
        Ok(why)
    }
}
