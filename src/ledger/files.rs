//! Files on disk: telling whether one is the file that was recorded, and the only code of the ledger that removes one.
//!
//! A path is walked from the root without following a link, so that a directory swapped for a link leads nowhere. A file
//! that is to go is first renamed into a private directory beside it, where nobody swaps it between the look and the
//! act; there it is read in full, compared, and unlinked or renamed back.

use super::codes::Outcome;
use super::rows::{LocationRow, Stood};
use super::seal::Seals;
use super::{Error, sys};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

/// How the names of private directories begin.
const QUARANTINE: &str = ".scrubjay-";

/// The name of the file inside the private directory.
const HELD: &str = "held";

/// Why a file was not dealt with. What is not one of the first four is a fault of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing stands there.
    Absent,
    /// Something else stands there.
    Mismatch,
    /// It has further hard links.
    Shared,
    /// Its file system is not there.
    Unreachable,
    /// The system does not permit it.
    Denied,
    /// The system failed.
    Failed,
}

impl Fault {
    /// What an attempt that met this fault reports.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Fault::Absent => Outcome::Missing,
            Fault::Mismatch => Outcome::Mismatch,
            Fault::Shared => Outcome::Shared,
            Fault::Unreachable => Outcome::Unreachable,
            Fault::Denied => Outcome::Denied,
            Fault::Failed => Outcome::Failed,
        }
    }
}

impl From<Errno> for Fault {
    fn from(errno: Errno) -> Fault {
        match errno {
            Errno::NOENT => Fault::Absent,
            // A link where a directory or a file was.
            Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::NXIO => Fault::Mismatch,
            Errno::ACCESS | Errno::PERM | Errno::ROFS | Errno::BUSY => Fault::Denied,
            Errno::STALE | Errno::NODEV | Errno::NOTCONN | Errno::HOSTDOWN | Errno::TIMEDOUT => Fault::Unreachable,
            _ => Fault::Failed,
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        error.raw_os_error().map_or(Fault::Failed, |code| Fault::from(Errno::from_raw_os_error(code)))
    }
}

/// By what a file is known to be the recorded one.
#[derive(Clone, Debug)]
pub(super) enum Claim {
    /// By its recorded content: size and keyed digest. Names, times and inode numbers do not matter.
    Content { size: i64, digest: Vec<u8> },
    /// The raw file of a run that did not finish: the same inode with the same size and time as when it was registered.
    Untouched(Stood),
    /// What a run that did not finish wrote under a name of its own: ours, with one link, not what stood there when the
    /// name was registered, and not older than that.
    Written { not: Option<Stood>, since_ms: i64 },
}

impl Claim {
    /// What can be decided without reading.
    fn admits(&self, stat: &Stat) -> Result<(), Fault> {
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Fault::Mismatch);
        }
        let is_ours = match self {
            Claim::Content { size, .. } => stat.st_size == *size,
            Claim::Untouched(stood) => stood_of(stat) == *stood,
            Claim::Written { not, since_ms } => {
                let is_other =
                    not.is_none_or(|stood| (stood.dev, stood.ino) != (stat.st_dev as i64, stat.st_ino as i64));
                // File systems keep time more coarsely than we do.
                let is_later = stood_of(stat).mtime / 1_000_000 + 2000 >= *since_ms;
                is_other && is_later && stat.st_uid == rustix::process::geteuid().as_raw()
            }
        };
        if !is_ours {
            return Err(Fault::Mismatch);
        }
        if stat.st_nlink > 1 { Err(Fault::Shared) } else { Ok(()) }
    }
}

/// What was read of a file before it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) size: i64,
    pub(super) sha256: [u8; 32],
    /// Which file it was: not recorded.
    pub(super) dev: u64,
    pub(super) ino: u64,
}

/// A directory that was reached without following a link, and a name in it.
pub(super) struct Place {
    directory: OwnedFd,
    name: OsString,
}

impl Place {
    /// Walks to the directory of an absolute path.
    pub(super) fn open(path: &Path) -> Result<Place, Fault> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(Fault::Mismatch) };
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut directory = sys::open("/", flags | OFlags::PATH, Mode::empty())?;
        for component in parent.components() {
            match component {
                Component::RootDir => {}
                Component::Normal(name) => {
                    directory = sys::openat(&directory, name, flags | OFlags::PATH, Mode::empty())?;
                }
                Component::CurDir | Component::ParentDir | Component::Prefix(_) => return Err(Fault::Mismatch),
            }
        }
        // Once more for reading: a directory opened by path only cannot be synced.
        let directory = sys::openat(&directory, ".", flags | OFlags::RDONLY, Mode::empty())?;
        Ok(Place { directory, name: name.to_os_string() })
    }

    /// Reads the file where it stands and compares it with the claim; changes nothing.
    pub(super) fn prove(&self, claim: &Claim, seals: &Seals) -> Result<Proof, Fault> {
        prove(self.directory.as_fd(), &self.name, claim, seals)
    }

    /// Looks at the file where it stands, without reading it.
    pub(super) fn look(&self, claim: &Claim) -> Result<(), Fault> {
        claim.admits(&sys::statat(&self.directory, &self.name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// The private directory of one deletion beside the file, if it was made before.
    pub(super) fn quarantine(&self, deletion_id: &str) -> Result<Option<Quarantine<'_>>, Fault> {
        let name = quarantine_name(deletion_id);
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
        let directory = match sys::openat(&self.directory, &name, flags, Mode::empty()) {
            Ok(directory) => directory,
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(errno.into()),
        };
        let stat = sys::fstat(&directory)?;
        if stat.st_uid != rustix::process::geteuid().as_raw() || stat.st_mode & 0o077 != 0 {
            return Err(Fault::Denied);
        }
        Ok(Some(Quarantine { place: self, directory, name }))
    }

    /// Makes the private directory of one deletion.
    pub(super) fn make_quarantine(&self, deletion_id: &str) -> Result<Quarantine<'_>, Fault> {
        match sys::mkdirat(&self.directory, quarantine_name(deletion_id), Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        let opened = self.quarantine(deletion_id);
        if opened.is_err() {
            // What was made and cannot be used should not stay; if it does, the next attempt finds it by its name.
            let _ = sys::unlinkat(&self.directory, quarantine_name(deletion_id), AtFlags::REMOVEDIR);
        }
        opened?.ok_or(Fault::Failed)
    }

    /// Makes what was removed from the directory durable.
    pub(super) fn sync(&self) -> Result<(), Fault> {
        Ok(sys::fsync(&self.directory)?)
    }

    /// Whether the private directory of one deletion may stand there.
    pub(super) fn may_hold(&self, deletion_id: &str) -> bool {
        let found = sys::statat(&self.directory, quarantine_name(deletion_id), AtFlags::SYMLINK_NOFOLLOW);
        !matches!(found, Err(Errno::NOENT))
    }
}

fn quarantine_name(deletion_id: &str) -> String {
    format!("{QUARANTINE}{deletion_id}")
}

/// The deletion that a private directory of this name is of.
pub(super) fn deletion_of(name: &str) -> Option<&str> {
    name.strip_prefix(QUARANTINE)
}

/// A private directory that holds a file while it is decided about.
pub(super) struct Quarantine<'a> {
    place: &'a Place,
    directory: OwnedFd,
    name: String,
}

impl Quarantine<'_> {
    /// Whether the file is in it.
    pub(super) fn holds(&self) -> Result<bool, Fault> {
        match sys::statat(&self.directory, HELD, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Takes the file in, from where it stands.
    pub(super) fn take(&self) -> Result<(), Fault> {
        Ok(sys::renameat(&self.place.directory, &self.place.name, &self.directory, HELD)?)
    }

    /// Reads the file and compares it with the claim.
    pub(super) fn prove(&self, claim: &Claim, seals: &Seals) -> Result<Proof, Fault> {
        prove(self.directory.as_fd(), OsStr::new(HELD), claim, seals)
    }

    /// Puts the file back under its name, unless something else took the name meanwhile; then it stays here, and the
    /// deletion stays open.
    pub(super) fn put_back(&self) -> Result<(), Fault> {
        let (from, to) = (&self.directory, &self.place.directory);
        match sys::renameat_with(from, HELD, to, &self.place.name, RenameFlags::NOREPLACE) {
            // Not every file system knows the flag; a hard link does not replace anything either.
            Err(Errno::INVAL | Errno::NOSYS) => {
                sys::linkat(from, HELD, to, &self.place.name, AtFlags::empty())?;
                sys::unlinkat(from, HELD, AtFlags::empty())?;
            }
            done => done?,
        }
        self.close()
    }

    /// Removes the file for good.
    pub(super) fn unlink(&self) -> Result<(), Fault> {
        self.unlink_unsynced()?;
        Ok(sys::fsync(&self.directory)?)
    }

    /// The same, to be made durable with the directory that this one is in: see [`Place::sync`].
    pub(super) fn unlink_unsynced(&self) -> Result<(), Fault> {
        Ok(sys::unlinkat(&self.directory, HELD, AtFlags::empty())?)
    }

    /// Removes the directory, which is empty by now, and makes all of it durable.
    pub(super) fn close(&self) -> Result<(), Fault> {
        self.close_unsynced()?;
        self.place.sync()
    }

    /// The same, to be made durable later.
    pub(super) fn close_unsynced(&self) -> Result<(), Fault> {
        match sys::unlinkat(&self.place.directory, &self.name, AtFlags::REMOVEDIR) {
            // Somebody put something of his own there; it is not ours to remove.
            Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        Ok(())
    }
}

fn prove(directory: BorrowedFd<'_>, name: &OsStr, claim: &Claim, seals: &Seals) -> Result<Proof, Fault> {
    claim.admits(&sys::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?)?;
    // NONBLOCK: should a pipe stand there by now, the open must not wait for a writer.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let mut file = File::from(sys::openat(directory, name, flags, Mode::empty())?);
    claim.admits(&sys::fstat(&file)?)?;
    let (size, blake3, sha256) = read(&mut file, Some(Sha256::new()))?;
    if let Claim::Content { size: recorded, digest } = claim
        && (size as i64 != *recorded || seals.digest(size, &blake3) != *digest)
    {
        return Err(Fault::Mismatch);
    }
    // Links may have been added, and content changed, while we read.
    let stat = sys::fstat(&file)?;
    claim.admits(&stat)?;
    Ok(Proof { size: size as i64, sha256, dev: stat.st_dev, ino: stat.st_ino })
}

/// Reads a file to its end; size, BLAKE3 and, if wanted, SHA-256 (zeros otherwise).
fn read(file: &mut File, mut sha256: Option<Sha256>) -> io::Result<(u64, [u8; 32], [u8; 32])> {
    let mut blake3 = blake3::Hasher::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        size += count as u64;
        blake3.update(&buffer[..count]);
        if let Some(sha256) = &mut sha256 {
            sha256.update(&buffer[..count]);
        }
    }
    let sha256 = sha256.map_or([0; 32], |sha256| sha256.finalize().into());
    Ok((size, *blake3.finalize().as_bytes(), sha256))
}

/// Size and BLAKE3 of a regular file, which is not reached through a link in its last component.
pub(super) fn digest(path: &Path) -> Result<(u64, [u8; 32]), Error> {
    let failed = |error: io::Error| Error::io("read", path, error);
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = sys::open(path, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?;
    let mut file = File::from(file);
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(Error::not_recordable(path, "it is not a regular file"));
    }
    let (size, blake3, _) = read(&mut file, None).map_err(failed)?;
    Ok((size, blake3))
}

/// The path by which a file is known whatever links led to it: every directory resolved, and the last component too if
/// `last` says so. What does not exist yet stands as it was given.
pub(super) fn canonical(path: &Path, last: bool) -> Result<PathBuf, Error> {
    if !path.is_absolute() {
        return Err(Error::relative(path));
    }
    if last && let Ok(path) = fs::canonicalize(path) {
        return Ok(path);
    }
    let mut base = path;
    let mut rest = Vec::new();
    loop {
        let (Some(parent), Some(name)) = (base.parent(), base.file_name()) else {
            return Err(Error::not_recordable(path, "it has no name"));
        };
        rest.push(name);
        match fs::canonicalize(parent) {
            Ok(mut path) => {
                path.extend(rest.iter().rev());
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => base = parent,
            Err(error) => return Err(Error::io("resolve", path, error)),
        }
    }
}

/// The identity of what stands at a path; `None` if nothing does.
pub(super) fn stands(path: &Path) -> Option<(Stood, FileType)> {
    let stat = sys::lstat(path).ok()?;
    Some((stood_of(&stat), FileType::from_raw_mode(stat.st_mode)))
}

fn stood_of(stat: &Stat) -> Stood {
    Stood {
        dev: stat.st_dev as i64,
        ino: stat.st_ino as i64,
        size: stat.st_size,
        mtime: stat.st_mtime.saturating_mul(1_000_000_000).saturating_add(stat.st_mtime_nsec as i64),
    }
}

/// The lasting number of the file system that holds, or would hold, a path: it tells a file that is gone from a disk that
/// is. `None` for file systems that are new after each start.
pub(super) fn file_system(path: &Path) -> Option<i64> {
    const TMPFS: i64 = 0x0102_1994;
    const RAMFS: i64 = 0x8584_58f6;
    let kind = path.ancestors().skip(1).find_map(|ancestor| {
        let kind = sys::statfs(ancestor).ok()?.f_type as i64;
        Some((kind, sys::statvfs(ancestor).ok()?.f_fsid as i64))
    });
    kind.filter(|(kind, number)| !matches!(*kind, TMPFS | RAMFS) && *number != 0).map(|(_, number)| number)
}

/// Whether a location that was not found is missing, or its file system is.
pub(super) fn absence(location: &LocationRow, path: &Path) -> Fault {
    match location.fs_id {
        Some(recorded) if file_system(path) != Some(recorded) => Fault::Unreachable,
        _ => Fault::Absent,
    }
}
