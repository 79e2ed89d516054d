use super::*;

#[test]
fn a_right_password_gives_tokens_numbered_in_order() {
    let mut bench = Bench::new();
    let answer = bench.log_in_as(ALICE, "s3cret");
    let success = json!({ "access_token": "AT-1", "refresh_token": "RT-1", "expires": 3600 });
    assert_eq!(told(&answer), (200, json!({ "success": success })));
    assert_eq!(header(&answer, "content-type"), Some("application/json"));
    assert_eq!(response(&answer).reason, None);
    assert_eq!(bench.log_in(BOB), "AT-2");
}

#[test]
fn a_wrong_password_and_an_unknown_user_are_told_alike() {
    let mut bench = Bench::new();
    for (name, password) in [(ALICE, "wrong"), ("nobody", "s3cret"), (ALICE, ""), ("", "")] {
        let answer = bench.log_in_as(name, password);
        assert_eq!(told(&answer), (401, json!({ "error": { "human": "Incorrect username or password." } })));
        assert_eq!(response(&answer).reason.as_deref(), Some("Login Please"));
    }
}

#[test]
fn only_basic_authorization_in_utf8_signs_in_and_its_case_means_nothing() {
    let mut bench = Bench::new();
    let options = UserOptions::default();
    bench.platform.add_user(bench.now, "zoë+tag@example.com", "pä$$wörd€:", options).unwrap();
    assert_eq!(told(&bench.log_in_as("zoë+tag@example.com", "pä$$wörd€:")).0, 200);

    let good = STANDARD.encode(format!("{ALICE}:s3cret"));
    let latin1 = STANDARD.encode(b"zo\xeb+tag@example.com:x");
    let no_colon = STANDARD.encode(ALICE);
    for (header, status) in [
        (format!("basic {good}"), 200),
        (format!("Basic {good}"), 200),
        (format!("Bearer {good}"), 401),
        (format!("basic {latin1}"), 401),
        (format!("basic {no_colon}"), 401),
        ("basic %%%".to_owned(), 401),
        ("basic".to_owned(), 401),
    ] {
        let asked = bench.ask(Method::GET, "/v2.0/auth/mk_token?refresh=y");
        assert_eq!(told(&asked.header("authorization", &header).answer()).0, status, "{header}");
    }
    assert_eq!(told(&bench.ask(Method::GET, "/v2.0/auth/mk_token?refresh=y").answer()).0, 401);
}

#[test]
fn a_refresh_token_comes_only_if_asked_for_and_an_extra_token_is_ignored() {
    let mut bench = Bench::new();
    let asked = bench.ask(Method::GET, "/v2.0/auth/mk_token?token=AT-9").basic(ALICE, "s3cret");
    let success = json!({ "access_token": "AT-1", "expires": 3600 });
    assert_eq!(told(&asked.answer()), (200, json!({ "success": success })));
}

#[test]
fn the_lifetime_is_the_users_then_the_platforms_then_what_is_asked() {
    let mut bench = Bench::new();
    let url = "/v2.0/auth/mk_token?refresh=y&expires=900";
    let granted = |bench: &mut Bench, name: &str| {
        let (_, body) = told(&bench.ask(Method::GET, url).basic(name, "s3cret").answer());
        body["success"]["expires"].clone()
    };
    assert_eq!(granted(&mut bench, ALICE), 900);

    bench.platform.set_token_lifetime(bench.now, Some(Duration::from_secs(60))).unwrap();
    assert_eq!(granted(&mut bench, ALICE), 60);

    let options = UserOptions { token_lifetime: Some(Duration::from_secs(5)), ..UserOptions::default() };
    bench.platform.add_user(bench.now, "carol", "s3cret", options).unwrap();
    assert_eq!(granted(&mut bench, "carol"), 5);

    bench.platform.set_token_lifetime(bench.now, None).unwrap();
    assert_eq!(granted(&mut bench, ALICE), 900);
}

#[test]
fn a_lifetime_that_is_no_number_of_seconds_is_a_bad_request() {
    let mut bench = Bench::new();
    for expires in ["0", "-1", "soon", "1.5", ""] {
        let url = format!("/v2.0/auth/mk_token?expires={expires}");
        let answer = bench.ask(Method::GET, &url).basic(ALICE, "s3cret").answer();
        assert_eq!(told(&answer), (400, json!({ "error": { "human": "Bad Request" } })), "{expires}");
    }
}

#[test]
fn a_refresh_takes_the_refresh_token_or_the_first_access_token() {
    let mut bench = Bench::new();
    bench.log_in(ALICE);
    let (_, body) = told(&bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=RT-1&expires=60").answer());
    let success = json!({ "access_token": "AT-2", "refresh_token": "RT-2", "expires": 60 });
    assert_eq!(body, json!({ "success": success }));

    bench.advance(59);
    let (_, body) = told(&bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=AT-1").answer());
    assert_eq!(body["success"]["access_token"], "AT-3");
}

#[test]
fn an_unknown_or_expired_token_refreshes_nothing() {
    let mut bench = Bench::new();
    bench.log_in(ALICE);
    bench.advance(3600);
    let error = json!({ "error": { "human": "The token is unknown or has expired." } });
    for url in ["", "?token=AT-1", "?token=RT-7", "?token="] {
        let answer = bench.ask(Method::GET, &format!("/v2.0/auth/refresh_token{url}")).answer();
        assert_eq!(told(&answer), (401, error.clone()), "{url}");
        assert_eq!(response(&answer).reason, None);
    }
    let (status, _) = told(&bench.ask(Method::GET, "/v2.0/auth/refresh_token?token=RT-1").answer());
    assert_eq!(status, 200, "a refresh token outlives its access token");
}

#[test]
fn every_answer_lets_pages_of_other_origins_read_it() {
    let mut bench = Bench::new();
    let answer = bench.log_in_as(ALICE, "wrong");
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));

    let answer = bench.ask(Method::GET, "/nowhere").header("origin", "https://app.example").answer();
    assert_eq!(told(&answer), (404, json!({})));
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(header(&answer, "vary"), Some("origin"));
    assert_eq!(header(&answer, "access-control-expose-headers"), Some("retry-after"));
}

#[test]
fn a_preflight_is_answered_at_once_whatever_the_faults() {
    let mut bench = Bench::new();
    bench.platform.set_latency(bench.now, Duration::from_secs(2));
    bench.fail(Point::MkToken, &json!({ "hang": true }));
    bench.fail(Point::Other, &json!({ "hang": true }));
    let before = bench.platform.journal().next_seq();

    let answer = bench
        .ask(Method::OPTIONS, "/v2.0/auth/mk_token?refresh=y")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization,content-type,x-cpaas-agent")
        .header("access-control-request-private-network", "true")
        .answer();
    assert_eq!(answer.delay, Duration::ZERO);
    assert_eq!(told(&answer), (204, Value::Null));
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(header(&answer, "access-control-allow-methods"), Some("GET, POST, PUT, DELETE"));
    let allowed = header(&answer, "access-control-allow-headers").unwrap();
    for name in ["authorization", "content-type", "x-cpaas-agent"] {
        assert!(allowed.split(", ").any(|header| header == name), "{name}");
    }
    assert!(header(&answer, "access-control-max-age").is_some());
    assert_eq!(header(&answer, "access-control-allow-private-network"), Some("true"));
    assert_eq!(bench.platform.journal().next_seq(), before);
}

#[test]
fn a_revoked_token_is_void_with_all_that_belongs_to_it_and_no_other_is() {
    let revoke = |bench: &mut Bench, token: &str| {
        told(&bench.ask(Method::GET, &format!("/v2.0/auth/revoke_token?token={token}")).answer())
    };
    let refresh = |bench: &mut Bench, token: &str| {
        told(&bench.ask(Method::GET, &format!("/v2.0/auth/refresh_token?token={token}")).answer()).0
    };
    let unknown = (401, json!({ "error": { "human": "The token is unknown or has expired." } }));
    let mut bench = Bench::new();
    let socket = bench.connect(ALICE);
    assert_eq!(bench.log_in(ALICE), "AT-2");
    assert_eq!(refresh(&mut bench, "AT-1"), 200);
    assert_eq!(revoke(&mut bench, "AT-1"), (200, json!({})));
    for void in ["AT-1", "RT-1", "AT-3", "RT-3"] {
        assert_eq!(refresh(&mut bench, void), 401, "{void}");
        assert_eq!(revoke(&mut bench, void), unknown, "{void}");
        assert_eq!(bench.refused(&format!("/websocket/CH-1?token={void}")), 401, "{void}");
    }
    assert_eq!(refresh(&mut bench, "AT-2"), 200, "another login of the same user");
    assert_eq!(bench.platform.sockets(None)[0].id, socket, "the socket is the client's to close");
    assert_eq!(bench.platform.subscriptions(None).len(), 1);
    assert_eq!(revoke(&mut bench, "RT-2"), (200, json!({})), "a refresh token speaks for its login, too");
    assert_eq!(revoke(&mut bench, ""), unknown);

    let token = bench.log_in(BOB);
    bench.advance(3600);
    assert_eq!(revoke(&mut bench, &token), unknown, "it has expired");
    let records: Vec<_> =
        bench.platform.journal().iter().filter(|record| record.point == Some(Point::RevokeToken)).collect();
    assert_eq!(records.len(), 8);
    assert_eq!(records[0].user.as_deref(), Some(ALICE));
    assert_eq!(records[0].request().unwrap().query().next().unwrap().1, "AT-1");
}

#[test]
fn a_fault_at_the_end_of_a_token_leaves_it_valid() {
    let mut bench = Bench::new();
    let token = bench.log_in(ALICE);
    let path = format!("/v2.0/auth/revoke_token?token={token}");
    bench.fail(Point::RevokeToken, &json!([{ "status": 500, "user": ALICE }, { "hang": true }, { "times": 1 }]));
    assert_eq!(told(&bench.ask(Method::GET, &path).answer()).0, 500);
    assert_eq!(bench.ask(Method::GET, &path).answer().reply, Reply::Hang);
    assert_eq!(told(&bench.ask(Method::GET, &path).answer()).0, 200);
    assert_eq!(told(&bench.ask(Method::GET, &path).answer()).0, 401);
}
