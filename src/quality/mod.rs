//! Quality as a number: recall and precision by kind, on texts made from a seed.
//!
//! A *corpus* is written by hand, as data: forms of values, lines and texts that they stand in, carriers around those, and
//! what looks alike but must stay. Dice make *samples* of it, whose truth is known by construction: which bytes must go,
//! which may, and that all others must stay. Each sample goes through the engine and is *scored*.
//!
//! Beside it stands text that was written down in the style of real logs ([`SUITE`]), or that users have: a [`Judge`]
//! counts what is taken of it although it should stay.
//!
//! There are two halves that share neither templates nor forms of values ([`Split`]). Detectors may be tuned on one; the
//! other says whether they have learned more than its rows by heart. So failures of the held-out half are not listed
//! unless asked for, and a row of it must not be copied into a rule or a test.
//!
//! What is measured is strict: a value counts as hidden only if no byte of it is left readable. What it does not say is how
//! often each form occurs in the world: every topic has as many samples, and every template of it.

mod corpus;
mod dice;
mod keep;
mod marked;
mod record;
mod sample;
mod score;
mod shapes;

pub use corpus::Split;
pub use keep::{Judge, Judged, MarkError, Misses, SUITE, Takes};
pub use record::{Record, Side};
pub use sample::CorpusError;
pub use score::{Failure, Fault, Kept, Precision, Recall, Score, Share};

use crate::chunk::Chunk;
use crate::detect::{Engine, Fold, Scratch, Terms};
use crate::finding::{Confidence, Finding};
use crate::kind::Kind;
use crate::rules::RuleSet;
use sample::{Corpus, Sample};
use score::{Tally, is_named, range, readable};
use shapes::Shapes;

/// How the corpus is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// Samples of each topic, and of each sort of what must stay.
    pub size: usize,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan { seed: 1, size: 200 }
    }
}

/// The engine that is measured, and the corpus.
pub struct Quality {
    engine: Engine,
    corpora: Vec<Corpus>,
    shapes: Shapes,
}

/// One sample with what became of it: invented text, so that it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The template, with its carrier.
    pub template: String,
    /// The form of the value.
    pub form: String,
    /// The text, what must go in it between `⟦` and `⟧`.
    pub marked: String,
    /// The text that was scanned.
    pub text: String,
    /// What was found: where, what, by which rule, how sure.
    pub found: Vec<(std::ops::Range<usize>, Kind, String, Confidence)>,
}

impl Quality {
    /// The built-in detectors over some rules.
    ///
    /// # Errors
    /// If the corpus cannot be read, which is a fault in scrubjay.
    pub fn new(rules: &RuleSet) -> Result<Quality, CorpusError> {
        let corpora = Split::ALL.into_iter().map(Corpus::read).collect::<Result<_, _>>()?;
        let engine = Engine::new(rules, &Terms::new(), Terms::new());
        Ok(Quality { engine, corpora, shapes: Shapes::of(rules) })
    }

    /// Measures one half.
    ///
    /// # Errors
    /// If a sample cannot be made, which is a fault in scrubjay.
    pub fn run(&self, split: Split, plan: Plan) -> Result<Score, CorpusError> {
        let mut score = Score::new(split);
        let mut tally = Tally::default();
        for corpus in self.corpora.iter().filter(|corpus| corpus.split == split) {
            for (topic, kind) in corpus.topics() {
                let recall = self.topic(corpus, topic, kind, plan, &mut tally, &mut score.failures)?;
                score.recall.push(recall);
            }
            // What is drawn from the rules says nothing of what they do not know, so that none of it is held out.
            if split == Split::Tune {
                score.recall.push(self.by_rule(plan, &mut tally, &mut score.failures));
                score.recall.sort_by(|a, b| a.topic.cmp(&b.topic));
            }
            for sort in corpus.benign() {
                let mut kept = Share::default();
                for n in 0..plan.size {
                    let Some(sample) = corpus.sample(plan.seed, sort, n).transpose()? else { continue };
                    let findings = self.scan(&sample.text);
                    kept.count(findings.is_empty());
                    score.false_in_lines.good += findings.len() as u64;
                    score.false_in_lines.of += sample.text.lines().count() as u64;
                    if !findings.is_empty() {
                        score.failures.push(self.failure(split, sort, n, Fault::False, sample, &findings));
                    }
                }
                score.kept.push(Kept { sort: sort.to_string(), kept });
            }
        }
        score.precision = tally.finish();
        Ok(score)
    }

    fn topic(
        &self,
        corpus: &Corpus,
        topic: &str,
        kind: Kind,
        plan: Plan,
        tally: &mut Tally,
        failures: &mut Vec<Failure>,
    ) -> Result<Recall, CorpusError> {
        let mut recall =
            Recall { topic: topic.to_string(), kind: kind.id(), hidden: Share::default(), partly: 0, named: 0 };
        for n in 0..plan.size {
            let Some(sample) = corpus.sample(plan.seed, topic, n).transpose()? else { continue };
            self.judge((corpus.split, topic, n), sample, kind, &mut recall, tally, failures);
        }
        Ok(recall)
    }

    /// The values that the rules describe: some for each rule.
    fn by_rule(&self, plan: Plan, tally: &mut Tally, failures: &mut Vec<Failure>) -> Recall {
        let (topic, kind) = (shapes::TOPIC, Kind::Token);
        let mut recall =
            Recall { topic: topic.to_string(), kind: kind.id(), hidden: Share::default(), partly: 0, named: 0 };
        for n in 0..self.shapes.len() * plan.size.div_ceil(40) {
            if let Some((sample, kind)) = self.shapes.sample(plan.seed, n) {
                self.judge((Split::Tune, topic, n), sample, kind, &mut recall, tally, failures);
            }
        }
        recall
    }

    /// Scans a sample and counts what became of it.
    fn judge(
        &self,
        (split, topic, n): (Split, &str, usize),
        sample: Sample,
        kind: Kind,
        recall: &mut Recall,
        tally: &mut Tally,
        failures: &mut Vec<Failure>,
    ) {
        let findings = self.scan(&sample.text);
        let mut faults = tally.add(&sample, &findings);
        for label in sample.labels.iter().filter(|label| label.is_main) {
            let left = readable(&label.span, &findings);
            recall.hidden.count(left == 0);
            if left == label.span.len() {
                faults.push(Fault::Missed);
            } else if left > 0 {
                recall.partly += 1;
                faults.push(Fault::Partly);
            } else if is_named(&label.span, kind, &findings) {
                recall.named += 1;
            }
        }
        // The worst names it.
        if let Some(fault) = faults.into_iter().min() {
            failures.push(self.failure(split, topic, n, fault, sample, &findings));
        }
    }

    /// The shares of both halves.
    ///
    /// # Errors
    /// As [`Quality::run`].
    pub fn record(&self, plan: Plan) -> Result<Record, CorpusError> {
        Ok(Record::of(plan, &self.run(Split::Tune, plan)?, &self.run(Split::Held, plan)?))
    }

    fn failure(&self, split: Split, about: &str, n: usize, fault: Fault, sample: Sample, found: &[Finding]) -> Failure {
        let case = format!("{}/{about}/{n}", split.id());
        let mut rules: Vec<String> = found.iter().map(|finding| self.rule(finding)).collect();
        rules.dedup();
        Failure { case, fault, template: sample.template, form: sample.form, rules }
    }

    /// The sample of this name, for example `tune/email/17`, and what became of it; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be made, which is a fault in scrubjay.
    pub fn case(&self, name: &str, seed: u64) -> Result<Option<Case>, CorpusError> {
        let mut parts = name.split('/');
        let (split, about, n) = (parts.next(), parts.next(), parts.next().and_then(|n| n.parse().ok()));
        let corpus = self.corpora.iter().find(|corpus| Some(corpus.split.id()) == split);
        let (Some(corpus), Some(about), Some(n), None) = (corpus, about, n, parts.next()) else { return Ok(None) };
        let by_rule = || self.shapes.sample(seed, n).filter(|_| about == shapes::TOPIC && corpus.split == Split::Tune);
        let sample = corpus.sample(seed, about, n).transpose()?.or_else(|| by_rule().map(|(sample, _)| sample));
        let Some(sample) = sample else { return Ok(None) };
        let found = self.scan(&sample.text);
        let found = found.iter().map(|finding| (range(finding), finding.kind, self.rule(finding), finding.confidence));
        let found = found.collect();
        let mut marked = String::new();
        let mut at = 0;
        for label in sample.labels.iter().filter(|label| !label.is_optional) {
            let (before, value) = (&sample.text[at..label.span.start], &sample.text[label.span.clone()]);
            marked += &format!("{before}⟦{}: {value}⟧", label.what);
            at = label.span.end;
        }
        marked += &sample.text[at..];
        Ok(Some(Case { template: sample.template, form: sample.form, marked, text: sample.text, found }))
    }

    fn rule(&self, finding: &Finding) -> String {
        self.engine.catalogue().get(usize::from(finding.rule.0)).map_or_else(String::new, |rule| rule.id.clone())
    }

    /// The findings of the whole engine, united where they overlap, in order.
    fn scan(&self, text: &str) -> Vec<Finding> {
        let bytes = text.as_bytes();
        let chunk = Chunk { bytes, base: 0, own: 0..bytes.len(), is_last: true };
        let mut scan = self.engine.scan(&chunk, false, &mut Scratch::default());
        let mut edits = Vec::new();
        Fold::default().advance(&chunk, &mut scan.found, scan.decided, &mut edits);
        edits.into_iter().filter_map(|edit| edit.resolved.map(|resolved| resolved.finding)).collect()
    }
}
