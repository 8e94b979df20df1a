//! What is due when: the policy, apart from the facts and from the act.

use super::Time;
use super::rows::PolicyRow;

/// The policy that holds where no other is named.
pub(super) const DEFAULT_POLICY: &str = "default";

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
        let policy = PolicyRow { policy_id: DEFAULT_POLICY.into(), version: 1, grace_ms: 0, max_age_ms: 90 };
        assert_eq!(hard_deadline(&policy, Time(10)), Time(100));
        assert_eq!(due_when_resolved(Time(20), 0, Time(100)), Time(20));
        assert_eq!(due_when_resolved(Time(20), 5, Time(100)), Time(25));
        assert_eq!(due_when_resolved(Time(20), i64::MAX, Time(100)), Time(100));
        assert_eq!(due_when_resolved(Time(20), -5, Time(100)), Time(20));
    }
}
