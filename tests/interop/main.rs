//! The real thing on the other end of the wire: the platform before Node's `ws` and Python's `websockets`, and the
//! client before a platform made of Node. And what is worse than real: Autobahn's suite, which breaks every rule of
//! websockets, and slowhttptest, whose clients never come to an end. And the SDK of each dialect before `serve`, and old
//! releases of Kandy.js.
//!
//! Where a tool is missing, the tests that need it are skipped, each with the reason. With `KANDY_INTEROP=required` they
//! fail instead, but for Autobahn's and those whose SDK is missing: so `.ci/run` has it.

mod autobahn;
mod clients;
mod ipv6;
mod program;
mod releases;
mod sdks;
mod server;
mod slow;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use kandy_tests::ForeignSuite;
use libtest_mimic::Failed;
use tokio::runtime;

use program::REQUIREMENT;

const SUITE: ForeignSuite = ForeignSuite { name: "interop", requirement: REQUIREMENT, as_command: sdks::AS_COMMAND };
/// How long a test waits for what is bound to come.
const DEADLINE: Duration = Duration::from_secs(20);

const ALICE: &str = "alice@example.com";
/// Beyond ASCII, so that both sides have to agree on its encoding.
const PASSWORD: &str = "s3crét ☃";

fn main() -> ExitCode {
    SUITE.run(|| {
        take_files();
        let trials = [
            clients::trials(),
            server::trials(),
            ipv6::trials(),
            autobahn::trials(),
            slow::trials(),
            releases::trials(),
            sdks::trials(),
        ];
        trials.into_iter().flatten().collect()
    })
}

/// Takes more open files, if the system lets this program have them: some tests have thousands of clients.
fn take_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        let wanted = limit.maximum.map_or(FILES, |most| most.min(FILES));
        if limit.current.is_some_and(|current| current < wanted) {
            limit.current = Some(wanted);
            // Where that is refused, what there is has to do.
            let _ = setrlimit(Resource::Nofile, limit);
        }
    }
}

/// Enough for all of them, and less than some systems refuse.
#[cfg(unix)]
const FILES: u64 = 10_000;

/// Runs a test on a runtime of its own, on its own thread.
fn block_on<T>(test: impl Future<Output = T>) -> T {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("the system has descriptors to spare").block_on(test)
}

/// Whether the documentation has a table, word for word.
fn documented(table: &str) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/robustness.md");
    let page = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if page.contains(table) {
        Ok(())
    } else {
        Err(format!("docs/robustness.md is to have this table:\n\n{table}").into())
    }
}

/// Waits for what is bound to come.
async fn soon<T>(coming: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, coming).await.expect("it comes before the deadline")
}
