use proptest::prelude::*;

use super::*;
use crate::mask::tests::{arbitrary_json, config, secret_name};

/// The kinds of the records from `seq` on, with their points.
fn kinds(bench: &Bench, seq: u64) -> Vec<(Value, Value)> {
    let read = |record: &Record| {
        let value = serde_json::to_value(record).unwrap();
        (value["kind"].clone(), value["point"].clone())
    };
    bench.platform.journal().since(seq).map(read).collect()
}

#[test]
fn a_session_is_recorded_in_order() {
    let mut bench = Bench::new();
    let start = bench.platform.journal().next_seq();
    let socket = bench.connect(ALICE);
    bench.frame(socket, PING);
    bench.platform.send(bench.now, ALICE, json!({})).unwrap();
    bench.frame(socket, "hello");
    bench.platform.handle_closed(bench.now, socket, Some(1005));
    bench.advance(3600);
    let websocket = json!("websocket");
    assert_eq!(
        kinds(&bench, start),
        [
            (json!("request"), json!("mk_token")),
            (json!("request"), json!("subscribe")),
            (json!("upgrade"), websocket.clone()),
            (json!("opened"), websocket.clone()),
            (json!("pings"), websocket.clone()),
            (json!("command"), Value::Null),
            (json!("frameOut"), websocket.clone()),
            (json!("frameIn"), websocket.clone()),
            (json!("closed"), websocket),
            (json!("tokensExpired"), Value::Null),
            (json!("expired"), Value::Null),
        ]
    );
    let everyone_is_alice = |record: &Record| record.user.as_deref() == Some(ALICE);
    assert!(bench.platform.journal().since(start).all(everyone_is_alice));
}

#[test]
fn a_request_is_recorded_with_its_answer_and_without_its_secrets() {
    let mut bench = Bench::new();
    bench
        .ask(Method::GET, "/v2.0/auth/mk_token?refresh=y&token=from-elsewhere")
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .header("x-cpaas-agent", "cpaas-js-sdk/3.41.1")
        .basic(ALICE, "s3cret")
        .answer();
    let record = bench.platform.journal().iter().next_back().unwrap();
    assert_eq!(
        serde_json::to_value(record).unwrap(),
        json!({
            "seq": 2,
            "time": 0,
            "point": "mk_token",
            "user": ALICE,
            "kind": "request",
            "method": "GET",
            "path": "/v2.0/auth/mk_token",
            "query": { "refresh": "y", "token": "***" },
            "authorization": "basic",
            "contentType": "application/json",
            "accept": "application/json",
            "agent": "cpaas-js-sdk/3.41.1",
            "body": null,
            "answered": 200,
            "fault": null,
            "sent": 0,
        })
    );
    let everything = format!("{:?}", bench.platform.journal());
    for secret in ["s3cret", "from-elsewhere", &STANDARD.encode(format!("{ALICE}:s3cret"))] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[test]
fn a_debug_form_shows_no_token_that_a_test_has_given() {
    let mut bench = Bench::new();
    let given = TokenOptions { access_token: Some("s3cret".to_owned()), ..TokenOptions::default() };
    bench.platform.issue_token(bench.now, ALICE, &given).unwrap();
    bench.post(ALICE, "s3cret", &json!({}));
    bench.refused("/websocket/CH-9?access_token=s3cret&x=OA-1");
    let record = bench.platform.journal().iter().next_back().unwrap();
    let (_, token) = record.request().unwrap().query().next().unwrap();
    assert_eq!(token, "s3cret", "scripts see what they have given");
    let shown = format!("{record:?}");
    assert!(shown.contains("query: {\"access_token\": ***, \"x\": \"OA-1\"}"), "{shown}");
    assert!(!format!("{:?}", bench.platform).contains("s3cret"));
}

#[test]
fn of_a_long_request_the_beginning_is_kept() {
    let mut bench = Bench::new();
    let long = "x".repeat(Limits::URL_BYTES);
    bench.ask(Method::GET, &format!("/{long}?a={long}")).header("accept", &long).basic(&long, "x").answer();
    let record = bench.platform.journal().iter().next_back().unwrap();
    let request = record.request().unwrap();
    assert_eq!(request.path(), format!("/{}", "x".repeat(Limits::RECORDED_FRAME_CHARS - 1)));
    assert_eq!(request.query().next(), None);
    assert_eq!(request.accept().map(str::len), Some(Limits::RECORDED_FRAME_CHARS));
    assert_eq!(request.answered, Answered::Status(414));

    bench.log_in_as(&long[..Limits::TEXT_BYTES], "x");
    bench.log_in_as(&long[..Limits::TEXT_BYTES + 1], "x");
    let names = bench.platform.journal().iter().rev().take(2).map(|record| record.user.as_ref().map(|user| user.len()));
    assert_eq!(names.collect::<Vec<_>>(), [None, Some(Limits::TEXT_BYTES)]);
}

#[test]
fn of_a_query_all_but_the_secrets_is_kept() {
    let mut bench = Bench::new();
    let query_of = |bench: &mut Bench, query: &str| {
        bench.ask(Method::GET, &format!("/x?{query}")).answer();
        let record = bench.platform.journal().iter().next_back().unwrap();
        let pairs = record.request().unwrap().query();
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    let mixed = "a=%26&&flag&t%6Fken=x&token=y=z&password&a=b=c&refresh_token=x&Access_Token=x&clientSecret=x";
    let kept = [
        "a=&",
        "flag=",
        "token=***",
        "token=***",
        "password=***",
        "a=b=c",
        "refresh_token=***",
        "Access_Token=***",
        "clientSecret=***",
    ];
    assert_eq!(query_of(&mut bench, mixed), kept);
    let token = bench.log_in(ALICE);
    assert_eq!(query_of(&mut bench, &format!("x_token={token}")), [format!("x_token={token}")]);
    for (sent, kept) in [("s3cret x", "***"), ("BASIC eDp5", "BASIC"), ("bearer x", "bearer")] {
        bench.ask(Method::GET, "/x").header("authorization", sent).answer();
        let record = bench.platform.journal().iter().next_back().unwrap();
        assert_eq!(record.request().unwrap().authorization(), Some(kept));
    }
    let many = "token&".repeat((Limits::URL_BYTES - "/x?".len()) / "token&".len());
    let kept = query_of(&mut bench, &many);
    assert!(kept.len() > 1_300 && kept.iter().all(|pair| pair == "token=***"), "{kept:?}");
}

#[test]
fn bodies_are_kept_where_they_hold_no_secret() {
    let mut bench = Bench::new();
    bench.subscribe(ALICE);
    let record = bench.platform.journal().iter().next_back().unwrap();
    let request = record.request().unwrap();
    assert_eq!(request.body_json().unwrap()["subscribeRequest"]["expires"], 3600);
    assert!(request.query().eq([("token".into(), "AT-1".into())]));

    bench.ask(Method::POST, "/login").json(&json!({ "password": "s3cret" })).answer();
    let record = bench.platform.journal().iter().next_back().unwrap();
    assert_eq!(record.request().unwrap().body_json(), None);
}

proptest! {
    #![proptest_config(config())]

    /// Whatever comes and goes, in whatever form: as long as names say so, nobody reads it in the journal.
    #[test]
    fn no_password_of_a_body_is_in_the_journal(
        around in arbitrary_json(),
        name in secret_name(),
        form in 0..6_usize,
        cut in 0..300_usize,
    ) {
        let secret = json!("s3cr\"\\et s3cret");
        let plain = json!([around, { "b": { "c": [around, { name.clone(): secret, "d": 1 }] } }]).to_string();
        let body = match form {
            0 => plain,
            1 => json!({ "a": plain }).to_string(),
            2 => plain.replacen(&name[..1], &format!("\\u{:04x}", name.as_bytes()[0]), plain.len()),
            3 => plain.replace(&format!("\"{name}\":"), &format!("\"{name}\":[{secret}],\"{name}\" : ")),
            4 => plain.replace(&secret.to_string(), &json!({ "x": [1, secret] }).to_string()),
            _ => format!("user=alice&{name}=s3cret,s3cret&d=1"),
        };
        let mut bench = Bench::new();
        let socket = bench.connect(ALICE);
        bench.ask(Method::POST, "/rest/version/1/user/alice@example.com/subscription").text(&body).answer();
        bench.ask(Method::POST, "/rest/version/1/user/alice@example.com/subscription").text(cut_at(&body, cut)).answer();
        bench.frame(socket, &body);
        bench.frame(socket, cut_at(&body, cut));
        bench.platform.handle_frame(bench.now, socket, &Frame::Binary(Bytes::from(body.clone())));
        bench.platform.send_raw(bench.now, ALICE, &Frame::Text(body.clone())).unwrap();
        if let Ok(message) = serde_json::from_str(&body) {
            bench.platform.send(bench.now, ALICE, message).unwrap();
        }
        bench.fail(Point::Other, &json!({ "body": body }));
        let journal: Vec<&Record> = bench.platform.journal().iter().collect();
        for shown in [serde_json::to_string(&journal).unwrap(), format!("{journal:?}")] {
            prop_assert!(!shown.contains("s3c"), "{name} in {body}\nis shown: {shown}");
        }
    }
}

fn cut_at(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[test]
fn a_body_is_shown_without_its_secrets_and_kept_with_them() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    let body = r#"{"a":[{"PassW\u006frd":"s3cret"}],"expires":60}"#;
    bench.ask(Method::POST, "/rest/version/1/user/alice@example.com/subscription").text(body).answer();
    bench.frame(socket, body);
    let shown: Vec<Value> =
        bench.platform.journal().iter().rev().take(2).map(|record| serde_json::to_value(record).unwrap()).collect();
    assert_eq!(shown[0]["frame"]["beginning"], r#"{"a":[{"PassW\u006frd":"***"}],"expires":60}"#);
    assert_eq!(shown[0]["frame"]["bytes"], body.len());
    assert_eq!(shown[1]["body"], json!({ "a": [{ "PassWord": "***" }], "expires": 60 }));
    let Some(Kind::FrameIn { frame, .. }) = bench.platform.journal().iter().next_back().map(|record| &record.kind)
    else {
        panic!("the frame is recorded");
    };
    assert_eq!(frame.beginning, body, "who tests in Rust sees what came");
}

#[test]
fn a_record_names_the_user_even_if_nobody_has_that_name() {
    let mut bench = Bench::new();
    bench.log_in_as("nobody", "x");
    let record = bench.platform.journal().iter().next_back().unwrap();
    assert_eq!((record.point, record.user.as_deref()), (Some(Point::MkToken), Some("nobody")));
    let answered = record.request().unwrap().answered;
    assert_eq!((answered, answered.status()), (Answered::Status(401), Some(401)));
}

#[test]
fn the_rule_that_decided_is_named_and_so_is_an_answer_that_never_came() {
    let mut bench = Bench::new();
    let faults = [json!({ "hang": true }), json!({ "reset": true }), json!({ "refuse": true })];
    bench.fail(Point::MkToken, &Value::Array(faults.into()));
    for (answered, shown) in [(Answered::Hang, "hang"), (Answered::Reset, "reset"), (Answered::Refused, "refused")] {
        bench.log_in_as(ALICE, "s3cret");
        let record = bench.platform.journal().iter().next_back().unwrap();
        assert_eq!(serde_json::to_value(record).unwrap()["answered"], shown);
        let request = record.request().unwrap();
        assert_eq!((request.answered, request.answered.status()), (answered, None));
        assert_eq!(request.fault.map(FaultId::number), Some(1));
    }
}

#[test]
fn pings_with_nothing_between_them_are_one_record() {
    let mut bench = Bench::new();
    // Nothing expires meanwhile.
    bench.platform.set_token_lifetime(bench.now, Some(Duration::from_secs(7 * 24 * 3600))).unwrap();
    let socket = bench.connect(ALICE);
    for _ in 0..2880 {
        bench.frame(socket, PING);
        bench.now = bench.now + Duration::from_secs(30);
    }
    let record = bench.platform.journal().iter().next_back().unwrap();
    let last = Time::from_millis(2879 * 30_000);
    assert_eq!(record.kind, Kind::Pings { socket, count: 2880, last, answered: false });
    assert_eq!(record.time, Time::ZERO);

    bench.platform.set_answer_pings(bench.now, true);
    bench.frame(socket, PING);
    let record = bench.platform.journal().iter().next_back().unwrap();
    assert_eq!(record.kind, Kind::Pings { socket, count: 1, last: bench.now, answered: true });
}

#[test]
fn the_oldest_records_are_dropped_and_counted_and_cursors_stay_right() {
    let mut bench = Bench::new();
    for _ in 0..Limits::JOURNAL_RECORDS {
        bench.platform.clear(bench.now, None);
    }
    let journal = bench.platform.journal();
    assert_eq!((journal.dropped(), journal.iter().len()), (2, Limits::JOURNAL_RECORDS));
    assert_eq!(journal.iter().next().unwrap().seq, 2);
    assert_eq!(journal.since(0).len(), Limits::JOURNAL_RECORDS);
    let next = journal.next_seq();
    assert_eq!(journal.since(next - 3).map(|record| record.seq).collect::<Vec<_>>(), [next - 3, next - 2, next - 1]);
    assert_eq!(journal.since(next).len(), 0);
    assert_eq!(journal.since(next + 9).len(), 0);
}

#[test]
fn of_a_long_frame_the_beginning_is_kept() {
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    let frame = Frame::Binary(Bytes::from(vec![b'x'; 5000]));
    bench.platform.handle_frame(bench.now, socket, &frame);
    let record = bench.platform.journal().iter().next_back().unwrap();
    let Kind::FrameIn { frame, .. } = &record.kind else { panic!("{record:?}") };
    assert_eq!((frame.binary, frame.bytes, frame.beginning.len()), (true, 5000, Limits::RECORDED_FRAME_CHARS));
}

#[test]
fn what_says_more_than_when_it_was_written_is_known() {
    let mut bench = Bench::new();
    let changed = |bench: &Bench, from: u64| -> Vec<u64> {
        bench.platform.journal().changed_since(from).map(|(_, record)| record.seq).collect()
    };
    let socket = bench.connect(ALICE);
    assert_eq!(changed(&bench, 0), [0; 0]);
    let pings = bench.platform.journal().next_seq();
    (0..3).for_each(|_| bench.frame(socket, PING));
    bench.platform.handle_left(bench.now, pings - 1);
    assert_eq!(changed(&bench, 0), [pings, pings - 1]);
    let refuse = |bench: &mut Bench| {
        let refusal = Refusal { what: Refused::Tls, status: None, peer: None, detail: None };
        bench.platform.handle_refused(bench.now, refusal, None::<&Request<()>>);
    };
    let next = bench.platform.journal().next_change();
    (0..2).for_each(|_| refuse(&mut bench));
    assert_eq!(changed(&bench, next), [pings + 1], "it is counted there");
}
