//! The scan of a chunk in memory, by corpus. Each bench states how many findings it expects, so that a fast wrong answer
//! fails.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scrubjay::bench::corpus::{self, Corpus};
use scrubjay::chunk::Chunk;
use scrubjay::detect::{Engine, Fold, Terms};
use scrubjay::rules::RuleSet;

const SIZE: usize = 4 << 20;

/// The number of settled findings in a text.
fn findings(engine: &Engine, text: &[u8]) -> u64 {
    let chunk = Chunk { bytes: text, base: 0, own: 0..text.len(), is_last: true };
    let scan = engine.scan(&chunk, false);
    let (mut found, mut edits) = (scan.found, Vec::new());
    Fold::default().advance(&chunk, &mut found, scan.decided, &mut edits);
    edits.iter().filter(|edit| edit.resolved.is_some()).count() as u64
}

fn scan(criterion: &mut Criterion) {
    let engine = Engine::new(&RuleSet::builtin(), &Terms::new(), Terms::new());
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(10).throughput(Throughput::Bytes(SIZE as u64));
    let corpora =
        [("app", corpus::app_log(1, SIZE)), ("sparse", corpus::sparse(1, SIZE)), ("dense", corpus::dense_sql(1, SIZE))];
    for (name, Corpus { text, planted }) in corpora {
        let expected: u64 = planted.values().sum();
        assert_eq!(findings(&engine, &text), expected, "findings in {name}");
        group.bench_function(name, |b| b.iter(|| black_box(findings(&engine, &text))));
    }
    group.finish();
}

/// What every start pays: the automaton over all literals; no pattern is compiled.
fn start(criterion: &mut Criterion) {
    let rules = RuleSet::builtin();
    criterion
        .bench_function("start/engine", |b| b.iter(|| black_box(Engine::new(&rules, &Terms::new(), Terms::new()))));
}

criterion_group!(benches, scan, start);
criterion_main!(benches);
