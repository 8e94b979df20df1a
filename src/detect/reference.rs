//! The scan again, slow and obvious: every anchor is tried at every place.
//!
//! It shares the detectors with the [`Engine`] and none of its searching, so that a candidate which the search loses shows
//! as a difference. `tests/reference.rs` compares the two.

use crate::chunk::Chunk;
use crate::detect::detector::Anchor;
use crate::detect::engine::{Engine, Scan, Scratch};
use crate::detect::prefilter::{Literal, Shape};
use crate::detect::table::ABOVE;

impl Engine {
    /// What [`Engine::scan`] gives, by trying every anchor of every detector at every place that the chunk owns. For tests: it is
    /// tens to hundreds of times slower.
    pub fn scan_slowly(&self, chunk: &Chunk<'_>) -> Scan {
        let anchors: Vec<(usize, Anchor)> = self.askers().enumerate().collect();
        // By the byte that a candidate begins with: the one shortcut, for a test that ends within the hour.
        let begins: Vec<Vec<&(usize, Anchor)>> =
            (0..=255).map(|byte| anchors.iter().filter(|(_, anchor)| anchor.may_begin_with(byte)).collect()).collect();
        let candidates = chunk.own.clone().flat_map(|at| {
            let here = begins[usize::from(chunk.bytes[at])].iter();
            let here = here.filter(move |(_, anchor)| anchor.may_stand(chunk.bytes, at));
            here.map(move |&&(asker, _)| (asker, at))
        });
        self.scan_at(chunk, candidates, &mut Scratch::default())
    }
}

impl Anchor {
    fn may_begin_with(&self, first: u8) -> bool {
        match self {
            Anchor::Shape(shape) => shape.may_begin_with(first),
            Anchor::Pair(set, _) => set.contains(first),
            Anchor::Paragraph => true,
            Anchor::Literal(Literal { bytes, ignore_case: false, .. }) => bytes[0] == first,
            Anchor::Literal(Literal { bytes, ignore_case: true, .. }) => bytes[0].eq_ignore_ascii_case(&first),
        }
    }

    /// Whether it may stand at `at`. What a literal says must follow it is not looked at, and of a shape only its first byte:
    /// what they leave out must make no difference.
    fn may_stand(&self, text: &[u8], at: usize) -> bool {
        match self {
            Anchor::Shape(shape) => shape.may_begin_with(text[at]),
            Anchor::Pair(first, _) => first.contains(text[at]),
            Anchor::Paragraph => begins_paragraph(text, at),
            Anchor::Literal(Literal { bytes, ignore_case, .. }) => match text.get(at..at + bytes.len()) {
                Some(there) if *ignore_case => there.eq_ignore_ascii_case(bytes),
                Some(there) => there == bytes,
                None => false,
            },
        }
    }
}

/// Whether the line at `at` follows the first of the text, or of what stands behind a blank line.
fn begins_paragraph(text: &[u8], at: usize) -> bool {
    let Some(above) = text[..at].strip_suffix(b"\n") else { return false };
    let first = memchr::memrchr(b'\n', above).map_or(0, |n| n + 1);
    let before = &text[..first];
    at - first <= ABOVE && (first == 0 || before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n"))
}

impl Shape {
    fn may_begin_with(self, first: u8) -> bool {
        match self {
            Shape::At => first == b'@',
            Shape::Dotted | Shape::Quads => first == b'.',
            Shape::Colons => first == b':',
            Shape::Hyphens | Shape::Dashes => first == b'-',
            Shape::Long => first.is_ascii_digit(),
            Shape::Grouped => matches!(first, b' ' | b'.' | b'-'),
        }
    }
}
