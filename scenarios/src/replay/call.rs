//! The calls of a recording, made on the port.
//!
//! A call, or an argument of a form, that is not known here is an error: nothing passes unchecked.

use std::time::Duration;

use kandy_client::js::{Text, Value as Js};
use kandy_client::{Dialect, Random, Session, Settings, Time, TypeError, Untyped, UntypedCall};
use serde_json::Value;

use super::compare::{self, Mismatch};
use super::listeners::{Change, RecordedListener};
use super::page::{Page, PageClient};
use crate::coverage::ClientInput;
use crate::recording::{ApiCall, UNDEFINED};
use crate::step::{CallError, ClientCall};

/// How the recorder writes a text of UTF-16 units that JSON has no form for.
const UTF16: &str = "$utf16";

/// Calls of Kandy.js that only look.
const LOOKS: [&str; 6] = [
    "connection.getSocketState",
    "getConfig",
    "getConnection",
    "getServices",
    "getUserInfo",
    "services.getSubscriptions",
];

/// When the recorder's clock began: 2023-11-14 22:13:20 UTC, since 1970.
const EPOCH: Duration = Duration::from_secs(1_700_000_000);

impl Page {
    /// Makes a call; `config` is for `create`.
    pub(crate) fn call(&mut self, now: Time, call: &ApiCall, config: &Value) -> Result<(), Mismatch> {
        if call.call == "create" {
            let created = settings(self.dialect, call, &compare::fill(config))?;
            if let Ok(settings) = &created {
                let mut session = Session::new(settings.clone()).with_epoch(EPOCH);
                if let Some(random) = self.random {
                    session = session.with_random(Random::Fixed(random));
                }
                self.clients.push(PageClient::new(&call.client, session));
            }
            return thrown(call, created.map(drop));
        }
        // Of a client that `create` did not give, an application has nothing to call.
        if call.threw.is_some() && self.client(&call.client).is_err() {
            return Ok(());
        }
        let client = self.client(&call.client)?;
        let made = self.act(now, client, call)?;
        self.drain(client);
        thrown(call, made)
    }

    /// What the call throws, if it does.
    fn act(&mut self, now: Time, client: usize, call: &ApiCall) -> Result<Result<(), TypeError>, Mismatch> {
        self.clients[client].listeners.learn_behaviour(call)?;
        match asked(self.dialect, call)? {
            Asked::Session(asked) => {
                let before = ClientInput::of_call(&asked).map(|input| self.before(client, input));
                let made = asked.make(now, &mut self.clients[client].session);
                if let Some(before) = before {
                    self.took(client, before);
                }
                match made {
                    Ok(_) => Ok(Ok(())),
                    Err(CallError::Thrown(error)) => Ok(Err(error)),
                    Err(CallError::Config(error)) => Err(refused(call, &error.to_string())),
                }
            }
            Asked::Listeners(change) => {
                let listeners = &mut self.clients[client].listeners;
                listeners.change(change).map_err(|error| refused(call, &error.to_string()))?;
                Ok(Ok(()))
            }
            Asked::Nothing => Ok(Ok(())),
        }
    }
}

/// What `create` makes of a configuration, or what it throws.
pub(crate) fn settings(
    dialect: Dialect,
    call: &ApiCall,
    config: &Value,
) -> Result<Result<Settings, TypeError>, Mismatch> {
    Ok(Settings::create_for(dialect, js(call, config)?))
}

/// Compares what a call has thrown.
pub(crate) fn thrown(call: &ApiCall, made: Result<(), TypeError>) -> Result<(), Mismatch> {
    let nothing = || "nothing".to_owned();
    let expected = call.threw.clone().unwrap_or_else(nothing);
    let got = made.map_or_else(|error| format!("TypeError: {error}"), |()| nothing());
    compare::text(&format!("{} on client {} throws", call.call, call.client), &expected, &got)
}

/// What a recorded call asks for.
pub(crate) enum Asked {
    /// A call on the session.
    Session(Box<ClientCall>),
    /// Another set of listeners.
    Listeners(Change),
    /// Nothing that acts: a getter, or a call without effect in this build of the SDK.
    Nothing,
}

/// Reads a recorded call other than `create`.
pub(crate) fn asked(dialect: Dialect, call: &ApiCall) -> Result<Asked, Mismatch> {
    if call.args.len() > most_arguments(&call.call) {
        return Err(refused(call, "it has more arguments than the call takes"));
    }
    let value =
        |given: Option<&Value>| given.map_or(Ok(Untyped::default()), |given| js(call, given).map(Untyped::from));
    let argument = |index: usize| value(call.args.get(index));
    let untyped = |call: UntypedCall| Ok(Asked::Session(ClientCall::Untyped(call).into()));
    let listeners = |change: Change| Ok(Asked::Listeners(change));
    let has_it = |name: &str| dialect.calls().contains(&name);
    match call.call.as_str() {
        idle if dialect.idle_calls().contains(&idle) => Ok(Asked::Nothing),
        "setCredentials" if has_it("setCredentials") => {
            untyped(UntypedCall::SetCredentials { credentials: argument(0)? })
        }
        "updateConnection" if has_it("updateConnection") => {
            untyped(UntypedCall::UpdateConnection { services: argument(0)? })
        }
        "services.subscribe" if has_it("services.subscribe") => {
            untyped(UntypedCall::SubscribeServices { services: argument(0)?, options: argument(1)? })
        }
        "services.unsubscribe" if has_it("services.unsubscribe") => {
            untyped(UntypedCall::UnsubscribeServices { services: argument(0)? })
        }
        "connect" => untyped(UntypedCall::Connect { credentials: argument(0)?, options: argument(1)? }),
        "updateToken" => untyped(UntypedCall::UpdateToken { credentials: argument(0)? }),
        "updateConfig" => {
            let patch = value(call.args.first().map(compare::fill).as_ref())?;
            untyped(UntypedCall::UpdateConfig { patch })
        }
        "connection.enableConnectivityChecking" => {
            untyped(UntypedCall::EnableConnectivityChecking { enabled: argument(0)? })
        }
        "notification.enableWebsocket" => untyped(UntypedCall::EnableWebsocket { enabled: argument(0)? }),
        "connection.resetConnection" => Ok(Asked::Session(ClientCall::ResetConnection.into())),
        "disconnect" => Ok(Asked::Session(ClientCall::Disconnect.into())),
        "destroy" => Ok(Asked::Session(ClientCall::Destroy.into())),
        "on" => listeners(Change::On(event(call)?, listener(call, 1)?)),
        "off" => listeners(Change::Off(event(call)?, listener(call, 1)?)),
        "subscribe" => listeners(Change::Subscribe(listener(call, 0)?)),
        "unsubscribe" => listeners(Change::Unsubscribe(listener(call, 0)?)),
        look if LOOKS.contains(&look) => Ok(Asked::Nothing),
        _ => Err(refused(call, "the port has no such call")),
    }
}

fn most_arguments(call: &str) -> usize {
    match call {
        "connect" | "on" | "off" | "services.resubscribe" | "services.subscribe" | "services.unsubscribe" => 2,
        "connection.resetConnection" | "destroy" | "disconnect" => 0,
        _ => 1,
    }
}

fn event(call: &ApiCall) -> Result<String, Mismatch> {
    let name = call.args.first().and_then(Value::as_str);
    name.map(str::to_owned).ok_or_else(|| refused(call, "it needs the name of an event"))
}

/// The function that an argument stands for.
fn listener(call: &ApiCall, index: usize) -> Result<RecordedListener, Mismatch> {
    let name = call.args.get(index).and_then(|argument| argument.get("$listener")).and_then(Value::as_str);
    name.map(|name| RecordedListener::Named(name.to_owned())).ok_or_else(|| refused(call, "it needs a $listener"))
}

/// The value that an argument stands for.
fn js(call: &ApiCall, argument: &Value) -> Result<Js, Mismatch> {
    let unknown = |key: &str| refused(call, &format!("a value of the recorder's with {key}, which is not known"));
    Ok(match argument {
        Value::String(text) if text == UNDEFINED => Js::Undefined,
        Value::Array(items) => items.iter().map(|item| js(call, item)).collect::<Result<Vec<_>, _>>()?.into(),
        Value::Object(members) => {
            if let Some(units) = members.get(UTF16) {
                let text = utf16(units).filter(|_| members.len() == 1);
                return text.map(Js::from).ok_or_else(|| unknown(UTF16));
            }
            if let Some(special) = members.keys().find(|key| key.starts_with('$')) {
                return Err(unknown(special));
            }
            let member = |(key, value): (&String, &Value)| Ok((Text::from(key.as_str()), js(call, value)?));
            kandy_client::js::Object::new(members.iter().map(member).collect::<Result<Vec<_>, Mismatch>>()?).into()
        }
        plain => Js::from_json(plain),
    })
}

fn utf16(units: &Value) -> Option<Text> {
    let unit = |unit: &Value| u16::try_from(unit.as_u64()?).ok();
    Some(Text::from_units(&units.as_array()?.iter().map(unit).collect::<Option<Vec<_>>>()?))
}

fn refused(call: &ApiCall, why: &str) -> Mismatch {
    Mismatch::new(format!("{} on client {}", call.call, call.client), format!("what the replay refuses: {why}"))
}
