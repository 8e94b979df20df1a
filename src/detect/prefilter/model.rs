//! What windows and buckets cost: the frequencies of pairs of bytes in a sample of what support reads.

use super::isa::Isa;
use super::literals::Literal;
use super::plan::{BUCKETS, Sets, Window, closure, members, sets, union};

/// What support reads, scrubbed: logs, dumps, configuration, traces.
const SAMPLE: &[u8] = include_bytes!("sample.txt");

/// The least bytes of a literal that its window holds.
const LEAST: usize = 2;

/// How often a byte stands in the sample, and how often another follows it.
pub struct Model {
    first: [f32; 128],
    next: Box<[[f32; 128]; 128]>,
}

impl Model {
    /// The frequencies of the sample that is kept beside this file.
    pub fn new() -> Model {
        let mut first = [1.0; 128];
        let mut next = Box::new([[0.0; 128]; 128]);
        let mut rows = [0.0; 128];
        for pair in SAMPLE.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|b| usize::from(b & 127));
            first[a] += 1.0;
            next[a][b] += 1.0;
            rows[a] += 1.0;
        }
        let total: f32 = first.iter().sum();
        first.iter_mut().for_each(|f| *f = (*f / total).max(2e-5));
        // A pair that the sample has not is not impossible.
        const PRIOR: f32 = 20.0;
        for (row, total) in next.iter_mut().zip(rows) {
            for (n, f) in row.iter_mut().zip(first) {
                *n = (*n + PRIOR * f) / (total + PRIOR);
            }
        }
        Model { first, next }
    }

    /// How often the sets let a place of the sample through.
    fn cost(&self, sets: &Sets) -> f32 {
        let mut now = [0.0; 128];
        for byte in members(sets[0]) {
            now[byte] = self.first[byte];
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

    /// The same at a glance, as if bytes stood by themselves.
    fn glance(&self, sets: &Sets) -> f32 {
        let mass = |set: u128| if set == u128::MAX { 1.0 } else { members(set).map(|b| self.first[b]).sum::<f32>() };
        sets.iter().map(|&set| mass(set)).product()
    }

    /// The best window of a literal by itself.
    fn best(&self, literal: &Literal, cost: impl Fn(&Sets) -> f32) -> usize {
        let offsets = (0..=literal.bytes.len() - LEAST).map(|offset| (cost(&sets(literal, offset)), offset));
        offsets.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, offset)| offset)
    }

    /// Puts each literal that has no window yet where it seems to add the least. Fast enough for a start with a thousand
    /// rules of the user's.
    pub fn fill_in(&self, literals: &[Literal], planned: &[Option<Window>]) -> Vec<Window> {
        let mut buckets: [Sets; BUCKETS] = [[0; 4]; BUCKETS];
        for (literal, window) in literals.iter().zip(planned) {
            if let Some(Window { offset, bucket }) = *window {
                buckets[bucket] = union(&buckets[bucket], &sets(literal, offset));
            }
        }
        let mut costs = buckets.map(|sets| self.glance(&sets));
        let place = |(literal, planned): (&Literal, &Option<Window>)| {
            if let Some(window) = *planned {
                return window;
            }
            let offset = self.best(literal, |sets| self.glance(sets));
            let more = sets(literal, offset);
            let with = |bucket: usize| {
                let sets = union(&buckets[bucket], &more);
                if sets == buckets[bucket] { costs[bucket] } else { self.glance(&sets) }
            };
            let added = (0..BUCKETS).map(|bucket| (with(bucket), bucket));
            let best = added.min_by(|a, b| (a.0 - costs[a.1]).total_cmp(&(b.0 - costs[b.1])));
            let (cost, bucket) = best.unwrap_or((0.0, 0));
            (buckets[bucket], costs[bucket]) = (union(&buckets[bucket], &more), cost);
            Window { offset, bucket }
        };
        literals.iter().zip(planned).map(place).collect()
    }

    /// Puts each literal where it adds the least, the most frequent first, and then moves single ones as long as that helps.
    /// For some seconds of planning ahead.
    pub fn search(&self, literals: &[Literal], isa: Isa) -> Vec<Window> {
        const ROUNDS: usize = 6;
        // What a bucket really lets through with these instructions.
        let cost = |sets: &Sets| match isa {
            Isa::Avx2 => self.cost(&sets.map(closure)),
            Isa::Portable | Isa::Avx512 => self.cost(sets),
        };
        let offsets = literals.iter().map(|literal| self.best(literal, |sets| self.cost(sets)));
        let mut windows: Vec<Window> = offsets.map(|offset| Window { offset, bucket: 0 }).collect();
        let all: Vec<Sets> = literals.iter().zip(&windows).map(|(l, w)| sets(l, w.offset)).collect();
        let mut order: Vec<usize> = (0..literals.len()).collect();
        order.sort_by(|&a, &b| self.cost(&all[b]).total_cmp(&self.cost(&all[a])));
        let mut buckets: [Sets; BUCKETS] = [[0; 4]; BUCKETS];
        let mut costs = [0.0; BUCKETS];
        let added = |buckets: &[Sets; BUCKETS], costs: &[f32; BUCKETS], i: usize, bucket: usize| {
            let sets = union(&buckets[bucket], &all[i]);
            let cost = if sets == buckets[bucket] { costs[bucket] } else { cost(&sets) };
            (cost - costs[bucket], sets, cost)
        };
        for &i in &order {
            let put = (0..BUCKETS).map(|bucket| (added(&buckets, &costs, i, bucket), bucket));
            if let Some(((_, sets, cost), bucket)) = put.min_by(|a, b| a.0.0.total_cmp(&b.0.0)) {
                (buckets[bucket], costs[bucket], windows[i].bucket) = (sets, cost, bucket);
            }
        }
        for _ in 0..ROUNDS {
            for &i in &order {
                let home = windows[i].bucket;
                let others = order.iter().filter(|&&other| other != i && windows[other].bucket == home);
                let without = others.fold([0; 4], |sets, &other| union(&sets, &all[other]));
                let rest = cost(&without);
                let gain = costs[home] - rest;
                let put = (0..BUCKETS).filter(|&bucket| bucket != home);
                let put = put.map(|bucket| (added(&buckets, &costs, i, bucket), bucket));
                if let Some(((added, sets, cost), bucket)) = put.min_by(|a, b| a.0.0.total_cmp(&b.0.0))
                    && added < gain
                {
                    (buckets[home], costs[home]) = (without, rest);
                    (buckets[bucket], costs[bucket], windows[i].bucket) = (sets, cost, bucket);
                }
            }
        }
        windows
    }
}
