//! Which keys name a secret: the words of the rule set, compared with the last segments of a key.

use std::collections::{BTreeSet, HashMap};

use crate::kind::Kind;
use crate::rules::RuleSet;

/// The key words of a rule set, and how to find and compare them.
pub struct Lexicon {
    /// By joined word: which of the rule set's keys.
    words: HashMap<Vec<u8>, usize>,
    /// Endings of identifiers that are written without separators.
    suffixes: Vec<(Vec<u8>, usize)>,
    qualifiers: BTreeSet<Vec<u8>>,
    literals: BTreeSet<Vec<u8>>,
    /// By key: its kind, and whether it is weak.
    keys: Vec<(Kind, bool)>,
}

/// The most segments that a word is compared with.
const SEGMENTS: usize = 6;

/// Endings of words that the text has whole even where a separator stands before them (`api_key`, `seed-phrase`).
const STEMS: [&[u8]; 15] = [
    b"key",
    b"string",
    b"code",
    b"pin",
    b"salt",
    b"sid",
    b"phrase",
    b"session",
    b"assertion",
    b"response",
    b"community",
    b"chave",
    b"privada",
    b"privata",
    b"klucz",
];

/// Endings that stand in too many other words to be looked for alone; they are looked for with what is before them.
const SHORT: [&[u8]; 6] = [b"id", b"pw", b"api", b"cfg", b"url", b"pat"];

impl Lexicon {
    /// The lexicon of a rule set.
    pub fn new(rules: &RuleSet) -> Lexicon {
        let lower = |texts: &[crate::rules::Text]| texts.iter().map(|t| t.as_bytes().to_ascii_lowercase()).collect();
        let mut lexicon = Lexicon {
            words: HashMap::new(),
            suffixes: Vec::new(),
            qualifiers: lower(&rules.settings().qualifiers),
            literals: lower(&rules.settings().literals),
            keys: Vec::new(),
        };
        for (which, key) in rules.keys().iter().enumerate() {
            lexicon.keys.push((key.kind, key.weak));
            for word in key.words.iter() {
                lexicon.words.entry(word.as_bytes().to_vec()).or_insert(which);
            }
            lexicon.suffixes.extend(key.suffixes.iter().map(|s| (s.as_bytes().to_vec(), which)));
        }
        lexicon
    }

    /// The kind of the values of key number `key`, and whether it is weak.
    pub fn key(&self, key: usize) -> (Kind, bool) {
        self.keys[key]
    }

    /// Literals of which at least one stands in every key that [`Lexicon::find`] knows.
    pub fn anchors(&self) -> Vec<Vec<u8>> {
        let all: BTreeSet<&[u8]> =
            self.words.keys().map(Vec::as_slice).chain(self.suffixes.iter().map(|(s, _)| s.as_slice())).collect();
        let mut anchors: BTreeSet<Vec<u8>> = BTreeSet::new();
        for word in &all {
            // A word that ends in another one is found through that.
            if (1..=word.len()).any(|from| all.contains(&word[from..])) {
                continue;
            }
            // Words of other alphabets are found by their beginning, to the last letter that is not ASCII: `clé_api`.
            if let Some(last) = word.iter().rposition(|&b| b >= 0x80) {
                anchors.insert(word[..=last].to_vec());
                continue;
            }
            let ends = |stem: &&&[u8]| word.len() > stem.len() && word.ends_with(stem);
            if let Some(stem) = STEMS.iter().find(ends) {
                anchors.insert(stem.to_vec());
            } else if let Some(stem) = SHORT.iter().find(ends) {
                let head = &word[..word.len() - stem.len()];
                anchors.extend([&b""[..], b"_", b"-", b".", b" "].map(|separator| [head, separator, stem].concat()));
            } else {
                anchors.insert(word.to_vec());
            }
        }
        anchors.into_iter().filter(|a| a.len() > 1).collect()
    }

    /// Which of the rule set's keys the identifier names, and where in it the words begin.
    pub fn find(&self, identifier: &[u8]) -> Option<usize> {
        let mut segments = segments(identifier);
        // `PublicKeyToken`, `public_key`: published by design.
        if segments.windows(2).any(|pair| pair[0] == b"public" && pair[1].starts_with(b"key")) {
            return None;
        }
        // `password_hash`, `secret2`: trailing segments that change nothing.
        while segments.len() > 1 {
            let last = segments.last()?;
            if last.iter().all(u8::is_ascii_digit) || (self.qualifiers.contains(last) && !self.is_word(&segments)) {
                segments.pop();
            } else {
                break;
            }
        }
        self.named_by(&segments)
    }

    fn is_word(&self, segments: &[Vec<u8>]) -> bool {
        self.named_by(segments).is_some()
    }

    fn named_by(&self, segments: &[Vec<u8>]) -> Option<usize> {
        // The longest word wins: `session_token` before `token`.
        for from in segments.len().saturating_sub(SEGMENTS)..segments.len() {
            if let Some(&key) = self.words.get(&segments[from..].concat()) {
                return Some(key);
            }
        }
        let last = segments.last()?;
        let trimmed = &last[..last.len() - last.iter().rev().take_while(|b| b.is_ascii_digit()).count()];
        if let Some(&key) = self.words.get(trimmed) {
            return Some(key);
        }
        self.suffixes
            .iter()
            .filter(|(suffix, _)| trimmed.len() > suffix.len() && trimmed.ends_with(suffix))
            .max_by_key(|(suffix, _)| suffix.len())
            .map(|&(_, key)| key)
    }

    /// Whether a value is a setting, such as `true` or `none`, in any case.
    pub fn is_setting(&self, value: &[u8]) -> bool {
        value.len() <= 24 && self.literals.contains(&value.to_ascii_lowercase())
    }
}

/// The parts of an identifier in lower case, split at separators and at changes of case: `X-Api-Key`, `keystorePass`,
/// `DB_PASSWORD`, `awsSecretAccessKey`.
fn segments(identifier: &[u8]) -> Vec<Vec<u8>> {
    let mut segments: Vec<Vec<u8>> = Vec::new();
    let mut current: Vec<u8> = Vec::new();
    for (i, &byte) in identifier.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() && byte < 0x80 {
            if !current.is_empty() {
                segments.push(std::mem::take(&mut current));
            }
            continue;
        }
        let before = i.checked_sub(1).map(|i| identifier[i]);
        let after = identifier.get(i + 1).copied();
        let rises = byte.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || (b.is_ascii_uppercase() && after.is_some_and(|a| a.is_ascii_lowercase()))
            });
        if rises && !current.is_empty() {
            segments.push(std::mem::take(&mut current));
        }
        current.push(byte.to_ascii_lowercase());
    }
    if !current.is_empty() {
        segments.push(current);
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_fall_into_segments() {
        let split =
            |s: &str| segments(s.as_bytes()).into_iter().map(|s| String::from_utf8(s).unwrap()).collect::<Vec<_>>();
        assert_eq!(split("X-Api-Key"), ["x", "api", "key"]);
        assert_eq!(split("awsSecretAccessKey"), ["aws", "secret", "access", "key"]);
        assert_eq!(split("DB_PASSWORD"), ["db", "password"]);
        assert_eq!(split("spring.datasource.password"), ["spring", "datasource", "password"]);
        assert_eq!(split("HTTPToken2"), ["http", "token2"]);
    }

    #[test]
    fn settings_about_secrets_are_not_secrets() {
        let rules = RuleSet::builtin();
        let lexicon = Lexicon::new(&rules);
        for key in [
            "password",
            "db.password",
            "DB_PASSWORD",
            "keystorePass",
            "X-Api-Key",
            "api_key",
            "clientSecret",
            "dbpassword",
            "password2",
            "seed_phrase",
            "saml-response",
            "snmp_community",
            "clave_api",
            "gitlab_session",
        ] {
            assert!(lexicon.find(key.as_bytes()).is_some(), "{key}");
            let folded = key.to_ascii_lowercase();
            assert!(
                lexicon.anchors().iter().any(|a| folded.contains(std::str::from_utf8(a).unwrap())),
                "an anchor for {key}"
            );
        }
        for key in [
            "password_required",
            "passwordPolicy",
            "token_count",
            "max_tokens",
            "tokenize",
            "keyboard",
            "author",
            "monkey",
            "compass",
            "bypass",
            "secret_name",
            "token_type",
            "PublicKeyToken",
            "public_key",
        ] {
            assert!(lexicon.find(key.as_bytes()).is_none(), "{key}");
        }
    }
}
