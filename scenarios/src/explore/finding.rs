//! Findings: what is wrong with how a disturbed run ends, without a check that says so.

use std::fmt;

use kandy_client::Task;

use crate::diagnostic::Cause;
use crate::hygiene::{self, ClientEnd, Running, WarningKind};
use crate::text::printable;

/// Something wrong, and with which client; `None` is about none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The client's name.
    pub client: Option<String>,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// The harness panicked, which is our mistake.
    Panic,
    /// It lets no time pass any more, or a limit was reached.
    Endless,
    /// A property of the script, by its name, did not hold.
    Property(String),
    /// A `sometimes` property of the script held in no run.
    Never(String),
    /// A wait or a check failed, where the script is meant to survive.
    Check(Cause),
    /// An error left a listener of the application.
    ListenerError,
    /// A task of the SDK died, which no application is told.
    TaskDied(Task),
    /// `isPending` is true for ever.
    Pending,
    /// Not connected, and `connect()` brings neither a connection nor an error.
    Stuck,
    /// Connected, and a notification does not arrive.
    Deaf,
    /// Connected, and the platform knows of no subscription, or there is no socket and none to come.
    Belief,
    /// A command, which should end well, ends with this exit code.
    CommandFails(u8),
    /// A command does not end, and had to be ended.
    Hang,
    /// The last step of signing in was never answered, and the application has left it at that.
    Login,
    /// A subscription lives on at the platform.
    Subscription,
    /// A socket is open outside of a session.
    Socket,
    /// Attempts or renewals go on outside of a session.
    RunsOn,
    /// A listener was called after `destroy()`.
    EventAfterDestroy,
}

impl FindingKind {
    /// What was left behind, as a finding.
    #[must_use]
    pub const fn of_warning(what: &WarningKind) -> Self {
        match what {
            WarningKind::Subscription(_) => Self::Subscription,
            WarningKind::Socket(_) => Self::Socket,
            WarningKind::Pending => Self::Pending,
            WarningKind::EventAfterDestroy(_) => Self::EventAfterDestroy,
            WarningKind::Unsubscribed => Self::Belief,
            WarningKind::RunsOn(Running::Attempts | Running::Renewals) => Self::RunsOn,
        }
    }
}

impl FindingKind {
    /// A finding that is about no client.
    #[must_use]
    pub fn of_none(self) -> Finding {
        Finding { kind: self, client: None }
    }
}

impl fmt::Display for FindingKind {
    /// On one line, whatever a script calls its properties: files have a line for each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Panic => "the harness panicked",
            Self::Property(name) => return write!(f, "`{}` does not hold", printable(name)),
            Self::Never(name) => return write!(f, "`{}` was never seen to hold", printable(name)),
            Self::Check(cause) => return write!(f, "the script fails ({})", cause.as_str()),
            Self::Endless => "endless loop",
            Self::ListenerError => "error in a listener",
            Self::TaskDied(task) => return write!(f, "task died: {task}"),
            Self::Pending => "pending for ever",
            Self::Stuck => "connect() does nothing any more",
            Self::Deaf => "connected and hears nothing",
            Self::Belief => "connected without a session at the platform",
            Self::CommandFails(code) => return write!(f, "the command fails (exit {code})"),
            Self::Hang => "the command does not end",
            Self::Login => "login that never ends",
            Self::Subscription => "subscription left behind",
            Self::Socket => "socket left open",
            Self::RunsOn => "runs on outside of a session",
            Self::EventAfterDestroy => "event after destroy()",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        self.client.as_ref().map_or(Ok(()), |client| write!(f, " ({client})"))
    }
}

/// What is wrong with how the clients stand, when all is well again and nothing is under way.
pub(crate) fn of_endings(endings: &[ClientEnd]) -> impl Iterator<Item = Finding> {
    // A missing subscription is judged below, where a socket matters as well.
    let warnings = hygiene::warnings(endings).into_iter().filter(|warning| warning.what != WarningKind::Unsubscribed);
    let left =
        warnings.map(|warning| Finding { kind: FindingKind::of_warning(&warning.what), client: Some(warning.client) });
    let deceived = endings.iter().filter(|ending| is_deceived(ending));
    left.chain(deceived.map(|ending| Finding { kind: FindingKind::Belief, client: Some(ending.client.clone()) }))
}

/// Whether a client says that it is connected, and is not.
fn is_deceived(ending: &ClientEnd) -> bool {
    let says_so = ending.is_connected && !ending.is_pending && !ending.is_destroyed;
    let has_socket = ending.sockets.iter().any(|socket| socket.is_used);
    let gets_one = ending.running.contains(&Running::Attempts) || ending.under_way.sockets;
    says_so && (ending.subscriptions.is_empty() || !(has_socket || gets_one))
}
