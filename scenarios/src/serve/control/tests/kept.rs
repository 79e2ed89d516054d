//! What is kept of what happened: marks, transcripts, archives, exports, and what users have.

use super::*;

const LOGIN: &str = "GET /v2.0/auth/mk_token?refresh=y";
const BASIC: &str = "Authorization: basic YWxpY2U6czNjcmV0";

impl Bench {
    /// An answer that is text.
    async fn text(&self, path: &str) -> (String, String) {
        let (host, token) = (self.front.address(), &self.token);
        let asked = format!("GET /__admin/{path} HTTP/1.1\r\nHost: {host}\r\nX-Kandy-Token: {token}\r\n");
        self.raw(&format!("{asked}Connection: close\r\n\r\n")).await
    }
}

#[tokio::test]
async fn a_transcript_begins_where_a_mark_stands_and_is_of_whom_it_is_asked_for() {
    let bench = Bench::new(ClockKind::Manual).await;
    bench.post("addUser", &json!({ "user": "bob", "password": "x" })).await;
    bench.ask(LOGIN, &[BASIC], "").await;
    assert_eq!(bench.post("mark", &json!({ "text": "then" })).await, (200, json!({ "seq": 3 })));
    let how = json!({ "point": "mk_token", "how": [{ "status": 503 }, {}] });
    assert_eq!(bench.post("fail", &how).await.0, 200);
    bench.ask(LOGIN, &[BASIC], "").await;
    bench.post("clear", &json!({})).await;
    bench.ask(LOGIN, &["Authorization: basic YWxpY2U6eA=="], "").await;
    bench.post("advance", &json!({ "by": "1h" })).await;
    bench.ask(LOGIN, &["Authorization: basic Ym9iOng="], "").await;

    let (head, text) = bench.text("transcript?mark=then&user=alice").await;
    assert!(head.contains("content-type: text/plain; charset=utf-8"), "{head}");
    let expected = "\
0.000     platform  mark      then
0.000     platform  control   fail mk_token [{\"status\":503},{}]  fault 1
0.000     alice     request   GET mk_token  503  by fault 1, number 1: {\"status\":503}
0.000     platform  control   clear
0.000     alice     request   GET mk_token  401  wrong_password
0.000     platform  control   advance 3600000
3600.000  alice     expiry    AT-1 expired
";
    assert_eq!(text, expected);
    let (_, all) = bench.text("transcript").await;
    assert!(all.starts_with("0.000     alice     control   addUser ***\n"), "{all}");
    assert!(all.ends_with("3600.000  bob       request   GET mk_token  200\n"), "{all}");
    assert!(bench.text("transcript?since=9").await.1.lines().count() < all.lines().count());
    assert_eq!(bench.text("transcript?since=1000").await.1, "");
}

#[tokio::test]
async fn a_beginning_that_is_none_is_told() {
    let bench = Bench::new(ClockKind::Real).await;
    let (status, body) = bench.get("transcript?mark=never").await;
    assert_eq!((status, &body["error"]["message"]), (404, &json!("there is no mark \"never\" in the journal")));
    for what in ["transcript", "har", "export"] {
        assert_eq!(bench.get(&format!("{what}?mark=a&since=1")).await.0, 400, "{what}");
        let (_, body) = bench.get(&format!("{what}?user=alise")).await;
        assert_eq!(body["error"]["help"], "did you mean `alice`?", "{what}");
    }
    assert_eq!(bench.post("mark", &json!({})).await.1["error"]["message"], "mark needs `text`");
    let (status, body) = bench.post("mark", &json!({ "text": "x".repeat(1_025) })).await;
    let message = "the text of a mark has 1025 bytes, the limit is 1024";
    assert_eq!((status, &body["error"]["message"]), (400, &json!(message)));
}

#[tokio::test]
async fn an_archive_has_requests_with_their_times_and_refusals() {
    let bench = Bench::new(ClockKind::Real).await;
    bench.ask(&format!("{LOGIN}&a=b%20c"), &[BASIC, "Accept: application/json"], "").await;
    bench.ask(LOGIN, &[], "").await;
    let (status, archive) = bench.get("har").await;
    let entries = archive["log"]["entries"].as_array().unwrap();
    assert_eq!((status, entries.len(), &archive["log"]["version"]), (200, 2, &json!("1.2")));
    let origin = format!("http://{}", bench.front.address());
    assert_eq!(entries[0]["request"]["url"], format!("{origin}/v2.0/auth/mk_token?refresh=y&a=b+c"));
    let headers =
        json!([{ "name": "Authorization", "value": "basic ***" }, { "name": "Accept", "value": "application/json" }]);
    assert_eq!(entries[0]["request"]["headers"], headers);
    assert_eq!((&entries[0]["response"]["status"], &entries[0]["timings"]["wait"]), (&json!(200), &json!(0)));
    assert_eq!(entries[1]["comment"], "GET mk_token, no_credentials");
    let began = entries[0]["startedDateTime"].as_str().unwrap();
    assert!(began.starts_with("20") && began.ends_with('Z') && began.len() == 24, "{began}");
    assert_eq!(bench.get("har?user=alice").await.1["log"]["entries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_export_is_a_saved_journal() {
    let bench = Bench::new(ClockKind::Real).await;
    bench.ask(LOGIN, &[BASIC], "").await;
    bench.ask(LOGIN, &[], "").await;
    let (_, all) = bench.get("export").await;
    assert_eq!(all["kandyHarness"], env!("CARGO_PKG_VERSION"));
    assert_eq!(all["records"], bench.get("journal").await.1["records"]);
    assert_eq!(all["state"]["users"], bench.get("state").await.1["users"]);
    let (_, of_alice) = bench.get("export?user=alice").await;
    assert_eq!(of_alice["records"].as_array().unwrap().len(), 2);
    let (_, page) = bench.get("journal?user=alice&limit=1").await;
    assert_eq!((&page["records"][0]["seq"], &page["next"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn the_state_has_what_users_have() {
    let bench = Bench::new(ClockKind::Manual).await;
    let asked = json!({ "user": "bob", "password": "x", "tokenLifetime": "1m", "services": ["call"] });
    bench.post("addUser", &asked).await;
    bench.post("issueToken", &json!({ "user": "bob", "accessToken": "s3cret-token" })).await;
    let (_, state) = bench.get("state").await;
    let bob = json!({
        "name": "bob", "created": 0, "services": ["call"], "tokenLifetime": 60_000, "subscriptionLifetime": null,
        "offline": false, "latency": null, "answerPings": null,
    });
    assert_eq!(state["users"][1], bob);
    let tokens = json!([{
        "user": "bob",
        "access": ["***", "OA-1"], "accessExpiresAt": 60_000,
        "refresh": ["RT-1"], "refreshExpiresAt": 86_400_000,
    }]);
    assert_eq!(state["tokens"], tokens);
    assert!(!state.to_string().contains("s3cret-token"));
}
