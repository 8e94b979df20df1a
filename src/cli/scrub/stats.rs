//! `--stats`: what the rules cost and what they found, never a value.

use std::cmp::Reverse;

use crate::report::Summary;

/// How many anchors are shown.
const MOST: usize = 20;

/// The rules of the slow lane, a line each; then the anchors that were verified most often, and each rule that found
/// something: how often, and how often in a megabyte. `anchors` names what the summary counts candidates by.
pub fn text(summary: &Summary, slow: &[String], anchors: &[String]) -> String {
    let megabytes = summary.bytes_in as f64 / 1e6;
    let line = |count: u64, what: &str, name: &str| {
        let rate = if megabytes > 0.0 { count as f64 / megabytes } else { 0.0 };
        format!("{count:>10} {what:<8} {rate:>10.1}/MB  {name}\n")
    };
    let lane = slow.iter().map(|id| format!("slow lane: {id}\n"));
    let mut verified: Vec<(u64, &String)> = summary.candidates.iter().copied().zip(anchors).collect();
    verified.sort_by_key(|&(count, name)| (Reverse(count), name));
    let all = line(summary.candidates.iter().sum(), "verified", "candidates in all");
    let verified = verified.iter().take(MOST).filter(|(count, _)| *count > 0);
    let verified = verified.map(|(count, name)| line(*count, "verified", name));
    let found = summary.rules.iter().filter(|rule| rule.count > 0);
    let found = found.map(|rule| line(rule.count, "found", &format!("{} ({})", rule.rule, rule.kind)));
    lane.chain([all]).chain(verified).chain(found).collect()
}
