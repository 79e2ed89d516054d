//! Handshakes whose messages are disturbed.

use std::future::pending;
use std::sync::Arc;

use http::Request;

use crate::fault::Effect;
use crate::ids::SocketId;
use crate::server::disturber::{Fate, Message};
use crate::server::exchanges::ServedExchange;
use crate::server::shared::Shared;
use crate::server::stream::{Stream, reset, silence};
use crate::time::Time;

/// The handshake of a user, or of nobody that the platform knows.
#[derive(Debug)]
pub(super) struct DisturbedHandshake<'a> {
    shared: &'a Shared,
    user: Option<Arc<str>>,
}

impl<'a> DisturbedHandshake<'a> {
    /// `None` where nothing is disturbed.
    pub(super) fn of(shared: &'a Shared, request: &Request<()>) -> Option<Self> {
        shared.is_disturbed().then(|| {
            let user = shared.look(|platform| platform.whose_handshake(request));
            Self { shared, user }
        })
    }

    /// Lets it arrive at the platform: what should answer it there, if that is not the platform itself. `None` for the whole if
    /// it never arrives, and the connection is over.
    pub(super) async fn arrives(
        &self,
        stream: &mut impl Stream,
        exchange: &mut ServedExchange,
    ) -> Option<Option<Box<Effect>>> {
        match self.goes_on(stream, exchange, Message::Handshake).await? {
            Fate::Answered(effect) => Some(Some(effect)),
            _ => Some(None),
        }
    }

    /// Lets the client know that it is refused. `None` if it never does, and the connection is over.
    pub(super) async fn is_refused(&self, stream: &mut impl Stream, exchange: &mut ServedExchange) -> Option<()> {
        self.goes_on(stream, exchange, Message::Refusal).await.map(drop)
    }

    async fn goes_on(
        &self,
        stream: &mut impl Stream,
        exchange: &mut ServedExchange,
        message: Message<'_>,
    ) -> Option<Fate> {
        let (fate, due) = self.shared.meet_in_exchange(exchange, self.user.as_deref(), message);
        match &fate {
            Fate::Lost => {
                tokio::select! {
                    () = silence(stream, || {}) => {}
                    () = self.shared.until_reset(exchange.resets()) => reset(stream),
                }
                return None;
            }
            Fate::Late(_) if self.shared.until_due(exchange, due).await => {}
            Fate::Fails | Fate::Late(_) => {
                reset(stream);
                return None;
            }
            _ => {}
        }
        Some(fate)
    }
}

/// An answer that opens a socket, and when it goes out; never, if it is lost.
#[derive(Debug)]
pub(super) struct LateOpening<'a> {
    pub(super) due: Option<Time>,
    pub(super) exchange: ServedExchange,
    /// What is asked about it once it would arrive.
    pub(super) disturbed: Option<DisturbedHandshake<'a>>,
}

impl LateOpening<'_> {
    /// Waits until it goes out. Cancel safe. Where it should fail, the platform ends the socket, and it never does.
    pub(super) async fn until_due(&mut self, shared: &Shared, socket: SocketId) {
        self.wait(shared).await;
        let Some(disturbed) = self.disturbed.take() else { return };
        let (fate, due) = shared.meet_in_exchange(&mut self.exchange, disturbed.user.as_deref(), Message::Open);
        self.due = match fate {
            Fate::Lost => None,
            Fate::Fails => {
                shared.act(|platform, now| platform.cut_socket(now, socket));
                None
            }
            _ => Some(due),
        };
        self.wait(shared).await;
    }

    async fn wait(&self, shared: &Shared) {
        match self.due {
            Some(due) => shared.until(due).await,
            None => pending().await,
        }
    }
}
