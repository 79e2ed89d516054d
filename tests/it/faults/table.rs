//! The table: which fault is put where.

use kandy_mock_server::Point;

use super::Occasion;

/// One fault, and where a client should meet it.
pub(super) struct Row {
    /// The key that the row is about, or `list`.
    pub(super) about: &'static str,
    /// The fault as `fail` takes it.
    pub(super) how: &'static str,
    /// Where it is put.
    pub(super) at: &'static [Occasion],
}

impl Row {
    /// How many requests of a client show the effect.
    pub(super) fn rounds(&self) -> usize {
        match self.about {
            "times" | "after" => 2,
            "list" => 3,
            _ => 1,
        }
    }
}

const MK_TOKEN: Occasion = Occasion::At(Point::MkToken);
const SUBSCRIBE: Occasion = Occasion::At(Point::Subscribe);
const RESUBSCRIBE: Occasion = Occasion::At(Point::Resubscribe);
const UNSUBSCRIBE: Occasion = Occasion::At(Point::Unsubscribe);
const WEBSOCKET: Occasion = Occasion::At(Point::WebSocket);
const OTHER: Occasion = Occasion::At(Point::Other);
const PREFLIGHT: Occasion = Occasion::At(Point::Preflight);

/// What is refused at a point has its row there as well.
const EVERYWHERE: &[Occasion] = &Occasion::ALL;
const TOKENS: &[Occasion] = &[MK_TOKEN, Occasion::At(Point::RefreshToken), Occasion::RefreshWhileConnected];
const SUBSCRIPTIONS: &[Occasion] = &[SUBSCRIBE, RESUBSCRIBE];
const REST: &[Occasion] = {
    let (rest, [PREFLIGHT, WEBSOCKET]) = Occasion::ALL.split_at(7) else { panic!("REST comes first") };
    rest
};

const fn row(about: &'static str, how: &'static str, at: &'static [Occasion]) -> Row {
    Row { about, how, at }
}

pub(super) const ROWS: &[Row] = &[
    row("status", r#"{"status":503}"#, EVERYWHERE),
    row("status", r#"{"status":204}"#, &[MK_TOKEN]),
    row("status", r#"{"status":200}"#, &[WEBSOCKET]),
    row("statusText", r#"{"status":403,"body":"<html>","type":"text/html","statusText":"Keep Out"}"#, REST),
    row("statusText", r#"{"statusText":"Busy"}"#, &[WEBSOCKET, PREFLIGHT]),
    row("statusText", r#"{"status":503,"statusText":"Busy"}"#, &[WEBSOCKET]),
    row("json", r#"{"status":403,"json":{"error":{"human":"Locked out."}}}"#, TOKENS),
    row("json", r#"{"status":403,"json":{"statusCode":61,"reason":"not provisioned"}}"#, &[SUBSCRIBE]),
    row("json", r#"{"status":403,"json":{"authorizationResponse":{"statusCode":46}}}"#, &[SUBSCRIBE]),
    row("json", r#"{"status":404,"json":{"subscribeResponse":{"statusCode":4}}}"#, &[RESUBSCRIBE]),
    row("json", r#"{"status":404,"json":{"subscribeResponse":{"statusCode":39}}}"#, &[RESUBSCRIBE]),
    row("json", r#"{"status":500,"json":{"subscribeResponse":{"statusCode":5}}}"#, &[UNSUBSCRIBE]),
    row("json", r#"{"json":{}}"#, &[OTHER]),
    row("json", r#"{"status":500,"json":{"subscribeResponse":{}}}"#, &[OTHER]),
    row("json", r#"{"status":503,"json":{}}"#, &[WEBSOCKET, PREFLIGHT]),
    row("body", r#"{"body":"{"}"#, REST),
    row("body", r#"{"status":500,"body":""}"#, REST),
    row("body", r#"{"status":503,"body":"x"}"#, &[WEBSOCKET, PREFLIGHT]),
    row("type", r#"{"status":403,"body":"","type":null}"#, REST),
    row("type", r#"{"status":403,"body":"","type":"text/html"}"#, REST),
    row("type", r#"{"status":503,"type":null}"#, &[WEBSOCKET, PREFLIGHT]),
    row("headers", r#"{"headers":{"Retry-After":"7"}}"#, EVERYWHERE),
    row(
        "headers",
        r#"{"status":503,"headers":{"Retry-After":"7","Set-Cookie":["a=1","b=2"]}}"#,
        &[SUBSCRIBE, WEBSOCKET],
    ),
    row("cors", r#"{"cors":false}"#, EVERYWHERE),
    row("merge", r#"{"merge":{"success":{"access_token":"AT-x"}}}"#, TOKENS),
    row("merge", r#"{"merge":{"success":null}}"#, TOKENS),
    row("merge", r#"{"merge":{"subscribeResponse":{"subscriptionParams":null}}}"#, &[SUBSCRIBE]),
    row("merge", r#"{"merge":{"subscribeResponse":{"statusCode":5}}}"#, &[RESUBSCRIBE]),
    row("merge", r#"{"merge":{"subscribeResponse":null}}"#, &[UNSUBSCRIBE]),
    row("merge", r#"{"merge":{"subscribeResponse":{}}}"#, &[OTHER]),
    row("merge", r#"{"merge":{"a":1}}"#, &[WEBSOCKET, PREFLIGHT]),
    row("params", r#"{"params":{"expires":60}}"#, EVERYWHERE),
    row("params", r#"{"params":{"service":["call"]}}"#, SUBSCRIPTIONS),
    row("without", r#"{"without":["service"]}"#, EVERYWHERE),
    row("without", r#"{"without":["access_token"]}"#, TOKENS),
    row("without", r#"{"without":["/success"]}"#, TOKENS),
    row("without", r#"{"without":["subscription"]}"#, SUBSCRIPTIONS),
    row("without", r#"{"without":["/subscribeResponse/subscriptionParams/expires"]}"#, SUBSCRIPTIONS),
    row("without", r#"{"without":["statusCode"]}"#, &[SUBSCRIBE, RESUBSCRIBE, UNSUBSCRIBE]),
    row("without", r#"{"without":["notificationChannel"]}"#, &[SUBSCRIBE]),
    row("delay", r#"{"delay":"2s"}"#, EVERYWHERE),
    row("delay", r#"{"delay":"7s","times":1}"#, &[WEBSOCKET]),
    row("lateBody", r#"{"lateBody":"2s"}"#, EVERYWHERE),
    row("drip", r#"{"drip":50}"#, EVERYWHERE),
    row("truncate", r#"{"truncate":10}"#, EVERYWHERE),
    row("truncate", r#"{"status":403,"truncate":10}"#, REST),
    row("truncate", r#"{"json":{"success":{}},"truncate":100}"#, &[MK_TOKEN]),
    row("hang", r#"{"hang":true}"#, EVERYWHERE),
    row("reset", r#"{"reset":true}"#, EVERYWHERE),
    row("reset", r#"{"reset":true,"delay":"1s"}"#, EVERYWHERE),
    row("refuse", r#"{"refuse":true}"#, EVERYWHERE),
    row("accept", r#"{"accept":true}"#, EVERYWHERE),
    row("accept", r#"{"accept":true,"delay":"2s"}"#, &[WEBSOCKET]),
    row("closeAfterOpen", r#"{"closeAfterOpen":1000}"#, EVERYWHERE),
    row("closeAfterOpen", r#"{"closeAfterOpen":1011,"times":2}"#, &[WEBSOCKET]),
    row("times", r#"{"status":503,"times":1}"#, EVERYWHERE),
    row("times", r#"{"refuse":true,"times":1}"#, &[OTHER]),
    row("after", r#"{"status":503,"after":1}"#, EVERYWHERE),
    row("after", r#"{"reset":true,"after":1}"#, &[OTHER]),
    row("user", r#"{"status":503,"user":"alice@example.com"}"#, EVERYWHERE),
    row("user", r#"{"status":503,"user":"bob@example.com"}"#, EVERYWHERE),
    row("user", r#"{"reset":true,"user":"alice@example.com"}"#, &[OTHER]),
    row("user", r#"{"reset":true,"user":"bob@example.com"}"#, &[OTHER]),
    row("each", r#"{"reset":true,"times":1,"each":"user"}"#, EVERYWHERE),
    row("list", r#"[{"reset":true},{},{"delay":"1s"}]"#, EVERYWHERE),
    row("list", r#"[{"json":{}},{"delay":"1s","json":{}},{"reset":true}]"#, &[OTHER]),
];
