//! Learned values: a dictionary of what an artifact says of its people and hosts, to be found wherever else it stands.
//!
//! The text is taken apart into *tokens*: letters, digits, underscores and what is not ASCII. A term begins and ends where
//! tokens do, so that `jroe` is neither in `jroe2` nor in `my_jroe`. Terms of several tokens (`jane roe`, `db.acme.example`)
//! are a way through the dictionary, one hash for each token. It is searched with one hash for each token of the text, nearly
//! all of which end at a small bitmap; how many terms there are makes hardly a difference, and memory is some bytes a term,
//! where an automaton needs a state for every byte of every term. The values lie in one piece, which is wiped in the end.

pub mod common;
pub mod harvest;

mod meant;
mod spelling;
mod tokens;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use crate::detect::detector::{Candidates, Found, Hit, RuleInfo};
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;
use crate::sensitive::Sensitive;

use meant::is_common;
use spelling::spell;
use tokens::{ESCAPE, escaped, is_token, token_end, tokens, trimmed};

/// The kinds that are learned, in the order of their rules.
pub const KINDS: [Kind; 4] = [Kind::Host, Kind::Domain, Kind::Name, Kind::User];

/// The longest term, in bytes: the longest host name that DNS allows.
pub const LONGEST: usize = 253;

/// How many bytes may stand between two tokens of a term.
const BETWEEN: usize = 4;

/// A dictionary of learned values.
#[derive(Debug, Default)]
pub struct Learned {
    /// The terms, one behind the other, in small letters.
    text: Option<Sensitive<Vec<u8>>>,
    terms: Vec<Term>,
    /// By the hash of a term's first tokens, with what is between them.
    nodes: HashMap<u64, Node, BuildHasherDefault<AsIs>>,
    /// A bit for each key of a first token.
    first: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Term {
    at: u32,
    length: u32,
    kind: Kind,
    /// A login name that goes in user positions only; a name that goes with capitals only.
    is_common: bool,
}

/// What tokens lead to.
#[derive(Clone, Copy, Debug)]
struct Node {
    term: Option<u32>,
    goes_on: bool,
}

impl Learned {
    /// A dictionary of these values and their spellings. The order of the values makes no difference. Values of two kinds
    /// are of the more telling one.
    pub fn new<'v>(values: impl IntoIterator<Item = (Kind, &'v [u8])>) -> Learned {
        let mut terms: Vec<(Sensitive<Vec<u8>>, Kind)> = Vec::new();
        for (kind, value) in values {
            spell(kind, value, &mut |spelling| {
                if (2..=LONGEST).contains(&spelling.len()) && tokens(&spelling).next().is_some() {
                    terms.push((Sensitive::new(spelling), kind));
                }
            });
        }
        terms.sort_by(|a, b| (a.0.reveal(), a.1).cmp(&(b.0.reveal(), b.1)));
        // The last of its like has the greatest kind.
        terms.reverse();
        terms.dedup_by(|a, b| a.0 == b.0);
        terms.reverse();

        let bits = (terms.len() * 16).next_power_of_two().clamp(1 << 12, 1 << 26);
        let mut learned = Learned { first: vec![0; bits / 64], ..Learned::default() };
        // Room for all at once: memory that is left for more is not wiped.
        let mut text = Vec::with_capacity(terms.iter().map(|(term, _)| term.reveal().len()).sum());
        for (term, kind) in &terms {
            let term = term.reveal();
            let whole = trimmed(term);
            let number = learned.terms.len() as u32;
            let at = text.len() as u32 + whole.start as u32;
            text.extend_from_slice(term);
            let is_common = is_common(*kind, &term[whole.clone()]);
            learned.terms.push(Term { at, length: whole.len() as u32, kind: *kind, is_common });
            learned.insert(&term[whole], number);
        }
        learned.text = Some(Sensitive::new(text));
        learned
    }

    /// How many terms there are: values in all their spellings.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// A digest of all terms.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let text = self.text.as_ref().map_or(&[][..], |text| text.reveal());
        for term in &self.terms {
            hasher.update(&term.length.to_le_bytes()).update(term.kind.id().as_bytes());
            hasher.update(&text[term.at as usize..][..term.length as usize]);
        }
        *hasher.finalize().as_bytes()
    }

    /// The rules under which learned values are found.
    pub(super) fn rules() -> Vec<RuleInfo> {
        let rule = |kind: Kind| RuleInfo {
            id: format!("learned-{kind}"),
            kind,
            description: format!("a {kind} that the input tells of elsewhere"),
        };
        KINDS.into_iter().map(rule).collect()
    }

    fn insert(&mut self, term: &[u8], number: u32) {
        let mut hash = HASH;
        let mut end = 0;
        let mut is_first = true;
        for token in tokens(term) {
            if is_first {
                let bit = self.bit(&term[token.clone()]);
                self.first[bit / 64] |= 1 << (bit % 64);
                is_first = false;
            }
            hash = hashed(hash, &term[end..token.end]);
            end = token.end;
            let node = self.nodes.entry(hash).or_insert(Node { term: None, goes_on: false });
            if end == term.len() {
                node.term.get_or_insert(number);
            } else {
                node.goes_on = true;
            }
        }
    }

    /// Where in the bitmap of first tokens this one is.
    fn bit(&self, token: &[u8]) -> usize {
        let mut head = [0; 8];
        let length = token.len().min(8);
        head[..length].copy_from_slice(&token[..length]);
        // Letters in small letters; what else this changes, it changes alike in terms and in text.
        let head = u64::from_le_bytes(head) | 0x2020_2020_2020_2020;
        let mixed = (head ^ token.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & (self.first.len() * 64 - 1)
    }

    fn text(&self, term: &Term) -> &[u8] {
        let text = self.text.as_ref().map_or(&[][..], |text| text.reveal());
        text.get(term.at as usize..(term.at + term.length) as usize).unwrap_or_default()
    }

    /// Calls `met` with the number of each term that stands at a place within `own`, and the place, in the order of places.
    /// Gives the end of what is decided: what goes on behind the known bytes may be a term.
    pub(super) fn search(
        &self,
        bytes: &[u8],
        own: Range<usize>,
        is_last: bool,
        mut met: impl FnMut(usize, usize),
    ) -> usize {
        if self.terms.is_empty() {
            return own.end;
        }
        // A term may begin within a token, behind an escape.
        let mut at = own.start.saturating_sub(ESCAPE);
        if at > 0 && is_token(bytes, at - 1) {
            at = token_end(bytes, at);
        }
        loop {
            while at < own.end && !is_token(bytes, at) {
                at += 1;
            }
            if at >= own.end {
                return own.end;
            }
            let end = token_end(bytes, at);
            let mut try_at = |start: usize| {
                if !own.contains(&start) || start >= end {
                    return true;
                }
                let bit = self.bit(&bytes[start..end]);
                let may_be = self.first[bit / 64] >> (bit % 64) & 1 != 0;
                let is_open = end == bytes.len() && !is_last && end - start <= LONGEST;
                !is_open && (!may_be || self.follow(bytes, start, end, is_last, &mut met))
            };
            let is_decided = try_at(at) && escaped(bytes, at).is_none_or(&mut try_at);
            if !is_decided {
                return at.clamp(own.start, own.end);
            }
            at = end;
        }
    }

    /// Follows the tokens from `start` on through the dictionary. `false` if what is not known yet may belong.
    fn follow(
        &self,
        bytes: &[u8],
        start: usize,
        first_end: usize,
        is_last: bool,
        met: &mut impl FnMut(usize, usize),
    ) -> bool {
        let (mut hash, mut from, mut end) = (HASH, start, first_end);
        while end - start <= LONGEST {
            hash = hashed(hash, &bytes[from..end]);
            let Some(node) = self.nodes.get(&hash) else { return true };
            if let Some(number) = node.term
                && let Some(term) = self.terms.get(number as usize)
                && self.text(term).eq_ignore_ascii_case(&bytes[start..end])
            {
                met(number as usize, start);
            }
            if !node.goes_on {
                return true;
            }
            let mut next = end;
            while next < bytes.len() && next - end <= BETWEEN && bytes[next] != b'\n' && !is_token(bytes, next) {
                next += 1;
            }
            if next == bytes.len() {
                return is_last;
            }
            if bytes[next] == b'\n' || !is_token(bytes, next) {
                return true;
            }
            (from, end) = (end, token_end(bytes, next));
            if end == bytes.len() && !is_last && end - start <= LONGEST {
                return false;
            }
        }
        true
    }

    /// Decides whether the term that stands at `hit` is meant there.
    pub(super) fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let Some(term) = self.terms.get(hit.anchor) else { return };
        let rule = KINDS.iter().position(|kind| *kind == term.kind).unwrap_or(0);
        let (start, end) = (hit.at, hit.at + term.length as usize);
        match meant::meant(term.kind, term.is_common, view, start, end) {
            Ok(start) => out.found(Found::new(start, end, term.kind, Confidence::Medium).rule(rule).learned()),
            Err(reason) => out.left(rule, start, reason),
        }
    }
}

/// What a hash begins with.
const HASH: u64 = 0xcbf2_9ce4_8422_2325;

/// A hash that goes on with `bytes`, letters in small letters.
fn hashed(hash: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = bytes.iter().fold(hash, step);
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// A hasher for what is a hash already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::Chunk;
    use crate::detect::{Engine, Isa, Scratch, Terms};
    use proptest::prelude::*;

    const VALUES: [(Kind, &str); 17] = [
        (Kind::User, "jroe"),
        (Kind::User, "alice"),
        (Kind::User, "mark"),
        (Kind::User, "will"),
        (Kind::User, "may"),
        (Kind::User, "admin"),
        (Kind::User, "jane.roe"),
        (Kind::User, "nroe"),
        (Kind::Name, "Jane Roe"),
        (Kind::Name, "Roe, Jane"),
        (Kind::Name, "Will May"),
        (Kind::Name, "J\u{fc}rgen M\u{fc}ller"),
        (Kind::Name, "Zelenka"),
        (Kind::Host, "db7.corp.acme.example"),
        (Kind::Host, "dbx-berlin-3"),
        (Kind::Domain, "acme.example"),
        (Kind::User, "\u{444}\u{451}\u{434}\u{43e}\u{440}"),
    ];

    fn learned() -> Learned {
        Learned::new(VALUES.iter().map(|(kind, value)| (*kind, value.as_bytes())))
    }

    /// What of a text is found, with marks around it.
    fn found(learned: &Learned, text: &str) -> String {
        let engine = Engine::with(Isa::best(), Vec::new(), Terms::new());
        let bytes = text.as_bytes();
        let chunk = Chunk { bytes, base: 0, own: 0..bytes.len(), is_last: true };
        let scan = engine.scan_knowing(Some(learned), &chunk, false, &mut Scratch::default());
        let mut found: Vec<(usize, usize)> = scan.found.iter().map(|found| (found.start, found.end)).collect();
        // The longest of those that share bytes is what a reader sees.
        found.sort_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)));
        let (mut out, mut at) = (String::new(), 0);
        for (start, end) in found {
            if start >= at {
                out += &format!("{}\u{ab}{}\u{bb}", &text[at..start], &text[start..end]);
                at = end;
            }
        }
        out + &text[at..]
    }

    #[test]
    fn learned_values_are_found_where_they_are_meant() {
        let learned = learned();
        for expected in [
            "saw «jroe», «JROE». «jroe» (and «jroe»)",
            "jroe2 my_jroe jroes com.jroe.Main jroe.example x.jroe",
            "«jroe».log «jroe».tar.gz /home/«jroe»/x ~«jroe» [~«jroe»] ACME\\«jroe» «jroe»@REALM uid=«jroe»,ou=x",
            "a\\n«jroe» a%20«jroe»%20b \\u003d«jroe» \\x22«jroe» \u{1b}[0;31m«jroe»\u{1b}[0m",
            "ACME\\«nroe» \u{201c}«jroe»\u{201d} \u{2014}«jroe»\u{2026}",
            "$jroe jroe::x",
            // Words go where login names stand, and nowhere else.
            "alice will mark it, in May; the user will see, by default admin may not",
            "~«will» [~«alice»] ACME\\«mark» ACME\\\\«mark» /home/«alice»/ CN=«mark» user='«will»' <user>«alice»</user>",
            "\"username\" : \"«may»\" «mark»@REALM reporter: «will», \"admin\" login=«admin»",
            "C:\\temp\\will C:\\Users\\«will»\\x \\\\srv\\share\\mark",
            // Names, in both orders, with capitals or without.
            "«Jane Roe», «jane roe», «ROE, JANE», «Roe\\, Jane», «Jane%20Roe», «jane+roe», Jane  Roe; Jane\nRoe; Jane Roedel",
            "«Will May», will may, Will may",
            "«Jürgen Müller» «JÜRGEN MÜLLER» «jürgen müller» Jürgen Müllerson",
            "«Zelenka» and «ZELENKA», not zelenka, Zelenka.java, Zelenka-Test or Zelenka()",
            "«фёдор» «Фёдор» «ФЁДОР»",
            // Hosts end where their labels do.
            "«db7.corp.acme.example»:5432 «DB7.Corp.Acme.Example». «x-db7.corp.acme.example» db7.corp.acme.examples",
            "«dbx-berlin-3» «dbx-berlin-3».log dbx-berlin-30 dbx-berlin-3-a my-dbx-berlin-3",
            "«acme.example» «www.acme.example»/x «a.b.acme.example», myacme.example acme.example.org acme.example-x",
        ] {
            let text = expected.replace(['\u{ab}', '\u{bb}'], "");
            assert_eq!(found(&learned, &text), expected);
        }
    }

    #[test]
    fn nothing_is_found_if_nothing_was_learned() {
        assert_eq!(found(&Learned::new([]), "jroe"), "jroe");
        assert!(Learned::new([(Kind::User, &b"--"[..]), (Kind::User, b"x")]).is_empty());
    }

    #[test]
    fn a_value_of_two_kinds_is_of_the_more_telling_one_whatever_the_order() {
        let values = [(Kind::Host, &b"falcon7"[..]), (Kind::User, b"Falcon7"), (Kind::Host, b"falcon7")];
        for n in 0..3 {
            let mut values = values;
            values.rotate_left(n);
            let learned = Learned::new(values);
            assert_eq!((learned.len(), learned.terms[0].kind), (1, Kind::User));
        }
    }

    proptest! {
        /// Cut anywhere, with the margins that chunks have, each term is met once; without them it is put off.
        #[test]
        fn cuts_do_not_matter(
            pieces in prop::collection::vec(prop::sample::select(&[
                "jroe", "Jane Roe", "Jane", "Roe", " ", "\n", "\\n", "%20", "\\u0020", ".", "-", "_", "acme.example", "db7.corp.",
                "alice", "~", "\u{201c}", "\u{e2}", "\u{fc}", "J\u{fc}rgen M\u{fc}ller", "x", ", ", "\u{1b}[1m", "nroe", "\\",
            ][..]), 0..60),
            cuts in prop::collection::vec(0..400_usize, 0..6),
            broken in any::<bool>(),
        ) {
            let learned = learned();
            let mut text = pieces.concat().into_bytes();
            if broken {
                // What is no UTF-8 is cut like everything else.
                text.iter_mut().step_by(3).filter(|b| **b >= 0x80).for_each(|b| *b = 0x80);
            }
            let mut whole = Vec::new();
            let decided = learned.search(&text, 0..text.len(), true, |term, at| whole.push((at, term)));
            prop_assert_eq!(decided, text.len());

            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let mut parts = Vec::new();
            for pair in cuts.windows(2) {
                // A full right margin.
                learned.search(&text, pair[0]..pair[1], true, |term, at| parts.push((at, term)));
            }
            prop_assert_eq!(&parts, &whole);

            let mut parts = Vec::new();
            let mut from = 0;
            for cut in cuts {
                // No right margin at all, as where an input idles.
                let is_last = cut == text.len();
                let decided = learned.search(&text[..cut], from..cut, is_last, |term, at| parts.push((at, term)));
                prop_assert!(from <= decided && decided <= cut);
                parts.retain(|(at, _)| *at < decided);
                from = decided;
            }
            prop_assert_eq!(parts, whole);
        }
    }
}
