//! The rules' self-test: every example of every rule goes through the whole engine, and no counter-example changes.

use crate::pipeline::Scrubber;
use crate::rules::{Example, RuleSet};
use crate::sensitive::Sensitive;

/// How an example is presented to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presentation {
    /// As it is, alone.
    Plain,
    /// In the middle of lines.
    InText,
    /// In a string of a JSON object.
    InJson,
    /// In chunks of seven bytes.
    Cut,
}

impl Presentation {
    /// All presentations.
    pub const ALL: [Presentation; 4] =
        [Presentation::Plain, Presentation::InText, Presentation::InJson, Presentation::Cut];

    fn of(self, example: &str) -> String {
        match self {
            Presentation::Plain => example.to_string(),
            Presentation::InText | Presentation::Cut => format!("first line\n{example}\nlast line\n"),
            Presentation::InJson => serde_json::json!({ "message": example }).to_string(),
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
    let of_rules = rules.rules().iter().map(|r| (&r.id, &r.examples, &r.counter_examples));
    let of_keys = rules.keys().iter().map(|k| (&k.id, &k.examples, &k.counter_examples));
    for (id, examples, counters) in of_rules.chain(of_keys) {
        outcome.rules += 1;
        for (is_counter, examples) in [(false, examples), (true, counters)] {
            for (n, example) in examples.iter().enumerate() {
                for presentation in Presentation::ALL {
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

/// `None` if the example does what it should, else who took something of it.
fn check(
    scrubber: &Scrubber,
    example: &Example,
    presentation: Presentation,
    rule: &str,
    is_counter: bool,
) -> Result<Option<Vec<String>>, Box<dyn std::error::Error>> {
    let text = presentation.of(&example.text());
    let mut out = Vec::new();
    let report = scrubber.scrub(text.as_bytes(), &mut out)?;
    let taken = report.explained.iter().filter(|e| matches!(e.verdict, crate::detect::Verdict::Taken(_)));
    let mut taken_by: Vec<String> = taken.map(|e| scrubber.catalogue()[usize::from(e.rule.0)].id.clone()).collect();
    taken_by.dedup();
    let is_fine = if is_counter {
        out == text.as_bytes()
    } else {
        // The rule itself must see it; that a wider finding of another rule names the union is fine.
        taken_by.iter().any(|id| id == rule) && out != text.as_bytes()
    };
    Ok((!is_fine).then_some(taken_by))
}
