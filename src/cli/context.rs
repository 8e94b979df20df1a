//! What a command finds around it: the home of the ledger, the clock, the terminal.

use super::config::Config;
use super::hints::Error;
use crate::ledger::{Clock, Ledger, SystemClock, Time};
use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// For tests of the program as a whole, and in debug builds only: a moment in RFC 3339 at which its clock stands still.
#[cfg(debug_assertions)]
const TEST_NOW: &str = "SCRUBJAY_TEST_NOW";

/// The surroundings of one command.
pub struct Context {
    home: PathBuf,
    config: Config,
    /// The PostgreSQL database that the ledger is in, if it is.
    url: Option<String>,
    now: Option<Time>,
}

impl Context {
    /// Looks around. `home`, `ledger` and `config` are the options, which the environment may have
    /// filled.
    pub fn new(home: Option<PathBuf>, ledger: Option<String>, config: Option<&Path>) -> Result<Context, Error> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        // The XDG base directory specification ignores a path that is not absolute.
        let absolute = |value: OsString| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
        let home = home
            .or_else(|| Some(variable("XDG_DATA_HOME").and_then(absolute)?.join("scrubjay")))
            .or_else(|| Some(variable("HOME").and_then(absolute)?.join(".local/share/scrubjay")))
            .ok_or(Error::NoHome)?;
        let usual = variable("XDG_CONFIG_HOME")
            .and_then(absolute)
            .or_else(|| Some(variable("HOME").and_then(absolute)?.join(".config")))
            .map(|directory| directory.join("scrubjay/config.toml"));
        let config = Config::load(config, usual.as_deref())?;
        let url = ledger.or_else(|| config.ledger().map(String::from));
        Ok(Context { home: std::path::absolute(&home).unwrap_or(home), config, url, now: test_now()? })
    }

    /// The directory of the ledger.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Whether the ledger is in a database that several programs share.
    pub fn is_shared(&self) -> bool {
        self.url.is_some()
    }

    /// What the configuration file says.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Opens the ledger, creating it if there is none.
    pub fn ledger(&self) -> Result<Ledger, Error> {
        self.ledger_for(None)
    }

    /// The same, with the retention of a customer for the issues that are opened.
    pub fn ledger_for(&self, customer: Option<&str>) -> Result<Ledger, Error> {
        let ledger = match (self.now, &self.url) {
            (Some(now), None) => Ledger::open(&self.home, now)?,
            (None, None) => Ledger::open(&self.home, SystemClock)?,
            (Some(now), Some(url)) => Ledger::open_postgres(&self.home, now, url)?,
            (None, Some(url)) => Ledger::open_postgres(&self.home, SystemClock, url)?,
        };
        let ledger = ledger.with_customer(customer);
        let ledger = match self.config.checkpoints() {
            Some(directory) => ledger.with_checkpoints(directory),
            None => ledger,
        };
        Ok(match self.config.retention(customer) {
            Some(retention) => ledger.with_retention(retention),
            None => ledger,
        })
    }

    /// Opens the ledger if there is one: a question creates nothing.
    pub fn existing_ledger(&self) -> Result<Option<Ledger>, Error> {
        // A host whose home is empty may ask about a ledger that others keep: it is told that it has no keys.
        let is_there = Ledger::exists(&self.home)?
            || match &self.url {
                Some(url) => Ledger::exists_in(url)?,
                None => false,
            };
        if is_there { self.ledger().map(Some) } else { Ok(None) }
    }

    /// The present moment.
    pub fn now(&self) -> Time {
        self.now.unwrap_or_else(|| SystemClock.now())
    }

    /// Asks a question that is answered by `y`, if there is a terminal to ask on; goes ahead if there is none, since a
    /// command is a command.
    pub fn confirm(&self, question: &str) -> Result<(), Error> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(());
        }
        write!(io::stderr(), "{question} [y/N] ")?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        match answer.trim() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Error::Declined),
        }
    }
}

/// For tests, and in debug builds only: `PLACE:N`, where the program is killed the Nth time that it comes by.
#[cfg(debug_assertions)]
const TEST_KILL: &str = "SCRUBJAY_TEST_KILL";

#[cfg(debug_assertions)]
fn test_now() -> Result<Option<Time>, Error> {
    if let Some((name, nth)) = std::env::var(TEST_KILL).ok().as_deref().and_then(|value| value.split_once(':')) {
        let nth = nth.parse().map_err(|_| Error::Usage(format!("{TEST_KILL} is not PLACE:N")))?;
        crate::failpoint::arm(name.into(), nth);
    }
    let Some(value) = std::env::var_os(TEST_NOW).filter(|value| !value.is_empty()) else { return Ok(None) };
    let stamp = value.to_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let wrong = || Error::Usage(format!("{TEST_NOW} is not a moment in RFC 3339"));
    Ok(Some(Time(stamp.ok_or_else(wrong)?.as_millisecond())))
}

#[cfg(not(debug_assertions))]
fn test_now() -> Result<Option<Time>, Error> {
    Ok(None)
}
