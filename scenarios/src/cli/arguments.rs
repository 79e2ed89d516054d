//! The arguments, and what `--help` says of them.

mod explore;
mod serve;

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

pub(super) use self::explore::{ACCEPTED, Explore, OfCommand};
pub(super) use self::serve::{ClockName, Serve};
use super::output::ColorChoice;
use crate::exit_code;
use crate::report::WantedReport;
use crate::run::Shard;
use crate::scenario::Filter;
use crate::settings;

/// How often one scenario runs at most.
const MAX_REPEAT: usize = 1_000;

/// Scenarios of signing in to the Kandy platform, run against a mock of it.
#[derive(Debug, Parser)]
#[command(name = "kandy-harness", version, after_help = exit_code::HELP)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: CliCommand,

    /// Colours: auto, always or never
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_possible_values = true,
        display_order = 900
    )]
    pub(super) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(super) enum CliCommand {
    /// Make a project to start from
    New(New),
    /// Run scenarios
    Run(RunCommand),
    /// Run scenarios with something going wrong at each place
    Explore(Explore),
    /// List scenarios: names, tags and first sentences
    List(List),
    /// Find mistakes in scripts without running them
    Check(CheckCommand),
    /// Decide on transcripts that differ from their snapshots
    Review(Review),
    /// Work on reports that runs have left
    #[command(subcommand)]
    Report(ReportCommand),
    /// Replay recordings of the real SDK on the port, and compare
    Replay(ReplayCommand),
    /// Serve the platform for an application of your own
    Serve(Box<Serve>),
    /// Print what a script can call, with examples
    Docs(Docs),
    /// Print a script that completes this command in a shell
    Completions(Completions),
    /// Print a manual page, of a command or of all
    Man(Manual),
    /// What `serve` starts for its command, and nobody else
    #[cfg(unix)]
    #[command(name = KEEP, hide = true)]
    Keep(Keep),
}

/// The name of [`CliCommand::Keep`].
#[cfg(unix)]
pub(crate) const KEEP: &str = "keep";

/// The arguments of [`CliCommand::Keep`].
#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct Keep {
    #[arg(last = true, required = true)]
    pub(super) command: Vec<OsString>,
}

#[derive(Debug, Args)]
#[command(after_help = NEW_HELP)]
pub(super) struct New {
    /// The folder to make, or one that is there
    /// [default: the folder in which this runs]
    // A path would not be let be empty, and `new` says more of that.
    #[arg(value_name = "NAME", verbatim_doc_comment)]
    pub(super) name: Option<OsString>,
}

const NEW_HELP: &str = "\
It writes settings (kandy.toml), a scenario that passes, a module, and
.gitignore: all of them, or nothing if one is there already.";

#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Scenario files (.rhai), or folders of them
    /// [default: scenarios/scripts, else scenarios, else
    /// the folder with kandy.toml, here or above]
    #[arg(value_name = "PATH", verbatim_doc_comment)]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) filtering: Filtering,

    /// With the settings of [profile.NAME] in kandy.toml
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    pub(super) selection: Selection,

    /// As JSON: an array with an object for each
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Filtering {
    /// Only scenarios that match: a part of the name,
    /// /REGEX/ or tag:NAME; may be given again: any may
    /// match. `not` before it, as in `not tag:slow`,
    /// takes away what matches
    #[arg(long, value_name = "FILTER", verbatim_doc_comment)]
    pub(crate) filter: Vec<Filter>,

    /// Leave out what has this tag; may be given again
    #[arg(long, value_name = "NAME", value_parser = Filter::without_tag)]
    pub(crate) skip_tag: Vec<Filter>,
}

#[derive(Debug, Args)]
#[command(after_help = run_help())]
pub(super) struct RunCommand {
    #[command(flatten)]
    pub(super) selection: Selection,

    /// Run what is tagged `live` on real sockets too: each
    /// client must hear the same events there
    #[arg(long, conflicts_with = "update", verbatim_doc_comment)]
    pub(super) live: bool,

    /// How many scenarios run at once
    /// [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs, verbatim_doc_comment)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// The real time that one scenario may take: a guard
    /// against what never ends [default: 120s]
    #[arg(long, value_name = "TIME", value_parser = settings::timeout, verbatim_doc_comment)]
    pub(super) timeout: Option<Duration>,

    /// The memory that one scenario may use, also where
    /// several run at once [default: 256MiB]
    #[arg(long, value_name = "SIZE", value_parser = settings::memory, verbatim_doc_comment)]
    pub(super) memory: Option<usize>,

    /// Show whole transcripts, also of scenarios that pass
    #[arg(long)]
    pub(super) show: bool,

    /// Warn of what scenarios that pass leave behind
    #[arg(long)]
    pub(super) warn: bool,

    /// Make the transcripts of what passes the snapshots
    #[arg(long)]
    pub(super) update: bool,

    /// Run each N times, as one#1 to one#N: those that
    /// fail now and then are told as flaky
    #[arg(long, value_name = "N", value_parser = repeat, conflicts_with = "update", verbatim_doc_comment)]
    pub(super) repeat: Option<NonZeroUsize>,

    /// Keep running: run again what a changed script,
    /// module, snapshot or kandy.toml touches
    #[arg(long, conflicts_with_all = ["last_failed", "prune"], verbatim_doc_comment)]
    pub(super) watch: bool,

    /// Run only what failed when it last ran; all, if
    /// nothing did
    #[arg(long, conflicts_with = "prune", verbatim_doc_comment)]
    pub(super) last_failed: bool,

    /// Begin nothing more after the first failure
    #[arg(long)]
    pub(super) fail_fast: bool,

    /// Show the N slowest, however short they are
    /// [default: up to 5 of those that take 1s or more]
    #[arg(long, value_name = "N", verbatim_doc_comment)]
    pub(super) slowest: Option<NonZeroUsize>,

    #[command(flatten)]
    pub(super) strictness: Strictness,

    /// Run one of N parts, chosen by names: I/N, from 1/N to
    /// N/N; `report merge` joins their reports
    #[arg(long, value_name = "I/N", verbatim_doc_comment)]
    pub(super) shard: Option<Shard>,

    /// Report to html=FILE, json=FILE, junit=FILE, or github
    /// (for its annotations) too; may be given again
    #[arg(long, value_name = "REPORT", verbatim_doc_comment)]
    pub(super) report: Vec<WantedReport>,

    /// Remove snapshots whose scripts are gone
    #[arg(long, conflicts_with_all = ["filter", "skip_tag"])]
    pub(super) prune: bool,
}

impl RunCommand {
    /// How often each runs.
    pub(super) fn times(&self) -> NonZeroUsize {
        self.repeat.unwrap_or(NonZeroUsize::MIN)
    }
}

#[derive(Debug, Args)]
pub(super) struct CheckCommand {
    #[command(flatten)]
    pub(super) selection: Selection,

    /// The real time that a look at one scenario may take
    /// [default: 120s]
    #[arg(long, value_name = "TIME", value_parser = settings::timeout, verbatim_doc_comment)]
    pub(super) timeout: Option<Duration>,

    #[command(flatten)]
    pub(super) strictness: Strictness,
}

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Strictness {
    /// Fail what cannot be trusted, such as a scenario with
    /// neither check nor snapshot [default: where CI is set]
    #[arg(long, overrides_with = "no_strict", verbatim_doc_comment)]
    strict: bool,

    /// Only warn of it
    #[arg(long, overrides_with = "strict")]
    no_strict: bool,
}

impl Strictness {
    /// What is said of strict mode.
    pub(super) fn wanted(self) -> Option<bool> {
        match (self.strict, self.no_strict) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}

/// What `run --help` says of snapshots and of its end.
fn run_help() -> String {
    format!("{SNAPSHOT_HELP}\n\n{}", exit_code::HELP)
}

const SNAPSHOT_HELP: &str = "\
Snapshots:
  The transcript of a scenario that passes is compared with the .snap file
  beside its script. If they differ, the run leaves the new one beside it as
  .snap.new, for `kandy-harness review`. It leaves none where CI is set (and
  not to false or 0), as on build servers, or INSTA_UPDATE is no;
  INSTA_UPDATE=new leaves it there, too.";

#[derive(Debug, Args)]
#[command(after_help = REVIEW_HELP)]
pub(super) struct Review {
    /// Scenario files (.rhai), folders of them, or names as
    /// `run` shows them
    /// [default: scenarios/scripts, else scenarios, else
    /// the folder with kandy.toml, here or above]
    #[arg(value_name = "PATH|NAME", verbatim_doc_comment)]
    pub(super) of: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) filtering: Filtering,

    /// Make all of them the snapshots, without asking
    #[arg(long, conflicts_with = "reject")]
    pub(super) accept: bool,

    /// Remove all of them, without asking
    #[arg(long)]
    pub(super) reject: bool,
}

const REVIEW_HELP: &str = "\
A failed run writes each transcript that differs beside its snapshot, as
.snap.new. This shows the differences one by one and asks: accept makes the
transcript the snapshot, reject removes it, skip leaves it for later. Each
answer counts at once.

Exit codes:
  0  each was decided or left as asked, or nothing waits
  2  bad usage: no such name, or there is no terminal to ask on
  3  a scenario is missing, or a .snap.new is unreadable or malformed
  4  internal error: a file cannot be moved or removed";

/// What can be done with reports.
#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// Make one report of those of all shards of a run
    Merge(Merge),
}

#[derive(Debug, Args)]
#[command(after_help = MERGE_HELP)]
pub(super) struct Merge {
    /// Reports that `run --report json=FILE` wrote: one of
    /// each shard, or a single one of a whole run
    #[arg(value_name = "FILE", required = true, verbatim_doc_comment)]
    pub(super) files: Vec<PathBuf>,

    /// What to make of them: html=FILE, json=FILE,
    /// junit=FILE, or github (for its annotations); may be
    /// given again
    #[arg(long, value_name = "REPORT", verbatim_doc_comment)]
    pub(super) report: Vec<WantedReport>,
}

const MERGE_HELP: &str = "\
Shows what did not pass and the summary, and ends as the whole run would.

Exit codes:
  0  everything passed
  1  a scenario failed
  2  bad usage: a shard is missing, given twice, or of another run
  3  a scenario is broken; or a report is missing, unreadable or malformed
  4  internal error: that of a run, or a report cannot be written
  130  a run was interrupted";

#[derive(Debug, Args)]
pub(super) struct ReplayCommand {
    /// A recording (.json), or a folder of them
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Docs {
    /// A function, event, point or key of a fault, such as
    /// connect, platform.waitFor, auth:change or closeAfterOpen
    /// [default: a list of all]
    #[arg(value_name = "WORD", verbatim_doc_comment)]
    pub(super) word: Option<String>,

    /// Print all of it as JSON, for editors
    #[arg(long, conflicts_with = "word")]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

const COMPLETIONS_HELP: &str = "\
To have it in every new shell:
  bash    kandy-harness completions bash \\
            > ~/.local/share/bash-completion/completions/kandy-harness
  zsh     kandy-harness completions zsh > FOLDER/_kandy-harness
            where FOLDER is one of $fpath
  fish    kandy-harness completions fish \\
            > ~/.config/fish/completions/kandy-harness.fish";

#[derive(Debug, Args)]
#[command(after_help = MAN_HELP)]
pub(super) struct Manual {
    /// The command, such as run or report merge; without
    /// one the page is of all
    #[arg(value_name = "COMMAND", verbatim_doc_comment)]
    pub(super) command: Vec<String>,
}

const MAN_HELP: &str = "\
To read one:
  kandy-harness man run > kandy-harness-run.1 && man -l kandy-harness-run.1";

fn repeat(text: &str) -> Result<NonZeroUsize, String> {
    let times = text.parse().ok().filter(|times: &NonZeroUsize| times.get() <= MAX_REPEAT);
    times.ok_or_else(|| format!("it must be a number from 1 to {MAX_REPEAT}"))
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    settings::jobs(text.parse().ok())
}
