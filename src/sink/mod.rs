//! Where scrubbed bytes go: a file that is complete or absent, a tree of such files, or the standard output.
//!
//! Promises: nothing half-written ever stands under a final name; a link, a pipe or a device is never written through;
//! nothing is created outside the directory that was named; files are readable by their owner only. What the bytes mean is
//! not known here, and neither is the ledger: the caller asks for the paths first, records them, and only then creates.

pub mod file;
pub mod stdout;
pub mod tree;

pub use file::{FileSink, Written, temporary_for};
pub use stdout::{Stdout, reader_is_gone, stdout};
pub use tree::{Place, Tree, Way, syncs_are_told};

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::source::OpenFile;

/// Why an output cannot be made or finished.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done: "create", "write", "rename" ...
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Writing there would reach something other than a plain file in the directory that was named.
    #[error("will not write {}: {why}", path.display())]
    Refused {
        /// Where it should have gone.
        path: PathBuf,
        /// What is wrong with that: "it is a symbolic link" ...
        why: &'static str,
    },
}

impl Error {
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(rustix::io::Errno) -> Error {
        let path = path.to_owned();
        move |errno| Error::Io { doing, path, source: errno.into() }
    }

    fn refused(path: &Path, why: &'static str) -> Error {
        Error::Refused { path: path.to_owned(), why }
    }
}

/// Would writing `target` destroy the input? True for the same path, a hard link, and a link that leads there.
///
/// # Errors
/// When the target is there but cannot be asked.
pub fn same_file(input: &OpenFile, target: &Path) -> io::Result<bool> {
    match std::fs::metadata(target) {
        Ok(found) => Ok(found.dev() == input.seen().dev && found.ino() == input.seen().ino),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_input_is_known_under_each_of_its_names() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name);
        fs::write(path("input"), "x").unwrap();
        fs::write(path("other"), "x").unwrap();
        fs::hard_link(path("input"), path("hard")).unwrap();
        std::os::unix::fs::symlink("hard", path("soft")).unwrap();
        let input = crate::source::file::open(&path("input")).unwrap();
        for name in ["input", "hard", "soft", "../x/../input"] {
            let target = match name.strip_prefix("../x/") {
                Some(rest) => {
                    fs::create_dir_all(path("x")).unwrap();
                    path("x").join(rest)
                }
                None => path(name),
            };
            assert!(same_file(&input, &target).unwrap(), "{name}");
        }
        assert!(!same_file(&input, &path("other")).unwrap());
        assert!(!same_file(&input, &path("absent")).unwrap());
    }
}
