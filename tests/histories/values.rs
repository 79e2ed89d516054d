//! Values that histories are made of: JSON, odd and even, names, secrets and times.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// The users of every history.
pub(crate) const USERS: [&str; 2] = ["alice@example.com", "bob"];

/// Is in every secret that a history uses, and in nothing else.
pub(crate) const MARK: &str = "S3CRET";

/// A user's password at first.
pub(crate) fn password_of(user: &str) -> String {
    format!("{MARK}-pw-{user}")
}

/// A token of a user, of the kind `at`, `rt` or `oa`, that a command gives its text to.
pub(crate) fn token_of(user: &str, kind: &str) -> String {
    format!("{MARK}-{kind}-{user}")
}

/// Fails if `shown` has a secret, in plain text or as an authorization.
#[track_caller]
pub(crate) fn assert_no_secret(what: &str, shown: &str) {
    let logins = USERS.map(|user| {
        // The beginning is that of every password of this user, and three bytes make four letters.
        let login = format!("{user}:{MARK}");
        BASE64_STANDARD.encode(&login[..login.len() / 3 * 3])
    });
    for secret in logins.iter().map(String::as_str).chain([MARK]) {
        if let Some(at) = shown.find(secret) {
            let before: String = shown[..at].chars().rev().take(200).collect();
            panic!("{what} shows a secret behind: {}", before.chars().rev().collect::<String>());
        }
    }
}

/// Any JSON of a moderate size.
pub(crate) fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    let key = prop_oneof![select(KEYS.to_vec()).prop_map(str::to_owned), "\\PC{0,4}"];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// What a body may be, near to what the SDK reads.
pub(crate) fn body_json() -> BoxedStrategy<Value> {
    prop_oneof![
        1 => any_json(),
        2 => select(vec![json!({}), json!(null), json!(5), json!([]), json!("x"), json!({"error": "x"}),
            json!({"error": {"human": "no"}}), json!({"statusCode": 5, "reason": "r"}),
            json!({"authorizationResponse": {"statusCode": 3}})]),
        3 => success().prop_map(|success| json!({ "success": success })),
        4 => subscribe_response().prop_map(|response| json!({ "subscribeResponse": response })),
    ]
    .boxed()
}

fn success() -> impl Strategy<Value = Value> {
    let text = || select(vec![None, Some(json!("AT-x")), Some(json!("")), Some(json!(7)), Some(json!(null))]);
    let expires = select(vec![None, Some(json!(3600)), Some(json!("3600")), Some(json!(60)), Some(json!("soon"))]);
    let object = (text(), text(), expires).prop_map(|(access, refresh, expires)| {
        object([("access_token", access), ("refresh_token", refresh), ("expires", expires)])
    });
    prop_oneof![1 => any_json(), 5 => object]
}

fn subscribe_response() -> impl Strategy<Value = Value> {
    let code = select(vec![None, Some(json!(0)), Some(json!(2)), Some(json!(4)), Some(json!(39)), Some(json!("x"))]);
    let address = select(vec![
        None,
        Some(json!("/rest/version/1/user/bob/subscription/SUB-1")),
        Some(json!("nowhere")),
        Some(json!(null)),
    ]);
    let object =
        (code, address, prop::option::of(params().prop_map(Value::Object))).prop_map(|(code, address, params)| {
            object([("statusCode", code), ("subscription", address), ("subscriptionParams", params)])
        });
    prop_oneof![1 => any_json(), 5 => object]
}

/// What `subscriptionParams` may be, or be changed to.
pub(crate) fn params() -> BoxedStrategy<Map<String, Value>> {
    let member = prop_oneof![
        select(vec![json!([]), json!(["call"]), json!(["CALL", "x"]), json!("call"), json!([null]), json!(null)])
            .prop_map(|value| ("service", value)),
        select(vec![json!("/x"), json!("nowhere"), json!("/websocket/CH-99"), json!("#x"), json!(5), json!(null)])
            .prop_map(|value| ("notificationChannel", value)),
        select(vec![json!(60), json!(61), json!(7200), json!(-5), json!(5_000_000), json!("x"), json!(null)])
            .prop_map(|value| ("expires", value)),
        select(vec![json!("c-1"), json!("c/1 ?#"), json!(0)]).prop_map(|value| ("clientCorrelator", value)),
        any_json().prop_map(|value| ("localization", value)),
    ];
    prop::collection::vec(member, 0..3)
        .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        .boxed()
}

/// The text of a frame: notifications, control messages, and anything.
pub(crate) fn frame_text() -> BoxedStrategy<String> {
    prop_oneof![
        3 => notification().prop_map(|frame| frame.to_string()),
        1 => body_json().prop_map(|frame| frame.to_string()),
        1 => select(vec!["", "{", "null", r#"{"message_type":"ping"}"#, r#"{"message_type":"pong"}"#,
            r#"{"connAck":true}"#, r#"{"connCheck":1}"#]).prop_map(str::to_owned),
        1 => "\\PC{0,20}",
    ]
    .boxed()
}

/// A notification that the SDK understands, or nearly.
pub(crate) fn notification() -> impl Strategy<Value = Value> {
    let id = select(vec![None, Some(json!("N-1")), Some(json!("own-1")), Some(json!(3)), Some(json!(""))]);
    let kind = select(vec![None, Some(json!("IM")), Some(json!("call")), Some(json!("gone")), Some(json!(1))]);
    let retry = select(vec![None, None, Some(json!(30)), Some(json!("later"))]);
    (id, kind, retry).prop_map(|(id, kind, retry)| {
        json!({ "notificationMessage": object([("id", id), ("eventType", kind), ("retryAfter", retry)]) })
    })
}

/// A step of time, from none to an hour, and now and then a day.
pub(crate) fn span() -> impl Strategy<Value = Duration> {
    let millis = |millis: &[u64]| select(millis.iter().copied().map(Duration::from_millis).collect::<Vec<_>>());
    prop_oneof![
        12 => millis(&[0, 1, 50, 700, 1_999, 2_000, 5_000, 20_000, 30_000]),
        6 => (0..120_000u64).prop_map(Duration::from_millis),
        4 => millis(&[300_000, 900_000, 1_800_000, 3_300_000, 3_600_000]),
        1 => millis(&[86_400_000]),
    ]
}

fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    Value::Object(members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

/// Names that the SDK reads somewhere.
const KEYS: [&str; 12] = [
    "success",
    "access_token",
    "expires",
    "error",
    "human",
    "subscribeResponse",
    "statusCode",
    "subscriptionParams",
    "service",
    "notificationMessage",
    "eventType",
    "id",
];
