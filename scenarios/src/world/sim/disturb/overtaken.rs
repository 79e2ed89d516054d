//! Frames that come in another order than the platform sent them in: what goes wrong ahead of the websocket, which itself keeps
//! the order of what it carries.

use kandy_client::SocketId;

use super::super::Sim;
use super::SimDisturber;
use crate::step::ClientId;
use crate::world::WorldError;
use crate::world::arrival::SocketNews;
use crate::world::link::LinkMessage;

impl SimDisturber {
    /// Keeps a frame until the next one of its socket has arrived. If none comes, it is lost.
    pub(super) fn hold_back(&mut self, message: LinkMessage) {
        if let LinkMessage::Socket { client, id, news } = message {
            self.overtaken.entry((client, id)).or_default().push(news);
        }
    }

    /// The socket of a frame that overtakes others, and those.
    fn take_overtaken(&mut self, message: &LinkMessage) -> Option<(ClientId, SocketId, Vec<SocketNews>)> {
        let LinkMessage::Socket { client, id, news: SocketNews::Frame(_) } = message else { return None };
        Some((*client, *id, self.overtaken.remove(&(*client, *id))?))
    }
}

impl Sim {
    /// A message arrives that the schedule was asked about before, when it was made late.
    pub(in super::super) fn deliver_late(&mut self, message: LinkMessage) -> Result<(), WorldError> {
        let Some(mut disturber) = self.disturber.take() else { return self.deliver_message(message) };
        let done = self.deliver_before(&mut disturber, message);
        self.disturber = Some(disturber);
        done
    }

    /// A message arrives, and then what it has overtaken.
    pub(super) fn deliver_before(
        &mut self,
        disturber: &mut SimDisturber,
        message: LinkMessage,
    ) -> Result<(), WorldError> {
        let overtaken = disturber.take_overtaken(&message);
        self.deliver_message(message)?;
        let Some((client, id, overtaken)) = overtaken else { return Ok(()) };
        overtaken.into_iter().try_for_each(|news| self.deliver_message(LinkMessage::Socket { client, id, news }))
    }
}
