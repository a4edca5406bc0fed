//! The progress bar: on a terminal only, and only when the work lasts.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use strat_screen::Progress;

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar that appears on standard error when the work has lasted.
pub struct Bar {
    name: String,
    start: Instant,
    shown: Mutex<Option<ProgressBar>>,
    wanted: bool,
}

impl Bar {
    /// A bar for the work of this name.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            start: Instant::now(),
            shown: Mutex::new(None),
            wanted: std::io::stderr().is_terminal(),
        }
    }

    /// Moves it.
    pub fn at(&self, progress: Progress) {
        if !self.wanted || self.start.elapsed() < PATIENCE {
            return;
        }
        let Ok(mut shown) = self.shown.lock() else {
            return;
        };
        let bar = shown.get_or_insert_with(|| self.draw(progress.total));
        bar.set_position(progress.done);
    }

    fn draw(&self, total: u64) -> ProgressBar {
        let bar = ProgressBar::new(total);
        let template = "{msg} [{bar:30}] {percent:>3}% {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(self.name.clone());
        bar
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Ok(shown) = self.shown.get_mut()
            && let Some(bar) = shown.take()
        {
            bar.finish_and_clear();
        }
    }
}
