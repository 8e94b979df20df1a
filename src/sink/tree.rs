//! A directory of outputs that mirrors a directory of inputs.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, fstat, mkdirat, openat, syncfs};
use rustix::io::Errno;

use super::file::NAME_MAX;
use super::{Error, FileSink, temporary_for};

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// The root of an output tree, held open, and the names given out below it.
///
/// Names are given in the order they are asked for, so ask in the order of the walk: then a clash is settled the same way
/// in every run. Only names that were changed are remembered; those that are as they were cannot clash with each other.
#[derive(Debug)]
pub struct Tree {
    root: Arc<OwnedFd>,
    /// The device of the root.
    dev: u64,
    path: PathBuf,
    has_unnamed: bool,
    files: HashSet<PathBuf>,
    directories: HashSet<PathBuf>,
}

/// A place in the tree, given out and not yet created: to be recorded first.
#[derive(Debug)]
pub struct Place {
    /// Where the file will stand.
    pub target: PathBuf,
    /// Where it is written.
    pub temporary: PathBuf,
    /// The target's path below the root.
    pub relative: PathBuf,
    root: Arc<OwnedFd>,
    dev: u64,
}

/// The directory that an output was written to last: outputs that lie beside each other need not go there again.
#[derive(Debug, Default)]
pub struct Way {
    last: Option<(PathBuf, Arc<OwnedFd>, bool)>,
}

impl Tree {
    /// Opens the directory `path`, creating it (not its parents) for its owner only if it is absent.
    ///
    /// # Errors
    /// When it cannot be made or opened, or is not a directory.
    pub fn create(path: &Path) -> Result<Tree, Error> {
        match mkdirat(CWD, path, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(Error::io("create the directory", path)(errno)),
        }
        let root = openat(CWD, path, DIRECTORY, Mode::empty()).map_err(Error::io("open the directory", path))?;
        let dev = device(&root).map_err(Error::io("examine", path))?;
        let (files, directories) = (HashSet::new(), HashSet::new());
        let root = Arc::new(root);
        let has_unnamed = FileSink::can_be_unnamed(&root).map_err(Error::io("create a file in", path))?;
        Ok(Tree { root, dev, path: path.to_owned(), has_unnamed, files, directories })
    }

    /// The same root, of which no names were given out.
    pub fn again(&self) -> Tree {
        let (files, directories) = (HashSet::new(), HashSet::new());
        Tree { root: self.root.clone(), path: self.path.clone(), files, directories, ..*self }
    }

    /// Whether its file system has files that have no name while they are written.
    pub fn has_unnamed(&self) -> bool {
        self.has_unnamed
    }

    /// Brings everything that was written to its file system to the disk: bytes and names.
    ///
    /// # Errors
    /// When the disk does not confirm. Linux tells of it since version 5.8; see [`syncs_are_told`].
    pub fn sync(&self) -> Result<(), Error> {
        syncfs(&self.root).map_err(Error::io("write to the disk of", &self.path))
    }

    /// Gives out the place of a path below the root under the very names that it has; no other may be asked for under
    /// them. It is not remembered.
    ///
    /// # Errors
    /// When the path is absolute, climbs (`..`), or names nothing.
    pub fn place_as_is(&self, relative: &Path) -> Result<Place, Error> {
        if names_of(relative)?.is_empty() {
            return Err(Error::refused(relative, "it names no file"));
        }
        Ok(self.given(relative.to_owned()))
    }

    fn given(&self, relative: PathBuf) -> Place {
        let target = self.path.join(&relative);
        let (root, dev) = (self.root.clone(), self.dev);
        Place { temporary: temporary_for(&target), target, relative, root, dev }
    }

    /// Gives out the place for a path whose names are scrubbed already.
    ///
    /// Names may be of any bytes; one that is too long is cut. A name that was given out before gets `~2` (`app~2.log`),
    /// then `~3`. A file of an earlier run that stands there is replaced when the new one is finished.
    ///
    /// # Errors
    /// When the path is absolute, climbs (`..`), or names nothing.
    pub fn place(&mut self, relative: &Path) -> Result<Place, Error> {
        self.place_beside(relative, |_| false)
    }

    /// The same where others are given out by [`Tree::place_as_is`]: `is_taken` tells whether one of them has, or will have,
    /// this path.
    ///
    /// # Errors
    /// As [`Tree::place`].
    pub fn place_beside(&mut self, relative: &Path, is_taken: impl Fn(&Path) -> bool) -> Result<Place, Error> {
        let names = names_of(relative)?;
        let Some((last, parents)) = names.split_last() else {
            return Err(Error::refused(relative, "it names no file"));
        };
        let mut at = PathBuf::new();
        for parent in parents {
            at = unused(&at, parent, |path| !self.files.contains(path));
            self.directories.insert(at.clone());
        }
        let is_free = |path: &Path| !self.files.contains(path) && !self.directories.contains(path) && !is_taken(path);
        let relative = unused(&at, last, is_free);
        self.files.insert(relative.clone());
        Ok(self.given(relative))
    }
}

/// Whether this kernel tells of failures in [`Tree::sync`], as Linux does since 5.8.
pub fn syncs_are_told() -> bool {
    let name = rustix::system::uname();
    let release = name.release().to_string_lossy();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(5), Some(8))
}

fn device(directory: &OwnedFd) -> Result<u64, Errno> {
    // The widths of these fields differ between Linux targets; every one of them fits.
    #[allow(clippy::unnecessary_cast)]
    Ok(fstat(directory)?.st_dev as u64)
}

/// The names on a path that stays below where it starts.
fn names_of(relative: &Path) -> Result<Vec<&[u8]>, Error> {
    let mut names = Vec::new();
    for component in relative.components() {
        match component {
            Component::Normal(name) => names.push(name.as_bytes()),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(Error::refused(relative, "it leaves the output directory"));
            }
        }
    }
    Ok(names)
}

impl Place {
    /// Makes the directories on the way, for their owner only, and the temporary file.
    ///
    /// # Errors
    /// When something on the way is a link or no directory, or as [`FileSink::create`].
    pub fn create(&self, way: &mut Way) -> Result<FileSink, Error> {
        FileSink::create_in(self.directory(way)?, &self.target, &self.temporary)
    }

    /// The same with a file that has no name until it is finished, and then replaces nothing; `None` if the file system has
    /// no such files.
    ///
    /// # Errors
    /// As [`Place::create`].
    pub fn create_unnamed(&self, way: &mut Way) -> Result<Option<FileSink>, Error> {
        FileSink::create_unnamed_in(self.directory(way)?, &self.target)
    }

    /// Whether the directory that [`Way`] was in last lies on the file system of the root, so that [`Tree::sync`] is enough.
    pub fn is_beside_root(&self, way: &Way) -> bool {
        way.last.as_ref().is_some_and(|(_, _, is_beside)| *is_beside)
    }

    fn directory(&self, way: &mut Way) -> Result<Arc<OwnedFd>, Error> {
        let parent = self.relative.parent().unwrap_or(Path::new(""));
        if let Some((last, directory, _)) = &way.last
            && last == parent
        {
            return Ok(directory.clone());
        }
        let failed = |doing| move |errno: Errno| Error::io(doing, &self.target)(errno);
        let mut directory = self.root.clone();
        for name in parent {
            let next = match openat(&directory, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty()) {
                Err(Errno::NOENT) => {
                    match mkdirat(&directory, name, Mode::RWXU) {
                        Ok(()) | Err(Errno::EXIST) => {}
                        Err(errno) => return Err(failed("create the directory of")(errno)),
                    }
                    openat(&directory, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty())
                }
                opened => opened,
            };
            directory = match next {
                Ok(directory) => Arc::new(directory),
                Err(Errno::NOTDIR | Errno::LOOP) => {
                    return Err(Error::refused(&self.target, "a name on the way is a link or no directory"));
                }
                Err(errno) => return Err(failed("open the directory of")(errno)),
            };
        }
        let is_beside = device(&directory).map_err(failed("examine the directory of"))? == self.dev;
        way.last = Some((parent.to_owned(), directory.clone(), is_beside));
        Ok(directory)
    }
}

/// The first of `name`, `name~2`, `name~3` ... in `directory` that is free.
fn unused(directory: &Path, name: &[u8], is_free: impl Fn(&Path) -> bool) -> PathBuf {
    let mut number = 1_u64;
    loop {
        let path = directory.join(OsString::from_vec(numbered(name, number)));
        if is_free(&path) {
            return path;
        }
        number += 1;
    }
}

/// Puts `~number` before the extension, unless it is the first, and keeps the whole within what a file system takes.
fn numbered(name: &[u8], number: u64) -> Vec<u8> {
    let (stem, extension) = match memchr::memrchr(b'.', name) {
        Some(dot) if dot > 0 && name.len() - dot <= 16 => name.split_at(dot),
        _ => (name, &b""[..]),
    };
    let mark = if number == 1 { String::new() } else { format!("~{number}") };
    let room = NAME_MAX - mark.len() - extension.len();
    [&stem[..stem.len().min(room)], mark.as_bytes(), extension].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn relatives(tree: &mut Tree, paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| tree.place(Path::new(path)).unwrap().relative.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_tree_is_mirrored_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let mut tree = Tree::create(&dir.path().join("out")).unwrap();
        let odd = Path::new(OsStr::from_bytes(b"a/\xff\n-b/c"));
        let place = tree.place(odd).unwrap();
        assert!(!place.target.parent().unwrap().exists());
        let mut sink = place.create(&mut Way::default()).unwrap();
        sink.write_all(b"text").unwrap();
        sink.finish().unwrap();
        assert_eq!(fs::read(dir.path().join("out").join(odd)).unwrap(), b"text");
        for directory in ["out", "out/a"] {
            assert_eq!(fs::metadata(dir.path().join(directory)).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn names_that_clash_are_numbered() {
        let dir = tempfile::tempdir().unwrap();
        let mut tree = Tree::create(dir.path()).unwrap();
        let given = ["a/x.log", "a/x.log", "a/x.log", "a/x~2.log", ".rc", ".rc", "x", "x/y", "x", "z/y", "z"];
        let got = relatives(&mut tree, &given);
        assert_eq!(
            got,
            ["a/x.log", "a/x~2.log", "a/x~3.log", "a/x~2~2.log", ".rc", ".rc~2", "x", "x~2/y", "x~3", "z/y", "z~2"]
        );
    }

    #[test]
    fn long_names_are_cut_and_still_differ() {
        let dir = tempfile::tempdir().unwrap();
        let mut tree = Tree::create(dir.path()).unwrap();
        let long = format!("{}.log", "n".repeat(300));
        for _ in 0..2 {
            let place = tree.place(Path::new(&long)).unwrap();
            assert_eq!(place.relative.as_os_str().len(), 255);
            place.create(&mut Way::default()).unwrap().finish().unwrap();
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn nothing_leaves_the_root() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("victim")).unwrap();
        let root = dir.path().join("out");
        let mut tree = Tree::create(&root).unwrap();
        for path in ["../x", "/x", "a/../../x", "", "."] {
            assert!(matches!(tree.place(Path::new(path)), Err(Error::Refused { .. })), "{path}");
        }
        symlink("../victim", root.join("a")).unwrap();
        let place = tree.place(Path::new("a/x")).unwrap();
        assert!(matches!(place.create(&mut Way::default()), Err(Error::Refused { .. })));
        let place = tree.place(Path::new("a")).unwrap();
        assert_eq!(place.relative, Path::new("a~2"));
        assert_eq!(fs::read_dir(dir.path().join("victim")).unwrap().count(), 0);
    }
}
