//! Conformance of the platform, one test a recording of a real SDK. Of UC 3 the recording's script runs in the simulated
//! world, port against `Platform`, and must give the same requests and events; and the requests of a healthy recording,
//! given to `Platform` alone, must get every field that the SDK reads. Of every other dialect the recorded client is replayed
//! to `Platform`: see [`replay`].
//!
//! The recorder's platform is there to see what the SDK does, whatever it is told; `Platform` behaves like a real one.
//! So it does not follow some recordings: [`EXCEPTIONS`] are the rules by which they are known.
//!
//! `KANDY_TRACES=<folder>` takes the recordings from another folder.

mod exceptions;
mod history;
mod replay;

use std::process::ExitCode;

use kandy_scenarios::crosscheck::{check_answers, crosscheck};
use kandy_scenarios::recording::{RecordedDialect, Recording};
use kandy_tests::Suite;

use self::exceptions::EXCEPTIONS;

const DIALECTS: [RecordedDialect; 6] = [
    RecordedDialect::Uc3,
    RecordedDialect::Uc5,
    RecordedDialect::Link3,
    RecordedDialect::Link,
    RecordedDialect::CallMe,
    RecordedDialect::Cpaas,
];

fn main() -> ExitCode {
    Suite { name: "platform", holds: "agree", dialects: &DIALECTS, exceptions: &EXCEPTIONS, check: agrees }.run()
}

fn agrees(recording: &Recording) -> Result<(), String> {
    if recording.dialect != RecordedDialect::Uc3 {
        return replay::replay(recording);
    }
    check_answers(recording).map_err(|difference| format!("the platform alone: {difference}"))?;
    crosscheck(recording).map_err(|divergence| divergence.to_string())
}
