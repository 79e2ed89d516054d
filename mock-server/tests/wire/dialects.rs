//! Every dialect over real sockets: each way to sign in, what it opens, and how it leaves.

use kandy_mock_server::{MockKandy, Point, UserOptions};
use serde_json::{Value, json};

use crate::support::*;

/// A server whose alice has all that clients sign in with.
async fn start_for_all() -> MockKandy {
    let mock = start().await;
    let text = |text: &str| Some(text.to_owned());
    let options = UserOptions {
        hmac: text("HM-1"),
        authname: text("alice-auth"),
        bearer: text("their-token"),
        ..UserOptions::default()
    };
    mock.set_options(ALICE, options).unwrap();
    mock
}

/// Asks with a body of JSON, and gives the status with the JSON of the answer.
fn ask_for(mock: &MockKandy, method: &str, path: &str, header: &str, body: &Value) -> (u16, Value) {
    let headers = [header, "Content-Type: application/json"];
    let headers: Vec<&str> = headers.into_iter().filter(|header| !header.is_empty()).collect();
    let answer = rest(mock, method, path, &headers, &body.to_string()).unwrap();
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
}

fn subscription() -> Value {
    json!({ "subscribeRequest": { "expires": 3600, "service": ["call"] } })
}

#[tokio::test]
async fn every_way_to_sign_in_subscribes_opens_renews_and_leaves() {
    let mock = start_for_all().await;
    // The header of the subscription, its query, the header of what follows, and the query of the handshake.
    for (first, query, later, of_socket) in [
        (BASIC, "", BASIC, ""),
        ("Authorization: Basic YWxpY2UtYXV0aDpzM2NyZXQ=", "", "Authorization: Basic YWxpY2UtYXV0aDpzM2NyZXQ=", ""),
        ("Authorization: Bearer their-token", "", "Authorization: Bearer their-token", "?access_token=their-token"),
        ("", "?token=their-token", "", "?token=their-token"),
        ("Authorization: Bearer old", "?token=their-token", "Authorization: Bearer old", "?access_token=their-token"),
        ("X-Token: HM-1", "", "X-Session: SESS-", ""),
        ("X-Token: HM-1", "", "X-Session: undefined", ""),
        ("X-Session: SESS-6", "", "X-Session: SESS-6", ""),
    ] {
        let (status, body) = ask_for(&mock, "POST", &format!("{SUBSCRIPTION}{query}"), first, &subscription());
        assert_eq!(status, 200, "{first} {query}: {body}");
        let given = &body["subscribeResponse"];
        let path = format!("{}{query}", given["subscription"].as_str().unwrap());
        let session = given["subscriptionParams"]["sessionId"].as_str();
        let later = if later.ends_with("SESS-") { &format!("X-Session: {}", session.unwrap()) } else { later };
        let channel = given["subscriptionParams"]["notificationChannel"].as_str().unwrap();
        let (mut socket, _) = handshake(&mock, &format!("{channel}{of_socket}")).await.unwrap();
        assert_eq!(ask_for(&mock, "PUT", &path, later, &subscription()).0, 200, "{later}");
        assert_eq!(ask_for(&mock, "DELETE", &path, later, &json!({})).0, 200, "{later}");
        assert_eq!(mock.sockets(ALICE).len(), 1, "the socket outlives the DELETE");
        assert!(handshake(&mock, &format!("{channel}{of_socket}")).await.is_err(), "and its channel does not");
        soon(socket.close(None)).await.unwrap();
        soon(async {
            while !mock.sockets(ALICE).is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_call_without_signing_in() {
    let mock = start().await;
    let account = "/rest/version/1/anonymous/callee@example.com";
    let (status, body) = ask_for(&mock, "POST", &format!("{account}/subscription"), "", &subscription());
    assert_eq!(status, 200);
    let channel = body["subscribeResponse"]["subscriptionParams"]["notificationChannel"].as_str().unwrap();
    handshake(&mock, channel).await.unwrap();
    let start = json!({ "callMeRequest": { "type": "callStart", "notifyChannelId": "CH-1" } });
    assert_eq!(ask_for(&mock, "POST", &format!("{account}/callMe"), "", &start).0, 201);
    let call = format!("{account}/callMe/callSessions/CALL-1");
    let audit = json!({ "callMeRequest": { "type": "audit" } });
    assert_eq!(ask_for(&mock, "PUT", &call, "", &audit).0, 200);
    assert_eq!(ask_for(&mock, "DELETE", &call, "", &json!({})).0, 200);
    assert_eq!(ask_for(&mock, "DELETE", &format!("{account}/subscription/SUB-1"), "", &json!({})).0, 200);
}

#[tokio::test]
async fn a_channel_of_services_whose_connection_is_checked() {
    let mock = start().await;
    let form = "grant_type=password&username=alice%40example.com&password=s3cret";
    let answer =
        rest(&mock, "POST", "/cpaas/auth/v1/token", &["Content-Type: application/x-www-form-urlencoded"], form);
    assert_eq!(answer.unwrap().json()["access_token"], "AT-1");
    let bearer = "Authorization: Bearer AT-1";
    let channels = "/cpaas/notificationchannel/v1/alice@example.com/channels";
    let (status, body) = ask_for(&mock, "POST", channels, bearer, &json!({ "notificationChannel": {} }));
    assert_eq!(status, 201);
    let url = body["notificationChannel"]["channelData"]["channelURL"].as_str().unwrap();
    let (mut socket, _) = handshake(&mock, &format!("{url}?access_token=AT-1")).await.unwrap();
    say(&mut socket, r#"{"connCheck":{"interval":30}}"#).await;
    assert_eq!(hear(&mut socket).await, json!({ "connAck": {} }));
    let services = "/cpaas/chat/v1/alice@example.com/subscriptions";
    let asked = json!({ "chatNotificationSubscription": { "callbackReference": { "notifyURL": "ws-CB-1" } } });
    assert_eq!(ask_for(&mock, "POST", services, bearer, &asked).0, 201);
    assert_eq!(mock.subscriptions(ALICE)[0].services, ["chat"]);
    assert_eq!(ask_for(&mock, "DELETE", &format!("{services}/S-1"), bearer, &json!({})).0, 204);
    assert_eq!(ask_for(&mock, "DELETE", &format!("{channels}/CH-1"), bearer, &json!({})).0, 204);
}

#[tokio::test]
async fn a_page_may_ask_with_the_headers_of_every_dialect_and_read_when_to_come_back() {
    let mock = start().await;
    let asks =
        ["Origin: http://page", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-session"];
    let answer = rest(&mock, "OPTIONS", SUBSCRIPTION, &asks, "").unwrap();
    let allowed = answer.header("Access-Control-Allow-Headers").unwrap();
    assert!(["x-token", "x-session", "x-cpaas-agent"].iter().all(|name| allowed.contains(name)), "{allowed}");
    let body = json!({ "subscribeResponse": { "retryAfter": 2000 } });
    let how = json!({ "status": 503, "headers": { "Retry-After": "2" }, "json": body });
    fail(&mock, Point::Subscribe, &how);
    let answer = rest(&mock, "POST", SUBSCRIPTION, &[BASIC, "Origin: http://page"], "{}").unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("Retry-After"), Some("2"));
    assert_eq!(answer.header("Access-Control-Expose-Headers"), Some("retry-after"));
    assert_eq!(answer.json()["subscribeResponse"]["retryAfter"], 2000);
}
