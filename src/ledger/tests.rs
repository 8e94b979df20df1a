//! The ledger as a whole, with a clock in the hand and crashes at every step.

use super::*;
use crate::artifact::ArtifactId;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

mod faults;
mod holds;
mod machine;
mod postgres;
mod proofs;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A clock that moves when it is told to.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

/// A home, a place for files, and a clock.
struct World {
    root: TempDir,
    hand: Arc<Hand>,
    /// The database, if it is not SQLite's.
    url: Option<String>,
}

impl World {
    fn new() -> World {
        // Not before the present: the claim on a file of a dead run looks at the file's own time.
        let hand = Arc::new(Hand(AtomicI64::new(SystemClock.now().0)));
        World { root: tempfile::tempdir().unwrap(), hand, url: postgres::new_database() }
    }

    fn ledger(&self) -> Ledger {
        self.open(self.hand.clone()).unwrap()
    }

    fn open(&self, clock: impl Clock + 'static) -> Result<Ledger, Error> {
        let home = self.root.path().join("home");
        match &self.url {
            Some(url) => Ledger::open_postgres(&home, clock, url),
            None => Ledger::open(&home, clock),
        }
    }

    /// A ledger whose runs are those of a process that is dead.
    fn doomed(&self) -> Ledger {
        let ledger = self.ledger();
        let mut run = ledger.me.run(self.hand.now()).unwrap();
        run.started -= 1;
        *ledger.run.lock().unwrap() = Some(run);
        ledger
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().unwrap().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn wait(&self, milliseconds: i64) {
        self.hand.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// What stands in the place for files.
    fn listing(&self) -> Vec<String> {
        let names = fs::read_dir(self.root.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name != "home");
        names.sort();
        names
    }
}

fn content(text: &str) -> Content {
    Content { size: text.len() as u64, blake3: *blake3::hash(text.as_bytes()).as_bytes() }
}

/// Registers, writes and finishes a scrub of one file, as a run would.
fn scrub(ledger: &Ledger, world: &World, issue: Option<&str>, input: &str, output: &str) -> ArtifactId {
    let raw = fs::read_to_string(world.path(input)).unwrap();
    let temporary = world.path(&format!(".{output}.part"));
    let artifact = NewArtifact {
        name: input.into(),
        input: Some(world.path(input)),
        output: Some(world.path(output)),
        temporary: Some(temporary.clone()),
        ..NewArtifact::default()
    };
    let issue = issue.map(String::from);
    let registration = Registration { issue, artifacts: vec![artifact], ..Registration::default() };
    let id = ledger.register(&registration).unwrap().remove(0);
    let text = format!("scrubbed {raw}");
    fs::write(&temporary, &text).unwrap();
    fs::rename(&temporary, world.path(output)).unwrap();
    let finished = Finished {
        input: Some(content(&raw)),
        output: Some(content(&text)),
        counts: vec![("mail.address".into(), 2)],
        ..Finished::default()
    };
    ledger.finish(&id, &finished).unwrap();
    id
}

fn outcomes(report: &DeletionReport) -> Vec<&'static str> {
    report.items.iter().map(|item| item.outcome.word()).collect()
}

fn assert_sound(ledger: &Ledger) {
    let report = ledger.audit_verify().unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
}

/// How often each location was deleted, according to the log.
fn deletions(ledger: &Ledger) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for entry in ledger.audit_log(0, u64::MAX).unwrap() {
        let body: serde_json::Value = serde_json::from_str(&entry.body).unwrap();
        if body["op"] == "location_deleted" {
            *times.entry(body["location"].as_str().unwrap().to_string()).or_default() += 1;
        }
    }
    times
}

#[test]
fn resolve_deletes_what_is_owned_and_the_certificate_says_so() {
    let world = World::new();
    let ledger = world.ledger();
    world.file("raw.log", "jane@mail.example");
    let key = ledger.issue_key("ZD-1042").unwrap();
    let id = scrub(&ledger, &world, Some("ZD-1042"), "raw.log", "clean.log");
    assert_eq!(ledger.issue_key("ZD-1042").unwrap(), key, "one key as long as the issue is open");
    assert!(matches!(ledger.certificate("ZD-1042").unwrap(), Answer::NotComplete { key: true, .. }));

    let dry = ledger.resolve("ZD-1042", ResolveOptions { dry_run: true, grace_ms: None }).unwrap();
    assert_eq!(outcomes(&dry), ["would_delete", "would_delete"]);
    assert_eq!(world.listing(), ["clean.log", "raw.log"]);

    let report = ledger.resolve("ZD-1042", ResolveOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["deleted", "deleted"]);
    assert_eq!(report.keys_destroyed, ["ZD-1042"]);
    assert!(!report.is_incomplete() && !report.log_not_emptied);
    assert_eq!(world.listing(), Vec::<String>::new());

    let Answer::Complete(certificate) = ledger.certificate("ZD-1042").unwrap() else { panic!("not complete") };
    assert_eq!(certificate.artifacts[0].id, id);
    let copy = &certificate.artifacts[0].copies[0];
    assert_eq!((copy.role, copy.state, copy.size), (Role::Input, LocationState::Deleted, Some(17)));
    let sha256 = audit::hex(&<sha2::Sha256 as sha2::Digest>::digest("jane@mail.example"));
    assert_eq!(copy.sha256.as_deref(), Some(sha256.as_str()));
    assert!(!serde_json::to_string(&certificate).unwrap().contains("raw.log"));
    assert_eq!(ledger.status(Some("ZD-1042")).unwrap()[0].artifacts[0].name, None);
    assert_sound(&ledger);

    let again = ledger.resolve("ZD-1042", ResolveOptions::default()).unwrap();
    assert!(again.items.is_empty() && deletions(&ledger).values().all(|times| *times == 1));
    let entries = ledger.audit_verify().unwrap().entries;
    ledger.purge(PurgeOptions::default()).unwrap();
    assert_eq!(ledger.audit_verify().unwrap().entries, entries, "nothing to do, nothing written");
    assert_ne!(ledger.issue_key("ZD-1042").unwrap(), key, "a later key is a fresh one");
}

#[test]
fn what_is_not_owned_stays() {
    let world = World::new();
    let ledger = world.ledger();
    world.file("raw.log", "a");
    let id = scrub(&ledger, &world, None, "raw.log", "clean.log");
    world.wait(365 * DAY);
    assert!(ledger.purge(PurgeOptions::default()).unwrap().items.is_empty());
    assert_eq!(world.listing(), ["clean.log", "raw.log"]);
    assert_eq!(ledger.overdue().unwrap().artifacts, 0);

    ledger.assign(&id, "ZD-1").unwrap();
    ledger.assign(&id, "ZD-1").unwrap();
    assert!(matches!(ledger.assign(&id, "ZD-2"), Err(Error::Assigned(_))));
    assert_eq!(ledger.overdue().unwrap().artifacts, 1, "its deadline counts from its registration");
    ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert_eq!(world.listing(), Vec::<String>::new());

    world.file("kept.log", "b");
    let artifact = NewArtifact { name: "kept".into(), input: Some(world.path("kept.log")), ..NewArtifact::default() };
    let registration = Registration {
        issue: Some("ZD-3".into()),
        keep_input: true,
        artifacts: vec![artifact],
        ..Registration::default()
    };
    let id = ledger.register(&registration).unwrap().remove(0);
    ledger.finish(&id, &Finished { input: Some(content("b")), ..Finished::default() }).unwrap();
    ledger.resolve("ZD-3", ResolveOptions::default()).unwrap();
    assert_eq!(world.listing(), ["kept.log"]);
    let Answer::Complete(certificate) = ledger.certificate("ZD-3").unwrap() else { panic!("not complete") };
    assert_eq!(certificate.artifacts[0].copies[0].state, LocationState::Left);
    assert_sound(&ledger);
}

#[test]
fn a_file_that_is_not_the_recorded_one_is_put_back_and_reported() {
    let world = World::new();
    let ledger = world.ledger();
    for name in ["changed", "linked", "gone", "moved", "link"] {
        world.file(name, "content of one length");
        ledger.record(&world.path(name), "ZD-7").unwrap();
    }
    let before = fs::metadata(world.path("changed")).unwrap().ino();
    fs::write(world.path("changed"), "content of one lengtH").unwrap();
    fs::hard_link(world.path("linked"), world.path("second")).unwrap();
    fs::remove_file(world.path("gone")).unwrap();
    fs::remove_file(world.path("link")).unwrap();
    symlink(world.path("second"), world.path("link")).unwrap();
    // The same content in another inode, with another time: still the recorded file.
    fs::copy(world.path("moved"), world.path("copy")).unwrap();
    fs::rename(world.path("copy"), world.path("moved")).unwrap();

    let report = ledger.resolve("ZD-7", ResolveOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["mismatch", "shared", "missing", "deleted", "mismatch"]);
    assert!(report.is_incomplete() && report.keys_destroyed.is_empty());
    assert_eq!(world.listing(), ["changed", "link", "linked", "second"]);
    assert_eq!(fs::metadata(world.path("changed")).unwrap().ino(), before);
    assert!(
        matches!(ledger.certificate("ZD-7").unwrap(), Answer::NotComplete { artifacts, key: true } if artifacts.len() == 3)
    );
    let entries = ledger.audit_verify().unwrap().entries;
    assert!(ledger.purge(PurgeOptions::default()).unwrap().is_incomplete());
    assert_eq!(ledger.audit_verify().unwrap().entries, entries, "nothing changed, nothing written");
    assert_eq!(ledger.overdue().unwrap().artifacts, 3);

    fs::remove_file(world.path("second")).unwrap();
    fs::remove_file(world.path("link")).unwrap();
    fs::write(world.path("changed"), "content of one length").unwrap();
    let report = ledger.purge(PurgeOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["deleted", "deleted", "missing"]);
    assert_eq!(report.keys_destroyed, ["ZD-7"]);
    assert_sound(&ledger);
}

#[test]
fn a_directory_swapped_for_a_link_leads_nowhere() {
    let world = World::new();
    let ledger = world.ledger();
    fs::create_dir(world.path("inside")).unwrap();
    fs::create_dir(world.path("outside")).unwrap();
    world.file("inside/x", "same");
    world.file("outside/x", "same");
    ledger.record(&world.path("inside"), "ZD-8").unwrap();
    fs::rename(world.path("inside"), world.path("elsewhere")).unwrap();
    symlink(world.path("outside"), world.path("inside")).unwrap();
    let report = ledger.resolve("ZD-8", ResolveOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["mismatch"]);
    assert!(world.path("outside/x").exists());
}

#[test]
fn a_crash_at_any_step_is_completed_by_the_next_purge() {
    use Step::*;
    for step in [
        Intended,
        QuarantineMade,
        Taken,
        Verified,
        Unlinked,
        Closed,
        Confirmed,
        ArtifactDeleted,
        KeyIntended,
        KeyRemoved,
    ] {
        let world = World::new();
        world.file("raw.log", "raw");
        let ledger = world.ledger();
        scrub(&ledger, &world, Some("ZD-9"), "raw.log", "clean.log");
        *ledger.stop.lock().unwrap() = Some(step);
        let stopped = ledger.resolve("ZD-9", ResolveOptions::default());
        assert!(matches!(stopped, Err(Error::Stopped(at)) if at == step), "{step:?}");
        drop(ledger);

        let ledger = world.ledger();
        let report = ledger.purge(PurgeOptions::default()).unwrap();
        assert!(!report.is_incomplete(), "{step:?}: {report:?}");
        assert_eq!(world.listing(), Vec::<String>::new(), "{step:?}");
        let times = deletions(&ledger);
        assert!(times.len() == 2 && times.values().all(|times| *times == 1), "{step:?}: {times:?}");
        let Answer::Complete(certificate) = ledger.certificate("ZD-9").unwrap() else { panic!("{step:?}") };
        assert!(certificate.artifacts[0].copies.iter().all(|copy| copy.sha256.is_some()), "{step:?}");
        assert!(ledger.keystore.read().unwrap().keys.is_empty(), "{step:?}");
        assert_sound(&ledger);
    }
}

#[test]
fn a_crash_with_a_foreign_file_in_hand_puts_it_back() {
    for step in [Step::Taken, Step::PutBack] {
        let world = World::new();
        world.file("x", "recorded");
        let ledger = world.ledger();
        ledger.record(&world.path("x"), "ZD-9").unwrap();
        world.file("x", "replaced");
        *ledger.stop.lock().unwrap() = Some(step);
        assert!(ledger.resolve("ZD-9", ResolveOptions::default()).is_err());
        let ledger = world.ledger();
        assert_eq!(outcomes(&ledger.purge(PurgeOptions::default()).unwrap()), ["mismatch"], "{step:?}");
        assert_eq!(world.listing(), ["x"]);
        assert_eq!(fs::read(world.path("x")).unwrap(), b"replaced");
    }
}

#[test]
fn opened_again_what_was_due_stays_due() {
    for step in [Step::Taken, Step::Intended, Step::Verified] {
        let world = World::new();
        world.file("x", "recorded");
        let ledger = world.ledger();
        ledger.record(&world.path("x"), "ZD-9").unwrap();
        *ledger.stop.lock().unwrap() = Some(step);
        assert!(ledger.resolve("ZD-9", ResolveOptions::default()).is_err());
        let ledger = world.ledger();
        world.file("y", "another");
        ledger.record(&world.path("y"), "ZD-9").unwrap();
        let reopened = Reopened { issue: "ZD-9".into(), has_new_key: false };
        assert_eq!(ledger.take_reopened(), [reopened]);
        assert!(ledger.take_reopened().is_empty());
        assert_eq!(outcomes(&ledger.purge(PurgeOptions::default()).unwrap()), ["deleted"], "{step:?}");
        assert_eq!(world.listing(), ["y"]);
        assert!(ledger.status(Some("ZD-9")).unwrap()[0].state == Some(IssueState::Open));
        assert_sound(&ledger);
    }
}

#[test]
fn grace_postpones_the_deadline_does_not_wait_and_a_reopened_issue_does() {
    let world = World::new();
    let ledger = world.ledger();
    world.file("a", "a");
    world.file("b", "b");
    ledger.record(&world.path("a"), "ZD-1").unwrap();
    ledger.record(&world.path("b"), "ZD-2").unwrap();
    let options = ResolveOptions { grace_ms: Some(7 * DAY), dry_run: false };
    let report = ledger.resolve("ZD-1", options).unwrap();
    assert!(report.items.is_empty());
    assert_eq!(report.postponed_until, Some(world.hand.now().plus(7 * DAY)));
    world.wait(6 * DAY);
    world.file("c", "c");
    ledger.record(&world.path("c"), "ZD-1").unwrap();
    world.wait(2 * DAY);
    assert!(ledger.purge(PurgeOptions::default()).unwrap().items.is_empty(), "opened again in its grace");

    let options = ResolveOptions { grace_ms: Some(1000 * DAY), dry_run: false };
    let report = ledger.resolve("ZD-1", options).unwrap();
    assert_eq!(report.postponed_until, Some(world.hand.now().plus(88 * DAY)), "never behind the deadline");
    world.wait(82 * DAY);
    assert_eq!(ledger.overdue().unwrap().artifacts, 2);
    let report = ledger.purge(PurgeOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["deleted", "deleted"]);
    assert_eq!(report.items[1].cause, Cause::Deadline, "ZD-2 was never resolved");
    assert_eq!(report.keys_destroyed, ["ZD-2"]);
    assert_eq!(world.listing(), ["c"]);
    assert_sound(&ledger);
}

#[test]
fn a_run_that_died_is_seen_and_its_temporary_file_deleted() {
    let world = World::new();
    world.file("raw.log", "raw");
    let artifact = NewArtifact {
        name: "raw.log".into(),
        input: Some(world.path("raw.log")),
        output: Some(world.path("clean.log")),
        temporary: Some(world.path(".clean.part")),
        ..NewArtifact::default()
    };
    for (issue, rest) in [(None, vec!["raw.log"]), (Some("ZD-4".to_string()), vec![])] {
        world.file("raw.log", "raw");
        let registration =
            Registration { issue: issue.clone(), artifacts: vec![artifact.clone()], ..Registration::default() };
        let alive = world.ledger();
        let running = alive.register(&registration).unwrap().remove(0);
        assert!(alive.purge(PurgeOptions::default()).unwrap().items.is_empty());
        alive.fail(&running, FailCode::Cancelled).unwrap();

        world.doomed().register(&registration).unwrap();
        world.file(".clean.part", "half an outp");
        let ledger = world.ledger();
        let status = ledger.status(issue.as_deref()).unwrap();
        assert_eq!(status.last().unwrap().artifacts.last().unwrap().progress, Progress::Interrupted);
        let report = ledger.purge(PurgeOptions::default()).unwrap();
        assert_eq!(outcomes(&report), ["deleted"]);
        assert_eq!((report.items[0].cause, report.interrupted.len()), (Cause::Orphan, 1));
        assert_eq!(world.listing(), ["raw.log"]);
        if let Some(issue) = &issue {
            ledger.resolve(issue, ResolveOptions::default()).unwrap();
            assert!(matches!(ledger.certificate(issue).unwrap(), Answer::Complete(_)));
        }
        assert_eq!(world.listing(), rest);
        assert_sound(&ledger);
    }
}

#[test]
fn an_output_that_was_renamed_just_before_the_run_died_is_ours() {
    let world = World::new();
    world.file("raw.log", "raw");
    let ledger = world.doomed();
    let artifact = NewArtifact {
        name: "raw.log".into(),
        input: Some(world.path("raw.log")),
        output: Some(world.path("clean.log")),
        temporary: Some(world.path(".clean.part")),
        ..NewArtifact::default()
    };
    let registration =
        Registration { issue: Some("ZD-5".into()), artifacts: vec![artifact], ..Registration::default() };
    ledger.register(&registration).unwrap();
    world.file("clean.log", "scrubbed");
    let ledger = world.ledger();
    ledger.resolve("ZD-5", ResolveOptions::default()).unwrap();
    assert_eq!(world.listing(), Vec::<String>::new());
    assert!(matches!(ledger.certificate("ZD-5").unwrap(), Answer::Complete(_)));
    assert_sound(&ledger);
}

#[test]
fn a_raw_file_that_changed_after_its_run_died_is_kept() {
    let world = World::new();
    world.file("raw.log", "raw");
    let artifact = NewArtifact { name: "raw".into(), input: Some(world.path("raw.log")), ..NewArtifact::default() };
    let registration =
        Registration { issue: Some("ZD-5".into()), artifacts: vec![artifact], ..Registration::default() };
    world.doomed().register(&registration).unwrap();
    fs::remove_file(world.path("raw.log")).unwrap();
    world.file("raw.log", "another");
    assert_eq!(outcomes(&world.ledger().resolve("ZD-5", ResolveOptions::default()).unwrap()), ["mismatch"]);
    assert_eq!(world.listing(), ["raw.log"]);
}

#[test]
fn an_output_written_again_is_superseded() {
    let world = World::new();
    let ledger = world.ledger();
    world.file("one", "1");
    world.file("two", "2");
    let first = scrub(&ledger, &world, Some("ZD-6"), "one", "clean");
    scrub(&ledger, &world, Some("ZD-6"), "two", "clean");
    let status = ledger.status(Some("ZD-6")).unwrap();
    assert_eq!(status[0].artifacts[0].id, first);
    assert_eq!(status[0].artifacts[0].locations[1].state, LocationState::Superseded);
    let report = ledger.resolve("ZD-6", ResolveOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["deleted", "gone", "deleted", "deleted"]);
    assert_eq!(world.listing(), Vec::<String>::new());

    // The later run dies before it writes: the earlier file still stands there, and is deleted as what it is.
    world.file("one", "1");
    scrub(&ledger, &world, Some("ZD-7"), "one", "clean");
    let artifact = NewArtifact { name: "two".into(), output: Some(world.path("clean")), ..NewArtifact::default() };
    let registration =
        Registration { issue: Some("ZD-7".into()), artifacts: vec![artifact], ..Registration::default() };
    world.doomed().register(&registration).unwrap();
    let report = ledger.resolve("ZD-7", ResolveOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["deleted", "deleted", "gone"]);
    assert_eq!(world.listing(), Vec::<String>::new());
    assert_sound(&ledger);
}

#[test]
fn one_file_recorded_twice_is_deleted_once() {
    let world = World::new();
    let ledger = world.ledger();
    world.file("raw", "raw");
    scrub(&ledger, &world, Some("ZD-1"), "raw", "out1");
    scrub(&ledger, &world, Some("ZD-1"), "raw", "out2");
    let report = ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["deleted", "deleted", "deleted"], "the raw file, and two outputs");
    let Answer::Complete(certificate) = ledger.certificate("ZD-1").unwrap() else { panic!("not complete") };
    assert_eq!(certificate.artifacts[0].copies[0].sha256, certificate.artifacts[1].copies[0].sha256);
    assert!(deletions(&ledger).values().all(|times| *times == 1));

    world.file("raw", "raw");
    ledger.record(&world.path("raw"), "ZD-2").unwrap();
    assert_eq!(ledger.record(&world.path("raw"), "ZD-2").unwrap().known, 1);
    ledger.record(&world.path("raw"), "ZD-3").unwrap();
    let report = ledger.resolve("ZD-2", ResolveOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["shared_with_issue"], "ZD-3 is open and needs it");
    ledger.resolve("ZD-3", ResolveOptions::default()).unwrap();
    ledger.purge(PurgeOptions::default()).unwrap();
    assert!(matches!(ledger.certificate("ZD-2").unwrap(), Answer::Complete(_)));
    assert_sound(&ledger);
}

/// Two purges at once, each of another record of one file: one deletes it, the other one says so, whichever way they pass.
#[test]
fn one_file_recorded_twice_is_deleted_once_by_two_purges() {
    for step in [Step::Taken, Step::Verified, Step::Unlinked, Step::Closed] {
        let world = World::new();
        // A ledger in a file has one purge at a time.
        if world.url.is_none() {
            return;
        }
        let ledger = world.ledger();
        world.file("raw", "raw");
        let ids = ["out1", "out2"].map(|output| scrub(&ledger, &world, Some("ZD-1"), "raw", output));
        ["out1", "out2"].iter().for_each(|output| fs::remove_file(world.path(output)).unwrap());
        world.wait(100 * DAY);
        let other = Arc::new(world.ledger());
        let second = Arc::new(Mutex::new(None));
        let (seconds, now) = (second.clone(), world.hand.now());
        // When the first has got so far, the second begins with the other record, and goes on beside it.
        *ledger.at.lock().unwrap() = Some(Box::new(move |at| {
            let mut second = seconds.lock().unwrap();
            if at == step && second.is_none() {
                let (other, id) = (other.clone(), ids[1].clone());
                *second = Some(std::thread::spawn(move || {
                    let claims = other.claims().unwrap();
                    assert_eq!(claims.these(std::slice::from_ref(&id.0)).unwrap().len(), 1);
                    let mut report = DeletionReport::default();
                    other.sweep_artifact(&id.0, None, now, &mut report).unwrap();
                    claims.end().unwrap();
                    report
                }));
                std::thread::sleep(std::time::Duration::from_millis(150));
            }
        }));
        let claims = ledger.claims().unwrap();
        assert_eq!(claims.these(&[ids_of(&ledger)[0].clone()]).unwrap().len(), 1);
        let mut first = DeletionReport::default();
        ledger.sweep_artifact(&ids_of(&ledger)[0], None, now, &mut first).unwrap();
        claims.end().unwrap();
        drop(claims);
        let second = second.lock().unwrap().take().unwrap().join().unwrap();
        assert_eq!(outcomes(&first), ["deleted", "missing"], "{step:?}");
        assert_eq!(outcomes(&second), ["deleted_with_other", "missing"], "{step:?}");
        assert_eq!((first.artifacts_deleted, second.artifacts_deleted), (1, 1));
        assert!(!world.ledger().purge(PurgeOptions::default()).unwrap().is_incomplete());
        let Answer::Complete(certificate) = world.ledger().certificate("ZD-1").unwrap() else { panic!("not complete") };
        assert_eq!(certificate.artifacts[0].copies[0].sha256, certificate.artifacts[1].copies[0].sha256);
        assert!(deletions(&ledger).values().all(|times| *times == 1));
        assert_sound(&world.ledger());
    }
}

/// The artifacts of the only issue, in their order.
fn ids_of(ledger: &Ledger) -> Vec<String> {
    ledger.status(None).unwrap()[0].artifacts.iter().map(|artifact| artifact.id.0.clone()).collect()
}

#[test]
fn an_address_stays_an_obligation() {
    let world = World::new();
    let ledger = world.ledger();
    ledger.record(Path::new("https://files.example/t/1042/dump.sql"), "ZD-1").unwrap();
    for _ in 0..2 {
        let report = ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
        assert_eq!(outcomes(&report), ["unreachable"]);
        assert_eq!(report.items[0].path.as_deref(), Some(Path::new("https://files.example/t/1042/dump.sql")));
        assert!(report.is_incomplete());
    }
    assert_sound(&ledger);
}

#[test]
fn names_and_paths_stand_in_no_file_of_the_home() {
    const CANARY: &str = "jane.canary@mail.example";
    let world = World::new();
    let ledger = world.ledger();
    fs::create_dir(world.path(CANARY)).unwrap();
    let name = format!("{CANARY}/{CANARY}.log");
    world.file(&name, CANARY);
    ledger.record(&world.path(&name), CANARY).unwrap();
    let artifact = NewArtifact { name: name.clone(), input: Some(world.path(&name)), ..NewArtifact::default() };
    let customer = Some(CANARY.to_string());
    let registration = Registration { customer, artifacts: vec![artifact], ..Registration::default() };
    ledger.register(&registration).unwrap();
    let status = ledger.status(None).unwrap();
    assert_eq!(status[1].artifacts[0].customer.as_deref(), Some(CANARY));
    let search = |when: &str| {
        let entries = walkdir::WalkDir::new(world.path("home")).into_iter().map(|entry| entry.unwrap());
        for entry in entries.filter(|entry| entry.file_type().is_file()) {
            let path = entry.into_path();
            let bytes = fs::read(&path).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600, "{path:?}");
            assert!(!bytes.windows(11).any(|window| window == b"jane.canary"), "{path:?} {when}");
        }
    };
    search("while it is open");
    ledger.resolve(CANARY, ResolveOptions::default()).unwrap();
    search("after its end");
    if world.url.is_some() {
        return;
    }
    assert_eq!(fs::metadata(world.path("home/ledger.sqlite-wal")).unwrap().len(), 0, "the log is emptied");
}

#[test]
fn the_keystore_holds_each_key_until_its_end() {
    let world = World::new();
    let ledger = world.ledger();
    world.file("a", "a");
    ledger.record(&world.path("a"), "ZD-1").unwrap();
    let (one, two) = (ledger.issue_key("ZD-1").unwrap(), ledger.issue_key("ZD-2").unwrap());
    assert_ne!(one, two);
    assert_eq!(world.ledger().issue_key("ZD-1").unwrap(), one, "another process sees the same");
    let stands =
        |key: &[u8; 32]| fs::read(world.path("home/keystore")).unwrap().windows(32).any(|window| window == key);
    assert!(stands(one.reveal()) && stands(two.reveal()));
    ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert!(!stands(one.reveal()) && stands(two.reveal()));
}

#[test]
fn concurrent_registrations_are_all_recorded_and_chained() {
    let world = World::new();
    let ledger = world.ledger();
    let ids: Vec<ArtifactId> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let (ledger, world) = (&ledger, &world);
                scope.spawn(move || {
                    // Half of them through their own connection, as another process would.
                    let own = (worker % 2 == 0).then(|| world.ledger());
                    let ledger = own.as_ref().unwrap_or(ledger);
                    let artifact = || NewArtifact { name: format!("{worker}"), ..NewArtifact::default() };
                    let issue = Some(format!("ZD-{}", worker % 2));
                    let registration =
                        Registration { issue, artifacts: vec![artifact(), artifact()], ..Registration::default() };
                    (0..5).flat_map(|_| ledger.register(&registration).unwrap()).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(ids.len(), 40);
    assert_eq!(ledger.status(None).unwrap().iter().map(|issue| issue.artifacts.len()).sum::<usize>(), 40);
    assert_sound(&ledger);
}

/// Opens the database beside the ledger, as somebody with a database tool would.
fn tamper(world: &World, sql: &str) {
    let connection = rusqlite::Connection::open(world.path("home/ledger.sqlite")).unwrap();
    connection.execute_batch("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;").unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn a_changed_log_is_caught() {
    for (what, sql) in [
        ("an edited body", "UPDATE audit_event SET body = replace(body, 'registered', 'Registered') WHERE seq = 4"),
        ("a removed row", "DELETE FROM audit_event WHERE seq = 3"),
        ("a dropped tail", "DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)"),
        (
            "a dropped tail with its head",
            "DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event);
             UPDATE chain_head SET (seq, hash) = (SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1)",
        ),
        ("an emptied log", "DELETE FROM audit_event; UPDATE chain_head SET seq = 0, hash = zeroblob(32)"),
        ("a deletion that the log does not know", "UPDATE location SET state = 'deleted', settled_at = 1"),
    ] {
        let world = World::new();
        let ledger = world.ledger();
        world.file("raw", "raw");
        scrub(&ledger, &world, Some("ZD-1"), "raw", "clean");
        assert_sound(&ledger);
        drop(ledger);
        tamper(&world, sql);
        let problems = world.ledger().audit_verify().unwrap().problems;
        assert!(!problems.is_empty(), "{what}");
    }
}

#[test]
fn a_cut_log_is_not_grown_over() {
    let world = World::new();
    world.file("raw", "raw");
    scrub(&world.ledger(), &world, Some("ZD-1"), "raw", "clean");
    tamper(
        &world,
        "DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event);
         UPDATE chain_head SET (seq, hash) = (SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1)",
    );
    let ledger = world.ledger();
    assert!(matches!(ledger.record(&world.path("raw"), "ZD-2"), Err(Error::Contradiction(_))));
    assert!(matches!(ledger.resolve("ZD-1", ResolveOptions::default()), Err(Error::Contradiction(_))));
    assert!(world.path("raw").exists());
}

#[test]
fn a_home_that_lost_a_part_is_refused() {
    for lost in ["keystore", "audit.mark", "ledger.sqlite"] {
        let world = World::new();
        world.file("raw", "raw");
        scrub(&world.ledger(), &world, Some("ZD-1"), "raw", "clean");
        fs::remove_file(world.path("home").join(lost)).unwrap();
        let opened = Ledger::open(&world.path("home"), SystemClock);
        assert!(matches!(opened, Err(Error::Contradiction(_))), "{lost}");
    }
    // A whole other database, or another keystore, is not taken either.
    for swapped in ["keystore", "ledger.sqlite", "audit.mark"] {
        let (world, other) = (World::new(), World::new());
        drop((world.ledger(), other.ledger()));
        fs::copy(other.path("home").join(swapped), world.path("home").join(swapped)).unwrap();
        let verified = Ledger::open(&world.path("home"), SystemClock).and_then(|ledger| ledger.audit_verify());
        assert!(verified.map_or(true, |report| !report.problems.is_empty()), "{swapped}");
    }
}

#[test]
fn a_flipped_byte_anywhere_in_the_log_is_caught() {
    let world = World::new();
    world.file("raw", "raw");
    let ledger = world.ledger();
    scrub(&ledger, &world, Some("ZD-1"), "raw", "clean");
    ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    let entries = ledger.audit_log(0, 100).unwrap();
    drop(ledger);
    let path = world.path("home/ledger.sqlite");
    let whole = fs::read(&path).unwrap();
    for entry in entries {
        let at = whole.windows(entry.body.len()).position(|window| window == entry.body.as_bytes()).unwrap();
        for at in [at, at + entry.body.len() / 2, at + entry.body.len() + 10] {
            let mut broken = whole.clone();
            broken[at] ^= 1;
            fs::write(&path, &broken).unwrap();
            let verified = Ledger::open(&world.path("home"), SystemClock).and_then(|ledger| ledger.audit_verify());
            assert!(verified.map_or(true, |report| !report.problems.is_empty()), "byte {at}");
        }
    }
    fs::write(&path, &whole).unwrap();
    assert_sound(&world.ledger());
}

#[test]
fn names_that_cannot_be_an_issue_and_paths_that_cannot_be_copies_are_refused() {
    let world = World::new();
    let ledger = world.ledger();
    for name in ["", "unassigned", "a\nb", " padded", &"x".repeat(201)] {
        assert!(matches!(ledger.issue_key(name), Err(Error::IssueName(_))), "{name:?}");
    }
    assert!(matches!(ledger.record(Path::new("relative"), "ZD-1"), Err(Error::Relative(_))));
    assert!(matches!(ledger.record(&world.path("home/keystore"), "ZD-1"), Err(Error::NotRecordable { .. })));
    assert!(ledger.record(world.root.path(), "ZD-1").is_err(), "a directory above the ledger's own");
    assert!(ledger.record(&world.path("not there"), "ZD-1").is_err());
    assert!(matches!(ledger.resolve("ZD-1", ResolveOptions::default()), Err(Error::UnknownIssue(_))));
    let nobody = ArtifactId("0".repeat(26));
    assert!(matches!(ledger.finish(&nobody, &Finished::default()), Err(Error::UnknownArtifact(_))));
}

#[test]
fn a_registration_is_one_commit() {
    let world = World::new();
    let ledger = world.ledger();
    ledger.issue_key("ZD-1").unwrap();
    let before = ledger.audit_verify().unwrap().entries;
    let artifact = |number: usize| NewArtifact { name: number.to_string(), ..NewArtifact::default() };
    let registration = Registration {
        issue: Some("ZD-1".into()),
        artifacts: (0..500).map(artifact).collect(),
        ..Registration::default()
    };
    let ids = ledger.register(&registration).unwrap();
    assert_eq!(ids.len(), 500);
    assert_eq!(ledger.audit_verify().unwrap().entries, before + 1, "one entry for the whole batch");
    let names = ledger.status(Some("ZD-1")).unwrap().remove(0).artifacts;
    assert!(names.iter().zip(&ids).enumerate().all(|(number, (artifact, id))| {
        artifact.id == *id && artifact.name == Some(number.to_string()) && artifact.progress == Progress::Running
    }));
}

#[test]
fn a_row_that_was_edited_is_named_and_certifies_nothing() {
    for (what, sql) in [
        ("artifact", "UPDATE artifact SET state = 'deleted', deleted_at = 1"),
        ("artifact", "UPDATE artifact SET hard_deadline = hard_deadline + 1"),
        ("artifact", "UPDATE artifact SET due_at = 1, name_enc = zeroblob(60)"),
        ("location", "UPDATE location SET state = 'gone', settled_at = 1"),
        ("location", "UPDATE location SET custody = 'observed'"),
        ("location", "UPDATE location SET digest = zeroblob(32) WHERE digest IS NOT NULL"),
        ("location", "UPDATE location SET path_enc = zeroblob(60) WHERE path_enc IS NOT NULL"),
        ("location", "DELETE FROM location"),
        ("issue", "UPDATE issue SET state = 'resolved', resolved_at = 1"),
        ("key", "UPDATE issue_key SET state = 'destroyed', destroyed_at = 1"),
    ] {
        let world = World::new();
        world.file("raw", "raw");
        scrub(&world.ledger(), &world, Some("ZD-1"), "raw", "clean");
        tamper(&world, sql);
        let ledger = world.ledger();
        let problems = ledger.audit_verify().unwrap().problems;
        assert!(problems.iter().any(|problem| problem.starts_with(what)), "{sql}: {problems:?}");
        assert!(matches!(ledger.certificate("ZD-1"), Err(Error::Contradiction(_))), "{sql}");
    }
    let world = World::new();
    world.file("raw", "raw");
    scrub(&world.ledger(), &world, Some("ZD-1"), "raw", "clean");
    tamper(&world, "UPDATE artifact SET state = 'deleted', deleted_at = 1");
    let ledger = world.ledger();
    assert!(matches!(ledger.resolve("ZD-1", ResolveOptions::default()), Err(Error::Contradiction(_))));
    assert_eq!(ledger.keystore.read().unwrap().keys.len(), 1, "a copy is there, so the key stays");
    drop(ledger);

    let world = World::new();
    world.file("raw", "raw");
    let ledger = world.ledger();
    scrub(&ledger, &world, Some("ZD-1"), "raw", "clean");
    ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert_sound(&ledger);
    tamper(&world, "UPDATE issue SET state = 'open', resolved_at = NULL");
    assert!(matches!(ledger.certificate("ZD-1"), Err(Error::Contradiction(_))));
}

#[test]
fn several_purges_claim_different_artifacts() {
    let world = World::new();
    fs::create_dir(world.path("many")).unwrap();
    for number in 0..40 {
        world.file(&format!("many/{number}"), &number.to_string());
    }
    world.ledger().record(&world.path("many"), "ZD-1").unwrap();
    world.wait(100 * DAY);
    let now = world.hand.now().0;
    let ledgers: Vec<Ledger> = (0..8).map(|_| world.ledger()).collect();
    let barrier = std::sync::Barrier::new(8);
    let claimed: Vec<Vec<String>> = std::thread::scope(|scope| {
        let claim = |ledger: &Ledger| {
            let claims = ledger.claims().unwrap();
            let page = claims.due(now, (i64::MIN, i64::MIN), 5).unwrap();
            barrier.wait();
            page.into_iter().map(|due| due.artifact_id).collect()
        };
        let threads: Vec<_> = ledgers.iter().map(|ledger| scope.spawn(move || claim(ledger))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let all: std::collections::BTreeSet<&String> = claimed.iter().flatten().collect();
    assert_eq!((all.len(), claimed.concat().len()), (40, 40), "none is claimed twice");
    // They ended without giving it back, as a crash does: what they had is free at once.
    let report = world.ledger().purge(PurgeOptions::default()).unwrap();
    assert_eq!(outcomes(&report).len(), 40);
    assert_sound(&world.ledger());
}

#[test]
fn a_purge_that_lost_its_lease_writes_nothing() {
    let world = World::new();
    let ledger = world.ledger();
    world.file("a", "a");
    let id = ledger.record(&world.path("a"), "ZD-1").unwrap().artifacts.remove(0);
    world.wait(100 * DAY);
    let now = world.hand.now().0;
    let claims = ledger.claims().unwrap();
    assert_eq!(claims.due(now, (i64::MIN, i64::MIN), 5).unwrap().len(), 1);
    ledger.write_leased(|_| Ok(())).unwrap();
    let other = world.ledger();
    let others = other.claims().unwrap();
    assert!(others.these(std::slice::from_ref(&id.0)).unwrap().is_empty(), "it is taken");
    // Its time is up, and another purge takes over.
    let names = ledger.read(|store| store.leases()).unwrap();
    ledger.store().begin(store::Access::Claim).unwrap();
    ledger.store().renew(&names[0], -1).unwrap();
    ledger.store().commit().unwrap();
    assert_eq!(others.these(std::slice::from_ref(&id.0)).unwrap().len(), 1);
    assert!(matches!(ledger.write_leased(|_| Ok(())), Err(Error::Busy)));
    other.write_leased(|_| Ok(())).unwrap();
    others.end().unwrap();
    drop((claims, others));
    assert_eq!(outcomes(&ledger.purge(PurgeOptions::default()).unwrap()), ["deleted"]);
}
