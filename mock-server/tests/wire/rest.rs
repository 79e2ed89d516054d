use std::io::{ErrorKind, Read};
use std::time::Duration;

use kandy_mock_server::fault::{self, AnswerOptions};
use kandy_mock_server::{Answered, FailError, Fault, Limits, Point};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::*;

#[tokio::test]
async fn a_login_gives_tokens_and_a_wrong_password_a_reason() {
    let mock = start().await;
    let answer = login(&mock).unwrap();
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.json()["success"], json!({"access_token": "AT-1", "refresh_token": "RT-1", "expires": 3600}));

    mock.set_password(ALICE, "other").unwrap();
    let answer = login(&mock).unwrap();
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["error"]["human"], "Incorrect username or password.");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn subscribing_renewing_and_leaving() {
    let mock = start().await;
    let channel = subscribe(&mock);
    assert_eq!(channel, "/websocket/CH-1?token=AT-1");
    assert_eq!(mock.subscriptions(ALICE)[0].services, ["call"]);

    let url = format!("{SUBSCRIPTION}/SUB-1?token=AT-1");
    let body = json!({ "subscribeRequest": { "expires": 60, "service": ["IM"] } }).to_string();
    assert_eq!(rest(&mock, "PUT", &url, &[], &body).unwrap().status, 200);
    assert_eq!(mock.subscriptions(None)[0].services, ["IM"]);
    assert_eq!(rest(&mock, "DELETE", &url, &[], "").unwrap().status, 200);
    assert!(mock.subscriptions(None).is_empty());

    let statuses = mock.requests(None).into_iter().map(|request| (request.point, request.status()));
    let all = [Point::MkToken, Point::Subscribe, Point::Resubscribe, Point::Unsubscribe];
    assert!(statuses.eq(all.map(|point| (point, Some(200)))));
}

#[tokio::test]
async fn a_preflight_allows_what_a_page_needs() {
    let mock = start().await;
    let headers = [
        "Origin: http://localhost:8080",
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: authorization,content-type,x-cpaas-agent",
    ];
    let answer = rest(&mock, "OPTIONS", LOGIN, &headers, "").unwrap();
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:8080"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, PUT, DELETE"));
    let allowed = answer.header("access-control-allow-headers").unwrap();
    assert!(["authorization", "content-type", "x-cpaas-agent"].iter().all(|name| allowed.contains(name)), "{allowed}");
    assert!(mock.requests(None).is_empty());
}

#[tokio::test]
async fn a_fault_shapes_the_answer() {
    let mock = start().await;
    fail(
        &mock,
        Point::MkToken,
        &json!([
            { "status": 503, "body": "<h1>busy</h1>", "type": "text/html" },
            { "status": 403, "body": "no", "type": null },
            { "cors": false },
            { "status": 204 },
            {},
        ]),
    );
    let answer = login(&mock).unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (503, "<h1>busy</h1>"));
    assert_eq!(answer.header("content-type"), Some("text/html"));
    let answer = login(&mock).unwrap();
    assert_eq!((answer.status, answer.header("content-type")), (403, None));
    let answer = login(&mock).unwrap();
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
    let answer = login(&mock).unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(login(&mock).unwrap().status, 200);
}

#[tokio::test]
async fn reset_and_refuse_end_the_connection_without_an_answer() {
    let mock = start().await;
    fail(&mock, Point::MkToken, &json!([{ "reset": true }, { "refuse": true }, {}]));
    for answered in [Answered::Reset, Answered::Refused] {
        assert_eq!(login(&mock).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        assert_eq!(mock.requests(Point::MkToken).pop().unwrap().request.answered, answered);
    }
    assert_eq!(login(&mock).unwrap().status, 200);
}

#[tokio::test]
async fn a_hanging_request_is_silent_and_blocks_no_other() {
    let mock = start().await;
    fail(&mock, Point::MkToken, &json!([{ "hang": true }, {}]));
    let hanging = ask(&mock, "GET", LOGIN, &[BASIC], "");
    soon(mock.wait_for(Point::MkToken, None, Duration::from_secs(20))).await.unwrap();
    assert_eq!(login(&mock).unwrap().status, 200);
    assert!(is_silent(&hanging));

    drop(mock);
    let mut hanging = hanging;
    assert!(!matches!(hanging.read(&mut [0]), Ok(1..)), "the server's end ends it");
}

#[tokio::test]
async fn a_delayed_answer_blocks_no_other() {
    let mock = start().await;
    // The first is answered after all that a test has patience for.
    fail(&mock, Point::MkToken, &json!([{ "delay": 60_000 }, { "delay": 50 }, {}]));
    let delayed = ask(&mock, "GET", LOGIN, &[BASIC], "");
    soon(mock.wait_for(Point::MkToken, None, PATIENCE)).await.unwrap();
    let asked = mock.now();
    assert_eq!(login(&mock).unwrap().json()["success"]["access_token"], "AT-2");
    assert!(mock.now() - asked >= Duration::from_millis(50));
    assert_eq!(login(&mock).unwrap().json()["success"]["access_token"], "AT-3");
    assert!(is_silent(&delayed));

    mock.set_latency(Duration::from_millis(20));
    let asked = mock.now();
    login(&mock).unwrap();
    assert!(mock.now() - asked >= Duration::from_millis(20));
}

#[tokio::test]
async fn offline_nothing_is_answered_until_online() {
    let mock = start().await;
    mock.set_offline();
    assert!(login(&mock).is_err());
    assert!(rest(&mock, "OPTIONS", LOGIN, &["Origin: http://x"], "").is_err());
    mock.set_online();
    assert_eq!(login(&mock).unwrap().status, 200);
}

#[tokio::test]
async fn a_reason_phrase_is_refused_where_it_cannot_be_sent() {
    let mock = start().await;
    let delivery = AnswerOptions { reason: Some("Keep out".to_owned()), ..AnswerOptions::default() };
    let fault =
        || [Fault::from(fault::FaultyAnswer { status: Some(403), delivery: delivery.clone(), ..Default::default() })];
    let refused = mock.fail(Point::Subscribe, fault());
    assert_eq!(refused, Err(FailError::StatusText { point: Point::Subscribe }));
    assert!(mock.fail(Point::WebSocket, fault()).is_ok());
}

#[tokio::test]
async fn mocks_of_ones_own_come_before_the_platform() {
    let mock = start().await;
    let contacts = Mock::given(method("GET")).and(path("/contacts"));
    contacts.respond_with(ResponseTemplate::new(200).set_body_string("[]")).expect(1).mount(mock.wiremock()).await;
    assert_eq!(rest(&mock, "GET", "/contacts", &[], "").unwrap().body, "[]");
    assert_eq!(rest(&mock, "GET", "/others", &[], "").unwrap().status, 404);
    assert_eq!(login(&mock).unwrap().status, 200);
    assert_eq!(mock.requests(Point::Other).len(), 1, "the platform saw the other one only");
}

#[tokio::test]
async fn no_request_meets_a_server_whose_mocks_are_being_renewed() {
    let mock = start().await;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut line = KeptAlive::to(&mock);
                (0..Limits::KEPT_REQUESTS).for_each(|_| assert_eq!(line.status_of_login(), 200));
            });
        }
    });
    assert_eq!(mock.requests(Point::MkToken).len(), 4 * Limits::KEPT_REQUESTS);

    let own = Mock::given(path("/own")).respond_with(ResponseTemplate::new(200));
    own.mount(mock.wiremock()).await;
    let mut line = KeptAlive::to(&mock);
    (0..Limits::KEPT_REQUESTS + 1).for_each(|_| assert_eq!(line.status_of_login(), 200));
    assert_eq!(rest(&mock, "GET", "/own", &[], "").unwrap().status, 200, "a mock of one's own stays");
}

#[tokio::test]
async fn what_is_odd_or_too_long_is_answered_as_well() {
    let mock = start().await;
    for path in ["/%", "/a|b^c?x={y}&%zz", "//", "/rest/version/1/user/%00%ff/subscription"] {
        assert_eq!(rest(&mock, "GET", path, &[], "").unwrap().status, 404, "{path}");
    }
    let long = format!("{LOGIN}&{}", "x".repeat(10_000));
    assert_eq!(rest(&mock, "GET", &long, &[BASIC], "").unwrap().status, 414);
    let long = "x".repeat(Limits::BODY_BYTES + 1);
    assert_eq!(rest(&mock, "POST", &format!("{SUBSCRIPTION}?token=AT-1"), &[], &long).unwrap().status, 413);
}
