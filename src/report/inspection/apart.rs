//! Several texts looked into at once, and told of one after the other: what an account needs of a text goes to it in
//! pieces that can wait.

use std::io;

use super::{Alphabet, Joined, Line, Lines, Sighting, Witness};
use crate::finding::{Confidence, Place};
use crate::kind::Kind;

/// What an account has a use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Only what is counted at the end.
    Nothing,
    /// Findings.
    Findings,
    /// Lines with findings, and so many on either side of them.
    Lines(usize),
}

/// A piece of what an account is shown of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The text begins, see [`Witness::begin`].
    Begin(String),
    /// A finding.
    Finding(Box<Seen>),
    /// A line with findings, or one beside such a line.
    Line(Line),
    /// The text has ended.
    End,
}

/// A [`Sighting`] that can wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    line: u64,
    column: u64,
    kind: Kind,
    rule: String,
    reason: String,
    confidence: Confidence,
    place: Place,
    length: u64,
    alphabet: Alphabet,
    replacement: Vec<u8>,
}

impl Seen {
    /// The sighting itself.
    pub fn sighting(&self) -> Sighting<'_> {
        let Seen { line, column, kind, confidence, place, length, alphabet, .. } = *self;
        let (rule, reason, replacement) = (&self.rule, &self.reason, &self.replacement);
        Sighting { line, column, kind, rule, reason, confidence, place, length, alphabet, replacement }
    }
}

impl From<&Sighting<'_>> for Seen {
    fn from(sighting: &Sighting<'_>) -> Seen {
        let Sighting { line, column, kind, confidence, place, length, alphabet, .. } = *sighting;
        let (rule, reason) = (sighting.rule.to_string(), sighting.reason.to_string());
        let replacement = sighting.replacement.to_vec();
        Seen { line, column, kind, rule, reason, confidence, place, length, alphabet, replacement }
    }
}

impl Shown {
    /// About how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let more = match self {
            Shown::Begin(name) => name.len(),
            Shown::Finding(seen) => size_of::<Seen>() + seen.rule.len() + seen.reason.len() + seen.replacement.len(),
            // A line holds a few hundred bytes on either side of each finding.
            Shown::Line(line) => 64 + line.parts.len() * 160 + line.marks.len() * 320,
            Shown::End => 0,
        };
        size_of::<Shown>() + more
    }
}

/// A witness that passes on what an account needs.
pub fn apart<'a>(needs: Needs, to: impl FnMut(Shown) -> io::Result<()> + Send + Sync + 'a) -> Box<dyn Witness + 'a> {
    match needs {
        Needs::Nothing => Box::new(Nothing),
        Needs::Findings => Box::new(Apart(to)),
        Needs::Lines(context) => Box::new(Joined::new(Apart(to), context)),
    }
}

/// Writes nothing.
pub struct Nothing;

impl Witness for Nothing {
    fn begin(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn gap(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, _: &Sighting<'_>) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Apart<F>(F);

impl<F: FnMut(Shown) -> io::Result<()> + Send + Sync> Witness for Apart<F> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        (self.0)(Shown::Begin(name.to_string()))
    }

    fn gap(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        (self.0)(Shown::Finding(Box::new(sighting.into())))
    }

    fn end(&mut self) -> io::Result<()> {
        (self.0)(Shown::End)
    }
}

impl<F: FnMut(Shown) -> io::Result<()> + Send + Sync> Lines for Apart<F> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        (self.0)(Shown::Begin(name.to_string()))
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        (self.0)(Shown::Line(line.clone()))
    }

    fn end(&mut self) -> io::Result<()> {
        (self.0)(Shown::End)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{shown, summary};
    use super::super::{Account, Html, Json, JsonLines, Sarif, Text};
    use super::*;
    use crate::report::Summary;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    /// Bytes that can be read while somebody writes them.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// An account of which the pieces wait until the end.
    struct Waiting<'a> {
        witness: Box<dyn Witness + 'a>,
        pieces: &'a Mutex<Vec<Shown>>,
        account: &'a mut dyn Account,
    }

    impl Witness for Waiting<'_> {
        fn begin(&mut self, name: &str) -> io::Result<()> {
            self.witness.begin(name)
        }

        fn gap(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.witness.gap(bytes)
        }

        fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
            self.witness.finding(sighting)
        }

        fn end(&mut self) -> io::Result<()> {
            self.witness.end()
        }
    }

    impl Account for Waiting<'_> {
        fn needs(&self) -> Needs {
            self.account.needs()
        }

        fn finish(&mut self, summary: &Summary) -> io::Result<()> {
            let pieces = std::mem::take(&mut *self.pieces.lock().unwrap());
            assert!(pieces.iter().all(|piece| piece.size() > 0));
            pieces.iter().try_for_each(|piece| self.account.show(piece))?;
            self.account.finish(summary)
        }
    }

    /// Every account is the same, whether it was shown the texts themselves or pieces that have waited.
    #[test]
    fn what_has_waited_is_told_as_what_has_not() {
        let accounts: [fn(Paper) -> Box<dyn Account>; 5] = [
            |paper| Box::new(Joined::new(Text::new(paper, true), 1)),
            |paper| Box::new(Joined::new(Html::new(paper), 0)),
            |paper| Box::new(Json::new(paper)),
            |paper| Box::new(JsonLines::new(paper)),
            |paper| Box::new(Sarif::new(paper)),
        ];
        for account in accounts {
            let (at_once, later) = (Paper::default(), Paper::default());
            shown(&mut *account(at_once.clone()), &summary());
            let (mut account, pieces) = (account(later.clone()), Mutex::new(Vec::new()));
            let witness = apart(account.needs(), |piece| {
                pieces.lock().unwrap().push(piece);
                Ok(())
            });
            shown(&mut Waiting { witness, pieces: &pieces, account: &mut *account }, &summary());
            let (at_once, later) = (at_once.0.lock().unwrap(), later.0.lock().unwrap());
            assert!(!at_once.is_empty());
            assert_eq!(String::from_utf8_lossy(&at_once), String::from_utf8_lossy(&later));
        }
    }
}
