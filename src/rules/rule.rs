//! Rules as checked: every name known, every pattern valid, every default filled in.
//!
//! The types borrow from the program where a rule is built in and own where it was loaded, so that the built-in rules are
//! constants and cost nothing at start-up.

use std::borrow::Cow;
use std::fmt;

use regex_automata::util::syntax;

use super::checks::Check;
use super::program::Program;
use crate::kind::Kind;

/// Text that is a constant or was loaded.
pub type Text = Cow<'static, str>;

/// A list that is a constant or was loaded.
pub type List<T> = Cow<'static, [T]>;

/// A token with a recognisable shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Unique name, in kebab-case.
    pub id: Text,
    /// What is found, for people.
    pub description: Text,
    /// The kind of what is found.
    pub kind: Kind,
    /// Literals of which one must be there; each has at least two bytes. There is none if the pattern holds none: the rule
    /// runs in the slow lane.
    pub keywords: List<Text>,
    /// What must stand behind each of the keywords where a match is, byte for byte, as far as a search for them may look.
    pub behind: List<List<ByteSet>>,
    /// Whether keywords are found in any ASCII case. The pattern speaks for itself.
    pub ignore_case: bool,
    /// The shape, to be compiled with [`syntax()`]. Group 1, if there is one, is the secret; else the whole match.
    pub pattern: Text,
    /// The pattern's program; `None` if it has none and the regular expression is run.
    pub program: Option<Program>,
    /// 0: the pattern is anchored at the keyword's first byte, and every keyword can begin it. Otherwise: it is searched
    /// within so many bytes before and after the keyword, on the same line.
    pub context: u32,
    /// A pattern of all that may stand between a keyword and a secret behind it; a secret before the keyword is none then.
    /// Empty if anything may.
    pub between: Text,
    /// Whether the byte before the match must not be `[0-9A-Za-z_]`.
    pub boundary: bool,
    /// The bytes that carry the secret on beyond its match; empty for none.
    pub run: ByteSet,
    /// Upper bound of the match, in bytes, without the run that carries it on.
    pub max_length: u32,
    /// Checks of the matched secret that raise confidence and never veto.
    pub checks: List<Check>,
    /// Checks of the matched secret that must hold.
    pub require: List<Check>,
    /// Patterns, compiled as [`Rule::pattern`] is; a secret, with its run, in which one is found is left alone.
    pub allow: List<Text>,
    /// The vendor's pages on this format.
    pub references: List<Text>,
    /// Texts in which the secret must be found.
    pub examples: Examples,
    /// Texts that must come out unchanged.
    pub counter_examples: Examples,
    /// Where it is written.
    pub origin: Origin,
}

impl Rule {
    /// The rule as it is run: without the texts that explain and test it, which are most of it.
    pub fn to_run(&self) -> Rule {
        Rule {
            id: self.id.clone(),
            description: self.description.clone(),
            kind: self.kind,
            keywords: self.keywords.clone(),
            behind: self.behind.clone(),
            ignore_case: self.ignore_case,
            pattern: self.pattern.clone(),
            program: self.program.clone(),
            context: self.context,
            between: self.between.clone(),
            boundary: self.boundary,
            run: self.run,
            max_length: self.max_length,
            checks: self.checks.clone(),
            require: self.require.clone(),
            allow: self.allow.clone(),
            references: Cow::Borrowed(&[]),
            examples: Examples::NONE,
            counter_examples: Examples::NONE,
            origin: Origin { file: Cow::Borrowed(""), line: self.origin.line },
        }
    }
}

/// Names of settings whose value is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Unique name, in kebab-case; rules and keys share one space of names.
    pub id: Text,
    /// What the values are, for people.
    pub description: Text,
    /// The kind of the values.
    pub kind: Kind,
    /// Lower-case words: the last segments of a key, joined. A blank stands where a key may have a separator.
    pub words: List<Text>,
    /// Those of the words that may end an identifier written without separators.
    pub suffixes: List<Text>,
    /// Whether numbers and very short values are left alone.
    pub weak: bool,
    /// Whether only a value that reads as drawn at random is taken.
    pub random: bool,
    /// Whether a number in hexadecimal and a UUID read as drawn at random, too.
    pub hexadecimal: bool,
    /// Texts in which the value must be found.
    pub examples: Examples,
    /// Texts that must come out unchanged.
    pub counter_examples: Examples,
    /// Where it is written.
    pub origin: Origin,
}

/// Words that belong to no single key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Trailing segments that do not turn a secret's key into a setting: `hash` in `password_hash`.
    pub qualifiers: List<Text>,
    /// Values, in lower case, that are never secrets.
    pub literals: List<Text>,
    /// Words, in lower case, that names of settings, fields and labels are made of.
    pub names: List<Text>,
    /// Verbs, in lower case, between a key and its value in a sentence.
    pub verbs: List<Text>,
}

/// Examples, kept in the parts they are written in, so that neither the repository nor the program holds a token; all in
/// one text, as each reference in a constant costs at every start, and hardly anyone asks for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// The parts, a byte between one and the next.
    text: Text,
    /// Where in the text each part ends, and whether its example ends with it.
    ends: List<(u32, bool)>,
}

impl Examples {
    /// No examples.
    pub const NONE: Examples = Examples::packed(Cow::Borrowed(""), Cow::Borrowed(&[]));

    /// Examples as [`Examples::unpacked`] gives them.
    pub const fn packed(text: Text, ends: List<(u32, bool)>) -> Examples {
        Examples { text, ends }
    }

    /// What [`Examples::packed`] takes.
    pub fn unpacked(&self) -> (&str, &[(u32, bool)]) {
        (&self.text, &self.ends)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.iter().filter(|(_, is_last)| *is_last).count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Example<'_>> {
        let mut from = 0;
        self.ends.split_inclusive(|(_, is_last)| *is_last).map(move |ends| {
            let start = from;
            from = ends.last().map_or(start, |(end, _)| *end as usize + 1);
            Example { text: &self.text, start, ends }
        })
    }
}

impl FromIterator<Vec<String>> for Examples {
    fn from_iter<I: IntoIterator<Item = Vec<String>>>(examples: I) -> Examples {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for parts in examples {
            let count = parts.len();
            for (n, part) in parts.iter().enumerate() {
                text.push_str(part);
                ends.push((text.len() as u32, n + 1 == count));
                text.push('\n');
            }
        }
        Examples { text: text.into(), ends: ends.into() }
    }
}

/// One of several examples.
#[derive(Clone, Copy, Debug)]
pub struct Example<'a> {
    text: &'a str,
    start: usize,
    ends: &'a [(u32, bool)],
}

impl<'a> Example<'a> {
    /// Its parts.
    pub fn parts(self) -> impl Iterator<Item = &'a str> {
        let mut from = self.start;
        self.ends.iter().map(move |(end, _)| {
            let part = &self.text[from..*end as usize];
            from = *end as usize + 1;
            part
        })
    }

    /// The parts, joined.
    pub fn text(self) -> String {
        self.parts().collect()
    }
}

/// The file and line where something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, as it was named to the loader.
    pub file: Text,
    /// The line, counted from 1.
    pub line: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A set of byte values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// No byte.
    pub const EMPTY: ByteSet = ByteSet([0; 4]);

    /// The run of a rule that names none: `[0-9A-Za-z_-]`.
    pub const WORD: ByteSet = ByteSet([0x03ff_2000_0000_0000, 0x07ff_fffe_87ff_fffe, 0, 0]);

    /// The set whose member `b` is bit `b % 64` of word `b / 64`.
    #[inline]
    pub const fn from_words(words: [u64; 4]) -> ByteSet {
        ByteSet(words)
    }

    /// The bytes of `members`.
    #[inline]
    pub const fn of(members: &[u8]) -> ByteSet {
        let mut words = [0_u64; 4];
        let mut i = 0;
        while i < members.len() {
            words[(members[i] >> 6) as usize] |= 1 << (members[i] & 63);
            i += 1;
        }
        ByteSet(words)
    }

    /// Every byte that is not a member.
    #[inline]
    pub const fn not(self) -> ByteSet {
        let [a, b, c, d] = self.0;
        ByteSet([!a, !b, !c, !d])
    }

    /// The set as words, as [`ByteSet::from_words`] takes them.
    #[inline]
    pub const fn words(&self) -> [u64; 4] {
        self.0
    }

    /// Whether the byte is a member.
    #[inline]
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] >> (byte & 63) & 1 == 1
    }

    /// The members of either.
    #[inline]
    pub const fn or(self, other: ByteSet) -> ByteSet {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        ByteSet([a | e, b | f, c | g, d | h])
    }

    /// The members of both.
    #[inline]
    pub const fn and(self, other: ByteSet) -> ByteSet {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        ByteSet([a & e, b & f, c & g, d & h])
    }

    /// Whether no byte is a member.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        let [a, b, c, d] = self.0;
        a | b | c | d == 0
    }

    /// How many bytes at the start of `text` are members.
    #[inline]
    pub fn prefix_len(&self, text: &[u8]) -> usize {
        text.iter().position(|&byte| !self.contains(byte)).unwrap_or(text.len())
    }
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> ByteSet {
        let mut words = [0; 4];
        for byte in bytes {
            words[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        ByteSet(words)
    }
}

/// The syntax of every pattern in a rule: bytes, not characters, and classes that are ASCII. The loader validates with it
/// and the engine must compile with it.
pub fn syntax() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_come_out_as_they_were_put_in() {
        let parts = |example: Example<'_>| example.parts().map(str::to_string).collect::<Vec<_>>();
        let written = [vec!["ab", "c\n"], vec![""], vec!["", "d", ""]];
        let written = written.map(|parts| parts.into_iter().map(str::to_string).collect::<Vec<_>>());
        let examples: Examples = written.iter().cloned().collect();
        assert_eq!(examples.iter().map(parts).collect::<Vec<_>>(), written);
        assert_eq!(examples.iter().map(Example::text).collect::<Vec<_>>(), ["abc\n", "", "d"]);
        assert_eq!((examples.len(), examples.is_empty()), (3, false));
        let (text, ends) = examples.unpacked();
        assert!(!text.contains("abc"));
        assert_eq!(Examples::packed(text.to_string().into(), ends.to_vec().into()), examples);
        assert_eq!((Examples::NONE.len(), Examples::NONE.is_empty()), (0, true));
    }

    #[test]
    fn byte_sets_hold_what_they_were_given() {
        let word: ByteSet = (0..=255).filter(|b: &u8| b.is_ascii_alphanumeric() || b"_-".contains(b)).collect();
        assert_eq!(word, ByteSet::WORD);
        assert!((0..=255).all(|b: u8| word.contains(b) == (b.is_ascii_alphanumeric() || b"_-".contains(&b))));
        assert!(ByteSet::EMPTY.is_empty() && !word.is_empty());
        assert_eq!(word.prefix_len(b"ab-_9 x"), 5);
        assert_eq!(word.prefix_len(b""), 0);
    }
}
