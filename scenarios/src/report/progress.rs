//! A progress bar, for a run at a terminal that takes longer than a moment.

use std::io::{self, Write};
use std::mem;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::{Reporter, RunEvent};

/// How long a run may take that shows none.
const MOMENT: Duration = Duration::from_millis(500);
/// The time between two drawings while nothing ends.
const TICK: Duration = Duration::from_millis(100);
/// The most that is kept of a line until its end.
const MAX_LINE: usize = 64 * 1024;

/// The report that shows how far a run is, and leaves nothing behind. It hears of each event before whoever writes lines.
pub struct ProgressLine {
    bar: ProgressBar,
    /// How it is drawn, if it is.
    style: Option<ProgressStyle>,
    /// What waits for the moment to pass.
    waiting: Option<WaitingCases>,
    failed: usize,
}

#[derive(Debug)]
struct WaitingCases {
    /// Dropped, it ends the waiting.
    end: Sender<()>,
    thread: JoinHandle<()>,
}

impl ProgressLine {
    /// One that is drawn on the terminal of standard error.
    #[must_use]
    pub fn new(color: bool) -> Self {
        Self::with(Some(style(color)))
    }

    /// One that is never drawn.
    #[must_use]
    pub fn hidden() -> Self {
        Self::with(None)
    }

    fn with(style: Option<ProgressStyle>) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        Self { bar, style, waiting: None, failed: 0 }
    }

    /// What writes lines to the same terminal, above the bar.
    pub fn above<'a>(&self, to: &'a mut dyn Write) -> Above<'a> {
        Above { bar: self.bar.clone(), to, line: Vec::new() }
    }

    /// Begins, with so many steps ahead.
    ///
    /// # Errors
    ///
    /// No thread can be started.
    pub fn begin(&mut self, steps: usize) -> io::Result<()> {
        self.bar.set_length(steps as u64);
        let Some(style) = self.style.clone() else { return Ok(()) };
        let (end, ended) = mpsc::channel::<()>();
        let bar = self.bar.clone();
        let wait = move || {
            if ended.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout) {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.set_style(style);
                bar.enable_steady_tick(TICK);
            }
        };
        let thread = thread::Builder::new().name("progress".to_owned()).spawn(wait)?;
        self.waiting = Some(WaitingCases { end, thread });
        Ok(())
    }

    /// One step is done.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// Tells what is done within a step that takes long: so many runs of so many since it began, and what is left of its
    /// budget.
    pub fn within(&self, done: usize, of: usize, since: Duration, budget: Duration) {
        self.bar.set_message(within(done, of, since, budget));
    }

    fn end(&mut self) {
        if let Some(WaitingCases { end, thread }) = self.waiting.take() {
            drop(end);
            // If it panicked there is no bar, and nothing else is lost.
            let _ = thread.join();
            self.bar.finish_and_clear();
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.end();
    }
}

impl Reporter for ProgressLine {
    fn name(&self) -> &str {
        "progress"
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::Started { plan, .. } => self.begin(plan.cases.len())?,
            RunEvent::Finished { finished, .. } => {
                if finished.status.has_failed() {
                    self.failed += 1;
                    self.bar.set_message(format!("  {} failed", self.failed));
                }
                self.bar.inc(1);
            }
            RunEvent::NotRun { .. } => self.bar.inc(1),
            RunEvent::Ended { .. } => self.end(),
            RunEvent::Warned(_) => {}
        }
        Ok(())
    }
}

/// No more than 44 columns for a million runs and an hour.
fn within(done: usize, of: usize, since: Duration, budget: Duration) -> String {
    let rate = done as f64 / since.as_secs_f64().max(0.001);
    let left = budget.saturating_sub(since).as_secs();
    format!("  {done}/{of} runs, {rate:.0}/s, {left} s left")
}

/// Less than 60 columns as long as there are less than 100,000 cases.
fn style(color: bool) -> ProgressStyle {
    let bar = if color { "{bar:24.green}" } else { "{bar:24}" };
    let style = ProgressStyle::with_template(&format!("{bar}  {{pos}} of {{len}}  {{elapsed}}{{msg}}"));
    style.expect("the template is written as indicatif wants it").progress_chars("=> ")
}

/// Writes whole lines above a progress bar, which stays below the last of them.
pub struct Above<'a> {
    bar: ProgressBar,
    to: &'a mut dyn Write,
    /// What waits for the end of its line.
    line: Vec<u8>,
}

impl Above<'_> {
    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    fn write_out(&mut self) -> io::Result<()> {
        let line = mem::take(&mut self.line);
        self.bar.suspend(|| self.to.write_all(&line))
    }
}

impl Write for Above<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if self.line.ends_with(b"\n") || self.line.len() > MAX_LINE {
            self.write_out()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.write_out()?;
        }
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps what it is given at once apart.
    #[derive(Default)]
    struct Writes(Vec<String>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_exploration_tells_how_fast_it_is_and_what_is_left() {
        let told = within(1_200, 17_735, Duration::from_millis(400), Duration::from_secs(60));
        assert_eq!(told, "  1200/17735 runs, 3000/s, 59 s left");
        let most = within(1_000_000, 1_000_000, Duration::from_secs(60), Duration::from_secs(3_600));
        assert!(most.len() <= 44, "{most}");
        assert!(within(1, 2, Duration::from_secs(9), Duration::from_secs(5)).ends_with(" 0 s left"));
    }

    #[test]
    fn lines_are_written_whole_and_what_has_no_end_is_not_kept_for_ever() {
        let mut writes = Writes::default();
        let progress = ProgressLine::hidden();
        let mut above = progress.above(&mut writes);
        write!(above, "pass  ").unwrap();
        writeln!(above, "a").unwrap();
        write!(above, "two\nlines\nand").unwrap();
        above.finish().unwrap();
        assert_eq!(writes.0, ["pass  a\n", "two\nlines\nand"]);

        let mut writes = Writes::default();
        let mut above = progress.above(&mut writes);
        above.write_all(&vec![b'x'; MAX_LINE]).unwrap();
        above.write_all(b"x").unwrap();
        drop(above);
        assert_eq!(writes.0.concat().len(), MAX_LINE + 1);
    }
}
