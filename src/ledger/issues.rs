//! Issues: opened by the first thing that is recorded for them, given their key and their policy, opened again.

use super::codes::{ArtifactState, Custody, IssueState, KeyState, Op};
use super::rows::{IssueRow, KeyRow};
use super::{Error, Ledger, Retention, Tx, id};
use crate::artifact::ArtifactId;
use crate::sensitive::Sensitive;
use serde::Serialize;
use std::sync::PoisonError;

/// A resolved issue that was opened again, because something new was recorded for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// Its name.
    pub issue: String,
    /// Whether its key was destroyed before, so that its pseudonyms are other ones from now on.
    pub has_new_key: bool,
}

/// What opening an issue again did.
#[derive(Clone, Debug, Serialize)]
pub struct ReopenReport {
    /// Whether it was resolved before; if not, nothing has changed.
    pub was_resolved: bool,
    /// Artifacts that return to their deadline.
    pub postponed: u64,
    /// Artifacts that were due already, and stay so.
    pub due: u64,
    /// Artifacts that are deleted; nothing brings them back.
    pub deleted: u64,
    /// Whether its key is destroyed, so that new pseudonyms will be other ones.
    pub needs_new_key: bool,
}

impl Ledger {
    /// Opens a resolved issue again: what is not due yet returns to its deadline. What is due stays due, and what is
    /// deleted stays deleted.
    pub fn reopen(&self, issue: &str) -> Result<ReopenReport, Error> {
        let hash = self.name_hash(issue)?;
        self.write(|tx| {
            let row = tx.store.issue_by_name(&hash)?.ok_or_else(|| Error::UnknownIssue(issue.into()))?;
            let (issue_id, was_resolved) = (row.issue_id.clone(), row.state == IssueState::Resolved);
            if was_resolved {
                tx.reopen(row)?;
            }
            let needs_new_key = live_key(&tx.store.keys_of(&issue_id)?)?.is_none();
            let mut report = ReopenReport { was_resolved, postponed: 0, due: 0, deleted: 0, needs_new_key };
            for artifact in tx.store.artifacts_of(Some(&issue_id))? {
                let count = match artifact.state {
                    ArtifactState::Deleted => &mut report.deleted,
                    _ if artifact.due_at <= tx.now.0 => &mut report.due,
                    _ => &mut report.postponed,
                };
                *count += 1;
            }
            Ok(report)
        })
    }

    /// The key of an issue: 32 random bytes, made on first use and durable before they are returned; the same until the
    /// issue is resolved and everything recorded for it is gone.
    pub fn issue_key(&self, issue: &str) -> Result<Sensitive<[u8; 32]>, Error> {
        let hash = self.name_hash(issue)?;
        let live = self.read(|store| match store.issue_by_name(&hash)? {
            Some(row) if row.state == IssueState::Open => live_key(&store.keys_of(&row.issue_id)?),
            _ => Ok(None),
        })?;
        let key_id = match live {
            Some(key_id) => key_id,
            None => self.write(|tx| {
                let row = self.open_issue(tx, issue, None, None)?;
                live_key(&tx.store.keys_of(&row.issue_id)?)?.ok_or(Error::Row("issue_key"))
            })?,
        };
        let missing = || self.missing_key(issue);
        self.keystore.read()?.keys.remove(&key_id).ok_or_else(missing)
    }

    /// Why the key of an open issue is not in the keystore.
    fn missing_key(&self, issue: &str) -> Error {
        match self.store().is_shared() {
            true => Error::KeyElsewhere(issue.into()),
            false => Error::Contradiction("the key of an open issue is not in the keystore".into()),
        }
    }

    /// The keys of several issues, in their order, each with its customer and the policy that it gets if it is opened now.
    /// As [`Ledger::issue_key`], in one commit.
    pub fn issue_keys(
        &self,
        issues: &[(&str, Option<&str>, Option<Retention>)],
    ) -> Result<Vec<Sensitive<[u8; 32]>>, Error> {
        let ids = self.write(|tx| {
            let mut ids = Vec::with_capacity(issues.len());
            for (name, customer, retention) in issues {
                let row = self.open_issue(tx, name, *customer, retention.as_ref())?;
                ids.push(live_key(&tx.store.keys_of(&row.issue_id)?)?.ok_or(Error::Row("issue_key"))?);
            }
            Ok(ids)
        })?;
        let keys = self.keystore.read()?.keys;
        let key = |(id, (issue, ..)): (&String, &(&str, _, _))| {
            Ok(Sensitive::new(*keys.get(id).ok_or_else(|| self.missing_key(issue))?.reveal()))
        };
        ids.iter().zip(issues).map(key).collect()
    }

    /// The resolved issues that this ledger has opened again, in [`Ledger::register`], [`Ledger::issue_key`] or another
    /// method, since it was last asked.
    pub fn take_reopened(&self) -> Vec<Reopened> {
        std::mem::take(&mut *self.reopened.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives an observed artifact to an issue: from now on its copies are owned. Assigning it to its own issue again
    /// changes nothing; to another one is refused.
    pub fn assign(&self, artifact: &ArtifactId, issue: &str) -> Result<(), Error> {
        self.name_hash(issue)?;
        self.write(|tx| {
            let unknown = || Error::UnknownArtifact(artifact.0.clone());
            let mut row = tx.store.artifact(&artifact.0)?.ok_or_else(unknown)?;
            let hash = self.name_hash(issue)?;
            if let Some(owner) = &row.issue_id {
                return match tx.store.issue_by_name(&hash)? {
                    Some(known) if known.issue_id == *owner => Ok(()),
                    _ => Err(Error::Assigned(artifact.0.clone())),
                };
            }
            let issue = self.open_issue(tx, issue, None, None)?;
            row.issue_id = Some(issue.issue_id.clone());
            tx.put_artifact(&row)?;
            for mut location in tx.store.locations_of(&row.artifact_id)? {
                location.custody = Custody::Owned;
                tx.put_location(&location)?;
            }
            tx.log(Op::Assigned, vec![("artifact", row.artifact_id.into()), ("issue", issue.issue_id.into())])
        })
    }

    /// The look-up hash of an issue's name, if it is one that an issue may have.
    pub(super) fn name_hash(&self, issue: &str) -> Result<Vec<u8>, Error> {
        if !is_issue_name(issue) {
            return Err(Error::IssueName(issue.into()));
        }
        Ok(self.seals.lookup("issue", issue.as_bytes()))
    }

    /// Finds or makes an issue that is open and has a live key. It is one customer's, whose name may come later.
    pub(super) fn open_issue(
        &self,
        tx: &mut Tx<'_>,
        name: &str,
        customer: Option<&str>,
        retention: Option<&Retention>,
    ) -> Result<IssueRow, Error> {
        let name_hash = self.name_hash(name)?;
        let customer = customer.or(self.customer.as_deref()).map(|name| self.customer_hash(name));
        let mut row = match tx.store.issue_by_name(&name_hash)? {
            Some(row) if customer.is_some() && row.customer.is_some() && row.customer != customer => {
                return Err(Error::OtherCustomer(name.into()));
            }
            Some(row) if row.state == IssueState::Open => row,
            Some(row) => {
                let has_new_key = live_key(&tx.store.keys_of(&row.issue_id)?)?.is_none();
                let row = tx.reopen(row)?;
                let mut reopened = self.reopened.lock().unwrap_or_else(PoisonError::into_inner);
                reopened.push(Reopened { issue: name.into(), has_new_key });
                row
            }
            None => {
                let policy = tx.policy(retention.or(self.retention.as_ref()))?;
                let (issue_id, is_restricted) = (id::random()?, tx.store.is_restricted()?);
                let row = IssueRow {
                    name_enc: tx.seals.seal("issue.name", &issue_id, name.as_bytes())?,
                    name_hash,
                    policy_id: policy.policy_id,
                    policy_version: policy.version,
                    state: IssueState::Open,
                    opened_at: tx.now.0,
                    resolved_at: None,
                    reopen_count: 0,
                    customer: customer.clone(),
                    issue_id,
                };
                match tx.put_issue(&row) {
                    // It may be there, and hidden.
                    Err(_) if is_restricted => return Err(Error::NotAdmitted),
                    done => done?,
                }
                tx.log(Op::IssueOpened, vec![("issue", row.issue_id.as_str().into())])?;
                row
            }
        };
        if customer.is_some() && row.customer.is_none() {
            row.customer = customer;
            tx.put_issue(&row)?;
            tx.log(Op::CustomerNamed, vec![("issue", row.issue_id.as_str().into())])?;
        }
        if live_key(&tx.store.keys_of(&row.issue_id)?)?.is_none() {
            let key_id = id::random()?;
            let key = Sensitive::new(id::bytes()?);
            tx.keys.push((key_id.clone(), key));
            let fields = vec![("issue", row.issue_id.as_str().into()), ("key", key_id.as_str().into())];
            tx.put_key(&KeyRow {
                key_id,
                issue_id: row.issue_id.clone(),
                state: KeyState::Live,
                created_at: tx.now.0,
                destroyed_at: None,
            })?;
            tx.log(Op::KeyCreated, fields)?;
        }
        Ok(row)
    }
}

/// Whether an issue can be called this: up to 200 bytes without control characters and spaces at the ends, and not
/// `unassigned`, which is what belongs to none.
pub fn is_issue_name(name: &str) -> bool {
    let is_fit = (1..=200).contains(&name.len()) && !name.chars().any(char::is_control) && name.trim() == name;
    is_fit && !name.eq_ignore_ascii_case("unassigned")
}

/// The id of the live key among an issue's keys.
fn live_key(keys: &[KeyRow]) -> Result<Option<String>, Error> {
    Ok(keys.iter().find(|key| key.state == KeyState::Live).map(|key| key.key_id.clone()))
}

impl Tx<'_> {
    fn reopen(&mut self, mut row: IssueRow) -> Result<IssueRow, Error> {
        row.state = IssueState::Open;
        row.resolved_at = None;
        row.reopen_count += 1;
        self.put_issue(&row)?;
        for mut artifact in self.store.artifacts_of(Some(&row.issue_id))? {
            if artifact.state != ArtifactState::Deleted {
                // What is due already stays due: work that goes on is no reason to keep what should be gone.
                if artifact.due_at > self.now.0 {
                    artifact.due_at = artifact.hard_deadline;
                }
                self.put_artifact(&artifact)?;
            }
        }
        self.log(Op::IssueReopened, vec![("issue", row.issue_id.as_str().into())])?;
        Ok(row)
    }
}
