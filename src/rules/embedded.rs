//! The built-in rules, as constants that `build.rs` wrote from `rules/*.toml`.

use std::borrow::Cow;

use super::checks::Check;
use super::program::{Look, Program, Step};
use super::rule::{ByteSet, Examples, Key, Origin, Rule, Settings};
use super::set::RuleSet;
use crate::kind::Kind;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

impl RuleSet {
    /// The built-in rules. Nothing is parsed, compiled or copied.
    pub const fn builtin() -> RuleSet {
        RuleSet { rules: Cow::Borrowed(&RULES), keys: Cow::Borrowed(&KEYS), settings: SETTINGS }
    }
}
