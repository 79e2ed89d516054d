//! Scenario scripts in Rhai, and the worlds they run in.
//!
//! # Scenarios as Rust tests
//!
//! Begin with [`harness`]: it is the main function of a test target in which each scenario of a folder is a test. [`run_file`]
//! runs one of them in a `#[test]`. Both take [`Options`], and fail with an [`Error`] whose text is that of the command
//! `kandy-harness run`.
//!
//! ```no_run
//! #[test]
//! fn a_wrong_password_is_reported() -> Result<(), kandy_scenarios::Error> {
//!     kandy_scenarios::run_file("scenarios/login.rhai")?;
//!     Ok(())
//! }
//! ```
//!
//! # The parts of the command
//!
//! The modules are what `kandy-harness` is made of, and what its tests look at: [`scenario`] finds scripts, [`script`] runs one
//! in a [`world`], [`run`] runs many and tells [`report`] of them, [`explore`] runs one again for each thing that can go wrong, and
//! [`serve`] is the platform for other applications. They change with the command.

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
mod public_errors;

#[cfg(test)]
#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::counting();
