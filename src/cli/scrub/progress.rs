//! A progress bar for what takes longer than a second.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far a run has come, in bytes, drawn on the terminal once it proves long.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    may_draw: bool,
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
        Progress { bar, start: Instant::now(), may_draw }
    }

    /// Counts bytes.
    pub fn add(&self, bytes: u64) {
        const PATIENCE: Duration = Duration::from_secs(1);
        self.bar.inc(bytes);
        if self.may_draw && self.bar.is_hidden() && self.start.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Says what has gone wrong so far.
    pub fn say(&self, message: String) {
        self.bar.set_message(message);
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
