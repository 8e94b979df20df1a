//! `scrubjay inspect` through the binary: what it shows in each format, its exit codes, and that it shows no value.

use std::fs;

use crate::bundle::{SEED, build, with_picture, zip};
use crate::scrub::World;

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
