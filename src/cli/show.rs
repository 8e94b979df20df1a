//! How things are written for people: aligned columns, local times, sizes, harmless paths.

use crate::ledger::{HoldStatus, Scope, Time};
use crate::report::inspection::harmless;
use std::io::{self, Write};
use std::path::Path;

/// A moment in local time, to the minute, with its offset from UTC.
pub fn time(time: Time) -> String {
    match jiff::Timestamp::from_millisecond(time.0) {
        Ok(stamp) => stamp.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%dT%H:%M%:z").to_string(),
        Err(_) => time.to_string(),
    }
}

/// A span of time in its largest unit, for example `3 days`.
pub fn span(milliseconds: i64) -> String {
    let minutes = milliseconds.unsigned_abs() / 60_000;
    let (count, unit) = match minutes {
        0..60 => (minutes, "minute"),
        60..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    plural(count, unit)
}

/// A count with its noun.
pub fn plural(count: u64, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) if stem.ends_with(['p', 'r']) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

/// A text out of the records, without anything that a terminal would obey.
pub fn text(text: &str) -> String {
    harmless(text)
}

/// Whether what goes to a place is coloured, which by default a terminal's text is, unless the environment says no
/// (<https://no-color.org>).
pub fn is_coloured(choice: clap::ColorChoice, is_terminal: bool) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        clap::ColorChoice::Always => true,
        clap::ColorChoice::Never => false,
        clap::ColorChoice::Auto => {
            let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            is_terminal && !is_set("NO_COLOR") && !is_dumb
        }
    }
}

/// How many columns a terminal has; none if it is something else.
pub fn columns(stream: impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    (size.ws_col > 0).then(|| usize::from(size.ws_col))
}

/// Writes a value as JSON for people and programs: whatever is not plain ASCII stands as `\uXXXX`, which reads the same.
pub fn json(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
    let mut units = [0; 2];
    let mut plain = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        // Only strings hold what is not plain, and control characters below a space are escaped already.
        if (' '..='~').contains(&c) || c == '\n' {
            plain.push(c);
        } else {
            plain.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    writeln!(out, "{plain}")
}

/// A live hold, in a line.
pub fn hold(hold: &HoldStatus) -> String {
    let on = match hold.scope {
        Scope::Customer => "ON HOLD (all of the customer)",
        Scope::Issue => "ON HOLD (the issue)",
        Scope::Artifact => "ON HOLD",
    };
    let review = if hold.review_overdue { "REVIEW OVERDUE since" } else { "to be reviewed" };
    let reason = hold.reason.as_deref().map_or("(its reason was erased)".into(), text);
    format!("{on} since {}, {review} {}: {reason}", time(hold.placed_at), time(hold.review_at))
}

/// A path out of the records.
pub fn path(path: &Path) -> String {
    text(&path.to_string_lossy())
}

/// Writes rows whose columns are aligned; the last column is as wide as it is.
pub fn table(out: &mut impl Write, indent: usize, rows: &[Vec<String>]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Appends rows whose columns are aligned, the first `figures` of them to the right.
pub fn figures(text: &mut String, figures: usize, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column < figures { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_texts_harmless() {
        let mut out = Vec::new();
        let row = |cells: [&str; 2]| cells.map(String::from).to_vec();
        table(&mut out, 2, &[row(["a", "b"]), row(["long", ""])]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "  a     b\n  long\n");
        assert_eq!(text("a\x1b[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
        let mut out = Vec::new();
        json(&mut out, &"a\u{202e}\u{7f}\u{e0001}").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\"a\\u202e\\u007f\\udb40\\udc01\"\n");
        assert_eq!(
            (plural(1, "copy"), plural(2, "copy"), plural(0, "day")),
            ("1 copy".into(), "2 copies".into(), "0 days".into())
        );
        assert_eq!(
            (span(59 * 60_000), span(47 * 3_600_000), span(-3 * 86_400_000)),
            ("59 minutes".into(), "47 hours".into(), "3 days".into())
        );
    }
}
