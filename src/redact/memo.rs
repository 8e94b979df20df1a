//! The memo: what a worker remembers of the values it has named, since a log names the same few thousand over and over.

use zeroize::Zeroize;

use crate::finding::Form;
use crate::kind::Kind;
use crate::placeholder::Body;

/// Values that were named, and the bodies of their placeholders.
///
/// It holds a bounded number of short values that are spelled plainly; a new one takes the place of an old. The values are
/// personal data and secrets: they live here in memory only, are wiped when the memo goes, and there is no way to print
/// them. A memo serves one worker and one redactor.
#[derive(Default)]
pub struct Memo {
    /// The values that came before there were tables.
    early: usize,
    /// Addresses of hosts, login names: few, often seen, and not to be driven out by what is long.
    short: Table<2, 11>,
    /// Mail addresses and most secrets.
    long: Table<6, 9>,
    /// Where a message is put together that names a value.
    scratch: Vec<u8>,
}

/// A stream of no more values than this is over before tables would have paid for their memory.
const FEW: usize = 64;

impl Memo {
    /// The body of a value's placeholder: as it is remembered, or else as `name` gives it.
    ///
    /// `name` gets room for the value's bytes that is wiped with the memo.
    #[inline]
    pub(super) fn body(&mut self, kind: Kind, form: Form, raw: &[u8], name: impl FnOnce(&mut Vec<u8>) -> Body) -> Body {
        let Memo { early, short, long, scratch } = self;
        let name = || name(scratch);
        if form != Form::PLAIN || raw.is_empty() {
            return name();
        }
        if *early < FEW {
            *early += 1;
            return name();
        }
        if let Some(value) = words(raw) {
            short.body(kind, value, raw.len() as u8, name)
        } else if let Some(value) = words(raw) {
            long.body(kind, value, raw.len() as u8, name)
        } else {
            name()
        }
    }
}

impl Drop for Memo {
    fn drop(&mut self) {
        self.short.wipe();
        self.long.wipe();
        self.scratch.zeroize();
    }
}

/// Values of up to `8 * WORDS` bytes: 2 to the power of `BITS` pairs, or none before the first value comes.
#[derive(Default)]
struct Table<const WORDS: usize, const BITS: u32> {
    pairs: Vec<Pair<WORDS>>,
}

/// The last two of the values that belong in one place, the later first: as a rule in one line of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Pair<const WORDS: usize>([Slot<WORDS>; 2]);

#[derive(Clone, Copy)]
struct Slot<const WORDS: usize> {
    value: [u64; WORDS],
    /// The length of the value in bytes; 0 for none.
    length: u8,
    kind: Kind,
    body: Body,
}

impl<const WORDS: usize, const BITS: u32> Table<WORDS, BITS> {
    #[inline]
    fn body(&mut self, kind: Kind, value: [u64; WORDS], length: u8, name: impl FnOnce() -> Body) -> Body {
        if self.pairs.is_empty() {
            let nobody = Slot { value: [0; WORDS], length: 0, kind: Kind::Keyword, body: Body::default() };
            self.pairs = vec![Pair([nobody; 2]); 1 << BITS];
        }
        let Pair([last, before]) = &mut self.pairs[place(&value, BITS)];
        for known in [&*last, &*before] {
            if known.is(kind, &value, length) {
                return known.body;
            }
        }
        *before = *last;
        *last = Slot { value, length, kind, body: name() };
        last.body
    }

    fn wipe(&mut self) {
        for slot in self.pairs.iter_mut().flat_map(|Pair(slots)| slots) {
            slot.value.zeroize();
        }
    }
}

impl<const WORDS: usize> Slot<WORDS> {
    /// Whether this is the value.
    #[inline]
    fn is(&self, kind: Kind, value: &[u64; WORDS], length: u8) -> bool {
        // Without a branch for each word, nor a call to compare memory.
        let differs = self.value.iter().zip(value).fold(0, |differs, (a, b)| differs | (a ^ b));
        differs == 0 && (self.length, self.kind) == (length, kind)
    }
}

/// A value with zeros behind it, if it is not too long.
#[inline]
fn words<const WORDS: usize>(raw: &[u8]) -> Option<[u64; WORDS]> {
    let mut words = [[0; 8]; WORDS];
    words.as_flattened_mut().get_mut(..raw.len())?.copy_from_slice(raw);
    Some(words.map(u64::from_le_bytes))
}

/// Where a value stands. Values that share a place cost time only, so that any quick mixing of all bits will do.
#[inline]
fn place<const WORDS: usize>(value: &[u64; WORDS], bits: u32) -> usize {
    const ODD: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9];
    let (pairs, _) = value.as_chunks::<2>();
    let mixed = pairs.iter().fold(0, |mixed: u64, [a, b]| {
        let product = u128::from(a ^ ODD[0]) * u128::from(b ^ mixed ^ ODD[1]);
        product as u64 ^ (product >> 64) as u64
    });
    (mixed.wrapping_mul(ODD[0]) >> (u64::BITS - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Encoding;
    use proptest::prelude::*;

    /// A body that tells the value.
    fn telling(raw: &[u8]) -> Body {
        *blake3::hash(raw).as_bytes().first_chunk().unwrap()
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_was_named(values in prop::collection::vec("[ab\0]{0,4}|[a-c]{14,18}|[ab]{46,52}", 200..400)) {
            let mut memo = Memo::default();
            for value in values.iter().map(String::as_bytes) {
                for kind in [Kind::User, Kind::Token] {
                    let named = [value, kind.id().as_bytes()].concat();
                    prop_assert_eq!(memo.body(kind, Form::PLAIN, value, |_| telling(&named)), telling(&named));
                }
            }
        }
    }

    #[test]
    fn a_value_is_named_once_if_short_plain_and_not_among_the_first() {
        let mut memo = Memo::default();
        let mut times = |form, value: &[u8]| {
            let mut named = 0;
            for _ in 0..3 * FEW {
                memo.body(Kind::Token, form, value, |_| {
                    named += 1;
                    telling(value)
                });
            }
            named
        };
        assert_eq!(times(Form::PLAIN, b"secret"), FEW + 1);
        assert_eq!(times(Form::PLAIN, b"another secret"), 1);
        assert_eq!(times(Form::PLAIN, &[b'x'; 48]), 1);
        assert_eq!(times(Form::PLAIN, &[b'x'; 49]), 3 * FEW);
        assert_eq!(times(Form::one(Encoding::Percent), b"secret"), 3 * FEW);
    }

    #[test]
    fn values_spread_over_the_places() {
        let address = |n: usize| words(format!("10.0.{}.{}", n / 256, n % 256).as_bytes()).unwrap();
        let taken = (0..1 << 10).map(|n| place::<2>(&address(n), 10)).collect::<std::collections::BTreeSet<_>>().len();
        // 1 - 1/e of them, if they were thrown at random.
        assert!(taken > 1 << 9, "{taken} of {}", 1 << 10);
    }
}
