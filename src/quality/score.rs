//! The score: what a perfect engine would do with a sample, against what the engine did.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::corpus::Split;
use super::sample::Sample;
use crate::finding::Finding;
use crate::kind::Kind;

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many.
    pub good: u64,
    /// Of how many.
    pub of: u64,
}

impl Share {
    pub(super) fn count(&mut self, is_good: bool) {
        self.good += u64::from(is_good);
        self.of += 1;
    }

    /// In percent; 100 of nothing.
    pub fn percent(self) -> f64 {
        if self.of == 0 { 100.0 } else { 100.0 * self.good as f64 / self.of as f64 }
    }

    /// The interval of Wilson (1927) that holds the true share with a probability of 95 %, in percent.
    pub fn interval(self) -> (f64, f64) {
        const Z: f64 = 1.959_964;
        let (share, n) = (self.percent() / 100.0, self.of as f64);
        if self.of == 0 {
            return (0.0, 100.0);
        }
        let middle = share + Z * Z / (2.0 * n);
        let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 100.0 / (1.0 + Z * Z / n);
        ((scale * (middle - half)).max(0.0), (scale * (middle + half)).min(100.0))
    }
}

/// What became of the values of one topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recall {
    /// The topic.
    pub topic: String,
    /// The kind of its values.
    pub kind: &'static str,
    /// Values of which no byte was left readable.
    pub hidden: Share,
    /// Values of which some bytes were, but not all.
    pub partly: u64,
    /// Hidden values that were called what they are.
    pub named: u64,
}

/// What the findings of one kind were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Precision {
    /// The kind.
    pub kind: &'static str,
    /// Findings that share bytes with something that must or may go.
    pub right: Share,
    /// Those of them that took bytes along that belong to nothing of the sort.
    pub wide: u64,
}

/// What became of one sort of text that must stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The sort.
    pub sort: String,
    /// Lines that came out as they were.
    pub kept: Share,
}

/// What became of a sample that did not come out as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// Its value was left as it was.
    Missed,
    /// Some bytes of its value were left.
    Partly,
    /// Something went that should have stayed.
    False,
    /// Something went along with what had to go.
    Wide,
}

/// A sample that did not come out as it should. It names no content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What `--case` calls it.
    pub case: String,
    /// What is wrong.
    pub fault: Fault,
    /// The template, with its carrier.
    pub template: String,
    /// The form of the value.
    pub form: String,
    /// The rules that took something.
    pub rules: Vec<String>,
}

/// The score of one half of the corpus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Which half.
    pub split: &'static str,
    /// By topic.
    pub recall: Vec<Recall>,
    /// By kind of finding.
    pub precision: Vec<Precision>,
    /// By sort.
    pub kept: Vec<Kept>,
    /// Findings in lines that must stay, and how many lines there were.
    pub false_in_lines: Share,
    /// What went wrong.
    pub failures: Vec<Failure>,
}

impl Score {
    pub(super) fn new(split: Split) -> Score {
        let (recall, precision, kept, failures) = Default::default();
        Score { split: split.id(), recall, precision, kept, false_in_lines: Share::default(), failures }
    }

    /// All values together.
    pub fn hidden(&self) -> Share {
        sum(self.recall.iter().map(|recall| recall.hidden))
    }

    /// All findings in samples with values together.
    pub fn right(&self) -> Share {
        sum(self.precision.iter().map(|precision| precision.right))
    }

    /// All lines that must stay together.
    pub fn kept(&self) -> Share {
        sum(self.kept.iter().map(|kept| kept.kept))
    }
}

fn sum(shares: impl Iterator<Item = Share>) -> Share {
    shares.fold(Share::default(), |all, share| Share { good: all.good + share.good, of: all.of + share.of })
}

/// Adds the findings of samples up.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<Kind, (Share, u64)>);

impl Tally {
    /// Judges the findings of a sample by its labels; gives what is wrong with them.
    pub(super) fn add(&mut self, sample: &Sample, findings: &[Finding]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for finding in findings {
            let span = range(finding);
            let shared = sample.labels.iter().map(|label| overlap(&label.span, &span)).sum::<usize>();
            let (right, wide) = self.0.entry(finding.kind).or_default();
            right.count(shared > 0);
            if shared == 0 {
                faults.push(Fault::False);
            } else if shared < span.len() {
                *wide += 1;
                faults.push(Fault::Wide);
            }
        }
        faults
    }

    pub(super) fn finish(self) -> Vec<Precision> {
        let row = |(kind, (right, wide)): (Kind, _)| Precision { kind: kind.id(), right, wide };
        self.0.into_iter().map(row).collect()
    }
}

/// How many bytes of `span` are left readable.
pub(super) fn readable(span: &Range<usize>, findings: &[Finding]) -> usize {
    // Findings are disjoint.
    span.len() - findings.iter().map(|finding| overlap(span, &range(finding))).sum::<usize>()
}

/// Whether a finding that shares bytes with `span` is of this kind.
pub(super) fn is_named(span: &Range<usize>, kind: Kind, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.kind == kind && overlap(span, &range(finding)) > 0)
}

pub(super) fn range(finding: &Finding) -> Range<usize> {
    finding.span.start as usize..finding.span.end as usize
}

pub(super) fn overlap(a: &Range<usize>, b: &Range<usize>) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // 81 of 263: 25.53 % to 36.62 % (Newcombe 1998, Statistics in Medicine 17, table I, method 3).
        let (low, high) = Share { good: 81, of: 263 }.interval();
        assert!((low - 25.53).abs() < 0.01 && (high - 36.62).abs() < 0.01, "{low} {high}");
        let (low, high) = Share { good: 0, of: 20 }.interval();
        assert!(low == 0.0 && (high - 16.11).abs() < 0.01, "{low} {high}");
    }
}
