//! What an inspection is shown: a text's gaps and findings in their order, never a value.

use std::io;

use serde::Serialize;

use crate::finding::Confidence;
use crate::kind::Kind;

/// Is shown texts one after the other, each from its beginning to its end.
pub trait Witness: Send + Sync {
    /// A text begins. `entry` holds the scrubbed names of the containers and entries around it, joined by `!`; it is empty
    /// for the artifact itself.
    ///
    /// # Errors
    /// Those of the place it writes to, as for all of these; the inspection then ends.
    fn begin(&mut self, entry: &str) -> io::Result<()>;

    /// Bytes that would come out as they are.
    ///
    /// # Errors
    /// As for [`Witness::begin`].
    fn gap(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// A finding, and what would stand in its place.
    ///
    /// # Errors
    /// As for [`Witness::begin`].
    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()>;

    /// The text has ended.
    ///
    /// # Errors
    /// As for [`Witness::begin`].
    fn end(&mut self) -> io::Result<()>;
}

/// A finding where it stands. It holds no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting<'a> {
    /// Its line, from 1.
    pub line: u64,
    /// Its column in bytes, from 1.
    pub column: u64,
    /// What it is.
    pub kind: Kind,
    /// The id of the rule that took it.
    pub rule: &'a str,
    /// What that rule finds, in one line.
    pub reason: &'a str,
    /// How sure it is.
    pub confidence: Confidence,
    /// The length of the value in bytes.
    pub length: u64,
    /// What the value is written with.
    pub alphabet: Alphabet,
    /// What would stand in its place, line ends of the value included.
    pub replacement: &'a [u8],
}

/// The sorts of characters in a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Vec<&'static str>")]
pub struct Alphabet {
    classes: u8,
}

impl Alphabet {
    const CLASSES: [&'static str; 7] = [
        "lower-case letters",
        "upper-case letters",
        "digits",
        "punctuation",
        "spaces",
        "line ends",
        "other characters",
    ];

    /// Of a value that is in memory. Of one that is not, the alphabet is not known, and empty.
    pub fn of(value: &[u8]) -> Alphabet {
        let class = |byte: &u8| match byte {
            b'a'..=b'z' => 0,
            b'A'..=b'Z' => 1,
            b'0'..=b'9' => 2,
            b'!'..=b'~' => 3,
            b' ' | b'\t' => 4,
            b'\r' | b'\n' => 5,
            _ => 6,
        };
        Alphabet { classes: value.iter().fold(0, |classes, byte| classes | 1 << class(byte)) }
    }

    /// The sorts by name.
    pub fn names(self) -> Vec<&'static str> {
        let named = Alphabet::CLASSES.iter().enumerate();
        named.filter(|(n, _)| self.classes & 1 << n != 0).map(|(_, name)| *name).collect()
    }
}

impl From<Alphabet> for Vec<&'static str> {
    fn from(alphabet: Alphabet) -> Vec<&'static str> {
        alphabet.names()
    }
}

impl std::fmt::Display for Alphabet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&match self.names().as_slice() {
            [] => "characters that were not kept".to_string(),
            ["lower-case letters", "upper-case letters", rest @ ..] => [&["letters"], rest].concat().join(", "),
            names => names.join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alphabet_names_what_a_value_is_written_with() {
        for (value, named) in [
            (&b"abc"[..], "lower-case letters"),
            (b"aB", "letters"),
            (b"aB9", "letters, digits"),
            (b"10.0.0.1", "digits, punctuation"),
            ("\u{e9} \n".as_bytes(), "spaces, line ends, other characters"),
            (b"", "characters that were not kept"),
        ] {
            assert_eq!(Alphabet::of(value).to_string(), named);
        }
    }
}
