//! The built-in rules, as constants that `build.rs` wrote from `rules/*.toml`.

use std::borrow::Cow;

use super::checks::Check;
use super::endings::{Endings, Node};
use super::program::{Look, Program, Step};
use super::rule::{ByteSet, Examples, Key, List, Origin, Rule, Settings, Text};
use super::set::RuleSet;
use super::vocabulary::{Stem, Vocabulary};
use crate::kind::Kind;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

impl RuleSet {
    /// The built-in rules. Nothing is parsed, compiled or copied.
    pub const fn builtin() -> RuleSet {
        RuleSet { rules: Cow::Borrowed(&RULES), keys: Cow::Borrowed(&KEYS), settings: SETTINGS }
    }

    /// The words of its keys and settings. Those of the built-in rules are there already, and of rules that add no words.
    pub fn vocabulary(&self) -> Cow<'static, Vocabulary> {
        let Settings { qualifiers, literals, names, verbs } = &self.settings;
        // What was read or merged is owned.
        let is_borrowed = |words: &&List<Text>| matches!(words, Cow::Borrowed(_));
        let is_builtin = matches!(&self.keys, Cow::Borrowed(keys) if keys.len() == KEYS.len())
            && [qualifiers, literals, names, verbs].iter().all(is_borrowed);
        if is_builtin { Cow::Borrowed(&VOCABULARY) } else { Cow::Owned(Vocabulary::new(&self.keys, &self.settings)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_are_there_are_those_of_the_rules() {
        let builtin = RuleSet::builtin();
        let words = builtin.vocabulary();
        assert!(matches!(words, Cow::Borrowed(_)));
        assert_eq!(*words, Vocabulary::new(builtin.keys(), builtin.settings()));
    }

    #[test]
    fn words_of_other_rules_are_added() {
        let more = |text: &str| RuleSet::builtin().merge(RuleSet::parse("more.toml", text).unwrap()).unwrap();
        let rule = "[[rule]]\nid = 'x'\ndescription = 'x'\nkind = 'token'\nkeywords = ['xyz_']\npattern = 'xyz_[a-z]+'\n\
                    examples = [['xyz', '_a'], ['xyz', '_b']]\ncounter_examples = [['xyz']]";
        assert!(matches!(more(rule).vocabulary(), Cow::Borrowed(_)));
        let amended = more("[settings]\nverbs = ['equalling']");
        assert!(amended.vocabulary().verbs.holds(b"equalling") && amended.vocabulary().verbs.holds(b"is"));
        assert_eq!(amended.vocabulary().words, RuleSet::builtin().vocabulary().words);
    }
}
