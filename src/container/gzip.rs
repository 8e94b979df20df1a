//! Gzip (RFC 1952): one compressed stream, which may name what it holds.
//!
//! Read and written as a stream: what goes in can come out at once. Several members are read as one content and written as
//! one member. The name and the time of the first member are kept, the name scrubbed; comments and extra fields are dropped.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::Arc;

use flate2::bufread::GzDecoder;
use rayon::ThreadPool;

use super::deflate::Deflater;
use super::entry::{Entry, Visitor};
use super::measured::{Decode, Raw};
use super::stream::{self, Encoder};
use super::{Budget, Error, Format, Input};

/// The format `gzip`.
#[derive(Debug)]
pub struct Gzip;

impl Format for Gzip {
    fn id(&self) -> &'static str {
        "gzip"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // Two magic bytes, "deflate", and the three flag bits that RFC 1952 reserves are zero.
        head.starts_with(&[0x1f, 0x8b, 8]) && head.get(3).is_none_or(|flags| flags & 0xe0 == 0)
    }

    fn rebuild(
        &self,
        input: Input<'_>,
        output: &mut (dyn Write + Send),
        visitor: &mut dyn Visitor,
        budget: &Budget,
    ) -> Result<(), Error> {
        let budget = budget.enter()?;
        budget.entry()?;
        let raw = Raw::new(BufReader::with_capacity(64 << 10, input), Some(budget.clone()));
        let (mut members, header) = Members::open(raw)?;
        let name: Vec<u8> = visitor.name(&header.name).into_iter().filter(|byte| *byte != 0).collect();
        let display = if name.is_empty() { "content".into() } else { String::from_utf8_lossy(&name).into_owned() };
        let entry = Entry { name: header.name.clone(), display, size: None, is_text: false, budget };
        let workers = visitor.workers();
        let start = |suffix: &[u8]| -> io::Result<Box<dyn Encoder>> {
            let name = if name.is_empty() { name } else { [&name, suffix].concat() };
            Ok(Box::new(GzipEncoder::start(output, &name, &header, workers)?))
        };
        stream::pass(&mut members, &entry, Box::new(start), visitor)
    }
}

/// Writes one member.
struct GzipEncoder<'o>(Deflater<&'o mut (dyn Write + Send)>);

impl<'o> GzipEncoder<'o> {
    fn start(
        output: &'o mut (dyn Write + Send),
        name: &[u8],
        header: &Header,
        workers: Option<Arc<ThreadPool>>,
    ) -> io::Result<GzipEncoder<'o>> {
        const NAMED: u8 = 1 << 3;
        let flags = if name.is_empty() { 0 } else { NAMED };
        output.write_all(&[0x1f, 0x8b, 8, flags])?;
        output.write_all(&header.mtime.to_le_bytes())?;
        output.write_all(&[0, header.system])?;
        if !name.is_empty() {
            output.write_all(name)?;
            output.write_all(&[0])?;
        }
        Ok(GzipEncoder(Deflater::new(output, workers)))
    }
}

impl Write for GzipEncoder<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Encoder for GzipEncoder<'_> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        let (output, crc, size) = self.0.finish()?;
        output.write_all(&crc.to_le_bytes())?;
        // RFC 1952 wants the size modulo 2^32.
        output.write_all(&(size as u32).to_le_bytes())?;
        output.flush()
    }
}

/// What a gzip header says that is kept.
#[derive(Clone, Debug, Default)]
struct Header {
    name: Vec<u8>,
    mtime: u32,
    system: u8,
}

/// The members of a gzip file, as one content.
struct Members<R: BufRead> {
    decoder: Option<GzDecoder<Raw<R>>>,
}

impl<R: BufRead> Members<R> {
    /// Reads the first header.
    fn open(raw: Raw<R>) -> Result<(Members<R>, Header), Error> {
        let decoder = GzDecoder::new(raw);
        let header = decoder.header().map(|header| Header {
            name: header.filename().unwrap_or_default().to_vec(),
            mtime: header.mtime(),
            system: header.operating_system(),
        });
        let mut members = Members { decoder: Some(decoder) };
        match header {
            Some(header) => Ok((members, header)),
            // The decoder keeps what is wrong with the header for the first read.
            None => Err(match members.next(&mut [0]) {
                Err(error) => error,
                Ok(_) => damaged(0, io::ErrorKind::InvalidInput),
            }),
        }
    }

    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        while let Some(decoder) = &mut self.decoder {
            match decoder.read(buffer) {
                Ok(0) => {}
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let raw = decoder.get_mut();
                    return Err(match raw.failed.take() {
                        Some(failed) => Error::Io(failed),
                        None => damaged(raw.consumed, error.kind()),
                    });
                }
            }
            let Some(decoder) = self.decoder.take() else { break };
            let mut raw = decoder.into_inner();
            // Tapes and block devices are padded with zeros; gzip itself ignores them too.
            match raw.skip_zeros()? {
                None => {}
                Some(0x1f) => self.decoder = Some(GzDecoder::new(raw)),
                Some(_) => return Err(garbage(raw.consumed)),
            }
        }
        Ok(0)
    }
}

impl<R: BufRead> Decode for &mut Members<R> {
    fn decode(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.next(buffer)
    }
}

fn garbage(offset: u64) -> Error {
    Error::Damaged { format: "gzip", what: "stream has something else behind its end", offset }
}

fn damaged(offset: u64, kind: io::ErrorKind) -> Error {
    let what = match kind {
        io::ErrorKind::UnexpectedEof => "stream ends early",
        _ => "stream is damaged",
    };
    Error::Damaged { format: "gzip", what, offset }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::super::{Limit, Limits};
    use super::*;

    fn damage(result: Result<Vec<u8>, Error>) -> (&'static str, u64) {
        match result {
            Err(Error::Damaged { format: "gzip", what, offset }) => (what, offset),
            other => panic!("not damaged: {other:?}"),
        }
    }

    #[test]
    fn members_are_joined_and_the_name_is_scrubbed() {
        let mut two = gzipped(b"first ", Some("jane.log"));
        two.extend(gzipped(b"second", Some("other")));
        let mut upper = Upper::default();
        let output = rebuild(&two, &mut upper, Limits::default()).unwrap();
        let mut decoder = flate2::read::GzDecoder::new(&output[..]);
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        assert_eq!(text, "FIRST SECOND");
        let header = decoder.header().unwrap();
        assert_eq!(header.filename(), Some(&b"JANE.LOG"[..]));
        assert_eq!(header.mtime(), MTIME);
        assert!(header.comment().is_none() && header.extra().is_none());
    }

    #[test]
    fn an_empty_content_keeps_its_name() {
        let output = rebuild(&gzipped(b"", Some("n")), &mut Upper::default(), Limits::default()).unwrap();
        assert_eq!(flate2::read::GzDecoder::new(&output[..]).header().unwrap().filename(), Some(&b"N"[..]));
        assert_eq!(gunzipped(&output), b"");
    }

    #[test]
    fn every_truncation_is_an_error_that_names_the_byte() {
        let whole = gzipped(&noise(3000), Some("name"));
        for cut in 10..whole.len() {
            let (what, offset) = damage(rebuild_as(&Gzip, &whole[..cut], &mut Upper::default()));
            assert_eq!((what, offset), ("stream ends early", cut as u64));
        }
    }

    #[test]
    fn a_flipped_checksum_is_an_error() {
        let mut bad = gzipped(b"some text", None);
        let crc = bad.len() - 8;
        bad[crc] ^= 1;
        assert_eq!(damage(rebuild_as(&Gzip, &bad, &mut Upper::default())).0, "stream is damaged");
    }

    #[test]
    fn zeros_behind_the_end_are_padding_and_anything_else_is_not() {
        let whole = gzipped(b"text", None);
        let mut padded = whole.clone();
        padded.extend([0; 1000]);
        assert_eq!(gunzipped(&rebuild_as(&Gzip, &padded, &mut Upper::default()).unwrap()), b"TEXT");
        padded.push(b'x');
        let (what, offset) = damage(rebuild_as(&Gzip, &padded, &mut Upper::default()));
        assert_eq!((what, offset), ("stream has something else behind its end", whole.len() as u64 + 1000));
        let garbage = [&whole[..], b"password"].concat();
        assert_eq!(damage(rebuild_as(&Gzip, &garbage, &mut Upper::default())).1, whole.len() as u64);
    }

    #[test]
    fn a_bomb_ends_at_the_ratio() {
        let bomb = gzipped(&vec![0; 100 << 20], None);
        let limits = Limits { ratio: 500, ..Limits::default() };
        let result = rebuild(&bomb, &mut Upper::default(), limits);
        assert!(matches!(result, Err(Error::Limit(Limit::Ratio(500)))), "{result:?}");
    }

    #[test]
    fn a_withheld_content_is_a_notice_unless_a_part_has_gone() {
        let mut early = withholding(false);
        let output = rebuild_as(&Gzip, &gzipped(b"x", Some("a.bin")), &mut early).unwrap();
        let mut decoder = flate2::read::GzDecoder::new(&output[..]);
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        assert_eq!(text, "withheld");
        assert_eq!(decoder.header().unwrap().filename(), Some(&b"a.bin.withheld.txt"[..]));
        let mut late = withholding(true);
        assert!(matches!(rebuild_as(&Gzip, &gzipped(b"x", None), &mut late), Err(Error::PartlyWritten)));
    }

    #[test]
    fn an_output_that_fails_is_an_error_even_if_the_visitor_is_silent() {
        let mut full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let spools = std::env::temp_dir();
        let content = gzipped(&noise(1 << 20), None);
        let result = Gzip.rebuild(
            Input::stream(&content[..], &spools),
            &mut full,
            &mut silent(),
            &Budget::new(Limits::default()),
        );
        assert!(matches!(result, Err(Error::Io(_))), "{result:?}");
    }
}
