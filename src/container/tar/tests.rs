//! Tars by the `tar` crate and by hand, through a visitor and back to the `tar` crate.

use std::io::{Cursor, Read};
use std::sync::Arc;

use super::super::testing::*;
use super::super::{Limit, Limits};
use super::*;

/// What another implementation finds: name, kind, mode, time, link, content.
type Row = (String, u8, u32, u64, String, Vec<u8>);

fn listed(bytes: &[u8]) -> Vec<Row> {
    let mut archive = ::tar::Archive::new(bytes);
    let read = |entry: std::io::Result<::tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let link = entry.link_name_bytes().map(|link| String::from_utf8_lossy(&link).into_owned()).unwrap_or_default();
        let header = entry.header();
        let (kind, mode, time) = (header.entry_type().as_byte(), header.mode().unwrap(), header.mtime().unwrap());
        assert!(header.username_bytes().unwrap_or_default().is_empty(), "no owner's name comes out");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (name, kind, mode, time, link, content)
    };
    archive.entries().unwrap().map(read).collect()
}

fn names(bytes: &[u8]) -> Vec<String> {
    listed(bytes).into_iter().map(|row| row.0).collect()
}

fn upper(input: &[u8]) -> (Vec<u8>, Vec<String>) {
    let mut visitor = Upper::default();
    let output = rebuild_as(&Tar, input, &mut visitor).unwrap();
    (output, visitor.withheld)
}

fn header(name: &[u8], kind: u8) -> Header {
    Header { name: name.to_vec(), kind, mode: 0o640, mtime: 1_700_000_000, ..Header::default() }
}

/// An archive of headers and data as they are given; sizes are stated as they are, unless data are given.
fn raw(entries: &[(Header, &[u8])]) -> Vec<u8> {
    let mut output = Vec::new();
    for (header, data) in entries {
        let size = if data.is_empty() { header.size } else { data.len() as u64 };
        output.extend(Header { size, ..header.clone() }.block());
        output.extend_from_slice(data);
        output.resize(output.len().next_multiple_of(BLOCK), 0);
    }
    output.resize(output.len() + 2 * BLOCK, 0);
    output
}

fn pax(records: &[(&str, &[u8])]) -> (Header, Vec<u8>) {
    let mut data = Vec::new();
    records.iter().for_each(|(keyword, value)| extended::record(keyword, value, &mut data));
    (header(b"PaxHeaders/jane", b'x'), data)
}

/// An archive as the `tar` crate writes it, in GNU's format where names are long.
fn tarred(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(MTIME.into());
        header.set_username("jane").unwrap();
        header.set_groupname("staff").unwrap();
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn order_kinds_modes_times_and_links_are_kept_and_owners_are_not() {
    let mut script = header(b"bin/run", b'0');
    (script.mode, script.uid, script.mtime) = (0o4755, 3_000_000, -7);
    let input = raw(&[
        (header(b"bin/", b'5'), b""),
        (script, b"text"),
        (Header { link: b"run".to_vec(), ..header(b"bin/soft", b'2') }, b""),
        (Header { link: b"bin/run".to_vec(), ..header(b"bin/hard", b'1') }, b""),
        (header(b"empty", 0), b""),
        (header(b"old/", 0), b""),
    ]);
    let (output, withheld) = upper(&input);
    assert!(withheld.is_empty(), "{withheld:?}");
    let rows = listed(&output);
    let short: Vec<_> = rows.iter().map(|row| (row.0.as_str(), row.1, row.4.as_str())).collect();
    assert_eq!(
        short,
        [
            ("BIN/", b'5', ""),
            ("BIN/RUN", b'0', ""),
            ("BIN/SOFT", b'2', "RUN"),
            ("BIN/HARD", b'1', "BIN/RUN"),
            ("EMPTY", b'0', ""),
            ("OLD/", b'5', "")
        ]
    );
    assert_eq!((rows[1].2, rows[1].3 as i64, &*rows[1].5), (0o4755, -7, &b"TEXT"[..]));
    assert_eq!((rows[0].2, rows[0].3), (0o640, 1_700_000_000));
    let owners = tarred(&[("a", b"x")]);
    assert!(memchr::memmem::find(&owners, b"staff").is_some());
    assert!(memchr::memmem::find(&upper(&owners).0, b"staff").is_none());
}

#[test]
fn long_names_of_every_format_come_out_whole() {
    let long = |len: usize| [&b"d/".repeat(20)[..], &vec![b'n'; len]].concat();
    for len in [50, 59, 60, 61, 62, 90, 150, 215, 300, 5000] {
        let name = String::from_utf8(long(len)).unwrap();
        let expected = name.to_uppercase();
        assert_eq!(names(&upper(&tarred(&[(&name, b"x")])).0), std::slice::from_ref(&expected), "GNU, {len}");
        let (head, records) = pax(&[("path", name.as_bytes()), ("comment", b"by jane"), ("mtime", b"1700000001.5")]);
        let input = raw(&[(head, &records), (header(b"short", b'0'), b"x"), (header(b"next", b'0'), b"y")]);
        let (output, _) = upper(&input);
        assert_eq!(names(&output), [expected, "NEXT".into()], "PAX, {len}");
        assert!(memchr::memmem::find(&output, b"jane").is_none());
        assert!(memchr::memmem::find(&output, b"mtime=1700000001.5\n").is_some());
    }
    let (head, records) = pax(&[("linkpath", &long(300))]);
    let input = raw(&[(head, &records), (Header { link: b"x".to_vec(), ..header(b"soft", b'2') }, b"")]);
    assert_eq!(listed(&upper(&input).0)[0].4, String::from_utf8(long(300)).unwrap().to_uppercase());
    let global = (Header { kind: b'g', ..pax(&[]).0 }, pax(&[("comment", b"a1b2"), ("mtime", b"5")]).1);
    let output = upper(&raw(&[(global.0, &global.1), (header(b"a", b'0'), b"x")])).0;
    assert_eq!(listed(&output)[0].3, 5);
}

#[test]
fn two_readers_that_disagree_about_sizes_agree_about_ours() {
    // By its header the first entry is empty, and its data would be read as an entry with a secret name.
    let hidden = raw(&[(header(b"hidden", b'0'), b"hidden content")]);
    let (head, records) = pax(&[("size", hidden.len().to_string().as_bytes())]);
    let mut input = raw(&[(head, &records), (header(b"outer", b'0'), b"")]);
    input.truncate(input.len() - 2 * BLOCK);
    input.extend(&hidden);
    input.extend(raw(&[(header(b"last", b'0'), b"z")]));
    let (output, _) = upper(&input);
    let rows = listed(&output);
    assert_eq!(rows.iter().map(|row| &*row.0).collect::<Vec<_>>(), ["OUTER", "LAST"]);
    assert!(memchr::memmem::find(&output, b"size=").is_none(), "the size stands in the header alone");
}

#[test]
fn what_cannot_be_rebuilt_becomes_a_notice() {
    let link = |name: &[u8], kind, target: &[u8]| Header { link: target.to_vec(), ..header(name, kind) };
    let (sparse, records) = pax(&[("GNU.sparse.major", b"1"), ("GNU.sparse.realsize", b"9223372036854775807")]);
    let mut old_sparse = Header { is_gnu: true, size: 3, ..header(b"holes", b'S') }.block();
    old_sparse[482] = 1;
    let sum = |block: &mut Block| {
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    };
    sum(&mut old_sparse);
    let map = [[1; BLOCK], [0; BLOCK], [b'h'; BLOCK]].concat();
    let mut input = raw(&[
        (header(b"null", b'3'), b""),
        (header(b"disk", b'4'), b""),
        (header(b"pipe", b'6'), b""),
        (link(b"out", b'2', b"../../etc/passwd"), b""),
        (link(b"abs", b'2', b"/etc/passwd"), b""),
        (link(b"hard", b'1', b"/etc/passwd"), b""),
        (link(b"later", b'1', b"plain"), b""),
        (sparse, &records),
        (header(b"thin", b'0'), b"data"),
        (header(b"odd", b'Z'), b"data"),
    ]);
    input.truncate(input.len() - 2 * BLOCK);
    input.extend(old_sparse);
    input.extend(map);
    input.extend(raw(&[(header(b"plain", b'0'), b"text")]));
    let (output, withheld) = upper(&input);
    let expected = ["NULL", "DISK", "PIPE", "OUT", "ABS", "HARD", "LATER", "THIN", "ODD", "HOLES"];
    let mut all: Vec<String> = expected.iter().map(|name| format!("{name}.withheld.txt")).collect();
    assert_eq!(withheld.len(), all.len());
    all.push("PLAIN".into());
    assert_eq!(names(&output), all);
    assert!(listed(&output).iter().all(|row| row.1 == b'0'));
    assert!(withheld[7].contains("sparse"), "{withheld:?}");
}

#[test]
fn hostile_names_come_out_harmless_and_duplicates_stay() {
    let input = raw(&[
        (header(b"../../x", b'0'), b"1"),
        (header(b"/abs", b'0'), b"2"),
        (header(b"C:\\win", b'0'), b"3"),
        (header(b"dup", b'0'), b"4"),
        (header(b"dup", b'0'), b"5"),
        (header(b"DUP", b'0'), b"6"),
        (header(b"caf\xe9", b'0'), b"7"),
        (header(b"", b'0'), b"8"),
    ]);
    let (output, _) = upper(&input);
    assert_eq!(names(&output), ["_/_/X", "ABS", "C_/WIN", "DUP", "DUP", "DUP~2", "CAF\u{fffd}", "_"]);
    assert_eq!(listed(&output)[4].5, b"5");
}

#[test]
fn links_that_state_a_size_and_have_no_data_are_read() {
    let first = (header(b"a", b'0'), &b"text"[..]);
    let link = Header { link: b"a".to_vec(), size: 4, ..header(b"b", b'1') };
    let (output, _) = upper(&raw(&[first.clone(), (link.clone(), b""), (header(b"c", b'0'), b"y")]));
    assert_eq!(names(&output), ["A", "B", "C"]);
    let (output, _) = upper(&raw(&[first, (link, b"text"), (header(b"c", b'0'), b"y")]));
    assert_eq!(names(&output), ["A", "B", "C"], "the data of a link are not passed on");
}

#[test]
fn no_truncation_succeeds_and_what_follows_the_end_is_dropped() {
    let whole = tarred(&[("one", &noise(3000)), ("two", b"text"), ("three", &noise(512))]);
    let end = whole.len() - 2 * BLOCK;
    for cut in (0..end).step_by(97).chain((0..=end).step_by(BLOCK)) {
        let result = rebuild_as(&Tar, &whole[..cut], &mut Upper::default());
        assert!(matches!(result, Err(Error::Damaged { format: "tar", .. })), "cut at {cut}");
    }
    assert!(rebuild_as(&Tar, &whole[..end + BLOCK], &mut Upper::default()).is_ok());
    let trailed = [&whole[..], &noise(100), &raw(&[(header(b"behind", b'0'), b"secret")])].concat();
    assert_eq!(upper(&trailed).0, upper(&whole).0);
}

#[test]
fn no_flipped_byte_panics() {
    let (head, records) = pax(&[("path", b"a/long/name"), ("size", b"4")]);
    let whole = raw(&[(head, &records), (header(b"one", b'0'), b"text"), (header(b"two", b'5'), b"")]);
    for place in 0..whole.len() {
        for flip in [1, 0x80, 0xff] {
            let mut bad = whole.clone();
            bad[place] ^= flip;
            let _ = rebuild_as(&Tar, &bad, &mut silent());
        }
    }
}

#[test]
fn absurd_sizes_end_early_without_taking_memory() {
    for (kind, size) in [(b'0', 1 << 62), (b'x', 1 << 40), (b'L', 1 << 40), (b'S', i64::MAX as u64), (b'5', 1 << 50)] {
        let input = raw(&[(Header { size, ..header(b"a", kind) }, b""), (header(b"b", b'0'), b"x")]);
        let result = rebuild_as(&Tar, &input, &mut silent());
        // A directory may state what it likes.
        assert_eq!(result.is_ok(), kind == b'5', "{}: {result:?}", kind.escape_ascii());
    }
}

#[test]
fn large_entries_and_many_workers_give_the_same_bytes() {
    let large = noise(SMALL as usize + 12_345);
    let middle = noise(100_000);
    let many: Vec<(String, &[u8])> = (0..300).map(|n| (format!("e{n}"), &middle[..n * 300])).collect();
    let mut entries: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    entries.insert(150, ("large", &large));
    let input = tarred(&entries);
    let (alone, _) = upper(&input);
    assert_eq!(listed(&alone).len(), 301);
    for threads in [1, 2, 5] {
        let workers = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut visitor = Upper { workers: Some(Arc::new(workers)), ..Upper::default() };
        let output = rebuild_as(&Tar, &input, &mut visitor).unwrap();
        assert!(output == alone, "{threads} threads");
        assert_eq!(visitor.depths.len(), 301);
    }
}

#[test]
fn a_tar_in_a_gzip_is_read_from_a_stream() {
    let input = gzipped(&tarred(&[("logs/app.log", b"user jane")]), Some("logs.tar"));
    let output = rebuild(&input, &mut Upper::default(), Limits::default()).unwrap();
    assert_eq!(names(&gunzipped(&output)), ["LOGS/APP.LOG"]);
    let few = Limits { entries: 1, ..Limits::default() };
    let result = rebuild(&input, &mut Upper::default(), few);
    assert!(matches!(result, Err(Error::Visit(_) | Error::Limit(Limit::Entries(1)))), "{result:?}");
}

#[test]
fn contents_decide() {
    assert!(Tar.recognises(&tarred(&[("a", b"x")])));
    let mut old = raw(&[(header(b"a", 0), b"x")]);
    old[257..265].fill(0);
    let block: &mut Block = old.first_chunk_mut().unwrap();
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert!(Tar.recognises(&old));
    assert!(!Tar.recognises(&old[..511]) && !Tar.recognises(&[0; 1024]) && !Tar.recognises(&[b' '; 1024]));
    assert_eq!(names(&rebuild_as(&Tar, &old, &mut Upper::default()).unwrap()), ["A"]);
}

#[test]
fn scrubbing_again_changes_nothing() {
    let (head, records) = pax(&[("path", &b"n".repeat(120)), ("mtime", b"7.25")]);
    let link = Header { link: b"..".to_vec(), ..header(b"up", b'2') };
    let input = raw(&[(head, &records), (header(b"x", b'0'), b"1"), (header(b"../x", b'0'), b"2"), (link, b"")]);
    let once = rebuild_as(&Tar, &input, &mut silent()).unwrap();
    assert_eq!(rebuild_as(&Tar, &once, &mut silent()).unwrap(), once);
    assert_eq!(Cursor::new(once).into_inner().len() % BLOCK, 0);
}
