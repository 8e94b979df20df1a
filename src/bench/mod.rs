//! Measuring redaction speed: corpora made from a seed, with known numbers of findings.
//!
//! A benchmark states what it expects to find, so that a fast wrong answer fails. That is why each corpus comes with exact
//! counts, and why it is made here instead of being read from a file that differs from machine to machine.

pub mod corpus;

pub use corpus::Corpus;
