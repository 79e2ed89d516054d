//! Histories that once failed.

use std::collections::BTreeSet;

use kandy_client::{ConnectOptions, Credentials};
use kandy_mock_server::{Command, Point};
use kandy_scenarios::step::ClientCall;
use serde_json::json;

use crate::acts::{call, command, connect, connect_with_access_token, connected, disconnect, fail, history, pass};
use crate::leftover::Exception::*;
use crate::together::check;
use crate::values::{USERS, token_of};

/// What is under way has tokens in its addresses, which `Debug` of the world once showed.
#[test]
fn a_token_under_way() {
    let slow = fail(Point::Subscribe, &json!({ "delay": "1s" }));
    check(&history([slow, connect_with_access_token()]));
}

/// The socket was opened for a session that was about to leave.
#[test]
fn reset_and_disconnect_at_once() {
    let left = check(&connected(json!({}), [call(ClientCall::ResetConnection), disconnect()]));
    let expected = [SocketOpenedWithoutASession, PendingAfterAnIdleDisconnect];
    assert_eq!(left, Some(expected.into_iter().collect()));
}

/// The answer to the subscription comes when the client that asked for it is gone.
#[test]
fn destroy_before_the_subscription() {
    let slow = fail(Point::Subscribe, &json!({ "delay": "1s" }));
    let left = check(&history([slow, connect_with_access_token(), call(ClientCall::Destroy), pass(2_000)]));
    assert_eq!(left, Some([SubscriptionOfADestroyedClient].into_iter().collect()));
}

/// The fault answers a DELETE with 200 and does nothing.
#[test]
fn a_delete_that_only_seems_to_succeed() {
    let acts =
        [fail(Point::Unsubscribe, &json!({ "json": null, "times": 1 })), disconnect(), pass(0), connect(), pass(0)];
    let left = check(&connected(json!({}), acts));
    assert_eq!(left, Some([SubscriptionWhoseDeleteFailed].into_iter().collect()));
}

/// After 16 refreshes the platform had forgotten the access token of a session that began with a refresh token.
#[test]
fn a_long_session_that_began_with_a_refresh_token() {
    let credentials = Credentials::refresh_token(USERS[0], token_of(USERS[0], "rt"));
    let acts = [call(ClientCall::Connect(credentials, ConnectOptions::default())), pass(86_400_000)];
    assert_eq!(check(&history(acts)), Some(BTreeSet::new()));
}

/// A DELETE that fails twice, and a connect between the two.
#[test]
fn connect_between_two_deletes() {
    let acts = [fail(Point::Unsubscribe, &json!({ "status": 304, "times": 2 })), disconnect(), pass(0), connect()];
    assert!(check(&connected(json!({}), acts)).is_some());
}

/// A multiplier that is not a number: the attempts have the longest pause between them, and still an end.
#[test]
fn attempts_with_the_longest_pause() {
    let options = json!({ "connectivity": { "reconnectTimeMultiplier": "x" } });
    let acts = [
        fail(Point::WebSocket, &json!({ "refuse": true, "times": 1 })),
        command(|user| Command::Cut { target: user.into() }),
        pass(0),
    ];
    assert_eq!(check(&connected(options, acts)), Some(BTreeSet::new()));
}
