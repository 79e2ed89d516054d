//! The table: which fault is put where.

use kandy_mock_server::Point;

use super::Occasion;

/// One fault, and where a client is to meet it.
pub(super) struct Row {
    /// The key that the row is about, or `list`.
    pub(super) about: &'static str,
    /// The fault as `fail` takes it.
    pub(super) how: &'static str,
    /// Where it is put.
    pub(super) at: &'static [Occasion],
}

impl Row {
    /// How many requests of a client show what there is to see.
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

/// What is refused at a point has its row there as well.
const EVERYWHERE: &[Occasion] = &Occasion::ALL;
const TOKENS: &[Occasion] = &[MK_TOKEN, Occasion::At(Point::RefreshToken), Occasion::RefreshWhileConnected];
const SUBSCRIPTIONS: &[Occasion] = &[SUBSCRIBE, RESUBSCRIBE];
const REST: &[Occasion] = {
    let (rest, [WEBSOCKET]) = Occasion::ALL.split_at(7) else { panic!("the websocket is the last occasion") };
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
    row("statusText", r#"{"statusText":"Busy"}"#, &[WEBSOCKET]),
    row("statusText", r#"{"status":503,"statusText":"Busy"}"#, &[WEBSOCKET]),
    row("json", r#"{"status":403,"json":{"error":{"human":"Locked out."}}}"#, TOKENS),
    row("json", r#"{"status":403,"json":{"statusCode":61,"reason":"not provisioned"}}"#, &[SUBSCRIBE]),
    row("json", r#"{"status":403,"json":{"authorizationResponse":{"statusCode":46}}}"#, &[SUBSCRIBE]),
    row("json", r#"{"status":404,"json":{"subscribeResponse":{"statusCode":4}}}"#, &[RESUBSCRIBE]),
    row("json", r#"{"status":404,"json":{"subscribeResponse":{"statusCode":39}}}"#, &[RESUBSCRIBE]),
    row("json", r#"{"status":500,"json":{"subscribeResponse":{"statusCode":5}}}"#, &[UNSUBSCRIBE]),
    row("json", r#"{"json":{}}"#, &[OTHER]),
    row("json", r#"{"status":500,"json":{"subscribeResponse":{}}}"#, &[OTHER]),
    row("json", r#"{"status":503,"json":{}}"#, &[WEBSOCKET]),
    row("body", r#"{"body":"{"}"#, REST),
    row("body", r#"{"status":500,"body":""}"#, REST),
    row("body", r#"{"status":503,"body":"x"}"#, &[WEBSOCKET]),
    row("type", r#"{"status":403,"body":"","type":null}"#, REST),
    row("type", r#"{"status":403,"body":"","type":"text/html"}"#, REST),
    row("type", r#"{"status":503,"type":null}"#, &[WEBSOCKET]),
    row("cors", r#"{"cors":false}"#, EVERYWHERE),
    row("merge", r#"{"merge":{"success":{"access_token":"AT-x"}}}"#, TOKENS),
    row("merge", r#"{"merge":{"success":null}}"#, TOKENS),
    row("merge", r#"{"merge":{"subscribeResponse":{"subscriptionParams":null}}}"#, &[SUBSCRIBE]),
    row("merge", r#"{"merge":{"subscribeResponse":{"statusCode":5}}}"#, &[RESUBSCRIBE]),
    row("merge", r#"{"merge":{"subscribeResponse":null}}"#, &[UNSUBSCRIBE]),
    row("merge", r#"{"merge":{"subscribeResponse":{}}}"#, &[OTHER]),
    row("merge", r#"{"merge":{"a":1}}"#, &[WEBSOCKET]),
    row("params", r#"{"params":{"expires":60}}"#, EVERYWHERE),
    row("params", r#"{"params":{"service":["call"]}}"#, SUBSCRIPTIONS),
    row("without", r#"{"without":["service"]}"#, EVERYWHERE),
    row("without", r#"{"without":["notificationChannel"]}"#, &[SUBSCRIBE]),
    row("delay", r#"{"delay":"2s"}"#, EVERYWHERE),
    row("delay", r#"{"delay":"7s","times":1}"#, &[WEBSOCKET]),
    row("hang", r#"{"hang":true}"#, EVERYWHERE),
    row("reset", r#"{"reset":true}"#, EVERYWHERE),
    row("reset", r#"{"reset":true,"delay":"1s"}"#, EVERYWHERE),
    row("refuse", r#"{"refuse":true}"#, EVERYWHERE),
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
    row("list", r#"[{"reset":true},{},{"delay":"1s"}]"#, EVERYWHERE),
    row("list", r#"[{"json":{}},{"delay":"1s","json":{}},{"reset":true}]"#, &[OTHER]),
];
