use serde_json::json;

use super::*;
use crate::ids::FaultId;
use crate::journal::Met;
use crate::limits::Limits;
use crate::point::Point;

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
        json!({ "accept": true, "delay": 10 }),
        json!({ "closeAfterOpen": 1011 }),
        json!({ "headers": { "Retry-After": "7", "Set-Cookie": ["a=1", "b=2"] } }),
        json!({ "lateBody": 1500, "drip": 100, "truncate": 0 }),
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
        (json!("1m 30s"), 90_000),
        (json!("1d"), 86_400_000),
    ] {
        let fault = Fault::from_json(&json!({ "delay": text })).unwrap();
        assert_eq!(fault, Fault::delay(Duration::from_millis(millis)));
    }
    for text in [json!("30"), json!("s"), json!("1.5s"), json!("1 s"), json!(-1), json!("9000h"), json!("-1s")] {
        assert!(Fault::from_json(&json!({ "delay": text })).is_err(), "{text}");
    }
}

#[test]
fn an_error_says_what_is_wrong_where_and_what_to_do() {
    let (long, cut) = ("x".repeat(129), "x".repeat(128));
    let cut_text = format!("the fault's \"status\" is \"{cut}\": give an HTTP status from 200 to 599");
    for (how, message) in [
        (json!({ "statsu": 500 }), "a fault has no key \"statsu\" (did you mean `status`?)"),
        (json!({ "colour": 1 }), "a fault has no key \"colour\""),
        (json!(500), "a fault is a map such as {status: 500}, not a number"),
        (json!({ "status": 99 }), "the fault's \"status\" is 99: give an HTTP status from 200 to 599"),
        (json!({ "status": "x" }), "the fault's \"status\" is \"x\": give an HTTP status from 200 to 599"),
        (json!({ "status": long }), &cut_text),
        (json!({ "hang": 1 }), "the fault's \"hang\" is 1: give true or false"),
        (json!({ "merge": [] }), "the fault's \"merge\" is an array: give a map"),
        (
            json!({ "hang": true, "status": 500 }),
            "the fault has both \"hang\" and \"status\", which exclude each other: leave one out",
        ),
        (
            json!([{}, { "times": 0 }]),
            "fault 2 of the list: the fault's \"times\" is 0: give a number from 1, or leave it out for ever",
        ),
    ] {
        assert_eq!(Fault::list_from_json(&how).unwrap_err().to_string(), message);
    }
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
        json!({ "drip": 0 }),
        json!({ "truncate": -1 }),
        json!({ "lateBody": "soon" }),
        json!({ "accept": 1 }),
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
    for (how, first, second) in [
        (json!({ "hang": true, "delay": 1000 }), "hang", "delay"),
        (json!({ "cors": true, "hang": true }), "hang", "cors"),
        (json!({ "refuse": true, "delay": 1000 }), "refuse", "delay"),
        (json!({ "reset": true, "json": {} }), "reset", "json"),
        (json!({ "reset": true, "refuse": true, "hang": true, "merge": {} }), "hang", "refuse"),
        (json!({ "closeAfterOpen": 1000, "status": 500 }), "closeAfterOpen", "status"),
        (json!({ "closeAfterOpen": 1000, "accept": true }), "accept", "closeAfterOpen"),
        (json!({ "accept": true, "status": 503 }), "accept", "status"),
        (json!({ "hang": true, "truncate": 3 }), "hang", "truncate"),
        (json!({ "status": 204, "drip": 1 }), "status", "drip"),
        (json!({ "merge": {}, "closeAfterOpen": 1000 }), "closeAfterOpen", "merge"),
        (json!({ "json": {}, "body": "x" }), "json", "body"),
        (json!({ "json": {}, "merge": {} }), "json", "merge"),
        (json!({ "json": {}, "body": "x", "merge": {}, "status": 204 }), "json", "body"),
        (json!({ "body": "x", "params": {} }), "body", "params"),
        (json!({ "status": 500, "body": "x", "params": {} }), "body", "params"),
        (json!({ "status": 500, "without": ["service"] }), "status", "without"),
        (json!({ "status": 204, "json": {} }), "status", "json"),
        (json!({ "status": 304, "json": {}, "merge": {} }), "status", "json"),
        (json!({ "status": 204, "body": "", "merge": {} }), "status", "merge"),
        (json!({ "status": 205, "params": {} }), "status", "params"),
    ] {
        assert_eq!(Fault::from_json(&how), Err(FaultError::Contradiction { first, second }), "{how}");
    }
}

#[test]
fn a_flag_that_is_not_set_contradicts_nothing() {
    for (how, same) in [
        (json!({ "hang": false, "reset": false, "status": 500 }), json!({ "status": 500 })),
        (json!({ "json": 1, "without": [] }), json!({ "json": 1 })),
        (json!({ "status": 204, "body": "", "type": null }), json!({ "status": 204, "body": "", "type": null })),
    ] {
        assert_eq!(Fault::from_json(&how), Fault::from_json(&same));
        assert_eq!(serde_json::to_value(Fault::from_json(&how).unwrap()).unwrap(), same);
    }
}

#[test]
fn a_fault_made_in_rust_is_the_one_that_its_json_gives() {
    let late = Some(Duration::from_secs(2));
    for (fault, how) in [
        (Fault::healthy(), json!({})),
        (Fault::status(503).times(2), json!({ "status": 503, "times": 2 })),
        (Fault::status(201), json!({ "status": 201 })),
        (
            Fault::json(403, json!({ "a": 1 })).user("alice"),
            json!({ "status": 403, "json": { "a": 1 }, "user": "alice" }),
        ),
        (Fault::text(200, "x").after(1), json!({ "status": 200, "body": "x", "after": 1 })),
        (Fault::merge([("a", json!({}))]), json!({ "merge": { "a": {} } })),
        (Fault::params([("expires", 120)]), json!({ "params": { "expires": 120 } })),
        (Fault::without(["service"]), json!({ "without": ["service"] })),
        (Fault::delay(Duration::from_secs(2)), json!({ "delay": "2s" })),
        (Fault::hang(), json!({ "hang": true })),
        (Fault::reset(), json!({ "reset": true })),
        (Effect::Reset { delay: late }.into(), json!({ "reset": true, "delay": 2000 })),
        (Fault::refuse(), json!({ "refuse": true })),
        (Fault::accept(), json!({ "accept": true })),
        (Fault::truncate(9), json!({ "truncate": 9 })),
        (Fault::late_body(Duration::from_secs(2)), json!({ "lateBody": "2s" })),
        (Fault::drip(9), json!({ "drip": 9 })),
        (Fault::headers([("A", "1"), ("A", "3"), ("B", "2")]), json!({ "headers": { "A": ["1", "3"], "B": "2" } })),
        (Fault::close_after_open(1011), json!({ "closeAfterOpen": 1011 })),
        (Effect::CloseAfterOpen { code: 1005, delay: late }.into(), json!({ "closeAfterOpen": 1005, "delay": 2000 })),
    ] {
        assert_eq!(fault.check(), Ok(()));
        assert_eq!(Fault::from_json(&how), Ok(fault));
    }
}

#[test]
fn what_is_made_in_rust_is_checked_as_what_is_read() {
    let edited_error = FaultyAnswer { status: Some(500), ..edited() };
    for (fault, message) in [
        (Fault::status(99), "the fault's \"status\" is 99: give an HTTP status from 200 to 599"),
        (Fault::status(500).times(0), "the fault's \"times\" is 0: give a number from 1, or leave it out for ever"),
        (Fault::json(204, 1), "the fault has both \"status\" and \"json\", which exclude each other: leave one out"),
        (edited_error.into(), "the fault has both \"status\" and \"without\", which exclude each other: leave one out"),
    ] {
        assert_eq!(fault.check().unwrap_err().to_string(), message);
        assert_eq!(fault.check_at(Point::Subscribe), fault.check());
    }
}

fn edited() -> FaultyAnswer {
    let without = vec!["service".to_owned()];
    FaultyAnswer { content: Content::Own(Edit { without, ..Edit::default() }), ..FaultyAnswer::default() }
}

#[test]
fn the_keys_are_all_that_there_are() {
    let (json, map) = (Value::Null, Map::new());
    let keys = json::Keys {
        status: Some(200),
        status_text: Some(""),
        json: Some(&json),
        body: Some(""),
        content_type: Some(None),
        headers: Some(vec![("a".to_owned(), String::new())].into()),
        cors: Some(true),
        merge: Some(&map),
        params: Some(&map),
        without: vec![""],
        delay: Some(Duration::ZERO),
        late_body: Some(Duration::ZERO),
        drip: Some(1),
        truncate: Some(0),
        hang: true,
        reset: true,
        refuse: true,
        accept: true,
        close_after_open: Some(1000),
        times: Some(1),
        after: 1,
        user: Some(""),
        each: Some("user"),
    };
    let written = serde_json::to_value(keys).unwrap();
    assert_eq!(written.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), Fault::KEYS);
    for (key, value) in written.as_object().unwrap() {
        Fault::from_json(&json!({ key: value })).unwrap();
    }
}

#[test]
fn a_key_without_effect_at_a_point_is_refused_there() {
    for (how, point, refused) in [
        (json!({ "json": {} }), Point::WebSocket, Some("json")),
        (json!({ "closeAfterOpen": 1000 }), Point::Subscribe, Some("closeAfterOpen")),
        (json!({ "params": {} }), Point::MkToken, Some("params")),
        (json!({ "without": ["service"] }), Point::Other, Some("without")),
        (json!({ "without": ["service"] }), Point::WebSocket, Some("without")),
        (json!({ "accept": true }), Point::Subscribe, Some("accept")),
        (json!({ "accept": true }), Point::WebSocket, None),
        (json!({ "truncate": 1 }), Point::WebSocket, Some("truncate")),
        (json!({ "drip": 1 }), Point::WebSocket, Some("drip")),
        (json!({ "lateBody": 1 }), Point::Preflight, Some("lateBody")),
        (json!({ "json": {} }), Point::Preflight, Some("json")),
        (json!({ "user": "alice" }), Point::Preflight, Some("user")),
        (json!({ "headers": { "a": "b" } }), Point::Preflight, None),
        (json!({ "cors": false, "delay": 5, "status": 503, "statusText": "x" }), Point::Preflight, None),
        (json!({ "headers": { "a": "b" } }), Point::WebSocket, Some("headers")),
        (json!({ "status": 503, "headers": { "a": "b" } }), Point::WebSocket, None),
        (json!({ "statusText": "Busy" }), Point::WebSocket, Some("statusText")),
        (json!({ "status": 503, "statusText": "Busy" }), Point::WebSocket, None),
    ] {
        let told = Fault::from_json(&how).unwrap().check_at(point).map_err(|error| error.to_string());
        let text =
            |key| format!("the fault's {key:?} has no effect at {point}: leave it out, or put the fault elsewhere");
        assert_eq!(told.err(), refused.map(text));
    }
}

#[test]
fn a_field_that_no_normal_answer_has_cannot_be_left_out() {
    for (point, field, message) in [
        (
            Point::MkToken,
            "acces_token",
            "the fault's \"without\" has no effect at mk_token: no normal answer there has \"acces_token\" (did you mean \
             `access_token`?); it may have /success/access_token, /success/refresh_token, /success/expires, /success",
        ),
        (
            Point::Unsubscribe,
            "/subscribeResponse/subscription",
            "the fault's \"without\" has no effect at unsubscribe: no normal answer there has \
             \"/subscribeResponse/subscription\"; it may have /subscribeResponse/statusCode, /subscribeResponse",
        ),
    ] {
        let told = Fault::without(["expires", field]).check_at(point);
        let told = if point == Point::MkToken { told } else { Fault::without([field]).check_at(point) };
        assert_eq!(told.unwrap_err().to_string(), message);
    }
    for (point, fields) in [
        (Point::Subscribe, ["subscription", "/subscribeResponse/subscriptionParams/expires"]),
        (Point::Resubscribe, ["statusCode", "service"]),
        (Point::RefreshToken, ["access_token", "/success"]),
        (Point::Unsubscribe, ["statusCode", "/subscribeResponse"]),
    ] {
        assert_eq!(Fault::without(fields).check_at(point), Ok(()), "{fields:?} at {point}");
    }
}

#[test]
fn a_header_that_no_answer_can_have_is_refused() {
    for (name, value, message) in [
        ("a b", "x", "\"a b\" is not the name of a header: give letters, digits and hyphens"),
        ("", "x", "\"\" is not the name of a header: give letters, digits and hyphens"),
        ("A", "x\r\nB: y", "\"A\" has the value \"x\\r\\nB: y\": give one line of visible ASCII"),
        ("A", "x\ny", "\"A\" has the value \"x\\ny\": give one line of visible ASCII"),
        ("A", "é\0", "\"A\" has the value \"é\\0\": give one line of visible ASCII"),
        (
            "Content-Length",
            "5",
            "\"Content-Length\" is set by the server itself: leave it out, or use truncate, drip and \
             lateBody",
        ),
    ] {
        let told = Fault::from_json(&json!({ "headers": { name: [value] } })).unwrap_err();
        assert_eq!(told.to_string(), format!("the fault's header {message}"));
    }
    for how in [json!(["a"]), json!({ "a": 5 }), json!({ "a": [] }), json!({ "a": [5] })] {
        let told = Fault::from_json(&json!({ "headers": how }));
        assert!(matches!(told, Err(FaultError::Value { key: "headers", .. })), "{told:?}");
    }
    let many = |count| (0..count).map(|number| (format!("h{number}"), ""));
    assert_eq!(Fault::headers(many(Limits::FAULT_HEADERS)).check(), Ok(()));
    let too_many = Fault::headers(many(Limits::FAULT_HEADERS + 1)).check();
    assert!(matches!(too_many, Err(FaultError::TooMany { .. })), "{too_many:?}");
}

/// Puts faults, then lets requests come, each by its user; gives the status that each meets, 0 for health.
fn met(rules: &[Value], users: &[&str]) -> Vec<u16> {
    let mut faults = Faults::default();
    for rule in rules {
        faults.add(Point::MkToken, Fault::list_from_json(rule).unwrap()).unwrap();
    }
    let status = |(_, met): (FaultId, Met)| match &met.fault.effect {
        Effect::Answer(answer) => answer.status.unwrap_or(0),
        other => panic!("no answer: {other:?}"),
    };
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
    assert_eq!(holds(&json!({ "headers": { "a": ["b", "cd"] } })), 2 * (2 * text + 1) + 3);
    assert_eq!(holds(&json!({ "json": [1, "abc"] })), 2 * value + 3);
    assert_eq!(holds(&json!({ "merge": { "ab": "abc" }, "params": { "a": true } })), 2 * member + 2 + 3 + 1);
    let all = json!({ "user": "ab", "without": ["abc"], "params": { "a": { "b": [null] } } });
    assert_eq!(holds(&all), 2 + (text + 3) + 2 * (member + 1) + value);
}

#[test]
fn rules_are_numbered_in_the_order_in_which_they_are_made() {
    let mut faults = Faults::default();
    let mut number = || faults.add(Point::Other, vec![Fault::healthy()]).unwrap().number();
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
    let error = faults.add(Point::MkToken, vec![Fault::healthy(), Fault::close_after_open(1000)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fault 2 of the list: the fault's \"closeAfterOpen\" has no effect at mk_token: leave it out, or put the fault \
         elsewhere"
    );
    assert!(faults.decide(Point::MkToken, None).is_none());
}
