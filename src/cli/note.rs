//! `scrubjay note`: the texts that people gave (reasons, evidence, names), and their erasure.

use super::{Context, Error, Exit, show};
use crate::ledger;
use std::io::Write;

/// List the texts that people gave (reasons of holds, evidence, what requests are about), and erase them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// List the texts that are not erased, with their ids
    List {
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Erase texts for good; the audit log verifies as before
    Erase {
        /// The ids of the notes, as `scrubjay note list` shows them
        #[arg(value_name = "NOTE", required = true)]
        notes: Vec<String>,
    },
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    let ledger = context.existing_ledger()?;
    match args.act {
        Act::List { json } => {
            let notes = ledger.map(|ledger| ledger.notes()).transpose()?.unwrap_or_default();
            if json {
                show::json(out, &notes)?;
            } else if notes.is_empty() {
                writeln!(out, "no text stands in the ledger")?;
            } else {
                let row = |note: &ledger::Note| vec![note.id.clone(), note.of.to_string(), show::text(&note.text)];
                show::table(out, 0, &notes.iter().map(row).collect::<Vec<_>>())?;
            }
        }
        Act::Erase { notes } => {
            for note in notes {
                let Some(ledger) = &ledger else { return Err(ledger::Error::UnknownNote(note).into()) };
                let is_out = ledger.erase_note(&note)?;
                writeln!(
                    out,
                    "erased note {}; the audit log holds a commitment to it, and verifies",
                    show::text(&note)
                )?;
                if !is_out {
                    writeln!(
                        out,
                        "the database's log could not be emptied, since another process reads it; the next purge will"
                    )?;
                }
            }
        }
    }
    Ok(Exit::Done)
}
