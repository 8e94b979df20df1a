//! `scrubjay keystore`: the keys on their way to another host that works on the same ledger.

use super::{Context, Error, Exit, show};
use crate::ledger::Ledger;
use crate::sensitive::Sensitive;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Bring the keys to another host that works on the same PostgreSQL ledger
///
/// Keys never stand in the database. A host that joins imports what another one has exported, and imports again when it is
/// told that an issue's key was made elsewhere.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Write all keys to a file, sealed under a passphrase; the audit log tells of it
    Export {
        /// The file; it must not be there yet
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
        /// A file whose first line is the passphrase, at least twelve bytes
        #[arg(long, value_name = "FILE")]
        passphrase_file: PathBuf,
    },
    /// Take over the keys of a file that `export` wrote, on the host that joins
    Import {
        /// The file
        file: PathBuf,
        /// A file whose first line is the passphrase
        #[arg(long, value_name = "FILE")]
        passphrase_file: PathBuf,
    },
}

pub fn run(context: &Context, args: Args, out: &mut impl Write) -> Result<Exit, Error> {
    match args.what {
        What::Export { output, passphrase_file } => {
            let Some(ledger) = context.existing_ledger()? else {
                let why = format!("there is no ledger in {}, so there are no keys", show::path(context.home()));
                return Err(Error::Refused(why));
            };
            let (sealed, keys) = ledger.export_keys(&passphrase(&passphrase_file)?)?;
            let failed = |source| Error::File { doing: "write", path: output.clone(), source };
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&output).map_err(failed)?;
            file.write_all(&sealed).and_then(|()| file.sync_all()).map_err(failed)?;
            writeln!(out, "sealed the ledger's own key and {}", show::plural(keys as u64, "issue key"))?;
            writeln!(
                out,
                "on the other host: scrubjay keystore import FILE --passphrase-file FILE; then delete the file: whoever has \
                 it and the passphrase has the keys"
            )?;
        }
        What::Import { file, passphrase_file } => {
            let sealed = fs::read(&file).map_err(|source| Error::File { doing: "read", path: file.clone(), source })?;
            let imported = Ledger::import_keys(context.home(), &sealed, &passphrase(&passphrase_file)?)?;
            let keys = show::plural(imported.added as u64, "issue key");
            let home = show::path(context.home());
            match imported.has_joined {
                true => writeln!(out, "{home} belongs to the ledger now; it has {keys}")?,
                false => writeln!(out, "{home} has {keys} more than before")?,
            }
            writeln!(out, "delete {} now", show::path(&file))?;
        }
    }
    Ok(Exit::Done)
}

/// The first line of a file.
fn passphrase(path: &Path) -> Result<Sensitive<Vec<u8>>, Error> {
    let read = fs::read(path).map_err(|source| Error::File { doing: "read", path: path.to_owned(), source })?;
    let text = Sensitive::new(read);
    let line = text.reveal().split(|&byte| byte == b'\n').next().unwrap_or_default();
    Ok(Sensitive::new(line.strip_suffix(b"\r").unwrap_or(line).to_vec()))
}
