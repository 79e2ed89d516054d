//! Regular expressions of scripts.

use regex::{Regex, RegexBuilder};

use super::failure::Failure;
use super::show::{MAX_CHARS, show_short};
use crate::diagnostic::Cause;
use crate::text::clip;

/// The memory that a regular expression may take, in bytes. Together with a limit on the text it bounds the time of a match,
/// which the clock of a run does not see.
pub(crate) const MAX_PATTERN: usize = 1024 * 1024;

/// Compiles a regular expression that a script gives.
pub(super) fn regex(pattern: &str) -> Result<Regex, Failure> {
    RegexBuilder::new(pattern).size_limit(MAX_PATTERN).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            Failure::new(Cause::Limit, "the regular expression is too large").with_help("repeat less in it")
        }
        error => Failure::argument(format!("{} is not a regular expression", show_short(&pattern.into())))
            .with_note(clip(error.to_string(), MAX_CHARS)),
    })
}
