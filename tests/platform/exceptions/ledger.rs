//! What a recording's client was given, and what it did with that: the recorder's platform takes it for ever.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use kandy_client::Time;
use kandy_mock_server::Point;
use kandy_scenarios::recording::{Exchange, Recording, WireRequest};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::replay::script::Script;

/// How long a subscription lives if nobody says so, and a channel of CPaaS.
const LIFETIME: Duration = Duration::from_secs(3600);
const CHANNEL_LIFETIME: Duration = Duration::from_secs(7200);

/// What a client did that `Platform` refuses.
#[derive(Debug, Default)]
pub(super) struct Misuse {
    /// It came back to something that it had ended.
    pub(super) after_end: bool,
    /// It came back to something that had not been renewed in time.
    pub(super) after_expiry: bool,
    /// It went to an address that `Platform` does not give out.
    pub(super) elsewhere: bool,
}

/// Something that was given to a client.
struct Given {
    /// When it runs out; what is part of something else does with that.
    until: Option<Time>,
    /// The address of what it is part of.
    part_of: Option<String>,
    is_ended: bool,
}

/// What was given, by its address.
struct Ledger {
    misuse: Misuse,
    given: BTreeMap<String, Given>,
    /// The addresses behind names that are not addresses: of channels, correlators, calls.
    names: BTreeMap<String, String>,
    subscriptions: u64,
    services: u64,
    calls: u64,
}

impl Misuse {
    pub(super) fn of(recording: &Recording) -> Self {
        let mut script = Script::of(recording);
        let mut ledger = Ledger {
            misuse: Self::default(),
            given: BTreeMap::new(),
            names: BTreeMap::new(),
            subscriptions: 0,
            services: 0,
            calls: 0,
        };
        for (index, entry) in recording.wire.iter().enumerate() {
            match &entry.what {
                Exchange::Request(request) if script.next(index, request).is_normal() => {
                    let answer = recording.wire.iter().find_map(|entry| match &entry.what {
                        Exchange::Response(response) if response.n == request.n => Some(response),
                        _ => None,
                    });
                    if answer.is_none_or(|answer| answer.status.is_none_or(|status| status < 300)) {
                        ledger.request(entry.time, request, answer.and_then(|answer| answer.body.as_ref()));
                    }
                }
                Exchange::WsUpgrade(upgrade) => {
                    let is_accepted =
                        |what: &Exchange| matches!(what, Exchange::WsAccepted { ws } if *ws == upgrade.ws);
                    if recording.wire.iter().any(|entry| is_accepted(&entry.what)) {
                        ledger.use_name(entry.time, &upgrade.path);
                    }
                }
                _ => {}
            }
        }
        ledger.misuse
    }
}

impl Ledger {
    fn request(&mut self, now: Time, request: &WireRequest, answer: Option<&Value>) {
        let Ok(method) = request.method.parse::<Method>() else { return };
        let path = &request.path;
        let asked = |pointer: &str| request.body.as_ref().and_then(|body| body.pointer(pointer));
        let seconds = |value: Option<&Value>| value.and_then(Value::as_u64).map(Duration::from_secs);
        let lifetime = seconds(asked("/subscribeRequest/expires"));
        match Point::of(&method, path) {
            Point::Subscribe => {
                self.subscriptions += 1;
                let address = format!("{path}/SUB-{}", self.subscriptions);
                self.give(&address, now + lifetime.unwrap_or(LIFETIME));
                let root = if path.contains("/anonymous/") { "/rest/version/1" } else { "" };
                self.name(format!("{root}/websocket/CH-{}", self.subscriptions), &address);
                // The client may ask for one, or be told one.
                let told =
                    answer.and_then(|answer| answer.pointer("/subscribeResponse/subscriptionParams/clientCorrelator"));
                if let Some(correlator) = told.or(asked("/subscribeRequest/clientCorrelator")).and_then(Value::as_str) {
                    self.name(correlated(&format!("{path}/clientCorrelator/{correlator}")), &address);
                }
            }
            Point::Channel => {
                self.subscriptions += 1;
                let address = format!("{path}/CH-{}", self.subscriptions);
                let lifetime = seconds(asked("/notificationChannel/channelLifetime"));
                self.give(&address, now + lifetime.unwrap_or(CHANNEL_LIFETIME));
                self.name(format!("{address}/websocket"), &address);
                self.name(format!("ws-CB-{}", self.subscriptions), &address);
            }
            Point::Resubscribe => {
                let address = self.address(path);
                self.use_address(now, &address);
                if let (Some(given), Some(lifetime)) = (self.given.get_mut(&address), lifetime) {
                    given.until = Some(now + lifetime);
                }
            }
            Point::Unsubscribe | Point::ChannelEnd | Point::ServiceEnd => self.end(now, &self.address(path)),
            Point::CallEnd if path.ends_with("/callMe") => {}
            Point::CallEnd => self.end(now, path),
            Point::CallUpdate => self.use_address(now, path),
            Point::CallStart => {
                self.calls += 1;
                let channel = asked("/callMeRequest/notifyChannelId").and_then(Value::as_str).unwrap_or_default();
                let call = format!("{path}/callSessions/CALL-{}", self.calls);
                self.part(now, &call, &format!("/rest/version/1/websocket/{channel}"));
            }
            Point::ServiceCall | Point::ServiceChat | Point::ServiceSms | Point::ServicePresence => {
                self.services += 1;
                let callback = request.body.as_ref().and_then(Value::as_object).and_then(|body| body.values().next());
                let callback = callback.and_then(|asked| asked.pointer("/callbackReference/notifyURL")?.as_str());
                self.part(now, &format!("{path}/S-{}", self.services), callback.unwrap_or_default());
            }
            Point::PresenceLists if method == Method::POST => self.services += 1,
            _ => {}
        }
    }

    fn give(&mut self, address: &str, until: Time) {
        self.given.insert(address.to_owned(), Given { until: Some(until), part_of: None, is_ended: false });
    }

    fn name(&mut self, name: String, address: &str) {
        self.names.insert(name, address.to_owned());
    }

    /// Something that lives as long as what has the name `of`. Nothing is part of a part.
    fn part(&mut self, now: Time, address: &str, of: &str) {
        self.use_name(now, of);
        let part_of = self.names.get(of).cloned();
        self.given.insert(address.to_owned(), Given { until: None, part_of, is_ended: false });
    }

    fn address(&self, path: &str) -> String {
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        self.names.get(&correlated(&decoded)).cloned().unwrap_or_else(|| path.to_owned())
    }

    fn use_name(&mut self, now: Time, name: &str) {
        match self.names.get(name).cloned() {
            Some(address) => self.use_address(now, &address),
            None => self.misuse.elsewhere = true,
        }
    }

    fn use_address(&mut self, now: Time, address: &str) {
        match self.given.get(address) {
            None => self.misuse.elsewhere = true,
            Some(given) if given.is_ended => self.misuse.after_end = true,
            Some(given) if given.until.is_some_and(|until| until <= now) => self.misuse.after_expiry = true,
            Some(given) => {
                if let Some(whole) = given.part_of.clone() {
                    self.use_address(now, &whole);
                }
            }
        }
    }

    fn end(&mut self, now: Time, address: &str) {
        self.use_address(now, address);
        if let Some(given) = self.given.get_mut(address) {
            given.is_ended = true;
        }
    }
}

/// The name of a correlator's address, whose version may be another one than that at which it was asked for.
fn correlated(address: &str) -> String {
    address.split_once("/user/").map_or(address, |(_, behind)| behind).to_owned()
}
