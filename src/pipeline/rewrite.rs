//! The rewrite of a settled chunk: gaps are copied, findings replaced, left to right, once.

use std::ops::Range;

use crate::chunk::Chunk;
use crate::detect::{Edit, Value};
use crate::placeholder;
use crate::redact::{Memo, Redactor, Replaced};

/// What a worker keeps for rewriting.
#[derive(Default)]
pub struct Rewriter {
    memo: Memo,
    /// Findings that were replaced, by rule.
    pub counts: Vec<u64>,
}

impl Rewriter {
    /// Appends to `out` the bytes `range` of the chunk with what `edits` makes of them.
    pub fn rewrite(
        &mut self,
        redactor: &Redactor,
        chunk: &Chunk<'_>,
        range: Range<usize>,
        edits: &[Edit],
        out: &mut Vec<u8>,
    ) {
        // A replacement may be longer than its value, but not by more than a placeholder.
        out.reserve(range.len() + edits.len() * placeholder::LONGEST);
        let mut at = range.start;
        for edit in edits {
            debug_assert!(at <= edit.start && edit.end <= range.end.max(edit.end));
            out.extend_from_slice(&chunk.bytes[at.min(edit.start)..edit.start]);
            at = edit.end.max(at);
            let Some(resolved) = &edit.resolved else { continue };
            let value = match &resolved.value {
                Value::Here => Replaced::Here(&chunk.bytes[edit.start..edit.end]),
                Value::Gone(gone) => Replaced::Digest {
                    digest: &gone.digest,
                    line_feeds: gone.line_feeds,
                    after_return: gone.after_return,
                },
            };
            redactor.replace(&mut self.memo, &resolved.finding, value, out);
            let rule = usize::from(resolved.finding.rule.0);
            if self.counts.len() <= rule {
                self.counts.resize(rule + 1, 0);
            }
            self.counts[rule] += 1;
        }
        out.extend_from_slice(&chunk.bytes[at.min(range.end)..range.end]);
    }
}
