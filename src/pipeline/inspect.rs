//! Looking without writing: what would be replaced, shown in its order to a witness.

use std::io;
use std::ops::Range;

use super::filter::Filtered;
use super::order::Order;
use super::work::Work;
use super::worker::Worker;
use super::{Error, Report, Rewriter, Scrubber};
use crate::chunk::Chunk;
use crate::detect::{Edit, Value};
use crate::report::{Alphabet, Sighting, Witness};
use crate::source::{OpenFile, Source};

impl Scrubber {
    /// Shows a witness what scrubbing a source would replace. Works on the calling thread.
    ///
    /// # Errors
    /// As [`Scrubber::scrub`]; what the witness fails with is an [`Error::Write`].
    pub fn inspect_source(&self, source: impl Source + Send, witness: &mut dyn Witness) -> Result<Report, Error> {
        self.recorded(|| self.source(Work::shown_to(self, witness), source, io::sink()))
    }

    /// Shows a witness what scrubbing a file would replace. Works on the calling thread.
    ///
    /// # Errors
    /// As [`Scrubber::inspect_source`].
    pub fn inspect_file(&self, file: &mut OpenFile, witness: &mut dyn Witness) -> Result<Report, Error> {
        self.recorded(|| self.file(Work::shown_to(self, witness), file, |_| {}, io::sink()))
    }

    /// The filter of a text whose output goes nowhere, but to a witness.
    pub(super) fn show(&self, source: impl Source, entry: &str, witness: &mut dyn Witness) -> Result<Filtered, Error> {
        let mut feed = crate::text::Feed::new(source, self.chunk);
        let mut order = Order::default();
        let mut worker = Worker::new(self, false);
        let mut shown = Shown::default();
        witness.begin(entry).map_err(Error::Write)?;
        while let Some(taken) = worker.take(&mut feed)? {
            let Some(mut held) = worker.hold(taken)? else { break };
            let (mut scan, edits) = worker.scan(&mut held);
            let (chunk, hashed) = worker.chunk(&held.piece);
            let settled = order.settle(&chunk, &mut scan, hashed, self.explain, edits);
            shown.piece(self, &chunk, settled.range.clone(), &settled.edits, witness).map_err(Error::Write)?;
            worker.reuse(scan);
            // Counts are kept where bytes are replaced.
            worker.rewrite(&held.piece, settled);
        }
        witness.end().map_err(Error::Write)?;
        Ok(Filtered::new(order, [worker.counted()]))
    }
}

/// How far a text has been shown.
#[derive(Default)]
struct Shown {
    rewriter: Rewriter,
    replacement: Vec<u8>,
    /// Line feeds before what comes next, and bytes behind the last of them.
    lines: u64,
    column: u64,
    /// Where a long value began that has not ended.
    open: Option<(u64, u64)>,
}

impl Shown {
    fn piece(
        &mut self,
        scrubber: &Scrubber,
        chunk: &Chunk<'_>,
        range: Range<usize>,
        edits: &[Edit],
        witness: &mut dyn Witness,
    ) -> io::Result<()> {
        let mut at = range.start;
        for edit in edits {
            let gap = &chunk.bytes[at.min(edit.start)..edit.start];
            if !gap.is_empty() {
                witness.gap(gap)?;
                self.pass(gap);
            }
            at = edit.end.max(at);
            let (lines, column) = *self.open.get_or_insert((self.lines, self.column));
            let raw = &chunk.bytes[edit.start..edit.end];
            self.pass(raw);
            let Some(resolved) = &edit.resolved else { continue };
            self.open = None;
            self.replacement.clear();
            let whole = edit.start..edit.end;
            self.rewriter.rewrite(&scrubber.redactor, chunk, whole, std::slice::from_ref(edit), &mut self.replacement);
            let finding = &resolved.finding;
            let rule = &scrubber.engine.catalogue()[usize::from(finding.rule.0)];
            witness.finding(&Sighting {
                line: lines + 1,
                column: column + 1,
                kind: finding.kind,
                rule: &rule.id,
                reason: &rule.description,
                confidence: finding.confidence,
                length: finding.span.len(),
                alphabet: match resolved.value {
                    Value::Here => Alphabet::of(raw),
                    Value::Gone(_) => Alphabet::default(),
                },
                replacement: &self.replacement,
            })?;
        }
        let gap = &chunk.bytes[at.min(range.end)..range.end];
        if !gap.is_empty() {
            witness.gap(gap)?;
            self.pass(gap);
        }
        Ok(())
    }

    /// Goes on behind bytes of the input.
    fn pass(&mut self, bytes: &[u8]) {
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.column = match memchr::memrchr(b'\n', bytes) {
            Some(last) => (bytes.len() - last - 1) as u64,
            None => self.column + bytes.len() as u64,
        };
    }
}
