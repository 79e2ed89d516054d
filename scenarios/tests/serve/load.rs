//! An honest user beside one who takes all that there is.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Folder, PATIENCE, Server};

/// How many times slower the honest user may be answered at most.
const SLOWER: u32 = 20;
/// What a machine with other work cannot show each time, it shows in one of so many.
const TRIES: usize = 10;
/// How many logins of the honest user are timed.
const TIMED: usize = 200;
/// Logins that are there before.
const LOGINS: usize = 5_000;
/// Those who sign in without end, and those who look at everything without end.
const GREEDY: usize = 4;
const CURIOUS: usize = 2;
/// Sockets of the deaf user, which are open and not read, and what is sent to all of them at a time.
const UNREAD: usize = 100;
const PUSHED: usize = 32 * 1024;

const HONEST: &str = "/v2.0/auth/mk_token?refresh=y";
const TEN_YEARS: &str = "/v2.0/auth/mk_token?refresh=y&expires=315360000";
/// honest:x, greedy:x and deaf:x.
const OF_HONEST: &str = "Authorization: basic aG9uZXN0Ong=";
const OF_GREEDY: &str = "Authorization: basic Z3JlZWR5Ong=";
const OF_DEAF: &str = "Authorization: basic ZGVhZjp4";

/// A connection for one request after the other.
struct Line {
    stream: TcpStream,
    head: String,
    heard: Vec<u8>,
}

impl Line {
    fn new(port: u16, path: &str, header: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{header}\r\n\r\n");
        Self { stream, head, heard: vec![0; 256 * 1024] }
    }

    /// The status of the next answer, whose body is short and comes with its head.
    fn ask(&mut self) -> u16 {
        self.stream.write_all(self.head.as_bytes()).unwrap();
        let read = self.stream.read(&mut self.heard).unwrap();
        assert!(self.heard[..read].ends_with(b"}"), "it comes as a whole");
        std::str::from_utf8(&self.heard[9..12]).unwrap().parse().unwrap()
    }
}

/// Asks for the whole journal, once, and throws it away.
fn look(port: u16, token: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "GET /__admin/requests HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nX-Kandy-Token: {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut heard = [0; 64 * 1024];
    while matches!(stream.read(&mut heard), Ok(1..)) {}
}

/// Asks once, and gives the body of the answer.
fn asked(port: u16, line: &str, header: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Type: application/json\r\n{header}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{line}: {heard}");
    serde_json::from_str(body).unwrap()
}

/// Opens sockets of the deaf user and sends to them, and reads none of it. Gives how often it has sent.
fn flood(port: u16, token: &str, is_over: &AtomicBool) -> usize {
    let login = asked(port, &format!("GET {HONEST}"), OF_DEAF, "");
    let access = login["success"]["access_token"].as_str().unwrap();
    let subscribe = format!("POST /rest/version/1/user/deaf/subscription?token={access}");
    let body = r#"{"subscribeRequest": {"expires": 3600, "service": ["call"], "notificationType": "WebSocket"}}"#;
    let made = asked(port, &subscribe, "Accept: application/json", body);
    let channel = made["subscribeResponse"]["subscriptionParams"]["notificationChannel"].as_str().unwrap();
    let handshake = format!(
        "GET {channel}?access_token={access} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let push = json!({ "user": "deaf", "text": "x".repeat(PUSHED) }).to_string();
    let mut unread = VecDeque::new();
    let mut sent = 0;
    while !is_over.load(Ordering::Relaxed) {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.write_all(handshake.as_bytes()).unwrap();
        let mut heard = [0; 12];
        socket.read_exact(&mut heard).unwrap();
        assert_eq!(heard, *b"HTTP/1.1 101");
        unread.push_back(socket);
        if unread.len() > UNREAD {
            unread.pop_front();
        }
        asked(port, "POST /__admin/sendRaw", &format!("X-Kandy-Token: {token}"), &push);
        sent += 1;
    }
    sent
}

/// The time within which half of the honest user's logins are answered.
fn usual(port: u16) -> Duration {
    let mut line = Line::new(port, HONEST, OF_HONEST);
    let mut times = Vec::new();
    for _ in 0..TIMED {
        let asked = now();
        assert_eq!(line.ask(), 200);
        times.push(asked.elapsed());
    }
    times.sort();
    times[TIMED / 2]
}

#[expect(clippy::disallowed_methods, reason = "what is measured is how long it takes")]
fn now() -> Instant {
    Instant::now()
}

/// How much slower the honest user is answered while others take what they can.
fn slowed(port: u16, token: &str) -> f64 {
    let idle = usual(port);
    let is_over = AtomicBool::new(false);
    let take = |is_greedy: bool| {
        let mut line = Line::new(port, TEN_YEARS, OF_GREEDY);
        // One connection may be used so often, which is more than it is for this long.
        for _ in 0..9_000 {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            if is_greedy {
                assert_eq!(line.ask(), 200);
            } else {
                look(port, token);
            }
        }
    };
    let busy = thread::scope(|scope| {
        for number in 0..GREEDY + CURIOUS {
            let take = &take;
            scope.spawn(move || take(number < GREEDY));
        }
        let flood = scope.spawn(|| flood(port, token, &is_over));
        let busy = usual(port);
        is_over.store(true, Ordering::Relaxed);
        assert_ne!(flood.join().unwrap(), 0);
        busy
    });
    busy.as_secs_f64() / idle.as_secs_f64()
}

#[tokio::test]
#[ignore = "it compares times, which takes a machine without other work: .ci/full has it"]
async fn an_honest_user_is_answered_in_time_whatever_others_take() {
    let folder = Folder::new("load");
    let server = Server::start(&folder.0, &["--user", "honest:x", "--user", "greedy:x", "--user", "deaf:x"]).await;
    server.post("answerPings", &json!({ "enabled": true })).await;
    let (port, token) = (server.port(), server.text("token").to_owned());
    let measured = tokio::task::spawn_blocking(move || {
        let mut greedy = Line::new(port, TEN_YEARS, OF_GREEDY);
        (0..LOGINS).for_each(|_| assert_eq!(greedy.ask(), 200));
        let mut all = Vec::new();
        for _ in 0..TRIES {
            all.push(slowed(port, &token));
            if all.last().is_some_and(|slowed| *slowed <= f64::from(SLOWER)) {
                break;
            }
        }
        all
    });
    let measured = measured.await.unwrap();
    println!("slowed down by the factors {measured:.1?}");
    assert!(measured.last().is_some_and(|slowed| *slowed <= f64::from(SLOWER)), "{measured:?}");
}

/// What a server keeps for itself while nobody asks, and what logins may add: mimalloc would take more than twice as much if it
/// took memory before that is used (`.cargo/config.toml`). In KiB.
#[cfg(target_os = "linux")]
const IDLE: u64 = 6 * 1024;
#[cfg(target_os = "linux")]
const FULL: u64 = 18 * 1024;

/// What is in memory and stands in no file, in KiB.
#[cfg(target_os = "linux")]
fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id().unwrap())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux tells it");
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_is_taken_when_it_is_used() {
    let folder = Folder::new("memory");
    let server = Server::start(&folder.0, &["--any-user"]).await;
    let idle = resident(&server);
    let mut line = Line::new(server.port(), HONEST, OF_HONEST);
    for _ in 0..2 * LOGINS {
        assert_eq!(line.ask(), 200);
    }
    let full = resident(&server);
    assert!(idle < IDLE && full < FULL, "{idle} KiB where nobody asks, {full} KiB after {} logins", 2 * LOGINS);
}
