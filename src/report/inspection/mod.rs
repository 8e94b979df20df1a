//! Inspections: what would be replaced and why, for people and for programs, never a value.
//!
//! A [`Witness`] is shown texts, each as its gaps and its findings in their order. An [`Account`] is a witness that writes
//! what it saw and ends with the counts: [`Text`] and [`Html`] are pages of lines with their neighbours, which [`Joined`] puts
//! together in bounded memory; [`Json`], [`JsonLines`] and [`Sarif`] are for programs. Texts that are looked into at once
//! are told of one after the other by means of [`apart`].

mod apart;
mod html;
mod json;
mod lines;
mod sarif;
mod text;

pub use apart::{Needs, Nothing, Seen, Shown, apart};
pub use html::Html;
pub use json::{Json, JsonLines};
pub use lines::{Joined, Line, Lines, Mark, Page, Part};
pub use sarif::Sarif;
pub use text::Text;

use std::io;

use serde::Serialize;

use super::Summary;
use crate::finding::{Confidence, Place};
use crate::kind::Kind;

/// Is shown texts one after the other, each from its beginning to its end.
pub trait Witness: Send + Sync {
    /// A text begins. `name` holds the scrubbed names of the containers and entries around it, joined by `!`.
    ///
    /// # Errors
    /// Those of the place it writes to, as for all of these; the inspection then ends.
    fn begin(&mut self, name: &str) -> io::Result<()>;

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

/// A witness that writes an account of what it saw.
pub trait Account: Witness {
    /// What it has a use for.
    fn needs(&self) -> Needs {
        Needs::Findings
    }

    /// Is shown a piece of a text that was looked into apart from it, see [`apart`].
    ///
    /// # Errors
    /// As for [`Witness::begin`].
    fn show(&mut self, shown: &Shown) -> io::Result<()> {
        match shown {
            Shown::Begin(name) => self.begin(name),
            Shown::Finding(seen) => self.finding(&seen.sighting()),
            // Only an account that needs lines is given some.
            Shown::Line(_) => Ok(()),
            Shown::End => self.end(),
        }
    }

    /// Ends the account with what was counted.
    ///
    /// # Errors
    /// As for [`Witness::begin`].
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
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
    /// What stands around it.
    pub place: Place,
    /// The length of the value in bytes.
    pub length: u64,
    /// What the value is written with.
    pub alphabet: Alphabet,
    /// What would stand in its place, line ends of the value included.
    pub replacement: &'a [u8],
}

/// How sure a finding is, in a word.
pub(super) fn sureness(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// Whether nobody would see a character, or see others in another order because of it.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// A text in one line, without anything that a terminal would obey or that would change how the rest is read.
pub fn harmless(text: &str) -> String {
    let is_harmless = |c: char| !c.is_control() && !is_invisible(c);
    if text.chars().all(is_harmless) {
        return text.to_string();
    }
    text.chars().map(|c| if is_harmless(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
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
    use crate::report::RuleCount;

    /// Shows a text with one finding and one with none.
    pub(super) fn shown(account: &mut dyn Account, summary: &Summary) {
        account.begin("app.log!a.txt").unwrap();
        account.gap(b"first\x1b[31m\nmail ").unwrap();
        let sighting = Sighting {
            line: 2,
            column: 6,
            kind: Kind::Email,
            rule: "email",
            reason: "an e-mail address",
            confidence: Confidence::High,
            place: Place::Text,
            length: 20,
            alphabet: Alphabet::of(b"a"),
            replacement: b"EMAIL_4kq7zp0c2dm",
        };
        account.finding(&sighting).unwrap();
        account.gap(b" now\nlast\n").unwrap();
        account.end().unwrap();
        account.begin("empty").unwrap();
        account.gap(b"nothing\n").unwrap();
        account.end().unwrap();
        account.finish(summary).unwrap();
    }

    /// What was counted in it.
    pub(super) fn summary() -> Summary {
        let rules = vec![RuleCount { rule: "email".into(), kind: "email", count: 1 }];
        Summary { rules, scrubbed: 2, artifacts: 1, bytes_in: 100, ..Summary::default() }
    }

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
