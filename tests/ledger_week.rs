//! A week of a ledger, from Monday to Monday, through the program and with the clock in hand, on every backend.

use crate::postgres_server::Server;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The house: a directory with files, a ledger, and what time it is.
struct House {
    root: TempDir,
    url: Option<String>,
    now: String,
}

impl House {
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Runs a command line, split at spaces, in the house.
    fn output(&self, line: &str, kill: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scrubjay"));
        command.args(line.split(' ').map(|word| word.replace('~', " "))).current_dir(self.root.path());
        command.env("SCRUBJAY_HOME", self.path("home")).env("SCRUBJAY_TEST_NOW", &self.now).env("TZ", "UTC");
        command.env("SCRUBJAY_CONFIG", self.path("config.toml")).env_remove("SCRUBJAY_ISSUE");
        command.env_remove("SCRUBJAY_LEDGER").env_remove("SCRUBJAY_TEST_KILL");
        command.envs(self.url.as_ref().map(|url| ("SCRUBJAY_LEDGER", url)));
        command.envs(kill.map(|place| ("SCRUBJAY_TEST_KILL", place)));
        command.output().unwrap()
    }

    /// Runs it; the exit code must be this one, and what it says must hold every one of these.
    fn run(&self, line: &str, exit: i32, says: &[&str]) -> String {
        let output = self.output(line, None);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(exit), "scrubjay {line}\n{said}");
        for text in says {
            assert!(said.contains(text), "scrubjay {line}: no `{text}` in\n{said}");
        }
        said
    }

    /// What stands in the house besides the ledger.
    fn listing(&self) -> Vec<String> {
        let names =
            fs::read_dir(self.root.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".log")).collect();
        names.sort();
        names
    }

    /// The only word of 26 letters and digits in the line that holds a text.
    fn id(&self, said: &str, marker: &str) -> String {
        let line = said.lines().find(|line| line.contains(marker)).unwrap_or_else(|| panic!("no {marker} in {said}"));
        line.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| word.len() == 26).unwrap().into()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        fs::copy(&entry, to.join(entry.file_name().unwrap())).unwrap();
    }
}

fn week(url: Option<String>, restore: impl Fn(&House, bool)) {
    let mut house = House { root: tempfile::tempdir().unwrap(), url, now: String::new() };
    house.write(
        "config.toml",
        "[retention.customers]\nacme = '30d'\n[retention.policies.short]\nmax_age = '5d'\n[retention]\ndefault = 'short'\n",
    );

    // Monday: three issues. The first came from a ticket, the second is a customer's with 30 days.
    house.now = "2026-03-02T09:00:00Z".into();
    for (name, number) in [("one.log", 1), ("two.log", 2), ("three.log", 3), ("four.log", 4)] {
        house.write(name, &format!("mail from jane.roe{number}@mail.example\n"));
    }
    house.run(
        "scrub one.log -o one.clean.log --issue ZD-1 --customer acme --source https://tickets.example/1/one.log",
        0,
        &[],
    );
    house.run("scrub two.log -o two.clean.log --issue ZD-2 --customer acme", 0, &[]);
    house.run("scrub three.log -o three.clean.log --issue ZD-3", 0, &[]);
    house.run("record four.log --issue ZD-4 --customer acme", 0, &["recorded 1 copy"]);
    assert!(!fs::read_to_string(house.path("one.clean.log")).unwrap().contains("jane"));
    house.run("status --check", 0, &["ZD-1  open", "next due 2026-03-07T09:00+00:00"]);

    // Tuesday: a lawyer calls about ZD-2, and its engineer resolves it all the same.
    house.now = "2026-03-03T09:00:00Z".into();
    house.run("hold ZD-2 --reason court~order~17 --review-at 2026-03-06", 0, &["ZD-2 is on hold: 1 artifact"]);
    house.run("resolve ZD-2", 6, &["KEPT: on hold", "a hold keeps all of it"]);
    assert!(house.has("two.log") && house.has("two.clean.log"));

    // Wednesday: ZD-1 is resolved; the ticket's own attachment is still there, and somebody appended to the clean file.
    house.now = "2026-03-04T09:00:00Z".into();
    house.write("one.clean.log", "with a remark\n");
    let said = house.run("resolve ZD-1", 4, &["KEPT: not what was recorded", "scrubjay confirm", "cannot be reached"]);
    assert!(!house.has("one.log") && house.has("one.clean.log"));
    house.run("certificate ZD-1", 6, &["NOT COMPLETE"]);
    let artifact =
        house.id(&house.run("status --check ZD-1", 3, &["OVERDUE: only a person can delete"]), "OVERDUE since");
    house.run(&format!("why {artifact}"), 0, &["KEPT: not what was recorded", "KEPT: cannot be reached"]);
    let location = house.id(&said, "scrubjay confirm");
    house.run(&format!("confirm {location} --by Jo~Roe --evidence ticket~history"), 0, &["1 other copy of it remain"]);
    fs::remove_file(house.path("one.clean.log")).unwrap();

    // Thursday: ZD-4 is resolved with a grace, and opened again within it.
    house.now = "2026-03-05T09:00:00Z".into();
    house.run("resolve ZD-4 --grace policy", 0, &["issue ZD-4 is due 2026-03-12T09:00+00:00"]);
    house.run("reopen ZD-4", 0, &["kept until the deadline: 1 artifact"]);

    // Friday: the hold should have been reviewed. It is released; the nightly purge is killed in the middle, twice.
    house.now = "2026-03-06T09:00:00Z".into();
    house.run("status --check", 3, &["REVIEW OVERDUE since 2026-03-06T00:00", "OVERDUE: 1 hold to be reviewed"]);
    house.run("release ZD-2", 0, &["due now: 1 artifact"]);
    for place in ["verified:1", "unlinked:1"] {
        assert_eq!(house.output("purge", Some(place)).status.signal(), Some(9), "{place}");
    }
    house.run("fsck", 4, &["a deletion was interrupted"]);
    house.run("purge", 0, &["the key of issue ZD-1 is destroyed", "the key of issue ZD-2 is destroyed"]);
    assert_eq!(house.listing(), ["four.log", "three.clean.log", "three.log"]);
    restore(&house, false);

    // Saturday: nobody resolved ZD-3, whose five days are over.
    house.now = "2026-03-07T09:00:01Z".into();
    house.run("scrub four.log --issue ZD-4 --customer acme", 0, &["warning: 1 artifact past the deadline"]);
    house.run("purge", 0, &["(past its deadline)", "the key of issue ZD-3 is destroyed"]);
    assert_eq!(house.listing(), ["four.log"]);

    // Sunday: a customer gets the proof, and checks it on a machine of his own.
    house.now = "2026-03-08T09:00:00Z".into();
    for issue in ["ZD-1", "ZD-2", "ZD-3"] {
        house.run(&format!("certificate {issue}"), 0, &["Certificate of deletion", "in effect"]);
    }
    house.run(
        "certificate ZD-1",
        0,
        &["as attested 2026-03-04T09:00+00:00 by Jo Roe, remote-claim", "evidence: ticket history"],
    );
    let certificate = house.output("certificate ZD-2 --html", None).stdout;
    let key = house.output("audit key", None).stdout;
    let elsewhere = House { root: tempfile::tempdir().unwrap(), url: None, now: house.now.clone() };
    elsewhere.write("config.toml", "");
    fs::write(elsewhere.path("certificate.html"), &certificate).unwrap();
    fs::write(elsewhere.path("key.pub"), key).unwrap();
    elsewhere.run("certificate verify certificate.html --key key.pub", 0, &["VERIFIED", "issue", "ZD-2", "SHA-256"]);
    assert!(!elsewhere.has("home"));

    // Monday: everything agrees; then last week's backup is put in its place.
    house.now = "2026-03-09T09:00:00Z".into();
    house.run("audit verify", 0, &["the audit log holds"]);
    house.run("fsck --deep", 0, &["records, keys and disk agree"]);
    house.run("status --check", 0, &["ZD-4  open"]);
    let log = house.run("audit log", 0, &[]);
    assert_eq!(
        log.matches(r#""op":"location_deleted""#).count(),
        5,
        "one.log, two and two.clean, three and three.clean"
    );
    for secret in ["jane", "court order", "Jo Roe", "one.log", "acme", "tickets.example", "ZD-"] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
    restore(&house, true);
    house.run("audit verify", 5, &["CONTRADICTION"]);
    house.run("resolve ZD-4", 5, &["error: the ledger contradicts itself"]);
    assert!(house.has("four.log"), "nothing is deleted on the word of a ledger that was rolled back");
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build has a clock to hold")]
fn a_week_on_sqlite() {
    week(None, |house, is_back| {
        let (home, backup) = (house.path("home"), house.path("backup"));
        if !is_back {
            copy(&home, &backup);
            return;
        }
        for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
            let _ = fs::remove_file(home.join(name));
            if backup.join(name).exists() {
                fs::copy(backup.join(name), home.join(name)).unwrap();
            }
        }
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build has a clock to hold")]
fn a_week_on_postgresql() {
    let Some(server) = Server::start() else { return };
    let url = server.database();
    week(Some(url.clone()), |_, is_back| if is_back { server.restore(&url) } else { server.backup(&url) });
}

/// Eight programs at once register, hold, release and purge; in the end nothing is lost, and nothing is done twice.
fn eight_at_once(url: Option<String>) {
    let house = House { root: tempfile::tempdir().unwrap(), url, now: "2026-03-02T09:00:00Z".into() };
    house.write("config.toml", "");
    house.write("zero.log", "zero");
    house.run("record zero.log --issue ZD-0", 0, &[]);
    let house = &house;
    std::thread::scope(|scope| {
        for worker in 0..8 {
            scope.spawn(move || {
                let issue = format!("ZD-{}", worker % 4);
                for round in 0..3 {
                    let name = format!("{worker}-{round}.log");
                    house.write(&name, &name);
                    house.run(&format!("record {name} --issue {issue}"), 0, &["recorded 1 copy"]);
                    if round == 0 {
                        house.run(&format!("hold {issue} --reason r --review-at 30d"), 0, &[]);
                    }
                    let purged = house.output("purge", None);
                    assert!(matches!(purged.status.code(), Some(0 | 75)), "{purged:?}");
                }
            });
        }
    });
    for issue in ["ZD-0", "ZD-1", "ZD-2", "ZD-3"] {
        house.run(&format!("release {issue}"), 0, &["released 2 holds"]);
    }
    std::thread::scope(|scope| {
        for worker in 0..8 {
            scope.spawn(move || {
                // One deletes, the others are told to come again.
                while house.output(&format!("resolve ZD-{}", worker % 4), None).status.code() == Some(75) {}
            });
        }
    });
    house.run("purge", 0, &[]);
    assert_eq!(house.listing(), Vec::<String>::new());
    let log = house.run("audit log", 0, &[]);
    assert_eq!(log.matches(r#""op":"location_deleted""#).count(), 25);
    assert_eq!(log.matches(r#""op":"hold_placed""#).count(), 8);
    house.run("audit verify", 0, &[]);
    house.run("fsck --deep", 0, &[]);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build has a clock to hold")]
fn eight_programs_at_once_lose_nothing_on_sqlite() {
    eight_at_once(None);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only a debug build has a clock to hold")]
fn eight_programs_at_once_lose_nothing_on_postgresql() {
    let Some(server) = Server::start() else { return };
    eight_at_once(Some(server.database()));
}
