//! slowhttptest: a thousand clients that are too slow on purpose, before a front that has patience for three seconds.

use std::cell::Cell;
use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use kandy_mock_server::{Answering, Beside, Front, FrontLimits, FrontOptions, RequestBody};
use libtest_mimic::Trial;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::sync::watch;
use tokio::time::{Instant, interval};

use crate::program::{Tool, folder, run_alone_until};
use crate::{block_on, documented};

const CLIENTS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(3);
/// After how many seconds slowhttptest gives up its own ordinary client. Most attacks are over before, so [`Ordinary`] asks as well.
const OTHERS_WAIT: &str = "60";
/// How often an ordinary client asks.
const ASKS_APART: Duration = Duration::from_millis(100);
/// After how many seconds an attack gives up: it has failed to end long before.
const GIVES_UP: &str = "240";
/// The path of answers that no system buffers as a whole.
const LONG: &str = "/long";
/// Their bytes.
const LONG_ANSWER: &[u8] = &[b'x'; 16 * 1024 * 1024];

/// One of slowhttptest's ways to be slow.
#[derive(Clone, Copy)]
struct Attack {
    name: &'static str,
    arguments: &'static [&'static str],
    path: &'static str,
    end: End,
    /// What comes of it, in the documentation.
    outcome: &'static str,
}

/// How an attack ends when the front has let go of it, in slowhttptest's words.
type End = &'static str;

/// The front closes what slowhttptest would keep for long.
const ALL_CLOSED: End = "No open connections left";
/// A client that reads a byte a second has enough to read for as long as it likes, though the connection has ended. So it is
/// interrupted when the front has let go of all.
const STILL_READING: End = "Cancelled by user";

const ATTACKS: [Attack; 4] = [
    Attack {
        name: "heads_that_never_end",
        arguments: &["-H", "-i", "1"],
        path: "/v2.0/auth/mk_token",
        end: ALL_CLOSED,
        outcome: "408, all closed",
    },
    Attack {
        name: "bodies_that_never_end",
        arguments: &["-B", "-i", "1", "-s", "8192", "-t", "POST"],
        path: "/rest/version/1/user/a/subscription",
        end: ALL_CLOSED,
        outcome: "408, all closed",
    },
    Attack {
        name: "ranges_without_number",
        arguments: &["-R", "-a", "10", "-b", "3000"],
        path: "/",
        end: ALL_CLOSED,
        outcome: "answered as if without ranges, all closed",
    },
    Attack {
        name: "answers_that_are_not_read",
        arguments: &["-X", "-w", "1", "-y", "2", "-n", "1", "-z", "1"],
        path: LONG,
        end: STILL_READING,
        outcome: "all reset",
    },
];

pub(crate) fn trials() -> Vec<Trial> {
    let trial = |attack: Attack| {
        let name = format!("slowhttptest::{}", attack.name);
        Tool::SlowHttpTest.trial(name, move |tool| block_on(attack.is_outlived(tool)))
    };
    let documented = Trial::test("slowhttptest::the_documentation_has_the_table", || documented(&table()));
    ATTACKS.into_iter().map(trial).chain([documented]).collect()
}

fn table() -> String {
    let row = |attack: &Attack| {
        let Attack { name, arguments, outcome, .. } = attack;
        format!("| {} | `{}` | {outcome} | yes |\n", name.replace('_', " "), arguments.join(" "))
    };
    let head = "| 1,000 clients | slowhttptest | What comes of them | Others are answered |\n|---|---|---|---|\n";
    head.to_owned() + ATTACKS.iter().map(row).collect::<String>().as_str()
}

impl Attack {
    /// The front lets go of every one of the connections, and answers others all the while.
    async fn is_outlived(self, tool: &'static Path) {
        let limits =
            FrontLimits { header_time: PATIENCE, body_time: PATIENCE, write_time: PATIENCE, ..FrontLimits::default() };
        let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), limits, ..FrontOptions::default() };
        let answers = LongAnswers::default();
        let mut counted = answers.0.subscribe();
        let front = Front::start(options, Arc::new(answers)).await.expect("there is a port");
        let url = format!("http://{}{}", front.address(), self.path);
        let ordinary = Ordinary::default();
        let let_go = async {
            // The ordinary client's are among them.
            let is_over = |Counted { begun, let_go }: &Counted| begun == let_go && *begun > CLIENTS;
            tokio::select! {
                counted = counted.wait_for(is_over) => drop(counted.expect("the front is there")),
                never = ordinary.ask(front.address()) => match never {},
            }
        };
        let (told, seconds) = self.run(tool, &url, let_go).await;
        ordinary.was_answered();
        assert!(told.contains(self.end), "the front has waited until its clients left: {told}");
        assert!(seconds.len() > 1, "{told}");
        let is_answered = |second: &Vec<u32>| second.last().is_some_and(|available| *available > 0);
        assert!(seconds.iter().all(is_answered), "others were not answered: {seconds:?}");
        front.shutdown().await;
    }

    /// Runs it, if need be until the front has `let_go`: what it tells, and for each second a row of its statistics, of which the
    /// last value is whether an ordinary client was answered.
    async fn run(self, tool: &Path, url: &str, let_go: impl Future<Output = ()>) -> (String, Vec<Vec<u32>>) {
        let statistics = folder().join(format!("../../target/slowhttptest-{}", self.name));
        let table = statistics.with_extension("csv");
        // What an earlier run has left would be taken for this one's.
        if table.exists() {
            fs::remove_file(&table).expect("the statistics are ours");
        }
        let clients = CLIENTS.to_string();
        let mut attack = Command::new(tool);
        attack.args(self.arguments).arg("-o").arg(&statistics);
        attack.args(["-c", &clients, "-r", &clients, "-l", GIVES_UP, "-p", OTHERS_WAIT, "-u", url, "-g"]);
        let output = run_alone_until(attack, let_go).await;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let rows = fs::read_to_string(table).unwrap_or_else(|error| panic!("{error}\n{told}"));
        let row = |row: &str| row.split(',').map(|number| number.parse().expect("it is a number")).collect();
        (told, rows.lines().skip(1).map(row).collect())
    }
}

/// A client that asks for something small, again and again, from when the attack begins.
#[derive(Default)]
struct Ordinary {
    began: Cell<Option<Instant>>,
    answered: Cell<Option<Instant>>,
    longest_wait: Cell<Duration>,
}

impl Ordinary {
    async fn ask(&self, front: SocketAddr) -> Infallible {
        let mut next = interval(ASKS_APART);
        self.began.set(Some(Instant::now()));
        self.answered.set(self.began.get());
        loop {
            next.tick().await;
            let mut stream = TcpStream::connect(front).await.expect("the front listens");
            stream
                .write_all(b"GET /none HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                .await
                .expect("it reads");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("it answers");
            assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
            self.note_wait();
            self.answered.set(Some(Instant::now()));
        }
    }

    fn note_wait(&self) {
        let waited = self.answered.get().expect("it has begun").elapsed();
        self.longest_wait.set(waited.max(self.longest_wait.get()));
    }

    /// Now that the attack is over: it has not waited for the end of it, on however slow a machine.
    fn was_answered(&self) {
        self.note_wait();
        let (longest, attack) = (self.longest_wait.get(), self.began.get().expect("it has begun").elapsed());
        assert!(longest < PATIENCE.max(attack / 2), "an ordinary client has waited for {longest:?} of {attack:?}");
    }
}

/// Long answers, and a count of them.
#[derive(Default)]
struct LongAnswers(Arc<watch::Sender<Counted>>);

/// How many long answers the front has begun, and how many of them it has let go.
#[derive(Default)]
struct Counted {
    begun: usize,
    let_go: usize,
}

struct LongAnswer(Arc<watch::Sender<Counted>>);

impl Beside for LongAnswers {
    fn takes(&self, request: &http::Request<RequestBody>) -> bool {
        request.uri().path() == LONG
    }

    fn answer(self: Arc<Self>, _: http::Request<RequestBody>, _: SocketAddr) -> Answering {
        self.0.send_modify(|counted| counted.begun += 1);
        let body = Full::new(Bytes::from_owner(LongAnswer(self.0.clone())));
        Box::pin(async move { http::Response::new(body.boxed()) })
    }
}

impl AsRef<[u8]> for LongAnswer {
    fn as_ref(&self) -> &[u8] {
        LONG_ANSWER
    }
}

impl Drop for LongAnswer {
    fn drop(&mut self) {
        self.0.send_modify(|counted| counted.let_go += 1);
    }
}
