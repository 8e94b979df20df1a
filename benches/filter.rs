//! The whole filter over a seeded log, beside `sed -E` with two patterns in the same run. Both state what they expect.

use std::hint::black_box;
use std::io;
use std::process::{Command, Stdio};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scrubjay::Scrubber;
use scrubjay::bench::corpus;
use scrubjay::sensitive::Sensitive;

const SIZE: usize = 16 << 20;

fn filter(criterion: &mut Criterion) {
    let corpus = corpus::app_log(1, SIZE);
    let expected: u64 = corpus.planted.values().sum();
    let mut group = criterion.benchmark_group("filter");
    group.sample_size(10).throughput(Throughput::Bytes(SIZE as u64));
    for threads in [1, 2] {
        let scrubber =
            Scrubber::builder().unrecorded().key(Sensitive::new([1; 32])).threads(threads).build().expect("a scrubber");
        let scrub = || scrubber.scrub(&corpus.text[..], io::sink()).expect("memory is readable").summary.findings();
        assert_eq!(scrub(), expected, "findings with {threads} threads");
        group.bench_function(format!("scrubjay/{threads}"), |b| b.iter(|| black_box(scrub())));
    }
    let file = std::env::temp_dir().join(format!("scrubjay-bench-{}.log", std::process::id()));
    std::fs::write(&file, &corpus.text).expect("the temporary directory is writable");
    let sed = || {
        let mut command = Command::new("sed");
        command.env("LC_ALL", "C").arg("-E").args(["-e", r"s/[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}/EMAIL/g"]);
        command.args(["-e", r"s/([0-9]{1,3}\.){3}[0-9]{1,3}/IPV4/g"]).arg(&file).stdout(Stdio::null());
        command.status().expect("sed is installed").success()
    };
    assert!(sed());
    group.bench_function("sed -E, two patterns", |b| b.iter(|| black_box(sed())));
    group.finish();
    let _ = std::fs::remove_file(file);
}

criterion_group!(benches, filter);
criterion_main!(benches);
