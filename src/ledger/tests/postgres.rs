//! The same contract over PostgreSQL: the ledger's tests once more, on a throw-away server, each on a database of its own.

use super::*;
use std::cell::RefCell;
use std::rc::Rc;

#[path = "../../../tests/postgres_server.rs"]
mod server;

thread_local! {
    /// The server that the tests of this thread run on.
    static SERVER: RefCell<Option<Rc<server::Server>>> = const { RefCell::new(None) };
}

/// The address of a new database, if this thread's tests are to run on PostgreSQL.
pub(super) fn new_database() -> Option<String> {
    SERVER.with_borrow(|server| server.as_ref().map(|server| server.database()))
}

macro_rules! contract {
    ($($test:path,)+) => {
        &[$((stringify!($test), $test as fn())),+]
    };
}

/// Every test that does not look into SQLite's own file.
const CONTRACT: &[(&str, fn())] = contract! {
    resolve_deletes_what_is_owned_and_the_certificate_says_so,
    what_is_not_owned_stays,
    a_file_that_is_not_the_recorded_one_is_put_back_and_reported,
    a_crash_at_any_step_is_completed_by_the_next_purge,
    a_crash_with_a_foreign_file_in_hand_puts_it_back,
    opened_again_what_was_due_stays_due,
    grace_postpones_the_deadline_does_not_wait_and_a_reopened_issue_does,
    an_output_that_was_renamed_just_before_the_run_died_is_ours,
    an_output_written_again_is_superseded,
    one_file_recorded_twice_is_deleted_once,
    one_file_recorded_twice_is_deleted_once_by_two_purges,
    an_address_stays_an_obligation,
    names_and_paths_stand_in_no_file_of_the_home,
    the_keystore_holds_each_key_until_its_end,
    concurrent_registrations_are_all_recorded_and_chained,
    names_that_cannot_be_an_issue_and_paths_that_cannot_be_copies_are_refused,
    a_registration_is_one_commit,
    holds::a_hold_stops_resolution_and_deadline_until_it_is_released,
    holds::a_hold_that_comes_in_the_middle_of_a_deletion_is_kept_before_the_act_and_told_after_it,
    holds::a_person_answers_for_what_cannot_be_reached,
    holds::the_file_of_another_host_is_left_to_it,
    holds::a_clock_that_jumps_is_asked_about,
    holds::a_mass_deletion_is_asked_about,
    holds::a_policy_that_changes_is_a_new_version_for_new_issues,
    holds::reopening_gives_back_the_deadline_and_nothing_that_is_gone,
    holds::why_names_everything_that_keeps_an_artifact,
    holds::fsck_finds_what_differs_on_disk_and_what_cannot_be_true,
    several_purges_claim_different_artifacts,
    a_purge_that_lost_its_lease_writes_nothing,
    holds::a_hold_on_a_customer_keeps_what_comes_later_too,
    holds::an_issue_has_one_customer,
    holds::a_request_is_overdue_when_its_time_is_up,
    holds::a_note_that_is_erased_leaves_the_log_as_it_was,
    proofs::checkpoints_go_to_a_further_directory_too,
};

#[test]
fn the_contract_holds_over_postgresql() {
    let Some(server) = server::Server::start() else { return };
    SERVER.set(Some(Rc::new(server)));
    for (name, test) in CONTRACT {
        println!("{name}");
        test();
    }
    SERVER.set(None);
}

#[test]
fn a_log_on_postgresql_is_append_only_and_what_was_changed_is_caught() {
    let Some(server) = server::Server::start() else { return };
    SERVER.set(Some(Rc::new(server)));
    let world = World::new();
    world.file("raw", "raw");
    scrub(&world.ledger(), &world, Some("ZD-1"), "raw", "clean");
    let mut client = ::postgres::Client::connect(world.url.as_deref().unwrap(), ::postgres::NoTls).unwrap();
    assert!(client.batch_execute("UPDATE audit_event SET body = ''").is_err());
    assert!(client.batch_execute("DELETE FROM audit_event").is_err());
    assert!(client.batch_execute("TRUNCATE audit_event").is_err());
    client.batch_execute("DROP TRIGGER audit_append_only ON audit_event").unwrap();
    client.batch_execute("DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)").unwrap();
    assert!(!world.ledger().audit_verify().unwrap().problems.is_empty());

    let dump = client.query("SELECT body FROM audit_event", &[]).unwrap();
    assert!(dump.iter().all(|row| !row.get::<_, String>(0).contains("raw")));
    client.batch_execute("UPDATE scrubjay_version SET version = 9").unwrap();
    assert!(matches!(world.open(SystemClock), Err(Error::Newer { found: 9, known: 4 })));
    SERVER.set(None);
}

#[test]
fn a_role_sees_the_customers_that_it_was_admitted_to() {
    let Some(server) = server::Server::start() else { return };
    SERVER.set(Some(Rc::new(server)));
    let world = World::new();
    let owner = world.ledger();
    for (name, customer) in [("a", "acme"), ("b", "other")] {
        world.file(name, name);
        let issue = format!("ZD-{name}");
        world.ledger().with_customer(Some(customer)).record(&world.path(name), &issue).unwrap();
        owner.issue_key(&issue).unwrap();
    }
    owner.hold("ZD-b", "a matter of the other", world.hand.now().plus(DAY)).unwrap();
    let url = world.url.clone().unwrap();
    let mut client = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    client.batch_execute("CREATE ROLE clerk LOGIN").unwrap();
    assert!(matches!(owner.admit_role("nobody", "acme"), Err(Error::Server(_))));
    let as_clerk = url.replace("//scrubjay@", "//clerk@");
    let home = world.root.path().join("home");
    let open = || Ledger::open_postgres(&home, world.hand.clone(), &as_clerk);
    assert!(matches!(open(), Err(Error::NotAdmitted)), "nobody is admitted by himself");
    owner.admit_role("clerk", "acme").unwrap();

    let clerk = open().unwrap().with_customer(Some("acme"));
    let seen = clerk.status(None).unwrap();
    assert_eq!(seen.iter().map(|issue| issue.issue.as_deref()).collect::<Vec<_>>(), [Some("ZD-a")]);
    assert_eq!(clerk.summary().unwrap().kept, 1);
    assert!(clerk.notes().unwrap().is_empty());
    let review = world.hand.now().plus(DAY);
    let unknown = |result: Result<Held, Error>| matches!(result, Err(Error::UnknownIssue(_)));
    assert!(unknown(clerk.hold("ZD-b", "x", review)) && unknown(clerk.hold("ZD-x", "x", review)), "no difference");
    assert!(matches!(clerk.hold_customer("other", "x", review), Err(Error::UnknownCustomer(_))));
    let mut raw = ::postgres::Client::connect(&as_clerk, ::postgres::NoTls).unwrap();
    for table in ["issue", "issue_key", "artifact", "location"] {
        let count: i64 = raw.query_one(&format!("SELECT count(*) FROM {table}"), &[]).unwrap().get(0);
        assert_eq!(count, 1, "{table}");
    }
    for (table, rows) in [("hold", 0), ("note", 0), ("admitted", 1)] {
        let count: i64 = raw.query_one(&format!("SELECT count(*) FROM {table}"), &[]).unwrap().get(0);
        assert_eq!(count, rows, "{table}");
    }
    for sql in
        ["SELECT body FROM audit_event", "DELETE FROM issue", "UPDATE admitted SET customer = 'x'", "SET ROLE scrubjay"]
    {
        assert!(raw.batch_execute(sql).is_err(), "{sql}");
    }

    // It records, holds and resolves what is its customer's; deletions are the owner's.
    world.file("c", "c");
    clerk.record(&world.path("c"), "ZD-c").unwrap();
    clerk.hold("ZD-c", "for a day", review).unwrap();
    clerk.release("ZD-c").unwrap();
    world.file("d", "d");
    assert!(matches!(clerk.record(&world.path("d"), "ZD-b"), Err(Error::NotAdmitted)), "somebody else's");
    assert!(matches!(open().unwrap().record(&world.path("d"), "ZD-d"), Err(Error::NotAdmitted)), "nobody's");
    assert!(clerk.resolve("ZD-a", ResolveOptions::default()).unwrap().left_to_owner);
    assert!(matches!(clerk.purge(PurgeOptions::default()), Err(Error::NotAdmitted)));
    for refused in [clerk.audit_verify().map(drop), clerk.certificate("ZD-a").map(drop), clerk.fsck(false).map(drop)] {
        assert!(matches!(refused, Err(Error::NotAdmitted)), "{refused:?}");
    }
    assert!(matches!(clerk.admit_role("clerk", "other"), Err(Error::NotAdmitted)));
    assert_eq!(world.listing(), ["a", "b", "c", "d"]);

    assert_eq!(outcomes(&owner.purge(PurgeOptions::default()).unwrap()), ["deleted"]);
    assert_eq!(world.listing(), ["b", "c", "d"]);
    owner.issue_key("ZD-b").unwrap();
    owner.dismiss_role("clerk").unwrap();
    assert!(matches!(open(), Err(Error::NotAdmitted)));
    assert_sound(&owner);
    client.batch_execute("DROP ROLE clerk").unwrap();
    SERVER.set(None);
}

/// Keys come to a second host by a sealed file, and each host destroys what it has.
#[test]
fn a_second_host_brings_the_keystore() {
    let Some(server) = server::Server::start() else { return };
    SERVER.set(Some(Rc::new(server)));
    let world = World::new();
    let (one, url) = (world.ledger(), world.url.clone().unwrap());
    let elsewhere = world.root.path().join("home").with_file_name("elsewhere");
    let join = || Ledger::open_postgres(&elsewhere, world.hand.clone(), &url);
    let phrase = Sensitive::new(b"between two hosts only".to_vec());
    world.file("a", "a");
    one.record(&world.path("a"), "ZD-1").unwrap();
    let key = one.issue_key("ZD-1").unwrap();
    assert!(matches!(join(), Err(Error::NoKeystore)));
    assert!(!elsewhere.join("keystore").exists(), "no keystore of another ledger is made on the way");
    let bring = || Ledger::import_keys(&elsewhere, &one.export_keys(&phrase).unwrap().0, &phrase).unwrap();
    assert!(bring().has_joined);
    let two = join().unwrap();
    assert_eq!(two.issue_key("ZD-1").unwrap().reveal(), key.reveal());
    let key = one.issue_key("ZD-2").unwrap();
    assert!(matches!(two.issue_key("ZD-2"), Err(Error::KeyElsewhere(issue)) if issue == "ZD-2"));
    assert_eq!(two.fsck(false).unwrap().contradictions, Vec::<String>::new());
    // What it does not have it does not call destroyed.
    world.wait(2 * DAY);
    two.resolve("ZD-2", ResolveOptions::default()).unwrap();
    assert_eq!(two.purge(PurgeOptions::default()).unwrap().keys_destroyed, Vec::<String>::new());
    assert_eq!(one.purge(PurgeOptions::default()).unwrap().keys_destroyed, ["ZD-2"]);
    let key_2 = one.issue_key("ZD-2").unwrap();
    assert_ne!(key_2.reveal(), key.reveal(), "opened again, it has a new key");
    let added = bring().added;
    assert_eq!((added, two.issue_key("ZD-2").unwrap().reveal()), (1, key_2.reveal()));
    // One destroys, and the other's next purge takes its copy out.
    assert_eq!(one.resolve("ZD-1", ResolveOptions::default()).unwrap().keys_destroyed, ["ZD-1"]);
    assert_eq!(two.keystore.read().unwrap().keys.len(), 2);
    two.purge(PurgeOptions::default()).unwrap();
    assert_eq!(two.keystore.read().unwrap().keys.len(), 1);
    assert_sound(&one);
    assert_sound(&two);
    SERVER.set(None);
}

#[test]
fn a_server_that_restarts_in_the_middle_loses_nothing() {
    let Some(server) = server::Server::start() else { return };
    let server = Rc::new(server);
    SERVER.set(Some(server.clone()));
    let world = World::new();
    let ledger = world.ledger();
    for name in ["a", "b"] {
        world.file(name, name);
        ledger.record(&world.path(name), "ZD-1").unwrap();
    }
    *ledger.stop.lock().unwrap() = Some(Step::Unlinked);
    assert!(ledger.resolve("ZD-1", ResolveOptions::default()).is_err());
    server.stop();
    let lost = ledger.purge(PurgeOptions::default());
    assert!(matches!(lost, Err(Error::Postgres(_))), "{lost:?}");
    assert!(matches!(world.open(SystemClock), Err(Error::Postgres(_))));
    server.go();
    drop(ledger);
    let ledger = world.ledger();
    assert!(!ledger.purge(PurgeOptions::default()).unwrap().is_incomplete());
    assert!(deletions(&ledger).len() == 2 && deletions(&ledger).values().all(|times| *times == 1));
    assert_sound(&ledger);
    SERVER.set(None);
}

#[test]
fn another_machine_is_refused_without_encryption() {
    for url in ["postgres://u@db.example/ledger", "postgres://u@203.0.113.7/x", "nonsense"] {
        assert!(matches!(super::super::postgres::Postgres::open(url), Err(Error::Server(_))), "{url}");
    }
}
