//! IPv6 addresses in every form of RFC 4291 and RFC 5952: full, with `::`, with a dotted tail; before a zone, a prefix
//! length, a bracket or a colon.

use std::net::Ipv6Addr;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HEX, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::network::colon::ColonRun;
use crate::detect::network::ipv4;
use crate::detect::prefilter::Shape;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds IPv6 addresses; a zone, a port, a prefix length and brackets around them stay.
pub struct Ipv6;

impl Detector for Ipv6 {
    fn rules(&self) -> Vec<RuleInfo> {
        vec![RuleInfo { id: "ipv6".into(), kind: Kind::Ipv6, description: "IPv6 address".into() }]
    }

    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::Shape(Shape::Colons)]
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let run = ColonRun::around(view, hit.at);
        out.dead_until(run.map_or_else(|end| end, |run| run.end));
        let Ok(run) = run else { return };
        // Times have two colons; an address has six at least, or two in a row.
        let text = view.slice(run.start, run.end);
        if text.iter().filter(|&&b| b == b':').count() < 6 && !text.windows(2).any(|pair| pair == b"::") {
            return;
        }
        // The address may stand behind a word and a colon (`src:2001:db8::1`), so it is tried from both.
        let colon = run.colon;
        // `Value:::ffff:192.0.2.1`: of three colons the first ends a word.
        let is_third = view.at(colon + 1) == Some(b':') && view.at(colon + 2) == Some(b':') && !view.starts_word(colon);
        let from_colon = if view.at(colon + 1) == Some(b':') && !is_third { colon } else { colon + 1 };
        // `1.2.3:4::5`: what stands before the first colon is no address, nor a word.
        let lead = view.slice(run.start, colon);
        let is_version = lead.contains(&b'.')
            && lead.iter().all(|b| DIGIT.contains(*b) || *b == b'.')
            && ipv4::parse(view, run.start).is_none_or(|(_, end)| end != colon);
        if is_version {
            return out.left(0, run.start, "numbers between dots before a colon");
        }
        // `%5B2001:db8::1`, `\u00222001:db8::1`: digits of an escape.
        let escape = match (view.before(run.start), view.back(run.start, 2)) {
            (Some(b'%'), _) => 2,
            (Some(b'u'), Some(b'\\')) => 4,
            _ => 0,
        };
        let is_start = escape > 0 || view.starts_word(run.start) || view.before(run.start) == Some(b'_');
        let from_start = (run.start + escape < colon && is_start).then_some(run.start + escape);
        let parsed = |at: usize| {
            // `std::cout`: what stands before the colons is a word.
            let is_long = |p: &Parsed| p.is_dotted || p.groups > 2;
            let is_own = |p: &Parsed| match at == colon {
                true => view.starts_word(at) || p.is_dotted,
                // `eth0_2001:db8::1`
                false if view.before(at) == Some(b'_') => is_long(p),
                false => !is_third || p.is_dotted || p.groups > 2,
            };
            parse(view, at).map(|parsed| (at, parsed)).filter(|(_, p)| is_own(p))
        };
        // Another address may follow behind a colon: `::ffff:192.0.2.1:fe80::1`.
        let mut next = from_start.into_iter().chain([from_colon]).find_map(parsed);
        while let Some((start, parsed)) = next {
            let other = || {
                is_date(view, start, parsed.end)
                    .then_some("a date and a time")
                    .or_else(|| {
                        is_account(view, start, &parsed).then_some("two numbers and an empty field of an account")
                    })
                    .or_else(|| is_slice(view, start, &parsed).then_some("the step of a slice"))
                    .or_else(|| is_broken(view, run, start, &parsed).then_some("what stands beside it makes it none"))
                    .or_else(|| is_everybodys(view, start, &parsed).then_some("a range that everybody has"))
                    .or_else(|| {
                        is_overlong(view, &parsed, start).then_some("more colons or groups than an address has")
                    })
            };
            match reason_to_leave(&parsed, view.slice(start, parsed.end)).or_else(other) {
                Some(reason) => out.left(0, start, reason),
                None => out.found(Found::new(start, parsed.end, Kind::Ipv6, Confidence::Medium)),
            }
            next = (parsed.end..run.end).find_map(|at| following(view, parsed.end, at));
        }
    }
}

/// The address at `at` in a run of which one ended at `end`: behind a colon or a dot, or at a `::` if it leaves no doubt.
fn following(view: &View<'_>, end: usize, at: usize) -> Option<(usize, Parsed)> {
    let is_glued = view.at(at) == Some(b':');
    let is_start = if is_glued { at == end } else { at > end && matches!(view.before(at), Some(b':' | b'.')) };
    let parsed = is_start.then(|| parse(view, at)).flatten()?;
    (!is_glued || parsed.is_dotted).then_some((at, parsed))
}

/// `18-Jul-2026::02:23:57`, as Erlang writes it: a month of letters before, and a time behind.
fn is_date(view: &View<'_>, start: usize, end: usize) -> bool {
    let is_month = view.before(start) == Some(b'-')
        && view.back(start, 2).is_some_and(|b| b.is_ascii_lowercase())
        && view.back(start, 5) == Some(b'-');
    let form = |(i, &b): (usize, &u8)| if matches!(i, 4 | 5 | 8 | 11) { b == b':' } else { b.is_ascii_digit() };
    is_month && end - start == 14 && view.slice(start, end).iter().enumerate().all(form)
}

/// `jroe:x:1000:1000::/home/jroe`: two numbers, and a name that is not given.
fn is_account(view: &View<'_>, start: usize, parsed: &Parsed) -> bool {
    let text = view.slice(start, parsed.end);
    let is_numbers =
        parsed.groups == 2 && text.ends_with(b"::") && text.iter().all(|b| DIGIT.contains(*b) || *b == b':');
    is_numbers && [&b":x:"[..], b":*:", b":!:", b"::"].iter().any(|before| view.ends_with_ignoring_case(start, before))
}

/// `path[-2::-1]`.
fn is_slice(view: &View<'_>, start: usize, parsed: &Parsed) -> bool {
    // `args[::2]`, `b[33::-3]`; an address in brackets follows a name, too, but is no such number.
    let text = view.slice(start, parsed.end);
    let is_indexed = view.before(start) == Some(b'[')
        && view.back(start, 2).is_some_and(|b| WORD.contains(b) || matches!(b, b')' | b']'));
    if is_indexed && parsed.groups < 3 && text.len() < 6 && text.iter().all(|b| DIGIT.contains(*b) || *b == b':') {
        return true;
    }
    // `x[::2, ::2]`
    let is_behind = view.before(start).is_some_and(|b| matches!(b, b' ' | b',')) && text.starts_with(b"::");
    if is_behind
        && text.len() < 5
        && text[2..].iter().all(u8::is_ascii_digit)
        && view.is(parsed.end, const { ByteSet::of(b"],") })
    {
        let open = view.run_back(start, const { ByteSet::of(b"[]\r\n").not() }, 32);
        return view.before(open) == Some(b'[') && view.back(open, 2).is_some_and(|b| WORD.contains(b));
    }
    // `0654::<;<;`: what no address ends before.
    let ends = const { SPACE.or(ByteSet::of(b"/\"'`]),;%>\\:")) };
    let is_end = |b: u8| match b {
        b'.' => view.at(parsed.end + 1).is_none_or(|b| SPACE.contains(b)),
        b'<' => view.at(parsed.end + 1) == Some(b'/'),
        b => ends.contains(b),
    };
    if parsed.groups == 1 && text.ends_with(b"::") && view.at(parsed.end).is_some_and(|b| !is_end(b)) {
        return true;
    }
    parsed.groups == 1
        && view.before(start) == Some(b'-')
        && view.slice(start, parsed.end).ends_with(b"::")
        && view.slice(start, parsed.end - 2).iter().all(|b| DIGIT.contains(*b))
}

/// Why what follows an address makes it none, or what stands before it: `::ffff:257.1.2.3`, `::ffff:192.0.2.1.5`, a ninth group that
/// is no port, `2001:db8::8a2e:37023:7334`, `2001:db8::8a2e:370k`, `1:2:3:4:5:6:7:8::`, `":1:2:3:4:5:6:7:8"`, `"2001:db8::1:"`.
fn is_broken(view: &View<'_>, run: ColonRun, start: usize, parsed: &Parsed) -> bool {
    const LONGEST: usize = 64;
    const WHOLE: ByteSet = ALNUM.or(ByteSet::of(b":."));
    let end = parsed.end;
    // Where it ends for good: an address for mail may begin in its middle.
    let is_last = |at: usize| view.at(at).is_none_or(|b| const { SPACE.or(ByteSet::of(b"\"'`)]>,;|<}")) }.contains(b));
    let is_end = |at: usize| is_last(view.run(at, WHOLE, LONGEST));
    if start == run.colon + 1 {
        let lead = view.slice(run.start, run.colon);
        let is_bare = lead.is_empty()
            && view.before(run.start).is_none_or(|b| const { SPACE.or(ByteSet::of(b"\"'`(>,")) }.contains(b));
        let is_group =
            lead.iter().any(u8::is_ascii_digit) && lead.iter().all(|b| HEX.contains(*b)) && view.starts_word(run.start);
        if (is_bare || is_group) && is_end(end) {
            return true;
        }
    }
    match view.at(end) {
        Some(b'.') => {
            let number = view.run(end + 1, DIGIT, 6);
            let is_next = number > end + 1 && (parsed.is_dotted || view.at(number) == Some(b'.'));
            // `192.0.2.1.443 > `: a port, as tcpdump writes it.
            let last = view.run(number, const { DIGIT.or(ByteSet::of(b".")) }, LONGEST);
            is_next && is_last(last) && !view.starts_with(number, b" > ")
        }
        Some(b':') if !parsed.is_dotted => {
            let next = view.run(end + 1, HEX, LONGEST);
            let group = view.slice(end + 1, next);
            let number =
                group.iter().fold(0_u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b.wrapping_sub(b'0'))));
            let is_port =
                group.iter().all(u8::is_ascii_digit) && group[..group.len().min(1)] != *b"0" && number < 65_536;
            let is_more = match view.at(next) {
                // Nothing but a colon, before what closes a string or a cell.
                Some(b) if group.is_empty() => b == b':' || is_last(next) && !SPACE.contains(b),
                None if group.is_empty() => false,
                Some(b':') if view.is(next + 1, const { HEX.or(ByteSet::of(b":")) }) => true,
                Some(b) if LETTER.contains(b) => group[0].is_ascii_digit() && group.len() < 5,
                _ => !is_port,
            };
            is_more && is_end(next)
        }
        _ => false,
    }
}

/// `fe80::/10`, `ff00::/8`, `fe80::/64`, `64:ff9b::/96`: ranges of RFC 4291 and RFC 6890; and `ff02::1 ip6-allnodes` in a file of
/// hosts.
fn is_everybodys(view: &View<'_>, start: usize, parsed: &Parsed) -> bool {
    let behind = view.run(parsed.end, BLANK, 16);
    if behind > parsed.end && view.starts_with(behind, b"ip6-") {
        return view.starts_with_ignoring_case(start, b"f");
    }
    if view.at(parsed.end) != Some(b'/') || !parsed.is_compressed {
        return false;
    }
    let length = view.slice(parsed.end + 1, view.run(parsed.end + 1, DIGIT, 4));
    let bits = length.iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
    let text = view.slice(start, parsed.end);
    let is_first = parsed.groups == 1 && text.ends_with(b"::");
    !length.is_empty()
        && (is_first && bits <= 16
            || text.eq_ignore_ascii_case(b"fe80::") && bits == 64
            || text.eq_ignore_ascii_case(b"64:ff9b::") && bits == 96)
}

/// `1:::2`, `1:2:3:4:5:6:7:8:9`: one digit behind what might be an address and a colon is no port.
fn is_overlong(view: &View<'_>, parsed: &Parsed, start: usize) -> bool {
    let ends_full = view.ends_with_ignoring_case(parsed.end, b"::") || parsed.groups == 8 && !parsed.is_compressed;
    let next = parsed.end + 1;
    // `055::::::`
    if view.ends_with_ignoring_case(parsed.end, b"::") && view.starts_with(parsed.end, b"::") {
        return true;
    }
    ends_full
        && !parsed.is_dotted
        && parsed.end > start
        && view.at(parsed.end) == Some(b':')
        && view.run(next, HEX, 2) == next + 1
        && view.ends_word(next + 1)
}

struct Parsed {
    address: Ipv6Addr,
    end: usize,
    /// Groups written out.
    groups: usize,
    /// Whether every group is two digits wide.
    is_pairs: bool,
    has_digit: bool,
    longest_group: usize,
    is_compressed: bool,
    /// Whether it ends in an IPv4 address, which leaves no doubt.
    is_dotted: bool,
}

fn reason_to_leave(parsed: &Parsed, text: &[u8]) -> Option<&'static str> {
    if parsed.address.is_loopback() || parsed.address.is_unspecified() {
        return Some("loopback or unspecified");
    }
    if parsed.address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback() || v4.is_unspecified()) {
        return Some("loopback or unspecified");
    }
    let bits = u128::from(parsed.address);
    if bits.leading_ones() >= 16 && bits.leading_ones() + bits.trailing_zeros() >= 128 && parsed.longest_group == 4 {
        return Some("a netmask");
    }
    if parsed.is_pairs && !parsed.is_compressed {
        return Some("pairs of digits: a hardware address or a fingerprint");
    }
    if !parsed.has_digit && parsed.groups < 3 && parsed.longest_group < 4 {
        return Some("reads as a scope: letters around two colons");
    }
    // `Dead::Beef`
    let has = |class: fn(&u8) -> bool| text.iter().any(class);
    if !parsed.has_digit && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) {
        return Some("reads as a scope: names around two colons");
    }
    if parsed.groups < 3 && is_scope(text) {
        return Some("reads as a scope: a name around two colons");
    }
    None
}

/// Names around two colons that are of hexadecimal digits by chance: `c::B75`, `C::C1`, `bf16::E`, `f32::`. Nobody writes
/// capitals behind small letters in an address, and none begins with one letter or two.
fn is_scope(text: &[u8]) -> bool {
    let first = text.iter().position(|b| *b == b':').unwrap_or(0);
    let (before, behind) = (&text[..first], &text[(first + 2).min(text.len())..]);
    let begins_name = |name: &[u8]| name.first().is_some_and(u8::is_ascii_alphabetic);
    let is_mixed = before.iter().any(u8::is_ascii_lowercase) && behind.iter().any(u8::is_ascii_uppercase);
    let is_short = before.len() < 4 || matches!(before, b"f128" | b"bf16");
    let is_type = behind.is_empty() && is_short;
    begins_name(before) && (is_mixed && is_short || before.len() == 1 && begins_name(behind) || is_type)
}

/// The groups read so far.
#[derive(Default)]
struct Reading {
    groups: Vec<u16>,
    /// Before which group the `::` stands.
    gap: Option<usize>,
    has_other_than_pairs: bool,
    has_digit: bool,
    longest_group: usize,
}

impl Reading {
    /// Takes in a group of up to four digits.
    fn push(&mut self, digits: &[u8]) {
        let value = digits.iter().fold(0_u16, |n, &b| n << 4 | (b as char).to_digit(16).unwrap_or(0) as u16);
        self.groups.push(value);
        self.has_other_than_pairs |= digits.len() != 2;
        self.has_digit |= digits.iter().any(|&b| DIGIT.contains(b));
        self.longest_group = self.longest_group.max(digits.len());
    }

    /// The address, if these are the groups of one, that ends at `end`.
    fn parsed(&self, end: usize, is_dotted: bool) -> Option<Parsed> {
        Some(Parsed {
            address: assemble(&self.groups, self.gap)?,
            end,
            groups: self.groups.len(),
            is_pairs: !self.has_other_than_pairs,
            has_digit: self.has_digit,
            longest_group: self.longest_group,
            is_compressed: self.gap.is_some(),
            is_dotted,
        })
    }
}

/// The longest address that starts at `start` and ends at a boundary.
fn parse(view: &View<'_>, start: usize) -> Option<Parsed> {
    let mut reading = Reading::default();
    let mut at = start;
    let mut best: Option<Parsed> = None;
    if view.at(at) == Some(b':') {
        if view.at(at + 1) != Some(b':') {
            return None;
        }
        reading.gap = Some(0);
        at += 2;
    }
    loop {
        if reading.gap == Some(reading.groups.len()) && is_boundary(view, at) {
            best = reading.parsed(at, false).or(best);
        }
        let end = view.run(at, HEX, 5);
        let digits = view.slice(at, end);
        if digits.is_empty() || digits.len() > 4 || reading.groups.len() == 8 {
            return best;
        }
        if view.at(end) == Some(b'.')
            && reading.groups.len() <= 6
            && let Some((v4, tail)) = ipv4::parse(view, at)
            && is_boundary(view, tail)
        {
            let [a, b, c, d] = v4.octets();
            reading.groups.extend([u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]);
            reading.has_digit = true;
            reading.has_other_than_pairs = true;
            return reading.parsed(tail, true).or(best);
        }
        reading.push(digits);
        at = end;
        // `2001:db8::1_443.log`
        if is_boundary(view, at) || reading.groups.len() > 2 && view.at(at) == Some(b'_') {
            best = reading.parsed(at, false).or(best);
        }
        if view.at(at) != Some(b':') {
            return best;
        }
        at += 1;
        if view.at(at) == Some(b':') {
            if reading.gap.is_some() {
                // A second `::` can be no address, and what came before it is a scope.
                return None;
            }
            reading.gap = Some(reading.groups.len());
            at += 1;
        }
    }
}

/// Eight groups, or fewer around a gap.
fn assemble(groups: &[u16], gap: Option<usize>) -> Option<Ipv6Addr> {
    let mut all = [0_u16; 8];
    match gap {
        None if groups.len() == 8 => all.copy_from_slice(groups),
        Some(gap) if groups.len() <= 7 => {
            all[..gap].copy_from_slice(&groups[..gap]);
            let tail = &groups[gap..];
            all[8 - tail.len()..].copy_from_slice(tail);
        }
        _ => return None,
    }
    Some(Ipv6Addr::from(all))
}

/// Whether an address may end before `at`: no letter or digit follows. A colon may: `2001:db8::1: refused`.
fn is_boundary(view: &View<'_>, at: usize) -> bool {
    !view.is(at, WORD)
}
