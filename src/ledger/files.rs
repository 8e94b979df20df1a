//! Files on disk: telling whether one is the file that was recorded, and the only code of the ledger that removes one.
//!
//! A path is walked from the root without following a link, so that a directory swapped for a link leads nowhere. A file
//! that is to go is first renamed into a private directory beside it, where nobody swaps it between the look and the
//! act; there it is read in full, compared, and unlinked or renamed back. All that are deleted from one directory at a time
//! share one private directory, in which each stands under the name of its deletion.

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
use std::sync::Arc;

/// How the names of private directories begin.
const QUARANTINE: &str = ".scrubjay-";

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
    /// How long the file should be, as far as that is known.
    fn size(&self) -> i64 {
        match self {
            Claim::Content { size, .. } => *size,
            Claim::Untouched(stood) => stood.size,
            Claim::Written { .. } => i64::MAX,
        }
    }

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
    directory: Arc<OwnedFd>,
    name: OsString,
}

/// Places that are opened one after the other: those that lie beside each other share their directory.
#[derive(Default)]
pub(super) struct Places {
    last: Option<(PathBuf, Arc<OwnedFd>)>,
}

impl Places {
    /// As [`Place::open`]; a directory that was reached before is the one that was reached then.
    pub(super) fn open(&mut self, path: &Path) -> Result<Place, Fault> {
        if let (Some((parent, directory)), Some(name)) = (&self.last, path.file_name())
            && path.parent() == Some(parent)
        {
            return Ok(Place { directory: directory.clone(), name: name.to_os_string() });
        }
        let place = Place::open(path)?;
        self.last = path.parent().map(|parent| (parent.to_path_buf(), place.directory.clone()));
        Ok(place)
    }
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
        let directory = Arc::new(sys::openat(&directory, ".", flags | OFlags::RDONLY, Mode::empty())?);
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

    /// The private directory beside the file, if it stands there.
    pub(super) fn quarantine(&self, name: &str) -> Result<Option<Quarantine>, Fault> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
        let inside = match sys::openat(&self.directory, name, flags, Mode::empty()) {
            Ok(inside) => inside,
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(errno.into()),
        };
        let stat = sys::fstat(&inside)?;
        if stat.st_uid != rustix::process::geteuid().as_raw() || stat.st_mode & 0o077 != 0 {
            return Err(Fault::Denied);
        }
        Ok(Some(Quarantine { directory: self.directory.clone(), inside, name: name.to_owned() }))
    }

    /// Makes the private directory, or finds it.
    pub(super) fn make_quarantine(&self, name: &str) -> Result<Quarantine, Fault> {
        match sys::mkdirat(&self.directory, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        let opened = self.quarantine(name);
        if opened.is_err() {
            // What was made and cannot be used should not stay; if it holds something, it does.
            let _ = sys::unlinkat(&self.directory, name, AtFlags::REMOVEDIR);
        }
        opened?.ok_or(Fault::Failed)
    }
}

/// The name of a private directory, of which the rest is up to the ledger.
pub(super) fn quarantine_name(rest: &str) -> String {
    format!("{QUARANTINE}{rest}")
}

/// A private directory that holds files while they are decided about, each under the name of its deletion.
pub(super) struct Quarantine {
    /// The directory that it is in.
    directory: Arc<OwnedFd>,
    inside: OwnedFd,
    name: String,
}

impl Quarantine {
    /// Whether the file of a deletion is in it.
    pub(super) fn holds(&self, deletion_id: &str) -> Result<bool, Fault> {
        match sys::statat(&self.inside, deletion_id, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Takes a file in, from where it stands.
    pub(super) fn take(&self, place: &Place, deletion_id: &str) -> Result<(), Fault> {
        Ok(sys::renameat(&place.directory, &place.name, &self.inside, deletion_id)?)
    }

    /// Reads a file and compares it with the claim.
    pub(super) fn prove(&self, deletion_id: &str, claim: &Claim, seals: &Seals) -> Result<Proof, Fault> {
        prove(self.inside.as_fd(), OsStr::new(deletion_id), claim, seals)
    }

    /// Puts a file back under its name, unless something else took the name meanwhile; then it stays here, and the
    /// deletion stays open.
    pub(super) fn put_back(&self, place: &Place, deletion_id: &str) -> Result<(), Fault> {
        let (from, to) = (&self.inside, &place.directory);
        match sys::renameat_with(from, deletion_id, to, &place.name, RenameFlags::NOREPLACE) {
            // Not every file system knows the flag; a hard link does not replace anything either.
            Err(Errno::INVAL | Errno::NOSYS) => {
                sys::linkat(from, deletion_id, to, &place.name, AtFlags::empty())?;
                sys::unlinkat(from, deletion_id, AtFlags::empty())?;
            }
            done => done?,
        }
        self.close()
    }

    /// Removes a file for good.
    pub(super) fn unlink(&self, deletion_id: &str) -> Result<(), Fault> {
        self.unlink_unsynced(deletion_id)?;
        Ok(sys::fsync(&self.inside)?)
    }

    /// The same, to be made durable by [`Quarantine::close`].
    pub(super) fn unlink_unsynced(&self, deletion_id: &str) -> Result<(), Fault> {
        Ok(sys::unlinkat(&self.inside, deletion_id, AtFlags::empty())?)
    }

    /// Removes the directory, if it is empty by now, and makes all of it durable.
    pub(super) fn close(&self) -> Result<(), Fault> {
        match sys::unlinkat(&self.directory, &self.name, AtFlags::REMOVEDIR) {
            // Somebody else has a file in it, or has removed it.
            Ok(()) | Err(Errno::NOENT) => {}
            // What was unlinked in it stays so only if that is on the disk.
            Err(Errno::NOTEMPTY | Errno::EXIST) => sys::fsync(&self.inside)?,
            Err(errno) => return Err(errno.into()),
        }
        Ok(sys::fsync(&self.directory)?)
    }
}

fn prove(directory: BorrowedFd<'_>, name: &OsStr, claim: &Claim, seals: &Seals) -> Result<Proof, Fault> {
    claim.admits(&sys::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?)?;
    // NONBLOCK: should a pipe stand there by now, the open must not wait for a writer.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let mut file = File::from(sys::openat(directory, name, flags, Mode::empty())?);
    claim.admits(&sys::fstat(&file)?)?;
    let (size, blake3, sha256) = read(&mut file, Some(Sha256::new()), claim.size())?;
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
///
/// `expected` is how long it should be, so that little is set aside for a little file.
fn read(file: &mut File, mut sha256: Option<Sha256>, expected: i64) -> io::Result<(u64, [u8; 32], [u8; 32])> {
    let mut blake3 = blake3::Hasher::new();
    let mut buffer = vec![0; (expected.clamp(0, 256 * 1024 - 1) + 1) as usize];
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
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(Error::not_recordable(path, "it is not a regular file"));
    }
    let (size, blake3, _) = read(&mut file, None, i64::try_from(metadata.len()).unwrap_or(i64::MAX)).map_err(failed)?;
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
