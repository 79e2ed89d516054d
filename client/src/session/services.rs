//! Subscribing to services, which Link 4 and 5 do apart from signing in (docs/protocol-dialects.md, section 3).

mod change;
mod legacy;
mod names;
mod subscribe;
mod user;

use std::collections::VecDeque;
use std::mem;

pub(super) use self::user::set_credentials;

use self::names::{includes, normalized, take_type};
use super::context::{Context, Purpose};
use super::renewal::Renewal;
use super::state::State;
use super::view::{Phase, Standing, Subscriptions};
use crate::error::{Code, Error};
use crate::event::{DisconnectReason, Event};
use crate::io::{RequestId, Task};
use crate::js::{TypeError, Value};
use crate::protocol::{ConnectionInfo, Granted};
use crate::timer::Timer;

/// More calls than this cannot wait for one that is under way; the next ones are lost.
const MAX_WAITING: usize = 10_000;

/// The services that there are.
const AVAILABLE: [&str; 3] = ["call", "Presence", "IM"];

/// The task that subscribes and unsubscribes, one call after the other. What it subscribes to is renewed: it starts and stops
/// the renewals.
#[derive(Default)]
pub(super) struct ServiceFlow {
    /// The last call that is not over yet, as far as an application sees. The task can die of an answer, and leave it.
    pending: Option<PendingCall>,
    operation: Operation,
    waiting: VecDeque<Wanted>,
    connection: ByServices,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PendingCall {
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

/// Where a connection stands that was made by the old `connect()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ByServices {
    #[default]
    Idle,
    Connecting,
    Connected,
    Disconnecting,
}

/// What has to be done for the task.
#[must_use]
pub(super) enum ServiceOrder {
    Nothing,
    /// Open a websocket with an address of these parts.
    OpenWebSocket(Value),
    /// Close all websockets, and call [`ServiceFlow::websockets_closed`].
    CloseWebSockets,
}

/// What an application sees.
impl ServiceFlow {
    /// What `services.getSubscriptions()` gives.
    pub(super) fn subscriptions(&self, state: &State) -> Subscriptions {
        let is_pending = self.pending.is_some();
        Subscriptions { subscribed: state.granted_services().into(), available: AVAILABLE, is_pending }
    }

    /// Whether something is subscribed to.
    pub(super) fn standing(&self, state: &State) -> Standing {
        Standing { is_connected: state.subscription.is_some(), is_pending: self.pending.is_some() }
    }

    /// Where it really stands.
    pub(super) fn phase(&self, state: &State) -> Phase {
        match self.operation {
            Operation::Subscribing { .. }
            | Operation::Retrying { .. }
            | Operation::Opening { .. }
            | Operation::Undoing { .. } => Phase::Connecting,
            Operation::Leaving => Phase::Disconnecting,
            Operation::Idle | Operation::Changing { .. } if state.subscription.is_some() => Phase::Connected,
            Operation::Idle | Operation::Changing { .. } => Phase::Idle,
        }
    }
}

/// One call after the other.
impl ServiceFlow {
    /// `services.subscribe(services, options)`
    pub(super) fn subscribe(
        &mut self,
        cx: &mut Context,
        renewal: &mut Renewal,
        services: &Value,
        options: &Value,
    ) -> Result<(), TypeError> {
        take_type(options)?;
        if cx.state.knows_user() {
            let services = normalized(services)?;
            self.want(cx, renewal, Wanted::Subscribe { services, options: options.clone() });
        }
        Ok(())
    }

    /// `services.unsubscribe(services)`, which looks at its argument only when its turn comes.
    pub(super) fn unsubscribe(&mut self, cx: &mut Context, renewal: &mut Renewal, services: &Value) {
        if cx.state.knows_user() {
            let services = if services.is_undefined() { Vec::new().into() } else { services.clone() };
            self.want(cx, renewal, Wanted::Unsubscribe { services });
        }
    }

    /// A call waits for its turn. Unsubscribing does not let a subscribing call go on.
    fn want(&mut self, cx: &mut Context, renewal: &mut Renewal, wanted: Wanted) {
        self.pending = Some(match &wanted {
            Wanted::Subscribe { .. } => PendingCall::Subscribe,
            Wanted::Unsubscribe { .. } => PendingCall::Unsubscribe,
        });
        tell(cx, None, None);
        if self.pending == Some(PendingCall::Unsubscribe) {
            self.cancel_subscribing(cx);
        }
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(wanted);
        }
        self.serve(cx, renewal);
    }

    /// What is asked for is not wanted any more. It is not undone: the platform keeps it, and a websocket may open unused.
    fn cancel_subscribing(&mut self, cx: &mut Context) {
        match mem::take(&mut self.operation) {
            Operation::Subscribing { request, .. } => cx.forget(request),
            Operation::Retrying { .. } => cx.timers.cancel(Timer::RetrySubscription),
            Operation::Opening { .. } | Operation::Undoing { .. } => {}
            Operation::Changing { request, adds: true, .. } => return cx.forget(request),
            other => return self.operation = other,
        }
        self.pending = None;
        tell(cx, None, None);
        self.connection_ended(cx);
    }

    /// Takes up the next calls until one has to wait for an answer.
    fn serve(&mut self, cx: &mut Context, renewal: &mut Renewal) {
        while matches!(self.operation, Operation::Idle)
            && let Some(wanted) = self.waiting.pop_front()
        {
            match wanted {
                Wanted::Subscribe { services, options } => self.begin_subscribing(cx, services, options),
                Wanted::Unsubscribe { services } => self.begin_unsubscribing(cx, renewal, &services),
            }
        }
    }

    fn begin_subscribing(&mut self, cx: &mut Context, services: Value, options: Value) {
        if services.as_list().is_none_or(<[Value]>::is_empty) {
            return self.fail_to_subscribe(cx, Error::foreign(true.into()));
        }
        if cx.state.subscription.is_none() {
            let Some(connection) = cx.state.connection.clone() else {
                return self.die(cx);
            };
            let config = cx.settings.authentication().get("subscription").clone().with("service", services);
            return self.ask_for_subscription(cx, Attempt { config, connection, options, retries: 0 });
        }
        let known = cx.state.granted_services();
        let mut all: Vec<Value> = Vec::new();
        for service in [&known, &services].into_iter().filter_map(|list| list.as_list()).flatten() {
            if !all.contains(service) {
                all.push(service.clone());
            }
        }
        self.change_services(cx, all.into(), true);
    }

    fn begin_unsubscribing(&mut self, cx: &mut Context, renewal: &mut Renewal, services: &Value) {
        if cx.state.subscription.is_none() {
            let message = "No subscription found, can't unsubscribe.".to_owned();
            return self.fail_to_unsubscribe(cx, renewal, message);
        }
        let known = cx.state.granted_services();
        let known = known.as_list().unwrap_or_default();
        if !known.is_empty() && !matches!(services, Value::List(_) | Value::Text(_)) {
            return self.die(cx);
        }
        let rest: Vec<Value> = known.iter().filter(|service| !includes(services, service)).cloned().collect();
        if rest.len() == known.len() {
            let shown = services.stringify().unwrap_or_default();
            let message = format!("No subscription found for {shown}, can't unsubscribe.");
            return self.fail_to_unsubscribe(cx, renewal, message);
        }
        if !rest.is_empty() {
            return self.change_services(cx, rest.into(), false);
        }
        match cx.unsubscribe(Purpose::UnsubscribeServices) {
            Some(_) => self.operation = Operation::Leaving,
            None => self.die(cx),
        }
    }

    /// There is nothing to unsubscribe from. The renewals take it for the end, too.
    fn fail_to_unsubscribe(&mut self, cx: &mut Context, renewal: &mut Renewal, message: String) {
        self.pending = None;
        renewal.stop(cx);
        cx.emit(Event::SubscriptionError(Error::new(Code::NoSubscription, message)));
        self.connection_ended(cx);
    }

    /// The subscription is over.
    fn reset(
        &mut self,
        cx: &mut Context,
        renewal: &mut Renewal,
        reason: Option<DisconnectReason>,
        retry_after: Option<Value>,
    ) {
        cx.state.subscription = None;
        self.pending = None;
        renewal.stop(cx);
        tell(cx, reason, retry_after);
        self.connection_ended(cx);
    }

    /// The platform or the network has ended the subscription. A client that is about to unsubscribe does not notice that the
    /// platform has.
    pub(super) fn session_ended(
        &mut self,
        cx: &mut Context,
        renewal: &mut Renewal,
        reason: Option<DisconnectReason>,
        retry_after: Option<Value>,
    ) {
        let is_leaving = self.pending == Some(PendingCall::Unsubscribe);
        if !(is_leaving && reason == Some(DisconnectReason::Gone)) {
            self.reset(cx, renewal, reason, retry_after);
        }
    }

    /// The task dies, and with it what waits for its turn. `isPending` stays as it is.
    fn die(&mut self, cx: &mut Context) {
        self.operation = Operation::Idle;
        self.waiting.clear();
        cx.crash(Task::Subscriptions);
    }
}

fn tell(cx: &mut Context, reason: Option<DisconnectReason>, retry_after: Option<Value>) {
    cx.emit(Event::SubscriptionChange { reason, retry_after: retry_after.map(Into::into) });
}

/// Sends the DELETE of what was granted; `None` where that fails at once.
fn delete_subscription(cx: &mut Context, granted: &Granted) -> Option<()> {
    let request = cx.writer().unsubscribe(cx.state.connection.as_ref()?, granted).ok()?;
    cx.send(request, Purpose::UnsubscribeServices);
    Some(())
}
