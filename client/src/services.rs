//! Subscribing to services, which Link 4 and 5 do apart from signing in (docs/protocol-dialects.md, section 3).

mod change;

use std::collections::VecDeque;

use crate::connect::{Phase, read_subscription};
use crate::error::{Code, Error};
use crate::event::Event;
use crate::io::{RequestId, Task};
use crate::js::{self, TypeError, Value, property};
use crate::session::{Purpose, Session};
use crate::state::{ConnectionInfo, Standing, Subscriptions};
use crate::timer::{Time, Timer};
use crate::websocket::OpeningFailure;
use crate::wire::{Answer, Granted};

/// More calls than this cannot wait for one that is under way; the next ones are lost.
const MAX_WAITING: usize = 10_000;

/// The services that there are.
const AVAILABLE: [&str; 3] = ["call", "Presence", "IM"];

/// The task that subscribes and unsubscribes, one call after the other.
#[derive(Default)]
pub(crate) struct ServiceFlow {
    /// The last call that is not over yet, as far as an application sees. The task can die of an answer, and leave it.
    pending: Option<Pending>,
    operation: Operation,
    waiting: VecDeque<Wanted>,
    /// Where the old `connect()` and `disconnect()` stand, which are made of these calls.
    pub(crate) connection: ByServices,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Subscribe,
    Unsubscribe,
}

/// A call that waits, with the names of its services.
enum Wanted {
    Subscribe { services: Value, options: Value },
    Unsubscribe { services: Value },
}

/// What is under way.
#[derive(Default)]
enum Operation {
    #[default]
    Idle,
    /// The POST.
    Subscribing { request: RequestId, attempt: Attempt },
    /// The pause behind a 503.
    Retrying { attempt: Attempt },
    /// The websocket of a subscription that was granted.
    Opening { granted: Granted },
    /// The DELETE behind a websocket that could not be opened.
    Undoing { error: Error },
    /// The PUT that asks for these services instead.
    Changing { request: RequestId, services: Value, adds: bool },
    /// The DELETE, and for ever what comes behind it where websockets hang.
    Leaving,
}

/// A subscription that is asked for, of the user who was known when it began.
struct Attempt {
    /// `authentication.subscription`, with the services.
    config: Value,
    connection: ConnectionInfo,
    options: Value,
    retries: u32,
}

/// Where a connection stands that was made by `connect()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ByServices {
    #[default]
    Idle,
    Connecting,
    Connected,
    Disconnecting,
}

/// The calls.
impl Session {
    /// `services.subscribe(services, options)`
    pub(crate) fn subscribe_services(&mut self, now: Time, services: &Value, options: &Value) -> Result<(), TypeError> {
        take_type(options)?;
        if !self.knows_user() {
            return Ok(());
        }
        self.want_services(now, &normalized(services)?, options);
        Ok(())
    }

    /// `services.unsubscribe(services)`, which looks at its argument only when its turn comes.
    pub(crate) fn unsubscribe_services(&mut self, now: Time, services: &Value) {
        if self.knows_user() {
            let services = if services.is_undefined() { Vec::new().into() } else { services.clone() };
            self.want(now, Wanted::Unsubscribe { services });
        }
    }

    /// What `services.getSubscriptions()` gives; `None` in a dialect without services.
    #[must_use]
    pub fn subscriptions(&self) -> Option<Subscriptions> {
        self.dialect().has_services().then(|| Subscriptions {
            subscribed: self.subscribed_services().into(),
            available: AVAILABLE,
            is_pending: self.services.pending.is_some(),
        })
    }

    /// Whether something is subscribed to.
    pub(crate) fn standing_of_services(&self) -> Standing {
        Standing { is_connected: self.state.subscription.is_some(), is_pending: self.services.pending.is_some() }
    }

    /// `setCredentials(credentials)`; good ones take the place of those that were known.
    pub(crate) fn take_credentials(&mut self, credentials: &Value) {
        match self.connection_of(credentials) {
            Some(connection) => {
                self.state.user_info = Some(connection.user_info(self.profile.shows_tokens));
                self.state.connection = Some(connection);
                self.emit(Event::AuthChange);
            }
            None => {
                let error = Error::new(Code::InvalidSignature, self.profile.invalid_signature);
                self.state.error = Some(error.clone());
                self.emit(Event::AuthError(error));
            }
        }
    }

    pub(crate) fn knows_user(&self) -> bool {
        let user = self.state.user_info.as_ref();
        user.is_some_and(|user| user.username.0.is_truthy() || user.access_token.0.is_truthy())
    }

    fn subscribed_services(&self) -> Value {
        let granted = self.state.subscription.as_ref();
        granted.map_or_else(|| Vec::new().into(), |granted| granted.params.get("service").clone())
    }
}

/// One call after the other.
impl Session {
    /// A call waits for its turn. Unsubscribing does not let a subscribing call go on.
    pub(crate) fn want_services(&mut self, now: Time, services: &Value, options: &Value) {
        self.want(now, Wanted::Subscribe { services: services.clone(), options: options.clone() });
    }

    /// Unsubscribes from all that there is.
    pub(crate) fn want_no_services(&mut self, now: Time) {
        let services = self.subscribed_services();
        self.want(now, Wanted::Unsubscribe { services });
    }

    fn want(&mut self, now: Time, wanted: Wanted) {
        self.services.pending = Some(match &wanted {
            Wanted::Subscribe { .. } => Pending::Subscribe,
            Wanted::Unsubscribe { .. } => Pending::Unsubscribe,
        });
        self.tell_of_services(None, None);
        if self.services.pending == Some(Pending::Unsubscribe) {
            self.cancel_subscribing();
        }
        if self.services.waiting.len() < MAX_WAITING {
            self.services.waiting.push_back(wanted);
        }
        self.serve(now);
    }

    /// What is asked for is not wanted any more. It is not undone: the platform keeps it, and a websocket may open unused.
    fn cancel_subscribing(&mut self) {
        match std::mem::take(&mut self.services.operation) {
            Operation::Subscribing { request, .. } => self.forget(request),
            Operation::Retrying { .. } => self.timers.cancel(Timer::RetrySubscription),
            Operation::Opening { .. } | Operation::Undoing { .. } => {}
            Operation::Changing { request, adds: true, .. } => return self.forget(request),
            other => return self.services.operation = other,
        }
        self.services.pending = None;
        self.tell_of_services(None, None);
        self.disconnected_by_services();
    }

    /// Takes up the next calls until one has to wait for an answer.
    fn serve(&mut self, now: Time) {
        while matches!(self.services.operation, Operation::Idle)
            && let Some(wanted) = self.services.waiting.pop_front()
        {
            match wanted {
                Wanted::Subscribe { services, options } => self.begin_subscribing(now, services, options),
                Wanted::Unsubscribe { services } => self.begin_unsubscribing(now, &services),
            }
        }
    }

    fn begin_subscribing(&mut self, now: Time, services: Value, options: Value) {
        if services.as_list().is_none_or(<[Value]>::is_empty) {
            return self.fail_to_subscribe(Error::foreign(true.into()));
        }
        if self.state.subscription.is_none() {
            let Some(connection) = self.state.connection.clone() else {
                return self.crash_services();
            };
            let config = self.settings.authentication().get("subscription").clone().with("service", services);
            return self.ask_for_subscription(now, Attempt { config, connection, options, retries: 0 });
        }
        let known = self.subscribed_services();
        let mut all: Vec<Value> = Vec::new();
        for service in [&known, &services].into_iter().filter_map(|list| list.as_list()).flatten() {
            if !all.contains(service) {
                all.push(service.clone());
            }
        }
        self.change_services(now, all.into(), true);
    }

    fn begin_unsubscribing(&mut self, now: Time, services: &Value) {
        if self.state.subscription.is_none() {
            return self.fail_to_unsubscribe(now, "No subscription found, can't unsubscribe.".to_owned());
        }
        let known = self.subscribed_services();
        let known = known.as_list().unwrap_or_default();
        if !known.is_empty() && !matches!(services, Value::List(_) | Value::Text(_)) {
            return self.crash_services();
        }
        let rest: Vec<Value> = known.iter().filter(|service| !includes(services, service)).cloned().collect();
        if rest.len() == known.len() {
            let shown = services.stringify().unwrap_or_default();
            return self.fail_to_unsubscribe(now, format!("No subscription found for {shown}, can't unsubscribe."));
        }
        if !rest.is_empty() {
            return self.change_services(now, rest.into(), false);
        }
        let granted = self.state.subscription.clone();
        match granted.and_then(|granted| self.delete_subscription(now, &granted)) {
            Some(()) => self.services.operation = Operation::Leaving,
            None => self.crash_services(),
        }
    }

    fn change_services(&mut self, now: Time, services: Value, adds: bool) {
        let (Some(granted), Some(connection)) = (&self.state.subscription, &self.state.connection) else {
            return self.crash_services();
        };
        match self.writer().resubscribe(connection, granted, &services) {
            Ok(request) => {
                let request = self.send(now, request, Purpose::ChangeServices);
                self.services.operation = Operation::Changing { request, services, adds };
            }
            Err(_) => self.crash_services(),
        }
    }

    fn delete_subscription(&mut self, now: Time, granted: &Granted) -> Option<()> {
        let request = self.writer().unsubscribe(self.state.connection.as_ref()?, granted).ok()?;
        self.send(now, request, Purpose::UnsubscribeServices);
        Some(())
    }

    /// The task dies, and with it what waits for its turn. Pending stays as it is.
    fn crash_services(&mut self) {
        self.services.operation = Operation::Idle;
        self.services.waiting.clear();
        self.crash(Task::Subscriptions);
    }
}

/// Subscribing.
impl Session {
    fn ask_for_subscription(&mut self, now: Time, attempt: Attempt) {
        match self.writer().subscribe(&attempt.config, &attempt.connection, &attempt.options) {
            Ok(request) => {
                let request = self.send(now, request, Purpose::SubscribeServices);
                self.services.operation = Operation::Subscribing { request, attempt };
            }
            Err(error) => self.fail_to_subscribe(error.into()),
        }
    }

    /// The pause behind a 503 is over.
    pub(crate) fn retry_subscription(&mut self, now: Time) {
        match std::mem::take(&mut self.services.operation) {
            Operation::Retrying { attempt } => self.ask_for_subscription(now, attempt),
            other => self.services.operation = other,
        }
    }

    /// The answer to the POST.
    pub(crate) fn services_subscribed(&mut self, now: Time, answer: Answer) {
        let Operation::Subscribing { attempt, .. } = std::mem::take(&mut self.services.operation) else {
            return;
        };
        if let Answer::Error { retry_after: Some(delay), .. } = answer {
            return self.wait_to_retry(now, attempt, delay);
        }
        match read_subscription(self.profile, attempt.config.get("service"), answer) {
            Ok(granted) => {
                // Also of a user who has taken the place of that one.
                if let Some(connection) = self.state.connection.as_mut().filter(|_| attempt.connection.has_hmac_token())
                {
                    connection.exchange_token(&granted.params);
                }
                let server = self.settings.authentication().get("websocket");
                let info = self.websocket_info(server, &granted, &attempt.connection);
                // `getConnection()` knows nothing of subscriptions here.
                let granted = Granted { services_info: Value::Undefined, ..granted };
                self.services.operation = Operation::Opening { granted };
                self.open_websocket(now, info, false);
            }
            Err(error) => {
                self.fail_to_subscribe(error);
                self.serve(now);
            }
        }
    }

    fn wait_to_retry(&mut self, now: Time, attempt: Attempt, delay: f64) {
        let most = self.settings.authentication().get("subscription").get("serviceUnavailableMaxRetries").to_number();
        if f64::from(attempt.retries) < most {
            self.timers.arm(now + js::timeout(&delay.into()), Timer::RetrySubscription);
            let attempt = Attempt { retries: attempt.retries.saturating_add(1), ..attempt };
            self.services.operation = Operation::Retrying { attempt };
        } else {
            self.fail_to_subscribe(Error::new(Code::Unavailable, "Failed to subscribe user. Status Code: 503."));
            self.serve(now);
        }
    }

    /// A websocket is open, whichever.
    pub(crate) fn subscribe_with_open_websocket(&mut self, now: Time) {
        match std::mem::take(&mut self.services.operation) {
            Operation::Opening { granted } => {
                self.state.subscription = Some(granted);
                self.services.pending = None;
                self.tell_of_services(None, None);
                self.start_resubscribing(now);
                self.connected_by_services();
                self.serve(now);
            }
            other => self.services.operation = other,
        }
    }

    /// No websocket could be opened: what was granted is given back.
    pub(crate) fn undo_subscription(&mut self, now: Time, failure: &OpeningFailure) {
        match std::mem::take(&mut self.services.operation) {
            Operation::Opening { granted } => match self.delete_subscription(now, &granted) {
                Some(()) => self.services.operation = Operation::Undoing { error: failure.to_error() },
                None => self.crash_services(),
            },
            other => self.services.operation = other,
        }
    }

    fn fail_to_subscribe(&mut self, error: Error) {
        self.services.pending = None;
        self.emit(Event::SubscriptionError(error.clone()));
        self.not_connected_by_services(error);
    }
}

impl ServiceFlow {
    /// Where it really stands, with a subscription or without.
    pub(crate) fn phase(&self, is_subscribed: bool) -> Phase {
        match self.operation {
            Operation::Subscribing { .. }
            | Operation::Retrying { .. }
            | Operation::Opening { .. }
            | Operation::Undoing { .. } => Phase::Connecting,
            Operation::Leaving => Phase::Disconnecting,
            Operation::Idle | Operation::Changing { .. } if is_subscribed => Phase::Connected,
            Operation::Idle | Operation::Changing { .. } => Phase::Idle,
        }
    }
}

/// The names of services, as a call or the configuration has them.
pub(crate) fn normalized(services: &Value) -> Result<Value, TypeError> {
    if services.is_undefined() {
        return Ok(Vec::new().into());
    }
    property(services, "map")?;
    let services = services.as_list().ok_or_else(|| TypeError::no_function("services.map"))?;
    Ok(services.iter().map(name_of).collect::<Vec<_>>().into())
}

/// A service is given by its name, or as an object with that.
fn name_of(service: &Value) -> Value {
    let object = service.as_object();
    object.and_then(|object| object.own("service")).unwrap_or(service).clone()
}

/// `services.includes(service)`, which a text has as well as a list.
fn includes(services: &Value, service: &Value) -> bool {
    match services {
        Value::List(services) => services.contains(service),
        text => text.to_text().to_str_lossy().contains(&*service.to_text().to_str_lossy()),
    }
}

/// The options get a `type`, if they have none: what cannot hold one is no option, but for the old texts.
fn take_type(options: &Value) -> Result<(), TypeError> {
    let on = |kind: &str| Err(TypeError::new(format!("Cannot create property 'type' on {kind}")));
    match options {
        Value::Null => property(options, "type").map(drop),
        Value::Text(text) if ["websocket", "push"].contains(&&*text.to_str_lossy()) => Ok(()),
        Value::Text(text) => on(&format!("string '{}'", text.to_str_lossy())),
        Value::Number(number) => on(&format!("number '{}'", js::number_text(*number))),
        Value::Bool(flag) => on(&format!("boolean '{flag}'")),
        _ => Ok(()),
    }
}
