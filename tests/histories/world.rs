//! A history, made to happen in the simulated world.

use std::time::Duration;

use kandy_client::Config;
use kandy_mock_server::{Command, TokenOptions, UserOptions};
use kandy_scenarios::step::{ClientCall, ClientId, Done, Step};
use kandy_scenarios::world::{Sim, StepError, WorldError, WorldTurn};
use serde_json::json;

use crate::generate::{Act, History};
use crate::ledger::Ledger;
use crate::values::{USERS, assert_no_secret, password_of, token_of};

/// For how long everything is left alone after the last disconnect: longer than any limited run of attempts, and shorter
/// than a subscription that nobody renews lives by default.
pub(crate) const AFTERWARDS: Duration = Duration::from_secs(2700);

/// A world in which a history happens, and what was seen of it.
pub(crate) struct Run {
    pub(crate) sim: Sim,
    pub(crate) ledger: Ledger,
    pub(crate) clients: Vec<ClientId>,
    /// Why the world cannot go on.
    pub(crate) stopped: Option<WorldError>,
}

impl Run {
    /// A world with the users and the clients of the history, in which nothing has happened yet.
    pub(crate) fn new(history: &History) -> Self {
        let mut sim = Sim::default();
        for user in USERS {
            let tokens = TokenOptions {
                access_token: Some(token_of(user, "at")),
                refresh_token: Some(token_of(user, "rt")),
                oauth_token: Some(token_of(user, "oa")),
                // Longer than any history takes; it is for commands to end them.
                lifetime: Some(Duration::from_secs(20 * 24 * 3600)),
            };
            let add = Command::AddUser {
                user: user.to_owned(),
                password: password_of(user),
                options: UserOptions::default(),
            };
            for command in [add, Command::IssueToken { user: user.to_owned(), options: tokens }] {
                sim.apply(Step::Command(command)).expect("the platform is empty");
            }
        }
        let create = |(index, patch): (usize, &serde_json::Value)| {
            let name = client_name(index);
            let (mut config, _) = Config::from_json(&Sim::base_config()).expect("it is the world's own");
            config.merge(patch).expect("patches have the form of options");
            // The platform learns from it whose requests are whose.
            config.merge(&json!({ "request": { "customAgentVersionHeaderSuffix": name } })).expect("it is a text");
            match sim.apply(Step::Create { name, config: config.into() }) {
                Ok(Done::Created(client)) => client,
                other => panic!("a client is not created: {other:?}"),
            }
        };
        let clients: Vec<_> = history.clients.iter().enumerate().map(create).collect();
        let ledger = Ledger::new(clients.len(), &sim);
        Self { sim, ledger, clients, stopped: None }
    }

    /// All of the history.
    pub(crate) fn of(history: &History) -> Self {
        let mut run = Self::new(history);
        for act in &history.acts {
            run.act(act);
        }
        run
    }

    /// The end of every history: the faults end, the application waits, disconnects, and leaves all alone.
    pub(crate) fn finish(&mut self, patience: Duration) {
        self.act(&Act::Command(Command::Clear { rules: kandy_mock_server::FaultFilter::default() }));
        self.act(&Act::Command(Command::Online { user: None }));
        self.act(&Act::Pass(patience));
        for client in 0..self.clients.len() {
            self.act(&Act::Call(client, ClientCall::Disconnect));
        }
        self.act(&Act::Pass(AFTERWARDS));
    }

    /// Makes one thing happen, unless the world cannot go on.
    pub(crate) fn act(&mut self, act: &Act) {
        if self.stopped.is_some() {
            return;
        }
        match act {
            Act::Call(client, call) => self.call(*client, call),
            Act::Command(command) => self.command(command),
            Act::Turns(count) => {
                for _ in 0..*count {
                    if !self.turn(self.sim.now()) {
                        break;
                    }
                }
            }
            Act::Pass(span) => self.pass(*span),
        }
    }

    fn call(&mut self, client: usize, call: &ClientCall) {
        let step = Step::Call { client: self.clients[client], call: call.clone() };
        assert_no_secret("a step", &format!("{step:?}"));
        self.ledger.before_call(client, call, &self.sim);
        let done = self.sim.apply(step);
        self.settle_step(done, matches!(call, ClientCall::UpdateConfig(_)));
    }

    fn command(&mut self, command: &Command) {
        let step = Step::Command(command.clone());
        assert_no_secret("a step", &format!("{step:?}"));
        let before = (self.sim.trace().records().len(), self.sim.platform().journal().next_seq());
        let done = self.sim.apply(step);
        if matches!(done, Err(StepError::Platform(_))) {
            let after = (self.sim.trace().records().len(), self.sim.platform().journal().next_seq());
            assert_eq!(before, after, "a refused command has changed nothing");
        }
        self.settle_step(done, true);
    }

    /// Whatever may be refused is refused with its reason; nothing else is.
    fn settle_step(&mut self, done: Result<Done, StepError>, may_be_refused: bool) {
        match done {
            Ok(done) => assert_no_secret("what a step gives", &format!("{done:?}")),
            Err(StepError::World(error)) => self.stopped = Some(error),
            Err(error @ (StepError::Platform(_) | StepError::Config(_))) if may_be_refused => {
                assert_no_secret("an error", &format!("{error} {error:?}"));
            }
            Err(error) => panic!("a step is refused: {error}"),
        }
        self.ledger.observe(&self.sim, None);
    }

    fn pass(&mut self, span: Duration) {
        let end = self.sim.now() + span;
        while self.turn(end) {}
        if self.stopped.is_some() {
            return;
        }
        assert_eq!(self.sim.now(), end, "time passes as far as it is asked to");
        let records = self.sim.trace().records().len();
        assert_eq!(self.sim.turn(end), Ok(WorldTurn::Quiet), "a quiet world stays quiet");
        assert_eq!(self.sim.trace().records().len(), records, "a quiet world writes nothing");
    }

    /// Whether something moved.
    fn turn(&mut self, limit: Duration) -> bool {
        let event = match self.sim.turn(limit) {
            Ok(WorldTurn::Quiet) => return false,
            Ok(WorldTurn::Moved) => None,
            Ok(WorldTurn::Event(client, event)) => Some((client, event)),
            Err(error) => {
                self.stopped = Some(error);
                return false;
            }
        };
        self.ledger.observe(&self.sim, event.as_ref().map(|(client, event)| (*client, &**event)));
        true
    }
}

/// The name of a client by its place in the history.
pub(crate) fn client_name(index: usize) -> String {
    format!("client{index}")
}
