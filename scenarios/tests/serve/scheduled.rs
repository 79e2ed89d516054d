//! `serve --schedule`: what goes wrong between the platform and a real client.

use kandy_client::Kandy;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Folder, PATIENCE, Server, harness};

const ALICE: &str = "alice@example.com";

async fn start(folder: &Folder, schedule: &str) -> Server {
    Server::start(&folder.0, &["--schedule", schedule]).await
}

/// How signing in ends, if it does.
async fn connected(kandy: &Kandy) -> bool {
    timeout(PATIENCE, kandy.connected()).await.expect("it ends").is_ok()
}

/// The marks of the journal, which say what has gone wrong.
async fn marks(server: &Server) -> Vec<String> {
    let (status, told) = server.control("GET /__admin/journal?since=0", &Value::Null).await;
    assert_eq!(status, 200, "{told}");
    let records = told["records"].as_array().unwrap().iter().filter(|record| record["name"] == "mark");
    records.map(|record| record["arguments"]["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_scheduled_goes_wrong_once_at_its_moment() {
    let folder = Folder::new("schedule");
    for schedule in [
        "mk_token request 1: answered 503",
        "mk_token answer 1: fails",
        "mk_token answer 1: without success.access_token",
        "subscribe request 1: answered 401 empty",
        "subscribe answer 1: emptied",
        "handshake 1: answered 401",
        "handshake 1: fails",
        "handshake 1: endSubscription",
        "open 1: fails",
    ] {
        let server = start(&folder, schedule).await;
        let kandy = server.client(ALICE, "s3cret");
        // The SDK tells nobody of some of them.
        let first = timeout(PATIENCE / 50, kandy.connected()).await;
        assert!(!matches!(first, Ok(Ok(()))), "{schedule}: it signs in as if nothing were");
        assert_eq!(marks(&server).await, [format!("disturbed: {schedule}")]);
        let again = server.client(ALICE, "s3cret");
        assert!(connected(&again).await, "{schedule}: it goes wrong once");
    }
}

#[tokio::test]
async fn each_user_has_moments_of_an_own_and_the_first_one_needs_no_name() {
    let folder = Folder::new("schedule-users");
    let arguments = [
        "--user",
        "alice@example.com:s3cret",
        "--user",
        "bob@example.com:s3cret",
        "--schedule",
        "mk_token request 1 of bob@example.com: answered 503",
        "--schedule",
        "subscribe request 2: answered 503",
    ];
    let server = Server::start(&folder.0, &arguments).await;
    assert!(connected(&server.client(ALICE, "s3cret")).await);
    assert!(!connected(&server.client("bob@example.com", "s3cret")).await);
    assert!(connected(&server.client("bob@example.com", "s3cret")).await, "his second one");
    assert!(!connected(&server.client(ALICE, "s3cret")).await, "her second one");
}

#[tokio::test]
async fn what_is_late_waits_for_a_manual_clock() {
    let folder = Folder::new("schedule-clock");
    let server = Server::start(&folder.0, &["--clock", "manual", "--schedule", "mk_token answer 1: late by 20m"]).await;
    let kandy = server.client(ALICE, "s3cret");
    server.post("waitFor", &json!({ "point": "mk_token", "since": 0 })).await;
    server.post("idle", &json!({})).await;
    let held = server.state().await["clock"]["held"].clone();
    assert_eq!(held[0]["due"], 1_200_000, "{held}");
    server.post("advance", &json!({ "by": "20m" })).await;
    assert!(connected(&kandy).await);
}

#[tokio::test]
async fn a_moment_that_does_not_come_is_told_in_the_end() {
    let folder = Folder::new("schedule-end");
    let mut server = start(&folder, "subscribe answer 7: lost; mk_token request 1: lost").await;
    server.signal(Signal::TERM);
    assert_eq!(server.told("subscribe answer 7").await, "not reached: subscribe answer 7: lost");
    assert_eq!(server.told("mk_token").await, "not reached: mk_token request 1: lost");
    assert_eq!(server.exit().await, 0);
}

#[tokio::test]
async fn what_is_no_schedule_is_told_as_explore_tells_it() {
    for (schedule, why) in [
        ("subscribe answer 1", "write MOMENT: ACT"),
        ("subscribe anwser 1: lost", "there is no moment"),
        ("frame 1: answered 503", "only requests and handshakes are answered"),
        ("open 1: disconnect", "only an application can do `disconnect`"),
    ] {
        let mut command = harness();
        let output =
            timeout(PATIENCE, command.args(["serve", "--schedule", schedule]).output()).await.unwrap().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && err.contains(why), "{err}");
    }
}
