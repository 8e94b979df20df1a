//! A progress bar for what takes longer than a second; lines in a log for what takes longer than half a minute.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::report::{plural, size};

/// How long a run goes on silently: before the bar, and between lines in a log.
const PATIENCE: Duration = Duration::from_secs(1);
const LINES: Duration = Duration::from_secs(30);

/// How far a run has come, in bytes, drawn on the terminal once it proves long.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    may_draw: bool,
    many: Option<Arc<Many>>,
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
        let bar = match total {
            Some(total) => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden()),
            None => ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
        };
        let template = match total {
            Some(_) => "{bar:32} {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left  {msg}",
            None => "{spinner} {bytes}  {bytes_per_sec}  {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar, start: Instant::now(), may_draw, many: None }
    }

    /// The same through many files, whose number and size become known on the way. Where there is no terminal, a line is
    /// written now and then, if `may_tell`.
    pub fn of_many(mut self, may_tell: bool) -> Progress {
        let has_lines = may_tell && !io::stderr().is_terminal();
        let many = Arc::new(Many { has_lines, is_counted: AtomicBool::new(true), ..Many::default() });
        let (files, bytes, left) = (many.clone(), many.clone(), many.clone());
        let template = "{bar:24} {data}  {files}  {rate}  {left}{msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            let data = move |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                let more = if bytes.is_counted.load(Ordering::Relaxed) { "" } else { "at least " };
                let _ = write!(text, "{} of {more}{}", size(state.pos()), size(state.len().unwrap_or(0)));
            };
            let files = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
                let _ = write!(text, "{}", plural(files.files.load(Ordering::Relaxed), "file"));
            };
            let rate = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                let _ = write!(text, "{}/s", size(state.per_sec() as u64));
            };
            let left = move |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                if left.is_counted.load(Ordering::Relaxed) {
                    let _ = write!(text, "{:#} left", HumanDuration(state.eta()));
                } else {
                    let _ = text.write_str("counting");
                }
            };
            self.bar.set_style(
                style.with_key("data", data).with_key("files", files).with_key("rate", rate).with_key("left", left),
            );
        }
        self.many = Some(many);
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
    }

    /// Counts a file that is over, and how many have failed so far.
    pub fn has_done_one(&self, failed: u64) {
        let Some(many) = &self.many else { return };
        many.files.fetch_add(1, Ordering::Relaxed);
        if many.failed.swap(failed, Ordering::Relaxed) != failed {
            self.bar.set_message(format!("  {failed} FAILED"));
        }
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

/// How far a run has come, in a line for a log.
fn told(files: (u64, u64), bytes: (u64, u64), is_counted: bool, elapsed: Duration, failed: u64) -> String {
    let least = if is_counted { "" } else { "at least " };
    let rate = bytes.0 as f64 / elapsed.as_secs_f64().max(0.001);
    let mut text = format!(
        "scrubjay: {} of {least}{}, {} of {least}{}, {}/s",
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
    fn a_log_is_told_how_far_it_is() {
        let line = told((1200, 5000), (300_000_000, 900_000_000), true, Duration::from_secs(30), 2);
        assert_eq!(
            line,
            "scrubjay: 1200 of 5000 files, 300.0 MB of 900.0 MB, 10.0 MB/s, about 60 seconds left, 2 failed\n"
        );
        let line = told((1, 65536), (5, 900), false, Duration::from_secs(30), 0);
        assert_eq!(line, "scrubjay: 1 of at least 65536 files, 5 B of at least 900 B, 0 B/s\n");
    }
}
