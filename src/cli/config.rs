//! The configuration file: how long things are kept, for whom, and when a purge asks back.

use super::Error;
use super::span::milliseconds;
use crate::ledger::{ANSWER_MS, Limits, Retention};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What a configuration says. Everything in it has a default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// A PostgreSQL database for the ledger.
    ledger: Option<String>,
    retention: RetentionConfig,
    purge: PurgeConfig,
    audit: AuditConfig,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RetentionConfig {
    /// The policy of customers that are not listed.
    default: Option<String>,
    /// The policies of customers, by their names.
    customers: BTreeMap<String, String>,
    /// Policies of one's own, besides `30d`, `90d` and `180d`.
    policies: BTreeMap<String, PolicyConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyConfig {
    max_age: Span,
    #[serde(default)]
    grace: Span,
    #[serde(default)]
    backups: Span,
    /// How soon a request of a data subject is answered.
    answer: Option<Span>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PurgeConfig {
    max_items: Option<u64>,
    max_percent: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AuditConfig {
    checkpoints: Option<PathBuf>,
}

/// A span of time, as a person writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
struct Span(i64);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Span, String> {
        milliseconds(&text).map(Span)
    }
}

impl Config {
    /// Reads the file that was named; without a name, the usual one if it is there.
    pub fn load(named: Option<&Path>, usual: Option<&Path>) -> Result<Config, Error> {
        let Some(path) = named.or(usual) else { return Ok(Config::default()) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return Ok(Config::default()),
            Err(source) => return Err(Error::File { doing: "read", path: path.into(), source }),
        };
        let wrong = |what: String| Error::Usage(format!("{}: {what}", path.display()));
        let config: Config = toml::from_str(&text).map_err(|error| wrong(error.to_string().trim_end().into()))?;
        // Said now, not when the customer sends something.
        for name in config.retention.customers.values().chain(&config.retention.default) {
            config.policy(name).ok_or_else(|| wrong(format!("there is no retention policy `{name}`")))?;
        }
        if let Some((name, _)) = config.retention.policies.iter().find(|(_, policy)| policy.max_age.0 == 0) {
            return Err(wrong(format!("the policy `{name}` keeps nothing: max_age must be longer")));
        }
        let is_none = |policy: &PolicyConfig| policy.answer.as_ref().is_some_and(|answer| answer.0 == 0);
        if let Some((name, _)) = config.retention.policies.iter().find(|(_, policy)| is_none(policy)) {
            return Err(wrong(format!("the policy `{name}` leaves no time: answer must be longer")));
        }
        Ok(config)
    }

    /// How long things of a customer are kept; of nobody in particular, without one.
    pub fn retention(&self, customer: Option<&str>) -> Option<Retention> {
        let named = customer.and_then(|customer| self.retention.customers.get(customer));
        self.policy(named.or(self.retention.default.as_ref()).map_or("90d", String::as_str))
    }

    /// When a purge asks back.
    pub fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            items: self.purge.max_items.unwrap_or(usual.items),
            percent: self.purge.max_percent.unwrap_or(usual.percent),
        }
    }

    /// The PostgreSQL database that the ledger is in, if it is.
    pub fn ledger(&self) -> Option<&str> {
        self.ledger.as_deref()
    }

    /// Where checkpoints of the audit log go besides the ledger's own directory.
    pub fn checkpoints(&self) -> Option<&Path> {
        self.audit.checkpoints.as_deref()
    }

    fn policy(&self, name: &str) -> Option<Retention> {
        match self.retention.policies.get(name) {
            Some(policy) => Some(Retention {
                name: name.into(),
                max_age_ms: policy.max_age.0,
                grace_ms: policy.grace.0,
                backup_ms: policy.backups.0,
                answer_ms: policy.answer.as_ref().map_or(ANSWER_MS, |answer| answer.0),
            }),
            None => Retention::profile(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, Error> {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("c"), text).unwrap();
        Config::load(Some(&root.path().join("c")), None)
    }

    #[test]
    fn customers_have_their_policies() {
        let config = load(
            "[retention]\ndefault = '180d'\n[retention.customers]\nacme = 'strict'\nother = '30d'\n\
             [retention.policies.strict]\nmax_age = '14d'\ngrace = '12h'\n[purge]\nmax_items = 5\n",
        )
        .unwrap();
        let age = |customer| config.retention(customer).unwrap().max_age_ms / 86_400_000;
        assert_eq!((age(Some("acme")), age(Some("other")), age(Some("new")), age(None)), (14, 30, 180, 180));
        assert_eq!(config.retention(Some("acme")).unwrap().grace_ms, 12 * 3_600_000);
        assert_eq!((config.limits().items, config.limits().percent), (5, Limits::default().percent));
        assert_eq!(Config::default().retention(None), Retention::profile("90d"));
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for text in [
            "[retention]\ndefault = 'forever'",
            "[retention.customers]\nacme = 'forever'",
            "[retention.policies.x]\nmax_age = '0d'",
            "[retention.policies.x]\nmax_age = 'soon'",
            "[purges]\nmax_items = 5",
            "retention",
        ] {
            assert!(load(text).is_err(), "{text}");
        }
        assert!(Config::load(Some(Path::new("/nowhere/config.toml")), None).is_err());
        assert!(Config::load(None, Some(Path::new("/nowhere/config.toml"))).is_ok());
    }
}
