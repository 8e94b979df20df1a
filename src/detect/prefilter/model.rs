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

/// The best window of a literal by itself.
fn best(literal: &Literal, cost: impl Fn(&Sets) -> f32) -> usize {
    let offsets = (0..=literal.bytes.len() - LEAST).map(|offset| (cost(&sets(literal, offset)), offset));
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
    masses: [f32; 4],
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
        let mut buckets = [Filling::default(); BUCKETS];
        for (literal, window) in literals.iter().zip(planned) {
            if let Some(Window { offset, bucket }) = *window {
                buckets[bucket].sets = union(&buckets[bucket].sets, &sets(literal, offset));
            }
        }
        for bucket in &mut buckets {
            bucket.masses = bucket.sets.map(|set| self.mass(set));
        }
        let place = |(literal, planned): (&Literal, &Option<Window>)| {
            if let Some(window) = *planned {
                return window;
            }
            let offset = best(literal, |sets| sets.iter().map(|&set| self.mass(set)).product());
            let more = sets(literal, offset);
            // A literal has a byte or two at a place, and a bucket may have all: what is new to it is soon added up.
            let with = |Filling { sets, masses }: &Filling| -> [f32; 4] {
                std::array::from_fn(|place| match more[place] & !sets[place] {
                    0 => masses[place],
                    _ if more[place] == u128::MAX => 1.0,
                    new => masses[place] + self.mass(new),
                })
            };
            let cost = |masses: &[f32; 4]| masses.iter().product::<f32>();
            let added = buckets.iter().map(|bucket| cost(&with(bucket)) - cost(&bucket.masses)).enumerate();
            let bucket = added.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(bucket, _)| bucket);
            buckets[bucket] = Filling { masses: with(&buckets[bucket]), sets: union(&buckets[bucket].sets, &more) };
            Window { offset, bucket }
        };
        literals.iter().zip(planned).map(place).collect()
    }
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

    /// Puts each literal where it adds the least, the most frequent first, and then moves single ones as long as that helps.
    /// For some seconds of planning ahead.
    pub fn search(&self, literals: &[Literal], isa: Isa) -> Vec<Window> {
        const ROUNDS: usize = 6;
        // What a bucket really lets through with these instructions.
        let cost = |sets: &Sets| match isa {
            Isa::Avx2 => self.cost(&sets.map(closure)),
            Isa::Portable | Isa::Avx512 => self.cost(sets),
        };
        let offsets = literals.iter().map(|literal| best(literal, |sets| self.cost(sets)));
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
