//! `explore`

mod application;
mod overall;
mod replayed;

use std::io;
use std::time::{Duration, Instant};

use self::overall::Picture;
use super::arguments::Explore;
use super::error::CliError;
use super::selection::{Selected, select};
use super::{CliOutput, Environment, signals};
use crate::exit_code::Exit;
use crate::explore::{
    self, AcceptedFile, Exploration, ExplorationVerdict, ExploreError, Extent, Mutants, Options, Predicted, Reached,
};
use crate::report::console::counted;
use crate::report::explored::{self, ExploreContext};
use crate::report::fold::{self, exploration as of_model};
use crate::report::model::{self, End, Event, HowExplored, Summary, WallTime};
use crate::report::progress::ProgressLine;
use crate::report::{Reports, Style};
use crate::run::{self, Broken, Case, Plan, Variant};
use crate::scenario::{Found, Stale};
use crate::schedule::Schedule;
use crate::script::{Limits, Source};
use crate::settings::ProjectSettings;

pub(super) fn explore(
    arguments: Explore,
    environment: &Environment,
    out: &mut CliOutput<'_>,
) -> Result<Exit, CliError> {
    if !arguments.of_command.command.is_empty() {
        return application::explore(arguments, environment, out);
    }
    let Explore {
        selection,
        at,
        pairs,
        without,
        judge_checks,
        coverage,
        picture,
        mutants,
        budget,
        jobs,
        all,
        update,
        shard,
        report,
        of_command: _,
    } = arguments;
    let schedule = replayed::schedule(&at).map_err(CliError::Schedule)?;
    let given = ProjectSettings { jobs, ..ProjectSettings::default() };
    let Selected { found, settings, .. } = select(&selection, &given, environment)?;
    // Where it cannot be written, nothing is run for it.
    let picture = picture.map(|path| Picture::begin(&path, environment)).transpose()?;
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
        // Reports draw them.
        observe: coverage || !report.is_empty(),
    };
    let plan = Plan::to_run(&found, Variant::Sim);
    let plan = match shard {
        Some(shard) => plan.only(shard),
        None => plan,
    };
    let wanted: Vec<_> = report.into_iter().map(|report| report.within(&environment.folder)).collect();
    let mut reports = Reports::begin(&wanted, &environment.github)?;
    reports.tell(&Event::Started(&start(&plan, &options)))?;
    let mut progress = if environment.shows_progress() { ProgressLine::new(out.color) } else { ProgressLine::hidden() };
    let mut above = progress.above(out.to);
    progress.begin(plan.cases.len())?;
    let mut to = CliOutput { to: &mut above, color: out.color, columns: out.columns };
    let mut command = ExploreCommand {
        out: &mut to,
        progress: &progress,
        reports: &mut reports,
        options,
        all,
        update,
        totals: Totals::default(),
        began: run::pool::clock(),
    };
    let (mut reached, mut made) = (Reached::default(), Mutants::default());
    for case in &plan.cases {
        if command.options.limits.interrupt.is_raised() {
            command.not_begun(case)?;
        } else if let Some(schedule) = &schedule {
            command.replay(case, schedule)?;
        } else if coverage {
            command.cover(case, &mut reached)?;
        } else if mutants {
            command.mutate(case, &mut made)?;
        } else {
            command.case(case)?;
        }
        progress.step();
    }
    if coverage {
        command.tell_coverage(&reached, picture)?;
    } else if mutants {
        command.tell_mutants(&made)?;
    }
    let exit = command.end(&found, &plan)?;
    above.finish()?;
    out.to.write_all(reports.said().as_bytes())?;
    Ok(exit)
}

/// What reports are told first.
fn start(plan: &Plan<'_>, options: &Options) -> model::Start {
    let explored = HowExplored {
        pairs: options.pairs,
        judge_checks: options.judge_checks,
        without: options.without.iter().cloned().collect(),
    };
    model::Start { explored: Some(explored), ..fold::start(plan, false) }
}

struct ExploreCommand<'a, 'o> {
    out: &'a mut CliOutput<'o>,
    progress: &'a ProgressLine,
    reports: &'a mut Reports,
    options: Options,
    all: bool,
    update: bool,
    totals: Totals,
    began: Instant,
}

/// All scenarios in numbers.
#[derive(Default)]
struct Totals {
    explored: usize,
    runs: usize,
    took: Duration,
    exit: Exit,
    summary: Summary,
}

impl ExploreCommand<'_, '_> {
    /// Explores a scenario, holds what was found against what is accepted, and tells it.
    fn case(&mut self, case: &Case<'_>) -> Result<(), CliError> {
        let began = self.began.elapsed();
        let (verdict, explored) = self.judged(case);
        let found = explored.as_ref().map(|(_, found)| found);
        self.totals.exit = self.totals.exit.max(verdict.exit());
        let predicted = match &explored {
            Some((source, found)) => self.predicted(case, source, &explored::told_runs(&verdict, found, self.all))?,
            None => Predicted::default(),
        };
        let around = ExploreContext {
            options: &self.options,
            all: self.all,
            is_interrupted: self.is_interrupted(),
            predicted: &predicted,
        };
        let color = self.out.color;
        writeln!(self.out.to, "{}", explored::line(case, &verdict, found, color))?;
        write!(self.out.to, "{}", explored::below(case, &verdict, found, around, color))?;
        if self.reports.is_empty() {
            return Ok(());
        }
        let found = match &explored {
            Some((source, found)) => Some((found, self.shown(case, source, found)?)),
            None => None,
        };
        let text = explored::below(case, &verdict, found.as_ref().map(|(found, _)| *found), around, false);
        let duration = self.began.elapsed().saturating_sub(began);
        let wall_time = WallTime { start: began.as_secs_f64(), duration: duration.as_secs_f64() };
        let told = of_model::case(case, of_model::ExploredCase { verdict: &verdict, found, text, wall_time });
        self.report(&told)
    }

    fn is_interrupted(&self) -> bool {
        self.options.limits.interrupt.is_raised()
    }

    fn explored(&mut self, case: &Case<'_>, source: &Source) -> Result<Exploration, ExploreError> {
        let (progress, budget) = (self.progress, self.options.budget);
        let mut tell = |done: usize, of: usize, since| progress.within(done, of, since, budget);
        let found = explore::explore(source, case.row, &self.options, &mut tell)?;
        self.totals.explored += usize::from(!self.is_interrupted());
        self.totals.runs += found.runs;
        self.totals.took += found.took;
        Ok(found)
    }

    /// Which findings of these runs no recording of the real SDK shows.
    fn predicted(&self, case: &Case<'_>, source: &Source, schedules: &[Schedule]) -> Result<Predicted, CliError> {
        let predicted = explore::predicted(source, case.row, &self.options, schedules);
        predicted.map_err(|error| CliError::Run(error.into()))
    }

    /// Explores a scenario, and holds what was found against what is accepted.
    fn judged(&mut self, case: &Case<'_>) -> (ExplorationVerdict, Option<(Source, Exploration)>) {
        let source = match source_of(case) {
            Ok(source) => source,
            Err(why) => return (ExplorationVerdict::Unreadable(why), None),
        };
        let kept = match AcceptedFile::beside(&case.snapshot(), self.update) {
            Ok(kept) => kept,
            Err(error) => return (ExplorationVerdict::Unaccepted(error), None),
        };
        match self.explored(case, &source) {
            Ok(found) => (self.verdict(&found, kept), Some((source, found))),
            Err(error) => (ExplorationVerdict::NotExplored(error), None),
        }
    }

    /// Holds what was found against what is accepted, or accepts it.
    fn verdict(&self, found: &Exploration, kept: AcceptedFile) -> ExplorationVerdict {
        let Options { without, pairs, judge_checks, .. } = &self.options;
        if self.update && (self.is_interrupted() || !found.is_whole()) {
            return ExplorationVerdict::not_all(found, kept.accepted.as_ref(), self.is_interrupted());
        }
        if self.update {
            return kept
                .replace(found, *pairs)
                .map_or_else(ExplorationVerdict::Unaccepted, |()| ExplorationVerdict::Updated);
        }
        let ran = match (found.is_whole() && without.is_empty(), pairs) {
            // What is accepted was found without it, and has other outcomes.
            _ if *judge_checks => Extent::Some,
            (true, true) => Extent::All,
            (true, false) => Extent::Singles,
            (false, _) => Extent::Some,
        };
        ExplorationVerdict::of(found, kept.accepted.as_ref(), ran, self.is_interrupted())
    }

    /// The runs that reports show. After an interrupt there are none: that would be more of what should end.
    fn shown(
        &self,
        case: &Case<'_>,
        source: &Source,
        found: &Exploration,
    ) -> Result<Vec<of_model::ShownRun>, CliError> {
        match explore::retrace(source, case.row, &of_model::to_show(found), &self.options, of_model::show) {
            Ok(shown) => Ok(shown),
            Err(ExploreError::NoThread(error)) => Err(CliError::Run(error.into())),
            // It has run before. A panic was told as a finding.
            Err(_) => Ok(Vec::new()),
        }
    }

    /// A scenario that an interrupt keeps from being explored.
    fn not_begun(&mut self, case: &Case<'_>) -> Result<(), CliError> {
        self.report(&fold::not_run(case))
    }

    fn report(&mut self, case: &model::Case) -> Result<(), CliError> {
        self.totals.summary.add(case);
        Ok(self.reports.tell(&Event::Case(case))?)
    }

    fn not_explored(&mut self, case: &Case<'_>, verdict: &ExplorationVerdict) -> io::Result<()> {
        self.totals.exit = self.totals.exit.max(verdict.exit());
        let (color, options, is_interrupted) = (self.out.color, &self.options, self.is_interrupted());
        let around = ExploreContext { options, all: self.all, is_interrupted, predicted: &Predicted::default() };
        writeln!(self.out.to, "{}", explored::line(case, verdict, None, color))?;
        write!(self.out.to, "{}", explored::below(case, verdict, None, around, color))
    }

    fn end(self, found: &Found, plan: &Plan<'_>) -> Result<Exit, CliError> {
        let is_interrupted = self.is_interrupted();
        let Self { out, reports, totals, began, .. } = self;
        let Totals { explored, runs, took, exit, summary } = totals;
        if plan.cases.is_empty()
            && let Some(shard) = plan.shard
        {
            writeln!(out.to, "shard {shard}: none of {} is in it", counted(plan.set.count, "scenario"))?;
        }
        let in_time = format!("{} in {:.2} s", counted(runs, "run"), took.as_secs_f64());
        if is_interrupted {
            let in_time = if runs > explored { format!(", {in_time}") } else { String::new() };
            let all = counted(plan.cases.len(), "scenario");
            writeln!(out.to, "\ninterrupted: {explored} of {all} explored{in_time}")?;
        } else if runs > explored {
            writeln!(out.to, "\n{}: {in_time}", counted(explored, "scenario"))?;
        }
        tell_stale(&found.stale_explorations, out)?;
        reports.tell(&Event::Ended(&End {
            wall_time: began.elapsed().as_secs_f64(),
            interrupted: is_interrupted,
            warnings: Vec::new(),
            stale_snapshots: Vec::new(),
            summary,
        }))?;
        Ok(if is_interrupted { Exit::Interrupted } else { exit })
    }
}

/// What is accepted of scenarios that are not there any more.
fn tell_stale(stale: &[Stale], out: &mut CliOutput<'_>) -> io::Result<()> {
    if stale.is_empty() {
        return Ok(());
    }
    let warning = Style::Warning.paint("warning", out.color);
    let (count, them) = (counted(stale.len(), "accepted file"), if stale.len() == 1 { "it" } else { "them" });
    writeln!(out.to, "\n{warning}: {count} without a script; remove {them}:")?;
    stale.iter().try_for_each(|Stale { shown, .. }| writeln!(out.to, "  {shown}"))
}

/// The script of a case, or why it cannot be read.
fn source_of(case: &Case<'_>) -> Result<Source, String> {
    run::source_of(case.scenario).map_err(|why| if let Broken::Unreadable(why) = why { why } else { String::new() })
}
