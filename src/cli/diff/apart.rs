//! An archive taken apart: every text in it, those of archives within it too, one behind the other in a sealed spool.

use std::any::Any;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::cli::Error;
use crate::container::{self, Budget, Change, Entry, Format, Input, Limits, Tally, Verdict, VisitError, Visitor};
use crate::kind::Kind;
use crate::pipeline;
use crate::source::spool::{Spool, SpoolReader};

/// What an archive holds.
pub struct Apart {
    spool: SpoolReader,
    /// In the order of the archive.
    pub leaves: Vec<Leaf>,
}

/// Something in it that is no archive.
#[derive(Clone)]
pub struct Leaf {
    /// Which entry it is, in which entry, and so on. A scrub leaves entries in their places, whatever it does to their names.
    pub place: Vec<u32>,
    /// The harmless name, with those of the archives around it.
    pub name: String,
    start: u64,
    len: u64,
}

impl Apart {
    /// Takes an archive apart. What cannot be opened in it is left out.
    pub fn take(format: &dyn Format, reader: impl Read + Send) -> Result<Apart, Error> {
        let spools = std::env::temp_dir();
        let mut taker =
            Taker { spool: Spool::new(&spools), leaves: Vec::new(), at: vec![0], names: Vec::new(), last: None };
        let input = Input::stream(reader, &spools);
        let taken = format.rebuild(input, &mut io::sink(), &mut taker, &Budget::new(Limits::default()));
        taken.map_err(|source| Error::Scrub(pipeline::Error::Container { format: format.id(), source }))?;
        let spool = taker.spool.into_reader().map_err(|error| Error::Scrub(pipeline::Error::Read(error)))?;
        Ok(Apart { spool, leaves: taker.leaves })
    }

    /// The bytes of a leaf.
    pub fn read(&mut self, leaf: &Leaf) -> io::Result<impl Read + '_> {
        self.spool.seek(SeekFrom::Start(leaf.start))?;
        Ok((&mut self.spool).take(leaf.len))
    }
}

/// Which format of archives a text begins like. Mail and recordings of a browser are texts that can be compared as they are.
pub fn archive(head: &[u8]) -> Option<&'static dyn Format> {
    container::sniff(head).filter(|format| !matches!(format.id(), "mail" | "har"))
}

struct Taker {
    spool: Spool,
    leaves: Vec<Leaf>,
    /// How many entries were met in each of the archives that are open.
    at: Vec<u32>,
    names: Vec<String>,
    /// The place of the entry that was shown last.
    last: Option<(Vec<u32>, String)>,
}

impl Taker {
    /// Counts an entry, and says where it stands.
    fn place(&mut self) -> Vec<u32> {
        if let Some(last) = self.at.last_mut() {
            *last += 1;
        }
        self.at.clone()
    }
}

impl Visitor for Taker {
    fn entry(
        &mut self,
        entry: &Entry,
        reader: &mut (dyn Read + Send),
        _: &mut (dyn Write + Send),
    ) -> Result<Verdict, VisitError> {
        let place = self.place();
        self.last = Some((place.clone(), entry.display.clone()));
        let mut head = Vec::new();
        reader.take(container::HEAD as u64).read_to_end(&mut head)?;
        let format = if entry.is_text { None } else { archive(&head) };
        let mut whole = (&head[..]).chain(reader);
        self.names.push(entry.display.clone());
        let start = self.spool.len();
        if let Some(format) = format {
            self.at.push(0);
            let spools = std::env::temp_dir();
            let within = format.rebuild(Input::stream(whole, &spools), &mut io::sink(), self, &entry.budget);
            self.at.pop();
            // What is in it could be opened, or not: then nothing of it is compared.
            if let Err(error @ container::Error::Limit(_)) = within {
                return Err(VisitError(Box::new(error)));
            }
        } else {
            io::copy(&mut whole, &mut self.spool)?;
            let name = self.names.join("!");
            self.leaves.push(Leaf { place, name, start, len: self.spool.len() - start });
        }
        self.names.pop();
        Ok(Verdict::Scrubbed)
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

    fn withheld(&mut self, entry: &Entry, _: &container::Error) {
        let was_shown = self.last.as_ref().is_some_and(|(place, name)| {
            place.len() == self.at.len() && place.last() == self.at.last() && *name == entry.display
        });
        if !was_shown {
            self.place();
        }
    }

    fn fork(&self, _: bool) -> Box<dyn Visitor + '_> {
        // Without workers no fork is asked for but where entries are shown one after the other all the same.
        let (spool, last) = (Spool::new(Path::new(&std::env::temp_dir())), None);
        Box::new(Taker { spool, leaves: Vec::new(), at: vec![0], names: Vec::new(), last })
    }

    fn tally(&mut self) -> Tally {
        Box::new(())
    }

    fn join(&mut self, _: Box<dyn Any + Send>) {}
}
