//! Cells in columns of fixed width: psql, MySQL, Markdown, sqlcmd, SQL*Plus.
//!
//! A rule below the header tells where each cell begins and ends, counted in columns of a terminal. Cells keep their
//! width: what replaces a value uses the blanks around it.

use crate::detect::bytes::ByteSet;
use crate::detect::run::Run;
use crate::detect::table::cell::{Out, Written, trimmed};
use crate::detect::table::column::{Column, Columns};
use crate::detect::table::told::Told;
use crate::detect::table::{HOLD, Next, Text};
use crate::width;

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bars {
    /// `|` between them, and blanks at both ends of each: psql.
    Between,
    /// The same, and around the row: MySQL, Markdown, psql with a border.
    Around,
    /// A blank: sqlcmd, SQL*Plus.
    None,
}

/// A table of cells of fixed width.
#[derive(Clone, Debug)]
pub struct Aligned {
    bars: Bars,
    /// How wide each cell is, with the blanks at its ends.
    widths: Vec<usize>,
    columns: Columns,
    state: State,
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A row begins.
    Row,
    /// The cell of this number begins.
    Cell(usize),
    /// Within a cell of this number that is longer than what is held, which so many columns are left of.
    Long { number: usize, left: usize },
    /// What is left of a row does not count.
    Rest,
    /// What is left of the line, and then the table ends.
    Last,
}

/// Where a number of columns lead to.
enum Walk {
    /// So many columns end before this index.
    To(usize),
    /// The line ends before that.
    Line(usize),
    /// More must be known.
    Unknown,
}

impl Aligned {
    /// A table of cells of these widths, whose first row comes next.
    pub fn new(bars: Bars, widths: Vec<usize>, columns: Columns) -> Aligned {
        Aligned { bars, widths, columns, state: State::Row, told: Told::default() }
    }

    /// Whether its rows are read with what other tables say.
    pub(super) fn has_entries(&self) -> bool {
        self.columns.has_entries()
    }

    /// Whether a row comes next.
    pub(super) fn is_between_rows(&self) -> bool {
        self.state == State::Row
    }

    /// Reads on from `at`.
    pub(super) fn advance(&mut self, text: Text<'_>, mut at: usize, out: &mut Out<'_>) -> Next {
        loop {
            if at >= text.end && self.state != State::Row {
                return Next::Wait(at);
            }
            match self.state {
                State::Row => {
                    let known = &text.bytes[at..text.end];
                    let head = &known[..known.len().min(HOLD)];
                    let line = match memchr::memchr(b'\n', head) {
                        Some(n) => &head[..n],
                        None if head.len() < HOLD && !text.is_over => return Next::Wait(at),
                        None => head,
                    };
                    self.told = Told::default();
                    self.state = match self.begins(line) {
                        Begins::Row => State::Cell(0),
                        Begins::Frame => State::Last,
                        Begins::No => return Next::Ended(at),
                    };
                    if self.state == State::Cell(0) && self.bars == Bars::Around {
                        at += 1;
                    }
                }
                State::Cell(number) if number >= self.widths.len() => self.state = State::Rest,
                State::Cell(number) if number + 1 == self.widths.len() && self.bars != Bars::Around => {
                    match memchr::memchr(b'\n', &text.bytes[at..text.end]).map(|n| at + n) {
                        Some(end) if end - at <= HOLD => {
                            self.take(number, (at, end), None, out);
                            (self.state, at) = (State::Row, end + 1);
                        }
                        None if text.end - at <= HOLD && text.is_over => {
                            self.take(number, (at, text.end), None, out);
                            (self.state, at) = (State::Row, text.end);
                        }
                        None if text.end - at <= HOLD => return Next::Wait(at),
                        _ => {
                            self.open(at, number, Run::Line, out);
                            (self.state, at) = (State::Rest, at + HOLD);
                        }
                    }
                }
                State::Cell(number) => match self.end(text, at, number) {
                    Some(end) => {
                        self.take(number, (at, end), Some(text), out);
                        let is_line = end < text.end && text.bytes[end] == b'\n';
                        self.state = if is_line { State::Row } else { State::Cell(number + 1) };
                        at = (end + 1).min(text.end);
                    }
                    None if text.end - at <= HOLD + 1 && !text.is_over => return Next::Wait(at),
                    None => {
                        let run = Run::Set(ByteSet::of(b"|\r\n").not());
                        let to = (at + HOLD).min(text.end);
                        self.open(at, number, run, out);
                        let walked = width::columns(&text.bytes[at..to]);
                        self.state = State::Long { number, left: self.widths[number].saturating_sub(walked) };
                        at = to;
                    }
                },
                State::Long { number, left } => match walk(text, at, left) {
                    Walk::To(end) => {
                        let is_bar = self.bars == Bars::None || text.bytes.get(end) == Some(&b'|');
                        if end >= text.end && !text.is_over {
                            return Next::Wait(at.max(text.end.saturating_sub(HOLD)));
                        }
                        self.state = if is_bar { State::Cell(number + 1) } else { State::Rest };
                        at = (end + usize::from(is_bar)).min(text.end);
                    }
                    Walk::Line(end) => (self.state, at) = (State::Row, end + 1),
                    Walk::Unknown => {
                        // Whole characters only.
                        let known = &text.bytes[at..text.end];
                        let cut = width::whole(known);
                        let walked = width::columns(&known[..cut]);
                        self.state = State::Long { number, left: left.saturating_sub(walked) };
                        return Next::Wait(at + cut);
                    }
                },
                State::Rest | State::Last => match memchr::memchr(b'\n', &text.bytes[at..text.end]) {
                    Some(n) if self.state == State::Last => return Next::Ended(at + n + 1),
                    Some(n) => (self.state, at) = (State::Row, at + n + 1),
                    None => return Next::Wait(text.end),
                },
            }
        }
    }

    /// What the line that begins so is.
    fn begins(&self, line: &[u8]) -> Begins {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Begins::No;
        }
        let is_row = match self.bars {
            Bars::Around if line.starts_with(b"+-") || line.starts_with(b"+=") => return Begins::Frame,
            Bars::Around => line[0] == b'|',
            Bars::Between => line[0] == b' ' && (self.widths.len() == 1 || line.len() == HOLD || line.contains(&b'|')),
            Bars::None => {
                let is_ascii = line.is_ascii();
                let mut end = 0;
                // Between cells stands a blank; characters that are no bytes are not counted here.
                let mut stops = self.widths.iter().map(|width| {
                    end += width + 1;
                    end - 1
                });
                let last = self.widths.len() - 1;
                let is_blank = |stop: usize| line.get(stop).is_none_or(|&b| matches!(b, b' ' | b'\t'));
                !is_ascii || stops.by_ref().take(last).all(is_blank)
            }
        };
        if is_row { Begins::Row } else { Begins::No }
    }

    /// Where the cell that begins at `at` ends: at its bar, or at the end of the line. `None` if that is not known, or
    /// further than what is held.
    fn end(&self, text: Text<'_>, at: usize, number: usize) -> Option<usize> {
        let reach = text.end.min(at + HOLD + 1);
        let near = Text { end: reach, is_over: text.is_over && reach == text.end, ..text };
        let is_bar = |end: usize| self.bars == Bars::None || near.bytes[end] == b'|';
        match walk(near, at, self.widths[number]) {
            Walk::To(end) if end < near.end && (is_bar(end) || near.bytes[end] == b'\n') => Some(end),
            Walk::Line(end) => Some(end),
            // A value that is wider than the program thought, or what was copied from a web page.
            Walk::To(end) if end < near.end => memchr::memchr2(b'|', b'\n', &near.bytes[at..near.end]).map(|n| at + n),
            Walk::To(end) if near.is_over => Some(end.min(near.end)),
            _ => None,
        }
    }

    /// Takes the cell `at..end`, whose bar or line end is at `end`. The last one of a row is not padded.
    fn take(&mut self, number: usize, (at, end): (usize, usize), padded: Option<Text<'_>>, out: &mut Out<'_>) {
        let (mut start, mut end) = (at, end);
        if self.bars != Bars::None {
            start += usize::from(start < end && out.bytes[start] == b' ');
            // The blank before the bar, or the mark of psql that the value goes on in the next row.
            let has_margin = end > start && matches!(out.bytes[end - 1], b' ' | b'+');
            let is_margin = padded.is_some() || (has_margin && end - at >= self.widths[number]);
            end -= usize::from(has_margin && is_margin);
        }
        let (from, to) = trimmed(out.bytes, start, end);
        match padded {
            Some(_) => out.fixed(start, to, end),
            None => out.cell(start, end),
        }
        let value = &out.bytes[from..to];
        if let Some(sort) = self.told.take(self.columns.get(number), value, out) {
            out.value(from, to, sort, Written::Plain);
        }
    }

    /// Lets go of a long cell.
    fn open(&self, at: usize, number: usize, run: Run, out: &mut Out<'_>) {
        let Column::Holds(sort) = self.columns.get(number) else { return };
        let (mut start, to) = (at, (at + HOLD).min(out.bytes.len()));
        start += out.bytes[start..to].iter().take_while(|&&b| b == b' ').count();
        // The padding begins where two blanks stand.
        match memchr::memmem::find(&out.bytes[start..to], b"  ") {
            Some(n) => out.value(start, start + n, sort, Written::Plain),
            None if start < to => out.open(start, to, sort, run),
            None => {}
        }
    }
}

enum Begins {
    Row,
    Frame,
    No,
}

/// Goes `columns` columns on from `at`, within the line.
fn walk(text: Text<'_>, at: usize, columns: usize) -> Walk {
    let known = &text.bytes[at..text.end];
    let head = &known[..known.len().min(columns)];
    if head.is_ascii() {
        return match memchr::memchr(b'\n', head) {
            Some(n) => Walk::Line(at + n),
            None if head.len() == columns => Walk::To(at + columns),
            None if text.is_over => Walk::To(text.end),
            None => Walk::Unknown,
        };
    }
    match width::walk(known, columns) {
        width::Walk::To(n) => Walk::To(at + n),
        width::Walk::Line(n) => Walk::Line(at + n),
        width::Walk::End if text.is_over => Walk::To(text.end),
        width::Walk::End => Walk::Unknown,
    }
}
