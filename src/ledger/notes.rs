//! Free text that people give: reasons, evidence, names. It is sealed in a table of its own; the audit log holds a
//! commitment, keyed and with a random part that stands beside the text, so that once the text is erased nothing tells
//! what it was.

use super::audit::hex;
use super::codes::Op;
use super::rows::NoteRow;
use super::seal::Seals;
use super::store::Store;
use super::{Error, Ledger, Tx, id};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// The field of an entry of the log that holds commitments, by the ids of the notes.
pub(super) const NOTES: &str = "notes";

const NONCE: usize = 16;
const COLUMN: &str = "note.text";

/// A text that stands in the ledger.
#[derive(Clone, Debug, Serialize)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// What it was written for: `hold`, `attestation` or `request`.
    pub of: &'static str,
    /// The text.
    pub text: String,
}

impl Ledger {
    /// The texts that people gave and that were not erased, in the order in which they were given.
    pub fn notes(&self) -> Result<Vec<Note>, Error> {
        self.read(|store| {
            let reasons: BTreeSet<String> = store.holds()?.into_iter().map(|hold| hold.reason_note).collect();
            let requests = store.requests()?;
            let asked: BTreeSet<String> = requests.into_iter().filter_map(|request| request.about_note).collect();
            let mut notes = Vec::new();
            for row in store.notes()? {
                let Some(text) = text(store, &self.seals, &row.note_id)? else { continue };
                let of = match (reasons.contains(&row.note_id), asked.contains(&row.note_id)) {
                    (true, _) => "hold",
                    (_, true) => "request",
                    _ => "attestation",
                };
                notes.push(Note { id: row.note_id, of, text });
            }
            Ok(notes)
        })
    }

    /// Erases a text for good. The audit log stays as it is and verifies: it holds a commitment that, without the random
    /// part which goes with the text, tells nobody what it was. False if a reader keeps the database's log from being
    /// emptied, where the sealed text may stand until the next purge.
    pub fn erase_note(&self, note: &str) -> Result<bool, Error> {
        let note_id = note.to_ascii_lowercase();
        self.write(|tx| {
            let row = tx.store.note(&note_id)?.filter(|row| row.text_enc.is_some());
            let row = row.ok_or_else(|| Error::UnknownNote(note.into()))?;
            tx.store.put_note(&NoteRow { text_enc: None, ..row })?;
            tx.log(Op::NoteErased, vec![("note", note_id.as_str().into())])
        })?;
        self.seal_log()
    }
}

impl Tx<'_> {
    /// Stores texts about a customer's matter; gives their ids, and the field that commits the log to them.
    pub(super) fn notes<const N: usize>(
        &mut self,
        customer: Option<&str>,
        texts: [&str; N],
    ) -> Result<([String; N], Value), Error> {
        let mut ids = [const { String::new() }; N];
        let mut commitments = serde_json::Map::new();
        for (text, place) in texts.into_iter().zip(&mut ids) {
            *place = id::random()?;
            let nonce: [u8; NONCE] = id::bytes()?;
            let content = [&nonce[..], text.as_bytes()].concat();
            let text_enc = Some(self.seals.seal(COLUMN, place, &content)?);
            self.store.put_note(&NoteRow { note_id: place.clone(), text_enc, customer: customer.map(String::from) })?;
            commitments.insert(place.clone(), commitment(self.seals, &content).into());
        }
        Ok((ids, Value::Object(commitments)))
    }
}

fn commitment(seals: &Seals, content: &[u8]) -> String {
    hex(&seals.lookup("note", content)[..16])
}

/// A note's text; `None` if it was erased.
pub(super) fn text(store: &dyn Store, seals: &Seals, note_id: &str) -> Result<Option<String>, Error> {
    let Some(content) = content(store, seals, note_id)? else { return Ok(None) };
    Ok(Some(String::from_utf8_lossy(content.get(NONCE..).unwrap_or_default()).into_owned()))
}

/// Whether a note is what the log is committed to, or was erased.
pub(super) fn holds(store: &dyn Store, seals: &Seals, note_id: &str, committed: &str) -> bool {
    match content(store, seals, note_id) {
        Ok(Some(content)) => commitment(seals, &content) == committed,
        Ok(None) => true,
        Err(_) => false,
    }
}

fn content(store: &dyn Store, seals: &Seals, note_id: &str) -> Result<Option<Vec<u8>>, Error> {
    let row = store.note(note_id)?.ok_or(Error::Row("note"))?;
    row.text_enc.map(|sealed| seals.open(COLUMN, note_id, &sealed)).transpose()
}
