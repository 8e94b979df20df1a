//! The rules: what a secret looks like, as data.
//!
//! A [`Rule`] describes a token with a recognisable shape, a [`Key`] the names of settings whose value is a secret. Both
//! are written in TOML, one file by vendor or subject, and carry their own examples and counter-examples. The files under
//! `rules/` are read by `build.rs`, with the very modules below, and become constants: start-up parses nothing. A user's
//! own files are read at run time by [`RuleSet::load_dir`], under the same law, and join the built-in ones by
//! [`RuleSet::merge`].
//!
//! A rule is three types on its way: as written ([`spec`]), as checked ([`Rule`]), and as compiled, which is the
//! engine's. Its pattern comes with a [`Program`] of steps, which says the same and runs faster; what can stand where a
//! keyword is met is read off it ([`Rule::prefixes`]). So this module promises that every pattern compiles and every name is known, and refuses to know how rules
//! are run, what stands around a finding, and what becomes of it. [`checks`] holds the named functions that rules call.

mod chance;
pub mod checks;
mod compile;
mod digest;
mod embedded;
mod endings;
mod keyword;
mod load;
mod pattern;
mod program;
mod rule;
mod set;
pub mod spec;
mod sums;
pub mod vocabulary;
mod words;

pub use chance::{RANDOM, TELLING, dull, randomness};
pub use checks::Check;
pub use endings::{Endings, Walk};
pub use load::{LoadError, Problem};
pub use program::{BEHIND_KEYWORD, Decision, Look, Program, Step};
pub use rule::{ByteSet, Example, Examples, Key, List, Origin, Rule, Settings, Text, syntax};
pub use set::RuleSet;

#[cfg(test)]
mod tests;
