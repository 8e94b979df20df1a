//! `--stats`: what the rules cost and what they found, never a value.

use crate::report::Summary;

/// The rules of the slow lane, a line each, then each rule that found something: how often, and how often in a megabyte.
pub fn text(summary: &Summary, slow: &[String]) -> String {
    let megabytes = summary.bytes_in as f64 / 1e6;
    let per_megabyte = |count: u64| if megabytes > 0.0 { count as f64 / megabytes } else { 0.0 };
    let lane = slow.iter().map(|id| format!("slow lane: {id}\n"));
    let found = summary.rules.iter().filter(|rule| rule.count > 0);
    let found = found.map(|rule| {
        format!("{:>10} found {:>10.1}/MB  {} ({})\n", rule.count, per_megabyte(rule.count), rule.rule, rule.kind)
    });
    lane.chain(found).collect()
}
