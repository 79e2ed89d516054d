//! A report as data, in the form of its JSON: what reports to files are made of, whether the run has just been or was read
//! from a file. `docs/report.schema.json` says the same in the words of JSON Schema, and a test holds that both agree.
//!
//! Times are in seconds. Texts are as the console has them, without colours: secrets are masked, and what the script redacts
//! is left out of all of them.

mod exploration;
mod problem;
mod record;
mod summary;

use std::io;

use serde::{Deserialize, Serialize};

pub use self::exploration::{
    Act, Cell, Changes, Example, Exploration, Flaky, Found, HowExplored, OfCommand, Outcome, Pair, RunEnd, Transitions,
    Way,
};
pub use self::problem::{Cause, Difference, Doubt, Problem, Warning};
pub use self::record::{Body, Detail, Lane, Record, RecordKind, Tone};
pub use self::summary::Summary;
use crate::run;

/// The version of the form. It changes with whatever a reader of the last one would not understand.
pub const SCHEMA: u64 = 1;

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The version of its form: [`SCHEMA`].
    pub schema: u64,
    /// What was known when the run began.
    pub start: Start,
    /// The cases, in the order of the run.
    pub cases: Vec<Case>,
    /// What was known when it had ended.
    pub end: End,
}

/// The next part of a report: one start, each case, one end.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The run begins.
    Started(&'a Start),
    /// A case is done, or did not run. It is dropped when all have heard of it.
    Case(&'a Case),
    /// The run has ended.
    Ended(&'a End),
}

/// What makes a report to a file, or to whatever else is not a terminal. It knows nothing but these events, so that it makes the
/// same of a run and of the JSON that a run left.
pub trait Renderer {
    /// What it is called where it cannot be written.
    fn name(&self) -> &'static str;

    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn event(&mut self, event: &Event<'_>) -> io::Result<()>;

    /// What it says on standard output when all has ended, behind what the console says.
    fn said(&self) -> &str {
        ""
    }
}

/// What is known when a run begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Start {
    /// The version of kandy-harness.
    pub harness: String,
    /// Whether cases run on real sockets, too.
    pub live: bool,
    /// Whether what cannot be trusted fails.
    pub strict: bool,
    /// How they are explored; only where they are, and do not just run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explored: Option<HowExplored>,
    /// Which part of the cases this is, if it is one.
    pub shard: Option<Shard>,
    /// A digest of the names of all cases that were selected, those of other shards among them.
    pub set: String,
    /// How many cases there are in this report.
    pub cases: usize,
}

/// One of several parts, each of which runs on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Which, from 1.
    pub index: u32,
    /// How many there are.
    pub of: u32,
}

/// What is known when a run has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct End {
    /// How long it took, in real time.
    pub wall_time: f64,
    /// Whether it was ended before all cases had run.
    pub interrupted: bool,
    /// What is wrong and concerns no case.
    pub warnings: Vec<RunWarning>,
    /// Snapshots whose scripts are not there any more, by their paths.
    pub stale_snapshots: Vec<String>,
    /// The cases in numbers.
    pub summary: Summary,
}

/// A warning that is about no case; an error in strict mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum RunWarning {
    /// A line of a script is almost one of tags, and gives it others or none.
    MisreadTags {
        /// What the console says of it.
        message: String,
        /// The script.
        path: String,
        /// The line.
        line: usize,
        /// What stands there.
        found: String,
        /// What it was meant to be.
        meant: String,
    },
    /// All cases that ran to their end skipped themselves.
    AllSkipped {
        /// What the console says of it.
        message: String,
        /// How many there are.
        count: usize,
    },
}

/// One case: a scenario, or a row of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// Its name, which no other case of the run has.
    pub name: String,
    /// The path of its script as the user wrote it; of a command, that of what is accepted of it.
    pub path: String,
    /// The path of its script from its root on, with `/`.
    pub source: String,
    /// The row of its `cases`, if it has some.
    pub row: Option<String>,
    /// The first sentence of its description.
    pub summary: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// How it ran.
    pub variant: Variant,
    /// How it ended.
    pub status: Status,
    /// Why it does not want to run, if it was skipped.
    pub reason: Option<String>,
    /// How its transcript stands to its snapshot; `null` if it was not looked at.
    pub snapshot: Option<Snapshot>,
    /// How much time passed in its world.
    pub virtual_time: f64,
    /// When it ran, in real time.
    pub wall_time: WallTime,
    /// How many checks ran.
    pub checks: u32,
    /// What it left behind, where that is wanted.
    pub warnings: Vec<Warning>,
    /// Why a pass of it means little.
    pub doubts: Vec<Doubt>,
    /// What failed.
    pub problems: Vec<Problem>,
    /// How many more failed, which are not told.
    pub more_problems: usize,
    /// The two texts that should be equal, if they were not.
    pub difference: Option<Difference>,
    /// All that the console says of it below its line.
    pub text: String,
    /// What happened in its world; where it was explored, in the undisturbed run.
    pub records: Vec<Record>,
    /// What its exploration found, if it was explored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploration: Option<Box<Exploration>>,
}

/// How a scenario ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Variant {
    /// It was only looked at.
    Check,
    /// In a simulated world.
    Sim,
    /// In a simulated world, then on real sockets. The records are those of the sockets.
    Live,
    /// It is not a scenario but a command, which was explored beside a platform of its own.
    Command,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// All its checks held, and its transcript is as its snapshot, or it has none.
    Passed,
    /// A check or wait failed, or a limit was reached.
    Failed,
    /// It passed, and is doubtful, which is not enough in strict mode.
    Doubtful,
    /// Its transcript differs from its snapshot.
    Differs,
    /// A client heard other events in Live than in Sim.
    Unlike,
    /// It does not want to run.
    Skipped,
    /// The run was interrupted before it was done.
    Stopped,
    /// Its script or snapshot is not as it must be.
    Broken,
    /// The harness failed.
    Error,
    /// The run ended before it began: by an interrupt, or by a failure.
    NotRun,
}

/// How a transcript stands to its snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Snapshot {
    /// It is the same.
    Same,
    /// It is another.
    Different,
    /// There is none.
    Missing,
    /// There was none, and now there is.
    Created,
    /// It was another, and now it is this.
    Changed,
    /// They were not compared.
    Unasked,
}

/// When something ran, in real time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WallTime {
    /// When it began, since the start of the run.
    pub start: f64,
    /// How long it took.
    pub duration: f64,
}

impl Status {
    /// How a case ended that ran.
    #[must_use]
    pub const fn of(status: &run::Status) -> Self {
        match status {
            run::Status::Passed(_) => Self::Passed,
            run::Status::Doubtful(_) => Self::Doubtful,
            run::Status::Skipped(_) => Self::Skipped,
            run::Status::Stopped => Self::Stopped,
            run::Status::Failed(_) => Self::Failed,
            run::Status::Differs(_) => Self::Differs,
            run::Status::Unlike(_) => Self::Unlike,
            run::Status::Broken(_) => Self::Broken,
            run::Status::Error(_) => Self::Error,
        }
    }

    /// Whether it is one that fails the run.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        match self {
            Self::Failed | Self::Doubtful | Self::Differs | Self::Unlike | Self::Broken | Self::Error => true,
            Self::Passed | Self::Skipped | Self::Stopped | Self::NotRun => false,
        }
    }
}

impl RunWarning {
    /// What the console says of it.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::MisreadTags { message, .. } | Self::AllSkipped { message, .. } => message,
        }
    }
}
