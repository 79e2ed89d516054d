//! The run: the script of a recording in a simulated world.

use http::Method;
use kandy_client::{Call, Dialect, Emission, Event, Time};
use kandy_mock_server::Command;
use serde_json::Value;

use super::platform;
use crate::recording::{Action, ApiCall, ListenerRule, Recording, ShownState};
use crate::replay::call::{Asked, asked, settings};
use crate::replay::compare::{self, Mismatch};
use crate::replay::listeners::{RecordedListener, RecordedListeners};
use crate::step::{ClientId, Done, Step};
use crate::trace::{Address, Close, HandshakeStep, Trace, What};
use crate::world::{PLATFORM_SERVER, Sim, StepError, WorldTurn};

/// The recorder's host, for which the simulated platform stands in.
pub(super) const RECORDED_HOST: &str = "127.0.0.1";

/// A recording being cross-checked.
pub(super) struct Crosscheck<'a> {
    recording: &'a Recording,
    sim: Sim,
    clients: Vec<Caller>,
    /// All that the page saw, in order.
    pub(super) seen: Vec<(Time, Sighting)>,
    /// How many records of the trace are in `seen`.
    read: usize,
}

/// Something that the page saw.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sighting {
    /// A request.
    Request { method: Method, address: Address },
    /// A websocket was made.
    Opens { socket: u64, address: Address },
    /// The SDK closed a websocket.
    Closes { socket: u64 },
    /// The recorder's own listener heard an event.
    Event { client: String, event: &'static str, args: Value, shown: ShownState },
    /// A listener of the script heard one.
    Listener { client: String, listener: String, event: &'static str, args: Value },
    /// The script took a snapshot, or the recording ended.
    Snapshot { name: String, shown: ShownState },
    /// When the timers would fire that are armed at the end.
    Timers(Vec<Time>),
}

/// The application's side of a client.
struct Caller {
    name: String,
    listeners: RecordedListeners,
    rules: Vec<(ListenerRule, u64)>,
}

impl<'a> Crosscheck<'a> {
    pub(super) fn new(recording: &'a Recording) -> Self {
        Self { recording, sim: Sim::default(), clients: Vec::new(), seen: Vec::new(), read: 0 }
    }

    pub(super) fn into_trace(self) -> Trace {
        self.sim.into_trace()
    }

    /// Runs the whole script.
    pub(super) fn run(&mut self) -> Result<(), Mismatch> {
        self.command(platform::setup(self.recording)?)?;
        let mut same_tick_before = false;
        for entry in &self.recording.script {
            let same_tick =
                matches!(&entry.what, Action::Call { same_tick: true, .. } | Action::Server { same_tick: true, .. });
            if !(same_tick_before && same_tick) {
                self.settle(entry.time)?;
            }
            same_tick_before = same_tick;
            self.act(&entry.what)?;
        }
        self.finish()
    }

    fn act(&mut self, action: &Action) -> Result<(), Mismatch> {
        match action {
            Action::Call { call, config, .. } if call.call == "create" => self.create(call, config.as_ref()),
            // Of a client that `create` did not give, an application has nothing to call.
            Action::Call { call, .. } if !self.clients.iter().any(|client| client.name == call.client) => Ok(()),
            Action::Call { call, .. } => self.call(self.client(&call.client)?, call),
            Action::Server { action, args, .. } => self.command(platform::action(self.sim.platform(), action, args)?),
            Action::Snapshot(snapshot) => {
                let client = snapshot.client.as_ref().map_or(Ok(ClientId(0)), |name| self.client(name))?;
                self.look(&snapshot.name, client);
                Ok(())
            }
            Action::Rule(rule) => {
                let client = self.client(&rule.client)?;
                self.clients[client.0].rules.push((rule.clone(), 0));
                Ok(())
            }
        }
    }

    /// Which client it is that is recorded.
    fn dialect(&self) -> Dialect {
        self.recording.dialect.client().unwrap_or_default()
    }

    fn create(&mut self, call: &ApiCall, config: Option<&Value>) -> Result<(), Mismatch> {
        let config = relocate(&compare::fill(config.unwrap_or(&self.recording.config)));
        // What a call throws is compared by the replay; the script does not tell.
        let Ok(config) = settings(self.dialect(), call, &config)? else { return Ok(()) };
        self.apply(Step::Create { name: call.client.clone(), config })?;
        self.clients.push(Caller {
            name: call.client.clone(),
            listeners: RecordedListeners::default(),
            rules: Vec::new(),
        });
        Ok(())
    }

    fn call(&mut self, client: ClientId, call: &ApiCall) -> Result<(), Mismatch> {
        let dialect = self.dialect();
        let listeners = &mut self.clients[client.0].listeners;
        listeners.learn_behaviour(call)?;
        let relocated = ApiCall { args: call.args.iter().map(relocate).collect(), ..call.clone() };
        match asked(dialect, if call.call == "updateConfig" { &relocated } else { call })? {
            Asked::Session(asked) => match self.sim.apply(Step::Call { client, call: *asked }) {
                Ok(_) | Err(StepError::Thrown(_)) => {
                    self.read_trace();
                    Ok(())
                }
                Err(error) => Err(impossible(error)),
            },
            Asked::Listeners(change) => listeners.change(change).map_err(impossible),
            Asked::Nothing => Ok(()),
        }
    }

    fn command(&mut self, commands: Vec<Command>) -> Result<(), Mismatch> {
        commands.into_iter().try_for_each(|command| self.apply(Step::Command(command)).map(drop))
    }

    fn apply(&mut self, step: Step) -> Result<Done, Mismatch> {
        let done = self.sim.apply(step).map_err(impossible)?;
        self.read_trace();
        Ok(done)
    }

    /// Lets the world move until nothing is left up to `time`.
    fn settle(&mut self, time: Time) -> Result<(), Mismatch> {
        loop {
            let turn = self.sim.turn(time.since_start()).map_err(impossible)?;
            self.read_trace();
            match turn {
                WorldTurn::Moved => {}
                WorldTurn::Event(client, event) => self.emit(client, &event)?,
                WorldTurn::Quiet => return Ok(()),
            }
        }
    }

    fn finish(&mut self) -> Result<(), Mismatch> {
        let end = &self.recording.final_state;
        self.settle(end.time)?;
        if end.state.is_some() && !self.clients.is_empty() {
            self.look("the end", ClientId(0));
        }
        let timers = (0..self.clients.len()).flat_map(|client| self.sim.session(ClientId(client)).timers());
        let timers = timers.map(|(due, _)| due).collect();
        self.see(Sighting::Timers(timers));
        Ok(())
    }

    fn emit(&mut self, client: ClientId, event: &Event) -> Result<(), Mismatch> {
        let mut emission = Emission::new(event.name());
        loop {
            let next = emission.next(&self.clients[client.0].listeners.registered);
            let Some(Call::Typed(listener) | Call::Wildcard(listener)) = next else { return Ok(()) };
            let name = self.clients[client.0].name.clone();
            let args = recorded_host(&compare::fields(event.args()));
            match listener {
                RecordedListener::Recorder => {
                    let shown = self.shown(client);
                    self.see(Sighting::Event { client: name, event: event.name(), args, shown });
                    self.follow_rules(client, event)?;
                }
                RecordedListener::Named(listener) => {
                    self.see(Sighting::Listener {
                        client: name,
                        listener: listener.clone(),
                        event: event.name(),
                        args,
                    });
                    let listeners = &mut self.clients[client.0].listeners;
                    let nth = listeners.hear(&listener);
                    let calls = listeners.calls(&listener, nth);
                    let throws = listeners.throws(&listener, nth, &self.recording.timeline);
                    self.make_calls(client, &calls)?;
                    if throws {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn follow_rules(&mut self, client: ClientId, event: &Event) -> Result<(), Mismatch> {
        let args = compare::fields(event.args());
        for index in 0..self.clients[client.0].rules.len() {
            let shown = compare::look(self.sim.session(client));
            let (rule, fitting) = &mut self.clients[client.0].rules[index];
            let is_reason =
                rule.reason.as_ref().is_none_or(|reason| args.get("reason") == Some(&Value::from(reason.as_str())));
            let is_state = rule.when.iter().all(|(key, value)| shown.connection.get(key) == Some(value));
            if rule.event != event.name() || !is_reason || !is_state {
                continue;
            }
            *fitting += 1;
            if *fitting == rule.nth {
                let calls = rule.calls.clone();
                self.make_calls(client, &calls)?;
            }
        }
        Ok(())
    }

    /// Makes the calls of a listener, each a function with its arguments.
    fn make_calls(&mut self, client: ClientId, calls: &[Vec<Value>]) -> Result<(), Mismatch> {
        for call in calls {
            let (function, args) = call.split_first().ok_or_else(|| compare::missing("a call in the listener"))?;
            let call = ApiCall {
                client: self.clients[client.0].name.clone(),
                call: function.as_str().unwrap_or_default().to_owned(),
                args: args.to_vec(),
                in_listener: true,
                threw: None,
            };
            self.call(client, &call)?;
        }
        Ok(())
    }

    fn shown(&self, client: ClientId) -> ShownState {
        let shown = compare::look(self.sim.session(client));
        ShownState { connection: recorded_host(&shown.connection), ..shown }
    }

    fn look(&mut self, name: &str, client: ClientId) {
        let shown = self.shown(client);
        self.see(Sighting::Snapshot { name: name.to_owned(), shown });
    }

    fn see(&mut self, seen: Sighting) {
        self.seen.push((Time::from_duration(self.sim.now()), seen));
    }

    /// Notes what the clients have sent; the trace has it at once, in order.
    fn read_trace(&mut self) {
        let records = self.sim.trace().records();
        for record in &records[self.read..] {
            let seen = match &record.what {
                What::Request(request) => {
                    Sighting::Request { method: request.method.clone(), address: request.address.clone() }
                }
                What::Handshake { socket, step: HandshakeStep::Opens(address) } => {
                    Sighting::Opens { socket: *socket, address: address.clone() }
                }
                What::Close { socket, close: Close::ByClient } => Sighting::Closes { socket: *socket },
                _ => continue,
            };
            self.seen.push((Time::from_duration(record.at), seen));
        }
        self.read = records.len();
    }

    fn client(&self, name: &str) -> Result<ClientId, Mismatch> {
        let found = self.clients.iter().position(|client| client.name == name);
        found.map(ClientId).ok_or_else(|| compare::missing_client(name))
    }
}

/// Puts the simulated platform in the place of the recorder's.
fn relocate(config: &Value) -> Value {
    replaced(config, RECORDED_HOST, PLATFORM_SERVER)
}

/// The other way round: texts of Chromium can quote an address.
fn recorded_host(shown: &Value) -> Value {
    replaced(shown, PLATFORM_SERVER, RECORDED_HOST)
}

fn replaced(value: &Value, from: &str, to: &str) -> Value {
    match value {
        Value::String(text) => text.replace(from, to).into(),
        Value::Array(items) => items.iter().map(|item| replaced(item, from, to)).collect(),
        Value::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), replaced(field, from, to))).collect(),
        other => other.clone(),
    }
}

fn impossible(error: impl std::error::Error) -> Mismatch {
    Mismatch::new("a world that follows the script".to_owned(), error.to_string())
}
