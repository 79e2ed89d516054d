//! Conformance of the platform, one test a recording of the real SDK: the recording's script runs in the simulated
//! world, port against `Platform`, and must give the same requests and events; and the requests of a healthy recording,
//! given to `Platform` alone, must get every field that the SDK reads.
//!
//! `KANDY_TRACES=<folder>` takes the recordings from another folder.

use std::process::ExitCode;

use kandy_scenarios::recording::Recording;
use kandy_scenarios::rehearsal::{check_answers, rehearse};
use kandy_tests::Suite;

const EXCEPTIONS: [(&str, &str); 5] = [
    (
        "drop-disconnect-connect",
        "the recorder's platform opens the channel of a subscription after its DELETE; here a channel ends with its \
         subscription, as the documentation of Platform says",
    ),
    (
        "expires-5",
        "the recorder's platform renews a subscription of 5 seconds after 30; here it has ended by then, as the \
         documentation of Platform says",
    ),
    (
        "outage-at-refresh",
        "its script takes the network away after an hour, of which the platform alone knows nothing; and the recorder's \
         platform opens the channel of a subscription after its DELETE",
    ),
    (
        "ws-hang-disconnect",
        "Chromium opens one websocket handshake a host at a time; in the simulated world none waits for another",
    ),
    (
        "ws-hang-then-ok",
        "Chromium opens one websocket handshake a host at a time; in the simulated world none waits for another",
    ),
];

fn main() -> ExitCode {
    Suite { name: "platform", holds: "agree", exceptions: &EXCEPTIONS, check: agrees }.run()
}

fn agrees(recording: &Recording) -> Result<(), String> {
    check_answers(recording).map_err(|difference| format!("the platform alone: {difference}"))?;
    rehearse(recording).map_err(|divergence| divergence.to_string())
}
