//! Texts made from a seed, with exact counts of what a perfect engine finds in them.
//!
//! [`app_log`] is what support reads all day, [`access_log`] and [`json_lines`] are two parts of it by themselves; in
//! [`sparse`] nothing may be found but much looks like a finding; every line of [`dense_sql`] holds two. [`super::binaryish`]
//! has what is no prose at all. The same seed and size give the same bytes on every machine. All values are invented: domains
//! end in `.example`, addresses come from ranges that are private or kept for documentation, and tokens are random letters
//! behind a prefix that stands here in two parts.

use std::collections::BTreeMap;

use super::binaryish;
use super::pen::Pen;
use crate::kind::Kind;

/// A text for measuring, and what it holds.
///
/// The kinds are those that the text itself suggests (`password=` is a password, a known prefix a token). An engine may
/// name a secret otherwise without being wrong; the sum over the secret kinds must hold all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// Whole lines, each ended by `\n`. At least as long as was asked for, by less than one record.
    pub text: Vec<u8>,
    /// How many findings of each kind stand in the text, repetitions included; kinds without one are absent.
    pub planted: BTreeMap<Kind, u64>,
}

/// How a corpus is made: from a seed, and so many bytes long.
pub type Maker = fn(u64, usize) -> Corpus;

/// Every corpus by the name that benches give it.
pub const ALL: [(&str, Maker); 9] = [
    ("app", app_log),
    ("sparse", sparse),
    ("dense", dense_sql),
    ("access", access_log),
    ("json", json_lines),
    ("hex", binaryish::hex),
    ("base64", binaryish::base64_lines),
    ("base64-long", binaryish::base64_long),
    ("random", binaryish::random),
];

/// A day in the life of a Jira node: log4j lines, an access log, JSON lines and stack traces, `bytes` long or slightly more.
///
/// A login name on every line of the access log and of a user's own thread, an e-mail address on every 59th line, a token or a keyed secret on every 270th, and something of the shape of an IPv4
/// address on a fifth of all lines, a third of which are the versions of browsers and so no findings.
pub fn app_log(seed: u64, bytes: usize) -> Corpus {
    let mut pen = Pen::new(seed, bytes);
    while pen.is_short_of(bytes) {
        match pen.line {
            n if n % 270 == 269 => pen.secret_line(),
            n if n % 59 == 58 => pen.mail_line(),
            n => match n % 30 {
                2 | 9 | 22 | 26 => pen.access_line(n),
                12 | 28 => pen.browser_line(),
                5 | 24 => pen.json_line(),
                slot @ 14..=19 => pen.trace_line(slot as usize - 14),
                _ => pen.log_line(),
            },
        }
    }
    pen.finish()
}

/// Hard negatives, `bytes` long or slightly more: what looks like an address, a token or a secret to a careless eye.
///
/// Times, versions, packages, UUIDs, digests, settings about secrets, C++ scopes and Java identities. A perfect engine finds
/// nothing, so [`Corpus::planted`] is empty.
pub fn sparse(seed: u64, bytes: usize) -> Corpus {
    let mut pen = Pen::new(seed, bytes);
    while pen.is_short_of(bytes) {
        pen.stamp();
        match pen.line % 16 {
            0 => pen.put(b"INFO  [c.a.jira.startup] starting version 9.4.2.10 build 904002 on java 17.0.9+9"),
            1 => pen.with_hex(b"DEBUG [c.a.cache] loaded entry sha256:", 64, b" in 12 ms"),
            2 => pen.put(b"WARN  [o.s.s.config] password_required=true passwordPolicy=strict token_count="),
            3 => pen.put(b"INFO  [core] std::vector<int>::at called from foo::bar::baz(), puppet::server"),
            4 => pen.with_hex(b"DEBUG [pool] borrowed org.apache.tomcat.dbcp.PoolableConnection@", 8, b" idle=3"),
            5 => pen.put(b"INFO  [net] listening on 127.0.0.1:8080 and 0.0.0.0:8443, netmask 255.255.255.0"),
            6 => pen.uuid_line(b"INFO  [task] job "),
            7 => pen.put(b"INFO  [x509] extension 2.5.29.19 policy 1.3.6.1.4.1.311.21.8 accepted"),
            8 => pen.put(b"INFO  [rpm] installed openssl-libs-3.0.7.4-3.el9.x86_64, glibc 2.34, tzdata 2026a"),
            9 => pen.with_hex(b"DEBUG [git] checked out ", 40, b" of origin/main"),
            10 => pen.put(b"INFO  [web] browser Chrome/118.0.5993.70 Safari/537.36 Edg/118.0.2088.46"),
            11 => pen.put(b"WARN  [conf] password=${DB_PASSWORD} secret={{ vault }} token=******** ratio 0:0:0:0"),
            12 => pen.put(b"ERROR [x] \tat com.acme.example.plugin.rest.TokenResource.list(TokenResource.java:118)"),
            13 => pen.with_hex(b"DEBUG [thread] - locked <0x", 16, b"> (a java.lang.Object)"),
            14 => pen.put(b"INFO  [time] from 10:14:02,123 to 12:30:45 took 02:16:42 at 2026-05-01T10:14:02.123Z ABC-"),
            _ => pen.put(b"DEBUG [js] batch.js:12:345 cookies.enabled secretName tokenizer apiKeyPath user@ rows="),
        }
        match pen.line % 16 {
            2 | 14 | 15 => pen.number(4),
            _ => {}
        }
        pen.end();
    }
    pen.finish()
}

/// A dump of a user table as `COPY` writes it, `bytes` long or slightly more: one e-mail address and one IPv4 address on
/// every row.
pub fn dense_sql(seed: u64, bytes: usize) -> Corpus {
    let mut pen = Pen::new(seed, bytes);
    pen.put(b"COPY public.cwd_user (id, active, created_date, lower_email_address, last_seen_address) FROM stdin;\n");
    while pen.is_short_of(bytes) {
        let id = 10_000 + pen.line;
        pen.decimal(id);
        pen.put(b"\t1\t2026-05-01 10:14:02.123+00\t");
        pen.mail();
        pen.put(b"\t");
        pen.ipv4();
        pen.end();
    }
    pen.put(b"\\.\n");
    pen.finish()
}

/// The access log of a web server, `bytes` long or slightly more: one IPv4 address on every line.
pub fn access_log(seed: u64, bytes: usize) -> Corpus {
    let mut pen = Pen::new(seed, bytes);
    while pen.is_short_of(bytes) {
        let line = pen.line;
        pen.access_line(line);
    }
    pen.finish()
}

/// Structured logs, `bytes` long or slightly more: JSON lines with a message of escaped JSON in every fourth, an IPv4 address
/// in each, and an e-mail address in every tenth.
pub fn json_lines(seed: u64, bytes: usize) -> Corpus {
    let mut pen = Pen::new(seed, bytes);
    while pen.is_short_of(bytes) {
        pen.put(b"{\"@timestamp\":\"2026-05-01T10:14:02.123Z\",\"level\":\"INFO\",\"client_ip\":\"");
        pen.ipv4();
        // A span that begins with a letter is no number of a card, however it goes on.
        pen.put(b"\",\"span\":\"b");
        pen.hex(15);
        match pen.line {
            n if n % 10 == 9 => {
                pen.put(b"\",\"message\":\"mail to ");
                pen.mail();
                pen.put(b" is queued");
            }
            n if n % 4 == 0 => {
                pen.put(br#"","message":"{\"event\":\"served\",\"bytes\":"#);
                pen.number(6);
                pen.put(br#",\"path\":\"C:\\\\data\\\\cache\"}"#);
            }
            _ => {
                pen.put(b"\",\"message\":\"GET /rest/api/2/issue/PROJ-");
                pen.number(4);
                pen.put(b" -> 200");
            }
        }
        pen.put(b"\",\"token_type\":\"bearer\"}");
        pen.end();
    }
    pen.finish()
}

const FIRST: [&[u8]; 16] = [
    b"jane", b"omar", b"lucia", b"henrik", b"mei", b"tomasz", b"aisha", b"pavel", b"nora", b"diego", b"ingrid",
    b"kofi", b"yuki", b"anton", b"leila", b"bruno",
];
const LAST: [&[u8]; 16] = [
    b"roe",
    b"doe",
    b"lindqvist",
    b"okafor",
    b"marini",
    b"petrov",
    b"nakamura",
    b"weiss",
    b"haddad",
    b"costa",
    b"novak",
    b"jensen",
    b"moreau",
    b"silva",
    b"kowal",
    b"byrne",
];
const HOSTS: [&[u8]; 4] = [b"acme.example", b"mail.globex.example", b"initech.example", b"support.umbrella.example"];
/// Networks without a last octet: two kept for documentation, two private.
const NETWORKS: [&[u8]; 4] = [b"203.0.113.", b"198.51.100.", b"10.20.30.", b"172.16.4."];
const CLASSES: [&[u8]; 4] = [
    b"[c.a.j.web.action.IssueAction] ",
    b"[c.a.jira.issue.index.DefaultIndexManager] ",
    b"[c.acme.example.plugin.SyncJob] ",
    b"[o.a.http.impl.execchain.RetryExec] ",
];
const MESSAGES: [&[u8]; 4] = [
    b"finished re-indexing of 1200 issues in 842 ms, queue is empty",
    b"rendering of PROJ-1042 took longer than 500 ms: velocity=212 db=133",
    b"cache miss for key 10100, falling back to the database (attempt 1 of 3)",
    b"scheduled job com.atlassian.jira.service.ServiceRunner is done, next run 11:00:00",
];

impl Pen {
    /// A time of day that moves on with the lines, so that the text does not repeat.
    fn stamp(&mut self) {
        let seconds = self.line / 7 % 86_400;
        let two = |n: u64| [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        let ([h0, h1], [m0, m1], [s0, s1]) = (two(seconds / 3600), two(seconds / 60 % 60), two(seconds % 60));
        self.put(b"2026-05-01 ");
        self.put(&[h0, h1, b':', m0, m1, b':', s0, s1, b',']);
        self.number(3);
        self.put(b"+0000 ");
    }

    fn mail(&mut self) {
        let (first, last, host) = (self.pick(&FIRST), self.pick(&LAST), self.pick(&HOSTS));
        self.put(first);
        self.put(b".");
        self.put(last);
        self.number(3);
        self.put(b"@");
        self.put(host);
        self.count(Kind::Email);
    }

    fn ipv4(&mut self) {
        let (network, last) = (self.pick(&NETWORKS), 1 + self.random() % 254);
        self.put(network);
        self.decimal(last);
        self.count(Kind::Ipv4);
    }

    /// Time, thread, level and user, and the class.
    fn log_head(&mut self, level: &[u8]) {
        self.stamp();
        self.put(b"http-nio-8080-exec-");
        self.number(2);
        self.put(level);
        if !level.ends_with(b" anonymous ") {
            self.count(Kind::User);
        }
        let class = self.pick(&CLASSES);
        self.put(class);
    }

    fn log_line(&mut self) {
        self.log_head(b" INFO anonymous ");
        let message = self.pick(&MESSAGES);
        self.put(message);
        self.end();
    }

    fn mail_line(&mut self) {
        self.log_head(b" WARN jroe ");
        self.put(b"could not notify ");
        self.mail();
        self.put(b" about PROJ-");
        self.number(4);
        self.put(b": mailbox is full");
        self.end();
    }

    /// Alternates between the sorts of secret that a log holds: tokens by prefix and values by their key.
    fn secret_line(&mut self) {
        self.log_head(b" ERROR jroe ");
        let kind = match self.line / 270 % 5 {
            0 => {
                self.put(b"remote said 401 to token ");
                self.put(concat!("gh", "p_").as_bytes());
                self.base62(36);
                self.put(b" of the mirror");
                Kind::Token
            }
            1 => {
                self.put(b"retrying with datasource.password=");
                self.base62(14);
                self.put(b" in 5 s");
                Kind::Password
            }
            2 => {
                self.put(b"pipeline refused ");
                self.put(concat!("glp", "at-").as_bytes());
                self.base62(20);
                Kind::Token
            }
            3 => {
                self.put(b"payload {\"client_secret\": \"");
                self.base62(32);
                self.put(b"\", \"scope\": \"read\"}");
                Kind::Secret
            }
            _ => {
                self.put(b"credentials of the bucket: ");
                self.put(concat!("AK", "IA").as_bytes());
                let random = self.random();
                self.text
                    .extend((0..16).map(|i| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(random >> (4 * i)) as usize & 15]));
                Kind::Token
            }
        };
        self.count(kind);
        self.end();
    }

    fn access_line(&mut self, n: u64) {
        self.ipv4();
        self.put(b" 614x");
        self.decimal(n);
        self.put(b"x1 jroe [01/May/2026:10:14:02 +0000] \"GET /rest/api/2/issue/PROJ-");
        self.number(4);
        self.put(b" HTTP/1.1\" 200 ");
        self.count(Kind::User);
        self.number(5);
        self.put(b" 0.0421");
        self.end();
    }

    fn browser_line(&mut self) {
        self.log_head(b" INFO jroe ");
        self.put(b"agent Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/118.0.");
        self.number(4);
        self.put(b".70 Safari/537.36");
        self.end();
    }

    fn json_line(&mut self) {
        self.put(b"{\"@timestamp\":\"2026-05-01T10:14:02.123Z\",\"level\":\"INFO\",\"trace\":\"");
        self.hex(32);
        self.put(b"\",\"message\":\"served ");
        self.number(6);
        self.put(b" bytes\",\"token_type\":\"bearer\"}");
        self.end();
    }

    /// One line of a stack trace: 0 is its head, 1 to 4 are frames, 5 is the cause.
    fn trace_line(&mut self, n: usize) {
        const FRAMES: [&[u8]; 4] = [
            b"\tat com.acme.example.plugin.index.Writer.commit(Writer.java:",
            b"\tat com.acme.example.plugin.index.Sync$Worker.run(Sync.java:",
            b"\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:",
            b"\tat java.base/java.lang.Thread.run(Thread.java:",
        ];
        match n {
            0 => {
                self.log_head(b" ERROR jroe ");
                self.put(b"java.lang.IllegalStateException: index 7 is closed");
            }
            1..=4 => {
                self.put(FRAMES[n - 1]);
                self.number(3);
                self.put(b")");
            }
            _ => self.put(b"Caused by: java.nio.channels.ClosedChannelException"),
        }
        self.end();
    }

    fn with_hex(&mut self, before: &[u8], digits: usize, after: &[u8]) {
        self.put(before);
        self.hex(digits);
        self.put(after);
    }

    fn uuid_line(&mut self, before: &[u8]) {
        self.put(before);
        for (n, digits) in [8, 4, 4, 4, 12].into_iter().enumerate() {
            if n > 0 {
                self.put(b"-");
            }
            self.hex(digits);
        }
        self.put(b" done, version 4.12.0.1 is current");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_automata::meta::Regex;

    const SIZE: usize = 300_000;

    fn matches(pattern: &str, text: &[u8]) -> u64 {
        Regex::new(pattern).unwrap().find_iter(text).count() as u64
    }

    #[test]
    fn a_seed_is_a_text_and_every_line_ends() {
        for (name, make) in ALL {
            let corpus = make(7, SIZE);
            assert_eq!(corpus, make(7, SIZE), "{name}");
            assert_ne!(corpus.text, make(8, SIZE).text, "{name}");
            assert!((SIZE..SIZE + 1024).contains(&corpus.text.len()), "{name}");
            assert_eq!(corpus.text.last(), Some(&b'\n'), "{name}");
            assert_eq!(corpus.text.is_ascii(), name != "random", "{name}");
            make(7, 0);
        }
    }

    #[test]
    fn the_application_log_holds_what_it_counts_at_the_promised_rates() {
        let Corpus { text, planted } = app_log(1, SIZE);
        let lines = text.iter().filter(|b| **b == b'\n').count() as u64;
        assert_eq!(planted[&Kind::Email], lines / 59 - lines / (59 * 270), "every 59th, but where a secret stands");
        assert_eq!(planted[&Kind::Email], matches(r"[a-z]+\.[a-z]+[0-9]{3}@[a-z.]+\.example", &text));
        let shapes = matches(r"\b[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\b", &text);
        assert_eq!(planted[&Kind::Ipv4], shapes - matches("Chrome/118", &text));
        assert!((lines * 19 / 100..=lines * 20 / 100).contains(&shapes), "{shapes} of {lines}");
        let secrets: u64 = planted.iter().filter(|(kind, _)| **kind > Kind::Email).map(|(_, n)| n).sum();
        assert_eq!(secrets, lines / 270);
        assert_eq!(planted[&Kind::Token], matches(concat!("gh", "p_|glp", "at-|AK", "IA[A-Z2-7]{16}"), &text));
        assert_eq!(planted[&Kind::Password], matches("datasource.password=", &text));
        assert_eq!(planted[&Kind::Secret], matches("client_secret", &text));
    }

    #[test]
    fn nothing_is_planted_among_the_hard_negatives() {
        let Corpus { text, planted } = sparse(1, SIZE);
        assert!(planted.is_empty());
        assert_eq!(matches(r"@[a-z.]+\.[a-z]", &text), 0);
        assert!(matches(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+", &text) > 1000, "versions look like addresses");
    }

    #[test]
    fn every_row_of_the_dump_holds_two() {
        let Corpus { text, planted } = dense_sql(1, SIZE);
        let rows = text.iter().filter(|b| **b == b'\n').count() as u64 - 2;
        assert_eq!(planted, BTreeMap::from([(Kind::Email, rows), (Kind::Ipv4, rows)]));
        assert_eq!(matches(r"\t[a-z.0-9]+@[a-z.]+\.example\t[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\n", &text), rows);
    }
    #[test]
    fn structured_and_access_logs_hold_an_address_a_line() {
        let rows = |text: &[u8]| text.iter().filter(|b| **b == b'\n').count() as u64;
        let Corpus { text, planted } = access_log(1, SIZE);
        assert_eq!(planted, BTreeMap::from([(Kind::Ipv4, rows(&text)), (Kind::User, rows(&text))]));
        let Corpus { text, planted } = json_lines(1, SIZE);
        assert_eq!(planted, BTreeMap::from([(Kind::Ipv4, rows(&text)), (Kind::Email, rows(&text) / 10)]));
        for line in text.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let value: serde_json::Value = serde_json::from_slice(line).unwrap();
            let message = value["message"].as_str().unwrap();
            assert!(
                !message.starts_with('{') || serde_json::from_str::<serde_json::Value>(message).is_ok(),
                "{message}"
            );
        }
    }
}
