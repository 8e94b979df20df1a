//! Rules by the hundred: prefixes that no vendor uses, written as users write rules, with tokens that they find.
//!
//! They show what one more rule costs. Prefixes and tails are of the shapes that vendors use: a short name and `_`, a name with
//! its environment (`name-live-`), three letters and a digit; tails of base 62, hex, base 32 in upper case, or base64url.

use std::fmt::Write;

use super::Corpus;
use super::pen::Pen;
use crate::kind::Kind;

/// Rules as TOML, and one token for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// A rule file, to be read by [`crate::rules::RuleSet::parse`].
    pub toml: String,
    /// What each of the rules finds, in their order.
    pub tokens: Vec<String>,
}

/// A tail: its class as patterns write it, its alphabet, and its length.
const TAILS: [(&str, &[u8], usize); 5] = [
    ("[0-9A-Za-z]", b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 36),
    ("[0-9a-f]", b"0123456789abcdef", 40),
    ("[A-Z2-7]", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 24),
    ("[0-9A-Za-z_-]", b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-", 48),
    ("[0-9a-z]", b"0123456789abcdefghijklmnopqrstuvwxyz", 32),
];

/// `count` rules from a seed. A prefix is a word of consonants, which no log holds, and no two are the same; the letters of
/// `ghp_`, `glc_` and `xox` are not among them, so that no built-in rule finds one of these tokens.
pub fn rules(seed: u64, count: usize) -> Synthetic {
    let mut pen = Pen::new(seed, 0);
    let mut toml = String::from("# Made from a seed, for measuring.\n");
    let mut tokens = Vec::with_capacity(count);
    for n in 0..count {
        let prefix = prefix(&mut pen, n);
        let (class, alphabet, length) = TAILS[n % TAILS.len()];
        let tail: String = (0..length).map(|_| char::from(alphabet[pen.random() as usize % alphabet.len()])).collect();
        let least = length * 6 / 10;
        // Writing to a string does not fail.
        let _ = write!(
            toml,
            r#"
[[rule]]
id = "synthetic-{n}"
description = "A token that no vendor gives"
kind = "token"
keywords = ["{prefix}"]
pattern = '''{prefix}{class}{{{least},}}'''
examples = [["{prefix}", "{tail}"], ["sent {prefix}", "{tail} once"]]
counter_examples = [["{prefix}", "..."]]
"#
        );
        tokens.push(prefix + &tail);
    }
    Synthetic { toml, tokens }
}

/// The prefix of rule `n`: letters that tell it from all others, in the fashion of a vendor.
fn prefix(pen: &mut Pen, mut n: usize) -> String {
    const CONSONANTS: &[u8; 16] = b"bcdfjklmnqrstvwz";
    let fashion = n % 4;
    let mut name = String::new();
    // Three letters are the number in base 16, so that no two names are the same; the first is random.
    name.push(char::from(CONSONANTS[pen.random() as usize % 16]));
    for _ in 0..3 {
        name.push(char::from(CONSONANTS[n % 16]));
        n /= 16;
    }
    match fashion {
        0 => name + "qq_",
        1 => name + "-live-",
        2 => name.to_uppercase() + "0",
        _ => name + "_tok_",
    }
}

/// An application log in which one of the tokens stands on every `every`th line, `bytes` long or slightly more.
pub fn planted(seed: u64, bytes: usize, tokens: &[String], every: usize) -> Corpus {
    let Corpus { text: log, mut planted } = super::corpus::app_log(seed, bytes);
    let mut pen = Pen::new(seed, bytes);
    let mut count = 0;
    for (n, line) in log.split_inclusive(|&b| b == b'\n').enumerate() {
        pen.put(line);
        if n % every == every - 1 {
            pen.put(b"remote sent ");
            pen.put(tokens[count as usize % tokens.len()].as_bytes());
            pen.put(b" once\n");
            count += 1;
        }
    }
    *planted.entry(Kind::Token).or_default() += count;
    Corpus { text: pen.text, planted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Stages;
    use crate::rules::RuleSet;

    #[test]
    fn a_thousand_rules_load_beside_the_built_in_ones_and_find_their_tokens() {
        let made = rules(1, 1000);
        assert_eq!(made, rules(1, 1000));
        let set = RuleSet::parse("synthetic.toml", &made.toml).unwrap();
        assert_eq!(set.rules().len(), 1000);
        let stages = Stages::new(&RuleSet::builtin().merge(set).unwrap());
        let corpus = planted(1, 1_000_000, &made.tokens, 5);
        assert_eq!(stages.findings(&corpus.text), corpus.planted.values().sum::<u64>());
        // Without them, what they would find stays.
        let plain = Stages::new(&RuleSet::builtin());
        let lines = corpus.text.split(|&b| b == b'\n').filter(|line| line.starts_with(b"remote sent ")).count() as u64;
        assert_eq!(plain.findings(&corpus.text), corpus.planted.values().sum::<u64>() - lines);
    }
}
