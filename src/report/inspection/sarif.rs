//! An inspection as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;

use super::{Account, Sighting, Witness, sureness};
use crate::finding::Confidence;
use crate::report::Summary;

/// One run of one tool: results as they come, the rules that gave them at the end.
pub struct Sarif<W> {
    out: W,
    name: String,
    results: u64,
    /// By id: the number and the reason of each rule that gave a result.
    rules: BTreeMap<String, (usize, String)>,
}

impl<W: Write> Sarif<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Sarif<W> {
        Sarif { out, name: String::new(), results: 0, rules: BTreeMap::new() }
    }

    fn open(&mut self) -> io::Result<()> {
        let schema = "https://json.schemastore.org/sarif-2.1.0.json";
        match self.results {
            0 => write!(self.out, "{{\"$schema\":\"{schema}\",\"version\":\"2.1.0\",\"runs\":[{{\"results\":[")?,
            _ => write!(self.out, ",")?,
        }
        self.results += 1;
        Ok(())
    }
}

impl<W: Write + Send + Sync> Witness for Sarif<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.name = name.to_string();
        Ok(())
    }

    fn gap(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        self.open()?;
        let Sighting { line, column, kind, rule, reason, length, alphabet, .. } = *sighting;
        let next = self.rules.len();
        let index = self.rules.entry(rule.to_string()).or_insert((next, reason.to_string())).0;
        // Container and entry are one artifact location each; `!` joins them as everywhere in scrubjay.
        let location = json!({
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&self.name) },
                "region": { "startLine": line, "startColumn": column },
            }
        });
        let result = json!({
            "ruleId": rule,
            "ruleIndex": index,
            "level": match sighting.confidence {
                Confidence::High => "error",
                Confidence::Medium => "warning",
                Confidence::Low => "note",
            },
            "message": { "text": format!("{kind}: {reason} ({length} bytes: {alphabet})") },
            "locations": [location],
            "properties": { "kind": kind.id(), "confidence": sureness(sighting.confidence), "bytes": length },
        });
        serde_json::to_writer(&mut self.out, &result)?;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write + Send + Sync> Account for Sarif<W> {
    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if self.results == 0 {
            self.open()?;
        }
        let mut rules: Vec<(&String, &(usize, String))> = self.rules.iter().collect();
        rules.sort_by_key(|(_, (index, _))| *index);
        let rules: Vec<_> =
            rules.iter().map(|(id, (_, reason))| json!({ "id": id, "shortDescription": { "text": reason } })).collect();
        let driver = json!({ "name": "scrubjay", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
        let failed = summary.withheld.iter().chain(&summary.failed).chain(&summary.doubtful);
        let notes: Vec<_> = failed
            .map(|entry| json!({ "level": "warning", "message": { "text": format!("{}: {}", entry.name, entry.reason) } }))
            .collect();
        let ran = json!([{ "executionSuccessful": summary.failed.is_empty(), "toolExecutionNotifications": notes }]);
        writeln!(self.out, "],\"tool\":{{\"driver\":{driver}}},\"invocations\":{ran}}}]}}")?;
        self.out.flush()
    }
}

/// A relative reference for a name (RFC 3986): what may not stand in one is percent-encoded.
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    for byte in name.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'!' => uri.push(byte.into()),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::super::tests::{shown, summary};
    use super::*;
    use serde_json::Value;

    #[test]
    fn it_is_a_run_with_its_rules_and_places() {
        let mut out = Vec::new();
        shown(&mut Sarif::new(&mut out), &summary());
        let sarif: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(sarif["version"], "2.1.0");
        let run = &sarif["runs"][0];
        let result = &run["results"][0];
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "app.log!a.txt");
        assert_eq!(place["region"]["startLine"], 2);
        assert_eq!(uri("/a b/c:d"), "a%20b/c%3Ad");
    }

    #[test]
    fn nothing_found_is_a_run_too() {
        let mut out = Vec::new();
        Sarif::new(&mut out).finish(&Summary::default()).unwrap();
        let sarif: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    }
}
