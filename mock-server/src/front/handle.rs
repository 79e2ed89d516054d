//! The platform of a [`Front`](super::Front), for those who control it.

use std::sync::Arc;
use std::time::Duration;

use super::clock::ClockKind;
use crate::platform::Platform;
use crate::server::clock::ClockError;
use crate::server::shared::Shared;
use crate::server::watch::Watch;
use crate::time::Time;

/// The platform behind a [`Front`](super::Front). Its clones are handles of the same platform; they keep it, but not the
/// server.
#[derive(Clone, Debug)]
pub struct FrontHandle {
    shared: Arc<Shared>,
}

impl FrontHandle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Acts on the platform, or looks at it. What comes of it is on its way before the next input is taken, in its order;
    /// outputs are not for the closure to poll.
    ///
    /// Nothing else happens at the platform meanwhile, so several commands are one instant for every client. The closure
    /// must not use a handle of this platform: it would wait for itself.
    pub fn platform<R>(&self, act: impl FnOnce(&mut Platform, Time) -> R) -> R {
        self.shared.act(act)
    }

    /// Tells what happens from now on, as it happens.
    pub fn watch(&self) -> Watch {
        Watch::from_now(self.shared.clone())
    }

    /// The present time of the platform: since its start.
    pub fn now(&self) -> Time {
        self.shared.now()
    }

    /// Which clock it has.
    pub fn clock(&self) -> ClockKind {
        self.shared.clock().into()
    }

    /// Lets a manual clock go on, and gives the time that it is then. On the way the platform's timers fire, each at its
    /// own deadline, one after the other; nothing else happens at the platform meanwhile. Answers and handshakes whose
    /// delay has passed go out afterwards.
    pub fn advance(&self, by: Duration) -> Result<Time, ClockError> {
        self.shared.advance(by)
    }

    /// Whether the server has ended, or is about to.
    pub fn is_over(&self) -> bool {
        self.shared.progress().borrow().is_over
    }
}
