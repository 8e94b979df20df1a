//! The rules keep their own promises: a small, slow matcher runs every rule over the examples of all.
//!
//! The engine's self-test runs the same examples through everything else too; what fails here is the rule's fault.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::ops::Range;
use std::path::Path;

use regex_automata::meta::{Config, Regex};
use regex_automata::{Anchored, Input};

use super::*;
use crate::kind::Family;

/// A rule and its compiled patterns.
struct Matcher {
    rule: Rule,
    pattern: Regex,
    allow: Vec<Regex>,
    between: Option<Regex>,
}

fn compile(pattern: &str) -> Regex {
    Regex::builder().syntax(syntax()).configure(Config::new().utf8_empty(false)).build(pattern).unwrap()
}

impl Matcher {
    fn all(set: &RuleSet) -> Vec<Matcher> {
        let matcher = |rule: &Rule| Matcher {
            pattern: compile(&rule.pattern),
            allow: rule.allow.iter().map(|pattern| compile(pattern)).collect(),
            between: (!rule.between.is_empty()).then(|| compile(&rule.between)),
            rule: rule.clone(),
        };
        set.rules().iter().map(matcher).collect()
    }

    /// The secrets of a text, as `rules/README.md` describes the search.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let rule = &self.rule;
        let mut found = Vec::new();
        for keyword in rule.keywords.iter().map(|keyword| keyword.as_bytes()) {
            for at in 0..text.len().saturating_sub(keyword.len() - 1) {
                let here = &text[at..at + keyword.len()];
                if !(here == keyword || rule.ignore_case && here.eq_ignore_ascii_case(keyword)) {
                    continue;
                }
                let reach = rule.max_length as usize;
                let (span, last, anchored) = match rule.context as usize {
                    0 => (at..text.len().min(at + reach), at, Anchored::Yes),
                    context => {
                        let window = window(text, at, keyword.len(), context);
                        (window.start..line_end(text, window.end, reach), window.end, Anchored::No)
                    }
                };
                found.extend(self.matches(text, span, last, anchored, at + keyword.len()));
            }
        }
        found
    }

    /// The secrets of matches that lie within `span` and begin at `last` or before, for a keyword that ends at `behind`.
    fn matches(
        &self,
        text: &[u8],
        span: Range<usize>,
        last: usize,
        anchored: Anchored,
        behind: usize,
    ) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut start = span.start;
        while start <= last {
            let input = Input::new(text).span(start..span.end).anchored(anchored);
            let mut groups = self.pattern.create_captures();
            self.pattern.captures(input, &mut groups);
            let Some(whole) = groups.get_match().filter(|whole| whole.start() <= last) else { break };
            start = whole.end().max(start + 1);
            let glued = whole.start() > 0 && {
                let before = text[whole.start() - 1];
                before.is_ascii_alphanumeric() || before == b'_'
            };
            let secret = groups.get_group(1).unwrap_or_else(|| groups.get_group(0).unwrap());
            let matched = &text[secret.range()];
            let end = secret.end + self.rule.run.prefix_len(&text[secret.end..]);
            let allowed = self.allow.iter().any(|allow| allow.is_match(&text[secret.start..end]));
            let required = self.rule.require.iter().all(|check| check.apply(matched));
            let is_near = self
                .between
                .as_ref()
                .is_none_or(|between| text.get(behind..secret.start).is_some_and(|text| between.is_match(text)));
            if !(self.rule.boundary && glued) && required && !allowed && is_near {
                found.push(secret.start..end);
            }
            if anchored == Anchored::Yes {
                break;
            }
        }
        found
    }
}

/// The bytes within `context` of a keyword, on its line.
fn window(text: &[u8], at: usize, length: usize, context: usize) -> Range<usize> {
    let before = &text[at.saturating_sub(context)..at];
    let start = at - before.iter().rev().take_while(|&&byte| byte != b'\n').count();
    start..line_end(text, at + length, context)
}

/// The end of the line that goes on at `from`, at most so many bytes on.
fn line_end(text: &[u8], from: usize, limit: usize) -> usize {
    let rest = &text[from..text.len().min(from + limit)];
    from + rest.iter().take_while(|&&byte| byte != b'\n').count()
}

#[test]
fn every_rule_is_shown_at_work_and_at_rest() {
    let set = RuleSet::builtin();
    let poor = set.rules().iter().filter(|rule| rule.examples.len() < 3 || rule.counter_examples.len() < 2);
    assert_eq!(poor.map(|rule| &*rule.id).collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(set.rules().len() >= 300, "{}", set.rules().len());
}

#[test]
fn every_rule_finds_its_examples() {
    let mut faults = Vec::new();
    for matcher in Matcher::all(&RuleSet::builtin()) {
        for text in matcher.rule.examples.iter().map(Example::text) {
            if matcher.find(text.as_bytes()).is_empty() {
                faults.push(format!("{}: rule '{}' misses {text}", matcher.rule.origin, matcher.rule.id));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_found_begins_with_one_of_the_prefixes() {
    for matcher in Matcher::all(&RuleSet::builtin()) {
        let rule = &matcher.rule;
        for keyword in rule.keywords.iter() {
            let prefixes = rule.prefixes(keyword);
            assert!(prefixes.iter().all(|sets| sets.len() >= keyword.len()), "{}: {keyword}", rule.id);
            for text in rule.examples.iter().map(Example::text) {
                let at_keyword = |at: usize| {
                    let there = &text.as_bytes()[at..];
                    let input = Input::new(there).anchored(Anchored::Yes);
                    let stands = there.starts_with(keyword.as_bytes())
                        || rule.ignore_case
                            && there.len() >= keyword.len()
                            && there[..keyword.len()].eq_ignore_ascii_case(keyword.as_bytes());
                    stands && (rule.context > 0 || matcher.pattern.is_match(input))
                };
                for at in (0..text.len()).filter(|&at| at_keyword(at)) {
                    let begins = |sets: &Vec<ByteSet>| {
                        sets.iter()
                            .zip(at..)
                            .all(|(set, at)| text.as_bytes().get(at).is_some_and(|&byte| set.contains(byte)))
                    };
                    assert!(prefixes.iter().any(begins), "{}: rule '{}' at {at} of {text}", rule.origin, rule.id);
                }
            }
        }
    }
}

#[test]
fn prefixes_know_what_stands_behind_the_keyword() {
    let prefixes = |keywords: &str, pattern: &str, rest: &str| {
        let text = RULE.replace("[\"foo_\"]", keywords).replace("'foo_[0-9]{4}'", &format!("'{pattern}'\n{rest}"));
        let rule = RuleSet::parse("x.toml", &text).unwrap().rules()[0].clone();
        let shown = |set: &ByteSet| (0..128).filter(|&b| set.contains(b)).map(char::from).collect::<String>();
        let mut ways: Vec<String> = rule
            .keywords
            .iter()
            .flat_map(|keyword| rule.prefixes(keyword))
            .map(|sets| sets.iter().map(shown).collect::<Vec<_>>().join(" "))
            .collect();
        ways.sort();
        ways
    };
    assert_eq!(prefixes("['ab']", "ab[0-3]{2,}", ""), ["a b 0123 0123"]);
    assert_eq!(prefixes("['ab', 'ac']", "a(?:b[xy]|c-)z", ""), ["a b xy z", "a c - z"]);
    assert_eq!(prefixes("['ab']", "ab(?:c[01])?d(?-u:\\b)", ""), ["a b c 01 d", "a b d"]);
    assert_eq!(prefixes("['ab']", "(?i:ab)(=)", "ignore_case = true"), ["Aa Bb ="]);
    assert_eq!(prefixes("['ab']", "x[0-9]", "context = 9"), ["a b"]);
    assert_eq!(prefixes("['ab']", "ab[0-3].*?x", ""), ["a b"], "a pattern without a program");
}

/// The patterns that are left to the regular expression.
#[test]
fn nearly_every_pattern_has_a_program() {
    let set = RuleSet::builtin();
    let without = set.rules().iter().filter(|rule| rule.program.is_none()).map(|rule| &*rule.id);
    assert_eq!(without.collect::<Vec<_>>(), ["otpauth"]);
}

#[test]
fn no_secret_takes_the_quotes_or_brackets_around_it() {
    for matcher in Matcher::all(&RuleSet::builtin()) {
        for text in matcher.rule.examples.iter().map(Example::text) {
            for span in matcher.find(text.as_bytes()) {
                let secret = &text[span];
                let odd = secret.find(|c: char| c.is_whitespace() || "\"'<>{}()[]".contains(c));
                // The words of a phrase stand apart.
                let odd = odd.filter(|&at| &*matcher.rule.id != "wallet-phrase" || at == 0);
                assert_eq!(odd, None, "{}: rule '{}' takes {secret}", matcher.rule.origin, matcher.rule.id);
            }
        }
    }
}

#[test]
fn no_rule_finds_a_counter_example_or_a_part_of_an_example() {
    let set = RuleSet::builtin();
    let matchers = Matcher::all(&set);
    let mut texts: Vec<(&Origin, String)> = Vec::new();
    for rule in set.rules() {
        texts.extend(rule.counter_examples.iter().map(|example| (&rule.origin, example.text())));
        texts.extend(rule.examples.iter().flat_map(Example::parts).map(|part| (&rule.origin, part.to_string())));
    }
    for key in set.keys() {
        texts.extend(key.counter_examples.iter().map(|example| (&key.origin, example.text())));
    }
    let mut faults = Vec::new();
    for (origin, text) in texts {
        for matcher in &matchers {
            let found = matcher.find(text.as_bytes());
            if !found.is_empty() {
                faults.push(format!("{origin}: rule '{}' finds {found:?} in {text}", matcher.rule.id));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_files_themselves_hold_no_token() {
    let matchers = Matcher::all(&RuleSet::builtin());
    let mut faults = Vec::new();
    for entry in fs::read_dir("rules").unwrap() {
        let path = entry.unwrap().path();
        for (number, line) in fs::read(&path).unwrap().split(|&byte| byte == b'\n').enumerate() {
            for matcher in &matchers {
                let found = matcher.find(line);
                if !found.is_empty() {
                    let place = format!("{}:{}", path.display(), number + 1);
                    faults.push(format!("{place}: '{}' at {found:?}", matcher.rule.id));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_secret_is_found_to_the_end_of_its_run_and_glued_to_a_word() {
    let set = RuleSet::builtin();
    let matchers = Matcher::all(&set);
    let find = |id: &str, text: &str| matchers.iter().find(|m| m.rule.id == id).unwrap().find(text.as_bytes());
    let body = "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT";
    let token = format!("ghp_{body}");
    assert_eq!(
        find("github-pat", &format!("key{token}{body}-{body} next")),
        vec![Range { start: 3, end: 3 + 34 + 30 + 31 }]
    );
    assert_eq!(find("github-pat", &format!("{token},{token}")), [0..34, 35..69]);
    assert!(find("twilio-api-key", &format!("DISK{}", "0f1e2d3c".repeat(4))).is_empty());
}

#[test]
fn the_checks_of_a_rule_hold_for_one_of_its_examples() {
    for matcher in Matcher::all(&RuleSet::builtin()) {
        for check in matcher.rule.checks.iter() {
            if matches!(check, Check::Bech32) {
                continue; // A key with a valid sum would be a key.
            }
            let holds = matcher.rule.examples.iter().any(|example| {
                let text = example.text();
                matcher.find(text.as_bytes()).into_iter().any(|span| check.apply(&text.as_bytes()[span]))
            });
            assert!(holds, "{}: no example of rule '{}' passes {}", matcher.rule.origin, matcher.rule.id, check.id());
        }
    }
}

/// The key of an example: what stands before the first `=` or `:`, in segments.
fn segments(text: &str) -> Vec<String> {
    let key = text.split(['=', ':']).next().unwrap().trim_matches(|c: char| !c.is_alphanumeric());
    let mut segments = vec![String::new()];
    let mut before = ' ';
    for c in key.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && before.is_lowercase() {
            segments.push(String::new());
        }
        segments.last_mut().unwrap().extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        before = c;
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

/// The key whose word, or else suffix, is the longest end of a list of segments, qualifiers set aside.
fn key_of<'a>(set: &'a RuleSet, text: &str) -> Option<&'a Key> {
    let mut segments = segments(text);
    loop {
        let ends: Vec<String> = (0..segments.len()).map(|at| segments[at..].concat()).collect();
        let has = |words: &[Text], end: &str| words.iter().any(|word| word.replace(' ', "") == end);
        let word = ends.iter().find_map(|end| set.keys().iter().find(|key| has(&key.words, end)));
        let suffix = |key: &&Key| {
            segments.last().is_some_and(|last| key.suffixes.iter().any(|s| last.ends_with(&s.replace(' ', ""))))
        };
        if let Some(key) = word.or_else(|| set.keys().iter().find(suffix)) {
            return Some(key);
        }
        let last = segments.pop()?;
        if !has(&set.settings().qualifiers, &last) {
            return None;
        }
    }
}

#[test]
fn keys_are_known_by_their_examples() {
    let set = RuleSet::builtin();
    let mut faults = Vec::new();
    for key in set.keys() {
        for example in key.examples.iter().map(Example::text) {
            let found = key_of(&set, &example).map(|key| &*key.id);
            if found != Some(&*key.id) {
                faults.push(format!("{}: key '{}' misses {example}: {found:?}", key.origin, key.id));
            }
        }
        for example in key.counter_examples.iter().map(Example::text) {
            let value = example.split(['=', ':']).next_back().unwrap().trim();
            let harmless = set.settings().literals.iter().any(|literal| literal == value);
            // Whether somebody is meant is decided by the value.
            let decides = key.kind.family() != Family::Secret || key.random || key.weak && value.len() < 6;
            let found = key_of(&set, &example).filter(|_| !(harmless || decides));
            if let Some(found) = found {
                faults.push(format!("{}: key '{}' finds {example}", key.origin, found.id));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_word_belongs_to_two_keys_and_no_suffix_ends_an_english_word() {
    let set = RuleSet::builtin();
    let mut owners: HashMap<String, &str> = HashMap::new();
    for key in set.keys() {
        for word in key.words.iter() {
            if let Some(other) = owners.insert(word.replace(' ', ""), &key.id) {
                panic!("'{word}' belongs to {other} and {}", key.id);
            }
        }
    }
    for harmless in ["compass", "bypass", "trespass", "overpass", "keyboard", "monkey", "turkey", "secretary"] {
        let suffix = set.keys().iter().flat_map(|key| key.suffixes.iter()).find(|s| harmless.ends_with(&***s));
        assert!(suffix.is_none(), "'{harmless}' ends in {suffix:?}");
    }
}

#[test]
fn the_built_in_rules_are_the_files() {
    let files = RuleSet::load_dir(Path::new("rules")).unwrap();
    assert_eq!(files, RuleSet::builtin());
    assert_eq!(files.digest(), RuleSet::builtin().digest());
    assert!(files.rules().len() >= 90, "{} rules", files.rules().len());
    let names: HashSet<&str> = files.rules().iter().map(|rule| &*rule.id).collect();
    assert_eq!(names.len(), files.rules().len());
}

/// A rule without fault, to which a row below adds one.
const RULE: &str = r#"
[[rule]]
id = "foo"
description = "a token of Foo"
kind = "token"
keywords = ["foo_"]
pattern = 'foo_[0-9]{4}'
examples = [["foo_", "1234"], ["foo", "_5678"]]
counter_examples = [["foo_", "12"]]
"#;

/// What is replaced in [`RULE`], by what, and the complaint.
const FAULTS: &[(&str, &str, &str)] = &[
    ("kind =", "kinds =", "x.toml:5: unknown field `kinds`"),
    ("\"foo\"", "\"Foo\"", "x.toml:3: rule 'Foo': the id is not in kebab-case"),
    ("\"foo\"", "\"foo--x\"", "x.toml:3: rule 'foo--x': the id is not in kebab-case"),
    ("a token of Foo", " ", "x.toml:2: rule 'foo': description is empty"),
    ("\"token\"", "\"tokn\"", "x.toml:5: rule 'foo': there is no kind 'tokn'"),
    ("[\"foo_\"]", "[]\ncontext = 9", "x.toml:7: rule 'foo': context is the distance from a keyword, and keywords is"),
    ("[\"foo_\"]", "[\"f\"]", "x.toml:6: rule 'foo': keyword 'f' must have two bytes or more"),
    (
        "[\"foo_\"]",
        "[\n\"foo_\",\n\"bar_\"]",
        "x.toml:8: rule 'foo': no match of the pattern begins with keyword 'bar_'",
    ),
    (
        "[\"foo_\"]",
        "[\"foo_\"]\nignore_case = true",
        "x.toml:6: rule 'foo': no match of the pattern begins with keyword",
    ),
    ("{4}'", "{4'", "x.toml:7: rule 'foo': pattern is not a valid pattern: "),
    ("foo_[0-9]{4}", "(f)(o)o_", "x.toml:7: rule 'foo': the pattern has 2 groups"),
    ("foo_[0-9]{4}", "(?:foo_)*", "x.toml:7: rule 'foo': pattern matches the empty string"),
    ("examples = [[\"foo_\", \"1234\"], ", "examples = [", "x.toml:2: rule 'foo': there must be 2 or more examples"),
    ("[[\"foo_\", \"12\"]]", "[]", "x.toml:2: rule 'foo': there must be 1 or more counter_examples"),
    ("[\"foo\", \"_5678\"]", "[\"foo_5678\"]", "x.toml:2: rule 'foo': an example must be written in two parts"),
    ("kind", "checks = [\"crc\"]\nkind", "x.toml:5: rule 'foo': there is no check 'crc'"),
    ("kind", "require = [\"crc\"]\nkind", "x.toml:5: rule 'foo': there is no check 'crc'"),
    ("kind", "allow = ['x', '(']\nkind", "x.toml:5: rule 'foo': allow is not a valid pattern: "),
    ("kind", "run = '[a]+'\nkind", "x.toml:5: rule 'foo': run must be one class of bytes"),
    ("kind", "run = 'ab'\nkind", "x.toml:5: rule 'foo': run must be one class of bytes"),
    ("kind", "context = 5000\nkind", "x.toml:5: rule 'foo': context is 5000; it must lie between 0 and 1024"),
    ("kind", "max_length = 0\nkind", "x.toml:5: rule 'foo': max_length is 0; it must lie between 1 and"),
];

#[test]
fn faults_are_named_with_their_file_and_line() {
    RuleSet::parse("x.toml", RULE).unwrap();
    for (from, to, complaint) in FAULTS {
        assert!(RULE.contains(from), "{from}");
        let error = RuleSet::parse("x.toml", &RULE.replacen(from, to, 1)).expect_err(complaint).to_string();
        assert!(error.starts_with(complaint) && !error.contains('\n'), "{error}\nis not\n{complaint}");
    }
    let twice = RuleSet::parse("x.toml", &format!("{RULE}{RULE}")).unwrap_err().to_string();
    assert_eq!(twice, "x.toml:12: rule or key 'foo': the id is used already, at x.toml:3");
}

#[test]
fn a_rule_without_keywords_takes_them_from_its_pattern_or_goes_to_the_slow_lane() {
    let rule = |pattern: &str| {
        let text = RULE.replace("keywords = [\"foo_\"]\n", "").replace("foo_[0-9]{4}", pattern);
        RuleSet::parse("x.toml", &text).unwrap().rules()[0].clone()
    };
    let begins = rule("(?:foo|bar)_[0-9]{4}");
    assert_eq!((&*begins.keywords, begins.context), (&["foo_".into(), "bar_".into()][..], 0));
    let within = rule("[0-9]{4}-foo");
    assert_eq!((&*within.keywords, within.context), (&["-foo".into()][..], 8));
    let slow = rule("[0-9][a-f]{40}");
    assert!(slow.is_slow() && slow.max_length == 1024);
    assert!(slow.first_two()[0].contains(b'7') && !slow.first_two()[1].contains(b'7'));
}

#[test]
fn keys_and_settings_have_faults_too() {
    let key = "[[key]]\nid = \"k\"\ndescription = \"d\"\nkind = \"secret\"\nwords = [\"secret\"]\n\
               examples = [[\"secret=x\"], [\"a_secret: x\"]]\ncounter_examples = [[\"secretary=x\"]]\n";
    RuleSet::parse("k.toml", key).unwrap();
    for (text, complaint) in [
        (key.replace("[\"secret\"]", "[\"Secret\"]"), "k.toml:5: key 'k': word 'Secret' must be in lower case"),
        (key.replace("[\"secret\"]", "[\"api_key\"]"), "k.toml:5: key 'k': word 'api_key' must be in lower case"),
        (key.replace("words", "suffixes = [\"x\"]\nwords"), "k.toml:5: key 'k': suffix 'x' is not one of the words"),
        (format!("[settings]\nliterals = [\"\"]\n{key}"), "k.toml:2: settings: word '' must be in lower case"),
        (format!("[settings]\nliteral = [\"\"]\n{key}"), "k.toml:2: unknown field `literal`"),
        ("x = ".to_owned(), "k.toml:1: "),
    ] {
        let error = RuleSet::parse("k.toml", &text).expect_err(complaint).to_string();
        assert!(error.starts_with(complaint), "{error}\nis not\n{complaint}");
    }
}

#[test]
fn sets_merge_and_their_digest_knows_what_matters() {
    let foo = RuleSet::parse("x.toml", RULE).unwrap();
    let bar = RuleSet::parse("y.toml", &RULE.replace("foo", "bar")).unwrap();
    let both = foo.clone().merge(bar.clone()).unwrap();
    assert_eq!(both.rules().len(), 2);
    assert_eq!(both.digest(), bar.merge(foo.clone()).unwrap().digest());
    assert_ne!(both.digest(), foo.digest());
    let described = RuleSet::parse("z.toml", &RULE.replace("of Foo", "of Fool")).unwrap();
    assert_eq!(described.digest(), foo.digest());
    let changed = RuleSet::parse("z.toml", &RULE.replace("{4}", "{3}")).unwrap();
    assert_ne!(changed.digest(), foo.digest());
    let clash = foo.clone().merge(described).unwrap_err().to_string();
    assert_eq!(clash, "z.toml:3: rule or key 'foo': the id is used already, at x.toml:3");

    let user = RuleSet::builtin().merge(foo).unwrap();
    assert_eq!(user.rules().len(), RuleSet::builtin().rules().len() + 1);
}

#[test]
fn directories_are_read_in_order_and_faults_name_the_file() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(RuleSet::load_dir(dir.path()), Err(LoadError::NoFiles { .. })));
    assert!(matches!(RuleSet::load_dir(&dir.path().join("none")), Err(LoadError::Read { .. })));
    fs::write(dir.path().join("b.toml"), RULE).unwrap();
    fs::write(dir.path().join("a.toml"), RULE.replace("foo", "bar")).unwrap();
    fs::write(dir.path().join("README.md"), "not a rule").unwrap();
    let set = RuleSet::load_dir(dir.path()).unwrap();
    assert_eq!(set.rules().iter().map(|rule| &*rule.id).collect::<Vec<_>>(), ["bar", "foo"]);
    fs::write(dir.path().join("c.toml"), RULE).unwrap();
    let error = RuleSet::load_dir(dir.path()).unwrap_err().to_string();
    assert!(error.contains("c.toml:3: rule or key 'foo'") && error.contains("b.toml:3"), "{error}");
}
