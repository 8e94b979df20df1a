//! Measuring redaction speed: corpora made from a seed, with known numbers of findings.
//!
//! A benchmark states what it expects to find, so that a fast wrong answer fails. That is why each corpus comes with exact
//! counts, and why it is made here instead of being read from a file that differs from machine to machine.
//!
//! [`corpus`] and [`binaryish`] make texts as they are, [`hostile`] texts as they would be written to stop a scanner, [`search`]
//! all that the rules suggest, [`synthetic`] rules by the thousand with tokens that they find. [`Stages`] runs the stages of a
//! filter by themselves; a [`race()`] times several ways to do one thing in turns.

pub mod binaryish;
pub mod corpus;
pub mod hostile;
mod pen;
pub mod race;
pub mod search;
mod stages;
pub mod synthetic;

pub use corpus::Corpus;
pub use race::race;
pub use stages::{Stage, Stages};
