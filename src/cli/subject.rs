//! `scrubjay subject`: what data subjects ask for, and until when they are to be answered.

use super::{Context, Error, Exit, show, span, status};
use crate::ledger::{self, RequestKind};
use clap::ValueEnum;
use std::io::Write;

/// Keep account of what data subjects ask for, and of when they are answered
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Write down a request that came in; `scrubjay status` shows until when it is to be answered
    Request {
        /// What is asked for
        #[arg(long, value_enum)]
        kind: KindName,
        /// The customer at whom the person is: its policy says how soon an answer is due
        #[arg(long, value_name = "NAME")]
        customer: Option<String>,
        /// When it came in: a day (2027-03-01) or a moment in RFC 3339 [default: now]
        #[arg(long, value_name = "WHEN")]
        received: Option<String>,
        /// Where to find it, for example a case number; sealed, and `scrubjay note erase` erases it. Better no name
        #[arg(long, value_name = "TEXT")]
        about: Option<String>,
    },
    /// List the requests that are open
    List {
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Write down that a request was answered
    Answer {
        /// The request's id
        request: String,
        /// The answer was a refusal
        #[arg(long)]
        refused: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindName {
    /// What is held of a person
    Access,
    /// That something be put right
    Rectification,
    /// That it be deleted
    Erasure,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    match args.act {
        Act::Request { kind, customer, received, about } => {
            let kind = match kind {
                KindName::Access => RequestKind::Access,
                KindName::Rectification => RequestKind::Rectification,
                KindName::Erasure => RequestKind::Erasure,
            };
            let now = context.now();
            let received =
                received.map(|text| span::moment(&text, now).map_err(Error::Usage)).transpose()?.unwrap_or(now);
            let ledger = context.ledger_for(customer.as_deref())?;
            let (id, due) = ledger.receive(kind, received, about.as_deref().filter(|text| !text.trim().is_empty()))?;
            let wait = due.0.saturating_sub(now.0);
            writeln!(out, "recorded request {id} ({kind})")?;
            match wait > 0 {
                true => writeln!(out, "answer it by {} (in {})", show::time(due), show::span(wait))?,
                false => writeln!(out, "OVERDUE: it should have been answered by {}", show::time(due))?,
            }
            writeln!(out, "then: scrubjay subject answer {id}")?;
        }
        Act::List { json } => {
            let requests = context.existing_ledger()?.map(|ledger| ledger.requests()).transpose()?.unwrap_or_default();
            if json {
                show::json(out, &requests)?;
            } else if requests.is_empty() {
                writeln!(out, "no request is open")?;
            } else {
                status::print_requests(context, &requests, out)?;
            }
        }
        Act::Answer { request, refused } => {
            let unknown = || ledger::Error::UnknownRequest(request.clone());
            let ledger = context.existing_ledger()?.ok_or_else(unknown)?;
            let took = ledger.answer(&request, refused)?;
            let how = if refused { "refused" } else { "answered" };
            writeln!(out, "request {} is {how}, after {}", show::text(&request), show::span(took))?;
        }
    }
    Ok(Exit::Done)
}
