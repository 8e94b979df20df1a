//! Turns: workers use a thing one after the other, in the order of their chunks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Something that workers use one after the other, in the order of their chunks.
pub(super) struct Turn<T> {
    state: Mutex<(u64, T)>,
    next: Condvar,
}

impl<T> Turn<T> {
    pub(super) fn new(inner: T) -> Turn<T> {
        Turn { state: Mutex::new((0, inner)), next: Condvar::new() }
    }

    /// Waits for the turn of chunk `number`, acts, and passes the turn on. `None` if the work has failed meanwhile.
    pub(super) fn take<R>(&self, number: u64, is_failed: &AtomicBool, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut state = lock(&self.state);
        while state.0 != number {
            if is_failed.load(Ordering::SeqCst) {
                return None;
            }
            state = self.next.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if is_failed.load(Ordering::SeqCst) {
            return None;
        }
        let done = act(&mut state.1);
        state.0 += 1;
        drop(state);
        self.next.notify_all();
        Some(done)
    }

    pub(super) fn wake(&self) {
        // Held for a moment, so that no one is between looking and waiting.
        drop(lock(&self.state));
        self.next.notify_all();
    }
}

/// A lock whose holder panicked is still a lock: the failure is carried by [`Shared::is_failed`].
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
