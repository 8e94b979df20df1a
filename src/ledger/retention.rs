//! What is due when: the policy, apart from the facts and from the act.

use super::codes::Op;
use super::rows::PolicyRow;
use super::{Error, Time, Tx};

/// The policy that holds where no other is named.
pub(super) const DEFAULT_POLICY: &str = "default";

const DAY: i64 = 24 * 60 * 60 * 1000;

/// How soon a data subject is answered where no policy says otherwise: 72 hours. The law's month is the most there is.
pub const ANSWER_MS: i64 = 3 * DAY;

/// How long things are kept: a policy as it is written in a configuration. The ledger keeps every version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Its name.
    pub name: String,
    /// After this time an artifact is deleted, resolved or not. In milliseconds, as all of these.
    pub max_age_ms: i64,
    /// What a resolution that names no grace of its own waits for.
    pub grace_ms: i64,
    /// How long backups and snapshots keep what was deleted.
    pub backup_ms: i64,
    /// How soon a request of a data subject is to be answered.
    pub answer_ms: i64,
}

impl Retention {
    /// A policy that ships ready-made: `30d`, `90d` or `180d`, with a grace of 7 days, 28 for backups, and 72 hours for
    /// an answer to data subjects.
    pub fn profile(name: &str) -> Option<Retention> {
        let days = match name {
            "30d" => 30,
            "90d" => 90,
            "180d" => 180,
            _ => return None,
        };
        let (grace_ms, backup_ms, answer_ms) = (7 * DAY, 28 * DAY, ANSWER_MS);
        Some(Retention { name: name.into(), max_age_ms: days * DAY, grace_ms, backup_ms, answer_ms })
    }
}

impl Tx<'_> {
    /// The version of a policy that says the same; a new one, told in the log, if it is new or was changed. Versions that
    /// issues refer to are never edited, so that a change reaches new issues only.
    pub(super) fn policy(&mut self, retention: Option<&Retention>) -> Result<PolicyRow, Error> {
        let Some(retention) = retention else {
            return self.store.latest_policy(DEFAULT_POLICY)?.ok_or(Error::Row("retention_policy"));
        };
        let latest = self.store.latest_policy(&retention.name)?;
        let version = latest.as_ref().map_or(1, |row| row.version + 1);
        if let Some(row) = latest
            && (row.max_age_ms, row.grace_ms, row.backup_ms, row.answer_ms)
                == (retention.max_age_ms, retention.grace_ms, retention.backup_ms, retention.answer_ms)
        {
            return Ok(row);
        }
        let row = PolicyRow {
            policy_id: retention.name.clone(),
            version,
            grace_ms: retention.grace_ms,
            max_age_ms: retention.max_age_ms,
            backup_ms: retention.backup_ms,
            answer_ms: retention.answer_ms,
        };
        self.store.put_policy(&row)?;
        let fields = vec![
            ("answer_ms", row.answer_ms.into()),
            ("backup_ms", row.backup_ms.into()),
            ("grace_ms", row.grace_ms.into()),
            ("max_age_ms", row.max_age_ms.into()),
            ("policy", row.policy_id.as_str().into()),
            ("version", row.version.into()),
        ];
        self.log(Op::PolicyDefined, fields)?;
        Ok(row)
    }
}

/// The moment at which an artifact must be gone even if its issue is never resolved.
pub(super) fn hard_deadline(policy: &PolicyRow, registered: Time) -> Time {
    registered.plus(policy.max_age_ms)
}

/// When an artifact of a resolved issue is due: after the grace, and never behind its hard deadline.
pub(super) fn due_when_resolved(resolved: Time, grace_ms: i64, hard_deadline: Time) -> Time {
    resolved.plus(grace_ms.max(0)).min(hard_deadline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grace_postpones_and_never_passes_the_deadline() {
        let policy = PolicyRow {
            policy_id: DEFAULT_POLICY.into(),
            version: 1,
            grace_ms: 0,
            max_age_ms: 90,
            backup_ms: 0,
            answer_ms: 1,
        };
        assert_eq!(hard_deadline(&policy, Time(10)), Time(100));
        assert_eq!(due_when_resolved(Time(20), 0, Time(100)), Time(20));
        assert_eq!(due_when_resolved(Time(20), 5, Time(100)), Time(25));
        assert_eq!(due_when_resolved(Time(20), i64::MAX, Time(100)), Time(100));
        assert_eq!(due_when_resolved(Time(20), -5, Time(100)), Time(20));
    }
}
