//! `scrubjay assign`: an observed artifact is given to an issue.

use super::{Context, Error, Exit, show};
use crate::artifact::ArtifactId;
use std::io::Write;

/// Give an artifact that is only observed to an issue, so that its copies are deleted with it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The artifact's id, as `scrubjay status` lists it
    artifact: String,
    /// The issue's key
    issue: String,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let artifact = ArtifactId(args.artifact.to_ascii_lowercase());
    context.ledger()?.assign(&artifact, &args.issue)?;
    writeln!(
        out,
        "artifact {artifact} belongs to issue {}: `scrubjay resolve` deletes its copies",
        show::text(&args.issue)
    )?;
    Ok(Exit::Done)
}
