//! CPaaS as it meets the platform: a channel, and the services that it is for.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

const CHANNELS: &str = "/cpaas/notificationchannel/v1/alice@example.com/channels";
const CALLS: &str = "/cpaas/webrtcsignaling/v1/alice@example.com";

/// A bench with tokens of alice's.
fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.log_in(ALICE);
    bench
}

fn ask(bench: &mut Bench, method: Method, url: &str, body: &Value) -> (u16, Value) {
    told(&bench.ask(method, url).header("authorization", "Bearer AT-1").json(body).answer())
}

fn make_channel(bench: &mut Bench, role: &str) -> (u16, Value) {
    let asked = json!({ "notificationChannel": { "channelType": "Websockets", "clientCorrelator": "CC1", "x-connCheckRole": role } });
    ask(bench, Method::POST, CHANNELS, &asked)
}

fn subscribe(bench: &mut Bench, url: &str, wrapper: &str) -> (u16, Value) {
    let asked = json!({ wrapper: { "callbackReference": { "notifyURL": "ws-CB-1" }, "clientCorrelator": "CC1" } });
    ask(bench, Method::POST, url, &asked)
}

#[test]
fn a_token_is_given_for_a_password_and_refreshed() {
    let mut bench = Bench::new();
    let token = |bench: &mut Bench, form: &str| {
        let asked = bench.ask(Method::POST, "/cpaas/auth/v1/token").text(form);
        told(&asked.header("content-type", "application/x-www-form-urlencoded").answer())
    };
    let form = "grant_type=password&username=alice%40example.com&password=s3cret&client_id=x&scope=openid";
    let (status, body) = token(&mut bench, form);
    assert_eq!((status, &body["access_token"], &body["expires_in"]), (200, &json!("AT-1"), &json!(28_800)));
    let claims = body["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims, json!({ "preferred_username": ALICE, "services-identity": ALICE }));
    let (status, body) = token(&mut bench, "grant_type=refresh_token&refresh_token=RT-1");
    assert_eq!((status, &body["access_token"]), (200, &json!("AT-2")));
    assert_eq!(token(&mut bench, &form.replace("s3cret", "wrong")).0, 401);
    assert_eq!(token(&mut bench, "grant_type=refresh_token&refresh_token=RT-9").0, 401);
    assert_eq!(token(&mut bench, "{}").0, 401);
    let record = bench.platform.journal().iter().nth(2).unwrap();
    assert_eq!((record.point, record.user.as_deref()), (Some(Point::CpaasToken), Some(ALICE)));
}

#[test]
fn a_channel_is_made_for_services_and_ends_after_them() {
    let mut bench = bench();
    let (status, body) = make_channel(&mut bench, "client");
    let channel = &body["notificationChannel"];
    assert_eq!(
        (status, &channel["callbackURL"], &channel["channelType"]),
        (201, &json!("ws-CB-1"), &json!("websockets"))
    );
    assert_eq!(channel["resourceURL"], format!("{CHANNELS}/CH-1"));
    assert_eq!(channel["channelData"]["channelURL"], format!("{CHANNELS}/CH-1/websocket"));
    bench.open(&format!("{CHANNELS}/CH-1/websocket?access_token=AT-1"));
    assert_eq!(bench.refused(&format!("{CHANNELS}/CH-1/websocket")), 401);
    for (number, (url, wrapper)) in (1..).zip([
        (format!("{CALLS}/subscriptions"), "wrtcsNotificationSubscription"),
        ("/cpaas/chat/v1/alice@example.com/subscriptions".to_owned(), "chatNotificationSubscription"),
        ("/cpaas/smsmessaging/v1/alice@example.com/inbound/subscriptions".to_owned(), "subscription"),
        (
            "/cpaas/presence/v1/alice@example.com/subscriptions/presenceListSubscriptions/PL-1".to_owned(),
            "presenceListSubscription",
        ),
    ]) {
        let (status, body) = subscribe(&mut bench, &url, wrapper);
        assert_eq!((status, &body[wrapper]["resourceURL"]), (201, &json!(format!("{url}/S-{number}"))));
        assert_eq!(subscribe(&mut bench, &url, "other").0, 400);
    }
    assert_eq!(bench.platform.subscriptions(Some(ALICE))[0].services, ["call", "chat", "smsinbound", "presence"]);
    let (status, body) =
        ask(&mut bench, Method::POST, &format!("{CALLS}/turn"), &json!({ "wrtcsTurnCredentials": {} }));
    assert_eq!((status, &body["wrtcsTurnCredentials"]["username"]), (201, &json!("TURN-user")));

    let service = format!("{CALLS}/subscriptions/S-1");
    assert_eq!(ask(&mut bench, Method::DELETE, &service, &json!({})), (204, json!(null)));
    assert_eq!(ask(&mut bench, Method::DELETE, &service, &json!({})).0, 404);
    assert_eq!(bench.platform.subscriptions(Some(ALICE))[0].services, ["chat", "smsinbound", "presence"]);
    assert_eq!(ask(&mut bench, Method::DELETE, &format!("{CHANNELS}/CH-1"), &json!({})).0, 204);
    let (status, body) = subscribe(&mut bench, &format!("{CALLS}/subscriptions"), "wrtcsNotificationSubscription");
    assert_eq!((status, body), (404, json!({ "requestError": { "text": "Not Found" } })));
    assert_eq!(bench.refused(&format!("{CHANNELS}/CH-1/websocket?access_token=AT-1")), 404);
}

#[test]
fn a_list_that_was_made_is_there_when_it_is_asked_for() {
    let mut bench = bench();
    let lists = "/cpaas/presence/v1/alice@example.com/presenceLists";
    let (status, body) = ask(&mut bench, Method::GET, lists, &json!({}));
    assert_eq!((status, &body["presenceListCollection"]["presenceList"]), (200, &json!([])));
    let made = json!({ "presenceList": { "x-listName": "myList", "presenceContact": [] } });
    let (status, body) = ask(&mut bench, Method::POST, lists, &made);
    assert_eq!((status, &body["presenceList"]["resourceURL"]), (201, &json!(format!("{lists}/PL-1"))));
    let (_, body) = ask(&mut bench, Method::GET, lists, &json!({}));
    assert_eq!(body["presenceListCollection"]["presenceList"][0]["x-listName"], "myList");
    for _ in 1..Limits::PRESENCE_LISTS {
        assert_eq!(ask(&mut bench, Method::POST, lists, &made).0, 201);
    }
    assert_eq!(ask(&mut bench, Method::POST, lists, &made).0, 503);
}

#[test]
fn another_users_token_is_forbidden_and_none_is_unauthorized() {
    let mut bench = bench();
    let other = CHANNELS.replace(ALICE, BOB);
    let asked = json!({ "notificationChannel": {} });
    assert_eq!(ask(&mut bench, Method::POST, &other, &asked).0, 403);
    assert_eq!(told(&bench.ask(Method::POST, CHANNELS).json(&asked).answer()).0, 401);
}

#[test]
fn connections_are_checked_by_the_client_or_by_the_platform() {
    let mut bench = bench();
    make_channel(&mut bench, "client");
    let socket = bench.open(&format!("{CHANNELS}/CH-1/websocket?access_token=AT-1"));
    bench.frame(socket, r#"{"connCheck":{"interval":30}}"#);
    assert_eq!(sent(&bench.drain()), [(socket, json!({ "connAck": {} }))]);
    bench.frame(socket, PING);
    assert!(bench.drain().is_empty(), "the pings of other clients mean nothing here");
    bench.platform.set_answer_pings(bench.now, false);
    bench.frame(socket, r#"{"connCheck":{"interval":30}}"#);
    assert!(bench.drain().is_empty());
    assert_eq!(bench.platform.sockets(None)[0].pings, 2);

    make_channel(&mut bench, "server");
    let socket = bench.open(&format!("{CHANNELS}/CH-2/websocket?access_token=AT-1"));
    bench.advance(40);
    assert!(bench.drain().is_empty(), "what is not answered is not checked");
    bench.platform.set_answer_pings(bench.now, true);
    bench.advance(30);
    assert_eq!(sent(&bench.drain()), [(socket, json!({ "connCheck": { "interval": 30 } }))]);
    bench.platform.handle_closed(bench.now, socket, Some(1000));
    bench.advance(600);
    assert!(bench.drain().is_empty());
}
