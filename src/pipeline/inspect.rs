//! Looking without writing: what would be replaced, shown in its order to a witness.

use std::io;
use std::ops::Range;

use super::filter::Filtered;
use super::order::Order;
use super::rewrite::is_left;
use super::work::Work;
use super::worker::Worker;
use super::{Error, Report, Rewriter, Scrubber};
use crate::chunk::Chunk;
use crate::detect::{Edit, Value};
use crate::finding::Place;
use crate::report::{Alphabet, Sighting, Witness};
use crate::source::{OpenFile, Source};

impl Scrubber {
    /// Shows a witness what scrubbing a source would replace. Works on the calling thread.
    ///
    /// # Errors
    /// As [`Scrubber::scrub`]; what the witness fails with is an [`Error::Write`].
    pub fn inspect_source(&self, source: impl Source + Send, witness: &mut dyn Witness) -> Result<Report, Error> {
        self.recorded(|| {
            let mut work = Work::shown_to(self, witness);
            let (outcome, content) = self.source(&mut work, source, io::sink())?;
            Ok(work.report(outcome, content))
        })
    }

    /// Shows a witness what scrubbing a file would replace. Works on the calling thread.
    ///
    /// # Errors
    /// As [`Scrubber::inspect_source`].
    pub fn inspect_file(&self, file: &mut OpenFile, witness: &mut dyn Witness) -> Result<Report, Error> {
        self.recorded(|| {
            let mut work = Work::shown_to(self, witness);
            let (outcome, content) = self.file(&mut work, file, |_| {}, io::sink())?;
            Ok(work.report(outcome, content))
        })
    }

    /// Looks into the output of a scrub for what should not be there: every finding that is neither a placeholder nor a mask.
    /// Unquoted numbers are left aside, since what stands in their place must look real; the style `shape` cannot be
    /// checked, for the same reason. Works on the calling thread.
    ///
    /// # Errors
    /// As [`Scrubber::inspect_source`].
    pub fn leftovers(&self, output: &mut OpenFile) -> Result<Leftovers, Error> {
        let mut leftovers = Leftovers::default();
        self.inspect_file(output, &mut leftovers)?;
        Ok(leftovers)
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
            let settled = order.settle(&self.engine, &chunk, &mut scan, hashed, self.explain, edits);
            shown.piece(self, &chunk, settled.range.clone(), &settled.edits, witness).map_err(Error::Write)?;
            worker.reuse(scan);
            // Counts are kept where bytes are replaced.
            worker.rewrite(&held.piece, settled);
        }
        witness.end().map_err(Error::Write)?;
        Ok(Filtered::new(order, [worker.counted()]))
    }
}

/// What was left in an output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// How many findings.
    pub count: u64,
    /// Where the first of them is, and by which rule: `entry:line:column: rule`.
    pub first: String,
    entry: String,
}

impl Witness for Leftovers {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.entry = name.to_string();
        Ok(())
    }

    fn gap(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        match sighting.place {
            Place::Number => return Ok(()),
            Place::Text => {}
        }
        if self.count == 0 {
            let entry = if self.entry.is_empty() { String::new() } else { format!("{}:", self.entry) };
            self.first = format!("{entry}{}:{}: {}", sighting.line, sighting.column, sighting.rule);
        }
        self.count += 1;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
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
            if edit.resolved.as_ref().is_some_and(|resolved| is_left(&scrubber.redactor, resolved)) {
                continue;
            }
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
                place: finding.place,
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
