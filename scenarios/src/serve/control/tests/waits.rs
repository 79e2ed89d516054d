//! Waits for what comes, and for the moment when nothing is under way.

use super::*;

#[tokio::test]
async fn a_wait_ends_with_the_request_or_with_its_time() {
    let bench = Bench::new(ClockKind::Real).await;
    let (status, body) = bench.post("waitFor", &json!({ "point": "mk_token", "timeout": "20ms" })).await;
    let message = "no such request came within 20 ms: mk_token request";
    assert_eq!((status, &body["error"]["message"]), (504, &json!(message)));
    assert_eq!(bench.post("waitFor", &json!({ "point": "mk_token", "timeout": "11m" })).await.0, 400);

    let wait = json!({ "point": "mk_token", "since": 0 });
    let login = bench.ask("GET /v2.0/auth/mk_token?refresh=y", &["Authorization: basic YWxpY2U6czNjcmV0"], "");
    let (found, _) = tokio::join!(bench.post("waitFor", &wait), login);
    assert_eq!((found.0, &found.1["request"]["user"]), (200, &json!("alice")), "{found:?}");
}

#[tokio::test]
async fn who_sends_nothing_more_is_waited_for_and_fed() {
    let bench = Bench::new(ClockKind::Real).await;
    let last = async |line: &str, headers: &str, body: &str| {
        let (host, token, length) = (bench.front.address(), &bench.token, body.len());
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\nX-Kandy-Token: {token}\r\nContent-Length: {length}\r\n");
        stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        stream
    };
    let json_type = "Content-Type: application/json\r\n";
    let mut waiting = last("POST /__admin/waitFor", json_type, r#"{"point": "mk_token", "since": 0}"#).await;
    let mut feed = last("GET /__admin/feed?since=0", "", "").await;
    let mut told = String::new();
    while !told.contains("id: 0\n") {
        let mut bytes = [0; 4096];
        let read = feed.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "{told}");
        told += std::str::from_utf8(&bytes[..read]).unwrap();
    }
    // It goes on, too: what comes from now on is told.
    bench.post("clear", &json!({})).await;
    assert_ne!(feed.read(&mut [0; 4096]).await.unwrap(), 0);
    bench.ask("GET /v2.0/auth/mk_token?refresh=y", &["Authorization: basic YWxpY2U6czNjcmV0"], "").await;
    let mut found = String::new();
    waiting.read_to_string(&mut found).await.unwrap();
    assert!(found.starts_with("HTTP/1.1 200 OK\r\n") && found.contains(r#""user":"alice""#), "{found}");
}

#[tokio::test]
async fn whoever_waits_for_longest_makes_room_for_one_more() {
    let bench = Bench::new(ClockKind::Real).await;
    let body = r#"{"point": "subscribe", "timeout": "10m"}"#;
    let wait = || async {
        let (host, token, length) = (bench.front.address(), &bench.token, body.len());
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head = format!(
            "POST /__admin/waitFor HTTP/1.1\r\nHost: {host}\r\nX-Kandy-Token: {token}\r\nContent-Length: {length}\r\n\
             Content-Type: application/json\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        stream
    };
    let (ended, mut ends) = tokio::sync::mpsc::channel(MAX_WAITS);
    for _ in 0..MAX_WAITS {
        let (mut stream, ended) = (wait().await, ended.clone());
        tokio::spawn(async move {
            let mut told = String::new();
            stream.read_to_string(&mut told).await.unwrap();
            ended.send(told).await.unwrap();
        });
    }
    let (found, login) = (json!({ "point": "mk_token", "since": 0 }), "GET /v2.0/auth/mk_token?refresh=y");
    bench.ask(login, &["Authorization: basic YWxpY2U6czNjcmV0"], "").await;
    // The waits may still be on their way: each of these takes one more place, and gives it back.
    let asking = async {
        loop {
            assert_eq!(bench.post("waitFor", &found).await.0, 200);
        }
    };
    let made_room = tokio::select! {
        () = asking => unreachable!("it ends with the test"),
        told = ends.recv() => told.unwrap(),
    };
    assert!(made_room.starts_with("HTTP/1.1 503 ") && made_room.contains("to make room"), "{made_room}");
}

#[tokio::test]
async fn who_waits_until_nothing_is_under_way_is_told_what_is() {
    let bench = Bench::new(ClockKind::Real).await;
    assert_eq!(bench.post("idle", &json!({})).await, (200, json!({})));
    bench.post("fail", &json!({ "point": "mk_token", "how": { "delay": "1s" } })).await;
    let mut login = TcpStream::connect(bench.front.address()).await.unwrap();
    login.write_all(b"GET /v2.0/auth/mk_token?refresh=y HTTP/1.1\r\nHost: kandy\r\n\r\n").await.unwrap();
    bench.post("waitFor", &json!({ "point": "mk_token", "since": 0 })).await;
    let (status, body) = bench.post("idle", &json!({ "timeout": "20ms" })).await;
    let message = "not idle within 20 ms: 1 requests, 0 sockets that end, 0 bytes for sockets";
    assert_eq!((status, &body["error"]["message"]), (504, &json!(message)));
    assert_eq!(bench.get("state").await.1["clock"]["held"][0]["point"], "mk_token");
    // The answer comes by itself.
    assert_eq!(bench.post("idle", &json!({ "quiet": "10ms" })).await, (200, json!({})));
    assert_eq!(bench.post("idle", &json!({ "timeout": "11m" })).await.0, 400);
}

#[tokio::test]
async fn waits_end_with_a_reset_and_feeds_are_told() {
    let bench = Bench::new(ClockKind::Real).await;
    let mut feed = TcpStream::connect(bench.front.address()).await.unwrap();
    let (host, token) = (bench.front.address(), &bench.token);
    let request = format!("GET /__admin/feed?since=0 HTTP/1.1\r\nHost: {host}\r\nX-Kandy-Token: {token}\r\n\r\n");
    feed.write_all(request.as_bytes()).await.unwrap();
    bench.post("fail", &json!({ "point": "mk_token", "how": { "delay": "1h" } })).await;
    let mut late = TcpStream::connect(host).await.unwrap();
    late.write_all(format!("{LOGIN} HTTP/1.1\r\nHost: kandy\r\n\r\n").as_bytes()).await.unwrap();
    bench.post("waitFor", &json!({ "point": "mk_token", "since": 0 })).await;
    let reset = async {
        // Both wait: there are so many places less.
        let control = async { bench.get("state").await };
        control.await;
        bench.post("reset", &json!({})).await
    };
    let none = json!({});
    let subscribe = json!({ "point": "subscribe" });
    let (waiting, idle, _) = tokio::join!(bench.post("waitFor", &subscribe), bench.post("idle", &none), reset);
    let message = json!("the platform was reset while this waited");
    assert_eq!((waiting.0, &waiting.1["error"]["message"]), (409, &message));
    assert_eq!((idle.0, &idle.1["error"]["message"]), (409, &message));
    let mut told = String::new();
    while !told.contains("event: reset\ndata: {}\n\n") || !told.contains("\"name\":\"reset\"") {
        let mut bytes = [0; 4096];
        let read = feed.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "{told}");
        told += std::str::from_utf8(&bytes[..read]).unwrap();
    }
    assert!(told.find("event: reset") < told.find("\"name\":\"reset\""), "{told}");
}

#[tokio::test]
async fn records_of_every_kind_are_waited_for_by_number_and_none_at_all() {
    let bench = Bench::new(ClockKind::Manual).await;
    let token = bench.post("issueToken", &json!({ "user": "alice" })).await.1["accessToken"].clone();
    let path = format!("/rest/version/1/user/alice/subscription?token={}", token.as_str().unwrap());
    for _ in 0..2 {
        bench.ask(&format!("POST {path}"), &[], r#"{"subscribeRequest": {"expires": 60}}"#).await;
    }
    let both = json!({ "point": "subscribe", "status": 200, "count": 2, "since": 0 });
    let (status, found) = bench.post("waitFor", &both).await;
    assert_eq!(
        (status, found["records"].as_array().map(Vec::len), &found["request"]["user"]),
        (200, Some(2), &json!("alice"))
    );
    let (status, body) =
        bench.post("waitFor", &json!({ "status": 200, "count": 3, "since": 0, "timeout": "10ms" })).await;
    let message = "only 2 of 3 such request came within 10 ms: request with status 200";
    assert_eq!((status, &body["error"]["message"]), (504, &json!(message)));

    let expired = json!({ "kind": "expired", "user": "alice", "count": 2 });
    let advance = json!({ "by": "60s" });
    let next = bench.get("state").await.1["journal"]["next"].clone();
    bench.post("advance", &advance).await;
    let mut from = expired.clone();
    from["since"] = next.clone();
    let (status, found) = bench.post("waitFor", &from).await;
    assert_eq!((status, &found["record"]["subscription"]), (200, &json!("SUB-1")));
    assert_eq!(found["records"][1]["subscription"], "SUB-2");

    assert_eq!(bench.post("waitFor", &json!({ "point": "mk_token", "none": "10ms" })).await.0, 200);
    let (status, body) = bench.post("waitFor", &json!({ "kind": "expired", "none": "10s", "since": next })).await;
    assert_eq!(status, 409, "{body}");
    assert!(body["error"]["message"].as_str().unwrap().ends_with("and none was expected: expired"), "{body}");
    for (wrong, message) in [
        (json!({ "kind": "close" }), "there is no kind of record \"close\" (did you mean `closed`?)"),
        (json!({ "count": 0 }), "a wait is for 1 to 1000 records, not for 0"),
        (json!({ "none": "1s", "count": 2 }), "waitFor needs either `none` or `count`"),
        (json!({ "none": "1s", "timeout": "2s" }), "waitFor needs either `none` or `timeout`"),
        (json!({ "none": "11m" }), "a wait takes 600 s at most"),
    ] {
        let (status, body) = bench.post("waitFor", &wrong).await;
        assert_eq!(status, 400, "{body}");
        assert!(body["error"]["message"].as_str().unwrap().starts_with(message), "{body}");
    }
}
