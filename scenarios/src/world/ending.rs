//! How a world stands at the end of a run, for whoever judges it.

use kandy_client::Timer;
use kandy_mock_server::Platform;

use super::World;
use crate::hygiene::{ClientEnd, LeftSubscription, Running, SocketLeft, StillUnderWay};
use crate::step::ClientId;

impl World {
    /// How each client stands, in the order of their creation.
    #[must_use]
    pub fn ending(&self) -> Vec<ClientEnd> {
        let under_way = match self {
            Self::Sim(sim) => sim.under_way(),
            Self::Live(live) => live.under_way(),
        };
        let ending_of = |client| self.ending_of(client, under_way.get(&client).copied().unwrap_or_default());
        let mut endings: Vec<ClientEnd> = self.clients().map(ending_of).collect();
        let ledger = &self.client_side().ledger;
        for subscription in self.look(|platform| Platform::subscriptions(platform, None)) {
            let name = subscription.id.to_string();
            match ledger.maker(&name, &subscription.channel) {
                Some((client, is_newest)) => endings[client.0].subscriptions.push(LeftSubscription { name, is_newest }),
                None => endings.iter_mut().for_each(|ending| ending.may_have_more = true),
            }
        }
        endings
    }

    fn ending_of(&self, client: ClientId, under_way: StillUnderWay) -> ClientEnd {
        let (client_side, session) = (self.client_side(), self.session(client));
        let open = client_side.ledger.sockets(client).filter(|(_, is_open)| *is_open);
        let sockets = open.map(|(id, _)| SocketLeft {
            number: client_side.socket_number(client, id),
            is_used: session.open_sockets().any(|used| used == id),
        });
        let running = session.timers().filter_map(|(_, timer)| match timer {
            Timer::Attempt(_) => Some(Running::Attempts),
            Timer::Resubscribe => Some(Running::Renewals),
            // They end with their session and their socket, or at once.
            Timer::RefreshToken | Timer::RetrySubscription | Timer::Ping(_) | Timer::Refusal(_) | Timer::Destroy => {
                None
            }
        });
        ClientEnd {
            client: client_side.client_name(client).to_owned(),
            phase: session.phase(),
            is_connected: session.standing().is_connected,
            is_pending: session.standing().is_pending,
            is_destroyed: session.is_destroyed(),
            subscriptions: Vec::new(),
            may_have_more: false,
            sockets: sockets.collect(),
            running: running.collect(),
            awaits_answer: session.pending_requests() > 0,
            under_way,
            after_destroy: client_side.ledger.after_destroy(client),
        }
    }

    /// Notes that a listener of a client is about to be called.
    pub(crate) fn note_listener_call(&mut self, client: ClientId, event: &'static str) {
        if self.session(client).is_ending() {
            self.client_side_mut().ledger.called_after_destroy(client, event);
        }
    }
}
