//! Time as the ledger counts it, and the clock that tests hold in their hand.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A moment: milliseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// The moment `milliseconds` later, or the last one that can be written.
    pub fn plus(self, milliseconds: i64) -> Time {
        Time(self.0.saturating_add(milliseconds))
    }

    /// A span, in days.
    pub(super) fn days(self) -> String {
        format!("{} days", self.0 / (24 * 60 * 60 * 1000))
    }
}

/// RFC 3339 in UTC, to the second.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0.div_euclid(1000)) {
            Ok(stamp) => f.pad(&stamp.to_string()),
            Err(_) => f.pad("beyond the calendar"),
        }
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Time;

    /// The name of the present boot, and the milliseconds since it; `None` where there is no second clock to compare with.
    fn boot(&self) -> Option<(String, i64)> {
        None
    }
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn boot(&self) -> Option<(String, i64)> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Some((boot.trim().to_string(), since.tv_sec.saturating_mul(1000) + since.tv_nsec / 1_000_000))
    }
}

/// A clock that stands still, at the given moment.
impl Clock for Time {
    fn now(&self) -> Time {
        *self
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Time {
        (**self).now()
    }

    fn boot(&self) -> Option<(String, i64)> {
        (**self).boot()
    }
}
