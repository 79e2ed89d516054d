//! What came of a case, without what its script redacts.

use crate::doubt::Doubt;
use crate::hygiene::{self, Warning};
use crate::run::{Broken, Finished, Status, Unlike};
use crate::script::{AlsoFailed, Findings};
use crate::transcript::Redactions;

/// A copy without what its script redacts, if it redacts anything and there is anything of it. The copy of the trace leaves it
/// out when text is made of it.
pub(super) fn redacted(finished: &Finished) -> Option<Finished> {
    let redactions = finished.trace.redactions();
    if redactions.is_empty() {
        return None;
    }
    Some(Finished {
        status: status(&finished.status, redactions)?,
        trace: finished.trace.clone(),
        virtual_time: finished.virtual_time,
        wall_time: finished.wall_time,
        checks: finished.checks,
        warnings: finished.warnings.iter().map(|each| warning(each, redactions)).collect(),
        doubts: finished.doubts.iter().map(|each| doubt(each, redactions)).collect(),
        also: AlsoFailed {
            told: finished.also.told.iter().map(|each| each.redacted(redactions)).collect(),
            more: finished.also.more,
        },
        // A script that is only looked at redacts nothing.
        findings: Findings::default(),
    })
}

/// The same without it; nothing where it tells only of files and of the harness, which no script redacts.
fn status(status: &Status, redactions: &Redactions) -> Option<Status> {
    let text = |text: &String| redactions.redacted(text.clone());
    Some(match status {
        Status::Passed(comparison) => Status::Passed(comparison.clone()),
        Status::Doubtful(comparison) => Status::Doubtful(comparison.clone()),
        Status::Skipped(reason) => Status::Skipped(text(reason)),
        Status::Stopped => Status::Stopped,
        Status::Failed(failure) => Status::Failed(Box::new(failure.redacted(redactions))),
        Status::Broken(Broken::Script(failure)) => {
            Status::Broken(Broken::Script(Box::new(failure.redacted(redactions))))
        }
        // The run's transcript is without it already, and what the snapshot says was accepted as it is.
        Status::Differs(difference) => Status::Differs(difference.clone()),
        Status::Unlike(unlike) => Status::Unlike(Box::new(Unlike {
            client: unlike.client.clone(),
            sim: lines(&unlike.sim, redactions),
            live: lines(&unlike.live, redactions),
        })),
        Status::Broken(Broken::Checked | Broken::Unreadable(_) | Broken::Snapshot(_)) | Status::Error(_) => {
            return None;
        }
    })
}

/// Each line on its own, as in a transcript.
fn lines(text: &str, redactions: &Redactions) -> String {
    text.split_inclusive('\n').map(|line| redactions.redacted(line.to_owned())).collect()
}

fn warning(Warning { client, what }: &Warning, redactions: &Redactions) -> Warning {
    let what = match what {
        hygiene::WarningKind::Subscription(name) => {
            hygiene::WarningKind::Subscription(redactions.redacted(name.clone()))
        }
        other => other.clone(),
    };
    Warning { client: client.clone(), what }
}

fn doubt(doubt: &Doubt, redactions: &Redactions) -> Doubt {
    match doubt.clone() {
        Doubt::MetNone { place, verb, user, target } => {
            Doubt::MetNone { place, verb, user: redactions.redacted(user), target }
        }
        other => other,
    }
}
