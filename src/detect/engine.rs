//! The scan: one pass that finds all anchors, and the detectors that verify what stands there.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::chunk::Chunk;
use crate::detect::bytes::{ByteSet, WORD};
use crate::detect::detector::{Anchor, Candidates, Covered, Detector, Explained, Found, Hit, RuleInfo, Verdict};
use crate::detect::dictionary::Terms;
use crate::detect::learned::Learned;
use crate::detect::network::hosts::Hosts;
use crate::detect::network::{dashed, email, encoded, ipv4, ipv6, mac};
use crate::detect::people::{birth, domain, health, home, letter, listing, login, record, saml};
use crate::detect::prefilter::{self, Isa, Literal, Met, Prefilter, Shape};
use crate::detect::reading::lexicon::Lexicon;
use crate::detect::secrets::{
    call, command, device, files, header, keyed, kubernetes, packed, pem, piped, sql, token, userinfo,
};
use crate::detect::table::{Event, Headers, Judge, Reader, paragraphs};
use crate::detect::view::View;
use crate::detect::{numbers, stated};
use crate::finding::RuleId;
use crate::placeholder;
use crate::rules::RuleSet;

/// What a scan of one chunk gives.
#[derive(Debug, Default)]
pub struct Scan {
    /// The findings, in no order.
    pub found: Vec<Found>,
    /// Every candidate before this index is decided.
    pub decided: usize,
    /// Each candidate's fate, if asked for.
    pub explained: Vec<Explained>,
    /// Where tables begin, in order.
    pub events: Vec<Event>,
}

/// The memory of one worker, to be used for one chunk after the other. It holds no content.
#[derive(Default)]
pub struct Scratch {
    /// What became of candidates in all scans, if that is counted.
    fates: Option<Box<Fates>>,
    prefilter: Box<prefilter::Scratch>,
    verified: Vec<Verified>,
    /// Who has candidates that are decided beforehand: most have none.
    ahead: Vec<usize>,
    /// Empty, with room for findings and for the anchors that they came from.
    found: Vec<Found>,
    anchors: Vec<usize>,
}

/// How many candidates of a rule were confirmed (`None`), or left for a reason.
pub type Fates = BTreeMap<(RuleId, Option<&'static str>), u64>;

/// The reason for candidates that a detector left without a word: there are too many of them.
const UNSPOKEN: &str = "nothing of its sort";

impl Scratch {
    /// The same, counting what becomes of candidates, which takes longer.
    pub fn counting() -> Scratch {
        Scratch { fates: Some(Box::default()), ..Scratch::default() }
    }

    /// What became of candidates, if that was counted. Candidates that no detector says a word about are counted for the
    /// first rule of the detector.
    pub fn take_fates(&mut self) -> Fates {
        self.fates.take().map(|fates| *fates).unwrap_or_default()
    }

    /// How many candidates were verified in all scans, in the order of [`Engine::anchor_names`].
    pub fn candidates(&self) -> Vec<u64> {
        self.verified.iter().map(|verified| verified.count).collect()
    }

    /// Takes back the memory of a scan that is done with.
    pub fn reuse(&mut self, scan: Scan) {
        self.found = scan.found;
        self.found.clear();
    }
}

/// What became of the candidates of one asker.
#[derive(Clone, Copy, Default)]
struct Verified {
    /// The index in the chunk before which they are decided.
    dead: usize,
    /// How many there were, in all chunks.
    count: u64,
}

/// All detectors behind one search.
pub struct Engine {
    detectors: Vec<Registered>,
    catalogue: Vec<RuleInfo>,
    prefilter: Prefilter,
    /// Who asked for what, by what.
    askers: Vec<Asker>,
    /// By literal: its askers.
    literals: Vec<Range<usize>>,
    /// By shape: its askers.
    shapes: Vec<Range<usize>>,
    /// The slow lane: pairs of bytes, and their askers.
    pairs: Vec<(ByteSet, ByteSet, usize)>,
    /// The number of the first rule of learned values.
    learned: u16,
    /// Who asks for the lines that begin a paragraph.
    paragraphs: Vec<usize>,
    /// Who reads the tables that begin somewhere.
    tables: Option<Reader>,
    keep: Terms,
}

/// A detector and one of its anchors.
#[derive(Clone, Copy)]
struct Asker {
    who: usize,
    which: usize,
}

struct Registered {
    detector: Box<dyn Detector>,
    base: u16,
}

/// Which detectors belong together, for people who ask what the search for one sort of value costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Mail addresses.
    Mail,
    /// Addresses of the network: IP and hardware.
    Network,
    /// Numbers of phones, cards, accounts and persons.
    Numbers,
    /// Logins, names and what else describes a person where a place says so.
    People,
    /// Secrets that a place announces: keys, headers, options, connection strings, statements, settings of devices.
    Keyed,
    /// Tokens that are known by their own shape, and private keys.
    Tokens,
}

impl Group {
    /// All groups.
    pub const ALL: [Group; 6] =
        [Group::Mail, Group::Network, Group::Numbers, Group::People, Group::Keyed, Group::Tokens];

    /// Its name, in small letters.
    pub const fn id(self) -> &'static str {
        match self {
            Group::Mail => "mail",
            Group::Network => "network",
            Group::Numbers => "numbers",
            Group::People => "people",
            Group::Keyed => "keyed",
            Group::Tokens => "tokens",
        }
    }
}

/// Room for the literals of the built-in detectors, so that a start does not move them about.
const LITERALS: usize = 4096;

/// Every built-in detector, in the order in which they register their rules.
fn builtin(rules: &RuleSet, lexicon: Arc<Lexicon>) -> Vec<(Group, Box<dyn Detector>)> {
    vec![
        (Group::Mail, Box::new(email::Email)),
        (Group::Network, Box::new(ipv4::Ipv4)),
        (Group::Network, Box::new(ipv6::Ipv6)),
        (Group::Network, Box::new(mac::Mac)),
        (Group::Network, Box::new(dashed::Dashed)),
        (Group::Network, Box::new(encoded::Encoded)),
        (Group::Keyed, Box::new(userinfo::Userinfo)),
        (Group::Numbers, Box::new(numbers::Numbers::new())),
        (Group::People, Box::new(birth::Birth::new())),
        (Group::People, Box::new(letter::Letter)),
        (Group::People, Box::new(home::Home)),
        (Group::People, Box::new(login::Login)),
        (Group::People, Box::new(saml::Saml)),
        (Group::People, Box::new(domain::Domain)),
        (Group::Keyed, Box::new(header::Header::new(&lexicon))),
        (Group::Keyed, Box::new(keyed::Keyed::new(rules, lexicon.clone()))),
        (Group::People, Box::new(listing::Listing)),
        (Group::People, Box::new(record::Record::new(lexicon.clone()))),
        (Group::Keyed, Box::new(command::Command)),
        (Group::Keyed, Box::new(call::Call::new(lexicon.clone()))),
        (Group::Keyed, Box::new(packed::Packed)),
        (Group::Keyed, Box::new(piped::Piped)),
        (Group::Keyed, Box::new(device::Device)),
        (Group::Keyed, Box::new(sql::Sql::new(lexicon))),
        (Group::Keyed, Box::new(kubernetes::Manifest)),
        (Group::Keyed, Box::new(files::Files)),
        (Group::Tokens, Box::new(pem::Pem)),
        (Group::Tokens, Box::new(token::Tokens::new(rules))),
        (Group::People, Box::new(health::Health)),
        (Group::People, Box::new(stated::Stated)),
    ]
}

impl Engine {
    /// All built-in detectors over `rules`, the terms to hide and the values to keep.
    pub fn new(rules: &RuleSet, hide: &Terms, keep: Terms) -> Engine {
        Engine::on(Isa::best(), rules, hide, keep)
    }

    /// The same with the instructions of `isa`, or the next best that the processor has. The findings are the same.
    pub fn on(isa: Isa, rules: &RuleSet, hide: &Terms, keep: Terms) -> Engine {
        Engine::reading(isa, rules, hide, keep, Vec::new())
    }

    /// The same, which also finds what is no finding by itself but worth learning: hosts in places that say so.
    pub fn harvesting(isa: Isa, rules: &RuleSet, hide: &Terms, keep: Terms) -> Engine {
        Engine::reading(isa, rules, hide, keep, vec![Box::new(Hosts)])
    }

    /// All built-in detectors and `more`, and the columns of tables.
    fn reading(isa: Isa, rules: &RuleSet, hide: &Terms, keep: Terms, more: Vec<Box<dyn Detector>>) -> Engine {
        let lexicon = Arc::new(Lexicon::new(rules));
        let judge = Arc::new(Judge::new(lexicon.clone()));
        // Its rules are the first of all.
        let mut detectors: Vec<Box<dyn Detector>> = vec![Box::new(Headers::new(judge.clone()))];
        detectors.extend(builtin(rules, lexicon).into_iter().map(|(_, detector)| detector));
        if !hide.is_empty() {
            detectors.push(Box::new(hide.clone()));
        }
        detectors.extend(more);
        let engine = Engine::with(isa, detectors, keep);
        Engine { tables: Some(Reader::new(judge, 0)), ..engine }
    }

    /// Who reads the tables whose beginnings the scan finds, if anybody does.
    pub fn tables(&self) -> Option<&Reader> {
        self.tables.as_ref()
    }

    /// The values that stay.
    pub fn keep(&self) -> &Terms {
        &self.keep
    }

    /// Only the built-in detectors of some groups, for measuring what they cost.
    pub fn of(isa: Isa, rules: &RuleSet, groups: &[Group]) -> Engine {
        let lexicon = Arc::new(Lexicon::new(rules));
        let detectors = builtin(rules, lexicon).into_iter().filter(|(group, _)| groups.contains(group));
        Engine::with(isa, detectors.map(|(_, detector)| detector).collect(), Terms::new())
    }

    /// An engine over any detectors.
    pub fn with(isa: Isa, detectors: Vec<Box<dyn Detector>>, keep: Terms) -> Engine {
        let mut catalogue = Vec::new();
        let mut registered = Vec::new();
        let mut by_literal: Vec<(Literal, Asker)> = Vec::with_capacity(LITERALS);
        let mut by_shape: [Vec<Asker>; Shape::ALL.len()] = Default::default();
        let mut pairs = Vec::new();
        let mut paragraphs = Vec::new();
        for (who, detector) in detectors.into_iter().enumerate() {
            for (which, anchor) in detector.anchors().into_iter().enumerate() {
                let asker = Asker { who, which };
                match anchor {
                    Anchor::Shape(shape) => by_shape[shape as usize].push(asker),
                    Anchor::Literal(literal) => by_literal.push((literal, asker)),
                    Anchor::Pair(first, second) => pairs.push((first, second, asker)),
                    Anchor::Paragraph => paragraphs.push(asker),
                }
            }
            let base = catalogue.len() as u16;
            catalogue.extend(detector.rules());
            registered.push(Registered { detector, base });
        }
        let learned = catalogue.len() as u16;
        catalogue.extend(Learned::rules());
        // Askers of the same literal stand side by side, in the order in which they asked.
        let mut order: Vec<(u64, usize)> =
            by_literal.iter().enumerate().map(|(n, (literal, _))| (literal.hash(), n)).collect();
        order.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| by_literal[a.1].0.cmp(&by_literal[b.1].0)).then(a.1.cmp(&b.1))
        });
        let mut askers: Vec<Asker> = Vec::with_capacity(by_literal.len());
        let mut literals: Vec<Literal> = Vec::with_capacity(by_literal.len());
        let mut of_literals: Vec<Range<usize>> = Vec::with_capacity(by_literal.len());
        for (_, n) in order {
            let (literal, asker) = &mut by_literal[n];
            let here = askers.len();
            askers.push(*asker);
            match of_literals.last_mut().filter(|_| literals.last() == Some(literal)) {
                Some(range) => range.end = here + 1,
                None => {
                    literals.push(std::mem::take(literal));
                    of_literals.push(here..here + 1);
                }
            }
        }
        let of_shapes = by_shape.into_iter().map(|mut more| {
            let from = askers.len();
            askers.append(&mut more);
            from..askers.len()
        });
        let of_shapes = of_shapes.collect();
        let pairs = pairs.into_iter().map(|(first, second, asker)| {
            askers.push(asker);
            (first, second, askers.len() - 1)
        });
        let pairs = pairs.collect();
        let from = askers.len();
        askers.append(&mut paragraphs);
        let paragraphs = (from..askers.len()).collect();
        Engine {
            detectors: registered,
            catalogue,
            prefilter: Prefilter::new(literals, isa),
            askers,
            literals: of_literals,
            shapes: of_shapes,
            pairs,
            learned,
            paragraphs,
            tables: None,
            keep,
        }
    }

    /// Every literal that some detector asks for.
    pub fn anchors(&self) -> &[Literal] {
        self.prefilter.literals()
    }

    /// Every rule the engine can name, by [`RuleId`].
    pub fn catalogue(&self) -> &[RuleInfo] {
        &self.catalogue
    }

    /// Whether the user said that this value stays.
    pub fn keeps(&self, value: &[u8]) -> bool {
        self.keep.keeps(value)
    }

    /// What candidates are counted by, see [`Scratch::candidates`]: an anchor and the first rule of the detector that asked for
    /// it. For people; it costs more than a scan of some lines.
    pub fn anchor_names(&self) -> Vec<String> {
        let name = |(asker, anchor): (&Asker, Anchor)| {
            let rule = &self.catalogue[usize::from(self.detectors[asker.who].base)].id;
            match anchor {
                Anchor::Shape(shape) => format!("{shape:?} for {rule}"),
                Anchor::Literal(literal) => format!("\"{}\" for {rule}", literal.bytes.escape_ascii()),
                Anchor::Pair(..) => format!("the slow lane for {rule}"),
                Anchor::Paragraph => format!("the beginning of a paragraph for {rule}"),
            }
        };
        self.askers.iter().zip(self.askers()).map(name).collect()
    }

    /// Finds and verifies the candidates that the chunk owns.
    ///
    /// With `explain` set, says of each candidate what became of it. A candidate that needs bytes beyond a chunk whose
    /// right margin is short is not decided, nor is any behind it: `decided` tells how far the scan came.
    pub fn scan(&self, chunk: &Chunk<'_>, explain: bool, scratch: &mut Scratch) -> Scan {
        self.scan_knowing(None, chunk, explain, scratch)
    }

    /// The same, finding learned values besides.
    pub fn scan_knowing(
        &self,
        learned: Option<&Learned>,
        chunk: &Chunk<'_>,
        explain: bool,
        scratch: &mut Scratch,
    ) -> Scan {
        let Scratch { fates, prefilter, verified, ahead, found, anchors } = scratch;
        let says = Says { each: explain, counts: fates.is_some() };
        let mut pass = Pass::new(self, chunk, says, (verified, ahead), std::mem::take(found), anchors);
        self.prefilter.search(prefilter, chunk.bytes, chunk.own.clone(), explain, |met, at| {
            let askers = match met {
                Met::Literal(literal) => &self.literals[literal],
                Met::Shape(shape) => &self.shapes[shape as usize],
            };
            for asker in askers.clone() {
                pass.verify(asker, at);
            }
            pass.decided
        });
        for &(first, second, asker) in &self.pairs {
            let mut at = chunk.own.start;
            while at < pass.decided {
                let next = chunk.bytes.get(at + 1);
                if first.contains(chunk.bytes[at]) && next.is_none_or(|&next| second.contains(next)) {
                    pass.verify(asker, at);
                }
                at = (at + 1).max(pass.verified[asker].dead);
            }
        }
        if let Some(learned) = learned {
            let met = |term, at| pass.recall(learned, term, at);
            let decided = learned.search(chunk.bytes, chunk.own.clone(), chunk.is_last, met);
            pass.decided = pass.decided.min(decided);
        }
        if !self.paragraphs.is_empty() {
            paragraphs(chunk.bytes, chunk.own.clone(), |at| {
                for &asker in &self.paragraphs {
                    if at < pass.decided {
                        pass.verify(asker, at);
                    }
                }
            });
        }
        pass.finish(fates.as_deref_mut())
    }

    /// Every literal that a candidate may stand at, with what must stand behind it: of the bytes that may, a letter or a digit if
    /// one is among them. For benches, that repeat them.
    pub fn literals(&self) -> Vec<Vec<u8>> {
        let behind =
            |set: &ByteSet| (b'0'..=b'z').chain(b' '..=b'~').chain(0..=u8::MAX).find(|byte| set.contains(*byte));
        let bytes = |anchor| match anchor {
            Anchor::Literal(Literal { bytes, after, .. }) => {
                Some(bytes.into_iter().chain(after.iter().filter_map(behind)).collect())
            }
            Anchor::Shape(_) | Anchor::Pair(..) | Anchor::Paragraph => None,
        };
        self.askers().filter_map(bytes).collect()
    }

    /// What each asker asks for, by the number that [`Engine::scan_at`] knows it by.
    pub(super) fn askers(&self) -> impl Iterator<Item = Anchor> {
        let anchors: Vec<Vec<Anchor>> = self.detectors.iter().map(|d| d.detector.anchors()).collect();
        self.askers.iter().map(move |asker| anchors[asker.who][asker.which].clone())
    }

    /// Verifies candidates that were found elsewhere: each by the number of its asker.
    pub(super) fn scan_at(
        &self,
        chunk: &Chunk<'_>,
        candidates: impl Iterator<Item = (usize, usize)>,
        scratch: &mut Scratch,
    ) -> Scan {
        let Scratch { verified, ahead, anchors, .. } = scratch;
        let mut pass = Pass::new(self, chunk, Says::default(), (verified, ahead), Vec::new(), anchors);
        candidates.for_each(|(asker, at)| pass.verify(asker, at));
        pass.finish(None)
    }
}

/// What is told of candidates besides findings.
#[derive(Clone, Copy, Default)]
struct Says {
    /// What became of each.
    each: bool,
    /// What became of how many.
    counts: bool,
}

/// One scan of one chunk.
struct Pass<'e, 'c> {
    engine: &'e Engine,
    chunk: &'c Chunk<'c>,
    says: Says,
    decided: usize,
    found: Vec<Found>,
    left: Option<Vec<(usize, RuleId, &'static str)>>,
    events: Vec<Event>,
    /// For each finding, the anchor it came from.
    anchors: &'c mut Vec<usize>,
    /// By asker.
    verified: &'c mut [Verified],
    ahead: &'c mut Vec<usize>,
    covered: Covered,
}

impl<'e, 'c> Pass<'e, 'c> {
    fn new(
        engine: &'e Engine,
        chunk: &'c Chunk<'c>,
        says: Says,
        (verified, ahead): (&'c mut Vec<Verified>, &'c mut Vec<usize>),
        found: Vec<Found>,
        anchors: &'c mut Vec<usize>,
    ) -> Pass<'e, 'c> {
        anchors.clear();
        ahead.drain(..).for_each(|asker| verified[asker].dead = 0);
        verified.resize(engine.askers.len(), Verified::default());
        let left = (says.each || says.counts).then(Vec::new);
        let covered = Covered::default();
        let (decided, events) = (chunk.own.end, Vec::new());
        Pass { engine, chunk, says, decided, found, left, events, anchors, verified, ahead, covered }
    }

    fn verify(&mut self, asker: usize, at: usize) {
        let Verified { dead, count } = &mut self.verified[asker];
        if at < *dead {
            return;
        }
        *count += 1;
        let Asker { who, which } = self.engine.askers[asker];
        let Registered { detector, base } = &self.engine.detectors[who];
        let mut dead_until = *dead;
        let is_whole = self.decide(*base, at, &mut dead_until, |view, out| {
            detector.verify(Hit { anchor: which, at }, view, out);
        });
        // Where something went again, it was to stand for the candidates behind it.
        if dead_until > 0 {
            let dead = &mut self.verified[asker].dead;
            if *dead == 0 {
                self.ahead.push(asker);
            }
            *dead = if is_whole { dead_until } else { 0 };
        }
    }

    /// Decides whether a learned value is meant where it stands.
    fn recall(&mut self, learned: &Learned, term: usize, at: usize) {
        self.decide(self.engine.learned, at, &mut 0, |view, out| learned.verify(Hit { anchor: term, at }, view, out));
    }

    /// Takes what is said of the candidate at `at`. Gives whether all that was found is kept.
    #[inline]
    fn decide(
        &mut self,
        base: u16,
        at: usize,
        dead: &mut usize,
        verify: impl FnOnce(&View<'_>, &mut Candidates<'_>),
    ) -> bool {
        let view = View::new(self.chunk, at);
        let (before, left_before) = (self.found.len(), self.left.as_ref().map_or(0, Vec::len));
        let events_before = self.events.len();
        let (left, covered, events) = (self.left.as_mut(), &mut self.covered, &mut self.events);
        verify(&view, &mut Candidates { found: &mut self.found, left, base, dead, covered, events });
        let found = self.found.len();
        if self.says.counts
            && found == before
            && self.events.len() == events_before
            && let Some(left) = self.left.as_mut().filter(|left| left.len() == left_before)
        {
            left.push((at, RuleId(base), UNSPOKEN));
        }
        if found == before && self.events.len() == events_before && !view.is_starved() {
            return true;
        }
        self.weed(before, &view);
        let is_whole = self.found.len() == found;
        if !is_whole {
            // What went was to stand for the candidates behind it.
            self.covered = Covered::default();
        }
        if view.is_starved() {
            self.found.truncate(before);
            self.events.truncate(events_before);
            if let Some(left) = &mut self.left {
                left.truncate(left_before);
            }
            self.decided = self.decided.min(at);
        }
        self.anchors.resize(self.found.len(), at);
        is_whole
    }

    /// Drops what the user keeps and what is ours already.
    fn weed(&mut self, from: usize, view: &View<'_>) {
        let mut i = from;
        while i < self.found.len() {
            let found = &self.found[i];
            debug_assert!(found.start < found.end, "an empty finding of rule {:?}", found.rule);
            // What stands around a finding decides whether a placeholder that it touches is whole.
            let from = found.start.saturating_sub(placeholder::LONGEST).max(view.low());
            let text = view.slice(from, view.run(found.end, WORD, placeholder::LONGEST) + 1);
            let (start, end) = (found.start - from, found.end - from);
            let is_ours = || text.get(start..end).is_some_and(placeholder::is_packed);
            let reason = if placeholder::touches(text, start, end) || is_ours() {
                Some("already a placeholder")
            } else if self.engine.keep.keeps(text.get(start..end).unwrap_or_default()) {
                Some("kept by --keep")
            } else {
                None
            };
            match reason {
                Some(reason) => {
                    let found = self.found.remove(i);
                    if let Some(left) = &mut self.left {
                        left.push((found.start, found.rule, reason));
                    }
                }
                None => i += 1,
            }
        }
    }

    /// Counts what became of the candidates in `fates`, if there are any.
    fn finish(self, fates: Option<&mut Fates>) -> Scan {
        let Pass { chunk, says, decided, mut found, left, mut events, anchors, .. } = self;
        events.retain(|event| event.at < decided);
        events.sort_by_key(|event| event.at);
        let mut explained: Vec<Explained> = Vec::new();
        if let (Some(fates), Some(left)) = (fates, &left) {
            let left = left.iter().filter(|(at, ..)| *at < decided).map(|&(_, rule, reason)| (rule, Some(reason)));
            let taken = found.iter().zip(anchors.iter()).filter(|(_, at)| **at < decided).map(|(f, _)| (f.rule, None));
            left.chain(taken).for_each(|fate| *fates.entry(fate).or_insert(0) += 1);
        }
        if let Some(left) = left.filter(|_| says.each) {
            explained.extend(left.into_iter().filter(|(at, ..)| *at < decided).map(|(at, rule, reason)| Explained {
                offset: chunk.offset(at),
                rule,
                verdict: Verdict::Left(reason),
            }));
            explained.extend(found.iter().zip(anchors.iter()).filter(|(_, at)| **at < decided).map(|(f, _)| {
                Explained {
                    offset: chunk.offset(f.start),
                    rule: f.rule,
                    verdict: Verdict::Taken { bytes: (f.end - f.start) as u64, confidence: f.confidence },
                }
            }));
            explained.sort_by_key(|e| (e.offset, e.rule));
            explained.dedup();
        }
        if decided < chunk.own.end {
            let mut anchors = anchors.iter();
            found.retain(|_| anchors.next().is_some_and(|at| *at < decided));
        }
        Scan { found, decided, explained, events }
    }
}
