//! A file that stands under its name when it is complete, and not before.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fchmod, fsync, linkat, openat, renameat, statat, unlinkat};
use rustix::io::Errno;

use super::Error;
use crate::artifact::Content;
use crate::failpoint;
use crate::source::hashing::Hashing;

/// The longest name that Linux file systems take, in bytes.
pub(super) const NAME_MAX: usize = 255;
/// What every temporary name holds, so that a person can tell whose it is.
const MARKER: &str = ".scrubjay-";
/// For the owner alone.
const MODE: Mode = Mode::RUSR.union(Mode::WUSR);

/// A file being written beside its final name: under a temporary one, or under none at all.
///
/// Writes are not buffered: hand it large pieces. [`FileSink::finish`] puts the file under its name; dropped before that, it
/// leaves nothing.
#[derive(Debug)]
pub struct FileSink {
    place: Unfinished,
    hashing: Hashing,
}

/// A file that is written, and not yet under its name: for several that are to be brought to the disk at once. Dropped, it
/// leaves nothing.
#[derive(Debug)]
pub struct Written {
    place: Unfinished,
    content: Content,
}

/// A file without its final name.
#[derive(Debug)]
struct Unfinished {
    /// The directory of both names, held open so that nobody can put another in its place.
    directory: Arc<OwnedFd>,
    file: File,
    target: PathBuf,
    /// The name it has meanwhile; none if the file system lets it have none, and then a crash leaves nothing either.
    temporary: Option<PathBuf>,
    finished: bool,
}

/// A new file without a name; `None` if the file system has no such files.
fn unnamed(directory: &OwnedFd) -> Result<Option<OwnedFd>, Errno> {
    match openat(directory, ".", OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC, MODE) {
        Ok(created) => Ok(Some(created)),
        // What file systems and kernels without the flag answer, see open(2).
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT | Errno::INVAL) => Ok(None),
        Err(errno) => Err(errno),
    }
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
        FileSink::create_in(Arc::new(directory), target, temporary)
    }

    /// As [`FileSink::create`], in a directory that is already open.
    pub(super) fn create_in(directory: Arc<OwnedFd>, target: &Path, temporary: &Path) -> Result<FileSink, Error> {
        if target.parent() != temporary.parent() {
            return Err(Error::refused(temporary, "it is not in the directory of the file that it becomes"));
        }
        let name = name(target)?;
        check(&directory, target, name)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let created =
            openat(&directory, self::name(temporary)?, flags, MODE).map_err(Error::io("create", temporary))?;
        FileSink::over(directory, created, target, Some(temporary.to_owned()))
    }

    /// Creates a file that has no name until [`Written::name`] gives it that of `target`, which must not be taken then.
    /// `None` if the file system has no such files.
    pub(super) fn create_unnamed_in(directory: Arc<OwnedFd>, target: &Path) -> Result<Option<FileSink>, Error> {
        name(target)?;
        match unnamed(&directory) {
            Ok(Some(created)) => FileSink::over(directory, created, target, None).map(Some),
            Ok(None) => Ok(None),
            Err(errno) => Err(Error::io("create a file in the directory of", target)(errno)),
        }
    }

    /// Whether the file system of a directory has files without names.
    pub(super) fn can_be_unnamed(directory: &OwnedFd) -> Result<bool, Errno> {
        Ok(unnamed(directory)?.is_some())
    }

    fn over(
        directory: Arc<OwnedFd>,
        created: OwnedFd,
        target: &Path,
        temporary: Option<PathBuf>,
    ) -> Result<FileSink, Error> {
        let file = File::from(created);
        let place = Unfinished { directory, file, target: target.to_owned(), temporary, finished: false };
        // A umask can take bits away, and then the file could not be opened again by its owner.
        fchmod(&place.file, MODE).map_err(Error::io("create", target))?;
        failpoint::reach("output-created");
        Ok(FileSink { place, hashing: Hashing::default() })
    }

    /// Where the file will stand.
    pub fn target(&self) -> &Path {
        &self.place.target
    }

    /// Takes the content of another file, by sharing its blocks where the file system can; a second name for the same file
    /// is never made. The content is what was read, so that the caller can tell whether it was the expected one.
    ///
    /// # Errors
    /// When either file fails.
    pub fn copy(&mut self, from: &File) -> io::Result<()> {
        let is_shared = rustix::fs::ioctl_ficlone(&self.place.file, from).is_ok();
        let mut buffer = vec![0; 128 << 10];
        let mut at = 0;
        loop {
            match from.read_at(&mut buffer, at) {
                Ok(0) => return Ok(()),
                Ok(count) if is_shared => self.hashing.update(&buffer[..count]),
                Ok(count) => self.write_all(&buffer[..count])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            at = self.hashing.size();
        }
    }

    /// Ends the writing, without waiting for the disk.
    pub fn close(self) -> Written {
        failpoint::reach("output-written");
        Written { content: self.hashing.content(), place: self.place }
    }

    /// Brings the bytes to the disk and the file under its name, replacing a plain file that stands there.
    ///
    /// # Errors
    /// When the disk does not confirm, or something other than a plain file has come to stand under the name. The temporary
    /// file is then removed. A failed confirmation is final: asked again, the kernel would say yes to lost pages.
    pub fn finish(self) -> Result<Content, Error> {
        let mut written = self.close();
        written.sync()?;
        written.name()?;
        written.confirm()?;
        Ok(written.content)
    }
}

impl Written {
    /// What was written.
    pub fn content(&self) -> Content {
        self.content
    }

    /// The open file, to be read.
    pub fn file(&self) -> &File {
        &self.place.file
    }

    /// A path by which this process can open it, whether or not it has a name.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.place.file.as_raw_fd()))
    }

    /// Brings the bytes to the disk.
    ///
    /// # Errors
    /// When the disk does not confirm, which is final.
    pub fn sync(&self) -> Result<(), Error> {
        fsync(&self.place.file).map_err(Error::io("write", &self.place.target))
    }

    /// Gives the file, whose bytes are on the disk, its name. One that had a temporary name replaces a plain file that
    /// stands there; one that had none replaces nothing.
    ///
    /// # Errors
    /// When something else has come to stand under the name.
    pub fn name(&mut self) -> Result<(), Error> {
        let Unfinished { directory, file, target, temporary, finished } = &mut self.place;
        failpoint::reach("output-synced");
        let to = name(target)?;
        match temporary {
            Some(temporary) => {
                check(&*directory, target, to)?;
                renameat(&*directory, name(temporary)?, &*directory, to)
                    .map_err(Error::io("rename a file to", target))?;
            }
            None => {
                // The way of open(2) that asks for no privilege.
                let from = format!("/proc/self/fd/{}", file.as_raw_fd());
                match linkat(CWD, from, &*directory, to, AtFlags::SYMLINK_FOLLOW) {
                    Err(Errno::EXIST) => {
                        return Err(Error::refused(target, "something has come to stand there meanwhile"));
                    }
                    linked => linked.map_err(Error::io("name", target))?,
                }
            }
        }
        *finished = true;
        failpoint::reach("output-renamed");
        Ok(())
    }

    /// Brings the name to the disk.
    ///
    /// # Errors
    /// When the disk does not confirm.
    pub fn confirm(&self) -> Result<(), Error> {
        fsync(&self.place.directory).map_err(Error::io("confirm the name of", &self.place.target))?;
        failpoint::reach("output-confirmed");
        Ok(())
    }
}

impl Write for FileSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.place.file.write(bytes)?;
        self.hashing.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.place.file.flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished
            && let Some(Ok(name)) = self.temporary.as_deref().map(name)
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
