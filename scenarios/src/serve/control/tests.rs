//! The control interface as programs and foreign pages meet it, over its socket.

mod kept;
mod waits;

use std::net::Ipv4Addr;

use kandy_mock_server::{ClockKind, Front, FrontOptions, UserOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::serve::ServeSite;
use crate::serve::pages::Pages;

/// A server with its control interface, and alice.
struct Bench {
    front: Front,
    token: String,
}

impl Bench {
    async fn new(clock: ClockKind) -> Self {
        let options = FrontOptions { address: (Ipv4Addr::LOCALHOST, 0).into(), clock, ..FrontOptions::default() };
        let front = Front::bind(options).unwrap();
        let secrets = Secrets::draw().unwrap();
        let token = secrets.token().to_owned();
        let guard = Guard::new(front.hosts().clone(), secrets);
        let site =
            ServeSite { pages: Pages::default(), control: Control::new(front.handle(), guard), checks_hosts: false };
        let front = front.serve(Arc::new(site));
        let bench = Self { front, token };
        let add = |platform: &mut kandy_mock_server::Platform, now| {
            platform.add_user(now, "alice", "s3cret", UserOptions::default())
        };
        bench.front.handle().platform(add).unwrap();
        bench
    }

    /// Sends a request as it is written, and gives the head and the body of the answer.
    async fn raw(&self, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.front.address()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    async fn ask(&self, line: &str, headers: &[&str], body: &str) -> (u16, String, Value) {
        let (host, length) = (self.front.address(), body.len());
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let (head, body) = self
            .raw(&format!(
                "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
            ))
            .await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head, serde_json::from_str(&body).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let token = format!("Authorization: Bearer {}", self.token);
        let (status, _, body) = self.ask(&format!("GET /__admin/{path}"), &[&token], "").await;
        (status, body)
    }

    async fn post(&self, verb: &str, body: &Value) -> (u16, Value) {
        let token = format!("X-Kandy-Token: {}", self.token);
        let headers = [token.as_str(), "Content-Type: application/json"];
        let (status, _, body) = self.ask(&format!("POST /__admin/{verb}"), &headers, &body.to_string()).await;
        (status, body)
    }
}

#[tokio::test]
async fn a_verb_acts_and_says_how_many_it_was_about() {
    let bench = Bench::new(ClockKind::Real).await;
    assert_eq!(bench.post("addUser", &json!({ "user": "bob", "password": "x" })).await, (200, json!({})));
    assert_eq!(bench.post("cut", &json!({ "user": "bob" })).await, (200, json!({ "count": 0 })));
    let (status, tokens) = bench.post("issueToken", &json!({ "user": "bob", "lifetime": "1m" })).await;
    assert_eq!((status, &tokens["expires"]), (200, &json!(60)), "{tokens}");
    let fault = json!({ "point": "mk_token", "how": { "status": 500 } });
    assert_eq!(bench.post("fail", &fault).await, (200, json!({ "id": 1 })));

    let (_, state) = bench.get("state").await;
    let names: Vec<&str> = state["users"].as_array().unwrap().iter().filter_map(|user| user["name"].as_str()).collect();
    assert_eq!(names, ["alice", "bob"]);
    assert!(!state.to_string().contains("s3cret"), "{state}");
    assert_eq!(state["faults"][0]["faults"], json!([{ "status": 500 }]));
    assert_eq!(state["clock"]["kind"], "real");
}

#[tokio::test]
async fn what_cannot_be_done_is_answered_with_the_reason_and_what_to_do() {
    let bench = Bench::new(ClockKind::Real).await;
    let (status, body) = bench.post("cut", &json!({ "user": "alise" })).await;
    assert_eq!(status, 404);
    assert_eq!(body["error"]["message"], "there is no user \"alise\" (did you mean `alice`?)");
    let (status, body) = bench.post("cuts", &json!({})).await;
    let expected =
        json!({ "error": { "message": "there is no /__admin/cuts", "help": "did you mean `/__admin/cut`?" } });
    assert_eq!((status, body), (404, expected));
    assert_eq!(bench.post("addUser", &json!({ "user": "alice", "password": "x" })).await.0, 409);
    assert_eq!(bench.post("close", &json!({ "user": "alice", "code": 1006 })).await.0, 400);
    assert_eq!(bench.get("subscriptions?user=alise").await.1["error"]["help"], "did you mean `alice`?");
    assert_eq!(bench.get("journal?limit=10001").await.0, 400);
    assert_eq!(bench.get("journal?limit=ten").await.0, 400);
    assert_eq!(bench.get("journal?limit=1&limit=2").await.0, 400);
    assert_eq!(bench.get("cut").await.0, 405);
    let (status, head, _) = bench.ask("POST /__admin/state", &[&format!("X-Kandy-Token: {}", bench.token)], "").await;
    assert!(status == 405 && head.contains("\r\nallow: get"), "{head}");
}

#[tokio::test]
async fn pages_of_others_get_nothing_and_no_cors() {
    let bench = Bench::new(ClockKind::Real).await;
    let (token, json_type) = (format!("X-Kandy-Token: {}", bench.token), "Content-Type: application/json");
    let ask = async |line: &str, headers: &[&str]| {
        let (status, head, _) = bench.ask(line, headers, "{}").await;
        assert!(!head.contains("access-control-"), "{head}");
        assert!(head.contains("cache-control: no-store") && head.contains("nosniff"), "{head}");
        status
    };
    assert_eq!(ask("POST /__admin/offline", &[json_type]).await, 401);
    assert_eq!(ask("POST /__admin/offline", &[json_type, &token, "Origin: https://evil.example"]).await, 403);
    assert_eq!(ask("GET /__admin/state", &[&token, "Sec-Fetch-Site: cross-site"]).await, 403);
    assert_eq!(ask("OPTIONS /__admin/offline", &["Origin: https://evil.example"]).await, 403);
    assert_eq!(ask("OPTIONS /__admin/offline", &[&token]).await, 405);
    assert_eq!(ask("POST /__admin/offline", &[&token]).await, 415);
    assert_eq!(ask("POST /__admin/offline", &[&token, "Content-Type: text/plain"]).await, 415);
    let rebound = "GET /__admin/state HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n";
    let (head, body) = bench.raw(&format!("{rebound}{token}\r\n\r\n")).await;
    assert!(head.starts_with("http/1.1 421") && body.contains("use http://localhost:"), "{head}\n{body}");
    assert!(!bench.front.handle().platform(|platform, _| platform.is_offline()), "nobody was let in");

    let own = format!("Origin: http://{}", bench.front.address());
    assert_eq!(ask("POST /__admin/offline", &[json_type, &token, &own]).await, 200);
}

#[tokio::test]
async fn whoever_is_not_let_in_leaves_a_record_and_a_storm_of_them_one() {
    let bench = Bench::new(ClockKind::Real).await;
    let (token, json_type) = (format!("X-Kandy-Token: {}", bench.token), "Content-Type: application/json");
    for _ in 0..3 {
        bench.ask("POST /__admin/offline?token=s3cret", &[json_type], "{}").await;
    }
    bench.ask("GET /__admin/state", &[&token, "Origin: https://evil.example"], "").await;
    bench
        .raw(&format!("GET /__admin/state HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n{token}\r\n\r\n"))
        .await;
    bench.ask("POST /pages/session", &[], "").await;
    bench.ask("GET /__admin/health", &[], "").await;
    bench.ask("GET /__admin/nothing", &[&token], "").await;
    let (_, journal) = bench.get("journal").await;
    let refused = |record: &&Value| record["kind"] == "refused";
    let keys = ["what", "status", "method", "path", "origin", "peer", "count"];
    let told: Vec<Vec<&Value>> = journal["records"]
        .as_array()
        .unwrap()
        .iter()
        .filter(refused)
        .map(|record| keys.map(|key| &record[key]).to_vec())
        .collect();
    let none = Value::Null;
    let expected = json!([
        ["token", 401, "POST", "/__admin/offline", none, "127.0.0.1", 4],
        ["origin", 403, "GET", "/__admin/state", "https://evil.example", "127.0.0.1", 1],
        ["host", 421, "GET", "/__admin/state", none, "127.0.0.1", 1],
    ]);
    assert_eq!(json!(told), expected);
    assert!(!journal.to_string().contains("s3cret"), "{journal}");
}

#[tokio::test]
async fn a_body_beyond_its_limit_is_refused() {
    let bench = Bench::new(ClockKind::Real).await;
    let (status, body) = bench.post("send", &json!({ "user": "alice", "message": { "x": "x".repeat(70_000) } })).await;
    assert_eq!(status, 413, "{body}");
}

#[tokio::test]
async fn the_journal_is_read_in_parts_and_filtered() {
    let bench = Bench::new(ClockKind::Real).await;
    for _ in 0..5 {
        bench.post("clear", &json!({})).await;
    }
    let (_, page) = bench.get("journal?since=1&limit=2").await;
    assert_eq!((page["records"].as_array().unwrap().len(), &page["next"], &page["missed"]), (2, &json!(3), &json!(0)));
    assert_eq!(page["records"][0]["seq"], 1);
    let (_, newest) = bench.get("journal?limit=1").await;
    assert_eq!((&newest["records"][0]["seq"], &newest["next"]), (&json!(5), &json!(6)));
    let (_, of_another_start) = bench.get("journal?since=1000").await;
    assert_eq!(of_another_start, json!({ "records": [], "next": 6, "missed": 0 }));

    let login = "Authorization: basic YWxpY2U6czNjcmV0";
    bench.ask("GET /v2.0/auth/mk_token?refresh=y", &[login], "").await;
    bench.ask("GET /v2.0/auth/mk_token?refresh=y", &[], "").await;
    let count = async |query: &str| bench.get(query).await.1["requests"].as_array().map(Vec::len);
    assert_eq!(count("requests").await, Some(2));
    assert_eq!(count("requests?point=mk_token&user=alice").await, Some(1));
    assert_eq!(count("requests?status=401&method=get").await, Some(1));
    assert_eq!(count("requests?point=subscribe").await, Some(0));
    let (_, all) = bench.get("journal").await;
    assert!(!all.to_string().contains("czNjcmV0"), "{all}");
}

#[tokio::test]
async fn only_a_manual_clock_is_advanced() {
    let real = Bench::new(ClockKind::Real).await;
    let (status, body) = real.post("advance", &json!({ "by": "30m" })).await;
    assert_eq!((status, &body["error"]["help"]), (409, &json!("start with `serve --clock manual`")));
    let manual = Bench::new(ClockKind::Manual).await;
    let advanced = json!({ "now": 1_800_000, "fired": [], "omitted": 0 });
    assert_eq!(manual.post("advance", &json!({ "by": "30m" })).await, (200, advanced));
    let clock = json!({ "kind": "manual", "now": 1_800_000, "next": null, "held": [] });
    assert_eq!(manual.get("state").await.1["clock"], clock);
}

#[tokio::test]
async fn a_clock_goes_to_an_instant_and_tells_what_is_next_and_what_fired() {
    let bench = Bench::new(ClockKind::Manual).await;
    let token = bench.post("issueToken", &json!({ "user": "alice" })).await.1["accessToken"].clone();
    let path = format!("/rest/version/1/user/alice/subscription?token={}", token.as_str().unwrap());
    bench.ask(&format!("POST {path}"), &[], r#"{"subscribeRequest": {"expires": 60}}"#).await;
    assert_eq!(bench.get("state").await.1["clock"]["next"], 60_000);
    let (status, advanced) = bench.post("advance", &json!({ "to": 60_000 })).await;
    assert_eq!((status, &advanced["now"]), (200, &json!(60_000)));
    let fired = &advanced["fired"][0];
    let expected = (&json!("expired"), &json!("SUB-1"), &json!("alice"), &json!(60_000));
    assert_eq!((&fired["kind"], &fired["subscription"], &fired["user"], &fired["time"]), expected);
    assert_eq!(bench.get("state").await.1["clock"]["next"], 3_600_000, "then the token expires");

    let (status, body) = bench.post("advance", &json!({ "to": 59_999 })).await;
    assert_eq!((status, &body["error"]["message"]), (400, &json!("59.999 is past: the platform's time is 60.000")));
    for both in [json!({}), json!({ "by": 1, "to": 60_001 })] {
        let (status, body) = bench.post("advance", &both).await;
        assert_eq!((status, &body["error"]["message"]), (400, &json!("advance needs either `by` or `to`")));
    }
}

#[tokio::test]
async fn a_feed_goes_on_where_its_reader_left() {
    let bench = Bench::new(ClockKind::Real).await;
    bench.post("clear", &json!({})).await;
    let mut stream = TcpStream::connect(bench.front.address()).await.unwrap();
    let (host, token) = (bench.front.address(), &bench.token);
    let request =
        format!("GET /__admin/feed HTTP/1.1\r\nHost: {host}\r\nX-Kandy-Token: {token}\r\nLast-Event-ID: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut told = String::new();
    while !told.contains("id: 2\n") {
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "{told}");
        told += std::str::from_utf8(&bytes[..read]).unwrap();
        if told.contains("id: 1\n") && !told.contains("offline") {
            bench.post("offline", &json!({})).await;
        }
    }
    assert!(told.contains("content-type: text/event-stream") && told.contains("retry: 1000\n\n"), "{told}");
    assert!(!told.contains("id: 0\n") && told.contains("\"name\":\"offline\""), "{told}");
}

#[tokio::test]
async fn there_are_so_many_feeds_and_no_more() {
    let bench = Bench::new(ClockKind::Real).await;
    let (host, token) = (bench.front.address(), &bench.token);
    let request = format!("GET /__admin/feed HTTP/1.1\r\nHost: {host}\r\nX-Kandy-Token: {token}\r\n\r\n");
    let mut feeds = Vec::new();
    for _ in 0..MAX_FEEDS {
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
        feeds.push(stream);
    }
    let (status, body) = bench.get("feed").await;
    assert_eq!((status, &body["error"]["message"]), (503, &json!("there are 64 feeds already, the limit")));
}

#[tokio::test]
async fn anybody_may_ask_whether_it_answers() {
    let bench = Bench::new(ClockKind::Real).await;
    let (status, _, body) = bench.ask("GET /__admin/health", &[], "").await;
    assert_eq!((status, body), (200, json!({ "status": "ok", "api": 1 })));
    let elsewhere = "GET /__admin/health HTTP/1.1\r\nHost: kandy.compose\r\nConnection: close\r\n\r\n";
    assert!(bench.raw(elsewhere).await.0.starts_with("http/1.1 200"));
    assert_eq!(bench.ask("GET /__admin/state", &[], "").await.0, 401, "and nothing else");
    assert_eq!(bench.get("state").await.1["api"], 1);
}

const LOGIN: &str = "GET /v2.0/auth/mk_token?refresh=y";
const AS_ALICE: &str = "Authorization: basic YWxpY2U6czNjcmV0";

#[tokio::test]
async fn a_reset_begins_again_but_for_the_journal() {
    let bench = Bench::new(ClockKind::Manual).await;
    bench.front.handle().platform(|platform, _| platform.keep_as_start());
    bench.post("addUser", &json!({ "user": "bob", "password": "x" })).await;
    bench.post("fail", &json!({ "point": "mk_token", "how": { "delay": "1h" } })).await;
    bench.post("latency", &json!({ "latency": "5s" })).await;
    bench.post("advance", &json!({ "by": "1h" })).await;
    let mut held = TcpStream::connect(bench.front.address()).await.unwrap();
    held.write_all(format!("{LOGIN} HTTP/1.1\r\nHost: kandy\r\n{AS_ALICE}\r\n\r\n").as_bytes()).await.unwrap();
    bench.post("waitFor", &json!({ "point": "mk_token", "since": 0 })).await;
    let newest = bench.get("state").await.1["journal"]["next"].as_u64().unwrap();

    let (status, body) = bench.post("reset", &json!({})).await;
    assert_eq!((status, body), (200, json!({ "next": newest + 1 })));
    let (_, state) = bench.get("state").await;
    let names: Vec<&str> = state["users"].as_array().unwrap().iter().filter_map(|user| user["name"].as_str()).collect();
    assert_eq!((names, &state["faults"], &state["settings"]["latency"]), (vec!["alice"], &json!([]), &json!(0)));
    assert_eq!(state["clock"]["now"], 0);
    assert!(held.read_to_string(&mut String::new()).await.is_err(), "what was held is not answered any more");

    assert_eq!(bench.get("requests").await.1["requests"], json!([]), "what was before is not asked for");
    assert_eq!(bench.get("requests?since=0").await.1["requests"][0]["point"], "mk_token", "but by who says so");
    let (_, _, body) = bench.ask(LOGIN, &[AS_ALICE], "").await;
    assert_eq!(body["success"]["access_token"], "AT-1");
    assert_eq!(bench.get("requests").await.1["requests"].as_array().unwrap().len(), 1);
}
