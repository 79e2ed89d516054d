//! Conformance to the real SDK: the port is driven from recordings of it, one test a recording.
//!
//! `KANDY_TRACES=<folder>` takes the recordings from another folder.

use std::process::ExitCode;

use kandy_scenarios::recording::RecordedDialect;
use kandy_scenarios::replay::replay;
use kandy_tests::Suite;

fn main() -> ExitCode {
    let suite = Suite {
        name: "conformance",
        holds: "passed",
        dialects: &[RecordedDialect::Uc3, RecordedDialect::Uc5, RecordedDialect::Link3, RecordedDialect::Link],
        exceptions: &[],
        check: |recording| replay(recording).result.map_err(|difference| difference.to_string()),
    };
    suite.run()
}
