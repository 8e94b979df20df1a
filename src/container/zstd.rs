//! Zstandard (RFC 8878): frames one behind the other, without a name.
//!
//! Written as one frame of level 3 with a checksum, which is what `zstd` writes; skippable frames are dropped. See
//! `stream` for how it is read.

use std::io::{self, Write};

use ::zstd::stream::raw::{DParameter, Decoder, Operation};
use ::zstd::stream::write::Encoder as ZstdEncoder;

use super::entry::Visitor;
use super::stream::{Encoder, Fault, Step, Unpack, pass_nameless};
use super::{Budget, Error, Format, Input};

/// The largest window that a decoder may be asked for, as a power of two: 128 MiB, as in `zstd` itself.
const WINDOW: u32 = 27;
const LEVEL: i32 = 3;

/// The format `zstd`.
#[derive(Debug)]
pub struct Zstd;

impl Format for Zstd {
    fn id(&self) -> &'static str {
        "zstd"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // A frame, or one to be skipped before it.
        head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
    }

    fn rebuild(
        &self,
        input: Input<'_>,
        output: &mut (dyn Write + Send),
        visitor: &mut dyn Visitor,
        budget: &Budget,
    ) -> Result<(), Error> {
        let start = |_: &[u8]| -> io::Result<Box<dyn Encoder>> {
            let mut encoder = ZstdEncoder::new(output, LEVEL)?;
            encoder.include_checksum(true)?;
            Ok(Box::new(encoder))
        };
        pass_nameless::<Unpacker>(input, Box::new(start), visitor, budget)
    }
}

impl<W: Write + Send> Encoder for ZstdEncoder<'_, W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        (*self).finish()?.flush()
    }
}

struct Unpacker {
    decoder: Decoder<'static>,
    has_begun: bool,
}

impl Unpack for Unpacker {
    const ID: &'static str = "zstd";

    fn new() -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW))?;
        Ok(Unpacker { decoder, has_begun: false })
    }

    fn begins_with(byte: u8) -> bool {
        matches!(byte, 0x28 | 0x50..=0x5f)
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let status = self.decoder.run_on_buffers(input, output).map_err(|error| match error.to_string() {
            text if text.contains("memory") => Fault::Memory,
            _ => Fault::Damaged,
        })?;
        self.has_begun |= status.bytes_read > 0;
        let is_end = status.remaining == 0 && self.has_begun;
        Ok(Step { read: status.bytes_read, written: status.bytes_written, is_end })
    }
}
