//! Tables of HTML: cells between tags, below their headings or beside them.

use crate::detect::bytes::ByteSet;
use crate::detect::run::Run;
use crate::detect::table::cell::{Out, Written};
use crate::detect::table::column::{Column, Columns, Subject};
use crate::detect::table::told::Told;
use crate::detect::table::{COLUMNS, HOLD, Next, Text};

/// How far apart two tags of one table are at most.
const APART: usize = 4096;

/// A table of HTML, from its first heading on.
#[derive(Debug, Default)]
pub struct Html {
    /// What the row of headings says, if there was one.
    columns: Columns,
    /// The headings of this row.
    headings: Vec<Vec<u8>>,
    /// The number of the cell that is read or comes next, headings among them.
    number: usize,
    /// Whether this row has a cell that is no heading.
    has_cell: bool,
    within: Within,
    /// How many bytes ago the last tag of a table was.
    since: usize,
    told: Told,
}

/// What text belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Nothing,
    Heading,
    Cell,
    /// A cell whose text is longer than what is held.
    Long,
}

impl Html {
    /// Reads on from `at`.
    pub(super) fn advance(&mut self, text: Text<'_>, mut at: usize, out: &mut Out<'_>) -> Next {
        loop {
            if at >= text.end {
                return Next::Wait(at);
            }
            if self.since > APART {
                return Next::Ended(at);
            }
            let known = &text.bytes[..text.end];
            let near = &known[at..text.end.min(at + HOLD)];
            let is_near_end = near.len() < HOLD && !text.is_over;
            if near[0] == b'<' {
                let Some(end) = memchr::memchr(b'>', near) else {
                    if is_near_end {
                        return Next::Wait(at);
                    }
                    // No tag.
                    (at, self.since) = (at + 1, self.since + 1);
                    continue;
                };
                self.since += end + 1;
                if !self.tag(&near[1..end], out) {
                    return Next::Ended(at + end + 1);
                }
                at += end + 1;
                continue;
            }
            let stop = memchr::memchr(b'<', near);
            let length = match (self.within, stop) {
                (Within::Nothing | Within::Long, stop) => {
                    // No further than to where the table would end.
                    stop.unwrap_or(near.len()).min(APART + 1 - self.since)
                }
                (Within::Heading | Within::Cell, None) if is_near_end => return Next::Wait(at),
                (Within::Heading, stop) => {
                    let length = stop.unwrap_or(near.len());
                    if let Some(heading) = self.headings.last_mut().filter(|heading| heading.len() < HOLD) {
                        heading.extend_from_slice(&near[..length]);
                    }
                    length
                }
                (Within::Cell, Some(length)) => {
                    self.take(at, at + length, out);
                    length
                }
                (Within::Cell, None) if text.is_over => {
                    self.take(at, at + near.len(), out);
                    near.len()
                }
                (Within::Cell, None) => {
                    if let Column::Holds(sort) = self.column(out) {
                        out.open(at, at + near.len(), sort, Run::Set(const { ByteSet::of(b"<").not() }));
                    }
                    self.within = Within::Long;
                    near.len()
                }
            };
            at += length;
            if matches!(self.within, Within::Nothing | Within::Long) {
                self.since += length;
            }
        }
    }

    /// Takes a tag; gives whether the table goes on.
    fn tag(&mut self, tag: &[u8], out: &Out<'_>) -> bool {
        let is_end = tag.first() == Some(&b'/');
        let name = &tag[usize::from(is_end)..];
        let end = name.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = name[..end].to_ascii_lowercase();
        match (&name[..], is_end) {
            (b"table", true) => return false,
            (b"th" | b"td" | b"tr", _) => {
                // Ends of cells may be left out.
                if self.within != Within::Nothing {
                    self.number += 1;
                    self.within = Within::Nothing;
                }
                self.since = 0;
            }
            _ => return true,
        }
        match (&name[..], is_end) {
            (b"th", false) => {
                self.within = Within::Heading;
                if self.headings.len() < COLUMNS {
                    self.headings.push(Vec::new());
                }
            }
            (b"td", false) => {
                self.within = Within::Cell;
                self.has_cell = true;
            }
            (b"tr", _) => {
                if !self.headings.is_empty() && !self.has_cell {
                    let names = self.headings.iter().map(|name| name.trim_ascii());
                    self.columns = out.reader.judge().columns(names, Subject::default());
                }
                self.headings.clear();
                (self.number, self.has_cell, self.told) = (0, false, Told::default());
            }
            _ => {}
        }
        true
    }

    /// What the cell that is read holds: what its column does, or, in a table without a row of headings, what the heading
    /// beside it says.
    fn column(&self, out: &Out<'_>) -> Column {
        match self.headings.last() {
            Some(heading) if self.columns.len() == 0 => {
                out.reader.judge().column(heading.trim_ascii(), Subject::default())
            }
            _ => self.columns.get(self.number),
        }
    }

    fn take(&mut self, start: usize, end: usize, out: &mut Out<'_>) {
        let text = &out.bytes[start..end];
        let start = start + (text.len() - text.trim_ascii_start().len());
        let value = text.trim_ascii();
        let end = start + value.len();
        // Blanks between tags are no cell.
        if value.is_empty() {
            return;
        }
        out.cell(start, end);
        if let Some(sort) = self.told.take(self.column(out), value, out) {
            out.value(start, end, sort, Written::Entity);
        }
    }
}
