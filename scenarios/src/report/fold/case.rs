//! A case of the model, made of what came of it.

use std::time::Duration;

use super::records::records;
use super::redacted::redacted;
use crate::diagnostic::{self, Diagnostic};
use crate::hygiene::Warning;
use crate::report::console;
use crate::report::model::{self, Cause, Difference, Problem, Snapshot, Status};
use crate::run::{self, Broken, Case, CaseError, Finished, Variant};
use crate::script::{ScriptFinding, Severity};
use crate::snapshot::Comparison;

/// A case that ran.
pub(super) fn finished(case: &Case<'_>, finished: &Finished) -> model::Case {
    let without_secrets = redacted(finished);
    let finished = without_secrets.as_ref().unwrap_or(finished);
    let (problems, more_problems) = problems(case, finished);
    model::Case {
        status: Status::of(&finished.status),
        reason: match &finished.status {
            run::Status::Skipped(reason) => Some(reason.clone()),
            _ => None,
        },
        snapshot: snapshot(&finished.status),
        virtual_time: seconds(finished.virtual_time),
        wall_time: model::WallTime {
            start: seconds(finished.wall_time.start),
            duration: seconds(finished.wall_time.duration),
        },
        checks: finished.checks,
        warnings: finished.warnings.iter().map(warning).collect(),
        doubts: finished.doubts.iter().map(|doubt| self::doubt(case, doubt)).collect(),
        problems,
        more_problems,
        difference: difference(&finished.status),
        text: console::told(case, finished),
        records: records(&finished.trace),
        ..not_run(case)
    }
}

/// A case that did not.
pub(crate) fn not_run(case: &Case<'_>) -> model::Case {
    let header = case.scenario.header();
    model::Case {
        name: case.name().to_owned(),
        path: case.shown().to_owned(),
        source: case.scenario.source.clone(),
        row: case.row.map(str::to_owned),
        summary: header.map(|header| header.summary().to_owned()).unwrap_or_default(),
        tags: header.map(|header| header.tags.clone()).unwrap_or_default(),
        variant: match case.variant {
            Variant::Check => model::Variant::Check,
            Variant::Sim => model::Variant::Sim,
            Variant::Live => model::Variant::Live,
        },
        status: Status::NotRun,
        reason: None,
        snapshot: None,
        virtual_time: 0.0,
        wall_time: model::WallTime::default(),
        checks: 0,
        warnings: Vec::new(),
        doubts: Vec::new(),
        problems: Vec::new(),
        more_problems: 0,
        difference: None,
        text: String::new(),
        records: Vec::new(),
        exploration: None,
    }
}

pub(super) const fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

const fn snapshot(status: &run::Status) -> Option<Snapshot> {
    Some(match status {
        run::Status::Passed(comparison) | run::Status::Doubtful(comparison) => match comparison {
            Comparison::Same => Snapshot::Same,
            Comparison::Unasked => Snapshot::Unasked,
            Comparison::Missing => Snapshot::Missing,
            Comparison::Created => Snapshot::Created,
            Comparison::Changed => Snapshot::Changed,
            Comparison::Different(_) => Snapshot::Different,
        },
        run::Status::Differs(_) => Snapshot::Different,
        _ => return None,
    })
}

fn warning(Warning { client, what }: &Warning) -> model::Warning {
    model::Warning { client: client.clone(), message: what.to_string() }
}

fn doubt(case: &Case<'_>, doubt: &crate::doubt::Doubt) -> model::Doubt {
    let place = doubt.place();
    model::Doubt {
        message: doubt.to_string(),
        path: place.map_or(case.shown(), |place| &place.file).to_owned(),
        line: place.map(|place| place.line),
        help: doubt.help(),
    }
}

fn difference(status: &run::Status) -> Option<Difference> {
    match status {
        run::Status::Differs(difference) => Some(Difference {
            old_name: "snapshot".to_owned(),
            new_name: "this run".to_owned(),
            old: difference.old.clone(),
            new: difference.new.clone(),
            client: None,
        }),
        run::Status::Unlike(unlike) => Some(Difference {
            old_name: "Sim".to_owned(),
            new_name: "Live".to_owned(),
            old: unlike.sim.clone(),
            new: unlike.live.clone(),
            client: Some(unlike.client.clone()),
        }),
        _ => None,
    }
}

/// What failed, and how much more there is than is told.
fn problems(case: &Case<'_>, finished: &Finished) -> (Vec<Problem>, usize) {
    let about = |cause, message: String, path: String, help: Option<&str>| {
        let diagnostic = Diagnostic {
            // It is not told: the model has more causes than diagnostics have.
            cause: diagnostic::Cause::Check,
            message,
            file: path,
            line: 0,
            column: 0,
            source_line: None,
            notes: Vec::new(),
            help: help.map(str::to_owned),
        };
        (vec![problem(cause, &diagnostic)], 0)
    };
    let (shown, snapshot) = (|| case.shown().to_owned(), || case.shown_snapshot());
    match &finished.status {
        run::Status::Passed(_) | run::Status::Skipped(_) | run::Status::Stopped => (Vec::new(), 0),
        run::Status::Failed(diagnostic) | run::Status::Broken(Broken::Script(diagnostic)) => {
            let all = [&**diagnostic].into_iter().chain(&finished.also.told);
            (all.map(|each| problem(cause(each.cause), each)).collect(), finished.also.more)
        }
        run::Status::Broken(Broken::Checked) => {
            let errors = finished.findings.told.iter().filter(|finding| finding.severity == Severity::Error);
            let all = errors.map(|ScriptFinding { diagnostic, .. }| problem(cause(diagnostic.cause), diagnostic));
            (all.collect(), finished.findings.more)
        }
        run::Status::Doubtful(_) => {
            let redactions = finished.trace.redactions();
            let all = finished.doubts.iter().map(|doubt| console::doubt_diagnostic(case, doubt, redactions));
            (all.map(|each| problem(Cause::Doubt, &each)).collect(), 0)
        }
        run::Status::Differs(_) => about(
            Cause::Snapshot,
            "the transcript differs from its snapshot".to_owned(),
            snapshot(),
            Some("if it is right as it is now, run again with `--update`"),
        ),
        run::Status::Unlike(unlike) => about(
            Cause::Live,
            format!("{} heard other events in Live than in Sim", unlike.client),
            shown(),
            Some(
                "a race? Wait for a point of the platform, such as `platform.waitFor(\"subscribe\")`, before what may come too early or too late",
            ),
        ),
        run::Status::Broken(Broken::Unreadable(why)) => {
            about(Cause::Unreadable, format!("cannot read the script: {why}"), shown(), None)
        }
        run::Status::Broken(Broken::Snapshot(why)) => about(
            Cause::Snapshot,
            why.to_string(),
            snapshot(),
            Some("mend it, or write it anew: run again with `--update`"),
        ),
        run::Status::Error(CaseError::Snapshot(why)) => about(Cause::Snapshot, why.to_string(), snapshot(), None),
        run::Status::Error(CaseError::Live(why)) => about(Cause::Live, why.clone(), shown(), None),
        run::Status::Error(CaseError::Panic(message)) => {
            about(Cause::Internal, message.clone(), shown(), Some("please report it, with the script"))
        }
    }
}

pub(super) fn problem(cause: Cause, diagnostic: &Diagnostic) -> Problem {
    Problem {
        cause,
        message: diagnostic.message.clone(),
        path: diagnostic.file.clone(),
        line: (diagnostic.line > 0).then_some(diagnostic.line),
        column: (diagnostic.column > 0).then_some(diagnostic.column),
        source_line: diagnostic.source_line.clone(),
        notes: diagnostic.notes.clone(),
        helps: diagnostic.help.iter().cloned().collect(),
        text: diagnostic.to_string(),
    }
}

pub(super) const fn cause(cause: diagnostic::Cause) -> Cause {
    match cause {
        diagnostic::Cause::Syntax => Cause::Syntax,
        diagnostic::Cause::UnknownFunction => Cause::UnknownFunction,
        diagnostic::Cause::UnknownVariable => Cause::UnknownVariable,
        diagnostic::Cause::Argument => Cause::Argument,
        diagnostic::Cause::Check => Cause::Check,
        diagnostic::Cause::Wait => Cause::Wait,
        diagnostic::Cause::Limit => Cause::Limit,
        diagnostic::Cause::Interrupt => Cause::Interrupt,
        diagnostic::Cause::Import => Cause::Import,
        diagnostic::Cause::World => Cause::World,
        diagnostic::Cause::Script => Cause::Script,
        diagnostic::Cause::Unused => Cause::Unused,
    }
}
