//! Turns: workers use a thing one after the other, in the order of their chunks.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a worker keeps looking whether its turn has come before it goes to sleep. Chunks take about as long as each
/// other, so its turn is near, and to be woken takes longer than this; where somebody else has the core, it is lost.
const PATIENCE: Duration = Duration::from_micros(20);

/// Places to sleep at. Workers with numbers apart by less than this never wake each other.
const BEDS: usize = 16;

/// Something that workers use one after the other, in the order of their chunks.
pub(super) struct Turn<T> {
    state: Mutex<State<T>>,
    /// The same number as in the state, for those who look before they take the lock.
    number: AtomicU64,
    /// Where the worker whose turn is `n` sleeps, at `n % BEDS`.
    beds: [Condvar; BEDS],
}

struct State<T> {
    /// The chunk whose turn it is.
    number: u64,
    sleepers: usize,
    inner: T,
}

impl<T> Turn<T> {
    pub(super) fn new(inner: T) -> Turn<T> {
        Turn {
            state: Mutex::new(State { number: 0, sleepers: 0, inner }),
            number: AtomicU64::new(0),
            beds: Default::default(),
        }
    }

    /// Waits for the turn of chunk `number`, acts, and passes the turn on. `None` if the work has failed meanwhile.
    pub(super) fn take<R>(&self, number: u64, is_failed: &AtomicBool, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        look_for(|| self.number.load(Ordering::Acquire) == number || is_failed.load(Ordering::Relaxed));
        let mut state = lock(&self.state);
        while state.number != number && !is_failed.load(Ordering::SeqCst) {
            state.sleepers += 1;
            state = self.bed(number).wait(state).unwrap_or_else(PoisonError::into_inner);
            state.sleepers -= 1;
        }
        if is_failed.load(Ordering::SeqCst) {
            return None;
        }
        let done = act(&mut state.inner);
        state.number += 1;
        self.number.store(state.number, Ordering::Release);
        let has_sleepers = state.sleepers > 0;
        drop(state);
        if has_sleepers {
            self.bed(number + 1).notify_all();
        }
        Some(done)
    }

    /// Wakes everybody, to see that the work has failed.
    pub(super) fn wake(&self) {
        // Held for a moment, so that no one is between looking and waiting.
        drop(lock(&self.state));
        self.beds.iter().for_each(Condvar::notify_all);
    }

    /// Gives back what was used, once nobody uses it.
    pub(super) fn into_inner(self) -> T {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).inner
    }

    fn bed(&self, number: u64) -> &Condvar {
        &self.beds[number as usize % BEDS]
    }
}

/// Takes a lock that is held for a short time, usually without going to sleep.
pub(super) fn lock_soon<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    let mut guard = None;
    look_for(|| {
        guard = mutex.try_lock().ok();
        guard.is_some()
    });
    guard.unwrap_or_else(|| lock(mutex))
}

/// Looks until something is so, or patience ends.
fn look_for(mut is_so: impl FnMut() -> bool) {
    if is_so() {
        return;
    }
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        for _ in 0..16 {
            hint::spin_loop();
            if is_so() {
                return;
            }
        }
    }
}

/// A lock whose holder panicked is still a lock: the failure is carried by [`Shared::is_failed`].
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_comes_in_order_and_nobody_is_forgotten() {
        const WORKERS: u64 = 20;
        let turn = Turn::new(Vec::new());
        let is_failed = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for worker in 0..WORKERS {
                let (turn, is_failed) = (&turn, &is_failed);
                scope.spawn(move || {
                    for round in 0..200 {
                        let number = round * WORKERS + worker;
                        turn.take(number, is_failed, |seen| seen.push(number)).unwrap();
                    }
                });
            }
        });
        assert_eq!(turn.into_inner(), (0..200 * WORKERS).collect::<Vec<_>>());
    }

    #[test]
    fn who_waits_learns_of_a_failure() {
        let turn = Turn::new(());
        let is_failed = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| turn.take(1, &is_failed, |()| ()));
            std::thread::sleep(std::time::Duration::from_millis(20));
            is_failed.store(true, Ordering::SeqCst);
            turn.wake();
            assert_eq!(waiting.join().unwrap(), None);
        });
    }
}
