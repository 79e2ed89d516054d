//! The events of a run as data for reports to files: built once, whatever the number of reports, and not at all if there is
//! none.

pub(crate) mod application;
mod case;
pub(crate) mod exploration;
mod records;
mod redacted;

use std::io;

pub(crate) use self::case::not_run;
use super::console;
use super::model::{self, Event, Renderer, Shard, Start};
use crate::run::{self, Plan, Reporter, RunEvent};

/// The reporter for all reports that are made of the model.
pub struct Fold<'a> {
    renderers: &'a mut [Box<dyn Renderer>],
    warnings: Vec<model::RunWarning>,
    stale_snapshots: Vec<String>,
    /// Which renderer has failed.
    failed: Option<&'static str>,
}

impl<'a> Fold<'a> {
    /// A reporter that tells the `renderers` of the run.
    pub fn new(renderers: &'a mut [Box<dyn Renderer>]) -> Self {
        Self { renderers, warnings: Vec::new(), stale_snapshots: Vec::new(), failed: None }
    }

    fn tell(&mut self, event: &Event<'_>) -> io::Result<()> {
        tell(self.renderers, event).map_err(|(name, error)| {
            self.failed = Some(name);
            error
        })
    }

    fn warn(&mut self, warning: &run::RunWarning) {
        let message = console::warning_text(warning);
        match warning {
            run::RunWarning::StaleSnapshot { shown } => self.stale_snapshots.push(shown.clone()),
            run::RunWarning::MisreadTags { shown, misread } => self.warnings.push(model::RunWarning::MisreadTags {
                message,
                path: shown.clone(),
                line: misread.line,
                found: misread.text.clone(),
                meant: misread.meant.clone(),
            }),
            run::RunWarning::AllSkipped { count } => {
                self.warnings.push(model::RunWarning::AllSkipped { message, count: *count });
            }
        }
    }
}

impl Reporter for Fold<'_> {
    fn name(&self) -> &str {
        self.failed.unwrap_or("files")
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if self.renderers.is_empty() {
            return Ok(());
        }
        match event {
            RunEvent::Started { plan, strict } => self.tell(&Event::Started(&start(plan, *strict))),
            RunEvent::Warned(warning) => {
                self.warn(warning);
                Ok(())
            }
            RunEvent::Finished { case, finished } => self.tell(&Event::Case(&case::finished(case, finished))),
            RunEvent::NotRun { case, .. } => self.tell(&Event::Case(&not_run(case))),
            RunEvent::Ended { summary, wall_time } => {
                let end = model::End {
                    wall_time: wall_time.as_secs_f64(),
                    interrupted: summary.missing() > 0,
                    warnings: std::mem::take(&mut self.warnings),
                    stale_snapshots: std::mem::take(&mut self.stale_snapshots),
                    summary: (*summary).into(),
                };
                self.tell(&Event::Ended(&end))
            }
        }
    }
}

/// Gives an event to all renderers, in their order. The one that cannot be written is named.
pub(super) fn tell(renderers: &mut [Box<dyn Renderer>], event: &Event<'_>) -> Result<(), (&'static str, io::Error)> {
    renderers.iter_mut().try_for_each(|renderer| renderer.event(event).map_err(|error| (renderer.name(), error)))
}

pub(crate) fn start(plan: &Plan<'_>, strict: bool) -> Start {
    Start {
        harness: env!("CARGO_PKG_VERSION").to_owned(),
        live: plan.is_live(),
        strict,
        explored: None,
        shard: plan.shard.map(|shard| Shard { index: shard.index(), of: shard.of() }),
        set: plan.set.to_string(),
        cases: plan.cases.len(),
    }
}
