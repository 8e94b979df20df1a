//! A certificate for people: as text and as a page to print, both with the whole of it inside, for machines.

use super::{field, show};
use crate::ledger::Time;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use std::io::{self, Write};

const BEGIN: &str = "-----BEGIN SCRUBJAY CERTIFICATE-----";
const END: &str = "-----END SCRUBJAY CERTIFICATE-----";

/// What the words of a certificate mean.
const NOTES: [&str; 4] = [
    "unlink-only: the name was removed after the whole content was compared with the record; the storage medium, snapshots \
     and backups may hold remnants. They are assumed to expire by the date under \"in effect\".",
    "remote-claim: a person attests that a copy out of reach was deleted; the program did not see it.",
    "Names and paths are blanked in the ledger with the deletion, so they do not stand here. SHA-256 identifies the files.",
    "What was printed, mailed, copied by hand or written to standard output is not known to the ledger.",
];

/// The parts of a certificate, in words.
pub struct Page {
    head: Vec<(String, String)>,
    artifacts: Vec<(String, Vec<Vec<String>>)>,
}

impl Page {
    /// Puts a certificate into words.
    pub fn new(value: &Value) -> Page {
        let time = |value: &Value, name: &str| {
            let stamp = value.get(name)?.as_str()?;
            let stamp: Option<jiff::Timestamp> = stamp.parse().ok();
            Some(stamp.map_or("?".into(), |stamp| show::time(Time(stamp.as_millisecond()))))
        };
        let items = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut head = Vec::new();
        let mut add = |name: &str, text: Option<String>| head.extend(text.map(|text| (name.to_string(), text)));
        add("issue", field(value, "issue"));
        add("resolved", time(value, "resolved_at"));
        let keys: Vec<String> = items(value, "keys_destroyed_at")
            .iter()
            .filter_map(|at| at.as_str()?.parse::<jiff::Timestamp>().ok())
            .map(|stamp| show::time(Time(stamp.as_millisecond())))
            .collect();
        add("key destroyed", Some(keys.join(", ")).filter(|keys| !keys.is_empty()));
        add("in effect", time(value, "effective_at").map(|at| format!("{at}, when backups have expired")));
        add("policy", field(value, "policy"));
        let tool = field(value, "tool").unwrap_or_default();
        add("issued", time(value, "issued_at").map(|at| format!("{at} by {tool}")));
        if let Some(proof) = value.get("proof") {
            let index = proof.get("index").and_then(Value::as_u64).unwrap_or_default();
            let key = field(proof, "key").unwrap_or_default();
            add("audit log", Some(format!("entry {} of the log signed by {key}", index.saturating_add(1))));
        }
        let artifacts = items(value, "artifacts").into_iter().map(|artifact| {
            let artifact = &artifact;
            let deleted = time(artifact, "deleted_at").map(|at| format!(", deleted {at}")).unwrap_or_default();
            let recorded = time(artifact, "registered_at").unwrap_or_default();
            let id = field(artifact, "id").unwrap_or_default();
            let mut rows: Vec<Vec<String>> =
                items(artifact, "copies").iter().flat_map(|copy| describe(copy, time(copy, "settled_at"))).collect();
            if artifact.get("to_standard_output").and_then(Value::as_bool) == Some(true) {
                rows.push(vec!["output".into(), "written to standard output, which is not tracked".into()]);
            } else if rows.is_empty() {
                rows.push(vec![String::new(), "no copy of it was kept".into()]);
            }
            (format!("artifact {id}, recorded {recorded}{deleted}"), rows)
        });
        let artifacts = artifacts.collect();
        Page { head, artifacts }
    }

    /// Writes it as text; with the whole certificate at the end, if it is given.
    pub fn text(&self, out: &mut impl Write, whole: Option<&Value>) -> io::Result<()> {
        writeln!(out, "Certificate of deletion")?;
        let head: Vec<Vec<String>> = self.head.iter().map(|(name, text)| vec![name.clone(), text.clone()]).collect();
        show::table(out, 0, &head)?;
        for (title, rows) in &self.artifacts {
            writeln!(out, "\n{title}")?;
            show::table(out, 2, rows)?;
        }
        writeln!(out)?;
        for note in NOTES {
            writeln!(out, "{note}")?;
        }
        if let Some(whole) = whole {
            writeln!(out, "\nCheck it, with the key that the issuer published:")?;
            writeln!(out, "  scrubjay certificate verify FILE --key KEY\n")?;
            write!(out, "{}", block(whole))?;
        }
        Ok(())
    }

    /// Writes it as a page of HTML that needs nothing besides itself.
    pub fn html(&self, out: &mut impl Write, whole: &Value) -> io::Result<()> {
        writeln!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Certificate of deletion</title>\n\
             <style>\nbody {{ font: 11pt/1.4 serif; max-width: 46em; margin: 3em auto; padding: 0 1em }}\n\
             h1 {{ font-size: 18pt }} h2 {{ font-size: 11pt; margin-bottom: 0.2em }}\n\
             th, td {{ text-align: left; vertical-align: top; padding: 0 1em 0 0; overflow-wrap: anywhere }}\n\
             th {{ white-space: nowrap; font-weight: normal; font-style: italic }}\npre {{ font-size: 7pt; white-space: pre-wrap }}\n\
             @page {{ margin: 2cm }}\n</style>\n</head>\n<body>\n<h1>Certificate of deletion</h1>"
        )?;
        let head: Vec<Vec<String>> = self.head.iter().map(|(name, text)| vec![name.clone(), text.clone()]).collect();
        html_table(out, &head)?;
        for (title, rows) in &self.artifacts {
            writeln!(out, "<h2>{}</h2>", escape(title))?;
            html_table(out, rows)?;
        }
        for note in NOTES {
            writeln!(out, "<p>{}</p>", escape(note))?;
        }
        writeln!(
            out,
            "<p>Check it, with the key that the issuer published: <code>scrubjay certificate verify FILE --key KEY</code></p>"
        )?;
        writeln!(out, "<pre>\n{}</pre>\n</body>\n</html>", block(whole))
    }
}

/// What became of one copy.
fn describe(copy: &Value, at: Option<String>) -> Vec<Vec<String>> {
    let at = at.unwrap_or_default();
    let text = |name: &str| field(copy, name).unwrap_or_default();
    let what = match text("state").as_str() {
        "deleted" => format!("deleted {at} by {}, {} ({})", text("method"), text("assurance"), cause(&text("cause"))),
        "attested" => format!("deleted, as attested {at} by {}, {}", text("attested_by"), text("assurance")),
        "missing" => format!("not found {at}, not deleted by us"),
        "left" => format!("left to its owner {at}: it was only observed"),
        state => state.to_string(),
    };
    let mut rows = vec![vec![text("role"), what]];
    if let (Some(size), Some(sha256)) = (copy.get("size").and_then(Value::as_u64), field(copy, "sha256")) {
        rows.push(vec![String::new(), format!("{}, SHA-256 {sha256}", show::plural(size, "byte"))]);
    }
    rows.extend(field(copy, "evidence").map(|evidence| vec![String::new(), format!("evidence: {evidence}")]));
    rows
}

fn cause(word: &str) -> &str {
    match word {
        "deadline" => "past its deadline",
        "orphan" => "left by a run that died",
        other => other,
    }
}

/// The whole certificate, so that it survives mail and paper's scanner.
fn block(whole: &Value) -> String {
    let encoded = BASE64.encode(whole.to_string());
    let mut text = format!("{BEGIN}\n");
    for line in encoded.as_bytes().chunks(76) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text + END + "\n"
}

/// The certificate in a file of any form.
pub fn certificate_in(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return value.is_object().then_some(value);
    }
    let (_, rest) = text.split_once(BEGIN)?;
    let (encoded, _) = rest.split_once(END)?;
    // Mail programs quote and indent.
    let encoded: String = encoded.chars().filter(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c)).collect();
    serde_json::from_slice(&BASE64.decode(encoded).ok()?).ok()
}

fn html_table(out: &mut impl Write, rows: &[Vec<String>]) -> io::Result<()> {
    writeln!(out, "<table>")?;
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(place, cell)| {
                let tag = if place == 0 { "th" } else { "td" };
                format!("<{tag}>{}</{tag}>", escape(cell))
            })
            .collect();
        writeln!(out, "<tr>{}</tr>", cells.concat())?;
    }
    writeln!(out, "</table>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_survives_text_and_mail() {
        let value = serde_json::json!({ "issue": "ZD-1 <b>", "artifacts": [], "padding": "x".repeat(300) });
        let mut text = Vec::new();
        Page::new(&value).text(&mut text, Some(&value)).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(certificate_in(&text), Some(value.clone()));
        let quoted: String = text.lines().map(|line| format!("> {line}\r\n")).collect();
        assert_eq!(certificate_in(&quoted), Some(value.clone()));
        let mut page = Vec::new();
        Page::new(&value).html(&mut page, &value).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert_eq!(certificate_in(&page), Some(value.clone()));
        assert!(page.contains("ZD-1 &lt;b&gt;") && !page.contains("<b>"));
        assert_eq!(certificate_in(&value.to_string()), Some(value));
        assert_eq!(certificate_in("nothing"), None);
    }
}
