//! Open runs: values whose end was out of reach when they were decided, followed to it in bounded memory.

use crate::detect::bytes::{ALNUM, BASE64, BLANK, ByteSet};

/// How a value goes on until it ends. A machine over bytes that needs at most [`Run::LOOK`] bytes ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// As long as bytes are of a set.
    Set(ByteSet),
    /// To the closing quote, or the end of the line.
    Quoted {
        /// The quote.
        quote: u8,
        /// The backslashes that stand before it at this level of nesting: 0, 1, 3, 7.
        level: u32,
        /// Backslashes seen just before the next byte.
        backslashes: u32,
    },
    /// To the end of the line.
    Line,
    /// To the next `<`.
    Element,
    /// As long as lines are blank or indented deeper than this many columns.
    Block {
        /// The column of the key that opened the block.
        indent: usize,
    },
    /// To the quote that ends a cell, where a doubled one is part of it, or so many bytes on at most.
    Cell {
        /// The quote.
        quote: u8,
        /// Whether a backslash takes the next byte along.
        escapes: bool,
        /// How many bytes may come yet: a quote that was forgotten must not swallow the rest of the stream.
        left: usize,
    },
    /// To the END line of a PEM block, or as long as lines look like its body.
    Pem,
}

impl Run {
    /// Whether where it ends depends on where it stands alone, so that two that stand at one place end at one.
    pub fn is_memoryless(&self) -> bool {
        matches!(self, Run::Set(_) | Run::Line | Run::Element)
    }
}

/// Where an open run stands after some more bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It ended before this index.
    Ended(usize),
    /// Everything before this index belongs to it; what follows is not decided.
    Open(usize),
}

impl Run {
    /// The most bytes ahead of its position that a run looks before it decides.
    pub const LOOK: usize = 512;

    /// Follows the run over `bytes` from index `from`. `is_last` tells that the stream ends with `bytes`.
    pub fn advance(&mut self, bytes: &[u8], from: usize, is_last: bool) -> Step {
        match self {
            Run::Set(set) => until(bytes, from, is_last, |b| !set.contains(b)),
            Run::Element => until(bytes, from, is_last, |b| b == b'<'),
            Run::Line => until(bytes, from, is_last, |b| matches!(b, b'\n' | b'\r')),
            Run::Quoted { quote, level, backslashes } => {
                for (i, &byte) in bytes.iter().enumerate().skip(from) {
                    if byte == b'\n' {
                        return Step::Ended(if i > from && bytes[i - 1] == b'\r' { i - 1 } else { i });
                    }
                    if byte == *quote && *backslashes % (2 * (*level + 1)) == *level {
                        // The backslashes that escape the quote belong to it, not to the value.
                        return Step::Ended(i - (*level as usize).min(i - from));
                    }
                    *backslashes = if byte == b'\\' { *backslashes + 1 } else { 0 };
                }
                if is_last {
                    return Step::Ended(bytes.len());
                }
                // Backslashes and a carriage return at the edge may belong to what ends the value.
                let held = Self::held(&bytes[from.min(bytes.len())..]);
                *backslashes = backslashes.saturating_sub(held as u32);
                Step::Open(bytes.len() - held)
            }
            Run::Block { indent } => block(bytes, from, is_last, *indent),
            Run::Cell { quote, escapes, left } => cell(bytes, from, *quote, *escapes, left, is_last),
            Run::Pem => pem(bytes, from, is_last),
        }
    }

    /// How many bytes at the end of `bytes` may belong to the end of a quoted value rather than to the value.
    pub fn held(bytes: &[u8]) -> usize {
        match bytes.last() {
            Some(b'\r') => 1,
            _ => bytes.iter().rev().take(7).take_while(|&&b| b == b'\\').count(),
        }
    }
}

fn open_or_ended(bytes: &[u8], is_last: bool) -> Step {
    if is_last { Step::Ended(bytes.len()) } else { Step::Open(bytes.len()) }
}

fn until(bytes: &[u8], from: usize, is_last: bool, ends: impl Fn(u8) -> bool) -> Step {
    match bytes[from.min(bytes.len())..].iter().position(|&b| ends(b)) {
        Some(n) => Step::Ended(from + n),
        None => open_or_ended(bytes, is_last),
    }
}

/// Where a text ends that began before `from` and in which `quote` is doubled: at a quote that no other follows. With
/// `escapes`, a backslash takes the next byte along.
pub fn quoted(bytes: &[u8], from: usize, quote: u8, escapes: bool, is_last: bool) -> Step {
    let mut at = from.min(bytes.len());
    let other = if escapes { b'\\' } else { quote };
    while let Some(n) = memchr::memchr2(quote, other, &bytes[at..]) {
        let is_escape = bytes[at + n] != quote;
        match bytes.get(at + n + 1) {
            Some(&next) if is_escape || next == quote => at += n + 2,
            None if !is_last => return Step::Open(at + n),
            None if is_escape => return Step::Ended(bytes.len()),
            _ => return Step::Ended(at + n),
        }
    }
    open_or_ended(bytes, is_last)
}

/// The same, `left` bytes on at most, of which it takes off what it went through.
pub fn cell(bytes: &[u8], from: usize, quote: u8, escapes: bool, left: &mut usize, is_last: bool) -> Step {
    let cap = from + *left;
    let stop = bytes.len().min(cap);
    match quoted(&bytes[..stop], from, quote, escapes, is_last && stop == bytes.len()) {
        Step::Open(_) if stop == cap => Step::Ended(cap),
        Step::Open(to) => {
            *left -= to - from;
            Step::Open(to)
        }
        ended => ended,
    }
}

/// A YAML block scalar: `from` stands at the start of a line or within one that belongs.
fn block(bytes: &[u8], from: usize, is_last: bool, indent: usize) -> Step {
    let mut at = from;
    loop {
        let Some(newline) = memchr::memchr(b'\n', &bytes[at..]).map(|n| at + n) else {
            return open_or_ended(bytes, is_last);
        };
        let blanks = bytes[newline + 1..].iter().take(Run::LOOK - 2).take_while(|&&b| BLANK.contains(b)).count();
        match bytes.get(newline + 1 + blanks) {
            // The newline before a line that no longer belongs is not part of the value.
            Some(&next) if blanks <= indent && next != b'\n' && next != b'\r' => return Step::Ended(newline),
            Some(_) => at = newline + 1,
            None if is_last => return Step::Ended(if blanks == 0 { newline } else { bytes.len() }),
            None => return Step::Open(newline),
        }
    }
}

const PEM_BODY: ByteSet = BASE64;
/// What a line of the body goes on with: it may be damaged, and the rest of a damaged word belongs to the key as well.
const PEM_WITHIN: ByteSet = ALNUM.or(ByteSet::of(b"+/=_:%"));
/// What may stand between the lines of a block: indentation, quotation marks of mail and of source text, list bars.
const PEM_MARGIN: ByteSet = ByteSet::of(b" \t>|#*\"'+,;:.\\");
/// Line ends of markup.
const PEM_BREAKS: [&[u8]; 7] = [b"<br>", b"<br/>", b"<br />", b"&#10;", b"&#13;", b"&#xA;", b"&#xD;"];
const PEM_LINE: usize = 200;

/// The body of a PEM block: base64, line ends (also spelled `\n`, `\r\n`, or with a margin), headers, and the END line.
fn pem(bytes: &[u8], from: usize, is_last: bool) -> Step {
    let mut at = from;
    loop {
        while at < bytes.len() && PEM_WITHIN.contains(bytes[at]) {
            at += 1;
        }
        if at == bytes.len() {
            return open_or_ended(bytes, is_last);
        }
        match pem_link(&bytes[at..bytes.len().min(at + Run::LOOK)], is_last && bytes.len() <= at + Run::LOOK) {
            Link::Body(n) => at += n,
            Link::End(n) => return Step::Ended(at + n),
            Link::Broken => return Step::Ended(at),
            Link::Unknown => return Step::Open(at),
        }
    }
}

enum Link {
    /// This many bytes lead to more of the body.
    Body(usize),
    /// The block ends after this many bytes.
    End(usize),
    /// What follows is not part of the block.
    Broken,
    /// More bytes are needed.
    Unknown,
}

/// What follows where base64 stops, seen through at most [`Run::LOOK`] bytes.
fn pem_link(rest: &[u8], is_last: bool) -> Link {
    let short = |broken: Link| if rest.len() < Run::LOOK && !is_last { Link::Unknown } else { broken };
    let mut at = 0;
    let mut line_ends = 0;
    loop {
        match rest.get(at) {
            None => return short(Link::Broken),
            Some(b'\n' | b'\r') => {
                line_ends += 1;
                at += 1;
            }
            Some(b'\\') if matches!(rest.get(at + 1), Some(b'n' | b'r' | b't')) => {
                line_ends += 1;
                at += 2;
            }
            Some(b'\\') if at + 1 == rest.len() => return short(Link::Broken),
            Some(b'<' | b'&') => match PEM_BREAKS.iter().find(|text| starts_ignoring_case(&rest[at..], text)) {
                Some(text) => {
                    line_ends += 1;
                    at += text.len();
                }
                None if rest.len() - at < 6 => return short(Link::Broken),
                None => return Link::Broken,
            },
            // `b"..."` of Python, `// ` of comments
            Some(b'b' | b'r') if line_ends > 0 && matches!(rest.get(at + 1), Some(b'"' | b'\'')) => at += 2,
            Some(b'/') if line_ends > 0 && rest[at..].starts_with(b"// ") => at += 3,
            Some(&b) if PEM_MARGIN.contains(b) => at += 1,
            Some(b'-') => {
                let dashes = rest[at..].iter().take_while(|&&b| b == b'-').count();
                let label = &rest[at + dashes..];
                if label.len() < 4 && !is_last {
                    return short(Link::Broken);
                }
                if dashes < 4 && at == 0 {
                    // Within a word: the other alphabet of base64, or a damaged line.
                    return Link::Body(dashes);
                }
                if dashes < 4 || !label.trim_ascii_start().starts_with(b"END") {
                    return Link::Broken;
                }
                let Some(close) = label.iter().take(80).position(|&b| b == b'-' || b == b'\n') else {
                    return if label.len() < 80 {
                        short(Link::End(at + dashes + 3))
                    } else {
                        Link::End(at + dashes + 3)
                    };
                };
                let closing = label[close..].iter().take(5).take_while(|&&b| b == b'-').count();
                if close + closing == label.len() && closing < 5 && !is_last {
                    return Link::Unknown;
                }
                return Link::End(at + dashes + close + closing);
            }
            // The line ends may have become blanks.
            Some(_) if line_ends == 0 && at > 0 && rest[..at].iter().all(|&b| b == b' ') => {
                let body = rest[at..].iter().take(PEM_LINE).take_while(|&&b| PEM_BODY.contains(b) && b != b'-').count();
                return match rest.get(at + body) {
                    _ if body >= 16 => Link::Body(at),
                    None => short(Link::Broken),
                    Some(b' ' | b'-') if body > 0 && rest[at + body..].trim_ascii_start().starts_with(b"-----END") => {
                        Link::Body(at)
                    }
                    Some(_) => short(Link::Broken),
                };
            }
            Some(_) if line_ends == 0 => return Link::Broken,
            Some(_) => break,
        }
        if at > 120 || line_ends > 4 {
            return Link::Broken;
        }
    }
    // A new line: a header, or base64 to the end of the line.
    let line = &rest[at..];
    let body = line.iter().take(PEM_LINE).take_while(|&&b| PEM_BODY.contains(b)).count();
    match line.get(body) {
        _ if body >= 60 => Link::Body(at),
        None => short(if body > 0 { Link::Body(at) } else { Link::Broken }),
        // `Proc-Type: 4,ENCRYPTED`
        Some(b':') if body > 2 && line.get(body + 1).is_none_or(|&b| b == b' ') => {
            match line.iter().take(PEM_LINE).position(|&b| b == b'\n' || b == b'\\') {
                Some(end) => Link::Body(at + end),
                None => short(Link::Broken),
            }
        }
        Some(b'\n' | b'\r' | b'\\' | b'"' | b'\'' | b'<' | b'&' | b'%' | b',' | b')') if body > 0 => Link::Body(at),
        Some(_) => match pem_prefixed(line) {
            Some(n) => Link::Body(at + n),
            None if line.len() < PEM_LINE => short(Link::Broken),
            None => Link::Broken,
        },
    }
}

/// Behind what a log puts before each line, if the last word of the line is of the body, or its END.
fn pem_prefixed(line: &[u8]) -> Option<usize> {
    let end = line.iter().take(PEM_LINE).position(|&b| b == b'\n')?;
    let line = line[..end].trim_ascii_end();
    if let Some(n) = memchr::memmem::find(line, b"-----END ") {
        return (!line[..n].iter().any(|b| b"\"'=".contains(b))).then_some(n);
    }
    let word = line.iter().rposition(|b| BLANK.contains(*b))? + 1;
    let text = &line[word..];
    let is_body = text.len() >= 60 || (text.len() >= 16 && text.ends_with(b"="));
    (is_body && text.iter().all(|b| PEM_BODY.contains(*b))).then_some(word)
}

fn starts_ignoring_case(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `text` in pieces of `piece` bytes, as the fold does, and gives the end.
    fn follow(mut run: Run, text: &[u8], piece: usize) -> usize {
        let mut at = 0;
        let mut known = 0;
        loop {
            known = (known + piece).min(text.len());
            match run.advance(&text[..known], at, known == text.len()) {
                Step::Ended(end) => return end,
                Step::Open(next) => {
                    assert!(known < text.len(), "a run must end with the stream");
                    assert!(known - next <= Run::LOOK, "bounded look-ahead");
                    at = next;
                }
            }
        }
    }

    #[test]
    fn every_run_ends_at_the_same_place_however_it_is_fed() {
        let key = "\nMIIEpAIBAAKCAQEA7bq1x\nabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+/ab\nQw==\n-----END RSA PRIVATE KEY-----\nnext";
        let escaped = r"\nMIIEpAIBAAKCAQEA\nQw==\n-----END PRIVATE KEY-----\n , next";
        let headless = "\nMIIEpAIBAAKCAQEA7bq1x\nQw==\nthis is the next line\n";
        let headers = "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nMIIEpA\n-----END X PRIVATE KEY-----";
        let cases: [(Run, &str, &str); 10] = [
            (Run::Pem, key, "\nnext"),
            (Run::Pem, escaped, r"\n , next"),
            (Run::Pem, headless, "\nthis is the next line\n"),
            (Run::Pem, headers, ""),
            (Run::Set(BASE64), "abc+/=.rest", ".rest"),
            (Run::Line, "to the end\r\nnext", "\r\nnext"),
            (Run::Element, "value</password>", "</password>"),
            (Run::Quoted { quote: b'"', level: 0, backslashes: 0 }, r#"a\"b\\" rest"#, r#"" rest"#),
            (Run::Quoted { quote: b'"', level: 1, backslashes: 0 }, r#"a\\b\" rest"#, r#"\" rest"#),
            (Run::Block { indent: 2 }, "\n    one\n\n    two\n  key: x", "\n  key: x"),
        ];
        for (run, text, rest) in cases {
            let expected = text.len() - rest.len();
            for piece in 1..=text.len() {
                assert_eq!(follow(run.clone(), text.as_bytes(), piece), expected, "{run:?} over {text:?} by {piece}");
            }
        }
    }
}
