//! What comes to a client from outside: answers, frames, and the configuration that it is made with.

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use kandy_client::{
    Config, ConnectOptions, Credentials, Output, RequestId, Response, Session, SocketId, Time, WebSocketInput,
    unknown_keys,
};
use serde_json::{Value, json};

use super::{SECRET, message};

/// The most effects of one input.
const MAX_OUTPUTS: usize = 1_000;

/// A client that connects. The first part of the input is its configuration; each other one is the answer to the request
/// that waits longest (`200 application/json`, a line break, the body), or else a frame: then a socket is open. A part `@`
/// lets the next timer fire, and `!` ends the socket.
///
/// # Panics
///
/// If something does not hold.
pub fn answers(input: &[u8]) {
    let Ok(input) = str::from_utf8(input) else { return };
    let mut parts = message::parts(input);
    let config = configuration(parts.next().unwrap_or_default());
    let mut page = Page {
        session: Session::new(config),
        now: Time::ZERO,
        requests: Vec::new(),
        sockets: Vec::new(),
        is_told: input.contains(SECRET),
    };
    page.session.connect(Time::ZERO, &Credentials::password("alice", SECRET), &ConnectOptions::default());
    page.drain();
    for part in parts {
        page.take(part);
        page.drain();
    }
}

/// The client's side of a browser.
struct Page {
    session: Session,
    now: Time,
    requests: Vec<RequestId>,
    sockets: Vec<SocketId>,
    /// Whether the platform says the password, which then may come back in messages.
    is_told: bool,
}

impl Page {
    fn take(&mut self, part: &str) {
        match part {
            "@" => {
                if let Some((due, _)) = self.session.poll_timeout() {
                    self.now = self.now.max(due);
                    self.session.handle_timeout(self.now);
                }
            }
            "!" => {
                if let Some(socket) = self.sockets.pop() {
                    self.session.handle_websocket(self.now, socket, WebSocketInput::Closed { code: 1006 });
                }
            }
            answer if !self.requests.is_empty() => {
                let request = self.requests.remove(0);
                self.session.handle_response(self.now, request, Ok(response(answer)));
            }
            frame => {
                for &socket in &self.sockets {
                    self.session.handle_websocket(self.now, socket, WebSocketInput::Text(frame.to_owned()));
                }
            }
        }
    }

    fn drain(&mut self) {
        for _ in 0..MAX_OUTPUTS {
            let Some(output) = self.session.poll_output() else { return };
            if !self.is_told {
                let shown = format!("{output:?}");
                assert!(!shown.contains(SECRET), "{shown}");
            }
            match output {
                Output::Request { id, .. } => self.requests.push(id),
                Output::OpenWebSocket { id, .. } => {
                    self.sockets.push(id);
                    self.session.handle_websocket(self.now, id, WebSocketInput::Opened);
                }
                Output::CloseWebSocket { id } => self.sockets.retain(|socket| *socket != id),
                Output::SendFrame { .. } | Output::Crash(_) | Output::Event(_) => {}
            }
        }
        panic!("one input has more than {MAX_OUTPUTS} effects");
    }
}

fn response(answer: &str) -> Response {
    let (head, body) = answer.split_once('\n').unwrap_or((answer, ""));
    let (status, content_type) = head.split_once(' ').unwrap_or((head, ""));
    let mut response =
        Response { status: status.parse().unwrap_or_default(), body: body.to_owned().into(), ..Response::default() };
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers.insert(CONTENT_TYPE, value);
    }
    response
}

/// The configuration that an application gives, or a plain one. What it says of itself is read as the same configuration.
fn configuration(text: &str) -> Config {
    let plain = || Config::for_server("127.0.0.1", 8080, 8081);
    let Ok(patch) = serde_json::from_str::<Value>(text) else { return plain() };
    let mut config = plain();
    assert!(unknown_keys(&patch).len() <= text.len(), "each has a name of its own");
    if config.merge(&patch).is_err() {
        assert_eq!(json!(config), json!(plain()), "a refused patch changes nothing");
        return config;
    }
    let written = json!(config);
    match Config::from_json(&written) {
        Ok((read, _)) => assert_eq!(json!(read), written),
        // JSON has neither NaN nor the infinities, which a number of many digits becomes.
        Err(error) => assert!(error.got == "null", "{error}"),
    }
    config
}
