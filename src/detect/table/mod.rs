//! Tables: cells that are told by a header which may stand far above them.
//!
//! The scan finds where a table begins: [`Headers`] is a detector whose anchors are what only tables have, and which
//! yields [`Event`]s instead of findings. [`Tables`] takes the events in order, goes through the rows behind each, from
//! chunk to chunk, and names the cells whose column says that they hold a person or a secret. Between tables it jumps from
//! event to event and reads nothing, so that a log without tables pays for none.
//!
//! What a shape of table must do is little: go through bytes that are known, as far as it can decide, and say where it
//! stands. It holds back [`HOLD`] bytes at most; a cell that is longer is an open run, as any other value. Nothing in it
//! depends on where the known bytes end, so that the cuts of the stream do not matter, and that workers may read rows
//! before it is their turn (`ahead`).
//!
//! Reading order: `column`, `words`; `event`; `delimited`, the plainest shape; then the others.

mod ahead;
mod aligned;
mod cell;
mod column;
mod delimited;
mod event;
mod expanded;
mod html;
mod insert;
mod markup;
mod ruled;
mod told;
mod words;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::chunk::{Chunk, LEFT_MARGIN};
use crate::detect::detector::Found;
use crate::detect::dictionary::Terms;
use aligned::Aligned;
use delimited::Delimited;
use expanded::Expanded;
use html::Html;
use insert::Insert;
use markup::Markup;

pub use ahead::{Ahead, Opened};
pub use column::{Columns, Judge};
pub use event::Headers;

use cell::Out;
use told::Entries;

/// How many bytes a table holds back at most until it decides about them.
pub const HOLD: usize = 1000;

/// How many columns of a table are told apart; cells behind them stay.
pub const COLUMNS: usize = 512;

/// How far above its first row a header may begin.
pub const ABOVE: usize = LEFT_MARGIN - 64;

/// Calls `met` with the first byte of each line in `own` that follows the first line of a paragraph: of the stream, or of
/// what stands behind a blank line.
pub fn paragraphs(bytes: &[u8], own: Range<usize>, mut met: impl FnMut(usize)) {
    let mut second = |first: usize| {
        let reach = bytes.get(first..own.end.min(first + ABOVE)).unwrap_or_default();
        if let Some(at) = memchr::memchr(b'\n', reach).map(|n| first + n + 1)
            && own.contains(&at)
        {
            met(at);
        }
    };
    // Only at the beginning of a stream is nothing before the first byte that is known.
    if own.start < LEFT_MARGIN {
        second(0);
    }
    let mut from = own.start.saturating_sub(LEFT_MARGIN);
    while from < own.end {
        let to = own.end.min(from + 4096);
        // One more, for the neighbour of the last.
        if may_hold_blank_line(&bytes[from..bytes.len().min(to + 1)]) {
            for at in memchr::memchr_iter(b'\n', &bytes[from..to]).map(|n| from + n) {
                match bytes.get(at + 1) {
                    Some(b'\n') => second(at + 2),
                    Some(b'\r') if bytes.get(at + 2) == Some(&b'\n') => second(at + 3),
                    _ => {}
                }
            }
        }
        from = to;
    }
}

/// Whether a line end stands before another line end.
fn may_hold_blank_line(piece: &[u8]) -> bool {
    let next = piece.get(1..).unwrap_or_default();
    // Lanes without a branch, of which compilers make vectors.
    let look = |(a, b): (&[u8; 32], &[u8; 32])| {
        let mut any = 0_u8;
        for i in 0..32 {
            any |= u8::from(a[i] == b'\n') & (u8::from(b[i] == b'\n') | u8::from(b[i] == b'\r'));
        }
        any != 0
    };
    let (heads, _) = piece[..next.len()].as_chunks::<32>();
    let (nexts, rest) = next.as_chunks::<32>();
    heads.iter().zip(nexts).any(look)
        || piece[next.len() - rest.len()..next.len()]
            .iter()
            .zip(rest)
            .any(|(&a, &b)| a == b'\n' && matches!(b, b'\n' | b'\r'))
}

/// Where a table begins, as the scan of a chunk found it.
#[derive(Debug)]
pub struct Event {
    /// The index in the chunk of what told of it.
    pub at: usize,
    /// The index of the first row, which may lie behind the chunk.
    pub body: usize,
    /// How its rows are read.
    pub table: Shape,
}

/// A table of which some rows were read.
#[derive(Debug)]
pub enum Shape {
    /// Cells between delimiters: CSV, TSV, the blocks of COPY.
    Delimited(Box<Delimited>),
    /// Cells of fixed width.
    Aligned(Box<Aligned>),
    /// A line for each cell.
    Expanded(Box<Expanded>),
    /// Values in parentheses.
    Insert(Box<Insert>),
    /// Values in parentheses, of a table whose columns were made elsewhere; whether backslashes escape in it.
    InsertInto(Name, bool),
    /// No rows yet: the columns of a table that was made.
    Made(Name, Columns),
    /// Elements and attributes.
    Markup(Box<Markup>),
    /// Cells between tags.
    Html(Box<Html>),
}

impl Shape {
    /// Reads on from `at`.
    fn advance(&mut self, text: Text<'_>, at: usize, out: &mut Out<'_>) -> Next {
        match self {
            Shape::Delimited(table) => table.advance(text, at, out),
            Shape::Aligned(table) => table.advance(text, at, out),
            Shape::Expanded(table) => table.advance(text, at, out),
            Shape::Insert(table) => table.advance(text, at, out),
            Shape::Markup(table) => table.advance(text, at, out),
            Shape::Html(table) => table.advance(text, at, out),
            Shape::InsertInto(..) | Shape::Made(..) => Next::Ended(at),
        }
    }

    /// Whether a row comes next, of a table whose rows are lines.
    fn is_between_rows(&self) -> bool {
        match self {
            Shape::Delimited(table) => table.is_between_rows(),
            Shape::Aligned(table) => table.is_between_rows(),
            Shape::Expanded(_)
            | Shape::Insert(_)
            | Shape::InsertInto(..)
            | Shape::Made(..)
            | Shape::Markup(_)
            | Shape::Html(_) => false,
        }
    }
}

/// The name of a table, without its schema and quotes, in lower case.
pub type Name = Vec<u8>;

/// How many tables are remembered.
const TABLES: usize = 1000;

/// A cell of a table that was read: no finding goes on from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Stream offset of its first byte.
    pub start: u64,
    /// Stream offset behind its last byte.
    pub end: u64,
    /// If it must keep its width: the stream offset where the blanks begin that fill it up.
    pub padding: Option<u64>,
}

/// What is known of a chunk, as far as it is decided.
#[derive(Clone, Copy)]
struct Text<'a> {
    bytes: &'a [u8],
    /// The index behind the last byte that may be read.
    end: usize,
    /// Whether nothing comes behind that.
    is_over: bool,
}

/// How far the reading of a table has come.
enum Next {
    /// Here, until more is known: at most [`HOLD`] bytes before the end of what is.
    Wait(usize),
    /// The table ends here.
    Ended(usize),
}

/// What a reader of tables must know besides the text.
pub struct Reader {
    judge: Arc<Judge>,
    /// The number of the first rule for columns.
    base: u16,
}

impl Reader {
    /// A reader that knows columns by `judge`, and whose rules are numbered from `base` on.
    pub fn new(judge: Arc<Judge>, base: u16) -> Reader {
        Reader { judge, base }
    }

    fn judge(&self) -> &Judge {
        &self.judge
    }
}

/// The tables of one stream: which one is being read, and how far.
#[derive(Debug, Default)]
pub struct Tables {
    table: Option<Shape>,
    /// The stream offset up to which everything is read.
    at: u64,
    /// The cells that were read last, but for long ones.
    cells: Vec<Cell>,
    /// The columns of tables that were made, for rows that do not name them.
    made: HashMap<Name, Columns>,
    /// What the keys of entries said whose values stand in other tables.
    entries: Entries,
    /// How many tables have begun.
    begun: u64,
    /// The table that is being read, for those who read ahead.
    opened: Option<Arc<Opened>>,
    /// What was read ahead in the next chunk.
    ahead: Option<Ahead>,
}

impl Tables {
    /// Reads on up to the index `decided` of the next chunk, in which these events were found, and appends what cells hold
    /// to `found`. Gives the stream offset from which on more findings may come.
    pub fn advance(
        &mut self,
        reader: &Reader,
        keep: &Terms,
        chunk: &Chunk<'_>,
        decided: usize,
        events: Vec<Event>,
        found: &mut Vec<Found>,
    ) -> u64 {
        let is_over = chunk.is_last && decided == chunk.bytes.len();
        let text = Text { bytes: chunk.bytes, end: decided, is_over };
        let (cells, entries) = (&mut self.cells, &mut self.entries);
        let mut out = Out { bytes: chunk.bytes, base: chunk.base, found, cells, reader, keep, entries };
        let mut events = events.into_iter();
        let mut ahead = self.ahead.take();
        loop {
            match &mut self.table {
                Some(table) => {
                    let at = chunk.index(self.at);
                    if at >= decided {
                        break;
                    }
                    // What was read ahead is asked once: up to where it began, and whether a row begins there.
                    let ahead = ahead.take().filter(|ahead| ahead.number == self.begun && self.at <= ahead.from);
                    let next = match &ahead {
                        Some(ahead) => {
                            let text = Text { end: chunk.index(ahead.from), is_over: false, ..text };
                            table.advance(text, at, &mut out)
                        }
                        None => table.advance(text, at, &mut out),
                    };
                    match next {
                        Next::Wait(at) => {
                            self.at = chunk.offset(at);
                            let Some(ahead) = ahead else { break };
                            if self.at == ahead.from && table.is_between_rows() {
                                self.at = ahead.at;
                                out.found.extend(ahead.found);
                                out.cells.extend(ahead.cells);
                                self.table = ahead.table;
                            }
                        }
                        Next::Ended(at) => {
                            self.at = chunk.offset(at);
                            self.table = None;
                        }
                    }
                }
                None => match events.find(|event| chunk.offset(event.at) >= self.at) {
                    Some(event) => {
                        self.at = chunk.offset(event.body);
                        self.table = begin(&mut self.made, event.table);
                        self.begun += 1;
                        self.opened =
                            self.table.as_ref().and_then(|table| Opened::new(self.begun, table)).map(Arc::new);
                    }
                    None => {
                        self.at = self.at.max(chunk.offset(decided));
                        break;
                    }
                },
            }
        }
        self.at
    }

    /// The table that is being read, if its rows may be read ahead.
    pub fn opened(&self) -> Option<Arc<Opened>> {
        self.opened.clone().filter(|_| self.table.is_some())
    }

    /// Takes what was read ahead in the chunk that comes next, which need not be read again.
    pub fn take_ahead(&mut self, ahead: Option<Ahead>) {
        self.ahead = ahead;
    }

    /// The cells that were read since they were taken.
    pub fn cells(&mut self) -> &mut Vec<Cell> {
        &mut self.cells
    }
}

/// What is to be read behind an event; `made` are the tables that were made before it.
fn begin(made: &mut HashMap<Name, Columns>, table: Shape) -> Option<Shape> {
    match table {
        Shape::Made(name, columns) => {
            if made.len() < TABLES || made.contains_key(&name) {
                made.insert(name, columns);
            }
            None
        }
        Shape::InsertInto(name, escapes) => {
            let columns = made.get(&name)?.clone();
            Some(Shape::Insert(Box::new(Insert::new(escapes, columns))))
        }
        table => Some(table),
    }
}
