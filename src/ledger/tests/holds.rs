//! Holds, obligations, guards and policies.

use super::*;

fn held(report: &DeletionReport) -> bool {
    report.is_all_held()
}

fn record(ledger: &Ledger, world: &World, name: &str, issue: &str) -> ArtifactId {
    world.file(name, name);
    ledger.record(&world.path(name), issue).unwrap().artifacts.remove(0)
}

#[test]
pub(super) fn a_hold_stops_resolution_and_deadline_until_it_is_released() {
    let world = World::new();
    let ledger = world.ledger();
    record(&ledger, &world, "a", "ZD-1");
    let b = record(&ledger, &world, "b", "ZD-1");
    let review = world.hand.now().plus(30 * DAY);
    let placed = ledger.hold("ZD-1", "court order 17", review).unwrap();
    assert_eq!((placed.scope, placed.kept, placed.too_late.len()), (Scope::Issue, 2, 0));
    let report = ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert!(held(&report) && outcomes(&report) == ["held", "held"]);
    let entries = ledger.audit_verify().unwrap().entries;
    assert!(held(&ledger.purge(PurgeOptions::default()).unwrap()));
    assert_eq!(ledger.audit_verify().unwrap().entries, entries, "a held artifact is no change");
    assert_eq!(ledger.overdue().unwrap(), Overdue::default(), "what is held is not overdue");
    world.wait(100 * DAY);
    assert!(held(&ledger.purge(PurgeOptions::default()).unwrap()), "past the deadline too");
    assert_eq!(ledger.overdue().unwrap(), Overdue { reviews: 1, ..Overdue::default() });
    let status = ledger.status(Some("ZD-1")).unwrap().remove(0);
    assert_eq!(status.holds[0].reason.as_deref(), Some("court order 17"));
    assert!(status.holds[0].review_overdue && status.artifacts.iter().all(|a| a.on_hold && !a.overdue));

    ledger.hold(&b.0, "and this one alone", review.plus(200 * DAY)).unwrap();
    let released = ledger.release("ZD-1").unwrap();
    assert_eq!((released.holds, released.due), (1, 1));
    let report = ledger.purge(PurgeOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["deleted", "held"]);
    assert!(report.is_incomplete() && !held(&report));
    assert!(matches!(ledger.release("ZD-1"), Err(Error::NotHeld(_))));
    ledger.release(&b.0).unwrap();
    assert_eq!(outcomes(&ledger.purge(PurgeOptions::default()).unwrap()), ["deleted"]);
    assert!(matches!(ledger.hold(&b.0, "x", review), Err(Error::Settled(_))));
    assert_eq!(ledger.hold("ZD-1", "x", review).unwrap().too_late.len(), 2);
    assert_sound(&ledger);
    for entry in fs::read_dir(world.path("home")).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = if entry.is_file() { fs::read(entry).unwrap() } else { Vec::new() };
        assert!(!bytes.windows(11).any(|window| window == b"court order"), "a reason is sealed");
    }
}

#[test]
pub(super) fn a_hold_that_comes_in_the_middle_of_a_deletion_is_kept_before_the_act_and_told_after_it() {
    for step in [Step::Intended, Step::QuarantineMade, Step::Taken, Step::Verified, Step::Unlinked, Step::Closed] {
        let world = World::new();
        let ledger = world.ledger();
        let id = record(&ledger, &world, "x", "ZD-1");
        *ledger.stop.lock().unwrap() = Some(step);
        assert!(ledger.resolve("ZD-1", ResolveOptions::default()).is_err());
        let ledger = world.ledger();
        let placed = ledger.hold("ZD-1", "why", world.hand.now().plus(DAY)).unwrap();
        let is_before = matches!(step, Step::Intended | Step::QuarantineMade | Step::Taken);
        assert_eq!(placed.too_late, if is_before { vec![] } else { vec![id] }, "{step:?}");
        let report = ledger.purge(PurgeOptions::default()).unwrap();
        assert_eq!(outcomes(&report), [if is_before { "held" } else { "deleted" }], "{step:?}");
        assert_eq!(world.listing(), if is_before { vec!["x"] } else { vec![] }, "{step:?}");
        assert_sound(&ledger);
        if is_before {
            ledger.release("ZD-1").unwrap();
            assert_eq!(outcomes(&ledger.purge(PurgeOptions::default()).unwrap()), ["deleted"], "{step:?}");
        }
    }
}

#[test]
pub(super) fn a_person_answers_for_what_cannot_be_reached() {
    let world = World::new();
    let ledger = world.ledger();
    let address = "https://files.example/t/1042/dump.sql";
    let artifact = NewArtifact { name: "dump".into(), input: Some(world.file("raw", "raw")), ..NewArtifact::default() };
    let registration = Registration {
        issue: Some("ZD-1".into()),
        source: Some(address.into()),
        artifacts: vec![artifact],
        ..Registration::default()
    };
    for _ in 0..2 {
        let id = ledger.register(&registration).unwrap().remove(0);
        ledger.finish(&id, &Finished { input: Some(content("raw")), ..Finished::default() }).unwrap();
    }
    let status = ledger.status(Some("ZD-1")).unwrap().remove(0);
    let addresses = || status.artifacts.iter().flat_map(|artifact| &artifact.locations).filter(|l| l.role == Role::Url);
    assert_eq!(addresses().count(), 1, "one obligation, though it was scrubbed twice");
    let location = addresses().next().unwrap().id.clone();
    assert_eq!(ledger.overdue().unwrap(), Overdue::default());
    let report = ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert!(outcomes(&report).contains(&"unreachable") && report.is_incomplete());
    assert_eq!(ledger.overdue().unwrap(), Overdue { artifacts: 1, obligations: 1, ..Overdue::default() });

    let confirmed = ledger.confirm(&location, "Jo Roe", "ticket attachment removed").unwrap();
    assert!(confirmed.artifact_deleted && confirmed.remaining == 0 && confirmed.keys_destroyed == ["ZD-1"]);
    assert!(matches!(ledger.confirm(&location, "Jo Roe", "again"), Err(Error::NotConfirmable { .. })));
    assert!(matches!(ledger.confirm("nothing", "Jo Roe", "again"), Err(Error::UnknownLocation(_))));
    let Answer::Complete(certificate) = ledger.certificate("ZD-1").unwrap() else { panic!("not complete") };
    let copies = certificate.artifacts.iter().flat_map(|artifact| &artifact.copies);
    let copy = copies.clone().find(|copy| copy.state == LocationState::Attested).unwrap();
    assert_eq!(copy.assurance, Some(Assurance::RemoteClaim));
    assert_sound(&ledger);

    let id = record(&ledger, &world, "local", "ZD-2");
    let local = ledger.status(Some("ZD-2")).unwrap()[0].artifacts[0].locations[0].id.clone();
    assert!(matches!(ledger.confirm(&local, "Jo Roe", "I did it"), Err(Error::NotConfirmable { .. })), "{id}");
}

#[test]
pub(super) fn the_file_of_another_host_is_left_to_it() {
    let world = World::new();
    let ledger = world.ledger();
    record(&ledger, &world, "x", "ZD-1");
    // As if the record had been made elsewhere.
    ledger
        .write(|tx| {
            let artifact = tx.store.artifacts_of(Some(&tx.store.issues()?[0].issue_id))?.remove(0);
            let mut location = tx.store.locations_of(&artifact.artifact_id)?.remove(0);
            location.host = Some("elsewhere".into());
            tx.put_location(&location)?;
            tx.log(codes::Op::LocationKept, Vec::new())
        })
        .unwrap();
    let report = ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert_eq!((outcomes(&report), world.listing()), (vec!["unreachable"], vec!["x".to_string()]));
    assert!(ledger.confirm(&report.items[0].location, "Jo", "removed there").unwrap().artifact_deleted);
}

#[test]
pub(super) fn a_file_that_somebody_has_open_is_shared() {
    let world = World::new();
    let ledger = world.ledger();
    record(&ledger, &world, "x", "ZD-1");
    let file = fs::File::open(world.path("x")).unwrap();
    let mut reader = std::process::Command::new("sleep").arg("100").stdin(file).spawn().unwrap();
    let report = ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    assert_eq!((outcomes(&report), world.listing()), (vec!["in_use"], vec!["x".to_string()]));
    reader.kill().unwrap();
    reader.wait().unwrap();
    assert_eq!(outcomes(&ledger.purge(PurgeOptions::default()).unwrap()), ["deleted"]);
    assert_sound(&ledger);
}

/// A wall clock and a boot clock, both in the hand.
struct TwoHands {
    wall: AtomicI64,
    since: AtomicI64,
}

impl Clock for TwoHands {
    fn now(&self) -> Time {
        Time(self.wall.load(Ordering::SeqCst))
    }

    fn boot(&self) -> Option<(String, i64)> {
        Some(("this".into(), self.since.load(Ordering::SeqCst)))
    }
}

#[test]
pub(super) fn a_clock_that_jumps_is_asked_about() {
    let world = World::new();
    let now = SystemClock.now().0;
    let clock = Arc::new(TwoHands { wall: AtomicI64::new(now), since: AtomicI64::new(1000) });
    let ledger = world.open(clock.clone()).unwrap();
    record(&ledger, &world, "x", "ZD-1");
    clock.wall.fetch_add(400 * DAY, Ordering::SeqCst);
    clock.since.fetch_add(3 * DAY, Ordering::SeqCst);
    let refused = ledger.purge(PurgeOptions::default());
    assert!(matches!(refused, Err(Error::Clock { forward: true, by }) if by == Time(397 * DAY)));
    clock.wall.fetch_add(-800 * DAY, Ordering::SeqCst);
    assert!(matches!(ledger.purge(PurgeOptions::default()), Err(Error::Clock { forward: false, .. })));
    clock.wall.fetch_add(403 * DAY, Ordering::SeqCst);
    assert!(ledger.purge(PurgeOptions::default()).unwrap().items.is_empty(), "three days are three days");
    clock.wall.fetch_add(100 * DAY, Ordering::SeqCst);
    let options = PurgeOptions { accept_clock: true, ..PurgeOptions::default() };
    assert_eq!(outcomes(&ledger.purge(options).unwrap()), ["deleted"]);
    assert!(ledger.purge(PurgeOptions::default()).is_ok(), "accepted once");
}

#[test]
pub(super) fn a_mass_deletion_is_asked_about() {
    let world = World::new();
    let ledger = world.ledger();
    for name in ["a", "b", "c", "d"] {
        record(&ledger, &world, name, "ZD-1");
    }
    world.wait(91 * DAY);
    let limits = Limits { items: 3, percent: 50 };
    let options = PurgeOptions { limits, ..PurgeOptions::default() };
    assert!(matches!(ledger.purge(options), Err(Error::Mass { due: 4, all: 4 })));
    let dry = PurgeOptions { dry_run: true, ..options };
    assert!(ledger.purge(dry).is_err(), "a dry run answers as the purge would");
    assert_eq!(world.listing().len(), 4);
    let options = PurgeOptions { confirmed: Some(4), ..options };
    assert_eq!(ledger.purge(options).unwrap().items.len(), 4);
}

#[test]
pub(super) fn a_policy_that_changes_is_a_new_version_for_new_issues() {
    let world = World::new();
    let open = |days: i64| {
        let retention = Retention { max_age_ms: days * DAY, ..Retention::profile("30d").unwrap() };
        world.ledger().with_retention(retention)
    };
    record(&open(30), &world, "a", "ZD-1");
    record(&open(30), &world, "b", "ZD-2");
    let ledger = open(1);
    record(&ledger, &world, "c", "ZD-3");
    record(&ledger, &world, "d", "ZD-1");
    let due = |issue: &str| {
        let artifacts = ledger.status(Some(issue)).unwrap().remove(0).artifacts;
        artifacts.iter().map(|a| (a.due_at.unwrap().0 - world.hand.now().0) / DAY).collect::<Vec<_>>()
    };
    assert_eq!((due("ZD-1"), due("ZD-2"), due("ZD-3")), (vec![30, 30], vec![30], vec![1]));
    let log = ledger.audit_log(0, 1000).unwrap();
    assert_eq!(log.iter().filter(|entry| entry.body.contains("policy_defined")).count(), 2);
    let report = ledger.resolve("ZD-2", ResolveOptions::default()).unwrap();
    assert_eq!(report.postponed_until, Some(world.hand.now().plus(7 * DAY)), "the policy's grace");
    assert_sound(&ledger);
}

#[test]
pub(super) fn reopening_gives_back_the_deadline_and_nothing_that_is_gone() {
    let world = World::new();
    let ledger = world.ledger();
    record(&ledger, &world, "a", "ZD-1");
    let grace = ResolveOptions { grace_ms: Some(7 * DAY), dry_run: false };
    ledger.resolve("ZD-1", grace).unwrap();
    let report = ledger.reopen("ZD-1").unwrap();
    assert!(report.was_resolved && (report.postponed, report.due, report.deleted) == (1, 0, 0));
    assert!(!ledger.reopen("ZD-1").unwrap().was_resolved);
    world.wait(8 * DAY);
    assert!(ledger.purge(PurgeOptions::default()).unwrap().items.is_empty());
    ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    let report = ledger.reopen("ZD-1").unwrap();
    assert!(report.needs_new_key && report.deleted == 1);
    assert!(matches!(ledger.reopen("ZD-9"), Err(Error::UnknownIssue(_))));
    assert_sound(&ledger);
}

#[test]
pub(super) fn why_names_everything_that_keeps_an_artifact() {
    let world = World::new();
    let ledger = world.ledger();
    let id = record(&ledger, &world, "a", "ZD-1");
    let keeps = || -> Vec<String> {
        let why = ledger.why(&id).unwrap();
        why.keeps.iter().map(|keeps| format!("{keeps:?}").split([' ', '(']).next().unwrap().to_string()).collect()
    };
    assert_eq!(keeps(), ["IssueOpen"]);
    ledger.hold("ZD-1", "one", world.hand.now().plus(DAY)).unwrap();
    ledger.hold(&id.0, "two", world.hand.now().plus(DAY)).unwrap();
    assert_eq!(keeps(), ["IssueOpen", "Hold", "Hold"]);
    ledger.release("ZD-1").unwrap();
    ledger.release(&id.0).unwrap();
    ledger.resolve("ZD-1", ResolveOptions { grace_ms: Some(DAY), dry_run: false }).unwrap();
    assert_eq!(keeps(), ["Grace"]);
    world.wait(2 * DAY);
    assert_eq!(keeps(), ["Purge"]);
    world.file("a", "b");
    assert!(keeps().is_empty());
    assert_eq!(ledger.why(&id).unwrap().copies[0].outcome, Outcome::Mismatch);
    world.file("a", "a");
    ledger.purge(PurgeOptions::default()).unwrap();
    assert!(keeps().is_empty() && ledger.why(&id).unwrap().artifact.progress == Progress::Deleted);
}

#[test]
pub(super) fn fsck_finds_what_differs_on_disk_and_what_cannot_be_true() {
    let world = World::new();
    let ledger = world.ledger();
    for name in ["same", "changed", "edited", "gone"] {
        record(&ledger, &world, name, "ZD-1");
    }
    let whats = |deep| {
        let report = ledger.fsck(deep).unwrap();
        assert!(report.contradictions.is_empty());
        report.findings.iter().map(|finding| finding.what).collect::<Vec<_>>()
    };
    assert!(whats(true).is_empty());
    world.file("changed", "longer than before");
    world.file("edited", "EDITED");
    fs::remove_file(world.path("gone")).unwrap();
    let quarantine = world.path(&ledger.quarantine_name(&world.path("x")));
    fs::create_dir(&quarantine).unwrap();
    fs::write(quarantine.join("0".repeat(26)), "taken").unwrap();
    let directory = "a file that was taken aside by a deletion that the ledger does not know";
    assert_eq!(whats(false), ["is not what was recorded", "is not there any more", directory]);
    assert_eq!(
        whats(true),
        ["is not what was recorded", "is not what was recorded", "is not there any more", directory]
    );

    ledger.issue_key("ZD-1").unwrap();
    ledger.keystore.update(|contents| contents.keys.clear()).unwrap();
    let report = ledger.fsck(false).unwrap();
    match world.url {
        None => assert!(report.contradictions[0].contains("not in the keystore"), "{report:?}"),
        // Another host may have it.
        Some(_) => assert!(report.findings[0].what.contains("not on this host"), "{report:?}"),
    }
}

fn of(world: &World, customer: &str) -> Ledger {
    world.ledger().with_customer(Some(customer))
}

#[test]
pub(super) fn a_hold_on_a_customer_keeps_what_comes_later_too() {
    let world = World::new();
    let ledger = of(&world, "acme");
    let a = record(&ledger, &world, "a", "ZD-1");
    record(&of(&world, "other"), &world, "b", "ZD-2");
    let review = world.hand.now().plus(30 * DAY);
    assert!(matches!(ledger.hold_customer("acne", "x", review), Err(Error::UnknownCustomer(_))));
    let placed = ledger.hold_customer("acme", "dispute", review).unwrap();
    assert_eq!((placed.scope, placed.kept), (Scope::Customer, 1));
    record(&ledger, &world, "c", "ZD-3");
    assert_eq!(ledger.summary().unwrap().on_hold, 2);
    for issue in ["ZD-1", "ZD-3"] {
        assert!(held(&ledger.resolve(issue, ResolveOptions::default()).unwrap()), "{issue}");
        assert_eq!(ledger.status(Some(issue)).unwrap()[0].holds[0].reason.as_deref(), Some("dispute"));
    }
    assert!(matches!(ledger.why(&a).unwrap().keeps[..], [Keeps::Hold(_)]));
    world.wait(100 * DAY);
    assert_eq!(ledger.overdue().unwrap(), Overdue { artifacts: 1, reviews: 1, ..Overdue::default() });
    let report = ledger.purge(PurgeOptions::default()).unwrap();
    assert_eq!(outcomes(&report).iter().filter(|outcome| **outcome == "deleted").count(), 1);
    assert_eq!(world.listing(), ["a", "c"]);
    assert_eq!(ledger.release_customer("acme").unwrap().due, 2);
    ledger.purge(PurgeOptions::default()).unwrap();
    assert_eq!(world.listing(), Vec::<String>::new());
    assert_sound(&ledger);
}

#[test]
pub(super) fn an_issue_has_one_customer() {
    let world = World::new();
    // Who it is may be said later, and once.
    record(&world.ledger(), &world, "a", "ZD-1");
    record(&of(&world, "acme"), &world, "b", "ZD-1");
    record(&world.ledger(), &world, "c", "ZD-1");
    world.file("d", "d");
    let other = of(&world, "other").record(&world.path("d"), "ZD-1");
    assert!(matches!(other, Err(Error::OtherCustomer(_))), "{other:?}");
    let review = world.hand.now().plus(DAY);
    assert_eq!(world.ledger().hold_customer("acme", "x", review).unwrap().kept, 3);
    assert_sound(&world.ledger());
}

#[test]
pub(super) fn a_request_is_overdue_when_its_time_is_up() {
    let world = World::new();
    let ledger = of(&world, "acme");
    let received = world.hand.now();
    let (id, due) = ledger.receive(RequestKind::Erasure, received, Some("case 12")).unwrap();
    assert_eq!(due, received.plus(ANSWER_MS));
    world.wait(ANSWER_MS - 60_000);
    assert_eq!(ledger.overdue().unwrap().requests, 0, "at 71:59");
    world.wait(120_000);
    assert_eq!(ledger.overdue().unwrap().requests, 1, "at 72:01");
    let open = ledger.requests().unwrap();
    assert!(open[0].overdue && open[0].about.as_deref() == Some("case 12") && open[0].id == id);
    assert_eq!(ledger.answer(&id, false).unwrap(), ANSWER_MS + 60_000);
    assert!(matches!(ledger.answer(&id, false), Err(Error::Answered(_))));
    assert!(matches!(ledger.answer("x", false), Err(Error::UnknownRequest(_))));
    assert!(ledger.requests().unwrap().is_empty() && ledger.overdue().unwrap() == Overdue::default());
    let month = Retention { answer_ms: 30 * DAY, ..Retention::profile("30d").unwrap() };
    let slow = world.ledger().with_retention(month);
    assert_eq!(slow.receive(RequestKind::Access, received, None).unwrap().1, received.plus(30 * DAY));
    assert!(matches!(slow.receive(RequestKind::Access, received.plus(90 * DAY), None), Err(Error::NotYet(_))));
    assert_sound(&ledger);
}

#[test]
pub(super) fn a_note_that_is_erased_leaves_the_log_as_it_was() {
    let world = World::new();
    let ledger = world.ledger();
    record(&ledger, &world, "a", "ZD-1");
    ledger.record(Path::new("https://tickets.example/1"), "ZD-1").unwrap();
    ledger.hold("ZD-1", "Jane Roe sues", world.hand.now().plus(DAY)).unwrap();
    let url = ledger.status(Some("ZD-1")).unwrap()[0].artifacts[1].locations[0].id.clone();
    ledger.confirm(&url, "Jo Roe", "ticket history").unwrap();
    let notes = ledger.notes().unwrap();
    assert_eq!(notes.iter().map(|note| note.of).collect::<Vec<_>>(), ["hold", "attestation", "attestation"]);
    for note in notes.iter().filter(|note| note.text != "ticket history") {
        assert!(ledger.erase_note(&note.id).unwrap());
        assert!(matches!(ledger.erase_note(&note.id), Err(Error::UnknownNote(_))), "it is gone");
    }
    assert_eq!(ledger.notes().unwrap().len(), 1);
    assert_eq!(ledger.status(Some("ZD-1")).unwrap()[0].holds[0].reason, None);
    assert_sound(&ledger);
    // A text that was put in the place of another one does not fit its commitment.
    let left = ledger.notes().unwrap().remove(0);
    ledger.store().begin(store::Access::Write).unwrap();
    let forged = ledger.seals.seal("note.text", &left.id, b"0123456789abcdefsomething else").unwrap();
    let row = rows::NoteRow { note_id: left.id, text_enc: Some(forged), customer: None };
    ledger.store().put_note(&row).unwrap();
    ledger.store().commit().unwrap();
    assert_eq!(ledger.audit_verify().unwrap().problems.len(), 1);
}
