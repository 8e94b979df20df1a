//! The work on one artifact: what it is decides what becomes of it, and of each entry in it.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::sync::Arc;

use rayon::ThreadPool;

use super::filter::{self, Filtered};
use super::{Error, Explanation, Outcome, Report, Scrubber, Unscannable};
use crate::artifact::Content;
use crate::container::{
    self, Budget, Change, Entry, Format, Input, Limit, Password, Tally, Verdict as Fate, VisitError, Visitor, notice,
};
use crate::detect::Harvest;
use crate::kind::Kind;
use crate::report::{Fate as RuleFate, RuleCount, Summary, Withheld, Witness};
use crate::source::{HashingReader, Plain, Source, Spool};
use crate::text::{Decoder, Encoder, Encoding, Head, Matter, Nature, sniff};

/// From how many control characters on a text is told to hold binary data.
const BINARY: u64 = 64;

/// The work on one artifact.
pub(super) struct Work<'s> {
    scrubber: &'s Scrubber,
    counts: Vec<u64>,
    summary: Summary,
    explained: Vec<Explanation>,
    /// The scrubbed names of the containers and entries around what is being read.
    place: Vec<String>,
    /// What is gathered, if that is asked for.
    harvest: Option<Box<Harvest>>,
    /// Works on one thread.
    is_alone: bool,
    /// Who is shown the texts, whose output then goes nowhere.
    witness: Option<&'s mut dyn Witness>,
}

impl<'s> Work<'s> {
    pub(super) fn new(scrubber: &'s Scrubber) -> Work<'s> {
        let summary = Summary { artifacts: 1, ..Summary::default() };
        let (counts, explained, place) = (Vec::new(), Vec::new(), Vec::new());
        let harvest = scrubber.gathers().map(Box::new);
        Work { scrubber, counts, summary, explained, place, harvest, is_alone: false, witness: None }
    }

    /// Gives away what was gathered.
    pub(super) fn take_harvest(&mut self) -> Option<Box<Harvest>> {
        self.harvest.take()
    }

    /// Adds what was gathered elsewhere.
    fn gather(&mut self, more: Option<Box<Harvest>>) {
        if let (Some(harvest), Some(more)) = (&mut self.harvest, more) {
            harvest.join(*more);
        }
    }

    /// Work that shows the texts to a witness, one after the other.
    pub(super) fn shown_to(scrubber: &'s Scrubber, witness: &'s mut dyn Witness) -> Work<'s> {
        Work { is_alone: true, witness: Some(witness), ..Work::new(scrubber) }
    }

    pub(super) fn report(mut self, outcome: Outcome, input: Content) -> Report {
        self.summary.rules = self.named(&self.counts);
        self.summary.bytes_in = input.size;
        Report { outcome, input, summary: self.summary, explained: self.explained }
    }

    /// Counts by rule with the rules' names, in the order of the catalogue.
    fn named(&self, counts: &[u64]) -> Vec<RuleCount> {
        let rules = self.scrubber.engine.catalogue().iter().zip(counts).filter(|&(_, &count)| count > 0);
        rules.map(|(rule, &count)| RuleCount { rule: rule.id.clone(), kind: rule.kind.id(), count }).collect()
    }

    fn withheld(&mut self, reason: String) {
        self.summary.withheld.push(Withheld { name: self.place.join("!"), reason });
    }

    /// A container that is the whole artifact.
    pub(super) fn artifact(
        &mut self,
        format: &'static dyn Format,
        input: Input<'_>,
        writer: impl Write + Send,
    ) -> Result<Outcome, Error> {
        let mut writer = Counting { writer, bytes: 0 };
        match self.scrubber.unscannable {
            Unscannable::Withhold | Unscannable::Mask | Unscannable::Pass => {
                self.rebuild(format, input, &mut writer)?;
            }
            Unscannable::Fail => {
                // Whether it fails is known at its end, and nothing may have been written by then.
                let mut spool = Spool::new(&self.scrubber.spools);
                self.rebuild(format, input, &mut spool)?;
                if let Some(Withheld { name, reason }) = self.summary.withheld.first().cloned() {
                    return Err(Error::Unscannable { name, reason });
                }
                let mut spooled = spool.into_reader().map_err(Error::Write)?;
                io::copy(&mut spooled, &mut writer).map_err(Error::Write)?;
            }
        }
        writer.flush().map_err(Error::Write)?;
        self.summary.bytes_out += writer.bytes;
        Ok(Outcome::Scrubbed)
    }

    fn rebuild(
        &mut self,
        format: &'static dyn Format,
        input: Input<'_>,
        writer: &mut (dyn Write + Send),
    ) -> Result<(), Error> {
        let budget = Budget::new(self.scrubber.limits);
        format.rebuild(input, writer, self, &budget).map_err(|source| match source {
            container::Error::Visit(VisitError(error)) => match error.downcast::<Error>() {
                Ok(error) if matches!(*error, Error::Unscannable { .. }) => *error,
                Ok(error) => {
                    Error::Container { format: format.id(), source: container::Error::Visit(VisitError(error)) }
                }
                Err(error) => {
                    Error::Container { format: format.id(), source: container::Error::Visit(VisitError(error)) }
                }
            },
            source => Error::Container { format: format.id(), source },
        })
    }

    /// A stream that is the whole artifact and no container; gives what was read besides.
    pub(super) fn stream(
        &mut self,
        head: Head,
        source: impl Source + Send,
        writer: impl Write + Send,
    ) -> Result<(Outcome, Content), Error> {
        let mut writer = Counting { writer, bytes: 0 };
        let nature = sniff(head.deciding());
        let input = Behind::new(head, source);
        let (outcome, content) = match nature {
            Nature::Text | Nature::Wide(_) if self.witness.is_some() => {
                let mut input = HashingReader::new(input);
                let filtered = self.show(nature, &mut input)?;
                self.take(filtered);
                (Outcome::Scrubbed, input.finish())
            }
            Nature::Text => {
                let filtered = self.scrubber.filter_in_parallel(input, &mut writer)?;
                (Outcome::Scrubbed, self.take(filtered))
            }
            Nature::Wide(encoding) => {
                let mut input = HashingReader::new(input);
                let filtered = self.scrubber.filter_wide(encoding, &mut input, &mut writer)?;
                self.take(filtered);
                (Outcome::Scrubbed, input.finish())
            }
            Nature::Unscannable(matter) => {
                let mut input = HashingReader::new(input);
                let outcome = match self.unscannable(matter, "the input", &mut input, &mut writer)? {
                    Passes::Masked => Outcome::Masked,
                    Passes::Unscanned => Outcome::Passed,
                    Passes::Not(notice) => {
                        writer.write_all(&notice).map_err(Error::Write)?;
                        Outcome::Withheld(notice)
                    }
                };
                (outcome, input.drain().map_err(Error::Read)?)
            }
        };
        writer.flush().map_err(Error::Write)?;
        self.summary.bytes_out += writer.bytes;
        Ok((outcome, content))
    }

    /// What becomes of something that is no text.
    fn unscannable(
        &mut self,
        matter: Matter,
        name: &str,
        input: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<Passes, Error> {
        let Matter { what, shows_strings } = matter;
        let place = self.place.join("!");
        match self.scrubber.unscannable {
            Unscannable::Fail => {
                Err(Error::Unscannable { name: place, reason: format!("it is {what}, which is not scanned") })
            }
            Unscannable::Pass => {
                io::copy(input, writer).map_err(Error::Write)?;
                self.summary.passed.push(Withheld { name: place, reason: format!("it is {what}, not scrubbed") });
                Ok(Passes::Unscanned)
            }
            Unscannable::Mask if shows_strings => {
                self.mask(input, writer)?;
                let reason = format!("it is {what}; what is compressed or encoded in it was not seen");
                self.summary.masked.push(Withheld { name: place, reason });
                Ok(Passes::Masked)
            }
            Unscannable::Mask | Unscannable::Withhold => {
                self.withheld(format!("it is {what}, which is not scanned"));
                Ok(Passes::Not(unscannable_notice(name, what)))
            }
        }
    }

    /// Masks what is found in the strings of something that is no text.
    fn mask(&mut self, input: &mut dyn Read, writer: &mut dyn Write) -> Result<(), Error> {
        let mut counts = Vec::new();
        self.scrubber.mask(input, writer, &mut counts)?;
        filter::add(&mut self.counts, &counts);
        Ok(())
    }

    /// Shows a text to the witness.
    fn show(&mut self, nature: Nature, input: impl Source) -> Result<Filtered, Error> {
        let Some(witness) = self.witness.as_deref_mut() else { return Err(Error::Panicked) };
        let entry = self.place.join("!");
        match nature {
            Nature::Wide(encoding) => {
                self.scrubber.show(Decoder::new(input, encoding, &mut Vec::new()), &entry, witness)
            }
            Nature::Text | Nature::Unscannable(_) => self.scrubber.show(input, &entry, witness),
        }
    }

    fn take(&mut self, filtered: Filtered) -> Content {
        self.summary.scrubbed += 1;
        filter::add(&mut self.counts, &filtered.counts);
        filter::add(&mut self.summary.candidates, &filtered.candidates);
        self.gather(filtered.harvest);
        let mut more = Summary { unsure: self.named(&filtered.unsure), ..Summary::default() };
        for ((rule, reason), count) in filtered.fates {
            let Some(rule) = self.scrubber.engine.catalogue().get(usize::from(rule.0)) else { continue };
            let mut fate = RuleFate { rule: rule.id.clone(), kind: rule.kind.id(), ..RuleFate::default() };
            match reason {
                Some(reason) => drop(fate.left.insert(reason.to_string(), count)),
                None => fate.confirmed = count,
            }
            more.fates.push(fate);
        }
        self.summary.add(more);
        let place = self.place.join("!");
        // Its first line said text, which is final; that something else follows is told, not guessed at.
        if filtered.controls >= BINARY {
            let reason = "binary data follows its first line, in which things may hide".to_string();
            self.summary.doubtful.push(Withheld { name: place.clone(), reason });
        }
        self.explained.extend(filtered.explained.into_iter().map(|e| Explanation { entry: place.clone(), ..e }));
        filtered.content
    }

    /// What an entry is decides what becomes of it.
    fn content(
        &mut self,
        entry: &Entry,
        reader: &mut (dyn Read + Send),
        writer: &mut (dyn Write + Send),
    ) -> Result<Fate, VisitError> {
        let head = Head::read(reader, |_, _| true)?;
        if head.known().is_empty() && self.witness.is_none() {
            // There may be a million of them.
            self.summary.scrubbed += 1;
            return Ok(Fate::Scrubbed);
        }
        if let Some(format) = container::sniff(head.known()).filter(|_| !entry.is_text) {
            let input = Cursor::new(head.into_bytes()).chain(reader);
            let before = (self.counts.clone(), self.summary.clone(), self.explained.len());
            let harvest = std::mem::replace(&mut self.harvest, self.scrubber.gathers().map(Box::new));
            let input = Input::stream(input, &self.scrubber.spools);
            let rebuilt = format.rebuild(input, writer, self, &entry.budget);
            let inner = std::mem::replace(&mut self.harvest, harvest);
            return match rebuilt {
                Ok(()) => {
                    self.gather(inner);
                    Ok(Fate::Scrubbed)
                }
                // What the whole artifact shares is used up, so that nothing more can be done for it.
                Err(error @ container::Error::Limit(Limit::Entries(_) | Limit::Output(_))) => {
                    Err(VisitError(Box::new(error)))
                }
                Err(container::Error::Visit(error)) => Err(error),
                Err(error) => {
                    // Nothing of it comes out, so nothing of it counts.
                    (self.counts, self.summary) = (before.0, before.1);
                    self.explained.truncate(before.2);
                    self.withheld(error.to_string());
                    let advice = "ask for a fresh upload, or unpack it and scrub what is inside";
                    Ok(Fate::Withheld(notice::text(&entry.display, &error.to_string(), advice)))
                }
            };
        }
        let nature = if entry.is_text { Nature::Text } else { sniff(head.deciding()) };
        let mut input = Behind::new(head, Flowing(reader));
        // What is text whatever it begins with needs no second look.
        input.first = input.first.filter(|_| !entry.is_text);
        if let Nature::Unscannable(matter) = nature {
            return match self.unscannable(matter, &entry.display, &mut input, writer) {
                Ok(Passes::Masked | Passes::Unscanned) => Ok(Fate::Scrubbed),
                Ok(Passes::Not(notice)) => Ok(Fate::Withheld(notice)),
                Err(error) => Err(given_up(error)),
            };
        }
        let is_alone = self.is_alone || self.scrubber.threads == 1;
        let filtered = match nature {
            _ if self.witness.is_some() => self.show(nature, input),
            Nature::Wide(encoding) => self.scrubber.filter_wide(encoding, input, writer),
            _ if is_alone => self.scrubber.filter(input, writer),
            _ => self.scrubber.filter_in_parallel(input, writer),
        };
        self.take(filtered.map_err(given_up)?);
        Ok(Fate::Scrubbed)
    }
}

/// What becomes of something that is no text.
enum Passes {
    /// What takes its place is written.
    Masked,
    /// It is written as it was.
    Unscanned,
    /// Nothing is written, and this notice takes its place.
    Not(Vec<u8>),
}

/// Why an entry ends its container: what its reader or writer said is passed on as it is.
fn given_up(error: Error) -> VisitError {
    match error {
        Error::Read(error) | Error::Write(error) => error.into(),
        error => VisitError(Box::new(error)),
    }
}

impl Visitor for Work<'_> {
    fn entry(
        &mut self,
        entry: &Entry,
        reader: &mut (dyn Read + Send),
        writer: &mut (dyn Write + Send),
    ) -> Result<Fate, VisitError> {
        self.place.push(entry.display.clone());
        let fate = self.content(entry, reader, writer);
        self.place.pop();
        fate
    }

    fn name(&self, raw: &[u8]) -> Vec<u8> {
        // Of what is only looked through, nothing comes out.
        if self.scrubber.is_gathering() { raw.to_vec() } else { self.scrubber.scrub_name(raw) }
    }

    fn changes(&mut self, text: &[u8]) -> Vec<Change> {
        if let Some(harvest) = &mut self.harvest {
            self.scrubber.gather_from(text, harvest);
            return Vec::new();
        }
        let place = self.place.join("!");
        if let Some(witness) = self.witness.as_deref_mut() {
            // What a witness cannot take ends the work where the rest of the entry is shown to it.
            let _ = self.scrubber.show(Plain::new(text), &place, witness);
        }
        self.scrubber.changes(text, &mut self.counts)
    }

    fn value(&mut self, kind: Kind, value: &[u8]) -> Option<Vec<u8>> {
        let with = self.scrubber.value(kind, value, &mut self.counts);
        if let Some(harvest) = self.harvest.as_mut().filter(|_| with.is_some()) {
            harvest.value(kind, value);
        }
        with
    }

    fn withheld(&mut self, entry: &Entry, reason: &container::Error) {
        self.place.push(entry.display.clone());
        Work::withheld(self, reason.to_string());
        self.place.pop();
    }

    fn workers(&self) -> Option<Arc<ThreadPool>> {
        if self.is_alone { None } else { self.scrubber.workers() }
    }

    fn passwords(&self) -> &[Password] {
        &self.scrubber.passwords
    }

    fn fork(&self, leads: bool) -> Box<dyn Visitor + '_> {
        let summary = Summary::default();
        let (counts, explained, place) = (Vec::new(), Vec::new(), self.place.clone());
        let harvest = self.scrubber.gathers().map(Box::new);
        let is_alone = self.is_alone || !leads;
        Box::new(Work { scrubber: self.scrubber, counts, summary, explained, place, harvest, is_alone, witness: None })
    }

    fn tally(&mut self) -> Tally {
        let gathered = Gathered {
            counts: std::mem::take(&mut self.counts),
            summary: std::mem::take(&mut self.summary),
            explained: std::mem::take(&mut self.explained),
            harvest: std::mem::replace(&mut self.harvest, self.scrubber.gathers().map(Box::new)),
        };
        Box::new(gathered)
    }

    fn join(&mut self, tally: Tally) {
        let Ok(gathered) = tally.downcast::<Gathered>() else { return };
        filter::add(&mut self.counts, &gathered.counts);
        self.summary.add(gathered.summary);
        self.explained.extend(gathered.explained);
        self.gather(gathered.harvest);
    }
}

/// What a fork has gathered.
struct Gathered {
    counts: Vec<u64>,
    summary: Summary,
    explained: Vec<Explanation>,
    harvest: Option<Box<Harvest>>,
}

impl Scrubber {
    /// The filter of wide text.
    fn filter_wide(&self, encoding: Encoding, input: impl Source, writer: &mut dyn Write) -> Result<Filtered, Error> {
        let mut rest = Vec::new();
        let mut encoder = Encoder::new(writer, encoding);
        let filtered = self.filter(Decoder::new(input, encoding, &mut rest), &mut encoder)?;
        let writer = encoder.finish().map_err(Error::Write)?;
        writer.write_all(&rest).map_err(Error::Write)?;
        Ok(filtered)
    }
}

fn unscannable_notice(what: &str, nature: &str) -> Vec<u8> {
    let advice = "look at the original under the customer's terms, or pass --unscannable mask to mask what shows in it, or \
                  --unscannable pass to let it through unscanned";
    notice::text(what, &format!("it is {nature}, which is not scanned"), advice)
}

/// A source of which the head was read already, and was taken for no container.
struct Behind<S> {
    head: Cursor<Vec<u8>>,
    rest: S,
    /// The first bytes, as long as there were too few to see a container in them: the source idled behind a line.
    first: Option<Vec<u8>>,
}

impl<S> Behind<S> {
    fn new(head: Head, rest: S) -> Behind<S> {
        let first = (head.known().len() < Head::ENOUGH).then(|| head.known().to_vec());
        Behind { head: Cursor::new(head.into_bytes()), rest, first }
    }

    fn is_in_head(&self) -> bool {
        self.head.position() < self.head.get_ref().len() as u64
    }

    /// Takes a look at what was decided before it was there: a tar whose first name holds a line end, line by line.
    fn look(&mut self, read: &[u8]) -> io::Result<()> {
        let Some(first) = &mut self.first else { return Ok(()) };
        first.extend_from_slice(&read[..read.len().min(Head::ENOUGH - first.len())]);
        if read.is_empty() || first.len() == Head::ENOUGH {
            let format = container::sniff(first);
            self.first = None;
            if let Some(format) = format {
                let what = format!("it began as text, slowly, and is a {} container: pass it as a file", format.id());
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
        Ok(())
    }
}

impl<S: Read> Read for Behind<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_in_head() {
            return self.head.read(buffer);
        }
        let read = self.rest.read(buffer)?;
        if self.first.is_some() && !buffer.is_empty() {
            self.look(&buffer[..read])?;
        }
        Ok(read)
    }
}

impl<S: Source> Source for Behind<S> {
    fn is_idle(&mut self) -> bool {
        !self.is_in_head() && self.rest.is_idle()
    }

    fn by_place(&mut self) -> io::Result<Option<(File, u64)>> {
        if self.is_in_head() { Ok(None) } else { self.rest.by_place() }
    }

    fn took(&mut self, bytes: u64) -> io::Result<()> {
        self.rest.took(bytes)
    }
}

/// An entry of a container: it never idles.
struct Flowing<'a>(&'a mut (dyn Read + Send));

impl Read for Flowing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Source for Flowing<'_> {
    fn is_idle(&mut self) -> bool {
        false
    }
}

/// A writer that counts.
struct Counting<W> {
    writer: W,
    bytes: u64,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
