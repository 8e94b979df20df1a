//! The driver for PostgreSQL: one ledger for several programs, and for several hosts that share its keystore.
//!
//! What is deleted is claimed row by row (`FOR UPDATE SKIP LOCKED`), so that several programs delete at once, each what no
//! other one has. Who does not own the tables sees, by row-level security, only the customers that he was admitted to.
//!
//! Writers go one after the other, as with SQLite: each begins by locking the head of the audit log, which every write
//! moves. So a hold and the intent of a deletion can never pass each other unseen, whatever the isolation level, and no
//! two events follow the same one. What PostgreSQL does not do is to overwrite: old versions of sealed values stand in
//! its tables until VACUUM, and in its log until that is recycled, as ciphertext under the store's key, which is never
//! there.

use super::Error;
use super::cell::Cell;
use super::sql::Driver;
use super::store::Access;
use bytes::BytesMut;
use postgres::config::Host;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};
use std::cell::RefCell;
use std::collections::HashMap;

/// The steps from an empty database to the present form; see [`sqlite`](super::sqlite).
const MIGRATIONS: [&str; 4] = [
    include_str!("schema_postgres_1.sql"),
    include_str!("schema_postgres_2.sql"),
    include_str!("schema_postgres_3.sql"),
    include_str!("schema_postgres_4.sql"),
];

/// A number that stands for scrubjay among PostgreSQL's advisory locks.
const LOCK: i64 = 0x7363_7275_626A_6179;

/// What a role needs that was admitted to a customer. Of the audit log it may read hashes, no entries.
const GRANTS: &str = "\
    GRANT SELECT ON store, scrubjay_version, retention_policy, admitted TO ROLE;
    GRANT INSERT ON retention_policy TO ROLE;
    GRANT SELECT, INSERT, UPDATE ON issue, issue_key, run, artifact, note, hold, location, finding_count, deletion, \
        subject_request TO ROLE;
    GRANT SELECT (seq, hash), INSERT ON audit_event TO ROLE;
    GRANT SELECT, UPDATE ON chain_head TO ROLE";

const REVOKES: &str = "\
    REVOKE ALL ON store, scrubjay_version, retention_policy, admitted, issue, issue_key, run, artifact, note, hold, \
        location, finding_count, deletion, subject_request, audit_event, chain_head FROM ROLE";

/// An open connection.
pub(super) struct Postgres {
    client: RefCell<Client>,
    statements: RefCell<HashMap<String, Statement>>,
    is_in_transaction: bool,
}

impl Postgres {
    /// Connects, creating and migrating the tables as needed. Only to this machine: the connection is not encrypted.
    pub(super) fn open(url: &str) -> Result<Postgres, Error> {
        let mut client = connect(url)?;
        client.batch_execute(
            "SET lock_timeout = '20s'; SET synchronous_commit = on; SET client_min_messages = warning",
        )?;
        migrate(&mut client)?;
        Ok(Postgres {
            client: RefCell::new(client),
            statements: RefCell::new(HashMap::new()),
            is_in_transaction: false,
        })
    }

    /// Whether there are tables of a ledger.
    pub(super) fn has_ledger(url: &str) -> Result<bool, Error> {
        has_tables(&mut connect(url)?)
    }

    fn prepared(&self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.borrow_mut().prepare(sql)?;
        self.statements.borrow_mut().insert(sql.into(), statement.clone());
        Ok(statement)
    }
}

fn connect(url: &str) -> Result<Client, Error> {
    let mut config: Config = url.parse().map_err(|_| Error::Server("the address is not understood"))?;
    let is_local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
    };
    if !config.get_hosts().iter().all(is_local) {
        return Err(Error::Server("another machine is named, and the connection would not be encrypted"));
    }
    if config.get_application_name().is_none() {
        config.application_name("scrubjay");
    }
    Ok(config.connect(NoTls)?)
}

fn has_tables(client: &mut Client) -> Result<bool, Error> {
    Ok(client.query_one("SELECT to_regclass('scrubjay_version') IS NOT NULL", &[])?.get(0))
}

fn migrate(client: &mut Client) -> Result<(), Error> {
    let known = MIGRATIONS.len() as i64;
    // Asked first: who may use the tables may not make any.
    if has_tables(client)?
        && client.query_opt("SELECT version FROM scrubjay_version", &[])?.map(|row| row.get::<_, i64>(0)) == Some(known)
    {
        return Ok(());
    }
    let mut transaction = client.transaction()?;
    // Two programs may meet an empty database at once.
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS scrubjay_version (version BIGINT NOT NULL)")?;
    let found =
        transaction.query_opt("SELECT version FROM scrubjay_version", &[])?.map_or(0, |row| row.get::<_, i64>(0));
    if found > known || found < 0 {
        return Err(Error::Newer { found, known });
    }
    if found < known {
        for step in &MIGRATIONS[found as usize..] {
            transaction.batch_execute(step)?;
        }
        transaction.execute("DELETE FROM scrubjay_version", &[])?;
        transaction.execute("INSERT INTO scrubjay_version VALUES ($1)", &[&known])?;
    }
    Ok(transaction.commit()?)
}

impl ToSql for Cell {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Cell::Null => Ok(IsNull::Yes),
            Cell::Int(number) => number.to_sql(kind, out),
            Cell::Text(text) => text.to_sql(kind, out),
            Cell::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

fn parameters(cells: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    cells.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect()
}

impl Driver for Postgres {
    fn begin(&mut self, access: Access) -> Result<(), Error> {
        self.rollback();
        let sql = match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // Neither the head of the log nor any record changes, and a lease that is lost is an hour lost at worst.
            Access::Claim => "BEGIN; SET LOCAL synchronous_commit = off",
            // The server knows how to make commits of many sessions durable at once.
            Access::Write | Access::Lazily => "BEGIN; SELECT 1 FROM chain_head FOR UPDATE",
        };
        self.is_in_transaction = true;
        Ok(self.client.get_mut().batch_execute(sql)?)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.is_in_transaction = false;
        Ok(self.client.get_mut().batch_execute("COMMIT")?)
    }

    fn rollback(&mut self) {
        if std::mem::take(&mut self.is_in_transaction) {
            // A connection that is gone has rolled back already; the next begin fails and says so.
            let _ = self.client.get_mut().batch_execute("ROLLBACK");
        }
    }

    fn query(&self, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, Error> {
        let statement = self.prepared(sql)?;
        let rows = self.client.borrow_mut().query(&statement, &parameters(cells))?;
        let cell = |row: &postgres::Row, column: usize| -> Result<Cell, Error> {
            let kind = row.columns()[column].type_();
            Ok(if *kind == Type::INT8 {
                row.try_get::<_, Option<i64>>(column)?.map_or(Cell::Null, Cell::Int)
            } else if *kind == Type::BYTEA {
                row.try_get::<_, Option<Vec<u8>>>(column)?.map_or(Cell::Null, Cell::Bytes)
            } else {
                row.try_get::<_, Option<String>>(column)?.map_or(Cell::Null, Cell::Text)
            })
        };
        rows.iter().map(|row| (0..row.len()).map(|column| cell(row, column)).collect()).collect()
    }

    fn execute(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, Error> {
        let statement = self.prepared(sql)?;
        Ok(self.client.get_mut().execute(&statement, &parameters(cells))?)
    }

    fn check(&self) -> Result<Vec<String>, Error> {
        // Constraints hold by themselves, and its pages are PostgreSQL's own affair.
        Ok(Vec::new())
    }

    fn expect_many(&mut self, _many: bool) -> Result<(), Error> {
        Ok(())
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn is_restricted(&self) -> Result<bool, Error> {
        Ok(self.client.borrow_mut().query_one("SELECT row_security_active('issue')", &[])?.get(0))
    }

    fn admit(&mut self, role: &str, customer: Option<&str>) -> Result<(), Error> {
        let client = self.client.get_mut();
        if client.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&role])?.is_none() {
            return Err(Error::Server("there is no such role; CREATE ROLE NAME LOGIN makes one"));
        }
        let name = format!("\"{}\"", role.replace('"', "\"\""));
        match customer {
            Some(customer) => {
                client.batch_execute(&GRANTS.replace("ROLE", &name))?;
                let sql = "INSERT INTO admitted VALUES ($1, $2) ON CONFLICT DO NOTHING";
                client.execute(sql, &[&role, &customer])?;
            }
            None => {
                client.execute("DELETE FROM admitted WHERE role_name = $1", &[&role])?;
                client.batch_execute(&REVOKES.replace("ROLE", &name))?;
            }
        }
        Ok(())
    }

    fn now(&self) -> &'static str {
        "(extract(epoch FROM clock_timestamp()) * 1000)::BIGINT"
    }

    fn skips_locked(&self) -> &'static str {
        "FOR UPDATE SKIP LOCKED"
    }

    fn empty_log(&mut self) -> Result<bool, Error> {
        // See the module's page: what stands in the log is sealed, and the server decides when it is recycled.
        Ok(true)
    }
}
