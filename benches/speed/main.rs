//! How fast the stages are, alone and together. Each bench states what it expects to find, so that a fast wrong answer
//! fails; `cargo bench --profile dev -- --test` checks the counts on small texts and measures nothing.

mod filter;
mod hostile;
mod rules;
mod stages;

use criterion::{criterion_group, criterion_main};

criterion_group!(benches, stages::stages, rules::rules, hostile::hostile, filter::filter, rules::start);
criterion_main!(benches);

/// So many bytes, or a sixteenth of them where only counts are checked.
fn size(bytes: usize) -> usize {
    if std::env::args().any(|argument| argument == "--test") { bytes / 16 } else { bytes }
}
