//! Plans ahead which bytes of the built-in literals the prefilter looks for, and prints the text of
//! `src/detect/prefilter/plan.in`. To be run again when rules or anchors change much; a literal without a plan is found all
//! the same, at some cost in speed.

use scrubjay::detect::{Engine, Terms, planned};
use scrubjay::rules::RuleSet;

fn main() {
    let engine = Engine::new(&RuleSet::builtin(), &Terms::new(), Terms::new());
    print!("{}", planned(engine.anchors()));
}
