//! The keystore: the only place where key bytes stand, a small file beside the database and never in it.
//!
//! It holds the store's key and one key per open issue, under the random id of the key: no issue name, no path. The whole
//! file is rewritten for each change (a new file, synced, renamed over the old one), so that it is always the old or the
//! new one; a checksum over all of it makes a flipped byte or a cut visible, and what does not check out is never
//! rewritten. What this cannot do is to wipe the blocks of the old file from the medium.

use super::home::Home;
use super::{Error, id};
use crate::failpoint;
use crate::sensitive::Sensitive;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;

const NAME: &str = "keystore";
const NEXT: &str = "keystore.new";
const LOCK: &str = "keystore.lock";
const MAGIC: &[u8; 16] = b"scrubjay keys 1\n";
const HEAD: usize = MAGIC.len() + id::LENGTH + 32 + 8;
const RECORD: usize = id::LENGTH + 32;
const CHECK: usize = 32;

/// The keystore file of one home.
pub(super) struct Keystore {
    home: Home,
}

/// What the file holds.
pub(super) struct Contents {
    /// The random name of the store, which the database repeats: the two belong together.
    pub(super) store_id: String,
    /// The key under which the database's sealed columns stand.
    pub(super) store_key: Sensitive<[u8; 32]>,
    /// Keys of issues, by the id of the key.
    pub(super) keys: BTreeMap<String, Sensitive<[u8; 32]>>,
}

impl Keystore {
    pub(super) fn new(home: &Home) -> Keystore {
        Keystore { home: home.clone() }
    }

    /// Whether the file stands there.
    pub(super) fn exists(&self) -> bool {
        self.home.has(NAME)
    }

    /// Creates the file with fresh keys, unless another process was first.
    pub(super) fn create(&self) -> Result<(), Error> {
        let _lock = self.lock(File::lock)?;
        if self.exists() {
            return Ok(());
        }
        let contents =
            Contents { store_id: id::random()?, store_key: Sensitive::new(id::bytes()?), keys: BTreeMap::new() };
        self.write(&contents)
    }

    /// Creates the file with keys that come from elsewhere.
    pub(super) fn bring(&self, contents: &Contents) -> Result<(), Error> {
        let _lock = self.lock(File::lock)?;
        self.write(contents)
    }

    /// Reads and checks the file.
    pub(super) fn read(&self) -> Result<Contents, Error> {
        let _lock = self.lock(File::lock_shared)?;
        self.load()
    }

    /// Changes the contents; durable when it returns.
    pub(super) fn update(&self, change: impl FnOnce(&mut Contents)) -> Result<(), Error> {
        let _lock = self.lock(File::lock)?;
        let mut contents = self.load()?;
        change(&mut contents);
        self.write(&contents)
    }

    /// The lock is a file of its own, because the keystore itself is replaced.
    fn lock(&self, how: fn(&File) -> std::io::Result<()>) -> Result<File, Error> {
        let file = self.home.file(LOCK)?;
        how(&file).map_err(|error| Error::io("lock", &self.home.join(LOCK), error))?;
        Ok(file)
    }

    fn load(&self) -> Result<Contents, Error> {
        if !self.exists() {
            return Err(Error::Contradiction("the keystore is gone, so the database cannot be read".into()));
        }
        let mut file = self.home.file(NAME)?;
        let size = file.metadata().map_or(0, |metadata| metadata.len() as usize);
        // Large enough from the start, so that no copy is left behind by growing.
        let mut bytes = Vec::with_capacity(size + 64);
        let read = file.read_to_end(&mut bytes);
        let bytes = Sensitive::new(bytes);
        read.map_err(|error| Error::io("read", &self.home.join(NAME), error))?;
        decode(bytes.reveal())
            .ok_or_else(|| Error::Contradiction("the keystore is damaged (its checksum does not fit)".into()))
    }

    fn write(&self, contents: &Contents) -> Result<(), Error> {
        let next = self.home.join(NEXT);
        // A leaving of a crash may hold keys that are destroyed since.
        let _ = fs::remove_file(&next);
        let bytes = encode(contents);
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&next).and_then(|mut file| {
            file.write_all(bytes.reveal())?;
            file.sync_all()
        });
        written.map_err(|error| Error::io("write", &next, error))?;
        failpoint::reach("keystore-written");
        fs::rename(&next, self.home.join(NAME)).map_err(|error| Error::io("rename", &next, error))?;
        failpoint::reach("keystore-renamed");
        self.home.sync()
    }
}

pub(super) fn encode(contents: &Contents) -> Sensitive<Vec<u8>> {
    let mut bytes = Vec::with_capacity(HEAD + contents.keys.len() * RECORD + CHECK);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(contents.store_id.as_bytes());
    bytes.extend_from_slice(contents.store_key.reveal());
    bytes.extend_from_slice(&(contents.keys.len() as u64).to_le_bytes());
    for (key_id, key) in &contents.keys {
        bytes.extend_from_slice(key_id.as_bytes());
        bytes.extend_from_slice(key.reveal());
    }
    let check = blake3::hash(&bytes);
    bytes.extend_from_slice(check.as_bytes());
    Sensitive::new(bytes)
}

pub(super) fn decode(bytes: &[u8]) -> Option<Contents> {
    let (body, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECK)?)?;
    if blake3::hash(body).as_bytes() != check {
        return None;
    }
    let (head, records) = body.split_at_checked(HEAD)?;
    let head = head.strip_prefix(MAGIC)?;
    let (store_id, head) = head.split_at(id::LENGTH);
    let (store_key, count) = head.split_first_chunk::<32>()?;
    let count = u64::from_le_bytes(count.try_into().ok()?);
    if records.len() as u64 != count.checked_mul(RECORD as u64)? {
        return None;
    }
    let mut keys = BTreeMap::new();
    for record in records.chunks_exact(RECORD) {
        let (key_id, key) = record.split_at(id::LENGTH);
        keys.insert(String::from_utf8(key_id.to_vec()).ok()?, Sensitive::new(key.try_into().ok()?));
    }
    let store_id = String::from_utf8(store_id.to_vec()).ok()?;
    Some(Contents { store_id, store_key: Sensitive::new(*store_key), keys })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back_and_any_damage_is_seen() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::open(&root.path().join("home")).unwrap();
        let keystore = Keystore::new(&home);
        keystore.create().unwrap();
        let key_id = id::random().unwrap();
        keystore.update(|contents| drop(contents.keys.insert(key_id.clone(), Sensitive::new([9; 32])))).unwrap();
        assert_eq!(keystore.read().unwrap().keys[&key_id].reveal(), &[9; 32]);

        let whole = fs::read(home.join(NAME)).unwrap();
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0x10;
            fs::write(home.join(NAME), &broken).unwrap();
            assert!(matches!(keystore.read(), Err(Error::Contradiction(_))), "byte {at}");
            assert!(keystore.update(|contents| contents.keys.clear()).is_err());
            assert_eq!(fs::read(home.join(NAME)).unwrap(), broken, "a damaged keystore is never rewritten");
            fs::write(home.join(NAME), &whole[..at]).unwrap();
            assert!(keystore.read().is_err(), "cut at {at}");
        }
        fs::write(home.join(NAME), [&whole[..], &[0]].concat()).unwrap();
        assert!(keystore.read().is_err(), "a byte more");
    }
}
