//! The filter of one stream: scan, fold, rewrite, write; on one thread or on several that take turns.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::order::{Follows, Order};
use super::turn::{Turn, lock_soon};
use super::worker::{Counted, Worker};
use super::{Error, Explanation, Scrubber};
use crate::artifact::Content;
use crate::chunk::Chunk;
use crate::detect::{Ahead, Fates, Harvest, Opened};
use crate::source::Source;
use crate::text::Feed;

/// Chunks that one worker takes before others join: short and interactive input is not worth them.
const ALONE: u64 = 8;

/// What the filter counted.
pub(super) struct Filtered {
    /// Findings, by rule.
    pub(super) counts: Vec<u64>,
    /// Findings that were left because they are not sure enough, by rule.
    pub(super) unsure: Vec<u64>,
    /// What became of candidates, if that is counted.
    pub(super) fates: Fates,
    /// Candidates that were verified, by anchor.
    pub(super) candidates: Vec<u64>,
    pub(super) explained: Vec<Explanation>,
    /// Control characters that no text has.
    pub(super) controls: u64,
    /// What was read, if its digest was wanted.
    pub(super) content: Content,
    /// What was gathered, if that was asked for.
    pub(super) harvest: Option<Box<Harvest>>,
}

impl Filtered {
    pub(super) fn new(order: Order, workers: impl IntoIterator<Item = Counted>) -> Filtered {
        let (content, explained, harvest) = order.finish();
        let (counts, unsure, fates, candidates) = Default::default();
        let mut filtered = Filtered { counts, unsure, fates, candidates, explained, controls: 0, content, harvest };
        for worker in workers {
            add(&mut filtered.unsure, &worker.unsure);
            worker.fates.into_iter().for_each(|(fate, count)| *filtered.fates.entry(fate).or_insert(0) += count);
            add(&mut filtered.counts, &worker.counts);
            add(&mut filtered.candidates, &worker.candidates);
            filtered.controls += worker.controls;
        }
        filtered
    }
}

/// Adds the counts of one part to those of the whole.
pub fn add(all: &mut Vec<u64>, more: &[u64]) {
    if all.len() < more.len() {
        all.resize(more.len(), 0);
    }
    for (all, more) in all.iter_mut().zip(more) {
        *all += more;
    }
}

impl Scrubber {
    /// The filter on the calling thread, for a part of an artifact, whose digest is not wanted.
    pub(super) fn filter(&self, source: impl Source, writer: &mut dyn Write) -> Result<Filtered, Error> {
        let mut feed = Feed::new(source, self.chunk);
        let mut order = Order::gathering(self.gathers());
        let mut worker = Worker::new(self, false);
        while let Some(taken) = worker.take(&mut feed)? {
            let Some(mut held) = worker.hold(taken)? else { break };
            let (mut scan, edits) = worker.scan(&mut held);
            let (chunk, hashed) = worker.chunk(&held.piece);
            let settled = order.settle(&self.engine, &chunk, &mut scan, hashed, self.explain, edits);
            worker.reuse(scan);
            writer.write_all(worker.rewrite(&held.piece, settled)).map_err(Error::Write)?;
            if held.is_idle {
                writer.flush().map_err(Error::Write)?;
            }
        }
        Ok(Filtered::new(order, [worker.counted()]))
    }

    /// The filter of a whole artifact on as many threads as are worth it.
    pub(super) fn filter_in_parallel(
        &self,
        source: impl Source + Send,
        writer: &mut (dyn Write + Send),
    ) -> Result<Filtered, Error> {
        let shared = Shared {
            scrubber: self,
            feed: Mutex::new(Feed::new(source, self.chunk)),
            order: Turn::new(Order::gathering(self.gathers())),
            writer: Turn::new(writer),
            opened: Mutex::new(None),
            is_failed: AtomicBool::new(false),
        };
        let workers = std::thread::scope(|scope| {
            let mut others = Vec::new();
            let first = shared.work(|| {
                if self.threads > 1 {
                    lock_soon(&shared.feed).share().map_err(Error::Read)?;
                }
                for _ in 1..self.threads {
                    others.push(scope.spawn(|| shared.work(|| Ok(()))));
                }
                Ok(())
            });
            let mut all = vec![first];
            all.extend(others.into_iter().map(|other| other.join().unwrap_or(Err(Error::Panicked))));
            all
        });
        let mut counted = Vec::new();
        let mut failure = None;
        for worker in workers {
            match (worker, &failure) {
                (Ok(worker), _) => counted.push(worker),
                // The first failure stopped the others; the one that says why comes before those that were stopped.
                (Err(error), None | Some(Error::Panicked)) => failure = Some(error),
                (Err(_), Some(_)) => {}
            }
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(Filtered::new(shared.order.into_inner(), counted)),
        }
    }
}

/// What the workers on one stream share.
struct Shared<'a, S> {
    scrubber: &'a Scrubber,
    feed: Mutex<Feed<S>>,
    order: Turn<Order>,
    writer: Turn<&'a mut (dyn Write + Send)>,
    /// The table that was open when a chunk was settled last, for those who read ahead.
    opened: Mutex<Option<Arc<Opened>>>,
    is_failed: AtomicBool,
}

impl<S: Source + Send> Shared<'_, S> {
    /// Takes chunks until there are no more. `join_in` is called once, when the input proves long.
    fn work(&self, join_in: impl FnOnce() -> Result<(), Error>) -> Result<Counted, Error> {
        let worked = catch_unwind(AssertUnwindSafe(|| self.chunks(join_in))).unwrap_or(Err(Error::Panicked));
        if worked.is_err() {
            self.is_failed.store(true, Ordering::SeqCst);
            self.order.wake();
            self.writer.wake();
        }
        worked
    }

    fn chunks(&self, join_in: impl FnOnce() -> Result<(), Error>) -> Result<Counted, Error> {
        let mut join_in = Some(join_in);
        let mut worker = Worker::new(self.scrubber, true);
        let mut end = 0;
        loop {
            let taken = {
                let mut feed = lock_soon(&self.feed);
                feed.took(end).map_err(Error::Read)?;
                worker.take(&mut feed)?
            };
            let Some(taken) = taken else { return Ok(worker.counted()) };
            let number = taken.number();
            let Some(mut held) = worker.hold(taken)? else {
                let follows = self.order.take(number, &self.is_failed, |order| order.follows(None));
                return match follows.ok_or(Error::Panicked)? {
                    Follows::NotAtAll => Ok(worker.counted()),
                    Follows::On | Follows::Differently => Err(Error::Read(changed())),
                };
            };
            if number >= ALONE
                && !held.is_idle
                && let Some(join_in) = join_in.take()
            {
                join_in()?;
            }
            let (mut scan, edits) = worker.scan(&mut held);
            let (chunk, hashed) = worker.chunk(&held.piece);
            end = chunk.offset(chunk.own.end);
            let ahead = self.ahead(&chunk, scan.decided);
            let settle = |order: &mut Order| match order.follows(Some((&held.piece, chunk.bytes))) {
                Follows::On => {
                    order.take_ahead(ahead);
                    let explains = self.scrubber.explain;
                    let settled = order.settle(&self.scrubber.engine, &chunk, &mut scan, hashed, explains, edits);
                    *lock_soon(&self.opened) = order.opened();
                    Ok(settled)
                }
                other => Err(other),
            };
            let settled = match self.order.take(number, &self.is_failed, settle).ok_or(Error::Panicked)? {
                Ok(settled) => settled,
                Err(Follows::NotAtAll) => return Ok(worker.counted()),
                Err(_) => return Err(Error::Read(changed())),
            };
            worker.reuse(scan);
            let out = worker.rewrite(&held.piece, settled);
            let written = self.writer.take(number, &self.is_failed, |writer| {
                writer.write_all(out)?;
                if held.is_idle { writer.flush() } else { Ok(()) }
            });
            written.ok_or(Error::Panicked)?.map_err(Error::Write)?;
        }
    }
}

impl<S> Shared<'_, S> {
    /// Reads the rows of the table that was open a moment ago, if one was.
    fn ahead(&self, chunk: &Chunk<'_>, decided: usize) -> Option<Ahead> {
        let engine = &self.scrubber.engine;
        let opened = lock_soon(&self.opened).clone()?;
        opened.ahead(engine.tables()?, engine.keep(), chunk, decided)
    }
}

/// Why chunks that were read apart cannot be joined.
fn changed() -> io::Error {
    io::Error::other("it changed while it was read")
}
