//! An inspection for people at a terminal: lines with their placeholders, and below each line why they stand there.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{Line, Lines, Mark, Page, Part, sureness};
use crate::report::Summary;

/// Writes lines with findings under the name of their text.
pub struct Text<W> {
    out: W,
    paint: Paint,
    /// The name of a text of which nothing was written yet.
    name: Option<String>,
    /// The line that was written last.
    last: u64,
}

impl<W: Write> Text<W> {
    /// Writes to `out`, in colours if `is_coloured`.
    pub fn new(out: W, is_coloured: bool) -> Text<W> {
        let paint = if is_coloured { Paint::colours() } else { Paint::default() };
        Text { out, paint, name: None, last: 0 }
    }

    fn mark(&mut self, line: &Line, mark: &Mark) -> io::Result<()> {
        let Mark { column, kind, rule, reason, confidence, value, .. } = mark;
        let place = format!("{}:{column}", line.number);
        let sure = sureness(*confidence);
        let reason = self.paint.reason.wrap(&format!("{rule}: {reason}; {value}; confidence {sure}"));
        writeln!(
            self.out,
            "         {} {} {reason}",
            self.paint.number.wrap(&place),
            self.paint.finding.wrap(kind.id())
        )
    }
}

impl<W: Write + Send + Sync> Lines for Text<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        (self.name, self.last) = (Some(name.to_string()), 0);
        Ok(())
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        if let Some(name) = self.name.take() {
            writeln!(self.out, "{}", self.paint.name.wrap(&harmless(name.as_bytes())))?;
        } else if line.number > self.last + 1 {
            writeln!(self.out, "      --")?;
        }
        self.last = line.number;
        let mut text = String::new();
        for part in &line.parts {
            match part {
                Part::Text(bytes) => text.push_str(&harmless(bytes)),
                Part::Cut(bytes) => text.push_str(&self.paint.reason.wrap(&format!("[{bytes} bytes]"))),
                Part::Finding(mark) => text.push_str(&self.paint.finding.wrap(&harmless(line.marks[*mark].shown()))),
            }
        }
        let number = self.paint.number.wrap(&format!("{:>8}", line.number));
        writeln!(self.out, "{number} {}", text.trim_end())?;
        line.marks.iter().try_for_each(|mark| self.mark(line, mark))
    }

    fn end(&mut self) -> io::Result<()> {
        // A text without findings is not named.
        if self.name.take().is_none() { writeln!(self.out) } else { Ok(()) }
    }
}

impl<W: Write + Send + Sync> Page for Text<W> {
    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.out.write_all(summary.counts(|title| self.paint.strong.wrap(title)).as_bytes())?;
        self.out.flush()
    }
}

/// How things are painted.
#[derive(Clone, Copy, Default)]
struct Paint {
    name: Style,
    number: Style,
    finding: Style,
    reason: Style,
    strong: Style,
}

impl Paint {
    fn colours() -> Paint {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        Paint {
            name: colour(AnsiColor::Magenta).bold(),
            number: colour(AnsiColor::Green),
            finding: colour(AnsiColor::Red).bold(),
            reason: Style::new().dimmed(),
            strong: Style::new().bold(),
        }
    }
}

/// Text in a style.
trait Wrap {
    fn wrap(self, text: &str) -> String;
}

impl Wrap for Style {
    fn wrap(self, text: &str) -> String {
        format!("{self}{text}{self:#}")
    }
}

/// Bytes of a log as text that a terminal obeys in nothing.
fn harmless(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            '\t' => text.push_str("    "),
            '\r' => {}
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
    fn a_person_sees_the_line_its_placeholder_and_the_reason() {
        let mut out = Vec::new();
        shown(&mut Joined::new(Text::new(&mut out, false), 1), &summary());
        let text = String::from_utf8(out).unwrap();
        let expected = "app.log!a.txt
       1 first\\u{1b}[31m
       2 mail EMAIL_4kq7zp0c2dm now
         2:6 email email: an e-mail address; 20 bytes: lower-case letters; confidence high
       3 last

1 finding in 2 texts; 100 B read
  by kind: email 1
  by rule: email 1
";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn colours_are_for_terminals() {
        let mut out = Vec::new();
        shown(&mut Joined::new(Text::new(&mut out, true), 0), &summary());
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\x1b[1m\x1b[31mEMAIL_4kq7zp0c2dm\x1b[0m"), "{text:?}");
    }
}
