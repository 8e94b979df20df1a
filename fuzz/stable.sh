#!/usr/bin/env bash
# Fuzzes on a stable toolchain: libFuzzer, with the counters of coverage that the compiler can set without cargo-fuzz.
#
#     fuzz/stable.sh [SECONDS [TARGET...]]
#
# Builds all targets (minutes), and runs each for so long (300), one after the other. What it learns lies in
# fuzz/target/corpus, what fails in fuzz/artifacts; `TARGET FILE` runs a target on that again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=${1:-300}
shift || true
coverage=(level=4 inline-8bit-counters pc-table trace-compares)
RUSTFLAGS="-Cpasses=sancov-module ${coverage[*]/#/-Cllvm-args=-sanitizer-coverage-} --cfg fuzzing -Cdebug-assertions"
export RUSTFLAGS CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
# With a target named, build scripts and macros are not counted, which could not be linked.
host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --target "$host" --bins
mkdir -p artifacts
for target in "${@:-$(ls corpus)}"; do
    for target in $target; do
        mkdir -p "target/corpus/$target"
        echo "$target: $seconds seconds"
        "$CARGO_TARGET_DIR/$host/release/$target" "target/corpus/$target" "corpus/$target" -max_total_time="$seconds" \
            -rss_limit_mb=2048 -timeout=20 -max_len=65536 -artifact_prefix="artifacts/$target-" 2>&1 | tail -n 4
    done
done
