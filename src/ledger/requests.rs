//! Requests of data subjects: what somebody asks for, and until when it is to be answered.
//!
//! The ledger keeps the kind, the customer as a keyed hash, and the two moments; who asks stands in no column. What a person
//! writes about a request is a note: sealed, and erasable.

use super::codes::{Op, RequestKind, RequestState};
use super::rows::RequestRow;
use super::store::Store;
use super::{Error, Ledger, Time, id, notes};
use serde::Serialize;

/// An open request, as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct RequestStatus {
    /// Its id.
    pub id: String,
    /// What is asked for.
    pub kind: RequestKind,
    /// What was written about it; `None` if nothing was, or if it was erased.
    pub about: Option<String>,
    /// When it came in.
    pub received_at: Time,
    /// When it is to be answered at the latest.
    pub due_at: Time,
    /// Whether that moment has passed.
    pub overdue: bool,
}

impl Ledger {
    /// Writes down a request that came in; it is to be answered within the time of the ledger's retention policy. Gives its
    /// id, and when the answer is due.
    pub fn receive(&self, kind: RequestKind, received_at: Time, about: Option<&str>) -> Result<(String, Time), Error> {
        let customer = self.customer.as_deref().map(|name| self.customer_hash(name));
        self.write(|tx| {
            if received_at > tx.now {
                return Err(Error::NotYet(received_at));
            }
            let policy = tx.policy(self.retention.as_ref())?;
            let mut fields = Vec::new();
            let mut about_note = None;
            if let Some(about) = about {
                let ([note], commitments) = tx.notes(customer.as_deref(), [about])?;
                fields.push((notes::NOTES, commitments));
                about_note = Some(note);
            }
            let row = RequestRow {
                request_id: id::random()?,
                kind,
                customer,
                about_note,
                received_at: received_at.0,
                due_at: received_at.plus(policy.answer_ms).0,
                state: RequestState::Open,
                done_at: None,
            };
            tx.put_request(&row)?;
            fields.push(("due_at", row.due_at.into()));
            fields.push(("kind", kind.word().into()));
            fields.push(("request", row.request_id.as_str().into()));
            tx.log(Op::RequestReceived, fields)?;
            Ok((row.request_id, Time(row.due_at)))
        })
    }

    /// Writes down that a request was answered, or refused, which is an answer too. How long it took, in milliseconds.
    pub fn answer(&self, request: &str, is_refused: bool) -> Result<i64, Error> {
        let request_id = request.to_ascii_lowercase();
        self.write(|tx| {
            let row = tx.store.request(&request_id)?;
            let mut row = row.ok_or_else(|| Error::UnknownRequest(request.into()))?;
            if row.state != RequestState::Open {
                return Err(Error::Answered(request_id));
            }
            row.state = if is_refused { RequestState::Refused } else { RequestState::Answered };
            row.done_at = Some(tx.now.0);
            tx.put_request(&row)?;
            let fields = vec![("request", request_id.into()), ("state", row.state.word().into())];
            tx.log(Op::RequestAnswered, fields)?;
            Ok(tx.now.0.saturating_sub(row.received_at))
        })
    }

    /// The requests that are open, the most urgent first.
    pub fn requests(&self) -> Result<Vec<RequestStatus>, Error> {
        let now = self.clock.now();
        self.read(|store| {
            let open = store.requests()?.into_iter().filter(|row| row.state == RequestState::Open);
            open.map(|row| self.request_status(store, row, now)).collect()
        })
    }

    fn request_status(&self, store: &dyn Store, row: RequestRow, now: Time) -> Result<RequestStatus, Error> {
        let about = row.about_note.as_deref().map(|note| notes::text(store, &self.seals, note)).transpose()?;
        Ok(RequestStatus {
            kind: row.kind,
            about: about.flatten(),
            received_at: Time(row.received_at),
            due_at: Time(row.due_at),
            overdue: row.due_at <= now.0,
            id: row.request_id,
        })
    }
}
