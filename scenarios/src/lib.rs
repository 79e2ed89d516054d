//! Scenario scripts in Rhai, and the worlds they run in.

pub mod cli;
pub mod diagnostic;
pub mod doubt;
pub mod exit_code;
pub mod file;
pub mod hygiene;
pub mod interrupt;
mod last_failed;
mod printable;
pub mod recording;
pub mod rehearsal;
pub mod replay;
pub mod report;
pub mod run;
pub mod scenario;
pub mod script;
pub mod serve;
pub mod settings;
pub mod snapshot;
pub mod step;
mod toml_text;
pub mod trace;
pub mod transcript;
pub mod world;
