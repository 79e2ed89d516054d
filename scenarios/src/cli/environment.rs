//! What the command takes from the process around it.

use std::env;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

/// What the command takes from the process around it, beyond its arguments.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The folder that paths are relative to; empty for the process's own.
    pub folder: PathBuf,
    /// How many scenarios run at once unless the arguments say.
    pub jobs: NonZeroUsize,
    /// Whether a transcript that is not as its snapshot is left for review.
    pub leave_pending: bool,
    /// Whether somebody sits at a terminal, and can be asked.
    pub interactive: bool,
    /// Whether signals of the process end a run in good order.
    pub signals: bool,
}

impl Environment {
    /// What this process has. As insta does, it leaves nothing for review in CI or with `INSTA_UPDATE=no`.
    #[must_use]
    pub fn of_process() -> Self {
        let value = |name: &str| env::var(name).ok();
        Self {
            folder: PathBuf::new(),
            jobs: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            leave_pending: leaves_pending(
                value("CI").as_deref(),
                value("TF_BUILD").as_deref(),
                value("INSTA_UPDATE").as_deref(),
            ),
            interactive: io::stdin().is_terminal() && io::stdout().is_terminal(),
            signals: true,
        }
    }
}

fn leaves_pending(ci: Option<&str>, tf_build: Option<&str>, insta_update: Option<&str>) -> bool {
    let in_ci = match ci {
        Some("false" | "0" | "") => false,
        Some(_) => true,
        None => tf_build.is_some(),
    };
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
        assert!(leaves_pending(None, None, None));
        assert!(leaves_pending(Some("false"), None, Some("auto")));
        assert!(leaves_pending(Some("true"), None, Some("new")));
        assert!(!leaves_pending(Some("true"), None, None));
        assert!(!leaves_pending(None, Some("True"), Some("")));
        assert!(!leaves_pending(None, None, Some("no")));
    }
}
