//! The contract of every container format: round trip, nesting, names, cuts, bombs, and what other programs make of the output.
//!
//! A format that joins `FORMATS` needs a row here, and is then held to all of it.

use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scrubjay::container::{FORMATS, Limits};
use scrubjay::pipeline::Error;
use scrubjay::sensitive::Sensitive;
use scrubjay::source::Plain;
use scrubjay::{Report, Scrubber};

use zip::unstable::write::FileOptionsExt;

use crate::scrub::World;

/// Entries with their names, in order.
pub(crate) type Entries = Vec<(String, Vec<u8>)>;

/// A format, as other programs write and read it.
struct Row {
    id: &'static str,
    pack: fn(&Entries) -> Vec<u8>,
    unpack: fn(&[u8]) -> Entries,
    /// Whether it holds many entries with names.
    is_archive: bool,
    /// Whether a cut shows, but for one in so many bytes at the end.
    shows_cuts: Option<usize>,
    /// Programs that test a file of it, the file's name behind them.
    testers: &'static [&'static [&'static str]],
}

fn read(mut reader: impl Read) -> Vec<u8> {
    let mut content = Vec::new();
    reader.read_to_end(&mut content).unwrap();
    content
}

fn only(entries: &Entries) -> &[u8] {
    &entries[0].1
}

fn one(content: Vec<u8>) -> Entries {
    vec![("content".into(), content)]
}

fn zipped(entries: &Entries) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn unzipped(bytes: &[u8]) -> Entries {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let read = |n| {
        let mut entry = archive.by_index(n).unwrap();
        let name = entry.name().unwrap().into_owned();
        (name, read(&mut entry))
    };
    let len = archive_len(bytes);
    (0..len).map(read).collect()
}

fn archive_len(bytes: &[u8]) -> usize {
    zip::ZipArchive::new(Cursor::new(bytes)).unwrap().len()
}

fn tarred(entries: &Entries) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // The library refuses hostile names; attackers do not use it.
        let field = &mut header.as_old_mut().name;
        field[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
        header.set_cksum();
        builder.append(&header, &content[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

fn untarred(bytes: &[u8]) -> Entries {
    let mut archive = tar::Archive::new(bytes);
    let entry = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let entry = entry.unwrap();
        (String::from_utf8_lossy(&entry.path_bytes()).into_owned(), read(entry))
    };
    archive.entries().unwrap().map(entry).collect()
}

fn sevenzipped(entries: &Entries) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    for (name, content) in entries {
        // What is empty has no stream.
        let content = Some(&content[..]).filter(|content| !content.is_empty());
        writer.push_archive_entry(sevenz_rust2::ArchiveEntry::new_file(name), content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn unsevenzipped(bytes: &[u8]) -> Entries {
    let mut reader = sevenz_rust2::ArchiveReader::new(Cursor::new(bytes), sevenz_rust2::Password::empty()).unwrap();
    let mut entries = Vec::new();
    let list = |entry: &sevenz_rust2::ArchiveEntry, reader: &mut dyn Read| {
        entries.push((entry.name.clone(), read(reader)));
        Ok(true)
    };
    reader.for_each_entries(list).unwrap();
    entries
}

/// A mail with one attachment in base64.
fn mailed(entries: &Entries) -> Vec<u8> {
    let packed = STANDARD.encode(only(entries)).into_bytes();
    let lines: Vec<&[u8]> = packed.chunks(76).collect();
    let head = "Received: from mx.example by mail.example; Fri, 1 May 2026 10:14:02 +0000\r\nMIME-Version: 1.0\r\n\
                Subject: logs\r\nContent-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n--=_b\r\n\r\nsee there\r\n--=_b\r\n\
                Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    [head.as_bytes(), &lines.join(&b"\r\n"[..]), b"\r\n--=_b--\r\n"].concat()
}

/// What stands behind the second empty line before the last boundary.
fn unmailed(bytes: &[u8]) -> Entries {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (_, body) = text.split_once("base64\r\n\r\n").unwrap();
    let (body, _) = body.split_once("\r\n--=_b--").unwrap();
    one(STANDARD.decode(body.replace("\r\n", "")).unwrap())
}

/// What a browser saw, with one body in base64.
fn seen(entries: &Entries) -> Vec<u8> {
    let body = STANDARD.encode(only(entries)).replace('/', "\\/");
    let head = "{\n \"log\": {\n  \"version\": \"1.2\", \"entries\": [{\"request\": {\"url\": \"https://x.example/?u=1\"}, \"response\": \
                {\"content\": {\"size\": 1, \"text\": \"";
    [head.as_bytes(), body.as_bytes(), b"\", \"encoding\": \"base64\"}}}]}}\n"].concat()
}

fn unseen(bytes: &[u8]) -> Entries {
    let har: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let text = har["log"]["entries"][0]["response"]["content"]["text"].as_str().unwrap();
    one(STANDARD.decode(text).unwrap())
}

const ROWS: &[Row] = &[
    Row {
        id: "gzip",
        pack: |entries| read(flate2::read::GzEncoder::new(only(entries), flate2::Compression::default())),
        unpack: |bytes| one(read(flate2::read::MultiGzDecoder::new(bytes))),
        is_archive: false,
        shows_cuts: Some(0),
        testers: &[&["gzip", "-t"], &["pigz", "-t"]],
    },
    Row {
        id: "zip",
        pack: zipped,
        unpack: unzipped,
        is_archive: true,
        shows_cuts: Some(0),
        testers: &[&["unzip", "-tq"], &["python3", "-m", "zipfile", "-t"]],
    },
    Row {
        id: "tar",
        pack: tarred,
        unpack: untarred,
        is_archive: true,
        // The end is marked by two blocks of zeros; the first says all.
        shows_cuts: Some(512),
        testers: &[&["tar", "-tf"], &["python3", "-m", "tarfile", "-t"]],
    },
    Row {
        id: "bzip2",
        pack: |entries| read(bzip2::read::BzEncoder::new(only(entries), bzip2::Compression::fast())),
        unpack: |bytes| one(read(bzip2::read::MultiBzDecoder::new(bytes))),
        is_archive: false,
        shows_cuts: Some(0),
        testers: &[&["bzip2", "-t"]],
    },
    Row {
        id: "xz",
        pack: |entries| read(liblzma::read::XzEncoder::new(only(entries), 1)),
        unpack: |bytes| one(read(liblzma::read::XzDecoder::new_multi_decoder(bytes))),
        is_archive: false,
        shows_cuts: Some(0),
        testers: &[&["xz", "-t"]],
    },
    Row {
        id: "zstd",
        pack: |entries| {
            let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
            encoder.include_checksum(true).unwrap();
            encoder.write_all(only(entries)).unwrap();
            encoder.finish().unwrap()
        },
        unpack: |bytes| one(zstd::decode_all(bytes).unwrap()),
        is_archive: false,
        shows_cuts: Some(0),
        testers: &[&["zstd", "-tq"]],
    },
    Row {
        id: "7z",
        pack: sevenzipped,
        unpack: unsevenzipped,
        is_archive: true,
        shows_cuts: Some(0),
        testers: &[
            &[
                "python3",
                "-c",
                "import sys\ntry:\n import py7zr\nexcept ImportError:\n print('skipped: py7zr is not installed'); sys.exit()\nassert py7zr.SevenZipFile(sys.argv[1]).test() in (None, True)",
            ],
            &["7z", "t", "-bso0"],
        ],
    },
    MAIL,
    Row {
        id: "har",
        pack: seen,
        unpack: unseen,
        is_archive: false,
        // It is text, and a cut of it is a text that ends early.
        shows_cuts: None,
        testers: &[&["python3", "-m", "json.tool"]],
    },
];

const MAIL: Row = Row {
    id: "mail",
    pack: mailed,
    unpack: unmailed,
    is_archive: false,
    // A mail ends where it ends.
    shows_cuts: None,
    testers: &[&["python3", "-c", "import sys, email; email.message_from_file(open(sys.argv[1])).get_payload()[1]"]],
};

/// How a format is written by other programs, for the fuzz targets' seeds.
pub(crate) fn pack(id: &str) -> fn(&Entries) -> Vec<u8> {
    row(id).pack
}

/// What a format looks like when it is encrypted, if it can be.
pub(crate) fn locked(id: &str, password: &str, content: &[u8]) -> Vec<Vec<u8>> {
    match id {
        "zip" => {
            let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let plain = zip::write::SimpleFileOptions::default();
            let classic = plain.with_deprecated_encryption(password.as_bytes()).unwrap();
            for (name, options) in
                [("classic", classic), ("aes", plain.with_aes_encryption(zip::AesMode::Aes256, password))]
            {
                writer.start_file(name, options).unwrap();
                writer.write_all(content).unwrap();
            }
            vec![writer.finish().unwrap().into_inner()]
        }
        "7z" => [false, true].map(|hides_names| locked_7z(password, hides_names, "a.log", content)).to_vec(),
        _ => Vec::new(),
    }
}

fn locked_7z(password: &str, hides_names: bool, name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    let aes = sevenz_rust2::encoder_options::AesEncoderOptions::new(password.into());
    writer.set_content_methods(vec![aes.into(), sevenz_rust2::EncoderMethod::LZMA2.into()]);
    writer.set_encrypt_header(hides_names);
    writer.push_archive_entry(sevenz_rust2::ArchiveEntry::new_file(name), Some(content)).unwrap();
    writer.finish().unwrap().into_inner()
}

fn row(id: &str) -> &'static Row {
    ROWS.iter().find(|row| row.id == id).unwrap()
}

/// A scrubber whose pseudonyms are the same in every test.
fn scrubber(limits: Limits) -> Scrubber {
    Scrubber::builder().unrecorded().key(Sensitive::new([7; 32])).limits(limits).build().unwrap()
}

/// The one that most tests use: its making takes longer than its work.
fn shared() -> &'static Scrubber {
    static SHARED: std::sync::OnceLock<Scrubber> = std::sync::OnceLock::new();
    SHARED.get_or_init(|| scrubber(Limits::default()))
}

fn scrub_with(limits: Limits, bytes: &[u8]) -> Result<(Vec<u8>, Report), Error> {
    let mut out = Vec::new();
    let report = scrubber(limits).scrub_source(Plain::new(bytes), &mut out)?;
    Ok((out, report))
}

fn scrub(bytes: &[u8]) -> (Vec<u8>, Report) {
    let mut out = Vec::new();
    let report = shared().scrub_source(Plain::new(bytes), &mut out).unwrap();
    (out, report)
}

const CANARIES: [&str; 3] = ["jane.roe@example.com", "203.0.113.7", "hunter2hunter2"];

/// A log with something of each sort, different for each `seed`, and of a few kilobytes that do not compress to nothing.
fn log(seed: usize) -> Vec<u8> {
    let line = |n: usize| {
        let hash = blake3::hash(&[seed as u8, n as u8, (n >> 8) as u8]);
        format!("{n:05} request {hash} of jane.roe@example.com at 203.0.113.7 password=hunter2hunter2\r\n")
    };
    (0..40).map(line).collect::<String>().into_bytes()
}

fn has_canary(bytes: &[u8]) -> bool {
    CANARIES.iter().any(|canary| memchr::memmem::find(bytes, canary.as_bytes()).is_some())
}

/// Runs a program on a file; `None` if it is not there.
fn run(program: &[&str], file: &Path) -> Option<(bool, String)> {
    let mut command = Command::new(program[0]);
    command.args(&program[1..]).arg(file).stdin(Stdio::null());
    match command.output() {
        Ok(output) => {
            let told = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&told).into_owned()))
        }
        Err(_) => {
            eprintln!("skipped: {} is not installed", program[0]);
            None
        }
    }
}

#[test]
fn every_format_is_under_the_contract() {
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.id()).collect();
    let rows: Vec<&str> = ROWS.iter().map(|row| row.id).collect();
    assert_eq!(formats, rows, "tests/containers.rs needs a row for each format");
}

#[test]
fn what_goes_in_comes_out_scrubbed_in_its_order_under_its_names() {
    let entries: Entries = (0..3).map(|n| (format!("logs/app-{n}.log"), log(n))).collect();
    for row in ROWS {
        let (out, report) = scrub(&(row.pack)(&entries));
        let came_out = (row.unpack)(&out);
        assert!(report.summary.withheld.is_empty(), "{}: {:?}", row.id, report.summary.withheld);
        let expected: Entries = match row.is_archive {
            true => entries.iter().map(|(name, text)| (name.clone(), scrub(text).0)).collect(),
            false => one(scrub(&entries[0].1).0),
        };
        assert!(came_out == expected, "{}", row.id);
        assert!(came_out.iter().all(|(_, text)| !has_canary(text)), "{}", row.id);
        assert!(scrub(&out).0 == out, "{}: twice is once", row.id);
    }
}

#[test]
fn what_holds_nothing_comes_out_as_it_was() {
    let everything: Vec<u8> = (0..2000).map(|n| if n % 7 == 0 { b'\n' } else { b'a' + (n % 20) as u8 }).collect();
    for content in [b"".to_vec(), b"\n".to_vec(), b"one line without an end".to_vec(), everything] {
        for row in ROWS {
            let entries = vec![("a/b.txt".to_string(), content.clone())];
            let out = (row.unpack)(&scrub(&(row.pack)(&entries)).0);
            assert_eq!(out[0].1, content, "{}", row.id);
        }
    }
}

#[test]
fn every_format_may_hold_every_other_three_deep() {
    let clean = scrub(&log(5)).0;
    for (n, outer) in ROWS.iter().enumerate() {
        for (m, inner) in ROWS.iter().enumerate() {
            let middle = &ROWS[(n + m + 1) % ROWS.len()];
            let mut packed = log(5);
            for (n, row) in [inner, middle, outer].into_iter().enumerate() {
                packed = (row.pack)(&vec![(format!("level{n}"), packed)]);
            }
            let (out, report) = scrub(&packed);
            let what = format!("{} in {} in {}", inner.id, middle.id, outer.id);
            assert!(report.summary.withheld.is_empty(), "{what}: {:?}", report.summary.withheld);
            let mut content = out;
            for row in [outer, middle, inner] {
                content = (row.unpack)(&content).remove(0).1;
            }
            assert!(content == clean, "{what}");
        }
    }
}

#[test]
fn a_cut_leaks_nothing_and_shows() {
    let entries: Entries = (0..2).map(|n| (format!("app-{n}.log"), log(n))).collect();
    for row in ROWS {
        let whole = (row.pack)(&entries);
        for cut in (0..whole.len()).step_by(97).chain([1, 2, 3, whole.len() - 1]) {
            let mut out = Vec::new();
            let scrubbed = shared().scrub_source(Plain::new(&whole[..cut]), &mut out);
            assert!(!has_canary(&out), "{} cut at {cut}", row.id);
            // What is too short to be known is no container.
            let is_known = scrubjay::container::sniff(&whole[..cut.min(4096)]).is_some();
            let is_whole = scrubbed.is_ok_and(|report| report.summary.withheld.is_empty());
            let shows = row.shows_cuts.is_some_and(|slack| cut < whole.len() - slack);
            assert!(!(shows && is_known && is_whole), "{} cut at {cut}", row.id);
        }
    }
}

#[test]
fn a_flipped_bit_leaks_nothing() {
    let entries: Entries = (0..2).map(|n| (format!("app-{n}.log"), log(n))).collect();
    // In a tar or a mail the flip may strike what says that something is a secret.
    for row in ROWS.iter().filter(|row| !["tar", "mail", "har"].contains(&row.id)) {
        let whole = (row.pack)(&entries);
        for place in (0..whole.len()).step_by(193) {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x10;
            let mut out = Vec::new();
            let _ = shared().scrub_source(Plain::new(&bytes[..]), &mut out);
            assert!(!has_canary(&out), "{} at {place}", row.id);
        }
    }
}

#[test]
fn hostile_names_come_out_harmless_and_distinct() {
    const HOSTILE: [&str; 12] = [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\Windows\\x",
        "..\\..\\x",
        "a/../../b",
        "\\\\server\\share\\x",
        "two\nlines.log",
        "-rf",
        "logs/jane.roe@example.com.log",
        "...",
        "a//b",
        "con",
    ];
    let entries: Entries = HOSTILE.iter().map(|name| (name.to_string(), b"text\n".to_vec())).collect();
    for row in ROWS.iter().filter(|row| row.is_archive) {
        let (out, report) = scrub(&(row.pack)(&entries));
        assert!(report.summary.withheld.is_empty(), "{}", row.id);
        let names: Vec<String> = (row.unpack)(&out).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), HOSTILE.len(), "{}", row.id);
        for name in &names {
            let is_harmless = !name.starts_with('/')
                && !name.contains('\\')
                && !has_canary(name.as_bytes())
                && name.split('/').all(|part| part != ".." && part != "..." && !part.contains(':'));
            assert!(is_harmless, "{}: {name:?}", row.id);
        }
        let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{}: {names:?}", row.id);
    }
}

#[test]
fn a_first_name_with_a_line_end_is_still_a_tar() {
    let entries: Entries = vec![("first\nname.log".into(), log(1)), ("second.log".into(), log(2))];
    let packed = tarred(&entries);
    let out = untarred(&scrub(&packed).0);
    assert_eq!(out[0], ("first\nname.log".into(), scrub(&log(1)).0));
    // Through a pipe that gives a line at a time, what it is shows when a part is out already: then it fails.
    let mut out = Vec::new();
    let slow = packed.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    let result = scrubber(Limits::default()).scrub_source(Pieces(slow), &mut out);
    assert!(matches!(result, Err(Error::Read(_))), "{result:?}");
    assert!(!has_canary(&out));
}

/// A source that gives one piece at a time and idles behind each.
struct Pieces(std::collections::VecDeque<Vec<u8>>);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(mut piece) = self.0.pop_front() else { return Ok(0) };
        let read = piece.len().min(buffer.len());
        buffer[..read].copy_from_slice(&piece[..read]);
        if read < piece.len() {
            self.0.push_front(piece.split_off(read));
        }
        Ok(read)
    }
}

impl scrubjay::source::Source for Pieces {
    fn is_idle(&mut self) -> bool {
        true
    }
}

#[test]
fn duplicate_names_stay_duplicate() {
    // The `zip` crate writes no duplicates and merges those it reads: Python's writes and lists them.
    let script = "import sys, zipfile, warnings\nwarnings.simplefilter('ignore')\nz = zipfile.ZipFile(sys.argv[1], 'w')\n\
                  [z.writestr('same.log', 'line %d of jane.roe@example.com\\n' % n) for n in range(3)]\nz.close()";
    let world = World::new();
    let path = world.path("twice.zip");
    if run(&["python3", "-c", script], &path).is_some() {
        let (out, _) = scrub(&std::fs::read(&path).unwrap());
        let out = world.write("out.zip", out);
        let list = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\n\
                    print([(i.filename, z.read(i)[:6]) for i in z.infolist()])";
        let (_, told) = run(&["python3", "-c", list], &out).unwrap();
        assert_eq!(told.matches("same.log").count(), 3, "{told}");
        assert!(told.contains("line 0") && told.contains("line 2"), "{told}");
    }
    let entries: Entries = (0..3).map(|n| ("same.log".to_string(), log(n))).collect();
    let out = untarred(&scrub(&tarred(&entries)).0);
    let expected: Entries = entries.iter().map(|(name, text)| (name.clone(), scrub(text).0)).collect();
    assert!(out == expected);
}

#[test]
fn other_programs_agree_on_the_output() {
    let entries: Entries = (0..3).map(|n| (format!("logs/app-{n}.log"), log(n))).collect();
    let world = World::new();
    for row in ROWS {
        let (out, _) = scrub(&(row.pack)(&entries));
        // Some of them look at the ending.
        let ending = match row.id {
            "gzip" => "gz",
            "bzip2" => "bz2",
            "zstd" => "zst",
            id => id,
        };
        let path = world.write(&format!("out.{ending}"), &out);
        for tester in row.testers {
            if let Some((is_well, told)) = run(tester, &path) {
                assert!(is_well, "{} {tester:?}: {told}", row.id);
            }
        }
    }
    let lists = [
        (
            "zip",
            "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nfor i in z.infolist(): print(i.filename, len(z.read(i)))",
        ),
        (
            "tar",
            "import sys, tarfile\nt = tarfile.open(sys.argv[1])\nfor i in t: print(i.name, len(t.extractfile(i).read()))",
        ),
    ];
    for (id, list) in lists {
        let out = world.path(&format!("out.{id}"));
        let expected: String =
            (row(id).unpack)(&std::fs::read(&out).unwrap()).iter().map(|(n, c)| format!("{n} {}\n", c.len())).collect();
        if let Some((_, told)) = run(&["python3", "-c", list], &out) {
            assert_eq!(told, expected, "{id}");
        }
    }
}

#[test]
fn encrypted_entries_are_named_and_a_password_file_opens_them() {
    let world = World::new();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer
        .start_file("logs/jane.roe@example.com.log", options.with_aes_encryption(zip::AesMode::Aes256, "s3cret"))
        .unwrap();
    writer.write_all(&log(1)).unwrap();
    writer.start_file("open.log", options).unwrap();
    writer.write_all(&log(2)).unwrap();
    let locked = writer.finish().unwrap().into_inner();
    world.write("bundle.7z", locked_7z("s3cret", false, "locked.zip", &locked));
    world.write("passwords", "wrong\r\ns3cret\r\n");
    let closed = world.run(&["scrub", "bundle.7z", "-o", "closed.7z", "--issue", "P-1"], b"");
    assert_eq!(closed.code, 4, "{}", closed.stderr);
    assert!(
        closed.stderr.contains("locked.zip") && closed.stderr.contains("the entry is encrypted"),
        "{}",
        closed.stderr
    );
    let opened =
        world.run(&["scrub", "bundle.7z", "-o", "opened.7z", "--issue", "P-1", "--password-file", "passwords"], b"");
    assert_eq!(opened.code, 0, "{}", opened.stderr);
    let inner = unsevenzipped(&std::fs::read(world.path("opened.7z")).unwrap()).remove(0).1;
    let logs = unzipped(&inner);
    assert!(logs.len() == 2 && logs[0].0.starts_with("logs/EMAIL_"), "{logs:?}");
    assert!(logs.iter().all(|(_, text)| text.len() > 1000 && !has_canary(text)));
    for entry in
        walkdir::WalkDir::new(world.path("home")).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file())
    {
        let bytes = std::fs::read(entry.path()).unwrap();
        assert!(memchr::memmem::find(&bytes, b"s3cret").is_none(), "{}", entry.path().display());
    }
    let missing = world.run(&["scrub", "bundle.7z", "-o", "x.7z", "--no-record", "--password-file", "nowhere"], b"");
    assert_eq!(missing.code, 2, "{}", missing.stderr);
}

#[test]
fn bombs_end_early() {
    let start = std::time::Instant::now();
    let tight = Limits { ratio: 50, ratio_from: 1 << 20, ..Limits::default() };
    for row in ROWS.iter().filter(|row| !["tar", "mail", "har"].contains(&row.id)) {
        let bomb = (row.pack)(&vec![("zeros".into(), vec![b'0'; 32 << 20])]);
        let ended = match scrub_with(tight, &bomb) {
            Err(Error::Container { .. }) => true,
            Err(_) => false,
            Ok((out, report)) => out.len() < 1 << 20 && report.summary.withheld.len() == 1,
        };
        assert!(ended, "{}", row.id);
    }
    // A tower of archives of sixteen archives each, six high: 16 million ends, and 16^6 times 4 MB if it were unfolded.
    let mut tower = zipped(&vec![("zeros".into(), vec![b'0'; 4 << 20])]);
    for _ in 0..5 {
        let floor: Entries = (0..16).map(|n| (format!("{n:02}.zip"), tower.clone())).collect();
        tower = zipped(&floor);
    }
    let limits = Limits { output: 256 << 20, ..Limits::default() };
    let result = scrub_with(limits, &tower);
    assert!(matches!(result, Err(Error::Container { .. })), "{:?}", result.map(|(_, report)| report.summary.withheld));
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

/// Many directory records that name the same data: a few kilobytes that unfold to as much as there are records.
#[test]
fn an_archive_whose_entries_overlap_ends_at_a_limit() {
    let kernel = zipped(&vec![("k".into(), vec![b'0'; 8 << 20])]);
    let end = kernel.len() - 22;
    let at = u32::from_le_bytes(kernel[end + 16..end + 20].try_into().unwrap()) as usize;
    let record = &kernel[at..end];
    let count: u16 = 1000;
    let mut bomb = kernel[..at].to_vec();
    for n in 0..count {
        let mut record = record.to_vec();
        // The name is one character long; all differ a little so that no reader merges them.
        record[46] = b'a' + (n % 26) as u8;
        bomb.extend(record);
    }
    let size = (bomb.len() - at) as u32;
    let mut tail = kernel[end..].to_vec();
    tail[8..10].copy_from_slice(&count.to_le_bytes());
    tail[10..12].copy_from_slice(&count.to_le_bytes());
    tail[12..16].copy_from_slice(&size.to_le_bytes());
    bomb.extend(tail);
    assert!(bomb.len() < 80 << 10);
    let result = scrub_with(Limits::default(), &bomb);
    assert!(matches!(result, Err(Error::Container { .. })), "{:?}", result.map(|(out, _)| out.len()));
}

#[test]
fn very_many_empty_entries_end_at_the_limit_or_in_time() {
    let start = std::time::Instant::now();
    let entries: Entries = (0..20_000).map(|n| (format!("{n}"), Vec::new())).collect();
    for row in ROWS.iter().filter(|row| row.is_archive) {
        let packed = (row.pack)(&entries);
        let (out, _) = scrub(&packed);
        assert_eq!((row.unpack)(&out).len(), entries.len(), "{}", row.id);
        let limits = Limits { entries: 19_999, ..Limits::default() };
        assert!(matches!(scrub_with(limits, &packed), Err(Error::Container { .. })), "{}", row.id);
    }
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

/// Lines with what must go of every sort and in every spelling, and the bytes of which none may be left.
fn planted() -> (String, Vec<String>) {
    let token = ["gh", "p_", "q7RzN3vKx0LmT5bYw2Hc8JdF6sPaE41uGiXo"].concat();
    let aws = ["AK", "IA", "Q7RZN3VKX0LMT5BY"].concat();
    let jwt = ["ey", "JhbGciOiJIUzI1NiJ9.ey", "JzdWIiOiJqYW5lLnJvZUBleGFtcGxlLmNvbSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"]
        .concat();
    let pem = [
        "-----BEGIN ",
        "PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEA\n-----END ",
        "PRIVATE KEY-----",
    ]
    .concat();
    let rows: Vec<(String, Vec<&str>)> = vec![
        ("gr\u{fc}n ist die Mail an jane.roe@example.com".into(), vec!["jane.roe"]),
        ("GET /u?name=jane.roe%40example.com&x=1".into(), vec!["jane.roe"]),
        ("<a>jane.roe&#64;example.com</a>".into(), vec!["jane.roe"]),
        (r#"{"m":"jane.roe\u0040example.com"}"#.into(), vec!["jane.roe"]),
        (r#"{"log":"{\"m\":\"{\\\"password\\\":\\\"hunter2hunter2\\\"}\"}"}"#.into(), vec!["hunter2"]),
        ("Mail JANE.ROE@EXAMPLE.COM".into(), vec!["JANE.ROE"]),
        ("from 203.0.113.7 and ::ffff:203.0.113.9".into(), vec!["203.0.113"]),
        ("via 2001:db8:85a3::8a2e:370:7334".into(), vec!["8a2e:370"]),
        ("mac 00:1b:44:11:3a:b7".into(), vec!["44:11:3a"]),
        ("card 4111 1111 1111 1111".into(), vec!["4111 1111"]),
        ("iban DE89 3704 0044 0532 0130 00".into(), vec!["0044 0532"]),
        ("phone: +49 30 901820".into(), vec!["901820"]),
        ("date of birth: 1987-03-12".into(), vec!["1987-03-12"]),
        ("login failed for user=jroe7 from home /home/jroe7/x".into(), vec!["jroe7"]),
        (r#"{"a":"{\"b\":\"{\\\"c\\\":\\\"jane.roe\\\\u0040example.com\\\"}\"}"}"#.into(), vec!["jane.roe"]),
        (r#""Mail"=hex(1):6a,00,61,00,6e,00,65,00,40,00,78,00,2e,00,65,00,78,00,61,00,6d,00,70,00,6c,00,65,00,00,00"#.into(), vec!["6a,00,61,00,6e"]),
        ("powershell -enc cABhAHMAcwB3AG8AcgBkAD0AdABpAGcAZQByADkA".into(), vec!["cABhAHMA"]),
        ("password=hunter2hunter2".into(), vec!["hunter2"]),
        ("https://jroe:hunter2hunter2@db.example/x".into(), vec!["hunter2"]),
        ("Authorization: Basic amFuZTpodW50ZXIyaHVudGVyMg==".into(), vec!["amFuZTpo"]),
        ("Cookie: JSESSIONID=0A1B2C3D4E5F60718293A4B5C6D7E8F9".into(), vec!["0A1B2C3D4E"]),
        (format!("token {token}"), vec!["q7RzN3vKx0"]),
        (format!("aws {aws}"), vec!["Q7RZN3VKX0"]),
        (format!("jwt {jwt}"), vec!["JzdWIiOiJq"]),
        (pem, vec!["MIIBVgIBADANB"]),
    ];
    let text: String = rows.iter().map(|(line, _)| format!("2026-05-01 10:14:02 INFO {line}\n")).collect();
    (text, rows.into_iter().flat_map(|(_, canaries)| canaries).map(str::to_string).collect())
}

#[test]
fn nothing_planted_is_left_in_any_encoding_three_deep() {
    type Encode = fn(&str) -> Vec<u8>;
    const ENCODINGS: [(&str, Encode); 9] = [
        ("UTF-8", |text| text.as_bytes().to_vec()),
        ("UTF-8 with a mark", |text| [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("Latin-1", |text| text.chars().map(|c| c as u8).collect()),
        ("UTF-16 with a mark", |text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16 with the other mark", |text| {
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()
        }),
        ("UTF-32, high byte first", |text| text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()),
        ("UTF-16, low byte first", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16, high byte first", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("UTF-32", |text| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
    ];
    let (text, canaries) = planted();
    // Every format holds every other, in one of the encodings.
    for (which, (name, encode)) in ENCODINGS.into_iter().enumerate() {
        // The mark at the beginning is no part of what is looked for.
        let mark = encode("").len();
        let canaries: Vec<Vec<u8>> = canaries.iter().map(|canary| encode(canary)[mark..].to_vec()).collect();
        let packed = encode(&text);
        assert!(canaries.iter().all(|canary| memchr::memmem::find(&packed, canary).is_some()), "{name}");
        let clean = scrub(&encode(&text)).0;
        for (n, outer) in ROWS.iter().enumerate() {
            for (m, inner) in ROWS.iter().enumerate() {
                if (n + m) % ENCODINGS.len() != which {
                    continue;
                }
                let middle = &ROWS[(n + m + 1) % ROWS.len()];
                let mut packed = encode(&text);
                for row in [inner, middle, outer] {
                    packed = (row.pack)(&vec![("jane.roe@example.com.log".to_string(), packed)]);
                }
                let mut content = scrub(&packed).0;
                let what = format!("{name} in {} in {} in {}", inner.id, middle.id, outer.id);
                for row in [outer, middle, inner] {
                    assert!(memchr::memmem::find(&content, b"jane.roe").is_none(), "{what}");
                    content = (row.unpack)(&content).remove(0).1;
                }
                assert!(content == clean, "{what}");
                for canary in &canaries {
                    assert!(memchr::memmem::find(&content, canary).is_none(), "{} in {what}", canary.escape_ascii());
                }
            }
        }
    }
}
