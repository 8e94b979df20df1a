//! What is inside a container, and who looks at it.

use std::any::Any;
use std::error::Error as StdError;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::sync::Arc;

use rayon::ThreadPool;

use super::{Budget, Error};
use crate::kind::Kind;
use crate::sensitive::Sensitive;

/// One thing inside a container.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, byte for byte as in the container: a path for an archive; empty when the format gives it none. It may hold
    /// personal data, and anything at all to lead an extractor astray.
    pub name: Vec<u8>,
    /// What became of the name: scrubbed by [`Visitor::name`] and harmless. For messages, and for the way back to this entry
    /// in the output.
    pub display: String,
    /// The size that the container states, which need not be true.
    pub size: Option<u64>,
    /// Whether it is text and nothing to open, whatever it begins with.
    pub is_text: bool,
    /// What is left for containers inside this entry.
    pub budget: Budget,
}

impl Entry {
    /// How many containers are open around it; 1 for an entry of the artifact itself.
    pub fn depth(&self) -> u32 {
        self.budget.depth()
    }
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What was written takes its place.
    Scrubbed,
    /// What was written is to be thrown away, and this text takes the entry's place (see [`super::notice::text`]).
    Withheld(Vec<u8>),
}

/// Why a visitor cannot go on, which ends the whole container. What is wrong with one entry is a [`Verdict::Withheld`].
///
/// An error of the entry's reader may be passed on as it is: the container knows what it said, and decides itself.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct VisitError(pub Box<dyn StdError + Send + Sync>);

impl From<io::Error> for VisitError {
    fn from(error: io::Error) -> Self {
        VisitError(Box::new(error))
    }
}

/// What a visitor has gathered, for [`Visitor::join`]. Only the visitor knows what is in it.
pub type Tally = Box<dyn Any + Send>;

/// Something that may open what is encrypted.
pub type Password = Sensitive<Vec<u8>>;

/// A change of a text: what stands in `range` gives way to `with`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The bytes that go.
    pub range: Range<usize>,
    /// What takes their place. The line ends among those bytes stand at its end.
    pub with: Vec<u8>,
}

/// Turns what is inside a container into what takes its place.
///
/// # What a container promises its visitor
/// [`Visitor::name`] is called for an entry's name before [`Visitor::entry`] is called for the entry. Every entry leads to
/// one call of `entry`, or of `withheld`, or of `entry` and then `withheld` when its damage shows at its end; directories
/// and links only have names. Entries may be shown to forks of the visitor, several at a time; what the forks have gathered
/// is joined in the order of the entries.
pub trait Visitor: Send + Sync {
    /// Reads an entry to its end and writes what takes its place.
    ///
    /// The writer's `flush` passes on what can be passed on. After [`Verdict::Withheld`] nothing that was written comes out.
    ///
    /// # Errors
    /// What makes it senseless to go on with the whole container.
    fn entry(
        &mut self,
        entry: &Entry,
        reader: &mut (dyn Read + Send),
        writer: &mut (dyn Write + Send),
    ) -> Result<Verdict, VisitError>;

    /// Scrubs a name, a comment, or the target of a symbolic link, raw from the container. The same bytes must always give the same name.
    fn name(&self, raw: &[u8]) -> Vec<u8>;

    /// Scans a text that the container has put together from pieces of an entry, and says what changes in it: ordered,
    /// disjoint, each within the text. The container writes the changes back to where the pieces stand.
    fn changes(&mut self, text: &[u8]) -> Vec<Change>;

    /// What takes the place of a value whose place in the format says of what kind it is; none if it stays.
    fn value(&mut self, kind: Kind, value: &[u8]) -> Option<Vec<u8>>;

    /// Learns that the container itself has withheld an entry, and why. A notice takes the entry's place.
    fn withheld(&mut self, entry: &Entry, reason: &Error);

    /// The threads that entries may be shown to, or blocks compressed on; none if everything is to be done on this one.
    fn workers(&self) -> Option<Arc<ThreadPool>> {
        None
    }

    /// What may open entries that are encrypted, in the order in which to try it.
    fn passwords(&self) -> &[Password] {
        &[]
    }

    /// A visitor like this one that has gathered nothing; unless it `leads`, it has no workers, being one itself.
    fn fork(&self, leads: bool) -> Box<dyn Visitor + '_>;

    /// Gives away what was gathered.
    fn tally(&mut self) -> Tally;

    /// Adds what a fork has gathered.
    fn join(&mut self, tally: Tally);
}
