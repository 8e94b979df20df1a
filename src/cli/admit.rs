//! `scrubjay admit`: which role of a shared ledger's database sees which customers.

use super::{Context, Error, Exit, show};
use std::io::Write;

/// Let a role of the PostgreSQL database see and record what is one customer's, and nothing else
///
/// The role holds, resolves, attests and lists what is that customer's; it deletes nothing and issues no certificate, which
/// is for who owns the tables. Whoever works as that role needs the ledger's directory with its keystore, too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The role, as CREATE ROLE has made it
    role: String,
    /// The customer; admit it again for another one
    #[arg(long, value_name = "NAME", required_unless_present = "revoke")]
    customer: Option<String>,
    /// Take back all that it was admitted to
    #[arg(long, conflicts_with = "customer")]
    revoke: bool,
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    if !context.is_shared() {
        let why = "a ledger in a file has no roles, since whoever may read the file sees all of it: name a PostgreSQL database with --ledger";
        return Err(Error::Usage(why.into()));
    }
    let (ledger, role) = (context.ledger()?, show::text(&args.role));
    match &args.customer {
        Some(customer) => {
            ledger.admit_role(&args.role, customer)?;
            writeln!(out, "role {role} sees what is recorded for customer {}", show::text(customer))?;
        }
        None => {
            ledger.dismiss_role(&args.role)?;
            writeln!(out, "role {role} sees nothing any more")?;
        }
    }
    Ok(Exit::Done)
}
