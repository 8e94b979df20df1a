//! Text of two or four bytes to a character comes out as the same text in UTF-8 would, in its own encoding.

use std::io::Read;

use proptest::prelude::*;
use scrubjay::Scrubber;
use scrubjay::sensitive::Sensitive;
use scrubjay::source::Plain;

use crate::laws::pieces;

/// A way to write text.
type Encode = fn(&str) -> Vec<u8>;

const ENCODINGS: [(&str, Encode); 4] = [
    ("UTF-16, low byte first", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("UTF-16, high byte first", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ("UTF-32, low byte first", |text| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
    ("UTF-32, high byte first", |text| text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()),
];

fn scrub(bytes: &[u8], chunk: usize) -> Vec<u8> {
    let key = Sensitive::new([7; 32]);
    let scrubber = Scrubber::builder().unrecorded().key(key).chunk_size(chunk).build().unwrap();
    let mut out = Vec::new();
    scrubber.scrub_source(Plain::new(bytes), &mut out).unwrap();
    out
}

#[test]
fn a_registry_export_stays_one() {
    let text = "\u{feff}Windows Registry Editor Version 5.00\r\n\r\n\"Password\"=\"hunter2x\"\r\n\"Größe\"=dword:1\r\n\
                \"Mail\"=\"jane.roe@example.com\" 🦜 10.1.2.3";
    let clean = String::from_utf8(scrub(text.as_bytes(), 1 << 16)).unwrap();
    assert!(!clean.contains("hunter2x") && !clean.contains("jane") && clean.contains("\"Größe\"=dword:1\r\n"));
    for (name, encode) in ENCODINGS {
        assert_eq!(scrub(&encode(text), 1 << 16), encode(&clean), "{name}");
    }
}

#[test]
fn what_is_cut_off_at_the_end_stays() {
    let mut bytes = ENCODINGS[0].1("\u{feff}mail jane.roe@example.com now\n");
    bytes.extend([0x3d, 0xd8, b'x']);
    let out = scrub(&bytes, 1 << 16);
    assert!(out.ends_with(&[b'\n', 0, 0x3d, 0xd8, b'x']));
    assert!(!ENCODINGS[0].1("jane").is_empty() && memchr::memmem::find(&out, &ENCODINGS[0].1("jane")).is_none());
}

#[test]
fn an_entry_of_an_archive_is_read_in_its_encoding() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("wide.txt", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut archive, &ENCODINGS[1].1("\u{feff}mail jane.roe@example.com\n")).unwrap();
    let out = scrub(&archive.finish().unwrap().into_inner(), 1 << 16);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(out)).unwrap();
    let mut wide = Vec::new();
    archive.by_index(0).unwrap().read_to_end(&mut wide).unwrap();
    assert!(wide.starts_with(&ENCODINGS[1].1("\u{feff}mail EMAIL_")), "{wide:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn wide_text_is_scrubbed_as_narrow_text_is(
        picked in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
        chunk in 7_usize..500,
    ) {
        let pieces = pieces();
        let words: Vec<&str> = picked.iter().map(|index| index.get(&pieces).as_str()).collect();
        let text = format!("\u{feff}{}", words.join(" "));
        // A zero is a character to one encoding and a reason to withhold to the other.
        prop_assume!(!text.contains('\0'));
        let narrow = scrub(text.as_bytes(), chunk);
        let Ok(clean) = std::str::from_utf8(&narrow) else { return Ok(()) };
        for (name, encode) in ENCODINGS {
            prop_assert_eq!(&scrub(&encode(&text), chunk), &encode(clean), "{}", name);
        }
    }
}
