//! `Kandy` against a server that knows nothing of this project: HTTP written by hand, and tungstenite.

mod dialects;
mod events;
mod face;
mod foreign;
mod hostile;
mod leaks;
mod listeners;
mod network;
mod platform;
mod quickstart;
mod sockets;
mod tls;
mod transport;

use std::time::Duration;

use kandy_client::Credentials;

/// How long a test waits for what is bound to come: so long that only what never comes is late, on a machine with other
/// work too.
const DEADLINE: Duration = Duration::from_secs(120);

/// Waits for what is bound to come.
#[track_caller]
fn soon<T>(coming: impl Future<Output = T>) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        let outcome = tokio::time::timeout(DEADLINE, coming).await;
        outcome.unwrap_or_else(|_| panic!("nothing came within {DEADLINE:?} at {caller}"))
    }
}

fn alice() -> Credentials {
    Credentials::password("alice@example.com", "s3cret")
}

/// Runs one ignored test in a process of its own, with these variables in its environment.
fn run_alone(test: &str, environment: &[(&str, &str)]) {
    let program = std::env::current_exe().expect("this is a program");
    let mut command = std::process::Command::new(program);
    command.args(["--exact", test, "--ignored"]).envs(environment.iter().copied());
    let output = command.output().expect("it was started once already");
    let shown = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}\n{errors}");
}
