//! What a world remembers of its clients' subscriptions and sockets, so that in the end it can tell who owns what is left.
//!
//! Sessions cannot tell: they forget what they have given up.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use kandy_client::{NetworkFailure, Output, RequestId, Response, SocketId, WebSocketInput};
use serde_json::Value;

use crate::step::ClientId;

/// Where an answer to a subscription names it: in its address, and in that of its channel.
const ADDRESSES: [&str; 2] =
    ["/subscribeResponse/subscription", "/subscribeResponse/subscriptionParams/notificationChannel"];

/// Who asked for what, and what was heard of it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The sockets that nobody has closed, and whether each is open.
    sockets: BTreeMap<(ClientId, SocketId), bool>,
    /// The last request for a subscription, by client.
    asked: BTreeMap<ClientId, RequestId>,
    /// Requests for a subscription of which is not known what came of them.
    unknown: BTreeSet<(ClientId, RequestId)>,
    /// The DELETEs without an answer.
    deletes: BTreeSet<(ClientId, RequestId)>,
    /// By the name of a subscription or of its channel.
    makers: BTreeMap<String, (ClientId, RequestId)>,
    /// The first event that listeners of a destroyed client were called with.
    after_destroy: BTreeMap<ClientId, &'static str>,
}

/// Looking.
impl Ledger {
    /// The sockets of a client that nobody has closed, and whether each is open.
    pub(super) fn sockets(&self, client: ClientId) -> impl Iterator<Item = (SocketId, bool)> + '_ {
        let all = (client, SocketId(0))..=(client, SocketId(u64::MAX));
        self.sockets.range(all).map(|((_, id), is_open)| (*id, *is_open))
    }

    /// Who made a subscription, as far as that is known, and whether it is that client's last.
    pub(super) fn maker(&self, subscription: &str, channel: &str) -> Option<(ClientId, bool)> {
        let seen = self.makers.get(subscription).or_else(|| self.makers.get(channel)).copied();
        let (client, request) = seen.or_else(|| self.only_suspect())?;
        Some((client, self.asked.get(&client) == Some(&request)))
    }

    /// Whether a request is a DELETE without an answer.
    pub(super) fn is_delete(&self, client: ClientId, id: RequestId) -> bool {
        self.deletes.contains(&(client, id))
    }

    /// Whether a client has sent a DELETE that has no answer.
    pub(super) fn deletes(&self, client: ClientId) -> bool {
        let all = (client, RequestId(0))..=(client, RequestId(u64::MAX));
        self.deletes.range(all).next().is_some()
    }

    /// The event with which a listener was called after its client was destroyed.
    pub(super) fn after_destroy(&self, client: ClientId) -> Option<&'static str> {
        self.after_destroy.get(&client).copied()
    }

    /// The newest of the requests that may have made a subscription unseen, if all of them are one client's.
    fn only_suspect(&self) -> Option<(ClientId, RequestId)> {
        let newest = self.unknown.last()?;
        let same = self.unknown.first()?.0 == newest.0;
        same.then_some(*newest)
    }
}

/// Writing.
impl Ledger {
    /// A client's output.
    pub(super) fn sent(&mut self, client: ClientId, output: &Output) {
        match output {
            Output::Request { id, request } if request.method == Method::POST => {
                self.asked.insert(client, *id);
                self.unknown.insert((client, *id));
            }
            Output::Request { id, request } if request.method == Method::DELETE => {
                self.deletes.insert((client, *id));
            }
            Output::OpenWebSocket { id, .. } => {
                self.sockets.insert((client, *id), false);
            }
            Output::CloseWebSocket { id } => {
                self.sockets.remove(&(client, *id));
            }
            Output::Request { .. } | Output::SendFrame { .. } | Output::Crash(_) | Output::Event(_) => {}
        }
    }

    /// What a client hears of a socket, whether it still listens or not.
    pub(super) fn heard(&mut self, client: ClientId, id: SocketId, input: &WebSocketInput) {
        match input {
            WebSocketInput::Opened => {
                if let Some(is_open) = self.sockets.get_mut(&(client, id)) {
                    *is_open = true;
                }
            }
            WebSocketInput::Failed | WebSocketInput::Closed { .. } => {
                self.sockets.remove(&(client, id));
            }
            WebSocketInput::Text(_) | WebSocketInput::Binary => {}
        }
    }

    /// An answer, as a client gets it. One that does not come leaves open what the platform has done.
    pub(super) fn answered(&mut self, client: ClientId, id: RequestId, answer: &Result<Response, NetworkFailure>) {
        self.deletes.remove(&(client, id));
        let (true, Ok(answer)) = (self.unknown.contains(&(client, id)), answer) else {
            return;
        };
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let addresses = ADDRESSES.iter().filter_map(|pointer| body.pointer(pointer)?.as_str());
        let names = addresses.filter_map(|address| address.rsplit('/').next()).map(str::to_owned);
        let names: Vec<String> = names.collect();
        if !names.is_empty() || !answer.status.is_success() {
            self.unknown.remove(&(client, id));
        }
        self.makers.extend(names.into_iter().map(|name| (name, (client, id))));
    }

    /// The platform has made a subscription at a request: where that is seen, no conclusions from answers are needed.
    pub(super) fn subscribed(&mut self, client: ClientId, id: RequestId, subscription: String) {
        self.unknown.remove(&(client, id));
        self.makers.insert(subscription, (client, id));
    }

    /// A listener of a destroyed client is called.
    pub(super) fn called_after_destroy(&mut self, client: ClientId, event: &'static str) {
        self.after_destroy.entry(client).or_insert(event);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};
    use kandy_client::Request;
    use serde_json::json;

    use super::*;

    const ONE: ClientId = ClientId(0);
    const TWO: ClientId = ClientId(1);

    /// Each of these clients asks for a subscription, its request having that number.
    fn asked(requests: &[(ClientId, u64)]) -> Ledger {
        let mut ledger = Ledger::default();
        for (client, id) in requests {
            let request = Request {
                method: Method::POST,
                url: String::new(),
                headers: HeaderMap::new(),
                body: None,
                refusal: None,
            };
            ledger.sent(*client, &Output::Request { id: RequestId(*id), request });
        }
        ledger
    }

    fn answer(status: StatusCode, body: &Value) -> Result<Response, NetworkFailure> {
        Ok(Response { status, body: Bytes::from(body.to_string()), ..Response::default() })
    }

    #[test]
    fn an_answer_names_its_subscription_in_either_address() {
        let mut ledger = asked(&[(ONE, 1), (TWO, 1), (ONE, 2)]);
        let channel = json!({ "notificationChannel": "/websocket/CH-1" });
        let of_channel = json!({ "subscribeResponse": { "subscriptionParams": channel } });
        ledger.answered(ONE, RequestId(1), &answer(StatusCode::OK, &of_channel));
        let of_subscription = json!({ "subscribeResponse": { "subscription": "/rest/SUB-2" } });
        ledger.answered(TWO, RequestId(1), &answer(StatusCode::OK, &of_subscription));
        assert_eq!(ledger.maker("SUB-1", "CH-1"), Some((ONE, false)));
        assert_eq!(ledger.maker("SUB-2", "CH-2"), Some((TWO, true)));
        assert_eq!(ledger.maker("SUB-3", "CH-3"), Some((ONE, true)), "nobody else is left");
    }

    #[test]
    fn a_refusal_has_made_none_and_no_answer_or_one_without_a_name_may_have() {
        let refused = answer(StatusCode::FORBIDDEN, &json!({}));
        let nameless = answer(StatusCode::OK, &json!({}));
        for (of_one, maker) in [(refused, Some((TWO, true))), (nameless, None), (Err(NetworkFailure), None)] {
            let mut ledger = asked(&[(ONE, 1), (TWO, 1)]);
            ledger.answered(ONE, RequestId(1), &of_one);
            ledger.answered(TWO, RequestId(1), &Err(NetworkFailure));
            assert_eq!(ledger.maker("SUB-1", "CH-1"), maker, "{of_one:?}");
        }
        assert_eq!(Ledger::default().maker("SUB-1", "CH-1"), None);
    }

    #[test]
    fn a_socket_is_there_from_its_opening_to_its_close() {
        let opens = |id| Output::OpenWebSocket { id: SocketId(id), url: String::new() };
        let mut ledger = Ledger::default();
        for id in 1..=4 {
            ledger.sent(ONE, &opens(id));
        }
        for id in 2..=4 {
            ledger.heard(ONE, SocketId(id), &WebSocketInput::Opened);
        }
        ledger.sent(TWO, &opens(1));
        let sockets = |ledger: &Ledger| ledger.sockets(ONE).map(|(id, is_open)| (id.0, is_open)).collect::<Vec<_>>();
        assert_eq!(sockets(&ledger), [(1, false), (2, true), (3, true), (4, true)]);
        ledger.heard(ONE, SocketId(1), &WebSocketInput::Failed);
        ledger.heard(ONE, SocketId(2), &WebSocketInput::Closed { code: 1006 });
        ledger.sent(ONE, &Output::CloseWebSocket { id: SocketId(3) });
        assert_eq!(sockets(&ledger), [(4, true)]);
    }
}
