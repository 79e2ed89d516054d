//! A platform behind a server, which foreign clients use, in their time.
//!
//! A script beside it has no clients of its own: it looks at the platform, waits, and makes it misbehave. There is no trace
//! of it, since a server runs for days.

use std::time::Duration;

use kandy_mock_server::{Command, FrontHandle, Platform, PlatformError, Time, Watch};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use crate::step::Done;

/// How long a turn waits at most, so that a condition that looks at the time, and a clock that is advanced, are seen.
const LONGEST_TURN: Duration = Duration::from_millis(50);

/// What a script beside a server is at, for those who wait until nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptActivity {
    /// It runs.
    Busy,
    /// It waits, and has seen the journal up to a record.
    Waits {
        /// When its wait ends by itself.
        until: Time,
        /// The number of the first record that it has not seen.
        seen: u64,
    },
}

/// A platform behind a server, as a script beside it has it.
#[derive(Debug)]
pub struct ServedPlatform {
    handle: FrontHandle,
    news: Watch,
    runtime: Handle,
    printed: mpsc::Sender<String>,
    stop: watch::Receiver<bool>,
    /// Is told of the first wait.
    waits: Option<oneshot::Sender<()>>,
    /// How often the platform had been reset, by others before the script began or by the script itself. With one more reset
    /// it is over.
    resets: watch::Sender<u64>,
    doing: watch::Sender<ScriptActivity>,
}

/// What one turn beside a server did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServedTurn {
    /// Something may have happened at the platform.
    Moved,
    /// The given time is now.
    Quiet,
    /// The server has ended.
    Over,
}

impl ServedPlatform {
    /// The platform whose server runs on `runtime`. What a script prints goes to `printed`. Once `stop` holds
    /// true, or its sender is gone, waits end: what has happened until then is still found.
    ///
    /// It must be used on a thread that is not the runtime's.
    #[must_use]
    pub fn new(
        handle: FrontHandle,
        runtime: Handle,
        printed: mpsc::Sender<String>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let news = handle.watch();
        let resets = watch::Sender::new(handle.resets());
        Self {
            handle,
            news,
            runtime,
            printed,
            stop,
            waits: None,
            resets,
            doing: watch::Sender::new(ScriptActivity::Busy),
        }
    }

    /// What the script is at; its sender is gone with the script.
    #[must_use]
    pub fn doing(&self) -> watch::Receiver<ScriptActivity> {
        self.doing.subscribe()
    }

    /// Which reset the script knows of: the last one, unless somebody else has reset the platform since.
    #[must_use]
    pub fn resets(&self) -> watch::Receiver<u64> {
        self.resets.subscribe()
    }

    /// Tells `waits` when a script waits here for the first time.
    #[must_use]
    pub fn telling_its_first_wait(mut self, waits: oneshot::Sender<()>) -> Self {
        self.waits = Some(waits);
        self
    }

    /// The time of the platform.
    pub(super) fn now(&self) -> Duration {
        self.handle.now().since_start()
    }

    /// Looks at the platform, which stands still meanwhile.
    pub(super) fn look<R>(&self, look: impl FnOnce(&Platform) -> R) -> R {
        self.handle.platform(|platform, _| look(platform))
    }

    /// Makes the platform do something. `None` if it was reset by somebody else: nothing from before can be found there then.
    pub(super) fn command(&self, asked: Command) -> Option<Result<Done, PlatformError>> {
        self.handle.platform(|platform, now| {
            let known = *self.resets.borrow();
            if platform.resets() != known {
                return None;
            }
            let done = platform.apply(now, asked).map(Done::from);
            // Before anybody else can know of it.
            self.resets.send_replace(platform.resets());
            Some(done)
        })
    }

    /// Prints a line. Whoever prints faster than it is written waits; when nobody writes any more, the server is ending.
    pub(super) fn print(&self, text: String) {
        let _ = self.printed.blocking_send(text);
    }

    /// Waits a moment for something to happen at the platform, until that time at most.
    pub(super) fn turn(&mut self, limit: Duration) -> ServedTurn {
        let ahead = limit.saturating_sub(self.now());
        if ahead.is_zero() {
            return ServedTurn::Quiet;
        }
        if let Some(waits) = self.waits.take() {
            // Who has stopped waiting for it need not know.
            let _ = waits.send(());
        }
        let Self { handle, news, stop, runtime, resets, doing, .. } = self;
        let known = *resets.borrow();
        doing.send_replace(ScriptActivity::Waits { until: Time::from_duration(limit), seen: news.next_seq() });
        let turn = runtime.block_on(async {
            tokio::select! {
                biased;
                () = handle.until_reset(known) => ServedTurn::Over,
                record = news.next() => if record.is_some() { ServedTurn::Moved } else { ServedTurn::Over },
                _ = stop.wait_for(|stop| *stop) => ServedTurn::Over,
                () = handle.until(Time::from_duration(limit)) => ServedTurn::Moved,
                () = sleep(ahead.min(LONGEST_TURN)) => ServedTurn::Moved,
            }
        });
        doing.send_replace(ScriptActivity::Busy);
        turn
    }
}
