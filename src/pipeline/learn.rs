//! Learning: a first pass over an artifact that gathers what it tells of people and hosts, and a scrubber that knows it.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use super::work::Work;
use super::{Error, Scrubber};
use crate::artifact::Content;
use crate::detect::{Engine, Harvest, Isa, Learned, Reaped, Room, Terms};
use crate::kind::Family;
use crate::rules::RuleSet;
use crate::source::{OpenFile, Source};

/// What a scrubber has to do with learning.
#[derive(Clone)]
pub(super) enum Gathering {
    /// Nothing.
    Not,
    /// It can make one that gathers.
    Able(Arc<Seed>),
    /// It gathers, and writes nothing.
    Only([u8; 32], Room),
}

/// What an engine that gathers is made of.
pub(super) struct Seed {
    pub(super) isa: Isa,
    pub(super) rules: RuleSet,
    pub(super) terms: Terms,
    pub(super) room: Room,
}

/// The first pass: gathers what artifacts tell, from any number of threads, and writes nothing.
pub struct Lessons {
    scrubber: Scrubber,
}

/// What was gathered from one artifact or from several. The order in which they are joined makes no difference.
pub struct Gathered(Harvest);

impl Gathered {
    /// Adds what was gathered elsewhere by the same [`Lessons`].
    pub fn join(&mut self, other: Gathered) {
        self.0.join(other.0);
    }
}

impl Scrubber {
    /// Whether it was built to learn.
    pub fn learns(&self) -> bool {
        matches!(self.gathering, Gathering::Able(_))
    }

    /// The first pass over what is scrubbed by this scrubber; `None` unless it was built to learn.
    pub fn lessons(&self) -> Option<Lessons> {
        let Gathering::Able(seed) = &self.gathering else { return None };
        let engine = Engine::harvesting(seed.isa, &seed.rules, &seed.terms, seed.terms.clone());
        // Which values stay where there are too many must be the same for the same artifact, issue by issue.
        let key = self.redactor.names().derive(Family::Term, b"harvest", b"").bytes();
        let gathering = Gathering::Only(key, seed.room);
        let (recorder, learned) = (None, None);
        let scrubber = Scrubber { engine: Arc::new(engine), recorder, learned, gathering, ..self.like() };
        Some(Lessons { scrubber: Scrubber { explain: false, counts: false, ..scrubber } })
    }

    /// A scrubber like this one that knows what was gathered and finds it wherever it stands; and how much that is.
    pub fn knowing(&self, gathered: Gathered) -> (Scrubber, Knowledge) {
        let Reaped { learned, values, is_cut } = gathered.0.learned();
        let knowledge = Knowledge { values, is_cut };
        let learned = (!learned.is_empty()).then(|| Arc::new(learned));
        (Scrubber { learned, ..self.like() }, knowledge)
    }

    /// A digest of what it knows from elsewhere: the same for the same values. Whoever has it can try values, so that it is
    /// not to be kept as it is.
    pub fn known(&self) -> [u8; 32] {
        self.learned.as_deref().map_or([0; 32], Learned::digest)
    }

    /// The same once more.
    pub(super) fn like(&self) -> Scrubber {
        Scrubber {
            engine: Arc::clone(&self.engine),
            redactor: self.redactor.clone(),
            recorder: self.recorder.clone(),
            learned: self.learned.clone(),
            gathering: self.gathering.clone(),
            threads: self.threads,
            chunk: self.chunk,
            limits: self.limits,
            spools: self.spools.clone(),
            passwords: Arc::clone(&self.passwords),
            unscannable: self.unscannable,
            explain: self.explain,
            counts: self.counts,
            workers: OnceLock::new(),
            desks: Mutex::default(),
        }
    }

    /// What is known of the artifact from elsewhere.
    pub(super) fn learned(&self) -> Option<&Learned> {
        self.learned.as_deref()
    }

    /// Whether it gathers and writes nothing.
    pub(super) fn is_gathering(&self) -> bool {
        matches!(self.gathering, Gathering::Only(..))
    }

    /// Where to put what is gathered, if it gathers.
    pub(super) fn gathers(&self) -> Option<Harvest> {
        match &self.gathering {
            Gathering::Only(key, room) => Some(Harvest::new(*key, *room)),
            Gathering::Not | Gathering::Able(_) => None,
        }
    }
}

/// How much a scrubber knows from elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// Learned values; a name counts in either order.
    pub values: u64,
    /// Whether there were more than there is room for.
    pub is_cut: bool,
}

impl Lessons {
    /// Nothing yet.
    pub fn nothing(&self) -> Gathered {
        Gathered(self.harvest())
    }

    /// Gathers what a file tells, archives with all that is in them; `watch` is told how many bytes were read, again and again.
    /// Gives what was read besides. The caller has recorded it.
    ///
    /// # Errors
    /// As [`Scrubber::scrub_file`]; nothing was gathered then.
    pub fn file(&self, file: &mut OpenFile, watch: impl Fn(u64) + Send) -> Result<(Gathered, Content), Error> {
        let mut work = Work::new(&self.scrubber);
        let (_, content) = self.scrubber.file(&mut work, file, watch, io::sink())?;
        Ok((self.gathered(work), content))
    }

    /// Gathers what a source tells.
    ///
    /// # Errors
    /// As [`Lessons::file`].
    pub fn source(&self, source: impl Source + Send) -> Result<(Gathered, Content), Error> {
        let mut work = Work::new(&self.scrubber);
        let (_, content) = self.scrubber.source(&mut work, source, io::sink())?;
        Ok((self.gathered(work), content))
    }

    fn gathered(&self, mut work: Work<'_>) -> Gathered {
        Gathered(work.take_harvest().map_or_else(|| self.harvest(), |harvest| *harvest))
    }

    fn harvest(&self) -> Harvest {
        // It gathers by construction; a key of zeros would only serve an empty harvest.
        self.scrubber.gathers().unwrap_or_else(|| Harvest::new([0; 32], Room::default()))
    }
}
