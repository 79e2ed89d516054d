//! The recorder's platform: who its users are, how it was told to misbehave, and that it takes any token.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Method, Request};
use kandy_mock_server::fault::Effect;
use kandy_mock_server::{Command, Fault, FaultError, Frame, Platform, Point, Time, TokenOptions, UserOptions};
use kandy_scenarios::recording::{Exchange, RecordedDialect, Recording};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// The users of the recorder's platform.
const USERS: [(&str, &str); 3] =
    [("alice@example.com", "s3cret"), ("bob@example.com", "hunter2"), ("zoë+tag@example.com", "pä$$wörd€")];
/// The name under which the first of them signs in as well.
const AUTHNAME: &str = "alice-auth";
/// Tokens are taken for ever; these last as long as any can.
const LONGEST_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// A close frame without a code.
const NO_CODE: u16 = 1005;

/// What the recorder's platform does by itself in a recording, where `Platform` has to be told.
pub(super) struct Recorder {
    script: Value,
    /// The user to whom a token is given that comes without one.
    user: String,
    /// The tokens that were given out here.
    admitted: BTreeSet<String>,
    /// Who brought which token in `x-token` last.
    hmac_holders: BTreeMap<String, String>,
    /// Whether a client asks for a name of its own for a subscription.
    has_correlator: bool,
    /// Whether it would be on the platform to check connections.
    is_to_check: bool,
    /// Whether websockets are opened at the port of REST, which listens whatever becomes of the other.
    has_one_port: bool,
}

impl Recorder {
    pub(super) fn of(recording: &Recording) -> Self {
        let requests = || {
            recording.wire.iter().filter_map(|entry| match &entry.what {
                Exchange::Request(request) => Some(request),
                _ => None,
            })
        };
        let user = requests().find_map(|request| user_of(&request.path)).filter(|user| user != "undefined");
        let asked = |pointer: &'static str| {
            requests().filter_map(move |request| request.body.as_ref()?.pointer(pointer).cloned())
        };
        let has_correlator = asked("/subscribeRequest/clientCorrelator").next().is_some();
        let is_to_check = asked("/notificationChannel/x-connCheckRole").any(|role| role == "server");
        let user = user.unwrap_or_else(|| USERS[0].0.to_owned());
        let script = recording.server_script.clone();
        Self {
            script,
            user,
            admitted: BTreeSet::new(),
            hmac_holders: BTreeMap::new(),
            has_correlator,
            is_to_check,
            has_one_port: recording.dialect == RecordedDialect::Cpaas,
        }
    }

    /// Makes a platform what the recorder's was at the start.
    pub(super) fn set_up(&mut self, platform: &mut Platform) -> Result<(), String> {
        for (name, password) in USERS {
            let authname = (name == USERS[0].0).then(|| AUTHNAME.to_owned());
            let options = UserOptions { authname, ..UserOptions::default() };
            let (user, password) = (name.to_owned(), password.to_owned());
            apply(platform, Time::ZERO, Command::AddUser { user, password, options })?;
        }
        if self.is_to_check {
            apply(platform, Time::ZERO, Command::AnswerPings { enabled: false, user: None })?;
        }
        let script = self.script.clone();
        let mut routes: BTreeSet<&str> =
            script.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        routes.extend(["subscribe", "channel"]);
        for key in routes {
            self.set(platform, Time::ZERO, key, script.get(key).unwrap_or(&Value::Null))?;
        }
        Ok(())
    }

    /// An action of the script that is not about its websockets.
    pub(super) fn act(
        &mut self,
        platform: &mut Platform,
        now: Time,
        action: &str,
        args: &[Value],
    ) -> Result<(), String> {
        match action {
            "set" => {
                let patch = args.first().and_then(Value::as_object).cloned().unwrap_or_default();
                for (key, value) in &patch {
                    self.script[key] = value.clone();
                }
                for (key, value) in &patch {
                    self.set(platform, now, key, value)?;
                }
                Ok(())
            }
            "wsListen" if self.has_one_port => Ok(()),
            "wsListen" => {
                apply(platform, now, Command::Clear { rules: Point::WebSocket.into() })?;
                if args.first() == Some(&Value::Bool(false)) {
                    let faults = vec![Fault::refuse()];
                    return apply(platform, now, Command::Fail { point: Point::WebSocket, faults });
                }
                self.set(platform, now, "ws", &self.script["ws"].clone())
            }
            other => Err(format!("the recorder's platform has no action {other}")),
        }
    }

    fn set(&self, platform: &mut Platform, now: Time, key: &str, value: &Value) -> Result<(), String> {
        let number = || value.as_u64().ok_or_else(|| format!("{key} is not a number"));
        let flag = || value.as_bool().unwrap_or_default();
        let told = match key {
            "latency" => Command::Latency { latency: Duration::from_millis(number()?), user: None },
            "pong" => Command::AnswerPings { enabled: flag(), user: None },
            "connAck" => Command::AnswerPings { enabled: flag() && !self.is_to_check, user: None },
            "tokenExpires" => Command::TokenLifetime { lifetime: Some(Duration::from_secs(number()?)) },
            "acceptAnyUser" => Command::AnyUser { enabled: flag() },
            // They say how the normal answers of a point are told.
            "echoCorrelator" => return self.set(platform, now, "subscribe", &self.script["subscribe"].clone()),
            "channelType" => return self.set(platform, now, "channel", &self.script["channel"].clone()),
            route => return self.set_answers(platform, now, route, value),
        };
        apply(platform, now, told)
    }

    /// The answers of a route, in the place of those before.
    fn set_answers(&self, platform: &mut Platform, now: Time, route: &str, answers: &Value) -> Result<(), String> {
        let point = point(route)?;
        apply(platform, now, Command::Clear { rules: point.into() })?;
        let normal = vec![Value::Object(Map::new())];
        let answers = answers.as_array().filter(|answers| !answers.is_empty()).unwrap_or(&normal);
        let answers = answers.iter().map(|answer| self.fault(point, answer));
        let faults: Vec<Fault> = answers.collect::<Result<_, _>>()?;
        if faults.iter().all(|fault| *fault == Fault::healthy()) {
            return Ok(());
        }
        apply(platform, now, Command::Fail { point, faults })
    }

    /// One answer, as a fault.
    fn fault(&self, point: Point, answer: &Value) -> Result<Fault, String> {
        let mut keys = Map::new();
        for (key, value) in answer.as_object().into_iter().flatten() {
            match key.as_str() {
                // How the body comes is the network's business; a client gets it whole.
                "lateBody" | "hideHeaders" => {}
                "raw" => {
                    keys.insert("body".to_owned(), value.clone());
                    keys.entry("type").or_insert(Value::Null);
                }
                "drop" => {
                    keys.insert("without".to_owned(), value.clone());
                }
                same => {
                    keys.insert(same.to_owned(), value.clone());
                }
            }
        }
        // Of two bodies the text is sent, as what the other is.
        if keys.contains_key("body") && keys.remove("json").is_some() && answer.get("type").is_none() {
            keys.insert("type".to_owned(), "application/json".into());
        }
        if let Some(body) = answer.as_object().and_then(|answer| stands_for_normal(point, answer)) {
            for replaced in ["body", "json", "type"] {
                keys.remove(replaced);
            }
            keys.insert("merge".to_owned(), body);
        }
        self.put_habits(point, &mut keys);
        if answer.get("hang").is_some_and(|hang| *hang == Value::Bool(true)) {
            keys = Map::from_iter([("hang".to_owned(), Value::Bool(true))]);
        }
        loop {
            let read = Fault::from_json(&Value::Object(keys.clone())).map_err(|error| error.to_string())?;
            match read.check_at(point) {
                Ok(()) => return Ok(read),
                // What is not there cannot be left out.
                Err(FaultError::NoField { field, .. }) => {
                    let without = keys.get_mut("without").and_then(Value::as_array_mut);
                    without.into_iter().for_each(|fields| fields.retain(|other| other.as_str() != Some(&*field)));
                }
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    /// What the recorder's platform always does at a point.
    fn put_habits(&self, point: Point, keys: &mut Map<String, Value>) {
        let replaces = ["json", "body", "hang", "reset"].iter().any(|key| keys.contains_key(*key));
        let is_success = keys.get("status").is_none_or(|status| status.as_u64().is_some_and(|status| status < 300));
        if replaces || !is_success {
            return;
        }
        let echoes = self.script.get("echoCorrelator").is_some_and(|echo| *echo == Value::Bool(true));
        let tells = keys.get("params").is_some_and(|params| params.get("clientCorrelator").is_some());
        if point == Point::Subscribe && self.has_correlator && !echoes && !tells {
            let without = keys.entry("without").or_insert_with(|| json!([]));
            without.as_array_mut().into_iter().for_each(|fields| fields.push("clientCorrelator".into()));
        }
        if let Some(kind) = self.script.get("channelType").filter(|_| point == Point::Channel) {
            let merge = keys.entry("merge").or_insert_with(|| json!({}));
            merge["notificationChannel"]["channelType"] = kind.clone();
        }
    }
}

/// Whoever it is may come in.
impl Recorder {
    /// Has the platform know what a request signs in with, as far as the recorder's platform takes it.
    pub(super) fn admit(&mut self, platform: &mut Platform, now: Time, request: &Request<Bytes>) -> Result<(), String> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let bearer = header(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
        let tokens: Vec<String> = tokens(request.uri().query()).chain(bearer.map(ToOwned::to_owned)).collect();
        let hmac = header("x-token").map(ToOwned::to_owned);
        if tokens.is_empty() && hmac.is_none() && header("x-session").is_none() {
            return Ok(());
        }
        let named = user_of(request.uri().path()).filter(|user| user != "undefined");
        let user = named.unwrap_or_else(|| self.user.clone());
        self.add_user(platform, now, &user)?;
        for token in tokens {
            self.issue(platform, now, &user, token)?;
        }
        if let Some(token) = hmac {
            let before = self.hmac_holders.insert(token.clone(), user.clone());
            if let Some(before) = before.filter(|before| *before != user) {
                apply(platform, now, Command::SetOptions { user: before, options: UserOptions::default() })?;
            }
            let authname = (user == USERS[0].0).then(|| AUTHNAME.to_owned());
            let options = UserOptions { hmac: Some(token), authname, ..UserOptions::default() };
            apply(platform, now, Command::SetOptions { user, options })?;
        }
        Ok(())
    }

    /// The same for a handshake, whose channel tells the user.
    pub(super) fn admit_to_channel(
        &mut self,
        platform: &mut Platform,
        now: Time,
        request: &Request<()>,
    ) -> Result<(), String> {
        let channel = request.uri().path().split('/').find(|part| part.starts_with("CH-"));
        let of = |name: &str| platform.subscriptions(None).into_iter().find(|live| live.channel == name);
        let Some(user) = channel.and_then(of).map(|live| live.user) else { return Ok(()) };
        tokens(request.uri().query()).try_for_each(|token| self.issue(platform, now, &user, token))
    }

    /// The recorder's platform counts what it has made, also if it tells nothing of that. Here a number is used up.
    pub(super) fn count(platform: &mut Platform, now: Time, point: Point) -> Result<(), String> {
        match point {
            Point::MkToken | Point::RefreshToken => {
                let (user, options) = (USERS[0].0.to_owned(), TokenOptions::default());
                apply(platform, now, Command::IssueToken { user, options })
            }
            Point::Subscribe | Point::Channel => {
                let address = "/rest/version/1/anonymous/unused/subscription";
                let ask = |method: Method, address: &str| {
                    let body = Bytes::from_static(br#"{"subscribeRequest":{}}"#);
                    Request::builder().method(method).uri(address).body(body).map_err(|error| error.to_string())
                };
                let healthy = Effect::default();
                platform.handle_request_under(now, &ask(Method::POST, address)?, Some(&healthy));
                let made = platform.newest_subscription().map(|made| format!("{address}/{made}"));
                let end = ask(Method::DELETE, &made.unwrap_or_default())?;
                platform.handle_request_under(now, &end, Some(&healthy));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn add_user(&self, platform: &mut Platform, now: Time, name: &str) -> Result<(), String> {
        if platform.has_user(name) {
            return Ok(());
        }
        let (user, password) = (name.to_owned(), "unused".to_owned());
        apply(platform, now, Command::AddUser { user, password, options: UserOptions::default() })
    }

    fn issue(&mut self, platform: &mut Platform, now: Time, user: &str, token: String) -> Result<(), String> {
        let is_issued = platform
            .tokens_after(None)
            .any(|tokens| tokens.access.iter().chain(&tokens.refresh).any(|label| *label == token));
        if token.is_empty() || is_issued || !self.admitted.insert(token.clone()) {
            return Ok(());
        }
        // A text left out would take a number, which the recorder's platform did not.
        let unused = |kind: &str| Some(format!("unused-{kind}-{}", self.admitted.len()));
        let options = TokenOptions {
            access_token: Some(token),
            refresh_token: unused("RT"),
            oauth_token: unused("OA"),
            lifetime: Some(LONGEST_LIFETIME),
        };
        apply(platform, now, Command::IssueToken { user: user.to_owned(), options })
    }
}

/// The frame of a push, and the websocket that it is for if it is not for all.
pub(super) fn pushed(args: &[Value]) -> (Frame, Option<u64>) {
    let text = match args.first() {
        Some(Value::String(text)) => text.clone(),
        json => json.unwrap_or(&Value::Null).to_string(),
    };
    let option = |name: &str| args.get(1).and_then(|options| options.get(name));
    let is_binary = option("binary").is_some_and(|flag| *flag == Value::Bool(true));
    let frame = if is_binary { Frame::Binary(text.into()) } else { Frame::Text(text) };
    (frame, option("channel").and_then(Value::as_u64))
}

/// The code and the reason of a close.
pub(super) fn closed(args: &[Value]) -> (u16, String) {
    let code = args.first().and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let reason = args.get(1).and_then(Value::as_str).unwrap_or_default();
    (code.unwrap_or(NO_CODE), reason.to_owned())
}

/// The body of an answer that describes a subscription, if it is one: that is there nevertheless, so here the words are put
/// into the platform's own answer.
pub(super) fn stands_for_normal(point: Point, answer: &Map<String, Value>) -> Option<Value> {
    let text = answer.get("raw").and_then(Value::as_str);
    let body = text.and_then(|text| serde_json::from_str::<Value>(text).ok()).or_else(|| answer.get("json").cloned());
    let channel = "/subscribeResponse/subscriptionParams/notificationChannel";
    let is_success = answer.get("status").is_none_or(|status| *status == 200);
    body.filter(|body| point == Point::Subscribe && is_success && body.pointer(channel).is_some())
}

/// The point of a route.
pub(super) fn point(route: &str) -> Result<Point, String> {
    Ok(match route {
        "ws" => Point::WebSocket,
        "auth" => Point::CpaasToken,
        "channelDelete" => Point::ChannelEnd,
        "svc-call" => Point::ServiceCall,
        "svc-chat" => Point::ServiceChat,
        "svc-sms" => Point::ServiceSms,
        "svc-presence" => Point::ServicePresence,
        "svcDelete" => Point::ServiceEnd,
        "presence-lists" => Point::PresenceLists,
        same => same.parse::<Point>().map_err(|error| error.to_string())?,
    })
}

/// The user whom a path is about.
pub(crate) fn user_of(path: &str) -> Option<String> {
    let decoded = |name: &str| percent_decode_str(name).decode_utf8_lossy().into_owned();
    if let Some((_, behind)) = path.split_once("/user/") {
        return behind.rsplit_once("/subscription").map(|(name, _)| decoded(name));
    }
    let mut parts = path.strip_prefix("/cpaas/")?.split('/');
    parts.nth(2).map(decoded)
}

/// The tokens in a query.
pub(crate) fn tokens(query: Option<&str>) -> impl Iterator<Item = String> {
    let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let values = pairs.filter(|(name, _)| matches!(*name, "token" | "access_token")).map(|(_, value)| value);
    values.map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned()).collect::<Vec<_>>().into_iter()
}

fn apply(platform: &mut Platform, now: Time, command: Command) -> Result<(), String> {
    platform.apply(now, command).map(drop).map_err(|error| error.to_string())
}
