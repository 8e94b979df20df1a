//! A stretch of a file: a chunk that a worker reads by place, while others read theirs.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::chunk::{LEFT_MARGIN, RIGHT_MARGIN};
use crate::text::feed::{Buffer, Piece};

/// Which chunk of a file is to be read by place.
///
/// The chunks of a stretch are cut where a [`Feed`](crate::text::Feed) that reads one after the other would cut them, and
/// the last one is, as there, the first that reaches the end of the file with its margin. Those behind it find that
/// out when their turn comes; a file that changes meanwhile shows in margins that differ, see [`seam`].
#[derive(Debug)]
pub struct Stretch {
    pub(super) file: Arc<File>,
    /// Where in the file the stream begins.
    pub(super) origin: u64,
    pub(super) number: u64,
    /// Stream offset of its own bytes.
    pub(super) offset: u64,
    pub(super) size: usize,
}

impl Stretch {
    /// Its number, from 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Reads it into `buffer`, in place of what that held. `None` if the file ends before it.
    ///
    /// # Errors
    /// As the operating system's.
    pub fn read(self, buffer: &mut Buffer) -> io::Result<Option<Piece>> {
        let margin = self.offset.min(LEFT_MARGIN as u64);
        let (own, base) = (margin as usize, self.offset - margin);
        let full = own + self.size + RIGHT_MARGIN;
        buffer.begin(&[], full);
        let file = self.file.as_ref();
        while buffer.bytes().len() < full {
            let at = self.origin + base + buffer.bytes().len() as u64;
            if buffer.read(full, |room| file.read_at(room, at))? == 0 {
                break;
            }
        }
        let end = buffer.bytes().len();
        let is_last = end < full;
        let own = own..if is_last { end } else { own + self.size };
        Ok((own.start < own.end).then_some(Piece { number: self.number, base, own, is_last }))
    }
}

/// The bytes around the end of a chunk that is not the last: its margins on both sides, which the next chunk has read as
/// well. Where they are not the same, the file has changed between the two readings.
pub fn seam<'a>(piece: &Piece, bytes: &'a [u8]) -> &'a [u8] {
    &bytes[piece.own.end.saturating_sub(LEFT_MARGIN)..]
}
