//! A process that is out of file descriptors for a while. Alone in it, since every other test would suffer.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use kandy_mock_server::{Front, FrontOptions};

#[test]
fn a_front_outlives_a_lack_of_descriptors() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), ..FrontOptions::default() };
    let front = runtime.block_on(Front::start(options, Arc::new(()))).unwrap();
    let mut ours = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        ours.push(file);
        if ours.len() == 100_000 {
            return; // There is no limit to run into here.
        }
    }
    // One for the client, and none to accept it with.
    ours.pop();
    let mut stream = TcpStream::connect(front.address()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: kandy\r\nConnection: close\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(stream.read(&mut [0]).is_err(), "nobody can accept it");

    drop(ours);
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}
