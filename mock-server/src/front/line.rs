//! A connection that two look at: hyper, which reads requests and writes answers, and whoever waits for the client's end while
//! one is being answered. hyper itself does not see that end behind what a client has sent ahead.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::limits::Limits;
use crate::server::stream::Stream;

/// The connection. Both lookers are one task, so that nobody waits for the lock.
pub(super) struct Line<'a, S> {
    inner: Mutex<Inner<'a, S>>,
}

struct Inner<'a, S> {
    stream: &'a mut S,
    /// What was read before hyper has asked for it.
    ahead: BytesMut,
    end: Option<LineEnd>,
}

/// How the client's side has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// It sends nothing more.
    Quiet,
    /// The connection is broken.
    Broken,
}

/// hyper's view of it.
pub(super) struct Io<'l, 'a, S>(&'l Line<'a, S>);

impl<'a, S: Stream> Line<'a, S> {
    pub(super) fn new(stream: &'a mut S) -> Self {
        Self { inner: Mutex::new(Inner { stream, ahead: BytesMut::new(), end: None }) }
    }

    pub(super) const fn io<'l>(&'l self) -> Io<'l, 'a, S> {
        Io(self)
    }

    /// Waits for the end of the client's side, and keeps what comes before it for hyper. What exceeds a limit is left
    /// unread: then TCP makes the client wait, and its end is not seen.
    pub(super) async fn end(&self) -> LineEnd {
        poll_fn(|cx| self.lock().poll_end(cx)).await
    }

    /// What hyper has not asked for.
    pub(super) fn take_ahead(&self) -> BytesMut {
        std::mem::take(&mut self.lock().ahead)
    }

    /// Between two polls it is whole.
    fn lock(&self) -> MutexGuard<'_, Inner<'a, S>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Stream> Inner<'_, S> {
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<LineEnd> {
        loop {
            if let Some(end) = self.end {
                return Poll::Ready(end);
            }
            if self.ahead.len() >= Limits::EARLY_BYTES {
                return Poll::Pending;
            }
            let mut bytes = [0; 1024];
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut *self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if buffer.filled().is_empty() => self.end = Some(LineEnd::Quiet),
                Ok(()) => {
                    self.ahead.extend_from_slice(buffer.filled());
                    // hyper may wait for just that.
                    cx.waker().wake_by_ref();
                }
                Err(_) => self.end = Some(LineEnd::Broken),
            }
        }
    }
}

impl<S: Stream> AsyncRead for Io<'_, '_, S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let inner = &mut *self.0.lock();
        if !inner.ahead.is_empty() {
            let length = inner.ahead.len().min(buffer.remaining());
            buffer.put_slice(&inner.ahead[..length]);
            inner.ahead.advance(length);
            return Poll::Ready(Ok(()));
        }
        match inner.end {
            Some(LineEnd::Quiet) => Poll::Ready(Ok(())),
            Some(LineEnd::Broken) => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            None => Pin::new(&mut *inner.stream).poll_read(cx, buffer),
        }
    }
}

impl<S: Stream> AsyncWrite for Io<'_, '_, S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0.lock().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0.lock().stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.lock().stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0.lock().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0.lock().stream).poll_shutdown(cx)
    }
}
