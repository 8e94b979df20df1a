//! Redaction: settled findings in, replacements out. Every byte of a chunk is copied or replaced, once.
//!
//! The [`Policy`] says in which [`Style`] a kind or a rule is replaced, the [`Pseudonyms`] give a value its keyed name, and
//! the [`Redactor`] writes; a [`Naming`] gives many values their names at a time. It knows neither how a finding was made nor where the bytes go.

mod block;
mod canonical;
mod lanes;
mod naming;
mod policy;
mod pseudonym;
mod redactor;
mod shape;

pub use naming::Naming;
pub use policy::{Policy, PolicyError, Style};
pub use pseudonym::{IssueKey, Pseudonyms};
pub use redactor::{Redactor, Replaced};
