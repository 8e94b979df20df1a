//! Credentials in URLs: `scheme://user:secret@host`, also with `/`, `@` and `:` inside the secret, and with several hosts.

use crate::detect::bytes::{ALNUM, ByteSet, DIGIT, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::prefilter::Literal;
use crate::detect::reading::handle;
use crate::detect::view::View;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::Kind;
use crate::placeholder;

/// Finds the user and the secret before the `@` of a URL.
pub struct Userinfo;

const PASSWORD: usize = 0;
const USER: usize = 1;
const TOKEN: usize = 2;

/// Accounts that name a role, not a person.
const ROLES: &[&[u8]] = &[
    b"git",
    b"root",
    b"admin",
    b"administrator",
    b"postgres",
    b"sa",
    b"guest",
    b"user",
    b"username",
    b"anonymous",
    b"system",
    b"oauth2",
    b"x-access-token",
    b"x-token-auth",
    b"token",
    b"api",
    b"default",
    b"nobody",
    b"ec2-user",
    b"ubuntu",
    b"gitlab-ci-token",
    b"hg",
    b"svn",
    b"ftp",
    b"docker",
    b"jenkins",
    b"deploy",
    b"service",
    b"scott",
];

/// The end of a URL, whatever is inside: blanks, quotes, brackets of markup, controls.
pub const OUTSIDE: ByteSet = ByteSet::of(b" \t\r\n\"'`<>\\\x00\x1b");

impl Detector for Userinfo {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("url-password", Kind::Password, "password in the user part of a URL"),
            rule("url-user", Kind::User, "user name in the user part of a URL"),
            rule("url-token", Kind::Token, "token in the user part of a URL"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let mut anchors = vec![Anchor::exact(b"://"), Anchor::folded(b":thin:"), Anchor::folded(b":oci:")];
        anchors.extend([&b" //"[..], b"\"//", b"'//", b"=//", b"\n//"].map(Anchor::exact));
        anchors.extend([&b"@tcp("[..], b"@unix("].map(Anchor::exact));
        // Two bytes alone would let the search stop all over.
        anchors.extend([&b"@("[..], b"@/"].map(|bytes| {
            Anchor::Literal(Literal {
                bytes: bytes.to_vec(),
                ignore_case: false,
                starts_word: false,
                after: vec![WORD],
            })
        }));
        anchors
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (start, at) = match hit.anchor {
            0 => (hit.at + 3, sign(view, hit.at + 3)),
            1 => return oracle(view, hit.at + 6, out),
            2 => return oracle(view, hit.at + 5, out),
            10 | 11 if !view.is(hit.at + 2, WORD) => return,
            // `//user:secret@host`
            3..=7 if view.is(hit.at + 3, OUTSIDE) => return,
            3..=7 => (hit.at + 3, sign(view, hit.at + 3)),
            // `scott/tiger@//host` of Oracle has its own anchor.
            _ if view.starts_with(hit.at, b"@//") => return,
            // `user:secret@tcp(host:3306)/db`
            _ => (data_source(view, hit.at), Some(hit.at)),
        };
        let Some(at) = at.filter(|&at| at > start) else { return };
        // `image:tag@sha256:...` is no host.
        if view.starts_with(at + 1, b"sha256:") || view.starts_with(at + 1, b"sha512:") {
            return out.left(PASSWORD, start, "the digest of an image");
        }
        let separator = (start..at).find(|&i| view.at(i) == Some(b':'));
        if separator.is_none() && hit.anchor > 2 {
            return;
        }
        let (user_end, secret) = match separator {
            Some(colon) => (colon, Some((colon + 1, at))),
            None => (at, None),
        };
        let secret = secret.filter(|(from, to)| from < to);
        let user = view.slice(start, user_end);
        let is_role = ROLES.iter().any(|role| user.eq_ignore_ascii_case(role));
        // `https://TOKEN@host`, `https://TOKEN:x-oauth-basic@host`
        let is_marker = secret.is_none_or(|(from, to)| matches!(view.slice(from, to), b"x-oauth-basic" | b"x"));
        // A placeholder is one whatever its letters: the marker behind it stays, too.
        let is_token = is_marker
            && (user.len() >= 16 && user.iter().any(u8::is_ascii_digit) || placeholder::touches(user, 0, user.len()));
        if let Some((from, to)) = secret.filter(|_| !(is_marker && is_token)) {
            match handle::reason(view.slice(from, to)) {
                Some(reason) => out.left(PASSWORD, from, reason),
                None => out.found(
                    Found::new(from, to, Kind::Password, Confidence::High).rule(PASSWORD).form(percent(view, from, to)),
                ),
            }
        }
        // `otpauth://totp/x`: what stands there is no user.
        if user.is_empty() || view.ends_with_ignoring_case(start, b"otpauth://") {
        } else if is_token {
            out.found(Found::new(start, user_end, Kind::Token, Confidence::High).rule(TOKEN));
        } else if is_role {
            out.left(USER, start, "an account that names a role");
        } else if secret.is_none() && is_actor(view, start) {
            out.left(USER, start, "the name of a system of actors");
        } else {
            match handle::reason(user) {
                Some(reason) => out.left(USER, start, reason),
                None => {
                    let found = Found::new(start, user_end, Kind::User, Confidence::Medium).rule(USER);
                    out.found(found.form(percent(view, start, user_end)));
                }
            }
        }
    }
}

/// Whether the scheme before `start` is one of those whose first part names a system or an endpoint within a program:
/// `spark://MapOutputTracker@host`, `akka.tcp://sparkDriver@host`.
fn is_actor(view: &View<'_>, start: usize) -> bool {
    [&b"spark://"[..], b"akka://", b"akka.tcp://", b"akka.ssl.tcp://", b"akka.udp://", b"pekko://", b"pekko.tcp://"]
        .iter()
        .any(|scheme| view.ends_with_ignoring_case(start, scheme))
}

/// How a part of a URL is spelled.
fn percent(view: &View<'_>, start: usize, end: usize) -> Form {
    if view.slice(start, end).contains(&b'%') { Form::one(Encoding::Percent) } else { Form::PLAIN }
}

/// Whether the `@` at `at` ends the secret of a logon (`sqlplus scott/tiger@db`) or of a URL without its scheme.
pub fn is_logon(view: &View<'_>, start: usize, at: usize) -> bool {
    const PROGRAMS: [&[u8]; 8] =
        [b"sqlplus ", b"expdp ", b"impdp ", b"rman target ", b"sqlldr ", b":thin:", b":oci:", b"conn"];
    // Either has a slash before the name, which most addresses have not.
    if memchr::memchr(b'/', view.slice(at.saturating_sub(256), start)).is_none() {
        return false;
    }
    let from = view.run_back(at, OUTSIDE.not(), 256);
    if view.slice(from, start).starts_with(b"//") && view.before(from).is_some_and(|b| b" \"'\n".contains(&b)) {
        return sign(view, from + 2) == Some(at);
    }
    let before = view.slice(view.line_start(at).max(start.saturating_sub(128)), start);
    view.before(start) == Some(b'/') && PROGRAMS.iter().any(|program| memchr::memmem::find(before, program).is_some())
}

/// Where `user:secret` begins that ends at `at`, in a data source of Go.
fn data_source(view: &View<'_>, at: usize) -> usize {
    let from = view.run_back(at, const { OUTSIDE.or(ByteSet::of(b"=")).not() }, 256);
    memchr::memmem::rfind(view.slice(from, at), b"://").map_or(from, |n| from + n + 3)
}

/// The `@` that ends the user part of the URL whose authority starts at `start`.
pub fn sign(view: &View<'_>, start: usize) -> Option<usize> {
    const LIMIT: usize = 1024;
    const PATH: ByteSet = ByteSet::of(b"/?#");
    // The next URL has its own turn.
    let mut end = start;
    loop {
        end = view.run(end, const { OUTSIDE.or(ByteSet::of(b":")).not() }, LIMIT - (end - start));
        if view.at(end) != Some(b':') || end - start >= LIMIT || view.starts_with(end, b"://") {
            break;
        }
        end += 1;
    }
    if !view.slice(start, end).contains(&b'@') {
        return None;
    }
    let authority = (start..end).find(|&i| view.is(i, PATH)).unwrap_or(end);
    let host = const { ALNUM.or(ByteSet::of(b"[$")) };
    let last = |to: usize| {
        memchr::memrchr_iter(b'@', view.slice(start, to))
            .map(|n| start + n)
            .find(|&at| at > start && view.is(at + 1, host))
    };
    if let Some(at) = last(authority) {
        // `p@ss/word@host.example`: what follows the first sign is no host, what follows the last one is.
        let host = view.slice(at + 1, authority);
        let is_port = |n: usize| host[n + 1..].iter().all(|b| b.is_ascii_digit() || b"$[]{},.:-".contains(b));
        let is_host = match memchr::memrchr(b':', host) {
            Some(colon) => is_port(colon) || host.iter().any(|b| matches!(b, b'[' | b'$' | b',' | b'{')),
            None => host.iter().any(|b| matches!(b, b'.' | b'[' | b'$')),
        };
        return last(end)
            .filter(|&other| !is_host && view.is(authority, PATH) && is_dotted(view, other + 1))
            .or(Some(at));
    }
    // A secret with a slash in it: there is a colon whose right side is no port.
    let colon = (start..authority).find(|&i| view.at(i) == Some(b':'))?;
    let is_port = colon + 1 == authority || (colon + 1..authority).all(|i| view.is(i, DIGIT));
    if is_port || view.at(start) == Some(b'[') {
        return None;
    }
    last(end)
}

/// Whether a host with a dot in it stands at `at`, whose last label is of letters.
fn is_dotted(view: &View<'_>, at: usize) -> bool {
    let end = view.run(at, const { ALNUM.or(ByteSet::of(b".-")) }, 255);
    let host = view.slice(at, end);
    let last = host.rsplit(|&b| b == b'.').next().unwrap_or(host);
    last.len() < host.len() && last.len() > 1 && last.iter().all(u8::is_ascii_alphabetic)
}

/// `jdbc:oracle:thin:scott/tiger@//host`.
fn oracle(view: &View<'_>, start: usize, out: &mut Candidates<'_>) {
    let slash = view.run(start, const { OUTSIDE.or(ByteSet::of(b"/@")).not() }, 64);
    if slash == start || view.at(slash) != Some(b'/') {
        return;
    }
    // `scott/"ti/ger"@host`
    let (from, end) = match view.at(slash + 1) {
        Some(b'"') => (slash + 2, view.run(slash + 2, const { ByteSet::of(b"\"\r\n").not() }, 128)),
        _ => (slash + 1, view.run(slash + 1, const { OUTSIDE.or(ByteSet::of(b"@")).not() }, 128)),
    };
    if end > from && view.is(end, const { ByteSet::of(b"@\"") }) {
        let user = view.slice(start, slash);
        if !ROLES.iter().any(|role| user.eq_ignore_ascii_case(role)) && handle::reason(user).is_none() {
            out.found(Found::new(start, slash, Kind::User, Confidence::Medium).rule(USER));
        }
    }
    if end > from && matches!(view.at(end), Some(b'@' | b'"')) && handle::reason(view.slice(from, end)).is_none() {
        out.found(Found::new(from, end, Kind::Password, Confidence::High).rule(PASSWORD));
    }
}
