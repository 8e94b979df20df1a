//! An inspection for programs: one JSON document, or a line of JSON for each finding.

use std::io::{self, Write};

use serde::Serialize;

use super::{Account, Alphabet, Sighting, Witness, sureness};
use crate::report::Summary;

/// A finding as programs read it.
#[derive(Serialize)]
struct Row<'a> {
    /// The scrubbed name of the text.
    text: &'a str,
    line: u64,
    column: u64,
    kind: &'static str,
    rule: &'a str,
    reason: &'a str,
    confidence: &'static str,
    length: u64,
    alphabet: Alphabet,
    replacement: &'a str,
}

fn row(name: &str, sighting: &Sighting<'_>, write: impl FnOnce(&Row<'_>) -> io::Result<()>) -> io::Result<()> {
    write(&Row {
        text: name,
        line: sighting.line,
        column: sighting.column,
        kind: sighting.kind.id(),
        rule: sighting.rule,
        reason: sighting.reason,
        confidence: sureness(sighting.confidence),
        length: sighting.length,
        alphabet: sighting.alphabet,
        replacement: &String::from_utf8_lossy(sighting.replacement),
    })
}

/// One document: `{"findings":[...],"summary":{...}}`.
pub struct Json<W> {
    out: W,
    name: String,
    rows: u64,
}

impl<W: Write> Json<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Json<W> {
        Json { out, name: String::new(), rows: 0 }
    }

    fn open(&mut self) -> io::Result<()> {
        let before = if self.rows == 0 { "{\"findings\":[" } else { "," };
        self.rows += 1;
        self.out.write_all(before.as_bytes())
    }
}

impl<W: Write + Send + Sync> Witness for Json<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.name = name.to_string();
        Ok(())
    }

    fn gap(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        self.open()?;
        row(&self.name, sighting, |row| Ok(serde_json::to_writer(&mut self.out, row)?))
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write + Send + Sync> Account for Json<W> {
    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if self.rows == 0 {
            self.open()?;
        }
        writeln!(self.out, "],\"summary\":{}}}", summary.json().trim_end())?;
        self.out.flush()
    }
}

/// A line for each finding, `{"finding":{...}}`, and a last one, `{"summary":{...}}`.
pub struct JsonLines<W> {
    out: W,
    name: String,
}

impl<W: Write> JsonLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> JsonLines<W> {
        JsonLines { out, name: String::new() }
    }
}

impl<W: Write + Send + Sync> Witness for JsonLines<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.name = name.to_string();
        Ok(())
    }

    fn gap(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        row(&self.name, sighting, |row| writeln!(self.out, "{{\"finding\":{}}}", serde_json::to_string(row)?))
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write + Send + Sync> Account for JsonLines<W> {
    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "{{\"summary\":{}}}", summary.json().trim_end())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{shown, summary};
    use super::*;
    use serde_json::Value;

    #[test]
    fn both_parse_and_say_the_same() {
        let (mut one, mut many) = (Vec::new(), Vec::new());
        shown(&mut Json::new(&mut one), &summary());
        shown(&mut JsonLines::new(&mut many), &summary());
        let one: Value = serde_json::from_slice(&one).unwrap();
        let lines: Vec<Value> =
            many.split_inclusive(|&b| b == b'\n').map(|l| serde_json::from_slice(l).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(one["findings"][0], lines[0]["finding"]);
        assert_eq!(one["summary"], lines[1]["summary"]);
        let finding = &one["findings"][0];
        assert_eq!(
            (&finding["text"], &finding["line"], &finding["column"]),
            (&"app.log!a.txt".into(), &2.into(), &6.into())
        );
        assert_eq!(finding["alphabet"], serde_json::json!(["lower-case letters"]));
        assert_eq!(finding["replacement"], "EMAIL_4kq7zp0c2dm");
    }

    #[test]
    fn nothing_found_is_a_document_too() {
        let mut out = Vec::new();
        Json::new(&mut out).finish(&Summary::default()).unwrap();
        let json: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json["summary"]["findings"], 0);
        assert_eq!(json["findings"], serde_json::json!([]));
    }
}
