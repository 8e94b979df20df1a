//! Rows of XML backups: an element a row, its attributes being the columns (Jira's `entities.xml`); an object whose
//! properties are (Confluence's); rows whose cells stand in the order of the columns (`activeobjects.xml`).

use crate::detect::bytes::ByteSet;
use crate::detect::run::Run;
use crate::detect::table::cell::{Out, Written};
use crate::detect::table::column::{Column, Subject};
use crate::detect::table::told::Told;
use crate::detect::table::{COLUMNS, HOLD, Next, Text};

/// Rows in markup.
#[derive(Debug)]
pub struct Markup {
    how: How,
    subject: Subject,
    columns: Vec<Column>,
    /// The number of the cell that comes next in a row by order.
    number: usize,
    state: State,
    told: Told,
}

/// How cells are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By the attributes of one element.
    Attributes,
    /// By `<property name="...">`, until the object ends.
    Properties,
    /// By their order, until the data of the table end.
    Order,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Among the attributes of the element.
    Attributes,
    /// Outside of tags.
    Outside,
    /// The content of a cell begins.
    Content(Column),
    /// Within an attribute, or the content of an element, that is longer than what is held.
    Until(u8),
    /// Within a CDATA section that is longer than what is held.
    Section,
}

impl Markup {
    /// Rows that come next.
    pub fn new(how: How, subject: Subject) -> Markup {
        let state = if how == How::Attributes { State::Attributes } else { State::Outside };
        Markup { how, subject, columns: Vec::new(), number: 0, state, told: Told::default() }
    }

    /// Reads on from `at`.
    pub(super) fn advance(&mut self, text: Text<'_>, mut at: usize, out: &mut Out<'_>) -> Next {
        loop {
            if at >= text.end {
                return Next::Wait(at);
            }
            let known = &text.bytes[..text.end];
            let reach = text.end.min(at + HOLD);
            let is_near_end = text.end - at < HOLD && !text.is_over;
            let near = &known[at..reach];
            match self.state {
                State::Attributes => match near[0] {
                    b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                    b'>' | b'/' | b'<' => return Next::Ended(at),
                    _ => {
                        let Some(equals) = near.iter().position(|b| matches!(b, b'=' | b'>')) else {
                            if is_near_end {
                                return Next::Wait(at);
                            }
                            return Next::Ended(at);
                        };
                        let Some(&quote) = near.get(equals + 1) else {
                            if is_near_end {
                                return Next::Wait(at);
                            }
                            return Next::Ended(at);
                        };
                        if near[equals] == b'>' || !matches!(quote, b'"' | b'\'') {
                            return Next::Ended(at);
                        }
                        let name = near[..equals].trim_ascii();
                        let column = self.column(name, out);
                        let start = at + equals + 2;
                        match memchr::memchr(quote, &near[equals + 2..]).map(|n| start + n) {
                            Some(end) => {
                                self.take(column, start, end, Written::Entity, out);
                                at = end + 1;
                            }
                            None if is_near_end => return Next::Wait(at),
                            None if text.is_over && reach == text.end => return Next::Ended(reach),
                            None => {
                                self.open(column, start, reach, Run::Set(ByteSet::of(&[quote]).not()), out);
                                (self.state, at) = (State::Until(quote), reach);
                            }
                        }
                    }
                },
                State::Until(stop) => match memchr::memchr(stop, &known[at..]) {
                    Some(n) => {
                        at += n + usize::from(stop != b'<');
                        self.state = if stop == b'<' { State::Outside } else { State::Attributes };
                    }
                    None => return Next::Wait(text.end),
                },
                State::Section => match memchr::memmem::find(&known[at..], b"]]>") {
                    Some(n) => (self.state, at) = (State::Outside, at + n + 3),
                    None if text.is_over => return Next::Wait(text.end),
                    None => return Next::Wait(at.max(text.end.saturating_sub(2))),
                },
                State::Outside => {
                    let Some(n) = memchr::memchr(b'<', &known[at..]) else { return Next::Wait(text.end) };
                    at += n;
                    let near = &known[at..text.end.min(at + HOLD)];
                    if near.starts_with(b"<![CDATA[") {
                        (self.state, at) = (State::Section, at + 9);
                        continue;
                    }
                    let is_near_end = text.end - at < HOLD && !text.is_over;
                    let Some(end) = memchr::memchr(b'>', near) else {
                        if is_near_end {
                            return Next::Wait(at);
                        }
                        return Next::Ended(at + 1);
                    };
                    let tag = &near[1..end];
                    match self.tag(tag, out) {
                        Some(state) => (self.state, at) = (state, at + end + 1),
                        None => return Next::Ended(at + end + 1),
                    }
                }
                State::Content(column) => {
                    let section = b"<![CDATA[";
                    if near.len() < section.len() && is_near_end {
                        return Next::Wait(at);
                    }
                    let is_section = near.starts_with(section);
                    let from = if is_section { section.len() } else { 0 };
                    let stop = if is_section { memchr::memmem::find(near, b"]]>") } else { memchr::memchr(b'<', near) };
                    match stop {
                        Some(end) => {
                            let written = if is_section { Written::Plain } else { Written::Entity };
                            self.take(column, at + from, at + end, written, out);
                            (self.state, at) = (State::Outside, at + end + if is_section { 3 } else { 0 });
                        }
                        None if is_near_end => return Next::Wait(at),
                        None => {
                            let stop = if is_section { b']' } else { b'<' };
                            self.open(column, at + from, reach, Run::Set(ByteSet::of(&[stop]).not()), out);
                            self.state = if is_section { State::Section } else { State::Until(b'<') };
                            // The end of a section may have begun.
                            at = if is_section { reach.saturating_sub(2).max(at + from) } else { reach };
                        }
                    }
                }
            }
        }
    }

    /// What comes behind a tag; `None` if the rows end with it.
    fn tag(&mut self, tag: &[u8], out: &Out<'_>) -> Option<State> {
        let is_empty = tag.ends_with(b"/");
        let name = tag.split(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'/')).next().unwrap_or_default();
        match self.how {
            How::Attributes => None,
            How::Properties if tag.starts_with(b"/object") => None,
            How::Properties if name == b"property" && !is_empty => {
                let column = self.column(attribute(tag, b"name").unwrap_or_default(), out);
                Some(State::Content(column))
            }
            How::Properties => Some(State::Outside),
            How::Order if tag.starts_with(b"/data") => None,
            How::Order if tag.first() == Some(&b'/') => Some(State::Outside),
            How::Order if name == b"row" => {
                (self.number, self.told) = (0, Told::default());
                Some(State::Outside)
            }
            How::Order if name == b"column" => {
                if self.columns.len() < COLUMNS {
                    let column = self.column(attribute(tag, b"name").unwrap_or_default(), out);
                    self.columns.push(column);
                }
                Some(State::Outside)
            }
            How::Order => {
                let column = self.columns.get(self.number).copied().unwrap_or(Column::Stays);
                self.number += 1;
                Some(if is_empty { State::Outside } else { State::Content(column) })
            }
        }
    }

    fn column(&self, name: &[u8], out: &Out<'_>) -> Column {
        if self.subject.is_entries() {
            return Column::of_entry(name);
        }
        match out.reader.judge.column(name, self.subject) {
            // A name is a key only where rows are pairs, or may be.
            column @ (Column::Stays | Column::Known) if self.how == How::Order || self.subject.is_pairs() => {
                match out.reader.judge.lone_column(name) {
                    Column::Stays => column,
                    pair => pair,
                }
            }
            column => column,
        }
    }

    fn take(&mut self, column: Column, start: usize, end: usize, written: Written, out: &mut Out<'_>) {
        out.cell(start, end);
        let value = &out.bytes[start..end];
        if let Some(sort) = self.told.take(column, value, out) {
            out.value(start, end, sort, written);
        }
    }

    fn open(&self, column: Column, start: usize, to: usize, run: Run, out: &mut Out<'_>) {
        if let Column::Holds(sort) = column
            && start < to
        {
            out.open(start, to, sort, run);
        }
    }
}

/// The value of an attribute of a tag.
pub fn attribute<'t>(tag: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let mut rest = tag;
    while let Some(equals) = memchr::memchr(b'=', rest) {
        let key = rest[..equals].rsplit(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).next().unwrap_or_default();
        let (&quote, value) = rest[equals + 1..].split_first()?;
        let end = memchr::memchr(quote, value)?;
        if key == name {
            return Some(&value[..end]);
        }
        rest = &value[end + 1..];
    }
    None
}
