//! Cells in columns of fixed width: psql, MySQL, Markdown, sqlcmd, SQL*Plus.
//!
//! A rule below the header tells where each cell begins and ends, counted in columns of a terminal. Cells keep their
//! width: what replaces a value uses the blanks around it. SQL*Plus breaks a row that is longer than its line between cells.

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
    /// A bar between them, and blanks at both ends of each: psql.
    Between,
    /// The same, and around the row: MySQL, Markdown, psql with a border, DuckDB.
    Around,
    /// A bar behind each, and no blanks before: DBeaver.
    Behind,
    /// Blanks: sqlcmd, SQL*Plus, SQLite, PowerShell.
    None,
}

/// A table of cells of fixed width.
#[derive(Clone, Debug)]
pub struct Aligned {
    bars: Bars,
    /// How a bar is drawn.
    bar: &'static [u8],
    /// How wide each cell is, with the blanks at its ends.
    widths: Vec<usize>,
    /// The number behind the last cell of each line of a row.
    lines: Vec<usize>,
    columns: Columns,
    state: State,
    /// Which line of a row is read, or comes next.
    line: usize,
    /// What stood before this line.
    before: Above,
    told: Told,
}

/// What stands above a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Above {
    /// The header.
    Header,
    /// Another row.
    Row,
    /// The blank line that ends a row of several lines.
    Blank,
    /// A frame.
    Frame,
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
    /// What is left of a frame.
    Frame,
    /// A line with nothing in it, behind which a row begins.
    Blank,
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
    /// A table whose rows have lines with cells of these widths, and whose first row comes next.
    pub fn new((bars, bar): (Bars, &'static [u8]), lines: Vec<Vec<usize>>, columns: Columns) -> Aligned {
        let ends = lines.iter().scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        });
        let (lines, widths) = (ends.collect(), lines.concat());
        let (state, before, told) = (State::Row, Above::Header, Told::default());
        Aligned { bars, bar, widths, lines, columns, state, line: 0, before, told }
    }

    /// The same where some rows were read.
    pub(super) fn begun(self) -> Aligned {
        Aligned { before: Above::Row, ..self }
    }

    /// Whether its rows have several lines.
    pub(super) fn is_wrapped(&self) -> bool {
        self.lines.len() > 1
    }

    /// The number of the first cell of the line that is read, and the one behind its last.
    fn cells(&self) -> (usize, usize) {
        let first = self.line.checked_sub(1).map_or(0, |above| self.lines[above]);
        (first, self.lines[self.line])
    }

    /// Goes on with the next line.
    fn end_line(&mut self) {
        self.state = State::Row;
        self.before = Above::Row;
        self.line = (self.line + 1) % self.lines.len();
    }

    /// Whether its rows are read with what other tables say.
    pub(super) fn has_entries(&self) -> bool {
        self.columns.has_entries()
    }

    /// Whether a row comes next, behind another.
    pub(super) fn is_between_rows(&self) -> bool {
        self.state == State::Row && self.before == Above::Row
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
                    if self.may_be_header(line) {
                        // Another header, or the next line of this one, which tells more.
                        match is_rule(text, at + line.len()) {
                            Some(true) => return Next::Ended(at),
                            Some(false) => {}
                            None => return Next::Wait(at),
                        }
                    }
                    if self.line == 0 {
                        self.told = Told::default();
                    }
                    self.state = match self.begins(line) {
                        Begins::Row => State::Cell(self.cells().0),
                        Begins::Frame => {
                            self.before = Above::Frame;
                            State::Frame
                        }
                        Begins::Blank => {
                            self.before = Above::Blank;
                            State::Blank
                        }
                        Begins::No => return Next::Ended(at),
                    };
                    if self.state == State::Cell(0) && self.bars == Bars::Around {
                        at += self.bar.len();
                    }
                }
                State::Cell(number) if number >= self.cells().1 => self.state = State::Rest,
                State::Cell(number) if number + 1 == self.cells().1 && !self.is_closed() => {
                    match memchr::memchr(b'\n', &text.bytes[at..text.end]).map(|n| at + n) {
                        Some(end) if end - at <= HOLD => {
                            self.take(number, (at, end), None, out);
                            // A value that fills a line by itself goes on in the next.
                            let is_full = self.cells().0 == number && end - at == self.widths[number];
                            match is_full && self.is_wrapped() {
                                true => self.state = State::Row,
                                false => self.end_line(),
                            }
                            at = end + 1;
                        }
                        None if text.end - at <= HOLD && text.is_over => {
                            self.take(number, (at, text.end), None, out);
                            self.end_line();
                            at = text.end;
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
                        match is_line {
                            true => self.end_line(),
                            false => self.state = State::Cell(number + 1),
                        }
                        at = (end + if is_line { 1 } else { self.gap() }).min(text.end);
                    }
                    None if text.end - at <= HOLD + 1 && !text.is_over => return Next::Wait(at),
                    None => {
                        let run = Run::Set(ByteSet::of(&[self.bar[0], b'\r', b'\n']).not());
                        let to = (at + HOLD).min(text.end);
                        self.open(at, number, run, out);
                        let walked = width::columns(&text.bytes[at..to]);
                        self.state = State::Long { number, left: self.widths[number].saturating_sub(walked) };
                        at = to;
                    }
                },
                State::Long { number, left } => match walk(text, at, left) {
                    Walk::To(end) => {
                        let is_bar = self.bars == Bars::None || text.bytes[end..text.end].starts_with(self.bar);
                        if end + self.bar.len() > text.end && !text.is_over {
                            return Next::Wait(at.max(text.end.saturating_sub(HOLD)));
                        }
                        self.state = if is_bar { State::Cell(number + 1) } else { State::Rest };
                        at = (end + if is_bar { self.gap() } else { 0 }).min(text.end);
                    }
                    Walk::Line(end) => {
                        self.end_line();
                        at = end + 1;
                    }
                    Walk::Unknown => {
                        // Whole characters only.
                        let known = &text.bytes[at..text.end];
                        let cut = width::whole(known);
                        let walked = width::columns(&known[..cut]);
                        self.state = State::Long { number, left: left.saturating_sub(walked) };
                        return Next::Wait(at + cut);
                    }
                },
                State::Rest | State::Frame | State::Blank => match memchr::memchr(b'\n', &text.bytes[at..text.end]) {
                    Some(n) => {
                        match self.state == State::Rest {
                            true => self.end_line(),
                            false => self.state = State::Row,
                        }
                        at += n + 1;
                    }
                    None => return Next::Wait(text.end),
                },
            }
        }
    }

    /// Whether a line where a row may begin looks like the names of columns.
    fn may_be_header(&self, line: &[u8]) -> bool {
        let is_plain =
            |&b: &u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'#' | b'$' | b'(' | b')' | b'\r');
        self.bars == Bars::None
            && self.line == 0
            && (self.before == Above::Header || self.is_wrapped())
            && line.len() + 4 < HOLD
            && line.iter().any(u8::is_ascii_alphabetic)
            && line.iter().all(is_plain)
    }

    /// What the line that begins so is.
    fn begins(&self, line: &[u8]) -> Begins {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.is_wrapped() && (line.starts_with(b"SQL>") || line.ends_with(b" selected.")) {
            return Begins::No;
        }
        if line.trim_ascii().is_empty() {
            return match self.before {
                // A value that is empty.
                _ if self.line > 0 => Begins::Row,
                Above::Row if self.is_wrapped() => Begins::Blank,
                Above::Row | Above::Header | Above::Blank | Above::Frame => Begins::No,
            };
        }
        let is_row = match self.bars {
            // Between rows stands one; two are the end of this table and the beginning of another.
            Bars::Around if is_frame(line) && self.before == Above::Frame => return Begins::No,
            Bars::Around if is_frame(line) => return Begins::Frame,
            Bars::Around => line.starts_with(self.bar),
            Bars::Between => line[0] == b' ' && (self.widths.len() == 1 || line.len() == HOLD || self.has_bar(line)),
            Bars::Behind => line.len() == HOLD || self.has_bar(line),
            Bars::None => {
                let is_ascii = line.is_ascii();
                let (first, behind) = self.cells();
                let mut end = 0;
                // Between cells stands a blank; characters that are no bytes are not counted here.
                let mut stops = self.widths[first..behind].iter().map(|width| {
                    end += width + 1;
                    end - 1
                });
                let is_blank = |stop: usize| line.get(stop).is_none_or(|&b| matches!(b, b' ' | b'\t'));
                // One column is told from prose by its width.
                let fits = self.widths.len() > 1 || line.trim_ascii_end().len() <= self.widths[0];
                !is_ascii || (fits && stops.by_ref().take(behind - first - 1).all(is_blank))
            }
        };
        if is_row { Begins::Row } else { Begins::No }
    }

    /// Whether a bar stands behind the last cell of a row.
    fn is_closed(&self) -> bool {
        matches!(self.bars, Bars::Around | Bars::Behind)
    }

    /// How many bytes stand between two cells.
    fn gap(&self) -> usize {
        if self.bars == Bars::None { 1 } else { self.bar.len() }
    }

    fn has_bar(&self, line: &[u8]) -> bool {
        self.bar_in(line).is_some()
    }

    fn bar_in(&self, text: &[u8]) -> Option<usize> {
        match self.bar {
            [bar] => memchr::memchr(*bar, text),
            bar => memchr::memmem::find(text, bar),
        }
    }

    /// Where the cell that begins at `at` ends: at its bar, or at the end of the line. `None` if that is not known, or
    /// further than what is held.
    fn end(&self, text: Text<'_>, at: usize, number: usize) -> Option<usize> {
        let reach = text.end.min(at + HOLD + 1);
        let near = Text { end: reach, is_over: text.is_over && reach == text.end, ..text };
        let is_bar = |end: usize| self.bars == Bars::None || near.bytes[end..near.end].starts_with(self.bar);
        match walk(near, at, self.widths[number]) {
            // A bar of several bytes may not be known as a whole.
            Walk::To(end) if end + self.bar.len() > near.end && !near.is_over => None,
            Walk::To(end) if end < near.end && (is_bar(end) || near.bytes[end] == b'\n') => Some(end),
            Walk::Line(end) => Some(end),
            // A value that is wider than the program thought, or what was copied from a web page.
            Walk::To(end) if end < near.end => {
                let known = &near.bytes[at..near.end];
                let line = memchr::memchr(b'\n', known);
                self.bar_in(&known[..line.unwrap_or(known.len())]).or(line).map(|n| at + n)
            }
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
        let (from, mut to) = trimmed(out.bytes, start, end);
        // A number of the next column, set to the right, may begin within this one.
        if self.bars == Bars::None
            && padded.is_some()
            && let Some(n) = memchr::memmem::find(&out.bytes[from..to], b"  ")
        {
            let (next, _) = trimmed(out.bytes, from + n, to);
            if !out.bytes[next..to].iter().any(|b| b.is_ascii_alphabetic() || *b > 127) {
                (to, end) = (from + n, next);
            }
        }
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
    /// The blank line between two rows.
    Blank,
    No,
}

/// Whether a line is the frame above or below a row.
fn is_frame(line: &[u8]) -> bool {
    const CORNERS: [&str; 12] = ["└", "├", "┌", "╰", "╭", "╘", "╞", "┗", "┣", "╚", "╠", "╟"];
    line.starts_with(b"+-") || line.starts_with(b"+=") || CORNERS.iter().any(|c| line.starts_with(c.as_bytes()))
}

/// Whether a rule of dashes stands below the line that ends at `end`; `None` if more must be known.
fn is_rule(text: Text<'_>, end: usize) -> Option<bool> {
    match text.bytes[..text.end].get(end + 1..) {
        Some([b'-', b'-', ..] | [b'-', b' ', b'-', ..]) => Some(true),
        None | Some([] | [b'-'] | [b'-', b' ']) if !text.is_over => None,
        _ => Some(false),
    }
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
