//! The session: the machine itself, its inputs and outputs.

mod commands;
mod getters;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::config::Settings;
use crate::connect::Flow;
use crate::dialect::Profile;
use crate::event::Event;
use crate::io::{NetworkFailure, Output, RequestId, Response, SocketId, Task, WebSocketInput};
use crate::js::Value;
use crate::notification::Notifications;
use crate::random::Random;
use crate::services::ServiceFlow;
use crate::state::State;
use crate::subscription::Resubscription;
use crate::timer::{OpeningId, Time, Timer, Timers};
use crate::token::Refresh;
use crate::websocket::WebSockets;
use crate::wire::{Draft, RequestWriter, read_answer};

/// One client: what `create()` returns, without sockets, clocks or threads of its own.
///
/// Methods come in four kinds. Commands (`connect`, `disconnect`, ..) are the application's calls. `handle_*` take
/// input from outside. `poll_*` give what comes of it. The others only look. After every command and every input,
/// take all of [`poll_output`](Self::poll_output) before the next; a call that a listener makes is a command
/// given between two outputs.
pub struct Session {
    pub(crate) profile: &'static Profile,
    pub(crate) settings: Settings,
    pub(crate) state: State,
    pub(crate) flow: Flow,
    pub(crate) resubscription: Resubscription,
    pub(crate) refresh: Refresh,
    pub(crate) websockets: WebSockets,
    pub(crate) notifications: Notifications,
    pub(crate) services: ServiceFlow,
    pub(crate) random: Random,
    /// When the world began, since 1970.
    epoch: Duration,
    pub(crate) timers: Timers,
    /// Whether the task that ends sessions waits for ever.
    pub(crate) gone_hangs: bool,
    pending: BTreeMap<RequestId, Pending>,
    requests_sent: u64,
    effects: VecDeque<Output>,
    events: VecDeque<Event>,
    destroyed: bool,
}

/// A request under way.
struct Pending {
    purpose: Purpose,
    /// What the browser says if it comes to nothing because it could not be made.
    refusal: Option<String>,
}

/// What a request under way is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    CreateToken,
    ConnectWithRefreshToken,
    Subscribe,
    Resubscribe,
    RefreshToken,
    Unsubscribe,
    UpdateConnection { services: Value },
    SubscribeServices,
    ChangeServices,
    UnsubscribeServices,
}

/// Input from outside.
impl Session {
    /// The answer to a request, or that there is none. An answer that nobody waits for any more is ignored.
    pub fn handle_response(&mut self, now: Time, id: RequestId, answer: Result<Response, NetworkFailure>) {
        let Some(Pending { purpose, refusal }) = self.pending.remove(&id) else {
            return;
        };
        #[cfg(feature = "sabotage")]
        let answer = crate::sabotage::answer(&purpose, answer);
        let clock = self.profile.rewrites_unavailable.then(|| self.epoch + now.since_start());
        let Some(answer) = read_answer(answer, refusal, clock) else {
            self.pending.clear();
            return self.crash(Task::Requests);
        };
        // This is told beside all that comes of the answer, and before it.
        if let Some(error) = (self.profile.stranger)(&answer) {
            self.emit(Event::RequestError(error));
        }
        match purpose {
            Purpose::CreateToken => self.token_created(now, answer),
            Purpose::ConnectWithRefreshToken => self.token_for_connect_refreshed(now, answer),
            Purpose::Subscribe => self.subscribed(now, answer),
            Purpose::Resubscribe => self.resubscribed(now, &answer),
            Purpose::RefreshToken => self.token_refreshed(now, id, answer),
            Purpose::Unsubscribe => self.unsubscribed(now, id, &answer),
            Purpose::UpdateConnection { services } => self.connection_changed(services, &answer),
            Purpose::SubscribeServices => self.services_subscribed(now, answer),
            Purpose::ChangeServices => self.services_changed(now, &answer),
            Purpose::UnsubscribeServices => self.services_unsubscribed(now, &answer),
        }
    }

    /// What happened to a websocket. A socket that the session has closed or given up is ignored.
    pub fn handle_websocket(&mut self, now: Time, id: SocketId, input: WebSocketInput) {
        if self.destroyed {
            return;
        }
        #[cfg(feature = "sabotage")]
        crate::sabotage::before_news(self, now, id, &input);
        match input {
            WebSocketInput::Opened => self.websocket_opened(now, id),
            WebSocketInput::Failed => self.websocket_failed(now, id),
            WebSocketInput::Closed { code } => self.websocket_closed(now, id, code),
            WebSocketInput::Text(text) => self.frame_received(now, id, &text),
            // The SDK hands binary frames to its JSON parser, which throws: nobody but the console sees it.
            WebSocketInput::Binary => {}
        }
    }

    /// Lets the next timer fire if it is due, one a call. Without a due timer nothing happens.
    pub fn handle_timeout(&mut self, now: Time) {
        match self.timers.take_due(now) {
            Some(Timer::Ping(socket)) => self.ping_due(now, socket),
            Some(Timer::Attempt(opening)) => self.attempt_due(now, opening),
            Some(Timer::Resubscribe) => self.resubscription_due(now),
            Some(Timer::RefreshToken) => self.token_refresh_due(now),
            Some(Timer::RetrySubscription) => self.retry_subscription(now),
            Some(Timer::Refusal(request)) => self.handle_response(now, request, Err(NetworkFailure)),
            Some(Timer::Destroy) => self.end(now),
            None => {}
        }
    }
}

/// Output.
impl Session {
    /// The next effect. Requests, sockets, frames and closes come before the events of the same input; those of a
    /// call made inside a listener come at once, its events behind the events already waiting.
    #[must_use = "an effect that is not carried out is lost"]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.effects.pop_front().or_else(|| self.events.pop_front().map(Output::Event))
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due next, and for what.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<(Time, Timer)> {
        self.timers.next()
    }
}

/// What the parts of the machine share.
impl Session {
    pub(crate) fn writer(&self) -> RequestWriter<'_> {
        RequestWriter { profile: self.profile, settings: &self.settings, connection: self.state.connection.as_ref() }
    }

    /// Sends a request. One that fails before it is sent does so in its own time, as everything does that a browser
    /// answers.
    pub(crate) fn send(&mut self, now: Time, draft: Draft, purpose: Purpose) -> RequestId {
        self.requests_sent += 1;
        let id = RequestId(self.requests_sent);
        let refusal = match draft {
            Draft::Fetch(request) => {
                let refusal = request.refusal.clone();
                self.effects.push_back(Output::Request { id, request });
                refusal
            }
            Draft::Failed(error) => {
                self.timers.arm(now, Timer::Refusal(id));
                Some(error.to_string())
            }
        };
        self.pending.insert(id, Pending { purpose, refusal });
        id
    }

    /// Whether a request is under way for this.
    pub(crate) fn waits_for(&self, is_purpose: impl Fn(&Purpose) -> bool) -> bool {
        self.pending.values().any(|pending| is_purpose(&pending.purpose))
    }

    /// Ignores the answer to a request.
    pub(crate) fn forget(&mut self, request: RequestId) {
        self.timers.cancel(Timer::Refusal(request));
        self.pending.remove(&request);
    }

    pub(crate) fn effect(&mut self, effect: Output) {
        self.effects.push_back(effect);
    }

    pub(crate) fn crash(&mut self, task: Task) {
        self.effects.push_back(Output::Crash(task));
    }

    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push_back(event);
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("is_connected", &self.state.is_connected)
            .field("is_pending", &self.state.is_pending)
            .field("phase", &self.phase())
            .field("next_timer", &self.timers.next())
            .finish_non_exhaustive()
    }
}

impl OpeningId {
    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests;
