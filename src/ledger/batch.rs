//! Many files in few commits: what a run begins and what it has ended is written down together; and what an earlier run
//! has left to do.
//!
//! A run that goes through a tree commits in *turns*. One turn holds the artifacts that are about to be read and the ends of
//! those whose outputs have their names by now, so that a thousand files wait for the disk once. What [`Begun`] carries are
//! the rows as they were written; as long as nobody else has written to the ledger, which the length of the audit log tells,
//! they need not be read again.

use super::codes::{ArtifactState, Custody, FailCode, LocationState, Op, Role};
use super::records::{Draft, Finished, NewArtifact, Registration};
use super::rows::{ArtifactRow, ContentRow, IssueRow, LocationRow, RunRow};
use super::store::{Access, Store};
use super::{Error, Ledger, Tx, files};
use crate::artifact::{ArtifactId, Content};
use crate::failpoint;
use rustix::fs::FileType;
use serde_json::Value;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

/// A file's time may be as coarse as this; what was written later may not show in it.
const COARSE_MS: i64 = 2000;

/// An artifact that was registered, and of which the end is to be reported.
#[derive(Debug)]
pub struct Begun {
    /// Its id.
    pub id: ArtifactId,
    artifact: ArtifactRow,
    locations: Vec<LocationRow>,
    /// The length of the audit log before it was written.
    since: i64,
}

/// How an artifact ended.
#[derive(Clone, Debug)]
pub enum End {
    /// Well: the output, if there is one, has its final name.
    Finished(Finished),
    /// The run gave up on it.
    Failed(FailCode),
}

/// What the records say of a file that is about to be scrubbed for an issue.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Nothing that helps: it is to be registered.
    New,
    /// A run that lives is at work on it.
    Running,
    /// An earlier run registered it and died, or gave up on it: [`NewArtifact::resumes`] takes over what it left.
    Abandoned {
        /// Its artifact.
        artifact: ArtifactId,
        /// The temporary file that may still stand there.
        temporary: Option<PathBuf>,
    },
    /// It was scrubbed, and input and output stand as they stood then.
    Done(Before),
    /// It was scrubbed; whether input and output are still what they were only their contents can tell.
    Unsure(Before),
}

/// An artifact that an earlier run has scrubbed.
#[derive(Clone, Debug)]
pub struct Before {
    /// Its artifact.
    pub artifact: ArtifactId,
    /// Findings by rule id.
    pub counts: Vec<(String, u64)>,
    /// How many entries were withheld.
    pub withheld: u64,
    /// How long the input was.
    pub size: u64,
    /// The output, as its digest stands in the records.
    pub output: Print,
    input: ContentRow,
}

/// The output of an artifact with the same content, of the same issue and recipe.
#[derive(Clone, Debug)]
pub struct Twin {
    /// Where it stands.
    pub path: PathBuf,
    /// Findings by rule id.
    pub counts: Vec<(String, u64)>,
    /// Its content, as its digest stands in the records.
    pub output: Print,
}

/// A content as it stands in the records: its size and a keyed digest. Equal contents have equal prints in one ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Print {
    /// How many bytes.
    pub size: u64,
    /// The keyed digest.
    pub digest: Vec<u8>,
}

impl From<&ContentRow> for Print {
    fn from(row: &ContentRow) -> Print {
        Print { size: row.size.max(0) as u64, digest: row.digest.clone() }
    }
}

/// The directory that was looked at last, since files that lie beside each other come one after the other.
#[derive(Default)]
struct Beside(Option<(PathBuf, Option<i64>)>);

impl Beside {
    fn file_system(&mut self, path: &Path) -> Option<i64> {
        let parent = path.parent()?;
        match &self.0 {
            Some((known, fs_id)) if known == parent => *fs_id,
            _ => {
                let fs_id = files::file_system(path);
                self.0 = Some((parent.to_owned(), fs_id));
                fs_id
            }
        }
    }
}

/// What is to be written down for one artifact.
struct Plan<'a> {
    artifact: &'a NewArtifact,
    copies: Vec<Draft>,
}

impl Ledger {
    /// Registers artifacts, as [`Ledger::register`] does, and reports the ends of others, all in one commit, which is
    /// durable if it registers anything.
    pub fn turn(&self, begin: &[Registration], ended: Vec<(Begun, End)>) -> Result<Vec<Begun>, Error> {
        let mut plans = Vec::with_capacity(begin.len());
        for registration in begin {
            plans.push(self.plan(registration)?);
        }
        let run = if begin.is_empty() { None } else { Some(self.run_row()?) };
        let recipes: Vec<_> = begin.iter().map(|registration| self.recipe(registration.recipe.as_deref())).collect();
        // Nobody waits for the end of a run that begins nothing more: see [`Ledger::finish`].
        let access = if begin.is_empty() { Access::Lazily } else { Access::Write };
        self.write_as(access, |tx| {
            let since = tx.store.head()?.seq;
            let is_ours = |begun: &Begun| self.is_ours(begun.since, since);
            let (mut artifacts, mut findings, mut withheld): (Vec<Value>, u64, u64) = (Vec::new(), 0, 0);
            for (begun, end) in ended {
                let (row, locations) = match is_ours(&begun) {
                    true => (begun.artifact, begun.locations),
                    false => (tx.open_artifact(&begun.id)?, tx.store.locations_of(&begun.id.0)?),
                };
                match end {
                    End::Failed(code) => self.fail_in(tx, row, locations, code)?,
                    End::Finished(finished) => {
                        findings += self.finish_in(tx, row, locations, &finished)?;
                        withheld += finished.withheld;
                        artifacts.push(begun.id.0.into());
                    }
                }
                // What a failure has logged holds the prints of those that ended well before it, too.
            }
            if !artifacts.is_empty() {
                let fields = vec![
                    ("artifacts", Value::Array(artifacts)),
                    ("findings", findings.into()),
                    ("withheld", withheld.into()),
                ];
                tx.log(Op::Finished, fields)?;
            }
            let mut begun = Vec::new();
            for ((registration, plans), recipe) in begin.iter().zip(&plans).zip(&recipes) {
                if let Some(run) = &run {
                    self.register_in(tx, registration, plans, run, recipe.as_deref(), &mut begun)?;
                }
            }
            begun.iter_mut().for_each(|begun: &mut Begun| begun.since = since);
            failpoint::reach("turn-written");
            Ok(begun)
        })
    }

    /// Many turns are about to come, or that is over: the database prepares for it.
    pub fn expect_many(&self, many: bool) -> Result<(), Error> {
        self.store().expect_many(many)
    }

    /// What the records say of files that are about to be scrubbed for an issue: each an input and where its output would
    /// go, both resolved. Nothing is written, and no content is read.
    pub fn standing(
        &self,
        issue: &str,
        recipe: &[u8],
        candidates: &[(PathBuf, PathBuf)],
    ) -> Result<Vec<Standing>, Error> {
        let name_hash = self.name_hash(issue)?;
        let recipe = self.recipe(Some(recipe));
        self.read(|store| {
            let row = store.issue_by_name(&name_hash)?;
            let Some(issue) = row.filter(|row| store.has_artifacts(&row.issue_id).unwrap_or(true)) else {
                return Ok(vec![Standing::New; candidates.len()]);
            };
            let stand = |(input, output): &(PathBuf, PathBuf)| {
                self.standing_of(store, &issue, recipe.as_deref(), input, output)
            };
            candidates.iter().map(stand).collect()
        })
    }

    fn standing_of(
        &self,
        store: &dyn Store,
        issue: &IssueRow,
        recipe: Option<&[u8]>,
        input: &Path,
        output: &Path,
    ) -> Result<Standing, Error> {
        let hash = |path: &Path| self.seals.lookup("path", path.as_os_str().as_bytes());
        let input_hash = hash(input);
        // The later records say how it stands now.
        let outputs = store.locations_at(&hash(output))?;
        for location in outputs.iter().rev().filter(|location| location.role == Role::Output) {
            if location.state.is_settled() || location.state == LocationState::Superseded {
                continue;
            }
            let Some(artifact) = store.artifact(&location.artifact_id)? else { continue };
            let siblings = store.locations_of(&artifact.artifact_id)?;
            let source = siblings.iter().find(|sibling| sibling.role == Role::Input);
            let is_this = source.is_some_and(|source| source.path_hash.as_deref() == Some(&input_hash));
            if artifact.issue_id.as_deref() != Some(&issue.issue_id) || !is_this {
                continue;
            }
            return match artifact.state {
                ArtifactState::Registered | ArtifactState::Interrupted => self.abandoned(store, &artifact, &siblings),
                ArtifactState::Active if artifact.recipe.is_some() && artifact.recipe.as_deref() == recipe => {
                    self.done(store, &artifact, source, input, location, output)
                }
                _ => Ok(Standing::New),
            };
        }
        // One that failed has no output any more, and one of a run that died in its first pass has none yet.
        for location in store.locations_at(&input_hash)?.iter().rev().filter(|location| location.role == Role::Input) {
            let Some(artifact) = store.artifact(&location.artifact_id)? else { continue };
            let siblings = store.locations_of(&artifact.artifact_id)?;
            let has_output = siblings.iter().any(|sibling| sibling.role != Role::Input && !sibling.state.is_settled());
            let is_open = matches!(
                artifact.state,
                ArtifactState::Failed | ArtifactState::Registered | ArtifactState::Interrupted
            );
            if artifact.issue_id.as_deref() == Some(&issue.issue_id) && is_open && !has_output {
                return self.abandoned(store, &artifact, &siblings);
            }
        }
        Ok(Standing::New)
    }

    /// Whether each of these files, whose paths are resolved, stands in the records of an issue as an input that is not
    /// settled, so that it need not be recorded before it is read once more.
    pub fn have_inputs(&self, issue: &str, inputs: &[PathBuf]) -> Result<Vec<bool>, Error> {
        let name_hash = self.name_hash(issue)?;
        self.read(|store| {
            let Some(issue) = store.issue_by_name(&name_hash)? else { return Ok(vec![false; inputs.len()]) };
            let has = |input: &PathBuf| {
                let hash = self.seals.lookup("path", input.as_os_str().as_bytes());
                for location in store.locations_at(&hash)? {
                    if location.role == Role::Input && !location.state.is_settled() {
                        let artifact = store.artifact(&location.artifact_id)?;
                        if artifact.is_some_and(|row| row.issue_id.as_deref() == Some(&issue.issue_id)) {
                            return Ok(true);
                        }
                    }
                }
                Ok(false)
            };
            inputs.iter().map(has).collect()
        })
    }

    /// What a run that died has left of an output that has no input, if it is to stand at this path.
    pub fn left_at(&self, output: &Path) -> Result<Option<(ArtifactId, Option<PathBuf>)>, Error> {
        let path = files::canonical(output, false)?;
        let hash = self.seals.lookup("path", path.as_os_str().as_bytes());
        self.read(|store| {
            for location in store.locations_at(&hash)?.iter().rev() {
                if location.role != Role::Output || location.state != LocationState::WriteIntended {
                    continue;
                }
                let Some(artifact) = store.artifact(&location.artifact_id)? else { continue };
                let copies = store.locations_of(&artifact.artifact_id)?;
                let is_open = matches!(artifact.state, ArtifactState::Registered | ArtifactState::Interrupted);
                if !is_open || copies.iter().any(|copy| copy.role == Role::Input) {
                    continue;
                }
                if let Standing::Abandoned { artifact, temporary } = self.abandoned(store, &artifact, &copies)? {
                    return Ok(Some((artifact, temporary)));
                }
            }
            Ok(None)
        })
    }

    fn abandoned(&self, store: &dyn Store, artifact: &ArtifactRow, copies: &[LocationRow]) -> Result<Standing, Error> {
        self.taken_over(store, artifact, copies, None)
    }

    /// See [`Standing::Abandoned`]; what `ours`, a run that lives, has begun counts as abandoned as well.
    fn taken_over(
        &self,
        store: &dyn Store,
        artifact: &ArtifactRow,
        copies: &[LocationRow],
        ours: Option<&RunRow>,
    ) -> Result<Standing, Error> {
        let run = artifact.run_id.as_deref().map(|run| store.run(run)).transpose()?.flatten();
        let run = run.filter(|run| ours.is_none_or(|ours| ours.run_id != run.run_id));
        let is_running = run.is_some_and(|run| self.me.sees_alive(&run, self.clock.now()));
        if artifact.state == ArtifactState::Registered && is_running {
            return Ok(Standing::Running);
        }
        // What is being deleted, or was found to be something else, is not taken over.
        let is_plain = |copy: &LocationRow| {
            copy.state.is_settled() || matches!(copy.state, LocationState::WriteIntended | LocationState::Present)
        };
        for copy in copies {
            if !is_plain(copy) || store.open_deletion(&copy.location_id)?.is_some() {
                return Ok(Standing::New);
            }
        }
        let temporary = copies.iter().find(|copy| copy.role == Role::Temporary && !copy.state.is_settled());
        let temporary = temporary.map(|copy| self.path_of(copy)).transpose()?.flatten();
        Ok(Standing::Abandoned { artifact: ArtifactId(artifact.artifact_id.clone()), temporary })
    }

    fn done(
        &self,
        store: &dyn Store,
        artifact: &ArtifactRow,
        source: Option<&LocationRow>,
        input: &Path,
        made: &LocationRow,
        output: &Path,
    ) -> Result<Standing, Error> {
        let contents = (source.and_then(|source| source.content.as_ref()), made.content.as_ref());
        let ((Some(read), Some(written)), LocationState::Present) = (contents, made.state) else {
            return Ok(Standing::New);
        };
        let before = Before {
            artifact: ArtifactId(artifact.artifact_id.clone()),
            counts: store.counts_of(&artifact.artifact_id)?,
            withheld: artifact.withheld.max(0) as u64,
            size: read.size.max(0) as u64,
            output: written.into(),
            input: read.clone(),
        };
        let stands = |path: &Path| files::stands(path).filter(|(_, kind)| *kind == FileType::RegularFile);
        let (Some((now_in, _)), Some((now_out, _))) = (stands(input), stands(output)) else {
            return Ok(Standing::New);
        };
        if now_in.size != read.size || now_out.size != written.size {
            return Ok(Standing::New);
        }
        // A file that was written to just before it was read may have been written to again without its time moving on.
        let is_old = now_in.mtime / 1_000_000 + COARSE_MS < artifact.registered_at;
        let is_as_it_was = source.is_some_and(|source| source.stood == Some(now_in)) && made.stood == Some(now_out);
        Ok(if is_old && is_as_it_was { Standing::Done(before) } else { Standing::Unsure(before) })
    }

    /// Whether anything was ever recorded for each of these issues.
    pub fn have_artifacts(&self, issues: &[&str]) -> Result<Vec<bool>, Error> {
        let hashes = issues.iter().map(|issue| self.name_hash(issue)).collect::<Result<Vec<_>, _>>()?;
        self.read(|store| {
            let has = |hash: &Vec<u8>| match store.issue_by_name(hash)? {
                Some(issue) => store.has_artifacts(&issue.issue_id),
                None => Ok(false),
            };
            hashes.iter().map(has).collect()
        })
    }

    /// The random name of this ledger, by which a stamp says where it can be checked.
    pub fn id(&self) -> String {
        self.checkpoints.log().trim_start_matches("scrubjay/").to_string()
    }

    /// A keyed digest of an output under its path in a tree, for a stamp. Equal files in other places have other ones.
    pub fn stamp_of(&self, path: &[u8], output: &Print) -> [u8; 16] {
        let length = (path.len() as u64).to_le_bytes();
        let place = [&length[..], path, &output.size.to_le_bytes(), &output.digest].concat();
        let mut short = [0; 16];
        short.copy_from_slice(&self.seals.lookup("stamp", &place)[..16]);
        short
    }

    /// Whether what was read is the input that an earlier run has scrubbed.
    pub fn is_input_of(&self, before: &Before, content: Content) -> bool {
        self.print(content) == Print::from(&before.input)
    }

    /// A content as it stands in the records.
    pub fn print(&self, content: Content) -> Print {
        Print { size: content.size, digest: self.seals.digest(content.size, &content.blake3) }
    }

    /// A finished artifact of an issue with this content, scrubbed with the same recipe, whose output stands as recorded.
    /// Whoever copies it compares what it reads with [`Twin::output`].
    pub fn twin(&self, issue: &str, recipe: &[u8], content: Content) -> Result<Option<Twin>, Error> {
        let name_hash = self.name_hash(issue)?;
        let (digest, recipe) = (self.seals.digest(content.size, &content.blake3), self.recipe(Some(recipe)));
        self.read(|store| {
            let Some(issue) = store.issue_by_name(&name_hash)? else { return Ok(None) };
            for input in store.inputs_of_content(&digest)? {
                let Some(artifact) = store.artifact(&input.artifact_id)? else { continue };
                let is_whole = artifact.state == ArtifactState::Active && artifact.withheld == 0;
                let is_of_issue = artifact.issue_id.as_deref() == Some(&issue.issue_id);
                if !is_whole || !is_of_issue || artifact.recipe != recipe {
                    continue;
                }
                let copies = store.locations_of(&artifact.artifact_id)?;
                let is_made = |copy: &&LocationRow| copy.role == Role::Output && copy.state == LocationState::Present;
                let Some(output) = copies.iter().find(is_made) else { continue };
                let is_here = output.host.as_deref() == Some(self.me.host());
                if let (Some(path), Some(written), true) = (self.path_of(output)?, &output.content, is_here)
                    && files::stands(&path).map(|(stood, _)| stood) == output.stood
                {
                    let counts = store.counts_of(&artifact.artifact_id)?;
                    return Ok(Some(Twin { path, counts, output: written.into() }));
                }
            }
            Ok(None)
        })
    }

    /// The keyed hash under which a recipe stands in the records.
    fn recipe(&self, recipe: Option<&[u8]>) -> Option<Vec<u8>> {
        recipe.map(|recipe| self.seals.lookup("recipe", recipe))
    }

    /// Whether everything that the audit log tells from behind entry `since` up to entry `head` was written here.
    fn is_ours(&self, since: i64, head: i64) -> bool {
        let ours = self.ours.lock().unwrap_or_else(PoisonError::into_inner);
        ours.contains(&since) && *ours.end() == head
    }

    /// What a registration writes down, with what stands at each path.
    fn plan<'a>(&self, registration: &'a Registration) -> Result<Vec<Plan<'a>>, Error> {
        let own = match registration.issue {
            Some(_) => Custody::Owned,
            None => Custody::Observed,
        };
        let input_custody = if registration.keep_input { Custody::Observed } else { own };
        let mut plans = Vec::with_capacity(registration.artifacts.len());
        let (mut in_beside, mut out_beside) = (Beside::default(), Beside::default());
        for artifact in &registration.artifacts {
            let mut copies = Vec::with_capacity(3);
            let admit = |path: &Path, last| match artifact.is_canonical {
                true => self.foreign(path).map(|()| path.to_owned()),
                false => self.admit(path, last),
            };
            if let Some(path) = &artifact.input {
                let path = admit(path, true)?;
                let stands = files::stands(&path);
                if stands.is_none_or(|(_, kind)| kind == FileType::RegularFile) {
                    let (stood, fs_id) = (stands.map(|(stood, _)| stood), in_beside.file_system(&path));
                    let (role, custody, state) = (Role::Input, input_custody, LocationState::Present);
                    copies.push(Draft { role, custody, path, state, stood, fs_id });
                }
            }
            for (role, path, custody) in [
                (Role::Output, &artifact.output, own),
                // Nobody but us has a use for it, so it is ours to delete even without an issue.
                (Role::Temporary, &artifact.temporary, Custody::Owned),
            ] {
                if let Some(path) = path {
                    let path = admit(path, false)?;
                    let stood = files::stands(&path).map(|(stood, _)| stood);
                    let fs_id = out_beside.file_system(&path);
                    copies.push(Draft { role, custody, path, state: LocationState::WriteIntended, stood, fs_id });
                }
            }
            plans.push(Plan { artifact, copies });
        }
        Ok(plans)
    }

    fn register_in(
        &self,
        tx: &mut Tx<'_>,
        registration: &Registration,
        plans: &[Plan<'_>],
        run: &RunRow,
        recipe: Option<&[u8]>,
        begun: &mut Vec<Begun>,
    ) -> Result<(), Error> {
        let own = if registration.issue.is_some() { Custody::Owned } else { Custody::Observed };
        let source = registration.source.as_ref();
        let mut source = source.map(|address| Draft::new(Role::Url, own, address.into(), LocationState::Present));
        let customer = registration.customer.as_deref();
        tx.store.put_run(run)?;
        let retention = registration.retention.as_ref();
        let issue = registration.issue.as_deref().map(|name| self.open_issue(tx, name, customer, retention));
        let issue = issue.transpose()?;
        if let (Some(draft), Some(issue)) = (&source, &issue)
            && tx.known(issue, draft, None)?.is_some()
        {
            // One obligation is enough, however often it was fetched.
            source = None;
        }
        let mut superseded = 0;
        if let Some(draft) = source.take_if(|_| plans.len() != 1) {
            let mut row = tx.artifact(issue.as_ref(), None, "(an address)", customer, None)?;
            row.state = ArtifactState::Active;
            row.finished_at = Some(tx.now.0);
            tx.put_artifact(&row)?;
            tx.location(&row, &draft, None)?;
        }
        let mut ids: Vec<Value> = Vec::with_capacity(plans.len());
        for Plan { artifact, copies } in plans {
            let (row, standing) = match &artifact.resumes {
                Some(id) => self.take_over(tx, id, run, recipe)?,
                None => (tx.artifact(issue.as_ref(), Some(run), &artifact.name, customer, recipe)?, Vec::new()),
            };
            let mut locations = Vec::with_capacity(copies.len());
            for copy in copies {
                if copy.state == LocationState::WriteIntended {
                    superseded += tx.supersede(copy, artifact.resumes.as_ref().map(|id| id.0.as_str()))?;
                }
                locations.push(tx.renew(&row, copy, &standing)?);
            }
            let is_other = |old: &LocationRow| !locations.iter().any(|new| new.location_id == old.location_id);
            let left: Vec<LocationRow> = standing.into_iter().filter(is_other).collect();
            locations.extend(left);
            if let Some(draft) = source.take() {
                tx.location(&row, &draft, None)?;
            }
            ids.push(row.artifact_id.as_str().into());
            begun.push(Begun { id: ArtifactId(row.artifact_id.clone()), artifact: row, locations, since: 0 });
        }
        let mut fields = vec![
            ("artifacts", Value::Array(ids)),
            ("run", run.run_id.as_str().into()),
            ("superseded", superseded.into()),
        ];
        fields.push(("issue", issue.map_or(Value::Null, |issue| issue.issue_id.into())));
        tx.log(Op::Registered, fields)
    }

    /// Makes the records of an unfinished artifact those of this run.
    fn take_over(
        &self,
        tx: &mut Tx<'_>,
        id: &ArtifactId,
        run: &RunRow,
        recipe: Option<&[u8]>,
    ) -> Result<(ArtifactRow, Vec<LocationRow>), Error> {
        let mut row = tx.store.artifact(&id.0)?.ok_or_else(|| Error::UnknownArtifact(id.0.clone()))?;
        let locations = tx.store.locations_of(&id.0)?;
        // Another run, or a purge, may have been first.
        match self.taken_over(tx.store, &row, &locations, Some(run))? {
            Standing::Abandoned { .. } if row.state != ArtifactState::Active => {}
            _ => return Err(Error::Busy),
        }
        row.state = ArtifactState::Registered;
        row.run_id = Some(run.run_id.clone());
        row.recipe = recipe.map(<[u8]>::to_vec);
        (row.fail_code, row.finished_at) = (None, None);
        tx.put_artifact(&row)?;
        Ok((row, locations.into_iter().filter(|location| !location.state.is_settled()).collect()))
    }
}

impl Tx<'_> {
    /// Records a copy; if its artifact has a record of it already, that one is brought up to date.
    fn renew(&mut self, artifact: &ArtifactRow, draft: &Draft, old: &[LocationRow]) -> Result<LocationRow, Error> {
        let hash = self.seals.lookup("path", draft.path.as_os_str().as_bytes());
        let is_it = |old: &&LocationRow| old.role == draft.role && old.path_hash.as_ref() == Some(&hash);
        let Some(old) = old.iter().find(is_it) else { return self.location(artifact, draft, None) };
        let mut row = old.clone();
        // An output that a run which died had put in its place is ours, and will be written over.
        if draft.role == Role::Input || draft.stood.is_none() {
            row.stood = draft.stood;
        }
        (row.fs_id, row.content, row.last_error) = (draft.fs_id, None, None);
        row.state = draft.state;
        self.put_location(&row)?;
        Ok(row)
    }
}

/// Says what entries of the audit log were written here: from behind the first, up to the last.
pub(super) fn extend(ours: &mut std::ops::RangeInclusive<i64>, before: i64, after: i64) {
    *ours = if *ours.end() == before { *ours.start()..=after } else { before..=after };
}
