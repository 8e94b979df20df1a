//! The record: what was measured last, as a floor under what is measured next, and as the table in the docs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::score::{Score, Share};
use super::{Plan, Split};

/// Points of a percent by which a share may be lower than on record: room for a change that loses one odd form and wins
/// ten others.
const SLACK: f64 = 0.5;

/// The least number of findings of one kind whose precision says something.
const ENOUGH: u64 = 30;

/// What stands in `floor.toml`.
const FLOOR: &str = include_str!("floor.toml");

/// Good ones, of all.
type Shares = BTreeMap<String, (u64, u64)>;

/// Both halves as they were measured, in counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    seed: u64,
    size: usize,
    tune: Side,
    held: Side,
}

/// One half as it was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Hidden values by topic.
    recall: Shares,
    /// Findings that were right, by kind.
    precision: Shares,
    /// Lines that were kept, by sort.
    kept: Shares,
}

impl Side {
    fn of(score: &Score) -> Side {
        let pair = |share: Share| (share.good, share.of);
        Side {
            recall: score.recall.iter().map(|row| (row.topic.clone(), pair(row.hidden))).collect(),
            precision: score.precision.iter().map(|row| (row.kind.to_string(), pair(row.right))).collect(),
            kept: score.kept.iter().map(|row| (row.sort.clone(), pair(row.kept))).collect(),
        }
    }

    fn tables(&self) -> [(&'static str, &Shares); 3] {
        [("hidden", &self.recall), ("right", &self.precision), ("kept", &self.kept)]
    }

    fn total(&self, table: usize) -> (u64, u64) {
        self.tables()[table].1.values().fold((0, 0), |(good, of), share| (good + share.0, of + share.1))
    }
}

impl Record {
    /// The scores of both halves.
    pub fn of(plan: Plan, tune: &Score, held: &Score) -> Record {
        Record { seed: plan.seed, size: plan.size, tune: Side::of(tune), held: Side::of(held) }
    }

    /// The floor that the built-in rules must not fall below.
    ///
    /// # Errors
    /// If it cannot be read, which is a fault in scrubjay.
    pub fn floor() -> Result<Record, toml::de::Error> {
        Record::parse(FLOOR)
    }

    /// Reads a record as [`Record::toml`] writes it.
    ///
    /// # Errors
    /// If it is not one.
    pub fn parse(text: &str) -> Result<Record, toml::de::Error> {
        toml::from_str(text)
    }

    /// The samples that it was measured on.
    pub fn plan(&self) -> Plan {
        Plan { seed: self.seed, size: self.size }
    }

    fn side(&self, split: Split) -> &Side {
        match split {
            Split::Tune => &self.tune,
            Split::Held => &self.held,
        }
    }

    /// Where `measured` is lower than on record, a line for each place. Precision is compared over all kinds, and by kind
    /// where there are enough findings, since how many there are of one kind is for the detectors to say.
    pub fn breaches(&self, measured: &Record) -> Vec<String> {
        let mut breaches = Vec::new();
        for split in Split::ALL {
            let (floor, now) = (self.side(split), measured.side(split));
            let mut compare = |what: &str, floor: (u64, u64), now: (u64, u64)| {
                if percent(now) < percent(floor) - SLACK {
                    let (now, floor) = (percent(now), percent(floor));
                    breaches.push(format!("{}: {what}: {now:.1} %, on record are {floor:.1} %", split.id()));
                }
            };
            let tables = [("recall of", (&floor.recall, &now.recall)), ("kept of", (&floor.kept, &now.kept))];
            for (table, shares) in tables {
                for (name, &floor) in shares.0 {
                    compare(&format!("{table} {name}"), floor, shares.1.get(name).copied().unwrap_or((0, 1)));
                }
            }
            for (kind, &floor) in &floor.precision {
                let now = now.precision.get(kind).copied().unwrap_or_default();
                if floor.1.min(now.1) >= ENOUGH {
                    compare(&format!("precision of {kind}"), floor, now);
                }
            }
            compare("precision of all", floor.total(1), now.total(1));
        }
        breaches
    }

    /// The record with every share that `measured` has raised. A floor does not fall, unless the samples are no longer the same.
    pub fn raised(&self, measured: Record) -> Record {
        let raise = |floor: &Shares, now: &mut Shares| {
            for (name, now) in now {
                // Of how many there are the share counts: more rules are more samples, and more findings.
                if let Some(floor) = floor.get(name).filter(|&&floor| percent(floor) > percent(*now)) {
                    *now = *floor;
                }
            }
        };
        let mut raised = measured;
        if self.plan() == raised.plan() {
            for (floor, now) in [(&self.tune, &mut raised.tune), (&self.held, &mut raised.held)] {
                raise(&floor.recall, &mut now.recall);
                raise(&floor.kept, &mut now.kept);
                raise(&floor.precision, &mut now.precision);
            }
        }
        raised
    }

    /// The record as a file.
    pub fn toml(&self) -> String {
        let mut text = String::from(
            "# What `scrubjay rules test --quality` measured last: [good, of all]. `--floor` holds that it is not lower now, by more\n\
             # than half a point; `--raise src/quality/floor.toml` raises it. The tables in docs/detection.md are these figures.\n\n",
        );
        // Writing to a string does not fail.
        let _ = writeln!(text, "seed = {}\nsize = {}", self.seed, self.size);
        for (split, side) in [("tune", &self.tune), ("held", &self.held)] {
            for (table, shares) in [("recall", &side.recall), ("precision", &side.precision), ("kept", &side.kept)] {
                let _ = writeln!(text, "\n[{split}.{table}]");
                for (name, (good, of)) in shares {
                    let _ = writeln!(text, "{name} = [{good}, {of}]");
                }
            }
        }
        text
    }

    /// The tables of the docs: three, each with both halves side by side.
    pub fn markdown(&self) -> String {
        let titles = [
            "must go | hidden, tuned on | hidden, held out",
            "found | right, tuned on | right, held out",
            "must stay | kept, tuned on | kept, held out",
        ];
        let mut text = String::new();
        for (n, title) in titles.into_iter().enumerate() {
            let (tune, held) = (self.tune.tables()[n].1, self.held.tables()[n].1);
            let mut names: Vec<&String> = tune.keys().chain(held.keys()).collect();
            names.sort();
            names.dedup();
            let _ = writeln!(text, "\n| {title} |\n|---|---|---|");
            for name in names {
                let cell = |shares: &Shares| shares.get(name).map_or("-".to_string(), |&share| cell(share));
                let _ = writeln!(text, "| {name} | {} | {} |", cell(tune), cell(held));
            }
            let _ = writeln!(text, "| **all** | {} | {} |", cell(self.tune.total(n)), cell(self.held.total(n)));
        }
        text
    }
}

fn percent((good, of): (u64, u64)) -> f64 {
    Share { good, of }.percent()
}

fn cell((good, of): (u64, u64)) -> String {
    let share = Share { good, of };
    let (low, high) = share.interval();
    format!("{:.1} % ({low:.1} to {high:.1})", share.percent())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(hidden: u64, kept: u64) -> Record {
        let shares = |good| Shares::from([("email".to_string(), (good, 100))]);
        let side = Side { recall: shares(hidden), precision: shares(100), kept: shares(kept) };
        Record { seed: 1, size: 100, tune: side.clone(), held: side }
    }

    #[test]
    fn a_floor_holds_and_rises() {
        let floor = record(90, 80);
        assert!(floor.breaches(&record(95, 80)).is_empty());
        let breaches = floor.breaches(&record(89, 80));
        assert_eq!(breaches.len(), 2, "{breaches:?}");
        assert_eq!(breaches[0], "tune: recall of email: 89.0 %, on record are 90.0 %");
        assert_eq!(floor.raised(record(95, 70)), record(95, 80));
    }

    #[test]
    fn more_samples_of_a_lower_share_lower_no_floor() {
        let floor = record(90, 80);
        let mut more = record(90, 80);
        more.tune.recall.insert("email".into(), (178, 200));
        assert_eq!(floor.raised(more.clone()).tune.recall["email"], (90, 100));
        more.tune.recall.insert("email".into(), (182, 200));
        assert_eq!(floor.raised(more).tune.recall["email"], (182, 200));
    }

    #[test]
    fn it_reads_what_it_writes() {
        let record = record(90, 80);
        assert_eq!(Record::parse(&record.toml()).unwrap(), record);
    }
}
