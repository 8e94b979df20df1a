//! A line for each cell, with its column's name before it: psql's `\x`, MySQL's `\G`.

use std::collections::HashMap;

use crate::detect::run::Run;
use crate::detect::table::cell::{Out, Written, trimmed};
use crate::detect::table::column::{Column, Sort};
use crate::detect::table::told::Told;
use crate::detect::table::{COLUMNS, HOLD, Next, Text};

/// Records of which each cell has a line.
#[derive(Debug)]
pub struct Expanded {
    /// Behind which column the colon of MySQL stands; psql has a bar behind names of one width.
    is_psql: bool,
    colon: Option<usize>,
    /// What the columns hold that have been met.
    known: HashMap<Vec<u8>, Column>,
    /// What the cell holds whose line was read last, which the next may go on with.
    holds: Option<Sort>,
    told: Told,
    is_within: bool,
}

/// The longest name of a column.
const NAME: usize = 128;

impl Expanded {
    /// Records whose first line comes next.
    pub fn new(is_psql: bool) -> Expanded {
        Expanded { is_psql, colon: None, known: HashMap::new(), holds: None, told: Told::default(), is_within: false }
    }

    /// Reads on from `at`.
    pub(super) fn advance(&mut self, text: Text<'_>, mut at: usize, out: &mut Out<'_>) -> Next {
        loop {
            let known = &text.bytes[at..text.end];
            if self.is_within {
                match memchr::memchr(b'\n', known) {
                    Some(n) => {
                        at += n + 1;
                        self.is_within = false;
                        continue;
                    }
                    None => return Next::Wait(text.end),
                }
            }
            if known.is_empty() {
                return Next::Wait(at);
            }
            let head = &known[..known.len().min(HOLD)];
            let line = match memchr::memchr(b'\n', head) {
                Some(n) => &head[..n],
                None if head.len() < HOLD && !text.is_over => return Next::Wait(at),
                None => head,
            };
            let is_whole = line.len() < head.len() || (text.is_over && head.len() == known.len());
            let Some(value) = self.line(line, out) else { return Next::Ended(at) };
            if let (Some(from), Some(sort)) = (value, self.holds) {
                let (start, mut end) = trimmed(out.bytes, at + from, at + line.len());
                // psql says that the value goes on.
                if self.is_psql && out.bytes[start..end].ends_with(b" +") {
                    end -= 1;
                }
                out.cell(start, at + line.len());
                match is_whole {
                    true => out.value(start, end, sort, Written::Plain),
                    false => out.open(start, at + line.len(), sort, Run::Line),
                }
            }
            at += line.len();
            self.is_within = true;
        }
    }

    /// Reads a line: gives where its value begins, if it has one; `None` if the records end before it.
    fn line(&mut self, line: &[u8], out: &mut Out<'_>) -> Option<Option<usize>> {
        let bare = line.trim_ascii();
        if bare.is_empty() {
            return None;
        }
        let is_mark = if self.is_psql { bare.starts_with(b"-[ RECORD") } else { bare.starts_with(b"*****") };
        if is_mark {
            self.holds = None;
            self.told = Told::default();
            return Some(None);
        }
        let (name, from) = if self.is_psql {
            let bar = memchr::memchr(b'|', &line[..line.len().min(NAME)])?;
            (line[..bar].trim_ascii(), bar + 1)
        } else {
            let colon = match self.colon {
                Some(colon) => colon,
                None => *self.colon.insert(memchr::memchr(b':', &line[..line.len().min(NAME)])?),
            };
            let name = line.get(..colon).unwrap_or_default().trim_ascii();
            let is_name = !name.is_empty() && line.get(colon) == Some(&b':') && !name.contains(&b' ');
            if !is_name {
                // `2 rows in set (0.00 sec)`, or a value that goes on.
                let is_end = memchr::memmem::find(line, b" in set").is_some() || line.starts_with(b"mysql>");
                return if is_end { None } else { Some(Some(0)) };
            }
            (name, colon + 1)
        };
        if name.is_empty() {
            return Some(Some(from));
        }
        let judge = &out.reader.judge;
        let column = match self.known.get(name) {
            Some(column) => *column,
            None => {
                let column = judge.lone_column(name);
                if self.known.len() < COLUMNS {
                    self.known.insert(name.to_vec(), column);
                }
                column
            }
        };
        self.holds = self.told.take(column, line[from..].trim_ascii(), out);
        Some(Some(from))
    }
}
