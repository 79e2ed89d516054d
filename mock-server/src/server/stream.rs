//! The byte stream below HTTP and websockets, and the ways in which it ends.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::limits::Limits;

/// A connection, with or without TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// What carries it.
    fn tcp(&self) -> &TcpStream;
}

impl Stream for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

#[cfg(feature = "front")]
impl Stream for tokio_rustls::server::TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Lets a connection end with a RST when it is dropped.
pub(crate) fn reset(stream: &impl Stream) {
    // A connection that is over already has nothing left to reset.
    let _ = stream.tcp().set_zero_linger();
}

/// Ends a connection so that the last bytes arrive: a close with unread input would be a RST, which makes the client's
/// system throw away what it has not read.
pub(crate) async fn linger(mut stream: impl Stream) {
    if stream.shutdown().await.is_ok() {
        let _ = timeout(Limits::LINGER, drain(&mut stream)).await;
    }
}

/// As [`linger`], but only for what has arrived by now.
pub(crate) async fn leave(mut stream: impl Stream) {
    if stream.shutdown().await.is_ok() {
        let mut ignored = [0; 1024];
        while matches!(stream.tcp().try_read(&mut ignored), Ok(1..)) {}
    }
}

/// Says nothing until the client has left. One that sends nothing more may be waiting for an answer as well as gone: only
/// what is sent to it would show that, so it has [`Limits::HALF_CLOSED`].
///
/// `left` is called as soon as it sends nothing more.
pub(crate) async fn silence(stream: &mut impl Stream, left: impl FnOnce()) {
    let may_wait = drain(stream).await;
    left();
    if may_wait {
        sleep(Limits::HALF_CLOSED).await;
    }
}

/// Reads until the client sends nothing more, and keeps nothing. Gives whether it has said so, and did not break off.
async fn drain(stream: &mut impl Stream) -> bool {
    let mut ignored = [0; 1024];
    loop {
        match stream.read(&mut ignored).await {
            Ok(1..) => {}
            ended => return ended.is_ok(),
        }
    }
}
