//! The rows of an `INSERT`: values in parentheses, in the order of the columns that it names, or of `CREATE TABLE`; and rows of
//! JSON, which are lists in a list: `{"columns":["id","user"],"rows":[[1,"jroe"],[2,"mkent"]]}`. And the cases of a test that a
//! program lists in the order of names: `[]struct{ user, password string }{{"jroe", "x"}}`.

use crate::detect::reading::random;
use crate::detect::run::{self, Run, Step};
use crate::detect::table::cell::{Out, Written};
use crate::detect::table::column::{Column, Columns};
use crate::detect::table::told::Told;
use crate::detect::table::{HOLD, Next, Text};
use crate::kind::{Family, Kind};

/// The rows of a statement.
#[derive(Debug)]
pub struct Insert {
    /// Whether backslashes escape in literals, as in those of MySQL.
    escapes: bool,
    marks: Marks,
    columns: Columns,
    state: State,
    told: Told,
}

/// What stands around rows and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Marks {
    open: u8,
    close: u8,
    quote: u8,
}

impl Marks {
    const SQL: Marks = Marks { open: b'(', close: b')', quote: b'\'' };
    const JSON: Marks = Marks { open: b'[', close: b']', quote: b'"' };

    /// Whether they are those of a program.
    fn is_code(self) -> bool {
        self != Marks::SQL && self != Marks::JSON
    }

    fn is_one(self, byte: u8) -> bool {
        byte == self.open
            || byte == self.close
            || byte == self.quote
            || matches!(byte, b',' | b';')
            || self == Marks::JSON && matches!(byte, b'{' | b'}')
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the parenthesis of a row; the first may stand anywhere, later ones behind a comma.
    Row,
    /// The value of this number begins.
    Value(usize),
    /// Within a long literal, of which so many bytes may come yet.
    Literal { number: usize, escapes: bool, left: usize },
    /// Behind the literal of this number, or within something else, so many parentheses deep.
    Behind { number: usize, depth: usize },
    /// Behind a row.
    Between,
}

/// How long a literal is that has lost its end.
const LOST: usize = 16 << 20;

/// The same in a program, where a mark of the other sort may have been taken for the quote.
const LOST_IN_CODE: usize = 256;

/// A value as it was read.
struct Value {
    start: usize,
    end: usize,
    written: Written,
    /// Behind it, where a comma or the end of the row is still to come.
    next: usize,
}

impl Insert {
    /// The rows that come next, of these columns.
    pub fn new(escapes: bool, columns: Columns) -> Insert {
        Insert { escapes, marks: Marks::SQL, columns, state: State::Row, told: Told::default() }
    }

    /// The rows of JSON that come next, of these columns.
    pub fn lists(columns: Columns) -> Insert {
        Insert { escapes: true, marks: Marks::JSON, columns, state: State::Row, told: Told::default() }
    }

    /// The cases of a test that come next, which a program writes between such brackets and with such quotes.
    pub fn cases(columns: Columns, (open, close): (u8, u8), quote: u8) -> Insert {
        let marks = Marks { open, close, quote };
        Insert { escapes: true, marks, columns, state: State::Row, told: Told::default() }
    }

    /// Reads on from `at`.
    pub(super) fn advance(&mut self, text: Text<'_>, mut at: usize, out: &mut Out<'_>) -> Next {
        loop {
            if at >= text.end {
                return Next::Wait(at);
            }
            match self.state {
                State::Row => match text.bytes[at] {
                    b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                    byte if byte == self.marks.open => {
                        self.told = Told::default();
                        (self.state, at) = (State::Value(0), at + 1);
                    }
                    _ => return Next::Ended(at),
                },
                State::Between => match text.bytes[at] {
                    b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                    b',' => (self.state, at) = (State::Row, at + 1),
                    _ => return Next::Ended(at),
                },
                State::Value(number) => {
                    if matches!(text.bytes[at], b' ' | b'\t' | b'\r' | b'\n') {
                        at += 1;
                        continue;
                    }
                    // `{"id":1}` in a list: passed over.
                    if self.marks == Marks::JSON && text.bytes[at] == b'{' {
                        self.state = State::Behind { number, depth: 0 };
                        continue;
                    }
                    let reach = text.end.min(at + HOLD);
                    let near = Text { end: reach, is_over: text.is_over && reach == text.end, ..text };
                    match self.value(near, at) {
                        Some(value) => {
                            self.take(number, &value, out);
                            (self.state, at) = (State::Behind { number, depth: 0 }, value.next);
                        }
                        None if text.end - at < HOLD && !text.is_over => return Next::Wait(at),
                        None => at = self.open(near, at, number, out),
                    }
                }
                State::Literal { number, escapes, left } => {
                    let mut left = left;
                    match run::cell(&text.bytes[..text.end], at, self.marks.quote, escapes, &mut left, text.is_over) {
                        Step::Ended(end) => {
                            at = end + usize::from(end < text.end && text.bytes[end] == self.marks.quote);
                            self.state = State::Behind { number, depth: 0 };
                        }
                        Step::Open(to) => {
                            self.state = State::Literal { number, escapes, left };
                            return Next::Wait(to);
                        }
                    }
                }
                State::Behind { number, depth } => {
                    let known = &text.bytes[at..text.end];
                    let marks = self.marks;
                    let Some(n) = known.iter().position(|&b| marks.is_one(b)) else {
                        return Next::Wait(text.end);
                    };
                    self.state = match known[n] {
                        byte if byte == marks.close && depth == 0 => State::Between,
                        byte if byte == marks.open || byte == b'{' => State::Behind { number, depth: depth + 1 },
                        b'}' if depth == 0 => return Next::Ended(at + n),
                        byte if byte == marks.close || byte == b'}' => State::Behind { number, depth: depth - 1 },
                        b',' if depth == 0 => State::Value(number + 1),
                        byte if byte == marks.quote => {
                            let left = if marks.is_code() { LOST_IN_CODE } else { LOST };
                            State::Literal { number, escapes: self.escapes, left }
                        }
                        b';' if depth == 0 => return Next::Ended(at + n),
                        _ => self.state,
                    };
                    at += n + 1;
                }
            }
        }
    }

    /// The value at `at`: a literal, or what has no quotes and no parentheses. `None` if its end is not near.
    fn value(&self, text: Text<'_>, at: usize) -> Option<Value> {
        let known = &text.bytes[..text.end];
        // `N'x'`, `E'x'`, `_binary 'x'`.
        let word = known[at..].iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'_'));
        if let Some(word) = word {
            let blanks = known[at + word..].iter().take(2).take_while(|&&b| b == b' ').count();
            let quote = at + word + blanks;
            let mark = self.marks.quote;
            let is_literal = word == 0 || mark == b'\'' && (known[at] == b'_' || (word == 1 && blanks == 0));
            if is_literal && known.get(quote) == Some(&mark) {
                let escapes = self.escapes || matches!(known[at], b'e' | b'E');
                let Step::Ended(end) = run::quoted(known, quote + 1, mark, escapes, text.is_over) else { return None };
                let written = match self.marks {
                    marks if marks != Marks::SQL => Written::Escaped,
                    _ if escapes => Written::Backslash,
                    _ => Written::Doubled,
                };
                return Some(Value { start: quote + 1, end, written, next: (end + 1).min(text.end) });
            }
        }
        let stop = known[at..].iter().position(|&b| self.marks.is_one(b)).map(|n| at + n);
        let stop = match stop {
            Some(stop) => stop,
            None if text.is_over => text.end,
            None => return None,
        };
        let end = at + known[at..stop].trim_ascii_end().len();
        let value = &known[at..end];
        let is_number = value.iter().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
            && value.iter().any(u8::is_ascii_digit);
        // Of what is neither a literal nor a number, only hexadecimal digits are a value: `:name`, `now()` and `DEFAULT` are none.
        let is_value = is_number || value.starts_with(b"0x") || value.starts_with(b"0X");
        let written = if is_number { Written::Number } else { Written::Plain };
        Some(Value { start: if is_value { at } else { end }, end, written, next: stop })
    }

    fn take(&mut self, number: usize, value: &Value, out: &mut Out<'_>) {
        out.cell(value.start, value.end);
        let text = &out.bytes[value.start..value.end];
        if let Some(sort) = self.told.take(self.columns.get(number), text, out) {
            // Tokens of languages and names of secrets are cases of tests, too.
            let is_sure = || {
                sort.kind == Kind::Password
                    || sort.kind.family() != Family::Secret
                    || text.iter().any(u8::is_ascii_digit) && text.len() > 5
                    || random::is_random(text)
            };
            if self.marks.is_code() && (value.written == Written::Number || !is_sure()) {
                return;
            }
            out.value(value.start, value.end, sort, value.written);
        }
    }

    /// Lets go of a value that is longer than what is held; gives where it goes on.
    fn open(&mut self, near: Text<'_>, at: usize, number: usize, out: &mut Out<'_>) -> usize {
        let known = &near.bytes[..near.end];
        let quote = known[at..].iter().take(24).position(|&b| b == self.marks.quote).map(|n| at + n);
        let Some(quote) = quote else {
            self.state = State::Behind { number, depth: 0 };
            return at;
        };
        let escapes = self.escapes || matches!(known[at], b'e' | b'E');
        let (Step::Open(to) | Step::Ended(to)) = run::quoted(known, quote + 1, self.marks.quote, escapes, false);
        if let Column::Holds(sort) = self.columns.get(number)
            && to > quote + 1
            && !self.marks.is_code()
        {
            out.open(quote + 1, to, sort, Run::Cell { quote: self.marks.quote, escapes, left: LOST });
        }
        let left = if self.marks.is_code() { LOST_IN_CODE } else { LOST };
        self.state = State::Literal { number, escapes, left };
        to
    }
}
