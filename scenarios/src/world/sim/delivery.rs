//! How a simulated world moves: what is due next, and what becomes of it on the other side.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use kandy_client::{Output, Request, RequestId, SocketId, WebSocketInput};
use kandy_mock_server::{self as platform, Answer, Frame, Point, Reply, Upgrade};

use super::Sim;
use super::turns::label;
use crate::step::ClientId;
use crate::trace::{Handshake, Outcome, What};
use crate::world::WorldError;
use crate::world::address::Address;
use crate::world::arrival::{Answered, News, may_read};
use crate::world::link::Message;

/// The close code that stands for a close frame without one.
const NO_STATUS: u16 = 1005;

/// What moves next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Link,
    PlatformTimer,
    ClientTimer(ClientId),
    OutageEnd,
}

/// Movement.
impl Sim {
    pub(super) fn next_due(&self) -> Option<(Duration, Source)> {
        if let Some(client) = self.client_side.ending() {
            return Some((self.client_side.now, Source::ClientTimer(client)));
        }
        let link = self.link.next_arrival().map(|due| (due, Source::Link));
        if link.is_some_and(|(due, _)| due <= self.client_side.now) {
            // Messages that have arrived come first, so that no client need be asked for its timers.
            return link;
        }
        let platform = self.platform.poll_timeout().map(|(due, _)| (due.since_start(), Source::PlatformTimer));
        let clients = self.client_side.next_timer().map(|(due, id)| (due, Source::ClientTimer(id)));
        let outage = self.outage_ends().map(|due| (due, Source::OutageEnd));
        // Of equal deadlines `min_by_key` takes the first, which is the order that the world promises.
        link.into_iter().chain(outage).chain(platform).chain(clients).min_by_key(|(due, _)| *due)
    }

    pub(super) fn pass_to(&mut self, time: Duration) {
        if time > self.client_side.now {
            self.client_side.now = time;
            self.turns = super::Turns::default();
        }
    }

    pub(super) fn deliver(&mut self, source: Source) -> Result<(), WorldError> {
        match source {
            Source::Link => {
                let (message, is_asked) = self.link.take_next().expect("the link said that a message has arrived");
                self.turns.count(self.client_side.now, self.client_side.clients().count(), || {
                    label(&message, &self.client_side)
                })?;
                if is_asked { self.deliver_late(message) } else { self.deliver_asked(message) }
            }
            Source::OutageEnd => {
                self.count_turn(|| "end of the outage".to_owned())?;
                self.end_outage()
            }
            Source::PlatformTimer => {
                self.count_turn(|| "platform timer".to_owned())?;
                self.platform.handle_timeout(self.platform_time());
                self.drain_platform()
            }
            Source::ClientTimer(id) => {
                let timer = self.client_side.fire_timer(id);
                self.count_turn(|| timer.map(|timer| timer.to_string()).unwrap_or_default())?;
                self.drain_client(id)
            }
        }
    }

    pub(super) fn deliver_message(&mut self, message: Message) -> Result<(), WorldError> {
        let now = self.platform_time();
        match message {
            Message::Request { client, id, request, is_allowed: false } if self.platform.fails_at(Point::Preflight) => {
                self.ask_first(client, id, request)?;
            }
            Message::Request { client, id, request, .. } => {
                let before = self.platform.newest_subscription();
                let answer = self.platform.handle_request(now, &request);
                if let Some(made) = self.platform.newest_subscription().filter(|made| Some(*made) != before) {
                    self.client_side.ledger.subscribed(client, id, made.to_string());
                }
                self.answer(client, id, answer)?;
            }
            Message::Upgrade { client, id, request } => {
                let upgrade = self.platform.handle_upgrade(now, &request);
                self.answer_upgrade(client, id, upgrade)?;
            }
            Message::FrameUp { client, id, frame } => {
                if let Some(socket) = self.sockets.by_client.get(&(client, id)) {
                    self.platform.handle_frame(now, *socket, &frame);
                }
            }
            Message::ClosedByClient { client, id } => {
                if let Some(socket) = self.sockets.part_by_client(client, id) {
                    self.platform.handle_closed(now, socket, Some(NO_STATUS));
                }
            }
            Message::Opened { client, id, socket } => {
                let number = self.client_side.socket_number(client, id);
                self.client_side.record_platform(What::Handshake { socket: number, step: Handshake::Open })?;
                self.deliver_to_client(client, id, WebSocketInput::Opened)?;
                self.platform.handle_opened(now, socket);
            }
            Message::Reply { client, id, answered } => {
                self.client_side.record_reply(client, id, answered.outcome())?;
                self.client_side.respond(client, id, answered.into_answer());
                self.drain_client(client)?;
            }
            Message::Socket { client, id, news } => {
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
            return self.client_side.record_reply(client, id, Outcome::Hang);
        }
        let Answer { reply, mut delay, pace } = answer;
        let answered = match reply {
            Reply::Respond(mut response) if !pace.is_usual() => {
                // An answer shows nothing before its body has come, or can no longer come.
                let bytes = response.body.len();
                delay = delay.saturating_add(pace.takes(bytes));
                response.body.truncate(pace.coming(bytes));
                if pace.cuts(bytes) { Answered::Cut(response) } else { Answered::Reply(Reply::Respond(response)) }
            }
            reply => Answered::Reply(reply),
        };
        let message = Message::Reply { client, id, answered };
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
            Reply::Hang => return self.client_side.record_reply(client, id, Outcome::Hang),
            Reply::Respond(response) if response.status.is_success() && may_read(&response) => {
                let message = Message::Request { client, id, request, is_allowed: true };
                return self.link.send_asked(self.client_side.now, arrival, message);
            }
            Reply::Respond(response) => Answered::Preflight(response),
            reply => Answered::Reply(reply),
        };
        self.link.send(self.client_side.now, arrival, Message::Reply { client, id, answered })
    }

    fn answer_upgrade(&mut self, client: ClientId, id: SocketId, upgrade: Upgrade) -> Result<(), WorldError> {
        let (delay, news) = match upgrade {
            Upgrade::Accept { socket, delay } => {
                self.sockets.join(client, id, socket);
                let message = Message::Opened { client, id, socket };
                return self.link.send(self.client_side.now, self.client_side.now.saturating_add(delay), message);
            }
            Upgrade::Hang => {
                let number = self.client_side.socket_number(client, id);
                return self.client_side.record_platform(What::Handshake { socket: number, step: Handshake::Hang });
            }
            Upgrade::Refuse { response, delay } => (delay, News::Refused(response.status)),
            Upgrade::Reset { delay } => (delay, News::Reset),
            Upgrade::RefuseConnection => (Duration::ZERO, News::ConnectionRefused),
        };
        let message = Message::Socket { client, id, news };
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

    fn socket_message(&mut self, output: platform::Output) -> Option<Message> {
        let (platform::Output::Send { socket, .. }
        | platform::Output::Close { socket, .. }
        | platform::Output::Cut { socket }) = &output;
        let socket = *socket;
        let &(client, id) = self.sockets.by_platform.get(&socket)?;
        let news = match output {
            platform::Output::Send { frame, .. } => News::Frame(frame),
            platform::Output::Close { code, reason, .. } => {
                self.sockets.part_by_platform(socket);
                News::Closed { code, reason }
            }
            platform::Output::Cut { .. } => {
                self.sockets.part_by_platform(socket);
                News::Cut
            }
        };
        Some(Message::Socket { client, id, news })
    }
}

/// What a client's outputs come to on the way to the platform.
impl Sim {
    pub(super) fn drain_client(&mut self, client: ClientId) -> Result<(), WorldError> {
        while let Some(effect) = self.client_side.next_effect(client)? {
            let message = match effect {
                Output::Request { id, request } => self.request_message(client, id, request),
                Output::OpenWebSocket { id, url } => self.upgrade_message(client, id, &url),
                Output::SendFrame { id, text } => Message::FrameUp { client, id, frame: Frame::Text(text) },
                Output::CloseWebSocket { id } => Message::ClosedByClient { client, id },
                Output::Crash(_) | Output::Event(_) => continue,
            };
            self.link.send(self.client_side.now, self.client_side.now, message)?;
        }
        Ok(())
    }

    fn request_message(&self, client: ClientId, id: RequestId, request: Request) -> Message {
        let path = match self.client_side.address(&request.url) {
            Address::Platform(path) if request.refusal.is_none() => path,
            // There is nobody to take it, or the browser does not even send it.
            _ => return Message::Reply { client, id, answered: Answered::NoServer },
        };
        let mut to_platform = http::Request::new(Bytes::from(request.body.unwrap_or_default()));
        *to_platform.method_mut() = request.method;
        *to_platform.uri_mut() = path;
        *to_platform.headers_mut() = request.headers;
        Message::Request { client, id, request: to_platform, is_allowed: false }
    }

    fn upgrade_message(&self, client: ClientId, id: SocketId, url: &str) -> Message {
        let Address::Platform(path) = self.client_side.address(url) else {
            return Message::Socket { client, id, news: News::NoServer };
        };
        let mut request = http::Request::new(());
        *request.uri_mut() = path;
        Message::Upgrade { client, id, request }
    }
}
