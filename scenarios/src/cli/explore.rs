//! `explore`

use std::io;

use super::arguments::Explore;
use super::error::CliError;
use super::selection::{Selected, select};
use super::{Environment, Output, signals};
use crate::exit_code::Exit;
use crate::explore::{self, Accepted, AcceptedError, Exploration, ExploreError, Explored, Options};
use crate::printable::printable;
use crate::report::console::counted;
use crate::report::progress::Progress;
use crate::report::{Style, explored};
use crate::run::{Broken, Case, Plan, Variant};
use crate::schedule::Schedule;
use crate::script::Limits;
use crate::settings::Settings;

pub(super) fn explore(arguments: Explore, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let Explore { selection, at, pairs, without, judge_checks, budget, jobs, all, update } = arguments;
    let given = Settings { jobs, ..Settings::default() };
    let Selected { found, settings, .. } = select(&selection, &given, environment)?;
    let mut limits = Limits::default();
    if environment.signals {
        limits.interrupt = signals::listen(environment.redraws)?;
    }
    let options = Options {
        jobs: settings.jobs.unwrap_or(environment.jobs),
        limits,
        budget: budget.unwrap_or(explore::BUDGET),
        judge_checks,
        pairs,
        without: without.into_iter().collect(),
    };
    let plan = Plan::to_run(&found, Variant::Sim);
    let mut progress = if environment.shows_progress() { Progress::new(out.color) } else { Progress::hidden() };
    let mut above = progress.above(out.to);
    progress.begin(plan.cases.len())?;
    let mut to = Output { to: &mut above, color: out.color, columns: out.columns };
    let mut command = Command { out: &mut to, progress: &progress, options, all, update, totals: Totals::default() };
    for case in &plan.cases {
        if command.options.limits.interrupt.is_raised() {
            break;
        }
        if at.is_empty() {
            command.case(case)?;
        } else {
            command.replay(case, &at)?;
        }
        progress.step();
    }
    let exit = command.end(plan.cases.len())?;
    above.finish()?;
    Ok(exit)
}

struct Command<'a, 'o> {
    out: &'a mut Output<'o>,
    progress: &'a Progress,
    options: Options,
    all: bool,
    update: bool,
    totals: Totals,
}

/// All scenarios in numbers.
#[derive(Default)]
struct Totals {
    explored: usize,
    runs: usize,
    took: std::time::Duration,
    exit: Exit,
}

impl Command<'_, '_> {
    /// Explores a scenario, and holds what was found against what is accepted.
    fn case(&mut self, case: &Case<'_>) -> Result<(), CliError> {
        let Some(source) = self.source(case)? else { return Ok(()) };
        let progress = self.progress;
        let mut tell = |done: usize, of: usize, since| progress.within(done, of, since);
        let found = match explore::explore(&source, case.row, &self.options, &mut tell) {
            Ok(found) => found,
            Err(error) => return Ok(self.not_explored(case, &error)?),
        };
        self.totals.explored += 1;
        self.totals.runs += found.runs;
        self.totals.took += found.took;
        let path = explore::accepted_path(&case.snapshot());
        let now = Accepted::of(&found);
        if self.update && found.is_whole() {
            return match now.write(&path) {
                Ok(()) => Ok(self.line(Style::Good, "update", case, &count_of(&found))?),
                Err(error) => Ok(self.unaccepted(case, &error)?),
            };
        }
        if self.update {
            self.totals.exit = self.totals.exit.max(Exit::Failed);
            self.line(Style::Bad, "FAIL", case, "not accepted, since it is not all")?;
            return Ok(self.not_all(&found)?);
        }
        let is_whole = found.is_whole() && self.options.without.is_empty() && !self.options.judge_checks;
        match Accepted::read(&path) {
            Ok(Some(accepted)) => {
                let is_whole = is_whole && (self.options.pairs || !accepted.is_of_pairs());
                let changes = accepted.changes(&now, is_whole);
                if changes.is_empty() {
                    self.line(Style::Good, "same", case, &count_of(&found))?;
                    if self.all {
                        self.findings(case, &found)?;
                    }
                } else {
                    self.totals.exit = self.totals.exit.max(Exit::Failed);
                    self.line(Style::Bad, "FAIL", case, &count_of(&found))?;
                    let changes = explored::changes(&changes, self.all, self.out.color);
                    write!(self.out.to, "\n  not as accepted:\n\n{changes}\n")?;
                }
            }
            Ok(None) if found.with_finding == 0 => self.line(Style::Good, "well", case, &count_of(&found))?,
            Ok(None) => {
                self.totals.exit = self.totals.exit.max(Exit::Failed);
                self.line(Style::Bad, "FOUND", case, &count_of(&found))?;
                self.findings(case, &found)?;
            }
            Err(error) => self.unaccepted(case, &error)?,
        }
        Ok(self.not_all(&found)?)
    }

    /// What an exploration has not come to.
    fn not_all(&mut self, found: &Exploration) -> io::Result<()> {
        if self.options.limits.interrupt.is_raised() {
            return Ok(());
        }
        if found.not_run > 0 {
            let not_run = counted(found.not_run, "run");
            writeln!(self.out.to, "  the budget was spent before {not_run}; --budget gives more")?;
        }
        if found.too_many > 0 {
            let (made, too_many) = (explore::MAX_RUNS, counted(found.too_many, "run"));
            writeln!(self.out.to, "  more than {made} runs: {too_many} not made; --without makes fewer")?;
        }
        if found.in_other_outcomes > 0 {
            let (told, others) = (explore::MAX_OUTCOMES, counted(found.in_other_outcomes, "run"));
            writeln!(self.out.to, "  more than {told} outcomes: {others} ended in others")?;
        }
        Ok(())
    }

    fn findings(&mut self, case: &Case<'_>, found: &Exploration) -> io::Result<()> {
        let well = found.runs - found.with_finding;
        writeln!(self.out.to, "\n  {well} end well, {} do not:\n", found.with_finding)?;
        write!(self.out.to, "{}", explored::findings(found, self.all, self.out.color))?;
        let shown = printable(case.shown());
        writeln!(self.out.to)?;
        if let Some(schedule) = explored::smallest(found.findings.values().flatten()) {
            writeln!(self.out.to, "  see one:     kandy-harness explore {shown} --at \"{schedule}\"")?;
        }
        writeln!(self.out.to, "  accept all:  kandy-harness explore {shown} --update\n")
    }

    /// One run, with what is to go wrong in it, and all that happened.
    fn replay(&mut self, case: &Case<'_>, at: &[Schedule]) -> Result<(), CliError> {
        let Some(source) = self.source(case)? else { return Ok(()) };
        let disturbances = at.iter().flat_map(|schedule| schedule.disturbances().iter().cloned()).collect();
        let schedule = Schedule::new(disturbances).map_err(CliError::Schedule)?;
        let told = explore::replay(&source, case.row, &schedule, &self.options).and_then(|explored| {
            let origins = explore::origins(&source, case.row, &schedule, &explored.findings, &self.options)?;
            Ok((explored, origins))
        });
        let (explored, origins) = match told {
            Ok(told) => told,
            Err(error) => return Ok(self.not_explored(case, &error)?),
        };
        self.totals.explored += 1;
        self.totals.runs += 1;
        let Explored { findings, failure, trace, ended, .. } = &explored;
        let is_well = findings.is_subset(&origins.undisturbed);
        let (style, word) = if is_well { (Style::Good, "well") } else { (Style::Bad, "FOUND") };
        self.line(style, word, case, &schedule.to_string())?;
        writeln!(self.out.to, "\n{trace}\n  the script {ended}")?;
        if let Some(failure) = failure {
            writeln!(self.out.to, "\n{failure}")?;
        }
        if !findings.is_empty() {
            writeln!(self.out.to)?;
        }
        write!(self.out.to, "{}", explored::origins(findings, &origins, &schedule, self.out.color))?;
        if !explored.happened(&schedule) {
            let warning = Style::Warning.paint("warning", self.out.color);
            writeln!(self.out.to, "  {warning}: not all of the schedule happened: some of its moments did not come")?;
        }
        if !is_well {
            self.totals.exit = self.totals.exit.max(Exit::Failed);
        }
        Ok(())
    }

    fn source(&mut self, case: &Case<'_>) -> io::Result<Option<crate::script::Source>> {
        match crate::run::source_of(case.scenario) {
            Ok(source) => Ok(Some(source)),
            Err(why) => {
                self.totals.exit = self.totals.exit.max(Exit::Broken);
                let told = if let Broken::Unreadable(why) = why { why } else { String::new() };
                self.line(Style::Bad, "BROKEN", case, &told)?;
                Ok(None)
            }
        }
    }

    fn not_explored(&mut self, case: &Case<'_>, error: &ExploreError) -> io::Result<()> {
        let (style, word, exit) = match error {
            ExploreError::Skipped => (Style::Warning, "skip", Exit::Passed),
            ExploreError::Undisturbed(why) if why.cause.is_broken_script() => (Style::Bad, "BROKEN", Exit::Broken),
            ExploreError::Undisturbed(_) => (Style::Bad, "FAIL", Exit::Failed),
            ExploreError::Script(_) => (Style::Bad, "BROKEN", Exit::Broken),
            ExploreError::NoThread(_) | ExploreError::Panic(_) => (Style::Bad, "ERROR", Exit::InternalError),
            ExploreError::Interrupted => return Ok(()),
        };
        self.totals.exit = self.totals.exit.max(exit);
        match error {
            ExploreError::Script(diagnostic) | ExploreError::Undisturbed(diagnostic) => {
                self.line(style, word, case, "")?;
                writeln!(self.out.to, "\n{diagnostic}\n")
            }
            other => self.line(style, word, case, &other.to_string()),
        }
    }

    fn unaccepted(&mut self, case: &Case<'_>, error: &AcceptedError) -> io::Result<()> {
        self.totals.exit = self.totals.exit.max(match error {
            AcceptedError::Write(_) => Exit::InternalError,
            AcceptedError::Read(_) | AcceptedError::Malformed(_) => Exit::Broken,
        });
        let path = explore::accepted_path(std::path::Path::new(&case.shown_snapshot()));
        self.line(Style::Bad, "BROKEN", case, &format!("{}: {error}", path.display()))
    }

    fn line(&mut self, style: Style, word: &str, case: &Case<'_>, note: &str) -> io::Result<()> {
        let word = style.paint(format_args!("{word:<6}"), self.out.color);
        let note = if note.is_empty() { String::new() } else { format!("  {}", printable(note)) };
        writeln!(self.out.to, "{word}  {}{}", printable(case.name()), Style::Faint.paint(note, self.out.color))
    }

    fn end(self, cases: usize) -> Result<Exit, CliError> {
        let Self { out, options, totals, .. } = self;
        let Totals { explored, runs, took, exit } = totals;
        if runs > explored {
            let seconds = took.as_secs_f64();
            let (scenarios, runs) = (counted(explored, "scenario"), counted(runs, "run"));
            writeln!(out.to, "\n{scenarios}: {runs} in {seconds:.2} s")?;
        }
        if options.limits.interrupt.is_raised() {
            let gap = if runs > explored { "" } else { "\n" };
            writeln!(out.to, "{gap}interrupted: {explored} of {} explored", counted(cases, "scenario"))?;
            return Ok(Exit::Interrupted);
        }
        Ok(exit)
    }
}

/// What an exploration comes to, in numbers.
fn count_of(found: &Exploration) -> String {
    format!(
        "{}, {}, {}",
        counted(found.messages, "message"),
        counted(found.runs, "run"),
        counted(found.outcomes.len(), "outcome")
    )
}
