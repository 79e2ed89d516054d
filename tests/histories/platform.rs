//! The platform alone, with requests, handshakes and frames that no client would send, and sockets that are long gone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use kandy_mock_server::{
    Answer, Command, Frame, Output, Platform, Reply, SocketId, Time, TokenOptions, Upgrade, UserOptions,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::generate::command;
use crate::values::{MARK, USERS, any_json, assert_no_secret, frame_text, password_of, span, token_of};

/// How many histories are taken.
const CASES: u32 = 250;

/// One thing that happens to a platform.
#[derive(Clone, Debug)]
enum Act {
    Command(Command),
    Request(Sent),
    Upgrade(Sent),
    Opened(Index),
    Frame(Index, Frame),
    Closed(Index, Option<u16>),
    Pass(Duration),
}

/// A request.
#[derive(Clone, Debug)]
struct Sent {
    method: &'static str,
    uri: String,
    authorization: Option<String>,
    body: Vec<u8>,
}

fn act() -> impl Strategy<Value = Act> {
    let frame = prop_oneof![
        4 => frame_text().prop_map(Frame::Text),
        1 => prop::collection::vec(any::<u8>(), 0..9).prop_map(|bytes| Frame::Binary(bytes.into())),
        1 => Just(Frame::Text("x".repeat(70_000))),
    ];
    let code = select(vec![None, Some(1000), Some(1005), Some(0), Some(65_535)]);
    prop_oneof![
        6 => command().prop_map(Act::Command),
        10 => sent().prop_map(Act::Request),
        6 => sent().prop_map(Act::Upgrade),
        6 => any::<Index>().prop_map(Act::Opened),
        4 => (any::<Index>(), frame).prop_map(|(socket, frame)| Act::Frame(socket, frame)),
        2 => (any::<Index>(), code).prop_map(|(socket, code)| Act::Closed(socket, code)),
        4 => span().prop_map(Act::Pass),
    ]
}

fn sent() -> impl Strategy<Value = Sent> {
    let user = || select(vec![USERS[0], USERS[1], "nobody", "a%20b", "%zz", ""]);
    let name = select(vec!["", "/SUB-1", "/SUB-2", "/SUB-x", "/clientCorrelator/c-1", "/"]);
    let path = prop_oneof![
        3 => select(vec!["/v2.0/auth/mk_token", "/v2.0/auth/refresh_token", "/websocket/CH-1", "/websocket/CH-2",
            "/websocket/CH-x", "/"]).prop_map(str::to_owned),
        4 => (user(), name).prop_map(|(user, name)| format!("/rest/version/1/user/{user}/subscription{name}")),
        1 => "/[!->@-~]{0,20}",
    ];
    let token = select(vec![
        token_of(USERS[0], "at"),
        token_of(USERS[1], "at"),
        token_of(USERS[0], "rt"),
        format!("{MARK}-unknown"),
        "AT-1".to_owned(),
    ]);
    let query = prop_oneof![
        4 => token.clone().prop_map(|token| format!("?token={token}")),
        2 => token.clone().prop_map(|token| format!("?expires=60&token={token}")),
        2 => select(vec!["", "?refresh=y", "?refresh=y&expires=60", "?expires=x", "?expires=0", "?&&=&%"])
            .prop_map(str::to_owned),
        1 => "\\?[ -~]{0,12}",
    ];
    let login = |user: &str, password: &str| format!("basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
    let authorization = prop_oneof![
        3 => Just(None),
        3 => select(USERS.to_vec()).prop_map(move |user| Some(login(user, &password_of(user)))),
        1 => select(USERS.to_vec()).prop_map(move |user| Some(login(user, "wrong"))),
        1 => token.prop_map(|token| Some(format!("Bearer {token}"))),
        1 => select(vec!["basic", "basic ====", "Basic YQ==", "x"]).prop_map(|text| Some(text.to_owned())),
    ];
    let expires = select(vec!["60", "\"60\"", "0", "-1", "1e300", "null", "[]"]);
    let body = prop_oneof![
        3 => expires.prop_map(|expires| format!(r#"{{"subscribeRequest":{{"expires":{expires},"service":["call"]}}}}"#)),
        1 => any_json().prop_map(|request| format!(r#"{{"subscribeRequest":{request}}}"#)),
        1 => any_json().prop_map(|body| body.to_string()),
        1 => "\\PC{0,20}",
    ];
    let method = select(vec!["GET", "POST", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);
    (method, path, query, authorization, body).prop_map(|(method, path, query, authorization, body)| Sent {
        method,
        uri: format!("{path}{query}"),
        authorization,
        body: body.into_bytes(),
    })
}

proptest! {
    #![proptest_config(kandy_tests::property(CASES))]

    /// Whatever comes: nothing panics, each subscription expires at most once and never early, nothing is left to poll after a
    /// full drain, nothing is sent to a socket that is not open, no secret is kept, and the same inputs have the same outputs.
    #[test]
    fn any_input_is_borne(acts in prop::collection::vec(act(), 1..60)) {
        let first = outputs(&acts);
        prop_assert_eq!(first, outputs(&acts));
    }
}

/// Everything that the platform gives, as text.
fn outputs(acts: &[Act]) -> Vec<String> {
    let mut alone = Alone::default();
    for user in USERS {
        let tokens = TokenOptions {
            access_token: Some(token_of(user, "at")),
            refresh_token: Some(token_of(user, "rt")),
            ..TokenOptions::default()
        };
        let (password, options) = (password_of(user), UserOptions::default());
        let add = Command::AddUser { user: user.to_owned(), password, options };
        alone.act(&Act::Command(add));
        alone.act(&Act::Command(Command::IssueToken { user: user.to_owned(), options: tokens }));
    }
    acts.iter().for_each(|act| alone.act(act));

    assert_no_secret("a platform", &format!("{:?}", alone.platform));
    for record in alone.platform.journal().iter() {
        let shown = format!("{record:?} {}", serde_json::to_string(record).expect("a record is JSON"));
        // Tokens that the platform issued are in it, also those whose text a command gave.
        let shown = ["at", "rt", "oa"].iter().fold(shown, |shown, kind| shown.replace(&format!("{MARK}-{kind}"), ""));
        assert_no_secret("a record", &shown);
    }
    alone.outputs
}

/// A platform, and what is known of it from outside.
#[derive(Default)]
struct Alone {
    platform: Platform,
    now: Time,
    /// Every socket that was ever accepted.
    sockets: Vec<SocketId>,
    /// Those that are not over, and whether they are open.
    live: BTreeMap<SocketId, bool>,
    expired: BTreeSet<String>,
    outputs: Vec<String>,
}

impl Alone {
    fn act(&mut self, act: &Act) {
        match act {
            Act::Command(command) => {
                let before = self.platform.journal().next_seq();
                if let Err(error) = self.platform.apply(self.now, command.clone()) {
                    assert_no_secret("an error", &format!("{error} {error:?}"));
                    assert_eq!(self.platform.journal().next_seq(), before, "a refused command has changed nothing");
                }
            }
            Act::Request(sent) => self.request(sent),
            Act::Upgrade(sent) => self.upgrade(sent),
            Act::Opened(index) => {
                if let Some(socket) = self.socket(index) {
                    self.live.entry(socket).and_modify(|open| *open = true);
                    self.platform.handle_opened(self.now, socket);
                }
            }
            Act::Frame(index, frame) => {
                if let Some(socket) = self.socket(index) {
                    self.live.entry(socket).and_modify(|open| *open = true);
                    self.platform.handle_frame(self.now, socket, frame);
                }
            }
            Act::Closed(index, code) => {
                if let Some(socket) = self.socket(index) {
                    self.live.remove(&socket);
                    self.platform.handle_closed(self.now, socket, *code);
                }
            }
            Act::Pass(span) => self.pass(*span),
        }
        self.drain();
    }

    fn socket(&self, index: &Index) -> Option<SocketId> {
        (!self.sockets.is_empty()).then(|| self.sockets[index.index(self.sockets.len())])
    }

    fn request(&mut self, sent: &Sent) {
        let Some(request) = sent.with_body(Bytes::from(sent.body.clone())) else { return };
        let answer = self.platform.handle_request(self.now, &request);
        if let Answer { reply: Reply::Hang | Reply::Refuse, delay, .. } = &answer {
            assert_eq!(*delay, Duration::ZERO, "there is no answer that could be late");
        }
        self.outputs.push(format!("{answer:?}"));
    }

    fn upgrade(&mut self, sent: &Sent) {
        let Some(request) = sent.with_body(()) else { return };
        let upgrade = self.platform.handle_upgrade(self.now, &request);
        if let Upgrade::Accept { socket, .. } = &upgrade {
            assert!(!self.sockets.contains(socket), "{socket} was there before");
            self.sockets.push(*socket);
            self.live.insert(*socket, false);
        }
        self.outputs.push(format!("{upgrade:?}"));
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some((due, timer)) = self.platform.poll_timeout().filter(|(due, _)| *due <= end) {
            if due > self.now {
                let before = self.platform.journal().next_seq();
                self.platform.handle_timeout(self.now);
                assert_eq!(self.platform.poll_timeout(), Some((due, timer)), "a timer fires early");
                assert_eq!(self.platform.journal().next_seq(), before, "a timeout that is not due has effects");
            }
            self.now = self.now.max(due);
            self.platform.handle_timeout(self.now);
            self.drain();
            // A subscription has one name for ever, so a timer of it that fires twice is the same one.
            assert!(self.expired.insert(format!("{timer:?}")), "{timer:?} fires twice");
        }
        self.now = end;
    }

    fn drain(&mut self) {
        while let Some(output) = self.platform.poll_output() {
            let open = match &output {
                Output::Send { socket, .. } => self.live.get(socket).copied(),
                Output::Close { socket, .. } => self.live.remove(socket),
                Output::Cut { socket } => self.live.remove(socket).map(|_| true),
            };
            assert_eq!(open, Some(true), "a socket that is not open: {output:?}");
            self.outputs.push(format!("{output:?}"));
        }
        assert_eq!(self.platform.poll_output(), None, "something is left after a full drain");
        let sockets: Vec<_> = self.platform.sockets(None).iter().map(|info| info.id).collect();
        assert_eq!(sockets, self.live.keys().copied().collect::<Vec<_>>(), "the platform knows other sockets");
        let waits = self.platform.poll_timeout().is_some();
        assert_eq!(waits, !self.platform.subscriptions(None).is_empty(), "each subscription has its timer");
    }
}

impl Sent {
    /// `None` where it is not a request at all.
    fn with_body<B>(&self, body: B) -> Option<http::Request<B>> {
        let mut request = http::Request::builder().method(self.method).uri(&self.uri);
        if let Some(authorization) = &self.authorization {
            request = request.header(http::header::AUTHORIZATION, authorization);
        }
        request.body(body).ok()
    }
}
