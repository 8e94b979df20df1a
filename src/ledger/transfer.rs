//! The keystore on another host: sealed under a passphrase for the way, and joined with what stands there.
//!
//! A ledger in PostgreSQL may be worked on from several hosts, each with a keystore of its own: keys never stand in the
//! database. A host that joins needs the store's key, and the keys of issues that were opened elsewhere. What is exported
//! holds all of them, so it is told in the audit log; whoever has both the file and the passphrase has the keys.

use super::codes::Op;
use super::home::Home;
use super::keystore::{self, Keystore};
use super::{Error, Ledger, audit, id, sqlite};
use crate::sensitive::Sensitive;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::Sha256;
use std::path::Path;

const MAGIC: &[u8; 27] = b"scrubjay sealed keystore 1\n";
const SALT: usize = 16;
const NONCE: usize = 24;

/// What a passphrase must have in bytes: it is all that guards the file.
const SHORTEST: usize = 12;

/// OWASP's figure of 2023 for PBKDF2 with SHA-256.
const ROUNDS: u32 = 600_000;

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Whether the host has joined the ledger by it.
    pub has_joined: bool,
    /// Keys of issues that were not there before.
    pub added: usize,
}

impl Ledger {
    /// The keystore, sealed under a passphrase, and how many keys of issues it holds. The audit log tells of it.
    pub fn export_keys(&self, passphrase: &Sensitive<Vec<u8>>) -> Result<(Vec<u8>, usize), Error> {
        let salt: [u8; SALT] = id::bytes()?;
        let cipher = cipher(passphrase, &salt)?;
        let contents = self.keystore.read()?;
        let keys = contents.keys.len();
        self.write(|tx| tx.log(Op::KeysExported, vec![("keys", keys.into())]))?;
        let nonce: [u8; NONCE] = id::bytes()?;
        let plain = keystore::encode(&contents);
        let payload = Payload { msg: plain.reveal(), aad: MAGIC };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::System("a value is too long to seal"))?;
        Ok(([MAGIC, &salt[..], &nonce, &sealed].concat(), keys))
    }

    /// Brings a sealed keystore to the home of a host: it becomes that host's, or what it holds is added to the one of the
    /// same ledger that stands there.
    pub fn import_keys(home: &Path, sealed: &[u8], passphrase: &Sensitive<Vec<u8>>) -> Result<Imported, Error> {
        let broken = || Error::Sealed("it is not a sealed keystore, or it is damaged");
        let (magic, rest) = sealed.split_at_checked(MAGIC.len()).ok_or_else(broken)?;
        let (salt, rest) = rest.split_first_chunk::<SALT>().ok_or_else(broken)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        if magic != MAGIC {
            return Err(broken());
        }
        let payload = Payload { msg: sealed, aad: MAGIC };
        let opened = cipher(passphrase, salt)?.decrypt(&XNonce::from(*nonce), payload);
        let opened = Sensitive::new(opened.map_err(|_| Error::Sealed("the passphrase does not open it"))?);
        let contents = keystore::decode(opened.reveal()).ok_or_else(broken)?;
        let home = Home::open(home)?;
        let keystore = Keystore::new(&home);
        let _creating = super::lock(&home, "create.lock")?;
        let added = contents.keys.len();
        if !keystore.exists() {
            if home.has(sqlite::NAME) || home.has(audit::MARK) {
                return Err(Error::Contradiction("the keystore is gone, so the database cannot be read".into()));
            }
            keystore.bring(&contents)?;
            return Ok(Imported { has_joined: true, added });
        }
        let mut added = 0;
        if keystore.read()?.store_id != contents.store_id {
            return Err(Error::Sealed("it is of another ledger than the one in this directory"));
        }
        keystore.update(|ours| {
            for (key_id, key) in contents.keys {
                added += usize::from(ours.keys.insert(key_id, key).is_none());
            }
        })?;
        Ok(Imported { has_joined: false, added })
    }
}

fn cipher(passphrase: &Sensitive<Vec<u8>>, salt: &[u8; SALT]) -> Result<XChaCha20Poly1305, Error> {
    if passphrase.reveal().len() < SHORTEST {
        return Err(Error::Sealed("the passphrase is shorter than twelve bytes"));
    }
    let mut key = Sensitive::new([0; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(passphrase.reveal(), salt, ROUNDS, key.lend());
    Ok(XChaCha20Poly1305::new(key.reveal().into()))
}

#[cfg(test)]
mod tests {
    use super::super::SystemClock;
    use super::*;

    #[test]
    fn a_sealed_keystore_opens_with_its_passphrase_only_and_joins_its_own() {
        let root = tempfile::tempdir().unwrap();
        let (one, two, three) = (root.path().join("one"), root.path().join("two"), root.path().join("three"));
        let ledger = Ledger::open(&one, SystemClock).unwrap();
        let key = ledger.issue_key("ZD-1").unwrap();
        let phrase = |text: &str| Sensitive::new(text.as_bytes().to_vec());
        let (sealed, keys) = ledger.export_keys(&phrase("a long enough phrase")).unwrap();
        assert_eq!(keys, 1);
        assert!(!sealed.windows(32).any(|window| window == key.reveal()));
        let import = |home: &Path, sealed: &[u8], text: &str| Ledger::import_keys(home, sealed, &phrase(text));
        assert!(matches!(import(&two, &sealed, "another long phrase"), Err(Error::Sealed(_))));
        assert!(matches!(import(&two, &sealed, "short"), Err(Error::Sealed(_))));
        assert!(matches!(import(&two, &sealed[..sealed.len() - 1], "a long enough phrase"), Err(Error::Sealed(_))));
        assert!(!two.exists(), "nothing is made on the word of what does not open");
        let joined = import(&two, &sealed, "a long enough phrase").unwrap();
        assert_eq!(joined, Imported { has_joined: true, added: 1 });
        let again = import(&two, &sealed, "a long enough phrase").unwrap();
        assert_eq!(again, Imported { has_joined: false, added: 0 });
        let brought = Keystore::new(&Home::open(&two).unwrap()).read().unwrap();
        assert!(brought.keys.values().any(|brought| brought.reveal() == key.reveal()));
        Ledger::open(&three, SystemClock).unwrap();
        assert!(matches!(import(&three, &sealed, "a long enough phrase"), Err(Error::Sealed(_))), "another ledger");
        let log = ledger.audit_log(0, u64::MAX).unwrap();
        assert!(log.iter().any(|entry| entry.body.contains("keys_exported")));
        assert_eq!(ledger.audit_verify().unwrap().problems, Vec::<String>::new());
    }
}
