//! The table of contents of the integration tests: one binary, one module per subject.

mod bench;
mod bulk;
#[path = "../fixtures/bundles/bundle.rs"]
mod bundle;
mod cases;
mod containers;
mod directory;
mod docs;
mod documents;
mod dripping;
mod encodings;
mod fixtures;
mod fuzz;
mod inspect;
mod laws;
mod layers;
mod leaks;
mod learning;
mod ledger;
mod ledger_week;
mod postgres_server;
mod reference;
mod scrub;
mod structures;
mod tables;
