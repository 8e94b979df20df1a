//! The keys of issues: the last thing to go, once nothing is left of what they belong to.

use super::act::Step;
use super::codes::{IssueState, KeyState, Op};
use super::deletion::DeletionReport;
use super::rows::KeyRow;
use super::{Error, Ledger, Tx};
use std::collections::{BTreeMap, BTreeSet};

impl Ledger {
    /// Destroys the keys of issues of which nothing is held any more, and keys that a crash left without a row.
    pub(super) fn destroy_keys(&self, only: Option<&str>, report: &mut DeletionReport) -> Result<(), Error> {
        let is_shared = self.store().is_shared();
        let ours = if is_shared { self.keystore.read()?.keys } else { BTreeMap::new() };
        for key in self.read(|store| store.undestroyed_keys())? {
            if only.is_some_and(|issue_id| issue_id != key.issue_id) {
                continue;
            }
            // One that was made on another host is that host's to destroy: here nothing could be taken out.
            if is_shared && key.state == KeyState::Live && !ours.contains_key(&key.key_id) {
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
}

impl Tx<'_> {
    /// Marks a key for destruction if nothing of its issue is held any more; true if it is marked.
    pub(super) fn intend_key(&mut self, key: &KeyRow) -> Result<bool, Error> {
        let Some(mut key) = self.store.key(&key.key_id)? else { return Ok(false) };
        match key.state {
            KeyState::DestroyIntended => return Ok(true),
            KeyState::Destroyed => return Ok(false),
            KeyState::Live => {}
        }
        let issue = self.store.issue(&key.issue_id)?.ok_or(Error::Row("issue"))?;
        let (all, held) = self.store.count_held(&key.issue_id)?;
        // An artifact is said to be deleted when all its copies are settled; a record that says otherwise was edited.
        if let Some((artifact, location)) = self.store.open_location_of_deleted(&key.issue_id)? {
            let what = format!("artifact {artifact} is said to be deleted, its location {location} is not");
            return Err(Error::Contradiction(what));
        }
        let is_over = held == 0 && (all > 0 || issue.state == IssueState::Resolved);
        // A key that was made after everything was deleted belongs to a run that has not registered yet.
        let is_fresh = issue.state == IssueState::Open && self.now.0.saturating_sub(key.created_at) < FRESH_MS;
        let held_by = [Some(key.issue_id.as_str()), issue.customer.as_deref()];
        let held_by: Vec<&str> = held_by.into_iter().flatten().collect();
        if !is_over || is_fresh || !self.store.live_holds(&held_by)?.is_empty() {
            return Ok(false);
        }
        key.state = KeyState::DestroyIntended;
        let fields = vec![("issue", key.issue_id.as_str().into()), ("key", key.key_id.as_str().into())];
        self.put_key(&key)?;
        self.log(Op::KeyDestroyIntended, fields)?;
        Ok(true)
    }

    /// Writes down that a key is out of the keystore; gives the sealed name of its issue.
    pub(super) fn confirm_key(&mut self, key_id: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(mut key) = self.store.key(key_id)? else { return Ok(None) };
        // Another purge may have been at the same key.
        if key.state == KeyState::Destroyed {
            return Ok(None);
        }
        key.state = KeyState::Destroyed;
        key.destroyed_at = Some(self.now.0);
        let fields = vec![("issue", key.issue_id.as_str().into()), ("key", key_id.into())];
        self.put_key(&key)?;
        self.log(Op::KeyDestroyed, fields)?;
        Ok(self.store.issue(&key.issue_id)?.map(|issue| issue.name_enc))
    }
}

/// How long the key of an open issue without artifacts is left to the run that asked for it: one hour.
const FRESH_MS: i64 = 60 * 60 * 1000;
