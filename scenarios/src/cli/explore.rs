//! `explore`

mod application;

use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use super::arguments::Explore;
use super::error::CliError;
use super::selection::{Selected, select};
use super::{Environment, Output, signals};
use crate::exit_code::Exit;
use crate::explore::{
    self, Accepted, Exploration, ExploreError, Explored, Mutants, Options, Predicted, Ran, Reached, Verdict,
};
use crate::file::Replacement;
use crate::printable::printable;
use crate::report::console::counted;
use crate::report::explored::{self, Around};
use crate::report::fold::{self, exploration as of_model};
use crate::report::model::{self, End, Event, HowExplored, Summary, WallTime};
use crate::report::progress::Progress;
use crate::report::{self, Reports, ReportsError, Style, check_place};
use crate::run::{self, Broken, Case, Plan, Variant};
use crate::schedule::{Schedule, ScheduleError};
use crate::script::{Limits, Source};
use crate::settings::Settings;

pub(super) fn explore(arguments: Explore, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
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
    let schedule = schedule(&at).map_err(CliError::Schedule)?;
    let given = Settings { jobs, ..Settings::default() };
    let Selected { found, settings, .. } = select(&selection, &given, environment)?;
    // Where it cannot be written, nothing is run for it.
    let picture = picture.map(|path| begin_picture(&path, environment)).transpose()?;
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
    let mut progress = if environment.shows_progress() { Progress::new(out.color) } else { Progress::hidden() };
    let mut above = progress.above(out.to);
    progress.begin(plan.cases.len())?;
    let mut to = Output { to: &mut above, color: out.color, columns: out.columns };
    let mut command = Command {
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
        command.tell_coverage(&reached)?;
        if let Some(mut picture) = picture {
            picture.write_all(report::picture::picture(&reached).as_bytes())?;
            picture.finish()?;
        }
    } else if mutants {
        command.tell_mutants(&made)?;
    }
    let exit = command.end(&plan)?;
    above.finish()?;
    out.to.write_all(reports.said().as_bytes())?;
    Ok(exit)
}

/// What is to go wrong, if that is said: all of it in one run.
fn schedule(at: &[String]) -> Result<Option<Schedule>, ScheduleError> {
    let mut all = Vec::new();
    for text in at {
        all.extend(text.parse::<Schedule>()?.disturbances().iter().cloned());
    }
    if at.is_empty() { Ok(None) } else { Schedule::new(all).map(Some) }
}

/// The file of a picture, which is not there before it is finished.
fn begin_picture(path: &Path, environment: &Environment) -> Result<Replacement, ReportsError> {
    let unwritable = |source| ReportsError::Unwritable { shown: path.display().to_string(), source };
    check_place(path)?;
    Replacement::new(&environment.folder.join(path)).map_err(unwritable)
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

struct Command<'a, 'o> {
    out: &'a mut Output<'o>,
    progress: &'a Progress,
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

impl Command<'_, '_> {
    /// Explores a scenario, holds what was found against what is accepted, and tells it.
    fn case(&mut self, case: &Case<'_>) -> Result<(), CliError> {
        let began = self.began.elapsed();
        let (verdict, explored) = match source_of(case) {
            Ok(source) => match self.explored(case, &source) {
                Ok(found) => (self.verdict(case, &found), Some((source, found))),
                Err(error) => (Verdict::NotExplored(error), None),
            },
            Err(why) => (Verdict::Unreadable(why), None),
        };
        let found = explored.as_ref().map(|(_, found)| found);
        self.totals.exit = self.totals.exit.max(verdict.exit());
        let predicted = match &explored {
            Some((source, found)) => self.predicted(case, source, &explored::told_runs(&verdict, found, self.all))?,
            None => Predicted::default(),
        };
        let around = self.around(&predicted);
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
        let told = of_model::case(case, of_model::Explored { verdict: &verdict, found, text, wall_time });
        self.report(&told)
    }

    fn around<'p>(&self, predicted: &'p Predicted) -> Around<'p> {
        Around { all: self.all, is_interrupted: self.is_interrupted(), predicted }
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

    /// Holds what was found against what is accepted, or accepts it.
    fn verdict(&self, case: &Case<'_>, found: &Exploration) -> Verdict {
        let path = explore::accepted_path(&case.snapshot());
        let accepted = match Accepted::read(&path) {
            Ok(accepted) => accepted,
            Err(_) if self.update => None,
            Err(error) => return Verdict::Unaccepted(error),
        };
        let ran = match (found.is_whole() && self.options.without.is_empty(), self.options.pairs) {
            (true, true) => Ran::All,
            (true, false) => Ran::Singles,
            (false, _) => Ran::Some,
        };
        if self.update && self.is_interrupted() {
            return Verdict::Stopped;
        }
        if self.update && !found.is_whole() {
            return Verdict::NotAll;
        }
        if self.update {
            let now = Accepted::of(found);
            let now = if self.options.pairs { now } else { now.with_pairs_of(accepted.unwrap_or_default()) };
            return now.write(&path).map_or_else(Verdict::Unaccepted, |()| Verdict::Updated);
        }
        // What is accepted was found without it, and has other outcomes.
        let ran = if self.options.judge_checks { Ran::Some } else { ran };
        Verdict::of(found, accepted.as_ref(), ran, self.is_interrupted())
    }

    /// Explores a scenario, and keeps what its clients went through.
    fn cover(&mut self, case: &Case<'_>, reached: &mut Reached) -> io::Result<()> {
        let verdict = match source_of(case) {
            Ok(source) => match self.explored(case, &source) {
                Ok(found) => {
                    reached.add(case.shown(), &found.coverage);
                    let not_all = explored::not_all(&Verdict::Well, &found, self.is_interrupted());
                    return write!(self.out.to, "{not_all}");
                }
                Err(error) => Verdict::NotExplored(error),
            },
            Err(why) => Verdict::Unreadable(why),
        };
        self.not_explored(case, &verdict)
    }

    fn tell_coverage(&mut self, reached: &Reached) -> io::Result<()> {
        write!(self.out.to, "{}", report::coverage::coverage(reached, self.all, self.out.color))
    }

    /// Makes the mutants of a scenario.
    fn mutate(&mut self, case: &Case<'_>, made: &mut Mutants) -> io::Result<()> {
        let verdict = match source_of(case) {
            Ok(source) => match explore::mutate(&source, case.row, &self.options, case.shown(), made) {
                Ok(()) => {
                    self.totals.explored += 1;
                    return Ok(());
                }
                Err(error) => Verdict::NotExplored(error),
            },
            Err(why) => Verdict::Unreadable(why),
        };
        self.not_explored(case, &verdict)
    }

    fn tell_mutants(&mut self, made: &Mutants) -> io::Result<()> {
        let judged = made.judged();
        write!(self.out.to, "{}", report::mutants::mutants(made, &judged, self.all, self.out.color))?;
        if made.not_made > 0 && !self.is_interrupted() {
            let not_made = counted(made.not_made, "answer");
            writeln!(self.out.to, "\nthe budget was spent before {not_made} more; --budget gives more")?;
        }
        if made.too_many > 0 {
            writeln!(
                self.out.to,
                "\n{} more not made: they are too many for one scenario",
                counted(made.too_many, "answer")
            )?;
        }
        if !(judged.unnoticed.is_empty() && judged.wrongly_listed.is_empty()) {
            self.totals.exit = self.totals.exit.max(Exit::Failed);
        }
        Ok(())
    }

    /// The runs that reports show. After an interrupt there are none: that would be more of what was to end.
    fn shown(&self, case: &Case<'_>, source: &Source, found: &Exploration) -> Result<Vec<of_model::Shown>, CliError> {
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

    /// One run, with what is to go wrong in it, and all that happened.
    fn replay(&mut self, case: &Case<'_>, schedule: &Schedule) -> Result<(), CliError> {
        let source = match source_of(case) {
            Ok(source) => source,
            Err(why) => return Ok(self.not_explored(case, &Verdict::Unreadable(why))?),
        };
        let told = explore::replay(&source, case.row, schedule, &self.options).and_then(|explored| {
            let origins = explore::origins(&source, case.row, schedule, &explored.findings, &self.options)?;
            Ok((explored, origins))
        });
        let (explored, origins) = match told {
            Ok(told) => told,
            Err(error) => return Ok(self.not_explored(case, &Verdict::NotExplored(error))?),
        };
        self.totals.explored += 1;
        self.totals.runs += 1;
        let Explored { findings, failure, trace, ended, .. } = &explored;
        let is_well = findings.is_subset(&origins.undisturbed);
        let (style, word) = if is_well { (Style::Good, "well") } else { (Style::Bad, "FOUND") };
        let word = style.paint(format_args!("{word:<6}"), self.out.color);
        let shown = Style::Faint.paint(format_args!("  {schedule}"), self.out.color);
        writeln!(self.out.to, "{word}  {}{shown}", printable(case.name()))?;
        writeln!(self.out.to, "\n{trace}\n  the script {ended}")?;
        if let Some(failure) = failure {
            writeln!(self.out.to, "\n{failure}")?;
        }
        if !findings.is_empty() {
            writeln!(self.out.to)?;
        }
        let observed = explored.observed.as_ref();
        write!(self.out.to, "{}", explored::origins(findings, &origins, observed, schedule, self.out.color))?;
        if !explored.happened(schedule) {
            let warning = Style::Warning.paint("warning", self.out.color);
            writeln!(self.out.to, "  {warning}: not all of the schedule happened: some of its moments did not come")?;
        }
        if !is_well {
            self.totals.exit = self.totals.exit.max(Exit::Failed);
        }
        Ok(())
    }

    fn not_explored(&mut self, case: &Case<'_>, verdict: &Verdict) -> io::Result<()> {
        self.totals.exit = self.totals.exit.max(verdict.exit());
        let predicted = Predicted::default();
        let (color, around) = (self.out.color, self.around(&predicted));
        writeln!(self.out.to, "{}", explored::line(case, verdict, None, color))?;
        write!(self.out.to, "{}", explored::below(case, verdict, None, around, color))
    }

    fn end(self, plan: &Plan<'_>) -> Result<Exit, CliError> {
        let is_interrupted = self.is_interrupted();
        let Self { out, reports, totals, began, .. } = self;
        let Totals { explored, runs, took, exit, summary } = totals;
        if plan.cases.is_empty()
            && let Some(shard) = plan.shard
        {
            writeln!(out.to, "shard {shard}: none of {} is in it", counted(plan.set.count, "scenario"))?;
        }
        if runs > explored {
            let seconds = took.as_secs_f64();
            let (scenarios, runs) = (counted(explored, "scenario"), counted(runs, "run"));
            writeln!(out.to, "\n{scenarios}: {runs} in {seconds:.2} s")?;
        }
        if is_interrupted {
            let gap = if runs > explored { "" } else { "\n" };
            writeln!(out.to, "{gap}interrupted: {explored} of {} explored", counted(plan.cases.len(), "scenario"))?;
        }
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

/// The script of a case, or why it cannot be read.
fn source_of(case: &Case<'_>) -> Result<Source, String> {
    run::source_of(case.scenario).map_err(|why| if let Broken::Unreadable(why) = why { why } else { String::new() })
}
