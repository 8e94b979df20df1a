//! The directory that holds the ledger: ours alone, and on a file system where SQLite's write-ahead log works.

use super::{Error, HomeFault};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A checked home directory.
#[derive(Clone, Debug)]
pub(super) struct Home(PathBuf);

impl Home {
    /// Opens the directory, or creates it (0700, with its parents) if it does not stand there.
    pub(super) fn open(path: &Path) -> Result<Home, Error> {
        match fs::symlink_metadata(path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => create(path)?,
            Err(error) => return Err(Error::io("look at", path, error)),
        }
        let metadata = fs::symlink_metadata(path).map_err(|error| Error::io("look at", path, error))?;
        check(path, &metadata, Metadata::is_dir)?;
        let kind = rustix::fs::statfs(path).map_err(|error| Error::io("look at", path, error))?.f_type;
        if is_network(kind as u32) {
            return Err(Error::home(path, HomeFault::Network));
        }
        // SQLite is told to follow no links, so the parents are resolved here, once.
        Ok(Home(fs::canonicalize(path).map_err(|error| Error::io("resolve", path, error))?))
    }

    /// Its path, without symbolic links.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Opens a file in it for reading and writing, creating it with mode 0600; one that stands there must be ours alone.
    pub(super) fn file(&self, name: &str) -> Result<File, Error> {
        let path = self.join(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
            .open(&path)
            .map_err(|error| match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_symlink() => Error::home(&path, HomeFault::Symlink),
                _ => Error::io("open", &path, error),
            })?;
        let metadata = file.metadata().map_err(|error| Error::io("look at", &path, error))?;
        check(&path, &metadata, Metadata::is_file)?;
        Ok(file)
    }

    /// Whether a file of this name stands in it.
    pub(super) fn has(&self, name: &str) -> bool {
        fs::symlink_metadata(self.join(name)).is_ok()
    }

    /// Makes what was created or renamed in it durable.
    pub(super) fn sync(&self) -> Result<(), Error> {
        sync_directory(&self.0)
    }
}

fn create(path: &Path) -> Result<(), Error> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| Error::io("create the ledger's directory", path, error))?;
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync_directory(parent),
        None => Ok(()),
    }
}

fn sync_directory(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(|error| Error::io("sync", path, error))
}

fn check(path: &Path, metadata: &Metadata, is_expected: fn(&Metadata) -> bool) -> Result<(), Error> {
    let fault = if metadata.is_symlink() {
        HomeFault::Symlink
    } else if !is_expected(metadata) {
        HomeFault::WrongType
    } else if metadata.uid() != rustix::process::geteuid().as_raw() {
        HomeFault::Foreign
    } else if metadata.mode() & 0o077 != 0 {
        HomeFault::Open(metadata.mode() & 0o777)
    } else {
        return Ok(());
    };
    Err(Error::home(path, fault))
}

/// Whether statfs(2) names a file system of the network, where the shared memory of a write-ahead log is not shared.
///
/// The numbers are those of Linux's `magic.h` and of the file systems' own sources. FUSE is let through: it serves many
/// local file systems too, and which one it is cannot be told from the number.
fn is_network(kind: u32) -> bool {
    const NETWORK: [u32; 10] = [
        0x0000_6969, // NFS
        0x0000_517B, // SMB
        0xFF53_4D42, // CIFS
        0xFE53_4D42, // SMB2
        0x0102_1997, // 9P
        0x5346_414F, // AFS
        0x7375_7245, // Coda
        0x00C3_6400, // Ceph
        0x0BD0_0BD0, // Lustre
        0x4750_4653, // GPFS
    ];
    NETWORK.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn the_home_is_created_private_and_refused_when_it_is_not() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("data/scrubjay");
        let home = Home::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        home.file("x").unwrap();
        assert_eq!(fs::metadata(home.join("x")).unwrap().mode() & 0o777, 0o600);

        fs::set_permissions(home.join("x"), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(home.file("x"), Err(Error::Home { fault: HomeFault::Open(0o640), .. })));
        symlink("/dev/null", home.join("y")).unwrap();
        assert!(matches!(home.file("y"), Err(Error::Home { fault: HomeFault::Symlink, .. })));

        let link = root.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(matches!(Home::open(&link), Err(Error::Home { fault: HomeFault::Symlink, .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(Home::open(&path), Err(Error::Home { fault: HomeFault::Open(0o755), .. })));
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(Home::open(&file), Err(Error::Home { fault: HomeFault::WrongType, .. })));
    }

    #[test]
    fn network_file_systems_are_told_from_local_ones() {
        assert!(is_network(0x6969) && is_network(0xFF53_4D42) && is_network(0x0102_1997));
        assert!(!is_network(0xEF53) && !is_network(0x0102_1994) && !is_network(0x9123_683E));
    }
}
