//! The bytes of a container, in both ways of reading them.

use std::fmt;
use std::io::{self, Read, Seek};
use std::path::Path;

use crate::source::Spool;

/// A reader that can start again anywhere.
pub trait ReadSeek: Read + Seek + Send {}

impl<R: Read + Seek + Send> ReadSeek for R {}

/// A container's bytes, from the first one on: read them in order, or ask for them by place.
///
/// A file can be read by place as it is. Anything else is first taken into a [`Spool`], whole, which costs disk and time
/// and happens only for the formats that need it.
pub struct Input<'a> {
    face: Face<'a>,
    spools: &'a Path,
}

enum Face<'a> {
    Stream(Box<dyn Read + Send + 'a>),
    Seekable(Box<dyn ReadSeek + 'a>),
}

impl<'a> Input<'a> {
    /// The bytes that a reader gives. `spools` is the directory for what does not fit in memory.
    pub fn stream(reader: impl Read + Send + 'a, spools: &'a Path) -> Input<'a> {
        Input { face: Face::Stream(Box::new(reader)), spools }
    }

    /// The bytes of something that is seekable and stands at its first byte.
    pub fn seekable_from(reader: impl ReadSeek + 'a, spools: &'a Path) -> Input<'a> {
        Input { face: Face::Seekable(Box::new(reader)), spools }
    }

    /// The directory for what does not fit in memory.
    pub fn spools(&self) -> &'a Path {
        self.spools
    }

    /// Reading by place.
    ///
    /// # Errors
    /// When the stream cannot be read, or the spool not be written.
    pub fn seekable(self) -> io::Result<Box<dyn ReadSeek + 'a>> {
        match self.face {
            Face::Seekable(reader) => Ok(reader),
            Face::Stream(mut reader) => {
                let mut spool = Spool::new(self.spools);
                let mut buffer = vec![0; 64 << 10];
                super::measured::copy(&mut reader, &mut spool, &mut buffer)?;
                Ok(Box::new(spool.into_reader()?))
            }
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.face {
            Face::Stream(reader) => reader.read(buffer),
            Face::Seekable(reader) => reader.read(buffer),
        }
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.face {
            Face::Stream(_) => "Input::Stream",
            Face::Seekable(_) => "Input::Seekable",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::SeekFrom;

    #[test]
    fn a_stream_becomes_seekable_through_a_spool() {
        let spools = std::env::temp_dir();
        let mut input = Input::stream(&b"0123456789"[..], &spools).seekable().unwrap();
        let mut text = String::new();
        input.seek(SeekFrom::Start(7)).unwrap();
        input.read_to_string(&mut text).unwrap();
        assert_eq!(text, "789");
    }
}
