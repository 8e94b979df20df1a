//! Deflate in blocks of a fixed size, on as many threads as there are.
//!
//! Each block is compressed by itself, with the 32 KiB before it as its dictionary, and ends on a byte; one behind the other
//! they are one deflate stream. What comes out does not depend on the threads, because the blocks do not.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rayon::ThreadPool;

/// How many bytes are compressed at a time: the dictionary and the end of a block cost less than a percent of it.
const BLOCK: usize = 256 << 10;
/// As far as deflate looks back.
const WINDOW: usize = 32 << 10;
/// The level of zlib-rs whose sizes come nearest to those of `gzip -6`: on our corpora of logs, tables and JSON a mean of 2 %
/// above them (-0.2 to +7 %), in two fifths of its time. Level 6 is 1 % above and takes half of it.
const LEVEL: u32 = 5;

/// A compressed block, and the memory that the block was in.
struct Packed {
    packed: Vec<u8>,
    block: Vec<u8>,
}

/// Compresses what is written to it, and measures it.
pub(super) struct Deflater<W> {
    to: W,
    pending: Vec<u8>,
    /// The end of what was compressed before.
    dictionary: Vec<u8>,
    workers: Option<Arc<ThreadPool>>,
    /// Blocks that are being compressed, in their order.
    queue: VecDeque<Receiver<io::Result<Packed>>>,
    /// Blocks whose bytes are no more needed, to be filled again: to get new memory costs as much as to scan what is in it.
    spare: Vec<Vec<u8>>,
    crc: Crc,
    size: u64,
}

impl<W: Write> Deflater<W> {
    pub(super) fn new(to: W, workers: Option<Arc<ThreadPool>>) -> Deflater<W> {
        let (pending, dictionary, queue, spare) = (Vec::new(), Vec::new(), VecDeque::new(), Vec::new());
        Deflater { to, pending, dictionary, workers, queue, spare, crc: Crc::new(), size: 0 }
    }

    /// Ends the stream: what it was written to, and the checksum and size of what was written.
    pub(super) fn finish(mut self) -> io::Result<(W, u32, u64)> {
        self.pass_on(FlushCompress::Finish)?;
        self.settle(0)?;
        Ok((self.to, self.crc.sum(), self.size))
    }

    /// Gives the pending bytes to a worker, or compresses them here.
    fn pass_on(&mut self, end: FlushCompress) -> io::Result<()> {
        let tail = self.pending.len().saturating_sub(WINDOW);
        let next = self.pending[tail..].to_vec();
        let block = std::mem::take(&mut self.pending);
        let dictionary = std::mem::replace(&mut self.dictionary, next);
        let Some(workers) = &self.workers else {
            let packed = deflated(&block, &dictionary, end)?;
            self.pending = block;
            self.pending.clear();
            return self.to.write_all(&packed);
        };
        let (sender, receiver) = sync_channel(1);
        let waiting = 2 * workers.current_num_threads();
        // Nobody waits any more after another failure.
        workers.spawn_fifo(move || {
            let packed = deflated(&block, &dictionary, end).map(|packed| Packed { packed, block });
            drop(sender.send(packed));
        });
        self.queue.push_back(receiver);
        self.settle(waiting)?;
        self.pending = self.spare.pop().unwrap_or_default();
        Ok(())
    }

    /// Writes compressed blocks until at most so many are waited for.
    fn settle(&mut self, waiting: usize) -> io::Result<()> {
        while self.queue.len() > waiting {
            if let Some(receiver) = self.queue.pop_front() {
                let Packed { packed, mut block } =
                    receiver.recv().map_err(|_| io::Error::other("a worker failed"))??;
                self.to.write_all(&packed)?;
                block.clear();
                self.spare.push(block);
            }
        }
        Ok(())
    }
}

impl<W: Write> Write for Deflater<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(BLOCK - self.pending.len());
        self.pending.extend_from_slice(&bytes[..taken]);
        self.crc.update(&bytes[..taken]);
        self.size += taken as u64;
        if self.pending.len() == BLOCK {
            self.pass_on(FlushCompress::Sync)?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.pass_on(FlushCompress::Sync)?;
        }
        self.settle(0)?;
        self.to.flush()
    }
}

thread_local! {
    /// What compresses, kept by each thread: a third of a megabyte, which is dear to get for each block or entry.
    static PRESS: RefCell<Option<Compress>> = const { RefCell::new(None) };
}

/// A block as a piece of a deflate stream.
fn deflated(block: &[u8], dictionary: &[u8], end: FlushCompress) -> io::Result<Vec<u8>> {
    let kept = PRESS.with(|press| press.borrow_mut().take());
    let mut compress = kept.unwrap_or_else(|| Compress::new(Compression::new(LEVEL), false));
    compress.reset();
    let packed = pressed(&mut compress, block, dictionary, end);
    PRESS.with(|press| *press.borrow_mut() = Some(compress));
    packed
}

fn pressed(compress: &mut Compress, block: &[u8], dictionary: &[u8], end: FlushCompress) -> io::Result<Vec<u8>> {
    if !dictionary.is_empty() {
        compress.set_dictionary(dictionary).map_err(io::Error::other)?;
    }
    let mut packed = Vec::with_capacity(block.len() / 3 + 256);
    loop {
        let read = compress.total_in() as usize;
        let status = compress.compress_vec(&block[read..], &mut packed, end).map_err(io::Error::other)?;
        let has_room = packed.len() < packed.capacity();
        let is_done = match end {
            FlushCompress::Finish => status == Status::StreamEnd,
            _ => has_room && compress.total_in() as usize == block.len(),
        };
        if is_done {
            return Ok(packed);
        }
        if !has_room {
            packed.reserve(packed.capacity());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::testing::noise;
    use super::*;

    fn packed(content: &[u8], piece: usize, threads: usize) -> Vec<u8> {
        let workers =
            (threads > 0).then(|| Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()));
        let mut deflater = Deflater::new(Vec::new(), workers);
        content.chunks(piece).for_each(|piece| deflater.write_all(piece).unwrap());
        let (packed, crc, size) = deflater.finish().unwrap();
        let mut expected = Crc::new();
        expected.update(content);
        assert_eq!((crc, size), (expected.sum(), content.len() as u64));
        packed
    }

    #[test]
    fn blocks_are_one_stream_whoever_compressed_them() {
        let text = b"2026-01-01 a line of a log, and another\n".repeat(30_000);
        let noise = noise(3 * BLOCK + 7);
        for content in [&b""[..], b"x", &text, &text[..BLOCK], &text[..BLOCK + 1], &text[..2 * BLOCK], &noise] {
            let alone = packed(content, 10_007, 0);
            let mut back = Vec::new();
            flate2::read::DeflateDecoder::new(&alone[..]).read_to_end(&mut back).unwrap();
            assert!(back == content, "{} bytes", content.len());
            assert!(packed(content, 1 << 20, 1) == alone && packed(content, 4096, 3) == alone);
        }
        assert!(packed(&text, 4096, 0).len() < text.len() / 50);
    }

    #[test]
    fn what_was_flushed_can_be_read() {
        let mut deflater = Deflater::new(Vec::new(), None);
        deflater.write_all(b"a line\n").unwrap();
        deflater.flush().unwrap();
        let mut text = [0; 7];
        flate2::read::DeflateDecoder::new(&deflater.to[..]).read_exact(&mut text).unwrap();
        assert_eq!(&text, b"a line\n");
    }
}
