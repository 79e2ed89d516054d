//! A server in a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use kandy_client::{Config, Credentials, Kandy};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

/// How long anything may take that is not meant to take long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The command, with no environment of the developer's that matters.
pub(crate) fn harness() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kandy-harness"));
    command.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A folder that is removed in the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("kandy-serve-{}-{test}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn write(&self, file: &str, text: &str) -> &Path {
        fs::write(self.0.join(file), text).unwrap();
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server that has said that it is ready.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) started: Value,
    pub(crate) out: Lines<BufReader<ChildStdout>>,
    /// Nobody reads its standard error where there is none.
    pub(crate) err: Option<Lines<BufReader<ChildStderr>>>,
}

impl Server {
    /// Starts `serve` on a free port, in a folder.
    pub(crate) async fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = harness();
        command.current_dir(folder).args(["serve", "--port", "0", "--json"]).args(arguments);
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let err = child.stderr.take().map(|err| BufReader::new(err).lines());
        let line = timeout(PATIENCE, out.next_line()).await.unwrap().unwrap();
        let line = line.expect("the server says where it is");
        Self { child, started: serde_json::from_str(&line).unwrap(), out, err }
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.started[key].as_str().unwrap()
    }

    pub(crate) fn port(&self) -> u16 {
        self.text("url").rsplit(':').next().unwrap().parse().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().expect("it runs")).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Its exit code, as a shell has it.
    pub(crate) async fn exit(&mut self) -> i32 {
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap();
        status.code().expect("it ends by itself")
    }

    /// The next line that it writes to its standard error with that text in it.
    pub(crate) async fn told(&mut self, text: &str) -> String {
        loop {
            let err = self.err.as_mut().unwrap();
            let line = timeout(PATIENCE, err.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("{text:?} was not told")).unwrap();
            let line = line.unwrap_or_else(|| panic!("it has ended without {text:?}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Asks the control interface, and gives status and body.
    pub(crate) async fn control(&self, line: &str, body: &Value) -> (u16, Value) {
        let (port, token, body) = (self.port(), self.text("token"), body.to_string());
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nX-Kandy-Token: {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    pub(crate) async fn post(&self, verb: &str, body: &Value) -> Value {
        let (status, answer) = self.control(&format!("POST /__admin/{verb}"), body).await;
        assert_eq!(status, 200, "{verb}: {answer}");
        answer
    }

    pub(crate) async fn state(&self) -> Value {
        self.control("GET /__admin/state", &Value::Null).await.1
    }

    /// A client that is about to sign in.
    pub(crate) fn client(&self, name: &str, password: &str) -> Kandy {
        let kandy = Kandy::create(Config::for_server("127.0.0.1", self.port(), self.port())).unwrap();
        kandy.connect(&Credentials::password(name, password));
        kandy
    }

    /// A client that has signed in.
    pub(crate) async fn signed_in(&self, name: &str, password: &str) -> Kandy {
        let kandy = self.client(name, password);
        timeout(PATIENCE, kandy.connected()).await.expect("it answers").unwrap();
        kandy
    }
}
