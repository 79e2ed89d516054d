//! docs/offline-development.md: every command in it is run here.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::{Folder, PATIENCE, Server};

/// The fenced blocks of a page: language and text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').expect("a block has a first line")).collect()
}

/// A line of the guide as a shell runs it, with the server of this test.
fn shell(text: &str, folder: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-euc", text]).current_dir(folder).env("XDG_STATE_HOME", folder);
    command.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn serve(text: &str, folder: &Path) -> Server {
    let harness = env!("CARGO_BIN_EXE_kandy-harness");
    let (_, arguments) = text.split_once("kandy-harness serve").unwrap();
    // Ports of a guide may be taken on the machine of a test.
    let arguments = arguments.replace("--port 0", "");
    let mut child = shell(&format!("exec '{harness}' serve --port 0 --json {arguments}"), folder).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let err = child.stderr.take().map(|err| BufReader::new(err).lines());
    let line = timeout(PATIENCE, out.next_line()).await.unwrap().unwrap().expect("it says where it is");
    Server { child, started: serde_json::from_str(&line).unwrap(), out, err }
}

#[tokio::test]
async fn every_command_works() {
    if Command::new("curl").arg("--version").output().await.is_err() {
        eprintln!("skipped: the guide's commands need curl");
        return;
    }
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/offline-development.md")).unwrap();
    let blocks = blocks(&page);
    let folder = Folder::new("guide");
    for (file, language) in [("users.toml", "toml"), ("flaky.rhai", "rhai")] {
        let (_, text) = blocks.iter().find(|(known, _)| *known == language).unwrap();
        folder.write(file, text);
    }
    let (mut server, mut served, mut asked) = (None::<Server>, 0, 0);
    let mut helper = "";
    for (_, text) in blocks.iter().filter(|(language, _)| *language == "sh") {
        if text.contains("kandy-harness serve") {
            end(server.take()).await;
            let mut next = serve(text, &folder.0).await;
            served += 1;
            if text.contains(" -- ") {
                assert_eq!(next.exit().await, 0, "{text}");
            } else {
                server = Some(next);
            }
            continue;
        }
        let running = server.as_ref().expect("a server comes first");
        let mut command = shell(&format!("{helper}\n{text}"), &folder.0);
        // What is defined in one block is there in all that follow, as in one terminal.
        if text.starts_with("admin() {") {
            helper = &text[..=text.find("\n}").expect("a function ends") + 1];
        }
        for (name, key) in [("URL", "url"), ("WS_URL", "ws"), ("CONTROL_URL", "control"), ("CONTROL_TOKEN", "token")] {
            command.env(format!("KANDY_{name}"), running.text(key));
        }
        if let Some(certificate) = running.started["certificate"].as_str() {
            command.env("KANDY_CERTIFICATE", certificate);
        }
        let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let told = format!("{}{}", shown(&output.stdout), shown(&output.stderr));
        assert!(output.status.success() && told.contains('{'), "{text}\n{told}");
        asked += 1;
    }
    end(server).await;
    assert_eq!((served, asked), (7, 5), "the blocks of the guide are not found");
}

async fn end(server: Option<Server>) {
    if let Some(mut server) = server {
        server.signal(Signal::INT);
        assert_eq!(server.exit().await, 0);
    }
}

/// What the guide and the start say to give Kandy.js is the same.
#[test]
fn the_configuration_is_the_one_that_is_printed() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/offline-development.md")).unwrap();
    let (_, pasted) = blocks(&page).into_iter().find(|(language, _)| *language == "js").unwrap();
    for line in ["protocol: 'http', server: '127.0.0.1', port: 8080", "protocol: 'ws', server: '127.0.0.1', port: 8080"]
    {
        assert!(pasted.contains(line), "{pasted}");
    }
    assert!(pasted.contains("{ username: 'alice@example.com', password: 's3cret' }"), "{pasted}");
}
