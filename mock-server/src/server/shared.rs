//! The one platform that connections, timers and the threads that control it share.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(feature = "front")]
use std::time::Duration;

use http::Request;
use tokio::sync::{Notify, watch};

use super::clock::Clock;
#[cfg(feature = "front")]
use super::clock::ClockError;
use super::queues::{End, Outbox, QueueLimits, Queued, Queues};
use crate::channel::{Frame, SocketId};
use crate::limits::PlatformLimits;
use crate::platform::{Output, Platform};
use crate::reply::Upgrade;
use crate::time::Time;

/// The platform behind its lock.
///
/// Every input and every command goes through [`Shared::act`], which takes the time, acts, and hands on all effects
/// before it lets go of the lock. So `now` never runs backwards, the drain rule holds whichever thread acts, and the
/// effects reach the sockets in the order in which they happened. `act` is no async function and takes no async
/// closure: the lock is never held across an await.
#[derive(Debug)]
pub(crate) struct Shared {
    clock: Clock,
    core: Mutex<Core>,
    /// Tells the timers that the platform's next deadline is sooner than it was.
    rearm: Notify,
    progress: watch::Sender<Progress>,
    /// What [`Platform::breaks_connections`] said after the last act.
    breaks: AtomicBool,
    /// Told whenever `breaks` becomes true.
    #[cfg(feature = "front")]
    renewals: watch::Sender<()>,
}

/// What the lock guards.
#[derive(Debug)]
struct Core {
    platform: Platform,
    queues: Queues,
}

/// How far the journal is, for those who wait for it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) next_seq: u64,
    pub(crate) is_over: bool,
}

impl Shared {
    pub(crate) fn new(clock: Clock, limits: PlatformLimits, limits_of_queues: QueueLimits) -> Self {
        let platform = Platform::with_limits(limits);
        let core = Core { platform, queues: Queues::new(limits_of_queues) };
        Self {
            clock,
            core: Mutex::new(core),
            rearm: Notify::new(),
            progress: watch::Sender::new(Progress::default()),
            breaks: AtomicBool::new(false),
            #[cfg(feature = "front")]
            renewals: watch::Sender::new(()),
        }
    }

    /// Acts on the platform, and carries out what comes of it.
    pub(crate) fn act<R>(&self, act: impl FnOnce(&mut Platform, Time) -> R) -> R {
        self.act_on_core(|core, now| act(&mut core.platform, now))
    }

    fn act_on_core<R>(&self, act: impl FnOnce(&mut Core, Time) -> R) -> R {
        let mut core = self.lock();
        let now = self.clock.now();
        let due = core.platform.poll_timeout();
        let result = act(&mut core, now);
        core.dispatch(now);
        let next = core.platform.poll_timeout();
        self.note_breaks(&core);
        self.tell(core);
        // A deadline that has moved away is found out when it would have been: most requests move one.
        if next.is_some_and(|(next, _)| due.is_none_or(|(due, _)| next < due)) {
            self.rearm.notify_one();
        }
        result
    }

    /// Under the lock, so that what is noted last is what holds.
    fn note_breaks(&self, core: &Core) {
        let breaks = core.platform.breaks_connections();
        if self.breaks.load(Ordering::Relaxed) == breaks {
            return;
        }
        self.breaks.store(breaks, Ordering::Relaxed);
        #[cfg(feature = "front")]
        if breaks {
            self.renewals.send_replace(());
        }
    }

    /// Whether a connection is to carry no request that comes after another one: see [`Platform::breaks_connections`].
    pub(crate) fn breaks_connections(&self) -> bool {
        self.breaks.load(Ordering::Relaxed)
    }

    /// Changes when the connections that are there have to make way for new ones.
    #[cfg(feature = "front")]
    pub(crate) fn renewals(&self) -> watch::Receiver<()> {
        self.renewals.subscribe()
    }

    /// Lets a manual clock go on, and fires what is due on the way, each timer at its own deadline. Nothing else happens
    /// at the platform meanwhile.
    #[cfg(feature = "front")]
    pub(crate) fn advance(&self, by: Duration) -> Result<Time, ClockError> {
        let Clock::Manual { held } = &self.clock else { return Err(ClockError::Real) };
        let mut core = self.lock();
        let now = self.clock.now();
        let end = now.since_start().checked_add(by).ok_or(ClockError::End { now, by })?;
        let end = Time::from_duration(end);
        // Each turn uses up a timer, and no timer arms another one for the same instant.
        while let Some((due, _)) = core.platform.poll_timeout().filter(|(due, _)| *due <= end) {
            let due = due.max(self.clock.now());
            held.send_replace(due);
            core.platform.handle_timeout(due);
            core.dispatch(due);
        }
        held.send_replace(end);
        self.tell(core);
        Ok(end)
    }

    /// Lets go of the lock, and tells those who wait for the journal how far it is.
    fn tell(&self, core: MutexGuard<'_, Core>) {
        let next_seq = core.platform.journal().next_seq();
        drop(core);
        // Whoever begins to listen looks at the journal itself, under the lock, before waiting.
        if self.progress.receiver_count() == 0 {
            return;
        }
        self.progress.send_if_modified(|progress| {
            let is_news = progress.next_seq < next_seq;
            progress.next_seq = progress.next_seq.max(next_seq);
            is_news
        });
    }

    #[cfg(feature = "front")]
    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The platform's time.
    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// Waits until the platform's time is `due`.
    pub(crate) async fn until(&self, due: Time) {
        self.clock.until(due).await;
    }

    /// Looks without acting.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&Platform) -> R) -> R {
        look(&self.lock().platform)
    }

    /// The bytes that wait for the sockets of one user, or all for `None`.
    pub(crate) fn queued_bytes(&self, user: Option<&str>) -> usize {
        let core = self.lock();
        let sockets = core.platform.sockets(user);
        sockets.iter().map(|socket| core.queues.waiting(socket.id)).sum()
    }

    /// Answers a handshake, and says when it came. An accepted socket has its outbox before anybody else can act on the
    /// platform.
    pub(crate) fn handle_upgrade(&self, request: &Request<()>) -> (Upgrade, Time, Option<Outbox>) {
        self.act_on_core(|core, now| {
            let upgrade = core.platform.handle_upgrade(now, request);
            let outbox = match upgrade {
                Upgrade::Accept { socket, .. } => core.connect(socket),
                _ => None,
            };
            (upgrade, now, outbox)
        })
    }

    /// A connection is over without the platform's doing.
    pub(crate) fn handle_closed(&self, socket: SocketId, code: Option<u16>) {
        self.act_on_core(|core, now| {
            core.platform.handle_closed(now, socket, code);
            core.queues.forget(socket);
        });
    }

    /// Fires the platform's timers when they are due. Never returns; nothing is lost when it is dropped. A manual clock
    /// has fired them before they are seen here.
    pub(crate) async fn run_timers(&self) -> Infallible {
        loop {
            let due = self.lock().platform.poll_timeout();
            // `act` leaves a permit in `rearm`, so a change between the look and the wait is not missed.
            let Some((due, _)) = due else {
                self.rearm.notified().await;
                continue;
            };
            if due <= self.clock.now() {
                self.act(Platform::handle_timeout);
                continue;
            }
            tokio::select! {
                () = self.clock.until(due) => {}
                () = self.rearm.notified() => {}
            }
        }
    }

    /// Ends every connection, and all waiting for the journal.
    pub(crate) fn shut_down(&self) {
        self.lock().queues.clear();
        self.progress.send_modify(|progress| progress.is_over = true);
    }

    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// A user's closure may panic under the lock. It stands between two calls of the platform then, never within one,
    /// so what the lock guards is whole.
    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    fn connect(&mut self, socket: SocketId) -> Option<Outbox> {
        let user = self.platform.owner_of(socket)?;
        Some(self.queues.connect(socket, user))
    }

    fn dispatch(&mut self, now: Time) {
        while let Some(output) = self.platform.poll_output() {
            match output {
                Output::Send { socket, frame } => self.send(now, socket, frame),
                Output::Close { socket, code, reason } => self.queues.end(socket, End::Close { code, reason }),
                Output::Cut { socket } => self.queues.end(socket, End::Cut),
            }
        }
    }

    fn send(&mut self, now: Time, socket: SocketId, frame: Frame) {
        match self.queues.send(socket, frame) {
            Queued::Yes => {}
            Queued::Gone => return,
            Queued::Full => return self.platform.cut_socket(now, socket),
        }
        // Each turn ends a connection.
        while let Some(crowder) = self.queues.overrun(socket) {
            self.queues.let_go(crowder);
            self.platform.cut_socket(now, crowder);
        }
    }
}
