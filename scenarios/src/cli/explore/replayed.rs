//! `explore --at`: one run, with what should go wrong in it.

use super::super::error::CliError;
use super::{ExploreCommand, source_of};
use crate::exit_code::Exit;
use crate::explore::{self, ExplorationVerdict, Explored};
use crate::report::{Style, explored};
use crate::run::Case;
use crate::schedule::{Schedule, ScheduleError};
use crate::text::printable;

/// What should go wrong, if that is said: all of it in one run.
pub(super) fn schedule(at: &[String]) -> Result<Option<Schedule>, ScheduleError> {
    let mut all = Vec::new();
    for text in at {
        all.extend(text.parse::<Schedule>()?.disturbances().iter().cloned());
    }
    if at.is_empty() { Ok(None) } else { Schedule::new(all).map(Some) }
}

impl ExploreCommand<'_, '_> {
    /// One run, with what should go wrong in it, and all that happened.
    pub(super) fn replay(&mut self, case: &Case<'_>, schedule: &Schedule) -> Result<(), CliError> {
        let source = match source_of(case) {
            Ok(source) => source,
            Err(why) => return Ok(self.not_explored(case, &ExplorationVerdict::Unreadable(why))?),
        };
        let told = explore::replay(&source, case.row, schedule, &self.options).and_then(|explored| {
            let origins = explore::origins(&source, case.row, schedule, &explored.findings, &self.options)?;
            Ok((explored, origins))
        });
        let (explored, origins) = match told {
            Ok(told) => told,
            Err(error) => return Ok(self.not_explored(case, &ExplorationVerdict::NotExplored(error))?),
        };
        self.totals.explored += 1;
        self.totals.runs += 1;
        let Explored { findings, failure, trace, ended, unmet, .. } = &explored;
        let is_well = findings.is_subset(&origins.undisturbed);
        // What did not go wrong says nothing of the scenario.
        let is_missed = unmet.iter().any(|unmet| unmet.by_script.is_none());
        let (style, word) = match (is_well, is_missed) {
            (false, _) => (Style::Bad, "FOUND"),
            (true, true) => (Style::Bad, "MISSED"),
            (true, false) => (Style::Good, "well"),
        };
        let word = style.paint(format_args!("{word:<6}"), self.out.color);
        let shown = Style::Faint.paint(format_args!("  {schedule}"), self.out.color);
        writeln!(self.out.to, "{word}  {}{shown}", printable(case.name()))?;
        writeln!(self.out.to, "\n{trace}\n  the script {ended}")?;
        if let Some(failure) = failure {
            writeln!(self.out.to, "\n{failure}")?;
        }
        if !(findings.is_empty() && unmet.is_empty()) {
            writeln!(self.out.to)?;
        }
        let observed = explored.observed.as_ref();
        write!(self.out.to, "{}", explored::origins(findings, &origins, observed, schedule, self.out.color))?;
        write!(self.out.to, "{}", explored::unmet(unmet, self.out.color))?;
        if !is_well || is_missed {
            self.totals.exit = self.totals.exit.max(Exit::Failed);
        }
        Ok(())
    }
}
