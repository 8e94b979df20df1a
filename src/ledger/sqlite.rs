//! The driver for SQLite: write-ahead log, every commit synced, deleted content overwritten.

use super::Error;
use super::cell::Cell;
use super::home::Home;
use super::sql::Driver;
use super::store::Access;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, TransactionBehavior, params_from_iter};
use std::path::PathBuf;
use std::time::Duration;

/// The name of the database in the home directory.
pub(super) const NAME: &str = "ledger.sqlite";

/// The steps from an empty file to the present form. Append only: the index of a step is the version that it leads to,
/// less one.
const MIGRATIONS: [&str; 5] = [
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
    include_str!("schema_5.sql"),
];

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long the write-ahead log may be, in bytes, when a commit that nobody waits for is done. Whoever opens the database
/// alone reads all of the log, also what was copied back from it, so that a long one costs every run.
const LOG: u64 = 1 << 20;

/// An open database.
pub(super) struct Sqlite {
    pub(super) connection: Connection,
    log: PathBuf,
    /// The transaction is, or the last one was, of those that need not be durable.
    is_lazy: bool,
    /// Many transactions are about to come: the log may grow meanwhile.
    expects_many: bool,
}

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
        // Without this, a statement whose index has a condition is compiled anew for each value that it is bound to.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(96);
        connection.execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;",
        )?;
        migrate(&mut connection)?;
        connection.execute_batch("PRAGMA foreign_keys=ON;")?;
        let log = home.join(&format!("{NAME}-wal"));
        Ok(Sqlite { connection, log, is_lazy: false, expects_many: false })
    }

    /// Has the next commits wait for the disk, or not.
    fn be_lazy(&mut self, is_lazy: bool) -> Result<(), Error> {
        if self.is_lazy != is_lazy {
            let sql = if is_lazy { "PRAGMA synchronous=NORMAL" } else { "PRAGMA synchronous=FULL" };
            self.connection.execute_batch(sql)?;
            self.is_lazy = is_lazy;
        }
        Ok(())
    }

    /// Empties the log if it is long, unless somebody is at work in it.
    fn shorten_log(&self) -> rusqlite::Result<()> {
        if std::fs::metadata(&self.log).is_ok_and(|log| log.len() > LOG) {
            self.connection.busy_timeout(Duration::ZERO)?;
            let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            self.connection.busy_timeout(PATIENCE)?;
            emptied?;
        }
        Ok(())
    }
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let known = MIGRATIONS.len() as i64;
    let version = |connection: &Connection| connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    if version(connection)? == known {
        return Ok(());
    }
    // A table whose checks change is built anew; while it is, others refer to what is not there.
    connection.execute_batch("PRAGMA foreign_keys=OFF;")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again: another process may have been first.
    let found = version(&transaction)?;
    if found > known || found < 0 {
        return Err(Error::Newer { found, known });
    }
    for step in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(step)?;
    }
    if transaction.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Err(Error::Contradiction("a row of the old version refers to one that is not there".into()));
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Cell::Null => ValueRef::Null,
            Cell::Int(number) => ValueRef::Integer(*number),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Driver for Sqlite {
    fn begin(&mut self, access: Access) -> Result<(), Error> {
        // A panic between begin and commit leaves a transaction behind; what it did is not wanted.
        self.rollback();
        let sql = match access {
            Access::Read => "BEGIN DEFERRED",
            Access::Write | Access::Claim | Access::Lazily => "BEGIN IMMEDIATE",
        };
        if access != Access::Read {
            self.be_lazy(access != Access::Write)?;
        }
        Ok(self.connection.execute_batch(sql)?)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.connection.execute_batch("COMMIT")?;
        if self.is_lazy && !self.expects_many {
            // What was committed is so, whatever becomes of the log; the next run tries again.
            let _ = self.shorten_log();
        }
        Ok(())
    }

    fn rollback(&mut self) {
        if !self.connection.is_autocommit() {
            // Nothing can be done about a failure here: the next begin fails and says so.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    fn query(&self, sql: &str, parameters: &[Cell]) -> Result<Vec<Vec<Cell>>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(parameters))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(columns);
            for column in 0..columns {
                cells.push(match row.get_ref(column)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(number) => Cell::Int(number),
                    ValueRef::Text(text) => {
                        let text = String::from_utf8(text.to_vec()).map_err(|_| Error::Row("a text"))?;
                        Cell::Text(text)
                    }
                    ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
                    ValueRef::Real(_) => return Err(Error::Row("a number")),
                });
            }
            all.push(cells);
        }
        Ok(all)
    }

    fn execute(&mut self, sql: &str, parameters: &[Cell]) -> Result<u64, Error> {
        Ok(self.connection.prepare_cached(sql)?.execute(params_from_iter(parameters))? as u64)
    }

    fn check(&self) -> Result<Vec<String>, Error> {
        let mut problems = Vec::new();
        let mut statement = self.connection.prepare("PRAGMA integrity_check(20)")?;
        for answer in statement.query_map([], |row| row.get::<_, String>(0))? {
            problems.extend(Some(answer?).filter(|answer| answer != "ok"));
        }
        if self.connection.prepare("PRAGMA foreign_key_check")?.exists([])? {
            problems.push("a row refers to one that is not there".into());
        }
        Ok(problems)
    }

    fn expect_many(&mut self, many: bool) -> Result<(), Error> {
        // Keys are random, so that every index grows everywhere: its pages are kept in memory, and go back into the file
        // less often.
        self.expects_many = many;
        Ok(self.connection.execute_batch(match many {
            true => "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8000;",
            false => "PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 1000;",
        })?)
    }

    fn now(&self) -> &'static str {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    }

    fn empty_log(&mut self) -> Result<bool, Error> {
        for attempt in 0..5 {
            // Its own short patience: a reader that stays is reported, not waited for.
            self.connection.busy_timeout(Duration::from_millis(100 * attempt))?;
            let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            self.connection.busy_timeout(PATIENCE)?;
            if busy? == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::EventRow;
    use super::super::sql::Sql;
    use super::super::store::Store;
    use super::*;

    #[test]
    fn a_newer_version_is_refused_and_the_settings_hold() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::open(&root.path().join("home")).unwrap();
        let store = Sqlite::open(&home).unwrap();
        let ask = |pragma: &str| {
            store.connection.query_row(pragma, [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap()
        };
        assert_eq!(ask("PRAGMA journal_mode"), rusqlite::types::Value::Text("wal".into()));
        assert_eq!(ask("PRAGMA synchronous"), rusqlite::types::Value::Integer(2));
        assert_eq!(ask("PRAGMA secure_delete"), rusqlite::types::Value::Integer(1));
        assert_eq!(ask("PRAGMA foreign_keys"), rusqlite::types::Value::Integer(1));
        store.connection.pragma_update(None, "user_version", 6).unwrap();
        assert!(matches!(Sqlite::open(&home), Err(Error::Newer { found: 6, known: 5 })));
    }

    #[test]
    fn what_need_not_be_durable_does_not_wait_and_keeps_the_log_short() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::open(&root.path().join("home")).unwrap();
        let mut store = Sql::new(Sqlite::open(&home).unwrap());
        let ask = |store: &Sql<Sqlite>, pragma: &str| {
            store.driver.connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        let mut append = |access, seq: i64| {
            store.begin(access).unwrap();
            store.driver.execute("UPDATE chain_head SET seq = $1", &[Cell::Int(seq)]).unwrap();
            store.commit().unwrap();
            ask(&store, "PRAGMA synchronous")
        };
        assert_eq!([append(Access::Write, 1), append(Access::Lazily, 2), append(Access::Write, 3)], [2, 1, 2]);
        // However many commits there are, the log that the next run reads is short.
        assert!((0..600).all(|seq| append(Access::Lazily, seq) == 1));
        assert!(std::fs::metadata(home.join("ledger.sqlite-wal")).unwrap().len() <= LOG);
    }

    #[test]
    fn the_audit_log_is_append_only() {
        let root = tempfile::tempdir().unwrap();
        let mut store = Sql::new(Sqlite::open(&Home::open(&root.path().join("home")).unwrap()).unwrap());
        store.append(&EventRow { seq: 1, body: "{}".into(), prev_hash: vec![0; 32], hash: vec![1; 32] }).unwrap();
        assert!(store.driver.connection.execute("UPDATE audit_event SET body = '{ }'", []).is_err());
        assert!(store.driver.connection.execute("DELETE FROM audit_event", []).is_err());
        let fork = EventRow { seq: 2, body: "{}".into(), prev_hash: vec![0; 32], hash: vec![2; 32] };
        assert!(store.append(&fork).is_err(), "two events cannot follow the same one");
    }

    #[test]
    fn a_ledger_of_version_one_is_carried_over() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::open(&root.path().join("home")).unwrap();
        drop(home.file(NAME).unwrap());
        let old = Connection::open(home.join(NAME)).unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.execute_batch(
            "PRAGMA user_version = 1;
             INSERT INTO artifact (artifact_id, registered_at, hard_deadline, due_at, state) VALUES ('a', 1, 2, 2, 'active');
             INSERT INTO location (location_id, artifact_id, role, custody, state) VALUES ('l', 'a', 'url', 'owned', 'present');
             INSERT INTO deletion (deletion_id, location_id, cause, intended_at) VALUES ('d', 'l', 'resolved', 1);
             INSERT INTO finding_count (artifact_id, rule_id, n) VALUES ('a', 'email', 3);",
        )
        .unwrap();
        drop(old);
        let store = Sql::new(Sqlite::open(&home).unwrap());
        assert_eq!(store.location("l").unwrap().unwrap().artifact_id, "a");
        assert_eq!(store.open_deletion("l").unwrap().unwrap().deletion_id, "d");
        assert_eq!(store.counts_of("a").unwrap(), [("email".to_string(), 3)]);
        assert_eq!(store.latest_policy("default").unwrap().unwrap().max_age_ms, 7_776_000_000);
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
    }
}
