//! Who is a person: which login names, names, dates and addresses are somebody's, and which are a role, a word or code.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HIGH, LETTER, WORD};
use crate::detect::key::Key;
use crate::detect::place::{Place, Separator};
use crate::detect::value::Extent;
use crate::detect::view::View;
use crate::kind::Kind;

/// Accounts that programs, systems and images bring along, and words that stand where nobody does. In order.
const NOBODY: &[&str] = &[
    "*",
    "-",
    "?",
    "_apt",
    "adm",
    "admin",
    "administrator",
    "all",
    "all users",
    "alpine",
    "anonymous",
    "anonymoususer",
    "any",
    "apache",
    "app",
    "arch",
    "avahi",
    "azureuser",
    "backup",
    "bin",
    "bitnami",
    "centos",
    "chrony",
    "circleci",
    "cloud-user",
    "code",
    "confluence",
    "daemon",
    "dbus",
    "debian",
    "default",
    "default user",
    "defaultuser0",
    "demo",
    "deploy",
    "deployer",
    "docker",
    "ec2-user",
    "elasticsearch",
    "everyone",
    "false",
    "fedora",
    "foo",
    "ftp",
    "games",
    "git",
    "gitlab",
    "gitlab-runner",
    "grafana",
    "group",
    "guest",
    "hadoop",
    "haproxy",
    "hdfs",
    "hg",
    "hive",
    "http",
    "httpd",
    "invalid",
    "jenkins",
    "jira",
    "kafka",
    "linuxbrew",
    "local service",
    "localhost",
    "localservice",
    "localsystem",
    "login",
    "lost+found",
    "lp",
    "mail",
    "man",
    "mapred",
    "master",
    "me",
    "mongodb",
    "mysql",
    "nagios",
    "name",
    "network service",
    "networkservice",
    "news",
    "nginx",
    "nil",
    "nobody",
    "node",
    "none",
    "null",
    "oracle",
    "other",
    "owner",
    "password",
    "postfix",
    "postgres",
    "prometheus",
    "proxy",
    "public",
    "rabbitmq",
    "redis",
    "root",
    "rpc",
    "runner",
    "sa",
    "self",
    "service",
    "shared",
    "spark",
    "squid",
    "sshd",
    "staff",
    "svn",
    "sync",
    "sys",
    "syslog",
    "system",
    "systemd",
    "test",
    "tomcat",
    "travis",
    "true",
    "ubuntu",
    "undefined",
    "unknown",
    "unspecified",
    "user",
    "username",
    "users",
    "uucp",
    "uuidd",
    "vagrant",
    "vscode",
    "www",
    "www-data",
    "yarn",
    "zookeeper",
];

/// Whether the account is one that names a role, a system's own, or nobody.
pub fn is_nobody(name: &[u8]) -> bool {
    let mut lower = [0; 24];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    let lower: &[u8] = lower;
    // `NT AUTHORITY\SYSTEM`
    let lower = &lower[lower.iter().rposition(|&b| b == b'\\').map_or(0, |n| n + 1)..];
    NOBODY.binary_search_by(|known| known.as_bytes().cmp(lower)).is_ok()
}

/// Words that a sentence goes on with where a name could stand.
const WORDS: &[&str] = &[
    "a",
    "access",
    "account",
    "added",
    "agent",
    "already",
    "an",
    "and",
    "are",
    "as",
    "at",
    "authenticated",
    "authentication",
    "by",
    "can",
    "cannot",
    "changed",
    "created",
    "credentials",
    "data",
    "deleted",
    "denied",
    "details",
    "did",
    "disabled",
    "does",
    "enabled",
    "error",
    "exists",
    "expired",
    "failed",
    "failure",
    "for",
    "form",
    "found",
    "from",
    "has",
    "have",
    "id",
    "in",
    "incorrect",
    "info",
    "input",
    "interface",
    "invalid",
    "is",
    "list",
    "locked",
    "logged",
    "logon",
    "lookup",
    "may",
    "missing",
    "mode",
    "must",
    "names",
    "namespace",
    "no",
    "not",
    "of",
    "ok",
    "on",
    "only",
    "or",
    "page",
    "permission",
    "profile",
    "ref",
    "rejected",
    "request",
    "required",
    "role",
    "roles",
    "secret",
    "session",
    "set",
    "should",
    "space",
    "store",
    "string",
    "succeeded",
    "success",
    "successful",
    "that",
    "the",
    "this",
    "timeout",
    "to",
    "token",
    "type",
    "updated",
    "was",
    "which",
    "who",
    "will",
    "with",
    "without",
    "you",
    "your",
];

/// Whether it is a word of a sentence.
pub fn is_word(name: &[u8]) -> bool {
    WORDS.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
}

/// What login names are made of.
pub const LOGIN: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".-@+\\$"));

/// Why a value under a key of `kind` is nobody's. `None` if it is somebody's, or the kind is none of a person.
pub fn reason(kind: Kind, view: &View<'_>, key: &Key, place: &Place<'_>, value: &Extent) -> Option<&'static str> {
    let is_person = matches!(kind, Kind::User | Kind::Name | Kind::BirthDate | Kind::PostalAddress);
    if !is_person {
        return None;
    }
    let text = view.slice(value.start, value.end).trim_ascii();
    let text = if value.is_quoted { text } else { text.strip_suffix(b",").unwrap_or(text) };
    if text.len() > 128
        || text.iter().any(|b| matches!(b, b'{' | b'}' | b'<' | b'>' | b'|' | b'=' | b'%' | b'\n' | b'`'))
    {
        return Some("more than what tells of a person");
    }
    if !value.is_quoted && is_code(view, key, place, value, text) {
        return Some("source code");
    }
    match kind {
        Kind::User => login(view, key, text),
        Kind::Name => name(view, key, value, text),
        Kind::BirthDate => {
            let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
            (digits < 2 || text.len() > 40).then_some("no date")
        }
        _ => address(view, key, text),
    }
}

/// Whether an unquoted value reads as an expression: a call, a member, a name of a variable beside ` = `, a type.
fn is_code(view: &View<'_>, key: &Key, place: &Place<'_>, value: &Extent, text: &[u8]) -> bool {
    let is_call = text.contains(&b'(') || text.contains(&b'[') || view.at(value.end) == Some(b'(');
    let ends_statement = matches!(view.at(value.end), Some(b';')) || text.ends_with(b";");
    let is_spaced = place.separator == Separator::Equals && view.is(key.end, BLANK);
    let is_variable =
        text.contains(&b'_') || text.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    let starts = text.first().is_some_and(|b| LETTER.contains(*b) || *b >= 0x80 || DIGIT.contains(*b) || *b == b'_');
    let is_argument = place.separator == Separator::Equals
        && matches!(view.at(value.end), Some(b')'))
        && matches!(view.before(key.start), Some(b'(' | b' '))
        && text.iter().all(|b| WORD.contains(*b) || *b == b'.')
        && view.slice(view.line_start(key.start), key.start).iter().rev().take_while(|b| **b != b'(').count() < 200
        && view.before(view.run_back(key.start, const { ByteSet::of(b" ") }, 2)).is_some_and(|b| b == b'(')
        && view.slice(view.line_start(key.start), key.start).iter().rev().nth(1).is_some_and(|b| WORD.contains(*b));
    let is_member = place.separator == Separator::Equals && is_spaced && text.contains(&b'.') && !text.contains(&b'@');
    let is_type = place.separator == Separator::Colon
        && text.first().is_some_and(u8::is_ascii_uppercase)
        && matches!(view.at(value.end), Some(b',' | b')' | b';'));
    is_call || ends_statement || !starts || (is_spaced && is_variable) || is_argument || is_member || is_type
}

/// Why a value is no login name.
fn login(view: &View<'_>, key: &Key, text: &[u8]) -> Option<&'static str> {
    let domain = text.iter().position(|&b| b == b'\\').map_or(0, |n| n + 1);
    let bare = text.get(domain..).unwrap_or(text);
    if is_nobody(bare) || bare.is_empty() {
        return Some("an account that names no person");
    }
    if is_word(text) {
        return Some("a word of a sentence");
    }
    if text.iter().all(|b| DIGIT.contains(*b)) || text.len() > 64 {
        return Some("a number");
    }
    if !text.iter().all(|b| LOGIN.contains(*b)) || !text.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b)) {
        return Some("no login name");
    }
    let key = key.name(view);
    let lower = text.to_ascii_lowercase();
    let names = [&b"user"[..], b"login", b"name"];
    let is_named = names.iter().any(|word| memchr::memmem::find(&lower, word).is_some());
    let many_dots = text.iter().filter(|b| **b == b'.').count() > 2 && !text.contains(&b'@');
    (is_named || lower.eq_ignore_ascii_case(key) || many_dots).then_some("the name of a variable")
}

/// Why a value is nobody's name.
fn name(view: &View<'_>, key: &Key, value: &Extent, text: &[u8]) -> Option<&'static str> {
    const NAME: ByteSet = ALNUM.or(HIGH).or(ByteSet::of(b" .,'-_@()&/"));
    let words = text.split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
    if !text.iter().all(|b| NAME.contains(*b)) || !text.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b)) {
        return Some("no name");
    }
    if is_nobody(text) || is_word(text) || text.iter().filter(|b| **b == b'/').count() > 0 || words > 6 {
        return Some("nobody's name");
    }
    // The caption of the field: `firstName: "First name"`.
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect()
    };
    let (key, told) = (letters(key.name(view)), letters(text));
    if !key.is_empty()
        && (key == told || told.ends_with(b"name") || told.starts_with(b"your") || told.starts_with(b"enter"))
    {
        return Some("the caption of a field");
    }
    let has_capital = text.iter().any(|b| b.is_ascii_uppercase() || *b >= 0x80);
    let is_identifier = !value.is_quoted && text.contains(&b'_');
    ((!has_capital && words > 2) || is_identifier).then_some("no name")
}

/// Why a value is no part of an address.
fn address(view: &View<'_>, key: &Key, text: &[u8]) -> Option<&'static str> {
    let has_digit = text.iter().any(u8::is_ascii_digit);
    let name = key.name(view).to_ascii_lowercase();
    let is_code =
        [&b"code"[..], b"plz", b"zip", b"cep", b"postleitzahl", b"postnummer"].iter().any(|end| name.ends_with(end));
    if is_code {
        return (!has_digit || text.len() > 12 || text.len() < 3).then_some("no postal code");
    }
    let is_caption = text
        .iter()
        .filter(|b| b.is_ascii_alphabetic())
        .map(u8::to_ascii_lowercase)
        .eq(name.iter().copied().filter(u8::is_ascii_alphabetic));
    (text.len() < 3 || is_caption || is_word(text) || is_nobody(text)).then_some("no address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_nobody_is_in_order() {
        assert!(NOBODY.is_sorted());
        for name in ["root", "Administrator", "NT AUTHORITY\\SYSTEM", "www-data", "-", "All Users"] {
            assert!(is_nobody(name.as_bytes()), "{name}");
        }
        for name in ["jroe", "jane.roe", "ACME\\jroe", "", "a-name-that-is-longer-than-any-of-these"] {
            assert!(!is_nobody(name.as_bytes()), "{name}");
        }
    }
}
