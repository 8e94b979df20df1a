//! A search for hostile texts: every anchor and every key word, with everything that may stand behind it, over and over.
//!
//! The texts of [`hostile`](super::hostile) are those that somebody thought of. These are all that the rule set suggests: an
//! attacker reads it as well. What they cost is measured by `measure slowest`; what turns out to be slow is mended, and goes
//! among the hostile texts.

use std::collections::BTreeSet;

use super::pen::Pen;
use crate::detect::Engine;
use crate::rules::RuleSet;

/// What is put behind a word.
const BEHIND: [&str; 46] = [
    "",
    " ",
    "=",
    ":",
    ": ",
    " : ",
    " = ",
    "=\"",
    ": \"",
    "='",
    "=\"\" ",
    "\":\"",
    "\": \"",
    "\":",
    "':'",
    "\\\":\\\"",
    "=>",
    " => ",
    ":=",
    "==",
    "%3D",
    "=&",
    "=a&",
    "=a;",
    "=a,",
    "=1 ",
    "=a b",
    "(",
    "(\"",
    "(\"a\", ",
    ", ",
    "\", \"",
    "|",
    " | ",
    " is ",
    ".",
    "-",
    "/",
    "/a/",
    ">",
    ">a</",
    "=[",
    ": {",
    ": |\n  ",
    "\n",
    ":\n",
];

/// What is repeated without any word of a rule.
const BARE: [&str; 48] = [
    "-p ",
    "-p a ",
    " -u a:b",
    "-u a:b ",
    "a=b&",
    "a=b;",
    "a=b,",
    "a=\"b\" ",
    "a: b, ",
    "\"a\":\"b\",",
    "{\"a\":",
    "[\"a\",",
    "<a b=\"c\">",
    "</a>",
    "'\"",
    "\"'",
    "\\\"",
    "\\\\\"",
    "(\"",
    "''",
    "\"\"",
    "\"\",",
    "1-",
    "12-34-",
    "1234 ",
    "4111 1111 ",
    "4111-",
    "1 2 ",
    "+1 ",
    "(1) ",
    "1/2/",
    "1:2:",
    "1:2 ",
    "12:34:56 ",
    "2026-01-01 ",
    "0x1f ",
    "a-b-",
    "a_b_",
    "a.b.",
    "A.",
    "Aa ",
    "Jane Roe ",
    "a/b/",
    "/home/a/",
    "C:\\Users\\a\\",
    "a@b ",
    "a:b@c:",
    "u%40",
];

/// Every text that is repeated to find out what it costs, each once.
pub fn pieces(engine: &Engine, rules: &RuleSet) -> Vec<Vec<u8>> {
    let mut words: BTreeSet<Vec<u8>> = engine.literals().into_iter().collect();
    words.extend(rules.keys().iter().flat_map(|key| key.words.iter()).map(|word| word.as_bytes().to_vec()));
    let mut pieces: BTreeSet<Vec<u8>> = BARE.iter().map(|bare| bare.as_bytes().to_vec()).collect();
    for word in &words {
        pieces.extend(BEHIND.iter().map(|behind| [word, behind.as_bytes()].concat()));
        pieces.extend([&b" "[..], b"\"", b"<", b"--", b"&", b"a"].map(|before| [before, word].concat()));
    }
    pieces.into_iter().collect()
}

/// As many pieces as are asked for, each of up to four parts that are drawn from a seed.
pub fn drawn(engine: &Engine, rules: &RuleSet, seed: u64, count: usize) -> Vec<Vec<u8>> {
    let mut parts = engine.literals();
    parts.extend(rules.keys().iter().flat_map(|key| key.words.iter()).map(|word| word.as_bytes().to_vec()));
    let between: Vec<&str> = BEHIND.iter().chain(&BARE).copied().collect();
    let mut pen = Pen::new(seed, 0);
    let mut piece = || {
        pen.text.clear();
        for _ in 0..1 + pen.random() % 2 {
            let (part, behind) = (pen.random() as usize % parts.len(), pen.random() as usize % between.len());
            pen.put(&parts[part]);
            pen.put(between[behind].as_bytes());
        }
        pen.text.clone()
    };
    (0..count).map(|_| piece()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Stages;

    #[test]
    fn every_anchor_and_every_key_word_is_tried() {
        let rules = RuleSet::builtin();
        let stages = Stages::new(&rules);
        let pieces = pieces(stages.engine(), &rules);
        for piece in [&b"AZDO"[..], b"password=\"", b"%40", b"ghp_", b"-p "] {
            let is_tried = pieces.iter().any(|tried| tried.starts_with(piece));
            assert!(is_tried, "{}", piece.escape_ascii());
        }
        assert_eq!(drawn(stages.engine(), &rules, 1, 9), drawn(stages.engine(), &rules, 1, 9));
    }
}
