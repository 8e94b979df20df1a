//! Secrets in commands whose place says so: short options (`curl -u user:secret`, `mysql -psecret`) and statements
//! (`IDENTIFIED BY 'x'`, `snmp-server community x`).

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, SPACE};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::handle;
use crate::detect::run::Run;
use crate::detect::value::{Extent, Quote};
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds the secrets of commands and statements that name none.
pub struct Command;

const OPTION: usize = 0;
const USER: usize = 1;
const STATEMENT: usize = 2;

/// Commands with an option whose argument is a secret; whether the argument is glued to it; whether it is `user:secret`.
const OPTIONS: [(&[u8], &[u8], Shape); 12] = [
    (b"curl ", b"-u", Shape::Pair),
    (b"curl ", b"--user", Shape::Pair),
    (b"curl ", b"--proxy-user", Shape::Pair),
    (b"curl ", b"-U", Shape::Pair),
    (b"sshpass ", b"-p", Shape::Either),
    (b"mysql ", b"-p", Shape::Glued),
    (b"mysqldump ", b"-p", Shape::Glued),
    (b"mysqladmin ", b"-p", Shape::Glued),
    (b"docker login ", b"-p", Shape::Apart),
    (b"ldapsearch ", b"-w", Shape::Apart),
    (b"ldapmodify ", b"-w", Shape::Apart),
    (b"redis-cli ", b"-a", Shape::Apart),
];

/// How the argument of an option stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Behind a blank.
    Apart,
    /// Without one.
    Glued,
    /// With or without.
    Either,
    /// `user:secret`, behind a blank.
    Pair,
}

/// `SET PASSWORD FOR 'u'@'%' = 'x'`: the account stands between the words and the secret.
const SET_PASSWORD: &[u8] = b"set password for ";

/// Statements, and the kind of what follows.
const STATEMENTS: [(&[u8], Kind); 7] = [
    (b"identified by ", Kind::Password),
    (SET_PASSWORD, Kind::Password),
    (b"convertto-securestring ", Kind::Password),
    (b"snmp-server community ", Kind::Secret),
    (b"rocommunity ", Kind::Secret),
    (b"rwcommunity ", Kind::Secret),
    (b"pre-shared-key ", Kind::Secret),
];

/// How far behind its command an option is looked for, in bytes.
const REACH: usize = 512;

impl Detector for Command {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("command-password", Kind::Password, "secret behind a short option of a command"),
            rule("command-user", Kind::User, "user name before such a secret"),
            rule("statement-secret", Kind::Secret, "secret of a statement that has a place for one"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let options = OPTIONS.iter().map(|(command, ..)| Anchor::exact(command));
        options.chain(STATEMENTS.iter().map(|(statement, _)| Anchor::folded(statement))).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        match OPTIONS.get(hit.anchor) {
            Some((command, option, shape)) => {
                if view.starts_word(hit.at) {
                    options(view, hit.at + command.len() - 1, command, option, *shape, out);
                }
            }
            None => {
                let (statement, kind) = STATEMENTS[hit.anchor - OPTIONS.len()];
                let at = view.run(hit.at + statement.len(), BLANK, 8);
                let at = if statement == SET_PASSWORD { behind_account(view, at) } else { skip_words(view, at) };
                let value = argument(view, at);
                if is_secret(view, &value) {
                    take(view, &value, kind, STATEMENT, out);
                }
            }
        }
    }
}

/// Every place of the option in the arguments that start at `from`.
fn options(view: &View<'_>, from: usize, command: &[u8], option: &[u8], shape: Shape, out: &mut Candidates<'_>) {
    const TOLD: ByteSet = SPACE.or(ByteSet::of(b"|;"));
    let mut next = from;
    while next < from + REACH {
        let at = view.run(next, const { TOLD.not() }, from + REACH - next);
        next = at + 1;
        if at >= from + REACH || !matches!(view.at(at), Some(b' ' | b'\t' | b'\r')) {
            return;
        }
        // The same command once more has its own turn.
        if view.starts_with(next, command) {
            return;
        }
        if !view.starts_with(next, option) {
            continue;
        }
        let behind = next + option.len();
        let value = view.run(behind, const { BLANK.or(ByteSet::of(b"=")) }, 4);
        let fits = match shape {
            Shape::Glued => value == behind && view.at(behind).is_some_and(|b| b != b'-'),
            Shape::Either => true,
            Shape::Apart | Shape::Pair => value > behind,
        };
        if !fits {
            continue;
        }
        let value = argument(view, value);
        if shape == Shape::Pair {
            pair(view, &value, out);
        } else if is_secret(view, &value) {
            take(view, &value, Kind::Password, OPTION, out);
        }
    }
}

/// `user:secret`.
fn pair(view: &View<'_>, value: &Extent, out: &mut Candidates<'_>) {
    let Some(colon) = (value.start..value.end).find(|&i| view.at(i) == Some(b':')) else { return };
    let user = Extent { end: colon, ..value.clone() };
    let secret = Extent { start: colon + 1, ..value.clone() };
    if is_secret(view, &secret) {
        take(view, &secret, Kind::Password, OPTION, out);
        if is_secret(view, &user) {
            out.found(Found::new(user.start, user.end, Kind::User, Confidence::Medium).rule(USER));
        }
    }
}

/// The word or quoted text at `at`.
fn argument(view: &View<'_>, at: usize) -> Extent {
    match Quote::at(view, at) {
        Some(quote) => quote.extent(view, quote.end(at), false),
        None => {
            let set = const { SPACE.or(ByteSet::of(b"\"'`;|&<>\\")).not() };
            Extent {
                start: at,
                end: view.run(at, set, usize::MAX),
                run: Run::Set(set),
                is_quoted: false,
                is_open: false,
            }
        }
    }
}

/// Behind the words that may stand before the secret of a statement: `PASSWORD`, `VALUES`, `-String`, `ascii-text`.
fn skip_words(view: &View<'_>, at: usize) -> usize {
    let words = [&b"password "[..], b"values ", b"-string ", b"ascii-text "];
    match words.iter().find(|w| view.starts_with_ignoring_case(at, w)) {
        Some(word) => view.run(at + word.len(), BLANK, 8),
        None => at,
    }
}

/// Behind the account, the sign and `PASSWORD(` of a statement that sets a password.
fn behind_account(view: &View<'_>, at: usize) -> usize {
    let sign = view.run(at, const { ByteSet::of(b"=;\r\n").not() }, 128);
    let at = view.run(sign, const { BLANK.or(ByteSet::of(b"=")) }, 8);
    if view.starts_with_ignoring_case(at, b"password(") { at + 9 } else { at }
}

fn is_secret(view: &View<'_>, value: &Extent) -> bool {
    let text = view.slice(value.start, value.end);
    !text.is_empty()
        && handle::reason(text).is_none()
        && (value.is_quoted || text.iter().any(|b| ALNUM.contains(*b)))
        && !matches!(text[0], b'-' | b'$' | b'(')
}

fn take(view: &View<'_>, value: &Extent, kind: Kind, rule: usize, out: &mut Candidates<'_>) {
    let found = Found::new(value.start, value.end, kind, Confidence::High).rule(rule);
    out.found(found.open(view, value.run.clone()));
}
