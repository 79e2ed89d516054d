//! The calls of a recording, made on the port.

use kandy_client::{Config, ConnectOptions, Session, Time};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::audience::{Change, Listener};
use super::compare::{self, Mismatch};
use super::page::{Client, Page};
use crate::coverage::Input;
use crate::recording::{ApiCall, UNDEFINED};
use crate::step;

impl Page {
    /// Makes a call; `config` is for `create`.
    pub(crate) fn call(&mut self, now: Time, call: &ApiCall, config: &Value) -> Result<(), Mismatch> {
        if call.call == "create" {
            let config =
                Config::from_json(&compare::fill(config)).map_err(|error| refused(call, &error.to_string()))?;
            self.clients.push(Client::new(&call.client, Session::new(config.0)));
            return Ok(());
        }
        let client = self.client(&call.client)?;
        self.clients[client].audience.learn_behaviour(call);
        match asked(call)? {
            Asked::Session(asked) => {
                let before = Input::of_call(&asked).map(|input| self.before(client, input));
                let session = &mut self.clients[client].session;
                asked.make(now, session).map_err(|error| refused(call, &error.to_string()))?;
                if let Some(before) = before {
                    self.took(client, before);
                }
            }
            Asked::Listeners(change) => {
                let audience = &mut self.clients[client].audience;
                audience.change(change).map_err(|error| refused(call, &error.to_string()))?;
            }
            Asked::Nothing => {}
        }
        self.drain(client);
        Ok(())
    }
}

/// What a recorded call asks for.
pub(crate) enum Asked {
    /// A call on the session.
    Session(step::Call),
    /// Another set of listeners.
    Listeners(Change),
    /// Nothing that acts: a getter, or a call without effect in this build of the SDK.
    Nothing,
}

/// Reads a recorded call other than `create`.
pub(crate) fn asked(call: &ApiCall) -> Result<Asked, Mismatch> {
    use step::Call;
    let asked = match call.call.as_str() {
        // Without credentials it throws, and does nothing else.
        "connect" if given(call, 0).is_none() => return Ok(Asked::Nothing),
        "connect" => {
            let options = match given(call, 1) {
                None => ConnectOptions::default(),
                Some(_) => argument(call, 1)?,
            };
            Call::Connect(argument(call, 0)?, options)
        }
        "disconnect" => Call::Disconnect,
        "updateToken" => Call::UpdateToken(argument(call, 0)?),
        "updateConfig" => Call::UpdateConfig(compare::fill(call.args.first().unwrap_or(&Value::Null))),
        "connection.resetConnection" => Call::ResetConnection,
        "connection.enableConnectivityChecking" => Call::EnableConnectivityChecking(argument(call, 0)?),
        "notification.enableWebsocket" => Call::EnableWebsocket(argument(call, 0)?),
        "destroy" => Call::Destroy,
        "on" => return Ok(Asked::Listeners(Change::On(argument(call, 0)?, listener(call, 1)?))),
        "off" => return Ok(Asked::Listeners(Change::Off(argument(call, 0)?, listener(call, 1)?))),
        "subscribe" => return Ok(Asked::Listeners(Change::Subscribe(listener(call, 0)?))),
        "unsubscribe" => return Ok(Asked::Listeners(Change::Unsubscribe(listener(call, 0)?))),
        _ => return Ok(Asked::Nothing),
    };
    Ok(Asked::Session(asked))
}

/// The function that an argument stands for.
fn listener(call: &ApiCall, index: usize) -> Result<Listener, Mismatch> {
    let name = call.args.get(index).and_then(|argument| argument.get("$listener")).and_then(Value::as_str);
    name.map(|name| Listener::Named(name.to_owned())).ok_or_else(|| refused(call, "it needs a $listener"))
}

/// An argument that is neither missing nor `undefined` nor `null`.
fn given(call: &ApiCall, index: usize) -> Option<&Value> {
    call.args.get(index).filter(|argument| !argument.is_null() && *argument != UNDEFINED)
}

fn argument<T: DeserializeOwned>(call: &ApiCall, index: usize) -> Result<T, Mismatch> {
    let argument = call.args.get(index).unwrap_or(&Value::Null);
    T::deserialize(argument).map_err(|error| refused(call, &error.to_string()))
}

fn refused(call: &ApiCall, why: &str) -> Mismatch {
    Mismatch::new(format!("{} on client {}", call.call, call.client), format!("arguments that the port refuses: {why}"))
}
