//! What windows and buckets cost: the frequencies of pairs of bytes in a sample of what support reads.

use std::collections::BTreeMap;

use super::isa::Isa;
use super::literals::Literal;
use super::maps::begins_word;
use super::plan::{BUCKETS, Class, Sets, WIDTH, Window, class, closure, coded, may_stand, members, sets, union};

/// What support reads, scrubbed: logs, dumps, configuration, traces.
const SAMPLE: &[u8] = include_bytes!("sample.txt");

/// The 7-bit bytes that are no small letters.
const SHARP: u128 = !(((1 << 26) - 1) << b'a');

/// The least bytes of a literal that its window holds.
const LEAST: usize = 2;

/// How often a byte stands in the sample, and how often another follows it.
pub struct Model {
    first: [f32; 128],
    /// How often a byte stands where a word begins.
    starts: [f32; 128],
    next: Box<[[f32; 128]; 128]>,
}

/// The best window of a literal by itself, of those that may be looked for in buckets of a class.
fn best(literal: &Literal, class: Class, cost: impl Fn(usize) -> f32) -> Option<usize> {
    let offsets = (0..=literal.bytes.len() - LEAST).filter(|&offset| may_stand(literal, offset, class));
    let costs = offsets.map(|offset| (cost(offset), offset));
    costs.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, offset)| offset)
}

/// The buckets of a class.
fn buckets(of: Class) -> impl Iterator<Item = usize> {
    (0..BUCKETS).filter(move |&bucket| class(bucket) == of)
}

/// A model at a glance, as if bytes stood by themselves: for the literals that are not planned ahead. It is made at a start
/// with rules of the user's, of which there may be thousands.
pub struct Glance {
    first: [f32; 128],
}

/// How much of a text the beginnings of words are.
const WORDS: f32 = 0.25;

/// A bucket as it fills.
#[derive(Clone, Copy, Default)]
struct Filling {
    sets: Sets,
    /// How much of the sample each set has.
    masses: [f32; WIDTH],
    /// How much of it all of them let through, place after place.
    through: f32,
}

impl Filling {
    fn new(sets: Sets, masses: [f32; WIDTH]) -> Filling {
        Filling { sets, masses, through: masses.iter().product() }
    }
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
        let mass = |set: u128| self.mass(set);
        fillings = fillings.map(|filling| Filling::new(filling.sets, filling.sets.map(mass)));
        let place = |(literal, planned): (&Literal, &Option<Window>)| {
            if let Some(window) = *planned {
                return window;
            }
            // What each place of the literal has, so that it is added up once and not for each bucket.
            let own: Vec<(u128, f32)> =
                (0..literal.bytes.len() + WIDTH).map(|at| literal.set(at)).map(|set| (set, mass(set))).collect();
            let with = |filling: &Filling, offset: usize| -> [f32; WIDTH] {
                std::array::from_fn(|place| {
                    let ((set, all), before) = (own[offset + place], filling.masses[place]);
                    match set & !filling.sets[place] {
                        0 => before,
                        _ if set == u128::MAX => 1.0,
                        new if new == set => before + all,
                        new => before + mass(new),
                    }
                })
            };
            let mut least = (f32::MAX, Window { offset: 0, bucket: 0 });
            for class in Class::ALL {
                let through = |offset: usize| own[offset..offset + WIDTH].iter().map(|place| place.1).product::<f32>();
                let Some(offset) = best(literal, class, through) else { continue };
                let weight = if class == Class::Word { WORDS } else { 1.0 };
                for bucket in buckets(class) {
                    let filling = &fillings[bucket];
                    let added = weight * (with(filling, offset).iter().product::<f32>() - filling.through);
                    if added < least.0 {
                        least = (added, Window { offset, bucket });
                    }
                }
            }
            let window = least.1;
            let filling = &mut fillings[window.bucket];
            let all = union(&filling.sets, &sets(literal, window.offset));
            *filling = Filling::new(all, with(filling, window.offset));
            window
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

    /// How often the sets let a place of the sample through that is one of the class.
    fn cost(&self, sets: &[u128], class: Class) -> f32 {
        let first = if class == Class::Word { &self.starts } else { &self.first };
        let mut now = [0.0; 128];
        let mut before = if class == Class::Sharp { sets[0] & SHARP } else { sets[0] };
        for byte in members(before) {
            now[byte] = first[byte];
        }
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
        // The sample tells which words are frequent, pairs of its bytes tell what other texts may hold.
        let seen = Class::ALL.map(Seen::new);
        let both = |sets: &[u128], class: Class| seen[class as usize].cost(sets) + 0.5 * self.cost(sets, class);
        // What a bucket really lets through with these instructions.
        let cost = |sets: &Sets, bucket: usize| match isa {
            Isa::Avx2 => both(&sets.map(closure), class(bucket)),
            Isa::Avx512 | Isa::Portable => both(sets, class(bucket)),
        };
        // By literal and class: the best window.
        let own = |literal: &Literal| {
            Class::ALL.map(|class| {
                let offset = best(literal, class, |offset| both(&sets(literal, offset), class))?;
                let sets = sets(literal, offset);
                Some((offset, if isa == Isa::Avx512 { sets.map(coded) } else { sets }))
            })
        };
        let all: Vec<[Option<(usize, Sets)>; Class::ALL.len()]> = literals.iter().map(own).collect();
        let mut windows = vec![Window { offset: 0, bucket: 0 }; literals.len()];
        let alone = |i: usize| {
            let costs = Class::ALL.into_iter().filter_map(|class| Some(both(&all[i][class as usize]?.1, class)));
            costs.fold(f32::MAX, f32::min)
        };
        let alone: Vec<f32> = (0..literals.len()).map(alone).collect();
        let mut order: Vec<usize> = (0..literals.len()).collect();
        order.sort_by(|&a, &b| alone[b].total_cmp(&alone[a]));
        let mut unions: [Sets; BUCKETS] = [[0; WIDTH]; BUCKETS];
        let mut costs = [0.0; BUCKETS];
        // What a bucket costs more with a literal, with the window that it has there, its sets then, and what it costs then.
        let added = |unions: &[Sets; BUCKETS], costs: &[f32; BUCKETS], i: usize, bucket: usize| {
            let (offset, own) = all[i][class(bucket) as usize]?;
            let sets = union(&unions[bucket], &own);
            let cost = if sets == unions[bucket] { costs[bucket] } else { cost(&sets, bucket) };
            Some((cost - costs[bucket], Window { offset, bucket }, sets, cost))
        };
        let least = |unions: &[Sets; BUCKETS], costs: &[f32; BUCKETS], i: usize, home: Option<usize>| {
            let put = (0..BUCKETS)
                .filter(|&bucket| Some(bucket) != home)
                .filter_map(|bucket| added(unions, costs, i, bucket));
            put.min_by(|a, b| a.0.total_cmp(&b.0))
        };
        for &i in &order {
            if let Some((_, window, sets, cost)) = least(&unions, &costs, i, None) {
                (unions[window.bucket], costs[window.bucket], windows[i]) = (sets, cost, window);
            }
        }
        for _ in 0..ROUNDS {
            for &i in &order {
                let home = windows[i].bucket;
                let others = order.iter().filter(|&&other| other != i && windows[other].bucket == home);
                let others = others.filter_map(|&other| all[other][class(home) as usize]);
                let without = others.fold([0; WIDTH], |sets, (_, other)| union(&sets, &other));
                let rest = cost(&without, home);
                let gain = costs[home] - rest;
                if let Some((added, window, sets, cost)) = least(&unions, &costs, i, Some(home))
                    && added < gain
                {
                    (unions[home], costs[home]) = (without, rest);
                    (unions[window.bucket], costs[window.bucket], windows[i]) = (sets, cost, window);
                }
            }
        }
        windows
    }
}

/// What stands in the sample: each fingerprint once.
struct Seen {
    /// With how often it stands there, for each place of the sample.
    windows: Vec<([u8; WIDTH], f32)>,
}

impl Seen {
    /// What stands at the places of a class.
    fn new(class: Class) -> Seen {
        let mut counts: BTreeMap<[u8; WIDTH], f32> = BTreeMap::new();
        for (at, text) in SAMPLE.windows(WIDTH).enumerate() {
            let is_there = match class {
                Class::Word => begins_word(SAMPLE, at),
                Class::Sharp => !text[0].is_ascii_lowercase(),
                Class::Any => true,
            };
            if !is_there {
                continue;
            }
            let window = std::array::from_fn(|place| text[place] & 127);
            *counts.entry(window).or_default() += 1.0 / SAMPLE.len() as f32;
        }
        Seen { windows: counts.into_iter().collect() }
    }

    /// How often the sets let through what stands there.
    fn cost(&self, sets: &[u128]) -> f32 {
        let passes = |window: &[u8; WIDTH]| sets.iter().zip(window).all(|(set, byte)| set >> byte & 1 == 1);
        self.windows.iter().filter(|(window, _)| passes(window)).map(|(_, count)| count).sum()
    }
}
