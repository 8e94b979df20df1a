//! The summary of a run, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::inspection::harmless;
use crate::kind::Kind;

/// What scrubjay does not look for. The summary, the notices and the docs say so, that nobody is misled.
pub const NOT_LOOKED_FOR: &str = "names, user names, hosts and postal addresses in free text, images";

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

/// What became of the candidates of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fate {
    /// The rule's id.
    pub rule: String,
    /// Its kind's id.
    pub kind: &'static str,
    /// Findings, before those that overlap are united.
    pub confirmed: u64,
    /// Candidates that were left, by reason.
    pub left: BTreeMap<String, u64>,
}

impl Fate {
    /// Candidates that were left.
    pub fn rejected(&self) -> u64 {
        self.left.values().sum()
    }

    /// All candidates.
    pub fn candidates(&self) -> u64 {
        self.confirmed + self.rejected()
    }
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
    /// Findings that were left because they are not sure enough, by rule.
    pub unsure: Vec<RuleCount>,
    /// What became of candidates by rule, if that was counted.
    pub fates: Vec<Fate>,
    /// Candidates that the detectors verified, by anchor, in the order of the engine's, if that was counted.
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
    pub passed: Vec<Withheld>,
    /// What was masked in place because the user said so, and is no text.
    pub masked: Vec<Withheld>,
    /// What failed altogether, with the reason.
    pub failed: Vec<Withheld>,
    /// Values that were learned in a first pass; `None` if none was made.
    pub learned: Option<u64>,
    /// Whether there was more to learn than there is room for.
    pub is_learned_cut: bool,
    /// What would stand in one of these lists, if they were not bounded.
    pub unlisted: u64,
    /// Artifacts that an earlier run had done, and that were left as they are.
    pub done_before: u64,
    /// Entries that were withheld in them.
    pub withheld_before: u64,
    /// Artifacts whose content is that of another one, whose output was copied.
    pub copied: u64,
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
        add_counts(&mut self.rules, other.rules);
        add_counts(&mut self.unsure, other.unsure);
        for more in other.fates {
            match self.fates.iter_mut().find(|fate| fate.rule == more.rule) {
                Some(fate) => {
                    fate.confirmed += more.confirmed;
                    more.left.into_iter().for_each(|(reason, n)| *fate.left.entry(reason).or_insert(0) += n);
                }
                None => self.fates.push(more),
            }
        }
        self.candidates.resize(self.candidates.len().max(other.candidates.len()), 0);
        self.candidates.iter_mut().zip(other.candidates).for_each(|(all, more)| *all += more);
        self.artifacts += other.artifacts;
        self.scrubbed += other.scrubbed;
        self.withheld.extend(other.withheld);
        self.doubtful.extend(other.doubtful);
        self.passed.extend(other.passed);
        self.masked.extend(other.masked);
        self.learned = [self.learned, other.learned].into_iter().flatten().reduce(|a, b| a + b);
        self.is_learned_cut |= other.is_learned_cut;
        self.failed.extend(other.failed);
        self.unlisted += other.unlisted;
        self.done_before += other.done_before;
        self.withheld_before += other.withheld_before;
        self.copied += other.copied;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
    }

    /// Keeps at most so many of each list; the others are counted only.
    pub fn bound(&mut self, most: usize) {
        for list in [&mut self.withheld, &mut self.doubtful, &mut self.passed, &mut self.masked, &mut self.failed] {
            self.unlisted += list.len().saturating_sub(most) as u64;
            list.truncate(most);
        }
    }

    /// Whether everything was scrubbed.
    pub fn is_whole(&self) -> bool {
        let lists = [&self.withheld, &self.doubtful, &self.failed];
        lists.iter().all(|list| list.is_empty()) && self.unlisted == 0 && self.withheld_before == 0
    }

    /// Puts the name of what was read before the names of the entries in it.
    pub fn within(&mut self, artifact: &str) {
        let lists = [&mut self.withheld, &mut self.doubtful, &mut self.passed, &mut self.masked];
        for Withheld { name, .. } in lists.into_iter().flatten() {
            *name = if name.is_empty() { artifact.to_string() } else { format!("{artifact}!{name}") };
        }
    }

    /// Findings in all.
    pub fn findings(&self) -> u64 {
        self.rules.iter().map(|r| r.count).sum()
    }

    /// Findings by kind, in the order of kinds.
    pub fn kinds(&self) -> BTreeMap<Kind, u64> {
        by_kind(&self.rules)
    }

    /// Read bytes per second, in MB (10^6 bytes).
    pub fn megabytes_per_second(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.bytes_in as f64 / 1e6 / seconds } else { 0.0 }
    }

    /// How many that is in each MB (10^6 bytes) that was read.
    pub fn per_megabyte(&self, count: u64) -> f64 {
        if self.bytes_in > 0 { count as f64 * 1e6 / self.bytes_in as f64 } else { 0.0 }
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
        // Of a small input the rate is that of starting.
        let rate = match self.bytes_in {
            0..1_000_000 => String::new(),
            _ => format!(", {:.0} MB/s", self.megabytes_per_second()),
        };
        let mut text = format!("scrubjay: {}{rate}\n", self.headline());
        let kinds = self.kinds();
        if !kinds.is_empty() {
            let _ = writeln!(text, "  replaced: {}", kinds_text(kinds));
        }
        if let Some(learned) = self.learned.filter(|learned| *learned > 0) {
            let values = n(learned, "value");
            let _ = writeln!(text, "  learned: {values} of people and hosts, replaced wherever they stand");
        }
        if self.is_learned_cut {
            text.push_str("  learned: there were more values than there is room for; some stand outside the places that tell of them\n");
        }
        if !self.unsure.is_empty() {
            let all = self.unsure.iter().map(|rule| rule.count).sum::<u64>();
            let kinds = kinds_text(by_kind(&self.unsure));
            let _ = writeln!(text, "  left, as less sure than asked for: {all} ({kinds})");
        }
        text + &self.leftovers()
    }

    /// What was not scrubbed, and what is not looked for.
    fn leftovers(&self) -> String {
        let mut text = String::new();
        let lists = [
            ("WARNING: passed unscanned, as asked", &self.passed),
            ("masked in place, as asked", &self.masked),
            ("withheld", &self.withheld),
            ("scanned as text only", &self.doubtful),
            ("failed", &self.failed),
        ];
        for (title, list) in lists {
            // What failed has to be done by somebody, so all of it is told, within reason.
            let most = if title == "failed" { 1000 } else { 10 };
            if !list.is_empty() {
                let _ = writeln!(text, "  {title}: {}", n(list.len() as u64, "entry"));
            }
            let shown = &list[..list.len().min(most)];
            for (reason, own) in by_reason(shown) {
                // Names are those that somebody gave to what he sent.
                let (reason, own) = (harmless(reason), own.into_iter().map(|withheld| harmless(&withheld.name)));
                if own.len() < MANY {
                    own.for_each(|name| text.push_str(&format!("    {name}: {reason}\n")));
                } else {
                    let _ = writeln!(text, "    {reason}: {}", n(own.len() as u64, "entry"));
                    own.for_each(|name| text.push_str(&format!("      {name}\n")));
                }
            }
            if list.len() > most {
                let _ = writeln!(text, "    and {} more", list.len() - most);
            }
        }
        if self.unlisted > 0 {
            let _ = writeln!(text, "  and {} more that were withheld or failed", self.unlisted);
        }
        if self.copied > 0 {
            let _ = writeln!(text, "  copied from the output of an equal file: {}", n(self.copied, "file"));
        }
        if self.done_before > 0 {
            let _ = writeln!(text, "  done before, and left as they are: {}", n(self.done_before, "file"));
        }
        if self.withheld_before > 0 {
            let _ = writeln!(text, "  withheld in them: {}", n(self.withheld_before, "entry"));
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
            #[serde(skip_serializing_if = "<[RuleCount]>::is_empty")]
            unsure: &'a [RuleCount],
            #[serde(skip_serializing_if = "Vec::is_empty")]
            stats: Vec<RuleStats<'a>>,
            artifacts: u64,
            scrubbed: u64,
            passed: &'a [Withheld],
            masked: &'a [Withheld],
            withheld: &'a [Withheld],
            doubtful: &'a [Withheld],
            failed: &'a [Withheld],
            #[serde(skip_serializing_if = "Option::is_none")]
            learned: Option<u64>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            learned_cut: bool,
            #[serde(skip_serializing_if = "is_none")]
            unlisted: u64,
            #[serde(skip_serializing_if = "is_none")]
            copied: u64,
            #[serde(skip_serializing_if = "is_none")]
            done_before: u64,
            #[serde(skip_serializing_if = "is_none")]
            withheld_before: u64,
            bytes_in: u64,
            bytes_out: u64,
            seconds: f64,
            megabytes_per_second: f64,
            not_looked_for: &'static str,
        }
        #[derive(Serialize)]
        struct RuleStats<'a> {
            candidates: u64,
            candidates_per_megabyte: f64,
            rejected: u64,
            #[serde(flatten)]
            fate: &'a Fate,
        }
        let stats = |fate| RuleStats {
            candidates: Fate::candidates(fate),
            candidates_per_megabyte: self.per_megabyte(fate.candidates()),
            rejected: fate.rejected(),
            fate,
        };
        let json = AsJson {
            findings: self.findings(),
            kinds: self.kinds().into_iter().map(|(kind, count)| (kind.id(), count)).collect(),
            rules: &self.rules,
            unsure: &self.unsure,
            stats: self.fates.iter().map(stats).collect(),
            artifacts: self.artifacts,
            scrubbed: self.scrubbed,
            passed: &self.passed,
            masked: &self.masked,
            withheld: &self.withheld,
            doubtful: &self.doubtful,
            failed: &self.failed,
            learned: self.learned,
            learned_cut: self.is_learned_cut,
            unlisted: self.unlisted,
            copied: self.copied,
            done_before: self.done_before,
            withheld_before: self.withheld_before,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            seconds: self.elapsed.as_secs_f64(),
            megabytes_per_second: self.megabytes_per_second(),
            not_looked_for: NOT_LOOKED_FOR,
        };
        serde_json::to_string(&json).unwrap_or_else(|_| "{}".to_string()) + "\n"
    }
}

/// From how many entries on a reason that they share stands once, before their names.
const MANY: usize = 6;

/// Entries in their order; those that share a reason with many stand together behind the others.
fn by_reason(list: &[Withheld]) -> Vec<(&str, Vec<&Withheld>)> {
    let mut own: BTreeMap<&str, Vec<&Withheld>> = BTreeMap::new();
    list.iter().for_each(|withheld| own.entry(&withheld.reason).or_default().push(withheld));
    let few = list.iter().filter(|withheld| own.get(withheld.reason.as_str()).is_some_and(|own| own.len() < MANY));
    let mut groups: Vec<(&str, Vec<&Withheld>)> =
        few.map(|withheld| (withheld.reason.as_str(), vec![withheld])).collect();
    groups.extend(own.into_iter().filter(|(_, own)| own.len() >= MANY));
    groups
}

/// Whether a number tells nothing.
#[allow(clippy::trivially_copy_pass_by_ref)] // The form that serde wants.
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// A count with its noun.
pub fn plural(count: u64, noun: &str) -> String {
    n(count, noun)
}

/// A count with its noun.
fn n(count: u64, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

fn add_counts(all: &mut Vec<RuleCount>, more: Vec<RuleCount>) {
    for more in more {
        match all.iter_mut().find(|rule| rule.rule == more.rule) {
            Some(rule) => rule.count += more.count,
            None => all.push(more),
        }
    }
}

/// Counts by kind, the kinds in their order.
fn by_kind(rules: &[RuleCount]) -> BTreeMap<Kind, u64> {
    let mut kinds = BTreeMap::new();
    for rule in rules {
        if let Some(kind) = Kind::from_id(rule.kind) {
            *kinds.entry(kind).or_insert(0) += rule.count;
        }
    }
    kinds
}

/// The same for people, the most frequent kind first.
fn kinds_text(kinds: BTreeMap<Kind, u64>) -> String {
    let mut kinds: Vec<(Kind, u64)> = kinds.into_iter().collect();
    kinds.sort_by_key(|&(kind, count)| (std::cmp::Reverse(count), kind));
    kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", ")
}

/// A number of bytes for people, in powers of 1000.
pub fn size(bytes: u64) -> String {
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
        let left = BTreeMap::from([("no domain behind it".to_string(), 2)]);
        Summary {
            rules: vec![rule("email", "email", 3), rule("github-pat", "token", 1)],
            unsure: vec![rule("phone", "phone", 2)],
            fates: vec![Fate { rule: "email".into(), kind: "email", confirmed: 3, left }],
            scrubbed: 1,
            bytes_in: 12_345_678,
            elapsed: Duration::from_millis(100),
            learned: Some(7),
            ..Summary::default()
        }
    }

    #[test]
    fn people_read_counts_by_kind() {
        let text = summary().text();
        assert!(text.starts_with("scrubjay: 4 findings in 1 text; 12.3 MB read, 123 MB/s\n"), "{text}");
        assert!(text.contains("replaced: email 3, token 1"), "{text}");
        assert!(text.contains("learned: 7 values of people and hosts"), "{text}");
        assert!(text.contains("left, as less sure than asked for: 2 (phone 2)"), "{text}");
        assert!(text.contains("not looked for: names"), "{text}");
    }

    #[test]
    fn programs_read_json() {
        let json: serde_json::Value = serde_json::from_str(&summary().json()).unwrap();
        assert_eq!(json["findings"], 4);
        assert_eq!(json["kinds"]["email"], 3);
        assert_eq!(json["rules"][1]["rule"], "github-pat");
        assert_eq!(json["unsure"][0]["count"], 2);
        assert_eq!((&json["learned"], json.get("learned_cut")), (&7.into(), None));
        let stats = &json["stats"][0];
        assert_eq!((&stats["rule"], &stats["candidates"], &stats["rejected"]), (&"email".into(), &5.into(), &2.into()));
        assert_eq!(stats["left"]["no domain behind it"], 2);
        let plain: serde_json::Value = serde_json::from_str(&Summary::default().json()).unwrap();
        assert!(plain.get("stats").is_none() && plain.get("unsure").is_none());
    }

    #[test]
    fn parts_of_a_run_add_up() {
        let mut all = summary();
        all.add(summary());
        all.add(Summary { is_learned_cut: true, ..Summary::default() });
        assert_eq!((all.findings(), all.learned, all.is_learned_cut), (8, Some(14), true));
        assert_eq!(all.rules.len(), 2);
        assert_eq!((all.unsure[0].count, all.fates[0].candidates()), (4, 10));
    }

    #[test]
    fn a_reason_that_many_share_is_told_once() {
        let entry = |n: u32, reason: &str| Withheld { name: format!("{n}.log"), reason: reason.into() };
        let mut failed: Vec<Withheld> = (0..7).map(|n| entry(n, "no space left")).collect();
        failed.insert(3, entry(9, "it is gone"));
        let text = Summary { failed, ..Summary::default() }.text();
        let expected =
            "  failed: 8 entries\n    9.log: it is gone\n    no space left: 7 entries\n      0.log\n      1.log\n";
        assert!(text.contains(expected) && text.contains("      6.log\n"), "{text}");
    }
}
