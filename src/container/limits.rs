//! How much one artifact may unfold into.
//!
//! Sizes that a container states about itself are not believed; what comes out of the decoders is counted, over all
//! containers inside containers, against one budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
///
/// Entries and bytes are counted over the whole artifact, and what exceeds them ends the whole. The ratio is held by
/// *accounts*: one for the artifact, and one for each entry whose share of its archive is known. An entry that unfolds too
/// much is flagged, and with it every entry around it that does so too; the outermost that is flagged is withheld. What an
/// entry unfolded to is [settled](Budget::settle) with the account around it when the entry comes out, in the order of the
/// entries, so that nothing depends on how many are worked on at a time.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    depth: u32,
    spent: Arc<Spent>,
    account: Arc<Account>,
}

#[derive(Debug, Default)]
struct Spent {
    entries: AtomicU64,
    output: AtomicU64,
}

/// What went into something, and what came out of it.
#[derive(Debug, Default)]
struct Account {
    around: Option<Arc<Account>>,
    input: AtomicU64,
    output: AtomicU64,
    is_over: AtomicBool,
}

impl Account {
    /// Adds to what came out, and tells whether that is too much.
    fn add(&self, bytes: u64, limits: &Limits) -> Result<(), Limit> {
        match add(&self.output, bytes) {
            output if self.is_exceeded_by(output, limits) => {
                self.is_over.store(true, Ordering::Relaxed);
                Err(Limit::Ratio(limits.ratio))
            }
            _ => Ok(()),
        }
    }

    fn is_exceeded_by(&self, output: u64, limits: &Limits) -> bool {
        output > limits.ratio_from && output > self.input.load(Ordering::Relaxed).saturating_mul(limits.ratio)
    }
}

impl Budget {
    /// The budget of one artifact. Hand this one to the outermost container, and [`super::Entry::budget`] to those within.
    pub fn new(limits: Limits) -> Budget {
        Budget { limits, depth: 0, spent: Arc::default(), account: Arc::default() }
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

    /// The budget of an entry that takes `input` bytes of its archive.
    pub fn of_entry(&self, input: u64) -> Budget {
        let around = Some(self.account.clone());
        let account = Arc::new(Account { around, input: input.into(), ..Account::default() });
        Budget { account, ..self.clone() }
    }

    /// Counts what an entry unfolded to, once it comes out. What was withheld is not counted.
    ///
    /// # Errors
    /// When all entries together are too much, though none was by itself: the archive is to be given up.
    pub fn settle(&self, entry: &Budget) -> Result<(), Limit> {
        match entry.account.output.load(Ordering::Relaxed) {
            0 => Ok(()),
            output => self.account.add(output, &self.limits),
        }
    }

    /// Is what this budget is for too much as a whole, so that withholding an entry of it does not help?
    pub fn is_over(&self) -> bool {
        self.account.is_over.load(Ordering::Relaxed)
    }

    /// The limit that is then reached.
    pub fn ratio(&self) -> Limit {
        Limit::Ratio(self.limits.ratio)
    }

    /// Counts bytes of a container that were read. Only the artifact's own count; those of containers within came out of a
    /// decoder.
    pub fn consumed(&self, bytes: u64) {
        if self.depth <= 1 && self.account.around.is_none() {
            add(&self.account.input, bytes);
        }
    }

    /// Counts bytes that came out of a decoder.
    pub fn produced(&self, bytes: u64) -> Result<(), Limit> {
        if add(&self.spent.output, bytes) > self.limits.output {
            return Err(Limit::Output(self.limits.output));
        }
        let mut within = self.account.add(bytes, &self.limits);
        let mut output = self.account.output.load(Ordering::Relaxed);
        // Of the accounts around, each is held against this line of descent alone, and the artifact's own not at all: what
        // stands beside is settled later, and one entry must not be the end of all.
        let mut around = &self.account.around;
        while let Some(account) = around
            && account.around.is_some()
        {
            output = output.saturating_add(account.output.load(Ordering::Relaxed));
            if account.is_exceeded_by(output, &self.limits) {
                account.is_over.store(true, Ordering::Relaxed);
                within = Err(Limit::Ratio(self.limits.ratio));
            }
            around = &account.around;
        }
        within
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

    #[test]
    fn an_entry_that_unfolds_too_much_leaves_the_others_their_share() {
        let budget = Budget::new(Limits { ratio: 10, ratio_from: 1000, ..Limits::default() });
        let archive = budget.enter().unwrap();
        archive.consumed(200);
        let (bomb, log) = (archive.of_entry(50), archive.of_entry(150));
        assert_eq!(bomb.produced(1000), Ok(()), "up to the threshold anything goes");
        assert_eq!(bomb.produced(1), Err(Limit::Ratio(10)));
        assert!(bomb.is_over() && !archive.is_over());
        assert_eq!(log.produced(1500), Ok(()));
        assert_eq!(archive.settle(&log), Ok(()));
        let more = archive.of_entry(100);
        assert_eq!(more.produced(501), Ok(()));
        assert_eq!(archive.settle(&more), Err(Limit::Ratio(10)), "each by itself is harmless, together they are not");
        assert!(archive.is_over());
    }

    #[test]
    fn the_outermost_entry_that_is_too_much_is_flagged() {
        let budget = Budget::new(Limits { ratio: 10, ratio_from: 1000, ..Limits::default() });
        let archive = budget.enter().unwrap();
        archive.consumed(20);
        let nested = archive.of_entry(20);
        let inside = nested.enter().unwrap();
        let bottom = inside.of_entry(500);
        assert_eq!(bottom.produced(1001), Err(Limit::Ratio(10)), "not for its own sake, but for what it came in");
        assert!(!bottom.is_over() && inside.is_over() && !archive.is_over());
    }
}
