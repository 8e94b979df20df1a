//! Equal files of one issue: scrubbed once, then copied.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use super::list::Owner;
use crate::artifact::Content;
use crate::ledger::Print;
use crate::report::RuleCount;

/// How many contents are remembered; of older ones the ledger knows.
const MOST: usize = 1 << 15;

/// Bits that tell whether a size and a beginning were met: 512 KiB of them.
const MET: usize = 1 << 22;

/// A content within an issue: another issue has other pseudonyms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    owner: [u8; 16],
    /// The content.
    pub content: Content,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.owner.hash(state);
        self.content.blake3.hash(state);
    }
}

/// An output to be copied.
#[derive(Clone, Debug)]
pub struct Twin {
    /// Where it stands.
    pub path: Arc<Path>,
    /// What it holds.
    pub expected: Expected,
    /// What was found in its input.
    pub counts: Arc<[RuleCount]>,
}

/// By what a copy is known to be whole.
#[derive(Clone, Debug)]
pub enum Expected {
    /// It was written by this run.
    Content(Content),
    /// It was recorded by an earlier one.
    Print(Print),
}

/// What is known of a content.
pub enum Found {
    /// Nothing: whoever asked is to scrub it, and to say how that ended.
    Nothing,
    /// It is being scrubbed.
    Later,
    /// It is scrubbed.
    Twin(Twin),
}

/// The contents of this run.
#[derive(Default)]
pub struct Twins {
    /// What is being scrubbed, and what was.
    known: HashMap<Key, Option<Twin>>,
    made: VecDeque<Key>,
    met: Vec<u64>,
}

impl Key {
    /// The key of a content for an owner.
    pub fn new(owner: &Arc<Owner>, content: Content) -> Key {
        Key { owner: owner_print(owner), content }
    }
}

/// What stands for the issue of an owner.
fn owner_print(owner: &Owner) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(owner.issue.as_deref().unwrap_or_default().as_bytes()).as_bytes()[..16]);
    short
}

impl Twins {
    /// Whether a file of this size that begins so was met before, for this owner; from now on it was. A few others are taken
    /// for met.
    pub fn may_have(&mut self, owner: &Owner, size: u64, beginning: &[u8]) -> bool {
        if self.met.is_empty() {
            self.met = vec![0; MET / 64];
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(owner.issue.as_deref().unwrap_or_default().as_bytes());
        hasher.update(&size.to_le_bytes()).update(beginning);
        let [a, b, c, d, ..] = *hasher.finalize().as_bytes();
        let mixed = u32::from_le_bytes([a, b, c, d]) as usize % MET;
        let (word, bit) = (mixed / 64, mixed % 64);
        let was = self.met[word] >> bit & 1 == 1;
        self.met[word] |= 1 << bit;
        was
    }

    /// Asks for a content, and takes it upon the asker if nobody has it.
    pub fn claim(&mut self, key: &Key) -> Found {
        match self.known.get(key) {
            Some(Some(twin)) => Found::Twin(twin.clone()),
            Some(None) => Found::Later,
            None => {
                self.known.insert(key.clone(), None);
                Found::Nothing
            }
        }
    }

    /// Takes a content upon the asker, whose output is not what it was.
    pub fn reclaim(&mut self, key: &Key) {
        self.known.insert(key.clone(), None);
    }

    /// A content is scrubbed, and its output has its name.
    pub fn is_made(&mut self, key: Key, twin: Twin) {
        if !matches!(self.known.insert(key.clone(), Some(twin)), Some(Some(_))) {
            self.made.push_back(key);
        }
        if self.made.len() > MOST
            && let Some(oldest) = self.made.pop_front()
            && matches!(self.known.get(&oldest), Some(Some(_)))
        {
            self.known.remove(&oldest);
        }
    }

    /// It could not be scrubbed, or not copied.
    pub fn is_not_made(&mut self, key: &Key) {
        self.known.remove(key);
    }
}
