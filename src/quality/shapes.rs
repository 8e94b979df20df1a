//! Values that the rules describe: for each token rule texts that its pattern matches, drawn from the pattern, so that it
//! is not judged by its own examples. They say whether a rule finds, in the engine and beside all others, what it
//! means to find; not whether it means the right thing.

use std::ops::Range;

use regex_automata::Input;
use regex_automata::meta::{Config, Regex};
use regex_automata::util::syntax;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::dice::Dice;
use super::sample::{Label, Sample};
use crate::kind::Kind;
use crate::rules::{self, Rule, RuleSet};

/// The name of this topic.
pub(super) const TOPIC: &str = "token-by-rule";

/// How often a text is drawn anew that does not do what the rule asks for.
const DRAWS: usize = 300;

/// What stands around a text, with `«v»` in its place.
const PLACES: [&str; 8] = [
    "«v»",
    "2026-05-04 10:14:02,117 WARN  [main] c.a.Sync - rejected «v»",
    "    value: \"«v»\"",
    "x = «v»\ny = 2",
    "(«v»)",
    "first,«v»,third",
    "2026-05-04T10:14:02Z level=info msg=\"used «v» twice\" n=3",
    "<li>«v»</li>",
];

/// What stands between a keyword and a text that it must be near.
const NEAR: [&str; 4] = [": ", "=", " = ", "_key: "];

/// The rules that something can be drawn for.
pub(super) struct Shapes {
    shapes: Vec<Shape>,
}

struct Shape {
    rule: Rule,
    hir: Hir,
    pattern: Regex,
    allow: Vec<Regex>,
}

impl Shapes {
    pub(super) fn of(rules: &RuleSet) -> Shapes {
        let shape = |rule: &Rule| {
            Some(Shape {
                hir: syntax::parse_with(&rule.pattern, &rules::syntax()).ok()?,
                pattern: compile(&rule.pattern)?,
                allow: rule.allow.iter().filter_map(|pattern| compile(pattern)).collect(),
                rule: rule.to_run(),
            })
        };
        Shapes { shapes: rules.rules().iter().filter_map(shape).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.shapes.len()
    }

    /// The sample number `n` and the kind of its value; `None` if nothing that the rule asks for could be drawn.
    pub(super) fn sample(&self, seed: u64, n: usize) -> Option<(Sample, Kind)> {
        let shape = self.shapes.get(n % self.shapes.len().max(1))?;
        let mut dice = Dice::new(seed, &format!("{TOPIC}/{n}"));
        for _ in 0..DRAWS {
            if let Some(sample) = shape.draw(&mut dice) {
                return Some((sample, shape.rule.kind));
            }
        }
        None
    }

    /// The ids of the rules that nothing could be drawn for.
    #[cfg(test)]
    fn undrawn(&self, seed: u64) -> Vec<&str> {
        let shapes = self.shapes.iter().enumerate();
        shapes.filter(|(n, _)| self.sample(seed, *n).is_none()).map(|(_, shape)| &*shape.rule.id).collect()
    }
}

impl Shape {
    fn draw(&self, dice: &mut Dice) -> Option<Sample> {
        let rule = &self.rule;
        let mut value = Vec::new();
        draw(&self.hir, dice, &mut value);
        let mut value = String::from_utf8(value).ok()?;
        if value.contains(['\n', '\r']) {
            return None;
        }
        let folded = value.to_ascii_lowercase();
        let is_named = |keyword: &str| value.contains(keyword) || folded.contains(&keyword.to_ascii_lowercase());
        if rule.context > 0 && !rule.keywords.iter().any(|keyword| is_named(keyword)) {
            let (keyword, near) = (dice.pick(&rule.keywords)?.trim(), dice.pick(&NEAR)?);
            value = format!("{keyword}{near}{value}");
        }
        let place = dice.range(0, PLACES.len() as u64 - 1) as usize;
        let (before, behind) = PLACES[place].split_once("«v»")?;
        let text = format!("{before}{value}{behind}");
        let drawn = before.len()..before.len() + value.len();
        let secret = self.secret(&text, drawn.clone())?;
        // What the pattern asks for around it is drawn as well, a login name perhaps: it may go.
        let around = [drawn.start..secret.start, secret.end..drawn.end].into_iter().filter(|span| !span.is_empty());
        let may_go = around.map(|span| Label { span, what: TOPIC.to_string(), is_optional: true, is_main: false });
        let must_go = Label { span: secret.clone(), what: TOPIC.to_string(), is_optional: false, is_main: true };
        let labels = [must_go].into_iter().chain(may_go).collect();
        let (template, form) = (format!("place {}", place + 1), rule.id.to_string());
        Some(Sample { template, form, text, labels })
    }

    /// Where the secret is, if the rule asks for nothing that the text does not have.
    fn secret(&self, text: &str, within: Range<usize>) -> Option<Range<usize>> {
        let mut captures = self.pattern.create_captures();
        self.pattern.captures(Input::new(text).range(within.start..text.len()), &mut captures);
        let whole = captures.get_match().filter(|whole| whole.start() < within.end)?;
        let secret = captures.get_group(1).map_or(whole.range(), |group| group.range());
        let bytes = text.as_bytes();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if self.rule.boundary && whole.start() > 0 && is_word(bytes[whole.start() - 1]) {
            return None;
        }
        let run = bytes[secret.end..].iter().take_while(|&&byte| self.rule.run.contains(byte)).count();
        let whole = secret.start..secret.end + run;
        let is_fine = self.rule.require.iter().all(|check| check.apply(&bytes[secret.clone()]))
            && !self.allow.iter().any(|pattern| pattern.is_match(&bytes[whole.clone()]));
        (is_fine && !secret.is_empty() && whole.end <= within.end).then_some(whole)
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    let config = Config::new().utf8_empty(false);
    Regex::builder().syntax(rules::syntax()).configure(config).build(pattern).ok()
}

/// Appends a text that the pattern matches, as far as what it looks at allows.
fn draw(hir: &Hir, dice: &mut Dice, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => {
            // Of what can be printed, if there is something of it.
            let bytes: Vec<u8> = match class {
                Class::Bytes(class) => class.iter().flat_map(|range| range.start()..=range.end()).collect(),
                Class::Unicode(class) => (0..=127).filter(|&byte| in_class(class, byte)).collect(),
            };
            let printed: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_graphic).collect();
            match printed.is_empty() {
                true if bytes.contains(&b' ') => out.push(b' '),
                true => out.extend(dice.pick(&bytes)),
                false => out.extend(dice.pick(&printed)),
            }
        }
        HirKind::Repetition(repetition) => {
            // Without a bound, and up to one that is far off, some more than the least.
            let least = u64::from(repetition.min);
            let most = repetition.max.map_or(u64::MAX, u64::from).min(least + 12.max(least / 2));
            for _ in 0..dice.range(least, most) {
                draw(&repetition.sub, dice, out);
            }
        }
        HirKind::Capture(capture) => draw(&capture.sub, dice, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| draw(part, dice, out)),
        HirKind::Alternation(ways) => {
            if let Some(way) = dice.pick(ways) {
                draw(way, dice, out);
            }
        }
    }
}

fn in_class(class: &regex_syntax::hir::ClassUnicode, byte: u8) -> bool {
    let c = char::from(byte);
    class.iter().any(|range| range.start() <= c && c <= range.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_every_rule_has_texts_that_it_asks_for() {
        let shapes = Shapes::of(&RuleSet::builtin());
        let undrawn = shapes.undrawn(1);
        assert!(shapes.len() > 400 && undrawn.len() * 20 < shapes.len(), "{undrawn:?}");
    }
}
