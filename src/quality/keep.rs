//! Files that were written down, not made by dice: what is taken of them although it should stay, and what is left
//! although it should go.
//!
//! The built-in suite is made of lines in the style of real system logs, nearly all of which must come out as they are. What
//! rightly goes is marked, as in `⟦ipv4:203.0.113.7⟧`; whoever has logs without marks can judge them too, as long as nothing
//! in them is to go.

use std::collections::BTreeMap;

use serde::Serialize;

use super::marked::Marked;
use super::score::{Share, overlap, range, readable};
use crate::chunk::Chunk;
use crate::detect::{Engine, Fold, Harvest, Isa, Learned, Room, Scratch, Terms};
use crate::kind::Kind;
use crate::rules::RuleSet;

macro_rules! suite {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../../fixtures/keep/", $name)))),*]
    };
}

/// The built-in suite: names and marked texts.
pub const SUITE: [(&str, &str); 24] = suite! {
    "android.log" "bgl.log" "cbs.log" "confluence.log" "cpp.log" "delivery.log" "dotnet.log" "gc.log" "go.log" "hadoop.log"
    "hdfs.log" "java.log" "jira.log" "network.log" "nginx.log" "openstack.log" "postgresql.log" "python.log" "rust.log"
    "spark.log" "sshd.log" "syslog.log" "tomcat.log" "zookeeper.log"
};

/// What the findings of one rule were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Takes {
    /// The rule's id.
    pub rule: String,
    /// The id of the kind that it names.
    pub kind: &'static str,
    /// Findings.
    pub takes: u64,
    /// Findings of something that should stay.
    pub wrong: u64,
    /// Findings that take something along that should stay.
    pub wide: u64,
    /// The place of the first that is wrong, else of the first that is wide: `file:line:column`, the column in bytes.
    pub place: Option<String>,
}

/// What became of the marks of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Misses {
    /// The kind's id.
    pub kind: &'static str,
    /// Values of which no byte was left readable.
    pub hidden: Share,
    /// The place of the first of which some was.
    pub place: Option<String>,
}

/// What became of all files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Files.
    pub files: u64,
    /// Lines in them.
    pub lines: u64,
    /// By rule, those that take most wrongly first.
    pub rules: Vec<Takes>,
    /// By kind.
    pub marks: Vec<Misses>,
}

impl Judged {
    /// Findings of what should stay, wholly or in part.
    pub fn wrong(&self) -> u64 {
        self.rules.iter().map(|takes| takes.wrong + takes.wide).sum()
    }

    /// The same for each 1,000 lines.
    pub fn wrong_per_thousand(&self) -> f64 {
        if self.lines == 0 { 0.0 } else { 1000.0 * self.wrong() as f64 / self.lines as f64 }
    }

    /// Values that must go, and how many of them did.
    pub fn hidden(&self) -> Share {
        let add =
            |all: Share, marks: &Misses| Share { good: all.good + marks.hidden.good, of: all.of + marks.hidden.of };
        self.marks.iter().fold(Share::default(), add)
    }
}

/// A file that cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}: {what}")]
pub struct MarkError {
    name: String,
    line: u64,
    what: String,
}

/// The engine that is judged, and what it did so far.
pub struct Judge {
    engine: Engine,
    learned: Option<Learned>,
    scratch: Scratch,
    files: u64,
    lines: u64,
    rules: BTreeMap<(u16, Kind), Takes>,
    marks: BTreeMap<Kind, Misses>,
}

impl Judge {
    /// The built-in detectors over some rules.
    pub fn new(rules: &RuleSet) -> Judge {
        let engine = Engine::new(rules, &Terms::new(), Terms::new());
        let (rules, marks) = Default::default();
        Judge { engine, learned: None, scratch: Scratch::default(), files: 0, lines: 0, rules, marks }
    }

    /// The same, which finds besides what all of these files tell of people and hosts.
    ///
    /// # Errors
    /// If a mark in one of them cannot be read.
    pub fn knowing(rules: &RuleSet, files: &[(&str, &[u8])]) -> Result<Judge, MarkError> {
        let engine = Engine::harvesting(Isa::best(), rules, &Terms::new(), Terms::new());
        let mut harvest = Harvest::new([0; 32], Room::default());
        for (name, raw) in files {
            let marked = Marked::read(raw).map_err(|(line, what)| MarkError { name: name.to_string(), line, what })?;
            let bytes = &marked.text;
            let chunk = Chunk { bytes, base: 0, own: 0..bytes.len(), is_last: true };
            let mut scan = engine.scan(&chunk, false, &mut Scratch::default());
            let mut edits = Vec::new();
            Fold::default().advance(&chunk, &mut scan.found, scan.decided, &mut edits);
            harvest.take(&chunk, &edits);
            harvest.end();
        }
        Ok(Judge { learned: Some(harvest.learned().learned), ..Judge::new(rules) })
    }

    /// Scans a file and judges every finding by the marks in it.
    ///
    /// # Errors
    /// If a mark cannot be read; nothing of the file counts then.
    pub fn file(&mut self, name: &str, raw: &[u8]) -> Result<(), MarkError> {
        let marked = Marked::read(raw).map_err(|(line, what)| MarkError { name: name.to_string(), line, what })?;
        let bytes = &marked.text;
        self.files += 1;
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.lines += u64::from(bytes.last().is_some_and(|&byte| byte != b'\n'));
        let chunk = Chunk { bytes, base: 0, own: 0..bytes.len(), is_last: true };
        let mut scan = self.engine.scan_knowing(self.learned.as_ref(), &chunk, false, &mut self.scratch);
        let mut edits = Vec::new();
        Fold::default().advance(&chunk, &mut scan.found, scan.decided, &mut edits);
        let findings: Vec<_> = edits.into_iter().filter_map(|edit| edit.resolved.map(|r| r.finding)).collect();
        let place = |at: usize| {
            let (line, column) = marked.place(at);
            Some(format!("{name}:{line}:{column}"))
        };
        for finding in &findings {
            let span = range(finding);
            // Marks and findings are in order, so that those before this one are behind us.
            let first = marked.marks.partition_point(|mark| mark.span.end <= span.start);
            let near = marked.marks[first..].iter().take_while(|mark| mark.span.start < span.end);
            let shared: usize = near.map(|mark| overlap(&mark.span, &span)).sum();
            let takes = self.rules.entry((finding.rule.0, finding.kind)).or_insert_with(|| Takes {
                rule: self.engine.catalogue()[usize::from(finding.rule.0)].id.clone(),
                kind: finding.kind.id(),
                takes: 0,
                wrong: 0,
                wide: 0,
                place: None,
            });
            takes.takes += 1;
            if shared == 0 {
                if takes.wrong == 0 {
                    takes.place = place(span.start);
                }
                takes.wrong += 1;
            } else if shared < span.len() {
                takes.wide += 1;
                takes.place = takes.place.take().or_else(|| place(span.start));
            }
        }
        for mark in marked.marks.iter().filter(|mark| !mark.is_optional) {
            let first = findings.partition_point(|finding| range(finding).end <= mark.span.start);
            let last = findings.partition_point(|finding| range(finding).start < mark.span.end);
            let is_hidden = readable(&mark.span, findings.get(first..last).unwrap_or_default()) == 0;
            let (kind, hidden) = (mark.kind.id(), Share::default());
            let misses = self.marks.entry(mark.kind).or_insert(Misses { kind, hidden, place: None });
            misses.hidden.count(is_hidden);
            if !is_hidden && misses.place.is_none() {
                misses.place = place(mark.span.start);
            }
        }
        Ok(())
    }

    /// What became of all of them.
    pub fn finish(self) -> Judged {
        let mut rules: Vec<Takes> = self.rules.into_values().collect();
        rules.sort_by(|a, b| {
            let rank = |t: &Takes| std::cmp::Reverse((t.wrong + t.wide, t.takes));
            rank(a).cmp(&rank(b)).then_with(|| (&a.rule, a.kind).cmp(&(&b.rule, b.kind)))
        });
        Judged { files: self.files, lines: self.lines, rules, marks: self.marks.into_values().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_judged_by_the_marks() {
        let mut judge = Judge::new(&RuleSet::builtin());
        let text = "from ⟦ipv4:203.0.113.7⟧ to 198.51.100.9\nmail ⟦email:jane.roe@example.com⟧, ⟦name:Jane Roe⟧\nup ⟦?ipv4:192.0.2.1⟧";
        judge.file("a.log", text.as_bytes()).unwrap();
        let judged = judge.finish();
        assert_eq!((judged.files, judged.lines, judged.wrong()), (1, 3, 1));
        let ipv4 = &judged.rules[0];
        assert_eq!((ipv4.rule.as_str(), ipv4.takes, ipv4.wrong, ipv4.wide), ("ipv4", 3, 1, 0));
        assert_eq!(ipv4.place.as_deref(), Some("a.log:1:32"));
        let left: Vec<_> = judged.marks.iter().filter(|m| m.place.is_some()).collect();
        assert_eq!((left.len(), left[0].kind, left[0].place.as_deref()), (1, "name", Some("a.log:2:48")));
        assert_eq!(judged.hidden(), Share { good: 2, of: 3 });
    }

    #[test]
    fn what_should_stay_stays_when_all_of_it_was_learned_from() {
        let files = SUITE.map(|(name, text)| (name, text.as_bytes()));
        let judged = |mut judge: Judge| {
            files.iter().for_each(|(name, text)| judge.file(name, text).unwrap());
            judge.finish()
        };
        let plain = judged(Judge::new(&RuleSet::builtin()));
        let knowing = Judge::knowing(&RuleSet::builtin(), &files).unwrap();
        let terms = knowing.learned.as_ref().map_or(0, Learned::len);
        assert!(terms > 5, "the suite tells of users and hosts: {terms}");
        let knowing = judged(knowing);
        let learned: Vec<&Takes> = knowing.rules.iter().filter(|takes| takes.rule.starts_with("learned-")).collect();
        assert_eq!(knowing.wrong(), plain.wrong(), "{learned:#?}");
        assert!(knowing.hidden().good >= plain.hidden().good);
    }

    #[test]
    fn the_suite_is_what_the_directory_holds() {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keep");
        let mut names: Vec<String> =
            std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.ends_with(".log"));
        names.sort();
        assert_eq!(names, SUITE.map(|(name, _)| name.to_string()));
        let lines: usize = SUITE.iter().map(|(_, text)| text.lines().count()).sum();
        assert!(lines >= 2000, "{lines} lines");
    }
}
