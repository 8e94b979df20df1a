//! The store over SQLite: write-ahead log, every commit synced, deleted content overwritten.

use super::Error;
use super::codes::Code;
use super::home::Home;
use super::rows::{
    ArtifactRow, ContentRow, DeletionRow, EventRow, Head, IssueRow, KeyRow, LocationRow, PolicyRow, RunRow, Stood,
};
use super::store::{Access, Store};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row, TransactionBehavior, params};
use std::time::Duration;

/// The name of the database in the home directory.
pub(super) const NAME: &str = "ledger.sqlite";

/// The steps from an empty file to the present form. Append only: the index of a step is the version that it leads to,
/// less one.
const MIGRATIONS: [&str; 1] = [include_str!("schema_1.sql")];

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open database.
pub(super) struct Sqlite(Connection);

impl Sqlite {
    /// Opens the database in a home, creating and migrating it as needed.
    pub(super) fn open(home: &Home) -> Result<Sqlite, Error> {
        // Created by us with mode 0600, which SQLite gives to its companions as well.
        drop(home.file(NAME)?);
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let mut connection = Connection::open_with_flags(home.join(NAME), flags)?;
        connection.busy_timeout(PATIENCE)?;
        // A run that records one pipe should wait for one sync, not for the log to be copied back when it ends.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;
             PRAGMA trusted_schema=OFF;",
        )?;
        migrate(&mut connection)?;
        Ok(Sqlite(connection))
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        row: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        Ok(self.0.prepare_cached(sql)?.query_row(values, row).optional()?)
    }

    fn all<T>(
        &self,
        sql: &str,
        values: impl Params,
        row: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        Ok(self.0.prepare_cached(sql)?.query_map(values, row)?.collect::<rusqlite::Result<_>>()?)
    }

    fn put(&mut self, sql: &str, values: impl Params) -> Result<(), Error> {
        self.0.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let known = MIGRATIONS.len() as i64;
    let version = |connection: &Connection| connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    if version(connection)? == known {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again: another process may have been first.
    let found = version(&transaction)?;
    if found > known || found < 0 {
        return Err(Error::Newer { found, known });
    }
    for step in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

/// A value of a closed set.
fn code<T: Code>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    optional_code(row, column)?.ok_or(rusqlite::Error::InvalidQuery)
}

/// A value of a closed set, or NULL.
fn optional_code<T: Code>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    match row.get::<_, Option<String>>(column)? {
        None => Ok(None),
        Some(word) => T::parse(&word).map(Some).ok_or(rusqlite::Error::InvalidQuery),
    }
}

fn issue_row(row: &Row<'_>) -> rusqlite::Result<IssueRow> {
    Ok(IssueRow {
        issue_id: row.get("issue_id")?,
        name_enc: row.get("name_enc")?,
        name_hash: row.get("name_hash")?,
        policy_id: row.get("policy_id")?,
        policy_version: row.get("policy_version")?,
        state: code(row, "state")?,
        opened_at: row.get("opened_at")?,
        resolved_at: row.get("resolved_at")?,
        reopen_count: row.get("reopen_count")?,
    })
}

const PUT_ISSUE: &str = "INSERT INTO issue (issue_id, name_enc, name_hash, policy_id, policy_version, state, opened_at, \
    resolved_at, reopen_count) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (issue_id) DO \
    UPDATE SET name_enc = excluded.name_enc, name_hash = excluded.name_hash, policy_id = \
    excluded.policy_id, policy_version = excluded.policy_version, state = excluded.state, opened_at = \
    excluded.opened_at, resolved_at = excluded.resolved_at, reopen_count = excluded.reopen_count";

fn key_row(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        key_id: row.get("key_id")?,
        issue_id: row.get("issue_id")?,
        state: code(row, "state")?,
        created_at: row.get("created_at")?,
        destroyed_at: row.get("destroyed_at")?,
    })
}

const PUT_ISSUE_KEY: &str = "INSERT INTO issue_key (key_id, issue_id, state, created_at, destroyed_at) VALUES (?1, ?2, ?3, ?4, \
    ?5) ON CONFLICT (key_id) DO UPDATE SET issue_id = excluded.issue_id, state = excluded.state, \
    created_at = excluded.created_at, destroyed_at = excluded.destroyed_at";

fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        run_id: row.get("run_id")?,
        host: row.get("host")?,
        boot: row.get("boot")?,
        pid_space: row.get("pid_space")?,
        pid: row.get("pid")?,
        started: row.get("started")?,
        at: row.get("at")?,
    })
}

const PUT_RUN: &str = "INSERT INTO run (run_id, host, boot, pid_space, pid, started, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, \
    ?7) ON CONFLICT (run_id) DO UPDATE SET host = excluded.host, boot = excluded.boot, pid_space = \
    excluded.pid_space, pid = excluded.pid, started = excluded.started, at = excluded.at";

fn artifact_row(row: &Row<'_>) -> rusqlite::Result<ArtifactRow> {
    Ok(ArtifactRow {
        artifact_id: row.get("artifact_id")?,
        issue_id: row.get("issue_id")?,
        run_id: row.get("run_id")?,
        name_enc: row.get("name_enc")?,
        customer_enc: row.get("customer_enc")?,
        registered_at: row.get("registered_at")?,
        hard_deadline: row.get("hard_deadline")?,
        due_at: row.get("due_at")?,
        finished_at: row.get("finished_at")?,
        deleted_at: row.get("deleted_at")?,
        state: code(row, "state")?,
        fail_code: optional_code(row, "fail_code")?,
        withheld: row.get("withheld")?,
    })
}

const PUT_ARTIFACT: &str = "INSERT INTO artifact (artifact_id, issue_id, run_id, name_enc, customer_enc, registered_at, \
    hard_deadline, due_at, finished_at, deleted_at, state, fail_code, withheld) VALUES (?1, ?2, ?3, ?4, \
    ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (artifact_id) DO UPDATE SET issue_id = \
    excluded.issue_id, run_id = excluded.run_id, name_enc = excluded.name_enc, customer_enc = \
    excluded.customer_enc, registered_at = excluded.registered_at, hard_deadline = \
    excluded.hard_deadline, due_at = excluded.due_at, finished_at = excluded.finished_at, deleted_at = \
    excluded.deleted_at, state = excluded.state, fail_code = excluded.fail_code, withheld = \
    excluded.withheld";

fn location_row(row: &Row<'_>) -> rusqlite::Result<LocationRow> {
    Ok(LocationRow {
        location_id: row.get("location_id")?,
        artifact_id: row.get("artifact_id")?,
        role: code(row, "role")?,
        custody: code(row, "custody")?,
        path_enc: row.get("path_enc")?,
        path_hash: row.get("path_hash")?,
        fs_id: row.get("fs_id")?,
        stood: stood(row)?,
        content: content(row)?,
        state: code(row, "state")?,
        last_error: optional_code(row, "last_error")?,
        settled_at: row.get("settled_at")?,
    })
}

const PUT_LOCATION: &str = "INSERT INTO location (location_id, artifact_id, role, custody, path_enc, path_hash, fs_id, st_dev, \
    st_ino, st_size, st_mtime, size, digest, state, last_error, settled_at) VALUES (?1, ?2, ?3, ?4, ?5, \
    ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT (location_id) DO UPDATE SET \
    artifact_id = excluded.artifact_id, role = excluded.role, custody = excluded.custody, path_enc = \
    excluded.path_enc, path_hash = excluded.path_hash, fs_id = excluded.fs_id, st_dev = excluded.st_dev, \
    st_ino = excluded.st_ino, st_size = excluded.st_size, st_mtime = excluded.st_mtime, size = \
    excluded.size, digest = excluded.digest, state = excluded.state, last_error = excluded.last_error, \
    settled_at = excluded.settled_at";

fn deletion_row(row: &Row<'_>) -> rusqlite::Result<DeletionRow> {
    Ok(DeletionRow {
        deletion_id: row.get("deletion_id")?,
        location_id: row.get("location_id")?,
        cause: code(row, "cause")?,
        intended_at: row.get("intended_at")?,
        verified_at: row.get("verified_at")?,
        confirmed_at: row.get("confirmed_at")?,
        outcome: optional_code(row, "outcome")?,
        size: row.get("size")?,
        sha256_enc: row.get("sha256_enc")?,
        assurance: optional_code(row, "assurance")?,
    })
}

const PUT_DELETION: &str = "INSERT INTO deletion (deletion_id, location_id, cause, intended_at, verified_at, confirmed_at, \
    outcome, size, sha256_enc, assurance) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT \
    (deletion_id) DO UPDATE SET location_id = excluded.location_id, cause = excluded.cause, intended_at \
    = excluded.intended_at, verified_at = excluded.verified_at, confirmed_at = excluded.confirmed_at, \
    outcome = excluded.outcome, size = excluded.size, sha256_enc = excluded.sha256_enc, assurance = \
    excluded.assurance";

fn stood(row: &Row<'_>) -> rusqlite::Result<Option<Stood>> {
    let Some(dev) = row.get("st_dev")? else { return Ok(None) };
    Ok(Some(Stood { dev, ino: row.get("st_ino")?, size: row.get("st_size")?, mtime: row.get("st_mtime")? }))
}

fn content(row: &Row<'_>) -> rusqlite::Result<Option<ContentRow>> {
    let Some(size) = row.get("size")? else { return Ok(None) };
    Ok(Some(ContentRow { size, digest: row.get("digest")? }))
}

fn policy_row(row: &Row<'_>) -> rusqlite::Result<PolicyRow> {
    Ok(PolicyRow {
        policy_id: row.get("policy_id")?,
        version: row.get("version")?,
        grace_ms: row.get("grace_ms")?,
        max_age_ms: row.get("max_age_ms")?,
    })
}

fn event_row(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        seq: row.get("seq")?,
        body: row.get("body")?,
        prev_hash: row.get("prev_hash")?,
        hash: row.get("hash")?,
    })
}

impl Store for Sqlite {
    fn begin(&mut self, access: Access) -> Result<(), Error> {
        // A panic between begin and commit leaves a transaction behind; what it did is not wanted.
        self.rollback();
        let sql = match access {
            Access::Read => "BEGIN DEFERRED",
            Access::Write => "BEGIN IMMEDIATE",
        };
        Ok(self.0.execute_batch(sql)?)
    }

    fn commit(&mut self) -> Result<(), Error> {
        Ok(self.0.execute_batch("COMMIT")?)
    }

    fn rollback(&mut self) {
        if !self.0.is_autocommit() {
            // Nothing can be done about a failure here: the next begin fails and says so.
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }

    fn store_id(&self) -> Result<Option<String>, Error> {
        self.one("SELECT store_id FROM store", [], |row| row.get(0))
    }

    fn put_store_id(&mut self, store_id: &str, at: i64) -> Result<(), Error> {
        self.put("INSERT INTO store (one, store_id, created_at) VALUES (1, ?1, ?2)", params![store_id, at])
    }

    fn policy(&self, policy_id: &str, version: i64) -> Result<PolicyRow, Error> {
        let sql = "SELECT * FROM retention_policy WHERE policy_id = ?1 AND version = ?2";
        self.one(sql, params![policy_id, version], policy_row)?.ok_or(Error::Row("retention_policy"))
    }

    fn latest_policy(&self, policy_id: &str) -> Result<PolicyRow, Error> {
        let sql = "SELECT * FROM retention_policy WHERE policy_id = ?1 ORDER BY version DESC LIMIT 1";
        self.one(sql, [policy_id], policy_row)?.ok_or(Error::Row("retention_policy"))
    }

    fn issue(&self, issue_id: &str) -> Result<Option<IssueRow>, Error> {
        self.one("SELECT * FROM issue WHERE issue_id = ?1", [issue_id], issue_row)
    }

    fn issue_by_name(&self, name_hash: &[u8]) -> Result<Option<IssueRow>, Error> {
        self.one("SELECT * FROM issue WHERE name_hash = ?1", [name_hash], issue_row)
    }

    fn issues(&self) -> Result<Vec<IssueRow>, Error> {
        self.all("SELECT * FROM issue ORDER BY opened_at, rowid", [], issue_row)
    }

    fn keys_of(&self, issue_id: &str) -> Result<Vec<KeyRow>, Error> {
        self.all("SELECT * FROM issue_key WHERE issue_id = ?1 ORDER BY created_at, rowid", [issue_id], key_row)
    }

    fn key(&self, key_id: &str) -> Result<Option<KeyRow>, Error> {
        self.one("SELECT * FROM issue_key WHERE key_id = ?1", [key_id], key_row)
    }

    fn undestroyed_keys(&self) -> Result<Vec<KeyRow>, Error> {
        let sql = "SELECT * FROM issue_key WHERE state <> 'destroyed' ORDER BY created_at, rowid";
        self.all(sql, [], key_row)
    }

    fn run(&self, run_id: &str) -> Result<Option<RunRow>, Error> {
        self.one("SELECT * FROM run WHERE run_id = ?1", [run_id], run_row)
    }

    fn artifact(&self, artifact_id: &str) -> Result<Option<ArtifactRow>, Error> {
        self.one("SELECT * FROM artifact WHERE artifact_id = ?1", [artifact_id], artifact_row)
    }

    fn artifacts_of(&self, issue_id: Option<&str>) -> Result<Vec<ArtifactRow>, Error> {
        let sql = "SELECT * FROM artifact WHERE issue_id IS ?1 ORDER BY registered_at, rowid";
        self.all(sql, [issue_id], artifact_row)
    }

    fn due(&self, now: i64) -> Result<Vec<String>, Error> {
        let sql = "SELECT artifact_id FROM artifact WHERE issue_id IS NOT NULL AND state <> 'deleted' AND due_at <= ?1 \
                   ORDER BY due_at, rowid";
        self.all(sql, [now], |row| row.get(0))
    }

    fn count_due(&self, now: i64) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM artifact WHERE issue_id IS NOT NULL AND state <> 'deleted' AND due_at <= ?1";
        Ok(self.one(sql, [now], |row| row.get::<_, i64>(0))?.unwrap_or(0).max(0) as u64)
    }

    fn unfinished(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT artifact_id FROM artifact WHERE state = 'registered' \
                   UNION SELECT artifact_id FROM location WHERE role = 'temporary' AND settled_at IS NULL";
        self.all(sql, [], |row| row.get(0))
    }

    fn count_held(&self, issue_id: &str) -> Result<(u64, u64), Error> {
        let sql = "SELECT count(*), coalesce(sum(state <> 'deleted'), 0) FROM artifact WHERE issue_id = ?1";
        let counts = self.one(sql, [issue_id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        Ok(counts.map_or((0, 0), |(all, held)| (all.max(0) as u64, held.max(0) as u64)))
    }

    fn location(&self, location_id: &str) -> Result<Option<LocationRow>, Error> {
        self.one("SELECT * FROM location WHERE location_id = ?1", [location_id], location_row)
    }

    fn locations_of(&self, artifact_id: &str) -> Result<Vec<LocationRow>, Error> {
        self.all("SELECT * FROM location WHERE artifact_id = ?1 ORDER BY rowid", [artifact_id], location_row)
    }

    fn locations_at(&self, path_hash: &[u8]) -> Result<Vec<LocationRow>, Error> {
        self.all("SELECT * FROM location WHERE path_hash = ?1 ORDER BY rowid", [path_hash], location_row)
    }

    fn counts_of(&self, artifact_id: &str) -> Result<Vec<(String, u64)>, Error> {
        let sql = "SELECT rule_id, n FROM finding_count WHERE artifact_id = ?1 ORDER BY rule_id";
        self.all(sql, [artifact_id], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.max(0) as u64)))
    }

    fn put_count(&mut self, artifact_id: &str, rule_id: &str, count: u64) -> Result<(), Error> {
        let sql = "INSERT INTO finding_count (artifact_id, rule_id, n) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (artifact_id, rule_id) DO UPDATE SET n = excluded.n";
        self.put(sql, params![artifact_id, rule_id, i64::try_from(count).unwrap_or(i64::MAX)])
    }

    fn open_deletion(&self, location_id: &str) -> Result<Option<DeletionRow>, Error> {
        let sql = "SELECT * FROM deletion WHERE location_id = ?1 AND confirmed_at IS NULL";
        self.one(sql, [location_id], deletion_row)
    }

    fn open_deletions(&self) -> Result<Vec<DeletionRow>, Error> {
        self.all("SELECT * FROM deletion WHERE confirmed_at IS NULL ORDER BY intended_at, rowid", [], deletion_row)
    }

    fn deletions_of(&self, location_id: &str) -> Result<Vec<DeletionRow>, Error> {
        let sql = "SELECT * FROM deletion WHERE location_id = ?1 ORDER BY intended_at, rowid";
        self.all(sql, [location_id], deletion_row)
    }

    fn head(&self) -> Result<Head, Error> {
        let row = |row: &Row<'_>| Ok(Head { seq: row.get("seq")?, hash: row.get("hash")? });
        self.one("SELECT seq, hash FROM chain_head", [], row)?.ok_or(Error::Row("chain_head"))
    }

    fn event(&self, seq: i64) -> Result<Option<EventRow>, Error> {
        self.one("SELECT * FROM audit_event WHERE seq = ?1", [seq], event_row)
    }

    fn events(&self, after: i64, limit: i64) -> Result<Vec<EventRow>, Error> {
        self.all("SELECT * FROM audit_event WHERE seq > ?1 ORDER BY seq LIMIT ?2", [after, limit], event_row)
    }

    fn append(&mut self, row: &EventRow) -> Result<(), Error> {
        let sql = "INSERT INTO audit_event (seq, body, prev_hash, hash) VALUES (?1, ?2, ?3, ?4)";
        self.put(sql, params![row.seq, row.body, row.prev_hash, row.hash])?;
        self.put("UPDATE chain_head SET seq = ?1, hash = ?2", params![row.seq, row.hash])
    }

    fn deleted_locations(&self) -> Result<Vec<String>, Error> {
        self.all("SELECT location_id FROM location WHERE state = 'deleted'", [], |row| row.get(0))
    }

    fn check(&self) -> Result<Vec<String>, Error> {
        let answers: Vec<String> = self.all("PRAGMA integrity_check(20)", [], |row| row.get(0))?;
        let broken = self.0.prepare("PRAGMA foreign_key_check")?.exists([])?;
        let mut problems: Vec<String> = answers.into_iter().filter(|answer| answer != "ok").collect();
        if broken {
            problems.push("a row refers to one that is not there".into());
        }
        Ok(problems)
    }

    fn empty_log(&mut self) -> Result<bool, Error> {
        for attempt in 0..5 {
            // Its own short patience: a reader that stays is reported, not waited for.
            self.0.busy_timeout(Duration::from_millis(100 * attempt))?;
            let busy = self.0.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            self.0.busy_timeout(PATIENCE)?;
            if busy? == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put_issue(&mut self, row: &IssueRow) -> Result<(), Error> {
        let values = params![
            row.issue_id,
            row.name_enc,
            row.name_hash,
            row.policy_id,
            row.policy_version,
            row.state.word(),
            row.opened_at,
            row.resolved_at,
            row.reopen_count
        ];
        self.put(PUT_ISSUE, values)
    }

    fn put_key(&mut self, row: &KeyRow) -> Result<(), Error> {
        let values = params![row.key_id, row.issue_id, row.state.word(), row.created_at, row.destroyed_at];
        self.put(PUT_ISSUE_KEY, values)
    }

    fn put_run(&mut self, row: &RunRow) -> Result<(), Error> {
        let values = params![row.run_id, row.host, row.boot, row.pid_space, row.pid, row.started, row.at];
        self.put(PUT_RUN, values)
    }

    fn put_artifact(&mut self, row: &ArtifactRow) -> Result<(), Error> {
        let values = params![
            row.artifact_id,
            row.issue_id,
            row.run_id,
            row.name_enc,
            row.customer_enc,
            row.registered_at,
            row.hard_deadline,
            row.due_at,
            row.finished_at,
            row.deleted_at,
            row.state.word(),
            row.fail_code.map(|code| code.word()),
            row.withheld
        ];
        self.put(PUT_ARTIFACT, values)
    }

    fn put_location(&mut self, row: &LocationRow) -> Result<(), Error> {
        let values = params![
            row.location_id,
            row.artifact_id,
            row.role.word(),
            row.custody.word(),
            row.path_enc,
            row.path_hash,
            row.fs_id,
            row.stood.map(|stood| stood.dev),
            row.stood.map(|stood| stood.ino),
            row.stood.map(|stood| stood.size),
            row.stood.map(|stood| stood.mtime),
            row.content.as_ref().map(|content| content.size),
            row.content.as_ref().map(|content| &content.digest),
            row.state.word(),
            row.last_error.map(|code| code.word()),
            row.settled_at
        ];
        self.put(PUT_LOCATION, values)
    }

    fn put_deletion(&mut self, row: &DeletionRow) -> Result<(), Error> {
        let values = params![
            row.deletion_id,
            row.location_id,
            row.cause.word(),
            row.intended_at,
            row.verified_at,
            row.confirmed_at,
            row.outcome.map(|code| code.word()),
            row.size,
            row.sha256_enc,
            row.assurance.map(|code| code.word())
        ];
        self.put(PUT_DELETION, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_is_refused_and_the_settings_hold() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::open(&root.path().join("home")).unwrap();
        let store = Sqlite::open(&home).unwrap();
        let ask = |pragma: &str| store.0.query_row(pragma, [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
        assert_eq!(ask("PRAGMA journal_mode"), rusqlite::types::Value::Text("wal".into()));
        assert_eq!(ask("PRAGMA synchronous"), rusqlite::types::Value::Integer(2));
        assert_eq!(ask("PRAGMA secure_delete"), rusqlite::types::Value::Integer(1));
        store.0.pragma_update(None, "user_version", 2).unwrap();
        assert!(matches!(Sqlite::open(&home), Err(Error::Newer { found: 2, known: 1 })));
    }

    #[test]
    fn the_audit_log_is_append_only() {
        let root = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open(&Home::open(&root.path().join("home")).unwrap()).unwrap();
        store.append(&EventRow { seq: 1, body: "{}".into(), prev_hash: vec![0; 32], hash: vec![1; 32] }).unwrap();
        assert!(store.0.execute("UPDATE audit_event SET body = '{ }'", []).is_err());
        assert!(store.0.execute("DELETE FROM audit_event", []).is_err());
        let fork = EventRow { seq: 2, body: "{}".into(), prev_hash: vec![0; 32], hash: vec![2; 32] };
        assert!(store.append(&fork).is_err(), "two events cannot follow the same one");
    }
}
