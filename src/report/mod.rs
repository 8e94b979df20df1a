//! Reports: what a run did, in counts, kinds and places; never content.

mod inspection;
mod summary;

pub use inspection::{Alphabet, Sighting, Witness};
pub use summary::{RuleCount, Summary, Withheld};
