//! The digest of a stream whose pieces are hashed apart from each other, by any worker, at any time.
//!
//! BLAKE3 is a tree over leaves of 1 KiB. A subtree whose size is a power of two and whose offset is a multiple of its size
//! has a value of its own, whatever else the stream holds. So a worker hashes the [`Subtrees`] that lie whole within its
//! piece, which are all but less than 1 KiB at each of its ends, and the [`Digest`] takes the pieces in order: it joins the
//! values and hashes the ends itself. Where the stream was cut does not matter; a cut at a multiple of a large power of two
//! costs least, since the piece is then one subtree.

use std::ops::Range;

use blake3::hazmat::{ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};

use crate::artifact::Content;

/// The bytes in a leaf of the tree.
const LEAF: u64 = blake3::CHUNK_LEN as u64;

/// The values of the subtrees that lie whole within one piece of a stream. It is used again for the next piece.
#[derive(Clone, Debug, Default)]
pub struct Subtrees {
    values: Vec<ChainingValue>,
}

impl Subtrees {
    /// Hashes the piece `bytes` that stands at `offset` in its stream, in place of what was hashed before.
    pub fn hash(&mut self, offset: u64, bytes: &[u8]) {
        self.values.clear();
        self.values.extend(subtrees(offset, bytes.len()).map(|within| {
            let at = offset + within.start as u64;
            blake3::Hasher::new().set_input_offset(at).update(&bytes[within]).finalize_non_root()
        }));
    }
}

/// Adds up the [`Content`] of a stream from its pieces.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// Values of subtrees that stand one behind the other from the start of the stream.
    stack: Vec<ChainingValue>,
    /// The leaves below them.
    leaves: u64,
    /// The bytes behind them: at most a leaf, which stays until more follows, since the last of a stream is special.
    edge: Vec<u8>,
}

impl Digest {
    /// Takes the next piece, of which `hashed` holds the subtrees.
    pub fn push(&mut self, bytes: &[u8], hashed: &Subtrees) {
        let mut at = 0;
        for (within, value) in subtrees(self.size(), bytes.len()).zip(&hashed.values) {
            self.extend(&bytes[at..within.start]);
            self.close();
            self.join(*value, within.len() as u64 / LEAF);
            at = within.end;
        }
        self.extend(&bytes[at..]);
    }

    /// The content of the pieces taken so far.
    pub fn content(mut self) -> Content {
        let size = self.size();
        if !self.stack.is_empty() {
            self.close();
        }
        let blake3 = match self.stack.split_first() {
            None => blake3::hash(&self.edge),
            Some((&first, others)) => {
                let join = |right, left| merge_subtrees_non_root(&left, &right, Mode::Hash);
                let right = others.iter().copied().rev().reduce(join);
                // A value is joined only when something stands before it or comes behind it, so there are two at least.
                right.map_or(first.into(), |right| merge_subtrees_root(&first, &right, Mode::Hash))
            }
        };
        Content { size, blake3: *blake3.as_bytes() }
    }

    fn size(&self) -> u64 {
        self.leaves * LEAF + self.edge.len() as u64
    }

    /// Takes bytes that lie in no subtree of their piece.
    fn extend(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.edge.len() as u64 == LEAF {
                self.close();
            }
            let (now, later) = bytes.split_at(bytes.len().min(LEAF as usize - self.edge.len()));
            self.edge.extend_from_slice(now);
            bytes = later;
        }
    }

    /// Makes a value of the edge, which is a leaf that something follows, or the last one of several.
    fn close(&mut self) {
        if !self.edge.is_empty() {
            let value =
                blake3::Hasher::new().set_input_offset(self.leaves * LEAF).update(&self.edge).finalize_non_root();
            self.edge.clear();
            self.join(value, 1);
        }
    }

    /// Puts a value on the stack, once those that are whole without it are joined: in the end the stack is as the leaves
    /// are in binary.
    fn join(&mut self, value: ChainingValue, leaves: u64) {
        while self.stack.len() > self.leaves.count_ones() as usize {
            let (Some(right), Some(left)) = (self.stack.pop(), self.stack.pop()) else { break };
            self.stack.push(merge_subtrees_non_root(&left, &right, Mode::Hash));
        }
        self.stack.push(value);
        self.leaves += leaves;
    }
}

/// Where in a piece of `len` bytes at `offset` its largest whole subtrees are, one behind the other. The first leaf of a
/// stream is in none, as it may turn out to be all there is.
fn subtrees(offset: u64, len: usize) -> impl Iterator<Item = Range<usize>> {
    let end = offset + len as u64;
    let mut at = offset.next_multiple_of(LEAF).max(LEAF);
    std::iter::from_fn(move || {
        let leaves = end.saturating_sub(at) / LEAF;
        let fits = leaves.checked_ilog2()?;
        let size = LEAF << fits.min((at / LEAF).trailing_zeros());
        let start = (at - offset) as usize;
        at += size;
        Some(start..start + size as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digest<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Content {
        let (mut digest, mut hashed, mut offset) = (Digest::default(), Subtrees::default(), 0);
        for piece in pieces {
            hashed.hash(offset, piece);
            digest.push(piece, &hashed);
            offset += piece.len() as u64;
        }
        digest.content()
    }

    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|n| (n % 251) as u8).collect()
    }

    fn expected(bytes: &[u8]) -> Content {
        Content { size: bytes.len() as u64, blake3: *blake3::hash(bytes).as_bytes() }
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_digest_of_the_whole(
            len in 0_usize..300_000,
            cuts in prop::collection::vec(prop_oneof![0_usize..3000, 0_usize..200_000, (0_usize..140).prop_map(|n| n * 1024)], 0..40),
        ) {
            let bytes = bytes(len);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(len)).chain([0, len]).collect();
            cuts.sort_unstable();
            prop_assert_eq!(digest(cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]])), expected(&bytes));
        }
    }

    #[test]
    fn sizes_around_leaves_and_blocks() {
        for block in [1024, 2048, 4096, 128 << 10] {
            for len in
                [0, 1, block - 1, block, block + 1, 2 * block, 3 * block, 3 * block + 1, 4 * block, 5 * block - 1]
            {
                let bytes = bytes(len);
                assert_eq!(digest(bytes.chunks(block)), expected(&bytes), "{len} bytes by {block}");
                assert_eq!(digest([&bytes[..]]), expected(&bytes), "{len} bytes at once");
            }
        }
    }

    #[test]
    fn an_aligned_piece_is_one_subtree() {
        assert!(subtrees(128 << 10, 128 << 10).eq(std::iter::once(0..128 << 10)));
        assert_eq!(subtrees(1000, 5000).collect::<Vec<_>>(), [24..1048, 1048..3096, 3096..4120]);
    }
}
