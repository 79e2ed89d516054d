//! The arguments, and what `--help` says of them.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::exit_code;
use crate::scenario::Filter;
use crate::script::duration;

/// The most scenarios that run at once.
const MAX_JOBS: usize = 256;

/// Scenarios of signing in to the Kandy platform, run against a mock of it.
#[derive(Debug, Parser)]
#[command(name = "kandy-harness", version, after_help = exit_code::HELP)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios
    Run(Run),
    /// List scenarios: name, tags, and the first sentence of the description
    List(Selection),
    /// Compile scripts without running them
    Check(Selection),
    /// Replay recordings of the real SDK on the port, and compare
    Replay(Replay),
}

#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Scenario files (.rhai), or folders of them
    /// [default: ./scenarios/scripts, else ./scenarios]
    #[arg(value_name = "PATH", verbatim_doc_comment)]
    pub(super) paths: Vec<PathBuf>,

    /// Only scenarios with TEXT in the name, or `tag:NAME`
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<Filter>,
}

#[derive(Debug, Args)]
#[command(after_help = exit_code::HELP)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) selection: Selection,

    /// Run what is tagged `live` on real sockets too: each client
    /// must hear the same events there
    #[arg(long, conflicts_with = "update", verbatim_doc_comment)]
    pub(super) live: bool,

    /// How many scenarios run at once
    /// [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs, verbatim_doc_comment)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// The real time that one scenario may take, such as 10s
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    pub(super) timeout: Option<Duration>,

    /// Show whole transcripts, also of scenarios that pass
    #[arg(long)]
    pub(super) show: bool,

    /// Warn of what scenarios that pass leave behind
    #[arg(long)]
    pub(super) warn: bool,

    /// Make the transcripts of what passes the snapshots
    #[arg(long)]
    pub(super) update: bool,
}

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// A recording (.json), or a folder of them
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let count = text.parse::<NonZeroUsize>().ok().filter(|count| count.get() <= MAX_JOBS);
    count.ok_or_else(|| format!("it must be a number from 1 to {MAX_JOBS}"))
}

fn timeout(text: &str) -> Result<Duration, String> {
    let time = duration::parse(text).ok_or("it must be numbers and units, such as 500ms, 10s or 1m30s")?;
    if time.is_zero() { Err("it must be more than nothing".to_owned()) } else { Ok(time) }
}
