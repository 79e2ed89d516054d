//! What came of one scenario.

use std::time::Duration;

use super::Panicked;
use crate::diagnostic::{Cause, Diagnostic};
use crate::exit_code::Exit;
use crate::hygiene::Warning;
use crate::snapshot::{Comparison, Difference};
use crate::transcript::{Kind, Transcript};

/// What came of one scenario.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: Status,
    /// How much time passed in its world.
    pub virtual_time: Duration,
    /// What it left behind, where that is wanted.
    pub warnings: Vec<Warning>,
    /// What to show of its transcript.
    pub excerpt: Option<Excerpt>,
}

/// How a scenario ended.
#[derive(Debug)]
pub enum Status {
    /// All its checks held, and its transcript is as its snapshot, or it has none.
    Passed(Comparison),
    /// It does not want to run.
    Skipped(String),
    /// The run was to end before it was done.
    Stopped,
    /// A check or wait failed, or a limit was reached.
    Failed(Box<Diagnostic>),
    /// Its checks held, and its transcript is not as its snapshot.
    Differs(Box<Difference>),
    /// Its checks held in both worlds, and a client heard other events in `Live` than in `Sim`.
    Unlike(Box<Unlike>),
    /// It is not what it should be.
    Broken(Broken),
    /// The harness failed.
    Error(Fault),
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
    /// The script cannot be read.
    Unreadable(String),
    /// The snapshot cannot be used.
    Snapshot(String),
}

/// What is not the scenario's fault.
#[derive(Debug)]
pub enum Fault {
    /// A mistake in the harness.
    Panic(String),
    /// The snapshot cannot be written.
    Snapshot(String),
    /// There is no live world.
    Live(String),
}

/// The end of a transcript, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The lines.
    pub lines: String,
    /// The kind of each line.
    pub kinds: Vec<Kind>,
    /// How many lines these are.
    pub count: usize,
    /// How many lines the transcript has.
    pub of: usize,
}

impl Finished {
    pub(super) fn new(status: Status) -> Self {
        Self { status, virtual_time: Duration::ZERO, warnings: Vec::new(), excerpt: None }
    }

    pub(super) fn panicked(Panicked { message }: Panicked) -> Self {
        Self::new(Status::Error(Fault::Panic(message)))
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

    /// What it means for the command.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Passed(_) | Self::Skipped(_) => Exit::Passed,
            Self::Failed(_) | Self::Differs(_) | Self::Unlike(_) => Exit::Failed,
            Self::Broken(_) => Exit::Broken,
            Self::Error(_) => Exit::InternalError,
            Self::Stopped => Exit::Interrupted,
        }
    }
}

impl Excerpt {
    pub(super) fn new(transcript: &Transcript, count: usize) -> Self {
        let of = transcript.records().len();
        let shown = &transcript.records()[of.saturating_sub(count)..];
        let kinds = shown.iter().map(|record| record.kind).collect();
        Self { lines: transcript.tail(count), kinds, count: shown.len(), of }
    }
}
