//! The calls of a recording, made on the port.

use kandy_client::{Config, ConnectOptions, Credentials, Session, Time};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::compare::{self, Mismatch};
use super::page::{Client, Exception, Listener, Page};
use crate::recording::{ApiCall, UNDEFINED};

impl Page {
    /// Makes a call; `config` is for `create`.
    pub(super) fn call(&mut self, now: Time, call: &ApiCall, config: &Value) -> Result<(), Mismatch> {
        if call.call == "create" {
            let config =
                Config::from_json(&compare::fill(config)).map_err(|error| refused(call, &error.to_string()))?;
            self.clients.push(Client::new(&call.client, Session::new(config.0)));
            return Ok(());
        }
        let client = self.client(&call.client)?;
        self.clients[client].call(now, call)?;
        self.drain(client);
        Ok(())
    }
}

impl Client {
    fn call(&mut self, now: Time, call: &ApiCall) -> Result<(), Mismatch> {
        self.learn_exceptions(call);
        let session = &mut self.session;
        match call.call.as_str() {
            // Without credentials it throws, and does nothing else.
            "connect" if given(call, 0).is_none() => {}
            "connect" => {
                let credentials: Credentials = argument(call, 0)?;
                let options = match given(call, 1) {
                    None => ConnectOptions::default(),
                    Some(_) => argument(call, 1)?,
                };
                session.connect(now, &credentials, &options);
            }
            "disconnect" => session.disconnect(now),
            "updateToken" => session.update_token(now, &argument(call, 0)?),
            "updateConfig" => {
                let patch = compare::fill(call.args.first().unwrap_or(&Value::Null));
                session.update_config(now, &patch).map_err(|error| refused(call, &error.to_string()))?;
            }
            "connection.resetConnection" => session.reset_connection(now),
            "connection.enableConnectivityChecking" => session.enable_connectivity_checking(now, argument(call, 0)?),
            "notification.enableWebsocket" => session.enable_websocket(now, argument(call, 0)?),
            "destroy" => session.destroy(now),
            "on" => self.listeners.on(&argument::<String>(call, 0)?, listener(call, 1)?),
            "off" => self.listeners.off(&argument::<String>(call, 0)?, &listener(call, 1)?),
            "subscribe" => self.listeners.subscribe(listener(call, 0)?),
            "unsubscribe" => self.listeners.unsubscribe(&listener(call, 0)?),
            // The rest of the API: getters, and calls on which nothing acts in this build of the SDK.
            _ => {}
        }
        Ok(())
    }

    /// Remembers what the listeners among the arguments are to throw.
    fn learn_exceptions(&mut self, call: &ApiCall) {
        for argument in &call.args {
            let text = |key: &str| argument.get(key).and_then(Value::as_str).map(str::to_owned);
            if let (Some(name), Some(text)) = (text("$listener"), text("throws")) {
                let nth = argument.get("nth").and_then(Value::as_u64).filter(|nth| *nth > 0);
                self.exceptions.insert(name, Exception { text, nth });
            }
        }
    }
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
