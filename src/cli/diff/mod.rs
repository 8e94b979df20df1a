//! `scrubjay diff`: what a scrub changed, line by line, the originals masked.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};

use super::{Error, Exit, show};
use crate::report::difference::{Piece, compare};
use crate::source::{self, FileKind};

/// Show what a scrub changed: the lines before, their values masked, and after
///
/// BEFORE and AFTER are two texts, or two directories whose files are compared by name. Of BEFORE nothing is shown that does
/// not stand in AFTER too. The exit code is 3 with --check if anything differs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The original
    before: PathBuf,
    /// Its scrub
    after: PathBuf,
    /// How many lines are shown on either side of a changed one
    #[arg(long, short = 'C', default_value_t = 1, value_name = "N")]
    context: usize,
    /// Show lines before and after beside each other, each so many columns wide
    #[arg(long, value_name = "COLUMNS", num_args = 0..=1, default_missing_value = "80")]
    side_by_side: Option<usize>,
    /// Whether text is coloured
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: clap::ColorChoice,
    /// End with exit code 3 if anything differs
    #[arg(long)]
    check: bool,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Exit, Error> {
    let is_coloured = show::is_coloured(args.color, io::stdout().is_terminal());
    let mut pairs = Pairs { args, out, is_coloured, changed: 0, is_whole: true };
    match (args.before.is_dir(), args.after.is_dir()) {
        (true, true) => pairs.directories()?,
        (false, false) => pairs.files(&args.before, &args.after)?,
        _ => return Err(Error::Usage("BEFORE and AFTER must both be files or both be directories".into())),
    }
    let Pairs { changed, is_whole, out, .. } = pairs;
    if changed == 0 {
        writeln!(out, "nothing differs")?;
    }
    Ok(match (is_whole, args.check && changed > 0) {
        (false, _) => Exit::Incomplete,
        (true, true) => Exit::Found,
        (true, false) => Exit::Done,
    })
}

/// The pairs of files that are compared.
struct Pairs<'a, W> {
    args: &'a Args,
    out: &'a mut W,
    is_coloured: bool,
    changed: u64,
    is_whole: bool,
}

/// A line as it was and as it is, without their ends; one of them may be missing.
type Both = (u64, Option<Vec<u8>>, Option<Vec<u8>>);

impl<W: Write> Pairs<'_, W> {
    fn directories(&mut self) -> Result<(), Error> {
        let files = |root: &Path| -> Result<Vec<PathBuf>, Error> {
            let mut files = Vec::new();
            for walked in source::walk(root) {
                let walked = walked?;
                if walked.kind == FileKind::Regular {
                    files.push(walked.relative.clone());
                }
            }
            files.sort();
            Ok(files)
        };
        let (before, after) = (files(&self.args.before)?, files(&self.args.after)?);
        for name in &after {
            if before.binary_search(name).is_ok() {
                self.files(&self.args.before.join(name), &self.args.after.join(name))?;
            }
        }
        // A name may hold what was found in it, so those that have no namesake are counted, not named.
        let alone = |some: &[PathBuf], others: &[PathBuf]| {
            some.iter().filter(|name| others.binary_search(name).is_err()).count() as u64
        };
        for (side, count) in [("before", alone(&before, &after)), ("after", alone(&after, &before))] {
            if count > 0 {
                writeln!(self.out, "{} only {side}, perhaps because names were scrubbed", show::plural(count, "file"))?;
            }
        }
        Ok(())
    }

    fn files(&mut self, before: &Path, after: &Path) -> Result<(), Error> {
        let open = |path: &Path| {
            let file = File::open(path).and_then(|file| Ok((file.metadata()?.is_file(), file)));
            match file {
                Ok((true, file)) => Ok(BufReader::new(file)),
                Ok((false, _)) => Err(Error::Usage(format!("{} is no file", path.display()))),
                Err(source) => Err(Error::File { doing: "read", path: path.to_path_buf(), source }),
            }
        };
        let (mut old, mut new) = (open(before)?, open(after)?);
        for (reader, path) in [(&mut old, before), (&mut new, after)] {
            let head = reader.fill_buf()?;
            if crate::container::sniff(head).is_some() {
                let what = "is an archive: unpack both, and compare the directories";
                return Err(Error::Usage(format!("{} {what}", path.display())));
            }
        }
        let mut hunk = Hunk { before: Vec::new(), behind: 0, is_open: false, last: 0 };
        let mut number = 0;
        loop {
            let both = (line(&mut old)?, line(&mut new)?);
            number += 1;
            let (was, is) = match both {
                (None, None) => break,
                both => both,
            };
            let differs = was != is;
            if differs && !hunk.is_open {
                self.head(after)?;
                hunk.is_open = true;
            }
            self.changed += u64::from(differs);
            self.is_whole &= was.is_some() == is.is_some();
            self.pair((number, was, is), differs, &mut hunk)?;
        }
        Ok(())
    }

    fn head(&mut self, after: &Path) -> Result<(), Error> {
        let bold = if self.is_coloured { Style::new().bold() } else { Style::new() };
        writeln!(self.out, "{bold}{}{bold:#}", show::path(after))?;
        Ok(())
    }

    /// Shows a pair that differs, and those around it.
    fn pair(&mut self, both: Both, differs: bool, hunk: &mut Hunk) -> Result<(), Error> {
        if differs {
            for context in std::mem::take(&mut hunk.before) {
                self.show(&context, hunk)?;
            }
            hunk.behind = self.args.context;
            return self.show(&both, hunk);
        }
        if hunk.behind > 0 {
            hunk.behind -= 1;
            return self.show(&both, hunk);
        }
        hunk.before.push(both);
        if hunk.before.len() > self.args.context {
            hunk.before.remove(0);
        }
        Ok(())
    }

    fn show(&mut self, (number, was, is): &Both, hunk: &mut Hunk) -> Result<(), Error> {
        if *number > hunk.last + 1 {
            writeln!(self.out, "      --")?;
        }
        hunk.last = *number;
        let none: &[u8] = &[];
        let (old, new) = (was.as_deref().unwrap_or(none), is.as_deref().unwrap_or(none));
        let (old_pieces, new_pieces) = compare(old, new);
        let colour = |colour: AnsiColor| match self.is_coloured {
            true => Style::new().fg_color(Some(colour.into())),
            false => Style::new(),
        };
        let (red, green) = (colour(AnsiColor::Red), colour(AnsiColor::Green));
        if let Some(width) = self.args.side_by_side {
            let (left, right) = (fit(&old_pieces, red, Some(width)), fit(&new_pieces, green, None));
            writeln!(self.out, "{number:>8} {left} | {right}")?;
        } else if was == is {
            writeln!(self.out, "{number:>8}   {}", fit(&new_pieces, green, None))?;
        } else {
            for (sign, line, pieces, style) in [('-', was, &old_pieces, red), ('+', is, &new_pieces, green)] {
                if line.is_some() {
                    writeln!(self.out, "{number:>8} {style}{sign}{style:#} {}", fit(pieces, style, None))?;
                }
            }
        }
        Ok(())
    }
}

/// Where in a file's account we are.
struct Hunk {
    /// Lines that may turn out to stand before a changed one.
    before: Vec<Both>,
    /// How many more stand behind one.
    behind: usize,
    is_open: bool,
    last: u64,
}

/// The next line without its end.
fn line(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if reader.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Some(line))
}

/// Pieces as text in which nothing is obeyed, cut or filled to a width if one is given.
fn fit(pieces: &[Piece], style: Style, width: Option<usize>) -> String {
    let (mut text, mut used) = (String::new(), 0);
    for piece in pieces {
        let (piece, style) = match piece {
            Piece::Same(piece) => (piece, Style::new()),
            Piece::Other(piece) => (piece, style),
        };
        let piece = show::text(piece.trim_end_matches('\r'));
        let room = width.map_or(usize::MAX, |width| width - used);
        let shown: String = piece.chars().take(room).collect();
        used += shown.chars().count();
        text.push_str(&format!("{style}{shown}{style:#}"));
    }
    text + &" ".repeat(width.map_or(0, |width| width - used))
}
