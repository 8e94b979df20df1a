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
            n => {
                let start = hit.at + LABELS[(n - 3) / 2].len() + 1;
                if !view.before(hit.at).is_some_and(|b| LETTER.contains(b)) {
                    octets(view, start, out);
                }
            }
        }
    }
}

/// Four octets behind a label, all between the same separator.
fn octets(view: &View<'_>, start: usize, out: &mut Candidates<'_>) {
    let Some(separator) = view.before(start) else { return };
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
        if digits.is_empty() || digits.len() > 3 || number > 255 || (digits.len() > 1 && digits[0] == b'0') {
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
    if label.len() >= LEAST
        && !is_known
        && view.starts_word(word)
        && (matches!(lengths, [1..=3, 3, 3, _] | [1..=3, 3, 2, 2 | 3])
            || lengths.iter().all(|length| (1..=3).contains(length)) && is_private())
    {
        octets(view, hyphen + 1, out);
    }
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
