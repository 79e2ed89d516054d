//! Sockets on notification channels. A channel belongs to a subscription, and may have several sockets.

use std::sync::Arc;

use serde::Serialize;

use crate::dialect::Dialect;
use crate::fair::{Fair, Full, Owned};
use crate::ids::{SocketId, SubscriptionId};
use crate::limits::Limits;
use crate::output::Output;
use crate::time::Time;

/// How a socket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum SocketState {
    /// Accepted; the handshake has not reached the client yet.
    Opening,
    /// Open.
    Open,
    /// Open or opening, but muted by `silence`: nothing that is sent to it goes out.
    Silent,
}

/// One socket, as scripts see it. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SocketInfo {
    /// Its name: `WS-1`.
    pub id: SocketId,
    /// Whose it is; empty if it is nobody's, see [`Effect::Accept`](crate::fault::Effect::Accept).
    pub user: String,
    /// The subscription that it was opened for, which may have ended since; `None` if its address names none.
    pub subscription: Option<SubscriptionId>,
    /// The channel that it is on: `CH-1`; `None` if its address names none that the platform gives.
    pub channel: Option<String>,
    /// How it stands.
    pub state: SocketState,
    /// When the handshake had reached the client.
    pub opened: Option<Time>,
    /// Pings that came in.
    pub pings: u64,
    /// Frames that came in, pings among them.
    pub frames_in: u64,
    /// Frames that went out.
    pub frames_out: u64,
}

#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) user: Arc<str>,
    pub(crate) subscription: Option<SubscriptionId>,
    pub(crate) dialect: Dialect,
    pub(crate) phase: Phase,
    pub(crate) silent: bool,
    pub(crate) pings: u64,
    pub(crate) frames_in: u64,
    pub(crate) frames_out: u64,
}

#[derive(Debug)]
pub(crate) enum Phase {
    /// What should happen as soon as the socket is open, in this order. A close can only be the last of it.
    Opening {
        waiting: Vec<Output>,
    },
    Open {
        since: Time,
    },
}

impl Owned for Socket {
    fn owner(&self) -> &Arc<str> {
        &self.user
    }
}

impl Socket {
    fn info(&self, id: SocketId) -> SocketInfo {
        let (state, opened) = match self.phase {
            Phase::Opening { .. } => (SocketState::Opening, None),
            Phase::Open { since } => (SocketState::Open, Some(since)),
        };
        SocketInfo {
            id,
            user: self.user.to_string(),
            subscription: self.subscription,
            channel: self.subscription.map(SubscriptionId::channel),
            state: if self.silent { SocketState::Silent } else { state },
            opened,
            pings: self.pings,
            frames_in: self.frames_in,
            frames_out: self.frames_out,
        }
    }
}

/// Every socket, by number.
#[derive(Debug)]
pub(crate) struct Sockets {
    by_id: Fair<SocketId, Socket>,
    made: u64,
    resets: u32,
    per_user: usize,
}

impl Sockets {
    /// None so far, and so many for each user.
    pub(crate) const fn new(per_user: usize) -> Self {
        Self { by_id: Fair::new(per_user, Limits::SOCKETS), made: 0, resets: 0, per_user }
    }

    /// None again, and their numbers from 1.
    pub(crate) fn begin_again(&mut self) {
        *self = Self { resets: self.resets + 1, ..Self::new(self.per_user) };
    }

    /// The socket that has to go before `user` can have one more, if one has to.
    pub(crate) fn displaced(&mut self, now: Time, user: &str) -> Result<Option<SocketId>, Full> {
        self.by_id.displaced(now, user)
    }

    /// A frame came from the client.
    pub(crate) fn touch(&mut self, id: SocketId) {
        self.by_id.touch(id);
    }

    pub(crate) fn reserve(
        &mut self,
        user: Arc<str>,
        subscription: Option<SubscriptionId>,
        dialect: Dialect,
    ) -> SocketId {
        self.made += 1;
        let id = SocketId::numbered(self.resets, self.made);
        let phase = Phase::Opening { waiting: Vec::new() };
        let socket =
            Socket { user, subscription, dialect, phase, silent: false, pings: 0, frames_in: 0, frames_out: 0 };
        self.by_id.insert(id, socket, None);
        id
    }

    pub(crate) fn get(&self, id: SocketId) -> Option<&Socket> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: SocketId) -> Option<&mut Socket> {
        self.by_id.get_mut(id)
    }

    pub(crate) fn remove(&mut self, id: SocketId) -> Option<Socket> {
        self.by_id.remove(id)
    }

    /// The sockets that `wanted` picks, oldest first. They are copied, since the caller changes the table.
    pub(crate) fn ids(&self, wanted: impl Fn(&Socket) -> bool) -> Vec<SocketId> {
        self.by_id.iter().filter(|(_, socket)| wanted(socket)).map(|(id, _)| id).collect()
    }

    /// Whether `user` has a socket.
    pub(crate) fn has_any(&self, user: &str) -> bool {
        self.by_id.of(user).next().is_some()
    }

    /// Bytes of what waits for sockets to open.
    pub(crate) fn waiting_bytes(&self) -> usize {
        let of = |socket: &Socket| match &socket.phase {
            Phase::Opening { waiting } => waiting.iter().map(Output::bytes).sum(),
            Phase::Open { .. } => 0,
        };
        self.by_id.iter().map(|(_, socket)| of(socket)).sum()
    }

    /// Those behind one, oldest first.
    pub(crate) fn infos_after(&self, id: Option<SocketId>) -> impl Iterator<Item = SocketInfo> {
        self.by_id.after(id).map(|(id, socket)| socket.info(id))
    }

    pub(crate) fn infos(&self, user: Option<&str>) -> Vec<SocketInfo> {
        self.by_id
            .iter()
            .filter(|(_, socket)| user.is_none_or(|name| &*socket.user == name))
            .map(|(id, socket)| socket.info(id))
            .collect()
    }
}
