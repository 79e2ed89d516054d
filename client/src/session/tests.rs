use http::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::config::Config;
use crate::credentials::{ConnectOptions, Credentials};
use crate::error::{Code, Error};
use crate::event::Event;
use crate::io::Task;

const ALICE: &str = "alice@example.com";

fn outputs(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll_output()).collect()
}

fn answer(session: &mut Session, id: u64, status: StatusCode, body: &Value) {
    let response = Response { status, body: body.to_string().into(), ..Response::default() };
    session.handle_response(Time::ZERO, RequestId(id), Ok(response));
}

fn subscribed() -> Value {
    let params = json!({ "service": ["call"], "expires": 3600, "notificationChannel": "/ws/CH-1" });
    json!({ "subscribeResponse": { "statusCode": 0, "subscription": "/sub/SUB-1", "subscriptionParams": params } })
}

/// A session that is signed in with an access token; its socket is the first, and nothing waits to be polled.
fn connected(config: Config, credentials: &Credentials) -> Session {
    let mut session = Session::new(config);
    session.connect(Time::ZERO, credentials, &ConnectOptions::default());
    answer(&mut session, 1, StatusCode::OK, &subscribed());
    session.handle_websocket(Time::ZERO, SocketId(1), WebSocketInput::Opened);
    assert!(session.is_connected());
    outputs(&mut session);
    session
}

fn with_config(given: &Value) -> Session {
    let mut config = Config::for_server("127.0.0.1", 1, 2);
    config.merge(given).unwrap();
    connected(config, &Credentials::access_token(ALICE, "AT-1"))
}

/// What a frame brings about.
fn hears(session: &mut Session, frame: &Value) -> Vec<Output> {
    session.handle_websocket(Time::from_millis(10), SocketId(1), WebSocketInput::Text(frame.to_string()));
    outputs(session)
}

#[test]
fn getters_follow_a_session_from_connecting_to_its_end() {
    let mut session = Session::new(Config::for_server("127.0.0.1", 1, 2));
    assert_eq!(session.config(), &Settings::from(Config::for_server("127.0.0.1", 1, 2)));
    assert_eq!((session.is_connected(), session.is_pending(), session.pending_requests()), (false, false, 0));

    session.connect(Time::ZERO, &Credentials::refresh_token(ALICE, "RT-1"), &ConnectOptions::default());
    assert_eq!((session.is_connected(), session.is_pending(), session.pending_requests()), (false, true, 1));
    answer(&mut session, 1, StatusCode::UNAUTHORIZED, &json!({ "error": { "human": "no" } }));
    assert_eq!((session.is_connected(), session.is_pending(), session.pending_requests()), (false, false, 0));
    assert_eq!(session.error().and_then(Error::code), Some(Code::CreateToken));

    let mut session = with_config(&json!({}));
    assert_eq!((session.is_connected(), session.is_pending(), session.error()), (true, false, None));
    assert!(!session.is_destroyed());
    assert_eq!(session.open_sockets().collect::<Vec<_>>(), [SocketId(1)]);
    session.destroy(Time::ZERO);
    assert!(!session.is_destroyed(), "that comes in the next tick");
    session.handle_timeout(Time::ZERO);
    assert!(session.is_destroyed());
    assert_eq!(session.open_sockets().count(), 0);
}

#[test]
fn frames_that_only_check_the_connection_are_no_notifications() {
    let mut session = with_config(&json!({}));
    for frame in [json!({ "connCheck": {} }), json!(null)] {
        assert_eq!(hears(&mut session, &frame), [], "{frame}");
    }
    assert_eq!(hears(&mut session, &json!({})), [Output::Crash(Task::Notifications)]);
}

#[test]
fn a_conn_ack_pings_early_and_only_a_socket_that_pings() {
    let ack = json!({ "connAck": {} });
    let mut session = with_config(&json!({}));
    let ping = Output::SendFrame { id: SocketId(1), text: crate::protocol::PING.to_owned() };
    assert_eq!(hears(&mut session, &ack), [ping]);
    assert_eq!(session.poll_timeout(), Some((Time::from_millis(30_010), Timer::Ping(SocketId(1)))));

    let mut session = with_config(&json!({ "connectivity": { "checkConnectivity": false } }));
    assert_eq!(hears(&mut session, &ack), []);
    session.enable_connectivity_checking(Time::ZERO, true);
    assert_eq!(hears(&mut session, &ack), [], "a socket that has stopped pinging never starts again");
}

#[test]
fn calls_over_the_websocket_are_dropped_where_only_push_brings_them() {
    let frame = |kind: &str| json!({ "notificationMessage": { "id": kind, "eventType": kind } });
    let received = |kind| [Output::Event(Event::NotificationReceived { payload: frame(kind).into() })];
    let mut session = with_config(&json!({ "notifications": { "incomingCallNotificationMode": "push-channel-only" } }));
    assert_eq!(hears(&mut session, &frame("call")), []);
    assert_eq!(hears(&mut session, &frame("im")), received("im"));
    let mut session = with_config(&json!({}));
    assert_eq!(hears(&mut session, &frame("call")), received("call"));
}

#[test]
fn a_refresh_task_that_disconnects_in_dying_refreshes_no_more() {
    let credentials = Credentials {
        refresh_token: Some("RT-1".into()),
        expires: Some(7200.into()),
        ..Credentials::access_token(ALICE, "AT-1")
    };
    let mut session = connected(Config::for_server("127.0.0.1", 1, 2), &credentials);
    let kinds = |session: &Session| session.timers().map(|(_, timer)| timer).collect::<Vec<_>>();
    assert!(kinds(&session).contains(&Timer::RefreshToken));

    session.disconnect(Time::ZERO);
    answer(&mut session, 2, StatusCode::INTERNAL_SERVER_ERROR, &json!({}));
    answer(&mut session, 3, StatusCode::INTERNAL_SERVER_ERROR, &json!({}));
    assert_eq!(session.pending_requests(), 0, "there is no third DELETE");
    assert!(session.is_connected() && session.is_pending());
    assert_eq!(kinds(&session), [Timer::Resubscribe]);
}
