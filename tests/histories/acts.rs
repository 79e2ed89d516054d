//! Acts in few words, for histories that are written by hand.

use std::time::Duration;

use kandy_client::{ConnectOptions, Credentials};
use kandy_mock_server::{Command, Fault, Point};
use kandy_scenarios::step::ClientCall;
use serde_json::Value;

use crate::generate::{Act, History};
use crate::values::{USERS, password_of, token_of};

/// A history of one client with these options, which begins with it connected as the first user.
pub(crate) fn connected(options: Value, acts: impl IntoIterator<Item = Act>) -> History {
    let begin = [connect(), pass(0)];
    History { clients: vec![options], acts: begin.into_iter().chain(acts).collect(), patience: Duration::ZERO }
}

/// A history of one client with the usual options.
pub(crate) fn history(acts: impl IntoIterator<Item = Act>) -> History {
    History { clients: vec![serde_json::json!({})], acts: acts.into_iter().collect(), patience: Duration::ZERO }
}

pub(crate) fn connect() -> Act {
    call(ClientCall::Connect(Credentials::password(USERS[0], password_of(USERS[0])), ConnectOptions::default()))
}

pub(crate) fn connect_with_wrong_password() -> Act {
    call(ClientCall::Connect(Credentials::password(USERS[0], "wrong"), ConnectOptions::default()))
}

pub(crate) fn connect_with_access_token() -> Act {
    let credentials = Credentials::access_token(USERS[0], token_of(USERS[0], "at"));
    call(ClientCall::Connect(credentials, ConnectOptions::default()))
}

pub(crate) fn disconnect() -> Act {
    call(ClientCall::Disconnect)
}

pub(crate) fn call(call: ClientCall) -> Act {
    Act::Call(0, call)
}

pub(crate) fn pass(millis: u64) -> Act {
    Act::Pass(Duration::from_millis(millis))
}

pub(crate) fn command(command: impl FnOnce(String) -> Command) -> Act {
    Act::Command(command(USERS[0].to_owned()))
}

/// A fault, as scripts write it.
#[track_caller]
pub(crate) fn fail(point: Point, how: &Value) -> Act {
    let faults = Fault::list_from_json(how).expect("the fault makes sense");
    Act::Command(Command::Fail { point, faults })
}

pub(crate) fn clear() -> Act {
    Act::Command(Command::Clear { rules: kandy_mock_server::FaultFilter::default() })
}
