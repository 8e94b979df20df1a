//! The harvest: what findings tell of people and hosts, gathered for a dictionary.
//!
//! It takes the settled findings of a stream in their order, whatever rule made them, and keeps the values of those whose kind
//! is learned. What is kept depends on the content alone: it is a set, and where it would grow beyond its bounds, the values
//! with the least keyed hashes stay, whenever they came. Values live in memory only and are wiped.

use std::collections::{BTreeSet, HashMap};

use crate::chunk::Chunk;
use crate::detect::bytes::{ByteSet, HIGH, LETTER};
use crate::detect::learned::Learned;
use crate::detect::learned::common;
use crate::detect::people::account::{self, LOGIN};
use crate::detect::people::names;
use crate::detect::resolve::{Edit, Value};
use crate::finding::{Form, Place};
use crate::kind::Kind;
use crate::sensitive::Sensitive;

/// How much a harvest may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Values.
    pub values: usize,
    /// Bytes of them.
    pub bytes: usize,
}

impl Default for Room {
    fn default() -> Room {
        Room { values: 1_000_000, bytes: 64 << 20 }
    }
}

/// How far apart the first and the last name of a person may stand in a row of a table.
const ROW: u64 = 256;

/// What was found of people and hosts so far.
pub struct Harvest {
    key: Sensitive<[u8; 32]>,
    room: Room,
    /// By keyed hash.
    values: HashMap<u128, Known>,
    bytes: usize,
    /// The values with this hash or a greater one were let go.
    bound: Option<u128>,
    /// The last finding, if it was a name of one word: where it ended, and the word.
    word: Option<(u64, Sensitive<Vec<u8>>)>,
}

/// What a harvest comes to.
#[derive(Debug)]
pub struct Reaped {
    /// The dictionary.
    pub learned: Learned,
    /// How many values are in it.
    pub values: u64,
    /// Whether values were let go for want of room.
    pub is_cut: bool,
}

struct Known {
    sort: Sort,
    text: Sensitive<Vec<u8>>,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// A value of this kind.
    Of(Kind),
    /// The domain of a mail address. It is a customer's own only if there are hosts under it.
    Mail,
}

impl Harvest {
    /// An empty harvest, whose keyed hash is under `key`. Harvests that are joined have the same key.
    pub fn new(key: [u8; 32], room: Room) -> Harvest {
        let (values, key) = (HashMap::new(), Sensitive::new(key));
        Harvest { key, room, values, bytes: 0, bound: None, word: None }
    }

    /// An empty harvest like this one.
    pub fn fork(&self) -> Harvest {
        Harvest::new(*self.key.reveal(), self.room)
    }

    /// Takes in what was settled in the next chunk of a stream.
    pub fn take(&mut self, chunk: &Chunk<'_>, edits: &[Edit]) {
        for edit in edits {
            let Some(resolved) = &edit.resolved else { continue };
            let finding = &resolved.finding;
            let is_plain = finding.form == Form::PLAIN && finding.place == Place::Text && resolved.value == Value::Here;
            if !is_plain || finding.is_learned {
                continue;
            }
            let raw = &chunk.bytes[edit.start..edit.end];
            self.value(finding.kind, raw);
            // What else stands between the two names of a row, such as a login name, parts them not.
            if finding.kind == Kind::Name {
                self.row(chunk, edit, raw);
            }
        }
    }

    /// Takes in a value of this kind, if it is one that is learned.
    pub fn value(&mut self, kind: Kind, raw: &[u8]) {
        match kind {
            Kind::User => self.user(raw),
            Kind::Name => self.name(raw),
            Kind::Host | Kind::Domain => self.host(kind, raw),
            Kind::Email => self.mail(raw),
            Kind::Keyword
            | Kind::Mac
            | Kind::Ipv4
            | Kind::Ipv6
            | Kind::PublicId
            | Kind::PostalAddress
            | Kind::BirthDate
            | Kind::License
            | Kind::AccountId
            | Kind::Phone
            | Kind::NationalId
            | Kind::Iban
            | Kind::Card
            | Kind::Session
            | Kind::Secret
            | Kind::Token
            | Kind::Password
            | Kind::PrivateKey => {}
        }
    }

    /// Ends a stream: what comes next follows nothing.
    pub fn end(&mut self) {
        self.word = None;
    }

    /// Adds another harvest.
    pub fn join(&mut self, other: Harvest) {
        self.bound = [self.bound, other.bound].into_iter().flatten().min();
        for (hash, known) in other.values {
            self.keep(hash, known);
        }
    }

    /// Whether values were let go for want of room.
    pub fn is_cut(&self) -> bool {
        self.bound.is_some()
    }

    /// The dictionary of what was gathered.
    pub fn learned(mut self) -> Reaped {
        self.shrink();
        let domains: BTreeSet<&[u8]> = self.values.values().flat_map(|known| self.parent(known)).collect();
        let values = self.values.values().filter_map(|known| match known.sort {
            Sort::Of(kind) => Some((kind, known.text.reveal().as_slice())),
            Sort::Mail => None,
        });
        let domains = domains.into_iter().map(|domain| (Kind::Domain, domain));
        let values: Vec<(Kind, &[u8])> = values.chain(domains).collect();
        Reaped { values: values.len() as u64, learned: Learned::new(values), is_cut: self.is_cut() }
    }

    /// The domain above a host that mail goes to as well: it is the customer's own, and so is every host under it.
    fn parent<'k>(&self, known: &'k Known) -> Option<&'k [u8]> {
        let host = match known.sort {
            Sort::Of(Kind::Host | Kind::Domain) => known.text.reveal(),
            Sort::Of(_) | Sort::Mail => return None,
        };
        let dots = host.iter().enumerate().filter(|(_, b)| **b == b'.').map(|(n, _)| n);
        let mut above = dots.map(|dot| &host[dot + 1..]).filter(|domain| domain.contains(&b'.'));
        above.find(|domain| self.values.contains_key(&self.hash(Sort::Mail, domain)))
    }

    fn user(&mut self, raw: &[u8]) {
        // `ACME\jroe`, `jroe@ACME.EXAMPLE`
        let raw = memchr::memrchr(b'\\', raw).map_or(raw, |at| &raw[at + 1..]);
        let raw = memchr::memchr(b'@', raw).map_or(raw, |at| &raw[..at]);
        let text = trim(raw, b".-+").to_ascii_lowercase();
        let is_login = (2..=64).contains(&text.len())
            && text.iter().all(|b| LOGIN.contains(*b) && *b != b'$')
            && text.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b));
        if is_login && !account::is_nobody(&text) && !account::is_system(&text) {
            self.learn(Sort::Of(Kind::User), text);
        } else if raw.contains(&b' ') {
            self.name(raw);
        }
    }

    fn name(&mut self, raw: &[u8]) {
        let Some(name) = Words::of(raw) else { return };
        let words = &name.0;
        if let [word] = words[..] {
            let lower = word.to_lowercase();
            let is_telling = word.chars().count() >= 4 && !common::is_common(lower.as_bytes());
            if is_telling && word.starts_with(char::is_uppercase) && !names::has_other_word(word.as_bytes()) {
                self.learn(Sort::Of(Kind::Name), word.as_bytes().to_vec());
            }
        } else if !names::has_other_word(raw) {
            self.full(words);
        }
    }

    /// Learns a name of several words: in its order, and with some of the last words first and a comma behind them.
    fn full(&mut self, words: &[&str]) {
        self.learn(Sort::Of(Kind::Name), words.join(" ").into_bytes());
        for at in 1..words.len() {
            let turned = format!("{}, {}", words[at..].join(" "), words[..at].join(" "));
            self.learn(Sort::Of(Kind::Name), turned.into_bytes());
        }
    }

    /// Two names of one word in a row of a table are the first and the last name of a person, whichever is which.
    fn row(&mut self, chunk: &Chunk<'_>, edit: &Edit, raw: &[u8]) {
        let word = Words::of(raw).filter(|name| name.0.len() == 1 && name.0[0].starts_with(char::is_uppercase));
        let Some(word) = word.map(|name| name.0[0].to_string()) else {
            self.word = None;
            return;
        };
        let start = chunk.offset(edit.start);
        if let Some((end, before)) = self.word.take()
            && start.saturating_sub(end) <= ROW
            && end >= chunk.base
            && !chunk.bytes[chunk.index(end)..edit.start].contains(&b'\n')
            && let Ok(before) = std::str::from_utf8(before.reveal())
        {
            self.full(&[before, &word]);
            self.full(&[&word, before]);
        }
        self.word = Some((chunk.offset(edit.end), Sensitive::new(word.into_bytes())));
    }

    fn host(&mut self, kind: Kind, raw: &[u8]) {
        let text = raw.to_ascii_lowercase();
        // `DC=acme,DC=example`
        let parts: Vec<&[u8]> = text.split(|b| *b == b',').map(<[u8]>::trim_ascii).collect();
        let text = match parts.iter().map(|part| part.strip_prefix(b"dc=")).collect::<Option<Vec<_>>>() {
            Some(labels) => labels.join(&b'.'),
            None => trim(&text, b".-").to_vec(),
        };
        if is_own(&text) {
            self.learn(Sort::Of(kind), text);
        }
    }

    fn mail(&mut self, raw: &[u8]) {
        const DOMAIN: ByteSet = LETTER.or(ByteSet::of(b"0123456789.-"));
        let Some(at) = memchr::memrchr(b'@', raw) else { return };
        let domain = trim(&raw[at + 1..], b".-").to_ascii_lowercase();
        if domain.contains(&b'.') && domain.len() <= 253 && domain.iter().all(|b| DOMAIN.contains(*b)) {
            self.learn(Sort::Mail, domain);
        }
    }

    fn learn(&mut self, sort: Sort, text: Vec<u8>) {
        let hash = self.hash(sort, &text);
        self.keep(hash, Known { sort, text: Sensitive::new(text) });
    }

    fn keep(&mut self, hash: u128, known: Known) {
        if self.bound.is_some_and(|bound| hash >= bound) {
            return;
        }
        let length = known.text.reveal().len();
        if self.values.insert(hash, known).is_none() {
            self.bytes += length;
        }
        // A quarter more than there is room for, so that it is seldom made.
        let (values, bytes) = (self.room.values, self.room.bytes);
        if self.values.len() > values + values / 4 || self.bytes > bytes + bytes / 4 {
            self.shrink();
        }
    }

    /// Lets go of what there is no room for: the values with the greatest hashes. What is left does not depend on when that
    /// is done, because a value that has to go has to go from every greater set as well.
    fn shrink(&mut self) {
        let is_full = self.values.len() > self.room.values || self.bytes > self.room.bytes;
        if !is_full && self.bound.is_none() {
            return;
        }
        let mut hashes: Vec<(u128, usize)> =
            self.values.iter().map(|(h, known)| (*h, known.text.reveal().len())).collect();
        hashes.sort_unstable();
        let mut bytes = 0;
        let kept = hashes.iter().take(self.room.values).take_while(|(_, length)| {
            bytes += length;
            bytes <= self.room.bytes
        });
        let kept = kept.count();
        if let Some((first, _)) = hashes.get(kept) {
            self.bound = Some(self.bound.map_or(*first, |bound| bound.min(*first)));
        }
        let bound = self.bound;
        self.values.retain(|hash, _| bound.is_none_or(|bound| *hash < bound));
        self.bytes = self.values.values().map(|known| known.text.reveal().len()).sum();
    }

    fn hash(&self, sort: Sort, text: &[u8]) -> u128 {
        let sort = match sort {
            Sort::Of(kind) => kind as u8,
            Sort::Mail => u8::MAX,
        };
        let mut hasher = blake3::Hasher::new_keyed(self.key.reveal());
        hasher.update(&[sort]).update(text);
        u128::from_be_bytes(*hasher.finalize().as_bytes().first_chunk().unwrap_or(&[0; 16]))
    }
}

/// The words of a name in the order in which it is said.
struct Words<'t>(Vec<&'t str>);

impl<'t> Words<'t> {
    fn of(raw: &'t [u8]) -> Option<Words<'t>> {
        let text = std::str::from_utf8(raw).ok()?.trim();
        let is_letter = |c: char| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '-' | '\u{2019}');
        // `Roe, Jane`, `Roe\, Jane`
        let (first, last) = match text.split_once(',') {
            Some((last, first)) => (first, last.trim_end_matches('\\')),
            None => (text, ""),
        };
        if text.len() > 80 || !first.chars().all(is_letter) || !last.chars().all(is_letter) {
            return None;
        }
        let words: Vec<&str> = [first, last].into_iter().flat_map(str::split_ascii_whitespace).collect();
        (1..=6).contains(&words.len()).then_some(Words(words))
    }
}

fn trim<'t>(text: &'t [u8], ends: &[u8]) -> &'t [u8] {
    let is_end = |b: &u8| ends.contains(b);
    let start = text.iter().position(|b| !is_end(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !is_end(b)).map_or(start, |n| n + 1);
    &text[start..end]
}

/// Whether a host name, in small letters, tells of a customer: it is none of the public ones, no address, no class, and no name
/// such as `node1`.
fn is_own(host: &[u8]) -> bool {
    const LABEL: ByteSet = LETTER.or(ByteSet::of(b"0123456789-_"));
    let labels: Vec<&[u8]> = host.split(|b| *b == b'.').collect();
    let is_host = (4..=253).contains(&host.len())
        && labels.iter().all(|l| (1..=63).contains(&l.len()) && l.iter().all(|b| LABEL.contains(*b)))
        && host.iter().any(|b| LETTER.contains(*b));
    let (Some(first), Some(last)) = (labels.first(), labels.last()) else { return false };
    if !is_host {
        return false;
    }
    if labels.len() == 1 {
        // Docker names the host of a container after its id.
        if matches!(host.len(), 12 | 64) && host.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        return !is_generic(host) && !common::is_common(host) && !account::is_nobody(host);
    }
    let is_domain = last.len() >= 2 && last.iter().all(|b| LETTER.contains(*b) || *b == b'-') && !is_file(last);
    let is_class = matches!(*first, b"com" | b"org" | b"net" | b"java" | b"javax" | b"io" | b"edu" | b"jakarta");
    is_domain && !is_class && !is_public(host)
}

/// `node1`, `db-server`, `localhost4`: names that are given everywhere.
fn is_generic(host: &[u8]) -> bool {
    #[rustfmt::skip]
    const WORDS: [&[u8]; 32] = [
        b"app", b"backend", b"broker", b"cluster", b"data", b"database", b"db", b"dev", b"frontend", b"host", b"instance",
        b"ip", b"jira", b"ldap", b"local", b"localhost", b"localhost4", b"localhost6", b"machine", b"mail", b"main", b"master",
        b"member", b"node", b"primary", b"prod", b"replica", b"server", b"slave", b"test", b"web", b"worker",
    ];
    let mut parts = host.split(|b| matches!(b, b'-' | b'_')).filter(|part| !part.is_empty());
    parts.all(|part| {
        let word = trim(part, b"0123456789");
        word.is_empty() || WORDS.binary_search(&word).is_ok()
    })
}

/// Whether what seems to be the last label is the ending of a file.
fn is_file(label: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 16] = [
        b"class",
        b"conf",
        b"gz",
        b"html",
        b"jar",
        b"java",
        b"js",
        b"json",
        b"jsp",
        b"jspa",
        b"log",
        b"properties",
        b"txt",
        b"xml",
        b"yaml",
        b"zip",
    ];
    ENDINGS.binary_search(&label).is_ok()
}

/// Whether a host belongs to everybody.
fn is_public(host: &[u8]) -> bool {
    #[rustfmt::skip]
    const PUBLIC: [&[u8]; 40] = [
        b"adobe.com", b"amazon.com", b"amazonaws.com", b"apache.org", b"apple.com", b"atlassian.com", b"atlassian.net",
        b"azure.com", b"bitbucket.org", b"cloudflare.com", b"debian.org", b"docker.com", b"docker.io", b"eclipse.org",
        b"github.com", b"gitlab.com", b"gmail.com", b"google.com", b"googleapis.com", b"gstatic.com", b"hibernate.org",
        b"jcp.org", b"jquery.com", b"kubernetes.io", b"maven.org", b"microsoft.com", b"mozilla.org", b"mysql.com",
        b"npmjs.org", b"openssl.org", b"oracle.com", b"osgi.org", b"postgresql.org", b"python.org", b"redhat.com",
        b"springframework.org", b"sun.com", b"ubuntu.com", b"w3.org", b"xmlsoap.org",
    ];
    // A tenant's own name stands before a public one: `acme.atlassian.net` is a customer's.
    const TENANTS: [&[u8]; 3] = [b"amazonaws.com", b"atlassian.net", b"azure.com"];
    let is_under = |public: &&[u8]| {
        *host == **public || (host.ends_with(public) && host[..host.len() - public.len()].ends_with(b"."))
    };
    PUBLIC.iter().any(|public| is_under(public) && (*host == **public || !TENANTS.contains(public)))
        || host.ends_with(b".localdomain")
        || host.ends_with(b".svc.cluster.local")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn harvest(room: Room) -> Harvest {
        Harvest::new([7; 32], room)
    }

    #[test]
    fn what_is_kept_depends_neither_on_the_order_nor_on_who_gathered_it() {
        let room = Room { values: 40, bytes: 300 };
        let users: Vec<String> = (0..500).map(|n| format!("user{n}x")).collect();
        let kept = |parts: Vec<Vec<&String>>| {
            let mut all = harvest(room);
            for part in parts {
                let mut one = all.fork();
                part.into_iter().for_each(|user| one.user(user.as_bytes()));
                all.join(one);
            }
            all.shrink();
            assert!(all.is_cut());
            let mut kept: Vec<Vec<u8>> = all.values.values().map(|known| known.text.reveal().clone()).collect();
            kept.sort();
            kept
        };
        let whole = kept(vec![users.iter().collect()]);
        assert!(whole.len() <= 40 && whole.len() > 20);
        assert_eq!(kept(vec![users.iter().rev().collect()]), whole);
        assert_eq!(kept(users.chunks(7).map(|part| part.iter().collect()).collect()), whole);
        assert_eq!(kept(users.rchunks(33).map(|part| part.iter().collect()).collect()), whole);
    }

    #[test]
    fn hosts_of_customers_and_of_everybody() {
        for host in ["db7.corp.acme.example", "jira.acme.example", "acme.atlassian.net", "dbx-berlin-3", "falcon7"] {
            assert!(is_own(host.as_bytes()), "{host}");
        }
        for host in [
            "localhost",
            "node1",
            "db-server-2",
            "10.1.2.3",
            "com.acme.example",
            "www.w3.org",
            "app.log",
            "atlassian.net",
            "true",
            "host.properties",
            "ip-10-0-0-1",
            "primary",
        ] {
            assert!(!is_own(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn a_login_name_is_learned_without_its_domain() {
        let mut harvest = harvest(Room::default());
        for raw in [&b"ACME\\jroe"[..], b"jroe@ACME.EXAMPLE", b"JRoe", b"root", b"12345", b"a"] {
            harvest.user(raw);
        }
        assert_eq!(harvest.values.len(), 1);
    }

    #[test]
    fn names_are_learned_in_both_orders() {
        let mut harvest = harvest(Room::default());
        harvest.name(b"Roe\\, Jane");
        let mut names: Vec<&[u8]> = harvest.values.values().map(|known| known.text.reveal().as_slice()).collect();
        names.sort();
        assert_eq!(names, [&b"Jane Roe"[..], b"Roe, Jane"]);
    }
}
