//! Home directories: the person in `/home/jroe`, `/Users/jroe`, `C:\Users\jroe`, `C:\Documents and Settings\jroe`,
//! and `\\fs01\home$\jroe`.

use crate::detect::bytes::{ALNUM, ByteSet, HIGH, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::learned::common;
use crate::detect::people::account;
use crate::detect::people::names;
use crate::detect::reading::dialect;
use crate::detect::reading::handle;
use crate::detect::reading::random;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds the login name in the path of a home directory.
pub struct Home;

const ANCHORS: [&[u8]; 9] = [
    b"/home/",
    b"/users/",
    b"\\users\\",
    b"ments and settings\\",
    b"\\home$\\",
    b"\\homes$\\",
    b"\\profiles$\\",
    b"\\home\\",
    b"\\profiles\\",
];

/// Those that are homes only on a server: `\\fs01\home\jroe`.
const SHARES: [&[u8]; 2] = [b"\\home\\", b"\\profiles\\"];

impl Detector for Home {
    fn rules(&self) -> Vec<RuleInfo> {
        let description = "login name in the path of a home directory".into();
        vec![RuleInfo { id: "home-path".into(), kind: Kind::User, description }]
    }

    fn anchors(&self) -> Vec<Anchor> {
        ANCHORS.map(Anchor::folded).to_vec()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let Some(anchor) = ANCHORS.get(hit.anchor) else { return };
        let is_unix = anchor[0] == b'/';
        if is_unix && !is_rooted(view, hit.at) {
            if *anchor == b"/users/" {
                route(view, hit.at, hit.at + anchor.len(), out);
            }
            return;
        }
        if SHARES.contains(anchor) && !is_on_server(view, hit.at) {
            return;
        }
        let behind = hit.at + anchor.len();
        let start = if is_unix { behind } else { view.run(behind, const { ByteSet::of(b"\\") }, 3) };
        const NAME: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".-@+$~"));
        let mut end = view.run(start, NAME, 65);
        // `C:\Users\Jane Roe\AppData`
        if !is_unix && view.at(end) == Some(b' ') {
            let second = view.run(end + 1, NAME, 32);
            end = if second > end + 1 && view.at(second) == Some(b'\\') { second } else { end };
        }
        while end > start && matches!(view.before(end), Some(b'.' | b'-')) {
            end -= 1;
        }
        let name = view.slice(start, end);
        if name.is_empty() || name.len() > 64 {
            return;
        }
        let is_file = is_unix && !matches!(view.at(end), Some(b'/')) && name.contains(&b'.') && is_page(name);
        let reason = if account::is_nobody(name) || is_shared(name) {
            Some("an account that names no person")
        } else if is_file || !name.iter().any(|b| ALNUM.contains(*b)) {
            Some("the name of a page")
        } else if !is_unix && matches!(view.at(end), Some(b'%' | b'{' | b'}')) {
            Some("a variable")
        } else {
            handle::reason(name)
        };
        match reason {
            Some(reason) => out.left(0, start, reason),
            None => out.found(Found::new(start, end, Kind::User, Confidence::Medium)),
        }
    }
}

/// `https://host.example/api/users/jroe/keys`, `"GET /users/jroe HTTP/1.1"`: the account in the path of an API, which is no
/// word of its routes.
fn route(view: &View<'_>, at: usize, start: usize, out: &mut Candidates<'_>) {
    const PATH: ByteSet = ALNUM.or(ByteSet::of(b"/._~%:@+-?=&"));
    const NAME: ByteSet = WORD.or(ByteSet::of(b".-@+"));
    const FILES: [&[u8]; 24] = [
        b"js", b"ts", b"tsx", b"jsx", b"py", b"go", b"rb", b"php", b"java", b"html", b"htm", b"css", b"json", b"xml",
        b"yml", b"yaml", b"md", b"rst", b"txt", b"sql", b"vue", b"png", b"svg", b"jpg",
    ];
    let end = view.run(start, NAME, 65);
    let name = view.slice(start, end);
    let ends =
        view.at(end).is_none_or(|b| matches!(b, b'/' | b'?' | b' ' | b'"' | b'\'' | b'\r' | b'\n' | b'&' | b'<'));
    if name.len() < 3 || name.len() > 64 || !ends || !name[0].is_ascii_alphabetic() {
        return;
    }
    let from = view.run_back(at, PATH, 192);
    let path = view.slice(from, at).to_ascii_lowercase();
    let methods: [&[u8]; 6] = [b"GET ", b"POST ", b"PUT ", b"DELETE ", b"HEAD ", b"PATCH "];
    let is_asked = methods.iter().any(|method| view.ends_with_ignoring_case(from, &method.to_ascii_lowercase()));
    let has = |word: &[u8]| memchr::memmem::find(&path, word).is_some();
    let is_route = is_asked || has(b"://") || has(b"/api") || has(b"/rest/") || has(b"/scim");
    let is_word = |part: &[u8]| {
        const ROUTES: [&[u8]; 12] = [
            b"whoami",
            b"pagination",
            b"unsubscribe",
            b"oauth",
            b"avatar",
            b"autocomplete",
            b"typeahead",
            b"webhook",
            b"saml",
            b"scim",
            b"logins",
            b"signin",
        ];
        let lower = part.to_ascii_lowercase();
        let letters = lower.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |last| last + 1);
        let stem = lower[..letters].strip_suffix(b"s").unwrap_or(&lower[..letters]);
        if ROUTES.contains(&stem) || ROUTES.contains(&&lower[..letters]) {
            return true;
        }
        (common::is_common(&lower) || common::is_common(lower.strip_suffix(b"s").unwrap_or(&lower)))
            && !names::is_known(&lower)
    };
    let is_camel = name.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    let parts = || name.split(|b| matches!(b, b'-' | b'_' | b'.'));
    let is_words = parts().any(is_word) || parts().all(|part| part.len() < 4);
    let digits = name.iter().filter(|b| b.is_ascii_digit()).count();
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or_default();
    let reason = if !is_route || dialect::is_code(view, at) {
        Some("a path of another sort")
    } else if is_camel || is_words && !name.contains(&b'@') || FILES.contains(&last) {
        Some("a word of a route")
    } else if digits * 2 > name.len() || name.len() > 20 && random::is_random(name) {
        Some("an id")
    } else if account::is_nobody(name) || is_shared(name) {
        Some("an account that names no person")
    } else {
        handle::reason(name)
    };
    match reason {
        Some(reason) => out.left(0, start, reason),
        None => out.found(Found::new(start, end, Kind::User, Confidence::Medium)),
    }
}

/// Whether the path begins at `at`, or before it with what homes are kept under. Routes of a web site do neither, mostly.
fn is_rooted(view: &View<'_>, at: usize) -> bool {
    // The case of a path tells: routes are in lower case, macOS writes `/Users/`.
    let first = view.at(at + 1);
    if first == Some(b'u') || (first == Some(b'H') && view.at(at + 2) != Some(b'o')) {
        return view.back(at, 1).is_some_and(|b| matches!(b, b':' | b'c' | b'C'))
            && !view.is(at.saturating_sub(2), WORD);
    }
    const UNDER: [&[u8]; 9] =
        [b"/var", b"/export", b"/mnt", b"/data", b"file://", b"/rootfs", b"/system/volumes/data", b"/usr", b"/net"];
    let is_under = || UNDER.iter().any(|under| view.ends_with_ignoring_case(at, under));
    // `/mnt/c/Users/jroe` of WSL, `/cygdrive/c/Users/jroe`
    let is_mounted = || {
        [&b"/mnt/"[..], b"/cygdrive/", b"/host_mnt/"]
            .iter()
            .any(|mount| at.checked_sub(1).is_some_and(|drive| view.ends_with_ignoring_case(drive, mount)))
    };
    let is_drive = || {
        view.before(at) == Some(b':')
            || (view.before(at).is_some_and(|b| b.is_ascii_alphabetic())
                && view.back(at, 2) == Some(b'/')
                && (!view.is(at.saturating_sub(3), WORD) || is_mounted()))
    };
    let methods: [&[u8]; 6] = [b"GET ", b"POST ", b"PUT ", b"DELETE ", b"HEAD ", b"PATCH "];
    if methods.iter().any(|method| view.ends_with_ignoring_case(at, &method.to_ascii_lowercase())) {
        return false;
    }
    match view.before(at) {
        None => true,
        Some(b) if WORD.contains(b) => is_under() || is_drive() || view.starts_word(at),
        Some(b'/') => view.ends_with_ignoring_case(at, b"file://") || view.back(at, 2) != Some(b':'),
        Some(b'.' | b'}' | b')' | b']' | b'-') => false,
        Some(_) => true,
    }
}

/// Whether the path that goes on at `at` begins with the name of a server: `\\fs01`, with its backslashes doubled or not.
fn is_on_server(view: &View<'_>, at: usize) -> bool {
    let start = view.run_back(at, const { WORD.or(ByteSet::of(b".-\\$")) }, 128);
    view.starts_with(start, b"\\\\")
}

/// Directories beside those of people.
fn is_shared(name: &[u8]) -> bool {
    const SHARED: [&[u8]; 16] = [
        b"public",
        b"default",
        b"shared",
        b"projects",
        b"data",
        b"username",
        b"linuxbrew",
        b"work",
        b"workspace",
        b"build",
        b"common",
        b"index",
        b"you",
        b"yourname",
        b"myuser",
        b"assets",
    ];
    SHARED.iter().any(|shared| name.eq_ignore_ascii_case(shared)) || name.starts_with(b"$") || name.starts_with(b"...")
}

/// Whether it ends as a file of a web site does.
fn is_page(name: &[u8]) -> bool {
    const ENDS: [&[u8]; 12] =
        [b".html", b".htm", b".php", b".js", b".css", b".jsp", b".aspx", b".png", b".json", b".xml", b".svg", b".txt"];
    ENDS.iter().any(|end| name.ends_with(end))
}
