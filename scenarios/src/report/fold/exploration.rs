//! An exploration as a case of the model.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::ControlFlow;

use super::case::{cause, not_run, problem};
use super::records::records;
use crate::coverage::Transition;
use crate::diagnostic::{self, Diagnostic};
use crate::explore::{self, Coverage, ExplorationVerdict, ExploreError, FAMILIES, MAX_PAIRS, ToldRun, family};
use crate::report::explored;
use crate::report::model::{
    Act, Case, Cause, Cell, Changes, Example, Exploration, Found, Outcome, Pair, Problem, Record, RunEnd, Status,
    Transitions, WallTime, Way,
};
use crate::run;
use crate::schedule::{self, Schedule};

/// The most examples of one scenario.
const MAX_EXAMPLES: usize = 256;
/// The most bytes of all of them, as JSON.
const MAX_EXAMPLE_BYTES: usize = 1024 * 1024;
/// The most records of a run, from the first one that the undisturbed run does not have.
const MAX_EXAMPLE_RECORDS: usize = 400;
/// An undisturbed run of more records has no run beside it: nobody would read either.
const MAX_UNDISTURBED: usize = 2_000;
/// The most schedules that are told of one way to a finding.
const MAX_SCHEDULES: usize = MAX_PAIRS;
/// The most changes of each kind that are told.
pub(in crate::report) const MAX_CHANGES: usize = 1_000;

/// What to do about findings.
pub(in crate::report) const ACCEPT: &str = "if that is as it must be, accept it: explore it again with `--update`";
/// What to do where there was no time for a run.
pub(in crate::report) const NO_TIME: &str = "give it more time with `--budget`";

/// What came of a scenario, for its case.
pub(crate) struct ExploredCase<'a> {
    pub(crate) verdict: &'a ExplorationVerdict,
    /// What was found, with the runs that are shown.
    pub(crate) found: Option<(&'a explore::Exploration, Vec<ShownRun>)>,
    /// What the console says below its line.
    pub(crate) text: String,
    pub(crate) wall_time: WallTime,
}

/// A run that is shown. The first one of several is undisturbed, and the others stand beside it.
pub(crate) struct ShownRun {
    example: Example,
    /// How long it is as JSON.
    bytes: usize,
}

/// The runs that should be shown: the undisturbed one, and one for each outcome, those with findings first.
pub(crate) fn to_show(found: &explore::Exploration) -> Vec<Schedule> {
    let mut classes: Vec<_> = found.outcomes.values().collect();
    classes.sort_by_key(|class| (!class.has_finding, class.number));
    let examples = classes.into_iter().take(MAX_EXAMPLES).map(|class| class.example.clone());
    [Schedule::default()].into_iter().chain(examples).collect()
}

/// Adds a run to those that are shown, if there is room for it.
pub(crate) fn show(shown: &mut Vec<ShownRun>, schedule: &Schedule, explored: &explore::Explored) -> ControlFlow<()> {
    let mut records = records(&explored.trace);
    let Some(undisturbed) = shown.first() else {
        let is_long = records.len() > MAX_UNDISTURBED;
        shown.push(ShownRun { example: Example { schedule: String::new(), same: 0, records, more: 0 }, bytes: 0 });
        return if is_long { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    };
    let pairs = records.iter().zip(&undisturbed.example.records);
    let same = pairs.take_while(|(one, other)| is_same(one, other)).count();
    records.drain(..same);
    let more = records.len().saturating_sub(MAX_EXAMPLE_RECORDS);
    records.truncate(MAX_EXAMPLE_RECORDS);
    let example = Example { schedule: schedule.to_string(), same, records, more };
    let bytes = serde_json::to_vec(&example).map_or(usize::MAX, |json| json.len());
    let all: usize = shown.iter().map(|shown| shown.bytes).sum();
    if all.saturating_add(bytes) > MAX_EXAMPLE_BYTES {
        return ControlFlow::Break(());
    }
    shown.push(ShownRun { example, bytes });
    ControlFlow::Continue(())
}

/// Whether two records say the same. The columns of a line are as wide as those of its transcript.
fn is_same(one: &Record, other: &Record) -> bool {
    let says_the_same = one.text.split_whitespace().eq(other.text.split_whitespace());
    says_the_same && one.at == other.at && one.who == other.who && one.detail == other.detail
}

/// The case of a scenario that was explored, or was not.
pub(crate) fn case(case: &run::Case<'_>, explored: ExploredCase<'_>) -> Case {
    let ExploredCase { verdict, found, text, wall_time } = explored;
    let mut told = Case {
        status: status(verdict),
        reason: match verdict {
            ExplorationVerdict::NotExplored(error @ ExploreError::Skipped) => Some(error.to_string()),
            ExplorationVerdict::Nothing => found.as_ref().map(|(found, _)| explored::nothing(found).to_owned()),
            _ => None,
        },
        wall_time,
        problems: problems(
            &About { shown: case.shown(), accepted: &explored::shown_accepted(case) },
            verdict,
            found.as_ref().map(|(found, _)| *found),
        ),
        text,
        ..not_run(case)
    };
    if let Some((found, mut shown)) = found {
        let examples = shown.split_off(shown.len().min(1)).into_iter().map(|shown| shown.example).collect();
        told.records = shown.pop().map(|undisturbed| undisturbed.example.records).unwrap_or_default();
        told.virtual_time = told.records.last().map_or(0.0, |last| last.at);
        told.exploration = Some(Box::new(exploration(found, verdict, examples)));
    }
    told
}

pub(super) fn status(verdict: &ExplorationVerdict) -> Status {
    use crate::exit_code::Exit;

    match verdict.exit() {
        Exit::Passed if matches!(verdict, ExplorationVerdict::NotExplored(_) | ExplorationVerdict::Nothing) => {
            Status::Skipped
        }
        Exit::Failed => Status::Failed,
        Exit::Broken => Status::Broken,
        Exit::InternalError => Status::Error,
        Exit::Interrupted => Status::Stopped,
        Exit::Passed | Exit::BadUsage | Exit::OfCommand(_) => Status::Passed,
    }
}

/// What problems are about.
pub(super) struct About<'a> {
    /// The file that is explored.
    pub(super) shown: &'a str,
    /// What is accepted of it.
    pub(super) accepted: &'a str,
}

/// What is wrong, if anything is.
pub(super) fn problems(
    of: &About<'_>,
    verdict: &ExplorationVerdict,
    found: Option<&explore::Exploration>,
) -> Vec<Problem> {
    let about = |cause, message: String, file: String, help: &str| {
        let help = Some(help).filter(|help| !help.is_empty()).map(str::to_owned);
        let diagnostic = Diagnostic {
            // It is not told: the model has more causes than diagnostics have.
            cause: diagnostic::Cause::Check,
            message,
            file,
            line: 0,
            column: 0,
            source_line: None,
            notes: Vec::new(),
            help,
        };
        vec![problem(cause, &diagnostic)]
    };
    let shown = || of.shown.to_owned();
    match verdict {
        ExplorationVerdict::Well
        | ExplorationVerdict::Same
        | ExplorationVerdict::Cut
        | ExplorationVerdict::Nothing
        | ExplorationVerdict::Updated
        | ExplorationVerdict::Stopped => Vec::new(),
        ExplorationVerdict::NoRun => {
            about(Cause::Explored, format!("{}: the budget was spent before", explored::NO_RUN), shown(), NO_TIME)
        }
        ExplorationVerdict::Found => {
            let with_finding = found.map_or(0, |found| found.with_finding);
            let runs = crate::report::console::counted(with_finding, "run");
            about(Cause::Explored, format!("{runs} did not end well, and nothing is accepted"), shown(), ACCEPT)
        }
        ExplorationVerdict::Changed(changes) => {
            let (new, gone) = (changes.new.len(), changes.gone.len());
            let message = format!("what was found is not what is accepted: {new} new, {gone} gone");
            about(Cause::Explored, message, of.accepted.to_owned(), ACCEPT)
        }
        ExplorationVerdict::NotAll(_) => {
            let help = "explore all of it: `--budget` gives more time, `--without` makes fewer runs";
            about(Cause::Explored, "it is not accepted, since it is not all".to_owned(), shown(), help)
        }
        ExplorationVerdict::Unreadable(why) => {
            about(Cause::Unreadable, format!("cannot read the script: {why}"), shown(), "")
        }
        ExplorationVerdict::Unaccepted(error) => {
            vec![problem(Cause::Explored, &explored::unaccepted(of.accepted.to_owned(), error))]
        }
        ExplorationVerdict::NotExplored(error) => match error {
            ExploreError::Script(diagnostic) | ExploreError::Undisturbed(diagnostic) => {
                vec![problem(cause(diagnostic.cause), diagnostic)]
            }
            ExploreError::Skipped | ExploreError::Interrupted => Vec::new(),
            ExploreError::NoThread(_) | ExploreError::Panic(_) => {
                about(Cause::Internal, error.to_string(), shown(), "")
            }
        },
    }
}

pub(super) fn exploration(
    found: &explore::Exploration,
    verdict: &ExplorationVerdict,
    examples: Vec<Example>,
) -> Exploration {
    let moments: Vec<String> = found.moments.iter().map(ToString::to_string).collect();
    let acts = acts(&found.singles);
    let cells = found.singles.iter().filter_map(|told| cell(found, &acts, told)).collect();
    let shown_acts = acts.iter().map(|act| Act { act: act.to_string(), family: family(act).to_owned() });
    Exploration {
        messages: found.messages,
        runs: found.runs,
        not_run: found.not_run.saturating_add(found.too_many),
        with_finding: found.with_finding,
        changes: changes(verdict),
        cells,
        acts: shown_acts.collect(),
        moments,
        pairs: found.pairs.iter().map(pair).collect(),
        more_pairs: found.more_pairs,
        outcomes: outcomes(found, &examples),
        findings: self::found(explored::groups(found)),
        examples,
        transitions: transitions(&found.coverage),
        command: None,
    }
}

/// What the clients went through, if that was noted.
fn transitions(coverage: &Coverage) -> Option<Transitions> {
    let texts = |transitions: &BTreeSet<Transition>| transitions.iter().map(ToString::to_string).collect();
    let (scenario, added) = (texts(&coverage.by_script), texts(&coverage.added()));
    coverage.is_noted().then_some(Transitions { scenario, added })
}

/// What went wrong in some run, by family.
fn acts(singles: &[ToldRun]) -> Vec<schedule::Act> {
    let disturbances = singles.iter().flat_map(|told| told.schedule.disturbances());
    let acts: BTreeSet<&schedule::Act> = disturbances.map(|disturbance| &disturbance.act).collect();
    let mut acts: Vec<schedule::Act> = acts.into_iter().cloned().collect();
    // Those of one family stay in their own order.
    acts.sort_by_key(|act| FAMILIES.iter().position(|of| *of == family(act)));
    acts
}

fn cell(found: &explore::Exploration, acts: &[schedule::Act], told: &ToldRun) -> Option<Cell> {
    let disturbance = told.schedule.disturbances().first()?;
    Some(Cell {
        moment: found.moments.iter().position(|moment| *moment == disturbance.at)?,
        act: acts.iter().position(|act| *act == disturbance.act)?,
        outcome: told.outcome,
        end: end_of(told),
    })
}

const fn end_of(told: &ToldRun) -> RunEnd {
    match (told.has_finding, told.is_undisturbed) {
        (true, _) => RunEnd::Finding,
        (false, true) => RunEnd::Undisturbed,
        (false, false) => RunEnd::Other,
    }
}

fn pair(told: &ToldRun) -> Pair {
    Pair { schedule: told.schedule.to_string(), outcome: told.outcome, end: end_of(told) }
}

fn outcomes(found: &explore::Exploration, examples: &[Example]) -> Vec<Outcome> {
    let mut classes: Vec<_> = found.outcomes.iter().collect();
    classes.sort_by_key(|(_, class)| class.number);
    let told = classes.into_iter().map(|(outcome, class)| {
        let example = class.example.to_string();
        Outcome {
            text: outcome.to_string(),
            runs: class.runs,
            end: match (class.has_finding, *outcome == found.undisturbed) {
                (true, _) => RunEnd::Finding,
                (false, true) => RunEnd::Undisturbed,
                (false, false) => RunEnd::Other,
            },
            example: examples.iter().position(|shown| shown.schedule == example),
        }
    });
    told.collect()
}

/// Findings, as the console groups them.
pub(in crate::report) fn found<F: Display>(groups: Vec<explored::Group<'_, F>>) -> Vec<Found> {
    let way = |way: explored::ScheduleLine<'_>| Way {
        count: way.schedules.len(),
        schedules: way.schedules.iter().take(MAX_SCHEDULES).map(ToString::to_string).collect(),
        label: way.label,
    };
    let told = groups.into_iter().map(|group| Found {
        finding: group.finding.to_string(),
        count: group.count,
        smallest: group.smallest.map(ToString::to_string),
        ways: group.ways.into_iter().map(way).collect(),
    });
    told.collect()
}

fn changes(verdict: &ExplorationVerdict) -> Option<Changes> {
    let first = |lines: &[String]| lines.iter().take(MAX_CHANGES).cloned().collect();
    match verdict {
        ExplorationVerdict::Same => Some(Changes::default()),
        ExplorationVerdict::Changed(changes) | ExplorationVerdict::NotAll(Some(changes)) => Some(Changes {
            new: first(&changes.new),
            more_new: changes.new.len().saturating_sub(MAX_CHANGES),
            gone: first(&changes.gone),
            more_gone: changes.gone.len().saturating_sub(MAX_CHANGES),
        }),
        _ => None,
    }
}
