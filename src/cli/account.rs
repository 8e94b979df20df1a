//! What the ledger is told of an artifact, whichever verb reads it: before, that it will be read, and after, what was found.

use std::path::Path;

use super::scrub::job::real_input;
use crate::artifact::Content;
use crate::ledger::{Finished, NewArtifact};
use crate::report::Summary;

/// An artifact that will be read, and of which nothing is written. `input` is the file, if it is one.
pub fn to_read(path: &Path, input: Option<&Path>) -> NewArtifact {
    NewArtifact {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        input: input.and_then(real_input),
        ..NewArtifact::default()
    }
}

/// An artifact that was read to its end.
pub fn ended(summary: &Summary, input: Content, output: Option<Content>) -> Finished {
    Finished {
        input: Some(input),
        output,
        withheld: summary.withheld.len() as u64,
        counts: summary.rules.iter().map(|rule| (rule.rule.clone(), rule.count)).collect(),
    }
}
