//! A sample: a text made from the corpus, and which of its bytes must go.

use std::ops::Range;

use super::corpus::{Benign, Spelling, Split, Topic, Written, key};
use super::dice::Dice;
use crate::kind::Kind;

/// One half of the corpus, read and checked.
pub(super) struct Corpus {
    pub(super) split: Split,
    written: Written,
    /// By topic: its templates.
    templates: Vec<(String, Vec<Template>)>,
}

/// A line or a text with places to fill.
struct Template {
    id: String,
    text: String,
    /// Whether it may go into a carrier.
    is_line: bool,
}

/// A text whose truth is known. All of it is invented.
pub(super) struct Sample {
    /// The template and the form of the value, as failures name them.
    pub(super) template: String,
    pub(super) form: String,
    pub(super) text: String,
    /// What must or may go; the first is what the sample is about.
    pub(super) labels: Vec<Label>,
}

pub(super) struct Label {
    pub(super) span: Range<usize>,
    /// What it is, for people.
    pub(super) what: String,
    /// Whether it may stay as well.
    pub(super) is_optional: bool,
    pub(super) is_main: bool,
}

/// A stretch of a sample, with what it is if it is labelled, and whether that may stay.
struct Piece {
    text: String,
    label: Option<(String, bool)>,
}

/// What is wrong with the corpus, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{split}: {what}", split = split.id())]
pub struct CorpusError {
    split: Split,
    what: String,
}

/// How often a value is drawn anew because it cannot be spelled in its place.
const DRAWS: usize = 200;

impl Corpus {
    pub(super) fn read(split: Split) -> Result<Corpus, CorpusError> {
        let error = |what: String| CorpusError { split, what };
        let written: Written = toml::from_str(split.source()).map_err(|e| error(e.message().to_string()))?;
        for (id, topic) in &written.topics {
            if Kind::from_id(&topic.kind).is_none() || topic.values.is_empty() {
                return Err(error(format!("topic {id} has no kind or no values")));
            }
        }
        let mut templates: Vec<(String, Vec<Template>)> =
            written.topics.keys().map(|topic| (topic.clone(), Vec::new())).collect();
        for (tables, is_line) in [(&written.lines, true), (&written.texts, false)] {
            for (topics, rows) in tables {
                for topic in topics.split(' ') {
                    let Some((_, list)) = templates.iter_mut().find(|(known, _)| known == topic) else {
                        return Err(error(format!("there is no topic {topic}")));
                    };
                    let template =
                        |(id, text): (&String, &String)| Template { id: id.clone(), text: text.clone(), is_line };
                    list.extend(rows.iter().map(template));
                }
            }
        }
        match templates.iter().find(|(_, list)| list.is_empty()) {
            Some((topic, _)) => Err(error(format!("topic {topic} has no template"))),
            None => Ok(Corpus { split, written, templates }),
        }
    }

    /// Every topic and the kind of its values.
    pub(super) fn topics(&self) -> impl Iterator<Item = (&str, Kind)> {
        let topics = self.written.topics.iter();
        topics.filter_map(|(id, topic)| Some((id.as_str(), Kind::from_id(&topic.kind)?)))
    }

    /// Every sort of what must stay.
    pub(super) fn benign(&self) -> impl Iterator<Item = &str> {
        self.written.benign.keys().map(String::as_str)
    }

    /// The sample number `n` of a topic, or of a sort of what must stay; `None` if there is no such thing.
    pub(super) fn sample(&self, seed: u64, about: &str, n: usize) -> Option<Result<Sample, CorpusError>> {
        let mut dice = Dice::new(seed, &format!("{}/{about}/{n}", self.split.id()));
        let made = if let Some(topic) = self.written.topics.get(about) {
            self.valued(&mut dice, about, topic, n)
        } else {
            self.plain(&mut dice, self.written.benign.get(about)?, n)
        };
        Some(made.map_err(|what| CorpusError { split: self.split, what: format!("{about}: {what}") }))
    }

    fn valued(&self, dice: &mut Dice, about: &str, topic: &Topic, n: usize) -> Result<Sample, String> {
        let templates = self.templates.iter().find(|(known, _)| known == about).map_or(&[][..], |(_, list)| list);
        let template = &templates[n % templates.len()];
        let words = dice.pick(&topic.keys).map_or("", String::as_str);
        let (mut pieces, form) = self.fill(dice, &template.text, (about, topic, words))?;
        let mut name = template.id.clone();
        // Half of the lines stand alone.
        if template.is_line && dice.range(0, 1) == 1 {
            (name, pieces) = self.carried(dice, &name, pieces)?;
        }
        Ok(joined(name, form, about, pieces))
    }

    fn plain(&self, dice: &mut Dice, benign: &Benign, n: usize) -> Result<Sample, String> {
        let which = n % benign.values.len();
        let value = self.words(dice, &benign.values[which])?;
        let line = match dice.pick(&benign.lines) {
            Some(line) => {
                let (before, after) = line.split_once("«v»").ok_or_else(|| format!("no value in {line}"))?;
                self.words(dice, before)? + &value + &self.words(dice, after)?
            }
            None => value,
        };
        let pieces = vec![Piece { text: line, label: None }];
        let (name, pieces) = match dice.range(0, 1) {
            0 => ("alone".to_string(), pieces),
            _ => self.carried(dice, "", pieces)?,
        };
        Ok(joined(name, format!("form {}", which + 1), "", pieces))
    }

    /// A line in a carrier, and the name of the two.
    fn carried(&self, dice: &mut Dice, name: &str, pieces: Vec<Piece>) -> Result<(String, Vec<Piece>), String> {
        let carriers: Vec<(&String, &String)> = self.written.carriers.iter().collect();
        let (carrier, text) = dice.pick(&carriers).ok_or("there are no carriers")?;
        let mut out = Vec::new();
        let mut line = Some(pieces);
        for part in parts(text) {
            match part {
                Part::Text(text) => out.push(Piece { text: text.to_string(), label: None }),
                Part::Place("line", spelling) => {
                    let spelling = Spelling::from_id(spelling).ok_or_else(|| format!("no spelling {spelling}"))?;
                    for piece in line.take().into_iter().flatten() {
                        let text = spelling.spell(&piece.text).ok_or("a line that cannot be carried")?;
                        out.push(Piece { text, ..piece });
                    }
                }
                Part::Place(name, _) => out.push(Piece { text: self.word(dice, name)?, label: None }),
            }
        }
        Ok((format!("{name} in {carrier}"), out))
    }

    /// Fills a template that is about a topic, whose values stand under a name of these words; gives the form of the value too.
    fn fill(
        &self,
        dice: &mut Dice,
        text: &str,
        (about, topic, words): (&str, &Topic, &str),
    ) -> Result<(Vec<Piece>, String), String> {
        let (mut pieces, mut form) = (Vec::new(), String::new());
        for part in parts(text) {
            let (name, spelling) = match part {
                Part::Text(text) => {
                    pieces.push(Piece { text: text.to_string(), label: None });
                    continue;
                }
                Part::Place(name, spelling) => (name, spelling),
            };
            let spelling = Spelling::from_id(spelling).ok_or_else(|| format!("no spelling {spelling}"))?;
            let other = name.strip_prefix('@');
            if name == "v" || other.is_some() {
                let id = other.unwrap_or(about);
                let known = self.written.topics.get(id).ok_or_else(|| format!("there is no topic {id}"))?;
                let (which, head, text) = self.value(dice, known, spelling)?;
                if other.is_none() {
                    form = which;
                }
                pieces.push(Piece { text: head, label: None });
                pieces.push(Piece { text, label: Some((id.to_string(), false)) });
            } else if let Some(other) = name.strip_prefix('?') {
                let text = self.word(dice, other)?;
                let text = spelling.spell(&text).ok_or_else(|| format!("{other} cannot be spelled"))?;
                pieces.push(Piece { text, label: Some((other.to_string(), true)) });
            } else if let Some(style) = name.strip_prefix("key.") {
                if topic.keys.is_empty() {
                    return Err(format!("{about} has no keys"));
                }
                pieces.push(Piece { text: key(words, style).ok_or_else(|| format!("no style {style}"))?, label: None });
            } else {
                pieces.push(Piece { text: self.word(dice, name)?, label: None });
            }
        }
        Ok((pieces, form))
    }

    /// A value of a topic in its spelling: the name of its form, what stands before it and may stay, and itself.
    fn value(&self, dice: &mut Dice, topic: &Topic, spelling: Spelling) -> Result<(String, String, String), String> {
        let forms: Vec<(&String, &String)> = topic.values.iter().collect();
        for _ in 0..DRAWS {
            let Some((id, form)) = dice.pick(&forms) else { break };
            let (head, form) = form.split_once('¦').unwrap_or(("", form));
            let (head, value) = (self.words(dice, head)?, self.words(dice, form)?);
            if let (Some(head), Some(text)) = (spelling.spell(&head), spelling.spell(&value)) {
                return Ok((id.to_string(), head, text));
            }
        }
        Err(format!("no value fits {spelling:?}"))
    }

    /// A text of words alone.
    fn words(&self, dice: &mut Dice, text: &str) -> Result<String, String> {
        let mut out = String::new();
        for part in parts(text) {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Place(name, _) => out.push_str(&self.word(dice, name)?),
            }
        }
        Ok(out)
    }

    /// A word of a pool, or what the dice make of the name.
    fn word(&self, dice: &mut Dice, name: &str) -> Result<String, String> {
        if let Some(pool) = self.written.pools.get(name) {
            let word = dice.pick(pool).ok_or_else(|| format!("the pool {name} is empty"))?.clone();
            return self.words(dice, &word);
        }
        let (roll, argument) = name.split_once(':').unwrap_or((name, ""));
        dice.roll(roll, argument).ok_or_else(|| format!("nothing is called {name}"))
    }
}

/// A stretch of written text.
enum Part<'t> {
    Text(&'t str),
    /// A place: its name, and the word behind it.
    Place(&'t str, &'t str),
}

/// Words that may stand behind a blank in a place; other blanks are part of its name.
fn place(inside: &str) -> Part<'_> {
    match inside.rsplit_once(' ') {
        Some((name, spelling)) if Spelling::from_id(spelling).is_some() => Part::Place(name, spelling),
        _ => Part::Place(inside, ""),
    }
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, more)) = rest.split_once('«') {
        let (inside, after) = more.split_once('»').unwrap_or((more, ""));
        parts.push(Part::Text(before));
        parts.push(place(inside));
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}

fn joined(template: String, form: String, about: &str, pieces: Vec<Piece>) -> Sample {
    let mut sample = Sample { template, form, text: String::new(), labels: Vec::new() };
    let mut has_main = false;
    for piece in pieces {
        let start = sample.text.len();
        sample.text.push_str(&piece.text);
        if let Some((what, is_optional)) = piece.label {
            let is_main = !has_main && !is_optional && what == about;
            has_main |= is_main;
            sample.labels.push(Label { span: start..sample.text.len(), what, is_optional, is_main });
        }
    }
    sample
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_filled_with_every_value() {
        for split in Split::ALL {
            let corpus = Corpus::read(split).unwrap();
            for (about, _) in corpus.topics() {
                for n in 0..400 {
                    let sample = corpus.sample(1, about, n).unwrap().unwrap();
                    assert_eq!(sample.labels.iter().filter(|label| label.is_main).count(), 1, "{about}/{n}");
                    assert!(!sample.text.contains(['«', '»']), "{}", sample.template);
                }
            }
            for about in corpus.benign() {
                for n in 0..60 {
                    let sample = corpus.sample(1, about, n).unwrap().unwrap();
                    assert!(sample.labels.is_empty() && !sample.text.contains(['«', '»']), "{about}");
                }
            }
        }
    }

    #[test]
    fn a_sample_depends_on_its_seed_and_its_number_alone() {
        let corpus = Corpus::read(Split::Tune).unwrap();
        let text = |seed, n| corpus.sample(seed, "email", n).unwrap().unwrap().text;
        assert_eq!(text(1, 3), text(1, 3));
        assert_ne!(text(1, 3), text(2, 3));
    }

    #[test]
    fn the_halves_share_no_template_and_no_form() {
        let [tune, held] = Split::ALL.map(|split| Corpus::read(split).unwrap());
        // What is a value and nothing else cannot differ.
        let is_bare = |text: &str| text.trim() == "«v»";
        for (topic, templates) in &tune.templates {
            let others = held.templates.iter().find(|(other, _)| other == topic);
            let (_, others) = others.unwrap_or_else(|| panic!("{topic} is not held out"));
            for template in templates.iter().filter(|template| !is_bare(&template.text)) {
                assert!(others.iter().all(|other| other.text != template.text), "{topic}: {}", template.id);
            }
        }
        for (id, topic) in &tune.written.topics {
            let others = &held.written.topics[id];
            let shared = topic.values.values().find(|form| others.values.values().any(|other| other == *form));
            assert_eq!(shared, None, "{id}");
        }
    }
}
