//! slowhttptest: a thousand clients that are too slow on purpose, before a front that has patience for three seconds.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use kandy_mock_server::{Answering, Beside, Front, FrontLimits, FrontOptions, RequestBody};
use libtest_mimic::Trial;
use tokio::process::Command;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::program::{Tool, folder, run_alone};
use crate::{block_on, documented};

const CLIENTS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(3);
/// How many seconds an answer to an ordinary client may take meanwhile.
const OTHERS_WAIT: &str = "5";
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

/// How an attack ends: after how many seconds at the latest, and in slowhttptest's words.
type End = (u32, &'static str);

/// The front closes what slowhttptest would keep for long.
const ALL_CLOSED: End = (40, "No open connections left");
/// A client that reads a byte a second has enough to read for as long as it likes, though the connection has ended.
const STILL_READING: End = (25, "Hit test time limit");
/// For how long at least it still reads when the front has let go of it.
const STILL_READ: Duration = Duration::from_secs(3);

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
        let let_go = async {
            if self.path == LONG {
                // The ordinary client's are among them.
                let is_over = |Counted { begun, let_go }: &Counted| begun == let_go && *begun > CLIENTS;
                counted.wait_for(is_over).await.expect("the front is there");
            }
            Instant::now()
        };
        let attacked = async { (self.run(tool, &url).await, Instant::now()) };
        let (let_go, ((told, seconds), left)) = tokio::join!(let_go, attacked);
        assert!(left - let_go > STILL_READ || self.path != LONG, "the front has waited until its clients left");

        assert!(told.contains(self.end.1), "{told}");
        assert!(seconds.len() > 1, "{told}");
        let is_answered = |second: &Vec<u32>| second.last().is_some_and(|available| *available > 0);
        assert!(seconds.iter().all(is_answered), "others were not answered: {seconds:?}");
        front.shutdown().await;
    }

    /// Runs it: what it tells, and for each second a row of its statistics, of which the last value is whether an ordinary
    /// client was answered.
    async fn run(self, tool: &Path, url: &str) -> (String, Vec<Vec<u32>>) {
        let statistics = folder().join(format!("../../target/slowhttptest-{}", self.name));
        let table = statistics.with_extension("csv");
        // What an earlier run has left would be taken for this one's.
        if table.exists() {
            fs::remove_file(&table).expect("the statistics are ours");
        }
        let (clients, gives_up) = (CLIENTS.to_string(), self.end.0.to_string());
        let mut attack = Command::new(tool);
        attack.args(self.arguments).arg("-o").arg(&statistics);
        attack.args(["-c", &clients, "-r", &clients, "-l", &gives_up, "-p", OTHERS_WAIT, "-u", url, "-g"]);
        let output = run_alone(attack).await;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let rows = fs::read_to_string(table).unwrap_or_else(|error| panic!("{error}\n{told}"));
        let row = |row: &str| row.split(',').map(|number| number.parse().expect("it is a number")).collect();
        (told, rows.lines().skip(1).map(row).collect())
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
