//! Texts that are written to stop a scanner, scanned and rewritten.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use scrubjay::bench::{Stages, hostile};
use scrubjay::rules::RuleSet;

pub fn hostile(criterion: &mut Criterion) {
    let size = crate::size(1 << 20);
    let stages = Stages::new(&RuleSet::builtin());
    let mut group = criterion.benchmark_group("hostile");
    group.sample_size(10);
    for hostile in hostile::ALL {
        let (text, expected) = hostile.text(size);
        let mut out = Vec::new();
        assert_eq!(stages.filter(&text, &mut out), expected, "findings in {}", hostile.name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(hostile.name, |b| b.iter(|| black_box(stages.filter(&text, &mut out))));
    }
    group.finish();
}
