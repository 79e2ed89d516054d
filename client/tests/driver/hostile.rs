//! Servers that mean harm, or are badly broken. Each exchange ends by a limit, or goes on bounded until the client is
//! dropped.

mod requests;
mod websockets;

use std::net::SocketAddr;

use kandy_client::driver::{Input, Options, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

use crate::soon;

/// More than the system keeps of a connection that nobody reads, and than any limit here.
const A_FLOOD: usize = 64 << 20;

fn transport(options: &Options) -> (Transport, Receiver<Input>) {
    Transport::new(Handle::current(), options).expect("no certificate can be wrong")
}

/// A server for one connection. What it says at its end comes out of the task.
async fn serve<F, R>(talk: impl FnOnce(TcpStream) -> F + Send + 'static) -> (SocketAddr, JoinHandle<R>)
where
    F: Future<Output = R> + Send,
    R: Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let served = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("the client comes");
        talk(stream).await
    });
    (address, served)
}

/// Reads the head of a request without a body.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("the client asks"));
    }
    String::from_utf8(head).expect("it is text")
}

/// Writes these bytes again and again until the client hangs up or has taken a flood of them; gives how many.
async fn flood(stream: &mut TcpStream, again: &[u8]) -> usize {
    let block = again.repeat(16_384 / again.len() + 1);
    let mut taken = 0;
    while taken < A_FLOOD && stream.write_all(&block).await.is_ok() {
        taken += block.len();
    }
    taken
}

/// Waits until the client hangs up.
async fn hung_up(stream: &mut TcpStream) {
    let mut ignored = [0; 4096];
    while matches!(soon(stream.read(&mut ignored)).await, Ok(1..)) {}
}

/// Waits until the transport has nothing left to do.
async fn idle(transport: &mut Transport) {
    soon(async {
        while transport.under_way() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
