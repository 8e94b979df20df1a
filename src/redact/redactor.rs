//! The redactor: copies the gaps of a chunk and writes replacements, left to right, once.

use std::sync::Arc;

use zeroize::Zeroize;

use crate::finding::{Confidence, Finding, Form, Place, RuleId};
use crate::kind::Kind;
use crate::placeholder;
use crate::redact::naming::Naming;
use crate::redact::policy::Style;
use crate::redact::pseudonym::{IssueKey, Pseudonyms};
use crate::redact::shape;
use crate::width;

/// What is known of a value that is replaced.
#[derive(Clone, Copy, Debug)]
pub enum Replaced<'a> {
    /// Bytes `start..end` of a text.
    Here {
        /// The text, which may go on on both sides.
        text: &'a [u8],
        /// Index of the first byte.
        start: usize,
        /// Index behind the last.
        end: usize,
    },
    /// The BLAKE3 digest of a long value, its length, and the line feeds in it with and without a carriage return.
    Digest {
        /// BLAKE3 of the raw bytes.
        digest: &'a [u8; 32],
        /// How many line feeds stood in it.
        line_feeds: u64,
        /// How many of them followed a carriage return.
        after_return: u64,
    },
}

impl<'a> Replaced<'a> {
    /// All the bytes, if they are here.
    fn raw(&self) -> Option<&'a [u8]> {
        match *self {
            Replaced::Here { text, start, end } => Some(&text[start..end]),
            Replaced::Digest { .. } => None,
        }
    }
}

/// Writes replacements in the styles of a policy.
#[derive(Clone, Debug)]
pub struct Redactor {
    names: Pseudonyms,
    /// By rule number.
    styles: Arc<[Style]>,
    /// By rule number: how sure a finding must be.
    least: Arc<[Confidence]>,
}

impl Redactor {
    /// A redactor for rules whose styles are given by rule number, which leaves nothing.
    pub fn new(names: Pseudonyms, styles: Vec<Style>) -> Redactor {
        Redactor { names, styles: styles.into(), least: Arc::new([]) }
    }

    /// The same, leaving findings that are less sure than `least` has it for their rule, by rule number.
    pub fn leaving(self, least: Vec<Confidence>) -> Redactor {
        Redactor { least: least.into(), ..self }
    }

    /// The same with the key of another issue.
    pub fn with_key(&self, key: IssueKey) -> Redactor {
        Redactor { names: Pseudonyms::new(key), ..self.clone() }
    }

    /// What gives values their names.
    pub fn names(&self) -> &Pseudonyms {
        &self.names
    }

    /// Whether a finding of this rule that is so sure is left as it is.
    pub fn leaves(&self, rule: RuleId, confidence: Confidence) -> bool {
        self.least.get(usize::from(rule.0)).is_some_and(|&least| confidence < least)
    }

    /// Appends the replacement of a finding. Line ends inside the value follow it, so that no line is lost.
    ///
    /// What it appends is complete when [`Redactor::complete`] was called with the same `naming` and `out`; until then, only
    /// this may change `out`, or append to it.
    ///
    /// In a cell of fixed width there is `room` for so many columns: a placeholder that does not fit drops its label, and
    /// where that does not fit either, it is a mask.
    pub fn replace(
        &self,
        naming: &mut Naming,
        finding: &Finding,
        value: Replaced<'_>,
        room: Option<usize>,
        out: &mut Vec<u8>,
    ) {
        let Finding { kind, form, place, .. } = *finding;
        let style = self.styles.get(usize::from(finding.rule.0)).copied().unwrap_or_default();
        if let (Some(room), Some(raw), Place::Text) = (room, value.raw(), place) {
            return self.replace_within(style, (kind, form), raw, room, out);
        }
        match (style, place) {
            (Style::Placeholder | Style::Shape | Style::Mask, Place::Number) => self.number(value, out),
            (Style::Remove, Place::Number) => out.extend_from_slice(b"null"),
            (Style::Placeholder, Place::Text) => self.placeholder(naming, kind, form, value, out),
            (Style::Shape, Place::Text) if form.packing().is_some() => self.placeholder(naming, kind, form, value, out),
            (Style::Shape, Place::Text) => match value.raw() {
                // A surrogate of a long value would need its bytes.
                Some(raw) if !raw.contains(&b'\n') => shape::write(&self.names, kind, form, raw, out),
                _ => self.placeholder(naming, kind, form, value, out),
            },
            (Style::Mask, Place::Text) => mask(finding.span.len(), value, out),
            (Style::Remove, Place::Text) => line_ends(value, out),
        }
    }

    /// Appends what fits into so many columns.
    fn replace_within(&self, style: Style, (kind, form): (Kind, Form), raw: &[u8], room: usize, out: &mut Vec<u8>) {
        let from = out.len();
        match style {
            Style::Remove => return,
            Style::Mask => {}
            Style::Shape => {
                shape::write(&self.names, kind, form, raw, out);
                if out.len() - from <= room {
                    return;
                }
                out.truncate(from);
            }
            Style::Placeholder => {}
        }
        if style != Style::Mask {
            let hash = self.names.of_value(kind, form, raw).bits();
            placeholder::write(kind, hash, out);
            if out.len() - from <= room {
                return;
            }
            if placeholder::BODY <= room {
                out.drain(from..out.len() - placeholder::BODY);
                return;
            }
            out.truncate(from);
        }
        out.resize(from + width::columns(raw).clamp(1, room.max(1)), b'*');
    }

    /// Completes the replacements that were appended to `out`.
    pub fn complete(&self, naming: &mut Naming, out: &mut [u8]) {
        naming.fill(&self.names, out);
    }

    /// Appends a placeholder and the line ends of the value.
    #[inline]
    fn placeholder(&self, naming: &mut Naming, kind: Kind, form: Form, value: Replaced<'_>, out: &mut Vec<u8>) {
        match value {
            Replaced::Here { text, start, end } if form.packing().is_some() => {
                self.packed(naming, kind, form, &text[start..end], out);
                line_ends(value, out);
            }
            Replaced::Here { text, start, end } => {
                if !naming.open(&self.names, (kind, form), (text, start, end), out) {
                    naming.write(&self.names, kind, form, &text[start..end], out);
                    line_ends(value, out);
                }
            }
            Replaced::Digest { digest, .. } => {
                placeholder::write(kind, self.names.of_digest(kind, digest).bits(), out);
                line_ends(value, out);
            }
        }
    }

    /// Appends the placeholder of a value that was packed as a whole, packed likewise.
    fn packed(&self, naming: &mut Naming, kind: Kind, form: Form, raw: &[u8], out: &mut Vec<u8>) {
        let Some(packing) = form.packing() else { return };
        let mut plain = Vec::new();
        if let Some(mut user) = packing.user(raw) {
            naming.write(&self.names, Kind::User, Form::PLAIN, &user, &mut plain);
            plain.push(b':');
            user.zeroize();
        }
        naming.write(&self.names, kind, form, raw, &mut plain);
        packing.pack(&plain, raw, out);
    }

    fn number(&self, value: Replaced<'_>, out: &mut Vec<u8>) {
        match value {
            Replaced::Here { text, start, end } => shape::write_number(&self.names, &text[start..end], out),
            // A number of over a thousand digits: any number stands for it.
            Replaced::Digest { digest, .. } => {
                let name = self.names.of_digest(Kind::Secret, digest);
                out.extend_from_slice((name.bits() >> 12 | 1).to_string().as_bytes());
            }
        }
    }
}

fn mask(length: u64, value: Replaced<'_>, out: &mut Vec<u8>) {
    match value {
        Replaced::Here { text, start, end } => {
            out.extend(text[start..end].iter().map(|&b| if matches!(b, b'\n' | b'\r') { b } else { b'*' }));
        }
        Replaced::Digest { line_feeds, after_return, .. } => {
            // A mask as long as a value that may have been a gigabyte is capped; the line ends are kept.
            const MOST: u64 = 64 * 1024;
            let stars = (length - line_feeds - after_return).min(MOST);
            out.resize(out.len() + stars as usize, b'*');
            line_ends(value, out);
        }
    }
}

fn line_ends(value: Replaced<'_>, out: &mut Vec<u8>) {
    match value {
        Replaced::Here { text, start, end } => {
            let raw = &text[start..end];
            for at in memchr::memchr_iter(b'\n', raw) {
                let after_return = at > 0 && raw[at - 1] == b'\r';
                out.extend_from_slice(if after_return { b"\r\n" } else { b"\n" });
            }
        }
        Replaced::Digest { line_feeds, after_return, .. } => {
            for _ in 0..after_return {
                out.extend_from_slice(b"\r\n");
            }
            for _ in after_return..line_feeds {
                out.push(b'\n');
            }
        }
    }
}
