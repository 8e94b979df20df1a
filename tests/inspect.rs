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
                let results = json["runs"][0]["results"].as_array().unwrap();
                assert!(!results.is_empty());
                for result in results {
                    // A length in bytes goes with an offset in bytes only (SARIF 2.1.0, 3.30).
                    let region = &result["locations"][0]["physicalLocation"]["region"];
                    assert!(region["startLine"].is_u64() && region["byteLength"].is_null(), "{region}");
                    let rule =
                        &json["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
                    assert_eq!(rule["id"], result["ruleId"]);
                }
            }
            _ => {}
        }
    }
    // Nothing stands behind the last line.
    let end = world.run(&["inspect", "--no-record", "-C", "3"], b"one\nmail jane.roe@example.com\n").text();
    assert!(end.contains("       2 mail EMAIL_") && !end.contains("       3"), "{end}");
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

/// A rule whose secrets stand within each other: where nothing takes their place, what is left is one again.
const LEAKY: &str = "[[rule]]\nid = \"acme-ticket\"\ndescription = \"A ticket\"\nkind = \"token\"\nkeywords = [\"qqv\"]\n\
    pattern = '''qqv[0-9]{4}zz'''\nrun = ''\nexamples = [[\"qqv\", \"1234zz\"], [\"qqv\", \"9876zz\"]]\n\
    counter_examples = [[\"qqv\", \"12zz\"]]\n";

#[test]
fn what_a_crippled_rule_leaves_is_told_without_its_value_and_the_output_withheld() {
    let world = World::new();
    world.write("rules/my.toml", LEAKY);
    world.write("in/good.log", LOG);
    world.write("in/left.log", "first\nid qqvqqv1234zz5678zz end\n");
    let how = ["--rules", "rules", "--style", "remove", "--issue", "V-1", "--no-learn", "--keep-input"];
    let scrub = |more: &[&str]| world.run(&[&["scrub"], &how[..], more].concat(), b"");
    let one = scrub(&["in/left.log", "-o", "one.log", "--verify"]);
    assert_eq!(one.code, 5, "{}", one.stderr);
    assert!(one.stderr.contains("still holds 1 ") && one.stderr.contains("2:4: acme-ticket"), "{}", one.stderr);
    assert!(!world.path("one.log").exists() && !one.stderr.contains("5678"), "{}", one.stderr);
    let tree = scrub(&["in", "-o", "out", "--verify"]);
    assert_eq!(tree.code, 5, "{}", tree.stderr);
    assert!(tree.stderr.contains("    left.log: the output still holds 1 "), "{}", tree.stderr);
    assert!(world.path("out/good.log").exists() && !world.path("out/left.log").exists());
    // What a run without it has left, and what would be copied from there, does not pass for verified.
    assert_eq!(scrub(&["in", "-o", "lax"]).code, 0);
    let later = scrub(&["in", "-o", "lax", "--verify"]);
    assert!(later.code == 5 && later.stderr.contains("left as they are: 1 file\n"), "{}", later.stderr);
    let copied = scrub(&["in", "-o", "copies", "--verify"]);
    assert!(copied.code == 5 && !world.path("copies/left.log").exists(), "{}", copied.stderr);
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
    // A long line goes on below, on its own side.
    assert!(beside.lines().skip(1).all(|line| line.chars().count() <= 8 + 1 + 40 + 3 + 40), "{beside}");
    let long = world.write("long.log", format!("{} password=hunter2Secret9 end\tof it\n", "x".repeat(90)));
    world.run(&["scrub", "long.log", "-o", "short.log", "--no-record"], b"");
    let wrapped = world.run(&["diff", long.to_str().unwrap(), "short.log", "--side-by-side", "40"], b"").text();
    let rows: Vec<&str> = wrapped.lines().skip(1).collect();
    assert_eq!(rows[0], format!("       1 {} | {}", "x".repeat(40), "x".repeat(40)));
    assert!(rows.len() == 4 && rows[2].contains("password=\u{2588}") && rows[2].contains(" | "), "{wrapped}");
    assert!(!wrapped.contains("\\u{9}") && !wrapped.contains("hunter2"), "{wrapped}");
    let piped = world.run(&["diff", "-", "clean.log", "-C", "0", "--check"], LOG.as_bytes());
    assert!(piped.code == 3 && piped.text() == text, "{}", piped.text());
    assert_eq!(world.run(&["diff", "-", "-"], b"").code, 2);
    let same = world.run(&["diff", log, log, "--check"], b"");
    assert_eq!((same.code, same.text().as_str()), (0, "nothing differs\n"));
    // Directories by name; what has no namesake is counted and not named.
    world.write("in/sub/app.log", LOG);
    world.write("in/jane.roe@example.com.log", LOG);
    world.run(&["scrub", world.path("in").to_str().unwrap(), "-o", "out", "--no-record"], b"");
    let both = world.run(&["diff", "in", "out"], b"").text();
    assert!(both.contains("out/sub/app.log\n") && both.contains("1 file only before"), "{both}");
    assert!(both.contains("1 file only after") && !both.contains("jane"), "{both}");
}

/// Entries are compared where they stand, in archives within archives too; what is no text is not shown.
#[test]
fn archives_are_compared_entry_by_entry() {
    let world = World::new();
    let zipped = |entries: &[(&str, &[u8])]| {
        let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, ::zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut writer, content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let inner = zipped(&[("jane.roe@example.com.log", LOG.as_bytes()), ("same.txt", b"as it was\n")]);
    let picture = [b"\x89PNG\r\n\x1a\n\0\0".as_slice(), b"jane.roe@example.com"].concat();
    let bundle = zipped(&[("inner.zip", &inner), ("picture.png", &picture), ("b.log", LOG.as_bytes())]);
    let before = world.write("in/bundle.zip", bundle);
    let run = world.run(&["scrub", "in", "-o", "out", "--no-record"], b"");
    assert_eq!(run.code, 4, "{}", run.stderr);
    for (old, new) in [(before.to_str().unwrap(), "out/bundle.zip"), ("in", "out")] {
        let run = world.run(&["diff", old, new, "-C", "0", "--check"], b"");
        assert_eq!(run.code, 3, "{}{}", run.text(), run.stderr);
        let text = run.text();
        assert!(text.contains("out/bundle.zip!inner.zip!EMAIL_") && text.contains("out/bundle.zip!b.log\n"), "{text}");
        assert!(
            text.contains("out/bundle.zip!picture.png.withheld.txt\n           it was no text, and is now:\n"),
            "{text}"
        );
        assert_eq!(text.matches(" + password=PASSWORD_").count(), 2, "{text}");
        assert!(!text.contains("jane") && !text.contains("hunter2") && !text.contains("same.txt"), "{text}");
    }
}
