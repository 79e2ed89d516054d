//! How a simulated world moves: what is due next, and what becomes of it on the other side.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use kandy_client::{Output, Request, RequestId, SocketId, WebSocketInput};
use kandy_mock_server::{self as platform, Answer, Frame, Point, Reply, Upgrade};

use super::Sim;
use super::turns::label;
use crate::step::ClientId;
use crate::trace::{HandshakeStep, ReplyOutcome, What};
use crate::world::WorldError;
use crate::world::address::Destination;
use crate::world::arrival::{SimAnswer, SocketNews, may_read};
use crate::world::link::LinkMessage;

/// The close code that stands for a close frame without one.
const NO_STATUS: u16 = 1005;

/// What moves next.
#[derive(Clone, Copy, Debug)]
pub(super) enum TurnSource {
    Link,
    PlatformTimer,
    ClientTimer(ClientId),
    OutageEnd,
}

/// Movement.
impl Sim {
    pub(super) fn next_due(&self) -> Option<(Duration, TurnSource)> {
        if let Some(client) = self.client_side.ending() {
            return Some((self.client_side.now, TurnSource::ClientTimer(client)));
        }
        let link = self.link.next_arrival().map(|due| (due, TurnSource::Link));
        if link.is_some_and(|(due, _)| due <= self.client_side.now) {
            // Messages that have arrived come first, so that no client need be asked for its timers.
            return link;
        }
        let platform = self.platform.poll_timeout().map(|(due, _)| (due.since_start(), TurnSource::PlatformTimer));
        let clients = self.client_side.next_timer().map(|(due, id)| (due, TurnSource::ClientTimer(id)));
        let outage = self.outage_ends().map(|due| (due, TurnSource::OutageEnd));
        // Of equal deadlines `min_by_key` takes the first, which is the order that the world promises.
        link.into_iter().chain(outage).chain(platform).chain(clients).min_by_key(|(due, _)| *due)
    }

    pub(super) fn pass_to(&mut self, time: Duration) {
        if time > self.client_side.now {
            self.client_side.now = time;
            self.turns = super::TurnLimit::default();
        }
    }

    pub(super) fn deliver(&mut self, source: TurnSource) -> Result<(), WorldError> {
        match source {
            TurnSource::Link => {
                let (message, is_asked) = self.link.take_next().expect("the link said that a message has arrived");
                self.turns.count(self.client_side.now, self.client_side.clients().count(), || {
                    label(&message, &self.client_side)
                })?;
                if is_asked { self.deliver_late(message) } else { self.deliver_asked(message) }
            }
            TurnSource::OutageEnd => {
                self.count_turn(|| "end of the outage".to_owned())?;
                self.end_outage()
            }
            TurnSource::PlatformTimer => {
                self.count_turn(|| "platform timer".to_owned())?;
                self.platform.handle_timeout(self.platform_time());
                self.drain_platform()
            }
            TurnSource::ClientTimer(id) => {
                let timer = self.client_side.fire_timer(id);
                self.count_turn(|| timer.map(|timer| timer.to_string()).unwrap_or_default())?;
                self.drain_client(id)
            }
        }
    }

    pub(super) fn deliver_message(&mut self, message: LinkMessage) -> Result<(), WorldError> {
        let now = self.platform_time();
        match message {
            LinkMessage::Request { client, id, request, is_allowed: false }
                if self.platform.fails_at(Point::Preflight) =>
            {
                self.ask_first(client, id, request)?;
            }
            LinkMessage::Request { client, id, request, .. } => {
                let before = self.platform.newest_subscription();
                let answer = self.platform.handle_request(now, &request);
                if let Some(made) = self.platform.newest_subscription().filter(|made| Some(*made) != before) {
                    self.client_side.ledger.subscribed(client, id, made.to_string());
                }
                self.answer(client, id, answer)?;
            }
            LinkMessage::Upgrade { client, id, request } => {
                let upgrade = self.platform.handle_upgrade(now, &request);
                self.answer_upgrade(client, id, upgrade)?;
            }
            LinkMessage::FrameUp { client, id, frame } => {
                if let Some(socket) = self.sockets.by_client.get(&(client, id)) {
                    self.platform.handle_frame(now, *socket, &frame);
                }
            }
            LinkMessage::ClosedByClient { client, id } => {
                if let Some(socket) = self.sockets.part_by_client(client, id) {
                    self.platform.handle_closed(now, socket, Some(NO_STATUS));
                }
            }
            LinkMessage::Opened { client, id, socket } => {
                let number = self.client_side.socket_number(client, id);
                self.client_side.record_platform(What::Handshake { socket: number, step: HandshakeStep::Open })?;
                self.deliver_to_client(client, id, WebSocketInput::Opened)?;
                self.platform.handle_opened(now, socket);
            }
            LinkMessage::Reply { client, id, answered } => {
                self.client_side.record_reply(client, id, answered.outcome())?;
                self.client_side.respond(client, id, answered.into_answer());
                self.drain_client(client)?;
            }
            LinkMessage::Socket { client, id, news } => {
                self.client_side.record_platform(news.record(self.client_side.socket_number(client, id)))?;
                self.deliver_to_client(client, id, news.into_input())?;
            }
        }
        self.drain_platform()
    }

    fn deliver_to_client(&mut self, client: ClientId, id: SocketId, input: WebSocketInput) -> Result<(), WorldError> {
        self.client_side.tell(client, id, input);
        self.drain_client(client)
    }
}

/// What the platform's answers come to on the way to a client.
impl Sim {
    pub(super) fn answer(&mut self, client: ClientId, id: RequestId, answer: Answer) -> Result<(), WorldError> {
        if answer.reply == Reply::Hang {
            return self.client_side.record_reply(client, id, ReplyOutcome::Hang);
        }
        let Answer { reply, mut delay, pace } = answer;
        let answered = match reply {
            Reply::Respond(mut response) if !pace.is_usual() => {
                // An answer shows nothing before its body has come, or can no longer come.
                let bytes = response.body.len();
                delay = delay.saturating_add(pace.takes(bytes));
                response.body.truncate(pace.coming(bytes));
                if pace.cuts(bytes) { SimAnswer::Cut(response) } else { SimAnswer::Reply(Reply::Respond(response)) }
            }
            reply => SimAnswer::Reply(reply),
        };
        let message = LinkMessage::Reply { client, id, answered };
        self.link.send(self.client_side.now, self.client_side.now.saturating_add(delay), message)
    }

    /// Asks the platform whether a page may make a request, as a browser does. It matters only where the platform misbehaves
    /// at that: else it always says yes, and nobody can tell that it was asked.
    fn ask_first(&mut self, client: ClientId, id: RequestId, request: http::Request<Bytes>) -> Result<(), WorldError> {
        let mut question = http::Request::new(Bytes::new());
        *question.method_mut() = Method::OPTIONS;
        question.uri_mut().clone_from(request.uri());
        let Answer { reply, delay, .. } = self.platform.handle_request(self.platform_time(), &question);
        let arrival = self.client_side.now.saturating_add(delay);
        let answered = match reply {
            Reply::Hang => return self.client_side.record_reply(client, id, ReplyOutcome::Hang),
            Reply::Respond(response) if response.status.is_success() && may_read(&response) => {
                let message = LinkMessage::Request { client, id, request, is_allowed: true };
                return self.link.send_asked(self.client_side.now, arrival, message);
            }
            Reply::Respond(response) => SimAnswer::Preflight(response),
            reply => SimAnswer::Reply(reply),
        };
        self.link.send(self.client_side.now, arrival, LinkMessage::Reply { client, id, answered })
    }

    fn answer_upgrade(&mut self, client: ClientId, id: SocketId, upgrade: Upgrade) -> Result<(), WorldError> {
        let (delay, news) = match upgrade {
            Upgrade::Accept { socket, delay } => {
                self.sockets.join(client, id, socket);
                let message = LinkMessage::Opened { client, id, socket };
                return self.link.send(self.client_side.now, self.client_side.now.saturating_add(delay), message);
            }
            Upgrade::Hang => {
                let number = self.client_side.socket_number(client, id);
                return self.client_side.record_platform(What::Handshake { socket: number, step: HandshakeStep::Hang });
            }
            Upgrade::Refuse { response, delay } => (delay, SocketNews::Refused(response.status)),
            Upgrade::Reset { delay } => (delay, SocketNews::Reset),
            Upgrade::RefuseConnection => (Duration::ZERO, SocketNews::ConnectionRefused),
        };
        let message = LinkMessage::Socket { client, id, news };
        self.link.send(self.client_side.now, self.client_side.now.saturating_add(delay), message)
    }

    /// Takes out all that the platform wants sent, even when the link has no more room: what it cannot take is lost, and
    /// the platform's queue never grows from one command to the next.
    pub(super) fn drain_platform(&mut self) -> Result<(), WorldError> {
        let mut sent = Ok(());
        while let Some(output) = self.platform.poll_output() {
            let message = self.socket_message(output);
            if let (Ok(()), Some(message)) = (&sent, message) {
                sent = self.link.send(self.client_side.now, self.client_side.now, message);
            }
        }
        sent
    }

    fn socket_message(&mut self, output: platform::Output) -> Option<LinkMessage> {
        let (platform::Output::Send { socket, .. }
        | platform::Output::Close { socket, .. }
        | platform::Output::Cut { socket }) = &output;
        let socket = *socket;
        let &(client, id) = self.sockets.by_platform.get(&socket)?;
        let news = match output {
            platform::Output::Send { frame, .. } => SocketNews::Frame(frame),
            platform::Output::Close { code, reason, .. } => {
                self.sockets.part_by_platform(socket);
                SocketNews::Closed { code, reason }
            }
            platform::Output::Cut { .. } => {
                self.sockets.part_by_platform(socket);
                SocketNews::Cut
            }
        };
        Some(LinkMessage::Socket { client, id, news })
    }
}

/// What a client's outputs come to on the way to the platform.
impl Sim {
    pub(super) fn drain_client(&mut self, client: ClientId) -> Result<(), WorldError> {
        while let Some(effect) = self.client_side.next_effect(client)? {
            let message = match effect {
                Output::Request { id, request } => self.request_message(client, id, request),
                Output::OpenWebSocket { id, url } => self.upgrade_message(client, id, &url),
                Output::SendFrame { id, text } => LinkMessage::FrameUp { client, id, frame: Frame::Text(text) },
                Output::CloseWebSocket { id } => LinkMessage::ClosedByClient { client, id },
                Output::Crash(_) | Output::Event(_) => continue,
            };
            self.link.send(self.client_side.now, self.client_side.now, message)?;
        }
        Ok(())
    }

    fn request_message(&self, client: ClientId, id: RequestId, request: Request) -> LinkMessage {
        let path = match self.client_side.address(&request.url) {
            Destination::Platform(path) if request.refusal.is_none() => path,
            // There is nobody to take it, or the browser does not even send it.
            _ => return LinkMessage::Reply { client, id, answered: SimAnswer::NoServer },
        };
        let mut to_platform = http::Request::new(Bytes::from(request.body.unwrap_or_default()));
        *to_platform.method_mut() = request.method;
        *to_platform.uri_mut() = path;
        *to_platform.headers_mut() = request.headers;
        LinkMessage::Request { client, id, request: to_platform, is_allowed: false }
    }

    fn upgrade_message(&self, client: ClientId, id: SocketId, url: &str) -> LinkMessage {
        let Destination::Platform(path) = self.client_side.address(url) else {
            return LinkMessage::Socket { client, id, news: SocketNews::NoServer };
        };
        let mut request = http::Request::new(());
        *request.uri_mut() = path;
        LinkMessage::Upgrade { client, id, request }
    }
}
