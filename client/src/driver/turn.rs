//! What all handles of one client share, and the task that runs its turns.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use tokio::sync::{Notify, mpsc};
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep_until};

use super::Input;
use super::events::{Heard, Readers};
use super::kandy::Kandy;
use super::listener::{Listener, Registry};
use super::transport::Transport;
use crate::io::Output;
use crate::listener::Emission;
use crate::session::Session;
use crate::timer::Time;

/// How many events may wait for their listeners. Only calls in a loop that never lets them out come near it: the call
/// that goes beyond panics.
pub const MAX_EVENTS_WAITING: usize = 10_000;

/// One client, owned by its handles.
pub(super) struct Client {
    /// Held for moments only: never across an await, and never while a listener, or any other foreign code, runs. So
    /// calls may be made from anywhere, and nothing foreign can poison it.
    core: Mutex<Core>,
    clock: Clock,
    /// Tells the task that a call was made.
    called: Arc<Notify>,
    /// Tells waiting handles that all events are out.
    pub(super) quiet: Notify,
}

pub(super) struct Core {
    pub(super) session: Session,
    pub(super) listeners: Registry,
    pub(super) readers: Readers,
    transport: Transport,
    /// What listeners and readers have yet to hear.
    waiting: VecDeque<Heard>,
    emitting: bool,
    /// Whether the task has ended, as it does with its runtime.
    abandoned: bool,
}

/// The one place where a clock is read.
struct Clock {
    started: Instant,
}

/// The task of a client. It does not keep the client alive: it ends with the last handle.
pub(super) struct Turns {
    client: Weak<Client>,
    inputs: mpsc::Receiver<Input>,
    called: Arc<Notify>,
}

impl Client {
    pub(super) fn new(session: Session, transport: Transport, inputs: mpsc::Receiver<Input>) -> (Arc<Self>, Turns) {
        let called = Arc::new(Notify::new());
        let client = Arc::new(Self {
            core: Mutex::new(Core {
                session,
                listeners: Registry::default(),
                readers: Readers::default(),
                transport,
                waiting: VecDeque::new(),
                emitting: false,
                abandoned: false,
            }),
            clock: Clock { started: Instant::now() },
            called: Arc::clone(&called),
            quiet: Notify::new(),
        });
        let turns = Turns { client: Arc::downgrade(&client), inputs, called };
        (client, turns)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().expect("no foreign code runs under this lock")
    }

    /// A call of the application: its effects are carried out before this returns, its events wait for their turn.
    #[track_caller]
    pub(super) fn call<R>(&self, command: impl FnOnce(&mut Session, Time) -> R) -> R {
        let (result, waiting) = {
            let mut core = self.lock();
            let result = core.step(self.clock.now(), command);
            (result, core.waiting.len())
        };
        self.called.notify_one();
        assert!(
            waiting <= MAX_EVENTS_WAITING,
            "more than {MAX_EVENTS_WAITING} events wait for their listeners: does a listener make calls in a loop?"
        );
        result
    }

    /// Takes an input, or gives it back because the events of a call have come to wait: they go first.
    fn take(&self, input: Input) -> Option<Input> {
        let mut core = self.lock();
        if !core.is_quiet() {
            return Some(input);
        }
        core.step(self.clock.now(), |session, now| input.give_to(session, now));
        None
    }

    /// Lets one timer fire if it is due and no event waits. Gives whether one did.
    fn fire_timer(&self) -> bool {
        let mut core = self.lock();
        let now = self.clock.now();
        let is_due = core.session.poll_timeout().is_some_and(|(due, _)| due <= now);
        if !is_due || !core.is_quiet() {
            return false;
        }
        core.step(now, Session::handle_timeout);
        if core.session.is_destroyed() {
            let nobody = (std::mem::take(&mut core.listeners), std::mem::take(&mut core.readers));
            drop(core);
            // What listeners have captured is dropped here, where no lock is held.
            drop(nobody);
            self.quiet.notify_waiters();
        }
        true
    }

    fn next_deadline(&self) -> Option<Instant> {
        let (due, _) = self.lock().session.poll_timeout()?;
        self.clock.instant(due)
    }

    /// Takes the next event, and gives it to the readers.
    fn next_heard(&self) -> Option<Heard> {
        let (heard, readers) = {
            let mut core = self.lock();
            let heard = core.waiting.pop_front();
            core.emitting = heard.is_some();
            (heard, core.readers.queues())
        };
        match &heard {
            Some(heard) => readers.iter().for_each(|reader| reader.push(heard.clone())),
            None => self.quiet.notify_waiters(),
        }
        heard
    }

    fn next_listener(&self, emission: &mut Emission<'_>) -> Option<Listener> {
        let core = self.lock();
        if core.session.is_destroyed() { None } else { core.listeners.next(emission) }
    }
}

impl Core {
    /// One input or command and its effects.
    fn step<R>(&mut self, now: Time, input: impl FnOnce(&mut Session, Time) -> R) -> R {
        let result = input(&mut self.session, now);
        while let Some(output) = self.session.poll_output() {
            match self.transport.carry_out(output) {
                Some(Output::Event(event)) => self.waiting.push_back(Heard::Event(event)),
                Some(Output::Crash(task)) => self.waiting.push_back(Heard::Crash(task)),
                _ => {}
            }
        }
        if self.has_ended() {
            self.waiting.clear();
        }
        result
    }

    /// Whether every event so far has been to its listeners.
    pub(super) fn is_quiet(&self) -> bool {
        self.waiting.is_empty() && !self.emitting
    }

    /// Whether nothing more will ever be heard.
    pub(super) fn has_ended(&self) -> bool {
        self.abandoned || self.session.is_destroyed()
    }
}

impl Clock {
    fn now(&self) -> Time {
        Time::from_duration(self.started.elapsed())
    }

    /// `None` for a moment beyond what the system's clock can tell.
    fn instant(&self, time: Time) -> Option<Instant> {
        self.started.checked_add(time.since_start())
    }
}

impl Turns {
    /// Runs until the last handle is gone: one input and its events, one timer and its events, in turn.
    pub(super) async fn run(mut self) {
        let mut arrived = None;
        loop {
            self.emit().await;
            let input = arrived.take().or_else(|| self.inputs.try_recv().ok());
            if let Some(input) = input {
                let Some(client) = self.client.upgrade() else { return };
                arrived = client.take(input);
                drop(client);
                self.emit().await;
            }
            let Some(client) = self.client.upgrade() else { return };
            if client.fire_timer() || arrived.is_some() {
                continue;
            }
            let deadline = client.next_deadline();
            drop(client);
            arrived = self.wait(deadline).await;
        }
    }

    /// Gives all waiting events to their listeners.
    async fn emit(&self) {
        while self.emit_one() {
            // Listeners that call for ever more events must not starve the runtime.
            consume_budget().await;
        }
        consume_budget().await;
    }

    /// Gives one event to its listeners; false if none waits.
    fn emit_one(&self) -> bool {
        let Some(client) = self.client.upgrade() else {
            return false;
        };
        let kandy = Kandy { client };
        let heard = kandy.client.next_heard();
        if let Some(Heard::Event(event)) = &heard {
            let mut emission = Emission::new(event.name());
            while let Some(listener) = kandy.client.next_listener(&mut emission) {
                if !listener.call(&kandy, event) {
                    break;
                }
            }
        }
        heard.is_some()
    }

    async fn wait(&mut self, deadline: Option<Instant>) -> Option<Input> {
        let due = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.called.notified() => None,
            input = self.inputs.recv() => input,
            () = due => None,
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.called.notify_one();
    }
}

impl Drop for Turns {
    /// A runtime that ends while handles are left takes the task with it: nobody must wait in vain.
    fn drop(&mut self) {
        if let Some(client) = self.client.upgrade() {
            let readers = {
                let mut core = client.lock();
                core.abandoned = true;
                std::mem::take(&mut core.readers)
            };
            drop(readers);
            client.quiet.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Handle;

    use super::*;
    use crate::config::Config;
    use crate::credentials::Credentials;
    use crate::driver::Options;
    use crate::io::{NetworkFailure, RequestId};

    #[tokio::test]
    async fn events_come_before_the_next_input() {
        let (transport, _inputs) = Transport::new(Handle::current(), &Options::default()).unwrap();
        let (sender, inputs) = mpsc::channel(1);
        let (client, turns) = Client::new(Session::new(Config::for_server("127.0.0.1", 1, 1)), transport, inputs);
        let kandy = Kandy { client };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let seen_by_listener = Arc::clone(&seen);
        kandy.subscribe(move |kandy, event| {
            let state = (event.name(), kandy.connection().is_pending);
            seen_by_listener.lock().unwrap().push(state);
        });

        // Both are there before the task runs: the event of the call, and the answer that changes the state.
        kandy.connect(&Credentials::password("alice@example.com", "s3cret"));
        let failure = Input::Response { id: RequestId(1), answer: Err(NetworkFailure) };
        sender.try_send(failure).unwrap();
        tokio::spawn(turns.run());
        assert!(kandy.connected().await.is_err());
        assert_eq!(*seen.lock().unwrap(), [("auth:change", true), ("auth:error", false)]);
    }
}
