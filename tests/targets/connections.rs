//! Bytes on a connection to the whole server: HTTP, handshakes, websockets.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use kandy_mock_server::{Front, FrontOptions, TokenOptions, UserOptions};
use kandy_scenarios::serve::ServeSite;
use kandy_scenarios::serve::control::{Control, Guard, Secrets};
use kandy_scenarios::serve::pages::Pages;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::SECRET;

/// A guard: nothing of a connection waits for time.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a client writes before it has nothing more to say: the server answers with HTTP or not at all, never with an error
/// of its own, and ends the connection and every socket.
///
/// # Panics
///
/// If something does not hold.
pub fn connections(input: &[u8]) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("the system has room for a runtime");
    runtime.block_on(async {
        let front = serve();
        let answer = timeout(PATIENCE, talk(&front, input)).await.expect("the server ends the connection");
        let is_http = answer.is_empty() || answer.starts_with(b"HTTP/1.");
        let shown = String::from_utf8_lossy(&answer);
        assert!(is_http && !shown.contains(" 500 Internal Server Error\r\n"), "{shown}");
        assert!(!shown.contains(SECRET), "{shown}");
        let handle = front.handle();
        let mut watch = handle.watch();
        while handle.platform(|platform, _| !platform.sockets(None).is_empty()) {
            let next = timeout(PATIENCE, watch.next()).await.expect("the socket ends with its connection");
            assert!(next.is_some(), "the server is there");
        }
    });
}

/// The platform with what `serve` has beside it.
fn serve() -> Front {
    let local = IpAddr::from(Ipv4Addr::LOCALHOST);
    let front = Front::bind(FrontOptions { address: (local, 0).into(), ..FrontOptions::default() })
        .expect("the system has a free port");
    front.handle().platform(|platform, now| {
        platform.add_user(now, "alice", SECRET, UserOptions::default()).expect("the platform is empty");
        platform.issue_token(now, "alice", &TokenOptions::default()).expect("alice is there");
    });
    let secrets = Secrets::draw().expect("the system has random numbers");
    let guard = Guard::new(front.hosts().clone(), secrets);
    let site = ServeSite { pages: Pages::default(), control: Control::new(front.handle(), guard), checks_hosts: false };
    front.serve(Arc::new(site))
}

async fn talk(front: &Front, input: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(front.address()).await.expect("the server listens");
    let (mut reader, mut writer) = stream.split();
    let write = async {
        // A server that has had enough does not read to the end.
        if writer.write_all(input).await.is_ok() {
            let _ = writer.shutdown().await;
        }
    };
    let mut answer = Vec::new();
    let read = reader.read_to_end(&mut answer);
    // A connection that is reset has an end, too.
    let (_, _) = tokio::join!(write, read);
    answer
}
