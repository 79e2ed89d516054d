//! The served world: a platform that foreign clients use, in their time.
//!
//! A script here has no clients of its own: it looks at the platform, waits, and makes it misbehave. Nothing is written
//! to a transcript, since a server runs for days.

use std::time::Duration;

use kandy_mock_server::{FrontHandle, Platform, Watch};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use super::stage::Stage;
use super::{StepError, Turn};
use crate::step::{Done, Step};
use crate::transcript::Transcript;

/// How long a turn waits at most, so that a condition that looks at the time, and a clock that is advanced, are seen.
const LONGEST_TURN: Duration = Duration::from_millis(50);

/// A platform behind a server.
#[derive(Debug)]
pub struct Served {
    /// It stays empty.
    stage: Stage,
    handle: FrontHandle,
    news: Watch,
    runtime: Handle,
    printed: mpsc::Sender<String>,
    stop: watch::Receiver<bool>,
    /// Is told of the first wait.
    waits: Option<oneshot::Sender<()>>,
}

impl Served {
    /// The world of a platform whose server runs on `runtime`. What a script prints goes to `printed`. Once `stop` holds
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
        Self { stage: Stage::new(Vec::new()), handle, news, runtime, printed, stop, waits: None }
    }

    /// Tells `waits` when a script waits here for the first time.
    #[must_use]
    pub fn telling_its_first_wait(mut self, waits: oneshot::Sender<()>) -> Self {
        self.waits = Some(waits);
        self
    }

    /// The time of the platform.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.handle.now().since_start()
    }

    /// Looks at the platform, which stands still meanwhile.
    pub fn look<R>(&self, look: impl FnOnce(&Platform) -> R) -> R {
        self.handle.platform(|platform, _| look(platform))
    }

    /// Carries out a step at once.
    ///
    /// # Errors
    ///
    /// The platform refuses it, or it is about a client.
    pub fn apply(&mut self, step: Step) -> Result<Done, StepError> {
        match step {
            Step::Command(asked) => Ok(self.handle.platform(|platform, now| platform.apply(now, asked))?.into()),
            Step::Print(text) => {
                // Whoever prints faster than it is written waits; when nobody writes any more, the server is ending.
                let _ = self.printed.blocking_send(text);
                Ok(Done::Nothing)
            }
            Step::Create { .. } | Step::Call { .. } => Err(StepError::NoClients),
        }
    }

    /// Waits a moment for something to happen at the platform; see [`Turn`].
    pub(super) fn turn(&mut self, limit: Duration) -> Turn {
        let ahead = limit.saturating_sub(self.now());
        if ahead.is_zero() {
            return Turn::Quiet;
        }
        if let Some(waits) = self.waits.take() {
            // Who has stopped waiting for it need not know.
            let _ = waits.send(());
        }
        let Self { news, stop, runtime, .. } = self;
        runtime.block_on(async {
            tokio::select! {
                biased;
                record = news.next() => if record.is_some() { Turn::Moved } else { Turn::Over },
                _ = stop.wait_for(|stop| *stop) => Turn::Over,
                () = sleep(ahead.min(LONGEST_TURN)) => Turn::Moved,
            }
        })
    }

    pub(super) fn stage(&self) -> &Stage {
        &self.stage
    }

    pub(super) fn stage_mut(&mut self) -> &mut Stage {
        &mut self.stage
    }

    pub(super) fn into_transcript(self) -> Transcript {
        self.stage.into_transcript()
    }
}
