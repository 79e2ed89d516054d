//! `reset` and `refuse` as a client sees them that uses its connections again: Chromium and curl send a request once more, and
//! tell nobody, if its connection was used before and breaks.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;

use kandy_mock_server::{Answered, Front, Platform, Point};
use serde_json::{Value, json};

use crate::support::*;

/// A client as Chromium is: one connection, used as long as it is there, and a request is repeated on a new one if it breaks
/// on one that was used before.
struct Browser<'a> {
    front: &'a Front,
    line: Option<BufReader<TcpStream>>,
}

impl Browser<'_> {
    fn to(front: &Front) -> Browser<'_> {
        Browser { front, line: None }
    }

    /// Asks whether it may, then asks.
    fn fetch(&mut self) -> io::Result<u16> {
        self.send("OPTIONS", &["Origin: http://x", "Access-Control-Request-Method: GET"])?;
        self.send("GET", &["Origin: http://x", BASIC])
    }

    fn send(&mut self, method: &str, headers: &[&str]) -> io::Result<u16> {
        if let Some(used) = self.line.take()
            && let Ok(status) = self.exchange(used, method, headers)
        {
            return Ok(status);
        }
        let stream = TcpStream::connect(self.front.rest())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        self.exchange(BufReader::new(stream), method, headers)
    }

    fn exchange(&mut self, mut line: BufReader<TcpStream>, method: &str, headers: &[&str]) -> io::Result<u16> {
        let request = format!("{method} {LOGIN} HTTP/1.1\r\nHost: kandy\r\n{}\r\n\r\n", headers.join("\r\n"));
        line.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if line.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        line.read_exact(&mut body)?;
        if !head.contains("connection: close") {
            self.line = Some(line);
        }
        Ok(head[9..12].parse().unwrap())
    }
}

fn answers(front: &Front) -> Vec<Answered> {
    requests(front, Point::MkToken).iter().map(|request| request.answered).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_breaks_a_connection_is_one_failure() {
    let breaking: [(Value, &[Answered]); 4] = [
        (json!({ "reset": true, "times": 1 }), &[Answered::Reset]),
        (json!({ "refuse": true, "times": 1 }), &[Answered::Refused]),
        (json!([{ "reset": true, "delay": 5 }, { "refuse": true }, {}]), &[Answered::Reset, Answered::Refused]),
        (json!({ "reset": true, "times": 2 }), &[Answered::Reset, Answered::Reset]),
    ];
    for (how, met) in breaking {
        // With a connection that was used before the fault was put, and with none.
        for is_used in [true, false] {
            let front = start().await;
            let mut browser = Browser::to(&front);
            if is_used {
                assert_eq!(browser.fetch().unwrap(), 200);
            }
            let before = answers(&front).len();
            fail(&front, Point::MkToken, &how);
            for _ in met {
                assert!(browser.fetch().is_err(), "{how}, used: {is_used}");
            }
            assert_eq!(browser.fetch().unwrap(), 200, "{how}, used: {is_used}");
            assert_eq!(answers(&front)[before..], [met, &[Answered::Status(200)]].concat(), "{how}, used: {is_used}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_lets_requests_pass_and_then_is_one_failure() {
    let front = start().await;
    let mut browser = Browser::to(&front);
    fail(&front, Point::MkToken, &json!({ "reset": true, "after": 2, "times": 1 }));
    let outcomes: Vec<_> = (0..4).map(|_| browser.fetch().ok()).collect();
    assert_eq!(outcomes, [Some(200), Some(200), None, Some(200)]);
    assert!(browser.line.is_some(), "connections are kept again once no fault is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_while_offline_is_one_failure() {
    let front = start().await;
    let mut browser = Browser::to(&front);
    assert_eq!(browser.fetch().unwrap(), 200);
    front.handle().platform(Platform::set_offline);
    assert!(browser.send("GET", &[BASIC]).is_err());
    front.handle().platform(Platform::set_online);
    assert_eq!(browser.fetch().unwrap(), 200);
    assert_eq!(answers(&front), [Answered::Status(200), Answered::Refused, Answered::Status(200)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_of_a_user_who_is_offline_is_one_failure() {
    let front = start().await;
    let mut browser = Browser::to(&front);
    assert_eq!(browser.fetch().unwrap(), 200);
    let set_offline = || front.handle().platform(|platform, now| platform.set_offline_of(now, ALICE)).unwrap();
    set_offline();
    assert!(browser.fetch().is_err());
    front.handle().platform(|platform, now| platform.set_online_of(now, ALICE)).unwrap();
    assert_eq!(browser.fetch().unwrap(), 200);
    assert!(browser.line.is_some(), "connections are kept again");
    assert_eq!(answers(&front), [Answered::Status(200), Answered::Refused, Answered::Status(200)]);
    set_offline();
    front.handle().platform(|platform, now| platform.remove_user(now, ALICE)).unwrap();
    assert!(!front.handle().platform(|platform, _| platform.breaks_connections()));
}

/// Not every client repeats what broke: for those an idle connection has to be closed before they would use it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_is_closed_when_a_fault_could_break_it() {
    for point in [Point::MkToken, Point::Other] {
        let front = start().await;
        let mut browser = Browser::to(&front);
        assert_eq!(browser.fetch().unwrap(), 200);
        let mut idle = browser.line.take().unwrap();
        fail(&front, point, &json!({ "reset": true, "times": 1 }));
        assert_eq!(idle.read(&mut [0]).unwrap(), 0, "a FIN, for a fault at {point}");
    }
    let front = start().await;
    let mut line = KeptAlive::to(&front);
    assert_eq!(line.status_of_login(), 200);
    fail(&front, Point::WebSocket, &json!({ "reset": true }));
    fail(&front, Point::MkToken, &json!({ "hang": true, "after": 1 }));
    assert_eq!(line.status_of_login(), 200, "no other fault ends a connection");
}

/// What sends its request as soon as it knows of the fault, as a test does, must not do so over a connection that is closed just
/// then: the request would not come here, and the fault would be met by the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_connections_have_made_way_the_idle_ones_are_closed_and_the_others_answered() {
    let front = start().await;
    fail(&front, Point::MkToken, &json!({ "delay": "200ms", "times": 1 }));
    let late = ask(&front, "GET", LOGIN, &[BASIC], "");
    until(&front, Point::MkToken).await;
    let mut lines = Vec::new();
    for _ in 0..8 {
        let mut browser = Browser::to(&front);
        assert_eq!(browser.fetch().unwrap(), 200);
        lines.push(browser.line.take().unwrap());
    }
    fail(&front, Point::MkToken, &json!({ "reset": true }));
    soon(front.handle().made_way()).await;
    for line in lines {
        line.get_ref().set_nonblocking(true).unwrap();
        assert_eq!(line.into_inner().read(&mut [0]).unwrap(), 0, "it is closed already");
    }
    assert_eq!(answer(late).unwrap().status, 200);
}
