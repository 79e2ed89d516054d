//! The arguments of `explore`.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser as _};

use super::{ClockName, Selection, jobs};
use crate::explore::{EXTENSION, FAMILIES};
use crate::report::WantedReport;
use crate::run::Shard;
use crate::serve::accounts::{Account, parse_user};
use crate::settings;

/// What one run with one schedule has no use for.
const OF_MANY_RUNS: [&str; 5] = ["pairs", "without", "budget", "all", "update"];
/// What is accepted of a command, if nothing else is said.
pub(in crate::cli) const ACCEPTED: &str = "kandy.explore";
/// What changed answers have no use for.
const OF_EXPLORATIONS: [&str; 6] = ["at", "update", "pairs", "coverage", "without", "judge_checks"];

#[derive(Debug, Args)]
#[command(after_help = EXPLORE_HELP)]
pub(in crate::cli) struct Explore {
    #[command(flatten)]
    pub(in crate::cli) selection: Selection,

    /// Let this go wrong and nothing else, and show all
    /// that happens; may be given again
    #[arg(long, value_name = "MOMENT: ACT", conflicts_with_all = OF_MANY_RUNS, verbatim_doc_comment)]
    pub(in crate::cli) at: Vec<String>,

    /// Let two things go wrong in one run, too
    #[arg(long)]
    pub(in crate::cli) pairs: bool,

    /// Leave out a family: lost, fails, twice, overtaken,
    /// late, answered, application, socket, ended, outage,
    /// push; may be given again
    #[arg(long, value_name = "FAMILY", value_parser = FAMILIES, hide_possible_values = true, verbatim_doc_comment)]
    pub(in crate::cli) without: Vec<String>,

    /// Count every failed wait and check as a finding; the
    /// line `// explore: judge checks` does so too, and
    /// they can be accepted then
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) judge_checks: bool,

    /// Tell which states of a client exploration reaches
    /// and no scenario does, and how: scenarios to write
    #[arg(long, conflicts_with_all = ["at", "update", "judge_checks"], verbatim_doc_comment)]
    pub(in crate::cli) coverage: bool,

    /// Draw them, too: the states of a client, and who has
    /// been through which transition
    #[arg(long, value_name = "FILE.svg", requires = "coverage", verbatim_doc_comment)]
    pub(in crate::cli) picture: Option<PathBuf>,

    /// Change one thing in each answer of the platform, and
    /// tell which changes no scenario notices
    #[arg(long, conflicts_with_all = OF_EXPLORATIONS, verbatim_doc_comment)]
    pub(in crate::cli) mutants: bool,

    /// The time for each scenario [default: 60s], or for a
    /// command [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = settings::timeout, verbatim_doc_comment)]
    pub(in crate::cli) budget: Option<Duration>,

    /// How many runs at once
    /// [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs, verbatim_doc_comment)]
    pub(in crate::cli) jobs: Option<NonZeroUsize>,

    /// List all findings, also those that are accepted,
    /// however many lines it takes
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) all: bool,

    /// Accept what is found: write it beside the snapshots
    #[arg(long, conflicts_with_all = ["without", "judge_checks"])]
    pub(in crate::cli) update: bool,

    /// Explore one of N parts, chosen by names: I/N, from
    /// 1/N to N/N; `report merge` joins their reports
    #[arg(long, value_name = "I/N", conflicts_with_all = ["at", "coverage", "mutants"], verbatim_doc_comment)]
    pub(in crate::cli) shard: Option<Shard>,

    /// Report to html=FILE, json=FILE, junit=FILE, or
    /// github (for its annotations) too; may be given again
    #[arg(long, value_name = "REPORT", conflicts_with_all = ["at", "coverage", "mutants"], verbatim_doc_comment)]
    pub(in crate::cli) report: Vec<WantedReport>,

    #[command(flatten)]
    pub(in crate::cli) of_command: OfCommand,
}

/// What to say about a command that is explored in place of scenarios.
#[derive(Debug, Args)]
pub(in crate::cli) struct OfCommand {
    /// What is accepted of a command
    /// [default: kandy.explore]
    #[arg(
        long,
        value_name = "FILE",
        default_value = ACCEPTED,
        value_parser = PathBufValueParser::new().try_map(accepted),
        hide_default_value = true,
        requires = "command",
        verbatim_doc_comment
    )]
    pub(in crate::cli) accepted: PathBuf,

    /// Who may sign in at a command's platform:
    /// NAME:PASSWORD; may be given again
    #[arg(long, value_name = "USER", value_parser = parse_user, requires = "command", verbatim_doc_comment)]
    pub(in crate::cli) user: Vec<(String, Account)>,

    /// Let every name and password sign in there
    #[arg(long, requires = "command")]
    pub(in crate::cli) any_user: bool,

    /// Its clock: real, or manual, which is moved over HTTP
    #[arg(
        long,
        value_name = "CLOCK",
        default_value = "real",
        hide_possible_values = true,
        hide_default_value = true,
        requires = "command"
    )]
    pub(in crate::cli) clock: ClockName,

    /// A command, such as the tests of an application, to
    /// run once for each thing that can go wrong at its
    /// platform, instead of scenarios
    #[arg(
        last = true,
        value_name = "COMMAND",
        conflicts_with_all = [
            "paths", "filter", "skip_tag", "profile", "pairs", "judge_checks", "coverage", "mutants",
        ],
        verbatim_doc_comment
    )]
    pub(in crate::cli) command: Vec<OsString>,
}

/// `--update` writes it anew whatever is in it, so that its name tells it from all other files.
fn accepted(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path.extension().is_some_and(|extension| extension == EXTENSION) {
        return Ok(path);
    }
    Err("the name of a file of what is accepted must end in `.explore`")
}

const EXPLORE_HELP: &str = "\
A scenario is run once for each thing that can go wrong at each of its
messages. Then all is well again, time passes, and what stays wrong is a
finding: pending for ever, a subscription left behind, a client that hears
nothing. A wait or check that fails only ends the script. A .explore file beside
the snapshot has the accepted findings; a new one fails, and so does one that
has gone.

A command finds the platform in KANDY_URL and its like, as with
`serve -- COMMAND`, and what goes wrong in KANDY_DISTURBANCE. It must end well
where nothing goes wrong. It is a finding if a run then fails, takes longer than
three times that time and 10 s, or leaves more at the platform.

Exit codes:
  0  nothing was found, or only what is accepted
  1  something was found or differs from what is accepted, or a given
     disturbance did not happen
  2  bad usage: an argument is wrong, nothing was run
  3  a script or an accepted file is missing, unreadable or malformed
  4  internal error: the harness, the disk or the terminal failed
  130  interrupted: SIGINT, SIGTERM or Ctrl-C cut it short";
