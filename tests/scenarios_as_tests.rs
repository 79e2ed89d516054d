//! The bundled scenarios, each as a test of cargo's: `cargo test -p kandy-tests --test scenarios_as_tests drop/`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kandy_scenarios::harness("../scenarios/scripts")
}
