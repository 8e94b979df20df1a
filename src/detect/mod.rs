//! Detection: chunks in, ordered and disjoint spans out.
//!
//! A [`Detector`] names its *anchors*: literals or shapes at which a candidate may stand. The [`Engine`] finds all anchors
//! of all detectors in one pass over a chunk and asks the detector to verify each one through a [`View`] of
//! fixed reach, so that its answer depends on content alone. The [`Fold`] takes the findings of one chunk after the other,
//! unites those that overlap and follows values whose end was out of reach. Nothing here formats, counts or keeps content.
//!
//! Reading order: `detector`, `view`, `engine`, one detector (`network::ipv4`), `run`, `resolve`, `waiting`; `prefilter`
//! by itself.

mod bytes;
mod detector;
mod view;

mod engine;
mod prefilter;
mod reference;
mod run;

mod resolve;
mod waiting;

mod dictionary;
mod learned;
mod network;
mod numbers;
mod people;
mod reading;
mod secrets;
mod stated;
mod table;

pub use detector::{Anchor, Candidates, Detector, Explained, Found, Hit, RuleInfo, Verdict};
pub use dictionary::Terms;
pub use learned::Learned;
pub use learned::harvest::{Harvest, Reaped, Room};

pub use engine::{Engine, Fates, Group, Scan, Scratch};
pub use prefilter::{Isa, Literal, Shape, planned};
pub use resolve::{Edit, Fold, Gone, Padding, Resolved, Value};
pub use run::{Run, Step};
pub use stated::Stated;
pub use table::{Ahead, Cell, Event, Opened, Reader, Shape as TableShape, Tables};
pub use view::View;
