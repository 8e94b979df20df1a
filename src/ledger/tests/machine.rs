//! A state machine: random register, hold, release, resolve, reopen, purge, change, crash and restore, beside a model of a
//! few lines that says what must be there and what must be gone.

use super::*;
use proptest::prelude::*;

const ISSUES: [&str; 3] = ["ZD-1", "ZD-2", "ZD-3"];

#[derive(Clone, Copy, Debug)]
enum Do {
    Record(usize),
    HoldIssue(usize),
    ReleaseIssue(usize),
    HoldFile(usize),
    ReleaseFile(usize),
    Resolve(usize, i64),
    Reopen(usize),
    Change(usize),
    ChangeBack(usize),
    Purge,
    Crash(Step),
    Wait(i64),
    Snapshot,
    Restore,
}

fn anything() -> impl Strategy<Value = Do> {
    let crash = prop::sample::select(vec![
        Step::Intended,
        Step::QuarantineMade,
        Step::Taken,
        Step::Verified,
        Step::Unlinked,
        Step::Closed,
        Step::Confirmed,
        Step::PutBack,
        Step::ArtifactDeleted,
        Step::KeyIntended,
        Step::KeyRemoved,
    ]);
    let issue = 0..ISSUES.len();
    prop_oneof![
        4 => issue.clone().prop_map(Do::Record),
        1 => issue.clone().prop_map(Do::HoldIssue),
        1 => issue.clone().prop_map(Do::ReleaseIssue),
        1 => (0..8_usize).prop_map(Do::HoldFile),
        1 => (0..8_usize).prop_map(Do::ReleaseFile),
        3 => (issue.clone(), prop::sample::select(vec![0, 0, 7 * DAY])).prop_map(|(issue, grace)| Do::Resolve(issue, grace)),
        1 => issue.prop_map(Do::Reopen),
        1 => (0..8_usize).prop_map(Do::Change),
        1 => (0..8_usize).prop_map(Do::ChangeBack),
        2 => Just(Do::Purge),
        3 => crash.prop_map(Do::Crash),
        2 => prop::sample::select(vec![DAY, 8 * DAY, 40 * DAY]).prop_map(Do::Wait),
        1 => Just(Do::Snapshot),
        1 => Just(Do::Restore),
    ]
}

/// What must be so.
#[derive(Default)]
struct Model {
    files: Vec<File>,
    issues: [Issue; ISSUES.len()],
}

#[derive(Clone, Copy, Default)]
struct Issue {
    resolved: bool,
    held: bool,
}

struct File {
    issue: usize,
    id: ArtifactId,
    deadline: i64,
    due: i64,
    held: bool,
    changed: bool,
    there: bool,
}

impl Model {
    fn reopen(&mut self, issue: usize, now: i64) {
        if std::mem::take(&mut self.issues[issue].resolved) {
            for file in self.files.iter_mut().filter(|file| file.issue == issue && file.there && file.due > now) {
                file.due = file.deadline;
            }
        }
    }

    fn sweep(&mut self, only: Option<usize>, now: i64) {
        for file in self.files.iter_mut().filter(|file| only.is_none_or(|only| only == file.issue)) {
            if file.due <= now && !file.held && !self.issues[file.issue].held && !file.changed {
                file.there = false;
            }
        }
    }

    fn has(&self, issue: usize) -> bool {
        self.files.iter().any(|file| file.issue == issue)
    }
}

fn name(number: usize) -> String {
    format!("file{number}")
}

/// The files of the database, to put them back later.
fn copy_database(world: &World, from: &str, to: &str) {
    fs::create_dir_all(world.path(to)).unwrap();
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(world.path(to).join(name));
        if world.path(from).join(name).exists() {
            fs::copy(world.path(from).join(name), world.path(to).join(name)).unwrap();
        }
    }
}

fn run(script: &[Do]) {
    let world = World::new();
    let mut model = Model::default();
    let mut ledger = world.ledger();
    let mut snapshot = None;
    for step in script {
        let now = world.hand.now().0;
        let some = |number: usize| model.files.len().checked_sub(1).map(|last| number.min(last));
        match *step {
            Do::Record(issue) => {
                let number = model.files.len();
                world.file(&name(number), &format!("content {number}"));
                let id = ledger.record(&world.path(&name(number)), ISSUES[issue]).unwrap().artifacts.remove(0);
                model.reopen(issue, now);
                let deadline = now + 90 * DAY;
                let (held, changed, there) = (false, false, true);
                model.files.push(File { issue, id, deadline, due: deadline, held, changed, there });
            }
            Do::HoldIssue(issue) if model.has(issue) => {
                ledger.hold(ISSUES[issue], "why", Time(now + DAY)).unwrap();
                model.issues[issue].held = true;
            }
            Do::ReleaseIssue(issue) if model.has(issue) => {
                assert_eq!(ledger.release(ISSUES[issue]).is_ok(), model.issues[issue].held);
                model.issues[issue].held = false;
            }
            Do::HoldFile(number) => {
                if let Some(number) = some(number) {
                    let file = &mut model.files[number];
                    assert_eq!(ledger.hold(&file.id.0, "why", Time(now + DAY)).is_ok(), file.there);
                    file.held |= file.there;
                }
            }
            Do::ReleaseFile(number) => {
                if let Some(number) = some(number) {
                    let file = &mut model.files[number];
                    assert_eq!(ledger.release(&file.id.0).is_ok(), file.held);
                    file.held = false;
                }
            }
            Do::Resolve(issue, grace) if model.has(issue) => {
                let options = ResolveOptions { grace_ms: Some(grace), dry_run: false };
                let plan = ledger.resolve(ISSUES[issue], ResolveOptions { dry_run: true, ..options }).unwrap();
                let report = ledger.resolve(ISSUES[issue], options).unwrap();
                for file in model.files.iter_mut().filter(|file| file.issue == issue && file.there && file.due > now) {
                    file.due = file.deadline.min(now + grace);
                }
                model.issues[issue].resolved = true;
                model.sweep(Some(issue), now);
                // What was planned is what was done, one to one (I10); with a grace, what is due already.
                if grace == 0 {
                    let planned = plan.items.iter().filter(|item| item.outcome == Outcome::WouldDelete).count();
                    let done = report.items.iter().filter(|item| item.outcome == Outcome::Deleted).count();
                    assert_eq!((planned, plan.items.len()), (done, report.items.len()), "{plan:?} {report:?}");
                }
            }
            Do::Reopen(issue) if model.has(issue) => {
                ledger.reopen(ISSUES[issue]).unwrap();
                model.reopen(issue, now);
            }
            Do::Change(number) | Do::ChangeBack(number) => {
                if let Some(number) = some(number).filter(|number| model.files[*number].there) {
                    let changed = matches!(step, Do::Change(_));
                    let text = if changed { "Content" } else { "content" };
                    world.file(&name(number), &format!("{text} {number}"));
                    model.files[number].changed = changed;
                }
            }
            Do::Purge => {
                ledger.purge(PurgeOptions::default()).unwrap();
                model.sweep(None, now);
            }
            Do::Crash(at) => {
                *ledger.stop.lock().unwrap() = Some(at);
                let stopped = ledger.purge(PurgeOptions::default());
                assert!(matches!(&stopped, Ok(_) | Err(Error::Stopped(_))), "{stopped:?}");
                drop(ledger);
                ledger = world.ledger();
                ledger.purge(PurgeOptions::default()).unwrap();
                model.sweep(None, now);
            }
            Do::Wait(span) => world.wait(span),
            Do::Snapshot => {
                let entries = ledger.audit_verify().unwrap().entries;
                drop(ledger);
                copy_database(&world, "home", "home.old");
                ledger = world.ledger();
                snapshot = Some(entries);
            }
            Do::Restore => {
                let Some(entries) = snapshot.filter(|entries| *entries < ledger.audit_verify().unwrap().entries) else {
                    continue;
                };
                drop(ledger);
                copy_database(&world, "home", "home.new");
                copy_database(&world, "home.old", "home");
                let old = world.ledger();
                assert!(!old.audit_verify().unwrap().problems.is_empty(), "{entries} entries are too few");
                assert!(matches!(old.issue_key("ZD-99"), Err(Error::Contradiction(_))), "nothing is written to it");
                drop(old);
                copy_database(&world, "home.new", "home");
                ledger = world.ledger();
            }
            _ => {}
        }
        let there: Vec<String> = (0..model.files.len()).filter(|number| model.files[*number].there).map(name).collect();
        let mut listing = world.listing();
        listing.retain(|name| !name.starts_with("home."));
        let mut expected = there.clone();
        expected.sort();
        assert_eq!(listing, expected, "after {step:?}");
        let check = ledger.fsck(true).unwrap();
        assert_eq!(check.contradictions, Vec::<String>::new(), "after {step:?}");
        let changed = model.files.iter().filter(|file| file.there && file.changed).count();
        assert_eq!(check.findings.len(), changed, "after {step:?}: {:?}", check.findings);
        for (issue, name) in ISSUES.iter().enumerate().filter(|(issue, _)| model.has(*issue)) {
            let status = ledger.status(Some(name)).unwrap().remove(0);
            let kept = model.files.iter().any(|file| file.issue == issue && file.there);
            let has_key = status.key != Some(KeyState::Destroyed);
            assert!(has_key || !kept, "after {step:?}: the key goes last");
            let due: Vec<Option<i64>> =
                status.artifacts.iter().map(|artifact| artifact.due_at.map(|at| at.0)).collect();
            let files = model.files.iter().filter(|file| file.issue == issue);
            let says = files.zip(&status.artifacts).map(|(file, artifact)| match artifact.progress {
                Progress::Deleted => None,
                _ => Some(file.due),
            });
            assert_eq!(due, says.collect::<Vec<_>>(), "after {step:?}");
        }
    }
    // In the end everything is gone, once, and proven.
    for number in 0..model.files.len() {
        let _ = ledger.release(&model.files[number].id.0);
        if model.files[number].there {
            world.file(&name(number), &format!("content {number}"));
        }
    }
    ISSUES.iter().for_each(|issue| drop(ledger.release(issue)));
    world.wait(91 * DAY);
    assert!(!ledger.purge(PurgeOptions::default()).unwrap().is_incomplete());
    let times = deletions(&ledger);
    assert_eq!(times.len(), model.files.len());
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    for issue in (0..ISSUES.len()).filter(|issue| model.has(*issue)) {
        assert!(matches!(ledger.certificate(ISSUES[issue]).unwrap(), Answer::Complete(_)));
    }
    assert!(ledger.keystore.read().unwrap().keys.is_empty());
    assert_sound(&ledger);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_and_however_it_is_killed(script in prop::collection::vec(anything(), 1..24)) {
        run(&script);
    }
}
