//! The corpus as written: two files that share nothing, `tune.toml` and `held.toml`.
//!
//! What stands between `«` and `»` is filled in. `«first»` is a word of the pool of that name, `«b62:20-30»` what the dice
//! make of it; both may stand in values, lines and texts. In lines and texts, `«v»` is the value that the sample is about,
//! `«@email»` one more value of that topic, `«?host»` a word that may go or stay, and `«key.snake»` a name under which
//! a value of the topic stands, in that spelling, the same all over the text. What a value has before a `¦` belongs
//! to it but may stay, as `Bearer` in a header. A value is spelled for its place by a word behind it, as in `«v json»`;
//! see [`Spelling`].

use std::collections::BTreeMap;

use serde::Deserialize;

/// Which of the two halves of the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// The half that detectors may be tuned on.
    Tune,
    /// The half that is held out: other words, other forms, other families, other products. It says what the first half
    /// cannot, as long as nobody reads it while working on a detector.
    Held,
}

impl Split {
    /// Both.
    pub const ALL: [Split; 2] = [Split::Tune, Split::Held];

    /// Its name.
    pub const fn id(self) -> &'static str {
        match self {
            Split::Tune => "tune",
            Split::Held => "held",
        }
    }

    /// The split of this name.
    pub fn from_id(id: &str) -> Option<Split> {
        Split::ALL.into_iter().find(|split| split.id() == id)
    }

    /// What is written in its file.
    pub(super) const fn source(self) -> &'static str {
        match self {
            Split::Tune => include_str!("tune.toml"),
            Split::Held => include_str!("held.toml"),
        }
    }
}

/// By id.
pub(super) type Rows = BTreeMap<String, String>;

/// One half of the corpus.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    /// Words by pool.
    pub(super) pools: BTreeMap<String, Vec<String>>,
    /// What stands around a line, with `«line»` in its place.
    pub(super) carriers: Rows,
    /// Topics.
    pub(super) topics: BTreeMap<String, Topic>,
    /// Single lines, by the topics that they are for, separated by blanks. They go into carriers.
    pub(super) lines: BTreeMap<String, Rows>,
    /// Texts with a syntax of their own, by topics. They stay as they are.
    pub(super) texts: BTreeMap<String, Rows>,
    /// What must stay, by sort.
    pub(super) benign: BTreeMap<String, Benign>,
}

/// A sort of value that must go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    /// The id of its kind.
    pub(super) kind: String,
    /// Names under which it stands, in words that are separated by blanks.
    #[serde(default)]
    pub(super) keys: Vec<String>,
    /// Its forms.
    pub(super) values: Rows,
}

/// A sort of text that must stay.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Benign {
    /// Its forms.
    pub(super) values: Vec<String>,
    /// Lines around them; without any, a value is a line.
    #[serde(default)]
    pub(super) lines: Vec<String>,
}

/// How a value is spelled in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As it is.
    Plain,
    /// As it is, but only if it is one word without quotes, brackets and separators.
    Word,
    /// As it is, but only if it holds no apostrophe and no backslash.
    Single,
    /// Escaped as in a JSON string.
    Json,
    /// Escaped as in a JSON string within a JSON string.
    JsonTwice,
    /// Its line ends written as `\n`.
    Escaped,
    /// Each of its lines behind eight blanks.
    Indented,
    /// Escaped as in XML.
    Xml,
    /// With `%` as in a part of a URL.
    Url,
    /// Quotes doubled.
    Csv,
    /// Apostrophes doubled, as in a string of SQL.
    Sql,
    /// In base64.
    Base64,
}

impl Spelling {
    pub(super) fn from_id(id: &str) -> Option<Spelling> {
        Some(match id {
            "" => Spelling::Plain,
            "word" => Spelling::Word,
            "single" => Spelling::Single,
            "json" => Spelling::Json,
            "json2" => Spelling::JsonTwice,
            "escaped" => Spelling::Escaped,
            "indented" => Spelling::Indented,
            "xml" => Spelling::Xml,
            "url" => Spelling::Url,
            "csv" => Spelling::Csv,
            "sql" => Spelling::Sql,
            "base64" => Spelling::Base64,
            _ => return None,
        })
    }

    /// The value so spelled; `None` if it cannot be.
    pub(super) fn spell(self, value: &str) -> Option<String> {
        let is_word = |c: char| c.is_alphanumeric() || "._~+/=@:%^*!-".contains(c);
        Some(match self {
            Spelling::Plain => value.to_string(),
            Spelling::Word => value.chars().all(is_word).then(|| value.to_string())?,
            Spelling::Single => (!value.contains(['\'', '\\'])).then(|| value.to_string())?,
            Spelling::Json => json(value),
            Spelling::JsonTwice => json(&json(value)),
            Spelling::Escaped => value.replace('\n', "\\n"),
            Spelling::Indented => value.replace('\n', "\n        "),
            Spelling::Xml => {
                value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
            }
            Spelling::Url => url(value),
            Spelling::Csv => value.replace('"', "\"\""),
            Spelling::Sql => value.replace('\'', "''"),
            Spelling::Base64 => super::dice::base64(value.as_bytes()),
        })
    }
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_string()
}

fn url(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A name, given in words, spelled as `style` says.
pub(super) fn key(words: &str, style: &str) -> Option<String> {
    let title = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    let split = || words.split(' ');
    Some(match style {
        "snake" => words.replace(' ', "_"),
        "kebab" => words.replace(' ', "-"),
        "dot" => words.replace(' ', "."),
        "upper" => words.replace(' ', "_").to_uppercase(),
        "flat" => words.replace(' ', ""),
        "pascal" => split().map(title).collect(),
        "header" => split().map(title).collect::<Vec<_>>().join("-"),
        "title" => split().map(title).collect::<Vec<_>>().join(" "),
        "words" => words.to_string(),
        "camel" => split().enumerate().map(|(n, word)| if n == 0 { word.to_string() } else { title(word) }).collect(),
        _ => return None,
    })
}
