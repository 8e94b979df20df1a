//! How names, paths and digests stand in the database: sealed, or as keyed hashes, never bare.
//!
//! Everything here hangs on one key of the store, which lives in the keystore and never in the database.

use super::{Error, id};
use crate::sensitive::Sensitive;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

const NONCE: usize = 24;

/// The keys that are derived from the store's key, one per use.
pub(super) struct Seals {
    rows: Sensitive<[u8; 32]>,
    lookups: Sensitive<[u8; 32]>,
    digests: Sensitive<[u8; 32]>,
    marks: Sensitive<[u8; 32]>,
    signing: Sensitive<[u8; 32]>,
}

impl Seals {
    pub(super) fn new(store_key: &Sensitive<[u8; 32]>) -> Seals {
        let derive = |context| Sensitive::new(blake3::derive_key(context, store_key.reveal()));
        Seals {
            rows: derive("scrubjay ledger v1 sealed columns"),
            lookups: derive("scrubjay ledger v1 look-up hashes"),
            digests: derive("scrubjay ledger v1 content digests"),
            marks: derive("scrubjay ledger v1 audit marks"),
            signing: derive("scrubjay ledger v1 checkpoint signatures"),
        }
    }

    /// Seals a value for one column of one row; in any other place it does not open.
    pub(super) fn seal(&self, column: &str, row: &str, value: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE] = id::bytes()?;
        let place = format!("{column}:{row}");
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: value, aad: place.as_bytes() })
            .map_err(|_| Error::System("a value is too long to seal"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what [`Seals::seal`] made for the same place.
    pub(super) fn open(&self, column: &'static str, row: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let broken = || Error::Contradiction(format!("a sealed value of {column} does not open"));
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let place = format!("{column}:{row}");
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())
    }

    /// A keyed hash by which equal values are found again without being stored; `what` keeps uses apart.
    pub(super) fn lookup(&self, what: &str, value: &[u8]) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new_keyed(self.lookups.reveal());
        hasher.update(what.as_bytes()).update(&[0]).update(value);
        hasher.finalize().as_bytes().to_vec()
    }

    /// A content digest as it is stored: keyed, so that nobody can ask the database for a known file.
    pub(super) fn digest(&self, size: u64, blake3: &[u8; 32]) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new_keyed(self.digests.reveal());
        hasher.update(&size.to_le_bytes()).update(blake3);
        hasher.finalize().as_bytes().to_vec()
    }

    /// Authenticates one audit mark.
    pub(super) fn mark(&self, text: &str) -> String {
        blake3::keyed_hash(self.marks.reveal(), text.as_bytes()).to_hex()[..32].to_string()
    }

    /// What the key that signs checkpoints is made from.
    pub(super) fn signing_seed(&self) -> &[u8; 32] {
        self.signing.reveal()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.rows.reveal().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_place() {
        let seals = Seals::new(&Sensitive::new([7; 32]));
        let sealed = seals.seal("artifact.name", "a", b"jane.doe@mail.example.log").unwrap();
        assert!(!sealed.windows(8).any(|window| window == b"jane.doe"));
        assert_eq!(seals.open("artifact.name", "a", &sealed).unwrap(), b"jane.doe@mail.example.log");
        assert!(seals.open("artifact.name", "b", &sealed).is_err());
        assert!(seals.open("location.path", "a", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert!(seals.open("artifact.name", "a", &broken).is_err());
        }
        assert!(seals.open("artifact.name", "a", b"short").is_err());
    }

    #[test]
    fn hashes_depend_on_the_key() {
        let (one, other) = (Seals::new(&Sensitive::new([1; 32])), Seals::new(&Sensitive::new([2; 32])));
        assert_ne!(one.lookup("path", b"/x"), other.lookup("path", b"/x"));
        assert_ne!(one.lookup("path", b"/x"), one.lookup("issue", b"/x"));
        assert_ne!(one.digest(1, &[0; 32]), other.digest(1, &[0; 32]));
    }
}
