//! An inspection as a page that stands by itself: no script, nothing loaded from elsewhere.

use std::io::{self, Write};

use super::{Line, Lines, Page, Part, sureness};
use crate::report::Summary;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--faint:#68717c;--line:#e3e6ea;--found:#b3261e;--mark:#fdecea}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#16191d;--faint:#99a2ad;--line:#2c3138;--found:#ff8a80;--mark:#3a1f1d}}
body{margin:2rem auto;max-width:72rem;padding:0 1rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem}h2{font:600 1rem ui-monospace,monospace;margin:2rem 0 .5rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td,th{padding:.15rem .6rem .15rem 0;text-align:left;vertical-align:top}
th{color:var(--faint);font-weight:500}td.n,th.n{text-align:right;color:var(--faint);white-space:nowrap}
.text{border:1px solid var(--line);border-radius:6px;overflow:hidden;font:13px/1.5 ui-monospace,monospace}
.text div{padding:.1rem .8rem .1rem calc(.8rem + 4.5em);text-indent:-4.5em;white-space:pre-wrap;overflow-wrap:anywhere}
.text .n{display:inline-block;min-width:4.5em;text-indent:0;color:var(--faint);user-select:none}
.text .why{color:var(--faint);font:13px/1.5 system-ui,sans-serif;padding-left:6.5em;text-indent:0}
.text .gap{border-top:1px dashed var(--line);height:0;padding:0}
mark{background:var(--mark);color:var(--found);border-radius:3px;font-weight:600}.why b{color:var(--found)}
.counts{display:flex;gap:3rem;flex-wrap:wrap}.faint{color:var(--faint)}@media print{body{margin:0;max-width:none}}";

/// Writes a page with the lines around findings, and the counts at its end.
pub struct Html<W> {
    out: W,
    is_begun: bool,
    /// The name of a text of which nothing was written yet.
    name: Option<String>,
    last: u64,
}

impl<W: Write> Html<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Html<W> {
        Html { out, is_begun: false, name: None, last: 0 }
    }

    fn head(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Ok(());
        }
        let title = "What scrubjay would replace";
        writeln!(
            self.out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n\
             <h1>{title}</h1>\n<p class=\"faint\">Values are not shown: placeholders stand in their place.</p>"
        )
    }
}

impl<W: Write + Send + Sync> Lines for Html<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        (self.name, self.last) = (Some(name.to_string()), 0);
        Ok(())
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        self.head()?;
        if let Some(name) = self.name.take() {
            writeln!(self.out, "<h2>{}</h2>\n<div class=\"text\">", escaped(name.as_bytes()))?;
        } else if line.number > self.last + 1 {
            writeln!(self.out, "<div class=\"gap\"></div>")?;
        }
        self.last = line.number;
        write!(self.out, "<div><span class=\"n\">{}</span>", line.number)?;
        for part in &line.parts {
            match part {
                Part::Text(bytes) => write!(self.out, "{}", escaped(bytes))?,
                Part::Cut(bytes) => write!(self.out, "<span class=\"faint\">[{bytes} bytes]</span>")?,
                Part::Finding(mark) => {
                    write!(self.out, "<mark>{}</mark>", escaped(line.marks[*mark].shown()))?;
                }
            }
        }
        writeln!(self.out, "</div>")?;
        for mark in &line.marks {
            let (rule, reason) = (escaped(mark.rule.as_bytes()), escaped(mark.reason.as_bytes()));
            let (kind, sure) = (mark.kind, sureness(mark.confidence));
            writeln!(
                self.out,
                "<div class=\"why\">column {}: <b>{kind}</b> {rule}: {reason}; {}; confidence {sure}</div>",
                mark.column,
                escaped(mark.value.as_bytes()),
            )?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        if self.name.take().is_none() { writeln!(self.out, "</div>") } else { Ok(()) }
    }
}

impl<W: Write + Send + Sync> Page for Html<W> {
    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.head()?;
        let out = &mut self.out;
        writeln!(out, "<h2>Counts</h2>\n<div class=\"counts\">")?;
        let kinds = summary.kinds().into_iter().map(|(kind, count)| (kind.id(), count)).collect();
        let rules = summary.rules.iter().map(|rule| (rule.rule.as_str(), rule.count)).collect();
        counts(out, "kind", kinds)?;
        counts(out, "rule", rules)?;
        writeln!(out, "</div>")?;
        let lists =
            [("Withheld", &summary.withheld), ("Scanned as text only", &summary.doubtful), ("Failed", &summary.failed)];
        for (title, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            writeln!(out, "<h2>{title}</h2>\n<table>")?;
            for entry in list {
                let (name, reason) = (escaped(entry.name.as_bytes()), escaped(entry.reason.as_bytes()));
                writeln!(out, "<tr><td>{name}</td><td>{reason}</td></tr>")?;
            }
            writeln!(out, "</table>")?;
        }
        let counted = escaped(summary.headline().as_bytes());
        let not = escaped(crate::report::summary::NOT_LOOKED_FOR.as_bytes());
        writeln!(out, "<p>{counted}</p>\n<p class=\"faint\">Not looked for: {not}.</p>\n</body>\n</html>")?;
        out.flush()
    }
}

fn counts(out: &mut impl Write, what: &str, mut rows: Vec<(&str, u64)>) -> io::Result<()> {
    rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    writeln!(out, "<div><table><tr><th class=\"n\">findings</th><th>{what}</th></tr>")?;
    for (name, count) in rows {
        writeln!(out, "<tr><td class=\"n\">{count}</td><td>{}</td></tr>", escaped(name.as_bytes()))?;
    }
    writeln!(out, "</table></div>")
}

/// Bytes of a log as text in HTML; what no reader would see is spelled out.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\r' => {}
            '\t' => text.push('\t'),
            c if c.is_control() || super::is_invisible(c) => text.extend(c.escape_unicode()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Joined;
    use super::super::tests::{shown, summary};
    use super::*;

    #[test]
    fn the_page_shows_lines_and_counts_and_runs_nothing() {
        let mut out = Vec::new();
        shown(&mut Joined::new(Html::new(&mut out), 1), &summary());
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains("mail <mark>EMAIL_4kq7zp0c2dm</mark> now"), "{page}");
        assert!(page.contains("<h2>app.log!a.txt</h2>"), "{page}");
        assert!(page.ends_with("</html>\n"), "{page}");
        assert!(!page.contains("<script") && !page.contains("http"), "{page}");
        assert_eq!(escaped(b"<a href=\"x\">&\x1b"), "&lt;a href=&quot;x&quot;&gt;&amp;\\u{1b}");
    }
}
