//! `scrubjay scrub` through the binary: forms of input and output, refusals, options, and what it tells.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A directory of its own for one test, and a ledger in it.
pub struct World {
    dir: TempDir,
}

pub struct Run {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Run {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

impl World {
    pub fn new() -> World {
        World { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scrubjay"));
        command.args(args).current_dir(self.dir.path()).env("SCRUBJAY_HOME", self.path("home"));
        command.env_remove("SCRUBJAY_ISSUE");
        command
    }

    pub fn run(&self, args: &[&str], input: &[u8]) -> Run {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeder = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Run { code: status.code().unwrap_or(-1), stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() }
    }
}

const LINE: &[u8] = b"user jane.roe@example.com from 203.0.113.7\n";

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn a_pipe_gives_placeholders_that_belong_to_the_issue() {
    let world = World::new();
    let one = world.run(&["scrub", "--issue", "T-1"], LINE);
    assert_eq!(one.code, 0, "{}", one.stderr);
    let text = one.text();
    let parts = words(&text);
    assert!(parts[1].starts_with("EMAIL_") && parts[1].len() == 17, "{text}");
    assert!(parts[3].starts_with("IPV4_") && parts[3].len() == 16, "{text}");
    assert_eq!(world.run(&["scrub", "--issue", "T-1"], LINE).text(), text);
    let other = world.run(&["scrub", "--issue", "T-2"], LINE).text();
    assert!(words(&other)[1] != parts[1] && words(&other)[3] != parts[3], "{other}");
    let (a, b) = (world.run(&["scrub"], LINE).text(), world.run(&["scrub"], LINE).text());
    assert_ne!(a, b, "runs without an issue cannot be linked");
}

#[test]
fn a_line_comes_out_as_it_came_in() {
    let world = World::new();
    let mut child =
        world.command(&["scrub", "-q", "--no-record"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for n in 0..20 {
        writeln!(stdin, "line {n} of jane.roe@example.com").unwrap();
        // The pipe stays open: the line must come although nothing follows it.
        let line = lines.next().unwrap().unwrap();
        assert!(line.starts_with(&format!("line {n} of EMAIL_")), "{line}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_success() {
    let world = World::new();
    let mut child =
        world.command(&["scrub"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(&LINE.repeat(10_000));
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"));
}

#[test]
fn a_file_goes_to_a_file_that_is_whole_and_private() {
    let world = World::new();
    world.write("app.log", LINE);
    let run = world.run(&["scrub", "app.log", "-o", "clean.log", "--issue", "T-1", "--customer", "acme"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let clean = fs::read_to_string(world.path("clean.log")).unwrap();
    assert!(clean.starts_with("user EMAIL_"), "{clean}");
    assert_eq!(fs::metadata(world.path("clean.log")).unwrap().permissions().mode() & 0o7777, 0o600);
    assert!(run.stderr.contains("2 findings"), "{}", run.stderr);
    assert!(run.stderr.contains("not looked for"), "{}", run.stderr);
    let stdout = world.run(&["scrub", "app.log", "--issue", "T-1"], b"").text();
    assert_eq!(stdout, clean);
    let status = world.run(&["status", "T-1"], b"").text();
    assert!(status.contains("app.log") && status.contains("clean.log"), "{status}");
}

#[test]
fn a_hyphen_is_the_standard_output() {
    let world = World::new();
    world.write("app.log", LINE);
    let out = world.run(&["scrub", "app.log", "-o", "-", "--no-record"], b"").text();
    assert!(out.starts_with("user EMAIL_") && !world.path("-").exists(), "{out}");
    assert_eq!(world.run(&["scrub", "app.log", "-o", "-", "--no-record", "--verify"], b"").code, 2);
}

#[test]
fn an_output_that_is_the_input_is_refused() {
    let world = World::new();
    let input = world.write("app.log", LINE);
    fs::hard_link(&input, world.path("hard.log")).unwrap();
    symlink("app.log", world.path("soft.log")).unwrap();
    symlink("elsewhere.log", world.path("dangling.log")).unwrap();
    for output in ["app.log", "./app.log", "hard.log", "soft.log", "dangling.log", "/dev/null"] {
        let run = world.run(&["scrub", "app.log", "-o", output], b"");
        assert_eq!(run.code, 6, "{output}: {}", run.stderr);
        assert!(run.stderr.contains("error: ") && run.stderr.contains("\n"), "{}", run.stderr);
    }
    assert_eq!(fs::read(&input).unwrap(), LINE);
    assert!(!world.path("elsewhere.log").exists());
}

#[test]
fn a_directory_goes_to_a_directory_of_the_same_shape() {
    let world = World::new();
    world.write("in/a/app.log", LINE);
    world.write("in/b/export-jane.roe@example.com.csv", "mail\njane.roe@example.com\n");
    world.write("in/b/picture.png", b"\x89PNG\r\n\x1a\n\0\0");
    symlink("app.log", world.path("in/a/link.log")).unwrap();
    let run = world.run(&["scrub", "in", "-o", "out", "--issue", "T-1", "--threads", "2"], b"");
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(fs::read_to_string(world.path("out/a/app.log")).unwrap().starts_with("user EMAIL_"));
    let names: Vec<String> =
        fs::read_dir(world.path("out/b")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().any(|n| n.starts_with("EMAIL_") && n.ends_with(".csv")), "{names:?}");
    assert!(fs::read_to_string(world.path("out/b/picture.png")).unwrap().starts_with("scrubjay withheld"));
    assert!(!world.path("out/a/link.log").exists());
    assert!(run.stderr.contains("a/link.log: it is a symbolic link"), "{}", run.stderr);
    assert!(!run.stderr.contains("jane.roe"), "{}", run.stderr);
    let overlap = world.run(&["scrub", "in", "-o", "in/clean"], b"");
    assert_eq!(overlap.code, 6, "{}", overlap.stderr);
    assert_eq!(world.run(&["scrub", "in"], b"").code, 2);
}

#[test]
fn several_inputs_lie_beside_each_other() {
    let world = World::new();
    world.write("one.log", LINE);
    world.write("dir/two.log", LINE);
    let run = world.run(&["scrub", "one.log", "dir", "-o", "out", "--no-record"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(world.path("out/one.log").exists() && world.path("out/dir/two.log").exists());
    assert!(!world.path("home").exists(), "nothing was recorded");
    let missing = world.run(&["scrub", "one.log", "absent.log", "-o", "out2", "--no-record"], b"");
    assert_eq!(missing.code, 4, "{}", missing.stderr);
    assert!(missing.stderr.contains("absent.log") && world.path("out2/one.log").exists(), "{}", missing.stderr);
}

#[test]
fn gzip_comes_out_as_gzip_also_through_a_pipe() {
    let world = World::new();
    let mut encoder =
        flate2::GzBuilder::new().filename("jane.roe@example.com.log").write(Vec::new(), flate2::Compression::fast());
    encoder.write_all(LINE).unwrap();
    let packed = encoder.finish().unwrap();
    let run = world.run(&["scrub", "--issue", "T-1"], &packed);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut decoder = flate2::read::GzDecoder::new(&run.stdout[..]);
    let mut text = String::new();
    decoder.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("user EMAIL_"), "{text}");
    let name = String::from_utf8(decoder.header().unwrap().filename().unwrap().to_vec()).unwrap();
    assert!(name.starts_with("EMAIL_") && name.ends_with(".log"), "{name}");
    let cut = world.run(&["scrub", "-o", "cut.gz"], &packed[..packed.len() - 5]);
    assert_eq!(cut.code, 4, "{}", cut.stderr);
    assert!(cut.stderr.contains("hint: ") && !world.path("cut.gz").exists(), "{}", cut.stderr);
}

#[test]
fn what_cannot_be_scanned_is_withheld_unless_the_user_says_so() {
    let world = World::new();
    let picture = b"\x89PNG\r\n\x1a\n\0\0 jane.roe@example.com";
    let run = world.run(&["scrub"], picture);
    assert_eq!(run.code, 4);
    assert!(run.text().starts_with("scrubjay withheld this entry: the input"), "{}", run.text());
    assert!(run.stderr.contains("withheld: 1 entry"), "{}", run.stderr);
    let run = world.run(&["scrub", "--unscannable", "pass"], picture);
    assert_eq!((run.code, run.stdout.as_slice()), (0, &picture[..]));
    assert!(run.stderr.contains("passed unscanned"), "{}", run.stderr);
}

#[test]
fn dumps_are_masked_in_place_and_pictures_are_not() {
    let world = World::new();
    let dump = b"JAVA PROFILE 1.0.2\0\0\0\0\x08\x01\0\x14jane.roe@example.com\0\x02j\0a\0n\0e\0.\0r\0o\0e\0@\0e\0x\0a\0m\0p\0l\0e\0.\0c\0o\0m\0\x01\x02";
    let run = world.run(&["scrub", "--unscannable", "mask"], dump);
    assert_eq!((run.code, run.stdout.len()), (0, dump.len()), "{}", run.stderr);
    assert!(run.stdout.starts_with(b"JAVA PROFILE 1.0.2\0\0\0\0\x08\x01\0\x14********************\0\x02*\0*\0"));
    assert!(run.stdout.ends_with(b"*\0\x01\x02"), "{}", run.stdout.escape_ascii());
    assert!(
        run.stderr.contains("masked in place, as asked: 1 entry") && run.stderr.contains("a heap dump"),
        "{}",
        run.stderr
    );
    let picture = world.run(&["scrub", "--unscannable", "mask"], b"\x89PNG\r\n\x1a\n\0\0 jane.roe@example.com");
    assert_eq!(picture.code, 4);
    assert!(picture.text().contains("withheld") && !picture.text().contains("jane"), "{}", picture.text());
}

#[test]
fn what_cannot_be_scanned_fails_before_anything_is_written_if_so_asked() {
    let world = World::new();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in [("a.log", LINE), ("shot.png", b"\x89PNG\r\n\x1a\n\0\0")] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    let path = world.write("in.zip", zip.finish().unwrap().into_inner());
    let path = path.to_str().unwrap();
    for args in [&["scrub", path][..], &["scrub", path, "-o", "out.zip"]] {
        let run = world.run(&[args, &["--unscannable", "fail", "--no-record"]].concat(), b"");
        assert_eq!((run.code, run.stdout.len()), (4, 0), "{}", run.stderr);
        assert!(run.stderr.contains("shot.png: it is a PNG image"), "{}", run.stderr);
        assert!(!world.path("out.zip").exists());
    }
    let run = world.run(&["scrub", "--unscannable", "fail", "--no-record"], b"\x89PNG\r\n\x1a\n\0\0");
    assert_eq!((run.code, run.stdout.len()), (4, 0), "{}", run.stderr);
    assert_eq!(world.run(&["scrub", "--unscannable", "fail", "--no-record"], LINE).code, 0);
}

#[test]
fn a_log_with_a_stray_zero_is_text() {
    let world = World::new();
    let run = world.run(&["scrub"], b"2026-05-01 a line with a zero\0 in it, of jane.roe@example.com\nand more\n");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.text().starts_with("2026-05-01 a line with a zero\0 in it, of EMAIL_"), "{}", run.text());
}

#[test]
fn binary_data_behind_a_line_of_text_is_told() {
    let world = World::new();
    let mut text = b"#!/bin/sh\n".to_vec();
    text.extend((0..2000_u32).map(|n| (n * 7919 % 251) as u8));
    let run = world.run(&["scrub", "--no-record"], &text);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.contains("scanned as text only: 1 entry") && run.stderr.contains("standard input: binary data"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_hidden_goes_and_what_is_kept_stays() {
    let world = World::new();
    let text = b"jroe on db7.eu.corp.example and corp.example, not notcorp.example; Project Falcon; majroe; 203.0.113.7 203.0.113.8\n";
    world.write("hide.txt", "# people\nusername=jroe\nProject Falcon\n");
    world.write("keep.txt", "203.0.113.7\n");
    let args = ["scrub", "--hide", "domain=corp.example", "--hide-file", "hide.txt", "--keep-file", "keep.txt"];
    let run = world.run(&args, text);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = run.text();
    assert!(text.starts_with("USER_"), "{text}");
    assert_eq!(text.matches("DOMAIN_").count(), 2, "{text}");
    assert_eq!(text.matches("KEYWORD_").count(), 1, "{text}");
    assert!(text.contains("not notcorp.example;") && text.contains("; majroe; 203.0.113.7 IPV4_"), "{text}");
    for wrong in ["corp.example", "planet=mars", "username=j"] {
        let run = world.run(&["scrub", "--hide", wrong], b"");
        assert_eq!(run.code, 2, "{wrong}: {}", run.stderr);
    }
}

#[test]
fn a_policy_sets_the_style_by_kind_and_rule() {
    let world = World::new();
    world.write("policy.toml", "[kind]\nemail = \"shape\"\nipv4 = \"mask\"\n[rule]\nkey-password = \"remove\"\n");
    let run = world.run(
        &["scrub", "--policy", "policy.toml"],
        b"a@b.example 203.0.113.7 password=hunter2 mac 00:1a:2b:3c:4d:5e\n",
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = run.text();
    let parts = words(&text);
    assert!(parts[0].ends_with(".invalid") && parts[0].contains('@'), "{text}");
    assert_eq!((parts[1], parts[2]), ("***********", "password="));
    assert!(parts[4].starts_with("MAC_"), "{text}");
    world.write("wrong.toml", "[kind]\nemail = \"blur\"\n");
    let run = world.run(&["scrub", "--policy", "wrong.toml"], b"");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("wrong.toml: line 2"), "{}", run.stderr);
}

#[test]
fn rules_of_ones_own_are_used_and_checked() {
    let world = World::new();
    let rule = |pattern: &str| {
        format!(
            "[[rule]]\nid = \"acme-key\"\ndescription = \"Acme key\"\nkind = \"token\"\nkeywords = [\"acme-\"]\npattern = '''{pattern}'''\nexamples = [[\"acme-\", \"12345678\"], [\"acme-\", \"87654321\"]]\ncounter_examples = [[\"acme-\", \"tools\"]]\n"
        )
    };
    world.write("rules/acme.toml", rule("acme-[0-9]{8}"));
    let run = world.run(&["scrub", "--rules", "rules"], b"key acme-12345678 of acme-tools\n");
    assert!(run.text().starts_with("key TOKEN_") && run.text().ends_with("of acme-tools\n"), "{}", run.text());
    let tested = world.run(&["rules", "test", "--rules", "rules"], b"");
    assert_eq!(tested.code, 0, "{}", tested.text());
    assert!(world.run(&["rules", "list", "--rules", "rules"], b"").text().contains("acme-key"));
    world.write("rules/acme.toml", rule("acme-[0-9{8}"));
    let run = world.run(&["scrub", "--rules", "rules"], b"");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("acme.toml:6"), "{}", run.stderr);
    world.write("rules/acme.toml", rule("acme-[0-9]{8}") + "colour = \"red\"\n");
    let run = world.run(&["scrub", "--rules", "rules"], b"");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("acme.toml:9") && run.stderr.contains("colour"), "{}", run.stderr);
}

#[test]
fn a_rule_without_a_literal_runs_in_the_slow_lane_and_is_told_of() {
    let world = World::new();
    world.write(
        "rules/acme.toml",
        "[[rule]]\nid = \"acme-number\"\ndescription = \"Acme number\"\nkind = \"token\"\npattern = '[0-9a-f]{20}[g-i]'\n\
         boundary = true\nrun = ''\nexamples = [[\"0123456789\", \"0123456789g\"], [\"ffffffffff\", \"0123456789h\"]]\n\
         counter_examples = [[\"0123456789g\"]]\n\n\
         [[rule]]\nid = \"acme-tail\"\ndescription = \"Acme tail\"\nkind = \"token\"\npattern = '[0-9]{9}-acme'\n\
         examples = [[\"012345678\", \"-acme\"], [\"112345678\", \"-acme\"]]\ncounter_examples = [[\"1-acme\"]]\n",
    );
    let tested = world.run(&["rules", "test", "--rules", "rules"], b"");
    assert_eq!(tested.code, 0, "{}", tested.text());
    let listed = world.run(&["rules", "list", "--rules", "rules"], b"").text();
    assert!(listed.contains("Acme number (slow lane)") && listed.contains("Acme tail\n"), "{listed}");
    let input = format!("a {0}g b {0}{0}g c 012345678-acme\n", "a1b2c3d4e5".repeat(2));
    let run = world.run(&["scrub", "--rules", "rules", "--stats", "--threads", "1"], input.as_bytes());
    let text = run.text();
    assert!(text.starts_with("a TOKEN_") && text.contains(" b a1b2") && text.contains(" c TOKEN_"), "{text}");
    assert!(run.stderr.contains("slow lane: acme-number\n"), "{}", run.stderr);
    let row = run.stderr.lines().find(|line| line.contains("acme-number (token)")).unwrap_or_default();
    assert_eq!(row.split_whitespace().nth(2), Some("1"), "one is confirmed: {}", run.stderr);
    assert!(row.contains("a check") || row.contains("within a word"), "why the others were left: {row}");
    assert!(!run.stderr.contains("slow lane: acme-tail"), "{}", run.stderr);
}

#[test]
fn the_summary_is_for_people_for_programs_or_nobody() {
    let world = World::new();
    let json = world.run(&["scrub", "--summary", "json"], LINE);
    let summary: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    assert_eq!(summary["findings"], 2);
    assert_eq!(summary["kinds"]["email"], 1);
    assert_eq!(summary["bytes_in"], LINE.len());
    assert_eq!(world.run(&["scrub", "--quiet"], LINE).stderr, "");
}

#[test]
fn explain_tells_each_candidates_fate_without_its_value() {
    let world = World::new();
    let run = world.run(&["scrub", "--explain"], b"first\nversion 9.4.2.10 of 203.0.113.7 at 127.0.0.1\n");
    assert!(run.stderr.contains("2:9: ipv4 left: follows a word for version"), "{}", run.stderr);
    assert!(run.stderr.contains("2:21: ipv4 taken, 11 bytes, medium confidence"), "{}", run.stderr);
    assert!(run.stderr.contains("ipv4 left: loopback"), "{}", run.stderr);
    assert!(!run.stderr.contains("203.0.113.7"), "{}", run.stderr);
}

#[test]
fn what_is_less_sure_than_asked_for_stays_and_is_counted() {
    let world = World::new();
    let text = b"password=hunter2\nfrom 203.0.113.7\n";
    let all = world.run(&["scrub", "--min-confidence", "low"], text);
    assert!(!all.text().contains("203.0.113.7") && !all.stderr.contains("less sure"), "{}", all.stderr);
    let sure = world.run(&["scrub", "--min-confidence", "high", "--explain"], text);
    assert!(sure.text().contains("203.0.113.7") && !sure.text().contains("hunter2"), "{}", sure.text());
    assert!(sure.stderr.contains("left, as less sure than asked for: 1 (ipv4 1)"), "{}", sure.stderr);
    assert!(sure.stderr.contains("ipv4 found, but not sure enough, 11 bytes, medium confidence"), "{}", sure.stderr);
    let json = world.run(&["scrub", "--min-confidence", "high", "--summary", "json"], text);
    let summary: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    assert_eq!((&summary["findings"], &summary["unsure"][0]["rule"]), (&1.into(), &"ipv4".into()));

    // A policy says it by kind, and the option does not go before that.
    world.write("policy.toml", "[confidence]\nipv4 = \"high\"\n");
    let kind = world.run(&["scrub", "--policy", "policy.toml", "--min-confidence", "low"], text);
    assert!(kind.text().contains("203.0.113.7") && !kind.text().contains("hunter2"), "{}", kind.text());
    let unknown = world.run(&["scrub", "--min-confidence", "certain"], text);
    assert!(unknown.code == 2 && unknown.stderr.contains("low, medium, high"), "{}", unknown.stderr);
}

/// How sure a rule is says how much speaks for it, and what is near a finding is named with a reason.
#[test]
fn explain_tells_of_near_misses_and_of_confidence() {
    let world = World::new();
    for (parts, told) in [
        (["card 4111-1111-", "1111-1112 declined"], "card left: no card by its issuer, its length and its sum"),
        (["card 41111111", "11111112 declined"], "card left: no card by its issuer, its length and its sum"),
        (["pay DE893704", "00440532013001 now"], "iban left: no IBAN by its length and its check"),
        (["call +49", " 30"], "phone left: no telephone number by its calling code and its length"),
        (["tel: see", " below"], "phone left: no number of its sort behind the word"),
        (["take gh", "p_short"], "github-pat left: the shape does not fit"),
        (["password_required=", "true"], "key-password left: no key of a secret"),
        (["see jane", "@ home"], "email left: no domain behind it"),
        (["release 10.2.", "3.4.5"], "ipv4 left: more than four numbers"),
        (
            ["take dop", "_v1_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"],
            "digitalocean-token taken, 47 bytes, high confidence",
        ),
        (["take gh", "p_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"], "github-pat taken, 40 bytes, medium confidence"),
        (["ssh jroe", "@host7 id"], "email taken, 10 bytes, medium confidence"),
        (["mail jane.roe", "@example.com"], "email taken, 20 bytes, high confidence"),
    ] {
        let run = world.run(&["scrub", "--explain"], parts.concat().as_bytes());
        assert!(run.stderr.contains(told), "{parts:?} {told}: {}", run.stderr);
        assert!(!run.stderr.contains(parts[1].trim()), "{parts:?}: {}", run.stderr);
    }
}

#[test]
fn stats_tell_what_became_of_candidates_by_rule() {
    let world = World::new();
    let text = b"version 9.4.2.10 of 203.0.113.7 at 127.0.0.1, no-reply@ jane.roe@example.com\n";
    let run = world.run(&["scrub", "--stats"], text);
    let row =
        run.stderr.lines().find(|line| line.contains("1  ipv4 (ipv4)    1 follows a word for version; 1 loopback"));
    assert!(row.is_some_and(|row| row.starts_with("         3  ")), "{}", run.stderr);
    assert!(!run.stderr.contains("203.0.113.7") && !run.stderr.contains("jane"), "{}", run.stderr);
    let json = world.run(&["scrub", "--stats", "--summary", "json"], text);
    let summary: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    let stats = summary["stats"].as_array().unwrap();
    let ipv4 = stats.iter().find(|rule| rule["rule"] == "ipv4").unwrap();
    assert_eq!((&ipv4["confirmed"], &ipv4["left"]["follows a word for version"]), (&1.into(), &1.into()));
    assert_eq!(ipv4["candidates"].as_u64().unwrap(), 1 + ipv4["rejected"].as_u64().unwrap());
}

#[test]
fn a_corpus_is_judged_by_what_should_stay() {
    let world = World::new();
    world.write("logs/a/app.log", "up since 203.0.113.7\nversion 9.4.2.10\n");
    let run = world.run(&["rules", "test", "--corpus", "logs"], b"");
    let text = run.text();
    assert!(run.code == 0 && text.contains("2 lines in 1 file: 1 wrong, 500.00 in 1,000 lines\n"), "{text}");
    let row = "    1      1         0  ipv4  ipv4  logs/a/app.log:1:10\n";
    assert!(text.contains(row) && !text.contains("203"), "{text}");
    assert_eq!(world.run(&["rules", "test", "--corpus", "logs", "--max-false", "499"], b"").code, 3);

    // What rightly goes is marked, and must go.
    world.write("logs/a/app.log", "up since ⟦ipv4:203.0.113.7⟧\nversion ⟦ipv4:9.4.2.10⟧\n");
    let run = world.run(&["rules", "test", "--corpus", "logs", "--max-false", "0"], b"");
    let text = run.text();
    assert!(run.code == 3 && text.contains("      2     1  50.0 %  ipv4  logs/a/app.log:2:17\n"), "{text}");
    assert!(text.contains("0 wrong, 0.00 in 1,000 lines\nnot hidden: 1 value that must go\n"), "{text}");
    let json = world.run(&["rules", "test", "--corpus", "logs", "--json"], b"");
    let judged: serde_json::Value = serde_json::from_str(&json.text()).unwrap();
    assert_eq!((&judged["wrong"], &judged["marks"][0]["hidden"]["good"]), (&0.into(), &1.into()));

    // What cannot be read is told, and so is a mark that says nothing.
    world.write("logs/b.bin", "\0\x01\x02\0\0\x03\0\x04");
    let run = world.run(&["rules", "test", "--corpus", "logs"], b"");
    assert!(run.code == 4 && run.text().contains("not read: logs/b.bin: "), "{}", run.text());
    world.write("logs/a/app.log", "⟦mail:x@y.example⟧\n");
    let run = world.run(&["rules", "test", "--corpus", "logs"], b"");
    assert!(run.code == 2 && run.stderr.contains("logs/a/app.log:1: there is no kind `mail`"), "{}", run.stderr);
}

#[test]
fn a_floor_of_quality_is_held_and_only_rises() {
    let world = World::new();
    let floor = world.write("floor.toml", "seed = 3\nsize = 20\n[tune.recall]\n[tune.precision]\n[tune.kept]\n[held.recall]\n[held.precision]\n[held.kept]\n");
    let raised = world.run(&["rules", "test", "--quality", "--raise", "floor.toml"], b"");
    assert!(raised.code == 0 && raised.text() == "floor.toml is written\n", "{}", raised.text());
    let held = world.run(&["rules", "test", "--quality", "--floor", "floor.toml"], b"");
    assert!(held.code == 0 && held.text() == "nothing is lower than the floor\n", "{}", held.text());

    // A share that nothing reaches.
    let text = std::fs::read_to_string(&floor).unwrap().replacen("email = [20, 20]", "email = [40, 20]", 1);
    std::fs::write(&floor, &text).unwrap();
    let lower = world.run(&["rules", "test", "--quality", "--floor", "floor.toml"], b"");
    let told = "tune: recall of email: 100.0 %, on record are 200.0 %\nlower than the floor: 1 share\n";
    assert!(lower.code == 3 && lower.text() == told, "{}", lower.text());
    let raised = world.run(&["rules", "test", "--quality", "--raise", "floor.toml"], b"");
    assert_eq!(raised.text(), "floor.toml stays as it was\n");
    assert_eq!(std::fs::read_to_string(&floor).unwrap(), text);
}

#[test]
fn errors_name_no_content() {
    let world = World::new();
    let run = world.run(&["scrub", "absent-jane.roe@example.com"], b"");
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("error: cannot open") && run.stderr.contains("hint: "), "{}", run.stderr);
    assert!(!run.stderr.contains("jane.roe@"), "{}", run.stderr);
}

#[test]
fn a_killed_run_leaves_nothing_under_the_final_name_and_is_remembered() {
    let world = World::new();
    let mut child = world
        .command(&["scrub", "-", "-o", "out.log", "--issue", "T-9"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&LINE.repeat(20_000)).unwrap();
    wait_for(|| temporaries(world.dir.path()) == 1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!world.path("out.log").exists());
    let status = world.run(&["status", "T-9"], b"").text();
    assert!(status.contains("interrupted") || status.contains("died"), "{status}");
    let purge = world.run(&["purge", "--yes"], b"");
    assert_eq!(temporaries(world.dir.path()), 0, "{}{}", purge.text(), purge.stderr);
    assert_eq!(world.run(&["audit", "verify"], b"").code, 0);
}

fn temporaries(dir: &Path) -> usize {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".scrubjay-")).count()
}

fn wait_for(is_so: impl Fn() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it did not happen in five seconds");
}
