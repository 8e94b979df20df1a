//! The whole filter over seeded texts, with its reading, its digest and its turns, on one thread and on two.

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput};
use scrubjay::Scrubber;
use scrubjay::bench::{Corpus, corpus};
use scrubjay::sensitive::Sensitive;

pub fn filter(criterion: &mut Criterion) {
    let size = crate::size(16 << 20);
    let mut group = criterion.benchmark_group("filter");
    group.sample_size(10).throughput(Throughput::Bytes(size as u64));
    for (name, make) in &corpus::ALL[..3] {
        let Corpus { text, planted } = make(1, size);
        let expected: u64 = planted.values().sum();
        for threads in [1, 2] {
            let builder = Scrubber::builder().unrecorded().key(Sensitive::new([1; 32]));
            let scrubber = builder.threads(threads).build().expect("a scrubber");
            let scrub = || scrubber.scrub(&text[..], io::sink()).expect("memory is readable").summary.findings();
            assert_eq!(scrub(), expected, "findings in {name} with {threads} threads");
            group.bench_function(format!("{name}/{threads}"), |b| b.iter(|| black_box(scrub())));
        }
    }
    group.finish();
}
