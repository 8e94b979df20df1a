//! Values in elements, attributes, cells and records.

use super::reader::Reader;
use super::{Place, Separator};
use crate::detect::bytes::{BLANK, ByteSet, LETTER, SPACE, WORD};
use crate::detect::reading::key::is_owner;
use crate::detect::reading::nested;
use crate::detect::reading::value::Quote;

impl<'v> Reader<'_, 'v> {
    /// `| password | x |`, where the key is the first cell of its row.
    pub(super) fn cell(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let bar = view.run_back(self.key.start, const { ByteSet::of(b" \t`*") }, 16);
        let start = view.run_back(bar.saturating_sub(1), BLANK, 64);
        let is_first = view.before(bar) == Some(b'|') && view.before(start).is_none_or(|b| b == b'\n');
        let value = view.run(at + 1, const { ByteSet::of(b" \t`") }, 64);
        (is_first && view.at(value).is_some_and(|b| !matches!(b, b'|' | b'\r' | b'\n')))
            .then(|| self.place(value, Separator::Cell))
            .flatten()
    }

    /// `password string = "x"`: a declaration whose type follows the name.
    pub(super) fn typed(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let end = view.run(at, const { WORD.or(ByteSet::of(b".*[]<>")) }, 32);
        // `pwd As String = "x"` of Visual Basic
        // `v_password VARCHAR2(30) := 'x'`
        let open = usize::from(view.at(end) == Some(b'('));
        let length = view.run(end + open, const { ByteSet::of(b"0123456789, ") }, 8 * open);
        if open == 1 && view.starts_with(length, b") := ") && end > at {
            return Quote::at(view, length + 5).and_then(|_| self.place(length + 5, Separator::Equals));
        }
        let is_as = view.starts_with_ignoring_case(at, b"as ");
        let end = if is_as { view.run(at + 3, WORD, 24) } else { end };
        let equals = view.run(end, BLANK, 8);
        // What is behind the line is not looked at, so that it need not be waited for.
        if end == at || equals == end || view.at(equals) != Some(b'=') || !view.is(equals + 1, BLANK) {
            return None;
        }
        let value = view.run(equals + 1, BLANK, 8);
        Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals))
    }

    /// `type="password" value="x"`, `name="csrf-token" content="x"`: another attribute of the tag. And what follows the end
    /// of the tag: `<param name="password" type="string">x`.
    pub(super) fn attribute(&self, at: usize) -> Option<Place<'v>> {
        const REACH: usize = 256;
        let (view, key) = (self.view, self.key);
        let open = view.run_back(key.start, const { ByteSet::of(b"<>\n").not() }, 200);
        if view.before(open) != Some(b'<') {
            return None;
        }
        let end = view.run(at, const { ByteSet::of(b"<>").not() }, REACH);
        let tag = view.slice(at, end);
        let value = [&b"value="[..], b"content=", b"defaultValue="].into_iter().find_map(|name| {
            let found = memchr::memmem::find(tag, name)?;
            let begins = tag[..found].last().is_none_or(|b| SPACE.contains(*b));
            begins.then_some(at + found + name.len())
        });
        if let Some(value) = value {
            return Quote::at(view, value).and_then(|_| self.place(value, Separator::Equals));
        }
        let is_element = view.at(end) == Some(b'>') && view.before(end) != Some(b'/') && key.is_named(view);
        is_element.then(|| self.place(view.run(end + 1, SPACE, 256), Separator::Tag)).flatten()
    }

    /// `<input value="x" type="password">`.
    pub(super) fn attribute_before(&self) -> Option<Place<'v>> {
        let (view, key) = (self.view, self.key);
        let open = view.run_back(key.start, const { ByteSet::of(b"<>\n").not() }, 200);
        let tag = view.slice(open, key.start);
        if view.before(open) != Some(b'<') || !tag.starts_with(b"input ") {
            return None;
        }
        let found = open + memchr::memmem::rfind(tag, b" value=")? + 7;
        let quote = Quote::at(view, found)?;
        let extent = quote.extent(view, quote.end(found), false);
        let place = self.place(extent.start, Separator::Equals)?;
        (extent.end < key.start && extent.end > extent.start).then_some(Place { known_end: Some(extent.end), ..place })
    }

    /// `<password encrypted="false">x`: behind the attributes.
    pub(super) fn tag_with_attributes(&self, at: usize) -> Option<Place<'v>> {
        let end = self.view.run(at, const { ByteSet::of(b"<>\n").not() }, 256);
        // `<password value="x"/>`
        if self.view.starts_with(at, b"value=") {
            return Quote::at(self.view, at + 6).and_then(|_| self.place(at + 6, Separator::Equals));
        }
        let is_open = self.view.at(end) == Some(b'>') && self.view.before(end) != Some(b'/');
        is_open.then(|| self.place(self.view.run(end + 1, SPACE, 256), Separator::Tag)).flatten()
    }

    /// `<name>db.password</name> <value>x`, `<key>Password</key> <string>x`.
    pub(super) fn next_element(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let open = view.run_back(self.key.start - 1, const { WORD.or(ByteSet::of(b"-:")) }, 32);
        if view.before(open) != Some(b'<') || view.at(at + 1) != Some(b'/') {
            return None;
        }
        let word = view.slice(open, self.key.start - 1);
        let is_name = [&b"-name"[..], b"-key", b"Name"].iter().any(|end| word.ends_with(end))
            || [&b"name"[..], b"key", b"property", b"id", b"td", b"th", b"dt"]
                .iter()
                .any(|w| word.eq_ignore_ascii_case(w));
        if !is_name {
            return None;
        }
        let close = view.run(at + 2, const { WORD.or(ByteSet::of(b"-:")) }, 32);
        let mut next = view.run(close + 1, SPACE, 64);
        let mut tag = view.run(next + 1, const { WORD.or(ByteSet::of(b"-:")) }, 32);
        // `<env-entry-type>java.lang.String</env-entry-type>` between the two
        if view.slice(next + 1, tag).ends_with(b"-type") {
            let end = view.run(tag, const { ByteSet::of(b"<\n").not() }, 96);
            let close = view.run(end + 1, const { WORD.or(ByteSet::of(b"-:/")) }, 40);
            if view.at(end + 1) == Some(b'/') && view.at(close) == Some(b'>') {
                next = view.run(close + 1, SPACE, 64);
                tag = view.run(next + 1, const { WORD.or(ByteSet::of(b"-:")) }, 32);
            }
        }
        // `<th>Password</th><th>Meaning</th>`: the heads of columns.
        if word.eq_ignore_ascii_case(b"th") && view.slice(next + 1, tag).eq_ignore_ascii_case(b"th") {
            return None;
        }
        // `<id>jwt</id><version>0.9.1</version>`
        if [&b"version"[..], b"type", b"class", b"scope"].contains(&view.slice(next + 1, tag)) {
            return None;
        }
        let is_element = view.at(close) == Some(b'>') && view.at(next) == Some(b'<') && view.at(tag) == Some(b'>');
        (is_element && tag > next + 1).then(|| self.place(view.run(tag + 1, SPACE, 64), Separator::Tag)).flatten()
    }

    /// `name="password" value="x"`, `{"name": "password", "type": "text", "value": "x"}`, `- name: DB_PASSWORD` and `value: x`
    /// below it, `{type: 'SET_TOKEN', payload: 'x'}`.
    pub(super) fn sibling(&self, at: usize) -> Option<Place<'v>> {
        /// Members that may stand between the two.
        const BETWEEN: usize = 3;
        let view = self.view;
        if !(self.key.is_named(view) || self.is_key_quoted && self.key.is_typed(view)) {
            return None;
        }
        let mut at = at;
        for _ in 0..=BETWEEN {
            let quote = Quote::at(view, at);
            let word = quote.map_or(at, |quote| quote.end(at));
            let last = view.run(word, LETTER, 24);
            let end = quote.map_or(last, |quote| quote.end(last));
            let separator = view.run(end, BLANK, 8);
            let value = view.run(separator + 1, BLANK, 16);
            let sign = view.at(separator).filter(|b| matches!(b, b'=' | b':') && last > word)?;
            let name = view.slice(word, last);
            let is_payload = || name == b"payload" && self.key.is_typed(view);
            if is_word_of_value(name, quote.is_some() || sign == b'=') || is_payload() {
                return self.place(value, if sign == b'=' { Separator::Equals } else { Separator::Colon });
            }
            // `"type": "text",`, `"enabled": true,`
            quote.filter(|_| sign == b':')?;
            let behind = match Quote::at(view, value) {
                Some(quote) => {
                    let extent = quote.extent(view, quote.end(value), false);
                    if extent.end > value + 64 {
                        return None;
                    }
                    quote.end(extent.end)
                }
                None => view.run(value, const { WORD.or(ByteSet::of(b".-")) }, 24),
            };
            if view.at(behind) != Some(b',') {
                return None;
            }
            at = view.run(behind + 1, SPACE, 64);
        }
        None
    }

    /// `- name: password`, and `in: query`, `type: string`, `example: x` on the lines that follow.
    pub(super) fn described(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let line = view.line_start(self.key.start);
        let start = view.run(line, BLANK, 64);
        let next = view.run(at, const { ByteSet::of(b"\r") }, 1) + 1;
        let is_item = view.starts_with(start, b"- name:") && view.at(next - 1) == Some(b'\n');
        let value = is_item.then(|| nested::described(view, next, start - line)).flatten()?;
        self.place(value, Separator::Colon)
    }

    /// `form-data; name="password"`, an empty line, and the value on the next.
    pub(super) fn form_field(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let end = if view.at(at) == Some(b'\r') { at + 1 } else { at };
        let width = end - at + 1;
        let is_empty = view.at(end) == Some(b'\n') && view.slice(end + 1, end + 1 + width) == view.slice(at, end + 1);
        let line = view.slice(view.line_start(self.key.start), self.key.start);
        let is_form = memchr::memmem::find(line, b"form-data").is_some();
        (is_empty && is_form).then(|| self.place(end + 1 + width, Separator::Statement)).flatten()
    }

    /// `{"value": "x", "name": "password"}`, `value="x" name="password"`, on one line.
    pub(super) fn sibling_before(&self) -> Option<Place<'v>> {
        const BETWEEN: ByteSet = ByteSet::of(b" \t,");
        let (view, key) = (self.view, self.key);
        if !key.is_named(view) {
            return None;
        }
        let line = view.line_start(key.start);
        let mark = view.before(key.start).filter(|b| matches!(b, b'"' | b'\''))?;
        let padding = const { ByteSet::of(b"\"'`\\ \t:=") };
        let name = view.run_back(view.run_back(key.start, padding, 16), LETTER, 16);
        let close = view.run_back(view.run_back(name, const { ByteSet::of(b"\"'") }, 1), BETWEEN, 8);
        if view.before(close) != Some(mark) || close <= line + 1 {
            return None;
        }
        let start = view.run_back(close - 1, ByteSet::of(&[mark, b'\n']).not(), 512);
        let word_end = view.run_back(start, padding, 16);
        let is_value = view.before(start) == Some(mark) && view.ends_with_ignoring_case(word_end, b"value");
        let place = self.place(start, Separator::Equals)?;
        (is_value && close - 1 > start).then_some(Place { known_end: Some(close - 1), ..place })
    }
}

/// Whether a member beside a name holds the value: `value`, `defaultValue`, `ParameterValue`, and where it is surely a member,
/// `val`.
fn is_word_of_value(word: &[u8], is_member: bool) -> bool {
    let end = word.len().saturating_sub(5);
    is_member && word == b"val"
        || word[end..].eq_ignore_ascii_case(b"value")
            && (is_owner(&word[..end]) || word[..end].eq_ignore_ascii_case(b"default"))
}
