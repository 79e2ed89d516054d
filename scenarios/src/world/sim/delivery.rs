//! How a simulated world moves: what is due next, and what becomes of it on the other side.

use std::time::Duration;

use bytes::Bytes;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use kandy_client::{NetworkFailure, Output, Request, RequestId, Response, SocketId, WebSocketInput};
use kandy_mock_server::{self as platform, Answer, Frame, Reply, Upgrade};

use super::Sim;
use crate::step::ClientId;
use crate::transcript::{Kind, MAX_TEXT};
use crate::world::address::Address;
use crate::world::link::Message;
use crate::world::{MAX_TURNS_AT_ONE_INSTANT, TURNS_FOR_EACH_CLIENT, WorldError};

/// The close code that stands for a close frame without one.
const NO_STATUS: u16 = 1005;
/// The close code that stands for a connection that ended without a close frame.
const ABNORMAL: u16 = 1006;
/// How many of the last turns are kept, to tell what a loop does.
const RECENT_TURNS: usize = 24;
/// How many turns before the limit the first of them is kept.
const KEPT_BEFORE_LIMIT: u32 = 100;
/// How many characters of a turn's label are kept: it may quote a frame or an address.
const LABEL_CHARS: usize = 60;

/// What moves next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Link,
    PlatformTimer,
    ClientTimer(ClientId),
}

/// Movement.
impl Sim {
    pub(super) fn next_due(&self) -> Option<(Duration, Source)> {
        let link = self.link.next_arrival().map(|due| (due, Source::Link));
        if link.is_some_and(|(due, _)| due <= self.stage.now) {
            // Messages that have arrived come first, so that no client need be asked for its timers.
            return link;
        }
        let platform = self.platform.poll_timeout().map(|(due, _)| (due.since_start(), Source::PlatformTimer));
        let clients = self.stage.next_timer().map(|(due, id)| (due, Source::ClientTimer(id)));
        // Of equal deadlines `min_by_key` takes the first, which is the order that the world promises.
        link.into_iter().chain(platform).chain(clients).min_by_key(|(due, _)| *due)
    }

    pub(super) fn pass_to(&mut self, time: Duration) {
        if time > self.stage.now {
            self.stage.now = time;
            self.turns = super::Turns::default();
        }
    }

    /// Counts a turn at this instant. Its label is only made near the limit, since labels cost.
    pub(super) fn count_turn(&mut self, label: impl FnOnce() -> String) -> Result<(), WorldError> {
        let clients = u32::try_from(self.stage.clients().count()).unwrap_or(u32::MAX);
        let limit = MAX_TURNS_AT_ONE_INSTANT.saturating_add(TURNS_FOR_EACH_CLIENT.saturating_mul(clients));
        let turns = &mut self.turns;
        turns.at_this_instant += 1;
        if turns.at_this_instant > limit - KEPT_BEFORE_LIMIT {
            turns.recent.push_back(clipped(label(), LABEL_CHARS));
            if turns.recent.len() > RECENT_TURNS {
                turns.recent.pop_front();
            }
        }
        if turns.at_this_instant > limit {
            let turns = one_round(turns.recent.make_contiguous());
            return Err(WorldError::Loop { time: self.stage.now, limit, turns });
        }
        Ok(())
    }

    pub(super) fn deliver(&mut self, source: Source) -> Result<(), WorldError> {
        match source {
            Source::Link => {
                let message = self.link.take_next().expect("the link said that a message has arrived");
                self.count_turn(|| message.label())?;
                self.deliver_message(message)
            }
            Source::PlatformTimer => {
                self.count_turn(|| "platform timer".to_owned())?;
                self.platform.handle_timeout(self.platform_time());
                self.drain_platform()
            }
            Source::ClientTimer(id) => {
                let timer = self.stage.fire_timer(id);
                self.count_turn(|| timer.map(|timer| timer.to_string()).unwrap_or_default())?;
                self.drain_client(id)
            }
        }
    }

    fn deliver_message(&mut self, message: Message) -> Result<(), WorldError> {
        let now = self.platform_time();
        match message {
            Message::Request { client, id, request } => {
                let before = self.platform.newest_subscription();
                let answer = self.platform.handle_request(now, &request);
                if let Some(made) = self.platform.newest_subscription().filter(|made| Some(*made) != before) {
                    self.stage.ledger.subscribed(client, id, made.to_string());
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
                self.stage.show_platform(Kind::Socket, format!("{} open", self.stage.socket_label(client, id)))?;
                self.deliver_to_client(client, id, WebSocketInput::Opened)?;
                self.platform.handle_opened(now, socket);
            }
            Message::Reply { client, id, answer, shown } => {
                self.stage.show_platform(Kind::Reply, shown)?;
                self.stage.respond(client, id, answer);
                self.drain_client(client)?;
            }
            Message::Socket { client, id, input, shown } => {
                if !shown.is_empty() {
                    let is_frame = matches!(input, WebSocketInput::Text(_) | WebSocketInput::Binary);
                    self.stage.show_platform(if is_frame { Kind::Frame } else { Kind::Socket }, shown)?;
                }
                self.deliver_to_client(client, id, input)?;
            }
        }
        self.drain_platform()
    }

    fn deliver_to_client(&mut self, client: ClientId, id: SocketId, input: WebSocketInput) -> Result<(), WorldError> {
        self.stage.tell(client, id, input);
        self.drain_client(client)
    }
}

/// What the platform's answers come to on the way to a client.
impl Sim {
    fn answer(&mut self, client: ClientId, id: RequestId, answer: Answer) -> Result<(), WorldError> {
        let label = self.stage.request_label(client, id);
        let (reply, shown) = match answer.reply {
            Reply::Hang => return self.stage.show_platform(Kind::Reply, format!("{label} none (hangs)")),
            Reply::Refuse => (Err(NetworkFailure), format!("{label} connection refused")),
            Reply::Reset => (Err(NetworkFailure), format!("{label} connection reset")),
            Reply::Respond(response) if !response.headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) => {
                (Err(NetworkFailure), format!("{label} {} without CORS headers", response.status.as_u16()))
            }
            Reply::Respond(response) => {
                let status = response.status;
                let shown = format!("{label} {}", status.as_u16());
                let usual = || status.canonical_reason().unwrap_or_default().to_owned();
                let status_text = response.reason.unwrap_or_else(usual);
                let answer = Response { status, status_text, headers: response.headers, body: response.body };
                (Ok(answer), shown)
            }
        };
        let message = Message::Reply { client, id, answer: reply, shown };
        self.link.send(self.stage.now, self.stage.now.saturating_add(answer.delay), message)
    }

    fn answer_upgrade(&mut self, client: ClientId, id: SocketId, upgrade: Upgrade) -> Result<(), WorldError> {
        let label = self.stage.socket_label(client, id);
        let (delay, shown) = match upgrade {
            Upgrade::Accept { socket, delay } => {
                self.sockets.join(client, id, socket);
                let message = Message::Opened { client, id, socket };
                return self.link.send(self.stage.now, self.stage.now.saturating_add(delay), message);
            }
            Upgrade::Hang => return self.stage.show_platform(Kind::Socket, format!("{label} no answer (hangs)")),
            Upgrade::Refuse { response, delay } => (delay, format!("{label} refused {}", response.status.as_u16())),
            Upgrade::Reset { delay } => (delay, format!("{label} connection reset")),
            Upgrade::RefuseConnection => (Duration::ZERO, format!("{label} connection refused")),
        };
        let message = Message::Socket { client, id, input: WebSocketInput::Failed, shown };
        self.link.send(self.stage.now, self.stage.now.saturating_add(delay), message)
    }

    /// Takes out all that the platform wants sent, even when the link has no more room: what it cannot take is lost, and
    /// the platform's queue never grows from one command to the next.
    pub(super) fn drain_platform(&mut self) -> Result<(), WorldError> {
        let mut sent = Ok(());
        while let Some(output) = self.platform.poll_output() {
            let message = self.socket_message(output);
            if let (Ok(()), Some(message)) = (&sent, message) {
                sent = self.link.send(self.stage.now, self.stage.now, message);
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
        let label = self.stage.socket_label(client, id);
        let (input, shown) = match output {
            platform::Output::Send { frame: Frame::Text(text), .. } => {
                let shown = clipped(format!("{label} {text}"), MAX_TEXT);
                (WebSocketInput::Text(text), shown)
            }
            platform::Output::Send { frame: Frame::Binary(bytes), .. } => {
                (WebSocketInput::Binary, format!("{label} {} bytes", bytes.len()))
            }
            platform::Output::Close { code, reason, .. } => {
                let shown = format!("{label} closed {code} {reason}").trim_end().to_owned();
                self.sockets.part_by_platform(socket);
                (WebSocketInput::Closed { code }, shown)
            }
            platform::Output::Cut { .. } => {
                self.sockets.part_by_platform(socket);
                (WebSocketInput::Closed { code: ABNORMAL }, format!("{label} cut"))
            }
        };
        Some(Message::Socket { client, id, input, shown })
    }
}

/// What a client's outputs come to on the way to the platform.
impl Sim {
    pub(super) fn drain_client(&mut self, client: ClientId) -> Result<(), WorldError> {
        while let Some(effect) = self.stage.next_effect(client)? {
            let message = match effect {
                Output::Request { id, request } => self.request_message(client, id, request),
                Output::OpenWebSocket { id, url } => self.upgrade_message(client, id, &url),
                Output::SendFrame { id, text } => Message::FrameUp { client, id, frame: Frame::Text(text) },
                Output::CloseWebSocket { id } => Message::ClosedByClient { client, id },
                Output::Crash(_) | Output::Event(_) => continue,
            };
            self.link.send(self.stage.now, self.stage.now, message)?;
        }
        Ok(())
    }

    fn request_message(&self, client: ClientId, id: RequestId, request: Request) -> Message {
        let Address::Platform(path) = self.stage.address(&request.url) else {
            let shown = format!("{} no server there", self.stage.request_label(client, id));
            return Message::Reply { client, id, answer: Err(NetworkFailure), shown };
        };
        let mut to_platform = http::Request::new(Bytes::from(request.body.unwrap_or_default()));
        *to_platform.method_mut() = request.method;
        *to_platform.uri_mut() = path;
        *to_platform.headers_mut() = request.headers;
        Message::Request { client, id, request: to_platform }
    }

    fn upgrade_message(&self, client: ClientId, id: SocketId, url: &str) -> Message {
        let Address::Platform(path) = self.stage.address(url) else {
            let shown = format!("{} no server there", self.stage.socket_label(client, id));
            return Message::Socket { client, id, input: WebSocketInput::Failed, shown };
        };
        let mut request = http::Request::new(());
        *request.uri_mut() = path;
        Message::Upgrade { client, id, request }
    }
}

/// The first `most` characters of a text, with an ellipsis if there are more.
fn clipped(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

/// The turns of one round of a loop: the shortest period with which the last turns repeat.
fn one_round(recent: &[String]) -> Vec<String> {
    let repeats = |period: &usize| recent.iter().rev().zip(recent.iter().rev().skip(*period)).all(|(a, b)| a == b);
    let period = (1..=recent.len() / 2).find(repeats).unwrap_or(recent.len().min(6));
    recent[recent.len() - period..].to_vec()
}
