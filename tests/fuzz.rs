//! The fuzz targets' harness on stable: seeds of every format, and what comes of them by chance, from a fixed start.
//!
//! A short round is run every time. `SCRUBJAY_FUZZ_SECONDS=60 cargo test --release --test it -- --ignored fuzz` runs so long
//! for each target, from another start each time, and prints the start of what fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use scrubjay::container::FORMATS;

#[path = "../fuzz/harness.rs"]
mod harness;

/// Bytes that look random, from a start.
struct Dice(blake3::OutputReader);

impl Dice {
    fn new(start: u64) -> Dice {
        Dice(blake3::Hasher::new().update(&start.to_le_bytes()).finalize_xof())
    }

    fn below(&mut self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % end.max(1) as u64) as usize
    }
}

/// A seed with some changes, and with its checksums in order if the format has some in front of everything else.
fn mutated(id: &str, seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const TELLING: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, b'\n', b'"', b'='];
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(bytes.len());
        let most = if dice.below(4) == 0 { 200 } else { 8 };
        let length = 1 + dice.below(most);
        let to = bytes.len().min(at + length);
        match dice.below(9) {
            _ if bytes.is_empty() => bytes.push(dice.below(256) as u8),
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes[at] = TELLING[dice.below(TELLING.len())],
            2 => bytes[at..to].fill(TELLING[dice.below(TELLING.len())]),
            3 => drop(bytes.drain(at..to)),
            4 => {
                let again = bytes[at..to].to_vec();
                bytes.splice(at..at, again);
            }
            5 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                let piece = other[from..other.len().min(from + length)].to_vec();
                bytes.splice(at..to, piece);
            }
            6 => bytes.truncate(at + 1),
            7 => bytes[at] = bytes[at].wrapping_add(if dice.below(2) == 0 { 1 } else { 255 }),
            _ => bytes[at] = dice.below(256) as u8,
        }
    }
    mend(id, &mut bytes);
    bytes
}

/// Puts the checksums of headers in order, without which nothing behind them is looked at.
fn mend(id: &str, bytes: &mut [u8]) {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    match id {
        "7z" if bytes.len() > 32 => {
            let field = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
            let (from, length) = (field(12).saturating_add(32), field(20));
            if let Some(header) = bytes.get(from..from.saturating_add(length)) {
                let sum = crc(header);
                bytes[28..32].copy_from_slice(&sum);
            }
            let sum = crc(&bytes[12..32]);
            bytes[8..12].copy_from_slice(&sum);
        }
        "tar" => {
            for block in bytes
                .chunks_exact_mut(512)
                .filter(|block| block.starts_with(b"logs") || block[257..].starts_with(b"ustar"))
            {
                block[148..156].fill(b' ');
                let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
                block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            }
        }
        _ => {}
    }
}

fn seeds(id: &str) -> Vec<Vec<u8>> {
    let text = "mail jane.roe@example.com\npassword=tiger9Qx\n".repeat(3).into_bytes();
    match id {
        "decoders" | "scrub" => {
            let lines = "user=jane.roe%40example.com&password=a%26b\nAuthorization: Basic amFuZTp0aWdlcjlReA==\n\
                         \"Password\"=hex(1):74,00,69,00,\\\r\n  67,00,00,00\n{\"a\":\"{\\\"password\\\":\\\"x\\\\u0040y9\\\"}\"}\n\
                         kind: Secret\ndata:\n  a: dGlnZXI5UXg=\n<password>a&amp;b&#64;9</password>\n";
            let mut seeds = vec![text, lines.as_bytes().to_vec()];
            if id == "scrub" {
                seeds.extend(FORMATS.iter().flat_map(|format| self::seeds(format.id())));
                seeds.push("\u{feff}password=tiger9Qx\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect());
            }
            seeds
        }
        id => {
            let pack = crate::containers::pack(id);
            let entries = vec![("logs/a.log".to_string(), text.clone()), ("b".to_string(), b"x\n".to_vec())];
            let inner = crate::containers::pack("gzip")(&entries);
            let mut seeds = vec![
                pack(&entries),
                pack(&vec![("in.gz".to_string(), inner)]),
                pack(&vec![("e".to_string(), Vec::new())]),
            ];
            seeds.extend(crate::containers::locked(id, harness::PASSWORD, &text));
            seeds
        }
    }
}

/// Runs a target once.
fn show(id: &str, bytes: &[u8]) {
    match id {
        "scrub" => harness::scrub(bytes),
        "decoders" => harness::decoders(bytes),
        id => harness::container(id, bytes),
    }
}

/// Runs a target on what comes by chance, until `is_over`, and says with which start it failed.
fn run(id: &str, mut start: u64, mut is_over: impl FnMut() -> bool) -> u64 {
    let seeds = seeds(id);
    let mut rounds = 0;
    while !is_over() {
        let bytes = mutated(id, &seeds, &mut Dice::new(start));
        let ran = catch_unwind(AssertUnwindSafe(|| show(id, &bytes)));
        assert!(ran.is_ok(), "{id} fails from {start} on {} bytes: {}", bytes.len(), bytes.escape_ascii());
        start += 1;
        rounds += 1;
    }
    rounds
}

fn targets() -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.id()).chain(["scrub", "decoders"]).collect()
}

#[test]
fn a_short_round_of_every_target() {
    for id in targets() {
        let mut left = 60;
        run(id, 0, || {
            left -= 1;
            left == 0
        });
    }
}

/// Where the seeds of a target lie.
fn corpus(id: &str) -> std::path::PathBuf {
    let name = if id == "7z" { "sevenz" } else { id };
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name)
}

#[test]
fn what_fuzzing_has_learnt_still_holds() {
    for id in targets() {
        for file in std::fs::read_dir(corpus(id)).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            show(id, &bytes);
        }
    }
}

#[test]
#[ignore = "as long as SCRUBJAY_FUZZ_SECONDS says, for each target"]
fn fuzz_for_long() {
    let seconds = std::env::var("SCRUBJAY_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let only = std::env::var("SCRUBJAY_FUZZ_TARGET").ok();
    for id in targets().into_iter().filter(|id| only.as_deref().is_none_or(|only| only == *id)) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let start = now.as_secs() << 20;
        let begun = Instant::now();
        let rounds = run(id, start, || begun.elapsed() > Duration::from_secs(seconds));
        println!("{id}: {rounds} rounds from {start}");
    }
}

/// Writes the seeds to where `cargo fuzz` looks for them.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_seeds_of_the_fuzz_targets() {
    for id in targets() {
        let directory = corpus(id);
        std::fs::create_dir_all(&directory).unwrap();
        for (n, seed) in seeds(id).into_iter().enumerate().filter(|(n, _)| id != "scrub" || *n < 2) {
            std::fs::write(directory.join(format!("seed-{n}")), seed).unwrap();
        }
    }
}
