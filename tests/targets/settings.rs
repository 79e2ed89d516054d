//! `kandy.toml`, and the texts that arguments share with it.

use std::path::Path;
use std::time::Duration;

use kandy_mock_server::command::parse_duration;
use kandy_scenarios::settings::{File, MAX_JOBS, SettingsError, from_bytes};

use super::diagnostics;

/// A file of settings: an error points into it, and settings that are read are within their limits. Its first line is read
/// as what an argument gives, too.
///
/// # Panics
///
/// If something does not hold.
pub fn settings(input: &[u8]) {
    if let Ok(text) = str::from_utf8(input) {
        arguments(text.lines().next().unwrap_or_default());
    }
    match from_bytes(Path::new("project"), input, "kandy.toml") {
        Ok(file) => are_within_limits(&file),
        Err(SettingsError::Content(diagnostic)) => {
            let text = str::from_utf8(input).expect("what is not text is another error");
            diagnostics::check(&diagnostic, text.strip_prefix('\u{feff}').unwrap_or(text));
        }
        Err(error) => assert!(str::from_utf8(input).is_err(), "{error}"),
    }
}

fn are_within_limits(file: &File) {
    for settings in file.profiles.values().chain([&file.top]) {
        assert!(settings.jobs.is_none_or(|jobs| jobs.get() <= MAX_JOBS), "{settings:?}");
        assert!(settings.timeout.is_none_or(|timeout| timeout > Duration::ZERO), "{settings:?}");
    }
}

fn arguments(text: &str) {
    if let Some(duration) = parse_duration(text) {
        let millis = format!("{}ms", duration.as_millis());
        assert_eq!(parse_duration(&millis), Some(duration), "{text}");
    }
}
