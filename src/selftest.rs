//! The rules' self-test: every example of every rule goes through the whole engine, and no counter-example changes.

use std::ops::Range;

use crate::detect::Verdict;
use crate::pipeline::Scrubber;
use crate::rules::{Example, Rule, RuleSet};
use crate::sensitive::Sensitive;

/// How an example is presented to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presentation {
    /// As it is, alone.
    Plain,
    /// With the first byte of the text, more lines behind it.
    AtStart,
    /// In the middle of lines.
    InText,
    /// Up to the last byte of the text, more lines before it.
    AtEnd,
    /// In a string of a JSON object.
    InJson,
    /// In chunks of seven bytes.
    Cut,
    /// With a word right before the secret, as in `keyghp_...`: of rules that ask for no boundary.
    Glued,
    /// Twice, with a comma between.
    Twice,
}

impl Presentation {
    /// All presentations.
    pub const ALL: [Presentation; 8] = [
        Presentation::Plain,
        Presentation::AtStart,
        Presentation::InText,
        Presentation::AtEnd,
        Presentation::InJson,
        Presentation::Cut,
        Presentation::Glued,
        Presentation::Twice,
    ];

    fn of(self, example: &str) -> String {
        match self {
            Presentation::Plain => example.to_string(),
            Presentation::AtStart => format!("{example}\nlast line\n"),
            Presentation::AtEnd => format!("first line\n{example}"),
            Presentation::InText | Presentation::Cut => format!("first line\n{example}\nlast line\n"),
            Presentation::InJson => serde_json::json!({ "message": example }).to_string(),
            Presentation::Glued => example.to_string(),
            Presentation::Twice => format!("{example},{example}"),
        }
    }
}

/// An example that did not do what it should. It names the rule and the example's number, never its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule's id.
    pub rule: String,
    /// The example's number, from 1.
    pub example: usize,
    /// Whether it is a counter-example, which must come out as it went in.
    pub is_counter: bool,
    /// How it was presented.
    pub presentation: Presentation,
    /// The ids of the rules that took something of it.
    pub taken_by: Vec<String>,
}

/// What a self-test saw.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Rules whose examples were run.
    pub rules: usize,
    /// Presentations of examples and counter-examples.
    pub checks: usize,
    /// What went wrong.
    pub failures: Vec<Failure>,
}

/// Runs the examples of a rule set through an engine of those rules.
///
/// # Errors
/// If the scrubber cannot be built or the engine fails.
pub fn run(rules: &RuleSet) -> Result<Outcome, Box<dyn std::error::Error>> {
    let build = |chunk: usize| {
        let key = Sensitive::new([1; 32]);
        Scrubber::builder()
            .unrecorded()
            .key(key)
            .rules(rules.clone())
            .chunk_size(chunk)
            .explain(true)
            .threads(1)
            .build()
    };
    let (whole, cut) = (build(1 << 16)?, build(7)?);
    let mut outcome = Outcome::default();
    let of_rules = rules.rules().iter().map(|r| (&r.id, &r.examples, &r.counter_examples, may_be_glued(r)));
    let of_keys = rules.keys().iter().map(|k| (&k.id, &k.examples, &k.counter_examples, false));
    for (id, examples, counters, may_be_glued) in of_rules.chain(of_keys) {
        outcome.rules += 1;
        for (is_counter, examples) in [(false, examples), (true, counters)] {
            for (n, example) in examples.iter().enumerate() {
                for presentation in Presentation::ALL {
                    let is_moot = match presentation {
                        Presentation::Glued => is_counter || !may_be_glued,
                        Presentation::Twice => is_counter,
                        _ => false,
                    };
                    if is_moot {
                        continue;
                    }
                    let scrubber = if presentation == Presentation::Cut { &cut } else { &whole };
                    outcome.checks += 1;
                    if let Some(taken_by) = check(scrubber, example, presentation, id, is_counter)? {
                        let (rule, example) = (id.to_string(), n + 1);
                        outcome.failures.push(Failure { rule, example, is_counter, presentation, taken_by });
                    }
                }
            }
        }
    }
    Ok(outcome)
}

/// Whether the rule finds its secret whatever stands right before it.
fn may_be_glued(rule: &Rule) -> bool {
    let looks_back = [r"\b", "(?m:^)", "^"].iter().any(|start| rule.pattern.starts_with(start));
    rule.context == 0 && !rule.boundary && !looks_back && !rule.pattern.contains('(')
}

/// `None` if the example does what it should, else who took something of it.
fn check(
    scrubber: &Scrubber,
    example: Example<'_>,
    presentation: Presentation,
    rule: &str,
    is_counter: bool,
) -> Result<Option<Vec<String>>, Box<dyn std::error::Error>> {
    let mut text = presentation.of(&example.text());
    let mut seen = Seen::of(scrubber, text.as_bytes())?;
    if presentation == Presentation::Glued {
        let Some(first) = seen.taken.iter().find(|(id, _)| id == rule) else { return Ok(Some(seen.ids())) };
        text.insert_str(first.1.start, "key");
        seen = Seen::of(scrubber, text.as_bytes())?;
    }
    let is_fine = if is_counter {
        seen.out == text.as_bytes()
    } else {
        // The rule itself must see it; that a wider finding of another rule names the union is fine. What it saw is left
        // nowhere, which is why it is shown twice.
        let own = || seen.taken.iter().filter(|(id, _)| id == rule).map(|(_, span)| span.clone());
        let is_left = |span: Range<usize>| memchr::memmem::find(&seen.out, &text.as_bytes()[span]).is_some();
        own().next().is_some() && !own().filter(|span| span.len() >= TELLING).any(is_left)
    };
    Ok((!is_fine).then(|| seen.ids()))
}

/// Shorter values may stand in an output by chance, in bytes.
const TELLING: usize = 8;

/// What the engine made of a text.
struct Seen {
    out: Vec<u8>,
    /// The rules that took something, and what.
    taken: Vec<(String, Range<usize>)>,
}

impl Seen {
    fn of(scrubber: &Scrubber, text: &[u8]) -> Result<Seen, Box<dyn std::error::Error>> {
        let mut out = Vec::new();
        let report = scrubber.scrub(text, &mut out)?;
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', text).map(|newline| newline + 1));
        let taken = report.explained.iter().filter_map(|explained| match explained.verdict {
            Verdict::Taken { bytes: length, .. } => {
                let start = lines[explained.line as usize - 1] + explained.column as usize - 1;
                let id = scrubber.catalogue()[usize::from(explained.rule.0)].id.clone();
                Some((id, start..(start + length as usize).min(text.len())))
            }
            Verdict::Left(_) => None,
        });
        Ok(Seen { taken: taken.collect(), out })
    }

    fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.taken.iter().map(|(id, _)| id.clone()).collect();
        ids.dedup();
        ids
    }
}
