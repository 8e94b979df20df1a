//! Xz (the `.xz` format 1.2): compressed streams without a name, with padding between them.
//!
//! Written as one stream of preset 3 with CRC-64. A higher preset costs three times the time and memory for a few percent of
//! the size of a log. See `stream` for how it is read.

use std::io::{self, Write};

use liblzma::stream::{Action, Check, Error as LzmaError, Status, Stream};
use liblzma::write::XzEncoder;

use super::entry::Visitor;
use super::stream::{Encoder, Fault, Step, Unpack, pass_nameless};
use super::{Budget, Error, Format, Input};

/// The most memory that a decoder may take. `xz -9` makes it take 65 MiB.
const MEMORY: u64 = 512 << 20;
const PRESET: u32 = 3;

/// The format `xz`.
#[derive(Debug)]
pub struct Xz;

impl Format for Xz {
    fn id(&self) -> &'static str {
        "xz"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"\xfd7zXZ\0")
    }

    fn rebuild(
        &self,
        input: Input<'_>,
        output: &mut (dyn Write + Send),
        visitor: &mut dyn Visitor,
        budget: &Budget,
    ) -> Result<(), Error> {
        let start = |_: &[u8]| -> io::Result<Box<dyn Encoder>> {
            let stream = Stream::new_easy_encoder(PRESET, Check::Crc64).map_err(io::Error::from)?;
            Ok(Box::new(XzEncoder::new_stream(output, stream)))
        };
        pass_nameless::<Unpacker>(input, Box::new(start), visitor, budget)
    }
}

impl<W: Write + Send> Encoder for XzEncoder<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        (*self).finish()?.flush()
    }
}

struct Unpacker(Stream);

impl Unpack for Unpacker {
    const ID: &'static str = "xz";

    fn new() -> io::Result<Self> {
        Ok(Unpacker(Stream::new_stream_decoder(MEMORY, 0)?))
    }

    fn begins_with(byte: u8) -> bool {
        byte == 0xfd
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let before = (self.0.total_in(), self.0.total_out());
        let action = if input.is_empty() { Action::Finish } else { Action::Run };
        let is_end = match self.0.process(input, output, action) {
            Ok(Status::StreamEnd) => true,
            Ok(Status::Ok | Status::GetCheck | Status::MemNeeded) => false,
            Err(LzmaError::MemLimit | LzmaError::Mem) => return Err(Fault::Memory),
            Err(_) => return Err(Fault::Damaged),
        };
        Ok(Step {
            read: (self.0.total_in() - before.0) as usize,
            written: (self.0.total_out() - before.1) as usize,
            is_end,
        })
    }
}
