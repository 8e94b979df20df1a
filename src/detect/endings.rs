//! Words compared from their ends: a trie of reversed words, walked one byte at a time without a copy of the text.
//!
//! A key is known by its end, so most identifiers that name no secret differ from every word after a few bytes, and
//! that is when the walk stops. Letters are compared in lower case; the words are expected in it.

/// A set of words, each with a number.
pub struct Endings {
    nodes: Vec<Node>,
    /// By last byte of a word: its node, or [`NONE`].
    last: Box<[u32; 256]>,
}

/// No node.
const NONE: u32 = u32::MAX;
/// No word, above all numbers that words have.
const NO_WORD: u16 = u16::MAX;

/// One byte of words that end alike.
struct Node {
    byte: u8,
    /// The first node for the byte before.
    child: u32,
    /// The next node for another byte in this place.
    sibling: u32,
    /// The number of the word that begins here, or [`NO_WORD`].
    word: u16,
    /// The number of the suffix that begins here, or [`NO_WORD`].
    suffix: u16,
    /// The lower six bits of the bytes before, as a set: most walks end where none of them fits.
    before: u64,
}

/// A number as nodes keep it. Rules are numbered in as many bits wherever they are named.
fn number_of(number: usize) -> u16 {
    debug_assert!(number < usize::from(NO_WORD));
    number as u16
}

/// A number that a node keeps, if it has one.
#[inline]
fn known(number: u16) -> Option<usize> {
    (number != NO_WORD).then_some(usize::from(number))
}

/// How far a walk has come.
#[derive(Clone, Copy)]
pub struct Walk(u32);

impl Endings {
    /// No words.
    pub fn new() -> Endings {
        Endings { nodes: Vec::new(), last: Box::new([NONE; 256]) }
    }

    /// Adds a word with its number. The first number of a word stays.
    pub fn add_word(&mut self, word: &[u8], number: usize) {
        if let Some(node) = self.reach(word) {
            let word = &mut self.nodes[node].word;
            *word = if *word == NO_WORD { number_of(number) } else { *word };
        }
    }

    /// Adds a word that may also be the end of a longer one. The last number of a suffix stays.
    pub fn add_suffix(&mut self, suffix: &[u8], number: usize) {
        if let Some(node) = self.reach(suffix) {
            self.nodes[node].suffix = number_of(number);
        }
    }

    /// The node where a word begins, made if there is none. `None` for the empty word.
    fn reach(&mut self, word: &[u8]) -> Option<usize> {
        let mut parent: Option<usize> = None;
        for &byte in word.iter().rev() {
            let known = parent.map_or_else(|| self.start(byte), |parent| self.step(Walk(parent as u32), byte));
            let node = known.map(|Walk(node)| node as usize).unwrap_or_else(|| {
                let node = self.nodes.len();
                let first = match parent {
                    Some(parent) => {
                        let parent = &mut self.nodes[parent];
                        parent.before |= 1 << (byte & 63);
                        &mut parent.child
                    }
                    None => &mut self.last[usize::from(byte)],
                };
                let sibling = std::mem::replace(first, node as u32);
                self.nodes.push(Node { byte, child: NONE, sibling, word: NO_WORD, suffix: NO_WORD, before: 0 });
                node
            });
            parent = Some(node);
        }
        parent
    }

    /// Begins a walk at the last byte of a text, which is in lower case.
    #[inline]
    pub fn start(&self, byte: u8) -> Option<Walk> {
        let node = self.last[usize::from(byte)];
        (node != NONE).then_some(Walk(node))
    }

    /// Goes on to the byte before. `None` if no word has it there.
    #[inline]
    pub fn step(&self, walk: Walk, byte: u8) -> Option<Walk> {
        let Node { before, child, .. } = self.nodes[walk.0 as usize];
        let mut node = if before >> (byte & 63) & 1 == 1 { child } else { NONE };
        while node != NONE {
            let Node { byte: known, sibling, .. } = self.nodes[node as usize];
            if known == byte {
                return Some(Walk(node));
            }
            node = sibling;
        }
        None
    }

    /// The number of the word that begins where the walk is.
    #[inline]
    pub fn word(&self, walk: Walk) -> Option<usize> {
        known(self.nodes[walk.0 as usize].word)
    }

    /// The number of the suffix that begins where the walk is.
    #[inline]
    pub fn suffix(&self, walk: Walk) -> Option<usize> {
        known(self.nodes[walk.0 as usize].suffix)
    }

    /// Whether a shorter word, or suffix, ends where `word` ends. It is in lower case.
    pub fn has_end_of(&self, word: &[u8]) -> bool {
        let mut bytes = word.iter().skip(1).rev();
        let mut walk = bytes.next().and_then(|&last| self.start(last));
        while let Some(known) = walk {
            if self.word(known).is_some() || self.suffix(known).is_some() {
                return true;
            }
            walk = bytes.next().and_then(|&byte| self.step(known, byte));
        }
        false
    }

    /// Whether the whole text is a word, in any case.
    pub fn holds(&self, text: &[u8]) -> bool {
        let mut bytes = text.iter().rev().map(u8::to_ascii_lowercase);
        let Some(walk) = bytes.next().and_then(|last| self.start(last)) else { return false };
        bytes.try_fold(walk, |walk, byte| self.step(walk, byte)).is_some_and(|walk| self.word(walk).is_some())
    }
}

impl<'a> FromIterator<&'a [u8]> for Endings {
    /// Words without numbers, in any case.
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(words: I) -> Endings {
        let mut endings = Endings::new();
        for word in words {
            endings.add_word(&word.to_ascii_lowercase(), 0);
        }
        endings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_held_if_it_is_a_word_in_any_case() {
        let words = [&b"key"[..], b"monkey", b"Clef", b"n/a"];
        let endings: Endings = words.into_iter().collect();
        for text in [&b"key"[..], b"KEY", b"monKey", b"clef", b"N/A"] {
            assert!(endings.holds(text), "{}", text.escape_ascii());
        }
        for text in [&b""[..], b"ey", b"nkey", b"amonkey", b"keys", b"na"] {
            assert!(!endings.holds(text), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn the_first_word_and_the_last_suffix_keep_their_numbers() {
        let mut endings = Endings::new();
        for number in [1, 2] {
            endings.add_word(b"x", number);
            endings.add_suffix(b"x", number);
        }
        let walk = endings.start(b'x').unwrap();
        assert_eq!((endings.word(walk), endings.suffix(walk)), (Some(1), Some(2)));
    }
}
