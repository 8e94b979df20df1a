//! Hosts in places that say what they are: connection strings, base URLs, `/etc/hosts`, directories, clusters, mail headers;
//! and who said `whoami`.
//!
//! These are looked for by a harvest only. A host is no finding by itself, since most that stand in logs are everybody's; one
//! that a configuration connects to is learned, and then found wherever it stands.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, LETTER, SPACE};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account::LOGIN;
use crate::detect::prefilter::Literal;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds hosts and domains by what stands before them.
pub struct Hosts;

const HOST: usize = 0;
const DOMAIN: usize = 1;
const USER: usize = 2;

/// The bytes of host names.
const NAME: ByteSet = ALNUM.or(ByteSet::of(b"-_."));

/// What to look for at an anchor.
#[derive(Clone, Copy)]
enum Sort {
    /// `jdbc:postgresql://db7.acme.example:5432/jira`
    Jdbc,
    /// The host follows at once.
    Host,
    /// The domain follows, perhaps in quotes.
    Domain,
    /// `jira.baseurl = https://jira.acme.example`
    Base,
    /// `hostname=db7`, `"hostname": "db7"`, `<hostname>db7</hostname>`
    Key,
    /// `host: mail.acme.example`, `DB_SERVER=db7.acme.example`: a word of more senses, so that the host must have a dot and
    /// the key begin its line.
    Dotted,
    /// `Received: from a.acme.example (b.acme.example [...]) by c.acme.example`
    Received,
    /// `Message-ID: <1@mail.acme.example>`
    Message,
    /// `hostname core-sw1`: a setting whose value alone follows it on its line.
    Setting,
    /// The lines of `/etc/hosts`.
    File,
    /// `dc=acme,dc=example`
    Components,
    /// The next line is the answer.
    Asked(usize),
}

const ANCHORS: [(&[u8], Sort); 48] = [
    (b"jdbc:", Sort::Jdbc),
    (b"jdbc\\:", Sort::Jdbc),
    (b"ldap://", Sort::Host),
    (b"ldaps://", Sort::Host),
    (b"ldap\\://", Sort::Host),
    (b"ldaps\\://", Sort::Host),
    (b"(host=", Sort::Host),
    (b"(host = ", Sort::Host),
    (b"x-forwarded-host: ", Sort::Domain),
    (b"proxyname=", Sort::Domain),
    (b"server_name ", Sort::Domain),
    (b"baseurl", Sort::Base),
    (b"base-url", Sort::Base),
    (b"base_url", Sort::Base),
    (b"base url", Sort::Base),
    (b"site_url", Sort::Base),
    (b"siteurl", Sort::Base),
    (b"server url", Sort::Base),
    (b"hostname", Sort::Key),
    (b"hostname ", Sort::Setting),
    (b"ip domain-name ", Sort::Setting),
    (b"ip domain name ", Sort::Setting),
    (b"netbios name", Sort::Key),
    (b"host.name", Sort::Key),
    (b"host_name", Sort::Key),
    (b"host-name", Sort::Key),
    (b"host name", Sort::Key),
    (b"workstationname", Sort::Key),
    (b"workstation name", Sort::Key),
    (b"logon server", Sort::Key),
    (b"logonserver", Sort::Key),
    (b"node.id", Sort::Key),
    (b"node.name", Sort::Key),
    (b"node_name", Sort::Key),
    (b"nodename", Sort::Key),
    (b"computername", Sort::Key),
    (b"computer name", Sort::Key),
    (b"db_host", Sort::Key),
    (b"smtp.host", Sort::Key),
    (b"mail.host", Sort::Key),
    (b"host", Sort::Dotted),
    (b"server", Sort::Dotted),
    (b"received: from ", Sort::Received),
    (b"message-id: <", Sort::Message),
    (b"127.0.0.1", Sort::File),
    (b"dc=", Sort::Components),
    (b"whoami", Sort::Asked(USER)),
    (b"uname -n", Sort::Asked(HOST)),
];

impl Detector for Hosts {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule = |kind: Kind, what: &str| RuleInfo { id: format!("harvest-{kind}"), kind, description: what.into() };
        vec![
            rule(Kind::Host, "host in a place that holds one"),
            rule(Kind::Domain, "domain of a base address"),
            rule(Kind::User, "answer to `whoami`"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |(literal, sort): &(&[u8], Sort)| {
            let starts_word = matches!(sort, Sort::Components | Sort::Jdbc | Sort::Asked(_));
            Anchor::Literal(Literal { bytes: literal.to_vec(), ignore_case: true, starts_word, after: Vec::new() })
        };
        ANCHORS.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (literal, sort) = ANCHORS[hit.anchor];
        let behind = hit.at + literal.len();
        let mut found = |rule: usize, span: Option<(usize, usize)>| {
            let kind = [Kind::Host, Kind::Domain, Kind::User][rule];
            if let Some((start, end)) = span.filter(|(start, end)| start < end) {
                out.found(Found::new(start, end, kind, Confidence::Medium).rule(rule));
            }
        };
        match sort {
            Sort::Jdbc => jdbc(view, hit.at, |span| found(HOST, Some(span))),
            Sort::Host => found(HOST, authority(view, behind)),
            Sort::Domain => found(DOMAIN, host(view, view.run(behind, ByteSet::of(b"\"'"), 1))),
            Sort::Base => found(DOMAIN, base(view, behind)),
            Sort::Key => found(HOST, keyed(view, behind)),
            Sort::Dotted => {
                let has_dot = |&(start, end): &(usize, usize)| view.slice(start, end).contains(&b'.');
                found(HOST, keyed(view, behind).filter(has_dot).filter(|_| begins_line(view, hit.at)));
            }
            Sort::Setting => {
                let is_line = view.before(hit.at).is_none_or(|b| b == b'\n');
                let is_last = |end| view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
                found(HOST, host(view, behind).filter(|&(_, end)| is_line && is_last(end)));
            }
            Sort::Received => {
                found(HOST, host(view, behind));
                let text = view.slice(behind, behind + 400);
                let text = &text[..memchr::memmem::find(text, b"\n\n").unwrap_or(text.len())];
                let by = memchr::memmem::find(text, b" by ").map(|at| behind + at + 4);
                found(HOST, by.and_then(|at| host(view, at)));
            }
            Sort::Message => {
                let end = view.run(behind, const { SPACE.or(ByteSet::of(b"<>")).not() }, 256);
                let at = memchr::memrchr(b'@', view.slice(behind, end));
                found(HOST, at.and_then(|at| host(view, behind + at + 1)));
            }
            Sort::File => file(view, hit.at, behind, |span| found(HOST, Some(span))),
            Sort::Components => found(DOMAIN, components(view, hit.at)),
            Sort::Asked(rule) => found(rule, answer(view, hit.at, behind)),
        }
    }
}

/// The host name at `at`.
fn host(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let mut end = view.run(at, NAME, 254);
    while end > at && matches!(view.before(end), Some(b'.' | b'-' | b'_')) {
        end -= 1;
    }
    let is_name = view.slice(at, end).iter().any(|b| LETTER.contains(*b)) && view.is(at, ALNUM);
    (is_name && end - at <= 253).then_some((at, end))
}

/// The host of an address, behind the name of a user if there is one.
fn authority(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let end = view.run(at, const { SPACE.or(ByteSet::of(b"/?#\"'<>,;)")).not() }, 512);
    let start = memchr::memrchr(b'@', view.slice(at, end)).map_or(at, |n| at + n + 1);
    host(view, start)
}

/// The hosts of a connection string.
fn jdbc(view: &View<'_>, at: usize, mut found: impl FnMut((usize, usize))) {
    let end = view.run(at, const { SPACE.or(ByteSet::of(b"\"'<>")).not() }, 512);
    let text = view.slice(at, end);
    let is_thin = memchr::memmem::find(&text[..text.len().min(32)], b":oracle").is_some();
    let start = match is_thin {
        true => memchr::memchr(b'@', text).map(|n| n + 1),
        false => memchr::memmem::find(text, b"//").map(|n| n + 2),
    };
    let Some(start) = start else { return };
    let mut from = view.run(at + start, ByteSet::of(b"/"), 2);
    let path = memchr::memchr(b'/', view.slice(from, end)).map_or(end, |n| from + n);
    from = memchr::memrchr(b'@', view.slice(from, path)).map_or(from, |n| from + n + 1);
    for _ in 0..16 {
        let Some(span) = host(view, from) else { return };
        found(span);
        let port = view.run(span.1, const { DIGIT.or(ByteSet::of(b":\\")) }, 8);
        if view.at(port) != Some(b',') {
            return;
        }
        from = port + 1;
    }
}

/// The host of the address behind a key.
fn base(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let end = view.line_end(at, 48);
    let slashes = memchr::memmem::find(view.slice(at, end), b"://")?;
    let scheme = view.slice(at, at + slashes);
    let is_web = scheme.ends_with(b"http")
        || scheme.ends_with(b"https")
        || scheme.ends_with(b"http\\")
        || scheme.ends_with(b"https\\");
    let signs = scheme.iter().filter(|b| matches!(b, b' ' | b'{' | b',' | b';')).count();
    if is_web && signs <= 4 { authority(view, at + slashes + 3) } else { None }
}

/// Whether nothing stands before a key that ends behind `at` but what begins the line of a setting.
fn begins_line(view: &View<'_>, at: usize) -> bool {
    let key = view.run_back(at, const { ALNUM.or(ByteSet::of(b"_.-")) }, 64);
    let line = view.run_back(key, const { BLANK.or(ByteSet::of(b"\"'{<-")) }, 64);
    view.before(line).is_none_or(|byte| byte == b'\n')
}

/// The value of a key, behind `=`, `:` or the end of a tag.
fn keyed(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let at = view.run(at, ByteSet::of(b"\"'"), 1);
    // `Host Name . . . . . . . . . . . . : ws-114`
    let sign = view.run(at, const { BLANK.or(ByteSet::of(b".")) }, 40);
    if !matches!(view.at(sign), Some(b'=' | b':' | b'>')) {
        return None;
    }
    let at = view.run(sign + 1, const { BLANK.or(ByteSet::of(b"\"'")) }, 24);
    // `Logon Server:   \\\\dc01`
    let at = view.run(at, ByteSet::of(b"\\"), 4);
    let span = host(view, at)?;
    // A path, a call or an address with a scheme is no host.
    let goes_on = matches!(view.at(span.1), Some(b'(' | b'/' | b'$' | b'{' | b'@' | b'['))
        || (view.at(span.1) == Some(b':') && !view.is(span.1 + 1, DIGIT.or(SPACE)));
    (!goes_on).then_some(span)
}

/// The lines of a file of hosts, of which `127.0.0.1 localhost` is one, as far as they are in reach.
fn file(view: &View<'_>, at: usize, behind: usize, mut found: impl FnMut((usize, usize))) {
    if view.line_start(at) != at || !view.is(behind, BLANK) {
        return;
    }
    let first = view.line_end(at, 512);
    if memchr::memmem::find(view.slice(behind, first), b"localhost").is_none() {
        return;
    }
    let mut line = at;
    while line < view.high() {
        let end = view.line_end(line, 512);
        let text = view.slice(line, end);
        let text = &text[..memchr::memchr(b'#', text).unwrap_or(text.len())];
        let mut fields = text.split(|b| matches!(b, b' ' | b'\t' | b'\r')).filter(|field| !field.is_empty());
        let is_host = match fields.next() {
            None => true,
            Some(address) => address.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'%')),
        };
        if !is_host {
            return;
        }
        for field in fields {
            let start = line + (field.as_ptr() as usize - text.as_ptr() as usize);
            if let Some(span) = host(view, start).filter(|(_, end)| *end == start + field.len()) {
                found(span);
            }
        }
        line = end + 1;
    }
}

/// The domain that a name in a directory ends with.
fn components(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let is_first = !view.ends_with_ignoring_case(at, b",") || {
        let before = view.run_back(at - 1, const { ALNUM.or(ByteSet::of(b"-")) }, 64);
        !view.ends_with_ignoring_case(before, b"dc=")
    };
    let (mut end, mut labels) = (at, 0);
    loop {
        let start = if labels == 0 { at } else { view.run(end + 1, BLANK, 2) };
        if (labels > 0 && view.at(end) != Some(b',')) || !view.starts_with_ignoring_case(start, b"dc=") || labels > 8 {
            break;
        }
        let label = view.run(start + 3, const { ALNUM.or(ByteSet::of(b"-")) }, 64);
        if label == start + 3 {
            break;
        }
        (end, labels) = (label, labels + 1);
    }
    (is_first && labels >= 2).then_some((at, end))
}

/// The only word of the line below a command.
fn answer(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let prompt = view.slice(view.line_start(at), at).trim_ascii_end();
    let is_asked = prompt.is_empty() || prompt.ends_with(b"$") || prompt.ends_with(b"#") || prompt.ends_with(b">");
    let line = view.run(behind, ByteSet::of(b"\r"), 1);
    if !is_asked || view.at(line) != Some(b'\n') {
        return None;
    }
    let end = view.run(line + 1, LOGIN, 129);
    let is_all = view.is(end, ByteSet::of(b"\r\n")) || view.at(end).is_none();
    (is_all && end - line <= 129).then_some((line + 1, end))
}
