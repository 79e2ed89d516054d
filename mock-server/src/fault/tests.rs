use serde_json::json;

use super::*;

fn message(how: &Value) -> String {
    Fault::from_json(how).unwrap_err().to_string()
}

#[test]
fn every_key_is_read_and_written_back() {
    let texts = [
        json!({}),
        json!({ "status": 401, "statusText": "Login Please", "json": null, "type": null, "cors": false }),
        json!({ "body": "x", "type": "text/html", "delay": 250, "times": 2, "after": 1, "user": "alice" }),
        json!({ "status": 201, "merge": { "a": 1 }, "params": { "expires": 120 }, "without": ["service"] }),
        json!({ "hang": true }),
        json!({ "reset": true, "delay": 10 }),
        json!({ "refuse": true }),
        json!({ "closeAfterOpen": 1011 }),
    ];
    for text in texts {
        let fault = Fault::from_json(&text).unwrap();
        assert_eq!(serde_json::to_value(&fault).unwrap(), text);
        assert_eq!(serde_json::from_value::<Fault>(text).unwrap(), fault);
    }
}

#[test]
fn a_delay_is_read_from_numbers_and_texts() {
    for (text, millis) in [
        (json!(0), 0),
        (json!(250), 250),
        (json!("250ms"), 250),
        (json!("30s"), 30_000),
        (json!("5m"), 300_000),
        (json!("1h"), 3_600_000),
    ] {
        let fault = Fault::from_json(&json!({ "delay": text })).unwrap();
        assert_eq!(fault.delay, Some(Duration::from_millis(millis)));
    }
    for text in [json!("30"), json!("s"), json!("1.5s"), json!("1 s"), json!(-1), json!("9000h"), json!("-1s")] {
        assert!(Fault::from_json(&json!({ "delay": text })).is_err(), "{text}");
    }
}

#[test]
fn an_error_says_what_is_wrong_where_and_what_to_do() {
    assert_eq!(message(&json!({ "statsu": 500 })), "a fault has no key \"statsu\" (did you mean \"status\"?)");
    assert_eq!(message(&json!({ "colour": 1 })), "a fault has no key \"colour\"");
    assert_eq!(message(&json!(500)), "a fault is a map such as {status: 500}, not a number");
    assert_eq!(message(&json!({ "status": 99 })), "the fault's \"status\" is 99: give an HTTP status from 200 to 599");
    assert_eq!(
        message(&json!({ "status": "x" })),
        "the fault's \"status\" is \"x\": give an HTTP status from 200 to 599"
    );
    let (long, cut) = ("x".repeat(129), "x".repeat(128));
    assert!(message(&json!({ "status": long })).starts_with(&format!("the fault's \"status\" is \"{cut}\": ")));
    assert_eq!(message(&json!({ "hang": 1 })), "the fault's \"hang\" is 1: give true or false");
    assert_eq!(message(&json!({ "merge": [] })), "the fault's \"merge\" is an array: give a map");
    assert_eq!(
        message(&json!({ "hang": true, "status": 500 })),
        "the fault has both \"hang\" and \"status\", which exclude each other: leave one out"
    );
    let in_list = Fault::list_from_json(&json!([{}, { "times": 0 }])).unwrap_err();
    assert_eq!(
        in_list.to_string(),
        "fault 2 of the list: the fault's \"times\" is 0: give a number from 1; leave it out for ever"
    );
}

#[test]
fn impossible_values_are_refused() {
    for how in [
        json!({ "status": 600 }),
        json!({ "status": 101 }),
        json!({ "statusText": "a\r\nb" }),
        json!({ "type": "" }),
        json!({ "type": "a\nb" }),
        json!({ "closeAfterOpen": 1006 }),
        json!({ "closeAfterOpen": 70_000 }),
        json!({ "times": 0 }),
        json!({ "after": -1 }),
        json!({ "without": "service" }),
        json!({ "without": [5] }),
        json!({ "cors": "no" }),
        json!({ "body": 5 }),
        json!({ "user": null }),
    ] {
        assert!(matches!(Fault::from_json(&how), Err(FaultError::Value { .. })), "{how}");
    }
}

#[test]
fn keys_that_exclude_each_other_are_refused() {
    for (first, second) in [
        ("hang", "delay"),
        ("hang", "cors"),
        ("refuse", "delay"),
        ("reset", "json"),
        ("closeAfterOpen", "status"),
        ("json", "body"),
        ("json", "merge"),
        ("body", "params"),
        ("status", "without"),
    ] {
        let value = |key: &str| match key {
            "hang" | "refuse" | "reset" | "cors" => json!(true),
            "delay" | "closeAfterOpen" => json!(1000),
            "status" => json!(500),
            "body" => json!("x"),
            "without" => json!(["service"]),
            _ => json!({}),
        };
        let how = json!({ first: value(first), second: value(second) });
        assert_eq!(Fault::from_json(&how), Err(FaultError::Contradiction { first, second }));
    }
    let without_body = json!({ "status": 204, "json": {} });
    let refusal = FaultError::Contradiction { first: "status", second: "json" };
    assert_eq!(Fault::from_json(&without_body), Err(refusal));
    assert!(Fault::from_json(&json!({ "status": 204, "body": "", "type": null })).is_ok());
}

#[test]
fn a_key_without_effect_at_a_point_is_refused_there() {
    let refused_at = |how: &Value, point| Fault::from_json(how).unwrap().check_at(point).unwrap_err().to_string();
    assert_eq!(
        refused_at(&json!({ "json": {} }), Point::WebSocket),
        "the fault's \"json\" has no effect at websocket: leave it out, or put the fault elsewhere"
    );
    refused_at(&json!({ "closeAfterOpen": 1000 }), Point::Subscribe);
    refused_at(&json!({ "params": {} }), Point::MkToken);
    refused_at(&json!({ "without": ["service"] }), Point::Unsubscribe);
    refused_at(&json!({ "statusText": "Busy" }), Point::WebSocket);
    let busy = Fault::from_json(&json!({ "status": 503, "statusText": "Busy" })).unwrap();
    assert_eq!(busy.check_at(Point::WebSocket), Ok(()));
}

/// Puts faults, then lets requests come, each by its user; gives the status that each meets, 0 for health.
fn met(rules: &[Value], users: &[&str]) -> Vec<u16> {
    let mut faults = Faults::default();
    for rule in rules {
        faults.add(Point::MkToken, Fault::list_from_json(rule).unwrap()).unwrap();
    }
    let status = |(_, fault): (FaultId, std::sync::Arc<Fault>)| fault.status.unwrap_or(0);
    users.iter().map(|user| faults.decide(Point::MkToken, Some(user)).map_or(0, status)).collect()
}

#[test]
fn a_fault_takes_what_it_holds() {
    let holds = |how: &Value| weight::of(&Fault::from_json(how).unwrap()) - size_of::<Fault>();
    let (text, value) = (size_of::<String>(), size_of::<Value>());
    let member = size_of::<(String, Value)>();
    assert_eq!(holds(&json!({ "status": 200, "delay": 5 })), 0);
    assert_eq!(holds(&json!({ "statusText": "ab", "type": "abc", "user": "abcd" })), 2 + 3 + 4);
    assert_eq!(holds(&json!({ "without": ["ab", "abc"] })), 2 * text + 2 + 3);
    assert_eq!(holds(&json!({ "json": [1, "abc"] })), 2 * value + 3);
    assert_eq!(holds(&json!({ "merge": { "ab": "abc" }, "params": { "a": true } })), 2 * member + 2 + 3 + 1);
    let all = json!({ "user": "ab", "without": ["abc"], "params": { "a": { "b": [null] } } });
    assert_eq!(holds(&all), 2 + (text + 3) + 2 * (member + 1) + value);
}

#[test]
fn rules_are_numbered_in_the_order_in_which_they_are_made() {
    let mut faults = Faults::default();
    let mut number = || faults.add(Point::Other, vec![Fault::default()]).unwrap().number();
    assert_eq!([number(), number(), number()], [1, 2, 3]);
}

#[test]
fn one_fault_holds_for_ever_and_times_end_it() {
    assert_eq!(met(&[json!({ "status": 500 })], &["a"; 4]), [500, 500, 500, 500]);
    assert_eq!(met(&[json!({ "status": 500, "times": 2 })], &["a"; 4]), [500, 500, 0, 0]);
}

#[test]
fn a_list_is_used_in_order_and_its_last_repeated() {
    let list = json!([{ "status": 500 }, {}, { "status": 503 }]);
    assert_eq!(met(&[list], &["a"; 5]), [500, 0, 503, 503, 503]);
    let list = json!([{ "status": 500, "times": 2 }, { "status": 503, "times": 1 }]);
    assert_eq!(met(&[list], &["a"; 5]), [500, 500, 503, 0, 0]);
}

#[test]
fn after_lets_matching_requests_pass_first() {
    let late = json!({ "status": 500, "after": 2, "times": 1 });
    assert_eq!(met(&[late], &["a"; 5]), [0, 0, 500, 0, 0]);
    let later = json!([{ "status": 500 }, { "status": 503, "after": 1 }]);
    assert_eq!(met(&[later], &["a"; 4]), [500, 0, 503, 503]);
}

#[test]
fn a_request_of_somebody_else_neither_matches_nor_counts() {
    let hers = json!({ "status": 500, "user": "alice", "after": 1, "times": 1 });
    assert_eq!(met(&[hers], &["bob", "bob", "alice", "bob", "alice", "alice"]), [0, 0, 0, 0, 500, 0]);
}

#[test]
fn the_oldest_rule_that_matches_decides() {
    let rules =
        [json!({ "status": 500, "user": "alice" }), json!({ "status": 503, "times": 2 }), json!({ "status": 418 })];
    assert_eq!(met(&rules, &["alice", "bob", "bob", "alice", "bob"]), [500, 503, 503, 500, 418]);
}

#[test]
fn an_empty_list_and_a_fault_out_of_place_add_nothing() {
    let mut faults = Faults::default();
    assert_eq!(faults.add(Point::MkToken, Vec::new()), Err(FaultError::Empty));
    let misplaced = Fault { close_after_open: Some(1000), ..Fault::default() };
    let error = faults.add(Point::MkToken, vec![Fault::default(), misplaced]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fault 2 of the list: the fault's \"closeAfterOpen\" has no effect at mk_token: leave it out, or put the fault \
         elsewhere"
    );
    assert!(faults.decide(Point::MkToken, None).is_none());
}
