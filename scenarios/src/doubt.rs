//! Doubts: what makes a pass say less than it seems to. In strict mode they fail it, else they are warnings.

use std::fmt;

use kandy_mock_server::Point;

use crate::schedule::Disturbance;
use crate::text::printable;

/// The most doubts of one script that are told.
pub const MAX_DOUBTS: usize = 100;

/// Why a pass means little.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing was checked, and there is no snapshot.
    NoCheck,
    /// There is no snapshot, though other scripts of the folder have theirs.
    NoSnapshot,
    /// No request came to a fault by the end, or before it was cleared.
    UnmetFault {
        /// Which line made it.
        place: SourceLine,
        /// Where it should have acted.
        point: Point,
    },
    /// A command met none of a user's sockets or subscriptions, and the script did not take the number.
    MetNone {
        /// Which line gave it.
        place: SourceLine,
        /// The command's verb.
        verb: &'static str,
        /// The user.
        user: String,
        /// What was missing.
        target: CommandTarget,
    },
    /// What should have gone wrong and has not.
    UnmetDisturbance {
        /// Which line wanted it.
        place: SourceLine,
        /// What.
        disturbance: Disturbance,
        /// Whether its moment has come, and nothing was changed by it.
        has_come: bool,
    },
}

/// What a command is about that counts what it met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandTarget {
    /// A user's sockets.
    Socket,
    /// A user's subscriptions.
    Subscription,
}

/// A line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// The file as messages show it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl Doubt {
    /// The line that it is about, if it is not about the whole script.
    #[must_use]
    pub const fn place(&self) -> Option<&SourceLine> {
        match self {
            Self::NoCheck | Self::NoSnapshot => None,
            Self::UnmetFault { place, .. } | Self::MetNone { place, .. } | Self::UnmetDisturbance { place, .. } => {
                Some(place)
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NoCheck => {
                "add a check or a wait, such as `kandy.waitFor(\"auth:change\")`, or accept its transcript \
                              with `--update`"
                    .to_owned()
            }
            Self::NoSnapshot => "accept its transcript with `--update`".to_owned(),
            Self::UnmetFault { point, .. } => format!(
                "let the script go on until something meets it: `platform.waitFor(\"{point}\")`; or take the fault out"
            ),
            Self::UnmetDisturbance { has_come: false, .. } => {
                "let the script go on until that message comes, or take `disturb` out".to_owned()
            }
            Self::UnmetDisturbance { has_come: true, .. } => {
                "choose a moment at which it has something to act on, or take `disturb` out".to_owned()
            }
            Self::MetNone { verb, target, .. } => format!(
                "wait until there is one:\n`waitUntil(|| platform.{target}s(user).len() > 0)`\nor take the number: `let count = platform.{verb}(..);`"
            ),
        }
    }
}

/// On one line, without the place.
impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCheck => f.write_str("no check and no snapshot: it passes whatever happens"),
            Self::NoSnapshot => f.write_str("it has no snapshot, but others in its folder have one"),
            Self::UnmetFault { point, .. } => write!(f, "nothing met the fault at {point}"),
            Self::UnmetDisturbance { disturbance, has_come: false, .. } => {
                write!(f, "`{disturbance}`: there was no {}", disturbance.at)
            }
            Self::UnmetDisturbance { disturbance, has_come: true, .. } => {
                write!(f, "`{disturbance}` changed nothing")
            }
            Self::MetNone { verb, user, target, .. } => write!(f, "{verb} {}: no {target}", printable(user)),
        }
    }
}

/// In the singular; a look at the platform is called so in the plural.
impl fmt::Display for CommandTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Socket => "socket",
            Self::Subscription => "subscription",
        })
    }
}
