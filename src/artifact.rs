//! What was received, as the stages and the ledger know it: the name of an artifact and the content of a file.

use std::fmt;

/// What bytes were, by which a file is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// How many bytes.
    pub size: u64,
    /// Their BLAKE3 digest.
    pub blake3: [u8; 32],
}

/// The ledger's name of an artifact: sixteen random bytes, printed as 26 characters of Crockford base32.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactId(pub String);

impl fmt::Display for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
