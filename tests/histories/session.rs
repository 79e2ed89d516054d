//! The port alone, with a network that answers anything, or nothing, or what nobody asked for.

use std::collections::BTreeMap;
use std::time::Duration;

use kandy_client::{
    Config, Event, NetworkFailure, Output, RequestId, Response, Session, SocketId, Time, Timer, WebSocketInput,
};
use kandy_scenarios::step::ClientCall;
use kandy_scenarios::world::Sim;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::generate::{call, config_patch};
use crate::values::{assert_no_secret, body_json, frame_text, span};

/// How many histories are taken.
const CASES: u32 = 400;
/// The most timers that fire in one act; loops without a pause are cut off there.
const MOST_FIRED: u32 = 100;

/// One thing that happens to a session.
#[derive(Clone, Debug)]
enum Act {
    Call(ClientCall),
    /// The newest request has the answer that it hopes for, and the newest socket opens.
    Succeed,
    /// To a request that was sent, answered or not, or to one that was not sent yet.
    Answer(Index, Result<Response, NetworkFailure>),
    /// To a socket that was made, open or not, or to one that was not made yet.
    Socket(Index, WebSocketInput),
    /// Time passes, and each timer fires when it is due.
    Pass(Duration),
    /// Time passes unnoticed, as when a laptop sleeps: all timers fire late.
    Sleep(Duration),
}

fn act() -> impl Strategy<Value = Act> {
    let connect = call().prop_filter("it is not a connect", |call| matches!(call, ClientCall::Connect(..)));
    prop_oneof![
        4 => call().prop_map(Act::Call),
        12 => Just(Act::Succeed),
        2 => connect.prop_map(Act::Call),
        10 => (any::<Index>(), answer()).prop_map(|(request, answer)| Act::Answer(request, answer)),
        10 => (any::<Index>(), socket_input()).prop_map(|(socket, input)| Act::Socket(socket, input)),
        6 => span().prop_map(Act::Pass),
        1 => span().prop_map(Act::Sleep),
    ]
}

fn answer() -> impl Strategy<Value = Result<Response, NetworkFailure>> {
    let body = prop_oneof![
        8 => body_json().prop_map(|body| body.to_string().into_bytes()),
        1 => select(vec!["", "{", "<html>", "\u{feff}{}"]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    let kind = select(vec![None, Some("application/json"), Some("text/html")]);
    let status = prop_oneof![6 => Just(200), 3 => select(vec![204, 401, 403, 404, 500]), 1 => 100..1000u16];
    let answered = (status, kind, body).prop_map(|(status, kind, body)| {
        let mut response = Response { body: body.into(), ..Response::default() };
        response.status = status.try_into().expect("it has three digits");
        if let Some(kind) = kind {
            response.headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
        }
        response
    });
    prop_oneof![9 => answered.prop_map(Ok), 1 => Just(Err(NetworkFailure))]
}

fn socket_input() -> impl Strategy<Value = WebSocketInput> {
    prop_oneof![
        4 => Just(WebSocketInput::Opened),
        1 => Just(WebSocketInput::Failed),
        4 => frame_text().prop_map(WebSocketInput::Text),
        1 => Just(WebSocketInput::Binary),
        2 => select(vec![1000, 1001, 1005, 1006, 4000, 0, 65_535]).prop_map(|code| WebSocketInput::Closed { code }),
    ]
}

proptest! {
    #![proptest_config(kandy_tests::property(CASES))]

    /// Whatever comes: nothing panics, every timer fires at most once and never early, nothing is left to poll after a full
    /// drain, sockets are used only while they are open, effects come before events, and the same inputs have the same
    /// outputs.
    #[test]
    fn any_input_is_borne(patch in config_patch(), acts in prop::collection::vec(act(), 1..60)) {
        let first = outputs(&patch, &acts);
        prop_assert_eq!(first, outputs(&patch, &acts));
    }
}

fn outputs(patch: &Value, acts: &[Act]) -> Vec<Output> {
    let (mut config, _) = Config::from_json(&Sim::base_config()).expect("it is a world's own");
    config.merge(patch).expect("patches have the form of options");
    let mut alone = Alone::new(Session::new(config));
    acts.iter().for_each(|act| alone.act(act));
    alone.outputs
}

/// A session, and what is known of it from outside.
struct Alone {
    session: Session,
    now: Time,
    requests: u64,
    sockets: BTreeMap<SocketId, SocketState>,
    outputs: Vec<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SocketState {
    Opening,
    Open,
    Over,
}

impl Alone {
    fn new(session: Session) -> Self {
        Self { session, now: Time::ZERO, requests: 0, sockets: BTreeMap::new(), outputs: Vec::new() }
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Call(call) => self.input(|session, now| make(session, now, call)),
            Act::Succeed => {
                let success = json!({ "access_token": "AT-1", "refresh_token": "RT-1", "expires": 3600 });
                let params = json!({ "service": ["call"], "notificationChannel": "/CH-1", "expires": 3600 });
                let granted = json!({ "statusCode": 0, "subscription": "/SUB-1", "subscriptionParams": params });
                let body = json!({ "success": success, "subscribeResponse": granted });
                let answer = Response { body: body.to_string().into(), ..Response::default() };
                let id = RequestId(self.requests);
                self.input(|session, now| session.handle_response(now, id, Ok(answer)));
                self.socket(SocketId(self.sockets.len() as u64), &WebSocketInput::Opened);
            }
            Act::Answer(index, answer) => {
                let id = RequestId(index.index(self.requests as usize + 1) as u64 + 1);
                self.input(|session, now| session.handle_response(now, id, answer.clone()));
            }
            Act::Socket(index, input) => self.socket(SocketId(index.index(self.sockets.len() + 1) as u64 + 1), input),
            Act::Pass(span) => {
                let end = self.now + *span;
                for _ in 0..MOST_FIRED {
                    let Some((due, _)) = self.session.poll_timeout().filter(|(due, _)| *due <= end) else { break };
                    self.fire_early(due);
                    self.now = self.now.max(due);
                    self.fire();
                }
                self.now = end;
            }
            Act::Sleep(span) => {
                self.now = self.now + *span;
                for _ in 0..MOST_FIRED {
                    if self.session.poll_timeout().is_none_or(|(due, _)| due > self.now) {
                        break;
                    }
                    self.fire();
                }
            }
        }
    }

    fn socket(&mut self, id: SocketId, input: &WebSocketInput) {
        let state = self.sockets.get(&id).copied();
        let next = match (state, input) {
            (Some(SocketState::Opening), WebSocketInput::Opened) => Some(SocketState::Open),
            (Some(SocketState::Opening), WebSocketInput::Failed) | (Some(_), WebSocketInput::Closed { .. }) => {
                Some(SocketState::Over)
            }
            _ => state,
        };
        if let Some(next) = next {
            self.sockets.insert(id, next);
        }
        self.input(|session, now| session.handle_websocket(now, id, input.clone()));
    }

    /// A timeout that comes too early does nothing.
    fn fire_early(&mut self, due: Time) {
        let just_before = due.since_start().saturating_sub(Duration::from_nanos(1));
        if due <= self.now {
            return;
        }
        let armed = self.timers();
        self.session.handle_timeout(Time::from_duration(just_before));
        assert_eq!(self.session.poll_output(), None, "a timeout that is not due has effects");
        assert_eq!(self.timers(), armed, "a timeout that is not due changes a timer");
    }

    /// Lets the next timer fire. It is gone then; only a new one may be armed in its place.
    fn fire(&mut self) {
        let armed = self.timers();
        let next = self.session.poll_timeout().expect("a timer is due");
        let earliest = armed.iter().map(|(due, _)| *due).min();
        assert_eq!(Some(next.0), earliest, "the next timer is the first one: {armed:?}");
        self.input(Session::handle_timeout);
        let again = self.timers().into_iter().filter(|timer| *timer == next).count();
        assert!(again == 0 || next.0 == self.now, "a deadline comes back after it has fired: {next:?}");
    }

    fn input(&mut self, input: impl FnOnce(&mut Session, Time)) {
        let armed = self.timers();
        let was_destroyed = self.session.is_destroyed();
        input(&mut self.session, self.now);
        let drained = self.drain();
        assert!(!was_destroyed || drained == 0, "a destroyed session still does something");

        let timers = self.timers();
        for (index, (due, timer)) in timers.iter().enumerate() {
            let is_new = !armed.contains(&(*due, *timer));
            assert!(!is_new || *due >= self.now, "a timer is armed for the past: {timer:?} at {due:?}");
            let is_double = timers[..index].iter().any(|(_, other)| other == timer);
            assert!(!is_double, "one timer is armed twice: {timer:?}");
        }
        let open: Vec<_> = self.session.open_sockets().collect();
        let ended = self.outputs[self.outputs.len() - drained..]
            .iter()
            .any(|output| matches!(output, Output::Event(Event::Disconnected { .. })));
        for (_, timer) in &timers {
            match timer {
                Timer::Ping(socket) => assert!(open.contains(socket), "{timer} goes on, which is closed"),
                Timer::Resubscribe | Timer::RefreshToken => assert!(!ended, "{timer} goes on after its session"),
                Timer::Attempt(_) | Timer::RetrySubscription | Timer::Refusal(_) | Timer::Destroy => {}
            }
        }
        assert_no_secret("a session", &format!("{:?}", self.session));
    }

    /// Takes all output. Gives how much there was.
    fn drain(&mut self) -> usize {
        let before = self.outputs.len();
        let mut is_event_seen = false;
        while let Some(output) = self.session.poll_output() {
            assert_no_secret("an output", &format!("{output:?}"));
            let is_event = matches!(output, Output::Event(_));
            assert!(is_event || !is_event_seen, "an effect comes behind an event: {output:?}");
            is_event_seen |= is_event;
            self.check(&output);
            self.outputs.push(output);
        }
        assert_eq!(self.session.poll_output(), None, "something is left after a full drain");
        self.outputs.len() - before
    }

    fn check(&mut self, output: &Output) {
        match output {
            Output::Request { id, .. } => {
                self.requests += 1;
                assert_eq!(id.0, self.requests, "requests are numbered in the order of sending");
            }
            Output::OpenWebSocket { id, url } => {
                assert_eq!(id.0, self.sockets.len() as u64 + 1, "sockets are numbered in the order of opening");
                assert!(url.parse::<http::Uri>().is_ok(), "no address: {url}");
                self.sockets.insert(*id, SocketState::Opening);
            }
            Output::SendFrame { id, .. } => {
                assert_eq!(self.sockets.get(id), Some(&SocketState::Open), "a frame is sent on socket {id}");
            }
            Output::CloseWebSocket { id } => {
                let state = self.sockets.insert(*id, SocketState::Over);
                assert_eq!(state, Some(SocketState::Open), "socket {id} is closed");
            }
            Output::Event(Event::Resubscribed { attempt_num, .. }) => assert!(*attempt_num >= 1),
            Output::Crash(_) | Output::Event(_) => {}
        }
    }

    fn timers(&self) -> Vec<(Time, Timer)> {
        self.session.timers().collect()
    }
}

/// Makes a call on a session, as the worlds do.
fn make(session: &mut Session, now: Time, call: &ClientCall) {
    match call {
        ClientCall::Connect(credentials, options) => session.connect(now, credentials, options),
        ClientCall::Disconnect => session.disconnect(now),
        ClientCall::UpdateToken(credentials) => session.update_token(now, credentials),
        ClientCall::UpdateConfig(patch) => {
            // As text, since a configuration may hold NaN, which does not equal itself.
            let before = format!("{:?}", session.config());
            if session.update_config(now, patch).is_err() {
                assert_eq!(format!("{:?}", session.config()), before, "a patch that is refused changes something");
            }
        }
        ClientCall::ResetConnection => session.reset_connection(now),
        ClientCall::EnableConnectivityChecking(enabled) => session.enable_connectivity_checking(now, *enabled),
        ClientCall::Untyped(untyped) => {
            let before = format!("{:?}", session.config());
            if session.call_untyped(now, untyped).is_err() {
                assert_eq!(format!("{:?}", session.config()), before, "a call that throws changes something");
            }
        }
        ClientCall::EnableWebsocket(enabled) => session.enable_websocket(now, *enabled),
        ClientCall::Destroy => session.destroy(now),
        ClientCall::WithoutEffect(_) => {}
    }
}
