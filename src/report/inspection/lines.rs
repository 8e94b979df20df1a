//! Lines around findings: joins what a witness is shown into lines, each with its findings, in bounded memory.

use std::collections::VecDeque;
use std::io;

use super::{Account, Needs, Shown, Sighting, Witness};
use crate::finding::Confidence;
use crate::kind::Kind;
use crate::report::Summary;

/// How many bytes of what stays are kept on either side of a finding, or of a line's end.
const AROUND: usize = 120;
/// How many findings of one line are kept together. What follows is shown as a line of its own.
const TOGETHER: usize = 64;

/// A part of a line as it would come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What stays.
    Text(Vec<u8>),
    /// So many bytes that stay, but are not shown.
    Cut(u64),
    /// What stands in place of the finding of this number.
    Finding(usize),
}

/// A finding in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// As in [`Sighting`].
    pub column: u64,
    /// As in [`Sighting`].
    pub kind: Kind,
    /// As in [`Sighting`].
    pub rule: String,
    /// As in [`Sighting`].
    pub reason: String,
    /// As in [`Sighting`].
    pub confidence: Confidence,
    /// The length and the alphabet of the value, for people.
    pub value: String,
    /// What stands in its place, on one line.
    pub replacement: String,
}

impl Mark {
    /// What is shown in place of the value; that there was one shows also where nothing would come out.
    pub(super) fn shown(&self) -> &[u8] {
        if self.replacement.is_empty() { b"[removed]" } else { self.replacement.as_bytes() }
    }
}

/// A line, or a part of one with very many findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// What it consists of.
    pub parts: Vec<Part>,
    /// The findings that begin in it.
    pub marks: Vec<Mark>,
}

/// Is given the lines around findings.
pub trait Lines: Send + Sync {
    /// A text begins.
    ///
    /// # Errors
    /// Those of the place it writes to, as for all of these.
    fn begin(&mut self, name: &str) -> io::Result<()>;

    /// A line with findings, or one beside such a line. Numbers rise; where they do not follow each other, lines are left out.
    ///
    /// # Errors
    /// As for [`Lines::begin`].
    fn line(&mut self, line: &Line) -> io::Result<()>;

    /// The text has ended.
    ///
    /// # Errors
    /// As for [`Lines::begin`].
    fn end(&mut self) -> io::Result<()>;
}

/// Is given lines and what was counted in all texts: a [`Joined`] that gives to it is an [`Account`].
pub trait Page: Lines {
    /// Ends the account with what was counted.
    ///
    /// # Errors
    /// As for [`Lines::begin`].
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// A witness that gives lines to somebody else.
pub struct Joined<L> {
    to: L,
    /// How many lines on either side of one with findings are given.
    context: usize,
    line: Line,
    gap: Gap,
    /// Lines that may turn out to stand before one with findings.
    before: VecDeque<Line>,
    /// How many more lines stand behind one with findings.
    behind: usize,
}

impl<L: Lines> Joined<L> {
    /// Gives `to` lines with findings and `context` lines on either side.
    pub fn new(to: L, context: usize) -> Joined<L> {
        let (line, gap, before) = (Line::default(), Gap::default(), VecDeque::new());
        Joined { to, context, line, gap, before, behind: 0 }
    }

    /// Ends the line, or what has been gathered of it, and begins line `next`.
    fn end_line(&mut self, next: u64) -> io::Result<()> {
        self.gap.finish(&mut self.line.parts);
        let is_whole = next != self.line.number;
        let line = std::mem::replace(&mut self.line, Line { number: next, ..Line::default() });
        if !line.marks.is_empty() {
            while let Some(before) = self.before.pop_front() {
                self.to.line(&before)?;
            }
            self.behind = self.context;
            return self.to.line(&line);
        }
        if self.behind > 0 {
            self.behind -= usize::from(is_whole);
            return self.to.line(&line);
        }
        if self.context > 0 {
            if self.before.len() == self.context {
                self.before.pop_front();
            }
            self.before.push_back(line);
        }
        Ok(())
    }

    /// Takes in bytes that stay, or those of a replacement if `mark` says of which finding.
    fn bytes(&mut self, bytes: &[u8], mark: Option<usize>) -> io::Result<()> {
        let mut rest = bytes;
        while let Some(feed) = memchr::memchr(b'\n', rest) {
            self.put(&rest[..feed], mark);
            self.end_line(self.line.number + 1)?;
            rest = &rest[feed + 1..];
        }
        self.put(rest, mark);
        Ok(())
    }

    fn put(&mut self, bytes: &[u8], mark: Option<usize>) {
        match mark {
            None => self.gap.push(bytes),
            // What follows a placeholder are the line ends of a long value.
            Some(_) if bytes.is_empty() || bytes == b"\r" => {}
            Some(mark) => {
                self.gap.finish(&mut self.line.parts);
                self.line.parts.push(Part::Finding(mark));
            }
        }
    }
}

impl<L: Lines> Witness for Joined<L> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.line = Line { number: 1, ..Line::default() };
        (self.gap, self.behind) = (Gap::default(), 0);
        self.before.clear();
        self.to.begin(name)
    }

    fn gap(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes(bytes, None)
    }

    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        if self.line.marks.len() == TOGETHER {
            self.end_line(self.line.number)?;
        }
        let shown = sighting.replacement.split(|&byte| byte == b'\n').next().unwrap_or_default();
        self.line.marks.push(Mark {
            column: sighting.column,
            kind: sighting.kind,
            rule: sighting.rule.to_string(),
            reason: sighting.reason.to_string(),
            confidence: sighting.confidence,
            value: format!("{} bytes: {}", sighting.length, sighting.alphabet),
            replacement: String::from_utf8_lossy(shown).trim_end_matches('\r').to_string(),
        });
        self.bytes(sighting.replacement, Some(self.line.marks.len() - 1))
    }

    fn end(&mut self) -> io::Result<()> {
        // Behind the last line feed stands no line.
        if !(self.line.parts.is_empty() && self.line.marks.is_empty() && self.gap.head.is_empty()) {
            self.end_line(self.line.number + 1)?;
        }
        self.to.end()
    }
}

impl<P: Page> Account for Joined<P> {
    fn needs(&self) -> Needs {
        Needs::Lines(self.context)
    }

    fn show(&mut self, shown: &Shown) -> io::Result<()> {
        match shown {
            Shown::Begin(name) => self.to.begin(name),
            Shown::Line(line) => self.to.line(line),
            Shown::End => self.to.end(),
            Shown::Finding(_) => Ok(()),
        }
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.to.finish(summary)
    }
}

/// Bytes that stay, of one line: those at both ends are kept.
#[derive(Debug, Default)]
struct Gap {
    head: Vec<u8>,
    tail: Vec<u8>,
    cut: u64,
}

impl Gap {
    fn push(&mut self, bytes: &[u8]) {
        let (head, tail) = bytes.split_at(bytes.len().min(AROUND - self.head.len()));
        self.head.extend_from_slice(head);
        // Of a long piece only the end can be wanted.
        let (cut, tail) = tail.split_at(tail.len().saturating_sub(2 * AROUND));
        if !cut.is_empty() {
            self.cut += (cut.len() + self.tail.len()) as u64;
            self.tail.clear();
        }
        self.tail.extend_from_slice(tail);
        if self.tail.len() > 4 * AROUND {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        let cut = self.tail.len().saturating_sub(AROUND);
        self.tail.drain(..cut);
        self.cut += cut as u64;
    }

    /// Moves what was kept to the parts of a line.
    fn finish(&mut self, parts: &mut Vec<Part>) {
        if self.cut > 0 || self.tail.len() > 2 * AROUND {
            self.shorten();
        }
        let Gap { head, tail, cut } = std::mem::take(self);
        match cut {
            0 if head.is_empty() => {}
            0 => parts.push(Part::Text([head, tail].concat())),
            cut => parts.extend([Part::Text(head), Part::Cut(cut), Part::Text(tail)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Alphabet;
    use super::*;

    /// Keeps lines as text.
    #[derive(Default)]
    struct Kept(String);

    impl Lines for Kept {
        fn begin(&mut self, name: &str) -> io::Result<()> {
            self.0 += &format!("[{name}]");
            Ok(())
        }

        fn line(&mut self, line: &Line) -> io::Result<()> {
            self.0 += &format!("\n{}:", line.number);
            for part in &line.parts {
                match part {
                    Part::Text(text) => self.0 += &String::from_utf8_lossy(text),
                    Part::Cut(bytes) => self.0 += &format!("<{bytes}>"),
                    Part::Finding(mark) => self.0 += &format!("<{}>", line.marks[*mark].replacement),
                }
            }
            Ok(())
        }

        fn end(&mut self) -> io::Result<()> {
            self.0 += "\n";
            Ok(())
        }
    }

    fn sighting(replacement: &[u8]) -> Sighting<'_> {
        Sighting {
            line: 1,
            column: 1,
            kind: Kind::Email,
            rule: "email",
            reason: "an address",
            confidence: Confidence::High,
            place: crate::finding::Place::Text,
            length: 3,
            alphabet: Alphabet::default(),
            replacement,
        }
    }

    #[test]
    fn lines_come_with_their_neighbours_and_no_others() {
        let mut joined = Joined::new(Kept::default(), 1);
        joined.begin("a.zip!b").unwrap();
        joined.gap(b"one\ntwo\nthree ").unwrap();
        joined.finding(&sighting(b"X")).unwrap();
        joined.gap(b" end\nfour\nfive\nsix\nseven").unwrap();
        joined.finding(&sighting(b"Y\n\n")).unwrap();
        joined.gap(b"ten").unwrap();
        joined.end().unwrap();
        let Kept(text) = &joined.to;
        assert_eq!(*text, "[a.zip!b]\n2:two\n3:three <X> end\n4:four\n6:six\n7:seven<Y>\n8:\n");
    }

    #[test]
    fn a_long_line_is_kept_at_its_ends_and_around_findings() {
        let mut joined = Joined::new(Kept::default(), 0);
        joined.begin("").unwrap();
        for _ in 0..1000 {
            joined.gap(&[b'a'; 999]).unwrap();
        }
        joined.gap(b"last ").unwrap();
        joined.finding(&sighting(b"X")).unwrap();
        joined.gap(&vec![b'b'; 1_000_000]).unwrap();
        joined.end().unwrap();
        let Kept(text) = &joined.to;
        let (a, b) = ("a".repeat(120), "b".repeat(120));
        let cut = 999_000 + 5 - 240;
        assert_eq!(*text, format!("[]\n1:{a}<{cut}>{}last <X>{b}<{}>{b}\n", &a[5..], 1_000_000 - 240));
    }
}
