//! The body of an answer that does not come whole and at once.

use std::convert::Infallible;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::unfold;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tokio::task::yield_now;

use crate::fault::Pace;
use crate::server::exchanges::{HeldAnswer, ServedExchange};
use crate::server::shared::Shared;
use crate::time::Time;

/// How much is handed to hyper at once. What hyper holds when a body ends too early is lost, and it holds little more than that.
const PART: usize = 8 * 1024;

/// A body that comes so, and what is known of the request that it answers.
#[derive(Debug)]
pub(super) struct Slow {
    pub(super) pace: Pace,
    /// When its head comes.
    pub(super) head: Time,
    /// As it is told while it is held; `None` of what leaves no record.
    pub(super) answer: Option<Box<HeldAnswer>>,
    /// How often the platform had been reset when the request came.
    pub(super) resets: u64,
}

/// What of a body comes, and when. One that is cut is shorter than its head says, which for hyper is a reason to end the
/// connection; and so is one that a reset of the platform has overtaken.
pub(super) fn paced(whole: &Bytes, slow: Slow, shared: Arc<Shared>) -> BoxBody<Bytes, Infallible> {
    let Slow { pace, head, answer, resets } = slow;
    let rest = RestOfBody {
        answer,
        resets,
        exchange: None,
        left: whole.slice(..pace.coming(whole.len())),
        is_cut: pace.cuts(whole.len()),
        is_late: pace.late.is_some(),
        due: head + pace.late.unwrap_or_default(),
        second: 0,
        drip: pace.drip.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
        shared,
    };
    StreamBody::new(unfold(rest, async |mut rest| {
        let part = rest.next().await?;
        Some((Ok(Frame::data(part)), rest))
    }))
    .boxed()
}

struct RestOfBody {
    answer: Option<Box<HeldAnswer>>,
    resets: u64,
    /// That of the body, which is being sent once its head is.
    exchange: Option<ServedExchange>,
    left: Bytes,
    is_cut: bool,
    /// Whether the head must be out before anything of the body, even before a body that is only an end.
    is_late: bool,
    /// When the next second of a body that drips is over, or the body begins.
    due: Time,
    /// What is still to come in this second.
    second: usize,
    drip: Option<usize>,
    shared: Arc<Shared>,
}

impl RestOfBody {
    async fn next(&mut self) -> Option<Bytes> {
        if mem::take(&mut self.is_late) {
            self.until_due().await?;
            // hyper writes what it has before it asks again.
            yield_now().await;
        }
        if self.left.is_empty() {
            if self.is_cut {
                yield_now().await;
            }
            return None;
        }
        if self.second == 0 {
            self.second = self.drip.unwrap_or(usize::MAX);
            if self.drip.is_some() {
                self.due = self.due + Duration::from_secs(1);
            }
            self.until_due().await?;
        }
        let part = self.left.split_to(self.left.len().min(self.second).min(PART));
        self.second -= part.len();
        Some(part)
    }

    /// Waits until more is due, and tells meanwhile that it is held. `None` if the platform is reset before: then nobody waits for it
    /// any more.
    async fn until_due(&mut self) -> Option<()> {
        let Self { shared, exchange, answer, due, resets, .. } = self;
        if *due <= shared.now() {
            return Some(());
        }
        let exchange = exchange.get_or_insert_with(|| shared.exchanges().begin());
        if let Some(answer) = answer {
            answer.due = Some(*due);
            exchange.await_part((**answer).clone(), *resets);
        }
        let is_due = shared.until_due(exchange, *due).await;
        exchange.release();
        is_due.then_some(())
    }
}
