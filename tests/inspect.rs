//! `scrubjay inspect` through the binary: what it shows in each format, its exit codes, and that it shows no value.

use std::fs;

use crate::bundle::{SEED, build, with_picture, zip};
use crate::scrub::World;
use scrubjay::Scrubber;
use scrubjay::rules::RuleSet;
use scrubjay::source::file;

const LOG: &str = "start\nuser jane.roe@example.com from 203.0.113.7\nnothing\npassword=hunter2\nend\n";

#[test]
fn people_see_lines_with_their_placeholders_and_reasons() {
    let world = World::new();
    let log = world.write("app.log", LOG);
    let run = world.run(&["inspect", log.to_str().unwrap(), "--issue", "T-1", "--keep-input", "-C", "0"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = run.text();
    assert!(text.contains("       2 user EMAIL_"), "{text}");
    assert!(text.contains("         4:10 password key-password: "), "{text}");
    assert!(text.contains("7 bytes: lower-case letters, digits; confidence high"), "{text}");
    assert!(text.contains("3 findings in 1 text; 78 B read"), "{text}");
    assert!(!text.contains("nothing") && !text.contains('\x1b'), "{text}");
    // The placeholders are those of a scrub for the same issue.
    let clean = world.run(&["scrub", "--issue", "T-1"], LOG.as_bytes()).text();
    assert!(text.contains(clean.lines().nth(1).unwrap()), "{text}\n{clean}");
}

#[test]
fn check_says_with_its_exit_code_whether_there_is_something() {
    let world = World::new();
    for (text, code) in [(LOG, 3), ("nothing here\n", 0), ("", 0)] {
        let run = world.run(&["inspect", "--check", "--quiet", "--no-record"], text.as_bytes());
        assert_eq!((run.code, run.text().as_str(), run.stderr.as_str()), (code, "", ""), "{text:?}");
    }
    assert_eq!(world.run(&["inspect", "--no-record"], LOG.as_bytes()).code, 0);
    assert_eq!(world.run(&["inspect", "absent.log"], b"").code, 4);
}

#[test]
fn a_line_is_explained_candidate_by_candidate() {
    let world = World::new();
    let log = world.write("v.log", "first\nversion 9.4.2.10 at 203.0.113.7\n");
    let text = world.run(&["inspect", "--explain", "2", log.to_str().unwrap()], b"").text();
    assert!(text.contains(":2:9: ipv4 left: "), "{text}");
    assert!(text.contains(":2:21: ipv4 taken, 11 bytes"), "{text}");
    assert!(!text.contains("203.0.113.7"), "{text}");
    let text = world.run(&["inspect", "--explain", "1", log.to_str().unwrap()], b"").text();
    assert!(text.ends_with(":1: no candidate\n"), "{text}");
}

#[test]
fn what_is_looked_into_is_recorded_and_belongs_to_its_issue() {
    let world = World::new();
    let log = world.write("app.log", LOG);
    world.run(&["inspect", log.to_str().unwrap(), "--issue", "T-2"], b"");
    assert_eq!(world.run(&["resolve", "T-2", "--yes"], b"").code, 0);
    assert!(!log.exists());
    let log = world.write("other.log", LOG);
    world.run(&["inspect", log.to_str().unwrap(), "--no-record"], b"");
    assert!(!world.run(&["status"], b"").text().contains("other.log"));
}

/// Every planted value of the bundle, in whatever spelling, stands in no account of it, in no format; and the counts are
/// those of a scrub.
#[test]
fn no_format_shows_a_value() {
    let world = World::new();
    let bundle = with_picture(build(SEED));
    let input = world.write("tree/jane.roe@acme.example/jira-support.zip", zip(&bundle));
    world.write("tree/app.log", LOG);
    let scrubbed =
        world.run(&["scrub", input.to_str().unwrap(), "-o", "c.zip", "--no-record", "--summary", "json"], b"");
    let counted: serde_json::Value = serde_json::from_str(&scrubbed.stderr).unwrap();
    for format in ["text", "json", "jsonl", "sarif", "html"] {
        let run = world.run(&["inspect", world.path("tree").to_str().unwrap(), "-f", format, "-C", "2"], b"");
        assert_eq!(run.code, 4, "the picture is named: {}", run.stderr);
        for planted in &bundle.planted {
            for spelling in &planted.spelled_as {
                let is_left = memchr::memmem::find(&run.stdout, spelling.as_bytes()).is_some();
                assert!(!is_left, "{format} shows the {} {spelling} of {}", planted.kind, planted.entry);
            }
        }
        let text = run.text();
        assert!(!text.contains("hunter2") && text.contains("screenshot.png"), "{format}: {text}");
        match format {
            "json" => {
                let json: serde_json::Value = serde_json::from_str(&text).unwrap();
                let findings = json["findings"].as_array().unwrap();
                assert_eq!(findings.len() as u64, json["summary"]["findings"].as_u64().unwrap());
                assert_eq!(findings.len() as u64, counted["findings"].as_u64().unwrap() + 3);
            }
            "jsonl" => assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())),
            "sarif" => {
                let json: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert!(!json["runs"][0]["results"].as_array().unwrap().is_empty());
            }
            _ => {}
        }
    }
    // Looking changes nothing.
    assert_eq!(fs::read(&input).unwrap(), zip(&bundle));
}

#[test]
fn positions_and_contexts_do_not_depend_on_the_length_of_lines() {
    let world = World::new();
    let long = format!(
        "{}\n{} a@b.example {}\nlast 203.0.113.9\n",
        "x".repeat(300_000),
        "y ".repeat(200_000),
        "z".repeat(300_000)
    );
    let run = world.run(&["inspect", "--no-record", "-f", "jsonl"], long.as_bytes());
    let rows: Vec<serde_json::Value> = run.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows[0]["finding"]["line"].as_u64(), rows[0]["finding"]["column"].as_u64()), (Some(2), Some(400_002)));
    assert_eq!((rows[1]["finding"]["line"].as_u64(), rows[1]["finding"]["column"].as_u64()), (Some(3), Some(6)));
    let text = world.run(&["inspect", "--no-record"], long.as_bytes()).text();
    assert!(text.len() < 3000 && text.contains("[399761 bytes]"), "{text}");
}

#[test]
fn a_verified_output_is_whole_and_one_with_something_left_is_withheld() {
    let world = World::new();
    let bundle = world.write("in/jira-support.zip", zip(&build(SEED)));
    world.write("in/app.log", LOG);
    let run = world.run(&["scrub", bundle.to_str().unwrap(), "-o", "c.zip", "--verify", "--no-record"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = world.run(&["scrub", world.path("in").to_str().unwrap(), "-o", "out", "--verify", "--no-record"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(world.path("out/app.log").exists());
    for args in [&["--verify"][..], &["--verify", "-o", "x", "--style", "shape"]] {
        let run = world.run(&[&["scrub", "--no-record"], args].concat(), LOG.as_bytes());
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
    for style in ["mask", "remove"] {
        let run = world.run(&["scrub", "--verify", "-o", "y", "--style", style, "--no-record"], LOG.as_bytes());
        assert_eq!(run.code, 0, "{style}: {}", run.stderr);
    }
}

/// Several files are looked into at once; what is told is in their order, and the same on one thread and on many.
#[test]
fn a_directory_is_told_of_in_order_whatever_the_threads() {
    let world = World::new();
    for number in 0..90 {
        // Every seventh is long, so that those behind it are done before it.
        let lines = if number % 7 == 0 { 1500 } else { 2 };
        let log: String =
            (0..lines).map(|line| format!("{line} user{line}@example.com from file {number}\n")).collect();
        world.write(&format!("tree/{number:03}.log"), log);
    }
    world.write("tree/101.gz", [0x1f, 0x8b, 8, 0, 0, 0]);
    let tree = world.path("tree");
    let tree = tree.to_str().unwrap();
    for format in ["text", "json", "jsonl", "sarif", "html"] {
        let run = |threads: &str| {
            let run = world.run(&["inspect", tree, "--issue", "T-1", "-f", format, "--jobs", threads], b"");
            assert_eq!(run.code, 4, "{}", run.stderr);
            let text = run.text();
            assert!(text.contains("101.gz") && !text.contains("@example"), "{format}");
            text
        };
        let without_rates = |text: String| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.contains("\"seconds\"") && !line.contains(" read"));
            lines.map(String::from).collect()
        };
        let (one, four) = (run("1"), run("4"));
        let places: Vec<usize> = (0..90).filter_map(|number| one.find(&format!("/{number:03}.log"))).collect();
        assert!(places.len() == 90 && places.is_sorted(), "{format}");
        if format == "json" {
            let findings = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["findings"].clone();
            assert!(findings(&one) == findings(&four));
        } else {
            assert!(without_rates(one) == without_rates(four), "{format}");
        }
    }
    // Each is recorded as what it was.
    let status = world.run(&["status", "--summary"], b"").text();
    assert!(status.contains("910 artifacts"), "{status}");
    assert_eq!(world.run(&["fsck"], b"").code, 0);
    // Only the exit code counts.
    let head = world.run(&["inspect", tree, "--check", "-q", "--jobs", "3"], b"");
    assert_eq!(head.code, 3, "{}", head.stderr);
}

/// A scrubber without rules leaves what one with rules finds, and says where.
#[test]
fn what_a_crippled_rule_set_leaves_is_seen() {
    let world = World::new();
    let text = format!("one\ntoken is {}{} here\n", "ghp_", "0123456789abcdefghijABCDEFGHIJ00abcd");
    let crippled = Scrubber::builder().unrecorded().rules(RuleSet::empty()).build().unwrap();
    let mut out = Vec::new();
    crippled.scrub(text.as_bytes(), &mut out).unwrap();
    let path = world.write("out.log", &out);
    let whole = Scrubber::builder().unrecorded().build().unwrap();
    let left = whole.leftovers(&mut file::open(&path).unwrap()).unwrap();
    assert_eq!((left.count, left.first.as_str()), (1, "2:10: github-pat"));
    let mut clean = Vec::new();
    whole.scrub(text.as_bytes(), &mut clean).unwrap();
    let path = world.write("clean.log", &clean);
    assert_eq!(whole.leftovers(&mut file::open(&path).unwrap()).unwrap().count, 0);
}

#[test]
fn a_diff_shows_what_came_and_masks_what_went() {
    let world = World::new();
    let log = world.write("app.log", LOG);
    let log = log.to_str().unwrap();
    world.run(&["scrub", log, "-o", "clean.log", "--no-record"], b"");
    let run = world.run(&["diff", log, "clean.log", "-C", "0", "--check"], b"");
    assert_eq!(run.code, 3, "{}", run.stderr);
    let text = run.text();
    assert!(
        text.contains(&format!("       2 - user {} from {}\n", "\u{2588}".repeat(20), "\u{2588}".repeat(11))),
        "{text}"
    );
    assert!(text.contains("       2 + user EMAIL_") && text.contains("       4 + password=PASSWORD_"), "{text}");
    assert!(!text.contains("jane") && !text.contains("hunter2") && !text.contains("nothing"), "{text}");
    let beside = world.run(&["diff", log, "clean.log", "--side-by-side", "40"], b"").text();
    assert!(beside.contains(" | user EMAIL_") && !beside.contains("jane"), "{beside}");
    let same = world.run(&["diff", log, log, "--check"], b"");
    assert_eq!((same.code, same.text().as_str()), (0, "nothing differs\n"));
    // Directories by name; what has no namesake is counted and not named.
    world.write("in/sub/app.log", LOG);
    world.write("in/jane.roe@example.com.log", LOG);
    world.run(&["scrub", world.path("in").to_str().unwrap(), "-o", "out", "--no-record"], b"");
    let both = world.run(&["diff", "in", "out"], b"").text();
    assert!(both.contains("out/sub/app.log\n") && both.contains("1 file only before"), "{both}");
    assert!(!both.contains("jane"), "{both}");
}
