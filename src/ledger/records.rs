//! Facts: what is written down when a run begins, finishes or fails, and when a copy is recorded by hand.

use super::codes::{ArtifactState, Custody, FailCode, IssueState, KeyState, LocationState, Op, Role};
use super::rows::{ArtifactRow, ContentRow, IssueRow, KeyRow, LocationRow, RunRow};
use super::{Error, Ledger, Tx, files, id, retention};
use crate::artifact::ArtifactId;
use crate::artifact::Content;
use crate::sensitive::Sensitive;
use rustix::fs::FileType;
use serde_json::Value;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

/// What a run is about to do: artifacts that it will read, and the copies that it will make of them.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// The issue that the artifacts belong to; without one they are observed only.
    pub issue: Option<String>,
    /// The customer that they come from.
    pub customer: Option<String>,
    /// Leave the raw files to their owner, though the artifacts belong to an issue.
    pub keep_input: bool,
    /// The artifacts.
    pub artifacts: Vec<NewArtifact>,
}

/// An artifact that is about to be read. Paths are absolute.
#[derive(Clone, Debug, Default)]
pub struct NewArtifact {
    /// What to call it when people ask; it is sealed, and blanked with the deletion.
    pub name: String,
    /// The raw file; `None` for a pipe. What is not a regular file is not recorded as a copy.
    pub input: Option<PathBuf>,
    /// The final name of the output; `None` for the standard output.
    pub output: Option<PathBuf>,
    /// The name under which the output is written before it has its final one.
    pub temporary: Option<PathBuf>,
}

/// What a run reports of an artifact that it is done with.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// What was read.
    pub input: Option<Content>,
    /// What was written, if it was a file and has its final name.
    pub output: Option<Content>,
    /// How many entries were withheld.
    pub withheld: u64,
    /// Findings by rule id.
    pub counts: Vec<(String, u64)>,
}

/// A resolved issue that was opened again, because something new was recorded for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// Its name.
    pub issue: String,
    /// Whether its key was destroyed before, so that its pseudonyms are other ones from now on.
    pub has_new_key: bool,
}

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
    /// Records artifacts and every copy that is about to be made of them, in one durable transaction; to be called before
    /// the first byte is read. The ids come in the order of the artifacts.
    ///
    /// An earlier record of an output's path, if it is not settled, becomes *superseded*. Registering for an issue that
    /// was resolved opens it again; what is not due yet returns to its deadline, what is due stays
    /// due; [`Ledger::take_reopened`] tells of it.
    pub fn register(&self, registration: &Registration) -> Result<Vec<ArtifactId>, Error> {
        let own = match registration.issue {
            Some(_) => Custody::Owned,
            None => Custody::Observed,
        };
        let input_custody = if registration.keep_input { Custody::Observed } else { own };
        let mut drafts = Vec::with_capacity(registration.artifacts.len());
        for artifact in &registration.artifacts {
            let mut copies = Vec::new();
            if let Some(path) = &artifact.input {
                let path = self.admit(path, true)?;
                if files::stands(&path).is_none_or(|(_, kind)| kind == FileType::RegularFile) {
                    copies.push(Draft::new(Role::Input, input_custody, path, LocationState::Present));
                }
            }
            for (role, path, custody) in [
                (Role::Output, &artifact.output, own),
                // Nobody but us has a use for it, so it is ours to delete even without an issue.
                (Role::Temporary, &artifact.temporary, Custody::Owned),
            ] {
                if let Some(path) = path {
                    let path = self.admit(path, false)?;
                    copies.push(Draft::new(role, custody, path, LocationState::WriteIntended));
                }
            }
            drafts.push((artifact.name.as_str(), copies));
        }
        let run = self.run_row()?;
        self.write(|tx| {
            tx.store.put_run(&run)?;
            let issue = registration.issue.as_deref().map(|name| self.open_issue(tx, name)).transpose()?;
            let mut ids = Vec::with_capacity(drafts.len());
            let mut superseded = 0;
            for (name, copies) in &drafts {
                let row = tx.artifact(issue.as_ref(), Some(&run), name, registration.customer.as_deref())?;
                for copy in copies {
                    if copy.state == LocationState::WriteIntended {
                        superseded += tx.supersede(copy)?;
                    }
                    tx.location(&row, copy, None)?;
                }
                ids.push(row.artifact_id);
            }
            let mut fields = vec![
                ("artifacts", ids.clone().into()),
                ("run", run.run_id.as_str().into()),
                ("superseded", superseded.into()),
            ];
            fields.push(("issue", issue.map_or(Value::Null, |issue| issue.issue_id.into())));
            tx.log(Op::Registered, fields)?;
            Ok(ids.into_iter().map(ArtifactId).collect())
        })
    }

    /// The resolved issues that this ledger has opened again, in [`Ledger::register`], [`Ledger::issue_key`] or another
    /// method, since it was last asked.
    pub fn take_reopened(&self) -> Vec<Reopened> {
        std::mem::take(&mut *self.reopened.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reports that a run is done with an artifact: the output, if there is one, has its final name.
    pub fn finish(&self, artifact: &ArtifactId, finished: &Finished) -> Result<(), Error> {
        self.write(|tx| {
            let mut row = tx.open_artifact(artifact)?;
            for mut location in tx.store.locations_of(&row.artifact_id)? {
                let content = match location.role {
                    Role::Input => finished.input,
                    Role::Output => finished.output,
                    Role::Temporary | Role::Copy | Role::Url => None,
                };
                if let Some(content) = content {
                    location.content = Some(content_row(tx, content));
                    if location.state == LocationState::WriteIntended {
                        location.state = LocationState::Present;
                    }
                    tx.put_location(&location)?;
                } else {
                    self.settle_unwritten(tx, location)?;
                }
            }
            for (rule, count) in &finished.counts {
                tx.store.put_count(&row.artifact_id, rule, *count)?;
            }
            row.state = ArtifactState::Active;
            row.finished_at = Some(tx.now.0);
            row.withheld = i64::try_from(finished.withheld).unwrap_or(i64::MAX);
            tx.put_artifact(&row)?;
            let findings: u64 = finished.counts.iter().map(|(_, count)| count).sum();
            let fields = vec![
                ("artifact", row.artifact_id.into()),
                ("findings", findings.into()),
                ("rules", finished.counts.len().into()),
                ("withheld", finished.withheld.into()),
            ];
            tx.log(Op::Finished, fields)
        })
    }

    /// Reports that a run gave up on an artifact. What it left stays recorded until it is deleted.
    pub fn fail(&self, artifact: &ArtifactId, code: FailCode) -> Result<(), Error> {
        self.write(|tx| {
            let mut row = tx.open_artifact(artifact)?;
            for location in tx.store.locations_of(&row.artifact_id)? {
                self.settle_unwritten(tx, location)?;
            }
            row.state = ArtifactState::Failed;
            row.fail_code = Some(code);
            row.finished_at = Some(tx.now.0);
            tx.put_artifact(&row)?;
            tx.log(Op::Failed, vec![("artifact", row.artifact_id.into()), ("code", code.word().into())])
        })
    }

    /// The key of an issue: 32 random bytes, made on first use and durable before they are returned; the same until the
    /// issue is resolved and everything recorded for it is gone.
    pub fn issue_key(&self, issue: &str) -> Result<Sensitive<[u8; 32]>, Error> {
        let hash = self.name_hash(issue)?;
        let live = self.read(|store| match store.issue_by_name(&hash)? {
            Some(row) if row.state == IssueState::Open => live_key(&store.keys_of(&row.issue_id)?),
            _ => Ok(None),
        })?;
        let key_id = match live {
            Some(key_id) => key_id,
            None => self.write(|tx| {
                let row = self.open_issue(tx, issue)?;
                live_key(&tx.store.keys_of(&row.issue_id)?)?.ok_or(Error::Row("issue_key"))
            })?,
        };
        let missing = || Error::Contradiction("the key of an open issue is not in the keystore".into());
        self.keystore.read()?.keys.remove(&key_id).ok_or_else(missing)
    }

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
            let issue = self.open_issue(tx, issue)?;
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
                let mut row = tx.artifact(Some(&issue), None, &name, None)?;
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

    /// Gives an observed artifact to an issue: from now on its copies are owned. Assigning it to its own issue again
    /// changes nothing; to another one is refused.
    pub fn assign(&self, artifact: &ArtifactId, issue: &str) -> Result<(), Error> {
        self.name_hash(issue)?;
        self.write(|tx| {
            let unknown = || Error::UnknownArtifact(artifact.0.clone());
            let mut row = tx.store.artifact(&artifact.0)?.ok_or_else(unknown)?;
            let hash = self.name_hash(issue)?;
            if let Some(owner) = &row.issue_id {
                return match tx.store.issue_by_name(&hash)? {
                    Some(known) if known.issue_id == *owner => Ok(()),
                    _ => Err(Error::Assigned(artifact.0.clone())),
                };
            }
            let issue = self.open_issue(tx, issue)?;
            row.issue_id = Some(issue.issue_id.clone());
            tx.put_artifact(&row)?;
            for mut location in tx.store.locations_of(&row.artifact_id)? {
                location.custody = Custody::Owned;
                tx.put_location(&location)?;
            }
            tx.log(Op::Assigned, vec![("artifact", row.artifact_id.into()), ("issue", issue.issue_id.into())])
        })
    }

    /// The look-up hash of an issue's name, if it is one that an issue may have.
    pub(super) fn name_hash(&self, issue: &str) -> Result<Vec<u8>, Error> {
        let is_fit = (1..=200).contains(&issue.len()) && !issue.chars().any(char::is_control) && issue.trim() == issue;
        if !is_fit || issue.eq_ignore_ascii_case("unassigned") {
            return Err(Error::IssueName(issue.into()));
        }
        Ok(self.seals.lookup("issue", issue.as_bytes()))
    }

    /// The path under which a copy is recorded; files of the ledger itself are refused.
    fn admit(&self, path: &Path, last: bool) -> Result<PathBuf, Error> {
        let canonical = files::canonical(path, last)?;
        if canonical.starts_with(self.home.path()) {
            return Err(Error::not_recordable(path, "it belongs to the ledger itself"));
        }
        Ok(canonical)
    }

    fn run_row(&self) -> Result<RunRow, Error> {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        match &*run {
            Some(row) => Ok(row.clone()),
            None => Ok(run.insert(self.me.run(self.clock.now())?).clone()),
        }
    }

    /// Finds or makes an issue that is open and has a live key.
    fn open_issue(&self, tx: &mut Tx<'_>, name: &str) -> Result<IssueRow, Error> {
        let name_hash = self.name_hash(name)?;
        let row = match tx.store.issue_by_name(&name_hash)? {
            Some(row) if row.state == IssueState::Open => row,
            Some(row) => {
                let has_new_key = live_key(&tx.store.keys_of(&row.issue_id)?)?.is_none();
                let row = tx.reopen(row)?;
                let mut reopened = self.reopened.lock().unwrap_or_else(PoisonError::into_inner);
                reopened.push(Reopened { issue: name.into(), has_new_key });
                row
            }
            None => {
                let policy = tx.store.latest_policy(retention::DEFAULT_POLICY)?;
                let issue_id = id::random()?;
                let row = IssueRow {
                    name_enc: tx.seals.seal("issue.name", &issue_id, name.as_bytes())?,
                    name_hash,
                    policy_id: policy.policy_id,
                    policy_version: policy.version,
                    state: IssueState::Open,
                    opened_at: tx.now.0,
                    resolved_at: None,
                    reopen_count: 0,
                    issue_id,
                };
                tx.put_issue(&row)?;
                tx.log(Op::IssueOpened, vec![("issue", row.issue_id.as_str().into())])?;
                row
            }
        };
        if live_key(&tx.store.keys_of(&row.issue_id)?)?.is_none() {
            let key_id = id::random()?;
            let key = Sensitive::new(id::bytes()?);
            // Before the commit: a row without its key could not be told from a lost key. A key without its row, left by
            // a crash between the two, is taken out by the next purge.
            self.keystore.update(|contents| drop(contents.keys.insert(key_id.clone(), key)))?;
            let fields = vec![("issue", row.issue_id.as_str().into()), ("key", key_id.as_str().into())];
            tx.put_key(&KeyRow {
                key_id,
                issue_id: row.issue_id.clone(),
                state: KeyState::Live,
                created_at: tx.now.0,
                destroyed_at: None,
            })?;
            tx.log(Op::KeyCreated, fields)?;
        }
        Ok(row)
    }

    /// Settles a location of a finished or failed artifact that was never written, so far as that is plain to see.
    fn settle_unwritten(&self, tx: &mut Tx<'_>, mut location: LocationRow) -> Result<(), Error> {
        if location.content.is_some() || !matches!(location.role, Role::Output | Role::Temporary) {
            return Ok(());
        }
        let Some(path) = self.path_of(&location)? else { return Ok(()) };
        let stands = files::stands(&path).map(|(stood, _)| (stood.dev, stood.ino));
        if stands.is_none() || stands == location.stood.map(|stood| (stood.dev, stood.ino)) {
            location.state = LocationState::Gone;
            location.settled_at = Some(tx.now.0);
            (location.path_enc, location.path_hash) = (None, None);
            tx.put_location(&location)?;
        }
        Ok(())
    }
}

/// The id of the live key among an issue's keys.
fn live_key(keys: &[KeyRow]) -> Result<Option<String>, Error> {
    Ok(keys.iter().find(|key| key.state == KeyState::Live).map(|key| key.key_id.clone()))
}

fn content_row(tx: &Tx<'_>, content: Content) -> ContentRow {
    ContentRow {
        size: i64::try_from(content.size).unwrap_or(i64::MAX),
        digest: tx.seals.digest(content.size, &content.blake3),
    }
}

/// A copy that is about to be recorded.
struct Draft {
    role: Role,
    custody: Custody,
    path: PathBuf,
    state: LocationState,
}

impl Draft {
    fn new(role: Role, custody: Custody, path: PathBuf, state: LocationState) -> Draft {
        Draft { role, custody, path, state }
    }
}

impl Tx<'_> {
    fn artifact(
        &mut self,
        issue: Option<&IssueRow>,
        run: Option<&RunRow>,
        name: &str,
        customer: Option<&str>,
    ) -> Result<ArtifactRow, Error> {
        let artifact_id = id::random()?;
        let policy = match issue {
            Some(issue) => self.store.policy(&issue.policy_id, issue.policy_version)?,
            None => self.store.latest_policy(retention::DEFAULT_POLICY)?,
        };
        let deadline = retention::hard_deadline(&policy, self.now);
        let customer = customer.map(|name| self.seals.seal("artifact.customer", &artifact_id, name.as_bytes()));
        let row = ArtifactRow {
            name_enc: Some(self.seals.seal("artifact.name", &artifact_id, name.as_bytes())?),
            customer_enc: customer.transpose()?,
            issue_id: issue.map(|issue| issue.issue_id.clone()),
            run_id: run.map(|run| run.run_id.clone()),
            registered_at: self.now.0,
            hard_deadline: deadline.0,
            due_at: deadline.0,
            finished_at: None,
            deleted_at: None,
            state: ArtifactState::Registered,
            fail_code: None,
            withheld: 0,
            artifact_id,
        };
        self.put_artifact(&row)?;
        Ok(row)
    }

    fn location(&mut self, artifact: &ArtifactRow, draft: &Draft, content: Option<ContentRow>) -> Result<(), Error> {
        let location_id = id::random()?;
        let path = draft.path.as_os_str().as_bytes();
        let is_file = draft.role != Role::Url;
        self.put_location(&LocationRow {
            artifact_id: artifact.artifact_id.clone(),
            role: draft.role,
            custody: draft.custody,
            path_enc: Some(self.seals.seal("location.path", &location_id, path)?),
            path_hash: Some(self.seals.lookup("path", path)),
            fs_id: if is_file { files::file_system(&draft.path) } else { None },
            stood: if is_file { files::stands(&draft.path).map(|(stood, _)| stood) } else { None },
            content,
            state: draft.state,
            last_error: None,
            settled_at: None,
            location_id,
        })
    }

    /// Marks earlier records of a path that is about to be written.
    fn supersede(&mut self, draft: &Draft) -> Result<u64, Error> {
        let hash = self.seals.lookup("path", draft.path.as_os_str().as_bytes());
        let mut count = 0;
        for mut location in self.store.locations_at(&hash)? {
            if !location.state.is_settled() {
                location.state = LocationState::Superseded;
                self.put_location(&location)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// The artifact of an issue that already owns this copy with this content.
    fn known(&self, issue: &IssueRow, draft: &Draft, content: Option<&ContentRow>) -> Result<Option<String>, Error> {
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

    /// An artifact about which its run may still report.
    fn open_artifact(&mut self, artifact: &ArtifactId) -> Result<ArtifactRow, Error> {
        let row = self.store.artifact(&artifact.0)?.ok_or_else(|| Error::UnknownArtifact(artifact.0.clone()))?;
        match row.state {
            ArtifactState::Registered | ArtifactState::Interrupted => Ok(row),
            ArtifactState::Active | ArtifactState::Failed | ArtifactState::Deleted => {
                Err(Error::Settled(artifact.0.clone()))
            }
        }
    }

    fn reopen(&mut self, mut row: IssueRow) -> Result<IssueRow, Error> {
        row.state = IssueState::Open;
        row.resolved_at = None;
        row.reopen_count += 1;
        self.put_issue(&row)?;
        for mut artifact in self.store.artifacts_of(Some(&row.issue_id))? {
            if artifact.state != ArtifactState::Deleted {
                // What is due already stays due: work that goes on is no reason to keep what should be gone.
                if artifact.due_at > self.now.0 {
                    artifact.due_at = artifact.hard_deadline;
                }
                self.put_artifact(&artifact)?;
            }
        }
        self.log(Op::IssueReopened, vec![("issue", row.issue_id.as_str().into())])?;
        Ok(row)
    }
}
