//! Checkpoints: what the audit log was at one moment, signed, and kept outside the database.
//!
//! A checkpoint is a signed note as <https://c2sp.org/signed-note> and <https://c2sp.org/tlog-checkpoint> describe it: the
//! name of the log, the number of its entries, the root of the Merkle tree over them (RFC 6962), a line with the time,
//! and an Ed25519 signature. Whoever holds one can tell a log that was cut, edited or replaced since, even if the whole
//! directory of the ledger was exchanged.
//!
//! The signing key is derived from the key of the store, so it needs no file of its own; its public half is what
//! `scrubjay audit key` prints.

use super::home::Home;
use super::merkle::{Frontier, Hash};
use super::seal::Seals;
use super::{Error, Time};
use crate::failpoint;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Where checkpoints stand in the home.
const DIRECTORY: &str = "checkpoints";

/// The algorithm's number in signed notes.
const ED25519: u8 = 1;

/// The public key of one ledger, as a verifier key of signed notes: `NAME+HASH+KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads what [`PublicKey`] displays; `None` if it is none.
    pub fn parse(text: &str) -> Option<PublicKey> {
        let mut parts = text.trim().splitn(3, '+');
        let (name, hash, key) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = BASE64.decode(key).ok()?;
        let (algorithm, key) = bytes.split_first()?;
        let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok().filter(|_| *algorithm == ED25519)?;
        let public = PublicKey { name: name.into(), key };
        (super::audit::hex(&public.hash()) == hash).then_some(public)
    }

    /// The first bytes of what names the key in a signature.
    fn hash(&self) -> [u8; 4] {
        let digest =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.key.as_bytes());
        let digest: [u8; 32] = digest.finalize().into();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// Reads a note; an error, in words, if this key did not sign it or it is no checkpoint of this log.
    pub(super) fn open(&self, note: &str) -> Result<Checkpoint, &'static str> {
        let (text, signatures) = note.split_once("\n\n").ok_or("it is no signed note")?;
        let text = format!("{text}\n");
        let start = format!("\u{2014} {} ", self.name);
        let mut signatures = signatures.lines().filter_map(|line| line.strip_prefix(&start));
        let is_signed = signatures.any(|encoded| {
            let Ok(bytes) = BASE64.decode(encoded) else { return false };
            let Some((hash, signature)) = bytes.split_first_chunk::<4>() else { return false };
            let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else { return false };
            *hash == self.hash() && self.key.verify_strict(text.as_bytes(), &signature).is_ok()
        });
        if !is_signed {
            return Err("it is not signed by this key");
        }
        let mut lines = text.lines();
        let mut next = || lines.next().ok_or("it is cut short");
        if next()? != self.name {
            return Err("it is of another log");
        }
        let size = next()?.parse().map_err(|_| "its size is no number")?;
        let root = BASE64.decode(next()?).ok().and_then(|root| root.try_into().ok()).ok_or("its root is no hash")?;
        let at = next()?.strip_prefix("at ").and_then(|at| at.parse::<jiff::Timestamp>().ok());
        let at = Time(at.ok_or("its time is none")?.as_millisecond());
        Ok(Checkpoint { size, root, at })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = BASE64.encode([&[ED25519][..], self.key.as_bytes()].concat());
        write!(f, "{}+{}+{key}", self.name, super::audit::hex(&self.hash()))
    }
}

/// What a signed note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checkpoint {
    pub(super) size: u64,
    pub(super) root: Hash,
    pub(super) at: Time,
}

/// Signs, writes and finds the checkpoints of one ledger.
pub(super) struct Checkpoints {
    directories: Vec<PathBuf>,
    name: String,
    key: SigningKey,
}

impl Checkpoints {
    pub(super) fn new(home: &Home, store_id: &str, seals: &Seals) -> Checkpoints {
        Checkpoints {
            directories: vec![home.join(DIRECTORY)],
            name: format!("scrubjay/{store_id}"),
            key: SigningKey::from_bytes(seals.signing_seed()),
        }
    }

    /// Keeps them in a further directory, which must exist: on other hardware, if that can be.
    pub(super) fn also_in(&mut self, directory: &Path) {
        self.directories.push(directory.to_path_buf());
    }

    /// The name of the log.
    pub(super) fn log(&self) -> &str {
        &self.name
    }

    pub(super) fn public(&self) -> PublicKey {
        PublicKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The signed note on a tree.
    pub(super) fn sign(&self, tree: &Frontier, at: Time) -> String {
        let text = format!("{}\n{}\n{}\nat {at}\n", self.name, tree.size(), BASE64.encode(tree.root()));
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let signature = BASE64.encode([&self.public().hash()[..], &signature].concat());
        format!("{text}\n\u{2014} {} {signature}\n", self.name)
    }

    /// Writes the note on a tree wherever checkpoints are kept, unless one of this size stands there.
    pub(super) fn write(&self, tree: &Frontier, at: Time) -> Result<(), Error> {
        for (place, directory) in self.directories.iter().enumerate() {
            if place == 0 {
                let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
                made.map_err(|error| Error::io("create", directory, error))?;
            }
            let path = directory.join(format!("{:020}.note", tree.size()));
            if path.exists() {
                continue;
            }
            // A note that a crash leaves half-written must not pass for a forged one.
            let next = directory.join(format!(".{:020}.new", tree.size()));
            let _ = fs::remove_file(&next);
            let written =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&next).and_then(|mut file| {
                    file.write_all(self.sign(tree, at).as_bytes())?;
                    file.sync_all()?;
                    failpoint::reach("checkpoint-written");
                    fs::rename(&next, &path)?;
                    failpoint::reach("checkpoint-renamed");
                    fs::File::open(directory)?.sync_all()
                });
            written.map_err(|error| Error::io("write the checkpoint", &path, error))?;
        }
        Ok(())
    }

    /// All checkpoints that are found, and what is wrong with those that cannot be read.
    pub(super) fn read(&self, further: &[PathBuf]) -> (Vec<Checkpoint>, Vec<String>) {
        let (mut checkpoints, mut problems) = (Vec::new(), Vec::new());
        let mut paths = further.to_vec();
        for directory in &self.directories {
            match fs::read_dir(directory) {
                Ok(entries) => paths.extend(
                    entries
                        .flatten()
                        .map(|entry| entry.path())
                        .filter(|path| path.extension().is_some_and(|extension| extension == "note")),
                ),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    problems.push(format!("the checkpoints in {} cannot be read: {error}", directory.display()))
                }
            }
        }
        paths.sort();
        let public = self.public();
        for path in paths {
            let opened = fs::read_to_string(&path).map_err(|error| error.to_string());
            match opened.and_then(|note| public.open(&note).map_err(String::from)) {
                Ok(checkpoint) => checkpoints.push(checkpoint),
                Err(what) => problems.push(format!("checkpoint {}: {what}", path.display())),
            }
        }
        (checkpoints, problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::merkle;
    use crate::sensitive::Sensitive;

    #[test]
    fn a_note_opens_with_its_key_only_and_unchanged_only() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::open(&root.path().join("home")).unwrap();
        let signer = |byte| Checkpoints::new(&home, "abc", &Seals::new(&Sensitive::new([byte; 32])));
        let (ours, other) = (signer(1), signer(2));
        let mut tree = Frontier::default();
        (0..5).for_each(|number: u32| tree.push(merkle::leaf(&number.to_string())));
        let note = ours.sign(&tree, Time(1_700_000_000_000));
        let opened = ours.public().open(&note).unwrap();
        assert_eq!(opened, Checkpoint { size: 5, root: tree.root(), at: Time(1_700_000_000_000) });
        assert!(other.public().open(&note).is_err());
        for (at, _) in note.char_indices() {
            let mut changed = note.clone().into_bytes();
            changed[at] ^= 1;
            if let Ok(changed) = String::from_utf8(changed) {
                assert!(ours.public().open(&changed).is_err(), "byte {at} of {note}");
            }
        }
        let text = ours.public().to_string();
        assert_eq!(PublicKey::parse(&format!("{text}\n")), Some(ours.public()));
        assert_eq!(PublicKey::parse(&text.replace("abc", "abd")), None);
        assert_eq!(PublicKey::parse("abc"), None);
    }
}
