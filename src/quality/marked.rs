//! Marked text: what must go stands between `⟦kind:` and `⟧`, what may go or stay between `⟦?kind:` and `⟧`, on one line.
//! Everything else must stay. The marks are no part of the text that is scanned.

use std::ops::Range;

use crate::kind::Kind;

const OPEN: &str = "⟦";
const CLOSE: &str = "⟧";

/// A text without its marks, and what they said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) text: Vec<u8>,
    /// In order, disjoint.
    pub(super) marks: Vec<Mark>,
    /// Where a stretch of the text begins, and where it stands in what was read.
    stretches: Vec<(usize, usize)>,
}

/// A stretch that is not to stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
    /// Whether it may stay as well.
    pub(super) is_optional: bool,
}

/// A mark that cannot be read: its line, from 1, and what is wrong with it.
pub(super) type Unreadable = (u64, String);

impl Marked {
    /// Takes the marks out of `raw`, which may hold none.
    pub(super) fn read(raw: &[u8]) -> Result<Marked, Unreadable> {
        let mut marked = Marked { stretches: vec![(0, 0)], ..Marked::default() };
        let mut at = 0;
        for open in memchr::memmem::find_iter(raw, OPEN) {
            let inside = open + OPEN.len();
            let Some((kind, value)) = opened(&raw[inside..]) else { continue };
            let wrong = |what: String| {
                let line = memchr::memchr_iter(b'\n', &raw[..open]).count() as u64 + 1;
                Err((line, what))
            };
            let (is_optional, id) = kind.strip_prefix('?').map_or((false, kind), |id| (true, id));
            let Some(kind) = Kind::from_id(id) else { return wrong(format!("there is no kind `{id}`")) };
            let value = inside + value;
            let line = memchr::memchr(b'\n', &raw[value..]).map_or(raw.len(), |n| value + n);
            let Some(length) = memchr::memmem::find(&raw[value..line], CLOSE.as_bytes()) else {
                return wrong(format!("a mark of kind `{id}` is not closed on its line"));
            };
            marked.go_on(raw, at..open);
            let start = marked.text.len();
            marked.go_on(raw, value..value + length);
            marked.marks.push(Mark { span: start..marked.text.len(), kind, is_optional });
            at = value + length + CLOSE.len();
        }
        marked.go_on(raw, at..raw.len());
        Ok(marked)
    }

    fn go_on(&mut self, raw: &[u8], stretch: Range<usize>) {
        self.stretches.push((self.text.len(), stretch.start));
        self.text.extend_from_slice(&raw[stretch]);
    }

    /// Where the byte `at` of the text stands in what was read: its line and its column in bytes, from 1.
    pub(super) fn place(&self, at: usize) -> (u64, u64) {
        let line_start = memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |n| n + 1);
        let line = memchr::memchr_iter(b'\n', &self.text[..line_start]).count() as u64 + 1;
        (line, (self.raw(at) - self.raw(line_start)) as u64 + 1)
    }

    fn raw(&self, at: usize) -> usize {
        let stretch = self.stretches.partition_point(|&(text, _)| text <= at).saturating_sub(1);
        let (text, raw) = self.stretches[stretch];
        raw + (at - text)
    }
}

/// The kind of a mark, with its question mark, and where its value begins; `None` if what stands here is text.
fn opened(inside: &[u8]) -> Option<(&str, usize)> {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let question = usize::from(inside.first() == Some(&b'?'));
    let word = inside[question..].iter().take(20).take_while(|&&byte| is_word(byte)).count();
    let end = question + word;
    let kind = std::str::from_utf8(&inside[..end]).ok()?;
    (word > 0 && inside.get(end) == Some(&b':')).then_some((kind, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_no_part_of_the_text() {
        let marked = Marked::read("a\nfrom ⟦ipv4:192.0.2.1⟧ by ⟦?username:app⟧.\n".as_bytes()).unwrap();
        assert_eq!(marked.text, b"a\nfrom 192.0.2.1 by app.\n");
        let mark = |span, kind, is_optional| Mark { span, kind, is_optional };
        assert_eq!(marked.marks, [mark(7..16, Kind::Ipv4, false), mark(20..23, Kind::User, true)]);
        // Places are those of the file: `⟦ipv4:` has eight bytes, `⟧` three.
        assert_eq!(marked.place(7), (2, 14));
        assert_eq!(marked.place(16), (2, 26));
        assert_eq!(marked.place(0), (1, 1));
    }

    #[test]
    fn what_is_no_mark_is_text() {
        let text = "⟦1, 2⟧ and ⟦f⟧ ⟧ ⟦".as_bytes();
        assert_eq!(Marked::read(text).unwrap().text, text);
    }

    #[test]
    fn what_is_wrong_with_a_mark_is_told_with_its_line() {
        assert_eq!(Marked::read("x\n⟦mail:a@b⟧".as_bytes()), Err((2, "there is no kind `mail`".into())));
        let open = Marked::read("⟦email:a@b.example\n⟧".as_bytes());
        assert_eq!(open, Err((1, "a mark of kind `email` is not closed on its line".into())));
    }
}
