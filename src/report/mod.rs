//! Reports: what a run did, in counts, kinds and places; never content.

mod summary;

pub use summary::{RuleCount, Summary, Withheld};
