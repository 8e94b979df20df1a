//! Cells between delimiters: CSV, TSV, semicolons, the blocks of COPY, and the tables of wikis.

use crate::detect::bytes::ByteSet;
use crate::detect::run::{self, Run, Step};
use crate::detect::table::cell::{Out, Written};
use crate::detect::table::column::{Column, Columns};
use crate::detect::table::told::Told;
use crate::detect::table::{HOLD, Next, Text};

/// How the cells of a table are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between cells.
    pub delimiter: u8,
    /// What may stand around one, doubled within it.
    pub quote: Option<u8>,
    /// What ends the rows.
    pub ends: Ends,
}

/// What ends the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// A blank line, or one that has hardly any of the cells.
    Blank,
    /// A line of `\.`, as those of COPY do, whose backslashes escape.
    Dot,
    /// The next `#Fields:`: lines with a hash tell of the log.
    Fields,
    /// A line that does not begin with the delimiter, as those of wikis do, or begins with two: another header.
    Wiki,
}

/// A table whose cells stand between delimiters.
#[derive(Clone, Debug)]
pub struct Delimited {
    dialect: Dialect,
    columns: Columns,
    /// Whether the first row comes next, which has as many cells as the header.
    is_first: bool,
    state: State,
    /// What the key in the row says of the values behind it.
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A row begins.
    Row,
    /// The cell of this number begins.
    Cell(usize),
    /// Within the cell of this number, too long to be held, of which so many bytes may be within its quotes yet.
    Within { number: usize, left: Option<usize> },
    /// What is left of a line that is no row.
    Other,
}

/// How long a quoted cell is that has lost its end: what follows is read as rows again.
const LOST: usize = 64 << 10;

/// A cell as it was read.
pub(super) struct Cell {
    /// What it holds, without quotes.
    pub start: usize,
    pub end: usize,
    pub is_quoted: bool,
    /// Where its delimiter stands, or the end of the line.
    pub stop: usize,
    /// Behind its delimiter, or the end of the line.
    pub next: usize,
    pub ends_row: bool,
}

impl Dialect {
    /// The cell at `at`; `None` if its end may lie behind `text.end`.
    pub(super) fn cell(self, text: Text<'_>, at: usize) -> Option<Cell> {
        let known = &text.bytes[..text.end];
        let quote = self.quote.filter(|quote| known.get(at) == Some(quote));
        let (start, closed) = match quote {
            Some(quote) => match run::quoted(known, at + 1, quote, false, text.is_over) {
                Step::Ended(end) => (at + 1, Some(end)),
                Step::Open(_) => return None,
            },
            None => (at, None),
        };
        let from = closed.map_or(at, |end| (end + 1).min(text.end));
        let Stop { at: stop, next, ends_row } = self.stop(text, from)?;
        let is_return = ends_row && stop > from && next > stop && known[stop - 1] == b'\r';
        let end = closed.unwrap_or(stop - usize::from(is_return));
        Some(Cell { start, end, is_quoted: quote.is_some(), stop, next, ends_row })
    }

    /// The next delimiter or line end.
    fn stop(self, text: Text<'_>, at: usize) -> Option<Stop> {
        match memchr::memchr2(self.delimiter, b'\n', &text.bytes[at..text.end]).map(|n| at + n) {
            Some(stop) => Some(Stop { at: stop, next: stop + 1, ends_row: text.bytes[stop] == b'\n' }),
            None => text.is_over.then_some(Stop { at: text.end, next: text.end, ends_row: true }),
        }
    }
}

/// What ends a cell.
struct Stop {
    at: usize,
    /// Behind it.
    next: usize,
    ends_row: bool,
}

impl Delimited {
    /// A table of these columns, whose first row comes next.
    pub fn new(dialect: Dialect, columns: Columns) -> Delimited {
        Delimited { dialect, columns, is_first: true, state: State::Row, told: Told::default() }
    }

    /// The same where some rows were read.
    pub(super) fn begun(self) -> Delimited {
        Delimited { is_first: false, ..self }
    }

    /// Whether its rows are read with what other tables say.
    pub(super) fn has_entries(&self) -> bool {
        self.columns.has_entries()
    }

    /// Whether a row comes next, behind another.
    pub(super) fn is_between_rows(&self) -> bool {
        self.state == State::Row && !self.is_first
    }

    /// Reads on from `at`.
    pub(super) fn advance(&mut self, text: Text<'_>, mut at: usize, out: &mut Out<'_>) -> Next {
        loop {
            if at >= text.end && self.state != State::Row {
                return Next::Wait(at);
            }
            match self.state {
                State::Row => match self.row(text, at) {
                    Begins::Unknown => return Next::Wait(at),
                    Begins::No => return Next::Ended(at),
                    Begins::Other => self.state = State::Other,
                    Begins::Yes => {
                        self.told = Told::default();
                        self.state = State::Cell(0);
                        self.is_first = false;
                        at += usize::from(self.dialect.ends == Ends::Wiki);
                    }
                },
                State::Cell(number) => match self.dialect.cell(text, at) {
                    Some(cell) if cell.stop - at <= HOLD => {
                        self.take(number, &cell, out);
                        self.state = if cell.ends_row { State::Row } else { State::Cell(number + 1) };
                        at = cell.next;
                    }
                    None if text.end - at <= HOLD => return Next::Wait(at),
                    _ => at = self.open(text, at, number, out),
                },
                State::Within { number, left: Some(mut left) } => {
                    let quote = self.dialect.quote.unwrap_or(b'"');
                    match run::cell(&text.bytes[..text.end], at, quote, false, &mut left, text.is_over) {
                        Step::Ended(end) => {
                            self.state = State::Within { number, left: None };
                            at = end + usize::from(end < text.end && text.bytes[end] == quote);
                        }
                        Step::Open(to) => {
                            self.state = State::Within { number, left: Some(left) };
                            return Next::Wait(to);
                        }
                    }
                }
                State::Other => match memchr::memchr(b'\n', &text.bytes[at..text.end]) {
                    Some(n) => (self.state, at) = (State::Row, at + n + 1),
                    None => return Next::Wait(text.end),
                },
                State::Within { number, left: None } => match self.dialect.stop(text, at) {
                    Some(stop) => {
                        self.state = if stop.ends_row { State::Row } else { State::Cell(number + 1) };
                        at = stop.next;
                    }
                    None => return Next::Wait(text.end),
                },
            }
        }
    }

    /// Whether a row begins at `at`.
    fn row(&self, text: Text<'_>, at: usize) -> Begins {
        let known = &text.bytes[at..text.end];
        if self.dialect.ends == Ends::Fields {
            const FIELDS: &[u8] = b"#Fields:";
            return match known {
                [] if !text.is_over => Begins::Unknown,
                [] => Begins::No,
                _ if known.starts_with(FIELDS) => Begins::No,
                [b'#', ..] if FIELDS.starts_with(known) && !text.is_over => Begins::Unknown,
                [b'#' | b'\r' | b'\n', ..] => Begins::Other,
                _ => Begins::Yes,
            };
        }
        if self.dialect.ends == Ends::Dot {
            return match known {
                [b'\\', b'.', b'\r' | b'\n', ..] => Begins::No,
                [b'\\', b'.'] | [b'\\'] | [] if !text.is_over => Begins::Unknown,
                [b'\\', b'.'] | [] => Begins::No,
                _ => Begins::Yes,
            };
        }
        if self.dialect.ends == Ends::Wiki {
            return match known {
                [] if !text.is_over => Begins::Unknown,
                [b'|'] if !text.is_over => Begins::Unknown,
                [b'|', next, ..] if *next != b'|' => Begins::Yes,
                _ => Begins::No,
            };
        }
        match known {
            [] if text.is_over => return Begins::No,
            [] => return Begins::Unknown,
            [b'\n', ..] | [b'\r', b'\n', ..] => return Begins::No,
            _ => {}
        }
        // A row has about as many cells as the header; text that follows the table has not.
        let mut next = at;
        let mut count = 0;
        loop {
            match self.dialect.cell(text, next) {
                Some(cell) if cell.stop - at > HOLD => return Begins::Yes,
                Some(cell) => {
                    count += 1;
                    if cell.ends_row {
                        break;
                    }
                    next = cell.next;
                }
                None if text.end - at > HOLD => return Begins::Yes,
                None => return Begins::Unknown,
            }
        }
        let columns = self.columns.len();
        let fits = if self.is_first { count == columns } else { count > 1 && 2 * count > columns };
        if fits { Begins::Yes } else { Begins::No }
    }

    /// Takes a cell for what its column holds.
    fn take(&mut self, number: usize, cell: &Cell, out: &mut Out<'_>) {
        out.cell(cell.start, cell.end);
        let value = &out.bytes[cell.start..cell.end];
        let Some(sort) = self.told.take(self.columns.get(number), value, out) else { return };
        let (start, end) = match self.dialect {
            Dialect { delimiter: b'|', quote: None, ends: Ends::Blank } => unquoted(out.bytes, cell.start, cell.end),
            _ => (cell.start, cell.end),
        };
        out.value(start, end, sort, self.written(cell.is_quoted));
    }

    fn written(&self, is_quoted: bool) -> Written {
        match (is_quoted, self.dialect) {
            (true, _) => Written::Doubled,
            (false, Dialect { ends: Ends::Dot, quote: None, .. }) => Written::Backslash,
            (false, _) => Written::Plain,
        }
    }

    /// Lets go of a cell that is longer than what is held; gives where it goes on.
    fn open(&mut self, text: Text<'_>, at: usize, number: usize, out: &mut Out<'_>) -> usize {
        let quote = self.dialect.quote.filter(|&quote| text.bytes[at] == quote);
        let start = at + usize::from(quote.is_some());
        let mut to = at + HOLD;
        if let Some(quote) = quote {
            // Not between two quotes that are one.
            let (Step::Open(open) | Step::Ended(open)) = run::quoted(&text.bytes[..to], start, quote, false, false);
            to = open.min(to);
        }
        let run = match quote {
            Some(quote) => Run::Cell { quote, escapes: false, left: LOST },
            None => Run::Set(ByteSet::of(&[self.dialect.delimiter, b'\r', b'\n']).not()),
        };
        let sort = match self.columns.get(number) {
            Column::Holds(sort) => Some(sort),
            column @ (Column::Value | Column::Label) => self.told.label(column, out),
            Column::Stays | Column::Known | Column::Key | Column::Entry => None,
        };
        if let Some(sort) = sort {
            out.open(start, to, sort, run);
        }
        self.state = State::Within { number, left: quote.map(|_| LOST) };
        to
    }
}

/// What a cell between bars holds, without the quotes of the program that the table belongs to: `| 'x' |`.
fn unquoted(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let from = start + bytes[start..end].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let to = from + bytes[from..end].trim_ascii_end().len();
    match bytes[from..to] {
        [open @ (b'"' | b'\''), .., close] if open == close && to > from + 2 => (from + 1, to - 1),
        _ => (start, end),
    }
}

/// Whether a row begins.
enum Begins {
    Yes,
    No,
    /// Another line, behind which rows may come.
    Other,
    Unknown,
}
