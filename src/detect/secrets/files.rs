//! Secrets that files hold by their shape rather than under a key: `.pgpass`, shadow and `chpasswd` lists, the vault blocks
//! of Ansible, the keys and salts of WordPress, the exchanges of FTP, POP3, IMAP and SMTP.

use crate::detect::bytes::{ALNUM, BASE64, BLANK, ByteSet, DIGIT, HEX, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account::{self, LOGIN};
use crate::detect::people::names;
use crate::detect::reading::handle;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::run::Run;
use crate::detect::secrets::argument::{argument, is_secret, take};
use crate::detect::view::View;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::Kind;

/// Finds secrets by the shape of their file.
pub struct Files;

/// What a line is, by its anchor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    /// `host:5432:database:user:secret`.
    Pgpass,
    /// `user:hash:19000:0:99999:7:::`.
    Shadow,
    /// `chpasswd:` of cloud-init, and `user:secret` on the lines below it.
    Chpasswd,
    /// `$ANSIBLE_VAULT;1.1;AES256` and the lines of digits below it.
    Vault,
    /// `define('AUTH_KEY', 'x y z')`.
    Define,
    /// `PASS x` of FTP, POP3 and IRC.
    Pass,
    /// `AUTH PLAIN x`.
    Plain,
    /// `a001 LOGIN user x`.
    Login,
    /// `"user" * "secret" *`, `user pptpd secret *`.
    Chap,
    /// `socks5 192.0.2.1 1080 user x`.
    Proxy,
    /// `user x on >secret`, of the access lists of Redis.
    Acl,
    /// `"user:secret"` under a name in capitals, of Bundler; `static:user:secret` of Postfix.
    Static,
    /// `DefaultPassword REG_SZ x`.
    Registry,
    /// `user * secret *`, at the end of a line.
    Star,
    /// `userPassword:: base64`, of LDIF.
    Ldif,
    /// `displayName:: base64`.
    LdifName,
    /// `Login incorrect: [jroe/secret]` of FreeRADIUS: the login name.
    Radius,
    /// `user_jroe="secret"` of Kafka's login module.
    Jaas,
    /// `[mail.example]:587 user:secret`.
    Relay,
    /// `"github-oauth": {"github.com": "x"}`, of Composer.
    Composer,
    /// A private member of a JSON Web Key.
    Jwk,
    /// A licence of Atlassian, over several lines.
    Licence,
    /// `1234 => 4242,Jane Roe,jane@...` of Asterisk's voice mail.
    Voicemail,
    /// `additional_endpoints:` of Datadog's agent, and the keys in the lists below it.
    Endpoints,
}

const ANCHORS: &[(&[u8], Is)] = &[
    (b":5432:", Is::Pgpass),
    (b":5433:", Is::Pgpass),
    (b":6432:", Is::Pgpass),
    (b":*:", Is::Pgpass),
    (b":99999:", Is::Shadow),
    (b"chpasswd:", Is::Chpasswd),
    (b"$ANSIBLE_VAULT;", Is::Vault),
    (b"define(", Is::Define),
    (b"define (", Is::Define),
    (b"PASS ", Is::Pass),
    (b"AUTH PLAIN ", Is::Plain),
    (b" LOGIN ", Is::Login),
    (b"\" * \"", Is::Chap),
    (b"\"\t*\t\"", Is::Chap),
    (b" pptpd ", Is::Chap),
    (b" l2tpd ", Is::Chap),
    (b"\tpptpd\t", Is::Chap),
    (b"socks5 ", Is::Proxy),
    (b"socks4 ", Is::Proxy),
    (b" on >", Is::Acl),
    (b" on ~* >", Is::Acl),
    (b"static:", Is::Static),
    (b"BUNDLE_", Is::Static),
    (b"REG_SZ", Is::Registry),
    (b"REG_BINARY", Is::Registry),
    (b" on #", Is::Acl),
    (b" *\n", Is::Star),
    (b"\t*\n", Is::Star),
    (b"Password:: ", Is::Ldif),
    (b"unicodePwd:: ", Is::Ldif),
    (b"Name:: ", Is::LdifName),
    (b"cn:: ", Is::LdifName),
    (b"sn:: ", Is::LdifName),
    (b"dn:: ", Is::LdifName),
    (b"gecos:: ", Is::LdifName),
    (b" user_", Is::Jaas),
    (b"Login OK: [", Is::Radius),
    (b"Login incorrect", Is::Radius),
    (b":587 ", Is::Relay),
    (b":587\t", Is::Relay),
    (b":465 ", Is::Relay),
    (b":465\t", Is::Relay),
    (b"-oauth\":", Is::Composer),
    (b"\"bearer\":", Is::Composer),
    (b"\"d\":", Is::Jwk),
    (b"\"k\":", Is::Jwk),
    (b"\"p\":", Is::Jwk),
    (b"\"q\":", Is::Jwk),
    (b"\"dp\":", Is::Jwk),
    (b"\"dq\":", Is::Jwk),
    (b"\"qi\":", Is::Jwk),
    (b" d: '", Is::Jwk),
    (b" d: \"", Is::Jwk),
    (b" k: '", Is::Jwk),
    (b" k: \"", Is::Jwk),
    (b"0ODAoPeN", Is::Licence),
    (b" => ", Is::Voicemail),
    (b"additional_endpoints:", Is::Endpoints),
];

impl Detector for Files {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("file-secret", Kind::Password, "secret in a file whose shape says where it stands"),
            rule("jwk-private-member", Kind::PrivateKey, "private member of a JSON Web Key"),
            rule("atlassian-licence-lines", Kind::License, "Atlassian licence, over several lines"),
            rule("ldif-name", Kind::Name, "name of a person in base64, in an entry of LDIF"),
            rule("file-login", Kind::User, "login name beside such a secret"),
            rule("file-name", Kind::Name, "name of a person beside such a secret"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let after = |is: Is| if is == Is::Voicemail { &[DIGIT][..] } else { &[] };
        ANCHORS.iter().map(|(words, is)| Anchor::exact(words).before(after(*is))).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (words, is) = ANCHORS[hit.anchor];
        let at = hit.at + words.len();
        match is {
            Is::Pgpass => pgpass(view, hit.at, out),
            Is::Shadow => shadow(view, hit.at, out),
            Is::Chpasswd => chpasswd(view, hit.at, at, out),
            Is::Vault => vault(view, at, out),
            Is::Define => define(view, at, out),
            Is::Pass => pass(view, hit.at, at, out),
            Is::Plain => plain(view, at, out),
            Is::Login => login(view, hit.at, at, out),
            Is::Chap => chap(view, hit.at, at, out),
            Is::Proxy => proxy(view, hit.at, at, out),
            Is::Acl => acl(view, hit.at, at, out),
            Is::Static => pair(view, at, out),
            Is::Registry => registry(view, hit.at, at, out),
            Is::Star => star(view, hit.at, out),
            Is::Ldif => {
                let end = view.run(at, BASE64, usize::MAX);
                span(view, at, end, out);
            }
            Is::LdifName => {
                let end = view.run(at, BASE64, 1024);
                let start = view.run_back(hit.at, LETTER, 24);
                let plain = Encoding::Base64.unpack(view.slice(at, end)).filter(|plain| !plain.is_empty());
                if view.before(start).is_none_or(|b| b == b'\n') && plain.is_some() {
                    let found = Found::new(at, end, Kind::Name, Confidence::High).rule(3);
                    out.found(found.form(Form::one(Encoding::Base64)));
                }
            }
            Is::Radius => radius(view, hit.at, out),
            Is::Jaas => jaas(view, hit.at, at, out),
            Is::Relay => {
                let host = view.run_back(hit.at, const { ALNUM.or(ByteSet::of(b".-[]")) }, 255);
                if host < hit.at && view.before(host).is_none_or(|b| b == b'\n') {
                    pair(view, view.run(at, BLANK, 64), out);
                }
            }
            Is::Composer => composer(view, at, out),
            Is::Jwk => jwk(view, hit.at, at, out),
            Is::Licence => licence(view, hit.at, out),
            Is::Voicemail => voicemail(view, hit.at, at, out),
            Is::Endpoints => endpoints(view, hit.at, at, out),
        }
    }
}

/// `Login incorrect (mschap: MS-CHAP2-Response is incorrect): [jroe/secret] (from client ap1`: who it
/// was; the secret is another rule's.
fn radius(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let open = view.run(at, const { ByteSet::of(b"[\r\n").not() }, 200);
    let slash = view.run(open + 1, const { ByteSet::of(b"/]\r\n").not() }, 128);
    let close = view.run(slash, const { ByteSet::of(b"]\r\n").not() }, 128);
    if view.at(open) != Some(b'[') || view.at(slash) != Some(b'/') || view.at(close) != Some(b']') {
        return;
    }
    let user = view.slice(open + 1, slash);
    let is_login =
        user.len() <= 64 && user.iter().all(|b| LOGIN.contains(*b)) && user.iter().any(|b| LETTER.contains(*b));
    if is_login && !account::is_nobody(user) {
        out.found(Found::new(open + 1, slash, Kind::User, Confidence::Medium).rule(4));
    }
}

/// A box, its number, and whose it is: the box begins the line.
fn voicemail(view: &View<'_>, at: usize, number: usize, out: &mut Candidates<'_>) {
    let end = view.run(number, DIGIT, 13);
    let mailbox = view.run_back(at, DIGIT, 13);
    let is_box = mailbox < at && view.before(mailbox).is_none_or(|b| b == b'\n');
    let name = end + 1;
    let length = names::full(names::reach(view, name)).map(|n| view.slice(name, name + n));
    let length = length.map(|text| memchr::memchr(b',', text).unwrap_or(text.len()));
    if !is_box || !(3..=12).contains(&(end - number)) || view.at(end) != Some(b',') {
        return;
    }
    if let Some(length) = length.filter(|length| *length > 0) {
        span(view, number, end, out);
        out.found(Found::new(name, name + length, Kind::Name, Confidence::Medium).rule(5));
    }
}

/// Items of lists that are keys of the agent, on the lines below that are indented more.
fn endpoints(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    for from in indented(view, start, at) {
        let key = view.run(from, const { ByteSet::of(b"- \"'") }, 8);
        let end = view.run(key, HEX, 65);
        if view.at(from) == Some(b'-') && matches!(end - key, 32 | 40 | 64) && view.ends_word(end) {
            span(view, key, end, out);
        }
    }
}

/// Where the lines begin, behind their blanks, that stand below the one of a key and are indented more than the key at `start`.
fn indented<'v>(view: &'v View<'_>, start: usize, at: usize) -> impl Iterator<Item = usize> + 'v {
    const MOST: usize = 32;
    let indent = start - view.line_start(start);
    let mut line = view.line_end(at, 64);
    let next = move || {
        let from = (view.at(line) == Some(b'\n')).then(|| view.run(line + 1, BLANK, 64))?;
        let is_below = from - (line + 1) > indent;
        line = view.line_end(from, 512);
        is_below.then_some(from)
    };
    std::iter::from_fn(next).take(MOST)
}

/// `user_jroe="secret"`: what is left of the statement of a login module, or a line of it.
fn jaas(view: &View<'_>, at: usize, name: usize, out: &mut Candidates<'_>) {
    let end = view.run(name, const { WORD.or(ByteSet::of(b".-")) }, 64);
    let quote = end + 1;
    if end == name || view.at(end) != Some(b'=') || view.at(quote) != Some(b'"') {
        return;
    }
    let close = view.run(quote + 1, const { ByteSet::of(b"\"\r\n").not() }, 128);
    let line = view.slice(view.line_start(at), at + 1);
    let is_module = memchr::memmem::find(line, b"LoginModule").is_some();
    // Within the module, each stands on a line of its own; attributes of elements do not.
    let is_line = line.trim_ascii().is_empty() && view.at(close + 1).is_none_or(|b| matches!(b, b';' | b'\n' | b'\r'));
    const OTHERS: [&[u8]; 12] =
        [b"name", b"id", b"agent", b"email", b"mail", b"type", b"role", b"group", b"key", b"data", b"uuid", b"info"];
    let is_account = !OTHERS.contains(&view.slice(name, end));
    if view.at(close) == Some(b'"') && is_account && (is_module || is_line) {
        span(view, quote + 1, close, out);
    }
}

/// Takes a word if it can be a secret.
fn word(view: &View<'_>, value: &Extent, out: &mut Candidates<'_>) {
    if is_secret(view, value) {
        take(view, value, Kind::Password, 0, out);
    }
}

/// Takes `start..end` unless it is a handle.
fn span(view: &View<'_>, start: usize, end: usize, out: &mut Candidates<'_>) {
    let text = view.slice(start, end);
    match handle::reason(text) {
        Some(reason) => out.left(0, start, reason),
        None if end > start => {
            let found = Found::new(start, end, Kind::Password, Confidence::High);
            out.found(found.open(view, Run::Set(const { SPACE.not() })));
        }
        None => {}
    }
}

/// Five fields; the colon within one is escaped. The port is a number or a star.
fn pgpass(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    const FIELD: ByteSet = SPACE.or(ByteSet::of(b":\"'<>{}=,;/")).not();
    let line = view.line_start(at);
    if at == line || at - line > 255 {
        return;
    }
    let mut fields = [(0, 0); 5];
    let mut start = line;
    for (n, field) in fields.iter_mut().enumerate() {
        let mut end = start;
        loop {
            let set = if n == 4 { const { SPACE.not() } } else { FIELD };
            end = view.run(end, set, 256);
            if n < 4 && view.at(end) == Some(b':') && view.before(end) == Some(b'\\') {
                end += 1;
                continue;
            }
            break;
        }
        *field = (start, end);
        if end == start || (n < 4 && view.at(end) != Some(b':')) {
            return;
        }
        start = end + 1;
    }
    let [_, port, _, user, (from, to)] = fields;
    let is_port = |(a, b): (usize, usize)| {
        let text = view.slice(a, b);
        text == b"*" || (text.len() < 6 && text.iter().all(|b| DIGIT.contains(*b)))
    };
    // The secret is the last of the line, and none of these fields is a time.
    let is_last = view.at(to).is_none_or(|b| b == b'\n' || b == b'\r');
    let is_user = !view.slice(user.0, user.1).iter().all(|b| DIGIT.contains(*b));
    if is_port(port) && is_last && is_user {
        span(view, from, to, out);
    }
}

/// The second field, if the fields behind are those of a shadow file.
fn shadow(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let line = view.line_start(at);
    let user = view.run(line, const { WORD.or(ByteSet::of(b".-")) }, 64);
    let end = view.run(user + 1, const { SPACE.or(ByteSet::of(b":")).not() }, 256);
    let changed = view.run(end + 1, DIGIT, 6);
    let is_shadow = user > line && view.at(user) == Some(b':') && view.at(end) == Some(b':') && changed > end + 1;
    // `*`, `!`, `!!`, `x`: there is no password, or none here.
    if is_shadow && end - user > 8 {
        span(view, user + 1, end, out);
    }
}

/// `chpasswd: { list: | ... }` of cloud-init: `jroe:secret` in each line.
fn chpasswd(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    for from in indented(view, start, at) {
        let user = view.run(from, const { WORD.or(ByteSet::of(b".-")) }, 64);
        let text = view.slice(user + 1, view.line_end(from, 512));
        if user > from && view.at(user) == Some(b':') && !text.trim_ascii().is_empty() && !text.starts_with(b" ") {
            let end = user + 1 + text.trim_ascii_end().len();
            if !matches!(text.trim_ascii_end(), b"RANDOM" | b"R") {
                span(view, user + 1, end, out);
            }
        }
    }
}

/// A member of an object that has another member of a key beside it.
fn jwk(view: &View<'_>, from: usize, at: usize, out: &mut Candidates<'_>) {
    const VALUE: ByteSet = ALNUM.or(ByteSet::of(b"_-"));
    const BRACE: ByteSet = ByteSet::of(b"{}");
    const LEAST: usize = 16;
    const REACH: usize = 2048;
    const MEMBERS: [&[u8]; 6] = [b"\"kty", b"\"crv", b"\"dp", b"\"dq", b"\"qi", b"\"kid"];
    // `d: "x"` of JavaScript ends with the quote.
    let is_bare = view.at(from) == Some(b' ');
    let begin = if is_bare { at - 1 } else { view.run(at, SPACE, 64) };
    let Some(quote) = Quote::at(view, begin) else { return };
    let start = quote.end(begin);
    let end = view.run(start, VALUE, usize::MAX);
    if end - start < LEAST {
        return;
    }
    let object = view.run_back(from, BRACE.not(), usize::MAX)..view.run(from, BRACE.not(), REACH);
    let text = view.slice(object.start, object.end);
    let has = |member: &[u8]| {
        memchr::memmem::find_iter(text, member)
            .any(|n| n + object.start != from && matches!(text.get(n + member.len()), Some(b'"' | b'\\')))
    };
    let is_object =
        || is_bare && [&b"kty:"[..], b"crv:"].iter().any(|member| memchr::memmem::find(text, member).is_some());
    if !MEMBERS.into_iter().any(has) && !is_object() {
        return out.left(1, start, "no key of JSON");
    }
    out.found(Found::new(start, end, Kind::PrivateKey, Confidence::High).rule(1).open(view, Run::Set(VALUE)));
}

/// Base64 from the mark back to its beginning, and on over the lines that go on with it.
fn licence(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    const LETTERS: ByteSet = ALNUM.or(ByteSet::of(b"+/="));
    const LEAST: usize = 8;
    const ENOUGH: usize = 60;
    let start = view.run_back(at, LETTERS, 12);
    let mut end = view.run(at, LETTERS, usize::MAX);
    // The mark stands at the end.
    let is_last =
        |from: usize, to: usize| view.slice(to.saturating_sub(5).max(from), to).windows(3).any(|mark| mark == b"X02");
    let mut from = at;
    while !is_last(from, end)
        && let Some(next) = next_line(view, end)
    {
        let more = view.run(next, LETTERS, usize::MAX);
        if more - next < LEAST && !is_last(next, more) {
            break;
        }
        (from, end) = (next, more);
    }
    if view.starts_with(start, b"AAA") && end - start >= ENOUGH {
        let found = Found::new(start, end, Kind::License, Confidence::High).rule(2);
        out.found(found.open(view, Run::Set(LETTERS)));
    }
}

/// The first byte of the line behind the one that ends at `at`, without its indentation. The line end may be escaped.
fn next_line(view: &View<'_>, at: usize) -> Option<usize> {
    let end = view.run(at, const { BLANK.or(ByteSet::of(b"\r")) }, 64);
    let end = if view.starts_with(end, b"\\r\\n") { end + 2 } else { end };
    if view.starts_with(end, b"\\n") {
        return Some(view.run(end + 2, BLANK, 64));
    }
    (view.at(end) == Some(b'\n')).then(|| view.run(end + 1, BLANK, 64))
}

fn vault(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let line_end = |at: usize| next_line(view, at);
    let head = view.run(at, const { ALNUM.or(ByteSet::of(b".;_-")) }, 64);
    let Some(start) = line_end(head) else { return };
    let mut end = start;
    let mut next = start;
    loop {
        let digits = view.run(next, HEX, 128);
        if digits - next < 8 && !(digits > next && end > start) {
            break;
        }
        end = digits;
        match line_end(digits) {
            Some(more) => next = more,
            None => break,
        }
    }
    if end > start {
        out.found(Found::new(start, end, Kind::Secret, Confidence::High));
    }
}

fn define(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let open = view.run(at, BLANK, 16);
    let Some(quote) = Quote::at(view, open) else { return };
    let name = quote.end(open);
    let end = view.run(name, WORD, 64);
    let text = view.slice(name, end);
    let is_secret = [&b"_KEY"[..], b"_SALT", b"PASSWORD", b"_SECRET", b"_TOKEN", b"_PASS", b"_PWD"]
        .iter()
        .any(|suffix| text.ends_with(suffix));
    let Some(close) = Quote::at(view, end).filter(|_| is_secret) else { return };
    let comma = view.run(close.end(end), BLANK, 32);
    let value = view.run(comma + 1, BLANK, 64);
    let Some(quote) = Quote::at(view, value).filter(|_| view.at(comma) == Some(b',')) else { return };
    let extent = quote.extent(view, quote.end(value), false);
    span(view, extent.start, extent.end, out);
}

/// `PASS x` behind a prompt, in quotes, or below a `USER` line; the word is that of test reports as well.
fn pass(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    let value = argument(view, at);
    let behind = view.run(value.end, const { BLANK.or(ByteSet::of(b"\r")) }, 8);
    let is_last = view.at(behind).is_none_or(|b| matches!(b, b'\n' | b'"' | b'\'' | b'\\' | b'[' | b']' | b')'));
    // `'PASS ' + x`: the string ends here.
    if !is_last || value.is_quoted || !view.starts_word(start) {
        return;
    }
    let line = view.line_start(start);
    let is_own = view.run(line, BLANK, 16) == start;
    let above = view.slice(line.saturating_sub(160), line);
    let is_login = is_own && memchr::memmem::rfind(above, b"USER ").is_some();
    let before = view.run_back(start, BLANK, 8);
    let is_said = match view.before(before) {
        Some(b'"' | b'\'' | b'>') => true,
        Some(b':') => matches!(view.back(before, 2), Some(b'C' | b'c' | b't')),
        _ => false,
    };
    if is_login || is_said {
        word(view, &value, out);
    }
}

/// `AUTH PLAIN` and base64 with two zero bytes in it.
fn plain(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let end = view.run(at, BASE64, usize::MAX);
    let decoded = crate::detect::secrets::pem::decode(view.slice(at, end));
    if decoded.iter().filter(|b| **b == 0).count() == 2 {
        let found = Found::new(at, end, Kind::Password, Confidence::High);
        out.found(found.open(view, Run::Set(BASE64)));
    }
}

/// `a001 LOGIN user secret`: behind a tag that begins the line or a record.
fn login(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    let tag = view.run_back(start, ALNUM, 12);
    let text = view.slice(tag, start);
    let is_tag = text.last().is_some_and(u8::is_ascii_digit) && text.first().is_some_and(u8::is_ascii_alphabetic);
    let begins = view.before(tag).is_none_or(|b| SPACE.contains(b) || matches!(b, b'"' | b'>' | b'\''));
    if !is_tag || !begins {
        return;
    }
    let next = |extent: &Extent| {
        let end = if extent.is_quoted { extent.end + 1 } else { extent.end };
        (view.at(end) == Some(b' ')).then_some(end + 1)
    };
    let user = argument(view, at);
    let Some(secret) = next(&user) else { return };
    let secret = argument(view, secret);
    let end = if secret.is_quoted { secret.end + 1 } else { secret.end };
    if view.at(end).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'"' | b'\\')) {
        word(view, &secret, out);
    }
}

fn chap(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    let line = view.line_start(start);
    // The name before it is the only word of the line so far.
    if view.slice(line, start).trim_ascii().iter().any(|b| BLANK.contains(*b)) {
        return;
    }
    let value = if view.before(at) == Some(b'"') {
        match Quote::at(view, at - 1) {
            Some(quote) => quote.extent(view, at, false),
            None => return,
        }
    } else {
        argument(view, view.run(at, BLANK, 16))
    };
    let end = if value.is_quoted { value.end + 1 } else { value.end };
    if view.is(end, BLANK) {
        word(view, &value, out);
    }
}

fn proxy(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    const PART: ByteSet = SPACE.not();
    if view.run(view.line_start(start), BLANK, 16) != start {
        return;
    }
    let host = view.run(at, BLANK, 16);
    let port = view.run(view.run(host, PART, 255), BLANK, 16);
    let port_end = view.run(port, DIGIT, 5);
    let user = view.run(port_end, BLANK, 16);
    let user_end = view.run(user, PART, 255);
    let secret = view.run(user_end, BLANK, 16);
    if port_end > port && user > port_end && user_end > user && secret > user_end {
        word(view, &argument(view, secret), out);
    }
}

fn acl(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    let line = view.line_start(start);
    let from = view.run(line, BLANK, 16);
    if view.starts_with(from, b"user ")
        || view.slice(line, start).windows(8).any(|w| w.eq_ignore_ascii_case(b"setuser "))
    {
        span(view, at, view.run(at, const { SPACE.or(ByteSet::of(b"\"'")).not() }, 512), out);
    }
}

/// `user:secret` behind the anchor, in quotes or to the end of the line.
fn pair(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let at = if view.before(at) == Some(b'_') {
        // `BUNDLE_GEMS__EXAMPLE__COM: "user:secret"`
        let name = view.run(at, WORD, 96);
        let value = view.run(name + 1, const { ByteSet::of(b" \"'") }, 8);
        let is_host = view.slice(at, name).windows(2).any(|w| w == b"__");
        if !is_host || !matches!(view.at(name), Some(b':' | b'=')) {
            return;
        }
        value
    } else {
        at
    };
    let user = view.run(at, const { WORD.or(ByteSet::of(b".@%+-")) }, 128);
    let end = view.run(user + 1, const { SPACE.or(ByteSet::of(b"\"'")).not() }, 256);
    let is_last = view.at(end).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'"' | b'\''));
    let is_single = view.at(user) == Some(b':') && view.at(user + 1) != Some(b':') && user > at && end > user + 1;
    if is_single && is_last && view.at(user + 1) != Some(b'/') {
        span(view, user + 1, end, out);
    }
}

fn registry(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    let name_end = view.run_back(start, BLANK, 64);
    let name = view.run_back(name_end, ALNUM, 64);
    let text = view.slice(name, name_end).to_ascii_lowercase();
    if [&b"password"[..], b"passwd", b"pwd", b"secret"].iter().any(|word| text.ends_with(word)) {
        let from = view.run(at, BLANK, 64);
        let end = view.line_end(from, 512);
        span(view, from, from + view.slice(from, end).trim_ascii_end().len(), out);
    }
}

/// Four words on the line: the name, the server, the secret and the address.
fn star(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    const PART: ByteSet = SPACE.not();
    let name = view.run(view.line_start(at), BLANK, 8);
    let name_end = view.run(name, PART, 128);
    let server = view.run(name_end, BLANK, 16);
    let server_end = view.run(server, PART, 128);
    let secret = view.run(server_end, BLANK, 16);
    let secret_end = view.run(secret, PART, 128);
    let is_line =
        name_end > name && server > name_end && secret > server_end && view.run(secret_end, BLANK, 16) == at + 1;
    let text = view.slice(name, name_end);
    let is_name =
        text.iter().all(|b| WORD.contains(*b) || b".@\\-\"".contains(b)) && !text.iter().all(u8::is_ascii_digit);
    if is_line && is_name && view.slice(server, server_end) == b"*" && secret_end - secret > 3 {
        word(view, &argument(view, secret), out);
    }
}

/// The strings of a mapping of hosts.
fn composer(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let open = view.run(at, SPACE, 32);
    if view.at(open) != Some(b'{') {
        return;
    }
    let mut at = open + 1;
    for _ in 0..16 {
        at = view.run(at, const { SPACE.or(ByteSet::of(b",")) }, 64);
        let Some(quote) = Quote::at(view, at) else { return };
        let key = quote.extent(view, quote.end(at), false);
        let value = view.run(quote.end(key.end), const { SPACE.or(ByteSet::of(b":")) }, 16);
        let Some(quote) = Quote::at(view, value) else { return };
        let value = quote.extent(view, quote.end(value), false);
        if view.slice(key.start, key.end).contains(&b'.') {
            word(view, &value, out);
        }
        at = quote.end(value.end);
    }
}
