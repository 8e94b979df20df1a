//! Bzip2: compressed streams without a name, one behind the other.
//!
//! Written as one stream of level 9, which is what `bzip2` writes; see `stream` for how it is read.

use std::io::{self, Write};

use ::bzip2::write::BzEncoder;
use ::bzip2::{Compression, Decompress, Status};

use super::entry::Visitor;
use super::stream::{Encoder, Fault, Step, Unpack, pass_nameless};
use super::{Budget, Error, Format, Input};

/// The format `bzip2`.
#[derive(Debug)]
pub struct Bzip2;

impl Format for Bzip2 {
    fn id(&self) -> &'static str {
        "bzip2"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // "BZh", the level, and the mark of a first block (the digits of pi) or of the end (the square root of pi).
        matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', mark @ ..]
            if mark.starts_with(b"1AY&SY") || mark.starts_with(b"\x17\x72\x45\x38\x50\x90"))
    }

    fn rebuild(
        &self,
        input: Input<'_>,
        output: &mut (dyn Write + Send),
        visitor: &mut dyn Visitor,
        budget: &Budget,
    ) -> Result<(), Error> {
        let start =
            |_: &[u8]| -> io::Result<Box<dyn Encoder>> { Ok(Box::new(BzEncoder::new(output, Compression::best()))) };
        pass_nameless::<Unpacker>(input, Box::new(start), visitor, budget)
    }
}

impl<W: Write + Send> Encoder for BzEncoder<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        (*self).finish()?.flush()
    }
}

struct Unpacker(Decompress);

impl Unpack for Unpacker {
    const ID: &'static str = "bzip2";

    fn new() -> io::Result<Self> {
        Ok(Unpacker(Decompress::new(false)))
    }

    fn begins_with(byte: u8) -> bool {
        byte == b'B'
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let before = (self.0.total_in(), self.0.total_out());
        let status = self.0.decompress(input, output).map_err(|_| Fault::Damaged)?;
        Ok(Step {
            read: (self.0.total_in() - before.0) as usize,
            written: (self.0.total_out() - before.1) as usize,
            is_end: status == Status::StreamEnd,
        })
    }
}
