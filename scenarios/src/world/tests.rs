//! The limits of a world: each is reached, and says what it is.

use kandy_client::{ConnectOptions, Credentials, SocketId};
use kandy_mock_server::{Command, Frame, Limits, UserOptions};
use serde_json::json;

use super::link::{Link, LinkMessage};
use super::*;
use crate::step::ClientCall;
use crate::trace::{self, What};

fn create(world: &mut World, name: &str) -> ClientId {
    let config = world.plain_config().into();
    match world.apply(Step::Create { name: name.to_owned(), config }).unwrap() {
        Done::Created(client) => client,
        done => panic!("{done:?}"),
    }
}

fn call(world: &mut World, client: ClientId, call: ClientCall) -> Result<Done, StepError> {
    world.apply(Step::Call { client, call })
}

fn command(world: &mut World, command: Command) -> Result<Done, StepError> {
    world.apply(Step::Command(command))
}

fn connect(world: &mut World, client: ClientId) {
    let credentials = Credentials::password("alice", "s3cret");
    call(world, client, ClientCall::Connect(credentials, ConnectOptions::default())).unwrap();
}

/// Lets the world move until nothing is left at this instant.
fn settle(world: &mut World) -> Result<(), WorldError> {
    let now = world.now();
    while world.turn(now)? != WorldTurn::Quiet {}
    Ok(())
}

/// A world in which Alice may sign in.
fn with_alice() -> World {
    let mut world = World::default();
    let alice =
        Command::AddUser { user: "alice".to_owned(), password: "s3cret".to_owned(), options: UserOptions::default() };
    command(&mut world, alice).unwrap();
    world
}

/// A world in which Alice is connected.
fn connected() -> World {
    let mut world = with_alice();
    let client = create(&mut world, "kandy");
    connect(&mut world, client);
    settle(&mut world).unwrap();
    assert!(world.session(client).is_connected());
    world
}

/// Sends Alice a notification as long as one may be.
fn send_notification(world: &mut World, number: usize) -> Result<Done, StepError> {
    let start = format!("{{\"notificationMessage\":{{\"id\":\"N{number}\",\"padding\":\"");
    let padding = "x".repeat(Limits::FRAME_BYTES - start.len() - 3);
    command(world, Command::SendRaw { target: "alice".into(), frame: Frame::Text(format!("{start}{padding}\"}}}}")) })
}

#[test]
fn as_many_clients_as_there_may_be_connect_and_leave_at_one_instant() {
    let mut world = with_alice();
    let clients: Vec<_> = (0..MAX_CLIENTS).map(|number| create(&mut world, &format!("kandy{number}"))).collect();
    clients.iter().for_each(|client| connect(&mut world, *client));
    settle(&mut world).unwrap();
    assert!(clients.iter().all(|client| world.session(*client).is_connected()));
    clients.iter().for_each(|client| drop(call(&mut world, *client, ClientCall::Disconnect).unwrap()));
    settle(&mut world).unwrap();
    assert!(clients.iter().all(|client| !world.session(*client).is_connected()));
    assert_eq!(world.now(), Duration::ZERO);
    let config = world.plain_config().into();
    let one_more = world.apply(Step::Create { name: "one more".to_owned(), config });
    assert!(matches!(one_more, Err(StepError::TooManyClients)));
}

#[test]
fn a_loop_of_one_client_is_found_and_told_in_short() {
    let mut world = connected();
    let frame = Frame::Text(format!("{{\"long\":\"{}\"}}", "x".repeat(1000)));
    let found = loop {
        command(&mut world, Command::SendRaw { target: "alice".into(), frame: frame.clone() }).unwrap();
        if let Err(error) = settle(&mut world) {
            break error;
        }
    };
    let WorldError::Loop { time, limit, turns } = &found else { panic!("{found}") };
    assert_eq!((*time, *limit), (Duration::ZERO, MAX_TURNS_AT_ONE_INSTANT + TURNS_FOR_EACH_CLIENT));
    assert!(found.to_string().starts_with("more than 10100 things happened at 0.000 without"), "{found}");
    let label = format!("ws1 {{\"long\":\"{}…", "x".repeat(47));
    assert!(turns.contains(&label), "{turns:?}");
}

#[test]
fn messages_under_way_have_a_limit_in_bytes() {
    let mut world = connected();
    let mut sent = 0;
    let refused = loop {
        match send_notification(&mut world, 1) {
            Ok(_) => sent += 1,
            Err(error) => break error.to_string(),
        }
    };
    let most = MAX_MESSAGE_BYTES / Limits::FRAME_BYTES;
    assert!(sent <= most && sent > most - most / 50, "{sent} of {most}");
    let full = "the messages under way at 0.000 take more than 64 MiB: let the world move, a wait delivers what is \
                under way";
    assert_eq!(refused, full);
    // The platform has been drained nevertheless, however often it is told to send more.
    assert_eq!(send_notification(&mut world, 1).unwrap_err().to_string(), full);
    settle(&mut world).unwrap();
    send_notification(&mut world, 1).unwrap();
}

#[test]
fn what_a_full_link_cannot_take_is_lost_and_does_not_wait_in_the_platform() {
    let mut world = connected();
    let second = create(&mut world, "second");
    connect(&mut world, second);
    settle(&mut world).unwrap();
    let mut sent = 0;
    while send_notification(&mut world, sent + 1).is_ok() {
        sent += 1;
    }
    // The first refused frame may still have reached one of the sockets. Now there is no room for any.
    send_notification(&mut world, sent + 2).unwrap_err();
    // What events carry is not the matter here.
    call(&mut world, ClientId(0), ClientCall::EnableWebsocket(false)).unwrap();
    call(&mut world, second, ClientCall::EnableWebsocket(false)).unwrap();
    settle(&mut world).unwrap();
    let trace = world.into_trace();
    let got = |number: usize| {
        let start = format!("{{\"notificationMessage\":{{\"id\":\"N{number}\"");
        let is_its = |what: &What| matches!(what, What::Frame { socket: 2, frame: trace::FrameContent::Text(text) } if text.as_str().starts_with(&start));
        trace.records().iter().any(|record| is_its(&record.what))
    };
    assert!(got(1) && got(sent) && !got(sent + 1) && !got(sent + 2));
}

#[test]
fn messages_under_way_have_a_limit_in_number() {
    let mut link = Link::default();
    let message = || LinkMessage::ClosedByClient { client: ClientId(0), id: SocketId(1) };
    for _ in 0..MAX_MESSAGES {
        link.send(Duration::ZERO, Duration::ZERO, message()).unwrap();
    }
    let full = WorldError::TooManyMessages { time: Duration::ZERO };
    assert_eq!(link.send(Duration::ZERO, Duration::ZERO, message()), Err(full));
    assert!(link.take_next().is_some());
    link.send(Duration::ZERO, Duration::ZERO, message()).unwrap();
}

#[test]
fn what_events_carry_has_a_limit() {
    let mut world = connected();
    let mut sent = 0;
    let full = loop {
        sent += 1;
        send_notification(&mut world, sent).unwrap();
        if let Err(error) = settle(&mut world) {
            break error;
        }
    };
    assert_eq!(full, WorldError::TooManyEventBytes { time: Duration::ZERO });
    assert_eq!(sent, MAX_EVENT_BYTES / Limits::FRAME_BYTES);
    assert!(full.to_string().starts_with("the events up to 0.000 carry more than 16 MiB"), "{full}");
}

#[test]
fn texts_for_a_client_have_limits() {
    let mut world = with_alice();
    let client = create(&mut world, "kandy");
    let long = |bytes: usize| Some("x".repeat(bytes));
    let of = |username, password| Credentials { username, password, ..Credentials::default() };
    let with = |correlator| ConnectOptions { client_correlator: correlator, ..ConnectOptions::default() };
    let token = |token| Credentials { access_token: token, ..Credentials::default() };
    let calls = [
        (
            ClientCall::Connect(of(long(4097), None), with(None)),
            "credentials' `username` has 4097 bytes, the limit is 4096",
        ),
        (
            ClientCall::Connect(of(None, long(4097)), with(None)),
            "credentials' `password` has 4097 bytes, the limit is 4096",
        ),
        (ClientCall::Connect(of(None, None), with(long(4097))), "`clientCorrelator` has 4097 bytes, the limit is 4096"),
        (ClientCall::UpdateToken(token(long(16385))), "credentials' `accessToken` has 16385 bytes, the limit is 16384"),
        (
            ClientCall::UpdateToken(Credentials { expires: Some(json!("x".repeat(4095))), ..Credentials::default() }),
            "credentials' `expires` has 4097 bytes, the limit is 4096",
        ),
    ];
    for (asked, text) in calls {
        assert_eq!(call(&mut world, client, asked).unwrap_err().to_string(), format!("the {text}"));
    }
    let longest = Credentials { access_token: long(16384), ..of(long(4096), long(4096)) };
    call(&mut world, client, ClientCall::Connect(longest, with(long(4096)))).unwrap();
    let name = "x".repeat(129);
    let config = world.plain_config().into();
    let named = world.apply(Step::Create { name, config }).unwrap_err();
    assert_eq!(named.to_string(), "the client's name has 129 bytes, the limit is 128");
}

#[test]
fn configurations_have_a_limit_also_patch_by_patch() {
    let mut world = with_alice();
    let client = create(&mut world, "kandy");
    let patch = |bytes: usize| json!({ "connectivity": { "method": "x".repeat(bytes) } });
    let error = call(&mut world, client, ClientCall::UpdateConfig(patch(65536))).unwrap_err();
    assert_eq!(error.to_string(), "the patch as JSON has 65566 bytes, the limit is 65536");

    let localization = |bytes: usize| json!({ "subscription": { "localization": "x".repeat(bytes) } });
    let agent = |bytes: usize| json!({ "requests": { "customAgentVersionHeaderSuffix": "x".repeat(bytes) } });
    call(&mut world, client, ClientCall::UpdateConfig(agent(40_000))).unwrap();
    let before = world.session(client).config().clone();
    let error = call(&mut world, client, ClientCall::UpdateConfig(localization(40_000))).unwrap_err();
    assert!(error.to_string().starts_with("the patched configuration as JSON has 8"), "{error}");
    assert_eq!(*world.session(client).config(), before, "a refused call changes nothing");

    let mut config = before;
    config.update(agent(70_000)).unwrap();
    let error = world.apply(Step::Create { name: "other".to_owned(), config }).unwrap_err();
    assert!(error.to_string().starts_with("the configuration as JSON has 7"), "{error}");
}
