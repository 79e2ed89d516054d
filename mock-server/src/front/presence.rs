//! Whether a client is still there who waits for its answer.

use std::convert::Infallible;

use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use super::line::{ClientEnd, Line};
use crate::limits::Limits;
use crate::server::stream::Stream;

/// Whether the client of a connection is still there, as long as it waits for an answer: hyper does not see its end behind what
/// it has sent ahead.
#[derive(Debug, Default)]
pub(super) struct Presence {
    waits: watch::Sender<Option<WaitsFor>>,
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
        self.waits.send_replace(Some(waits));
        let answered = tokio::select! {
            biased;
            answer = answer => Some(answer),
            () = self.left.notified() => None,
        };
        self.waits.send_replace(None);
        answered
    }

    /// Looks whether the client leaves, as long as it waits.
    pub(super) async fn watch<S: Stream>(&self, line: &Line<'_, S>) -> Infallible {
        let mut waits = self.waits.subscribe();
        loop {
            let began = waits.wait_for(Option::is_some).await.map(|waits| *waits);
            let waits_for = began.expect("its sender is here").expect("it waits for something");
            let gone = async {
                match (line.end().await, waits_for) {
                    (ClientEnd::Broken, _) => {}
                    (ClientEnd::Quiet, WaitsFor::Beside) => sleep(Limits::HALF_CLOSED).await,
                    (ClientEnd::Quiet, WaitsFor::HeldAnswer) => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = waits.wait_for(Option::is_none) => continue,
                () = gone => self.left.notify_one(),
            }
            // Once is enough.
            let _ = waits.wait_for(Option::is_none).await;
        }
    }
}
