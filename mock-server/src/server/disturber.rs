//! What may happen to messages on their way: a [`Disturber`] is asked about each of them as it arrives.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::exchanges::ServedExchange;
use super::shared::Shared;
use crate::fault::Effect;
use crate::frame::Frame;
use crate::ids::SocketId;
use crate::platform::Platform;
use crate::point::Point;
use crate::reply::Response;
use crate::time::Time;

/// A message that arrives at one of the two ends of a connection.
#[derive(Debug)]
pub enum Message<'a> {
    /// A REST request comes to the platform.
    Request(Point),
    /// What comes of one comes to the client: a response, which may be changed here, or `None` for a connection that breaks.
    Answer(Point, Option<&'a mut Response>),
    /// A websocket handshake comes to the platform.
    Handshake,
    /// The handshake has succeeded.
    Open,
    /// It has not.
    Refusal,
    /// A frame comes to the client.
    Frame,
    /// A frame of this socket comes to the platform.
    ClientFrame(SocketId, &'a Frame),
    /// The client hears that its socket is over.
    Close,
    /// The platform hears that the client closes its socket.
    ClientClose,
}

/// What becomes of a message.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Fate {
    /// It arrives.
    #[default]
    Arrives,
    /// It never does, and nobody is told.
    Lost,
    /// Both ends see the connection break.
    Fails,
    /// It arrives so much later, and on a socket all that is behind it.
    Late(Duration),
    /// A request, or a frame to the client, arrives twice. Nobody hears a second answer.
    Twice,
    /// A frame to the client arrives behind the next one of its socket.
    Overtaken,
    /// A request or a handshake is answered with this, before all faults.
    Answered(Box<Effect>),
}

/// What disturbs a platform's messages.
///
/// It is asked once about each, when it arrives, and may do something to the platform before. Preflights are not messages here,
/// nor are requests to addresses that the platform does not know. Whatever it does about a message it records in the journal, by
/// [`Platform::mark`] for one.
pub trait Disturber: Send + fmt::Debug {
    /// A message of a user arrives; of `None` where the platform does not know whose it is.
    fn meet(&mut self, platform: &mut Platform, now: Time, user: Option<&str>, message: Message<'_>) -> Fate;

    /// When it has something to do by itself. By default it has not.
    fn next_due(&self) -> Option<Time> {
        None
    }

    /// Does what is due. What is due next lies ahead then. By default there is nothing to do.
    fn handle_timeout(&mut self, platform: &mut Platform, now: Time) {
        let _ = (platform, now);
    }

    /// Whether a connection may still break under a request, as [`Platform::breaks_connections`] has it. By default none
    /// does.
    fn breaks_connections(&self) -> bool {
        false
    }
}

/// One end of a socket whose messages are disturbed.
#[derive(Debug)]
pub(crate) struct DisturbedSocket<'a> {
    shared: &'a Shared,
    socket: SocketId,
    user: Arc<str>,
}

impl<'a> DisturbedSocket<'a> {
    /// That of a user's socket.
    pub(crate) const fn new(shared: &'a Shared, socket: SocketId, user: Arc<str>) -> Self {
        Self { shared, socket, user }
    }

    /// What becomes of a message. If the connection should break, it is told so.
    pub(crate) fn meet(&self, message: Message<'_>) -> Fate {
        self.shared.meet(|disturber, platform, now| {
            let fate = disturber.meet(platform, now, Some(&self.user), message);
            if fate == Fate::Fails {
                platform.cut_socket(now, self.socket);
            }
            fate
        })
    }

    /// When something that is so much late arrives.
    pub(crate) fn due(&self, late: Duration) -> Time {
        self.shared.now() + late
    }

    /// Waits until then.
    pub(crate) async fn until(&self, due: Time) {
        self.shared.until(due).await;
    }
}

impl Shared {
    /// Whose socket it is, where messages are disturbed.
    pub(crate) fn disturbed_owner(&self, socket: SocketId) -> Option<Arc<str>> {
        if self.is_disturbed() { self.look(|platform| platform.owner_of(socket)) } else { None }
    }

    /// What becomes of a message that is part of an exchange, and when it arrives if it is late. A message that is late or does
    /// not arrive is held from here on.
    pub(crate) fn meet_in_exchange(
        &self,
        exchange: &mut ServedExchange,
        user: Option<&str>,
        message: Message<'_>,
    ) -> (Fate, Time) {
        self.meet(|disturber, platform, now| {
            let fate = disturber.meet(platform, now, user, message);
            match fate {
                Fate::Lost => exchange.await_answer(platform, now, None),
                Fate::Late(by) => exchange.await_answer(platform, now, Some(by)),
                _ => {}
            }
            let by = if let Fate::Late(by) = fate { by } else { Duration::ZERO };
            (fate, now + by)
        })
    }
}
