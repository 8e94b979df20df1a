//! scrubjay finds personal data and secrets in support artifacts and redacts them with stable pseudonyms, so that a log
//! stays useful; and it keeps a ledger of every artifact until its deletion is carried out and proven.
//!
//! This page is the map of the house. The library is what the binary is made of, and is usable by itself:
//!
//! ```
//! use scrubjay::Scrubber;
//!
//! let scrubber = Scrubber::builder().unrecorded().build()?;
//! let mut clean = Vec::new();
//! let report = scrubber.scrub(&b"mail jane.roe@example.com from 203.0.113.7\n"[..], &mut clean)?;
//! assert_eq!(report.summary.findings(), 2);
//! # assert!(!String::from_utf8(clean)?.contains("jane"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The flow
//!
//! ```text
//! source -> container -> text -> detect -> redact -> sink        ledger stands beside it, report watches it
//! ```
//!
//! | stage | what it takes and gives |
//! |---|---|
//! | [`source`] | what was typed -> readers; walks; spools for what is read twice |
//! | [`container`] | an archive -> entry after entry, and the archive built anew |
//! | [`text`] | a stream -> [`chunk::Chunk`]s with margins |
//! | [`detect`] | a chunk -> ordered, disjoint spans with kind and rule |
//! | [`redact`] | a chunk and its spans -> bytes with replacements |
//! | [`sink`] | bytes -> an output that is complete or absent |
//! | [`ledger`] | what exists, where, until when; deletion, and its proof |
//! | [`report`] | what was done -> counts, kinds, places; never content |
//!
//! [`pipeline`] is the one place where the stages meet. [`rules`] are data that `detect` runs; [`selftest`] runs their
//! examples through the whole engine; [`quality`] scores recall and precision on texts made from a seed; [`mod@bench`] makes
//! corpora to measure speed on, and times what runs through them; [`cli`] is the program.
//!
//! # The laws
//!
//! 1. *Cuts do not matter.* The output depends on content only. A decision sees [`chunk::LOOK_BEHIND`] bytes before its
//!    anchor and [`chunk::LOOK_AHEAD`] behind it, wherever the stream was cut; what goes on beyond is an open run
//!    ([`detect::Run`]), followed to its end in bounded memory.
//! 2. *Only findings change.* Everything else comes out as it went in, line ends within findings included.
//! 3. *Nothing leaks.* No value stands in a name, a report, an error, a temporary file or a row.
//! 4. *Recorded first.* The ledger knows an artifact and its copies before the first byte is read or written.
//! 5. *Fail closed.* What cannot be scanned is withheld; no half-written file stands under its final name.
//! 6. *Twice is once.* Scrubbing a scrubbed output changes nothing: [`placeholder`]s are recognised.
//! 7. *Same value, same pseudonym* within an issue, and unlinkable across issues: a keyed function of a
//!    [`kind::Family`] and the canonical value, nothing else.
//!
//! `tests/laws.rs` and `tests/leaks.rs` hold them as properties.
//!
//! # Who may import whom
//!
//! The vocabulary ([`artifact`], [`chunk`], [`failpoint`], [`finding`], [`kind`], [`placeholder`], [`sensitive`], [`span`], [`width`]) imports
//! nothing of ours. Stages import the vocabulary only, but for: `detect` runs `rules`, `container` and `text` read
//! `source`, `sink` knows `source`. `pipeline` imports all stages, `cli` everything. Stated absences: no stage knows the
//! ledger, the ledger knows no detection, rules know no policy, and nothing below `cli` knows that there is a terminal, an
//! environment or a configuration file. `tests/layers.rs` checks it.
//!
//! # Reading order
//!
//! [`kind`], [`finding`] and [`chunk`]; then [`detect`] with its own reading order; then [`redact`], [`text`] and
//! [`pipeline`]. The [`ledger`] can be read alone.

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod artifact;
pub mod bench;
pub mod chunk;
pub mod cli;
pub mod container;
pub mod detect;
pub mod failpoint;
pub mod finding;
pub mod kind;
pub mod ledger;
pub mod pipeline;
pub mod placeholder;
pub mod quality;
pub mod redact;
pub mod report;
pub mod rules;
pub mod selftest;
pub mod sensitive;
pub mod sink;
pub mod source;
pub mod span;
pub mod text;
pub mod width;

pub use pipeline::{BuildError, Builder, Error, Outcome, Recorder, Report, Scrubber, Unscannable};
