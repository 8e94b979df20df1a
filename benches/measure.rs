//! Figures of the stages in memory, as JSON: what `benches/compare.py` sets beside other programs.
//!
//!     cargo run --release --example measure -- scan FILE
//!
//! Times are processor time of the thread, so that what else runs on the machine matters less. One run is one pass over the
//! text, behind a short one that warms the caches up: repeating is the caller's affair, who takes turns with the other
//! program.

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::{env, fs};

use regex_automata::meta::Regex;
use rustix::time::{ClockId, clock_gettime};
use scrubjay::bench::{Stage, Stages, corpus, hostile, search, synthetic};
use scrubjay::detect::Isa;
use scrubjay::rules::{RuleSet, syntax};
use serde_json::{Value, json};

const USAGE: &str = "\
usage: measure scan FILE [RULES]      the scan, with the built-in rules or with so many
       measure filter FILE [RULES]    scan, resolve and rewrite
       measure stages FILE            microseconds for each megabyte, by stage
       measure candidates FILE        how many candidates a megabyte has, by anchor
       measure regex FILE PATTERNS    one alternation of the patterns in a file, every match replaced
       measure hostile [BYTES]        the scan of every hostile text at two sizes
       measure slowest [BYTES] [SEED COUNT]
                                      repeats every anchor and key word with all that may stand behind it, or so many
                                      pieces drawn from a seed, and lists the slowest
       measure corpus NAME MIB        writes a corpus to standard output
       measure rules COUNT            writes so many synthetic rules to standard output
       measure patterns               every rule as JSON";

type Error = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments say. Gives false if they say nothing that it knows.
fn run(arguments: &[&str], out: &mut impl Write) -> Result<bool, Error> {
    let measured = match arguments {
        ["scan", file, rules @ ..] => {
            let stages = stages(rules)?;
            timed(&fs::read(file)?, |text| stages.count(text))
        }
        ["filter", file, rules @ ..] => {
            let (stages, mut buffer) = (stages(rules)?, Vec::new());
            timed(&fs::read(file)?, |text| stages.filter(text, &mut buffer))
        }
        ["stages", file] => stage_by_stage(file)?,
        ["candidates", file] => candidates(&fs::read(file)?)?,
        ["regex", file, patterns] => {
            let patterns = fs::read_to_string(patterns)?;
            let regex = alternation(&patterns.lines().collect::<Vec<_>>())?;
            let mut buffer = Vec::new();
            timed(&fs::read(file)?, |text| replace_all(&regex, text, &mut buffer))
        }
        ["hostile"] => hostile(1 << 20)?,
        ["hostile", bytes] => hostile(bytes.parse()?)?,
        ["slowest"] => slowest(1 << 14, None)?,
        ["slowest", bytes] => slowest(bytes.parse()?, None)?,
        ["slowest", bytes, seed, count] => slowest(bytes.parse()?, Some((seed.parse()?, count.parse()?)))?,
        ["corpus", name, mebibytes] => {
            let Some((_, make)) = corpus::ALL.iter().find(|(known, _)| known == name) else { return Ok(false) };
            out.write_all(&make(1, mebibytes.parse::<usize>()? << 20).text)?;
            return Ok(true);
        }
        ["rules", count] => {
            out.write_all(synthetic::rules(1, count.parse()?).toml.as_bytes())?;
            return Ok(true);
        }
        ["patterns"] => patterns(),
        _ => return Ok(false),
    };
    writeln!(out, "{measured}")?;
    Ok(true)
}

/// The stages with the built-in rules, or with so many rules in all.
fn stages(rules: &[&str]) -> Result<Stages, Error> {
    let mut set = RuleSet::builtin();
    if let [count] = rules {
        let more = count.parse::<usize>()?.saturating_sub(set.rules().len());
        set = set.merge(RuleSet::parse("synthetic.toml", &synthetic::rules(1, more).toml)?)?;
    }
    Ok(Stages::on(isa()?, &set))
}

/// The instruction set that `SCRUBJAY_ISA` names, or the best there is.
fn isa() -> Result<Isa, Error> {
    let Ok(name) = env::var("SCRUBJAY_ISA") else { return Ok(Isa::best()) };
    let isa = Isa::from_name(&name).filter(|isa| isa.is_available());
    isa.ok_or_else(|| format!("SCRUBJAY_ISA={name}: no instruction set of this processor").into())
}

/// Processor time of this thread, in nanoseconds.
fn cpu() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// One pass over a text, after a short one.
fn timed(text: &[u8], mut pass: impl FnMut(&[u8]) -> u64) -> Value {
    pass(&text[..text.len().min(4 << 20)]);
    let start = cpu();
    let findings = pass(text);
    let nanoseconds = cpu() - start;
    json!({ "bytes": text.len(), "cpu_ns": nanoseconds, "findings": findings })
}

/// What each stage of a filter costs, reading and digest included.
fn stage_by_stage(file: &str) -> Result<Value, Error> {
    let stages = stages(&[])?;
    let text = fs::read(file)?;
    stages.count(&text[..text.len().min(4 << 20)]);
    let mut last = cpu();
    let mut lap = || {
        let before = std::mem::replace(&mut last, cpu());
        (last - before) as f64 * 1000.0 / text.len() as f64
    };
    let (mut input, mut buffer) = (fs::File::open(file)?, vec![0; 128 << 10]);
    lap();
    while input.read(&mut buffer)? > 0 {}
    let read = lap();
    let mut hasher = blake3::Hasher::new();
    text.chunks(buffer.len()).for_each(|chunk| {
        hasher.update(chunk);
    });
    black_box(hasher.finalize());
    let digest = lap();
    let [mut scan, mut resolve, mut rewrite] = [0.0; 3];
    black_box(stages.filter_by_stage(&text, &mut buffer, |stage| {
        let took = match stage {
            Stage::Scan => &mut scan,
            Stage::Resolve => &mut resolve,
            Stage::Rewrite => &mut rewrite,
        };
        *took += lap();
    }));
    Ok(json!({ "read": read, "digest": digest, "scan": scan, "resolve": resolve, "rewrite": rewrite }))
}

/// How many candidates are verified in a megabyte: all, and those of each anchor, the most frequent first.
fn candidates(text: &[u8]) -> Result<Value, Error> {
    let stages = stages(&[])?;
    let names = stages.engine().anchor_names();
    let mut counts: Vec<(u64, &String)> = stages.candidates(text).into_iter().zip(&names).collect();
    counts.retain(|(count, _)| *count > 0);
    counts.sort_by(|a, b| b.cmp(a));
    let per_megabyte = |count: u64| (count as f64 * 1e6 / text.len() as f64).round();
    let all = per_megabyte(counts.iter().map(|(count, _)| count).sum());
    let rows = counts.into_iter().map(|(count, name)| json!([per_megabyte(count), name]));
    Ok(json!({ "candidates": all, "anchors": rows.collect::<Vec<_>>() }))
}

/// Each hostile text at two sizes: what it costs, and that what is found is right.
fn hostile(bytes: usize) -> Result<Value, Error> {
    let stages = Stages::on(isa()?, &RuleSet::builtin());
    let mut buffer = Vec::new();
    let rows = hostile::ALL.iter().map(|hostile| {
        let [once, twice] = [bytes, 2 * bytes].map(|bytes| {
            let (text, expected) = hostile.text(bytes);
            // The first pass compiles patterns and makes room for what is written.
            stages.filter(&text, &mut buffer);
            let start = cpu();
            let findings = stages.filter(&text, &mut buffer);
            let nanoseconds = (cpu() - start).max(1);
            (text.len() as f64 * 1000.0 / nanoseconds as f64, nanoseconds, findings, expected)
        });
        json!({
            "name": hostile.name,
            "mb_per_s": once.0,
            "twice_the_size": twice.1 as f64 / once.1 as f64,
            "findings": [once.2, twice.2],
            "expected": [once.3, twice.3],
        })
    });
    Ok(Value::Array(rows.collect()))
}

/// The slowest of the texts that repeat one piece: of all that the rules suggest, or of those drawn from a seed.
fn slowest(bytes: usize, drawn: Option<(u64, usize)>) -> Result<Value, Error> {
    const SHOWN: usize = 100;
    let rules = RuleSet::builtin();
    let stages = Stages::on(isa()?, &rules);
    let pieces = match drawn {
        Some((seed, count)) => search::drawn(stages.engine(), &rules, seed, count),
        None => search::pieces(stages.engine(), &rules),
    };
    let mut buffer = Vec::new();
    let mut cost = |piece: &[u8], bytes: usize| {
        let text = piece.repeat(bytes.div_ceil(piece.len()));
        let start = cpu();
        black_box(stages.filter(&text, &mut buffer));
        text.len() as f64 * 1000.0 / (cpu() - start).max(1) as f64
    };
    // A short look first: most are fast, and of the others the first time may have compiled a pattern.
    const SHORT: usize = 4096;
    const SLOW: f64 = 100.0;
    let mut costs: Vec<(f64, &Vec<u8>)> = pieces.iter().map(|piece| (cost(piece, SHORT), piece)).collect();
    for (speed, piece) in costs.iter_mut().filter(|(speed, _)| *speed < SLOW) {
        *speed = cost(piece, bytes);
    }
    costs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let below = |limit: f64| costs.iter().filter(|cost| cost.0 < limit).count();
    let rows = costs
        .iter()
        .take(SHOWN)
        .map(|(speed, piece)| json!({ "mb_per_s": speed, "piece": piece.escape_ascii().to_string() }));
    Ok(json!({
        "pieces": costs.len(),
        "below_20": below(20.0),
        "below_50": below(50.0),
        "below_100": below(100.0),
        "slowest": rows.collect::<Vec<_>>(),
    }))
}

fn alternation(patterns: &[&str]) -> Result<Regex, Error> {
    // Its default limits would have it fall back to a slow engine, which nobody would ship.
    let config = Regex::config().utf8_empty(false).nfa_size_limit(None).hybrid_cache_capacity(64 << 20);
    Ok(Regex::builder().syntax(syntax()).configure(config).build_many(patterns)?)
}

/// What `regex::bytes::Regex::replace_all` does, into a buffer that is used again for each 128 KiB.
fn replace_all(regex: &Regex, text: &[u8], out: &mut Vec<u8>) -> u64 {
    let mut count = 0;
    for chunk in text.chunks(128 << 10) {
        out.clear();
        let mut at = 0;
        for found in regex.find_iter(chunk) {
            out.extend_from_slice(&chunk[at..found.start()]);
            out.extend_from_slice(b"REDACTED");
            at = found.end();
            count += 1;
        }
        out.extend_from_slice(&chunk[at..]);
    }
    count
}

/// The shapes and names that scrubjay looks for, for other engines: token rules with their keywords, keys with their words.
fn patterns() -> Value {
    let set = RuleSet::builtin();
    let rules = set.rules().iter().map(
        |rule| json!({ "id": rule.id, "keywords": rule.keywords, "ignore_case": rule.ignore_case, "pattern": rule.pattern }),
    );
    let keys = set.keys().iter().map(|key| json!({ "id": key.id, "words": key.words }));
    json!({ "rules": rules.collect::<Vec<_>>(), "keys": keys.collect::<Vec<_>>() })
}
