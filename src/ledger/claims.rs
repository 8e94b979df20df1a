//! Claims: several purges may work on one ledger at once, each on artifacts that no other one has.
//!
//! A purge takes a *lease* on what it is about to delete, page by page, and passes over what others have. Each of its writes
//! counts what it still has, and renews the lease when half of its time is over, by the database's clock: a purge that slept
//! too long, and lost a part of it to another one, finds out before it writes anything down, and gives up. The lease of a process that is seen to be dead
//! is void at once; one on a host that cannot be seen from here, when its time is up.

use super::lease::Process;
use super::store::{Access, Due};
use super::{Error, Ledger, Tx, id};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How long a lease lasts unless it is renewed: a file that takes longer to read than this is rare.
const LASTS_MS: i64 = 10 * 60 * 1000;

/// The leases of this process.
static LIVE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The lease of one purge.
#[derive(Debug)]
pub(super) struct Lease {
    /// Random, and who has it.
    name: String,
    /// How many artifacts it is on.
    count: u64,
}

impl Drop for Lease {
    fn drop(&mut self) {
        LIVE.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// What a purge may work on; its lease ends with this value, if the purge was not cut off before.
pub(super) struct Claims<'a>(&'a Ledger);

impl Drop for Claims<'_> {
    fn drop(&mut self) {
        *self.0.lease() = None;
    }
}

impl Ledger {
    /// Begins to claim: what dead purges had is free.
    pub(super) fn claims(&self) -> Result<Claims<'_>, Error> {
        let name = format!("{} {}", id::random()?, self.me.name());
        LIVE.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        *self.lease() = Some(Lease { name, count: 0 });
        let claims = Claims(self);
        let now = self.clock.now();
        let others = self.read(|store| store.leases())?;
        let is_void = |lease: &String| {
            let is_ours = LIVE.lock().unwrap_or_else(PoisonError::into_inner).contains(lease);
            let whose = lease.split_once(' ').and_then(|(_, name)| Process::parse(name));
            !is_ours && whose.is_none_or(|process| process == self.me || !self.me.sees_process_alive(&process, now))
        };
        let void: Vec<String> = others.into_iter().filter(is_void).collect();
        if !void.is_empty() {
            self.claiming(|store| void.iter().try_for_each(|lease| store.release(lease)))?;
        }
        Ok(claims)
    }

    fn lease(&self) -> std::sync::MutexGuard<'_, Option<Lease>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transaction about leases only, which is no change of the records.
    fn claiming<T>(&self, work: impl FnOnce(&mut dyn super::Store) -> Result<T, Error>) -> Result<T, Error> {
        let mut store = self.store();
        store.begin(Access::Claim)?;
        let done = work(&mut **store).and_then(|value| store.commit().map(|()| value));
        if done.is_err() {
            store.rollback();
        }
        done
    }

    /// As [`Ledger::write`], while the lease holds.
    pub(super) fn write_leased<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.write(|tx| {
            if let Some(lease) = &*self.lease()
                && lease.count > 0
                && tx.store.lease(&lease.name, LASTS_MS)? != lease.count
            {
                return Err(Error::Busy);
            }
            work(tx)
        })
    }
}

impl Claims<'_> {
    /// The next artifacts that are due, in place of those that were claimed before.
    pub(super) fn due(&self, now: i64, after: (i64, i64), limit: i64) -> Result<Vec<Due>, Error> {
        self.instead(|store, lease| store.claim_due(now, after, limit, lease, LASTS_MS))
    }

    /// Those of these artifacts that nobody else has, in place of those that were claimed before.
    pub(super) fn these(&self, artifact_ids: &[String]) -> Result<Vec<String>, Error> {
        self.instead(|store, lease| {
            let mut claimed = Vec::with_capacity(artifact_ids.len());
            for artifact_id in artifact_ids {
                if store.claim(artifact_id, lease, LASTS_MS)? {
                    claimed.push(artifact_id.clone());
                }
            }
            Ok(claimed)
        })
    }

    /// Gives up what is claimed.
    pub(super) fn end(&self) -> Result<(), Error> {
        self.these(&[]).map(drop)
    }

    fn instead<T>(
        &self,
        work: impl FnOnce(&mut dyn super::Store, &str) -> Result<Vec<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        let Some((name, count)) = self.0.lease().as_ref().map(|lease| (lease.name.clone(), lease.count)) else {
            return Err(Error::Busy);
        };
        let claimed = self.0.claiming(|store| {
            if count > 0 {
                store.release(&name)?;
            }
            work(store, &name)
        })?;
        if let Some(lease) = &mut *self.0.lease() {
            lease.count = claimed.len() as u64;
        }
        Ok(claimed)
    }
}
