//! A throw-away PostgreSQL server on a unix socket, from the installed binaries.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// The user `nobody`: the server refuses to run as root.
const NOBODY: u32 = 65534;

/// A running server; it ends with this value.
pub struct Server {
    root: TempDir,
    bin: PathBuf,
    databases: AtomicU32,
}

impl Server {
    /// Starts a server; `None`, with a word on the standard error, where PostgreSQL is not installed.
    pub fn start() -> Option<Server> {
        let Some(bin) = binaries() else {
            eprintln!("SKIPPED: PostgreSQL's server (initdb, pg_ctl) is not installed");
            return None;
        };
        let root = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").unwrap();
        if fs::metadata(root.path()).unwrap().uid() == 0 {
            chown(root.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let server = Server { root, bin, databases: AtomicU32::new(0) };
        server.run("initdb", &["-D", "data", "-U", "scrubjay", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        server.go();
        Some(server)
    }

    /// Starts the server anew, or after [`Server::stop`].
    pub fn go(&self) {
        // Durability is not what is tested here, and the disk is shared.
        let options =
            format!("-k {} -c listen_addresses='' -c fsync=off -c max_connections=60", self.root.path().display());
        self.run("pg_ctl", &["-D", "data", "-l", "log", "-w", "-t", "60", "-o", &options, "start"]);
    }

    /// Stops it at once, as a crash does.
    pub fn stop(&self) {
        self.run("pg_ctl", &["-D", "data", "-w", "-m", "immediate", "stop"]);
    }

    /// The address of a new database.
    pub fn database(&self) -> String {
        let name = format!("ledger{}", self.databases.fetch_add(1, Ordering::SeqCst));
        let socket = self.root.path().display().to_string();
        self.run("createdb", &["-h", &socket, "-U", "scrubjay", &name]);
        format!("postgres://scrubjay@{}/{name}", socket.replace('/', "%2F"))
    }

    /// Keeps a copy of a database.
    #[allow(dead_code)] // Not every test that starts a server needs it.
    pub fn backup(&self, url: &str) {
        self.run("pg_dump", &["-Fc", "-f", "backup", url]);
    }

    /// Puts the copy in the place of the database.
    #[allow(dead_code)]
    pub fn restore(&self, url: &str) {
        self.run("pg_restore", &["--clean", "--if-exists", "-d", url, "backup"]);
    }

    /// A database as `pg_dump` writes it, without the names of owners, who are roles of one server only.
    #[allow(dead_code)]
    pub fn dump(&self, url: &str, options: &[&str]) -> String {
        self.run("pg_dump", &[options, &["--no-owner", "-f", "dump.sql", url]].concat());
        fs::read_to_string(self.root.path().join("dump.sql")).unwrap()
    }

    /// Carries out statements, and fails at the first that fails.
    #[allow(dead_code)]
    pub fn load(&self, url: &str, statements: &str) {
        let path = self.root.path().join("load.sql");
        fs::write(&path, statements).unwrap();
        self.run("psql", &["-q", "-v", "ON_ERROR_STOP=1", "-f", &path.display().to_string(), url]);
    }

    fn run(&self, program: &str, args: &[&str]) {
        let mut command = Command::new(self.bin.join(program));
        command.args(args).current_dir(self.root.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(fs::File::create(self.root.path().join("errors")).unwrap());
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            command.uid(NOBODY).gid(NOBODY);
        }
        let status = command.status().unwrap();
        let errors = fs::read_to_string(self.root.path().join("errors")).unwrap_or_default();
        assert!(status.success(), "{program}: {errors}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.root.path().join("data/postmaster.pid").exists() {
            self.stop();
        }
    }
}

/// Where the server's programs are.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    places.extend(versions.into_iter().rev());
    let has_all =
        |place: &Path| ["initdb", "pg_ctl", "createdb", "pg_dump", "psql"].iter().all(|name| place.join(name).exists());
    places.into_iter().find(|place| has_all(place))
}
