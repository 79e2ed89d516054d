//! The command, run in this repository.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use kandy_scenarios::cli::{self, CliOutput, Environment};
use kandy_scenarios::report::github::GithubStep;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is a folder of the repository").to_owned()
}

/// Runs the command in `folder`: all that it writes, wall time left out, and its exit code.
pub(crate) fn harness(folder: &Path, arguments: &[&str]) -> (String, u8) {
    harness_in(false, folder, arguments)
}

/// The same, in CI or not.
pub(crate) fn harness_in(ci: bool, folder: &Path, arguments: &[&str]) -> (String, u8) {
    harness_as(GithubStep::default(), ci, folder, arguments)
}

/// The same, as a step of GitHub's.
pub(crate) fn harness_as(github: GithubStep, ci: bool, folder: &Path, arguments: &[&str]) -> (String, u8) {
    let environment = Environment {
        folder: folder.to_owned(),
        jobs: NonZeroUsize::MIN,
        ci,
        leave_pending: false,
        interactive: false,
        redraws: false,
        signals: false,
        github,
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = cli::main(
        ["kandy-harness"].iter().chain(arguments),
        &environment,
        &mut CliOutput::plain(&mut out),
        &mut CliOutput::plain(&mut err),
    );
    out.extend(err);
    let text = String::from_utf8(out).expect("the command writes text");
    let without_wall_time = |line: &str| line.split(" simulated in ").next().unwrap_or_default().to_owned() + "\n";
    let text: String = text.lines().map(without_wall_time).collect();
    (without_slowest(&text), exit.code())
}

/// Without the list of what took long: on a machine that is busy anything may.
pub(crate) fn without_slowest(text: &str) -> String {
    let mut in_list = false;
    let mut kept: Vec<&str> = Vec::new();
    for line in text.split_inclusive('\n') {
        if line == "slowest:\n" {
            in_list = true;
            // The empty line before it goes with it.
            kept.pop();
        }
        in_list = in_list && (line == "slowest:\n" || line.starts_with(' '));
        if !in_list {
            kept.push(line);
        }
    }
    kept.concat()
}
