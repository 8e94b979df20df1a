//! Checkpoints and certificates: what is caught, and what can be checked elsewhere.

use super::*;

/// A ledger with a deletion behind it, and a copy of its home from before.
fn world_with_past() -> (World, PathBuf) {
    let world = World::new();
    let ledger = world.ledger();
    for (name, issue) in [("a", "ZD-1"), ("b", "ZD-2")] {
        world.file(name, name);
        ledger.record(&world.path(name), issue).unwrap();
    }
    ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    drop(ledger);
    let past = world.path("past");
    fs::create_dir(&past).unwrap();
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "audit.mark", "keystore"] {
        if world.path("home").join(name).exists() {
            fs::copy(world.path("home").join(name), past.join(name)).unwrap();
        }
    }
    world.ledger().resolve("ZD-2", ResolveOptions::default()).unwrap();
    (world, past)
}

fn problems(world: &World, further: &[PathBuf]) -> Vec<String> {
    match Ledger::open(&world.path("home"), world.hand.clone()) {
        Ok(ledger) => ledger.audit_verify_with(further).unwrap().problems,
        Err(error) => vec![error.to_string()],
    }
}

#[test]
pub(super) fn a_database_of_last_week_contradicts_the_mark_and_the_checkpoints() {
    for with_mark in [false, true] {
        let (world, past) = world_with_past();
        assert!(problems(&world, &[]).is_empty());
        for entry in fs::read_dir(&past).unwrap().map(|entry| entry.unwrap().file_name()) {
            if with_mark || entry != "audit.mark" {
                fs::copy(past.join(&entry), world.path("home").join(&entry)).unwrap();
            }
        }
        let found = problems(&world, &[]);
        assert!(found.iter().any(|problem| problem.contains("according to a checkpoint")), "{with_mark}: {found:?}");
        let refused = world.ledger().resolve("ZD-2", ResolveOptions::default());
        assert_eq!(matches!(refused, Err(Error::Contradiction(_))), !with_mark, "{with_mark}");
    }
}

#[test]
pub(super) fn a_whole_home_of_last_week_contradicts_a_checkpoint_kept_elsewhere() {
    let (world, past) = world_with_past();
    let elsewhere = world.path("elsewhere.note");
    let mut notes: Vec<PathBuf> =
        fs::read_dir(world.path("home/checkpoints")).unwrap().map(|entry| entry.unwrap().path()).collect();
    notes.sort();
    fs::copy(notes.last().unwrap(), &elsewhere).unwrap();
    fs::remove_dir_all(world.path("home/checkpoints")).unwrap();
    for entry in fs::read_dir(&past).unwrap().map(|entry| entry.unwrap().file_name()) {
        fs::copy(past.join(&entry), world.path("home").join(&entry)).unwrap();
    }
    assert!(problems(&world, &[]).is_empty(), "nothing on this disk can tell");
    assert_eq!(world.ledger().audit_verify().unwrap().checkpoints, 0, "and that is said");
    assert!(!problems(&world, &[elsewhere]).is_empty());
}

#[test]
pub(super) fn a_log_that_was_written_anew_contradicts_the_checkpoints() {
    // One with the keys of the ledger forges everything on its disk but what others hold.
    let (world, _) = world_with_past();
    let ledger = world.ledger();
    let note = world.path("kept.note");
    fs::write(&note, ledger.checkpoint().unwrap().1).unwrap();
    let (seals, mark) = (&ledger.seals, &ledger.mark);
    {
        let store = ledger.store();
        drop(store);
        tamper(&world, "UPDATE audit_event SET body = replace(body, '\"operator\":\"uid-', '\"operator\":\"xid-')");
        let connection = rusqlite::Connection::open(world.path("home/ledger.sqlite")).unwrap();
        let (mut previous, mut tree) = (vec![0_u8; 32], Frontier::default());
        let mut bodies = connection.prepare("SELECT seq, body FROM audit_event ORDER BY seq").unwrap();
        let bodies: Vec<(i64, String)> =
            bodies.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
        connection.execute("DELETE FROM audit_event", []).unwrap();
        for (seq, body) in &bodies {
            let hash = audit::link(&previous, body);
            tree.push(merkle::leaf(body));
            let values = rusqlite::params![seq, body, previous, hash];
            connection.execute("INSERT INTO audit_event VALUES (?1, ?2, ?3, ?4)", values).unwrap();
            previous = hash;
        }
        let values = rusqlite::params![previous, tree.bytes()];
        connection.execute("UPDATE chain_head SET hash = ?1, frontier = ?2", values).unwrap();
        fs::write(world.path("home/audit.mark"), "").unwrap();
        let head = rows::Head { seq: bodies.len() as i64, hash: previous, frontier: None };
        mark.advance(seals, &head, true).unwrap();
    }
    fs::remove_dir_all(world.path("home/checkpoints")).unwrap();
    drop(ledger);
    assert!(problems(&world, &[]).is_empty(), "a perfect forgery");
    let found = problems(&world, &[note]);
    assert!(found.iter().any(|problem| problem.contains("are not those of a checkpoint")), "{found:?}");
}

#[test]
pub(super) fn a_forged_or_damaged_checkpoint_is_named() {
    let (world, _) = world_with_past();
    let note = fs::read_dir(world.path("home/checkpoints")).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&note).unwrap();
    for changed in [text.replacen('\n', "\n1", 1), text[..text.len() / 2].to_string(), String::new()] {
        fs::write(&note, changed).unwrap();
        assert!(problems(&world, &[])[0].starts_with("checkpoint "), "{note:?}");
    }
    fs::write(&note, text).unwrap();
    assert!(problems(&world, &[]).is_empty());
}

#[test]
pub(super) fn checkpoints_go_to_a_further_directory_too() {
    let world = World::new();
    fs::create_dir(world.path("safe")).unwrap();
    let ledger = world.ledger().with_checkpoints(&world.path("safe"));
    world.file("a", "a");
    ledger.record(&world.path("a"), "ZD-1").unwrap();
    ledger.resolve("ZD-1", ResolveOptions::default()).unwrap();
    ledger.purge(PurgeOptions::default()).unwrap();
    assert_eq!(fs::read_dir(world.path("safe")).unwrap().count(), 1, "nothing new, no new one");
    assert_eq!(ledger.audit_verify().unwrap().checkpoints, 2, "both places agree");
}

#[test]
pub(super) fn a_certificate_can_be_checked_with_the_public_key_alone() {
    let (world, _) = world_with_past();
    let ledger = world.ledger();
    let Answer::Complete(certificate) = ledger.certificate("ZD-1").unwrap() else { panic!("not complete") };
    let key = PublicKey::parse(&ledger.public_key().to_string()).unwrap();
    let value = serde_json::to_value(&certificate).unwrap();
    assert!(verify_certificate(&value, &key).is_ok());
    let other = World::new();
    assert!(verify_certificate(&value, &other.ledger().public_key()).is_err(), "another key");
    for pointer in ["/issue", "/artifacts/0/copies/0/sha256", "/nonce", "/proof/entry", "/proof/checkpoint"] {
        let mut changed = value.clone();
        let text = changed.pointer(pointer).unwrap().as_str().unwrap();
        let text = format!("{}{}", if text.starts_with('1') { '2' } else { '1' }, &text[1..]);
        *changed.pointer_mut(pointer).unwrap() = text.into();
        assert!(verify_certificate(&changed, &key).is_err(), "{pointer}");
    }
    let mut changed = value.clone();
    *changed.pointer_mut("/proof/index").unwrap() = 0.into();
    assert!(verify_certificate(&changed, &key).is_err());
    let mut swapped = value.clone();
    let Answer::Complete(second) = ledger.certificate("ZD-2").unwrap() else { panic!("not complete") };
    swapped["proof"] = serde_json::to_value(&second.proof).unwrap();
    assert!(verify_certificate(&swapped, &key).is_err(), "the proof of another certificate");
    assert_sound(&ledger);
}

#[test]
pub(super) fn an_export_can_be_checked_with_the_public_key_alone() {
    let (world, _) = world_with_past();
    let ledger = world.ledger();
    let (size, note) = ledger.checkpoint().unwrap();
    let lines: Vec<String> = ledger.audit_log(0, size).unwrap().into_iter().map(|entry| entry.body).collect();
    let check = |lines: &[String]| verify_export(lines.iter().cloned().map(Ok), &note, &ledger.public_key());
    assert_eq!(check(&lines).unwrap().0, size);
    assert!(check(&lines[..lines.len() - 1]).is_err() && check(&lines[1..]).is_err());
    let mut edited = lines.clone();
    edited[3] = edited[3].replace("uid-", "xid-");
    assert!(check(&edited).is_err());
}
