//! Redaction: settled findings in, replacements out. Every byte of a chunk is copied or replaced, once.
//!
//! The [`Policy`] says in which [`Style`] a kind or a rule is replaced, the [`Pseudonyms`] give a value its keyed name, and
//! the [`Redactor`] writes; a [`Memo`] saves it from naming a value twice. It knows neither how a finding was made nor where the bytes go.

mod canonical;
mod memo;
mod policy;
mod pseudonym;
mod redactor;
mod shape;

pub use memo::Memo;
pub use policy::{Policy, PolicyError, Style};
pub use pseudonym::{IssueKey, Pseudonyms};
pub use redactor::{Redactor, Replaced};
