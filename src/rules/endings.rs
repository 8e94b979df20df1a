//! Words compared from their ends: a trie of reversed words, walked one byte at a time without a copy of the text.
//!
//! A key is known by its end, so most identifiers that name no secret differ from every word after a few bytes, and
//! that is when the walk stops. Letters are compared in lower case; the words are expected in it.

use std::borrow::Cow;

/// A set of words, each with a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endings {
    nodes: Cow<'static, [Node]>,
    /// By last byte of a word: its node, or [`NONE`].
    last: Cow<'static, [u32; 256]>,
}

/// A set of words to which more can be added.
pub struct Words {
    nodes: Vec<Node>,
    /// By last byte of a word: its node, or [`NONE`].
    last: Box<[u32; 256]>,
}

/// No node.
const NONE: u32 = u32::MAX;
/// No word, above all numbers that words have.
const NO_WORD: u16 = u16::MAX;

/// One byte of words that end alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The lower six bits of the bytes before, as a set.
    before: u64,
    /// The first node for the byte before. In [`Endings`] there is one node after the other from there on, in the order of
    /// the lower six bits.
    child: u32,
    /// The next node for another byte in this place; in [`Endings`], for one with the same lower six bits.
    sibling: u32,
    /// The number of the word that begins here, or [`NO_WORD`].
    word: u16,
    /// The number of the suffix that begins here, or [`NO_WORD`].
    suffix: u16,
    byte: u8,
}

impl Node {
    /// A node of the fields that [`Node::fields`] gives.
    pub const fn new(before: u64, child: u32, sibling: u32, word: u16, suffix: u16, byte: u8) -> Node {
        Node { before, child, sibling, word, suffix, byte }
    }

    /// Its fields, as [`Node::new`] takes them.
    pub fn fields(&self) -> (u64, u32, u32, u16, u16, u8) {
        (self.before, self.child, self.sibling, self.word, self.suffix, self.byte)
    }

    /// The first node for the byte before that has the lower six bits of `byte`, if there is one.
    #[inline]
    fn first(&self, byte: u8) -> Option<u32> {
        let bit = 1 << (byte & 63);
        (self.before & bit != 0).then(|| self.child + (self.before & (bit - 1)).count_ones())
    }
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

impl Words {
    /// No words.
    pub fn new() -> Words {
        Words { nodes: Vec::new(), last: Box::new([NONE; 256]) }
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
            let first = parent.map_or(self.last[usize::from(byte)], |parent| self.nodes[parent].child);
            let known = self.siblings(first).find(|&node| self.nodes[node as usize].byte == byte);
            let node = known.unwrap_or_else(|| {
                let node = self.nodes.len() as u32;
                let first = match parent {
                    Some(parent) => {
                        let parent = &mut self.nodes[parent];
                        parent.before |= 1 << (byte & 63);
                        &mut parent.child
                    }
                    None => &mut self.last[usize::from(byte)],
                };
                let sibling = std::mem::replace(first, node);
                self.nodes.push(Node { before: 0, child: NONE, sibling, word: NO_WORD, suffix: NO_WORD, byte });
                node
            });
            parent = Some(node as usize);
        }
        parent
    }

    /// The node and those behind it.
    fn siblings(&self, first: u32) -> impl Iterator<Item = u32> {
        let next = |node: u32| (node != NONE).then_some(node);
        std::iter::successors(next(first), move |&node| next(self.nodes[node as usize].sibling))
    }

    /// The words, to be looked up.
    pub fn finish(self) -> Endings {
        let mut last = Box::new([NONE; 256]);
        // Old numbers in the order of the new ones.
        let mut order: Vec<u32> = Vec::with_capacity(self.nodes.len());
        for (new, &old) in last.iter_mut().zip(self.last.iter()).filter(|(_, old)| **old != NONE) {
            *new = order.len() as u32;
            order.push(old);
        }
        let mut nodes: Vec<Node> =
            order.iter().map(|&old| Node { sibling: NONE, ..self.nodes[old as usize] }).collect();
        for at in 0.. {
            let Some(&old) = order.get(at) else { break };
            let first = self.nodes[old as usize].child;
            nodes[at].child = nodes.len() as u32;
            let mut firsts: [u32; 64] = [NONE; 64];
            let mut more = Vec::new();
            for node in self.siblings(first) {
                match &mut firsts[usize::from(self.nodes[node as usize].byte & 63)] {
                    first if *first == NONE => *first = node,
                    _ => more.push(node),
                }
            }
            for old in firsts.into_iter().filter(|first| *first != NONE) {
                order.push(old);
                nodes.push(Node { sibling: NONE, ..self.nodes[old as usize] });
            }
            for old in more {
                let mut node = Node { sibling: NONE, ..self.nodes[old as usize] };
                let here = nodes.len() as u32;
                if let Some(first) = nodes[at].first(node.byte) {
                    node.sibling = std::mem::replace(&mut nodes[first as usize].sibling, here);
                }
                order.push(old);
                nodes.push(node);
            }
        }
        Endings { nodes: Cow::Owned(nodes), last: Cow::Owned(*last) }
    }
}

impl Endings {
    /// The set that [`Endings::parts`] gives the parts of.
    pub const fn from_parts(nodes: &'static [Node], last: &'static [u32; 256]) -> Endings {
        Endings { nodes: Cow::Borrowed(nodes), last: Cow::Borrowed(last) }
    }

    /// Its nodes, and by last byte of a word where its node is.
    pub fn parts(&self) -> (&[Node], &[u32; 256]) {
        (&self.nodes, &self.last)
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
        let mut node = self.nodes[walk.0 as usize].first(byte)?;
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
        let mut all = Words::new();
        for word in words {
            all.add_word(&word.to_ascii_lowercase(), 0);
        }
        all.finish()
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
    fn bytes_with_the_same_lower_bits_are_told_apart() {
        let words: Vec<Vec<u8>> = (1..=u8::MAX).map(|byte| vec![byte, byte ^ 0x40, b'x']).collect();
        let mut all = Words::new();
        for (number, word) in words.iter().enumerate() {
            all.add_word(word, number);
        }
        let endings = all.finish();
        for (number, word) in words.iter().enumerate() {
            let walk = endings.start(b'x').and_then(|walk| endings.step(walk, word[1]));
            let walk = walk.and_then(|walk| endings.step(walk, word[0]));
            assert_eq!(walk.and_then(|walk| endings.word(walk)), Some(number));
            assert!(walk.is_some_and(|walk| endings.step(walk, b'x').is_none()));
        }
    }

    #[test]
    fn the_first_word_and_the_last_suffix_keep_their_numbers() {
        let mut words = Words::new();
        for number in [1, 2] {
            words.add_word(b"x", number);
            words.add_suffix(b"x", number);
        }
        let endings = words.finish();
        let walk = endings.start(b'x').unwrap();
        assert_eq!((endings.word(walk), endings.suffix(walk)), (Some(1), Some(2)));
    }
}
