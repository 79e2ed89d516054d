//! Outcomes: what runs can end alike in.

use std::collections::BTreeSet;
use std::fmt;

use kandy_client::Event;

use super::{Explored, FindingKind};
use crate::diagnostic::Cause;
use crate::text::printable;

/// How a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ended {
    /// All that it waited for came, and its checks held.
    Passed,
    /// It did not want to run.
    Skipped,
    /// A wait or a check failed, or something else ended it. That is not a finding: what was disturbed may fail.
    Failed(Cause),
}

/// How a client stands, as its application sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientStand {
    /// Its name.
    pub client: String,
    /// `isConnected`.
    pub is_connected: bool,
    /// `isPending`.
    pub is_pending: bool,
    /// Whether `destroy()` was called.
    pub is_destroyed: bool,
    /// The kinds of events that it has heard.
    pub events: BTreeSet<String>,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passes"),
            Self::Skipped => f.write_str("skipped"),
            Self::Failed(cause) => write!(f, "fails ({})", cause.as_str()),
        }
    }
}

/// What runs can end alike in: how the script ended, and how each client stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunOutcome {
    ended: Option<Ended>,
    clients: Vec<ClientStand>,
    findings: BTreeSet<FindingKind>,
}

impl RunOutcome {
    pub(super) fn of(explored: &Explored) -> Self {
        let findings = explored.findings.iter().map(|finding| finding.kind.clone()).collect();
        Self { ended: Some(explored.ended), clients: explored.clients.clone(), findings }
    }
}

impl fmt::Display for RunOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ended {
            Some(ended) => write!(f, "{ended}")?,
            None => f.write_str("panics")?,
        }
        for stand in &self.clients {
            write!(f, "; {stand}")?;
        }
        self.findings.iter().try_for_each(|finding| write!(f, "; {finding}"))
    }
}

impl fmt::Display for ClientStand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match (self.is_destroyed, self.is_connected, self.is_pending) {
            (true, ..) => "destroyed",
            (false, true, false) => "connected",
            (false, true, true) => "connected, pending",
            (false, false, true) => "pending",
            (false, false, false) => "disconnected",
        };
        write!(f, "{} {state}", self.client)?;
        let mut separator = ": ";
        for event in &self.events {
            // The code of an error is what a platform has said.
            write!(f, "{separator}{}", printable(event))?;
            separator = ", ";
        }
        Ok(())
    }
}

/// An event as outcomes tell it: its name, and the code of an error.
pub(crate) fn event_word(event: &Event) -> String {
    match event {
        Event::AuthError(error) => match error.code() {
            Some(code) => format!("{} {}", event.name(), code.to_json().as_str().unwrap_or_default()),
            None => format!("{} {}", event.name(), error.name()),
        },
        _ => event.name().to_owned(),
    }
}
