//! Options that several verbs share: what is looked for and how it is replaced, and the limits of archives.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Error;
use crate::container::{Limits, Password};
use crate::detect::{Engine, Isa, Terms};
use crate::finding::Confidence;
use crate::kind::Kind;
use crate::pipeline::Builder;
use crate::redact::{Policy, Style};
use crate::rules::RuleSet;
use crate::sensitive::Sensitive;

/// What is looked for, what must stay, and what stands in place of what is found.
#[derive(Debug, clap::Args)]
pub struct Detection {
    /// Rules of your own besides the built-in ones: a directory of .toml files
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// How kinds and rules are replaced: a .toml file (see docs/policy.md)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How everything is replaced
    #[arg(long, value_enum, conflicts_with = "policy", value_name = "STYLE")]
    style: Option<StyleName>,
    /// How sure a finding must be, lest it stay: low, medium or high [default: low, which leaves nothing]
    #[arg(long, value_name = "LEVEL", value_parser = confidence)]
    min_confidence: Option<Confidence>,
    /// Something that must go besides: username, hostname, domain, keyword or name, for example domain=corp.example
    #[arg(long, value_name = "KIND=VALUE", value_parser = hidden)]
    hide: Vec<(Kind, String)>,
    /// A file of KIND=VALUE lines; lines without a kind are keywords, lines with # are comments
    #[arg(long, value_name = "FILE")]
    hide_file: Vec<PathBuf>,
    /// A value that must stay where it is the whole of a finding
    #[arg(long, value_name = "VALUE")]
    keep: Vec<String>,
    /// A file of values that must stay, one in a line
    #[arg(long, value_name = "FILE")]
    keep_file: Vec<PathBuf>,
    /// The instruction set to search with, for measuring: avx512, avx2 or portable [default: the best there is]
    #[arg(long, value_name = "SET", env = "SCRUBJAY_ISA", hide = true, value_parser = isa)]
    isa: Option<Isa>,
}

/// Whether a first pass learns what the input tells of its people and hosts.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Learning {
    /// Read the input twice: first learn the users, names and hosts that it tells of, then replace them wherever they stand
    /// [default: for archives and directories]
    #[arg(long, conflicts_with = "no_learn")]
    learn: bool,
    /// Do not learn, which takes half the time
    #[arg(long)]
    no_learn: bool,
}

impl Learning {
    /// Whether to learn from what is learned from unless it is said.
    pub fn is_from_whole(self) -> bool {
        !self.no_learn
    }

    /// Whether to learn from what is not learned from unless it is said.
    pub fn is_from_stream(self) -> bool {
        self.learn
    }
}

/// How much archives may unfold into.
#[derive(Debug, clap::Args)]
pub struct Bounds {
    /// How deep archives in archives are opened
    #[arg(long, value_name = "N", default_value_t = Limits::default().depth, help_heading = "Limits of archives")]
    max_depth: u32,
    /// How many entries all archives of one input may hold
    #[arg(long, value_name = "N", default_value_t = Limits::default().entries, help_heading = "Limits of archives")]
    max_entries: u64,
    /// How many bytes they may unfold to, such as 500M or 64G
    #[arg(long, value_name = "SIZE", default_value = "64G", value_parser = size, help_heading = "Limits of archives")]
    max_output: u64,
    /// How many times its own size an entry may unfold to, from 64 MiB on
    #[arg(long, value_name = "N", default_value_t = Limits::default().ratio, help_heading = "Limits of archives")]
    max_ratio: u64,
    /// A file with a password in each line, to open encrypted entries of zip and 7z with; what comes out is not encrypted
    #[arg(long, value_name = "FILE")]
    password_file: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StyleName {
    /// `EMAIL_4kq7zp0c2dm`
    Placeholder,
    /// A surrogate of the same shape
    Shape,
    /// `*`, as many as there were bytes
    Mask,
    /// Nothing
    Remove,
}

impl Detection {
    /// The built-in rules and those of the user.
    pub fn rules(&self) -> Result<RuleSet, Error> {
        let mut rules = RuleSet::builtin();
        for dir in &self.rules {
            rules = rules.merge(RuleSet::load_dir(dir)?)?;
        }
        Ok(rules)
    }

    /// The instruction set to search with.
    pub fn isa(&self) -> Isa {
        self.isa.unwrap_or_else(Isa::best)
    }

    /// Whether nothing is said but which instructions to use: the built-in rules, and everything they find goes.
    pub fn is_plain(&self) -> bool {
        let Detection { rules, policy, style: _, min_confidence, hide, hide_file, keep, keep_file, isa: _ } = self;
        policy.is_none()
            && min_confidence.is_none()
            && [rules, hide_file, keep_file].iter().all(|list| list.is_empty())
            && hide.is_empty()
            && keep.is_empty()
    }

    /// Tells a scrubber what is looked for and how it is replaced. `rules` are those of [`Detection::rules`].
    pub fn apply(&self, builder: Builder, rules: RuleSet) -> Result<Builder, Error> {
        Ok(builder.terms(self.terms()?).isa(self.isa()).policy(self.policy(&rules)?).rules(rules))
    }

    /// What these options make of `rules`, whose digest is known, in bytes that differ if the outcome may; they may hold what is to
    /// be hidden.
    pub fn recipe(&self, rules: &RuleSet, digest: [u8; 32]) -> Result<Vec<u8>, Error> {
        let mut recipe = digest.to_vec();
        let mut add = |text: &str| {
            recipe.extend_from_slice(&(text.len() as u64).to_le_bytes());
            recipe.extend_from_slice(text.as_bytes());
        };
        add(env!("CARGO_PKG_VERSION"));
        add(&format!("{:?}", self.policy(rules)?));
        for (kind, value) in &self.hide {
            add(kind.id());
            add(value);
        }
        self.hide_file.iter().try_for_each(|path| read(path).map(|text| add(&text)))?;
        add("keep");
        self.keep.iter().for_each(|value| add(value));
        self.keep_file.iter().try_for_each(|path| read(path).map(|text| add(&text)))?;
        Ok(recipe)
    }

    /// How what is found is replaced.
    pub fn policy(&self, rules: &RuleSet) -> Result<Policy, Error> {
        let policy = self.styles(rules)?;
        Ok(match self.min_confidence {
            Some(least) => policy.at_least(least),
            None => policy,
        })
    }

    fn styles(&self, rules: &RuleSet) -> Result<Policy, Error> {
        if let Some(style) = self.style {
            return Ok(Policy::of(match style {
                StyleName::Placeholder => Style::Placeholder,
                StyleName::Shape => Style::Shape,
                StyleName::Mask => Style::Mask,
                StyleName::Remove => Style::Remove,
            }));
        }
        let Some(path) = &self.policy else { return Ok(Policy::default()) };
        let names = Engine::new(rules, &Terms::named(), Terms::new());
        let is_rule = |id: &str| names.catalogue().iter().any(|rule| rule.id == id);
        Policy::parse(&read(path)?, is_rule).map_err(|source| Error::Policy { path: path.clone(), source })
    }

    fn terms(&self) -> Result<Terms, Error> {
        let mut terms = Terms::new();
        let mut hide = |kind, value: &str| {
            if terms.hide(kind, value) {
                Ok(())
            } else {
                Err(Error::Usage(format!("--hide: a {kind} needs at least two characters")))
            }
        };
        for (kind, value) in &self.hide {
            hide(*kind, value)?;
        }
        for path in &self.hide_file {
            for (n, line) in lines(&read(path)?) {
                let (kind, value) = if line.contains('=') {
                    hidden(line).map_err(|why| Error::Usage(format!("{}:{n}: {why}", path.display())))?
                } else {
                    (Kind::Keyword, line.to_string())
                };
                hide(kind, &value)?;
            }
        }
        for value in &self.keep {
            terms.keep(value);
        }
        for path in &self.keep_file {
            for (_, line) in lines(&read(path)?) {
                terms.keep(line);
            }
        }
        Ok(terms)
    }
}

impl Bounds {
    /// The limits of containers.
    pub fn limits(&self) -> Limits {
        Limits {
            depth: self.max_depth,
            entries: self.max_entries,
            output: self.max_output,
            ratio: self.max_ratio,
            ..Limits::default()
        }
    }

    /// The passwords that may open encrypted entries.
    pub fn passwords(&self) -> Result<Vec<Password>, Error> {
        let mut passwords = Vec::new();
        for path in &self.password_file {
            let read =
                fs::read(path).map_err(|error| Error::Usage(format!("cannot read {}: {error}", path.display())))?;
            let text = Sensitive::new(read);
            let lines = text.reveal().split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
            passwords.extend(lines.filter(|line| !line.is_empty()).map(|line| Sensitive::new(line.to_vec())));
        }
        Ok(passwords)
    }
}

/// One for each core.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Lines that say something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(n, line)| (n + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Parses `KIND=VALUE`.
fn hidden(text: &str) -> Result<(Kind, String), String> {
    let kinds = || Terms::kinds().iter().map(|kind| kind.id()).collect::<Vec<_>>().join(", ");
    let (kind, value) =
        text.split_once('=').ok_or_else(|| format!("expected KIND=VALUE, with one of the kinds {}", kinds()))?;
    let kind = Kind::from_id(kind.trim()).filter(|kind| Terms::kinds().contains(kind));
    let kind = kind.ok_or_else(|| format!("unknown kind; the kinds that can be hidden are {}", kinds()))?;
    if value.trim().len() < 2 {
        return Err(format!("a {kind} to hide needs at least two characters"));
    }
    Ok((kind, value.trim().to_string()))
}

/// Parses a number of bytes, in whole KiB, MiB, GiB or TiB if a letter says so.
pub fn size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.as_bytes().last().map(u8::to_ascii_uppercase) {
        Some(b'K') => (&text[..text.len() - 1], 10),
        Some(b'M') => (&text[..text.len() - 1], 20),
        Some(b'G') => (&text[..text.len() - 1], 30),
        Some(b'T') => (&text[..text.len() - 1], 40),
        _ => (text, 0),
    };
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    number.ok_or_else(|| "expected a number of bytes, such as 500M or 64G".to_string())
}

/// Parses the name of a confidence.
fn confidence(name: &str) -> Result<Confidence, String> {
    Confidence::from_id(name).ok_or_else(|| format!("there are {}", Confidence::ALL.map(Confidence::id).join(", ")))
}

/// Parses the name of an instruction set that this processor has.
fn isa(name: &str) -> Result<Isa, String> {
    let names = |isas: &[Isa]| isas.iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", ");
    let isa = Isa::from_name(name).ok_or_else(|| format!("unknown; there are {}", names(&Isa::ALL)))?;
    let has = Isa::ALL.into_iter().filter(|isa| isa.is_available()).collect::<Vec<_>>();
    if isa.is_available() { Ok(isa) } else { Err(format!("this processor has {} only", names(&has))) }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::Usage(format!("cannot read {}: {error}", path.display())))
}
