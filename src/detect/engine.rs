//! The scan: one search for all literals, one for single bytes, and the detectors that verify what they hit.

use std::collections::BTreeMap;

use crate::chunk::Chunk;
use crate::detect::bytes::{ANY, ByteSet, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Explained, Found, Hit, RuleInfo, Verdict};
use crate::detect::dictionary::Terms;
use crate::detect::literals::Literals;
use crate::detect::view::View;
use crate::detect::{command, dashed, email, header, ipv4, ipv6, keyed, mac, pem, token, userinfo};
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
}

/// All detectors behind one search.
pub struct Engine {
    detectors: Vec<Registered>,
    catalogue: Vec<RuleInfo>,
    literals: Literals,
    /// By literal: who asked for it.
    askers: Vec<Askers>,
    /// Single bytes, and who asked for each.
    bytes: Vec<(u8, Vec<Beside>)>,
    keep: Terms,
}

/// Who asked for a literal, by detector and anchor.
#[derive(Default)]
struct Askers {
    exact: Vec<(usize, usize)>,
    folded: Vec<(usize, usize)>,
}

/// Who asked for a byte, and between what.
struct Beside {
    who: usize,
    which: usize,
    before: ByteSet,
    after: ByteSet,
}

struct Registered {
    detector: Box<dyn Detector>,
    base: u16,
}

impl Engine {
    /// All built-in detectors over `rules`, the terms to hide and the values to keep.
    pub fn new(rules: &RuleSet, hide: &Terms, keep: Terms) -> Engine {
        let mut detectors: Vec<Box<dyn Detector>> = vec![
            Box::new(email::Email),
            Box::new(ipv4::Ipv4),
            Box::new(ipv6::Ipv6),
            Box::new(mac::Mac),
            Box::new(dashed::Dashed),
            Box::new(userinfo::Userinfo),
            Box::new(header::Header::new(rules)),
            Box::new(keyed::Keyed::new(rules)),
            Box::new(command::Command),
            Box::new(pem::Pem),
            Box::new(token::Tokens::new(rules)),
        ];
        if !hide.is_empty() {
            detectors.push(Box::new(hide.clone()));
        }
        Engine::with(detectors, keep)
    }

    /// An engine over any detectors.
    pub fn with(detectors: Vec<Box<dyn Detector>>, keep: Terms) -> Engine {
        let mut catalogue = Vec::new();
        let mut registered = Vec::new();
        let mut literals: BTreeMap<Vec<u8>, Askers> = BTreeMap::new();
        let mut bytes: BTreeMap<u8, Vec<Beside>> = BTreeMap::new();
        for (who, detector) in detectors.into_iter().enumerate() {
            for (which, anchor) in detector.anchors().into_iter().enumerate() {
                match anchor {
                    Anchor::Byte { byte, before, after } => {
                        bytes.entry(byte).or_default().push(Beside { who, which, before, after });
                    }
                    Anchor::Literal { bytes: text, ignore_case } => {
                        let askers = literals.entry(text).or_default();
                        if ignore_case { &mut askers.folded } else { &mut askers.exact }.push((who, which));
                    }
                }
            }
            let base = catalogue.len() as u16;
            catalogue.extend(detector.rules());
            registered.push(Registered { detector, base });
        }
        let (texts, askers) = literals.into_iter().unzip();
        let bytes = bytes.into_iter().collect();
        Engine { detectors: registered, catalogue, literals: Literals::new(texts), askers, bytes, keep }
    }

    /// Every rule the engine can name, by [`RuleId`].
    pub fn catalogue(&self) -> &[RuleInfo] {
        &self.catalogue
    }

    /// Finds and verifies the candidates that the chunk owns.
    ///
    /// With `explain` set, says of each candidate what became of it. A candidate that needs bytes beyond a chunk whose
    /// right margin is short is not decided, nor is any behind it: `decided` tells how far the scan came.
    pub fn scan(&self, chunk: &Chunk<'_>, explain: bool) -> Scan {
        let mut pass = Pass {
            engine: self,
            chunk,
            decided: chunk.own.end,
            found: Vec::new(),
            left: explain.then(Vec::new),
            anchors: Vec::new(),
        };
        let own = chunk.own.clone();
        self.literals.search(chunk.bytes, own.clone(), |literal, at| {
            let askers = &self.askers[literal];
            for &(who, which) in &askers.folded {
                pass.verify(who, Hit { anchor: which, at });
            }
            if !askers.exact.is_empty() && chunk.bytes[at..].starts_with(self.literals.text(literal)) {
                for &(who, which) in &askers.exact {
                    pass.verify(who, Hit { anchor: which, at });
                }
            }
            pass.decided
        });
        for (byte, askers) in &self.bytes {
            for at in memchr::memchr_iter(*byte, &chunk.bytes[own.clone()]) {
                let at = own.start + at;
                if at >= pass.decided {
                    break;
                }
                for beside in askers {
                    if beside.fits(chunk, at) {
                        pass.verify(beside.who, Hit { anchor: beside.which, at });
                    }
                }
            }
        }
        pass.finish()
    }
}

impl Beside {
    /// Whether the byte at `at` stands between what was asked for, as far as that is known.
    #[inline]
    fn fits(&self, chunk: &Chunk<'_>, at: usize) -> bool {
        let before = match at.checked_sub(1) {
            Some(before) => self.before.contains(chunk.bytes[before]),
            None => self.before == ANY,
        };
        before
            && match chunk.bytes.get(at + 1) {
                Some(&after) => self.after.contains(after),
                None => !chunk.is_last || self.after == ANY,
            }
    }
}

/// One scan of one chunk.
struct Pass<'e, 'c> {
    engine: &'e Engine,
    chunk: &'c Chunk<'c>,
    decided: usize,
    found: Vec<Found>,
    left: Option<Vec<(usize, RuleId, &'static str)>>,
    /// For each finding, the anchor it came from.
    anchors: Vec<usize>,
}

impl Pass<'_, '_> {
    fn verify(&mut self, who: usize, hit: Hit) {
        let Registered { detector, base } = &self.engine.detectors[who];
        let view = View::new(self.chunk, hit.at);
        let (before, left_before) = (self.found.len(), self.left.as_ref().map_or(0, Vec::len));
        let mut out = Candidates { found: &mut self.found, left: self.left.as_mut(), base: *base };
        detector.verify(hit, &view, &mut out);
        if self.found.len() > before {
            self.weed(before, &view);
        }
        if view.is_starved() {
            self.found.truncate(before);
            if let Some(left) = &mut self.left {
                left.truncate(left_before);
            }
            self.decided = self.decided.min(hit.at);
        }
        self.anchors.resize(self.found.len(), hit.at);
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
            let reason = if placeholder::touches(text, start, end) {
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

    fn finish(self) -> Scan {
        let Pass { chunk, decided, found, left, anchors, .. } = self;
        let mut explained: Vec<Explained> = Vec::new();
        if let Some(left) = left {
            explained.extend(left.into_iter().filter(|(at, ..)| *at < decided).map(|(at, rule, reason)| Explained {
                offset: chunk.offset(at),
                rule,
                verdict: Verdict::Left(reason),
            }));
            explained.extend(found.iter().zip(&anchors).filter(|(_, at)| **at < decided).map(|(f, _)| Explained {
                offset: chunk.offset(f.start),
                rule: f.rule,
                verdict: Verdict::Taken((f.end - f.start) as u64),
            }));
            explained.sort_by_key(|e| (e.offset, e.rule));
            explained.dedup();
        }
        let found = found.into_iter().zip(anchors).filter(|(_, at)| *at < decided).map(|(f, _)| f).collect();
        Scan { found, decided, explained }
    }
}
