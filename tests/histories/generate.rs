//! What a history is, and how one is drawn: over every call, every command and the whole vocabulary of faults.

use std::time::Duration;

use bytes::Bytes;
use kandy_client::{ConnectOptions, Credentials};
use kandy_mock_server::fault::{Answer, Content, ContentType, Delivery, Edit, Effect, Pace, Trigger};
use kandy_mock_server::{Command, Fault, Frame, GoneOptions, Point, TokenOptions, UserOptions};
use kandy_scenarios::step::ClientCall;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::values::{MARK, USERS, any_json, body_json, frame_text, notification, params, password_of, span, token_of};

/// All that happens in one run.
#[derive(Clone, Debug)]
pub(crate) struct History {
    /// What is special about the configuration of each client.
    pub(crate) clients: Vec<Value>,
    /// What happens, in this order.
    pub(crate) acts: Vec<Act>,
    /// How long the application waits, once the faults have ended, before it disconnects.
    pub(crate) patience: Duration,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// A client is called.
    Call(usize, ClientCall),
    /// The platform is told something.
    Command(Command),
    /// The world moves so often, without passing the present instant: the next act falls between its messages.
    Turns(u8),
    /// Time passes.
    Pass(Duration),
}

/// Any history at all.
pub(crate) fn any_history() -> impl Strategy<Value = History> {
    let act = prop_oneof![
        10 => (0..2usize, call()).prop_map(|(client, call)| Act::Call(client, call)),
        10 => command().prop_map(Act::Command),
        6 => (1..8u8).prop_map(Act::Turns),
        10 => span().prop_map(Act::Pass),
    ];
    history(act.boxed(), config_patch().boxed())
}

/// Histories in which nothing fails that a disconnect could depend on.
pub(crate) fn healthy_history() -> impl Strategy<Value = History> {
    let pass = || span().prop_map(Act::Pass);
    let quiet_command = prop_oneof![
        (user(), notification_of_news())
            .prop_map(|(user, frame)| Command::Send { target: user.into(), message: frame }),
        user().prop_map(|user| Command::Silence { target: user.into() }),
        any::<bool>().prop_map(|enabled| Command::AnswerPings { enabled, user: None }),
        (user(), services()).prop_map(|(user, services)| Command::GrantServices { user, services }),
        Just(Command::Latency { latency: Duration::from_millis(700), user: None }),
        Just(Command::TokenLifetime { lifetime: Some(Duration::from_secs(900)) }),
    ];
    let act = prop_oneof![
        4 => (0..2usize, good_credentials(), connect_options()).prop_map(|(client, credentials, options)| {
            Act::Call(client, ClientCall::Connect(credentials, options))
        }),
        4 => quiet_command.prop_map(Act::Command),
        2 => (0..2usize, any::<bool>()).prop_map(|(client, on)| Act::Call(client, ClientCall::EnableWebsocket(on))),
        2 => (0..2usize, any::<bool>()).prop_map(|(client, on)| Act::Call(client, ClientCall::EnableConnectivityChecking(on))),
        10 => pass(),
    ];
    history(act.boxed(), Just(json!({})).boxed())
        .prop_map(|history| History { patience: Duration::from_secs(60), ..history })
}

fn history(act: BoxedStrategy<Act>, patch: BoxedStrategy<Value>) -> impl Strategy<Value = History> {
    let patience = select(vec![Duration::ZERO, Duration::from_millis(350), Duration::from_secs(300)]);
    // Half of the histories begin with a client that is connected, which most of what can happen is about.
    let begins_connected = any::<bool>();
    (prop::collection::vec(patch, 2), begins_connected, prop::collection::vec(act, 1..30), patience).prop_map(
        |(clients, begins_connected, mut acts, patience)| {
            if begins_connected {
                let credentials = Credentials::password(USERS[0], password_of(USERS[0]));
                let connect = Act::Call(0, ClientCall::Connect(credentials, ConnectOptions::default()));
                acts.splice(0..0, [connect, Act::Pass(Duration::ZERO)]);
            }
            History { clients, acts, patience }
        },
    )
}

/// Every call of Kandy.js.
pub(crate) fn call() -> impl Strategy<Value = ClientCall> {
    prop_oneof![
        8 => (credentials(), connect_options()).prop_map(|(credentials, options)| ClientCall::Connect(credentials, options)),
        4 => Just(ClientCall::Disconnect),
        1 => credentials().prop_map(ClientCall::UpdateToken),
        1 => prop_oneof![4 => config_patch(), 1 => any_json()].prop_map(ClientCall::UpdateConfig),
        1 => Just(ClientCall::ResetConnection),
        1 => any::<bool>().prop_map(ClientCall::EnableConnectivityChecking),
        1 => any::<bool>().prop_map(ClientCall::EnableWebsocket),
        1 => Just(ClientCall::Destroy),
        1 => Just(ClientCall::WithoutEffect("setCredentials")),
    ]
}

/// Every command of the platform.
pub(crate) fn command() -> impl Strategy<Value = Command> {
    let close = (user(), select(vec![1000, 1001, 1005, 1006, 1011, 4000, 9]), "\\PC{0,4}");
    let users = prop_oneof![
        (user(), user_options()).prop_map(|(user, options)| Command::AddUser {
            user: user.clone(),
            password: password_of(&user),
            options
        }),
        user().prop_map(|user| Command::RemoveUser { user }),
        user().prop_map(|user| Command::SetPassword { user, password: format!("{MARK}-new") }),
        (user(), user_options()).prop_map(|(user, options)| Command::SetOptions { user, options }),
        (user(), token_options()).prop_map(|(user, options)| Command::IssueToken { user, options }),
        user().prop_map(|user| Command::ExpireToken { user }),
        user().prop_map(|user| Command::EndSubscription { user }),
        (user(), services()).prop_map(|(user, services)| Command::GrantServices { user, services }),
    ];
    let sockets = prop_oneof![
        user().prop_map(|user| Command::Cut { target: user.into() }),
        close.prop_map(|(user, code, reason)| Command::Close { target: user.into(), code, reason }),
        user().prop_map(|user| Command::Silence { target: user.into() }),
        (user(), prop_oneof![notification(), body_json()])
            .prop_map(|(user, frame)| Command::Send { target: user.into(), message: frame }),
        (user(), frame()).prop_map(|(user, frame)| Command::SendRaw { target: user.into(), frame }),
        (user(), gone_options()).prop_map(|(user, options)| Command::Gone { user, options }),
    ];
    let lifetime = select(vec![None, Some(60), Some(301), Some(900), Some(3600), Some(30 * 24 * 3600)]);
    let settings = prop_oneof![
        lifetime.prop_map(|lifetime| Command::TokenLifetime { lifetime: lifetime.map(Duration::from_secs) }),
        any::<bool>().prop_map(|enabled| Command::AnyUser { enabled }),
        any::<bool>().prop_map(|enabled| Command::AnswerPings { enabled, user: None }),
        select(vec![0, 700, 3_000])
            .prop_map(|millis| Command::Latency { latency: Duration::from_millis(millis), user: None }),
        Just(Command::Offline { user: None }),
        Just(Command::Online { user: None }),
    ];
    let fail = point().prop_flat_map(|point| {
        prop::collection::vec(fault(point), 1..3).prop_map(move |faults| Command::Fail { point, faults })
    });
    prop_oneof![
        6 => fail,
        1 => prop::option::of(point()).prop_map(|point| Command::Clear { rules: point.into() }),
        3 => users,
        4 => sockets,
        3 => settings,
    ]
}

pub(crate) fn point() -> impl Strategy<Value = Point> {
    select(Point::ALL.to_vec())
}

/// A fault that makes sense at `point`, over the whole vocabulary.
pub(crate) fn fault(point: Point) -> impl Strategy<Value = Fault> {
    let silent = (0..4u8, prop::option::of(delay())).prop_map(|(kind, delay)| match kind {
        0 => Effect::Hang,
        1 => Effect::Refuse,
        2 => Effect::Accept { delay },
        _ => Effect::Reset { delay },
    });
    let closing = (select(vec![1000, 1001, 1005, 4000]), prop::option::of(delay()))
        .prop_map(|(code, delay)| Effect::CloseAfterOpen { code, delay });
    let status = select(vec![200, 201, 204, 304, 400, 401, 403, 404, 500, 503, 599]);
    let content = prop_oneof![
        2 => Just(Content::default()),
        3 => body_json().prop_map(Content::Json),
        1 => select(vec!["", "<html>", "{", "OK"]).prop_map(|text| Content::Text(text.to_owned())),
    ];
    let answering = (prop::option::of(status), content);
    let keys = vec!["service", "notificationChannel", "expires", "subscription", "access_token", "/subscribeResponse"];
    let shaping = (
        prop::option::weighted(0.3, body_json().prop_filter_map("it is not a map", |json| json.as_object().cloned())),
        prop::option::weighted(0.5, params()),
        prop::collection::vec(select(keys).prop_map(str::to_owned), 0..2),
    )
        .prop_map(|(merge, params, without)| (None, Content::Own(Edit { merge, params, without })));
    let answer = (prop_oneof![3 => answering, 2 => shaping], delivery())
        .prop_map(|((status, content), delivery)| Effect::Answer(Answer { status, content, delivery }));
    let turns = (
        prop_oneof![6 => (1..4u32).prop_map(Some), 2 => Just(None)],
        prop_oneof![4 => Just(0), 1 => 1..3u32],
        prop::option::weighted(0.2, user()),
    );
    (prop_oneof![2 => silent, 1 => closing, 5 => answer], turns).prop_map(move |(effect, (times, after, user))| {
        sensible_at(point, Fault { when: Trigger { after, times, user, ..Trigger::default() }, effect })
    })
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let is = |text: &str| ContentType::Is(text.to_owned());
    let usual = ContentType::Usual;
    let content_type = select(vec![usual.clone(), usual, ContentType::Absent, is("text/html"), is("application/json")]);
    let cors = prop::option::weighted(0.2, any::<bool>());
    let reason = prop::option::weighted(0.2, select(vec!["Login Please", ""]).prop_map(str::to_owned));
    let header = select(vec![("Retry-After", "7"), ("X-Trace", "a"), ("X-Trace", "b")]);
    let headers = prop_oneof![
        4 => Just(Vec::new()),
        1 => header.prop_map(|(name, value)| vec![(name.to_owned(), value.to_owned())]),
    ];
    (content_type, headers, cors, reason, prop::option::weighted(0.3, delay()), pace()).prop_map(
        |(content_type, headers, cors, reason, delay, pace)| Delivery {
            reason,
            content_type,
            headers,
            cors,
            delay,
            pace,
        },
    )
}

fn pace() -> impl Strategy<Value = Pace> {
    let late = prop::option::weighted(0.1, delay());
    let drip = prop::option::weighted(0.1, select(vec![1, 50, 1_000]));
    let truncate = prop::option::weighted(0.1, select(vec![0, 1, 20, 10_000]));
    (late, drip, truncate).prop_map(|(late, drip, truncate)| Pace { late, drip, truncate })
}

/// The fault without what has no effect at `point` or what its status excludes; a healthy turn if that does not help.
fn sensible_at(point: Point, mut fault: Fault) -> Fault {
    if let Effect::Answer(Answer { status, content, delivery }) = &mut fault.effect {
        if point == Point::WebSocket {
            (*content, delivery.content_type, delivery.cors) = (Content::default(), ContentType::Usual, None);
            delivery.reason = delivery.reason.take().filter(|_| status.is_some());
        }
        if point == Point::Preflight {
            (*content, delivery.content_type) = (Content::default(), ContentType::Usual);
            delivery.reason = delivery.reason.take().filter(|_| status.is_some());
        }
        if matches!(point, Point::WebSocket | Point::Preflight)
            || status.is_some_and(|status| matches!(status, 204 | 304))
        {
            delivery.pace = Pace::default();
        }
        if point == Point::WebSocket && status.is_none() {
            delivery.headers.clear();
        }
        if let Content::Own(edit) = content {
            edit.params = edit.params.take().filter(|_| matches!(point, Point::Subscribe | Point::Resubscribe));
            edit.without.retain(|field| Fault::without([field]).check_at(point).is_ok());
        }
    }
    if point == Point::Preflight {
        fault.when.user = None;
    }
    if fault.check_at(point).is_ok() {
        return fault;
    }
    if let Effect::Answer(answer) = &mut fault.effect {
        answer.content = Content::default();
    }
    if fault.check_at(point).is_ok() {
        fault
    } else {
        Fault { when: Trigger { times: fault.when.times, ..Trigger::default() }, ..Fault::default() }
    }
}

fn delay() -> impl Strategy<Value = Duration> {
    select(vec![1, 1_000, 4_000, 7_000, 65_000]).prop_map(Duration::from_millis)
}

fn user() -> impl Strategy<Value = String> {
    select(USERS.to_vec()).prop_map(str::to_owned)
}

fn services() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(select(vec!["call", "IM", "presence"]).prop_map(str::to_owned), 0..3)
}

fn frame() -> impl Strategy<Value = Frame> {
    prop_oneof![
        3 => frame_text().prop_map(Frame::Text),
        1 => prop::collection::vec(any::<u8>(), 0..8).prop_map(|bytes| Frame::Binary(Bytes::from(bytes))),
    ]
}

fn gone_options() -> impl Strategy<Value = GoneOptions> {
    let id = prop::option::of(select(vec!["gone-1", "N-1"]).prop_map(str::to_owned));
    (prop::option::of(0..100u64), id)
        .prop_map(|(seconds, id)| GoneOptions { retry_after: seconds.map(Duration::from_secs), id })
}

fn user_options() -> impl Strategy<Value = UserOptions> {
    let lifetime = || prop::option::of(select(vec![60, 900, 3600]).prop_map(Duration::from_secs));
    (prop::option::of(services()), lifetime(), lifetime()).prop_map(
        |(services, token_lifetime, subscription_lifetime)| UserOptions {
            services,
            token_lifetime,
            subscription_lifetime,
            ..UserOptions::default()
        },
    )
}

fn token_options() -> impl Strategy<Value = TokenOptions> {
    let text = |kind: &'static str| prop::option::of(user().prop_map(move |user| token_of(&user, kind)));
    let lifetime = prop::option::of(select(vec![0, 60, 900, 3600]).prop_map(Duration::from_secs));
    (text("at2"), text("rt2"), text("oa2"), lifetime).prop_map(
        |(access_token, refresh_token, oauth_token, lifetime)| TokenOptions {
            access_token,
            refresh_token,
            oauth_token,
            lifetime,
        },
    )
}

fn connect_options() -> impl Strategy<Value = ConnectOptions> {
    let correlator = prop::option::weighted(0.2, select(vec!["c-1", "c/1 ?#"]).prop_map(str::to_owned));
    (any::<bool>(), correlator)
        .prop_map(|(force_log_out, client_correlator)| ConnectOptions { force_log_out, client_correlator })
}

fn notification_of_news() -> impl Strategy<Value = Value> {
    select(vec!["IM", "call", "presence"]).prop_map(|kind| json!({ "notificationMessage": { "eventType": kind } }))
}

/// Credentials of a user that are right as long as no command changes that.
fn good_credentials() -> impl Strategy<Value = Credentials> {
    (user(), 0..4u8).prop_map(|(user, kind)| match kind {
        0 => Credentials::access_token(&user, token_of(&user, "at")),
        1 => Credentials::oauth_token(&user, token_of(&user, "oa")),
        2 => Credentials::refresh_token(&user, token_of(&user, "rt")),
        _ => Credentials::password(&user, password_of(&user)),
    })
}

/// Credentials, right, wrong and incomplete.
pub(crate) fn credentials() -> impl Strategy<Value = Credentials> {
    let expires = select(vec![json!(60), json!(3600), json!("3600"), json!(-1), json!("soon"), json!(null)]);
    let odd = (user(), 0..5u8).prop_map(|(user, kind)| match kind {
        0 => Credentials::password(&user, format!("{MARK}-wrong")),
        1 => Credentials { username: None, ..Credentials::access_token(&user, token_of(&user, "at")) },
        2 => Credentials {
            refresh_token: Some(token_of(&user, "rt")),
            ..Credentials::access_token(&user, token_of(&user, "at"))
        },
        3 => Credentials::access_token(&user, format!("{MARK}-unknown")),
        _ => Credentials::default(),
    });
    let credentials = prop_oneof![6 => good_credentials(), 3 => odd];
    (credentials, prop::option::weighted(0.15, expires))
        .prop_map(|(credentials, expires)| Credentials { expires, ..credentials })
}

/// What a configuration may have of its own: everything that touches connecting.
pub(crate) fn config_patch() -> impl Strategy<Value = Value> {
    let member = prop_oneof![
        select(vec![json!(1000), json!(30_000), json!(0), json!(2_147_483_648_u64), json!("x")])
            .prop_map(|value| json!({ "connectivity": { "pingInterval": value } })),
        select(vec![0, 1, 2, 5]).prop_map(|limit| json!({ "connectivity": { "reconnectLimit": limit } })),
        select(vec![0, 100, 2_000, 5_000]).prop_map(|delay| json!({ "connectivity": { "reconnectDelay": delay } })),
        select(vec![json!(0), json!(1), json!(2), json!("x")])
            .prop_map(|value| json!({ "connectivity": { "reconnectTimeMultiplier": value } })),
        any::<bool>().prop_map(|on| json!({ "connectivity": { "autoReconnect": on } })),
        any::<bool>().prop_map(|on| json!({ "connectivity": { "checkConnectivity": on } })),
        select(vec![0, 300, 10_000]).prop_map(|margin| json!({ "authentication": { "earlyRefreshMargin": margin } })),
        select(vec![5, 60, 3600, 5_000_000])
            .prop_map(|expires| json!({ "authentication": { "subscription": { "expires": expires } } })),
        services().prop_map(|services| json!({ "authentication": { "subscription": { "service": services } } })),
        select(vec!["nowhere.example", "kandy.test", "not a host"])
            .prop_map(|server| json!({ "authentication": { "websocket": { "server": server } } })),
        select(vec!["nowhere.example", "kandy.test", "not a host"])
            .prop_map(|server| json!({ "authentication": { "subscription": { "server": server } } })),
        select(vec![0, 1, 100]).prop_map(|length| json!({ "notifications": { "idCacheLength": length } })),
    ];
    prop_oneof![3 => Just(json!({})), 2 => member]
}
