//! Zips by the `zip` crate and by hand, through a visitor and back to the `zip` crate.

use std::io::Cursor;

use ::zip::unstable::write::FileOptionsExt;
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::super::testing::*;
use super::super::{Limit, Limits};
use super::*;

fn upper(input: &[u8]) -> (Vec<u8>, Vec<String>) {
    let mut visitor = Upper::default();
    let output = rebuild_as(&Zip, input, &mut visitor).unwrap();
    (output, visitor.withheld)
}

/// An archive by our own writer, which writes any name, method and flags.
fn made(records: &[(Record, &[u8])], comment: &[u8]) -> Vec<u8> {
    let spools = std::env::temp_dir();
    let mut output = Vec::new();
    let mut writer = Writer::new(&mut output, &spools);
    for (record, content) in records {
        writer.entry(record, pack(content, record.method == DEFLATED, &spools).unwrap()).unwrap();
    }
    writer.finish(comment).unwrap();
    output
}

fn record(name: &[u8]) -> Record {
    Record { name: name.to_vec(), method: DEFLATED, date: 0x5821, made_by: 0x0314, ..Record::default() }
}

fn records(archive: &[u8]) -> Vec<Record> {
    let budget = Budget::new(Limits::default());
    directory::read(&mut Cursor::new(archive), archive.len() as u64, &budget).unwrap().records
}

fn names(archive: &[u8]) -> Vec<String> {
    records(archive).iter().map(|record| String::from_utf8_lossy(&record.name).into_owned()).collect()
}

/// The place of an entry's data.
fn data_of(archive: &[u8], index: usize) -> usize {
    directory::data(&mut Cursor::new(archive), &records(archive)[index]).unwrap().0 as usize
}

#[test]
fn order_methods_times_modes_and_directories_are_kept() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let time = DateTime::from_date_and_time(2024, 2, 29, 13, 37, 42).unwrap();
    let options = SimpleFileOptions::default().last_modified_time(time);
    writer.add_directory("b", options.unix_permissions(0o750)).unwrap();
    writer.start_file("b/two", options.unix_permissions(0o640)).unwrap();
    writer.write_all(&b"text ".repeat(1000)).unwrap();
    let stored = options.compression_method(CompressionMethod::Stored).unix_permissions(0o755);
    writer.start_file("a", stored).unwrap();
    writer.write_all(b"text").unwrap();
    writer.set_comment("by jane").unwrap();
    let (output, withheld) = upper(&writer.finish().unwrap().into_inner());
    assert!(withheld.is_empty());

    let mut archive = ZipArchive::new(Cursor::new(&output)).unwrap();
    assert_eq!(archive.comment(), b"BY JANE");
    let rows = [
        ("B/", "", 0o040_750, CompressionMethod::Stored),
        ("B/TWO", &*"TEXT ".repeat(1000), 0o100_640, CompressionMethod::Deflated),
        ("A", "TEXT", 0o100_755, CompressionMethod::Stored),
    ];
    for (index, (name, content, mode, method)) in rows.into_iter().enumerate() {
        let mut file = archive.by_index(index).unwrap();
        assert_eq!(file.name().unwrap(), name);
        assert_eq!(file.unix_mode(), Some(mode), "{name}");
        assert_eq!(file.compression(), method, "{name}");
        assert_eq!(file.last_modified(), Some(time));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, content);
    }
}

#[test]
fn duplicates_names_of_any_bytes_and_comments_stay() {
    let mut commented = record(b"caf\x82 jane");
    commented.comment = b"for jane".to_vec();
    let mut utf8 = record("caf\u{e9}".as_bytes());
    utf8.flags = directory::UTF8;
    let input = made(&[(commented.clone(), b"one"), (utf8, b"two"), (commented, b"three")], b"");
    let (output, _) = upper(&input);
    let got = records(&output);
    assert_eq!(got.len(), 3);
    assert_eq!(got[0].name, b"CAF\x82 JANE");
    assert_eq!((got[0].flags, got[1].flags), (0, directory::UTF8));
    assert_eq!(got[1].name, "CAF\u{e9}".as_bytes());
    assert_eq!(got[2].name, got[0].name);
    assert_eq!(got[2].comment, b"FOR JANE");
    let contents: Vec<u32> = got.iter().map(|record| record.size as u32).collect();
    assert_eq!(contents, [3, 3, 5]);
}

#[test]
fn names_that_clash_after_scrubbing_are_numbered() {
    let (output, _) = upper(&zipped(&[("a.log", b"1"), ("A.log", b"2"), ("A.LOG", b"3")]));
    let got: Vec<String> = unzipped(&output).into_iter().map(|(name, _)| name).collect();
    assert_eq!(got, ["A.LOG", "A~2.LOG", "A~3.LOG"]);
}

#[test]
fn hostile_names_come_out_harmless() {
    let hostile: [&[u8]; 5] = [b"../../x", b"/abs", b"C:\\win", b"\\\\server\\share", b"a/../../b"];
    let input = made(&hostile.map(|name| (record(name), &b"x"[..])), b"");
    let (output, _) = upper(&input);
    assert_eq!(names(&output), ["_/_/X", "ABS", "C_/WIN", "SERVER/SHARE", "A/_/_/B"]);
    let mut archive = ZipArchive::new(Cursor::new(&output)).unwrap();
    for index in 0..archive.len() {
        assert!(archive.by_index(index).unwrap().enclosed_name().is_some());
    }
}

#[test]
fn links_that_climb_are_withheld_and_others_are_kept() {
    let link = |name: &[u8]| Record { external: 0o120_777 << 16, method: STORED, ..record(name) };
    let targets: [&[u8]; 5] = [b"sub/file", b"../up", b"/etc/passwd", b"a/../../b", b""];
    let input = made(&targets.map(|target| (link(target), target)), b"");
    let (output, withheld) = upper(&input);
    assert_eq!(withheld.len(), 4);
    let got = records(&output);
    assert_eq!(got[0].external >> 16, 0o120_777);
    assert!(got[1..].iter().all(|record| record.external >> 16 == 0o100_600));
    assert_eq!(unzipped(&output)[0].1, b"SUB/FILE");
    let device = Record { external: 0o060_644 << 16, ..record(b"device") };
    let (output, _) = upper(&made(&[(device, b"x")], b""));
    assert_eq!(records(&output)[0].external >> 16, 0o100_644);
}

#[test]
fn a_damaged_entry_becomes_a_notice_and_the_others_go_on() {
    let text = noise(3000);
    let whole = zipped(&[("one", b"first"), ("logs/two.log", &text), ("three", b"third")]);
    for flip in [data_of(&whole, 1) + 1, data_of(&whole, 1) + 2900] {
        let mut bad = whole.clone();
        bad[flip] ^= 0x10;
        let (output, withheld) = upper(&bad);
        assert_eq!(withheld.len(), 1);
        let got = unzipped(&output);
        assert_eq!((got[0].1.as_slice(), got[2].1.as_slice()), (&b"FIRST"[..], &b"THIRD"[..]));
        assert_eq!(got[1].0, "LOGS/TWO.LOG.withheld.txt");
        let notice = String::from_utf8(got[1].1.clone()).unwrap();
        assert!(notice.contains("LOGS/TWO.LOG") && notice.contains("ask for a fresh upload"), "{notice}");
        assert_eq!(upper(&bad).0, output, "twice the same");
    }
}

#[test]
fn a_directory_that_lies_about_an_entry_is_found_out() {
    let whole = zipped(&[("one", &noise(500)), ("two", b"second")]);
    let at = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    // Checksum, compressed size, size, and the place of the local header.
    for (field, expected) in [(16, "checksum"), (20, "entry"), (24, "long"), (43, "where the directory says")] {
        let mut bad = whole.clone();
        bad[at + field] ^= 1;
        match rebuild_as(&Zip, &bad, &mut silent()) {
            Ok(output) => assert_eq!(names(&output), ["one.withheld.txt", "two"], "{field}"),
            Err(error) => assert!(field == 43, "{error}"),
        }
        let mut visitor = Upper::default();
        if rebuild_as(&Zip, &bad, &mut visitor).is_ok() {
            assert!(visitor.withheld[0].contains(expected), "{field}: {}", visitor.withheld[0]);
        }
    }
}

#[test]
fn encrypted_and_unknown_entries_become_notices() {
    let input = made(
        &[
            (record(b"plain"), b"text"),
            (record(b"secret"), b"text"),
            (Record { method: 12, ..record(b"bzip2") }, b"text"),
        ],
        b"",
    );
    let mut encrypted = input.clone();
    let second = memchr::memmem::find_iter(&input, b"PK\x01\x02").nth(1).unwrap();
    encrypted[second + 8] |= 1;
    let (output, withheld) = upper(&encrypted);
    assert_eq!(withheld, ["the entry is encrypted", "zip compression method 12 is not supported"]);
    let got = unzipped(&output);
    let names: Vec<&str> = got.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["PLAIN", "SECRET.withheld.txt", "BZIP2.withheld.txt"]);
    assert!(String::from_utf8_lossy(&got[1].1).contains("without a password"));
}

#[test]
fn what_the_visitor_withholds_leaves_only_its_notice() {
    let output = rebuild_as(&Zip, &zipped(&[("a", b"x")]), &mut withholding(true)).unwrap();
    assert_eq!(unzipped(&output), [("a.withheld.txt".into(), b"withheld".to_vec())]);
}

#[test]
fn no_truncation_succeeds() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("inner.zip", stored).unwrap();
    writer.write_all(&zipped(&[("x", &noise(2000)), ("y", b"text")])).unwrap();
    writer.start_file("last", stored).unwrap();
    writer.write_all(&noise(500)).unwrap();
    let whole = writer.finish().unwrap().into_inner();
    assert!(rebuild_as(&Zip, &whole, &mut Upper::default()).is_ok());
    let inner_end = memchr::memmem::find(&whole, b"PK\x05\x06").unwrap() + 22;
    for cut in (0..whole.len()).step_by(97).chain([inner_end, whole.len() - 1]) {
        let result = rebuild_as(&Zip, &whole[..cut], &mut Upper::default());
        assert!(matches!(result, Err(Error::Damaged { .. })), "cut at {cut}: {result:?}");
    }
}

#[test]
fn no_flipped_byte_panics_or_passes_wrong_content() {
    let whole = zipped(&[("one", b"first"), ("two", &noise(300))]);
    for place in 0..whole.len() {
        let mut bad = whole.clone();
        bad[place] ^= 0xff;
        if let Ok(output) = rebuild_as(&Zip, &bad, &mut silent()) {
            for (name, content) in unzipped(&output) {
                assert!(
                    content == b"first" || content == noise(300) || name.ends_with(".withheld.txt"),
                    "byte {place}: {name}"
                );
            }
        }
    }
}

#[test]
fn data_descriptors_prefixes_and_trailing_bytes_are_read() {
    let mut writer = ZipWriter::new_stream(Vec::new());
    writer.start_file("streamed", SimpleFileOptions::default()).unwrap();
    writer.write_all(b"text").unwrap();
    let streamed = writer.finish().unwrap().into_inner();
    assert_ne!(records(&streamed)[0].flags & 8, 0, "the fixture has a data descriptor");
    let expected = [("STREAMED".into(), b"TEXT".to_vec())];
    assert_eq!(unzipped(&upper(&streamed).0), expected);
    let prefixed = [&b"MZ some program"[..], &streamed].concat();
    assert_eq!(unzipped(&upper(&prefixed).0), expected);
    let trailed = [&streamed[..], b"secret trailer"].concat();
    let (output, _) = upper(&trailed);
    assert_eq!(unzipped(&output), expected);
    assert!(memchr::memmem::find(&output, b"secret").is_none());
}

#[test]
fn zip64_is_read() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("wide", SimpleFileOptions::default().large_file(true)).unwrap();
    writer.write_all(b"text").unwrap();
    let input = writer.finish().unwrap().into_inner();
    assert_eq!(unzipped(&upper(&input).0), [("WIDE".into(), b"TEXT".to_vec())]);
}

#[test]
fn a_count_that_is_not_true_is_an_error() {
    let whole = zipped(&[("a", b"1"), ("b", b"2")]);
    let end = whole.len() - 22;
    let mut bad = whole.clone();
    bad[end + 8] = 1;
    bad[end + 10] = 1;
    assert!(matches!(rebuild_as(&Zip, &bad, &mut silent()), Err(Error::Damaged { .. })));
}

#[test]
fn a_hundred_thousand_empty_entries_pass() {
    let records: Vec<(Record, &[u8])> =
        (0..100_000).map(|number| (record(format!("e/{number}").as_bytes()), &b""[..])).collect();
    let input = made(&records, b"");
    let (output, withheld) = upper(&input);
    assert!(withheld.is_empty());
    let archive = ZipArchive::new(Cursor::new(&output)).unwrap();
    assert_eq!(archive.len(), 100_000);
    let few = Limits { entries: 99_999, ..Limits::default() };
    let result = rebuild(&input, &mut silent(), few);
    assert!(matches!(result, Err(Error::Limit(Limit::Entries(99_999)))), "{result:?}");
}

#[test]
fn a_bomb_ends_at_the_limit() {
    let bomb = zipped(&[("zeros", &vec![0; 100 << 20])]);
    let limits = Limits { ratio: 500, ..Limits::default() };
    let mut visitor = Upper::default();
    let output = rebuild(&bomb, &mut visitor, limits).unwrap();
    assert_eq!(visitor.withheld, ["the containers unfold to more than 500 times their size"]);
    assert_eq!(names(&output), ["ZEROS.withheld.txt"]);
    let limits = Limits { output: 1 << 20, ..Limits::default() };
    let result = rebuild(&bomb, &mut silent(), limits);
    assert!(matches!(result, Err(Error::Limit(Limit::Output(_)))), "{result:?}");
}

#[test]
fn scrubbing_again_changes_nothing() {
    let mut input = zipped(&[("../x", b"text"), ("A", b"1"), ("a", b"2"), ("broken", &noise(100))]);
    let flip = data_of(&input, 3) + 50;
    input[flip] ^= 1;
    let once = rebuild_as(&Zip, &input, &mut silent()).unwrap();
    assert_eq!(rebuild_as(&Zip, &once, &mut silent()).unwrap(), once);
}

/// Entries that are encrypted in each way there is, by another implementation, and one that is not.
fn locked(password: &str) -> Vec<u8> {
    use ::zip::AesMode;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default();
    let stored = plain.compression_method(CompressionMethod::Stored);
    for (name, options) in [
        ("classic", plain.with_deprecated_encryption(password.as_bytes()).unwrap()),
        ("stored", stored.with_deprecated_encryption(password.as_bytes()).unwrap()),
        ("aes128", plain.with_aes_encryption(AesMode::Aes128, password)),
        ("aes192", stored.with_aes_encryption(AesMode::Aes192, password)),
        ("aes256", plain.with_aes_encryption(AesMode::Aes256, password)),
        ("open", plain),
    ] {
        writer.start_file(name, options).unwrap();
        writer.write_all(format!("user jane in {name}").as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn what_is_encrypted_needs_its_password() {
    let input = locked("s3cret word");
    let knowing = |words: &[&str]| Upper {
        passwords: words.iter().map(|word| Password::new(word.as_bytes().to_vec())).collect(),
        ..Upper::default()
    };
    let mut visitor = knowing(&["wrong", "other", "s3cret word"]);
    let output = rebuild_as(&Zip, &input, &mut visitor).unwrap();
    assert!(visitor.withheld.is_empty(), "{:?}", visitor.withheld);
    let found = unzipped(&output);
    assert_eq!(found.len(), 6);
    for (name, content) in &found {
        assert_eq!(content, format!("USER JANE IN {name}").as_bytes());
    }
    for (words, told) in
        [(&[][..], "the entry is encrypted"), (&["wrong"][..], "no password that was given opens the entry")]
    {
        let mut visitor = knowing(words);
        let output = rebuild_as(&Zip, &input, &mut visitor).unwrap();
        // One of 256 wrong passwords passes for right with the classic cipher, until the checksum is made.
        assert_eq!(visitor.withheld.len(), 5);
        assert!(visitor.withheld.iter().filter(|what| *what == told).count() >= 3, "{:?}", visitor.withheld);
        assert_eq!(names(&output)[5], "OPEN");
        assert!(memchr::memmem::find(&output, b"JANE IN C").is_none());
    }
    // With many passwords some of them seem to fit, and the checksum tells which does.
    let mut words: Vec<String> = (0..1500).map(|n| format!("guess {n}")).collect();
    words.push("s3cret word".into());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let classic = made_of(&input, 0);
    let output = rebuild_as(&Zip, &classic, &mut knowing(&words)).unwrap();
    assert_eq!(unzipped(&output), [("CLASSIC".into(), b"USER JANE IN classic".to_ascii_uppercase())]);
}

/// An archive of one entry of another, its bytes as they are.
fn made_of(archive: &[u8], index: usize) -> Vec<u8> {
    let mut reader = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.raw_copy_file(reader.by_index_raw(index).unwrap()).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_flipped_bit_under_aes_is_damage() {
    let input = locked("word");
    let mut visitor = Upper { passwords: vec![Password::new(b"word".to_vec())], ..Upper::default() };
    for index in 2..5 {
        let mut bad = input.clone();
        // Behind the salt and the two bytes that check the password.
        bad[data_of(&input, index) + 16 + 2 + 4] ^= 1;
        rebuild_as(&Zip, &bad, &mut visitor).unwrap();
        let told = visitor.withheld.pop().unwrap_or_default();
        assert!(told.starts_with("zip entry ") && visitor.withheld.is_empty(), "{index}: {told}");
    }
}
