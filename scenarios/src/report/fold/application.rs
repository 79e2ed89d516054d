//! The exploration of a command as a case of the model.

use super::case::problem;
use super::exploration::{About, exploration, problems, status};
use crate::diagnostic::{self, Diagnostic};
use crate::explore::application::{CommandExploration, FlakyRuns};
use crate::explore::{AcceptedError, ExplorationVerdict, Finding};
use crate::report::explored;
use crate::report::model::{self, Case, Cause, OfCommand, Problem, Start, Status, Variant, WallTime};
use crate::run::{NameSet, Shard};

/// The command, and the files about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommandOfCase<'a> {
    /// The command as a shell takes it.
    pub(crate) name: &'a str,
    /// The path of what is accepted, as the user wrote it.
    pub(crate) accepted: &'a str,
}

/// What is told first. `around` is what shards of one exploration have in common, beside the command.
pub(crate) fn start(of: &CommandOfCase<'_>, around: &[&str], without: Vec<String>, shard: Option<Shard>) -> Start {
    let explored = model::HowExplored { pairs: false, judge_checks: false, without };
    Start {
        harness: env!("CARGO_PKG_VERSION").to_owned(),
        live: false,
        strict: false,
        explored: Some(explored),
        shard: shard.map(|shard| model::Shard { index: shard.index(), of: shard.of() }),
        set: NameSet::of([&[of.name, of.accepted], around].concat()).to_string(),
        cases: 1,
    }
}

/// What to say about a command alone.
pub(crate) fn of_command(found: &CommandExploration, unfound: Option<Vec<String>>) -> OfCommand {
    let flaky = |FlakyRuns { schedule, outcomes }: &FlakyRuns| model::Flaky {
        schedule: schedule.to_string(),
        outcomes: outcomes.each_ref().map(|findings| {
            let texts: Vec<String> = findings.iter().map(Finding::to_string).collect();
            if texts.is_empty() { "ends well".to_owned() } else { texts.join(" and ") }
        }),
    };
    OfCommand {
        left_out: found.left_out,
        elsewhere: found.elsewhere,
        not_reached: found.not_reached.iter().map(ToString::to_string).collect(),
        flaky: found.flaky.iter().map(flaky).collect(),
        unfound,
    }
}

/// The case of a command that was explored. `text` is what the console says below its line.
pub(crate) fn case(
    of: &CommandOfCase<'_>,
    found: &CommandExploration,
    verdict: &ExplorationVerdict,
    own: OfCommand,
    text: String,
) -> Case {
    let shown = About { shown: of.accepted, accepted: of.accepted };
    let mut exploration = exploration(&found.exploration, verdict, Vec::new());
    exploration.command = Some(Box::new(own));
    Case {
        reason: matches!(verdict, ExplorationVerdict::Nothing)
            .then(|| explored::nothing(&found.exploration).to_owned()),
        problems: problems(&shown, verdict, Some(&found.exploration)),
        exploration: Some(Box::new(exploration)),
        ..not_explored(of, status(verdict), text)
    }
}

/// The case of one of which there is nothing to say but what is accepted of it, and that cannot be read or written.
pub(crate) fn unaccepted(of: &CommandOfCase<'_>, error: &AcceptedError) -> Case {
    let diagnostic = explored::unaccepted(of.accepted.to_owned(), error);
    let status = if matches!(error, AcceptedError::Write(_)) { Status::Error } else { Status::Broken };
    let problems = vec![problem(Cause::Explored, &diagnostic)];
    Case { problems, ..not_explored(of, status, format!("{diagnostic}\n")) }
}

/// The case of one whose undisturbed run does not pass, for this reason.
pub(crate) fn undisturbed(of: &CommandOfCase<'_>, why: String, text: String) -> Case {
    Case { problems: vec![about(of, why, None)], ..not_explored(of, Status::Failed, text) }
}

/// Something that is wrong.
pub(crate) fn about(of: &CommandOfCase<'_>, message: String, help: Option<&str>) -> Problem {
    let diagnostic = Diagnostic {
        // It is not told: the model has more causes than diagnostics have.
        cause: diagnostic::Cause::Check,
        message,
        file: of.accepted.to_owned(),
        line: 0,
        column: 0,
        source_line: None,
        notes: Vec::new(),
        help: help.map(str::to_owned),
    };
    problem(Cause::Explored, &diagnostic)
}

/// The case of one that was not explored.
pub(crate) fn not_explored(of: &CommandOfCase<'_>, status: Status, text: String) -> Case {
    Case {
        name: of.name.to_owned(),
        path: of.accepted.to_owned(),
        source: of.accepted.to_owned(),
        row: None,
        summary: String::new(),
        tags: Vec::new(),
        variant: Variant::Command,
        status,
        reason: None,
        snapshot: None,
        virtual_time: 0.0,
        wall_time: WallTime::default(),
        checks: 0,
        warnings: Vec::new(),
        doubts: Vec::new(),
        problems: Vec::new(),
        more_problems: 0,
        difference: None,
        text,
        records: Vec::new(),
        exploration: None,
    }
}
