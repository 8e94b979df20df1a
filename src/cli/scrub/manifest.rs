//! `--manifest`: the files to scrub, one JSON object in a line, in place of a walk.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crate::cli::Error;
use crate::source::{Spool, stdin};

/// One line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Below the directory that is scrubbed.
    pub path: PathBuf,
    /// The issue that the file belongs to.
    #[serde(default)]
    pub issue: Option<String>,
    /// The customer that it came from.
    #[serde(default)]
    pub customer: Option<String>,
}

/// How many bad lines are told before the rest is left unread.
const MOST: usize = 10;

/// A manifest, which is read twice: for what is wrong with it, and for the files that it names.
pub struct Manifest {
    /// What messages call it.
    name: String,
    text: Box<dyn Text>,
}

/// Where a manifest is read from.
trait Text: Read + Seek + Send {}

impl<T: Read + Seek + Send> Text for T {}

impl Manifest {
    /// Opens the manifest at `path`, where `-` is the standard input. What can be read only once, as a pipe, is held in a
    /// sealed spool in `spools`.
    pub fn open(path: &Path, spools: &Path) -> Result<Manifest, Error> {
        let is_stdin = path == Path::new("-");
        let name = if is_stdin { "standard input".into() } else { path.display().to_string() };
        let text = || -> std::io::Result<Box<dyn Text>> {
            if is_stdin {
                return Ok(Box::new(Spool::holding(spools, &mut stdin::stdin()?)?));
            }
            let mut file = File::open(path)?;
            if file.metadata()?.is_file() {
                Ok(Box::new(file))
            } else {
                Ok(Box::new(Spool::holding(spools, &mut file)?))
            }
        };
        let text = text().map_err(|source| Error::File { doing: "read", path: name.clone().into(), source })?;
        Ok(Manifest { name, text })
    }

    /// Reads all of it and tells of every line that cannot be used; nothing else is read before. Gives the number of lines.
    ///
    /// Of each path sixteen bytes are kept, by which one that stands twice is known.
    pub fn check(&mut self, is_issue_given: bool) -> Result<u64, Error> {
        let Manifest { name, text } = self;
        let checked = check(name, lines(BufReader::new(&mut *text)), is_issue_given)?;
        let rewound = text.rewind();
        rewound.map_err(|source| Error::File { doing: "read again", path: name.clone().into(), source })?;
        Ok(checked)
    }

    /// Its lines with their numbers, empty ones left out.
    pub fn into_lines(self) -> impl Iterator<Item = (u64, Result<Line, String>)> {
        lines(BufReader::new(self.text))
    }
}

fn check(
    name: &str,
    lines: impl Iterator<Item = (u64, Result<Line, String>)>,
    is_issue_given: bool,
) -> Result<u64, Error> {
    let (mut bad, mut count, mut prints) = (Vec::new(), 0, Vec::<([u8; 16], u64)>::new());
    for (number, line) in lines {
        count += 1;
        let why = match line {
            Ok(line) => match fault(&line, is_issue_given) {
                None => {
                    let print = blake3::hash(line.path.as_os_str().as_encoded_bytes());
                    let mut short = [0; 16];
                    short.copy_from_slice(&print.as_bytes()[..16]);
                    prints.push((short, number));
                    continue;
                }
                Some(why) => why.to_string(),
            },
            Err(why) => why,
        };
        bad.push(format!("{name}:{number}: {why}"));
        if bad.len() == MOST {
            bad.push("what follows was not looked at".into());
            break;
        }
    }
    prints.sort_unstable();
    for pair in prints.windows(2).filter(|pair| pair[0].0 == pair[1].0).take(MOST) {
        bad.push(format!("{name}:{}: this path stands in line {} already", pair[1].1, pair[0].1));
    }
    if bad.is_empty() { Ok(count) } else { Err(Error::Usage(bad.join("\n  "))) }
}

fn lines(reader: impl BufRead) -> impl Iterator<Item = (u64, Result<Line, String>)> {
    let numbered = reader.split(b'\n').enumerate().map(|(at, line)| (at as u64 + 1, line));
    numbered.filter_map(|(number, line)| {
        let line = match line {
            Ok(line) => line,
            Err(error) => return Some((number, Err(format!("it cannot be read: {error}")))),
        };
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        // The parser's message quotes names of fields only.
        Some((
            number,
            serde_json::from_slice(&line)
                .map(|line: Line| Line { path: plain(&line.path), ..line })
                .map_err(|error| format!("column {}: {}", error.column(), told(&error))),
        ))
    })
}

/// The path in its one spelling: without `.` and doubled slashes.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

/// What the parser says, without the place in its one line.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_string()
}

fn fault(line: &Line, is_issue_given: bool) -> Option<&'static str> {
    if !line.path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Some("the path must stay below the directory that is scrubbed");
    }
    if line.path.file_name().is_none() {
        return Some("the path names no file");
    }
    match &line.issue {
        None if !is_issue_given => Some("it names no issue; add one, or pass --issue for all that name none"),
        Some(issue) if !is_usable(issue) => Some("the issue cannot be called that"),
        _ => None,
    }
}

/// Whether an issue can have this name; the ledger's own rule.
pub fn is_usable(issue: &str) -> bool {
    crate::ledger::is_issue_name(issue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_are_told_by_their_numbers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("manifest.jsonl");
        let text = "{\"path\": \"a\", \"issue\": \"T-1\"}\n\n{\"path\": \"../b\", \"issue\": \"T-1\"}\n{\"path\": \"c\"}\n\
            {\"path\": \"a\", \"issue\": \"T-2\"}\n{\"path\": \"d\", \"isue\": \"T-1\"}\n{\"path\n\
            {\"path\": \"e\", \"issue\": \"unassigned\"}\n{\"path\": \".//a\", \"issue\": \"T-1\"}\n";
        std::fs::write(&path, text).unwrap();
        let check = |is_issue_given| Manifest::open(&path, dir.path()).unwrap().check(is_issue_given);
        let said = check(false).unwrap_err().to_string();
        for expected in [
            ":3: the path must stay below",
            ":4: it names no issue",
            ":5: this path stands in line 1",
            ":6: column",
            ":7: column",
            ":8: the issue cannot",
            ":9: this path stands in line",
        ] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        assert!(!check(true).unwrap_err().to_string().contains(":4:"));
        std::fs::write(&path, "{\"path\": \"a\", \"issue\": \"T-1\", \"customer\": \"acme\"}").unwrap();
        assert_eq!(check(false).unwrap(), 1);
    }
}
