//! `--manifest`: the files to scrub, one JSON object in a line, in place of a walk.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crate::cli::Error;

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

/// Reads the whole file and tells of every line that cannot be used; nothing else is read before. Gives the number of lines.
///
/// Of each path sixteen bytes are kept, by which one that stands twice is known.
pub fn check(path: &Path, is_issue_given: bool) -> Result<u64, Error> {
    let (mut bad, mut count, mut prints) = (Vec::new(), 0, Vec::<([u8; 16], u64)>::new());
    for (number, line) in lines(path)? {
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
        bad.push(format!("{}:{number}: {why}", path.display()));
        if bad.len() == MOST {
            bad.push("what follows was not looked at".into());
            break;
        }
    }
    prints.sort_unstable();
    for pair in prints.windows(2).filter(|pair| pair[0].0 == pair[1].0).take(MOST) {
        bad.push(format!("{}:{}: this path stands in line {} already", path.display(), pair[1].1, pair[0].1));
    }
    if bad.is_empty() { Ok(count) } else { Err(Error::Usage(bad.join("\n  "))) }
}

/// The lines of a manifest with their numbers, empty ones left out.
pub fn lines(path: &Path) -> Result<impl Iterator<Item = (u64, Result<Line, String>)> + use<>, Error> {
    let failed = |source| Error::File { doing: "read", path: path.to_owned(), source };
    let reader = BufReader::new(File::open(path).map_err(failed)?);
    let numbered = reader.split(b'\n').enumerate().map(|(at, line)| (at as u64 + 1, line));
    Ok(numbered.filter_map(|(number, line)| {
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
    }))
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
        let said = check(&path, false).unwrap_err().to_string();
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
        assert!(!check(&path, true).unwrap_err().to_string().contains(":4:"));
        std::fs::write(&path, "{\"path\": \"a\", \"issue\": \"T-1\", \"customer\": \"acme\"}").unwrap();
        assert_eq!(check(&path, false).unwrap(), 1);
    }
}
