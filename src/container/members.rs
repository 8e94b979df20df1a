//! The entries of one archive, several at a time, out in their order.
//!
//! A *job* turns an entry's raw bytes into what takes its place. Jobs run on the visitor's workers, each with a visitor of
//! its own; what comes of them is put into the output by the one thread that also reads the archive, in the order of the
//! entries. How many jobs wait depends on what they hold, so memory is bounded; nothing that comes out depends on it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use super::entry::{Tally, Visitor};
use super::{Error, VisitError};

/// What all waiting jobs may hold, by their own statement.
const HELD: u64 = 48 << 20;
/// How many may wait.
const WAITING: usize = 256;
/// An entry of at most this many bytes is a job that holds its bytes; a larger one is worked on where it is read, by all
/// workers.
pub(super) const SMALL: u64 = 4 << 20;

/// One entry's work, with the visitor to show it to.
pub(super) type Job<T> = Box<dyn FnOnce(&mut dyn Visitor) -> T + Send>;

/// What the archive has for the next step.
pub(super) enum Next<T> {
    /// A job, and about how many bytes it and its result hold.
    Job(u64, Job<T>),
    /// Something that is done already, and about how many bytes it holds.
    Done(u64, T),
    /// Nothing more.
    Over,
}

/// Where an archive's entries come from and go to.
pub(super) trait Archive {
    /// What a job gives.
    type Done: Send;

    /// Reads the next entry. What is large is worked on right here.
    fn next(&mut self, visitor: &mut dyn Visitor) -> Result<Next<Self::Done>, Error>;

    /// Puts into the output what came of an entry. Called in the order of the entries.
    fn put(&mut self, visitor: &mut dyn Visitor, done: Self::Done) -> Result<(), Error>;
}

/// Brings all entries through.
pub(super) fn pass<A: Archive>(archive: &mut A, visitor: &mut dyn Visitor) -> Result<(), Error> {
    let Some(workers) = visitor.workers() else {
        loop {
            let done = match archive.next(visitor)? {
                Next::Job(_, job) => job(visitor),
                Next::Done(_, done) => done,
                Next::Over => return Ok(()),
            };
            archive.put(visitor, done)?;
        }
    };
    let (passed, tally) = {
        let visitor = &*visitor;
        let is_stopped = AtomicBool::new(false);
        workers.in_place_scope_fifo(|scope| {
            let mut lead = Lead { visitor: visitor.fork(true), queue: VecDeque::new(), held: 0 };
            let mut pass = || -> Result<(), Error> {
                loop {
                    while lead.is_full() {
                        lead.put_first(archive)?;
                    }
                    // What is worked on right here may say something to the visitor, so it has one of its own.
                    let mut own = visitor.fork(true);
                    match archive.next(&mut *own)? {
                        Next::Over => break,
                        Next::Done(held, done) => {
                            lead.queue.push_back(Waiting::Done(held, done, own.tally()));
                            lead.held += held;
                        }
                        Next::Job(held, job) => {
                            let (sender, receiver) = sync_channel(1);
                            lead.queue.push_back(Waiting::Job(held, own.tally(), receiver));
                            lead.held += held;
                            let is_stopped = &is_stopped;
                            scope.spawn_fifo(move |_| {
                                // Nobody waits any more if another entry has ended the archive.
                                if !is_stopped.load(Ordering::Relaxed) {
                                    let _ = sender.send(work(visitor, job));
                                }
                            });
                        }
                    }
                }
                while !lead.queue.is_empty() {
                    lead.put_first(archive)?;
                }
                Ok(())
            };
            let passed = pass();
            is_stopped.store(true, Ordering::Relaxed);
            (passed, lead.visitor.tally())
        })
    };
    visitor.join(tally);
    passed
}

/// Does a job with a visitor of its own; none if it panicked.
fn work<T>(visitor: &dyn Visitor, job: Job<T>) -> Option<(T, Tally)> {
    let worked = catch_unwind(AssertUnwindSafe(|| {
        let mut visitor = visitor.fork(false);
        let done = job(&mut *visitor);
        (done, visitor.tally())
    }));
    worked.ok()
}

/// The thread that reads and writes.
struct Lead<'v, T> {
    visitor: Box<dyn Visitor + 'v>,
    queue: VecDeque<Waiting<T>>,
    held: u64,
}

enum Waiting<T> {
    Done(u64, T, Tally),
    Job(u64, Tally, Receiver<Option<(T, Tally)>>),
}

impl<T: Send> Lead<'_, T> {
    fn is_full(&self) -> bool {
        self.held >= HELD || self.queue.len() >= WAITING
    }

    /// Waits for the first entry in the queue and puts it out.
    fn put_first(&mut self, archive: &mut impl Archive<Done = T>) -> Result<(), Error> {
        let (done, tally) = match self.queue.pop_front() {
            None => return Ok(()),
            Some(Waiting::Done(held, done, tally)) => {
                self.held -= held;
                (done, tally)
            }
            Some(Waiting::Job(held, tally, receiver)) => {
                self.held -= held;
                self.visitor.join(tally);
                match receiver.recv() {
                    Ok(Some(worked)) => worked,
                    Ok(None) | Err(_) => return Err(Error::Visit(VisitError("a worker failed".into()))),
                }
            }
        };
        self.visitor.join(tally);
        archive.put(&mut *self.visitor, done)
    }
}
