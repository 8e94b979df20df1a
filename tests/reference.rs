//! The engine against a reference that is slow and obvious, and against patterns that share nothing with it.
//!
//! The reference tries every anchor at every place, so that a candidate which the engine's search loses shows as a difference.
//! The patterns know neither anchors nor detectors: what they match must be covered by a finding, or the engine must say why
//! it left it.
//!
//! The run in CI is short. `SCRUBJAY_REFERENCE_MB=1000 cargo test --release --test it reference -- --ignored` compares so
//! many megabytes of generated text.

use std::fmt;
use std::path::Path;

use regex_automata::meta::Regex;
use scrubjay::bench::{corpus, hostile, synthetic};
use scrubjay::chunk::{Chunk, LEFT_MARGIN, RIGHT_MARGIN};
use scrubjay::detect::{Engine, Fold, Scratch, Terms, Verdict};
use scrubjay::finding::Finding;
use scrubjay::rules::{ByteSet, Rule, RuleSet, syntax};

use crate::{bundle, cases, laws};

fn builtin() -> Engine {
    Engine::new(&RuleSet::builtin(), &Terms::new(), Terms::new())
}

/// Which of two scans.
#[derive(Clone, Copy)]
enum Scan {
    Engine,
    Reference,
}

/// The settled findings of a text that is cut into chunks of `cut` bytes.
fn findings(engine: &Engine, text: &[u8], cut: usize, scan: Scan) -> Vec<Finding> {
    let mut fold = Fold::default();
    let (mut findings, mut edits) = (Vec::new(), Vec::new());
    for start in (0..text.len()).step_by(cut) {
        let end = text.len().min(start + cut);
        let (from, to) = (start.saturating_sub(LEFT_MARGIN), text.len().min(end + RIGHT_MARGIN));
        let own = start - from..end - from;
        let chunk = Chunk { bytes: &text[from..to], base: from as u64, own, is_last: to == text.len() };
        let mut scan = match scan {
            Scan::Engine => engine.scan(&chunk, false, &mut Scratch::default()),
            Scan::Reference => engine.scan_slowly(&chunk),
        };
        fold.advance(&chunk, &mut scan.found, scan.decided, &mut edits);
        findings.extend(edits.iter().filter_map(|edit| edit.resolved.as_ref().map(|resolved| resolved.finding)));
    }
    findings
}

/// A text that failures show by its place, with what stands there.
struct Excerpt<'t>(&'t [u8], u64);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.1 as usize;
        let (from, to) = (at.saturating_sub(60), self.0.len().min(at + 120));
        write!(f, "at byte {at}: ...{}...", self.0[from..to].escape_ascii())
    }
}

/// Fails where the engine's findings are not the reference's. The cuts differ, so that every place is met at many distances
/// from the edges of a chunk and of a vector.
fn compare(engine: &Engine, name: &str, text: &[u8], cut: usize) {
    let expected = findings(engine, text, text.len().max(1), Scan::Reference);
    for cut in [text.len().max(1), cut] {
        let found = findings(engine, text, cut, Scan::Engine);
        if found == expected {
            continue;
        }
        let lost = expected.iter().find(|finding| !found.contains(finding));
        let extra = found.iter().find(|finding| !expected.contains(finding));
        let [lost, extra] = [lost, extra].map(|finding| match finding {
            Some(finding) => format!("{finding:?} {}", Excerpt(text, finding.span.start)),
            None => "nothing".to_string(),
        });
        panic!("{name} by {cut}: the engine lost {lost}\nand found besides {extra}");
    }
}

/// Numbers from a seed (SplitMix64), for cuts, pieces and places.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn cut(&mut self) -> usize {
        [63, 64, 65, 1000, 4096][self.below(5)] + self.below(3000)
    }
}

/// The text with pieces spliced in at random and bytes of it turned into others: about one change in every `every` bytes.
fn mutated(text: &[u8], pieces: &[String], every: usize, random: &mut Random) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut at = 0;
    while at < text.len() {
        let next = text.len().min(at + 1 + random.below(2 * every));
        out.extend_from_slice(&text[at..next]);
        at = next;
        match random.below(4) {
            0 => out.extend_from_slice(pieces[random.below(pieces.len())].as_bytes()),
            1 => at += random.below(8),
            2 => out.push(random.next() as u8),
            _ => {
                if let Some(last) = out.last_mut() {
                    *last ^= 1 << random.below(8);
                }
            }
        }
    }
    out
}

/// Pieces to splice in: those of the laws that are not long, and every literal that a rule begins with.
fn pieces(rules: &RuleSet) -> Vec<String> {
    let keywords = rules.rules().iter().flat_map(|rule| rule.keywords.iter()).map(|keyword| keyword.to_string());
    laws::pieces().into_iter().filter(|piece| piece.len() < 200).chain(keywords).collect()
}

#[test]
fn the_engine_finds_what_the_reference_finds_in_cases_and_fixtures() {
    let engine = builtin();
    let mut random = Random(1);
    for input in cases::inputs() {
        compare(&engine, "a case", input.as_bytes(), 1 + random.below(100));
    }
    let all = cases::inputs().join("\n");
    compare(&engine, "all cases", all.as_bytes(), random.cut());
    for leaf in bundle::build(bundle::SEED).leaves {
        compare(&engine, &leaf.name, leaf.text.as_bytes(), random.cut());
    }
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keep")).unwrap() {
        let path = entry.unwrap().path();
        compare(&engine, &path.display().to_string(), &std::fs::read(&path).unwrap(), random.cut());
    }
}

#[test]
fn the_engine_finds_what_the_reference_finds_in_the_corpora() {
    let engine = builtin();
    let mut random = Random(2);
    for (name, make) in corpus::ALL {
        for seed in 0..4 {
            compare(&engine, name, &make(seed, 60_000).text, random.cut());
        }
    }
    for hostile in hostile::ALL {
        compare(&engine, hostile.name, &hostile.text(12_000).0, random.cut());
    }
}

#[test]
fn the_engine_finds_what_the_reference_finds_with_many_rules() {
    let made = synthetic::rules(1, 800);
    let rules = RuleSet::builtin().merge(RuleSet::parse("synthetic.toml", &made.toml).unwrap()).unwrap();
    let engine = Engine::new(&rules, &Terms::new(), Terms::new());
    let mut random = Random(3);
    let text = synthetic::planted(1, 200_000, &made.tokens, 3).text;
    compare(&engine, "synthetic", &text, random.cut());
    compare(&engine, "synthetic, mutated", &mutated(&text, &pieces(&rules), 200, &mut random), random.cut());
}

/// Compares `bytes` of mutated corpora and soups of pieces.
fn compare_mutated(seed: u64, bytes: usize) {
    const TEXT: usize = 40_000;
    let rules = RuleSet::builtin();
    let engine = Engine::new(&rules, &Terms::new(), Terms::new());
    let pieces = pieces(&rules);
    let mut random = Random(seed);
    let mut done = 0;
    while done < bytes {
        let begun = random.0;
        let (name, make) = corpus::ALL[random.below(corpus::ALL.len())];
        let every = [6, 30, 150, 1000][random.below(4)];
        let seed = random.next();
        let text = mutated(&make(seed, TEXT).text, &pieces, every, &mut random);
        compare(
            &engine,
            &format!("{name} mutated every {every}, first of SCRUBJAY_REFERENCE_SEED={begun},"),
            &text,
            random.cut(),
        );
        done += text.len();
    }
}

#[test]
fn the_engine_finds_what_the_reference_finds_in_mutated_text() {
    compare_mutated(4, 4_000_000);
}

/// Other texts on every run, and as many as are asked for; the same again with the seed that a run has told, in
/// `SCRUBJAY_REFERENCE_SEED`.
#[test]
#[ignore = "a long run: SCRUBJAY_REFERENCE_MB=1000 cargo test --release --test it reference -- --ignored"]
fn the_engine_finds_what_the_reference_finds_in_a_great_deal_of_text() {
    let megabytes = std::env::var("SCRUBJAY_REFERENCE_MB").ok().and_then(|mb| mb.parse().ok()).unwrap_or(1000);
    let told = std::env::var("SCRUBJAY_REFERENCE_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let seed = told.unwrap_or_else(now);
    println!("seed {seed}");
    compare_mutated(seed, megabytes * 1_000_000);
}

/// What the engine says of one text: the spans of its findings, in order, and where it left a candidate.
struct Said {
    taken: Vec<std::ops::Range<u64>>,
    left: Vec<u64>,
}

impl Said {
    fn of(engine: &Engine, text: &[u8]) -> Said {
        let chunk = Chunk { bytes: text, base: 0, own: 0..text.len(), is_last: true };
        let found = findings(engine, text, text.len(), Scan::Engine);
        let explained = engine.scan(&chunk, true, &mut Scratch::default()).explained;
        let left = explained.iter().filter(|e| matches!(e.verdict, Verdict::Left(_))).map(|e| e.offset);
        Said { taken: found.iter().map(|f| f.span.start..f.span.end).collect(), left: left.collect() }
    }

    /// Whether the engine took all of a stretch, or says why it left something in it.
    fn answers(&self, start: usize, end: usize) -> bool {
        let (start, end) = (start as u64, end as u64);
        let next = self.taken.partition_point(|span| span.end < end);
        let is_covered = self.taken.get(next).is_some_and(|span| span.start <= start);
        let left = self.left.partition_point(|&at| at < start);
        is_covered || self.left.get(left).is_some_and(|&at| at < end)
    }
}

fn pattern(pattern: &str) -> Regex {
    Regex::builder().syntax(syntax()).configure(Regex::config().utf8_empty(false)).build(pattern).unwrap()
}

/// What a pattern matches, or its group 1, with the bytes that carry it on, must be answered for. Tells of matches that are
/// not, and gives how many there were.
fn check(said: &Said, name: &str, regex: &Regex, run: ByteSet, text: &[u8], failures: &mut Vec<String>) -> u64 {
    let mut matches = 0;
    for captures in regex.captures_iter(text) {
        let Some(found) = captures.get_group(1).or(captures.get_group(0)) else { continue };
        matches += 1;
        let end = found.end + run.prefix_len(&text[found.end..]);
        if !said.answers(found.start, end) {
            failures.push(format!("{name} {}", Excerpt(text, found.start as u64)));
        }
    }
    matches
}

/// The token rules whose pattern says all: it begins with a keyword and stands for itself.
fn plain(rules: &RuleSet) -> Vec<(&Rule, Regex)> {
    let plain = rules.rules().iter().filter(|rule| rule.context == 0 && rule.max_length >= 64);
    plain.map(|rule| (rule, pattern(&rule.pattern))).collect()
}

#[test]
fn what_independent_patterns_match_is_covered_or_explained() {
    let rules = RuleSet::builtin();
    let engine = builtin();
    // Of the name before the `@` the last byte stands for all: what else looks like it may be an escape (`\njane@...`).
    // Behind a domain may stand the endings of a file that is named after an address, which stay.
    let mail = pattern(
        r"([A-Za-z0-9]@(?:[A-Za-z0-9][A-Za-z0-9-]{0,60}\.){1,5}?[A-Za-z]{2,20})(?i:\.(?:tar|gz|log|txt|pdf))*(?:[^A-Za-z0-9.]|\.[^A-Za-z0-9]|$)",
    );
    let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    let ipv4 = pattern(&format!(r"\b(?:{octet}\.){{3}}{octet}\b"));
    let tokens = plain(&rules);
    assert!(tokens.len() > 180, "{}", tokens.len());
    let made = synthetic::rules(1, 100);
    let examples: String =
        rules.rules().iter().flat_map(|rule| rule.examples.iter().map(|e| e.text() + "\n")).collect();
    let mut texts = vec![cases::inputs().join("\n").into_bytes(), examples.into_bytes()];
    texts.extend(bundle::build(bundle::SEED).leaves.into_iter().map(|leaf| leaf.text.into_bytes()));
    texts.extend(corpus::ALL.iter().map(|(_, make)| make(3, 300_000).text));
    texts.push(synthetic::planted(1, 300_000, &made.tokens, 10).text);
    let mut random = Random(5);
    let pieces = pieces(&rules);
    texts.push(mutated(&corpus::app_log(5, 500_000).text, &pieces, 100, &mut random));
    let none = ByteSet::EMPTY;
    let (mut mails, mut addresses, mut secrets, mut failures) = (0, 0, 0, Vec::new());
    for text in texts {
        let said = Said::of(&engine, &text);
        mails += check(&said, "e-mail", &mail, none, &text, &mut failures);
        addresses += check(&said, "IPv4", &ipv4, none, &text, &mut failures);
        for (rule, regex) in &tokens {
            secrets += check(&said, &rule.id, regex, rule.run, &text, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{} matches are not answered for:\n{}", failures.len(), failures.join("\n"));
    assert!(mails > 1000 && addresses > 1000 && secrets > 300, "{mails} {addresses} {secrets}");
}
