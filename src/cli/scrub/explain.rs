//! `--explain`: each candidate's fate, by place and rule, never by value.

use std::io::{self, Write};

use super::job::Job;
use crate::cli::show;
use crate::detect::Verdict;
use crate::pipeline::{Explanation, Report, Scrubber};

/// Writes a line for each candidate to the standard error.
///
/// `name` is the scrubbed name of the artifact, if it needs one.
pub fn print(job: &Job, report: &Report, name: &str) {
    print_with(&job.scrubber, report, name);
}

/// The same with the scrubber that was at work.
pub fn print_with(scrubber: &Scrubber, report: &Report, name: &str) {
    if report.explained.is_empty() {
        return;
    }
    let text: String = report.explained.iter().map(|explanation| told(scrubber, explanation, name)).collect();
    let _ = io::stderr().write_all(text.as_bytes());
}

/// A line on one candidate: its place, the rule, and what became of it.
pub fn told(scrubber: &Scrubber, explanation: &Explanation, name: &str) -> String {
    let rule = scrubber.catalogue().get(usize::from(explanation.rule.0)).map_or("?", |rule| rule.id.as_str());
    let names = [name, explanation.entry.as_str()].into_iter().filter(|name| !name.is_empty());
    let place: String = names.collect::<Vec<_>>().join("!");
    let place = if place.is_empty() { place } else { show::text(&place) + ":" };
    let fate = match explanation.verdict {
        Verdict::Taken { bytes, confidence } => {
            let fate =
                if scrubber.leaves(explanation.rule, confidence) { "found, but not sure enough" } else { "taken" };
            format!("{fate}, {bytes} bytes, {} confidence", confidence.id())
        }
        Verdict::Left(reason) => format!("left: {reason}"),
    };
    format!("{place}{}:{}: {rule} {fate}\n", explanation.line, explanation.column)
}
