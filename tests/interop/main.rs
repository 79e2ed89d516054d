//! The real thing on the other end of the wire: the platform before Node's `ws` and Python's `websockets`, and the
//! client before a platform made of Node.
//!
//! Where Node, Python or a package is missing, the tests that need it are skipped, each with the reason. With
//! `KANDY_INTEROP=required` they fail instead: so `.ci/run` has it.

mod clients;
mod ipv6;
mod program;
mod server;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::Arguments;
use tokio::runtime;

use program::REQUIREMENT;

/// How long a test waits for what is bound to come.
const DEADLINE: Duration = Duration::from_secs(20);

const ALICE: &str = "alice@example.com";
/// Beyond ASCII, so that both sides have to agree on its encoding.
const PASSWORD: &str = "s3crét ☃";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if let Some(value) = env::var_os(REQUIREMENT)
        && value != "required"
    {
        println!("interop: {REQUIREMENT} is either \"required\" or not set; it is {value:?}");
        return ExitCode::FAILURE;
    }
    let trials = [clients::trials(), server::trials(), ipv6::trials()].into_iter().flatten().collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list && conclusion.num_ignored > 0 {
        println!("interop: {} tests were skipped; CONTRIBUTING.md says what they need", conclusion.num_ignored);
    }
    conclusion.exit_code()
}

/// Runs a test on a runtime of its own, on its own thread.
fn block_on<T>(test: impl Future<Output = T>) -> T {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("the system has descriptors to spare").block_on(test)
}

/// Waits for what is bound to come.
async fn soon<T>(coming: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, coming).await.expect("it comes before the deadline")
}
