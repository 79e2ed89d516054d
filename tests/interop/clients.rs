//! Foreign clients before `MockKandy`. Each test is run with both of them.

use kandy_mock_server::{Fault, Frame, Kind, Limits, MockKandy, Point, Record, Side, Watch};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::program::{Program, Script};
use crate::{ALICE, PASSWORD, ipv6, soon};

pub(crate) fn trials() -> Vec<Trial> {
    let of = |script: Script| {
        [
            script.trial("a_session", a_session),
            script.trial("a_login_that_fails", a_login_that_fails),
            script.trial("notifications_arrive_whole_and_in_order", notifications_arrive_whole_and_in_order),
            script.trial("a_message_may_come_in_pieces", a_message_may_come_in_pieces),
            script.trial("control_frames_are_answered", control_frames_are_answered),
            script.trial("the_platform_closes", the_platform_closes),
            script.trial("the_platform_breaks_off", the_platform_breaks_off),
            script.trial("the_client_closes", the_client_closes),
            script.trial("a_handshake_is_refused", a_handshake_is_refused),
            script.trial("a_message_may_be_as_long_as_the_limit", a_message_may_be_as_long_as_the_limit),
            script.trial("a_message_that_is_too_long", a_message_that_is_too_long),
            script.trial_unless(ipv6::missing, "a_session_over_ipv6", a_session_over_ipv6),
        ]
    };
    [Script::NodeClient, Script::PythonClient].into_iter().flat_map(of).collect()
}

const PING: &str = r#"{"message_type":"ping"}"#;
const PONG: &str = r#"{"message_type":"pong"}"#;

/// A foreign client, and the platform that it talks to.
struct Client {
    mock: MockKandy,
    program: Program,
}

impl Client {
    async fn of(program: Program) -> Self {
        let mock = MockKandy::start().await;
        mock.add_user(ALICE, PASSWORD).expect("she is the first");
        Self { mock, program }
    }

    /// Signed in, with an open socket; and the address of that.
    async fn connected(program: Program) -> (Self, String) {
        let mut client = Self::of(program).await;
        let channel = client.sign_in().await;
        client.open(&channel).await;
        (client, channel)
    }

    fn tell(&mut self, what: &Value) {
        self.program.tell(what);
    }

    async fn next(&mut self) -> Value {
        self.program.next().await
    }

    /// Signs in, and gives the address of the notification channel.
    async fn sign_in(&mut self) -> String {
        self.tell(&json!({ "do": "signIn", "rest": self.mock.uri(), "user": ALICE, "password": PASSWORD }));
        let signed_in = self.next().await;
        let channel = signed_in["channel"].as_str().expect("signing in has gone well");
        format!("{}{channel}", self.mock.ws_uri())
    }

    /// Opens a socket, for which the client offers compression, as both do unless told otherwise.
    async fn open(&mut self, channel: &str) {
        self.tell(&json!({ "do": "open", "url": channel }));
        assert_eq!(self.next().await, json!({ "is": "open", "extensions": "" }));
    }

    fn send(&mut self, parts: &[&str]) {
        self.tell(&json!({ "do": "send", "parts": parts }));
    }

    fn fail(&self, point: Point, how: &Value) {
        let faults = Fault::list_from_json(how).expect("it is a fault");
        self.mock.fail(point, faults).expect("it makes sense there");
    }

    fn points(&self) -> Vec<(Point, Option<u16>)> {
        self.mock.requests(None).into_iter().map(|request| (request.point, request.status())).collect()
    }
}

/// What `look` finds in the journal.
async fn until<T>(watch: &mut Watch, look: impl Fn(&Record) -> Option<T>) -> T {
    let found = async {
        loop {
            let record = watch.next().await.expect("the server runs").expect("the journal holds it all");
            if let Some(found) = look(&record) {
                return found;
            }
        }
    };
    soon(found).await
}

/// How a socket ended.
fn closed(record: &Record) -> Option<(Option<u16>, Side)> {
    match record.kind {
        Kind::Closed { code, by, .. } => Some((code, by)),
        _ => None,
    }
}

async fn a_session(program: Program) {
    let (client, _) = Client::connected(program).await;
    goes_to_its_end(client).await;
}

async fn a_session_over_ipv6(program: Program) {
    let mut client = Client { mock: ipv6::start().await, program };
    let channel = client.sign_in().await;
    assert!(channel.starts_with("ws://[::1]:"), "{channel}");
    client.open(&channel).await;
    goes_to_its_end(client).await;
}

async fn goes_to_its_end(mut client: Client) {
    client.mock.set_answer_pings(true);
    client.send(&[PING]);
    assert_eq!(client.next().await, json!({ "is": "text", "text": PONG }));
    client.tell(&json!({ "do": "renew" }));
    let renewed = client.next().await;
    assert_eq!((&renewed["is"], &renewed["status"]), (&json!("answered"), &json!(200)));
    assert_eq!(renewed["body"]["subscribeResponse"]["subscriptionParams"]["expires"], 1800);
    client.tell(&json!({ "do": "close", "code": 1000, "reason": "" }));
    assert_eq!(client.next().await, json!({ "is": "closed", "code": 1000, "reason": "" }));
    client.tell(&json!({ "do": "signOut" }));
    let body = json!({ "subscribeResponse": { "statusCode": 0 } });
    assert_eq!(client.next().await, json!({ "is": "answered", "status": 200, "body": body }));
    let expected = [
        (Point::MkToken, Some(200)),
        (Point::Subscribe, Some(200)),
        (Point::WebSocket, Some(101)),
        (Point::Resubscribe, Some(200)),
        (Point::Unsubscribe, Some(200)),
    ];
    assert_eq!(client.points(), expected);
}

async fn a_login_that_fails(program: Program) {
    let mut client = Client::of(program).await;
    let sign_in = |client: &mut Client, password| {
        client.tell(&json!({ "do": "signIn", "rest": client.mock.uri(), "user": ALICE, "password": password }));
    };
    sign_in(&mut client, "wrong");
    let refused = client.next().await;
    assert_eq!((&refused["is"], &refused["status"]), (&json!("answered"), &json!(401)));
    assert_eq!(refused["body"]["error"]["human"], "Incorrect username or password.");

    client.fail(Point::Subscribe, &json!([{ "reset": true }, { "status": 503, "json": { "reason": "☃" } }]));
    sign_in(&mut client, PASSWORD);
    assert_eq!(client.next().await, json!({ "is": "unanswered" }));
    sign_in(&mut client, PASSWORD);
    assert_eq!(client.next().await, json!({ "is": "answered", "status": 503, "body": { "reason": "☃" } }));
    client.mock.set_offline();
    sign_in(&mut client, PASSWORD);
    assert_eq!(client.next().await, json!({ "is": "unanswered" }));
    client.mock.set_online();
    client.mock.clear(None);
    client.sign_in().await;
}

async fn notifications_arrive_whole_and_in_order(program: Program) {
    let (mut client, _) = Client::connected(program).await;
    let odd = "Grüße 👋🏽 · 漢字 · שלום · \u{2028}\u{0}\u{7f}\u{feff} · \"\\";
    let long = "☃".repeat(20 * 1024);
    assert!(long.len() == 60 * 1024);
    for text in [odd, &long, ""] {
        let notification = json!({ "notificationMessage": { "eventType": "IM", "id": text.len(), "text": text } });
        let sent = notification.to_string();
        client.mock.send(ALICE, notification).expect("she is there");
        let heard = client.next().await;
        let heard = heard["text"].as_str().expect("it is a text");
        assert!(heard == sent, "{} bytes of {}", heard.len(), sent.len());
    }
    let bytes: Vec<u8> = (0..=255).collect();
    client.mock.send_raw(ALICE, &Frame::Binary(bytes.clone().into())).expect("she is there");
    assert_eq!(client.next().await, json!({ "is": "binary", "bytes": bytes }));

    let numbered = |number: usize| format!("{number:1024}");
    for number in 0..1_000 {
        client.mock.send_raw(ALICE, &Frame::Text(numbered(number))).expect("she is there");
    }
    for number in 0..1_000 {
        assert_eq!(client.next().await, json!({ "is": "text", "text": numbered(number) }));
    }
}

async fn a_message_may_come_in_pieces(program: Program) {
    let (mut client, _) = Client::connected(program).await;
    client.mock.set_answer_pings(true);
    client.send(&[r#"{"message_type":"#, "", r#""pi"#, r#"ng"}"#]);
    assert_eq!(client.next().await, json!({ "is": "text", "text": PONG }));
}

async fn control_frames_are_answered(program: Program) {
    let (mut client, _) = Client::connected(program).await;
    for payload in ["", "are you there ☃", &"x".repeat(125)] {
        client.tell(&json!({ "do": "ping", "payload": payload }));
        assert_eq!(client.next().await, json!({ "is": "pong", "payload": payload }));
    }
    assert_eq!(client.mock.sockets(ALICE)[0].pings, 0, "they are not keep-alives");
}

async fn the_platform_closes(program: Program) {
    let (mut client, channel) = Client::connected(program).await;
    // As long as a reason may be, in bytes.
    let longest = "☃".repeat(41);
    for (code, reason) in [(1000, "done"), (1001, ""), (1012, "Neustart für ☃"), (4000, &longest), (1005, "")] {
        let mut watch = client.mock.watch();
        client.mock.send_raw(ALICE, &Frame::Text("last".to_owned())).expect("she is there");
        client.mock.close(ALICE, code, reason).expect("a code and a reason that can be sent");
        assert_eq!(client.next().await, json!({ "is": "text", "text": "last" }));
        assert_eq!(client.next().await, json!({ "is": "closed", "code": code, "reason": reason }));
        assert_eq!(until(&mut watch, closed).await, (Some(code), Side::Platform));
        client.open(&channel).await;
    }
}

async fn the_platform_breaks_off(program: Program) {
    let (mut client, channel) = Client::connected(program).await;
    let broken = json!({ "is": "closed", "code": 1006, "reason": "" });
    client.mock.send_raw(ALICE, &Frame::Text("last".to_owned())).expect("she is there");
    client.mock.cut(ALICE).expect("she is there");
    assert_eq!(client.next().await, json!({ "is": "text", "text": "last" }), "what was sent before comes first");
    assert_eq!(client.next().await, broken);
    client.open(&channel).await;
    client.mock.set_offline();
    assert_eq!(client.next().await, broken);
    client.mock.set_online();
    client.open(&channel).await;
    let Client { mock, mut program } = client;
    drop(mock);
    assert_eq!(program.next().await, json!({ "is": "closed", "code": 1001, "reason": "" }));
}

async fn the_client_closes(program: Program) {
    let (mut client, channel) = Client::connected(program).await;
    for (code, reason) in [(1000, ""), (4001, "tschüß ☃")] {
        let mut watch = client.mock.watch();
        client.tell(&json!({ "do": "close", "code": code, "reason": reason }));
        assert_eq!(until(&mut watch, closed).await, (Some(code), Side::Client));
        let heard = client.next().await;
        assert_eq!((&heard["is"], &heard["code"]), (&json!("closed"), &json!(code)), "the close is answered");
        client.open(&channel).await;
    }
}

async fn a_handshake_is_refused(program: Program) {
    let mut client = Client::of(program).await;
    let channel = client.sign_in().await;
    client.fail(
        Point::WebSocket,
        &json!([
            { "status": 503, "statusText": "Come Back" },
            { "status": 200 },
            { "reset": true },
            { "refuse": true, "times": 1 },
        ]),
    );
    let refused = |status, reason| json!({ "is": "refused", "status": status, "reason": reason });
    for expected in [refused(503, "Come Back"), refused(200, "OK")] {
        client.tell(&json!({ "do": "open", "url": channel }));
        assert_eq!(client.next().await, expected);
    }
    for _reset_then_refused in 0..2 {
        client.tell(&json!({ "do": "open", "url": channel }));
        assert_eq!(client.next().await["is"], "failed");
    }
    let (without_token, _) = channel.split_once('?').expect("it has a token");
    client.tell(&json!({ "do": "open", "url": without_token }));
    assert_eq!(client.next().await, refused(401, "Unauthorized"));
    client.open(&channel).await;
}

async fn a_message_may_be_as_long_as_the_limit(program: Program) {
    let (mut client, _) = Client::connected(program).await;
    let mut watch = client.mock.watch();
    let half = "x".repeat(Limits::FRAME_BYTES / 2);
    let whole = half.repeat(2);
    for parts in [&[whole.as_str()][..], &[&half, &half]] {
        client.send(parts);
        let length = until(&mut watch, |record| match &record.kind {
            Kind::FrameIn { frame, .. } => Some(frame.bytes),
            _ => None,
        });
        assert_eq!(length.await, Limits::FRAME_BYTES);
    }
}

async fn a_message_that_is_too_long(program: Program) {
    let (mut client, channel) = Client::connected(program).await;
    let mut long = String::new();
    for bytes in [Limits::FRAME_BYTES + 1, 1 << 20] {
        long.extend(std::iter::repeat_n('x', bytes - long.len()));
        let (start, end) = long.split_at(bytes / 2);
        for parts in [&[long.as_str()][..], &[start, end]] {
            let mut watch = client.mock.watch();
            client.send(parts);
            let heard = client.next().await;
            let what = format!("{bytes} bytes in {} parts", parts.len());
            assert_eq!((&heard["is"], &heard["code"]), (&json!("closed"), &json!(1009)), "{what}");
            assert_eq!(until(&mut watch, closed).await, (Some(1009), Side::Platform), "{what}");
            client.open(&channel).await;
        }
    }
}
