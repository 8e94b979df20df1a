//! Places at which a test may kill the program, as a power failure would: no destructor runs, nothing is flushed.
//!
//! They exist in debug builds only; in a release build [`reach`] is an empty function, and nothing can arm it. A place is
//! named in kebab case after what was done just before it.

/// Kills the process the `nth` time that it reaches the place `name`.
#[cfg(debug_assertions)]
pub fn arm(name: String, nth: u32) {
    *armed::place() = Some((name, nth));
}

/// A place that a test may name.
#[inline]
pub fn reach(name: &'static str) {
    #[cfg(debug_assertions)]
    armed::reach(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    static PLACE: Mutex<Option<(String, u32)>> = Mutex::new(None);

    pub(super) fn place() -> MutexGuard<'static, Option<(String, u32)>> {
        PLACE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reach(name: &'static str) {
        let mut place = place();
        let Some((armed, left)) = &mut *place else { return };
        if armed != name {
            return;
        }
        *left = left.saturating_sub(1);
        if *left == 0 {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            // The signal comes at once; until then nothing more may be done.
            loop {
                std::thread::park();
            }
        }
    }
}
