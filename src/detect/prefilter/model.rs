//! What windows and buckets cost: the frequencies of pairs of bytes in a sample of what support reads.

use std::collections::BTreeMap;

use super::isa::Isa;
use super::literals::Literal;
use super::maps::begins_word;
use super::plan::{BOUND_GROUPS, BUCKETS, NARROW, Sets, WIDTH, Window, buckets, closure, coded, members, sets, union};

/// What support reads, scrubbed: logs, dumps, configuration, traces.
const SAMPLE: &[u8] = include_bytes!("sample.txt");

/// The least bytes of a literal that its window holds.
const LEAST: usize = 2;

/// How often a byte stands in the sample, and how often another follows it.
pub struct Model {
    first: [f32; 128],
    /// How often a byte stands where a word begins.
    starts: [f32; 128],
    next: Box<[[f32; 128]; 128]>,
}

/// The best window of a literal by itself.
fn best(literal: &Literal, cost: impl Fn(&Sets) -> f32) -> usize {
    // What stands at the beginning of a word is looked for there.
    let last = if literal.starts_word { 0 } else { literal.bytes.len() - LEAST };
    let offsets = (0..=last).map(|offset| (cost(&sets(literal, offset)), offset));
    offsets.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, offset)| offset)
}

/// A model at a glance, as if bytes stood by themselves: for the literals that are not planned ahead. It is made at a start
/// with rules of the user's, of which there may be thousands.
pub struct Glance {
    first: [f32; 128],
}

/// A bucket as it fills.
#[derive(Clone, Copy, Default)]
struct Filling {
    sets: Sets,
    /// How much of the sample each set has.
    masses: [f32; WIDTH],
}

impl Glance {
    /// The frequencies of the sample.
    pub fn new() -> Glance {
        let mut counts = [0_u32; 128];
        SAMPLE.iter().for_each(|byte| counts[usize::from(byte & 127)] += 1);
        Glance { first: counts.map(|count| (count as f32 / SAMPLE.len() as f32).max(2e-5)) }
    }

    fn mass(&self, set: u128) -> f32 {
        if set == u128::MAX { 1.0 } else { members(set).map(|b| self.first[b]).sum() }
    }

    /// Puts each literal that has no window yet where it seems to add the least.
    pub fn fill_in(&self, literals: &[Literal], planned: &[Option<Window>]) -> Vec<Window> {
        let mut fillings = [Filling::default(); BUCKETS];
        for (literal, window) in literals.iter().zip(planned) {
            if let Some(Window { offset, bucket }) = *window {
                fillings[bucket].sets = union(&fillings[bucket].sets, &sets(literal, offset));
            }
        }
        for bucket in &mut fillings {
            bucket.masses = bucket.sets.map(|set| self.mass(set));
        }
        let place = |(literal, planned): (&Literal, &Option<Window>)| {
            if let Some(window) = *planned {
                return window;
            }
            let offset = best(literal, |sets| sets.iter().map(|&set| self.mass(set)).product());
            let more = sets(literal, offset);
            // A literal has a byte or two at a place, and a bucket may have all: what is new to it is soon added up.
            let with = |Filling { sets, masses }: &Filling| -> [f32; WIDTH] {
                std::array::from_fn(|place| match more[place] & !sets[place] {
                    0 => masses[place],
                    _ if more[place] == u128::MAX => 1.0,
                    new => masses[place] + self.mass(new),
                })
            };
            let cost = |masses: &[f32; WIDTH]| masses.iter().product::<f32>();
            let added = |bucket: usize| cost(&with(&fillings[bucket])) - cost(&fillings[bucket].masses);
            let added = buckets(literal).map(|bucket| (added(bucket), bucket));
            let best = added.min_by(|a, b| a.0.total_cmp(&b.0));
            let bucket = best.map_or(buckets(literal).start, |(_, bucket)| bucket);
            let filling = &mut fillings[bucket];
            *filling = Filling { masses: with(filling), sets: union(&filling.sets, &more) };
            Window { offset, bucket }
        };
        literals.iter().zip(planned).map(place).collect()
    }
}

impl Model {
    /// The frequencies of the sample that is kept beside this file.
    pub fn new() -> Model {
        let mut first = [1.0; 128];
        let mut starts = [0.3; 128];
        let mut next = Box::new([[0.0; 128]; 128]);
        let mut rows = [0.0; 128];
        for pair in SAMPLE.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|b| usize::from(b & 127));
            first[a] += 1.0;
            next[a][b] += 1.0;
            rows[a] += 1.0;
        }
        for at in (0..SAMPLE.len()).filter(|&at| begins_word(SAMPLE, at)) {
            starts[usize::from(SAMPLE[at] & 127)] += 1.0;
        }
        let total: f32 = first.iter().sum();
        starts.iter_mut().for_each(|s| *s = (*s / total).max(1e-5));
        first.iter_mut().for_each(|f| *f = (*f / total).max(2e-5));
        // A pair that the sample has not is not impossible.
        const PRIOR: f32 = 20.0;
        for (row, total) in next.iter_mut().zip(rows) {
            for (n, f) in row.iter_mut().zip(first) {
                *n = (*n + PRIOR * f) / (total + PRIOR);
            }
        }
        Model { first, starts, next }
    }

    /// How often the sets let a place of the sample through, or, if they are bound to the beginnings of words, one of those.
    fn cost(&self, sets: &[u128], is_bound: bool) -> f32 {
        let first = if is_bound { &self.starts } else { &self.first };
        let mut now = [0.0; 128];
        for byte in members(sets[0]) {
            now[byte] = first[byte];
        }
        let mut before = sets[0];
        for &set in &sets[1..] {
            let mut then = [0.0; 128];
            if set == u128::MAX {
                // Everything that follows adds up to one.
                return now.iter().sum();
            }
            for a in members(before) {
                for b in members(set) {
                    then[b] += now[a] * self.next[a][b];
                }
            }
            (now, before) = (then, set);
        }
        now.iter().sum()
    }

    /// Puts each literal where it adds the least, the most frequent first, and then moves single ones as long as that helps.
    /// For some seconds of planning ahead.
    pub fn search(&self, literals: &[Literal], isa: Isa) -> Vec<Window> {
        const ROUNDS: usize = 4;
        let places = if isa == Isa::Avx512 { WIDTH } else { NARROW };
        // The sample tells which words are frequent, pairs of its bytes tell what other texts may hold.
        let seen = [Seen::new(false, places), Seen::new(true, places)];
        let both =
            |sets: &[u128], is_bound: bool| seen[usize::from(is_bound)].cost(sets) + 0.5 * self.cost(sets, is_bound);
        // What a bucket really lets through with these instructions.
        let cost = |sets: &Sets, bucket: usize| match isa {
            Isa::Portable | Isa::Avx2 => both(&sets.map(closure)[..places], is_bound(bucket)),
            Isa::Avx512 => both(sets, is_bound(bucket)),
        };
        let start = |literal: &Literal| {
            let offset = best(literal, |sets| both(&sets[..places], literal.starts_word));
            Window { offset, bucket: buckets(literal).start }
        };
        let mut windows: Vec<Window> = literals.iter().map(start).collect();
        let own = |(literal, window): (&Literal, &Window)| match isa {
            Isa::Portable | Isa::Avx2 => sets(literal, window.offset),
            Isa::Avx512 => sets(literal, window.offset).map(coded),
        };
        let all: Vec<Sets> = literals.iter().zip(&windows).map(own).collect();
        let mut order: Vec<usize> = (0..literals.len()).collect();
        let alone: Vec<f32> = (0..literals.len()).map(|i| both(&all[i][..places], literals[i].starts_word)).collect();
        order.sort_by(|&a, &b| alone[b].total_cmp(&alone[a]));
        let mut unions: [Sets; BUCKETS] = [[0; WIDTH]; BUCKETS];
        let mut costs = [0.0; BUCKETS];
        let added = |unions: &[Sets; BUCKETS], costs: &[f32; BUCKETS], i: usize, bucket: usize| {
            let sets = union(&unions[bucket], &all[i]);
            let cost = if sets == unions[bucket] { costs[bucket] } else { cost(&sets, bucket) };
            (cost - costs[bucket], sets, cost)
        };
        for &i in &order {
            let put = buckets(&literals[i]).map(|bucket| (added(&unions, &costs, i, bucket), bucket));
            if let Some(((_, sets, cost), bucket)) = put.min_by(|a, b| a.0.0.total_cmp(&b.0.0)) {
                (unions[bucket], costs[bucket], windows[i].bucket) = (sets, cost, bucket);
            }
        }
        for _ in 0..ROUNDS {
            for &i in &order {
                let home = windows[i].bucket;
                let others = order.iter().filter(|&&other| other != i && windows[other].bucket == home);
                let without = others.fold([0; WIDTH], |sets, &other| union(&sets, &all[other]));
                let rest = cost(&without, home);
                let gain = costs[home] - rest;
                let put = buckets(&literals[i]).filter(|&bucket| bucket != home);
                let put = put.map(|bucket| (added(&unions, &costs, i, bucket), bucket));
                if let Some(((added, sets, cost), bucket)) = put.min_by(|a, b| a.0.0.total_cmp(&b.0.0))
                    && added < gain
                {
                    (unions[home], costs[home]) = (without, rest);
                    (unions[bucket], costs[bucket], windows[i].bucket) = (sets, cost, bucket);
                }
            }
        }
        windows
    }
}

/// What stands in the sample: each fingerprint once.
struct Seen {
    places: usize,
    /// With how often it stands there, for each place of the sample.
    windows: Vec<([u8; WIDTH], f32)>,
}

impl Seen {
    /// What stands at the beginnings of words, or everywhere, as many bytes as a fingerprint has places.
    fn new(is_bound: bool, places: usize) -> Seen {
        let mut counts: BTreeMap<[u8; WIDTH], f32> = BTreeMap::new();
        for (at, text) in SAMPLE.windows(WIDTH).enumerate() {
            if is_bound && !begins_word(SAMPLE, at) {
                continue;
            }
            let mut window = [0; WIDTH];
            window[..places].copy_from_slice(&text[..places]);
            *counts.entry(window.map(|byte| byte & 127)).or_default() += 1.0 / SAMPLE.len() as f32;
        }
        Seen { places, windows: counts.into_iter().collect() }
    }

    /// How often the sets let through what stands there.
    fn cost(&self, sets: &[u128]) -> f32 {
        let sets = &sets[..self.places];
        let passes = |window: &[u8; WIDTH]| sets.iter().zip(window).all(|(set, byte)| set >> byte & 1 == 1);
        self.windows.iter().filter(|(window, _)| passes(window)).map(|(_, count)| count).sum()
    }
}

/// Whether what this bucket lets through counts at the beginnings of words alone.
fn is_bound(bucket: usize) -> bool {
    bucket < 8 * BOUND_GROUPS
}
