//! Naming: the bodies of placeholders for many values at a time.

use zeroize::Zeroize;

use crate::finding::Form;
use crate::kind::Kind;
use crate::placeholder;
use crate::redact::block::block;
use crate::redact::lanes::{LANES, Messages};
use crate::redact::pseudonym::{AT, Pseudonyms, before_value};

/// Placeholders that stand in an output already, but for their bodies.
///
/// A keyed hash of one value is a long wait, sixteen at once take hardly longer. So a placeholder is written with a body
/// that says nothing, its value is put aside, and the body is filled in once there are sixteen of them, or when the output
/// is to go. Remembering what a value was named takes about as long as naming it again this way, so nothing is remembered.
///
/// The values are personal data and secrets: they live here in memory only, are wiped when it goes, and there is no way to
/// print them. A naming serves one worker.
#[derive(Default)]
pub struct Naming {
    messages: Messages,
    /// For each value that was put aside, where in the output its body goes.
    open: Vec<(usize, Kind)>,
    /// Where a message is put together that takes a detour.
    scratch: Vec<u8>,
}

impl Naming {
    /// Appends the placeholder of the value `text[start..end]`, if that is easily named: it holds no line end then.
    #[inline]
    pub(super) fn open(
        &mut self,
        names: &Pseudonyms,
        (kind, form): (Kind, Form),
        (text, start, end): (&[u8], usize, usize),
        out: &mut Vec<u8>,
    ) -> bool {
        let Some(block) = block::<AT>(kind, form, text, start, end) else { return false };
        self.messages.set(self.open.len(), before_value(kind.family()), &block, AT + end - start);
        self.open.push((placeholder::write_open(kind, out), kind));
        if self.open.len() == LANES {
            self.fill(names, out);
        }
        true
    }

    /// Appends the placeholder of any value.
    pub(super) fn write(&mut self, names: &Pseudonyms, kind: Kind, form: Form, raw: &[u8], out: &mut Vec<u8>) {
        placeholder::write(kind, names.bits_of_value(kind, form, raw, &mut self.scratch), out);
    }

    /// Fills in the bodies that `out` lacks.
    pub(super) fn fill(&mut self, names: &Pseudonyms, out: &mut [u8]) {
        if self.open.is_empty() {
            return;
        }
        let hashes = names.hash(&self.messages, self.open.len());
        for (&(at, kind), hash) in self.open.iter().zip(hashes) {
            placeholder::fill(kind, hash, at, out);
        }
        self.open.clear();
    }
}

impl Drop for Naming {
    fn drop(&mut self) {
        self.messages.wipe();
        self.scratch.zeroize();
    }
}
