//! Holds: orders to keep an artifact, an issue or all that is a customer's, whatever the deadline, with a reason and a day
//! to think again.
//!
//! A hold stands from its commit on. A deletion commits that a file is the recorded one just before it is unlinked, and
//! looks for holds in that same transaction; writers go one after the other, so either the deletion sees the hold, or the
//! hold sees the deletion and says that it came too late.

use super::codes::{ArtifactState, Op, Scope};
use super::rows::{ArtifactRow, HoldRow, IssueRow};
use super::store::Store;
use super::{Error, Ledger, Time, Tx, audit, id, notes};
use crate::artifact::ArtifactId;
use serde::Serialize;

/// What placing a hold did.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// What it is on.
    pub scope: Scope,
    /// How many artifacts it keeps now.
    pub kept: u64,
    /// Artifacts for which it comes too late: deleted, or in part, or about to be unlinked.
    #[serde(serialize_with = "super::status::as_texts")]
    pub too_late: Vec<ArtifactId>,
}

/// What releasing did.
#[derive(Clone, Debug, Serialize)]
pub struct Released {
    /// How many holds were released.
    pub holds: u64,
    /// How many artifacts are due now, and kept by nothing any more.
    pub due: u64,
}

/// A live hold, as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct HoldStatus {
    /// What it is on.
    pub scope: Scope,
    /// Why; `None` if the text was erased.
    pub reason: Option<String>,
    /// When it was placed.
    pub placed_at: Time,
    /// When somebody should think again.
    pub review_at: Time,
    /// Whether that moment has passed.
    pub review_overdue: bool,
}

/// What a person named: a customer, an issue, or an artifact by its id.
pub(super) enum Target {
    /// The keyed hash of a customer's name.
    Customer(String),
    Issue(IssueRow),
    Artifact(ArtifactRow),
}

impl Target {
    fn scope(&self) -> (Scope, &str) {
        match self {
            Target::Customer(hash) => (Scope::Customer, hash),
            Target::Issue(row) => (Scope::Issue, &row.issue_id),
            Target::Artifact(row) => (Scope::Artifact, &row.artifact_id),
        }
    }

    /// Whose it is.
    fn customer(&self, store: &dyn Store) -> Result<Option<String>, Error> {
        match self {
            Target::Customer(hash) => Ok(Some(hash.clone())),
            Target::Issue(row) => Ok(row.customer.clone()),
            Target::Artifact(row) => customer_of(store, row),
        }
    }

    fn artifacts(&self, store: &dyn Store) -> Result<Vec<ArtifactRow>, Error> {
        match self {
            Target::Customer(hash) => {
                let issues = store.issues_of(hash)?;
                let artifacts = issues.iter().map(|issue| store.artifacts_of(Some(&issue.issue_id)));
                Ok(artifacts.collect::<Result<Vec<_>, _>>()?.concat())
            }
            Target::Issue(row) => store.artifacts_of(Some(&row.issue_id)),
            Target::Artifact(row) => Ok(vec![row.clone()]),
        }
    }
}

impl Ledger {
    /// Keeps an issue, or an artifact that is named by its id, from every deletion until it is released.
    ///
    /// A hold on an issue keeps what is recorded for it later too. It does not bring back what is gone; the answer names
    /// what it came too late for.
    pub fn hold(&self, what: &str, reason: &str, review_at: Time) -> Result<Held, Error> {
        self.hold_target(|store| self.target(store, what), reason, review_at)
    }

    /// The same for all issues of a customer, those that are opened later too.
    pub fn hold_customer(&self, customer: &str, reason: &str, review_at: Time) -> Result<Held, Error> {
        self.hold_target(|store| self.customer_target(store, customer), reason, review_at)
    }

    fn hold_target(
        &self,
        target: impl FnOnce(&dyn Store) -> Result<Target, Error>,
        reason: &str,
        review_at: Time,
    ) -> Result<Held, Error> {
        self.write(|tx| {
            let target = target(tx.store)?;
            let (mut kept, mut too_late) = (0, Vec::new());
            for artifact in target.artifacts(tx.store)? {
                let mut is_late = artifact.state == ArtifactState::Deleted;
                for location in tx.store.locations_of(&artifact.artifact_id)? {
                    let open = tx.store.open_deletion(&location.location_id)?;
                    is_late |= open.is_some_and(|deletion| deletion.verified_at.is_some());
                    is_late |=
                        location.state == super::LocationState::Deleted && location.role != super::Role::Temporary;
                }
                kept += u64::from(artifact.state != ArtifactState::Deleted);
                if is_late {
                    too_late.push(ArtifactId(artifact.artifact_id));
                }
            }
            let (scope, scope_id) = target.scope();
            if scope == Scope::Artifact && kept == 0 {
                return Err(Error::Settled(scope_id.into()));
            }
            let customer = target.customer(tx.store)?;
            let ([reason_note], commitments) = tx.notes(customer.as_deref(), [reason])?;
            let row = HoldRow {
                hold_id: id::random()?,
                scope,
                scope_id: scope_id.into(),
                reason_note,
                placed_by: tx.operator(),
                placed_at: tx.now.0,
                review_at: review_at.0,
                released_by: None,
                released_at: None,
            };
            tx.put_hold(&row)?;
            let fields = vec![
                ("hold", row.hold_id.into()),
                (notes::NOTES, commitments),
                ("review_at", review_at.0.into()),
                ("scope", scope.word().into()),
                ("scope_id", row.scope_id.into()),
            ];
            tx.log(Op::HoldPlaced, fields)?;
            Ok(Held { scope, kept, too_late })
        })
    }

    /// Releases every hold on an issue or on an artifact: what was due meanwhile is due at once. A hold on the issue is
    /// not released by naming one of its artifacts.
    pub fn release(&self, what: &str) -> Result<Released, Error> {
        self.release_target(|store| self.target(store, what), what)
    }

    /// Releases every hold on a customer as a whole; those on single issues and artifacts stay.
    pub fn release_customer(&self, customer: &str) -> Result<Released, Error> {
        self.release_target(|store| self.customer_target(store, customer), customer)
    }

    fn release_target(
        &self,
        target: impl FnOnce(&dyn Store) -> Result<Target, Error>,
        what: &str,
    ) -> Result<Released, Error> {
        self.write(|tx| {
            let target = target(tx.store)?;
            let (_, scope_id) = target.scope();
            let holds = tx.store.live_holds(&[scope_id])?;
            if holds.is_empty() {
                return Err(Error::NotHeld(what.into()));
            }
            let count = holds.len() as u64;
            for mut hold in holds {
                hold.released_at = Some(tx.now.0);
                hold.released_by = Some(tx.operator());
                tx.put_hold(&hold)?;
                tx.log(Op::HoldReleased, vec![("hold", hold.hold_id.into())])?;
            }
            let mut due = 0;
            for artifact in target.artifacts(tx.store)? {
                let is_due = artifact.issue_id.is_some() && artifact.due_at <= tx.now.0;
                let is_there = artifact.state != ArtifactState::Deleted;
                due += u64::from(is_due && is_there && live_holds(tx.store, &artifact)?.is_empty());
            }
            Ok(Released { holds: count, due })
        })
    }

    /// What a person named. Ids of artifacts are long and random, so that no issue is called like one.
    pub(super) fn target(&self, store: &dyn Store, what: &str) -> Result<Target, Error> {
        if let Some(row) = store.artifact(&what.to_ascii_lowercase())? {
            return Ok(Target::Artifact(row));
        }
        let row = store.issue_by_name(&self.name_hash(what)?)?;
        row.map(Target::Issue).ok_or_else(|| Error::UnknownIssue(what.into()))
    }

    fn customer_target(&self, store: &dyn Store, customer: &str) -> Result<Target, Error> {
        let hash = self.customer_hash(customer);
        // A name that was mistyped would keep nothing.
        match store.issues_of(&hash)?.is_empty() {
            true => Err(Error::UnknownCustomer(customer.into())),
            false => Ok(Target::Customer(hash)),
        }
    }

    /// The look-up hash of a customer's name.
    pub(super) fn customer_hash(&self, customer: &str) -> String {
        audit::hex(&self.seals.lookup("customer", customer.as_bytes())[..16])
    }

    /// The live holds on any of these ids, as they are shown.
    pub(super) fn hold_statuses(&self, store: &dyn Store, ids: &[&str], now: Time) -> Result<Vec<HoldStatus>, Error> {
        let show = |hold: HoldRow| {
            Ok(HoldStatus {
                scope: hold.scope,
                reason: notes::text(store, &self.seals, &hold.reason_note)?,
                placed_at: Time(hold.placed_at),
                review_at: Time(hold.review_at),
                review_overdue: hold.review_at <= now.0,
            })
        };
        store.live_holds(ids)?.into_iter().map(show).collect()
    }
}

/// Whose an artifact is: a keyed hash.
pub(super) fn customer_of(store: &dyn Store, artifact: &ArtifactRow) -> Result<Option<String>, Error> {
    let issue = artifact.issue_id.as_deref().map(|issue| store.issue(issue)).transpose()?.flatten();
    Ok(issue.and_then(|issue| issue.customer))
}

/// The holds that keep an artifact: its own, and those on its issue and on its customer.
pub(super) fn live_holds(store: &dyn Store, artifact: &ArtifactRow) -> Result<Vec<HoldRow>, Error> {
    let customer = customer_of(store, artifact)?;
    let ids = [Some(artifact.artifact_id.as_str()), artifact.issue_id.as_deref(), customer.as_deref()];
    store.live_holds(&ids.into_iter().flatten().collect::<Vec<_>>())
}

impl Tx<'_> {
    /// Whether a hold keeps an artifact, as of this transaction.
    pub(super) fn is_held(&self, artifact_id: &str) -> Result<bool, Error> {
        let artifact = self.store.artifact(artifact_id)?.ok_or(Error::Row("artifact"))?;
        Ok(!live_holds(self.store, &artifact)?.is_empty())
    }
}
