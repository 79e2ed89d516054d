//! Messages that a disturber is asked about, and what becomes of them on the connection.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use kandy_mock_server::fault::{self, Effect};
use kandy_mock_server::{
    ClockKind, Disturber, Fate, Front, FrontOptions, Kind, Message, Platform, Point, Side, Target, Time, UserOptions,
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::support::*;

const LATE: Duration = Duration::from_millis(700);

/// Lets one message have a fate: the first of its kind.
#[derive(Debug)]
struct One {
    kind: &'static str,
    fate: Option<Fate>,
    /// Since when nobody gets through, and until when.
    outage: Option<Time>,
}

fn kind_of(message: &Message<'_>) -> &'static str {
    match message {
        Message::Request(Point::MkToken) => "login",
        Message::Request(_) => "another request",
        Message::Answer(Point::MkToken, _) => "answer to login",
        Message::Answer(..) => "another answer",
        Message::Handshake => "handshake",
        Message::Open => "open",
        Message::Refusal => "refusal",
        Message::Frame => "frame",
        Message::ClientFrame(..) => "ping",
        Message::Close => "close",
        Message::ClientClose => "client close",
    }
}

impl Disturber for One {
    fn meet(&mut self, platform: &mut Platform, now: Time, user: Option<&str>, message: Message<'_>) -> Fate {
        assert_eq!(user, Some(ALICE));
        if kind_of(&message) != self.kind {
            return Fate::Arrives;
        }
        let Some(fate) = self.fate.take() else { return Fate::Arrives };
        platform.mark(now, self.kind).unwrap();
        if self.kind == "answer to login"
            && fate == Fate::Arrives
            && let Message::Answer(_, Some(response)) = message
        {
            response.body = "{}".into();
        }
        if self.kind == "login" && fate == Fate::Arrives {
            platform.set_offline(now);
            self.outage = Some(now + LATE);
        }
        fate
    }

    fn next_due(&self) -> Option<Time> {
        self.outage
    }

    fn handle_timeout(&mut self, platform: &mut Platform, now: Time) {
        self.outage = None;
        platform.set_online(now);
    }

    fn breaks_connections(&self) -> bool {
        self.fate == Some(Fate::Fails)
    }
}

/// A front with a held clock, where the first message of a kind has a fate.
fn start(kind: &'static str, fate: Fate) -> Front {
    start_with_disturber(Box::new(One { kind, fate: Some(fate), outage: None }))
}

fn start_with_disturber(disturber: Box<dyn Disturber>) -> Front {
    let mut options = FrontOptions { clock: ClockKind::Manual, ..FrontOptions::default() };
    options.address.set_port(0);
    let bound = Front::bind(options).unwrap();
    let add = |platform: &mut Platform, now| platform.add_user(now, ALICE, "s3cret", UserOptions::default());
    bound.handle().platform(add).unwrap();
    bound.disturb(disturber);
    bound.serve(std::sync::Arc::new(()))
}

/// Waits until the message has met its fate.
async fn until_met(front: &Front) {
    let is_met = |record: &kandy_mock_server::Record| matches!(record.kind, Kind::Command { name: "mark", .. });
    soon(async {
        while !front.handle().platform(|platform, _| platform.journal().iter().any(is_met)) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn pass(front: &Front) {
    until_met(front).await;
    front.handle().advance(LATE).unwrap();
}

fn logins(front: &Front) -> usize {
    requests(front, Point::MkToken).len()
}

fn push(front: &Front, number: u8) {
    let sent = front.handle().platform(|platform, now| platform.send(now, ALICE, json!({ "number": number })));
    assert_eq!(sent.unwrap(), 1);
}

async fn numbers(socket: &mut Socket, count: usize) -> Vec<Value> {
    let mut heard = Vec::new();
    for _ in 0..count {
        heard.push(hear(socket).await["number"].take());
    }
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_or_its_answer_that_is_lost_leaves_its_client_waiting() {
    for (kind, came) in [("login", 0), ("answer to login", 1)] {
        let front = start(kind, Fate::Lost);
        let waiting = ask(&front, "GET", LOGIN, &[BASIC], "");
        until_met(&front).await;
        assert!(is_silent(&waiting), "{kind}");
        assert_eq!(logins(&front), came, "{kind}");
        assert!(front.handle().under_way().is_nothing(), "nobody waits for it");
        assert_eq!(login(&front).unwrap().status, 200, "it is lost once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_or_its_answer_that_fails_breaks_its_connection() {
    for (kind, came) in [("login", 0), ("answer to login", 1)] {
        let front = start(kind, Fate::Fails);
        login(&front).unwrap_err();
        assert_eq!(logins(&front), came, "{kind}");
        assert_eq!(login(&front).unwrap().status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_late_comes_when_its_time_has_passed() {
    for (kind, came) in [("login", 0), ("answer to login", 1)] {
        let front = start(kind, Fate::Late(LATE));
        let waiting = ask(&front, "GET", LOGIN, &[BASIC], "");
        until_met(&front).await;
        assert!(is_silent(&waiting), "{kind}");
        assert_eq!(logins(&front), came, "{kind}");
        pass(&front).await;
        assert_eq!(answer(waiting).unwrap().status, 200);
        assert_eq!(logins(&front), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_comes_twice_is_answered_oddly_or_meets_an_outage_and_its_answer_comes_changed() {
    let front = start("login", Fate::Twice);
    assert_eq!((login(&front).unwrap().status, logins(&front)), (200, 2));

    let busy = fault::FaultyAnswer { status: Some(503), ..fault::FaultyAnswer::default() };
    let front = start("login", Fate::Answered(Box::new(Effect::Answer(busy))));
    assert_eq!((login(&front).unwrap().status, logins(&front)), (503, 1));
    assert_eq!(login(&front).unwrap().status, 200);

    let front = start("answer to login", Fate::Arrives);
    assert_eq!(login(&front).unwrap().body, "{}");

    let front = start("login", Fate::Arrives);
    login(&front).unwrap_err();
    front.handle().advance(LATE / 2).unwrap();
    login(&front).unwrap_err();
    let advanced = front.handle().advance(LATE).unwrap();
    assert!(
        advanced.fired.iter().any(|fired| fired.time() == Time::ZERO + LATE),
        "online at its own time: {advanced:?}"
    );
    assert_eq!(login(&front).unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_is_lost_fails_is_late_or_refused() {
    for kind in ["handshake", "open"] {
        let front = start(kind, Fate::Lost);
        let channel = subscribe(&front);
        let waiting = knock(&front, &upgrade(&channel, "")).unwrap();
        until_met(&front).await;
        assert!(is_silent(&waiting), "{kind}");

        let front = start(kind, Fate::Fails);
        let channel = subscribe(&front);
        assert!(handshake(&front, &channel).await.is_err(), "{kind}");
        assert_eq!(front.handle().platform(|platform, _| platform.sockets(None).len()), 0, "{kind}");

        let front = start(kind, Fate::Late(LATE));
        let channel = subscribe(&front);
        let (opened, ()) = tokio::join!(handshake(&front, &channel), pass(&front));
        opened.unwrap();
    }
    let busy = fault::FaultyAnswer { status: Some(503), ..fault::FaultyAnswer::default() };
    let front = start("handshake", Fate::Answered(Box::new(Effect::Answer(busy))));
    let channel = subscribe(&front);
    let refused = handshake(&front, &channel).await.unwrap_err().to_string();
    assert!(refused.contains("503"), "{refused}");
    handshake(&front, &channel).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_may_not_come() {
    let front = start("refusal", Fate::Lost);
    let channel = subscribe(&front);
    let end = |platform: &mut Platform, now| platform.end_subscription(now, ALICE).unwrap();
    assert_eq!(front.handle().platform(end), 1);
    let waiting = knock(&front, &upgrade(&channel, "")).unwrap();
    until_met(&front).await;
    assert!(is_silent(&waiting));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_are_lost_come_twice_overtake_or_hold_up_those_behind_them() {
    for (fate, expected) in [
        (Fate::Lost, vec![2, 3]),
        (Fate::Twice, vec![1, 1, 2, 3]),
        (Fate::Overtaken, vec![2, 1, 3]),
        (Fate::Late(LATE), vec![1, 2, 3]),
    ] {
        let is_late = matches!(fate, Fate::Late(_));
        let front = start("frame", fate.clone());
        let mut socket = connect(&front).await;
        (1..=3).for_each(|number| push(&front, number));
        if is_late {
            until_met(&front).await;
            let early = tokio::time::timeout(SILENCE, hear(&mut socket)).await;
            assert!(early.is_err(), "all wait behind it");
            pass(&front).await;
        }
        assert_eq!(json!(numbers(&mut socket, expected.len()).await), json!(expected), "{fate:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_that_fails_ends_its_socket_at_both_ends() {
    for kind in ["frame", "ping"] {
        let front = start(kind, Fate::Fails);
        let mut watch = front.handle().watch();
        let mut socket = connect(&front).await;
        if kind == "frame" {
            push(&front, 1);
        } else {
            say(&mut socket, "hello").await;
        }
        assert_eq!(end(&mut socket).await.0, 1006, "{kind}");
        assert_eq!(soon(until_closed(&mut watch)).await, (None, Side::Platform));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_sends_is_lost_and_so_is_its_goodbye() {
    let front = start("ping", Fate::Lost);
    let mut socket = connect(&front).await;
    say(&mut socket, "first").await;
    say(&mut socket, "second").await;
    let came = |platform: &mut Platform, _| platform.sockets(None)[0].frames_in;
    soon(async {
        while front.handle().platform(came) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let is_first = |record: &kandy_mock_server::Record| matches!(&record.kind, Kind::FrameIn { frame, .. } if frame.beginning == "first");
    assert!(!front.handle().platform(|platform, _| platform.journal().iter().any(is_first)));

    let front = start("client close", Fate::Lost);
    let mut socket = connect(&front).await;
    soon(socket.send(Frame::Close(None))).await.unwrap();
    until_met(&front).await;
    assert_eq!(front.handle().platform(|platform, _| platform.sockets(None).len()), 1, "nobody has told the platform");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_is_not_heard_or_late() {
    let close = |platform: &mut Platform, now| platform.close(now, ALICE, 4000, "").unwrap();
    let front = start("close", Fate::Lost);
    let mut socket = connect(&front).await;
    assert_eq!(front.handle().platform(close), 1);
    until_met(&front).await;
    assert!(tokio::time::timeout(SILENCE, end(&mut socket)).await.is_err(), "the client believes that it is open");

    let front = start("close", Fate::Late(LATE));
    let mut socket = connect(&front).await;
    assert_eq!(front.handle().platform(close), 1);
    pass(&front).await;
    assert_eq!(end(&mut socket).await.0, 4000);
}

/// Sends back what comes.
#[derive(Debug)]
struct Echo;

impl Disturber for Echo {
    fn meet(&mut self, platform: &mut Platform, now: Time, _: Option<&str>, message: Message<'_>) -> Fate {
        if let Message::ClientFrame(socket, frame) = message {
            platform.send_raw(now, Target::socket(socket.to_string()), frame).unwrap();
        }
        Fate::Arrives
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disturber_knows_what_a_client_says_and_by_which_socket() {
    let front = start_with_disturber(Box::new(Echo));
    let mut socket = connect(&front).await;
    for said in [Frame::text("hello"), Frame::Binary(vec![0, 255].into())] {
        soon(socket.send(said.clone())).await.unwrap();
        assert_eq!(soon(socket.next()).await.unwrap().unwrap(), said);
    }
}
