//! Free text that people give: reasons, evidence, names. It is sealed in a table of its own; the audit log holds a
//! commitment, keyed and with a random part that stands beside the text, so that once the text is erased nothing tells
//! what it was.

use super::audit::hex;
use super::rows::NoteRow;
use super::seal::Seals;
use super::store::Store;
use super::{Error, Tx, id};
use serde_json::Value;

/// The field of an entry of the log that holds commitments, by the ids of the notes.
pub(super) const NOTES: &str = "notes";

const NONCE: usize = 16;
const COLUMN: &str = "note.text";

impl Tx<'_> {
    /// Stores texts; gives their ids, and the field that commits the log to them.
    pub(super) fn notes<const N: usize>(&mut self, texts: [&str; N]) -> Result<([String; N], Value), Error> {
        let mut ids = [const { String::new() }; N];
        let mut commitments = serde_json::Map::new();
        for (text, place) in texts.into_iter().zip(&mut ids) {
            *place = id::random()?;
            let nonce: [u8; NONCE] = id::bytes()?;
            let content = [&nonce[..], text.as_bytes()].concat();
            let text_enc = Some(self.seals.seal(COLUMN, place, &content)?);
            self.store.put_note(&NoteRow { note_id: place.clone(), text_enc })?;
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
