//! `--stats`: what the rules cost, what they found and why they left the rest, never a value.

use std::cmp::Reverse;

use crate::cli::show;
use crate::report::{Fate, Summary};

/// How many anchors, and rules that found nothing, are shown.
const MOST: usize = 20;

/// How many reasons of a rule are shown.
const REASONS: usize = 4;

/// The rules of the slow lane; what became of the candidates of each rule, those with most of them first; and the anchors
/// that were verified most often. `anchors` names what the summary counts candidates by.
pub fn text(summary: &Summary, slow: &[String], anchors: &[String]) -> String {
    let mut text: String = slow.iter().map(|id| format!("slow lane: {id}\n")).collect();
    let row = |cells: [String; 5]| cells.to_vec();
    let rate = |count: u64| format!("{:.1}", summary.per_megabyte(count));

    let mut fates: Vec<&Fate> = summary.fates.iter().collect();
    fates.sort_by_key(|fate| (Reverse(fate.candidates()), &fate.rule));
    let mut idle = fates.iter().filter(|fate| fate.confirmed == 0);
    let bound = idle.nth(MOST).map_or(0, |fate| fate.candidates());
    let (shown, rest): (Vec<&Fate>, Vec<&Fate>) =
        fates.into_iter().partition(|fate| fate.confirmed > 0 || fate.candidates() > bound);
    let mut rows = vec![row(["candidates", "per MB", "confirmed", "rule", "left, and why"].map(String::from))];
    rows.extend(shown.into_iter().map(|fate| {
        let rule = format!("{} ({})", fate.rule, fate.kind);
        row([fate.candidates().to_string(), rate(fate.candidates()), fate.confirmed.to_string(), rule, reasons(fate)])
    }));
    show::figures(&mut text, 3, &rows);
    if !rest.is_empty() {
        let candidates: u64 = rest.iter().map(|fate| fate.candidates()).sum();
        let rules = show::plural(rest.len() as u64, "more rule");
        let all = "`--summary json` tells of all";
        text.push_str(&format!(
            "and {rules} with {} that found nothing; {all}\n",
            show::plural(candidates, "candidate")
        ));
    }

    let mut verified: Vec<(u64, &String)> = summary.candidates.iter().copied().zip(anchors).collect();
    verified.sort_by_key(|&(count, name)| (Reverse(count), name));
    let all = summary.candidates.iter().sum();
    let mut rows = vec![["verified", "per MB", "anchor"].map(String::from).to_vec()];
    rows.push(vec![u64::to_string(&all), rate(all), "all".to_string()]);
    let verified = verified.into_iter().take(MOST).filter(|(count, _)| *count > 0);
    rows.extend(verified.map(|(count, name)| vec![count.to_string(), rate(count), name.clone()]));
    show::figures(&mut text, 2, &rows);
    text
}

/// Why candidates of a rule were left, the most frequent reason first.
fn reasons(fate: &Fate) -> String {
    let mut reasons: Vec<(&String, u64)> = fate.left.iter().map(|(reason, &count)| (reason, count)).collect();
    reasons.sort_by_key(|&(reason, count)| (Reverse(count), reason));
    let other: u64 = reasons.iter().skip(REASONS).map(|(_, count)| count).sum();
    let mut parts: Vec<String> = reasons.iter().take(REASONS).map(|(reason, n)| format!("{n} {reason}")).collect();
    if other > 0 {
        parts.push(format!("{other} for other reasons"));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_found_something_are_all_shown_and_of_the_others_the_most_frequent() {
        let fate = |n: u64| Fate {
            rule: format!("rule-{n}"),
            kind: "token",
            confirmed: u64::from(n == 1),
            left: [("the shape does not fit".to_string(), n)].into(),
        };
        let summary = Summary { fates: (1..=30).map(fate).collect(), bytes_in: 2_000_000, ..Summary::default() };
        let text = text(&summary, &["odd".to_string()], &[]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "slow lane: odd");
        assert_eq!(lines[1], "candidates  per MB  confirmed  rule             left, and why");
        assert_eq!(lines[2], "        30    15.0          0  rule-30 (token)  30 the shape does not fit");
        assert_eq!(lines[22], "         2     1.0          1  rule-1 (token)   1 the shape does not fit");
        assert!(lines[23].starts_with("and 9 more rules with 54 candidates"), "{}", lines[23]);
    }
}
