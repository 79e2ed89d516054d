//! The bodies of requests, within their limits.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

use super::FrontLimits;

/// The body of a request, which ends with an error at the limits of its size and its time.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    bytes: usize,
    limit: usize,
    time: Duration,
    /// Set up only when something has to be waited for: most bodies come with their heads.
    deadline: Option<Pin<Box<Sleep>>>,
}

/// Why there is no body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// It is too long: [`FrontLimits::body_bytes`].
    #[error("the body has more than {limit} bytes")]
    TooLong {
        /// Bytes.
        limit: usize,
    },
    /// It did not come in time: [`FrontLimits::body_time`].
    #[error("the body did not come within {limit:?}")]
    TimedOut {
        /// How long it had.
        limit: Duration,
    },
    /// The connection broke off, or its framing is wrong.
    #[error("the body broke off: {0}")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl BodyError {
    /// The status that says so: 413, 408 or 400.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl RequestBody {
    pub(super) fn new(incoming: Incoming, limits: &FrontLimits) -> Self {
        Self { incoming, bytes: 0, limit: limits.body_bytes, time: limits.body_time, deadline: None }
    }

    /// All of it.
    ///
    /// # Errors
    ///
    /// It is too long, does not come in time, or breaks off.
    pub async fn bytes(mut self) -> Result<Bytes, BodyError> {
        self.whole().await
    }

    /// All that is left of it.
    pub(super) async fn whole(&mut self) -> Result<Bytes, BodyError> {
        let least = usize::try_from(self.size_hint().lower()).unwrap_or(usize::MAX);
        // One that says how long it is need not come first.
        if least > self.limit {
            return Err(BodyError::TooLong { limit: self.limit });
        }
        // Copied, since a frame is a part of the connection's buffer, which would last as long as whatever keeps the body:
        // the journal, say.
        let mut whole = Vec::with_capacity(least);
        while let Some(frame) = self.frame().await {
            if let Some(data) = frame?.data_ref() {
                whole.extend_from_slice(data);
            }
        }
        Ok(whole.into())
    }

    fn poll_in_time(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(|error| BodyError::Broken(error.into()))));
        }
        let time = self.time;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Some(Err(BodyError::TimedOut { limit: time })))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = ready!(self.poll_in_time(cx));
        if let Some(Ok(frame)) = &frame {
            self.bytes += frame.data_ref().map_or(0, Bytes::len);
            if self.bytes > self.limit {
                return Poll::Ready(Some(Err(BodyError::TooLong { limit: self.limit })));
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
