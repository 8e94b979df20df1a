//! What changes in a text that is in memory, for those who write the changes back themselves.

use super::rewrite::is_left;
use super::{Desk, Scrubber, filter};
use crate::chunk::Chunk;
use crate::container::Change;
use crate::detect::{Edit, Fold, Harvest, Scratch, Stated};
use crate::finding::{Confidence, Finding, Form, Place, RuleId};
use crate::kind::Kind;
use crate::placeholder;
use crate::redact::{Naming, Replaced};
use crate::span::Span;

impl Scrubber {
    /// What changes in a text. Counts by rule are added to `counts`.
    pub(super) fn changes(&self, text: &[u8], counts: &mut Vec<u64>) -> Vec<Change> {
        let chunk = Chunk { bytes: text, base: 0, own: 0..text.len(), is_last: true };
        self.at_desk(|Desk { scratch, rewriter }| {
            let mut edits = self.edits(&chunk, scratch);
            edits.retain(|edit| !edit.resolved.as_ref().is_some_and(|resolved| is_left(&self.redactor, resolved)));
            rewriter.counts.clear();
            let changes = edits.iter().map(|edit| {
                let (range, mut with) = (edit.start..edit.end, Vec::new());
                rewriter.rewrite(&self.redactor, &chunk, range.clone(), std::slice::from_ref(edit), &mut with);
                Change { range, with }
            });
            let changes = changes.collect();
            filter::add(counts, &rewriter.counts);
            changes
        })
    }

    /// All that is found in a text that is whole.
    pub(super) fn edits(&self, chunk: &Chunk<'_>, scratch: &mut Scratch) -> Vec<Edit> {
        let mut scan = self.engine.scan_knowing(self.learned(), chunk, false, scratch);
        let mut edits = Vec::new();
        Fold::default().advance(chunk, &mut scan.found, scan.decided, &mut edits);
        edits
    }

    /// Gathers what a text tells that a container has put together.
    pub(super) fn gather_from(&self, text: &[u8], harvest: &mut Harvest) {
        let chunk = Chunk { bytes: text, base: 0, own: 0..text.len(), is_last: true };
        harvest.take(&chunk, &self.at_desk(|desk| self.edits(&chunk, &mut desk.scratch)));
        harvest.end();
    }

    /// What takes the place of a value that is of this kind by its place; none if it is ours already, or kept.
    pub(super) fn value(&self, kind: Kind, value: &[u8], counts: &mut Vec<u64>) -> Option<Vec<u8>> {
        let is_said = value.iter().any(u8::is_ascii_alphanumeric) || !value.is_ascii();
        if !is_said || placeholder::touches(value, 0, value.len()) || self.engine.keeps(value) {
            return None;
        }
        let id = Stated::rule(kind)?;
        let rule = self.engine.catalogue().iter().position(|rule| rule.id == id)?;
        let finding = Finding {
            span: Span::new(0, value.len() as u64),
            kind,
            rule: RuleId(rule as u16),
            confidence: Confidence::High,
            form: Form::PLAIN,
            place: Place::Text,
            is_learned: false,
        };
        if self.redactor.leaves(finding.rule, finding.confidence) {
            return None;
        }
        let (mut naming, mut with) = (Naming::default(), Vec::new());
        let here = Replaced::Here { text: value, start: 0, end: value.len() };
        self.redactor.replace(&mut naming, &finding, here, None, &mut with);
        self.redactor.complete(&mut naming, &mut with);
        let mut count = vec![0; rule + 1];
        count[rule] = 1;
        filter::add(counts, &count);
        Some(with)
    }
}
