//! The one platform that connections, timers and the threads that control it share.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Request;
use tokio::sync::{Notify, watch};

#[cfg(feature = "front")]
use super::advanced::{Advanced, Fired};
#[cfg(feature = "front")]
use super::clock::ClockError;
use super::clock::{self, Clock};
use super::disturber::Disturber;
#[cfg(feature = "front")]
use super::exchanges::HeldAnswer;
use super::exchanges::{Exchanges, ServedExchange};
use super::queues::{ConnectionEnd, Outbox, QueueLimits, Queued, Queues};
#[cfg(feature = "front")]
use super::renewals::Renewals;
use crate::fault::Effect;
use crate::frame::Frame;
use crate::ids::SocketId;
use crate::limits::PlatformLimits;
use crate::output::Output;
use crate::platform::Platform;
use crate::reply::Upgrade;
use crate::time::Time;

/// The platform behind its lock.
///
/// Every input and every command goes through [`Shared::act`], which takes the time, acts, and hands on all effects
/// before it lets go of the lock. So `now` never runs backwards, the drain rule holds whichever thread acts, and the
/// effects reach the sockets in the order in which they happened. `act` is not an async function and takes no async
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
    is_disturbed: AtomicBool,
    #[cfg(feature = "front")]
    renewals: Renewals,
    /// How often the platform was reset.
    resets: watch::Sender<u64>,
    exchanges: Arc<Exchanges>,
}

/// What the lock guards.
#[derive(Debug)]
struct Core {
    platform: Platform,
    queues: Queues,
    disturber: Option<Box<dyn Disturber>>,
}

/// How far the journal is, for those who wait for it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) next_seq: u64,
    /// How far it is with what older records say beside.
    next_change: u64,
    pub(crate) is_over: bool,
}

impl Shared {
    pub(crate) fn new(clock: Clock, limits: PlatformLimits, limits_of_queues: QueueLimits) -> Self {
        let platform = Platform::with_limits(limits);
        let core = Core { platform, queues: Queues::new(limits_of_queues), disturber: None };
        Self {
            clock,
            core: Mutex::new(core),
            rearm: Notify::new(),
            progress: watch::Sender::new(Progress::default()),
            breaks: AtomicBool::new(false),
            is_disturbed: AtomicBool::new(false),
            #[cfg(feature = "front")]
            renewals: Renewals::default(),
            resets: watch::Sender::new(0),
            exchanges: Arc::default(),
        }
    }

    /// Acts on the platform, and carries out what comes of it.
    pub(crate) fn act<R>(&self, act: impl FnOnce(&mut Platform, Time) -> R) -> R {
        self.act_on_core(|core, now| act(&mut core.platform, now))
    }

    /// Asks the disturber about each message from now on, in the place of one that was asked before.
    #[cfg(feature = "front")]
    pub(crate) fn disturb(&self, disturber: Box<dyn Disturber>) {
        self.is_disturbed.store(true, Ordering::Relaxed);
        self.act_on_core(|core, _| core.disturber = Some(disturber));
    }

    /// Whether there is a disturber to ask about messages.
    pub(crate) fn is_disturbed(&self) -> bool {
        self.is_disturbed.load(Ordering::Relaxed)
    }

    /// Asks the disturber; without one all is as it is by default.
    pub(crate) fn meet<R: Default>(&self, ask: impl FnOnce(&mut dyn Disturber, &mut Platform, Time) -> R) -> R {
        if !self.is_disturbed() {
            return R::default();
        }
        self.act_on_core(|core, now| match &mut core.disturber {
            Some(disturber) => ask(&mut **disturber, &mut core.platform, now),
            None => R::default(),
        })
    }

    fn act_on_core<R>(&self, act: impl FnOnce(&mut Core, Time) -> R) -> R {
        let mut core = self.lock();
        let now = self.clock.now();
        core.platform.set_wall_time(Some(clock::wall_time()));
        let (due, resets) = (core.next_due(), core.platform.resets());
        let result = act(&mut core, now);
        core.dispatch(now);
        if core.platform.resets() != resets {
            self.begin_again(&core);
        }
        let next = core.next_due();
        self.note_breaks(&core);
        self.tell(core);
        // A deadline that has moved away is found out when it would have been: most requests move one.
        if next.is_some_and(|next| due.is_none_or(|due| next < due)) {
            self.rearm.notify_one();
        }
        result
    }

    /// Under the lock, so that what is noted last is what holds.
    fn note_breaks(&self, core: &Core) {
        let of_disturber = core.disturber.as_ref().is_some_and(|disturber| disturber.breaks_connections());
        let breaks = of_disturber || core.platform.breaks_connections();
        if self.breaks.load(Ordering::Relaxed) == breaks {
            return;
        }
        self.breaks.store(breaks, Ordering::Relaxed);
        #[cfg(feature = "front")]
        if breaks {
            self.renewals.begin();
        }
    }

    /// Whether a connection should carry no request that comes after another one: see [`Platform::breaks_connections`].
    pub(crate) fn breaks_connections(&self) -> bool {
        self.breaks.load(Ordering::Relaxed)
    }

    /// The connections that make way for new ones when one may break under a request.
    #[cfg(feature = "front")]
    pub(crate) const fn renewals(&self) -> &Renewals {
        &self.renewals
    }

    /// The platform was reset: a clock that is held begins again, and whoever waits for something from before is told.
    fn begin_again(&self, core: &Core) {
        #[cfg(feature = "front")]
        if let Clock::Manual { held } = &self.clock {
            held.send_replace(Time::ZERO);
        }
        self.resets.send_replace(core.platform.resets());
    }

    /// Waits until the platform was reset, if it was so often before.
    pub(crate) async fn until_reset(&self, before: u64) {
        let reset = self.resets.subscribe().wait_for(|resets| *resets != before).await.map(|_| ());
        reset.expect("the platform is there for as long as it is waited for");
    }

    /// How often the platform was reset. It may be asked while one acts on the platform, and tells how it was before that.
    pub(crate) fn resets(&self) -> u64 {
        *self.resets.borrow()
    }

    /// Waits until the answer of an exchange is due. `false` if the platform was reset before: then nobody waits for it any more.
    pub(crate) async fn until_due(&self, exchange: &ServedExchange, due: Time) -> bool {
        tokio::select! {
            biased;
            () = self.until_reset(exchange.resets()) => false,
            () = self.clock.until(due) => true,
        }
    }

    /// Lets a manual clock go on to what `end` makes of the present time, and fires what is due on the way, each timer at
    /// its own deadline. Nothing else happens at the platform meanwhile.
    #[cfg(feature = "front")]
    pub(crate) fn advance(&self, end: impl FnOnce(Time) -> Result<Time, ClockError>) -> Result<Advanced, ClockError> {
        let Clock::Manual { held } = &self.clock else { return Err(ClockError::Real) };
        let mut core = self.lock();
        let now = self.clock.now();
        let end = end(now)?;
        core.platform.set_wall_time(Some(clock::wall_time()));
        core.platform.handle_advance(now, end.since_start() - now.since_start());
        let due = |answer: &HeldAnswer| answer.due.filter(|due| now < *due && *due <= end);
        let answers = self.exchanges.held().into_iter().filter_map(|answer| Some(Fired::answer(due(&answer)?, answer)));
        let mut fired: Vec<Fired> = answers.collect();
        // Each round uses up a timer, and no timer arms another one for the same instant.
        while let Some(due) = core.next_due().filter(|due| *due <= end) {
            let due = due.max(self.clock.now());
            held.send_replace(due);
            let before = core.platform.journal().next_seq();
            core.handle_timeout(due);
            fired.extend(core.platform.journal().since(before).cloned().map(Box::new).map(Fired::Record));
            core.dispatch(due);
        }
        held.send_replace(end);
        self.tell(core);
        fired.sort_by_key(Fired::time);
        Ok(Advanced { now: end, fired })
    }

    /// Lets go of the lock, and tells those who wait for the journal how far it is.
    fn tell(&self, core: MutexGuard<'_, Core>) {
        let journal = core.platform.journal();
        let (next_seq, next_change) = (journal.next_seq(), journal.next_change());
        drop(core);
        // Whoever begins to listen looks at the journal itself, under the lock, before waiting.
        if self.progress.receiver_count() == 0 {
            return;
        }
        self.progress.send_if_modified(|progress| {
            let is_news = progress.next_seq < next_seq || progress.next_change < next_change;
            progress.next_seq = progress.next_seq.max(next_seq);
            progress.next_change = progress.next_change.max(next_change);
            is_news
        });
    }

    /// The requests that are being answered.
    pub(crate) const fn exchanges(&self) -> &Arc<Exchanges> {
        &self.exchanges
    }

    /// How many connections are ending, and the bytes that wait for sockets, at which time.
    pub(super) fn ending(&self) -> (usize, usize, Time) {
        let core = self.lock();
        (core.queues.ending(), core.queues.all_waiting(), self.clock.now())
    }

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
    /// platform. An answer that has to wait is held from here on.
    pub(crate) fn handle_upgrade(
        &self,
        request: &Request<()>,
        effect: Option<&Effect>,
        exchange: &mut ServedExchange,
    ) -> (Upgrade, Time, Option<Outbox>) {
        self.act_on_core(|core, now| {
            let upgrade = core.platform.handle_upgrade_under(now, request, effect);
            let outbox = match upgrade {
                Upgrade::Accept { socket, .. } => core.connect(socket),
                _ => None,
            };
            match upgrade {
                Upgrade::Accept { delay, .. } | Upgrade::Refuse { delay, .. } | Upgrade::Reset { delay } => {
                    exchange.await_answer(&core.platform, now, Some(delay));
                }
                Upgrade::Hang => exchange.await_answer(&core.platform, now, None),
                Upgrade::RefuseConnection => {}
            }
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
            let due = self.lock().next_due();
            // `act` leaves a permit in `rearm`, so a change between the look and the wait is not missed.
            let Some(due) = due else {
                self.rearm.notified().await;
                continue;
            };
            if due <= self.clock.now() {
                self.act_on_core(Core::handle_timeout);
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
    fn next_due(&self) -> Option<Time> {
        let of_disturber = self.disturber.as_ref().and_then(|disturber| disturber.next_due());
        self.platform.next_due().into_iter().chain(of_disturber).min()
    }

    /// Fires what is due first, of the platform or of what disturbs it.
    fn handle_timeout(&mut self, now: Time) {
        let due = self.platform.next_due();
        match &mut self.disturber {
            Some(disturber) if disturber.next_due().is_some_and(|own| due.is_none_or(|due| own < due)) => {
                disturber.handle_timeout(&mut self.platform, now);
            }
            _ => self.platform.handle_timeout(now),
        }
    }

    fn connect(&mut self, socket: SocketId) -> Option<Outbox> {
        let user = self.platform.owner_of(socket)?;
        Some(self.queues.connect(socket, user))
    }

    fn dispatch(&mut self, now: Time) {
        while let Some(output) = self.platform.poll_output() {
            match output {
                Output::Send { socket, frame } => self.send(now, socket, frame),
                Output::Close { socket, code, reason } => {
                    self.queues.end(socket, ConnectionEnd::Close { code, reason });
                }
                Output::Cut { socket } => self.queues.end(socket, ConnectionEnd::Cut),
            }
        }
    }

    fn send(&mut self, now: Time, socket: SocketId, frame: Frame) {
        match self.queues.send(socket, frame) {
            Queued::Yes => {}
            Queued::Gone => return,
            Queued::Full => return self.platform.cut_socket(now, socket),
        }
        // Each round ends a connection.
        while let Some(crowder) = self.queues.overrun(socket) {
            self.queues.let_go(crowder);
            self.platform.cut_socket(now, crowder);
        }
    }
}
