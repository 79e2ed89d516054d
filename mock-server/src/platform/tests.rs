//! The platform as its clients meet it: each test reads as a small story on one bench.

mod callme;
mod channels;
mod commands;
mod cpaas;
mod faults;
mod journal;
mod limits;
mod link;
mod login;
mod narrow;
mod reasons;
mod reset;
mod settings;
mod subscribing;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::*;

const ALICE: &str = "alice@example.com";
const BOB: &str = "bob@example.com";
const PING: &str = r#"{"message_type":"ping"}"#;

/// A platform with alice and bob on it, and the time.
struct Bench {
    platform: Platform,
    now: Time,
}

/// A request under way to the bench.
struct Asked<'a> {
    bench: &'a mut Bench,
    request: http::request::Builder,
    body: Bytes,
}

impl Bench {
    fn new() -> Self {
        Self::of(Platform::new())
    }

    fn of(platform: Platform) -> Self {
        let mut bench = Self { platform, now: Time::ZERO };
        bench.platform.add_user(Time::ZERO, ALICE, "s3cret", UserOptions::default()).unwrap();
        bench.platform.add_user(Time::ZERO, BOB, "hunter2", UserOptions::default()).unwrap();
        bench
    }

    /// Moves on, firing what is due on the way.
    fn advance(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some((due, _)) = self.platform.poll_timeout().filter(|(due, _)| *due <= end) {
            self.now = due;
            self.platform.handle_timeout(due);
        }
        self.now = end;
    }

    fn ask(&mut self, method: Method, url: &str) -> Asked<'_> {
        let request = Request::builder().method(method).uri(url);
        Asked { bench: self, request, body: Bytes::new() }
    }

    fn log_in_as(&mut self, name: &str, password: &str) -> Answer {
        self.ask(Method::GET, "/v2.0/auth/mk_token?refresh=y").basic(name, password).answer()
    }

    /// Logs in, and gives the access token.
    fn log_in(&mut self, name: &str) -> String {
        let password = if name == BOB { "hunter2" } else { "s3cret" };
        let (status, body) = told(&self.log_in_as(name, password));
        assert_eq!(status, 200, "{body}");
        body["success"]["access_token"].as_str().unwrap().to_owned()
    }

    fn post(&mut self, name: &str, token: &str, request: &Value) -> (u16, Value) {
        let url = format!("/rest/version/1/user/{name}/subscription?token={token}");
        let body = json!({ "subscribeRequest": request });
        told(&self.ask(Method::POST, &url).json(&body).answer())
    }

    /// Logs in and subscribes, and gives the access token. The subscription is the next `SUB-n`.
    fn subscribe(&mut self, name: &str) -> String {
        let token = self.log_in(name);
        let (status, body) = self.post(name, &token, &request(3600));
        assert_eq!(status, 200, "{body}");
        token
    }

    fn put(&mut self, url: &str) -> (u16, Value) {
        let body = json!({ "subscribeRequest": { "expires": 3600, "service": ["call"] } });
        told(&self.ask(Method::PUT, url).json(&body).answer())
    }

    fn delete(&mut self, url: &str) -> (u16, Value) {
        told(&self.ask(Method::DELETE, url).answer())
    }

    fn upgrade(&mut self, url: &str) -> Upgrade {
        let request = Request::get(url).body(()).unwrap();
        self.platform.handle_upgrade(self.now, &request)
    }

    /// The status with which a handshake is refused.
    fn refused(&mut self, url: &str) -> u16 {
        match self.upgrade(url) {
            Upgrade::Refuse { response, .. } => response.status.as_u16(),
            other => panic!("{url}: {other:?}"),
        }
    }

    fn reserve(&mut self, url: &str) -> SocketId {
        match self.upgrade(url) {
            Upgrade::Accept { socket, .. } => socket,
            other => panic!("{url}: {other:?}"),
        }
    }

    fn open(&mut self, url: &str) -> SocketId {
        let socket = self.reserve(url);
        self.platform.handle_opened(self.now, socket);
        socket
    }

    /// Logs in, subscribes and opens a socket on the new channel.
    fn connect(&mut self, name: &str) -> SocketId {
        let token = self.subscribe(name);
        let channel = self.platform.subscriptions(Some(name)).pop().unwrap().channel;
        self.open(&format!("/websocket/{channel}?token={token}"))
    }

    fn frame(&mut self, socket: SocketId, text: &str) {
        self.platform.handle_frame(self.now, socket, &Frame::Text(text.to_owned()));
    }

    fn drain(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.platform.poll_output()).collect()
    }

    fn fail(&mut self, point: Point, how: &Value) {
        let faults = Fault::list_from_json(how).unwrap();
        self.platform.fail(self.now, point, faults).unwrap();
    }
}

impl Asked<'_> {
    fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    fn basic(self, name: &str, password: &str) -> Self {
        let credentials = STANDARD.encode(format!("{name}:{password}"));
        self.header("authorization", &format!("basic {credentials}"))
    }

    fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into();
        self
    }

    fn text(mut self, body: &str) -> Self {
        self.body = body.to_owned().into();
        self
    }

    fn answer(self) -> Answer {
        let request = self.request.body(self.body).unwrap();
        self.bench.platform.handle_request(self.bench.now, &request)
    }
}

/// Where the socket of the first subscription opens.
fn channel(token: &str) -> String {
    format!("/websocket/CH-1?token={token}")
}

/// What the SDK asks for, with that lifetime in seconds.
fn request(expires: u64) -> Value {
    json!({
        "expires": expires,
        "service": ["call", "IM", "Presence"],
        "localization": "English_US",
        "useTurn": true,
        "notificationType": "WebSocket",
        "supported": ["RingingFeedback"],
        "forceLogOut": "false",
    })
}

fn response(answer: &Answer) -> &Response {
    match &answer.reply {
        Reply::Respond(response) => response,
        other => panic!("no answer: {other:?}"),
    }
}

/// The status and the JSON body of an answer; `null` for a body that is not JSON.
fn told(answer: &Answer) -> (u16, Value) {
    let response = response(answer);
    (response.status.as_u16(), serde_json::from_slice(&response.body).unwrap_or_default())
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    response(answer).headers.get(name).map(|value| value.to_str().unwrap())
}

/// The JSON of text frames that go out, each with its socket.
fn sent(output: &[Output]) -> Vec<(SocketId, Value)> {
    let read = |output: &Output| match output {
        Output::Send { socket, frame: Frame::Text(text) } => (*socket, serde_json::from_str(text).unwrap()),
        other => panic!("no text frame: {other:?}"),
    };
    output.iter().map(read).collect()
}
