//! Each stage by itself, by corpus: what a scan, the fold and the rewriting cost.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};
use scrubjay::bench::{Corpus, Stages, corpus};
use scrubjay::pipeline::Rewriter;
use scrubjay::rules::RuleSet;

pub fn stages(criterion: &mut Criterion) {
    let size = crate::size(4 << 20);
    let stages = Stages::new(&RuleSet::builtin());
    for (name, make) in corpus::ALL {
        let Corpus { text, planted } = make(1, size);
        let expected: u64 = planted.values().sum();
        assert_eq!(stages.findings(&text), expected, "findings in {name}");
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
        // The search for candidates without their verification joins here when the engine shows it.
        group.bench_function("scan", |b| b.iter(|| black_box(stages.count(&text))));
        // Where nothing is found there is nothing to fold or to write.
        if expected > 0 {
            group.bench_function("resolve", |b| {
                b.iter_batched(
                    || stages.scan(&text),
                    |scanned| black_box(Stages::resolve(scanned)),
                    BatchSize::PerIteration,
                )
            });
            let settled = Stages::resolve(stages.scan(&text));
            let (mut rewriter, mut out) = (Rewriter::default(), Vec::new());
            group.bench_function("rewrite", |b| {
                b.iter(|| {
                    for (chunk, settled) in &settled {
                        out.clear();
                        stages.rewrite(&mut rewriter, chunk, settled, &mut out);
                        black_box(&out);
                    }
                })
            });
        }
        let mut out = Vec::new();
        group.bench_function("all", |b| b.iter(|| black_box(stages.filter(&text, &mut out))));
        group.finish();
    }
}
