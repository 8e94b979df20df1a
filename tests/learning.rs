//! Learned values: what one place of an artifact tells of people and hosts vanishes from all of it, and nothing else does.

use std::fs;
use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use scrubjay::Scrubber;
use scrubjay::detect::Room;
use scrubjay::redact::IssueKey;

use crate::scrub::World;

/// A bundle whose first entry holds values that only the last ones tell of.
const BUNDLE: [(&str, &str); 7] = [
    (
        "application-logs/atlassian-jira.log",
        "2026-05-01 10:14:02,123+0000 Caesium-1-2 WARN [c.a.j.sync] quarkl is slow, so Quirin Arklund waits\n\
         2026-05-01 10:14:03,001+0000 Caesium-1-2 INFO [com.quarkl.Main] Arklund, Quirin on db-falcon-3.corp.acme.example\n\
         2026-05-01 10:14:04,001+0000 Caesium-1-2 INFO mail to wiki.acme.example failed, see quarkl.log and quarkl2\n",
    ),
    (
        "application-config/dbconfig.xml",
        "<jdbc-datasource>\n<url>jdbc:postgresql://db-falcon-3.corp.acme.example:5432/jira</url>\n</jdbc-datasource>\n",
    ),
    (
        "application-config/jira.properties",
        "jira.baseurl = https\\://jira.acme.example\nadmin.mail = ops@acme.example\n",
    ),
    ("etc/hosts", "127.0.0.1 localhost\n10.9.8.7 lynx-9.corp.acme.example lynx-9\n"),
    ("conf/app.yaml", "smtp:\n  host: mx-otter.acme.example\n  server: tomcat\nDB_SERVER=pg-stoat.acme.example\n"),
    ("conf/notes.txt", "mx-otter.acme.example and pg-stoat.acme.example run on tomcat\n"),
    ("users.txt", "User 'Quirin Arklund' (quarkl)\nuserName=quarkl\ndisplayName=Quirin Arklund\n"),
];

/// Every value of the bundle that has to go.
const CANARIES: [&str; 10] = [
    "quarkl ",
    "quarkl.log",
    "Quirin",
    "Arklund",
    "db-falcon-3",
    "wiki.acme.example",
    "jira.acme.example",
    "lynx-9",
    "mx-otter",
    "pg-stoat",
];

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The entries of an archive by name, those of archives in it too.
fn opened(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut all = Vec::new();
    for n in 0..zip.len() {
        let mut entry = zip.by_index(n).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if name.ends_with(".zip") {
            all.extend(opened(&content));
        } else if name.ends_with(".gz") {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&content[..]).read_to_end(&mut text).unwrap();
            all.push((name, text));
        } else {
            all.push((name, content));
        }
    }
    all
}

fn bundle() -> Vec<(&'static str, &'static [u8])> {
    BUNDLE.iter().map(|(name, text)| (*name, text.as_bytes())).collect()
}

/// What an entry of the bundle holds.
fn told(name: &str) -> &'static str {
    BUNDLE.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no {name}")).1
}

fn left(text: &[u8], canaries: &[&'static str]) -> Vec<&'static str> {
    canaries.iter().copied().filter(|canary| memchr::memmem::find(text, canary.as_bytes()).is_some()).collect()
}

fn key() -> IssueKey {
    IssueKey::new([9; 32])
}

fn builder() -> scrubjay::pipeline::Builder {
    Scrubber::builder().unrecorded().key(key())
}

/// A text, scrubbed with what it tells itself.
fn learned(text: &[u8], chunk: usize, threads: usize) -> Vec<u8> {
    let scrubber = builder().learns(Room::default()).chunk_size(chunk).threads(threads).build().unwrap();
    let (gathered, content) = scrubber.lessons().unwrap().source(scrubjay::source::Plain::new(text)).unwrap();
    assert_eq!(content.size, text.len() as u64);
    let (scrubber, _) = scrubber.knowing(gathered);
    let mut out = Vec::new();
    scrubber.scrub(text, &mut out).unwrap();
    out
}

#[test]
fn a_value_that_the_last_file_tells_of_vanishes_from_the_first() {
    let world = World::new();
    world.write("in.zip", zipped(&bundle()));
    let run = world.run(&["scrub", "in.zip", "-o", "out.zip", "--issue", "L-1", "--keep-input", "--verify"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("learned: ") && left(run.stderr.as_bytes(), &CANARIES).is_empty(), "{}", run.stderr);
    let out = fs::read(world.path("out.zip")).unwrap();
    let entries = opened(&out);
    for (name, text) in &entries {
        let left = left(text, &CANARIES);
        assert!(left.is_empty(), "{left:?} in {name}:\n{}", String::from_utf8_lossy(text));
    }
    // Classes, longer words, and the line itself stay; the same user has the same name in the log and in the table.
    let log = String::from_utf8(entries[0].1.clone()).unwrap();
    assert!(log.contains("[com.quarkl.Main]") && log.contains("quarkl2") && log.contains("Caesium-1-2 WARN"), "{log}");
    let user = log.split_once("[c.a.j.sync] ").unwrap().1.split(' ').next().unwrap();
    assert!(user.starts_with("USER_"), "{log}");
    let text = |name: &str| {
        let entry = entries.iter().find(|(known, _)| known == name);
        String::from_utf8(entry.unwrap_or_else(|| panic!("no {name}")).1.clone()).unwrap()
    };
    let table = text("users.txt");
    assert!(table.contains(&format!("userName={user}")), "{table}");
    // One word behind `server` may be anything.
    let notes = text("conf/notes.txt");
    assert!(notes.ends_with("run on tomcat\n"), "{notes}");

    // Nothing that was learned is in the ledger, and twice is once.
    for entry in walkdir::WalkDir::new(world.path("home")).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        let rest = left(&fs::read(entry.path()).unwrap(), &CANARIES);
        assert!(rest.is_empty(), "{rest:?} in {}", entry.path().display());
    }
    let again = world.run(&["scrub", "out.zip", "-o", "twice.zip", "--issue", "L-1"], b"");
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(fs::read(world.path("twice.zip")).unwrap() == out, "twice is once");

    // Without the first pass the log keeps what it says.
    let plain = world.run(&["scrub", "in.zip", "-o", "plain.zip", "--issue", "L-1", "--no-learn"], b"");
    assert!(!plain.stderr.contains("learned"), "{}", plain.stderr);
    let plain = opened(&fs::read(world.path("plain.zip")).unwrap());
    assert_eq!(left(&plain[0].1, &CANARIES).len(), 6);
}

#[test]
fn what_is_learned_depends_neither_on_the_order_of_files_nor_on_threads() {
    let world = World::new();
    let mut outputs = Vec::new();
    for (n, threads) in [(0, "1"), (1, "2"), (2, "1"), (3, "2"), (4, "3")] {
        let mut entries = bundle();
        entries.rotate_left(n);
        world.write(&format!("{n}.zip"), zipped(&entries));
        let output = format!("out{n}.zip");
        let input = format!("{n}.zip");
        let run = world.run(&["scrub", &input, "-o", &output, "--issue", "L-1", "--threads", threads], b"");
        assert_eq!(run.code, 0, "{}", run.stderr);
        let mut entries = opened(&fs::read(world.path(&output)).unwrap());
        entries.sort();
        outputs.push(entries);

        // The same in a directory, whose files have names in another order.
        for (m, (_, text)) in BUNDLE.iter().enumerate() {
            world.write(&format!("dir{n}/{}.txt", (m + n) % BUNDLE.len()), text);
        }
        let (dir, out) = (format!("dir{n}"), format!("tree{n}"));
        let run = world.run(&["scrub", &dir, "-o", &out, "--issue", "L-1", "--threads", threads], b"");
        assert_eq!(run.code, 0, "{}", run.stderr);
        for (m, (name, _)) in BUNDLE.iter().enumerate() {
            let text = fs::read(world.path(&format!("tree{n}/{}.txt", (m + n) % BUNDLE.len()))).unwrap();
            let expected = outputs[0].iter().find(|(other, _)| other == name).unwrap();
            assert_eq!(String::from_utf8_lossy(&text), String::from_utf8_lossy(&expected.1), "{name}");
        }
    }
    assert!(outputs.iter().all(|entries| *entries == outputs[0]));
}

#[test]
fn a_directory_that_is_scrubbed_twice_is_scrubbed_once() {
    let world = World::new();
    for (name, text) in BUNDLE {
        world.write(&format!("in/{name}"), text);
    }
    // Names of files go as well, though they come before what tells of them.
    world.write("in/aa/quarkl+lynx-9.txt", "nothing\n");
    let run = world.run(&["scrub", "in", "-o", "out", "--issue", "L-1", "--keep-input"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let names: Vec<String> = walkdir::WalkDir::new(world.path("out"))
        .into_iter()
        .flatten()
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .collect();
    assert!(names.iter().all(|name| !name.contains("quarkl") && !name.contains("lynx")), "{names:?}");
    let again = world.run(&["scrub", "out", "-o", "again", "--issue", "L-1", "--keep-input"], b"");
    assert_eq!(again.code, 0, "{}", again.stderr);
    for entry in walkdir::WalkDir::new(world.path("out")).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        // A stamp tells of the run that made it: the design exempts what we add.
        if entry.file_name() == "SCRUBBED.json" {
            continue;
        }
        let twin = world.path("again").join(entry.path().strip_prefix(world.path("out")).unwrap());
        assert_eq!(fs::read_to_string(entry.path()).unwrap(), fs::read_to_string(twin).unwrap());
    }
    // Both copies are in the ledger, and go with the issue.
    let resolved = world.run(&["resolve", "L-1", "--yes"], b"");
    assert_eq!(resolved.code, 0, "{}", resolved.stderr);
    let is_left =
        |dir: &str| walkdir::WalkDir::new(world.path(dir)).into_iter().flatten().any(|e| e.file_type().is_file());
    assert!(!is_left("out") && !is_left("again") && is_left("in"), "{}", resolved.text());
}

#[test]
fn a_pipe_learns_if_asked_and_a_plain_file_too() {
    let world = World::new();
    let text: Vec<u8> = BUNDLE.iter().flat_map(|(_, text)| text.bytes()).collect();
    let file = world.write("all.log", &text);
    let file = file.to_str().unwrap();
    let piped = world.run(&["scrub", "--learn", "--issue", "L-1"], &text);
    assert_eq!(piped.code, 0, "{}", piped.stderr);
    assert!(left(&piped.stdout, &CANARIES).is_empty(), "{}", piped.text());
    let read = world.run(&["scrub", file, "--learn", "--issue", "L-1", "--keep-input"], b"");
    assert_eq!(read.text(), piped.text());
    let plain = world.run(&["scrub", "--issue", "L-1"], &text);
    assert!(!left(&plain.stdout, &CANARIES).is_empty());
    assert!(!plain.stderr.contains("learned"));
    let both = world.run(&["scrub", "--learn", "--no-learn"], &text);
    assert_eq!(both.code, 2);
}

#[test]
fn nothing_learned_is_left_in_archives_within_archives() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(BUNDLE[0].1.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let inner = zipped(&[("rotated.log.gz", &gz), ("quarkl.txt", b"quarkl is here")]);
    // What tells of them lies in another archive, and in a text of wide characters.
    let wide: Vec<u8> =
        [0xff_u8, 0xfe].into_iter().chain(told("users.txt").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let second = zipped(&[("users.txt", &wide), ("etc/hosts", told("etc/hosts").as_bytes())]);
    let middle = zipped(&[("inner.zip", &inner)]);
    let rest: Vec<(&str, &[u8])> = bundle().into_iter().skip(1).take(2).collect();
    let mut all: Vec<(&str, &[u8])> = vec![("a/middle.zip", &middle), ("b/second.zip", &second)];
    all.extend(rest);
    let world = World::new();
    world.write("in.zip", zipped(&all));
    let run = world.run(&["scrub", "in.zip", "-o", "out.zip", "--issue", "L-1", "--explain"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut seen = 0;
    for (name, text) in opened(&fs::read(world.path("out.zip")).unwrap()) {
        assert!(!name.contains("quarkl"), "{name}");
        let narrow: Vec<u8> =
            if text.starts_with(&[0xff, 0xfe]) { text.iter().copied().filter(|b| *b != 0).collect() } else { text };
        let rest = left(&narrow, &CANARIES);
        assert!(rest.is_empty(), "{rest:?} in {name}");
        seen += 1;
    }
    assert_eq!(seen, 6);
    assert!(left(run.stderr.as_bytes(), &CANARIES).is_empty(), "{}", run.stderr);
    assert!(run.stderr.contains("learned-username taken, 6 bytes, medium confidence"), "{}", run.stderr);
    assert!(run.stderr.contains("learned-username left: a part of a dotted name"), "{}", run.stderr);
}

#[test]
fn inspection_tells_what_was_learned_and_never_the_value() {
    let world = World::new();
    world.write("in.zip", zipped(&bundle()));
    let run = world.run(&["inspect", "in.zip", "--format", "jsonl", "--no-record"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = run.text();
    assert!(
        text.contains("learned-username") && text.contains("learned-name") && text.contains("learned-domain"),
        "{text}"
    );
    assert!(text.contains("that the input tells of elsewhere"), "{text}");
    assert!(left(text.as_bytes(), &CANARIES).is_empty(), "{text}");
    let plain = world.run(&["inspect", "in.zip", "--format", "jsonl", "--no-record", "--no-learn"], b"");
    assert!(!plain.text().contains("learned"), "{}", plain.text());
    let stats = world.run(&["scrub", "in.zip", "-o", "o.zip", "--no-record", "--stats"], b"");
    assert!(stats.stderr.contains("learned-username (username)"), "{}", stats.stderr);
}

#[test]
fn words_that_are_login_names_go_where_login_names_stand() {
    let prose = "Alice will mark the ticket in May. You may ask whether Will may mark it; alice in chains, a mark on the wall.\n\
                 The grace period will end; we hope that the rose bill is paid. In April, may I? Mark my words: it will do.\n";
    let places =
        "login: ~alice [~mark] ACME\\will mark@REALM /home/may/x CN=alice,OU=x reporter='will' <user>may</user>\n";
    let users = "user=alice host\nuser=mark host\nsudo -u may ls\nInvalid user will from 10.0.0.1\nuser=jzelenk\n";
    let text = format!("{prose}{places}jzelenk said so\n{users}");
    let out = String::from_utf8(learned(text.as_bytes(), 1 << 17, 1)).unwrap();
    assert!(out.starts_with(prose), "{out}");
    let line = out.lines().nth(2).unwrap();
    // `will` is no login name to the plain filter where a sentence could go on, so that not all of them may be learned.
    for taken in ["[~mark]", "mark@", "home/may/"] {
        assert!(!line.contains(taken), "{taken} in {line}");
    }
    assert!(!out.contains("jzelenk"), "{out}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn cuts_and_threads_do_not_matter(
        lines in prop::collection::vec((0..12_usize, 0..40_usize), 1..60),
        chunk in prop::sample::select(&[1_usize, 7, 64, 1000, 5000][..]),
        threads in 1..4_usize,
    ) {
        const LINES: [&str; 12] = [
            "quarkl is slow, so Quirin Arklund waits", "userName=quarkl", "displayName=Quirin Arklund", "first_name=Quirin",
            "jdbc:postgresql://db-falcon-3.corp.acme.example:5432/jira", "see db-falcon-3.corp.acme.example", "ops@acme.example",
            "jira.baseurl=https://jira.acme.example", "wiki.acme.example, jira.acme.example", "Arklund, Quirin \\nquarkl",
            "127.0.0.1 localhost\n10.9.8.7 lynx-9.corp.acme.example lynx-9\n", "lynx-9: ~quarkl",
        ];
        let text: String = lines.iter().map(|(line, blanks)| format!("{}{}\n", LINES[*line], " ".repeat(*blanks))).collect();
        let whole = learned(text.as_bytes(), 1 << 17, 1);
        prop_assert!(learned(text.as_bytes(), chunk, threads) == whole);
        prop_assert!(learned(&whole, chunk, threads) == whole, "twice is once:\n{}", String::from_utf8_lossy(&whole));
    }
}
