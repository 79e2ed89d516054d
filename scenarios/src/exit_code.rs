//! How the command ends, as a number that other programs can act on.

use std::process;

/// Everything asked for was done, and no scenario failed.
pub const PASSED: u8 = 0;
/// A check failed, a transcript differs from its snapshot, or a replay differs from its recording.
pub const FAILED: u8 = 1;
/// The arguments cannot be followed. Nothing was run. (2 is also what clap uses.)
pub const BAD_USAGE: u8 = 2;
/// A script, recording or snapshot is missing, cannot be read, or is not in the language it is meant to be in.
pub const BROKEN: u8 = 3;
/// The harness itself failed, or the disk or the terminal under it.
pub const INTERNAL_ERROR: u8 = 4;

/// A signal cut the run short: not all scenarios ran. (130 is what shells report for SIGINT.)
pub const INTERRUPTED: u8 = 130;

/// What `--help` says about exit codes.
pub const HELP: &str = "\
Exit codes:
  0  everything passed
  1  a scenario failed, or a transcript or replay differs
  2  bad usage: an argument is wrong, nothing was run
  3  a script, recording or snapshot is missing, unreadable or malformed
  4  internal error: the harness, the disk or the terminal failed
  130  interrupted: SIGINT, SIGTERM or Ctrl-C cut the run short";

/// How the command ends. The worst of several stands last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// See [`PASSED`].
    #[default]
    Passed,
    /// See [`FAILED`].
    Failed,
    /// See [`BAD_USAGE`].
    BadUsage,
    /// See [`BROKEN`].
    Broken,
    /// See [`INTERNAL_ERROR`].
    InternalError,
    /// See [`INTERRUPTED`].
    Interrupted,
    /// As the command that `serve` ran has ended.
    OfCommand(u8),
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Passed => PASSED,
            Self::Failed => FAILED,
            Self::BadUsage => BAD_USAGE,
            Self::Broken => BROKEN,
            Self::InternalError => INTERNAL_ERROR,
            Self::Interrupted => INTERRUPTED,
            Self::OfCommand(code) => code,
        }
    }
}

impl From<Exit> for process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_distinct_and_in_the_help() {
        let exits = [Exit::Passed, Exit::Failed, Exit::BadUsage, Exit::Broken, Exit::InternalError, Exit::Interrupted];
        let codes: Vec<u8> = exits.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 130]);
        for code in codes {
            assert!(HELP.contains(&format!("\n  {code}  ")), "{code} is not in the help");
        }
        assert!(exits.is_sorted());
    }
}
