//! Scenario scripts in Rhai, and the worlds they run in.

mod cargo_test;
pub mod cli;
pub mod coverage;
pub mod crosscheck;
pub mod diagnostic;
pub mod doubt;
pub mod exit_code;
pub mod explore;
pub mod file;
pub mod hygiene;
pub mod interrupt;
mod last_failed;
pub mod memory;
pub mod recording;
pub mod replay;
pub mod report;
pub mod run;
pub mod scenario;
pub mod schedule;
pub mod script;
pub mod serve;
pub mod settings;
mod size;
pub mod snapshot;
pub mod step;
mod text;
mod toml_text;
pub mod trace;
pub mod transcript;
mod web;
pub mod world;

pub use self::cargo_test::{
    CaseReport, Error, Failures, Options, Report, SetupError, harness, harness_with, run_file, run_file_with,
};

#[cfg(test)]
#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::counting();
