//! The system calls by which files are looked at and deleted. In tests of the library the nth of them can be made to fail.

#[cfg(not(test))]
pub(super) use rustix::fs::{
    fstat, fsync, linkat, lstat, mkdirat, open, openat, renameat, renameat_with, statat, statfs, statvfs, unlinkat,
};

#[cfg(test)]
pub(super) use faulty::*;

#[cfg(test)]
mod faulty {
    use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, Stat, StatFs, StatVfs};
    use rustix::io::{Errno, Result};
    use rustix::path::Arg;
    use std::cell::Cell;
    use std::os::fd::{AsFd, OwnedFd};

    thread_local! {
        /// How many calls of this thread still succeed, whether all behind that fail, and how.
        static PLAN: Cell<Option<(u64, bool, Errno)>> = const { Cell::new(None) };
    }

    /// Lets `good` calls of this thread succeed, and then one fail, or every one.
    pub(in crate::ledger) fn fail_after(good: u64, for_good: bool, errno: Errno) {
        PLAN.set(Some((good, for_good, errno)));
    }

    /// Ends that; whether a call was reached that failed.
    pub(in crate::ledger) fn end() -> bool {
        !matches!(PLAN.take(), Some((1.., ..)))
    }

    fn call() -> Result<()> {
        match PLAN.get() {
            None => Ok(()),
            Some((0, for_good, errno)) => {
                // Spent: a plan of one failure lets everything behind it pass.
                if !for_good {
                    PLAN.set(None);
                }
                Err(errno)
            }
            Some((good, for_good, errno)) => {
                PLAN.set(Some((good - 1, for_good, errno)));
                Ok(())
            }
        }
    }

    macro_rules! calls {
        ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)+) => {$(
            pub(in crate::ledger) fn $name($($argument: $kind),*) -> Result<$result> {
                call()?;
                rustix::fs::$name($($argument),*)
            }
        )+};
    }

    calls! {
        open(path: impl Arg, flags: OFlags, mode: Mode) -> OwnedFd;
        openat(directory: impl AsFd, path: impl Arg, flags: OFlags, mode: Mode) -> OwnedFd;
        statat(directory: impl AsFd, path: impl Arg, flags: AtFlags) -> Stat;
        fstat(file: impl AsFd) -> Stat;
        lstat(path: impl Arg) -> Stat;
        statfs(path: impl Arg) -> StatFs;
        statvfs(path: impl Arg) -> StatVfs;
        mkdirat(directory: impl AsFd, path: impl Arg, mode: Mode) -> ();
        renameat(from: impl AsFd, old: impl Arg, to: impl AsFd, new: impl Arg) -> ();
        renameat_with(from: impl AsFd, old: impl Arg, to: impl AsFd, new: impl Arg, flags: RenameFlags) -> ();
        linkat(from: impl AsFd, old: impl Arg, to: impl AsFd, new: impl Arg, flags: AtFlags) -> ();
        unlinkat(directory: impl AsFd, path: impl Arg, flags: AtFlags) -> ();
        fsync(file: impl AsFd) -> ();
    }
}
