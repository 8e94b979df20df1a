//! The work on one artifact: what it is decides what becomes of it, and of each entry in it.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::sync::Arc;

use rayon::ThreadPool;

use super::filter::{self, Filtered};
use super::{Error, Explanation, Outcome, Report, Scrubber, Unscannable};
use crate::artifact::Content;
use crate::container::{
    self, Budget, Entry, Format, Input, Limit, Tally, Verdict as Fate, VisitError, Visitor, notice,
};
use crate::report::{Fate as RuleFate, RuleCount, Summary, Withheld, Witness};
use crate::source::{HashingReader, Source};
use crate::text::{Decoder, Encoder, Encoding, Head, Nature, sniff};

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
    /// Works on one thread.
    is_alone: bool,
    /// Who is shown the texts, whose output then goes nowhere.
    witness: Option<&'s mut dyn Witness>,
}

impl<'s> Work<'s> {
    pub(super) fn new(scrubber: &'s Scrubber) -> Work<'s> {
        let summary = Summary { artifacts: 1, ..Summary::default() };
        let (counts, explained, place) = (Vec::new(), Vec::new(), Vec::new());
        Work { scrubber, counts, summary, explained, place, is_alone: false, witness: None }
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
        let budget = Budget::new(self.scrubber.limits);
        let rebuilt = format.rebuild(input, &mut writer, self, &budget);
        self.summary.bytes_out += writer.bytes;
        rebuilt.map_err(|source| Error::Container { format: format.id(), source })?;
        writer.flush().map_err(Error::Write)?;
        Ok(Outcome::Scrubbed)
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
        let input = Behind { head: Cursor::new(head.into_bytes()), rest: source };
        let (outcome, content) = match (nature, self.scrubber.unscannable) {
            (Nature::Text | Nature::Wide(_), _) if self.witness.is_some() => {
                let mut input = HashingReader::new(input);
                let filtered = self.show(nature, &mut input)?;
                self.take(filtered);
                (Outcome::Scrubbed, input.finish())
            }
            (Nature::Text, _) => {
                let filtered = self.scrubber.filter_in_parallel(input, &mut writer)?;
                (Outcome::Scrubbed, self.take(filtered))
            }
            (Nature::Wide(encoding), _) => {
                let mut input = HashingReader::new(input);
                let filtered = self.scrubber.filter_wide(encoding, &mut input, &mut writer)?;
                self.take(filtered);
                (Outcome::Scrubbed, input.finish())
            }
            (Nature::Unscannable(_), Unscannable::Pass) => {
                let mut input = HashingReader::new(input);
                io::copy(&mut input, &mut writer).map_err(Error::Write)?;
                self.summary.passed += 1;
                (Outcome::Passed, input.finish())
            }
            (Nature::Unscannable(what), Unscannable::Withhold) => {
                self.withheld(format!("it is {what}, which is not scanned"));
                let notice = unscannable_notice("the input", what);
                writer.write_all(&notice).map_err(Error::Write)?;
                (Outcome::Withheld(notice), HashingReader::new(input).drain().map_err(Error::Read)?)
            }
        };
        writer.flush().map_err(Error::Write)?;
        self.summary.bytes_out += writer.bytes;
        Ok((outcome, content))
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
        let head = Head::read(reader)?;
        if let Some(format) = container::sniff(head.deciding()) {
            let input = Cursor::new(head.into_bytes()).chain(reader);
            let before = (self.counts.clone(), self.summary.clone(), self.explained.len());
            let input = Input::stream(input, &self.scrubber.spools);
            return match format.rebuild(input, writer, self, &entry.budget) {
                Ok(()) => Ok(Fate::Scrubbed),
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
        match (sniff(head.deciding()), self.scrubber.unscannable) {
            (nature @ (Nature::Text | Nature::Wide(_)), _) => {
                let input = Behind { head: Cursor::new(head.into_bytes()), rest: Flowing(reader) };
                let is_alone = self.is_alone || self.scrubber.threads == 1;
                let filtered = match nature {
                    _ if self.witness.is_some() => self.show(nature, input),
                    Nature::Wide(encoding) => self.scrubber.filter_wide(encoding, input, writer),
                    _ if is_alone => self.scrubber.filter(input, writer),
                    _ => self.scrubber.filter_in_parallel(input, writer),
                };
                match filtered {
                    Ok(filtered) => {
                        self.take(filtered);
                    }
                    Err(Error::Read(error) | Error::Write(error)) => return Err(error.into()),
                    Err(error) => return Err(VisitError(Box::new(error))),
                }
                Ok(Fate::Scrubbed)
            }
            (Nature::Unscannable(_), Unscannable::Pass) => {
                io::copy(&mut Cursor::new(head.into_bytes()).chain(reader), writer)?;
                self.summary.passed += 1;
                Ok(Fate::Scrubbed)
            }
            (Nature::Unscannable(what), Unscannable::Withhold) => {
                self.withheld(format!("it is {what}, which is not scanned"));
                Ok(Fate::Withheld(unscannable_notice(&entry.display, what)))
            }
        }
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
        self.scrubber.scrub_name(raw)
    }

    fn withheld(&mut self, entry: &Entry, reason: &container::Error) {
        self.place.push(entry.display.clone());
        Work::withheld(self, reason.to_string());
        self.place.pop();
    }

    fn workers(&self) -> Option<Arc<ThreadPool>> {
        if self.is_alone { None } else { self.scrubber.workers() }
    }

    fn fork(&self, leads: bool) -> Box<dyn Visitor + '_> {
        let summary = Summary::default();
        let (counts, explained, place) = (Vec::new(), Vec::new(), self.place.clone());
        let is_alone = self.is_alone || !leads;
        Box::new(Work { scrubber: self.scrubber, counts, summary, explained, place, is_alone, witness: None })
    }

    fn tally(&mut self) -> Tally {
        let gathered = Gathered {
            counts: std::mem::take(&mut self.counts),
            summary: std::mem::take(&mut self.summary),
            explained: std::mem::take(&mut self.explained),
        };
        Box::new(gathered)
    }

    fn join(&mut self, tally: Tally) {
        let Ok(gathered) = tally.downcast::<Gathered>() else { return };
        filter::add(&mut self.counts, &gathered.counts);
        self.summary.add(gathered.summary);
        self.explained.extend(gathered.explained);
    }
}

/// What a fork has gathered.
struct Gathered {
    counts: Vec<u64>,
    summary: Summary,
    explained: Vec<Explanation>,
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
    let advice =
        "look at the original under the customer's terms, or pass --unscannable pass to let it through unscanned";
    notice::text(what, &format!("it is {nature}, which is not scanned"), advice)
}

/// A source of which the head was read already.
struct Behind<S> {
    head: Cursor<Vec<u8>>,
    rest: S,
}

impl<S> Behind<S> {
    fn is_in_head(&self) -> bool {
        self.head.position() < self.head.get_ref().len() as u64
    }
}

impl<S: Read> Read for Behind<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_in_head() { self.head.read(buffer) } else { self.rest.read(buffer) }
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
