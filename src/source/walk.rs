//! What is below a directory, in an order that does not depend on the machine.

use std::path::{Path, PathBuf};

use super::{Error, OpenFile, file};

/// Something met in a walk that is not a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// What was typed, joined with `relative`.
    pub path: PathBuf,
    /// The path below what was typed.
    pub relative: PathBuf,
    /// What it is.
    pub kind: FileKind,
    /// Its size in bytes when it was listed.
    pub size: u64,
    root: PathBuf,
}

/// What a walk tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file: the only kind that is opened.
    Regular,
    /// A symbolic link, which is not followed.
    Symlink,
    /// A pipe, a socket or a device.
    Special,
}

impl Walked {
    /// Opens it, following no link on the way, see [`file::open_below`].
    ///
    /// # Errors
    /// When it is not (or no longer) a regular file, or cannot be opened.
    pub fn open(&self) -> Result<OpenFile, Error> {
        file::open_below(&self.root, &self.relative)
    }
}

/// Lists everything below `root` that is not a directory, each directory's names in the order of their bytes.
///
/// A link that was typed as the root is followed; links below it are reported and not followed. What cannot be listed is
/// an error in its place, and the walk goes on behind it.
pub fn walk(root: &Path) -> impl Iterator<Item = Result<Walked, Error>> + use<> {
    let root = root.to_owned();
    walkdir::WalkDir::new(&root)
        .min_depth(1)
        .follow_links(false)
        .sort_by(|a, b| a.file_name().cmp(b.file_name()))
        .into_iter()
        .filter_map(move |entry| match entry {
            Ok(entry) if entry.file_type().is_dir() => None,
            Ok(entry) => Some(walked(&root, entry)),
            Err(error) => Some(Err(failed(&root, error))),
        })
}

fn walked(root: &Path, entry: walkdir::DirEntry) -> Result<Walked, Error> {
    let size = entry.metadata().map_err(|error| failed(root, error))?.len();
    let kind = match entry.file_type() {
        kind if kind.is_file() => FileKind::Regular,
        kind if kind.is_symlink() => FileKind::Symlink,
        _ => FileKind::Special,
    };
    let path = entry.into_path();
    let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
    Ok(Walked { path, relative, kind, size, root: root.to_owned() })
}

fn failed(root: &Path, error: walkdir::Error) -> Error {
    let path = error.path().unwrap_or(root).to_owned();
    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("it contains itself"));
    Error::Io { doing: "list", path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::fs;
    use std::io::Read;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    #[test]
    fn names_of_any_bytes_come_in_bytewise_order() {
        let dir = tempfile::tempdir().unwrap();
        let odd = OsStr::from_bytes(b"\xff\xfe\nodd");
        fs::create_dir_all(dir.path().join("b/deep")).unwrap();
        for name in ["b/deep/x", "a", "B", "b/-dash"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        fs::write(dir.path().join(odd), "odd").unwrap();
        symlink("/", dir.path().join("c")).unwrap();
        let found: Vec<Walked> = walk(dir.path()).map(Result::unwrap).collect();
        let names: Vec<&Path> = found.iter().map(|walked| walked.relative.as_path()).collect();
        let expected = ["B", "a", "b/-dash", "b/deep/x", "c"].map(Path::new);
        assert_eq!(names[..5], expected);
        assert_eq!(names[5], Path::new(odd));
        assert_eq!(found[4].kind, FileKind::Symlink);
        assert!(found[4].open().is_err());
        assert_eq!(found[3].size, 8);
        let mut text = String::new();
        found[5].open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "odd");
    }

    #[test]
    fn a_typed_link_to_a_directory_is_walked() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("real")).unwrap();
        fs::write(dir.path().join("real/file"), "").unwrap();
        symlink("real", dir.path().join("link")).unwrap();
        let found: Vec<Walked> = walk(&dir.path().join("link")).map(Result::unwrap).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].relative, Path::new("file"));
        assert!(found[0].open().is_ok());
    }

    #[test]
    fn what_is_absent_is_an_error_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let found: Vec<_> = walk(&dir.path().join("absent")).collect();
        assert!(matches!(found[..], [Err(Error::Io { .. })]));
    }
}
