//! Whether a client is still there who waits for its answer.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::line::{End, Line};
use crate::limits::Limits;
use crate::server::stream::Stream;

/// Whether the client of a connection is still there, as long as it waits for an answer: hyper does not see its end behind what
/// it has sent ahead.
///
/// One task answers and watches, and polls the watch after what answers: so the watch sees without being told when a wait has begun
/// or ended, and costs next to nothing while nobody waits.
#[derive(Debug, Default)]
pub(super) struct Presence {
    waits: Mutex<Option<WaitsFor>>,
    /// It has left.
    left: Notify,
}

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitsFor {
    /// What is beside the platform, which may take as long as it likes. A client that sends nothing more may be gone, so that it
    /// has [`Limits::HALF_CLOSED`].
    Beside,
    /// The platform's answer, which is held until it is due. It comes to a client that sends nothing more, too.
    HeldAnswer,
}

impl Presence {
    /// Waits until the client has what `answer` gives; `None` if it leaves before.
    pub(super) async fn during<T>(&self, waits: WaitsFor, answer: impl Future<Output = T>) -> Option<T> {
        *self.waits() = Some(waits);
        let answered = tokio::select! {
            biased;
            answer = answer => Some(answer),
            () = self.left.notified() => None,
        };
        *self.waits() = None;
        answered
    }

    /// Looks whether the client leaves, as long as it waits.
    pub(super) async fn watch<S: Stream>(&self, line: &Line<'_, S>) -> Infallible {
        loop {
            let waits_for = self.seen(|waits| waits).await;
            let gone = async {
                match (line.end().await, waits_for) {
                    (End::Broken, _) => {}
                    (End::Quiet, WaitsFor::Beside) => sleep(Limits::HALF_CLOSED).await,
                    (End::Quiet, WaitsFor::HeldAnswer) => std::future::pending().await,
                }
            };
            let answered = || self.seen(|waits| waits.is_none().then_some(()));
            tokio::select! {
                () = answered() => continue,
                () = gone => self.left.notify_one(),
            }
            // Once is enough.
            answered().await;
        }
    }

    /// Waits until something is seen of what the client waits for.
    async fn seen<T>(&self, look: impl Fn(Option<WaitsFor>) -> Option<T>) -> T {
        poll_fn(|_| look(*self.waits()).map_or(Poll::Pending, Poll::Ready)).await
    }

    fn waits(&self) -> MutexGuard<'_, Option<WaitsFor>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
