//! Opening what was typed, and opening what a walk has met.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags, Stat, fcntl_getfl, fcntl_setfl, fstat, fstatfs, openat};

use super::{Error, Source};

/// The file system number of pipes that have no name (`PIPEFS_MAGIC` in `linux/magic.h`).
const PIPEFS_MAGIC: u64 = 0x5049_5045;

/// A file that is open for reading, with what it looked like when it was opened.
///
/// It is a [`Source`]; a regular file can be sought in as well.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    path: PathBuf,
    seen: Seen,
    regular: bool,
}

/// Which file it is, and how it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The device it is on.
    pub dev: u64,
    /// Its number on that device.
    pub ino: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written to, in seconds since 1970.
    pub mtime: i64,
    /// And the nanoseconds of that second.
    pub mtime_nsec: u64,
}

impl From<&Stat> for Seen {
    // The widths of these fields differ between Linux targets; every one of them fits.
    #[allow(clippy::unnecessary_cast)]
    fn from(stat: &Stat) -> Seen {
        Seen {
            dev: stat.st_dev as u64,
            ino: stat.st_ino as u64,
            size: stat.st_size as u64,
            mtime: stat.st_mtime as i64,
            mtime_nsec: stat.st_mtime_nsec as u64,
        }
    }
}

/// Opens what the user typed: a regular file, through symbolic links, or a pipe.
///
/// A directory, a socket and a device are refused, `/dev/stdin` excepted, which is typed on purpose. A pipe with a name is
/// waited for until somebody writes to it, as `cat` would.
///
/// # Errors
/// [`Error::Refused`] names what it is instead; [`Error::Io`] carries what the operating system says.
pub fn open(path: &Path) -> Result<OpenFile, Error> {
    // Without O_NONBLOCK, opening a pipe or a modem line waits before its kind can be looked at.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    let fd = openat(CWD, path, flags, Mode::empty()).map_err(|errno| Error::io("open", path)(errno.into()))?;
    let stat = fstat(&fd).map_err(|errno| Error::io("examine", path)(errno.into()))?;
    let regular = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => true,
        FileType::Fifo => {
            wait_for_writer(&fd).map_err(Error::io("open", path))?;
            false
        }
        FileType::CharacterDevice if path == Path::new("/dev/stdin") => false,
        kind => return Err(Error::Refused { path: path.to_owned(), kind: name_of(kind) }),
    };
    finish(fd, path.to_owned(), &stat, regular)
}

/// Opens a regular file that a walk of `root` has met, without following any link between `root` and the file.
///
/// The tree may have changed since it was listed: a directory that was swapped for a link to elsewhere is an error.
///
/// # Errors
/// As [`open`]; a `relative` path that is absolute or climbs is refused.
pub fn open_below(root: &Path, relative: &Path) -> Result<OpenFile, Error> {
    Way::default().open_below(root, relative)
}

/// The directory that was gone to last: files that lie beside each other are opened without going there again.
#[derive(Debug, Default)]
pub struct Way {
    last: Option<(PathBuf, PathBuf, OwnedFd)>,
}

impl Way {
    /// As [`open_below`]; a directory that was entered before is the one that was entered then.
    ///
    /// # Errors
    /// As [`open_below`].
    pub fn open_below(&mut self, root: &Path, relative: &Path) -> Result<OpenFile, Error> {
        let path = root.join(relative);
        let refused = |kind| Error::Refused { path: path.clone(), kind };
        let failed = |errno: rustix::io::Errno| Error::Io { doing: "open", path: path.clone(), source: errno.into() };
        let Some(last) = relative.components().next_back() else { return Err(refused("directory")) };
        let Component::Normal(last) = last else { return Err(refused("path that leaves its directory")) };
        let parent = relative.parent().unwrap_or(Path::new(""));
        let directory = match &mut self.last {
            Some((known, below, directory)) if known == root && below == parent => directory,
            last => {
                let directory = enter(root, parent, &path)?;
                &mut last.insert((root.to_owned(), parent.to_owned(), directory)).2
            }
        };
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::NOFOLLOW;
        let fd = match openat(&*directory, last, flags, Mode::empty()) {
            Err(rustix::io::Errno::LOOP) => return Err(refused("symbolic link")),
            opened => opened.map_err(failed)?,
        };
        let stat = fstat(&fd).map_err(failed)?;
        match FileType::from_raw_mode(stat.st_mode) {
            // Reading a regular file never waits for anybody, whatever the flag says: it need not be taken back.
            FileType::RegularFile => {
                Ok(OpenFile { file: File::from(fd), path, seen: Seen::from(&stat), regular: true })
            }
            kind => Err(refused(name_of(kind))),
        }
    }
}

/// Goes from `root` down to a directory without following a link. `path` is the file that is wanted, for errors.
fn enter(root: &Path, parent: &Path, path: &Path) -> Result<OwnedFd, Error> {
    let failed = |errno: rustix::io::Errno| Error::Io { doing: "open", path: path.to_owned(), source: errno.into() };
    let directory = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut fd = openat(CWD, root, directory, Mode::empty()).map_err(failed)?;
    for component in parent.components() {
        match component {
            Component::Normal(name) => {
                fd = openat(&fd, name, directory | OFlags::NOFOLLOW, Mode::empty()).map_err(failed)?;
            }
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(Error::Refused { path: path.to_owned(), kind: "path that leaves its directory" });
            }
        }
    }
    Ok(fd)
}

/// Has the file been written to, or cut, since it was opened? Then what was read may be no state it ever was in.
///
/// A pipe never counts as changed.
///
/// # Errors
/// When the file can no longer be asked, for instance because its server is away.
pub fn changed_since(file: &OpenFile) -> io::Result<bool> {
    Ok(file.regular && Seen::from(&fstat(&file.file)?) != file.seen)
}

impl OpenFile {
    /// Its first bytes, up to as many as there is room for; where the next read begins stays as it is.
    ///
    /// # Errors
    /// As the operating system's, which has no such thing for a pipe.
    pub fn beginning(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut known = 0;
        while known < buffer.len() {
            match self.file.read_at(&mut buffer[known..], known as u64) {
                Ok(0) => break,
                Ok(read) => known += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(known)
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it looked like when it was opened.
    pub fn seen(&self) -> Seen {
        self.seen
    }

    /// Is it a regular file, with a size and a second reading, and not a pipe?
    pub fn is_regular(&self) -> bool {
        self.regular
    }
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Source for OpenFile {
    fn is_idle(&mut self) -> bool {
        !self.regular && !super::is_ready(&self.file)
    }

    fn by_place(&mut self) -> io::Result<Option<(File, u64)>> {
        if !self.regular {
            return Ok(None);
        }
        Ok(Some((self.file.try_clone()?, self.file.stream_position()?)))
    }

    fn took(&mut self, bytes: u64) -> io::Result<()> {
        // Who shares the descriptor finds it where a reader would have left it.
        self.file.seek_relative(bytes as i64)
    }
}

fn finish(fd: OwnedFd, path: PathBuf, stat: &Stat, regular: bool) -> Result<OpenFile, Error> {
    fcntl_getfl(&fd)
        .and_then(|flags| fcntl_setfl(&fd, flags - OFlags::NONBLOCK))
        .map_err(|errno| Error::io("open", &path)(errno.into()))?;
    Ok(OpenFile { file: File::from(fd), path, seen: Seen::from(stat), regular })
}

/// Waits until a pipe that was opened without waiting has, or has had, a writer.
///
/// Until then a read would answer "end of file". The kernel reports neither data nor a hang-up on a pipe that nobody has
/// opened for writing yet. A pipe without a name (`<(command)`) is not waited for: its writer may have come and gone before
/// we opened it, and that the kernel does not report.
#[allow(clippy::unnecessary_cast)]
fn wait_for_writer(fd: &OwnedFd) -> io::Result<()> {
    if fstatfs(fd)?.f_type as u64 == PIPEFS_MAGIC {
        return Ok(());
    }
    super::wait_until_ready(fd)
}

/// What to call a kind of file in a message.
pub(super) fn name_of(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "regular file",
        FileType::Directory => "directory",
        FileType::Symlink => "symbolic link",
        FileType::Fifo => "pipe",
        FileType::Socket => "socket",
        FileType::CharacterDevice => "character device",
        FileType::BlockDevice => "block device",
        FileType::Unknown => "file of an unknown kind",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::symlink;

    fn kind_of_refusal(result: Result<OpenFile, Error>) -> &'static str {
        match result {
            Err(Error::Refused { kind, .. }) => kind,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_typed_link_is_followed_and_a_met_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("real"), "text").unwrap();
        symlink("real", dir.path().join("link")).unwrap();
        let mut text = String::new();
        open(&dir.path().join("link")).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
        assert_eq!(kind_of_refusal(open_below(dir.path(), Path::new("link"))), "symbolic link");
        assert!(open_below(dir.path(), Path::new("./real")).is_ok());
    }

    #[test]
    fn a_directory_swapped_for_a_link_is_not_entered() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("elsewhere")).unwrap();
        fs::write(dir.path().join("elsewhere/file"), "text").unwrap();
        symlink("elsewhere", dir.path().join("swapped")).unwrap();
        assert!(matches!(open_below(dir.path(), Path::new("swapped/file")), Err(Error::Io { .. })));
        assert_eq!(
            kind_of_refusal(open_below(dir.path(), Path::new("elsewhere/../../file"))),
            "path that leaves its directory"
        );
    }

    #[test]
    fn directories_and_devices_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(kind_of_refusal(open(dir.path())), "directory");
        assert_eq!(kind_of_refusal(open(Path::new("/dev/null"))), "character device");
        assert!(matches!(open(&dir.path().join("absent")), Err(Error::Io { .. })));
    }

    #[test]
    fn a_named_pipe_waits_for_its_writer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let writer = std::thread::spawn({
            let path = path.clone();
            move || {
                std::thread::sleep(std::time::Duration::from_millis(50));
                File::options().write(true).open(path).unwrap().write_all(b"late").unwrap();
            }
        });
        let mut text = String::new();
        let mut file = open(&path).unwrap();
        assert!(!file.is_regular());
        file.read_to_string(&mut text).unwrap();
        writer.join().unwrap();
        assert_eq!(text, "late");
        assert_eq!(kind_of_refusal(open_below(dir.path(), Path::new("pipe"))), "pipe");
    }

    #[test]
    fn growing_and_rewriting_are_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, "one\n").unwrap();
        let file = open(&path).unwrap();
        assert!(!changed_since(&file).unwrap());
        File::options().append(true).open(&path).unwrap().write_all(b"two\n").unwrap();
        assert!(changed_since(&file).unwrap());

        let file = open(&path).unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        assert!(changed_since(&file).unwrap());
    }
}
