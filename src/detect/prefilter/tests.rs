//! Every instruction set finds what a naive search finds.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::detect::bytes::{ByteSet, DIGIT, HEX};

/// Literals of every length, in both cases, with and without something behind them, and of another alphabet.
fn literals() -> Vec<Literal> {
    let literal = |bytes: &str, ignore_case, after: &[ByteSet]| Literal {
        bytes: bytes.as_bytes().to_vec(),
        ignore_case,
        starts_word: false,
        after: after.to_vec(),
    };
    let word = |literal: Literal| Literal { starts_word: true, ..literal };
    vec![
        literal("ab", false, &[]),
        literal("ab", false, &[DIGIT]),
        literal("key", true, &[]),
        literal("eyJ", false, &[]),
        literal("ghp_", false, &[HEX, HEX]),
        literal("password", true, &[]),
        literal("swo", false, &[]),
        literal("-----BEGIN ", false, &[]),
        literal("://", false, &[]),
        literal("пароль", true, &[]),
        literal("clé", true, &[]),
        literal("zz", true, &[ByteSet::of("é".as_bytes())]),
        word(literal("ab", true, &[])),
        word(literal("key", true, &[DIGIT])),
        word(literal("swordfish", true, &[])),
        word(literal("Quadrat", false, &[])),
        word(literal("-us", false, &[])),
    ]
}

fn stands(literal: &Literal, bytes: &[u8]) -> bool {
    let (there, behind) = bytes.split_at(literal.bytes.len().min(bytes.len()));
    let is_same = if literal.ignore_case { there.eq_ignore_ascii_case(&literal.bytes) } else { there == literal.bytes };
    is_same
        && behind.len() >= literal.after.len()
        && literal.after.iter().zip(behind).all(|(set, byte)| set.contains(*byte))
}

/// Whether the shape begins at `at`, by its definition.
fn begins(shape: Shape, bytes: &[u8], at: usize) -> bool {
    let is = |at: usize, set: ByteSet| bytes.get(at).is_some_and(|b| set.contains(*b));
    let (dot, colon) = (ByteSet::of(b"."), ByteSet::of(b":"));
    let between = |at: usize| is(at, dot) && at > 0 && is(at - 1, DIGIT) && is(at + 1, DIGIT);
    let row = |from: usize, n: usize| {
        fn more(at: usize, n: usize, is_colon: &dyn Fn(usize) -> bool) -> bool {
            n == 0 || (1..=5).any(|step| is_colon(at + step) && more(at + step, n - 1, is_colon))
        }
        more(from, n, &|at| is(at, colon))
    };
    match shape {
        Shape::At => bytes[at] == b'@',
        Shape::Dotted => between(at) && (2..=4).any(|a| between(at + a) && (2..=4).any(|b| between(at + a + b))),
        Shape::Colons => bytes[at] == b':' && (is(at + 1, colon) || (is(at + 1, HEX) && row(at, 4))),
        Shape::Hyphens => (0..5).all(|n| bytes.get(at + 3 * n) == Some(&b'-')) && is(at + 1, HEX),
        Shape::Dashes => {
            fn more(at: usize, n: usize, is_hyphen: &dyn Fn(usize) -> bool) -> bool {
                n == 0 || (2..=4).any(|step| is_hyphen(at + step) && more(at + step, n - 1, is_hyphen))
            }
            let is_hyphen = |at: usize| bytes.get(at) == Some(&b'-') && is(at + 1, DIGIT);
            is_hyphen(at) && more(at, 3, &is_hyphen)
        }
        Shape::Quads => {
            is(at, dot) && is(at + 5, dot) && (1..5).all(|n| is(at + n, HEX)) && is(at + 6, HEX) && is(at + 9, HEX)
        }
        Shape::Long => (0..12).all(|n| is(at + n, DIGIT)) && !(at > 0 && is(at - 1, DIGIT)),
        Shape::Grouped => {
            // `d` is a digit, `s` a separator, `u` one that is no dot.
            let set = |f: u8| match f {
                b'd' => DIGIT,
                b'u' => ByteSet::of(b" -"),
                _ => ByteSet::of(b" .-"),
            };
            let fits = |form: &str| form.bytes().zip(at..).all(|(f, at)| is(at, set(f)));
            at > 0
                && is(at - 1, DIGIT)
                && (["sdddsddd", "sddddsddd", "sddddddsdddd", "sddsddsddsdd", "sddduddudd"]
                    .iter()
                    .any(|form| fits(form))
                    || (bytes[at] == b'-' && fits("sddsdddd")))
        }
    }
}

/// Whether a word may begin at `at`, by its definition.
fn begins_a_word(bytes: &[u8], at: usize) -> bool {
    let Some(last) = at.checked_sub(1).map(|before| bytes[before]) else { return true };
    let next = bytes.get(at + 1).copied().unwrap_or(0);
    !last.is_ascii_alphanumeric()
        || (bytes[at].is_ascii_uppercase() && (!last.is_ascii_uppercase() || next.is_ascii_lowercase()))
        || bytes[at.saturating_sub(16)..at].iter().any(|byte| b"\\%\x1b".contains(byte))
}

fn naive(literals: &[Literal], bytes: &[u8], own: Range<usize>, is_thorough: bool) -> BTreeSet<(Met, usize)> {
    let mut all = BTreeSet::new();
    for at in own {
        all.extend(
            Shape::ALL.into_iter().filter(|shape| begins(*shape, bytes, at)).map(|shape| (Met::Shape(shape), at)),
        );
        let here = literals.iter().enumerate().filter(|(_, literal)| stands(literal, &bytes[at..]));
        let here = here.filter(|(_, literal)| is_thorough || !literal.starts_word || begins_a_word(bytes, at));
        all.extend(here.map(|(n, _)| (Met::Literal(n), at)));
    }
    all
}

fn found(prefilter: &Prefilter, bytes: &[u8], own: Range<usize>, is_thorough: bool) -> BTreeSet<(Met, usize)> {
    let mut all = BTreeSet::new();
    prefilter.search(&mut Scratch::default(), bytes, own, is_thorough, |met, at| {
        assert!(all.insert((met, at)), "{met:?} is met once at {at}");
        usize::MAX
    });
    all
}

/// Pieces of what is looked for, and of what looks like it.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "ab",
        "AB",
        "ab7",
        "-1",
        "-23",
        "-456",
        "key",
        "KeY",
        "eyJ",
        "123",
        "4567",
        "-",
        " ",
        "ghp_0f",
        "ghp_zz",
        "passWORD",
        "swo",
        "-----BEGIN ",
        "://",
        "пароль",
        "clé",
        "zzé",
        "zz",
        "@",
        "1.2.3.4",
        "10.20.30.40.",
        "1..2",
        "::",
        ":",
        "a:b:c:d:e:f",
        "1234:5678:",
        "fe80::1",
        "12:30:45",
        "00-1a-2b-3c-4d-5e",
        "-",
        "0011.22aa.bbcc",
        "0011.22",
        ".",
        " ",
        "\n",
        "x",
        "7",
        "swordfish",
        "Sword",
        "Fish",
        "fishUS",
        "QuadratQuadrat",
        "QUADRAT",
        "-us",
        "\\n",
        "%20",
        "\u{1b}[0;32m",
        "\u{0}",
    ];
    let piece = prop::sample::select(pieces.map(str::as_bytes).map(<[u8]>::to_vec).to_vec());
    let noise = prop::collection::vec(any::<u8>(), 0..80);
    let blank = (0_usize..300).prop_map(|n| vec![b'.'; n]);
    let part = prop_oneof![12 => piece, 1 => noise, 1 => blank];
    prop::collection::vec(part, 0..1200).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_instruction_set_finds_what_is_there(
        text in text(),
        from in 0_usize..200,
        less in 0_usize..200,
        is_thorough in any::<bool>(),
    ) {
        let literals = literals();
        let own = from.min(text.len())..text.len().saturating_sub(less).max(from.min(text.len()));
        // What stands before a window is taken for a digit, so there a dot may begin a shape or not; nor whether
        // digits go on from there.
        let is_certain = |&(met, at): &(Met, usize)| !matches!(met, Met::Shape(Shape::Dotted | Shape::Long | Shape::Grouped)) || (at - own.start) % WINDOW != 0;
        let mut expected = naive(&literals, &text, own.clone(), is_thorough);
        expected.retain(is_certain);
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            let mut found = found(&Prefilter::new(literals.clone(), isa), &text, own.clone(), is_thorough);
            found.retain(is_certain);
            prop_assert_eq!(&found, &expected, "{:?}", isa);
        }
    }
}

/// A dot at the beginning of a window is never missed: what stands before it is taken for a digit.
#[test]
fn a_shape_across_a_window_is_found() {
    for before in [WINDOW - 2, WINDOW - 1, WINDOW, 2 * WINDOW, 2 * WINDOW + 63] {
        let text = [vec![b' '; before - 1], b"1.2.3.4 ab".to_vec()].concat();
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            let found = found(&Prefilter::new(literals(), isa), &text, 0..text.len(), false);
            let expected =
                [(Met::Shape(Shape::Dotted), before), (Met::Literal(0), before + 7), (Met::Literal(12), before + 7)];
            assert_eq!(found, BTreeSet::from(expected));
        }
    }
}

#[test]
fn a_search_ends_where_it_is_told_to() {
    let text = b"ab ab ab ab".repeat(1000);
    for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
        let mut last = 0;
        Prefilter::new(literals(), isa).search(&mut Scratch::default(), &text, 0..text.len(), false, |_, at| {
            last = at;
            6000
        });
        assert!((5980..6000).contains(&last), "{last}");
    }
}

/// Most of the built-in literals are planned ahead. If this fails, make the plan again: `cargo run --release --example plan`.
#[test]
fn the_plan_is_of_these_literals() {
    use crate::detect::{Engine, Terms};
    let engine = Engine::new(&crate::rules::RuleSet::builtin(), &Terms::new(), Terms::new());
    let literals = engine.anchors();
    let unknown = literals.iter().filter(|literal| !plan::is_planned(literal)).count();
    assert!(unknown * 10 < literals.len(), "{unknown} of {} literals are not planned", literals.len());
}
