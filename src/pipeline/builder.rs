//! What a scrubber is made of.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use super::learn::{Gathering, Seed};
use super::{Recorder, Scrubber, Unscannable};
use crate::container::{Limits, Password};
use crate::detect::{Engine, Isa, Room, Terms};
use crate::redact::{IssueKey, Policy, Pseudonyms, Redactor};
use crate::rules::RuleSet;

/// Bytes that a chunk owns: its buffer and its output stay in a core's second-level cache.
const CHUNK: usize = 128 << 10;

/// Why a scrubber cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Neither [`Builder::recorder`] nor [`Builder::unrecorded`] was called.
    #[error("no recorder was given: pass one, or say `unrecorded`")]
    NoRecorder,
    /// No key was given and none could be made.
    #[error("cannot make a random key")]
    NoKey,
}

/// What a [`Scrubber`] is made of.
pub struct Builder {
    key: Option<IssueKey>,
    rules: Option<RuleSet>,
    policy: Policy,
    hide: Terms,
    recorder: Option<Option<Arc<dyn Recorder>>>,
    threads: Option<usize>,
    chunk: usize,
    limits: Limits,
    spools: PathBuf,
    passwords: Vec<Password>,
    unscannable: Unscannable,
    explain: bool,
    counts: bool,
    isa: Isa,
    learns: Option<Room>,
}

impl Builder {
    /// The defaults; nothing is said about recording yet.
    pub(super) fn new() -> Builder {
        Builder {
            key: None,
            rules: None,
            policy: Policy::default(),
            hide: Terms::new(),
            recorder: None,
            threads: None,
            chunk: CHUNK,
            limits: Limits::default(),
            spools: PathBuf::from("/tmp"),
            passwords: Vec::new(),
            unscannable: Unscannable::default(),
            explain: false,
            counts: false,
            isa: Isa::best(),
            learns: None,
        }
    }

    /// The key of the issue's pseudonyms. Without one a random key serves for this scrubber alone.
    pub fn key(self, key: IssueKey) -> Builder {
        Builder { key: Some(key), ..self }
    }

    /// The rules, in place of the built-in ones.
    pub fn rules(self, rules: RuleSet) -> Builder {
        Builder { rules: Some(rules), ..self }
    }

    /// The styles of replacement.
    pub fn policy(self, policy: Policy) -> Builder {
        Builder { policy, ..self }
    }

    /// Terms to hide besides, and values to keep.
    pub fn terms(self, terms: Terms) -> Builder {
        Builder { hide: terms, ..self }
    }

    /// Who is told of each artifact before it is read.
    pub fn recorder(self, recorder: impl Recorder + 'static) -> Builder {
        Builder { recorder: Some(Some(Arc::new(recorder))), ..self }
    }

    /// Says that nobody is told, or that the caller has recorded the artifacts already.
    pub fn unrecorded(self) -> Builder {
        Builder { recorder: Some(None), ..self }
    }

    /// Workers for one stream; at least one. Without a number, one for each core.
    pub fn threads(self, threads: usize) -> Builder {
        Builder { threads: Some(threads.max(1)), ..self }
    }

    /// Bytes that a chunk owns; at least one. The output does not depend on it.
    pub fn chunk_size(self, chunk: usize) -> Builder {
        Builder { chunk: chunk.max(1), ..self }
    }

    /// How much containers may unfold into.
    pub fn limits(self, limits: Limits) -> Builder {
        Builder { limits, ..self }
    }

    /// The directory for sealed, unlinked spool files; `/tmp` if none is given.
    pub fn spools(self, spools: &Path) -> Builder {
        Builder { spools: spools.to_path_buf(), ..self }
    }

    /// What may open encrypted entries of zip and 7z, in the order in which to try it. What comes out is not encrypted.
    pub fn passwords(self, passwords: Vec<Password>) -> Builder {
        Builder { passwords, ..self }
    }

    /// What becomes of entries that cannot be scanned.
    pub fn unscannable(self, unscannable: Unscannable) -> Builder {
        Builder { unscannable, ..self }
    }

    /// Whether reports tell of each candidate what became of it. A stream is then scanned by one worker.
    pub fn explain(self, explain: bool) -> Builder {
        Builder { explain, ..self }
    }

    /// Whether summaries tell how many candidates each rule had and what became of them, which takes longer.
    pub fn count_fates(self, counts: bool) -> Builder {
        Builder { counts, ..self }
    }

    /// The instructions to search with, or the next best that the processor has. The output does not depend on it.
    pub fn isa(self, isa: Isa) -> Builder {
        Builder { isa, ..self }
    }

    /// Whether the scrubber can gather what artifacts tell of people and hosts, and how much of it; see
    /// [`Scrubber::lessons`].
    pub fn learns(self, room: Room) -> Builder {
        Builder { learns: Some(room), ..self }
    }

    /// The scrubber.
    ///
    /// # Errors
    /// If nothing was said about recording, or no key could be made.
    pub fn build(self) -> Result<Scrubber, BuildError> {
        let recorder = self.recorder.ok_or(BuildError::NoRecorder)?;
        let key = match self.key {
            Some(key) => key,
            None => {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).map_err(|_| BuildError::NoKey)?;
                IssueKey::new(bytes)
            }
        };
        let rules = self.rules.unwrap_or_else(RuleSet::builtin);
        let engine = Engine::on(self.isa, &rules, &self.hide, self.hide.clone());
        let styles = engine.catalogue().iter().map(|rule| self.policy.style(rule.kind, &rule.id)).collect();
        let least = engine.catalogue().iter().map(|rule| self.policy.least(rule.kind)).collect();
        // Asking for the cores reads the limits of the process's control group, which takes a while.
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Scrubber {
            redactor: Redactor::new(Pseudonyms::new(key), styles).leaving(least),
            engine: Arc::new(engine),
            recorder,
            learned: None,
            gathering: match self.learns {
                Some(room) => Gathering::Able(Arc::new(Seed { isa: self.isa, rules, terms: self.hide, room })),
                None => Gathering::Not,
            },
            threads: if self.explain { 1 } else { self.threads.unwrap_or_else(cores) },
            chunk: self.chunk,
            limits: self.limits,
            spools: self.spools,
            passwords: self.passwords.into(),
            unscannable: self.unscannable,
            explain: self.explain,
            counts: self.counts,
            workers: OnceLock::new(),
            desks: Mutex::default(),
        })
    }
}
