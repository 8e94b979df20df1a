//! Login names in columns: `ls -l`, `ps`, `who`, `id`, the account files of Unix, access logs, the logs of Jira and cron.
//!
//! A column has no word that says what it holds, so that the shape of the whole line decides: each anchor stands for one
//! listing, and what stands before and behind must be what that listing has there.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HIGH, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::learned::common;
use crate::detect::people::account::{self, LOGIN};
use crate::detect::people::names;
use crate::detect::prefilter::Literal;
use crate::detect::reading::handle;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds login names in the columns of listings and logs.
pub struct Listing;

/// Which listing an anchor tells of.
#[derive(Clone, Copy)]
enum Sort {
    /// `-rw-r--r-- 1 jroe users 4096 May  6 10:14 notes`.
    Files,
    /// `jroe     pts/0   203.0.113.5 ...`, `jroe  1234  0.0 ... pts/0`.
    Terminal,
    /// `1234 jroe      20   0 162108 ...` of `top`.
    Top,
    /// `uid=1000(jroe)`, `uid=jroe,ou=people`.
    Id,
    /// `groups=1000(jroe),27(sudo)`.
    Groups,
    /// `jroe(uid=1000)`.
    Numbered,
    /// `jroe:x:1000:1000:Jane Roe,,,:/home/jroe:/bin/bash`, `sudo:x:27:jroe`.
    Account,
    /// `jroe:!:19000:0:99999:7:::`.
    Shadow,
    /// `203.0.113.195 - jroe [01/May/2024:10:14:02 +0000]`.
    Access,
    /// `http-nio-8080-exec-7 ERROR jsmith 614x12345x1 1a2b3c4`, also without a level.
    Thread,
    /// `(jroe) CMD (/usr/bin/true)`.
    Cron,
    /// `sshd: jroe [priv]`.
    Process,
    /// `>jroe   console   1  Active   none   5/1/2026 9:14 AM` of `quser`.
    Session,
    /// `java    1234 jroe  cwd    DIR  253,0     4096 /srv` of `lsof`.
    Open,
    /// `GET http://x.example/ jroe DIRECT/192.0.2.7 text/html` of older Squid.
    Proxied,
    /// `|203.0.113.7|jroe|GET|/api` of Artifactory.
    Barred,
    /// `203.0.113.7 | http | o@1x2x3x0 | jroe | 2026-05-01` of Bitbucket.
    Hosted,
    /// `[jroe] Peer Connection Initiated` of OpenVPN.
    Peer,
    /// `User name                    jroe` of `net user`.
    Labelled,
    /// `Full Name                    Jane Roe`.
    FullName,
    /// `17 3 * * * jroe /usr/bin/true` of a crontab of the system.
    Crontab,
    /// `[qtp1823-412]  jroe org.sonatype.nexus.Foo` of servers on Jetty.
    Jetty,
    /// `####<Jul 2, 2024> <Notice> <Security> <host> <server> <thread> <jroe> <>` of WebLogic.
    Server,
    /// `jroe  ssh:notty  192.0.2.7` of `lastb`.
    First,
    /// `2210/sshd: jroe` of `netstat`.
    Sshd,
    /// `192.0.2.1<TAB>jroe<TAB>tty2<TAB>192.0.2.7<TAB>stop<TAB>task_id=441` of TACACS+.
    Accounting,
    /// `b _ i r jroe ftp 0 * c` of a log of transfers.
    Transferred,
    /// `03/Nov/24 8:20 AM;jroe;text`, a comment in an export of Jira.
    Comment,
}

const DIGITS: &[ByteSet] = &[DIGIT];
const NO: &[ByteSet] = &[];
/// What follows the days of a crontab, or the time of a comment: the last of its fields, or a name.
const CRON: &[ByteSet] = &[ALNUM.or(ByteSet::of(b"*_ \t"))];

const ANCHORS: [(&[u8], bool, &[ByteSet], Sort); 77] = [
    (b"-rw-", false, NO, Sort::Files),
    (b"-rwx", false, NO, Sort::Files),
    (b"-r--", false, NO, Sort::Files),
    (b"drwx", false, NO, Sort::Files),
    (b"lrwx", false, NO, Sort::Files),
    (b" pts/", false, DIGITS, Sort::Terminal),
    (b" tty", false, DIGITS, Sort::Terminal),
    (b" ?  ", false, NO, Sort::Terminal),
    (b" 20   0 ", false, NO, Sort::Top),
    (b"uid=", true, NO, Sort::Id),
    (b"gid=", true, DIGITS, Sort::Groups),
    (b"groups=", true, DIGITS, Sort::Groups),
    (b"(uid=", false, DIGITS, Sort::Numbered),
    (b":x:", false, DIGITS, Sort::Account),
    (b":*:", false, DIGITS, Sort::Account),
    (b" ssh:notty", false, NO, Sort::First),
    (b"/sshd: ", false, NO, Sort::Sshd),
    (b"\ttask_id=", false, NO, Sort::Accounting),
    (b" ftp 0 * ", false, NO, Sort::Transferred),
    (b":0:99999:7:", false, NO, Sort::Shadow),
    (b"/jan/", true, DIGITS, Sort::Access),
    (b"/feb/", true, DIGITS, Sort::Access),
    (b"/mar/", true, DIGITS, Sort::Access),
    (b"/apr/", true, DIGITS, Sort::Access),
    (b"/may/", true, DIGITS, Sort::Access),
    (b"/jun/", true, DIGITS, Sort::Access),
    (b"/jul/", true, DIGITS, Sort::Access),
    (b"/aug/", true, DIGITS, Sort::Access),
    (b"/sep/", true, DIGITS, Sort::Access),
    (b"/oct/", true, DIGITS, Sort::Access),
    (b"/nov/", true, DIGITS, Sort::Access),
    (b"/dec/", true, DIGITS, Sort::Access),
    (b"-exec-", false, DIGITS, Sort::Thread),
    (b"thread-", true, DIGITS, Sort::Thread),
    (b"Caesium-", false, DIGITS, Sort::Thread),
    (b"worker-", true, DIGITS, Sort::Thread),
    (b") CMD (", false, NO, Sort::Cron),
    (b") LIST (", false, NO, Sort::Cron),
    (b") RELOAD (", false, NO, Sort::Cron),
    (b") REPLACE (", false, NO, Sort::Cron),
    (b"####<", false, NO, Sort::Server),
    (b") DELETE (", false, NO, Sort::Cron),
    (b") END EDIT (", false, NO, Sort::Cron),
    (b") BEGIN EDIT (", false, NO, Sort::Cron),
    (b" [priv]", false, NO, Sort::Process),
    (b" DIRECT/", false, NO, Sort::Proxied),
    (b" FIRSTUP_PARENT/", false, NO, Sort::Proxied),
    (b"|GET|", false, NO, Sort::Barred),
    (b"|PUT|", false, NO, Sort::Barred),
    (b"|POST|", false, NO, Sort::Barred),
    (b"|HEAD|", false, NO, Sort::Barred),
    (b"|DELETE|", false, NO, Sort::Barred),
    (b" | http | ", false, NO, Sort::Hosted),
    (b" | https | ", false, NO, Sort::Hosted),
    (b" | ssh | ", false, NO, Sort::Hosted),
    (b"] Peer Connection", false, NO, Sort::Peer),
    (b"  Active  ", false, NO, Sort::Session),
    (b"  Disc  ", false, NO, Sort::Session),
    (b"   REG  ", false, NO, Sort::Open),
    (b"   DIR  ", false, NO, Sort::Open),
    (b"   CHR  ", false, NO, Sort::Open),
    (b"  FIFO  ", false, NO, Sort::Open),
    (b"  unix 0x", false, NO, Sort::Open),
    (b"  IPv4 ", false, NO, Sort::Open),
    (b"  IPv6 ", false, NO, Sort::Open),
    (b"user name            ", true, NO, Sort::Labelled),
    (b"full name            ", true, NO, Sort::FullName),
    (b" * * ", false, CRON, Sort::Crontab),
    (b" *\t* ", false, CRON, Sort::Crontab),
    (b"@reboot ", false, CRON, Sort::Crontab),
    (b"@hourly ", false, CRON, Sort::Crontab),
    (b"@daily ", false, CRON, Sort::Crontab),
    (b"@weekly ", false, CRON, Sort::Crontab),
    (b"@monthly ", false, CRON, Sort::Crontab),
    (b"[qtp", false, DIGITS, Sort::Jetty),
    (b" am;", true, CRON, Sort::Comment),
    (b" pm;", true, CRON, Sort::Comment),
];

impl Detector for Listing {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("login-column", Kind::User, "login name in a column of a listing or a log"),
            rule("account-name", Kind::Name, "name of a person in an account file"),
            rule("account-phone", Kind::Phone, "telephone number of a person in an account file"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |(bytes, ignore_case, after, _): &(&[u8], bool, &[ByteSet], Sort)| {
            Anchor::Literal(Literal {
                bytes: if *ignore_case { bytes.to_ascii_lowercase() } else { bytes.to_vec() },
                ignore_case: *ignore_case,
                starts_word: false,
                after: after.to_vec(),
            })
        };
        ANCHORS.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (literal, _, after, sort) = ANCHORS[hit.anchor];
        let (at, behind) = (hit.at, hit.at + literal.len());
        if !after.iter().zip(behind..).all(|(set, at)| view.is(at, *set)) {
            return;
        }
        let mut user = |span: Option<(usize, usize)>| report(view, span, out);
        match sort {
            Sort::Files => {
                if let Some((owner, group)) = files(view, at) {
                    user(Some(owner));
                    // A group of the same name is the owner's own, and so is a directory.
                    let name = view.slice(owner.0, owner.1);
                    if view.slice(group.0, group.1) == name {
                        user(Some(group));
                    }
                    let line = view.line_end(group.1, 128);
                    let start = view.run_back(line, LOGIN, 65);
                    if view.at(at) == Some(b'd') && start > group.1 && view.slice(start, line) == name {
                        user(Some((start, line)));
                    }
                }
            }
            Sort::Terminal => user(terminal(view, at)),
            Sort::Top => user(top(view, at)),
            Sort::Id => user(id(view, at, behind)),
            Sort::Groups => groups(view, behind, &mut user),
            Sort::Numbered => user(name_before(view, at)),
            Sort::Account => account(view, at, behind, out),
            Sort::Shadow => user(shadow(view, at)),
            Sort::Access => user(access(view, at)),
            Sort::Thread if is_anonymous(view, behind) => out.left(0, behind, NOBODYS),
            Sort::Thread => user(thread(view, at, behind)),
            Sort::Cron => {
                user(name_before(view, at).filter(|(start, _)| view.before(*start) == Some(b'(')));
                let start = if view.starts_with(behind, b"crontabs/") { behind + 9 } else { behind };
                let end = view.run(start, LOGIN, 65);
                user((view.at(end) == Some(b')') && literal != b") CMD (").then_some((start, end)));
            }
            Sort::Session => user(session(view, at, behind)),
            Sort::Open => user(open(view, at)),
            Sort::Barred => {
                const HOST: ByteSet = ALNUM.or(ByteSet::of(b".:"));
                let start = view.run_back(at, LOGIN, 65);
                let host = view.run_back(start.saturating_sub(1), HOST, 48);
                let is_behind_host = view.before(start) == Some(b'|') && view.before(host) == Some(b'|');
                user((is_behind_host && view.is(host, ALNUM)).then_some((start, at)));
            }
            Sort::Hosted => {
                const ID: ByteSet = ALNUM.or(ByteSet::of(b"@*-"));
                let id = view.run(behind, ID, 48);
                let start = id + 3;
                let end = view.run(start, LOGIN, 65);
                user((view.starts_with(id, b" | ") && view.starts_with(end, b" | ")).then_some((start, end)));
            }
            Sort::Peer => {
                let start = view.run_back(at, LOGIN, 65);
                user((view.before(start) == Some(b'[')).then_some((start, at)));
            }
            Sort::Proxied => user(name_before(view, at).filter(|&(start, _)| {
                let url = view.run_back(start.saturating_sub(1), const { SPACE.not() }, 512);
                view.slice(url, start).contains(&b':')
            })),
            Sort::Labelled => user(labelled(view, at, behind).filter(|&(start, end)| is_all(view, start, end, LOGIN))),
            Sort::FullName => {
                if let Some((start, end)) = labelled(view, at, behind) {
                    let name = view.slice(start, end);
                    match account::is_nobody(name) {
                        true => out.left(1, start, NOBODYS),
                        false => out.found(Found::new(start, end, Kind::Name, Confidence::Medium).rule(1)),
                    }
                }
            }
            Sort::Server => {
                let line = view.slice(at, view.line_end(at, 400));
                let mut fields = memchr::memmem::find_iter(line, b"> <").map(|n| at + n + 3);
                if let Some(start) = fields.nth(5) {
                    let end = view.run(start, LOGIN, 65);
                    user((view.at(end) == Some(b'>')).then_some((start, end)));
                }
            }
            Sort::First => {
                let start = view.line_start(at);
                let end = view.run(start, LOGIN, 65);
                user((view.run(end, BLANK, 32) >= at && end < at + 1).then_some((start, end)));
            }
            Sort::Sshd => {
                let end = view.run(behind, LOGIN, 65);
                let is_process = view.is(at.saturating_sub(1), DIGIT);
                user((is_process && view.at(end) != Some(b'/')).then_some((behind, end)));
            }
            Sort::Accounting => {
                let column = |end: usize| view.run_back(end, const { ByteSet::of(b"\t\r\n").not() }, 65);
                let from = column(column(at).saturating_sub(1)).saturating_sub(1);
                let end = column(from).saturating_sub(1);
                let start = column(end);
                let is_line = view.at(end) == Some(b'\t') && view.before(start) == Some(b'\t');
                user((is_line && is_all(view, start, end, LOGIN)).then_some((start, end)));
            }
            Sort::Transferred => user(name_before(view, at)),
            Sort::Crontab => user(crontab(view, at)),
            Sort::Jetty => user(jetty(view, behind)),
            Sort::Comment => {
                let end = view.run(behind, LOGIN, 65);
                let is_time = view.is(at - 1, DIGIT) && view.back(at, 3).is_some_and(|b| b == b':');
                user((is_time && view.at(end) == Some(b';')).then_some((behind, end)));
            }
            Sort::Process => {
                user(name_before(view, at).filter(|(start, _)| view.ends_with_ignoring_case(*start, b"sshd: ")));
            }
        }
    }
}

/// Why a name stays that nobody has.
const NOBODYS: &str = "an account that names no person";

/// Names the login name at `span`, unless nobody has it.
fn report(view: &View<'_>, span: Option<(usize, usize)>, out: &mut Candidates<'_>) {
    let Some((start, end)) = span.filter(|(start, end)| start < end && end - start <= 64) else { return };
    let text = view.slice(start, end);
    let reason = if account::is_nobody(text) || account::is_system(text) {
        Some(NOBODYS)
    } else if !text.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b)) {
        Some("a number")
    } else {
        handle::reason(text)
    };
    match reason {
        Some(reason) => out.left(0, start, reason),
        None => out.found(Found::new(start, end, Kind::User, Confidence::Medium)),
    }
}

/// The field at `from`: its end, and where the next one begins.
fn field(view: &View<'_>, from: usize) -> (usize, usize) {
    let end = view.run(from, const { SPACE.not() }, 128);
    (end, view.run(end, BLANK, 64))
}

fn is_all(view: &View<'_>, start: usize, end: usize, set: ByteSet) -> bool {
    end > start && view.slice(start, end).iter().all(|b| set.contains(*b))
}

/// The owner and the group of a line of `ls -l` or `tar -tv`.
fn files(view: &View<'_>, at: usize) -> Option<((usize, usize), (usize, usize))> {
    const MODE: ByteSet = ByteSet::of(b"rwxsStT-");
    let is_start = view.before(at).is_none_or(|b| SPACE.contains(b) || matches!(b, b'"' | b'\'' | b'\\'));
    let end = view.run(at + 1, MODE, 10);
    if !is_start && !view.starts_word(at) || end != at + 10 {
        return None;
    }
    let end = view.run(end, const { ByteSet::of(b".+@") }, 1);
    let next = view.run(end, BLANK, 64);
    let (links, owner) = field(view, next);
    if next == end {
        return None;
    }
    // `jroe/users` of tar
    if let Some(slash) = view.slice(next, links).iter().position(|&b| b == b'/') {
        let (size, _) = field(view, owner);
        return is_all(view, owner, size, DIGIT).then_some(((next, next + slash), (next + slash + 1, links)));
    }
    let (owner_end, group) = field(view, owner);
    let (group_end, size) = field(view, group);
    let (size_end, behind) = field(view, size);
    // `domain users`: a group of two words.
    let (group_end, size, size_end) = if is_all(view, size, size_end, const { LETTER.or(ByteSet::of(b"-")) }) {
        (size_end, behind, field(view, behind).0)
    } else {
        (group_end, size, size_end)
    };
    const SIZE: ByteSet = DIGIT.or(ByteSet::of(b".,KMGTB"));
    let is_line = is_all(view, next, links, DIGIT)
        && is_all(view, owner, owner_end, LOGIN)
        && is_all(view, group, group_end, LOGIN.or(BLANK))
        && is_all(view, size, size_end, SIZE);
    is_line.then_some(((owner, owner_end), (group, group_end)))
}

/// The first field of a line of `who`, `last`, `w` or `ps`.
fn terminal(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let start = view.run(view.line_start(at), BLANK, 8);
    let (end, next) = field(view, start);
    let is_name = is_all(view, start, end, LOGIN.or(ByteSet::of(b":"))) && next > end && end <= at;
    if !is_name || view.slice(start, end).contains(&b':') {
        return None;
    }
    let line = view.slice(at, view.line_end(at, 128));
    let has_time = line.windows(5).any(|w| w[2] == b':' && w[0].is_ascii_digit() && w[3].is_ascii_digit());
    // `who` and `last` have the terminal next; `ps` has the number of the process first.
    let (second, third) = field(view, next);
    // `     12 21001 jroe  pts/1` of loginctl.
    let is_number =
        is_all(view, start, end, DIGIT) || is_all(view, start + 1, end, DIGIT) && view.at(start) == Some(b'c');
    if is_number && is_all(view, next, second, DIGIT) {
        let (named, seat) = field(view, third);
        let is_seat = seat == at + 1 || view.starts_with(seat, b"seat");
        return (is_seat && is_all(view, third, named, LOGIN)).then_some((third, named));
    }
    let is_listing = next == at + 1 || is_all(view, next, second, DIGIT);
    (has_time && is_listing).then_some((start, end))
}

/// The second field of a line of `top`.
fn top(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let end = view.run_back(at + 1, BLANK, 32);
    let start = view.run_back(end, LOGIN, 64);
    let number = view.run_back(start, BLANK, 8);
    let line = view.run_back(view.run_back(number, DIGIT, 8), BLANK, 8);
    (number < start && view.is(number.wrapping_sub(1), DIGIT) && line == view.line_start(at)).then_some((start, end))
}

/// `uid=1000(jroe)`, `uid=jroe,ou=people`.
fn id(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    if view.is(behind, DIGIT) {
        let digits = view.run(behind, DIGIT, 10);
        let end = view.run(digits + 1, LOGIN, 65);
        // `uid=10110(com.example.app)`: a package of Android.
        let is_package = || view.slice(digits + 1, end).iter().filter(|&&byte| byte == b'.').count() > 1;
        let is_told = view.at(digits) == Some(b'(') && view.at(end) == Some(b')');
        return (is_told && !is_package()).then_some((digits + 1, end));
    }
    let end = view.run(behind, LOGIN, 65);
    let next = view.run(end, const { ByteSet::of(b", ") }, 2);
    let is_entry = [&b"ou="[..], b"dc=", b"cn=", b"o="].iter().any(|rdn| view.starts_with_ignoring_case(next, rdn));
    // `(uid=jroe)` of a filter, `UID=jroe;PWD=x` of ODBC
    let is_filter = view.before(at) == Some(b'(') && view.at(end) == Some(b')');
    let is_odbc = view.at(end) == Some(b';') && view.starts_with_ignoring_case(end + 1, b"pwd=");
    let is_named = (view.at(end) == Some(b',') && is_entry && view.starts_word(at)) || is_filter || is_odbc;
    is_named.then_some((behind, end))
}

/// Groups of a number that systems give to people: their own.
fn groups(view: &View<'_>, behind: usize, user: &mut impl FnMut(Option<(usize, usize)>)) {
    let mut at = behind;
    for _ in 0..16 {
        let digits = view.run(at, DIGIT, 10);
        let end = view.run(digits + 1, LOGIN, 65);
        if digits == at || view.at(digits) != Some(b'(') || view.at(end) != Some(b')') {
            return;
        }
        if digits - at >= 4 {
            user(Some((digits + 1, end)));
        }
        if view.at(end + 1) != Some(b',') {
            return;
        }
        at = end + 2;
    }
}

/// The name that ends at `end`, behind a blank, a bracket or the start of a line.
fn name_before(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    let start = view.run_back(end, LOGIN, 65);
    let is_delimited = view.before(start).is_none_or(|b| SPACE.contains(b) || matches!(b, b'(' | b'"' | b'\''));
    (is_delimited && start < end).then_some((start, end))
}

/// A line of `/etc/passwd` or `/etc/group` whose second field is `x`.
fn account(view: &View<'_>, at: usize, behind: usize, out: &mut Candidates<'_>) {
    const FIELD: ByteSet = ByteSet::of(b":\r\n").not();
    let start = view.run_back(at, LOGIN, 65);
    let is_line = view.before(start).is_none_or(|b| !ALNUM.contains(b) && b != b'/' && b != b'-');
    let uid = view.run(behind, DIGIT, 10);
    if !is_line || start == at || view.at(uid) != Some(b':') {
        return;
    }
    let gid = view.run(uid + 1, DIGIT, 10);
    if gid == uid + 1 || view.at(gid) != Some(b':') {
        // `sudo:x:27:jroe,jdoe`
        let mut member = uid + 1;
        for _ in 0..64 {
            let end = view.run(member, LOGIN, 65);
            if !view.at(end).is_none_or(|b| SPACE.contains(b) || b == b',') {
                return;
            }
            report(view, Some((member, end)), out);
            if view.at(end) != Some(b',') {
                break;
            }
            member = end + 1;
        }
        // The group of one person has that person's name, and nobody in it.
        if uid - behind >= 4 && member == uid + 1 {
            report(view, Some((start, at)), out);
        }
        return;
    }
    // Numbers of less than four digits are the system's own.
    if uid - behind < 4 {
        return;
    }
    report(view, Some((start, at)), out);
    let gecos = gid + 1;
    let end = view.run(gecos, FIELD, 128);
    // `Jane Roe,Room 12,030-555123`: a telephone in the fields behind the name.
    let mut from = gecos;
    for field in view.slice(gecos, end).split(|b| *b == b',') {
        let digits = field.iter().filter(|b| b.is_ascii_digit()).count();
        let is_phone = digits > 5 && field.iter().all(|b| DIGIT.contains(*b) || b" +-/().".contains(b));
        if from > gecos && is_phone {
            out.found(Found::new(from, from + field.len(), Kind::Phone, Confidence::Medium).rule(2));
        }
        from += field.len() + 1;
    }
    let name_end = gecos + view.slice(gecos, end).iter().position(|&b| b == b',').unwrap_or(end - gecos);
    let name = view.slice(gecos, name_end);
    let is_path = view.at(end) == Some(b':') && view.at(end + 1) == Some(b'/');
    let same = name.eq_ignore_ascii_case(view.slice(start, at));
    if !is_path || name.is_empty() || account::is_nobody(name) {
        return;
    }
    if names::single(name) == Some(name.len()) || same {
        out.found(Found::new(gecos, name_end, Kind::Name, Confidence::Medium).rule(1));
    } else {
        out.left(1, gecos, "no name of a person");
    }
}

/// The first field of a line of `quser`: a name, perhaps that of its session, and a number before the state.
fn session(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let line = view.line_start(at);
    let start = view.run(line, const { ByteSet::of(b" >") }, 2);
    let end = view.run(start, LOGIN, 65);
    let number = view.run_back(at, DIGIT, 5);
    let between = view.slice(end, number.max(end)).trim_ascii();
    let rest = view.slice(behind, view.line_end(behind, 64));
    let has_time = rest.windows(3).any(|w| w[0] == b':' && w[1].is_ascii_digit() && w[2].is_ascii_digit());
    let has_date = rest.windows(2).any(|w| matches!(w[0], b'/' | b'.' | b'-') && w[1].is_ascii_digit());
    let is_row = start > line && number < at && view.is(end, BLANK) && number > end && !between.contains(&b' ');
    (is_row && has_time && has_date).then_some((start, end))
}

/// The field before the descriptor in a line of `lsof`, behind the number of the process, and of its thread.
fn open(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const FIELD: ByteSet = SPACE.not();
    let descriptor_end = view.run_back(at, BLANK, 16);
    let descriptor = view.run_back(descriptor_end, FIELD, 8);
    let end = view.run_back(descriptor, BLANK, 32);
    let start = view.run_back(end, LOGIN, 64);
    let before = view.run_back(start, BLANK, 32);
    let text = view.slice(descriptor, descriptor_end);
    let is_descriptor = matches!(text, b"cwd" | b"rtd" | b"txt" | b"mem" | b"DEL" | b"NOFD")
        || text.first().is_some_and(u8::is_ascii_digit) && !text[1..].iter().all(|b| matches!(b, b'.' | b','));
    let number = view.run_back(before, DIGIT, 10);
    let is_line = number < before && before < start && start < end && view.line_start(at) < number;
    (is_descriptor && is_line).then_some((start, end))
}

/// What fills the rest of a line behind a label that begins it.
fn labelled(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let start = view.run(behind, BLANK, 64);
    let text = view.slice(start, view.line_end(start, 80)).trim_ascii_end();
    let is_line = view.before(at).is_none_or(|b| b == b'\n');
    let is_one = !text.is_empty() && text.len() < 80 && memchr::memmem::find(text, b"  ").is_none();
    (is_line && is_one).then_some((start, start + text.len()))
}

/// The first field of a line of `/etc/shadow`.
fn shadow(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let start = view.line_start(at);
    let end = view.run(start, LOGIN, 65);
    (view.at(end) == Some(b':') && end < at).then_some((start, end))
}

/// The third field of an access log, before the time in brackets.
fn access(view: &View<'_>, slash: usize) -> Option<(usize, usize)> {
    let open = slash.checked_sub(3)?;
    let is_time = view.is(slash - 1, DIGIT) && view.is(slash - 2, DIGIT) && view.at(open) == Some(b'[');
    if !is_time || view.before(open) != Some(b' ') {
        return None;
    }
    const PLAIN: ByteSet = SPACE.or(ByteSet::of(b"\"[]")).not();
    let end = open - 1;
    let start = view.run_back(end, PLAIN, 65);
    let ident_end = start.checked_sub(1)?;
    let ident = view.run_back(ident_end, PLAIN, 65);
    let is_field = |at: usize| matches!(view.before(at), Some(b' '));
    // In the log of S3 the bucket stands here, behind who owns it.
    let owner = view.slice(ident, ident_end);
    if owner.len() == 64 && owner.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let is_log = is_field(start) && ident < ident_end && (is_field(ident) || ident == view.line_start(slash));
    (is_log && is_all(view, start, end, LOGIN)).then_some((start, end))
}

/// The user of a line of a crontab of the system: behind when it runs, before a path.
fn crontab(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const WHEN: ByteSet = DIGIT.or(ByteSet::of(b"*/,-"));
    /// What crontabs of users begin their commands with.
    const PROGRAMS: [&[u8]; 64] = [
        b"restic",
        b"borg",
        b"rclone",
        b"aws",
        b"gcloud",
        b"kubectl",
        b"helm",
        b"ansible",
        b"mongodump",
        b"ntpdate",
        b"fstrim",
        b"journalctl",
        b"updatedb",
        b"freshclam",
        b"clamscan",
        b"wp",
        b"drush",
        b"npm",
        b"npx",
        b"deno",
        b"bun",
        b"go",
        b"ffmpeg",
        b"lftp",
        b"scp",
        b"ssh",
        b"sudo",
        b"sqlite",
        b"xtrabackup",
        b"pgbackrest",
        b"rsnapshot",
        b"zfs",
        b"zpool",
        b"btrfs",
        b"smartctl",
        b"mdadm",
        b"awk",
        b"sed",
        b"grep",
        b"env",
        b"php",
        b"sh",
        b"cd",
        b"curl",
        b"wget",
        b"rsync",
        b"psql",
        b"mysql",
        b"mysqldump",
        b"pg_dump",
        b"cp",
        b"mv",
        b"rm",
        b"gzip",
        b"flock",
        b"nice",
        b"ionice",
        b"certbot",
        b"logrotate",
        b"chown",
        b"chmod",
        b"bash",
        b"perl",
        b"ruby",
    ];
    let line = view.line_start(at);
    let mut start = view.run(line, BLANK, 8);
    if view.at(start) == Some(b'@') {
        start = field(view, start).1;
    } else {
        for _ in 0..5 {
            let end = view.run(start, WHEN, 32);
            // `MON`, `jan`
            let end = if end == start { view.run(start, const { LETTER.or(ByteSet::of(b",-")) }, 12) } else { end };
            let next = view.run(end, BLANK, 16);
            if end == start || next == end {
                return None;
            }
            start = next;
        }
    }
    let (end, command) = field(view, start);
    let text = view.slice(start, end);
    let is_command = view.at(command).is_some_and(|b| matches!(b, b'/' | b'[' | b'~'))
        || view.starts_with(command, b"cd ")
        || view.starts_with(command, b"test ");
    let letters = text.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |last| last + 1);
    let is_program = PROGRAMS.contains(&&text[..letters])
        || text.last().is_some_and(u8::is_ascii_digit) && text.starts_with(b"python")
        || text.contains(&b'.') && text.ends_with(b".sh")
        || text.split(|b| *b == b'-').all(|part| part.len() < 4 || common::is_common(part)) && !names::is_known(text);
    (start > at.saturating_sub(64) && is_command && command > end && is_all(view, start, end, LOGIN) && !is_program)
        .then_some((start, end))
}

/// `1823-412]  jroe org.sonatype...`: two blanks, the user, and the logger, which has dots.
fn jetty(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let number = view.run(behind, const { DIGIT.or(ByteSet::of(b"-")) }, 24);
    let start = number + 3;
    let (end, next) = field(view, start);
    let logger = view.slice(next, view.run(next, const { WORD.or(ByteSet::of(b".")) }, 96));
    let is_logger = logger.iter().filter(|b| **b == b'.').count() > 1;
    let text = view.slice(start, end);
    let is_thing = common::is_common(text) && !names::is_known(text);
    (view.starts_with(number, b"]  ") && next == end + 1 && is_logger && !is_thing && is_all(view, start, end, LOGIN))
        .then_some((start, end))
}

/// `exec-2] jroe @1B2C3D4x499x112x0 1xyz9ab` of Bitbucket: the user, and the number of the request.
fn bitbucket(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    const ID: ByteSet = ALNUM.or(ByteSet::of(b"*-"));
    let end = view.run(start, LOGIN, 65);
    let id = view.slice(end + 2, view.run(end + 2, ID, 48));
    let is_request = view.starts_with(end, b" @") && id.iter().filter(|b| **b == b'x').count() >= 3;
    (is_request && start < end).then_some((start, end))
}

/// The levels of a log.
const LEVELS: [&[u8]; 6] = [b"ERROR", b"WARN", b"INFO", b"DEBUG", b"TRACE", b"FATAL"];

/// Whether it is a job of the server's own rather than a user: `ServiceRunner`.
fn is_job(text: &[u8]) -> bool {
    text.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
}

/// Whether `7 INFO anonymous` stands here, as in most lines of Jira: seen at a glance, where it is known already.
#[inline]
fn is_anonymous(view: &View<'_>, behind: usize) -> bool {
    const NEAR: usize = 24;
    let known = view.peek(behind, NEAR);
    if known.len() < NEAR {
        return false;
    }
    // Digits, a level of four or five letters, the name.
    let digits = known.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let level = if known[digits + 5] == b' ' { 4 } else { 5 };
    known[digits] == b' '
        && known[digits + 1..][level] == b' '
        && known[digits + level + 2..].starts_with(b"anonymous ")
}

/// `exec-7 ERROR jsmith 614x12345x1`, `Caesium-1-2 INFO jsmith     [c.a.j...]`: the level, then the user.
fn thread(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let number = view.run(behind, const { DIGIT.or(ByteSet::of(b"-")) }, 16);
    if number > behind && view.starts_with(number, b"] ") {
        return bitbucket(view, number + 2);
    }
    if number == behind || !view.is(number, BLANK) {
        return None;
    }
    // `exec-7 url: /rest/api; user: jsmith ERROR jsmith 614x1x1`
    let mut next = view.run(number, BLANK, 8);
    if view.starts_with(next, b"url: ") {
        let line = view.slice(next, view.line_end(next, 1024));
        let level = LEVELS.iter().find_map(|level| {
            let spaced = [b" ", *level, b" "].concat();
            memchr::memmem::find(line, &spaced)
        })?;
        next += level + 1;
    }
    let level = view.run(next, LETTER, 6);
    // Compared as constants: this is asked for each line of some logs.
    let is_level = matches!(view.slice(next, level), b"ERROR" | b"WARN" | b"INFO" | b"DEBUG" | b"TRACE" | b"FATAL");
    if view.before(at).is_none() && !view.starts_word(at) {
        return None;
    }
    let start = if is_level { view.run(level, BLANK, 4) } else { next };
    let (end, rest) = field(view, start);
    let is_request = || {
        const NUMBERS: ByteSet = DIGIT.or(ByteSet::of(b"x"));
        const LONGEST: usize = 128;
        let text = view.slice(rest, view.run(rest, NUMBERS, LONGEST));
        let parts = || text.split(|&b| b == b'x');
        (text.len() == LONGEST || view.at(rest + text.len()).is_none_or(|b| SPACE.contains(b)))
            && parts().count() == 3
            && parts().all(|part| !part.is_empty())
    };
    // `[c.a.jira.Foo]`, whose packages are letters: what log4j makes of a class.
    let is_class = || view.is(rest + 1, LETTER) && view.at(rest + 2) == Some(b'.') && view.is(rest + 3, LETTER);
    let is_background = || rest > end && view.at(rest) == Some(b'[') && (rest - end >= 4 || is_class());
    let is_name = (start > level || !is_level) && is_all(view, start, end, LOGIN) && view.is(start, WORD);
    if !is_level {
        return (is_name && is_request()).then_some((start, end));
    }
    (is_name && (is_request() || (is_background() && !is_job(view.slice(start, end))))).then_some((start, end))
}
