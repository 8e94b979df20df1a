//! The store over any database that speaks SQL: one text of each question, for every driver.

use super::Error;
use super::cell::{Cell, Cells, InCell, cells};
use super::rows::{
    ArtifactRow, DeletionRow, EventRow, Head, HoldRow, IssueRow, KeyRow, LocationRow, NoteRow, PolicyRow, RequestRow,
    RunRow,
};
use super::store::{Access, Due, Store, Totals};
use super::tables::Record;
use std::collections::HashMap;
use std::sync::Arc;

/// A database, as little as the store needs of it. Parameters are written `$1`, `$2` and so on.
pub(super) trait Driver: Send {
    fn begin(&mut self, access: Access) -> Result<(), Error>;
    fn commit(&mut self) -> Result<(), Error>;
    fn rollback(&mut self);
    fn query(&self, sql: &str, parameters: &[Cell]) -> Result<Vec<Vec<Cell>>, Error>;
    /// Gives the number of rows that were written.
    fn execute(&mut self, sql: &str, parameters: &[Cell]) -> Result<u64, Error>;
    /// See [`Store::check`].
    fn check(&self) -> Result<Vec<String>, Error>;
    /// See [`Store::expect_many`].
    fn expect_many(&mut self, many: bool) -> Result<(), Error>;
    /// See [`Store::empty_log`].
    fn empty_log(&mut self) -> Result<bool, Error>;
    /// See [`Store::is_shared`].
    fn is_shared(&self) -> bool {
        false
    }
    /// See [`Store::is_restricted`].
    fn is_restricted(&self) -> Result<bool, Error> {
        Ok(false)
    }
    /// See [`Store::admit`].
    fn admit(&mut self, _role: &str, _customer: Option<&str>) -> Result<(), Error> {
        Err(Error::Server("a ledger in a file has no roles: whoever may read the file sees all of it"))
    }
    /// Milliseconds since 1970 by the database's own clock.
    fn now(&self) -> &'static str;
    /// What passes over rows that others are at work on.
    fn skips_locked(&self) -> &'static str {
        ""
    }
}

/// The store over a driver.
pub(super) struct Sql<D> {
    pub(super) driver: D,
    /// The texts by which rows are put, by table.
    puts: HashMap<&'static str, Arc<str>>,
    adds: HashMap<&'static str, Arc<str>>,
}

impl<D> Sql<D> {
    pub(super) fn new(driver: D) -> Sql<D> {
        Sql { driver, puts: HashMap::new(), adds: HashMap::new() }
    }
}

/// What counts as due at $1, and is not held.
const DUE: &str = "issue_id IS NOT NULL AND state <> 'deleted' AND due_at <= $1";
const NOT_HELD: &str = "NOT EXISTS (SELECT 1 FROM hold WHERE released_at IS NULL AND scope_id IN \
    (artifact.artifact_id, artifact.issue_id, \
    (SELECT customer FROM issue WHERE issue.issue_id = artifact.issue_id)))";

impl<D: Driver> Sql<D> {
    fn all<R: Record>(&self, rest: &str, parameters: &[Cell]) -> Result<Vec<R>, Error> {
        let sql = format!("SELECT {} FROM {} {rest}", R::COLUMNS, R::TABLE);
        self.driver.query(&sql, parameters)?.into_iter().map(R::read).collect()
    }

    fn one<R: Record>(&self, rest: &str, parameters: &[Cell]) -> Result<Option<R>, Error> {
        Ok(self.all(rest, parameters)?.into_iter().next())
    }

    fn put<R: Record>(&mut self, row: &R) -> Result<(), Error> {
        let text = self.puts.entry(R::TABLE).or_insert_with(put_text::<R>).clone();
        self.driver.execute(&text, &row.cells()).map(drop)
    }

    /// Inserts a row whose key is new, which looks for no other one.
    fn add<R: Record>(&mut self, row: &R) -> Result<(), Error> {
        let text = self.adds.entry(R::TABLE).or_insert_with(add_text::<R>).clone();
        self.driver.execute(&text, &row.cells()).map(drop)
    }

    /// The first column of each row.
    fn column<T: InCell>(&self, table: &'static str, sql: &str, parameters: &[Cell]) -> Result<Vec<T>, Error> {
        let rows = self.driver.query(sql, parameters)?;
        rows.into_iter().map(|cells| Cells::new(table, cells).take()).collect()
    }

    fn count(&self, table: &'static str, sql: &str, parameters: &[Cell]) -> Result<u64, Error> {
        Ok(self.column::<i64>(table, sql, parameters)?.first().map_or(0, |count| (*count).max(0) as u64))
    }
}

/// Inserts a row.
fn add_text<R: Record>() -> Arc<str> {
    let places: Vec<String> = (1..=R::COLUMNS.split(", ").count()).map(|place| format!("${place}")).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", R::TABLE, R::COLUMNS, places.join(", ")).into()
}

/// Inserts a row, or replaces the one with its key.
fn put_text<R: Record>() -> Arc<str> {
    let columns: Vec<&str> = R::COLUMNS.split(", ").map(str::trim).collect();
    let changed = columns.iter().filter(|column| !R::KEY.split(", ").any(|key| key == **column));
    let changes: Vec<String> = changed.map(|column| format!("{column} = excluded.{column}")).collect();
    format!("{} ON CONFLICT ({}) DO UPDATE SET {}", add_text::<R>(), R::KEY, changes.join(", ")).into()
}

impl<D: Driver> Store for Sql<D> {
    fn begin(&mut self, access: Access) -> Result<(), Error> {
        self.driver.begin(access)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.driver.commit()
    }

    fn rollback(&mut self) {
        self.driver.rollback();
    }

    fn store_id(&self) -> Result<Option<String>, Error> {
        Ok(self.column("store", "SELECT store_id FROM store", &[])?.pop())
    }

    fn put_store_id(&mut self, store_id: &str, at: i64) -> Result<(), Error> {
        let sql = "INSERT INTO store (one, store_id, created_at) VALUES (1, $1, $2)";
        self.driver.execute(sql, &cells![store_id.to_string(), at]).map(drop)
    }

    fn policy(&self, policy_id: &str, version: i64) -> Result<PolicyRow, Error> {
        let row = self.one("WHERE policy_id = $1 AND version = $2", &cells![policy_id.to_string(), version])?;
        row.ok_or(Error::Row("retention_policy"))
    }

    fn latest_policy(&self, policy_id: &str) -> Result<Option<PolicyRow>, Error> {
        self.one("WHERE policy_id = $1 ORDER BY version DESC LIMIT 1", &cells![policy_id.to_string()])
    }

    fn put_policy(&mut self, row: &PolicyRow) -> Result<(), Error> {
        // Versions are never edited, and some who may add one may not.
        self.add(row)
    }

    fn issue(&self, issue_id: &str) -> Result<Option<IssueRow>, Error> {
        self.one("WHERE issue_id = $1", &cells![issue_id.to_string()])
    }

    fn issue_by_name(&self, name_hash: &[u8]) -> Result<Option<IssueRow>, Error> {
        self.one("WHERE name_hash = $1", &cells![name_hash.to_vec()])
    }

    fn issues(&self) -> Result<Vec<IssueRow>, Error> {
        self.all("ORDER BY opened_at, rowid", &[])
    }

    fn issues_of(&self, customer: &str) -> Result<Vec<IssueRow>, Error> {
        self.all("WHERE customer = $1 ORDER BY opened_at, rowid", &cells![customer.to_string()])
    }

    fn put_issue(&mut self, row: &IssueRow) -> Result<(), Error> {
        self.put(row)
    }

    fn keys_of(&self, issue_id: &str) -> Result<Vec<KeyRow>, Error> {
        self.all("WHERE issue_id = $1 ORDER BY created_at, rowid", &cells![issue_id.to_string()])
    }

    fn key(&self, key_id: &str) -> Result<Option<KeyRow>, Error> {
        self.one("WHERE key_id = $1", &cells![key_id.to_string()])
    }

    fn undestroyed_keys(&self) -> Result<Vec<KeyRow>, Error> {
        self.all("WHERE state <> 'destroyed' ORDER BY created_at, rowid", &[])
    }

    fn put_key(&mut self, row: &KeyRow) -> Result<(), Error> {
        self.put(row)
    }

    fn run(&self, run_id: &str) -> Result<Option<RunRow>, Error> {
        self.one("WHERE run_id = $1", &cells![run_id.to_string()])
    }

    fn put_run(&mut self, row: &RunRow) -> Result<(), Error> {
        self.put(row)
    }

    fn artifact(&self, artifact_id: &str) -> Result<Option<ArtifactRow>, Error> {
        self.one("WHERE artifact_id = $1", &cells![artifact_id.to_string()])
    }

    fn artifacts_of(&self, issue_id: Option<&str>) -> Result<Vec<ArtifactRow>, Error> {
        match issue_id {
            Some(issue_id) => {
                self.all("WHERE issue_id = $1 ORDER BY registered_at, rowid", &cells![issue_id.to_string()])
            }
            None => self.all("WHERE issue_id IS NULL ORDER BY registered_at, rowid", &[]),
        }
    }

    fn due(&self, now: i64, after: (i64, i64), limit: i64) -> Result<Vec<Due>, Error> {
        let sql = format!(
            "SELECT artifact_id, due_at, rowid FROM artifact WHERE {DUE} AND (due_at, rowid) > ($2, $3) \
             ORDER BY due_at, rowid LIMIT $4"
        );
        let rows = self.driver.query(&sql, &cells![now, after.0, after.1, limit])?;
        let due = |cells| {
            let mut cells = Cells::new("artifact", cells);
            Ok(Due { artifact_id: cells.take()?, place: (cells.take()?, cells.take()?) })
        };
        rows.into_iter().map(due).collect()
    }

    fn claim_due(
        &mut self,
        now: i64,
        after: (i64, i64),
        limit: i64,
        lease: &str,
        lasts: i64,
    ) -> Result<Vec<Due>, Error> {
        let (clock, skip) = (self.driver.now(), self.driver.skips_locked());
        let sql = format!(
            "UPDATE artifact SET lease = $1, lease_until = {clock} + $2 WHERE artifact_id IN (\
             SELECT artifact_id FROM artifact WHERE {} AND (due_at, rowid) > ($4, $5) \
             AND (lease IS NULL OR lease_until <= {clock}) ORDER BY due_at, rowid LIMIT $6 {skip}) \
             RETURNING artifact_id, due_at, rowid",
            DUE.replace("$1", "$3")
        );
        let rows = self.driver.query(&sql, &cells![lease.to_string(), lasts, now, after.0, after.1, limit])?;
        let due = |cells| {
            let mut cells = Cells::new("artifact", cells);
            Ok(Due { artifact_id: cells.take()?, place: (cells.take()?, cells.take()?) })
        };
        let mut due = rows.into_iter().map(due).collect::<Result<Vec<Due>, Error>>()?;
        due.sort_by_key(|due| due.place);
        Ok(due)
    }

    fn claim(&mut self, artifact_id: &str, lease: &str, lasts: i64) -> Result<bool, Error> {
        let (clock, skip) = (self.driver.now(), self.driver.skips_locked());
        let sql = format!(
            "UPDATE artifact SET lease = $1, lease_until = {clock} + $2 WHERE artifact_id IN (\
             SELECT artifact_id FROM artifact WHERE artifact_id = $3 \
             AND (lease IS NULL OR lease_until <= {clock} OR lease = $1) {skip})"
        );
        Ok(self.driver.execute(&sql, &cells![lease.to_string(), lasts, artifact_id.to_string()])? > 0)
    }

    fn lease(&mut self, lease: &str, lasts: i64) -> Result<u64, Error> {
        // To renew it each time would write every row anew for each step of a deletion.
        let sql = format!(
            "SELECT count(*), CAST(CASE WHEN min(lease_until) < {} + $1 THEN 1 ELSE 0 END AS BIGINT) FROM artifact \
             WHERE lease = $2",
            self.driver.now()
        );
        let rows = self.driver.query(&sql, &cells![lasts / 2, lease.to_string()])?;
        let mut cells = Cells::new("artifact", rows.into_iter().next().ok_or(Error::Row("artifact"))?);
        let (count, is_old): (i64, i64) = (cells.take()?, cells.take()?);
        match is_old {
            0 => Ok(count.max(0) as u64),
            _ => self.renew(lease, lasts),
        }
    }

    fn renew(&mut self, lease: &str, lasts: i64) -> Result<u64, Error> {
        let sql = format!("UPDATE artifact SET lease_until = {} + $1 WHERE lease = $2", self.driver.now());
        self.driver.execute(&sql, &cells![lasts, lease.to_string()])
    }

    fn release(&mut self, lease: &str) -> Result<(), Error> {
        let sql = "UPDATE artifact SET lease = NULL, lease_until = NULL WHERE lease = $1";
        self.driver.execute(sql, &cells![lease.to_string()]).map(drop)
    }

    fn leases(&self) -> Result<Vec<String>, Error> {
        self.column("artifact", "SELECT DISTINCT lease FROM artifact WHERE lease IS NOT NULL", &[])
    }

    fn count_due(&self, now: i64) -> Result<u64, Error> {
        let sql = format!("SELECT count(*) FROM artifact WHERE {DUE} AND {NOT_HELD}");
        self.count("artifact", &sql, &cells![now])
    }

    fn count_owned(&self) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM artifact WHERE issue_id IS NOT NULL AND state <> 'deleted'";
        self.count("artifact", sql, &[])
    }

    fn count_obligations(&self, now: i64) -> Result<u64, Error> {
        let sql = format!(
            "SELECT count(*) FROM artifact JOIN location ON location.artifact_id = artifact.artifact_id \
             WHERE {} AND {NOT_HELD} AND location.settled_at IS NULL AND location.custody = 'owned' \
             AND (location.role = 'url' OR location.state = 'unreachable')",
            DUE.replace(" state ", " artifact.state ")
        );
        self.count("artifact", &sql, &cells![now])
    }

    fn summary(&self, now: i64) -> Result<Totals, Error> {
        let count = |sql: &str| self.count("artifact", sql, &[]);
        // In SQLite a CROSS JOIN goes from the left: holds are few.
        let on_hold = "SELECT count(*) FROM (\
            SELECT artifact_id FROM hold CROSS JOIN artifact WHERE artifact.issue_id = hold.scope_id \
            AND hold.released_at IS NULL AND artifact.state <> 'deleted' UNION \
            SELECT artifact_id FROM hold CROSS JOIN artifact WHERE artifact.artifact_id = hold.scope_id \
            AND hold.released_at IS NULL AND artifact.state <> 'deleted' UNION \
            SELECT artifact_id FROM hold CROSS JOIN issue CROSS JOIN artifact WHERE issue.customer = hold.scope_id \
            AND artifact.issue_id = issue.issue_id AND hold.released_at IS NULL AND artifact.state <> 'deleted') AS held";
        let open = "SELECT min(due_at) FROM subject_request WHERE state = 'open'";
        let next = "SELECT min(due_at) FROM artifact WHERE issue_id IS NOT NULL AND state <> 'deleted' AND due_at > $1";
        // Each of these is a walk along one index; what is deleted is the rest, since nothing observed ever is.
        let (all, kept) = (count("SELECT count(*) FROM artifact")?, self.count_owned()?);
        let observed = count("SELECT count(*) FROM artifact WHERE issue_id IS NULL")?;
        Ok(Totals {
            issues_open: count("SELECT count(*) FROM issue WHERE state = 'open'")?,
            issues_resolved: count("SELECT count(*) FROM issue WHERE state = 'resolved'")?,
            kept,
            deleted: all.saturating_sub(kept + observed),
            observed,
            on_hold: count(on_hold)?,
            next_due: self.column::<Option<i64>>("artifact", next, &cells![now])?.pop().flatten(),
            requests_open: count("SELECT count(*) FROM subject_request WHERE state = 'open'")?,
            next_answer: self.column::<Option<i64>>("subject_request", open, &[])?.pop().flatten(),
        })
    }

    fn unfinished(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT artifact_id FROM artifact WHERE state = 'registered' \
                   UNION SELECT artifact_id FROM location WHERE role = 'temporary' AND settled_at IS NULL";
        self.column("artifact", sql, &[])
    }

    fn open_location_of_deleted(&self, issue_id: &str) -> Result<Option<(String, String)>, Error> {
        let sql = "SELECT artifact.artifact_id, location_id FROM artifact JOIN location \
            ON location.artifact_id = artifact.artifact_id \
            WHERE issue_id = $1 AND artifact.state = 'deleted' AND settled_at IS NULL LIMIT 1";
        let rows = self.driver.query(sql, &cells![issue_id.to_string()])?;
        let pair = |cells| {
            let mut cells = Cells::new("location", cells);
            Ok((cells.take()?, cells.take()?))
        };
        rows.into_iter().next().map(pair).transpose()
    }

    fn has_artifacts(&self, issue_id: &str) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM artifact WHERE issue_id = $1 LIMIT 1";
        Ok(self.count("artifact", sql, &cells![issue_id.to_string()])? > 0)
    }

    fn count_held(&self, issue_id: &str) -> Result<(u64, u64), Error> {
        let issue_id = issue_id.to_string();
        let all = "SELECT count(*) FROM artifact WHERE issue_id = $1";
        let held = "SELECT count(*) FROM artifact WHERE issue_id = $1 AND state <> 'deleted'";
        Ok((self.count("artifact", all, &cells![issue_id])?, self.count("artifact", held, &cells![issue_id])?))
    }

    fn put_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error> {
        self.put(row)
    }

    fn add_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error> {
        self.add(row)
    }

    fn location(&self, location_id: &str) -> Result<Option<LocationRow>, Error> {
        self.one("WHERE location_id = $1", &cells![location_id.to_string()])
    }

    fn locations_of(&self, artifact_id: &str) -> Result<Vec<LocationRow>, Error> {
        self.all("WHERE artifact_id = $1 ORDER BY rowid", &cells![artifact_id.to_string()])
    }

    fn locations_at(&self, path_hash: &[u8]) -> Result<Vec<LocationRow>, Error> {
        self.all("WHERE path_hash = $1 ORDER BY rowid", &cells![path_hash.to_vec()])
    }

    fn inputs_of_content(&self, digest: &[u8]) -> Result<Vec<LocationRow>, Error> {
        // Equal content is common (empty files), and one that serves is enough.
        self.all("WHERE digest = $1 AND role = 'input' ORDER BY rowid LIMIT 20", &cells![digest.to_vec()])
    }

    fn put_location(&mut self, row: &LocationRow) -> Result<(), Error> {
        self.put(row)
    }

    fn add_location(&mut self, row: &LocationRow) -> Result<(), Error> {
        self.add(row)
    }

    fn finish_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error> {
        // SQLite numbers parameters as they come, whatever they are called.
        let sql =
            "UPDATE artifact SET finished_at = $1, state = $2, fail_code = $3, withheld = $4 WHERE artifact_id = $5";
        let cells = cells![row.finished_at, row.state, row.fail_code, row.withheld, row.artifact_id];
        self.driver.execute(sql, &cells).map(drop)
    }

    fn finish_location(&mut self, row: &LocationRow) -> Result<(), Error> {
        let sql = "UPDATE location SET st_dev = $1, st_ino = $2, st_size = $3, st_mtime = $4, size = $5, digest = $6, \
            state = $7 WHERE location_id = $8";
        let cells = cells![
            row.stood.map(|stood| stood.dev),
            row.stood.map(|stood| stood.ino),
            row.stood.map(|stood| stood.size),
            row.stood.map(|stood| stood.mtime),
            row.content.as_ref().map(|content| content.size),
            row.content.as_ref().map(|content| content.digest.clone()),
            row.state,
            row.location_id
        ];
        self.driver.execute(sql, &cells).map(drop)
    }

    fn deleted_locations(&self) -> Result<Vec<String>, Error> {
        self.column("location", "SELECT location_id FROM location WHERE state = 'deleted'", &[])
    }

    fn counts_of(&self, artifact_id: &str) -> Result<Vec<(String, u64)>, Error> {
        let sql = "SELECT rule_id, n FROM finding_count WHERE artifact_id = $1 ORDER BY rule_id";
        let rows = self.driver.query(sql, &cells![artifact_id.to_string()])?;
        let pair = |cells| {
            let mut cells = Cells::new("finding_count", cells);
            Ok((cells.take()?, cells.take::<i64>()?.max(0) as u64))
        };
        rows.into_iter().map(pair).collect()
    }

    fn put_count(&mut self, artifact_id: &str, rule_id: &str, count: u64) -> Result<(), Error> {
        let sql = "INSERT INTO finding_count (artifact_id, rule_id, n) VALUES ($1, $2, $3) \
                   ON CONFLICT (artifact_id, rule_id) DO UPDATE SET n = excluded.n";
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.driver.execute(sql, &cells![artifact_id.to_string(), rule_id.to_string(), count]).map(drop)
    }

    fn open_deletion(&self, location_id: &str) -> Result<Option<DeletionRow>, Error> {
        self.one("WHERE location_id = $1 AND confirmed_at IS NULL", &cells![location_id.to_string()])
    }

    fn open_deletions(&self) -> Result<Vec<DeletionRow>, Error> {
        self.all("WHERE confirmed_at IS NULL ORDER BY intended_at, rowid", &[])
    }

    fn deletions_of(&self, location_id: &str) -> Result<Vec<DeletionRow>, Error> {
        self.all("WHERE location_id = $1 ORDER BY intended_at, rowid", &cells![location_id.to_string()])
    }

    fn put_deletion(&mut self, row: &DeletionRow) -> Result<(), Error> {
        self.put(row)
    }

    fn live_holds(&self, scope_ids: &[&str]) -> Result<Vec<HoldRow>, Error> {
        let mut holds = Vec::new();
        for scope_id in scope_ids {
            let rest = "WHERE scope_id = $1 AND released_at IS NULL ORDER BY placed_at, rowid";
            holds.extend(self.all::<HoldRow>(rest, &cells![scope_id.to_string()])?);
        }
        Ok(holds)
    }

    fn holds(&self) -> Result<Vec<HoldRow>, Error> {
        self.all("ORDER BY placed_at, rowid", &[])
    }

    fn count_reviews(&self, now: i64) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM hold WHERE released_at IS NULL AND review_at <= $1";
        self.count("hold", sql, &cells![now])
    }

    fn put_hold(&mut self, row: &HoldRow) -> Result<(), Error> {
        self.put(row)
    }

    fn note(&self, note_id: &str) -> Result<Option<NoteRow>, Error> {
        self.one("WHERE note_id = $1", &cells![note_id.to_string()])
    }

    fn put_note(&mut self, row: &NoteRow) -> Result<(), Error> {
        self.put(row)
    }

    fn notes(&self) -> Result<Vec<NoteRow>, Error> {
        self.all("WHERE text_enc IS NOT NULL ORDER BY rowid", &[])
    }

    fn request(&self, request_id: &str) -> Result<Option<RequestRow>, Error> {
        self.one("WHERE request_id = $1", &cells![request_id.to_string()])
    }

    fn requests(&self) -> Result<Vec<RequestRow>, Error> {
        self.all("ORDER BY due_at, rowid", &[])
    }

    fn count_requests(&self, now: i64) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM subject_request WHERE state = 'open' AND due_at <= $1";
        self.count("subject_request", sql, &cells![now])
    }

    fn put_request(&mut self, row: &RequestRow) -> Result<(), Error> {
        self.put(row)
    }

    fn head(&self) -> Result<Head, Error> {
        let rows = self.driver.query("SELECT seq, hash, frontier FROM chain_head", &[])?;
        let cells = rows.into_iter().next().ok_or(Error::Row("chain_head"))?;
        let mut cells = Cells::new("chain_head", cells);
        Ok(Head { seq: cells.take()?, hash: cells.take()?, frontier: cells.take()? })
    }

    fn event_hash(&self, seq: i64) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.column("audit_event", "SELECT hash FROM audit_event WHERE seq = $1", &cells![seq])?.pop())
    }

    fn events(&self, after: i64, limit: i64) -> Result<Vec<EventRow>, Error> {
        self.all("WHERE seq > $1 ORDER BY seq LIMIT $2", &cells![after, limit])
    }

    fn append(&mut self, row: &EventRow) -> Result<(), Error> {
        let sql = "INSERT INTO audit_event (seq, body, prev_hash, hash) VALUES ($1, $2, $3, $4)";
        self.driver.execute(sql, &row.cells()).map(drop)
    }

    fn put_head(&mut self, seq: i64, hash: &[u8], frontier: &[u8]) -> Result<(), Error> {
        let sql = "UPDATE chain_head SET seq = $1, hash = $2, frontier = $3";
        self.driver.execute(sql, &cells![seq, hash.to_vec(), frontier.to_vec()]).map(drop)
    }

    fn check(&self) -> Result<Vec<String>, Error> {
        self.driver.check()
    }

    fn is_shared(&self) -> bool {
        self.driver.is_shared()
    }

    fn is_restricted(&self) -> Result<bool, Error> {
        self.driver.is_restricted()
    }

    fn admit(&mut self, role: &str, customer: Option<&str>) -> Result<(), Error> {
        self.driver.admit(role, customer)
    }

    fn expect_many(&mut self, many: bool) -> Result<(), Error> {
        self.driver.expect_many(many)
    }

    fn empty_log(&mut self) -> Result<bool, Error> {
        self.driver.empty_log()
    }
}
