//! What came of one scenario.

use std::time::Duration;

use super::Panicked;
use crate::diagnostic::{Cause, Diagnostic};
use crate::doubt::Doubt;
use crate::exit_code::Exit;
use crate::hygiene::Warning;
use crate::script::{AlsoFailed, Findings};
use crate::snapshot::{Comparison, SnapshotDifference, SnapshotError};
use crate::trace::Trace;

/// What came of one scenario: all that any report may want of it.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: Status,
    /// What happened in its world, all of it; with its warnings at the end.
    pub trace: Trace,
    /// How much time passed in its world.
    pub virtual_time: Duration,
    /// When it ran, in real time.
    pub wall_time: WallTime,
    /// How many checks ran.
    pub checks: u32,
    /// What it left behind, where that is wanted.
    pub warnings: Vec<Warning>,
    /// Why its pass means little. In strict mode it therefore does not count as a pass.
    pub doubts: Vec<Doubt>,
    /// What failed beside what its status tells.
    pub also: AlsoFailed,
    /// What is wrong with its script, where that is looked for.
    pub findings: Findings,
}

/// When something ran, in real time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WallTime {
    /// When it began, since the start of the run.
    pub start: Duration,
    /// How long it took.
    pub duration: Duration,
}

/// How a scenario ended.
#[derive(Debug)]
pub enum Status {
    /// All its checks held, and its transcript is as its snapshot, or it has none.
    Passed(Comparison),
    /// The same, but it is doubtful, and that is not enough in strict mode.
    Doubtful(Comparison),
    /// It does not want to run.
    Skipped(String),
    /// The run had to end before it was done.
    Stopped,
    /// A check or wait failed, or a limit was reached.
    Failed(Box<Diagnostic>),
    /// Its checks held, and its transcript differs from its snapshot.
    Differs(Box<SnapshotDifference>),
    /// Its checks held in both worlds, and a client heard other events in `Live` than in `Sim`.
    Unlike(Box<Unlike>),
    /// It is not what it should be.
    Broken(Broken),
    /// The harness failed.
    Error(CaseError),
}

/// What a client heard in two worlds, a line an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlike {
    /// The client.
    pub client: String,
    /// In `Sim`.
    pub sim: String,
    /// In `Live`.
    pub live: String,
}

/// A file that is not what it should be.
#[derive(Debug)]
pub enum Broken {
    /// The script is not written as the language and the script API want it.
    Script(Box<Diagnostic>),
    /// A look at the script found mistakes, which its findings tell.
    Checked,
    /// The script cannot be read.
    Unreadable(String),
    /// The snapshot cannot be used.
    Snapshot(SnapshotError),
}

/// What is not the scenario's fault.
#[derive(Debug)]
pub enum CaseError {
    /// A mistake in the harness.
    Panic(String),
    /// The snapshot cannot be written.
    Snapshot(SnapshotError),
    /// There is no live world.
    Live(String),
}

impl Finished {
    /// What came of a scenario that did not run at all.
    #[must_use]
    pub fn new(status: Status) -> Self {
        Self {
            status,
            trace: Trace::default(),
            virtual_time: Duration::ZERO,
            wall_time: WallTime::default(),
            checks: 0,
            warnings: Vec::new(),
            doubts: Vec::new(),
            also: AlsoFailed::default(),
            findings: Findings::default(),
        }
    }

    pub(super) fn panicked(Panicked { message }: Panicked) -> Self {
        Self::new(Status::Error(CaseError::Panic(message)))
    }
}

impl Status {
    pub(super) fn of(diagnostic: Box<Diagnostic>) -> Self {
        match diagnostic.cause {
            Cause::Interrupt => Self::Stopped,
            cause if cause.is_broken_script() => Self::Broken(Broken::Script(diagnostic)),
            _ => Self::Failed(diagnostic),
        }
    }

    /// Whether it did not end well.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        !matches!(self.exit(), Exit::Passed | Exit::Interrupted)
    }

    /// What it means for the command.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Passed(_) | Self::Skipped(_) => Exit::Passed,
            Self::Failed(_) | Self::Differs(_) | Self::Unlike(_) | Self::Doubtful(_) => Exit::Failed,
            Self::Broken(_) => Exit::Broken,
            Self::Error(_) => Exit::InternalError,
            Self::Stopped => Exit::Interrupted,
        }
    }
}
