//! From rules as written to rules as checked: the one place where a rule is refused.
//!
//! `build.rs` and [`super::RuleSet::load_dir`] both come here, so that a user's rules live under the law of the built-in
//! ones. Every refusal names its file, its line and what it is about.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use regex_automata::meta;
use thiserror::Error;
use toml::Spanned;

use super::checks::Check;
use super::keyword::{Derived, derive};
use super::pattern::{Pattern, innermost};
use super::program::Program;
use super::rule::{ByteSet, Key, List, Origin, Rule, Settings, Text, syntax};
use super::set::RuleSet;
use super::spec::{FileSpec, KeySpec, RuleSpec};
use crate::kind::Kind;

/// How long a match may be if a rule does not say.
const MAX_LENGTH: u32 = 4096;

/// How long a match may be at most: what an engine must be able to look ahead.
const MAX_MAX_LENGTH: u32 = 16 * 1024;

/// How far from a keyword a pattern may be searched at most.
const MAX_CONTEXT: u32 = 1024;

/// How long a match of a rule without keywords may be at most, as it is tried in so many places.
const MAX_SLOW_LENGTH: u32 = 1024;

/// Why rules could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file or directory could not be read.
    #[error("cannot read rules from {}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A directory holds no rules.
    #[error("{} holds no rules: there is no *.toml in it", path.display())]
    NoFiles {
        /// The directory.
        path: PathBuf,
    },
    /// A file is not TOML, or says something that no rule has.
    #[error("{origin}: {message}")]
    Syntax {
        /// Where.
        origin: Origin,
        /// What the parser said.
        message: String,
    },
    /// A rule, a key or a setting is not valid.
    #[error("{origin}: {subject}: {problem}")]
    Invalid {
        /// Where.
        origin: Origin,
        /// Whose fault it is: `rule 'foo'`, `key 'foo'` or `settings`.
        subject: String,
        /// What is wrong.
        problem: Box<Problem>,
    },
}

impl LoadError {
    /// Two rules or keys use one id.
    pub(super) fn duplicate(id: &str, origin: &Origin, first: &Origin) -> LoadError {
        let problem = Box::new(Problem::Duplicate { first: first.clone() });
        LoadError::Invalid { origin: origin.clone(), subject: format!("rule or key '{id}'"), problem }
    }
}

/// What can be wrong with a rule.
#[derive(Debug, Error)]
pub enum Problem {
    /// An id is not in kebab-case.
    #[error("the id is not in kebab-case (lower-case letters, digits and single hyphens)")]
    Id,
    /// An id is used twice.
    #[error("the id is used already, at {first}")]
    Duplicate {
        /// The first use.
        first: Origin,
    },
    /// A field holds nothing.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// There is no such kind.
    #[error("there is no kind '{0}'")]
    Kind(String),
    /// There is no such check.
    #[error("there is no check '{0}'")]
    Check(String),
    /// A keyword is too short to be searched for, or spans lines.
    #[error("keyword '{0}' must have two bytes or more, on one line")]
    Keyword(String),
    /// A context is named, but nothing that it is around.
    #[error("context is the distance from a keyword, and keywords is empty")]
    Context,
    /// What stands between is named, but the pattern is not searched for around a keyword.
    #[error("between is what stands between a keyword and the secret, and context is 0")]
    Between,
    /// A keyword cannot stand where the pattern begins, though the pattern is anchored there.
    #[error("no match of the pattern begins with keyword '{0}' (context is 0)")]
    Unreachable(String),
    /// A pattern does not compile.
    #[error("{field} is not a valid pattern: {message}")]
    Pattern {
        /// Which pattern.
        field: &'static str,
        /// What the compiler said, in one line.
        message: String,
    },
    /// A pattern has too many groups.
    #[error("the pattern has {0} groups; the secret is group 1, write the others as (?:...)")]
    Groups(usize),
    /// A pattern matches the empty string.
    #[error("{0} matches the empty string")]
    MatchesEmpty(&'static str),
    /// A run is not one class of bytes.
    #[error("run must be one class of bytes, such as [0-9A-Za-z_-], or empty")]
    Run,
    /// A number is out of range.
    #[error("{field} is {value}; it must lie between {least} and {greatest}")]
    Range {
        /// Which number.
        field: &'static str,
        /// What was written.
        value: u32,
        /// The least value allowed.
        least: u32,
        /// The greatest value allowed.
        greatest: u32,
    },
    /// A word is not in the form that keys are compared in.
    #[error("word '{0}' must be in lower case, without separators but single blanks")]
    Word(String),
    /// A suffix is not one of the words.
    #[error("suffix '{0}' is not one of the words")]
    Suffix(String),
    /// There are too few examples to test a rule with.
    #[error("there must be {needed} or more {field}, none of them empty")]
    Examples {
        /// Which examples.
        field: &'static str,
        /// How many there must be.
        needed: usize,
    },
    /// An example stands in one piece.
    #[error("an example must be written in two parts or more, so that no file holds a token")]
    OnePart,
}

/// Reads every `*.toml` in a directory.
pub(super) fn load_dir(dir: &Path) -> Result<RuleSet, LoadError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| LoadError::Read { path, source }
    };
    let mut files = Vec::new();
    for entry in dir.read_dir().map_err(unreadable(dir))? {
        let path = entry.map_err(unreadable(dir))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(LoadError::NoFiles { path: dir.to_owned() });
    }
    files.sort_unstable();
    files.iter().try_fold(RuleSet::empty(), |set, path| {
        let text = std::fs::read_to_string(path).map_err(unreadable(path))?;
        set.merge(parse(&path.to_string_lossy(), &text)?)
    })
}

/// Reads the rules in the text of one file.
pub(super) fn parse(file: &str, text: &str) -> Result<RuleSet, LoadError> {
    let place = Place::new(file, text);
    let written = FileSpec::read(text).map_err(|error| LoadError::Syntax {
        origin: place.origin(error.span().unwrap_or(0..0)),
        message: error.message().replace('\n', " "),
    })?;

    let mut taken: HashMap<String, Origin> = HashMap::new();
    let mut claim = |id: &Spanned<String>| {
        let origin = place.origin(id.span());
        if let Some(first) = taken.get(id.get_ref()) {
            return Err(LoadError::duplicate(id.get_ref(), &origin, first));
        }
        taken.insert(id.get_ref().clone(), origin);
        Ok(())
    };
    let mut specs = written.rules;
    let claimed = specs.iter().map(|spec| claim(&spec.get_ref().id)).enumerate();
    let twice = claimed.filter_map(|(n, claimed)| Some((n, claimed.err()?))).next();
    // What is wrong further up comes first.
    specs.truncate(twice.as_ref().map_or(specs.len(), |(n, _)| *n));
    let rules = rules(specs, &place)?;
    if let Some((_, error)) = twice {
        return Err(error);
    }
    let mut keys = Vec::with_capacity(written.keys.len());
    for spec in written.keys {
        claim(&spec.get_ref().id)?;
        let subject = format!("key '{}'", spec.get_ref().id.get_ref());
        keys.push(key(spec, &place).map_err(|fault| place.invalid(subject, fault))?);
    }
    let in_settings = |fault| place.invalid("settings".into(), fault);
    let settings = Settings {
        qualifiers: words(written.settings.qualifiers).map_err(in_settings)?,
        literals: lower_case(written.settings.literals).map_err(in_settings)?,
        names: words(written.settings.names).map_err(in_settings)?,
        verbs: words(written.settings.verbs).map_err(in_settings)?,
    };
    Ok(RuleSet { rules: rules.into(), keys: keys.into(), settings })
}

/// Checks rules, in their order, on two threads if they are many: most of it is parsing patterns.
fn rules(specs: Vec<Spanned<RuleSpec>>, place: &Place) -> Result<Vec<Rule>, LoadError> {
    const MANY: usize = 100;
    let each = |specs: Vec<Spanned<RuleSpec>>| -> Result<Vec<Rule>, LoadError> {
        let checked = specs.into_iter().map(|spec| {
            let subject = format!("rule '{}'", spec.get_ref().id.get_ref());
            rule(spec, place).map_err(|fault| place.invalid(subject, fault))
        });
        checked.collect()
    };
    if specs.len() < MANY {
        return each(specs);
    }
    let mut specs = specs;
    let later = specs.split_off(specs.len() / 2);
    std::thread::scope(|scope| {
        let later = scope.spawn(move || each(later));
        let mut rules = each(specs)?;
        match later.join() {
            Ok(later) => rules.extend(later?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        Ok(rules)
    })
}

/// A problem and where in the text it is.
struct Fault {
    span: Range<usize>,
    problem: Problem,
}

/// Puts a place to a problem.
fn fault(span: Range<usize>, problem: Problem) -> Fault {
    Fault { span, problem }
}

/// The file being read, to tell lines from offsets.
struct Place {
    file: String,
    /// Where its lines end.
    ends: Vec<usize>,
}

impl Place {
    fn new(file: &str, text: &str) -> Place {
        Place { file: file.to_owned(), ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    fn origin(&self, span: Range<usize>) -> Origin {
        let line = 1 + self.ends.partition_point(|&end| end < span.start);
        Origin { file: self.file.clone().into(), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }

    fn invalid(&self, subject: String, fault: Fault) -> LoadError {
        LoadError::Invalid { origin: self.origin(fault.span), subject, problem: Box::new(fault.problem) }
    }
}

/// Checks one `[[rule]]`.
fn rule(spec: Spanned<RuleSpec>, place: &Place) -> Result<Rule, Fault> {
    let whole = spec.span();
    let spec = spec.into_inner();
    check_id(&spec.id)?;
    if spec.description.trim().is_empty() {
        return Err(fault(whole, Problem::Empty("description")));
    }
    for keyword in &spec.keywords {
        if keyword.get_ref().len() < 2 || keyword.get_ref().contains(['\n', '\r']) {
            return Err(fault(keyword.span(), Problem::Keyword(keyword.get_ref().clone())));
        }
    }
    let is_named = !spec.keywords.is_empty();
    let names_context = spec.context.as_ref().map(|context| context.span());
    let mut context = ranged(spec.context, "context", 0, 0..=MAX_CONTEXT)?;
    let mut max_length = ranged(spec.max_length, "max_length", MAX_LENGTH, 1..=MAX_MAX_LENGTH)?;
    let mut derived: Vec<Text> = Vec::new();
    if let Some(span) = names_context.filter(|_| !is_named) {
        return Err(fault(span, Problem::Context));
    }
    let pattern = one_group(&spec.pattern)?;
    if !is_named {
        match derive(pattern.hir()) {
            Derived::Beginning(keywords) => derived = keywords.into_iter().map(Text::Owned).collect(),
            Derived::Within(keyword, reach) => {
                derived.push(keyword.into());
                context = reach.and_then(|reach| u32::try_from(reach).ok()).map_or(MAX_CONTEXT, |n| n.min(MAX_CONTEXT));
            }
            Derived::Nothing => max_length = max_length.min(MAX_SLOW_LENGTH),
        }
    }
    let program = pattern.program();
    let between = match &spec.between {
        Some(between) if context == 0 => return Err(fault(between.span(), Problem::Between)),
        Some(between) => {
            let whole = format!("^(?:{})$", between.get_ref());
            if let Err(message) = Pattern::new(&whole) {
                return Err(invalid("between", between, message));
            }
            Text::Owned(whole)
        }
        None => Text::Borrowed(""),
    };
    if context == 0 {
        check_keywords(&spec.keywords, spec.ignore_case, &spec.pattern, &pattern, program.as_ref())?;
    }
    for allow in &spec.allow {
        valid("allow", allow)?;
    }
    check_examples(&whole, &spec.examples, &spec.counter_examples)?;
    if spec.examples.iter().any(|parts| parts.len() < 2) {
        return Err(fault(whole, Problem::OnePart));
    }
    let mut rule = Rule {
        description: spec.description.into(),
        kind: kind(&spec.kind)?,
        keywords: if derived.is_empty() { texts(spec.keywords) } else { derived.into() },
        ignore_case: spec.ignore_case && is_named,
        program,
        pattern: spec.pattern.into_inner().into(),
        context,
        between,
        boundary: spec.boundary,
        run: spec.run.map_or(Ok(ByteSet::WORD), |run| byte_set(&run))?,
        max_length,
        checks: checks(&spec.checks)?,
        require: checks(&spec.require)?,
        allow: texts(spec.allow),
        references: spec.references.into_iter().map(Text::Owned).collect(),
        examples: spec.examples.into_iter().collect(),
        counter_examples: spec.counter_examples.into_iter().collect(),
        origin: place.origin(spec.id.span()),
        id: spec.id.into_inner().into(),
        behind: List::default(),
    };
    rule.behind = rule.keywords.iter().map(|keyword| rule.must_follow(keyword).into()).collect();
    Ok(rule)
}

/// Checks one `[[key]]`.
fn key(spec: Spanned<KeySpec>, place: &Place) -> Result<Key, Fault> {
    let whole = spec.span();
    let spec = spec.into_inner();
    check_id(&spec.id)?;
    if spec.description.trim().is_empty() {
        return Err(fault(whole, Problem::Empty("description")));
    }
    if spec.words.is_empty() {
        return Err(fault(whole, Problem::Empty("words")));
    }
    if let Some(suffix) =
        spec.suffixes.iter().find(|suffix| !spec.words.iter().any(|w| w.get_ref() == suffix.get_ref()))
    {
        return Err(fault(suffix.span(), Problem::Suffix(suffix.get_ref().clone())));
    }
    check_examples(&whole, &spec.examples, &spec.counter_examples)?;
    Ok(Key {
        description: spec.description.into(),
        kind: kind(&spec.kind)?,
        words: words(spec.words)?,
        suffixes: words(spec.suffixes)?,
        weak: spec.weak,
        random: spec.random,
        hexadecimal: spec.hexadecimal,
        examples: spec.examples.into_iter().collect(),
        counter_examples: spec.counter_examples.into_iter().collect(),
        origin: place.origin(spec.id.span()),
        id: spec.id.into_inner().into(),
    })
}

fn check_id(id: &Spanned<String>) -> Result<(), Fault> {
    let well_formed =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if id.get_ref().split('-').all(well_formed) { Ok(()) } else { Err(fault(id.span(), Problem::Id)) }
}

fn kind(id: &Spanned<String>) -> Result<Kind, Fault> {
    Kind::from_id(id.get_ref()).ok_or_else(|| fault(id.span(), Problem::Kind(id.get_ref().clone())))
}

fn checks(ids: &[Spanned<String>]) -> Result<List<Check>, Fault> {
    let known = |id: &Spanned<String>| {
        Check::from_id(id.get_ref()).ok_or_else(|| fault(id.span(), Problem::Check(id.get_ref().clone())))
    };
    ids.iter().map(known).collect::<Result<Vec<_>, _>>().map(Cow::Owned)
}

/// A number within its bounds, or the default if none is written.
fn ranged(
    value: Option<Spanned<u32>>,
    field: &'static str,
    default: u32,
    range: std::ops::RangeInclusive<u32>,
) -> Result<u32, Fault> {
    let Some(written) = value else { return Ok(default) };
    let (span, value) = (written.span(), written.into_inner());
    if range.contains(&value) {
        return Ok(value);
    }
    Err(fault(span, Problem::Range { field, value, least: *range.start(), greatest: *range.end() }))
}

/// A pattern, which is valid and matches something.
fn valid<'a>(field: &'static str, written: &'a Spanned<String>) -> Result<Pattern<'a>, Fault> {
    let pattern = Pattern::new(written.get_ref()).map_err(|message| invalid(field, written, message))?;
    if pattern.matches_empty() {
        return Err(fault(written.span(), Problem::MatchesEmpty(field)));
    }
    Ok(pattern)
}

fn invalid(field: &'static str, written: &Spanned<String>, message: String) -> Fault {
    fault(written.span(), Problem::Pattern { field, message })
}

/// A rule's pattern, which has one group at most.
fn one_group(written: &Spanned<String>) -> Result<Pattern<'_>, Fault> {
    let pattern = valid("pattern", written)?;
    match pattern.groups() {
        0 | 1 => Ok(pattern),
        groups => Err(fault(written.span(), Problem::Groups(groups))),
    }
}

/// Checks that a rule's pattern can begin with each of its keywords, in every case that they are found in.
fn check_keywords(
    keywords: &[Spanned<String>],
    ignore_case: bool,
    written: &Spanned<String>,
    pattern: &Pattern<'_>,
    program: Option<&Program>,
) -> Result<(), Fault> {
    for keyword in keywords {
        let text = keyword.get_ref();
        let cases = [text.clone(), text.to_ascii_lowercase(), text.to_ascii_uppercase()];
        let cases = if ignore_case { &cases[..] } else { &cases[..1] };
        let judged = pattern.can_begin(program, cases).map_err(|message| invalid("pattern", written, message));
        if !judged? {
            return Err(fault(keyword.span(), Problem::Unreachable(text.clone())));
        }
    }
    Ok(())
}

/// The bytes of a run: one class between brackets, or nothing.
fn byte_set(run: &Spanned<String>) -> Result<ByteSet, Fault> {
    if run.get_ref().is_empty() {
        return Ok(ByteSet::EMPTY);
    }
    if !is_one_class(run.get_ref()) {
        return Err(fault(run.span(), Problem::Run));
    }
    if let Some(set) = valid("run", run)?.bytes() {
        return Ok(set);
    }
    let class = meta::Regex::builder()
        .syntax(syntax())
        .configure(meta::Config::new().utf8_empty(false))
        .build(run.get_ref())
        .map_err(|error| invalid("run", run, innermost(&error)))?;
    Ok((0..=255).filter(|&byte: &u8| class.is_match([byte].as_slice())).collect())
}

/// Whether a pattern is one bracketed class and nothing behind it.
fn is_one_class(pattern: &str) -> bool {
    let mut depth = 0_usize;
    let mut bytes = pattern.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'[' => depth += 1,
            b']' if depth == 1 => return at + 1 == pattern.len(),
            b']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// Words in the form that keys are compared in.
fn words(words: Vec<Spanned<String>>) -> Result<List<Text>, Fault> {
    let separator = |c: char| c != ' ' && (c.is_whitespace() || c.is_ascii_punctuation());
    let is_wrong = |word: &str| word.contains(separator) || word.split(' ').any(str::is_empty);
    if let Some(word) = words.iter().find(|word| is_wrong(word.get_ref())) {
        return Err(fault(word.span(), Problem::Word(word.get_ref().clone())));
    }
    lower_case(words)
}

/// Words that are not empty and in lower case.
fn lower_case(words: Vec<Spanned<String>>) -> Result<List<Text>, Fault> {
    for word in &words {
        if word.get_ref().is_empty() || word.get_ref().to_lowercase() != *word.get_ref() {
            return Err(fault(word.span(), Problem::Word(word.get_ref().clone())));
        }
    }
    Ok(texts(words))
}

fn texts(texts: Vec<Spanned<String>>) -> List<Text> {
    texts.into_iter().map(|text| Text::Owned(text.into_inner())).collect()
}

fn check_examples(whole: &Range<usize>, examples: &[Vec<String>], counters: &[Vec<String>]) -> Result<(), Fault> {
    for (field, needed, given) in [("examples", 2, examples), ("counter_examples", 1, counters)] {
        if given.len() < needed || given.iter().any(|parts| parts.iter().all(String::is_empty)) {
            return Err(fault(whole.clone(), Problem::Examples { field, needed }));
        }
    }
    Ok(())
}
