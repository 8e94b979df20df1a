//! A text that stands in other bytes, in pieces: between tags, folded, escaped. It is scanned as one text, and what changes in
//! it is written back to where it stands.

use std::ops::Range;

use super::entry::Change;

/// The text, and where its pieces stand in the raw bytes.
#[derive(Default)]
pub(super) struct Mapped {
    text: Vec<u8>,
    pieces: Vec<Piece>,
}

struct Piece {
    /// Where in the text it stands.
    text: Range<usize>,
    /// Where in the raw bytes.
    raw: Range<usize>,
    /// Whether text and raw bytes are the same; else the raw bytes spell the text in one, and are spelled anew in one.
    is_plain: bool,
}

impl Mapped {
    /// The text.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether this byte of the text is spelled in other bytes.
    pub(super) fn is_spelled(&self, at: usize) -> bool {
        let piece = self.pieces.partition_point(|piece| piece.text.end <= at);
        self.pieces.get(piece).is_some_and(|piece| piece.text.contains(&at) && !piece.is_plain)
    }

    /// Appends bytes that stand as they are at `at`.
    pub(super) fn plain(&mut self, raw: &[u8], at: Range<usize>) {
        if at.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.extend_from_slice(&raw[at.clone()]);
        self.pieces.push(Piece { text: start..self.text.len(), raw: at, is_plain: true });
    }

    /// Appends what the raw bytes `at` spell.
    pub(super) fn spelled(&mut self, text: &[u8], at: Range<usize>) {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        self.pieces.push(Piece { text: start..self.text.len(), raw: at, is_plain: false });
    }

    /// Appends what stands nowhere: a line end between two paragraphs.
    pub(super) fn between(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    /// The raw bytes with the changes in them: a replacement goes where the first byte of what it replaces stands, the rest
    /// of that is dropped, and all between the pieces stays. `spell` writes text as raw bytes; of the second sort if the
    /// raw bytes that it replaces were spelled in one.
    pub(super) fn apply(
        &self,
        raw: &[u8],
        changes: &[Change],
        mut spell: impl FnMut(&[u8], Option<&[u8]>, &mut Vec<u8>),
    ) -> Vec<u8> {
        let mut out = Vec::with_capacity(raw.len() + 64);
        let mut at = 0;
        let mut first = 0;
        let mut written = None;
        for piece in &self.pieces {
            out.extend_from_slice(&raw[at..piece.raw.start]);
            at = piece.raw.end;
            while changes.get(first).is_some_and(|change| change.range.end <= piece.text.start) {
                first += 1;
            }
            let within = changes[first..].iter().take_while(|change| change.range.start < piece.text.end);
            let mut anew = Vec::new();
            let mut is_changed = false;
            let mut done = piece.text.start;
            for (n, change) in within.enumerate() {
                is_changed = true;
                let start = change.range.start.max(done);
                self.keep(piece, done..start, raw, &mut out, &mut anew);
                if written.is_none_or(|written| written < first + n) {
                    written = Some(first + n);
                    match piece.is_plain {
                        true => spell(&change.with, None, &mut out),
                        false => anew.extend_from_slice(&change.with),
                    }
                }
                done = change.range.end.clamp(done, piece.text.end);
            }
            if !is_changed {
                out.extend_from_slice(&raw[piece.raw.clone()]);
                continue;
            }
            self.keep(piece, done..piece.text.end, raw, &mut out, &mut anew);
            if !piece.is_plain {
                spell(&anew, Some(&raw[piece.raw.clone()]), &mut out);
            }
        }
        out.extend_from_slice(&raw[at..]);
        out
    }

    /// Keeps a part of a piece: as it stands, or for being spelled anew.
    fn keep(&self, piece: &Piece, part: Range<usize>, raw: &[u8], out: &mut Vec<u8>, anew: &mut Vec<u8>) {
        match piece.is_plain {
            true => {
                let from = piece.raw.start + (part.start - piece.text.start);
                out.extend_from_slice(&raw[from..from + part.len()]);
            }
            false => anew.extend_from_slice(&self.text[part]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_over_several_pieces_goes_to_the_first() {
        let raw = b"<t>mail jane.</t><t>roe</t><t>&#64;example now</t>";
        let mut mapped = Mapped::default();
        mapped.plain(raw, 3..13);
        mapped.plain(raw, 20..23);
        mapped.spelled(b"@", 30..35);
        mapped.plain(raw, 35..46);
        mapped.between(b"\n");
        assert_eq!(mapped.text(), b"mail jane.roe@example now\n");
        let spell = |text: &[u8], _: Option<&[u8]>, out: &mut Vec<u8>| out.extend_from_slice(text);
        let change = |range, with: &[u8]| Change { range, with: with.to_vec() };
        let out = mapped.apply(raw, &[change(5..21, b"EMAIL")], spell);
        assert_eq!(String::from_utf8_lossy(&out), "<t>mail EMAIL</t><t></t><t> now</t>");
        assert_eq!(mapped.apply(raw, &[], spell), raw);
        let out = mapped.apply(raw, &[change(0..4, b"M"), change(5..6, b"J"), change(13..14, b"-at-")], spell);
        assert_eq!(String::from_utf8_lossy(&out), "<t>M Jane.</t><t>roe</t><t>-at-example now</t>");
        let out = mapped.apply(raw, &[change(22..26, b"N")], spell);
        assert_eq!(String::from_utf8_lossy(&out), "<t>mail jane.</t><t>roe</t><t>&#64;example N</t>");
    }
}
