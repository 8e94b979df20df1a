//! The committed support bundle is what its generator says, and the generator's lists are complete.

use crate::bundle::{Bundle, Leaf, SEED, build, zip};
use regex_automata::meta::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read};
use std::path::PathBuf;

fn committed(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/bundles").join(name)).unwrap()
}

/// The leaves of an archive, opened by a reader that shares nothing with the generator's bookkeeping.
fn open(archive: Vec<u8>, prefix: &str) -> (Vec<Leaf>, Vec<String>) {
    let mut zip = ::zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let (mut leaves, mut binary) = (Vec::new(), Vec::new());
    for n in 0..zip.len() {
        let mut entry = zip.by_index(n).unwrap();
        let name = format!("{prefix}{}", entry.name().unwrap());
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if name.ends_with(".zip") {
            leaves.extend(open(content, &format!("{name}!")).0);
            continue;
        }
        if name.ends_with(".gz") {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&content[..]).read_to_end(&mut text).unwrap();
            content = text;
        }
        match String::from_utf8(content) {
            Ok(text) => leaves.push(Leaf { name, text }),
            Err(_) => binary.push(name),
        }
    }
    (leaves, binary)
}

fn leaf<'a>(bundle: &'a Bundle, name: &str) -> &'a Leaf {
    bundle.leaves.iter().find(|leaf| leaf.name == name).unwrap()
}

#[test]
fn the_committed_bundle_is_the_one_that_the_generator_makes() {
    let bundle = build(SEED);
    // Texts are compared, not the archive's bytes: those may change with the version of the compressor.
    let (leaves, binary) = open(committed("jira-support.zip"), "");
    let names = |leaves: &[Leaf]| leaves.iter().map(|leaf| leaf.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&leaves), names(&bundle.leaves));
    assert!(leaves == bundle.leaves, "run `cargo run --example bundle -- fixtures/bundles/jira-support.zip`");
    assert_eq!(binary, bundle.withheld);
    let expected: serde_json::Value = serde_json::from_slice(&committed("expected.json")).unwrap();
    assert_eq!(expected, bundle.expected());
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let bundle = build(SEED);
    assert_eq!(bundle, build(SEED));
    assert_eq!(zip(&bundle), zip(&build(SEED)));
    assert_ne!(bundle.leaves, build(SEED + 1).leaves);
}

#[test]
fn expected_counts_name_no_value() {
    let (bundle, expected) = (build(SEED), String::from_utf8(committed("expected.json")).unwrap());
    for planted in &bundle.planted {
        assert!(!expected.contains(&planted.value), "a planted {} is in expected.json", planted.kind);
    }
}

#[test]
fn the_bundle_has_every_kind_and_a_handy_size() {
    let bundle = build(SEED);
    let kinds: BTreeSet<&str> = bundle.planted.iter().map(|planted| planted.kind).collect();
    let all = ["email", "ipv4", "ipv6", "mac", "password", "private-key", "secret", "session", "token"];
    assert_eq!(kinds, BTreeSet::from(all));
    let size: usize = bundle.leaves.iter().map(|leaf| leaf.text.len()).sum();
    assert!((200_000..400_000).contains(&size), "{size}");
    assert!(zip(&bundle).len() < 100_000);
}

#[test]
fn what_is_planted_or_kept_is_where_the_lists_say() {
    let bundle = build(SEED);
    for planted in &bundle.planted {
        let leaf = leaf(&bundle, &planted.entry);
        assert!(!planted.spelled_as.is_empty());
        for spelling in &planted.spelled_as {
            assert!(leaf.text.contains(spelling), "{spelling} is not in {}", leaf.name);
        }
    }
    for kept in &bundle.kept {
        assert!(leaf(&bundle, &kept.entry).text.contains(&kept.text), "{} ({})", kept.text, kept.why);
        for planted in &bundle.planted {
            assert!(!planted.spelled_as.iter().any(|spelling| kept.text.contains(spelling)), "{}", kept.text);
        }
    }
}

#[test]
fn a_planted_value_stands_nowhere_else() {
    let bundle = build(SEED);
    let spellings: BTreeSet<&String> = bundle.planted.iter().flat_map(|planted| &planted.spelled_as).collect();
    for leaf in &bundle.leaves {
        let own: BTreeSet<&String> =
            bundle.planted.iter().filter(|p| p.entry == leaf.name).flat_map(|p| &p.spelled_as).collect();
        for other in spellings.difference(&own) {
            assert!(!leaf.text.contains(*other), "{other} is in {}, but not on the list", leaf.name);
        }
    }
}

/// The text without what is planted and kept holds nothing of a shape that should have been on a list.
#[test]
fn nothing_of_a_telling_shape_is_missing_from_the_lists() {
    let bundle = build(SEED);
    let shapes = [
        r"[A-Za-z0-9._+-]+(@|%40|&#64;|\\u0040)[A-Za-z0-9]",
        r"\b[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\b",
        r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}",
        r"[0-9a-f]{1,4}::[0-9a-f]{1,4}|::ffff:",
        r"(?i)(password|passwd|pass|secret|token|credentials)[\x22']?\s*[=:]\s*[\x22']?[A-Za-z0-9]",
        r"eyJ|_test_|xox|PKCS5S2|[A-Za-z0-9+/]{40}",
    ];
    for leaf in &bundle.leaves {
        let mut text = leaf.text.clone();
        let planted = bundle.planted.iter().filter(|p| p.entry == leaf.name).flat_map(|p| &p.spelled_as);
        let kept = bundle.kept.iter().filter(|k| k.entry == leaf.name && k.text.len() > 3).map(|k| &k.text);
        let mut known: Vec<&String> = planted.chain(kept).collect();
        known.sort_by_key(|text| std::cmp::Reverse(text.len()));
        for known in known {
            text = text.replace(known.as_str(), "§");
        }
        for shape in shapes {
            let found = Regex::new(shape).unwrap().find(text.as_bytes()).map(|found| &text[found.range()]);
            assert_eq!(found, None, "{} holds it and no list does", leaf.name);
        }
    }
}
