//! What the compressed streams have in common: gzip, bzip2, xz and zstd, which hold one content and no directory.
//!
//! Read and written as a stream: what goes in can come out at once. Several streams one behind the other are read as one
//! content and written as one. Zeros behind the last are padding; anything else there is an error, because other readers
//! would see it.

use std::io::{self, BufRead, BufReader, Write};

use super::entry::{Entry, Verdict, Visitor};
use super::measured::{Decode, Faulty, Raw};
use super::{Budget, Error, Input, notice};

/// A decoder of one stream, that is given input as it needs it.
pub(super) trait Unpack: Sized + Send {
    /// The format's id.
    const ID: &'static str;

    /// A decoder at the beginning of a stream.
    fn new() -> io::Result<Self>;

    /// Can a further stream begin with this byte?
    fn begins_with(byte: u8) -> bool;

    /// Reads from `input` and writes to `output`, as far as there is something to be done. `input` is empty at its end.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault>;
}

/// What a step has done.
pub(super) struct Step {
    pub(super) read: usize,
    pub(super) written: usize,
    /// The stream is complete, and its checks hold.
    pub(super) is_end: bool,
}

/// Why a stream cannot be decoded.
pub(super) enum Fault {
    Damaged,
    /// It asks for more memory than any honest writer's does.
    Memory,
}

/// All streams of an input, as one content.
pub(super) struct Streams<U, R> {
    raw: Raw<R>,
    unpack: Option<U>,
}

impl<U: Unpack, R: BufRead> Streams<U, R> {
    pub(super) fn open(raw: Raw<R>) -> io::Result<Streams<U, R>> {
        Ok(Streams { raw, unpack: Some(U::new()?) })
    }

    fn damaged(&self, what: &'static str) -> Error {
        Error::Damaged { format: U::ID, what, offset: self.raw.consumed }
    }
}

impl<U: Unpack, R: BufRead> Decode for &mut Streams<U, R> {
    fn decode(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        while let Some(unpack) = &mut self.unpack {
            let input = self.raw.peek()?;
            let is_over = input.is_empty();
            let step = match unpack.step(input, buffer) {
                Ok(step) => step,
                Err(Fault::Damaged) => return Err(self.damaged("stream is damaged")),
                Err(Fault::Memory) => {
                    return Err(Error::Unsupported(format!("{} that needs so much memory", U::ID)));
                }
            };
            self.raw.consume(step.read);
            if step.is_end {
                let more = self.raw.skip_zeros()?;
                self.unpack = match more {
                    None => None,
                    Some(byte) if U::begins_with(byte) => Some(U::new()?),
                    Some(_) => return Err(self.damaged("stream has something else behind its end")),
                };
            } else if is_over && step.written == 0 {
                return Err(self.damaged("stream ends early"));
            }
            if step.written > 0 {
                return Ok(step.written);
            }
        }
        Ok(0)
    }
}

/// An encoder that writes what a reader of the format can read.
pub(super) trait Encoder: Write + Send {
    /// Ends the stream.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Begins the output: with the name that the content has, or has with this suffix.
pub(super) type Start<'o> = Box<dyn FnOnce(&[u8]) -> io::Result<Box<dyn Encoder + 'o>> + Send + 'o>;

/// Reads a content, shows it to the visitor, and writes what takes its place.
pub(super) fn pass(
    content: impl Decode + Send,
    entry: &Entry,
    start: Start<'_>,
    visitor: &mut dyn Visitor,
) -> Result<(), Error> {
    let mut reader = Faulty::new(content, &entry.budget);
    let mut writer = Lazy { state: State::Waiting(start), failed: None };
    let verdict = visitor.entry(entry, &mut reader, &mut writer);
    if let Some(error) = writer.failed {
        return Err(Error::Io(error));
    }
    if let Some(fault) = reader.fault {
        return Err(fault);
    }
    match verdict? {
        Verdict::Scrubbed => reader.drain(&mut vec![0; 64 << 10])?,
        Verdict::Withheld(notice) => writer.withhold(&notice)?,
    }
    writer.finish()
}

/// As [`pass`], for a format whose streams have no name and no header to keep.
pub(super) fn pass_nameless<'o, U: Unpack>(
    input: Input<'_>,
    start: Start<'o>,
    visitor: &mut dyn Visitor,
    budget: &Budget,
) -> Result<(), Error> {
    let budget = budget.enter()?;
    budget.entry()?;
    let raw = Raw::new(BufReader::with_capacity(64 << 10, input), Some(budget.clone()));
    let mut streams = Streams::<U, _>::open(raw)?;
    let entry = Entry { name: Vec::new(), display: "content".into(), size: None, is_text: false, budget };
    pass(&mut streams, &entry, start, visitor)
}

/// The output, whose header waits until it is known whether the content or a notice comes behind it.
struct Lazy<'o> {
    state: State<'o>,
    /// The first failure to write, which a visitor might not pass on.
    failed: Option<io::Error>,
}

enum State<'o> {
    Waiting(Start<'o>),
    Started(Box<dyn Encoder + 'o>),
    /// Only while one state becomes the next.
    Between,
}

impl<'o> Lazy<'o> {
    fn encoder(&mut self, suffix: &[u8]) -> io::Result<&mut Box<dyn Encoder + 'o>> {
        self.state = match std::mem::replace(&mut self.state, State::Between) {
            State::Waiting(start) => State::Started(start(suffix)?),
            state => state,
        };
        match &mut self.state {
            State::Started(encoder) => Ok(encoder),
            State::Waiting(_) | State::Between => Err(io::Error::other("the output was not begun")),
        }
    }

    /// Writes the notice in place of the content, if nothing of the content has gone yet.
    fn withhold(&mut self, notice: &[u8]) -> Result<(), Error> {
        match self.state {
            State::Waiting(_) => Ok(self.encoder(notice::SUFFIX)?.write_all(notice)?),
            State::Started(_) | State::Between => Err(Error::PartlyWritten),
        }
    }

    fn finish(mut self) -> Result<(), Error> {
        self.encoder(b"")?;
        match self.state {
            State::Started(encoder) => Ok(encoder.finish()?),
            State::Waiting(_) | State::Between => Ok(()),
        }
    }

    /// Keeps the first failure, and gives its like to the visitor.
    fn kept<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let told = io::Error::from(error.kind());
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed.get_or_insert(error);
            }
            told
        })
    }
}

impl Write for Lazy<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let written = self.encoder(b"").and_then(|encoder| encoder.write(bytes));
        self.kept(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = match &mut self.state {
            State::Started(encoder) => encoder.flush(),
            State::Waiting(_) | State::Between => Ok(()),
        };
        self.kept(flushed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::bzip2::Bzip2;
    use super::super::testing::*;
    use super::super::xz::Xz;
    use super::super::zstd::Zstd;
    use super::super::{Format, Limit, Limits};
    use super::*;
    use std::io::Read;

    /// A format, and how other programs write and read it.
    struct Row {
        format: &'static dyn Format,
        pack: fn(&[u8]) -> Vec<u8>,
        unpack: fn(&[u8]) -> Vec<u8>,
    }

    fn read(mut reader: impl Read) -> Vec<u8> {
        let mut content = Vec::new();
        reader.read_to_end(&mut content).unwrap();
        content
    }

    const ROWS: [Row; 3] = [
        Row {
            format: &Bzip2,
            pack: |content| read(::bzip2::read::BzEncoder::new(content, ::bzip2::Compression::fast())),
            unpack: |bytes| read(::bzip2::read::MultiBzDecoder::new(bytes)),
        },
        Row {
            format: &Xz,
            pack: |content| read(liblzma::read::XzEncoder::new(content, 1)),
            unpack: |bytes| read(liblzma::read::XzDecoder::new_multi_decoder(bytes)),
        },
        Row {
            format: &Zstd,
            // Without a checksum a flipped byte of a block that was stored goes unnoticed by every reader.
            pack: |content| {
                let mut encoder = ::zstd::Encoder::new(Vec::new(), 1).unwrap();
                encoder.include_checksum(true).unwrap();
                encoder.write_all(content).unwrap();
                encoder.finish().unwrap()
            },
            unpack: |bytes| ::zstd::decode_all(bytes).unwrap(),
        },
    ];

    #[test]
    fn streams_one_behind_the_other_are_one_content_and_zeros_are_padding() {
        for Row { format, pack, unpack } in ROWS {
            let long = b"user jane, ".repeat(30_000);
            for content in [&b""[..], b"user jane", &long] {
                let input = [pack(content), pack(b"second"), vec![0; 16]].concat();
                assert!(format.recognises(&input), "{}", format.id());
                let output = rebuild(&input, &mut Upper::default(), Limits::default()).unwrap();
                let expected = [content, b"second"].concat().to_ascii_uppercase();
                assert!(unpack(&output) == expected, "{}", format.id());
                let again = rebuild(&output, &mut Upper::default(), Limits::default()).unwrap();
                assert!(again == output, "{}: twice is once", format.id());
            }
        }
    }

    #[test]
    fn damage_is_an_error_that_names_the_byte() {
        for Row { format, pack, .. } in ROWS {
            let whole = pack(&noise(3000));
            for cut in (0..whole.len()).step_by(97).chain([1, whole.len() - 1]).filter(|cut| *cut > 0) {
                let result = rebuild_as(format, &whole[..cut], &mut Upper::default());
                let Err(Error::Damaged { what: "stream ends early", offset, .. }) = result else {
                    panic!("{} cut at {cut}: {result:?}", format.id());
                };
                assert_eq!(offset, cut as u64, "{}", format.id());
            }
            for behind in [&b"password"[..], b"\0\0\0\0x", b"B", b"\xfd", b"\x28"] {
                let result = rebuild_as(format, &[&whole, behind].concat(), &mut Upper::default());
                assert!(matches!(result, Err(Error::Damaged { .. })), "{} {behind:?}: {result:?}", format.id());
            }
            let mut bad = whole.clone();
            bad[whole.len() / 2] ^= 0x10;
            let result = rebuild_as(format, &bad, &mut Upper::default());
            assert!(
                matches!(result, Err(Error::Damaged { what: "stream is damaged", .. })),
                "{}: {result:?}",
                format.id()
            );
            for place in 0..whole.len() {
                bad.clone_from(&whole);
                bad[place] ^= 0xff;
                let _ = rebuild_as(format, &bad, &mut silent());
            }
        }
    }

    #[test]
    fn bombs_end_at_the_ratio_and_what_is_withheld_leaves_a_notice() {
        for Row { format, pack, unpack } in ROWS {
            let bomb = pack(&vec![0; 100 << 20]);
            let result = rebuild(&bomb, &mut silent(), Limits { ratio: 500, ..Limits::default() });
            assert!(matches!(result, Err(Error::Limit(Limit::Ratio(500)))), "{}: {result:?}", format.id());
            let output = rebuild(&pack(b"x"), &mut withholding(false), Limits::default()).unwrap();
            assert_eq!(unpack(&output), b"withheld");
            let late = rebuild(&pack(b"x"), &mut withholding(true), Limits::default());
            assert!(matches!(late, Err(Error::PartlyWritten)));
        }
    }

    #[test]
    fn what_asks_for_absurd_memory_is_refused() {
        // A frame of unknown size with a window of 2 GiB: exponent 21 of 2^10 bytes.
        let zstd = [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3][..], &[1, 0, 0]].concat();
        // A block whose dictionary is to have 4 GiB (property 40), by section 5.3.1 of the description of xz.
        let flags = [0, 1];
        let crc = |bytes: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(bytes);
            crc.sum().to_le_bytes()
        };
        let block = [2, 0, 0x21, 1, 40, 0, 0, 0];
        let xz = [&b"\xfd7zXZ\0"[..], &flags, &crc(&flags), &block, &crc(&block), &[0; 64]].concat();
        for bytes in [zstd, xz] {
            let result = rebuild(&bytes, &mut silent(), Limits::default());
            assert!(matches!(result, Err(Error::Unsupported(_))), "{result:?}");
        }
    }

    #[test]
    fn frames_to_be_skipped_are_dropped() {
        let skipped = [&[0x5a, 0x2a, 0x4d, 0x18, 6, 0, 0, 0][..], b"secret"].concat();
        let frame = ::zstd::encode_all(&b"text"[..], 1).unwrap();
        let input = [&skipped[..], &frame, &skipped].concat();
        let output = rebuild(&input, &mut Upper::default(), Limits::default()).unwrap();
        assert_eq!(::zstd::decode_all(&output[..]).unwrap(), b"TEXT");
        assert!(memchr::memmem::find(&output, b"secret").is_none());
    }
}
