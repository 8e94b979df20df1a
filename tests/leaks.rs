//! Law 3: what is planted in the support bundle stands nowhere afterwards: not in the output, in no name, not in the ledger,
//! not on the standard error; and what engineers need is still there.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use crate::bundle::{SEED, build, with_picture, zip};
use crate::scrub::World;

/// Every name and text of an archive, containers in it opened.
fn opened(archive: &[u8], texts: &mut Vec<(String, Vec<u8>)>) {
    let mut zip = ::zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if name.ends_with(".zip") {
            opened(&content, texts);
        } else if name.ends_with(".gz") {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&content[..]).read_to_end(&mut text).unwrap();
            content = text;
        }
        texts.push((name, content));
    }
}

fn contains(text: &[u8], needle: &str) -> bool {
    memchr::memmem::find(text, needle.as_bytes()).is_some()
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            files.push((entry.path().display().to_string(), fs::read(entry.path()).unwrap()));
        }
    }
    files
}

#[test]
fn nothing_that_is_planted_in_the_bundle_is_left_anywhere() {
    let world = World::new();
    let bundle = with_picture(build(SEED));
    // The archive's own name tells something too.
    let input = world.write("jane.roe@acme.example/jira-support.zip", zip(&bundle));
    let run = world.run(&["scrub", input.to_str().unwrap(), "-o", "clean.zip", "--issue", "DEMO-1", "--explain"], b"");
    assert_eq!(run.code, 4, "the picture is withheld: {}", run.stderr);
    let clean = fs::read(world.path("clean.zip")).unwrap();
    let mut places = Vec::new();
    opened(&clean, &mut places);
    let names: Vec<&str> = places.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        places.len(),
        bundle.entries.len() + 1,
        "every entry is there, and the one of the inner archive: {names:?}"
    );
    let told = ("standard error".to_string(), run.stderr.clone().into_bytes());
    let mut left = Vec::new();
    for planted in &bundle.planted {
        for spelling in &planted.spelled_as {
            for (name, text) in places.iter().chain(&files(&world.path("home"))).chain([&told]) {
                if contains(text, spelling) || contains(name.as_bytes(), spelling) {
                    left.push(format!("{} {spelling} of {} in {name}", planted.kind, planted.entry));
                }
            }
        }
    }
    left.sort();
    left.dedup();
    assert!(left.is_empty(), "{} left:\n{}", left.len(), left.join("\n"));
    let all: Vec<u8> = places.iter().flat_map(|(_, text)| text.clone()).collect();
    let eaten: Vec<String> = bundle
        .kept
        .iter()
        .filter(|kept| !contains(&all, &kept.text))
        .map(|kept| format!("{} ({}) of {}", kept.text, kept.why, kept.entry))
        .collect();
    assert!(eaten.is_empty(), "{} eaten:\n{}", eaten.len(), eaten.join("\n"));
}

#[test]
fn kept_texts_stay_as_often_as_they_stood() {
    let world = World::new();
    let bundle = build(SEED);
    for leaf in &bundle.leaves {
        let run = world.run(&["scrub", "--no-record", "-q"], leaf.text.as_bytes());
        let count = |text: &[u8], needle: &str| memchr::memmem::find_iter(text, needle.as_bytes()).count();
        for kept in bundle.kept.iter().filter(|kept| kept.entry == leaf.name) {
            // A kept text may stand within a planted one (`127.0.0.1` in a longer number); those that stand alone must stay.
            let before = count(leaf.text.as_bytes(), &kept.text);
            let after = count(&run.stdout, &kept.text);
            assert!(
                after * 10 >= before * 9,
                "{} ({}) in {}: {before} before, {after} after",
                kept.text,
                kept.why,
                leaf.name
            );
        }
        assert_eq!(count(&run.stdout, "\n"), count(leaf.text.as_bytes(), "\n"), "lines of {}", leaf.name);
    }
}

#[test]
fn a_resolved_issue_leaves_no_file_and_a_proof() {
    let world = World::new();
    let input = world.write("raw/jira-support.zip", zip(&build(SEED)));
    let run = world.run(&["scrub", input.to_str().unwrap(), "-o", "clean.zip", "--issue", "DEMO-1"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(world.run(&["certificate", "DEMO-1"], b"").code, 6, "nothing is deleted yet");
    let dry = world.run(&["resolve", "DEMO-1", "--dry-run"], b"");
    assert!(input.exists() && world.path("clean.zip").exists(), "{}", dry.text());
    let resolved = world.run(&["resolve", "DEMO-1"], b"");
    assert_eq!(resolved.code, 0, "{}{}", resolved.text(), resolved.stderr);
    assert!(!input.exists() && !world.path("clean.zip").exists());
    let certificate = world.run(&["certificate", "DEMO-1"], b"");
    assert_eq!(certificate.code, 0, "{}", certificate.stderr);
    assert_eq!(certificate.text().matches("bytes, SHA-256 ").count(), 2, "{}", certificate.text());
    assert_eq!(world.run(&["audit", "verify"], b"").code, 0);
}
