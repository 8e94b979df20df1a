//! A progress bar for what takes longer than a second; lines in a log for what takes longer than half a minute.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::cli::show;
use crate::report::{plural, size};

/// How long a run goes on silently: before the bar, and between lines in a log.
const PATIENCE: Duration = Duration::from_secs(1);
const LINES: Duration = Duration::from_secs(30);

/// How many columns the bar itself takes at most, and at least.
const BAR: usize = 24;
const SHORTEST_BAR: usize = 6;

/// How far a run has come, in bytes, drawn on the terminal once it proves long.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    may_draw: bool,
    many: Option<Arc<Many>>,
    /// A word for what is done, if it is not scrubbing.
    what: &'static str,
}

/// What is told of a run over many files.
#[derive(Default)]
struct Many {
    files: AtomicU64,
    of_files: AtomicU64,
    failed: AtomicU64,
    /// Whether there are no more files than were counted so far.
    is_counted: AtomicBool,
    /// Whether all there are were counted at once.
    has_all: AtomicBool,
    /// Whether lines go to the standard error, and when the last one went.
    has_lines: bool,
    last: Mutex<Option<Instant>>,
}

impl Progress {
    /// Progress through `total` bytes, if that is known.
    pub fn new(may_draw: bool, total: Option<u64>) -> Progress {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        Progress { bar, start: Instant::now(), may_draw, many: None, what: "" }.styled()
    }

    /// The same through many files, whose number and size become known on the way. Where there is no terminal, a line is
    /// written now and then, if `may_tell`.
    pub fn of_many(mut self, may_tell: bool) -> Progress {
        let has_lines = may_tell && !io::stderr().is_terminal();
        self.many = Some(Arc::new(Many { has_lines, is_counted: AtomicBool::new(true), ..Many::default() }));
        self.styled()
    }

    /// The same with a word for what is done, such as `learning`.
    pub fn doing(mut self, what: &'static str) -> Progress {
        self.what = what;
        self.styled()
    }

    /// Draws one line, as wide as the terminal is at that moment.
    fn styled(self) -> Progress {
        let (many, what) = (self.many.clone(), self.what);
        let draw = move |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            let now = Now {
                what,
                bytes: state.pos(),
                of_bytes: state.len(),
                rate: state.per_sec(),
                files: many
                    .as_ref()
                    .map(|many| (many.files.load(Ordering::Relaxed), many.of_files.load(Ordering::Relaxed))),
                is_counted: many.as_ref().is_none_or(|many| many.is_counted.load(Ordering::Relaxed)),
                failed: many.as_ref().map_or(0, |many| many.failed.load(Ordering::Relaxed)),
            };
            let _ = text.write_str(&now.drawn(show::columns(io::stderr()).unwrap_or(80)));
        };
        if let Ok(style) = ProgressStyle::with_template("{now}") {
            self.bar.set_style(style.with_key("now", draw));
        }
        self
    }

    /// So many bytes more are to come, in so many files.
    pub fn expect(&self, bytes: u64, files: u64) {
        let Some(many) = &self.many else { return };
        if !many.has_all.load(Ordering::Relaxed) {
            self.bar.inc_length(bytes);
            many.of_files.fetch_add(files, Ordering::Relaxed);
        }
    }

    /// There is more than was expected so far, and it is being counted.
    pub fn is_counting(&self) {
        if let Some(many) = &self.many {
            many.is_counted.store(false, Ordering::Relaxed);
        }
    }

    /// So much it is, all together.
    pub fn expect_all(&self, bytes: u64, files: u64) {
        if let Some(many) = &self.many {
            self.bar.set_length(bytes.max(self.bar.position()));
            many.of_files.store(files, Ordering::Relaxed);
            many.has_all.store(true, Ordering::Relaxed);
            many.is_counted.store(true, Ordering::Relaxed);
        }
    }

    /// Counts bytes.
    pub fn add(&self, bytes: u64) {
        self.bar.inc(bytes);
        if self.may_draw && self.bar.is_hidden() && self.start.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if let Some(many) = self.many.as_ref().filter(|many| many.has_lines) {
            self.line(many);
        }
    }

    /// Counts a file that is over, and how many have failed so far.
    pub fn has_done_one(&self, failed: u64) {
        let Some(many) = &self.many else { return };
        many.files.fetch_add(1, Ordering::Relaxed);
        many.failed.store(failed, Ordering::Relaxed);
        if many.has_lines {
            self.line(many);
        }
    }

    /// Writes a line for a log, if it is time.
    fn line(&self, many: &Many) {
        let mut last = many.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.unwrap_or(self.start).elapsed() < LINES {
            return;
        }
        *last = Some(Instant::now());
        let text = told(
            self.what,
            (many.files.load(Ordering::Relaxed), many.of_files.load(Ordering::Relaxed)),
            (self.bar.position(), self.bar.length().unwrap_or(0)),
            many.is_counted.load(Ordering::Relaxed),
            self.start.elapsed(),
            many.failed.load(Ordering::Relaxed),
        );
        // A closed standard error leaves nobody to tell.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// What tells it of bytes that were read.
    pub fn watching(&self) -> impl Fn(u64) + Send + Sync + use<> {
        let progress = self.clone();
        move |bytes| progress.add(bytes)
    }

    /// Takes the bar from the terminal.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// How far a run has come, as it is drawn.
struct Now {
    what: &'static str,
    bytes: u64,
    of_bytes: Option<u64>,
    /// Bytes in a second, of late.
    rate: f64,
    /// How many are done, and of how many.
    files: Option<(u64, u64)>,
    is_counted: bool,
    failed: u64,
}

impl Now {
    /// One line of at most so many columns: how many bytes, and of the rest what there is room for.
    fn drawn(&self, columns: usize) -> String {
        let least = if self.is_counted { "" } else { "at least " };
        let of = |of: u64| format!(" of {least}{}", size(of));
        let bytes = format!("{}{}", size(self.bytes), self.of_bytes.map(of).unwrap_or_default());
        let failed = if self.failed > 0 { format!("{} FAILED", self.failed) } else { String::new() };
        let left = match self.of_bytes {
            _ if !self.is_counted => "counting".into(),
            Some(of) if self.rate >= 1.0 => {
                format!("{} left", clock((of.saturating_sub(self.bytes) as f64 / self.rate) as u64))
            }
            _ => String::new(),
        };
        let rate = format!("{}/s", size(self.rate as u64));
        let files = self.files.map(|(done, of)| format!("{done} of {least}{}", plural(of, "file"))).unwrap_or_default();
        // In the order in which they stand; what matters less goes first where there is no room.
        let mut parts = [self.what.to_string(), bytes, files, rate, left, failed];
        let width = |parts: &[String]| {
            let some = parts.iter().filter(|part| !part.is_empty());
            some.map(|part| part.len() + 2).sum::<usize>().saturating_sub(2)
        };
        // The last column stays free: some terminals begin a new line behind it.
        let room = columns.saturating_sub(1);
        for least in [0, 2, 3, 4] {
            if width(&parts) > room {
                parts[least].clear();
            }
        }
        let line = parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("  ");
        let bar = room.saturating_sub(width(&parts) + 2).min(BAR);
        let mut line = match self.of_bytes {
            Some(of) if bar >= SHORTEST_BAR => {
                let full = (self.bytes.min(of) as f64 / of.max(1) as f64 * bar as f64) as usize;
                format!("{}{}  {line}", "\u{2588}".repeat(full), "\u{2591}".repeat(bar - full))
            }
            _ => line,
        };
        if let Some((end, _)) = line.char_indices().nth(room) {
            line.truncate(end);
        }
        line
    }
}

/// A span of time as `12s`, `3m 20s` or `2h 05m`.
fn clock(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// How far a run has come, in a line for a log.
fn told(what: &str, files: (u64, u64), bytes: (u64, u64), is_counted: bool, elapsed: Duration, failed: u64) -> String {
    let least = if is_counted { "" } else { "at least " };
    let rate = bytes.0 as f64 / elapsed.as_secs_f64().max(0.001);
    let what = if what.is_empty() { String::new() } else { format!("{what}: ") };
    let mut text = format!(
        "scrubjay: {what}{} of {least}{}, {} of {least}{}, {}/s",
        files.0,
        plural(files.1, "file"),
        size(bytes.0),
        size(bytes.1),
        size(rate as u64)
    );
    if is_counted && rate > 0.0 {
        let left = bytes.1.saturating_sub(bytes.0) as f64 / rate;
        let _ = write!(text, ", about {} left", HumanDuration(Duration::from_secs(left as u64)));
    }
    if failed > 0 {
        let _ = write!(text, ", {failed} failed");
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_wide_as_the_terminal() {
        let mut now = Now {
            what: "",
            bytes: 274_100_000,
            of_bytes: Some(360_000_000),
            rate: 2e8,
            files: Some((4, 6)),
            is_counted: true,
            failed: 0,
        };
        let bar = format!("{}{}", "\u{2588}".repeat(18), "\u{2591}".repeat(6));
        assert_eq!(now.drawn(200), format!("{bar}  274.1 MB of 360.0 MB  4 of 6 files  200.0 MB/s  0s left"));
        now.failed = 2;
        for columns in [80, 60, 50, 40, 30, 12, 1, 0] {
            let line = now.drawn(columns);
            assert!(line.chars().count() < columns.max(1), "{columns}: {line}");
            assert_eq!(line.contains("2 FAILED"), columns > 30, "{columns}: {line}");
            assert_eq!(line.contains("274.1 MB of 360.0 MB"), columns > 20, "{columns}: {line}");
        }
        now = Now { what: "learning", is_counted: false, failed: 0, ..now };
        assert_eq!(
            now.drawn(100),
            format!(
                "{}{}  learning  274.1 MB of at least 360.0 MB  4 of at least 6 files  200.0 MB/s  counting",
                "\u{2588}".repeat(9),
                "\u{2591}".repeat(4)
            )
        );
        now = Now { what: "", of_bytes: None, files: None, is_counted: true, ..now };
        assert_eq!(now.drawn(80), "274.1 MB  200.0 MB/s");
        assert_eq!((clock(9), clock(200), clock(7500)), ("9s".into(), "3m 20s".into(), "2h 05m".into()));
    }

    #[test]
    fn a_log_is_told_how_far_it_is() {
        let line = told("learning", (1200, 5000), (300_000_000, 900_000_000), true, Duration::from_secs(30), 2);
        assert_eq!(
            line,
            "scrubjay: learning: 1200 of 5000 files, 300.0 MB of 900.0 MB, 10.0 MB/s, about 60 seconds left, 2 failed\n"
        );
        let line = told("", (1, 65536), (5, 900), false, Duration::from_secs(30), 0);
        assert_eq!(line, "scrubjay: 1 of at least 65536 files, 5 B of at least 900 B, 0 B/s\n");
    }
}
