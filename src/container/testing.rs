//! What the tests of every format need: small containers, and visitors whose work can be seen.

use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use rayon::ThreadPool;

use super::*;
use crate::kind::Kind;

/// A time that every gzip made here carries.
pub const MTIME: u32 = 1_700_000_000;

/// Upper-cases contents and names, and opens containers inside.
#[derive(Default)]
pub struct Upper {
    pub depths: Vec<u32>,
    pub withheld: Vec<String>,
    pub workers: Option<Arc<ThreadPool>>,
    pub passwords: Vec<Password>,
}

impl Visitor for Upper {
    fn entry(
        &mut self,
        entry: &Entry,
        reader: &mut (dyn Read + Send),
        writer: &mut (dyn Write + Send),
    ) -> Result<Verdict, VisitError> {
        self.depths.push(entry.depth());
        let mut head = Vec::new();
        reader.take(HEAD as u64).read_to_end(&mut head)?;
        let mut whole = (&head[..]).chain(reader);
        let Some(format) = sniff(&head) else {
            let mut buffer = [0; 8192];
            loop {
                let read = whole.read(&mut buffer)?;
                if read == 0 {
                    return Ok(Verdict::Scrubbed);
                }
                buffer[..read].make_ascii_uppercase();
                writer.write_all(&buffer[..read])?;
            }
        };
        let spools = std::env::temp_dir();
        match format.rebuild(Input::stream(whole, &spools), writer, self, &entry.budget) {
            Ok(()) => Ok(Verdict::Scrubbed),
            Err(error @ Error::Limit(Limit::Entries(_) | Limit::Output(_))) => Err(VisitError(Box::new(error))),
            Err(error) => {
                self.withheld.push(error.to_string());
                Ok(Verdict::Withheld(notice::for_error(&entry.display, &error)))
            }
        }
    }

    fn name(&self, raw: &[u8]) -> Vec<u8> {
        raw.to_ascii_uppercase()
    }

    fn changes(&mut self, text: &[u8]) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for (n, byte) in text.iter().enumerate().filter(|(_, byte)| byte.is_ascii_lowercase()) {
            match changes.last_mut().filter(|change| change.range.end == n) {
                Some(change) => {
                    change.range.end = n + 1;
                    change.with.push(byte.to_ascii_uppercase());
                }
                None => changes.push(Change { range: n..n + 1, with: vec![byte.to_ascii_uppercase()] }),
            }
        }
        changes
    }

    fn value(&mut self, kind: Kind, value: &[u8]) -> Option<Vec<u8>> {
        Some([kind.id().as_bytes(), b" ", &value.to_ascii_uppercase()].concat())
    }

    fn withheld(&mut self, _: &Entry, reason: &Error) {
        self.withheld.push(reason.to_string());
    }

    fn workers(&self) -> Option<Arc<ThreadPool>> {
        self.workers.clone()
    }

    fn passwords(&self) -> &[Password] {
        &self.passwords
    }

    fn fork(&self, leads: bool) -> Box<dyn Visitor + '_> {
        Box::new(Upper { workers: self.workers.clone().filter(|_| leads), ..Upper::default() })
    }

    fn tally(&mut self) -> Tally {
        Box::new((std::mem::take(&mut self.depths), std::mem::take(&mut self.withheld)))
    }

    fn join(&mut self, tally: Tally) {
        let (depths, withheld) = *tally.downcast::<(Vec<u32>, Vec<String>)>().unwrap();
        self.depths.extend(depths);
        self.withheld.extend(withheld);
    }
}

/// Does the same with every entry, whatever happens, and leaves names and texts as they are.
pub struct Doing(fn(&mut dyn Read, &mut dyn Write) -> Result<Verdict, VisitError>);

/// Withholds everything, at once or after having written something.
pub fn withholding(write_first: bool) -> Doing {
    let withheld = |_: &mut dyn Read, _: &mut dyn Write| Ok(Verdict::Withheld(b"withheld".to_vec()));
    Doing(match write_first {
        false => withheld,
        true => |_, writer| {
            writer.write_all(b"secret")?;
            Ok(Verdict::Withheld(b"withheld".to_vec()))
        },
    })
}

/// Copies, and says that all is well whatever happens.
pub fn silent() -> Doing {
    Doing(|reader, writer| {
        let _ = std::io::copy(reader, writer);
        Ok(Verdict::Scrubbed)
    })
}

impl Visitor for Doing {
    fn entry(
        &mut self,
        _: &Entry,
        reader: &mut (dyn Read + Send),
        writer: &mut (dyn Write + Send),
    ) -> Result<Verdict, VisitError> {
        self.0(reader, writer)
    }

    fn name(&self, raw: &[u8]) -> Vec<u8> {
        raw.to_vec()
    }

    fn changes(&mut self, _: &[u8]) -> Vec<Change> {
        Vec::new()
    }

    fn value(&mut self, _: Kind, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn withheld(&mut self, _: &Entry, _: &Error) {}

    fn fork(&self, _: bool) -> Box<dyn Visitor + '_> {
        Box::new(Doing(self.0))
    }

    fn tally(&mut self) -> Tally {
        Box::new(())
    }

    fn join(&mut self, _: Tally) {}
}

/// Rebuilds what is recognised, from a stream.
pub fn rebuild(input: &[u8], visitor: &mut dyn Visitor, limits: Limits) -> Result<Vec<u8>, Error> {
    let format = sniff(&input[..input.len().min(HEAD)]).expect("a container");
    let (mut output, spools) = (Vec::new(), std::env::temp_dir());
    format.rebuild(Input::stream(input, &spools), &mut output, visitor, &Budget::new(limits))?;
    Ok(output)
}

/// Rebuilds by one format, recognised or not, from something seekable.
pub fn rebuild_as(format: &dyn Format, input: &[u8], visitor: &mut dyn Visitor) -> Result<Vec<u8>, Error> {
    let (mut output, spools) = (Vec::new(), std::env::temp_dir());
    let input = Input::seekable_from(Cursor::new(input), &spools);
    format.rebuild(input, &mut output, visitor, &Budget::new(Limits::default()))?;
    Ok(output)
}

pub fn gzipped(content: &[u8], name: Option<&str>) -> Vec<u8> {
    let mut builder = flate2::GzBuilder::new().mtime(MTIME).comment("by jane").extra("extra");
    if let Some(name) = name {
        builder = builder.filename(name);
    }
    let mut encoder = builder.write(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub fn gunzipped(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut content).unwrap();
    content
}

/// An archive as another implementation writes it.
pub fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, ::zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What another implementation finds in an archive, in its order.
pub fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let len = archive.len();
    let read = |index| {
        let mut file = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().to_string(), content)
    };
    (0..len).map(read).collect()
}

/// Bytes that do not compress.
pub fn noise(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}
