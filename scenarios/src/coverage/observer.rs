//! Notes the transitions of the clients of a world or of a recording.

use std::collections::{BTreeMap, BTreeSet};

use kandy_client::{NetworkFailure, Output, Request, RequestId, Response, Session, Task};
use kandy_mock_server::Point;

use super::{ClientInput, ClientState, Transition};

/// The transitions so far. Clients are known by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Observer {
    transitions: BTreeSet<Transition>,
    /// What the requests are for, answered ones included: an answer may come twice.
    points: BTreeMap<(usize, RequestId), Point>,
    clients: BTreeMap<usize, Steps>,
    /// The client that has changed last.
    changed_last: Option<usize>,
    died: Vec<(usize, Task, Transition)>,
}

/// The last steps of a client.
#[derive(Clone, Copy, Debug)]
struct Steps {
    last: Transition,
    /// The last that has changed its state.
    change: Option<Transition>,
}

/// An input that a client is about to take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    from: ClientState,
    input: ClientInput,
}

impl Observer {
    /// An output of a client.
    pub(crate) fn sent(&mut self, client: usize, output: &Output) {
        match output {
            Output::Request { id, request } => {
                self.points.insert((client, *id), point_of(request));
            }
            Output::Crash(task) => {
                let steps = self.clients.get(&client);
                self.died.extend(steps.map(|steps| (client, *task, steps.last)));
            }
            _ => {}
        }
    }

    /// What an answer is as an input.
    pub(crate) fn answer(
        &self,
        client: usize,
        id: RequestId,
        answer: &Result<Response, NetworkFailure>,
    ) -> ClientInput {
        let point = self.points.get(&(client, id)).copied().unwrap_or(Point::Other);
        ClientInput::of_answer(point, answer)
    }

    /// A client has taken an input.
    pub(crate) fn took(&mut self, client: usize, Before { from, input }: Before, session: &Session) {
        let step = Transition { from, input, to: ClientState::of(session) };
        self.transitions.insert(step);
        let steps = self.clients.entry(client).or_insert(Steps { last: step, change: None });
        steps.last = step;
        if step.from != step.to {
            steps.change = Some(step);
            self.changed_last = Some(client);
        }
    }

    /// The transitions so far.
    pub(crate) fn transitions(&self) -> &BTreeSet<Transition> {
        &self.transitions
    }

    /// The transition that has led a client to its state; without a client, that of the client that changed last.
    pub(crate) fn last_change(&self, client: Option<usize>) -> Option<Transition> {
        self.clients.get(&client.or(self.changed_last)?)?.change
    }

    /// The last transition of a client, also if it has changed nothing.
    pub(crate) fn last(&self, client: usize) -> Option<Transition> {
        self.clients.get(&client).map(|steps| steps.last)
    }

    /// The deaths of tasks: whose, which, and the transition at which it died.
    pub(crate) fn deaths(&self) -> impl DoubleEndedIterator<Item = (usize, Task, Transition)> + '_ {
        self.died.iter().copied()
    }
}

impl Before {
    /// A session, before it takes an input.
    pub(crate) fn of(session: &Session, input: ClientInput) -> Self {
        Self { from: ClientState::of(session), input }
    }
}

/// The point of the platform that a request is for.
fn point_of(request: &Request) -> Point {
    let behind_scheme = request.url.split_once("://").map_or("", |(_, rest)| rest);
    let path = behind_scheme.find('/').map_or("/", |at| &behind_scheme[at..]);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    Point::of(&request.method, path)
}
