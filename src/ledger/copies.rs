//! Copies that we did not make, recorded by hand: files, directories, addresses.

use super::codes::{ArtifactState, Custody, LocationState, Op, Role};
use super::records::{Draft, content_row};
use super::rows::{ContentRow, IssueRow};
use super::{Error, Ledger, Tx, files};
use crate::artifact::{ArtifactId, Content};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What [`Ledger::record`] did.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// One artifact for each file, or for the address.
    pub artifacts: Vec<ArtifactId>,
    /// How many of them the ledger knew already.
    pub known: usize,
    /// What was found below a directory and is not a regular file (links, sockets, devices).
    pub skipped: Vec<PathBuf>,
}

impl Ledger {
    /// Records copies that we did not make as owned by an issue: a file, every file below a directory, or an address (with
    /// `://` in it), which stays an obligation that only a person can discharge. Files are read now, for their digests.
    pub fn record(&self, path_or_url: &Path, issue: &str) -> Result<Recorded, Error> {
        self.name_hash(issue)?;
        let mut recorded = Recorded::default();
        let mut drafts = Vec::new();
        if let Some(url) = path_or_url.to_str().filter(|text| text.contains("://")) {
            drafts.push((Draft::new(Role::Url, Custody::Owned, url.into(), LocationState::Present), None));
        } else {
            let path = self.admit(path_or_url, true)?;
            for entry in walkdir::WalkDir::new(&path).follow_links(false).sort_by_file_name() {
                let entry = entry.map_err(|error| {
                    let at = error.path().unwrap_or(&path).to_path_buf();
                    Error::io("read", &at, error.into_io_error().unwrap_or_else(|| std::io::Error::other("a loop")))
                })?;
                if entry.file_type().is_dir() {
                    // The home may stand below a directory that is recorded.
                    self.admit(entry.path(), false)?;
                } else if entry.file_type().is_file() {
                    let (size, blake3) = files::digest(entry.path())?;
                    let path = entry.into_path();
                    let draft = Draft::new(Role::Copy, Custody::Owned, path, LocationState::Present);
                    drafts.push((draft, Some(Content { size, blake3 })));
                } else {
                    recorded.skipped.push(entry.into_path());
                }
            }
        }
        self.write(|tx| {
            let issue = self.open_issue(tx, issue, None, None)?;
            let mut new = Vec::new();
            for (draft, content) in &drafts {
                let content = content.map(|content| content_row(tx, content));
                if let Some(artifact_id) = tx.known(&issue, draft, content.as_ref())? {
                    recorded.known += 1;
                    recorded.artifacts.push(ArtifactId(artifact_id));
                    continue;
                }
                let name = match draft.role {
                    Role::Url => "(an address)".into(),
                    _ => draft.path.file_name().unwrap_or_default().to_string_lossy(),
                };
                let mut row = tx.artifact(Some(&issue), None, &name, None, None)?;
                row.state = ArtifactState::Active;
                row.finished_at = Some(tx.now.0);
                tx.put_artifact(&row)?;
                tx.location(&row, draft, content)?;
                new.push(row.artifact_id.clone());
                recorded.artifacts.push(ArtifactId(row.artifact_id));
            }
            if !new.is_empty() {
                let fields = vec![("artifacts", new.into()), ("issue", issue.issue_id.into())];
                tx.log(Op::Recorded, fields)?;
            }
            Ok(recorded)
        })
    }
}

impl Tx<'_> {
    /// The artifact of an issue that already owns this copy with this content.
    pub(super) fn known(
        &self,
        issue: &IssueRow,
        draft: &Draft,
        content: Option<&ContentRow>,
    ) -> Result<Option<String>, Error> {
        let hash = self.seals.lookup("path", draft.path.as_os_str().as_bytes());
        for location in self.store.locations_at(&hash)? {
            if location.state.is_settled()
                || location.custody != Custody::Owned
                || location.content.as_ref() != content
                || (location.role == Role::Url) != (draft.role == Role::Url)
            {
                continue;
            }
            let artifact = self.store.artifact(&location.artifact_id)?;
            if artifact.is_some_and(|row| row.issue_id.as_deref() == Some(&issue.issue_id)) {
                return Ok(Some(location.artifact_id));
            }
        }
        Ok(None)
    }
}
