//! What the command takes from the process around it.

use std::env;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

use crate::report::github::GithubStep;

/// What the command takes from the process around it, beyond its arguments.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The folder that paths are relative to; empty for the process's own.
    pub folder: PathBuf,
    /// How many scenarios run at once unless the arguments say.
    pub jobs: NonZeroUsize,
    /// Whether nobody looks, as in CI: then runs are strict unless the arguments or settings say.
    pub ci: bool,
    /// Whether a transcript that differs from its snapshot is left for review.
    pub leave_pending: bool,
    /// Whether somebody sits at a terminal, and can be asked.
    pub interactive: bool,
    /// Whether what is shown may be drawn anew: at a terminal that can, for output and errors alike.
    pub redraws: bool,
    /// Whether signals of the process end a run in good order.
    pub signals: bool,
    /// What GitHub says of the step that the command is.
    pub github: GithubStep,
}

impl Environment {
    /// What this process has. As insta does, it leaves nothing for review in CI or with `INSTA_UPDATE=no`.
    #[must_use]
    pub fn of_process() -> Self {
        let value = |name: &str| env::var(name).ok();
        let path = |name: &str| env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        let ci = in_ci(value("CI").as_deref(), value("TF_BUILD").as_deref());
        Self {
            folder: PathBuf::new(),
            jobs: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            ci,
            leave_pending: leaves_pending(ci, value("INSTA_UPDATE").as_deref()),
            interactive: io::stdin().is_terminal() && io::stdout().is_terminal(),
            redraws: io::stdout().is_terminal()
                && io::stderr().is_terminal()
                && value("TERM").is_none_or(|term| term != "dumb"),
            signals: true,
            github: GithubStep {
                folder: env::current_dir().unwrap_or_default(),
                workspace: path("GITHUB_WORKSPACE"),
                summary: path("GITHUB_STEP_SUMMARY"),
            },
        }
    }

    /// Whether a run that takes long may show how far it is.
    pub(super) const fn shows_progress(&self) -> bool {
        self.redraws && !self.ci
    }
}

fn in_ci(ci: Option<&str>, tf_build: Option<&str>) -> bool {
    match ci {
        Some("false" | "0" | "") => false,
        Some(_) => true,
        None => tf_build.is_some(),
    }
}

fn leaves_pending(in_ci: bool, insta_update: Option<&str>) -> bool {
    match insta_update {
        Some("no") => false,
        None | Some("" | "auto") => !in_ci,
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_for_review_where_nobody_reviews() {
        for (ci, tf_build, expected) in [
            (None, None, false),
            (Some("false"), None, false),
            (Some("0"), Some("True"), false),
            (Some("true"), None, true),
            (Some("1"), None, true),
            (None, Some("True"), true),
        ] {
            assert_eq!(in_ci(ci, tf_build), expected, "{ci:?} {tf_build:?}");
        }
        assert!(
            leaves_pending(false, None) && leaves_pending(false, Some("auto")) && leaves_pending(true, Some("new"))
        );
        assert!(!leaves_pending(true, None) && !leaves_pending(true, Some("")) && !leaves_pending(false, Some("no")));
    }
}
