#!/usr/bin/env bash
# Sets scrubjay beside what else is installed, and writes the table of docs/performance.md anew. See there.
#
#     benches/compare.sh [--quick] [--only 1,2,14] [--pairs N] [--logs FILE] [--dry]
#
# Builds what is measured, as it is released, and hands over to compare.py. Not for CI: it wants a quiet machine and minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo build --release --bin scrubjay --example measure
exec python3 benches/compare.py --binaries "${CARGO_TARGET_DIR:-target}/release" "$@"
