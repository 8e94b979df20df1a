//! `scrubjay scrub` over archives of tickets, through the binary: issues from paths and manifests, runs that are killed and
//! go on, equal files, stamps.
//!
//! `SCRUBJAY_BULK_FILES=100000 cargo test --release --test it bulk::killed -- --nocapture` does the same with as many files.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::scrub::World;

const LINE: &str = "user jane.roe@example.com from 203.0.113.7\n";

/// Every file below a directory with its content.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => {
                    let content = fs::read(entry.path()).unwrap();
                    files.insert(entry.path().strip_prefix(root).unwrap().to_path_buf(), content);
                }
            }
        }
    }
    files
}

fn copy_directory(from: &Path, to: &Path) {
    let made = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(made.success());
}

/// The paths that the ledger has as inputs and outputs, each as often as it stands there.
fn recorded(world: &World) -> BTreeMap<String, u32> {
    let status = world.run(&["status", "--all", "--json"], b"");
    assert_eq!(status.code, 0, "{}", status.stderr);
    let json: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    let mut paths = BTreeMap::new();
    let mut open = vec![&json];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::Array(values) => open.extend(values),
            serde_json::Value::Object(fields) => {
                let role = fields.get("role").and_then(|role| role.as_str());
                if let (Some(role @ ("input" | "output")), Some(path)) = (role, fields.get("path")) {
                    *paths.entry(format!("{role} {path}")).or_insert(0) += 1;
                }
                open.extend(fields.values());
            }
            _ => {}
        }
    }
    paths
}

/// A tree of `count` files for ten issues.
fn archive(world: &World, count: usize) {
    for n in 0..count {
        let text =
            format!("{}{LINE}event {n} of u{n}@example.org\n", "2026-11-26 10:00:00 INFO quiet\n".repeat(n % 40));
        world.write(&format!("in/T-{}/d{}/{n}.log", n % 10, n % 7), text);
    }
    world.write("in/T-1/large.log", LINE.repeat(40_000));
}

const BULK: [&str; 6] = ["scrub", "in", "-o", "out", "--issue-from-path", "{issue}/**"];

#[test]
fn killed_at_random_moments_it_goes_on_and_ends_as_if_it_never_was() {
    let count = std::env::var("SCRUBJAY_BULK_FILES").ok().and_then(|count| count.parse().ok()).unwrap_or(600);
    let world = World::new();
    archive(&world, count);
    // The keys are made first, so that both ledgers have the same.
    for n in 0..10 {
        world.run(&["scrub", "--issue", &format!("T-{n}"), "--no-record", "-q"], b"x\n");
    }
    copy_directory(&world.path("home"), &world.path("home.kept"));
    let start = Instant::now();
    let whole = world.run(&BULK, b"");
    let needed = start.elapsed();
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let expected = tree(&world.path("out"));
    let expected_records = recorded(&world);
    assert_eq!(expected.len(), count + 2, "the large one and the stamp");

    fs::remove_dir_all(world.path("out")).unwrap();
    fs::remove_dir_all(world.path("home")).unwrap();
    fs::rename(world.path("home.kept"), world.path("home")).unwrap();
    let mut seed = 88_172_645_463_325_252_u64;
    let mut killed = 0;
    for _ in 0..10 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let mut child = world.command(&BULK).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(needed.mul_f64((seed % 1000) as f64 / 3000.0) + Duration::from_millis(5));
        killed += u32::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(killed > 0, "no run was killed");
    let last = world.run(&BULK, b"");
    assert_eq!(last.code, 0, "{}", last.stderr);
    assert!(tree(&world.path("out")) == expected, "the outputs differ");
    let records = recorded(&world);
    assert_eq!(records, expected_records, "what is recorded differs");
    assert!(records.values().all(|times| *times == 1), "something is recorded twice");
    let again = world.run(&BULK, b"");
    assert!(
        again.stderr.contains(&format!("done before, and left as they are: {} files", count + 1)),
        "{}",
        again.stderr
    );
    assert_eq!(world.run(&["fsck", "--deep"], b"").code, 0);
    assert_eq!(world.run(&["verify-manifest", "out"], b"").code, 0);
}

#[cfg(debug_assertions)]
#[test]
fn killed_at_every_step_it_goes_on() {
    for (place, nth) in [
        ("turn-written", 1),
        ("turn-written", 2),
        ("committed", 3),
        ("output-created", 3),
        ("output-written", 4),
        ("output-synced", 2),
        ("output-renamed", 1),
        ("output-renamed", 9),
        ("output-confirmed", 1),
        ("keystore-written", 1),
    ] {
        let world = World::new();
        for n in 0..12 {
            world.write(&format!("in/T-{}/{n}.log", n % 3), format!("{LINE}{n}\n"));
        }
        let mut command = world.command(&BULK);
        command.env("SCRUBJAY_TEST_KILL", format!("{place}:{nth}")).stdin(Stdio::null()).stderr(Stdio::null());
        let status = command.status().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "{place}:{nth} was not reached");
        let run = world.run(&BULK, b"");
        assert_eq!(run.code, 0, "{place}: {}", run.stderr);
        let files = tree(&world.path("out"));
        assert_eq!(files.len(), 13, "{place}: {:?}", files.keys());
        assert!(recorded(&world).values().all(|times| *times == 1), "{place}: {:?}", recorded(&world));
        assert_eq!(world.run(&["verify-manifest", "out"], b"").code, 0, "{place}");
        assert_eq!(world.run(&["purge"], b"").code, 0, "{place}");
        let fsck = world.run(&["fsck", "--deep"], b"");
        assert_eq!(fsck.code, 0, "{place}: {}", fsck.text());
    }
}

#[test]
fn issues_and_customers_are_read_from_paths() {
    let world = World::new();
    for path in ["acme/case-T-1/a.log", "acme/case-T-2/a.log", "other/case-T-3/deep/er/a.log", "acme/readme.log"] {
        world.write(&format!("in/{path}"), LINE);
    }
    let args = ["scrub", "in", "-o", "out", "--issue-from-path", "{customer}/case-{issue}/**", "--jobs", "2"];
    let run = world.run(&args, b"");
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("acme/readme.log: its path does not match --issue-from-path"), "{}", run.stderr);
    assert!(!world.path("out/acme/readme.log").exists());
    let text = |path: &str| fs::read_to_string(world.path(path)).unwrap();
    assert_ne!(text("out/acme/case-T-1/a.log"), text("out/acme/case-T-2/a.log"), "another issue, another pseudonym");
    let piped = world.run(&["scrub", "--issue", "T-1", "-q"], LINE.as_bytes()).text();
    assert_eq!(text("out/acme/case-T-1/a.log"), piped);
    let status = world.run(&["status", "T-3"], b"").text();
    assert!(status.contains("other") && status.contains("deep/er/a.log"), "{status}");

    let run = world.run(&[&args[..], &["--issue", "T-9"]].concat(), b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(world.run(&["status", "T-9"], b"").text().contains("readme.log"));
    // What lies beside the directories of issues is no issue.
    world.write("in/readme.txt", LINE);
    let run = world.run(&["scrub", "in", "-o", "out2", "--issue-from-path", "{issue}/**"], b"");
    assert!(run.code == 4 && run.stderr.contains("readme.txt: its path does not match"), "{}", run.stderr);
    for wrong in ["{case}/**", "logs/**"] {
        let run = world.run(&["scrub", "in", "-o", "out", "--issue-from-path", wrong], b"");
        assert_eq!(run.code, 2, "{wrong}: {}", run.stderr);
    }
}

#[test]
fn a_manifest_names_the_files_and_whose_they_are() {
    let world = World::new();
    world.write("in/a.log", LINE);
    world.write("in/b/c.log", LINE);
    world.write("in/d.log", LINE);
    world.write(
        "bad.jsonl",
        "{\"path\": \"a.log\", \"issue\": \"T-1\"}\n{\"path\": \"/etc/passwd\", \"issue\": \"T-1\"}\n{}\n",
    );
    let run = world.run(&["scrub", "in", "-o", "out", "--manifest", "bad.jsonl"], b"");
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("bad.jsonl:2: the path must stay below") && run.stderr.contains("bad.jsonl:3:"),
        "{}",
        run.stderr
    );
    assert!(!world.path("out").exists(), "nothing was begun");
    world.write(
        "good.jsonl",
        "{\"path\": \"a.log\", \"issue\": \"T-1\", \"customer\": \"acme\"}\n{\"path\": \"b/c.log\", \"issue\": \"T-2\"}\n\
         {\"path\": \"absent.log\", \"issue\": \"T-2\"}\n",
    );
    let run = world.run(&["scrub", "in", "-o", "out", "--manifest", "good.jsonl"], b"");
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("absent.log: cannot open"), "{}", run.stderr);
    assert!(
        world.path("out/a.log").exists() && world.path("out/b/c.log").exists() && !world.path("out/d.log").exists()
    );
    assert!(world.run(&["status", "T-1"], b"").text().contains("acme"));
}

#[test]
fn a_manifest_can_come_through_a_pipe() {
    let world = World::new();
    world.write("in/a.log", LINE);
    world.write("in/b.log", LINE);
    for (place, output) in [("-", "dash"), ("/dev/stdin", "dev")] {
        let run = world
            .run(&["scrub", "in", "-o", output, "--manifest", place], b"{\"path\": \"a.log\", \"issue\": \"T-1\"}\n");
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(world.path(output).join("a.log").exists() && !world.path(output).join("b.log").exists(), "{place}");
    }
    let run = world.run(&["scrub", "in", "-o", "out", "--manifest", "-"], b"{}\n");
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("standard input:1: ") && !world.path("out").exists(), "{}", run.stderr);
    let run = world.run(&["scrub", "in", "-o", "out", "--manifest", "in"], b"");
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("cannot read in: "), "{}", run.stderr);
}

#[test]
fn only_what_is_left_or_has_changed_is_done() {
    let world = World::new();
    for n in 0..20 {
        world.write(&format!("in/{n}.log"), format!("{LINE}{n}\n"));
    }
    let args = ["scrub", "in", "-o", "out", "--no-learn", "--issue", "T-1"];
    assert_eq!(world.run(&args, b"").code, 0);
    let inode = |name: &str| fs::metadata(world.path(name)).unwrap().ino();
    let (one, two) = (inode("out/1.log"), inode("out/2.log"));
    world.write("in/2.log", format!("{LINE}2 changed\n"));
    let touched = fs::File::options().append(true).open(world.path("in/3.log")).unwrap();
    touched.set_modified(std::time::SystemTime::now()).unwrap();
    fs::remove_file(world.path("out/4.log")).unwrap();
    fs::write(world.path("out/5.log"), "written over").unwrap();
    world.write("in/20.log", LINE);
    let run = world.run(&args, b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("done before, and left as they are: 17 files"), "{}", run.stderr);
    assert!(run.stderr.contains("4 artifacts"), "{}", run.stderr);
    assert_eq!(one, inode("out/1.log"));
    assert_ne!(two, inode("out/2.log"));
    assert!(fs::read_to_string(world.path("out/2.log")).unwrap().contains("2 changed"));
    assert!(fs::read_to_string(world.path("out/5.log")).unwrap().contains("EMAIL_"));
    // Other rules make other outputs.
    let run = world.run(&[&args[..], &["--style", "mask"]].concat(), b"");
    assert!(!run.stderr.contains("done before"), "{}", run.stderr);
    assert!(fs::read_to_string(world.path("out/1.log")).unwrap().contains("****"));
    let run = world.run(&[&args[..], &["--style", "mask", "--force"]].concat(), b"");
    assert!(!run.stderr.contains("done before"), "{}", run.stderr);
    // Without an issue nobody can tell the pseudonyms of two runs apart from those of one.
    world.run(&["scrub", "in", "-o", "out2", "--no-learn"], b"");
    assert!(!world.run(&["scrub", "in", "-o", "out2", "--no-learn"], b"").stderr.contains("done before"));
}

#[test]
fn equal_files_are_scrubbed_once_and_copied() {
    let world = World::new();
    for n in 0..30 {
        world.write(&format!("in/{n}.log"), format!("{LINE}{}\n", n % 3));
    }
    let run = world.run(&["scrub", "in", "-o", "out", "--no-learn", "--issue", "T-1", "--threads", "3"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let copied = |stderr: &str| {
        let line = stderr.lines().find(|line| line.contains("copied from the output of an equal file"));
        line.and_then(|line| line.split(' ').rev().nth(1)?.parse::<u32>().ok()).unwrap_or(0)
    };
    // One of each content is scrubbed; a second one at most of the first size that is met.
    assert!((26..=27).contains(&copied(&run.stderr)), "{}", run.stderr);
    assert!(run.stderr.contains("60 findings"), "{}", run.stderr);
    let files = tree(&world.path("out"));
    for n in 3..30 {
        assert_eq!(files[Path::new(&format!("{n}.log"))], files[Path::new(&format!("{}.log", n % 3))]);
        assert_eq!(fs::metadata(world.path(&format!("out/{n}.log"))).unwrap().nlink(), 1);
    }
    // Equal to what an earlier run of the issue has scrubbed.
    world.write("later/x.log", format!("{LINE}1\n"));
    let run = world.run(&["scrub", "later", "-o", "out2", "--no-learn", "--issue", "T-1"], b"");
    assert_eq!(copied(&run.stderr), 1, "{}", run.stderr);
    assert_eq!(fs::read(world.path("out2/x.log")).unwrap(), files[Path::new("1.log")]);
    let run = world.run(&["scrub", "later", "-o", "out3", "--no-learn", "--issue", "T-2"], b"");
    assert_eq!(copied(&run.stderr), 0, "another issue has other pseudonyms: {}", run.stderr);
    // An output that somebody has written to is no source.
    for n in 0..30 {
        fs::write(world.path(&format!("out/{n}.log")), "jane.roe@example.com\n").unwrap();
    }
    fs::write(world.path("out2/x.log"), "jane.roe@example.com\n").unwrap();
    let run = world.run(&["scrub", "later", "-o", "out4", "--no-learn", "--issue", "T-1"], b"");
    assert_eq!((run.code, copied(&run.stderr)), (0, 0), "{}", run.stderr);
    assert_eq!(fs::read(world.path("out4/x.log")).unwrap(), files[Path::new("1.log")]);
}

#[test]
fn failures_are_listed_and_nothing_but_files_is_read() {
    let world = World::new();
    world.write("in/good.log", LINE);
    world.write("in/cut\u{1b}[31m\nfailed: 0\u{202e}.gz", [0x1f, 0x8b, 8, 0, 0, 0]);
    world.write("in/cut.log.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]);
    world.write("in/jane.roe@example.com/x.log", LINE);
    symlink("/etc/passwd", world.path("in/link")).unwrap();
    let odd = OsStr::from_bytes(b"odd\xff\n-name.log");
    fs::write(world.path("in").join(odd), LINE).unwrap();
    std::process::Command::new("mkfifo").arg(world.path("in/pipe")).status().unwrap();
    let socket = std::os::unix::net::UnixListener::bind(world.path("in/socket")).unwrap();
    let run = world.run(&["scrub", "in", "-o", "out", "--no-learn", "--issue", "T-1"], b"");
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("failed: 2 entries") && run.stderr.contains("cut.log.gz: "), "{}", run.stderr);
    assert!(
        run.stderr.contains("link: it is a symbolic link") && run.stderr.contains("pipe: it is not a file"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("socket: it is not a file"), "{}", run.stderr);
    // A name is not obeyed by a terminal, and makes no line of its own.
    assert!(run.stderr.contains("    cut\\u{1b}[31m\\u{a}failed: 0\\u{202e}.gz: "), "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains('\u{202e}'), "{}", run.stderr);
    drop(socket);
    assert!(
        world.path("out").join(odd).exists() && !world.path("out/link").exists() && !world.path("out/pipe").exists()
    );
    let names: Vec<String> = fs::read_dir(world.path("out"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        names.iter().any(|name| name.starts_with("EMAIL_")) && !names.iter().any(|name| name.starts_with('.')),
        "{names:?}"
    );
    assert_eq!(world.run(&["verify-manifest", "out"], b"").code, 0);
    // What failed is tried again, and is not recorded anew.
    let before = recorded(&world);
    let run = world.run(&["scrub", "in", "-o", "out", "--no-learn", "--issue", "T-1"], b"");
    assert!(run.code == 4 && run.stderr.contains("done before, and left as they are: 3 files"), "{}", run.stderr);
    assert_eq!(recorded(&world), before);
}

#[test]
fn a_stamp_tells_what_was_changed_since() {
    let world = World::new();
    for n in 0..5 {
        world.write(&format!("in/{n}.log"), format!("{LINE}{n}\n"));
    }
    assert_eq!(world.run(&["scrub", "in", "-o", "out", "--no-learn", "--issue", "T-1"], b"").code, 0);
    let stamp = fs::read_to_string(world.path("out/SCRUBBED.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&stamp).unwrap();
    assert_eq!((&json["files"], &json["kinds"]["email"]), (&5.into(), &5.into()));
    assert!(!stamp.contains("jane") && !stamp.contains("203.0.113"), "{stamp}");
    let verify = || world.run(&["verify-manifest", "out"], b"");
    let good = verify();
    assert!(good.code == 0 && good.text().contains("5 files as stamped"), "{}", good.text());
    let inspected = world.run(&["inspect", "out", "--no-record"], b"");
    assert!(
        inspected.stderr.contains("scrubbed by scrubjay") && inspected.stderr.contains("5 files"),
        "{}",
        inspected.stderr
    );

    let old = fs::read(world.path("out/1.log")).unwrap();
    fs::write(world.path("out/1.log"), "jane.roe@example.com\n").unwrap();
    fs::write(world.path("out/new.log"), "x").unwrap();
    fs::rename(world.path("out/2.log"), world.path("kept")).unwrap();
    let bad = verify();
    assert_eq!(bad.code, 5, "{}", bad.text());
    for said in ["changed: 1.log", "added: new.log", "missing: 2.log"] {
        assert!(bad.text().contains(&format!("CONTRADICTION: {said}")), "{said}: {}", bad.text());
    }
    fs::write(world.path("out/1.log"), old).unwrap();
    fs::remove_file(world.path("out/new.log")).unwrap();
    fs::rename(world.path("kept"), world.path("out/2.log")).unwrap();
    assert_eq!(verify().code, 0);
    fs::write(world.path("out/SCRUBBED.json"), stamp.replace("\"email\": 5", "\"email\": 4")).unwrap();
    let bad = verify();
    assert!(bad.code == 5 && bad.text().contains("the stamp itself was changed"), "{}", bad.text());
    fs::write(world.path("out/SCRUBBED.json"), &stamp).unwrap();
    let elsewhere = world.run(&["--home", "elsewhere", "verify-manifest", "out"], b"");
    assert!(elsewhere.code == 4 && elsewhere.text().contains("another ledger"), "{}", elsewhere.text());
    world.write("plain/SCRUBBED.json", "{}");
    assert_eq!(world.run(&["verify-manifest", "plain"], b"").code, 6);

    // A file has its own beside it, and a scrub of a scrub makes a new one.
    let one = world.run(&["scrub", "in/1.log", "-o", "one.log", "--issue", "T-1", "--stamp"], b"");
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert_eq!(world.run(&["verify-manifest", "one.log"], b"").code, 0);
    fs::write(world.path("one.log"), "x").unwrap();
    assert_eq!(world.run(&["verify-manifest", "one.log"], b"").code, 5);
    world.write("twice/SCRUBBED.json", "of somebody else: jane.roe@example.com\n");
    world.write("twice/x.log", LINE);
    assert_eq!(world.run(&["scrub", "twice", "-o", "twice.out", "--issue", "T-1"], b"").code, 0);
    assert!(world.path("twice.out/SCRUBBED~2.json").exists());
    assert_eq!(world.run(&["scrub", "out", "-o", "out.again", "--issue", "T-1"], b"").code, 0);
    assert!(!world.path("out.again/SCRUBBED~2.json").exists());
    let names = |path: &str| tree(&world.path(path)).into_keys().collect::<Vec<_>>();
    assert_eq!(names("out.again"), names("out"));
}

#[test]
fn a_purge_of_many_does_each_once_and_a_hold_is_no_failure() {
    let world = World::new();
    for n in 0..150 {
        world.write(&format!("in/T-{}/{n}.log", n % 3), format!("{LINE}{n}\n"));
    }
    assert_eq!(world.run(&BULK, b"").code, 0);
    world.write("in/T-1/4.log", "changed since\n");
    fs::hard_link(world.path("out/T-1/7.log"), world.path("second")).unwrap();
    world.run(&["hold", "T-2", "--reason", "court", "--review-at", "30d"], b"");
    for issue in ["T-0", "T-1", "T-2"] {
        world.run(&["resolve", issue, "--grace", "1s"], b"");
    }
    std::thread::sleep(Duration::from_millis(1100));
    let run = world.run(&["purge"], b"");
    assert_eq!(run.code, 4, "{}", run.text());
    assert!(run.text().contains("deleted 198, not found 0, could not delete 2, on hold 100"), "{}", run.text());
    world.write("in/T-1/4.log", format!("{LINE}4\n"));
    fs::remove_file(world.path("second")).unwrap();
    let run = world.run(&["purge"], b"");
    assert_eq!(run.code, 0, "{}", run.text());
    assert!(run.text().contains("what is on hold is due, and stays until `scrubjay release`"), "{}", run.text());
    assert_eq!(world.run(&["resolve", "T-2"], b"").code, 6, "asked for by name");
    world.run(&["release", "T-2"], b"");
    assert_eq!(world.run(&["purge"], b"").code, 0);
    assert_eq!(tree(&world.path("in")).len(), 0);
    assert_eq!(tree(&world.path("out")).into_keys().collect::<Vec<_>>(), [PathBuf::from("SCRUBBED.json")]);
    let verified = world.run(&["audit", "verify"], b"");
    assert_eq!(verified.code, 0, "{}", verified.text());
    assert_eq!(world.run(&["fsck", "--deep"], b"").code, 0);
}

#[cfg(debug_assertions)]
#[test]
fn killed_at_any_step_of_a_purge_of_many_the_next_one_brings_it_to_its_end() {
    let world = World::new();
    for n in 0..5 {
        world.write(&format!("in/{n}.log"), format!("{LINE}{n}\n"));
    }
    assert_eq!(world.run(&["scrub", "in", "-o", "out", "--no-learn", "--issue", "T-1"], b"").code, 0);
    for name in ["home", "in", "out"] {
        copy_directory(&world.path(name), &world.path(&format!("{name}.kept")));
    }
    for (place, nth) in [
        ("intended", 1),
        ("intended", 7),
        ("quarantine-made", 2),
        ("taken", 1),
        ("taken", 6),
        ("verified", 1),
        ("verified", 5),
        ("unlinked", 1),
        ("unlinked", 11),
        ("closed", 1),
        ("confirmed", 1),
        ("confirmed", 11),
        ("artifact-deleted", 1),
        ("key-intended", 1),
    ] {
        for name in ["home", "in", "out"] {
            let _ = fs::remove_dir_all(world.path(name));
            copy_directory(&world.path(&format!("{name}.kept")), &world.path(name));
        }
        let mut command = world.command(&["resolve", "T-1"]);
        command.env("SCRUBJAY_TEST_KILL", format!("{place}:{nth}")).stdin(Stdio::null());
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "{place}:{nth} was not reached");
        let run = world.run(&["purge"], b"");
        assert_eq!(run.code, 0, "{place}:{nth}: {}", run.text());
        assert_eq!(tree(&world.path("in")).len() + tree(&world.path("out")).len(), 0, "{place}:{nth}");
        let fsck = world.run(&["fsck", "--deep"], b"");
        assert_eq!(fsck.code, 0, "{place}:{nth}: {}", fsck.text());
        let log = world.run(&["audit", "log"], b"").text();
        assert_eq!(log.matches("location_deleted").count(), 11, "{place}:{nth}: each once");
    }
}

#[test]
fn a_directory_that_is_learned_from_goes_on_too_and_is_recorded_once() {
    let world = World::new();
    for n in 0..40 {
        world.write(&format!("in/d{}/{n}.log", n % 3), format!("{LINE}event {n}\n"));
    }
    // Only the last file tells who it is; then he vanishes from all of them.
    world.write("in/a/first.log", "restarted for mkowalski99\n");
    world.write("in/z/last.log", "2026-05-01 10:00:00 login user=mkowalski99 ok\n");
    let scrub = ["scrub", "in", "-o", "out", "--issue", "L-1", "--keep-input"];
    world.run(&["scrub", "--issue", "L-1", "--no-record", "-q"], b"x\n");
    copy_directory(&world.path("home"), &world.path("home.kept"));
    let whole = world.run(&scrub, b"");
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let expected = tree(&world.path("out"));
    assert!(!String::from_utf8_lossy(&expected[Path::new("a/first.log")]).contains("mkowalski99"));
    assert!(recorded(&world).values().all(|times| *times == 1), "{:?}", recorded(&world));
    let expected_records = recorded(&world);

    let again = world.run(&scrub, b"");
    assert!(again.stderr.contains("done before, and left as they are: 42 files"), "{}", again.stderr);
    assert_eq!(recorded(&world), expected_records);
    let forced = world.run(&[&scrub[..], &["--force"]].concat(), b"");
    assert!(forced.code == 0 && !forced.stderr.contains("done before"), "{}", forced.stderr);
    assert!(tree(&world.path("out")) == expected);

    #[cfg(debug_assertions)]
    for (place, nth) in
        [("turn-written", 1), ("committed", 1), ("turn-written", 2), ("output-written", 9), ("output-renamed", 5)]
    {
        fs::remove_dir_all(world.path("out")).unwrap();
        fs::remove_dir_all(world.path("home")).unwrap();
        copy_directory(&world.path("home.kept"), &world.path("home"));
        let mut command = world.command(&scrub);
        command.env("SCRUBJAY_TEST_KILL", format!("{place}:{nth}")).stdin(Stdio::null()).stderr(Stdio::null());
        let status = command.status().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "{place}:{nth} was not reached");
        let run = world.run(&scrub, b"");
        assert_eq!(run.code, 0, "{place}:{nth}: {}", run.stderr);
        assert!(tree(&world.path("out")) == expected, "{place}:{nth}");
        assert_eq!(recorded(&world), expected_records, "{place}:{nth}");
        assert_eq!(world.run(&["fsck", "--deep"], b"").code, 0, "{place}:{nth}");
    }

    // Who is new may stand anywhere: everything is done again.
    world.write("in/z/more.log", "login user=mfreedman77 ok\n");
    let more = world.run(&scrub, b"");
    assert!(more.code == 0 && !more.stderr.contains("done before"), "{}", more.stderr);
}
