//! One request of a client at a point of the simulated platform, and what the client sees of it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use http::Method;
use kandy_client::{Config, ConnectOptions, Credentials};
use kandy_mock_server::{Command, CommandOutput, Fault, Point, TokenOptions, UserOptions};
use kandy_scenarios::step::{ClientCall, ClientId, Done, Step};
use kandy_scenarios::trace::{Close, HandshakeStep, SentRequest, TraceRecord, What};
use kandy_scenarios::transcript::seconds;
use kandy_scenarios::world::{Sim, WorldTurn};
use serde_json::json;

use super::Occasion;

const ALICE: &str = "alice@example.com";
/// Somebody else, whose faults are none of hers.
const BOB: &str = "bob@example.com";
const PASSWORD: &str = "s3cret";

/// Longer than five attempts at a websocket take, shorter than any renewal.
const A_ROUND: Duration = Duration::from_secs(60);
/// Until the first renewal of a subscription is answered, whose lifetime is an hour.
const RENEWAL: Duration = Duration::from_secs(31 * 60);
/// The same for a token of an hour, which is refreshed five minutes before its end.
const REFRESH: Duration = Duration::from_secs(57 * 60);
/// For what takes no time when nothing is delayed.
const A_MOMENT: Duration = Duration::from_secs(1);

/// A client and a platform, on which one point is looked at.
pub(super) struct Bench {
    sim: Sim,
    client: ClientId,
    occasion: Occasion,
}

impl Bench {
    /// A healthy platform with alice on it, and her client as the rounds need it.
    pub(super) fn at(occasion: Occasion) -> Self {
        let mut sim = Sim::default();
        let (config, _) = Config::from_json(&Sim::base_config()).unwrap();
        for user in [ALICE, BOB] {
            let add = Command::AddUser {
                user: user.to_owned(),
                password: PASSWORD.to_owned(),
                options: UserOptions::default(),
            };
            sim.apply(Step::Command(add)).unwrap();
        }
        let created = sim.apply(Step::Create { name: "kandy".to_owned(), config: config.into() }).unwrap();
        let Done::Created(client) = created else { panic!("create makes a client, not {created:?}") };
        let mut bench = Self { sim, client, occasion };
        if occasion.point() == Point::Other {
            // The SDK makes such a request only if the platform itself sends it there.
            let elsewhere = json!({ "merge": { "subscribeResponse": { "subscription": "/elsewhere" } } });
            let faults = Fault::list_from_json(&elsewhere).unwrap();
            bench.sim.apply(Step::Command(Command::Fail { point: Point::Subscribe, faults })).unwrap();
        }
        if occasion == Occasion::At(Point::Resubscribe) {
            bench.connect();
        }
        bench
    }

    /// Puts faults at the point; the platform's words if it takes them not.
    pub(super) fn fail(&mut self, faults: Vec<Fault>) -> Result<(), String> {
        let put = self.sim.apply(Step::Command(Command::Fail { point: self.occasion.point(), faults }));
        put.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Makes the client's next request at the point, and says what comes of it.
    pub(super) fn round(&mut self) -> Vec<String> {
        match self.occasion {
            Occasion::At(Point::MkToken | Point::Subscribe | Point::WebSocket | Point::Preflight) => {
                let credentials = Credentials::password(ALICE, PASSWORD);
                self.connect_and_leave(credentials)
            }
            Occasion::At(Point::RefreshToken) => {
                let issue = Command::IssueToken { user: ALICE.to_owned(), options: TokenOptions::default() };
                let done = self.sim.apply(Step::Command(issue)).unwrap();
                let Done::Command(CommandOutput::Tokens(tokens)) = done else {
                    panic!("issueToken gives tokens, not {done:?}")
                };
                self.connect_and_leave(Credentials::refresh_token(ALICE, tokens.refresh_token))
            }
            Occasion::RefreshWhileConnected => {
                if !self.sim.session(self.client).is_connected() {
                    self.connect();
                }
                self.wait_for_outcome(REFRESH)
            }
            Occasion::At(Point::Resubscribe) => self.wait_for_outcome(RENEWAL),
            Occasion::At(Point::Unsubscribe | Point::Other) => {
                self.connect();
                let from = self.mark();
                self.call(ClientCall::Disconnect);
                self.pass(A_ROUND);
                self.sight(from)
            }
            Occasion::At(point) => unreachable!("this SDK does not ask at {point}"),
        }
    }

    /// What is seen of a connect; then the client is made ready for the next round.
    fn connect_and_leave(&mut self, credentials: Credentials) -> Vec<String> {
        let from = self.mark();
        self.call(ClientCall::Connect(credentials, ConnectOptions::default()));
        self.pass(A_ROUND);
        let sight = self.sight(from);
        self.call(ClientCall::Disconnect);
        self.pass(A_MOMENT);
        sight
    }

    /// What is seen of a request that the client makes by itself. After a failure the next comes earlier, so that a round
    /// ends soon after the first.
    fn wait_for_outcome(&mut self, longest: Duration) -> Vec<String> {
        let from = self.mark();
        let end = self.sim.now() + longest;
        while self.sim.now() < end && self.outcomes(from).next().is_none() {
            self.pass(A_ROUND);
        }
        self.sight(from)
    }

    fn connect(&mut self) {
        self.call(ClientCall::Connect(Credentials::password(ALICE, PASSWORD), ConnectOptions::default()));
        self.pass(A_MOMENT);
    }

    fn call(&mut self, call: ClientCall) {
        self.sim.apply(Step::Call { client: self.client, call }).unwrap();
    }

    fn pass(&mut self, time: Duration) {
        let until = self.sim.now() + time;
        while self.sim.turn(until).unwrap() != WorldTurn::Quiet {}
    }

    fn mark(&self) -> usize {
        self.sim.trace().records().len()
    }
}

/// Reading the trace.
impl Bench {
    /// Outcomes at the point, and from the first of them on events and crashes; then how the client is left.
    fn sight(&self, from: usize) -> Vec<String> {
        let outcomes: BTreeMap<usize, String> = self.outcomes(from).collect();
        let first = outcomes.keys().next().copied().unwrap_or(usize::MAX);
        let mut lines: Vec<(String, u32)> = Vec::new();
        for (index, record) in self.sim.trace().records().iter().enumerate().skip(first) {
            let line = match (outcomes.get(&index), &record.what) {
                (Some(outcome), _) => outcome.clone(),
                (None, what @ What::Event { .. }) => what.text(),
                (None, What::Crash(task)) => format!("crash: {task}"),
                _ => continue,
            };
            match lines.last_mut() {
                Some((last, count)) if *last == line => *count += 1,
                _ => lines.push((line, 1)),
            }
        }
        let line = |(line, count)| if count == 1 { line } else { format!("{count} times: {line}") };
        lines.into_iter().map(line).chain([self.state()]).collect()
    }

    /// What the requests at the point came to, each with the index of its record.
    fn outcomes(&self, from: usize) -> impl Iterator<Item = (usize, String)> {
        let mut asked = BTreeMap::new();
        let records = self.sim.trace().records().iter().enumerate().skip(from);
        records.filter_map(move |(index, record)| {
            let is_of_websockets = self.occasion.point() == Point::WebSocket;
            match &record.what {
                What::Request(request) if self.is_at_point(request) => {
                    asked.insert(request.number, record.at);
                    None
                }
                What::Handshake { socket, step: HandshakeStep::Opens(_) } if is_of_websockets => {
                    asked.insert(*socket, record.at);
                    None
                }
                What::Reply { number, outcome } if !is_of_websockets => {
                    Some((index, told(outcome, record, *asked.get(number)?)))
                }
                What::Handshake { socket, step } if is_of_websockets => {
                    Some((index, told(step, record, *asked.get(socket)?)))
                }
                What::Close { socket, close } if is_of_websockets && *close != Close::ByClient => {
                    Some((index, told(close, record, *asked.get(socket)?)))
                }
                _ => None,
            }
        })
    }

    /// Whether a request's method and address are those of the point.
    fn is_at_point(&self, request: &SentRequest) -> bool {
        let path = request.address.path();
        let (method, is_there) = match self.occasion.point() {
            Point::MkToken => (Method::GET, path == "/v2.0/auth/mk_token"),
            Point::RefreshToken => (Method::GET, path == "/v2.0/auth/refresh_token"),
            Point::Subscribe => (Method::POST, true),
            Point::Resubscribe => (Method::PUT, true),
            Point::Unsubscribe => (Method::DELETE, path.starts_with("/rest/")),
            Point::Other => (Method::DELETE, path == "/elsewhere"),
            // Each request is asked about.
            Point::Preflight => return true,
            Point::WebSocket | Point::RevokeToken => return false,
            of_others => unreachable!("the table has no rows for {of_others}"),
        };
        request.method == method && is_there
    }

    fn state(&self) -> String {
        let session = self.sim.session(self.client);
        let state = match (session.is_connected(), session.is_pending()) {
            (true, true) => "connected and pending",
            (true, false) => "connected",
            (false, true) => "pending",
            (false, false) => "disconnected",
        };
        let services = format!("{:?}", session.services().status).to_uppercase();
        let subscriptions = self.sim.platform().subscriptions(None).len();
        let sockets = self.sim.platform().sockets(None).len();
        format!("{state}; services {services}; subscriptions {subscriptions}, sockets {sockets}")
    }
}

/// What came of a request, and how long that took.
fn told(outcome: &impl fmt::Display, record: &TraceRecord, asked: Duration) -> String {
    let took = record.at - asked;
    if took.is_zero() { outcome.to_string() } else { format!("{outcome}, after {} s", seconds(took)) }
}
