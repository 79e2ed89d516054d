//! What an application asks a session for, and what a world needs to know of it.

use super::Session;
use crate::config::Settings;
use crate::connect::Phase;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::io::SocketId;
use crate::state::{Connection, Services, SocketState, Standing, UserInfo};
use crate::timer::{Time, Timer};
use crate::untyped::Untyped;

/// Getters.
impl Session {
    /// `getConnection()`.
    #[must_use]
    pub fn connection(&self) -> Connection {
        Connection {
            is_connected: self.state.is_connected,
            is_pending: self.state.is_pending,
            error: self.state.error.clone(),
            subscription: self.state.services_info().clone().into(),
        }
    }

    /// `getConnection().isConnected`.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.state.is_connected
    }

    /// `getConnection().isPending`.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.state.is_pending
    }

    /// `getConnection().error`.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.state.error.as_ref()
    }

    /// `getServices()`, as far as it is of that form; [`connection`](Self::connection) has it as it is.
    #[must_use]
    pub fn services(&self) -> Services {
        Services::from_js(self.state.services_info())
    }

    /// `getServices()`, as it is.
    #[must_use]
    pub fn services_info(&self) -> Untyped {
        self.state.services_info().clone().into()
    }

    /// `getUserInfo()`; `None` is its empty object.
    #[must_use]
    pub fn user_info(&self) -> Option<&UserInfo> {
        self.state.user_info.as_ref()
    }

    /// `connection.getSocketState(platform)`, with the dialect's own platform; `None` where it gives an error because no socket was ever tried.
    #[must_use]
    pub fn socket_state(&self) -> Option<&SocketState> {
        self.websockets.state.as_ref()
    }

    /// `getConfig()`.
    #[must_use]
    pub fn config(&self) -> &Settings {
        &self.settings
    }

    /// Which SDK it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.settings.dialect()
    }

    /// Whether it has ended, as [`destroy`](Self::destroy) asked.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.destroyed
    }

    /// Whether [`destroy`](Self::destroy) was called, also if what it does is yet to come.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.destroyed || self.timers.iter().any(|(_, timer)| timer == Timer::Destroy)
    }

    /// What an application sees of where it stands: whether it is signed in, and whether that is about to change. In Link 4
    /// and 5 it looks at its [`subscriptions`](Self::subscriptions) for that, elsewhere at its
    /// [`connection`](Self::connection).
    #[must_use]
    pub fn standing(&self) -> Standing {
        (self.profile.standing)(self)
    }

    /// Where it really stands, whatever [`connection`](Self::connection) says.
    #[must_use]
    pub fn phase(&self) -> Phase {
        (self.profile.phase)(self)
    }

    /// The armed timers, in the order in which they were armed.
    pub fn timers(&self) -> impl Iterator<Item = (Time, Timer)> + '_ {
        self.timers.iter()
    }

    /// How many requests are under way whose answer the session still waits for.
    #[must_use]
    pub fn pending_requests(&self) -> usize {
        self.pending.len()
    }

    /// The sockets that are open and in use.
    pub fn open_sockets(&self) -> impl Iterator<Item = SocketId> + '_ {
        self.websockets.open.iter().filter_map(|socket| socket.id)
    }
}
