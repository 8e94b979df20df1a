//! Whether a process has a file open: it would go on reading what has no name any more.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

/// How long one look at all processes serves.
const FRESH: Duration = Duration::from_secs(1);

/// The files that other processes had open at the last look, as far as we may see: all of them as root, else those of our
/// own user. A file that is mapped into memory and not open any more is not seen.
#[derive(Default)]
pub(super) struct Handles {
    looked: Option<Instant>,
    open: HashSet<(u64, u64)>,
}

impl Handles {
    /// Whether somebody has the file with this device and inode open.
    pub(super) fn holds(&mut self, dev: u64, ino: u64) -> bool {
        if self.looked.is_none_or(|looked| looked.elapsed() > FRESH) {
            self.open = look();
            self.looked = Some(Instant::now());
        }
        // What was seen up to a second ago may have been closed since.
        if self.open.contains(&(dev, ino)) {
            self.open = look();
            self.looked = Some(Instant::now());
        }
        self.open.contains(&(dev, ino))
    }
}

fn look() -> HashSet<(u64, u64)> {
    let me = std::process::id().to_string();
    let mut open = HashSet::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = process.file_name();
        let is_process = name.to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()) && name != me);
        if !is_process {
            continue;
        }
        // Processes end, and some may not be looked into.
        for handle in fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten() {
            if let Ok(metadata) = fs::metadata(handle.path()).as_ref()
                && metadata.is_file()
            {
                open.insert((metadata.dev(), metadata.ino()));
            }
        }
    }
    open
}
