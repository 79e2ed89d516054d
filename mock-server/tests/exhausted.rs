//! A process that is out of file descriptors for a while. Alone in it, since every other test would suffer; one server
//! after the other, for the same reason.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test does not expect fails it")]

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use kandy_mock_server::MockKandy;

#[test]
fn the_listeners_outlive_a_lack_of_descriptors() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mock = runtime.block_on(MockKandy::start());
    outlives(([127, 0, 0, 1], mock.ws_port()).into(), "426");
    drop(mock);
    #[cfg(feature = "front")]
    {
        use kandy_mock_server::{Front, FrontOptions};

        let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), ..FrontOptions::default() };
        let front = runtime.block_on(Front::start(options, std::sync::Arc::new(()))).unwrap();
        outlives(front.address(), "404");
    }
}

/// Asks while there is no descriptor to accept the connection with; the answer comes when there are some again.
fn outlives(server: SocketAddr, status: &str) {
    let mut ours = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        ours.push(file);
        if ours.len() == 100_000 {
            return; // There is no limit to run into here.
        }
    }
    // One for the client, and none to accept it with.
    ours.pop();
    let mut stream = TcpStream::connect(server).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: kandy\r\nConnection: close\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(stream.read(&mut [0]).is_err(), "nobody can accept it");

    drop(ours);
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
}
