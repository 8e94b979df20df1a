//! A file that stands under its name when it is complete, and not before.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fchmod, fsync, openat, renameat, statat, unlinkat};
use rustix::io::Errno;

use super::Error;
use crate::artifact::Content;
use crate::failpoint;
use crate::source::hashing::Hashing;

/// The longest name that Linux file systems take, in bytes.
pub(super) const NAME_MAX: usize = 255;
/// What every temporary name holds, so that a person can tell whose it is.
const MARKER: &str = ".scrubjay-";

/// A file being written under a temporary name beside its final one.
///
/// Writes are not buffered: hand it large pieces. [`FileSink::finish`] puts the file under its name; dropped before that, it
/// leaves nothing.
#[derive(Debug)]
pub struct FileSink {
    /// The directory of both names, held open so that nobody can put another in its place.
    directory: OwnedFd,
    file: File,
    target: PathBuf,
    temporary: PathBuf,
    hashing: Hashing,
    finished: bool,
}

/// Names a temporary file beside `target`: hidden, marked as ours, with a random end, at most 255 bytes long.
///
/// The name is no secret and need not be unguessable, since [`FileSink::create`] takes no file that is already there.
pub fn temporary_for(target: &Path) -> PathBuf {
    let random = RandomState::new().hash_one(std::process::id());
    let end = format!("{MARKER}{random:016x}");
    let name = target.file_name().unwrap_or(OsStr::new("output")).as_bytes();
    let name = &name[..name.len().min(NAME_MAX - 1 - end.len())];
    let mut temporary = OsString::from(".");
    temporary.push(OsStr::from_bytes(name));
    temporary.push(end);
    target.with_file_name(temporary)
}

impl FileSink {
    /// Creates `temporary`, which must be in the directory of `target`, readable and writable by its owner only.
    ///
    /// # Errors
    /// [`Error::Refused`] when the target is there and is not a plain file, or the two are in different directories;
    /// [`Error::Io`] when the temporary file cannot be made, for instance because it exists.
    pub fn create(target: &Path, temporary: &Path) -> Result<FileSink, Error> {
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat(CWD, parent, flags, Mode::empty()).map_err(Error::io("open the directory", parent))?;
        FileSink::create_in(directory, target, temporary)
    }

    /// As [`FileSink::create`], in a directory that is already open.
    pub(super) fn create_in(directory: OwnedFd, target: &Path, temporary: &Path) -> Result<FileSink, Error> {
        if target.parent() != temporary.parent() {
            return Err(Error::refused(temporary, "it is not in the directory of the file that it becomes"));
        }
        let name = name(target)?;
        check(&directory, target, name)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let created =
            openat(&directory, self::name(temporary)?, flags, mode).map_err(Error::io("create", temporary))?;
        let sink = FileSink {
            directory,
            file: File::from(created),
            target: target.to_owned(),
            temporary: temporary.to_owned(),
            hashing: Hashing::default(),
            finished: false,
        };
        // A umask can take bits away, and then the file could not be opened again by its owner.
        fchmod(&sink.file, mode).map_err(Error::io("create", temporary))?;
        failpoint::reach("output-created");
        Ok(sink)
    }

    /// Where the file will stand.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Brings the bytes to the disk and the file under its name, replacing a plain file that stands there.
    ///
    /// # Errors
    /// When the disk does not confirm, or something other than a plain file has come to stand under the name. The temporary
    /// file is then removed. A failed confirmation is final: asked again, the kernel would say yes to lost pages.
    pub fn finish(mut self) -> Result<Content, Error> {
        let content = self.hashing.content();
        failpoint::reach("output-written");
        fsync(&self.file).map_err(Error::io("write", &self.temporary))?;
        let (from, to) = (name(&self.temporary)?, name(&self.target)?);
        check(&self.directory, &self.target, to)?;
        failpoint::reach("output-synced");
        renameat(&self.directory, from, &self.directory, to).map_err(Error::io("rename a file to", &self.target))?;
        self.finished = true;
        failpoint::reach("output-renamed");
        fsync(&self.directory).map_err(Error::io("confirm the name of", &self.target))?;
        failpoint::reach("output-confirmed");
        Ok(content)
    }
}

impl Write for FileSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hashing.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for FileSink {
    fn drop(&mut self) {
        if !self.finished
            && let Ok(name) = name(&self.temporary)
        {
            // There is nobody to tell; the ledger knows the path and looks again.
            let _ = unlinkat(&self.directory, name, AtFlags::empty());
        }
    }
}

fn name(path: &Path) -> Result<&OsStr, Error> {
    path.file_name().ok_or_else(|| Error::refused(path, "it is a directory"))
}

/// Refuses a target that is there and is not a plain file.
fn check(directory: impl AsFd, target: &Path, name: &OsStr) -> Result<(), Error> {
    let kind = match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => return Ok(()),
        stat => FileType::from_raw_mode(stat.map_err(Error::io("examine", target))?.st_mode),
    };
    let why = match kind {
        FileType::RegularFile => return Ok(()),
        FileType::Symlink => "it is a symbolic link",
        FileType::Directory => "it is a directory",
        FileType::Fifo => "it is a pipe",
        FileType::Socket => "it is a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "it is a device",
        FileType::Unknown => "it is not a plain file",
    };
    Err(Error::refused(target, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn create(target: &Path) -> Result<FileSink, Error> {
        FileSink::create(target, &temporary_for(target))
    }

    fn listing(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_file_is_absent_until_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out.log");
        let mut sink = create(&target).unwrap();
        sink.write_all(b"scrubbed").unwrap();
        assert!(!target.exists());
        let content = sink.finish().unwrap();
        assert_eq!(content, Content { size: 8, blake3: *blake3::hash(b"scrubbed").as_bytes() });
        assert_eq!(fs::read(&target).unwrap(), b"scrubbed");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(listing(dir.path()), ["out.log"]);
    }

    #[test]
    fn dropped_early_it_leaves_the_old_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out.log");
        fs::write(&target, "old").unwrap();
        let mut sink = create(&target).unwrap();
        sink.write_all(b"half").unwrap();
        assert_eq!(listing(dir.path()).len(), 2);
        drop(sink);
        assert_eq!(listing(dir.path()), ["out.log"]);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        let mut sink = create(&target).unwrap();
        sink.write_all(b"new").unwrap();
        sink.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
    }

    #[test]
    fn links_directories_and_devices_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name);
        symlink("nowhere", path("link")).unwrap();
        fs::create_dir(path("directory")).unwrap();
        rustix::fs::mknodat(CWD, path("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        for target in [path("link"), path("directory"), path("pipe"), "/dev/null".into(), "/".into(), path("..")] {
            assert!(matches!(create(&target), Err(Error::Refused { .. })), "{}", target.display());
        }
        let elsewhere = std::env::temp_dir().join(".x.scrubjay-0");
        assert!(matches!(FileSink::create(&path("out"), &elsewhere), Err(Error::Refused { .. })));
        assert_eq!(listing(dir.path()), ["directory", "link", "pipe"]);
    }

    #[test]
    fn a_link_that_appears_meanwhile_is_refused_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        let sink = create(&target).unwrap();
        symlink("nowhere", &target).unwrap();
        assert!(matches!(sink.finish(), Err(Error::Refused { .. })));
        assert_eq!(listing(dir.path()), ["out"]);
    }

    #[test]
    fn a_temporary_that_exists_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (target, temporary) = (dir.path().join("out"), dir.path().join(".out.scrubjay-1"));
        fs::write(&temporary, "somebody's").unwrap();
        assert!(matches!(FileSink::create(&target, &temporary), Err(Error::Io { .. })));
        assert_eq!(fs::read(&temporary).unwrap(), b"somebody's");
    }

    #[test]
    fn a_directory_moved_away_is_still_the_one_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name);
        fs::create_dir(path("here")).unwrap();
        fs::create_dir(path("victim")).unwrap();
        let sink = create(&path("here").join("out")).unwrap();
        fs::rename(path("here"), path("moved")).unwrap();
        symlink("victim", path("here")).unwrap();
        sink.finish().unwrap();
        assert!(path("moved").join("out").exists());
        assert!(!path("victim").join("out").exists());
    }

    #[test]
    fn temporary_names_fit_and_differ() {
        let long = "n".repeat(255);
        for name in ["out.log", "-dash", long.as_str()] {
            let target = Path::new("/some/where").join(name);
            let (one, two) = (temporary_for(&target), temporary_for(&target));
            assert_ne!(one, two);
            assert_eq!(one.parent(), target.parent());
            let name = one.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with('.') && name.contains(".scrubjay-") && name.len() <= 255);
        }
    }
}
