//! The scan again, slow and obvious: every anchor is tried at every place.
//!
//! It shares the detectors with the [`Engine`] and none of its searching, so that a candidate which the search loses shows
//! as a difference. `tests/reference.rs` compares the two.

use crate::chunk::Chunk;
use crate::detect::bytes::ANY;
use crate::detect::detector::{Anchor, Hit};
use crate::detect::engine::{Engine, Scan};

impl Engine {
    /// What [`Engine::scan`] gives, by trying every anchor of every detector at every place that the chunk owns. For tests: it is
    /// tens to hundreds of times slower.
    pub fn scan_slowly(&self, chunk: &Chunk<'_>) -> Scan {
        let anchors: Vec<(usize, usize, Anchor)> = self
            .detectors()
            .enumerate()
            .flat_map(|(who, detector)| {
                detector.anchors().into_iter().enumerate().map(move |(which, anchor)| (who, which, anchor))
            })
            .collect();
        // By the byte that a candidate begins with: the one shortcut, for a test that ends within the hour.
        let begins: Vec<Vec<&(usize, usize, Anchor)>> =
            (0..=255).map(|byte| anchors.iter().filter(|(.., anchor)| anchor.may_begin_with(byte)).collect()).collect();
        let candidates = chunk.own.clone().flat_map(|at| {
            let here = begins[usize::from(chunk.bytes[at])].iter();
            let here = here.filter(move |(.., anchor)| anchor.stands(chunk, at));
            here.map(move |&&(who, which, _)| (who, Hit { anchor: which, at }))
        });
        self.scan_at(chunk, candidates)
    }
}

impl Anchor {
    fn may_begin_with(&self, first: u8) -> bool {
        match self {
            Anchor::Byte { byte, .. } => *byte == first,
            Anchor::Literal { bytes, ignore_case: false } => bytes.first() == Some(&first),
            Anchor::Literal { bytes, ignore_case: true } => {
                bytes.first().is_some_and(|b| b.eq_ignore_ascii_case(&first))
            }
        }
    }

    /// Whether it stands at `at`, as its documentation says and no faster. What lies beyond the chunk may be anything.
    fn stands(&self, chunk: &Chunk<'_>, at: usize) -> bool {
        match self {
            Anchor::Byte { byte, before, after } => {
                let is_before = match at {
                    0 => *before == ANY,
                    _ => before.contains(chunk.bytes[at - 1]),
                };
                let is_after = match chunk.bytes.get(at + 1) {
                    Some(&next) => after.contains(next),
                    None => *after == ANY || !chunk.is_last,
                };
                chunk.bytes[at] == *byte && is_before && is_after
            }
            Anchor::Literal { bytes, ignore_case } => match chunk.bytes.get(at..at + bytes.len()) {
                Some(there) if *ignore_case => there.eq_ignore_ascii_case(bytes),
                Some(there) => there == bytes,
                None => false,
            },
        }
    }
}
