//! The fuzzing client of Autobahn's suite before a notification channel that sends back what comes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use kandy_mock_server::{
    Disturber, Fate, Front, FrontLimits, FrontOptions, Message, Platform, Reply, Target, Time, TokenOptions,
    UserOptions,
};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::{from_str, json};
use tokio::process::Command;

use crate::program::{AUTOBAHN, Tool, folder, run_alone};
use crate::{block_on, documented};

/// The longest message of the suite.
const LONGEST: usize = 16 * 1024 * 1024;
/// What the suite has without those for compression, which the platform does not offer.
const CASES: usize = 301;
/// What the suite finds right, but late: a text that is not UTF-8 any more is refused when its frame is whole.
const NOT_STRICT: [&str; 2] = ["6.4.3", "6.4.4"];
/// What the suite only looks at, since the standard leaves it open.
const INFORMATIONAL: [&str; 3] = ["7.1.6", "7.13.1", "7.13.2"];

pub(crate) fn trials() -> Vec<Trial> {
    vec![Tool::Autobahn.trial("autobahn::every_case_is_passed".to_owned(), |python| {
        block_on(every_case_is_passed(python));
    })]
}

/// How a case ended, in the suite's words.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    behavior: String,
    behavior_close: String,
}

async fn every_case_is_passed(python: &'static Path) {
    let (front, url) = start();
    let reports = folder().join("../../target/autobahn-reports");
    let outcomes = run(python, &url, &reports).await;
    front.shutdown().await;

    assert_eq!(outcomes.len(), CASES);
    let mut groups: BTreeMap<u32, [usize; 3]> = BTreeMap::new();
    for (case, outcome) in &outcomes {
        let (column, expected) = match case.as_str() {
            late if NOT_STRICT.contains(&late) => (1, ("NON-STRICT", "OK")),
            open if INFORMATIONAL.contains(&open) => (2, ("INFORMATIONAL", "INFORMATIONAL")),
            _ => (0, ("OK", "OK")),
        };
        assert_eq!((outcome.behavior.as_str(), outcome.behavior_close.as_str()), expected, "case {case}");
        let group = case.split('.').next().and_then(|group| group.parse().ok()).expect("cases have numbers");
        groups.entry(group).or_default()[column] += 1;
    }
    documented(&table(&groups)).unwrap_or_else(|error| panic!("{}", error.message().unwrap_or_default()));
}

fn table(groups: &BTreeMap<u32, [usize; 3]>) -> String {
    let row = |(group, counts): (&u32, &[usize; 3])| {
        let about = ABOUT.iter().find(|(known, _)| known == group).map_or("", |(_, about)| about);
        let [passed, late, open] = counts.map(|count| if count == 0 { String::new() } else { count.to_string() });
        format!("| {group} | {about} | {passed} | {late} | {open} | |\n")
    };
    let head = "| Cases | What they try | Passed | Not strict | Informational | Failed |\n|---|---|---|---|---|---|\n";
    head.to_owned() + groups.iter().map(row).collect::<String>().as_str()
}

/// What the groups of cases are about.
const ABOUT: [(u32, &str); 9] = [
    (1, "messages of every length"),
    (2, "pings and pongs"),
    (3, "reserved bits"),
    (4, "opcodes without a meaning"),
    (5, "messages in pieces"),
    (6, "texts that are UTF-8, and that are not"),
    (7, "closes"),
    (9, "messages of up to 16 MiB, thousands of messages"),
    (10, "pieces of odd lengths"),
];

/// Sends back what comes, which no platform does.
#[derive(Debug)]
struct Echo;

impl Disturber for Echo {
    fn meet(&mut self, platform: &mut Platform, now: Time, _: Option<&str>, message: Message<'_>) -> Fate {
        if let Message::ClientFrame(socket, frame) = message {
            let sent = platform.send_raw(now, Target::socket(socket.to_string()), frame);
            assert_eq!(sent, Ok(1), "what came can be sent");
        }
        Fate::Arrives
    }
}

/// A front with a channel that sends back what comes, and the channel's address.
fn start() -> (Front, String) {
    let limits = FrontLimits { frame_bytes: LONGEST, queued_bytes: 2 * LONGEST, ..FrontLimits::default() };
    let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), limits, ..FrontOptions::default() };
    let front = Front::bind(options).expect("there is a port");
    front.disturb(Box::new(Echo));
    let front = front.serve(Arc::new(()));
    front.handle().platform(|platform, now| {
        platform.add_user(now, "alice", "s3cret", UserOptions::default()).expect("she is the first");
        let token = TokenOptions { access_token: Some("echo".to_owned()), ..TokenOptions::default() };
        platform.issue_token(now, "alice", &token).expect("there is room for a token");
        let subscribe = http::Request::post("/rest/version/1/user/alice/subscription?token=echo")
            .body(Bytes::from_static(br#"{"subscribeRequest":{}}"#))
            .expect("it is a request");
        let answer = platform.handle_request(now, &subscribe);
        assert!(matches!(answer.reply, Reply::Respond(response) if response.status == 200));
    });
    let url = format!("ws://{}/websocket/CH-1?token=echo", front.address());
    (front, url)
}

/// Runs the suite, and gives how each case ended.
async fn run(python: &Path, url: &str, reports: &PathBuf) -> BTreeMap<String, Outcome> {
    // What an earlier run has left would be taken for this one's.
    if reports.exists() {
        fs::remove_dir_all(reports).expect("the reports are ours");
    }
    fs::create_dir_all(reports).expect("there is room for reports");
    let specification = json!({
        "outdir": reports,
        "servers": [{ "agent": "kandy", "url": url }],
        "cases": ["*"],
        "exclude-cases": ["12.*", "13.*"],
        "exclude-agent-cases": {},
    });
    let file = reports.join("specification.json");
    fs::write(&file, specification.to_string()).expect("there is room for a file");
    let mut suite = Command::new(python);
    suite.current_dir(folder()).args(["-c", AUTOBAHN, "-m", "fuzzingclient", "-s"]).arg(&file);
    let output = run_alone(suite).await;
    let told = String::from_utf8_lossy(&output.stderr);
    let index = fs::read_to_string(reports.join("index.json")).unwrap_or_else(|error| panic!("{error}\n{told}"));
    let mut agents: BTreeMap<String, BTreeMap<String, Outcome>> = from_str(&index).expect("the index is JSON");
    agents.remove("kandy").expect("that is how the server is called")
}
