//! Facts: what is written down when a run begins, finishes or fails, and when a copy is recorded by hand.

use super::codes::{ArtifactState, Custody, FailCode, LocationState, Op, Role};
use super::rows::{ArtifactRow, ContentRow, IssueRow, LocationRow, RunRow, Stood};
use super::{Error, Ledger, Retention, Tx, files, id, retention};
use crate::artifact::{ArtifactId, Content};
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
    /// Where they were fetched from: an address, which stays an obligation that only a person can discharge. Of one
    /// artifact it is a further copy; for several it is an artifact of its own.
    pub source: Option<String>,
    /// The policy of the issue, should it be opened now, in place of the ledger's own.
    pub retention: Option<Retention>,
    /// What the artifacts will be scrubbed with, in any bytes that are the same only if the outputs would be: a later run
    /// knows by it what is done. Only a keyed hash is kept.
    pub recipe: Option<Vec<u8>>,
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
    /// The paths are known to lead through no link, and need not be resolved.
    pub is_canonical: bool,
    /// The artifact that an earlier run left unfinished, see [`Standing::Abandoned`](super::Standing): its records are taken
    /// over instead of new ones being made.
    pub resumes: Option<ArtifactId>,
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

impl Ledger {
    /// Records artifacts and every copy that is about to be made of them, in one durable transaction; to be called before
    /// the first byte is read. The ids come in the order of the artifacts.
    ///
    /// An earlier record of an output's path, if it is not settled, becomes *superseded*. Registering for an issue that
    /// was resolved opens it again; what is not due yet returns to its deadline, what is due stays
    /// due; [`Ledger::take_reopened`] tells of it.
    pub fn register(&self, registration: &Registration) -> Result<Vec<ArtifactId>, Error> {
        let begun = self.turn(std::slice::from_ref(registration), Vec::new())?;
        Ok(begun.into_iter().map(|begun| begun.id).collect())
    }

    /// Reports that a run is done with an artifact: the output, if there is one, has its final name. This does not wait for
    /// the disk: if power fails, the artifact stands in the ledger as one whose run died, and its copies with it.
    pub fn finish(&self, artifact: &ArtifactId, finished: &Finished) -> Result<(), Error> {
        self.write_lazily(|tx| {
            let row = tx.open_artifact(artifact)?;
            let locations = tx.store.locations_of(&row.artifact_id)?;
            let findings = self.finish_in(tx, row, locations, finished)?;
            let fields = vec![
                ("artifact", artifact.0.as_str().into()),
                ("findings", findings.into()),
                ("rules", finished.counts.len().into()),
                ("withheld", finished.withheld.into()),
            ];
            tx.log(Op::Finished, fields)
        })
    }

    /// Reports that a run gave up on an artifact. What it left stays recorded until it is deleted. It waits for the disk no
    /// more than [`Ledger::finish`] does.
    pub fn fail(&self, artifact: &ArtifactId, code: FailCode) -> Result<(), Error> {
        self.write_lazily(|tx| {
            let row = tx.open_artifact(artifact)?;
            let locations = tx.store.locations_of(&row.artifact_id)?;
            self.fail_in(tx, row, locations, code)
        })
    }

    /// Writes down how an artifact ended well; the caller logs it. Gives the number of findings.
    pub(super) fn finish_in(
        &self,
        tx: &mut Tx<'_>,
        mut row: ArtifactRow,
        locations: Vec<LocationRow>,
        finished: &Finished,
    ) -> Result<u64, Error> {
        for mut location in locations {
            let content = match location.role {
                Role::Input => finished.input,
                Role::Output => finished.output,
                Role::Temporary | Role::Copy | Role::Url => None,
            };
            if let Some(content) = content {
                location.content = Some(content_row(tx, content));
                if location.role == Role::Output
                    && let Some(path) = self.path_of(&location)?
                {
                    // From now on the file is known by its content; this tells a later run whether anybody touched it.
                    location.stood = files::stands(&path).map(|(stood, _)| stood);
                }
                if location.state == LocationState::WriteIntended {
                    location.state = LocationState::Present;
                }
                tx.finish_location(&location)?;
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
        tx.finish_artifact(&row)?;
        Ok(finished.counts.iter().map(|(_, count)| count).sum())
    }

    /// Writes down that a run gave up on an artifact.
    pub(super) fn fail_in(
        &self,
        tx: &mut Tx<'_>,
        mut row: ArtifactRow,
        locations: Vec<LocationRow>,
        code: FailCode,
    ) -> Result<(), Error> {
        for location in locations {
            self.settle_unwritten(tx, location)?;
        }
        row.state = ArtifactState::Failed;
        row.fail_code = Some(code);
        row.finished_at = Some(tx.now.0);
        tx.put_artifact(&row)?;
        tx.log(Op::Failed, vec![("artifact", row.artifact_id.into()), ("code", code.word().into())])
    }

    /// The path under which a copy is recorded; files of the ledger itself are refused.
    pub(super) fn admit(&self, path: &Path, last: bool) -> Result<PathBuf, Error> {
        let canonical = files::canonical(path, last)?;
        self.foreign(&canonical)?;
        Ok(canonical)
    }

    /// Refuses files of the ledger itself.
    pub(super) fn foreign(&self, canonical: &Path) -> Result<(), Error> {
        match canonical.starts_with(self.home.path()) {
            true => Err(Error::not_recordable(canonical, "it belongs to the ledger itself")),
            false => Ok(()),
        }
    }

    pub(super) fn run_row(&self) -> Result<RunRow, Error> {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        match &*run {
            Some(row) => Ok(row.clone()),
            None => Ok(run.insert(self.me.run(self.clock.now())?).clone()),
        }
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

pub(super) fn content_row(tx: &Tx<'_>, content: Content) -> ContentRow {
    ContentRow {
        size: i64::try_from(content.size).unwrap_or(i64::MAX),
        digest: tx.seals.digest(content.size, &content.blake3),
    }
}

/// A copy that is about to be recorded.
pub(super) struct Draft {
    pub(super) role: Role,
    pub(super) custody: Custody,
    pub(super) path: PathBuf,
    pub(super) state: LocationState,
    /// What stands there, and the file system that holds it.
    pub(super) stood: Option<Stood>,
    pub(super) fs_id: Option<i64>,
}

impl Draft {
    pub(super) fn new(role: Role, custody: Custody, path: PathBuf, state: LocationState) -> Draft {
        let is_file = role != Role::Url;
        let stood = if is_file { files::stands(&path).map(|(stood, _)| stood) } else { None };
        let fs_id = if is_file { files::file_system(&path) } else { None };
        Draft { role, custody, path, state, stood, fs_id }
    }
}

impl Tx<'_> {
    pub(super) fn artifact(
        &mut self,
        issue: Option<&IssueRow>,
        run: Option<&RunRow>,
        name: &str,
        customer: Option<&str>,
        recipe: Option<&[u8]>,
    ) -> Result<ArtifactRow, Error> {
        let artifact_id = id::random()?;
        let policy = match issue {
            Some(issue) => self.store.policy(&issue.policy_id, issue.policy_version)?,
            None => self.policy(None)?,
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
            recipe: recipe.map(<[u8]>::to_vec),
            artifact_id,
        };
        self.add_artifact(&row)?;
        Ok(row)
    }

    pub(super) fn location(
        &mut self,
        artifact: &ArtifactRow,
        draft: &Draft,
        content: Option<ContentRow>,
    ) -> Result<LocationRow, Error> {
        let location_id = id::random()?;
        let path = draft.path.as_os_str().as_bytes();
        let row = LocationRow {
            artifact_id: artifact.artifact_id.clone(),
            role: draft.role,
            custody: draft.custody,
            path_enc: Some(self.seals.seal("location.path", &location_id, path)?),
            path_hash: Some(self.seals.lookup("path", path)),
            fs_id: draft.fs_id,
            stood: draft.stood,
            content,
            state: draft.state,
            last_error: None,
            settled_at: None,
            host: (draft.role != Role::Url).then(|| self.me.host().to_string()),
            path: Some(draft.path.clone()),
            location_id,
        };
        self.add_location(&row)?;
        Ok(row)
    }

    /// Marks earlier records of a path that is about to be written, but for those of one artifact.
    pub(super) fn supersede(&mut self, draft: &Draft, but: Option<&str>) -> Result<u64, Error> {
        let hash = self.seals.lookup("path", draft.path.as_os_str().as_bytes());
        let mut count = 0;
        for mut location in self.store.locations_at(&hash)? {
            if !location.state.is_settled() && but != Some(&location.artifact_id) {
                location.state = LocationState::Superseded;
                self.put_location(&location)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// An artifact about which its run may still report.
    pub(super) fn open_artifact(&mut self, artifact: &ArtifactId) -> Result<ArtifactRow, Error> {
        let row = self.store.artifact(&artifact.0)?.ok_or_else(|| Error::UnknownArtifact(artifact.0.clone()))?;
        match row.state {
            ArtifactState::Registered | ArtifactState::Interrupted => Ok(row),
            ArtifactState::Active | ArtifactState::Failed | ArtifactState::Deleted => {
                Err(Error::Settled(artifact.0.clone()))
            }
        }
    }
}
