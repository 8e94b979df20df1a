//! The rule set: what is looked for in a run.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use super::load::{self, LoadError};
use super::rule::{Key, List, Origin, Rule, Settings, Text};

/// Rules, keys and settings that belong together. No two of its rules and keys share an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet {
    pub(super) rules: List<Rule>,
    pub(super) keys: List<Key>,
    pub(super) settings: Settings,
}

impl RuleSet {
    /// The set that finds nothing.
    pub const fn empty() -> RuleSet {
        RuleSet {
            rules: Cow::Borrowed(&[]),
            keys: Cow::Borrowed(&[]),
            settings: Settings {
                qualifiers: Cow::Borrowed(&[]),
                literals: Cow::Borrowed(&[]),
                names: Cow::Borrowed(&[]),
                verbs: Cow::Borrowed(&[]),
            },
        }
    }

    /// Reads every `*.toml` in a directory, not in those below it, in the order of their names.
    ///
    /// # Errors
    /// If a file cannot be read, if there is none, or if anything in one is not a valid rule: the first such thing, with
    /// its file and line.
    pub fn load_dir(dir: &Path) -> Result<RuleSet, LoadError> {
        load::load_dir(dir)
    }

    /// Reads rules from the text of one file, which errors and origins call `file`.
    ///
    /// # Errors
    /// If anything in it is not a valid rule: the first such thing, with its line.
    pub fn parse(file: &str, text: &str) -> Result<RuleSet, LoadError> {
        load::parse(file, text)
    }

    /// Adds the rules, keys and words of another set behind this one's.
    ///
    /// # Errors
    /// If both use an id.
    pub fn merge(mut self, other: RuleSet) -> Result<RuleSet, LoadError> {
        {
            let taken: HashMap<&str, &Origin> = self.names().collect();
            for (id, origin) in other.names() {
                if let Some(first) = taken.get(id) {
                    return Err(LoadError::duplicate(id, origin, first));
                }
            }
        }
        append(&mut self.rules, other.rules);
        append(&mut self.keys, other.keys);
        append_new(&mut self.settings.qualifiers, &other.settings.qualifiers);
        append_new(&mut self.settings.literals, &other.settings.literals);
        append_new(&mut self.settings.names, &other.settings.names);
        append_new(&mut self.settings.verbs, &other.settings.verbs);
        Ok(self)
    }

    /// The rules, in the order they were written in.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The keys, in the order they were written in.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The words that belong to no single key.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Every id with the place where it is written.
    fn names(&self) -> impl Iterator<Item = (&str, &Origin)> {
        let rules = self.rules.iter().map(|rule| (rule.id.as_ref(), &rule.origin));
        rules.chain(self.keys.iter().map(|key| (key.id.as_ref(), &key.origin)))
    }
}

/// Appends a list to another, without copying either when one of them is empty.
fn append<T: Clone>(list: &mut List<T>, more: List<T>) {
    if list.is_empty() {
        *list = more;
    } else if !more.is_empty() {
        list.to_mut().extend(more.into_owned());
    }
}

/// Appends the words that a list does not hold yet.
fn append_new(list: &mut List<Text>, more: &[Text]) {
    let new: Vec<Text> = more.iter().filter(|word| !list.contains(word)).cloned().collect();
    if !new.is_empty() {
        list.to_mut().extend(new);
    }
}
