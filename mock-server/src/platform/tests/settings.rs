use super::*;

#[test]
fn anybody_signs_in_while_any_user_may() {
    let mut bench = Bench::new();
    bench.platform.set_any_user(bench.now, true);
    assert_eq!(told(&bench.log_in_as("carol", "x")).0, 200);
    assert_eq!(told(&bench.log_in_as(ALICE, "wrong")).0, 200);
    let names: Vec<String> = bench.platform.users().into_iter().map(|user| user.name).collect();
    assert_eq!(names, [ALICE, BOB, "carol"]);

    bench.platform.set_any_user(bench.now, false);
    assert_eq!(told(&bench.log_in_as(ALICE, "wrong")).0, 401);
    assert_eq!(told(&bench.log_in_as("dave", "x")).0, 401);
    assert_eq!(told(&bench.log_in_as("carol", "x")).0, 200, "she was added with the password that she gave");
}

#[test]
fn not_even_any_user_goes_beyond_the_limits() {
    let mut bench = Bench::new();
    bench.platform.set_any_user(bench.now, true);
    assert_eq!(told(&bench.log_in_as(&"x".repeat(Limits::TEXT_BYTES + 1), "x")).0, 401);
    for number in bench.platform.users().len()..Limits::USERS {
        bench.platform.add_user(bench.now, &number.to_string(), "x", UserOptions::default()).unwrap();
    }
    assert_eq!(told(&bench.log_in_as("one more", "x")).0, 503);
    assert_eq!(told(&bench.log_in_as("19999", "y")).0, 200);
}

/// Adds users until there are as many as there may be.
fn fill(bench: &mut Bench) {
    for number in bench.platform.users().len()..Limits::USERS {
        bench.platform.add_user(bench.now, &format!("added {number}"), "x", UserOptions::default()).unwrap();
    }
}

#[test]
fn names_that_clients_make_up_do_not_keep_out_others() {
    let mut bench = Bench::new();
    bench.platform.set_any_user(bench.now, true);
    let token = bench.log_in("first");
    for name in ["subscribed", "again", "told", "idle", "late"] {
        bench.log_in(name);
    }
    bench.subscribe("subscribed");
    bench.log_in("again");
    bench.platform.set_password(bench.now, "told", "y").unwrap();
    fill(&mut bench);
    let long = "x".repeat(Limits::TEXT_BYTES + 1);
    assert!(bench.platform.add_user(bench.now, &long, "x", UserOptions::default()).is_err());
    assert!(bench.platform.has_user("first"), "a refused command changes nothing");

    assert_eq!(told(&bench.log_in_as("new", "x")).0, 200);
    bench.platform.add_user(bench.now, "added", "x", UserOptions::default()).unwrap();
    let gone = |bench: &Bench| {
        let all = ["first", "idle", "late", "subscribed", "again", "new", "told", "added", ALICE];
        all.into_iter().filter(|name| !bench.platform.has_user(name)).collect::<Vec<_>>()
    };
    assert_eq!(gone(&bench), ["first", "idle"], "those that were not used for longest");
    assert_eq!(bench.post("first", &token, &request(3600)).0, 401, "nothing is left of them");
    for number in 0..100 {
        assert_eq!(told(&bench.log_in_as(&number.to_string(), "x")).0, 200);
    }
    assert_eq!(gone(&bench), ["first", "idle", "late", "again", "new"], "who is in use, told or added is not");
    assert_eq!(bench.platform.users().len(), Limits::USERS);
}

#[test]
fn where_made_up_names_are_in_use_only_some_are_looked_at() {
    let mut bench = Bench::new();
    bench.platform.set_any_user(bench.now, true);
    for number in 0..Limits::MADE_UP_LOOKS {
        bench.subscribe(&number.to_string());
    }
    bench.log_in("idle");
    fill(&mut bench);
    assert_eq!(told(&bench.log_in_as("new", "x")).0, 503);
    assert!(bench.platform.has_user("idle"));
    assert_eq!(told(&bench.log_in_as("new", "x")).0, 200, "it goes on where it was");
    assert!(!bench.platform.has_user("idle"));
}

#[test]
fn options_of_a_user_change_for_what_is_granted_from_then_on() {
    let mut bench = Bench::new();
    let token = bench.subscribe(ALICE);
    let options = UserOptions {
        services: Some(vec!["IM".to_owned()]),
        token_lifetime: Some(Duration::from_secs(60)),
        ..UserOptions::default()
    };
    bench.platform.set_options(bench.now, ALICE, options.clone()).unwrap();
    assert_eq!(told(&bench.log_in_as(ALICE, "s3cret")).1["success"]["expires"], 60);
    let (status, body) =
        bench.post(ALICE, &token, &json!({ "service": ["call", "IM"], "notificationType": "WebSocket" }));
    assert_eq!((status, &body["subscribeResponse"]["subscriptionParams"]["service"]), (200, &json!(["IM"])));

    assert!(bench.platform.set_options(bench.now, "nobody", options.clone()).is_err());
    let brief = UserOptions { token_lifetime: Some(Duration::ZERO), ..options };
    assert_eq!(
        bench.platform.set_options(bench.now, ALICE, brief),
        Err(PlatformError::Lifetime { lifetime: Duration::ZERO })
    );
    assert_eq!(
        told(&bench.log_in_as(ALICE, "s3cret")).1["success"]["expires"],
        60,
        "a refused command changes nothing"
    );
}

#[test]
fn settings_and_faults_can_be_looked_at() {
    let mut bench = Bench::new();
    let settings = |bench: &Bench| serde_json::to_value(bench.platform.settings()).unwrap();
    let at_first =
        json!({ "offline": false, "anyUser": false, "answerPings": false, "latency": 0, "tokenLifetime": null });
    assert_eq!(settings(&bench), at_first);
    bench.platform.set_offline(bench.now);
    bench.platform.set_any_user(bench.now, true);
    bench.platform.set_answer_pings(bench.now, true);
    bench.platform.set_latency(bench.now, Duration::from_millis(250));
    bench.platform.set_token_lifetime(bench.now, Some(Duration::from_secs(60))).unwrap();
    let now = json!({ "offline": true, "anyUser": true, "answerPings": true, "latency": 250, "tokenLifetime": 60000 });
    assert_eq!(settings(&bench), now);
    bench.platform.set_online(bench.now);

    let list = json!([{ "status": 500 }, { "status": 503, "times": 2 }]);
    bench.platform.fail(bench.now, Point::MkToken, Fault::list_from_json(&list).unwrap()).unwrap();
    let faults = |bench: &Bench| serde_json::to_value(bench.platform.faults()).unwrap();
    assert_eq!(faults(&bench), json!([{ "id": 1, "point": "mk_token", "faults": list, "acted": 0 }]));
    let unmet = |bench: &Bench, point| -> Vec<u64> {
        bench.platform.unmet_faults(point).into_iter().map(FaultId::number).collect()
    };
    assert_eq!(unmet(&bench, None), [1]);
    assert_eq!((unmet(&bench, Some(Point::MkToken)), unmet(&bench, Some(Point::Other))), (vec![1], Vec::new()));
    bench.log_in_as(ALICE, "s3cret");
    bench.log_in_as(ALICE, "s3cret");
    assert_eq!(faults(&bench), json!([{ "id": 1, "point": "mk_token", "faults": [list[1]], "acted": 1 }]));
    assert_eq!(unmet(&bench, None), [0; 0]);
    bench.log_in_as(ALICE, "s3cret");
    assert_eq!(faults(&bench), json!([]));
}
