//! Rules as written: what a TOML file may say, with the place of everything that can be wrong.
//!
//! `rules/README.md` explains each field to those who write rules. Nothing is checked here but the presence and the type
//! of fields; the loader turns a specification into a [`super::Rule`].

use serde::Deserialize;
use toml::Spanned;

/// A whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSpec {
    /// `[settings]`: words that belong to no single key.
    #[serde(default)]
    pub settings: SettingsSpec,
    /// `[[rule]]`: tokens with a recognisable shape.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Spanned<RuleSpec>>,
    /// `[[key]]`: names of settings whose value is a secret.
    #[serde(default, rename = "key")]
    pub keys: Vec<Spanned<KeySpec>>,
}

impl FileSpec {
    /// Reads a file; a long one in two halves, on two threads.
    pub fn read(text: &str) -> Result<FileSpec, toml::de::Error> {
        const LONG: usize = 64 * 1024;
        const BETWEEN: &str = "\n[[rule]]\n";
        let middle = text.ceil_char_boundary(text.len() / 2);
        let cut = text[middle..].find(BETWEEN).filter(|_| text.len() >= LONG);
        cut.and_then(|cut| FileSpec::halves(text, middle + cut)).map_or_else(|| toml::from_str(text), Ok)
    }

    /// Reads what stands before and behind `cut` by itself, if both can be: a line within a value that looks as if a rule began
    /// leaves what is before it without an end.
    fn halves(text: &str, cut: usize) -> Option<FileSpec> {
        // With as many blanks before it, all of it keeps its place.
        let behind = || toml::from_str(&(" ".repeat(cut) + &text[cut..])).ok();
        std::thread::scope(|scope| {
            let behind = scope.spawn(behind);
            let mut whole: FileSpec = toml::from_str(&text[..cut]).ok()?;
            let FileSpec { settings, rules, keys } = behind.join().ok()??;
            // Settings may stand once, and what stands twice is a mistake to be told of.
            let is_whole = whole.settings.is_empty() || settings.is_empty();
            if whole.settings.is_empty() {
                whole.settings = settings;
            }
            whole.rules.extend(rules);
            whole.keys.extend(keys);
            is_whole.then_some(whole)
        })
    }
}

/// One `[[rule]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// Unique name, in kebab-case.
    pub id: Spanned<String>,
    /// What is found, for people.
    pub description: String,
    /// The id of a [`crate::kind::Kind`].
    pub kind: Spanned<String>,
    /// Literals of which one must be there; derived from the pattern if none is named.
    #[serde(default)]
    pub keywords: Vec<Spanned<String>>,
    /// Whether keywords are found in any (ASCII) case. The pattern says so for itself, with `(?i)`.
    #[serde(default)]
    pub ignore_case: bool,
    /// The shape; its group, if it has one, is the secret.
    pub pattern: Spanned<String>,
    /// 0: the pattern stands at the keyword. Otherwise: within so many bytes of it, on the same line.
    #[serde(default)]
    pub context: Option<Spanned<u32>>,
    /// What may stand between a keyword and a secret behind it, from end to end.
    #[serde(default)]
    pub between: Option<Spanned<String>>,
    /// Whether the byte before the match must not be a word byte.
    #[serde(default)]
    pub boundary: bool,
    /// The class of bytes that carry a match on; empty for none.
    #[serde(default)]
    pub run: Option<Spanned<String>>,
    /// Upper bound of the match, in bytes, without the run that carries it on.
    #[serde(default)]
    pub max_length: Option<Spanned<u32>>,
    /// Names of checks that raise confidence.
    #[serde(default)]
    pub checks: Vec<Spanned<String>>,
    /// Names of checks that must hold.
    #[serde(default)]
    pub require: Vec<Spanned<String>>,
    /// Patterns of values to leave alone.
    #[serde(default)]
    pub allow: Vec<Spanned<String>>,
    /// The vendor's pages on this format.
    #[serde(default)]
    pub references: Vec<String>,
    /// Texts in which the secret must be found, in parts that are joined.
    #[serde(default)]
    pub examples: Vec<Vec<String>>,
    /// Texts that must come out unchanged, in parts that are joined.
    #[serde(default)]
    pub counter_examples: Vec<Vec<String>>,
}

/// One `[[key]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySpec {
    /// Unique name, in kebab-case.
    pub id: Spanned<String>,
    /// What the values are, for people.
    pub description: String,
    /// The id of a [`crate::kind::Kind`].
    pub kind: Spanned<String>,
    /// Lower-case words that the end of a key may be. A blank stands where a key may have a separator.
    pub words: Vec<Spanned<String>>,
    /// Those of the words that may end an identifier written without separators.
    #[serde(default)]
    pub suffixes: Vec<Spanned<String>>,
    /// Whether numbers and very short values are left alone.
    #[serde(default)]
    pub weak: bool,
    /// Whether only a value that reads as drawn at random is taken.
    #[serde(default)]
    pub random: bool,
    /// Whether a number in hexadecimal and a UUID read as drawn at random, too.
    #[serde(default)]
    pub hexadecimal: bool,
    /// Texts in which the value must be found, in parts that are joined.
    #[serde(default)]
    pub examples: Vec<Vec<String>>,
    /// Texts that must come out unchanged, in parts that are joined.
    #[serde(default)]
    pub counter_examples: Vec<Vec<String>>,
}

/// The `[settings]` of the keyed-value detector. Several files add up.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsSpec {
    /// Trailing segments that do not turn a secret's key into a setting: `hash` in `password_hash`.
    #[serde(default)]
    pub qualifiers: Vec<Spanned<String>>,
    /// Values that are never secrets: `true`, `null`, `required`.
    #[serde(default)]
    pub literals: Vec<Spanned<String>>,
    /// Words that names of settings, fields and labels are made of.
    #[serde(default)]
    pub names: Vec<Spanned<String>>,
    /// Verbs between a key and its value in a sentence: `is`, `lautet`.
    #[serde(default)]
    pub verbs: Vec<Spanned<String>>,
}

impl SettingsSpec {
    fn is_empty(&self) -> bool {
        let SettingsSpec { qualifiers, literals, names, verbs } = self;
        [qualifiers, literals, names, verbs].into_iter().all(Vec::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of so many rules, with an end.
    fn file(rules: usize, end: &str) -> String {
        let rule =
            |n| format!("[[rule]]\nid = 'r{n}'\ndescription = 'é'\nkind = 'token'\npattern = '''x{n}_[a-z]{{9}}'''\n");
        (0..rules).map(rule).collect::<String>() + end
    }

    #[test]
    fn a_long_file_read_in_halves_is_the_file() {
        let key = "[[key]]\nid = 'k'\ndescription = 'k'\nkind = 'password'\nwords = ['k']\n";
        for end in ["", key, "[settings]\nverbs = ['is']\n", "# [[rule]]\n"] {
            let text = file(2000, end);
            let (whole, halves): (FileSpec, _) = (toml::from_str(&text).unwrap(), FileSpec::read(&text).unwrap());
            assert!(format!("{whole:?}") == format!("{halves:?}"), "{end}");
        }
    }

    #[test]
    fn what_is_wrong_in_a_long_file_is_told_with_its_place() {
        let settings = "[settings]\nverbs = ['is']\n";
        for (start, end) in
            [(settings, settings), ("", "[[rule]]\nid = 1\n"), ("x = '''\n", ""), ("[[rule]]\nid = 1\n", "")]
        {
            let text = start.to_string() + &file(2000, end);
            let [whole, halves] = [toml::from_str::<FileSpec>(&text).unwrap_err(), FileSpec::read(&text).unwrap_err()];
            assert_eq!((whole.span(), whole.message()), (halves.span(), halves.message()));
        }
    }
}
