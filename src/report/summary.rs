//! The summary of a run, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::kind::Kind;

/// What scrubjay does not look for. The summary, the notices and the docs say so, that nobody is misled.
pub const NOT_LOOKED_FOR: &str =
    "names, user names, hosts and postal addresses in free text, columns of tables, images";

/// How often a rule was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// The rule's id.
    pub rule: String,
    /// Its kind's id.
    pub kind: &'static str,
    /// How many findings it named.
    pub count: u64,
}

/// An entry or artifact that was held back, by its scrubbed name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// The scrubbed name, with the containers around it: `bundle.zip!logs/app.log`.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings by rule, the rules in the order of the catalogue.
    pub rules: Vec<RuleCount>,
    /// Candidates that the detectors verified, by anchor, in the order of the engine's.
    pub candidates: Vec<u64>,
    /// Artifacts that were read.
    pub artifacts: u64,
    /// Texts that were scrubbed: artifacts, and entries of containers.
    pub scrubbed: u64,
    /// What was held back.
    pub withheld: Vec<Withheld>,
    /// What was scanned as text although it holds binary data, in which things may hide.
    pub doubtful: Vec<Withheld>,
    /// What was passed through unscanned because the user said so.
    pub passed: u64,
    /// What failed altogether, with the reason.
    pub failed: Vec<Withheld>,
    /// Bytes read.
    pub bytes_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
    /// How long it took.
    pub elapsed: Duration,
}

impl Summary {
    /// Adds what another part of the run did.
    pub fn add(&mut self, other: Summary) {
        for more in other.rules {
            match self.rules.iter_mut().find(|r| r.rule == more.rule) {
                Some(rule) => rule.count += more.count,
                None => self.rules.push(more),
            }
        }
        self.candidates.resize(self.candidates.len().max(other.candidates.len()), 0);
        self.candidates.iter_mut().zip(other.candidates).for_each(|(all, more)| *all += more);
        self.artifacts += other.artifacts;
        self.scrubbed += other.scrubbed;
        self.withheld.extend(other.withheld);
        self.doubtful.extend(other.doubtful);
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
    }

    /// Puts the name of what was read before the names of the entries in it.
    pub fn within(&mut self, artifact: &str) {
        for Withheld { name, .. } in self.withheld.iter_mut().chain(&mut self.doubtful) {
            *name = if name.is_empty() { artifact.to_string() } else { format!("{artifact}!{name}") };
        }
    }

    /// Findings in all.
    pub fn findings(&self) -> u64 {
        self.rules.iter().map(|r| r.count).sum()
    }

    /// Findings by kind, in the order of kinds.
    pub fn kinds(&self) -> BTreeMap<Kind, u64> {
        let mut kinds = BTreeMap::new();
        for rule in &self.rules {
            if let Some(kind) = Kind::from_id(rule.kind) {
                *kinds.entry(kind).or_insert(0) += rule.count;
            }
        }
        kinds
    }

    /// Read bytes per second, in MB (10^6 bytes).
    pub fn megabytes_per_second(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.bytes_in as f64 / 1e6 / seconds } else { 0.0 }
    }

    /// How much was found in how much, in one line.
    pub fn headline(&self) -> String {
        let mut text = format!("{} in {}", n(self.findings(), "finding"), n(self.scrubbed, "text"));
        if self.artifacts > 1 {
            let _ = write!(text, " of {}", n(self.artifacts, "artifact"));
        }
        text + &format!("; {} read", size(self.bytes_in))
    }

    /// What an inspection counted, for people; `title` paints the headline.
    pub fn counts(&self, title: impl Fn(&str) -> String) -> String {
        let mut text = title(&self.headline()) + "\n";
        let list = |what: &str, mut counts: Vec<(&str, u64)>| {
            counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            let parts: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            if parts.is_empty() { String::new() } else { format!("  by {what}: {}\n", parts.join(", ")) }
        };
        text += &list("kind", self.kinds().into_iter().map(|(kind, count)| (kind.id(), count)).collect());
        text += &list("rule", self.rules.iter().map(|rule| (rule.rule.as_str(), rule.count)).collect());
        text + &self.leftovers()
    }

    /// The summary for people, some lines of at most 120 columns.
    pub fn text(&self) -> String {
        let mut text = format!("scrubjay: {}, {:.0} MB/s\n", self.headline(), self.megabytes_per_second());
        let kinds = self.kinds();
        if !kinds.is_empty() {
            let mut kinds: Vec<(Kind, u64)> = kinds.into_iter().collect();
            kinds.sort_by_key(|&(kind, count)| (std::cmp::Reverse(count), kind));
            let parts: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            let _ = writeln!(text, "  replaced: {}", parts.join(", "));
        }
        text + &self.leftovers()
    }

    /// What was not scrubbed, and what is not looked for.
    fn leftovers(&self) -> String {
        let mut text = String::new();
        if self.passed > 0 {
            let _ = writeln!(text, "  passed unscanned, as asked: {}", n(self.passed, "entry"));
        }
        let lists = [("withheld", &self.withheld), ("scanned as text only", &self.doubtful), ("failed", &self.failed)];
        for (title, list) in lists {
            const MOST: usize = 10;
            if !list.is_empty() {
                let _ = writeln!(text, "  {title}: {}", n(list.len() as u64, "entry"));
            }
            for withheld in list.iter().take(MOST) {
                let _ = writeln!(text, "    {}: {}", withheld.name, withheld.reason);
            }
            if list.len() > MOST {
                let _ = writeln!(text, "    and {} more", list.len() - MOST);
            }
        }
        let _ = writeln!(text, "  not looked for: {NOT_LOOKED_FOR}");
        text
    }

    /// The summary for programs: one JSON object in one line.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct AsJson<'a> {
            findings: u64,
            kinds: BTreeMap<&'static str, u64>,
            rules: &'a [RuleCount],
            artifacts: u64,
            scrubbed: u64,
            passed: u64,
            withheld: &'a [Withheld],
            doubtful: &'a [Withheld],
            failed: &'a [Withheld],
            bytes_in: u64,
            bytes_out: u64,
            seconds: f64,
            megabytes_per_second: f64,
            not_looked_for: &'static str,
        }
        let json = AsJson {
            findings: self.findings(),
            kinds: self.kinds().into_iter().map(|(kind, count)| (kind.id(), count)).collect(),
            rules: &self.rules,
            artifacts: self.artifacts,
            scrubbed: self.scrubbed,
            passed: self.passed,
            withheld: &self.withheld,
            doubtful: &self.doubtful,
            failed: &self.failed,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            seconds: self.elapsed.as_secs_f64(),
            megabytes_per_second: self.megabytes_per_second(),
            not_looked_for: NOT_LOOKED_FOR,
        };
        serde_json::to_string(&json).unwrap_or_else(|_| "{}".to_string()) + "\n"
    }
}

/// A count with its noun.
fn n(count: u64, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

/// A number of bytes for people, in powers of 1000.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let rule = |rule: &str, kind, count| RuleCount { rule: rule.into(), kind, count };
        Summary {
            rules: vec![rule("email", "email", 3), rule("github-pat", "token", 1)],
            scrubbed: 1,
            bytes_in: 12_345_678,
            elapsed: Duration::from_millis(100),
            ..Summary::default()
        }
    }

    #[test]
    fn people_read_counts_by_kind() {
        let text = summary().text();
        assert!(text.starts_with("scrubjay: 4 findings in 1 text; 12.3 MB read, 123 MB/s\n"), "{text}");
        assert!(text.contains("replaced: email 3, token 1"), "{text}");
        assert!(text.contains("not looked for: names"), "{text}");
    }

    #[test]
    fn programs_read_json() {
        let json: serde_json::Value = serde_json::from_str(&summary().json()).unwrap();
        assert_eq!(json["findings"], 4);
        assert_eq!(json["kinds"]["email"], 3);
        assert_eq!(json["rules"][1]["rule"], "github-pat");
    }

    #[test]
    fn parts_of_a_run_add_up() {
        let mut all = summary();
        all.add(summary());
        assert_eq!(all.findings(), 8);
        assert_eq!(all.rules.len(), 2);
    }
}
