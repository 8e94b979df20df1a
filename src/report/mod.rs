//! Reports: what a run did or would do, in counts, kinds and places; never content.

pub mod difference;
pub mod inspection;
mod summary;

pub use inspection::{Account, Alphabet, Sighting, Witness};
pub use summary::{Fate, RuleCount, Summary, Withheld, plural, size};
