//! How much one artifact may unfold into.
//!
//! Sizes that a container states about itself are not believed; what comes out of the decoders is counted, over all
//! containers inside containers, against one budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What one artifact may hold, in all its containers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers inside containers: 1 opens an archive and no archive in it.
    pub depth: u32,
    /// Entries of all containers.
    pub entries: u64,
    /// Bytes that all decoders together may give.
    pub output: u64,
    /// Bytes that may come out for each byte of the artifact ...
    pub ratio: u64,
    /// ... once this many came out. A small file of zeros is no attack.
    pub ratio_from: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 8, entries: 1_000_000, output: 64 << 30, ratio: 1000, ratio_from: 64 << 20 }
    }
}

/// Which limit was reached, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// Too many containers inside containers.
    #[error("containers are nested more than {0} deep")]
    Depth(u32),
    /// Too many entries.
    #[error("the containers hold more than {0} entries")]
    Entries(u64),
    /// Too much came out.
    #[error("the containers unfold to more than {0} bytes")]
    Output(u64),
    /// Too much came out of too little.
    #[error("the containers unfold to more than {0} times their size")]
    Ratio(u64),
}

/// What is left of the [`Limits`] for one artifact. Clones share it, also across threads.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    depth: u32,
    spent: Arc<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    entries: AtomicU64,
    input: AtomicU64,
    output: AtomicU64,
}

impl Budget {
    /// The budget of one artifact. Hand this one to the outermost container, and [`super::Entry::budget`] to those within.
    pub fn new(limits: Limits) -> Budget {
        Budget { limits, depth: 0, spent: Arc::default() }
    }

    /// How many containers are open around what this budget is for.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Every format calls this first: the budget for what is inside.
    pub fn enter(&self) -> Result<Budget, Limit> {
        if self.depth >= self.limits.depth {
            return Err(Limit::Depth(self.limits.depth));
        }
        Ok(Budget { depth: self.depth + 1, ..self.clone() })
    }

    /// Counts an entry, before anything is kept about it.
    pub fn entry(&self) -> Result<(), Limit> {
        match add(&self.spent.entries, 1) {
            entries if entries > self.limits.entries => Err(Limit::Entries(self.limits.entries)),
            _ => Ok(()),
        }
    }

    /// Counts bytes of a container that were read. Only the artifact's own count; those of containers within came out of a
    /// decoder.
    pub fn consumed(&self, bytes: u64) {
        if self.depth <= 1 {
            add(&self.spent.input, bytes);
        }
    }

    /// Counts bytes that came out of a decoder.
    pub fn produced(&self, bytes: u64) -> Result<(), Limit> {
        let output = add(&self.spent.output, bytes);
        if output > self.limits.output {
            return Err(Limit::Output(self.limits.output));
        }
        let allowed = self.spent.input.load(Ordering::Relaxed).saturating_mul(self.limits.ratio);
        if output > self.limits.ratio_from && output > allowed {
            return Err(Limit::Ratio(self.limits.ratio));
        }
        Ok(())
    }
}

/// Adds without ever wrapping round, and gives the sum.
fn add(counter: &AtomicU64, amount: u64) -> u64 {
    let before = counter.fetch_add(amount, Ordering::Relaxed);
    before.checked_add(amount).unwrap_or_else(|| {
        counter.store(u64::MAX, Ordering::Relaxed);
        u64::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_was_reached_stays_reached() {
        let budget = Budget::new(Limits { output: 10, ..Limits::default() });
        assert_eq!(budget.produced(10), Ok(()));
        assert_eq!(budget.clone().produced(1), Err(Limit::Output(10)));
        assert_eq!(budget.produced(0), Err(Limit::Output(10)));
        assert_eq!(budget.produced(u64::MAX), Err(Limit::Output(10)));
        assert_eq!(budget.produced(1), Err(Limit::Output(10)));
    }

    #[test]
    fn the_ratio_is_to_the_artifact_and_counts_from_its_threshold() {
        let budget = Budget::new(Limits { ratio: 10, ratio_from: 1000, ..Limits::default() });
        let outer = budget.enter().unwrap();
        let inner = outer.enter().unwrap();
        outer.consumed(99);
        inner.consumed(1 << 40);
        assert_eq!(inner.produced(990), Ok(()));
        assert_eq!(inner.produced(10), Ok(()));
        assert_eq!(outer.produced(1), Err(Limit::Ratio(10)));
    }
}
