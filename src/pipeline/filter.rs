//! The filter of one stream: scan, fold, rewrite, write; on one thread or on several that take turns.

use std::io::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::turn::{Turn, lock};
use super::{Error, Explanation, Scrubber};
use crate::chunk::Chunk;
use crate::detect::{Edit, Explained, Fold, Scan, Value};
use crate::placeholder;
use crate::redact::{Memo, Replaced};
use crate::source::Source;
use crate::text::{Cut, Feed, Piece, controls};

/// Chunks that one worker takes before others join: short and interactive input is not worth them.
const ALONE: u64 = 8;

/// What the filter counted.
#[derive(Default)]
pub(super) struct Filtered {
    pub(super) counts: Vec<u64>,
    pub(super) explained: Vec<Explanation>,
    /// Control characters that no text has.
    pub(super) controls: u64,
    /// Line feeds before the chunk that comes next, and the stream offset of its own bytes, if candidates are explained.
    lines: u64,
    line_start: u64,
}

impl Filtered {
    fn add(&mut self, other: Filtered) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (all, more) in self.counts.iter_mut().zip(other.counts) {
            *all += more;
        }
        self.controls += other.controls;
        self.explained.extend(other.explained);
    }

    /// Gives what the scan explained its lines and columns. The chunks must come in order.
    fn explain(&mut self, chunk: &Chunk<'_>, scan: &Scan) {
        for explained in &scan.explained {
            // A candidate may start in the margin before the chunk's own bytes.
            let (start, at) = (chunk.own.start, chunk.index(explained.offset));
            let line = if at >= start {
                self.lines + memchr::memchr_iter(b'\n', &chunk.bytes[start..at]).count() as u64
            } else {
                self.lines - memchr::memchr_iter(b'\n', &chunk.bytes[at..start]).count() as u64
            };
            let line_start = memchr::memrchr(b'\n', &chunk.bytes[..at]).map(|n| chunk.offset(n + 1));
            let column = explained.offset - line_start.unwrap_or(self.line_start.min(explained.offset)) + 1;
            let Explained { rule, verdict, .. } = *explained;
            self.explained.push(Explanation { entry: String::new(), line: line + 1, column, rule, verdict });
        }
        let own = &chunk.bytes[chunk.own.start..scan.decided];
        self.lines += memchr::memchr_iter(b'\n', own).count() as u64;
        if let Some(newline) = memchr::memrchr(b'\n', own) {
            self.line_start = chunk.offset(chunk.own.start + newline + 1);
        }
    }
}

impl Scrubber {
    /// The filter on the calling thread.
    pub(super) fn filter(&self, source: impl Source, writer: &mut dyn Write) -> Result<Filtered, Error> {
        let mut feed = Feed::new(source, self.chunk);
        let mut fold = Fold::default();
        let (mut bytes, mut out, mut memo) = (Vec::new(), Vec::new(), Memo::default());
        let mut filtered = Filtered::default();
        while let Some((piece, scan, is_idle)) = self.cut(&mut feed, &mut bytes)? {
            let chunk = piece.chunk(&bytes);
            let scan = scan.unwrap_or_else(|| self.engine.scan(&chunk, self.explain));
            let (range, edits) = settle(&mut fold, &chunk, scan, &mut filtered);
            out.clear();
            self.rewrite(&chunk, range, &edits, &mut memo, &mut out, &mut filtered.counts);
            writer.write_all(&out).map_err(Error::Write)?;
            if is_idle {
                writer.flush().map_err(Error::Write)?;
            }
        }
        Ok(filtered)
    }

    /// The filter on as many threads as are worth it.
    pub(super) fn filter_in_parallel(
        &self,
        source: impl Source + Send,
        writer: &mut (dyn Write + Send),
    ) -> Result<Filtered, Error> {
        let shared = Shared {
            scrubber: self,
            feed: Mutex::new(Feed::new(source, self.chunk)),
            fold: Turn::new(Fold::default()),
            writer: Turn::new(writer),
            is_failed: AtomicBool::new(false),
        };
        std::thread::scope(|scope| {
            let mut others = Vec::new();
            let mut filtered = shared.work(|| {
                for _ in 1..self.threads {
                    others.push(scope.spawn(|| shared.work(|| {})));
                }
            });
            for other in others {
                let more = other.join().unwrap_or(Err(Error::Panicked));
                filtered = match (filtered, more) {
                    (Ok(mut all), Ok(more)) => {
                        all.add(more);
                        Ok(all)
                    }
                    // The first failure stopped the others; the one that says why comes before those that were stopped.
                    (Err(Error::Panicked), Err(error)) | (Err(error), _) | (Ok(_), Err(error)) => Err(error),
                };
            }
            filtered
        })
    }

    #[allow(clippy::type_complexity)]
    fn cut(
        &self,
        feed: &mut Feed<impl Source>,
        bytes: &mut Vec<u8>,
    ) -> Result<Option<(Piece, Option<Scan>, bool)>, Error> {
        let scan = |chunk: &Chunk<'_>| {
            let scan = self.engine.scan(chunk, self.explain);
            let decided = scan.decided;
            (scan, decided)
        };
        Ok(match feed.next(bytes, scan).map_err(Error::Read)? {
            Cut::Flowing(piece) => Some((piece, None, false)),
            Cut::Idle(piece, scan) => Some((piece, Some(scan), true)),
            Cut::Over => None,
        })
    }
}

/// Folds a scanned chunk: which of its bytes are settled now, and the edits among them.
fn settle(fold: &mut Fold, chunk: &Chunk<'_>, scan: Scan, filtered: &mut Filtered) -> (Range<usize>, Vec<Edit>) {
    let from = chunk.index(fold.done());
    filtered.controls += controls(&chunk.bytes[chunk.own.start..scan.decided]);
    filtered.explain(chunk, &scan);
    let (mut found, mut edits) = (scan.found, Vec::new());
    fold.advance(chunk, &mut found, scan.decided, &mut edits);
    (from..chunk.index(fold.done()), edits)
}

/// What the workers on one stream share.
struct Shared<'a, S> {
    scrubber: &'a Scrubber,
    feed: Mutex<Feed<S>>,
    fold: Turn<Fold>,
    writer: Turn<&'a mut (dyn Write + Send)>,
    is_failed: AtomicBool,
}

impl<S: Source + Send> Shared<'_, S> {
    /// Takes chunks until there are no more. `join_in` is called once, when the input proves long.
    fn work(&self, join_in: impl FnOnce()) -> Result<Filtered, Error> {
        let worked = catch_unwind(AssertUnwindSafe(|| self.chunks(join_in))).unwrap_or(Err(Error::Panicked));
        if worked.is_err() {
            self.is_failed.store(true, Ordering::SeqCst);
            self.fold.wake();
            self.writer.wake();
        }
        worked
    }

    fn chunks(&self, join_in: impl FnOnce()) -> Result<Filtered, Error> {
        let mut join_in = Some(join_in);
        let (mut bytes, mut out, mut memo) = (Vec::new(), Vec::new(), Memo::default());
        let mut filtered = Filtered::default();
        loop {
            let cut = self.scrubber.cut(&mut lock(&self.feed), &mut bytes)?;
            let Some((piece, scan, is_idle)) = cut else { return Ok(filtered) };
            if piece.number >= ALONE
                && !is_idle
                && let Some(join_in) = join_in.take()
            {
                join_in();
            }
            let chunk = piece.chunk(&bytes);
            let scan = scan.unwrap_or_else(|| self.scrubber.engine.scan(&chunk, self.scrubber.explain));
            let Some((range, edits)) =
                self.fold.take(piece.number, &self.is_failed, |fold| settle(fold, &chunk, scan, &mut filtered))
            else {
                return Err(Error::Panicked);
            };
            out.clear();
            let is_unchanged = edits.is_empty();
            if !is_unchanged {
                self.scrubber.rewrite(&chunk, range.clone(), &edits, &mut memo, &mut out, &mut filtered.counts);
            }
            let settled = if is_unchanged { &bytes[range] } else { &out[..] };
            let written = self.writer.take(piece.number, &self.is_failed, |writer| {
                writer.write_all(settled)?;
                if is_idle { writer.flush() } else { Ok(()) }
            });
            written.ok_or(Error::Panicked)?.map_err(Error::Write)?;
        }
    }
}

impl Scrubber {
    /// Copies the gaps of `range` and writes the replacements of `edits`; counts by rule.
    pub(super) fn rewrite(
        &self,
        chunk: &Chunk<'_>,
        range: Range<usize>,
        edits: &[Edit],
        memo: &mut Memo,
        out: &mut Vec<u8>,
        counts: &mut Vec<u64>,
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
            self.redactor.replace(memo, &resolved.finding, value, out);
            let rule = usize::from(resolved.finding.rule.0);
            if counts.len() <= rule {
                counts.resize(rule + 1, 0);
            }
            counts[rule] += 1;
        }
        out.extend_from_slice(&chunk.bytes[at.min(range.end)..range.end]);
    }
}
