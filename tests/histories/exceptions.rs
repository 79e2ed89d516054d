//! Each thing that the real SDK leaves behind, and each loop that it has, in the smallest history that shows it.

use kandy_mock_server::{Command, Point, UserOptions};
use kandy_scenarios::step::ClientCall;
use serde_json::json;

use crate::acts::{
    call, clear, command, connect, connect_with_access_token, connect_with_wrong_password, connected, disconnect, fail,
    history, pass,
};
use crate::generate::History;
use crate::leftover::Exception::{self, *};
use crate::loops::Loop;
use crate::together::check;
use crate::world::Run;

#[track_caller]
fn leaves(history: &History, expected: &[Exception]) {
    let left = check(history).expect("no limit is reached");
    assert_eq!(left, expected.iter().copied().collect());
}

#[test]
fn an_ordinary_disconnect_leaves_nothing() {
    leaves(&connected(json!({}), [pass(7_200_000)]), &[]);
}

#[test]
fn disconnect_when_idle() {
    leaves(&history([]), &[PendingAfterAnIdleDisconnect]);
}

#[test]
fn disconnect_while_subscribing() {
    let slow = fail(Point::Subscribe, &json!({ "delay": "1s" }));
    let acts = [slow, connect(), pass(500), disconnect()];
    leaves(&history(acts), &[SubscriptionOfACancelledConnect, PendingAfterAnIdleDisconnect]);
}

#[test]
fn a_subscription_that_the_client_does_not_understand() {
    let odd = fail(Point::Subscribe, &json!({ "without": ["service"] }));
    leaves(&history([odd, connect(), pass(0)]), &[SubscriptionOfAFailedConnect, PendingAfterAnIdleDisconnect]);
}

#[test]
fn a_lost_connection() {
    let acts = [command(|user| Command::Close { target: user.into(), code: 1000, reason: String::new() }), pass(0)];
    leaves(&connected(json!({}), acts), &[SubscriptionOfAnEndedSession, PendingAfterAnIdleDisconnect]);
}

#[test]
fn a_delete_that_is_refused() {
    leaves(&connected(json!({}), [command(|user| Command::ExpireToken { user })]), &[SubscriptionWhoseDeleteFailed]);
}

#[test]
fn a_delete_that_goes_elsewhere() {
    let nowhere = json!({ "merge": { "subscribeResponse": { "subscription": null } } });
    leaves(&history([fail(Point::Subscribe, &nowhere), connect(), pass(0)]), &[SubscriptionDeletedElsewhere]);
}

#[test]
fn a_subscription_whose_answer_is_lost_with_all_requests() {
    let acts = [
        fail(Point::Resubscribe, &json!({ "status": 403, "type": null, "delay": "10s" })),
        pass(1_800_000),
        disconnect(),
        pass(0),
        fail(Point::Subscribe, &json!({ "delay": "20s" })),
        connect(),
        pass(15_000),
    ];
    leaves(&connected(json!({}), acts), &[SubscriptionOfADeadFlow, PendingAfterAnIdleDisconnect]);
}

#[test]
fn destroy_with_an_access_token_only() {
    let acts = [connect_with_access_token(), pass(0), call(ClientCall::Destroy)];
    leaves(&history(acts), &[SubscriptionOfADestroyedClient, SocketOfADestroyedClient]);
}

#[test]
fn destroy_with_a_refresh_token() {
    leaves(&connected(json!({}), [call(ClientCall::Destroy)]), &[]);
}

#[test]
fn disconnect_while_the_websocket_opens() {
    let slow = fail(Point::WebSocket, &json!({ "delay": "1s" }));
    leaves(
        &history([slow, connect(), pass(500), disconnect()]),
        &[SubscriptionOfACancelledConnect, SocketOpenedWithoutASession, PendingAfterAnIdleDisconnect],
    );
}

#[test]
fn an_attempt_that_hangs_and_opens_late() {
    let slow = fail(Point::WebSocket, &json!({ "delay": "7s", "times": 1 }));
    leaves(&history([slow, connect(), pass(10_000)]), &[SocketOfAnAttemptThatTimedOut]);
}

#[test]
fn an_old_reconnect_loop_ends_a_newer_session() {
    let acts = [
        fail(Point::WebSocket, &json!({ "refuse": true })),
        command(|user| Command::Cut { target: user.into() }),
        pass(0),
        disconnect(),
        pass(0),
        clear(),
        connect(),
        pass(30_000),
    ];
    leaves(
        &connected(json!({}), acts),
        &[SubscriptionOfAnEndedSession, SecondSocketOfAnEndedSession, PendingAfterAnIdleDisconnect],
    );
}

#[test]
fn a_reconnect_loop_without_limit() {
    let acts = [
        fail(Point::WebSocket, &json!({ "refuse": true })),
        command(|user| Command::Cut { target: user.into() }),
        pass(0),
    ];
    leaves(&connected(json!({ "connectivity": { "reconnectLimit": 0 } }), acts), &[AttemptsWithoutEnd]);
}

#[test]
fn a_renewal_without_an_answer() {
    let acts = [fail(Point::Resubscribe, &json!({ "hang": true })), pass(1_800_000)];
    leaves(&connected(json!({}), acts), &[RequestWithoutAnswer]);
}

#[test]
fn a_delete_without_an_answer() {
    let acts = [fail(Point::Unsubscribe, &json!({ "hang": true })), disconnect(), pass(0)];
    leaves(&connected(json!({}), acts), &[SubscriptionWhoseDeleteFailed, RequestWithoutAnswer, DisconnectWithoutEnd]);
}

#[test]
fn a_delete_that_kills_the_flow() {
    let acts = [
        fail(Point::Unsubscribe, &json!({ "status": 500, "body": "" })),
        disconnect(),
        pass(0),
        connect_with_wrong_password(),
        pass(0),
    ];
    leaves(
        &connected(json!({}), acts),
        &[SubscriptionWhoseDeleteFailed, RenewalsOfADeadFlow, PendingAfterAnIdleDisconnect],
    );
}

#[track_caller]
fn loops(history: &History, expected: Loop) {
    assert_eq!(check(history), None);
    assert!(expected.may_be_reached_by(history));
    let error = Run::of(history).stopped.expect("the loop is reached");
    assert_eq!(Loop::named_by(&error), Some(expected), "{error}");
}

#[test]
fn a_token_shorter_than_the_refresh_margin() {
    let short = command(|_| Command::TokenLifetime { lifetime: Some(std::time::Duration::from_secs(60)) });
    loops(&history([short, connect(), pass(0)]), Loop::TokenRefresh);
}

#[test]
fn pings_without_a_pause() {
    loops(&connected(json!({ "connectivity": { "pingInterval": 0 } }), []), Loop::Ping);
}

#[test]
fn a_subscription_longer_than_a_timer() {
    let lifetime = Some(std::time::Duration::from_secs(5_000_000));
    let options = UserOptions { subscription_lifetime: lifetime, ..UserOptions::default() };
    let long = command(|user| Command::SetOptions { user, options });
    loops(&history([long, connect(), pass(0)]), Loop::Resubscription);
    // What a client asks for itself lives for a day at most.
    let asked = connected(json!({ "authentication": { "subscription": { "expires": 5_000_000 } } }), []);
    assert!(Run::of(&asked).stopped.is_none());
}

#[test]
fn sockets_that_are_closed_as_they_open() {
    let closed = fail(Point::WebSocket, &json!({ "closeAfterOpen": 1001 }));
    loops(&history([closed, connect(), pass(0)]), Loop::WebSocket);
}
