//! 7z archives by `sevenz-rust2` and by hand, through a visitor and back.

use std::io::Cursor;

use sevenz_rust2::encoder_options::AesEncoderOptions;
use sevenz_rust2::{ArchiveReader, ArchiveWriter, EncoderConfiguration, EncoderMethod, NtTime, SourceReader};

use super::super::testing::*;
use super::super::{Limits, sniff};
use super::*;

fn file(name: &str) -> ArchiveEntry {
    ArchiveEntry {
        windows_attributes: HAS_MODE | 0o100_640 << 16,
        has_windows_attributes: true,
        ..ArchiveEntry::new_file(name)
    }
}

/// One block for all entries, as programs write them.
fn solid(entries: &[(ArchiveEntry, &[u8])], methods: &[EncoderConfiguration]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    writer.set_content_methods(methods.to_vec());
    let (files, contents): (Vec<_>, Vec<_>) =
        entries.iter().map(|(file, bytes)| (file.clone(), SourceReader::new(*bytes))).unzip();
    writer.push_archive_entries(files, contents).unwrap();
    writer.finish().unwrap().into_inner()
}

fn lzma2() -> Vec<EncoderConfiguration> {
    vec![EncoderConfiguration::new(EncoderMethod::LZMA2)]
}

fn encrypted(entries: &[(ArchiveEntry, &[u8])], password: &str, hides_names: bool) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    writer.set_encrypt_header(hides_names);
    let options = AesEncoderOptions::new(Key::new(password));
    let aes = EncoderConfiguration::new(EncoderMethod::AES256_SHA256).with_options(options.into());
    writer.set_content_methods(vec![aes, EncoderConfiguration::new(EncoderMethod::LZMA2)]);
    for (file, bytes) in entries {
        writer.push_archive_entry(file.clone(), Some(*bytes)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn listed(bytes: &[u8]) -> Vec<(ArchiveEntry, Vec<u8>)> {
    let mut reader = ArchiveReader::new(Cursor::new(bytes), Key::empty()).unwrap();
    let mut found: Vec<(ArchiveEntry, Vec<u8>)> = Vec::new();
    reader
        .for_each_entries(|file, reader| {
            let mut content = Vec::new();
            reader.read_to_end(&mut content)?;
            found.push((file.clone(), content));
            Ok(true)
        })
        .unwrap();
    let order = |file: &ArchiveEntry| reader.archive().files.iter().position(|other| other.name == file.name);
    found.sort_by_key(|(file, _)| order(file));
    found
}

fn upper(input: &[u8]) -> (Vec<(ArchiveEntry, Vec<u8>)>, Vec<String>) {
    let mut visitor = Upper::default();
    let output = rebuild_as(&SevenZip, input, &mut visitor).unwrap();
    (listed(&output), visitor.withheld)
}

#[test]
fn order_times_attributes_directories_and_empty_files_are_kept() {
    let time = NtTime::new(133_000_000_000_000_000);
    let at = |entry: ArchiveEntry| ArchiveEntry {
        last_modified_date: time,
        has_last_modified_date: true,
        creation_date: time,
        has_creation_date: true,
        ..entry
    };
    let directory =
        ArchiveEntry { windows_attributes: 0x10, has_windows_attributes: true, ..ArchiveEntry::new_directory("b") };
    let empty = ArchiveEntry { has_stream: false, ..file("b/none") };
    let packed = {
        let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
        writer.push_archive_entry(at(directory), None::<&[u8]>).unwrap();
        writer.push_archive_entry(at(file("b/two")), Some(&b"text ".repeat(1000)[..])).unwrap();
        writer.push_archive_entry(at(empty), None::<&[u8]>).unwrap();
        writer.push_archive_entry(at(file("a")), Some(&b"user jane"[..])).unwrap();
        writer.finish().unwrap().into_inner()
    };
    assert_eq!(sniff(&packed).map(Format::id), Some("7z"));
    let (out, withheld) = upper(&packed);
    assert!(withheld.is_empty(), "{withheld:?}");
    let names: Vec<&str> = out.iter().map(|(file, _)| file.name()).collect();
    assert_eq!(names, ["B", "B/TWO", "B/NONE", "A"]);
    assert!(out.iter().all(|(file, _)| file.last_modified_date == time && !file.has_creation_date));
    assert!(out[0].0.is_directory && out[0].0.windows_attributes == 0x10);
    assert_eq!(out[1].0.windows_attributes, HAS_MODE | 0o100_640 << 16);
    assert_eq!((out[1].1.len(), out[2].1.len(), &out[3].1[..]), (5000, 0, &b"USER JANE"[..]));
}

#[test]
fn every_method_is_read_and_blocks_do_not_depend_on_threads() {
    let text = b"2026-01-01 user jane and a line of a log\n".repeat(3000);
    let big = noise(5 << 20);
    let entries =
        [(file("one"), &text[..]), (file("big"), &big[..]), (file("two"), b"user joe"), (file("three"), &text[..])];
    let pool = std::sync::Arc::new(rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap());
    for method in [
        EncoderMethod::COPY,
        EncoderMethod::LZMA,
        EncoderMethod::LZMA2,
        EncoderMethod::BZIP2,
        EncoderMethod::DEFLATE,
        EncoderMethod::PPMD,
        EncoderMethod::ZSTD,
    ] {
        let few = if method == EncoderMethod::LZMA2 { &entries[..] } else { &entries[2..] };
        let packed = solid(few, &[EncoderConfiguration::new(method)]);
        let alone = rebuild_as(&SevenZip, &packed, &mut Upper::default()).unwrap();
        let mut together = Upper { workers: Some(pool.clone()), ..Upper::default() };
        assert!(rebuild_as(&SevenZip, &packed, &mut together).unwrap() == alone, "{}", method.name());
        let found = listed(&alone);
        assert_eq!(found.len(), few.len());
        for ((_, before), (_, after)) in few.iter().zip(&found) {
            assert!(before.to_ascii_uppercase() == *after, "{}", method.name());
        }
    }
}

#[test]
fn what_is_encrypted_needs_its_password() {
    let knowing = |passwords: &[&str]| Upper {
        passwords: passwords.iter().map(|word| Password::new(word.as_bytes().to_vec())).collect(),
        ..Upper::default()
    };
    let entries = [(file("one"), &b"user jane"[..]), (file("two"), b"user joe")];
    for hides_names in [false, true] {
        let packed = encrypted(&entries, "tr\u{e4}umerei", hides_names);
        let mut visitor = knowing(&["wrong", "tr\u{e4}umerei"]);
        let out = listed(&rebuild_as(&SevenZip, &packed, &mut visitor).unwrap());
        let names: Vec<_> = out.iter().map(|(file, content)| (file.name(), &content[..])).collect();
        assert_eq!(names, [("ONE", &b"USER JANE"[..]), ("TWO", b"USER JOE")], "names hidden: {hides_names}");
        for (passwords, told) in
            [(&[][..], "the entry is encrypted"), (&["wrong"][..], "no password that was given opens the entry")]
        {
            let mut visitor = knowing(passwords);
            let rebuilt = rebuild_as(&SevenZip, &packed, &mut visitor);
            match hides_names {
                true => assert_eq!(rebuilt.unwrap_err().to_string(), told),
                false => {
                    assert_eq!(visitor.withheld, [told, told]);
                    let out = listed(&rebuilt.unwrap());
                    assert_eq!(out[0].0.name(), "ONE.withheld.txt");
                }
            }
        }
    }
}

#[test]
fn links_stay_below_their_directory_and_devices_become_files() {
    let with = |name: &str, mode: u32| ArchiveEntry { windows_attributes: HAS_MODE | mode << 16, ..file(name) };
    let entries = [
        (with("good", 0o120_777), &b"logs/app.log"[..]),
        (with("bad", 0o120_777), b"../../etc/passwd"),
        (with("pipe", 0o010_644), b"text"),
    ];
    let (out, withheld) = upper(&solid(&entries, &lzma2()));
    assert_eq!(withheld, ["a symbolic link that leaves its directory is not supported"]);
    assert_eq!((out[0].0.name(), &out[0].1[..]), ("GOOD", &b"LOGS/APP.LOG"[..]));
    assert_eq!((out[1].0.name(), mode(&out[1].0)), ("BAD.withheld.txt", Some(0o100_600)));
    assert_eq!(mode(&out[2].0), Some(0o100_644));
}

#[test]
fn damage_withholds_what_it_strikes_and_no_cut_succeeds() {
    let (first, second) = (noise(2000), noise(3000));
    let entries = [(file("one"), &first[..]), (file("two"), &second[..]), (file("three"), b"text")];
    let whole = solid(&entries, &[EncoderConfiguration::new(EncoderMethod::COPY)]);
    let mut bad = whole.clone();
    bad[32 + 2500] ^= 1;
    let (out, withheld) = upper(&bad);
    assert_eq!(withheld, ["7z entry is damaged at byte 32"; 2]);
    let names: Vec<&str> = out.iter().map(|(file, _)| file.name()).collect();
    assert_eq!(names, ["ONE", "TWO.withheld.txt", "THREE.withheld.txt"]);
    for cut in (0..whole.len()).step_by(97) {
        let result = rebuild_as(&SevenZip, &whole[..cut], &mut silent());
        assert!(result.is_err(), "cut at {cut}");
    }
    for place in (0..whole.len()).step_by(7) {
        let mut bad = whole.clone();
        bad[place] ^= 0x41;
        if let Ok(out) = rebuild_as(&SevenZip, &bad, &mut silent()) {
            for (file, content) in listed(&out) {
                let is_known = [&first[..], &second, b"text", b""].contains(&&content[..]);
                assert!(is_known || file.name().ends_with(".withheld.txt"), "byte {place}: {}", file.name());
            }
        }
    }
}

#[test]
fn a_bomb_is_withheld_at_the_limit_and_the_others_are_not() {
    let zeros = vec![0; 18 << 20];
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    writer.push_archive_entry(file("zeros"), Some(&zeros[..])).unwrap();
    writer.push_archive_entry(file("log"), Some(&b"user jane"[..])).unwrap();
    let bomb = writer.finish().unwrap().into_inner();
    let limits = Limits { ratio: 500, ratio_from: 16 << 20, ..Limits::default() };
    let mut visitor = Upper::default();
    let out = listed(&rebuild(&bomb, &mut visitor, limits).unwrap());
    assert_eq!(visitor.withheld, ["the containers unfold to more than 500 times their size"]);
    assert_eq!((out[0].0.name(), out[1].0.name()), ("ZEROS.withheld.txt", "LOG"));
    let few = Limits { entries: 1, ..Limits::default() };
    assert!(matches!(rebuild(&bomb, &mut silent(), few), Err(Error::Limit(Limit::Entries(1)))));
    let little = Limits { output: 1 << 20, ..Limits::default() };
    assert!(matches!(rebuild(&bomb, &mut silent(), little), Err(Error::Limit(Limit::Output(_)))));
}

#[test]
fn scrubbing_again_changes_nothing() {
    let entries = [(file("../x"), &b"text"[..]), (file("A"), b"1"), (file("a"), b"2")];
    let once = rebuild_as(&SevenZip, &solid(&entries, &lzma2()), &mut silent()).unwrap();
    assert!(rebuild_as(&SevenZip, &once, &mut silent()).unwrap() == once);
}
