//! Addresses of hosts and of their interfaces whose colons are spelled as URLs spell them: `2001%3Adb8%3A%3A1`.

use std::net::Ipv6Addr;

use crate::detect::bytes::{ByteSet, HEX};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::prefilter::Literal;
use crate::detect::view::View;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::Kind;

/// Finds addresses with encoded colons.
pub struct Encoded;

/// A colon, as URLs spell it; the letter may be a capital.
const COLON: &[u8] = b"%3a";

/// More than the longest address has, without its colons.
const LONGEST: usize = 46;

impl Detector for Encoded {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule = |id: &str, kind, what: &str| RuleInfo { id: id.into(), kind, description: what.into() };
        vec![
            rule("ipv6-in-url", Kind::Ipv6, "IPv6 address with encoded colons"),
            rule("mac-in-url", Kind::Mac, "hardware address with encoded colons"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        const NEXT: ByteSet = HEX.or(ByteSet::of(b"%"));
        let colon = |after: &[ByteSet]| {
            let (bytes, after) = (COLON.to_vec(), after.to_vec());
            Anchor::Literal(Literal { bytes, ignore_case: true, starts_word: false, after })
        };
        // Another colon follows at once, or behind a group.
        vec![colon(&[HEX, NEXT, NEXT]), Anchor::folded(b"%3a%3a")]
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let start = view.run_back(hit.at, HEX, 5);
        // An escape may end there, of which the digits are: `%5B2001`, `%202001`.
        let start = if view.before(start) == Some(b'%') { start + 2 } else { start };
        let is_first = start <= hit.at && hit.at - start < 5 && !view.ends_with_ignoring_case(start, COLON);
        if !is_first || (start < hit.at && !view.starts_word(start)) {
            return;
        }
        let (text, end) = decoded(view, start);
        let is_pairs = text.len() == 17 && text.bytes().enumerate().all(|(n, b)| (n % 3 == 2) == (b == b':'));
        let rule = if is_pairs {
            let is_nobody = text.bytes().all(|b| b":0fF".contains(&b));
            (!is_nobody).then_some(1)
        } else {
            let address: Option<Ipv6Addr> = text.parse().ok();
            address.filter(|address| !address.is_loopback() && !address.is_unspecified()).map(|_| 0)
        };
        let Some(rule) = rule.filter(|_| view.ends_word(end)) else { return };
        let kind = [Kind::Ipv6, Kind::Mac][rule];
        out.found(Found::new(start, end, kind, Confidence::Medium).form(Form::one(Encoding::Percent)).rule(rule));
    }
}

/// What is spelled from `start` on, and where that ends.
fn decoded(view: &View<'_>, start: usize) -> (String, usize) {
    let (mut text, mut at) = (String::new(), start);
    while text.len() < LONGEST {
        match view.at(at) {
            Some(b'%') if view.starts_with_ignoring_case(at, COLON) => {
                text.push(':');
                at += COLON.len();
            }
            Some(byte) if HEX.contains(byte) || byte == b'.' && view.is(at + 1, HEX) => {
                text.push(char::from(byte));
                at += 1;
            }
            _ => break,
        }
    }
    (text, at)
}
