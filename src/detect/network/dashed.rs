//! IP addresses spelled with hyphens or underscores inside host names: `ip-10-0-187-218`, `dhcp_192_168_0_66`,
//! `2001-db8-0-0-0-0-0-1.ipv6-literal.net`.

use crate::detect::bytes::{ALNUM, ByteSet, DIGIT, HEX, LETTER, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::prefilter::{Literal, Shape};
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds addresses that host names spell.
pub struct Dashed;

/// What host names of networks put before an address.
const LABELS: [&[u8]; 20] = [
    b"ip", b"ec2", b"host", b"dhcp", b"static", b"dynamic", b"dyn", b"pool", b"client", b"node", b"addr", b"ppp",
    b"dsl", b"adsl", b"cpe", b"user", b"net", b"vm", b"server", b"worker",
];

/// Names that answer with the address that stands before them, and labels of networks whose hosts are named after theirs.
const MIRRORS: [&[u8]; 12] = [
    b".nip.io",
    b".sslip.io",
    b".xip.io",
    b".static.",
    b".dynamic.",
    b".dyn.",
    b".dsl.",
    b".adsl.",
    b".rev.",
    b".cable.",
    b".pool.",
    b".broadband.",
];

/// The key of who asks to be let in, in what PAM logs.
const REMOTE: &[u8] = b"rhost=";

/// So many anchors are no labels.
const OTHERS: usize = 4 + MIRRORS.len();

impl Detector for Dashed {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("ipv4-in-host", Kind::Ipv4, "IPv4 address inside a host name"),
            rule("ipv6-in-host", Kind::Ipv6, "IPv6 address inside a host name"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let labels = LABELS.iter().flat_map(|label| [[label, &b"-"[..]].concat(), [label, &b"_"[..]].concat()]);
        [Anchor::folded(b".ipv6-literal.net"), Anchor::folded(b".ip6.arpa"), Anchor::Shape(Shape::Dashes)]
            .into_iter()
            .chain([Anchor::folded(REMOTE)])
            .chain(MIRRORS.map(Anchor::folded))
            .chain(labels.map(|label| {
                let bytes = label.to_ascii_lowercase();
                Anchor::Literal(Literal { bytes, ignore_case: true, starts_word: false, after: vec![DIGIT] })
            }))
            .collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        match hit.anchor {
            0 => literal(view, hit.at, out),
            1 => reversed(view, hit.at, out),
            2 => behind_word(view, hit.at, out),
            3 => leading(view, hit.at + REMOTE.len(), out),
            n if n < OTHERS => mirrored(view, hit.at, out),
            n => {
                let start = hit.at + LABELS[(n - OTHERS) / 2].len() + 1;
                if !view.before(hit.at).is_some_and(|b| LETTER.contains(b)) {
                    octets(view, start, out);
                }
            }
        }
    }
}

/// Four octets behind a label, all between the same separator.
fn octets(view: &View<'_>, start: usize, out: &mut Candidates<'_>) {
    if let Some(separator) = view.before(start) {
        spelled(view, start, separator, out);
    }
}

/// Four octets from `start` on, with `separator` between them. Zeros may fill them up where all of them have three digits.
fn spelled(view: &View<'_>, start: usize, separator: u8, out: &mut Candidates<'_>) {
    let is_padded =
        (0..15).all(|n| if n % 4 == 3 { view.at(start + n) == Some(separator) } else { view.is(start + n, DIGIT) });
    let mut at = start;
    for n in 0..4 {
        if n > 0 {
            if view.at(at) != Some(separator) {
                return;
            }
            at += 1;
        }
        let end = view.run(at, DIGIT, 4);
        let digits = view.slice(at, end);
        let number = digits.iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
        if digits.is_empty()
            || digits.len() > 3
            || number > 255
            || (digits.len() > 1 && digits[0] == b'0' && !is_padded)
        {
            return;
        }
        at = end;
    }
    let goes_on = view.at(at) == Some(separator) && view.is(at + 1, DIGIT);
    if goes_on || view.is(at, WORD) {
        return out.left(0, start, "glued to a word");
    }
    if view.slice(start, start + 4) == b"127-" || view.slice(start, at).iter().all(|b| matches!(b, b'0' | b'-' | b'_'))
    {
        return out.left(0, start, "loopback or unspecified");
    }
    out.found(Found::new(start, at, Kind::Ipv4, Confidence::Medium));
}

/// `calvisitor-10-105-160-95`: behind some other word, where groups of three digits show that it is no date.
fn behind_word(view: &View<'_>, hyphen: usize, out: &mut Candidates<'_>) {
    const LEAST: usize = 3;
    if !view.before(hyphen).is_some_and(|b| LETTER.contains(b)) {
        return;
    }
    let word = view.run_back(hyphen, LETTER, 32);
    let label = view.slice(word, hyphen);
    let is_known = LABELS.iter().any(|known| label.eq_ignore_ascii_case(known));
    let mut lengths = [0; 4];
    let mut at = hyphen;
    for length in &mut lengths {
        let end = view.run(at + 1, DIGIT, 4);
        (*length, at) = (end - at - 1, end);
    }
    // `guestnet-10-10-34-180`, `wifi-172-16-98-91`: of a network of one's own, and no time of day.
    let octets_of = |n: usize| {
        let from = hyphen + 1 + lengths[..n].iter().sum::<usize>() + n;
        view.slice(from, from + lengths[n]).iter().fold(0_usize, |n, b| n * 10 + usize::from(b.wrapping_sub(b'0')))
    };
    let is_private = || match (octets_of(0), octets_of(1)) {
        (10, _) => (1..4).any(|n| octets_of(n) > 59) || octets_of(2) > 31,
        (172, 16..=31) | (192, 168) => true,
        _ => false,
    };
    // `eduroam-203-0-113-248`: neither times nor sizes go as far at their end.
    let is_spread = || {
        let is_far = |n: usize| octets_of(n) > 59;
        lengths.iter().all(|length| (1..=3).contains(length))
            && (0..4).filter(|n| is_far(*n)).count() > 1
            && (is_far(2) || is_far(3))
    };
    // `c-24-4-5-6.hsd1.ca.example.net`
    let is_in_host = || octets_of(0) > 23 && is_host(view, at);
    if !is_known
        && view.starts_word(word)
        && (label.len() >= LEAST || is_in_host())
        && (is_in_host()
            || matches!(lengths, [1..=3, 3, 3, _] | [1..=3, 3, 2, 2 | 3])
            || is_spread()
            || lengths.iter().all(|length| (1..=3).contains(length)) && is_private())
    {
        octets(view, hyphen + 1, out);
    }
}

/// `rhost=220-135-151-1.isp.example.net`: the name of a host that begins with an address, or with a few letters before it.
fn leading(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let start = view.run(at, LETTER, 4);
    let end = view.run(start, const { DIGIT.or(ByteSet::of(b"-")) }, 17);
    if is_host(view, end) {
        spelled(view, start, b'-', out);
    }
}

/// `app.10.1.2.3.nip.io`, `10-1-2-3.sslip.io`, `203-0-113-7.static.isp.example`.
fn mirrored(view: &View<'_>, end: usize, out: &mut Candidates<'_>) {
    let last = view.run_back(end, DIGIT, 4);
    let Some(separator) = view.before(last).filter(|b| matches!(b, b'.' | b'-')) else { return };
    let mut start = last;
    for _ in 0..3 {
        if view.before(start) != Some(separator) {
            return;
        }
        start = view.run_back(start - 1, DIGIT, 4);
    }
    // `d211-116-254-214.rev.example.net`
    let word = if separator == b'-' { view.run_back(start, LETTER, 4) } else { start };
    if !view.before(word).is_some_and(|b| WORD.contains(b)) {
        spelled(view, start, separator, out);
    }
}

/// Whether the rest of a host's name begins at `at`: a dot, and two labels or more, which is no name of a file.
fn is_host(view: &View<'_>, at: usize) -> bool {
    const NAME: ByteSet = ALNUM.or(ByteSet::of(b"-."));
    const FILES: [&[u8]; 14] =
        [b"gz", b"tgz", b"bz2", b"xz", b"zip", b"rpm", b"deb", b"jar", b"log", b"txt", b"xml", b"json", b"whl", b"csv"];
    let mut end = view.run(at, NAME, 200);
    while end > at && matches!(view.before(end), Some(b'.' | b'-')) {
        end -= 1;
    }
    let text = view.slice(at, end);
    let mut labels = text.split(|b| *b == b'.');
    let last = labels.next_back().unwrap_or_default();
    text.first() == Some(&b'.')
        && text.get(1).is_some_and(u8::is_ascii_alphabetic)
        && labels.count() > 1
        && last.len() > 1
        && last.iter().all(u8::is_ascii_alphabetic)
        && !FILES.iter().any(|ending| last.eq_ignore_ascii_case(ending))
}

/// `1.0.0.2.ip6.arpa`: the digits of an address, or of a network, in the zone for names of addresses (RFC 3596).
fn reversed(view: &View<'_>, end: usize, out: &mut Candidates<'_>) {
    const LEAST: usize = 4;
    const MOST: usize = 63;
    let start = view.run_back(end, HEX.or(ByteSet::of(b".")), MOST + 1);
    let text = view.slice(start, end);
    let is_digits = text.len() % 2 == 1 && text.iter().enumerate().all(|(n, b)| (n % 2 == 1) == (*b == b'.'));
    if is_digits
        && (2 * LEAST - 1..=MOST).contains(&text.len())
        && !view.before(start).is_some_and(|b| ALNUM.contains(b))
    {
        out.found(Found::new(start, end, Kind::Ipv6, Confidence::High).rule(1));
    }
}

/// The name that Windows gives an IPv6 address.
fn literal(view: &View<'_>, end: usize, out: &mut Candidates<'_>) {
    let start = view.run_back(end, HEX.or(ByteSet::of(b"-sS")), 48);
    let has_hyphen = view.slice(start, end).contains(&b'-');
    if has_hyphen && !view.before(start).is_some_and(|b| ALNUM.contains(b)) {
        out.found(Found::new(start, end, Kind::Ipv6, Confidence::High).rule(1));
    }
}
