//! `scrubjay diff`: what a scrub changed, line by line, the originals masked.

mod apart;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};

use self::apart::{Apart, Leaf};
use super::{Error, Exit, show, stamp};
use crate::report::difference::{Piece, compare};
use crate::source::{self, FileKind};
use crate::width;

/// Show what a scrub changed: the lines before, their values masked, and after
///
/// BEFORE and AFTER are two texts, two archives whose entries are compared in their order, or two directories whose files are
/// compared by name; one of them may be `-`, the standard input. Of BEFORE nothing is shown that does not stand in AFTER too.
/// The exit code is 3 with --check if anything differs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The original
    before: PathBuf,
    /// Its scrub
    after: PathBuf,
    /// How many lines are shown on either side of a changed one
    #[arg(long, short = 'C', default_value_t = 1, value_name = "N")]
    context: usize,
    /// Show lines before and after beside each other, each so many columns wide [default: what the terminal has room for, else 80]
    #[arg(long, value_name = "COLUMNS", num_args = 0..=1)]
    side_by_side: Option<Option<usize>>,
    /// Whether text is coloured
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: clap::ColorChoice,
    /// End with exit code 3 if anything differs
    #[arg(long)]
    check: bool,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Exit, Error> {
    let is_coloured = show::is_coloured(args.color, io::stdout().is_terminal());
    let room = || show::columns(io::stdout()).map(|columns| columns.saturating_sub(NUMBER + 5) / 2);
    let width = args.side_by_side.map(|given| given.or_else(room).unwrap_or(80).max(NARROWEST));
    let mut pairs = Pairs { args, out, is_coloured, width, changed: 0, is_whole: true };
    match (args.before.is_dir(), args.after.is_dir()) {
        _ if is_stdin(&args.before) && is_stdin(&args.after) => {
            return Err(Error::Usage("only one of BEFORE and AFTER can be the standard input".into()));
        }
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

/// How many columns the number of a line takes, and the least that a line beside another one gets.
const NUMBER: usize = 8;
const NARROWEST: usize = 10;

/// How many lines are shown of what took the place of what is no text.
const NOTICE: usize = 20;

/// The pairs of files that are compared.
struct Pairs<'a, W> {
    args: &'a Args,
    out: &'a mut W,
    is_coloured: bool,
    /// How wide each of two lines beside each other is, if they are to stand so.
    width: Option<usize>,
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
                // The stamp is ours, and was not there before.
                if walked.kind == FileKind::Regular && walked.relative != Path::new(stamp::NAME) {
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
        let (mut old, mut new) = (open(before)?, open(after)?);
        let archives = (apart::archive(old.fill_buf()?), apart::archive(new.fill_buf()?));
        let name = if is_stdin(after) { "standard input".into() } else { show::path(after) };
        match archives {
            (Some(before), Some(after)) => {
                let (before, after) = (Apart::take(before, old)?, Apart::take(after, new)?);
                self.archives(before, after, &name)
            }
            (Some(_), None) => self.notice(&name, "an archive", &mut new),
            _ => self.texts(&name, &mut old, &mut new),
        }
    }

    /// Compares what stands in the same place of two archives.
    fn archives(&mut self, mut before: Apart, mut after: Apart, name: &str) -> Result<(), Error> {
        let mut left: BTreeMap<Vec<u32>, Leaf> =
            before.leaves.drain(..).map(|leaf| (leaf.place.clone(), leaf)).collect();
        let mut added = 0;
        for leaf in std::mem::take(&mut after.leaves) {
            let name = format!("{name}!{}", show::text(&leaf.name));
            match left.remove(&leaf.place) {
                Some(old) => {
                    let mut old = BufReader::new(before.read(&old)?);
                    self.texts(&name, &mut old, &mut BufReader::new(after.read(&leaf)?))?;
                }
                None => added += 1,
            }
        }
        for (side, count) in [("before", left.len() as u64), ("after", added)] {
            if count > 0 {
                self.is_whole = false;
                writeln!(self.out, "{name}: {} only {side}", entries(count))?;
            }
        }
        Ok(())
    }

    /// Compares two texts line by line.
    fn texts(&mut self, name: &str, old: &mut impl BufRead, new: &mut impl BufRead) -> Result<(), Error> {
        if old.fill_buf()?.contains(&0) {
            return self.binaries(name, old, new);
        }
        let mut hunk = Hunk { before: Vec::new(), behind: 0, is_open: false, last: 0 };
        let mut number = 0;
        loop {
            let both = (line(old)?, line(new)?);
            number += 1;
            let (was, is) = match both {
                (None, None) => return Ok(()),
                both => both,
            };
            let differs = was != is;
            if differs && !hunk.is_open {
                self.head(name)?;
                hunk.is_open = true;
            }
            self.changed += u64::from(differs);
            self.is_whole &= was.is_some() == is.is_some();
            self.pair((number, was, is), differs, &mut hunk)?;
        }
    }

    /// Says of what is no text whether it differs, and shows the text that took its place.
    fn binaries(&mut self, name: &str, old: &mut impl BufRead, new: &mut impl BufRead) -> Result<(), Error> {
        if new.fill_buf()?.contains(&0) {
            if !are_same(old, new)? {
                self.changed += 1;
                self.head(name)?;
                writeln!(
                    self.out,
                    "{:NUMBER$}   it differs, and is not shown: it is no text of one byte to a character",
                    ""
                )?;
            }
            return Ok(());
        }
        self.notice(name, "no text", new)
    }

    fn notice(&mut self, name: &str, what: &str, new: &mut impl BufRead) -> Result<(), Error> {
        self.changed += 1;
        self.head(name)?;
        writeln!(self.out, "{:NUMBER$}   it was {what}, and is now:", "")?;
        for number in 1..=NOTICE as u64 {
            let Some(line) = line(new)? else { return Ok(()) };
            let green = self.colour(AnsiColor::Green);
            let shown = fit(&[Piece::Other(String::from_utf8_lossy(&line).into_owned())], green);
            writeln!(self.out, "{number:>NUMBER$} {green}+{green:#} {shown}")?;
        }
        if line(new)?.is_some() {
            writeln!(self.out, "{:>NUMBER$}", "--")?;
        }
        Ok(())
    }

    /// The name, which is harmless.
    fn head(&mut self, name: &str) -> Result<(), Error> {
        let bold = if self.is_coloured { Style::new().bold() } else { Style::new() };
        writeln!(self.out, "{bold}{name}{bold:#}")?;
        Ok(())
    }

    fn colour(&self, colour: AnsiColor) -> Style {
        if self.is_coloured { Style::new().fg_color(Some(colour.into())) } else { Style::new() }
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
        if hunk.last > 0 && *number > hunk.last + 1 {
            writeln!(self.out, "      --")?;
        }
        hunk.last = *number;
        let none: &[u8] = &[];
        let (old, new) = (was.as_deref().unwrap_or(none), is.as_deref().unwrap_or(none));
        let (old_pieces, new_pieces) = compare(old, new);
        let (red, green) = (self.colour(AnsiColor::Red), self.colour(AnsiColor::Green));
        if let Some(width) = self.width {
            let (left, right) = (rows(&old_pieces, red, width), rows(&new_pieces, green, width));
            let between = if was == is { ' ' } else { '|' };
            for row in 0..left.len().max(right.len()) {
                let number = if row == 0 { number.to_string() } else { String::new() };
                let empty = (String::new(), 0);
                let (left, used) = left.get(row).unwrap_or(&empty);
                let right = right.get(row).map_or("", |(right, _)| right);
                let line = format!("{number:>NUMBER$} {left}{:1$} {between} {right}", "", width - used);
                writeln!(self.out, "{}", line.trim_end())?;
            }
        } else if was == is {
            writeln!(self.out, "{number:>NUMBER$}   {}", fit(&new_pieces, green))?;
        } else {
            for (sign, line, pieces, style) in [('-', was, &old_pieces, red), ('+', is, &new_pieces, green)] {
                if line.is_some() {
                    writeln!(self.out, "{number:>NUMBER$} {style}{sign}{style:#} {}", fit(pieces, style))?;
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

/// Pieces as text in which nothing is obeyed.
fn fit(pieces: &[Piece], style: Style) -> String {
    pieces.iter().map(|piece| harmless(piece, style)).map(|(text, style)| format!("{style}{text}{style:#}")).collect()
}

/// Pieces as lines of at most so many columns, each with the number of those that it takes; one at least.
fn rows(pieces: &[Piece], style: Style, width: usize) -> Vec<(String, usize)> {
    let mut rows = vec![(String::new(), 0)];
    for (text, style) in pieces.iter().map(|piece| harmless(piece, style)) {
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let used = rows.last().map_or(0, |(_, used)| *used);
            let end = match width::walk(rest.as_bytes(), width - used) {
                width::Walk::To(end) | width::Walk::Line(end) => end,
                width::Walk::End => rest.len(),
            };
            if end == 0 {
                // A wide character that does not fit into the last column of an empty row cannot be.
                rows.push((String::new(), 0));
                continue;
            }
            let (now, later) = rest.split_at(end);
            if let Some((row, used)) = rows.last_mut() {
                row.push_str(&format!("{style}{now}{style:#}"));
                *used += width::columns(now.as_bytes());
            }
            rest = later;
        }
    }
    rows
}

/// A piece as text without tabs and without anything that a terminal would obey, and its style.
fn harmless(piece: &Piece, style: Style) -> (String, Style) {
    let (piece, style) = match piece {
        Piece::Same(piece) => (piece, Style::new()),
        Piece::Other(piece) => (piece, style),
    };
    (show::text(&piece.trim_end_matches('\r').replace('\t', "    ")), style)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn open(path: &Path) -> Result<BufReader<Box<dyn Read + Send>>, Error> {
    if is_stdin(path) {
        return Ok(BufReader::new(Box::new(io::stdin())));
    }
    match File::open(path).and_then(|file| Ok((file.metadata()?.is_dir(), file))) {
        Ok((false, file)) => Ok(BufReader::new(Box::new(file))),
        Ok((true, _)) => Err(Error::Usage(format!("{} is a directory", path.display()))),
        Err(source) => Err(Error::File { doing: "read", path: path.to_path_buf(), source }),
    }
}

/// Whether the rest of both is the same.
fn are_same(one: &mut impl BufRead, two: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let (a, b) = (one.fill_buf()?, two.fill_buf()?);
        let both = a.len().min(b.len());
        if both == 0 {
            return Ok(a.len() == b.len());
        }
        if a[..both] != b[..both] {
            return Ok(false);
        }
        one.consume(both);
        two.consume(both);
    }
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".into() } else { format!("{count} entries") }
}
