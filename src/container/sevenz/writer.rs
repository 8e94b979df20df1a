//! Writing a 7z: small entries by the block, several blocks at a time, large ones in blocks of their own.
//!
//! What goes into a block, and how it is packed, depends on the entries only, so that what comes out does not depend on the
//! threads. The header at the front names what stands at the end, so all of it is spooled.

use std::collections::VecDeque;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use rayon::ThreadPool;
use sevenz_rust2::encoder_options::Lzma2Options;
use sevenz_rust2::{
    ArchiveEntry, ArchiveWriter, EncoderConfiguration, EncoderMethod, Error as Fault, PreparedBlock,
    SIGNATURE_HEADER_SIZE, SourceReader, prepare_block,
};

use super::super::measured::copy;
use super::super::members::SMALL;
use crate::source::Spool;

/// As for xz: a higher one costs a multiple of the time for a few percent of the size of a log.
const LEVEL: u32 = 3;
/// How many bytes, and how many entries, are packed together.
const BLOCK: u64 = 4 << 20;
const ENTRIES: usize = 4096;
/// Pieces of a large entry, which are packed in parallel and apart.
const PIECE: u64 = 16 << 20;

/// An archive being written.
pub(super) struct Writer {
    archive: ArchiveWriter<Tape>,
    methods: Arc<Vec<EncoderConfiguration>>,
    workers: Option<Arc<ThreadPool>>,
    /// What goes into the next block, and how many bytes that is.
    batch: Vec<(ArchiveEntry, Vec<u8>)>,
    held: u64,
    /// Blocks that are being packed, in their order.
    queue: VecDeque<Receiver<Result<PreparedBlock, Fault>>>,
}

impl Writer {
    pub(super) fn new(spools: &Path, workers: Option<Arc<ThreadPool>>) -> io::Result<Writer> {
        let tape = Tape { front: [0; FRONT], spool: Spool::new(spools), at: 0 };
        let method = EncoderConfiguration::new(EncoderMethod::LZMA2);
        let methods = Arc::new(vec![method.with_options(Lzma2Options::from_level(LEVEL).into())]);
        let archive = ArchiveWriter::new(tape).map_err(told)?;
        Ok(Writer { archive, methods, workers, batch: Vec::new(), held: 0, queue: VecDeque::new() })
    }

    /// Writes an entry; of `entry`, its name, time and attributes are taken, and whether it is a directory.
    pub(super) fn entry(&mut self, mut entry: ArchiveEntry, content: Spool) -> io::Result<()> {
        entry.has_stream = !content.is_empty() && !entry.is_directory;
        if content.len() > SMALL {
            self.end_block()?;
            self.settle(0)?;
            // More than one, since one alone cuts its pieces elsewhere.
            let threads = self.workers.as_ref().map_or(2, |workers| workers.current_num_threads().clamp(2, 16));
            let options = Lzma2Options::from_level_mt(LEVEL, threads as u32, PIECE);
            let method = EncoderConfiguration::new(EncoderMethod::LZMA2).with_options(options.into());
            self.archive.set_content_methods(vec![method]);
            self.archive.push_archive_entry(entry, Some(content.into_reader()?)).map_err(told)?;
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(content.len() as usize);
        content.into_reader()?.read_to_end(&mut bytes)?;
        if self.held + bytes.len() as u64 > BLOCK || self.batch.len() >= ENTRIES {
            self.end_block()?;
        }
        self.held += bytes.len() as u64;
        self.batch.push((entry, bytes));
        Ok(())
    }

    /// Writes everything to `output`, and the archive is complete.
    pub(super) fn finish(mut self, output: &mut dyn Write) -> io::Result<()> {
        self.end_block()?;
        self.settle(0)?;
        let Tape { front, spool, .. } = self.archive.finish()?;
        output.write_all(&front)?;
        copy(&mut spool.into_reader()?, output, &mut vec![0; 64 << 10])?;
        output.flush()
    }

    /// Gives what was gathered to a worker, or packs it here.
    fn end_block(&mut self) -> io::Result<()> {
        let batch = std::mem::take(&mut self.batch);
        self.held = 0;
        // What holds nothing belongs to no block.
        if !batch.iter().any(|(entry, _)| entry.has_stream) {
            if !batch.is_empty() {
                self.settle(0)?;
            }
            for (entry, _) in batch {
                self.archive.push_archive_entry(entry, None::<&[u8]>).map_err(told)?;
            }
            return Ok(());
        }
        let methods = self.methods.clone();
        let pack = move || {
            let (entries, contents): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|(entry, bytes)| (entry, SourceReader::new(Cursor::new(bytes)))).unzip();
            prepare_block(methods, entries, contents)
        };
        let Some(workers) = &self.workers else {
            self.archive.push_prepared_block(pack().map_err(told)?).map_err(told)?;
            return Ok(());
        };
        let (sender, receiver) = sync_channel(1);
        let waiting = 2 * workers.current_num_threads();
        // Nobody waits any more after another failure.
        workers.spawn_fifo(move || drop(sender.send(pack())));
        self.queue.push_back(receiver);
        self.settle(waiting)
    }

    /// Writes packed blocks until at most so many are waited for.
    fn settle(&mut self, waiting: usize) -> io::Result<()> {
        while self.queue.len() > waiting {
            if let Some(receiver) = self.queue.pop_front() {
                let block = receiver.recv().map_err(|_| io::Error::other("a worker failed"))?.map_err(told)?;
                self.archive.push_prepared_block(block).map_err(told)?;
            }
        }
        Ok(())
    }
}

/// The library's errors may hold names, so only the cause is told.
fn told(fault: Fault) -> io::Error {
    match fault {
        Fault::Io(error, _) => error,
        _ => io::Error::other("the archive cannot be packed"),
    }
}

const FRONT: usize = SIGNATURE_HEADER_SIZE as usize;

/// What the library writes to: the header at the front, which it writes last, and all behind it.
struct Tape {
    front: [u8; FRONT],
    spool: Spool,
    at: u64,
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self.front.get_mut(self.at as usize..) {
            Some(room) if !room.is_empty() => {
                let taken = room.len().min(bytes.len());
                room[..taken].copy_from_slice(&bytes[..taken]);
                taken
            }
            _ if self.at == SIGNATURE_HEADER_SIZE + self.spool.len() => self.spool.write(bytes)?,
            _ => return Err(io::Error::other("what was written stays as it is")),
        };
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Tape {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = SIGNATURE_HEADER_SIZE + self.spool.len();
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.filter(|&at| at <= end).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
