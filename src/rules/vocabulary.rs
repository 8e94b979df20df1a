//! The words of a rule set as they are looked up: tries of their endings, and the literals that a search for keys is made of.
//!
//! It is made from the keys and the settings, for the built-in rules by `build.rs`, so that start-up does not.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::endings::{Endings, Words};
use super::rule::{ByteSet, Key, List, Settings};

/// The words of keys and settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// The words by number of their key, and the endings of identifiers that are written without separators.
    pub words: Endings,
    /// See [`Settings::qualifiers`].
    pub qualifiers: Endings,
    /// See [`Settings::literals`].
    pub literals: Endings,
    /// See [`Settings::names`].
    pub names: Endings,
    /// See [`Settings::verbs`].
    pub verbs: Endings,
    /// What the search for keys is made of: at least one stands in every key that a word names.
    pub stems: List<Stem>,
}

impl Vocabulary {
    /// The words of `keys` and of `settings`.
    pub fn new(keys: &[Key], settings: &Settings) -> Vocabulary {
        let mut words = Words::new();
        for (which, key) in keys.iter().enumerate() {
            let spelled = |text: &str| spellings(&joined(text));
            key.words.iter().flat_map(|word| spelled(word)).for_each(|word| words.add_word(word.as_bytes(), which));
            let suffixes = key.suffixes.iter().map(|suffix| joined(suffix));
            suffixes.for_each(|suffix| words.add_suffix(suffix.as_bytes(), which));
        }
        let words = words.finish();
        Vocabulary {
            stems: Cow::Owned(stems(keys, &words)),
            words,
            qualifiers: settings.qualifiers.iter().map(|text| text.as_bytes()).collect(),
            literals: settings.literals.iter().map(|text| text.as_bytes()).collect(),
            names: settings.names.iter().map(|text| text.as_bytes()).collect(),
            verbs: settings.verbs.iter().map(|text| text.as_bytes()).collect(),
        }
    }
}

/// A literal that stands in keys, and what may stand beside it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stem {
    /// Its bytes, in lower case; the text has them in any case.
    pub literal: Cow<'static, [u8]>,
    /// What may stand before it if its first letter is not a capital, which may begin a segment anywhere.
    pub before: ByteSet,
    /// What may stand behind it.
    pub after: ByteSet,
    /// Whether it stands at the beginning of every word that is met by it.
    pub starts_word: bool,
}

impl Stem {
    /// A literal that nothing may stand before yet.
    fn new(literal: Vec<u8>) -> Stem {
        let literal: Cow<'static, [u8]> = Cow::Owned(literal);
        if literal.is_ascii() {
            // A small letter goes on with the last segment, which is another word then.
            Stem { literal, before: ByteSet::EMPTY, after: LOWER.or(HIGH).not(), starts_word: true }
        } else {
            // A word of another alphabet is met by its beginning, and goes on.
            Stem { literal, before: ANY, after: ANY, starts_word: false }
        }
    }
}

/// Endings of words that the text has whole even where a separator stands before them (`api_key`, `seed-phrase`).
const STEMS: [&[u8]; 17] = [
    b"key",
    b"string",
    b"code",
    b"pin",
    b"salt",
    b"sid",
    b"phrase",
    b"session",
    b"assertion",
    b"response",
    b"community",
    b"chave",
    b"privada",
    b"privata",
    b"klucz",
    b"secreta",
    b"segreta",
];

/// Last parts of what is written with separators that are looked for by themselves.
const LAST: [&str; 11] = [
    "name",
    "birth",
    "address",
    "code",
    "person",
    "date",
    "contact",
    "naissance",
    "nacimiento",
    "nascimento",
    "nascita",
];

/// Endings that stand in too many other words to be looked for alone; they are looked for with what is before them.
const SHORT: [&[u8]; 6] = [b"id", b"pw", b"api", b"cfg", b"url", b"pat"];

/// A word as it is written: in lower case as far as it is ASCII, whose case is not looked at, and if it has other letters,
/// also with a capital and in capitals of these.
pub fn spellings(word: &str) -> Vec<String> {
    let other = |c: char| !c.is_ascii();
    let raised = |c: char| -> String { if other(c) { c.to_uppercase().collect() } else { c.to_string() } };
    let mut all = vec![word.to_owned()];
    let mut letters = word.chars();
    let first = letters.next().filter(|&c| other(c)).map(|c| raised(c) + letters.as_str());
    let whole = word.chars().any(other).then(|| word.chars().map(raised).collect::<String>());
    for spelling in first.into_iter().chain(whole) {
        if !all.contains(&spelling) {
            all.push(spelling);
        }
    }
    all
}

/// A word without the blanks where a key may have separators.
pub fn joined(word: &str) -> String {
    word.replace(' ', "")
}

/// What segments are made of.
pub const PART: ByteSet = ALNUM.or(HIGH);

const DIGIT: ByteSet = ByteSet::of(b"0123456789");
const LETTER: ByteSet = ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
const ALNUM: ByteSet = DIGIT.or(LETTER);
const HEX: ByteSet = DIGIT.or(ByteSet::of(b"ABCDEFabcdef"));
const HIGH: ByteSet = ByteSet::from_words([0, 0, u64::MAX, u64::MAX]);
const ANY: ByteSet = ByteSet::of(&[]).not();
/// What separates the segments of a key.
const SEPARATOR: ByteSet = ByteSet::of(b"_.-$");
/// What may stand before the first byte of a key: what is in no key, and the last byte of an escape or of a colour.
const OUTSIDE: ByteSet = PART.not().or(HEX).or(ByteSet::of(b"nrtm"));
/// Letters that go on with a segment wherever they stand.
const LOWER: ByteSet = ByteSet::of(b"abcdefghijklmnopqrstuvwxyz");

/// The stems of keys whose words are `known`: at least one stands in every key that is named by one of these.
fn stems(keys: &[Key], known: &Endings) -> Vec<Stem> {
    let spaced_words = || keys.iter().flat_map(|key| key.words.iter()).flat_map(|word| spellings(word));
    let spaced_suffixes = || keys.iter().flat_map(|key| key.suffixes.iter()).map(|word| word.to_string());
    let joined_words: Vec<String> = spaced_words().map(|word| joined(&word)).collect();
    let joined_suffixes: Vec<String> = spaced_suffixes().map(|suffix| joined(&suffix)).collect();
    let words = || joined_words.iter().map(|word| word.as_bytes());
    let suffixes = || joined_suffixes.iter().map(|suffix| suffix.as_bytes());
    let mut literals: BTreeSet<Vec<u8>> = BTreeSet::new();
    // A word that ends in another one is found through that.
    let is_needed = |word: &String| !known.has_end_of(joined(word).as_bytes());
    for word in spaced_words().chain(spaced_suffixes()).filter(is_needed) {
        // What is written with separators is found by its last part, or looked for with each separator.
        if let Some((_, last)) = word.rsplit_once(' ') {
            if LAST.contains(&last) {
                literals.insert(last.as_bytes().to_vec());
            } else if word.ends_with("ed by") {
                literals.extend([&b"ed by"[..], b"ed_by", b"edby"].map(<[u8]>::to_vec));
            } else {
                literals.extend([" ", "_", ""].map(|separator| word.replace(' ', separator).into_bytes()));
            }
            continue;
        }
        let word = word.as_bytes();
        // Words of other alphabets are found by their beginning, to the last letter that is not ASCII: `clé_api`.
        if let Some(last) = word.iter().rposition(|&b| b >= 0x80) {
            literals.insert(word[..=last].to_vec());
            continue;
        }
        let ends = |stem: &&&[u8]| word.len() > stem.len() && word.ends_with(stem);
        if let Some(stem) = STEMS.iter().find(ends) {
            literals.insert(stem.to_vec());
        } else if let Some(stem) = SHORT.iter().find(ends) {
            let head = &word[..word.len() - stem.len()];
            literals.extend([&b""[..], b"_", b"-", b".", b" "].map(|separator| [head, separator, stem].concat()));
        } else {
            literals.insert(word.to_vec());
        }
    }
    let is_whole = |word: &[u8]| literals.contains(word);
    let whole: BTreeSet<&[u8]> = words().chain(suffixes()).filter(|word| is_whole(word)).collect();
    let mut stems: Vec<Stem> = literals.into_iter().filter(|l| l.len() > 1).map(Stem::new).collect();
    let mut by_first: [Vec<(Vec<u8>, usize)>; 256] = std::array::from_fn(|_| Vec::new());
    for (which, stem) in stems.iter().enumerate() {
        let plain: Vec<u8> = stem.literal.iter().copied().filter(|b| PART.contains(*b)).collect();
        if let Some(&first) = plain.first() {
            by_first[usize::from(first)].push((plain, which));
        }
    }
    // What stands before a stem in any word, or before the word if it begins with the stem, may stand before the stem.
    let all = words().map(|word| (word, OUTSIDE)).chain(suffixes().map(|suffix| (suffix, ANY)));
    for (word, outside) in all {
        for at in 0..word.len() {
            let before = match at.checked_sub(1).map(|before| word[before]) {
                // A blank, as in `api key: x`.
                Some(before) => SEPARATOR.or(ByteSet::of(&[b' ', before, before.to_ascii_uppercase()])),
                None => outside,
            };
            let known = by_first[usize::from(word[at])].iter().filter(|(plain, _)| word[at..].starts_with(plain));
            for &(ref plain, which) in known {
                let stem = &mut stems[which];
                stem.before = stem.before.or(before);
                stem.starts_word &= at == 0 && outside != ANY;
                // `palavra_passe` is met by `pass`.
                if let Some(&next) = word.get(at + plain.len()).filter(|_| at > 0 && whole.contains(word)) {
                    stem.after = stem.after.or(ByteSet::of(&[next, next.to_ascii_uppercase()]));
                }
            }
        }
    }
    stems
}
