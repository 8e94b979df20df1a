//! The canonical bytes of a value that is spelled as nearly all are, where they belong in the block that BLAKE3 takes: a few
//! vectors for all of its bytes at once, without a branch for one of them.

#![allow(unsafe_code, reason = "the compiler is told to use vectors that this processor was asked for")]
#![allow(clippy::needless_range_loop, reason = "each byte goes with its place and with its neighbours")]

use crate::finding::Form;
use crate::kind::Kind;
use crate::redact::lanes::BLOCK;

/// The canonical bytes of the value `text[start..end]` at `AT` of a block of zeros: what [`canonical`](super::canonical) would
/// say, if the value is plain, short, on one line, in ASCII and, if an address, in dotted decimals. `None` leaves it to that.
#[inline]
pub fn block<const AT: usize>(kind: Kind, form: Form, text: &[u8], start: usize, end: usize) -> Option<[u8; BLOCK]> {
    if form != Form::PLAIN || end - start > BLOCK - AT {
        return None;
    }
    let sort = Sort::of(kind)?;
    // What stands around the value comes with it. One more on both sides is for those who ask for neighbours.
    match start.checked_sub(AT + 1).and_then(|from| text[from..].first_chunk()) {
        Some(around) => made::<AT>(sort, around, end - start),
        None => {
            let mut around = [0; BLOCK + 2];
            around[AT + 1..][..end - start].copy_from_slice(&text[start..end]);
            made::<AT>(sort, &around, end - start)
        }
    }
}

/// How a kind's values are compared.
#[derive(Clone, Copy)]
enum Sort {
    /// As they are.
    Exactly,
    /// Without case.
    Folded,
    /// By the address that they spell.
    Address,
}

impl Sort {
    fn of(kind: Kind) -> Option<Sort> {
        match kind {
            Kind::Email | Kind::Host | Kind::Domain | Kind::User | Kind::Name | Kind::Keyword => Some(Sort::Folded),
            Kind::Ipv4 | Kind::Ipv6 => Some(Sort::Address),
            Kind::Mac | Kind::Phone | Kind::NationalId | Kind::Iban | Kind::Card => None,
            Kind::PublicId
            | Kind::PostalAddress
            | Kind::BirthDate
            | Kind::License
            | Kind::AccountId
            | Kind::Session
            | Kind::Secret
            | Kind::Token
            | Kind::Password
            | Kind::PrivateKey => Some(Sort::Exactly),
        }
    }
}

#[inline]
fn made<const AT: usize>(sort: Sort, around: &[u8; BLOCK + 2], length: usize) -> Option<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has them.
        return unsafe { made_avx2::<AT>(sort, around, length, &mut block) }.then_some(block);
    }
    made_by_any::<AT>(sort, around, length, &mut block).then_some(block)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn made_avx2<const AT: usize>(sort: Sort, around: &[u8; BLOCK + 2], length: usize, block: &mut [u8; BLOCK]) -> bool {
    made_by_any::<AT>(sort, around, length, block)
}

/// Makes a block, whose first byte is the second of `around`; gives whether that is the answer. Compilers make vectors of it.
#[inline(always)]
fn made_by_any<const AT: usize>(sort: Sort, around: &[u8; BLOCK + 2], length: usize, block: &mut [u8; BLOCK]) -> bool {
    let length = length as u8;
    // All ones for a byte of the value, in a byte, of which a vector holds many.
    let mask = |i: usize| 0_u8.wrapping_sub(u8::from((i as u8).wrapping_sub(AT as u8) < length));
    // Whether there is what must be looked at closer.
    let mut is_other = 0;
    match sort {
        Sort::Exactly => {
            for i in 0..BLOCK {
                block[i] = around[i + 1] & mask(i);
                is_other |= u8::from(block[i] == b'\n');
            }
        }
        Sort::Folded => {
            for i in 0..BLOCK {
                let byte = around[i + 1] & mask(i);
                is_other |= u8::from(byte == b'\n') | byte & 128;
                block[i] = byte | u8::from(byte.wrapping_sub(b'A') < 26) << 5;
            }
        }
        Sort::Address => {
            const LONGEST: u8 = 15;
            let is_digit = |byte: u8| u8::from(byte.wrapping_sub(b'0') < 10);
            for i in 0..BLOCK / 2 {
                let byte = around[i + 1];
                block[i] = byte & mask(i);
                let is_first = !(mask(i.wrapping_sub(1)) & 0_u8.wrapping_sub(is_digit(around[i])));
                let has_next = mask(i + 1) & 0_u8.wrapping_sub(is_digit(around[i + 2]));
                let is_padding = u8::from(byte == b'0') & is_first & has_next;
                is_other |= mask(i) & (is_padding | (is_digit(byte) | u8::from(byte == b'.')) ^ 1);
            }
            is_other |= u8::from(length > LONGEST);
        }
    }
    is_other == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::canonical::canonical;

    const AT: usize = 7;

    #[test]
    fn the_block_of_a_value_holds_what_is_canonical() {
        let addresses = [
            "203.0.113.7",
            "010.001.0.255",
            "0.0.0.0",
            "1.2.3",
            "1.2.3.256",
            "1..2.3",
            ".1.2.3",
            "",
            "10-0-0-1",
            "::1",
        ];
        let others = ["Jane.Roe@ACME.example", "AZ[`az{@", "M\u{dc}LLER", "two\nlines", "\0", "x", "1.2.3.4\u{fc}"];
        let long = ["A".repeat(57), "A".repeat(58), "1".repeat(57)];
        for text in addresses.into_iter().chain(others).chain(long.iter().map(String::as_str)) {
            for (before, after) in [("", ""), ("0Before7", "0"), (".......0", ".1\n"), ("\u{fc}", &*"A".repeat(64))] {
                let whole = [before, text, after].concat();
                let (start, end) = (before.len(), before.len() + text.len());
                for kind in Kind::ALL {
                    let Some(block) = block::<AT>(kind, Form::PLAIN, whole.as_bytes(), start, end) else { continue };
                    let mut expected = [0; BLOCK];
                    let canonical = canonical(kind, Form::PLAIN, text.as_bytes());
                    expected[AT..][..canonical.len()].copy_from_slice(&canonical);
                    assert_eq!(block, expected, "{kind} {text}");
                }
            }
        }
        let is_short = |kind, text: &str| block::<AT>(kind, Form::PLAIN, text.as_bytes(), 0, text.len()).is_some();
        assert!(is_short(Kind::Ipv4, "203.0.113.70") && is_short(Kind::Email, "Jane.Roe@ACME.example"));
        assert!(!is_short(Kind::Ipv4, "203.0.113.07") && !is_short(Kind::Ipv4, "ip-203-0-113-7"));
        assert!(is_short(Kind::Token, &long[0]) && !is_short(Kind::Token, &long[1]) && !is_short(Kind::Token, "a\nb"));
    }

    #[test]
    fn vectors_make_the_block_that_bytes_make() {
        for byte in 0..=255 {
            for (sort, length) in
                [Sort::Exactly, Sort::Folded, Sort::Address].into_iter().flat_map(|sort| [(sort, 15), (sort, 57)])
            {
                for at in [0, AT, AT + 1, AT + 2, AT + 14, AT + 15, BLOCK, BLOCK + 1] {
                    let mut around = [b'1'; BLOCK + 2];
                    around[at] = byte;
                    let mut block = [0; BLOCK];
                    let is_made = made_by_any::<AT>(sort, &around, length, &mut block);
                    assert_eq!(made::<AT>(sort, &around, length), is_made.then_some(block), "{byte} at {at}");
                }
            }
        }
    }
}
