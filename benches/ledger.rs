//! Figures of the ledger: what registering costs in a small and in a large one, what a status and what a purge cost.
//!
//!     cargo bench --bench ledger                  100,000 artifacts, 2,000 files
//!     cargo bench --bench ledger -- 1000000 100000
//!
//! With `--test` it runs on small numbers and checks that the cost of registering does not grow with the ledger.

use scrubjay::ledger::{Ledger, NewArtifact, PurgeOptions, Registration, Summary, SystemClock, Time};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let is_test = std::env::args().any(|argument| argument == "--test");
    let artifacts = numbers.first().copied().unwrap_or(if is_test { 3000 } else { 100_000 });
    let files = numbers.get(1).copied().unwrap_or(if is_test { 50 } else { 2000 });
    let root = tempfile::tempdir().expect("a temporary directory");

    let ledger = open(&root.path().join("home"));
    fill(&ledger, 100);
    let small = registering(&ledger);
    let start = Instant::now();
    fill(&ledger, artifacts - 100);
    println!("fill: {artifacts} artifacts in {:.1} s, {} in a commit", start.elapsed().as_secs_f64(), BATCH);
    let large = registering(&ledger);
    println!("register: {} with 100 artifacts, {} with {artifacts}", show(small), show(large));

    let (summary, time) = timed(|| ledger.summary().expect("a summary"));
    println!("status: {} for {} artifacts", show(time), summary.kept);
    let (_, time) = timed(|| ledger.overdue().expect("a count"));
    println!("what every scrub asks: {}", show(time));
    assert_eq!(summary.kept, (artifacts + 2 * ROUNDS) as u64);
    if is_test {
        assert!(
            large < small * 4 + Duration::from_millis(5),
            "registering grows with the ledger: {small:?}, {large:?}"
        );
    }
    drop(ledger);
    purging(root.path(), files);
}

const BATCH: usize = 1000;
const ROUNDS: usize = 50;

fn open(home: &Path) -> Ledger {
    Ledger::open(home, SystemClock).expect("a ledger")
}

fn artifact() -> NewArtifact {
    NewArtifact {
        name: "support.log".into(),
        output: Some("/nowhere/support.clean.log".into()),
        ..NewArtifact::default()
    }
}

fn fill(ledger: &Ledger, count: usize) {
    for start in (0..count).step_by(BATCH) {
        // Each batch is an issue of its own, with outputs of its own.
        let artifacts = (start..count.min(start + BATCH))
            .map(|number| NewArtifact { output: Some(format!("/nowhere/{count}/{number}").into()), ..artifact() });
        let registration = Registration {
            issue: Some(format!("ZD-{count}-{start}")),
            artifacts: artifacts.collect(),
            ..Registration::default()
        };
        ledger.register(&registration).expect("a registration");
    }
}

/// The median time of registering one artifact.
fn registering(ledger: &Ledger) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let registration =
                Registration { issue: Some("ZD-1".into()), artifacts: vec![artifact()], ..Registration::default() };
            timed(|| ledger.register(&registration).expect("a registration")).1
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

/// Records files, lets their deadline pass, and purges them.
fn purging(root: &Path, files: usize) {
    let (home, many) = (root.join("purge"), root.join("many"));
    fs::create_dir(&many).expect("a directory");
    for number in 0..files {
        fs::write(many.join(number.to_string()), format!("content {number}")).expect("a file");
    }
    open(&home).record(&many, "ZD-1").expect("a record");
    let later = Time(scrubjay::ledger::Clock::now(&SystemClock).0 + 100 * DAY);
    let ledger = Ledger::open(&home, later).expect("a ledger");
    let options = PurgeOptions { confirmed: Some(files as u64), ..PurgeOptions::default() };
    let (report, time) = timed(|| ledger.purge(options).expect("a purge"));
    let rate = files as f64 / time.as_secs_f64();
    println!("purge: {} of {files} files in {:.1} s, {rate:.0} in a second", report.items.len(), time.as_secs_f64());
    let Summary { kept, deleted, .. } = ledger.summary().expect("a summary");
    assert_eq!((kept, deleted), (0, files as u64));
    println!("memory: {} MB at most", peak_memory() / 1024);
}

/// The largest resident set of this process so far, in kilobytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

fn show(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
