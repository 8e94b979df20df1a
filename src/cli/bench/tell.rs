//! What was measured, as a table for people and as JSON.

use std::fs;

use serde_json::{Value, json};

use super::measure::{ALL, Measured, NONE, Setup, Speed, What};
use crate::cli::show;

/// Texts shorter than this are told to be short.
const SHORT: u64 = 1 << 20;

/// A line on what was measured with, a table of speeds, and one of costs.
pub fn text(setup: &Setup, measured: &[Measured]) -> String {
    let mut text = format!("{}, {}\n", machine(), with(setup));
    if cfg!(debug_assertions) {
        text.push_str("THIS IS A DEBUG BUILD: its figures say nothing about speed; build with --release\n");
    }
    text.push_str(
        "GB/s (10^9 bytes a second), medians of rounds taken in turns; in brackets: how many times `cat`\n\n",
    );
    let whats: Vec<What> =
        measured.iter().flat_map(|m| m.speeds.iter().map(|speed| speed.what)).fold(Vec::new(), |mut whats, what| {
            if !whats.contains(&what) {
                whats.push(what);
            }
            whats
        });
    let mut rows = vec![["text", "MB", "findings"].map(String::from).to_vec()];
    rows[0].extend(whats.iter().map(|what| what.name()));
    for measured in measured {
        let mut row = vec![measured.name.clone(), megabytes(measured.bytes), measured.findings.to_string()];
        let cell = |what: &What| measured.speeds.iter().find(|speed| speed.what == *what).map(cell).unwrap_or_default();
        row.extend(whats.iter().map(cell));
        rows.push(row);
    }
    figures(&mut text, &rows);
    let costs: Vec<_> = measured.iter().filter(|measured| !measured.costs.is_empty()).collect();
    if let Some(first) = costs.first() {
        text.push_str("\nMicroseconds for each MB of the scan on one thread: all of it, the search without any detector, and what\n");
        text.push_str("each group of detectors adds to that by itself\n\n");
        let mut rows = vec![vec!["text".to_string()]];
        rows[0].extend(first.costs.iter().map(|(name, _)| name.to_string()));
        for measured in &costs {
            let mut row = vec![measured.name.clone()];
            row.extend(measured.costs.iter().map(|(_, cost)| format!("{cost:.0}")));
            rows.push(row);
        }
        figures(&mut text, &rows);
    }
    for short in measured.iter().filter(|measured| measured.bytes < SHORT) {
        let size = crate::report::size(short.bytes);
        let what = "what was measured is how a process begins more than how fast it goes on";
        text.push_str(&format!("\nNOTE: {} is short ({size}): {what}\n", short.name));
    }
    let wrong: Vec<_> = measured.iter().filter(|measured| measured.is_wrong()).collect();
    if let Some(last) = measured.last() {
        text.push('\n');
        for measured in &wrong {
            let expected = measured.expected.unwrap_or_default();
            text.push_str(&format!("WRONG: {} has {expected} findings, not {}\n", measured.name, measured.findings));
        }
        if wrong.is_empty() && last.expected.is_some() {
            text.push_str("Every count is the expected one.\n");
        }
    }
    text
}

/// Everything as one JSON value.
pub fn json(setup: &Setup, measured: &[Measured]) -> Value {
    let speed = |speed: &Speed| {
        let (work, threads) = match speed.what {
            What::Copy => ("copy", 1),
            What::Cat => ("cat", 1),
            What::Scan(threads) => ("scan", threads),
            What::Scrub(threads) => ("scrub", threads),
        };
        json!({
            "work": work,
            "threads": threads,
            "bytes_per_second": speed.rate.round(),
            "to_copy": speed.to_copy,
            "to_cat": speed.to_cat,
        })
    };
    let text = |measured: &Measured| {
        json!({
            "name": measured.name,
            "bytes": measured.bytes,
            "findings": measured.findings,
            "expected": measured.expected,
            "rounds": measured.rounds,
            "speeds": measured.speeds.iter().map(speed).collect::<Vec<_>>(),
            "scan_microseconds_per_megabyte":
                measured.costs.iter().map(|(name, cost)| (name.to_string(), json!(cost))).collect::<serde_json::Map<_, _>>(),
        })
    };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "debug_build": cfg!(debug_assertions),
        "machine": machine(),
        "isa": setup.isa.name(),
        "rules": setup.rules,
        "threads": setup.threads,
        "texts": measured.iter().map(text).collect::<Vec<_>>(),
    })
}

/// The processor's own name, and how many of them there are.
pub fn machine() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = told.lines().find_map(|line| line.strip_prefix("model name")).and_then(|rest| rest.split_once(':'));
    let name = name.map_or("a processor without a name", |(_, name)| name.trim());
    format!("{}, {}", show::text(name), show::plural(crate::cli::options::cores() as u64, "core"))
}

/// What it was measured with.
pub fn with(setup: &Setup) -> String {
    format!("scrubjay {}, {}, {} rules", env!("CARGO_PKG_VERSION"), setup.isa.name(), setup.rules)
}

/// A rate in GB/s.
pub fn gigabytes(rate: f64) -> String {
    let decimals = match rate {
        ..1e8 => 3,
        ..1e10 => 2,
        _ => 1,
    };
    format!("{:.decimals$}", rate / 1e9)
}

/// What people call a cost.
pub fn cost_name(name: &str) -> &str {
    match name {
        ALL => "all detectors",
        NONE => "the search alone",
        group => group,
    }
}

fn cell(speed: &Speed) -> String {
    match (speed.what, speed.to_cat) {
        (What::Scrub(_), Some(ratio)) => format!("{} ({ratio:.2})", gigabytes(speed.rate)),
        _ => gigabytes(speed.rate),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

/// Rows with the first column to the left and all others to the right.
fn figures(text: &mut String, rows: &[Vec<String>]) {
    let width = rows.iter().map(|row| row[0].chars().count()).max().unwrap_or(0);
    let padded: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let mut row = row.clone();
            row[0] = format!("{:<width$}", row[0]);
            row
        })
        .collect();
    show::figures(text, usize::MAX, &padded);
}
