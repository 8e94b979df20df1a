//! What one more rule costs: the built-in ones, and as many synthetic ones as make some hundreds and a thousand.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use scrubjay::bench::{Corpus, Stages, synthetic};
use scrubjay::detect::{Engine, Terms};
use scrubjay::rules::RuleSet;

/// So many rules in all, and the tokens of those that are synthetic.
fn set(count: usize) -> (RuleSet, Vec<String>) {
    let builtin = RuleSet::builtin();
    let made = synthetic::rules(1, count.saturating_sub(builtin.rules().len()));
    let synthetic = RuleSet::parse("synthetic.toml", &made.toml).expect("synthetic rules are rules");
    (builtin.merge(synthetic).expect("synthetic ids are their own"), made.tokens)
}

pub fn rules(criterion: &mut Criterion) {
    let size = crate::size(4 << 20);
    let mut group = criterion.benchmark_group("rules");
    group.sample_size(10).throughput(Throughput::Bytes(size as u64));
    for count in [RuleSet::builtin().rules().len(), 300, 500, 1000] {
        let (set, tokens) = set(count);
        let stages = Stages::new(&set);
        let Corpus { text, planted } = match tokens.is_empty() {
            true => scrubjay::bench::corpus::app_log(1, size),
            false => synthetic::planted(1, size, &tokens, 300),
        };
        assert_eq!(stages.findings(&text), planted.values().sum::<u64>(), "findings with {count} rules");
        group.bench_function(BenchmarkId::from_parameter(count), |b| b.iter(|| black_box(stages.count(&text))));
    }
    group.finish();
}

/// What every start pays for its engine; no pattern is compiled.
pub fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start");
    for count in [RuleSet::builtin().rules().len(), 1000] {
        let (set, _) = set(count);
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| black_box(Engine::new(&set, &Terms::new(), Terms::new())))
        });
    }
    group.finish();
}
