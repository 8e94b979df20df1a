//! The stages of a filter by themselves, over a text in memory: without input, output, digest or threads.

use std::ops::Range;

use crate::chunk::{Chunk, LEFT_MARGIN, RIGHT_MARGIN};
use crate::detect::{Edit, Engine, Fold, Group, Isa, Scan, Scratch, Terms};
use crate::pipeline::Rewriter;
use crate::redact::{IssueKey, Pseudonyms, Redactor};
use crate::rules::RuleSet;

/// Bytes that a chunk owns, as in the filter.
const CHUNK: usize = 128 << 10;

/// An engine with all detectors and a redactor that writes keyed placeholders, on the calling thread.
pub struct Stages {
    engine: Engine,
    redactor: Redactor,
}

/// A stage of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The search and the detectors.
    Scan,
    /// The fold.
    Resolve,
    /// The copy with replacements.
    Rewrite,
}

/// What the fold settled of one chunk: the bytes that may come out, and the edits among them.
pub type Settled = (Range<usize>, Vec<Edit>);

impl Stages {
    /// The stages over some rules, under a key that is always the same.
    pub fn new(rules: &RuleSet) -> Stages {
        Stages::on(Isa::best(), rules)
    }

    /// The same with the instructions of `isa`.
    pub fn on(isa: Isa, rules: &RuleSet) -> Stages {
        Stages::over(Engine::on(isa, rules, &Terms::new(), Terms::new()))
    }

    /// The stages with the detectors of some groups only.
    pub fn of(isa: Isa, rules: &RuleSet, groups: &[Group]) -> Stages {
        Stages::over(Engine::of(isa, rules, groups))
    }

    fn over(engine: Engine) -> Stages {
        let styles = vec![Default::default(); engine.catalogue().len()];
        Stages { redactor: Redactor::new(Pseudonyms::new(IssueKey::new([1; 32])), styles), engine }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Scans each chunk. What this costs is the search and the detectors.
    pub fn scan<'t>(&self, text: &'t [u8]) -> Vec<(Chunk<'t>, Scan)> {
        let mut scratch = Scratch::default();
        chunks(text).map(|chunk| (chunk.clone(), self.engine.scan(&chunk, false, &mut scratch))).collect()
    }

    /// How many findings the scan names, those included that others will cover. Keeps none, so that nothing but the scan is
    /// measured.
    pub fn count(&self, text: &[u8]) -> u64 {
        self.count_of(chunks(text))
    }

    /// The same on `threads` threads, each with a stretch of the text.
    pub fn count_on(&self, threads: usize, text: &[u8]) -> u64 {
        let share = text.len().div_ceil(CHUNK).div_ceil(threads.max(1)).max(1);
        std::thread::scope(|scope| {
            let of_stretch = |first| scope.spawn(move || self.count_of(chunks(text).skip(first).take(share)));
            let others: Vec<_> = (share..text.len().div_ceil(CHUNK)).step_by(share).map(of_stretch).collect();
            let own = self.count_of(chunks(text).take(share));
            own + others.into_iter().map(|other| other.join().expect("a scan does not panic")).sum::<u64>()
        })
    }

    fn count_of<'t>(&self, chunks: impl Iterator<Item = Chunk<'t>>) -> u64 {
        let mut scratch = Scratch::default();
        let count = |chunk| {
            let scan = self.engine.scan(&chunk, false, &mut scratch);
            let count = scan.found.len() as u64;
            scratch.reuse(scan);
            count
        };
        chunks.map(count).sum()
    }

    /// How many candidates of each anchor are verified, in the order of [`Engine::anchor_names`].
    pub fn candidates(&self, text: &[u8]) -> Vec<u64> {
        let mut scratch = Scratch::default();
        chunks(text).for_each(|chunk| drop(self.engine.scan(&chunk, false, &mut scratch)));
        scratch.candidates()
    }

    /// Folds scanned chunks, in order.
    pub fn resolve(scanned: Vec<(Chunk<'_>, Scan)>) -> Vec<(Chunk<'_>, Settled)> {
        let mut fold = Fold::default();
        let settled = |(chunk, mut scan): (_, _)| {
            let settled = settle(&mut fold, &chunk, &mut scan, Vec::new());
            (chunk, settled)
        };
        scanned.into_iter().map(settled).collect()
    }

    /// Writes what a settled chunk becomes behind `out`.
    pub fn rewrite(&self, rewriter: &mut Rewriter, chunk: &Chunk<'_>, settled: &Settled, out: &mut Vec<u8>) {
        let (range, edits) = settled;
        rewriter.rewrite(&self.redactor, chunk, range.clone(), edits, out);
    }

    /// Scans, folds and rewrites chunk after chunk, as a filter does; gives the number of findings. `out` takes each chunk
    /// in its turn and holds the last one.
    pub fn filter(&self, text: &[u8], out: &mut Vec<u8>) -> u64 {
        self.filter_by_stage(text, out, |_| ())
    }

    /// The same, which calls `done` after each stage of each chunk.
    pub fn filter_by_stage(&self, text: &[u8], out: &mut Vec<u8>, mut done: impl FnMut(Stage)) -> u64 {
        let mut fold = Fold::default();
        let mut scratch = Scratch::default();
        let mut findings = 0;
        let (mut rewriter, mut edits) = (Rewriter::default(), Vec::new());
        for chunk in chunks(text) {
            let mut scan = self.engine.scan(&chunk, false, &mut scratch);
            done(Stage::Scan);
            let settled = settle(&mut fold, &chunk, &mut scan, edits);
            scratch.reuse(scan);
            done(Stage::Resolve);
            findings += resolved(&settled);
            out.clear();
            self.rewrite(&mut rewriter, &chunk, &settled, out);
            done(Stage::Rewrite);
            edits = settled.1;
        }
        findings
    }

    /// The number of settled findings in a text.
    pub fn findings(&self, text: &[u8]) -> u64 {
        Stages::resolve(self.scan(text)).iter().map(|(_, settled)| resolved(settled)).sum()
    }
}

fn settle(fold: &mut Fold, chunk: &Chunk<'_>, scan: &mut Scan, mut edits: Vec<Edit>) -> Settled {
    let from = chunk.index(fold.done());
    fold.advance(chunk, &mut scan.found, scan.decided, &mut edits);
    (from..chunk.index(fold.done()), edits)
}

fn resolved(settled: &Settled) -> u64 {
    settled.1.iter().filter(|edit| edit.resolved.is_some()).count() as u64
}

/// The text cut into chunks with their margins, as the feed cuts a stream.
fn chunks(text: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    (0..text.len()).step_by(CHUNK).map(move |start| {
        let end = text.len().min(start + CHUNK);
        let (from, to) = (start.saturating_sub(LEFT_MARGIN), text.len().min(end + RIGHT_MARGIN));
        Chunk { bytes: &text[from..to], base: from as u64, own: start - from..end - from, is_last: to == text.len() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::corpus;
    use crate::pipeline::Scrubber;

    /// The stages do what the filter does, and so measure it.
    #[test]
    fn the_stages_together_are_the_filter() {
        let corpus = corpus::app_log(1, 400_000);
        let stages = Stages::new(&RuleSet::builtin());
        let scrubber = Scrubber::builder().unrecorded().key(IssueKey::new([1; 32])).threads(1).build().unwrap();
        let mut expected = Vec::new();
        let report = scrubber.scrub(&corpus.text[..], &mut expected).unwrap();
        let (mut out, mut rewriter) = (Vec::new(), Rewriter::default());
        for (chunk, settled) in Stages::resolve(stages.scan(&corpus.text)) {
            stages.rewrite(&mut rewriter, &chunk, &settled, &mut out);
        }
        assert!(out == expected);
        let planted: u64 = corpus.planted.values().sum();
        assert_eq!(report.summary.findings(), planted);
        assert_eq!(stages.findings(&corpus.text), planted);
        assert_eq!(stages.filter(&corpus.text, &mut out), planted);
        assert!(stages.count(&corpus.text) >= planted);
        for threads in [1, 2, 3, 64] {
            assert_eq!(stages.count_on(threads, &corpus.text), stages.count(&corpus.text), "{threads} threads");
        }
        let none = Stages::of(Isa::best(), &RuleSet::builtin(), &[]);
        assert_eq!(none.count(&corpus.text), 0);
        let all = Stages::of(Isa::best(), &RuleSet::builtin(), &Group::ALL);
        assert_eq!(all.count(&corpus.text), stages.count(&corpus.text));
    }
}
