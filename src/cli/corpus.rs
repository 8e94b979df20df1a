//! `scrubjay rules test --corpus`: what rules take of text that should stay, as a table by rule or as JSON.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::{Error, Exit, show};
use crate::quality::{Judge, Judged, SUITE, Share};
use crate::rules::RuleSet;
use crate::source::{FileKind, Plain, file, walk};
use crate::text::{Decoder, Head, Nature, sniff};

/// What of it is asked for.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Options {
    /// Count what is taken although it should stay: of the built-in lines in the style of real logs, or of every file below
    /// DIR. What must go is marked in them as ⟦kind:value⟧, what may go as ⟦?kind:value⟧; the rest should stay
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "measured", conflicts_with = "quality")]
    corpus: Option<Option<PathBuf>>,
    /// How many wrong findings there may be in 1,000 lines: exit code 3 if there are more, or if a marked value is left
    /// [default: 1 for the built-in lines, any for DIR]
    #[arg(long, value_name = "N", requires = "corpus")]
    max_false: Option<f64>,
}

/// Wrong findings in 1,000 lines of the built-in suite, at most.
const MOST_FALSE: f64 = 1.0;

impl Options {
    /// Whether it is asked for.
    pub fn is_wanted(&self) -> bool {
        self.corpus.is_some()
    }
}

pub fn run(rules: &RuleSet, options: &Options, as_json: bool, out: &mut impl Write) -> Result<Exit, Error> {
    let mut judge = Judge::new(rules);
    let fault = |error: crate::quality::MarkError| Error::Usage(error.to_string());
    let mut unread = Vec::new();
    let most = match options.corpus.iter().flatten().next() {
        Some(dir) => {
            for (name, path) in files(dir, &mut unread)? {
                match text(&path) {
                    Ok(text) => judge.file(&name, &text).map_err(fault)?,
                    Err(why) => unread.push((name, why)),
                }
            }
            options.max_false
        }
        None => {
            SUITE.iter().try_for_each(|(name, text)| judge.file(name, text.as_bytes())).map_err(fault)?;
            Some(options.max_false.unwrap_or(MOST_FALSE))
        }
    };
    let judged = judge.finish();
    if judged.files == 0 && unread.is_empty() {
        return Err(Error::Usage("there is no file to judge".into()));
    }
    let is_over = most.is_some_and(|most| judged.wrong_per_thousand() > most);
    let is_left = most.is_some() && judged.hidden().good < judged.hidden().of;
    if as_json {
        json(&judged, &unread, out)?;
    } else {
        tables(&judged, out)?;
        for (name, why) in &unread {
            writeln!(out, "not read: {name}: {why}")?;
        }
        if let Some(most) = most.filter(|_| is_over) {
            writeln!(out, "too many: {:.2} wrong in 1,000 lines, {most} allowed", judged.wrong_per_thousand())?;
        }
        if is_left {
            writeln!(
                out,
                "not hidden: {} that must go",
                show::plural(judged.hidden().of - judged.hidden().good, "value")
            )?;
        }
    }
    Ok(match (is_over || is_left, unread.is_empty()) {
        (true, _) => Exit::Found,
        (false, false) => Exit::Incomplete,
        (false, true) => Exit::Done,
    })
}

/// The regular files that were asked for, with the names by which they are told.
fn files(root: &Path, unread: &mut Vec<(String, String)>) -> Result<Vec<(String, PathBuf)>, Error> {
    if !root.is_dir() {
        return Ok(vec![(show::path(root), root.to_path_buf())]);
    }
    let mut files = Vec::new();
    for walked in walk(root) {
        let walked = walked?;
        let name = show::path(&walked.path);
        match walked.kind {
            FileKind::Regular => files.push((name, walked.path)),
            FileKind::Symlink => unread.push((name, "a symbolic link, not followed".to_string())),
            FileKind::Special => unread.push((name, "not a file".to_string())),
        }
    }
    Ok(files)
}

/// The text of a file, whole, in UTF-8 if it has two or four bytes to a character; else why it is not read.
fn text(path: &Path) -> Result<Vec<u8>, String> {
    let mut file = file::open(path).map_err(|error| error.to_string())?;
    let head = Head::read(&mut file, |_, _| true).map_err(|error| error.to_string())?;
    if crate::container::sniff(head.known()).is_some() {
        return Err("an archive: unpack it first".to_string());
    }
    let nature = sniff(head.deciding());
    let mut raw = head.into_bytes();
    file.read_to_end(&mut raw).map_err(|error| error.to_string())?;
    match nature {
        Nature::Text => Ok(raw),
        Nature::Wide(encoding) => {
            let (mut text, mut rest) = (Vec::new(), Vec::new());
            let mut decoder = Decoder::new(Plain::new(&raw[..]), encoding, &mut rest);
            decoder.read_to_end(&mut text).map_err(|error| error.to_string())?;
            Ok(text)
        }
        Nature::Unscannable(matter) => Err(format!("it is {}", matter.what)),
    }
}

fn tables(judged: &Judged, out: &mut impl Write) -> Result<(), Error> {
    let mut text = String::new();
    let mut rows = vec![["takes", "wrong", "too wide", "rule", "kind", "the first"].map(String::from).to_vec()];
    let row = |counts: [u64; 3], names: [&str; 3]| {
        counts.iter().map(u64::to_string).chain(names.map(String::from)).collect::<Vec<_>>()
    };
    rows.extend(
        judged
            .rules
            .iter()
            .map(|t| row([t.takes, t.wrong, t.wide], [&t.rule, t.kind, t.place.as_deref().unwrap_or_default()])),
    );
    let sum = |of: fn(&crate::quality::Takes) -> u64| judged.rules.iter().map(of).sum();
    rows.push(row([sum(|t| t.takes), sum(|t| t.wrong), sum(|t| t.wide)], ["all", "", ""]));
    show::figures(&mut text, 3, &rows);
    if !judged.marks.is_empty() {
        let mut rows = vec![["must go", "left", "hidden", "kind", "the first"].map(String::from).to_vec()];
        let row = |share: Share, kind: &str, place: Option<&str>| {
            let left = share.of - share.good;
            let hidden = format!("{:.1} %", share.percent());
            vec![
                share.of.to_string(),
                left.to_string(),
                hidden,
                kind.to_string(),
                place.unwrap_or_default().to_string(),
            ]
        };
        rows.extend(judged.marks.iter().map(|m| row(m.hidden, m.kind, m.place.as_deref())));
        rows.push(row(judged.hidden(), "all", None));
        text.push('\n');
        show::figures(&mut text, 3, &rows);
    }
    let (lines, files) = (show::plural(judged.lines, "line"), show::plural(judged.files, "file"));
    let per_thousand = judged.wrong_per_thousand();
    text.push_str(&format!("\n{lines} in {files}: {} wrong, {per_thousand:.2} in 1,000 lines\n", judged.wrong()));
    out.write_all(text.as_bytes())?;
    Ok(())
}

fn json(judged: &Judged, unread: &[(String, String)], out: &mut impl Write) -> Result<(), Error> {
    #[derive(serde::Serialize)]
    struct AsJson<'a> {
        wrong: u64,
        wrong_per_thousand_lines: f64,
        #[serde(flatten)]
        judged: &'a Judged,
        unread: Vec<&'a str>,
    }
    let (wrong, wrong_per_thousand_lines) = (judged.wrong(), judged.wrong_per_thousand());
    let unread = unread.iter().map(|(name, _)| name.as_str()).collect();
    Ok(show::json(out, &AsJson { wrong, wrong_per_thousand_lines, judged, unread })?)
}
