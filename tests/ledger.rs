//! The ledger's verbs, through the binary.

use assert_cmd::Command;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::Duration;
use tempfile::TempDir;

struct World(TempDir);

impl World {
    fn new() -> World {
        World(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scrubjay"));
        command.args(args).env_remove("SCRUBJAY_ISSUE").env("SCRUBJAY_HOME", self.path("home")).env("TZ", "UTC");
        command
    }

    /// Runs a command; its exit code and what it printed.
    fn run(&self, args: &[&str]) -> (i32, String) {
        self.run_at(args, None)
    }

    fn run_at(&self, args: &[&str], now: Option<&str>) -> (i32, String) {
        let mut command = self.command(args);
        if let Some(now) = now {
            command.env("SCRUBJAY_TEST_NOW", now);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code().unwrap(), text)
    }

    /// How often a text stands in the files of the ledger.
    fn count(&self, text: &str) -> usize {
        let entries = walkdir::WalkDir::new(self.path("home")).into_iter().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_type().is_file()).map(|entry| fs::read(entry.path()).unwrap());
        files.map(|bytes| bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()).sum()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn keys_go_to_another_host_sealed_and_under_the_passphrase_only() {
    let world = World::new();
    let log = world.file("app.log", "mail jane@example.com now\n");
    let (right, wrong) =
        (world.file("right", "correct horse battery\n"), world.file("wrong", "another horse battery\n"));
    let (sealed, other) = (world.path("keys.sealed"), world.path("other"));
    let export = ["keystore", "export", "-o", text(&sealed), "--passphrase-file", text(&right)];
    assert_ne!(world.run(&export).0, 0, "there is no ledger yet");
    assert_eq!(world.run(&["scrub", text(&log), "-o", text(&world.path("clean.log")), "--issue", "T-1"]).0, 0);
    let (code, said) = world.run(&export);
    assert!(code == 0 && said.contains("1 issue key"), "{code}: {said}");
    assert_eq!(fs::metadata(&sealed).unwrap().permissions().mode() & 0o777, 0o600);
    assert_ne!(world.run(&export).0, 0, "what is there is not written over");
    let import = |phrase: &Path| {
        let words = ["--home", text(&other), "keystore", "import", text(&sealed), "--passphrase-file", text(phrase)];
        world.run(&words)
    };
    assert_ne!(import(&wrong).0, 0);
    let (code, said) = import(&right);
    assert!(code == 0 && said.contains("1 issue key") && said.contains("delete"), "{code}: {said}");
    let (code, said) = import(&right);
    assert!(code == 0 && said.contains("0 issue keys more"), "{code}: {said}");
}

#[test]
fn an_issue_from_its_first_copy_to_its_certificate() {
    let world = World::new();
    let raw = world.file("jane.canary@mail.example.log", "some lines");
    let (code, said) = world.run(&["record", text(&raw), "--issue", "ZD-1042"]);
    assert_eq!((code, said.as_str()), (0, "recorded 1 copy for issue ZD-1042: `scrubjay resolve` deletes them\n"));
    let (code, said) = world.run(&["record", text(&raw), "--issue", "ZD-1042"]);
    assert_eq!((code, said.as_str()), (0, "already recorded for ZD-1042\n"));
    let (code, said) = world.run(&["status"]);
    assert!(code == 0 && said.contains("ZD-1042  open") && said.contains(text(&raw)), "{said}");
    assert!(said.contains("next due") && said.contains("(in 89 days)") || said.contains("(in 90 days)"), "{said}");
    assert_eq!(world.run(&["certificate", "ZD-1042"]).0, 6);
    assert_eq!(world.count("jane.canary"), 0);

    let (code, said) = world.run(&["resolve", "ZD-1042", "--dry-run"]);
    assert!(code == 0 && said.starts_with("would delete ") && raw.exists(), "{said}");
    let (code, said) = world.run(&["resolve", "ZD-1042"]);
    assert!(code == 0 && said.contains("deleted 1, not found 0, could not delete 0") && !raw.exists(), "{said}");
    assert!(said.contains("the key of issue ZD-1042 is destroyed"), "{said}");
    let (code, said) = world.run(&["certificate", "ZD-1042"]);
    assert!(code == 0 && said.contains("SHA-256") && said.contains("unlink-only (resolved)"), "{said}");
    assert!(!said.contains("canary"));
    let (code, said) = world.run(&["certificate", "ZD-1042", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &json["artifacts"][0]["copies"][0]["state"]), (0, &"deleted".into()));
    assert_eq!(world.count("jane.canary"), 0);
    assert_eq!(world.run(&["audit", "verify"]).0, 0);

    // The certificates were entered into the log, which stands in SQLite's own log until the next purge.
    world.run(&["purge"]);
    let path = world.path("home/ledger.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(16).position(|window| window == b"location_deleted").unwrap();
    bytes[at] ^= 1;
    fs::write(&path, bytes).unwrap();
    let (code, said) = world.run(&["audit", "verify"]);
    assert!(code == 5 && said.contains("CONTRADICTION"), "{said}");
}

#[test]
fn what_cannot_be_deleted_is_named_and_keeps_the_certificate_back() {
    let world = World::new();
    let file = world.file("x", "recorded");
    world.run(&["record", text(&file), "--issue", "ZD-1"]);
    world.run(&["record", &format!("https://u:{}@files.example/dump.sql?token=abc#x", "pw"), "--issue", "ZD-1"]);
    fs::write(&file, "changed!").unwrap();
    let (code, said) = world.run(&["resolve", "ZD-1"]);
    assert_eq!(code, 4, "{said}");
    let status = world.run(&["status"]).1 + &world.run(&["status", "--json"]).1;
    assert!(!(said.clone() + &status).contains("token") && !status.contains("u:"), "{said}{status}");
    assert_eq!(status.matches("https://files.example/dump.sql").count(), 3, "listed, overdue, and in JSON");
    assert!(said.contains("KEPT: not what was recorded") && said.contains("https://files.example/dump.sql"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), b"changed!");
    let (code, said) = world.run(&["certificate", "ZD-1"]);
    assert!(code == 6 && said.starts_with("NOT COMPLETE"), "{said}");
    assert_eq!(world.run(&["status", "--check"]).0, 3);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build has a clock to hold")]
fn deadlines_are_kept_without_a_resolve() {
    let world = World::new();
    let file = world.file("x", "recorded");
    let record = ["record", text(&file), "--issue", "ZD-1"];
    world.run_at(&record, Some("2026-01-01T00:00:00Z"));
    let (code, said) = world.run_at(&["status", "--check"], Some("2026-03-31T00:00:00Z"));
    assert!(code == 0 && said.contains("due 2026-04-01T00:00+00:00") && said.contains("(in 24 hours)"), "{said}");
    let (code, said) = world.run_at(&["status", "--check"], Some("2026-04-02T00:00:00Z"));
    assert!(code == 3 && said.contains("OVERDUE: 1 artifact; `scrubjay purge`"), "{said}");
    let (code, said) = world.run_at(&["purge"], Some("2026-04-02T00:00:00Z"));
    assert!(code == 0 && said.contains("(past its deadline)") && !file.exists(), "{said}");
    assert_eq!(world.run(&["certificate", "ZD-1"]).0, 0);

    world.file("x", "recorded");
    world.run_at(&record, Some("2026-05-01T00:00:00Z"));
    let (code, said) = world.run_at(&["resolve", "ZD-1", "--grace", "7d"], Some("2026-05-02T00:00:00Z"));
    assert!(code == 0 && said.contains("due 2026-05-09T00:00+00:00") && file.exists(), "{said}");
    world.run_at(&["purge"], Some("2026-05-09T00:00:01Z"));
    assert!(!file.exists());
}

#[test]
fn errors_come_with_a_hint_and_their_exit_code() {
    let world = World::new();
    assert_eq!(world.run(&["status"]), (0, format!("nothing is recorded in {}\n", world.path("home").display())));
    assert!(!world.path("home").exists(), "a question creates nothing");
    let (code, said) = world.run(&["resolve", "ZD-9"]);
    assert_eq!(code, 2);
    assert!(said.starts_with("error: nothing is recorded for issue ZD-9\nhint: "), "{said}");
    assert_eq!(world.run(&["frobnicate"]).0, 2);
    assert_eq!(world.run(&["resolve", "ZD-9", "--grace", "soon"]).0, 2);
    assert_eq!(world.run(&["--version"]).0, 0);

    let file = world.file("x", "x");
    world.run(&["record", text(&file), "--issue", "ZD-1"]);
    fs::set_permissions(world.path("home"), fs::Permissions::from_mode(0o755)).unwrap();
    let (code, said) = world.run(&["status"]);
    assert!(code == 6 && said.contains("others may enter it (mode 755)") && said.contains("hint: "), "{said}");
    for verb in [["status", "--check"].as_slice(), &["purge"], &["certificate", "ZD-1"], &["audit", "verify"]] {
        let (code, said) = world.run(&[&["--home", "/dev/null/x"], verb].concat());
        assert!(code == 4 && said.contains("hint: ") && !said.contains("nothing is recorded"), "{verb:?}: {said}");
    }
    let nowhere = world.command(&["status"]).env_clear().output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
}

#[test]
fn a_reader_that_goes_away_is_success() {
    let world = World::new();
    fs::create_dir(world.path("many")).unwrap();
    for number in 0..300 {
        world.file(&format!("many/{number}"), "x");
    }
    world.run(&["record", text(&world.path("many")), "--issue", "ZD-1"]);
    for args in [["status"].as_slice(), &["audit", "log"], &["resolve", "ZD-1"]] {
        let mut child = Process::new(env!("CARGO_BIN_EXE_scrubjay"))
            .args(args)
            .env("SCRUBJAY_HOME", world.path("home"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()),
            (Some(0), ""),
            "{args:?}"
        );
    }
    assert_eq!(fs::read_dir(world.path("many")).unwrap().count(), 0);
}

#[test]
fn a_purge_killed_again_and_again_deletes_everything_once() {
    let world = World::new();
    fs::create_dir(world.path("many")).unwrap();
    for number in 0..60 {
        world.file(&format!("many/{number}"), &format!("content {number}"));
    }
    world.run(&["record", text(&world.path("many")), "--issue", "ZD-1"]);
    let verb = |args: &[&str]| {
        let mut command = Process::new(env!("CARGO_BIN_EXE_scrubjay"));
        command.args(args).env("SCRUBJAY_HOME", world.path("home")).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut kills = 0;
    for attempt in 0..40 {
        let args: &[&str] = if attempt == 0 { &["resolve", "ZD-1"] } else { &["purge"] };
        let mut child = verb(args).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(8 + 7 * (attempt % 11)));
        kills += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(kills > 0, "no attempt was killed at work");
    world.run(&["resolve", "ZD-1"]);
    assert_eq!(fs::read_dir(world.path("many")).unwrap().count(), 0, "nothing under its name, nothing in quarantine");
    let (code, said) = world.run(&["certificate", "ZD-1"]);
    assert!(code == 0 && said.matches(", SHA-256 ").count() == 60, "{said}");
    let (_, log) = world.run(&["audit", "log"]);
    assert_eq!(log.matches(r#""op":"location_deleted""#).count(), 60);
    let (code, said) = world.run(&["audit", "verify"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_scrub_to_standard_output_and_an_issue_that_comes_back_are_told() {
    let world = World::new();
    let name = "a\u{202e}b.log";
    let raw = world.file(name, "nothing to see\n");
    let scrub = ["scrub", text(&raw), "--issue", "ZD-1"];
    assert_eq!(world.run(&scrub).0, 0);
    let shown = world.run(&["status"]).1 + &world.run(&["status", "--json"]).1 + &world.run(&["resolve", "ZD-1"]).1;
    assert!(!shown.contains('\u{202e}') && shown.contains("\\u{202e}") && shown.contains("\\u202e"), "{shown}");
    let (code, said) = world.run(&["certificate", "ZD-1"]);
    assert!(code == 0 && said.contains("written to standard output, which is not tracked"), "{said}");
    assert!(!said.contains("no copy of it"), "{said}");
    world.file(name, "nothing to see\n");
    let (code, said) = world.run(&scrub);
    assert!(code == 0 && said.contains("issue ZD-1 was resolved; it is open again with a new key"), "{said}");
    let (_, said) = world.run(&[&scrub[..], &["--quiet"]].concat());
    assert!(!said.contains("open again"), "{said}");
}

/// The id behind the n-th line of a status that holds a text.
fn id_in(said: &str, marker: &str) -> String {
    let line = said.lines().find(|line| line.contains(marker)).unwrap_or_else(|| panic!("no {marker} in {said}"));
    let words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().find(|word| word.len() == 26).unwrap_or_else(|| panic!("no id in {line}")).to_string()
}

#[test]
fn a_hold_refuses_the_whole_or_keeps_a_part_and_says_until_when() {
    let world = World::new();
    for name in ["a.log", "b.log"] {
        world.run(&["record", text(&world.file(name, name)), "--issue", "ZD-1"]);
    }
    let (code, said) = world.run(&["hold", "ZD-1", "--reason", "court order 17", "--review-at", "30d"]);
    assert!(code == 0 && said.starts_with("ZD-1 is on hold: 2 artifacts will not be deleted"), "{said}");
    assert_eq!(world.count("court order"), 0);
    let (code, said) = world.run(&["resolve", "ZD-1"]);
    assert!(code == 6 && said.contains("KEPT: on hold") && said.contains("a hold keeps all of it"), "{said}");
    let (code, said) = world.run(&["status", "--check"]);
    assert!(code == 0 && said.contains("ON HOLD (the issue)") && said.contains("court order 17"), "{said}");
    let artifact = id_in(&said, "a.log, on hold");
    let (code, said) = world.run(&["why", &artifact]);
    assert!(code == 0 && said.contains("- ON HOLD (the issue)") && said.contains("1 copy ready to go"), "{said}");
    world.run(&["hold", &artifact, "--reason", "this one", "--review-at", "2099-01-01"]);
    let (code, said) = world.run(&["release", "ZD-1"]);
    assert!(code == 0 && said.contains("due now: 1 artifact; `scrubjay purge`"), "{said}");
    let (code, said) = world.run(&["purge"]);
    assert!(code == 0 && said.contains("deleted 1, not found 0, could not delete 0, on hold 1"), "{said}");
    assert!(said.contains("what is on hold is due, and stays until `scrubjay release`"), "{said}");
    assert!(world.path("a.log").exists() && !world.path("b.log").exists());
    assert_eq!(world.run(&["certificate", "ZD-1"]).0, 6);
    assert_eq!(world.run(&["release", "ZD-1"]).0, 2, "no hold is on the issue");
    world.run(&["release", &artifact]);
    assert_eq!(world.run(&["purge"]).0, 0);
    let (code, said) = world.run(&["why", &artifact]);
    assert!(code == 0 && said.contains("is deleted since") && said.contains("scrubjay certificate ZD-1"), "{said}");
    for wrong in [["--reason", "x", "--review-at", "2001-01-01"], ["--reason", " ", "--review-at", "30d"]] {
        assert_eq!(world.run(&[&["hold", "ZD-1"][..], &wrong].concat()).0, 2);
    }
}

#[test]
fn an_address_is_owed_until_a_person_attests_it() {
    let world = World::new();
    let raw = world.file("raw.log", "nothing to see\n");
    let address = format!("https://tickets.example/1042/raw.log?token={}", "abc");
    let clean = world.path("clean.log");
    let scrub = ["scrub", text(&raw), "-o", text(&clean), "--issue", "ZD-1", "--source", &address];
    assert_eq!(world.run(&scrub).0, 0);
    assert_eq!(world.run(&["scrub", text(&raw), "--issue", "ZD-1", "--source", "here"]).0, 2);
    let (code, said) = world.run(&["status", "--check"]);
    assert!(code == 0 && said.contains("https://tickets.example/1042/raw.log") && !said.contains("token"), "{said}");
    let (code, said) = world.run(&["resolve", "ZD-1"]);
    assert!(code == 4 && said.contains("KEPT: cannot be reached from here"), "{said}");
    assert!(said.contains("then attest it: scrubjay confirm "), "{said}");
    let (code, said) = world.run(&["status", "--check"]);
    assert!(code == 3 && said.contains("OVERDUE: only a person can delete https://tickets.example"), "{said}");
    let (_, told) = world.run(&["scrub", text(&world.file("b", "x\n")), "--issue", "ZD-2"]);
    assert!(told.contains("warning: overdue: 1 copy that only a person can delete"), "{told}");
    let location = id_in(&said, "scrubjay confirm");
    let (code, said) = world.run(&["confirm", &location, "--by", "Jo Canary", "--evidence", "attachment removed"]);
    assert!(code == 0 && said.contains("nothing of the artifact remains"), "{said}");
    assert_eq!(world.count("Jo Canary"), 0);
    assert_eq!(world.run(&["confirm", &location, "--by", "Jo", "--evidence", "again"]).0, 6);
    assert_eq!(world.run(&["confirm", "unknown", "--by", "Jo", "--evidence", "again"]).0, 2);
    let (code, said) = world.run(&["certificate", "ZD-1"]);
    assert!(code == 0 && said.contains("as attested"), "{said}");
    assert_eq!(world.run(&["status", "--check"]).0, 0);
    assert_eq!(world.run(&["fsck", "--deep"]).0, 0);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build has a clock to hold")]
fn each_customer_has_the_policy_of_the_configuration() {
    let world = World::new();
    let config = world.file("config.toml", "[retention.customers]\nacme = '30d'\n[purge]\nmax_items = 0\n");
    let config = ["--config", text(&config)];
    for (name, customer, issue) in [("a", "acme", "ZD-1"), ("b", "other", "ZD-2")] {
        let file = world.file(name, name);
        let scrub = ["scrub", text(&file), "--issue", issue, "--customer", customer];
        assert_eq!(world.run_at(&[&config[..], &scrub].concat(), Some("2026-01-01T00:00:00Z")).0, 0);
    }
    let purge = |more: &[&str]| world.run_at(&[&config[..], &["purge"], more].concat(), Some("2026-02-01T00:00:00Z"));
    let (code, said) = purge(&[]);
    assert!(
        code == 6 && said.contains("1 of the 2 artifacts that are held are due") && said.contains("--confirm-count"),
        "{said}"
    );
    assert_eq!(purge(&["--confirm-count", "1"]).0, 0);
    assert!(!world.path("a").exists() && world.path("b").exists());
    let wrong = world.file("wrong.toml", "[retention]\ndefault = 'forever'\n");
    assert_eq!(world.run(&["--config", text(&wrong), "status"]).0, 2);
    assert_eq!(world.run(&["--config", "/nowhere.toml", "status"]).0, 4);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build has a clock to hold")]
fn customers_are_held_subjects_are_answered_and_notes_are_erased() {
    let world = World::new();
    let at = |args: &[&str], now: &str| world.run_at(args, Some(now));
    let (monday, thursday) = ("2026-03-02T09:00:00Z", "2026-03-05T09:01:00Z");
    for (name, customer) in [("a", "acme"), ("b", "other")] {
        let file = world.file(name, name);
        assert_eq!(at(&["record", text(&file), "--issue", &format!("ZD-{name}"), "--customer", customer], monday).0, 0);
    }
    let hold = ["hold", "--customer", "acme", "--reason", "Jane Canary sues", "--review-at", "30d"];
    let (code, said) = at(&hold, monday);
    assert!(code == 0 && said.contains("all of customer acme is on hold: 1 artifact"), "{said}");
    assert_eq!(at(&["hold", "--customer", "nobody", "--reason", "x", "--review-at", "30d"], monday).0, 2);
    assert_eq!(at(&["hold", "ZD-a", "--customer", "acme", "--reason", "x", "--review-at", "30d"], monday).0, 2);
    assert_eq!(at(&["record", text(&world.path("b")), "--issue", "ZD-a", "--customer", "other"], monday).0, 6);
    let (code, said) = at(&["resolve", "ZD-a"], monday);
    assert!(code == 6 && said.contains("KEPT: on hold"), "{said}");
    let (_, said) = at(&["status", "ZD-a"], monday);
    assert!(said.contains("ON HOLD (all of the customer)") && said.contains("Jane Canary sues"), "{said}");

    let (_, said) = at(&["note", "list"], monday);
    let note = id_in(&said, "Jane Canary");
    assert_eq!(at(&["note", "erase", &note], monday).0, 0);
    assert_eq!(at(&["note", "erase", &note], monday).0, 2, "it is gone");
    let (_, said) = at(&["status"], monday);
    assert!(said.contains("(its reason was erased)"), "{said}");
    assert_eq!(at(&["audit", "verify"], monday).0, 0);
    assert_eq!(at(&["release", "--customer", "acme"], monday).0, 0);

    let (code, said) =
        at(&["subject", "request", "--kind", "erasure", "--customer", "acme", "--about", "case 7"], monday);
    assert!(code == 0 && said.contains("answer it by 2026-03-05T09:00+00:00 (in 3 days)"), "{said}");
    let request = id_in(&said, "recorded request");
    assert_eq!(at(&["status", "--check"], monday).0, 3, "what was resolved under the hold is due");
    assert_eq!(at(&["purge"], monday).0, 0);
    let (code, said) = at(&["status", "--check"], monday);
    assert!(code == 0 && said.contains("to be answered by 2026-03-05T09:00+00:00 (in 3 days): case 7"), "{said}");
    for args in [&["status", "--check"][..], &["status", "--check", "--summary"]] {
        let (code, said) = at(args, thursday);
        assert!(code == 3 && said.contains("should have been answered"), "{said}");
    }
    let (_, said) = at(&["subject", "list", "--json"], thursday);
    assert!(said.contains("\"overdue\": true"), "{said}");
    assert_eq!(at(&["subject", "answer", &request], thursday).0, 0);
    assert_eq!(at(&["subject", "answer", &request], thursday).0, 6);
    assert_eq!(at(&["status", "--check"], thursday).0, 0);
    assert_eq!(at(&["audit", "verify"], thursday).0, 0);
}

#[test]
fn an_issue_is_opened_again_and_told_what_that_means() {
    let world = World::new();
    let record = |name: &str| world.run(&["record", text(&world.file(name, name)), "--issue", "ZD-1"]);
    record("a");
    world.run(&["resolve", "ZD-1", "--grace", "policy"]);
    let (code, said) = world.run(&["reopen", "ZD-1"]);
    assert!(code == 0 && said.contains("ZD-1 is open again\nkept until the deadline: 1 artifact"), "{said}");
    assert!(world.run(&["reopen", "ZD-1"]).1.contains("open already"));
    world.run(&["resolve", "ZD-1"]);
    let (_, said) = world.run(&["reopen", "ZD-1"]);
    assert!(said.contains("gone for good: 1 artifact") && said.contains("its key is destroyed"), "{said}");
    assert_eq!(world.run(&["reopen", "ZD-9"]).0, 2);
}

/// The commands of the units are those that the program has, and a purge by the timer works without a terminal.
#[test]
fn the_timer_runs_what_the_program_understands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("integrations/systemd");
    let service = fs::read_to_string(root.join("scrubjay-purge.service")).unwrap();
    let world = World::new();
    world.run(&["record", text(&world.file("x", "x")), "--issue", "ZD-1"]);
    let mut commands = 0;
    for line in service.lines().filter(|line| line.starts_with("ExecStart")) {
        let args: Vec<&str> = line.split_once("scrubjay ").unwrap().1.split(' ').collect();
        assert_eq!(world.run(&args).0, 0, "{line}");
        commands += 1;
    }
    assert_eq!(commands, 2);
    assert!(fs::read_to_string(root.join("scrubjay-purge.timer")).unwrap().contains("Persistent=true"));
}

#[test]
fn a_certificate_is_checked_on_another_machine_with_the_key_alone() {
    let world = World::new();
    let raw = world.file("raw", "some lines");
    world.run(&["record", text(&raw), "--issue", "ZD-<1>"]);
    world.run(&["resolve", "ZD-<1>"]);
    let key = world.run(&["audit", "key"]).1;
    let key_file = world.file("key.pub", &key);
    let stranger = World::new();
    stranger.run(&["record", text(&stranger.file("x", "x")), "--issue", "ZD-1"]);
    let other = stranger.run(&["audit", "key"]).1;
    let elsewhere = World::new();
    for form in [&["--json"][..], &["--html"], &[]] {
        let (code, certificate) = world.run(&[&["certificate", "ZD-<1>"][..], form].concat());
        assert_eq!(code, 0, "{certificate}");
        let file = elsewhere.file("certificate", &certificate);
        for key in [key.trim(), text(&key_file)] {
            let (code, said) = elsewhere.run(&["certificate", "verify", text(&file), "--key", key]);
            assert!(code == 0 && said.starts_with("VERIFIED: ") && said.contains("SHA-256"), "{form:?}: {said}");
        }
        let (code, said) = elsewhere.run(&["certificate", "verify", text(&file), "--key", other.trim()]);
        assert!(code == 5 && said.starts_with("NOT VERIFIED: "), "{said}");
    }
    let (_, json) = world.run(&["certificate", "ZD-<1>", "--json"]);
    let forged = elsewhere.file("forged", &json.replace("unlink-only", "purge-ce"));
    let (code, said) = elsewhere.run(&["certificate", "verify", text(&forged), "--key", key.trim()]);
    assert!(code == 5 && said.contains("it was changed"), "{said}");
    assert!(!elsewhere.path("home").exists(), "no ledger is needed, and none is made");
    let (_, page) = world.run(&["certificate", "ZD-<1>", "--html"]);
    assert!(
        page.starts_with("<!doctype html>") && page.contains("ZD-&lt;1&gt;") && page.contains("in effect"),
        "{page}"
    );
}

#[test]
fn a_log_without_a_checkpoint_is_not_called_sound() {
    let world = World::new();
    world.run(&["record", text(&world.file("x", "x")), "--issue", "ZD-1"]);
    let (code, said) = world.run(&["audit", "verify"]);
    assert!(code == 4 && said.contains("NO CHECKPOINT"), "{said}");
    let (_, note) = world.run(&["audit", "checkpoint"]);
    let kept = world.file("kept.note", &note);
    let (code, said) = world.run(&["audit", "verify", "--checkpoint", text(&kept)]);
    assert!(code == 0 && said.contains("agrees with 1 checkpoint; 0 entries since"), "{said}");
    world.run(&["purge"]);
    assert_eq!(world.run(&["audit", "verify"]).0, 0);

    let export = world.path("export");
    let (code, said) = world.run(&["audit", "export", "-o", text(&export)]);
    assert!(code == 0 && said.contains("exported"), "{said}");
    let key = world.run(&["audit", "key"]).1;
    let check = ["audit", "verify", "--export", text(&export), "--key", key.trim()];
    let elsewhere = World::new();
    let (code, said) = elsewhere.run(&check);
    assert!(code == 0 && said.starts_with("VERIFIED: "), "{said}");
    let entries = fs::read_to_string(export.join("entries.jsonl")).unwrap();
    fs::write(export.join("entries.jsonl"), entries.replacen("recorded", "Recorded", 1)).unwrap();
    assert_eq!(elsewhere.run(&check).0, 5);
}

#[test]
fn a_ledger_restored_from_last_week_is_a_contradiction() {
    let world = World::new();
    world.run(&["record", text(&world.file("x", "x")), "--issue", "ZD-1"]);
    world.run(&["purge"]);
    let names = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "audit.mark"];
    let copy = |from: &Path, to: &Path| {
        fs::create_dir_all(to).unwrap();
        for name in names {
            let _ = fs::remove_file(to.join(name));
            if from.join(name).exists() {
                fs::copy(from.join(name), to.join(name)).unwrap();
            }
        }
    };
    copy(&world.path("home"), &world.path("backup"));
    assert_eq!(world.run(&["resolve", "ZD-1"]).0, 0);
    copy(&world.path("backup"), &world.path("home"));
    let (code, said) = world.run(&["audit", "verify"]);
    assert!(code == 5 && said.contains("according to a checkpoint"), "{said}");
    assert_eq!(world.run(&["certificate", "ZD-1"]).0, 5);
    assert_eq!(world.run(&["fsck"]).0, 5);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build can be killed at a place")]
fn killed_at_any_place_of_a_deletion_one_purge_brings_it_to_its_end() {
    use std::os::unix::process::ExitStatusExt;
    for (place, times) in [
        ("intended", 2),
        ("quarantine-made", 2),
        ("taken", 2),
        ("verified", 2),
        ("unlinked", 2),
        ("closed", 2),
        ("confirmed", 2),
        ("artifact-deleted", 1),
        ("key-intended", 1),
        ("keystore-written", 1),
        ("keystore-renamed", 1),
        ("key-removed", 1),
        ("audit-appended", 6),
        ("committed", 6),
        ("checkpoint-written", 1),
        ("checkpoint-renamed", 1),
    ] {
        for time in 1..=times {
            let world = World::new();
            let (raw, clean) = (world.file("raw.log", "nothing to see\n"), world.path("clean.log"));
            assert_eq!(world.run(&["scrub", text(&raw), "-o", text(&clean), "--issue", "ZD-1", "--quiet"]).0, 0);
            let mut killed = world.command(&["resolve", "ZD-1"]);
            let output = killed.env("SCRUBJAY_TEST_KILL", format!("{place}:{time}")).output().unwrap();
            assert_eq!(output.status.signal(), Some(9), "{place}:{time} was not reached");
            // Before the first commit nothing was asked for that a purge could know of.
            let (code, said) = match (place, time) {
                ("audit-appended", 1) => world.run(&["resolve", "ZD-1"]),
                _ => world.run(&["purge"]),
            };
            assert_eq!(code, 0, "{place}:{time}: {said}");
            let left: Vec<_> = fs::read_dir(world.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(left, ["home"], "{place}:{time}");
            let (_, log) = world.run(&["audit", "log"]);
            assert_eq!(log.matches(r#""op":"location_deleted""#).count(), 2, "{place}:{time}");
            for verb in [&["audit", "verify"][..], &["certificate", "ZD-1"], &["fsck", "--deep"]] {
                let (code, said) = world.run(verb);
                assert_eq!(code, 0, "{place}:{time}: {verb:?}: {said}");
            }
        }
    }
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build can be killed at a place")]
fn killed_at_any_place_of_an_output_the_old_or_the_new_file_stands() {
    use std::os::unix::process::ExitStatusExt;
    for place in [
        "audit-appended",
        "committed",
        "output-created",
        "output-written",
        "output-synced",
        "output-renamed",
        "output-confirmed",
    ] {
        let world = World::new();
        let raw = world.file("raw.log", "nothing to see\n");
        let clean = world.file("clean.log", "of yesterday\n");
        let scrub = ["scrub", text(&raw), "-o", text(&clean), "--issue", "ZD-1", "--quiet"];
        let output = world.command(&scrub).env("SCRUBJAY_TEST_KILL", format!("{place}:1")).output().unwrap();
        assert_eq!(output.status.signal(), Some(9), "{place} was not reached");
        let stands = fs::read_to_string(&clean).unwrap();
        let is_new = ["output-renamed", "output-confirmed"].contains(&place);
        assert_eq!(stands, if is_new { "nothing to see\n" } else { "of yesterday\n" }, "{place}");
        assert_eq!(world.run(&["purge"]).0, 0, "{place}");
        let mut left: Vec<_> = fs::read_dir(world.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["clean.log", "home", "raw.log"], "{place}: no temporary file is left");
        assert_eq!(world.run(&scrub).0, 0, "{place}");
        assert_eq!(world.run(&["resolve", "ZD-1"]).0, 0, "{place}");
        assert!(!raw.exists() && !clean.exists(), "{place}");
        let (code, said) = world.run(&["fsck", "--deep"]);
        assert_eq!(code, 0, "{place}: {said}");
    }
}

#[test]
fn a_status_of_many_is_numbers_and_says_what_to_do() {
    let world = World::new();
    fs::create_dir(world.path("many")).unwrap();
    for number in 0..1001 {
        world.file(&format!("many/{number}"), "x");
    }
    world.run(&["record", text(&world.path("many")), "--issue", "ZD-1"]);
    world.run(&["record", "https://files.example/x", "--issue", "ZD-2"]);
    world.run(&["hold", "ZD-1", "--reason", "why", "--review-at", "30d"]);
    world.run(&["resolve", "ZD-2"]);
    let (code, said) = world.run(&["status", "--check"]);
    assert!(code == 3 && said.contains("kept      1002 artifacts, 1001 on hold"), "{said}");
    assert!(
        said.contains("issues    1 open, 1 resolved") && said.contains("OVERDUE: 1 copy that only a person"),
        "{said}"
    );
    let (code, said) = world.run(&["status", "--all"]);
    assert!(code == 0 && said.contains("many/1000"), "{said}");
    assert!(!said.contains("`scrubjay purge` carries it out"), "a purge cannot: {said}");
    let (code, said) = world.run(&["status", "--summary", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &json["on_hold"], &json["overdue"]["obligations"]), (0, &1001.into(), &1.into()));
    assert!(world.run(&["status", "ZD-2"]).1.contains("https://files.example/x"));
}
