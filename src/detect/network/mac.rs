//! Hardware addresses (EUI-48, EUI-64): pairs between colons or hyphens, quads between dots, and bare behind `MAC=`.

use crate::detect::bytes::{ALNUM, ByteSet, HEX};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::network::colon::ColonRun;
use crate::detect::prefilter::Shape;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds hardware addresses.
pub struct Mac;

const COLON: usize = 0;
const HYPHEN: usize = 1;
const DOT: usize = 2;

/// What stands before a bare address.
const LABELS: [&[u8]; 12] = [
    b"mac",
    b"mac address",
    b"macaddress",
    b"mac_address",
    b"hwaddr",
    b"macaddr",
    b"mac-address",
    b"mac addr",
    b"hwaddress",
    b"hw address",
    b"physical address",
    b"hardware address",
];

impl Detector for Mac {
    fn rules(&self) -> Vec<RuleInfo> {
        vec![RuleInfo { id: "mac".into(), kind: Kind::Mac, description: "hardware address (EUI-48, EUI-64)".into() }]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let shapes = [Shape::Colons, Shape::Hyphens, Shape::Quads].map(Anchor::Shape);
        const UNDERSCORE: ByteSet = ByteSet::of(b"_");
        let device = Anchor::exact(b"dev_").before(&[HEX, HEX, UNDERSCORE]);
        shapes.into_iter().chain(LABELS.map(Anchor::folded)).chain([device]).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let span = match hit.anchor {
            // Two in a row stand in no address but one of IPv6.
            COLON if view.at(hit.at + 1) == Some(b':') => None,
            COLON => {
                let run = ColonRun::around(view, hit.at);
                out.dead_until(run.map_or_else(|end| end, |run| run.end));
                run.ok().and_then(|run| colons(view, run))
            }
            HYPHEN => hyphens(view, hit.at),
            DOT => quads(view, hit.at),
            device if device == LABELS.len() + 3 => underscored(view, hit.at + 4),
            label => bare(view, hit.at, LABELS[label - 3].len()),
        };
        let Some((start, end)) = span else { return };
        let digits = view.slice(start, end);
        // `ff:ff:ff:00:00:00` is a mask.
        let is_nobody =
            digits.iter().filter(|b| HEX.contains(**b)).all(|b| b"0fF".contains(b)) || is_of_a_group(digits);
        if is_nobody {
            out.left(0, start, "all zeros, broadcast or a mask");
        } else {
            out.found(Found::new(start, end, Kind::Mac, Confidence::Medium));
        }
    }
}

/// Whether these are the addresses that protocols give all bridges, routers and neighbours of a network: of CDP, of IEEE 802.1 and
/// of the groups of IP that every host is in.
fn is_of_a_group(address: &[u8]) -> bool {
    let mut digits = [0; 12];
    let hex = address.iter().filter(|b| HEX.contains(**b));
    if hex.clone().count() != digits.len() {
        return false;
    }
    for (to, from) in digits.iter_mut().zip(hex) {
        *to = from.to_ascii_lowercase();
    }
    [&b"01000ccc"[..], b"0180c20000", b"01005e0000", b"33330000000"].iter().any(|group| digits.starts_with(group))
}

/// Six pairs, eight, or twelve and more that a firewall glued together (`MAC=dst:src:type`).
fn colons(view: &View<'_>, run: ColonRun) -> Option<(usize, usize)> {
    let at = run.colon;
    let mut end = run.end;
    while matches!(view.before(end), Some(b':' | b'.')) {
        end -= 1;
    }
    // `'FD:6E:...:7A:7B:' +`: a fingerprint that goes on elsewhere.
    let goes_on =
        view.at(end) == Some(b':') && view.is(end + 1, const { ByteSet::of(b"'\"\\\r\n") }) && end - run.start > 24;
    if !view.ends_word(end) || goes_on {
        return None;
    }
    // The first group may be the end of a word: `eth0:aa:bb:...`.
    if let Some(short) = short_groups(view, run.start, end) {
        return Some(short);
    }
    let is_pair = at - run.start == 2 && view.starts_word(run.start);
    // Six pairs behind a first one are an address behind the type of its network, as DHCP has it; else seven are nothing.
    let is_behind = !is_pair || view.starts_with(run.start, b"01") && (end - run.start + 1) / 3 == 7;
    let starts = [is_pair.then_some(run.start), is_behind.then_some(at + 1)];
    starts.into_iter().flatten().find_map(|start| {
        let length = end.checked_sub(start)?;
        let pairs = (length + 1) / 3;
        // Two addresses, or two and a type; other lengths are fingerprints.
        let is_pairs = (length + 1) % 3 == 0 && (0..length).all(|i| (i % 3 == 2) == (view.at(start + i) == Some(b':')));
        // Of InfiniBand there are twenty, as many as in the fingerprint of a certificate.
        let is_long = || {
            pairs == 20
                && [&b"infiniband "[..], b"hwaddr ", b" brd ", b" lladdr "]
                    .iter()
                    .any(|w| view.ends_with_ignoring_case(start, w))
        };
        (is_pairs && (matches!(pairs, 6 | 8 | 12 | 14) || is_long())).then_some((start, end))
    })
}

/// Six groups of which some have one digit, as `arp` of some systems writes them; with a letter, for times have none.
fn short_groups(view: &View<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    let text = view.slice(start, end);
    let groups: Vec<&[u8]> = text.split(|&b| b == b':').collect();
    let fits =
        groups.len() == 6 && groups.iter().all(|g| matches!(g.len(), 1 | 2) && g.iter().all(|b| HEX.contains(*b)));
    let has_letter = text.iter().any(u8::is_ascii_alphabetic);
    (fits && has_letter && groups.iter().any(|g| g.len() == 1) && view.starts_word(start)).then_some((start, end))
}

/// `24-05-01-10-14-02`: the parts of a date and a time.
fn is_time(text: &[u8]) -> bool {
    let numbers: Option<Vec<u8>> =
        text.split(|&b| b == b'-').map(|n| std::str::from_utf8(n).ok()?.parse().ok()).collect();
    matches!(numbers.as_deref(), Some([15..=49, 1..=12, 1..=31, 0..=23, 0..=59, 0..=59]))
}

fn hyphens(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let start = at.checked_sub(2)?;
    let is_after_hyphen = view.before(start) == Some(b'-') && view.back(start, 2) != Some(b'-');
    if is_after_hyphen || !view.starts_word(start) {
        return None;
    }
    let pairs = |length: usize| {
        (0..length).all(|i| if i % 3 == 2 { view.at(start + i) == Some(b'-') } else { view.is(start + i, HEX) })
    };
    // `00-1A-2B-FF-FE-3C-4D-5E`: what is put in the middle of an EUI-48 to make an EUI-64.
    // Others of eight pairs are digests, but for those under the number of IANA.
    let is_of_eui =
        view.starts_with_ignoring_case(start + 9, b"ff-fe-") || view.starts_with_ignoring_case(start, b"02-00-5e-");
    let is_long = is_of_eui && pairs(23);
    let end = start + if is_long { 23 } else { 17 };
    // `00-01-00-01-2A-1B-3C-4D-00-50-56-B2-7E-19`: what DHCP tells clients apart by, from a time or without one (RFC 8415).
    let is_duid =
        |head: &[u8], length: usize| view.starts_with(start, head) && pairs(length) && view.ends_word(start + length);
    if let Some(length) = [(&b"00-01-00-01-"[..], 41), (b"00-03-00-01-", 29)].iter().find(|(head, n)| is_duid(head, *n))
    {
        return (view.at(start + length.1) != Some(b'-')).then_some((start, start + length.1));
    }
    // `pxelinux.cfg/01-88-99-aa-bb-cc-dd`: behind the type of its network.
    if view.starts_with(start, b"01-") && pairs(20) && view.ends_word(start + 20) && view.at(start + 20) != Some(b'-') {
        return Some((start + 3, start + 20));
    }
    let fits = is_long || pairs(17);
    (fits && view.ends_word(end) && view.at(end) != Some(b'-') && !is_time(view.slice(start, end)))
        .then_some((start, end))
}

/// `dev_00_1A_7D_DA_71_13`, as BlueZ names the object of a device.
fn underscored(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    let end = start + 17;
    let fits = (0..17).all(|i| if i % 3 == 2 { view.at(start + i) == Some(b'_') } else { view.is(start + i, HEX) });
    (fits && view.ends_word(end)).then_some((start, end))
}

/// `0011.22aa.bbcc`, with a letter in it: three groups of four digits may be anything.
fn quads(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let start = at.checked_sub(4)?;
    // `[*038B.0020.0004]`: the weights of a letter.
    let is_weight = view.before(start) == Some(b'*') && view.back(start, 2) == Some(b'[');
    if !view.starts_word(start) || is_weight || view.before(start) == Some(b'.') {
        return None;
    }
    let quads = |length: usize| {
        (0..length).all(|i| if i % 5 == 4 { view.at(start + i) == Some(b'.') } else { view.is(start + i, HEX) })
    };
    let is_long = view.starts_with_ignoring_case(start + 7, b"ff.fe") && quads(19);
    let end = start + if is_long { 19 } else { 14 };
    let fits = is_long || quads(14);
    let goes_on = view.at(end) == Some(b'.') && view.is(end + 1, ALNUM);
    let has_letter = || view.slice(start, end).iter().any(u8::is_ascii_alphabetic);
    (fits && has_letter() && view.ends_word(end) && !goes_on).then_some((start, end))
}

/// Twelve digits behind a word for the address and a separator: in a row, in halves or in quads, as switches print them.
fn bare(view: &View<'_>, at: usize, label: usize) -> Option<(usize, usize)> {
    const BETWEEN: ByteSet = ByteSet::of(b" \t:=\"'");
    // `isMACAddress("001a2b3c4d5e")`
    let is_part = || view.is(at - 1, const { ByteSet::of(b"abcdefghijklmnopqrstuvwxyz") }) && view.at(at) == Some(b'M');
    if !view.starts_word(at) && !is_part() {
        return None;
    }
    // `MacAddress.parse("001a2b3c4d5e")`
    let call = view.run(at + label, const { ALNUM.or(ByteSet::of(b"._")) }, 24);
    let is_call = view.at(call) == Some(b'(') && view.is(call + 1, const { ByteSet::of(b"\"'") });
    if is_call && view.run(call + 2, HEX, 13) == call + 14 && view.at(call + 14) == view.at(call + 1) {
        return Some((call + 2, call + 14));
    }
    let start = view.run(at + label, BETWEEN, 6);
    let mut end = view.run(start, HEX, 13);
    let group = end - start;
    let separator = view.at(end).filter(|b| matches!(b, b'-' | b':' | b'.')).unwrap_or(b'-');
    if matches!(group, 4 | 6) {
        for _ in 1..12 / group {
            let next = view.run(end + 1, HEX, group + 1);
            if view.at(end) != Some(separator) || next - end != group + 1 {
                return None;
            }
            end = next;
        }
    }
    let is_long = matches!(group, 4 | 6 | 12);
    (start > at + label && is_long && view.ends_word(end) && view.at(end) != Some(separator)).then_some((start, end))
}
