//! Conformance of the platform, one test a recording of the real SDK: the recording's script runs in the simulated
//! world, port against `Platform`, and must give the same requests and events; and the requests of a healthy recording,
//! given to `Platform` alone, must get every field that the SDK reads.
//!
//! `KANDY_TRACES=<folder>` takes the recordings from another folder.

use std::process::ExitCode;

use kandy_scenarios::recording::Recording;
use kandy_scenarios::rehearsal::{check_answers, rehearse};
use kandy_tests::Suite;

/// The recorder's platform is there to see what the SDK does, whatever it is told; `Platform` is to be met in earnest. So
/// the exceptions are of a few kinds.
const CHANNEL_AFTER_DELETE: &str = "the recorder's platform opens the channel of a subscription after its DELETE; here a \
     channel ends with its subscription, as the documentation of Platform says";
const NEVER_ENDS: &str = "the recorder's platform takes tokens and renews subscriptions that have run out; here they have \
     ended by then, as the documentation of Platform says";
const ONE_HANDSHAKE: &str =
    "Chromium opens one websocket handshake a host at a time; in the simulated world none waits for another";
const TAKES_ANYTHING: &str = "the recorder's platform takes any request; here one with values that make no sense is \
     refused, before the client can show what becomes of them";
const TAKES_ANY_TOKEN: &str = "the recorder's platform takes any token, none at all included; here a token is a text that \
     somebody has";
const WITHOUT_PAUSE: &str = "a loop without a pause, which the recorder ended after ten rounds; here it is an error";
const OTHER_CHANNEL: &str = "the recorder's platform opens any channel; here a channel has the path that was given out";
const ESCAPED: &str = "`Platform` gives out the address of a subscription unescaped; to the SDK that is the same";

const EXCEPTIONS: [(&str, &str); 34] = [
    ("drop-disconnect-connect", CHANNEL_AFTER_DELETE),
    ("expires-5", NEVER_ENDS),
    ("outage-at-refresh", CHANNEL_AFTER_DELETE),
    ("ws-hang-disconnect", ONE_HANDSHAKE),
    ("ws-hang-then-ok", ONE_HANDSHAKE),
    ("odd-config-expires-null", TAKES_ANYTHING),
    ("odd-config-expires-true", TAKES_ANYTHING),
    ("odd-config-expires-word", TAKES_ANYTHING),
    ("odd-config-pinginterval-null", WITHOUT_PAUSE),
    ("odd-config-pinginterval-word", WITHOUT_PAUSE),
    ("odd-config-pinginterval-zero", WITHOUT_PAUSE),
    ("odd-config-service-text", TAKES_ANYTHING),
    ("odd-config-useturn-word", TAKES_ANYTHING),
    ("odd-connect-correlator-number", TAKES_ANYTHING),
    ("odd-connect-correlator-object", TAKES_ANYTHING),
    ("odd-connect-expires-null", TAKES_ANYTHING),
    ("odd-connect-expires-word", TAKES_ANYTHING),
    ("odd-connect-password-number", TAKES_ANYTHING),
    ("odd-connect-username-object", ESCAPED),
    ("odd-connect-username-surrogate-token", TAKES_ANYTHING),
    ("odd-refresh-expires-true", NEVER_ENDS),
    ("odd-refresh-refresh-empty-text", NEVER_ENDS),
    ("odd-refresh-refresh-missing", NEVER_ENDS),
    ("odd-refresh-refresh-object", NEVER_ENDS),
    ("odd-resub-404-body-null", NEVER_ENDS),
    ("odd-resub-404-float-39", NEVER_ENDS),
    ("odd-resub-statuscode-object", NEVER_ENDS),
    ("odd-sub-channel-backslash", OTHER_CHANNEL),
    ("odd-token-access-beyond-doubles", TAKES_ANY_TOKEN),
    ("odd-token-access-null", TAKES_ANY_TOKEN),
    ("odd-token-expires-overflow-once", TAKES_ANY_TOKEN),
    ("odd-token-success-text", TAKES_ANY_TOKEN),
    ("odd-update-token-access-empty-text", TAKES_ANY_TOKEN),
    ("odd-update-token-no-username", TAKES_ANY_TOKEN),
];

fn main() -> ExitCode {
    Suite { name: "platform", holds: "agree", exceptions: &EXCEPTIONS, check: agrees }.run()
}

fn agrees(recording: &Recording) -> Result<(), String> {
    check_answers(recording).map_err(|difference| format!("the platform alone: {difference}"))?;
    rehearse(recording).map_err(|divergence| divergence.to_string())
}
