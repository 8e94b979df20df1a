//! IPv4 addresses: four decimal octets that are no version, no OID, no netmask.

use std::net::Ipv4Addr;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HEX, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::prefilter::Shape;
use crate::detect::reading::value;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds IPv4 addresses; a port, a prefix length and brackets around them stay.
pub struct Ipv4;

impl Detector for Ipv4 {
    fn rules(&self) -> Vec<RuleInfo> {
        vec![RuleInfo { id: "ipv4".into(), kind: Kind::Ipv4, description: "IPv4 address".into() }]
    }

    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::Shape(Shape::Dotted)]
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        // The first dot of four octets; other dots are decided from there.
        if !view.before(hit.at).is_some_and(|b| DIGIT.contains(b)) || !view.is(hit.at + 1, DIGIT) {
            return;
        }
        let digits = hit.at - view.run_back(hit.at, DIGIT, 3);
        let Some(start) = (1..=digits)
            .rev()
            .map(|n| hit.at - n)
            .find(|&start| view.starts_word(start) || view.before(start) == Some(b'_'))
            .or_else(|| is_behind_label(view, hit.at - digits).then_some(hit.at - digits))
        else {
            return;
        };
        let Some((address, end)) = parse(view, start) else { return };
        match reason_to_leave(view, start, end, address) {
            Some(reason) => out.left(0, start, reason),
            None => out.found(Found::new(start, end, Kind::Ipv4, Confidence::Medium)),
        }
    }
}

/// `IP10.1.2.3`, `from10.1.2.3`: whether a word that an address follows stands before `start` without anything between.
fn is_behind_label(view: &View<'_>, start: usize) -> bool {
    const LABELS: [&[u8]; 10] =
        [b"ip", b"addr", b"address", b"from", b"host", b"src", b"dst", b"client", b"server", b"peer"];
    let word = view.run_back(start, LETTER, 9);
    let label = view.slice(word, start);
    view.starts_word(word) && LABELS.iter().any(|known| label.eq_ignore_ascii_case(known))
}

/// The address whose first octet starts at `start`, and its end.
#[inline]
pub fn parse(view: &View<'_>, start: usize) -> Option<(Ipv4Addr, usize)> {
    match parse_known(view.peek(start, LONGEST + 1)) {
        Ok(parsed) => parsed.map(|(octets, length)| (Ipv4Addr::from(octets), start + length)),
        Err(Unknown) => parse_slowly(view, start),
    }
}

/// The longest address, in bytes.
const LONGEST: usize = 15;

/// The bytes that are known do not decide.
struct Unknown;

/// The address at the beginning of `text`, and its length.
#[inline]
fn parse_known(text: &[u8]) -> Result<Option<([u8; 4], usize)>, Unknown> {
    let mut octets = [0_u8; 4];
    let mut at = 0;
    let mut is_padded = false;
    for (n, octet) in octets.iter_mut().enumerate() {
        if n > 0 {
            match text.get(at) {
                Some(b'.') => at += 1,
                Some(_) => return Ok(None),
                None => return Err(Unknown),
            }
        }
        let first = at;
        let mut number = 0_u32;
        while let Some(digit) = text.get(at).map(|b| b.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            number = number * 10 + u32::from(digit);
            at += 1;
            if at - first > 3 {
                return Ok(None);
            }
        }
        if at == text.len() {
            return Err(Unknown);
        }
        if at == first || number > 255 {
            return Ok(None);
        }
        is_padded |= at - first > 1 && text[first] == b'0';
        *octet = number as u8;
    }
    // Zeros in front are padding only where every octet has three digits.
    Ok((!is_padded || at == LONGEST).then_some((octets, at)))
}

/// The same where the known bytes end within the address.
#[cold]
fn parse_slowly(view: &View<'_>, start: usize) -> Option<(Ipv4Addr, usize)> {
    let mut octets = [0_u8; 4];
    let mut at = start;
    let mut is_padded = false;
    for (n, octet) in octets.iter_mut().enumerate() {
        if n > 0 {
            if view.at(at) != Some(b'.') {
                return None;
            }
            at += 1;
        }
        let end = view.run(at, DIGIT, 4);
        let digits = view.slice(at, end);
        if digits.is_empty() || digits.len() > 3 {
            return None;
        }
        is_padded |= digits.len() > 1 && digits[0] == b'0';
        *octet = u8::try_from(digits.iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'))).ok()?;
        at = end;
    }
    // Zeros in front are padding only where every octet has three digits.
    (!is_padded || at - start == LONGEST).then_some((Ipv4Addr::from(octets), at))
}

fn reason_to_leave(view: &View<'_>, start: usize, end: usize, address: Ipv4Addr) -> Option<&'static str> {
    let is_small = address.octets()[0] < 20 && address.octets()[0] != 10;
    if view.before(start) == Some(b'.') && view.back(start, 2).is_none_or(|b| ALNUM.contains(b) || SPACE.contains(b)) {
        return Some("part of a longer dotted name or number");
    }
    match view.at(end) {
        Some(b'.') if is_flow(view, start, end) || has_dotted_port(view, end, address) => {}
        Some(b'.') if view.is(end + 1, DIGIT) && (is_small || view.at(view.run(end + 1, DIGIT, 8)) != Some(b'-')) => {
            return Some("more than four numbers");
        }
        Some(b'.') if is_file_ending(view, end + 1) => return Some("the version of a file"),
        Some(b'+') if view.is(end + 1, DIGIT) && parse(view, end + 1).is_none() => {
            return Some("a version with a build number");
        }
        Some(b'-') if is_version_suffix(view, end + 1, is_small) => return Some("a version with a suffix"),
        Some(b) if ALNUM.contains(b) => return Some("glued to a word"),
        _ => {}
    }
    // Attribute types and certificate extensions of X.500 have four numbers.
    if matches!(address.octets(), [2, 5, 4 | 29, _] | [1, 3, 101, _]) {
        return Some("an object identifier");
    }
    if is_kept(address) {
        return Some("loopback, unspecified, broadcast or netmask");
    }
    if view.at(end) == Some(b'_') && is_small {
        return Some("the version of a name");
    }
    if address.octets() == [1, 3, 6, 1] {
        return Some("the root of object identifiers");
    }
    if view.before(start) == Some(b':') && ends_groups(view, start - 1) {
        return Some("behind more groups than an address has");
    }
    if is_heading(view, start, end, address) {
        return Some("the number of a section");
    }
    if is_small && view.before(start) == Some(b'(') && view.at(end) == Some(b')') && is_bundle(view, start - 1) {
        return Some("the version of a bundle");
    }
    match view.before(start) {
        Some(b'~') if view.back(start, 2) == Some(b'~') => return Some("the version of a package"),
        Some(b'~' | b'^') if is_small => return Some("a version range"),
        Some(b'=') if is_small && matches!(view.back(start, 2), Some(b'=' | b'>' | b'<' | b'~')) => {
            return Some("a version range");
        }
        Some(b'-' | b'_') if is_small && view.back(start, 2).is_some_and(|b| LETTER.contains(b)) => {
            return Some("the version of a name");
        }
        Some(b':') if view.back(start, 2) == Some(b'?') || view.ends_with_ignoring_case(start - 1, b".jar") => {
            return Some("the version of a file");
        }
        Some(b':') if is_small && is_image(view, start - 1) => return Some("the tag of an image"),
        Some(b'/') if is_small && is_directory(view, start, end, address) => return Some("a directory of a version"),
        Some(b'/') if is_product(view, start, end, address) => return Some("the version of a product"),
        _ => {}
    }
    // Few versions begin with more than 99; those that do have zeros behind.
    let [first, _, third, fourth] = address.octets();
    let may_be_version = first < 100 || (third == 0 && fourth == 0);
    (may_be_version && follows_version_word(view, start, is_small)).then_some("follows a word for version")
}

/// `com.acme.app (4.12.0.1)`: whether a name that begins as no host does, but those of packages do, ends before ` (` at `open`.
fn is_bundle(view: &View<'_>, open: usize) -> bool {
    let end = open.saturating_sub(1);
    let name = view.slice(view.run_back(end, const { WORD.or(ByteSet::of(b".-")) }, 128), end);
    view.before(open) == Some(b' ')
        && [&b"com."[..], b"org.", b"net.", b"io.", b"de."].iter().any(|first| name.starts_with(first))
}

/// `registry.example/web:1.2.3.4`: a name behind a slash of which the colon at `colon` begins the tag.
fn is_image(view: &View<'_>, colon: usize) -> bool {
    let name = view.run_back(colon, const { WORD.or(ByteSet::of(b".-")) }, 64);
    let slash = name.saturating_sub(1);
    view.is(name, LETTER) && view.before(name) == Some(b'/') && view.before(slash).is_some_and(|b| ALNUM.contains(b))
}

/// `192.0.2.7.50010 > 198.51.100.9.443: Flags`, as tcpdump writes it: a port behind a fourth dot.
fn is_flow(view: &View<'_>, start: usize, end: usize) -> bool {
    let port = view.run(end + 1, DIGIT, 6);
    (1..=5).contains(&(port - end - 1))
        && (view.starts_with(port, b" > ")
            || view.at(port) == Some(b':') && view.ends_with_ignoring_case(start, b" > "))
}

/// `probe reply 192.168.20.33.443`: a port behind a fourth dot, of an address that no version begins with.
fn has_dotted_port(view: &View<'_>, end: usize, address: Ipv4Addr) -> bool {
    let port_end = view.run(end + 1, DIGIT, 6);
    let port = view.slice(end + 1, port_end).iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
    let is_known = matches!(port, 443 | 8080 | 8443) || port > 32_767;
    let is_address = address.octets()[0] > 99 && port > 255 || address.is_private() && is_known;
    is_address && port <= 65_535 && view.ends_word(port_end) && view.at(port_end) != Some(b'.')
}

/// `/LATT3/2.2.1.4`, `/opt/Kit_2/1.0.4.12/lib`: a directory below one whose name has capitals, as no route to a host has.
fn is_directory(view: &View<'_>, start: usize, end: usize, address: Ipv4Addr) -> bool {
    const NAME: ByteSet = WORD.or(ByteSet::of(b"-+"));
    const PATH: ByteSet = WORD.or(ByteSet::of(b"-+./"));
    let slash = start - 1;
    let name = view.slice(view.run_back(slash, NAME, 48), slash);
    let from = view.run_back(slash, PATH, 160);
    let is_rooted = view.at(from) == Some(b'/') && view.at(from + 1) != Some(b'/') && from + 1 < slash - name.len();
    address.octets().iter().all(|n| *n < 40)
        && name.iter().any(u8::is_ascii_uppercase)
        && is_rooted
        && view.before(from) != Some(b':')
        && view.at(end) != Some(b':')
}

/// `<b>8.5.1.2.</b> Tuples`, `[11.3.2.5](https://...`, `(see 4.3.9.3)`: a heading of a book, or a way to one.
fn is_heading(view: &View<'_>, start: usize, end: usize, address: Ipv4Addr) -> bool {
    let octets = address.octets();
    let is_small = octets.iter().all(|n| *n < 40) && octets[0] < 20 && octets[0] != 10;
    let is_numbered = || view.before(start) == Some(b'>') && view.starts_with(end, b".<");
    let is_linked = || view.before(start) == Some(b'[') && view.starts_with(end, b"](");
    // `RFC4291 2.5.5.2`, `RFC 3513 2.5.6.1`
    let blank = view.run_back(start, BLANK, 2);
    let number = view.run_back(view.run_back(blank, DIGIT, 6), BLANK, 1);
    if is_small && blank < start && number < blank && view.ends_with_ignoring_case(number, b"rfc") {
        return true;
    }
    let is_seen = || view.ends_with_ignoring_case(start, b"(see ") && view.at(end) == Some(b')');
    is_small && (is_numbered() || is_linked() || is_seen())
}

/// `1a2b:2c3d:3e4f:4a5b:5c6d:6e7f:7a8b:192.0.2.1`: seven groups of four digits before the colon at `colon`.
fn ends_groups(view: &View<'_>, colon: usize) -> bool {
    let start = view.run_back(colon, const { HEX.or(ByteSet::of(b":")) }, 48);
    let groups = view.slice(start, colon).split(|b| *b == b':');
    groups.clone().count() > 6 && groups.filter(|group| group.len() == 4).count() > 4
}

/// Addresses that name no one.
fn is_kept(address: Ipv4Addr) -> bool {
    let bits = u32::from(address);
    let is_netmask = bits.leading_ones() >= 8 && bits.leading_ones() + bits.trailing_zeros() >= 32;
    address.is_loopback() || address.octets()[0] == 0 || is_netmask
}

/// `.jar`, `.tar.gz` and the like behind a version number.
fn is_file_ending(view: &View<'_>, at: usize) -> bool {
    const ENDINGS: &[&[u8]] = &[
        b"jar", b"war", b"zip", b"tar", b"tgz", b"gz", b"rpm", b"deb", b"dll", b"so", b"exe", b"msi", b"nupkg", b"whl",
        b"pom", b"js", b"css", b"apk", b"dmg", b"pkg", b"vsix", b"final", b"release", b"ga",
    ];
    let end = view.run(at, WORD, 12);
    ENDINGS.iter().any(|e| view.slice(at, end).eq_ignore_ascii_case(e))
}

/// What follows the hyphen is a build, not the far end of a range or a word.
fn is_version_suffix(view: &View<'_>, at: usize, is_small: bool) -> bool {
    const WORDS: &[&[u8]] = &[
        b"snapshot",
        b"release",
        b"beta",
        b"alpha",
        b"rc",
        b"ga",
        b"final",
        b"build",
        b"b",
        b"el",
        b"m",
        b"r",
        b"patch",
        b"hotfix",
        b"jre",
        b"jdk",
        b"dev",
        b"pre",
        b"redhat",
        b"ubuntu",
        b"debian",
    ];
    if view.is(at, DIGIT) {
        // `-3.el9`, `-12`; but not the far end of a range, nor an address of the other sort.
        let end = view.run(at, DIGIT, 8);
        let is_package = view.at(end) == Some(b'.') && view.is(end + 1, LETTER);
        let is_hex = view.is(end, HEX.or(ByteSet::of(b":")));
        return parse(view, at).is_none() && (is_package || (is_small && !is_hex));
    }
    let end = view.run(at, LETTER, 12);
    WORDS.iter().any(|w| view.slice(at, end).eq_ignore_ascii_case(w))
}

/// Products whose versions have four numbers, or stand where an address might.
const NAMES: &[&[u8]] = &[
    b"chrome",
    b"chromium",
    b"headlesschrome",
    b"firefox",
    b"safari",
    b"edg",
    b"edge",
    b"edga",
    b"edgios",
    b"opr",
    b"opera",
    b"version",
    b"electron",
    b"crios",
    b"fxios",
    b"yabrowser",
    b"vivaldi",
    b"samsungbrowser",
    b"mozilla",
    b"applewebkit",
    b"webkit",
    b"gecko",
    b"trident",
    b"java",
    b"jdk",
    b"jre",
    b"openjdk",
    b"jira",
    b"confluence",
    b"bitbucket",
    b"bamboo",
    b"tomcat",
    b"apache-coyote",
    b"nginx",
    b"openssl",
    b"python",
    b"go",
    b"curl",
    b"wget",
    b"git",
    b"slack",
    b"teams",
    b"outlook",
    b"android",
    b"windows",
    b"dalvik",
    b"cfnetwork",
    b"postmanruntime",
    b"okhttp",
    b"brave",
    b"whale",
    b"qtwebengine",
    b"rv",
    b"kernel",
    b"sap",
    b"mariadb",
    b"postgresql",
    b"mongodb",
    b"redis",
    b"libcurl",
    b"php",
    b"perl",
    b"haproxy",
    b"httpclient",
    b"microsoft-iis",
    b"zlib",
    b"dpkg",
    b"glibc",
    b"ruby",
    b"qt",
    b"gcc",
    b"cmake",
    b"systemd",
    b"hadoop",
    b"spark",
    b"hive",
    b"hbase",
    b"ambari",
    b"hdp",
    b"oracle",
    b"mysql",
    b"websphere",
    b"weblogic",
    b"vmware",
    b"esxi",
    b"selenium",
];

/// `Chrome/120.0.0.0`: a capitalised name before the slash, and a number that no host has, or a name that is known.
fn is_product(view: &View<'_>, start: usize, end: usize, address: Ipv4Addr) -> bool {
    let slash = start - 1;
    let name = view.slice(view.run_back(slash, WORD.or(ByteSet::of(b"-")), 24), slash);
    let [a, b, c, d] = address.octets();
    // `redis/10.1.2.3`, `node/192.0.2.7:9100`: hosts are named after what runs on them.
    let is_version = a != 10 && (a < 20 || b == 0) && view.at(end) != Some(b':');
    if is_version && NAMES.iter().any(|n| name.eq_ignore_ascii_case(n)) {
        return true;
    }
    let is_capitalised = name.first().is_some_and(u8::is_ascii_uppercase);
    let is_word = is_capitalised && name.iter().all(u8::is_ascii_alphabetic);
    // `Hexagon_SDK/5.3.0.0`
    let is_kit = is_capitalised && name.contains(&b'_') && a < 20 && a != 10 && view.at(end) != Some(b'/');
    view.at(end) != Some(b':') && (is_word && b == 0 && (c == 0 || d == 0) || is_kit && c == 0 && d == 0)
}

/// Behind the digits and dots that begin at `start`.
fn end_of(view: &View<'_>, start: usize) -> usize {
    view.run(start, const { DIGIT.or(ByteSet::of(b".")) }, 16)
}

/// `version 9.4.2.10`, `"pluginVersion": "1.2.3.4"`, `v. 1.2.3.4`, `release=1.2.3.4`.
fn follows_version_word(view: &View<'_>, start: usize, is_small: bool) -> bool {
    /// What may stand before the word.
    const OPENING: ByteSet = SPACE.or(ByteSet::of(b"\"'`([{<,._-/|?&\\"));
    /// Words that number something else where an address is unlikely.
    const NUMBERED: &[&[u8]] = &[
        b"section",
        b"chapter",
        b"clause",
        b"clauses",
        b"sections",
        b"paragraph",
        b"appendix",
        b"table",
        b"figure",
        b"step",
        b"item",
        b"oid",
        b"number",
        b"tag",
    ];
    const WORDS: &[&[u8]] = &[
        b"version",
        b"versions",
        b"ver",
        b"release",
        b"build",
        b"rev",
        b"revision",
        b"firmware",
        b"v",
        b"vers",
        b"nt",
        b"clickhouse",
    ];
    const BETWEEN: ByteSet = BLANK.or(ByteSet::of(b":=\"'[(<>.\\"));
    let end = view.run_back(start, BETWEEN, 12);
    if is_small && view.ends_with_ignoring_case(end, "§".as_bytes()) {
        return true;
    }
    if end == start {
        return false;
    }
    let word_start = view.run_back(end, LETTER, 24);
    // The end of some other value is no word.
    let name = view.run_back(word_start, WORD.or(ByteSet::of(b".-")), 64);
    let is_own = |at: usize| view.before(at).is_none_or(|b| OPENING.contains(b));
    if !is_own(word_start) || !is_own(name) {
        return false;
    }
    // `--password version`: the argument of an option is no word.
    let blank = view.run_back(word_start, BLANK, 4);
    let option = view.run_back(blank, WORD.or(ByteSet::of(b"-")), 32);
    if blank < word_start && blank > option && view.at(option) == Some(b'-') {
        return false;
    }
    let word = view.slice(word_start, end);
    // `upgrade V8 to 11.1.124.8`, `bump zlib from 1.3.0.0 to 1.3.0.1`
    let line = || view.slice(word_start.saturating_sub(48), word_start).to_ascii_lowercase();
    let changes = |line: &[u8]| {
        // `update host to 5.0.100.9`
        let is_of_host = [&b"host"[..], b"addr", b" ip", b"server", b"route", b"peer", b"dns"]
            .iter()
            .any(|word| memchr::memmem::find(value::last_line(line), word).is_some());
        !is_of_host
            && [&b"upgrade"[..], b"update", b"patch", b"bump"]
                .iter()
                .any(|verb| memchr::memmem::find(value::last_line(line), verb).is_some())
    };
    if is_small && (word == b"to" || word == b"from") && changes(&line()) {
        return true;
    }
    // `broken since 4.12.0.1`, `fixed in 4.12.0.1`
    if is_small && word == b"since" {
        return true;
    }
    const CHANGED: [&[u8]; 8] =
        [b"fixed", b"introduced", b"broken", b"removed", b"deprecated", b"resolved", b"added", b"regression"];
    let verb = || {
        let end = view.run_back(word_start, BLANK, 4);
        view.slice(view.run_back(end, LETTER, 24), end)
    };
    if is_small && word == b"in" && CHANGED.iter().any(|changed| verb().eq_ignore_ascii_case(changed)) {
        return true;
    }
    if word.eq_ignore_ascii_case(b"is") || word.eq_ignore_ascii_case(b"to") || word.eq_ignore_ascii_case(b"from") {
        let end = view.run_back(word_start, BLANK, 4);
        let word = view.slice(view.run_back(end, LETTER, 24), end);
        return word.len() > 1 && WORDS.iter().any(|w| word.eq_ignore_ascii_case(w));
    }
    // `Section 24.1.1.2`
    let is_section = || word.eq_ignore_ascii_case(b"section") && view.slice(start, view.run(start, DIGIT, 3)).len() < 3;
    let has_port = view.at(end_of(view, start)) == Some(b':');
    if is_section() || is_small && !has_port && NUMBERED.iter().chain(NAMES).any(|w| word.eq_ignore_ascii_case(w)) {
        return true;
    }
    WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
        // `pluginVersion`, `server_version`, `versionName`
        || (word.len() > 7 && word[word.len() - 7..].eq_ignore_ascii_case(b"version"))
        || word.eq_ignore_ascii_case(b"versionname")
}
