//! The Merkle tree of RFC 6962 over the entries of the audit log: roots, proofs of inclusion, and their check.

use super::Error;
use sha2::{Digest, Sha256};

/// A node of the tree.
pub(super) type Hash = [u8; 32];

/// The leaf of an entry: `SHA-256(0 || body)`.
pub(super) fn leaf(body: &str) -> Hash {
    Sha256::new().chain_update([0]).chain_update(body).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of a tree: all that the next leaf needs to know of the leaves before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frontier {
    size: u64,
    /// The roots of the whole subtrees, the largest first: one for each bit of the size.
    roots: Vec<Hash>,
}

impl Frontier {
    /// The edge of a tree of `size` leaves, as it was stored.
    pub(super) fn parse(size: u64, bytes: &[u8]) -> Result<Frontier, Error> {
        let (roots, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || roots.len() as u32 != size.count_ones() {
            return Err(Error::Contradiction("the edge of the audit log's tree does not fit its length".into()));
        }
        Ok(Frontier { size, roots: roots.to_vec() })
    }

    /// Its form in the database.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    pub(super) fn push(&mut self, leaf: Hash) {
        let mut root = leaf;
        let mut bits = self.size;
        while bits & 1 == 1 {
            // There is one root for each bit of the size.
            let Some(left) = self.roots.pop() else { break };
            root = node(&left, &root);
            bits >>= 1;
        }
        self.roots.push(root);
        self.size += 1;
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub(super) fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else { return Sha256::digest([]).into() };
        roots.fold(*last, |right, left| node(left, &right))
    }
}

/// The root over leaves.
fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// The proof that leaf `index` is among `leaves`: the siblings on the way to the root, the lowest first.
pub(super) fn prove(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    // The largest power of two below the number of leaves.
    let split = 1 << (usize::BITS - 1 - (leaves.len() - 1).leading_zeros());
    let (left, right) = leaves.split_at(split);
    let (mut proof, sibling) = match index < split {
        true => (prove(index, left), root(right)),
        false => (prove(index - split, right), root(left)),
    };
    proof.push(sibling);
    proof
}

/// The root that a proof leads to; `None` if it has not the length that its place demands (RFC 9162, 2.1.3.2).
pub(super) fn root_from(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            hash = node(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::audit::hex;

    #[test]
    fn every_leaf_of_every_small_tree_has_a_proof_and_no_other_one() {
        for size in 1..=40_usize {
            let leaves: Vec<Hash> = (0..size).map(|number| leaf(&number.to_string())).collect();
            let root = root(&leaves);
            for index in 0..size {
                let proof = prove(index, &leaves);
                let check = |leaf, index: usize, size: usize, proof: &[Hash]| {
                    root_from(leaf, index as u64, size as u64, proof) == Some(root)
                };
                assert!(check(leaves[index], index, size, &proof), "{index} of {size}");
                assert!(!check(leaf("other"), index, size, &proof));
                assert!(!check(leaves[index], index + 1, size, &proof), "{index} of {size}");
                for at in 0..proof.len() {
                    let mut broken = proof.clone();
                    broken[at][7] ^= 1;
                    assert!(!check(leaves[index], index, size, &broken));
                    assert!(!check(leaves[index], index, size, &proof[..at]));
                }
                assert!(!check(leaves[index], index, size, &[&proof[..], &[root]].concat()));
            }
        }
    }

    /// The roots of the empty tree and of one empty leaf are constants that everybody who speaks RFC 6962 knows.
    #[test]
    fn the_roots_are_those_of_the_standard() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex(&Frontier::default().root()), known);
        let known = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(hex(&root(&[leaf("")])), known);
        let mut frontier = Frontier::default();
        for number in 0..37 {
            frontier.push(leaf(&number.to_string()));
            assert_eq!(Frontier::parse(number + 1, &frontier.bytes()).unwrap(), frontier);
        }
        assert!(Frontier::parse(36, &frontier.bytes()).is_err());
    }
}
