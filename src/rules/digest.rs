//! The digest of a rule set, by which reports and certificates say what was looked for.

use super::rule::Text;
use super::set::RuleSet;

impl RuleSet {
    /// The BLAKE3 digest of everything that decides what is found. The order of rules, keys and words, descriptions,
    /// references, examples and origins do not enter.
    pub fn digest(&self) -> [u8; 32] {
        let mut records: Vec<Vec<u8>> = Vec::with_capacity(self.rules.len() + self.keys.len() + 1);
        for rule in self.rules.iter() {
            let mut record = Record::new("rule", &rule.id, rule.kind.id());
            record.words(&rule.keywords);
            record.text(&rule.pattern);
            record.text(&rule.between);
            record.number(u64::from(rule.ignore_case) | u64::from(rule.boundary) << 1);
            record.number(rule.context.into());
            record.number(rule.max_length.into());
            rule.run.words().into_iter().for_each(|word| record.number(word));
            record.sorted(rule.checks.iter().map(|check| check.id()));
            record.sorted(rule.require.iter().map(|check| check.id()));
            record.words(&rule.allow);
            records.push(record.0);
        }
        for key in self.keys.iter() {
            let mut record = Record::new("key", &key.id, key.kind.id());
            record.words(&key.words);
            record.words(&key.suffixes);
            record.number(key.weak.into());
            record.number(key.random.into());
            record.number(key.hexadecimal.into());
            records.push(record.0);
        }
        let mut settings = Record::new("settings", "", "");
        settings.words(&self.settings.qualifiers);
        settings.words(&self.settings.literals);
        settings.words(&self.settings.names);
        settings.words(&self.settings.verbs);
        records.push(settings.0);

        records.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for record in &records {
            hasher.update(&(record.len() as u64).to_le_bytes()).update(record);
        }
        hasher.finalize().into()
    }
}

/// Fields, each behind its length, so that no two lists of fields are the same bytes.
struct Record(Vec<u8>);

impl Record {
    fn new(what: &str, id: &str, kind: &str) -> Record {
        let mut record = Record(Vec::new());
        [what, id, kind].into_iter().for_each(|field| record.text(field));
        record
    }

    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn words(&mut self, words: &[Text]) {
        self.sorted(words.iter().map(AsRef::as_ref));
    }

    fn sorted<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        let mut words: Vec<&str> = words.collect();
        words.sort_unstable();
        self.number(words.len() as u64);
        words.into_iter().for_each(|word| self.text(word));
    }
}
