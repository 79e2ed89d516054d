//! What a part of a session works with: the time, the configuration, the state, timers and requests, and where its effects
//! and events go.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::state::State;
use crate::config::Settings;
use crate::dialect::Profile;
use crate::error::Error;
use crate::event::Event;
use crate::io::{NetworkFailure, Output, RequestId, Response, Task};
use crate::protocol::{Answer, Draft, RequestWriter, read_answer};
use crate::random::Random;
use crate::timer::{Time, Timer, Timers};

pub(super) struct Context {
    /// When the input came that is being handled.
    pub(super) now: Time,
    pub(super) profile: &'static Profile,
    pub(super) settings: Settings,
    pub(super) state: State,
    pub(super) timers: Timers,
    pub(super) random: Random,
    /// When the world began, since 1970.
    pub(super) epoch: Duration,
    /// The requests under way whose answers count.
    requests: BTreeMap<RequestId, PendingRequest>,
    requests_sent: u64,
    effects: VecDeque<Output>,
    events: VecDeque<Event>,
}

/// A request under way.
struct PendingRequest {
    purpose: Purpose,
    /// What the browser says if the request could not be made.
    refusal: Option<String>,
}

/// What a request under way is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    CreateToken,
    ConnectWithRefreshToken,
    Subscribe,
    Resubscribe,
    RefreshToken,
    Unsubscribe,
    UpdateConnection,
    SubscribeServices,
    ChangeServices,
    UnsubscribeServices,
}

impl Context {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            now: Time::ZERO,
            profile: settings.dialect().profile(),
            state: State::default(),
            timers: Timers::default(),
            random: Random::Seeded(settings.seed().unwrap_or_default()),
            epoch: Duration::ZERO,
            requests: BTreeMap::new(),
            requests_sent: 0,
            effects: VecDeque::new(),
            events: VecDeque::new(),
            settings,
        }
    }

    /// Arms a timer that fires so long after now.
    pub(super) fn arm(&mut self, delay: Duration, timer: Timer) {
        self.timers.arm(self.now + delay, timer);
    }

    pub(super) fn writer(&self) -> RequestWriter<'_> {
        RequestWriter { profile: self.profile, settings: &self.settings, connection: self.state.connection.as_ref() }
    }

    /// Sends a request. One that fails before it is sent does so in its own time, as everything does that a browser
    /// answers.
    pub(super) fn send(&mut self, draft: Draft, purpose: Purpose) -> RequestId {
        self.requests_sent += 1;
        let id = RequestId(self.requests_sent);
        let refusal = match draft {
            Draft::Fetch(request) => {
                let refusal = request.refusal.clone();
                self.effects.push_back(Output::Request { id, request });
                refusal
            }
            Draft::Failed(error) => {
                self.arm(Duration::ZERO, Timer::Refusal(id));
                Some(error.to_string())
            }
        };
        self.requests.insert(id, PendingRequest { purpose, refusal });
        id
    }

    /// Sends the DELETE of the subscription. `None` where that fails at once, which it does without a subscription.
    pub(super) fn unsubscribe(&mut self, purpose: Purpose) -> Option<RequestId> {
        let State { subscription, connection, .. } = &self.state;
        let request = self.writer().unsubscribe(connection.as_ref()?, subscription.as_ref()?).ok()?;
        Some(self.send(request, purpose))
    }

    /// Reads the answer to a request; `None` where nobody waits for it any more, and where reading it ends every request.
    pub(super) fn take_answer(
        &mut self,
        id: RequestId,
        answer: Result<Response, NetworkFailure>,
    ) -> Option<(Purpose, Answer)> {
        let PendingRequest { purpose, refusal } = self.requests.remove(&id)?;
        #[cfg(feature = "sabotage")]
        let answer = crate::sabotage::answer(purpose == Purpose::CreateToken, answer);
        let clock = self.profile.rewrites_unavailable.then(|| self.epoch + self.now.since_start());
        let Some(answer) = read_answer(answer, refusal, clock) else {
            self.requests.clear();
            self.crash(Task::Requests);
            return None;
        };
        // This is told beside all that comes of the answer, and before it.
        if let Some(error) = (self.profile.stranger)(&answer) {
            self.emit(Event::RequestError(error));
        }
        Some((purpose, answer))
    }

    /// Whether a request is under way for this.
    pub(super) fn waits_for(&self, purpose: Purpose) -> bool {
        self.requests.values().any(|request| request.purpose == purpose)
    }

    /// How many answers are waited for.
    pub(super) fn pending_requests(&self) -> usize {
        self.requests.len()
    }

    /// Ignores the answer to a request.
    pub(super) fn forget(&mut self, request: RequestId) {
        self.timers.cancel(Timer::Refusal(request));
        self.requests.remove(&request);
    }

    pub(super) fn effect(&mut self, effect: Output) {
        self.effects.push_back(effect);
    }

    pub(super) fn crash(&mut self, task: Task) {
        self.effects.push_back(Output::Crash(task));
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// What `connect()` and `disconnect()` show before anything else happens.
    pub(super) fn set_pending(&mut self) {
        self.state.is_pending = true;
        self.state.error = None;
        self.emit(Event::AuthChange);
    }

    /// Connecting has ended with an error. What is known of the user stays.
    pub(super) fn report(&mut self, error: Error) {
        self.state.is_connected = false;
        self.state.is_pending = false;
        self.state.error = Some(error.clone());
        self.emit(Event::AuthError(error));
    }

    /// The next effect, and then the next event.
    pub(super) fn poll_output(&mut self) -> Option<Output> {
        self.effects.pop_front().or_else(|| self.events.pop_front().map(Output::Event))
    }

    /// Nothing is waited for any more, and nothing told.
    pub(super) fn end(&mut self) {
        self.requests.clear();
        self.timers.clear();
        self.events.clear();
    }
}
