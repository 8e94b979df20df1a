//! Reading ahead: rows that a worker reads before the fold has come to them.
//!
//! Tables are read in order, since what a row is follows from the rows before it. But nearly always a line begins a row of
//! the table that was open a moment ago. So a worker that has scanned its chunk reads the rows of that table from the first
//! line of the chunk on, as if one began there, while the fold is busy with the chunks before. When the fold comes to that
//! line in that table, and a row does begin there, it takes over what was read; otherwise, as within a quoted cell, it
//! reads the rows itself. Which of the two happened cannot be seen: the same bytes are read from the same state.

use crate::chunk::Chunk;
use crate::detect::detector::Found;
use crate::detect::dictionary::Terms;
use crate::detect::table::aligned::Aligned;
use crate::detect::table::cell::Out;
use crate::detect::table::delimited::Delimited;
use crate::detect::table::told::Entries;
use crate::detect::table::{Cell, Next, Reader, Shape, Text};

/// A table that is being read, as it is where a row begins that is not the first.
#[derive(Debug)]
pub struct Opened {
    /// Which table of the stream it is.
    pub(super) number: u64,
    rows: Rows,
}

/// A table whose rows begin where lines do.
#[derive(Clone, Debug)]
enum Rows {
    Delimited(Delimited),
    Aligned(Aligned),
}

/// What was read ahead.
#[derive(Debug)]
pub struct Ahead {
    /// Which table of the stream it was.
    pub(super) number: u64,
    /// The stream offset of the line that was taken for the beginning of a row.
    pub(super) from: u64,
    /// Up to where was read.
    pub(super) at: u64,
    /// How to read on; `None` where the table has ended.
    pub(super) table: Option<Shape>,
    pub(super) found: Vec<Found>,
    pub(super) cells: Vec<Cell>,
}

impl Opened {
    /// The table `number`, whose first row comes next; `None` if its rows are not a line each, or if what they say depends
    /// on other tables.
    pub(super) fn new(number: u64, table: &Shape) -> Option<Opened> {
        let rows = match table {
            Shape::Delimited(table) if !table.has_entries() => Rows::Delimited((**table).clone().begun()),
            Shape::Aligned(table) if !table.has_entries() && !table.is_wrapped() => {
                Rows::Aligned((**table).clone().begun())
            }
            Shape::Delimited(_)
            | Shape::Aligned(_)
            | Shape::Html(_)
            | Shape::Expanded(_)
            | Shape::Insert(_)
            | Shape::InsertInto(..)
            | Shape::Made(..)
            | Shape::Markup(_) => {
                return None;
            }
        };
        Some(Opened { number, rows })
    }

    /// Reads the rows from the first line that begins in the chunk's own bytes up to the index `decided`.
    pub fn ahead(&self, reader: &Reader, keep: &Terms, chunk: &Chunk<'_>, decided: usize) -> Option<Ahead> {
        let own = chunk.bytes.get(chunk.own.start..decided)?;
        let from = chunk.own.start + memchr::memchr(b'\n', own)? + 1;
        let text = Text { bytes: chunk.bytes, end: decided, is_over: chunk.is_last && decided == chunk.bytes.len() };
        let (mut found, mut cells, mut entries) = <(Vec<_>, Vec<_>, Entries)>::default();
        let (bytes, base) = (chunk.bytes, chunk.base);
        let mut out = Out { bytes, base, found: &mut found, cells: &mut cells, reader, keep, entries: &mut entries };
        let (next, table) = match self.rows.clone() {
            Rows::Delimited(mut table) => (table.advance(text, from, &mut out), Shape::Delimited(Box::new(table))),
            Rows::Aligned(mut table) => (table.advance(text, from, &mut out), Shape::Aligned(Box::new(table))),
        };
        let (at, table) = match next {
            Next::Wait(at) => (at, Some(table)),
            Next::Ended(at) => (at, None),
        };
        Some(Ahead { number: self.number, from: chunk.offset(from), at: chunk.offset(at), table, found, cells })
    }
}
