//! What comes to a platform from outside: requests, handshakes, frames.

use bytes::Bytes;
use http::{HeaderMap, Request};
use kandy_mock_server::{Frame, Platform, Reply, SocketId, Time, TokenOptions, Upgrade, UserOptions};
use serde_json::{Value, json};

use super::{SECRET, message};

/// Values of `Authorization` from this length on are not words that may be elsewhere by chance.
const SHORTEST_SECRET: usize = 12;

/// Requests to a healthy platform, one after the other: each is answered with JSON or nothing, and what a client proves itself with is
/// in no record. A part that begins with `<` is a frame on the last socket.
///
/// # Panics
///
/// If something does not hold.
pub fn requests(input: &[u8]) {
    let Ok(input) = str::from_utf8(input) else { return };
    let mut visit = Visit::new();
    for (index, part) in message::parts(input).enumerate() {
        visit.now = Time::from_millis(index as u64 * 1_000);
        if let Some(frame) = part.strip_prefix('<') {
            visit.frame(frame);
        } else if let Some(request) = message::request(part) {
            visit.request(&request);
        }
    }
    visit.leave();
}

/// A platform, and a client of it.
struct Visit {
    platform: Platform,
    now: Time,
    socket: Option<SocketId>,
    /// What clients have proved themselves with.
    secrets: Vec<String>,
    /// All that they have said elsewhere.
    said: String,
}

impl Visit {
    fn new() -> Self {
        let mut platform = Platform::new();
        platform.add_user(Time::ZERO, "alice", SECRET, UserOptions::default()).expect("the platform is empty");
        platform.issue_token(Time::ZERO, "alice", &TokenOptions::default()).expect("alice is there");
        Self { platform, now: Time::ZERO, socket: None, secrets: Vec::new(), said: String::new() }
    }

    fn request(&mut self, request: &Request<Bytes>) {
        self.remember(request);
        if request.headers().contains_key("upgrade") {
            self.handshake(&request.clone().map(|_| ()));
            return;
        }
        let answer = self.platform.handle_request(self.now, request);
        // Without a fault every answer is an answer.
        let Reply::Respond(response) = answer.reply else { panic!("{answer:?}") };
        let is_json = serde_json::from_slice::<Value>(&response.body).is_ok();
        assert!(is_json || response.body.is_empty(), "{:?}", response.body);
        self.drain();
    }

    fn handshake(&mut self, request: &Request<()>) {
        if let Upgrade::Accept { socket, .. } = self.platform.handle_upgrade(self.now, request) {
            self.platform.handle_opened(self.now, socket);
            if let Some(before) = self.socket.replace(socket) {
                self.platform.handle_closed(self.now, before, Some(1001));
            }
        }
        self.drain();
    }

    fn frame(&mut self, frame: &str) {
        self.said.push_str(frame);
        let Some(socket) = self.socket else { return };
        for frame in [Frame::Text(frame.to_owned()), Frame::Binary(Bytes::copy_from_slice(frame.as_bytes()))] {
            self.platform.handle_frame(self.now, socket, &frame);
            self.drain();
        }
    }

    /// A healthy platform says nothing of its own accord.
    fn drain(&mut self) {
        while let Some(output) = self.platform.poll_output() {
            assert!(self.socket.is_some(), "{output:?}");
        }
        while self.platform.poll_timeout().is_some_and(|(due, _)| due <= self.now) {
            self.platform.handle_timeout(self.now);
        }
    }

    fn remember(&mut self, request: &Request<Bytes>) {
        let is_secret = |name: &str| name == "authorization";
        let text = |headers: &HeaderMap, wanted: bool| {
            let values = headers.iter().filter(|(name, _)| is_secret(name.as_str()) == wanted);
            values.map(|(_, value)| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect::<Vec<_>>()
        };
        // The word before it, `basic` say, is not a secret.
        let secrets = text(request.headers(), true).into_iter();
        let values = secrets.map(|value| value.split_once(' ').map_or(value.clone(), |(_, value)| value.to_owned()));
        self.secrets.extend(values.filter(|value| value.len() >= SHORTEST_SECRET));
        self.said.push_str(&text(request.headers(), false).concat());
        self.said.push_str(&format!("{} {}", request.method(), request.uri()));
        self.said.push_str(&String::from_utf8_lossy(request.body()));
    }

    fn leave(self) {
        let records: Vec<_> = self.platform.journal().iter().collect();
        let journal = format!("{}\n{records:?}", json!(records));
        for secret in self.secrets.iter().map(String::as_str).chain([SECRET]) {
            assert!(self.said.contains(secret) || !journal.contains(secret), "{secret} is in {journal}");
        }
    }
}
