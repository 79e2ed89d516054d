//! What a server is told with its arguments, and what it says while it runs.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;

use crate::support::{Folder, PATIENCE, Server, harness};

const ALICE: &str = "alice@example.com";

#[tokio::test]
async fn a_token_that_is_given_is_the_one_of_the_control_interface() {
    let folder = Folder::new("token");
    let server = Server::start(&folder.0, &["--token", "a-token-of-ours-known-before"]).await;
    assert_eq!(server.text("token"), "a-token-of-ours-known-before");
    assert_eq!(server.state().await["api"], 1);
}

#[tokio::test]
async fn each_request_has_a_line_without_secrets_if_it_is_asked_for() {
    let folder = Folder::new("log");
    let mut server = Server::start(&folder.0, &["--log", "--quiet"]).await;
    drop(server.signed_in(ALICE, "s3cret").await);
    let login = server.told("/v2.0/auth/mk_token").await;
    assert!(login.contains("200") && login.ends_with(ALICE) && !login.contains("s3cret"), "{login}");
    let handshake = server.told("/websocket/").await;
    assert!(handshake.contains("101") && handshake.contains("token="), "{handshake}");
}

#[tokio::test]
async fn nothing_is_said_of_its_start_if_it_is_to_be_quiet() {
    let folder = Folder::new("quiet");
    // Its input is over, so that it ends as soon as it has started.
    let said = async |quiet: &[&str]| {
        let mut command = harness();
        command.current_dir(&folder.0).args(["serve", "--port", "0", "--exit-with-stdin"]).args(quiet);
        let ended = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        String::from_utf8(ended.stdout).unwrap()
    };
    let loud = said(&[]).await;
    assert!(loud.contains("http://127.0.0.1:") || loud.contains("http://localhost:"), "{loud}");
    assert_eq!(said(&["--quiet"]).await, "");
}

#[tokio::test]
async fn it_ends_with_its_standard_input_if_it_is_to() {
    let folder = Folder::new("stdin");
    let mut command = harness();
    command.current_dir(&folder.0).args(["serve", "--port", "0", "--json", "--exit-with-stdin"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(timeout(PATIENCE, out.next_line()).await.unwrap().unwrap().unwrap().contains("\"token\""));
    assert!(child.try_wait().unwrap().is_none(), "it runs for as long as its input is open");
    drop(child.stdin.take());
    assert_eq!(timeout(PATIENCE, child.wait()).await.unwrap().unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_script_is_waited_for_until_it_waits_and_what_it_waits_for_is_due() {
    let folder = Folder::new("busy");
    let text = "advance(\"10m\"); for user in 0..50 { platform.addUser(`user-${user}`, \"x\"); } advance(\"1h\");";
    folder.write("it.rhai", text);
    let server = Server::start(&folder.0, &["--clock", "manual", "--script", "it.rhai"]).await;
    let due = async || {
        let state = server.state().await;
        let users = state["users"].as_array().unwrap().len();
        (state["clock"]["next"].clone(), state["script"]["busy"].clone(), users)
    };
    server.post("idle", &json!({})).await;
    assert_eq!(due().await, (json!(600_000), json!(false), 1));
    server.post("advance", &json!({ "to": 600_000 })).await;
    server.post("idle", &json!({})).await;
    assert_eq!(due().await, (json!(4_200_000), json!(false), 51));
    server.post("advance", &json!({ "by": "1h" })).await;
    server.post("idle", &json!({})).await;
    assert_eq!(due().await, (json!(null), json!(false), 51), "it has ended");
}

#[tokio::test]
async fn a_script_begins_again_with_a_reset_and_has_set_up_when_that_is_answered() {
    let folder = Folder::new("reset");
    folder.write("it.rhai", "platform.fail(\"subscribe\", #{ status: 503 }); platform.waitFor(\"unsubscribe\");");
    let mut server = Server::start(&folder.0, &["--script", "it.rhai"]).await;
    server.post("clear", &json!({})).await;
    assert_eq!(server.state().await["faults"], json!([]));
    server.post("reset", &json!({})).await;
    let state = server.state().await;
    assert_eq!((&state["faults"][0]["point"], &state["script"]["state"]), (&json!("subscribe"), &json!("running")));
    server.told("The script was stopped where it waited.").await;
}
