//! Accounts of a Windows domain wherever lines have them: `ACME\jroe`, `ACME\\jroe` in JSON.
//!
//! A backslash also stands in paths, registry keys, escapes (`\n`), regular expressions and names of classes. So a name
//! counts behind a domain in capitals if its line is one of a log, if it stands by itself between brackets, quotes or the
//! separators of cells, or behind a word such as `by`; and behind a domain in any case after such a word only.

use crate::detect::bytes::{BLANK, ByteSet, DIGIT, HIGH, LETTER, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account;
use crate::detect::prefilter::Literal;
use crate::detect::reading::handle;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds login names behind their domain.
pub struct Domain;

/// What a name goes on with.
const NAMED: ByteSet = PLAIN.or(HIGH);
const PLAIN: ByteSet = WORD.or(ByteSet::of(b".-$"));
const CAPITAL: ByteSet = ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
const SLASH: ByteSet = ByteSet::of(b"\\");

/// Words that an account follows.
const LEADS: [&[u8]; 24] = [
    b"by",
    b"for",
    b"as",
    b"user",
    b"users",
    b"account",
    b"owner",
    b"login",
    b"logon",
    b"identity",
    b"principal",
    b"caller",
    b"client",
    b"member",
    b"username",
    b"from",
    b"to",
    b"of",
    b"subject",
    b"run",
    b"runas",
    b"operator",
    b"initiator",
    b"domain",
];

/// What stands before a backslash and is no domain: hives of the registry, directories, authorities of the system.
const PLACES: [&[u8]; 30] = [
    b"hklm",
    b"hkcu",
    b"hkcr",
    b"hkcc",
    b"hku",
    b"software",
    b"system",
    b"sam",
    b"security",
    b"hardware",
    b"bcd",
    b"components",
    b"drivers",
    b"builtin",
    b"authority",
    b"service",
    b"apppool",
    b"registry",
    b"machine",
    b"device",
    b"global",
    b"windows",
    b"microsoft",
    b"winnt",
    b"temp",
    b"files",
    b"users",
    b"bin",
    b"src",
    b"manager",
];

impl Detector for Domain {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule = |id: &str, kind, what: &str| RuleInfo { id: id.into(), kind, description: what.into() };
        vec![
            rule("domain-login", Kind::User, "login name behind the name of a Windows domain"),
            rule("unc-host", Kind::Host, "host in the path of a share"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let literal =
            |bytes: Vec<u8>, after| Anchor::Literal(Literal { bytes, ignore_case: true, starts_word: false, after });
        // What is not ASCII is looked for by itself: among the others it would fill the tables of the search.
        let letters = || (b'a'..=b'z').map(|letter| vec![b'\\', letter]);
        let plain = letters().map(|bytes| literal(bytes, vec![PLAIN, NAMED]));
        let accented = letters().flat_map(|bytes| [0xc3, 0xc4, 0xc5].map(|next| [&bytes[..], &[next]].concat()));
        plain.chain(accented.map(|bytes| literal(bytes, vec![HIGH]))).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let slashes = view.run_back(hit.at, SLASH, 4);
        if hit.at > slashes && !view.before(slashes).is_some_and(|b| WORD.contains(b)) {
            return server(view, slashes, hit.at + 1, out);
        }
        if !view.is(slashes.wrapping_sub(1), WORD) {
            return;
        }
        let start = hit.at + 1;
        let mut end = view.run(start, NAMED, 34);
        // What the anchors ask for behind the first letter.
        let goes_on =
            view.is(start + 1, PLAIN) || matches!(view.at(start + 1), Some(0xc3..=0xc5)) && view.is(start + 2, HIGH);
        if end < start + 3 || !goes_on {
            return;
        }
        let first = view.run_back(slashes, const { WORD.or(ByteSet::of(b"-.")) }, 34);
        let domain = view.slice(first, slashes);
        if !(2..=32).contains(&domain.len()) || !LETTER.contains(domain[0]) || !opens(view, first) || !ends(view, end) {
            return;
        }
        while matches!(view.before(end), Some(b'.' | b'-')) {
            end -= 1;
        }
        let name = view.slice(start, end);
        if !(3..=32).contains(&name.len()) || PLACES.iter().any(|place| domain.eq_ignore_ascii_case(place)) {
            return;
        }
        let is_capital = domain.iter().all(|b| !b.is_ascii_lowercase())
            && domain.iter().filter(|b| CAPITAL.contains(**b)).count() > 1;
        let is_single = slashes == hit.at;
        let is_escape = is_single && b"nrtbfvuxsdw".contains(&name[0]);
        // `NOT FOUND\nServer`, `CAF\u00e9`
        let is_text = is_single && b"nrt".contains(&name[0])
            || name[0] == b'u' && name.len() > 4 && name[1..5].iter().all(u8::is_ascii_hexdigit);
        // `String::from("ONE\ntwo")`
        let is_string = view.before(first) == Some(b'"');
        // `by default\\nhelp`: the end of a line in a string within a string.
        let is_nested = b"nrt".contains(&name[0]);
        // `acme\\jroe     S-1-5-21-...`: what `whoami /user` answers.
        let is_identified =
            || is_single && view.starts_with(view.run(end, BLANK, 48), b"S-1-5-21-") && view.at(end) == Some(b' ');
        let is_told = || {
            is_identified()
                || leads(view, first)
                    && (is_capital && !(is_text && is_string)
                        || name[0].is_ascii_lowercase() && !is_nested && !is_escape && domain.len() > 2)
                || is_capital && (is_between(view, first, end, is_escape) || !is_text && is_logged(view, first))
        };
        let reason = if account::is_nobody(name) || account::is_system(name) {
            Some("an account that names no person")
        } else if account::is_word(name) || is_file(name) {
            Some("a file, or a word of a sentence")
        } else if !is_told() {
            Some("nothing tells of an account")
        } else {
            handle::reason(name)
        };
        match reason {
            Some(reason) => out.left(0, start, reason),
            None => out.found(Found::new(start, end, Kind::User, Confidence::Medium)),
        }
    }
}

/// `\\\\fs01\\share`, in JSON with twice as many backslashes: the host before the name of a share, from `start` on.
fn server(view: &View<'_>, slashes: usize, start: usize, out: &mut Candidates<'_>) {
    const NAME: ByteSet = WORD.or(ByteSet::of(b".-"));
    /// What examples put there, and what Windows has there for itself.
    const NOBODYS: [&[u8]; 16] = [
        b"server",
        b"servername",
        b"host",
        b"hostname",
        b"computer",
        b"computername",
        b"machine",
        b"machinename",
        b"localhost",
        b"unc",
        b"wsl",
        b"tsclient",
        b"remote",
        b"nas",
        b"domain",
        b"path",
    ];
    let count = start - slashes;
    let end = view.run(start, NAME, 65);
    let share = view.run(end, SLASH, 3);
    let name = view.slice(start, end);
    let opens = view.before(slashes).is_none_or(|b| b" \t\r\n\"'`([<>=,;|".contains(&b));
    // Two before, one behind; or four and two.
    let is_path =
        matches!((count, share - end), (2, 1) | (4, 2)) && view.is(share, const { WORD.or(ByteSet::of(b"$")) });
    let is_host = (3..=64).contains(&name.len())
        && name.last().is_some_and(u8::is_ascii_alphanumeric)
        && !name.contains(&b'_')
        && name.iter().any(|b| b.is_ascii_digit() || *b == b'-' || *b == b'.');
    if !opens || !is_path || !is_host {
        return;
    }
    match NOBODYS.iter().any(|known| name.eq_ignore_ascii_case(known)) || account::is_word(name) {
        true => out.left(1, start, "a host of an example"),
        false => out.found(Found::new(start, end, Kind::Host, Confidence::Medium).rule(1)),
    }
}

/// Whether a domain may begin at `first`: no path goes on there.
fn opens(view: &View<'_>, first: usize) -> bool {
    view.before(first).is_none_or(|b| b" \t\r\n\"'`([{<>=,;|".contains(&b))
}

/// Whether a name may end at `end`: neither a path, a call nor an expression goes on.
fn ends(view: &View<'_>, end: usize) -> bool {
    match view.at(end) {
        None => true,
        Some(b':') => view.at(end + 1).is_none_or(|b| b" \r\n".contains(&b)),
        Some(b'\\') => view.is(end + 1, const { ByteSet::of(b"\"nr") }),
        Some(b) => b" \t\r\n\"'`)]}<>,;|.!".contains(&b),
    }
}

/// Whether a word that an account follows stands before `first`.
fn leads(view: &View<'_>, first: usize) -> bool {
    let mut end = first;
    while end > view.low() && view.is(end - 1, const { BLANK.or(ByteSet::of(b"\"'`([<\\:=")) }) && first - end < 4 {
        end -= 1;
    }
    let word = view.slice(view.run_back(end, LETTER, 12), end);
    end < first && LEADS.iter().any(|lead| word.eq_ignore_ascii_case(lead))
}

/// Whether the account stands by itself between two brackets, quotes or separators of cells. Within quotes an escape may be one.
fn is_between(view: &View<'_>, first: usize, end: usize, is_escape: bool) -> bool {
    match (view.before(first), view.at(end)) {
        (Some(b'('), Some(b')')) | (Some(b'['), Some(b']')) => true,
        (Some(b'<' | b'>'), Some(b'>' | b'<')) | (Some(b'{'), Some(b'}')) => !is_escape,
        (Some(b'"'), Some(b'"' | b'\\')) | (Some(b'\''), Some(b'\'')) | (Some(b'`'), Some(b'`')) => !is_escape,
        (Some(b',' | b';' | b'|' | b'\t'), None | Some(b',' | b';' | b'|' | b'\t' | b'\r' | b'\n')) => !is_escape,
        _ => false,
    }
}

/// Whether the line tells a time of day before `first`, as those of logs do.
fn is_logged(view: &View<'_>, first: usize) -> bool {
    let line = view.line_start(first);
    let head = view.slice(line, first.min(line + 48));
    let is_time = |w: &[u8]| w[2] == b':' && [w[0], w[1], w[3], w[4]].iter().all(|b| DIGIT.contains(*b));
    head.windows(5).any(is_time)
}

/// Whether a name ends as a file does.
fn is_file(name: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 34] = [
        b"exe", b"dll", b"sys", b"ini", b"inf", b"log", b"txt", b"xml", b"json", b"cfg", b"conf", b"bat", b"cmd",
        b"ps1", b"msi", b"cab", b"zip", b"jar", b"dat", b"tmp", b"bak", b"cpp", b"cs", b"js", b"py", b"java", b"php",
        b"html", b"csv", b"md", b"config", b"evtx", b"pdb", b"resx",
    ];
    let ending = name.rsplit(|b| *b == b'.').next().filter(|ending| ending.len() < name.len());
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
