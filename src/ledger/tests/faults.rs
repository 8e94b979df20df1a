//! "Fail the Nth call": for every N, of the file system and of the database, once and for good; then the fault is mended,
//! and one more attempt must bring everything to its end, with nothing lost and nothing deleted twice.

use super::*;
use cell::Cell;
use rustix::io::Errno;
use sql::{Driver, Sql};
use std::sync::atomic::AtomicU64;
use store::Access;

/// Deletes what remains, and checks that all of it was deleted once.
fn assert_ends_well(world: &World, what: &str) {
    let ledger = world.ledger();
    let report = ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert!(!report.is_incomplete(), "{what}: {report:?}");
    assert_eq!(world.listing(), Vec::<String>::new(), "{what}");
    let times = deletions(&ledger);
    assert!(times.len() == 1 && times.values().all(|times| *times == 1), "{what}: {times:?}");
    assert!(matches!(ledger.certificate("ZD-1").unwrap(), Answer::Complete(_)), "{what}");
    let found = ledger.fsck(true).unwrap();
    assert!(found.contradictions.is_empty() && found.findings.is_empty(), "{what}: {found:?}");
}

fn world_with_file() -> (World, Ledger) {
    let world = World::new();
    let ledger = world.ledger();
    world.file("x", "content");
    ledger.record(&world.path("x"), "ZD-1").unwrap();
    (world, ledger)
}

#[test]
fn every_call_of_the_file_system_may_fail() {
    for (errno, for_good) in [(Errno::IO, false), (Errno::IO, true), (Errno::ACCESS, true), (Errno::STALE, false)] {
        for good in 0.. {
            assert!(good < 200, "it never ends");
            let (world, ledger) = world_with_file();
            sys::fail_after(good, for_good, errno);
            let report = ledger.resolve("ZD-1", ResolveOptions::default());
            let has_failed = sys::end();
            let what = format!("call {good}, {errno:?}, for good {for_good}");
            if let Ok(report) = &report {
                let is_said_to_be_gone = report.items.iter().all(|item| item.outcome == Outcome::Deleted);
                let is_gone = world.listing().iter().all(|name| !name.contains('x') && !name.starts_with(".scrubjay"));
                assert!(is_gone || !is_said_to_be_gone || !report.keys_destroyed.is_empty(), "{what}: {report:?}");
                assert!(!report.items.iter().any(|item| item.outcome == Outcome::Missing), "{what}: {report:?}");
            }
            drop(ledger);
            assert_ends_well(&world, &what);
            if !has_failed {
                break;
            }
        }
    }
}

/// How a call of the database fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It does nothing and says so.
    Once,
    /// So do all that follow.
    ForGood,
    /// It does its work, and the answer is lost.
    AnswerLost,
}

/// A driver that fails at one call.
struct Faulty {
    inner: sqlite::Sqlite,
    left: AtomicU64,
    mode: Mode,
    failed: Arc<AtomicU64>,
}

impl Faulty {
    fn call<T>(&self, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let left = self.left.load(Ordering::SeqCst);
        if left > 0 {
            self.left.store(left - 1, Ordering::SeqCst);
            return work();
        }
        if self.mode != Mode::ForGood {
            self.left.store(u64::MAX, Ordering::SeqCst);
        }
        self.failed.fetch_add(1, Ordering::SeqCst);
        if self.mode == Mode::AnswerLost {
            work()?;
        }
        Err(Error::System("a test"))
    }
}

impl Driver for Faulty {
    fn begin(&mut self, access: Access) -> Result<(), Error> {
        self.inner.begin(access)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.call(|| Ok(self.inner.connection.execute_batch("COMMIT")?))
    }

    fn rollback(&mut self) {
        self.inner.rollback();
    }

    fn query(&self, sql: &str, parameters: &[Cell]) -> Result<Vec<Vec<Cell>>, Error> {
        self.call(|| self.inner.query(sql, parameters))
    }

    fn execute(&mut self, sql: &str, parameters: &[Cell]) -> Result<u64, Error> {
        self.call(|| Ok(self.inner.connection.execute(sql, rusqlite::params_from_iter(parameters))? as u64))
    }

    fn check(&self) -> Result<Vec<String>, Error> {
        self.inner.check()
    }

    fn now(&self) -> &'static str {
        self.inner.now()
    }

    fn expect_many(&mut self, many: bool) -> Result<(), Error> {
        self.inner.expect_many(many)
    }

    fn empty_log(&mut self) -> Result<bool, Error> {
        self.inner.empty_log()
    }
}

#[test]
fn every_call_of_the_database_may_fail() {
    // Reads are many and alike: every third call, each mode with another remainder, so that all calls are met.
    for (mode, first) in [(Mode::Once, 0), (Mode::ForGood, 1), (Mode::AnswerLost, 2)] {
        for good in (first..).step_by(3) {
            assert!(good < 2000, "it never ends");
            let (world, ledger) = world_with_file();
            let failed = Arc::new(AtomicU64::new(0));
            let inner = sqlite::Sqlite::open(&ledger.home).unwrap();
            let faulty = Faulty { inner, left: AtomicU64::new(good), mode, failed: failed.clone() };
            *ledger.store() = Box::new(Sql::new(faulty));
            let report = ledger.resolve("ZD-1", ResolveOptions::default());
            let has_failed = failed.load(Ordering::SeqCst) > 0;
            assert_eq!(report.is_err(), has_failed, "call {good}, {mode:?}: a fault is told");
            drop(ledger);
            assert_ends_well(&world, &format!("call {good}, {mode:?}"));
            if !has_failed {
                break;
            }
        }
    }
}

/// A clock of which the nth answer is wrong, once or from then on.
struct Wrong {
    hand: Arc<Hand>,
    left: AtomicU64,
    by: i64,
    for_good: bool,
}

impl Clock for Wrong {
    fn now(&self) -> Time {
        let left = self.left.load(Ordering::SeqCst);
        if left > 0 {
            self.left.store(left - 1, Ordering::SeqCst);
            return self.hand.now();
        }
        if !self.for_good {
            self.left.store(u64::MAX, Ordering::SeqCst);
        }
        // As far back as it goes: what a clock that fails says.
        Time(self.hand.now().0.saturating_add(self.by).max(0))
    }

    /// The second clock is right: it only counts.
    fn boot(&self) -> Option<(String, i64)> {
        Some(("boot-1".into(), self.hand.now().0))
    }
}

#[test]
fn every_answer_of_the_clock_may_be_wrong() {
    for (by, for_good) in
        [(400 * DAY, false), (400 * DAY, true), (-400 * DAY, false), (-400 * DAY, true), (i64::MIN, false)]
    {
        for good in 0.. {
            assert!(good < 100, "it never ends");
            let what = format!("answer {good}, wrong by {}, for good {for_good}", by / DAY);
            let world = World::new();
            let left = AtomicU64::new(good);
            let clock = Arc::new(Wrong { hand: world.hand.clone(), left, by, for_good });
            world.file("x", "content");
            world.file("held", "content too");
            let ledger = world.open(clock.clone()).unwrap();
            let recorded =
                ledger.record(&world.path("x"), "ZD-1").and_then(|_| ledger.record(&world.path("held"), "ZD-2"));
            recorded.unwrap();
            // What was recorded, and compared with the time since the boot, while the clock was right is not due before its
            // time, whatever the clock says then.
            let was_right = (1..1000).contains(&clock.left.load(Ordering::SeqCst));
            ledger.hold("ZD-2", "x", world.hand.now().plus(900 * DAY)).unwrap();
            let purged = ledger.purge(PurgeOptions::default());
            assert!(!was_right || world.path("x").exists(), "{what}: {purged:?}");
            assert!(world.path("held").exists(), "{what}: a hold knows no clock");
            let was_wrong = clock.left.load(Ordering::SeqCst) == 0 || clock.left.load(Ordering::SeqCst) > 1000;
            drop(ledger);
            let ledger = world.open(world.hand.clone()).unwrap();
            let report = ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
            assert!(!report.is_incomplete(), "{what}: {report:?}");
            assert!(!world.path("x").exists(), "{what}: what is resolved is deleted");
            ledger.release("ZD-2").unwrap();
            ledger.resolve("ZD-2", ResolveOptions::default()).unwrap();
            assert_eq!(world.listing(), Vec::<String>::new(), "{what}");
            assert!(deletions(&ledger).values().all(|times| *times == 1), "{what}");
            assert!(ledger.audit_verify().unwrap().problems.is_empty(), "{what}");
            let found = ledger.fsck(true).unwrap();
            assert!(found.contradictions.is_empty() && found.findings.is_empty(), "{what}: {found:?}");
            if !was_wrong {
                break;
            }
        }
    }
}
